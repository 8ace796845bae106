import { record } from '#kernel/access';
import { type Context, onDb, type Tx } from '#kernel/context';
import { tell } from '#kernel/outbox';
import { Problem } from '#kernel/problem';
import type {
  GivenFigures,
  ParkNotice,
  Portal,
  QuarterFigures,
  RequestKind,
  TenantRequest,
  TenantRequestPage,
} from '../model.ts';
import { answerDue, quarterEnd, quartersAsked, todayOf } from '../rules/index.ts';
import {
  findFigures,
  findLeases,
  findMessages,
  findNotices,
  findRequests,
  findReservations,
  findStatements,
  findUnits,
  holdRequest,
  insertFigures,
  insertMessage,
  insertNotice,
  insertRequest,
  namesOf,
  type StoredRequest,
  saveRequest,
} from '../store/index.ts';
import { stateAll, withdraw } from './record.ts';
import { managedPark, TENANTS } from './space.ts';
import { ownThings, reaches, spokenFor, spokenOrNone } from './spoken.ts';

const [PARK, TENANT] = ['cluster.park', 'cluster.tenant'];
const MOST_REQUESTS = 500;
const MOST_OPEN = 50;
const MOST_MESSAGES = 200;
const MOST_LEASES = 1_000;

/** What a tenant has with its parks. */
export async function readPortal(ctx: Context): Promise<Portal> {
  const reach = await spokenFor(ctx, TENANT, TENANTS);
  const tenants = await ownThings(ctx, TENANTS);
  const today = todayOf(ctx.now());
  const leases = await findLeases(ctx.db, { tenants: reach, limit: MOST_LEASES });
  const reservations = await findReservations(ctx.db, ctx.now(), { holders: reach, limit: 100 });
  const parks = [...new Set(leases.map(({ park }) => park))];
  const figures = await findFigures(ctx.db, reach, MOST_REQUESTS);
  const names = await namesOf(
    ctx.db,
    reservations.map(({ park }) => park),
  );
  const units = reservations.length === 0 ? [] : await findUnits(ctx.db, { limit: 5_000 });
  const given = new Set(figures.map(({ tenant, quarter }) => `${tenant} ${quarter}`));
  const inPark = tenants.filter(({ id }) => leases.some(({ tenant }) => tenant === id));
  return {
    tenants,
    leases,
    figures,
    reservations: reservations.map(({ madeBy: _, until, ...each }) => ({
      ...each,
      until: until.toISOString(),
      own: true,
      unitName: units.find(({ id }) => id === each.unit)?.name ?? each.unit,
      parkName: names.get(each.park)?.name ?? each.park,
      parkNameZh: names.get(each.park)?.nameZh ?? null,
    })),
    requests: (await findRequests(ctx.db, { parks: [], tenants: reach }, { limit: MOST_REQUESTS })).map((request) =>
      shown(ctx, request),
    ),
    notices: await findNotices(ctx.db, parks, today),
    missing: inPark.flatMap(({ id: tenant }) =>
      quartersAsked(today)
        .filter((quarter) => !given.has(`${tenant} ${quarter}`))
        .map((quarter) => ({ tenant, quarter })),
    ),
  };
}

function shown(ctx: Context, { dueAt, madeAt, ...request }: StoredRequest): TenantRequest {
  return {
    ...request,
    dueAt: dueAt?.toISOString() ?? null,
    madeAt: madeAt.toISOString(),
    late: dueAt !== null && dueAt < ctx.now(),
  };
}

/** What is asked of a park, what it told, and what its tenants gave back. */
export async function readParkDesk(
  ctx: Context,
  park: string,
): Promise<{ requests: TenantRequest[]; notices: ParkNotice[]; figures: GivenFigures[] }> {
  await managedPark(ctx, park);
  const today = todayOf(ctx.now());
  const leases = await findLeases(ctx.db, { park, limit: 10_000 });
  const requests = await findRequests(ctx.db, { parks: [park], tenants: [] }, { park, limit: MOST_REQUESTS });
  return {
    requests: requests.map((request) => shown(ctx, request)),
    notices: await findNotices(ctx.db, [park], today),
    figures: await findFigures(ctx.db, [...new Set(leases.map(({ tenant }) => tenant))], MOST_REQUESTS),
  };
}

const sidesOf = async (ctx: Context) => ({
  parks: await spokenOrNone(ctx, PARK, ['park']),
  tenants: await spokenOrNone(ctx, TENANT, TENANTS),
});

export async function readRequest(ctx: Context, id: string): Promise<TenantRequestPage> {
  const sides = await sidesOf(ctx);
  const request = await ctx.db.transaction((tx) => holdRequest(tx, sides, id));
  const isPark = reaches(sides.parks, request.park);
  const isTenant = reaches(sides.tenants, request.tenant);
  return {
    request: shown(ctx, request),
    messages: await findMessages(ctx.db, request.park, request.id),
    side: isPark && isTenant ? 'both' : isPark ? 'park' : 'tenant',
  };
}

export interface RequestWish {
  park: string;
  tenant: string;
  kind: RequestKind;
  title: string;
  words: string;
}

