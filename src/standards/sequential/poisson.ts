import { gamma } from '../statistics/index.ts';
import { poissonCrossing, poissonRatio } from './boundary.ts';
import { type CriticalValue, solveLattice, solveLevel } from './level.ts';
import { follow, poissonMasses, type Stretch, type Surveillance } from './walk.ts';

export interface PoissonPlan {
  /** Length of the surveillance in events expected under the null, above 0. */
  length: number;
  /** Events before which it never signals, 1 or more. */
  leastEvents?: number;
  /** Expected events at the first look; 0 looks from the first event on. */
  firstLook?: number;
}

const MOST_LENGTH = 5000;
/** No level of this world needs a higher critical value. */
const MOST_VALUE = 500;
const MOST_EVENTS = 100_000;

/**
 * The critical value of the Poisson MaxSPRT under continuous surveillance: the log likelihood ratio at which a true null signals with chance `alpha` until the end.
 *
 * With a first look after 0 there may be no value of exactly that level; then the smallest of a lower level is given, rounded up at the sixth digit as the R package Sequential does.
 *
 * @throws RangeError for a plan that cannot reach the level, with what would
 *
 * Source: Kulldorff et al., Sequential Analysis 2011;30:58-78; the minimum number of events and the delayed first look: Kulldorff and Silva, REVSTAT 2017;15:373-394.
 */
export function poissonCriticalValue(plan: PoissonPlan, alpha: number): CriticalValue {
  const { length, leastEvents } = checked(plan);
  checkLevel(alpha);
  const reachable = 1 - below(leastEvents, length);
  if (reachable < alpha)
    throw new RangeError(
      `with at least ${leastEvents} events the chance of a signal stays below alpha: take fewer events or a length of ${leastLength(leastEvents, alpha)} or more`,
    );
  const solved = solveLevel((value) => poissonPerformance(plan, value, 1).power, alpha);
  if (solved.exact) return solved;
  const criticalValue = Math.ceil(solved.criticalValue * 1e6) / 1e6;
  return { criticalValue, level: poissonPerformance(plan, criticalValue, 1).power, exact: false };
}

/**
 * Power, expected time to signal and expected length of the Poisson MaxSPRT under continuous surveillance.
 *
 * @param relativeRisk true events over expected ones, above 0
 */
export function poissonPerformance(plan: PoissonPlan, criticalValue: number, relativeRisk: number): Surveillance {
  return follow(stretchesOf(plan, criticalValue, relativeRisk), relativeRisk);
}

/**
 * The same as the R package Sequential 4.5.1 gives it: with a first look after 0 it times the signals up to the first threshold after that look by other formulas, so that times and lengths are others. Power is the same.
 */
export function poissonPerformanceAsInR(plan: PoissonPlan, criticalValue: number, relativeRisk: number): Surveillance {
  const { length, leastEvents, firstLook } = checked(plan);
  const stretches = stretchesOf(plan, criticalValue, relativeRisk);
  const whole = follow(stretches, relativeRisk);
  // The look, then the stretch to the first threshold; where that is the end, R has no formula of its own worth following.
  if (firstLook === 0 || stretches.length < 3) return whole;
  const { until: threshold, limit } = stretches[1]!;
  const begun = follow(stretches.slice(0, 2), relativeRisk);
  const timed =
    limit === leastEvents
      ? (limit / relativeRisk) * (1 - below(limit + 1, threshold * relativeRisk))
      : timeOfFirstSignals(limit, threshold, poissonCrossing(limit - 1, criticalValue), firstLook, relativeRisk);
  const time = whole.power * whole.signalTime - begun.power * begun.signalTime + timed;
  return { power: whole.power, signalTime: time / whole.power, length: time + (1 - whole.power) * length };
}

/** R's: the count is judged at the threshold before the first look, as if at the look; later signals are timed from the threshold on, over the time since the look. */
function timeOfFirstSignals(limit: number, threshold: number, before: number, firstLook: number, risk: number): number {
  const [masses, mean] = [poissonMasses(before * risk, limit), (threshold - before) * risk];
  let time = (1 - below(limit, before * risk)) * firstLook;
  for (let count = 0; count < limit; count += 1) {
    const needed = limit - count;
    const [reached, passed] = [1 - below(needed, mean), 1 - below(needed + 1, mean)];
    time += masses[count]! * (threshold * reached + ((threshold - firstLook) * needed * passed) / mean);
  }
  return time;
}

function stretchesOf(plan: PoissonPlan, criticalValue: number, relativeRisk: number): Stretch[] {
  const { length, leastEvents, firstLook } = checked(plan);
  checkRisk(relativeRisk, length);
  if (!(criticalValue > 0 && criticalValue <= MOST_VALUE))
    throw new RangeError(`the critical value must be above 0 and at most ${MOST_VALUE}`);
  let limit = leastEvents;
  let crossing = poissonCrossing(limit, criticalValue);
  while (crossing < firstLook) {
    limit += 1;
    crossing = poissonCrossing(limit, criticalValue);
  }
  const stretches: Stretch[] = [];
  if (firstLook > 0) stretches.push({ until: firstLook, limit, atEnd: true });
  while (crossing < length) {
    stretches.push({ until: crossing, limit });
    limit += 1;
    crossing = poissonCrossing(limit, criticalValue);
  }
  stretches.push({ until: length, limit });
  return stretches;
}

export interface GroupPlan {
  /** Events expected under the null between one look and the next, each above 0. */
  groups: readonly number[];
  leastEvents?: number;
}

