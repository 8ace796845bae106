import { EXCHANGE_PARTY, type Invoice, type MoneyPurpose, type Order, type Usage } from '../model.ts';
import { chargeOf, divide, divideLike, partOf } from './prices.ts';
import type { Line, Turn } from './turn.ts';

type Account = Pick<Line, 'party'> & { purpose: MoneyPurpose };
const ESCROW: Account = { party: EXCHANGE_PARTY, purpose: 'escrow' };

/** Freezes what the contract may cost. */
export function freeze(turn: Turn): void {
  const { id, buyer, deposit } = turn.order;
  const lines = move(deposit, { party: buyer.id, purpose: 'available' }, { party: buyer.id, purpose: 'frozen' });
  turn.entries.push({ key: `order/${id}/fund`, kind: 'fund', subject: id, lines });
  turn.order = { ...turn.order, frozen: deposit };
}

/** What the use costs is owed from now on and waits for acceptance; the rest of what was frozen is the buyer's again. */
export function owe(turn: Turn, usage: Usage): void {
  const { id, buyer, price, frozen, deposit, distributed, returned } = turn.order;
  const charge = Math.min(chargeOf(price, usage), deposit) - distributed;
  const lines: Line[] = [
    { party: buyer.id, purpose: 'frozen', fen: -frozen },
    { ...ESCROW, fen: charge },
    { party: buyer.id, purpose: 'available', fen: frozen - charge },
  ];
  turn.entries.push({ key: `order/${id}/owe`, kind: 'owe', subject: id, lines });
  turn.order = { ...turn.order, frozen: 0, escrow: charge, returned: returned + frozen - charge };
}

/** Gives back what is frozen. */
export function thaw(turn: Turn): void {
  const { id, buyer, frozen, returned } = turn.order;
  const lines = move(frozen, { party: buyer.id, purpose: 'frozen' }, { party: buyer.id, purpose: 'available' });
  turn.entries.push({ key: `order/${id}/thaw`, kind: 'release', subject: id, lines });
  turn.order = { ...turn.order, frozen: 0, returned: returned + frozen };
}

/** Gives back a part of what waits for acceptance: a dispute was decided so. */
export function giveBack(turn: Turn, fen: number): void {
  const { id, buyer, escrow, returned } = turn.order;
  const lines = move(fen, ESCROW, { party: buyer.id, purpose: 'available' });
  turn.entries.push({ key: `order/${id}/give-back`, kind: 'release', subject: id, lines });
  turn.order = { ...turn.order, escrow: escrow - fen, returned: returned + fen };
}

/** Pays what waited for acceptance to the sources, less the exchange's fee, with an invoice. */
export function payOff(turn: Turn, usage: Usage): void {
  const { id, escrow, distributed } = turn.order;
  distribute(turn, { key: `order/${id}/settle`, from: ESCROW, fen: escrow });
  bill(turn, { kind: 'invoice', fen: escrow, usage });
  turn.order = { ...turn.order, escrow: 0, distributed: distributed + escrow };
}

/** Pays what a period of a contract that goes by time has cost. */
export function payPeriod(turn: Turn, { period, usage }: { period: number; usage: Usage }): void {
  const { id, buyer, price, frozen, distributed } = turn.order;
  const fen = Math.min(chargeOf(price, usage) - distributed, frozen);
  distribute(turn, { key: `order/${id}/period/${period}`, from: { party: buyer.id, purpose: 'frozen' }, fen });
  bill(turn, { kind: 'invoice', fen, usage });
  turn.order = { ...turn.order, frozen: frozen - fen, distributed: distributed + fen, settledPeriods: period };
}

/** Gives back to the buyer what was paid off already: from each who got of it, by what each had. */
export function refund(
  turn: Turn,
  { fen, usage, received }: { fen: number; usage: Usage; received: readonly Line[] },
): void {
  const { id, buyer, refunded, revision } = turn.order;
  const parts = divideLike(
    fen,
    received.map((line) => ({ to: line, fen: line.fen })),
  );
  const lines: Line[] = [
    ...parts.map(({ to, fen: own }) => ({ party: to.party, purpose: to.purpose, fen: -own })),
    { party: buyer.id, purpose: 'available', fen },
  ];
  turn.entries.push({ key: `order/${id}/refund/${revision}`, kind: 'refund', subject: id, lines });
  bill(turn, { kind: 'credit-note', fen, usage });
  turn.order = { ...turn.order, refunded: refunded + fen };
}

function move(fen: number, from: Account, to: Account): Line[] {
  return [
    { ...from, fen: -fen },
    { ...to, fen },
  ];
}

function distribute(turn: Turn, { key, from, fen }: { key: string; from: Account; fen: number }): void {
  const { id, sources, feeBasisPoints } = turn.order;
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
  turn.entries.push({ key, kind: 'distribute', subject: id, lines });
}

function bill(turn: Turn, { kind, fen, usage }: { kind: Invoice['kind']; fen: number; usage: Usage }): void {
  if (fen === 0) return;
  const { id, seller, buyer, title, feeBasisPoints }: Order = turn.order;
  const { periods, calls, declared } = usage;
  turn.invoices.push({
    issuer: seller.id,
    orderId: id,
    kind,
    buyer: buyer.id,
    fen,
    feeFen: partOf(fen, feeBasisPoints),
    content: { seller, buyer, title, usage: { periods, calls, declared } },
  });
}
