/** The rows of a ViewDefinition without a server: ClickHouse's engine inside this process, on a folder that goes when it is done. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Session } from 'chdb';
import { Problem } from '#kernel/problem';
import { parseFhirJson, stringifyFhirJson } from '#standards/fhir';
import { type Column, compileView, elementJson, losslessJson, type View } from '#standards/sql-on-fhir';

/** Characters of resources that are asked over at once. The rows of one resource depend on no other, so memory stays the same. */
const BATCH = 8 * 1024 * 1024;

/** Bytes that one question may take. */
const MOST_MEMORY = 4 * 1024 ** 3;

/** Numbers are written as numbers, and no more is escaped than must be. */
const AS_TEXT = `output_format_json_quote_64bit_integers = 0, output_format_json_quote_decimals = 0,
  output_format_json_escape_forward_slashes = 0, format_csv_null_representation = '', max_memory_usage = ${MOST_MEMORY}`;

/** Not every reader of Arrow has the codecs that ClickHouse would take. */
const AS_FILE = `output_format_arrow_compression_method = 'none', max_memory_usage = ${MOST_MEMORY}`;

const TEXT = { ndjson: 'JSONEachRow', csv: 'CSV' } as const;
const FILE = { parquet: 'Parquet', arrow: 'Arrow' } as const;
export type TextFormat = keyof typeof TEXT;
export type FileFormat = keyof typeof FILE;

/**
 * Writes the rows as text, in the order of the resources and as soon as there are some.
 *
 * @param write takes whole lines, without the last line break; the next come when it is done
 * @throws Problem `unprocessable` when a resource does not keep what the view promises
 */
export async function printRows(
  view: View,
  resources: AsyncIterable<string>,
  { format, write }: { format: TextFormat; write(lines: string): Promise<void> },
): Promise<void> {
  const { sql, columns } = compiled(view);
  const told = format === 'csv' ? (lines: string) => lines : withElements(columns);
  if (format === 'csv') await write(namesOf(columns));
  await withEngine(resources, async (engine) => {
    const stream = engine.queryStream(`select * from (${sql}) settings ${AS_TEXT}`, { format: TEXT[format] });
    for await (const chunk of stream) {
      const lines = chunk.text().trimEnd();
      if (lines !== '') await write(told(lines));
    }
  });
}

/**
 * Writes the rows to one file with their types.
 *
 * @param path absolute; a file that is there is overwritten
 * @throws Problem as `printRows`
 */
export async function writeRows(
  view: View,
  resources: AsyncIterable<string>,
  { format, path }: { format: FileFormat; path: string },
): Promise<void> {
  const { sql } = compiled(view);
  const file = quoted(path);
  let started = false;
  await withEngine(
    resources,
    async (engine) => {
      if (!started) engine.query(`create table answer engine = MergeTree order by tuple() empty as ${sql}`);
      started = true;
      engine.query(`insert into answer ${sql} settings max_memory_usage = ${MOST_MEMORY}`);
    },
    (engine) =>
      engine.query(`select * from answer into outfile ${file} truncate format ${FILE[format]} settings ${AS_FILE}`),
  );
}

/** Lines in which elements, which are texts to the engine, are JSON. */
function withElements(columns: readonly Column[]): (lines: string) => string {
  const found = columns.flatMap(({ name, type }) => {
    const read = elementJson(type);
    return read === undefined ? [] : [{ name, read }];
  });
  if (found.length === 0) return (lines) => lines;
  const ofLine = (line: string): string => {
    const row = parseFhirJson(line) as Record<string, unknown>;
    for (const { name, read } of found) {
      const json = (text: string): unknown => parseFhirJson(read(text));
      const value = row[name] as string | string[] | null;
      row[name] = Array.isArray(value) ? value.map(json) : value && json(value);
    }
    return stringifyFhirJson(row);
  };
  return (lines) => lines.split('\n').map(ofLine).join('\n');
}

function compiled(view: View): { sql: string; columns: readonly Column[] } {
  return compileView(view, { target: 'clickhouse', from: 'resource' });
}

function quoted(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&')}'`;
}

function namesOf(columns: readonly Column[]): string {
  return columns.map(({ name }) => name).join(',');
}

/** Bytes of a question: what a view as large as one may be becomes. */
const MOST_QUERY = 64 * 1024 * 1024;

/**
 * Asks once for each batch of resources, and once for none when there are none. Batches come to the engine as a file: with an
 * `insert` of lines it would take whatever stands on this process's stdin for more of them.
 */
async function withEngine(
  resources: AsyncIterable<string>,
  ask: (engine: Session) => Promise<void>,
  end: (engine: Session) => void = () => undefined,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'banyan-view-'));
  const engine = new Session(join(folder, 'engine'));
  try {
    const batch = join(folder, 'batch.ndjson');
    // Several threads would mix the order of the rows.
    engine.query(`set max_query_size = ${MOST_QUERY}, max_threads = 1`);
    engine.query(`create table resource (content String) engine = File(JSONEachRow, ${quoted(batch)})`);
    for await (const lines of batchesOf(resources)) {
      await writeFile(batch, lines.join('\n'));
      await ask(engine);
    }
    end(engine);
  } catch (error) {
    throw told(error);
  } finally {
    engine.close();
    await rm(folder, { recursive: true, force: true });
  }
}

async function* batchesOf(resources: AsyncIterable<string>): AsyncGenerator<string[]> {
  let lines: string[] = [];
  let size = 0;
  let any = false;
  for await (const resource of resources) {
    lines.push(JSON.stringify({ content: losslessJson(resource) }));
    size += resource.length;
    if (size < BATCH) continue;
    yield lines;
    any = true;
    lines = [];
    size = 0;
  }
  if (lines.length > 0 || !any) yield lines;
}

/** What the engine says, without its own words about itself. */
function told(error: unknown): unknown {
  if (error instanceof Problem || !(error instanceof Error)) return error;
  const found = /^Code: (\d+)\. DB::Exception: (.*?)(?:: while executing .*)?$/s.exec(error.message);
  if (found === null) return error;
  const [, code, reason] = found;
  return new Problem(
    'unprocessable',
    'the view cannot be answered for these resources',
    { code: Number(code), reason },
    { cause: error },
  );
}