export interface GroupCriticalValue extends CriticalValue {
  /** The count at each look from which on it signals. */
  limits: number[];
}

/**
 * The critical value when looks are few: of all values with the same limits, the lowest, made strict by adding one millionth as the R package Sequential does.
 *
 * @throws RangeError for groups that are not above 0, or a level that cannot be had
 */
export function poissonGroupCriticalValue({ groups, leastEvents = 1 }: GroupPlan, alpha: number): GroupCriticalValue {
  const looks = lookTimes(groups);
  const length = looks.at(-1)!;
  checked({ length, leastEvents });
  checkLevel(alpha);
  if (1 - below(leastEvents, length) <= alpha) {
    // The least events are rare enough by themselves: any value up to theirs at the end keeps the level.
    const criticalValue = poissonRatio(leastEvents, length);
    const { power: level } = groupPower(looks, leastEvents, criticalValue, 1);
    return { criticalValue, level, exact: false, limits: groupLimits(looks, leastEvents, criticalValue) };
  }
  const values = latticeOf(looks, leastEvents, alpha);
  const { above } = solveLattice(values, (value) => groupPower(looks, leastEvents, strictly(value), 1).power, alpha)!;
  const limits = groupLimits(looks, leastEvents, strictly(above));
  const { power: level } = groupPower(looks, leastEvents, strictly(above), 1);
  return { criticalValue: Math.round(above * 1e10) / 1e10 + 1e-6, level, exact: false, limits };
}

/** Power, expected time to signal and expected length when looks are few; a signal is at a look. */
export function poissonGroupPerformance(
  { groups, leastEvents = 1 }: GroupPlan,
  criticalValue: number,
  relativeRisk: number,
): Surveillance {
  const looks = lookTimes(groups);
  checkRisk(relativeRisk, checked({ length: looks.at(-1)!, leastEvents }).length);
  if (!(criticalValue > 0 && criticalValue <= MOST_VALUE))
    throw new RangeError(`the critical value must be above 0 and at most ${MOST_VALUE}`);
  return groupPower(looks, leastEvents, criticalValue, relativeRisk);
}

function groupPower(
  looks: readonly number[],
  leastEvents: number,
  criticalValue: number,
  relativeRisk: number,
): Surveillance {
  const limits = groupLimits(looks, leastEvents, criticalValue);
  return follow(
    looks.map((until, at) => ({ until, limit: limits[at]!, atEnd: true })),
    relativeRisk,
  );
}

function groupLimits(looks: readonly number[], leastEvents: number, criticalValue: number): number[] {
  let limit = leastEvents;
  return looks.map((expected) => {
    while (poissonRatio(limit, expected) < criticalValue) limit += 1;
    return limit;
  });
}

/** Just above a value of the lattice, whatever its last digit. */
function strictly(value: number): number {
  return value * (1 + 1e-12) + 1e-13;
}

/** Every value at which a limit of a look changes, up to the first that no level needs. */
function latticeOf(looks: readonly number[], leastEvents: number, alpha: number): number[] {
  const values: number[] = [];
  for (const expected of looks) {
    const masses = poissonMasses(expected, leastEvents);
    let tail = 1;
    for (let count = 0; tail > alpha / (2 * looks.length) || count <= leastEvents; count += 1) {
      if (count >= leastEvents && count > expected) values.push(poissonRatio(count, expected));
      tail -= masses[count] ?? 0;
    }
    // One more: signalling above the last of these keeps every look below its share of the level.
    let count = Math.max(leastEvents, Math.ceil(expected));
    while (poissonRatio(count, expected) <= (values.at(-1) ?? 0)) count += 1;
    values.push(poissonRatio(count, expected));
  }
  return values;
}

function lookTimes(groups: readonly number[]): number[] {
  if (groups.length === 0 || !groups.every((group) => group > 0))
    throw new RangeError('every group must expect more than 0 events');
  let sum = 0;
  return groups.map((group) => {
    sum += group;
    return sum;
  });
}

function checked({ length, leastEvents = 1, firstLook = 0 }: PoissonPlan): Required<PoissonPlan> {
  if (!(length > 0 && length <= MOST_LENGTH))
    throw new RangeError(`the length must be above 0 and at most ${MOST_LENGTH}`);
  if (!(Number.isInteger(leastEvents) && leastEvents >= 1 && leastEvents <= 100))
    throw new RangeError('the least number of events must be a whole number from 1 to 100');
  if (!(firstLook >= 0 && firstLook <= length)) throw new RangeError('the first look must be from 0 to the length');
  return { length, leastEvents, firstLook };
}

function checkRisk(relativeRisk: number, length: number): void {
  if (!(relativeRisk > 0 && relativeRisk * length <= MOST_EVENTS))
    throw new RangeError(`the relative risk must be above 0, and at most ${MOST_EVENTS} events expected under it`);
}

export function checkLevel(alpha: number): void {
  if (!(alpha >= 1e-7 && alpha <= 0.5)) throw new RangeError('alpha must be from 1e-7 to 0.5');
}

/** The chance of fewer than so many events. */
function below(events: number, mean: number): number {
  return poissonMasses(mean, events)
    .subarray(0, events)
    .reduce((sum, mass) => sum + mass, 0);
}

/** The shortest length in which so many events are as likely as alpha, rounded up. */
function leastLength(events: number, alpha: number): number {
  return Math.ceil(gamma.quantile(alpha, events) * 100) / 100;
}
