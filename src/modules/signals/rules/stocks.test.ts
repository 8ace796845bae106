import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Scenario, USUAL_SCENARIO } from '../model.ts';
import {
  type CountState,
  demandOf,
  evenOut,
  judgeCounts,
  linesOf,
  parseCsv,
  project,
  reorderOf,
  timesAt,
  useOf,
} from './stocks.ts';

/**
 * Goal: cover, shortage, reorder points, moves and counts are what plain book-keeping says.
 * Method: small cases worked by hand, then properties that hold for any stock: more stock never covers less, more use never covers longer, nothing is ever
 * below nothing, and nothing is made or lost by moving it.
 */
const TODAY = '2026-11-22';
const DAYS = 60;

const lots = fc.array(
  fc.record({
    lot: fc.constantFrom('a', 'b', 'c', 'd'),
    expires: fc.option(fc.integer({ min: 0, max: 29 }).map((day) => `2026-12-${String(day + 1).padStart(2, '0')}`)),
    quantity: fc.integer({ min: 0, max: 500 }),
  }),
  { maxLength: 6 },
);
const arrivals = fc.array(
  fc.record({
    due: fc.integer({ min: 22, max: 30 }).map((day) => `2026-11-${day}`),
    quantity: fc.integer({ min: 1, max: 300 }),
  }),
  { maxLength: 3 },
);
const demand = fc
  .array(fc.double({ min: 0, max: 50, noNaN: true }), { minLength: DAYS, maxLength: DAYS })
  .map((days) => Float64Array.from(days));
const coverOf = ({ coverDays }: { coverDays: number | null }) => coverDays ?? Infinity;

describe('what is left', () => {
  test('ten a day from 25 lasts two days and a half', () => {
    const found = project(TODAY, {
      lots: [{ lot: 'a', expires: null, quantity: 25 }],
      arrivals: [],
      demand: new Float64Array(5).fill(10),
    });
    expect(found).toMatchObject({ coverDays: 2.5, shortage: '2026-11-24' });
    expect(found.days.map(({ stock }) => stock)).toEqual([15, 5, 0, 0, 0]);
  });

  test('the lot that expires first goes first, is used on its last day, and what is left of it is lost', () => {
    const found = project(TODAY, {
      lots: [
        { lot: 'late', expires: '2027-01-01', quantity: 10 },
        { lot: 'soon', expires: '2026-11-23', quantity: 30 },
      ],
      arrivals: [],
      demand: new Float64Array(5).fill(10),
    });
    expect(found.lost).toEqual([{ lot: 'soon', expires: '2026-11-23', quantity: 10 }]);
    expect(found.shortage).toBe('2026-11-25');
    expect(found.coverDays).toBe(3);
  });

  test('an order that comes in time puts the shortage off', () => {
    const parts = { lots: [{ lot: 'a', expires: null, quantity: 20 }], demand: new Float64Array(6).fill(10) };
    expect(project(TODAY, { ...parts, arrivals: [{ due: '2026-11-24', quantity: 20 }] }).coverDays).toBe(4);
    expect(project(TODAY, { ...parts, arrivals: [{ due: '2026-11-25', quantity: 20 }] }).coverDays).toBe(2);
  });

  test('more stock never covers less, more use never covers longer, nothing is below nothing', () => {
    fc.assert(
      fc.property(
        lots,
        arrivals,
        demand,
        fc.nat(5),
        fc.double({ min: 1, max: 4, noNaN: true }),
        (held, coming, use, at, times) => {
          const parts = { lots: held, arrivals: coming, demand: use };
          const plain = project(TODAY, parts);
          const more = held.map((lot, place) => (place === at ? { ...lot, quantity: lot.quantity + 100 } : lot));
          expect(coverOf(project(TODAY, { ...parts, lots: more }))).toBeGreaterThanOrEqual(coverOf(plain) - 1e-6);
          expect(coverOf(project(TODAY, { ...parts, demand: use.map((each) => each * times) }))).toBeLessThanOrEqual(
            coverOf(plain) + 1e-6,
          );
          expect(plain.days.every(({ stock, missing, lost }) => stock >= 0 && missing >= 0 && lost >= 0)).toBe(true);
          // What was there and came is used, lost or still there.
          const inward = sum(held.map(({ quantity }) => quantity)) + sum(plain.days.map(({ arriving }) => arriving));
          const used = sum(plain.days.map((day) => day.demand - day.missing));
          const left = plain.days.at(-1)!.stock + sum(plain.days.map(({ lost }) => lost));
          expect(used + left).toBeCloseTo(inward, 5);
        },
      ),
      { seed: 20261122 },
    );
  });
});

