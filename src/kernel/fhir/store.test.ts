import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { MIGRATIONS, sql } from '#kernel/sql';
import { RESOURCE_TYPES } from '#standards/fhir';
import { testActor, testContext } from '../../../tests/support/context.ts';
import { testDatabase } from '../../../tests/support/postgres.ts';
import { create, history, type Resource, read, readVersion, remove, search, update, writeAll } from './index.ts';
import { paramNumber } from './indexing.ts';
import { parametersOf } from './parameters.ts';
import { tableName } from './tables.ts';

const db = await testDatabase();
const ctx = testContext(db);

describe('tables', () => {
  test('there is one for each resource type of the definitions', async () => {
    const migration = readFileSync(`${MIGRATIONS}/0030_fhir_base.sql`, 'utf8');
    const listed = /array\[([^\]]+)\]/.exec(migration)?.[1]?.match(/\w+/g);
    expect([...(listed ?? []), 'view_definition'].sort()).toEqual(RESOURCE_TYPES.map(tableName).sort());
    const rows = await db.rows<{ name: string }>(sql`
      select distinct table_name as name from information_schema.columns where table_schema = 'fhir' and column_name = 'content'
    `);
    expect(new Set(rows.map(({ name }) => name))).toEqual(new Set([...RESOURCE_TYPES.map(tableName), 'history']));
  });

  test('no two search parameters share a number', () => {
    const names = RESOURCE_TYPES.flatMap((type) => [...parametersOf(type).keys()].map((code) => `${type}.${code}`));
    const numbers = RESOURCE_TYPES.flatMap((type) =>
      [...parametersOf(type).keys()].map((code) => paramNumber(type, code)),
    );
    expect(new Set(numbers).size).toBe(names.length);
  });
});

/** SQL-on-FHIR's own type beside R4's: the same table, history, search and checks. */
describe('a ViewDefinition', () => {
  const view = {
    resourceType: 'ViewDefinition',
    url: 'https://example.org/ViewDefinition/names',
    name: 'names',
    status: 'active',
    resource: 'Patient',
    fhirVersion: ['4.0.1'],
    constant: [{ name: 'use', valueCode: 'official' }],
    select: [
      {
        column: [{ name: 'id', path: 'getResourceKey()', type: 'id', tag: [{ name: 'ansi/type', value: 'VARCHAR' }] }],
      },
      {
        forEach: 'name.where(use = %use)',
        column: [{ name: 'family', path: 'family' }],
        select: [{ unionAll: [{ column: [{ name: 'given', path: 'given.first()' }] }] }],
      },
    ],
    where: [{ path: 'active = true', description: 'in use' }],
  };

  test('is kept, found and kept again in another version', async () => {
    const { id } = await create(ctx, view);
    const { version } = await update(ctx, { ...view, id, title: 'Names' });
    expect(version).toBe(2);
    expect(JSON.parse((await readVersion(ctx, 'ViewDefinition', id, 1)).content!)).toMatchObject(view);
    for (const asked of [
      'url=https://example.org/ViewDefinition/names',
      'resource=Patient&status=active',
      'name=names',
      'title=names',
    ]) {
      const { matches } = await search(ctx, 'ViewDefinition', new URLSearchParams(asked));
      expect(
        matches.map((match) => match.id),
        asked,
      ).toEqual([id]);
    }
    const { matches } = await search(ctx, 'ViewDefinition', new URLSearchParams('resource=Observation'));
    expect(matches).toEqual([]);
  });

  test.each([
    ['no status', { status: undefined }, 'ViewDefinition.status'],
    ['a type that is none', { resource: 'Patent' }, 'ViewDefinition.resource'],
    ['an element that is none', { selects: [] }, 'ViewDefinition.selects'],
    ['a constant without a value', { constant: [{ name: 'use' }] }, 'ViewDefinition.constant[0].value'],
  ])('with %s is refused', async (_, change, expression) => {
    await expect(create(ctx, { ...view, ...change })).rejects.toMatchObject({
      kind: 'unprocessable',
      issues: [expect.objectContaining({ expression })],
    });
  });
});

test('a ViewDefinition that could not be run is refused with the place of what is wrong', async () => {
  const view = { resourceType: 'ViewDefinition', name: 'bad', status: 'active', resource: 'Patient' };
  const select = [{ column: [{ name: 'id', path: 'id' }] }, { column: [{ name: 'bad', path: 'name.where(' }] }];
  await expect(create(ctx, { ...view, select })).rejects.toMatchObject({
    kind: 'unprocessable',
    issues: [expect.objectContaining({ expression: expect.stringContaining('select[1].column[0].path') })],
  });
});

