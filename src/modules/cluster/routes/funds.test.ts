import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { findPermissions } from '#kernel/access';
import { type Actor, ROLES, type Role } from '#kernel/context';
import type { Door } from '#kernel/http';
import { silentLog } from '#kernel/log';
import { type Pool, sql } from '#kernel/sql';
import { testActor, testContext } from '../../../../tests/support/context.ts';
import { testDatabase } from '../../../../tests/support/postgres.ts';
import { problemApp } from '../../../../tests/support/visits.ts';
import { loadFacts } from '../actions/facts.ts';
import { enterFunds, enterTarget } from '../actions/fund-example.ts';
import { remindOfDueAsks } from '../actions/index.ts';
import { readSheet, writeWorkbook } from '../intake/index.ts';
import type { FundPage, IlpaReport, ImportRow, LadderPage, QuarterlyReport, TargetLine, TargetPage } from '../model.ts';
import { clusterRoutes } from './index.ts';

const roles = new Map<Role, ReadonlySet<string>>();
let pool: Pool;
let app: FastifyInstance;
let actor: Actor;
let now = new Date('2026-11-22T04:00:00Z');

const become = (role: Role, parts: Partial<Actor> = {}): void => {
  actor = testActor(role, { permissions: roles.get(role) ?? new Set(), ...parts });
};
const own = () => testContext(pool, { actor, now: () => now });

beforeAll(async () => {
  pool = await testDatabase();
  for (const role of ROLES) roles.set(role, await findPermissions(pool, [role]));
  app = problemApp();
  const door = { pool, log: silentLog, context: async () => own(), publicUrl: () => 'http://banyan' };
  await clusterRoutes(app, door as unknown as Door);
  await loadFacts(testContext(pool));
  become('investor', { organizations: ['capital'] });
  await enterFunds(own());
  become('regulator');
  await enterTarget(own());
});
beforeEach(() => become('investor', { organizations: ['capital'] }));
afterAll(() => app?.close());

async function send<T>(method: 'GET' | 'POST' | 'PUT', path: string, payload?: object, status = 200): Promise<T> {
  const answer = await app.inject({ method, url: `/api/cluster${path}`, ...(payload && { payload }) });
  expect(answer.statusCode, answer.body).toBe(status);
  return (answer.body === '' ? undefined : answer.json()) as T;
}
const count = async (act: string): Promise<number> =>
  (await pool.one<{ n: number }>(sql`select count(*)::int as n from access.audit where act = ${act}`)).n;

