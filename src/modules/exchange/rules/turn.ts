import type {
  EntryKind,
  Invoice,
  InvoiceContent,
  MoneyPurpose,
  Order,
  OrderEvent,
  OrderMove,
  OrderSide,
} from '../model.ts';
import { daysAfterTime, monthsAfter, nextState, periodEnd } from './orders.ts';
import { goesByTime } from './prices.ts';

/** A change of one account. */
export interface Line {
  party: string;
  purpose: MoneyPurpose;
  fen: number;
}

export interface NewEntry {
  /** Asked for twice, it is made once. */
  key: string;
  kind: EntryKind;
  subject: string;
  /** They sum to 0. */
  lines: readonly Line[];
}

export interface NewInvoice {
  issuer: string;
  orderId: string;
  kind: Invoice['kind'];
  buyer: string;
  fen: number;
  feeFen: number;
  content: InvoiceContent;
}

/** An order as moves change it, with the moves and the money that they move: all are written together or none. */
export interface Turn {
  order: Order;
  events: Pick<OrderEvent, 'revision' | 'move' | 'state' | 'words'>[];
  entries: NewEntry[];
  invoices: NewInvoice[];
}

export function beginTurn(order: Order, events: Turn['events'] = []): Turn {
  return { order, events, entries: [], invoices: [] };
}

/** One move more, and what it changes. @throws Problem where the order does not allow it */
export function take(
  turn: Turn,
  move: OrderMove,
  { by, at, words = null, ...change }: { by: OrderSide | 'clock'; at: Date; words?: string | null } & Partial<Order>,
): void {
  const state = nextState(turn.order.state, move, by);
  note(turn, { ...turn.order, ...change, state }, move, { at, words });
}

/** A part of what was paid is given back, or something else that leaves the state as it is. */
export function noteMove(
  turn: Turn,
  move: OrderMove,
  { at, words = null, ...change }: { at: Date; words?: string | null } & Partial<Order>,
): void {
  note(turn, { ...turn.order, ...change }, move, { at, words });
}

function note(turn: Turn, changed: Order, move: OrderMove, { at, words }: { at: Date; words: string | null }): void {
  const revision = turn.order.revision + 1;
  turn.events.push({ revision, move, state: changed.state, words });
  turn.order = { ...changed, revision, dueAt: dueOf(changed, at)?.toISOString() ?? null };
}

/** When the clock has something to do with the order, if nobody does anything. */
function dueOf(order: Order, now: Date, fundingDays = 0): Date | null {
  const { state, expiresAt } = order;
  const end = expiresAt === null ? null : new Date(expiresAt);
  if (state === 'requested' || state === 'negotiating' || state === 'agreed')
    return order.dueAt === null ? daysAfterTime(now, fundingDays) : new Date(order.dueAt);
  if (state === 'funded' || state === 'delivering') {
    if (!goesByTime(order.price)) return end;
    const next = periodEnd(order, new Date(order.fundedAt as string), order.settledPeriods + 1);
    return end !== null && end < next ? end : next;
  }
  if (state === 'delivered') return daysAfterTime(new Date(order.deliveredAt as string), order.acceptanceDays);
  return state === 'certified' ? end : null;
}

/** A contract by calls lasts a year where its terms say nothing. */
const USUAL_MONTHS = 12;

/**
 * When a contract that is funded now ends by itself: a subscription after its periods, any other when its terms say, one by
 * use after a year at the latest; null: never.
 */
export function endOf(order: Order, now: Date, termsEnd: Date | null): Date | null {
  if (order.price.kind === 'subscription') return periodEnd(order, now, order.periods);
  if (!goesByTime(order.price)) return termsEnd;
  const usual = monthsAfter(now, USUAL_MONTHS);
  return termsEnd !== null && termsEnd < usual ? termsEnd : usual;
}
