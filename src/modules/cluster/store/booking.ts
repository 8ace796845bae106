import type { Context, Db, Sql, Tx } from '#kernel/context';
import { Problem } from '#kernel/problem';
import { all, any, isId, sql } from '#kernel/sql';
import type { Bookable, Booking, BookingState, BookingTerms, ThingName } from '../model.ts';
import { isInside } from './record.ts';

const TERMS = sql`
  bookable.way, bookable.method, bookable.method_zh as "methodZh", bookable.hours, bookable.off_on_holidays as "offOnHolidays",
  bookable.slot_minutes as "slotMinutes", bookable.most_slots as "mostSlots", bookable.samples_a_day as "samplesADay", bookable.lead_hours as "leadHours",
  bookable.ahead_days as "aheadDays", bookable.cancel_hours as "cancelHours", bookable.approval, bookable.training, bookable.price_fen as "priceFen",
  bookable.price_per as "pricePer", bookable.who, bookable.named, bookable.contact, bookable.is_open as "isOpen"`;
const named = (thing: Sql) => sql`
  json_build_object('id', ${thing}.id, 'kind', ${thing}.kind, 'name', ${thing}.name, 'nameZh', ${thing}.name_zh, 'example', ${thing}.example)`;
const BOOKABLE = sql`
  ${TERMS}, bookable.revision, bookable.line, ${named(sql`thing`)} as thing,
  (
    select place.name from cluster.relation as lies join cluster.thing as place on place.id = lies.object
    where lies.subject = thing.id and lies.predicate = 'located-in' and lies.withdrawn_at is null order by lies.said_at desc, lies.id limit 1
  ) as "placeName"`;
const BOOKABLES = sql`cluster.bookable as bookable join cluster.thing as thing on thing.id = bookable.thing and thing.merged_into is null`;

export interface StoredBookable extends Bookable {
  line: number;
}

export interface BookableFilter {
  text?: string;
  place?: string;
  examples: boolean;
  things?: readonly string[];
  /** Those that are closed to bookings too. */
  closed?: boolean;
  /** A thing, after which the page begins. */
  after?: string;
  limit: number;
}

/** By name. */
export function findBookables(db: Db, filter: BookableFilter): Promise<StoredBookable[]> {
  const { text = '', place, examples, things, closed = false, after, limit } = filter;
  const terms = [sql`true`];
  if (!closed) terms.push(sql`bookable.is_open`);
  if (!examples) terms.push(sql`not thing.example`);
  if (things !== undefined) terms.push(sql`bookable.thing = any(${[...things]}::text[])`);
  if (place !== undefined) terms.push(isInside(place));
  if (after !== undefined)
    terms.push(
      sql`(thing.name, thing.id) > (select before.name, before.id from cluster.thing as before where before.id = ${after})`,
    );
  for (const word of text.split(/\s+/).filter((each) => each !== '')) {
    const like = `%${word.replace(/[\\%_]/g, '\\$&')}%`;
    terms.push(
      any([
        sql`thing.name ilike ${like}`,
        sql`thing.name_zh ilike ${like}`,
        sql`bookable.method ilike ${like}`,
        sql`bookable.method_zh ilike ${like}`,
      ]),
    );
  }
  return db.rows<StoredBookable>(
    sql`select ${BOOKABLE} from ${BOOKABLES} where ${all(terms)} order by thing.name, thing.id limit ${limit}`,
  );
}

export function findBookable(db: Db, thing: string): Promise<StoredBookable | undefined> {
  return db.maybe<StoredBookable>(sql`select ${BOOKABLE} from ${BOOKABLES} where bookable.thing = ${thing}`);
}

/** @throws Problem `not-found` */
export async function getBookable(db: Db, thing: string): Promise<StoredBookable> {
  const found = await findBookable(db, thing);
  if (found === undefined) throw new Problem('not-found', 'this cannot be booked here');
  return found;
}

/** Held until the transaction ends: what is counted of it does not change meanwhile. */
export async function holdBookable(tx: Tx, thing: string): Promise<StoredBookable> {
  await tx.rows(sql`select thing from cluster.bookable where thing = ${thing} for update`);
  return getBookable(tx, thing);
}

