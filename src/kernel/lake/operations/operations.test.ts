import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { tableFromIPC } from 'apache-arrow';
import { fastify } from 'fastify';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findPermissions } from '#kernel/access';
import { type Context, makeContext, ROLES, type Role } from '#kernel/context';
import { create, remove, writeAll } from '#kernel/fhir';
import { sendProblem } from '#kernel/http';
import { silentLog } from '#kernel/log';
import { identifier, sql } from '#kernel/sql';
import { testActor, testContext } from '../../../../tests/support/context.ts';
import { testLake } from '../../../../tests/support/lake.ts';
import { testDatabase } from '../../../../tests/support/postgres.ts';
import { builtInViews, storeBuiltInViews } from '../views.ts';
import { operationRoutes } from './index.ts';

const db = await testDatabase();
const lake = await testLake();
const contexts = new Map<string, Context>();
const app = fastify({ bodyLimit: 50_000_000 });
app.setErrorHandler((error, request, reply) => sendProblem(request, reply, error));
await app.register(async (part) =>
  operationRoutes(
    part,
    { publicUrl: () => 'http://test', context: async ({ headers }) => contexts.get(String(headers['x-who']))! },
    lake,
  ),
);
const hurried = fastify();
hurried.setErrorHandler((error, request, reply) => sendProblem(request, reply, error));
await hurried.register(async (part) =>
  operationRoutes(part, { publicUrl: () => 'http://test', context: async () => contexts.get('all')! }, lake, {
    mostMs: 1_000,
  }),
);
const address = await app.listen({ port: 0, host: '127.0.0.1' });
afterAll(() => Promise.all([app.close(), hurried.close()]));

const FAMILY = 'O\'Neill, "the\nquick" $1 {p1:String} 中文\\';
const view = (name: string, more: object = {}) => ({
  resourceType: 'ViewDefinition',
  url: `https://example.org/ViewDefinition/${name}`,
  name,
  status: 'active',
  resource: 'Patient',
  select: [
    {
      column: [
        { name: 'id', path: 'getResourceKey()', type: 'id' },
        { name: 'family', path: 'name.first().family', type: 'string' },
        { name: 'active', path: 'active', type: 'boolean' },
      ],
    },
  ],
  ...more,
});
const observed = {
  ...view('observed'),
  resource: 'Observation',
  select: [
    {
      column: [
        { name: 'patient', path: 'subject.getReferenceKey(Patient)', type: 'id' },
        { name: 'value', path: 'value.ofType(Quantity).value', type: 'decimal' },
      ],
    },
  ],
};
const sqlLibrary = (text: string, labels: Record<string, string> = { people: 'people' }, parameter: object[] = []) => ({
  resourceType: 'Library',
  name: 'asked',
  status: 'active',
  type: { coding: [{ code: 'sql-query' }] },
  relatedArtifact: Object.entries(labels).map(([label, name]) => ({
    type: 'depends-on',
    resource: `https://example.org/ViewDefinition/${name}`,
    label,
  })),
  ...(parameter.length > 0 && { parameter }),
  content: [{ contentType: 'application/sql', data: Buffer.from(text).toString('base64') }],
});

const system = testContext(db);
let people = '';

