import { binomial } from '#standards/statistics';
import type { CandidateColumn, Cell, TraceReport } from '../model.ts';
import {
  coinsOf,
  digitsOf,
  type MarkKeys,
  type MarkPlan,
  pickedOf,
  planMarks,
  rowKeyOf,
  unitsOf,
} from './watermark.ts';

/** A copy whose agreement with a file comes about by chance once in so many files is taken as its source, over all buyers together. */
const ACCUSED_BY_CHANCE = 1e-6;
const MOST_SITES = 20_000;
/** A copy moves a number by one unit; whoever averages copies or moves it once more leaves it this near. */
const NEAR_UNITS = 2;
/** Rows that cannot be told apart by what the file has are not looked through any further. */
const MOST_ALIKE = 64;

export interface Suspected {
  orderId: string;
  own: MarkKeys['own'];
}

interface Site {
  rowKey: string;
  column: number;
  /** Votes of the file's rows: for 1 less those for 0. */
  votes: number;
}

/** What a file has of a release: which bits its cells show, and which rows follow each other. */
export interface Evidence {
  rows: number;
  matched: number;
  columns: string[];
  sites: Site[];
  /** Keys of neighbouring rows, each row in one pair at the most. */
  pairs: [string, string][];
}

/** Finds the marks in a file: each of its rows is sought in the release by what both have. */
export function readMarks(
  release: { columns: readonly CandidateColumn[]; rows: readonly (readonly Cell[])[] },
  planKey: Uint8Array,
  file: readonly (readonly string[])[],
): Evidence {
  const [header = [], ...rows] = file;
  const plan = planMarks(release.columns, release.rows);
  const places = placeColumns(release, header, rows);
  const seen = [...places.keys()];
  // A column that was rounded tells nothing any more.
  const isWhole = (column: number) => {
    const at = places.get(column) as number;
    return rows.slice(0, 2_000).some((row) => digitsOf(row[at] ?? '') === plan.decimals[column]);
  };
  const moved = seen.filter((column) => plan.decimals[column] !== undefined && isWhole(column));
  const lost = seen.filter((column) => plan.decimals[column] !== undefined && !moved.includes(column));
  const firm = seen.filter(
    (column) => !plan.withheld.includes(column) && !moved.includes(column) && !lost.includes(column),
  );
  const soft = seen.filter((column) => plan.withheld.includes(column));
  const index = indexOf(release.rows, { firm, moved, plan });

  const sites = new Map<string, Site>();
  const order: (string | undefined)[] = [];
  let matched = 0;
  const vote = (rowKey: string, column: number, bit: 0 | 1) => {
    const id = `${column}|${rowKey}`;
    const site = sites.get(id) ?? { rowKey, column, votes: 0 };
    site.votes += bit === 1 ? 1 : -1;
    if (sites.size < MOST_SITES || sites.has(id)) sites.set(id, site);
  };
  for (const row of rows) {
    const told = (column: number) => row[places.get(column) as number] ?? '';
    const alike = index.find(firm.map(told), moved.length === 0 ? undefined : told(moved[0] as number));
    const fits = alike.filter(({ row: original }) => fitsRow({ original, told, moved, soft, plan }));
    const [first] = fits;
    const only = first !== undefined && fits.every(({ key }) => key === first.key) ? first : undefined;
    order.push(only?.key);
    if (first !== undefined) matched += 1;
    if (only === undefined) continue;
    for (const column of moved) {
      const units = unitsOf(only.row[column], plan.decimals[column]);
      const now = toUnits(told(column), plan.decimals[column]);
      if (units !== undefined && now !== undefined && now !== units) vote(only.key, column, now > units ? 1 : 0);
    }
    for (const column of pickedOf(plan, planKey, only.key, only.row))
      if (soft.includes(column)) vote(only.key, column, told(column) === '' ? 1 : 0);
  }
  return {
    rows: rows.length,
    matched,
    sites: [...sites.values()].filter(({ votes }) => votes !== 0),
    pairs: pairsOf(order),
    columns: seen.map((column) => release.columns[column]?.name ?? ''),
  };
}

/** Which column of the release each column of the file is: by its name or label, else by what it holds. */
function placeColumns(
  { columns, rows: originals }: { columns: readonly CandidateColumn[]; rows: readonly (readonly Cell[])[] },
  header: readonly string[],
  rows: readonly (readonly string[])[],
): Map<number, number> {
  const plain = (text: string) => text.trim().toLowerCase();
  const places = new Map<number, number>();
  header.forEach((title, at) => {
    const named = columns.findIndex(({ name, label }) => [name, label.en, label.zh].map(plain).includes(plain(title)));
    if (named >= 0 && !places.has(named)) places.set(named, at);
  });
  const free = header.flatMap((_, at) => ([...places.values()].includes(at) ? [] : [at]));
  for (const at of free) {
    const held = rows.slice(0, 500).map((row) => row[at] ?? '');
    const likely = columns
      .map((_, column) => {
        if (places.has(column)) return { column, share: 0 };
        const known = new Set(originals.map((row) => String(row[column] ?? '')));
        return { column, share: held.filter((value) => value !== '' && known.has(value)).length / (held.length || 1) };
      })
      .sort((one, other) => other.share - one.share)[0];
    if (likely !== undefined && likely.share > 0.8) places.set(likely.column, at);
  }
  return places;
}