describe('what will be used', () => {
  const scenario = (parts: Partial<Scenario>): Scenario => ({ ...USUAL_SCENARIO, ...parts });

  test('the peak is in the middle, and after the duration use is as before', () => {
    const one = scenario({ kind: 'peak', peak: 4, durationDays: 60 });
    expect([0, 30, 60, 90].map((day) => timesAt(one, day, 1))).toEqual([1, 4, 1, 1]);
  });

  test('an epidemic grows by its reproduction number a generation while that is small', () => {
    const one = scenario({ kind: 'disease', reproduction: 1.1, durationDays: 60 });
    expect(timesAt(one, 5, 5)).toBeCloseTo(Math.exp(0.1), 12);
    expect(timesAt(one, 60, 5)).toBeCloseTo(1, 12);
    expect(timesAt(one, 61, 5)).toBe(0);
    expect(timesAt(scenario({ kind: 'disease', reproduction: 0.5 }), 10, 5)).toBeCloseTo(Math.exp(-1), 12);
  });

  test('cases add their use to the base, and a peak multiplies it', () => {
    const parts = { perDay: 10, perCase: 5, casesPerDay: 2, generationDays: 5 };
    expect(demandOf(scenario({ kind: 'base' }), parts)[3]).toBe(10);
    expect(demandOf(scenario({ kind: 'disease' }), parts)[0]).toBe(20);
    expect(demandOf(scenario({ kind: 'peak', peak: 3 }), parts)[30]).toBeCloseTo(30, 9);
  });

  test('use is the mean of the days that are known of; taken back issues do not make it negative', () => {
    expect(useOf([10, 0, 20])).toEqual({ perDay: 10, deviation: 10, observedDays: 3 });
    expect(useOf([-5]).perDay).toBe(0);
    expect(useOf([])).toEqual({ perDay: 0, deviation: 0, observedDays: 0 });
  });

  test('the reorder point is the use in the lead time and 1.645 deviations of it', () => {
    const use = new Float64Array(60).fill(10);
    const one = reorderOf(scenario({ leadDays: 16, service: 0.95 }), { demand: use, deviation: 5, position: 200 });
    expect(one.leadUse).toBe(160);
    expect(one.safety).toBeCloseTo(1.6448536 * 5 * 4, 5);
    expect(one).toMatchObject({ point: 193, isBelow: false });
  });
});

describe('evening out', () => {
  test('whoever has more gives to whoever has less', () => {
    const moves = evenOut(
      'x',
      [
        { city: 'a', stock: 300, perDay: 10 },
        { city: 'b', stock: 100, perDay: 10 },
      ],
      120,
    );
    expect(moves).toEqual([{ item: 'x', from: 'a', to: 'b', quantity: 100, giver: [30, 20], taker: [10, 20] }]);
  });

  test('nothing is made or lost, nobody falls below nothing or below the common days, and cover comes closer', () => {
    const holders = fc.uniqueArray(
      fc.record({
        city: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
        stock: fc.integer({ min: 0, max: 10_000 }),
        perDay: fc.double({ min: 0, max: 100, noNaN: true }),
      }),
      { selector: ({ city }) => city, maxLength: 5 },
    );
    fc.assert(
      fc.property(holders, (before) => {
        const after = new Map<string, number>(before.map((each) => [each.city, each.stock]));
        for (const { from, to, quantity } of evenOut('x', before, 120)) {
          expect(Number.isInteger(quantity) && quantity > 0).toBe(true);
          after.set(from, after.get(from)! - quantity);
          after.set(to, after.get(to)! + quantity);
        }
        expect(sum([...after.values()])).toBe(sum(before.map(({ stock }) => stock)));
        const use = sum(before.map(({ perDay }) => perDay));
        const common = use > 0 ? Math.min(120, sum(before.map(({ stock }) => stock)) / use) : 0;
        for (const { city, stock, perDay } of before) {
          const now = after.get(city)!;
          expect(now).toBeGreaterThanOrEqual(0);
          if (now < stock) expect(now).toBeGreaterThanOrEqual(common * perDay - 1e-6);
          if (now > stock) expect(now).toBeLessThanOrEqual(common * perDay + 1e-6);
        }
      }),
      { seed: 20261122 },
    );
  });
});

