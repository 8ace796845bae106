import type { Context, Db, Sql, Tx } from '#kernel/context';
import { all, isId, sql } from '#kernel/sql';
import type { MovementKind, OpenOrder, StockCount, StockHolding, StockMovement, StockSite } from '../model.ts';

const MOST_SITES = 5_000;
const MOST_LOTS = 100_000;
const MOST_ORDERS = 10_000;

const MOVEMENT = sql`m.organization, m.id, m.kind, m.site, m.item, m.lot, m.day::text, m.quantity::float8 as quantity, m.effect::float8 as effect, m.due::text,
  m.order_id as "order", m.transfer, m.undoes, m.note, m.at, m.by_name as "byName",
  exists (select from signals.stock_movement u where u.organization = m.organization and u.undoes = m.id) as undone`;

/** One change of an organization's stocks at a time: what is decided stays true until it is written. */
export async function holdStocks(tx: Tx, organizations: readonly string[]): Promise<void> {
  for (const organization of [...new Set(organizations)].sort())
    await tx.run(sql`select pg_advisory_xact_lock(hashtextextended(${`stocks ${organization}`}, 0))`);
}

export function findSites(db: Db, organization: string): Promise<StockSite[]> {
  return db.rows<StockSite>(sql`
    select organization, site, name, district from signals.stock_site where organization = ${organization} order by site limit ${MOST_SITES}
  `);
}

/** @throws Problem `not-found` */
export function getSite(db: Db, organization: string, site: string): Promise<StockSite> {
  return db.one<StockSite>(sql`
    select organization, site, name, district from signals.stock_site where organization = ${organization} and site = ${site}
  `);
}

interface HoldingFilter {
  organizations?: readonly string[];
  sites?: readonly string[];
  item?: string;
}

/** Lots that hold something, or that were ever there when the sites are named. */
export function findHoldings(db: Db, { organizations, sites, item }: HoldingFilter): Promise<StockHolding[]> {
  const terms: Sql[] = [sites === undefined ? sql`l.quantity > 0` : sql`l.site = any(${[...sites]}::text[])`];
  if (organizations !== undefined) terms.push(sql`l.organization = any(${[...organizations]}::text[])`);
  if (item !== undefined) terms.push(sql`l.item = ${item}`);
  return db.rows<StockHolding>(sql`
    select l.organization, l.site, s.name, s.district, l.item, l.lot, l.expires::text, l.quantity::float8 as quantity
    from signals.stock_lot l join signals.stock_site s using (organization, site)
    where ${all(terms)}
    order by l.item, l.expires nulls last, l.organization, l.site, l.lot limit ${MOST_LOTS}
  `);
}

export interface DayOfLot {
  site: string;
  item: string;
  lot: string;
  day: string;
  quantity: number;
}

/** What was counted of the lots of these sites. */
export function findCounts(db: Db, organization: string, sites: readonly string[]): Promise<DayOfLot[]> {
  return db.rows<DayOfLot>(sql`
    select site, item, lot, day::text, quantity::float8 as quantity from signals.stock_count
    where organization = ${organization} and site = any(${[...sites]}::text[]) order by site, item, lot, day
  `);
}

/** What was done with the lots of these sites, by day, from a day on. */
export function sumEffects(
  db: Db,
  organization: string,
  { sites, since }: { sites: readonly string[]; since: string },
): Promise<DayOfLot[]> {
  return db.rows<DayOfLot>(sql`
    select site, item, lot, day::text, sum(effect)::float8 as quantity from signals.stock_movement
    where organization = ${organization} and site = any(${[...sites]}::text[]) and day >= ${since}::date group by 1, 2, 3, 4 order by 1, 2, 3, 4
  `);
}

