import type { Db } from '#kernel/context';
import { sql } from '#kernel/sql';
import type { Confidence, Op, ThingKind, Value } from '../model.ts';

/** Examples and persons are not given out. */
const OPEN = sql`not thing.example and thing.kind <> 'person' and thing.merged_into is null`;

export interface OpenThing {
  id: string;
  kind: ThingKind;
  name: string;
  nameZh: string | null;
  changedAt: Date;
}

/** Things in the order of their ids, from after one of them on. */
export function findOpenThings(
  db: Db,
  { after, kind, limit }: { after: string; kind?: ThingKind; limit: number },
): Promise<OpenThing[]> {
  const ofKind = kind === undefined ? sql`true` : sql`thing.kind = ${kind}`;
  return db.rows<OpenThing>(sql`
    select thing.id, thing.kind, thing.name, thing.name_zh as "nameZh", thing.changed_at as "changedAt"
    from cluster.thing as thing where ${OPEN} and ${ofKind} and thing.id > ${after} order by thing.id limit ${limit}
  `);
}

export interface OpenStatement {
  thing: string;
  property: string;
  value: Value;
  unit: string | null;
  op: Op | null;
  asOf: string | null;
  confidence: Confidence | null;
  quote: string | null;
  source: string;
}

export function findOpenStatements(db: Db, things: readonly string[]): Promise<OpenStatement[]> {
  return db.rows<OpenStatement>(sql`
    select coalesce(thing.merged_into, thing.id) as thing, said.property, said.value, said.unit, said.op, said.as_of as "asOf", said.confidence,
      said.quote, source.title as source
    from cluster.thing as thing
      join cluster.statement as said on said.thing = thing.id and said.withdrawn_at is null
      left join cluster.source as source on source.id = said.source
    where thing.id = any(${[...things]}::text[]) or thing.merged_into = any(${[...things]}::text[])
    order by 1, said.property, said.said_at, said.id
  `);
}

export interface OpenRelation {
  subject: string;
  predicate: string;
  object: string;
  asOf: string | null;
  confidence: Confidence | null;
  quote: string | null;
  source: string;
}

/** Relations that begin at these things and end at an open one. */
export function findOpenRelations(db: Db, things: readonly string[]): Promise<OpenRelation[]> {
  return db.rows<OpenRelation>(sql`
    select coalesce(near.merged_into, near.id) as subject, said.predicate, coalesce(far.merged_into, far.id) as object, said.as_of as "asOf", said.confidence,
      said.quote, source.title as source
    from cluster.thing as near
      join cluster.relation as said on said.subject = near.id and said.withdrawn_at is null
      join cluster.thing as far on far.id = said.object
      join cluster.thing as thing on thing.id = coalesce(far.merged_into, far.id)
      left join cluster.source as source on source.id = said.source
    where (near.id = any(${[...things]}::text[]) or near.merged_into = any(${[...things]}::text[])) and ${OPEN}
    order by 1, said.predicate, said.said_at, said.id
  `);
}

export async function findLastChange(db: Db): Promise<Date | null> {
  const { at } = await db.one<{ at: Date | null }>(sql`select max(changed_at) as at from cluster.thing`);
  return at;
}
