import { setTimeout as sleep } from 'node:timers/promises';
import { beforeEach, describe, expect, test } from 'vitest';
import { Problem } from '#kernel/problem';
import { sql, trusted } from '#kernel/sql';
import { testContext } from '../../../tests/support/context.ts';
import { testDatabase } from '../../../tests/support/postgres.ts';
import { findDeadLetters, type Hearer, listensTo, replayDeadLetter, startDeliveries, tell, tellAll } from './index.ts';

const db = await testDatabase();
await db.run(trusted('create table heard (id int generated always as identity, subject text, n int)'));
const ctx = testContext(db);

/** Writes what it hears; fails for a fact whose data says so while `failing` is on. */
let failing = true;
const hearer: Hearer = {
  name: 'test',
  hears: ['test.happened'],
  batch: 7,
  async hear(inner, facts) {
    for (const { subject, data } of facts) {
      const { n, fails } = data as { n: number; fails?: 'invalid' | 'bug' };
      await inner.db.run(sql`insert into heard (subject, n) values (${subject}, ${n})`);
      if (failing && fails === 'invalid') throw new Problem('invalid', 'this can never be heard');
      if (failing && fails === 'bug') throw new Error('not now');
    }
  },
};
const happened = (subject: string, n: number, fails?: string) => ({
  type: 'test.happened',
  subject,
  data: { n, fails },
});
const heard = () => db.rows<{ subject: string; n: number }>(sql`select subject, n from heard order by id`);

beforeEach(async () => {
  failing = true;
  listensTo([hearer]);
  await db.run(sql`truncate heard, kernel.delivery, kernel.dead_letter`);
});

/**
 * Goal: every fact takes effect exactly once, in the order of its subject, whatever fails.
 * Method: many workers on a real database; the effect is a row per fact, so that a loss, a double or a
 * wrong order shows.
 */
describe('deliveries', () => {
  test('each fact is heard once and each subject in its order', async () => {
    const subjects = Array.from({ length: 20 }, (_, index) => `s${index}`);
    for (let n = 0; n < 25; n += 1) {
      await db.transaction((tx) =>
        tellAll(
          tx,
          subjects.map((subject) => happened(subject, n)),
        ),
      );
    }
    const working = await Promise.all([1, 2].map(() => startDeliveries(ctx, db, [hearer], { workers: 3 })));
    await working[0]?.idle();
    await Promise.all(working.map((deliveries) => deliveries.stop()));

    const rows = await heard();
    for (const subject of subjects) {
      expect(rows.filter((row) => row.subject === subject).map((row) => row.n)).toEqual(
        Array.from({ length: 25 }, (_, n) => n),
      );
    }
  });

  test('what is not committed is never heard', async () => {
    const telling = db.transaction(async (tx) => {
      await tell(tx, happened('s', 1));
      throw new Error('changed my mind');
    });
    await expect(telling).rejects.toThrow('changed my mind');
    const deliveries = await startDeliveries(ctx, db, [hearer]);
    await deliveries.idle();
    await deliveries.stop();
    expect(await heard()).toEqual([]);
  });

  test('a hopeless fact goes to the dead letters without holding up its companions, and can be replayed', async () => {
    await db.transaction((tx) => tellAll(tx, [happened('a', 1), happened('b', 2, 'invalid'), happened('c', 3)]));
    const deliveries = await startDeliveries(ctx, db, [hearer]);
    await deliveries.idle();
    expect((await heard()).map((row) => row.n).sort()).toEqual([1, 3]);
    const [letter] = await findDeadLetters(db, { limit: 10 });
    expect(letter).toMatchObject({ subject: 'b', kind: 'invalid', reason: 'this can never be heard', state: 'open' });

    failing = false;
    await replayDeadLetter(ctx, letter?.id ?? 0);
    await deliveries.idle();
    await deliveries.stop();
    expect((await heard()).map((row) => row.n).sort()).toEqual([1, 2, 3]);
    await expect(replayDeadLetter(ctx, letter?.id ?? 0)).rejects.toThrow('settled this dead letter already');
  });

  test.each([
    { mostLateMs: 3_600_000, many: 1 },
    { mostLateMs: 0, many: 2 },
  ])('who gives way rests while others are in arrears, unless late by $mostLateMs ms itself', async (given) => {
    const urgent: Hearer = { name: 'urgent', hears: ['test.happened'], hear: async () => {} };
    listensTo([hearer, urgent]);
    // Nobody works for the urgent one: it stays in arrears.
    const giveWay = { to: ['urgent'], waiting: 1, restMs: 3_600_000, mostLateMs: given.mostLateMs };
    const deliveries = await startDeliveries(ctx, db, [{ ...hearer, batch: 1 }], { workers: 1, giveWay });
    await db.transaction((tx) => tellAll(tx, [happened('a', 1), happened('b', 2)]));
    for (const until = Date.now() + 5_000; (await heard()).length < given.many && Date.now() < until; ) await sleep(20);
    await sleep(300);
    await deliveries.stop();
    // Of different lanes either may come first.
    expect(await heard()).toHaveLength(given.many);
  });

  test('after a failure that may pass, the subject waits as a whole and keeps its order', async () => {
    await db.transaction((tx) => tellAll(tx, [happened('a', 1, 'bug'), happened('a', 2), happened('b', 3)]));
    const deliveries = await startDeliveries(ctx, db, [hearer]);
    await sleep(300);
    expect((await heard()).map((row) => row.n)).toEqual([3]);
    failing = false;
    await sleep(2_000);
    await deliveries.idle();
    await deliveries.stop();
    expect((await heard()).filter((row) => row.subject === 'a').map((row) => row.n)).toEqual([1, 2]);
  });
});
