import { randomUUID } from 'node:crypto';
import { Agent } from 'node:http';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ClickHouseClient, ClickHouseLogLevel, createClient } from '@clickhouse/client';
import type { Sql } from '#kernel/context';
import { meter } from '#kernel/metrics';
import { Problem } from '#kernel/problem';
import { type LakeEngine, machineMemory } from './engine.ts';
import { LARGE_GROUPS, OF_POPULATION } from './marks.ts';
import { bind } from './parameters.ts';
import { fairQueue } from './queue.ts';
import { isConnectionLost, isUnreached, problemOf } from './trouble.ts';

/** The lake: columns of everything that was recorded, for questions over many. */
export interface Lake {
  /** The rows of a question that only reads; 64-bit integers are numbers where safe, else text. */
  rows<T>(ask: Sql, options?: AskOptions): Promise<T[]>;
  /** Definitions and `insert ... select`. */
  run(ask: Sql, options?: AskOptions): Promise<void>;
  /** Adds JSON objects, a line each; columns by name, unknown ones are an error. What it acknowledges is on disk. */
  insert(table: string, lines: string | AsyncIterable<string>, options?: AskOptions): Promise<void>;
  /** The rows as bytes, as the engine makes them. To be read to its end or destroyed: it holds a turn until then. */
  stream(ask: Sql, format: StreamFormat, options?: AskOptions): Promise<Readable>;
  /** Waits until it answers. @throws Problem `unavailable` or `conflict`: why it does not */
  ready(): Promise<void>;
  /** What is wrong with it, or undefined. Does not wait. */
  trouble(): Promise<string | undefined>;
  close(): Promise<void>;
}

export type StreamFormat = 'CSVWithNames' | 'JSONEachRow' | 'Parquet' | 'ArrowStream';

export interface AskOptions {
  /** Whose turn it is in the fair queue; without it: the platform's own. */
  actor?: string;
  signal?: AbortSignal;
  /** Of the engine's own work, waiting not counted. */
  timeoutMs?: number;
  memoryBytes?: number;
  /** More rows in an answer are an error. */
  mostRows?: number;
  /**
   * How groups of fewer persons than may be told are kept back, where a question over the population does not leave them out itself: its caller
   * leaves them out, rounds all counts, or shows them by a law that lets the actor see them.
   */
  smallGroups?: 'left-out' | 'rounded' | 'under-law';
  /** Settings of ClickHouse; they go before ours. */
  settings?: Record<string, string | number>;
}

/** So are our tables kept: what an insert acknowledged survives a power cut. */
export const DURABLE_TABLE = 'fsync_after_insert = 1, fsync_part_directory = 1';

const ASK_MS = 30_000;
const STREAM_MS = 600_000;
const RUN_MS = 600_000;
const MOST_ROWS = 100_000;
const MOST_ROWS_STREAMED = 100_000_000;
const MOST_BYTES = 64_000_000;
/** Of an answer as JSON, in characters. */
const MOST_TEXT = 2 * MOST_BYTES;
/** How long after the engine's own limit we stop waiting for it. */
const GRACE_MS = 5_000;
const CHECK_MS = 2_000;
/** The reason of a broken answer is within its last bytes. */
const TAIL_BYTES = 8_192;
/** Longer than the timer of the client, 1 ms. */
const GIVE_UP_MS = 5;
const PLATFORM = '';

const seconds = meter.createHistogram('banyan_lake_seconds', {
  description: 'Calls of the lake, waiting not counted',
  unit: 's',
  advice: { explicitBucketBoundaries: [0.005, 0.02, 0.1, 0.5, 1, 2, 5, 10, 30, 120, 600] },
});
const waitingGauge = meter.createObservableGauge('banyan_lake_waiting', { description: 'Calls waiting for a turn' });

type Kind = 'rows' | 'stream' | 'run' | 'insert';

export interface Place {
  /** http or https, with user:password@, ?database and ?cluster. */
  url: string;
  /** The embedded engine, reached through its socket. */
  engine?: LakeEngine;
}

