import { inThread } from '#kernel/child';
import { type ParsedBatch, parseBatch } from '#standards/e2b';

/** Below it a batch is read in a few milliseconds. */
const SMALL_BYTES = 128 * 1024;

/** Reads a batch; a large one in a thread of its own, so that nobody waits for it. */
export function readBatch(raw: Buffer): Promise<ParsedBatch> {
  if (raw.length <= SMALL_BYTES) return Promise.resolve(parseBatch(raw));
  return inThread<ParsedBatch>(new URL('./parse-thread.ts', import.meta.url), new Uint8Array(raw));
}
