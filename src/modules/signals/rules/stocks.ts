import { normal } from '#standards/statistics';
import facts from '../../../../facts/stock-items.json' with { type: 'json' };
import {
  COUNT_COLUMNS,
  type CountColumn,
  type CountFault,
  type CountFaultCode,
  type CoverLine,
  type ExpiringLot,
  type ProjectedDay,
  type Scenario,
  type StockCount,
  type StockItem,
  type StockSite,
  type Transfer,
  USE_DAYS,
} from '../model.ts';
import { dayNumber, daysAfter, dayText } from './calendar.ts';

export const STOCK_ITEMS = facts.items as readonly StockItem[];
const BY_ID = new Map(STOCK_ITEMS.map((item) => [item.id, item]));

export function stockItemOf(id: string): StockItem | undefined {
  return BY_ID.get(id);
}

// ---- what will be used -----------------------------------------------------------------------------------------------

/**
 * How many times the use of day 0 is used on a day.
 *
 * `peak`: 1 + (peak - 1) sin²(π t / duration). `disease`: exp(r t) up to the middle of the duration and down again in the same time, r = (R - 1) / T, for a
 * generation time T that is exponentially distributed; it only falls when R < 1. After the duration: 1, and 0 of the disease's.
 *
 * @param day whole days from today
 * Source: Wallinga, Lipsitch, Proc R Soc B 2007;274:599, equation 3.3 for r; that it falls as it rose is an assumption.
 */
export function timesAt(scenario: Scenario, day: number, generationDays: number): number {
  const { kind, durationDays, peak, reproduction } = scenario;
  if (kind === 'base') return 1;
  if (kind === 'peak') return day >= durationDays ? 1 : 1 + (peak - 1) * Math.sin((Math.PI * day) / durationDays) ** 2;
  if (day > durationDays) return 0;
  const rate = (reproduction - 1) / generationDays;
  return Math.exp(rate * (rate < 0 ? day : Math.min(day, durationDays - day)));
}

interface Use {
  /** Mean issues a day. */
  perDay: number;
  /** Standard deviation of the issues of a day. */
  deviation: number;
  observedDays: number;
}

/** The use of an item at a place, from the issues of each day that is known of, oldest first. */
export function useOf(issues: readonly number[]): Use {
  const observedDays = issues.length;
  if (observedDays === 0) return { perDay: 0, deviation: 0, observedDays };
  // Counter-movements may outweigh what was issued within these days; a use below nothing is none.
  const perDay = Math.max(0, issues.reduce((sum, each) => sum + each, 0) / observedDays);
  const squares = issues.reduce((sum, each) => sum + (each - perDay) ** 2, 0);
  return { perDay, deviation: observedDays < 2 ? 0 : Math.sqrt(squares / (observedDays - 1)), observedDays };
}

/** Days of the use that are known of: not before the first entry, and today is not over. */
export function observedDays(today: string, first: string | undefined): number {
  return first === undefined ? 0 : Math.max(0, Math.min(USE_DAYS, dayNumber(today) - dayNumber(first)));
}

/** @returns the use of each day from today through the horizon */
export function demandOf(
  scenario: Scenario,
  { perDay, perCase, casesPerDay, generationDays }: DemandParts,
): Float64Array {
  const demand = new Float64Array(scenario.horizonDays);
  for (let day = 0; day < demand.length; day += 1) {
    const times = timesAt(scenario, day, generationDays);
    demand[day] = scenario.kind === 'disease' ? perDay + perCase * casesPerDay * times : perDay * times;
  }
  return demand;
}

interface DemandParts {
  perDay: number;
  /** Use of one case of the scenario's disease. */
  perCase: number;
  casesPerDay: number;
  generationDays: number;
}

// ---- what is left ----------------------------------------------------------------------------------------------------

interface Batch {
  lot: string;
  expires: string | null;
  quantity: number;
}

interface Projected {
  days: ProjectedDay[];
  /** Null: nothing is missing within the horizon. */
  coverDays: number | null;
  shortage: string | null;
  lost: ExpiringLot[];
}

