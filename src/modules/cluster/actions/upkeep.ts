import { reachOf, record } from '#kernel/access';
import type { Context } from '#kernel/context';
import type { Job } from '#kernel/jobs';
import { Problem } from '#kernel/problem';
import type { DuePage, Graph, Overview } from '../model.ts';
import { DAY_MS, meet, spread, type Walk } from '../rules/index.ts';
import {
  countDue,
  countRecord,
  countThings,
  findCautions,
  findConflicts,
  findEdges,
  findOwners,
  findThingLines,
  getThing,
  holdThing,
  namesOf,
  noteReview,
  putOwner,
  remindDue,
} from '../store/index.ts';
import { type NoticeGiven, notify } from './notices.ts';
import { EDIT, nameOwner, partiesOf, READ, requireSpeaker } from './record.ts';

const CHANGED_SHOWN = 12;

/** Where the record stands: figures, conflicts, what changed last. */
export async function readOverview(ctx: Context): Promise<Overview> {
  ctx.require(READ);
  return {
    ...(await countRecord(ctx)),
    conflicts: await findConflicts(ctx.db),
    cautions: await findCautions(ctx.db),
    changed: await findThingLines(ctx.db, { order: 'changed', limit: CHANGED_SHOWN }),
  };
}

const MOST_DUE = 100;

/** What is due within the days given: of the actor's own parties, or of everybody where the actor keeps the whole record. */
export async function listDueThings(
  ctx: Context,
  { withinDays, offset = 0 }: { withinDays: number; offset?: number },
): Promise<DuePage> {
  const reach = reachOf(ctx.actor, EDIT);
  if (reach === undefined) ctx.require(EDIT);
  const owners = reach === 'all' ? undefined : partiesOf(ctx.actor);
  const dueBefore = new Date(ctx.now().getTime() + withinDays * DAY_MS);
  const filter = { dueBefore, examples: true, ...(owners !== undefined && { owners }) };
  const things = await findThingLines(ctx.db, { ...filter, order: 'due', limit: MOST_DUE, offset });
  const ownerOf = await findOwners(
    ctx.db,
    things.map(({ id }) => id),
  );
  const counted = await countDue(ctx, owners);
  const names = new Map<string, { en: string; zh: string }>();
  for (const owner of new Set([...ownerOf.values(), ...counted.map((each) => each.owner)]))
    names.set(owner, await nameOwner(ctx.db, owner));
  return {
    things: things.map((thing) => {
      const owner = ownerOf.get(thing.id)!;
      return { ...thing, owner, ownerName: names.get(owner)! };
    }),
    total: await countThings(ctx.db, filter),
    owners: counted.map((each) => ({ ...each, ownerName: names.get(each.owner)! })),
  };
}

/** Says that what is said of the thing is still right, and when to look again. @throws Problem `forbidden`, `invalid`, `not-found` */
export async function reviewThing(ctx: Context, id: string, { everyDays }: { everyDays?: number } = {}): Promise<void> {
  await ctx.db.transaction(async (tx) => {
    const thing = await holdThing(tx, id);
    await requireSpeaker({ ...ctx, db: tx }, id);
    const days = everyDays ?? thing.reviewEveryDays;
    if (!(Number.isInteger(days) && days >= 1 && days <= 3650))
      throw new Problem('invalid', 'a thing is looked at again within 1 to 3650 days');
    await noteReview(ctx, tx, id, days);
    await record(ctx, tx, { act: 'cluster.thing-reviewed', subject: `thing/${id}`, detail: { everyDays: days } });
  });
}

/** Gives the duty to keep a thing fresh to somebody. The regulator only. */
export async function giveToOwner(ctx: Context, id: string, owner: string): Promise<void> {
  ctx.require(EDIT);
  if (!/^(Organization|account|role)\/[^\s/]{1,100}$/.test(owner))
    throw new Problem('invalid', 'an owner is an organization, an account or a role');
  await ctx.db.transaction(async (tx) => {
    const { owner: was } = await holdThing(tx, id);
    await putOwner(ctx, tx, id, owner);
    await record(ctx, tx, { act: 'cluster.thing-given', subject: `thing/${id}`, detail: { was, owner } });
  });
}

/** Tells owners once of each thing that came due, of all that did together. */
export const freshnessJob: Job = {
  name: 'cluster.freshness',
  everySeconds: 3600,
  async run(ctx) {
    const due = Map.groupBy(await remindDue(ctx, ctx.db), ({ owner }) => owner);
    const names = await namesOf(
      ctx.db,
      [...due.values()].map(([first]) => first!.id),
    );
    const notices = [...due].map(([owner, things]): NoticeGiven => {
      const { name, nameZh } = names.get(things[0]!.id)!;
      return {
        cause: `due/${owner}/${ctx.now().toISOString()}`,
        kind: 'thing-due',
        to: [owner],
        path: '/cluster/due',
        facts: { first: { en: name, zh: nameZh ?? name }, count: things.length },
      };
    });
    await notify(ctx, ctx.db, notices);
  },
};

/** A page shows so many things, and no more relations are read at one of its steps. */
const MOST_NODES = 250;
const MOST_EDGES = 2_000;

/** What hangs together with a thing within some steps, nearest first. @throws Problem `not-found` */
export async function readGraph(ctx: Context, id: string, steps: number): Promise<Graph> {
  ctx.require(READ);
  await getThing(ctx.db, id);
  return named(ctx, await spread(id, { steps, mostNodes: MOST_NODES }, (ids) => findEdges(ctx.db, ids, MOST_EDGES)));
}

const MOST_STEPS = 6;
const MOST_SEEN = 200_000;

/** The shortest way between two things, of at most six steps; no nodes where there is none. @throws Problem `not-found`, `too-costly` */
export async function readPath(ctx: Context, from: string, to: string): Promise<Graph> {
  ctx.require(READ);
  for (const id of [from, to]) await getThing(ctx.db, id);
  return named(
    ctx,
    await meet(from, to, { steps: MOST_STEPS, mostSeen: MOST_SEEN }, (ids) => findEdges(ctx.db, ids, MOST_SEEN)),
  );
}

/** With names; what was merged stands as the thing that it was merged into. */
async function named(ctx: Context, { steps, edges, cut }: Walk): Promise<Graph> {
  const names = await namesOf(ctx.db, [...steps.keys()]);
  const idOf = (id: string) => names.get(id)?.id ?? id;
  const nodes = new Map<string, Graph['nodes'][number]>();
  for (const [id, step] of steps) {
    const name = names.get(id);
    if (name !== undefined && !nodes.has(name.id)) nodes.set(name.id, { ...name, step });
  }
  const shown = edges
    .map((edge) => ({ ...edge, subject: idOf(edge.subject), object: idOf(edge.object) }))
    .filter(({ subject, object }) => nodes.has(subject) && nodes.has(object) && subject !== object);
  return { nodes: [...nodes.values()], edges: shown, cut };
}
