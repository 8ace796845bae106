import fc from 'fast-check';
import Fastify, { type FastifyInstance } from 'fastify';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { findPermissions } from '#kernel/access';
import { type Actor, ROLES, type Role } from '#kernel/context';
import type { Door } from '#kernel/http';
import { seal } from '#kernel/ledger';
import { Problem } from '#kernel/problem';
import { type Pool, sql } from '#kernel/sql';
import { openBundle, type Trust, verifyCertificate } from '#standards/credentials';
import { formatVerifier, signerFromSeed } from '#standards/merkle';
import { testActor, testContext } from '../../../../tests/support/context.ts';
import { testDatabase } from '../../../../tests/support/postgres.ts';
import { signCertificates } from '../actions/certificate-signing.ts';
import { issueCertificate, revokeCertificate } from '../actions/index.ts';
import type { CertificateLine, CertificateRequest } from '../model.ts';
import { certificateRoutes } from './certificates.ts';

/**
 * Goal: what is certified can be checked by a stranger, nothing of it can be changed unnoticed, and what is revoked is refused; who is not
 * concerned changes nothing.
 * Method: certificates of all kinds in a real database, sealed and signed by the very jobs, read by HTTP; then random changes of any member.
 */
const HOUR_MS = 3_600_000;
const ledgerKey = signerFromSeed('banyan.health/test', new Uint8Array(32).fill(7));
const publicUrl = () => 'https://banyan.example';
const roles = new Map<Role, ReadonlySet<string>>();
let pool: Pool;
let app: FastifyInstance;
let actor: Actor;
/** Time only goes forward. */
let at = new Date('2026-11-22T04:00:00Z');
const later = (hours: number) => new Date(at.getTime() + hours * HOUR_MS);

const become = (role: Role, parts: Partial<Actor> = {}): void => {
  actor = testActor(role, { permissions: roles.get(role) ?? new Set(), organizations: ['o1'], ...parts });
};

beforeAll(async () => {
  pool = await testDatabase();
  for (const role of ROLES) roles.set(role, await findPermissions(pool, [role]));
  app = Fastify();
  app.setErrorHandler((error, _, reply) => {
    if (!(error instanceof Problem)) throw error;
    return reply.code(error.status).send({ kind: error.kind, message: error.message });
  });
  const context = async () => testContext(pool, { actor, now: () => at });
  certificateRoutes(app, { pool, publicUrl, context } as unknown as Door);
});
beforeEach(() => become('enterprise'));
afterAll(() => app?.close());

const REQUEST: CertificateRequest = {
  kind: 'registration',
  subject: { id: 'offering/5f0c2f6e/1', title: { en: 'Breast cancer subtypes', zh: '乳腺癌分子分型' } },
  holder: { id: 'Organization/o1', name: 'Laboratory One', nameZh: '第一检验所' },
  claims: { rights: ['hold', 'process', 'operate'], assessment: { outcome: 'approved', score: 0.5 }, none: null },
};

const own = () => testContext(pool, { actor, now: () => at });
const issue = async (request: Partial<CertificateRequest> = {}): Promise<string> => {
  const { id } = await pool.transaction((tx) => issueCertificate(own(), tx, { ...REQUEST, ...request }));
  return id;
};
const work = async (): Promise<void> => {
  await seal(pool, ledgerKey, at);
  await pool.transaction((tx) => signCertificates(testContext(tx, { now: () => at }), { ledgerKey, publicUrl }));
};
const issued = async (request: Partial<CertificateRequest> = {}): Promise<string> => {
  const id = await issue(request);
  await work();
  return id;
};

async function get<T = Record<string, unknown>>(path: string, status = 200): Promise<T> {
  const answer = await app.inject({ method: 'GET', url: path });
  expect(answer.statusCode, answer.body).toBe(status);
  return answer.json<T>();
}
const change = async (id: string, state: string, reason = 'the holder asked for it'): Promise<number> =>
  (await app.inject({ method: 'POST', url: `/api/exchange/certificates/${id}/state`, payload: { state, reason } }))
    .statusCode;

const trustOf = async (lists: readonly unknown[]): Promise<Trust> => {
  const did = await get<{ alsoKnownAs: string[] }>('/.well-known/did.json');
  return { now: at, issuers: did.alsoKnownAs, logKeys: [formatVerifier(ledgerKey)], lists };
};
async function verify(id: string) {
  const { certificate, lists } = openBundle(await get(`/api/exchange/certificates/${id}/bundle`));
  return verifyCertificate(certificate, await trustOf(lists));
}
const failing = (verdict: Awaited<ReturnType<typeof verify>>) =>
  verdict.checks.filter(({ outcome }) => outcome === 'failed').map(({ name, found }) => `${name}: ${found}`);

