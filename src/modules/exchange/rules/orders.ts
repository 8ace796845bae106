import { Problem } from '#kernel/problem';
import type { Order, OrderMove, OrderSide, OrderState } from '../model.ts';
import { goesByTime } from './prices.ts';

/** From which states each move goes, where it leads, and who may make it; `clock` is the program itself. */
const MOVES: Record<OrderMove, { from: readonly OrderState[]; to: OrderState; by: readonly (OrderSide | 'clock')[] }> =
  {
    request: { from: [], to: 'requested', by: ['buyer'] },
    negotiate: { from: ['requested'], to: 'negotiating', by: ['buyer', 'seller'] },
    agree: { from: ['requested', 'negotiating'], to: 'agreed', by: ['buyer', 'seller'] },
    cancel: { from: ['requested', 'negotiating', 'agreed'], to: 'cancelled', by: ['buyer', 'seller', 'clock'] },
    fund: { from: ['agreed'], to: 'funded', by: ['buyer'] },
    begin: { from: ['funded'], to: 'delivering', by: ['buyer', 'seller', 'clock'] },
    deliver: { from: ['delivering'], to: 'delivered', by: ['buyer', 'seller', 'clock'] },
    accept: { from: ['delivered'], to: 'accepted', by: ['buyer', 'clock'] },
    dispute: { from: ['delivered'], to: 'disputed', by: ['buyer'] },
    settle: { from: ['accepted', 'disputed'], to: 'settled', by: ['operator', 'clock'] },
    certify: { from: ['settled'], to: 'certified', by: ['clock'] },
    refund: { from: ['disputed', 'certified', 'funded', 'expired'], to: 'refunded', by: ['seller', 'operator'] },
    expire: { from: ['certified'], to: 'expired', by: ['clock'] },
    revoke: { from: ['certified', 'expired'], to: 'revoked', by: ['seller', 'operator'] },
  };

/** Where a move leads. @throws Problem `conflict` where it cannot be made from this state, `forbidden` where not by this side */
export function nextState(state: OrderState | undefined, move: OrderMove, by: OrderSide | 'clock'): OrderState {
  const { from, to, by: who } = MOVES[move];
  if (state === undefined ? from.length > 0 : !from.includes(state))
    throw new Problem('conflict', 'the order does not allow that as it stands', { state, move });
  if (!who.includes(by))
    throw new Problem('forbidden', 'that is not for this side of the contract', { move, side: by });
  return to;
}

/** Moves that people make by themselves; the others follow from what they do. */
const BY_HAND: readonly OrderMove[] = ['cancel', 'fund', 'deliver', 'accept', 'dispute', 'settle', 'refund', 'revoke'];

/** What a side may do by hand now. */
export function movesOf(
  order: Pick<Order, 'state' | 'price' | 'distributed' | 'refunded'>,
  side: OrderSide,
): OrderMove[] {
  return BY_HAND.filter((move) => {
    const { from, by } = MOVES[move];
    // Who ends a contract that goes by time has all of it delivered, though nothing was asked for.
    if (move === 'deliver')
      return side === 'buyer' && goesByTime(order.price) && ['funded', 'delivering'].includes(order.state);
    if (!from.includes(order.state) || !by.includes(side)) return false;
    // A disputed order is decided as a whole, by settling it.
    return (
      move !== 'refund' ||
      order.state === 'funded' ||
      (order.state !== 'disputed' && order.refunded < order.distributed)
    );
  });
}

/** States in which what was contracted may be used. */
const IN_FORCE: readonly OrderState[] = ['funded', 'delivering', 'delivered', 'accepted', 'settled', 'certified'];

/**
 * @throws Problem `conflict` unless the contract is funded and in force. A subscription or a contract by calls that has ended
 *         is paid for to its end and not beyond.
 */
export function requireInForce(order: Pick<Order, 'state' | 'expiresAt' | 'endedAt'>, now: Date): void {
  const { state, expiresAt, endedAt } = order;
  if (!IN_FORCE.includes(state))
    throw new Problem('conflict', 'nothing is delivered: the contract is not funded or not in force any more', {
      state,
    });
  if (endedAt !== null || (expiresAt !== null && new Date(expiresAt) <= now))
    throw new Problem('conflict', 'nothing is delivered: the contract has ended', { expiresAt: endedAt ?? expiresAt });
}

const DAY_MS = 86_400_000;

export function daysAfterTime(at: Date, days: number): Date {
  return new Date(at.getTime() + days * DAY_MS);
}

/** The same day of the month, so many months later; the last day where the month is shorter. */
export function monthsAfter(at: Date, months: number): Date {
  const moved = new Date(at);
  moved.setUTCMonth(moved.getUTCMonth() + months, 1);
  const last = new Date(Date.UTC(moved.getUTCFullYear(), moved.getUTCMonth() + 1, 0)).getUTCDate();
  moved.setUTCDate(Math.min(at.getUTCDate(), last));
  return moved;
}

/** When a subscription's period, or a month of a contract by calls, ends; the first one is 1. */
export function periodEnd(order: Pick<Order, 'price'>, fundedAt: Date, period: number): Date {
  return monthsAfter(
    fundedAt,
    order.price.kind === 'subscription' && order.price.every === 'year' ? 12 * period : period,
  );
}

/** Periods of the order that have begun by then, of a subscription at the most those that were ordered. */
export function periodsBegun(order: Pick<Order, 'price' | 'periods'>, fundedAt: Date, at: Date): number {
  let begun = 1;
  while (begun < order.periods && periodEnd(order, fundedAt, begun) <= at) begun += 1;
  return begun;
}
