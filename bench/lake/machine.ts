import { writeFileSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { loadavg } from 'node:os';
import { Worker } from 'node:worker_threads';

/** Forgets what the system keeps of files in memory. @returns whether it could: it takes root */
export function dropFileCache(): boolean {
  try {
    writeFileSync('/proc/sys/vm/drop_caches', '1');
    return true;
  } catch {
    return false;
  }
}

export async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

/** Processes that want a core, over the last minute: tells a quiet machine from a busy one. */
export function load(): number {
  return loadavg()[0] ?? 0;
}

const PIECE = 256 * 2 ** 20;
const ROUNDS = 8;

/**
 * Bytes a second that two threads read from memory together: each looks eight times through 256 MiB of its own for a byte that is not there,
 * which the C library does with vector instructions.
 */
export async function memoryBandwidth(): Promise<number> {
  const speeds = await Promise.all([readMemory(), readMemory()]);
  return speeds.reduce((sum, each) => sum + each, 0);
}

function readMemory(): Promise<number> {
  const text = `
    const { parentPort } = require('node:worker_threads');
    const piece = Buffer.alloc(${PIECE}, 1);
    piece.indexOf(2);
    const began = performance.now();
    for (let round = 0; round < ${ROUNDS}; round++) piece.indexOf(2);
    parentPort.postMessage(${PIECE} * ${ROUNDS} / ((performance.now() - began) / 1000));
  `;
  return new Promise((tell, fail) => {
    const worker = new Worker(text, { eval: true });
    worker.once('message', tell);
    worker.once('error', fail);
  });
}
