import type { ThingName } from './record.ts';

export const BOOKING_WAYS = ['time', 'samples'] as const;
type BookingWay = (typeof BOOKING_WAYS)[number];
export const BOOKING_GUESTS = ['anyone', 'tenants', 'named'] as const;
type BookingGuests = (typeof BOOKING_GUESTS)[number];
export const PRICE_UNITS = ['hour', 'sample'] as const;
export type PriceUnit = (typeof PRICE_UNITS)[number];

/** Open from one minute of a day to another, in the region's time. */
export interface OpeningHours {
  /** 1 is Monday. */
  day: number;
  from: number;
  to: number;
}

/** On what terms a thing is booked. */
export interface BookingTerms {
  way: BookingWay;
  /** What is done with it, to be found by. */
  method: string;
  methodZh: string | null;
  hours: readonly OpeningHours[];
  offOnHolidays: boolean;
  slotMinutes: number;
  mostSlots: number;
  samplesADay: number | null;
  leadHours: number;
  aheadDays: number;
  cancelHours: number;
  approval: boolean;
  training: string | null;
  /** A stated figure; nothing is sold here. */
  priceFen: number | null;
  pricePer: PriceUnit | null;
  who: BookingGuests;
  /** Parks whose tenants may book, or things that may. */
  named: readonly string[];
  contact: string;
  isOpen: boolean;
}

export interface Bookable extends BookingTerms {
  thing: ThingName;
  placeName: string | null;
  revision: number;
}

export interface BookableLine extends Bookable {
  /** On the day asked for. */
  freeSlots: number | null;
}

export type SlotState = 'free' | 'taken' | 'own' | 'blocked' | 'past' | 'too-soon' | 'too-far';

export interface BookingSlot {
  from: string;
  to: string;
  state: SlotState;
}

export interface BookingDay {
  day: string;
  /** Why nothing is open. */
  closed: 'hours' | 'holiday' | null;
  /** Public holidays of its year are on record. */
  calendarKnown: boolean;
  slots: readonly BookingSlot[];
  /** Of a service by samples: what can still be brought; null is no bound. */
  samplesLeft: number | null;
}

export const BOOKING_STATES = [
  'waiting',
  'asked',
  'approved',
  'declined',
  'used',
  'no-show',
  'cancelled',
  'blocked',
] as const;
export type BookingState = (typeof BOOKING_STATES)[number];

export interface Booking {
  id: string;
  thing: ThingName;
  way: BookingWay;
  series: string | null;
  state: BookingState;
  from: string;
  to: string;
  quantity: number | null;
  purpose: string;
  needs: string | null;
  guest: ThingName | null;
  guestName: string;
  /** By the terms of the day on which it was asked for. */
  priceFen: number | null;
  pricePer: PriceUnit | null;
  isLate: boolean;
  revision: number;
  madeAt: string;
  /** The holder asks for a training of which nobody said that this guest has had it. */
  lacksTraining: boolean;
  contact: string;
  moves: readonly { n: number; state: BookingState; reason: string | null; by: string; at: string }[];
  next: readonly BookingState[];
  mayMove: boolean;
}

export interface BookingsPage {
  bookings: readonly Booking[];
  next: string | null;
}

export interface BookablePage {
  bookable: Bookable | null;
  thing: ThingName;
  days: readonly BookingDay[];
  /** For whom the actor may book here; null is the account itself. */
  guests: readonly (ThingName | null)[];
  isHolder: boolean;
}

export interface UsageWeek {
  /** The Monday. */
  week: string;
  openMinutes: number;
  usedMinutes: number;
  bookedMinutes: number;
  blockedMinutes: number;
  noShows: number;
  lateCancels: number;
  samples: number;
}

/** What an asked series came to. */
export interface Asked {
  /** Those that were made. */
  ids: readonly string[];
  /** Beginnings that were taken or closed. */
  left: readonly string[];
}

/** Hours of one day as people write them, `09:00-12:00, 13:00-17:00`; undefined where they are not that. */
export function readHours(text: string): { from: number; to: number }[] | undefined {
  const parts = text.split(/[,;，；、]/).map((part) => part.trim());
  const read = parts
    .filter((part) => part !== '')
    .map((part) => {
      const found = /^(\d{1,2})[:：](\d{2})\s*[-–—~至]\s*(\d{1,2})[:：](\d{2})$/.exec(part);
      if (found === null) return undefined;
      const [from, to] = [Number(found[1]) * 60 + Number(found[2]), Number(found[3]) * 60 + Number(found[4])];
      return from < to && to <= 1440 && Number(found[2]) < 60 && Number(found[4]) < 60 ? { from, to } : undefined;
    });
  return read.every((each) => each !== undefined) ? read : undefined;
}

export function writeHours(hours: readonly OpeningHours[], day: number): string {
  return hours
    .filter((each) => each.day === day)
    .map(({ from, to }) => `${clockOf(from)}-${clockOf(to)}`)
    .join(', ');
}

function clockOf(minute: number): string {
  return `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
}
