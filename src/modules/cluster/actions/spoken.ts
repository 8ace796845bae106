import { reachOf } from '#kernel/access';
import type { Context } from '#kernel/context';
import type { ThingKind, ThingName } from '../model.ts';
import { findSpoken, type Reach } from '../store/index.ts';
import { partiesOf } from './record.ts';

/** Of which things of these kinds the actor may do an act: undefined is of all. @throws Problem `forbidden` where the act may not be done at all */
export async function spokenFor(ctx: Context, act: string, kinds: readonly ThingKind[]): Promise<Reach> {
  const scope = reachOf(ctx.actor, act);
  if (scope === undefined || (scope !== 'all' && scope !== 'organization')) ctx.require(act);
  return scope === 'all' ? undefined : (await ownThings(ctx, kinds)).map(({ id }) => id);
}

/** As `spokenFor`, of nothing where the act may not be done. */
export async function spokenOrNone(ctx: Context, act: string, kinds: readonly ThingKind[]): Promise<Reach> {
  return reachOf(ctx.actor, act) === undefined ? [] : spokenFor(ctx, act, kinds);
}

/** Things that the actor owns or speaks for. */
export function ownThings(ctx: Context, kinds: readonly ThingKind[]): Promise<ThingName[]> {
  return findSpoken(ctx.db, partiesOf(ctx.actor), kinds);
}

export function reaches(reach: Reach, id: string): boolean {
  return reach === undefined || reach.includes(id);
}
