import type { Layer } from './attack.ts';
import type { Relation } from './frame.ts';
import type { LinearRow, LinearVariable, Solver } from './linear.ts';
import type { Protection } from './primary.ts';

/** Counts of one population told twice. */
export interface Earlier {
  /** By cell; cells that were not told count as hidden. */
  values: Float64Array;
  hidden: ReadonlySet<number>;
}

/**
 * What the later of two releases tells beyond the earlier: how many came and went in each cell. A change by few persons is a small cell like any other, so that
 * the difference is a layer which the pattern must hide as well. Somebody who knows that nobody leaves is assumed where nobody did.
 */
export function differenceLayer(
  { values, whole }: Layer,
  earlier: Earlier,
  needOf: (change: number) => Protection | undefined,
): Layer {
  const change = values.map((value, cell) => value - earlier.values[cell]!);
  const onlyGrew = change.every((value) => value >= 0);
  const needs = new Map<number, Protection>();
  for (const [cell, value] of change.entries()) {
    const need = value === 0 ? undefined : needOf(Math.abs(value));
    if (need === undefined) continue;
    // Of a fall, up and down change places.
    needs.set(cell, value > 0 ? need : { ...need, lower: need.upper, upper: need.lower });
  }
  return {
    values: change,
    low: onlyGrew
      ? new Float64Array(change.length)
      : change.map((value, cell) => Math.min(value, -earlier.values[cell]!)),
    high: new Float64Array(change.length).fill(Number.POSITIVE_INFINITY),
    whole,
    needs,
    hiddenAnyhow: earlier.hidden,
  };
}

/** What an earlier release told of persons who are in the present table too, by a frame of its own. */
export interface ToldBefore extends Earlier {
  relations: readonly Relation[];
  /** Cells that were hidden because they are small. */
  guarded: readonly number[];
  /** Its cells by those of the present table that count the same persons. */
  same: ReadonlyMap<number, number>;
}

/** What the attacker takes for granted of a cell from one release to the next. */
const CHANGES = [
  { low: 0, high: 0, holds: (change: number) => change === 0 },
  { low: 0, high: Number.POSITIVE_INFINITY, holds: (change: number) => change >= 0 },
  { low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY, holds: () => true },
] as const;

/**
 * All releases as one table: the cells of the present one first, then those of each earlier one, then the changes between them. Its attacker knows everything that was ever told,
 * and that nothing changed, or nobody left, where no number speaks against it. The present cells keep their needs; cells that are small stay hidden in the
 * releases that hid them; and the change since each of them is a cell like any other.
 *
 * What was hidden is not known here either: any table that could have been stands for it.
 *
 * @param past the oldest first
 * @returns undefined where no such table can have been: the releases are not of the same persons
 */
export function jointLayer(
  now: Layer,
  { relations, past, least }: { relations: readonly Relation[]; past: readonly ToldBefore[]; least: number },
  solve: Solver,
  needOf: (change: number) => Protection | undefined,
): Layer | undefined {
  const { length } = now.values;
  const starts: number[] = [];
  let size = length;
  for (const { values } of past) {
    starts.push(size);
    size += values.length;
  }
  const given = [...now.values, ...past.flatMap(({ values }) => [...values])];
  const hidden = new Set(past.flatMap((each, at) => [...each.hidden].map((cell) => starts[at]! + cell)));
  const all = [
    ...relations,
    ...past.flatMap((each, at) =>
      each.relations.map(({ total, parts }) => ({
        total: total + starts[at]!,
        parts: parts.map((part) => part + starts[at]!),
      })),
    ),
  ];
  const steps = stepsOf(past, starts, length);
  // Between two tables the same is taken for granted of all cells, by those that were told in both.
  const kinds = new Map<string, number>();
  for (const { from, to, between } of steps) {
    if (hidden.has(from) || hidden.has(to)) continue;
    const change = given[to]! - given[from]!;
    const fits = CHANGES.findIndex(({ holds }) => holds(change));
    kinds.set(between, Math.max(kinds.get(between) ?? 0, fits));
  }
  for (const loosest of [0, 1, 2]) {
    const kindOf = ({ between }: Step) => CHANGES[Math.max(kinds.get(between) ?? 2, loosest)]!;
    const values = anyTable(given, hidden, { relations: all, steps, kindOf, solve });
    if (values === undefined) continue;
    return withChanges(now, { values, hidden, relations: all, steps, kindOf, past, starts, least, needOf });
  }
  return undefined;
}

interface Step {
  /** Cells of all. */
  from: number;
  to: number;
  /** Which two tables. */
  between: string;
}