describe('a certificate', () => {
  test('is said at once, and signed when its entry is sealed', async () => {
    const id = await issue();
    await get(`/api/exchange/certificates/${id}`, 503);
    await pool.transaction((tx) => signCertificates(testContext(tx, { now: () => at }), { ledgerKey, publicUrl }));
    await get(`/api/exchange/certificates/${id}`, 503);
    await work();
    const verdict = await verify(id);
    expect(verdict.checks.filter(({ outcome }) => outcome !== 'passed')).toEqual([]);
    expect(verdict.outcome).toBe('valid');
    expect(verdict.parts?.core.credentialSubject).toMatchObject({
      title: REQUEST.subject.title,
      claims: REQUEST.claims,
    });
  });

  test('of an act that was rolled back never was', async () => {
    const before = await get<{ certificates: CertificateLine[] }>('/api/exchange/certificates');
    await expect(
      pool.transaction(async (tx) => {
        await issueCertificate(own(), tx, REQUEST);
        throw new Error('the act fails');
      }),
    ).rejects.toThrow('the act fails');
    expect(await get('/api/exchange/certificates')).toEqual(before);
  });

  test('is in the audit trail and in the ledger, which tells nothing of it', async () => {
    const id = await issued();
    const { n } = await pool.one<{ n: number }>(
      sql`select count(*) as n from access.audit where subject = ${`certificate/${id}`} and act = 'exchange.certificate-issued'`,
    );
    expect(n).toBe(1);
    const { entry } = (await verify(id)).parts!.evidence;
    expect(Object.keys(JSON.parse(entry))).toEqual(['act', 'at', 'digest', 'id']);
    expect(entry).not.toContain(id);
  });

  test.each<[string, Partial<CertificateRequest>]>([
    ['no path', { subject: { ...REQUEST.subject, id: 'offering/ä' } }],
    ['no party', { holder: { id: '', name: 'x' } }],
    ['no time left', { validUntil: at }],
  ])('with %s is refused', async (_, request) => {
    await expect(issue(request)).rejects.toThrow(Problem);
  });

  test('ends when it says', async () => {
    const id = await issued({ validUntil: later(1) });
    expect((await verify(id)).outcome).toBe('valid');
    at = later(2);
    expect(failing(await verify(id))).toEqual(['dates: over']);
  });
});

describe('what becomes of it', () => {
  test('a regulator suspends, reinstates and revokes; each is signed, told and never undone', async () => {
    const id = await issued({ kind: 'listing' });
    become('regulator');
    expect(await change(id, 'suspended')).toBe(204);
    expect((await verify(id)).outcome).toBe('valid');
    await work();
    expect(failing(await verify(id))).toEqual(['suspension: suspended']);
    expect(await change(id, 'suspended')).toBe(409);
    expect(await change(id, 'in-force')).toBe(204);
    await work();
    expect((await verify(id)).outcome).toBe('valid');
    expect(await change(id, 'revoked')).toBe(204);
    await work();
    expect(failing(await verify(id))).toEqual(['revocation: revoked']);
    for (const state of ['in-force', 'suspended', 'revoked']) expect(await change(id, state)).toBe(409);
    const { events } = await get<{ events: { state: string }[] }>(`/api/exchange/certificates/${id}/events`);
    expect(events.map(({ state }) => state).toSorted()).toEqual(['in-force', 'revoked', 'suspended']);
  });

  test('one that is revoked before it was signed is refused from the beginning', async () => {
    const id = await issue();
    await pool.transaction((tx) => revokeCertificate(own(), tx, id, 'the act was undone'));
    await work();
    expect(failing(await verify(id))).toEqual(['revocation: revoked']);
  });

  test('a list is signed again before it is too old to be relied on', async () => {
    const id = await issued();
    at = later(49);
    expect((await verify(id)).outcome).toBe('open');
    await work();
    expect((await verify(id)).outcome).toBe('valid');
  });

  test('a change needs a state and a reason', async () => {
    const id = await issued();
    become('administrator');
    expect(await change(id, 'gone')).toBe(400);
    expect(await change(id, 'revoked', ' ')).toBe(400);
    expect(await change('00000000-0000-4000-8000-000000000000', 'revoked')).toBe(404);
  });

  test.each(ROLES.filter((role) => !['administrator', 'regulator', 'system'].includes(role)))(
    'no %s changes a certificate, nor sees those of others',
    async (role) => {
      const id = await issued();
      become(role, { organizations: ['o2'] });
      expect(await change(id, 'revoked')).toBe(403);
      await get(`/api/exchange/certificates/${id}/events`, 404);
      expect(await get('/api/exchange/certificates')).toEqual({ certificates: [], mayChange: false });
    },
  );
});