/** @returns whether it was as the caller saw it; without a revision it is new */
export async function saveBookable(
  ctx: Context,
  tx: Tx,
  thing: string,
  { terms, revision }: { terms: BookingTerms; revision: number | null },
): Promise<boolean> {
  const { way, method, methodZh, offOnHolidays, slotMinutes, mostSlots, samplesADay, leadHours, aheadDays } = terms;
  const { cancelHours, approval, training, priceFen, pricePer, who, contact, isOpen } = terms;
  const row = sql`
    ${way}, ${method}, ${methodZh}, ${JSON.stringify(terms.hours)}::jsonb, ${offOnHolidays}, ${slotMinutes}, ${mostSlots}, ${samplesADay}, ${leadHours},
    ${aheadDays}, ${cancelHours}, ${approval}, ${training}, ${priceFen}, ${pricePer}, ${who}, ${[...terms.named]}::text[], ${contact}, ${isOpen}, ${ctx.now()}`;
  const columns = sql`
    way, method, method_zh, hours, off_on_holidays, slot_minutes, most_slots, samples_a_day, lead_hours, ahead_days, cancel_hours, approval, training,
    price_fen, price_per, who, named, contact, is_open, published_at`;
  const touched =
    revision === null
      ? await tx.run(
          sql`insert into cluster.bookable (thing, ${columns}) values (${thing}, ${row}) on conflict (thing) do nothing`,
        )
      : await tx.run(
          sql`update cluster.bookable set (${columns}, revision) = (${row}, revision + 1) where thing = ${thing} and revision = ${revision}`,
        );
  return touched > 0;
}

export interface StoredBooking
  extends Omit<Booking, 'from' | 'to' | 'madeAt' | 'lacksTraining' | 'moves' | 'next' | 'mayMove'> {
  from: number;
  to: number;
  madeBy: string;
  madeAt: Date;
}

const BOOKING = sql`
  booking.id, ${named(sql`thing`)} as thing, bookable.way, booking.series, booking.state, booking.from_minute as "from", booking.to_minute as "to",
  booking.quantity, booking.purpose, booking.needs, case when guest.id is null then null else ${named(sql`guest`)} end as guest,
  booking.guest_name as "guestName", booking.price_fen as "priceFen", booking.price_per as "pricePer", booking.is_late as "isLate", booking.revision,
  booking.made_at as "madeAt", booking.made_by as "madeBy", bookable.contact`;
const BOOKINGS = sql`
  cluster.booking as booking join cluster.bookable as bookable on bookable.thing = booking.thing join cluster.thing as thing on thing.id = booking.thing
    left join cluster.thing as guest on guest.id = booking.guest`;

/** These hold their time. */
const HOLDS = sql`booking.state in ('asked', 'approved', 'used', 'no-show', 'blocked')`;

/** Of an account and of the things that it speaks for; without either, everybody's. */
export interface BookingOf {
  account?: string;
  guests?: readonly string[];
  /** Of these things that are booked. */
  things?: readonly string[];
}

function isOf({ account, guests, things }: BookingOf): Sql {
  const sides: Sql[] = [];
  if (account !== undefined) sides.push(sql`(booking.made_by = ${account} and booking.state <> 'blocked')`);
  if (guests !== undefined) sides.push(sql`booking.guest = any(${[...guests]}::text[])`);
  if (things !== undefined) sides.push(sql`booking.thing = any(${[...things]}::text[])`);
  return sides.length === 0 ? sql`true` : any(sides);
}

export interface BookingFilter {
  of: BookingOf;
  states?: readonly BookingState[];
  /** Those that end after this minute, the next first; or those that ended by then, the last first. */
  when: { coming: number } | { past: number };
  after?: { from: number; id: string };
  limit: number;
}

export function findBookings(db: Db, { of, states, when, after, limit }: BookingFilter): Promise<StoredBooking[]> {
  const terms = [isOf(of)];
  const isComing = 'coming' in when;
  terms.push(isComing ? sql`booking.to_minute > ${when.coming}` : sql`booking.to_minute <= ${when.past}`);
  if (states !== undefined) terms.push(sql`booking.state = any(${[...states]}::text[])`);
  if (after !== undefined)
    terms.push(
      isComing
        ? sql`(booking.from_minute, booking.id) > (${after.from}::int, ${after.id}::uuid)`
        : sql`(booking.from_minute, booking.id) < (${after.from}::int, ${after.id}::uuid)`,
    );
  const order = isComing ? sql`booking.from_minute, booking.id` : sql`booking.from_minute desc, booking.id desc`;
  return db.rows<StoredBooking>(
    sql`select ${BOOKING} from ${BOOKINGS} where ${all(terms)} order by ${order} limit ${limit}`,
  );
}

