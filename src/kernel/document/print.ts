import { inThread } from '#kernel/child';
import { Problem } from '#kernel/problem';
import type { PrintedDocument } from './model.ts';

const MOST_WAITING = 20;
const LIMITS = { mostMs: 30_000, memoryMb: 512 };

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
  const mine = before.then(() => inThread<Uint8Array>(new URL('./print-thread.ts', import.meta.url), document, LIMITS));
  before = mine.catch(() => {});
  try {
    return Buffer.from(await mine);
  } finally {
    waiting -= 1;
  }
}