/** Goal: figures stand on entries, and what nobody entered is refused. Method: the seed's fund without books, the example's with them. */
describe('a fund', () => {
  test('of the facts: what is stated and three shares of it, and no multiple', async () => {
    const page = await send<FundPage>('GET', '/funds/ns-mother');
    expect(page).toMatchObject({ open: false, keeperName: null, figures: { sums: null, value: null }, entries: [] });
    expect(page.derived.map(({ name, value }) => [name, value.toFixed(3)])).toEqual([
      ['paid-in-ratio', '0.736'],
      ['reinvested-project-share', '0.319'],
      ['reinvested-to-paid-in', '0.158'],
    ]);
    expect(page.stated.find(({ property }) => property === 'paid-in')?.quote).toContain('3.533 billion');
    for (const ratio of Object.values(page.figures.ratios)) expect(ratio).toEqual({ lacks: ['books'] });
  });

  test('with books: the rate makes the flows worth nothing, TVPI is DPI and RVPI, the index compares', async () => {
    const { figures, curve, subFunds, indices } = await send<FundPage>(
      'GET',
      '/funds/example-mother-fund?at=2026-09-30&index=example-index',
    );
    const { dpi, rvpi, tvpi, netRate, ksPme, grossRate } = figures.ratios as Record<string, { value: number }>;
    expect(tvpi!.value).toBeCloseTo(dpi!.value + rvpi!.value, 12);
    expect(figures.sums).toMatchObject({ called: 546e8, distributed: 215e8, unfunded: 1000e8 - 546e8 + 60e8 });
    expect(netRate!.value).toBeGreaterThan(0.05);
    expect(grossRate!.value).toBeGreaterThan(netRate!.value);
    expect(ksPme!.value).toBeGreaterThan(1);
    expect(curve.at(-1)).toMatchObject({ day: '2026-09-30', net: (215 - 546) * 1e8 });
    expect(subFunds.map(({ id }) => id)).toEqual(['example-devices-fund', 'example-therapy-fund']);
    expect(indices).toMatchObject([{ id: 'example-index', example: true }]);
  });

  test('is looked through only when asked, by its share of the commitments', async () => {
    const plain = await send<FundPage>('GET', '/funds/example-mother-fund');
    expect(plain.holdings.map(({ thing }) => thing.kind)).toEqual(['fund', 'fund']);
    const seen = await send<FundPage>('GET', '/funds/example-mother-fund?through=yes');
    const works = seen.holdings.find(({ thing }) => thing.id === 'example-lentivirus-works');
    expect(works).toMatchObject({
      costFen: 0.4 * 660e8,
      through: { fund: { id: 'example-therapy-fund' }, share: 0.4 },
    });
  });

  test('keeps what was reversed, once, with its reason', async () => {
    const { ids } = await send<{ ids: string[] }>('POST', '/funds/example-devices-fund/entries', {
      entries: [{ kind: 'distribution', day: '2026-07-01', fen: 500, source: 'slip of the pen' }],
    });
    const path = `/funds/example-devices-fund/entries/${ids[0]}/reverse`;
    await send('POST', path, { reason: '' }, 400);
    const before = await count('cluster.fund-entry-reversed');
    await send('POST', path, { reason: 'never paid' }, 204);
    await send('POST', path, { reason: 'again' }, 204);
    expect(await count('cluster.fund-entry-reversed')).toBe(before + 1);
    const { figures, entries } = await send<FundPage>('GET', '/funds/example-devices-fund');
    expect(figures.sums?.distributed).toBe(180e8);
    expect(entries.filter(({ id, reverses }) => id === ids[0] || reverses === ids[0])).toHaveLength(2);
  });

  test.each([
    [{ kind: 'call', day: '2027-01-01', fen: 1, source: 's' }],
    [{ kind: 'call', day: '2026-01-01', fen: 0.5, source: 's' }],
    [{ kind: 'investment', day: '2026-01-01', fen: 1, source: 's' }],
    [{ kind: 'net-value', day: '2026-01-01', fen: 1, source: 's' }],
    [{ kind: 'call', day: '2026-01-01', fen: 1, source: ' ' }],
  ])('refuses %j', async (entry) => {
    await send('POST', '/funds/example-devices-fund/entries', { entries: [entry] }, 400);
  });

  test('takes a workbook: shown first, entered whole, and not twice', async () => {
    const { id } = await send<{ id: string }>('POST', '/funds', { name: 'Imported Fund' });
    const head = ['date', 'kind', 'amount', 'holding', 'source', 'method'];
    const good = [
      ['2025-01-10', 'call', 1000, null, 'notice 1', null],
      ['2025-06-30', 'investment', 800.5, 'Example Rapid Test Makers', 'deed 2', null],
    ];
    const file = async (rows: (string | number | null)[][]) =>
      (await writeWorkbook([{ name: 'flows', rows: [head, ...rows] }])).toString('base64');
    const bad = await send<{ rows: ImportRow[] }>('POST', `/funds/${id}/import`, {
      file: await file([...good, ['2025-07-01', 'net-value', 5, null, 's', 'guess']]),
    });
    expect(bad.rows.map(({ faults }) => faults.map(({ column }) => column))).toEqual([[], [], ['method']]);
    await send(
      'POST',
      `/funds/${id}/import`,
      { file: await file([['2025-01-01', 'gift', 1, null, 's', null]]), commit: true },
      422,
    );
    const body = { file: await file(good), commit: true };
    expect(await send('POST', `/funds/${id}/import`, body)).toMatchObject({ entered: 2 });
    expect(await send('POST', `/funds/${id}/import`, body)).toMatchObject({ entered: 0 });
    const { figures } = await send<FundPage>('GET', `/funds/${id}`);
    expect(figures.sums).toMatchObject({ called: 100_000, invested: 80_050 });
    expect(figures.ratios.tvpi).toEqual({ lacks: ['value'] });
  });

  test('tells its quarterly form, on the page as in the workbook', async () => {
    const report = await send<IlpaReport>('GET', '/funds/example-mother-fund/ilpa?quarter=2026-Q2');
    const closing = report.reporting.find(({ code }) => code === 'closing-value')!;
    expect(closing).toMatchObject({ quarter: 586e8, year: 586e8, inception: 586e8 });
    const book = await app.inject({ url: '/api/cluster/funds/example-mother-fund/ilpa?quarter=2026-Q2&format=xlsx' });
    const rows = await readSheet(book.rawPayload, { mostRows: 100 });
    expect(rows.find(([code]) => code === 'closing-value')?.[1]).toBe('586000000');
    expect(rows.find(([code]) => code === 'fee-offsets')?.[1]).toContain('unknown');
    // The coverage is of these very lines.
    expect(report.reporting.filter(({ isKept }) => isKept)).toHaveLength(12);
    expect(report.reporting.filter(({ isKept, inception }) => !isKept && inception !== null)).toEqual([]);
    expect(
      report.transactions.every(({ between, type }) => (between === 'investors') === /^(call|distribution)/.test(type)),
    ).toBe(true);
  });
});

