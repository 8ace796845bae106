import type { Db } from '#kernel/context';
import { sql } from '#kernel/sql';
import type { Publication, ThingName } from '../model.ts';

export type StoredPublication = ThingName & { role: Publication['role'] };

/** Papers and patents that one of these things wrote, applied for, is named in or is protected by; each once. */
export function findPublications(db: Db, things: readonly string[], limit: number): Promise<StoredPublication[]> {
  return db.rows<StoredPublication>(sql`
    select distinct on (work.id) work.id, work.kind, work.name, work.name_zh as "nameZh", work.example, relation.predicate as role
    from cluster.relation as relation join cluster.thing as work on work.id = relation.subject and work.merged_into is null
    where relation.object = any(${[...things]}::text[]) and relation.withdrawn_at is null and work.kind in ('paper', 'patent')
      and relation.predicate in ('authored-by', 'applied-by', 'affiliated-with', 'protects')
    order by work.id, relation.predicate limit ${limit}
  `);
}

/** All papers and patents of the record, without examples. */
export function findAllWorks(db: Db, limit: number): Promise<StoredPublication[]> {
  return db.rows<StoredPublication>(sql`
    select id, kind, name, name_zh as "nameZh", example, null as role from cluster.thing
    where kind in ('paper', 'patent') and merged_into is null and not example order by id limit ${limit}
  `);
}
