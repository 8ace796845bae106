import { createHash, randomBytes } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { decodeJwt, decodeProtectedHeader, exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readConfig } from '#kernel/config';
import { type Door, languageOf, makeServer, translate } from '#kernel/http';
import { makeLog } from '#kernel/log';
import { startMetrics } from '#kernel/metrics';
import { sql } from '#kernel/sql';
import { testContext } from '../../../../tests/support/context.ts';
import { noLake } from '../../../../tests/support/lake.ts';
import { testDatabase } from '../../../../tests/support/postgres.ts';
import { openAccess } from '../access.ts';
import { changeAccount, createAccount } from '../accounts.ts';
import { accessRoutes } from '../routes.ts';
import { createClient, disableClient } from './clients.ts';
import { openOidc } from './index.ts';
import { findKeys, rotateKeys } from './keys.ts';

const REDIRECT = 'http://127.0.0.1:9/back';
const PASSWORD = 'Kapok-blooms-in-Liwan';
const db = await testDatabase();
const ctx = testContext(db);
const log = makeLog('error');
const external = {
  keys: await generateKeyPair('RS256', { extractable: true }),
  server: undefined as Server | undefined,
  issuer: '',
};
let app: FastifyInstance;
let url = '';
let clinicianId = '';
let serviceKey: CryptoKey;

beforeAll(async () => {
  await startExternalIssuer();
  const publicUrl = () => url;
  const claims = { roles: 'realm_access.roles', organizations: 'orgs' };
  const oidc = await openOidc(ctx, {
    db,
    log,
    publicUrl,
    external: { issuer: external.issuer, audience: () => 'banyan', claims },
  });
  const access = openAccess({ pool: db, log, languageOf, translate, checkJwt: oidc.checkJwt });
  const door: Door = { config: readConfig({}), pool: db, log, lake: noLake, publicUrl, context: access.context };
  const probe = (part: FastifyInstance) => {
    part.get('/api/probe', async (request) => {
      const { actor } = await door.context(request);
      return { ...actor, permissions: [...actor.permissions].sort() };
    });
  };
  app = await makeServer({
    door,
    routes: [accessRoutes(access), oidc.routes(access), probe],
    health: [],
    metrics: startMetrics(),
  });
  url = await app.listen({ host: '127.0.0.1', port: 0 });

  const clinician = {
    username: 'dr.ho',
    name: 'Dr Ho',
    password: PASSWORD,
    roles: ['clinician'],
    organizations: ['org-1'],
  };
  clinicianId = (await createAccount(ctx, clinician)).id;
  await createAccount(ctx, {
    username: 'mei',
    name: 'Mei',
    password: PASSWORD,
    roles: ['patient'],
    patient: 'pat-mei',
  });
  await createClient(ctx, { id: 'growth-chart', name: 'Growth <Chart>', redirectUris: [REDIRECT] });
  await createClient(ctx, {
    id: 'narrow-app',
    name: 'Narrow',
    redirectUris: [REDIRECT],
    scopes: ['openid', 'patient/Observation.rs'],
  });
  const service = await createAccount(ctx, {
    username: 'registry',
    name: 'Registry',
    roles: ['laboratory-director'],
    organizations: ['lab'],
  });
  const pair = await generateKeyPair('ES384', { extractable: true });
  serviceKey = pair.privateKey;
  const jwks = { keys: [{ ...(await exportJWK(pair.publicKey)), alg: 'ES384', kid: 'one' }] };
  await createClient(ctx, { id: 'registry', name: 'Registry', jwks, account: service.id });
});
afterAll(async () => {
  await app.close();
  external.server?.close();
});

