import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { readConfig } from '#kernel/config';
import { ROLES, type Role } from '#kernel/context';
import { type Door, languageOf, makeServer, translate } from '#kernel/http';
import { silentLog } from '#kernel/log';
import { startMetrics } from '#kernel/metrics';
import { sql } from '#kernel/sql';
import { testContext } from '../../../tests/support/context.ts';
import { noLake } from '../../../tests/support/lake.ts';
import { testDatabase } from '../../../tests/support/postgres.ts';
import { openAccess } from './access.ts';
import { createAccount } from './accounts.ts';
import { findPermissions } from './authenticate.ts';
import { accessRoutes } from './routes.ts';
import { sweepSessions } from './sessions.ts';
import { disableDemoAccounts, ensureAdministrator, ensureDemoAccounts, issueServiceToken } from './start.ts';

const HOUR = 3_600_000;
const PASSWORD = 'Kapok-blooms-in-Liwan';
const db = await testDatabase();
const ctx = testContext(db, { now: () => new Date(clock) });
let clock = Date.parse('2026-03-01T08:00:00Z');
let app: FastifyInstance;
let operatorToken: string;

/** Routes of no module, to see what an actor gets past the door. */
function probeRoutes(part: FastifyInstance, door: Door): void {
  part.get('/api/probe', async (request) => {
    const { actor, language } = await door.context(request);
    return { ...actor, permissions: [...actor.permissions], language };
  });
  part.post('/api/probe', async (request) => {
    (await door.context(request)).require('laboratory.result.release');
    return { done: true };
  });
}

beforeAll(async () => {
  operatorToken = (await ensureAdministrator(ctx, { adminPassword: PASSWORD, adminToken: undefined })).token ?? '';
  const access = openAccess({ pool: db, log: silentLog, languageOf, translate, now: () => new Date(clock) });
  const door: Door = {
    config: readConfig({}),
    pool: db,
    log: silentLog,
    lake: noLake,
    publicUrl: () => 'https://banyan.example',
    context: access.context,
  };
  const routes = [accessRoutes(access), probeRoutes];
  app = await makeServer({ door, routes, health: [], metrics: startMetrics() });
  access.noteDenials(app);
  await app.ready();
  for (const role of ROLES.filter((known) => known !== 'system')) {
    await createAccount(ctx, {
      username: role,
      name: role,
      password: `${PASSWORD}-${role}`,
      roles: [role],
      organizations: ['org-1'],
      ...(role === 'patient' && { patient: 'pat-1' }),
    });
  }
});
afterAll(() => app.close());
beforeEach(async () => {
  await db.run(sql`delete from access.throttle`);
});

interface Asked {
  cookie?: string;
  token?: string;
  headers?: Record<string, string>;
  remoteAddress?: string;
}

function ask(
  method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE',
  url: string,
  { cookie, token, headers, remoteAddress }: Asked = {},
  payload?: object,
) {
  return app.inject({
    method,
    url,
    remoteAddress: remoteAddress ?? anotherAddress(),
    headers: {
      host: 'banyan.example',
      ...(cookie !== undefined && { cookie, 'x-banyan': 'app' }),
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...headers,
    },
    ...(payload !== undefined && { payload }),
  });
}

/** Sign-ins are limited by address; tests that do not ask about that come from everywhere. */
let addresses = 0;
function anotherAddress(): string {
  addresses += 1;
  return `10.0.${addresses >> 8}.${addresses & 255}`;
}

async function signInAs(username: string, password = `${PASSWORD}-${username}`, extra: Asked = {}): Promise<string> {
  const answer = await ask('POST', '/api/session', extra, { username, password });
  expect(answer.statusCode, answer.body).toBe(200);
  return String(answer.headers['set-cookie']).split(';')[0] ?? '';
}

async function countActs(act: string): Promise<number> {
  return (await db.one<{ n: number }>(sql`select count(*) as n from access.audit where act = ${act}`)).n;
}

