import type { LightMyRequestResponse } from 'fastify';
import { afterAll, describe, expect, test } from 'vitest';
import { ROLES } from '#kernel/context';
import { sql } from '#kernel/sql';
import { clusterApp } from '../../../../tests/support/cluster.ts';
import { testContext } from '../../../../tests/support/context.ts';
import { testDatabase } from '../../../../tests/support/postgres.ts';
import { enterExamples } from '../actions/example.ts';
import { loadFacts } from '../actions/facts.ts';
import { freshnessJob } from '../actions/upkeep.ts';
import { clusterRoutes } from './index.ts';

/**
 * Goal: over HTTP those who may keep the record true, and nobody else; what is public needs no account and names no person.
 * Method: an actor of every role with the permissions that the migrations give it, on the true facts.
 */
const db = await testDatabase();
const ctx = testContext(db);
let clock = Date.parse('2026-11-16T02:00:00Z');
await loadFacts(ctx);
await enterExamples(ctx);
const { app, who } = await clusterApp(db, clusterRoutes, () => new Date(clock));
afterAll(() => app.close());

function ask(role: string, method: 'GET' | 'POST', url: string, payload?: object) {
  return app.inject({ method, url, headers: { 'x-who': role }, ...(payload !== undefined && { payload }) });
}
const count = async (query: ReturnType<typeof sql>) => (await db.one<{ n: number }>(query)).n;

describe('reading', () => {
  const signedIn = ROLES.filter((role) => role !== 'system');
  test.each(signedIn)('as %s is allowed everywhere', async (role) => {
    for (const url of ['overview', 'facts', 'things', 'things/kingmed', 'graph?thing=kingmed&steps=2', 'map', 'chains'])
      expect((await ask(role, 'GET', `/api/cluster/${url}`)).statusCode, url).toBe(200);
  });

  test('without an account is answered under /api/open only', async () => {
    expect((await ask('', 'GET', '/api/cluster/things')).statusCode).toBe(401);
    for (const url of [
      '',
      '/things',
      '/things/kingmed',
      '/statements.csv',
      '/things.jsonld',
      '/map.geojson',
      '/chains.csv',
    ])
      expect((await ask('', 'GET', `/api/open/cluster${url}`)).statusCode, url).toBe(200);
  });

  test('finds by kind, words and a place with what lies within it, and leaves examples out', async () => {
    const ids = async (query: string) =>
      (await ask('patient', 'GET', `/api/cluster/things?${query}`)).json().things.map(({ id }: { id: string }) => id);
    expect(await ids('kind=enterprise&text=KingMed')).toEqual(['kingmed']);
    expect(await ids(`kind=enterprise&text=${encodeURIComponent('金域')}`)).toEqual(['kingmed']);
    expect(await ids('kind=enterprise&place=nansha')).toContain('regen');
    expect(await ids('kind=enterprise&place=guangzhou')).toContain('regen');
    expect(await ids('kind=enterprise&place=nansha')).not.toContain('example-enterprise');
    expect(await ids('kind=enterprise&place=nansha&examples=yes')).toContain('example-enterprise');
    expect((await ask('patient', 'GET', '/api/cluster/things?kind=nothing')).statusCode).toBe(400);
    expect((await ask('patient', 'GET', '/api/cluster/things?limit=501')).statusCode).toBe(400);
  });

  test('draws each thing in the smallest division that is said, and none at a point that nobody says', async () => {
    const map = async (query: string) => (await ask('patient', 'GET', `/api/cluster/map?${query}`)).json();
    const { things, cut } = await map('');
    const of = (id: string) => things.find((each: { id: string }) => each.id === id);
    expect(of('regen')).toMatchObject({ areas: ['440115'], places: ['nansha', 'ns-hengli'], position: null });
    expect(of('kingmed')).toMatchObject({ areas: ['440100'], managers: [] });
    expect(of('dian')).toMatchObject({ areas: [], places: [] });
    expect(of('fs-yundonghai')).toMatchObject({ areas: ['440600'], managers: ['fs-jianfa'], managedFrom: ['440600'] });
    expect(of('cgt-psc')).toMatchObject({ disputed: true });
    expect(of('example-park')).toBeUndefined();
    expect(cut).toBe(false);
    expect((await map('examples=yes')).things.some(({ id }: { id: string }) => id === 'example-park')).toBe(true);
  });

  test('shows who stands on a link, by place, and who may says so', async () => {
    const on = async (link: string, query = '') =>
      (await ask('patient', 'GET', `/api/cluster/chains?${query}`))
        .json()
        .placed.filter((each: { link: string }) => each.link === link)
        .map(({ id, inside }: { id: string; inside: boolean }) => `${id} ${inside}`);
    expect(await on('cgt.storage')).toEqual(['gba-seed-cell-bank true']);
    expect(await on('ivd.laboratories', 'place=nansha')).toEqual([
      'dian false',
      'kingmed false',
      'west-med-group false',
    ]);
    expect(await on('cgt.collection')).toEqual([]);
    const said = { property: 'chain-link', value: 'cgt.collection' };
    const place = (role: string, value = said.value) =>
      ask(role, 'POST', '/api/cluster/things/gba-seed-cell-bank/statements', { ...said, value });
    expect((await place('enterprise')).statusCode).toBe(403);
    expect((await place('regulator', 'cgt.nothing')).statusCode).toBe(400);
    expect((await place('regulator')).statusCode).toBe(200);
    expect(await on('cgt.collection')).toEqual(['gba-seed-cell-bank true']);
  });

  test('counts 262 facts, the conflicts of the notes and no example', async () => {
    const overview = (await ask('patient', 'GET', '/api/cluster/overview')).json();
    expect(overview).toMatchObject({ facts: 262, examples: 2, kinds: { enterprise: 26, park: 25 } });
    expect(overview.conflicts.map(({ thing }: { thing: { id: string } }) => thing.id).sort()).toEqual([
      'cgt-psc',
      'gba-cgt-psc',
      'metric-nansha-cgt',
    ]);
  });
});