beforeAll(async () => {
  for (const role of ROLES) {
    const parts = role === 'patient' ? { patient: 'p1' } : { organizations: role === 'courier' ? [] : ['o1'] };
    const actor = testActor(role, { ...parts, permissions: await findPermissions(db, [role]) });
    contexts.set(role, makeContext({ actor, db, log: silentLog }));
  }
  contexts.set('all', system);
  people = (await create(system, view('people'))).id;
  await create(system, observed);
  await create(system, view('ids', { select: [{ column: [{ name: 'id', path: 'getResourceKey()' }] }] }));
  await lake.run(sql`
    create table resource (type LowCardinality(String), part String, id String, content String, _tenant LowCardinality(String),
      _patients Array(String)) engine = MergeTree order by (type, part, id)`);
  const lines = [];
  for (const [id, tenant, family] of [
    ['p1', 'o1', FAMILY],
    ['p2', 'o2', 'Zhang'],
    ['p3', 'o1', undefined],
  ] as const) {
    const patient = { resourceType: 'Patient', id, active: id !== 'p2', ...(family && { name: [{ family }] }) };
    await db.transaction((tx) => writeAll(system, tx, [patient], { tenants: [tenant] }));
    const meta = { lastUpdated: id === 'p2' ? '2026-02-01T00:00:00.000Z' : '2026-01-01T00:00:00.000Z' };
    lines.push({
      type: 'Patient',
      part: id,
      id,
      content: JSON.stringify({ ...patient, meta }),
      _tenant: tenant,
      _patients: [id],
    });
    const observation = {
      resourceType: 'Observation',
      id: `v${id}`,
      status: 'final',
      code: { text: 'x' },
      subject: { reference: `Patient/${id}` },
      valueQuantity: { value: Number(id.slice(1)) + 0.5 },
    };
    await db.transaction((tx) => writeAll(system, tx, [observation], { tenants: [tenant] }));
    lines.push({
      type: 'Observation',
      part: id,
      id: `v${id}`,
      content: JSON.stringify(observation),
      _tenant: tenant,
      _patients: [id],
    });
  }
  await lake.insert('resource', lines.map((line) => JSON.stringify(line)).join('\n'));
  await lake.run(sql`create table secret (id String) engine = MergeTree order by id`);
});

const parameters = (...parameter: object[]) => ({ resourceType: 'Parameters', parameter });

async function ask(
  who: string,
  method: 'GET' | 'POST',
  url: string,
  body?: object,
  headers: Record<string, string> = {},
) {
  const answer = await (who === 'hurried' ? hurried : app).inject({
    method,
    url: `/fhir${url}`,
    headers: { 'x-who': who, ...(body && { 'content-type': 'application/fhir+json' }), ...headers },
    ...(body && { payload: JSON.stringify(body) }),
  });
  return { status: answer.statusCode, headers: answer.headers, text: answer.body, bytes: answer.rawPayload };
}

const asSql = (who: string, library: object, values: object[] = [], more: object[] = []) =>
  ask(
    who,
    'POST',
    '/Library/$sqlquery-run',
    parameters(
      { name: 'queryResource', resource: library },
      { name: 'parameters', resource: parameters(...values) },
      ...more,
    ),
  );

const audits = () =>
  db.rows<{ act: string; outcome: string; subject: string; patients: string[]; detail: Record<string, unknown> }>(
    sql`select act, outcome, subject, patients, detail from access.audit where act like 'lake.%' order by at, id`,
  );