describe('a session', () => {
  test('is opened by name and password, told by GET, and ended by DELETE', async () => {
    const cookie = await signInAs('clinician');
    const told = (await ask('GET', '/api/session', { cookie })).json();
    expect(told.actor).toMatchObject({
      username: 'clinician',
      roles: ['clinician'],
      organizations: [{ id: 'org-1', name: 'org-1' }],
    });
    expect(told.actor.permissions).toContain('laboratory.order.write');
    expect((await ask('DELETE', '/api/session', { cookie })).statusCode).toBe(204);
    expect((await ask('GET', '/api/session', { cookie })).statusCode).toBe(401);
  });

  test('has a cookie that scripts, other sites and plain http do not get', async () => {
    const answer = await ask('POST', '/api/session', {}, { username: 'courier', password: `${PASSWORD}-courier` });
    expect(answer.headers['set-cookie']).toMatch(/^banyan_session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Secure$/);
    expect(answer.headers['cache-control']).toBe('no-store');
  });

  test('is kept as a hash only', async () => {
    const secret = (await signInAs('courier')).split('=')[1] ?? '';
    const { found } = await db.one<{ found: number }>(
      sql`select count(*) as found from access.session where session::text like ${`%${secret}%`} or encode(hash, 'escape') like ${`%${secret}%`}`,
    );
    expect(found).toBe(0);
  });

  test('that a stranger put into the browser is not the one that is opened', async () => {
    const fixed = 'banyan_session=chosen-by-a-stranger-chosen-by-a-stranger-1';
    const cookie = await signInAs('clinician', undefined, { cookie: fixed });
    expect(cookie).not.toBe(fixed);
    expect((await ask('GET', '/api/session', { cookie: fixed })).statusCode).toBe(401);
    const next = await signInAs('clinician', undefined, { cookie });
    expect((await ask('GET', '/api/session', { cookie })).statusCode).toBe(401);
    expect((await ask('GET', '/api/session', { cookie: next })).statusCode).toBe(200);
  });

  test('ends after two idle hours, and after twelve in any case', async () => {
    const start = clock;
    const idle = await signInAs('clinician');
    clock = start + 2 * HOUR + 1;
    expect((await ask('GET', '/api/session', { cookie: idle })).statusCode).toBe(401);
    const busy = await signInAs('clinician');
    const opened = clock;
    for (let hour = 1; hour < 12; hour += 1) {
      clock = opened + hour * HOUR;
      expect((await ask('GET', '/api/session', { cookie: busy })).statusCode).toBe(200);
    }
    clock = opened + 12 * HOUR;
    expect((await ask('GET', '/api/session', { cookie: busy })).statusCode).toBe(401);
    clock += 25 * HOUR;
    await sweepSessions(ctx);
    expect(
      (await db.rows(sql`select 1 from access.session where expires_at < ${new Date(clock - 24 * HOUR)}`)).length,
    ).toBe(0);
  });

  test.each([
    { headers: {}, status: 403 },
    { headers: { origin: 'https://evil.example' }, status: 403 },
    { headers: { origin: 'null' }, status: 403 },
    { headers: { 'sec-fetch-site': 'same-site' }, status: 403 },
    { headers: { origin: 'https://banyan.example' }, status: 200 },
    { headers: { 'sec-fetch-site': 'same-origin' }, status: 200 },
    { headers: { 'x-banyan': 'app' }, status: 200 },
  ])('a change with its cookie and the headers $headers is answered $status', async ({ headers, status }) => {
    const [name, value] = (await signInAs('laboratory-director')).split('=');
    const answer = await ask('POST', '/api/probe', {
      headers: { ...headers, cookie: `${name}=${value}` } as Record<string, string>,
    });
    expect(answer.statusCode).toBe(status);
  });

  test('is not opened by a form on another site', async () => {
    const headers = { origin: 'https://evil.example', 'content-type': 'application/x-www-form-urlencoded' };
    const answer = await app.inject({
      method: 'POST',
      url: '/api/session',
      headers,
      payload: `username=courier&password=${PASSWORD}-courier`,
    });
    expect(answer.statusCode).toBe(403);
  });
});

