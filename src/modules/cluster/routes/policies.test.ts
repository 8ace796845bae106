import { readFileSync } from 'node:fs';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { findPermissions } from '#kernel/access';
import { type Actor, ROLES, type Role } from '#kernel/context';
import type { Door } from '#kernel/http';
import { type Pool, sql } from '#kernel/sql';
import { testActor, testContext } from '../../../../tests/support/context.ts';
import { testDatabase } from '../../../../tests/support/postgres.ts';
import { problemApp } from '../../../../tests/support/visits.ts';
import { addDecision, changeDecision } from '../actions/decisions.ts';
import { enterThing, relate, state as stateOf } from '../actions/index.ts';
import type {
  AnswerValue,
  ApplicationLine,
  ApplicationPage,
  Navigator,
  PolicyPage,
  PolicyReach,
  Simulation,
} from '../model.ts';
import { MYSELF } from '../model.ts';
import { policyRoutes } from './policies.ts';

/**
 * Goal: an enterprise is told what holds for it, applies, and is paid what two persons decided; nobody else sees or moves it, and no fen is
 * paid twice.
 * Method: the real clauses on a real database, through the routes, each act by the role whose it is and by the others.
 */
const M = 100_000_000;
let pool: Pool;
let app: FastifyInstance;
let actor: Actor;
let now = new Date('2026-06-01T04:00:00Z');
const roles = new Map<Role, ReadonlySet<string>>();
const become = (role: Role, parts: Partial<Actor> = {}): void => {
  actor = testActor(role, {
    id: `the-${role}`,
    permissions: roles.get(role) ?? new Set(),
    organizations: ['ent-1'],
    ...parts,
  });
};
const enterprise = () => become('enterprise');
const regulator = (id = 'regulator-1') => become('regulator', { id, name: id, organizations: ['dept'] });

beforeAll(async () => {
  pool = await testDatabase();
  for (const role of ROLES) roles.set(role, await findPermissions(pool, [role]));
  app = problemApp();
  policyRoutes(app, { context: async () => testContext(pool, { actor, now: () => now }) } as unknown as Door);
  regulator();
  const ctx = testContext(pool, { actor, now: () => now });
  await pool.transaction(async (tx) => {
    for (const [id, adcode] of [
      ['nansha', '440115'],
      ['huadu', '440114'],
    ] as const) {
      await enterThing(ctx, tx, { id, kind: 'place', name: id });
      await stateOf(ctx, tx, { thing: id, property: 'adcode', value: adcode });
    }
    for (const [id, place] of [
      ['acme', 'nansha'],
      ['beta', 'huadu'],
      ['blank', undefined],
    ] as const) {
      await enterThing(ctx, tx, {
        id,
        kind: 'enterprise',
        name: `Firm ${id}`,
        owner: id === 'acme' ? 'Organization/ent-1' : 'Organization/ent-2',
      });
      if (place !== undefined) await relate(ctx, tx, { subject: id, predicate: 'located-in', object: place });
    }
    await enterThing(ctx, tx, {
      id: 'show',
      kind: 'enterprise',
      name: 'Shown',
      example: true,
      owner: 'Organization/ent-9',
    });
  });
});
beforeEach(() => {
  now = new Date('2026-06-01T04:00:00Z');
  enterprise();
});
afterAll(() => app?.close());

async function send<T>(method: 'GET' | 'POST', path: string, payload?: object, status = 200): Promise<T> {
  const answer = await app.inject({ method, url: `/api/cluster${path}`, ...(payload && { payload }) });
  expect(answer.statusCode, answer.body).toBe(status);
  return answer.json<T>();
}

const answer = (name: string, value: AnswerValue | null, id = 'acme', status = 200) =>
  send<Navigator>('POST', '/policies/answers', { enterprise: id, name, value }, status);
const find = ({ findings }: Navigator, policy: string, clause: string) =>
  findings.find((each) => each.policy === policy && each.clause === clause)!;
const act = (page: Pick<ApplicationPage, 'id' | 'revision'>, name: string, more: object = {}, status = 200) =>
  send<ApplicationPage>(
    'POST',
    `/applications/${page.id}/acts`,
    { act: name, revision: page.revision, ...more },
    status,
  );

