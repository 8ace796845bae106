import { normal, Random } from '#standards/statistics';
import { boxCox, boxCoxInverse } from './box-cox.ts';
import { gridOf, type Histogram, histogramOf, mainPeak, smoothed, spread } from './histogram.ts';
import { CONFIDENCE, type Estimate, isAnswered, type Sample, TAIL, type Unanswered } from './model.ts';
import { compacted, percentileInterval, resampled, within } from './sample.ts';

/** The distribution of the healthy: normal after Box and Cox's transformation with `lambda`. */
export interface Shape {
  lambda: number;
  mu: number;
  sigma: number;
  /** The share of the results that belong to it. */
  share: number;
}

export interface InverseEstimate extends Estimate {
  shape: Shape;
}

/** Ammer et al. recommend 1,000 and more; below this the answer would be chance. */
export const LEAST_INVERSE = 400;
const DEFAULT_RESAMPLES = 100;

export interface InverseOptions {
  seed?: number;
  resamples?: number;
  /** Told after each resample; saying no ends the resampling early, and the estimate tells how many there were. */
  goOn?: (done: number, of: number) => boolean;
}

/**
 * Reference limits from routine results, which mix the healthy with the ill: the model of the healthy is turned round until it explains as much as it can of the results
 * around the main peak without promising results that are not there.
 *
 * Source: refineR, Ammer, Schuetzenmeister, Prokosch, Rauh, Rank and Zierk, Sci Rep 2021;11:16023 (model, band, cost, search by grids); the truncation of the normal distribution at the
 * transformation's end and the penalty of empty tails as described for its later versions. Own: the cells (histogram.ts), the finer search by halving steps, and the weight of the tails.
 */
export function inverse(sample: Sample, options: InverseOptions = {}): InverseEstimate | Unanswered {
  const { seed = 1, resamples = DEFAULT_RESAMPLES, goOn = () => true } = options;
  const usable = compacted(within(sample, 0, Infinity));
  if (usable.n < LEAST_INVERSE) return { reason: 'too-few', needed: LEAST_INVERSE };
  if (usable.values.length < 8) return { reason: 'no-spread' };
  const shape = fitted(usable);
  if (!isAnswered(shape)) return shape;
  const random = new Random(seed);
  const lows: number[] = [];
  const highs: number[] = [];
  for (let draw = 0; draw < resamples; draw += 1) {
    const other = fitted(resampled(usable, random));
    if (isAnswered(other)) {
      lows.push(quantileOf(other, TAIL));
      highs.push(quantileOf(other, 1 - TAIL));
    }
    if (!goOn(draw + 1, resamples)) break;
  }
  const [lower, upper] = [quantileOf(shape, TAIL), quantileOf(shape, 1 - TAIL)];
  return {
    lower: { value: lower, ...around(lower, lows) },
    upper: { value: upper, ...around(upper, highs) },
    confidence: CONFIDENCE,
    n: usable.n,
    resamples: lows.length,
    shape,
  };
}

/** The percentile interval, widened to the estimate itself where a short resampling missed it. */
function around(value: number, figures: readonly number[]): { low: number; high: number } {
  if (figures.length < 20) return { low: Number.NaN, high: Number.NaN };
  const { low, high } = percentileInterval(figures, CONFIDENCE);
  return { low: Math.min(low, value), high: Math.max(high, value) };
}

/** The value below which a share `p` of the healthy lies. */
export function quantileOf({ lambda, mu, sigma }: Shape, p: number): number {
  const cut = lambda > 0 ? normal.cdf((-1 / lambda - mu) / sigma) : 0;
  return boxCoxInverse(mu + sigma * normal.quantile(cut + p * (1 - cut)), lambda);
}

/** The density of the healthy at x, as a share of all results. */
export function densityOf({ lambda, mu, sigma, share }: Shape, x: number): number {
  if (!(x > 0)) return 0;
  const cut = lambda > 0 ? normal.cdf((-1 / lambda - mu) / sigma) : 0;
  const z = (boxCox(x, lambda) - mu) / sigma;
  return (share * Math.exp((-z * z) / 2) * x ** (lambda - 1)) / (sigma * Math.sqrt(2 * Math.PI) * (1 - cut));
}

