import { inThread } from '#kernel/child';
import type { Mapping, Match, ThingKind } from '../model.ts';
import type { Known, KnownPlace, ReadRow } from '../rules/index.ts';

interface RowsTask {
  kind: ThingKind;
  columns: readonly string[];
  mapping: Mapping;
  places: readonly KnownPlace[];
  rows: readonly { row: number; cells: readonly string[] }[];
}
interface CompareTask {
  compare: readonly { one: Known; others: readonly Known[] }[];
}
export type JudgingTask = RowsTask | CompareTask;

const SCRIPT = new URL('./judging-thread.ts', import.meta.url);

export function readRows(task: RowsTask): Promise<ReadRow[]> {
  return inThread(SCRIPT, task);
}

/** Compares each with its candidates. */
export function compareAll(pairs: CompareTask['compare']): Promise<Match[][]> {
  return pairs.every(({ others }) => others.length === 0)
    ? Promise.resolve(pairs.map(() => []))
    : inThread(SCRIPT, { compare: pairs } satisfies CompareTask);
}
