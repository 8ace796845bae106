import type { Db } from '#kernel/context';
import { sql } from '#kernel/sql';
import type { Statement, ThingKind } from '../model.ts';

export interface SearchableThing {
  id: string;
  kind: ThingKind;
  name: string;
  nameZh: string | null;
  example: boolean;
  /** What is said of it and of what was merged into it. */
  said: Pick<Statement, 'property' | 'value' | 'quote'>[];
  otherNames: string[];
  places: { id: string; name: string; nameZh: string | null }[];
}

/** Things as they are searched, of these ids, or the next after one. */
export function findSearchable(
  db: Db,
  choice: { ids: readonly string[] } | { after: string; limit: number },
): Promise<SearchableThing[]> {
  const chosen =
    'ids' in choice
      ? sql`where thing.id = any(${[...choice.ids]}::text[]) and thing.merged_into is null`
      : sql`where thing.id > ${choice.after} and thing.merged_into is null order by thing.id limit ${choice.limit}`;
  return db.rows(sql`
    with chosen as materialized (select id, kind, name, name_zh, example from cluster.thing as thing ${chosen}),
    part as (
      select chosen.id as thing, chosen.id, null as name, null as name_zh from chosen
      union all
      select chosen.id, other.id, other.name, other.name_zh from chosen join cluster.thing as other on other.merged_into = chosen.id
    )
    select chosen.id, chosen.kind, chosen.name, chosen.name_zh as "nameZh", chosen.example,
      coalesce((
        select json_agg(json_build_object('property', said.property, 'value', said.value, 'quote', said.quote))
        from (
          select said.property, said.value, said.quote
          from part join cluster.statement as said on said.thing = part.id and said.withdrawn_at is null
          where part.thing = chosen.id order by said.said_at desc limit 200
        ) as said
      ), '[]') as said,
      coalesce((
        select json_agg(each.name) from part cross join lateral unnest(array[part.name, part.name_zh]) as each (name)
        where part.thing = chosen.id and each.name is not null
      ), '[]') as "otherNames",
      coalesce((
        select json_agg(json_build_object('id', place.id, 'name', place.name, 'nameZh', place.name_zh))
        from cluster.relation as relation join cluster.thing as place on place.id = relation.object
        where relation.subject = chosen.id and relation.predicate = 'located-in' and relation.withdrawn_at is null
      ), '[]') as places
    from chosen order by chosen.id
  `);
}

export interface Changed {
  id: string;
  at: Date;
}

/** What changed after that one, or was taken back, in the order of times and ids; ids may have been merged away. */
export async function findChanged(db: Db, { after, limit }: { after: Changed; limit: number }): Promise<Changed[]> {
  const { at, id } = after;
  return db.rows(sql`
    select id, at from (
      (
        select id, changed_at as at from cluster.thing where changed_at >= ${at} and (changed_at, id) > (${at}, ${id})
        order by changed_at, id limit ${limit}
      )
      union all
      (select thing, at from cluster.gone where at >= ${at} and (at, thing) > (${at}, ${id}) order by at, thing limit ${limit})
    ) as changed order by at, id limit ${limit}
  `);
}
