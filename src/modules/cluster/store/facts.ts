import type { Context, Db, Tx } from '#kernel/context';
import { sql } from '#kernel/sql';
import type { Caution, FactLine } from '../model.ts';
import type { FactGraph } from '../rules/index.ts';

/** Two programs that start at once load one after the other. */
export async function holdFacts(tx: Tx): Promise<void> {
  await tx.rows(sql`select pg_advisory_xact_lock(hashtextextended('cluster.facts', 0))`);
}

export async function findFactVersion(db: Db): Promise<string | undefined> {
  const found = await db.maybe<{ hash: string }>(
    sql`select hash from cluster.fact_version order by loaded_at desc, hash limit 1`,
  );
  return found?.hash;
}

export async function noteFactVersion(
  ctx: Context,
  tx: Tx,
  { hash, facts, added, withdrawn }: { hash: string; facts: number; added: number; withdrawn: number },
): Promise<void> {
  await tx.run(sql`
    insert into cluster.fact_version (hash, loaded_at, facts, added, withdrawn) values (${hash}, ${ctx.now()}, ${facts}, ${added}, ${withdrawn})
    on conflict (hash) do update set loaded_at = excluded.loaded_at, facts = excluded.facts, added = excluded.added, withdrawn = excluded.withdrawn
  `);
}

/** The entries as the files have them now. */
export async function putFacts(tx: Tx, facts: FactGraph['facts'], cautions: FactGraph['cautions']): Promise<void> {
  await tx.run(sql`delete from cluster.fact`);
  await tx.copy(
    'cluster.fact',
    ['id', 'list', 'place', 'title', 'content', 'source', 'quote', 'thing'],
    facts.map((fact) => [
      fact.id,
      fact.list,
      fact.place,
      fact.title,
      JSON.stringify(fact.content),
      fact.source,
      fact.quote,
      fact.thing,
    ]),
  );
  await tx.run(sql`delete from cluster.caution`);
  await tx.copy(
    'cluster.caution',
    ['about', 'id', 'property', 'text', 'text_zh'],
    cautions.map(({ about, id, property, text, textZh }) => [about, id, property, text, textZh]),
  );
}

/** Names of what the program itself entered follow the files. */
export async function renameThings(ctx: Context, tx: Tx, things: FactGraph['things']): Promise<void> {
  await tx.run(sql`
    update cluster.thing as thing set name = given.name, name_zh = given.name_zh
    from unnest(
      ${things.map(({ id }) => id)}::text[], ${things.map(({ name }) => name)}::text[], ${things.map(({ nameZh }) => nameZh)}::text[]
    ) as given (id, name, name_zh)
    where thing.id = given.id and thing.made_by = ${ctx.actor.id} and (thing.name, thing.name_zh) is distinct from (given.name, given.name_zh)
  `);
}

export interface LoadedRow {
  id: string;
  thing: string;
  withdrawnBy: string | null;
}

/** What the program said itself, live or withdrawn. */
export function findLoaded(tx: Tx, actor: string, what: 'statement' | 'relation'): Promise<LoadedRow[]> {
  return what === 'statement'
    ? tx.rows(sql`select id, thing, withdrawn_by as "withdrawnBy" from cluster.statement where said_by = ${actor}`)
    : tx.rows(
        sql`select id, subject as thing, withdrawn_by as "withdrawnBy" from cluster.relation where said_by = ${actor}`,
      );
}

/** Every entry, in its file's order. */
export function findFacts(db: Db): Promise<FactLine[]> {
  return db.rows<FactLine>(sql`
    select fact.id, fact.list, fact.title, fact.quote, fact.source, fact.thing, thing.name as "thingName", thing.name_zh as "thingNameZh",
      (select count(*)::int from cluster.statement as said where said.fact = fact.id and said.withdrawn_at is null)
      + (select count(*)::int from cluster.relation as said where said.fact = fact.id and said.withdrawn_at is null) as said
    from cluster.fact as fact left join cluster.thing as thing on thing.id = fact.thing
    order by fact.list, fact.place limit 5000
  `);
}

/** Cautions about these, `thing/<id>` or `source/<id>`; about any of them where none are named. */
export function findCautions(db: Db, about?: readonly string[]): Promise<Caution[]> {
  const where = about === undefined ? sql`true` : sql`about = any(${[...about]}::text[])`;
  return db.rows<Caution>(sql`
    select about, id, property, text, text_zh as "textZh" from cluster.caution where ${where} order by id, about limit 500
  `);
}
