import { reachOf, record } from '#kernel/access';
import { type Context, onDb, type Tx } from '#kernel/context';
import { tell } from '#kernel/outbox';
import { Problem } from '#kernel/problem';
import type {
  FoundSpace,
  Lease,
  ParkSpace,
  SpaceNeed,
  ThingName,
  UnitFields,
  UnitLine,
  UnitReservation,
} from '../model.ts';
import {
  DAY_MS,
  dayAfter,
  ENDING_DAYS,
  findFits,
  lastDay,
  openSpaceCsv,
  parkFigures,
  readSpaceNeed,
  todayOf,
  lineOf as unitLineOf,
} from '../rules/index.ts';
import {
  endLeaseRow,
  findLeases,
  findMarks,
  findRelations,
  findReservations,
  findSpoken,
  findThingKind,
  findUnits,
  holdLease,
  holdUnit,
  insertLease,
  insertReservation,
  insertUnit,
  type NewLease,
  namesOf,
  type Reach,
  releaseReservations,
  saveUnit,
} from '../store/index.ts';
import { partiesOf, relate } from './record.ts';
import { ownThings, reaches, spokenFor, spokenOrNone } from './spoken.ts';
import { areasOf } from './views.ts';

const [PARK, SPACE, TENANT] = ['cluster.park', 'cluster.space', 'cluster.tenant'];
const MOST_UNITS = 5_000;
const MOST_LEASES = 10_000;
const MOST_RESERVED_DAYS = 90;
const MOST_OPEN = 5;
const MOST_FITS = 200;
export const TENANTS = ['enterprise', 'institution'] as const;

const parksFor = (ctx: Context) => spokenFor(ctx, PARK, ['park']);

/** @throws Problem `forbidden`, `not-found` */
export async function managedPark(
  ctx: Context,
  park: string,
): Promise<{ name: string; nameZh: string | null; example: boolean }> {
  if (!reaches(await parksFor(ctx), park))
    throw new Problem('forbidden', 'this account does not speak for that park', { park });
  return getPark(ctx, park);
}

async function getPark(ctx: Context, park: string) {
  const found = await findThingKind(ctx.db, park);
  if (found?.kind !== 'park') throw new Problem('not-found', 'there is no such park');
  return found;
}

/** Parks that the actor manages, or for the regulator those that have units. */
export async function listParks(ctx: Context): Promise<{ parks: (ThingName & { units: number })[] }> {
  const reach = await parksFor(ctx);
  const units = await findUnits(ctx.db, { limit: MOST_UNITS });
  const counts = Map.groupBy(units, ({ park }) => park);
  const parks =
    reach === undefined
      ? [...(await namesOf(ctx.db, [...counts.keys()])).values()]
      : await findSpoken(ctx.db, partiesOf(ctx.actor), ['park']);
  return { parks: parks.map((park) => ({ ...park, units: counts.get(park.id)?.length ?? 0 })) };
}

/** A park's space. Who does not manage it sees what is free and what a unit is, no tenant and no rent of others. */
export async function readParkSpace(ctx: Context, id: string): Promise<ParkSpace> {
  ctx.require(SPACE);
  const { name, nameZh, example } = await getPark(ctx, id);
  const today = todayOf(ctx.now());
  const mayManage = reaches(await spokenOrNone(ctx, PARK, ['park']), id);
  const leases = await findLeases(ctx.db, { park: id, limit: MOST_LEASES });
  const units = await unitLines(ctx, { park: id, leases });
  const figures = parkFigures(units, { leases, marks: await findMarks(ctx.db, id), today });
  const tenants = mayManage ? undefined : await spokenOrNone(ctx, TENANT, TENANTS);
  return {
    park: { id, name, nameZh, example },
    figures: mayManage ? figures : { ...figures, rentFen: 0, waltAreaYears: null, waltRentYears: null, expiries: [] },
    units: units.map((unit) => shown(unit, { mayManage, tenants })),
    leases: leases.filter(({ tenant }) => mayManage || reaches(tenants, tenant)),
    mayManage,
  };
}

