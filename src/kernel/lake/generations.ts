import type { Db } from '#kernel/context';
import { sql, trusted } from '#kernel/sql';

export interface Generation {
  id: number;
  database: string;
  layout: number;
  state: 'building' | 'current';
  madeAt: Date;
  currentAt: Date | null;
  filled: { type: string; part: string; id: string } | null;
  resources: number;
}

export interface KeptView {
  generation: number;
  name: string;
  hash: string;
  resource: string;
  kept: string[];
  /** Suspended: it could not read too many resources, and is fed no longer. */
  state: 'building' | 'current' | 'suspended';
  filled: string | null;
}

/** Held by the feed while it inserts, and alone by who makes or drops tables or takes rows away: no insert then misses a new table, or comes too late. */
const LOCK = trusted("hashtextextended('lake tables', 0)");

export async function shareTables(tx: Db): Promise<void> {
  await tx.run(sql`select pg_advisory_xact_lock_shared(${LOCK})`);
}

export async function holdTables(tx: Db): Promise<void> {
  await tx.run(sql`select pg_advisory_xact_lock(${LOCK})`);
}

const GENERATION = sql`id, database, layout, state, made_at as "madeAt", current_at as "currentAt", filled, resources`;

export function findGenerations(db: Db): Promise<Generation[]> {
  return db.rows<Generation>(sql`select ${GENERATION} from lake.generation order by id`);
}

/** Those of every generation, or of one. */
export function findKeptViews(db: Db, generation?: number): Promise<KeptView[]> {
  const wanted = generation === undefined ? sql`true` : sql`generation = ${generation}`;
  return db.rows<KeptView>(sql`
    select generation, name, hash, resource, kept, state, filled from lake.kept_view where ${wanted} order by generation, name, hash
  `);
}

export async function insertGeneration(
  db: Db,
  { database, layout, state, now }: { database: string; layout: number; state: Generation['state']; now: Date },
): Promise<Generation> {
  return db.one<Generation>(sql`
    insert into lake.generation (id, database, layout, state, made_at)
    values ((select coalesce(max(id), 0) + 1 from lake.generation), ${database}, ${layout}, ${state}, ${now})
    returning ${GENERATION}
  `);
}

export async function noteFilled(db: Db, id: number, filled: Generation['filled'], more: number): Promise<void> {
  await db.run(sql`
    update lake.generation set filled = ${JSON.stringify(filled)}::json, resources = resources + ${more} where id = ${id}
  `);
}

/** The generation becomes the one that is asked; the others are to be dropped. */
export async function makeCurrent(db: Db, id: number, now: Date): Promise<void> {
  await db.run(sql`delete from lake.generation where id <> ${id}`);
  await db.run(sql`delete from lake.kept_view where generation <> ${id}`);
  await db.run(sql`update lake.generation set state = 'current', current_at = ${now} where id = ${id}`);
}

export async function forgetGeneration(db: Db, id: number): Promise<void> {
  await db.run(sql`delete from lake.kept_view where generation = ${id}`);
  await db.run(sql`delete from lake.generation where id = ${id}`);
}

export async function insertKeptView(db: Db, view: Omit<KeptView, 'filled'>): Promise<void> {
  const { generation, name, hash, resource, kept, state } = view;
  await db.run(sql`
    insert into lake.kept_view (generation, name, hash, resource, kept, state)
    values (${generation}, ${name}, ${hash}, ${resource}, ${kept}, ${state})
  `);
}

export async function noteViewFilled(
  db: Db,
  view: KeptView,
  filled: string | null,
  state: KeptView['state'],
): Promise<void> {
  await db.run(sql`
    update lake.kept_view set filled = ${filled}, state = ${state}
    where generation = ${view.generation} and name = ${view.name} and hash = ${view.hash}
  `);
}

export async function forgetKeptView(
  db: Db,
  { generation, name, hash }: Pick<KeptView, 'generation' | 'name' | 'hash'>,
): Promise<void> {
  await db.run(sql`delete from lake.kept_view where generation = ${generation} and name = ${name} and hash = ${hash}`);
}

export interface Skipped {
  type: string;
  part: string;
  id: string;
  view: string;
  version: number;
  reason: string;
}

export async function noteSkipped(db: Db, skipped: readonly Skipped[], now: Date): Promise<void> {
  for (const { type, part, id, view, version, reason } of skipped) {
    await db.run(sql`
      insert into lake.skipped (type, part, id, view, version, reason, noted_at)
      values (${type}, ${part}, ${id}, ${view}, ${version}, ${reason}, ${now})
      on conflict (type, part, id, view) do update set version = excluded.version, reason = excluded.reason, noted_at = excluded.noted_at
    `);
  }
}

/** Resources a view may be unable to read before it is suspended: each costs the feed a search for it. */
export const MOST_SKIPPED = 10;

/** Suspends the views that could not read too many resources. */
export async function suspendViews(db: Db): Promise<void> {
  await db.run(sql`
    update lake.kept_view set state = 'suspended'
    where state <> 'suspended' and name in (select view from lake.skipped group by view having count(*) > ${MOST_SKIPPED})
  `);
}

/** What was skipped of these resources counts no more: they are told anew. */
export async function forgetSkipped(
  db: Db,
  keys: readonly { type: string; part: string; id: string }[],
): Promise<void> {
  await db.run(sql`
    delete from lake.skipped where (type, part, id) in (
      select * from unnest(${keys.map(({ type }) => type)}::text[], ${keys.map(({ part }) => part)}::text[], ${keys.map(({ id }) => id)}::text[])
    )
  `);
}

/** A view that is made anew has read nothing yet. */
export async function forgetSkippedBy(db: Db, view: string): Promise<void> {
  await db.run(sql`delete from lake.skipped where view = ${view}`);
}

export function findSkipped(db: Db, limit: number): Promise<Skipped[]> {
  return db.rows<Skipped>(
    sql`select type, part, id, view, version, reason from lake.skipped order by type, part, id, view limit ${limit}`,
  );
}

export async function noteRefused(
  db: Db,
  refused: readonly { url: string; reason: string }[],
  now: Date,
): Promise<void> {
  await db.run(sql`delete from lake.refused_view where url <> all(${refused.map(({ url }) => url)}::text[])`);
  for (const { url, reason } of refused) {
    await db.run(sql`
      insert into lake.refused_view (url, reason, noted_at) values (${url}, ${reason}, ${now})
      on conflict (url) do update set reason = excluded.reason
    `);
  }
}

export function findRefused(db: Db): Promise<{ url: string; reason: string }[]> {
  return db.rows(sql`select url, reason from lake.refused_view order by url limit 1000`);
}

/**
 * Waits until everything that was committed before is on disk. What the lake is told must not be undone by a crash of PostgreSQL,
 * and some transactions commit without waiting.
 */
export async function makeDurable(db: Db): Promise<void> {
  await db.transaction(async (tx) => {
    await tx.run(sql`set local synchronous_commit = on`);
    await tx.run(sql`select pg_logical_emit_message(true, 'lake', '')`);
  });
}
