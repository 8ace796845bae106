import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { sql } from '#kernel/sql';
import { visitRoutes } from '../../../../tests/support/visits.ts';
import { enterThing, openSpace, relate, state } from '../actions/index.ts';
import type {
  FoundSpace,
  ParkSpace,
  PipelineForecast,
  PipelineFunnel,
  Portal,
  ProjectLine,
  ProjectPage,
  SpaceFit,
  TenantRequest,
  TenantRequestPage,
} from '../model.ts';
import { portalRoutes } from './portal.ts';
import { projectRoutes } from './projects.ts';
import { spaceRoutes } from './space.ts';

/**
 * Goal: a park's projects, space and tenants are moved by whoever may, once, and seen by whoever may.
 * Method: true roles on a true database through HTTP; two parks and two enterprises, each spoken for by an organization of its own.
 */
const DAY_MS = 86_400_000;
const { pool, app, clock, become, own, send } = await visitRoutes('/api/cluster', [
  projectRoutes,
  spaceRoutes,
  portalRoutes,
]);

const operator = (): void => become('park-operator', 'park-org');
const rival = (): void => become('park-operator', 'rival-org');
const tenant = (): void => become('enterprise', 'firm-org');
const stranger = (): void => become('enterprise', 'other-org');
const regulator = (): void => become('regulator');

beforeAll(async () => {
  const things = [
    { id: 'park-one', kind: 'park', name: 'Park One', owner: 'Organization/park-org' },
    { id: 'park-two', kind: 'park', name: 'Park Two', owner: 'Organization/rival-org' },
    { id: 'firm', kind: 'enterprise', name: 'Firm', owner: 'Organization/firm-org' },
    { id: 'other', kind: 'enterprise', name: 'Other', owner: 'Organization/other-org' },
  ] as const;
  for (const thing of things) await pool.transaction((tx) => enterThing(own(), tx, thing));
});
beforeEach(operator);

const project = (parts: object = {}, status = 200) =>
  send<ProjectPage>(
    'POST',
    '/projects',
    { name: 'Vaccine plant', sector: 'drug', park: 'park-one', stage: 'reserved', ...parts },
    status,
  );
const move = ({ project: { id, revision } }: ProjectPage, to: string, parts: object = {}, status = 200) =>
  send<ProjectPage>('POST', `/projects/${id}/moves`, { to, revision, ...parts }, status);
const acts = async (subject: string): Promise<string[]> =>
  (await pool.rows<{ act: string }>(sql`select act from access.audit where subject = ${subject} order by at, id`)).map(
    ({ act }) => act,
  );

