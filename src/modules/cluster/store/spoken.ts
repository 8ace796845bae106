import type { Db, Sql } from '#kernel/context';
import { any, sql } from '#kernel/sql';
import type { ThingKind, ThingName } from '../model.ts';

/** Things that one of these parties owns or speaks for. */
export function findSpoken(db: Db, parties: readonly string[], kinds: readonly ThingKind[]): Promise<ThingName[]> {
  return db.rows<ThingName>(sql`
    select thing.id, thing.kind, thing.name, thing.name_zh as "nameZh", thing.example from cluster.thing as thing
    where thing.kind = any(${[...kinds]}::text[]) and thing.merged_into is null and ${any([
      sql`thing.owner = any(${[...parties]}::text[])`,
      sql`exists (
        select from cluster.representation as spoken
        where spoken.thing = thing.id and spoken.state = 'confirmed' and spoken.party = any(${[...parties]}::text[])
      )`,
    ])}
    order by thing.name, thing.id limit 200
  `);
}

/** Whose rows an actor works with: undefined is everybody's. */
export type Reach = readonly string[] | undefined;

export function within(column: Sql, reach: Reach): Sql {
  return reach === undefined ? sql`true` : sql`${column} = any(${[...reach]}::text[])`;
}
