import { setTimeout as sleep } from 'node:timers/promises';
import type { Db, Sql } from '#kernel/context';
import { tableOf } from '#kernel/fhir';
import { Problem } from '#kernel/problem';
import { sql, trusted } from '#kernel/sql';
import { definitions } from '#standards/fhir';
import { compileView } from '#standards/sql-on-fhir';
import type { Lake } from './client.ts';
import { converted, keptAs, named, quoted } from './columns.ts';
import { FEED } from './feed.ts';
import { findGenerations, findKeptViews, findSkipped, type Generation } from './generations.ts';
import { databaseOf, insertRows, keyOf, type LakeTable } from './module-tables.ts';
import { RAW_JSON, resourceLine } from './source.ts';
import { aboutColumns, questionNames, table, viewTables } from './tables.ts';
import { findViews, type LakeView } from './views.ts';

/** A resource of which the lake says something else than PostgreSQL. */
export interface Difference {
  /** A view, a copy of it in another order, `resource` for the raw resources, or a module's table. */
  view: string;
  /** Empty for a module's table. */
  type: string;
  /** Of a module's table: the row's key as JSON. */
  id: string;
  /** Rows there are in PostgreSQL and in the lake. */
  expected: number;
  found: number;
  /** Why it was kept out, where it was. */
  skipped?: string;
}

export interface CheckReport {
  views: { view: string; rows: number }[];
  differences: Difference[];
  /** There were more than are listed. */
  more: boolean;
}

const DATABASE = 'banyan_check';
const PAGE = 2_000;
/** Raw ones, which may be large. */
const RESOURCES = 500;
const MOST_DIFFERENCES = 1_000;
/** Differences are looked at again when the feed has come by: what was under way is none. */
const ROUNDS = 4;
const FEED_MS = 120_000;
const BUCKET_ROWS = 20_000_000;

/**
 * Compares each view's rows in the lake with what PostgreSQL says now: there the views are worked out anew, by the compiler's other
 * target, and their rows are reduced to a count and a sum of hashes for each resource, in the types of the lake's columns.
 *
 * @param say told how far it is
 */
export async function checkLake(
  lake: Lake,
  db: Db,
  tables: readonly LakeTable[],
  say: (text: string) => void,
): Promise<CheckReport> {
  const current = await currentGeneration(db);
  const kept = (await findKeptViews(db, current.id)).filter(({ state }) => state === 'current');
  const views = (await findViews(db)).views.filter(({ name, hash }) =>
    kept.some((each) => each.name === name && each.hash === hash),
  );
  const skipped = await findSkipped(db, 100_000);
  const report: CheckReport = { views: [], differences: [], more: false };
  await lake.run(trusted(`create database if not exists ${DATABASE}`));
  try {
    await checkResources(lake, db, report, say);
    for (const view of views) await checkView(lake, db, { view, database: current.database }, report, say);
    for (const each of tables) await checkTable(lake, db, { each, database: current.database }, report, say);
  } finally {
    await lake.run(trusted(`drop database if exists ${DATABASE} sync`));
  }
  for (const difference of report.differences) {
    const known = skipped.find(
      ({ view, type, id }) => difference.view.startsWith(view) && type === difference.type && id === difference.id,
    );
    if (known !== undefined) difference.skipped = known.reason;
  }
  return report;
}

/** A platform that has just begun is still filling its first one. */
async function currentGeneration(db: Db): Promise<Generation> {
  for (const until = Date.now() + FEED_MS; Date.now() < until; await sleep(250)) {
    const current = (await findGenerations(db)).find(({ state }) => state === 'current');
    if (current !== undefined) return current;
  }
  throw new Problem('unavailable', 'the lake has no generation yet');
}

/** One side's sums; `id` where that side knows it. */
const SUMS = `(side UInt8, key UInt64, id String, hash UInt64) engine = MergeTree order by key`;

