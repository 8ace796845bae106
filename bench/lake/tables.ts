import { builtInViews, generationTables, makeViewTables, questionViews, readViews, viewTables } from '#kernel/lake';
import { GIVEN, type Plan, resultsBetween } from './results.ts';

/** The tables that the platform makes of its view `laboratory_result`, by its own code. */
const PLACE = { database: 'lab' };
const VIEW = readViews(builtInViews()).views.find(({ name }) => name === 'laboratory_result')!;
const TABLES = viewTables(VIEW);

/** A copy of the rows in one order. */
export interface Copy {
  name: 'by_test' | 'by_patient';
  /** What questions read: only live rows. */
  asked: string;
  /** Where rows are kept. */
  kept: string;
}

export const BY_TEST: Copy = { name: 'by_test', asked: 'banyan.laboratory_result', kept: `lab.${TABLES.kept[0]}` };
export const BY_PATIENT: Copy = {
  name: 'by_patient',
  asked: 'banyan.laboratory_result_by_patient',
  kept: `lab.${TABLES.kept[1]}`,
};

/** Long texts that no question asks for: an id of 51 letters each, 23 bytes a row where rows are sorted by test. */
const LONG: ReadonlySet<string> = new Set(['specimen', 'service_request', 'encounter']);
/** More of them, where the disk is small. */
const LONGER: ReadonlySet<string> = new Set([...LONG, 'id', '_patients']);

/** What DuckDB keeps: the columns that hold something, without the three longest, which cost much disk and no time. */
export const PEER_COLUMNS = [...GIVEN.filter((name) => !LONG.has(name)), '_patient'];

export function makeTables(): string[] {
  return [
    'create database if not exists banyan',
    ...generationTables(PLACE),
    ...makeViewTables(PLACE, VIEW),
    ...questionViews(PLACE, VIEW),
  ];
}

/** Puts the results of some visits into both copies by one insert, as the feed does, or into the one by test alone; lean: without long texts. */
export function insertResults(
  plan: Plan,
  { from, until, lean = false, oneCopy = false }: { from: number; until: number; lean?: boolean; oneCopy?: boolean },
): string {
  const names = [...GIVEN, '_tenant', '_patients', '_resource', '_row', '_version', '_deleted'].filter(
    (name) => !lean || !LONGER.has(name),
  );
  const values = names.map((name) => (lean && name === 'patient' ? 'toString(p) as patient' : name));
  return `insert into ${oneCopy ? BY_TEST.kept : `lab.${TABLES.rows}`} (${names.join(', ')}) select ${values.join(', ')} from (
    select *, 'bench' as _tenant, [patient] as _patients, cityHash64(id) as _resource, 0 as _row,
      bitShiftLeft(toUInt64(1), 32) * 2 + 1 as _version, 0 as _deleted
    from (${resultsBetween(plan, from, until)}))`;
}