describe('$viewdefinition-run', () => {
  const EVERYBODY = [
    { id: 'p1', family: FAMILY, active: true },
    { id: 'p2', family: 'Zhang', active: false },
    { id: 'p3', family: null, active: true },
  ];
  const sorted = (text: string) =>
    (JSON.parse(text) as { id: string }[]).sort((one, other) => (one.id < other.id ? -1 : 1));

  test.each(['lake', 'record'])('gives the rows of a stored view out of the %s', async (source) => {
    for (const url of [
      `/ViewDefinition/${people}/$viewdefinition-run?_format=json`,
      `/ViewDefinition/$viewdefinition-run?viewReference=ViewDefinition/${people}`,
      '/$viewdefinition-run?_format=json&viewReference=https://example.org/ViewDefinition/people',
    ]) {
      const { status, text } = await ask('all', 'GET', `${url}&source=${source}`);
      expect(status, text).toBe(200);
      expect(sorted(text)).toEqual(EVERYBODY);
    }
  });

  test('gives the rows of a view that comes with the question, limited, since, and for one patient', async () => {
    const posted = (...more: object[]) =>
      ask(
        'all',
        'POST',
        '/ViewDefinition/$viewdefinition-run',
        parameters({ name: 'viewResource', resource: view('x') }, ...more),
      );
    expect(sorted((await posted()).text)).toEqual(EVERYBODY);
    expect(JSON.parse((await posted({ name: '_limit', valueInteger: 2 })).text)).toHaveLength(2);
    expect(JSON.parse((await posted({ name: '_since', valueInstant: '2026-01-15T00:00:00Z' })).text)).toEqual([
      EVERYBODY[1],
    ]);
    const one = { name: 'patient', valueReference: { reference: 'Patient/p3' } };
    expect(JSON.parse((await posted(one)).text)).toEqual([EVERYBODY[2]]);
    expect(JSON.parse((await posted(one, { name: 'source', valueString: 'record' })).text)).toEqual([EVERYBODY[2]]);
    expect((await audits()).at(-1)).toMatchObject({
      act: 'lake.view-run',
      patients: ['p3'],
      detail: { rows: 1, purpose: 'TREAT', source: 'record' },
    });
  });

  test('a view that the lake keeps is read from its table, by patient where one is named', async () => {
    const url = 'https://banyan.health/fhir/StructureDefinition/lake-materialized';
    const { id } = await create(system, view('kept', { extension: [{ url, valueBoolean: true }] }));
    const ask1 = (more = '') => ask('clinician', 'GET', `/ViewDefinition/${id}/$viewdefinition-run?${more}`);
    expect(sorted((await ask1()).text)).toEqual([EVERYBODY[0], EVERYBODY[2]]);
    for (const table of ['kept', 'kept_by_patient']) {
      await lake.run(sql`create table ${identifier(table)} (id String, family Nullable(String), active Bool, _tenant String, _patients Array(String))
        engine = MergeTree order by id`);
      const rows = ['o1', 'o2'].map((tenant) => ({
        id: table,
        family: tenant,
        active: true,
        _tenant: tenant,
        _patients: ['p9'],
      }));
      await lake.insert(table, rows.map((row) => JSON.stringify(row)).join('\n'));
    }
    expect(JSON.parse((await ask1()).text)).toEqual([{ id: 'kept', family: 'o1', active: true }]);
    expect(JSON.parse((await ask1('patient=Patient/p9')).text)).toEqual([
      { id: 'kept_by_patient', family: 'o1', active: true },
    ]);
    // A version that the table does not have yet is worked out.
    const column = [
      { name: 'id', path: 'getResourceKey()' },
      { name: 'more', path: 'active' },
    ];
    const next = await create(system, view('kept', { extension: [{ url, valueBoolean: true }], select: [{ column }] }));
    const { text } = await ask('clinician', 'GET', `/ViewDefinition/${next.id}/$viewdefinition-run`);
    expect(sorted(text)).toEqual([
      { id: 'p1', more: true },
      { id: 'p3', more: true },
    ]);
    await remove(system, 'ViewDefinition', next.id);
    // The table does not know when a resource changed.
    expect(JSON.parse((await ask1('_since=2026-01-15T00:00:00Z')).text)).toEqual([]);
  });

  test('a group stands for its members', async () => {
    const { id } = await create(system, {
      resourceType: 'Group',
      type: 'person',
      actual: true,
      member: [{ entity: { reference: 'Patient/p1' } }, { entity: { reference: 'Patient/p2' }, inactive: true }],
    });
    const { text } = await ask('all', 'GET', `/ViewDefinition/${people}/$viewdefinition-run?group=Group/${id}`);
    expect(JSON.parse(text)).toEqual([EVERYBODY[0]]);
  });

  test.each(['json', 'parquet'])(
    'works on resources that come with the question, and on nothing else, as %s',
    async (format) => {
      const resources = [
        { resourceType: 'Patient', id: 'mine', name: [{ family: FAMILY }] },
        { resourceType: 'Observation', id: 'other', status: 'final', code: { text: 'x' } },
      ];
      const { status, bytes } = await ask(
        'courier',
        'POST',
        '/ViewDefinition/$viewdefinition-run',
        parameters(
          { name: 'viewResource', resource: view('x') },
          { name: '_format', valueCode: format },
          ...resources.map((resource) => ({ name: 'resource', resource })),
        ),
      );
      expect(status, bytes.toString()).toBe(200);
      const rows = format === 'json' ? JSON.parse(bytes.toString()) : await readParquet(bytes);
      expect(rows).toEqual([{ id: 'mine', family: FAMILY, active: null }]);
    },
  );

  test('of resources that come with the question, those of a patient and those changed since are taken', async () => {
    const given = [
      { resourceType: 'Patient', id: 'old', meta: { lastUpdated: '2026-01-01T00:00:00Z' } },
      { resourceType: 'Patient', id: 'new', meta: { lastUpdated: '2026-03-01T00:00:00Z' } },
      { resourceType: 'Patient', id: 'none' },
    ].map((resource) => ({ name: 'resource', resource }));
    const idsFor = async (...more: object[]): Promise<string[]> => {
      const body = parameters({ name: 'viewResource', resource: view('x') }, ...given, ...more);
      const { text } = await ask('courier', 'POST', '/ViewDefinition/$viewdefinition-run', body);
      return (JSON.parse(text) as { id: string }[]).map(({ id }) => id);
    };
    expect(await idsFor()).toEqual(['old', 'new', 'none']);
    expect(await idsFor({ name: '_since', valueInstant: '2026-02-01T00:00:00Z' })).toEqual(['new']);
    expect(await idsFor({ name: 'patient', valueReference: { reference: 'Patient/none' } })).toEqual(['none']);
  });

  test.each(['{"resourceType":', 'null', '1', '"x"'])('refuses %s as a resource', async (valueString) => {
    const body = parameters({ name: 'viewResource', resource: view('x') }, { name: 'resource', valueString });
    const answer = await ask('courier', 'POST', '/ViewDefinition/$viewdefinition-run', body);
    expect(answer.status, answer.text).toBe(400);
  });

  test.each<[string, string, number, string]>([
    ['an unknown view', '/ViewDefinition/none/$viewdefinition-run', 404, 'not-found'],
    ['no view', '/ViewDefinition/$viewdefinition-run', 400, 'required'],
    [
      'an unknown format',
      '/$viewdefinition-run?viewReference=https://example.org/ViewDefinition/people&_format=xml',
      400,
      'invalid',
    ],
    ['an unknown parameter', '/$viewdefinition-run?bogus=1', 400, 'not-supported'],
    [
      'a foreign source',
      '/$viewdefinition-run?viewReference=https://example.org/ViewDefinition/people&source=s3://x',
      400,
      'not-supported',
    ],
    [
      'a limit that is none',
      '/$viewdefinition-run?viewReference=https://example.org/ViewDefinition/people&_limit=-1',
      400,
      'invalid',
    ],
    [
      'a patient that is none',
      "/$viewdefinition-run?viewReference=https://example.org/ViewDefinition/people&patient=x' or 1",
      400,
      'invalid',
    ],
  ])('refuses %s', async (_, url, status, code) => {
    const answer = await ask('all', 'GET', encodeURI(url));
    expect(answer).toMatchObject({ status });
    expect(JSON.parse(answer.text).issue[0]).toMatchObject({ severity: 'error', code });
  });

  test('refuses a view that is wrong, with its place', async () => {
    const wrong = view('x', { select: [{ column: [{ name: 'id', path: 'name.where(' }] }] });
    const answer = await ask(
      'all',
      'POST',
      '/$viewdefinition-run',
      parameters({ name: 'viewResource', resource: wrong }),
    );
    expect(answer.status).toBe(422);
    expect(JSON.parse(answer.text).issue[0].expression[0]).toContain('select[0].column[0].path');
  });
});