function fitted(sample: Sample): Shape | Unanswered {
  const grid = gridOf(sample);
  if (grid === undefined) return { reason: 'no-spread' };
  const histogram = histogramOf(sample, grid);
  let best = NONE;
  const coarse = Array.from({ length: COARSE + 1 }, (_, at) => (at / COARSE) ** 1.8);
  for (const lambda of coarse) best = better(best, atLambda(histogram, lambda));
  if (best === NONE) return { reason: 'no-fit' };
  const at = coarse.indexOf(best.lambda);
  const [low, high] = [coarse[Math.max(0, at - 1)]!, coarse[Math.min(COARSE, at + 1)]!];
  for (let step = 1; step < FINE; step += 1)
    best = better(best, atLambda(histogram, low + ((high - low) * step) / FINE));
  const { lambda, mu, sigma, share } = best;
  return { lambda, mu, sigma, share };
}

const COARSE = 12;
const FINE = 8;

interface Fit extends Shape {
  cost: number;
}
const NONE: Fit = { lambda: 0, mu: 0, sigma: 0, share: 0, cost: Infinity };

function better(one: Fit, two: Fit): Fit {
  return two.cost < one.cost ? two : one;
}

const MU_STEPS = 8;
const SIGMA_STEPS = 10;
const HALVINGS = 6;

/** The best centre and spread for one power: a grid over where the peak allows them to be, then steps halved around the best. */
function atLambda(histogram: Histogram, lambda: number): Fit {
  const model = makeModel(histogram, lambda);
  const region = searchRegion(histogram, model.borders);
  if (region === undefined) return NONE;
  const { mu, sigma } = region;
  let best = NONE;
  for (let i = 0; i <= MU_STEPS; i += 1) {
    for (let j = 0; j <= SIGMA_STEPS; j += 1) {
      best = better(
        best,
        model.fit(
          mu.low + ((mu.high - mu.low) * i) / MU_STEPS,
          sigma.low + ((sigma.high - sigma.low) * j) / SIGMA_STEPS,
        ),
      );
    }
  }
  if (best === NONE) return best;
  let [stepMu, stepSigma] = [(mu.high - mu.low) / MU_STEPS, (sigma.high - sigma.low) / SIGMA_STEPS];
  for (let halving = 0; halving < HALVINGS; halving += 1) {
    stepMu /= 2;
    stepSigma /= 2;
    const { mu: centre, sigma: spread } = best;
    for (const i of [-1, 0, 1])
      for (const j of [-1, 0, 1])
        if (i !== 0 || j !== 0) best = better(best, model.fit(centre + i * stepMu, spread + j * stepSigma));
  }
  return best;
}

interface Range {
  low: number;
  high: number;
}

const LEVELS = [0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95];

const RULER = 256;

/** Where centre and spread can be, from the width of the peak at several heights: illness widens a flank, it never narrows one, so the narrower flank counts. */
function searchRegion({ cells }: Histogram, borders: Float64Array): { mu: Range; sigma: Range } | undefined {
  const first = borders.findIndex(Number.isFinite);
  const [from, to] = [borders[first]!, borders.at(-1)!];
  const density = new Float64Array(RULER);
  const place = (y: number) => ((y - from) / (to - from)) * RULER;
  for (let at = first; at < cells.length; at += 1)
    spread(density, place(borders[at]!), place(borders[at + 1]!), cells[at]!);
  const rough = smoothed(smoothed(density, 3), 3);
  const roughPeak = mainPeak(rough);
  const halves = [crossing(rough, roughPeak, -1, 0.5), crossing(rough, roughPeak, 1, 0.5)];
  const half = Math.min(...halves.map((at) => (at === undefined ? RULER : Math.abs(at - roughPeak))));
  const reach = Math.max(2, Math.round(SMOOTH * half));
  const smooth = smoothed(smoothed(density, reach), reach);
  const peak = mainPeak(smooth);
  const middle = (at: number) => from + ((at + 0.5) * (to - from)) / RULER;
  const centres = [middle(peak)];
  const spreads: number[] = [];
  for (const level of LEVELS) {
    const [left, right] = [crossing(smooth, peak, -1, level), crossing(smooth, peak, 1, level)];
    const widths = [left, right].map((at) => (at === undefined ? Infinity : Math.abs(middle(at) - middle(peak))));
    const narrow = Math.min(...widths);
    if (Number.isFinite(narrow) && narrow > 0) spreads.push(narrow / Math.sqrt(-2 * Math.log(level)));
    if (left !== undefined && right !== undefined) centres.push((middle(left) + middle(right)) / 2);
  }
  if (spreads.length < 3) return undefined;
  const [lowMu, highMu] = [Math.min(...centres), Math.max(...centres)];
  const [lowSigma, highSigma] = [Math.min(...spreads), Math.max(...spreads)];
  const slack = Math.max(highMu - lowMu, 0.2 * highSigma);
  const room = Math.max(highSigma - lowSigma, 0.2 * highSigma);
  return {
    mu: { low: lowMu - 0.5 * slack, high: highMu + 0.5 * slack },
    sigma: { low: Math.max(lowSigma - 2 * room, lowSigma / 4), high: highSigma + room },
  };
}

