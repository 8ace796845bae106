/** What money is for. `outside` is the world beyond the platform: the only account that may owe. */
const PURPOSES_OF_MONEY = ['available', 'frozen', 'escrow', 'revenue', 'fees', 'outside'] as const;
export type MoneyPurpose = (typeof PURPOSES_OF_MONEY)[number];

/** The exchange itself: holds what is in escrow and earns the fees. */
export const EXCHANGE_PARTY = 'exchange';
export const OUTSIDE_PARTY = 'outside';

const ENTRY_KINDS = [
  'top-up',
  'pay-out',
  'pay-out-failed',
  'pay-out-asked',
  'fund',
  'owe',
  'release',
  'distribute',
  'refund',
] as const;
export type EntryKind = (typeof ENTRY_KINDS)[number];

export interface Balance {
  purpose: MoneyPurpose;
  fen: number;
}

/** A line of a party's statement, with the account's balance after it. */
export interface StatementLine {
  at: string;
  kind: EntryKind;
  purpose: MoneyPurpose;
  fen: number;
  balance: number;
  /** The order or payment that it belongs to. */
  subject: string;
  title: { en: string; zh: string } | null;
}

export interface Wallet {
  party: { id: string; name: string; nameZh?: string };
  balances: Balance[];
  payments: Payment[];
}

export const SANDBOX_OUTCOMES = ['succeeds', 'fails', 'late', 'twice'] as const;
/** How the sandbox's provider is to behave. */
export type SandboxOutcome = (typeof SANDBOX_OUTCOMES)[number];

export interface Payment {
  id: string;
  party: string;
  direction: 'in' | 'out';
  purpose: 'available' | 'revenue';
  fen: number;
  state: 'waiting' | 'done' | 'failed';
  askedByName: string;
  askedAt: string;
  settledAt: string | null;
  words: string | null;
}

export interface Invoice {
  issuer: string;
  year: number;
  number: number;
  orderId: string;
  kind: 'invoice' | 'credit-note';
  fen: number;
  feeFen: number;
  content: InvoiceContent;
  issuedAt: string;
}
export interface InvoiceContent {
  seller: { id: string; name: string; nameZh?: string };
  buyer: { id: string; name: string; nameZh?: string };
  title: { en: string; zh: string };
  /** What is paid for, as counted. */
  usage: { periods: number; calls: number; declared: number };
}

/** What holds on this exchange; a contract keeps what held when it was made. */
export interface TradeTerms {
  feeBasisPoints: number;
  acceptanceDays: number;
  fundingDays: number;
  revision: number;
}

/** Whether the books balance, and what they hold. */
export interface Books {
  entries: number;
  postings: number;
  /** By purpose, over all parties; the sum of all is 0. */
  totals: Balance[];
  /** Entries that do not balance and accounts that differ from their postings: none, or something is badly wrong. */
  flaws: string[];
}

/** One cell of the revenue dashboard. */
export interface RevenueCell {
  month: string;
  offering: string;
  title: { en: string; zh: string };
  buyer: string;
  buyerName: string;
  source: string;
  sourceName: string;
  fen: number;
}
export interface Revenue {
  cells: RevenueCell[];
  /** Counted over the same months. */
  orders: number;
  refundedFen: number;
  feeFen: number;
}
