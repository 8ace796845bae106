import type { Context, Db, Sql, Tx } from '#kernel/context';
import { all, isId, join, sql } from '#kernel/sql';
import type { Evidence, Merge, Thing } from '../model.ts';
import { type Known, knownWork } from '../rules/index.ts';

export interface KnownThing extends Known {
  id: string;
  kind: string;
  name: string;
  nameZh: string | null;
  statements: number;
}

/** What bodies are compared by, of things and of what was merged into them. */
export async function findKnown(db: Db, ids: readonly string[]): Promise<Map<string, KnownThing>> {
  const rows = await db.rows<{
    id: string;
    kind: string;
    name: string;
    nameZh: string | null;
    names: string[];
    uscc: string | null;
    lei: string | null;
    doi: string | null;
    number: string | null;
    application: string | null;
    published: string | null;
    places: string[];
    statements: number;
  }>(sql`
    select thing.id, thing.kind, thing.name, thing.name_zh as "nameZh",
      (
        select array_agg(distinct each.name)
        from (
          select unnest(array[part.name, part.name_zh]) as name
          from cluster.thing as part where part.id = thing.id or part.merged_into = thing.id
          union
          select said.value #>> '{}'
          from cluster.statement as said
          where said.thing in (select thing.id union select id from cluster.thing as part where part.merged_into = thing.id)
            and said.property = 'alias' and said.withdrawn_at is null
        ) as each
        where each.name is not null
      ) as names,
      ${identifier('uscc')} as uscc, ${identifier('lei')} as lei,
      ${identifier('doi')} as doi, ${identifier('patent-number')} as number, ${identifier('application-number')} as application,
      ${identifier('published')} as published,
      coalesce((
        select array_agg(place.name) from cluster.relation as relation join cluster.thing as place on place.id = relation.object
        where relation.subject = thing.id and relation.predicate = 'located-in' and relation.withdrawn_at is null
      ), '{}') as places,
      (select count(*)::int from cluster.statement as said where said.thing = thing.id and said.withdrawn_at is null) as statements
    from cluster.thing as thing
    where thing.id = any(${[...new Set(ids)]}::text[]) and thing.merged_into is null
  `);
  return new Map(
    rows.map(({ uscc, lei, doi, number, application, published, ...row }) => [
      row.id,
      {
        ...row,
        ...(uscc !== null && { uscc }),
        ...(lei !== null && { lei }),
        ...((row.kind === 'paper' || row.kind === 'patent') && {
          work: knownWork({ doi, numbers: [number, application], published }),
        }),
      },
    ]),
  );
}

function identifier(property: 'uscc' | 'lei' | 'doi' | 'patent-number' | 'application-number' | 'published'): Sql {
  return sql`(
    select said.value #>> '{}' from cluster.statement as said
    where said.thing in (select thing.id union select id from cluster.thing as part where part.merged_into = thing.id)
      and said.property = ${property} and said.withdrawn_at is null
    order by said.said_at desc, said.id limit 1
  )`;
}

/** Puts keys in the place of those that the things had. */
export async function putKeys(tx: Tx, keys: ReadonlyMap<string, readonly string[]>): Promise<void> {
  const rows = [...keys].flatMap(([thing, own]) => own.map((key) => ({ thing, key })));
  const things = [...keys.keys()];
  const [ids, texts] = [rows.map(({ thing }) => thing), rows.map(({ key }) => key)];
  await tx.run(sql`
    delete from cluster.match_key where thing = any(${things}::text[])
      and (thing, key) not in (select * from unnest(${ids}::text[], ${texts}::text[]))
  `);
  await tx.run(sql`
    insert into cluster.match_key (thing, key) select * from unnest(${ids}::text[], ${texts}::text[])
    on conflict (thing, key) do nothing
  `);
}

/** Of a key that more things share than this, nothing is said: it would be said of everybody. */
const MOST_OF_A_KEY = 20;

