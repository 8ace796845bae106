import type { Bilingual } from './watch.ts';

export const STOCK_GROUPS = ['medicine', 'test', 'vaccine', 'protection'] as const;
type StockGroup = (typeof STOCK_GROUPS)[number];

/** What one more case of a disease uses of an item. */
interface UsePerCase {
  disease: string;
  quantity: number;
  source: string | null;
  /** What no source says. */
  assumed: string | null;
}

export interface StockItem {
  id: string;
  group: StockGroup;
  name: Bilingual;
  unit: Bilingual;
  perCase: readonly UsePerCase[];
}

export interface StockSite {
  organization: string;
  site: string;
  name: string;
  /** GB/T 2260, six digits. */
  district: string;
}

/** A lot at a site. */
export interface StockHolding extends StockSite {
  item: string;
  lot: string;
  /** The last day of use; null: it has none. */
  expires: string | null;
  quantity: number;
}

/** One line of a count. */
export interface StockCount {
  site: string;
  name: string;
  district: string;
  item: string;
  lot: string;
  expires: string | null;
  day: string;
  quantity: number;
}

/** The columns of a count as CSV, in any order. `expires` may be empty, `name` and `district` where the site is known. */
export const COUNT_COLUMNS = ['site', 'name', 'district', 'item', 'lot', 'expires', 'day', 'quantity'] as const;
export type CountColumn = (typeof COUNT_COLUMNS)[number];

const COUNT_FAULTS = [
  'missing-column',
  'missing',
  'too-long',
  'no-such-item',
  'no-such-day',
  'future',
  'not-whole',
  'no-district',
  'unknown-site',
  'doubled',
  'other-expiry',
  'later-count',
  'below-nothing',
] as const;
export type CountFaultCode = (typeof COUNT_FAULTS)[number];

export interface CountFault {
  /** From 1; the header is not counted. 0: the whole file. */
  row: number;
  column: CountColumn;
  code: CountFaultCode;
}

/** What a count did, or would do. */
export interface CountAnswer {
  rows: (StockCount & { effect: number })[];
  faults: CountFault[];
  /** Lines that were known already and changed nothing. */
  known: number;
  kept: boolean;
}

export const MOST_COUNT_ROWS = 5_000;

/** What a person may tell; `transferred` becomes two movements. */
export const TOLD_MOVEMENTS = ['received', 'issued', 'wasted', 'transferred', 'ordered'] as const;
type ToldMovement = (typeof TOLD_MOVEMENTS)[number];

const MOVEMENT_KINDS = ['counted', 'received', 'issued', 'wasted', 'sent', 'arrived', 'ordered'] as const;
export type MovementKind = (typeof MOVEMENT_KINDS)[number];

export interface StockMovement {
  organization: string;
  id: string;
  kind: MovementKind;
  site: string;
  item: string;
  lot: string;
  day: string;
  quantity: number;
  effect: number;
  due: string | null;
  order: string | null;
  transfer: string | null;
  undoes: string | null;
  undone: boolean;
  note: string;
  at: string;
  byName: string;
}

/** What is told of a movement. */
export interface MovementTold {
  /** The actor's own unless said. */
  organization?: string;
  kind: ToldMovement;
  site: string;
  item: string;
  lot?: string;
  quantity: number;
  day?: string;
  note?: string;
  /** Of a lot that is new here. */
  expires?: string;
  /** Of a transfer: where it goes. */
  to?: { organization?: string; site: string };
  /** Of an order: when it is expected. */
  due?: string;
  /** Of a receipt: which order it fulfils. */
  order?: string;
}

/** What is still to come of an order. */
export interface OpenOrder {
  organization: string;
  id: string;
  site: string;
  district: string;
  item: string;
  due: string;
  open: number;
}

export const SCENARIO_KINDS = ['base', 'peak', 'disease'] as const;
type ScenarioKind = (typeof SCENARIO_KINDS)[number];

/** What is supposed about the use to come. */
export interface Scenario {
  kind: ScenarioKind;
  /** `peak`: how many times the base use is used at the peak. */
  peak: number;
  /** `peak`, `disease`: how long it takes; the peak is in the middle. */
  durationDays: number;
  /** `disease`: one of the watched with an open alarm. */
  disease: string | null;
  /** `disease`: the reproduction number at its beginning. */
  reproduction: number;
  /** From order to arrival. */
  leadDays: number;
  horizonDays: number;
  /** Chance that the stock lasts through the lead time when it is ordered at the reorder point. */
  service: number;
  /** Whether orders that are on their way are counted. */
  withOrders: boolean;
}

export const USUAL_SCENARIO: Scenario = {
  kind: 'base',
  peak: 3,
  durationDays: 60,
  disease: null,
  reproduction: 1.5,
  leadDays: 14,
  horizonDays: 120,
  service: 0.95,
  withOrders: true,
};

export const SCENARIO_BOUNDS = {
  peak: [1, 100],
  durationDays: [1, 365],
  reproduction: [0.1, 20],
  leadDays: [0, 180],
  horizonDays: [7, 365],
  service: [0.5, 0.999],
} as const;

/** Days before today whose issues are the base use. */
export const USE_DAYS = 28;

/** What is lost because it is not used in time. */
export interface ExpiringLot {
  lot: string;
  expires: string;
  quantity: number;
}

/** An item in a city, as the scenario sees it. */
export interface CoverLine {
  item: string;
  city: string;
  stock: number;
  /** Mean issues a day. */
  perDay: number;
  /** How many days that mean is over. */
  observedDays: number;
  /** More cases a day at the beginning, of the scenario's disease. */
  casesPerDay: number;
  /** Orders counted, and those overdue that are not. */
  incoming: number;
  overdue: number;
  /** Null: nothing is missing within the horizon. */
  coverDays: number | null;
  shortage: string | null;
  /** To arrive on the day of shortage it must be ordered on this day. */
  orderBy: string | null;
  lost: ExpiringLot[];
  reorder: { point: number; leadUse: number; safety: number; position: number; isBelow: boolean };
}

export interface Transfer {
  item: string;
  from: string;
  to: string;
  quantity: number;
  /** Days of cover before and after; null: nothing is used there. */
  giver: readonly [number | null, number | null];
  taker: readonly [number | null, number | null];
}

/** A disease that a scenario may be about. */
export interface StockDisease {
  disease: string;
  name: Bilingual;
  /** Generation time in days, and whether it is our assumption. */
  generationDays: number;
  isAssumed: boolean;
  alarms: number;
  /** More cases a day by city; `region`: nowhere in particular. */
  cases: { place: string; perDay: number }[];
}

export interface StockView {
  today: string;
  scenario: Scenario;
  items: readonly StockItem[];
  cities: string[];
  lines: CoverLine[];
  transfers: Transfer[];
  diseases: StockDisease[];
  mayWrite: boolean;
}

export interface ProjectedDay {
  day: string;
  /** At the end of the day. */
  stock: number;
  demand: number;
  arriving: number;
  lost: number;
  missing: number;
}

export interface StockProjection {
  item: StockItem;
  city: string;
  line: CoverLine;
  days: ProjectedDay[];
  holdings: StockHolding[];
  orders: OpenOrder[];
}
