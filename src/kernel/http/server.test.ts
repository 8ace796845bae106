import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readConfig } from '#kernel/config';
import type { Context } from '#kernel/context';
import { silentLog } from '#kernel/log';
import { startMetrics } from '#kernel/metrics';
import { sql } from '#kernel/sql';
import { testContext } from '../../../tests/support/context.ts';
import { noLake } from '../../../tests/support/lake.ts';
import { testDatabase } from '../../../tests/support/postgres.ts';
import { type Door, makeServer } from './index.ts';

const db = await testDatabase();
/** Parts that are down, and why. */
const down = new Map<string, string>();
let app: Awaited<ReturnType<typeof makeServer>>;

beforeAll(async () => {
  const door: Door = {
    config: readConfig({}),
    pool: db,
    log: silentLog,
    lake: noLake,
    publicUrl: () => 'https://banyan.example',
    context: async (): Promise<Context> => testContext(db),
  };
  const probe = (part: typeof app): void => {
    part.get<{ Querystring: { q?: string } }>('/api/probe', async ({ query: { q = '' } }) => ({
      found: await db.one(sql`select ${q.trim()} as text`),
    }));
    part.get<{ Querystring: { at?: string } }>('/api/probe/time', async ({ query: { at = '' } }) => ({
      found: await db.one(sql`select ${new Date(at)}::timestamptz as at`),
    }));
    part.get('/api/probe/bug', async () => db.one(sql`select secret_column from secret_table`));
  };
  const health = [
    { name: 'vital', check: async () => down.get('vital') },
    { name: 'optional', check: async () => down.get('optional'), isOptional: true },
  ];
  app = await makeServer({ door, routes: [probe], health, metrics: startMetrics() });
});
afterAll(() => app.close());

/** Goal: no address makes the server fail or speak of its inside. Method: addresses that nobody sends by mistake, through the real server. */
describe('the server', () => {
  test.each([
    ['/api/probe?q=%00'],
    ['/api/probe?q=a&q=b'],
    ['/api/probe?q=a&q=%00'],
    ['/api/probe/time?at=-271821-04-20T00:00:00Z'],
    ['/api/%zz'],
    ['/api/%ff'],
  ])('refuses %s', async (url) => {
    const answer = await app.inject({ method: 'GET', url });
    expect(answer.statusCode).toBe(400);
    expect(answer.json().error.kind).toBe('invalid');
  });

  test('refuses under /fhir by an OperationOutcome', async () => {
    const answer = await app.inject({ method: 'GET', url: '/fhir/Patient/%zz' });
    expect(answer.json().resourceType).toBe('OperationOutcome');
  });

  test.each([
    [[], 200, 'ready', { vital: 'up', optional: 'up' }],
    [['optional'], 200, 'degraded', { vital: 'up', optional: 'gone' }],
    [['vital'], 503, 'not ready', { vital: 'gone', optional: 'up' }],
    [['vital', 'optional'], 503, 'not ready', { vital: 'gone', optional: 'gone' }],
  ] as const)('with %j down it answers %d, %s', async (names, code, status, parts) => {
    for (const name of names) down.set(name, 'gone');
    const answer = await app.inject({ method: 'GET', url: '/health/ready' });
    down.clear();
    expect([answer.statusCode, answer.json()]).toEqual([code, { status, parts }]);
  });

  test('counts what it answers, and says so', async () => {
    await app.inject({ method: 'GET', url: '/health/live' });
    const { body } = await app.inject({ method: 'GET', url: '/metrics' });
    expect(body).toMatch(/^banyan_http_request_seconds_count\{[^}]*route="\/health\/live"[^}]*\} [1-9]/m);
  });

  test('tells nothing of a bug but its number', async () => {
    const answer = await app.inject({ method: 'GET', url: '/api/probe/bug' });
    expect(answer.statusCode).toBe(500);
    expect(answer.body).not.toMatch(/secret|select|\.ts/);
    expect(answer.json().error.facts.requestId).toMatch(/^[0-9a-f-]{36}$/);
  });
});
