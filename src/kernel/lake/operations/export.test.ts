import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fastify } from 'fastify';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findPermissions, type Identity } from '#kernel/access';
import { type Context, makeContext, ROLES, type Role } from '#kernel/context';
import { create } from '#kernel/fhir';
import { sendProblem } from '#kernel/http';
import { silentLog } from '#kernel/log';
import { sql } from '#kernel/sql';
import { testActor, testContext } from '../../../../tests/support/context.ts';
import { testLake } from '../../../../tests/support/lake.ts';
import { testDatabase } from '../../../../tests/support/postgres.ts';
import { type Exports, exportRoutes, lakeTokenRoutes, startExports } from './index.ts';

const db = await testDatabase();
const lake = await testLake();
const data = await mkdtemp(join(tmpdir(), 'banyan-exports-'));
let ahead = 0;
const clock = () => new Date(Date.now() + ahead);
const system = testContext(db, { now: clock });
const contexts = new Map<string, Context>([['all', system]]);
let exports: Exports = startExports(system, lake, data);
const app = fastify();
app.setErrorHandler((error, request, reply) => sendProblem(request, reply, error));
const contextOf = ({ headers }: { headers: Record<string, unknown> }) => contexts.get(String(headers['x-who']))!;
await app.register(async (part) =>
  exportRoutes(
    part,
    { publicUrl: () => 'http://test', context: async (request) => contextOf(request) },
    {
      folder: exports.folder,
      wake: () => exports.wake(),
      stop: () => exports.stop(),
    },
  ),
);
await app.register(async (part) =>
  lakeTokenRoutes(part, {
    context: async (request) => contextOf(request),
    identify: async ({ headers }) => ({ ...(headers['x-session'] && { session: 's' }) }) as Identity,
  }),
);
afterAll(async () => {
  await app.close();
  await exports.stop();
  await rm(data, { recursive: true, force: true });
});

const view = (path: string) => ({
  resourceType: 'ViewDefinition',
  url: 'https://example.org/ViewDefinition/people',
  name: 'people',
  status: 'active',
  resource: 'Patient',
  select: [{ column: [{ name: 'id', path }] }],
});
let people = '';

beforeAll(async () => {
  for (const role of ROLES) {
    const parts = role === 'patient' ? { patient: 'p1' } : { organizations: ['o1'] };
    const actor = testActor(role, { ...parts, permissions: await findPermissions(db, [role]) });
    contexts.set(role, makeContext({ actor, db, log: silentLog, now: clock }));
  }
  people = (await create(system, view('getResourceKey()'))).id;
  await lake.run(sql`create table resource (type String, part String, id String, content String, _tenant String, _patients Array(String))
    engine = MergeTree order by (type, part, id)`);
  const lines = ['p1', 'p2', 'p3'].map((id) =>
    JSON.stringify({
      type: 'Patient',
      part: id,
      id,
      content: JSON.stringify({ resourceType: 'Patient', id }),
      _tenant: id === 'p2' ? 'o2' : 'o1',
      _patients: [id],
    }),
  );
  await lake.insert('resource', lines.join('\n'));
});

async function ask(
  who: string,
  method: 'GET' | 'POST' | 'DELETE',
  url: string,
  body?: object,
  headers: Record<string, string> = {},
) {
  const answer = await app.inject({
    method,
    url: url.replace('http://test', ''),
    headers: { 'x-who': who, prefer: 'respond-async', ...(body && { 'content-type': 'application/json' }), ...headers },
    ...(body && { payload: JSON.stringify(body) }),
  });
  return { status: answer.statusCode, headers: answer.headers, text: answer.body };
}

const asked = (who: string, ...parameter: object[]) =>
  ask(who, 'POST', '/fhir/$viewdefinition-export', { resourceType: 'Parameters', parameter });
const VIEW = {
  name: 'view',
  part: [{ name: 'viewReference', valueReference: { reference: 'https://example.org/ViewDefinition/people' } }],
};

/** Polls until the export is over, and gives its result. */
async function resultOf(who: string, kickOff: { headers: Record<string, unknown> }) {
  const status = String(kickOff.headers['content-location']);
  await expect.poll(async () => (await ask(who, 'GET', status)).status, { timeout: 15_000 }).toBe(303);
  const { headers } = await ask(who, 'GET', status);
  return ask(who, 'GET', String(headers['location']));
}

const outputs = (text: string): { name: string; location: string }[] =>
  (JSON.parse(text).parameter as { name: string; part: { valueString: string; valueUri: string }[] }[])
    .filter(({ name }) => name === 'output')
    .map(({ part }) => ({ name: part[0]!.valueString, location: part[1]!.valueUri }));

const audits = () =>
  db.rows<{ act: string; actor: string; outcome: string; detail: object }>(
    sql`select act, actor, outcome, detail from access.audit where act like 'lake.%' order by at, id`,
  );

