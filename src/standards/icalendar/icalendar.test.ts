import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { writeCalendar } from './index.ts';

/**
 * Goal: a calendar program reads back what was meant.
 * Method: a reader written from RFC 5545 sections 3.1 and 3.3.11 only, over random texts; then one calendar line by line.
 */
const EVENT = {
  uid: 'u@banyan',
  stamp: new Date('2026-11-22T04:00:00Z'),
  sequence: 2,
  from: new Date('2026-11-23T16:30:00Z'),
  to: new Date('2026-11-23T17:30:00Z'),
  summary: 'Sorter',
  status: 'CONFIRMED',
} as const;

/** Content lines by name, unfolded and unescaped. */
function read(text: string): [string, string][] {
  return text
    .replaceAll('\r\n ', '')
    .split('\r\n')
    .filter((line) => line !== '')
    .map((line) => {
      const colon = line.indexOf(':');
      const value = line
        .slice(colon + 1)
        .replace(/\\([\\;,nN])/g, (_, mark) => (mark === 'n' || mark === 'N' ? '\n' : mark));
      return [line.slice(0, colon), value];
    });
}

describe('writeCalendar', () => {
  test('any text comes back, in lines of at most 75 octets', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('a', ' ', ',', ';', '\\', '\n', ':', '仪', '🔬', 'é'), maxLength: 200 }),
        (text) => {
          const written = writeCalendar({ name: 'n', events: [{ ...EVENT, summary: text }] });
          expect(new Map(read(written)).get('SUMMARY')).toBe(text);
          for (const line of written.split('\r\n')) expect(Buffer.byteLength(line)).toBeLessThanOrEqual(75);
          expect(written).not.toContain('\uFFFD');
        },
      ),
    );
  });

  test('control characters are no text and are left out', () => {
    const written = writeCalendar({ name: 'n', events: [{ ...EVENT, summary: 'a\u0000b\u0007\tc\r\nd' }] });
    expect(new Map(read(written)).get('SUMMARY')).toBe('ab\tc\nd');
  });

  test('times are those of China, with their zone said once', () => {
    const lines = read(writeCalendar({ name: 'n', events: [EVENT, { ...EVENT, uid: 'v', status: 'CANCELLED' }] }));
    expect(lines[0]).toEqual(['BEGIN', 'VCALENDAR']);
    expect(lines.at(-1)).toEqual(['END', 'VCALENDAR']);
    expect(lines.filter(([, value]) => value === 'VTIMEZONE')).toHaveLength(2);
    expect(lines).toContainEqual(['DTSTART;TZID=Asia/Shanghai', '20261124T003000']);
    expect(lines).toContainEqual(['DTEND;TZID=Asia/Shanghai', '20261124T013000']);
    expect(lines).toContainEqual(['DTSTAMP', '20261122T040000Z']);
    expect(lines.filter(([name]) => name === 'STATUS').map(([, value]) => value)).toEqual(['CONFIRMED', 'CANCELLED']);
  });
});
