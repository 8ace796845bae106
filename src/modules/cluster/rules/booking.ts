import { Problem } from '#kernel/problem';
import { publicHoliday } from '#modules/exchange';
import type { BookingDay, BookingSlot, BookingState, BookingTerms, PriceUnit, SlotState, UsageWeek } from '../model.ts';
import { dayAfter, todayOf } from './days.ts';

/** Times are minutes since 1970 in UTC; the region's day begins eight hours before UTC's. */
const MINUTE_MS = 60_000;
const AHEAD = 8 * 60;
const DAY = 24 * 60;

export function minuteOf(at: Date | string): number {
  return Math.floor((typeof at === 'string' ? Date.parse(at) : at.getTime()) / MINUTE_MS);
}

export function momentOf(minute: number): string {
  return new Date(minute * MINUTE_MS).toISOString();
}

export function dayOfMinute(minute: number): string {
  return todayOf(new Date(minute * MINUTE_MS));
}

/** The first minute of a day of the region. */
export function dayStart(day: string): number {
  return Date.parse(day) / MINUTE_MS - AHEAD;
}

/** The Monday of a day's week. */
export function weekOf(day: string): string {
  return dayAfter(day, 1 - weekdayOf(day));
}

function weekdayOf(day: string): number {
  return new Date(day).getUTCDay() || 7;
}

interface Span {
  from: number;
  to: number;
}

/** When a day is open, as minutes since 1970; nothing on a public holiday where the terms say so. */
function openSpans({ hours, offOnHolidays }: BookingTerms, day: string): Span[] {
  if (offOnHolidays && publicHoliday(day).isOff) return [];
  const start = dayStart(day);
  return hours
    .filter((each) => each.day === weekdayOf(day))
    .map(({ from, to }) => ({ from: start + from, to: start + to }))
    .toSorted((one, two) => one.from - two.from);
}

/** What fits of the slot's length into the hours, from their beginning on. */
function slotsOf(terms: BookingTerms, day: string): Span[] {
  return openSpans(terms, day).flatMap(({ from, to }) =>
    Array.from({ length: Math.floor((to - from) / terms.slotMinutes) }, (_, at) => ({
      from: from + at * terms.slotMinutes,
      to: from + (at + 1) * terms.slotMinutes,
    })),
  );
}

export interface Taken extends Span {
  state: BookingState;
  isOwn: boolean;
  quantity: number | null;
}

/** A day of the calendar with what is taken of it. */
export function readDay(
  terms: BookingTerms,
  day: string,
  { taken, now }: { taken: readonly Taken[]; now: number },
): BookingDay {
  const { isOff, isKnown } = publicHoliday(day);
  const start = dayStart(day);
  const slots = slotsOf(terms, day).map((slot): BookingSlot => {
    const over = taken.find((each) => each.from < slot.to && each.to > slot.from);
    return {
      from: momentOf(slot.from),
      to: momentOf(slot.to),
      state: slotState(terms, slot, {
        over: terms.way === 'samples' && over?.state !== 'blocked' ? undefined : over,
        now,
      }),
    };
  });
  const brought = taken
    .filter(
      ({ from, state }) =>
        from >= start && from < start + DAY && (state === 'asked' || state === 'approved' || state === 'used'),
    )
    .reduce((sum, { quantity }) => sum + (quantity ?? 0), 0);
  return {
    day,
    closed: slots.length > 0 ? null : terms.offOnHolidays && isOff ? 'holiday' : 'hours',
    calendarKnown: isKnown,
    slots,
    samplesLeft: terms.samplesADay === null ? null : Math.max(0, terms.samplesADay - brought),
  };
}

function slotState(
  { leadHours, aheadDays }: BookingTerms,
  { from }: Span,
  { over, now }: { over: Taken | undefined; now: number },
): SlotState {
  if (over !== undefined) return over.state === 'blocked' ? 'blocked' : over.isOwn ? 'own' : 'taken';
  if (from <= now) return 'past';
  if (from < now + leadHours * 60) return 'too-soon';
  return from > now + aheadDays * DAY ? 'too-far' : 'free';
}

/**
 * Whether the terms allow a time, whoever has it: it begins and ends with a slot, has nothing closed between, and is neither too soon, too far nor too long.
 *
 * @throws Problem `invalid`
 */
export function checkTime(terms: BookingTerms, { from, to }: Span, now: number): void {
  const { leadHours, aheadDays, mostSlots, slotMinutes, way } = terms;
  if (!(from < to)) throw new Problem('invalid', 'the end of a booking comes before its beginning');
  if (from <= now || from < now + leadHours * 60)
    throw new Problem('invalid', 'this is booked earlier before it begins', { hours: leadHours });
  if (from > now + aheadDays * DAY)
    throw new Problem('invalid', 'this is not booked so far ahead', { days: aheadDays });
  // Samples are brought on a day, whatever its hours.
  if (way === 'samples') return;
  if (to - from > mostSlots * slotMinutes)
    throw new Problem('invalid', 'a booking here is not so long', { most: mostSlots });
  if (!isOpen(terms, { from, to }))
    throw new Problem('invalid', 'this is not open then, or a slot does not begin or end so');
}

