import { setTimeout as sleep } from 'node:timers/promises';
import { fastify } from 'fastify';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findPermissions } from '#kernel/access';
import { type Context, makeContext, ROLES, type Role } from '#kernel/context';
import { writeAll } from '#kernel/fhir';
import { sendProblem } from '#kernel/http';
import { silentLog } from '#kernel/log';
import { listensTo, startDeliveries } from '#kernel/outbox';
import { sql } from '#kernel/sql';
import { testActor, testContext } from '../../../tests/support/context.ts';
import { testLake } from '../../../tests/support/lake.ts';
import { testDatabase } from '../../../tests/support/postgres.ts';
import { rowsByAct } from './access.ts';
import { lakeFeed } from './feed.ts';
import { keepTables } from './keeper.ts';
import type { LakeTable } from './module-tables.ts';
import { type LakeDoor, operationRoutes } from './operations/index.ts';
import { lakePageRoutes } from './page-routes.ts';
import { storeBuiltInViews } from './views.ts';

const db = await testDatabase();
const lake = await testLake();
const ctx = testContext(db);
/** What organizations wrote down; the regulator reads all, a clinician what the own organization wrote. */
const notes: LakeTable = {
  name: 'note',
  title: 'Notes',
  description: 'One row for each note.',
  columns: [
    { name: 'id', type: 'String', description: 'Id of the note' },
    { name: 'home', type: 'String', description: 'Whose it is' },
  ],
  order: ['id'],
  isWhole: true,
  facts: [],
  async *rows() {},
  page: async () => ({
    rows: [
      { id: 'n1', home: 'o1' },
      { id: 'n2', home: 'o2' },
    ],
    next: undefined,
  }),
  seen: (asking) => rowsByAct(asking, 'signals.report.read', { organization: 'home' }),
};
const parts = { lake, db, tables: [notes] };
const contexts = new Map<string, Context>();
const feed = lakeFeed(parts);
listensTo([feed]);
let deliveries: Awaited<ReturnType<typeof startDeliveries>>;

const app = fastify();
app.setErrorHandler((error, request, reply) => sendProblem(request, reply, error));
const door: LakeDoor = {
  publicUrl: () => 'http://test',
  context: async ({ headers }) => contexts.get(String(headers['x-who']))!,
};
await app.register(async (part) => lakePageRoutes(part, door, parts));
await app.register(async (part) => operationRoutes(part, door, lake, { tables: parts.tables }));

beforeAll(async () => {
  for (const role of ROLES) {
    const more = role === 'patient' ? { patient: 'p1' } : { organizations: role === 'courier' ? [] : ['o1'] };
    const actor = testActor(role, { ...more, permissions: await findPermissions(db, [role]) });
    contexts.set(role, makeContext({ actor, db, log: silentLog }));
  }
  await storeBuiltInViews(ctx);
  await keepTables(ctx, parts);
  deliveries = await startDeliveries(ctx, db, [feed], { workers: 1 });
  const people = Array.from({ length: 4 }, (_, at) => ({
    resourceType: 'Patient',
    id: `p${at + 1}`,
    gender: at < 3 ? 'female' : 'male',
  }));
  await db.transaction((tx) => writeAll(ctx, tx, people.slice(0, 3), { tenants: ['o1', 'o1', 'o1'] }));
  await db.transaction((tx) => writeAll(ctx, tx, people.slice(3), { tenants: ['o2'] }));
  await deliveries.idle();
});
afterAll(async () => {
  await app.close();
  await deliveries.stop();
});

const get = (who: string, url: string) => app.inject({ url, headers: { 'x-who': who } });
const post = (who: string, url: string, payload?: object) =>
  app.inject({ method: 'POST', url, headers: { 'x-who': who }, ...(payload !== undefined && { payload }) });
const ask = (who: string, text: string, more: object = {}) => post(who, '/api/lake/ask', { sql: text, ...more });

/**
 * Goal: the doors of the lake's pages open to whom they are meant for, and what they tell is so.
 * Method: every role at every door; a true engine, fed from a true database through the outbox.
 */