/** A tenant asks its park for something: only where it has a lease. */
export async function openRequest(ctx: Context, { park, tenant, kind, title, words }: RequestWish): Promise<string> {
  if (!reaches(await spokenFor(ctx, TENANT, TENANTS), tenant))
    throw new Problem('forbidden', 'this account does not speak for that enterprise', { tenant });
  return ctx.db.transaction(async (tx) => {
    const leases = await findLeases(tx, { park, tenants: [tenant], endsAfter: todayOf(ctx.now()), limit: 1 });
    if (leases.length === 0) throw new Problem('conflict', 'only a tenant of the park asks it for something');
    const own = await findRequests(tx, { parks: [], tenants: [tenant] }, { park, limit: MOST_REQUESTS });
    if (own.filter(({ state }) => state !== 'closed').length >= MOST_OPEN)
      throw new Problem('too-many', 'there are too many already', { most: MOST_OPEN });
    const dueAt = answerDue(kind, 'park', ctx.now());
    const id = await insertRequest(ctx, tx, { park, tenant, kind, title, dueAt });
    await insertMessage(ctx, tx, { park, request: id, side: 'tenant', words });
    await record(ctx, tx, {
      act: 'cluster.request-made',
      subject: `park/${park}`,
      detail: { request: id, tenant, kind },
    });
    await tellRequest(tx, id);
    return id;
  });
}

function tellRequest(tx: Tx, id: string): Promise<void> {
  return tell(tx, { type: 'cluster.request-changed', subject: id });
}

/** Either side says something; it is the other's turn then, by its clock. */
export async function answerRequest(
  ctx: Context,
  id: string,
  { words, revision }: { words: string; revision: number },
): Promise<void> {
  const sides = await sidesOf(ctx);
  await ctx.db.transaction(async (tx) => {
    const request = await holdRequest(tx, sides, id);
    requireSeen(request, revision);
    if (request.state === 'closed') throw new Problem('conflict', 'the request is closed');
    const { park, kind, mark } = request;
    if ((await findMessages(tx, park, id)).length >= MOST_MESSAGES)
      throw new Problem('too-many', 'there are too many already', { most: MOST_MESSAGES });
    const side = reaches(sides.parks, park) ? 'park' : 'tenant';
    await insertMessage(ctx, tx, { park, request: id, side, words });
    const dueAt = answerDue(kind, side === 'park' ? 'tenant' : 'park', ctx.now());
    await saveRequest(ctx, tx, { park, id, state: side === 'park' ? 'answered' : 'open', dueAt, mark });
    await record(ctx, tx, { act: 'cluster.request-answered', subject: `park/${park}`, detail: { request: id, side } });
    await tellRequest(tx, id);
  });
}

function requireSeen({ revision }: { revision: number }, seen: number): void {
  if (revision !== seen)
    throw new Problem('conflict', 'this has changed since you looked at it: read it again', { revision });
}

/** The tenant is done, and says how it was. */
export async function closeRequest(
  ctx: Context,
  id: string,
  { mark, revision }: { mark: number | null; revision: number },
): Promise<void> {
  const sides = await sidesOf(ctx);
  await ctx.db.transaction(async (tx) => {
    const request = await holdRequest(tx, sides, id);
    if (request.state === 'closed') return;
    requireSeen(request, revision);
    if (!reaches(sides.tenants, request.tenant)) throw new Problem('forbidden', 'the tenant closes what it asked for');
    await saveRequest(ctx, tx, { park: request.park, id, state: 'closed', dueAt: null, mark });
    await record(ctx, tx, {
      act: 'cluster.request-closed',
      subject: `park/${request.park}`,
      detail: { request: id, mark },
    });
    await tellRequest(tx, id);
  });
}

export async function postNotice(
  ctx: Context,
  park: string,
  notice: { title: string; words: string; until: string | null },
): Promise<void> {
  await managedPark(ctx, park);
  await ctx.db.transaction(async (tx) => {
    const id = await insertNotice(ctx, tx, { park, ...notice });
    await record(ctx, tx, { act: 'cluster.notice-posted', subject: `park/${park}`, detail: { notice: id } });
    await tell(tx, { type: 'cluster.notice-posted', subject: park, data: { notice: id } });
  });
}

/** An enterprise gives its figures of a quarter back into the record, as statements of its own; given again they replace the former. */
export async function giveFigures(ctx: Context, tenant: string, figures: QuarterFigures): Promise<void> {
  if (!reaches(await spokenFor(ctx, TENANT, TENANTS), tenant))
    throw new Problem('forbidden', 'this account does not speak for that enterprise', { tenant });
  const asOf = quarterEnd(figures.quarter);
  if (asOf >= todayOf(ctx.now())) throw new Problem('invalid', 'this quarter has not ended yet');
  await ctx.db.transaction(async (tx) => {
    const inside = onDb(ctx, tx);
    const [before] = (await findFigures(tx, [tenant], MOST_REQUESTS)).filter(
      ({ quarter }) => quarter === figures.quarter,
    );
    const isSame =
      before !== undefined &&
      (['revenueFen', 'jobs', 'rdFen'] as const).every((name) => before[name] === figures[name]);
    if (isSame) return;
    const told = {
      'quarter-revenue': figures.revenueFen,
      employees: figures.jobs,
      'quarter-rd-spending': figures.rdFen,
    };
    const former = await findStatements(tx, [tenant], { properties: Object.keys(told) });
    for (const { id, asOf: day, note } of former)
      if (day === asOf && note === NOTE)
        await withdraw(inside, tx, { statement: id, reason: 'the enterprise gave this quarter again' });
    await insertFigures(ctx, tx, tenant, figures);
    await stateAll(
      inside,
      tx,
      Object.entries(told).map(([property, value]) => ({ thing: tenant, property, value, asOf, note: NOTE })),
    );
    await record(ctx, tx, {
      act: 'cluster.figures-given',
      subject: `thing/${tenant}`,
      detail: { quarter: figures.quarter },
    });
  });
}

/** Marks statements that came this way. */
const NOTE = 'quarterly return through the park’s portal';
