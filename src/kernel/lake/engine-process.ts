/**
 * The process of the embedded engine: `chdb` behind ClickHouse's HTTP protocol on a Unix socket.
 *
 * Each request gets a session of its own (0.3 ms), so that no setting or parameter outlives it. Rows enter and leave through
 * named pipes that the engine itself reads and writes: nothing is held twice, and every format is streamed.
 * It ends by itself when the process that started it ends.
 */
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, constants as mode, openSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { setPriority } from 'node:os';
import { join } from 'node:path';
import { argv, exit } from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { Session } from 'chdb';

const [folder = '', home = ''] = argv.slice(2);

/** Below UV_THREADPOOL_SIZE: threads remain for stopping questions. */
const MOST_AT_ONCE = 14;
const MOST_QUERY_BYTES = 16_000_000;
/** Parameters travel in the address. */
const MOST_HEAD_BYTES = 2_000_000;
/** What is kept back, so that an early error is told as such and not as a broken answer. */
const HELD_BACK_BYTES = 1_000_000;
/** A client that takes nothing for so long is cut off. */
const STALLED_MS = 120_000;
const LAST_WORDS_MS = 5_000;
const REST_MS = 30_000;
const STOP_EVERY_MS = 50;

/** Parameters of the protocol; all others are settings of the engine. */
const PROTOCOL = new Set(
  'query database query_id default_format user password session_id session_timeout session_check role compress decompress wait_end_of_query buffer_size'.split(
    ' ',
  ),
);

interface Question {
  /** The engine knows it by this, as `log_comment`. */
  id: string;
  session: Session;
  pipe: string;
  query: string;
  /** Format of what has no FORMAT of its own. */
  format: string;
  isDone: boolean;
}

setPriority(5);
// Merges happen while a session is open: this one always is. It takes the folder too, so everything else comes after it.
const keeper = new Session(folder, { connectionArgs: [`--config-file=${join(home, 'engine.xml')}`] });
keeper.query('create database if not exists banyan');

const pipes = Array.from({ length: MOST_AT_ONCE }, (_, index) => join(home, `pipe-${index}`));
for (const pipe of pipes) rmSync(pipe, { force: true });
execFileSync('mkfifo', ['-m', '600', ...pipes]);
const running = new Set<Question>();
const unwanted = new Set<Question>();

const server = createServer(
  { maxHeaderSize: MOST_HEAD_BYTES, requestTimeout: 0, keepAliveTimeout: 60_000 },
  (ask, told) => {
    answer(ask, told).catch((error: Error) => tellError(told, error.message));
  },
);
const socket = join(home, 'lake.sock');
rmSync(socket, { force: true });
server.listen(socket, () => process.send?.('ready'));
process.once('disconnect', () => void end());
process.on('message', (message) => {
  if (message === 'end') void end();
});
// What a terminal or a service manager tells every process is for the one that started this one; it then ends this one in order.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => {});

/** Stops what runs and leaves; what was acknowledged is on disk already. */
async function end(): Promise<void> {
  server.close();
  const until = Date.now() + LAST_WORDS_MS;
  for (const question of running) void stopQuestion(question);
  while (running.size > 0 && Date.now() < until) await sleep(20);
  rmSync(socket, { force: true });
  if (running.size === 0) keeper.close();
  exit(0);
}

async function answer(ask: IncomingMessage, told: ServerResponse): Promise<void> {
  // A client that is gone is noticed by `close`; what is still written to it is nobody's.
  for (const end of [ask, told]) end.on('error', () => {});
  const url = new URL(ask.url ?? '/', 'http://lake');
  if (url.pathname === '/ping') return void told.end('Ok.\n');
  const inAddress = url.searchParams.get('query');
  const query = inAddress ?? (await textOf(ask));
  // Gone already: its `close` would not be heard below.
  if (ask.socket.destroyed) return;
  const pipe = pipes.pop();
  if (pipe === undefined)
    return tellError(told, 'Code: 202. DB::Exception: Too many simultaneous queries. (TOO_MANY_SIMULTANEOUS_QUERIES)');

  const session = new Session(folder);
  const format = url.searchParams.get('default_format') ?? 'TabSeparated';
  const question: Question = { id: randomUUID(), session, pipe, query, format, isDone: false };
  running.add(question);
  told.once('close', () => {
    if (!told.writableFinished) void stopQuestion(question);
  });
  try {
    prepare(question, url.searchParams);
    const headers = { 'X-ClickHouse-Query-Id': url.searchParams.get('query_id') ?? question.id };
    for (const [name, value] of Object.entries(headers)) told.setHeader(name, value);
    if (inAddress !== null && ask.method === 'POST' && isInsert(query)) await insert(question, ask, told);
    else if (isSelect(query)) await select(question, told);
    else await command(question, told);
  } finally {
    question.isDone = true;
    running.delete(question);
    session.close();
    pipes.push(pipe);
  }
}

