import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Empty } from './states.tsx';
import type { Tone } from './status-tag.tsx';
import { Time } from './time.tsx';
import { showTime } from './time-format.ts';

export interface TimelineItem {
  id: string;
  at: string;
  title: ReactNode;
  detail?: ReactNode;
  /** Who did it, or which machine. */
  by?: ReactNode;
  tone?: Tone;
}

/** What happened, day by day, in the order given. */
export function Timeline({ items }: { items: readonly TimelineItem[] }) {
  const { i18n } = useTranslation();
  if (items.length === 0) return <Empty />;
  const days = new Map<string, TimelineItem[]>();
  for (const item of items) {
    const day = showTime(new Date(item.at), 'date', i18n.language);
    const found = days.get(day);
    if (found === undefined) days.set(day, [item]);
    else found.push(item);
  }
  return (
    <>
      {[...days].map(([day, ofDay]) => (
        <section key={day} className="timeline-group">
          <h3 className="timeline-day numbers">{day}</h3>
          <ol className="timeline">
            {ofDay.map((item) => (
              <li key={item.id} className={`timeline-item tone-${item.tone ?? 'primary'}`}>
                <span className="clock">
                  <Time at={item.at} form="clock" />
                </span>
                <span className="dot" aria-hidden="true" />
                <div>
                  <div className="timeline-title">{item.title}</div>
                  {item.detail !== undefined && <div>{item.detail}</div>}
                  {item.by !== undefined && <div className="timeline-by">{item.by}</div>}
                </div>
              </li>
            ))}
          </ol>
        </section>
      ))}
    </>
  );
}
