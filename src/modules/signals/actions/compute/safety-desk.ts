import { chiSquareOf, countPairs } from '#standards/disproportionality';
import { adjusted, hypergeometric } from '#standards/statistics';
import { Input } from './input.ts';
import { columnOf } from './safety-reports.ts';
import { pvScreen } from './safety-screen.ts';

interface Screen {
  nReports: number;
  theta: number[];
  N: Float64Array;
  n1: Float64Array;
  n2: Float64Array;
}

/** DuMouchel 1999, section 4: where fits begin, and what is held where there is too little to fit. */
const STARTING_PRIOR = [0.2, 0.1, 2, 4, 1 / 3];

/**
 * What the safety desk judges pairs by: all measures of `pv-screen`, and the one-sided exact p-value of each pair with its q-value over all pairs.
 *
 * Where the prior cannot be fitted it is DuMouchel's starting value, and `isFitted` is false.
 */
export function safetyPairs(input: Input): object {
  const [screen, isFitted] = screened(input);
  const tables = {
    both: screen.N,
    product: screen.n1,
    event: screen.n2,
    all: new Float64Array(screen.N.length).fill(screen.nReports),
  };
  const p = screen.N.map((n, at) => upperTail(n, screen.n1[at]!, screen.n2[at]!, screen.nReports));
  return {
    ...screen,
    isFitted,
    chi2Yates: chiSquareOf(tables, true),
    p,
    q: adjusted.benjaminiHochberg(Array.from(p)),
  };
}

function screened(input: Input): [Screen, boolean] {
  try {
    return [pvScreen(input) as Screen, true];
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const given = { ...(input.value as object), theta: STARTING_PRIOR };
    return [pvScreen(new Input(given)) as Screen, false];
  }
}

/** The chance of so many or more reports with both, given the margins: Fisher's exact test to one side. */
function upperTail(both: number, product: number, event: number, all: number): number {
  return both === 0 ? 1 : Math.min(1, hypergeometric.cdf(both - 1, event, all - event, product, { upper: true }));
}

/**
 * Each lot of a product against the product's other lots: how many of its reports are of a reaction.
 *
 * Conditional exact comparison of two binomial shares (Fisher), which holds however few the reports; corrected over all lots, reactions and products.
 * Input: report, product, lot, event as columns. A product with one lot says nothing.
 */
export function safetyLots(input: Input): object {
  input.only(['report', 'product', 'lot', 'event']);
  const report = columnOf(input.field('report'));
  const length = report.codes.length;
  const [product, lot, event] = [
    columnOf(input.field('product'), length),
    columnOf(input.field('lot'), length),
    columnOf(input.field('event'), length),
  ];
  const rowsOf: number[][] = product.values.map(() => []);
  for (const [row, code] of product.codes.entries()) rowsOf[code]!.push(row);
  const found: { product: unknown; lot: unknown; event: unknown; n: number; n1: number; n2: number; all: number }[] =
    [];
  for (const [code, rows] of rowsOf.entries()) {
    const pick = (codes: Int32Array) => Int32Array.from(rows, (row) => codes[row]!);
    const lots = pick(lot.codes);
    if (new Set(lots).size < 2) continue;
    const counts = countPairs({ report: pick(report.codes), product: lots, event: pick(event.codes) });
    for (let at = 0; at < counts.observed.length; at += 1)
      found.push({
        product: product.values[code],
        lot: lot.values[counts.product[at]!],
        event: event.values[counts.event[at]!],
        n: counts.observed[at]!,
        n1: counts.productReports[counts.product[at]!]!,
        n2: counts.eventReports[counts.event[at]!]!,
        all: counts.reports,
      });
  }
  const p = found.map(({ n, n1, n2, all }) => upperTail(n, n1, n2, all));
  const q = adjusted.benjaminiHochberg(p);
  return {
    lots: found.map((each, at) => ({ ...each, expected: (each.n1 * each.n2) / each.all, p: p[at], q: q[at] })),
  };
}
