import { Problem } from '#kernel/problem';
import facts from '../../../../facts/exchange/venues.json' with { type: 'json' };
import type { Missing, Party, Venue, VenueState, VenueWish, Words } from '../model.ts';

export const VENUES = facts.venues as unknown as readonly Venue[];

/** @throws Problem `not-found` */
export function getVenue(id: string): Venue {
  const found = VENUES.find((venue) => venue.id === id);
  if (found === undefined) throw new Problem('not-found', 'there is no such venue', { venue: id });
  return found;
}

/** What a venue wants to know, from what is known and what the holder says. */
export function fieldsFor(
  venue: Venue,
  { holder, title, asked }: { holder: Party; title: Words; asked: Readonly<Record<string, string>> },
): { fields: Record<string, string>; missing: Missing[] } {
  const fields: Record<string, string> = {};
  const missing: Missing[] = [];
  for (const { id, from, choices } of venue.fields) {
    const value = from === 'holder' ? (holder.nameZh ?? holder.name) : from === 'title' ? title.zh : (asked[id] ?? '');
    if (value.trim() === '' || (choices !== undefined && !choices.includes(value)))
      missing.push({ key: 'venueField', what: id });
    else fields[id] = value.trim().slice(0, LONGEST_FIELD);
  }
  return { fields, missing };
}

const LONGEST_FIELD = 500;

/** Nothing more is to be done for a listing. */
export function isSettled({ wish, state }: { wish: VenueWish; state: VenueState }): boolean {
  return state === 'refused' || state === 'withdrawn' || state === wish;
}

const FIRST_WAIT_MS = 5_000;
const LONGEST_WAIT_MS = 10 * 60_000;
/** Even what is settled is looked at again: a venue may change its mind. */
const SETTLED_WAIT_MS = 60_000;

/** When a listing is looked at next. */
export function nextLook(listing: { wish: VenueWish; state: VenueState; attempts: number }, now: Date): Date {
  const wait = isSettled(listing)
    ? SETTLED_WAIT_MS
    : Math.min(FIRST_WAIT_MS * 2 ** Math.min(listing.attempts, 10), LONGEST_WAIT_MS);
  return new Date(now.getTime() + wait);
}

/** What a version's listings together make of it; undefined: nothing changes. */
export function marketOf(
  state: 'listing' | 'listed' | 'suspended',
  listings: readonly { wish: VenueWish; state: VenueState }[],
): 'listed' | 'certified' | 'delisted' | undefined {
  const open = listings.filter((listing) => listing.state !== 'refused' && listing.state !== 'withdrawn');
  if (state === 'listing' && open.some((listing) => listing.state === 'listed')) return 'listed';
  if (open.length > 0) return undefined;
  return state === 'listing' ? 'certified' : 'delisted';
}
