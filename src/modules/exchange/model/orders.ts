import type { Invoice } from './money.ts';
import type { DeliveryWay, SourceShare } from './offerings.ts';
import type { Party, Words } from './parties.ts';
import type { PriceModel } from './prices.ts';

export const ORDER_STATES = [
  'requested',
  'negotiating',
  'agreed',
  'funded',
  'delivering',
  'delivered',
  'accepted',
  'disputed',
  'settled',
  'certified',
  'refunded',
  'expired',
  'revoked',
  'cancelled',
] as const;
export type OrderState = (typeof ORDER_STATES)[number];

export const ORDER_MOVES = [
  'request',
  'negotiate',
  'agree',
  'fund',
  'begin',
  'deliver',
  'accept',
  'dispute',
  'settle',
  'certify',
  'refund',
  'expire',
  'revoke',
  'cancel',
] as const;
export type OrderMove = (typeof ORDER_MOVES)[number];

/** What is counted of the use of a contract, for its price. */
export interface Usage {
  /** Of a subscription: periods that began. */
  periods: number;
  calls: number;
  /** Calls by month. */
  callsByMonth: readonly number[];
  /** Fen that the buyer earned with it, as declared. */
  declared: number;
}

export interface Order {
  id: string;
  offering: string;
  version: number;
  title: Words;
  buyer: Party;
  seller: Party;
  sources: SourceShare[];
  price: PriceModel;
  periods: number;
  ways: DeliveryWay[];
  purpose: string;
  feeBasisPoints: number;
  acceptanceDays: number;
  state: OrderState;
  revision: number;
  deposit: number;
  frozen: number;
  escrow: number;
  distributed: number;
  returned: number;
  refunded: number;
  calls: number;
  declared: number;
  settledPeriods: number;
  agreement: string | null;
  negotiation: string | null;
  certificate: string | null;
  requestedAt: string;
  agreedAt: string | null;
  fundedAt: string | null;
  deliveredAt: string | null;
  endedAt: string | null;
  expiresAt: string | null;
  dueAt: string | null;
}

export type OrderLine = Pick<
  Order,
  | 'id'
  | 'offering'
  | 'title'
  | 'buyer'
  | 'seller'
  | 'price'
  | 'state'
  | 'deposit'
  | 'distributed'
  | 'requestedAt'
  | 'dueAt'
  | 'expiresAt'
>;

export interface OrderEvent {
  revision: number;
  move: OrderMove;
  state: OrderState;
  madeByName: string;
  at: string;
  words: string | null;
}

export interface Dispute {
  orderId: string;
  openedByName: string;
  openedAt: string;
  words: string;
  decidedByName: string | null;
  decidedAt: string | null;
  decision: string | null;
  refund: number | null;
}

export type OrderSide = 'buyer' | 'seller' | 'operator';

export interface OrderPage {
  order: Order;
  side: OrderSide;
  /** What this person may do with it now. */
  may: OrderMove[];
  events: OrderEvent[];
  dispute: Dispute | null;
  deliveries: Delivery[];
  keys: ApiKey[];
  quota: Quota;
  usage: Usage;
  /** Fen that the use so far costs. */
  charge: number;
  /** Calls and rows by day, the last ninety. */
  days: { day: string; calls: number; rows: number }[];
  invoices: Invoice[];
  policy: Record<string, unknown> | null;
}

export interface Delivery {
  id: string;
  orderId: string;
  way: DeliveryWay;
  state: 'waiting' | 'open' | 'done' | 'failed';
  release: string | null;
  askedByName: string;
  askedAt: string;
  doneAt: string | null;
  rows: number;
  bytes: number;
  digest: string | null;
  address: string | null;
  trouble: string | null;
}

export interface ApiKey {
  id: string;
  start: string;
  name: string;
  madeByName: string;
  madeAt: string;
  usedAt: string | null;
  endedAt: string | null;
}

export interface Quota {
  callsAMinute: number;
  callsAMonth: number;
  callsThisMinute: number;
  callsThisMonth: number;
}

/** What a file was found to be. */
export interface TraceReport {
  rows: number;
  /** Rows of the file that are in the release, by what both have. */
  matched: number;
  columns: string[];
  suspects: TraceSuspect[];
  /** A chance like this or smaller is taken as proof; by it a file of nobody accuses one of all buyers once in a million. */
  threshold: number;
}
export interface TraceSuspect {
  orderId: string;
  buyer: Party;
  /** Marks that were read, and how many are this buyer's. */
  marks: number;
  agree: number;
  /** Pairs of neighbouring rows whose order was read, and how many stand as in this buyer's copy. */
  pairs: number;
  inOrder: number;
  /** The chance that a copy of somebody else agrees so well. */
  chance: number;
  isProven: boolean;
}
