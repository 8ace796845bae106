import { join } from 'node:path';
import type { Bench, BenchResult } from './bench.ts';
import { type Engine, type EngineChild, type Found, startEngine } from './lake/child.ts';
import { type Loaded, withLoaded } from './lake/load.ts';
import { dropFileCache, load, memoryBandwidth } from './lake/machine.ts';
import { type Question, questions } from './lake/questions.ts';

const WARM_RUNS = 3;

/** What is slow and what is big about a lake of laboratory results, beside DuckDB on the same rows. */
export const bench: Bench = {
  name: 'lake',
  summary: 'eleven questions of a lake of laboratory results, beside DuckDB and the memory bandwidth',
  options: '[--rows 10m] [--lean] [--one-copy] [--without-duckdb] [--folder /tmp] [--keep] [--again FOLDER]',
  run: (args, say) => withLoaded(args, say, (loaded, folder) => compare(loaded, folder, say)),
};

type Say = (line: string) => void;

interface Measured {
  cold: Found;
  warm: Found;
  peakMb: number;
}

/** A question that an engine could not answer, for want of memory or disk, and what it said. */
interface Unanswered {
  said: string;
}

async function compare({ engines, tables, notes }: Loaded, folder: string, say: Say): Promise<BenchResult> {
  const loadBefore = load();
  say('measuring the memory');
  const bandwidth = await memoryBandwidth();
  const canForget = dropFileCache();
  const asked = questions(tables);
  const lake = await measure('clickhouse', asked, folder, say);
  const peers = engines.includes('duckdb') ? await measure('duckdb', asked, folder, say) : undefined;
  return {
    rows: asked.map((question) => lineOf(question, lake, peers, bandwidth)),
    notes: [
      ...notes,
      ...(peers === undefined ? ['DuckDB was left out'] : []),
      ...unanswered('ClickHouse', lake),
      ...(peers === undefined ? [] : unanswered('DuckDB', peers)),
      `${WARM_RUNS} warm runs each, their median; cold: a new process${canForget ? ' and no file in memory' : ', but files may be in memory: forgetting them takes root'}`,
      `memory bandwidth ${(bandwidth / 1e9).toFixed(1)} GB/s (two threads look for a byte that is not there); floor: the bytes of the columns that ClickHouse reads, at that speed`,
      `load of the machine ${loadBefore.toFixed(1)} before and ${load().toFixed(1)} after; by itself this run makes 1 to 2`,
      ...asked.map(({ name, asks }) => `${name}: ${asks}`),
    ],
  };
}

/** Each question in a process of its own: once cold, then warm. */
async function measure(engine: Engine, asked: readonly Question[], folder: string, say: Say): Promise<Answers> {
  const measured = new Map<string, Measured | Unanswered>();
  for (const question of asked) {
    const child = await startEngine(engine, join(folder, engine));
    try {
      await child.ask('select 1');
      dropFileCache();
      const cold = await child.ask(question[engine]);
      child.forgetPeak();
      const warm = await medianOf(child, question[engine]);
      measured.set(question.name, { cold, warm, peakMb: child.peakMb() });
      say(`${engine} ${question.name}: ${cold.ms.toFixed(0)} ms cold, ${warm.ms.toFixed(0)} ms warm`);
    } catch (error) {
      const said = (error as Error).message.split('\n', 1)[0]!;
      measured.set(question.name, { said });
      say(`${engine} ${question.name}: ${said}`);
    } finally {
      await child.close();
    }
  }
  return measured;
}

async function medianOf(child: EngineChild, text: string): Promise<Found> {
  const runs: Found[] = [];
  for (let run = 0; run < WARM_RUNS; run++) runs.push(await child.ask(text));
  const middle = (of: (run: Found) => number) => runs.map(of).sort((a, b) => a - b)[WARM_RUNS >> 1]!;
  return { ...runs[0]!, ms: middle(({ ms }) => ms), cpuMs: middle(({ cpuMs }) => cpuMs) };
}

type Answers = ReadonlyMap<string, Measured | Unanswered>;

function lineOf(
  { name, within, approximates }: Question,
  lakes: Answers,
  peers: Answers | undefined,
  bandwidth: number,
) {
  const lake = answered(lakes.get(name));
  const peer = answered(peers?.get(name));
  const exact = approximates === undefined ? undefined : answered(lakes.get(approximates))?.warm;
  const floor = lake === undefined ? undefined : (lake.warm.bytes / bandwidth) * 1000;
  const ratio = (of: 'ms' | 'cpuMs') =>
    peer === undefined || lake === undefined ? '' : (peer.warm[of] / lake.warm[of]).toFixed(2);
  return {
    question: name,
    'ClickHouse cold ms': milliseconds(lake?.cold.ms),
    'warm ms': milliseconds(lake?.warm.ms),
    'CPU ms': milliseconds(lake?.warm.cpuMs),
    'peak MB': lake?.peakMb ?? '',
    'DuckDB cold ms': milliseconds(peer?.cold.ms),
    'its warm ms': milliseconds(peer?.warm.ms),
    'its CPU ms': milliseconds(peer?.warm.cpuMs),
    'its peak MB': peer?.peakMb ?? '',
    'DuckDB / ClickHouse warm': ratio('ms'),
    CPU: ratio('cpuMs'),
    'floor ms': milliseconds(floor),
    'warm / floor': lake === undefined || floor === undefined ? '' : (lake.warm.ms / floor).toFixed(1),
    'same answer': lake === undefined ? '' : sameness(lake.warm, peer?.warm, { approximates, exact, within }),
  };
}

function unanswered(engine: string, answers: Answers): string[] {
  return [...answers].flatMap(([name, one]) =>
    'said' in one ? [`${engine} did not answer ${name}: ${one.said}`] : [],
  );
}

function answered(one: Measured | Unanswered | undefined): Measured | undefined {
  return one === undefined || 'said' in one ? undefined : one;
}

function sameness(
  one: Found,
  other: Found | undefined,
  {
    approximates,
    exact,
    within = 0,
  }: { approximates: string | undefined; exact: Found | undefined; within?: number | undefined },
): string {
  if (approximates === undefined) return other === undefined ? '' : compareAnswers(one, other, within);
  if (exact === undefined) return '';
  return [one, other]
    .flatMap((each) => (each === undefined ? [] : [`${(apartOf(exact, each) * 100).toPrecision(2)} % off`]))
    .join(', ');
}

/**
 * @param within how far apart they may be, relative
 * @throws when the answers differ: a speed with a wrong answer is none
 */
function compareAnswers(one: Found, other: Found, within: number): string {
  if (!(apartOf(one, other) <= within))
    throw new Error(`the engines answer differently: ${JSON.stringify([one.rows, other.rows])}`);
  return 'yes';
}

/** How far the answers are apart at most, relative to the first; NaN where they are not alike. */
function apartOf(one: Found, other: Found): number {
  const [these, those] = [one, other].map(({ rows }) => rows.flat().map(Number)) as [number[], number[]];
  if (these.length !== those.length) return Number.NaN;
  return Math.max(...these.map((value, at) => Math.abs(value - those[at]!) / Math.max(Math.abs(value), 1)));
}

function milliseconds(ms: number | undefined): number | string {
  if (ms === undefined) return '';
  return Number(ms < 100 ? ms.toPrecision(3) : ms.toFixed(0));
}
