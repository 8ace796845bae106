import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { appendFile, readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { stdin, stdout } from 'node:process';
import { parseArgs } from 'node:util';
import { Problem } from '#kernel/problem';
import { compileView, parseView, type View } from '#standards/sql-on-fhir';
import { parseDocument, readResources } from './input.ts';
import { printRows, writeRows } from './run.ts';

/** What the command line gives to a verb. */
interface VerbIo {
  out(line: string): void;
  progress(text: string): void;
}

/** Characters of a ViewDefinition. */
const MOST_VIEW = 4 * 1024 * 1024;

const FORMATS = ['ndjson', 'csv', 'parquet', 'arrow'] as const;
const TARGETS = ['clickhouse', 'postgresql'] as const;

export const viewVerb = {
  name: 'view',
  summary: 'rows of a SQL-on-FHIR ViewDefinition over files, without a server',
  usage: `view run --view FILE --resources PLACE [--resources PLACE ...] [--format FORMAT] [--out FILE]
view run --view FILE --check
view run --view FILE --sql clickhouse|postgresql

Prints the rows of a ViewDefinition as ndjson: its columns in the view's order, null for what is missing.
  --view FILE        a ViewDefinition as JSON
  --resources PLACE  ndjson, a JSON array, a Bundle or one resource, as they are or as gzip; a folder with such files; - for stdin
  --format FORMAT    ndjson (if not said), csv, parquet or arrow; the last two need --out
  --out FILE         where the rows go instead of stdout; overwritten
  --check            only says whether the view is sound, and its columns
  --sql TARGET       only prints the SQL it becomes, over a relation "resource" with the JSON in its column "content"
Exit code 0: all went well; 1: the view is not sound, or it cannot be answered for these resources, and stderr says why;
2: mistyped.`,

  async run(args: readonly string[], io: VerbIo): Promise<number> {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        view: { type: 'string' },
        resources: { type: 'string', multiple: true, default: [] },
        format: { type: 'string', default: 'ndjson' },
        out: { type: 'string' },
        check: { type: 'boolean', default: false },
        sql: { type: 'string' },
      },
    });
    const { view: file, resources, out, check } = values;
    const format = FORMATS.find((known) => known === values.format);
    const target = TARGETS.find((known) => known === values.sql);
    const mistake =
      positionals.join(' ') !== 'run'
        ? 'only "view run" is known'
        : file === undefined
          ? '--view is needed'
          : format === undefined
            ? `--format is one of ${FORMATS.join(', ')}`
            : values.sql !== undefined && target === undefined
              ? `--sql is one of ${TARGETS.join(', ')}`
              : !check && target === undefined && resources.length === 0
                ? '--resources is needed'
                : (format === 'parquet' || format === 'arrow') && out === undefined
                  ? `--format ${format} needs --out`
                  : undefined;
    if (mistake !== undefined || file === undefined || format === undefined) {
      io.progress(`${mistake}\n${viewVerb.usage}`);
      return 2;
    }

    const view = await readView(file, io);
    if (view === undefined) return 1;
    if (check) io.out(JSON.stringify({ sound: true, columns: columnsOf(view) }));
    if (target !== undefined) io.out(compileView(view, { target, from: 'resource' }).sql);
    if (check || target !== undefined) return 0;

    let count = 0;
    const found = counted(readResources(resources, view.resource, stdin), () => {
      count += 1;
    });
    if (format === 'parquet' || format === 'arrow') await writeRows(view, found, { format, path: resolve(out!) });
    else await printRows(view, found, { format, write: out === undefined ? toStdout(io) : toFile(resolve(out)) });
    if (count === 0) io.progress(`no ${view.resource} in ${resources.join(', ')}`);
    return 0;
  },
};

/** @returns undefined when the view is not sound, which is then told */
async function readView(file: string, io: VerbIo): Promise<View | undefined> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new Problem('not-found', 'the view cannot be read', { at: file }, { cause });
  });
  if (text.length > MOST_VIEW) throw new Problem('too-large', 'the view is too long', { at: file, most: MOST_VIEW });
  const { view, issues } = parseView(parseDocument(text, file, 'the view is no JSON'));
  for (const { severity, message, expression } of issues)
    io.progress(`${file}: ${severity}: ${message} (at ${expression})`);
  return view;
}

function columnsOf(view: View): { name: string; type: string; collection: boolean }[] {
  return compileView(view, { target: 'clickhouse', from: 'resource' }).columns.map(({ name, type, collection }) => ({
    name,
    type,
    collection,
  }));
}

async function* counted<T>(items: AsyncIterable<T>, count: () => void): AsyncGenerator<T> {
  for await (const item of items) {
    count();
    yield item;
  }
}

/** Waits for whoever reads, so that rows do not pile up here. */
function toStdout(io: VerbIo): (lines: string) => Promise<void> {
  return async (lines) => {
    io.out(lines);
    if (stdout.writableNeedDrain) await once(stdout, 'drain');
  };
}

function toFile(path: string): (lines: string) => Promise<void> {
  writeFileSync(path, '');
  return (lines) => appendFile(path, `${lines}\n`);
}
