import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { makeIncidence, makePairs, makePersons, makePlaces, makeRing, makeSeries } from './data.ts';

const SCRIPT = fileURLToPath(new URL('peers.R', import.meta.url));

export interface Peer {
  ms: number;
  cpuMs: number;
  peakMb: number;
  /** With its version. */
  package: string;
  answer: number[];
}

/** The same data for R; its numbers are written so that they are read as they were. */
export async function writeTables(folder: string): Promise<void> {
  const { x, time, status, group, cause, outcome, treated } = makePersons();
  const covariates = Object.fromEntries(x.map((column, at) => [`x${at + 1}`, column]));
  const tables: Record<string, Record<string, ArrayLike<number>>> = {
    persons: { ...covariates, time, status, group, cause, outcome, treated },
    series: Object.fromEntries(makeSeries(1000).map((counts, at) => [`s${at + 1}`, counts])),
    incidence: { cases: makeIncidence() },
    pairs: pairColumns(),
    places: { ...makePlaces() },
    ...ringTables(),
  };
  for (const [name, columns] of Object.entries(tables)) await writeFile(join(folder, `${name}.csv`), csv(columns));
}

function pairColumns(): Record<string, ArrayLike<number>> {
  const { count, product, event, expected } = makePairs(100_000);
  return { count, product, event, expected };
}

function ringTables(): Record<string, Record<string, ArrayLike<number>>> {
  const { counts, baseline, zones } = makeRing();
  const columns = (row: (place: number) => number[]) =>
    Object.fromEntries(counts[0]!.map((_, place) => [`p${place + 1}`, row(place)]));
  return {
    ring: columns((place) => counts.map((row) => row[place]!)),
    baselines: columns(() => counts.map(() => baseline)),
    zones: {
      zone: zones.flatMap((zone, at) => zone.map(() => at + 1)),
      place: zones.flatMap((zone) => zone.map((place) => place + 1)),
    },
  };
}

function csv(columns: Record<string, ArrayLike<number>>): string {
  const values = Object.values(columns);
  const lines = Array.from(values[0]!, (_, row) => values.map((column) => column[row]).join(','));
  return `${Object.keys(columns).join(',')}\n${lines.join('\n')}\n`;
}

/** Undefined where there is no R, or not the package. */
export async function runPeer(name: string, folder: string, runs: number): Promise<Peer | undefined> {
  try {
    const { stdout } = await promisify(execFile)('Rscript', [SCRIPT, folder, String(runs), name], {
      maxBuffer: 1e8,
      env: { ...process.env, TZ: 'UTC' },
    });
    return stdout.trim() === '' ? undefined : (JSON.parse(stdout) as Peer);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
