import { Problem } from '#kernel/problem';
import type { Candidate, CandidateColumn, Cell, GateQuestion, GateSettings } from '../../model.ts';
import { type Told, textOf } from './encoded.ts';
import { hierarchyOf } from './hierarchies.ts';
import { BUDGET } from './settings.ts';

const MOST_LINES = 2_000;
const NANO_PER_MILLI = 1_000_000n;

/** A question in its one form: whoever asks the same in other words gets the same answer. */
export interface SoundQuestion {
  measure: GateQuestion['measure'];
  by: string[];
  where: { column: string; values: string[] }[];
  milliRho: number;
}

/**
 * @param told what is public of the offering: only its columns and codes may be named, so that nothing is learnt from what may be asked
 * @throws Problem `invalid`
 */
export function soundQuestion(
  { measure, by, where, milliRho = BUDGET.answerMilliRho }: GateQuestion,
  { told, columns, settings }: { told: Told; columns: readonly CandidateColumn[]; settings: GateSettings },
): SoundQuestion {
  const codesOf = (column: string): string[] => {
    const codes = told.codes[column];
    if (codes === undefined)
      throw new Problem('invalid', 'a question names columns of codes that were released', { column });
    return codes;
  };
  if (measure.kind === 'sum') {
    const column = columns.find(({ name }) => name === measure.column);
    if (told.method === 'table' || column?.role !== 'measure' || settings.bounds[measure.column] === undefined)
      throw new Problem('invalid', 'only columns whose bounds the offering states can be summed', {
        column: measure.column,
      });
  }
  if (!Number.isInteger(milliRho) || milliRho < 1 || milliRho > BUDGET.mostAnswerMilliRho)
    throw new Problem('invalid', 'the precision of an answer is out of its range', {
      least: 1,
      most: BUDGET.mostAnswerMilliRho,
    });
  const sorted = [...new Set(by)].sort();
  if (sorted.reduce((lines, column) => lines * Math.max(1, codesOf(column).length), 1) > MOST_LINES)
    throw new Problem('too-costly', 'the answer would have too many lines: ask by fewer columns', { most: MOST_LINES });
  const limits = new Map<string, Set<string>>();
  for (const { column, values } of where) {
    const codes = new Set(codesOf(column));
    const wanted = new Set(values);
    if (values.some((value) => !codes.has(value)))
      throw new Problem('invalid', 'a question names a code that was not released', { column });
    // Two conditions on a column hold both.
    const known = limits.get(column);
    limits.set(column, known === undefined ? wanted : new Set([...known].filter((value) => wanted.has(value))));
  }
  return {
    measure: measure.kind === 'sum' ? { kind: 'sum', column: measure.column } : { kind: 'count' },
    by: sorted,
    where: [...limits]
      .map(([column, values]) => ({ column, values: [...values].sort() }))
      .sort((a, b) => (a.column < b.column ? -1 : 1)),
    milliRho,
  };
}

/** Without the precision: which question it is. */
export function questionKey({ measure, by, where }: SoundQuestion): string {
  return JSON.stringify({ measure, by, where });
}

export function costOf({ milliRho }: SoundQuestion): bigint {
  return BigInt(milliRho) * NANO_PER_MILLI;
}

/** The exact answer, before any noise: one line for each combination of codes, also where nobody is. */
export interface ExactAnswer {
  lines: { codes: string[]; value: bigint }[];
  /** Of the lines together, as one person may change them: the square of the 2-norm. */
  sensitivitySquared: bigint;
}

/** @throws RangeError for counts that are none */
export function answerExactly(
  { measure, by, where }: SoundQuestion,
  { columns, rows }: Candidate,
  { told, settings }: { told: Told; settings: GateSettings },
): ExactAnswer {
  const at = (name: string): number => {
    const place = columns.findIndex((column) => column.name === name);
    if (place < 0) throw new RangeError('a column of the release is missing from its source');
    return place;
  };
  const coders = new Map(
    [...by, ...where.map(({ column }) => column)].map((name) => [
      name,
      coder(columns[at(name)]!, rows, at(name), told),
    ]),
  );
  const code = (row: readonly Cell[], name: string): string => coders.get(name)!(textOf(row[at(name)]!));
  const allowed = where.map(({ column, values }) => ({ column, values: new Set(values) }));
  const totals = new Map<string, bigint>();
  for (const codes of combinations(by.map((name) => told.codes[name]!))) totals.set(JSON.stringify(codes), 0n);

  const person = columns.findIndex(({ role }) => role === 'identifier');
  const seen = new Map<Cell, number>();
  const count = columns.findIndex(({ role }) => role === 'count');
  for (const row of rows) {
    if (person >= 0) {
      // More rows of a person than were promised do not count, whatever they say.
      const before = seen.get(row[person]!) ?? 0;
      if (before >= settings.rowsPerPerson) continue;
      seen.set(row[person]!, before + 1);
    }
    if (!allowed.every(({ column, values }) => values.has(code(row, column)))) continue;
    const key = JSON.stringify(by.map((name) => code(row, name)));
    const known = totals.get(key);
    if (known === undefined) continue;
    totals.set(key, known + contribution(row, { measure, count, at, settings }));
  }
  const { low, high } = measure.kind === 'sum' ? settings.bounds[measure.column]! : { low: 0, high: 1 };
  const one = BigInt(Math.max(Math.abs(low), Math.abs(high))) * BigInt(settings.rowsPerPerson);
  return {
    lines: [...totals].map(([key, value]) => ({ codes: JSON.parse(key) as string[], value })),
    sensitivitySquared: one * one,
  };
}

function contribution(
  row: readonly Cell[],
  {
    measure,
    count,
    at,
    settings,
  }: { measure: GateQuestion['measure']; count: number; at(name: string): number; settings: GateSettings },
): bigint {
  if (measure.kind === 'count') {
    if (count < 0) return 1n;
    const persons = Number(row[count]);
    if (!Number.isSafeInteger(persons) || persons < 0)
      throw new RangeError('a count of persons is not a whole number from 0');
    return BigInt(persons);
  }
  const value = Number(row[at(measure.column)] ?? 0);
  const { low, high } = settings.bounds[measure.column]!;
  return Number.isFinite(value) ? BigInt(Math.round(Math.min(high, Math.max(low, value)))) : BigInt(Math.max(0, low));
}

/** From a value of the source to the code that was released for it. */
function coder(
  column: CandidateColumn,
  rows: readonly (readonly Cell[])[],
  at: number,
  told: Told,
): (value: string) => string {
  const level = told.method === 'microdata' ? (told.levels[column.name] ?? 0) : 0;
  if (level === 0 || column.role !== 'quasi') return (value) => value;
  const { paths } = hierarchyOf({
    ...column,
    dictionary: [...new Set(rows.map((row) => row[at] ?? null))],
    codes: new Uint32Array(),
  });
  return (value) => paths.get(value)?.[level] ?? value;
}

function combinations(lists: readonly (readonly string[])[]): string[][] {
  return lists.reduce<string[][]>((known, list) => known.flatMap((head) => list.map((item) => [...head, item])), [[]]);
}
