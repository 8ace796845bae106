import { binomialRatio } from './boundary.ts';
import { type CriticalValue, solveLattice } from './level.ts';
import { checkLevel } from './poisson.ts';

export interface BinomialPlan {
  /** Events, exposed or not, after which the surveillance ends. */
  events: number;
  /** Chance of an unexposed event over that of an exposed one under the null: the controls of a case; p = 1 / (1 + ratio). */
  ratio: number;
  /** Exposed events before which it never signals. */
  leastExposed?: number;
  /** Events between one look and the next, which add up to `events`; without it every event is looked at. */
  groups?: readonly number[];
}

const MOST_EVENTS = 2000;

/**
 * The critical value of the binomial MaxSPRT: signal when the log likelihood ratio reaches it. It is the lowest that keeps the level, rounded up at the fifth digit as the R package Sequential does.
 *
 * @throws RangeError for a plan that cannot keep or reach the level, with what would
 *
 * Source: Kulldorff et al., Sequential Analysis 2011;30:58-78, section 3.
 */
export function binomialCriticalValue(plan: BinomialPlan, alpha: number): CriticalValue {
  const { events, ratio, leastExposed, looks } = checked(plan);
  checkLevel(alpha);
  const p = 1 / (1 + ratio);
  if (p ** events > alpha)
    throw new RangeError(
      `with so few events even all exposed are likelier than alpha: take at least ${Math.ceil(Math.log(alpha) / Math.log(p))} events`,
    );
  const most = mostLeastExposed(events, p, alpha);
  if (leastExposed > most)
    throw new RangeError(`at least ${leastExposed} exposed events are rarer than alpha: ask for at most ${most}`);

  const values: number[] = [];
  for (let seen = 1; seen <= events; seen += 1)
    for (let exposed = 1; exposed <= seen; exposed += 1) {
      const value = binomialRatio(exposed, seen, ratio);
      if (value > 0) values.push(value);
    }
  const solved = solveLattice(values, (value) => falseSignals(looks, leastExposed, ratio, strictly(value)), alpha)!;
  return { criticalValue: Math.ceil(solved.above * 1e5) / 1e5, level: solved.level, exact: false };
}

/** The exposed events at each look from which on it signals; a look that cannot signal has one more than its events. */
export function binomialLimits(plan: BinomialPlan, criticalValue: number): { events: number; exposed: number }[] {
  const { events, ratio, leastExposed, looks } = checked(plan);
  const limits: { events: number; exposed: number }[] = [];
  let exposed = leastExposed;
  for (let seen = 1; seen <= events; seen += 1) {
    if (looks[seen] === 0) continue;
    exposed = limitAt(seen, exposed, ratio, criticalValue);
    limits.push({ events: seen, exposed: Math.min(exposed, seen + 1) });
  }
  return limits;
}

/** Limits ascend with the events, so the search goes on from the last one. */
function limitAt(seen: number, from: number, ratio: number, criticalValue: number): number {
  let exposed = from;
  while (exposed <= seen && binomialRatio(exposed, seen, ratio) < criticalValue) exposed += 1;
  return exposed;
}

function falseSignals(looks: Uint8Array, leastExposed: number, ratio: number, criticalValue: number): number {
  const [p, q] = [1 / (1 + ratio), ratio / (1 + ratio)];
  const chances = new Float64Array(looks.length + 1);
  chances[0] = 1;
  let most = 0;
  let limit = leastExposed;
  let signalled = 0;
  for (let seen = 1; seen < looks.length; seen += 1) {
    for (let exposed = most + 1; exposed > 0; exposed -= 1)
      chances[exposed] = chances[exposed]! * q + chances[exposed - 1]! * p;
    chances[0] = chances[0]! * q;
    most += 1;
    if (looks[seen] === 0) continue;
    limit = limitAt(seen, limit, ratio, criticalValue);
    for (let exposed = limit; exposed <= most; exposed += 1) {
      signalled += chances[exposed]!;
      chances[exposed] = 0;
    }
    most = Math.min(most, limit - 1);
  }
  return signalled;
}

function strictly(value: number): number {
  return value * (1 + 1e-12);
}

function checked({ events, ratio, leastExposed = 1, groups }: BinomialPlan) {
  if (!(Number.isInteger(events) && events >= 1 && events <= MOST_EVENTS))
    throw new RangeError(`the events must be a whole number from 1 to ${MOST_EVENTS}`);
  if (!(ratio > 0 && ratio < Infinity)) throw new RangeError('the ratio of unexposed to exposed must be above 0');
  if (!(Number.isInteger(leastExposed) && leastExposed >= 1 && leastExposed <= events))
    throw new RangeError('the least exposed events must be a whole number from 1 to the events');
  const looks = new Uint8Array(events + 1);
  if (groups === undefined) looks.fill(1);
  else {
    let seen = 0;
    for (const group of groups) {
      if (!(Number.isInteger(group) && group >= 1))
        throw new RangeError('every group must be a whole number of events');
      seen += group;
      if (seen <= events) looks[seen] = 1;
    }
    if (seen !== events) throw new RangeError('the groups must add up to the events');
  }
  return { events, ratio, leastExposed, looks };
}

/** The most exposed events that are at least as likely as alpha. */
function mostLeastExposed(events: number, p: number, alpha: number): number {
  let log = events * Math.log(p);
  let tail = 0;
  for (let exposed = events; exposed > 0; exposed -= 1) {
    tail += Math.exp(log);
    if (tail >= alpha) return exposed;
    log += Math.log((exposed / (events - exposed + 1)) * ((1 - p) / p));
  }
  return 1;
}
