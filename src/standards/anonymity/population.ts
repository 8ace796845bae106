import { digamma, logChoose, logGamma, minimise } from '#standards/statistics';
import type { PopulationModel } from './model.ts';

/** A sample as classes of equal records: how many there are of each size. */
interface Sample {
  /** By size, ascending. */
  histogram: readonly { size: number; classes: number }[];
  classes: number;
  records: number;
  uniques: number;
}

/**
 * The share of the population that is unique in it, estimated from the class sizes of a sample.
 *
 * `DANKAR` chooses as Dankar et al. advise (BMC Med Inform Decis Mak 2012;12:66): Pitman's model for samples of up to a tenth,
 * beyond that the smaller of Zayatz's and the slide negative binomial.
 *
 * @param sizes ascending
 * @returns     undefined when the model does not fit
 */
export function populationUniques(sizes: Uint32Array, population: number, model: PopulationModel): number | undefined {
  const sample = sampleOf(sizes);
  if (!(population >= sample.records)) throw new RangeError('a population is at least as large as its sample');
  if (sample.uniques === 0) return 0;
  const estimate = (name: Exclude<PopulationModel, 'DANKAR'>): number | undefined => {
    const uniques = MODELS[name](sample, population);
    return uniques !== undefined && uniques >= 0 && uniques <= population ? uniques / population : undefined;
  };
  if (model !== 'DANKAR') return estimate(model);
  if (sample.records <= population / 10) return estimate('PITMAN');
  const estimates = [estimate('ZAYATZ'), estimate('SNB')].filter((share) => share !== undefined);
  return estimates.length === 0 ? undefined : Math.min(...estimates);
}

const MODELS: Readonly<
  Record<Exclude<PopulationModel, 'DANKAR'>, (sample: Sample, population: number) => number | undefined>
> = { PITMAN: pitman, ZAYATZ: zayatz, SNB: slideNegativeBinomial };

/** Hoshino, J Official Statistics 2001;17:499: maximum likelihood of theta and alpha, by the closed forms of its sums. */
function pitman({ histogram, classes, records, uniques }: Sample, population: number): number | undefined {
  if (classes < 2 || uniques === records) return undefined;
  const likelihood = ([logTheta, alpha]: Float64Array): number => {
    const [theta, a] = [Math.exp(logTheta!), alpha!];
    let log = (classes - 1) * Math.log(a) + logGamma(theta / a + classes) - logGamma(theta / a + 1);
    log -= logGamma(theta + records) - logGamma(theta + 1);
    for (const { size, classes: count } of histogram) log += count * (logGamma(size - a) - logGamma(1 - a));
    return -log;
  };
  const gradient = ([logTheta, alpha]: Float64Array): number[] => {
    const [theta, a] = [Math.exp(logTheta!), alpha!];
    const shift = digamma(theta / a + classes) - digamma(theta / a + 1);
    const ofTheta = shift / a - digamma(theta + records) + digamma(theta + 1);
    let ofAlpha = (classes - 1) / a - (shift * theta) / (a * a);
    for (const { size, classes: count } of histogram) ofAlpha += count * (digamma(1 - a) - digamma(size - a));
    return [-ofTheta * theta, -ofAlpha];
  };
  const { x, converged } = minimise(likelihood, [Math.log(classes), 0.5], {
    gradient,
    lower: [-20, 1e-6],
    upper: [40, 1 - 1e-6],
    tolerance: 1e-10,
  });
  if (!converged) return undefined;
  const [theta, a] = [Math.exp(x[0]!), x[1]!];
  return Math.exp(logGamma(theta + 1) - logGamma(theta + a) + a * Math.log(population));
}

/** Zayatz, Bureau of the Census SRD-91/08: sizes of the population's classes are as those of the sample. */
function zayatz({ histogram, classes, records, uniques }: Sample, population: number): number {
  const once = (size: number): number =>
    records > population - size + 1
      ? 0
      : Math.exp(Math.log(size) + logChoose(population - size, records - 1) - logChoose(population, records));
  const seen = histogram.reduce((sum, { size, classes: count }) => sum + (count / classes) * once(size), 0);
  return (uniques * ((uniques / classes) * once(1))) / seen / (records / population);
}

/** Chen and Keller-McNulty, J Official Statistics 1998;14:79: a class is 1 and a negative binomial number; from uniques and pairs. */
function slideNegativeBinomial(
  { histogram, classes, records, uniques }: Sample,
  population: number,
): number | undefined {
  const share = records / population;
  const pairs = histogram.find(({ size }) => size === 2)?.classes ?? 0;
  const inhabited = classes + uniques * shlosser(histogram, share);
  const expected = ([logAlpha, logit]: Float64Array): { uniques: number; pairs: number; alone: number } => {
    const [alpha, beta] = [Math.exp(logAlpha!), 1 / (1 + Math.exp(-logit!))];
    const rest = (1 - share) * (1 - beta);
    const unseen = (beta / (1 - rest)) ** alpha;
    return {
      uniques: inhabited * share * unseen * (1 + (alpha * rest) / (1 - rest)),
      pairs: (inhabited * share ** 2 * alpha * (1 - beta) * unseen * (2 - (1 - alpha) * rest)) / (2 * (1 - rest) ** 2),
      alone: inhabited * beta ** alpha,
    };
  };
  const misfit = (x: Float64Array): number => {
    const found = expected(x);
    return (found.uniques / uniques - 1) ** 2 + ((found.pairs - pairs) / Math.max(1, pairs)) ** 2;
  };
  const { x, value } = minimise(misfit, [0, 0], { lower: [-15, -15], upper: [15, 15] });
  return value < 1e-6 ? expected(x).alone : undefined;
}

/** Haas et al., VLDB 1995, Shlosser's third estimator: classes of the population that the sample has not seen, for each unique. */
function shlosser(histogram: Sample['histogram'], share: number): number {
  const sum = (part: (size: number) => number): number =>
    histogram.reduce((total, { size, classes }) => total + classes * part(size), 0);
  const twice = sum((size) => size * share ** 2 * (1 - share ** 2) ** (size - 1));
  const both = sum((size) => (1 - share) ** size * ((1 + share) ** size - 1));
  const missed = sum((size) => (1 - share) ** size);
  const once = sum((size) => size * share * (1 - share) ** (size - 1));
  return both === 0 || once === 0 ? 0 : (twice / both) * (missed / once) ** 2;
}

function sampleOf(sizes: Uint32Array): Sample {
  const histogram: { size: number; classes: number }[] = [];
  let records = 0;
  for (const size of sizes) {
    const last = histogram.at(-1);
    if (last?.size === size) last.classes += 1;
    else histogram.push({ size, classes: 1 });
    records += size;
  }
  return { histogram, classes: sizes.length, records, uniques: histogram[0]?.size === 1 ? histogram[0].classes : 0 };
}
