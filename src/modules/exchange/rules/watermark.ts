import { hash } from 'node:crypto';
import type { CandidateColumn, Cell } from '../model.ts';

/**
 * A buyer's own copy of a table. Nothing false is told: the rows stand in an order of the copy's own; a decimal is moved by one
 * unit of its last place where that is at most a hundredth of it; of the cells that a plan picks for all copies alike, each copy
 * withholds about half. Counts, codes, dates and texts are never changed. Every choice is a bit of HMAC-SHA-256 over the row
 * under the copy's key: whoever has not got the key can neither foresee nor forge it, and rows that are equal are marked equally.
 *
 * What it survives, and what not, is measured in watermark.test.ts and said in docs/trading.md. Our own scheme; the coins and
 * their exact tail are those of an ordinary sign test.
 */
export interface MarkKeys {
  /** Of the offering: which cells may be withheld. */
  plan: Uint8Array;
  /** Of the order. */
  own: Uint8Array;
}

/** Of the cells that may be withheld, so large a part is picked; a copy withholds half of it. */
const PICKED = 0.02;
/** A table of fewer rows withholds nothing: each cell matters. */
const LEAST_ROWS = 200;
/** A decimal of fewer units in its last place stays as it is. */
const LEAST_UNITS = 100;
const MOST_DECIMALS = 6;
/** Bytes of the digest that say where the row stands; the bits after them mark its cells. */
const PLACE_BYTES = 8;
const MOST_BITS = (32 - PLACE_BYTES) * 8;
const MOST_WITHHELD_COLUMNS = 16;

/** Which cells of a table can carry marks. */
export interface MarkPlan {
  columns: readonly CandidateColumn[];
  /** Digits after the point, of columns that are moved; undefined for others. */
  decimals: readonly (number | undefined)[];
  /** Columns of which cells are withheld. */
  withheld: readonly number[];
}

/** @param rows all of them, or the first so many: only the shape of the numbers is looked at */
export function planMarks(columns: readonly CandidateColumn[], rows: readonly (readonly Cell[])[]): MarkPlan {
  const isTable = columns.some(({ role }) => role === 'count' || role === 'measure');
  const decimals = columns.map(({ type, role }, at) => {
    if (type !== 'decimal' || role === 'quasi' || role === 'count' || role === 'weight') return undefined;
    const digits = rows.reduce((most, row) => Math.max(most, digitsOf(row[at])), 0);
    return digits > MOST_DECIMALS ? undefined : digits;
  });
  const mayWithhold = ({ role, type }: CandidateColumn, at: number) =>
    isTable ? role === 'count' : (role === 'sensitive' || role === 'plain') && type !== 'decimal' && at > 0;
  const withheld = columns.flatMap((column, at) => (mayWithhold(column, at) ? [at] : []));
  return {
    columns,
    decimals,
    withheld: rows.length < LEAST_ROWS ? [] : withheld.slice(0, MOST_WITHHELD_COLUMNS),
  };
}

export function digitsOf(value: Cell | undefined): number {
  if (value === null || value === undefined) return 0;
  return /\.(\d+)$/.exec(String(value))?.[1]?.length ?? 0;
}

/** The row as that which is marked. */
export function rowKeyOf(row: readonly Cell[]): string {
  return JSON.stringify(row);
}

const BLOCK_BYTES = 64;
const pads = new WeakMap<Uint8Array, { inner: Buffer; outer: Buffer }>();

/** HMAC-SHA-256 (RFC 2104) from two plain hashes: millions of rows are marked, and a hash object for each costs more than the hash. */
function hmac(key: Uint8Array, text: string): Buffer {
  const known = pads.get(key);
  const { inner, outer } = known ?? { inner: padOf(key, 0x36), outer: padOf(key, 0x5c) };
  if (known === undefined) pads.set(key, { inner, outer });
  return hash(
    'sha256',
    Buffer.concat([outer, hash('sha256', Buffer.concat([inner, Buffer.from(text)]), 'buffer')]),
    'buffer',
  );
}

/** @param key at most a block */
function padOf(key: Uint8Array, byte: number): Buffer {
  const pad = Buffer.alloc(BLOCK_BYTES, byte);
  key.forEach((each, at) => {
    pad[at] = each ^ byte;
  });
  return pad;
}

/** The coins of a row: where it stands, and a bit for each of its cells. */
export function coinsOf(own: Uint8Array, rowKey: string): { place: Buffer; bit(column: number): 0 | 1 } {
  const digest = hmac(own, rowKey);
  return {
    place: digest.subarray(0, PLACE_BYTES),
    bit(column) {
      const at = column % MOST_BITS;
      return (((digest[PLACE_BYTES + (at >> 3)] as number) >> (at & 7)) & 1) as 0 | 1;
    },
  };
}

/** The columns of this row that the plan picks to be withheld by half of the copies. */
export function pickedOf({ withheld }: MarkPlan, planKey: Uint8Array, rowKey: string, row: readonly Cell[]): number[] {
  if (withheld.length === 0) return [];
  const digest = hmac(planKey, rowKey);
  return withheld.filter((column, at) => row[column] !== null && digest.readUInt16BE(2 * at) < PICKED * 65_536);
}

/** Units of the last place that a decimal has, where it may be moved. */
export function unitsOf(value: Cell | undefined, digits: number | undefined): number | undefined {
  if (digits === undefined || value === null || value === undefined || value === '') return undefined;
  const units = Math.round(Number(value) * 10 ** digits);
  return Number.isSafeInteger(units) && Math.abs(units) >= LEAST_UNITS ? units : undefined;
}

export interface MarkedRow {
  place: Buffer;
  row: Cell[];
}

/** The row as the copy has it, and where. */
export function markRow(plan: MarkPlan, keys: MarkKeys, row: readonly Cell[]): MarkedRow {
  const key = rowKeyOf(row);
  const coins = coinsOf(keys.own, key);
  const marked = [...row];
  plan.decimals.forEach((digits, column) => {
    const units = unitsOf(row[column], digits);
    if (units === undefined || digits === undefined) return;
    const moved = ((units + (coins.bit(column) === 1 ? 1 : -1)) / 10 ** digits).toFixed(digits);
    marked[column] = typeof row[column] === 'string' ? moved : Number(moved);
  });
  for (const column of pickedOf(plan, keys.plan, key, row)) if (coins.bit(column) === 1) marked[column] = null;
  return { place: coins.place, row: marked };
}
