import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Problem } from '#kernel/problem';
import type { PriceModel, Usage } from '../model.ts';
import { chargeOf, depositOf, divide, divideLike } from './prices.ts';

const use = (parts: Partial<Usage>): Usage => ({
  periods: 0,
  calls: 0,
  callsByMonth: [parts.calls ?? 0],
  declared: 0,
  ...parts,
});

const TIERED: PriceModel = {
  kind: 'tiered',
  tiers: [
    { upToCalls: 1_000, fenPerTenThousand: 0 },
    { upToCalls: 10_000, fenPerTenThousand: 20_000 },
    { upToCalls: null, fenPerTenThousand: 5_000 },
  ],
};

/** Goal: every price model charges what people work out by hand. Method: worked examples, with the working beside each. */
describe('chargeOf', () => {
  const examples: [string, PriceModel, Usage, number][] = [
    ['flat: the same whatever the use', { kind: 'flat', fen: 12_345 }, use({ calls: 7 }), 12_345],
    [
      'subscription: 3 months of 3,000 yuan',
      { kind: 'subscription', fen: 300_000, every: 'month' },
      use({ periods: 3 }),
      900_000,
    ],
    [
      '0.0028 yuan a call is 2,800 fen for 10,000: 1 call is 0.28 fen',
      { kind: 'per-call', fenPerTenThousand: 2_800 },
      use({ calls: 1 }),
      0,
    ],
    ['4 calls are 1.12 fen', { kind: 'per-call', fenPerTenThousand: 2_800 }, use({ calls: 4 }), 1],
    [
      '1,000,000 calls are 280,000 fen',
      { kind: 'per-call', fenPerTenThousand: 2_800 },
      use({ calls: 1_000_000 }),
      280_000,
    ],
    [
      'a cap of 100 yuan: 50 + 100 (of 300)',
      { kind: 'per-call', fenPerTenThousand: 10_000, capFenPerMonth: 10_000 },
      use({ calls: 35_000, callsByMonth: [5_000, 30_000] }),
      15_000,
    ],
    ['tiers: 1,000 free', TIERED, use({ calls: 1_000 }), 0],
    ['tiers: 1,000 free + 1 for 2 fen', TIERED, use({ calls: 1_001 }), 2],
    ['tiers: 9,000 for 18,000 + 2,001 for 1,000.5', TIERED, use({ calls: 12_001 }), 19_000],
    [
      '7.5 % of 1,234.57 yuan is 92.59275',
      { kind: 'revenue-share', basisPoints: 750 },
      use({ declared: 123_457 }),
      9_259,
    ],
    ['free for research', { kind: 'free-research' }, use({ calls: 1e6 }), 0],
  ];
  test.each(examples)('%s', (_, price, usage, expected) => {
    expect(chargeOf(price, usage)).toBe(expected);
  });

  test('more use never costs less', () => {
    const prices: PriceModel[] = [
      TIERED,
      { kind: 'per-call', fenPerTenThousand: 2_801 },
      { kind: 'per-call', fenPerTenThousand: 99_999, capFenPerMonth: 777 },
      { kind: 'subscription', fen: 1, every: 'year' },
      { kind: 'revenue-share', basisPoints: 333 },
    ];
    fc.assert(
      fc.property(
        fc.constantFrom(...prices),
        fc.array(fc.nat(1e6), { minLength: 1, maxLength: 5 }),
        fc.nat(1e6),
        (price, months, more) => {
          const calls = months.reduce((sum, month) => sum + month, 0);
          const before = use({ calls, callsByMonth: months, periods: calls, declared: calls });
          const [first = 0, ...others] = months;
          const after = use({
            calls: calls + more,
            callsByMonth: [first + more, ...others],
            periods: calls + more,
            declared: calls + more,
          });
          expect(chargeOf(price, after)).toBeGreaterThanOrEqual(chargeOf(price, before));
        },
      ),
    );
  });
});

describe('depositOf', () => {
  test('is the price where the price is known, else what the buyer wants to spend', () => {
    expect(depositOf({ kind: 'flat', fen: 5 }, {})).toBe(5);
    expect(depositOf({ kind: 'subscription', fen: 5, every: 'month' }, { periods: 12 })).toBe(60);
    expect(depositOf(TIERED, { budgetFen: 7 })).toBe(7);
    expect(depositOf({ kind: 'free-research' }, { budgetFen: 7 })).toBe(0);
  });

  test.each([
    [{ kind: 'subscription', fen: 5, every: 'month' }, { periods: 0 }],
    [{ kind: 'subscription', fen: 5, every: 'month' }, { periods: 1.5 }],
    [TIERED, {}],
    [TIERED, { budgetFen: Number.NaN }],
    [TIERED, { budgetFen: 1e15 }],
  ] as [PriceModel, object][])('refuses %j for %j', (price, wanted) => {
    expect(() => depositOf(price, wanted)).toThrow(Problem);
  });
});

/** Goal: no fen is lost or made. Method: by hand, then any amounts and shares. */
describe('divide', () => {
  const to = (shares: number[]) => shares.map((basisPoints, place) => ({ to: place, basisPoints }));

  test('gives the fen that are left to the largest remainders', () => {
    // 100 at 33.33, 33.33 and 33.34 %: 33.33, 33.33, 33.34.
    expect(divide(100, to([3_333, 3_333, 3_334])).map(({ fen }) => fen)).toEqual([33, 33, 34]);
    // 2 in halves of three: equal remainders, the first named first.
    expect(divide(1, to([5_000, 5_000])).map(({ fen }) => fen)).toEqual([1, 0]);
  });

  test('sums to the amount, each within one fen of the exact share', () => {
    fc.assert(
      fc.property(fc.nat(1e12), fc.array(fc.nat(9_999), { maxLength: 6 }), (fen, cuts) => {
        const edges = [0, ...cuts.sort((one, other) => one - other), 10_000];
        const shares = edges.slice(1).map((edge, at) => edge - (edges[at] ?? 0));
        const parts = divide(fen, to(shares));
        expect(parts.reduce((sum, part) => sum + part.fen, 0)).toBe(fen);
        parts.forEach((part, at) => {
          expect(Math.abs(part.fen - (fen * (shares[at] ?? 0)) / 10_000)).toBeLessThan(1.001);
        });
      }),
    );
  });

  test('a part is given back from each by what each had, and never more', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(1e9), { minLength: 1, maxLength: 6 }), fc.nat(10_000), (amounts, part) => {
        const had = amounts.map((fen, place) => ({ to: place, fen }));
        const whole = amounts.reduce((sum, fen) => sum + fen, 0);
        const fen = Math.floor((whole * part) / 10_000);
        const back = divideLike(fen, had);
        expect(back.reduce((sum, { fen: own }) => sum + own, 0)).toBe(fen);
        back.forEach(({ fen: own }, at) => {
          expect(own).toBeLessThanOrEqual(amounts[at] ?? 0);
        });
      }),
    );
  });

  test('shares that are not a whole are refused', () => {
    expect(() => divide(5, to([1, 2]))).toThrow(Problem);
  });
});
