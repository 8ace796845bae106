import { reachOf, record } from '#kernel/access';
import { inThread } from '#kernel/child';
import type { Context, Tx } from '#kernel/context';
import { type Hearer, tell } from '#kernel/outbox';
import { Problem } from '#kernel/problem';
import {
  INTRODUCTION_STATES,
  type Introduction,
  type IntroductionState,
  type IntroductionsPage,
  type ThingKind,
  type ThingName,
  type Wish,
  type WishesPage,
  type WishFields,
  type WishKind,
  type WishPage,
  type WishSide,
} from '../model.ts';
import type { MeetingFit, MeetingQuestion } from '../rules/index.ts';
import {
  DAY_MS,
  dayAfter,
  INTRODUCTION_DAYS,
  introductionDue,
  introductionSteps,
  kindFit,
  type Standing,
  todayOf,
} from '../rules/index.ts';
import {
  countIntroductions,
  findIntroductionMoves,
  findIntroductions,
  findLiveOf,
  findThingKind,
  findWishes,
  getWish,
  holdIntroduction,
  holdWish,
  type IntroductionReach,
  insertIntroduction,
  insertIntroductionMove,
  insertWish,
  liesIn,
  moveIntroductionRow,
  type StoredIntroduction,
  type StoredWish,
  withdrawWishRow,
} from '../store/index.ts';
import { type NoticeGiven, notify } from './notices.ts';
import { ownThings } from './spoken.ts';

const [NEED, MEDIATE] = ['cluster.need', 'cluster.need.mediate'];
const SPEAKS: readonly ThingKind[] = [
  'enterprise',
  'institution',
  'platform',
  'park',
  'carrier',
  'service',
  'instrument',
  'department',
  'fund',
];
const MOST_WISHES = 500;
const MOST_OF_THING = 100;
const PAGE = 50;
const LONGEST_DAYS = 365;

/** Things the actor speaks for: of those alone a wish is stated or answered, whatever else the actor may see. */
async function ownOf(ctx: Context): Promise<ThingName[]> {
  const reach = reachOf(ctx.actor, NEED);
  if (reach !== 'all' && reach !== 'organization') ctx.require(NEED);
  return ownThings(ctx, SPEAKS);
}

export interface WishAsk {
  side?: WishSide;
  kind?: WishKind;
  text?: string;
  mine: boolean;
  /** Examples are left out unless asked for, or the actor speaks for one. */
  examples?: boolean;
  after?: string;
}

export async function listWishes(
  ctx: Context,
  { side, kind, text, mine, examples, after }: WishAsk,
): Promise<WishesPage> {
  const things = await ownOf(ctx);
  const withExamples = examples ?? things.some(({ example }) => example);
  const own = things.map(({ id }) => id);
  const found = await findWishes(ctx.db, {
    ...(mine ? { things: own } : { liveOn: todayOf(ctx.now()) }),
    ...(side !== undefined && { side }),
    ...(kind !== undefined && { kind }),
    ...(text !== undefined && text !== '' && { text, textOf: reachOf(ctx.actor, NEED) === 'all' ? undefined : own }),
    ...(!withExamples && !mine && { example: false }),
    ...(after !== undefined && { after: readAfter(after) }),
    limit: PAGE + 1,
  });
  const page = found.slice(0, PAGE);
  const last = page.at(-1);
  return {
    wishes: page.map((wish) => shown(ctx, wish, own)),
    things,
    examples: withExamples,
    next: found.length > PAGE && last !== undefined ? `${last.madeAt.getTime()}_${last.id}` : null,
  };
}

/** A place in a list: the moment and the id of the last that was shown. */
function readAfter(after: string): { madeAt: Date; id: string } {
  const [, at, id] = /^(\d{1,14})_([0-9a-f-]{36})$/.exec(after) ?? [];
  if (at === undefined || id === undefined) throw new Problem('invalid', 'this is no place in the list', { after });
  return { madeAt: new Date(Number(at)), id };
}