function shown<T extends UnitLine>(unit: T, { mayManage, tenants }: { mayManage: boolean; tenants: Reach }): T {
  const seesLease = mayManage || (unit.lease !== null && reaches(tenants, unit.lease.tenant));
  const seesHolder = mayManage || unit.reservation?.own === true;
  return {
    ...unit,
    lease: seesLease ? unit.lease : null,
    reservation:
      unit.reservation === null || seesHolder
        ? unit.reservation
        : { ...unit.reservation, holder: null, holderName: '' },
  };
}

async function unitLines(
  ctx: Context,
  { park, leases, examples = true }: { park?: string; leases: readonly Lease[]; examples?: boolean },
): Promise<(UnitLine & { parkName: string; parkNameZh: string | null })[]> {
  const units = await findUnits(ctx.db, { ...(park !== undefined && { park }), examples, limit: MOST_UNITS });
  const found = await findReservations(ctx.db, ctx.now(), { ...(park !== undefined && { park }), limit: MOST_LEASES });
  const own = await ownThings(ctx, TENANTS);
  const reservations = found.map((each): UnitReservation => {
    const { madeBy, until, ...rest } = each;
    const isOwn = madeBy === ctx.actor.id || own.some(({ id }) => id === each.holder);
    return { ...rest, until: until.toISOString(), own: isOwn };
  });
  const held = new Map(reservations.map((each) => [each.unit, each]));
  const byUnit = Map.groupBy(leases, ({ unit }) => unit);
  const today = todayOf(ctx.now());
  return units.map(({ parkName, parkNameZh, ...unit }) => ({
    ...unitLineOf(unit, {
      leases: byUnit.get(unit.id) ?? [],
      reservation: held.get(unit.id) ?? null,
      today,
    }),
    parkName,
    parkNameZh,
  }));
}

/** What fits a need over all parks, or one, in a division of the map where one is asked for. */
export async function findSpace(
  ctx: Context,
  told: SpaceNeed,
  { examples: asked, area, text = '' }: { examples?: string; area?: string; text?: string } = {},
): Promise<FoundSpace> {
  ctx.require(SPACE);
  const need = { ...readSpaceNeed(text), ...told };
  const tenants = reachOf(ctx.actor, TENANT) === undefined ? [] : await ownThings(ctx, TENANTS);
  if (text !== '' && Object.keys(need).length === 0)
    return { fits: [], total: 0, need, areas: {}, counts: [], tenants, examples: false };
  // Who is an example is shown examples unless they say otherwise.
  const examples = asked === 'yes' || (asked !== 'no' && tenants.some(({ example }) => example));
  const park = need.park === undefined ? {} : { park: need.park };
  const leases = await findLeases(ctx.db, { ...park, endsAfter: todayOf(ctx.now()), limit: MOST_LEASES });
  const units = await unitLines(ctx, { ...park, leases, examples });
  // Who holds it for themselves may take it; for others it is taken.
  const open = units.filter(({ reservation }) => reservation === null || reservation.own);
  const hidden = open.map((unit) => shown(unit, { mayManage: false, tenants: [] }));
  // Without a day it is needed now.
  const all = findFits(hidden, { by: todayOf(ctx.now()), ...need });
  const areas = await areasOf(ctx, [...new Set(all.map(({ unit }) => unit.park))]);
  const counts = new Map<string, number>();
  for (const { unit, verdict } of all)
    if (verdict !== 'no') for (const each of areas[unit.park]!) counts.set(each, (counts.get(each) ?? 0) + 1);
  const fits = area === undefined ? all : all.filter(({ unit }) => areas[unit.park]!.includes(area));
  return {
    fits: fits.slice(0, MOST_FITS),
    total: fits.length,
    need,
    areas,
    tenants,
    examples,
    counts: [...counts].map(([each, n]) => ({ area: each, n })).sort((one, two) => two.n - one.n),
  };
}

