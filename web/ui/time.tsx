import { useSyncExternalStore } from 'react';
import { useTranslation } from 'react-i18next';
import { relative, showTime, type TimeForm } from './time-format.ts';

/** A moment: the exact local time of the region, how long ago, or both. The machine-readable time is always there. */
export function Time({
  at,
  form = 'both',
}: {
  at: string | number | Date | null | undefined;
  form?: TimeForm | 'relative' | 'both';
}) {
  const { i18n } = useTranslation();
  const now = useSyncExternalStore(subscribe, () => tick);
  if (at === null || at === undefined) return null;
  const moment = new Date(at);
  if (Number.isNaN(moment.getTime())) return <span className="quiet">{String(at)}</span>;

  const exact = showTime(moment, form === 'relative' || form === 'both' ? 'minute' : form, i18n.language);
  const ago = relative(moment, new Date(now), i18n.language);
  return (
    <time dateTime={moment.toISOString()} title={showTime(moment, 'second', i18n.language)} className="numbers">
      {form === 'relative' ? ago : exact}
      {form === 'both' && <span className="quiet"> · {ago}</span>}
    </time>
  );
}

/** One clock for the whole page: it ticks only while something shows a time. */
let tick = Date.now();
const watchers = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

function subscribe(changed: () => void): () => void {
  watchers.add(changed);
  timer ??= setInterval(() => {
    tick = Date.now();
    for (const watcher of watchers) watcher();
  }, 20_000);
  return () => {
    watchers.delete(changed);
    if (watchers.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
  };
}