describe('wrong passwords', () => {
  test('are told as unknown names are, and both are in the trail', async () => {
    const before = await countActs('access.sign-in-refused');
    const wrong = await ask('POST', '/api/session', {}, { username: 'clinician', password: 'not the password' });
    const unknown = await ask('POST', '/api/session', {}, { username: 'nobody-here', password: 'not the password' });
    expect(wrong.statusCode).toBe(401);
    expect(wrong.json()).toEqual(unknown.json());
    expect(await countActs('access.sign-in-refused')).toBe(before + 2);
  });

  test.each(['clinician', 'nobody-here'])(
    'of %s lock the name out for a time that grows, and a right one is refused meanwhile',
    async (username) => {
      const attempt = async (password: string, seconds = 0) => {
        clock += seconds * 1000;
        return (
          await ask(
            'POST',
            '/api/session',
            { remoteAddress: `198.51.100.${Math.floor(Math.random() * 250)}` },
            { username, password },
          )
        ).statusCode;
      };
      for (let n = 0; n < 6; n += 1) expect(await attempt('wrong')).toBe(401);
      expect(await attempt(`${PASSWORD}-${username}`)).toBe(429);
      expect(await attempt('wrong', 31)).toBe(401);
      expect(await attempt('wrong', 31)).toBe(429);
      const right = username === 'clinician' ? 200 : 401;
      expect(await attempt(`${PASSWORD}-${username}`, 31)).toBe(right);
    },
  );

  test('sent at once are counted as if sent one by one', async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => ask('POST', '/api/session', {}, { username: 'regulator', password: 'guess' })),
    );
    expect(answers.filter(({ statusCode }) => statusCode === 401).length).toBeLessThanOrEqual(6);
  });

  test('of many names from one address lock the address out, and lock no further name', async () => {
    const remoteAddress = '203.0.113.9';
    const guess = (username: string) =>
      ask('POST', '/api/session', { remoteAddress }, { username, password: 'guess' }).then(
        ({ statusCode }) => statusCode,
      );
    const statuses = await Promise.all(Array.from({ length: 110 }, (_, n) => guess(`name-${n}`)));
    expect(statuses.filter((status) => status === 401)).toHaveLength(101);
    for (let n = 0; n < 8; n += 1) expect(await guess('courier')).toBe(429);
    await signInAs('courier');
  });
});

describe('a bearer token', () => {
  test('acts for its account within its scopes until it expires or is revoked', async () => {
    const cookie = await signInAs('laboratory-director');
    const wide = (await ask('POST', '/api/access/tokens', { cookie }, { name: 'wide', days: 1 })).json();
    const narrow = (
      await ask('POST', '/api/access/tokens', { cookie }, { name: 'narrow', scopes: ['user/Specimen.rs'] })
    ).json();
    expect(wide.token).toMatch(/^bny_[\w-]{43}$/);
    expect((await ask('POST', '/api/probe', { token: wide.token })).statusCode).toBe(200);
    expect((await ask('POST', '/api/probe', { token: narrow.token })).statusCode).toBe(403);
    const { permissions } = (await ask('GET', '/api/probe', { token: narrow.token })).json();
    expect(permissions.sort()).toEqual(
      ['fhir:Specimen:rs:catalogue', 'fhir:Specimen:rs:laboratory', 'fhir:Specimen:rs:organization'].sort(),
    );

    const listed = (await ask('GET', '/api/access/tokens', { cookie })).json().tokens;
    expect(listed.map(({ name }: { name: string }) => name)).toEqual(expect.arrayContaining(['wide', 'narrow']));
    expect(JSON.stringify(listed)).not.toContain(wide.token);
    expect((await ask('DELETE', `/api/access/tokens/${narrow.id}`, { cookie })).statusCode).toBe(204);
    expect((await ask('GET', '/api/probe', { token: narrow.token })).statusCode).toBe(401);
    clock += 25 * HOUR;
    expect((await ask('GET', '/api/probe', { token: wide.token })).statusCode).toBe(401);
  });

  test('makes no further token, breaks no glass and revokes no stranger’s token', async () => {
    const cookie = await signInAs('clinician');
    const { token, id } = (await ask('POST', '/api/access/tokens', { cookie }, { name: 't' })).json();
    expect((await ask('POST', '/api/access/tokens', { token }, { name: 'more' })).statusCode).toBe(403);
    expect((await ask('POST', '/api/access/break-glass', { token }, { reason: 'a very good reason' })).statusCode).toBe(
      403,
    );
    const other = await signInAs('laboratory-technician');
    expect((await ask('DELETE', `/api/access/tokens/${id}`, { cookie: other })).statusCode).toBe(404);
  });

  test.each([
    '',
    'Bearer',
    'Basic YTpi',
    'Bearer bny_wrong',
    `Bearer ${'a'.repeat(30)}.${'b'.repeat(30)}.${'c'.repeat(30)}`,
  ])('that reads "%s" is refused', async (authorization) => {
    const answer = await ask('GET', '/api/probe', { headers: { authorization } });
    expect(answer.statusCode).toBe(401);
    expect(answer.headers['www-authenticate']).toContain('Bearer');
  });

  test("of the operator holds every permission; nobody changes the operator's account", async () => {
    const who = (await ask('GET', '/api/probe', { token: operatorToken })).json();
    expect(who.permissions).toEqual(['*']);
    expect(
      (await ask('PATCH', `/api/access/accounts/${who.id}`, { token: operatorToken }, { name: 'x' })).statusCode,
    ).toBe(403);
    const admin = await signInAs('admin', PASSWORD);
    expect((await ask('POST', `/api/access/accounts/${who.id}/reset`, { cookie: admin })).statusCode).toBe(403);
    expect((await ask('GET', '/api/probe', { token: operatorToken })).statusCode).toBe(200);
  });
});

