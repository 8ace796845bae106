import { createHash } from 'node:crypto';
import { parentPort } from 'node:worker_threads';
import type { CandidateColumn, Cell, GateSettings, GateStage } from '../../model.ts';
import { type EarlierRelease, type EncodedCandidate, type Examination, examine } from '../../rules/gate/index.ts';
import { openSolver } from './solver.ts';

export interface Work {
  candidate: EncodedCandidate;
  settings: GateSettings;
  earlier: EarlierRelease[];
}

/** A piece of the content with its own hash, whole lines each. */
export interface Chunk {
  bytes: Uint8Array;
  sha256: string;
}

export type Said =
  | { stage: GateStage; done: number }
  | { examined: Omit<Examination, 'rows'>; rowCount: number; chunks: Chunk[]; digest: string }
  | { refusal: string }
  | { failure: string };

const CHUNK_BYTES = 1024 * 1024;
const PROGRESS_MS = 250;

/** The whole examination in a thread of its own: it may take minutes, and its solver blocks. */
async function work({ candidate, settings, earlier }: Work): Promise<void> {
  let told = 0;
  let last: GateStage | undefined;
  const progress = (stage: GateStage, done: number): void => {
    if (stage === last && performance.now() - told < PROGRESS_MS) return;
    told = performance.now();
    last = stage;
    say({ stage, done });
  };
  try {
    const tools = { solve: await solver, now: () => performance.now(), progress };
    const { rows, ...examined } = examine(candidate, { settings, earlier }, tools);
    const { chunks, digest } = write(examined.columns, rows);
    say(
      { examined, rowCount: rows.length, chunks, digest },
      chunks.map(({ bytes }) => bytes.buffer as ArrayBuffer),
    );
  } catch (error) {
    say(error instanceof RangeError ? { refusal: error.message } : { failure: String((error as Error).stack) });
  }
}

const solver = openSolver();

function say(said: Said, handOver: ArrayBuffer[] = []): void {
  parentPort?.postMessage(said, handOver);
}

/** Lines of JSON: the columns, then a row each. */
function write(columns: readonly CandidateColumn[], rows: readonly Cell[][]): { chunks: Chunk[]; digest: string } {
  const whole = createHash('sha256');
  const chunks: Chunk[] = [];
  let lines: string[] = [`${JSON.stringify({ columns })}\n`];
  let size = 0;
  const flush = (): void => {
    // A buffer of its own, so that it can be handed over.
    const bytes = Uint8Array.from(Buffer.from(lines.join(''), 'utf8'));
    whole.update(bytes);
    chunks.push({ bytes, sha256: createHash('sha256').update(bytes).digest('hex') });
    lines = [];
    size = 0;
  };
  for (const row of rows) {
    const line = `${JSON.stringify(row)}\n`;
    if (size + line.length > CHUNK_BYTES) flush();
    lines.push(line);
    // A character is at most three bytes: twice the bound that PostgreSQL checks is never reached by lines that were bounded before.
    size += Buffer.byteLength(line, 'utf8');
  }
  if (lines.length > 0) flush();
  return { chunks, digest: whole.digest('hex') };
}

parentPort?.on('message', (asked: Work) => void work(asked));
