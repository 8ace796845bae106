import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import { recordRead } from '#kernel/access';
import type { Context, Sql } from '#kernel/context';
import { Problem } from '#kernel/problem';
import type { AskOptions, Lake } from '../client.ts';
import { FORMS, type Format, isText, type Shaper, shaperOf, WRITING_VALUES } from './formats.ts';

/** What is told of a question in the audit trail and the ledger: one row for a question, however many rows it showed. */
interface Asked {
  act: 'lake.view-run' | 'lake.sql-asked';
  /** The view or the question. */
  subject: string;
  /** The persons whom it was limited to. */
  patients?: readonly string[];
  detail: Readonly<Record<string, unknown>>;
}

export interface Answer {
  format: Format;
  /** How long the engine may work. */
  mostMs: number;
  header: boolean;
  asked: Asked;
  /** Name of the file, without an extension. */
  name: string;
}

/** Rows in one answer; what is larger is exported. */
export const MOST_ROWS = 1_000_000;
/** So much is held back until it is known how many rows there are, and that the question can be answered at all. */
const HELD_BYTES = 256 * 1024;

/** Aborted when the client goes away before it has its answer: the engine then stops. */
export function goneSignal(reply: FastifyReply): AbortSignal {
  const gone = new AbortController();
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) gone.abort(new Problem('unavailable', 'the client went away'));
  });
  return gone.signal;
}

/** Asks the lake and sends the rows as the engine makes them. */
export async function sendFromLake(
  ctx: Context,
  reply: FastifyReply,
  lake: Lake,
  question: Sql,
  answer: Answer,
): Promise<FastifyReply> {
  const { engine } = FORMS[answer.format];
  const options: AskOptions = {
    actor: ctx.actor.id,
    signal: goneSignal(reply),
    mostRows: MOST_ROWS,
    timeoutMs: answer.mostMs,
    settings: WRITING_VALUES,
  };
  // Rows can be counted in text as it passes; of the binary formats they are counted before.
  const known = isText(answer.format) ? undefined : await countFew(lake, question, options);
  return sendRows(ctx, reply, await lake.stream(question, engine, options), answer, known);
}

/** Rows of a FHIR answer: it is made whole before it goes. */
const MOST_FHIR_ROWS = 10_000;

/** Asks the lake and sends the rows as a Parameters resource, each a `row` with a part for each value. */
export async function sendAsFhir(
  ctx: Context,
  reply: FastifyReply,
  lake: Lake,
  question: Sql,
  { asked, mostMs }: Pick<Answer, 'asked' | 'mostMs'>,
): Promise<FastifyReply> {
  const options = { actor: ctx.actor.id, signal: goneSignal(reply), timeoutMs: mostMs };
  const columns = (await describe(lake, question, options)).map(fhirColumn);
  const rows = await lake.rows<Record<string, unknown>>(question, {
    ...options,
    mostRows: MOST_FHIR_ROWS,
    settings: { date_time_output_format: 'iso' },
  });
  await note(ctx, asked, { rows: rows.length });
  const parameter = rows.map((row) => ({
    name: 'row',
    part: columns.flatMap(({ name, key, isText }) => {
      const value = row[name];
      return value === null ? [] : [{ name, [key]: isText ? String(value) : value }];
    }),
  }));
  return reply
    .type('application/fhir+json; charset=utf-8')
    .send(JSON.stringify({ resourceType: 'Parameters', ...(parameter.length > 0 && { parameter }) }));
}

/** Source: SQL-on-FHIR v2, SQLQueryRun, SQL to FHIR type mapping. Times of the lake are instants in UTC. */
const FHIR_TYPES: readonly (readonly [RegExp, string])[] = [
  [/^Bool$/, 'valueBoolean'],
  [/^(Int8|Int16|Int32|UInt8|UInt16)$/, 'valueInteger'],
  [/^(Int64|UInt32|UInt64)$/, 'valueInteger64'],
  [/^(Decimal|Float|BFloat)/, 'valueDecimal'],
  [/^(String|FixedString|Enum|UUID)/, 'valueString'],
  [/^Date(32)?$/, 'valueDate'],
  [/^DateTime/, 'valueInstant'],
];