/** Database, settings and parameters, `readonly` last: after it nothing can be set. */
function prepare({ id, session }: Question, asked: URLSearchParams): void {
  const database = asked.get('database');
  if (database !== null) session.query(`use \`${database.replace(/[\\`]/g, '\\$&')}\``);
  const settings = [...asked].filter(([name]) => !PROTOCOL.has(name));
  const wrong = settings.find(([name]) => !/^\w+$/.test(name));
  if (wrong !== undefined) throw new Error('Code: 115. DB::Exception: Unknown setting. (UNKNOWN_SETTING)');
  const all = [...settings.filter(([name]) => name !== 'readonly'), ['log_comment', id] as const];
  all.push(...settings.filter(([name]) => name === 'readonly'));
  // Long lists of parameters are part of this statement's text.
  session.query(`set max_query_size = ${MOST_QUERY_BYTES}`);
  session.query(`set ${all.map(([name, value]) => `${name} = ${quote(value)}`).join(', ')}`);
}

/** Rows from the engine to the client. */
async function select({ session, query, pipe }: Question, told: ServerResponse): Promise<void> {
  const [text, format] = splitFormat(query);
  const reader = openSync(pipe, mode.O_RDONLY | mode.O_NONBLOCK);
  // Held until the engine is done: a pipe without any writer would end before it begins.
  const writer = openSync(pipe, mode.O_WRONLY | mode.O_NONBLOCK);
  const rows = new Socket({ fd: reader, readable: true, writable: false });
  let failure: Error | undefined;
  const done = session
    .queryAsync(`${text}\ninto outfile '${pipe}' truncate format ${format}`)
    .then(
      () => {},
      (error: Error) => {
        failure = error;
      },
    )
    .finally(() => closeSync(writer));

  const held: Buffer[] = [];
  let heldBytes = 0;
  for await (const piece of rows as AsyncIterable<Buffer>) {
    // The client is gone, or takes nothing: what the engine still writes before it is stopped is thrown away. Without a reader it
    // would wait for one for ever, where nothing can stop it.
    if (told.destroyed) continue;
    try {
      if (told.headersSent) {
        if (!told.write(piece)) await drained(told);
        continue;
      }
      held.push(piece);
      heldBytes += piece.length;
      if (heldBytes < HELD_BACK_BYTES) continue;
      told.writeHead(200, { 'X-ClickHouse-Format': format });
      if (!told.write(Buffer.concat(held.splice(0)))) await drained(told);
    } catch (error) {
      failure ??= error as Error;
      told.destroy();
    }
  }
  await done;
  if (failure !== undefined) return tellError(told, failure.message);
  if (!told.headersSent) told.writeHead(200, { 'X-ClickHouse-Format': format });
  told.end(Buffer.concat(held));
}

/** Rows from the client to the engine. */
async function insert({ session, query, pipe }: Question, ask: IncomingMessage, told: ServerResponse): Promise<void> {
  const [text, format] = splitFormat(query);
  let failure: Error | undefined;
  let isSettled = false;
  const done = session.queryAsync(`${text}\nfrom infile '${pipe}' format ${format}`).then(
    () => {
      isSettled = true;
    },
    (error: Error) => {
      isSettled = true;
      failure = error;
    },
  );
  const writer = await openWriter(pipe, () => isSettled);
  if (writer !== undefined) {
    const rows = new Socket({ fd: writer, readable: false, writable: true });
    // The engine may stop reading: its own error says why.
    rows.on('error', () => {});
    let isWhole = false;
    try {
      for await (const piece of piecesOf(ask)) {
        if (rows.destroyed || isSettled) break;
        if (!rows.write(piece)) await Promise.race([roomIn(rows), done]);
      }
      isWhole = ask.complete;
    } catch {
      // The client is gone: below, what it sent is made unreadable, so that no half of it is kept.
    }
    rows.end(isWhole ? '' : '\0{"');
  }
  await done;
  await readRest(ask);
  if (failure !== undefined) return tellError(told, failure.message);
  told.end();
}