describe('stating', () => {
  const entry = { property: 'employees', value: 120, asOf: '2026' };
  test.each(ROLES.filter((role) => !['system', 'regulator'].includes(role)))(
    'of a thing that %s does not speak for is refused',
    async (role) => {
      expect((await ask(role, 'POST', '/api/cluster/things/kingmed/statements', entry)).statusCode).toBe(403);
      const relation = { predicate: 'supplies', object: 'dian' };
      expect((await ask(role, 'POST', '/api/cluster/things/kingmed/relations', relation)).statusCode).toBe(403);
      expect((await ask(role, 'POST', '/api/cluster/things/kingmed/review', {})).statusCode).toBe(403);
      expect((await ask(role, 'POST', '/api/cluster/things/kingmed/owner', { owner: 'role/x' })).statusCode).toBe(403);
    },
  );

  test('by the regulator is an entry with a name, a leaf in the trail, and a fact told', async () => {
    const { id } = (await ask('regulator', 'POST', '/api/cluster/things/kingmed/statements', entry)).json();
    const profile = (await ask('patient', 'GET', '/api/cluster/things/kingmed')).json();
    const said = profile.said.find(({ property }: { property: string }) => property === 'employees').statements[0];
    expect(said).toMatchObject({ id, value: 120, asOf: '2026' });
    expect(profile.sources[said.source]).toMatchObject({ kind: 'entry', organization: 'o-regulator' });
    expect(
      await count(
        sql`select count(*)::int as n from access.audit where act = 'cluster.stated' and subject = 'thing/kingmed'`,
      ),
    ).toBe(1);
  });

  test.each([
    [{ property: 'nothing', value: 1 }, 400],
    [{ property: 'employees', value: 'many' }, 400],
    [{ property: 'employees', value: 1.5 }, 400],
    [{ property: 'established', value: '2025-13' }, 400],
    [{ property: 'established', value: '2025-02-29' }, 400],
    [{ property: 'established', value: '0000' }, 400],
    [{ property: 'revenue', value: -1 }, 400],
    [{ property: 'uscc', value: '91350100M000100Y44' }, 400],
    [{ property: 'lei', value: '5493001KJTIIGC8Y1R17' }, 400],
    [{ property: 'indication', value: 'x' }, 400],
    [{ property: 'employees', value: 5, op: '!' }, 400],
    [{ property: 'employees', value: 5, asOf: 'yesterday' }, 400],
    [{ property: 'description', value: 'x'.repeat(4001) }, 400],
    [{ property: 'employees', value: 5, asOf: ['2025'] }, 400],
    [{ property: 'employees', value: 5, note: ['x'] }, 400],
    [{ property: 'employees', value: 5, unit: {} }, 400],
    [{ property: { a: 1 }, value: null }, 400],
  ])('%j is answered %d', async (payload, status) => {
    expect((await ask('regulator', 'POST', '/api/cluster/things/kingmed/statements', payload)).statusCode).toBe(status);
  });

  test('keeps a code in its own spelling', async () => {
    const said = { property: 'uscc', value: '９１３５０１００-m000100y43' };
    expect((await ask('regulator', 'POST', '/api/cluster/things/saijun/statements', said)).statusCode).toBe(200);
    const page = (await ask('regulator', 'GET', '/api/cluster/things/saijun')).json();
    const kept = page.said.find(({ property }: { property: string }) => property === 'uscc');
    expect(kept.statements[0].value).toBe('91350100M000100Y43');
  });

  test('corrects a value, which ends a conflict and stays in the history', async () => {
    const profile = (await ask('regulator', 'GET', '/api/cluster/things/metric-nansha-cgt')).json();
    const [first, second] = profile.said.find(
      ({ property }: { property: string }) => property === 'metric-value',
    ).statements;
    const reason = 'counted by the district';
    expect(
      (await ask('enterprise', 'POST', `/api/cluster/statements/${first.id}/withdraw`, { reason })).statusCode,
    ).toBe(403);
    expect(
      (await ask('regulator', 'POST', `/api/cluster/statements/${first.id}/withdraw`, { reason: '' })).statusCode,
    ).toBe(400);
    expect(
      (await ask('regulator', 'POST', `/api/cluster/statements/${first.id}/withdraw`, { reason })).statusCode,
    ).toBe(204);
    const corrected = { value: 43, asOf: '2026-10', reason };
    expect((await ask('regulator', 'POST', `/api/cluster/statements/${second.id}/correct`, corrected)).statusCode).toBe(
      200,
    );
    expect((await ask('regulator', 'POST', `/api/cluster/statements/${second.id}/correct`, corrected)).statusCode).toBe(
      404,
    );
    const after = (await ask('regulator', 'GET', '/api/cluster/things/metric-nansha-cgt')).json();
    const now = after.said.find(({ property }: { property: string }) => property === 'metric-value');
    expect(now).toMatchObject({ disputed: false, statements: [{ value: 43 }] });
    expect(after.history).toHaveLength(2);
    const overview = (await ask('patient', 'GET', '/api/cluster/overview')).json();
    expect(overview.conflicts).toHaveLength(2);
  });

  test('corrected twice at once it has one new value', async () => {
    const said = { property: 'employees', value: 70 };
    const { id } = (await ask('regulator', 'POST', '/api/cluster/things/regen/statements', said)).json();
    const correct = (value: number) =>
      ask('regulator', 'POST', `/api/cluster/statements/${id}/correct`, { value, reason: 'counted again' });
    const codes = (await Promise.all([71, 72, 73].map(correct))).map(({ statusCode }) => statusCode).sort();
    expect(codes[0]).toBe(200);
    expect(codes.slice(1).every((code) => code === 404 || code === 409)).toBe(true);
    const page = (await ask('regulator', 'GET', '/api/cluster/things/regen')).json();
    const now = page.said.find(({ property }: { property: string }) => property === 'employees');
    expect(now.statements).toHaveLength(1);
  });

  test('enters things of the kinds that are open to others, which they then keep', async () => {
    expect((await ask('enterprise', 'POST', '/api/cluster/things', { kind: 'policy', name: 'Mine' })).statusCode).toBe(
      403,
    );
    const { id } = (await ask('enterprise', 'POST', '/api/cluster/things', { kind: 'product', name: 'A kit' })).json();
    const said = { property: 'description', value: 'A kit for tests' };
    expect((await ask('enterprise', 'POST', `/api/cluster/things/${id}/statements`, said)).statusCode).toBe(200);
    expect((await ask('researcher', 'POST', `/api/cluster/things/${id}/statements`, said)).statusCode).toBe(403);
  });
});