/** Things of the kind by key. */
export async function findByKeys(
  db: Db,
  { kind, keys }: { kind: string; keys: readonly string[] },
): Promise<Map<string, string[]>> {
  const rows = await db.rows<{ key: string; things: string[] }>(sql`
    select asked.key, found.things
    from unnest(${[...new Set(keys)]}::text[]) as asked (key)
    cross join lateral (
      select array_agg(thing) as things
      from (
        select match_key.thing
        from cluster.match_key join cluster.thing on thing.id = match_key.thing and thing.kind = ${kind} and thing.merged_into is null
        where match_key.key = asked.key
        limit ${MOST_OF_A_KEY + 1}
      ) as sharing
    ) as found
    where cardinality(found.things) <= ${MOST_OF_A_KEY}
  `);
  return new Map(rows.map(({ key, things }) => [key, things]));
}

/** Of these, names say what they are about and not who they are: likeness of names means nothing. */
const NAMED_BY_CONTENT = [
  'policy',
  'target',
  'place',
  'sector',
  'department',
  'person',
  'application',
  'paper',
  'patent',
];

/** The beginnings of keys, each a range of the index. */
const KEY_ORDER = ['u:', 'l:', 'w:', 'b:', 'p:', 't:', 'a:', 's:', 'e:', 'i:'];

/** The first text that no longer begins so. */
function after(prefix: string): string {
  return prefix.slice(0, -1) + String.fromCharCode(prefix.charCodeAt(prefix.length - 1) + 1);
}

/** Pairs of things of one kind that share a key or are said to be perhaps the same, best keys first, without examples and those found to be two. */
export function findKeyPairs(db: Db, limit: number): Promise<{ one: string; other: string }[]> {
  return db.rows(sql`
    with shared as (
      ${join(
        KEY_ORDER.map(
          (prefix) => sql`(
            select key from cluster.match_key where key >= ${prefix} and key < ${after(prefix)}
            group by key having count(*) between 2 and ${MOST_OF_A_KEY} order by key limit ${4 * limit}
          )`,
        ),
        ' union all ',
      )}
    ), pair as (
      select a.thing as one, b.thing as other, case when left(a.key, 2) in ('u:', 'l:') then 0 when left(a.key, 2) in ('b:', 'p:', 't:', 'w:') then 1 else 2 end as rank
      from shared join cluster.match_key as a on a.key = shared.key join cluster.match_key as b on b.key = a.key and a.thing < b.thing
      union all
      select least(subject, object), greatest(subject, object), 0 from cluster.relation where predicate = 'same-as' and withdrawn_at is null
    )
    select pair.one, pair.other
    from pair
      join cluster.thing as one on one.id = pair.one and one.merged_into is null and not one.example
      join cluster.thing as other on other.id = pair.other and other.merged_into is null and not other.example and other.kind = one.kind
    where one.kind <> all(${NAMED_BY_CONTENT}::text[]) and not exists (select from cluster.apart where apart.one = pair.one and apart.other = pair.other)
    group by pair.one, pair.other order by min(pair.rank), pair.one, pair.other limit ${limit}
  `);
}

/** The pairs that somebody says are perhaps the same. */
export async function findPerhaps(db: Db, ids: readonly string[]): Promise<Set<string>> {
  const rows = await db.rows<{ pair: string }>(sql`
    select least(subject, object) || ' ' || greatest(subject, object) as pair from cluster.relation
    where predicate = 'same-as' and withdrawn_at is null and subject = any(${[...ids]}::text[])
  `);
  return new Set(rows.map(({ pair }) => pair));
}

export async function insertApart(
  { actor, now }: Context,
  tx: Tx,
  { one, other, reason }: { one: string; other: string; reason: string },
): Promise<void> {
  await tx.run(sql`
    insert into cluster.apart (one, other, reason, said_by, said_by_name, said_at)
    values (least(${one}::text, ${other}), greatest(${one}::text, ${other}), ${reason}, ${actor.id}, ${actor.name}, ${now()})
    on conflict (one, other) do nothing
  `);
}