describe('accounts', () => {
  test('are made, changed, disabled and reset by an administrator, and every step is in the trail', async () => {
    const cookie = await signInAs('admin', PASSWORD);
    const entered = {
      username: 'dr.wong',
      name: 'Dr Wong',
      roles: ['clinician'],
      organizations: ['org-2'],
      password: 'first-time-Lotus',
    };
    const made = (await ask('POST', '/api/access/accounts', { cookie }, entered)).json();
    expect(made).toMatchObject({ username: 'dr.wong', disabled: false, mustChange: true });
    expect(
      (await ask('POST', '/api/access/accounts', { cookie }, { ...entered, username: 'DR.WONG' })).statusCode,
    ).toBe(400);
    expect((await ask('POST', '/api/access/accounts', { cookie }, entered)).statusCode).toBe(409);

    const wong = await signInAs('dr.wong', 'first-time-Lotus');
    expect((await ask('GET', '/api/probe', { cookie: wong })).json().error.message).toBe('change the password first');
    const change = { current: 'first-time-Lotus', new: 'harbour-wind-and-rain' };
    expect((await ask('POST', '/api/session/password', { cookie: wong }, change)).statusCode).toBe(204);
    expect((await ask('GET', '/api/probe', { cookie: wong })).json().organizations).toEqual(['org-2']);

    await ask('PATCH', `/api/access/accounts/${made.id}`, { cookie }, { roles: ['courier'] });
    expect((await ask('GET', '/api/probe', { cookie: wong })).json().roles).toEqual(['courier']);
    await ask('PATCH', `/api/access/accounts/${made.id}`, { cookie }, { disabled: true });
    expect((await ask('GET', '/api/probe', { cookie: wong })).statusCode).toBe(401);
    expect(
      (await ask('POST', '/api/session', {}, { username: 'dr.wong', password: 'harbour-wind-and-rain' })).statusCode,
    ).toBe(401);

    await ask('PATCH', `/api/access/accounts/${made.id}`, { cookie }, { disabled: false });
    const { password } = (await ask('POST', `/api/access/accounts/${made.id}/reset`, { cookie })).json();
    await signInAs('dr.wong', password);
    const acts = await db.rows<{ act: string }>(
      sql`select act from access.audit where subject = ${made.id} order by at, act`,
    );
    expect(new Set(acts.map(({ act }) => act))).toEqual(
      new Set([
        'access.account-created',
        'access.signed-in',
        'access.password-changed',
        'access.account-changed',
        'access.sign-in-refused',
        'access.password-reset',
      ]),
    );
  });

  test('are listed in pages that neither repeat nor skip', async () => {
    const cookie = await signInAs('admin', PASSWORD);
    const seen: string[] = [];
    for (let after = ''; ; ) {
      const { accounts, next } = (await ask('GET', `/api/access/accounts?limit=4&after=${after}`, { cookie })).json();
      seen.push(...accounts.map(({ username }: { username: string }) => username));
      if (next === undefined) break;
      after = next;
    }
    expect(seen).toEqual([...new Set(seen)].sort());
    expect(seen).toContain('clinician');
    expect((await ask('GET', '/api/access/accounts?q=technic', { cookie })).json().accounts).toHaveLength(1);
    expect((await ask('GET', '/api/access/accounts?limit=9999', { cookie })).statusCode).toBe(400);
  });

  test.each(ROLES.filter((role) => role !== 'system' && role !== 'administrator'))(
    'are none of a %s’s business, and the try is in the trail',
    async (role) => {
      const cookie = await signInAs(role);
      const before = await countActs('access.denied');
      const answers = [
        await ask('GET', '/api/access/accounts', { cookie }),
        await ask(
          'POST',
          '/api/access/accounts',
          { cookie },
          { username: 'mine', name: 'Mine', roles: ['administrator'] },
        ),
        await ask('GET', '/api/access/policies', { cookie }),
        await ask('PUT', '/api/access/policies', { cookie }, { role, target: '*', scope: 'all', verbs: 'cruds' }),
      ];
      expect(answers.map(({ statusCode }) => statusCode)).toEqual([403, 403, 403, 403]);
      expect(await countActs('access.denied')).toBe(before + 4);
    },
  );

  test.each([
    ['short-Pw1', 'too short'],
    ['aaaaaaaaaaaaaaaa', 'repeats'],
    ['Password123456', 'guessed first'],
    ['P@ssw0rd!2026!!', 'guessed first'],
    ['dr-weak-dr-weak', 'guessed first'],
    ['guangzhou2026!', 'guessed first'],
    ['qwertyuiop1234', 'guessed first'],
  ])('do not take the password %s', async (password, reason) => {
    const cookie = await signInAs('admin', PASSWORD);
    const answer = await ask(
      'POST',
      '/api/access/accounts',
      { cookie },
      { username: 'dr-weak', name: 'Weak', roles: ['clinician'], password },
    );
    expect(answer.statusCode).toBe(400);
    expect(answer.json().error.message).toContain(reason);
  });
});

