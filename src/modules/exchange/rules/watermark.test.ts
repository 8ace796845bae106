import { createHash, createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { Random } from '#standards/statistics';
import type { CandidateColumn, Cell } from '../model.ts';
import { csvLine, parseCsv } from './csv.ts';
import { readMarks, suspect, thresholdFor } from './trace.ts';
import { coinsOf, type MarkKeys, markRow, planMarks } from './watermark.ts';

const BUYERS = 40;
const keyOf = (name: string): Uint8Array => createHash('sha256').update(name).digest();
const PLAN = keyOf('plan');
const own = Array.from({ length: BUYERS }, (_, at) => keyOf(`buyer ${at}`));

const column = (name: string, parts: Partial<CandidateColumn>): CandidateColumn => ({
  name,
  label: { en: name, zh: name },
  type: 'text',
  role: 'plain',
  ...parts,
});

interface Table {
  columns: CandidateColumn[];
  rows: Cell[][];
}

/** Counts by district, month, subtype and age with a mean to one place: as a seller would offer them. */
function counts(rows: number): Table {
  const random = new Random(7);
  const columns = [
    column('district', { role: 'quasi' }),
    column('month', { role: 'quasi' }),
    column('subtype', { role: 'quasi' }),
    column('age', { role: 'quasi' }),
    column('persons', { type: 'integer', role: 'count' }),
    column('mean', { type: 'decimal', role: 'measure' }),
  ];
  const made: Cell[][] = [];
  for (let at = 0; at < rows; at += 1)
    made.push([
      `district ${at % 11}`,
      `2026-${String((at % 12) + 1).padStart(2, '0')}`,
      `subtype ${Math.floor(at / 12) % 5}`,
      `${10 * (Math.floor(at / 60) % 9)}+ ${Math.floor(at / 540)}`,
      11 + Math.floor(300 * random.next()),
      Number((20 + 60 * random.next()).toFixed(1)),
    ]);
  return { columns, rows: made };
}

/** Persons in classes of twenty alike, with a diagnosis and a laboratory value. */
function persons(rows: number): Table {
  const random = new Random(8);
  const columns = [
    column('age', { role: 'quasi' }),
    column('region', { role: 'quasi' }),
    column('diagnosis', { role: 'sensitive', type: 'code' }),
    column('value', { role: 'sensitive', type: 'decimal' }),
  ];
  const made = Array.from({ length: rows }, (_, at) => [
    `${10 * (at % 9)}-${10 * (at % 9) + 9}`,
    `region ${Math.floor(at / 9) % Math.ceil(rows / 180)}`,
    `C50.${Math.floor(9 * random.next())}`,
    Number((100 + 900 * random.next()).toFixed(2)),
  ]);
  return { columns, rows: made };
}

function copyOf({ columns, rows }: Table, keys: MarkKeys): Cell[][] {
  const plan = planMarks(columns, rows);
  return rows
    .map((row) => markRow(plan, keys, row))
    .sort((one, other) => one.place.compare(other.place))
    .map(({ row }) => row);
}

/** As a file: what a finder has. */
function fileOf(columns: readonly CandidateColumn[], rows: readonly (readonly Cell[])[]): string[][] {
  return parseCsv([csvLine(columns.map(({ name }) => name)), ...rows.map(csvLine)].join(''), 100_000);
}

const traced = (table: Table, file: string[][]) => {
  const evidence = readMarks(table, PLAN, file);
  return own
    .map((key, at) => suspect(evidence, { orderId: String(at), own: key }))
    .sort((one, other) => one.chance - other.chance);
};
const proven = (table: Table, file: string[][]) =>
  traced(table, file)
    .filter(({ chance }) => chance < thresholdFor(BUYERS))
    .map(({ orderId }) => orderId);

const shuffled = <T>(rows: readonly T[], seed: number): T[] => {
  const random = new Random(seed);
  return rows
    .map((row) => ({ row, at: random.next() }))
    .sort((one, other) => one.at - other.at)
    .map(({ row }) => row);
};

/**
 * Goal: whose copy a file is can be proved, after what people do to files, and nobody is accused who had no part in it.
 * Method: copies for forty buyers of a table of counts and of one of persons; each attack; all forty held against what is left.
 */
describe.each([
  ['counts', counts(2_000)],
  ['persons', persons(3_000)],
] as const)('a copy of %s', (_, table) => {
  const { columns, rows } = table;
  const copy = copyOf(table, { plan: PLAN, own: own[17]! });
  const sorted = [...copy].sort((one, other) => JSON.stringify(one).localeCompare(JSON.stringify(other)));
  const without = (drop: readonly string[], from: readonly (readonly Cell[])[]) => {
    const kept = columns.flatMap(({ name }, at) => (drop.includes(name) ? [] : [at]));
    return fileOf(
      kept.map((at) => columns[at]!),
      from.map((row) => kept.map((at) => row[at]!)),
    );
  };

  test('as it was given', () => {
    expect(proven(table, fileOf(columns, copy))).toEqual(['17']);
  });

  test('sorted', () => {
    expect(proven(table, fileOf(columns, sorted))).toEqual(['17']);
  });

  test('one row in ten, shuffled', () => {
    expect(proven(table, fileOf(columns, shuffled(copy, 1).slice(0, rows.length / 10)))).toEqual(['17']);
  });

  test('a column dropped, sorted', () => {
    expect(proven(table, without([columns[0]!.name], sorted))).toEqual(['17']);
  });

  test('columns named otherwise and in another order', () => {
    const turned = fileOf(columns, sorted).map((row, at) =>
      (at === 0 ? row.map((name) => `x_${name}`) : row).reverse(),
    );
    // The number that every copy moves cannot be known by its values; the rest still is.
    const left = traced(table, turned)[0]!;
    expect(left.orderId === '17' || left.chance > thresholdFor(BUYERS)).toBe(true);
  });

  test('two buyers put theirs together, row by row from either: both are found', () => {
    // Every second row from the one copy, the others from the other: rows that stand for the same in the release.
    const plan = planMarks(columns, rows);
    const both = rows.map((row, at) => markRow(plan, { plan: PLAN, own: own[at % 2 === 0 ? 17 : 30]! }, row).row);
    expect(proven(table, fileOf(columns, shuffled(both, 3))).sort()).toEqual(['17', '30']);
  });

  test('nobody is accused of the release itself, of another table, or of a copy made under an unknown key', () => {
    expect(proven(table, fileOf(columns, rows))).toEqual([]);
    expect(proven(table, fileOf(columns, shuffled(rows, 4)))).toEqual([]);
    const strange = copyOf(table, { plan: PLAN, own: keyOf('nobody') });
    expect(proven(table, fileOf(columns, strange))).toEqual([]);
  });

  test('nothing false is told: counts, codes and texts are as released or withheld, numbers within a unit and a hundredth', () => {
    const plan = planMarks(columns, rows);
    let withheld = 0;
    for (const row of rows) {
      const { row: marked } = markRow(plan, { plan: PLAN, own: own[17]! }, row);
      marked.forEach((cell, at) => {
        const was = row[at] as Cell;
        const digits = plan.decimals[at];
        if (cell === null) withheld += 1;
        else if (digits === undefined) expect(cell).toBe(was);
        else {
          expect(Math.abs((cell as number) - (was as number))).toBeLessThanOrEqual(10 ** -digits * 1.000_001);
          expect(Math.abs((cell as number) - (was as number))).toBeLessThanOrEqual(0.010_001 * Math.abs(was as number));
        }
      });
    }
    expect(withheld / rows.length).toBeGreaterThan(0.003);
    expect(withheld / rows.length).toBeLessThan(0.02);
  });
});

test('counts alone, which are never changed: the order and what is withheld tell the copy until it is sorted', () => {
  const { columns, rows } = counts(2_000);
  const table = { columns: columns.slice(0, 5), rows: rows.map((row) => row.slice(0, 5)) };
  const copy = copyOf(table, { plan: PLAN, own: own[3]! });
  expect(proven(table, fileOf(table.columns, copy))).toEqual(['3']);
  const sorted = [...copy].sort((one, other) => JSON.stringify(one).localeCompare(JSON.stringify(other)));
  expect(traced(table, fileOf(table.columns, sorted))[0]?.orderId).toBe('3');
});

test('the fast HMAC is the standard one', () => {
  const key = keyOf('any');
  const told = createHmac('sha256', key).update('["a",1]').digest();
  expect(coinsOf(key, '["a",1]').place).toEqual(told.subarray(0, 8));
});

test('a small table withholds nothing', () => {
  const table = counts(100);
  const copy = copyOf(table, { plan: PLAN, own: own[0]! });
  expect(copy.every((row) => row.every((cell) => cell !== null))).toBe(true);
});