test('views become files, for whoever asked and nobody else, each step in the audit trail', async () => {
  const kickOff = await asked(
    'clinician',
    VIEW,
    {
      name: 'view',
      part: [
        { name: 'name', valueString: 'again' },
        { name: 'viewResource', resource: view("id & '!'") },
      ],
    },
    { name: '_format', valueCode: 'csv' },
    { name: 'header', valueBoolean: false },
    { name: 'clientTrackingId', valueString: 'mine' },
  );
  expect(kickOff.status, kickOff.text).toBe(202);
  const result = await resultOf('clinician', kickOff);
  expect(result.status).toBe(200);
  expect(JSON.parse(result.text).parameter).toEqual(
    expect.arrayContaining([
      { name: 'clientTrackingId', valueString: 'mine' },
      { name: 'status', valueCode: 'completed' },
    ]),
  );
  const [first, second] = outputs(result.text);
  expect([first!.name, second!.name]).toEqual(['people', 'again']);
  const file = await ask('clinician', 'GET', first!.location);
  expect(file.headers['content-type']).toBe('text/csv; charset=utf-8');
  expect(file.text.trim().split('\n').sort()).toEqual(['"p1"', '"p3"']);
  expect((await ask('clinician', 'GET', second!.location)).text).toContain('"p1!"');
  for (const url of [String(kickOff.headers['content-location']), first!.location])
    for (const who of ['laboratory-director', 'all']) expect(await ask(who, 'GET', url)).toMatchObject({ status: 404 });
  expect(await ask('clinician', 'GET', `${first!.location}/../../people.csv`)).toMatchObject({ status: 404 });
  expect(await audits()).toMatchObject([
    { act: 'lake.export-asked', actor: 'test/clinician' },
    { act: 'lake.exported', detail: { rows: { people: 2, again: 2 } } },
    { act: 'lake.export-downloaded', detail: { file: 'people.csv', rows: 2 } },
    { act: 'lake.export-downloaded', detail: { file: 'again.csv', rows: 2 } },
  ]);

  expect(await ask('clinician', 'DELETE', String(kickOff.headers['content-location']))).toMatchObject({ status: 202 });
  expect(await ask('clinician', 'GET', String(kickOff.headers['content-location']))).toMatchObject({ status: 404 });
  expect(await ask('clinician', 'GET', first!.location)).toMatchObject({ status: 404 });
  expect(await readdir(exports.folder)).toEqual([]);
});

test.each(['ndjson', 'json', 'parquet', 'arrow'])('as %s, its rows counted', async (format) => {
  const result = await resultOf('all', await asked('all', VIEW, { name: '_format', valueCode: format }));
  const [output] = outputs(result.text);
  expect(await ask('all', 'GET', output!.location)).toMatchObject({ status: 200 });
  expect((await audits()).at(-1)).toMatchObject({ act: 'lake.export-downloaded', detail: { rows: 3 } });
});

test('views without a name get one each', async () => {
  const { name: _, ...nameless } = view('id') as { name?: string };
  const one = { name: 'view', part: [{ name: 'viewResource', resource: nameless }] };
  const result = await resultOf('all', await asked('all', one, one));
  expect(outputs(result.text).map(({ name }) => name)).toEqual(['view', 'view_2']);
});

test.each<[Role, number]>([
  ['administrator', 403],
  ['clinician', 202],
  ['laboratory-technician', 403],
  ['laboratory-director', 202],
  ['courier', 403],
  ['patient', 202],
  ['regulator', 202],
  ['researcher', 202],
  ['data-buyer', 403],
  ['enterprise', 403],
  ['park-operator', 403],
  ['investor', 403],
])('a %s who asks is told %d', async (role, status) => {
  const kickOff = await ask(role, 'POST', `/fhir/ViewDefinition/${people}/$viewdefinition-export`);
  expect(kickOff.status).toBe(status);
  if (status !== 202) return;
  const result = await resultOf(role, kickOff);
  // A regulator and a researcher may export, but see no person's rows.
  if (role === 'regulator' || role === 'researcher') expect(result.status).toBe(403);
  else {
    const { text } = await ask(role, 'GET', outputs(result.text)[0]!.location);
    expect(text.trim().split('\n')).toHaveLength(role === 'patient' ? 1 : 2);
  }
});

test('an export goes on where it was when the program comes back', async () => {
  await exports.stop();
  const kickOff = await asked('all', VIEW, {
    name: 'view',
    part: [{ name: 'name', valueString: 'next' }, VIEW.part[0]!],
  });
  const status = String(kickOff.headers['content-location']);
  expect(await ask('all', 'GET', status)).toMatchObject({ status: 202, headers: { 'x-progress': '0%' } });
  // The program died at it a while ago.
  await db.run(sql`update lake.export set state = 'running', started_at = ${clock()}, beat_at = ${new Date(clock().getTime() - 60_000)}
    where id = ${status.split('/').at(-1)}`);
  exports = startExports(system, lake, data);
  expect(outputs((await resultOf('all', kickOff)).text)).toHaveLength(2);
});

