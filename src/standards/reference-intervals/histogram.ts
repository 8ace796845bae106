import { boxCox } from './box-cox.ts';
import type { Sample } from './model.ts';
import { cumulated, firstAtLeast, quantile } from './sample.ts';

/** Results around their main peak, counted in narrow cells; a window of `width` cells is what a model is compared with. */
export interface Histogram {
  /** Borders of the cells, ascending; one more than there are cells. */
  edges: Float64Array;
  cells: Float64Array;
  /** How many lie below the first border, and above the last. */
  below: number;
  above: number;
  width: number;
  n: number;
}

const CELLS = 128;

/** Where the cells stand; the same for a sample and all its resamples. */
export interface Grid {
  edges: Float64Array;
}

/**
 * Cells of equal width on the scale on which the middle of the results is most nearly symmetrical, so that a strongly skewed test is seen as finely at its foot as in its tail.
 * Borders lie half-way between the values that occur, so that rounding moves nobody into another cell.
 */
export function gridOf(sample: Sample): Grid | undefined {
  const sums = cumulated(sample);
  const lambda = evenestPower(sample, sums);
  const step = stepOf(sample, sums);
  const [low, high] = mainRegion(sample, sums, lambda, step);
  if (!(high > low)) return undefined;
  const [from, to] = [boxCox(low, lambda), boxCox(high, lambda)];
  const edges: number[] = [];
  for (let at = 0; at <= CELLS; at += 1) {
    const y = from + ((to - from) * at) / CELLS;
    const x = lambda === 0 ? Math.exp(y) : (lambda * y + 1) ** (1 / lambda);
    const edge = step === undefined ? x : (Math.round(x / step - 0.5) + 0.5) * step;
    if (edge > 0 && (edges.length === 0 || edge > edges.at(-1)! * (1 + 1e-12))) edges.push(edge);
  }
  return edges.length < 8 ? undefined : { edges: Float64Array.from(edges) };
}

export function histogramOf(sample: Sample, { edges }: Grid): Histogram {
  const cells = new Float64Array(edges.length - 1);
  let [below, above] = [0, 0];
  let cell = 0;
  for (let at = 0; at < sample.values.length; at += 1) {
    const value = sample.values[at]!;
    if (value < edges[0]!) below += sample.counts[at]!;
    else if (value >= edges.at(-1)!) above += sample.counts[at]!;
    else {
      while (value >= edges[cell + 1]!) cell += 1;
      cells[cell]! += sample.counts[at]!;
    }
  }
  const inside = sample.n - below - above;
  const bins = Math.min(40, Math.max(9, 11 * (inside / 5000) ** 0.2));
  return { edges, cells, below, above, width: Math.max(1, Math.round(cells.length / bins)), n: sample.n };
}

/** The power among none, root and logarithm that makes the quartiles most nearly symmetrical. */
function evenestPower(sample: Sample, sums: Float64Array): number {
  const [first, middle, third] = [0.2, 0.5, 0.8].map((p) => Math.max(quantile(sample, p, sums), Number.MIN_VALUE)) as [
    number,
    number,
    number,
  ];
  let best = 1;
  let least = Infinity;
  for (const lambda of [1, 0.5, 0]) {
    const [low, centre, high] = [boxCox(first, lambda), boxCox(middle, lambda), boxCox(third, lambda)];
    const skew = Math.abs(high + low - 2 * centre) / (high - low);
    if (skew < least - 0.02) {
      least = skew;
      best = lambda;
    }
  }
  return best;
}

/** The step to which the results were rounded, found from the gaps between the values that occur; undefined where they were not. */
function stepOf(sample: Sample, sums: Float64Array): number | undefined {
  const from = firstAtLeast(sample.values, quantile(sample, 0.025, sums));
  const to = firstAtLeast(sample.values, quantile(sample, 0.975, sums));
  const distinct = to - from;
  if (distinct < 2 || distinct > sample.n / 4) return undefined;
  const gaps = new Map<number, number>();
  for (let at = from; at < to; at += 1) {
    const gap = Number((sample.values[at + 1]! - sample.values[at]!).toPrecision(6));
    gaps.set(gap, (gaps.get(gap) ?? 0) + 1);
  }
  const common = [...gaps].filter(([, count]) => count >= 0.1 * distinct).map(([gap]) => gap);
  return common.length === 0 ? undefined : Math.min(...common);
}

const DENSITY_CELLS = 512;

