import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { listensTo } from '#kernel/outbox';
import { sql } from '#kernel/sql';
import { visitRoutes } from '../../../../tests/support/visits.ts';
import { enterThing, listNotices, relate } from '../actions/index.ts';
import type { Asked, BookablePage, Booking, BookingsPage, UsageWeek } from '../model.ts';
import { bookingRoutes } from './booking.ts';

/**
 * Goal: nobody holds a time that another holds, whatever happens at once; each side does only what is its own; a use is told once.
 * Method: true roles on a true database through HTTP. The clock stands at noon of Sunday 2026-11-22 in the region.
 */
const { pool, clock, become, own, send, app } = await visitRoutes('/api/cluster', [bookingRoutes]);
const START = clock.now;
const holder = (): void => become('park-operator', 'park-org');
const guest = (): void => become('enterprise', 'maker-org');
const other = (): void => become('enterprise', 'plant-org');

const TERMS = {
  way: 'time',
  method: 'cell sorting by flow cytometry',
  hours: [1, 2, 3, 4, 5].map((day) => ({ day, from: 9 * 60, to: 17 * 60 })),
  slotMinutes: 60,
  mostSlots: 4,
  leadHours: 2,
  aheadDays: 60,
  cancelHours: 24,
  who: 'anyone',
  contact: 'desk',
  priceFen: 30_000,
  pricePer: 'hour',
  revision: null,
};
/** An hour of the region on a day of November or December 2026. */
const at = (day: string, hour: number) =>
  new Date(Date.parse(`${day}T00:00:00+08:00`) + hour * 3_600_000).toISOString();
const slot = (day: string, hour: number, hours = 1) => ({ from: at(day, hour), to: at(day, hour + hours) });

let things = 0;
/** Another instrument of the park, booked on these terms. */
async function instrument(terms: object = {}, kind: 'instrument' | 'service' = 'instrument'): Promise<string> {
  become('regulator');
  things += 1;
  const id = `thing-${things}`;
  await pool.transaction((tx) =>
    enterThing(own(), tx, { id, kind, name: `Sorter ${things}`, owner: 'Organization/park-org' }),
  );
  holder();
  await send('PUT', `/bookables/${id}`, { ...TERMS, ...terms });
  guest();
  return id;
}
const ask = (thing: string, parts: object, status = 200) =>
  send<Asked>('POST', `/bookables/${thing}/bookings`, { purpose: 'sorting', guest: null, ...parts }, status);
const bookings = async (of = 'mine', more = '') =>
  (await send<BookingsPage>('GET', `/bookings?of=${of}${more}`)).bookings;
const find = async (id: string, of = 'mine') =>
  [...(await bookings(of)), ...(await bookings(of, '&past=yes'))].find((each) => each.id === id) as Booking;
const move = (booking: Booking, state: string, parts: object = {}, status = 200) =>
  send(
    'POST',
    `/bookables/${booking.thing.id}/bookings/${booking.id}`,
    { state, revision: booking.revision, ...parts },
    status,
  );

beforeAll(async () => {
  listensTo([{ name: 'settler', hears: ['cluster.booking-used', 'cluster.booking-use-undone'] }]);
  await pool.transaction(async (tx) => {
    for (const [id, kind] of [
      ['maker', 'enterprise'],
      ['plant', 'enterprise'],
      ['park', 'park'],
    ] as const)
      await enterThing(own(), tx, { id, kind, name: id, owner: `Organization/${id}-org` });
    await relate(own(), tx, { subject: 'plant', predicate: 'tenant-of', object: 'park' });
  });
});
beforeEach(() => {
  clock.now = START;
  guest();
});