async function checkView(
  lake: Lake,
  db: Db,
  { view, database }: { view: LakeView; database: string },
  report: CheckReport,
  say: (text: string) => void,
): Promise<void> {
  const tables = viewTables(view);
  const names = tables.columns.map(({ name }) => named(name)).join(', ');
  const sums = `${DATABASE}.sums`;
  const input = `${DATABASE}.input`;
  await recreate(lake, sums, SUMS);
  await recreate(lake, input, `(${inputColumns(view)}) engine = Null`);
  await recreate(
    lake,
    `${input}_mv`,
    `to ${sums} as select 1 as side, cityHash64(_id) as key, _id as id, cityHash64(toJSONString(tuple(${names}))) as hash from (select _id, ${inputValues(view)} from ${input}) as kept`,
    'materialized view',
  );

  const compare = async (keys: readonly string[] | undefined): Promise<void> => {
    let rows = 0;
    for await (const lines of expectedRows(db, view, keys)) {
      await lake.insert(input, lines, {
        settings: { input_format_skip_unknown_fields: 1, max_partitions_per_insert_block: 0 },
      });
      rows += lines.split('\n').length - 1;
      say(`${view.name}: ${rows} rows`);
    }
    if (keys === undefined) report.views.push({ view: view.name, rows });
  };

  const open = await inRounds(db, async (ids) => {
    const unequal: (Unequal & { view: string })[] = [];
    await lake.run(trusted(`truncate table ${sums}`));
    await compare(ids);
    for (const [at, name] of tables.kept.entries()) {
      const found = await foundRows(lake, {
        from: table({ database }, name),
        names,
        ...(ids === undefined ? {} : { ids }),
      });
      const said = questionNames(view)[at]!;
      unequal.push(...(await differ(lake, sums, found)).map((each) => ({ ...each, view: said })));
    }
    await nameThem(lake, unequal, {
      from: `select distinct id from banyan.resource where type = ${quoted(view.resource)}`,
      key: 'cityHash64(id)',
    });
    return unequal;
  });
  keep(
    report,
    open.map(({ view: name, id, expected, found }) => ({ view: name, type: view.resource, id, expected, found })),
  );
}

async function recreate(lake: Lake, name: string, rest: string, kind = 'table'): Promise<void> {
  await lake.run(trusted(`drop table if exists ${name} sync`));
  await lake.run(trusted(`create ${kind} ${name} ${rest}`));
}

/** The columns as the compiled view gives them, before they are turned into what is kept. */
function inputColumns(view: LakeView): string {
  const own = compiledColumns(view).map(({ column, alias }) => `${named(alias)} ${column.sqlType}`);
  return ['_id String', ...own].join(', ');
}

function inputValues(view: LakeView): string {
  return compiledColumns(view)
    .map(({ column, alias }) => {
      const { name, type } = keptAs(column);
      return `${converted(named(alias), column.sqlType, type)} as ${named(name)}`;
    })
    .join(', ');
}

/** Named apart from the kept ones, so that a converted column never hides its source. */
function compiledColumns(view: LakeView) {
  const own = compileView(view.view, { target: 'clickhouse', from: 'x' }).columns;
  return [
    ...own.map((column) => ({ column, alias: `in_${column.name}` })),
    ...aboutColumns(view).map((column) => ({ column, alias: `about_${column.name}` })),
  ];
}

/** The view's rows as PostgreSQL says, a page of resources at a time, as lines of JSON. */
async function* expectedRows(db: Db, view: LakeView, ids: readonly string[] | undefined): AsyncGenerator<string> {
  let after = { part: '', id: '' };
  for (;;) {
    const wanted = ids === undefined ? sql`true` : sql`id = any(${ids}::text[])`;
    const page = await db.rows<{ part: string; id: string }>(sql`
      select part, id from ${tableOf(view.resource)}
      where (part, id) > (${after.part}, ${after.id}) and content is not null and ${wanted} order by part, id limit ${PAGE}
    `);
    const last = page.at(-1);
    if (last === undefined) return;
    const rows = await db.rows<{ line: string }>(expectedPage(view, page));
    if (rows.length > 0) yield `${rows.map(({ line }) => line).join('\n')}\n`;
    if (page.length < PAGE) return;
    after = last;
  }
}

