import { chiSquare, normal } from '../statistics/index.ts';
import { reportingOddsRatio, type Tables } from './tables.ts';

/** What several strata or subgroups say together of one product and one event. */
export interface StratifiedOdds {
  /** Mantel and Haenszel's common reporting odds ratio, with limits after Robins, Breslow and Greenland. */
  ratio: number;
  low: number;
  high: number;
  observed: number;
  /** Expected were product and event independent in every stratum. */
  expected: number;
  /** Mantel and Haenszel's test of no association, without correction; one degree of freedom. */
  association: { statistic: number; p: number };
  /** Breslow and Day's test, with Tarone's correction, of whether the strata have the same odds ratio; NaN for a single stratum. */
  homogeneity: { statistic: number; df: number; p: number };
  /** Each stratum's own reporting odds ratio. */
  each: { ratio: number; low: number; high: number }[];
}

/**
 * The reporting odds ratio over strata, e.g. of sex and age, and whether it is the same in all of them.
 *
 * @param strata one table each; those without any report, or where all or none have the product or the event, say nothing and are passed over
 * @throws RangeError when no stratum says anything
 *
 * Source: Mantel and Haenszel, J Natl Cancer Inst 1959;22:719; Robins, Breslow and Greenland, Biometrics 1986;42:311; Breslow and Day 1980, section 4.4; Tarone, Biometrika 1985;72:91.
 */
export function stratifiedOdds(strata: Tables, level = 0.95): StratifiedOdds {
  const cells = cellsOf(strata).filter(({ n1, n2, n }) => n1 > 0 && n1 < n && n2 > 0 && n2 < n);
  if (cells.length === 0)
    throw new RangeError('no stratum has reports with and without the product, and with and without the event');
  let [r, s, pr, mixed, qs, observed, expected, variance] = [0, 0, 0, 0, 0, 0, 0, 0];
  for (const { a, b, c, d, n, n1, n2 } of cells) {
    const [R, S, P, Q] = [(a * d) / n, (b * c) / n, (a + d) / n, (b + c) / n];
    r += R;
    s += S;
    pr += P * R;
    mixed += P * S + Q * R;
    qs += Q * S;
    observed += a;
    expected += (n1 * n2) / n;
    variance += (n1 * n2 * (n - n1) * (n - n2)) / (n * n * (n - 1));
  }
  const ratio = r / s;
  const sd = Math.sqrt(pr / (2 * r * r) + mixed / (2 * r * s) + qs / (2 * s * s));
  const half = normal.quantile((1 + level) / 2) * sd;
  const statistic = (observed - expected) ** 2 / variance;
  const each = reportingOddsRatio(strata, level);
  return {
    ratio,
    low: Math.exp(Math.log(ratio) - half),
    high: Math.exp(Math.log(ratio) + half),
    observed,
    expected,
    association: { statistic, p: chiSquare.cdf(statistic, 1, { upper: true }) },
    homogeneity: homogeneity(cells, ratio),
    each: Array.from(each.ratio, (value, at) => ({ ratio: value, low: each.low[at]!, high: each.high[at]! })),
  };
}

interface Cells {
  a: number;
  b: number;
  c: number;
  d: number;
  n: number;
  n1: number;
  n2: number;
}

function cellsOf({ both, product, event, all }: Tables): Cells[] {
  return Array.from(both, (a, at) => {
    const [n1, n2, n] = [product[at]!, event[at]!, all[at]!];
    if (!(a >= 0 && a <= Math.min(n1, n2) && n1 + n2 - a <= n))
      throw new RangeError('a table that its margins do not allow');
    return { a, b: n1 - a, c: n2 - a, d: n - n1 - n2 + a, n, n1, n2 };
  });
}

function homogeneity(cells: readonly Cells[], ratio: number): { statistic: number; df: number; p: number } {
  let [statistic, distance, variance] = [0, 0, 0];
  for (const { a, n, n1, n2 } of cells) {
    const fitted = fittedCell(ratio, n, n1, n2);
    const own = 1 / (1 / fitted + 1 / (n1 - fitted) + 1 / (n2 - fitted) + 1 / (n - n1 - n2 + fitted));
    statistic += (a - fitted) ** 2 / own;
    distance += a - fitted;
    variance += own;
  }
  const corrected = statistic - distance ** 2 / variance;
  const df = cells.length - 1;
  return { statistic: corrected, df, p: df === 0 ? Number.NaN : chiSquare.cdf(corrected, df, { upper: true }) };
}

/** The count with both that has this odds ratio in the table's margins: the root of a quadratic, in the form that does not cancel. */
function fittedCell(ratio: number, n: number, n1: number, n2: number): number {
  const [a, b, c] = [1 - ratio, n - n1 - n2 + ratio * (n1 + n2), -ratio * n1 * n2];
  const root = Math.sqrt(b * b - 4 * a * c);
  return (-2 * c) / (b + root);
}