describe('a time', () => {
  test('is one guest’s, however many ask at once', async () => {
    const thing = await instrument();
    const answers = await Promise.all(
      [0, 1, 2, 3, 4, 5].map((n) =>
        app.inject({
          method: 'POST',
          url: `/api/cluster/bookables/${thing}/bookings`,
          payload: { purpose: `race ${n}`, guest: null, ...slot('2026-11-24', 9 + (n % 2), 2) },
        }),
      ),
    );
    const codes = answers.map(({ statusCode }) => statusCode).toSorted();
    expect(codes).toEqual([200, 409, 409, 409, 409, 409]);
    expect(answers.find(({ statusCode }) => statusCode === 409)!.json().message).toBe(
      'this time is taken: choose another one or wait for it',
    );
    const { n } = await pool.one<{ n: number }>(
      sql`select count(*)::int as n from cluster.booking where thing = ${thing}`,
    );
    expect(n).toBe(1);
  });

  test('is booked within the terms only', async () => {
    const thing = await instrument();
    for (const wrong of [
      slot('2026-11-28', 9),
      slot('2026-11-24', 8),
      { from: at('2026-11-24', 9.5), to: at('2026-11-24', 10.5) },
      slot('2026-11-24', 9, 5),
      slot('2027-03-01', 9),
      slot('2026-11-20', 9),
    ])
      await ask(thing, wrong, 400);
    clock.now = Date.parse(at('2026-11-24', 8));
    await ask(thing, slot('2026-11-24', 9), 400);
    await ask(thing, slot('2026-11-24', 10));
  });

  test('on a public holiday is closed where the terms say so', async () => {
    clock.now = Date.parse('2026-09-20T04:00:00Z');
    const thing = await instrument();
    await ask(thing, slot('2026-10-01', 9), 400);
    const { days } = await send<BookablePage>('GET', `/bookables/${thing}?from=2026-10-01&days=1`);
    expect(days[0]).toMatchObject({ closed: 'holiday', calendarKnown: true, slots: [] });
    const open = await instrument({ offOnHolidays: 'no' });
    await ask(open, slot('2026-10-01', 9));
  });

  test('sent twice by one id is one booking', async () => {
    const thing = await instrument();
    const id = '11111111-1111-4111-8111-111111111111';
    for (let n = 0; n < 2; n += 1) expect((await ask(thing, { id, ...slot('2026-11-24', 9) })).ids).toEqual([id]);
    expect((await bookings()).filter((each) => each.thing.id === thing)).toHaveLength(1);
  });

  test('that is given back goes to who waited first', async () => {
    const thing = await instrument();
    const time = slot('2026-11-25', 10);
    const {
      ids: [first],
    } = await ask(thing, time);
    other();
    await ask(thing, time, 409);
    const {
      ids: [second],
    } = await ask(thing, { ...time, wait: 'yes' });
    expect((await find(second!)).state).toBe('waiting');
    guest();
    await move(await find(first!), 'cancelled');
    expect(await find(first!)).toMatchObject({ state: 'cancelled', isLate: false });
    other();
    expect((await find(second!)).state).toBe('approved');
  });

  test('every week is booked whole, or without those that are taken', async () => {
    const thing = await instrument();
    other();
    await ask(thing, slot('2026-12-01', 9));
    guest();
    const weekly = { ...slot('2026-11-24', 9), times: 4 };
    const refused = (await ask(thing, weekly, 409)) as unknown as { facts: { left: string[]; free: number } };
    expect(refused.facts).toEqual({ left: [at('2026-12-01', 9)], free: 3 });
    expect(await bookings()).not.toContainEqual(
      expect.objectContaining({ thing: expect.objectContaining({ id: thing }) }),
    );
    const made = await ask(thing, { ...weekly, skipTaken: 'yes' });
    expect(made).toMatchObject({ ids: { length: 3 }, left: [at('2026-12-01', 9)] });
    await move(await find(made.ids[0]!), 'cancelled', { series: 'yes' });
    expect((await Promise.all(made.ids.map((id) => find(id)))).map(({ state }) => state)).toEqual(
      Array(3).fill('cancelled'),
    );
  });

  test('is changed by its guest to one that is free', async () => {
    const thing = await instrument();
    other();
    await ask(thing, slot('2026-11-24', 9));
    guest();
    const {
      ids: [id],
    } = await ask(thing, slot('2026-11-24', 11));
    const change = (time: object, status = 200) =>
      find(id!).then(({ revision }) =>
        send('POST', `/bookables/${thing}/bookings/${id}/time`, { ...time, revision }, status),
      );
    await change(slot('2026-11-24', 9), 409);
    await change(slot('2026-11-24', 15));
    expect(await find(id!)).toMatchObject({ from: at('2026-11-24', 15), state: 'approved', revision: 2 });
    other();
    await ask(thing, slot('2026-11-24', 11));
  });
});

