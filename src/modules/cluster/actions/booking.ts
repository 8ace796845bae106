import { actAs, hashSecret, makeSecret, reachOf, record } from '#kernel/access';
import type { Context, Tx } from '#kernel/context';
import { tell } from '#kernel/outbox';
import { Problem } from '#kernel/problem';
import { writeCalendar } from '#standards/icalendar';
import type {
  Asked,
  Bookable,
  BookableLine,
  BookablePage,
  Booking,
  BookingState,
  BookingsPage,
  BookingTerms,
  ThingKind,
  ThingName,
  UsageWeek,
} from '../model.ts';
import {
  type BookingSides,
  bookingSteps,
  checkTerms,
  checkTime,
  dayAfter,
  dayOfMinute,
  dayStart,
  isLateCancel,
  isOpen,
  minuteOf,
  momentOf,
  readDay,
  statedFen,
  todayOf,
  usageOf,
  weekOf,
  wholeDay,
} from '../rules/index.ts';
import {
  type BookingOf,
  countComing,
  findBookable,
  findBookables,
  findBookingMoves,
  findBookings,
  findFeed,
  findKinds,
  findTaken,
  findTenantsOf,
  findTrained,
  findUsage,
  findWaiting,
  getBookable,
  holdBookable,
  holdBooking,
  holdSeries,
  insertBooking,
  insertBookingMove,
  moveBookingRow,
  namesOf,
  noteTrained,
  putFeed,
  type StoredBookable,
  type StoredBooking,
  saveBookable,
} from '../store/index.ts';
import { type NoticeGiven, notify } from './notices.ts';
import { ownThings } from './spoken.ts';

const [BOOK, HOLD] = ['cluster.booking', 'cluster.booking.hold'];
const HELD: readonly ThingKind[] = ['instrument', 'platform', 'service'];
const GUESTS: readonly ThingKind[] = ['enterprise', 'institution', 'platform', 'park', 'department', 'fund'];
const PAGE = 50;
const MOST_COMING = 60;
const MOST_TIMES = 26;
const MOST_NAMED = 50;
const MOST_TAKEN = 5_000;
const MOST_WAITING = 50;
const MOST_BLOCK_DAYS = 90;
const MOST_USAGE = 10_000;
const MOST_IN_CALENDAR = 500;
const DAY_MINUTES = 24 * 60;

const heldBy = async (ctx: Context): Promise<string[]> =>
  reachOf(ctx.actor, HOLD) === undefined ? [] : (await ownThings(ctx, HELD)).map(({ id }) => id);

function requireBook(ctx: Context): void {
  if (reachOf(ctx.actor, BOOK) === undefined) ctx.require(BOOK);
}

/** Of what an actor sees the bookings; each side is its own, the regulator sees all. */
interface Standing {
  held: readonly string[];
  guests: readonly ThingName[];
}

async function standingOf(ctx: Context): Promise<Standing> {
  requireBook(ctx);
  return { held: await heldBy(ctx), guests: await ownThings(ctx, GUESTS) };
}

function sidesOf(ctx: Context, { held, guests }: Standing, booking: StoredBooking): BookingSides {
  return {
    holder: held.includes(booking.thing.id),
    guest:
      booking.state !== 'blocked' &&
      (booking.madeBy === ctx.actor.id || guests.some(({ id }) => id === booking.guest?.id)),
  };
}

export interface BookableAsk {
  text?: string;
  place?: string;
  /** Only what has a free slot on this day. */
  free?: string;
  examples?: boolean;
  after?: string;
}

/** What can be booked, by name. With a day a page may hold less than others: what has nothing free is left out of it. */
export async function listBookables(
  ctx: Context,
  { text, place, free, examples, after }: BookableAsk,
): Promise<{ bookables: BookableLine[]; next: string | null; held: ThingName[]; examples: boolean }> {
  const { guests } = await standingOf(ctx);
  const held = reachOf(ctx.actor, HOLD) === undefined ? [] : await ownThings(ctx, HELD);
  const withExamples = examples ?? [...guests, ...held].some(({ example }) => example);
  const found = await findBookables(ctx.db, {
    ...(text !== undefined && { text }),
    ...(place !== undefined && { place }),
    ...(after !== undefined && { after }),
    examples: withExamples,
    limit: PAGE + 1,
  });
  const page = found.slice(0, PAGE);
  const next = found.length > PAGE ? page.at(-1)!.thing.id : null;
  const slots = free === undefined ? undefined : await countFree(ctx, page, free);
  const bookables = page
    .map((each) => ({ ...shownTerms(each), freeSlots: slots?.get(each.thing.id) ?? null }))
    .filter(({ freeSlots }) => slots === undefined || (freeSlots ?? 0) > 0);
  return { bookables, next, held, examples: withExamples };
}

