import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writeAll } from '#kernel/fhir';
import { findDeadLetters, listensTo, replayDeadLetter, startDeliveries, tell } from '#kernel/outbox';
import { sql, trusted } from '#kernel/sql';
import { testContext } from '../../../tests/support/context.ts';
import { testLake } from '../../../tests/support/lake.ts';
import { testDatabase } from '../../../tests/support/postgres.ts';
import { checkLake } from './check.ts';
import { lakeFeed } from './feed.ts';
import { askRebuild, keepTables } from './keeper.ts';
import type { LakeTable } from './module-tables.ts';
import { lakeStatus } from './status.ts';

const measured = [
  { place: 'Nanshan', at: '2026-05-01T10:00:00.000Z', celsius: 27.5 },
  { place: 'Nanshan', at: '2025-01-01T10:00:00.000Z', celsius: null },
];
const table: LakeTable = {
  name: 'weather',
  title: 'Weather',
  description: 'One row for each time that somebody looked.',
  columns: [
    { name: 'place', type: 'LowCardinality(String)' },
    { name: 'at', type: "DateTime64(3, 'UTC')" },
    { name: 'celsius', type: 'Nullable(Float32)' },
  ],
  order: ['place', 'at'],
  partition: 'at',
  isWhole: false,
  facts: ['weather.measured'],
  async *rows(_, facts) {
    for (const { data } of facts) yield data as Record<string, unknown>[];
  },
  seen: () => sql`true`,
  // Two pages of one row.
  page: async (_, after) => ({
    rows: measured.slice(Number(after ?? 0), Number(after ?? 0) + 1),
    next: after === undefined ? '1' : undefined,
  }),
};

/** Alarms as a table of PostgreSQL says now, where each is kept for good. */
const alarms: LakeTable = {
  name: 'storm',
  title: 'Storms',
  description: 'One row for each storm.',
  columns: [
    { name: 'id', type: 'String' },
    { name: 'force', type: 'UInt8' },
    { name: 'revision', type: 'UInt32' },
  ],
  order: ['id'],
  version: 'revision',
  isWhole: true,
  facts: ['storm.raised', 'storm.changed'],
  async *rows(tx, facts) {
    yield tx.rows<Record<string, unknown>>(
      sql`select id, force, revision from public.storm where id = any(${facts.map(({ subject }) => subject)}::text[])`,
    );
  },
  async page(tx) {
    return { rows: await tx.rows(sql`select id, force, revision from public.storm order by id`), next: undefined };
  },
  seen: () => sql`true`,
};

const db = await testDatabase();
const lake = await testLake();
const ctx = testContext(db);
const parts = { lake, db, tables: [table, alarms] };
const feed = lakeFeed(parts);
listensTo([feed]);
let deliveries: Awaited<ReturnType<typeof startDeliveries>>;

beforeAll(async () => {
  await db.run(sql`create table public.storm (id text primary key, force int, revision int)`);
  await keepTables(ctx, parts);
  deliveries = await startDeliveries(ctx, db, [feed], { workers: 1 });
});
afterAll(() => deliveries.stop());

const EXTENSION = 'https://banyan.health/fhir/StructureDefinition/lake-';
const view = (columns: object[], more: object = {}) => ({
  resourceType: 'ViewDefinition',
  id: 'names',
  url: 'https://example.org/ViewDefinition/names',
  name: 'names',
  status: 'active',
  resource: 'Patient',
  extension: [
    { url: `${EXTENSION}materialized`, valueBoolean: true },
    { url: `${EXTENSION}order`, valueString: 'id' },
  ],
  select: [{ column: [{ name: 'id', path: 'id' }, ...columns] }],
  ...more,
});

async function write(...resources: object[]): Promise<void> {
  await db.transaction((tx) => writeAll(ctx, tx, resources));
  await deliveries.idle();
}

const rows = (ask: string) => lake.rows(trusted(ask));

/**
 * Goal: tables follow the definitions, whatever was there before; one bad resource harms nobody else.
 * Method: definitions written as anybody would write them, and the lake asked for what they say.
 */