/** As the actor may see it. */
function shown(ctx: Context, stored: StoredWish, own: readonly string[], isIntroduced = false): Wish {
  const { contact: _, places: __, withdrawnAt, madeAt, ...wish } = stored;
  const mine = own.includes(wish.thing.id);
  const isHidden = wish.confidential && !mine && !isIntroduced && reachOf(ctx.actor, NEED) !== 'all';
  const state = withdrawnAt !== null ? 'withdrawn' : wish.expiresOn < todayOf(ctx.now()) ? 'expired' : 'open';
  return {
    ...wish,
    mine,
    state,
    madeAt: madeAt.toISOString(),
    ...(isHidden && { thing: null, words: '', wordsZh: null }),
  };
}

export async function readWish(ctx: Context, id: string): Promise<WishPage> {
  const own = (await ownOf(ctx)).map(({ id: thing }) => thing);
  const wish = await getWish(ctx.db, id);
  const sight = shown(ctx, wish, own);
  const mayMediate = await mediates(ctx, [wish.thing.id]);
  // Whom a wish meets is for its own side and for who may bring them together: from matches others could read what is confidential.
  if (sight.state !== 'open' || !(sight.mine || mayMediate)) return { wish: sight, matches: [], mayMediate };
  const { others, fits } = await fitsOf(ctx, wish);
  const live = await findLiveOf(ctx.db, id);
  const matches = fits.flatMap(({ id: found, score, reasons }) => {
    const other = shown(ctx, others.find((each) => each.id === found)!, own);
    const introduction = live.find(({ one, other: with_ }) => one === found || with_ === found)?.id ?? null;
    const told = reasons.map((reason) =>
      other.thing === null && reason.line === 'words' ? { ...reason, found: [] } : reason,
    );
    return [{ wish: other, score, reasons: told, introduction }];
  });
  return { wish: sight, matches, mayMediate };
}

/** The live wishes of others that could meet one, and those that do, the best first. */
async function fitsOf(ctx: Context, wish: StoredWish): Promise<{ others: StoredWish[]; fits: MeetingFit[] }> {
  const others = await findWishes(ctx.db, {
    liveOn: todayOf(ctx.now()),
    example: wish.example,
    except: wish.thing.id,
    limit: MOST_WISHES,
    ...(wish.side === 'need' && { side: 'offer' as const }),
  });
  return { others, fits: await compare({ wish, others: others.filter((other) => kindFit(wish, other) > 0) }) };
}

/** Of a score from here on people are told; ours. */
const TOLD_FROM = 0.4;

/** Tells both sides that wishes meet, each by its own wish: whose the other one is may be confidential. */
export const meetingHearer: Hearer = {
  name: 'cluster.meeting',
  hears: ['cluster.wish-changed'],
  async hear(ctx, facts) {
    for (const { subject } of facts) {
      const wish = await getWish(ctx.db, subject);
      if (wish.withdrawnAt !== null || wish.expiresOn < todayOf(ctx.now())) continue;
      const { others, fits } = await fitsOf(ctx, wish);
      const met = others.filter(({ id }) => fits.some((fit) => fit.id === id && fit.score >= TOLD_FROM));
      const told = ({ id, thing, words, wordsZh }: StoredWish, count: number, by: string): NoticeGiven => ({
        cause: `match/${id}/${by}`,
        kind: 'wish-matched',
        to: [`thing/${thing.id}`],
        path: `/cluster/needs/${id}`,
        facts: { wish: { en: words, zh: wordsZh ?? words }, count },
      });
      if (met.length > 0)
        await notify(ctx, ctx.db, [told(wish, met.length, wish.id), ...met.map((other) => told(other, 1, wish.id))]);
    }
  },
};

function compare(question: MeetingQuestion): Promise<MeetingFit[]> {
  if (question.others.length === 0) return Promise.resolve([]);
  const bare = ({
    id,
    side,
    kind,
    words,
    wordsZh,
    sector,
    quantity,
    unit,
    from,
    to,
    places,
  }: MeetingQuestion['wish']) => ({
    id,
    side,
    kind,
    words,
    wordsZh,
    sector,
    quantity,
    unit,
    from,
    to,
    places,
  });
  return inThread(new URL('./meeting-thread.ts', import.meta.url), {
    wish: bare(question.wish),
    others: question.others.map(bare),
  });
}

