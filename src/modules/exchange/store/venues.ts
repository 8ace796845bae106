import type { Context, Db, Tx } from '#kernel/context';
import { Problem } from '#kernel/problem';
import { all, isId, sql } from '#kernel/sql';
import type { VenueEvent, VenueListing, VenueState, VenueWish } from '../model.ts';

const LISTING = sql`
  select listing.id, listing.offering as "offeringId", listing.version, version.definition -> 'title' as title, party.name as "holderName",
    listing.venue, listing.wish, listing.state, listing.fields, listing.external_id as "externalId", listing.words,
    listing.asked_by_name as "askedByName", listing.asked_at as "askedAt", listing.changed_at as "changedAt", listing.looked_at as "lookedAt",
    listing.attempts, listing.trouble
  from exchange.venue_listing as listing join exchange.offering_version as version using (offering, version)
  join exchange.offering on offering.id = listing.offering join exchange.party on party.id = offering.holder`;

export interface ListingFilter {
  holder?: string;
  offering?: string;
  version?: number;
  venue?: string;
}

export function findListings(
  db: Db,
  { holder, offering, version, venue }: ListingFilter,
  limit: number,
): Promise<VenueListing[]> {
  const terms = [];
  if (holder !== undefined) terms.push(sql`offering.holder = ${holder}`);
  if (offering !== undefined) terms.push(sql`${isId(sql`listing.offering`, offering)}`);
  if (version !== undefined) terms.push(sql`listing.version = ${version}`);
  if (venue !== undefined) terms.push(sql`listing.venue = ${venue}`);
  return db.rows(sql`${LISTING} where ${all(terms)} order by listing.changed_at desc, listing.id limit ${limit}`);
}

/** @throws Problem `not-found` */
export async function getListing(db: Db, id: string): Promise<VenueListing> {
  const found = await db.maybe<VenueListing>(sql`${LISTING} where ${isId(sql`listing.id`, id)}`);
  if (found === undefined) throw new Problem('not-found', 'there is no such listing');
  return found;
}

export async function insertListing(
  ctx: Context,
  tx: Tx,
  listing: { id: string; offering: string; version: number; venue: string; state: VenueState; fields: object },
): Promise<void> {
  const { id, offering, version, venue, state, fields } = listing;
  const kept = await tx.run(sql`
    insert into exchange.venue_listing (id, offering, version, venue, wish, state, fields, asked_by_name, asked_at, changed_at, look_at)
    values (${id}, ${offering}, ${version}, ${venue}, 'listed', ${state}, ${JSON.stringify(fields)}::json, ${ctx.actor.name}, ${ctx.now()}, ${ctx.now()}, ${ctx.now()})
    on conflict do nothing
  `);
  if (kept === 0) throw new Problem('conflict', 'the offering is on that venue already, or on its way there');
  await insertEvent(ctx, tx, id, { state, trouble: null, words: null });
}

/** What is wished of all open listings of a version from now on. */
export async function wishFor(
  ctx: Context,
  tx: Tx,
  { id, version }: { id: string; version: number },
  wish: VenueWish,
): Promise<string[]> {
  const rows = await tx.rows<{ id: string }>(sql`
    update exchange.venue_listing set wish = ${wish}, attempts = 0, look_at = ${ctx.now()}, changed_at = ${ctx.now()}
    where offering = ${id} and version = ${version} and state not in ('refused', 'withdrawn') and wish <> 'withdrawn'
    returning id
  `);
  return rows.map((row) => row.id);
}

export async function wishOne(ctx: Context, tx: Tx, id: string, wish: VenueWish): Promise<void> {
  await tx.run(sql`
    update exchange.venue_listing set wish = ${wish}, attempts = 0, look_at = ${ctx.now()}, changed_at = ${ctx.now()} where id = ${id}
  `);
}

/** What the venue said of a listing, or that it did not answer; `attempts`: fruitless ones in a row. */
export async function noteVenue(
  ctx: Context,
  tx: Tx,
  before: VenueListing,
  said: { state: VenueState; externalId: string | null; words: string | null } | { trouble: string },
  { attempts, lookAt }: { attempts: number; lookAt: Date },
): Promise<void> {
  if ('trouble' in said) {
    await tx.run(sql`
      update exchange.venue_listing set trouble = ${said.trouble}, attempts = ${attempts}, look_at = ${lookAt} where id = ${before.id}
    `);
    if (before.trouble !== said.trouble)
      await insertEvent(ctx, tx, before.id, { state: null, trouble: said.trouble, words: null });
    return;
  }
  const { state, externalId, words } = said;
  const isNew = state !== before.state;
  await tx.run(sql`
    update exchange.venue_listing set state = ${state}, external_id = coalesce(${externalId}, external_id), words = ${words}, trouble = null,
      attempts = ${attempts}, looked_at = ${ctx.now()}, look_at = ${lookAt},
      changed_at = case when ${isNew} then ${ctx.now()} else changed_at end
    where id = ${before.id}
  `);
  if (isNew) await insertEvent(ctx, tx, before.id, { state, trouble: null, words });
}

async function insertEvent(ctx: Context, tx: Tx, listing: string, event: Omit<VenueEvent, 'at'>): Promise<void> {
  await tx.run(sql`
    insert into exchange.venue_event (listing, at, state, trouble, words)
    values (${listing}, ${ctx.now()}, ${event.state}, ${event.trouble}, ${event.words})
  `);
}

export function findVenueEvents(db: Db, listing: string): Promise<VenueEvent[]> {
  return db.rows(sql`
    select at, state, trouble, words from exchange.venue_event where ${isId(sql`listing`, listing)} order by place desc limit 200
  `);
}

/** Listings that are to be looked at. What is over is not looked at any more. */
export function findLooks(db: Db, now: Date, limit: number): Promise<{ id: string }[]> {
  return db.rows(sql`
    select id from exchange.venue_listing where look_at <= ${now} and state not in ('refused', 'withdrawn') order by look_at, id limit ${limit}
  `);
}

/** A simulated venue's memory of one application. */
export interface SimulatedListing {
  externalId: string;
  state: VenueState;
  words: string | null;
  dueAt: Date | null;
  calls: number;
}

/** Counts the call, and gives what the venue knows. */
export function callSimulator(db: Db, venue: string, key: string): Promise<SimulatedListing | undefined> {
  return db.maybe(sql`
    update exchange.venue_simulator set calls = calls + 1 where venue = ${venue} and key = ${key}
    returning external_id as "externalId", state, words, due_at as "dueAt", calls
  `);
}

export async function keepSimulated(
  db: Db,
  venue: string,
  key: string,
  { externalId, state, words, dueAt }: Omit<SimulatedListing, 'calls'>,
): Promise<void> {
  await db.run(sql`
    insert into exchange.venue_simulator (venue, key, external_id, state, words, due_at)
    values (${venue}, ${key}, ${externalId}, ${state}, ${words}, ${dueAt})
    on conflict (venue, key) do update set state = excluded.state, words = excluded.words, due_at = excluded.due_at
  `);
}
