import { Worker } from 'node:worker_threads';
import { Problem } from '#kernel/problem';

/**
 * What a script answers in a thread of its own: it reads `workerData` and posts one message.
 *
 * @throws Problem `too-costly` after the time is over, or where it needs too much memory; what the script throws
 */
export function inThread<T>(
  script: URL,
  data: unknown,
  { mostMs = 60_000, memoryMb = 1_024 }: { mostMs?: number; memoryMb?: number } = {},
): Promise<T> {
  return new Promise((resolve, reject) => {
    const thread = new Worker(script, { workerData: data, resourceLimits: { maxOldGenerationSizeMb: memoryMb } });
    const clock = setTimeout(() => {
      reject(new Problem('too-costly', 'the work takes too long', { mostMs }));
      void thread.terminate();
    }, mostMs);
    thread.once('message', resolve);
    thread.once('error', (error) => {
      const isMemory = (error as NodeJS.ErrnoException).code === 'ERR_WORKER_OUT_OF_MEMORY';
      reject(isMemory ? new Problem('too-costly', 'the work needs too much memory', { memoryMb }) : error);
    });
    thread.once('exit', () => {
      clearTimeout(clock);
      reject(new Error(`the thread ended without an answer: ${script.pathname}`));
    });
  });
}
