import { Problem } from '#kernel/problem';
import type { PriceModel, Usage } from '../model.ts';

/** Above it sums of fen would not be exact in a number; 10 billion yuan. */
export const MOST_FEN = 1_000_000_000_000;
export const MOST_CALLS = 1_000_000_000;
const MOST_PERIODS = 120;
const CALLS_A_PRICE = 10_000;
const BASIS = 10_000;

/**
 * What a use costs so far, in fen: never less for more use. A part of a fen is not charged; it is kept for the calls to
 * come, since the price is always that of all calls together (of the month, where the month has a cap).
 */
export function chargeOf(price: PriceModel, { periods, calls, callsByMonth, declared }: Usage): number {
  switch (price.kind) {
    case 'flat':
      return price.fen;
    case 'subscription':
      return price.fen * periods;
    case 'per-call': {
      const { fenPerTenThousand, capFenPerMonth } = price;
      if (capFenPerMonth === undefined) return costOf([{ calls, fenPerTenThousand }]);
      return callsByMonth.reduce(
        (sum, month) => sum + Math.min(capFenPerMonth, costOf([{ calls: month, fenPerTenThousand }])),
        0,
      );
    }
    case 'tiered':
      return costOf(
        price.tiers.map(({ upToCalls, fenPerTenThousand }, at) => {
          const from = at === 0 ? 0 : (price.tiers[at - 1]?.upToCalls ?? 0);
          const end = upToCalls ?? Number.POSITIVE_INFINITY;
          return { calls: Math.max(0, Math.min(calls, end) - from), fenPerTenThousand };
        }),
      );
    case 'revenue-share':
      return Number((BigInt(declared) * BigInt(price.basisPoints)) / BigInt(BASIS));
    case 'free-research':
      return 0;
  }
}

function costOf(parts: readonly { calls: number; fenPerTenThousand: number }[]): number {
  const sum = parts.reduce((all, part) => all + BigInt(part.calls) * BigInt(part.fenPerTenThousand), 0n);
  return Number(sum / BigInt(CALLS_A_PRICE));
}

/** What the buyer asks for, of which the price makes the most that the contract may cost. */
export interface Wanted {
  /** Of a subscription. */
  periods?: number;
  /** The most the buyer wants to spend, where the price goes by use. */
  budgetFen?: number;
}

/**
 * The most that the contract may cost, fen: so much is frozen.
 *
 * @throws Problem `invalid` where what must be said is not, or is out of range
 */
export function depositOf(price: PriceModel, { periods = 1, budgetFen }: Wanted): number {
  const most = mostOf(price, { periods, ...(budgetFen !== undefined && { budgetFen }) });
  if (!(Number.isSafeInteger(most) && most >= 0 && most <= MOST_FEN))
    throw new Problem('invalid', 'the amount is out of range', { most: MOST_FEN });
  return most;
}

function mostOf(price: PriceModel, { periods, budgetFen }: { periods: number; budgetFen?: number }): number {
  if (price.kind === 'flat') return price.fen;
  if (price.kind === 'free-research') return 0;
  if (price.kind === 'subscription') {
    if (!(Number.isInteger(periods) && periods >= 1 && periods <= MOST_PERIODS))
      throw new Problem('invalid', 'a subscription is for 1 to 120 periods', { most: MOST_PERIODS });
    return price.fen * periods;
  }
  if (!(budgetFen !== undefined && Number.isSafeInteger(budgetFen) && budgetFen > 0))
    throw new Problem('invalid', 'say how much you want to spend at the most: the price goes by use');
  return budgetFen;
}

/** Whether money is settled by and by, for as long as the contract lasts, and not at once for the whole. */
export function goesByTime(price: PriceModel): boolean {
  return price.kind !== 'flat' && price.kind !== 'free-research';
}

/** Of those who share, basis points of the whole each. */
export interface Share<T> {
  to: T;
  basisPoints: number;
}

/**
 * Divides an amount without losing a fen: each gets the whole fen of the share, and those with the largest remainders get one
 * more, the first named first among equals.
 *
 * Source: the largest remainder method (Hamilton's).
 */
export function divide<T>(fen: number, shares: readonly Share<T>[]): { to: T; fen: number }[] {
  const whole = shares.reduce((sum, { basisPoints }) => sum + basisPoints, 0);
  if (whole !== BASIS) throw new Problem('invalid', 'the shares are not a whole', { sum: whole });
  const parts = shares.map(({ to, basisPoints }, place) => {
    const exact = BigInt(fen) * BigInt(basisPoints);
    return { to, place, fen: Number(exact / BigInt(BASIS)), rest: Number(exact % BigInt(BASIS)) };
  });
  let left = fen - parts.reduce((sum, part) => sum + part.fen, 0);
  for (const part of [...parts].sort((one, other) => other.rest - one.rest || one.place - other.place)) {
    if (left === 0) break;
    part.fen += 1;
    left -= 1;
  }
  return parts.map(({ to, fen: own }) => ({ to, fen: own }));
}

/** The part of an amount that so many basis points are, rounded down. */
export function partOf(fen: number, basisPoints: number): number {
  return Number((BigInt(fen) * BigInt(basisPoints)) / BigInt(BASIS));
}

/** Divides an amount as another one was divided, without losing a fen: what is given back comes from each by what each had. */
export function divideLike<T>(fen: number, had: readonly { to: T; fen: number }[]): { to: T; fen: number }[] {
  const whole = had.reduce((sum, part) => sum + part.fen, 0);
  if (!(fen >= 0 && fen <= whole)) throw new Problem('invalid', 'the amount is out of range', { most: whole });
  const parts = had.map(({ to, fen: own }, place) => {
    const exact = BigInt(fen) * BigInt(own);
    return { to, place, own, fen: Number(exact / BigInt(whole || 1)), rest: exact % BigInt(whole || 1) };
  });
  let left = fen - parts.reduce((sum, part) => sum + part.fen, 0);
  const byRest = [...parts].sort((one, other) =>
    one.rest === other.rest ? one.place - other.place : one.rest > other.rest ? -1 : 1,
  );
  for (const part of byRest) {
    if (left === 0) break;
    part.fen += 1;
    left -= 1;
  }
  return parts.map(({ to, fen: own }) => ({ to, fen: own }));
}
