import { conditionalCrossing } from './boundary.ts';
import { type CriticalValue, solveLevel } from './level.ts';
import { checkLevel } from './poisson.ts';
import { poissonMasses } from './walk.ts';

/**
 * What is known of the rate from the historic events: `liberal` takes their period as ended by the last of them, `conservative` by one more, and `exact` as ended at a given time between the two.
 */
export type Inference = 'liberal' | 'exact' | 'conservative';

export interface ConditionalPlan {
  /** Events of the historic period, 1 or more. */
  historic: number;
  inference: Inference;
  /** Ends after so many events, or after so long a time in units of the historic period. */
  end: { events: number } | { time: number };
  leastEvents?: number;
  firstLook?: number;
}

/**
 * The critical value of the conditional MaxSPRT, for an expectation that itself rests on few historic events.
 *
 * Given the rate the count is a Poisson walk; what the history says of the rate is integrated in closed form. The chance of no signal is a sum of positive terms.
 *
 * @throws RangeError for a plan that cannot be or cannot reach the level
 *
 * Source: Li and Kulldorff, Stat Med 2010;29:284-295; the three ways to take the historic period: Silva, Li and Kulldorff, Sequential Analysis 2019;38:115-133. The R package Sequential
 * 4.5.1 weighs the last step of `exact` and `conservative` as `liberal`, and with a first look after 0 adds some terms more than once; with the first mended it agrees with what is here.
 */
export function conditionalCriticalValue(plan: ConditionalPlan, alpha: number): CriticalValue {
  checkPlan(plan);
  checkLevel(alpha);
  const reachable = signalChance(plan, 1e-9);
  if (reachable < alpha)
    throw new RangeError(
      'the chance of a signal stays below alpha: take fewer least events, an earlier first look or a later end',
    );
  return solveLevel((value) => signalChance(plan, value), alpha);
}

function signalChance(plan: ConditionalPlan, criticalValue: number): number {
  const { historic, end, leastEvents = 1, firstLook = 0 } = plan;
  const crossing = (count: number) => conditionalCrossing(count, historic, criticalValue);
  let limit = leastEvents;
  let next = crossing(limit);
  const isOver = () => ('events' in end ? limit >= end.events : next >= end.time);
  while (next < firstLook && !isOver()) {
    limit += 1;
    next = crossing(limit);
  }
  if (next < firstLook) throw new RangeError(`the first look must be before ${next}, when the last event can signal`);
  const walk = new Walk(historic);
  while (!isOver()) {
    walk.go(next, limit);
    limit += 1;
    next = crossing(limit);
  }
  walk.go('events' in end ? next : end.time, limit);
  return 1 - walk.silence(plan.inference);
}

/** The counts that have not signalled, followed at a reference rate from which every other rate's chances follow. */
class Walk {
  readonly #historic: number;
  #chances = Float64Array.of(1);
  #time = 0;

  constructor(historic: number) {
    this.#historic = historic;
  }

  /** Until `time`; what reaches `limit` has signalled. */
  go(time: number, limit: number): void {
    const masses = poissonMasses((time - this.#time) * this.#historic, limit);
    const before = this.#chances;
    const after = new Float64Array(limit);
    for (let count = 0; count < limit; count += 1) {
      let sum = 0;
      const last = Math.min(count, before.length - 1);
      for (let at = 0; at <= last; at += 1) sum += before[at]! * masses[count - at]!;
      after[count] = sum;
    }
    this.#chances = after;
    this.#time = time;
  }

  /** The chance that it has not signalled, the rate integrated. */
  silence(inference: Inference): number {
    const reference = this.#historic;
    const weights = logMoments(inference, reference, this.#time, this.#chances.length);
    let sum = 0;
    for (const [count, chance] of this.#chances.entries())
      if (chance > 0) sum += chance * Math.exp(weights[count]! - count * Math.log(reference) + reference * this.#time);
    return sum;
  }
}

/** log E[rate^x exp(-rate t)] for x = 0, 1, ...: the rate in events per historic period. */
function logMoments(inference: Inference, historic: number, time: number, length: number): Float64Array {
  if (inference === 'liberal') return gammaMoments(historic, time, length);
  if (inference === 'conservative') return gammaMoments(historic + 1, time, length);
  // Exact: the rate is a gamma variate of the historic events plus a uniform part of one more waiting time; the moments are a convolution.
  const gamma = gammaMoments(historic, time, length);
  const part = uniformPartMoments(time, length);
  const logFactorials = new Float64Array(length);
  for (let x = 1; x < length; x += 1) logFactorials[x] = logFactorials[x - 1]! + Math.log(x);
  return Float64Array.from({ length }, (_, x) => {
    let sum = 0;
    const largest = gamma[x]!;
    for (let of = 0; of <= x; of += 1)
      sum += Math.exp(gamma[of]! - logFactorials[of]! + Math.log(part[x - of]!) - (largest - logFactorials[x]!));
    return largest + Math.log(sum);
  });
}

function gammaMoments(shape: number, time: number, length: number): Float64Array {
  const logs = new Float64Array(length);
  logs[0] = -shape * Math.log1p(time);
  for (let x = 1; x < length; x += 1) logs[x] = logs[x - 1]! + Math.log(shape + x - 1) - Math.log1p(time);
  return logs;
}

/** E[(ue)^n exp(-uet)] / n! for u uniform and e exponential: the sum over m >= n of t^(m-n) (1+t)^-(m+1) / (m+1), by recursion from above, where all terms are positive. */
function uniformPartMoments(time: number, length: number): Float64Array {
  const moments = new Float64Array(length);
  // What is left out is smaller by (t / (1+t))^(last - n).
  const last = length + Math.ceil(40 / Math.log1p(1 / time));
  let moment = 0;
  for (let n = last; n >= 0; n -= 1) {
    moment = time * moment + Math.exp(-(n + 1) * Math.log1p(time)) / (n + 1);
    if (n < length) moments[n] = moment;
  }
  return moments;
}

function checkPlan({ historic, end, leastEvents = 1, firstLook = 0 }: ConditionalPlan): void {
  const whole = (value: number, most: number) => Number.isInteger(value) && value >= 1 && value <= most;
  if (!whole(historic, 10_000)) throw new RangeError('the historic events must be a whole number from 1 to 10000');
  if ('events' in end && !whole(end.events, 500))
    throw new RangeError('the events at the end must be a whole number from 1 to 500');
  if ('time' in end && !(end.time > 0 && end.time * historic <= 500))
    throw new RangeError('the time at the end must be above 0 and expect at most 500 events');
  if (!whole(leastEvents, 'events' in end ? Math.min(100, end.events) : 100))
    throw new RangeError(
      'the least number of events must be a whole number from 1 to 100, and at most the events at the end',
    );
  if (!(firstLook >= 0)) throw new RangeError('the first look must be 0 or later');
  if ('time' in end && firstLook > end.time) throw new RangeError('the first look must be before the end');
}
