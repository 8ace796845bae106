import Fastify, { type FastifyInstance } from 'fastify';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { findPermissions } from '#kernel/access';
import type { Context } from '#kernel/context';
import type { Door } from '#kernel/http';
import { listensTo, startDeliveries } from '#kernel/outbox';
import { Problem } from '#kernel/problem';
import { type Pool, sql } from '#kernel/sql';
import { testContext } from '../../../../tests/support/context.ts';
import { testDatabase } from '../../../../tests/support/postgres.ts';
import { intake, recordsRoutes, startReceiver } from '../index.ts';
import type { Person, TimelineEntry, Trend } from '../model.ts';

/**
 * Goal: a person is found by every name and number, and what is shown is hers alone, to those who may, and is audited.
 * Method: messages come in through the receiver; the routes are asked as different accounts, on a real database.
 */
let pool: Pool;
let app: FastifyInstance;
let actor: Context['actor'] | undefined;
let everybody: Context;

beforeAll(async () => {
  pool = await testDatabase();
  everybody = testContext(pool);
  app = Fastify();
  app.setErrorHandler((error, _, reply) => {
    if (!(error instanceof Problem)) throw error;
    return reply.code(error.status).send({ error: { kind: error.kind, message: error.message } });
  });
  recordsRoutes(app, {
    context: async () => testContext(pool, actor === undefined ? {} : { actor }),
  } as unknown as Door);

  listensTo([intake]);
  const deliveries = await startDeliveries(everybody, pool, [intake]);
  const receiver = startReceiver(everybody);
  const segments = (n: number): string =>
    `OBR|1|P${n}^H1|F${n}^L1|2345-7^Glucose^LN|||2026010${n}0700||||||||||||||||||F\rOBX|1|NM|2345-7^Glucose^LN||5.${n}|mmol/L^^UCUM|3.9-6.1|H|||F\rSPM|1|S${n}&BANYAN&https://banyan.health/id/specimen&URI\r`;
  const texts = [1, 2, 3].map(
    (n) =>
      `MSH|^~\\&|LIS|L1|||20260101080000+0800||ORU^R01|c${n}|P|2.5.1\rPID|1||8601^^^B&https://banyan.health/id/health-card&URI^HC||张^伟^^^^^L^I~Zhang^Wei^^^^^D^A||19800102|M\r${segments(n)}`,
  );
  texts.push(
    'MSH|^~\\&|LIS|L1|||20260101||ADT^A04|c9|P|2.5.1\rPID|1||8602^^^B&https://banyan.health/id/health-card&URI^HC||Müller^Änne||1990|F\r',
  );
  texts.push('not a message');
  for (const text of texts) await receiver.receive(Buffer.from(text), { channel: 'mllp', origin: 'test' });
  await deliveries.idle();
  await deliveries.stop();
});

afterEach(() => {
  actor = undefined;
});

afterAll(() => app?.close());

async function get<T>(url: string, status = 200): Promise<T> {
  const reply = await app.inject({ url });
  expect(reply.statusCode, reply.body).toBe(status);
  return reply.json<T>();
}

const people = async (q: string): Promise<Person[]> =>
  (await get<{ people: Person[] }>(`/api/records/people?q=${encodeURIComponent(q)}`)).people;

