import { reachOf, record } from '#kernel/access';
import { type Context, onDb, type Tx } from '#kernel/context';
import type { Job } from '#kernel/jobs';
import { type Hearer, tell } from '#kernel/outbox';
import { Problem } from '#kernel/problem';
import type { Pool } from '#kernel/sql';
import type { StudioPage, Venue, VenueEvent, VenueListing, VenueWish } from '../model.ts';
import { fieldsFor, getVenue, isSettled, marketOf, nextLook, nextRefresh, VENUES } from '../rules/index.ts';
import {
  findAllCertificatesOf,
  findListings,
  findLooks,
  findOnMarket,
  findVenueEvents,
  getListing,
  getVersion,
  holdOffering,
  insertListing,
  noteVenue,
  type StoredVersion,
  wishFor,
  wishOne,
} from '../store/index.ts';
import { changeCertificate, issueCertificate } from './certificates.ts';
import { ASSESS, getForLook, getOwn, holderFor, isHolder, move, OFFER, OPERATE } from './moves.ts';
import { readStudio } from './offerings.ts';
import { adapterOf } from './venue-adapters.ts';

const MOST_LISTINGS = 500;
const MOST_LOOKS = 50;
const LOOK_SECONDS = 5;

/** The venues and what stands on them: an operator's and an assessor's view is of all, a holder's of the own. */
export async function readBoard(ctx: Context): Promise<{ venues: readonly Venue[]; listings: VenueListing[] }> {
  const seesAll = [ASSESS, OPERATE].some((act) => reachOf(ctx.actor, act) !== undefined);
  const holder = seesAll ? undefined : holderFor(ctx);
  return {
    venues: VENUES,
    listings: await findListings(ctx.db, holder === undefined ? {} : { holder }, MOST_LISTINGS),
  };
}

export async function readListing(ctx: Context, id: string): Promise<{ listing: VenueListing; events: VenueEvent[] }> {
  const listing = await getListing(ctx.db, id);
  await getForLook(ctx, listing.offeringId, listing.version);
  return { listing, events: await findVenueEvents(ctx.db, id) };
}

/** Asks venues to list a version that is certified, or listed elsewhere already. */
export async function requestListing(
  ctx: Context,
  id: string,
  venues: readonly { venue: string; fields: Readonly<Record<string, string>> }[],
): Promise<StudioPage> {
  if (venues.length === 0) throw new Problem('invalid', 'name a venue');
  const own: string[] = [];
  await ctx.db.transaction(async (tx) => {
    await holdOffering(tx, id);
    let stored = await getOwn(onDb(ctx, tx), id);
    if (stored.state === 'certified') stored = await move(ctx, tx, stored, { state: 'listing' });
    if (stored.state !== 'listing' && stored.state !== 'listed')
      throw new Problem('conflict', 'only what is certified can be listed', { state: stored.state });
    for (const { venue: name, fields: asked } of venues) {
      const venue = getVenue(name);
      const { fields, missing } = fieldsFor(venue, { holder: stored.holder, title: stored.definition.title, asked });
      if (missing.length > 0)
        throw new Problem('unprocessable', 'the venue wants to know more', {
          venue: name,
          missing: missing.map(({ what }) => what),
        });
      const listing = ctx.newId();
      await insertListing(ctx, tx, {
        id: listing,
        offering: id,
        version: stored.version,
        venue: name,
        state: 'unsent',
        fields,
      });
      await record(ctx, tx, {
        act: 'exchange.listing-asked',
        subject: `offering/${id}/${stored.version}`,
        detail: { venue: name, listing },
      });
      await tellListing(tx, listing);
      if (venue.adapter === 'own') own.push(listing);
    }
  });
  // Our own venue needs nobody else: it answers at once.
  for (const listing of own) await keepInStep(ctx, listing);
  return readStudio(ctx, id);
}

function tellListing(tx: Tx, listing: string): Promise<void> {
  return tell(tx, { type: 'exchange.listing-wished', subject: listing });
}

/** Takes an offering from the market for a while: no contract from this instant on, and the venues are told. */
export async function suspendOffering(ctx: Context, id: string, words: string): Promise<StudioPage> {
  return turn(ctx, id, { state: 'suspended', words, wish: 'suspended', certificate: 'suspended' });
}

export async function resumeOffering(ctx: Context, id: string, words: string): Promise<StudioPage> {
  return turn(ctx, id, { state: 'listed', words, wish: 'listed', certificate: 'in-force' });
}

/** Takes an offering from the market for good, everywhere. */
export async function delistOffering(ctx: Context, id: string, words: string): Promise<StudioPage> {
  return turn(ctx, id, { state: 'delisted', words, wish: 'withdrawn', certificate: 'revoked' });
}

interface Turn {
  state: 'suspended' | 'listed' | 'delisted';
  words: string;
  wish: VenueWish;
  certificate: 'suspended' | 'in-force' | 'revoked';
}

/** Assessors and operators may turn any; a holder the own, but not lift what others imposed. */
async function turn(ctx: Context, id: string, { state, words, wish, certificate }: Turn): Promise<StudioPage> {
  if (words.trim() === '') throw new Problem('invalid', 'say why');
  await ctx.db.transaction(async (tx) => {
    await holdOffering(tx, id);
    const stored = await findOnMarket(tx, id);
    if (stored === undefined) throw new Problem('conflict', 'the offering is not listed', { offeringId: id });
    const isOverseer = [ASSESS, OPERATE].some((act) => reachOf(ctx.actor, act) !== undefined);
    if (!isOverseer && (state === 'listed' || !isHolder(ctx, stored)))
      ctx.require(isHolder(ctx, stored) ? ASSESS : OFFER);
    await move(ctx, tx, stored, { state, words: words.trim(), ...(state === 'delisted' && { refreshAt: null }) });
    for (const listing of await wishFor(ctx, tx, stored, wish)) await tellListing(tx, listing);
    await turnCertificates(ctx, tx, stored, { state: certificate, reason: words.trim() });
  });
  return readStudio(ctx, id);
}