function expectedPage(view: LakeView, page: readonly { part: string; id: string }[]): Sql {
  const parts = page.map(({ part }) => part);
  const ids = page.map(({ id }) => id);
  const own = compileView(view.view, { target: 'postgresql', from: 'page', carry: ['_id', '_part', '_mine'] });
  const columns = own.columns.map(({ name }) => `v."${name}" as "in_${name}"`);
  const about =
    view.about && compileView(view.about.person.view, { target: 'postgresql', from: 'person', carry: ['_part'] });
  const theirs = view.about?.columns.map((name) => `p."${name}" as "about_${name}"`) ?? [];
  const select = [`v._id as "_id"`, ...columns, ...theirs].join(', ');
  const from = `from (${own.sql}) v${about === undefined ? '' : ` left join (${about.sql}) p on p._part = v._part and v._mine`}`;
  return sql`
    with page as materialized (
      select r.id as _id, r.part as _part, r.part = any(r.patients) as _mine, r.content
      from unnest(${parts}::text[], ${ids}::text[]) as asked (part, id) join ${tableOf(view.resource)} r using (part, id)
      where r.content is not null
    ), person as materialized (
      select part as _part, content from ${tableOf('Patient')} where part = any(${parts}::text[]) and id = part and content is not null
    )
    select to_json(t)::text as line from (${trusted(`select ${select} ${from}`)}) t
  `;
}

interface Found {
  /** A select of `key` and `hash`, a row for each row in the lake. */
  select: string;
  /** How many, about. */
  rows: number;
}

async function foundRows(
  lake: Lake,
  { from, names, ids }: { from: string; names: string; ids?: readonly string[] },
): Promise<Found> {
  const wanted =
    ids === undefined ? '' : ` and _resource in (select cityHash64(arrayJoin([${ids.map(quoted).join(', ')}])))`;
  const [count] = await lake.rows<{ n: number }>(trusted(`select count() as n from ${from}`));
  return {
    select: `select _resource as key, cityHash64(toJSONString(tuple(${names}))) as hash from ${from} final where not _deleted${wanted}`,
    rows: Number(count?.n ?? 0),
  };
}

/** A key whose rows differ; `id` is empty where only the lake has it. */
interface Unequal {
  name: string;
  id: string;
  expected: number;
  found: number;
}

/** The keys whose rows differ, in buckets so that memory is bounded. */
async function differ(lake: Lake, sums: string, { select, rows }: Found): Promise<Unequal[]> {
  const buckets = Math.max(1, Math.ceil(rows / BUCKET_ROWS));
  const differences = [];
  for (let bucket = 0; bucket < buckets && differences.length <= MOST_DIFFERENCES; bucket += 1) {
    differences.push(
      ...(await lake.rows<{ name: string; id: string; expected: number; found: number }>(
        trusted(`
          select toString(key) as name, max(id) as id, countIf(side = 1) as expected, countIf(side = 0) as found
          from (select side, key, id, hash from ${sums} union all select 0 as side, key, '' as id, hash from (${select}) as found) as both_sides
          where key % ${buckets} = ${bucket}
          group by key having expected != found or sumWithOverflowIf(hash, side = 1) != sumWithOverflowIf(hash, side = 0)
          order by key limit ${MOST_DIFFERENCES + 1}`),
        {
          timeoutMs: 3_600_000,
          settings: {
            do_not_merge_across_partitions_select_final: 1,
            max_bytes_before_external_group_by: 1_000_000_000,
          },
        },
      )),
    );
  }
  return differences;
}