describe('a person', () => {
  test.each([['张伟'], ['张'], ['zhang'], ['Wei Zh'], ['8601']])('is found by %s', async (q) => {
    expect(await people(q)).toMatchObject([{ name: '张伟', sex: 'male', birthDate: '1980-01-02' }]);
  });

  test.each([['muller'], ['ÄNNE'], ['Müller Änne']])('is found by %s whatever its accents', async (q) => {
    expect(await people(q)).toMatchObject([{ name: 'Änne Müller' }]);
  });

  test.each([['nobody'], ['%'], ['_'], ['86']])('is not found by %s', async (q) => {
    expect(await people(q)).toEqual([]);
  });

  test('has a timeline whose pages do not overlap', async () => {
    const [person] = await people('8601');
    const first = await get<{ entries: TimelineEntry[]; next: string }>(
      `/api/records/people/${person!.id}/timeline?limit=4`,
    );
    const rest = await get<{ entries: TimelineEntry[] }>(
      `/api/records/people/${person!.id}/timeline?limit=50&after=${first.next}`,
    );
    const all = [...first.entries, ...rest.entries];
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
    expect(all.filter(({ kind }) => kind === 'report').map(({ at }) => at.slice(0, 10))).toEqual([
      '2026-01-03',
      '2026-01-02',
      '2026-01-01',
    ]);
  });

  test('has a timeline of chosen kinds', async () => {
    const [person] = await people('8601');
    const path = `/api/records/people/${person!.id}/timeline`;
    const { entries } = await get<{ entries: TimelineEntry[] }>(`${path}?kinds=report`);
    expect(entries.map(({ kind }) => kind)).toEqual(['report', 'report', 'report']);
    expect(await get(`${path}?kinds=encounter,condition`)).toEqual({ entries: [] });
    await get(`${path}?kinds=report,rumour`, 400);
  });

  test('is called by the Latin name too', async () => {
    expect(await people('8601')).toMatchObject([{ name: '张伟', nameLatin: 'Wei Zhang' }]);
    expect(await people('8602')).not.toMatchObject([{ nameLatin: expect.anything() }]);
  });

  test('shows who looked, page by page, to those who may look and to nobody else', async () => {
    const [person] = await people('8601');
    const path = `/api/records/people/${person!.id}/looks`;
    const all = await get<{ rows: { id: string; act: string }[] }>(`${path}?limit=200`);
    expect(all.rows[0]).toMatchObject({ act: 'records.person-read', outcome: 'success' });
    expect(all.rows[0]).not.toHaveProperty('patients');
    const first = await get<{ rows: { id: string }[]; next: string }>(`${path}?limit=1`);
    const then = await get<{ rows: { id: string }[] }>(`${path}?limit=1&after=${first.next}`);
    expect(then.rows[0]?.id).not.toBe(first.rows[0]?.id);
    actor = {
      ...everybody.actor,
      roles: ['clinician'],
      organizations: ['elsewhere'],
      permissions: await findPermissions(pool, ['clinician']),
    };
    await get(path, 404);
  });

  test('has trends with limits and flags', async () => {
    const [person] = await people('8601');
    const { trends } = await get<{ trends: Trend[] }>(`/api/records/people/${person!.id}/trends`);
    expect(trends).toMatchObject([
      {
        code: '2345-7',
        unit: 'mmol/L',
        points: [{ value: 5.1, low: 3.9, high: 6.1, flag: 'H' }, { value: 5.2 }, { value: 5.3 }],
      },
    ]);
  });

  test('is shown to nobody without care, and every showing is in the trail', async () => {
    const [person] = await people('8601');
    await get(`/api/records/people/${person!.id}`);
    const { count } = await pool.one<{ count: number }>(
      sql`select count(*) from access.audit where act = 'records.person-read' and part = ${person!.id}`,
    );
    expect(count).toBeGreaterThan(0);

    actor = {
      ...everybody.actor,
      roles: ['clinician'],
      organizations: ['elsewhere'],
      permissions: await findPermissions(pool, ['clinician']),
    };
    expect(await people('8601')).toEqual([]);
    await get(`/api/records/people/${person!.id}`, 404);
    const { organization } = await pool.one<{ organization: string }>(
      sql`select organization from access.care where patient = ${person!.id} limit 1`,
    );
    actor = { ...actor, organizations: [organization] };
    expect(await people('8601')).toHaveLength(1);
    actor = { ...actor, permissions: new Set() };
    await get(`/api/records/people/${person!.id}`, 403);
  });
});

describe('search', () => {
  test.each([
    ['8601', 'person'],
    ['S2', 'specimen'],
    ['P3', 'order'],
    ['c1', 'message'],
  ])('finds %s, a %s', async (q, kind) => {
    const { results } = await get<{ results: { kind: string; path: string }[] }>(`/api/search?q=${q}`);
    expect(results.map((result) => result.kind)).toContain(kind);
  });

  test('wants a question', async () => {
    await get('/api/search?q=', 400);
    await get(`/api/search?q=${'x'.repeat(101)}`, 400);
  });
});

describe('the message desk', () => {
  interface Row {
    key: string;
    state: string;
    controlId: string;
  }

  test('lists by state, page by page', async () => {
    const { messages } = await get<{ messages: Row[] }>('/api/records/messages?state=refused');
    expect(messages).toHaveLength(1);
    const first = await get<{ messages: Row[]; next: string }>('/api/records/messages?limit=2');
    const rest = await get<{ messages: Row[] }>(`/api/records/messages?after=${first.next}`);
    expect(new Set([...first.messages, ...rest.messages].map(({ key }) => key)).size).toBe(5);
    await get('/api/records/messages?state=lost', 400);
  });

  test('shows a message with its segments, resources and what was not mapped', async () => {
    const { messages } = await get<{ messages: Row[] }>('/api/records/messages?controlId=c2');
    const message = await get<{ segments: { name: string }[]; resources: { type: string }[]; unmapped: string[] }>(
      `/api/records/messages/${messages[0]!.key}`,
    );
    expect(message.segments.map(({ name }) => name)).toEqual(['MSH', 'PID', 'OBR', 'OBX', 'SPM']);
    expect(message.resources.map(({ type }) => type)).toContain('Observation');
    expect(message.unmapped).toEqual([]);
  });

  test('shows what could not be read as text', async () => {
    const { messages } = await get<{ messages: Row[] }>('/api/records/messages?state=refused');
    expect(await get(`/api/records/messages/${messages[0]!.key}`)).toMatchObject({
      text: 'not a message',
      reason: 'the message must begin with MSH',
    });
    await get('/api/records/messages/nonsense', 400);
    await get('/api/records/messages/TEk.none', 404);
  });
});