describe('policies', () => {
  test('change what a role may from the next request on', async () => {
    const admin = await signInAs('admin', PASSWORD);
    const cookie = await signInAs('courier');
    expect((await ask('POST', '/api/probe', { cookie })).statusCode).toBe(403);
    const policy = { role: 'courier', target: 'laboratory.result.release', scope: 'all' };
    expect((await ask('PUT', '/api/access/policies', { cookie: admin }, { ...policy, verbs: 'x' })).statusCode).toBe(
      204,
    );
    expect((await ask('POST', '/api/probe', { cookie })).statusCode).toBe(200);
    expect(
      (await ask('DELETE', `/api/access/policies?${new URLSearchParams(policy)}`, { cookie: admin })).statusCode,
    ).toBe(204);
    expect((await ask('POST', '/api/probe', { cookie })).statusCode).toBe(403);
  });

  test.each([
    [{ role: 'administrator', target: '*', scope: 'all', verbs: 'rs' }, 403],
    [{ role: 'administrator', target: 'Observation', scope: 'all', verbs: 'rs' }, 403],
    [{ role: 'system', target: '*', scope: 'all', verbs: 'rs' }, 400],
    [{ role: 'courier', target: 'nonsense', scope: 'all', verbs: 'x' }, 400],
    [{ role: 'courier', target: 'custody.read', scope: 'all', verbs: 'rs' }, 400],
  ])('refuse %j', async (policy, status) => {
    const cookie = await signInAs('admin', PASSWORD);
    expect((await ask('PUT', '/api/access/policies', { cookie }, policy)).statusCode).toBe(status);
  });

  test('leave the administrators their way back', async () => {
    const cookie = await signInAs('admin', PASSWORD);
    const rope = new URLSearchParams({ role: 'administrator', target: 'access.policy.manage', scope: 'all' });
    expect((await ask('DELETE', `/api/access/policies?${rope}`, { cookie })).statusCode).toBe(409);
  });
});

describe('breaking the glass', () => {
  test('opens the record for an hour, with the reason on every act, and the patient sees it', async () => {
    const cookie = await signInAs('clinician');
    expect((await ask('POST', '/api/access/break-glass', { cookie }, { reason: 'short' })).statusCode).toBe(400);
    const reason = 'unconscious, no relative to ask';
    expect((await ask('POST', '/api/access/break-glass', { cookie }, { reason, patient: 'pat-1' })).statusCode).toBe(
      200,
    );
    const during = (await ask('GET', '/api/probe', { cookie })).json();
    expect(during).toMatchObject({ breakGlass: reason, purpose: 'BTG' });
    expect(during.permissions).toContain('fhir:*:rs:all:patient=pat-1');

    const patient = await signInAs('patient');
    const { rows } = (await ask('GET', '/api/access/audit?act=access.glass-broken', { cookie: patient })).json();
    expect(rows).toMatchObject([{ actorName: 'clinician', breakGlass: reason }]);

    clock += HOUR;
    const after = (await ask('GET', '/api/probe', { cookie })).json();
    expect(after.breakGlass).toBeUndefined();
    expect(after.permissions.filter((held: string) => held.includes(':all'))).toEqual([]);
  });

  test.each([
    'courier',
    'patient',
    'regulator',
    'researcher',
    'data-buyer',
    'enterprise',
    'park-operator',
    'investor',
    'laboratory-technician',
  ])('is not for a %s', async (role) => {
    const cookie = await signInAs(role);
    expect(
      (await ask('POST', '/api/access/break-glass', { cookie }, { reason: 'I would like to see' })).statusCode,
    ).toBe(403);
  });
});