describe('a project', () => {
  test('goes its way by moves, each in the trail; back and lost ask for a reason', async () => {
    let page = await project({ investmentFen: 20_000_000_000, jobs: 200, since: '2026-01-10' });
    page = await move(page, 'negotiating', { on: '2026-03-01' });
    await move(page, 'reserved', {}, 400);
    page = await move(page, 'reserved', { reason: 'the land is not ready' });
    page = await move(page, 'lost', { reason: 'went elsewhere' });
    expect(page.next).toEqual(['reserved', 'negotiating', 'key']);
    expect(page.moves.map(({ to, on }) => [to, on])).toEqual([
      ['reserved', '2026-01-10'],
      ['negotiating', '2026-03-01'],
      ['reserved', '2026-11-22'],
      ['lost', '2026-11-22'],
    ]);
    expect((await acts(`project/${page.project.id}`)).filter((act) => act.endsWith('moved'))).toHaveLength(3);
  });

  test('is not moved by who saw an older state; the same move again changes nothing', async () => {
    const page = await project();
    const after = await move(page, 'negotiating');
    await move(page, 'key', {}, 409);
    const again = await move(page, 'negotiating');
    expect(again.moves).toHaveLength(after.moves.length);
    await move(after, 'key', { on: '2026-12-24' }, 400);
  });

  test('sent twice is one', async () => {
    const id = '6f9619ff-8b86-4d01-b42d-00cf4fc964ff';
    await project({ id });
    await project({ id, name: 'Sent again' });
    expect((await send<ProjectPage>('GET', `/projects/${id}`)).project.name).toBe('Vaccine plant');
  });

  test('is in the record from its signing on, not before, with what is said of it and where it lies', async () => {
    let page = await project({ investmentFen: 500, jobs: 20 });
    const inRecord = () =>
      pool.rows<{ property: string }>(
        sql`select property from cluster.statement where thing = ${page.project.id} order by property`,
      );
    expect(page.isPublic).toBe(false);
    expect(await inRecord()).toEqual([]);
    page = await move(page, 'signed');
    expect(page.isPublic).toBe(true);
    expect((await inRecord()).map(({ property }) => property)).toEqual(['investment', 'jobs', 'signed', 'stage']);
    const lies = await pool.one<{ object: string }>(
      sql`select object from cluster.relation where subject = ${page.project.id}`,
    );
    expect(lies.object).toBe('park-one');
  });

  test('keeps contacts, problems until they are solved, and files as they came', async () => {
    const {
      project: { id },
    } = await project();
    await send('POST', `/projects/${id}/notes`, { kind: 'contact', words: 'visited the site', who: 'CEO' });
    let page = await send<ProjectPage>('POST', `/projects/${id}/notes`, { kind: 'problem', words: 'no power' });
    expect(page.project.openProblems).toBe(1);
    const problem = page.notes.find(({ kind }) => kind === 'problem')!;
    page = await send('POST', `/projects/${id}/notes/${problem.id}/solve`, { solution: 'second feeder' });
    expect(page.project.openProblems).toBe(0);
    await send('POST', `/projects/${id}/notes/${problem.id}/solve`, { solution: 'again' }, 404);
    const content = Buffer.from('plan').toString('base64');
    page = await send('POST', `/projects/${id}/files`, { name: 'plan.txt', media: 'text/plain', content });
    const file = await app.inject({ method: 'GET', url: `/api/cluster/projects/${id}/files/${page.files[0]!.id}` });
    expect(file.body).toBe('plan');
    expect(file.headers['content-disposition']).toContain('attachment');
  });

  test('is seen by its park and the regulator; another park and an enterprise find nothing', async () => {
    const {
      project: { id },
    } = await project({ name: 'Secret' });
    rival();
    await send('GET', `/projects/${id}`, undefined, 404);
    await project({}, 403);
    expect((await send<{ projects: ProjectLine[] }>('GET', '/projects')).projects).toEqual([]);
    tenant();
    await send('GET', '/projects', undefined, 403);
    regulator();
    expect((await send<ProjectPage>('GET', `/projects/${id}`)).project.name).toBe('Secret');
  });

  test.each([
    [{ stage: 'lost' }, 400],
    [{ sector: 'alchemy' }, 400],
    [{ probability: 2 }, 400],
    [{ investmentFen: 1.5 }, 400],
    [{ since: '2027-01-01' }, 400],
    [{ name: ' ' }, 400],
    [{ park: null }, 400],
    [{ park: 'firm' }, 403],
  ])('%j is refused', async (parts, status) => {
    await project(parts, status);
  });

  test('funnel and forecast count what there is, and agree with each other', async () => {
    const funnel = await send<PipelineFunnel>('GET', '/projects/funnel');
    const counted = funnel.counts.reduce((sum, { projects }) => sum + projects, 0);
    expect(counted).toBe(funnel.projects);
    const forecast = await send<PipelineForecast>('GET', '/projects/forecast?date=2027-11-22');
    const signed = forecast.measures.find(({ measure }) => measure === 'signed')!;
    expect(signed.now).toBe(
      funnel.counts
        .filter(({ stage }) => ['signed', 'building', 'producing'].includes(stage))
        .reduce((sum, { projects }) => sum + projects, 0),
    );
    expect(signed.low).toBeLessThanOrEqual(signed.median);
    expect(forecast).toEqual(await send('GET', '/projects/forecast?date=2027-11-22'));
    await send('GET', '/projects/forecast?date=2020-01-01', undefined, 400);
  });
});