describe('a stranger', () => {
  test('finds whatever single change was made to a certificate', async () => {
    const bundle = openBundle(await get(`/api/exchange/certificates/${await issued()}/bundle`));
    const trust = await trustOf(bundle.lists);
    await fc.assert(
      fc.asyncProperty(
        fc.nat(),
        fc.nat(),
        fc.anything({ withBigInt: false, maxDepth: 1 }),
        async (where, how, value) => {
          const changed = structuredClone(bundle.certificate) as Record<string, unknown>;
          if (!changeOnce(changed, { where, how, value })) return;
          expect((await verifyCertificate(changed, trust)).outcome).toBe('refused');
        },
      ),
      { numRuns: 400 },
    );
  }, 120_000);

  test('finds whatever single character was changed in the file', async () => {
    const bundle = openBundle(await get(`/api/exchange/certificates/${await issued()}/bundle`));
    const trust = await trustOf(bundle.lists);
    const text = JSON.stringify(bundle.certificate);
    await fc.assert(
      fc.asyncProperty(fc.nat(text.length - 1), fc.integer({ min: 32, max: 126 }), async (place, code) => {
        const other = text.slice(0, place) + String.fromCharCode(code) + text.slice(place + 1);
        let changed: unknown;
        try {
          changed = JSON.parse(other);
        } catch {
          return;
        }
        if (JSON.stringify(changed) === text) return;
        expect((await verifyCertificate(changed, trust)).outcome, other.slice(place - 20, place + 20)).toBe('refused');
      }),
      { numRuns: 400 },
    );
  }, 120_000);

  test('takes no list that was changed, is of another purpose, or of another issuer', async () => {
    const id = await issued();
    await issued({ kind: 'transaction' });
    const { certificate, lists } = openBundle(await get(`/api/exchange/certificates/${id}/bundle`));
    const [revocation, suspension] = lists as [{ id: string; credentialSubject: object }, { id: string }];
    const told = async (given: readonly unknown[]) => {
      const { checks } = await verifyCertificate(certificate, await trustOf(given));
      return checks.slice(-2).map(({ outcome, found }) => `${outcome} ${found}`);
    };
    expect(await told([])).toEqual(['open no-list', 'open no-list']);
    expect(await told([revocation])).toEqual(['passed clear', 'open no-list']);
    expect(await told([{ ...suspension, id: revocation.id }, suspension])).toEqual(['failed bad-list', 'passed clear']);
    const emptied = {
      ...revocation.credentialSubject,
      encodedList: 'uH4sIAAAAAAAAA-3BMQEAAADCoPVPbQwfoAAAAAAAAAAAAAAAAAAAAIC3AYbSVKsAQAAA',
    };
    expect((await told([{ ...revocation, credentialSubject: { ...emptied, extra: 1 } }]))[0]).toBe('failed bad-list');
  });

  test('believes no certificate of another issuer or another log', async () => {
    const { certificate, lists } = openBundle(await get(`/api/exchange/certificates/${await issued()}/bundle`));
    const trust = await trustOf(lists);
    const names = (given: Trust) => verifyCertificate(certificate, given).then(failing);
    expect(await names({ ...trust, issuers: ['did:key:z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2'] })).toEqual([
      'issuer: other',
    ]);
    expect(await names({ ...trust, logKeys: [] })).toEqual(['log: other']);
    const open = await verifyCertificate(certificate, { now: at, lists });
    expect(open.outcome).toBe('open');
  });

  test('is told no more than the certificate, and nothing of one that never was', async () => {
    const answer = await app.inject({ method: 'GET', url: `/api/exchange/certificates/${await issued()}` });
    expect(answer.headers['content-type']).toContain('application/vc');
    expect(Object.keys(answer.json())).not.toContain('state');
    await get('/api/exchange/certificates/00000000-0000-4000-8000-000000000000', 404);
    await get('/api/exchange/status-lists/x/revocation', 404);
    await get('/api/exchange/status-lists/0/other', 404);
  });
});

/** Changes one member anywhere: another value, a member more or less, another order. False where nothing came of it. */
function changeOnce(root: object, { where, how, value }: { where: number; how: number; value: unknown }): boolean {
  const before = JSON.stringify(root);
  const places = placesOf(root);
  const { holder, name } = places[where % places.length]!;
  const found = holder[name];
  if (how % 4 === 0) holder[name] = value;
  else if (how % 4 === 1) {
    if (Array.isArray(holder)) holder.splice(Number(name), 1);
    else delete holder[name];
  } else if (how % 4 === 2) {
    if (Array.isArray(found)) found.reverse();
    else if (typeof found === 'object' && found !== null) (found as Record<string, unknown>)['added'] = value;
    else holder[name] = [found];
  } else holder[`${name}x`] = value;
  // What JSON cannot say never arrives.
  const after = JSON.stringify(root);
  return after !== before && JSON.stringify(JSON.parse(after)) === after;
}

interface Place {
  holder: Record<string, unknown>;
  name: string;
}

function placesOf(value: unknown): Place[] {
  if (typeof value !== 'object' || value === null) return [];
  const holder = value as Record<string, unknown>;
  return Object.keys(holder).flatMap((name) => [{ holder, name }, ...placesOf(holder[name])]);
}
