import type { Context, Db } from '#kernel/context';
import { all, sql } from '#kernel/sql';
import { MAP_KINDS, type MapKind, type OnLink, type ThingKind } from '../model.ts';
import type { Edge } from './graph.ts';
import { isInside } from './record.ts';

/** More are not drawn: nobody reads a map of more. */
export const MOST_MAPPED = 5_000;
const MOST_EDGES = 50_000;

export interface MapThingRow {
  id: string;
  kind: MapKind;
  name: string;
  nameZh: string | null;
  example: boolean;
  latitude: number | null;
  longitude: number | null;
  disputed: boolean;
  isDue: boolean;
}

const MAPPED = (examples: boolean) =>
  sql`thing.kind = any(${[...MAP_KINDS]}::text[]) and thing.merged_into is null and (${examples} or not thing.example)`;

export async function countMapThings(
  db: Db,
  { examples }: { examples: boolean },
): Promise<Partial<Record<MapKind, number>>> {
  const rows = await db.rows<{ kind: MapKind; n: number }>(
    sql`select thing.kind, count(*)::int as n from cluster.thing as thing where ${MAPPED(examples)} group by thing.kind`,
  );
  return Object.fromEntries(rows.map(({ kind, n }) => [kind, n]));
}

/** What a map shows: of each kind so many, by id. */
export function findMapThings(
  { db, now }: Pick<Context, 'db' | 'now'>,
  { examples, most }: { examples: boolean; most: Partial<Record<MapKind, number>> },
): Promise<MapThingRow[]> {
  const degrees = (property: string) => sql`(
    select (said.value #>> '{}')::float8 from cluster.statement as said
    where said.thing = thing.id and said.property = ${property} and said.withdrawn_at is null and jsonb_typeof(said.value) = 'number'
    order by said.as_of desc nulls last, said.said_at desc, said.id limit 1
  )`;
  return db.rows<MapThingRow>(sql`
    select thing.id, thing.kind, thing.name, thing.name_zh as "nameZh", thing.example, thing.due_at < ${now()} as "isDue",
      ${degrees('latitude')} as latitude, ${degrees('longitude')} as longitude,
      exists (select from cluster.conflict as conflict where conflict.thing = thing.id) as disputed
    from unnest(${Object.keys(most)}::text[], ${Object.values(most)}::int[]) as share (kind, most) cross join lateral (
      select * from cluster.thing as each
      where each.kind = share.kind and each.merged_into is null and (${examples} or not each.example) order by each.id limit share.most
    ) as thing
    order by thing.kind, thing.id
  `);
}

/** All things by what they lie in directly and by kind; a thing that is nowhere said to lie in anything stands under null. */
export function countByPlace(
  db: Db,
  { examples }: { examples: boolean },
): Promise<{ place: string | null; kind: MapKind; n: number }[]> {
  return db.rows(sql`
    select lies.object as place, thing.kind, count(*)::int as n
    from cluster.thing as thing left join cluster.relation as lies
      on lies.subject = thing.id and lies.predicate = 'located-in' and lies.withdrawn_at is null
    where ${MAPPED(examples)} group by lies.object, thing.kind order by lies.object, thing.kind limit ${MOST_EDGES}
  `);
}

const STEPS_UP = 6;

/** Where these things and whatever they lie in lie, who runs them, and their sectors; merged things under the id that answers for them. */
export function findMapEdges(db: Db, things: readonly string[]): Promise<Edge[]> {
  const ids = [...things];
  return db.rows<Edge>(sql`
    with recursive own (id, main) as (
      select id, coalesce(merged_into, id) from cluster.thing where id = any(${ids}::text[]) or merged_into = any(${ids}::text[])
    ),
    up (subject, predicate, object, step) as (
      select own.main, relation.predicate, coalesce(far.merged_into, far.id), 0
      from own join cluster.relation as relation on relation.subject = own.id join cluster.thing as far on far.id = relation.object
      where relation.predicate in ('located-in', 'managed-by', 'in-sector') and relation.withdrawn_at is null
      union
      select up.object, relation.predicate, coalesce(far.merged_into, far.id), up.step + 1
      from up join cluster.relation as relation on relation.subject = up.object join cluster.thing as far on far.id = relation.object
      where relation.predicate = 'located-in' and relation.withdrawn_at is null and up.predicate <> 'in-sector' and up.step < ${STEPS_UP}
    )
    select distinct subject, predicate, object from up order by subject, predicate, object limit ${MOST_EDGES}
  `);
}

export interface MapPlaceRow {
  id: string;
  kind: ThingKind;
  name: string;
  nameZh: string | null;
  adcode: string | null;
  roles: string[];
}

/** These, and every place that has a division's code. */
export function findMapPlaces(db: Db, ids: readonly string[]): Promise<MapPlaceRow[]> {
  return db.rows<MapPlaceRow>(sql`
    select thing.id, thing.kind, thing.name, thing.name_zh as "nameZh",
      (
        select said.value #>> '{}' from cluster.statement as said
        where said.thing = thing.id and said.property = 'adcode' and said.withdrawn_at is null order by said.said_at desc, said.id limit 1
      ) as adcode,
      coalesce((
        select json_agg(distinct said.value #>> '{}') from cluster.statement as said
        where thing.kind = 'place' and said.thing = thing.id and said.property = 'role' and said.withdrawn_at is null
      ), '[]') as roles
    from cluster.thing as thing
    where thing.id = any(${[...new Set(ids)]}::text[])
      or (thing.kind = 'place' and exists (
        select from cluster.statement as said where said.thing = thing.id and said.property = 'adcode' and said.withdrawn_at is null
      ))
    order by thing.id limit ${MOST_EDGES}
  `);
}

/** Who is said to stand on a link of a chain, one more than is shown at once. */
export function findOnLinks(db: Db, { place, examples }: { place?: string; examples: boolean }): Promise<OnLink[]> {
  const terms = [sql`said.property = 'chain-link'`, sql`said.withdrawn_at is null`, sql`thing.merged_into is null`];
  if (!examples) terms.push(sql`not thing.example`);
  return db.rows<OnLink>(sql`
    select distinct on (said.value #>> '{}', thing.name, thing.id) said.value #>> '{}' as link, thing.id, thing.kind, thing.name,
      thing.name_zh as "nameZh", thing.example, said.confidence, ${place === undefined ? sql`true` : isInside(place)} as inside
    from cluster.statement as said join cluster.thing as near on near.id = said.thing
      join cluster.thing as thing on thing.id = coalesce(near.merged_into, near.id)
    where ${all(terms)}
    order by said.value #>> '{}', thing.name, thing.id, said.confidence nulls first limit ${MOST_MAPPED + 1}
  `);
}