describe('the navigator', () => {
  test('answers come from the record with their source, the own word goes before it, and what nobody said is unknown', async () => {
    const first = await send<Navigator>('GET', '/policies');
    expect(first.enterprise).toMatchObject({ id: 'acme' });
    expect(first.answers).toEqual([expect.objectContaining({ name: 'district', value: 'nansha', from: 'record' })]);
    expect(find(first, 'nansha-nine', 'new-base')).toMatchObject({
      verdict: 'unknown',
      missing: ['leading', 'newBase', 'fixedInvestment'],
    });
    expect(find(first, 'huangpu-2025-9', 'device-trial').verdict).toBe('no');
    expect(first.total).toMatchObject({ certain: 0, isOpen: true });
    expect(first.questions[0]!.settles).toBeGreaterThan(0);
    await answer('leading', true);
    await answer('newBase', true);
    const told = await answer('fixedInvestment', 350 * M);
    expect(find(told, 'nansha-nine', 'new-base')).toMatchObject({
      verdict: 'yes',
      amount: { least: 35 * M, most: 35 * M },
    });
    expect(told.total.certain).toBe(35 * M);
    const less = await answer('fixedInvestment', 150 * M);
    expect(find(less, 'nansha-nine', 'new-base').ways[0]!.changes).toEqual([
      { name: 'fixedInvestment', from: 150 * M, to: 200 * M },
    ]);
    expect((await answer('district', 'huadu')).answers).toContainEqual(
      expect.objectContaining({ name: 'district', value: 'huadu', from: 'own' }),
    );
    expect((await answer('district', null)).answers).toContainEqual(
      expect.objectContaining({ name: 'district', value: 'nansha', from: 'record' }),
    );
    await answer('fixedInvestment', 350 * M);
  });

  test('the rules are those of the day that is asked for', async () => {
    const before = await send<Navigator>('GET', '/policies?day=2024-04-28');
    expect(find(before, 'nansha-nine', 'new-base').standing).toBe('not-yet');
    expect(before.total.certain).toBe(0);
    await send('GET', '/policies?day=2024-02-30', undefined, 400);
  });

  test.each([
    ['fixedInvestment', -1],
    ['fixedInvestment', 1.5],
    ['trialPhase', 'IV'],
    ['leading', 'yes'],
    ['nothing', true],
  ])('%s cannot be %j', async (name, value) => {
    await answer(name, value as AnswerValue, 'acme', 400);
  });

  test('nobody answers for another enterprise, nor looks into it', async () => {
    await answer('leading', true, 'beta', 403);
    await send('GET', '/policies?enterprise=beta', undefined, 403);
    become('courier');
    await answer('leading', true, 'acme', 403);
    expect((await send<Navigator>('GET', '/policies')).enterprise).toBeNull();
    regulator();
    expect((await send<Navigator>('GET', '/policies?enterprise=beta')).mayAnswer).toBe(false);
    await answer('leading', true, 'beta', 403);
  });
});

const file = { fileName: 'proof.pdf', media: 'application/pdf', content: Buffer.from('%PDF proof').toString('base64') };

async function handIn(matter: string): Promise<ApplicationPage> {
  enterprise();
  const begun = await send<ApplicationPage>('POST', '/applications', {
    enterprise: 'acme',
    policy: 'nansha-nine',
    clause: 'new-base',
    matter,
  });
  for (const name of begun.missingEvidence) await send('POST', `/applications/${begun.id}/files`, { name, ...file });
  return act(await send('GET', `/applications/${begun.id}`), 'submit');
}

