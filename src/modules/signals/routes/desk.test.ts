import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createAccount, findPermissions } from '#kernel/access';
import { type Actor, onDb, ROLES, type Role } from '#kernel/context';
import { update } from '#kernel/fhir';
import type { Door } from '#kernel/http';
import { type Pool, sql } from '#kernel/sql';
import { testActor, testContext } from '../../../../tests/support/context.ts';
import { noLake } from '../../../../tests/support/lake.ts';
import { testDatabase } from '../../../../tests/support/postgres.ts';
import { problemApp } from '../../../../tests/support/visits.ts';
import type { Computing } from '../actions/compute/index.ts';
import { signalsRoutes } from '../index.ts';
import { ALARM_STATES, type Alarm, type AlarmNotice, type AlarmPage, type AlarmPerson, MOVES } from '../model.ts';
import { findAlarms, raiseAlarm } from '../store/index.ts';

/**
 * Goal: an alarm goes only where it may, by whom it may, with a reason that is kept; nobody decides on what has changed behind their back.
 * Method: a real database; every role, every move.
 */
let pool: Pool;
let app: FastifyInstance;
let actor: Actor;
let alarm: Alarm;
/** Accounts that can be told of it, and one that cannot. */
let [near, far, blind] = ['', '', ''];
const roles = new Map<Role, ReadonlySet<string>>();

beforeAll(async () => {
  pool = await testDatabase();
  for (const role of ROLES) roles.set(role, await findPermissions(pool, [role]));
  const ctx = testContext(pool);
  await update(ctx, { resourceType: 'Organization', id: 'cdc', name: 'CDC', address: [{ postalCode: '440111' }] });
  const account = async (username: string, role: Role, organizations: string[]): Promise<string> =>
    (
      await createAccount(ctx, {
        username,
        name: username,
        password: 'three-wise-herons',
        roles: [role],
        organizations,
      })
    ).id;
  far = await account('anna', 'laboratory-director', ['elsewhere']);
  near = await account('bert', 'regulator', ['cdc']);
  blind = await account('carl', 'courier', ['cdc']);
  app = problemApp();
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
  await pool.run(sql`truncate signals.alarm, signals.alarm_event, signals.notice`);
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
      const answer = await move(to, { finding: 'outbreak', persons: [near] });
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

describe('an escalation', () => {
  const escalate = async (persons: readonly string[]) => {
    await pool.run(sql`update signals.alarm set state = 'verified'`);
    return move('escalated', { persons });
  };
  const waiting = async (): Promise<AlarmNotice[]> =>
    (await app.inject({ url: '/api/signals/notices' })).json<{ notices: AlarmNotice[] }>().notices;
  const see = (id: string) => app.inject({ method: 'POST', url: `/api/signals/notices/${id}/acknowledge` });

  test('may go to whoever sees alarms, those of the place first', async () => {
    const answer = await app.inject({ url: `/api/signals/alarms/${alarm.id}/persons` });
    const { persons } = answer.json<{ persons: AlarmPerson[] }>();
    expect(persons.map(({ name, isLocal }) => [name, isLocal])).toEqual([
      ['bert', true],
      ['anna', false],
    ]);
  });

  test('is told to those who are named, until each of them has seen it', async () => {
    const page = (await escalate([near, far, near])).json<AlarmPage>();
    expect(page.notices.map(({ accountName, acknowledgedAt }) => [accountName, acknowledgedAt]).sort()).toEqual([
      ['anna', null],
      ['bert', null],
    ]);
    expect(page.events.at(-1)).toMatchObject({ detail: { to: 'escalated', told: ['bert', 'anna'] } });
    expect(await waiting()).toEqual([]);

    actor = { ...actor, id: near };
    const [notice, ...others] = await waiting();
    expect(others).toEqual([]);
    expect(notice).toMatchObject({ alarm: alarm.id, text: 'because it is so', key: 'measles/440111' });
    expect((await see(notice!.id)).statusCode).toBe(200);
    expect(await waiting()).toEqual([]);
    expect((await see(notice!.id)).statusCode).toBe(200);
    const seen = await pool.rows(
      sql`select 1 from access.audit where act = 'signals.notice-acknowledged' and actor = ${near} and subject = ${alarm.id}`,
    );
    expect(seen).toHaveLength(1);

    become('laboratory-director');
    actor = { ...actor, id: far };
    expect(await waiting()).toHaveLength(1);
    expect((await see(notice!.id)).statusCode).toBe(404);
  });

  test.each([
    ['to nobody', () => []],
    ['to who cannot see alarms', () => [blind]],
    ['to an account that is not', () => ['nobody']],
    ['to everybody', () => Array.from({ length: 21 }, (_, at) => `a${at}`)],
  ])('%s is refused, and the alarm stays where it was', async (_, persons) => {
    expect((await escalate(persons())).statusCode).toBe(400);
    expect((await findAlarms(pool, { limit: 1 }))[0]!.state).toBe('verified');
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
    expect((await app.inject({ url: '/api/signals/notices' })).statusCode).toBe(reads ? 200 : 403);
    expect((await app.inject({ url: `/api/signals/alarms/${alarm.id}/persons` })).statusCode).toBe(
      role === 'regulator' ? 200 : 403,
    );
    expect((await move('triage')).statusCode).toBe(role === 'regulator' ? 200 : 403);
    expect((await post('notes', { kind: 'note', text: 'x' })).statusCode).toBe(role === 'regulator' ? 200 : 403);
    if (role !== 'regulator')
      expect((await app.inject({ url: `/api/signals/alarms/${alarm.id}/cases` })).statusCode).toBe(403);
  });

  test('no such alarm', async () => {
    expect((await app.inject({ url: '/api/signals/alarms/none' })).statusCode).toBe(404);
  });
});
