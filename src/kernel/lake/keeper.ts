import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Context, Db } from '#kernel/context';
import { Problem } from '#kernel/problem';
import { type Pool, sql, trusted } from '#kernel/sql';
import { definitions } from '#standards/fhir';
import type { Lake } from './client.ts';
import { named, quoted } from './columns.ts';
import { personsOf } from './feed.ts';
import {
  findGenerations,
  findKeptViews,
  forgetGeneration,
  forgetKeptView,
  forgetSkippedBy,
  type Generation,
  holdTables,
  insertGeneration,
  insertKeptView,
  type KeptView,
  makeCurrent,
  makeDurable,
  noteFilled,
  noteRefused,
  noteSkipped,
  noteViewFilled,
  suspendViews,
} from './generations.ts';
import { askModuleTable, databaseOf, type LakeTable, makeModuleTable, refillTable } from './module-tables.ts';
import { isAway, type PourTarget, pour, reasonOf } from './pour.ts';
import { purgeDeleted } from './purge.ts';
import { type ChangedKey, pageOfType, readVersions, splitBySize } from './source.ts';
import { observeLag } from './status.ts';
import {
  backfill,
  dropQuestions,
  dropViewTables,
  generationTables,
  makeViewTables,
  onCluster,
  type Placement,
  QUESTIONS,
  questionViews,
  resourceQuestion,
  table,
  viewTables,
} from './tables.ts';
import { findViews, LAYOUT, type LakeView, type RefusedView } from './views.ts';

export interface KeeperParts {
  lake: Lake;
  db: Pool;
  tables: readonly LakeTable[];
  cluster?: string;
}

const PAGE = 2_000;
/** Parts whose rows a view is filled from at once. */
const FILL_PARTS = 20_000;
const CHANNEL = 'lake_views';

/**
 * Makes the lake's tables what the views ask for, and fills new ones: a generation from PostgreSQL, a view's tables from the raw
 * resources of its generation. Everything it does may end at any instant and is taken up again where it was, or made anew.
 */
export async function keepTables(ctx: Context, parts: KeeperParts, signal?: AbortSignal): Promise<void> {
  const { lake, db } = parts;
  await prepareTables(ctx, parts);
  for (const generation of await findGenerations(db)) {
    if (generation.state === 'building') await fillGeneration(ctx, parts, generation, signal);
  }
  for (const kept of await findKeptViews(db)) {
    if (kept.state === 'building') await fillView(ctx, parts, kept, signal);
  }
  for (const generation of await findGenerations(db)) {
    if (generation.state === 'current') await fillNewTables(parts, generation, signal);
  }
  await dropOld(lake, db, parts);
}

/** The tables that new facts need, empty or not: quick, and before the first fact is heard. */
export async function prepareTables(ctx: Context, { lake, db, tables, cluster }: KeeperParts): Promise<void> {
  await runAll(lake, [`create database if not exists ${named(QUESTIONS)}${onCluster({ cluster })}`]);
  const { views, refused } = withoutNames(await findViews(db), tables);
  await db.transaction(async (tx) => {
    await holdTables(tx);
    const there = await databases(lake);
    for (const { id, database } of await findGenerations(tx)) if (!there.has(database)) await forgetGeneration(tx, id);
    const known = await findGenerations(tx);
    if (!known.some(({ layout }) => layout === LAYOUT)) await makeGeneration(tx, lake, { now: ctx.now(), cluster });
    for (const generation of await findGenerations(tx)) {
      for (const each of tables) await runAll(lake, makeModuleTable(placeOfTable(each, generation, cluster), each));
      refused.push(...(await matchViews(tx, lake, { generation, views, cluster })));
    }
    await noteRefused(tx, refused, ctx.now());
  });
}

/** A module's table goes before a view of its name. */
function withoutNames(
  { views, refused }: { views: LakeView[]; refused: RefusedView[] },
  tables: readonly LakeTable[],
): { views: LakeView[]; refused: RefusedView[] } {
  const taken = new Set(tables.map(({ name }) => name));
  const others = views.filter(({ name }) => !taken.has(name));
  const mine = views.filter(({ name }) => taken.has(name));
  const reason = 'a table of the platform has this name';
  return { views: others, refused: [...refused, ...mine.map(({ url }) => ({ url, reason }))] };
}

