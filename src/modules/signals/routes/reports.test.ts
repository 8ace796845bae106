import Fastify, { type FastifyInstance } from 'fastify';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { findPermissions } from '#kernel/access';
import { type Actor, ROLES, type Role } from '#kernel/context';
import type { Door } from '#kernel/http';
import { Problem } from '#kernel/problem';
import { type Pool, sql } from '#kernel/sql';
import { type CaseReport, emptyReport, known, parseAcknowledgement, parseBatch, writeBatch } from '#standards/e2b';
import { testActor, testContext } from '../../../../tests/support/context.ts';
import { testDatabase } from '../../../../tests/support/postgres.ts';
import { reportsJob } from '../index.ts';
import type { ReportLine, ReportPage, SavedDraft } from '../model.ts';
import { countReports } from '../store/index.ts';
import { reportRoutes } from './reports.ts';

/**
 * Goal: what is reported is kept, answered, told apart and counted as the standard and the law ask; each role sees its own.
 * Method: synthetic reports through the routes on a real database; XML in, XML out.
 */
const NOW = new Date('2026-11-22T04:00:00Z');
let pool: Pool;
let app: FastifyInstance;
let actor: Actor;
const roles = new Map<Role, ReadonlySet<string>>();
const become = (role: Role, organization = 'o1'): void => {
  actor = testActor(role, { permissions: roles.get(role) ?? new Set(), organizations: [organization] });
};

beforeAll(async () => {
  pool = await testDatabase();
  for (const role of ROLES) roles.set(role, await findPermissions(pool, [role]));
  app = Fastify();
  app.setErrorHandler((error, _, reply) => {
    if (!(error instanceof Problem)) throw error;
    const { kind, message, facts, issues } = error;
    return reply.code(error.status).send({ kind, message, facts, issues });
  });
  reportRoutes(app, {
    context: async () => testContext(pool, { actor, now: () => NOW }),
  } as unknown as Door);
});
beforeEach(async () => {
  become('clinician');
  await pool.run(sql`truncate signals.report, signals.report_version, signals.report_batch, signals.report_case, signals.report_product, signals.report_reaction,
    signals.report_due, signals.report_assessment, signals.report_pair, signals.report_event`);
});
afterAll(() => app?.close());

const REACTION = '00000000-0000-4000-8000-000000000001';
const DRUG = '00000000-0000-4000-8000-000000000002';

interface Told {
  number?: string;
  product?: string;
  lot?: string;
  reaction?: string;
  outcome?: string;
  change?: (report: CaseReport) => void;
}

function reportOf({
  number = 'CN-HOSPITAL-1',
  product = '榕牌流感疫苗',
  lot = 'RLG-2605B',
  reaction = '99000030',
  outcome = '1',
  change,
}: Told = {}): CaseReport {
  const report = emptyReport({ reaction: REACTION, drug: DRUG });
  const at = '20261110101500+0800';
  report.message = { id: number, senderId: 'HOSPITAL', receiverId: 'BANYAN', createdAt: at };
  report.identification = {
    ...report.identification,
    safetyReportId: number,
    worldwideId: number,
    createdAt: at,
    reportType: '1',
    firstReceived: '20261109',
    mostRecentInformation: '20261109',
    expedited: true,
    firstSender: '2',
  };
  report.reporters = [{ primary: '1', country: 'CN', qualification: '1', organisation: '第一医院' }];
  report.sender = { type: '3', organisation: '第一医院' };
  report.patient = { name: { nullFlavor: 'MSK' }, sex: '2', age: { value: '67', unit: 'a' }, historyText: '无' };
  Object.assign(report.reactions[0]!, {
    text: '注射部位脓肿',
    language: 'zho',
    term: { version: '27.1', code: reaction },
    start: '20261107',
    outcome,
    country: 'CN',
  });
  report.reactions[0]!.seriousness!.hospitalisation = true;
  Object.assign(report.drugs[0]!, { name: product, dosages: [{ lot, start: '20261105' }] });
  report.narrative = { text: '接种后第 2 天，注射部位脓肿。' };
  change?.(report);
  return report;
}

const batchOf = (reports: readonly CaseReport[], number = 'B1'): string =>
  writeBatch(reports, { number, senderId: 'HOSPITAL', receiverId: 'BANYAN', transmittedAt: '20261110101530+0800' });

const send = (xml: string) =>
  app.inject({
    method: 'POST',
    url: '/api/signals/reports/e2b',
    headers: { 'content-type': 'application/xml' },
    payload: xml,
  });
