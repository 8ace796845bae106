import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, inject, test } from 'vitest';
import { testDatabase } from '../../../tests/support/postgres.ts';
import { identifier, openPool, sql, trusted } from './index.ts';

const db = await testDatabase();

/**
 * Goal: COPY brings in exactly what was given, and a transaction is all or nothing.
 * Method: round trips of arbitrary text through real PostgreSQL; a transfer between two rows by
 * competing serializable transactions, whose sum no lost update can keep.
 */
describe('copy', () => {
  test('gives back any text, array and JSON', async () => {
    await db.run(trusted('create table copied (n int, t text, a text[], j json, b bytea)'));
    const text = fc.string({ unit: 'binary' }).map((value) => value.replaceAll('\0', ''));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(text, fc.array(text), fc.jsonValue(), fc.uint8Array())), async (rows) => {
        // A JSON string or array would be read as text or as an array of PostgreSQL: JSON columns take objects.
        await db.copy(
          'copied',
          ['n', 't', 'a', 'j', 'b'],
          rows.map(([t, a, j, b], n) => [n, t, a, { j: JSON.parse(JSON.stringify(j).replaceAll('\\u0000', '')) }, b]),
        );
        const back = await db.rows<{ t: string; a: string[]; b: Uint8Array }>(
          sql`select t, a, j, b from copied order by n`,
        );
        expect(back.map(({ t, a }) => [t, a])).toEqual(rows.map(([t, a]) => [t, a]));
        expect(back.map(({ b }) => [...b])).toEqual(rows.map(([, , , b]) => [...b]));
        await db.run(sql`truncate copied`);
      }),
      { numRuns: 30 },
    );
  });

  test('a failing row leaves nothing behind', async () => {
    await db.run(trusted('create table numbers (n int)'));
    await expect(db.copy('numbers', ['n'], [[1], ['no number']])).rejects.toThrow('invalid input syntax');
    expect(await db.rows(sql`select * from numbers`)).toEqual([]);
  });
});

describe('a parameter', () => {
  test('that is an array comes back as it went', async () => {
    const text = fc.string({ unit: 'binary' }).map((value) => value.replaceAll('\0', ''));
    const some = <T>(item: fc.Arbitrary<T>) => fc.array(fc.option(item, { freq: 5 }));
    const lists = fc.tuple(
      some(text),
      some(fc.integer()),
      some(fc.boolean()),
      fc.array(fc.date({ noInvalidDate: true, min: new Date(0) })),
    );
    await fc.assert(
      fc.asyncProperty(lists, async ([a, n, b, d]) => {
        const back = await db.one(
          sql`select ${a}::text[] as a, ${n}::int[] as n, ${b}::bool[] as b, ${d}::timestamptz[] as d, array_position(${a}::text[], 'NULL') as p`,
        );
        expect(back).toEqual({ a, n, b, d, p: a.includes('NULL') ? a.indexOf('NULL') + 1 : null });
      }),
      { numRuns: 50, examples: [[[['NULL', '{}', '"\\', '', ' , '], [], [], []]]] },
    );
  });
});

describe('transaction', () => {
  test('is tried again when PostgreSQL asks for it, and loses no update', async () => {
    await db.run(
      trusted('create table account (id int primary key, fen int); insert into account values (1, 1000), (2, 0)'),
    );
    const move = () =>
      db.transaction(async (tx) => {
        await tx.run(sql`set transaction isolation level serializable`);
        const { fen } = await tx.one<{ fen: number }>(sql`select fen from account where id = 1`);
        await tx.run(sql`update account set fen = ${fen - 1} where id = 1`);
        await tx.run(sql`update account set fen = fen + 1 where id = 2`);
      });
    await Promise.all(Array.from({ length: 4 }, move));
    expect(await db.rows(sql`select fen from account order by id`)).toEqual([{ fen: 996 }, { fen: 4 }]);
  });

  test('within a transaction only the inner part is undone', async () => {
    await db.run(trusted('create table kept (n int)'));
    await db.transaction(async (tx) => {
      await tx.run(sql`insert into kept values (1)`);
      const inner = tx.transaction(async (deeper) => {
        await deeper.run(sql`insert into kept values (2)`);
        throw new Error('never mind');
      });
      await expect(inner).rejects.toThrow('never mind');
    });
    expect(await db.rows(sql`select n from kept`)).toEqual([{ n: 1 }]);
  });
});