test('the catalogue of views is changed only by those who manage it', async () => {
  const view = {
    resourceType: 'ViewDefinition',
    name: 'mine',
    status: 'active',
    resource: 'Patient',
    select: [{ column: [{ name: 'id', path: 'id' }] }],
  };
  const { id } = await create(ctx, view);
  const granted = ['fhir:*:cruds:all'];
  const clinician = testContext(db, { actor: testActor('clinician', { permissions: new Set(granted) }) });
  const attempts = [
    () => create(clinician, view),
    () => update(clinician, { ...view, id }),
    () => remove(clinician, 'ViewDefinition', id),
  ];
  for (const attempt of attempts) await expect(attempt()).rejects.toMatchObject({ kind: 'forbidden' });
  const director = testActor('laboratory-director', { permissions: new Set([...granted, 'lake.view.manage']) });
  expect(await update(testContext(db, { actor: director }), { ...view, id, title: 'Mine' })).toMatchObject({
    version: 2,
  });
});

/** Goal: a query is refused where it could not be run, and told where. Method: one sound Library, and one thing wrong at a time. */
describe('a Library of SQL', () => {
  const sqlOf = (text: string) => [{ contentType: 'application/sql', data: Buffer.from(text).toString('base64') }];
  const library = {
    resourceType: 'Library',
    name: 'HighGlucose',
    status: 'active',
    type: { coding: [{ system: 'https://sql-on-fhir.org/ig/CodeSystem/LibraryTypesCodes', code: 'sql-query' }] },
    relatedArtifact: [{ type: 'depends-on', resource: 'https://example.org/ViewDefinition/result', label: 'result' }],
    parameter: [{ name: 'least', type: 'decimal', use: 'in' }],
    content: sqlOf("select *, ':none' from result where value::Float64 >= :least -- :none"),
  };

  test('is kept', async () => {
    expect(await create(ctx, library)).toMatchObject({ op: 'created' });
  });

  test.each<[string, object, string]>([
    [
      'another kind of content',
      { content: [{ contentType: 'text/cql', data: 'AAAA' }] },
      'Library.content[0].contentType',
    ],
    ['no data', { content: [{ contentType: 'application/sql' }] }, 'Library.content[0].data'],
    ['a place without a parameter', { content: sqlOf('select :most') }, 'Library.content'],
    [
      'SQL for another engine only',
      { content: [{ ...sqlOf('select 1')[0], contentType: 'application/sql;dialect=oracle' }] },
      'Library.content',
    ],
    [
      'a table named by SQL',
      { relatedArtifact: [{ ...library.relatedArtifact[0], label: 'a, secret' }] },
      'Library.relatedArtifact[0].label',
    ],
    [
      'one name for two tables',
      { relatedArtifact: [library.relatedArtifact[0], library.relatedArtifact[0]] },
      'Library.relatedArtifact[1].label',
    ],
    ['a parameter out', { parameter: [{ ...library.parameter[0], use: 'out' }] }, 'Library.parameter[0].use'],
    [
      'a parameter of no type',
      { parameter: [{ name: 'least', type: 'Patient', use: 'in' }] },
      'Library.parameter[0].type',
    ],
  ])('with %s is refused', async (_, change, expression) => {
    await expect(create(ctx, { ...library, ...change })).rejects.toMatchObject({
      kind: 'unprocessable',
      issues: expect.arrayContaining([expect.objectContaining({ expression })]),
    });
  });
});