async function answerOf(xml: string) {
  const answer = await send(xml);
  expect(answer.statusCode, answer.body).toBe(200);
  return parseAcknowledgement(answer.body).acknowledgement!;
}
async function ask<T>(
  method: 'GET' | 'POST' | 'PUT',
  path: string,
  payload?: object,
): Promise<{ status: number; body: T }> {
  const answer = await app.inject({ method, url: `/api/signals/reports${path}`, ...(payload && { payload }) });
  return { status: answer.statusCode, body: answer.body === '' ? (undefined as T) : answer.json<T>() };
}
const list = async (query = ''): Promise<ReportLine[]> =>
  (await ask<{ reports: ReportLine[] }>('GET', query)).body.reports;
const page = async (id: string): Promise<ReportPage> => (await ask<ReportPage>('GET', `/${id}`)).body;

describe('E2B(R3) in and out', () => {
  test('a batch is taken, answered per report, and comes out as it came in', async () => {
    const sent = reportOf();
    const { code, reports } = await answerOf(batchOf([sent, reportOf({ number: 'CN-HOSPITAL-2' })]));
    expect(code).toBe('AA');
    expect(reports?.map((each) => each.code)).toEqual(['CA', 'CA']);

    const lines = await list('?search=RLG-2605B');
    expect(lines).toHaveLength(2);
    const line = lines.find(({ caseNumber }) => caseNumber === 'CN-HOSPITAL-1')!;
    expect(line).toMatchObject({
      state: 'submitted',
      kind: 'vaccine',
      serious: true,
      criteria: ['hospitalisation'],
      ageBand: '65-74',
      onset: '2026-11-07',
      lots: ['RLG-2605B'],
    });
    const xml = await app.inject({ url: `/api/signals/reports/${line.id}/xml` });
    expect(parseBatch(xml.body).reports).toEqual(parseBatch(batchOf([sent])).reports);
    const raw = await app.inject({ url: `/api/signals/reports/${line.id}/xml?raw&version=1` });
    expect(raw.body).toBe(batchOf([sent, reportOf({ number: 'CN-HOSPITAL-2' })]));
  });

  test('the same batch again gets the same answer and changes nothing', async () => {
    const xml = batchOf([reportOf()]);
    const first = await send(xml);
    const before = await list();
    const acts = await pool.one<{ n: number }>(
      sql`select count(*)::int as n from access.audit where act like 'signals.report-%received'`,
    );
    expect((await send(xml)).body).toBe(first.body);
    const now = await pool.one<{ n: number }>(
      sql`select count(*)::int as n from access.audit where act like 'signals.report-%received'`,
    );
    expect(await list()).toEqual(before);
    expect(now).toEqual(acts);
    // Told again in another envelope it is known all the same.
    await answerOf(batchOf([reportOf()], 'B2'));
    expect(await list()).toEqual(before);
  });

  test('a bad report is refused and its neighbours are taken; a file that is none is answered too', async () => {
    const bad = reportOf({ number: 'CN-HOSPITAL-9', change: ({ identification }) => delete identification.reportType });
    const { code, reports } = await answerOf(batchOf([bad, reportOf()]));
    expect([code, ...reports!.map((each) => each.code)]).toEqual(['AE', 'CR', 'CA']);
    expect(known(reports![0]!.detail)).toContain('C.1.3');
    expect(await list()).toHaveLength(1);
    expect((await answerOf('<not-xml')).code).toBe('AR');
    expect((await answerOf(batchOf([reportOf({ number: 'CN-HOSPITAL-3' })]))).code).toBe('AR');
  });

  test('a large batch is read beside the requests of others', async () => {
    const long = (number: string) =>
      reportOf({ number, change: ({ narrative }) => Object.assign(narrative, { text: '长'.repeat(9_000) }) });
    const { code, reports } = await answerOf(batchOf(Array.from({ length: 20 }, (_, at) => long(`CN-LONG-${at}`))));
    expect([code, reports!.length]).toEqual(['AA', 20]);
  });

  test('follow-up, amendment and nullification are versions of one case', async () => {
    await answerOf(batchOf([reportOf({ outcome: '2' })]));
    const [{ id }] = (await list()) as [ReportLine];
    expect((await page(id)).due.filter(({ doneAt }) => doneAt === null)).toMatchObject([
      { rule: 'follow-up-15', dueOn: '2026-11-24' },
    ]);
    const later = (change: (report: CaseReport) => void) =>
      reportOf({
        change: (report) => {
          report.identification.mostRecentInformation = '20261115';
          change(report);
        },
      });
    await answerOf(batchOf([later(() => {})], 'B2'));
    await answerOf(
      batchOf(
        [later(({ identification }) => Object.assign(identification, { revision: '2', revisionReason: '批号更正' }))],
        'B3',
      ),
    );
    expect((await page(id)).due.every(({ doneAt }) => doneAt !== null)).toBe(true);
    await answerOf(
      batchOf(
        [later(({ identification }) => Object.assign(identification, { revision: '1', revisionReason: '重复报告' }))],
        'B4',
      ),
    );
    const told = await page(id);
    expect(told.versions.map(({ kind }) => kind)).toEqual(['nullification', 'amendment', 'follow-up', 'first']);
    expect(told.line.state).toBe('nullified');
    expect(await countReports(pool)).toEqual([]);
  });

  test('what was kept before the program died is answered by the next', async () => {
    const xml = batchOf([reportOf()]);
    await pool.run(sql`alter table signals.report_version rename to report_version_away`);
    expect((await send(xml)).statusCode).toBe(500);
    await pool.run(sql`alter table signals.report_version_away rename to report_version`);
    expect(await list()).toEqual([]);
    const kept = await pool.one<{ n: number }>(
      sql`select count(*)::int as n from signals.report_batch where answered_at is null`,
    );
    expect(kept.n).toBe(1);
    await reportsJob.run(testContext(pool, { now: () => new Date(NOW.getTime() + 600_000) }));
    expect(await list()).toHaveLength(1);
    expect((await answerOf(xml)).code).toBe('AA');
    expect(await list()).toHaveLength(1);
  });

  test('many senders at once make one case each', async () => {
    await Promise.all(Array.from({ length: 12 }, (_, at) => answerOf(batchOf([reportOf()], `P${at}`))));
    expect((await list()).map(({ version }) => version)).toEqual([1]);
  });
});

