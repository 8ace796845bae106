import type { ReactNode } from 'react';
import { Time } from './time.tsx';

export interface ShortItem {
  id: string;
  title: ReactNode;
  by?: ReactNode;
  tag?: ReactNode;
  at?: string | undefined;
}

/** A few lines of a list that has a page of its own. */
export function ShortList({ items, empty }: { items: readonly ShortItem[]; empty: string }) {
  if (items.length === 0) return <p className="quiet short-empty">{empty}</p>;
  return (
    <ul className="short-list">
      {items.map(({ id, title, by, tag, at }) => (
        <li key={id}>
          <span className="short-title">{title}</span>
          {tag}
          <span className="quiet short-by">{by}</span>
          {at !== undefined && <Time at={at} form="relative" />}
        </li>
      ))}
    </ul>
  );
}
