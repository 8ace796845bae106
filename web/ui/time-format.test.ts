import { describe, expect, test } from 'vitest';
import { relative, showTime } from './time-format.ts';

/**
 * Goal: a time is shown on the region's clock, whatever the machine's own zone.
 * Method: moments written in UTC with the wall clock of Hong Kong (UTC+8, no summer time) beside them.
 */
describe('showTime', () => {
  test.each([
    ['2026-01-01T16:30:00Z', 'minute', '2026-01-02 00:30'],
    ['2026-01-01T16:30:00Z', 'date', '2026-01-02'],
    ['2026-07-01T15:59:59Z', 'clock', '23:59'],
  ] as const)('%s as %s is %s in both languages', (moment, form, expected) => {
    expect(showTime(new Date(moment), form, 'en')).toBe(expected);
    expect(showTime(new Date(moment), form, 'zh')).toBe(expected);
  });
});

describe('relative', () => {
  const now = new Date('2026-01-02T00:00:00Z');
  test.each([
    ['2026-01-01T23:59:30Z', 'en', 'now'],
    ['2026-01-01T23:57:00Z', 'en', '3 min. ago'],
    ['2026-01-01T23:57:00Z', 'zh', '3分钟前'],
    ['2026-01-04T00:00:00Z', 'en', 'in 2 days'],
  ])('%s in %s is %s', (moment, language, expected) => {
    expect(relative(new Date(moment), now, language)).toBe(expected);
  });
});
