import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clusterApp } from '../../../../tests/support/cluster.ts';
import { testContext } from '../../../../tests/support/context.ts';
import { testDatabase } from '../../../../tests/support/postgres.ts';
import { enterExamples } from '../actions/example.ts';
import { loadFacts } from '../actions/facts.ts';
import { enterFunds, enterTarget } from '../actions/fund-example.ts';
import { clusterRoutes } from './index.ts';

/**
 * Goal: nothing that is sent makes the server say that it made a mistake, and who is nobody gets no further than the door.
 * Method: every route there is, found from the server itself. The members that it reads of a body are found out by listening; each is then sent in every
 * hostile shape while the others stay likely.
 */
const db = await testDatabase();
const found: { method: string; url: string }[] = [];
const read = new Set<string>();
let listens = false;
const { app, who } = await clusterApp(db, (part, door) => {
  part.addHook('onRoute', ({ method, url }) => {
    if (typeof method === 'string' && method !== 'HEAD') found.push({ method, url });
  });
  part.addHook('preHandler', async (request) => {
    if (listens && typeof request.body === 'object' && request.body !== null)
      request.body = new Proxy(request.body, {
        get(body, name) {
          read.add(String(name));
          return Reflect.get(body, name);
        },
      });
  });
  return clusterRoutes(part, door);
});
afterAll(() => app.close());

const PARTIES = { thing: 'example-enterprise', park: 'example-park', enterprise: 'example-enterprise' };
const ids = new Map<string, string>();

beforeAll(async () => {
  await loadFacts(testContext(db));
  await enterExamples(testContext(db));
  await enterFunds(who.get('investor')!);
  await enterTarget(who.get('regulator')!);
  for (const [role, thing] of [
    ['enterprise', 'example-enterprise'],
    ['park-operator', 'example-park'],
  ] as const) {
    const claim = (await ask('POST', `/api/cluster/things/${thing}/claims`, role, { words: 'we are it' })).json();
    await ask('POST', `/api/cluster/claims/${claim.id}/decision`, 'regulator', { decision: 'confirmed' });
  }
  const project = await ask('POST', '/api/cluster/projects', 'park-operator', LIKELY);
  const fund = (await ask('GET', '/api/cluster/funds?examples=yes', 'investor')).json();
  ids.set('projects', project.json().id ?? 'none');
  ids.set('funds', fund.funds[0].id);
  ids.set('targets', 'rev');
  ids.set('policies', 'guangzhou-2024-1');
}, 60_000);

function ask(method: string, url: string, role: string, payload?: unknown) {
  const body = payload === undefined ? {} : { payload: JSON.stringify(payload) };
  const headers = { 'x-who': role, ...(payload !== undefined && { 'content-type': 'application/json' }) };
  return app.inject({ method: method as 'GET', url, headers, ...body });
}

/** Reckon over everything, and read nothing of what is sent. */
const HEAVY = /policies\/match|duplicates|projects\.xlsx|report$|decisions\/example/;

const NOBODY = '00000000-0000-4000-8000-000000000000';

function address(url: string): string {
  const part = url.split('/')[3] ?? '';
  return url.replace(/:(\w+)/g, (_, name: string) => {
    if (name === 'id') return ids.get(part) ?? (part === 'things' ? PARTIES.thing : NOBODY);
    return PARTIES[name as keyof typeof PARTIES] ?? NOBODY;
  });
}

/** What most routes take for a member of this name. */
const LIKELY: Readonly<Record<string, unknown>> = {
  kind: 'enterprise',
  name: 'A name',
  nameZh: '名称',
  words: 'words',
  reason: 'a reason',
  title: 'A title',
  property: 'employees',
  value: 5,
  predicate: 'located-in',
  object: 'nansha',
  decision: 'confirmed',
  enterprise: 'example-enterprise',
  policy: 'guangzhou-2024-1',
  clause: 'top-project',
  matter: 'a matter',
  park: 'example-park',
  sector: 'ivd',
  stage: 'reserved',
  to: 'negotiating',
  content: 'eA==',
  media: 'text/plain',
  fileName: 'a.txt',
  file: 'eA==',
  entries: [],
  revision: 1,
  version: 1,
  day: '2026-01-01',
  from: '2026-01-01',
  building: 'A',
  floor: 1,
  areaM2: 10,
  days: 5,
  tenant: 'example-enterprise',
  starts: '2026-01-01',
  ends: '2027-01-01',
  rent: [{ from: '2026-01-01', fenM2: 1 }],
  on: '2026-01-01',
  quarter: '2026-Q1',
  jobs: 1,
  revenueFen: 1,
  rdFen: 1,
  year: 2026,
  amount: 1,
  source: 'a source',
  thing: 'kingmed',
  into: 'regen',
  one: 'kingmed',
  other: 'regen',
  side: 'need',
  contact: 'somebody',
  owner: 'role/regulator',
  party: 'role/regulator',
};

const HOSTILE: readonly unknown[] = ['a\u0000b', 1e308, [null]];

describe('every route', () => {
  test('knows nobody before it reads anything', async () => {
    const wrong: string[] = [];
    for (const { method, url } of found.filter(({ url }) => !url.startsWith('/api/open/'))) {
      const answer = await ask(method, address(url), '', method === 'GET' ? undefined : {});
      if (answer.statusCode !== 401) wrong.push(`${method} ${url}: ${answer.statusCode}`);
    }
    expect(found.length).toBeGreaterThan(100);
    expect(wrong).toEqual([]);
  });

  test('answers hostile addresses and questions with what is wrong with them', async () => {
    const wrong: string[] = [];
    for (const { method, url } of found.filter(({ url }) => !HEAVY.test(url)))
      for (const text of ['%00', "'or 1=1--", '9'.repeat(40)]) {
        const urls = [url.replace(/:\w+/g, text)];
        if (method === 'GET')
          urls.push(
            `${address(url)}?${QUESTIONS.map((name) => `${name}=${text}`).join('&')}`,
            `${address(url)}?day=${text}`,
          );
        for (const asked of urls) {
          const answer = await ask(method, asked, 'regulator', method === 'GET' ? undefined : {});
          if (answer.statusCode >= 500) wrong.push(`${method} ${asked}: ${answer.body}`);
        }
      }
    expect(wrong).toEqual([]);
  }, 120_000);
  const QUESTIONS = ['text', 'q', 'place', 'after', 'enterprise', 'thing', 'date', 'id', 'year', 'limit', 'offset'];

  test('answers hostile members of a body with what is wrong with them', async () => {
    const wrong: string[] = [];
    let sent = 0;
    for (const { method, url } of found.filter(({ method, url }) => method !== 'GET' && !HEAVY.test(url))) {
      const role = roleFor(url);
      read.clear();
      listens = true;
      await ask(method, address(url), role, LIKELY);
      listens = false;
      for (const name of [...read])
        for (const value of HOSTILE) {
          const answer = await ask(method, address(url), role, { ...LIKELY, [name]: value });
          sent += 1;
          if (answer.statusCode >= 500)
            wrong.push(`${method} ${url} ${name}=${JSON.stringify(value).slice(0, 40)}: ${answer.body}`);
        }
    }
    expect(sent).toBeGreaterThan(300);
    expect(wrong).toEqual([]);
  }, 240_000);
});

function roleFor(url: string): string {
  if (/projects|parks/.test(url)) return 'park-operator';
  if (/funds|fund-indices/.test(url)) return 'investor';
  return /policies\/answers|applications|portal|requests|needs|relay|bookings$/.test(url) ? 'enterprise' : 'regulator';
}
