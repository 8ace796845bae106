import { reachOf, record } from '#kernel/access';
import type { Context } from '#kernel/context';
import { tell } from '#kernel/outbox';
import { Problem } from '#kernel/problem';
import type { ClaimLine } from '../model.ts';
import { findClaims, getThing, holdClaim, insertClaim, moveClaim } from '../store/index.ts';
import { EDIT, nameOwner, partiesOf } from './record.ts';

const LONGEST_WORDS = 1000;

/** Asks to speak for a thing, in the name of the actor's organization or account. @throws Problem `forbidden`, `not-found`, `conflict` */
export async function claimThing(ctx: Context, thing: string, words: string): Promise<{ id: string }> {
  if (reachOf(ctx.actor, EDIT) === undefined) ctx.require(EDIT);
  if (words.length > LONGEST_WORDS) throw new Problem('invalid', 'a text is too long', { most: LONGEST_WORDS });
  const { mergedInto, id } = await getThing(ctx.db, thing);
  const party = partiesOf(ctx.actor)[0]!;
  const partyName = party.startsWith('account/') ? ctx.actor.name : (await nameOwner(ctx.db, party)).en;
  return ctx.db.transaction(async (tx) => {
    const claim = await insertClaim(ctx, tx, { thing: mergedInto ?? id, party, partyName, words: words.trim() });
    if (claim === undefined) throw new Problem('conflict', 'the claim is open or confirmed already');
    await record(ctx, tx, { act: 'cluster.claim-made', subject: `thing/${thing}`, detail: { claim, party } });
    await tell(tx, { type: 'cluster.claim-moved', subject: thing, data: { thing, claim, state: 'claimed' } });
    return { id: claim };
  });
}

/** Confirms or refuses a claim; the regulator's act. The same decision again changes nothing. */
export async function decideClaim(
  ctx: Context,
  id: string,
  { decision, reason }: { decision: 'confirmed' | 'refused'; reason: string },
): Promise<void> {
  ctx.require(EDIT);
  if (decision === 'refused' && reason.trim() === '')
    throw new Problem('invalid', 'say why, in at most 1000 characters');
  await moveTo(ctx, id, decision, reason, 'claimed');
}

/** Ends a representation, by the regulator or by who speaks. */
export async function endClaim(ctx: Context, id: string, reason: string): Promise<void> {
  if (reachOf(ctx.actor, EDIT) === undefined) ctx.require(EDIT);
  await moveTo(ctx, id, 'ended', reason, 'confirmed');
}

async function moveTo(
  ctx: Context,
  id: string,
  state: 'confirmed' | 'refused' | 'ended',
  reason: string,
  from: 'claimed' | 'confirmed',
): Promise<void> {
  if (reason.length > LONGEST_WORDS) throw new Problem('invalid', 'say why, in at most 1000 characters');
  await ctx.db.transaction(async (tx) => {
    const claim = await holdClaim(tx, id);
    if (reachOf(ctx.actor, EDIT) !== 'all' && !partiesOf(ctx.actor).includes(claim.party))
      throw new Problem('not-found', 'there is no such claim');
    if (claim.state === state) return;
    // Who asked may take the claim back before it is decided.
    if (claim.state !== from && !(state === 'ended' && claim.state === 'claimed'))
      throw new Problem('conflict', 'the claim was decided already', { state: claim.state });
    await moveClaim(ctx, tx, claim, { state, reason: reason.trim() });
    await record(ctx, tx, {
      act: `cluster.claim-${state}`,
      subject: `thing/${claim.thing}`,
      detail: { claim: id, party: claim.party, reason: reason.trim() },
    });
    await tell(tx, {
      type: 'cluster.claim-moved',
      subject: claim.thing,
      data: { thing: claim.thing, claim: id, state },
    });
  });
}

/** Claims that wait for the regulator; of others their own. */
export async function listClaims(ctx: Context): Promise<{ claims: readonly ClaimLine[]; mayDecide: boolean }> {
  const reach = reachOf(ctx.actor, EDIT);
  if (reach === undefined) ctx.require(EDIT);
  const mayDecide = reach === 'all';
  return { claims: await findClaims(ctx.db, mayDecide ? undefined : partiesOf(ctx.actor)), mayDecide };
}
