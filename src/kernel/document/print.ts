import { Worker } from 'node:worker_threads';
import { Problem } from '#kernel/problem';
import type { PrintedDocument } from './model.ts';

const MOST_WAITING = 20;
const LONGEST_MS = 30_000;
const MEMORY_MB = 512;

let waiting = 0;
let before: Promise<unknown> = Promise.resolve();

/**
 * The document as PDF, its fonts embedded. Drawn in a thread of its own, one document after another.
 *
 * @throws Problem `too-many` where too many wait, `too-costly` where it takes too long
 */
export async function printPdf(document: PrintedDocument): Promise<Buffer> {
  if (waiting >= MOST_WAITING) throw new Problem('too-many', 'too many documents are being printed: try again shortly');
  waiting += 1;
  const mine = before.then(() => draw(document));
  before = mine.catch(() => {});
  try {
    return Buffer.from(await mine);
  } finally {
    waiting -= 1;
  }
}

function draw(document: PrintedDocument): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const thread = new Worker(new URL('./print-thread.ts', import.meta.url), {
      workerData: document,
      resourceLimits: { maxOldGenerationSizeMb: MEMORY_MB },
    });
    const clock = setTimeout(() => {
      reject(new Problem('too-costly', 'the document takes too long to print', { mostMs: LONGEST_MS }));
      void thread.terminate();
    }, LONGEST_MS);
    thread.once('message', resolve);
    thread.once('error', reject);
    thread.once('exit', () => {
      clearTimeout(clock);
      reject(new Error('the thread that prints ended without an answer'));
    });
  });
}
