import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Session } from 'chdb';
import type { Db } from '#kernel/context';
import { compileView, losslessJson, parseView } from '#standards/sql-on-fhir';
import type { Engine } from './differences.ts';
import type { Row, ViewDefinition } from './evaluate.ts';

/** ClickHouse's engine in this process, until `close`. */
export function clickhouse(): Engine & { close(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'banyan-views-'));
  const session = new Session(folder);
  return {
    close() {
      session.close();
      rmSync(folder, { recursive: true, force: true });
    },
    async load(table, resources) {
      session.query(`create or replace table ${table} (n UInt32, content String) engine = Memory`);
      const values = resources.map((text, n) => JSON.stringify({ n, content: losslessJson(text) })).join('\n');
      await session.insert({ table, values: Buffer.from(values), format: 'JSONEachRow' });
    },
    async run(view, table, from, to) {
      const source = `(select n, content from ${table} where n >= ${from} and n < ${to})`;
      const settings = 'output_format_json_quote_64bit_integers = 0, output_format_json_quote_decimals = 0';
      const sql = `select * from (${compiled(view, 'clickhouse', source)}) settings ${settings}`;
      const text = session.query(sql, 'JSONEachRow');
      return text.split('\n').flatMap((line) => (line === '' ? [] : [numbered(JSON.parse(line))]));
    },
  };
}

export function postgresql(db: Db): Engine {
  return {
    async load(table, resources) {
      await db.run({ text: `drop table if exists "${table}"`, values: [] });
      await db.run({ text: `create table "${table}" (n integer, content jsonb)`, values: [] });
      const insert = `insert into "${table}" select ordinal - 1, one::jsonb from unnest($1::text[]) with ordinality as of (one, ordinal)`;
      await db.run({ text: insert, values: [resources] });
    },
    async run(view, table, from, to) {
      const source = `(select n, content from "${table}" where n >= ${from} and n < ${to})`;
      const text = `select to_json(answer)::text as line from (${compiled(view, 'postgresql', source)}) answer`;
      const lines = await db.rows<{ line: string }>({ text, values: [] });
      return lines.map(({ line }) => numbered(JSON.parse(line)));
    },
  };
}

function compiled(view: ViewDefinition, target: 'clickhouse' | 'postgresql', from: string): string {
  const parsed = parseView(view);
  if (parsed.view === undefined) throw new Error(`refused: ${JSON.stringify(parsed.issues)}`);
  return compileView(parsed.view, { target, from, carry: ['n'] }).sql;
}

function numbered({ n, ...row }: Row): { n: number; row: Row } {
  return { n: Number(n), row };
}