/** A browser that keeps its cookies and follows nothing by itself. */
function browser() {
  const jar = new Map<string, string>();
  return {
    jar,
    async go(address: string, form?: Record<string, string>, headers: Record<string, string> = {}) {
      const response = await fetch(new URL(address, url), {
        redirect: 'manual',
        method: form === undefined ? 'GET' : 'POST',
        headers: { cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; '), ...headers },
        ...(form !== undefined && { body: new URLSearchParams(form) }),
      });
      for (const cookie of response.headers.getSetCookie()) {
        const [pair = ''] = cookie.split(';');
        const at = pair.indexOf('=');
        jar.set(pair.slice(0, at), pair.slice(at + 1));
      }
      return {
        status: response.status,
        location: response.headers.get('location') ?? '',
        body: await response.text(),
        headers: response.headers,
      };
    },
  };
}

const verifier = randomBytes(32).toString('base64url');
const challenge = createHash('sha256').update(verifier).digest('base64url');

function authorizeAt(scope: string, more: Record<string, string> = {}): string {
  const query = {
    client_id: 'growth-chart',
    response_type: 'code',
    redirect_uri: REDIRECT,
    scope,
    state: 'state-of-the-app',
    aud: `${url}/fhir`,
    code_challenge: challenge,
    code_challenge_method: 'S256',
    ...more,
  };
  return `/oidc/auth?${new URLSearchParams(query)}`;
}

async function token(form: Record<string, string>) {
  const response = await fetch(`${url}/oidc/token`, { method: 'POST', body: new URLSearchParams(form) });
  return {
    status: response.status,
    ...((await response.json()) as Record<string, unknown> & {
      access_token: string;
      id_token: string;
      refresh_token: string;
      scope: string;
    }),
  };
}

function exchange(code: string, more: Record<string, string> = {}) {
  return token({
    grant_type: 'authorization_code',
    client_id: 'growth-chart',
    code,
    redirect_uri: REDIRECT,
    code_verifier: verifier,
    ...more,
  });
}

/** Goes the whole way through the two pages; the code and the state that come back. */
async function authorize(
  username: string,
  scope: string,
  { patient, ...more }: Record<string, string> = {},
): Promise<URLSearchParams> {
  const { go } = browser();
  const started = await go(authorizeAt(scope, more));
  expect(started.status, started.body).toBe(303);
  const signIn = await go(started.location);
  expect(signIn.body).toContain('Sign in to Banyan');
  const signed = await go(`${started.location}/login`, { username, password: PASSWORD });
  expect(signed.status, signed.body).toBe(303);
  const resumed = await go(signed.location);
  expect(resumed.location, `${signed.location} ${resumed.body}`).not.toBe('');
  const consent = await go(resumed.location);
  expect(consent.status, consent.body).toBe(200);
  const allowed = await go(`${resumed.location}/consent`, {
    answer: 'allow',
    ...(patient !== undefined && { patient }),
  });
  expect(allowed.status, allowed.body).toBe(303);
  const back = await go(allowed.location);
  expect(back.location).toContain(REDIRECT);
  return new URL(back.location).searchParams;
}

async function probe(bearer: string) {
  const response = await fetch(`${url}/api/probe`, { headers: { authorization: `Bearer ${bearer}` } });
  return {
    status: response.status,
    ...((await response.json()) as {
      id: string;
      roles: string[];
      patient?: string;
      permissions: string[];
      organizations: string[];
    }),
  };
}

describe('the code flow with PKCE', () => {
  test('gives a clinician an application token for one patient, no wider than asked', async () => {
    const back = await authorize(
      'dr.ho',
      'openid fhirUser launch/patient patient/Observation.rs patient/Nonsense!.rs',
      { patient: 'pat-7' },
    );
    expect(back.get('state')).toBe('state-of-the-app');
    const tokens = await exchange(back.get('code') ?? '');
    expect(tokens).toMatchObject({
      status: 200,
      token_type: 'Bearer',
      expires_in: 3600,
      patient: 'pat-7',
      need_patient_banner: true,
    });
    expect(tokens.scope.split(' ')).toContain('patient/Observation.rs');
    expect(tokens.scope).not.toContain('Nonsense');
    expect(decodeProtectedHeader(tokens.access_token)).toMatchObject({ alg: 'ES256', typ: 'at+jwt' });
    expect(decodeJwt(tokens.access_token)).toMatchObject({
      iss: `${url}/oidc`,
      aud: `${url}/fhir`,
      sub: clinicianId,
      patient: 'pat-7',
    });
    expect(decodeJwt(tokens.id_token)).toMatchObject({ aud: 'growth-chart', sub: clinicianId });
    expect(tokens.refresh_token).toBeUndefined();

    const actor = await probe(tokens.access_token);
    expect(actor.permissions).toEqual(
      [
        'fhir:Observation:rs:care:patient=pat-7',
        'fhir:Observation:rs:catalogue',
        'fhir:Observation:rs:organization:patient=pat-7',
      ].sort(),
    );
    const allowed = await db.rows(
      sql`select 1 from access.audit where act = 'access.client-allowed' and part = 'pat-7'`,
    );
    expect(allowed).toHaveLength(1);
  });

  test("gives a patient's application the own record without asking whose", async () => {
    const tokens = await exchange((await authorize('mei', 'openid fhirUser patient/*.rs')).get('code') ?? '');
    expect(tokens).toMatchObject({ patient: 'pat-mei' });
    expect(decodeJwt(tokens.id_token)).toMatchObject({ fhirUser: `${url}/fhir/Patient/pat-mei` });
    expect((await probe(tokens.access_token)).permissions).toContain('fhir:*:rs:self:except=Group:patient=pat-mei');
  });

  test('leaves out what the client may not ask for', async () => {
    const back = await authorize('mei', 'openid patient/Observation.rs patient/Condition.rs', {
      client_id: 'narrow-app',
    });
    const tokens = await exchange(back.get('code') ?? '', { client_id: 'narrow-app' });
    expect(tokens.scope.split(' ').sort()).toEqual(['openid', 'patient/Observation.rs']);
  });

  test('a code is good once, for its own client, verifier and address only', async () => {
    const code = async () => (await authorize('mei', 'openid patient/*.rs')).get('code') ?? '';
    expect((await exchange(await code(), { code_verifier: randomBytes(32).toString('base64url') })).status).toBe(400);
    expect((await exchange(await code(), { client_id: 'narrow-app' })).status).toBe(400);
    expect((await exchange(await code(), { redirect_uri: `${REDIRECT}/other` })).status).toBe(400);
    const used = await code();
    expect((await exchange(used)).status).toBe(200);
    expect((await exchange(used)).status).toBe(400);
  });

  test.each([
    { code_challenge: '', code_challenge_method: '' },
    { code_challenge_method: 'plain' },
    { aud: 'https://elsewhere.example/fhir' },
    { response_type: 'token' },
  ])('is refused with %j', async (more) => {
    const query = new URLSearchParams(authorizeAt('openid patient/*.rs', more as Record<string, string>).split('?')[1]);
    for (const [name, value] of [...query]) if (value === '') query.delete(name);
    const answer = await browser().go(`/oidc/auth?${query}`);
    const error = answer.location === '' ? answer.body : decodeURIComponent(answer.location);
    expect(error).toMatch(/invalid|unsupported|unauthorized/);
    expect(answer.location).not.toContain('code=');
  });

  test.each([{ client_id: 'unknown-app' }, { redirect_uri: 'https://evil.example/steal' }])(
    'sends nobody on to a place that is not registered: %j',
    async (more) => {
      const answer = await browser().go(authorizeAt('openid', more as Record<string, string>));
      expect(answer.status).toBe(400);
      expect(answer.location).toBe('');
    },
  );

  test('a wrong password is told on the page, in the reader’s language, and the person may refuse', async () => {
    const { go } = browser();
    const { location } = await go(authorizeAt('openid patient/*.rs'));
    const wrong = await go(`${location}/login`, { username: 'mei', password: 'wrong' }, { 'accept-language': 'zh-CN' });
    expect(wrong.status).toBe(401);
    expect(wrong.body).toContain('登录');
    expect(wrong.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    const signed = await go(`${location}/login`, { username: 'mei', password: PASSWORD });
    const resumed = await go(signed.location);
    expect(resumed.location, `${signed.location} ${resumed.body}`).not.toBe('');
    const consent = await go(resumed.location);
    expect(consent.body).toContain('Growth &lt;Chart&gt;');
    const refused = await go(`${resumed.location}/consent`, { answer: 'refuse' });
    expect((await go(refused.location)).location).toContain('error=access_denied');
  });

  test("a stranger's browser cannot go on with somebody's sign-in", async () => {
    const { location } = await browser().go(authorizeAt('openid patient/*.rs'));
    const stranger = browser();
    expect((await stranger.go(location)).status).toBe(410);
    expect((await stranger.go(`${location}/login`, { username: 'mei', password: PASSWORD })).status).toBe(410);
  });

  test('who is signed in on the platform is asked for consent only', async () => {
    const { go } = browser();
    await go('/api/session', { username: 'mei', password: PASSWORD });
    const started = await go(authorizeAt('openid patient/*.rs'));
    const signed = await go(started.location);
    expect(signed.status).toBe(303);
    const consent = await go((await go(signed.location)).location);
    expect(consent.body).toContain('Mei');
  });
});

describe('tokens', () => {
  test('are refreshed, each refresh token once; using one twice ends the grant', async () => {
    const first = await exchange((await authorize('mei', 'openid offline_access patient/*.rs')).get('code') ?? '');
    const refresh = (refresh_token: string) =>
      token({ grant_type: 'refresh_token', client_id: 'growth-chart', refresh_token });
    const second = await refresh(first.refresh_token);
    expect(second).toMatchObject({ status: 200, patient: 'pat-mei' });
    expect((await probe(second.access_token)).status).toBe(200);
    expect((await refresh(first.refresh_token)).status).toBe(400);
    expect((await refresh(second.refresh_token)).status).toBe(400);
  });

  test('end with the account and with the client', async () => {
    const extra = await createAccount(ctx, {
      username: 'leaver',
      name: 'Leaver',
      password: PASSWORD,
      roles: ['clinician'],
      organizations: ['org-1'],
    });
    const { access_token } = await exchange((await authorize('leaver', 'openid user/*.rs')).get('code') ?? '');
    expect((await probe(access_token)).status).toBe(200);
    await changeAccount(ctx, extra.id, { disabled: true });
    expect((await probe(access_token)).status).toBe(401);

    await createClient(ctx, { id: 'short-lived', name: 'Short', redirectUris: [REDIRECT] });
    const back = await authorize('mei', 'openid patient/*.rs', { client_id: 'short-lived' });
    const other = await exchange(back.get('code') ?? '', { client_id: 'short-lived' });
    expect((await probe(other.access_token)).status).toBe(200);
    await disableClient(ctx, 'short-lived');
    expect((await probe(other.access_token)).status).toBe(401);
  });

  test('of a foreign key, another audience, another kind or a time gone by are refused', async () => {
    const good = (await exchange((await authorize('mei', 'openid patient/*.rs')).get('code') ?? '')).access_token;
    const payload = decodeJwt(good);
    const { kid = '' } = decodeProtectedHeader(good);
    const foreign = await generateKeyPair('ES256');
    const [own] = (await findKeys(db)).filter(({ alg }) => alg === 'ES256');
    const ownKey = await crypto.subtle.importKey(
      'jwk',
      own as JsonWebKey,
      { name: 'ECDSA', namedCurve: 'P-256' },
      false,
      ['sign'],
    );
    const signed = (claims: JWTPayload, key: CryptoKey, typ = 'at+jwt') =>
      new SignJWT({ ...payload, ...claims }).setProtectedHeader({ alg: 'ES256', kid, typ }).sign(key);
    expect((await probe(await signed({}, ownKey))).status).toBe(200);
    expect((await probe(await signed({}, foreign.privateKey))).status).toBe(401);
    expect((await probe(await signed({ aud: 'https://elsewhere.example' }, ownKey))).status).toBe(401);
    expect((await probe(await signed({ exp: Math.floor(Date.now() / 1000) - 60 }, ownKey))).status).toBe(401);
    expect((await probe(await signed({ iss: 'https://elsewhere.example' }, ownKey))).status).toBe(401);
    expect((await probe(await signed({}, ownKey, 'JWT'))).status).toBe(401);
    const [head = '', body = ''] = good.split('.');
    const none = Buffer.from(JSON.stringify({ alg: 'none', typ: 'at+jwt' })).toString('base64url');
    expect((await probe(`${none}.${body}.${'A'.repeat(86)}`)).status).toBe(401);
    const widened = Buffer.from(JSON.stringify({ ...payload, scope: 'user/*.cruds' })).toString('base64url');
    expect((await probe(`${head}.${widened}.${good.split('.')[2]}`)).status).toBe(401);
  });

  test('an id token is no access token', async () => {
    const { id_token } = await exchange((await authorize('mei', 'openid patient/*.rs')).get('code') ?? '');
    expect((await probe(id_token)).status).toBe(401);
  });

  test('signed by a key that has been replaced are good until they expire', async () => {
    const { access_token } = await exchange((await authorize('mei', 'openid patient/*.rs')).get('code') ?? '');
    await db.run(sql`update access.signing_key set made_at = made_at - interval '91 days'`);
    await rotateKeys(ctx);
    expect(await findKeys(db)).toHaveLength(4);
    expect((await probe(access_token)).status).toBe(200);
    await db.run(
      sql`update access.signing_key set made_at = made_at - interval '2 days' where made_at < now() - interval '80 days'`,
    );
    await rotateKeys(ctx);
    expect(await findKeys(db)).toHaveLength(2);
  });
});

describe('a client on its own behalf', () => {
  const assertion = (key: CryptoKey, claims: JWTPayload = {}) =>
    new SignJWT({
      iss: 'registry',
      sub: 'registry',
      aud: `${url}/oidc/token`,
      jti: randomBytes(16).toString('hex'),
      ...claims,
    })
      .setProtectedHeader({ alg: 'ES384', kid: 'one' })
      .setIssuedAt()
      .setExpirationTime('2m')
      .sign(key);
  const ask = (client_assertion: string, scope = 'system/Observation.rs user/*.cruds') =>
    token({
      grant_type: 'client_credentials',
      scope,
      client_assertion,
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    });

  test('proves itself by a signed JWT and acts as its account within system scopes', async () => {
    const tokens = await ask(await assertion(serviceKey, { aud: `${url}/oidc` }));
    expect(tokens).toMatchObject({ status: 200, scope: 'system/Observation.rs', expires_in: 300 });
    const actor = await probe(tokens.access_token);
    expect(actor).toMatchObject({ status: 200, roles: ['laboratory-director'], organizations: ['lab'] });
    expect(actor.permissions).toEqual([
      'fhir:Observation:rs:catalogue',
      'fhir:Observation:rs:laboratory',
      'fhir:Observation:rs:organization',
    ]);
  });

  test('is refused with a foreign key, and with an assertion that was used before', async () => {
    const foreign = await generateKeyPair('ES384');
    expect((await ask(await assertion(foreign.privateKey, { aud: `${url}/oidc` }))).status).toBe(401);
    const once = await assertion(serviceKey, { aud: `${url}/oidc` });
    expect((await ask(once)).status).toBe(200);
    expect((await ask(once)).status).toBe(401);
  });
});

describe('an external issuer', () => {
  const sign = (claims: JWTPayload, key = external.keys.privateKey) =>
    new SignJWT({
      realm_access: { roles: ['clinician', 'system', 'offline_access'] },
      orgs: ['org-9'],
      name: 'Dr Elsewhere',
      ...claims,
    })
      .setProtectedHeader({ alg: 'RS256', kid: 'ext' })
      .setIssuer(claims.iss ?? external.issuer)
      .setAudience((claims.aud as string | undefined) ?? 'banyan')
      .setSubject('42')
      .setExpirationTime('5m')
      .sign(key);

  test('is believed by its published keys; roles come by the claims that the settings name', async () => {
    const actor = await probe(await sign({}));
    expect(actor).toMatchObject({ status: 200, id: 'external/42', roles: ['clinician'], organizations: ['org-9'] });
    expect(actor.permissions).toContain('laboratory.order.write');
    const narrowed = await probe(await sign({ scope: 'openid user/Observation.rs' }));
    expect(narrowed.permissions.every((held) => held.startsWith('fhir:Observation:rs:'))).toBe(true);
  });

  test('is not believed with a foreign key, for another audience, or under another name', async () => {
    const foreign = await generateKeyPair('RS256');
    expect((await probe(await sign({}, foreign.privateKey))).status).toBe(401);
    expect((await probe(await sign({ aud: 'somebody-else' }))).status).toBe(401);
    expect((await probe(await sign({ iss: 'https://evil.example' }))).status).toBe(401);
  });
});

describe('what applications look up first', () => {
  test('openid and SMART configuration agree and name places that exist', async () => {
    const smart = (await (await fetch(`${url}/fhir/.well-known/smart-configuration`)).json()) as Record<string, string>;
    const openid = (await (
      await fetch(`${url}/oidc/.well-known/openid-configuration`, { headers: { 'x-forwarded-host': 'evil.example' } })
    ).json()) as Record<string, string>;
    for (const name of ['issuer', 'authorization_endpoint', 'token_endpoint', 'revocation_endpoint', 'jwks_uri']) {
      expect(openid[name], name).toBe(smart[name]);
    }
    const { keys } = (await (await fetch(openid['jwks_uri'] ?? '')).json()) as { keys: Record<string, unknown>[] };
    expect(keys.length).toBeGreaterThanOrEqual(2);
    for (const key of keys)
      for (const secret of ['d', 'p', 'q', 'dp', 'dq', 'qi']) expect(key).not.toHaveProperty(secret);
  });

  test.each([
    { id: 'a', name: 'Too short', redirectUris: [REDIRECT] },
    { id: 'plain-http', name: 'Plain', redirectUris: ['http://elsewhere.example/back'] },
    { id: 'script', name: 'Script', redirectUris: ['javascript:alert(1)'] },
    { id: 'fragment', name: 'Fragment', redirectUris: ['https://a.example/#x'] },
    { id: 'no-way-back', name: 'None' },
    { id: 'wide-scopes', name: 'Wide', redirectUris: [REDIRECT], scopes: ['*'] },
  ])('a client like $id is not registered', async (client) => {
    await expect(createClient(ctx, client)).rejects.toMatchObject({ kind: 'invalid' });
  });
});

async function startExternalIssuer(): Promise<void> {
  const publicKey = { ...(await exportJWK(external.keys.publicKey)), kid: 'ext', alg: 'RS256', use: 'sig' };
  external.server = createServer((request, response) => {
    const body = request.url?.endsWith('openid-configuration')
      ? { issuer: external.issuer, jwks_uri: `${external.issuer}/keys` }
      : { keys: [publicKey] };
    response.setHeader('content-type', 'application/json').end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => external.server?.listen(0, '127.0.0.1', resolve));
  external.issuer = `http://127.0.0.1:${(external.server.address() as AddressInfo).port}`;
}
