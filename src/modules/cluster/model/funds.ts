import type { ThingName } from './record.ts';

/** What may be entered into the books of a fund. */
export const FUND_KINDS = [
  'commitment',
  'call',
  'distribution',
  'investment',
  'proceeds',
  'management-fee',
  'expense',
  'carry',
  'net-value',
  'holding-value',
] as const;
export type FundKind = (typeof FUND_KINDS)[number];

/** What a call or a distribution is for, as the granular method of ILPA's performance template itemises it. */
export const PURPOSES = {
  call: ['investment', 'management-fee', 'expense'],
  distribution: ['return-of-capital', 'gain', 'income'],
} as const;
export type Purpose = (typeof PURPOSES)[keyof typeof PURPOSES][number];

/** How a value was found. Source: International Private Equity and Venture Capital Valuation Guidelines, December 2022; `manager` is a sub-fund's own report. */
export const VALUATIONS = [
  'market-price',
  'calibrated-price',
  'multiples',
  'benchmarks',
  'discounted-cash-flow',
  'net-assets',
  'manager',
  'audited',
] as const;
export type Valuation = (typeof VALUATIONS)[number];

export interface FundEntry {
  id: string;
  kind: FundKind | 'reversal';
  day: string;
  /** Integer fen. */
  fen: number;
  holding: string | null;
  investor: string | null;
  purpose: Purpose | null;
  recallable: boolean;
  stakePpm: number | null;
  method: Valuation | null;
  source: string;
  note: string | null;
  reverses: string | null;
  enteredByName: string;
  enteredAt: string;
}

/** Entries as they are given. */
export type NewFundEntry = { kind: FundKind; day: string; fen: number; source: string } & Partial<
  Pick<FundEntry, 'holding' | 'investor' | 'purpose' | 'recallable' | 'stakePpm' | 'method' | 'note'>
>;

/** Why a figure is not told. */
export type Lack =
  | 'books'
  | 'commitments'
  | 'calls'
  | 'value'
  | 'holdings'
  | 'holding-values'
  | 'index'
  | 'index-days'
  | 'no-rate'
  | 'sign-changes';

/** A figure with how it came about, or what is missing for it: never a nought that nobody knows. */
export type FundFigure =
  | { value: number; working: string }
  /** Several rates fit the flows: none is the rate. */
  | { several: number[]; working: string }
  | { lacks: Lack[] };

export const FUND_RATIOS = [
  'dpi',
  'rvpi',
  'tvpi',
  'pic',
  'netRate',
  'grossRate',
  'moic',
  'ksPme',
  'lnPme',
  'pmePlus',
  'directAlpha',
] as const;
export type FundRatio = (typeof FUND_RATIOS)[number];

export interface FundValue {
  fen: number;
  day: string;
  method: Valuation;
  source: string;
  /** Calls since, less distributions since: what the value is carried on by to the day asked for. */
  movedFen: number;
}

export interface FundSums {
  committed: number;
  called: number;
  distributed: number;
  recallable: number;
  unfunded: number;
  invested: number;
  proceeds: number;
  managementFees: number;
  expenses: number;
  carry: number;
}

export interface FundFigures {
  at: string;
  /** Null where there are no books. */
  sums: FundSums | null;
  value: FundValue | null;
  ratios: Record<FundRatio, FundFigure>;
}

export interface FundHolding {
  thing: ThingName;
  /** Place where it lies, when it is said. */
  place: { id: string; name: string; nameZh: string | null } | null;
  costFen: number;
  proceedsFen: number;
  stakePpm: number | null;
  value: { fen: number; day: string; method: Valuation; source: string } | null;
  rate: FundFigure;
  /** Of a sub-fund's holding, seen through: that sub-fund, and the share of it that counts. */
  through: { fund: ThingName; share: number } | null;
}

/** The J-curve: sums at the end of each quarter. */
export interface FundPoint {
  day: string;
  called: number;
  distributed: number;
  /** Distributed less called. */
  net: number;
  value: number | null;
}

/** What a document says of a fund, and what follows from it by division. */
export interface StatedFigure {
  property: string;
  value: number;
  unit: string | null;
  asOf: string | null;
  quote: string | null;
  source: string;
}
export interface DerivedShare {
  name: 'paid-in-ratio' | 'reinvested-project-share' | 'reinvested-to-paid-in';
  of: [string, string];
  value: number;
}

export interface FundLine extends ThingName {
  /** Whose books, where there are any. */
  keeperName: string | null;
  /** The actor may read them. */
  open: boolean;
  mayWrite: boolean;
  mother: ThingName | null;
  subFunds: number;
  size: number | null;
  ratios: Record<'pic' | 'dpi' | 'tvpi' | 'netRate', FundFigure>;
}

export interface FundPage extends Omit<FundLine, 'ratios' | 'subFunds' | 'size'> {
  /** The regulator may hand the books to a keeper. */
  maySupervise: boolean;
  figures: FundFigures;
  stated: StatedFigure[];
  derived: DerivedShare[];
  curve: FundPoint[];
  holdings: FundHolding[];
  /** Where the money of the holdings lies: information, never a mark to pass. */
  places: { place: ThingName | null; costFen: number; ofCalled: number | null }[];
  subFunds: ThingName[];
  entries: FundEntry[];
  moreEntries: boolean;
  indices: { id: string; name: string; nameZh: string | null; example: boolean }[];
  /** Things by id that entries name. */
  names: Record<string, ThingName>;
}

/** A line of the quarterly form; a value is null where the books do not say. */
export const ILPA_PARTS = [
  'flows',
  'management-fees',
  'expenses',
  'results',
  'incentive',
  'commitment',
  'related',
] as const;
export type IlpaPart = (typeof ILPA_PARTS)[number];

export interface IlpaLine {
  part: IlpaPart;
  /** These books keep what the line needs. */
  isKept: boolean;
  code: string;
  quarter: number | null;
  year: number | null;
  inception: number | null;
}
export interface IlpaReport {
  fund: ThingName;
  quarter: string;
  from: string;
  to: string;
  reporting: IlpaLine[];
  /** Of the granular method: flows by type of transaction, with the sign of the investor. */
  transactions: { day: string; between: 'investors' | 'holdings'; type: string; fen: number }[];
  figures: FundFigures;
}

export interface ImportRow {
  row: number;
  entry: NewFundEntry | null;
  /** What is wrong with it, by the column's name. */
  faults: { column: string; message: string }[];
  /** It is in the books already. */
  known: boolean;
}