/** What parks tell everybody of: no tenants, no holders, no examples. */
export async function openSpace({ db, now }: Pick<Context, 'db' | 'now'>): Promise<string> {
  const today = todayOf(now());
  const units = await findUnits(db, { examples: false, published: true, limit: MOST_UNITS });
  const leases = await findLeases(db, { endsAfter: today, limit: MOST_LEASES });
  const byUnit = Map.groupBy(leases, ({ unit }) => unit);
  return openSpaceCsv(
    units.map((unit) => ({
      ...unitLineOf(unit, { leases: byUnit.get(unit.id) ?? [], reservation: null, today }),
      parkName: unit.parkName,
    })),
  );
}

export async function createUnit(ctx: Context, park: string, unit: UnitFields): Promise<string> {
  const { example } = await managedPark(ctx, park);
  return ctx.db.transaction(async (tx) => {
    const id = await insertUnit(ctx, tx, { ...unit, park, example });
    if (id === undefined)
      throw new Problem('conflict', 'the building has a unit of this name already', { name: unit.name });
    await record(ctx, tx, {
      act: 'cluster.unit-entered',
      subject: `park/${park}`,
      detail: { unit: id, name: unit.name },
    });
    return id;
  });
}

export async function changeUnit(
  ctx: Context,
  park: string,
  id: string,
  { fields, revision }: { fields: UnitFields; revision: number },
): Promise<void> {
  await managedPark(ctx, park);
  await ctx.db.transaction(async (tx) => {
    const unit = await holdUnit(tx, park, id);
    requireSeen(unit, revision);
    await saveUnit(tx, park, id, fields);
    await record(ctx, tx, { act: 'cluster.unit-changed', subject: `park/${park}`, detail: { unit: id } });
  });
}

function requireSeen({ revision }: { revision: number }, seen: number): void {
  if (revision !== seen)
    throw new Problem('conflict', 'this has changed since you looked at it: read it again', { revision });
}

/**
 * Holds a unit for somebody for some days. A tenant holds for itself, the park for anybody.
 *
 * @throws Problem `conflict` where it is let or held already
 */
export async function reserveUnit(
  ctx: Context,
  park: string,
  unit: string,
  { holder, holderName, days }: { holder?: string; holderName?: string; days: number },
): Promise<void> {
  ctx.require(SPACE);
  if (!(days >= 1 && days <= MOST_RESERVED_DAYS))
    throw new Problem('invalid', 'a reservation lasts 1 to 90 days', { most: MOST_RESERVED_DAYS });
  const isPark = reaches(await spokenOrNone(ctx, PARK, ['park']), park);
  const isTenant = holder !== undefined && reaches(await spokenOrNone(ctx, TENANT, TENANTS), holder);
  if (!isPark && !isTenant) throw new Problem('forbidden', 'only the park holds space for others');
  const name = holder === undefined ? holderName : (await findThingKind(ctx.db, holder))?.name;
  if (name === undefined || name === '') throw new Problem('invalid', 'say for whom it is held');
  await ctx.db.transaction(async (tx) => {
    const { id } = await holdUnit(tx, park, unit);
    const today = todayOf(ctx.now());
    const leases = await findLeases(tx, { park, unit: id, endsAfter: today, limit: 100 });
    // One that ends soon may be held for whoever comes next.
    if (leases.some((lease) => lastDay(lease) > dayAfter(today, ENDING_DAYS)))
      throw new Problem('conflict', 'the unit is let for more than a year to come');
    const held = await findReservations(tx, ctx.now(), { park, limit: MOST_LEASES });
    if (held.some((each) => each.unit === id)) throw new Problem('conflict', 'the unit is held for somebody already');
    if (!isPark && held.filter((each) => each.holder === holder).length >= MOST_OPEN)
      throw new Problem('too-many', 'there are too many already', { most: MOST_OPEN });
    const until = new Date(ctx.now().getTime() + days * DAY_MS);
    const made = await insertReservation(ctx, tx, { park, unit: id, holder: holder ?? null, holderName: name, until });
    await record(ctx, tx, {
      act: 'cluster.unit-reserved',
      subject: `park/${park}`,
      detail: { unit: id, reservation: made, until: until.toISOString(), holder: holder ?? name },
    });
    await tellPark(tx, park);
  });
}