const NEVER = '9999-12-31';
const TINY = 1e-9;

/**
 * Uses the lots up day by day, those that expire first first. A lot may be used on its last day; what arrives is there in the morning and is taken not to expire.
 * What was missing on a day is not asked for again.
 */
export function project(
  today: string,
  { lots, arrivals, demand }: { lots: readonly Batch[]; arrivals: readonly Arrival[]; demand: Float64Array },
): Projected {
  const held = lots
    .filter(({ quantity }) => quantity > 0)
    .map((lot) => ({ ...lot, until: lot.expires ?? NEVER }))
    .sort((one, two) => (one.until < two.until ? -1 : one.until > two.until ? 1 : one.lot < two.lot ? -1 : 1));
  const days: ProjectedDay[] = [];
  const lost: ExpiringLot[] = [];
  let coverDays: number | null = null;
  let shortage: string | null = null;
  for (const [at, wanted] of demand.entries()) {
    const day = daysAfter(today, at);
    const gone = held.filter((lot) => lot.until < day && lot.quantity > TINY);
    for (const lot of gone) {
      lost.push({ lot: lot.lot, expires: lot.until, quantity: lot.quantity });
    }
    const lostToday = gone.reduce((sum, { quantity }) => sum + quantity, 0);
    for (const lot of gone) lot.quantity = 0;
    const arriving = arrivals.reduce((sum, { due, quantity }) => (due === day ? sum + quantity : sum), 0);
    if (arriving > 0) held.push({ lot: '', expires: null, until: NEVER, quantity: arriving });
    let missing = wanted;
    for (const lot of held) {
      const taken = Math.min(lot.quantity, missing);
      lot.quantity -= taken;
      missing -= taken;
    }
    if (missing <= TINY * Math.max(1, wanted)) missing = 0;
    if (missing > 0 && shortage === null) {
      shortage = day;
      coverDays = at + (wanted - missing) / wanted;
    }
    const stock = held.reduce((sum, { quantity }) => sum + quantity, 0);
    days.push({ day, stock, demand: wanted, arriving, lost: lostToday, missing });
  }
  return { days, coverDays, shortage, lost };
}

interface Arrival {
  due: string;
  quantity: number;
}

/**
 * When to order: use in the lead time and a safety stock for how use varies from day to day.
 *
 * Source: Silver, Pyke, Thomas, Inventory and Production Management in Supply Chains, 4th ed., 2017, chapter 6: s = x_L + k σ √L, k the normal quantile of the
 * chance that nothing is missing in the lead time.
 */
export function reorderOf(
  scenario: Scenario,
  { demand, deviation, position }: { demand: Float64Array; deviation: number; position: number },
): CoverLine['reorder'] {
  const { leadDays, service } = scenario;
  const known = demand.slice(0, leadDays).reduce((sum, each) => sum + each, 0);
  // A lead time beyond the horizon goes on with its last day.
  const leadUse = known + Math.max(0, leadDays - demand.length) * (demand.at(-1) ?? 0);
  const safety = normal.quantile(service) * deviation * Math.sqrt(leadDays);
  const point = Math.ceil(leadUse + safety - TINY);
  return { point, leadUse, safety, position, isBelow: point > 0 && position <= point };
}

export function orderBy(shortage: string | null, leadDays: number): string | null {
  return shortage === null ? null : daysAfter(shortage, -leadDays);
}

// ---- evening out -----------------------------------------------------------------------------------------------------

interface Holder {
  city: string;
  stock: number;
  /** Mean use of a day in the scenario. */
  perDay: number;
}

/**
 * Moves that even out the cover of one item: all stock shared by use would give every city the same days; whoever has more gives to whoever has less, the
 * largest surplus to the largest need first. Nobody falls below the common days, and needs of less than a day are left.
 */