/** Reach of the smoothing, as a share of the peak's half-width. */
const SMOOTH = 0.2;

function crossing(smooth: Float64Array, peak: number, way: 1 | -1, level: number): number | undefined {
  for (let at = peak; at >= 0 && at < smooth.length; at += way) if (smooth[at]! <= level * smooth[peak]!) return at;
  return undefined;
}

/** Half-width of the band around a predicted count, in standard deviations: 99 % two-sided. */
const BAND = 2.5758293035489004;
/** A window takes part when the healthy alone would put so many results into it. */
const LEAST_PREDICTED = 20;
/** At most this share of the windows may hold fewer results than the band allows. */
const MOST_EMPTY = 0.05;
const LEAST_SHARE = 0.4;
/** How far a real distribution of healthy people may be from the model, as shares of the peak. */
const TOLERANCES = [0.005, 0.002, 0] as const;

interface Model {
  borders: Float64Array;
  fit(mu: number, sigma: number): Fit;
}

function makeModel(histogram: Histogram, lambda: number): Model {
  const { edges, cells, below, above, width, n } = histogram;
  const borders = edges.map((edge) => boxCox(edge, lambda));
  const windows = cells.length - width + 1;
  const found = new Float64Array(windows);
  const sums = new Float64Array(cells.length + 1);
  for (let at = 0; at < cells.length; at += 1) sums[at + 1] = sums[at]! + cells[at]!;
  for (let at = 0; at < windows; at += 1) found[at] = sums[at + width]! - sums[at]!;
  const share = new Float64Array(borders.length);
  const expected = new Float64Array(windows);
  const roots = new Float64Array(windows);
  const logs = new Float64Array(windows);

  function fit(mu: number, sigma: number): Fit {
    const cut = lambda > 0 ? normal.cdf((-1 / lambda - mu) / sigma) : 0;
    if (!(sigma > 0) || cut > 0.2) return NONE;
    const scale = 1 / (1 - cut);
    for (let at = 0; at < borders.length; at += 1) share[at] = (cdf((borders[at]! - mu) / sigma) - cut) * scale;
    let top = 0;
    let peak = 0;
    for (let at = 0; at < windows; at += 1) {
      const count = n * (share[at + width]! - share[at]!);
      expected[at] = count;
      if (count > top) {
        top = count;
        peak = at;
      }
    }
    if (top < LEAST_PREDICTED) return NONE;
    for (let at = 0; at < windows; at += 1) {
      roots[at] = Math.sqrt(expected[at]!);
      logs[at] = expected[at]! < LEAST_PREDICTED ? 0 : Math.log(expected[at]!);
    }
    const shares = sharesToTry(expected, found, top, peak);
    if (shares === undefined) return NONE;
    const tails = tailRatios(expected, top, peak);
    let best = NONE;
    for (const p of shares) {
      const cost = costOf(p, top, tails);
      if (cost === undefined) break;
      if (cost < best.cost) best = { lambda, mu, sigma, share: p, cost };
    }
    return best;
  }

  /** Results found over results promised in the low tails left and right of the peak, for a share of 1. */
  function tailRatios(predicted: Float64Array, top: number, peak: number): { left: number; right: number } {
    // Single windows overlap: the tails are added up from the cells, from the outside to where the model reaches a fifth of its peak.
    let left = 0;
    while (left < peak && predicted[left]! <= 0.2 * top) left += 1;
    let right = windows - 1;
    while (right > peak && predicted[right]! <= 0.2 * top) right -= 1;
    const leftFound = below + sums[left]!;
    const rightFound = above + (sums[cells.length]! - sums[Math.min(cells.length, right + width)]!);
    const leftPromised = n * share[left]!;
    const rightPromised = n * (1 - share[Math.min(cells.length, right + width)]!);
    return {
      left: leftPromised < 1 ? 1 : leftFound / leftPromised,
      right: rightPromised < 1 ? 1 : rightFound / rightPromised,
    };
  }

  /** The cost of a share, or undefined when it promises more than is there: then every larger one does. */
  function costOf(p: number, top: number, tails: { left: number; right: number }): number | undefined {
    let least = Infinity;
    let possible = false;
    const empty = 2 * (Math.log(clamp(tails.left / p)) + Math.log(clamp(tails.right / p)));
    for (const tolerance of TOLERANCES) {
      const high = p * top;
      // Where counting is this noisy anyway, the tolerance changes nothing.
      if (tolerance > 0 && tolerance * high < 0.1 * Math.sqrt(high)) continue;
      // The counts are shrunk until their noise at the peak covers the tolerance.
      const shrink = high / (tolerance * high + Math.sqrt(high)) ** 2;
      let below = 0;
      let used = 0;
      let usedAtPeak = 0;
      let peakWindows = 0;
      let likelihood = 0;
      let matched = 0;
      let missed = 0;
      const weight = p * shrink;
      const band = BAND * Math.sqrt(weight);
      const constant = Math.log(weight / (2 * Math.PI));
      for (let at = 0; at < windows; at += 1) {
        const count = expected[at]!;
        const promised = count * weight;
        const over = found[at]! * shrink - promised;
        const noise = roots[at]! * band;
        if (over < -noise) below += 1;
        if (count >= 0.95 * top) peakWindows += 1;
        if (over >= -noise && over <= p * noise && count >= LEAST_PREDICTED) {
          used += 1;
          likelihood += 0.5 * (logs[at]! + constant - (over * over) / promised);
          if (count >= 0.95 * top) usedAtPeak += 1;
          if (count >= 0.8 * top) matched += found[at]!;
        } else if (count >= 0.8 * top) missed += found[at]!;
      }
      if (below <= MOST_EMPTY * windows) possible = true;
      if (used < windows / 32 || (peakWindows > 1 && usedAtPeak < 0.2 * peakWindows)) continue;
      const held = missed === 0 ? 0 : 2 * Math.log(clamp(matched / missed));
      const cost = -(likelihood + used * (held + empty)) / Math.sqrt(used);
      if (cost < least) least = cost;
    }
    if (least < Infinity) return least;
    return possible ? Infinity : undefined;
  }

  return { borders, fit };
}

