import { fastify } from 'fastify';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { actAs, changeAccount, createAccount, findPermissions } from '#kernel/access';
import { readConfig } from '#kernel/config';
import { type Context, makeContext, ROLES } from '#kernel/context';
import { writeAll } from '#kernel/fhir';
import { type Door, sendProblem } from '#kernel/http';
import { keepTables, lakeFeed, lakeRelation, storeBuiltInViews } from '#kernel/lake';
import { silentLog } from '#kernel/log';
import { listensTo, startDeliveries } from '#kernel/outbox';
import { Problem } from '#kernel/problem';
import { sql } from '#kernel/sql';
import example from '../../../../facts/exchange/example.json' with { type: 'json' };
import { testActor, testContext } from '../../../../tests/support/context.ts';
import { EXAMPLE_ANSWERS, exampleDefinition, judgeAll, listedOffering } from '../../../../tests/support/exchange.ts';
import { testLake } from '../../../../tests/support/lake.ts';
import { testDatabase } from '../../../../tests/support/postgres.ts';
import { contentJob } from '../actions/index.ts';
import type { CandidatePreview, CompliancePage, GateTrial, OfferingDefinition, StudioPage } from '../model.ts';
import { exchangeRoutes } from './index.ts';

/**
 * Goal: over HTTP a product is made of the rows that its holder may see and of no others, by those who may; what is public needs no account.
 * Method: persons of two organizations in a true record, fed into a true engine; a true account offers, the job makes the content through the gate.
 */
const db = await testDatabase();
const lake = await testLake();
const ctx = testContext(db);
const parts = { lake, db, tables: [] };
const feed = lakeFeed(parts);
listensTo([feed]);
const who = new Map<string, Context>();
const app = fastify();
app.setErrorHandler((error, request, reply) => sendProblem(request, reply, error));
const door = {
  config: readConfig({}),
  pool: db,
  lake,
  log: silentLog,
  publicUrl: () => 'http://test',
  context: async ({ headers }: { headers: Record<string, unknown> }) => {
    const found = who.get(String(headers['x-who']));
    if (found === undefined) throw new Problem('unauthenticated', 'nobody is signed in');
    return found;
  },
} as unknown as Door;

beforeAll(async () => {
  await app.register(async (part) => exchangeRoutes(part, door));
  for (const role of ROLES)
    who.set(
      role,
      makeContext({
        actor: testActor(role, { organizations: ['o1'], permissions: await findPermissions(db, [role]) }),
        db,
        log: silentLog,
      }),
    );
  for (const [name, role] of [
    ['seller', 'laboratory-director'],
    ['enterprise', 'enterprise'],
  ] as const) {
    const { id } = await createAccount(ctx, { username: name, name, roles: [role], organizations: ['o1'] });
    who.set(name, makeContext({ actor: { ...who.get(role)!.actor, id }, db, log: silentLog }));
  }
  who.set('citizen', makeContext({ actor: testActor('patient'), db, log: silentLog }));
  const elsewhere = { ...who.get('regulator')!.actor, organizations: ['authority'] };
  who.set('regulator', makeContext({ actor: elsewhere, db, log: silentLog }));
  await storeBuiltInViews(ctx);
  await keepTables(ctx, parts);
  const deliveries = await startDeliveries(ctx, db, [feed], { workers: 1 });
  const people = (from: number, count: number) =>
    Array.from({ length: count }, (_, at) => ({
      resourceType: 'Patient',
      id: `p${from + at}`,
      gender: at % 2 === 0 ? 'female' : 'male',
    }));
  await db.transaction((tx) => writeAll(ctx, tx, people(0, 60), { tenants: Array(60).fill('o1') }));
  await db.transaction((tx) => writeAll(ctx, tx, people(100, 40), { tenants: Array(40).fill('o2') }));
  // Some of the other organization's persons are in care of the holder's: seen for treatment, and no ware.
  await db.run(sql`
    insert into access.care (patient, organization, ground, since)
    select 'p' || n, 'o1', 'laboratory', now() - interval '1 day' from generate_series(100, 119) as n
  `);
  await deliveries.idle();
  await deliveries.stop();
});
afterAll(() => app.close());

async function send<T>(
  role: string,
  method: 'GET' | 'POST' | 'PUT' | 'DELETE',
  url: string,
  payload?: object,
  status = 200,
) {
  const answer = await app.inject({
    method,
    url: `/api/exchange${url}`,
    headers: { 'x-who': role },
    ...(payload !== undefined && { payload }),
  });
  expect(answer.statusCode, answer.body).toBe(status);
  return answer.json<T>();
}