async function countFree(ctx: Context, page: readonly StoredBookable[], day: string): Promise<Map<string, number>> {
  const days = await readDays(ctx, page, { from: day, days: 1 });
  return new Map(
    page.map(({ thing }) => {
      const [{ slots, samplesLeft } = { slots: [], samplesLeft: null }] = days.get(thing.id) ?? [];
      return [thing.id, samplesLeft === 0 ? 0 : slots.filter(({ state }) => state === 'free').length];
    }),
  );
}

function shownTerms({ line: _, ...bookable }: StoredBookable): Bookable {
  return bookable;
}

async function readDays(
  ctx: Context,
  bookables: readonly StoredBookable[],
  { from, days, own }: { from: string; days: number; own?: Standing },
): Promise<Map<string, ReturnType<typeof readDay>[]>> {
  const start = dayStart(from);
  const found = await findTaken(
    ctx.db,
    bookables.map(({ thing }) => thing.id),
    { from: start, to: start + days * DAY_MINUTES, limit: MOST_TAKEN },
  );
  const taken = Map.groupBy(found, ({ thing }) => thing.id);
  const now = minuteOf(ctx.now());
  return new Map(
    bookables.map((bookable) => {
      const held = (taken.get(bookable.thing.id) ?? []).map((each) => ({
        ...each,
        isOwn: own !== undefined && sidesOf(ctx, own, each).guest,
      }));
      const read = Array.from({ length: days }, (_, at) => readDay(bookable, dayAfter(from, at), { taken: held, now }));
      return [bookable.thing.id, read];
    }),
  );
}

/** The terms of a thing and some days of its calendar; of others it tells that they have a time, not who they are. */
export async function readBookable(
  ctx: Context,
  id: string,
  { from, days }: { from: string; days: number },
): Promise<BookablePage> {
  const standing = await standingOf(ctx);
  const thing = (await namesOf(ctx.db, [id])).get(id);
  if (thing === undefined || !HELD.includes(thing.kind)) throw new Problem('not-found', 'this cannot be booked here');
  const stored = await findBookable(ctx.db, id);
  const isHolder = standing.held.includes(id);
  if (stored === undefined) return { bookable: null, thing, days: [], guests: [], isHolder };
  const read = await readDays(ctx, [stored], { from, days, own: standing });
  return {
    bookable: shownTerms(stored),
    thing,
    days: read.get(id) ?? [],
    guests: stored.isOpen ? await guestsOf(ctx, stored, standing.guests) : [],
    isHolder,
  };
}

/** For whom of the actor's own a thing may be booked; null is the account itself. */
async function guestsOf(
  ctx: Context,
  { who, named }: BookingTerms,
  guests: readonly ThingName[],
): Promise<(ThingName | null)[]> {
  if (who === 'anyone') return [...guests, null];
  const ids = guests.map(({ id }) => id);
  const may = who === 'named' ? named : await findTenantsOf(ctx.db, ids, named);
  return guests.filter(({ id }) => may.includes(id));
}