describe('the first start', () => {
  test('makes an administrator once, and what the settings say wins later', async () => {
    expect(await ensureAdministrator(ctx, { adminPassword: undefined, adminToken: undefined })).toEqual({});
    const adminToken = 'a-token-of-my-own-choosing';
    expect(await ensureAdministrator(ctx, { adminPassword: 'Changed-by-settings-1', adminToken })).toEqual({});
    expect((await ask('GET', '/api/probe', { token: operatorToken })).statusCode).toBe(401);
    expect((await ask('GET', '/api/probe', { token: adminToken })).json().permissions).toEqual(['*']);
    await signInAs('admin', 'Changed-by-settings-1');
    await ensureAdministrator(ctx, { adminPassword: PASSWORD, adminToken });
    operatorToken = adminToken;
    await signInAs('admin', PASSWORD);
  });

  test('makes demo accounts with the region only, one a role, which keep their password', async () => {
    expect((await ask('GET', '/api/session/demo')).json()).toEqual({ accounts: [] });
    const demo = await ensureDemoAccounts(ctx, {
      clinician: { organizations: ['org-7'] },
      patient: { patient: 'pat-7' },
    });
    expect(demo.flatMap(({ roles }) => roles).sort()).toEqual(ROLES.filter((role) => role !== 'system').sort());
    expect((await ask('GET', '/api/session/demo')).json().accounts).toEqual(demo);
    expect(await ensureDemoAccounts(ctx)).toEqual(demo);
    const { username = '', password = '' } = demo.find(({ roles }) => roles[0] === 'clinician') ?? {};
    const cookie = await signInAs(username, password);
    expect((await ask('GET', '/api/probe', { cookie })).json().organizations).toEqual(['org-7']);
    const change = { current: password, new: 'mine-alone-now-thanks' };
    expect((await ask('POST', '/api/session/password', { cookie }, change)).statusCode).toBe(403);
    await disableDemoAccounts(ctx);
    expect((await ask('GET', '/api/probe', { cookie })).statusCode).toBe(401);
    expect((await ask('GET', '/api/session/demo')).json()).toEqual({ accounts: [] });
  });

  test("gives the platform's own clients a token at each start, and ends the one before", async () => {
    const service = {
      username: 'region',
      name: 'Synthetic region',
      roles: ['courier'] as Role[],
      organizations: ['org-1'],
    };
    const first = await issueServiceToken(ctx, service);
    expect((await ask('GET', '/api/probe', { token: first })).json().roles).toEqual(['courier']);
    const second = await issueServiceToken(ctx, service);
    expect((await ask('GET', '/api/probe', { token: first })).statusCode).toBe(401);
    expect((await ask('GET', '/api/probe', { token: second })).statusCode).toBe(200);
  });
});

/**
 * Goal: what somebody may see depends on the purpose that the request states, and only purposes of the own role can be stated.
 * Method: each role states each purpose at a route that tells its context; what is not listed is refused.
 */
