import { createHash } from 'node:crypto';
import { Transform, type TransformCallback } from 'node:stream';
import pg from 'pg';
import type { Db, Sql } from '#kernel/context';
import { Problem } from '#kernel/problem';

/** One connection in one transaction, on which rows also stream out and in. */
export interface Session {
  db: Db;
  client: pg.Client;
}

/** So that a value has one spelling, whatever the server's settings are. */
const SPELLING = [
  `set timezone = 'UTC'`,
  `set datestyle = 'ISO, YMD'`,
  `set intervalstyle = 'iso_8601'`,
  `set extra_float_digits = 3`,
  `set bytea_output = 'hex'`,
  `set client_encoding = 'UTF8'`,
  // Rows come in the order in which they lie, from the first: a table that was copied gives the same bytes again.
  `set synchronize_seqscans = off`,
  `set max_parallel_workers_per_gather = 0`,
  `set statement_timeout = 0`,
  `set idle_in_transaction_session_timeout = 0`,
].join('; ');

/** Runs the work in a transaction that begins with `begin`, on a connection of its own; all of it or nothing. */
export async function inSession<T>(url: string, begin: string, work: (session: Session) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url, application_name: 'banyan backup' });
  // The failing query reports it; without a listener the process would end.
  client.on('error', () => {});
  await client.connect().catch((error: NodeJS.ErrnoException) => {
    throw new Problem('unavailable', 'the database cannot be reached', { code: error.code }, { cause: error });
  });
  try {
    await client.query(SPELLING);
    await client.query(begin);
    const result = await work({ client, db: databaseOn(client) });
    await client.query('commit');
    return result;
  } finally {
    // Without a commit, closing rolls back.
    await client.end();
  }
}

/** The connection as the kernel's database; its transactions are parts of the one that runs. */
function databaseOn(client: pg.Client): Db {
  const run = (query: Sql) => client.query(query.text, [...query.values]);
  const rows = async <T>(query: Sql): Promise<T[]> => (await run(query)).rows as T[];
  const db: Db = {
    rows,
    maybe: async <T>(query: Sql) => (await rows<T>(query))[0],
    async one<T>(query: Sql) {
      const [row] = await rows<T>(query);
      if (row === undefined) throw new Problem('not-found', 'there is no such thing');
      return row;
    },
    run: async (query) => (await run(query)).rowCount ?? 0,
    copy: () => Promise.reject(new Problem('unsupported', 'rows go through the streams of a backup here')),
    transaction: (work) => work(db),
  };
  return db;
}

/** Lets rows through, counted and hashed: in PostgreSQL's text format a row is a line. */
export class RowCounter extends Transform {
  rows = 0;
  bytes = 0;
  readonly #hash = createHash('sha256');

  override _transform(chunk: Buffer, _: BufferEncoding, done: TransformCallback): void {
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) this.rows += 1;
    this.bytes += chunk.length;
    this.#hash.update(chunk);
    done(null, chunk);
  }

  /** Of all that went through; asked once. */
  digest(): string {
    return this.#hash.digest('hex');
  }
}
