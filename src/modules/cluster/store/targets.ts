import type { Context, Db, Tx } from '#kernel/context';
import { isId, sql } from '#kernel/sql';
import type { LadderSetting, TargetAsk, TargetValue } from '../model.ts';
import { asText, type Dated } from './dated.ts';

/** Values of these targets, corrected ones too, newest first. */
export async function findTargetValues(
  db: Db,
  targets: readonly string[],
): Promise<(TargetValue & { target: string })[]> {
  const rows = await db.rows<Dated<TargetValue & { target: string }>>(sql`
    select target, id, year, value, department, source, quote, corrects, reason, entered_by_name as "enteredByName", entered_at as "enteredAt"
    from cluster.target_value where target = any(${[...targets]}::text[]) order by entered_at desc, id limit 20000
  `);
  return rows.map(asText);
}

export async function insertTargetValue(
  { actor, now, newId }: Context,
  tx: Tx,
  target: string,
  value: Omit<TargetValue, 'id' | 'enteredByName' | 'enteredAt'>,
): Promise<string> {
  const id = newId();
  await tx.run(sql`
    insert into cluster.target_value (target, id, year, value, department, source, quote, corrects, reason, entered_by, entered_by_name, entered_at)
    values (${target}, ${id}, ${value.year}, ${value.value}, ${value.department}, ${value.source}, ${value.quote}, ${value.corrects}, ${value.reason},
      ${actor.id}, ${actor.name}, ${now()})
  `);
  await tx.run(sql`
    update cluster.target_ask set answered_at = ${now()} where target = ${target} and year = ${value.year} and answered_at is null
  `);
  return id;
}

const ASK = sql`
  id, target, year, department, words, due::text, asked_by_name as "askedByName", asked_at as "askedAt", reminders, answered_at as "answeredAt"`;

export async function findTargetAsks(db: Db, targets: readonly string[]): Promise<TargetAsk[]> {
  const rows = await db.rows<Dated<TargetAsk>>(sql`
    select ${ASK} from cluster.target_ask where target = any(${[...targets]}::text[]) order by asked_at desc, id limit 5000
  `);
  return rows.map(asText);
}

/** The open ask for the year, made now where there was none. */
export async function insertTargetAsk(
  { actor, now, newId }: Context,
  tx: Tx,
  ask: { target: string; year: number; department: string | null; words: string; due: string },
): Promise<boolean> {
  const touched = await tx.run(sql`
    insert into cluster.target_ask (target, id, year, department, words, due, asked_by, asked_by_name, asked_at)
    values (${ask.target}, ${newId()}, ${ask.year}, ${ask.department}, ${ask.words}, ${ask.due}, ${actor.id}, ${actor.name}, ${now()})
    on conflict (target, year) where answered_at is null do nothing
  `);
  return touched > 0;
}

/** Asks that are due and were not reminded of for so long, marked as reminded of now. */
export async function takeDueAsks(db: Db, { now, since }: { now: Date; since: Date }): Promise<TargetAsk[]> {
  const rows = await db.rows<Dated<TargetAsk>>(sql`
    update cluster.target_ask set reminded_at = ${now}, reminders = reminders + 1
    where (target, id) in (
      select target, id from cluster.target_ask
      where answered_at is null and due <= ${now}::date and (reminded_at is null or reminded_at < ${since})
      order by due, target, id limit 200 for update skip locked
    )
    returning ${ASK}
  `);
  return rows.map(asText);
}

export async function holdTargetValue(tx: Tx, target: string, id: string): Promise<TargetValue | undefined> {
  const found = await tx.maybe<Dated<TargetValue>>(sql`
    select id, year, value, department, source, quote, corrects, reason, entered_by_name as "enteredByName", entered_at as "enteredAt"
    from cluster.target_value where target = ${target} and ${isId(sql`id`, id)} for update
  `);
  return found && asText(found);
}