describe('a purpose of use', () => {
  const STATES: Partial<Record<Role, string[]>> = {
    clinician: ['TREAT', 'HOPERAT', 'HRESCH'],
    'laboratory-technician': ['TREAT', 'HOPERAT'],
    'laboratory-director': ['TREAT', 'HOPERAT', 'HRESCH'],
    patient: ['PATRQT'],
    regulator: ['PUBHLTH'],
    researcher: ['HRESCH'],
  };
  const stating = (purpose: string) => ({ headers: { 'x-purpose-of-use': purpose } });

  test.each(ROLES.filter((role) => role !== 'system'))('is stated by a %s as far as the role goes', async (role) => {
    const cookie = await signInAs(role);
    const mine = STATES[role] ?? ['HOPERAT'];
    for (const purpose of ['TREAT', 'HOPERAT', 'HRESCH', 'PUBHLTH', 'PATRQT']) {
      const answer = await ask('GET', '/api/probe', { cookie, ...stating(purpose) });
      if (mine.includes(purpose)) expect(answer.json()).toMatchObject({ purpose });
      else expect(answer.statusCode).toBe(403);
    }
    expect((await ask('GET', '/api/probe', { cookie })).json()).toMatchObject({ purpose: mine[0] });
    expect((await ask('GET', '/api/session', { cookie })).json().actor).toMatchObject({ purposes: mine });
  });

  test('opens the rows that policies give for it', async () => {
    const cookie = await signInAs('clinician');
    const grants = async (purpose: string) =>
      (await ask('GET', '/api/probe', { cookie, ...stating(purpose) }))
        .json()
        .permissions.filter((held: string) => held.startsWith('fhir:') && !held.includes(':catalogue'))
        .sort();
    expect(await grants('TREAT')).toEqual(['fhir:*:crus:organization', 'fhir:*:rs:care']);
    expect(await grants('HOPERAT')).toEqual(['fhir:*:crus:organization']);
    expect(await grants('HRESCH')).toEqual([]);
  });

  test('that there is not is no request, and one that is refused stands in the trail with who asked', async () => {
    const cookie = await signInAs('courier');
    expect((await ask('GET', '/api/probe', { cookie, ...stating('BTG') })).statusCode).toBe(400);
    await ask('GET', '/api/probe', { cookie, ...stating('HRESCH') });
    const denied = await db.rows<{ detail: object }>(
      sql`select detail from access.audit where outcome = 'denied' and actor_name = 'courier'`,
    );
    expect(JSON.stringify(denied)).toContain('HRESCH');
  });

  test('narrows a token too, and is never widened by it', async () => {
    const cookie = await signInAs('clinician');
    const made = await ask('POST', '/api/access/tokens', { cookie }, { name: 'notebook', scopes: ['lake/*.rs'] });
    const { token } = made.json();
    const held = async (purpose: string) =>
      (await ask('GET', '/api/probe', { token, ...stating(purpose) })).json().permissions.join(' ');
    expect(await held('TREAT')).toContain('lake-fhir:*:rs:care');
    expect(await held('HRESCH')).not.toContain(':care');
    expect((await ask('GET', '/api/probe', { token, ...stating('PUBHLTH') })).statusCode).toBe(403);
  });

  test('other than treatment is looked for without the broken glass', async () => {
    const cookie = await signInAs('clinician');
    const reason = 'unconscious, no relative to be found';
    await ask('POST', '/api/access/break-glass', { cookie }, { reason, patient: 'pat-1' });
    expect((await ask('GET', '/api/probe', { cookie })).json()).toMatchObject({ purpose: 'BTG' });
    const research = (await ask('GET', '/api/probe', { cookie, ...stating('HRESCH') })).json();
    expect(research.purpose).toBe('HRESCH');
    expect(research.permissions.join(' ')).not.toContain('pat-1');
  });

  test('of a policy is set by an administrator and holds from the next request on', async () => {
    const cookie = await signInAs('administrator');
    const policy = { role: 'courier', target: 'Observation', scope: 'organization', verbs: 'rs' };
    const put = (purposes: string[]) => ask('PUT', '/api/access/policies', { cookie }, { ...policy, purposes });
    const courier = await signInAs('courier');
    const held = async () => (await ask('GET', '/api/probe', { cookie: courier })).json().permissions.join(' ');
    expect((await put(['HRESCH'])).statusCode).toBe(204);
    expect(await held()).not.toContain('Observation');
    expect((await put(['HOPERAT', 'HRESCH'])).statusCode).toBe(204);
    expect(await held()).toContain('fhir:Observation:rs:organization');
    const { policies } = (await ask('GET', '/api/access/policies', { cookie })).json();
    expect(policies).toContainEqual({ ...policy, purposes: ['HOPERAT', 'HRESCH'] });
    expect((await put(['BTG'])).statusCode).toBe(400);
    await ask('DELETE', '/api/access/policies?role=courier&target=Observation&scope=organization', { cookie });
  });
});