/** Asks for a new generation beside the current one; whoever keeps the lake fills it. */
export async function askRebuild(ctx: Context, { lake, db, tables, cluster }: KeeperParts): Promise<number> {
  const { views } = withoutNames(await findViews(db), tables);
  const id = await db.transaction(async (tx) => {
    await holdTables(tx);
    const building = (await findGenerations(tx)).find(({ state }) => state === 'building');
    if (building !== undefined) return building.id;
    const generation = await makeGeneration(tx, lake, { now: ctx.now(), cluster });
    for (const each of tables) await runAll(lake, makeModuleTable(placeOfTable(each, generation, cluster), each));
    await matchViews(tx, lake, { generation, views, cluster });
    return generation.id;
  });
  await db.run(sql`select pg_notify(${CHANNEL}, '')`);
  return id;
}

async function makeGeneration(
  tx: Db,
  lake: Lake,
  { now, cluster }: { now: Date; cluster: string | undefined },
): Promise<Generation> {
  const database = `${QUESTIONS}_${randomBytes(4).toString('hex')}`;
  await runAll(lake, generationTables(placeOf({ database }, cluster)));
  return insertGeneration(tx, { database, layout: LAYOUT, state: 'building', now });
}

/**
 * Tables for views that are new or changed; those of views that are gone are dropped.
 *
 * @returns views whose tables the engine does not make, with the reason
 */
async function matchViews(
  tx: Db,
  lake: Lake,
  { generation, views, cluster }: { generation: Generation; views: readonly LakeView[]; cluster: string | undefined },
): Promise<RefusedView[]> {
  const place = placeOf(generation, cluster);
  const kept = await findKeptViews(tx, generation.id);
  const there = await tablesIn(lake, generation.database);
  const refused: RefusedView[] = [];
  for (const view of views) {
    const known = kept.find(({ name, hash }) => name === view.name && hash === view.hash);
    if (known?.kept.every((name) => there.has(name))) continue;
    if (known !== undefined) await forgetKeptView(tx, known);
    const reason = await makeView(tx, lake, { generation, place, view });
    if (reason !== undefined) refused.push({ url: view.url, reason });
  }
  const hide = (hidden: string) =>
    showNothing(
      lake,
      place,
      hidden,
      views.filter(({ name }) => name !== hidden),
    );
  // Better no answer than one that is out of date.
  for (const each of kept) if (each.state === 'suspended' && generation.state === 'current') await hide(each.name);
  const names = new Set(views.map(({ name }) => name));
  for (const old of kept.filter(({ name }) => !names.has(name))) {
    if (generation.state === 'current') await hide(old.name);
    await runAll(lake, dropViewTables(place, `${old.name}_${old.hash}`, old.kept));
    await forgetKeptView(tx, old);
  }
  return refused;
}

/** @returns why the engine does not make the tables */
async function makeView(
  tx: Db,
  lake: Lake,
  { generation, place, view }: { generation: Generation; place: Placement; view: LakeView },
): Promise<string | undefined> {
  const { rows, kept } = viewTables(view);
  // What a crash left of them is no good: rows may have gone by.
  await runAll(lake, dropViewTables(place, rows, kept));
  try {
    await runAll(lake, makeViewTables(place, view));
  } catch (error) {
    if (isAway(error)) throw error;
    await runAll(lake, dropViewTables(place, rows, kept));
    return reasonOf(error);
  }
  // In an empty generation the filling brings them everything; in another one they are filled from what it holds.
  const state = generation.state === 'building' && generation.filled === null ? 'current' : 'building';
  const { name, hash, resource } = view;
  await forgetSkippedBy(tx, name);
  await insertKeptView(tx, { generation: generation.id, name, hash, resource, kept: [...kept], state });
  return undefined;
}

async function runAll(lake: Lake, statements: readonly string[]): Promise<void> {
  for (const statement of statements) await lake.run(trusted(statement));
}

