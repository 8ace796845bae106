import type { Db } from '#kernel/context';
import { sql } from '#kernel/sql';

export interface Edge {
  subject: string;
  predicate: string;
  object: string;
}

/** Relations that hold at any of these things, in both directions; `most` of each direction. */
export async function findEdges(db: Db, ids: readonly string[], most: number): Promise<Edge[]> {
  return db.rows<Edge>(sql`
    (select subject, predicate, object from cluster.relation where subject = any(${[...ids]}::text[]) and withdrawn_at is null limit ${most})
    union
    (select subject, predicate, object from cluster.relation where object = any(${[...ids]}::text[]) and withdrawn_at is null limit ${most})
  `);
}