describe('programmes for persons', () => {
  test('a person answers for oneself, nobody else reads it, and what is taken back is gone', async () => {
    const me = (query = '') => send<Navigator>('GET', `/policies?enterprise=${MYSELF}${query}`);
    const say = (name: string, value: AnswerValue | null, status = 200) =>
      send<Navigator>('POST', '/policies/answers', { enterprise: MYSELF, name, value }, status);
    become('clinician');
    const first = await me();
    expect(first.findings.map(({ policy }) => policy).toSorted()).toEqual(['gba-pit', 'nansha-pit']);
    expect(first).toMatchObject({ mayAnswer: true, answers: [] });
    await say('worksIn', 'nansha');
    const told = await say('residentOf', 'macao');
    expect(find(told, 'nansha-pit', 'exemption')).toMatchObject({
      verdict: 'yes',
      amount: { kind: 'relief', least: 0, most: 0 },
    });
    expect(find(told, 'gba-pit', 'subsidy')).toMatchObject({ verdict: 'unknown', missing: ['gbaTalent'] });
    expect(told.total).toMatchObject({ certain: 0 });
    expect(find(await me('&day=2027-06-01'), 'nansha-pit', 'exemption').standing).toBe('ended');
    await say('leading', true, 400);
    enterprise();
    await answer('worksIn', 'nansha', 'acme', 400);
    expect((await me()).answers).toEqual([]);
    regulator();
    expect((await me()).answers).toEqual([]);
    const trail = await pool.rows<{ text: string }>(
      sql`select row_to_json(entry)::text as text from access.audit as entry where act = 'cluster.policy-person-answered'`,
    );
    expect(trail.length).toBe(2);
    expect(trail.map(({ text }) => text).join()).not.toMatch(/macao|residentOf|worksIn/);
    become('clinician');
    await say('residentOf', null);
    expect((await me()).answers.map(({ name }) => name)).toEqual(['worksIn']);
    const kept = await pool.rows<{ name: string }>(sql`select name from cluster.policy_person_answer`);
    expect(kept.map(({ name }) => name)).toEqual(['worksIn']);
  });

  test('what gives relief or is for persons is not applied for here, and enterprises are not asked what persons are', async () => {
    for (const [policy, clause] of [
      ['tax-hightech', 'rate'],
      ['gba-pit', 'subsidy'],
    ])
      await send('POST', '/applications', { enterprise: 'acme', policy, clause }, 400);
    const told = await send<Navigator>('GET', '/policies');
    expect(told.findings.some(({ policy }) => policy === 'gba-pit')).toBe(false);
    expect(told.questions.some(({ name }) => name === 'gbaTalent')).toBe(false);
    expect(find(told, 'nansha-cit', 'rate')).toMatchObject({ verdict: 'unknown', missing: ['nanshaEncouraged'] });
  });
});