/** Everything that is neither: definitions, `show`, `insert ... select`. Answers are small. */
async function command({ session, query, format }: Question, told: ServerResponse): Promise<void> {
  const result = await session.queryAsync(query, { format });
  told.end(result.bytes());
}

/** An answer to somebody who is still sending is lost with the connection: so what comes yet is taken and dropped, for a while. */
async function readRest(ask: IncomingMessage): Promise<void> {
  if (ask.complete || ask.destroyed) return;
  await new Promise<void>((tell) => {
    const timer = setTimeout(tell, REST_MS);
    ask.once('close', () => {
      clearTimeout(timer);
      tell();
    });
    ask.once('end', () => {
      clearTimeout(timer);
      tell();
    });
    ask.resume();
  });
}

/** Waits until there is room again, or nobody takes anything any more. */
function roomIn(rows: Socket): Promise<void> {
  return new Promise((tell) => {
    const wake = (): void => {
      rows.off('drain', wake).off('close', wake);
      tell();
    };
    rows.on('drain', wake).on('close', wake);
    if (rows.destroyed) wake();
  });
}

/** A pipe can be opened for writing once the engine reads it. @returns undefined when the engine gave up before */
async function openWriter(pipe: string, isSettled: () => boolean): Promise<number | undefined> {
  for (;;) {
    try {
      return openSync(pipe, mode.O_WRONLY | mode.O_NONBLOCK);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENXIO') throw error;
      if (isSettled()) return undefined;
      await sleep(1);
    }
  }
}

/** Stops what nobody waits for any more. One at a time does it for all: each takes one of the few threads. */
async function stopQuestion(question: Question): Promise<void> {
  unwanted.add(question);
  if (unwanted.size > 1) return;
  // It may not have begun yet, so it is told until it is done.
  for (; unwanted.size > 0; await sleep(STOP_EVERY_MS)) {
    for (const each of unwanted) if (each.isDone) unwanted.delete(each);
    if (unwanted.size === 0) return;
    const ids = [...unwanted].map(({ id }) => quote(id)).join(', ');
    await keeper.queryAsync(`kill query where Settings['log_comment'] in (${ids}) async`).catch(() => {});
  }
}

function tellError(told: ServerResponse, message: string): void {
  const text = message.replace(/^Query failed: /, '');
  if (told.headersSent) {
    // As ClickHouse does it: the reason is the last thing sent, and the answer is left unfinished.
    if (!told.destroyed) told.write(`\r\n__exception__\r\n${text.slice(0, 4_000)}\r\n`, () => told.destroy());
    return;
  }
  const code = /Code: (\d+)/.exec(text)?.[1] ?? '1002';
  told.writeHead(code === '202' ? 503 : 500, { 'X-ClickHouse-Exception-Code': code });
  told.end(text);
}

/** @throws when the client is gone or takes nothing */
async function drained(told: ServerResponse): Promise<void> {
  const gone = new AbortController();
  const leave = () => gone.abort();
  const timer = setTimeout(leave, STALLED_MS);
  told.once('close', leave);
  try {
    if (told.destroyed) leave();
    await once(told, 'drain', { signal: gone.signal });
  } finally {
    clearTimeout(timer);
    told.off('close', leave);
  }
}

/** Without ending the connection when it is left early: the answer goes through it. */
function piecesOf(ask: IncomingMessage): AsyncIterable<Buffer> {
  return ask.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
}

async function textOf(ask: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of piecesOf(ask)) {
    bytes += piece.length;
    if (bytes > MOST_QUERY_BYTES) throw new Error('Code: 62. DB::Exception: Max query size exceeded. (SYNTAX_ERROR)');
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString();
}

function splitFormat(query: string): [text: string, format: string] {
  const [all = '', format = ''] = /\sformat\s+(\w+)\s*;?\s*$/i.exec(query) ?? [];
  return [query.slice(0, query.length - all.length), format];
}

function isSelect(query: string): boolean {
  return /^[\s(]*(select|with)\b/i.test(query) && splitFormat(query)[1] !== '';
}

function isInsert(query: string): boolean {
  return /^\s*insert\b/i.test(query) && splitFormat(query)[1] !== '';
}

function quote(value: string): string {
  return `'${value.replace(/['\\]/g, '\\$&').replaceAll('\0', '\\0')}'`;
}
