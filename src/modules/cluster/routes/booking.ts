import type { FastifyInstance } from 'fastify';
import { makeContext } from '#kernel/context';
import { type Door, dayOf, oneOf } from '#kernel/http';
import { Problem } from '#kernel/problem';
import {
  askForBooking,
  blockTime,
  bookingCalendar,
  changeBookingTime,
  listBookables,
  listBookings,
  makeBookingFeed,
  moveBooking,
  publishBookable,
  readBookable,
  readBookingFeed,
  readUsage,
} from '../actions/index.ts';
import {
  BOOKING_GUESTS,
  BOOKING_STATES,
  BOOKING_WAYS,
  type BookingTerms,
  type OpeningHours,
  PRICE_UNITS,
} from '../model.ts';
import { todayOf } from '../rules/index.ts';
import { Given } from './given.ts';

type Query = Record<string, string | undefined>;
interface OneThing {
  Params: { thing: string };
  Querystring: Query;
  Body: unknown;
}
interface OneBooking {
  Params: { thing: string; id: string };
  Body: unknown;
}

const [THINGS, ONE] = ['/api/cluster/bookables', '/api/cluster/bookables/:thing'];
const LONGEST_WORDS = 1_000;
const MOST_DAYS = 35;
const MOST_HOURS = 42;
const DAY_MINUTES = 24 * 60;
const MOST_WEEKS = 53;

/** Time on instruments and services by samples. */
export function bookingRoutes(app: FastifyInstance, door: Door): void {
  app.get<{ Querystring: Query }>(THINGS, async (request) => {
    const { text, place, free, examples, after } = request.query;
    return listBookables(await door.context(request), {
      ...(text !== undefined && { text: text.slice(0, 200) }),
      ...(place !== undefined && { place }),
      ...(free !== undefined && { free: dayOf(free, 'free') }),
      ...(examples !== undefined && { examples: examples === 'yes' }),
      ...(after !== undefined && { after }),
    });
  });

  app.get<OneThing>(ONE, async (request) => {
    const ctx = await door.context(request);
    const { from, days = '7' } = request.query;
    if (!/^\d{1,2}$/.test(days) || Number(days) < 1 || Number(days) > MOST_DAYS)
      throw new Problem('invalid', 'limit is out of range', { most: MOST_DAYS });
    return readBookable(ctx, request.params.thing, {
      from: from === undefined ? todayOf(ctx.now()) : dayOf(from, 'from'),
      days: Number(days),
    });
  });

  app.put<OneThing>(ONE, async (request) => {
    const ctx = await door.context(request);
    const given = new Given(request.body);
    await publishBookable(ctx, request.params.thing, {
      terms: termsOf(given),
      revision: given.whole('revision'),
    });
    return { published: true };
  });

  app.post<OneThing>(`${ONE}/bookings`, async (request) => {
    const ctx = await door.context(request);
    const given = new Given(request.body);
    const id = given.optional('id');
    if (id !== null && !/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id))
      throw new Problem('invalid', 'this id is a uuid', { id });
    return askForBooking(ctx, request.params.thing, {
      ...(id !== null && { id }),
      ...timesOf(given),
      quantity: given.whole('quantity', { least: 1, most: 100_000 }),
      purpose: given.text('purpose', LONGEST_WORDS),
      needs: given.optional('needs', LONGEST_WORDS),
      guest: given.optional('guest', 80),
      times: given.whole('times', { least: 1, most: 100 }) ?? 1,
      skipTaken: given.optional('skipTaken') === 'yes',
      wait: given.optional('wait') === 'yes',
    });
  });

  app.post<OneThing>(`${ONE}/blocks`, async (request) => {
    const ctx = await door.context(request);
    const given = new Given(request.body);
    await blockTime(ctx, request.params.thing, { ...timesOf(given), reason: given.text('reason', LONGEST_WORDS) });
    return { blocked: true };
  });

  app.get<OneThing>(`${ONE}/usage`, async (request) => {
    const { weeks = '26' } = request.query;
    if (!/^\d{1,2}$/.test(weeks) || Number(weeks) < 1 || Number(weeks) > MOST_WEEKS)
      throw new Problem('invalid', 'limit is out of range', { most: MOST_WEEKS });
    return readUsage(await door.context(request), request.params.thing, { weeks: Number(weeks) });
  });

  app.post<OneBooking>(`${ONE}/bookings/:id`, async (request) => {
    const ctx = await door.context(request);
    const given = new Given(request.body);
    await moveBooking(ctx, request.params.thing, request.params.id, {
      state: given.oneOf('state', BOOKING_STATES),
      reason: given.optional('reason', LONGEST_WORDS) ?? '',
      revision: given.revision(),
      trained: given.optional('trained') === 'yes',
      series: given.optional('series') === 'yes',
    });
    return { moved: true };
  });

  app.post<OneBooking>(`${ONE}/bookings/:id/time`, async (request) => {
    const ctx = await door.context(request);
    const given = new Given(request.body);
    await changeBookingTime(ctx, request.params.thing, request.params.id, {
      ...timesOf(given),
      revision: given.revision(),
    });
    return { moved: true };
  });

  app.get<{ Querystring: Query }>('/api/cluster/bookings', async (request) => {
    const { of = 'mine', past, state, after } = request.query;
    return listBookings(await door.context(request), {
      of: oneOf(of, ['mine', 'desk', 'all'] as const, 'of'),
      past: past === 'yes',
      ...(state !== undefined && { states: [oneOf(state, BOOKING_STATES, 'state')] }),
      ...(after !== undefined && { after }),
    });
  });

  app.get('/api/cluster/bookings.ics', async (request, reply) => {
    const calendar = await bookingCalendar(await door.context(request));
    return reply
      .type('text/calendar; charset=utf-8')
      .header('content-disposition', 'attachment; filename="bookings.ics"')
      .send(calendar);
  });

  app.post('/api/cluster/bookings/feed', async (request) => makeBookingFeed(await door.context(request)));

  app.get<{ Params: { secret: string } }>('/api/open/cluster/bookings/:secret.ics', async (request, reply) => {
    const system = makeContext({ actor: NOBODY, db: door.pool, log: door.log });
    const calendar = await readBookingFeed(system, request.params.secret);
    return reply.type('text/calendar; charset=utf-8').header('cache-control', 'private, no-store').send(calendar);
  });
}