test('a running export is cancelled in the engine too', async () => {
  // So many rows come in and none goes out that it would never end.
  await lake.run(sql`rename table resource to resource_kept`);
  await lake.run(
    sql`create view resource as select r.* from resource_kept as r cross join numbers(100000000000) as n where cityHash64(n.number, r.id) = 1`,
  );
  try {
    const kickOff = await asked('all', {
      name: 'view',
      part: [{ name: 'viewResource', resource: view('getResourceKey()') }],
    });
    const running = async () =>
      (
        await lake.rows<{ n: number }>(
          sql`select count() as n from system.processes where query ilike '%_resources as%' and query not like '%system.processes%'`,
        )
      )[0]!.n;
    await expect.poll(running, { timeout: 15_000 }).toBe(1);
    await ask('all', 'DELETE', String(kickOff.headers['content-location']));
    await expect.poll(running, { timeout: 15_000 }).toBe(0);
  } finally {
    await lake.run(sql`drop view resource`);
    await lake.run(sql`rename table resource_kept to resource`);
  }
});

test('files are deleted when their time is over', async () => {
  const kickOff = await asked('all', VIEW);
  const [output] = outputs((await resultOf('all', kickOff)).text);
  await exports.stop();
  ahead += 25 * 3_600_000;
  expect(await ask('all', 'GET', output!.location)).toMatchObject({ status: 404 });
  exports = startExports(system, lake, data);
  await expect.poll(() => readdir(exports.folder), { timeout: 10_000 }).toEqual([]);
});

test.each<[string, object[], Record<string, string>, number]>([
  ['without Prefer', [VIEW], { prefer: '' }, 400],
  ['without a view', [], {}, 400],
  ['two views of one name', [VIEW, VIEW], {}, 400],
  [
    'a file name that leads elsewhere',
    [{ ...VIEW, part: [...VIEW.part, { name: 'name', valueString: '../x' }] }],
    {},
    400,
  ],
  ['a foreign source', [VIEW, { name: 'source', valueString: 's3://x' }], {}, 400],
  ['an unknown format', [VIEW, { name: '_format', valueCode: 'xml' }], {}, 400],
])('%s is refused', async (_, parameter, headers, status) => {
  const answer = await ask(
    'all',
    'POST',
    '/fhir/$viewdefinition-export',
    { resourceType: 'Parameters', parameter },
    headers,
  );
  expect(answer).toMatchObject({ status });
});

test('nobody may have more than three exports under way', async () => {
  await exports.stop();
  for (const status of [202, 202, 202, 429]) expect(await asked('all', VIEW)).toMatchObject({ status });
  expect(await asked('clinician', VIEW)).toMatchObject({ status: 202 });
});

test('a notebook gets a token for hours, from a person who is signed in, and it can be ended', async () => {
  await db.run(sql`insert into access.account (id, username, name, roles, created_at, created_by)
    values ('test/clinician', 'clin', 'C', array['clinician'], ${clock()}, 'test')`);
  const make = (body: object, headers = {}) => ask('clinician', 'POST', '/api/lake/tokens', body, headers);
  expect(await make({})).toMatchObject({ status: 403 });
  expect(await make({ hours: 13 }, { 'x-session': 'yes' })).toMatchObject({ status: 400 });
  const made = await make({ hours: 2 }, { 'x-session': 'yes' });
  expect(made.status, made.text).toBe(201);
  const { id, scopes, expiresAt } = JSON.parse(made.text);
  expect(scopes).toEqual(['lake/*.rs', 'lake.sql.ask', 'lake.export', 'lake.population.ask']);
  expect(Date.parse(expiresAt) - clock().getTime()).toBeGreaterThan(1.9 * 3_600_000);
  expect(Date.parse(expiresAt) - clock().getTime()).toBeLessThanOrEqual(2 * 3_600_000);
  expect(JSON.parse((await ask('clinician', 'GET', '/api/lake/tokens')).text).tokens).toMatchObject([
    { id, revokedAt: null },
  ]);
  expect(await ask('laboratory-director', 'DELETE', `/api/lake/tokens/${id}`)).toMatchObject({ status: 404 });
  expect(await ask('clinician', 'DELETE', `/api/lake/tokens/${id}`)).toMatchObject({ status: 204 });
  expect(JSON.parse((await ask('clinician', 'GET', '/api/lake/tokens')).text).tokens[0].revokedAt).not.toBeNull();
});