describe('speaking for a thing', () => {
  test('is claimed, confirmed by the regulator, allows to state, and ends', async () => {
    const claim = (await ask('enterprise', 'POST', '/api/cluster/things/saijun/claims', { words: 'we are it' })).json();
    expect((await ask('enterprise', 'POST', '/api/cluster/things/saijun/claims', {})).statusCode).toBe(409);
    const decide = (role: string, decision: string, reason = '') =>
      ask(role, 'POST', `/api/cluster/claims/${claim.id}/decision`, { decision, reason });
    expect((await decide('enterprise', 'confirmed')).statusCode).toBe(403);
    expect((await decide('regulator', 'refused')).statusCode).toBe(400);
    expect((await decide('regulator', 'confirmed')).statusCode).toBe(204);
    expect((await decide('regulator', 'confirmed')).statusCode).toBe(204);
    expect((await decide('regulator', 'refused', 'no')).statusCode).toBe(409);
    const said = { property: 'employees', value: 40 };
    expect((await ask('enterprise', 'POST', '/api/cluster/things/saijun/statements', said)).statusCode).toBe(200);
    expect(
      (await ask('park-operator', 'POST', `/api/cluster/claims/${claim.id}/end`, { reason: 'x' })).statusCode,
    ).toBe(404);
    expect(
      (await ask('enterprise', 'POST', `/api/cluster/claims/${claim.id}/end`, { reason: 'sold' })).statusCode,
    ).toBe(204);
    expect((await ask('enterprise', 'POST', '/api/cluster/things/saijun/statements', said)).statusCode).toBe(403);
    for (const role of ['patient', 'courier', 'clinician', 'data-buyer'])
      expect((await ask(role, 'POST', '/api/cluster/things/saijun/claims', {})).statusCode, role).toBe(403);
  });
});