/** The ids of what only the lake knows. @param keys SQL of a select of `id`, and what `key` is made of it */
async function nameThem(
  lake: Lake,
  unequal: readonly Unequal[],
  { from, key }: { from: string; key: string },
): Promise<void> {
  const unnamed = unequal.filter(({ id }) => id === '');
  if (unnamed.length === 0) return;
  const names = unnamed.map(({ name }) => name).join(', ');
  const rows = await lake.rows<{ name: string; id: string }>(
    trusted(`select toString(${key}) as name, id from (${from}) where ${key} in (${names})`),
    { timeoutMs: 600_000 },
  );
  for (const each of unnamed) each.id = rows.find(({ name }) => name === each.name)?.id ?? `#${each.name}`;
}

/** A module's table: every row that PostgreSQL keeps is there; more is only where the lake keeps rows longer. */
async function checkTable(
  lake: Lake,
  db: Db,
  { each, database }: { each: LakeTable; database: string },
  report: CheckReport,
  say: (text: string) => void,
): Promise<void> {
  const expected = `${DATABASE}.${named(each.name)}`;
  const kept = table({ database: databaseOf(each, database) }, each.name);
  const key = keyOf(each.order);
  const [before, seen] = [`${DATABASE}.keys_before`, `${DATABASE}.keys_seen`];
  const keys = '(key UInt64, id String) engine = MergeTree order by key';
  await recreate(lake, expected, `as ${kept} engine = Memory`);
  if (each.isWhole) {
    // What the lake has before PostgreSQL is read must be there.
    await recreate(lake, before, keys);
    await lake.run(
      trusted(`insert into ${before} select cityHash64(${key}), toJSONString(tuple(${key})) from ${kept} final`),
    );
    await recreate(lake, seen, keys);
  }
  let rows = 0;
  let after: string | undefined;
  do {
    const from = after;
    let page = await each.page(db, from);
    const missing = await inRounds(db, async (again) => {
      if (again !== undefined) page = await each.page(db, from);
      await lake.run(trusted(`truncate table ${expected}`));
      await insertRows(lake, expected, page.rows);
      return lake.rows<{ id: string }>(
        trusted(`
        select toJSONString(tuple(${key})) as id
        from (select * from ${expected} except select * from ${kept} final where (${key}) in (select ${key} from ${expected})) as missing
        order by id limit ${MOST_DIFFERENCES}`),
        { timeoutMs: 600_000 },
      );
    });
    if (each.isWhole) await lake.run(trusted(`insert into ${seen} select cityHash64(${key}), '' from ${expected}`));
    keep(
      report,
      missing.map(({ id }) => ({ view: each.name, type: '', id, expected: 1, found: 0 })),
    );
    rows += page.rows.length;
    after = page.next;
    say(`${each.name}: ${rows} rows`);
  } while (after !== undefined);
  if (each.isWhole) {
    const more = await findMore(lake, before, seen);
    keep(
      report,
      more.map((id) => ({ view: each.name, type: '', id, expected: 0, found: 1 })),
    );
  }
  report.views.push({ view: each.name, rows });
}

/** Keys that only the lake has, in buckets so that memory is bounded. */
async function findMore(lake: Lake, before: string, seen: string): Promise<string[]> {
  const [count] = await lake.rows<{ n: number }>(trusted(`select count() as n from ${before}`));
  const buckets = Math.max(1, Math.ceil(Number(count?.n ?? 0) / BUCKET_ROWS));
  const more: string[] = [];
  for (let bucket = 0; bucket < buckets && more.length <= MOST_DIFFERENCES; bucket += 1) {
    const found = await lake.rows<{ id: string }>(
      trusted(`
        select id from ${before}
        where key % ${buckets} = ${bucket} and key not in (select key from ${seen} where key % ${buckets} = ${bucket})
        order by id limit ${MOST_DIFFERENCES + 1}`),
      { timeoutMs: 600_000 },
    );
    more.push(...found.map(({ id }) => id));
  }
  return more;
}