interface Original {
  key: string;
  row: readonly Cell[];
}

/** The release's rows by what no copy changes, and by the first number that copies move by one unit. */
function indexOf(
  rows: readonly (readonly Cell[])[],
  { firm, moved, plan }: { firm: readonly number[]; moved: readonly number[]; plan: MarkPlan },
): { find(told: readonly string[], number: string | undefined): Original[] } {
  const [numeric] = moved;
  const digits = numeric === undefined ? undefined : plan.decimals[numeric];
  const index = new Map<string, Map<string, Original>>();
  const keyOf = (told: readonly string[], units: number | undefined) => JSON.stringify([...told, units ?? null]);
  for (const row of rows) {
    const units = numeric === undefined ? undefined : toUnits(String(row[numeric] ?? ''), digits);
    const key = keyOf(
      firm.map((column) => String(row[column] ?? '')),
      units,
    );
    const own = rowKeyOf(row);
    const alike = index.get(key) ?? new Map<string, Original>();
    if (alike.size <= MOST_ALIKE) alike.set(own, { key: own, row });
    index.set(key, alike);
  }
  return {
    find(told, number) {
      const units = number === undefined ? undefined : toUnits(number, digits);
      const near = Array.from({ length: 2 * NEAR_UNITS + 1 }, (_, at) =>
        units === undefined ? undefined : units - NEAR_UNITS + at,
      );
      const found = [...new Set(near)].flatMap((each) => [...(index.get(keyOf(told, each))?.values() ?? [])]);
      return found.length > MOST_ALIKE ? [] : found;
    },
  };
}

function toUnits(text: string, digits: number | undefined): number | undefined {
  if (digits === undefined || text.trim() === '') return undefined;
  const units = Math.round(Number(text) * 10 ** digits);
  return Number.isSafeInteger(units) ? units : undefined;
}

function fitsRow({
  original,
  told,
  moved,
  soft,
  plan,
}: {
  original: readonly Cell[];
  told: (column: number) => string;
  moved: readonly number[];
  soft: readonly number[];
  plan: MarkPlan;
}): boolean {
  const isNear = (column: number) => {
    const digits = plan.decimals[column];
    const [was, now] = [toUnits(String(original[column] ?? ''), digits), toUnits(told(column), digits)];
    if (was === undefined || now === undefined) return was === now;
    return Math.abs(was - now) <= NEAR_UNITS;
  };
  return (
    moved.every(isNear) &&
    soft.every((column) => told(column) === '' || told(column) === String(original[column] ?? ''))
  );
}

/** Every second neighbourhood, so that each pair is a coin of its own. */
function pairsOf(order: readonly (string | undefined)[]): [string, string][] {
  const known = order.filter((key) => key !== undefined);
  const pairs: [string, string][] = [];
  for (let at = 0; at + 1 < known.length; at += 2) {
    const [one, other] = [known[at] as string, known[at + 1] as string];
    if (one !== other) pairs.push([one, other]);
  }
  return pairs.slice(0, MOST_SITES);
}

export type Suspicion = Omit<TraceReport['suspects'][number], 'buyer' | 'isProven'>;

/**
 * How well a copy agrees with what was read. For anybody else's copy each mark and each pair is a fair coin, whatever the file's
 * maker did without the key: the chance is the exact tail of the better of the two, times two for having chosen.
 */
export function suspect({ sites, pairs }: Pick<Evidence, 'sites' | 'pairs'>, { orderId, own }: Suspected): Suspicion {
  const coins = new Map<string, ReturnType<typeof coinsOf>>();
  const of = (rowKey: string) => {
    const known = coins.get(rowKey) ?? coinsOf(own, rowKey);
    coins.set(rowKey, known);
    return known;
  };
  const agree = sites.filter(({ rowKey, column, votes }) => of(rowKey).bit(column) === (votes > 0 ? 1 : 0)).length;
  const inOrder = pairs.filter(([one, other]) => of(one).place.compare(of(other).place) < 0).length;
  const chance = Math.min(1, 2 * Math.min(tailOf(sites.length, agree), tailOf(pairs.length, inOrder)));
  return { orderId, marks: sites.length, agree, pairs: pairs.length, inOrder, chance };
}

/** The chance that fair coins fall at least so often on one side. */
function tailOf(coins: number, heads: number): number {
  return binomial.cdf(heads - 1, coins, 0.5, { upper: true });
}

/** The chance at which a copy counts as the source, where so many copies were held against the file. */
export function thresholdFor(copies: number): number {
  return ACCUSED_BY_CHANCE / Math.max(1, copies);
}