/** Publishes on what terms a thing can be booked, or changes them; what is booked already stays as it is. */
export async function publishBookable(
  ctx: Context,
  id: string,
  { terms, revision }: { terms: BookingTerms; revision: number | null },
): Promise<void> {
  await requireHolder(ctx, id);
  checkTerms(terms);
  if (terms.named.length > MOST_NAMED)
    throw new Problem('too-many', 'there are too many already', { most: MOST_NAMED });
  const kinds = await findKinds(ctx.db, terms.named);
  const wrong = terms.named.find((each) => (terms.who === 'tenants' ? kinds.get(each) !== 'park' : !kinds.has(each)));
  if (wrong !== undefined) throw new Problem('not-found', 'there is no such thing', { id: wrong });
  await ctx.db.transaction(async (tx) => {
    const before = await findBookable(tx, id);
    const now = minuteOf(ctx.now());
    if (before !== undefined && before.way !== terms.way) {
      const coming = await findBookings(tx, { of: { things: [id] }, states: LIVE, when: { coming: now }, limit: 1 });
      if (coming.length > 0)
        throw new Problem('conflict', 'there are bookings to come: how it is booked stays till then');
    }
    if (!(await saveBookable(ctx, tx, id, { terms, revision })))
      throw new Problem('conflict', 'this has changed since you looked at it: read it again', {
        revision: before?.revision ?? null,
      });
    await record(ctx, tx, {
      act: revision === null ? 'cluster.bookable-published' : 'cluster.bookable-changed',
      subject: `thing/${id}`,
      detail: { ...terms },
    });
    await tell(tx, { type: 'cluster.bookable-changed', subject: id, data: { thing: id } });
  });
}

const LIVE: readonly BookingState[] = ['waiting', 'asked', 'approved'];

async function requireHolder(ctx: Context, thing: string): Promise<void> {
  if (reachOf(ctx.actor, HOLD) === undefined) ctx.require(HOLD);
  if (!(await heldBy(ctx)).includes(thing))
    throw new Problem('forbidden', 'only who speaks for the thing may change what is said of it', { thing });
}

export interface BookingAsk {
  /** Chosen by who sends it: sent twice it is one. */
  id?: string;
  from: Date;
  to: Date;
  quantity: number | null;
  purpose: string;
  needs: string | null;
  guest: string | null;
  /** So many weeks, on the same day at the same hour. */
  times: number;
  /** Books the others where some are taken. */
  skipTaken: boolean;
  /** Waits where it is taken. */
  wait: boolean;
}

/** Asks for a time or for samples to be done, once or every week. Whoever comes second is told so, or waits. */
export async function askForBooking(ctx: Context, thing: string, ask: BookingAsk): Promise<Asked> {
  const standing = await standingOf(ctx);
  const { times, guest, id = ctx.newId(), skipTaken, wait } = ask;
  if (!(times >= 1 && times <= MOST_TIMES))
    throw new Problem('invalid', 'it is repeated from once to so many times', { most: MOST_TIMES });
  return ctx.db.transaction(async (tx) => {
    const bookable = await getToBook(tx, thing);
    if (!bookable.isOpen) throw new Problem('conflict', 'this is closed to bookings for now');
    const guests = await guestsOf({ ...ctx, db: tx }, bookable, standing.guests);
    const party = guests.find((each) => (each?.id ?? null) === guest);
    if (party === undefined) throw new Problem('forbidden', 'its holder lets others book this');
    const known = await findOwn(ctx, tx, { thing, id });
    if (known) return { ids: [id], left: [] };
    const now = minuteOf(ctx.now());
    const coming = await countComing(tx, thing, { account: ctx.actor.id, now });
    if (coming + times > MOST_COMING)
      throw new Problem('too-many', 'there are too many already', { most: MOST_COMING });
    if (bookable.way === 'samples' && ask.quantity === null) throw new Problem('invalid', 'say how many samples');
    const first = timeOf(bookable, ask);
    checkTime(bookable, first, now);
    const [ids, left]: [string[], string[]] = [[], []];
    for (let at = 0; at < times; at += 1) {
      const shift = at * 7 * DAY_MINUTES;
      const time = { from: first.from + shift, to: first.to + shift };
      const one = { ...ask, ...time, id: at === 0 ? id : ctx.newId(), series: times > 1 ? id : null };
      const isFree =
        canBe(bookable, time, now) && (await bookOne(ctx, tx, bookable, { ...one, party, state: undefined }));
      if (
        isFree ||
        (wait && canBe(bookable, time, now) && (await bookOne(ctx, tx, bookable, { ...one, party, state: 'waiting' })))
      )
        ids.push(one.id);
      else left.push(momentOf(time.from));
    }
    if (ids.length === 0)
      throw new Problem('conflict', 'this time is taken: choose another one or wait for it', { left });
    if (left.length > 0 && !skipTaken)
      throw new Problem('conflict', 'some of these times are taken or closed', { left, free: ids.length });
    return { ids, left };
  });
}

