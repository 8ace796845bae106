import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { BookingTerms } from '../model.ts';
import {
  bookingSteps,
  checkTerms,
  dayStart,
  isOpen,
  minuteOf,
  momentOf,
  readDay,
  statedFen,
  usageOf,
  weekOf,
} from './booking.ts';

/**
 * Goal: a calendar offers exactly what may be booked, in the region's time.
 * Method: hours worked out by hand, and properties over random terms; 2026-11-23 is a Monday.
 */
const TERMS: BookingTerms = {
  way: 'time',
  method: 'm',
  methodZh: null,
  offOnHolidays: true,
  slotMinutes: 90,
  mostSlots: 100,
  samplesADay: null,
  hours: [
    { day: 1, from: 9 * 60, to: 12 * 60 },
    { day: 1, from: 13 * 60, to: 17 * 60 },
  ],
  leadHours: 0,
  aheadDays: 365,
  cancelHours: 0,
  approval: false,
  training: null,
  priceFen: null,
  pricePer: null,
  who: 'anyone',
  named: [],
  contact: 'c',
  isOpen: true,
};
const MONDAY = '2026-11-23';
const LONG_AGO = minuteOf('2026-11-01T00:00:00Z');

describe('a day', () => {
  test('holds whole slots from each opening on, in the time of China', () => {
    const { slots } = readDay(TERMS, MONDAY, { taken: [], now: LONG_AGO });
    expect(slots.map(({ from }) => from.slice(11, 16))).toEqual(['01:00', '02:30', '05:00', '06:30']);
    expect(readDay(TERMS, '2026-11-24', { taken: [], now: LONG_AGO })).toMatchObject({ closed: 'hours', slots: [] });
  });

  test('tells why a slot is not free', () => {
    const from = dayStart(MONDAY) + 9 * 60;
    const state = (
      terms: Partial<BookingTerms>,
      now: number,
      held: 'approved' | 'blocked' | null = null,
      isOwn = false,
    ) =>
      readDay({ ...TERMS, ...terms }, MONDAY, {
        taken: held === null ? [] : [{ from: from + 80, to: from + 95, state: held, isOwn, quantity: null }],
        now,
      }).slots[0]!.state;
    expect(state({}, from - 60)).toBe('free');
    expect(state({}, from)).toBe('past');
    expect(state({ leadHours: 2 }, from - 60)).toBe('too-soon');
    expect(state({ aheadDays: 1 }, from - 60 * 25)).toBe('too-far');
    expect(state({}, from - 60, 'approved')).toBe('taken');
    expect(state({}, from - 60, 'approved', true)).toBe('own');
    expect(state({}, from - 60, 'blocked')).toBe('blocked');
  });

  test('offers nothing that may not be booked, and a chain of its slots may be, over midnight too', () => {
    const always = [1, 2, 3, 4, 5, 6, 7].map((day) => ({ day, from: 0, to: 1_440 }));
    fc.assert(
      fc.property(
        fc.constantFrom(10, 15, 30, 60, 90, 120, 1_440),
        fc.nat(20),
        fc.integer({ min: 1, max: 30 }),
        (slotMinutes, first, count) => {
          const terms = { ...TERMS, hours: always, slotMinutes };
          const from = dayStart(MONDAY) + (first % Math.floor(1_440 / slotMinutes)) * slotMinutes;
          expect(isOpen(terms, { from, to: from + count * slotMinutes })).toBe(true);
          expect(isOpen(terms, { from: from + 1, to: from + 1 + slotMinutes })).toBe(false);
          expect(isOpen(terms, { from, to: from + count * slotMinutes - 1 })).toBe(false);
          expect(isOpen(TERMS, { from: dayStart(MONDAY) + 630, to: dayStart(MONDAY) + 810 })).toBe(false);
        },
      ),
    );
  });
});

test('terms by which nobody could ever book are refused', () => {
  expect(() => checkTerms(TERMS)).not.toThrow();
  for (const wrong of [
    { hours: [] },
    { hours: [{ day: 1, from: 600, to: 600 }] },
    {
      hours: [
        { day: 1, from: 600, to: 900 },
        { day: 1, from: 800, to: 960 },
      ],
    },
    { slotMinutes: 300 },
    { priceFen: 5, pricePer: null },
    { priceFen: 5, pricePer: 'sample' as const },
    { who: 'named' as const },
    { named: ['park'] },
  ])
    expect(() => checkTerms({ ...TERMS, ...wrong })).toThrow();
});

test('only the holder answers, only before it begins; a use is put right for thirty days', () => {
  const [holder, guest] = [
    { holder: true, guest: false },
    { holder: false, guest: true },
  ];
  const now = 1_000_000;
  expect(bookingSteps('asked', holder, { from: now + 1, now })).toEqual(['approved', 'declined']);
  expect(bookingSteps('asked', holder, { from: now, now })).toEqual(['declined']);
  expect(bookingSteps('asked', guest, { from: now + 1, now })).toEqual(['cancelled']);
  expect(bookingSteps('approved', guest, { from: now, now })).toEqual([]);
  expect(bookingSteps('approved', holder, { from: now, now })).toEqual(['used', 'no-show']);
  expect(bookingSteps('used', holder, { from: now - 30 * 1_440, now })).toEqual(['no-show', 'approved']);
  expect(bookingSteps('used', holder, { from: now - 30 * 1_440 - 1, now })).toEqual([]);
  for (const state of ['declined', 'cancelled'] as const)
    expect(bookingSteps(state, holder, { from: now + 1, now })).toEqual([]);
});

test.each([
  { minutes: 90, samples: null, priceFen: 30_000, pricePer: 'hour', expected: 45_000 },
  { minutes: 0, samples: 7, priceFen: 1_250, pricePer: 'sample', expected: 8_750 },
  { minutes: 50, samples: null, priceFen: 100, pricePer: 'hour', expected: 83 },
  { minutes: 60, samples: null, priceFen: null, pricePer: null, expected: null },
] as const)('$minutes minutes or $samples samples come to $expected fen', ({ expected, ...use }) => {
  expect(statedFen(use)).toBe(expected);
});

test('a week’s time is what was open and what became of it', () => {
  const from = dayStart(MONDAY) + 9 * 60;
  const one = { from, to: from + 90, isLate: false, quantity: null };
  const weeks = usageOf(
    TERMS,
    [
      { ...one, state: 'used' },
      { ...one, from: from + 90, to: from + 180, state: 'no-show' },
    ],
    { from: MONDAY, weeks: 2 },
  );
  expect(weeks.map(({ week, openMinutes, usedMinutes, noShows }) => [week, openMinutes, usedMinutes, noShows])).toEqual(
    [
      [MONDAY, 420, 90, 1],
      ['2026-11-30', 420, 0, 0],
    ],
  );
  expect(weekOf('2026-11-29')).toBe(MONDAY);
  expect(momentOf(minuteOf('2026-11-23T01:00:00.000Z'))).toBe('2026-11-23T01:00:00.000Z');
});