describe('typed reports', () => {
  const draft = () => ({ ...emptyReport({ reaction: REACTION, drug: DRUG }), patient: { sex: '2' } });

  test('a draft keeps what is there, says what is missing, and is submitted when nothing is', async () => {
    const { status, body } = await ask<SavedDraft>('POST', '', { report: draft() });
    expect(status).toBe(201);
    expect(body.issues.map(({ path }) => path)).toContain('identification.reportType');
    const refused = await ask<{ issues: { expression: string }[] }>('PUT', `/${body.id}`, {
      report: draft(),
      revision: body.revision,
      submit: true,
    });
    expect(refused.status).toBe(422);
    expect(refused.body.issues.map(({ expression }) => expression)).toContain('drugs.0.name');

    const typed = reportOf({
      change: (report) => {
        report.message = {};
        for (const key of ['safetyReportId', 'worldwideId', 'createdAt', 'firstSender'] as const)
          delete report.identification[key];
        delete report.reactions[0]!.term;
      },
    });
    const done = await ask<SavedDraft>('PUT', `/${body.id}`, { report: typed, revision: body.revision, submit: true });
    expect(done.status, JSON.stringify(done.body)).toBe(200);
    expect(done.body).toMatchObject({ state: 'submitted', version: 1 });
    const told = await page(body.id);
    expect(told.line.caseNumber).toMatch(/^CN-BANYAN-/);
    expect(told.draft).toBe(null);
    const stale = await ask('PUT', `/${body.id}`, { report: typed, revision: body.revision });
    expect(stale.status).toBe(409);
  });

  test('what is no report is refused with its place', async () => {
    const answer = await ask<{ facts: object }>('POST', '', { report: { ...draft(), patient: { shoeSize: '43' } } });
    expect(answer).toMatchObject({ status: 400, body: { facts: { path: 'patient.shoeSize' } } });
  });

  test('a grave draft is due in seven days, another in fifteen; a void one never', async () => {
    const grave = reportOf({ change: ({ reactions }) => Object.assign(reactions[0]!.seriousness!, { death: true }) });
    const { body } = await ask<SavedDraft>('POST', '', { report: grave });
    await ask('POST', '', { report: reportOf() });
    const due = await ask<{ due: { rule: string; dueOn: string; daysLeft: number }[] }>('GET', '/due');
    expect(due.body.due).toMatchObject([
      { rule: 'expedited-7', dueOn: '2026-11-16', daysLeft: -6 },
      { rule: 'expedited-15', dueOn: '2026-11-24', daysLeft: 2 },
    ]);
    await ask('POST', `/${body.id}/void`, { reason: 'typed twice' });
    const after = await ask<{ due: object[] }>('GET', '/due');
    expect(after.body.due).toHaveLength(1);
  });
});

