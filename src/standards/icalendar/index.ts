/**
 * Calendars that calendar programs read: RFC 5545, with RFC 7986 for the name. Pure.
 */
export interface CalendarEvent {
  uid: string;
  /** When the entry was made. */
  stamp: Date;
  /** How often it was changed. */
  sequence: number;
  from: Date;
  to: Date;
  summary: string;
  description?: string;
  status: 'TENTATIVE' | 'CONFIRMED' | 'CANCELLED';
}

/** China has one time, without summer time since 1991. */
const ZONE = 'Asia/Shanghai';
const AHEAD_MS = 8 * 3_600_000;
const VTIMEZONE = [
  'BEGIN:VTIMEZONE',
  `TZID:${ZONE}`,
  'BEGIN:STANDARD',
  'DTSTART:19910915T000000',
  'TZOFFSETFROM:+0800',
  'TZOFFSETTO:+0800',
  'TZNAME:CST',
  'END:STANDARD',
  'END:VTIMEZONE',
];

/** One calendar as text, its times in the time of China. */
export function writeCalendar({ name, events }: { name: string; events: readonly CalendarEvent[] }): string {
  const lines = [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//Banyan//Booking//EN',
    'CALSCALE:GREGORIAN',
    'METHOD:PUBLISH',
    `NAME:${escaped(name)}`,
    `X-WR-CALNAME:${escaped(name)}`,
    ...VTIMEZONE,
    ...events.flatMap(eventLines),
    'END:VCALENDAR',
  ];
  return `${lines.map(folded).join('\r\n')}\r\n`;
}

function eventLines({ uid, stamp, sequence, from, to, summary, description, status }: CalendarEvent): string[] {
  return [
    'BEGIN:VEVENT',
    `UID:${escaped(uid)}`,
    `DTSTAMP:${moment(stamp)}Z`,
    `SEQUENCE:${sequence}`,
    `DTSTART;TZID=${ZONE}:${moment(new Date(from.getTime() + AHEAD_MS))}`,
    `DTEND;TZID=${ZONE}:${moment(new Date(to.getTime() + AHEAD_MS))}`,
    `SUMMARY:${escaped(summary)}`,
    ...(description === undefined || description === '' ? [] : [`DESCRIPTION:${escaped(description)}`]),
    `STATUS:${status}`,
    'END:VEVENT',
  ];
}

function moment(at: Date): string {
  return at.toISOString().slice(0, 19).replace(/[-:]/g, '');
}

/** Section 3.3.11; what is no text (control characters) is left out. */
function escaped(text: string): string {
  return (
    text
      .replace(/\r\n?/g, '\n')
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what may not stand in a text
      .replace(/[\u0000-\u0008\u000b-\u001f\u007f]/g, '')
      .replace(/[\\;,]/g, '\\$&')
      .replaceAll('\n', '\\n')
  );
}

const MOST_OCTETS = 75;
const UTF8 = new TextEncoder();

/** Section 3.1: a line has at most 75 octets, the following begin with a space; a character is never cut. */
function folded(line: string): string {
  const parts: string[] = [];
  let [part, octets] = ['', 0];
  for (const character of line) {
    const size = UTF8.encode(character).length;
    if (octets + size > MOST_OCTETS) {
      parts.push(part);
      [part, octets] = [' ', 1];
    }
    part += character;
    octets += size;
  }
  return [...parts, part].join('\r\n');
}
