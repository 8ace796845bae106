import { glm, negativeBinomialFamily } from '#standards/statistics';
import { overdispersed } from './overdispersed.ts';

export interface InControlOptions {
  /** Counts in a year. */
  frequency: number;
  /** Which count of the year the first one is, from 1 on (1). */
  start?: number | undefined;
  /** How many pairs of waves make the season (1). */
  harmonics?: number | undefined;
  trend?: boolean | undefined;
  /** Overdispersion: variance mu + alpha mu²; 0 is Poisson, absent is estimated. */
  alpha?: number | undefined;
}

/**
 * What is expected of counts when nothing happens: a regression of the earlier counts on waves of the year.
 *
 * @param training  the counts before, from the series' start on; missing ones (NaN) are left out
 * @param positions the places to expect counts at, 0-based
 * @throws RangeError where there are too few counts, or the regression cannot be computed
 *
 * Source: Höhle and Paul, Comput Stat Data Anal 2008;52:4357-4368, section 2.1; R surveillance 1.20.3 `algo.glrnb`, `algo.cusum`.
 */
export function estimateInControl(
  training: Float64Array,
  positions: readonly number[],
  options: InControlOptions,
): { expected: Float64Array; alpha: number } {
  const known = Array.from(training.keys()).filter((at) => !Number.isNaN(training[at]!));
  if (known.length === 0) throw new RangeError('there is no count before those that are judged');
  const x = wavesOf(known, options);
  const y = Float64Array.from(known, (at) => training[at]!);
  const { coefficients, alpha } = regress(x, y, options.alpha);
  const aims = wavesOf(positions, options);
  const expected = Float64Array.from(positions, (_, row) =>
    Math.exp(aims.reduce((sum, column, term) => sum + (coefficients[term] || 0) * column[row]!, 0)),
  );
  return { expected, alpha };
}

function regress(
  x: Float64Array[],
  y: Float64Array,
  alpha: number | undefined,
): { coefficients: Float64Array; alpha: number } {
  if (alpha === undefined) {
    const { model, theta } = overdispersed(x, y);
    return { coefficients: model.coefficients, alpha: 1 / theta };
  }
  const family = alpha === 0 ? 'poisson' : negativeBinomialFamily(1 / alpha);
  return { coefficients: glm({ x, y, family }).coefficients, alpha };
}

function wavesOf(positions: readonly number[], options: InControlOptions): Float64Array[] {
  const { frequency, start = 1, harmonics = 1, trend = false } = options;
  const columnOf = (value: (time: number) => number): Float64Array =>
    Float64Array.from(positions, (at) => value(start + at));
  const columns = [columnOf(() => 1)];
  if (trend) columns.push(columnOf((time) => time));
  for (let wave = 1; wave <= harmonics; wave += 1) {
    const turn = (2 * wave * Math.PI) / frequency;
    columns.push(
      columnOf((time) => Math.cos(turn * time)),
      columnOf((time) => Math.sin(turn * time)),
    );
  }
  return columns;
}
