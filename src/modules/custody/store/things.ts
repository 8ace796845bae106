import type { Db, Tx } from '#kernel/context';
import { tableOf } from '#kernel/fhir';
import { all, sql } from '#kernel/sql';
import type { Anomaly, Site, Thing, ThingKind, Trace } from '../model.ts';
import { withoutNulls } from './rows.ts';

const THING = sql`part, kind, code, state, state_at as "stateAt", place, place_at as "placeAt", holder, holder_at as "holderAt",
  parent, parent_at as "parentAt", damaged_at as "damagedAt", seen_at as "seenAt"`;
const TRACE = sql`part, at, event, role, step, act, other, state, place, disposition, from_party as "fromParty", to_party as "toParty"`;

/** The things by name, each locked until the transaction ends; new ones are made. In one order, so that nobody waits in a ring. */
export async function lockThings(tx: Tx, things: readonly Thing[]): Promise<Map<string, Thing>> {
  const sorted = [...things].sort((a, b) => (a.part < b.part ? -1 : 1));
  const parts = sorted.map(({ part }) => part);
  await tx.run(sql`
    insert into custody.thing (part, kind, code, state, state_at, place_at, holder_at, parent_at, seen_at)
    select part, kind, code, state, never, never, never, never, never
    from unnest(${parts}::text[], ${sorted.map(({ kind }) => kind)}::text[], ${sorted.map(({ code }) => code)}::text[],
      ${sorted.map(({ state }) => state)}::text[], ${sorted.map(({ seenAt }) => seenAt)}::timestamptz[]) as new (part, kind, code, state, never)
    order by part
    on conflict (part) do nothing
  `);
  const rows = await tx.rows<Thing>(
    sql`select ${THING} from custody.thing where part = any(${parts}::text[]) order by part for update`,
  );
  return new Map(rows.map((row) => [row.part, withoutNulls(row)]));
}

export async function updateThings(tx: Tx, things: readonly Thing[]): Promise<void> {
  const column = (pick: (thing: Thing) => unknown): unknown[] => things.map((thing) => pick(thing) ?? null);
  await tx.run(sql`
    update custody.thing set state = new.state, state_at = new.state_at, place = new.place, place_at = new.place_at,
      holder = new.holder, holder_at = new.holder_at, parent = new.parent, parent_at = new.parent_at,
      damaged_at = new.damaged_at, seen_at = new.seen_at
    from unnest(
      ${column((t) => t.part)}::text[], ${column((t) => t.state)}::text[], ${column((t) => t.stateAt)}::timestamptz[],
      ${column((t) => t.place)}::text[], ${column((t) => t.placeAt)}::timestamptz[], ${column((t) => t.holder)}::text[],
      ${column((t) => t.holderAt)}::timestamptz[], ${column((t) => t.parent)}::text[], ${column((t) => t.parentAt)}::timestamptz[],
      ${column((t) => t.damagedAt)}::timestamptz[], ${column((t) => t.seenAt)}::timestamptz[]
    ) as new (part, state, state_at, place, place_at, holder, holder_at, parent, parent_at, damaged_at, seen_at)
    where thing.part = new.part
  `);
}

export async function findThings(db: Db, parts: readonly string[]): Promise<Thing[]> {
  const rows = await db.rows<Thing>(
    sql`select ${THING} from custody.thing where part = any(${parts}::text[]) order by part`,
  );
  return rows.map(withoutNulls);
}

/** By label: accession number or box number. */
export async function findThingsByCode(db: Db, code: string, limit: number): Promise<Thing[]> {
  const rows = await db.rows<Thing>(
    sql`select ${THING} from custody.thing where code = ${code} order by part limit ${limit}`,
  );
  return rows.map(withoutNulls);
}

export interface ThingFilter {
  kind: ThingKind;
  state?: string;
  holder?: string;
  place?: string;
  text?: string;
  after?: { seenAt: Date; part: string };
  limit: number;
}

