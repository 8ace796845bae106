import {
  countPairs,
  cumulativeTables,
  fitPrior,
  informationComponent,
  maskingRatios,
  type PairCounts,
  type Points,
  type Prior,
  posterior,
  proportionalReportingRatio,
  reportingOddsRatio,
  squashAll,
  stratifiedOdds,
  type Tables,
  unmasked,
} from '#standards/disproportionality';
import type { Input } from './input.ts';
import { type Column, columnOf, REPORT_MEMBERS, readReports, strataNames } from './safety-reports.ts';

/**
 * Every pair of the reports with every measure: PRR, ROR, IC and EBGM with their limits, the prior fitted on the squashed pairs unless `theta` gives it.
 *
 * `least` leaves out pairs with fewer reports from what is shown, not from the prior.
 */
export function pvScreen(input: Input): object {
  input.only([...REPORT_MEMBERS, 'theta', 'least', 'level', ...strataNames(input)]);
  const { rows, product, event } = readReports(input);
  const counts = countPairs(rows);
  const given = input.field('theta').or(undefined, (value) => value.numbers({ above: 0 }));
  const prior = given === undefined ? fittedPrior(counts) : priorOf(input.field('theta'), given);
  const least = input.field('least').or(1, (value) => value.whole({ least: 1 }));
  const shown = [...counts.observed.keys()].filter((at) => counts.observed[at]! >= least);
  return {
    nReports: counts.reports,
    nPairs: counts.observed.length,
    theta: Object.values(prior),
    ...measures(input, counts, shown, prior, { product, event }),
  };
}

function fittedPrior({ observed, expected }: PairCounts): Prior {
  const points: Points = { observed, expected, weight: new Float64Array(observed.length).fill(1) };
  return fitPrior(squashAll(points), { least: 1, bounded: true }).prior;
}

function priorOf(at: Input, theta: readonly number[]): Prior {
  const [alpha1, beta1, alpha2, beta2, share] = theta;
  if (theta.length !== 5 || !(share! < 1)) throw at.wrong('alpha1, beta1, alpha2, beta2 and P are expected');
  return { alpha1: alpha1!, beta1: beta1!, alpha2: alpha2!, beta2: beta2!, share: share! };
}

function measures(
  input: Input,
  counts: PairCounts,
  shown: readonly number[],
  prior: Prior | undefined,
  names: { product: Column; event: Column },
): object {
  const level = input.field('level').or(0.95, (value) => value.number({ above: 0, below: 1 }));
  const pick = (values: ArrayLike<number>) => Float64Array.from(shown, (at) => values[at]!);
  const [observed, expected] = [pick(counts.observed), pick(counts.expected)];
  const tables: Tables = {
    both: observed,
    product: Float64Array.from(shown, (at) => counts.productReports[counts.product[at]!]!),
    event: Float64Array.from(shown, (at) => counts.eventReports[counts.event[at]!]!),
    all: new Float64Array(shown.length).fill(counts.reports),
  };
  const shrunk = prior === undefined ? undefined : posterior(prior, observed, expected);
  return {
    product: shown.map((at) => names.product.values[counts.product[at]!]),
    event: shown.map((at) => names.event.values[counts.event[at]!]),
    N: observed,
    E: expected,
    n1: tables.product,
    n2: tables.event,
    ...ratiosOf(tables, expected, level),
    ...(shrunk === undefined ? {} : { ebgm: shrunk.ebgm, eb05: shrunk.quantiles[0], eb95: shrunk.quantiles[1] }),
  };
}

function ratiosOf(tables: Tables, expected: Float64Array, level: number): object {
  const prr = proportionalReportingRatio(tables, level);
  const ror = reportingOddsRatio(tables, level);
  const component = informationComponent(tables.both, expected, level);
  return {
    prr: prr.ratio,
    prrLo: prr.low,
    prrHi: prr.high,
    ror: ror.ratio,
    rorLo: ror.low,
    rorHi: ror.high,
    ic: component.ic,
    icLo: component.low,
    icHi: component.high,
  };
}

/** One pair's tables by stratum or subgroup (a, n1, n2, N): each odds ratio, the common one, and whether they are alike. */
export function stratifiedReporting(input: Input): object {
  input.only(['a', 'n1', 'n2', 'N', 'level']);
  const both = input.field('a').wholes({ least: 0 });
  const column = (name: string) => input.field(name).numbers({ least: 0, length: both.length });
  const level = input.field('level').or(0.95, (value) => value.number({ above: 0, below: 1 }));
  return stratifiedOdds({ both, product: column('n1'), event: column('n2'), all: column('N') }, level);
}

/** Which products mask an event in the reports; with `unmask`, the event's pairs before and after that product's reports are left out. */
export function pvMasking(input: Input): object {
  input.only([...REPORT_MEMBERS, 'of', 'unmask', 'most', 'level', ...strataNames(input)]);
  const { rows, product, event } = readReports(input);
  const code = codeOf(event, input.field('of'));
  const counts = countPairs(rows);
  const most = input.field('most').or(20, (value) => value.whole({ least: 1 }));
  const masking = maskingRatios(counts, code).slice(0, most);
  const told = masking.map(({ product: at, ...rest }) => ({ product: product.values[at], ...rest }));
  if (!input.has('unmask')) return { masking: told };
  const masker = codeOf(product, input.field('unmask'));
  const of = (found: PairCounts) => {
    const shown = [...found.observed.keys()].filter((at) => found.event[at] === code);
    return measures(input, found, shown, undefined, { product, event });
  };
  return { masking: told, before: of(counts), after: of(unmasked(rows, masker)) };
}

/** Pairs over time: tables of all reports up to the end of each period, and their measures. Periods are a column, in their own order. */
export function pvOverTime(input: Input): object {
  input.only([...REPORT_MEMBERS, 'period', 'pairs', 'level']);
  const { rows, product, event } = readReports(input);
  const period = columnOf(input.field('period'), rows.report.length);
  const pairs = input.field('pairs').items({ least: 1, most: 1000 });
  const codes = pairs.map((pair) => {
    const [one, other] = pair.items({ least: 2, most: 2 });
    return { product: codeOf(product, one!), event: codeOf(event, other!) };
  });
  const level = input.field('level').or(0.95, (value) => value.number({ above: 0, below: 1 }));
  const found = cumulativeTables(rows, period.codes, period.values.length, codes);
  return {
    periods: period.values,
    pairs: found.map((tables, at) => {
      const expected = tables.product.map((n1, k) => (n1 * tables.event[k]!) / tables.all[k]!);
      const { both: N, product: n1, event: n2, all } = tables;
      return { pair: pairs[at]!.value, N, n1, n2, all, E: expected, ...ratiosOf(tables, expected, level) };
    }),
  };
}

function codeOf(column: Column, value: Input): number {
  const code = column.values.indexOf(value.value as string | number);
  if (code < 0) throw value.wrong('no report names it');
  return code;
}