async function turnCertificates(
  ctx: Context,
  tx: Tx,
  { id, version }: StoredVersion,
  { state, reason }: { state: Turn['certificate']; reason: string },
): Promise<void> {
  for (const certificate of await findAllCertificatesOf(tx, `offering/${id}/${version}`)) {
    if (certificate.kind === 'listing' && certificate.state !== 'revoked' && certificate.state !== state)
      await changeCertificate(ctx, tx, certificate.id, { state, reason });
  }
}

/** Takes one listing from its venue; the last one takes the offering from the market. */
export async function withdrawListing(ctx: Context, listing: string): Promise<StudioPage> {
  const { offeringId, version, venue, wish } = await getListing(ctx.db, listing);
  await getOwn(ctx, offeringId);
  if (wish === 'withdrawn') return readStudio(ctx, offeringId);
  await ctx.db.transaction(async (tx) => {
    await holdOffering(tx, offeringId);
    await wishOne(ctx, tx, listing, 'withdrawn');
    await record(ctx, tx, {
      act: 'exchange.listing-withdrawn',
      subject: `offering/${offeringId}/${version}`,
      detail: { venue, listing },
    });
    await tellListing(tx, listing);
  });
  return readStudio(ctx, offeringId);
}

/** Reacts at once to what was wished; the job below does the same for whatever is due. */
export const venueHearer: Hearer = {
  name: 'exchange-venues',
  hears: ['exchange.listing-wished'],
  async hear(ctx, facts) {
    for (const { subject } of facts) await keepInStep(ctx, subject);
  },
};

export function venueJob({ pool }: { pool: Pool }): Job {
  return {
    name: 'exchange.venues',
    everySeconds: LOOK_SECONDS,
    async run(job) {
      const ctx = onDb(job, pool);
      for (const { id } of await findLooks(pool, ctx.now(), MOST_LOOKS)) await keepInStep(ctx, id);
    },
  };
}

/**
 * Brings one listing nearer to what is wished of it: looks what the venue knows, asks for what is wished where it differs, and keeps
 * what the venue says. Done again at any instant it does no harm, because a venue knows the listing by our key.
 */
export async function keepInStep(ctx: Context, id: string): Promise<void> {
  const before = await getListing(ctx.db, id);
  if (before.state === 'refused' || before.state === 'withdrawn') return;
  const adapter = adapterOf(getVenue(before.venue));
  let said: Parameters<typeof noteVenue>[3];
  try {
    const known = await adapter.look(ctx, id);
    const isThere = known !== undefined && isSettled({ wish: before.wish, state: known.state });
    said = isThere ? known : await adapter.ask(ctx, id, before.wish, before.fields);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    said = { trouble: error.message };
  }
  await ctx.db.transaction(async (tx) => {
    await holdOffering(tx, before.offeringId);
    const present = await getListing(tx, id);
    const state = 'trouble' in said ? present.state : said.state;
    const isFruitless = 'trouble' in said || (state === present.state && !isSettled({ wish: present.wish, state }));
    const attempts = isFruitless ? present.attempts + 1 : 0;
    const lookAt = nextLook({ wish: present.wish, state, attempts }, ctx.now());
    await noteVenue(ctx, tx, present, said, { attempts, lookAt });
    if (state === present.state) return;
    await record(ctx, tx, {
      act: `exchange.venue-${state}`,
      subject: `offering/${present.offeringId}/${present.version}`,
      detail: { venue: present.venue, listing: id },
    });
    await followVenues(ctx, tx, present);
  });
}

/** A version is on the market as soon as one venue lists it, and leaves with the last. */
async function followVenues(ctx: Context, tx: Tx, { offeringId, version }: VenueListing): Promise<void> {
  const stored = await getVersion(tx, offeringId, version);
  const { state } = stored;
  if (state !== 'listing' && state !== 'listed' && state !== 'suspended') return;
  const next = marketOf(state, await findListings(tx, { offering: offeringId, version }, MOST_LISTINGS));
  if (next === undefined) return;
  if (next !== 'listed') {
    await move(ctx, tx, stored, { state: next, refreshAt: null });
    if (next === 'delisted')
      await turnCertificates(ctx, tx, stored, { state: 'revoked', reason: 'withdrawn from the last venue' });
    return;
  }
  const former = await findOnMarket(tx, offeringId);
  if (former !== undefined) {
    await move(ctx, tx, former, { state: 'superseded', refreshAt: null });
    for (const listing of await wishFor(ctx, tx, former, 'withdrawn')) await tellListing(tx, listing);
    await turnCertificates(ctx, tx, former, { state: 'revoked', reason: `superseded by version ${version}` });
  }
  await move(ctx, tx, stored, { state: 'listed', refreshAt: nextRefresh(stored.definition.refresh, ctx.now()) });
  await issueCertificate(ctx, tx, {
    kind: 'listing',
    subject: { id: `offering/${offeringId}/${version}`, title: stored.definition.title },
    holder: stored.holder,
    claims: { version, definitionDigest: stored.digest, demonstration: stored.demonstration },
  });
}