/** Last seen first. */
export async function findThingsOf(db: Db, filter: ThingFilter): Promise<Thing[]> {
  const terms = [sql`kind = ${filter.kind}`];
  if (filter.state !== undefined) terms.push(sql`state = ${filter.state}`);
  if (filter.holder !== undefined) terms.push(sql`holder = ${filter.holder}`);
  if (filter.place !== undefined) terms.push(sql`place = ${filter.place}`);
  if (filter.text !== undefined) terms.push(sql`starts_with(code, ${filter.text})`);
  if (filter.after !== undefined) terms.push(sql`(seen_at, part) < (${filter.after.seenAt}, ${filter.after.part})`);
  const rows = await db.rows<Thing>(sql`
    select ${THING} from custody.thing where ${all(terms)} order by seen_at desc, part desc limit ${filter.limit}
  `);
  return rows.map(withoutNulls);
}

/** What is in each of the things now, one level deep. */
export async function findContents(db: Db, parents: readonly string[], limit: number): Promise<Thing[]> {
  const rows = await db.rows<Thing>(sql`
    select ${THING} from custody.thing where parent = any(${parents}::text[]) and kind <> 'device' order by parent, part limit ${limit}
  `);
  return rows.map(withoutNulls);
}

/**
 * What was in a thing at a time: put in before, not taken out since. What is fixed to it (sensors) is another matter.
 * Looks 60 days back: nothing travels longer, and a box that is used for years has a long past.
 */
export async function findContentsAt(
  db: Db,
  parent: string,
  { at, fixed = false, limit }: { at: Date; fixed?: boolean; limit: number },
): Promise<string[]> {
  const since = new Date(at.getTime() - 60 * 86_400_000);
  const rows = await db.rows<{ part: string }>(sql`
    select part from (
      select distinct on (part) part, act, other, state from custody.trace
      where not wrong and act is not null and at between ${since} and ${at}
        and part in (select part from custody.trace where other = ${parent} and at between ${since} and ${at} and not wrong)
      order by part, at desc, act
    ) as last
    where act = 'in' and other = ${parent} and (state is not distinct from 'attached') = ${fixed} order by part limit ${limit}
  `);
  return rows.map(({ part }) => part);
}

/** The history of things, oldest first; of each thing the latest so many. */
export async function findTraces(db: Db, parts: readonly string[], limitEach: number): Promise<Trace[]> {
  const rows = await db.rows<Trace>(sql`
    select ${TRACE} from unnest(${parts}::text[]) as wanted (name)
    cross join lateral (
      select * from custody.trace where part = name and not wrong order by at desc, event limit ${limitEach}
    ) as latest
    order by part, at, event, role
  `);
  return rows.map(withoutNulls);
}

/** Everything that happened to one thing between two times, the latest first. */
export async function findTracesBetween(
  db: Db,
  part: string,
  { since, until, limit }: { since: Date; until: Date; limit: number },
): Promise<Trace[]> {
  const rows = await db.rows<Trace>(sql`
    select ${TRACE} from custody.trace
    where part = ${part} and at between ${since} and ${until} and not wrong order by at desc, event limit ${limit}
  `);
  return rows.map(withoutNulls);
}

/** Puts the anomalies of the things in place of what was noted of them before. */
export async function replaceAnomalies(
  tx: Tx,
  parts: readonly string[],
  anomalies: readonly Anomaly[],
  now: Date,
): Promise<void> {
  const keep = anomalies.map(({ part, event, kind }) => `${part} ${event} ${kind}`);
  await tx.run(sql`
    delete from custody.anomaly
    where part = any(${parts}::text[]) and not part || ' ' || event || ' ' || kind = any(${keep}::text[])
  `);
  if (anomalies.length === 0) return;
  await tx.run(sql`
    insert into custody.anomaly (part, event, kind, at, noted_at, detail)
    select part, event, kind, at, ${now}, detail::json from unnest(
      ${anomalies.map(({ part }) => part)}::text[], ${anomalies.map(({ event }) => event)}::text[],
      ${anomalies.map(({ kind }) => kind)}::text[], ${anomalies.map(({ at }) => at)}::timestamptz[],
      ${anomalies.map(({ detail }) => JSON.stringify(detail))}::text[]
    ) as new (part, event, kind, at, detail)
    on conflict (part, event, kind) do nothing
  `);
}

export interface NotedAnomaly extends Anomaly {
  notedAt: Date;
}

