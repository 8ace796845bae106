import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { remove, writeAll } from '#kernel/fhir';
import { listensTo, startDeliveries } from '#kernel/outbox';
import { sql, trusted } from '#kernel/sql';
import { testContext } from '../../../tests/support/context.ts';
import { testLake } from '../../../tests/support/lake.ts';
import { testDatabase } from '../../../tests/support/postgres.ts';
import { checkLake } from './check.ts';
import { lakeFeed } from './feed.ts';
import { keepTables } from './keeper.ts';
import { purgeDeleted } from './purge.ts';

const db = await testDatabase();
const lake = await testLake();
const ctx = testContext(db);
const feed = lakeFeed({ lake, db, tables: [] });
listensTo([feed]);
let deliveries: Awaited<ReturnType<typeof startDeliveries>>;

beforeAll(async () => {
  await keepTables(ctx, { lake, db, tables: [] });
  deliveries = await startDeliveries(ctx, db, [feed], { workers: 1 });
});
afterAll(() => deliveries.stop());

const patient = (id: string, more: object = {}) => ({
  resourceType: 'Patient',
  id,
  gender: 'female',
  birthDate: '1980-02-03',
  ...more,
});
const result = (id: string, person: string, more: object = {}) => ({
  resourceType: 'Observation',
  id,
  status: 'final',
  category: [
    { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: 'laboratory' }] },
  ],
  code: { coding: [{ system: 'http://loinc.org', code: '2345-7' }], text: 'Glucose' },
  subject: { reference: `Patient/${person}` },
  effectiveDateTime: '2024-05-06T07:08:09+08:00',
  valueQuantity: { value: 5.4, unit: 'mmol/L', system: 'http://unitsofmeasure.org', code: 'mmol/L' },
  ...more,
});

async function write(...resources: object[]): Promise<void> {
  await db.transaction((tx) => writeAll(ctx, tx, resources));
  await deliveries.idle();
}

const results = () =>
  lake.rows<{ id: string; value: number; sex: string; code: string }>(
    trusted(
      'select id, patient, code, value, sex, toString(birth_date) as born, toString(time) as time from banyan.laboratory_result order by id',
    ),
  );

/**
 * Goal: what the record says now is what the lake holds, whatever happened to a resource on the way.
 * Method: resources written through the store's own door, heard through the outbox, asked by the view that people ask.
 */
describe('the feed', () => {
  test('a new result is a row with the columns of its person', async () => {
    await write(patient('p1'), result('o1', 'p1'));
    expect(await results()).toEqual([
      {
        id: 'o1',
        patient: 'p1',
        code: '2345-7',
        value: 5.4,
        sex: 'female',
        born: '1980-02-03',
        time: '2024-05-05 23:08:09.000',
      },
    ]);
    const raw = await lake.rows(
      trusted(
        "select type, part, id, version from banyan.resource where type in ('Patient', 'Observation') order by type",
      ),
    );
    expect(raw).toEqual([
      { type: 'Observation', part: 'p1', id: 'o1', version: 1 },
      { type: 'Patient', part: 'p1', id: 'p1', version: 1 },
    ]);
  });

  test('a corrected result moves to its new key and leaves nothing behind', async () => {
    await write(
      result('o1', 'p1', {
        code: { coding: [{ system: 'http://loinc.org', code: '2339-0' }] },
        effectiveDateTime: '2023-01-01',
      }),
    );
    expect(await results()).toMatchObject([{ id: 'o1', code: '2339-0', time: '2023-01-01 00:00:00.000' }]);
    expect(await lake.rows(trusted('select code from banyan.laboratory_result_by_patient'))).toEqual([
      { code: '2339-0' },
    ]);
  });

  test("a changed person changes the rows of the person's results", async () => {
    await write(patient('p1', { gender: 'male', telecom: [{ system: 'phone', value: '1' }] }));
    expect(await results()).toMatchObject([{ id: 'o1', sex: 'male' }]);
  });

  test('a result that no longer fits the view has no row; deleted and made again, it is one row', async () => {
    await write(result('o1', 'p1', { category: [{ text: 'none' }] }));
    expect(await results()).toEqual([]);
    await write(result('o1', 'p1'));
    expect(await results()).toHaveLength(1);
    await remove(ctx, 'Observation', 'o1');
    await deliveries.idle();
    expect(await results()).toEqual([]);
    expect(await lake.rows(trusted("select id from banyan.resource where type = 'Observation'"))).toEqual([]);
    await write(result('o1', 'p1', { valueQuantity: { value: 1.0 } }));
    expect(await results()).toMatchObject([{ id: 'o1', value: 1 }]);
  });
});

describe('rows that say what is gone', () => {
  const gone = async () => {
    const { database } = await db.one<{ database: string }>(sql`select database from lake.generation`);
    const tables = await lake.rows<{ name: string }>(
      trusted(
        `select name from system.tables where database = '${database}' and engine like 'Replacing%' and (name = 'resource' or name like 'laboratory_result%')`,
      ),
    );
    let rows = 0;
    for (const { name } of tables) {
      const [found] = await lake.rows<{ n: number }>(trusted(`select countIf(_deleted) as n from ${database}.${name}`));
      rows += Number(found!.n);
    }
    return rows;
  };

  test('are taken away when nothing is left that they hide, and hide it until then', async () => {
    const ids = Array.from({ length: 40 }, (_, at) => `gone${at}`);
    await write(patient('p9'), ...ids.map((id) => result(id, 'p9')));
    for (const id of ids.slice(0, 20)) await remove(ctx, 'Observation', id);
    // Their code is part of the key: each leaves one behind.
    await write(
      ...ids
        .slice(20)
        .map((id) => result(id, 'p9', { code: { coding: [{ system: 'http://loinc.org', code: '2339-0' }] } })),
    );
    const before = await results();
    expect(before).toHaveLength(21);
    expect(await gone()).toBeGreaterThan(40);

    expect(await purgeDeleted({ lake, db, tables: [] })).toBeGreaterThan(40);
    expect(await gone()).toBe(0);
    expect(await results()).toEqual(before);
    expect((await checkLake(lake, db, [], () => {})).differences).toEqual([]);
    expect(await purgeDeleted({ lake, db, tables: [] })).toBe(0);

    // What was deleted and comes again is there again; what is told of it once more stays gone.
    await write(result('gone0', 'p9'));
    await remove(ctx, 'Observation', 'gone0');
    await deliveries.idle();
    expect(await results()).toEqual(before);
    for (const id of ids.slice(20)) await remove(ctx, 'Observation', id);
    await deliveries.idle();
    expect(await results()).toHaveLength(1);
  });
});

describe('the check', () => {
  test('finds nothing where nothing is wrong, and what is wrong', async () => {
    const report = await checkLake(lake, db, [], () => {});
    expect(report.differences).toEqual([]);
    expect(report.views.find(({ view }) => view === 'laboratory_result')).toEqual({
      view: 'laboratory_result',
      rows: 1,
    });
    await db.run(
      trusted(`update fhir.observation set content = replace(content::text, '2345-7', '2345-8')::json where id = 'o1'`),
    );
    const wrong = { type: 'Observation', id: 'o1', expected: 1, found: 1 };
    expect((await checkLake(lake, db, [], () => {})).differences).toEqual([
      { view: 'resource', ...wrong },
      { view: 'laboratory_result', ...wrong },
      { view: 'laboratory_result_by_patient', ...wrong },
    ]);
  });
});