/** Who reads a secret address: nobody, until the secret says for whom. */
const NOBODY = {
  id: 'system/booking-feed',
  name: 'booking-feed',
  roles: ['system' as const],
  organizations: [],
  permissions: new Set<string>(),
  purpose: 'HOPERAT',
};

function timesOf(given: Given): { from: Date; to: Date } {
  const [from, to] = [given.text('from', 40), given.text('to', 40)].map((text) => new Date(text));
  for (const at of [from!, to!])
    if (!(at.getTime() > 0 && at.getTime() < Date.parse('2200-01-01')))
      throw new Problem('invalid', 'this is a moment: date, time and zone');
  return { from: from!, to: to! };
}

function termsOf(given: Given): BookingTerms {
  return {
    way: given.oneOf('way', BOOKING_WAYS),
    method: given.text('method', LONGEST_WORDS),
    methodZh: given.optional('methodZh', LONGEST_WORDS),
    hours: given.list('hours', MOST_HOURS).map(hoursOf),
    offOnHolidays: given.optional('offOnHolidays') !== 'no',
    slotMinutes: given.needWhole('slotMinutes', { least: 5, most: DAY_MINUTES }),
    mostSlots: given.needWhole('mostSlots', { least: 1, most: 100 }),
    samplesADay: given.whole('samplesADay', { least: 1, most: 100_000 }),
    leadHours: given.needWhole('leadHours', { most: 2_160 }),
    aheadDays: given.needWhole('aheadDays', { least: 1, most: 365 }),
    cancelHours: given.needWhole('cancelHours', { most: 2_160 }),
    approval: given.optional('approval') === 'yes',
    training: given.optional('training', LONGEST_WORDS),
    priceFen: given.whole('priceFen', { most: 100_000_000_000 }),
    pricePer: given.optional('pricePer') === null ? null : given.oneOf('pricePer', PRICE_UNITS),
    who: given.oneOf('who', BOOKING_GUESTS),
    named: given.list('named', 50).map((each) => String(each)),
    contact: given.text('contact'),
    isOpen: given.optional('isOpen') !== 'no',
  };
}

function hoursOf(given: unknown): OpeningHours {
  const hours = new Given(given);
  return {
    day: hours.needWhole('day', { least: 1, most: 7 }),
    from: hours.needWhole('from', { most: DAY_MINUTES }),
    to: hours.needWhole('to', { most: DAY_MINUTES }),
  };
}
