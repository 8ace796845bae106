import {
  densityOf,
  type Estimate,
  harrisBoyd,
  inverse,
  isAnswered,
  lahti,
  nonparametric,
  robust,
  type Sample,
  type Shape,
  truncatedQuantiles,
  type Unanswered,
} from '#standards/reference-intervals';
import type { EstimatedInterval, IntervalAnswer, Partition } from '../model.ts';

/** The results to estimate from: all of them, and those of each sex where both are there. */
export interface Samples {
  all: Sample;
  male?: Sample;
  female?: Sample;
}

/** So many results by the direct methods are few enough for the robust one to be of use. */
const FEW = 400;
const RESAMPLES = 100;

export interface EstimateOptions {
  /** Of the indirect method, for each group. */
  resamples?: number;
  /** Told how far the resampling is; saying no ends it with the resamples made. */
  goOn?: (done: number, of: number) => boolean;
}

/**
 * Reference intervals by all methods that fit, for everybody and for each sex; and whether the sexes need intervals of their own.
 */
export function estimateAll(
  { all, male, female }: Samples,
  { resamples = RESAMPLES, goOn = () => true }: EstimateOptions = {},
): Pick<IntervalAnswer, 'estimates' | 'partition'> {
  const groups: { sex?: string; sample: Sample }[] = [
    { sample: all },
    ...(male === undefined ? [] : [{ sex: 'male', sample: male }]),
    ...(female === undefined ? [] : [{ sex: 'female', sample: female }]),
  ];
  const estimates: EstimatedInterval[] = [];
  groups.forEach(({ sex, sample }, at) => {
    const told = (method: EstimatedInterval['method'], answer: Estimate | Unanswered) =>
      estimates.push({ ...intervalOf(method, answer, sample), ...(sex !== undefined && { sex }) });
    told('nonparametric', nonparametric(sample));
    if (sample.n < FEW) told('robust', robust(sample));
    told('truncated', truncatedQuantiles(sample));
    const answer = inverse(sample, {
      resamples,
      goOn: (done, of) => goOn(at * of + done, groups.length * of),
    });
    told('inverse', answer);
    if (isAnswered(answer)) Object.assign(estimates.at(-1)!, modelOf(answer.shape, sample));
  });
  return {
    estimates,
    ...(male !== undefined && female !== undefined && { partition: partitionOf(all, male, female) }),
  };
}

function intervalOf(
  method: EstimatedInterval['method'],
  answer: Estimate | Unanswered,
  sample: Sample,
): EstimatedInterval {
  if (!isAnswered(answer))
    return {
      method,
      n: sample.n,
      unanswered: answer.reason,
      ...(answer.needed !== undefined && { needed: answer.needed }),
    };
  const { lower, upper, n, resamples } = answer;
  return { method, n, lower: finite(lower), upper: finite(upper), ...(resamples !== undefined && { resamples }) };
}

/** A limit without an interval of its own where too few resamples were made. */
function finite({ value, low, high }: { value: number; low: number; high: number }) {
  return Number.isFinite(low) && Number.isFinite(high) ? { value, low, high } : { value };
}

const CURVE_POINTS = 160;

/** The model's share and its curve over the range of the results. */
function modelOf(shape: Shape, { values }: Sample): Pick<EstimatedInterval, 'sharePercent' | 'curve'> {
  const [from, to] = [values[0]!, values.at(-1)!];
  // Finer at the foot, where a skewed test has its peak.
  const points = Array.from({ length: CURVE_POINTS }, (_, at) => from + (to - from) * (at / (CURVE_POINTS - 1)) ** 2);
  return {
    sharePercent: shape.share * 100,
    curve: points.map((x): [number, number] => [x, densityOf(shape, x)]).filter(([, y]) => Number.isFinite(y)),
  };
}

function partitionOf(all: Sample, male: Sample, female: Sample): Partition {
  const means = harrisBoyd(male, female);
  const common = nonparametric(all);
  const shares = isAnswered(common)
    ? lahti([male, female], { low: common.lower.value, high: common.upper.value })
    : undefined;
  return {
    ...(isAnswered(means) && means),
    ...(shares !== undefined &&
      isAnswered(shares) && {
        verdict: shares.verdict,
        shares: shares.shares.map(({ below, above }, at) => ({
          sex: at === 0 ? 'male' : 'female',
          belowPercent: below * 100,
          abovePercent: above * 100,
        })),
      }),
  };
}
