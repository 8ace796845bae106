import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import type { Db, Sql, Tx } from '#kernel/context';
import { Problem } from '#kernel/problem';

/** serialization_failure, deadlock_detected: the transaction may simply be tried again. */
const RETRY = new Set(['40001', '40P01']);
const MOST_TRIES = 6;
/** Connection exceptions, shutdown and start-up: the database is away for a moment. */
const AWAY = /^(08|57P0[123]|53300)/;

/**
 * Values no check of ours can be expected to look for one by one, since PostgreSQL alone refuses them: a text with NUL
 * (character_not_in_repertoire, untranslatable_character), a time before 4713 BC (datetime_field_overflow), and a key that is
 * longer than a row of an index (program_limit_exceeded).
 */
const UNFIT = new Set(['22021', '22P05', '22008', '54000']);

export interface Pool extends Db {
  /** Calls back on each NOTIFY on the channel, and once after every reconnection; ends with the returned function. */
  listen(channel: string, heard: (payload: string) => void): Promise<() => Promise<void>>;
  end(): Promise<void>;
}

export interface PoolOptions {
  /** Connections at the most. */
  size?: number;
  /** A statement is cancelled after so long, in milliseconds; 0 never. */
  statementTimeoutMs?: number;
  applicationName?: string;
}

// 64-bit counts fit a double in all we count; ids that do not are kept as text by their queries.
pg.types.setTypeParser(pg.types.builtins.INT8, Number);
pg.types.setTypeParser(pg.types.builtins.NUMERIC, Number);
// A date has no zone and no time: it stays the text YYYY-MM-DD.
pg.types.setTypeParser(pg.types.builtins.DATE, (text) => text);

export function openPool(url: string, options: PoolOptions = {}): Pool {
  const { size = 10, statementTimeoutMs = 60_000, applicationName = 'banyan' } = options;
  const settings = { connectionString: url, application_name: applicationName, statement_timeout: statementTimeoutMs };
  const pool = new pg.Pool({ ...settings, max: size, connectionTimeoutMillis: 15_000 });
  // A connection that breaks while idle is replaced at its next use.
  pool.on('error', () => {});
  // An error event without a listener would end the process, and the pool listens neither while a connection is lent nor once it has dropped
  // one; the query that fails reports it anyway.
  pool.on('connect', (client) => client.on('error', () => {}));

  const asked = async <T>(work: () => Promise<T>): Promise<T> =>
    work().catch((error) => Promise.reject(asProblem(error)));
  const run = (query: Sql) => asked(() => pool.query(query.text, query.values.map(parameter)));

  return {
    ...queries(run),
    async copy(table, columns, rows) {
      await this.transaction((tx) => tx.copy(table, columns, rows));
    },
    async transaction(work) {
      for (let attempt = 1; ; attempt += 1) {
        try {
          return await asked(() => transact(pool, work));
        } catch (error) {
          if (attempt === MOST_TRIES || !RETRY.has((error as { code?: string }).code ?? '')) throw error;
          await sleep(2 ** attempt * 5 * (0.5 + Math.random()));
        }
      }
    },
    listen: (channel, heard) => listen(settings, channel, heard),
    end: () => pool.end(),
  };
}

function queries(run: (query: Sql) => Promise<pg.QueryResult>): Pick<Db, 'rows' | 'maybe' | 'one' | 'run'> {
  const rows = async <T>(query: Sql): Promise<T[]> => (await run(query)).rows as T[];
  return {
    rows,
    maybe: async <T>(query: Sql) => (await rows<T>(query))[0],
    async one<T>(query: Sql) {
      const [row] = await rows<T>(query);
      if (row === undefined) throw new Problem('not-found', 'there is no such thing');
      return row;
    },
    run: async (query) => (await run(query)).rowCount ?? 0,
  };
}

async function transact<T>(pool: pg.Pool, work: (tx: Tx) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query('begin');
    const result = await work(txOn(client, 1));
    await client.query('commit');
    return result;
  } catch (error) {
    await client.query('rollback').catch((failure: Error) => {
      broken = failure;
    });
    throw error;
  } finally {
    client.release(broken);
  }
}

function txOn(client: pg.PoolClient, depth: number): Tx {
  return {
    ...queries((query) => client.query(query.text, query.values.map(parameter))),
    copy: (table, columns, rows) => copyInto(client, table, columns, rows),
    async transaction(work) {
      const name = `s${depth}`;
      await client.query(`savepoint ${name}`);
      try {
        const result = await work(txOn(client, depth + 1));
        await client.query(`release savepoint ${name}`);
        return result;
      } catch (error) {
        await client.query(`rollback to savepoint ${name}`);
        throw error;
      }
    },
  };
}