/** Samples of a day are counted: nobody else counts meanwhile. Of time the database itself refuses the second. */
async function getToBook(tx: Tx, thing: string): Promise<StoredBookable> {
  const bookable = await getBookable(tx, thing);
  return bookable.way === 'samples' ? holdBookable(tx, thing) : bookable;
}

async function findOwn(ctx: Context, tx: Tx, { thing, id }: { thing: string; id: string }): Promise<boolean> {
  const found = await holdBooking(tx, thing, id).catch((error) => {
    if (error instanceof Problem && error.kind === 'not-found') return undefined;
    throw error;
  });
  if (found !== undefined && found.madeBy !== ctx.actor.id)
    throw new Problem('conflict', 'there is another of this id already', { id });
  return found !== undefined;
}

function timeOf(bookable: BookingTerms, { from, to }: { from: Date; to: Date }): { from: number; to: number } {
  if (bookable.way === 'time') return { from: minuteOf(from), to: minuteOf(to) };
  const day = wholeDay(bookable, dayOfMinute(minuteOf(from)));
  if (day === undefined) throw new Problem('invalid', 'this is not open then, or a slot does not begin or end so');
  return day;
}

function canBe(bookable: BookingTerms, time: { from: number; to: number }, now: number): boolean {
  if (time.from > now + bookable.aheadDays * DAY_MINUTES) return false;
  return bookable.way === 'time'
    ? isOpen(bookable, time)
    : wholeDay(bookable, dayOfMinute(time.from))?.from === time.from;
}

/** @returns whether it was free; nothing is written where it was not */
async function bookOne(
  ctx: Context,
  tx: Tx,
  bookable: StoredBookable,
  given: Omit<BookingAsk, 'from' | 'to' | 'guest' | 'id'> & {
    id: string;
    from: number;
    to: number;
    series: string | null;
    party: ThingName | null;
    state: 'waiting' | undefined;
  },
): Promise<boolean> {
  const { id, from, to, series, party, quantity, purpose, needs } = given;
  if (given.state === undefined && !(await hasRoom(tx, bookable, given))) return false;
  const { way, priceFen, pricePer, thing } = bookable;
  const state = given.state ?? (await stateFor(tx, bookable, party?.id ?? ctx.actor.id));
  const isIn = await insertBooking(ctx, tx, bookable, {
    id,
    series,
    state,
    from,
    to,
    purpose,
    needs,
    priceFen,
    pricePer,
    quantity: way === 'samples' ? quantity : null,
    isAlone: way === 'time',
    guest: party?.id ?? null,
    guestName: party?.name ?? ctx.actor.name,
  });
  const noted = { id, thing, from, guest: party, guestName: party?.name ?? ctx.actor.name, madeBy: ctx.actor.id };
  if (isIn) await noteMove(ctx, tx, noted, { state, reason: null });
  return isIn;
}

/** By its terms a booking is asked for, or stands at once. */
async function stateFor(
  tx: Tx,
  { approval, training, thing }: StoredBookable,
  party: string,
): Promise<'asked' | 'approved'> {
  if (approval) return 'asked';
  if (training === null) return 'approved';
  return (await findTrained(tx, [thing.id], [party])).size > 0 ? 'approved' : 'asked';
}

/** Of samples whether the day takes so many more and is not blocked; time is the database's to refuse. */
async function hasRoom(
  tx: Tx,
  { way, thing, samplesADay }: StoredBookable,
  { id, from, to, quantity }: { id: string; from: number; to: number; quantity: number | null },
): Promise<boolean> {
  if (way === 'time') return true;
  const taken = (await findTaken(tx, [thing.id], { from, to, limit: MOST_TAKEN })).filter((each) => each.id !== id);
  if (taken.some(({ state }) => state === 'blocked')) return false;
  const brought = taken.reduce((sum, each) => sum + (each.quantity ?? 0), 0);
  return samplesADay === null || brought + (quantity ?? 0) <= samplesADay;
}

