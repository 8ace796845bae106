import { parentPort, workerData } from 'node:worker_threads';
import { estimateAll, type Samples } from './estimate.ts';

/** What the worker tells: how far it is, and in the end the answer. */
export type WorkerNews =
  | { kind: 'progress'; done: number; of: number }
  | { kind: 'limits' | 'done'; answer: ReturnType<typeof estimateAll> };

const port = parentPort;
if (port === null) throw new Error('this file runs as a worker only');

const { samples, longestMs } = workerData as { samples: Samples; longestMs: number };
const until = performance.now() + longestMs;
const tell = (news: WorkerNews): void => port.postMessage(news);
// The limits first, without intervals of their own for the model: they take a second, the resampling many.
tell({ kind: 'limits', answer: estimateAll(samples, { resamples: 0 }) });
const goOn = (done: number, of: number): boolean => {
  tell({ kind: 'progress', done, of });
  return performance.now() < until;
};
tell({ kind: 'done', answer: estimateAll(samples, { goOn }) });
