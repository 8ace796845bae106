import type { Context, Db, Tx } from '#kernel/context';
import { Problem } from '#kernel/problem';
import { all, isId, sql } from '#kernel/sql';
import type { Lease, RentStep, SpaceUnit, UnitFields, UnitReservation } from '../model.ts';
import { type Reach, within } from './spoken.ts';

const UNIT = sql`
  unit.park, unit.id, unit.building, unit.floor, unit.name, unit.area_m2 as "areaM2", unit.clear_height_m as "clearHeightM",
  unit.floor_load_kn_m2 as "floorLoadKnM2", unit.power_kva as "powerKva", unit.gmp, unit.bsl, unit.crane_t as "craneT", unit.provisions,
  unit.price_fen_m2 as "priceFenM2", unit.available_from as "availableFrom", unit.published, unit.example, unit.revision`;

/** Units of one park or of all, by building and from the ground up. */
export function findUnits(
  db: Db,
  {
    park,
    examples = true,
    published = false,
    limit,
  }: { park?: string; examples?: boolean; published?: boolean; limit: number },
): Promise<(SpaceUnit & { parkName: string; parkNameZh: string | null })[]> {
  const terms = [sql`unit.gone_at is null`];
  if (park !== undefined) terms.push(sql`unit.park = ${park}`);
  if (!examples) terms.push(sql`not unit.example`);
  if (published) terms.push(sql`unit.published`);
  return db.rows(sql`
    select ${UNIT}, park.name as "parkName", park.name_zh as "parkNameZh" from cluster.unit as unit join cluster.thing as park on park.id = unit.park
    where ${all(terms)} order by unit.park, unit.building, unit.floor, unit.name, unit.id limit ${limit}
  `);
}

/** The unit, held until the transaction ends. @throws Problem `not-found` */
export async function holdUnit(tx: Tx, park: string, id: string): Promise<SpaceUnit & { slot: number }> {
  const found = await tx.maybe<SpaceUnit & { slot: number }>(sql`
    select ${UNIT}, unit.slot from cluster.unit as unit
    where unit.park = ${park} and ${isId(sql`unit.id`, id)} and unit.gone_at is null for update
  `);
  if (found === undefined) throw new Problem('not-found', 'there is no such unit');
  return found;
}

/** @returns undefined where the building has a unit of that name */
export async function insertUnit(
  ctx: Context,
  tx: Tx,
  unit: UnitFields & { park: string; example: boolean },
): Promise<string | undefined> {
  const id = ctx.newId();
  const added = await tx.run(sql`
    insert into cluster.unit (park, id, building, floor, name, area_m2, clear_height_m, floor_load_kn_m2, power_kva, gmp, bsl, crane_t, provisions,
      price_fen_m2, available_from, published, example)
    values (${unit.park}, ${id}, ${unit.building}, ${unit.floor}, ${unit.name}, ${unit.areaM2}, ${unit.clearHeightM}, ${unit.floorLoadKnM2},
      ${unit.powerKva}, ${unit.gmp}, ${unit.bsl}, ${unit.craneT}, ${unit.provisions}::text[], ${unit.priceFenM2}, ${unit.availableFrom}, ${unit.published}, ${unit.example})
    on conflict (park, building, name) where gone_at is null do nothing
  `);
  return added > 0 ? id : undefined;
}

export async function saveUnit(tx: Tx, park: string, id: string, unit: UnitFields): Promise<void> {
  await tx.run(sql`
    update cluster.unit
    set building = ${unit.building}, floor = ${unit.floor}, name = ${unit.name}, area_m2 = ${unit.areaM2}, clear_height_m = ${unit.clearHeightM},
      floor_load_kn_m2 = ${unit.floorLoadKnM2}, power_kva = ${unit.powerKva}, gmp = ${unit.gmp}, bsl = ${unit.bsl}, crane_t = ${unit.craneT},
      provisions = ${unit.provisions}::text[], price_fen_m2 = ${unit.priceFenM2}, available_from = ${unit.availableFrom},
      published = ${unit.published}, revision = revision + 1
    where park = ${park} and id = ${id}
  `);
}

const LEASE = sql`
  lease.park, lease.id, lease.unit, unit.name as "unitName", unit.area_m2 as "areaM2", lease.tenant, tenant.name as "tenantName",
  tenant.name_zh as "tenantNameZh", unit.example, lease.starts, lease.ends, lease.ended, lease.end_reason as "endReason", lease.rent,
  lease.deposit_fen as "depositFen", lease.notice_days as "noticeDays", lease.revision`;
const LEASES = sql`
  cluster.lease as lease join cluster.unit as unit on unit.park = lease.park and unit.id = lease.unit
    join cluster.thing as tenant on tenant.id = lease.tenant`;