/** What is told of a booking that moved. */
type Noted = Pick<StoredBooking, 'id' | 'thing' | 'from' | 'guest' | 'guestName' | 'madeBy'>;

async function noteMove(
  ctx: Context,
  tx: Tx,
  booking: Noted,
  { state, reason, more = {} }: { state: BookingState; reason: string | null; more?: Record<string, unknown> },
): Promise<void> {
  const { id, thing } = booking;
  const n = await insertBookingMove(ctx, tx, { thing: thing.id, booking: id, state, reason });
  await record(ctx, tx, {
    act: `cluster.booking-${state}`,
    subject: `thing/${thing.id}`,
    detail: { booking: id, ...(reason !== null && { reason }), ...more },
  });
  await tell(tx, { type: 'cluster.booking-changed', subject: thing.id, data: { thing: thing.id, booking: id, state } });
  if (state !== 'blocked' && state !== 'waiting') await notify(ctx, tx, noticesOf(ctx, booking, { state, n }));
}

/** The holder hears what is asked and what is given back, the guest what came of it, also from a waiting list. */
function noticesOf(
  ctx: Context,
  { id, thing, from, guest, guestName, madeBy }: Noted,
  { state, n }: { state: BookingState; n: number },
): NoticeGiven[] {
  const facts = { what: bothOf(thing), dayOn: dayOfMinute(from), state };
  const isAsked = state === 'asked';
  const toHolder: NoticeGiven = {
    cause: `booking/${id}/${n}/holder`,
    kind: isAsked ? 'booking-asked' : 'booking-answered',
    to: [`thing/${thing.id}`],
    path: '/cluster/booking?tab=desk',
    facts: isAsked ? { ...facts, who: guest === null ? { en: guestName, zh: guestName } : bothOf(guest) } : facts,
  };
  const toGuest: NoticeGiven = {
    cause: `booking/${id}/${n}/guest`,
    kind: 'booking-answered',
    path: '/cluster/booking?tab=mine',
    facts,
    to: [`account/${madeBy}`, ...(guest === null ? [] : [`thing/${guest.id}`])],
  };
  const isOwnAsk = isAsked && madeBy === ctx.actor.id;
  return [...(isAsked || state === 'cancelled' ? [toHolder] : []), ...(isOwnAsk ? [] : [toGuest])];
}

function bothOf({ name, nameZh }: ThingName): { en: string; zh: string } {
  return { en: name, zh: nameZh ?? name };
}

/** Keeps a time free of bookings: maintenance, calibration. What is booked in it is moved or cancelled first. */
export async function blockTime(
  ctx: Context,
  thing: string,
  { from, to, reason }: { from: Date; to: Date; reason: string },
): Promise<void> {
  await requireHolder(ctx, thing);
  const time = { from: minuteOf(from), to: minuteOf(to) };
  if (!(time.from < time.to)) throw new Problem('invalid', 'the end of a booking comes before its beginning');
  if (time.to - time.from > MOST_BLOCK_DAYS * DAY_MINUTES)
    throw new Problem('invalid', 'so long is nothing blocked at once', { days: MOST_BLOCK_DAYS });
  await ctx.db.transaction(async (tx) => {
    const bookable = await holdBookable(tx, thing);
    const isTaken = (await findTaken(tx, [thing], { ...time, limit: 1 })).length > 0;
    const id = ctx.newId();
    const isIn =
      !isTaken &&
      (await insertBooking(ctx, tx, bookable, {
        id,
        ...time,
        series: null,
        state: 'blocked',
        isAlone: true,
        quantity: null,
        purpose: reason,
        needs: null,
        guest: null,
        guestName: ctx.actor.name,
        priceFen: null,
        pricePer: null,
      }));
    if (!isIn) throw new Problem('conflict', 'there are bookings in this time: they are moved or cancelled first');
    const noted = { id, thing: bookable.thing, from: time.from, guest: null, guestName: '', madeBy: ctx.actor.id };
    await noteMove(ctx, tx, noted, { state: 'blocked', reason });
  });
}

export interface BookingMoveAsk {
  state: BookingState;
  reason: string;
  revision: number;
  /** The guest has had the training that is asked for. */
  trained: boolean;
  /** Those of its series that are still to come, too. */
  series: boolean;
}

