import {
  ancova,
  type CompletedEstimate,
  compareDimensions,
  compareResponders,
  type Dimension,
  type EffectOutcome,
  forest,
  imputeChained,
  type PooledEstimate,
  poolEstimates,
  tippingGrid,
  tippingPoint,
} from '#standards/comparison';
import type { Input } from './input.ts';
import { only } from './options.ts';
import { type Label, readTreated } from './study-input.ts';

/** How much better the treated do in several dimensions, each and together, for a radar and its table. */
export function dimensions(input: Input): object {
  only(input, ['trt', 'dimensions', 'level']);
  const treated = readTreated(input.field('trt'));
  const list = input.field('dimensions').items({ least: 1, most: 100 });
  const read = (item: Input): Dimension => {
    only(item, ['name', 'kind', 'values', 'better', 'weight']);
    return {
      name: item.field('name').text(),
      kind: item.field('kind').or('measured' as const, (kind) => kind.choice(['measured', 'yes-no'])),
      values: readValues(item.field('values'), treated.length),
      better: item.field('better').or(1 as const, readDirection),
      weight: item.field('weight').or(1, (weight) => weight.number({ above: 0 })),
    };
  };
  return compareDimensions(list.map(read), treated, readLevel(input));
}

function readDirection(better: Input): 1 | -1 {
  const direction = better.number();
  if (direction !== 1 && direction !== -1) throw better.wrong('1 (more is better) or -1 is expected');
  return direction;
}

/** The effect in all and in each subgroup, with a test of whether it is the same in each. */
export function subgroups(input: Input): object {
  only(input, ['trt', 'outcome', 'factors', 'level']);
  const treated = readTreated(input.field('trt'));
  const read = (factor: Input): { name: string; labels: (Label | undefined)[] } => {
    only(factor, ['name', 'labels']);
    const labels = factor.field('labels').items({ least: treated.length, most: treated.length });
    return { name: factor.field('name').text(), labels: labels.map(readLabel) };
  };
  const factors = input.field('factors').items({ most: 100 }).map(read);
  return forest(readOutcome(input.field('outcome'), treated.length), treated, factors, readLevel(input));
}

/** Null is not known. */
function readLabel(label: Input): Label | undefined {
  if (label.isAbsent) return undefined;
  return typeof label.value === 'number' ? label.number() : label.text();
}

function readOutcome(outcome: Input, length: number): EffectOutcome {
  const kind = outcome.field('kind').choice(['measured', 'yes-no', 'time']);
  if (kind === 'time') {
    only(outcome, ['kind', 'time', 'event']);
    return { kind, time: readKnown(outcome.field('time'), length), event: readFlags(outcome.field('event'), length) };
  }
  if (kind === 'yes-no') {
    only(outcome, ['kind', 'values', 'measure']);
    const measures = ['difference', 'odds-ratio', 'risk-ratio'] as const;
    const measure = outcome.field('measure').or('difference' as const, (name) => name.choice(measures));
    return { kind, values: readFlags(outcome.field('values'), length), measure };
  }
  only(outcome, ['kind', 'values', 'covariates']);
  const covariates = outcome.field('covariates').or([] as Input[], (list) => list.items({ most: 50 }));
  return {
    kind,
    values: readKnown(outcome.field('values'), length),
    covariates: covariates.map((column) => readKnown(column, length)),
  };
}

/** The difference of responders with Miettinen and Nurminen's interval, and the test of non-inferiority where a margin is given. */
export function responders(input: Input): object {
  only(input, ['x1', 'n1', 'x0', 'n0', 'level', 'margin']);
  const count = (name: string): number => input.field(name).whole({ least: 0, most: 1e9 });
  const margin = input.field('margin').or(undefined, (value) => value.number({ least: 0, below: 1 }));
  return compareResponders(
    { one: { x: count('x1'), n: count('n1') }, zero: { x: count('x0'), n: count('n0') } },
    { level: readLevel(input), ...(margin === undefined ? {} : { margin }) },
  );
}

/**
 * A difference where outcomes are missing: among those who have one, by multiple imputation, and how much worse than that the missing must be before the conclusion
 * changes.
 */