/** The latest first. */
export function findLeases(
  db: Db,
  {
    park,
    tenants,
    unit,
    endsAfter,
    limit,
  }: { park?: string; tenants?: Reach; unit?: string; endsAfter?: string; limit: number },
): Promise<Lease[]> {
  const terms = [within(sql`lease.tenant`, tenants), sql`(lease.ended is null or lease.ended >= lease.starts)`];
  if (park !== undefined) terms.push(sql`lease.park = ${park}`);
  if (unit !== undefined) terms.push(isId(sql`lease.unit`, unit));
  if (endsAfter !== undefined) terms.push(sql`coalesce(lease.ended, lease.ends) >= ${endsAfter}`);
  return db.rows<Lease>(sql`
    select ${LEASE} from ${LEASES} where ${all(terms)} order by lease.starts desc, lease.id limit ${limit}
  `);
}

/** The lease, held until the transaction ends. @throws Problem `not-found` */
export async function holdLease(tx: Tx, park: string, id: string): Promise<Lease> {
  const found = await tx.maybe<Lease>(sql`
    select ${LEASE} from ${LEASES} where lease.park = ${park} and ${isId(sql`lease.id`, id)} for update of lease
  `);
  if (found === undefined) throw new Problem('not-found', 'there is no such lease');
  return found;
}

export interface NewLease {
  tenant: string;
  starts: string;
  ends: string;
  rent: RentStep[];
  depositFen: number;
  noticeDays: number;
}

/** @throws Problem `conflict` where another lease holds the unit on one of the days */
export async function insertLease(
  ctx: Context,
  tx: Tx,
  unit: SpaceUnit & { slot: number },
  { tenant, starts, ends, rent, depositFen, noticeDays }: NewLease,
): Promise<string> {
  const id = ctx.newId();
  await onceADay(() =>
    tx.transaction((inner) =>
      inner.run(sql`
        insert into cluster.lease (park, id, unit, slot, tenant, starts, ends, rent, deposit_fen, notice_days, made_at)
        values (${unit.park}, ${id}, ${unit.id}, ${unit.slot}, ${tenant}, ${starts}, ${ends}, ${JSON.stringify(rent)}::jsonb, ${depositFen}, ${noticeDays},
          ${ctx.now()})
      `),
    ),
  );
  return id;
}

async function onceADay<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if ((error as { constraint?: string }).constraint !== 'lease_once') throw error;
    throw new Problem('conflict', 'the unit is let on some of these days already');
  }
}

export async function endLeaseRow(
  tx: Tx,
  { park, id, ended, reason }: { park: string; id: string; ended: string; reason: string },
): Promise<void> {
  await tx.run(sql`
    update cluster.lease set ended = ${ended}, end_reason = ${reason}, revision = revision + 1 where park = ${park} and id = ${id}
  `);
}

type StoredReservation = Omit<UnitReservation, 'own' | 'until'> & { until: Date; madeBy: string };

/** Those that hold now. */
export function findReservations(
  db: Db,
  now: Date,
  { park, holders, limit }: { park?: string; holders?: Reach; limit: number },
): Promise<StoredReservation[]> {
  const terms = [sql`released_at is null`, sql`until > ${now}`];
  if (park !== undefined) terms.push(sql`park = ${park}`);
  if (holders !== undefined) terms.push(within(sql`holder`, holders));
  return db.rows(sql`
    select park, id, unit, holder, holder_name as "holderName", until, made_by as "madeBy" from cluster.reservation
    where ${all(terms)} order by until, id limit ${limit}
  `);
}

export async function insertReservation(
  ctx: Context,
  tx: Tx,
  {
    park,
    unit,
    holder,
    holderName,
    until,
  }: { park: string; unit: string; holder: string | null; holderName: string; until: Date },
): Promise<string> {
  const id = ctx.newId();
  await tx.run(sql`
    insert into cluster.reservation (park, id, unit, holder, holder_name, until, made_by, made_at)
    values (${park}, ${id}, ${unit}, ${holder}, ${holderName}, ${until}, ${ctx.actor.id}, ${ctx.now()})
  `);
  return id;
}

export async function releaseReservations(
  ctx: Context,
  tx: Tx,
  { park, unit, id }: { park: string; unit?: string; id?: string },
): Promise<number> {
  const terms = [sql`park = ${park}`, sql`released_at is null`];
  if (unit !== undefined) terms.push(isId(sql`unit`, unit));
  if (id !== undefined) terms.push(isId(sql`id`, id));
  return tx.run(sql`update cluster.reservation set released_at = ${ctx.now()} where ${all(terms)}`);
}

/** Marks that tenants gave when their requests were closed. */
export async function findMarks(db: Db, park: string): Promise<number[]> {
  const rows = await db.rows<{ mark: number }>(sql`
    select mark from cluster.tenant_request where park = ${park} and mark is not null order by updated_at desc, id limit 1000
  `);
  return rows.map(({ mark }) => mark);
}