/** Answers a booking, cancels it, or tells that it was used. Moved there already nothing changes. */
export async function moveBooking(ctx: Context, thing: string, id: string, ask: BookingMoveAsk): Promise<void> {
  const standing = await standingOf(ctx);
  await ctx.db.transaction(async (tx) => {
    // In one order for all, so that nobody waits for each other.
    const bookable = await holdBookable(tx, thing);
    const held = await holdBooking(tx, thing, id);
    const sides = sidesOf(ctx, standing, held);
    if (!sides.holder && !sides.guest) throw new Problem('not-found', 'there is no such booking');
    if (held.state === ask.state) return;
    requireSeen(held, ask.revision);
    const now = minuteOf(ctx.now());
    const rest = ask.series && held.series !== null ? await holdSeries(tx, thing, { series: held.series, now }) : [];
    await moveOne(ctx, tx, bookable, { booking: held, sides, ask });
    for (const other of rest.filter((each) => each !== id)) {
      const booking = await holdBooking(tx, thing, other);
      if (bookingSteps(booking.state, sides, { from: booking.from, now }).includes(ask.state))
        await moveOne(ctx, tx, bookable, { booking, sides, ask });
    }
  });
}

function requireSeen({ revision }: { revision: number }, seen: number): void {
  if (revision !== seen)
    throw new Problem('conflict', 'this has changed since you looked at it: read it again', { revision });
}

async function moveOne(
  ctx: Context,
  tx: Tx,
  bookable: StoredBookable,
  {
    booking,
    sides,
    ask: { state, trained, ...ask },
  }: { booking: StoredBooking; sides: BookingSides; ask: BookingMoveAsk },
): Promise<void> {
  const { id, from, to } = booking;
  const thing = bookable.thing.id;
  const now = minuteOf(ctx.now());
  if (!bookingSteps(booking.state, sides, { from, now }).includes(state))
    throw new Problem('conflict', 'the booking cannot go there from where it is, or not by you', {
      from: booking.state,
      to: state,
    });
  const reason = ask.reason.trim() || null;
  const isByHolder = sides.holder && !sides.guest;
  if (reason === null && isByHolder && (state === 'declined' || state === 'cancelled'))
    throw new Problem('invalid', 'say why');
  const party = booking.guest?.id ?? booking.madeBy;
  if (state === 'approved' && booking.state === 'asked' && bookable.training !== null) {
    const had = await findTrained(tx, [thing], [party]);
    if (had.size === 0 && !trained)
      throw new Problem('conflict', 'the guest has had no training yet: say so when it has');
    if (had.size === 0) await noteTrained(ctx, tx, thing, party);
  }
  const isLate =
    state === 'cancelled' && sides.guest && booking.state === 'approved' && isLateCancel(bookable, from, now);
  if (!(await moveBookingRow(tx, thing, { id, state, isLate, from, to })))
    throw new Problem('conflict', 'this time is taken: choose another one or wait for it');
  const use = state === 'used' ? meterOf(booking) : undefined;
  await noteMove(ctx, tx, booking, { state, reason, ...(use !== undefined && { more: use }) });
  if (use !== undefined) await tell(tx, { type: 'cluster.booking-used', subject: thing, data: use });
  else if (booking.state === 'used')
    await tell(tx, { type: 'cluster.booking-use-undone', subject: thing, data: { thing, booking: id } });
  if (state === 'declined' || state === 'cancelled') await callWaiting(ctx, tx, bookable, booking);
}

/** What a use was, for who settles it: one fact and one leaf of the ledger each, with the figure that was stated when it was asked for. */
function meterOf(booking: StoredBooking): Record<string, unknown> {
  const { id, from, to, way, quantity, priceFen, pricePer, guest, guestName, thing } = booking;
  const [minutes, samples] = [way === 'time' ? to - from : 0, quantity];
  return {
    thing: thing.id,
    booking: id,
    guest: guest?.id ?? null,
    guestName,
    from: momentOf(from),
    to: momentOf(to),
    minutes,
    samples,
    priceFen,
    pricePer,
    currency: 'CNY',
    statedFen: statedFen({ minutes, samples, priceFen, pricePer }),
  };
}