function clamp(ratio: number): number {
  return Math.min(1, Math.max(0.01, ratio));
}

/** The shares worth trying, ascending: from what the emptiest part of the peak allows down and up by its noise. */
function sharesToTry(expected: Float64Array, found: Float64Array, top: number, peak: number): number[] | undefined {
  let least = Infinity;
  let most = 0;
  for (const [from, to] of PEAK_PARTS) {
    for (const way of [-1, 1]) {
      let promised = 0;
      let seen = 0;
      for (let at = peak; at >= 0 && at < expected.length && expected[at]! >= from * top; at += way) {
        if (expected[at]! > to * top) continue;
        promised += expected[at]!;
        seen += found[at]!;
      }
      if (promised < LEAST_PREDICTED) continue;
      const ratio = seen / promised;
      least = Math.min(least, ratio);
      most = Math.max(most, ratio);
    }
  }
  if (!(least < Infinity)) return undefined;
  const noise = BAND / Math.sqrt(top);
  const low = Math.min(0.999, Math.max(LEAST_SHARE, least * (1 - noise)));
  const high = Math.min(1, Math.max(low + 0.001, least * (1 + noise) + 0.25 * (most - least)));
  const step = Math.min(0.01, Math.max(0.002, (high - low) / 8));
  const shares: number[] = [];
  for (let p = low; p < high; p += step) shares.push(p);
  shares.push(high);
  return shares;
}

const PEAK_PARTS = [
  [0.95, 1],
  [0.5, 0.9],
  [0.6, 0.95],
  [0.7, 0.97],
] as const;

const TABLE_STEP = 1 / 512;
const TABLE_END = 6;
const TABLE = Float64Array.from({ length: (2 * TABLE_END) / TABLE_STEP + 2 }, (_, at) =>
  normal.cdf(at * TABLE_STEP - TABLE_END),
);

/** The normal distribution from a table: its error, 5e-7, is far below one result in a million. */
function cdf(z: number): number {
  const place = (z + TABLE_END) / TABLE_STEP;
  if (!(place > 0)) return 0;
  if (place >= TABLE.length - 2) return 1;
  const at = place | 0;
  const low = TABLE[at]!;
  return low + (TABLE[at + 1]! - low) * (place - at);
}
