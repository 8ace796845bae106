/** What becomes of a surveillance until its end. */
export interface Surveillance {
  /** The chance that it signals. */
  power: number;
  /** Expected time to the signal given that there is one, in units of events expected under the null. */
  signalTime: number;
  /** Expected length, to the signal or to the end. */
  length: number;
}

/** A stretch of time in which the surveillance signals as soon as the count reaches `limit`; in a look (`atEnd`) only the count at its end is judged. */
export interface Stretch {
  until: number;
  limit: number;
  atEnd?: boolean;
}

/**
 * Follows the distribution of a Poisson count that has not signalled yet, stretch by stretch: exact, not simulated.
 *
 * @param stretches their ends and limits ascend
 * @param rate      events per event expected under the null: the relative risk
 *
 * Source: the recursion of Kulldorff et al. 2011, section 2.2; the time within a stretch in closed form: E[t; t <= d] of the r-th event is r/rate P(N(d) > r).
 */
export function follow(stretches: readonly Stretch[], rate: number): Surveillance {
  const highest = stretches.reduce((most, { limit }) => Math.max(most, limit), 0);
  const chances = new Float64Array(highest + 1);
  chances[0] = 1;
  // Counts from `least` to below `states` have a chance worth following.
  let [least, states] = [0, 1];
  let from = 0;
  let power = 0;
  let time = 0;
  for (const { until, limit, atEnd = false } of stretches) {
    const mean = (until - from) * rate;
    const masses = poissonMasses(mean, limit + 1);
    const tails = upperTails(masses, mean);
    for (let count = least; count < Math.min(states, limit); count += 1) {
      const chance = chances[count]!;
      const needed = limit - count;
      const signals = chance * tails[needed]!;
      power += signals;
      time += atEnd ? signals * until : signals * from + (chance * needed * tails[needed + 1]!) / rate;
    }
    for (let count = Math.max(least, limit); count < states; count += 1) {
      power += chances[count]!;
      time += chances[count]! * (atEnd ? until : from);
    }
    advance(chances, least, Math.min(states, limit), limit, masses);
    states = limit;
    while (least < limit && chances[least]! < NEGLIGIBLE) least += 1;
    from = until;
  }
  return { power, signalTime: time / power, length: time + (1 - power) * from };
}

/** Convolves in place and keeps what is below the limit. */
function advance(chances: Float64Array, least: number, states: number, limit: number, masses: Float64Array): void {
  let reach = masses.length - 1;
  while (reach > 0 && masses[reach]! < NEGLIGIBLE) reach -= 1;
  for (let count = limit - 1; count >= least; count -= 1) {
    let sum = 0;
    const last = Math.min(count, states - 1);
    for (let before = Math.max(least, count - reach); before <= last; before += 1)
      sum += chances[before]! * masses[count - before]!;
    chances[count] = sum;
  }
}

const NEGLIGIBLE = 1e-30;

/** Chances of 0, 1, ... `last` events, and beyond until they are negligible. */
export function poissonMasses(mean: number, last: number): Float64Array {
  if (!(mean > 0)) return Float64Array.from({ length: last + 1 }, (_, at) => (at === 0 ? 1 : 0));
  const end = Math.max(last, Math.ceil(mean + 12 * Math.sqrt(mean) + 40));
  const masses = new Float64Array(end + 1);
  const mode = Math.floor(mean);
  masses[mode] = Math.exp(logMassAtMode(mode, mean));
  for (let at = mode; at > 0; at -= 1) masses[at - 1] = (masses[at]! * at) / mean;
  for (let at = mode; at < end; at += 1) masses[at + 1] = (masses[at]! * mean) / (at + 1);
  return masses;
}

function logMassAtMode(mode: number, mean: number): number {
  if (mode < 32) {
    let log = -mean;
    for (let at = 1; at <= mode; at += 1) log += Math.log(mean / at);
    return log;
  }
  // Stirling's series; at the mode its large terms nearly cancel, so they are taken together.
  const correction = 1 / (12 * mode) - 1 / (360 * mode ** 3) + 1 / (1260 * mode ** 5) - 1 / (1680 * mode ** 7);
  const over = (mean - mode) / mode;
  return mode * (Math.log1p(over) - over) - 0.5 * Math.log(2 * Math.PI * mode) - correction;
}

function upperTails(masses: Float64Array, mean: number): Float64Array {
  const tails = new Float64Array(masses.length + 1);
  // Beyond the last mass the rest is below it times mean / last.
  tails[masses.length] = (masses[masses.length - 1]! * mean) / masses.length;
  for (let at = masses.length - 1; at >= 0; at -= 1) tails[at] = tails[at + 1]! + masses[at]!;
  return tails;
}