describe('the holder', () => {
  test('answers with a reason, keeps free what is not booked, and sees no time of others’ instruments', async () => {
    const thing = await instrument({ approval: 'yes', training: 'laser safety' });
    const {
      ids: [id],
    } = await ask(thing, slot('2026-11-24', 9));
    const asked = await find(id!);
    expect(asked).toMatchObject({ state: 'asked', next: ['cancelled'], lacksTraining: true });
    await move(asked, 'approved', {}, 409);
    await send('POST', `/bookables/${thing}/blocks`, { ...slot('2026-11-24', 9), reason: 'service' }, 403);
    other();
    await move(asked, 'cancelled', {}, 404);
    holder();
    await send('POST', `/bookables/${thing}/blocks`, { ...slot('2026-11-24', 8, 2), reason: 'service' }, 409);
    await move(asked, 'declined', {}, 400);
    await move(asked, 'approved', {}, 409);
    await move(asked, 'approved', { trained: 'yes' });
    await move(asked, 'cancelled', { reason: 'x' }, 409);
    await send('POST', `/bookables/${thing}/blocks`, { ...slot('2026-11-25', 8, 4), reason: 'service' });
    guest();
    const { days } = await send<BookablePage>('GET', `/bookables/${thing}?from=2026-11-24&days=2`);
    expect(days.map(({ slots }) => slots.map(({ state }) => state).slice(0, 4))).toEqual([
      ['own', 'free', 'free', 'free'],
      ['blocked', 'blocked', 'blocked', 'free'],
    ]);
    other();
    const seen = await send<BookablePage>('GET', `/bookables/${thing}?from=2026-11-24&days=1`);
    expect(seen.days[0]!.slots[0]!.state).toBe('taken');
    expect(JSON.stringify(seen)).not.toContain('sorting"');
    expect(await bookings('desk')).toEqual([]);
  });

  test('tells a use once, takes it back, and reads the weeks', async () => {
    const thing = await instrument({ cancelHours: 48 });
    const {
      ids: [id],
    } = await ask(thing, slot('2026-11-23', 9, 3));
    const {
      ids: [late],
    } = await ask(thing, slot('2026-11-23', 14));
    await move(await find(late!), 'cancelled');
    clock.now = Date.parse(at('2026-11-23', 13));
    await move(await find(id!), 'used', {}, 409);
    holder();
    await move(await find(id!, 'desk'), 'used');
    await move(await find(id!, 'desk'), 'used');
    const told = () =>
      pool.rows<{ type: string; data: object }>(
        sql`select type, data from kernel.delivery where subject = ${thing} order by id`,
      );
    expect((await told()).map(({ data }) => data)).toEqual([
      expect.objectContaining({ booking: id, minutes: 180, statedFen: 90_000, currency: 'CNY', guest: null }),
    ]);
    const { weeks } = await send<{ weeks: UsageWeek[] }>('GET', `/bookables/${thing}/usage?weeks=2`);
    expect(weeks[1]).toEqual({
      week: '2026-11-23',
      openMinutes: 2_400,
      usedMinutes: 180,
      bookedMinutes: 0,
      blockedMinutes: 0,
      noShows: 0,
      lateCancels: 1,
      samples: 0,
    });
    await move(await find(id!, 'desk'), 'no-show');
    expect((await told()).map(({ type }) => type)).toEqual(['cluster.booking-used', 'cluster.booking-use-undone']);
    guest();
    await send('GET', `/bookables/${thing}/usage`, undefined, 403);
  });
});

