import type { Context, Tx } from '#kernel/context';
import { EXCHANGE_PARTY, type Invoice, type MoneyPurpose, type Order, type Usage } from '../model.ts';
import { chargeOf, divide, divideLike, partOf, periodsBegun } from '../rules/index.ts';
import { findMonths, findReceived, issueInvoice, type Line } from '../store/index.ts';
import { mustPost } from './money.ts';

/** What the contract was used for so far; its subscription's periods as begun by then. */
export async function usageOf(tx: Tx, order: Order, at: Date): Promise<Usage> {
  const { calls, declared, fundedAt } = order;
  const periods = fundedAt === null ? 0 : periodsBegun(order, new Date(fundedAt), at);
  const callsByMonth = order.price.kind === 'per-call' ? await findMonths(tx, order.id) : [calls];
  return { periods, calls, callsByMonth, declared };
}

/** Freezes what the contract may cost. */
export async function freeze(ctx: Context, tx: Tx, { id, buyer, deposit }: Order): Promise<void> {
  const lines = move(deposit, { party: buyer.id, purpose: 'available' }, { party: buyer.id, purpose: 'frozen' });
  await mustPost(ctx, tx, { key: `order/${id}/fund`, kind: 'fund', subject: id, lines });
}

/** What the use costs is owed from now on and waits for acceptance; the rest of what was frozen is the buyer's again. */
export async function owe(ctx: Context, tx: Tx, order: Order, usage: Usage): Promise<Partial<Order>> {
  const { id, buyer, frozen, deposit, distributed } = order;
  const charge = Math.min(chargeOf(order.price, usage), deposit) - distributed;
  const lines: Line[] = [
    { party: buyer.id, purpose: 'frozen', fen: -frozen },
    { party: EXCHANGE_PARTY, purpose: 'escrow', fen: charge },
    { party: buyer.id, purpose: 'available', fen: frozen - charge },
  ];
  await mustPost(ctx, tx, { key: `order/${id}/owe`, kind: 'owe', subject: id, lines });
  return { frozen: 0, escrow: charge, returned: order.returned + frozen - charge };
}

/** Gives back what is frozen. */
export async function thaw(ctx: Context, tx: Tx, { id, buyer, frozen, returned }: Order): Promise<Partial<Order>> {
  const lines = move(frozen, { party: buyer.id, purpose: 'frozen' }, { party: buyer.id, purpose: 'available' });
  await mustPost(ctx, tx, { key: `order/${id}/thaw`, kind: 'release', subject: id, lines });
  return { frozen: 0, returned: returned + frozen };
}

/** Gives back a part of what waits for acceptance: a dispute was decided so. */
export async function giveBack(ctx: Context, tx: Tx, order: Order, fen: number): Promise<Partial<Order>> {
  const { id, buyer, escrow, returned } = order;
  const lines = move(fen, { party: EXCHANGE_PARTY, purpose: 'escrow' }, { party: buyer.id, purpose: 'available' });
  await mustPost(ctx, tx, { key: `order/${id}/give-back`, kind: 'release', subject: id, lines });
  return { escrow: escrow - fen, returned: returned + fen };
}

/** Pays what waited for acceptance to the sources, less the exchange's fee, and writes the invoice. */
export async function payOff(ctx: Context, tx: Tx, order: Order, usage: Usage): Promise<Partial<Order>> {
  const { id, escrow } = order;
  await distribute(ctx, tx, order, {
    key: `order/${id}/settle`,
    from: { party: EXCHANGE_PARTY, purpose: 'escrow' },
    fen: escrow,
  });
  await bill(ctx, tx, order, { kind: 'invoice', fen: escrow, usage });
  return { escrow: 0, distributed: order.distributed + escrow };
}

/** Pays what a period of a contract that goes by time has cost. */
export async function payPeriod(
  ctx: Context,
  tx: Tx,
  order: Order,
  { period, usage }: { period: number; usage: Usage },
): Promise<Partial<Order>> {
  const { id, buyer, frozen, distributed } = order;
  const fen = Math.min(chargeOf(order.price, usage) - distributed, frozen);
  await distribute(ctx, tx, order, {
    key: `order/${id}/period/${period}`,
    from: { party: buyer.id, purpose: 'frozen' },
    fen,
  });
  await bill(ctx, tx, order, { kind: 'invoice', fen, usage });
  return { frozen: frozen - fen, distributed: distributed + fen, settledPeriods: period };
}

/**
 * Gives back to the buyer what was paid off already: from each who got of it, by what each had.
 *
 * @throws Problem `conflict` where one of them has not got it any more
 */
export async function refund(
  ctx: Context,
  tx: Tx,
  order: Order,
  { fen, usage }: { fen: number; usage: Usage },
): Promise<Partial<Order>> {
  const { id, buyer, refunded, revision } = order;
  const had = await findReceived(tx, id);
  const parts = divideLike(
    fen,
    had.map((line) => ({ to: line, fen: line.fen })),
  );
  const lines: Line[] = [
    ...parts.map(({ to, fen: own }) => ({ party: to.party, purpose: to.purpose, fen: -own })),
    { party: buyer.id, purpose: 'available', fen },
  ];
  await mustPost(ctx, tx, { key: `order/${id}/refund/${revision}`, kind: 'refund', subject: id, lines });
  await bill(ctx, tx, order, { kind: 'credit-note', fen, usage });
  return { refunded: refunded + fen };
}

type Account = Pick<Line, 'party'> & { purpose: MoneyPurpose };

function move(fen: number, from: Account, to: Account): Line[] {
  return [
    { ...from, fen: -fen },
    { ...to, fen },
  ];
}

async function distribute(
  ctx: Context,
  tx: Tx,
  { id, sources, feeBasisPoints }: Order,
  { key, from, fen }: { key: string; from: Account; fen: number },
): Promise<void> {
  const fee = partOf(fen, feeBasisPoints);
  const parts = divide(
    fen - fee,
    sources.map(({ party, share }) => ({ to: party.id, basisPoints: share })),
  );
  const lines: Line[] = [
    { ...from, fen: -fen },
    { party: EXCHANGE_PARTY, purpose: 'fees', fen: fee },
    ...parts.map(({ to, fen: own }) => ({ party: to, purpose: 'revenue' as const, fen: own })),
  ];
  await mustPost(ctx, tx, { key, kind: 'distribute', subject: id, lines });
}

async function bill(
  ctx: Context,
  tx: Tx,
  { id, seller, buyer, title, feeBasisPoints }: Order,
  { kind, fen, usage }: { kind: Invoice['kind']; fen: number; usage: Usage },
): Promise<void> {
  if (fen === 0) return;
  const { periods, calls, declared } = usage;
  await issueInvoice(ctx, tx, {
    ...{ issuer: seller.id, orderId: id, kind, buyer: buyer.id, fen, feeFen: partOf(fen, feeBasisPoints) },
    content: { seller, buyer, title, usage: { periods, calls, declared } },
  });
}
