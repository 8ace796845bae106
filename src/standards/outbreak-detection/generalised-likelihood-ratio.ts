import { epidemicFactor, interceptLogFactor, newtonAsInR } from './change-estimate.ts';
import { beforeOf, type Run, ratioTerms, type Stretch } from './likelihood-ratio.ts';

export interface GeneralisedOptions {
  /** The statistic that is an alarm. */
  threshold: number;
  /** Overdispersion: variance mu + alpha mu²; 0 is Poisson. */
  alpha?: number | undefined;
  /** What an outbreak does: it multiplies the expected count, or each case of the time before causes some more. */
  change?: 'intercept' | 'epidemic' | undefined;
  /** Whether a rise or a fall is looked for; a change of kind `epidemic` only rises. */
  direction?: 'inc' | 'dec' | undefined;
  /** A change may lie at most so many counts back; absent: anywhere since the start. */
  window?: number | undefined;
  /** And at least so many counts must have come since, the last among them (1). */
  least?: number | undefined;
  /** As far as R's search for the number of cases goes (10,000). */
  mostCases?: number | undefined;
  /**
   * As the R package has it, where it departs from the paper (false): a window needs one count more than `least`, and without a window `least` only delays the start; stretches without a case are no fall;
   * the size of an epidemic change is sought by Newton steps that may stick at none, for negative binomial counts as if it were one of the intercept.
   */
  rCompat?: boolean | undefined;
}

/** The largest logarithm of a likelihood ratio over all times at which the change may have come, up to `at`. */
type Statistic = (stretch: Stretch, at: number) => number;

/**
 * The generalised likelihood-ratio chart for a change of unknown size at an unknown time.
 *
 * Source: Höhle and Paul, Comput Stat Data Anal 2008;52:4357-4368, sections 2.2 and 2.3; Held, Höhle, Hofmann, Stat Model 2005;5:187-199 (epidemic).
 */
export function generalisedRun(stretch: Stretch, options: GeneralisedOptions): Run {
  const { threshold, alpha = 0, change = 'intercept', least = 1, window, rCompat = false } = options;
  if (change === 'epidemic' && stretch.cases !== undefined)
    throw new RangeError('the number of cases that is enough is not defined for an epidemic change');
  const statistic = statisticOf(options);
  const exceeds = change === 'epidemic' && alpha === 0 && rCompat;
  const late = rCompat && window !== undefined && alpha === 0 && change === 'intercept' ? 1 : 0;
  for (let at = Math.max(0, least - 1 + late); at < stretch.counts.length; at += 1) {
    const value = statistic(stretch, at);
    stretch.statistic[at] = Math.max(0, value);
    const alarmed = exceeds ? value > threshold : value >= threshold;
    if (stretch.cases !== undefined) stretch.cases[at] = enoughCases(stretch, at, statistic, options, alarmed);
    if (alarmed) return { length: at + 1, alarmed };
  }
  return { length: stretch.counts.length, alarmed: false };
}

function statisticOf(options: GeneralisedOptions): Statistic {
  const { alpha = 0, change = 'intercept' } = options;
  if (change === 'epidemic') return (stretch, at) => epidemicStatistic(stretch, at, options);
  if (alpha === 0) return (stretch, at) => poissonStatistic(stretch, at, options);
  return (stretch, at) => negativeBinomialStatistic(stretch, at, options);
}

/** Where the change may have begun, first and last. */
function starts(at: number, { window, least = 1 }: GeneralisedOptions): [first: number, last: number] {
  return [window === undefined ? 0 : Math.max(0, at - window), at - Math.max(0, least - 1)];
}

/** With Poisson counts the size of the change follows from the sums of a stretch. */
function poissonStatistic({ counts, expected }: Stretch, at: number, options: GeneralisedOptions): number {
  const { direction = 'inc', window, rCompat = false } = options;
  const [first, last] = starts(at, options);
  const nearest = rCompat ? (window === undefined ? at : last - 1) : last;
  let cases = 0;
  let mean = 0;
  let best = -Infinity;
  for (let from = at; from >= first; from -= 1) {
    cases += counts[from]!;
    mean += expected[from]!;
    if (from > nearest) continue;
    const value = poissonRatio(cases, mean, direction);
    if (cases === 0 && direction === 'dec' && rCompat) continue;
    if (value > best) best = value;
  }
  return best;
}