/** Whoever waits for a time that became free gets it, the first first. */
async function callWaiting(
  ctx: Context,
  tx: Tx,
  bookable: StoredBookable,
  { from, to }: { from: number; to: number },
): Promise<void> {
  const thing = bookable.thing.id;
  const now = minuteOf(ctx.now());
  for (const waiting of await findWaiting(tx, thing, { from, to, limit: MOST_WAITING })) {
    if (waiting.from <= now || !canBe(bookable, waiting, now) || !(await hasRoom(tx, bookable, waiting))) continue;
    const state = await stateFor(tx, bookable, waiting.guest?.id ?? waiting.madeBy);
    if (await moveBookingRow(tx, thing, { ...waiting, state }))
      await noteMove(ctx, tx, waiting, { state, reason: null });
  }
}

/** Another time for what is still to come; the holder is asked again where it is asked at all. */
export async function changeBookingTime(
  ctx: Context,
  thing: string,
  id: string,
  { revision, ...given }: { from: Date; to: Date; revision: number },
): Promise<void> {
  const standing = await standingOf(ctx);
  await ctx.db.transaction(async (tx) => {
    const bookable = await holdBookable(tx, thing);
    const booking = await holdBooking(tx, thing, id);
    if (!sidesOf(ctx, standing, booking).guest) throw new Problem('not-found', 'there is no such booking');
    const now = minuteOf(ctx.now());
    const time = timeOf(bookable, given);
    if (booking.from === time.from && booking.to === time.to) return;
    requireSeen(booking, revision);
    if (!mayMove(booking, now)) throw new Problem('conflict', 'the time of this booking can no longer be changed');
    checkTime(bookable, time, now);
    const state = await stateFor(tx, bookable, booking.guest?.id ?? booking.madeBy);
    const isIn =
      (await hasRoom(tx, bookable, { ...booking, ...time })) &&
      (await moveBookingRow(tx, thing, { id, state, ...time }));
    if (!isIn) throw new Problem('conflict', 'this time is taken: choose another one or wait for it');
    await noteMove(
      ctx,
      tx,
      { ...booking, from: time.from },
      { state, reason: `${momentOf(booking.from)} → ${momentOf(time.from)}` },
    );
    await callWaiting(ctx, tx, bookable, booking);
  });
}

function mayMove({ state, from }: StoredBooking, now: number): boolean {
  return (state === 'asked' || state === 'approved') && from > now;
}

export interface BookingsAsk {
  /** The actor's own, those of what it holds, or for the regulator all. */
  of: 'mine' | 'desk' | 'all';
  past: boolean;
  states?: readonly BookingState[];
  after?: string;
}

export async function listBookings(ctx: Context, { of, past, states, after }: BookingsAsk): Promise<BookingsPage> {
  const standing = await standingOf(ctx);
  // Only who holds it without a scope sees everybody's.
  if (of === 'all') ctx.require(BOOK);
  const now = minuteOf(ctx.now());
  const found = await findBookings(ctx.db, {
    of: of === 'all' ? {} : of === 'mine' ? ownOf(ctx, standing) : { things: standing.held },
    when: past ? { past: now } : { coming: now },
    ...(states !== undefined && { states }),
    ...(after !== undefined && { after: readCursor(after) }),
    limit: PAGE + 1,
  });
  const page = found.slice(0, PAGE);
  const last = page.at(-1);
  return {
    bookings: await shownBookings(ctx, page, standing),
    next: found.length > PAGE && last !== undefined ? `${last.from}_${last.id}` : null,
  };
}

function ownOf(ctx: Context, { guests }: Standing): BookingOf {
  return { account: ctx.actor.id, guests: guests.map(({ id }) => id) };
}

function readCursor(after: string): { from: number; id: string } {
  const [, from, id] = /^(\d{1,9})_([0-9a-f-]{36})$/.exec(after) ?? [];
  if (from === undefined || id === undefined) throw new Problem('invalid', 'this is no place in the list', { after });
  return { from: Number(from), id };
}