test('who waited is told when the time comes to them, and the holder that it is asked for again', async () => {
  const told = async () =>
    (await listNotices(own(), { unread: true, limit: 50, offset: 0 })).notices
      .filter(({ facts }) => facts['dayOn'] === '2026-12-03')
      .map(({ kind, facts }) => `${kind} ${facts['state']}`);
  const thing = await instrument({ approval: 'yes' });
  const time = slot('2026-12-03', 9);
  const [first] = (await ask(thing, time)).ids;
  other();
  await ask(thing, { ...time, wait: 'yes' });
  guest();
  await move(await find(first!), 'cancelled');
  other();
  expect(await told()).toEqual(['booking-answered asked']);
  holder();
  expect((await told()).toSorted()).toEqual([
    'booking-answered cancelled',
    'booking-asked asked',
    'booking-asked asked',
  ]);
});

test('samples of a day are counted, also when asked at once', async () => {
  const thing = await instrument({ way: 'samples', samplesADay: 10, priceFen: 5_000, pricePer: 'sample' }, 'service');
  const day = slot('2026-11-24', 12);
  const answers = await Promise.all(
    [6, 6, 6].map((quantity) =>
      app.inject({
        method: 'POST',
        url: `/api/cluster/bookables/${thing}/bookings`,
        payload: { purpose: 'sequencing', guest: 'maker', quantity, ...day },
      }),
    ),
  );
  expect(answers.map(({ statusCode }) => statusCode).toSorted()).toEqual([200, 409, 409]);
  await ask(thing, { ...day, quantity: 4 });
  await ask(thing, { ...day, quantity: 1 }, 409);
  const { days } = await send<BookablePage>('GET', `/bookables/${thing}?from=2026-11-24&days=1`);
  expect(days[0]!.samplesLeft).toBe(0);
});

test('who may is the holder’s to say: tenants of a park, or named ones', async () => {
  const thing = await instrument({ who: 'tenants', named: ['park'] });
  await ask(thing, { guest: 'maker', ...slot('2026-11-24', 9) }, 403);
  other();
  const { guests } = await send<BookablePage>('GET', `/bookables/${thing}`);
  expect(guests.map((each) => each?.id)).toEqual(['plant']);
  await ask(thing, { guest: 'plant', ...slot('2026-11-24', 9) });
  await ask(thing, { guest: 'maker', ...slot('2026-11-24', 10) }, 403);
  holder();
  await send('PUT', `/bookables/${thing}`, { ...TERMS, who: 'tenants', named: ['maker'], revision: 1 }, 404);
  await send('PUT', `/bookables/${thing}`, { ...TERMS, isOpen: 'no', revision: 1 });
  await send('PUT', `/bookables/${thing}`, { ...TERMS, revision: 1 }, 409);
  guest();
  await ask(thing, slot('2026-11-24', 12), 409);
});

test('each role does what is its own: a guest publishes nothing, the regulator reads all, a patient nothing', async () => {
  const thing = await instrument();
  await ask(thing, slot('2026-11-26', 9));
  await send('PUT', `/bookables/${thing}`, { ...TERMS, revision: 1 }, 403);
  await send('GET', '/bookings?of=all', undefined, 403);
  become('investor', 'fund-org');
  await ask(thing, slot('2026-11-26', 10));
  await send('PUT', `/bookables/${thing}`, { ...TERMS, revision: 1 }, 403);
  become('regulator');
  expect((await bookings('all')).filter((each) => each.thing.id === thing)).toHaveLength(2);
  await send('GET', `/bookables/${thing}/usage`);
  for (const role of ['patient', 'courier', 'clinician', 'data-buyer'] as const) {
    become(role);
    for (const path of ['/bookables', `/bookables/${thing}`, '/bookings', '/bookings.ics'])
      await send('GET', path, undefined, 403);
    await ask(thing, slot('2026-11-26', 11), 403);
  }
});