/** From PostgreSQL, type by type, page by page; how far it is is kept with each page. */
async function fillGeneration(
  ctx: Context,
  parts: KeeperParts,
  generation: Generation,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { lake, db } = parts;
  // First, because what is told from now on comes by the feed: at the end it would be read again.
  if (generation.filled === null)
    for (const each of parts.tables) await refillTable(lake, db, { each, generation: generation.database, signal });
  const types = [...definitions.resourceTypes].sort();
  const begin = generation.filled === null ? 0 : types.indexOf(generation.filled.type);
  let after = generation.filled ?? undefined;
  for (const type of types.slice(Math.max(0, begin))) {
    for (;;) {
      signal?.throwIfAborted();
      const page = await pageOfType(db, type, { after, limit: PAGE });
      if (page.length > 0) {
        const target = { database: generation.database, views: await findKeptViews(db, generation.id) };
        await pourNow(ctx, parts, target, type, page);
        const { part, id } = page.at(-1)!;
        after = { type, part, id };
        await noteFilled(db, generation.id, after, page.length);
      }
      if (page.length < PAGE) break;
    }
    after = undefined;
  }
  await mergeAll(lake, generation.database);
  await switchTo(ctx, parts, generation);
}

/** The newest versions of these resources, into one generation. */
async function pourNow(
  ctx: Context,
  { lake, db }: KeeperParts,
  target: PourTarget,
  type: string,
  page: readonly { part: string; id: string }[],
): Promise<void> {
  // No version is news: none is former.
  const keys: ChangedKey[] = page.map(({ part, id }) => ({ type, part, id, since: 1_000_000_000 }));
  for (const chunk of await splitBySize(db, keys)) {
    const versions = (await readVersions(db, chunk)).filter(({ content }) => content !== null);
    const persons = await personsOf(db, versions);
    await makeDurable(db);
    const unread = await pour(lake, target, versions, persons);
    if (unread.length === 0) continue;
    const skipped = unread.map(({ version, view, reason }) => ({ ...version, view, reason }));
    await noteSkipped(db, skipped, ctx.now());
    await suspendViews(db);
  }
}

/** A table that the program did not know when the generation was filled; people ask it when it is full, by which that is known. */
async function fillNewTables(
  { lake, db, tables, cluster }: KeeperParts,
  generation: Generation,
  signal: AbortSignal | undefined,
): Promise<void> {
  const there = await tablesIn(lake, QUESTIONS);
  for (const each of tables.filter(({ name }) => !there.has(name))) {
    await refillTable(lake, db, { each, generation: generation.database, signal });
    await runAll(lake, askModuleTable(placeOfTable(each, generation, cluster), each));
  }
}

/** From the raw resources of its generation, inside the engine, by ranges of parts. */
async function fillView(
  ctx: Context,
  parts: KeeperParts,
  kept: KeptView,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { lake, db, cluster } = parts;
  const generation = (await findGenerations(db)).find(({ id }) => id === kept.generation);
  const { views } = await findViews(db);
  const view = views.find(({ name, hash }) => name === kept.name && hash === kept.hash);
  if (generation === undefined || view === undefined) return;
  const place = placeOf(generation, cluster);
  try {
    await fillInside(parts, kept, { place, view, signal });
  } catch (error) {
    if (isAway(error) || signal?.aborted) throw error;
    // There are resources that it cannot read: they come as the feed brings them, so that those are found.
    await pourAll(ctx, parts, kept, { database: generation.database, signal });
  }
  if (await isSuspended(db, kept)) return;
  for (const name of kept.kept) await lake.run(trusted(`optimize table ${table(place, name)}`));
  await db.transaction(async (tx) => {
    await holdTables(tx);
    await noteViewFilled(tx, kept, kept.filled, 'current');
    const olds = (await findKeptViews(tx, kept.generation)).filter(
      (each) => each.name === kept.name && each.hash !== kept.hash,
    );
    if (generation.state === 'current') await show(lake, place, view, views);
    for (const old of olds) {
      await runAll(lake, dropViewTables(place, `${old.name}_${old.hash}`, old.kept));
      await forgetKeptView(tx, old);
    }
  });
  ctx.log.info({ view: kept.name }, 'a view of the lake is filled');
}

