import type { Context } from '#kernel/context';
import type { Lake } from '#kernel/lake';
import { Problem } from '#kernel/problem';
import type { Candidate, Order } from '../model.ts';
import { tradable } from './offerings.ts';

/** The newest content of the contract's offering that has passed the gate. @throws Problem `conflict` where there is none, or the offering is suspended */
export async function releaseFor(
  ctx: Context,
  { offering, version }: Pick<Order, 'offering' | 'version'>,
): Promise<string> {
  const { releaseId } = await ctx.db.transaction((tx) => tradable(ctx, tx, offering));
  if (releaseId === null)
    throw new Problem('conflict', 'nothing of this offering has passed the release gate', { offering, version });
  return releaseId;
}

/** The rows behind a contract's offering as the lake gives them to its holder: for the gate only. */
export async function contentFor(
  _ctx: Context,
  _lake: Lake,
  { offering }: Pick<Order, 'offering' | 'version'>,
): Promise<Candidate> {
  throw new Problem('unavailable', 'the lake is not asked yet', { offering });
}