function fhirColumn({ name, type }: { name: string; type: string }): { name: string; key: string; isText: boolean } {
  const plain = type.replace(/^LowCardinality\((.*)\)$/, '$1').replace(/^Nullable\((.*)\)$/, '$1');
  const key = FHIR_TYPES.find(([pattern]) => pattern.test(plain))?.[1];
  if (key !== undefined) return { name, key, isText: key === 'valueInteger64' };
  throw new Problem('unprocessable', 'FHIR has no type for a column: cast it in the query', { column: name, type });
}

/** Names and types of the columns that a question answers. */
export function describe(
  lake: Lake,
  { text, values }: Sql,
  options: AskOptions,
): Promise<{ name: string; type: string }[]> {
  return lake.rows({ text: `describe (${text}\n)`, values }, options);
}

/** How many rows a question answers. */
export async function countRows(lake: Lake, { text, values }: Sql, options: AskOptions): Promise<number> {
  const counted = { text: `select count() as count from (${text}\n)`, values };
  const [row] = await lake.rows<{ count: number }>(counted, options);
  return row?.count ?? 0;
}

async function countFew(lake: Lake, question: Sql, options: AskOptions): Promise<number> {
  const count = await countRows(lake, question, options);
  if (count > MOST_ROWS)
    throw new Problem('too-costly', 'the question answers too many rows: set a limit, or export', { most: MOST_ROWS });
  return count;
}

/**
 * Sends rows. The audit trail tells how many before any is sent; where they are too many to be held back, it is told before that
 * so many and more are shown, and once more at the end how many they were.
 */
export async function sendRows(
  ctx: Context,
  reply: FastifyReply,
  rows: Readable,
  { format, header, asked, name }: Answer,
  known?: number,
): Promise<FastifyReply> {
  // Whoever goes away before the rest is asked for would hold a turn at the lake for ever.
  reply.raw.once('close', () => rows.destroy());
  const shaper = shaperOf(format, header);
  const source = rows[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  const held: Buffer[] = [];
  let ended = false;
  for (let bytes = 0; bytes < HELD_BYTES; ) {
    const { done, value } = await source.next();
    if (done) {
      held.push(shaper.end());
      ended = true;
      break;
    }
    held.push(shaper.push(value));
    bytes += value.length;
  }
  const count = known ?? shaper.rows;
  try {
    await note(ctx, asked, known === undefined && !ended ? { rowsAtLeast: count } : { rows: count });
  } catch (error) {
    rows.destroy();
    throw error;
  }
  const { media, extension } = FORMS[format];
  reply.type(media).header('content-disposition', `attachment; filename="${name}.${extension}"`);
  if (ended) return reply.send(Buffer.concat(held));
  return reply.send(
    Readable.from(rest(ctx, held, source, shaper, known === undefined ? asked : undefined), { objectMode: false }),
  );
}

async function* rest(
  ctx: Context,
  held: readonly Buffer[],
  source: AsyncIterator<Buffer>,
  shaper: Shaper,
  asked: Asked | undefined,
): AsyncGenerator<Buffer> {
  let whole = false;
  try {
    yield Buffer.concat(held);
    for (let next = await source.next(); !next.done; next = await source.next()) yield shaper.push(next.value);
    yield shaper.end();
    whole = true;
  } finally {
    await source.return?.();
    if (asked !== undefined) await note(ctx, asked, { rows: shaper.rows, whole });
  }
}

/** Tells the audit trail and the ledger of a question. */
export async function note(ctx: Context, { act, subject, patients, detail }: Asked, figures: object): Promise<void> {
  await recordRead(ctx, {
    act,
    subject,
    ...(patients === undefined ? {} : { patients }),
    detail: { ...detail, purpose: ctx.actor.purpose, ...figures },
  });
}

/** The rows of a question that was answered elsewhere, as lines. */
export function linesOf(rows: readonly object[]): Readable {
  return Readable.from(
    rows.map((row) => Buffer.from(`${JSON.stringify(row)}\n`)),
    { objectMode: false },
  );
}

/** The same as CSV, written as the engine writes it. */
export function csvOf(columns: readonly string[], rows: readonly Record<string, unknown>[]): Readable {
  const records = [columns, ...rows.map((row) => columns.map((column) => row[column]))];
  return Readable.from(
    records.map((record) => Buffer.from(`${record.map(csvField).join(',')}\n`)),
    { objectMode: false },
  );
}

function csvField(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return `"${text.replaceAll('"', '""')}"`;
}