export function evenOut(item: string, holders: readonly Holder[], horizonDays: number): Transfer[] {
  const all = holders.reduce((sum, { stock }) => sum + stock, 0);
  const use = holders.reduce((sum, { perDay }) => sum + perDay, 0);
  if (!(use > 0)) return [];
  const common = Math.min(horizonDays, all / use);
  const now = new Map(holders.map((each) => [each.city, { ...each }]));
  const order = (one: { city: string; of: number }, two: { city: string; of: number }) =>
    two.of - one.of || (one.city < two.city ? -1 : 1);
  const givers = [...now.values()]
    .map(({ city, stock, perDay }) => ({ city, of: Math.floor(stock - common * perDay + TINY) }))
    .filter(({ of }) => of > 0)
    .sort(order);
  const takers = [...now.values()]
    .map(({ city, stock, perDay }) => ({ city, of: Math.floor(common * perDay - stock + TINY), perDay }))
    .filter(({ of, perDay }) => of > 0 && of >= perDay)
    .sort(order);
  const transfers: Transfer[] = [];
  for (const taker of takers) {
    for (const giver of givers) {
      const quantity = Math.min(giver.of, taker.of);
      if (quantity <= 0) continue;
      const [from, to] = [now.get(giver.city)!, now.get(taker.city)!];
      const before = [plainCover(from), plainCover(to)] as const;
      from.stock -= quantity;
      to.stock += quantity;
      giver.of -= quantity;
      taker.of -= quantity;
      transfers.push({
        item,
        from: giver.city,
        to: taker.city,
        quantity,
        giver: [before[0], plainCover(from)],
        taker: [before[1], plainCover(to)],
      });
    }
  }
  return transfers;
}

function plainCover({ stock, perDay }: Holder): number | null {
  return perDay > 0 ? stock / perDay : null;
}

// ---- counts ----------------------------------------------------------------------------------------------------------

/** RFC 4180: quoted fields, doubled quotes, CR LF or LF; a byte order mark is left out. */
export function parseCsv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let field = '';
  let quoted = false;
  const body = text.replace(/^\uFEFF/, '');
  for (let at = 0; at < body.length; at += 1) {
    const sign = body[at]!;
    if (quoted) {
      if (sign !== '"') field += sign;
      else if (body[at + 1] === '"') {
        field += '"';
        at += 1;
      } else quoted = false;
    } else if (sign === '"' && field === '') quoted = true;
    else if (sign === ',') {
      row.push(field);
      field = '';
    } else if (sign === '\n' || sign === '\r') {
      if (sign === '\r' && body[at + 1] === '\n') at += 1;
      rows.push([...row, field]);
      row = [];
      field = '';
    } else field += sign;
  }
  if (field !== '' || row.length > 0) rows.push([...row, field]);
  return rows.filter((each) => each.some((cell) => cell.trim() !== ''));
}

/** The lines of a CSV by the names of its header; a column that must be there and is not is a fault. */
export function linesOf(text: string): { lines: Record<string, unknown>[]; faults: CountFault[] } {
  const [header = [], ...rows] = parseCsv(text);
  const names = header.map((name) => name.trim().toLowerCase());
  const faults = (['site', 'item', 'lot', 'day', 'quantity'] as const)
    .filter((column) => !names.includes(column))
    .map((column) => ({ row: 0, column, code: 'missing-column' as const }));
  if (faults.length > 0) return { lines: [], faults };
  return {
    lines: rows.map((row) => Object.fromEntries(names.map((name, at) => [name, (row[at] ?? '').trim()]))),
    faults,
  };
}

/** What an organization holds, as far as a count needs to know it. Keys are `keyOf`. */
export interface CountState {
  sites: ReadonlyMap<string, StockSite>;
  lots: ReadonlyMap<string, { expires: string | null; quantity: number }>;
  /** Days counted, and what was found. */
  counts: ReadonlyMap<string, ReadonlyMap<string, number>>;
  /** What was done on a day, in effects. */
  effects: ReadonlyMap<string, ReadonlyMap<string, number>>;
}

export function stockKeyOf({ site, item, lot }: { site: string; item: string; lot: string }): string {
  return JSON.stringify([site, item, lot]);
}

interface JudgedCounts {
  rows: (StockCount & { effect: number })[];
  faults: CountFault[];
  known: number;
}

/**
 * What a count would do. A count holds at the end of its day: what was done on later days stays. The same figure again is known; another figure for the same day
 * corrects the first.
 */