/** Of one thing, what holds its time between two minutes, in order. */
export function findTaken(
  db: Db,
  things: readonly string[],
  { from, to, limit }: { from: number; to: number; limit: number },
): Promise<StoredBooking[]> {
  return db.rows<StoredBooking>(sql`
    select ${BOOKING} from ${BOOKINGS}
    where booking.thing = any(${[...things]}::text[]) and booking.from_minute < ${to} and booking.to_minute > ${from} and ${HOLDS}
    order by booking.from_minute, booking.id limit ${limit}
  `);
}

/** Who waits for some of this time, the first first. */
export function findWaiting(
  db: Db,
  thing: string,
  { from, to, limit }: { from: number; to: number; limit: number },
): Promise<StoredBooking[]> {
  return db.rows<StoredBooking>(sql`
    select ${BOOKING} from ${BOOKINGS}
    where booking.thing = ${thing} and booking.from_minute < ${to} and booking.to_minute > ${from} and booking.state = 'waiting'
    order by booking.made_at, booking.id limit ${limit}
  `);
}

/** Everything of a thing that began in a time, for its usage log. */
export function findUsage(
  db: Db,
  thing: string,
  { from, to, limit }: { from: number; to: number; limit: number },
): Promise<StoredBooking[]> {
  return db.rows<StoredBooking>(sql`
    select ${BOOKING} from ${BOOKINGS}
    where booking.thing = ${thing} and booking.from_minute >= ${from} and booking.from_minute < ${to} and booking.state <> 'waiting'
    order by booking.from_minute desc, booking.id desc limit ${limit}
  `);
}

/** @throws Problem `not-found` */
export async function holdBooking(tx: Tx, thing: string, id: string): Promise<StoredBooking> {
  const found = await tx.maybe<StoredBooking>(sql`
    select ${BOOKING} from ${BOOKINGS} where booking.thing = ${thing} and ${isId(sql`booking.id`, id)} for update of booking
  `);
  if (found === undefined) throw new Problem('not-found', 'there is no such booking');
  return found;
}

/** Those of a series that are still to come. */
export async function holdSeries(
  tx: Tx,
  thing: string,
  { series, now }: { series: string; now: number },
): Promise<string[]> {
  const rows = await tx.rows<{ id: string }>(sql`
    select id from cluster.booking where thing = ${thing} and series = ${series} and from_minute > ${now}
      and state in ('waiting', 'asked', 'approved')
    order by from_minute, id limit 100 for update
  `);
  return rows.map(({ id }) => id);
}

/** How many an account has before it. */
export async function countComing(
  db: Db,
  thing: string,
  { account, now }: { account: string; now: number },
): Promise<number> {
  const { n } = await db.one<{ n: number }>(sql`
    select count(*)::int as n from cluster.booking
    where thing = ${thing} and made_by = ${account} and to_minute > ${now} and state in ('waiting', 'asked', 'approved')
  `);
  return n;
}

export interface NewBooking {
  id: string;
  series: string | null;
  state: BookingState;
  isAlone: boolean;
  from: number;
  to: number;
  quantity: number | null;
  purpose: string;
  needs: string | null;
  guest: string | null;
  guestName: string;
  priceFen: number | null;
  pricePer: string | null;
}

/** @returns whether the time was free, or the booking waits and holds none */
export async function insertBooking(
  ctx: Context,
  tx: Tx,
  { line, thing }: StoredBookable,
  booking: NewBooking,
): Promise<boolean> {
  const { id, series, state, isAlone, from, to, quantity, purpose, needs, guest, guestName, priceFen, pricePer } =
    booking;
  return onceAtATime(() =>
    tx.transaction((inner) =>
      inner.run(sql`
        insert into cluster.booking (thing, id, line, series, state, is_alone, from_minute, to_minute, quantity, purpose, needs, guest, guest_name,
          price_fen, price_per, made_by, made_at)
        values (${thing.id}, ${id}, ${line}, ${series}, ${state}, ${isAlone}, ${from}, ${to}, ${quantity}, ${purpose}, ${needs}, ${guest}, ${guestName},
          ${priceFen}, ${pricePer}, ${ctx.actor.id}, ${ctx.now()})
        on conflict (thing, id) do nothing
      `),
    ),
  );
}