/** The regulator brings anybody together; who speaks for a park, those that lie in it or are its tenants. */
async function mediates(ctx: Context, things: readonly string[]): Promise<boolean> {
  const reach = reachOf(ctx.actor, MEDIATE);
  if (reach === undefined) return false;
  if (reach === 'all') return true;
  const parks = (await ownThings(ctx, ['park'])).map(({ id }) => id);
  return things.some((thing) => parks.includes(thing)) || liesIn(ctx.db, things, parks);
}

export type NewWishGiven = WishFields & {
  /** Chosen by who sends it: sent twice it is one. */
  id?: string;
  thing: string;
  place: string | null;
  confidential: boolean;
  contact: string;
  /** Half a year from today unless said. */
  expiresOn: string | null;
};

export async function stateWish(ctx: Context, given: NewWishGiven): Promise<string> {
  const own = await ownOf(ctx);
  const thing = own.find(({ id }) => id === given.thing);
  if (thing === undefined)
    throw new Problem('forbidden', 'only who speaks for the thing may change what is said of it', {
      thing: given.thing,
    });
  const today = todayOf(ctx.now());
  const { id = ctx.newId(), from, to, quantity, unit, place } = given;
  const expiresOn = given.expiresOn ?? dayAfter(today, 180);
  if (from !== null && to !== null && from > to) throw new Problem('invalid', 'the first day is after the last');
  if (expiresOn < today || expiresOn > dayAfter(today, LONGEST_DAYS))
    throw new Problem('invalid', 'it lives from today for a year at the most', { days: LONGEST_DAYS });
  if ((quantity === null) !== (unit === null)) throw new Problem('invalid', 'a quantity has a unit');
  return ctx.db.transaction(async (tx) => {
    if (place !== null && (await findThingKind(tx, place))?.kind !== 'place')
      throw new Problem('invalid', 'there is no such place', { place });
    const known = await findWishes(tx, { things: [thing.id], liveOn: today, limit: MOST_OF_THING });
    if (known.length >= MOST_OF_THING && !known.some((each) => each.id === id))
      throw new Problem('too-many', 'there are too many already', { most: MOST_OF_THING });
    if (!(await insertWish(ctx, tx, { ...given, id, expiresOn, example: thing.example }))) {
      if ((await getWish(tx, id)).thing.id !== thing.id)
        throw new Problem('conflict', 'there is another of this id already', { id });
      return id;
    }
    await record(ctx, tx, {
      act: 'cluster.wish-stated',
      subject: `wish/${id}`,
      detail: { thing: thing.id, side: given.side, kind: given.kind },
    });
    await tell(tx, { type: 'cluster.wish-changed', subject: id });
    return id;
  });
}

/** Takes a need or an offer back; introductions of it go on. Again it changes nothing. */
export async function withdrawWish(ctx: Context, id: string): Promise<void> {
  const own = (await ownOf(ctx)).map(({ id: thing }) => thing);
  await ctx.db.transaction(async (tx) => {
    const wish = await holdWish(tx, id);
    if (!own.includes(wish.thing.id))
      throw new Problem('forbidden', 'only who speaks for the thing may change what is said of it', {
        thing: wish.thing.id,
      });
    if (wish.withdrawnAt !== null) return;
    await withdrawWishRow(ctx, tx, id);
    await record(ctx, tx, { act: 'cluster.wish-withdrawn', subject: `wish/${id}` });
    await tell(tx, { type: 'cluster.wish-changed', subject: id });
  });
}