export function missingOutcome(input: Input): object {
  only(input, ['trt', 'y', 'kind', 'covariates', 'imputations', 'sweeps', 'seed', 'shifts', 'level']);
  const treated = readTreated(input.field('trt'));
  const y = readValues(input.field('y'), treated.length);
  const kind = input.field('kind').or('measured' as const, (name) => name.choice(['measured', 'yes-no'] as const));
  const level = readLevel(input);
  const given = input.field('covariates').or([] as Input[], (list) => list.items({ most: 50 }));
  const covariates = given.map((column) => readKnown(column, treated.length));
  const completed = imputeChained({
    variables: [{ kind, values: y }],
    known: covariates,
    // A treatment may change how outcome and covariates go together.
    by: treated.map(Number),
    imputations: input.field('imputations').or(20, (value) => value.whole({ least: 2, most: 1000 })),
    sweeps: input.field('sweeps').or(10, (value) => value.whole({ least: 1, most: 100 })),
    seed: input.field('seed').or(1, (value) => value.whole({ least: 0, most: 2 ** 32 - 1 })),
  }).map(([outcome]) => outcome!);
  const rows = treated.map((_, row) => row);
  const analyse = (outcome: Float64Array): CompletedEstimate => differenceIn(outcome, rows, treated, kind, covariates);
  const known = rows.filter((row) => !Number.isNaN(y[row]!));
  const count = (group: boolean): number =>
    rows.filter((row) => treated[row] === group && Number.isNaN(y[row]!)).length;
  return {
    missing: { treated: count(true), control: count(false) },
    completeCases: differenceIn(y, known, treated, kind, covariates),
    imputed: poolEstimates(completed.map(analyse), level),
    ...(kind === 'measured'
      ? { tipping: readTipping(input, { completed, y, treated, analyse, level }) }
      : { grid: tippingGrid({ one: tally(y, treated, true), zero: tally(y, treated, false) }) }),
  };
}

/** The coefficient of the treatment beside the covariates, or the difference of the shares. */
function differenceIn(
  y: Float64Array,
  rows: readonly number[],
  treated: readonly boolean[],
  kind: 'measured' | 'yes-no',
  covariates: readonly Float64Array[],
): CompletedEstimate {
  if (kind === 'yes-no') {
    const [one, zero] = [true, false].map((group) => tally(y, treated, group)) as [Tally, Tally];
    const [p1, p0] = [one.x / one.n, zero.x / zero.n];
    return { estimate: p1 - p0, standardError: Math.sqrt((p1 * (1 - p1)) / one.n + (p0 * (1 - p0)) / zero.n) };
  }
  const pick = (column: ArrayLike<number>): number[] => rows.map((row) => column[row]!);
  const fit = ancova([rows.map(() => 1), rows.map((row) => Number(treated[row])), ...covariates.map(pick)], pick(y));
  return { estimate: fit.coefficients[1]!, standardError: fit.standardErrors[1]!, df: fit.df };
}

interface Tally {
  x: number;
  n: number;
  missing: number;
}

function tally(y: Float64Array, treated: readonly boolean[], group: boolean): Tally {
  const own = y.filter((_, row) => treated[row] === group);
  const known = own.filter((value) => !Number.isNaN(value));
  return { x: known.reduce((sum, value) => sum + value, 0), n: known.length, missing: own.length - known.length };
}

/** Shifts the imputed outcomes of the treated: by those given, or by up to three standard deviations either way. */
function readTipping(
  input: Input,
  {
    completed,
    y,
    treated,
    analyse,
    level,
  }: {
    completed: Float64Array[];
    y: Float64Array;
    treated: readonly boolean[];
    analyse: (outcome: Float64Array) => CompletedEstimate;
    level: number;
  },
): { points: (PooledEstimate & { shift: number })[]; tips?: number } {
  const known = y.filter((value) => !Number.isNaN(value));
  const middle = known.reduce((sum, value) => sum + value, 0) / known.length;
  const spread = Math.sqrt(known.reduce((sum, value) => sum + (value - middle) ** 2, 0) / (known.length - 1));
  const steps = Array.from({ length: 25 }, (_, at) => ((at - 12) / 4) * spread);
  const shifts = input.field('shifts').or(steps, (list) => list.numbers());
  if (shifts.length === 0 || shifts.length > 200 || shifts.some((shift, at) => at > 0 && !(shift > shifts[at - 1]!)))
    throw input.field('shifts').wrong('1 to 200 shifts, ascending, are expected');
  const shifted = treated.flatMap((flag, row) => (flag && Number.isNaN(y[row]!) ? [row] : []));
  return tippingPoint({ completed, shifted, analyse, shifts, level });
}

function readLevel(input: Input): number {
  return input.field('level').or(0.95, (level) => level.number({ above: 0, below: 1 }));
}

/** Null is missing. */
function readValues(input: Input, length: number): Float64Array {
  const values = Float64Array.from(input.numbersOrNaN());
  if (values.length !== length) throw input.wrong('a value, or null, for each unit is expected', { length });
  return values;
}

function readKnown(input: Input, length: number): Float64Array {
  return Float64Array.from(input.numbers({ length }));
}

function readFlags(input: Input, length: number): Float64Array {
  return Float64Array.from(input.items({ least: length, most: length }), (item) => Number(item.flag()));
}
