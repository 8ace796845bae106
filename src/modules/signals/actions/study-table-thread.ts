import { parentPort, workerData } from 'node:worker_threads';
import { Problem } from '#kernel/problem';
import { readTable, type TableAnswer } from './study-table.ts';

function answer(csv: string): TableAnswer {
  try {
    return readTable(csv);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return { refusal: { kind: error.kind, message: error.message, facts: error.facts } };
  }
}

parentPort?.postMessage(answer(workerData as string));