describe('who may', () => {
  const ASKERS = ['clinician', 'laboratory-director', 'regulator', 'researcher'];
  const READERS = [...ASKERS, 'administrator', 'patient'];
  const KEEPERS = ['administrator', 'laboratory-director'];

  test.each(ROLES.map((role: Role) => [role]))('%s', async (role) => {
    const statuses = {
      status: (await get(role, '/api/lake/status')).statusCode,
      views: (await get(role, '/api/lake/views')).statusCode,
      ask: (await ask(role, 'select 1 as one')).statusCode,
      check: (await get(role, '/api/lake/check')).statusCode,
    };
    const open = (roles: readonly string[]) => (roles.includes(role) ? 200 : 403);
    expect(statuses).toEqual({
      status: open([...ASKERS, 'administrator']),
      views: open(READERS),
      ask: open(ASKERS),
      check: open(KEEPERS),
    });
    if (KEEPERS.includes(role)) return;
    expect((await post(role, '/api/lake/check')).statusCode).toBe(403);
    expect((await post(role, '/api/lake/rebuild')).statusCode).toBe(403);
  });
});

describe('asking in SQL', () => {
  test('the tables are the views of that name, with the rows that the actor may see', async () => {
    const asked = 'select sex, count() as n from person group by sex order by sex';
    const answer = await ask('laboratory-director', asked);
    expect(answer.json()).toMatchObject({
      columns: [{ name: 'sex' }, { name: 'n', type: 'UInt64' }],
      rows: [['female', 3]],
      more: false,
      views: [{ name: 'person', address: 'ViewDefinition/person' }],
    });
    // Another organization's person is not among them, and a researcher sees no person at all.
    expect((await ask('researcher', asked)).statusCode).toBe(403);
  });

  test('a name that is no table asks for no right', async () => {
    // `organization` is a view, and here a column.
    const answer = await ask('laboratory-director', 'select organization from person limit 1');
    expect(answer.json().views).toEqual([{ name: 'person', address: 'ViewDefinition/person' }]);
  });

  test('values are bound by their types, and one that is missing is told by name', async () => {
    const parameters = [{ name: 'sex', type: 'string', value: "fe'male" }];
    const text = 'select count() as n from person where sex != :sex';
    expect((await ask('laboratory-director', text, { parameters })).json().rows).toEqual([[3]]);
    const missing = await ask('laboratory-director', text);
    expect(missing.statusCode).toBe(400);
    expect(missing.body).toContain('parameters.sex');
  });

  test('more rows than were wanted are told, not sent', async () => {
    const answer = (await ask('laboratory-director', 'select number from numbers(50)', { limit: 20 })).json();
    expect(answer).toMatchObject({ more: true });
    expect(answer.rows).toHaveLength(20);
    const whole = (await ask('laboratory-director', 'select number from numbers(20)', { limit: 20 })).json();
    expect(whole).toMatchObject({ more: false });
    expect(whole.rows).toHaveLength(20);
  });

  test.each([
    ['select * from banyan.resource', 403],
    ["select * from file('/etc/passwd')", 403],
    ['select * from system.tables', 403],
    ['drop table person', 403],
    ['selec 1', 400],
    ['select patiant from person', 400],
  ])('%s is refused', async (text, status) => {
    expect((await ask('laboratory-director', text)).statusCode).toBe(status);
  });

  test('a question is told to the audit trail with its views and the number of rows shown', async () => {
    await ask('laboratory-director', 'select id from person', { limit: 2 });
    const { detail } = await db.one<{ detail: object }>(
      sql`select detail from access.audit where act = 'lake.sql-asked' order by at desc, id desc limit 1`,
    );
    expect(detail).toMatchObject({ sql: 'select id from person', views: ['ViewDefinition/person'], rows: 2 });
  });
});