export function connectLake({ url, engine }: Place): Lake {
  const client = makeClient(url, engine);
  const memoryEach = Math.floor(machineMemory() / 4);
  // Questions and the feed have lanes of their own: neither starves the other.
  const waits = { mostWaiting: 200, mostWaitingPerActor: 20, longestWaitMs: 60_000 };
  const questions = fairQueue({ atOnce: 4, perActor: 2, ...waits });
  const own = fairQueue({ atOnce: 4, perActor: 4, ...waits });
  const feed = fairQueue({ atOnce: 3, perActor: 3, ...waits, longestWaitMs: RUN_MS });
  const observe = (result: { observe(value: number, labels: Record<string, string>): void }) => {
    result.observe(questions.waiting, { lane: 'questions' });
    result.observe(own.waiting, { lane: 'own' });
    result.observe(feed.waiting, { lane: 'feed' });
  };
  waitingGauge.addCallback(observe);

  // On a server of the user's own the database may have to be made first.
  let made: Promise<void> | undefined;
  const prepare = async (): Promise<void> => {
    if (engine !== undefined) return engine.ready();
    made ??= makeDatabase(url).catch((error) => {
      made = undefined;
      throw error;
    });
    return made;
  };

  /** Takes a turn, asks, and asks once more where that is harmless; gives back the answer's bytes and the turn. */
  const ask = async (kind: Kind, call: Call, options: AskOptions): Promise<Answer> => {
    const { actor = PLATFORM, signal } = options;
    const lane = kind === 'run' || kind === 'insert' ? feed : actor === PLATFORM ? own : questions;
    const leave = await lane.enter(actor, signal);
    const began = performance.now();
    let isFinished = false;
    const finish = (outcome: string): void => {
      if (isFinished) return;
      isFinished = true;
      leave();
      seconds.record((performance.now() - began) / 1_000, { kind, outcome });
    };
    try {
      for (let attempt = 1; ; attempt += 1) {
        await prepare();
        try {
          return { ...(await send(client, call, options)), finish };
        } catch (error) {
          const isHarmless = call.isRepeatable ? isConnectionLost(error) : isUnreached(error);
          if (engine === undefined || !isHarmless || attempt === 3) throw error;
          // It has just died: its end is noticed, then `ready` waits for the next one.
          await sleep(100 * attempt, undefined, signal === undefined ? {} : { signal });
        }
      }
    } catch (error) {
      const problem = problemOf(signal?.aborted ? signal.reason : error);
      finish(problem instanceof Problem ? problem.kind : 'error');
      throw problem;
    }
  };

  return {
    async rows<T>(question: Sql, options: AskOptions = {}) {
      requireLargeGroups(question, options);
      const limits = limitsOf(options, { timeoutMs: ASK_MS, memoryEach, mostRows: MOST_ROWS });
      const settings = { ...limits, max_result_bytes: MOST_BYTES, readonly: 1, ...READING, ...options.settings };
      const call = { ...bind(question), format: 'JSONCompactEachRowWithNamesAndTypes', settings, isRepeatable: true };
      const { bytes, finish } = await ask('rows', call, withDeadline(options, ASK_MS));
      try {
        const rows = readRows<T>(await textOf(bytes));
        finish('ok');
        return rows;
      } catch (error) {
        const problem = problemOf(options.signal?.aborted ? options.signal.reason : error);
        finish(problem instanceof Problem ? problem.kind : 'error');
        throw problem;
      }
    },
    async stream(question, format, options = {}) {
      requireLargeGroups(question, options);
      const limits = limitsOf(options, { timeoutMs: STREAM_MS, memoryEach, mostRows: MOST_ROWS_STREAMED });
      const settings = { ...limits, readonly: 1, ...READING, ...options.settings };
      const call = { ...bind(question), format, settings, isRepeatable: true };
      const { bytes, finish } = await ask('stream', call, withDeadline(options, STREAM_MS));
      const pieces = Readable.from(told(bytes, options.signal, finish), { objectMode: false });
      // Also when nobody ever read it.
      return pieces.once('close', () => {
        finish('left');
        bytes.destroy();
      });
    },
    async run(statement, options = {}) {
      const settings = { ...limitsOf(options, { timeoutMs: RUN_MS, memoryEach, mostRows: 0 }), ...options.settings };
      const call = { ...bind(statement), settings, isRepeatable: false };
      const { bytes, finish } = await ask('run', call, withDeadline(options, RUN_MS));
      await drain(bytes, finish);
    },
    async insert(table, lines, options = {}) {
      const limits = limitsOf(options, { timeoutMs: RUN_MS, memoryEach, mostRows: 0 });
      const settings = { ...limits, ...WRITING, ...options.settings };
      const text = `insert into ${table} format JSONEachRow`;
      const call = { text, values: {}, lines, settings, isRepeatable: false };
      const { bytes, finish } = await ask('insert', call, withDeadline(options, RUN_MS));
      await drain(bytes, finish);
    },
    ready: async () => {
      await prepare();
      const { success, error } = (await client.ping({ select: true })) as { success: boolean; error?: Error };
      if (!success) throw problemOf(error);
    },
    async trouble() {
      const answer = await client.ping({ select: true, abort_signal: AbortSignal.timeout(CHECK_MS) });
      if (answer.success) return undefined;
      return engine !== undefined && engine.pid() === undefined
        ? 'the engine is not running'
        : 'the engine does not answer';
    },
    async close() {
      waitingGauge.removeCallback(observe);
      await client.close();
      await engine?.stop();
    },
  };
}