async function fillInside(
  { lake, db }: KeeperParts,
  kept: KeptView,
  { place, view, signal }: { place: Placement; view: LakeView; signal: AbortSignal | undefined },
): Promise<void> {
  let after = kept.filled ?? '';
  for (;;) {
    signal?.throwIfAborted();
    const [range] = await lake.rows<{ until: string; n: number }>(
      trusted(`
      select max(part) as until, count() as n from (
        select distinct part from ${table(place, 'resource')} where type = ${quoted(view.resource)} and part > ${quoted(after)}
        order by part limit ${FILL_PARTS}) as next
    `),
    );
    if (range === undefined || Number(range.n) === 0) return;
    await lake.run(trusted(backfill(place, view, { after, until: range.until })), {
      settings: { max_partitions_per_insert_block: 0 },
    });
    after = range.until;
    await noteViewFilled(db, kept, after, 'building');
    if (Number(range.n) < FILL_PARTS) return;
  }
}

/** One view's rows from PostgreSQL; what cannot be read is kept out. */
async function pourAll(
  ctx: Context,
  parts: KeeperParts,
  kept: KeptView,
  { database, signal }: { database: string; signal: AbortSignal | undefined },
): Promise<void> {
  const all = await findKeptViews(parts.db, kept.generation);
  // The other views have these rows already.
  const views = all.map((each): KeptView => (each.name === kept.name ? each : { ...each, state: 'suspended' }));
  let after: { part: string; id: string } | undefined;
  for (;;) {
    signal?.throwIfAborted();
    const page = await pageOfType(parts.db, kept.resource, { after, limit: PAGE });
    if (page.length > 0) await pourNow(ctx, parts, { database, views }, kept.resource, page);
    if (page.length < PAGE || (await isSuspended(parts.db, kept))) return;
    after = page.at(-1);
  }
}

async function isSuspended(db: Db, { generation, name, hash }: KeptView): Promise<boolean> {
  const views = await findKeptViews(db, generation);
  return views.some((each) => each.name === name && each.hash === hash && each.state === 'suspended');
}

/** From now on people ask this generation; what was asked before is dropped. */
async function switchTo(
  ctx: Context,
  { lake, db, tables, cluster }: KeeperParts,
  generation: Generation,
): Promise<void> {
  const { views } = await findViews(db);
  await db.transaction(async (tx) => {
    await holdTables(tx);
    const place = placeOf(generation, cluster);
    const ready = (await findKeptViews(tx, generation.id)).filter(({ state }) => state === 'current');
    await runAll(lake, resourceQuestion(place));
    for (const each of tables) await runAll(lake, askModuleTable(placeOfTable(each, generation, cluster), each));
    for (const view of views) {
      if (ready.some(({ name, hash }) => name === view.name && hash === view.hash))
        await show(lake, place, view, views);
    }
    await makeCurrent(tx, generation.id, ctx.now());
  });
  ctx.log.info({ generation: generation.id, database: generation.database }, 'a generation of the lake is current');
}

async function show(lake: Lake, place: Placement, view: LakeView, views: readonly LakeView[]): Promise<void> {
  await runAll(lake, questionViews(place, view));
  await showNothing(lake, place, view.name, views);
}

/** Takes back what people asked of a view, all but the names of those that stay. */
async function showNothing(lake: Lake, place: Placement, name: string, stay: readonly LakeView[]): Promise<void> {
  await runAll(lake, dropQuestions(place, name, await tablesIn(lake, QUESTIONS), stay));
}

/** Databases of ours that no generation of this record has: left by a crash between two steps. */
async function dropOld(lake: Lake, db: Db, { cluster }: Pick<KeeperParts, 'cluster'>): Promise<void> {
  const wanted = new Set((await findGenerations(db)).map(({ database }) => database));
  for (const database of await databases(lake)) {
    if (new RegExp(`^${QUESTIONS}_[0-9a-f]{8}$`).test(database) && !wanted.has(database))
      await runAll(lake, [`drop database if exists ${named(database)}${onCluster({ cluster })} sync`]);
  }
}

/** Each partition one part: questions are then at their quickest. */
async function mergeAll(lake: Lake, database: string): Promise<void> {
  const parts = await lake.rows<{ table: string; partition: string }>(
    trusted(`
    select table, partition_id as partition from system.parts
    where database = ${quoted(database)} and active group by table, partition_id having count() > 1 order by table, partition_id limit 10000
  `),
  );
  for (const { table: name, partition } of parts)
    await lake.run(trusted(`optimize table ${table({ database }, name)} partition id ${quoted(partition)} final`), {
      timeoutMs: 3_600_000,
    });
}