const unit = (name: string, parts: object = {}, status = 200) =>
  send<ParkSpace>('POST', '/parks/park-one/units', { building: 'A', floor: 1, name, areaM2: 1_000, ...parts }, status);
const unitOf = (space: ParkSpace, name: string) => space.units.find((each) => each.name === name)!;
const letTo = (id: string, parts: object = {}, status = 200) =>
  send<ParkSpace>(
    'POST',
    `/parks/park-one/units/${id}/leases`,
    {
      tenant: 'firm',
      starts: '2026-11-01',
      ends: '2029-10-31',
      rent: [{ from: '2026-11-01', fenM2: 4_000 }],
      ...parts,
    },
    status,
  );

describe('space', () => {
  test('a unit is let once a day, however many ask at once; days after each other are no overlap', async () => {
    const { id } = unitOf(await unit('once'), 'once');
    const answers = await Promise.all(
      Array.from({ length: 6 }, () =>
        app.inject({
          method: 'POST',
          url: `/api/cluster/parks/park-one/units/${id}/leases`,
          payload: {
            tenant: 'firm',
            starts: '2026-11-01',
            ends: '2029-10-31',
            rent: [{ from: '2026-11-01', fenM2: 4_000 }],
          },
        }),
      ),
    );
    expect(answers.map(({ statusCode }) => statusCode).sort()).toEqual([200, 409, 409, 409, 409, 409]);
    await letTo(id, { starts: '2029-10-31', ends: '2030-01-01', rent: [{ from: '2029-10-31', fenM2: 1 }] }, 409);
    await letTo(id, {
      tenant: 'other',
      starts: '2029-11-01',
      ends: '2030-01-01',
      rent: [{ from: '2029-11-01', fenM2: 1 }],
    });
    // Another unit on the same days is another matter, also at the far ends of time.
    const far = unitOf(await unit('far'), 'far').id;
    await letTo(far, { starts: '1990-01-01', ends: '2190-01-01', rent: [{ from: '1990-01-01', fenM2: 1 }] });
    const next = unitOf(await unit('next'), 'next').id;
    await letTo(next, { starts: '1990-01-01', ends: '2190-01-01', rent: [{ from: '1990-01-01', fenM2: 1 }] });
  });

  test('one that ends early gives its days back', async () => {
    const { id } = unitOf(await unit('early'), 'early');
    const lease = unitOf(await letTo(id), 'early').lease!;
    await send('POST', `/parks/park-one/leases/${lease.id}/end`, {
      on: '2026-11-20',
      reason: 'moved',
      revision: lease.revision,
    });
    const space = await letTo(id, {
      tenant: 'other',
      starts: '2026-11-21',
      ends: '2027-11-20',
      rent: [{ from: '2026-11-21', fenM2: 5_000 }],
    });
    expect(unitOf(space, 'early')).toMatchObject({ state: 'ending', lease: { tenant: 'other' } });
    expect(space.figures.rentFen).toBeGreaterThan(0);
  });

  test('a tenant holds a unit for itself until the clock ends it; nobody else is let it meanwhile', async () => {
    const { id } = unitOf(await unit('held'), 'held');
    tenant();
    await send('POST', `/parks/park-one/units/${id}/reserve`, { holder: 'firm', days: 14 });
    stranger();
    await send('POST', `/parks/park-one/units/${id}/reserve`, { holder: 'other', days: 14 }, 409);
    await send('POST', `/parks/park-one/units/${id}/reserve`, { holder: 'firm', days: 14 }, 403);
    await send('POST', `/parks/park-one/units/${id}/release`, {}, 403);
    operator();
    await letTo(id, { tenant: 'other' }, 409);
    clock.now += 15 * DAY_MS;
    expect(unitOf(await send<ParkSpace>('GET', '/parks/park-one/space'), 'held').state).toBe('free');
    await letTo(id, { tenant: 'other' });
    clock.now -= 15 * DAY_MS;
  });

  test('an enterprise finds what fits and what nearly does, without seeing who the tenants are', async () => {
    const { id } = unitOf(await unit('clean', { gmp: 'C', clearHeightM: 6, floorLoadKnM2: 12 }), 'clean');
    await unit('low', { gmp: 'C', clearHeightM: 4.6, floorLoadKnM2: 12 });
    stranger();
    const { fits } = await send<{ fits: SpaceFit[] }>(
      'GET',
      '/space?areaM2=1000&clearHeightM=5&floorLoadKnM2=9.8&gmp=C&by=2027-03-01',
    );
    expect(fits.map(({ unit: { name }, verdict }) => [name, verdict]).slice(0, 2)).toEqual([
      ['clean', 'fits'],
      ['low', 'nearly'],
    ]);
    expect(fits.every(({ unit: { lease } }) => lease === null)).toBe(true);
    const space = await send<ParkSpace>('GET', '/parks/park-one/space');
    expect(space.mayManage).toBe(false);
    expect(space.leases.every(({ tenant: of }) => of === 'other')).toBe(true);
    expect(space.figures.rentFen).toBe(0);
    await send('POST', `/parks/park-one/units/${id}/leases`, {}, 400);
  });

  test('is counted where its park lies, found from one line of words, and told to everybody only where the park says so', async () => {
    regulator();
    const ctx = own();
    await pool.transaction(async (tx) => {
      await enterThing(ctx, tx, { id: 'nansha', kind: 'place', name: 'Nansha' });
      await state(ctx, tx, { thing: 'nansha', property: 'adcode', value: '440115' });
      await relate(ctx, tx, { subject: 'park-one', predicate: 'located-in', object: 'nansha' });
    });
    operator();
    await unit('told', { areaM2: 2_345, gmp: 'B', published: true });
    await unit('untold', { areaM2: 2_345, gmp: 'B' });
    const found = await send<FoundSpace>('GET', `/space?${new URLSearchParams({ text: '2300-2400 m² GMP B' })}`);
    expect(found.need).toEqual({ areaM2: 2_300, mostAreaM2: 2_400, gmp: 'B' });
    expect(found.fits.filter(({ verdict }) => verdict === 'fits').map(({ unit: { name } }) => name)).toEqual(
      expect.arrayContaining(['told', 'untold']),
    );
    expect(found.areas['park-one']).toEqual(['440115']);
    expect(found.counts.find(({ area }) => area === '440115')!.n).toBeGreaterThanOrEqual(2);
    expect((await send<FoundSpace>('GET', '/space?area=440300')).fits).toEqual([]);
    expect((await send<FoundSpace>('GET', '/space?text=hospital')).fits).toEqual([]);
    const lines = (await openSpace(ctx)).trim().split('\r\n');
    expect(lines.map((line) => line.split(',')[5])).toEqual(['name', 'told']);
  });

  test.each(['rival', 'tenant', 'patient'])('a %s lets nothing here', async (who) => {
    const { id } = unitOf(await unit(`not-${who}`), `not-${who}`);
    if (who === 'rival') rival();
    else if (who === 'tenant') tenant();
    else become('patient');
    await letTo(id, {}, 403);
    await unit('mine', {}, 403);
  });

  test.each([
    [{ ends: '2026-10-01' }, 400],
    [{ rent: [] }, 400],
    [
      {
        rent: [
          { from: '2026-11-01', fenM2: 1 },
          { from: '2026-11-01', fenM2: 2 },
        ],
      },
      400,
    ],
    [{ tenant: 'park-two' }, 400],
    [{ starts: '2026-02-30' }, 400],
  ])('a lease %j is refused', async (parts, status) => {
    const { id } = unitOf(
      await unit(`refused ${JSON.stringify(parts)}`.slice(0, 90)),
      `refused ${JSON.stringify(parts)}`.slice(0, 90),
    );
    await letTo(id, parts, status);
  });
});