describe("a module's table", () => {
  const text = 'select id from note order by id';
  test.each(ROLES.map((role: Role) => [role]))('shows a %s the rows of their rights', async (role) => {
    const answer = await ask(role, text);
    const seen = { regulator: [['n1'], ['n2']], clinician: [['n1']] }[role as string];
    if (seen === undefined) expect(answer.statusCode).toBe(403);
    else {
      expect(answer.json()).toMatchObject({
        rows: seen,
        views: [{ name: 'note', address: 'https://banyan.health/fhir/LakeTable/note' }],
      });
    }
    const { tables } = (await get(role, '/api/lake/views')).json();
    if (tables !== undefined)
      expect(tables).toMatchObject([
        {
          name: 'note',
          columns: [{ name: 'id' }, { name: 'home' }],
          isSeen: ['regulator', 'clinician', 'enterprise'].includes(role),
        },
      ]);
  });

  test('is asked beside views, and by a stored question', async () => {
    const beside = await ask('clinician', 'select n.id from note n left join person p on p.id = n.home');
    expect(beside.json().rows).toEqual([['n1']]);
    const library = {
      resourceType: 'Library',
      status: 'active',
      type: { coding: [{ code: 'sql-query' }] },
      relatedArtifact: [{ type: 'depends-on', label: 'mine', resource: 'https://banyan.health/fhir/LakeTable/note' }],
      content: [{ contentType: 'application/sql', data: btoa('select id from mine order by id') }],
    };
    const body = { resourceType: 'Parameters', parameter: [{ name: 'queryResource', resource: library }] };
    expect((await post('clinician', '/fhir/$sqlquery-run?_format=csv', body)).body).toBe('"id"\n"n1"\n');
    expect((await post('researcher', '/fhir/$sqlquery-run?_format=csv', body)).statusCode).toBe(403);
  });
});

test('the catalogue tells columns with their types and paths, what is kept, and how far the actor sees', async () => {
  const { views, mayKeep } = (await get('researcher', '/api/lake/views')).json();
  const person = views.find(({ name }: { name: string }) => name === 'person');
  expect(person).toMatchObject({ resource: 'Patient', builtIn: true, kept: 'current', reach: ['population'] });
  expect(person.columns[1]).toMatchObject({ name: 'sex', type: 'code', path: 'gender' });
  expect(mayKeep).toBe(false);
  expect((await get('laboratory-director', '/api/lake/views')).json()).toMatchObject({ mayKeep: true });
});

test('what the lake holds is told by view and order', async () => {
  const { held, lagSeconds, generations } = (await get('administrator', '/api/lake/status')).json();
  expect(held).toContainEqual(expect.objectContaining({ view: 'person', order: ['id'], rows: 4 }));
  expect(lagSeconds).toBe(0);
  expect(generations).toMatchObject([{ id: 1, state: 'current' }]);
});

test('a check runs by itself, one at a time, and its report waits to be read', async () => {
  expect((await post('administrator', '/api/lake/check')).statusCode).toBe(202);
  expect((await post('administrator', '/api/lake/check')).statusCode).toBe(409);
  // While it runs, nothing it looks at is taken away.
  expect((await post('administrator', '/api/lake/rebuild')).statusCode).toBe(409);
  const read = async () => (await get('administrator', '/api/lake/check')).json().check;
  while ((await read()).endedAt === undefined) await sleep(50);
  const check = await read();
  expect(check).toMatchObject({ report: { count: 0, differences: [] } });
  expect(check.report.views).toContainEqual({ view: 'person', rows: 4 });
});

test('a rebuild is asked for and told to the audit trail; asked again it is the same one', async () => {
  const first = (await post('administrator', '/api/lake/rebuild')).json();
  expect(first).toEqual({ generation: 2 });
  expect((await post('administrator', '/api/lake/rebuild')).json()).toEqual(first);
  expect((await post('administrator', '/api/lake/check')).statusCode).toBe(409);
  await keepTables(ctx, parts);
  const { generations } = (await get('administrator', '/api/lake/status')).json();
  expect(generations).toMatchObject([{ id: 2, state: 'current' }]);
  const { n } = await db.one<{ n: number }>(
    sql`select count(*) as n from access.audit where act = 'lake.rebuild-asked'`,
  );
  expect(n).toBe(2);
});