describe('writing and reading', () => {
  const observation = (patient: string, value = 5): Resource => ({
    resourceType: 'Observation',
    status: 'final',
    code: { coding: [{ system: 'http://loinc.org', code: '718-7', display: 'Hemoglobin' }] },
    subject: { reference: `Patient/${patient}` },
    effectiveDateTime: '2026-01-02T03:04:05Z',
    valueQuantity: { value, unit: 'g/dL', system: 'http://unitsofmeasure.org', code: 'g/dL' },
  });

  test('who may not write a resource learns neither its version nor that it is there', async () => {
    const { id } = await create(ctx, { resourceType: 'Patient' });
    const stranger = testContext(db, { actor: testActor('courier') });
    for (const asked of [id, 'never-there']) {
      for (const ifMatch of [77, '*'] as const) {
        await expect(update(stranger, { resourceType: 'Patient', id: asked }, { ifMatch })).rejects.toMatchObject({
          kind: 'forbidden',
          facts: expect.not.objectContaining({ current: 1 }),
        });
        await expect(remove(stranger, 'Patient', asked, { ifMatch })).rejects.toMatchObject({ kind: 'forbidden' });
      }
    }
  });

  test('a resource keeps its versions', async () => {
    const patient = await create(ctx, { resourceType: 'Patient', name: [{ text: '张三' }] });
    const first = await create(ctx, observation(patient.id));
    expect(first).toMatchObject({ op: 'created', version: 1 });
    expect(first.id.startsWith(`${patient.id}.`)).toBe(true);
    const resource = JSON.parse(first.content!) as Resource;
    expect(await update(ctx, resource)).toMatchObject({ op: 'unchanged', version: 1 });
    expect(await update(ctx, { ...resource, status: 'amended' }, { ifMatch: 1 })).toMatchObject({
      op: 'updated',
      version: 2,
    });
    await expect(update(ctx, { ...resource, status: 'corrected' }, { ifMatch: 1 })).rejects.toMatchObject({
      kind: 'precondition-failed',
    });
    expect(JSON.parse((await read(ctx, 'Observation', first.id)).content!)).toMatchObject({
      status: 'amended',
      meta: { versionId: '2' },
    });
    expect((await readVersion(ctx, 'Observation', first.id, 1)).content).toBe(first.content);

    expect(await remove(ctx, 'Observation', first.id)).toMatchObject({ op: 'deleted', version: 3 });
    expect(await remove(ctx, 'Observation', first.id)).toMatchObject({ op: 'unchanged', version: 3 });
    await expect(read(ctx, 'Observation', first.id)).rejects.toMatchObject({ kind: 'gone' });
    expect(await update(ctx, resource)).toMatchObject({ op: 'created', version: 4 });
    const versions = await history(ctx, { type: 'Observation', id: first.id, count: 10 }, ['Observation']);
    expect(versions.map(({ version }) => version)).toEqual([4, 3, 2, 1]);
    const { count } = await db.one<{ count: number }>(sql`select count(*) from fhir.date_index where id = ${first.id}`);
    expect(count).toBe(1);
  });

  test('an id chosen outside is found again', async () => {
    await writeAll(ctx, db, [
      { resourceType: 'Patient', id: 'p-1' },
      { ...observation('p-1'), id: 'chosen' },
      { ...observation('p-1'), id: 'p-1.0123456789012345678901234' },
      { resourceType: 'Location', id: 'a.0123456789012345678901234', name: 'x' },
    ]);
    for (const id of ['chosen', 'p-1.0123456789012345678901234'])
      expect(await read(ctx, 'Observation', id)).toMatchObject({ part: 'p-1' });
    await read(ctx, 'Location', 'a.0123456789012345678901234');
    const moved = await update(ctx, { ...observation('p-2'), id: 'chosen' });
    expect(moved.version).toBe(2);
    expect(await read(ctx, 'Observation', 'chosen')).toMatchObject({ part: 'p-1', patients: ['p-2'] });
  });

  test('many resources, some of them known, some of them twice, are written at once', async () => {
    const batch = Array.from({ length: 60 }, (_, n) => ({ ...observation('p-3', n), id: `many-${n}` }));
    const written = await db.transaction((tx) => writeAll(ctx, tx, batch));
    expect(written.every(({ op, version }) => op === 'created' && version === 1)).toBe(true);
    const again = await db.transaction((tx) =>
      writeAll(ctx, tx, [...batch, { ...batch[0]!, status: 'amended' }, { ...batch[0]!, status: 'corrected' }]),
    );
    expect(again.map(({ version }) => version)).toEqual([...batch.map(() => 1), 2, 3]);
    const { count } = await db.one<{ count: number }>(sql`select count(*) from fhir.number_index where part = 'p-3'`);
    expect(count).toBe(60);
  });

  test('two who create the same resource at once both succeed, one as the second version', async () => {
    const written = await Promise.all(
      [1, 2, 3].map((value) => update(ctx, { ...observation('p-4', value), id: 'at-once' })),
    );
    expect(written.map(({ version }) => version).sort()).toEqual([1, 2, 3]);
  });

  test('of two updates of one version one wins', async () => {
    await update(ctx, { ...observation('p-5'), id: 'race' });
    const tries = await Promise.allSettled(
      [6, 7].map((value) => update(ctx, { ...observation('p-5', value), id: 'race' }, { ifMatch: 1 })),
    );
    expect(tries.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });
});