/** @throws Error: who asks over the population has forgotten that small groups are not told */
function requireLargeGroups({ marks = [] }: Sql, { smallGroups }: AskOptions): void {
  if (marks.includes(OF_POPULATION) && !marks.includes(LARGE_GROUPS) && smallGroups === undefined)
    throw new Error('a question over the population says how small groups are kept back');
}

interface Call {
  text: string;
  values: Record<string, unknown>;
  /** Rows to insert. */
  lines?: string | AsyncIterable<string>;
  format?: string;
  settings: Record<string, string | number>;
  /** Whether it may be asked again when the connection broke. */
  isRepeatable: boolean;
}

interface Answer {
  bytes: Readable;
  /** Gives the turn back. */
  finish(outcome: string): void;
}

/** What only reads is stopped when we go away, on a server too. The ids of persons in care stand in a question's text. */
const READING = {
  max_query_size: 16_000_000,
  cancel_http_readonly_queries_on_client_close: 1,
  output_format_json_quote_64bit_integers: 0,
};
const WRITING = { input_format_skip_unknown_fields: 0, date_time_input_format: 'best_effort' };

/** Where the right to make it is missing, it was made by somebody else, or the question itself tells that it is not there. */
async function makeDatabase(address: string): Promise<void> {
  const client = makeClient(address, undefined, 'default');
  const name = databaseOf(new URL(address));
  try {
    await client.command({ query: 'create database if not exists {name:Identifier}', query_params: { name } });
  } catch (error) {
    if (!['497', '164'].includes((error as { code?: string }).code ?? '')) throw error;
  } finally {
    await client.close();
  }
}

/** The cluster whose every machine gets the tables, where the address names one: `?cluster=region`. */
export function clusterOf(lakeUrl: string | undefined): string | undefined {
  return lakeUrl === undefined ? undefined : (new URL(lakeUrl).searchParams.get('cluster') ?? undefined);
}

function databaseOf(url: URL): string {
  return url.searchParams.get('database') ?? 'banyan';
}

function makeClient(address: string, engine: LakeEngine | undefined, database?: string): ClickHouseClient {
  const url = new URL(address);
  const own = {
    url: url.origin,
    ...(url.pathname === '/' ? {} : { pathname: url.pathname }),
    database: database ?? databaseOf(url),
    request_timeout: 3_600_000,
    compression: { response: false, request: false },
    // What goes wrong is told as a Problem; a log of its own would hold the values of questions.
    log: { level: ClickHouseLogLevel.OFF },
  };
  if (engine === undefined) {
    const username = decodeURIComponent(url.username) || 'default';
    return createClient({ ...own, username, password: decodeURIComponent(url.password), max_open_connections: 24 });
  }
  // A new connection costs 0.1 ms there, and none is stale after the engine came back.
  const agent = new Agent({ keepAlive: false, maxSockets: 64, socketPath: engine.socketPath } as object);
  return createClient({ ...own, http_agent: agent, keep_alive: { enabled: false }, max_open_connections: 64 });
}

