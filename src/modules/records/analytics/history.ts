import type { Context } from '#kernel/context';
import { lakeRelation } from '#kernel/lake';
import { sql } from '#kernel/sql';
import intervals from '../../../../facts/reference-intervals.json' with { type: 'json' };
import type { PersonHistory, TestHistory } from '../model.ts';
import { type Asking, optionsOf } from './ask.ts';
import { EVENTS } from './views.ts';

/** More than the longest record that was seen in intensive care. */
const MOST_RESULTS = 20_000;

interface ResultRow {
  code: string;
  system: string | null;
  name: string | null;
  unit: string | null;
  time: string;
  value: number | null;
  comparator: string | null;
  text: string | null;
  flag: string | null;
  low: number | null;
  high: number | null;
}

const NAMES_ZH = new Map(intervals.analytes.map(({ loinc, name }) => [loinc, name.zh]));

/** All laboratory results of a person by test, from the copy that lies by patient: one short read, however long the lake. */
export async function findHistory(
  ctx: Context,
  patients: readonly string[],
  asking: Omit<Asking, 'reach'>,
): Promise<PersonHistory> {
  const began = performance.now();
  const { view, counts } = EVENTS.result;
  const relation = await lakeRelation(ctx, view, { reach: 'rows', by: 'patient', patients });
  const rows = await asking.lake.rows<ResultRow>(
    sql`
      select code, code_system as system, code_text as name, unit, toString(time) as time, value, comparator,
        coalesce(value_text, value_code) as text, flag, low, high
      from ${relation} as laboratory where patient in (select arrayJoin(${patients})) and ${counts}
      order by laboratory.time desc, id limit ${MOST_RESULTS + 1}
    `,
    optionsOf(ctx, asking),
  );
  const shown = rows.slice(0, MOST_RESULTS);
  return {
    tests: byTest(shown),
    results: shown.length,
    cut: rows.length > shown.length,
    tookMs: Math.round(performance.now() - began),
  };
}

/** Tests of most results first, each oldest first; values of different units are different series. */
function byTest(rows: readonly ResultRow[]): TestHistory[] {
  const tests = new Map<string, TestHistory>();
  for (const row of rows.toReversed()) {
    const key = `${row.system ?? ''}|${row.code}|${row.unit ?? ''}`;
    let test = tests.get(key);
    if (test === undefined) {
      test = {
        code: row.code,
        name: row.name || row.code,
        points: [],
        ...defined({ system: row.system, unit: row.unit, nameZh: NAMES_ZH.get(row.code) }),
      };
      tests.set(key, test);
    }
    const { value, comparator, text, flag, low, high } = row;
    test.points.push({
      at: `${row.time.replace(' ', 'T')}Z`,
      ...defined({ value, comparator, text, flag, low, high }),
    });
  }
  return [...tests.values()].sort(
    (one, other) => other.points.length - one.points.length || (one.name < other.name ? -1 : 1),
  );
}

function defined<T extends Record<string, unknown>>(parts: T): { [K in keyof T]?: NonNullable<T[K]> } {
  return Object.fromEntries(
    Object.entries(parts).filter(([, value]) => value !== null && value !== undefined),
  ) as never;
}
