import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatDateTime, parseDateTime, toFhirDate, toFhirDateTime, toFhirInstant } from './index.ts';

/** Goal: no time is made more or less precise, nor moved. Method: a table by hand, and the round trip of every second. */
describe('times', () => {
  test.each([
    ['2026', '2026'],
    ['202602', '2026-02'],
    ['20260228', '2026-02-28'],
    ['2026022813', '2026-02-28T13:00:00+08:00'],
    ['202602281304', '2026-02-28T13:04:00+08:00'],
    ['20260228130405', '2026-02-28T13:04:05+08:00'],
    ['20260228130405.6789', '2026-02-28T13:04:05.6789+08:00'],
    ['20260228130405-0500', '2026-02-28T13:04:05-05:00'],
    ['20260228130405+0000', '2026-02-28T13:04:05Z'],
    ['20240229', '2024-02-29'],
    ['20260000', '2026'],
  ])('%s is %s', (text, expected) => {
    expect(toFhirDateTime(parseDateTime(text)!, '+08:00')).toBe(expected);
  });

  test.each([
    '',
    '0000',
    '20261301',
    '20260229',
    '20260101240000',
    '2026-01-01',
    '26',
    'tomorrow',
    '20260101120000+1500',
  ])('%j is no time', (text) => expect(parseDateTime(text)).toBeUndefined());

  test('a date leaves the time out, an instant needs a day', () => {
    expect(toFhirDate(parseDateTime('20260228130405')!)).toBe('2026-02-28');
    expect(toFhirInstant(parseDateTime('20260228')!, '+08:00')).toBe('2026-02-28T00:00:00+08:00');
    expect(toFhirInstant(parseDateTime('202602')!, '+08:00')).toBeUndefined();
  });

  test('every second comes back', () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date('1000-01-01'), max: new Date('9999-12-31'), noInvalidDate: true }),
        (date) => {
          const whole = new Date(Math.floor(date.getTime() / 1000) * 1000);
          expect(new Date(toFhirDateTime(parseDateTime(formatDateTime(whole))!, 'Z'))).toEqual(whole);
        },
      ),
    );
  });
});