describe('the portal', () => {
  const ask = (parts: object = {}, status = 200) =>
    send<TenantRequestPage>(
      'POST',
      '/requests',
      { park: 'park-one', tenant: 'firm', kind: 'energy', title: 'More power', words: '200 kVA more', ...parts },
      status,
    );
  const say = ({ request: { id, revision } }: TenantRequestPage, words: string, status = 200) =>
    send<TenantRequestPage>('POST', `/requests/${id}/messages`, { words, revision }, status);

  test('a request goes to and fro by its clocks until the tenant closes it with a mark', async () => {
    tenant();
    let page = await ask();
    expect(page.request).toMatchObject({
      state: 'open',
      late: false,
      dueAt: new Date(clock.now + 5 * DAY_MS).toISOString(),
    });
    clock.now += 6 * DAY_MS;
    operator();
    const desk = await send<{ requests: TenantRequest[] }>('GET', '/parks/park-one/desk');
    expect(desk.requests.find(({ id }) => id === page.request.id)).toMatchObject({ late: true });
    page = await say(page, 'from Monday on');
    expect(page.request.state).toBe('answered');
    await send('POST', `/requests/${page.request.id}/close`, { mark: 5, revision: page.request.revision }, 403);
    tenant();
    page = await send('POST', `/requests/${page.request.id}/close`, { mark: 4, revision: page.request.revision });
    expect(page).toMatchObject({ request: { state: 'closed', mark: 4, dueAt: null }, side: 'tenant' });
    await say(page, 'one more thing', 409);
    clock.now -= 6 * DAY_MS;
  });

  test('each side sees its own: another enterprise and another park find nothing', async () => {
    tenant();
    const page = await ask();
    stranger();
    await send('GET', `/requests/${page.request.id}`, undefined, 404);
    expect((await send<Portal>('GET', '/portal')).requests).toEqual([]);
    rival();
    await send('GET', `/requests/${page.request.id}`, undefined, 404);
    await send('GET', '/parks/park-one/desk', undefined, 403);
  });

  test('only a tenant asks, and only for itself', async () => {
    become('enterprise', 'nobody-org');
    await ask({}, 403);
    rival();
    await ask({}, 403);
    become('patient');
    await send('GET', '/portal', undefined, 403);
  });

  test('a notice reaches the tenants of the park until its day, and nobody else', async () => {
    await send('POST', '/parks/park-one/notices', { title: 'Fire drill', words: 'Friday at ten', until: '2026-11-30' });
    tenant();
    expect((await send<Portal>('GET', '/portal')).notices.map(({ title }) => title)).toContain('Fire drill');
    clock.now += 20 * DAY_MS;
    expect((await send<Portal>('GET', '/portal')).notices).toEqual([]);
    clock.now -= 20 * DAY_MS;
  });

  test('figures of a quarter become statements of the enterprise; given again they replace the former', async () => {
    tenant();
    const figures = { quarter: '2026Q3', revenueFen: 1_000_000, jobs: 40, rdFen: 200_000 };
    expect((await send<Portal>('GET', '/portal')).missing.map(({ quarter }) => quarter)).toEqual(['2026Q2', '2026Q3']);
    await send('POST', '/portal/firm/figures', figures);
    await send('POST', '/portal/firm/figures', { ...figures, revenueFen: 1_200_000 });
    const portal = await send<Portal>('POST', '/portal/firm/figures', { ...figures, revenueFen: 1_200_000 });
    expect(portal.missing.map(({ quarter }) => quarter)).toEqual(['2026Q2']);
    const said = await pool.rows<{ value: number; as_of: string; gone: boolean }>(sql`
      select value, as_of, withdrawn_at is not null as gone from cluster.statement where thing = 'firm' and property = 'quarter-revenue' order by value
    `);
    expect(said).toEqual([
      { value: 1_000_000, as_of: '2026-09-30', gone: true },
      { value: 1_200_000, as_of: '2026-09-30', gone: false },
    ]);
    await send('POST', '/portal/firm/figures', { ...figures, quarter: '2026Q4' }, 400);
    await send('POST', '/portal/other/figures', figures, 403);
  });
});