describe('views of the record', () => {
  const family = { name: 'family', path: 'name.family.first()' };
  const given = { name: 'given', path: 'name.given' };

  test('a new definition gets a table with what was there before, and follows from then on', async () => {
    await write({ resourceType: 'Patient', id: 'a', name: [{ family: 'Li', given: ['Wei'] }] });
    await write(view([family]));
    await write({ resourceType: 'Patient', id: 'b', name: [{ family: 'Wu' }] });
    await keepTables(ctx, parts);
    await write({ resourceType: 'Patient', id: 'c', name: [{ family: '陈' }] });
    expect(await rows('select id, family from banyan.names order by id')).toEqual([
      { id: 'a', family: 'Li' },
      { id: 'b', family: 'Wu' },
      { id: 'c', family: '陈' },
    ]);
  });

  test('a changed definition takes the place of the old one, which leaves nothing behind', async () => {
    await write(view([family, given]));
    await keepTables(ctx, parts);
    expect(await rows("select id, given from banyan.names where id = 'a'")).toEqual([{ id: 'a', given: 'Wei' }]);
    const left = await rows(
      "select uniqExact(substring(name, 1, 18)) as n from system.tables where startsWith(name, 'names_')",
    );
    expect(left).toEqual([{ n: 1 }]);
  });

  test('a resource that a view cannot read is kept out of that view, with a dead letter; a replay tries again', async () => {
    await write(
      { resourceType: 'Patient', id: 'd', name: [{ family: 'Xu', given: ['Jia', 'Hui'] }] },
      { resourceType: 'Patient', id: 'e', name: [{ family: 'He', given: ['An'] }] },
    );
    expect(await rows("select id from banyan.names where id in ('d', 'e')")).toEqual([{ id: 'e' }]);
    expect(await rows("select id from banyan.person where id in ('d', 'e') order by id")).toEqual([
      { id: 'd' },
      { id: 'e' },
    ]);
    const letters = await findDeadLetters(db, { state: 'open', limit: 10 });
    expect(letters).toMatchObject([
      { hearer: 'lake', subject: 'd', facts: { type: 'Patient', id: 'd', view: 'names' } },
    ]);
    expect((await lakeStatus(lake, db)).skipped).toBe(1);

    await write(view([family]));
    await keepTables(ctx, parts);
    await replayDeadLetter(ctx, letters[0]!.id);
    await deliveries.idle();
    expect(await rows("select id, family from banyan.names where id = 'd'")).toEqual([{ id: 'd', family: 'Xu' }]);
  });

  test('a view that cannot read very many is suspended, and fed again when it is changed', async () => {
    const persons = Array.from({ length: 30 }, (_, n) => ({
      resourceType: 'Patient',
      id: `f${n}`,
      name: [{ family: 'F', given: ['A', 'B'] }],
    }));
    await write(view([family, given]));
    await keepTables(ctx, parts);
    await write(...persons);
    expect((await lakeStatus(lake, db)).suspended).toEqual(['names']);
    expect((await findDeadLetters(db, { state: 'open', limit: 200 })).length).toBeLessThanOrEqual(12);
    expect(await rows("select count() as n from banyan.person where startsWith(id, 'f')")).toEqual([{ n: 30 }]);
    await keepTables(ctx, parts);
    await expect(rows('select id from banyan.names')).rejects.toThrow();
    await write(view([family]));
    await keepTables(ctx, parts);
    expect(await rows("select count() as n from banyan.names where startsWith(id, 'f')")).toEqual([{ n: 30 }]);
    expect((await lakeStatus(lake, db)).suspended).toEqual([]);
  });

  test('a definition that cannot be kept says why, and one that is retired is gone', async () => {
    const wrong = view(
      [{ name: 'when', path: 'birthDate', tag: [{ name: 'clickhouse/type', value: "String) engine = URL('" }] }],
      { id: 'wrong', name: 'wrong', url: 'https://example.org/wrong' },
    );
    await write(wrong, view([family], { status: 'retired' }));
    await keepTables(ctx, parts);
    const status = await lakeStatus(lake, db);
    expect(status.refused).toMatchObject([{ url: 'https://example.org/wrong' }]);
    expect(status.building).toEqual([]);
    await expect(rows('select id from banyan.names')).rejects.toThrow();
    expect(status).toMatchObject({ lagSeconds: 0, waiting: 0, generations: [{ id: 1, state: 'current' }] });
  });
});