/** The raw resources: each there, in its newest version with its content, and no other. */
async function checkResources(lake: Lake, db: Db, report: CheckReport, say: (text: string) => void): Promise<void> {
  const sums = `${DATABASE}.sums`;
  const input = `${DATABASE}.input`;
  await recreate(lake, sums, SUMS);
  await recreate(
    lake,
    input,
    `(type LowCardinality(String), part String, id String, version UInt32, content String) engine = Null`,
  );
  await recreate(
    lake,
    `${input}_mv`,
    `to ${sums} as select 1 as side, cityHash64(type, ${input}.id) as key, concat(type, '/', ${input}.id) as id, cityHash64(part, version, content) as hash from ${input}`,
    'materialized view',
  );
  let rows = 0;
  const open = await inRounds(db, async (wanted) => {
    await lake.run(trusted(`truncate table ${sums}`));
    for (const type of definitions.resourceTypes) {
      const ids = wanted?.filter((id) => id.startsWith(`${type}/`)).map((id) => id.slice(type.length + 1));
      if (ids?.length === 0) continue;
      const counted = await fillResources(lake, db, { type, input, ids });
      if (wanted === undefined) rows += counted;
      if (counted > 0) say(`resource: ${rows} ${type}`);
    }
    const among = wanted === undefined ? '' : ` where concat(type, '/', id) in (${wanted.map(quoted).join(', ')})`;
    const select = `select cityHash64(type, id) as key, cityHash64(part, version, content) as hash from banyan.resource${among}`;
    const unequal = await differ(lake, sums, { select, rows });
    await nameThem(lake, unequal, {
      from: "select concat(type, '/', id) as id, cityHash64(type, banyan.resource.id) as key from banyan.resource",
      key: 'key',
    });
    return unequal;
  });
  report.views.push({ view: 'resource', rows });
  keep(
    report,
    open.map(({ id, expected, found }) => {
      const [type = '', own = ''] = id.split('/');
      return { view: 'resource', type, id: own, expected, found };
    }),
  );
}

async function fillResources(
  lake: Lake,
  db: Db,
  { type, input, ids }: { type: string; input: string; ids: readonly string[] | undefined },
): Promise<number> {
  const wanted = ids === undefined ? sql`true` : sql`id = any(${ids}::text[])`;
  let after = { part: '', id: '' };
  let rows = 0;
  for (;;) {
    const page = await db.rows<{ part: string; id: string; version: number; content: string }>(sql`
      select part, id, version, content::text as content from ${tableOf(type)}
      where (part, id) > (${after.part}, ${after.id}) and content is not null and ${wanted} order by part, id limit ${RESOURCES}
    `);
    const last = page.at(-1);
    if (last === undefined) return rows;
    await lake.insert(input, page.map((row) => resourceLine(type, row)).join(''), { settings: RAW_JSON });
    rows += page.length;
    if (page.length < RESOURCES) return rows;
    after = last;
  }
}

/**
 * What still differs when it was looked at again and again, with the feed having come by in between.
 *
 * @param look what differs of these ids, of all when undefined
 */
async function inRounds<T extends { id: string }>(
  db: Db,
  look: (ids: readonly string[] | undefined) => Promise<T[]>,
): Promise<T[]> {
  let ids: string[] | undefined;
  for (let round = 1; ; round += 1) {
    const before = new Date();
    const open = await look(ids);
    if (open.length === 0 || round === ROUNDS) return open;
    await feedPassed(db, before);
    ids = [...new Set(open.map(({ id }) => id))];
  }
}

/** Waits until what was told before has been heard. */
async function feedPassed(db: Db, before: Date): Promise<void> {
  const until = Date.now() + FEED_MS;
  const waiting = sql`select 1 from kernel.delivery where hearer = ${FEED} and told_at <= ${before} limit 1`;
  while (Date.now() < until && (await db.maybe(waiting)) !== undefined) await sleep(200);
}

function keep(report: CheckReport, differences: readonly Difference[]): void {
  const room = MOST_DIFFERENCES - report.differences.length;
  report.differences.push(...differences.slice(0, room));
  if (differences.length > room) report.more = true;
}