describe('an application', () => {
  test('goes from its checklist to the last fen, by two persons, and back', async () => {
    const asked = { enterprise: 'acme', policy: 'nansha-nine', clause: 'new-base', matter: 'base one' };
    const begun = await send<ApplicationPage>('POST', '/applications', asked);
    expect(begun).toMatchObject({
      state: 'draft',
      may: ['submit', 'withdraw'],
      missingEvidence: ['leading', 'newBase', 'fixedInvestment', 'district'],
    });
    expect((await send<ApplicationPage>('POST', '/applications', asked)).id).toBe(begun.id);
    await act(begun, 'submit', {}, 422);
    regulator();
    await send('GET', `/applications/${begun.id}`, undefined, 404);
    enterprise();
    const added = await send<ApplicationPage>('POST', `/applications/${begun.id}/files`, { name: 'leading', ...file });
    expect(
      (await send<ApplicationPage>('POST', `/applications/${begun.id}/files`, { name: 'leading', ...file })).files,
    ).toHaveLength(added.files.length);
    const submitted = await handIn('base one');
    expect(submitted).toMatchObject({ state: 'submitted', may: ['withdraw'], dueWhat: 'pay', isOverdue: false });
    // What was handed in stays as it was.
    await answer('fixedInvestment', 900 * M);
    expect((await send<ApplicationPage>('GET', `/applications/${begun.id}`)).finding.amount.most).toBe(35 * M);
    await act(submitted, 'receive', {}, 403);

    regulator();
    const received = await act(submitted, 'receive');
    await act(submitted, 'receive', {}, 409);
    await act(received, 'return', {}, 400);
    const returned = await act(received, 'return', { words: 'The audit report lacks its stamp.' });
    expect(returned).toMatchObject({ state: 'returned', dueWhat: 'mend' });
    enterprise();
    await answer('fixedInvestment', 350 * M);
    const again = await act(returned, 'submit');
    regulator();
    const accepted = await act(await act(again, 'receive'), 'accept');
    await act(accepted, 'propose', { amount: 35 * M + 1 }, 422);
    const proposed = await act(accepted, 'propose', { amount: 35 * M });
    expect(proposed).toMatchObject({ state: 'proposed', amount: null, may: ['refuse', 'propose'] });
    await act(proposed, 'decide', {}, 403);
    regulator('regulator-2');
    const decided = await act(proposed, 'decide');
    expect(decided).toMatchObject({ state: 'decided', amount: 35 * M, payers: [{ payer: 'district', fen: 35 * M }] });
    await act(decided, 'pay', { amount: 36 * M, payer: 'district', reference: 'T-1' }, 422);
    const part = await act(decided, 'pay', { amount: 20 * M, payer: 'district', reference: 'T-1' });
    await act(decided, 'pay', { amount: 15 * M, payer: 'district', reference: 'T-2' }, 409);
    const paid = await act(part, 'pay', { amount: 15 * M, payer: 'district', reference: 'T-2' });
    expect(paid).toMatchObject({ state: 'paid', paid: 35 * M, may: ['claim'] });
    const claimed = await act(paid, 'claim', {
      amount: 5 * M,
      payer: 'district',
      words: 'The base was closed after a year.',
    });
    expect(claimed.state).toBe('decided');
    const back = await act(claimed, 'repay', { amount: 5 * M, payer: 'district', reference: 'R-1' });
    expect(back).toMatchObject({ state: 'paid', claimed: 5 * M, returned: 5 * M });
    const balances = new Map<string, number>();
    for (const { debit, credit, fen } of back.entries) {
      balances.set(debit, (balances.get(debit) ?? 0) + fen);
      balances.set(credit, (balances.get(credit) ?? 0) - fen);
    }
    expect(Object.fromEntries(balances)).toEqual({
      'budget/district': 30 * M,
      'owed/district': 0,
      'bank/district': -30 * M,
      'claim/district': 0,
    });
    expect(back.moves.map((move) => move.act)).toEqual([
      'make',
      'submit',
      'receive',
      'return',
      'submit',
      'receive',
      'accept',
      'propose',
      'decide',
      'pay',
      'pay',
      'claim',
      'repay',
    ]);
    const { n } = await pool.one<{ n: number }>(
      sql`select count(*) as n from access.audit where subject = ${`application/${back.id}`}`,
    );
    // Every move, and each piece of evidence once.
    expect(n).toBe(back.moves.length + 4);
  });

  test('a second one of the same group is refused its money', async () => {
    const submitted = await handIn('base two');
    regulator();
    const accepted = await act(await act(submitted, 'receive'), 'accept');
    const refused = await act(accepted, 'propose', { amount: 30 * M }, 422);
    expect(refused).toMatchObject({ facts: { clause: 'nansha-nine/new-base' } });
    await act(accepted, 'refuse', { words: 'One base is rewarded once.' });
  });

  test('is late when sixty working days are over', async () => {
    const submitted = await handIn('base three');
    now = new Date('2026-12-01T04:00:00Z');
    regulator();
    const late = await send<{ applications: ApplicationLine[] }>('GET', '/applications?overdue=yes');
    expect(late.applications.map(({ id }) => id)).toEqual([submitted.id]);
    enterprise();
    await act(submitted, 'withdraw');
  });

  test('what suffices by the record is offered, and confirmed without evidence', async () => {
    const asked = { enterprise: 'acme', policy: 'nansha-nine', clause: 'trial-permit', matter: '' };
    await answer('trialPermitClass', '1');
    const own = await send<ApplicationPage>('POST', '/applications', { ...asked, matter: 'own word' });
    expect(own).toMatchObject({ state: 'draft', isOffer: false });
    await act(own, 'withdraw');
    await answer('trialPermitClass', null);
    regulator();
    const ctx = testContext(pool, { actor, now: () => now });
    await pool.transaction((tx) => stateOf(ctx, tx, { thing: 'acme', property: 'trial-permit-class', value: '2' }));
    enterprise();
    const offered = await send<ApplicationPage>('POST', '/applications', asked);
    expect(offered).toMatchObject({
      state: 'offered',
      isOffer: true,
      missingEvidence: [],
      may: ['confirm', 'withdraw'],
      finding: { amount: { least: M, most: M } },
    });
    const confirmed = await act(offered, 'confirm');
    regulator();
    // A person still decides; a million takes two.
    expect((await act(confirmed, 'propose', { amount: M })).state).toBe('proposed');
  });

  test('below the limit one person decides', async () => {
    enterprise();
    await answer('foreignEnterprise', true);
    await answer('geneTherapyWork', true);
    await answer('foreignPaidIn', 20 * M);
    const begun = await send<ApplicationPage>('POST', '/applications', {
      enterprise: 'acme',
      policy: 'nansha-nine',
      clause: 'foreign-capital',
    });
    for (const name of begun.missingEvidence) await send('POST', `/applications/${begun.id}/files`, { name, ...file });
    const submitted = await act(begun, 'submit');
    regulator();
    const decided = await act(await act(await act(submitted, 'receive'), 'accept'), 'propose', { amount: 0.4 * M });
    expect(decided).toMatchObject({ state: 'decided', amount: 0.4 * M });
  });

  test("is nobody else's to see or to move", async () => {
    enterprise();
    const { applications } = await send<{ applications: ApplicationLine[] }>('GET', '/applications');
    const [one] = applications;
    become('enterprise', { id: 'other', organizations: ['ent-2'] });
    expect((await send<{ total: number }>('GET', '/applications')).total).toBe(0);
    await send('GET', `/applications/${one!.id}`, undefined, 404);
    for (const role of [
      'patient',
      'courier',
      'researcher',
      'park-operator',
      'data-buyer',
      'clinician',
      'investor',
    ] as const) {
      become(role);
      await send('GET', '/applications', undefined, 403);
      await send('GET', `/applications/${one!.id}`, undefined, 403);
      await send('POST', '/policies/match', undefined, 403);
      await send('POST', '/policies/nansha-nine/simulate', { clause: {} }, 403);
      await send('GET', '/policies/nansha-nine/new-base/enterprises', undefined, 403);
    }
    await send('GET', '/applications/not-an-id', undefined, 403);
    regulator();
    await send('GET', '/applications/not-an-id', undefined, 404);
  });
});