export function judgeCounts(lines: readonly Record<string, unknown>[], state: CountState, today: string): JudgedCounts {
  const judged: JudgedCounts = { rows: [], faults: [], known: 0 };
  const sites = new Map(state.sites);
  const seen = new Set<string>();
  for (const [at, line] of lines.entries()) {
    const faults: CountFault[] = [];
    const blame = (column: CountColumn, code: CountFaultCode) => faults.push({ row: at + 1, column, code });
    const count = readCount(line, { sites, today, blame });
    if (faults.length === 0) {
      const key = stockKeyOf(count);
      if (seen.has(key)) blame('lot', 'doubled');
      seen.add(key);
      const effect = effectOf(count, state, blame);
      if (effect === undefined) judged.known += 1;
      else if (faults.length === 0) judged.rows.push({ ...count, effect });
      const { site, name, district } = count;
      sites.set(site, { organization: '', site, name, district });
    }
    judged.faults.push(...faults);
  }
  return judged;
}

const LONGEST = { site: 64, name: 200, lot: 64 } as const;

function readCount(
  line: Record<string, unknown>,
  {
    sites,
    today,
    blame,
  }: {
    sites: ReadonlyMap<string, StockSite>;
    today: string;
    blame: (column: CountColumn, code: CountFaultCode) => void;
  },
): StockCount {
  const cells = Object.fromEntries(
    COUNT_COLUMNS.map((column) => [column, String(line[column] ?? '').trim()]),
  ) as Record<CountColumn, string>;
  for (const column of ['site', 'item', 'lot', 'day', 'quantity'] as const)
    if (cells[column] === '') blame(column, 'missing');
  for (const column of ['site', 'name', 'lot'] as const)
    if (cells[column].length > LONGEST[column]) blame(column, 'too-long');
  if (cells.item !== '' && stockItemOf(cells.item) === undefined) blame('item', 'no-such-item');
  if (cells.day !== '' && !isDay(cells.day)) blame('day', 'no-such-day');
  else if (cells.day > today) blame('day', 'future');
  if (cells.expires !== '' && !isDay(cells.expires)) blame('expires', 'no-such-day');
  if (cells.quantity !== '' && !/^\d{1,12}$/.test(cells.quantity)) blame('quantity', 'not-whole');
  const known = sites.get(cells.site);
  const district = cells.district || known?.district || '';
  if (known === undefined && cells.district === '') blame('district', 'unknown-site');
  else if (!/^\d{6}$/.test(district)) blame('district', 'no-district');
  return {
    site: cells.site,
    name: cells.name || known?.name || cells.site,
    district,
    item: cells.item,
    lot: cells.lot,
    expires: cells.expires || null,
    day: cells.day,
    quantity: Number(cells.quantity),
  };
}

/** @returns undefined when it is known already */
function effectOf(
  { day, quantity, expires, ...place }: StockCount,
  { lots, counts, effects }: CountState,
  blame: (column: CountColumn, code: CountFaultCode) => void,
): number | undefined {
  const key = stockKeyOf(place);
  const lot = lots.get(key);
  const own = counts.get(key) ?? new Map<string, number>();
  if (own.get(day) === quantity) return undefined;
  if (lot !== undefined && expires !== null && lot.expires !== null && lot.expires !== expires)
    blame('expires', 'other-expiry');
  if ([...own.keys()].some((each) => each > day)) blame('day', 'later-count');
  const before = own.get(day);
  const since = [...(effects.get(key) ?? [])].reduce((sum, [each, effect]) => (each > day ? sum + effect : sum), 0);
  const held = lot?.quantity ?? 0;
  const effect = before === undefined ? quantity - (held - since) : quantity - before;
  if (held + effect < 0) blame('quantity', 'below-nothing');
  return effect;
}

export function isDay(text: string): boolean {
  return (
    /^\d{4}-\d{2}-\d{2}$/.test(text) &&
    !Number.isNaN(Date.parse(`${text}T00:00:00Z`)) &&
    dayText(dayNumber(text)) === text
  );
}