async function readParquet(bytes: Buffer): Promise<object[]> {
  const folder = await mkdtemp(join(tmpdir(), 'banyan-parquet-'));
  try {
    const file = join(folder, 'rows.parquet');
    await writeFile(file, bytes);
    const duck = await (await DuckDBInstance.create(':memory:')).connect();
    return (await duck.runAndReadAll(`select * from '${file}' order by 1`)).getRowObjects();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Goal: every format carries the same values, however hard. Method: each is read back by a reader that is not ours. */
describe('formats', () => {
  const url = () => `/ViewDefinition/${people}/$viewdefinition-run?patient=Patient/p1&_format=`;
  const row = { id: 'p1', family: FAMILY, active: true };

  test('Parquet is read by DuckDB', async () => {
    const { bytes, headers } = await ask('all', 'GET', `${url()}parquet`);
    expect(headers['content-type']).toBe('application/vnd.apache.parquet');
    expect(await readParquet(bytes)).toEqual([row]);
  });

  test('Arrow is read by apache-arrow', async () => {
    const { bytes } = await ask('all', 'GET', `${url()}arrow`);
    expect(
      tableFromIPC(bytes)
        .toArray()
        .map((each) => ({ ...each.toJSON() })),
    ).toEqual([row]);
  });

  test.each(['lake', 'record'])('CSV out of the %s is read by DuckDB, with and without header', async (source) => {
    const folder = await mkdtemp(join(tmpdir(), 'banyan-csv-'));
    const file = join(folder, 'rows.csv');
    const duck = await (await DuckDBInstance.create(':memory:')).connect();
    for (const header of [true, false]) {
      const { text, headers } = await ask('all', 'GET', `${url()}csv&header=${header}&source=${source}`);
      expect(headers['content-type']).toBe('text/csv; charset=utf-8');
      expect(text.startsWith('"id","family","active"')).toBe(header);
      await writeFile(file, text);
      const read = `select * from read_csv('${file}', header = ${header}, quote = '"', escape = '"', delim = ',', all_varchar = true, names = ['id', 'family', 'active'])`;
      expect((await duck.runAndReadAll(read)).getRowObjects()).toEqual([{ ...row, active: 'true' }]);
    }
    await rm(folder, { recursive: true });
  });

  test.each([
    ['application/x-ndjson', `${JSON.stringify(row)}\n`],
    ['application/json', `[${JSON.stringify(row)}]`],
    ['text/html, text/csv;q=0.5', undefined],
  ])('Accept: %s', async (accept, expected) => {
    const { text } = await ask('all', 'GET', url().replace('&_format=', ''), undefined, { accept });
    if (expected === undefined) expect(text).toContain('"id","family","active"');
    else expect(text.replaceAll('": ', '":')).toBe(expected);
  });

  test('an empty answer is an empty array, and CSV keeps its header', async () => {
    const none = url().replace('Patient/p1', 'Patient/nobody');
    expect((await ask('all', 'GET', `${none}json`)).text).toBe('[]');
    expect((await ask('all', 'GET', `${none}csv`)).text.trim()).toBe('"id","family","active"');
  });

  test('a large answer comes whole, and its rows are counted', async () => {
    const text = 'select number, \'a "quoted"\n line\' as text from numbers(50000)';
    for (const format of ['csv', 'json', 'ndjson']) {
      const { text: all } = await asSql('all', sqlLibrary(text), [], [{ name: '_format', valueCode: format }]);
      if (format === 'json') expect(JSON.parse(all)).toHaveLength(50_000);
      if (format === 'ndjson') expect(all.trimEnd().split('\n')).toHaveLength(50_000);
      const entries = (await audits()).slice(-2);
      expect(entries[0]!.detail['rowsAtLeast']).toBeGreaterThan(1_000);
      expect(entries[1]!.detail).toMatchObject({ rows: 50_000, whole: true });
    }
  });
});

describe('$sqlquery-run', () => {
  test('asks SQL over views with the values of its parameters', async () => {
    const library = sqlLibrary(
      "select p.id, o.value, ':least $1' as text from people as p join results o on o.patient = p.id where o.value >= :least and p.family like :family or p.id = :id order by id",
      { people: 'people', results: 'observed' },
      [
        { name: 'least', type: 'decimal', use: 'in' },
        { name: 'family', type: 'string', use: 'in' },
        { name: 'id', type: 'id', use: 'in' },
      ],
    );
    const values = [
      { name: 'least', valueDecimal: 2.5 },
      { name: 'family', valueString: 'Z%' },
      { name: 'id', valueId: "p1' or 1 = 1 --" },
    ];
    const inline = await asSql('all', library, values);
    expect(inline.status, inline.text).toBe(200);
    expect(JSON.parse(inline.text)).toEqual([{ id: 'p2', value: 2.5, text: ':least $1' }]);
    const { id } = await create(system, library);
    const stored = await ask(
      'all',
      'POST',
      `/Library/${id}/$sqlquery-run`,
      parameters({ name: 'parameters', resource: parameters(...values) }),
    );
    expect(stored.text).toBe(inline.text);
    expect((await audits()).at(-1)).toMatchObject({
      act: 'lake.sql-asked',
      subject: `Library/${id}`,
      detail: { rows: 1 },
    });
  });

  test.each<[string, object[]]>([
    ['a missing value', []],
    ['a value of another type', [{ name: 'n', valueString: '1' }]],
    ['a date', [{ name: 'n', valueDate: '2026-01-01' }]],
    [
      'two values',
      [
        { name: 'n', valueInteger: 1 },
        { name: 'n', valueInteger: 2 },
      ],
    ],
    [
      'an unknown parameter',
      [
        { name: 'n', valueInteger: 1 },
        { name: 'm', valueInteger: 1 },
      ],
    ],
  ])('refuses %s', async (_, values) => {
    const library = sqlLibrary('select :n', {}, [{ name: 'n', type: 'integer', use: 'in' }]);
    expect(await asSql('all', library, values)).toMatchObject({ status: 400 });
  });

  test.each([
    ['string', { valueDate: '2026-01-01' }, 400],
    ['date', { valueString: '2026-01-01' }, 400],
    ['date', { valueDate: '2026-01-01' }, 200],
    ['dateTime', { valueInstant: '2026-01-01T00:00:00Z' }, 200],
    ['uri', { valueUri: 'urn:x' }, 200],
    ['boolean', { valueString: 'true' }, 400],
  ])('a parameter of type %s is given by its own kind of value: %j is %d', async (type, value, status) => {
    const library = sqlLibrary('select :v as v', {}, [{ name: 'v', type, use: 'in' }]);
    expect(await asSql('all', library, [{ name: 'v', ...value }])).toMatchObject({ status });
  });

  test.each([
    ['what the engine cannot carry out', 'select nothing from people'],
    ['what is no SQL', 'selct 1'],
    ['far too much', `select '${'a'.repeat(10_000_000)}'`],
  ])('%s is unprocessable', async (_, text) => {
    expect(await asSql('all', sqlLibrary(text))).toMatchObject({ status: 422 });
  });

  test.each([
    "select * from file('/etc/passwd')",
    "select * from url('http://127.0.0.1/')",
    'select * from system.tables',
    'select * from secret',
    'select * from resource',
    'select * from banyan.resource',
    'select * from inbox',
    'select 1) union all (select id from secret',
    'select 1) as x, secret --',
    'select 1 -- \n) , (select * from secret',
    'select * from people union all select id, id, 1 from secret',
    'select 1 where 1 in secret',
    'select 1 settings max_execution_time = 0',
    'select 1 format Native',
    "select 1 into outfile '/tmp/x'",
    'insert into secret values (1)',
    'select 1; select 2',
    'select {p1:String}',
    'select sleep(1)',
    "select dictGet('x', 'y', 1)",
    'with people as (select * from secret) select * from people',
  ])('refuses %s', async (text) => {
    const answer = await asSql('all', sqlLibrary(text));
    expect([400, 403, 422], answer.text).toContain(answer.status);
  });

  test('a table of the lake cannot be reached through a name of the query', async () => {
    const library = sqlLibrary(
      'select count() as n from (select * from secret) where id in (select id from secret) or id in secret',
      {
        secret: 'ids',
      },
    );
    contexts.set('patient-sql', patientWithSql());
    await lake.insert('secret', '{"id":"p1"}\n{"id":"p2"}\n{"id":"hidden"}');
    // A patient sees the one row of the view that stands under this name, in every place where a table may stand.
    expect(JSON.parse((await asSql('patient-sql', library)).text)).toEqual([{ n: 1 }]);
  });

  test('a table may be called like the view it is, and like a table of the lake', async () => {
    const library = sqlLibrary('select k.family, r.id from kept as k cross join resource as r order by r.id', {
      kept: 'kept',
      resource: 'people',
      observed: 'observed',
    });
    const answer = await asSql('clinician', library);
    expect(JSON.parse(answer.text)).toEqual([
      { family: 'o1', id: 'p1' },
      { family: 'o1', id: 'p3' },
    ]);
  });

  test('as FHIR, each value has its type', async () => {
    const text = `select true as b, 1::Int32 as i, 9007199254740993::Int64 as big, 1.50::Decimal(9, 2) as d, 'x' as s, toDate('2024-02-29') as day,
      toDateTime64('2024-02-29 01:02:03.456', 3, 'UTC') as at, null::Nullable(String) as nothing`;
    const fhir = (sqlText: string) => asSql('all', sqlLibrary(sqlText), [], [{ name: '_format', valueCode: 'fhir' }]);
    expect(JSON.parse((await fhir(text)).text)).toEqual({
      resourceType: 'Parameters',
      parameter: [
        {
          name: 'row',
          part: [
            { name: 'b', valueBoolean: true },
            { name: 'i', valueInteger: 1 },
            { name: 'big', valueInteger64: '9007199254740993' },
            { name: 'd', valueDecimal: 1.5 },
            { name: 's', valueString: 'x' },
            { name: 'day', valueDate: '2024-02-29' },
            { name: 'at', valueInstant: '2024-02-29T01:02:03.456Z' },
          ],
        },
      ],
    });
    expect((await fhir('select 1 where false')).text).toBe('{"resourceType":"Parameters"}');
    expect(await fhir('select [1, 2] as list')).toMatchObject({ status: 422 });
  });

  test('what takes too long is stopped', async () => {
    const began = performance.now();
    const answer = await asSql(
      'hurried',
      sqlLibrary('select count() from numbers(1000000000000) where cityHash64(number) = 1'),
    );
    expect(answer.status, answer.text).toBe(422);
    expect(JSON.parse(answer.text).issue[0].code).toBe('too-costly');
    // A second is what it may take here, thirty are what any question may.
    expect(performance.now() - began).toBeLessThan(20_000);
  });

  test('too many rows are refused', async () => {
    expect(
      await asSql(
        'all',
        sqlLibrary('select number from numbers(1000001)'),
        [],
        [{ name: '_format', valueCode: 'parquet' }],
      ),
    ).toMatchObject({
      status: 422,
    });
  });
});

function patientWithSql(): Context {
  const { actor } = contexts.get('patient')!;
  return makeContext({
    actor: { ...actor, permissions: new Set([...actor.permissions, 'lake.sql.ask']) },
    db,
    log: silentLog,
  });
}

/** Goal: each role sees its rows, by every operation. Method: who sees which of three patients, two of them of the organization o1. */
describe('roles', () => {
  test.each<[Role, string[] | 'forbidden', boolean]>([
    ['administrator', 'forbidden', false],
    ['clinician', ['p1', 'p3'], true],
    ['laboratory-technician', ['p1', 'p3'], false],
    ['laboratory-director', ['p1', 'p3'], true],
    ['courier', 'forbidden', false],
    ['patient', ['p1'], false],
    ['regulator', 'forbidden', true],
    ['researcher', 'forbidden', true],
    ['data-buyer', 'forbidden', false],
    ['enterprise', 'forbidden', false],
    ['park-operator', 'forbidden', false],
    ['investor', 'forbidden', false],
    ['system', 'forbidden', false],
  ])('%s sees %o, may ask SQL: %s', async (role, seen, mayAsk) => {
    for (const source of ['lake', 'record']) {
      const run = await ask(role, 'GET', `/ViewDefinition/${people}/$viewdefinition-run?source=${source}`);
      if (seen === 'forbidden' && source === 'lake') expect(run.status).toBe(403);
      else
        expect(
          JSON.parse(run.text)
            .map(({ id }: { id: string }) => id)
            .sort(),
        ).toEqual(seen === 'forbidden' ? [] : seen);
    }
    const asked = await asSql(role, sqlLibrary('select id from people order by id'));
    if (!mayAsk || seen === 'forbidden') expect(asked.status).toBe(403);
    else expect(JSON.parse(asked.text)).toEqual(seen.map((id) => ({ id })));
  });
});

test('clients that go away in the middle of an answer give their turns back', async () => {
  const library = sqlLibrary("select number, repeat('x', 1000) as text from numbers(900000)");
  const body = JSON.stringify(parameters({ name: 'queryResource', resource: library }));
  const headers = { 'x-who': 'all', 'content-type': 'application/fhir+json' };
  // More than an actor's turns.
  for (let round = 0; round < 4; round++) {
    const gone = new AbortController();
    const answer = await fetch(`${address}/fhir/$sqlquery-run?_format=ndjson`, {
      method: 'POST',
      headers,
      body,
      signal: gone.signal,
    });
    await answer.body!.getReader().read();
    gone.abort();
  }
  expect(await asSql('all', sqlLibrary('select 1 as one'))).toMatchObject({ status: 200, text: '[{"one":1}]' });
});

test('a client that goes away stops the engine', async () => {
  const gone = new AbortController();
  const library = sqlLibrary('select count() from numbers(1000000000000) where cityHash64(number) = 1');
  const asked = fetch(`${address}/fhir/Library/$sqlquery-run`, {
    method: 'POST',
    headers: { 'x-who': 'all', 'content-type': 'application/fhir+json' },
    body: JSON.stringify(parameters({ name: 'queryResource', resource: library })),
    signal: gone.signal,
  });
  const running = () =>
    lake.rows<{ n: number }>(
      sql`select count() as n from system.processes where query like '%1000000000000%' and query not like '%system.processes%'`,
    );
  await expect.poll(async () => (await running())[0]!.n, { timeout: 10_000 }).toBe(1);
  gone.abort();
  await expect(asked).rejects.toThrow();
  await expect.poll(async () => (await running())[0]!.n, { timeout: 10_000 }).toBe(0);
});

test('the views that come with Banyan are in the record, and stay as they are while their files do', async () => {
  await storeBuiltInViews(system);
  await storeBuiltInViews(system);
  const stored = await db.rows<{ name: string; version: number }>(
    sql`select content ->> 'name' as name, version from fhir.view_definition where content ->> 'url' like 'https://banyan.health/%' order by 1`,
  );
  const names = builtInViews().map(({ name }) => String(name));
  expect(names).toContain('laboratory_result');
  expect(stored).toEqual(names.sort().map((name) => ({ name, version: 1 })));
});