/** Goal: what each role may do is what docs/access.md says. Method: the whole matrix of acts, written out here by hand. */
test('every role holds exactly the acts of the matrix', async () => {
  const MATRIX: Record<string, string> = {
    'access.account.manage': 'administrator',
    'access.audit.read': 'administrator regulator',
    'access.audit.read@organization': 'laboratory-director',
    'access.audit.read@self': 'patient',
    'access.client.manage': 'administrator',
    'access.glass.break': 'administrator clinician laboratory-director',
    'access.policy.manage': 'administrator',
    'access.purpose.operations': 'clinician laboratory-director laboratory-technician',
    'access.purpose.research': 'clinician laboratory-director',
    'cluster.booking': 'regulator',
    'cluster.booking.hold@organization': 'enterprise park-operator researcher',
    'cluster.booking@organization': 'enterprise investor park-operator researcher',
    'cluster.decision.write': 'regulator',
    'cluster.edit': 'regulator',
    'cluster.edit@organization': 'enterprise investor park-operator researcher',
    'cluster.fund.read': 'regulator',
    'cluster.fund.read@organization': 'investor',
    'cluster.fund.supervise': 'regulator',
    'cluster.fund.write@organization': 'investor',
    'cluster.target.write': 'regulator',
    'cluster.import': 'regulator',
    'cluster.merge': 'regulator',
    'cluster.need': 'regulator',
    'cluster.need.mediate': 'regulator',
    'cluster.need.mediate@organization': 'park-operator',
    'cluster.need@organization': 'enterprise investor park-operator researcher',
    'cluster.policy.apply@organization': 'enterprise',
    'cluster.policy.decide': 'regulator',
    'cluster.policy.write': 'regulator',
    'cluster.park': 'regulator',
    'cluster.park@organization': 'park-operator',
    'cluster.project': 'regulator',
    'cluster.project@organization': 'park-operator',
    'cluster.relay': 'regulator',
    'cluster.relay.decide': 'regulator',
    'cluster.relay@organization': 'enterprise park-operator researcher',
    'cluster.space': 'enterprise investor park-operator regulator researcher',
    'cluster.tenant@organization': 'enterprise',
    'cluster.read':
      'administrator clinician courier data-buyer enterprise investor laboratory-director laboratory-technician park-operator patient regulator researcher',
    'custody.alarm.acknowledge': 'courier laboratory-director laboratory-technician',
    'custody.capture': 'courier',
    'custody.hand-over': 'clinician courier laboratory-director laboratory-technician',
    'custody.read': 'administrator clinician courier laboratory-director laboratory-technician regulator',
    'exchange.buy': 'data-buyer enterprise researcher',
    'exchange.certificate.change': 'administrator regulator',
    'exchange.negotiate@organization': 'data-buyer enterprise laboratory-director researcher',
    'exchange.negotiation.read': 'administrator regulator',
    'exchange.negotiation.read@organization': 'data-buyer enterprise laboratory-director researcher',
    'exchange.assess': 'regulator',
    'exchange.offer@organization': 'enterprise laboratory-director',
    'exchange.operate': 'administrator',
    'exchange.research': 'researcher',
    'exchange.sell@organization': 'enterprise laboratory-director',
    'kernel.dead-letter.read': 'administrator laboratory-director laboratory-technician',
    'kernel.dead-letter.settle': 'administrator laboratory-director',
    'kernel.operations.read': 'administrator',
    'laboratory.operations.read': 'administrator clinician laboratory-director laboratory-technician regulator',
    'laboratory.order.read': 'clinician laboratory-director laboratory-technician',
    'laboratory.order.write': 'clinician laboratory-director laboratory-technician',
    'laboratory.report.read': 'clinician laboratory-director laboratory-technician patient',
    'laboratory.result.release': 'laboratory-director',
    'laboratory.result.write': 'laboratory-director laboratory-technician',
    'records.person.read': 'clinician laboratory-director laboratory-technician patient',
    'records.person.search': 'clinician laboratory-director laboratory-technician',
    'laboratory.explore': 'clinician laboratory-director laboratory-technician regulator researcher',
    'records.cohort.ask': 'clinician laboratory-director regulator researcher',
    'signals.compute': 'clinician enterprise laboratory-director regulator researcher',
    'signals.alarm.work': 'regulator',
    'signals.case.read': 'regulator',
    'signals.definition.write': 'regulator',
    'signals.study.read': 'regulator',
    'signals.study.read@organization': 'clinician researcher',
    'signals.study.write@organization': 'clinician regulator researcher',
    'signals.report.read': 'regulator',
    'signals.report.read@organization': 'clinician enterprise',
    'signals.report.write': 'clinician enterprise regulator',
    'signals.stock.read': 'laboratory-director regulator',
    'signals.stock.write': 'regulator',
    'signals.stock.write@organization': 'enterprise laboratory-director',
    'signals.safety.read': 'regulator researcher',
    'signals.safety.work': 'regulator',
    'signals.watch': 'laboratory-director regulator',
    'lake.export': 'clinician laboratory-director patient regulator researcher',
    'lake.population.ask': 'regulator researcher',
    'lake.population.ask@organization': 'clinician laboratory-director',
    'lake.sql.ask': 'clinician laboratory-director regulator researcher',
    'lake.view.manage': 'administrator laboratory-director',
  };
  const held: Record<string, string[]> = {};
  for (const role of ROLES) {
    for (const permission of await findPermissions(db, [role])) {
      if (!permission.startsWith('fhir:')) held[permission] = [...(held[permission] ?? []), role];
    }
  }
  const found = Object.fromEntries(Object.entries(held).map(([act, roles]) => [act, roles.sort().join(' ')]));
  expect(found).toEqual(MATRIX);
});
