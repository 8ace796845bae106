import { normal, Random } from '#standards/statistics';
import { CONFIDENCE, type Estimate, type Sample, TAIL, type Unanswered } from './model.ts';
import { compacted, cumulated, mapped, percentileInterval, present, quantile, resampled, within } from './sample.ts';

/** Below this the quartiles of the mixture say too little about its healthy part. */
const LEAST = 200;
const RESAMPLES = 200;

export interface TruncatedEstimate extends Estimate {
  /** Whether the logarithms were taken for normal, or the values. */
  scale: 'normal' | 'log-normal';
  /** How many results were left after truncation. */
  kept: number;
}

/**
 * Reference limits from routine results, the simple way: cut the mixture back to its central 95 % by the healthier half of its box plot, then read the limits from a
 * straight line through its quantiles. Serves as a check on `inverse`: it needs the healthy to be at least about 80 % of the results.
 *
 * Source: Hoffmann, JAMA 1963;185:864-873 (the line); Hoffmann, Klawonn, Lichtinghagen and Orth, J Lab Med 2017;41:295-301 (the box plot iterated and the line through truncated
 * quantiles); choice of the scale by Bowley's skewness: Klawonn, Hoffmann and Orth, J Lab Med 2020;44:143-150.
 */
export function truncatedQuantiles(
  sample: Sample,
  { seed = 1, resamples = RESAMPLES }: { seed?: number; resamples?: number } = {},
): TruncatedEstimate | Unanswered {
  const positive = compacted(within(sample, Number.MIN_VALUE, Infinity));
  if (positive.n < LEAST) return { reason: 'too-few', needed: LEAST };
  const found = limitsOf(positive);
  if (found === undefined) return { reason: 'no-spread' };
  const random = new Random(seed);
  const lows: number[] = [];
  const highs: number[] = [];
  for (let draw = 0; draw < resamples; draw += 1) {
    const limits = limitsOf(present(resampled(positive, random)));
    if (limits === undefined) continue;
    lows.push(limits.low);
    highs.push(limits.high);
  }
  return {
    lower: { value: found.low, ...percentileInterval(lows, CONFIDENCE) },
    upper: { value: found.high, ...percentileInterval(highs, CONFIDENCE) },
    confidence: CONFIDENCE,
    n: positive.n,
    resamples: lows.length,
    scale: found.log ? 'log-normal' : 'normal',
    kept: found.kept,
  };
}

/** The difference of Bowley's skewness above which the logarithms are the better scale. */
const SKEWNESS_GAIN = 0.05;
const LINE_POINTS = 40;

function limitsOf(sample: Sample): { low: number; high: number; log: boolean; kept: number } | undefined {
  const logged = mapped(sample, Math.log);
  const log = bowley(sample) - bowley(logged) > SKEWNESS_GAIN && bowley(sample) > 0;
  const central = truncated(log ? logged : sample);
  if (central === undefined) return undefined;
  const sums = cumulated(central);
  let [sx, sy, sxx, sxy] = [0, 0, 0, 0];
  for (let at = 0; at < LINE_POINTS; at += 1) {
    // The central sample is the middle 95 % of the healthy: its quantile p is theirs at 0.025 + 0.95 p. The outermost points are the least certain.
    const p = 0.05 + (0.9 * at) / (LINE_POINTS - 1);
    const x = normal.quantile(TAIL + (1 - 2 * TAIL) * p);
    const y = quantile(central, p, sums);
    sx += x;
    sy += y;
    sxx += x * x;
    sxy += x * y;
  }
  const spread = (LINE_POINTS * sxy - sx * sy) / (LINE_POINTS * sxx - sx * sx);
  const centre = (sy - spread * sx) / LINE_POINTS;
  const reach = normal.quantile(1 - TAIL) * spread;
  const back = log ? Math.exp : (value: number) => Math.max(0, value);
  return { low: back(centre - reach), high: back(centre + reach), log, kept: central.n };
}

/** Bowley's skewness: of the quartiles' distances from the median. */
function bowley(sample: Sample): number {
  const sums = cumulated(sample);
  const [first, middle, third] = [
    quantile(sample, 0.25, sums),
    quantile(sample, 0.5, sums),
    quantile(sample, 0.75, sums),
  ];
  return third > first ? (third + first - 2 * middle) / (third - first) : 0;
}

const MOST_ROUNDS = 60;

/** The central 95 % of a normal distribution, found from the shorter half of the box, until nothing more is cut. */
function truncated(sample: Sample): Sample | undefined {
  const whole = normal.quantile(TAIL) / normal.quantile(0.25);
  const central = normal.quantile(TAIL) / normal.quantile(0.25 * (1 - 2 * TAIL) + TAIL);
  let rest = sample;
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const sums = cumulated(rest);
    const middle = quantile(rest, 0.5, sums);
    const half = Math.min(middle - quantile(rest, 0.25, sums), quantile(rest, 0.75, sums) - middle);
    if (!(half > 0)) return undefined;
    const reach = (round === 0 ? whole : central) * half;
    const next = within(rest, middle - reach, middle + reach);
    if (round > 0 && next.n === rest.n) return next;
    rest = next;
  }
  return rest;
}