/** Asks for an introduction of two wishes; asked again while one is under way it is the same. */
export async function introduce(
  ctx: Context,
  { one, other, words }: { one: string; other: string; words: string },
): Promise<void> {
  const own = (await ownOf(ctx)).map(({ id }) => id);
  await ctx.db.transaction(async (tx) => {
    const [mine, theirs] = [await getLive(ctx, tx, one), await getLive(ctx, tx, other)];
    if (mine.thing.id === theirs.thing.id || kindFit(mine, theirs) === 0)
      throw new Problem('invalid', 'these two cannot meet');
    if (mine.example !== theirs.example) throw new Problem('invalid', 'an example meets examples only');
    const [oneYes, otherYes] = [own.includes(mine.thing.id), own.includes(theirs.thing.id)];
    const mediated = !oneYes && !otherYes;
    if (mediated && !(await mediates({ ...ctx, db: tx }, [mine.thing.id, theirs.thing.id])))
      throw new Problem('forbidden', 'only one of the two or a mediator of their place brings them together');
    const id = await insertIntroduction(ctx, tx, { one, other, oneYes, otherYes, mediated, words });
    if (id === undefined) return;
    const wishes = [mine, theirs];
    await noteMove(ctx, tx, { id, wishes }, 'asked', null, { one, other, mediated });
    // Who speaks for both has nobody left to ask.
    if (oneYes && otherYes) {
      await moveIntroductionRow(ctx, tx, { id, state: 'accepted', oneYes, otherYes });
      await noteMove(ctx, tx, { id, wishes }, 'accepted', null);
    }
  });
}

async function getLive(ctx: Context, tx: Tx, id: string): Promise<StoredWish> {
  const wish = await getWish(tx, id);
  if (wish.withdrawnAt !== null || wish.expiresOn < todayOf(ctx.now()))
    throw new Problem('conflict', 'it is withdrawn or has expired', { id });
  return wish;
}

async function noteMove(
  ctx: Context,
  tx: Tx,
  { id, wishes }: { id: string; wishes: readonly StoredWish[] },
  state: IntroductionState | 'yes',
  reason: string | null,
  detail: Record<string, unknown> = {},
): Promise<void> {
  const n = await insertIntroductionMove(ctx, tx, id, { state, reason });
  await record(ctx, tx, { act: `cluster.introduction-${state}`, subject: `introduction/${id}`, detail });
  await notify(
    ctx,
    tx,
    // Each side by its own wish: whose the other one is may be confidential.
    wishes.map(({ id: wish, thing, words, wordsZh }) => ({
      cause: `introduction/${id}/${n}/${wish}`,
      kind: 'introduction-moved',
      to: [`thing/${thing.id}`],
      path: '/cluster/needs/introductions',
      facts: { state, wish: { en: words, zh: wordsZh ?? words } },
    })),
  );
}

const NEEDS_REASON: readonly IntroductionState[] = ['declined', 'ended'];

/** Answers an introduction, or tells how it went on. A yes of one side of a mediated one waits for the other's. */
export async function moveIntroduction(
  ctx: Context,
  id: string,
  { state, reason, revision }: { state: IntroductionState; reason: string; revision: number },
): Promise<void> {
  const reach = await reachFor(ctx);
  await ctx.db.transaction(async (tx) => {
    const held = await holdIntroduction(tx, reach.seen, id);
    if (held.state === state) return;
    if (held.revision !== revision)
      throw new Problem('conflict', 'this has changed since you looked at it: read it again', {
        revision: held.revision,
      });
    const wishes = await findWishes(tx, { ids: [held.one, held.other], limit: 2 });
    const standing = standingOf(ctx, held, wishes, reach.own);
    if (!introductionSteps(held, standing).includes(state))
      throw new Problem('conflict', 'the introduction cannot go there from where it is, or not by you', {
        from: held.state,
        to: state,
      });
    if (NEEDS_REASON.includes(state) && reason.trim() === '') throw new Problem('invalid', 'say why');
    const answers = state === 'accepted';
    const oneYes = held.oneYes || (answers && standing.one);
    const otherYes = held.otherYes || (answers && standing.other);
    const isHalf = answers && !(oneYes && otherYes);
    await moveIntroductionRow(ctx, tx, { id, state: isHalf ? 'asked' : state, oneYes, otherYes });
    await noteMove(ctx, tx, { id, wishes }, isHalf ? 'yes' : state, reason.trim() || null);
  });
}

async function reachFor(ctx: Context): Promise<{ seen: IntroductionReach; own: string[] }> {
  const own = (await ownOf(ctx)).map(({ id }) => id);
  return {
    seen: { things: reachOf(ctx.actor, NEED) === 'all' ? undefined : own, account: ctx.actor.id },
    own,
  };
}

