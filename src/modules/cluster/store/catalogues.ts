import type { Db } from '#kernel/context';
import { all, sql } from '#kernel/sql';
import type { ThingName } from '../model.ts';

/** Products of a class, or clinical applications, by name. */
export function findCatalogued(
  db: Db,
  { of, examples, limit }: { of: string; examples: boolean; limit: number },
): Promise<ThingName[]> {
  const terms = [sql`thing.merged_into is null`];
  if (!examples) terms.push(sql`not thing.example`);
  if (of === 'application') terms.push(sql`thing.kind = 'application'`);
  else
    terms.push(sql`thing.kind = 'product' and exists (
      select from cluster.statement as said where said.thing = thing.id and said.property = 'product-class' and said.value #>> '{}' = ${of}
        and said.withdrawn_at is null
    )`);
  return db.rows<ThingName>(sql`
    select thing.id, thing.kind, thing.name, thing.name_zh as "nameZh", thing.example from cluster.thing as thing
    where ${all(terms)} order by thing.name, thing.id limit ${limit}
  `);
}