/** Makes `thing`, and all that was merged into it, other ids of `into`. @returns those that moved with it */
export async function moveInto(
  { now }: Context,
  tx: Tx,
  { thing, into }: { thing: string; into: string },
): Promise<string[]> {
  const rows = await tx.rows<{ id: string }>(sql`
    update cluster.thing set merged_into = ${into}, changed_at = ${now()} where merged_into = ${thing} or id = ${thing} returning id
  `);
  return rows
    .map(({ id }) => id)
    .filter((id) => id !== thing)
    .sort();
}

/** Takes a thing and what moved with it out again. */
export async function moveOut(
  { now }: Context,
  tx: Tx,
  { thing, moved }: { thing: string; moved: readonly string[] },
): Promise<void> {
  await tx.run(sql`update cluster.thing set merged_into = null, changed_at = ${now()} where id = ${thing}`);
  await tx.run(
    sql`update cluster.thing set merged_into = ${thing}, changed_at = ${now()} where id = any(${[...moved]}::text[])`,
  );
}

export async function insertMerge(
  { actor, now }: Context,
  tx: Tx,
  merge: {
    id: string;
    thing: string;
    into: string;
    moved: readonly string[];
    evidence: readonly Evidence[];
    reason: string;
  },
): Promise<void> {
  const { id, thing, into, moved, evidence, reason } = merge;
  await tx.run(sql`
    insert into cluster.merge (thing, id, into_thing, moved, evidence, reason, merged_by, merged_by_name, merged_at)
    values (${thing}, ${id}, ${into}, ${[...moved]}::text[], ${JSON.stringify(evidence)}, ${reason}, ${actor.id}, ${actor.name}, ${now()})
  `);
}

const MERGE = sql`
  merge.id, merge.thing, gone.name, merge.into_thing as into, kept.name as "intoName", merge.moved, merge.reason, merge.merged_by_name as "mergedByName",
  merge.merged_at as "mergedAt", merge.undone_by_name as "undoneByName", merge.undone_at as "undoneAt", merge.undone_why as "undoneWhy"`;

export async function findMerges(db: Db, { id, limit = 1 }: { id?: string; limit?: number }): Promise<Merge[]> {
  const terms = id === undefined ? [sql`true`] : [isId(sql`merge.id`, id)];
  const rows = await db.rows<Merge & { mergedAt: Date; undoneAt: Date | null }>(sql`
    select ${MERGE}
    from cluster.merge join cluster.thing as gone on gone.id = merge.thing join cluster.thing as kept on kept.id = merge.into_thing
    where ${all(terms)} order by merge.merged_at desc, merge.id limit ${limit}
  `);
  return rows.map((row) => ({
    ...row,
    mergedAt: (row.mergedAt as Date).toISOString(),
    undoneAt: (row.undoneAt as Date | null)?.toISOString() ?? null,
  }));
}

export async function noteUndone(
  { actor, now }: Context,
  tx: Tx,
  { thing, id, reason }: { thing: string; id: string; reason: string },
): Promise<void> {
  await tx.run(sql`
    update cluster.merge set undone_by = ${actor.id}, undone_by_name = ${actor.name}, undone_at = ${now()}, undone_why = ${reason}
    where thing = ${thing} and id = ${id}
  `);
}

/** Locks things in the order of their ids, so that two who lock the same never wait for each other. */
export async function holdThings(
  tx: Tx,
  ids: readonly string[],
): Promise<Map<string, Pick<Thing, 'kind' | 'mergedInto' | 'name'>>> {
  const rows = await tx.rows<Pick<Thing, 'id' | 'kind' | 'mergedInto' | 'name'>>(sql`
    select id, kind, name, merged_into as "mergedInto" from cluster.thing where id = any(${[...ids]}::text[]) order by id for update
  `);
  return new Map(rows.map(({ id, ...row }) => [id, row]));
}
