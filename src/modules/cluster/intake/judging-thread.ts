import { parentPort, workerData } from 'node:worker_threads';
import type { Match } from '../model.ts';
import { placesByName, type ReadRow, readRow } from '../rules/import.ts';
import { compare } from '../rules/matching.ts';
import type { JudgingTask } from './judging.ts';

/** Reading and comparing names takes a tenth of a millisecond a time: thousands of rows do it here, beside the event loop. */
function answer(task: JudgingTask): ReadRow[] | Match[][] {
  if ('rows' in task) {
    const setting = {
      columns: task.columns,
      mapping: task.mapping,
      kind: task.kind,
      places: placesByName(task.places),
    };
    return task.rows.map(({ row, cells }) => readRow(row, cells, setting));
  }
  return task.compare.map(({ one, others }) => others.map((other) => compare(one, other)));
}

parentPort?.postMessage(answer(workerData as JudgingTask));