async function databases(lake: Lake): Promise<Set<string>> {
  const rows = await lake.rows<{ name: string }>(trusted('select name from system.databases limit 10000'));
  return new Set(rows.map(({ name }) => name));
}

async function tablesIn(lake: Lake, database: string): Promise<Set<string>> {
  const rows = await lake.rows<{ name: string }>(
    trusted(`select name from system.tables where database = ${quoted(database)} limit 10000`),
  );
  return new Set(rows.map(({ name }) => name));
}

function placeOfTable(
  each: LakeTable,
  { database }: Pick<Generation, 'database'>,
  cluster: string | undefined,
): Placement {
  return placeOf({ database: databaseOf(each, database) }, cluster);
}

function placeOf({ database }: Pick<Generation, 'database'>, cluster: string | undefined): Placement {
  return { database, ...(cluster === undefined ? {} : { cluster }) };
}

const AGAIN_MS = 30_000;
const TAKEN_MS = 2_000;
/** After a failure, doubled with each further one: nobody can ask anything before the first generation is there. */
const FIRST_AGAIN_MS = 500;

/** Looking for them reads one small column of every table. */
const PURGE_EVERY_MS = 24 * 3_600_000;
/** Not while a program that has just begun catches up. */
const PURGE_FIRST_MS = 600_000;

/** Keeps the tables until it is stopped: whenever a ViewDefinition changed, a rebuild is asked for, and every half minute. */
export async function startKeeper(ctx: Context, parts: KeeperParts): Promise<{ stop(): Promise<void>; wake(): void }> {
  const ending = new AbortController();
  const { signal } = ending;
  const { lake } = parts;
  // What takes long ends with the keeper.
  const stoppable: KeeperParts = {
    ...parts,
    lake: {
      ...lake,
      rows: (ask, options) => lake.rows(ask, { ...options, signal }),
      run: (ask, options) => lake.run(ask, { ...options, signal }),
      insert: (into, lines, options) => lake.insert(into, lines, { ...options, signal }),
    },
  };
  let wake = (): void => {};
  const unobserve = observeLag(parts.db);
  const unlisten = await parts.db.listen(CHANNEL, () => wake());
  let purgeAt = Date.now() + PURGE_FIRST_MS;
  const running = (async () => {
    let retryMs = FIRST_AGAIN_MS;
    while (!signal.aborted) {
      let waitMs = AGAIN_MS;
      const woken = new Promise<void>((done) => {
        wake = done;
      });
      try {
        const kept = await oneKeeper(parts.db, async () => {
          await keepTables(ctx, stoppable, signal);
          if (Date.now() < purgeAt) return;
          purgeAt = Date.now() + PURGE_EVERY_MS;
          const rows = await purgeDeleted(stoppable, signal);
          if (rows > 0) ctx.log.info({ rows }, 'rows of the lake that only said that something is gone are taken away');
        });
        // Another program keeps them, or one that was killed a moment ago still seems to.
        if (!kept) waitMs = TAKEN_MS;
        retryMs = FIRST_AGAIN_MS;
      } catch (error) {
        if (signal.aborted) return;
        waitMs = retryMs;
        retryMs = Math.min(2 * retryMs, AGAIN_MS);
        const away = error instanceof Problem && error.kind === 'unavailable';
        ctx.log[away ? 'warn' : 'error']({ error }, "the lake's tables are not kept at the moment");
      }
      await Promise.race([woken, sleep(waitMs, undefined, { signal, ref: false }).catch(() => {})]);
    }
  })();
  return {
    wake: () => wake(),
    async stop() {
      ending.abort();
      unobserve();
      await running;
      await unlisten();
    },
  };
}

/** One at a time, among all programs on this database; another one's work is left to it. */
async function oneKeeper(db: Pool, work: () => Promise<void>): Promise<boolean> {
  return db.transaction(async (tx) => {
    const { free } = await tx.one<{ free: boolean }>(
      sql`select pg_try_advisory_xact_lock(hashtextextended('lake keeper', 0)) as free`,
    );
    if (free) await work();
    return free;
  });
}