test('what is free on a day is found by method and place', async () => {
  const thing = await instrument({ method: 'cryogenic electron microscopy', mostSlots: 8 });
  const search = async (query: string) =>
    (await send<{ bookables: { thing: { id: string }; freeSlots: number | null }[] }>('GET', `/bookables?${query}`))
      .bookables;
  expect(await search('text=cryogenic')).toMatchObject([{ thing: { id: thing }, freeSlots: null }]);
  expect(await search('text=cryogenic&free=2026-11-24')).toMatchObject([{ freeSlots: 8 }]);
  await ask(thing, slot('2026-11-24', 9, 8));
  expect(await search('text=cryogenic&free=2026-11-24')).toEqual([]);
  expect(await search('text=cryogenic&place=park')).toEqual([]);
});

test('the holder hears of what is asked, the guest of the answer, nobody of the own act', async () => {
  const told = async (thing: string) => {
    const { notices } = await listNotices(own(), { unread: false, limit: 200, offset: 0 });
    return notices
      .filter(({ facts }) => (facts['what'] as { en: string }).en === thing)
      .map(({ kind, facts }) => [kind, facts['state']]);
  };
  const thing = await instrument({ approval: 'yes' });
  const name = `Sorter ${things}`;
  const [id] = (await ask(thing, slot('2026-11-26', 9))).ids;
  expect(await told(name)).toEqual([]);
  holder();
  expect(await told(name)).toEqual([['booking-asked', 'asked']]);
  await move(await find(id!, 'desk'), 'approved');
  expect(await told(name)).toHaveLength(1);
  guest();
  expect(await told(name)).toEqual([['booking-answered', 'approved']]);
  await move(await find(id!), 'cancelled');
  other();
  expect(await told(name)).toEqual([]);
  holder();
  expect((await told(name)).map(([, state]) => state).toSorted()).toEqual(['asked', 'cancelled']);
});

test('lists are read page by page, each booking once', async () => {
  const thing = await instrument({ hours: [1, 2, 3, 4, 5, 6, 7].map((day) => ({ day, from: 0, to: 1440 })) });
  for (const hour of [0, 8])
    for (let n = 1; n <= 29; n += 1)
      await ask(thing, slot(`2026-${n <= 7 ? `11-${23 + n}` : `12-${String(n - 7).padStart(2, '0')}`}`, hour));
  const seen: string[] = [];
  let after = '';
  for (let page = 0; page < 3; page += 1) {
    const { bookings: found, next } = await send<BookingsPage>('GET', `/bookings?of=mine${after && `&after=${after}`}`);
    seen.push(...found.map(({ id }) => id));
    if (next === null) break;
    after = next;
  }
  expect(new Set(seen).size).toBe(seen.length);
  expect(seen.length).toBeGreaterThan(55);
});

test('a calendar holds what is one’s own', async () => {
  const thing = await instrument();
  await ask(thing, { ...slot('2026-11-27', 9), purpose: 'Line one\nand; two' });
  const answer = await app.inject({ url: '/api/cluster/bookings.ics' });
  expect(answer.headers['content-type']).toContain('text/calendar');
  expect(answer.body).toContain('DTSTART;TZID=Asia/Shanghai:20261127T090000\r\n');
  expect(answer.body).toContain('DESCRIPTION:Line one\\nand\\; two\r\n');
  expect((await app.inject({ url: '/api/open/cluster/bookings/none.ics' })).statusCode).toBe(404);
});
