import { reachOf, record } from '#kernel/access';
import type { Context, Tx } from '#kernel/context';
import { tell } from '#kernel/outbox';
import { Problem } from '#kernel/problem';
import type {
  AskedState,
  RelayDecision,
  RelayLine,
  RelayPage,
  RelayResource,
  RelaySector,
  RelayStage,
  ResourceRequest,
  ThingKind,
  ThingName,
} from '../model.ts';
import { type Candidate, DAY_MS, gatesOf, matchResources, stageAfter } from '../rules/index.ts';
import {
  findAsks,
  findCandidates,
  findItems,
  findRelayMoves,
  findRelays,
  findThingKind,
  getRelay,
  holdAsk,
  holdRelay,
  insertAsk,
  insertRelay,
  insertRelayMove,
  moveRelayRow,
  type RelayReach,
  type StoredAsk,
  type StoredCandidate,
  type StoredRelay,
  saveAsk,
  saveItem,
} from '../store/index.ts';
import { ownThings, reaches, spokenFor } from './spoken.ts';

const [RELAY, DECIDE] = ['cluster.relay', 'cluster.relay.decide'];
const OWNERS: readonly ThingKind[] = ['enterprise', 'institution'];
const SPEAKS: readonly ThingKind[] = [...OWNERS, 'platform', 'park', 'service', 'instrument', 'department', 'carrier'];
const HELPERS = ['platform', 'institution', 'park', 'service', 'instrument', 'department', 'enterprise', 'carrier'];
const MOST_RELAYS = 500;
const MOST_CANDIDATES = 5_000;
const MOST_ASKS = 100;

async function reachFor(ctx: Context): Promise<RelayReach> {
  return { things: await spokenFor(ctx, RELAY, SPEAKS), account: ctx.actor.id };
}

export async function listRelays(
  ctx: Context,
): Promise<{ relays: RelayLine[]; asked: ResourceRequest[]; owners: ThingName[] }> {
  const reach = await reachFor(ctx);
  const relays = await findRelays(ctx.db, reach, MOST_RELAYS);
  const asked = reach.things === undefined ? [] : await findAsks(ctx.db, { resources: reach.things });
  return {
    relays: relays.map((relay) => lineOf(relay, relay.done, ctx.now())),
    asked: asked.map((ask) => shown(ask, reach)),
    owners: await ownThings(ctx, OWNERS),
  };
}

function shown(ask: StoredAsk, { things }: RelayReach): ResourceRequest {
  return { ...ask, mayAnswer: (ask.state === 'asked' || ask.state === 'accepted') && reaches(things, ask.resource) };
}

function lineOf(relay: StoredRelay, done: readonly string[], now: Date): RelayLine {
  const { words: _, ownerAccount: __, since, ...line } = relay;
  const gate = gatesOf(relay.sector).find(({ stage }) => stage === relay.stage)!;
  const days = Math.floor((now.getTime() - since.getTime()) / DAY_MS);
  return {
    ...line,
    since: since.toISOString(),
    days,
    stalled: !relay.stopped && days > gate.usualDays,
    itemsDone: gate.items.filter(({ id }) => done.includes(id)).length,
    items: gate.items.length,
  };
}

function isOwner({ things, account }: RelayReach, { owner, ownerAccount }: StoredRelay): boolean {
  return ownerAccount === account || things === undefined || (owner !== null && things.includes(owner));
}

export async function readRelay(ctx: Context, id: string): Promise<RelayPage> {
  const reach = await reachFor(ctx);
  const relay = await getRelay(ctx.db, reach, id);
  const items = await findItems(ctx.db, id);
  const done = items.filter(({ stage }) => stage === relay.stage).map(({ item }) => item);
  return {
    relay: lineOf(relay, done, ctx.now()),
    words: relay.words,
    gates: gatesOf(relay.sector),
    items,
    moves: await findRelayMoves(ctx.db, id),
    requests: (await findAsks(ctx.db, { relay: id })).map((ask) => shown(ask, reach)),
    resources: await resourcesFor(ctx, relay),
    mayWrite: isOwner(reach, relay),
    mayDecide: reachOf(ctx.actor, DECIDE) !== undefined,
  };
}