/** From each release to the next that has the cell, the present one last. */
function stepsOf(past: readonly ToldBefore[], starts: readonly number[], length: number): Step[] {
  const steps: Step[] = [];
  for (let cell = 0; cell < length; cell += 1) {
    const chain = past.flatMap(({ same }, at) => {
      const its = same.get(cell);
      return its === undefined ? [] : [{ at, cell: starts[at]! + its }];
    });
    for (const [place, { at, cell: from }] of chain.entries()) {
      const next = chain[place + 1];
      steps.push({ from, to: next?.cell ?? cell, between: `${at}/${next?.at ?? 'now'}` });
    }
  }
  return steps;
}

/** Some table that fits everything that was told; undefined where there is none. */
function anyTable(
  given: readonly number[],
  hidden: ReadonlySet<number>,
  {
    relations,
    steps,
    kindOf,
    solve,
  }: {
    relations: readonly Relation[];
    steps: readonly Step[];
    kindOf: (step: Step) => (typeof CHANGES)[number];
    solve: Solver;
  },
): Float64Array | undefined {
  const cells = [...hidden];
  const places = new Map(cells.map((cell, at) => [cell, at]));
  const rows: LinearRow[] = [];
  const add = (terms: readonly (readonly [number, number])[], low: number, high: number): boolean => {
    const known = terms.reduce((sum, [cell, by]) => sum + (places.has(cell) ? 0 : by * given[cell]!), 0);
    const open = terms.filter(([cell]) => places.has(cell));
    if (open.length === 0) return known >= low && known <= high;
    rows.push({
      variables: open.map(([cell]) => places.get(cell)!),
      coefficients: open.map(([, by]) => by),
      low: low - known,
      high: high - known,
    });
    return true;
  };
  for (const { total, parts } of relations)
    add([...parts.map((part) => [part, 1] as const), [total, -1] as const], 0, 0);
  for (const step of steps) {
    const { low, high } = kindOf(step);
    if (
      !add(
        [
          [step.to, 1],
          [step.from, -1],
        ],
        low,
        high,
      )
    )
      return undefined;
  }
  const values = Float64Array.from(given);
  if (cells.length === 0) return values;
  const variables: LinearVariable[] = cells.map(() => ({ cost: 0, low: 0, high: Number.POSITIVE_INFINITY }));
  const solution = solve({ sense: 'min', variables, rows });
  if (solution.values.length === 0) return undefined;
  for (const [at, cell] of cells.entries()) values[cell] = Math.max(0, solution.values[at]!);
  return values;
}

function withChanges(
  now: Layer,
  {
    values,
    hidden,
    relations,
    steps,
    kindOf,
    past,
    starts,
    least,
    needOf,
  }: {
    values: Float64Array;
    hidden: ReadonlySet<number>;
    relations: readonly Relation[];
    steps: readonly Step[];
    kindOf: (step: Step) => (typeof CHANGES)[number];
    past: readonly ToldBefore[];
    starts: readonly number[];
    least: number;
    needOf: (change: number) => Protection | undefined;
  },
): Layer {
  const needs = new Map(now.needs);
  const changes: { change: number; low: number; high: number }[] = [];
  const sums: Relation[] = [...relations];
  const size = values.length;
  const { length } = now.values;
  /** A cell for what came and went. */
  const note = (from: number, to: number, { low, high }: { low: number; high: number }): number => {
    const cell = size + changes.length;
    changes.push({ change: values[to]! - values[from]!, low, high });
    sums.push({ total: to, parts: [from, cell] });
    return cell;
  };
  const direct = new Map<string, number>();
  for (const step of steps) {
    // Between two numbers that were told long ago there is nothing left to hide.
    if (step.to >= length && !hidden.has(step.from) && !hidden.has(step.to)) continue;
    direct.set(`${step.from}/${step.to}`, note(step.from, step.to, kindOf(step)));
  }
  for (const [at, { guarded, same }] of past.entries()) {
    for (const cell of guarded) {
      const place = starts[at]! + cell;
      if (hidden.has(place)) needs.set(place, { lower: 0, upper: Math.max(0, least - values[place]!), width: least });
    }
    for (const [mine, its] of same) {
      const from = starts[at]! + its;
      const change = values[mine]! - values[from]!;
      const need = hidden.has(from) || change === 0 ? undefined : needOf(Math.abs(change));
      if (need === undefined) continue;
      const cell = direct.get(`${from}/${mine}`) ?? note(from, mine, CHANGES[2]);
      needs.set(cell, change > 0 ? need : { ...need, lower: need.upper, upper: need.lower });
    }
  }
  const beyond = Array.from({ length: changes.length }, (_, at) => size + at);
  return {
    values: Float64Array.from([...values, ...changes.map(({ change }) => change)]),
    low: Float64Array.from([...now.low, ...new Array(size - length).fill(0), ...changes.map(({ low }) => low)]),
    high: Float64Array.from([
      ...now.high,
      ...new Array(size - length).fill(Number.POSITIVE_INFINITY),
      ...changes.map(({ high }) => high),
    ]),
    whole: now.whole,
    needs,
    hiddenAnyhow: new Set([...hidden, ...beyond]),
    relations: sums,
  };
}
