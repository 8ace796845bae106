import { chiSquare, solveSymmetric } from '#standards/statistics';
import { type Interval, zOf } from './proportion.ts';
import type { ChiSquareTest } from './two-proportions.ts';

type Table = readonly (readonly number[])[];

export interface MantelHaenszel extends ChiSquareTest {
  df: number;
  /** Of 2 x 2 tables only. */
  commonOddsRatio?: number;
  interval?: Interval;
}

/**
 * The test of Cochran, Mantel and Haenszel that rows and columns are independent within strata, and for 2 x 2 tables their common odds ratio.
 *
 * @param corrected by 1/2, for 2 x 2 tables and only where the difference is at least that, as in R
 * @throws RangeError where tables differ in shape, are smaller than 2 x 2, or a stratum has less than 2 persons
 *
 * Source: Mantel and Haenszel, JNCI 1959;22:719; variance of the ratio by Robins, Breslow and Greenland, Biometrics 1986;42:311; larger tables by Landis and others 1978.
 */
export function mantelHaenszel(tables: readonly Table[], corrected = false, level = 0.95): MantelHaenszel {
  const [rows, columns] = checkTables(tables);
  if (rows !== 2 || columns !== 2) return generalTest(tables, rows, columns);
  let [difference, variance] = [0, 0];
  for (const table of tables) {
    const [[a, b], [c, d]] = cells(table);
    const n = a + b + c + d;
    difference += a - ((a + b) * (a + c)) / n;
    variance += ((a + b) * (c + d) * (a + c) * (b + d)) / (n * n * (n - 1));
  }
  const distance = Math.abs(difference);
  const statistic = (distance - (corrected && distance >= 0.5 ? 0.5 : 0)) ** 2 / variance;
  return { statistic, df: 1, pValue: chiSquare.cdf(statistic, 1, { upper: true }), ...commonRatio(tables, level) };
}

function commonRatio(tables: readonly Table[], level: number): { commonOddsRatio: number; interval: Interval } {
  let [top, bottom, one, both, two] = [0, 0, 0, 0, 0];
  for (const table of tables) {
    const [[a, b], [c, d]] = cells(table);
    const n = a + b + c + d;
    const [along, across] = [(a * d) / n, (b * c) / n];
    top += along;
    bottom += across;
    one += ((a + d) / n) * along;
    both += ((a + d) / n) * across + ((b + c) / n) * along;
    two += ((b + c) / n) * across;
  }
  const error = Math.sqrt(one / (2 * top * top) + both / (2 * top * bottom) + two / (2 * bottom * bottom));
  const estimate = top / bottom;
  const reach = zOf(level) * error;
  return { commonOddsRatio: estimate, interval: [estimate * Math.exp(-reach), estimate * Math.exp(reach)] };
}

function cells(table: Table): [[number, number], [number, number]] {
  return [
    [table[0]![0]!, table[0]![1]!],
    [table[1]![0]!, table[1]![1]!],
  ];
}

function checkTables(tables: readonly Table[]): [number, number] {
  const first = tables[0];
  if (first === undefined) throw new RangeError('there is no stratum');
  const [rows, columns] = [first.length, first[0]?.length ?? 0];
  if (rows < 2 || columns < 2) throw new RangeError('tables are 2 x 2 or larger');
  for (const table of tables) {
    const counts = table.flat();
    if (table.length !== rows || table.some((row) => row.length !== columns))
      throw new RangeError('the tables of all strata have the same shape');
    if (!counts.every((count) => count >= 0)) throw new RangeError('counts are not negative');
    if (!(counts.reduce((sum, count) => sum + count, 0) >= 2))
      throw new RangeError('each stratum needs at least 2 persons: leave out the smaller');
  }
  return [rows, columns];
}

/** All cells but the last row and column against what the margins let expect, by their covariance given the margins. */
function generalTest(tables: readonly Table[], rows: number, columns: number): MantelHaenszel {
  const df = (rows - 1) * (columns - 1);
  const difference = new Float64Array(df);
  const covariance = Array.from({ length: df }, () => new Float64Array(df));
  const place = (i: number, j: number): number => j * (rows - 1) + i;
  for (const table of tables) {
    const across = table.map((row) => row.reduce((sum, count) => sum + count, 0));
    const down = table[0]!.map((_, j) => table.reduce((sum, row) => sum + row[j]!, 0));
    const n = across.reduce((sum, count) => sum + count, 0);
    const spread = (margin: number[], i: number, k: number): number =>
      (i === k ? n * margin[i]! : 0) - margin[i]! * margin[k]!;
    for (let i = 0; i < rows - 1; i += 1)
      for (let j = 0; j < columns - 1; j += 1) {
        const at = place(i, j);
        difference[at] = difference[at]! + table[i]![j]! - (across[i]! * down[j]!) / n;
        const row = covariance[at]!;
        for (let k = 0; k < rows - 1; k += 1)
          for (let l = 0; l < columns - 1; l += 1)
            row[place(k, l)] = row[place(k, l)]! + (spread(across, i, k) * spread(down, j, l)) / (n * n * (n - 1));
      }
  }
  const solved = solveSymmetric(covariance, difference);
  const statistic = solved.reduce((sum, value, at) => sum + value * difference[at]!, 0);
  return { statistic, df, pValue: chiSquare.cdf(statistic, df, { upper: true }) };
}