const said = (text: string) => ({ en: text, zh: text });
function counted(sqlText: string): OfferingDefinition {
  const column = { label: said('x'), meaning: said('x') };
  return exampleDefinition({
    query: { sql: sqlText, parameters: [] },
    columns: [
      { name: 'sex', ...column, type: 'text', role: 'quasi' },
      { name: 'persons', ...column, type: 'integer', role: 'count' },
    ],
  });
}
const BY_SEX = 'select sex, count() as persons from person group by sex order by sex';

describe('who may', () => {
  test.each(ROLES.filter((role) => role !== 'system').map((role) => [role]))('%s', async (role) => {
    const open = (roles: readonly string[]) => (roles.includes(role) ? 200 : 403);
    const definition = exampleDefinition();
    const asked = async (method: 'GET' | 'POST', url: string, payload?: object) => {
      const headers = { 'x-who': role };
      const answer = await app.inject({ method, url: `/api/exchange${url}`, headers, ...(payload && { payload }) });
      return answer.statusCode;
    };
    expect({
      offers: await asked('POST', '/offerings', { definition }),
      studio: await asked('GET', '/offerings'),
      assessments: await asked('GET', '/assessments'),
      board: await asked('GET', '/venues'),
      catalogue: await asked('GET', '/catalogue'),
      notices: await asked('GET', '/notices'),
    }).toEqual({
      offers: open(['laboratory-director', 'enterprise']),
      studio: open(['laboratory-director', 'enterprise']),
      assessments: open(['regulator']),
      board: open(['laboratory-director', 'enterprise', 'regulator', 'administrator']),
      catalogue: 200,
      notices: 200,
    });
  });

  test('without an account the catalogue and the notices are open, and nothing else', async () => {
    await send('nobody', 'GET', '/catalogue');
    await send('nobody', 'GET', '/notices?open=true');
    await send('nobody', 'GET', '/offerings', undefined, 401);
    await send('nobody', 'GET', '/venues', undefined, 401);
    await send('nobody', 'GET', '/catalogue/00000000-0000-0000-0000-000000000000', undefined, 404);
  });

  test('a listed offering shows to everybody what a buyer needs, and not its question', async () => {
    const id = await listedOffering(ctx);
    const page = await send<Record<string, unknown>>('nobody', 'GET', `/catalogue/${id}`);
    expect(page['state']).toBe('listed');
    expect(JSON.stringify(page)).not.toContain('select district');
  });
});

describe('a question', () => {
  const preview = (role: string, definition: OfferingDefinition, status = 200) => {
    const { query, columns, quality } = definition;
    return send<CandidatePreview & { error: { message: string } }>(
      role,
      'POST',
      '/preview',
      { query, columns, quality },
      status,
    );
  };

  test('has the rows that its holder may see', async () => {
    const { rows, views } = await preview('seller', counted(BY_SEX));
    expect(rows).toEqual([
      ['female', 30],
      ['male', 30],
    ]);
    expect(views).toEqual(['person']);
  });

  test('is asked for running the institution, whatever the request states, and the trail says so', async () => {
    const seller = who.get('seller')!;
    const treating = await actAs(ctx, seller.actor.id);
    who.set('treating', treating!);
    expect(treating!.actor.purpose).toBe('TREAT');
    const seen = await lakeRelation(treating!, 'person', { reach: 'rows' });
    expect(await lake.rows(sql`select count() as n from ${seen}`)).toEqual([{ n: 80 }]);

    const { rows } = await preview('treating', counted(BY_SEX));
    expect(rows).toEqual([
      ['female', 30],
      ['male', 30],
    ]);
    const { purpose } = await db.one<{ purpose: string }>(
      sql`select purpose from access.audit where act = 'exchange.candidate-previewed' order by at desc, id desc limit 1`,
    );
    expect(purpose).toBe('HOPERAT');
  });

  test('of the example product is one that the lake understands', async () => {
    const found = await preview('seller', example.definition as unknown as OfferingDefinition);
    expect(found).toMatchObject({ rows: [], views: ['laboratory_result'] });
  });

  test('of one who sees no rows is refused', async () => {
    await preview('enterprise', counted(BY_SEX), 403);
    await preview('regulator', counted(BY_SEX), 403);
  });

  test.each([
    ['drop table person', 403],
    ["select * from url('http://x')", 403],
    ['select sex from person', 422],
    ['select nothing from person', 400],
  ])('%s is refused', async (text, status) => {
    await preview('seller', counted(text), status);
  });
});

describe('a definition', () => {
  test.each([
    ['no kind', { kind: 'thing' }],
    ['a price below nothing', { prices: [{ kind: 'flat', fen: -1 }] }],
    ['half a fen', { prices: [{ kind: 'flat', fen: 0.5 }] }],
    ['a column that is no name', { columns: [{ ...exampleDefinition().columns[0]!, name: 'a b' }] }],
    ['a title without Chinese', { title: { en: 'x' } }],
  ])('with %s is refused', async (_, parts) => {
    const definition = { ...exampleDefinition(), ...parts };
    await send('seller', 'POST', '/offerings', { definition }, 400);
  });
});

