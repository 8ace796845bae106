import { type Actor, type Context, makeContext } from '#kernel/context';
import { Problem } from '#kernel/problem';
import type { DataAddress } from '#standards/dataspace';
import type { Transfer } from '../model.ts';
import { findOrderBy } from '../store/index.ts';
import { findCounterparty } from '../store/negotiations.ts';
import { deliver, linkTo } from './delivery.ts';
import { moveTransfer } from './protocol.ts';

/**
 * Gives what a consumer's transfer asks for, by the one way in which anything is given: under the order of its agreement, funded and in
 * force. A pull is told a link that is good for a quarter of an hour; a push goes out as every push does. What the order does not
 * allow ends the transfer, and says why.
 */
export async function serveTransfer(ctx: Context, held: Transfer, publicUrl: string): Promise<void> {
  try {
    await ctx.db.transaction(async (tx) => {
      const dataAddress = await give({ ...ctx, db: tx }, held, publicUrl);
      await moveTransfer(ctx, tx, held, { by: 'provider', step: 'start', ...(dataAddress && { dataAddress }) });
    });
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    await moveTransfer(ctx, ctx.db, held, { by: 'provider', step: 'terminate', reason: error.message });
  }
}

async function give(ctx: Context, held: Transfer, publicUrl: string): Promise<DataAddress | undefined> {
  const order = await findOrderBy(ctx.db, { agreement: held.agreement });
  if (order === undefined) throw new Problem('conflict', 'nothing is ordered under this agreement yet');
  const counterparty = await findCounterparty(ctx.db, held.counterparty);
  if (counterparty === undefined) throw new Problem('not-found', 'there is no such connector');
  const buyer = makeContext({ ...ctx, actor: buyerOf(counterparty) });
  const isPush = held.format === 'HttpData-PUSH';
  const wish = isPush
    ? { way: 'push' as const, address: held.dataAddress?.endpoint ?? '' }
    : { way: 'download' as const };
  const delivery = await deliver(buyer, order.id, wish, { allowInside: false });
  if (isPush) return undefined;
  const { path, until } = await linkTo(buyer, order.id, delivery.id);
  return {
    '@type': 'DataAddress',
    endpointType: 'https://w3id.org/idsa/v4.1/HTTP',
    endpoint: `${publicUrl}${path}`,
    endpointProperties: [{ '@type': 'EndpointProperty', name: 'expires', value: until }],
  };
}

/** The connector as its party's hand: it may fetch what its party has bought, and nothing else. */
function buyerOf({ id, name, party }: { id: string; name: string; party: string }): Actor {
  const [kind = '', ...rest] = party.split('/');
  const member = rest.join('/');
  return {
    id: kind === 'account' ? member : `connector/${id}`,
    name,
    roles: ['system'],
    organizations: kind === 'Organization' ? [member] : [],
    permissions: new Set(['exchange.buy']),
    purpose: 'HOPERAT',
  };
}
