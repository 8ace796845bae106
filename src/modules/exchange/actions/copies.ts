import { createHash, randomBytes } from 'node:crypto';
import { setImmediate as breathe } from 'node:timers/promises';
import type { Context } from '#kernel/context';
import { Problem } from '#kernel/problem';
import type { CandidateColumn, Cell, Order } from '../model.ts';
import { csvLine, type MarkedRow, type MarkKeys, markRow, planMarks } from '../rules/index.ts';
import { type Copy, findCopy, insertCopy, keyOf, PIECE_BYTES, planKeyOf } from '../store/index.ts';
import { readRelease } from './gate.ts';

/** Rows that one turn of the event loop marks. */
const ROWS_A_TURN = 1_000;
const MOST_BYTES = 256 * 1024 * 1024;

export interface Table {
  columns: CandidateColumn[];
  rows: Cell[][];
}

/** A release as the buyer of an order may have it: marked as the buyer's, row by row in the release's order. */
async function markedTable(
  ctx: Context,
  order: Order,
  release: string,
): Promise<{ columns: CandidateColumn[]; rows: MarkedRow[] }> {
  const { columns, rows } = await readWhole(ctx, release);
  const keys = await keysOf(ctx, order);
  const plan = planMarks(columns, rows);
  const marked: MarkedRow[] = [];
  for (const row of rows) {
    marked.push(markRow(plan, keys, row));
    if (marked.length % ROWS_A_TURN === 0) await breathe();
  }
  return { columns, rows: marked };
}

export async function readWhole(ctx: Context, release: string): Promise<Table> {
  const { columns, rows } = await readRelease(ctx, release);
  const all: Cell[][] = [];
  for await (const row of rows) all.push(row);
  return { columns, rows: all };
}

async function keysOf(ctx: Context, { id, offering }: Order): Promise<MarkKeys> {
  return ctx.db.transaction(async (tx) => ({
    own: await keyOf(tx, { order: id, offering, fresh: randomBytes(32) }),
    plan: await planKeyOf(tx, offering, randomBytes(32)),
  }));
}

/** The buyer's copy as a file, made once and kept: it has the same bytes and the same hash whenever it is fetched. */
export async function prepareCopy(ctx: Context, order: Order, release: string): Promise<Copy> {
  const known = await findCopy(ctx.db, order.id, release);
  if (known !== undefined) return known;
  const { columns, rows } = await markedTable(ctx, order, release);
  rows.sort((one, other) => one.place.compare(other.place));
  const lines = [csvLine(columns.map(({ name }) => name)), ...rows.map(({ row }) => csvLine(row))];
  const content = Buffer.from(lines.join(''), 'utf8');
  if (content.length > MOST_BYTES)
    throw new Problem('too-large', 'the content is too large for a file: ask for it by calls', { most: MOST_BYTES });
  const digest = createHash('sha256').update(content).digest('hex');
  const pieces = Array.from({ length: Math.ceil(content.length / PIECE_BYTES) }, (_, at) =>
    content.subarray(at * PIECE_BYTES, (at + 1) * PIECE_BYTES),
  );
  const copy = { digest, bytes: content.length, rows: rows.length };
  await ctx.db.transaction((tx) => insertCopy(ctx, tx, { ...copy, order: order.id, release, pieces }));
  return copy;
}

/** Marked tables that calls were answered from lately. */
const held = new Map<string, Promise<Table>>();
const MOST_HELD = 8;

/** The marked table for calls, from memory where it was asked for lately. */
export function tableFor(ctx: Context, order: Order, release: string): Promise<Table> {
  const key = `${order.id} ${release}`;
  const known = held.get(key);
  if (known !== undefined) {
    held.delete(key);
    held.set(key, known);
    return known;
  }
  const made = markedTable(ctx, order, release).then(({ columns, rows }) => ({
    columns,
    rows: rows.map(({ row }) => row),
  }));
  made.catch(() => held.delete(key));
  held.set(key, made);
  const [oldest] = held.keys();
  if (held.size > MOST_HELD && oldest !== undefined) held.delete(oldest);
  return made;
}