describe('who may', () => {
  test.each(ROLES.filter((role) => role !== 'system'))('%s', async (role) => {
    become(role, { organizations: ['elsewhere'] });
    const reads = role === 'regulator' || role === 'investor' ? 200 : 403;
    const asRegulator = role === 'regulator' ? 200 : 403;
    await send('GET', '/funds', undefined, reads);
    await send('GET', '/funds/ns-mother', undefined, reads);
    await send('POST', '/funds', { name: 'Mine' }, role === 'investor' ? 200 : 403);
    await send('PUT', '/funds/ns-mother/keeper', { party: 'x', name: 'y' }, role === 'regulator' ? 400 : 403);
    await send('GET', '/targets', undefined, 200);
    await send('GET', '/ladder', undefined, 200);
    await send('GET', '/report', undefined, asRegulator);
    await send(
      'POST',
      '/targets/patents/values',
      { year: 2021, value: 1, source: ' ' },
      role === 'regulator' ? 400 : 403,
    );
    await send('POST', '/targets/patents/asks', { year: 2099 }, role === 'regulator' ? 400 : 403);
    const setting = { rung: 'micro', criterion: 'x', value: 1, source: 's', validFrom: '2026-01-01' };
    await send('POST', '/ladder/settings', setting, role === 'regulator' ? 400 : 403);
  });

  test("another investor sees that there are books, and nothing of them; the regulator reads and doesn't write", async () => {
    become('investor', { organizations: ['elsewhere'] });
    const page = await send<FundPage>('GET', '/funds/example-mother-fund');
    expect(page).toMatchObject({ open: false, keeperName: 'investor', entries: [], holdings: [], curve: [] });
    const entries = { entries: [{ kind: 'call', day: '2026-01-01', fen: 1, source: 's' }] };
    await send('POST', '/funds/example-mother-fund/entries', entries, 404);
    await send('POST', '/funds/example-mother-fund/import', { file: '' }, 404);
    await send('GET', '/funds/example-mother-fund/ilpa?quarter=2026-Q2', undefined, 404);
    become('regulator');
    expect(await send<FundPage>('GET', '/funds/example-mother-fund')).toMatchObject({ open: true, mayWrite: false });
    await send('POST', '/funds/example-mother-fund/entries', entries, 403);
  });

  test('the regulator hands the books of a fund to its keeper', async () => {
    become('regulator');
    await send('PUT', '/funds/ns-mother/keeper', { party: 'Organization/capital', name: 'Capital' }, 204);
    become('investor', { organizations: ['capital'] });
    expect(await send<FundPage>('GET', '/funds/ns-mother')).toMatchObject({
      open: true,
      mayWrite: true,
      keeperName: 'Capital',
    });
  });
});