/** From where to where the main peak reaches: to where its flanks have fallen to little, or another peak begins. */
function mainRegion(
  sample: Sample,
  sums: Float64Array,
  lambda: number,
  step: number | undefined,
): readonly [number, number] {
  const lowest =
    Math.max(quantile(sample, 0.005, sums), sample.values.find((value) => value > 0) ?? 0) - (step ?? 0) / 2;
  const highest = quantile(sample, 0.995, sums) + (step ?? 0) / 2;
  const bottom = lowest > 0 ? lowest : (step ?? highest) / 2;
  const [from, to] = [boxCox(bottom, lambda), boxCox(highest, lambda)];
  const place = (value: number) => ((boxCox(value, lambda) - from) / (to - from)) * DENSITY_CELLS;
  const density = new Float64Array(DENSITY_CELLS);
  for (let at = 0; at < sample.values.length; at += 1) {
    const value = sample.values[at]!;
    if (!(value > 0)) continue;
    const half = (step ?? 0) / 2;
    spread(density, place(Math.max(value - half, bottom)), place(value + half), sample.counts[at]!);
  }
  const spreads = (boxCox(quantile(sample, 0.75, sums), lambda) - boxCox(quantile(sample, 0.25, sums), lambda)) / 1.349;
  const reach = Math.max(2, Math.round(((1.2 * spreads * sample.n ** -0.2) / (to - from)) * DENSITY_CELLS));
  const smooth = smoothed(smoothed(density, reach), reach);
  const peak = mainPeak(smooth);
  const left = flank(smooth, peak, -1);
  const right = flank(smooth, peak, 1);
  const back = (cell: number) => {
    const y = from + ((to - from) * cell) / DENSITY_CELLS;
    return lambda === 0 ? Math.exp(y) : (lambda * y + 1) ** (1 / lambda);
  };
  return [back(left), back(right + 1)];
}

/** Adds a count evenly to the cells between two places. */
export function spread(density: Float64Array, from: number, to: number, count: number): void {
  const [low, high] = [Math.max(0, from), Math.min(density.length - 1e-9, Math.max(to, from + 1e-9))];
  if (high <= low) return;
  for (let cell = Math.floor(low); cell <= Math.floor(high); cell += 1)
    density[cell]! += (count * (Math.min(high, cell + 1) - Math.max(low, cell))) / Math.max(to - from, 1e-9);
}

/** Running mean over `reach` cells on either side. */
export function smoothed(density: Float64Array, reach: number): Float64Array {
  const sums = new Float64Array(density.length + 1);
  for (let at = 0; at < density.length; at += 1) sums[at + 1] = sums[at]! + density[at]!;
  return density.map((_, at) => {
    const low = Math.max(0, at - reach);
    const high = Math.min(density.length, at + reach + 1);
    return (sums[high]! - sums[low]!) / (high - low);
  });
}

/** A valley must be this much lower than the lower of its two peaks to part them. */
const VALLEY = 0.85;

/** The top of the peak with the most results between its valleys; a valley that is not clearly lower than both its neighbours parts nothing. */
export function mainPeak(smooth: Float64Array): number {
  const parts: { top: number; mass: number; valley: number }[] = [];
  let part = { top: 0, mass: 0, valley: 0 };
  for (let at = 0; at < smooth.length; at += 1) {
    const rises = at > 0 && smooth[at]! > smooth[at - 1]! && part.valley > part.top;
    if (
      rises &&
      smooth[part.valley]! < VALLEY * smooth[part.top]! &&
      VALLEY * smooth[hilltop(smooth, at)]! > smooth[part.valley]!
    ) {
      parts.push(part);
      part = { top: at, mass: 0, valley: at };
    }
    part.mass += smooth[at]!;
    if (smooth[at]! > smooth[part.top]!) part = { ...part, top: at, valley: at };
    else if (smooth[at]! < smooth[part.valley]! || part.valley === part.top) part.valley = at;
  }
  parts.push(part);
  return parts.reduce((best, one) => (one.mass > best.mass ? one : best)).top;
}

/** The height's place reached by going up from `at`, over dents that a hill has anyway. */
function hilltop(smooth: Float64Array, at: number): number {
  let top = at;
  for (let next = at; next < smooth.length && smooth[next]! >= VALLEY * smooth[top]!; next += 1)
    if (smooth[next]! > smooth[top]!) top = next;
  return top;
}

const FOOT = 0.02;
const RISE = 0.5;

/** The last cell of a peak's flank in one direction. */
function flank(smooth: Float64Array, peak: number, way: 1 | -1): number {
  const top = smooth[peak]!;
  let lowest = peak;
  for (let at = peak; at >= 0 && at < smooth.length; at += way) {
    if (smooth[at]! < smooth[lowest]!) lowest = at;
    if (smooth[at]! < FOOT * top) return at;
    if (smooth[at]! > smooth[lowest]! + RISE * top) return lowest;
  }
  return way === 1 ? smooth.length - 1 : 0;
}