function poissonRatio(cases: number, mean: number, direction: 'inc' | 'dec'): number {
  const rises = cases > mean;
  if (rises !== (direction === 'inc')) return 0;
  return (cases === 0 ? 0 : cases * Math.log(cases / mean)) + mean - cases;
}

function negativeBinomialStatistic(stretch: Stretch, at: number, options: GeneralisedOptions): number {
  const { alpha = 0, direction = 'inc', rCompat = false } = options;
  const sign = direction === 'inc' ? 1 : -1;
  const [first, last] = starts(at, options);
  let best = -Infinity;
  let logFactor = 0.5;
  for (let from = first; from <= last; from += 1) {
    const free = rCompat
      ? newtonAsInR(stretch, from, at, alpha, logFactor)
      : interceptLogFactor(stretch, from, at, alpha);
    // As in C, where the larger of 0 and NaN is 0.
    logFactor = sign * free > 0 ? free : 0;
    const value = interceptRatio(stretch, from, at, alpha, logFactor);
    if (value > best) best = value;
  }
  return best;
}

function interceptRatio(
  { counts, expected }: Stretch,
  from: number,
  to: number,
  alpha: number,
  logFactor: number,
): number {
  let sum = 0;
  for (let at = from; at <= to; at += 1) {
    const { each, fixed } = ratioTerms(expected[at]!, logFactor, alpha);
    sum += (counts[at] === 0 ? 0 : counts[at]! * each) + fixed;
  }
  return sum;
}

function epidemicStatistic(stretch: Stretch, at: number, options: GeneralisedOptions): number {
  const { alpha = 0, rCompat = false } = options;
  const [first, last] = starts(at, options);
  let best = -Infinity;
  let factor = 0.5;
  let logFactor = 0.5;
  for (let from = first; from <= last; from += 1) {
    if (rCompat && alpha > 0) {
      logFactor = newtonAsInR(stretch, from, at, alpha, logFactor);
      factor = Math.exp(logFactor);
    } else factor = epidemicFactor(stretch, from, at, alpha, rCompat ? factor : undefined);
    const value = epidemicRatio(stretch, from, at, alpha, factor);
    if (value > best) best = value;
  }
  return best;
}

function epidemicRatio(stretch: Stretch, from: number, to: number, alpha: number, factor: number): number {
  const { counts, expected } = stretch;
  let sum = 0;
  for (let at = from; at <= to; at += 1) {
    const mu = expected[at]!;
    const added = factor * beforeOf(stretch, at);
    const growth = counts[at] === 0 ? 0 : counts[at]! * Math.log1p(added / mu);
    if (alpha === 0) sum += growth - added;
    else sum += growth - (counts[at]! + 1 / alpha) * Math.log((1 + alpha * (mu + added)) / (1 + alpha * mu));
  }
  return sum;
}

/** The fewest cases that are an alarm at this place; looking for a fall, the fewest that are none. */
function enoughCases(
  stretch: Stretch,
  at: number,
  statistic: Statistic,
  options: GeneralisedOptions,
  alarmed: boolean,
): number {
  const { threshold, alpha = 0, direction = 'inc', rCompat = false } = options;
  const counts = stretch.counts.slice(0, at + 1);
  const trial: Stretch = { ...stretch, counts };
  const valueWith = (cases: number): number => {
    counts[at] = cases;
    return statistic(trial, at);
  };
  if (alpha > 0 && rCompat) return searchAsInR(stretch.counts[at]!, valueWith, options, alarmed);
  return firstWhere((cases) => (direction === 'inc' ? valueWith(cases) >= threshold : !(valueWith(cases) > threshold)));
}

const FAR = 1e99;

/** The first whole number from 0 on; from 1 on the answers must change once. */
function firstWhere(holds: (cases: number) => boolean): number {
  if (holds(0)) return 0;
  let [low, high] = [0, 1];
  while (!holds(high) && high < FAR) [low, high] = [high, 2 * high];
  if (high >= FAR) return FAR;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (holds(middle)) high = middle;
    else low = middle;
  }
  return high;
}

/** From the count itself up or down, and not at all from 0. */
function searchAsInR(
  count: number,
  valueWith: (cases: number) => number,
  { threshold, mostCases = 10_000 }: GeneralisedOptions,
  alarmed: boolean,
): number {
  let cases = count;
  while (cases <= mostCases && cases >= 1) {
    cases += alarmed ? -1 : 1;
    if (valueWith(cases) >= threshold !== alarmed) return alarmed ? cases + 1 : cases;
  }
  return alarmed ? 0 : FAR;
}
