import Fastify, { type FastifyInstance } from 'fastify';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { findPermissions } from '#kernel/access';
import { type Actor, onDb, ROLES, type Role } from '#kernel/context';
import type { Door } from '#kernel/http';
import { Problem } from '#kernel/problem';
import { type Pool, sql } from '#kernel/sql';
import { testActor, testContext } from '../../../../tests/support/context.ts';
import { noLake } from '../../../../tests/support/lake.ts';
import { testDatabase } from '../../../../tests/support/postgres.ts';
import type { Computing } from '../actions/compute/index.ts';
import { signalsRoutes } from '../index.ts';
import { ALARM_STATES, type Alarm, type AlarmPage, MOVES } from '../model.ts';
import { findAlarms, raiseAlarm } from '../store/index.ts';

/**
 * Goal: an alarm goes only where it may, by whom it may, with a reason that is kept; nobody decides on what has changed behind their back.
 * Method: a real database; every role, every move.
 */
let pool: Pool;
let app: FastifyInstance;
let actor: Actor;
let alarm: Alarm;
const roles = new Map<Role, ReadonlySet<string>>();

beforeAll(async () => {
  pool = await testDatabase();
  for (const role of ROLES) roles.set(role, await findPermissions(pool, [role]));
  app = Fastify();
  app.setErrorHandler((error, _, reply) => {
    if (!(error instanceof Problem)) throw error;
    return reply.code(error.status).send({ kind: error.kind, message: error.message, facts: error.facts });
  });
  signalsRoutes(
    app,
    { lake: noLake, context: async () => testContext(pool, { actor }) } as unknown as Door,
    {} as Computing,
  );
});
afterAll(() => app?.close());

const become = (role: Role): void => {
  actor = testActor(role, { permissions: roles.get(role) ?? new Set(), organizations: ['o1'] });
};

beforeEach(async () => {
  become('regulator');
  await pool.run(sql`truncate signals.alarm, signals.alarm_event`);
  const ctx = testContext(pool);
  const ground = {
    method: 'fixed',
    rule: { unit: 'day' },
    first: '2026-11-18',
    last: '2026-11-20',
    cases: 5,
    expected: null,
    bound: 4,
    p: null,
    q: null,
  };
  await pool.transaction((tx) =>
    raiseAlarm(onDb(ctx, tx), tx, {
      kind: 'outbreak',
      key: 'measles/440111',
      subject: { disease: 'measles', place: '440111' },
      grounds: [ground],
      cases: 5,
      quietDays: 21,
    }),
  );
  alarm = (await findAlarms(pool, { limit: 1 }))[0]!;
});

const post = (path: string, body: object) =>
  app.inject({ method: 'POST', url: `/api/signals/alarms/${alarm.id}/${path}`, payload: body });
const move = (to: string, more: object = {}) =>
  post('move', { to, text: 'because it is so', revision: alarm.revision, ...more });

describe('moving an alarm', () => {
  test.each(ALARM_STATES.flatMap((from) => ALARM_STATES.map((to) => [from, to] as const)))(
    'from %s to %s: as the table says',
    async (from, to) => {
      await pool.run(sql`update signals.alarm set state = ${from}`);
      const answer = await move(to, { finding: 'outbreak' });
      expect(answer.statusCode).toBe(MOVES[from].includes(to) ? 200 : 409);
      expect((await findAlarms(pool, { limit: 1 }))[0]!.state).toBe(MOVES[from].includes(to) ? to : from);
    },
  );

  test('is kept with who, why and what it was, in the trail too', async () => {
    const closed = (await move('closed', { finding: 'sporadic' })).json<AlarmPage>();
    expect(closed).toMatchObject({
      alarm: { state: 'closed', revision: 2 },
      events: [
        {
          kind: 'moved',
          text: 'because it is so',
          actorName: 'regulator',
          detail: { from: 'new', to: 'closed', finding: 'sporadic' },
        },
      ],
      moves: ['triage'],
    });
    const acts = await pool.rows<{ act: string }>(sql`select act from access.audit where subject = ${alarm.id}`);
    expect(acts.map(({ act }) => act)).toContain('signals.alarm-closed');
  });

  test.each([
    ['without a reason', 'triage', { text: ' ' }, 400],
    ['without a finding', 'closed', {}, 400],
    ['with an unknown finding', 'closed', { finding: 'aliens' }, 400],
    ['to an unknown state', 'forgotten', {}, 400],
    ['seen in an older revision', 'triage', { revision: 0 }, 409],
    ['without a revision', 'triage', { revision: null }, 400],
  ])('%s is refused', async (_, to, more, status) => {
    expect((await move(to, more)).statusCode).toBe(status);
    expect((await findAlarms(pool, { limit: 1 }))[0]).toMatchObject({ state: 'new', revision: 1 });
  });

  test('two at once: one of them is told that it changed', async () => {
    const answers = await Promise.all([move('triage'), move('triage')]);
    expect(answers.map(({ statusCode }) => statusCode).sort()).toEqual([200, 409]);
  });
});

describe('notes', () => {
  test('stand in the order in which they were written', async () => {
    await post('notes', { kind: 'note', text: 'The school was called.' });
    await post('notes', { kind: 'contact', text: 'A sister', day: '2026-11-19', reach: '138 0000 0000' });
    const { events } = (
      await post('notes', { kind: 'exposure', text: 'The waiting room', day: '2026-11-15' })
    ).json<AlarmPage>();
    expect(events.map(({ kind, text, detail }) => [kind, text, detail.day ?? ''])).toEqual([
      ['note', 'The school was called.', ''],
      ['contact', 'A sister', '2026-11-19'],
      ['exposure', 'The waiting room', '2026-11-15'],
    ]);
  });

  test.each([
    { kind: 'note', text: '' },
    { kind: 'poem', text: 'x' },
    { kind: 'contact', text: 'x', day: 'soon' },
    { kind: 'note', text: 'x'.repeat(4_001) },
  ])('%j is refused', async (body) => {
    expect((await post('notes', body)).statusCode).toBe(400);
  });
});

describe('who may', () => {
  test.each(ROLES.filter((role) => role !== 'system'))('%s', async (role) => {
    become(role);
    const reads = role === 'regulator' || role === 'laboratory-director';
    expect((await app.inject({ url: '/api/signals/alarms' })).statusCode).toBe(reads ? 200 : 403);
    expect((await app.inject({ url: `/api/signals/alarms/${alarm.id}` })).statusCode).toBe(reads ? 200 : 403);
    expect((await move('triage')).statusCode).toBe(role === 'regulator' ? 200 : 403);
    expect((await post('notes', { kind: 'note', text: 'x' })).statusCode).toBe(role === 'regulator' ? 200 : 403);
    if (role !== 'regulator')
      expect((await app.inject({ url: `/api/signals/alarms/${alarm.id}/cases` })).statusCode).toBe(403);
  });

  test('no such alarm', async () => {
    expect((await app.inject({ url: '/api/signals/alarms/none' })).statusCode).toBe(404);
  });
});
