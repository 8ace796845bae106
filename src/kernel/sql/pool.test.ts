import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { testDatabase } from '../../../tests/support/postgres.ts';
import { sql, trusted } from './index.ts';

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