async function shownBookings(ctx: Context, stored: readonly StoredBooking[], standing: Standing): Promise<Booking[]> {
  const moves = Map.groupBy(await findBookingMoves(ctx.db, stored), ({ booking }) => booking);
  const things = [...new Set(stored.map(({ thing }) => thing.id))];
  const bookables = await findBookables(ctx.db, { things, examples: true, closed: true, limit: things.length });
  const needsTraining = new Set(bookables.filter(({ training }) => training !== null).map(({ thing }) => thing.id));
  const trained = await findTrained(
    ctx.db,
    things,
    stored.map(({ guest, madeBy }) => guest?.id ?? madeBy),
  );
  const now = minuteOf(ctx.now());
  return stored.map((each): Booking => {
    const { madeBy, madeAt, from, to, ...rest } = each;
    const sides = sidesOf(ctx, standing, each);
    return {
      ...rest,
      from: momentOf(from),
      to: momentOf(to),
      madeAt: madeAt.toISOString(),
      lacksTraining: needsTraining.has(each.thing.id) && !trained.has(`${each.thing.id} ${each.guest?.id ?? madeBy}`),
      moves: (moves.get(each.id) ?? []).map(({ booking: _, ...move }) => move),
      next: bookingSteps(each.state, sides, { from, now }),
      mayMove: sides.guest && mayMove(each, now),
    };
  });
}

/** What became of a thing's time, week by week, and the bookings behind it; for its holder and the regulator. */
export async function readUsage(
  ctx: Context,
  thing: string,
  { weeks }: { weeks: number },
): Promise<{ weeks: UsageWeek[]; log: Booking[]; isCut: boolean }> {
  if (reachOf(ctx.actor, BOOK) !== 'all') await requireHolder(ctx, thing);
  const bookable = await getBookable(ctx.db, thing);
  const today = todayOf(ctx.now());
  const from = dayAfter(weekOf(today), -7 * (weeks - 1));
  const found = await findUsage(ctx.db, thing, {
    from: dayStart(from),
    to: dayStart(dayAfter(weekOf(today), 7)),
    limit: MOST_USAGE,
  });
  const standing = await standingOf(ctx);
  return {
    weeks: usageOf(bookable, found, { from, weeks }),
    log: await shownBookings(ctx, found.slice(0, 500), standing),
    isCut: found.length > 500,
  };
}

/** The actor's bookings to come as a calendar (RFC 5545). */
export async function bookingCalendar(ctx: Context): Promise<string> {
  const standing = await standingOf(ctx);
  const now = minuteOf(ctx.now());
  const found = await findBookings(ctx.db, {
    of: { ...ownOf(ctx, standing), things: standing.held },
    when: { coming: now - 31 * DAY_MINUTES },
    states: ['asked', 'approved', 'used', 'blocked', 'cancelled'],
    limit: MOST_IN_CALENDAR,
  });
  return writeCalendar({
    name: 'Banyan',
    events: found.map((each) => ({
      uid: `${each.id}@banyan`,
      stamp: each.madeAt,
      sequence: each.revision - 1,
      from: new Date(each.from * 60_000),
      to: new Date(each.to * 60_000),
      summary: each.thing.nameZh === null ? each.thing.name : `${each.thing.name} ${each.thing.nameZh}`,
      description: each.purpose,
      status: each.state === 'asked' ? 'TENTATIVE' : each.state === 'cancelled' ? 'CANCELLED' : 'CONFIRMED',
    })),
  });
}

/** A secret address for calendar programs; a former one ends. */
export async function makeBookingFeed(ctx: Context): Promise<{ path: string }> {
  requireBook(ctx);
  const secret = makeSecret();
  await ctx.db.transaction(async (tx) => {
    await putFeed(ctx, tx, hashSecret(secret));
    await record(ctx, tx, { act: 'cluster.booking-feed-made', subject: `account/${ctx.actor.id}` });
  });
  return { path: `/api/open/cluster/bookings/${secret}.ics` };
}

/** @throws Problem `not-found` where the secret is none, or whose it was may no longer book */
export async function readBookingFeed(system: Context, secret: string): Promise<string> {
  const account = await findFeed(system.db, hashSecret(secret));
  const ctx = account === undefined ? undefined : await actAs(system, account);
  if (ctx === undefined || reachOf(ctx.actor, BOOK) === undefined)
    throw new Problem('not-found', 'there is no such calendar');
  return bookingCalendar(ctx);
}