function standingOf(
  ctx: Context,
  { one, other, askedAccount }: StoredIntroduction,
  wishes: readonly StoredWish[],
  own: readonly string[],
): Standing {
  const isOwn = (wish: string) => own.includes(wishes.find(({ id }) => id === wish)?.thing.id ?? '');
  return { one: isOwn(one), other: isOwn(other), asker: askedAccount === ctx.actor.id };
}

/** Each side sees its own; the regulator all; a mediator what he brought together. */
export async function listIntroductions(
  ctx: Context,
  { over = true, after }: { over?: boolean; after?: string } = {},
): Promise<IntroductionsPage> {
  const { seen, own } = await reachFor(ctx);
  const found = await findIntroductions(ctx.db, seen, {
    over,
    limit: PAGE + 1,
    ...(after !== undefined && { after: readIntroductionAfter(after) }),
  });
  const page = found.slice(0, PAGE);
  const last = page.at(-1);
  return {
    introductions: await shownIntroductions(ctx, page, own),
    next: found.length > PAGE && last !== undefined ? afterIntroduction(last) : null,
    counts: await countsOf(ctx, seen),
  };
}

export async function readIntroduction(ctx: Context, id: string): Promise<Introduction> {
  const { seen, own } = await reachFor(ctx);
  const found = await findIntroductions(ctx.db, seen, { over: true, ids: [id], limit: 1 });
  const [introduction] = await shownIntroductions(ctx, found, own);
  if (introduction === undefined) throw new Problem('not-found', 'there is no such introduction');
  return introduction;
}

const LIVE: readonly IntroductionState[] = ['asked', 'accepted', 'met'];

function afterIntroduction({ state, since, id }: StoredIntroduction): string {
  return `${LIVE.includes(state) ? 0 : 1}${since.getTime()}_${id}`;
}

function readIntroductionAfter(after: string): { isOver: boolean; since: Date; id: string } {
  const { madeAt, id } = readAfter(after.slice(1));
  return { isOver: after.startsWith('1'), since: madeAt, id };
}

async function countsOf(ctx: Context, seen: IntroductionReach): Promise<IntroductionsPage['counts']> {
  const due = Object.entries(INTRODUCTION_DAYS).map(([state, days]) => [
    state,
    new Date(ctx.now().getTime() - days * DAY_MS),
  ]);
  const found = await countIntroductions(ctx.db, seen, Object.fromEntries(due));
  const counts = Object.fromEntries(INTRODUCTION_STATES.map((state) => [state, 0])) as Record<
    IntroductionState | 'late',
    number
  >;
  for (const { state, n } of found) counts[state] = n;
  counts.late = found.reduce((sum, { late }) => sum + late, 0);
  return counts;
}

async function shownIntroductions(
  ctx: Context,
  found: readonly StoredIntroduction[],
  own: readonly string[],
): Promise<Introduction[]> {
  const wishes = await findWishes(ctx.db, {
    ids: found.flatMap(({ one, other }) => [one, other]),
    limit: 2 * found.length,
  });
  const moves = Map.groupBy(
    await findIntroductionMoves(
      ctx.db,
      found.map(({ id }) => id),
    ),
    ({ introduction }) => introduction,
  );
  return found.map((each) => {
    const standing = standingOf(ctx, each, wishes, own);
    const { id, state, mediated, words, since, revision, oneYes, otherYes } = each;
    const isAccepted = oneYes && otherYes;
    const [one, other] = [each.one, each.other].map((wish) => wishes.find((stored) => stored.id === wish)!);
    const due = introductionDue(state, since);
    const partners = isAccepted ? [...(standing.one ? [other!] : []), ...(standing.other ? [one!] : [])] : [];
    return {
      id,
      state,
      mediated,
      words,
      revision,
      one: shown(ctx, one!, own, isAccepted),
      other: shown(ctx, other!, own, isAccepted),
      since: since.toISOString(),
      dueAt: due?.toISOString() ?? null,
      late: due !== null && due < ctx.now(),
      moves: (moves.get(id) ?? []).map(({ introduction: _, ...move }) => move),
      contacts: partners.map(({ thing, contact }) => ({ name: thing.name, contact })),
      next: introductionSteps(each, standing),
    };
  });
}
