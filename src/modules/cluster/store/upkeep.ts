import type { Context, Db, Tx } from '#kernel/context';
import { sql } from '#kernel/sql';
import type { ConflictLine, ThingKind, ThingName } from '../model.ts';

/** The thing's conflicts are these from now on. */
export async function putConflicts(
  ctx: Context,
  tx: Tx,
  things: readonly string[],
  conflicts: readonly { thing: string; property: string }[],
): Promise<void> {
  const [ids, properties] = [conflicts.map(({ thing }) => thing), conflicts.map(({ property }) => property)];
  await tx.run(sql`
    delete from cluster.conflict where thing = any(${[...things]}::text[])
      and (thing, property) not in (select * from unnest(${ids}::text[], ${properties}::text[]))
  `);
  await tx.run(sql`
    insert into cluster.conflict (thing, property, since)
    select thing, property, ${ctx.now()} from unnest(${ids}::text[], ${properties}::text[]) as found (thing, property)
    on conflict (thing, property) do nothing
  `);
}

/** For each id the things that answer together: it, what was merged into it or with it. */
export async function findTogether(tx: Tx, ids: readonly string[]): Promise<{ id: string; main: string }[]> {
  return tx.rows(sql`
    with main as (select distinct coalesce(merged_into, id) as id from cluster.thing where id = any(${[...ids]}::text[]))
    select id, id as main from main union all
    select thing.id, thing.merged_into as main from cluster.thing as thing join main on thing.merged_into = main.id
  `);
}

const SHOWN = 100;

export async function findConflicts(db: Db): Promise<ConflictLine[]> {
  const rows = await db.rows<ThingName & { property: string; since: Date }>(sql`
    select thing.id, thing.kind, thing.name, thing.name_zh as "nameZh", thing.example, conflict.property, conflict.since
    from cluster.conflict as conflict join cluster.thing as thing on thing.id = conflict.thing
    where not thing.example and thing.merged_into is null
    order by conflict.since desc, thing.id, conflict.property limit ${SHOWN}
  `);
  return rows.map(({ property, since, ...thing }) => ({ thing, property, since: since.toISOString() }));
}

export interface Figures {
  kinds: Partial<Record<ThingKind, number>>;
  examples: number;
  statements: number;
  relations: number;
  sources: number;
  facts: number;
  due: number;
}

/** Counts of what holds; examples count by themselves. */
export async function countRecord({ db, now }: Pick<Context, 'db' | 'now'>): Promise<Figures> {
  const kinds = await db.rows<{ kind: ThingKind; n: number }>(sql`
    select kind, count(*)::int as n from cluster.thing where merged_into is null and not example group by kind
  `);
  const rest = await db.one<Omit<Figures, 'kinds'>>(sql`
    select (select count(*)::int from cluster.thing where example and merged_into is null) as examples,
      (select count(*)::int from cluster.statement where withdrawn_at is null) as statements,
      (select count(*)::int from cluster.relation where withdrawn_at is null) as relations,
      (select count(*)::int from cluster.source) as sources,
      (select count(*)::int from cluster.fact where list <> 'dataQuality' and quote is not null) as facts,
      (select count(*)::int from cluster.thing where merged_into is null and not example and due_at < ${now()}) as due
  `);
  return { kinds: Object.fromEntries(kinds.map(({ kind, n }) => [kind, n])), ...rest };
}

/** Owners of things that are due, the most burdened first. */
export function countDue(
  { db, now }: Pick<Context, 'db' | 'now'>,
  owners?: readonly string[],
): Promise<{ owner: string; due: number; things: number }[]> {
  const whose = owners === undefined ? sql`true` : sql`owner = any(${[...owners]}::text[])`;
  return db.rows(sql`
    select owner, count(*) filter (where due_at < ${now()})::int as due, count(*)::int as things
    from cluster.thing where merged_into is null and ${whose}
    group by owner order by due desc, things desc, owner limit ${SHOWN}
  `);
}

export async function findOwners(db: Db, ids: readonly string[]): Promise<Map<string, string>> {
  const rows = await db.rows<{ id: string; owner: string }>(
    sql`select id, owner from cluster.thing where id = any(${[...ids]}::text[])`,
  );
  return new Map(rows.map(({ id, owner }) => [id, owner]));
}

export async function noteReview({ now }: Context, tx: Tx, id: string, everyDays: number): Promise<void> {
  await tx.run(sql`
    update cluster.thing
    set reviewed_at = ${now()}, review_every_days = ${everyDays}, due_at = ${now()}::timestamptz + ${everyDays}::int * interval '24 hours'
    where id = ${id}
  `);
}

export async function putOwner({ now }: Context, tx: Tx, id: string, owner: string): Promise<void> {
  await tx.run(sql`update cluster.thing set owner = ${owner}, changed_at = ${now()} where id = ${id}`);
}

const REMINDED_AT_ONCE = 500;

/** Things that came due and whose owner was not told of it, told from now on. */
export function remindDue({ now }: Context, tx: Tx): Promise<{ id: string; owner: string }[]> {
  return tx.rows(sql`
    update cluster.thing set reminded_at = ${now()}
    where id in (
      select id from cluster.thing
      where merged_into is null and due_at < ${now()} and (reminded_at is null or reminded_at < due_at)
      order by due_at, id limit ${REMINDED_AT_ONCE} for update skip locked
    )
    returning id, owner
  `);
}