async function send(client: ClickHouseClient, call: Call, { signal }: AskOptions): Promise<{ bytes: Readable }> {
  const { text, values, lines, format, settings } = call;
  signal?.throwIfAborted();
  // The client waits for a timer before it sends, and does not hear who gives up meanwhile: it is told once that is over.
  const asking = new AbortController();
  const giveUp = () => void setTimeout(() => asking.abort(), GIVE_UP_MS);
  signal?.addEventListener('abort', giveUp, { once: true });
  const queryId = randomUUID();
  // The embedded engine stops what nobody waits for; a server does so for reading only.
  const kill = (): void => {
    const query = 'kill query where query_id = {queryId:String} async';
    client.command({ query, query_params: { queryId } }).catch(() => {});
  };
  if (!call.isRepeatable) signal?.addEventListener('abort', kill, { once: true });
  const { stream } = await client.exec({
    query_id: queryId,
    query: format === undefined ? text : `${text}\nformat ${format}`,
    query_params: values,
    clickhouse_settings: settings,
    ...(lines === undefined
      ? {}
      : { values: Readable.from(typeof lines === 'string' ? [lines] : lines, { objectMode: false }) }),
    abort_signal: asking.signal,
  });
  const bytes = stream as Readable;
  bytes.once('close', () => {
    signal?.removeEventListener('abort', kill);
    signal?.removeEventListener('abort', giveUp);
  });
  // It may break before anybody reads it; who reads it then, is told.
  bytes.on('error', () => {});
  if (signal !== undefined) {
    const stop = () => bytes.destroy(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
    bytes.once('close', () => signal.removeEventListener('abort', stop));
    if (signal.aborted) stop();
  }
  return { bytes };
}

function limitsOf(
  { timeoutMs, memoryBytes, mostRows }: AskOptions,
  standard: { timeoutMs: number; memoryEach: number; mostRows: number },
): Record<string, string | number> {
  return {
    max_execution_time: (timeoutMs ?? standard.timeoutMs) / 1_000,
    max_memory_usage: Math.min(memoryBytes ?? standard.memoryEach, standard.memoryEach),
    max_result_rows: mostRows ?? standard.mostRows,
    result_overflow_mode: 'throw',
  };
}

/** The engine keeps the time itself; this is for one that hangs. */
function withDeadline(options: AskOptions, standardMs: number): AskOptions {
  const deadline = AbortSignal.timeout((options.timeoutMs ?? standardMs) + GRACE_MS);
  return { ...options, signal: options.signal === undefined ? deadline : AbortSignal.any([options.signal, deadline]) };
}

async function textOf(bytes: Readable): Promise<string> {
  let text = '';
  let tail = '';
  try {
    for await (const piece of bytes.setEncoding('utf8') as AsyncIterable<string>) {
      text += piece;
      tail = piece;
      // The engine counts a constant once, however many rows repeat it.
      if (text.length > MOST_TEXT) throw new Problem('too-costly', 'the answer is too large', { most: MOST_TEXT });
    }
  } catch (error) {
    bytes.destroy();
    throw error instanceof Problem ? error : reasonOf(tail, error);
  }
  return text;
}

/** Passes the bytes on and gives the turn back at the end, however it comes. */
async function* told(bytes: Readable, signal: AbortSignal | undefined, finish: (outcome: string) => void) {
  let tail: Buffer = Buffer.alloc(0);
  let outcome = 'left';
  try {
    for await (const piece of bytes as AsyncIterable<Buffer>) {
      tail =
        piece.length >= TAIL_BYTES ? piece.subarray(-TAIL_BYTES) : Buffer.concat([tail, piece]).subarray(-TAIL_BYTES);
      yield piece;
    }
    outcome = 'ok';
  } catch (error) {
    const problem = problemOf(signal?.aborted ? signal.reason : reasonOf(tail.toString('latin1'), error));
    outcome = problem instanceof Problem ? problem.kind : 'error';
    throw problem;
  } finally {
    bytes.destroy();
    finish(outcome);
  }
}

/** An answer that broke in the middle says at its end why. */
function reasonOf(tail: string, error: unknown): unknown {
  const at = tail.lastIndexOf('__exception__');
  if (at < 0) return error;
  const message = /Code: \d+\. DB::Exception:[^\r]*/.exec(tail)?.[0];
  return message === undefined ? error : new Error(message);
}

async function drain(bytes: Readable, finish: (outcome: string) => void): Promise<void> {
  try {
    await textOf(bytes);
    finish('ok');
  } catch (error) {
    finish('error');
    throw problemOf(error);
  }
}

/** Lines of names, of types, then of rows. Whole numbers beyond 2^53 are kept as text. */
function readRows<T>(text: string): T[] {
  const [first, second, ...lines] = text.trimEnd().split('\n');
  if (first === undefined || second === undefined) return [];
  const names = JSON.parse(first) as string[];
  const isBig = (JSON.parse(second) as string[]).map((type) => /Int(64|128|256)/.test(type));
  const hasBig = isBig.includes(true);
  return lines.map((line) => {
    const values = JSON.parse(line) as unknown[];
    const exact = hasBig && /\d{16}/.test(line) ? (JSON.parse(line, keepBig) as unknown[]) : values;
    return Object.fromEntries(names.map((name, index) => [name, (isBig[index] ? exact : values)[index]])) as T;
  });
}

const keepBig = ((_key: string, value: unknown, { source }: { source: string }) =>
  typeof value === 'number' && !Number.isSafeInteger(value) && /^-?\d+$/.test(source) ? source : value) as unknown as (
  key: string,
  value: unknown,
) => unknown;
