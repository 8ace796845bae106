import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sql } from '#kernel/sql';
import { testDatabase } from '../../../tests/support/postgres.ts';
import { type Care, closeCare, openCare } from './care.ts';

const db = await testDatabase();
const day = (n: number) => new Date(Date.UTC(2026, 0, 1 + n));
const one = { patient: 'p', organization: 'o', ground: 'order' as const };

async function cares(): Promise<{ since: Date; until: Date | null }[]> {
  return db.rows(sql`select since, until from access.care where patient = 'p' order by organization, ground`);
}

test('care that is opened again reaches from the first day to the last, whatever the order of the news', async () => {
  const news = fc.array(
    fc.record({
      since: fc.integer({ min: 0, max: 30 }),
      days: fc.option(fc.integer({ min: 1, max: 30 }), { nil: undefined }),
    }),
    { minLength: 1, maxLength: 6 },
  );
  await fc.assert(
    fc.asyncProperty(news, fc.integer({ min: 0, max: 6 }), async (drawn, cut) => {
      await db.run(sql`delete from access.care`);
      const all: Care[] = drawn.map(({ since, days }) => ({
        ...one,
        since: day(since),
        ...(days !== undefined && { until: day(since + days) }),
      }));
      await openCare(db, all.slice(0, cut));
      await openCare(db, all.slice(cut));
      const since = new Date(Math.min(...all.map((care) => care.since.getTime())));
      const until = all.some((care) => care.until === undefined)
        ? null
        : new Date(Math.max(...all.map((care) => care.until?.getTime() ?? 0)));
      expect(await cares()).toEqual([{ since, until }]);
    }),
    { numRuns: 60 },
  );
});

test('care that is known already costs no write', async () => {
  await db.run(sql`delete from access.care`);
  await openCare(db, [{ ...one, since: day(0) }]);
  const version = () => db.one<{ xmin: string }>(sql`select xmin::text from access.care where patient = 'p'`);
  const before = await version();
  await openCare(db, [
    { ...one, since: day(3) },
    { ...one, since: day(1), until: day(2) },
  ]);
  expect(await version()).toEqual(before);
});

test('care is closed on one ground and goes on on another', async () => {
  await db.run(sql`delete from access.care`);
  await openCare(db, [
    { ...one, since: day(0) },
    { ...one, ground: 'admission', since: day(0) },
  ]);
  await closeCare(db, { ...one, until: day(5) });
  expect(await cares()).toEqual([
    { since: day(0), until: null },
    { since: day(0), until: day(5) },
  ]);
});