/** @returns whether it could be so: its time is free, or it gives it free */
export function moveBookingRow(
  tx: Tx,
  thing: string,
  {
    id,
    state,
    isLate = false,
    from,
    to,
  }: { id: string; state: BookingState; isLate?: boolean; from: number; to: number },
): Promise<boolean> {
  return onceAtATime(() =>
    tx.transaction((inner) =>
      inner.run(sql`
        update cluster.booking set state = ${state}, is_late = ${isLate}, from_minute = ${from}, to_minute = ${to}, revision = revision + 1
        where thing = ${thing} and id = ${id}
      `),
    ),
  );
}

async function onceAtATime(work: () => Promise<unknown>): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    if ((error as { constraint?: string }).constraint !== 'booking_once') throw error;
    return false;
  }
}

/** @returns the number of the move */
export async function insertBookingMove(
  ctx: Context,
  tx: Tx,
  { thing, booking, state, reason }: { thing: string; booking: string; state: BookingState; reason: string | null },
): Promise<number> {
  const { n } = await tx.one<{ n: number }>(sql`
    insert into cluster.booking_move (thing, booking, n, state, reason, by_name, at)
    select ${thing}, ${booking}, coalesce(max(n), 0) + 1, ${state}, ${reason}, ${ctx.actor.name}, ${ctx.now()}
    from cluster.booking_move where thing = ${thing} and booking = ${booking} returning n
  `);
  return n;
}

export function findBookingMoves(
  db: Db,
  bookings: readonly { id: string; thing: ThingName }[],
): Promise<(Booking['moves'][number] & { booking: string })[]> {
  return db.rows(sql`
    select booking, n, state, reason, by_name as by, at from cluster.booking_move
    where thing = any(${bookings.map(({ thing }) => thing.id)}::text[]) and booking = any(${bookings.map(({ id }) => id)}::uuid[])
    order by booking, n limit 5000
  `);
}

export async function noteTrained(ctx: Context, tx: Tx, thing: string, party: string): Promise<void> {
  await tx.run(sql`
    insert into cluster.booking_trained (thing, party, by_name, at) values (${thing}, ${party}, ${ctx.actor.name}, ${ctx.now()})
    on conflict (thing, party) do nothing
  `);
}

/** `<thing> <party>` of those that had the training. */
export async function findTrained(db: Db, things: readonly string[], parties: readonly string[]): Promise<Set<string>> {
  const rows = await db.rows<{ pair: string }>(sql`
    select thing || ' ' || party as pair from cluster.booking_trained
    where thing = any(${[...things]}::text[]) and party = any(${[...parties]}::text[])
  `);
  return new Set(rows.map(({ pair }) => pair));
}

/** Which of these things are tenants of one of these parks. */
export async function findTenantsOf(db: Db, things: readonly string[], parks: readonly string[]): Promise<string[]> {
  const rows = await db.rows<{ id: string }>(sql`
    select subject as id from cluster.relation where subject = any(${[...things]}::text[]) and object = any(${[...parks]}::text[])
      and predicate = 'tenant-of' and withdrawn_at is null
    union
    select object from cluster.relation where object = any(${[...things]}::text[]) and subject = any(${[...parks]}::text[])
      and predicate = 'hosts' and withdrawn_at is null
  `);
  return rows.map(({ id }) => id);
}

export async function putFeed(ctx: Context, tx: Tx, secret: Buffer): Promise<void> {
  await tx.run(sql`
    insert into cluster.booking_feed (account, secret, made_at) values (${ctx.actor.id}, ${secret}, ${ctx.now()})
    on conflict (account) do update set secret = excluded.secret, made_at = excluded.made_at
  `);
}

export async function findFeed(db: Db, secret: Buffer): Promise<string | undefined> {
  return (await db.maybe<{ account: string }>(sql`select account from cluster.booking_feed where secret = ${secret}`))
    ?.account;
}