describe('rules and their cost', () => {
  test('every enterprise is matched once, and again only when something changed; examples are not counted', async () => {
    regulator();
    const { reach } = await send<{ reach: PolicyReach }>('POST', '/policies/match');
    expect(reach.enterprises).toBe(3);
    expect(reach.clauses['nansha-nine/new-base']).toMatchObject({ yes: 1, unknown: 1, no: 1, certain: 35 * M });
    now = new Date('2026-06-01T06:00:00Z');
    expect((await send<{ reach: PolicyReach }>('POST', '/policies/match')).reach.ranAt).toBe(reach.ranAt);
    const yes = await send<{ enterprises: { id: string }[] }>(
      'GET',
      '/policies/nansha-nine/new-base/enterprises?verdict=yes',
    );
    expect(yes.enterprises.map(({ id }) => id)).toEqual(['acme']);
  });

  test('a draft is simulated, becomes a version, and holds from its day on', async () => {
    regulator();
    const page = await send<PolicyPage>('GET', '/policies/nansha-nine');
    const clauses = page.policy.versions[0]!.clauses;
    const draft = {
      ...clauses.find(({ id }) => id === 'new-base')!,
      amount: { kind: 'rate', of: 'fixedInvestment', percent: 12, ceilingYuan: 50_000_000 },
    };
    const told = await send<Simulation>('POST', '/policies/nansha-nine/simulate', { clause: draft });
    expect(told).toMatchObject({
      enterprises: 3,
      now: { yes: 1, unknown: 1, certain: 35 * M },
      draft: { certain: 42 * M, possible: 92 * M },
    });
    expect(told.by.district).toContainEqual({
      value: 'nansha',
      now: expect.objectContaining({ certain: 35 * M }),
      draft: expect.objectContaining({ certain: 42 * M }),
    });
    expect(told.missing).toContainEqual({ name: 'fixedInvestment', enterprises: 1 });
    expect(
      (await send<Simulation>('POST', '/policies/nansha-nine/simulate', { clause: draft, examples: true })).enterprises,
    ).toBe(4);
    await send('POST', '/policies/nansha-nine/simulate', { clause: { ...draft, when: 'everybody' } }, 400);

    const amended = {
      version: 1,
      from: '2027-01-01',
      words: 'Twelve of a hundred',
      clauses: clauses.map((each) => (each.id === 'new-base' ? draft : each)),
    };
    await send('POST', '/policies/nansha-nine/versions', { ...amended, words: ' ' }, 400);
    const after = await send<PolicyPage>('POST', '/policies/nansha-nine/versions', amended);
    expect(after).toMatchObject({ version: 1, amendments: [{ version: 2, guideAt: null }] });
    await send('POST', '/policies/nansha-nine/versions', amended, 409);
    const marked = await send<PolicyPage>('POST', '/policies/nansha-nine/versions/2/guide');
    expect(marked.amendments[0]!.guideAt).toBe(now.toISOString());
    enterprise();
    await send('POST', '/policies/nansha-nine/versions', amended, 403);
    const [today, later] = [
      await send<Navigator>('GET', '/policies'),
      await send<Navigator>('GET', '/policies?day=2027-01-01'),
    ];
    expect(find(today, 'nansha-nine', 'new-base').amount.least).toBe(35 * M);
    expect(find(later, 'nansha-nine', 'new-base').amount.least).toBe(42 * M);
  });

  test('a decision model in the place of condition and amount stays as it was, however it is changed', async () => {
    regulator();
    const dmn = readFileSync(
      new URL('../../../../facts/cluster/decisions/nansha-permit-and-base.dmn', import.meta.url),
      'utf8',
    );
    const model = await addDecision(testContext(pool, { actor, now: () => now }), { content: dmn, words: '' });
    const { policy } = await send<PolicyPage>('GET', '/policies/nansha-nine');
    const newest = policy.versions.at(-1)!;
    const written = newest.clauses.find(({ id }) => id === 'trial-permit')!;
    const { when: _, ...rest } = written;
    const clause = {
      ...rest,
      decision: { model: model.id, version: 1, eligible: 'permit rewarded' },
      amount: { kind: 'decision', decision: 'permit yuan' },
    };
    const path = '/policies/nansha-nine';
    const told = await send<Simulation>('POST', `${path}/simulate`, { clause });
    expect(told.draft).toEqual(told.now);
    const amended = { version: newest.version, from: '2027-02-01', words: 'As tables', clauses: [clause] };
    for (const decision of [
      { model: model.id, version: 1, eligible: 'nothing' },
      { model: model.id, version: 7, eligible: 'permit rewarded' },
      { model: 'no-model', version: 1 },
      { model: model.id },
    ])
      expect(
        [400, 404].includes(
          (
            await app.inject({
              method: 'POST',
              url: `/api/cluster${path}/versions`,
              payload: { ...amended, clauses: [{ ...clause, decision }] },
            })
          ).statusCode,
        ),
        JSON.stringify(decision),
      ).toBe(true);
    const after = await send<PolicyPage>('POST', `${path}/versions`, amended);
    const kept = after.policy.versions.at(-1)!.models![`${model.id}@1`]!;
    expect([kept.hash.length, kept.content]).toEqual([64, '']);
    // Another version of the model changes nothing of the policy's.
    const richer = { content: dmn.replace('<text>2000000</text>', '<text>9000000</text>'), words: '', version: 1 };
    await changeDecision(testContext(pool, { actor, now: () => now }), model.id, richer);
    now = new Date('2027-03-01T04:00:00Z');
    enterprise();
    await answer('trialPermitClass', '1');
    const found = find(await send<Navigator>('GET', '/policies'), 'nansha-nine', 'trial-permit');
    expect(found).toMatchObject({
      verdict: 'yes',
      amount: { least: 2 * M, most: 2 * M },
      tables: [{ table: 'permit rewarded', inputs: ['nansha', '1'], matched: [0] }, { table: 'permit yuan' }],
    });
    const begun = await send<ApplicationPage>('POST', '/applications', {
      enterprise: 'acme',
      policy: 'nansha-nine',
      clause: 'trial-permit',
      matter: 'by table',
    });
    for (const name of begun.missingEvidence) await send('POST', `/applications/${begun.id}/files`, { name, ...file });
    const submitted = await act(begun, 'submit');
    expect(submitted.finding.tables).toMatchObject([{ matched: [0] }, { matched: [0] }]);
    regulator();
    const accepted = await act(await act(submitted, 'receive'), 'accept');
    await act(accepted, 'propose', { amount: 2 * M + 1 }, 422);
    expect((await act(accepted, 'propose', { amount: 2 * M })).state).toBe('proposed');
  });
});