/** Keeps what was counted: the sites, the counts, a movement each, and the lots as they are now. */
export async function insertCounts(
  ctx: Context,
  tx: Tx,
  organization: string,
  rows: readonly (StockCount & { effect: number })[],
): Promise<void> {
  const { actor } = ctx;
  const told = JSON.stringify(rows.map((row) => ({ ...row, id: ctx.newId() })));
  const lines = sql`json_to_recordset(${told}::json) as r(id uuid, site text, name text, district text, item text, lot text, expires date, day date, quantity bigint, effect bigint)`;
  await tx.run(sql`
    insert into signals.stock_site (organization, site, name, district)
    select distinct on (site) ${organization}, site, name, district from ${lines} order by site, name
    on conflict (organization, site) do update set name = excluded.name, district = excluded.district
  `);
  await tx.run(sql`
    insert into signals.stock_count (organization, site, item, lot, day, quantity)
    select ${organization}, site, item, lot, day, quantity from ${lines}
    on conflict (organization, site, item, lot, day) do update set quantity = excluded.quantity
  `);
  await tx.run(sql`
    insert into signals.stock_movement (organization, id, kind, site, item, lot, day, quantity, effect, note, at, by, by_name)
    select ${organization}, id, 'counted', site, item, lot, day, quantity, effect, '', ${ctx.now()}, ${actor.id}, ${actor.name} from ${lines}
  `);
  await tx.run(sql`
    insert into signals.stock_lot (organization, site, item, lot, expires, quantity)
    select ${organization}, site, item, lot, expires, effect from ${lines} where effect >= 0
    on conflict (organization, site, item, lot) do update
    set quantity = stock_lot.quantity + excluded.quantity, expires = coalesce(stock_lot.expires, excluded.expires)
  `);
  await tx.run(sql`
    update signals.stock_lot l set quantity = l.quantity + r.effect, expires = coalesce(l.expires, r.expires)
    from ${lines} where l.organization = ${organization} and l.site = r.site and l.item = r.item and l.lot = r.lot and r.effect < 0
  `);
}

/** A lot, or undefined when it never was there. */
export function findLot(
  db: Db,
  { organization, site, item, lot }: LotKey,
): Promise<{ expires: string | null; quantity: number } | undefined> {
  return db.maybe(sql`
    select expires::text, quantity::float8 as quantity from signals.stock_lot
    where organization = ${organization} and site = ${site} and item = ${item} and lot = ${lot}
  `);
}

interface LotKey {
  organization: string;
  site: string;
  item: string;
  lot: string;
}

/** Whether the lot was counted after a day, or later on that day than a moment. */
export async function isCountedAfter(
  db: Db,
  { organization, site, item, lot }: LotKey,
  { day, at }: { day: string; at?: string },
): Promise<boolean> {
  const later =
    at === undefined
      ? sql`day > ${day}::date`
      : sql`(day > ${day}::date or (day = ${day}::date and at > ${at}::timestamptz))`;
  const { counted } = await db.one<{ counted: boolean }>(sql`
    select exists (select from signals.stock_movement where organization = ${organization} and site = ${site} and item = ${item} and lot = ${lot}
      and kind = 'counted' and ${later}) as counted
  `);
  return counted;
}

export interface NewMovement extends LotKey {
  id: string;
  kind: MovementKind;
  day: string;
  quantity: number;
  effect: number;
  expires?: string | null;
  due?: string | null;
  order?: string | null;
  transfer?: string | null;
  undoes?: string | null;
  note: string;
}

/** Writes a movement and what it leaves of the lot. The caller has seen to it that enough is there. */
export async function insertMovement(ctx: Context, tx: Tx, movement: NewMovement): Promise<void> {
  const { organization, site, item, lot, day, effect, expires = null } = movement;
  const { actor } = ctx;
  await tx.run(sql`
    insert into signals.stock_movement (organization, id, kind, site, item, lot, day, quantity, effect, due, order_id, transfer, undoes, note, at, by, by_name)
    values (${organization}, ${movement.id}, ${movement.kind}, ${site}, ${item}, ${lot}, ${day}::date, ${movement.quantity}, ${effect}, ${movement.due ?? null}::date,
      ${movement.order ?? null}::uuid, ${movement.transfer ?? null}::uuid, ${movement.undoes ?? null}::uuid, ${movement.note}, ${ctx.now()}, ${actor.id}, ${actor.name})
  `);
  if (movement.kind === 'ordered') return;
  const changed = await tx.run(sql`
    update signals.stock_lot set quantity = quantity + ${effect}::bigint, expires = coalesce(expires, ${expires}::date)
    where organization = ${organization} and site = ${site} and item = ${item} and lot = ${lot}
  `);
  if (changed > 0) return;
  await tx.run(sql`
    insert into signals.stock_lot (organization, site, item, lot, expires, quantity) values (${organization}, ${site}, ${item}, ${lot}, ${expires}::date, ${effect})
  `);
}