/** From the first opening to the last closing of a day; undefined where it is closed. */
export function wholeDay(terms: BookingTerms, day: string): Span | undefined {
  const spans = openSpans(terms, day);
  return spans.length === 0 ? undefined : { from: spans[0]!.from, to: spans.at(-1)!.to };
}

/** Slots without a gap from the one end to the other, over midnight too. */
export function isOpen(terms: BookingTerms, { from, to }: Span): boolean {
  let at = from;
  while (at < to) {
    const slot = slotsOf(terms, dayOfMinute(at)).find((each) => each.from === at);
    if (slot === undefined) return false;
    at = slot.to;
  }
  return at === to;
}

/** @throws Problem `invalid` where nobody could ever book */
export function checkTerms(terms: BookingTerms): void {
  const { hours, slotMinutes, way, pricePer, priceFen, who, named } = terms;
  const sorted = hours.toSorted((one, two) => one.day - two.day || one.from - two.from);
  const isWrong = sorted.some(({ day, from, to }, at) => {
    const before = sorted[at - 1];
    return !(from < to && to <= DAY) || (before !== undefined && before.day === day && before.to > from);
  });
  if (hours.length === 0 || isWrong) throw new Problem('invalid', 'opening hours of a day lie one after another');
  if (!hours.some(({ from, to }) => to - from >= slotMinutes))
    throw new Problem('invalid', 'no slot fits into the opening hours');
  if ((priceFen === null) !== (pricePer === null)) throw new Problem('invalid', 'a price is per hour or per sample');
  if (way === 'time' && pricePer === 'sample') throw new Problem('invalid', 'time is priced by the hour');
  if ((who === 'anyone') !== (named.length === 0))
    throw new Problem('invalid', 'say which parks or organizations may book, or that anyone may');
}

export interface BookingSides {
  holder: boolean;
  guest: boolean;
}

/** A use or its absence is put right by the holder within so many days. */
const PUT_RIGHT_DAYS = 30;

/** Where somebody may take a booking. */
export function bookingSteps(
  state: BookingState,
  { holder, guest }: BookingSides,
  { from, now }: { from: number; now: number },
): BookingState[] {
  const [byHolder, byGuest] = [
    (...steps: BookingState[]) => (holder ? steps : []),
    (...steps: BookingState[]) => (guest ? steps : []),
  ];
  const isAhead = from > now;
  const canPutRight = now - from <= PUT_RIGHT_DAYS * DAY;
  switch (state) {
    case 'waiting':
      return [...byHolder('declined'), ...byGuest('cancelled')];
    case 'asked':
      return [...(isAhead ? byHolder('approved') : []), ...byHolder('declined'), ...byGuest('cancelled')];
    case 'approved':
      if (!isAhead) return byHolder('used', 'no-show');
      return holder || guest ? ['cancelled'] : [];
    case 'used':
      return canPutRight ? byHolder('no-show', 'approved') : [];
    case 'no-show':
      return canPutRight ? byHolder('used', 'approved') : [];
    case 'blocked':
      return byHolder('cancelled');
    default:
      return [];
  }
}

export function isLateCancel({ cancelHours }: Pick<BookingTerms, 'cancelHours'>, from: number, now: number): boolean {
  return from - now < cancelHours * 60;
}

/** What a use comes to by its stated price; null where none is stated. */
export function statedFen({
  minutes,
  samples,
  priceFen,
  pricePer,
}: {
  minutes: number;
  samples: number | null;
  priceFen: number | null;
  pricePer: PriceUnit | null;
}): number | null {
  if (priceFen === null) return null;
  return pricePer === 'hour' ? Math.round((priceFen * minutes) / 60) : priceFen * (samples ?? 0);
}

/** Weeks from the first day on: what was open, and what became of it. */
export function usageOf(
  terms: BookingTerms,
  bookings: readonly (Span & { state: BookingState; isLate: boolean; quantity: number | null })[],
  { from, weeks }: { from: string; weeks: number },
): UsageWeek[] {
  const byWeek = Map.groupBy(bookings, (each) => weekOf(dayOfMinute(each.from)));
  return Array.from({ length: weeks }, (_, at) => {
    const week = dayAfter(weekOf(from), at * 7);
    const own = byWeek.get(week) ?? [];
    const minutes = (...states: BookingState[]) =>
      own.filter(({ state }) => states.includes(state)).reduce((sum, each) => sum + each.to - each.from, 0);
    const open = Array.from({ length: 7 }, (_, day) => openSpans(terms, dayAfter(week, day))).flat();
    return {
      week,
      openMinutes: open.reduce((sum, each) => sum + each.to - each.from, 0),
      usedMinutes: minutes('used'),
      bookedMinutes: minutes('asked', 'approved'),
      blockedMinutes: minutes('blocked'),
      noShows: own.filter(({ state }) => state === 'no-show').length,
      lateCancels: own.filter(({ isLate }) => isLate).length,
      samples: own.filter(({ state }) => state === 'used').reduce((sum, { quantity }) => sum + (quantity ?? 0), 0),
    };
  });
}