describe('freshness', () => {
  test('shows everybody what they keep and the regulator all; a reminder is told once', async () => {
    clock += 200 * 86_400_000;
    const all = (await ask('regulator', 'GET', '/api/cluster/due')).json();
    expect(all.total).toBeGreaterThan(200);
    expect(all.owners[0]).toMatchObject({ owner: 'role/regulator' });
    const own = (await ask('enterprise', 'GET', '/api/cluster/due')).json();
    expect(own.things.map(({ name }: { name: string }) => name)).toEqual(['A kit']);
    expect((await ask('patient', 'GET', '/api/cluster/due')).statusCode).toBe(403);
    const told = () => count(sql`select count(*)::int as n from cluster.thing where reminded_at is not null`);
    const job = { ...who.get('system')!, db };
    await freshnessJob.run(job);
    const first = await told();
    expect(first).toBeGreaterThan(200);
    await freshnessJob.run(job);
    expect(await told()).toBe(first);
    expect((await ask('regulator', 'POST', '/api/cluster/things/kingmed/review', { everyDays: 30 })).statusCode).toBe(
      204,
    );
    expect((await ask('regulator', 'POST', '/api/cluster/things/kingmed/review', { everyDays: 0 })).statusCode).toBe(
      400,
    );
    expect((await ask('regulator', 'GET', '/api/cluster/due')).json().total).toBe(all.total - 1);
  });
});

describe('the graph', () => {
  test('spreads from a thing and finds the shortest way between two', async () => {
    const around = (await ask('patient', 'GET', '/api/cluster/graph?thing=ns-hengli&steps=1')).json();
    expect(around.nodes.map(({ id }: { id: string }) => id)).toEqual(
      expect.arrayContaining(['ns-hengli', 'regen', 'nansha']),
    );
    const way = (await ask('patient', 'GET', '/api/cluster/graph?thing=regen&to=weishibo')).json();
    expect(way.nodes.map(({ id, step }: { id: string; step: number }) => [id, step])).toEqual([
      ['regen', 0],
      ['nansha', 1],
      ['weishibo', 2],
    ]);
    expect((await ask('patient', 'GET', '/api/cluster/graph?thing=nothing')).statusCode).toBe(404);
    expect((await ask('patient', 'GET', '/api/cluster/graph?thing=regen&steps=4')).statusCode).toBe(400);
  });
});

describe('open data', () => {
  test('names licence and sources, and neither examples nor who entered what', async () => {
    const texts = await Promise.all(
      ['things', 'things/kingmed', 'things/saijun', 'statements.csv', 'things.jsonld'].map(
        async (name) => (await ask('', 'GET', `/api/open/cluster/${name}`)).body,
      ),
    );
    for (const text of texts) {
      expect(text).not.toContain('example-enterprise');
      expect(text).not.toContain('test/regulator');
      expect(text).not.toContain('test/enterprise');
    }
    expect((await ask('', 'GET', '/api/open/cluster/things/example-enterprise')).statusCode).toBe(404);
    const [, profile, , csv, graph] = texts;
    expect(JSON.parse(profile!)).toMatchObject({ licence: { url: expect.stringContaining('creativecommons') } });
    expect(csv!.split('\r\n')[0]).toBe('thing,kind,name,nameZh,property,op,value,unit,asOf,confidence,source,quote');
    expect(csv).toContain('KingMed Diagnostics headquarters on Guangzhou International Bio Island');
    expect(JSON.parse(graph!)['@graph'].length).toBeGreaterThan(200);
    expect((await ask('', 'GET', '/api/open/cluster')).json()['dcat:distribution']).toHaveLength(6);
  });

  test('is not sent twice to who has it', async () => {
    const first = await ask('', 'GET', '/api/open/cluster/things');
    const headers = { 'if-none-match': String(first.headers['etag']) };
    expect((await app.inject({ url: '/api/open/cluster/things', headers })).statusCode).toBe(304);
  });

  test('leads on page by page until everything was given', async () => {
    let url: string | undefined = '/api/open/cluster/things?limit=40';
    const seen = new Set<string>();
    for (let page = 0; url !== undefined && page < 20; page += 1) {
      const answer: LightMyRequestResponse = await app.inject({ url });
      for (const { id } of answer.json().things) seen.add(id);
      url = /<(.+)>; rel="next"/.exec(String(answer.headers['link'] ?? ''))?.[1];
    }
    const there = await count(
      sql`select count(*)::int as n from cluster.thing where not example and kind <> 'person' and merged_into is null`,
    );
    expect(seen.size).toBe(there);
  });
});