test("a module's rows come with its facts, each once, late ones in their place; a rebuild tells them again, a check misses none", async () => {
  const kept = () => rows('select place, toString(at) as at, celsius from banyan.weather order by at');
  const all = [
    { place: 'Nanshan', at: '2025-01-01 10:00:00.000', celsius: null },
    { place: 'Nanshan', at: '2026-05-01 10:00:00.000', celsius: 27.5 },
  ];
  for (let time = 0; time < 2; time += 1) {
    await db.transaction((tx) => tell(tx, { type: 'weather.measured', subject: 'weather', data: measured }));
    await deliveries.idle();
  }
  expect(await kept()).toEqual(all);
  const missed = async () => (await checkLake(lake, db, [table], () => {})).differences;
  expect(await missed()).toEqual([]);

  await lake.run(sql`truncate table banyan_modules.weather`);
  expect(await missed()).toEqual([
    { view: 'weather', type: '', id: '["Nanshan","2026-05-01 10:00:00.000"]', expected: 1, found: 0 },
    { view: 'weather', type: '', id: '["Nanshan","2025-01-01 10:00:00.000"]', expected: 1, found: 0 },
  ]);
  await askRebuild(ctx, parts);
  await keepTables(ctx, parts);
  expect(await kept()).toEqual(all);
});

describe("a module's table of which PostgreSQL keeps every row", () => {
  const kept = () => rows('select id, force from banyan.storm order by id');
  const differences = async () => (await checkLake(lake, db, [alarms], () => {})).differences;
  const set = async (id: string, force: number): Promise<void> => {
    await db.transaction(async (tx) => {
      const { revision } = await tx.one<{ revision: number }>(sql`
        insert into public.storm values (${id}, ${force}, 1)
        on conflict (id) do update set force = excluded.force, revision = storm.revision + 1 returning revision
      `);
      await tell(tx, { type: revision === 1 ? 'storm.raised' : 'storm.changed', subject: id, data: {} });
    });
  };

  test('follows every change, also when an old row comes late; a check finds what differs either way', async () => {
    await set('a', 8);
    await set('b', 9);
    await set('a', 10);
    await deliveries.idle();
    const { database } = await db.one<{ database: string }>(sql`select database from lake.generation`);
    await lake.insert(`${database}.storm`, '{"id":"a","force":8,"revision":1}\n');
    expect(await kept()).toEqual([
      { id: 'a', force: 10 },
      { id: 'b', force: 9 },
    ]);
    expect(await differences()).toEqual([]);

    await lake.insert(
      `${database}.storm`,
      '{"id":"nobody","force":1,"revision":1}\n{"id":"b","force":1,"revision":2}\n',
    );
    expect(await differences()).toEqual([
      { view: 'storm', type: '', id: '["b"]', expected: 1, found: 0 },
      { view: 'storm', type: '', id: '["nobody"]', expected: 0, found: 1 },
    ]);
    await askRebuild(ctx, parts);
    await keepTables(ctx, parts);
    expect(await kept()).toEqual([
      { id: 'a', force: 10 },
      { id: 'b', force: 9 },
    ]);
    expect(await differences()).toEqual([]);
  });

  test('that the lake does not have yet is filled before anybody may ask it', async () => {
    const { database } = await db.one<{ database: string }>(sql`select database from lake.generation`);
    await lake.run(sql`drop view banyan.storm`);
    await lake.run(trusted(`drop table ${database}.storm sync`));
    await keepTables(ctx, parts);
    expect(await kept()).toHaveLength(2);
  });

  test('goes before a view of its name, which is told so', async () => {
    await write(view([], { id: 'storm', name: 'storm', url: 'https://example.org/storm' }));
    await keepTables(ctx, parts);
    expect((await lakeStatus(lake, db)).refused).toContainEqual({
      url: 'https://example.org/storm',
      reason: 'a table of the platform has this name',
    });
    expect(await kept()).toHaveLength(2);
  });
});
