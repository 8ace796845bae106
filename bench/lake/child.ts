import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export type Engine = 'clickhouse' | 'duckdb';

export interface Ask {
  text: string;
}

export interface Found {
  rows: unknown[][];
  /** Read, uncompressed; 0 where the engine does not say. */
  bytes: number;
  ms: number;
  cpuMs: number;
}

export type Answer = Found | { error: string };

/** An engine in a child process. One question at a time. */
export interface EngineChild {
  ask(text: string): Promise<Found>;
  /** Most memory it has held since `forgetPeak`, in MB. */
  peakMb(): number;
  forgetPeak(): void;
  close(): Promise<void>;
}

export async function startEngine(engine: Engine, folder: string): Promise<EngineChild> {
  const child = fork(fileURLToPath(new URL('engine.ts', import.meta.url)), [engine, folder], {
    execArgv: ['--disable-warning=ExperimentalWarning'],
    env: { ...process.env, UV_THREADPOOL_SIZE: '16' },
  });
  await nextMessage(child);
  return {
    async ask(text) {
      child.send({ text } satisfies Ask);
      const answer = (await nextMessage(child)) as Answer;
      if ('error' in answer) throw new Error(`${engine}: ${answer.error}\n${text}`);
      return answer;
    },
    peakMb: () => memoryOf(child.pid!, 'VmHWM'),
    forgetPeak: () => writeFileSync(`/proc/${child.pid}/clear_refs`, '5'),
    async close() {
      const ended = once(child, 'exit');
      child.disconnect();
      await ended;
    },
  };
}

async function nextMessage(child: ChildProcess): Promise<unknown> {
  const gone = new AbortController();
  try {
    const [message] = await Promise.race([
      once(child, 'message', { signal: gone.signal }),
      once(child, 'exit', { signal: gone.signal }).then(([code, signal]) => {
        throw new Error(`the engine ended: ${signal ?? code}`);
      }),
    ]);
    return message;
  } finally {
    gone.abort();
  }
}

function memoryOf(pid: number, field: string): number {
  const line = readFileSync(`/proc/${pid}/status`, 'utf8')
    .split('\n')
    .find((each) => each.startsWith(field));
  return Math.round(Number.parseInt(line?.split(/\s+/)[1] ?? '0', 10) / 1024);
}