describe('targets', () => {
  beforeEach(() => become('regulator'));

  test('are the fifteen of the facts: three with a baseline, none with a value after it, none foretold', async () => {
    const { targets } = await send<{ targets: TargetLine[] }>('GET', '/targets');
    expect(targets).toHaveLength(15);
    expect(
      targets
        .filter(({ baseline }) => baseline !== null)
        .map(({ id }) => id)
        .sort(),
    ).toEqual(['nccr', 'patents', 'rev']);
    expect(targets.filter(({ last }) => last !== null && last.from !== 'baseline')).toEqual([]);
    expect(targets.filter(({ isPromise }) => isPromise).map(({ id }) => id)).toEqual(['ns-jobs']);
    expect(new Set(targets.map(({ state }) => state))).toEqual(new Set(['over-unknown', 'unknown']));
    const page = await send<TargetPage>('GET', '/targets/patents');
    expect(page).toMatchObject({
      value: 15000,
      year: 2025,
      forecast: { method: 'none', points: 1 },
      neededAYear: null,
    });
    expect(page.leads.length).toBeGreaterThan(0);
  });

  test('a value answers the ask, stands with its source, and is corrected, not overwritten', async () => {
    const asked = await send<TargetPage>('POST', '/targets/patents/asks', { year: 2024, words: 'please' });
    expect(asked.openAsk).toMatchObject({ year: 2024, due: '2026-12-22' });
    now = new Date('2026-12-23T00:00:00Z');
    expect(await remindOfDueAsks(own())).toBe(1);
    expect(await remindOfDueAsks(own())).toBe(0);
    now = new Date('2026-11-22T04:00:00Z');

    const given = { year: 2024, value: 13_800, source: 'annual report of the lead' };
    const page = await send<TargetPage>('POST', '/targets/patents/values', given);
    expect(page).toMatchObject({ openAsk: null, last: { year: 2024, value: 13_800 }, state: 'over-unknown' });
    expect(page.forecast).toMatchObject({ method: 'random-walk', points: 2 });
    await send('POST', '/targets/patents/values', given, 409);
    const corrected = await send<TargetPage>('POST', '/targets/patents/values', {
      ...given,
      value: 13_750,
      corrects: page.values[0]!.id,
      reason: 'two were counted twice',
    });
    expect(corrected.last).toMatchObject({ value: 13_750 });
    expect(corrected.values).toHaveLength(2);
    expect(await count('cluster.target-value-corrected')).toBe(1);
    await send('POST', '/targets/patents/values', { ...given, department: 'gz-nobody', year: 2023 }, 400);
  });

  test('the example is behind, and its trend says how far', async () => {
    const page = await send<TargetPage>('GET', '/targets/example-target');
    expect(page).toMatchObject({ state: 'behind', forecast: { method: 'drift', points: 6, year: 2030 } });
    expect(page.neededAYear).toBeCloseTo((300 - 171) / 5, 10);
    if (page.forecast.method === 'none') throw new Error('no forecast');
    expect(page.forecast.low).toBeLessThan(page.forecast.value);
    expect(page.forecast.high).toBeLessThan(300);
    expect(page.forecast.chance).toBeLessThan(0.05);
  });
});

describe('the ladder', () => {
  test('answers yes, no or unknown, and says who is next', async () => {
    const page = await send<LadderPage>('GET', '/ladder?examples=yes');
    const of = (id: string) => page.lines.find(({ thing }) => thing.id === id)!;
    const answer = (id: string, rung: string) => of(id).answers.find((each) => each.rung === rung)!;
    expect(answer('example-imaging-start-up', 'micro').answer).toBe('yes');
    expect(answer('example-rapid-test-makers', 'above-scale').answer).toBe('yes');
    const near = answer('example-lentivirus-works', 'specialised');
    expect(near).toMatchObject({ answer: 'no', isNear: true });
    expect(near.criteria.filter((each) => each.answer === 'no')).toMatchObject([
      { fact: 'assessment-score', has: 57, short: 3 },
    ]);
    expect(answer('example-lentivirus-works', 'gazelle').answer).toBe('unknown');
    expect(page.lines[0]!.answers.some(({ isNear }) => isNear)).toBe(true);
  });

  test('waits for the authority where no rule was published', async () => {
    become('regulator');
    const setting = { rung: 'gazelle', source: 'circular 9', validFrom: '2026-01-01' };
    await send('POST', '/ladder/settings', { ...setting, criterion: 'growth-3y', value: 0.2 }, 204);
    await send('POST', '/ladder/settings', { ...setting, criterion: 'base', value: 500_000_000 }, 204);
    await send('POST', '/ladder/settings', { ...setting, rung: 'micro', criterion: 'revenue', value: 1 }, 400);
    const { lines } = await send<LadderPage>('GET', '/ladder?examples=yes');
    const works = lines.find(({ thing }) => thing.id === 'example-lentivirus-works')!;
    expect(works.answers.find(({ rung }) => rung === 'gazelle')?.answer).toBe('yes');
  });
});

describe('the quarterly report', () => {
  test('says on paper and in the workbook what the pages say', async () => {
    become('regulator');
    const report = await send<QuarterlyReport>('GET', '/report');
    const { targets } = await send<{ targets: TargetLine[] }>('GET', '/targets');
    const [first] = report.sections;
    expect(report.sections.map(({ key }) => key)).toEqual(['targets', 'ladder', 'funds', 'projects', 'conflicts']);
    expect(first!.rows.map(([name, goal]) => [name, goal])).toEqual(
      targets.map(({ name, value, unit, op }) => {
        const told = unit === 'fen' ? value / 100 : value;
        return [name, op === null ? told : `${op} ${told.toLocaleString('en')}`];
      }),
    );
    const book = await app.inject({ url: '/api/cluster/report?format=xlsx' });
    const rows = await readSheet(book.rawPayload, { mostRows: 100 });
    expect(rows.slice(1)).toEqual(first!.rows.map((row) => row.map((cell) => String(cell ?? ''))));
    const paper = await app.inject({ url: '/api/cluster/report?format=pdf' });
    expect(paper.rawPayload.subarray(0, 5).toString()).toBe('%PDF-');
  });
});