/** A real project is offered real things only. */
async function resourcesFor(
  ctx: Context,
  { stage, sector, place, example }: Pick<StoredRelay, 'stage' | 'sector' | 'place' | 'example'>,
): Promise<RelayResource[]> {
  const found = await findCandidates(ctx.db, { kinds: HELPERS, examples: example, limit: MOST_CANDIDATES });
  return matchResources(found.map(candidateOf), { stage, sector, place });
}

function candidateOf({ said, ...thing }: StoredCandidate): Candidate {
  const texts = (names: (property: string) => boolean): string[] =>
    said.flatMap(({ property, value }) => (names(property) && typeof value === 'string' ? [value] : []));
  return {
    ...thing,
    relayStages: texts((property) => property === 'relay-stage'),
    words: texts((property) => property !== 'relay-stage'),
  };
}

export interface RelayWish {
  /** Chosen by who sends it: sent twice it is one. */
  id?: string;
  name: string;
  nameZh: string | null;
  words: string;
  sector: RelaySector;
  stage: RelayStage;
  place: string | null;
  /** A thing that the actor speaks for. */
  owner: string | null;
  example?: boolean;
}

export async function beginRelay(ctx: Context, wish: RelayWish): Promise<string> {
  const reach = await reachFor(ctx);
  const { id = ctx.newId(), owner, place } = wish;
  return ctx.db.transaction(async (tx) => {
    if (owner !== null && !reaches(reach.things, owner))
      throw new Problem('forbidden', 'this account does not speak for that enterprise', { tenant: owner });
    const thing = owner === null ? undefined : await findThingKind(tx, owner);
    if (owner !== null && thing === undefined) throw new Problem('not-found', 'there is no such thing', { id: owner });
    if (place !== null && (await findThingKind(tx, place))?.kind !== 'place')
      throw new Problem('invalid', 'there is no such place', { place });
    const example = wish.example === true || thing?.example === true;
    const ownerName = thing?.name ?? ctx.actor.name;
    if (!(await insertRelay(ctx, tx, { ...wish, id, ownerName, example }))) return (await getRelay(tx, reach, id)).id;
    await insertRelayMove(ctx, tx, id, { from: null, to: wish.stage, decision: 'begin', reason: null });
    await record(ctx, tx, { act: 'cluster.relay-begun', subject: `relay/${id}`, detail: { stage: wish.stage } });
    await tellRelay(tx, id);
    return id;
  });
}

function tellRelay(tx: Tx, id: string): Promise<void> {
  return tell(tx, { type: 'cluster.relay-changed', subject: id });
}

/** @throws Problem `forbidden` unless it is the actor's own project */
async function holdOwn(_ctx: Context, tx: Tx, reach: RelayReach, id: string): Promise<StoredRelay> {
  const relay = await holdRelay(tx, reach, id);
  if (!isOwner(reach, relay)) throw new Problem('forbidden', 'only who brings the project changes it');
  return relay;
}

/** Something that a gate asks for is there, with what shows it; without evidence it is open again. */
export async function answerItem(
  ctx: Context,
  id: string,
  { item, evidence }: { item: string; evidence: string | null },
): Promise<void> {
  const reach = await reachFor(ctx);
  await ctx.db.transaction(async (tx) => {
    const relay = await holdOwn(ctx, tx, reach, id);
    const gate = gatesOf(relay.sector).find(({ stage }) => stage === relay.stage)!;
    if (!gate.items.some((each) => each.id === item))
      throw new Problem('invalid', 'this stage does not ask for that', { item });
    await saveItem(ctx, tx, { relay: id, stage: relay.stage, item, evidence });
    await record(ctx, tx, {
      act: evidence === null ? 'cluster.relay-item-opened' : 'cluster.relay-item-answered',
      subject: `relay/${id}`,
      detail: { item, stage: relay.stage },
    });
  });
}

