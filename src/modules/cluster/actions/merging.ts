import { record } from '#kernel/access';
import type { Context, Tx } from '#kernel/context';
import type { Hearer } from '#kernel/outbox';
import { Problem } from '#kernel/problem';
import { compareAll } from '../intake/index.ts';
import type { DuplicatePair, Merge } from '../model.ts';
import { keysOf } from '../rules/index.ts';
import {
  findKeyPairs,
  findKnown,
  findMerges,
  findPerhaps,
  holdThings,
  insertApart,
  insertMerge,
  type KnownThing,
  moveInto,
  moveOut,
  noteUndone,
  putKeys,
} from '../store/index.ts';
import { noteChanged } from './record.ts';

const MERGE = 'cluster.merge';
const MOST_PAIRS = 200;
const LONGEST_REASON = 1_000;

/** Pairs that may be one thing, likeliest first, with what speaks for and against. */
export async function listDuplicates(ctx: Context): Promise<{ pairs: DuplicatePair[]; merges: Merge[] }> {
  ctx.require(MERGE);
  const pairs = await findKeyPairs(ctx.db, MOST_PAIRS);
  const ids = pairs.flatMap(({ one, other }) => [one, other]);
  const [known, perhaps, merges] = await Promise.all([
    findKnown(ctx.db, ids),
    findPerhaps(ctx.db, ids),
    findMerges(ctx.db, { limit: 50 }),
  ]);
  const there = pairs.filter(({ one, other }) => known.has(one) && known.has(other));
  const matches = await compareAll(
    there.map(({ one, other }) => ({ one: known.get(one)!, others: [known.get(other)!] })),
  );
  const told = there
    .map(
      ({ one, other }, at): DuplicatePair => ({
        ...matches[at]![0]!,
        one: endOf(known.get(one)!),
        other: endOf(known.get(other)!),
      }),
    )
    // What somebody says is perhaps one is shown whatever the names say.
    .filter(({ verdict, one, other }) => verdict !== 'different' || perhaps.has(`${one.id} ${other.id}`))
    .sort((a, b) => b.weight - a.weight || (a.one.id < b.one.id ? -1 : 1));
  return { pairs: told, merges };
}

function endOf({ id, kind, name, nameZh, statements }: KnownThing): DuplicatePair['one'] {
  return { id, kind, name, nameZh, statements };
}

/** Makes one thing another id of the other; everything said of either is from now on read together. @returns the merge's id */
export async function mergeThings(
  ctx: Context,
  { thing, into, reason }: { thing: string; into: string; reason: string },
): Promise<string> {
  ctx.require(MERGE);
  checkReason(reason);
  if (thing === into) throw new Problem('invalid', 'a thing cannot be merged into itself');
  const known = await findKnown(ctx.db, [thing, into]);
  const [one, other] = [known.get(thing), known.get(into)];
  const evidence =
    one === undefined || other === undefined
      ? []
      : ((await compareAll([{ one, others: [other] }]))[0]![0]?.evidence ?? []);
  return ctx.db.transaction(async (tx) => {
    const held = await holdThings(tx, [thing, into]);
    const [gone, kept] = [held.get(thing), held.get(into)];
    if (gone === undefined || kept === undefined) throw new Problem('not-found', 'there is no such thing');
    if (gone.mergedInto !== null || kept.mergedInto !== null)
      throw new Problem('conflict', 'one of the two was merged into another thing already');
    if (gone.kind !== kept.kind) throw new Problem('invalid', 'only things of one kind can be one');
    const id = ctx.newId();
    const moved = await moveInto(ctx, tx, { thing, into });
    await insertMerge(ctx, tx, { id, thing, into, moved, evidence, reason: reason.trim() });
    await record(ctx, tx, {
      act: 'cluster.merged',
      subject: `thing/${thing}`,
      detail: { merge: id, into, moved, reason: reason.trim() },
    });
    await noteChanged(ctx, tx, [thing, into, ...moved]);
    return id;
  });
}

/** Puts everything back as it was before the merge. @throws Problem `conflict` while a later merge stands upon it */
export async function undoMerge(ctx: Context, id: string, reason: string): Promise<void> {
  ctx.require(MERGE);
  checkReason(reason);
  await ctx.db.transaction(async (tx) => {
    const [merge] = await findMerges(tx, { id });
    if (merge === undefined) throw new Problem('not-found', 'there is no such merge');
    const { thing, into, moved } = merge;
    const held = await holdThings(tx, [thing, into, ...moved]);
    const [now] = await findMerges(tx, { id });
    if (now!.undoneAt !== null) throw new Problem('conflict', 'this merge was undone already');
    if (held.get(into)!.mergedInto !== null)
      throw new Problem('conflict', 'the thing that it went into was merged itself since: undo that merge first');
    await moveOut(ctx, tx, { thing, moved });
    await noteUndone(ctx, tx, { thing, id, reason: reason.trim() });
    await record(ctx, tx, {
      act: 'cluster.merge-undone',
      subject: `thing/${thing}`,
      detail: { merge: id, into, moved, reason: reason.trim() },
    });
    await noteChanged(ctx, tx, [thing, into, ...moved]);
  });
}

/** Says that two are two, so that the desk does not ask again. */
export async function keepApart(
  ctx: Context,
  { one, other, reason }: { one: string; other: string; reason: string },
): Promise<void> {
  ctx.require(MERGE);
  checkReason(reason);
  await ctx.db.transaction(async (tx) => {
    if (one === other || (await holdThings(tx, [one, other])).size < 2)
      throw new Problem('not-found', 'there is no such thing');
    await insertApart(ctx, tx, { one, other, reason: reason.trim() });
    await record(ctx, tx, {
      act: 'cluster.kept-apart',
      subject: `thing/${one}`,
      detail: { other, reason: reason.trim() },
    });
  });
}

function checkReason(reason: string): void {
  if (reason.trim() === '' || reason.length > LONGEST_REASON)
    throw new Problem('invalid', 'say why, in at most 1000 characters');
}

/** Keeps the keys under which things are sought when somebody enters them again. */
export const keysHearer: Hearer = {
  name: 'cluster.match-keys',
  hears: ['cluster.thing-changed'],
  batch: 500,
  lanes: 2,
  async hear({ db }, facts) {
    await renewKeys(db as Tx, [...new Set(facts.map(({ subject }) => subject))]);
  },
};

/** What is no more, or another's id, has no keys. */
export async function renewKeys(tx: Tx, things: readonly string[]): Promise<void> {
  const known = await findKnown(tx, things);
  await putKeys(tx, new Map(things.map((thing) => [thing, known.has(thing) ? keysOf(known.get(thing)!) : []])));
}
