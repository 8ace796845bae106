import type { Context, Tx } from '#kernel/context';
import { Problem } from '#kernel/problem';
import type { OfferingCard, OfferingSearch, Tradable } from '../model.ts';

/**
 * What may be traded of an offering, its row locked for the transaction's time: a contract and a suspension cannot cross.
 *
 * @throws Problem `conflict` unless it is listed, its last assessment approved it, and nothing suspends it
 */
export async function tradable(_ctx: Context, _tx: Tx, offeringId: string): Promise<Tradable> {
  throw new Problem('conflict', 'the offering is not listed', { offeringId });
}

/** The public catalogue: what is listed, newest first. */
export async function searchOfferings(
  _ctx: Pick<Context, 'db'>,
  _search: OfferingSearch,
): Promise<{ offerings: OfferingCard[]; total: number }> {
  return { offerings: [], total: 0 };
}