interface MovementFilter {
  organizations?: readonly string[];
  item?: string;
  site?: string;
  limit: number;
}

/** The newest first. */
export function findMovements(db: Db, { organizations, item, site, limit }: MovementFilter): Promise<StockMovement[]> {
  const terms: Sql[] = [sql`true`];
  if (organizations !== undefined) terms.push(sql`m.organization = any(${[...organizations]}::text[])`);
  if (item !== undefined) terms.push(sql`m.item = ${item}`);
  if (site !== undefined) terms.push(sql`m.site = ${site}`);
  return db.rows<StockMovement>(sql`
    select ${MOVEMENT} from signals.stock_movement m where ${all(terms)} order by m.at desc, m.id limit ${limit}
  `);
}

/** @throws Problem `not-found` */
export function getMovement(db: Db, id: string): Promise<StockMovement> {
  return db.one<StockMovement>(sql`select ${MOVEMENT} from signals.stock_movement m where ${isId(sql`m.id`, id)}`);
}

/** Both ends of a transfer. */
export function findTransfer(db: Db, transfer: string): Promise<StockMovement[]> {
  return db.rows<StockMovement>(sql`
    select ${MOVEMENT} from signals.stock_movement m where m.transfer = ${transfer}::uuid and m.undoes is null order by m.effect, m.kind limit 2
  `);
}

/** Orders of which something has not come. */
export function findOpenOrders(
  db: Db,
  { organizations, item }: Pick<HoldingFilter, 'organizations' | 'item'> = {},
): Promise<OpenOrder[]> {
  const terms: Sql[] = [sql`m.kind = 'ordered'`, sql`m.undoes is null`];
  if (organizations !== undefined) terms.push(sql`m.organization = any(${[...organizations]}::text[])`);
  if (item !== undefined) terms.push(sql`m.item = ${item}`);
  return db.rows<OpenOrder>(sql`
    select organization, id, site, district, item, due, open from (
      select m.organization, m.id, m.site, s.district, m.item, m.due::text as due,
        (m.quantity - coalesce((select sum(r.quantity) from signals.stock_movement r where r.organization = m.organization and r.order_id = m.id and r.kind = 'received'), 0))::float8 as open
      from signals.stock_movement m join signals.stock_site s using (organization, site)
      where ${all(terms)} and not exists (select from signals.stock_movement u where u.organization = m.organization and u.undoes = m.id)
    ) o where open > 0 order by due, organization, id limit ${MOST_ORDERS}
  `);
}

interface DayOfUse {
  item: string;
  district: string;
  day: string;
  quantity: number;
}

/** Issues by item, district and day; counter-movements are taken off. */
export function sumIssues(db: Db, { since, until }: { since: string; until: string }): Promise<DayOfUse[]> {
  return db.rows<DayOfUse>(sql`
    select m.item, s.district, m.day::text, sum(m.quantity)::float8 as quantity
    from signals.stock_movement m join signals.stock_site s using (organization, site)
    where m.kind = 'issued' and m.day >= ${since}::date and m.day <= ${until}::date
    group by 1, 2, 3 order by 1, 2, 3
  `);
}

/** The day of the first entry of each item in each district. */
export function findFirstDays(db: Db): Promise<{ item: string; district: string; day: string }[]> {
  return db.rows(sql`
    select m.item, s.district, min(m.day)::text as day
    from signals.stock_movement m join signals.stock_site s using (organization, site)
    where m.kind != 'ordered' group by 1, 2 order by 1, 2
  `);
}
