import { Button } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

/** What the api client throws, as far as a state needs to know it. */
interface Told {
  message: string;
  issues?: readonly { message: string; expression?: string }[];
}

export function Loading({ lines = 5 }: { lines?: number }) {
  const { t } = useTranslation('ui');
  const widths = [92, 78, 86, 60, 72, 95, 55, 83];
  return (
    <div className="bones" role="status" aria-label={t('loading')}>
      {Array.from({ length: lines }, (_, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the bones are all alike and never move
        <i key={at} style={{ width: `${widths[at % widths.length]}%` }} />
      ))}
    </div>
  );
}

export function Empty({ title, children }: { title?: string; children?: ReactNode }) {
  const { t } = useTranslation('ui');
  return (
    <div className="state">
      <svg
        className="state-mark"
        viewBox="0 0 56 56"
        fill="none"
        stroke="currentColor"
        strokeWidth="2"
        aria-hidden="true"
      >
        <path d="M28 8c-11 0-20 6-20 14 0 5 4 8 9 8 2 0 4-1 6-2 1 1 3 2 5 2s4-1 5-2c2 1 4 2 6 2 5 0 9-3 9-8 0-8-9-14-20-14z" />
        <path d="M28 30v18M17 30v12M39 30v12M10 48h36" strokeLinecap="round" />
      </svg>
      <strong>{title ?? t('empty')}</strong>
      {children}
    </div>
  );
}

/** Says what went wrong in the words the server gave, with the single issues and a way to try again. */
export function Failure({ error, retry }: { error: unknown; retry?: () => void }) {
  const { t } = useTranslation('ui');
  const told: Told = error instanceof Error ? error : { message: String(error) };
  return (
    <div className="state" role="alert">
      <strong>{t('failed')}</strong>
      <span>{told.message}</span>
      {told.issues !== undefined && told.issues.length > 0 && (
        <ul className="issues">
          {told.issues.slice(0, 20).map((issue) => (
            <li key={`${issue.expression} ${issue.message}`}>
              {issue.expression !== undefined && <code>{issue.expression} </code>}
              {issue.message}
            </li>
          ))}
        </ul>
      )}
      {retry !== undefined && <Button onClick={retry}>{t('retry')}</Button>}
    </div>
  );
}
