import { inThread } from '#kernel/child';
import { Problem, type ProblemKind } from '#kernel/problem';
import type { DataSource, StudyTable } from '../model.ts';
import { hashOf, tableOf } from '../rules/index.ts';

/** Below it a table is read in a few milliseconds. */
const SMALL_CHARACTERS = 128 * 1024;

export interface ReadTable {
  table: StudyTable;
  dropped: DataSource['dropped'];
  hash: string;
}

/** What a thread hands back: a Problem does not come through as one. */
export type TableAnswer =
  | ReadTable
  | { refusal: { kind: ProblemKind; message: string; facts: Readonly<Record<string, unknown>> } };

export function readTable(csv: string): ReadTable {
  const { table, dropped } = tableOf(csv);
  return { table, dropped, hash: hashOf(table) };
}

/** Reads and checks a table; a large one in a thread of its own. @throws Problem as `tableOf` does */
export async function checkTable(csv: string): Promise<ReadTable> {
  if (csv.length <= SMALL_CHARACTERS) return readTable(csv);
  const answer = await inThread<TableAnswer>(new URL('./study-table-thread.ts', import.meta.url), csv);
  if (!('refusal' in answer)) return answer;
  const { kind, message, facts } = answer.refusal;
  throw new Problem(kind, message, facts);
}
