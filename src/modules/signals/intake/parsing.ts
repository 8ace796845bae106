import { Worker } from 'node:worker_threads';
import { type ParsedBatch, parseBatch } from '#standards/e2b';

/** Below it a batch is read in a few milliseconds. */
const SMALL_BYTES = 128 * 1024;

/** Reads a batch; a large one in a thread of its own, so that nobody waits for it. */
export function readBatch(raw: Buffer): Promise<ParsedBatch> {
  if (raw.length <= SMALL_BYTES) return Promise.resolve(parseBatch(raw));
  return new Promise((resolve, reject) => {
    const thread = new Worker(new URL('./parse-thread.ts', import.meta.url), { workerData: new Uint8Array(raw) });
    thread.once('message', resolve);
    thread.once('error', reject);
    thread.once('exit', () => reject(new Error('the thread that reads batches ended without an answer')));
  });
}