function tellPark(tx: Tx, park: string): Promise<void> {
  return tell(tx, { type: 'cluster.park-changed', subject: park });
}

export async function releaseUnit(ctx: Context, park: string, unit: string): Promise<void> {
  ctx.require(SPACE);
  const isPark = reaches(await spokenOrNone(ctx, PARK, ['park']), park);
  const own = await ownThings(ctx, TENANTS);
  await ctx.db.transaction(async (tx) => {
    const { id } = await holdUnit(tx, park, unit);
    const held = (await findReservations(tx, ctx.now(), { park, limit: MOST_LEASES })).find((each) => each.unit === id);
    if (held === undefined) return;
    if (!isPark && held.madeBy !== ctx.actor.id && !own.some((thing) => thing.id === held.holder))
      throw new Problem('forbidden', 'only who holds it or the park gives it free');
    await releaseReservations(ctx, tx, { park, id: held.id });
    await record(ctx, tx, {
      act: 'cluster.unit-released',
      subject: `park/${park}`,
      detail: { unit: id, reservation: held.id },
    });
    await tellPark(tx, park);
  });
}

/** Lets a unit. @throws Problem `conflict` where it is let on one of the days, or held for somebody else */
export async function signLease(ctx: Context, park: string, unit: string, lease: NewLease): Promise<string> {
  await managedPark(ctx, park);
  if (lease.ends < lease.starts) throw new Problem('invalid', 'the last day comes before the first');
  const kind = (await findThingKind(ctx.db, lease.tenant))?.kind;
  if (!TENANTS.some((each) => each === kind))
    throw new Problem('invalid', 'a tenant is an enterprise or an institution on record', { tenant: lease.tenant });
  return ctx.db.transaction(async (tx) => {
    const held = await holdUnit(tx, park, unit);
    const reservations = await findReservations(tx, ctx.now(), { park, limit: MOST_LEASES });
    const reservation = reservations.find((each) => each.unit === held.id);
    if (reservation !== undefined && reservation.holder !== lease.tenant && reservation.holder !== null)
      throw new Problem('conflict', 'the unit is held for somebody already');
    const id = await insertLease(ctx, tx, held, lease);
    if (reservation !== undefined) await releaseReservations(ctx, tx, { park, id: reservation.id });
    await hostTenant(ctx, tx, { park, tenant: lease.tenant, since: lease.starts });
    const { tenant, starts, ends } = lease;
    await record(ctx, tx, {
      act: 'cluster.lease-signed',
      subject: `park/${park}`,
      detail: { lease: id, unit: held.id, tenant, starts, ends },
    });
    await tellPark(tx, park);
    return id;
  });
}

/** The record says who is in the park, once. */
async function hostTenant(
  ctx: Context,
  tx: Tx,
  { park, tenant, since }: { park: string; tenant: string; since: string },
): Promise<void> {
  const known = await findRelations(tx, [park]);
  if (known.some(({ subject, predicate, object }) => subject === park && predicate === 'hosts' && object === tenant))
    return;
  await relate(onDb(ctx, tx), tx, { subject: park, predicate: 'hosts', object: tenant, asOf: since });
}

/** Ends a lease before its contract does. One that has not begun is taken back. */
export async function endLease(
  ctx: Context,
  park: string,
  id: string,
  { on, reason, revision }: { on: string; reason: string; revision: number },
): Promise<void> {
  await managedPark(ctx, park);
  await ctx.db.transaction(async (tx) => {
    const lease = await holdLease(tx, park, id);
    if (lease.ended === on) return;
    requireSeen(lease, revision);
    if (on > lease.ends) throw new Problem('invalid', 'a lease ends no later than its contract says');
    const ended = on < lease.starts ? dayAfter(lease.starts, -1) : on;
    await endLeaseRow(tx, { park, id, ended, reason });
    await record(ctx, tx, {
      act: 'cluster.lease-ended',
      subject: `park/${park}`,
      detail: { lease: id, ended, reason },
    });
    await tellPark(tx, park);
  });
}