describe('counts', () => {
  const empty: CountState = { sites: new Map(), lots: new Map(), counts: new Map(), effects: new Map() };
  const line = {
    site: 's1',
    name: 'Store',
    district: '440106',
    item: 'surgical-mask',
    lot: 'L1',
    expires: '2027-01-01',
    day: '2026-11-20',
    quantity: '100',
  };
  const key = JSON.stringify(['s1', 'surgical-mask', 'L1']);
  const held = (quantity: number, parts: Partial<CountState> = {}): CountState => ({
    ...empty,
    lots: new Map([[key, { expires: '2027-01-01', quantity }]]),
    ...parts,
  });

  test('CSV with quotes, a byte order mark and empty lines', () => {
    expect(parseCsv('\uFEFFa,"b ""x"", y"\r\n\r\n1,"2\n3"\n')).toEqual([
      ['a', 'b "x", y'],
      ['1', '2\n3'],
    ]);
    expect(linesOf('site,item\ns1,x').faults.map(({ column }) => column)).toEqual(['lot', 'day', 'quantity']);
  });

  test('a first count is what is there; the same again is known; another figure corrects it', () => {
    expect(judgeCounts([line], empty, TODAY)).toMatchObject({ rows: [{ effect: 100 }], known: 0, faults: [] });
    const counted = held(100, { counts: new Map([[key, new Map([['2026-11-20', 100]])]]) });
    expect(judgeCounts([line], counted, TODAY)).toMatchObject({ rows: [], known: 1 });
    expect(judgeCounts([{ ...line, quantity: 90 }], counted, TODAY)).toMatchObject({ rows: [{ effect: -10 }] });
  });

  test('what was done on later days stays', () => {
    // 70 now, after 30 were issued the day after the count; the shelf then held 100, 95 were found.
    const state = held(70, { effects: new Map([[key, new Map([['2026-11-21', -30]])]]) });
    expect(judgeCounts([{ ...line, quantity: 95 }], state, TODAY).rows[0]?.effect).toBe(-5);
    expect(judgeCounts([{ ...line, quantity: 20 }], state, TODAY).faults).toEqual([
      { row: 1, column: 'quantity', code: 'below-nothing' },
    ]);
  });

  test.each([
    [{ item: 'gold' }, 'item', 'no-such-item'],
    [{ day: '2026-02-30' }, 'day', 'no-such-day'],
    [{ day: '2026-11-23' }, 'day', 'future'],
    [{ quantity: '-3' }, 'quantity', 'not-whole'],
    [{ quantity: '1.5' }, 'quantity', 'not-whole'],
    [{ lot: '' }, 'lot', 'missing'],
    [{ district: '' }, 'district', 'unknown-site'],
    [{ district: 'Tianhe' }, 'district', 'no-district'],
    [{ expires: 'soon' }, 'expires', 'no-such-day'],
    [{ name: 'x'.repeat(201) }, 'name', 'too-long'],
  ] as const)('%j is refused at %s: %s', (parts, column, code) => {
    expect(judgeCounts([{ ...line, ...parts }], empty, TODAY).faults).toEqual([{ row: 1, column, code }]);
  });

  test('a line twice, another expiry of the lot, and a count before the last one are refused', () => {
    expect(judgeCounts([line, line], empty, TODAY).faults).toEqual([{ row: 2, column: 'lot', code: 'doubled' }]);
    const counted = held(100, { counts: new Map([[key, new Map([['2026-11-21', 100]])]]) });
    expect(judgeCounts([{ ...line, expires: '2028-01-01' }], counted, TODAY).faults.map(({ code }) => code)).toEqual([
      'other-expiry',
      'later-count',
    ]);
  });
});

function sum(values: readonly number[]): number {
  return values.reduce((all, each) => all + each, 0);
}