/** The gate decides. It passes with everything there; with something open only for a reason. Who decides never decides for an own project. */
export async function decideRelay(
  ctx: Context,
  id: string,
  { decision, reason, revision }: { decision: RelayDecision; reason: string; revision: number },
): Promise<void> {
  const reach = await reachFor(ctx);
  const decides = reachOf(ctx.actor, DECIDE) !== undefined;
  await ctx.db.transaction(async (tx) => {
    const relay = await holdRelay(tx, reach, id);
    // Whoever brings a project may stop it and take it up again; onward it goes by the gate alone.
    if (!decides && !((decision === 'stop' || decision === 'resume') && isOwner(reach, relay))) ctx.require(DECIDE);
    if (decision === 'pass' && relay.ownerAccount === ctx.actor.id)
      throw new Problem('forbidden', 'nobody passes the gate of an own project');
    if (relay.revision !== revision)
      throw new Problem('conflict', 'the project has changed since you looked at it: read it again', {
        revision: relay.revision,
      });
    const to = stageAfter(relay.stage, decision, relay.stopped);
    if (to === undefined)
      throw new Problem('conflict', 'the project cannot go there from where it is', { from: relay.stage, decision });
    const open = await openItems(tx, relay);
    if ((decision !== 'pass' || open.length > 0) && decision !== 'resume' && reason.trim() === '')
      throw new Problem('invalid', 'say why', open.length > 0 ? { open: open.length } : {});
    await insertRelayMove(ctx, tx, id, { from: relay.stage, to, decision, reason: reason.trim() || null });
    const stopped = decision === 'stop';
    await moveRelayRow(ctx, tx, { id, stage: to, stopped, isNewStage: to !== relay.stage });
    await record(ctx, tx, {
      act: 'cluster.relay-decided',
      subject: `relay/${id}`,
      detail: { decision, from: relay.stage, to, open },
    });
    await tellRelay(tx, id);
  });
}

async function openItems(tx: Tx, relay: StoredRelay): Promise<string[]> {
  const done = (await findItems(tx, relay.id)).filter(({ stage }) => stage === relay.stage).map(({ item }) => item);
  const gate = gatesOf(relay.sector).find(({ stage }) => stage === relay.stage)!;
  return gate.items.map(({ id }) => id).filter((id) => !done.includes(id));
}

/** Asks whoever speaks for a thing of the record for help in the present stage; the same is asked once. */
export async function askResource(
  ctx: Context,
  id: string,
  { resource, words }: { resource: string; words: string },
): Promise<void> {
  const reach = await reachFor(ctx);
  await ctx.db.transaction(async (tx) => {
    const relay = await holdOwn(ctx, tx, reach, id);
    const thing = await findThingKind(tx, resource);
    if (thing === undefined) throw new Problem('not-found', 'there is no such thing', { id: resource });
    if (relay.example !== thing.example && thing.example)
      throw new Problem('invalid', 'an example cannot be asked for help');
    if ((await findAsks(tx, { relay: id })).length >= MOST_ASKS)
      throw new Problem('too-many', 'there are too many already', { most: MOST_ASKS });
    const ask = await insertAsk(ctx, tx, { relay: id, resource, stage: relay.stage, words });
    if (ask === undefined) return;
    await record(ctx, tx, {
      act: 'cluster.relay-help-asked',
      subject: `relay/${id}`,
      detail: { request: ask, resource },
    });
    await tell(tx, { type: 'cluster.relay-help-asked', subject: id, data: { request: ask, resource } });
  });
}

const ANSWERS: Readonly<Record<AskedState, readonly AskedState[]>> = {
  asked: ['accepted', 'declined', 'withdrawn'],
  accepted: ['done', 'withdrawn'],
  declined: [],
  done: [],
  withdrawn: [],
};

/** Whoever speaks for the resource answers; who asked may withdraw. */
export async function answerAsk(
  ctx: Context,
  relay: string,
  id: string,
  { state, answer }: { state: AskedState; answer: string },
): Promise<void> {
  const reach = await reachFor(ctx);
  await ctx.db.transaction(async (tx) => {
    const owned = await holdRelay(tx, reach, relay);
    const ask = await holdAsk(tx, relay, id);
    if (ask.state === state) return;
    const may = state === 'withdrawn' ? isOwner(reach, owned) : reaches(reach.things, ask.resource);
    if (!may)
      throw new Problem('forbidden', 'only who speaks for the thing may change what is said of it', {
        thing: ask.resource,
      });
    if (!ANSWERS[ask.state].includes(state))
      throw new Problem('conflict', 'the request cannot go there from where it is', { from: ask.state, to: state });
    if (state === 'declined' && answer.trim() === '') throw new Problem('invalid', 'say why');
    await saveAsk(ctx, tx, { relay, id, state, answer: answer.trim() || null });
    await record(ctx, tx, { act: `cluster.relay-help-${state}`, subject: `relay/${relay}`, detail: { request: id } });
    await tellRelay(tx, relay);
  });
}
