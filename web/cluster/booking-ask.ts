import { useQuery } from '@tanstack/react-query';
import type {
  BookableLine,
  BookablePage,
  Booking,
  BookingState,
  BookingsPage,
  ThingName,
  UsageWeek,
} from '../../src/modules/cluster/model.ts';
import { api } from '../shell/index.ts';
import type { Tone } from '../ui/index.ts';

const ROOT = '/api/cluster';

export const BOOKING_TONES: Readonly<Record<BookingState, Tone>> = {
  waiting: 'info',
  asked: 'warning',
  approved: 'primary',
  used: 'good',
  declined: 'neutral',
  cancelled: 'neutral',
  'no-show': 'danger',
  blocked: 'neutral',
};

export interface BookablesAnswer {
  bookables: BookableLine[];
  next: string | null;
  held: ThingName[];
  examples: boolean;
}

type Query = Record<string, string | undefined>;

export const listBookables = (query: Query, signal?: AbortSignal) =>
  api.get<BookablesAnswer>(`${ROOT}/bookables`, { query, ...(signal && { signal }) });
export const listBookings = (query: Query, signal: AbortSignal) =>
  api.get<BookingsPage>(`${ROOT}/bookings`, { query, signal });

/** What the actor speaks for that could be booked, and whether examples are shown. */
export const useHeld = () =>
  useQuery({
    queryKey: ['cluster', 'bookables', 'held'],
    queryFn: ({ signal }) => listBookables({}, signal),
  });

export const useBookable = (thing: string, query: Record<string, string>) =>
  useQuery({
    queryKey: ['cluster', 'bookable', thing, query],
    queryFn: ({ signal }) => api.get<BookablePage>(`${ROOT}/bookables/${encodeURIComponent(thing)}`, { query, signal }),
    placeholderData: (before) => before,
  });

export const useUsage = (thing: string) =>
  useQuery({
    queryKey: ['cluster', 'bookable-usage', thing],
    queryFn: ({ signal }) =>
      api.get<{ weeks: UsageWeek[]; log: Booking[]; isCut: boolean }>(
        `${ROOT}/bookables/${encodeURIComponent(thing)}/usage`,
        { signal },
      ),
  });

export const bookingCalendar = () => api.file(`${ROOT}/bookings.ics`);
