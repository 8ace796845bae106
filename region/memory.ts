import { appendFileSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Truth } from './acts.ts';
import type { Fault } from './faults.ts';
import { utcTime } from './time.ts';

/** What a region must remember to go on after a restart. Everything else follows from seed and scale. */
export interface Memory {
  version: 1;
  seed: number;
  scale: number;
  /** Everything told up to this simulated time has been delivered. */
  clock: number;
  /** First start: the day whose stories the main play begins with, and the time up to which older ones are told apart. */
  firstDay: string;
  firstStart: number;
  /** How far the older stories are told; undefined when they are all told. */
  past?: number;
  /** How far what faults brought about before the first day is told; undefined when it is all told. */
  pastCaused?: number;
  /** How many of the earlier results are delivered. */
  earlier: number;
  /** How many batches of earlier case reports are delivered; undefined when none are. */
  batches?: number;
  /** How many transactions of the case history, and how many stock movements, are delivered; undefined when none are. */
  history?: number;
  stocks?: number;
  faults: Fault[];
  /** Last tick delivered by each sensor. */
  ticks: Record<string, number>;
}

export function readMemory(file: string): Memory | undefined {
  if (!existsSync(file)) return undefined;
  try {
    const memory = JSON.parse(readFileSync(file, 'utf8')) as Memory;
    if (memory.version !== 1) throw new Error('its version is unknown');
    return memory;
  } catch (error) {
    throw new Error(`the region's state file ${file} cannot be read; remove it to begin anew`, { cause: error });
  }
}

/** Written beside and moved over, so that a crash leaves the old or the new one. */
export function writeMemory(file: string, memory: Memory): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.new`, JSON.stringify(memory));
  renameSync(`${file}.new`, file);
}

/** What faults really did: one JSON object a line, each written once. Judges of the server's alarms read it. */
export class TruthLog {
  readonly #file: string;
  readonly #written: Set<string>;

  constructor(file: string) {
    this.#file = file;
    mkdirSync(dirname(file), { recursive: true });
    const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter(Boolean) : [];
    this.#written = new Set(lines.map((line) => (JSON.parse(line) as { id: string }).id));
  }

  get count(): number {
    return this.#written.size;
  }

  write(at: number, { id, fault, detail }: Truth): void {
    if (this.#written.has(id)) return;
    this.#written.add(id);
    appendFileSync(this.#file, `${JSON.stringify({ at: utcTime(at), fault, id, ...detail })}\n`);
  }
}