describe('judging', () => {
  test('the same case told twice is found, decided, and counted once', async () => {
    const others = Array.from({ length: 40 }, (_, at) =>
      reportOf({
        number: `CN-HOSPITAL-${at + 100}`,
        product: `药 ${at % 7}`,
        reaction: String(99000040 + (at % 9)),
        change: ({ patient, reactions }) => {
          patient.sex = at % 2 === 0 ? '1' : '2';
          patient.age = { value: String(20 + at), unit: 'a' };
          reactions[0]!.start = `202609${String((at % 28) + 1).padStart(2, '0')}`;
        },
      }),
    );
    await answerOf(batchOf([...others, reportOf(), reportOf({ number: 'CN-PHARMACY-7' })]));
    const [line] = (await list('?search=CN-PHARMACY-7')) as [ReportLine];
    const { body } = await ask<{ pairs: { other: ReportLine; probability: number; grounds: object[] }[] }>(
      'GET',
      `/${line.id}/duplicates`,
    );
    expect(body.pairs[0]!.other.caseNumber).toBe('CN-HOSPITAL-1');
    expect(body.pairs[0]!.probability).toBeGreaterThan(0.9);
    expect(body.pairs[0]!.grounds).toHaveLength(7);
    const all = async () =>
      (await countReports(pool)).filter(({ product, reaction }) => product === '榕牌流感疫苗' && reaction !== null);
    expect(await all()).toMatchObject([{ reports: 2, sex: '2', ageBand: '65-74', quarter: '2026-Q4' }]);
    const other = body.pairs[0]!.other.id;
    const decided = await ask<ReportPage>('POST', `/${line.id}/duplicates`, {
      other,
      decision: 'confirmed',
      reason: 'same patient',
    });
    expect(decided.body.line.duplicateOf).toBe(other);
    expect(await all()).toMatchObject([{ reports: 1 }]);
    expect((await countReports(pool, { by: 'lot' })).find(({ lot }) => lot === 'RLG-2605B')).toBeDefined();
    await ask('POST', `/${line.id}/duplicates`, { other, decision: 'refused', reason: 'twins, after all' });
    expect(await all()).toMatchObject([{ reports: 2 }]);
  });
});

describe('causality and grades', () => {
  test('each method answers, keeps who and when, and refuses what is no answer', async () => {
    await answerOf(batchOf([reportOf()]));
    const [{ id }] = (await list()) as [ReportLine];
    const judge = (method: string, answers: object, more: object = {}) =>
      ask<ReportPage>('POST', `/${id}/assessments`, { method, answers, note: '', ...more });
    const by = ({ body }: { body: ReportPage }, method: string) =>
      body.assessments.find((each) => each.method === method);
    const naranjo = await judge(
      'naranjo',
      { 'previous-reports': 'yes', 'after-drug': 'yes', dechallenge: 'yes', 'other-causes': 'no' },
      { drug: DRUG, reaction: REACTION },
    );
    expect(by(naranjo, 'naranjo')).toMatchObject({ result: 'probable', score: 6, byName: 'clinician' });
    const facts = {
      time: 'plausible',
      otherCauses: 'unlikely',
      withdrawal: 'reasonable',
      rechallenge: 'not-done',
      information: 'enough',
    };
    expect(by(await judge('who-umc', facts), 'who-umc')).toMatchObject({ result: 'probable' });
    const crs = await judge('crs', {
      temperatureCelsius: 39.2,
      vasopressors: ['norepinephrine'],
      oxygen: 'nasal-cannula',
    });
    expect(by(crs, 'crs')).toMatchObject({ result: 'grade 3', answers: { decisive: ['hypotension'] } });
    expect(by(await judge('icans', { ice: 5 }), 'icans')).toMatchObject({ result: 'grade 2', score: 2 });
    expect((await page(id)).assessments).toHaveLength(4);
    expect((await judge('naranjo', { shoes: 'yes' })).status).toBe(400);
    expect((await judge('who-umc', {})).status).toBe(400);
    expect((await judge('icans', { ice: 12 })).status).toBe(422);
    expect((await judge('crs', {}, { drug: REACTION })).status).toBe(400);
  });
});

describe('who may', () => {
  test('each organization reads its own, the regulator all', async () => {
    await answerOf(batchOf([reportOf()]));
    const [{ id }] = (await list()) as [ReportLine];
    become('enterprise', 'o2');
    expect(await list()).toEqual([]);
    for (const path of [`/${id}`, `/${id}/xml`, `/${id}/duplicates`]) expect((await ask('GET', path)).status).toBe(404);
    expect((await ask('POST', `/${id}/void`, { reason: 'not mine' })).status).toBe(404);
    // The same number of another organization is another case.
    await answerOf(batchOf([reportOf({ product: 'X' })]));
    expect(await list()).toHaveLength(1);
    become('regulator', 'o3');
    expect(await list()).toHaveLength(2);
    expect((await ask('GET', `/${id}`)).status).toBe(200);
  });

  test.each([
    'patient',
    'courier',
    'researcher',
    'laboratory-technician',
    'laboratory-director',
    'administrator',
  ] as const)('the %s may not', async (role) => {
    become(role);
    expect((await ask('GET', '')).status).toBe(403);
    expect((await ask('GET', '/due')).status).toBe(403);
    expect((await ask('POST', '', { report: {} })).status).toBe(403);
    expect((await send(batchOf([reportOf()]))).statusCode).toBe(403);
  });
});