/** Rows are joined to chunks of about 64 kB: a write per row would cost more than the row. */
async function copyInto(
  client: pg.PoolClient,
  table: string,
  columns: readonly string[],
  rows: Iterable<readonly unknown[]>,
): Promise<void> {
  const stream = client.query(copyFrom(`copy ${table} (${columns.join(', ')}) from stdin`));
  // A stream that failed has nobody left to talk to: it is neither written to nor destroyed.
  let failed = false;
  const done = new Promise<void>((resolve, reject) => {
    stream.once('finish', resolve).on('error', (error) => {
      failed = true;
      reject(error);
    });
  });
  // Awaited below; this only keeps a failure between two writes from being reported as unhandled.
  done.catch(() => {});
  let chunk = '';
  try {
    for (const row of rows) {
      chunk += copyLine(row);
      if (chunk.length < 65_536) continue;
      if (!failed && !stream.write(chunk)) await Promise.race([once(stream, 'drain'), done]);
      if (failed) break;
      chunk = '';
    }
  } catch (error) {
    if (!failed) stream.destroy(error as Error);
    await done.catch(() => {});
    throw error;
  }
  if (!failed) stream.end(chunk);
  await done;
}

export function copyLine(row: readonly unknown[]): string {
  let line = '';
  for (let index = 0; index < row.length; index += 1) {
    if (index > 0) line += '\t';
    line += copyField(row[index]);
  }
  return `${line}\n`;
}

function copyField(value: unknown): string {
  if (value === null || value === undefined) return '\\N';
  if (typeof value === 'string') return escapeCopy(value);
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean') return String(value);
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array)
    return `\\\\x${Buffer.from(value.buffer, value.byteOffset, value.length).toString('hex')}`;
  if (Array.isArray(value)) return escapeCopy(arrayText(value));
  return escapeCopy(JSON.stringify(value));
}

/** The driver looks at each item of an array three times. */
function parameter(value: unknown): unknown {
  return Array.isArray(value) && value.every(isPlain) ? arrayText(value) : value;
}

function isPlain(value: unknown): boolean {
  return value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint';
}

function arrayText(values: readonly unknown[]): string {
  return `{${values.map(arrayItem).join(',')}}`;
}

function arrayItem(value: unknown): string {
  if (value === null || value === undefined) return 'NULL';
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean') return String(value);
  if (Array.isArray(value)) return arrayText(value);
  const text = value instanceof Date ? value.toISOString() : typeof value === 'string' ? value : JSON.stringify(value);
  return `"${ARRAY_SPECIAL.test(text) ? text.replace(/["\\]/g, '\\$&') : text}"`;
}

const ARRAY_SPECIAL = /["\\]/;

const COPY_SPECIAL = /[\\\n\r\t]/;
function escapeCopy(text: string): string {
  if (!COPY_SPECIAL.test(text)) return text;
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\r', '\\r').replaceAll('\t', '\\t');
}

/** What the caller can act on, told as a Problem; everything else stays what it is. */
function asProblem(error: unknown): unknown {
  const { code = '', message = '' } = error as { code?: string; message?: string };
  if (UNFIT.has(code))
    return new Problem(
      'invalid',
      'a value cannot be kept: a NUL character, a time out of range or a key that is too long',
      {},
      { cause: error },
    );
  const away =
    AWAY.test(code) ||
    /^E(CONN|PIPE|NOENT)/.test(code) ||
    /Connection terminated|not queryable|timeout exceeded when trying to connect/.test(message);
  return away ? new Problem('unavailable', 'the database is away for a moment', { code }, { cause: error }) : error;
}

async function listen(
  settings: pg.ClientConfig,
  channel: string,
  heard: (payload: string) => void,
): Promise<() => Promise<void>> {
  let ended = false;

  const open = async () => {
    const client = new pg.Client({ ...settings, statement_timeout: 0, keepAlive: true });
    client.on('error', () => {});
    client.on('notification', (message) => heard(message.payload ?? ''));
    const gone = new Promise<void>((tell) => client.once('end', tell));
    try {
      await client.connect();
      await client.query(`listen ${channel}`);
    } catch (error) {
      client.end().catch(() => {});
      throw error;
    }
    heard('');
    return { client, gone };
  };
  let at = await open();
  const keepOpen = async (): Promise<void> => {
    await at.gone;
    while (!ended) {
      await sleep(500);
      const next = ended ? undefined : await open().catch(() => undefined);
      if (next === undefined) continue;
      at = next;
      if (ended) await at.client.end();
      await at.gone;
    }
  };
  void keepOpen();
  return async () => {
    ended = true;
    await at.client.end();
  };
}
