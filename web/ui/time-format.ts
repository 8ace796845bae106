/** The region lives on one clock, wherever the reader's machine stands. */
const ZONE = 'Asia/Hong_Kong';

export type TimeForm = 'date' | 'clock' | 'minute' | 'second';

const FORMS: Record<TimeForm, Intl.DateTimeFormatOptions> = {
  date: { year: 'numeric', month: '2-digit', day: '2-digit' },
  clock: { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
  minute: { year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
  second: {
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
    timeZoneName: 'short',
  },
};

/** `2026-01-02 08:00` in both languages: ISO order cannot be misread across the border. */
export function showTime(moment: Date, form: TimeForm, language: string): string {
  const parts = new Map(
    formatter(form, language)
      .formatToParts(moment)
      .map((part) => [part.type, part.value]),
  );
  const date = `${parts.get('year')}-${parts.get('month')}-${parts.get('day')}`;
  const clock = `${parts.get('hour')}:${parts.get('minute')}`;
  if (form === 'date') return date;
  if (form === 'clock') return clock;
  if (form === 'minute') return `${date} ${clock}`;
  return `${date} ${clock}:${parts.get('second')} ${parts.get('timeZoneName')}`;
}

const STEPS: readonly (readonly [Intl.RelativeTimeFormatUnit, seconds: number])[] = [
  ['year', 31_557_600],
  ['month', 2_629_800],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
];

/** "3 minutes ago", "in 2 days"; under a minute it is "now". */
export function relative(moment: Date, now: Date, language: string): string {
  const seconds = (moment.getTime() - now.getTime()) / 1_000;
  const words = new Intl.RelativeTimeFormat(language, { numeric: 'auto', style: 'short' });
  for (const [unit, length] of STEPS) {
    if (Math.abs(seconds) >= length) return words.format(Math.trunc(seconds / length), unit);
  }
  return words.format(0, 'second');
}

const formatters = new Map<string, Intl.DateTimeFormat>();

function formatter(form: TimeForm, language: string): Intl.DateTimeFormat {
  const key = `${form} ${language}`;
  let found = formatters.get(key);
  if (found === undefined) {
    found = new Intl.DateTimeFormat(language, { ...FORMS[form], timeZone: ZONE });
    formatters.set(key, found);
  }
  return found;
}
