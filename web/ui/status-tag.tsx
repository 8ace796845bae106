import type { ReactNode } from 'react';

export type Tone = 'neutral' | 'good' | 'info' | 'primary' | 'warning' | 'danger';

/** A state in a word. Each tone has its own sign, so that colour is never the only difference. */
export function StatusTag({ tone = 'neutral', children }: { tone?: Tone; children: ReactNode }) {
  return (
    <span className={`status tone-${tone}`}>
      <svg
        viewBox="0 0 12 12"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.8"
        strokeLinecap="round"
        aria-hidden="true"
      >
        {SIGNS[tone]}
      </svg>
      {children}
    </span>
  );
}

const SIGNS: Record<Tone, ReactNode> = {
  neutral: <circle cx="6" cy="6" r="3.5" />,
  primary: <circle cx="6" cy="6" r="3.5" fill="currentColor" />,
  good: <path d="M2 6.500l2.700 2.700L10 3.500" />,
  info: <path d="M6 5.500v4M6 2.600v.1" />,
  warning: <path d="M6 2v5M6 9.800v.1" />,
  danger: <path d="M3 3l6 6M9 3l-6 6" />,
};
