import { createHash } from 'node:crypto';
import type { Context } from '#kernel/context';
import { Problem } from '#kernel/problem';
import type { Venue, VenueState, VenueWish } from '../model.ts';
import { callSimulator, keepSimulated, type SimulatedListing } from '../store/index.ts';

/** What a venue knows of an application, by the key that we gave it. */
interface VenueAnswer {
  state: Exclude<VenueState, 'unsent'>;
  externalId: string | null;
  words: string | null;
}

/** One venue. Calls may fail with Problem `unavailable` after they took effect; the same call again is harmless. */
export interface VenueAdapter {
  /** Undefined: the venue has never heard of it. */
  look(ctx: Context, key: string): Promise<VenueAnswer | undefined>;
  ask(ctx: Context, key: string, wish: VenueWish, fields: Readonly<Record<string, string>>): Promise<VenueAnswer>;
}

export function adapterOf(venue: Venue): VenueAdapter {
  return venue.adapter === 'own' ? OWN : simulatorOf(venue.id);
}

/** This platform: whatever is wished is so. */
const OWN: VenueAdapter = {
  look: async () => undefined,
  ask: async (_ctx, key, wish) => ({ state: wish, externalId: `BANYAN-${key.slice(0, 8)}`, words: null }),
};

/** How long a simulated venue takes to receive, and to review. Invented: says nothing about the true ones. */
const RECEIVE_MS = 2_000;
const REVIEW_MS = 15_000;
/** Of a hundred: calls whose answer is lost, applications that are refused. */
const LOST = 15;
const REFUSED = 4;

/** A venue played by a small state machine with latency, refusals and lost answers; what happens follows from key and call alone. */
function simulatorOf(venue: string): VenueAdapter {
  const answerOf = ({ state, externalId, words }: SimulatedListing): VenueAnswer => ({
    state: state as VenueAnswer['state'],
    externalId,
    words,
  });
  const mayGetLost = (key: string, calls: number): void => {
    if (lot(venue, key, String(calls)) < LOST) throw new Problem('unavailable', 'the venue does not answer');
  };
  /** What is due has happened meanwhile. */
  const ripen = async (ctx: Context, key: string, known: SimulatedListing): Promise<SimulatedListing> => {
    let now = known;
    while (now.dueAt !== null && now.dueAt <= ctx.now()) now = { ...now, ...stepOf(venue, key, now) };
    if (now !== known) await keepSimulated(ctx.db, venue, key, now);
    return now;
  };
  return {
    async look(ctx, key) {
      const known = await callSimulator(ctx.db, venue, key);
      if (known === undefined) return undefined;
      const ripe = await ripen(ctx, key, known);
      mayGetLost(key, ripe.calls);
      return answerOf(ripe);
    },
    async ask(ctx, key, wish) {
      const known = await callSimulator(ctx.db, venue, key);
      if (known === undefined) {
        const externalId = `SIM-${venue.toUpperCase()}-${createHash('sha256').update(key).digest('hex').slice(0, 10)}`;
        const dueAt = new Date(ctx.now().getTime() + RECEIVE_MS);
        const made = { externalId, state: 'received', words: null, dueAt, calls: 0 } as const;
        await keepSimulated(ctx.db, venue, key, made);
        mayGetLost(key, 0);
        return answerOf(made);
      }
      const ripe = await ripen(ctx, key, known);
      const next = wish === 'withdrawn' || CALM.has(ripe.state) ? { ...ripe, state: wish, dueAt: null } : ripe;
      if (next !== ripe && ripe.state !== 'refused' && ripe.state !== 'withdrawn')
        await keepSimulated(ctx.db, venue, key, next);
      mayGetLost(key, ripe.calls);
      return answerOf(next);
    },
  };
}

const CALM: ReadonlySet<VenueState> = new Set(['listed', 'suspended']);

function stepOf(
  venue: string,
  key: string,
  { state, dueAt }: SimulatedListing,
): Omit<SimulatedListing, 'externalId' | 'calls'> {
  if (state === 'received') return { state: 'reviewing', words: null, dueAt: new Date(dueAt!.getTime() + REVIEW_MS) };
  return lot(venue, key, 'review') < REFUSED
    ? { state: 'refused', words: 'simulated: the description needs more detail (模拟：产品描述需补充)', dueAt: null }
    : { state: 'listed', words: null, dueAt: null };
}

/** A number below 100 that follows from the words. */
function lot(...words: readonly string[]): number {
  return createHash('sha256').update(words.join('\n')).digest().readUInt32BE() % 100;
}
