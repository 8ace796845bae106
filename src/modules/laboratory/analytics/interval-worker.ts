import { parentPort, workerData } from 'node:worker_threads';
import { estimateAll, type Samples } from './estimate.ts';

/** What the worker tells: how far it is, and in the end the answer. */
export type WorkerNews =
  | { kind: 'progress'; done: number; of: number }
  | { kind: 'done'; answer: ReturnType<typeof estimateAll> };

const port = parentPort;
if (port === null) throw new Error('this file runs as a worker only');

const { samples, longestMs } = workerData as { samples: Samples; longestMs: number };
const until = performance.now() + longestMs;
const tell = (news: WorkerNews): void => port.postMessage(news);
tell({
  kind: 'done',
  answer: estimateAll(samples, (done, of) => {
    tell({ kind: 'progress', done, of });
    return performance.now() < until;
  }),
});