test('from a question to the notice, by HTTP alone', async () => {
  const made = await send<StudioPage>('seller', 'POST', '/offerings', { definition: counted(BY_SEX) });
  const { id, revision } = made;
  const answers = EXAMPLE_ANSWERS;
  const { items } = await send<CompliancePage>('seller', 'PUT', `/compliance/${id}`, { answers, revision });
  for (const { id: item, file = [], answer } of items)
    if (answer?.choice !== undefined && file.includes(answer.choice)) {
      const base64 = Buffer.from(`proof of ${item}`).toString('base64');
      await send('seller', 'POST', `/compliance/${id}/evidence`, { item, name: 'p.txt', media: 'text/plain', base64 });
    }
  await send('seller', 'POST', `/offerings/${id}/content`);
  await contentJob({ lake, pool: db }).run(ctx);
  const filled = await send<StudioPage>('seller', 'GET', `/offerings/${id}`);
  expect(filled.contents[0]).toMatchObject({ state: 'released', candidateRows: 2, rows: 2, views: ['person'] });
  expect(filled.sample?.rows).toEqual([
    ['female', 30],
    ['male', 30],
  ]);
  const submitted = await send<StudioPage>('seller', 'POST', `/offerings/${id}/submit`, { revision: filled.revision });
  expect(submitted.state).toBe('in-review');
  await judgeAll(who.get('regulator')!, id);
  const { assessment } = await send<CompliancePage>('regulator', 'GET', `/compliance/${id}`);
  const words = { words: 'complete', revision: assessment!.revision };
  await send('seller', 'POST', `/compliance/${id}/approve`, words, 403);
  await send('regulator', 'POST', `/compliance/${id}/approve`, words);
  const { notices } = await send<{ notices: { offeringId: string; workingDays: number }[] }>(
    'nobody',
    'GET',
    '/notices?open=true',
  );
  expect(notices).toContainEqual(expect.objectContaining({ offeringId: id, workingDays: 3 }));
  await send('citizen', 'POST', `/notices/${id}/objections`, { version: 1, grounds: 'my own row is in there' });
});

test('a trial at the gate says what it would say, and keeps nothing', async () => {
  const { id } = await send<StudioPage>('seller', 'POST', '/offerings', { definition: counted(BY_SEX) });
  const trial = await send<GateTrial>('seller', 'POST', `/offerings/${id}/gate-trial`);
  expect(trial).toMatchObject({ verdict: 'passed', method: 'table', rows: { before: 2, after: 2 } });
  const small = counted("select sex, count() as persons from person where id in ('p1', 'p3') group by sex");
  const { id: few } = await send<StudioPage>('seller', 'POST', '/offerings', { definition: small });
  const refused = await send<GateTrial>('seller', 'POST', `/offerings/${few}/gate-trial`);
  expect(refused).toMatchObject({ verdict: 'refused', rows: { before: 1, after: 0 } });
  expect(await db.rows(sql`select 1 from exchange.gate_report where offering in (${id}, ${few})`)).toEqual([]);
  expect((await send<StudioPage>('seller', 'GET', `/offerings/${id}`)).contents).toEqual([]);
  const tried = sql`select detail->>'verdict' as verdict from access.audit where act = 'exchange.gate-tried' order by at`;
  expect(await db.rows(tried)).toEqual([{ verdict: 'passed' }, { verdict: 'refused' }]);
  for (const [role, status] of [
    ['nobody', 401],
    ['regulator', 403],
    ['data-buyer', 403],
    ['gone', 401],
  ] as const)
    await send(role, 'POST', `/offerings/${id}/gate-trial`, undefined, status);
});

test('a content whose account was closed fails, and says so', async () => {
  const { id: account } = await createAccount(ctx, {
    username: 'gone',
    name: 'Gone',
    roles: ['laboratory-director'],
    organizations: ['o1'],
  });
  const actor = { ...who.get('seller')!.actor, id: account };
  who.set('gone', makeContext({ actor, db, log: silentLog }));
  const { id } = await send<StudioPage>('gone', 'POST', '/offerings', { definition: counted(BY_SEX) });
  await send('gone', 'POST', `/offerings/${id}/content`);
  await changeAccount(ctx, account, { disabled: true });
  await contentJob({ lake, pool: db }).run(ctx);
  const { contents } = await send<StudioPage>('seller', 'GET', `/offerings/${id}`);
  expect(contents[0]).toMatchObject({ state: 'failed', trouble: { message: expect.stringContaining('closed') } });
});