/** Things of a kind whose newest number is so much or more; and how many have one at all. */
export function countReaching(
  db: Db,
  { kind, property, least }: { kind: string; property: string; least: number },
): Promise<{ value: number; of: number; known: number }> {
  return db.one(sql`
    with high as (
      select distinct said.thing from cluster.statement as said join cluster.thing as thing on thing.id = said.thing
      where said.property = ${property} and said.withdrawn_at is null and jsonb_typeof(said.value) = 'number'
        and (said.value #>> '{}')::numeric >= ${least} and thing.kind = ${kind} and not thing.example and thing.merged_into is null
    )
    select (
        select count(*)::int from high cross join lateral (
          select (said.value #>> '{}')::numeric as value from cluster.statement as said
          where said.thing = high.thing and said.property = ${property} and said.withdrawn_at is null and jsonb_typeof(said.value) = 'number'
          order by said.as_of desc nulls last, said.said_at desc, said.id limit 1
        ) as newest
        where newest.value >= ${least}
      ) as value,
      (
        select count(distinct said.thing)::int from cluster.statement as said join cluster.thing as thing on thing.id = said.thing
        where said.property = ${property} and said.withdrawn_at is null and jsonb_typeof(said.value) = 'number'
          and thing.kind = ${kind} and not thing.example and thing.merged_into is null
      ) as known,
      (select count(*)::int from cluster.thing where kind = ${kind} and not example and merged_into is null) as of
  `);
}

/** The enterprises, without examples, of which most is said in these properties. */
export async function findMostSaid(db: Db, properties: readonly string[], limit: number): Promise<string[]> {
  const rows = await db.rows<{ id: string }>(sql`
    select said.thing as id from cluster.statement as said join cluster.thing as thing on thing.id = said.thing
    where said.property = any(${[...properties]}::text[]) and said.withdrawn_at is null and thing.kind = 'enterprise' and thing.merged_into is null
      and not thing.example
    group by said.thing order by count(*) desc, said.thing limit ${limit}
  `);
  return rows.map(({ id }) => id);
}

/** Patents whose newest legal state is valid, by their number inventions, of those whose state is known. */
export function countValidInventions(db: Db): Promise<{ value: number; of: number; known: number }> {
  return db.one(sql`
    with newest as (
      select distinct on (said.thing) said.thing, said.value #>> '{}' as state
      from cluster.statement as said join cluster.thing as thing on thing.id = said.thing
      where said.property = 'patent-state' and said.withdrawn_at is null and thing.kind = 'patent' and not thing.example and thing.merged_into is null
      order by said.thing, said.as_of desc nulls last, said.said_at desc, said.id
    )
    select
      (
        select count(*)::int from newest where state = 'valid' and exists (
          select from cluster.statement as number where number.thing = newest.thing and number.withdrawn_at is null
            and (number.property = 'patent-number' and number.value #>> '{}' ~ '^CN[0-9]+[ABC][0-9]?$'
              or number.property = 'application-number' and number.value #>> '{}' ~ '^CN([0-9]{4}|[0-9]{2})[18][0-9]{5,7}[.]')
        )
      ) as value,
      (select count(*)::int from newest) as known,
      (select count(*)::int from cluster.thing where kind = 'patent' and not example and merged_into is null) as of
  `);
}

export async function findSettings(db: Db): Promise<LadderSetting[]> {
  const rows = await db.rows<Dated<LadderSetting>>(sql`
    select distinct on (rung, criterion) rung, criterion, value, source, valid_from::text as "validFrom", set_by_name as "setByName", set_at as "setAt"
    from cluster.ladder_setting order by rung, criterion, set_at desc, id limit 1000
  `);
  return rows.map(asText);
}

export async function insertSetting(
  { actor, now, newId }: Context,
  tx: Tx,
  {
    rung,
    criterion,
    value,
    source,
    validFrom,
  }: Pick<LadderSetting, 'rung' | 'criterion' | 'value' | 'source' | 'validFrom'>,
): Promise<void> {
  await tx.run(sql`
    insert into cluster.ladder_setting (rung, criterion, id, value, source, valid_from, set_by, set_by_name, set_at)
    values (${rung}, ${criterion}, ${newId()}, ${value}, ${source}, ${validFrom}, ${actor.id}, ${actor.name}, ${now()})
  `);
}