export function findAnomalies(db: Db, { part, limit }: { part?: string; limit: number }): Promise<NotedAnomaly[]> {
  const which = part === undefined ? sql`true` : sql`part = ${part}`;
  return db.rows<NotedAnomaly>(sql`
    select part, event, kind, at, noted_at as "notedAt", detail from custody.anomaly where ${which} order by noted_at desc, part, event limit ${limit}
  `);
}

/** A party never takes the place of a location with the same number: a location knows where it is. */
export async function upsertSites(tx: Tx, sites: readonly (Site & { resource: string })[]): Promise<void> {
  if (sites.length === 0) return;
  const latest = [...new Map(sites.map((site) => [site.gln, site])).values()];
  const rows = latest.map(({ name, ...site }) => ({ ...site, name: name.en, name_zh: name.zh }));
  await tx.run(sql`
    insert into custody.place as place (gln, name, name_zh, kind, key, latitude, longitude, organization, resource)
    select gln, name, name_zh, kind, key, latitude, longitude, organization, resource
    from json_to_recordset(${JSON.stringify(rows)}) as new (gln text, name text, name_zh text, kind text, key boolean,
      latitude double precision, longitude double precision, organization text, resource text)
    order by gln
    on conflict (gln) do update set name = excluded.name, name_zh = excluded.name_zh, kind = excluded.kind, key = excluded.key,
      latitude = excluded.latitude, longitude = excluded.longitude, organization = excluded.organization, resource = excluded.resource
    where excluded.kind <> 'party' or place.kind = 'party'
  `);
}

interface SiteRow {
  gln: string;
  name: string;
  nameZh: string | null;
  kind: string;
  key: boolean;
  latitude: number | null;
  longitude: number | null;
  organization: string | null;
}

/** Places and parties by number; all of them; or those that have a position. */
export async function findSites(
  db: Db,
  { glns, located = false, limit }: { glns?: readonly string[]; located?: boolean; limit: number },
): Promise<Site[]> {
  const terms = [];
  if (glns !== undefined) terms.push(sql`gln = any(${glns}::text[])`);
  if (located) terms.push(sql`latitude is not null`);
  const rows = await db.rows<SiteRow>(sql`
    select gln, name, name_zh as "nameZh", kind, key, latitude, longitude, organization from custody.place where ${all(terms)} order by gln limit ${limit}
  `);
  return rows.map(
    ({ name, nameZh, ...row }) => ({ ...withoutNulls(row), name: { en: name, zh: nameZh ?? name } }) as Site,
  );
}

/** What events that were withdrawn had said. */
export async function findTracesOfEvents(db: Db, events: readonly string[]): Promise<Trace[]> {
  const rows = await db.rows<Trace>(
    sql`select ${TRACE} from custody.trace where event = any(${events}::text[]) order by part, at limit 10000`,
  );
  return rows.map(withoutNulls);
}

/** How many things are in each of the containers now. */
export async function countContents(db: Db, parents: readonly string[]): Promise<Map<string, number>> {
  const rows = await db.rows<{ parent: string; count: number }>(sql`
    select parent, count(*) as count from custody.thing where parent = any(${parents}::text[]) and kind <> 'device' group by parent
  `);
  return new Map(rows.map(({ parent, count }) => [parent, count]));
}

/** How many specimens are in boxes in each of the vehicles now. */
export async function countContentsWithin(db: Db, vehicles: readonly string[]): Promise<Map<string, number>> {
  const rows = await db.rows<{ vehicle: string; count: number }>(sql`
    select box.parent as vehicle, count(*) as count from custody.thing box join custody.thing inside on inside.parent = box.part
    where box.parent = any(${vehicles}::text[]) and inside.kind = 'specimen' group by box.parent
  `);
  return new Map(rows.map(({ vehicle, count }) => [vehicle, count]));
}

/** Locations or Organizations of the record, as they stand. */
export function findPlaces(
  db: Db,
  type: 'Location' | 'Organization',
  keys: readonly { part: string; id: string }[],
): Promise<{ id: string; content: Record<string, unknown> }[]> {
  if (keys.length === 0) return Promise.resolve([]);
  return db.rows(sql`
    select id, content from unnest(${keys.map(({ part }) => part)}::text[], ${keys.map(({ id }) => id)}::text[]) as wanted (part, id)
    join ${tableOf(type)} using (part, id) where content is not null order by id
  `);
}