/**
 * Goal: a connection that the server ends takes nothing else with it.
 * Method: PostgreSQL ends connections at the moments when no query waits for an answer: lent within a transaction, dropped by the pool, listening.
 * An error that nobody hears would end this process.
 */
describe('a connection that the server ends', () => {
  const end = (pid: number) => db.run(sql`select pg_terminate_backend(${pid})`);

  test('within a transaction fails the transaction, and the pool goes on', async () => {
    for (let time = 0; time < 10; time += 1) {
      const broken = db.transaction(async (tx) => {
        const { pid } = await tx.one<{ pid: number }>(sql`select pg_backend_pid() as pid`);
        await end(pid);
        if (time % 2 === 0) await sleep(20);
        await tx.run(sql`select 1`);
      });
      await expect(broken).rejects.toMatchObject({ kind: 'unavailable' });
    }
    expect(await db.rows(sql`select 1 as one`)).toEqual([{ one: 1 }]);
  });

  test.each([0, 1, 7, 40])('%i chunks into a copy fails the copy', async (chunks) => {
    await db.run(trusted('create table if not exists sent (t text)'));
    const ending: Promise<unknown>[] = [];
    const broken = db.transaction(async (tx) => {
      const { pid } = await tx.one<{ pid: number }>(sql`select pg_backend_pid() as pid`);
      function* rows() {
        for (let n = 0; n < 400; n += 1) {
          if (n === chunks) ending.push(end(pid));
          yield ['x'.repeat(70_000)];
        }
      }
      await tx.copy('sent', ['t'], rows());
      // A small copy is told as a whole before the server is heard.
      await Promise.all(ending);
      await tx.run(sql`select 1`);
    });
    await expect(broken).rejects.toMatchObject({ kind: 'unavailable' });
    await Promise.all(ending);
    expect(await db.rows(sql`select * from sent`)).toEqual([]);
  });

  test('in the very packet that opens it fails what asked for it', async () => {
    const ready = '520000000800000000' + '5a0000000549';
    const fields = 'SFATAL\0C57P01\0Mterminating connection due to unexpected postmaster exit\0\0';
    const length = (4 + fields.length).toString(16).padStart(8, '0');
    const packet = Buffer.from(`${ready}45${length}${Buffer.from(fields).toString('hex')}`, 'hex');
    const server = createServer((socket) => socket.once('data', () => socket.end(packet)).on('error', () => {}));
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as AddressInfo;
    const pool = openPool(`postgres://somebody@127.0.0.1:${port}/some`);
    await expect(pool.transaction((tx) => tx.run(sql`select 1`))).rejects.toMatchObject({ kind: 'unavailable' });
    await pool.end();
    server.close();
  });

  test('while it listens is replaced by one other, also when the server is away for a while, and hears once', async () => {
    const heard: string[] = [];
    const stop = await db.listen('pool_test', (payload) => heard.push(payload));
    const listening = () =>
      db.rows<{ pid: number }>(
        sql`select pid from pg_stat_activity where query = 'listen pool_test' and datname = current_database()`,
      );
    const { name } = await db.one<{ name: string }>(sql`select current_database() as name`);
    // A database cannot shut itself.
    const server = openPool(inject('databaseUrl'), { size: 1 });
    const allow = (may: boolean) =>
      server.run(sql`alter database ${identifier(name)} with allow_connections ${trusted(String(may))}`);
    await allow(false);
    for (const { pid } of await listening()) await end(pid);
    await sleep(1_200);
    await allow(true);
    await until(() => heard.length > 1);
    await sleep(600);
    expect(await listening()).toHaveLength(1);
    await db.run(sql`select pg_notify('pool_test', 'after')`);
    await until(() => heard.includes('after'));
    expect(heard).toEqual(['', '', 'after']);
    await stop();
    expect(await listening()).toEqual([]);
    await server.end();
  });
});

async function until(done: () => boolean): Promise<void> {
  for (const last = Date.now() + 50_000; !done() && Date.now() < last; ) await sleep(20);
}
