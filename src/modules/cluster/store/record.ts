import type { Context, Db, Sql, Tx } from '#kernel/context';
import { Problem } from '#kernel/problem';
import { all, isId, sql } from '#kernel/sql';
import type { Relation, Representation, Source, Statement, Thing, ThingKind, ThingLine, ThingName } from '../model.ts';
import type { NewRelation, NewStatement } from '../rules/index.ts';
import { asText, type Dated } from './dated.ts';

const NAME = sql`thing.id, thing.kind, thing.name, thing.name_zh as "nameZh", thing.example`;
const THING = sql`
  ${NAME}, thing.owner, thing.review_every_days as "reviewEveryDays", thing.reviewed_at as "reviewedAt", thing.due_at as "dueAt", thing.merged_into as "mergedInto",
  thing.made_at as "madeAt", thing.changed_at as "changedAt"`;
const PROVENANCE = sql`
  id, as_of as "asOf", source, quote, confidence, note, fact, said_by_name as "saidByName", said_at as "saidAt", withdrawn_at as "withdrawnAt",
  withdrawn_by_name as "withdrawnByName", withdrawn_why as "withdrawnWhy"`;
const STATEMENT = sql`thing, property, value, unit, op, ${PROVENANCE}`;
const RELATION = sql`subject, predicate, object, detail, ${PROVENANCE}`;

/** @throws Problem `not-found` */
export async function getThing(db: Db, id: string): Promise<Thing> {
  const found = await db.maybe<Dated<Thing>>(sql`select ${THING} from cluster.thing as thing where id = ${id}`);
  if (found === undefined) throw new Problem('not-found', 'there is no such thing');
  return asText(found);
}

/** The thing, held until the transaction ends. @throws Problem `not-found` */
export async function holdThing(tx: Tx, id: string): Promise<Thing> {
  await tx.rows(sql`select id from cluster.thing where id = ${id} for update`);
  return getThing(tx, id);
}

/** Kinds by id, of the things that there are. */
export async function findKinds(db: Db, ids: readonly string[]): Promise<Map<string, ThingKind>> {
  const rows = await db.rows<{ id: string; kind: ThingKind }>(
    sql`select id, kind from cluster.thing where id = any(${[...new Set(ids)]}::text[])`,
  );
  return new Map(rows.map(({ id, kind }) => [id, kind]));
}

/** Names by id; what was merged answers with the thing that it was merged into. */
export async function namesOf(db: Db, ids: readonly string[]): Promise<Map<string, ThingName>> {
  const rows = await db.rows<ThingName & { asked: string }>(sql`
    select asked.id as asked, ${NAME}
    from cluster.thing as asked join cluster.thing as thing on thing.id = coalesce(asked.merged_into, asked.id)
    where asked.id = any(${[...new Set(ids)]}::text[])
  `);
  return new Map(rows.map(({ asked, ...name }) => [asked, name]));
}

/** The thing's id and those of the things that were merged into it. */
export async function findIdsOf(db: Db, id: string): Promise<ThingName[]> {
  return db.rows<ThingName>(sql`
    select ${NAME} from cluster.thing as thing where thing.id = ${id} or thing.merged_into = ${id} order by thing.id <> ${id}, thing.id limit 500
  `);
}

export interface NewThing {
  id: string;
  kind: ThingKind;
  name: string;
  nameZh: string | null;
  example: boolean;
  owner: string;
  reviewEveryDays: number;
}

/** How many are new: what is there already stays as it is. */
export async function insertThings(ctx: Context, tx: Tx, things: readonly NewThing[]): Promise<Set<string>> {
  const rows = await tx.rows<{ id: string }>(sql`
    insert into cluster.thing (id, kind, name, name_zh, example, owner, review_every_days, reviewed_at, due_at, made_by, made_at, changed_at)
    select id, kind, name, name_zh, example, owner, days, ${ctx.now()}, ${ctx.now()}::timestamptz + days * interval '24 hours', ${ctx.actor.id}, ${ctx.now()}, ${ctx.now()}
    from unnest(
      ${things.map(({ id }) => id)}::text[], ${things.map(({ kind }) => kind)}::text[], ${things.map(({ name }) => name)}::text[],
      ${things.map(({ nameZh }) => nameZh)}::text[], ${things.map(({ example }) => example)}::boolean[],
      ${things.map(({ owner }) => owner)}::text[], ${things.map(({ reviewEveryDays }) => reviewEveryDays)}::int[]
    ) as given (id, kind, name, name_zh, example, owner, days)
    on conflict (id) do nothing
    returning id
  `);
  return new Set(rows.map(({ id }) => id));
}

/** A change to the thing itself, or to what is said of it. */
export async function touchThings(ctx: Context, tx: Tx, ids: readonly string[]): Promise<void> {
  await tx.run(
    sql`update cluster.thing set changed_at = ${ctx.now()} where id = any(${[...new Set(ids)].sort()}::text[])`,
  );
}

export interface NewSource {
  id: string;
  kind: string;
  title: string;
  titleZh?: string | null;
  publisher?: string | null;
  date?: string | null;
  url?: string | null;
  note?: string | null;
  account?: string | null;
  organization?: string | null;
}

/** Keeps the source under its id, as it was described last. */
export async function putSource(ctx: Context, tx: Tx, source: NewSource): Promise<void> {
  const { id, kind, title, titleZh, publisher, date, url, note, account, organization } = source;
  await tx.run(sql`
    insert into cluster.source as known (id, kind, title, title_zh, publisher, date, url, note, account, organization, made_at)
    values (${id}, ${kind}, ${title}, ${titleZh ?? null}, ${publisher ?? null}, ${date ?? null}, ${url ?? null}, ${note ?? null},
      ${account ?? null}, ${organization ?? null}, ${ctx.now()})
    on conflict (id) do update set kind = excluded.kind, title = excluded.title, title_zh = excluded.title_zh, publisher = excluded.publisher,
      date = excluded.date, url = excluded.url, note = excluded.note
    where (known.kind, known.title, known.title_zh, known.publisher, known.date, known.url, known.note)
      is distinct from (excluded.kind, excluded.title, excluded.title_zh, excluded.publisher, excluded.date, excluded.url, excluded.note)
  `);
}

export async function findSources(db: Db, ids: readonly string[]): Promise<Map<string, Source>> {
  const rows = await db.rows<Source>(sql`
    select id, kind, title, title_zh as "titleZh", publisher, date, url, note, organization from cluster.source
    where id = any(${[...new Set(ids)]}::text[])
  `);
  return new Map(rows.map((source) => [source.id, source]));
}

export type StatementRow = Omit<NewStatement, 'source'> & { id: string; source: string };
export type RelationRow = Omit<NewRelation, 'source'> & { id: string; source: string };

export async function insertStatements(ctx: Context, tx: Tx, rows: readonly StatementRow[]): Promise<void> {
  await tx.copy(
    'cluster.statement',
    ['thing', 'property', 'value', 'unit', 'op', ...SAID],
    rows.map((row) => [
      row.thing,
      row.property,
      JSON.stringify(row.value),
      row.unit ?? null,
      row.op ?? null,
      ...saidOf(ctx, row),
    ]),
  );
}

export async function insertRelations(ctx: Context, tx: Tx, rows: readonly RelationRow[]): Promise<void> {
  await tx.copy(
    'cluster.relation',
    ['subject', 'predicate', 'object', 'detail', ...SAID],
    rows.map((row) => [row.subject, row.predicate, row.object, row.detail ?? null, ...saidOf(ctx, row)]),
  );
}

const SAID = ['id', 'as_of', 'source', 'quote', 'confidence', 'note', 'fact', 'said_by', 'said_by_name', 'said_at'];
function saidOf({ actor, now }: Context, row: Omit<StatementRow | RelationRow, 'value'>): unknown[] {
  const { id, asOf, source, quote, confidence, note, fact } = row;
  return [
    id,
    asOf ?? null,
    source,
    quote ?? null,
    confidence ?? null,
    note ?? null,
    fact ?? null,
    actor.id,
    actor.name,
    now(),
  ];
}

/** What is said of these things now. */
export async function findStatements(
  db: Db,
  things: readonly string[],
  { properties, most = MOST_READ }: { properties?: readonly string[]; most?: number } = {},
): Promise<Statement[]> {
  const terms = [sql`thing = any(${[...things]}::text[])`, sql`withdrawn_at is null`];
  if (properties !== undefined) terms.push(sql`property = any(${[...properties]}::text[])`);
  const rows = await db.rows<Dated<Statement>>(
    sql`select ${STATEMENT} from cluster.statement where ${all(terms)} order by property, said_at desc, id limit ${most}`,
  );
  return rows.map(asText);
}

/** A statement that still holds. */
export async function findStatement(db: Db, id: string): Promise<Statement | undefined> {
  const found = await db.maybe<Dated<Statement>>(
    sql`select ${STATEMENT} from cluster.statement where ${isId(sql`id`, id)} and withdrawn_at is null`,
  );
  return found === undefined ? undefined : asText(found);
}

/** Relations that begin or end at one of these things now. */
export async function findRelations(db: Db, things: readonly string[]): Promise<Relation[]> {
  const ids = [...things];
  const rows = await db.rows<Dated<Relation>>(sql`
    select ${RELATION} from cluster.relation where (subject = any(${ids}::text[]) or object = any(${ids}::text[])) and withdrawn_at is null
    order by predicate, said_at desc, id limit ${MOST_READ}
  `);
  return rows.map(asText);
}

export async function findWithdrawn(db: Db, things: readonly string[]): Promise<(Statement | Relation)[]> {
  const ids = [...things];
  const statements = await db.rows<Dated<Statement>>(sql`
    select ${STATEMENT} from cluster.statement where thing = any(${ids}::text[]) and withdrawn_at is not null order by withdrawn_at desc, id limit 100
  `);
  const relations = await db.rows<Dated<Relation>>(sql`
    select ${RELATION} from cluster.relation where (subject = any(${ids}::text[]) or object = any(${ids}::text[])) and withdrawn_at is not null
    order by withdrawn_at desc, id limit 100
  `);
  return [...statements.map(asText), ...relations.map(asText)].toSorted((one, two) =>
    (two.withdrawnAt ?? '').localeCompare(one.withdrawnAt ?? ''),
  );
}

/** One statement or relation that still holds. */
export async function findLive(
  db: Db,
  { statement, relation }: { statement?: string; relation?: string },
): Promise<{ thing: string; other: string | null; source: string } | undefined> {
  if (statement !== undefined)
    return db.maybe(sql`
      select thing, null as other, source from cluster.statement where ${isId(sql`id`, statement)} and withdrawn_at is null
    `);
  return db.maybe(sql`
    select subject as thing, object as other, source from cluster.relation where ${isId(sql`id`, relation ?? '')} and withdrawn_at is null
  `);
}

/** Whether it held until now. */
export async function withdrawRow(
  { actor, now }: Context,
  tx: Tx,
  { thing, statement, relation, reason }: { thing: string; statement?: string; relation?: string; reason: string },
): Promise<boolean> {
  const set = sql`set withdrawn_at = ${now()}, withdrawn_by = ${actor.id}, withdrawn_by_name = ${actor.name}, withdrawn_why = ${reason}`;
  const touched =
    statement !== undefined
      ? await tx.run(
          sql`update cluster.statement ${set} where thing = ${thing} and ${isId(sql`id`, statement)} and withdrawn_at is null`,
        )
      : await tx.run(
          sql`update cluster.relation ${set} where subject = ${thing} and ${isId(sql`id`, relation ?? '')} and withdrawn_at is null`,
        );
  return touched > 0;
}

export interface ThingFilter {
  kinds?: readonly ThingKind[];
  /** Part of a name, an alias or an id. */
  text?: string;
  /** Located in this thing, directly or through others. */
  place?: string;
  /** The id of a sector, or the words of a statement. */
  sector?: string;
  /** Examples are left out unless asked for. */
  examples?: boolean;
  owners?: readonly string[];

  dueBefore?: Date;
  ids?: readonly string[];
  order?: 'name' | 'changed' | 'due';
  limit: number;
  offset?: number;
}

const STEPS_OF_PLACE = 4;

function termsOf({ kinds, text, place, sector, examples = false, owners, dueBefore, ids }: ThingFilter): Sql {
  const terms = [sql`thing.merged_into is null`];
  // One kind is told as one: its index then gives the order too.
  if (kinds?.length === 1) terms.push(sql`thing.kind = ${kinds[0]!}`);
  else if (kinds !== undefined && kinds.length > 0) terms.push(sql`thing.kind = any(${[...kinds]}::text[])`);
  if (!examples) terms.push(sql`not thing.example`);
  if (owners !== undefined) terms.push(sql`thing.owner = any(${[...owners]}::text[])`);
  if (dueBefore !== undefined) terms.push(sql`thing.due_at < ${dueBefore}`);
  if (ids !== undefined) terms.push(sql`thing.id = any(${[...ids]}::text[])`);
  if (text !== undefined && text !== '') {
    const like = `%${text.replace(/[\\%_]/g, '\\$&')}%`;
    // Found first, by trigrams, and joined then: with `or` every row would be looked at.
    terms.push(sql`thing.id in (
      select named.id from cluster.thing as named where named.name ilike ${like} or named.name_zh ilike ${like}
      union all select ${text}::text
      union all
      select said.thing from cluster.statement as said
      where said.property = 'alias' and said.withdrawn_at is null and said.value #>> '{}' ilike ${like}
    )`);
  }
  if (sector !== undefined)
    terms.push(sql`thing.id in (
      select joined.subject from cluster.relation as joined
      where joined.predicate = 'in-sector' and joined.object = ${sector} and joined.withdrawn_at is null
      union all
      select said.thing from cluster.statement as said
      where said.property = 'sector' and said.withdrawn_at is null and jsonb_typeof(said.value) = 'string' and said.value #>> '{}' = ${sector}
    )`);
  if (place !== undefined) terms.push(isInside(place));
  return all(terms);
}

/**
 * Whether `thing` is located in this place, directly or through others. Of what others lie in there is little: it is found by leaps through the
 * index, and only then is asked what lies in it.
 */
export function isInside(place: string): Sql {
  return sql`thing.id in (
    select lies.subject from cluster.relation as lies
    where lies.predicate = 'located-in' and lies.withdrawn_at is null and lies.object = any(array(
      with recursive container (id) as (
        select min(object) from cluster.relation where predicate = 'located-in' and withdrawn_at is null
        union all
        select (
          select min(object) from cluster.relation where predicate = 'located-in' and withdrawn_at is null and object > container.id
        ) from container where container.id is not null
      ),
      inside (id, step) as (
        select ${place}::text, 1
        union
        select container.id, inside.step + 1
        from inside cross join container join cluster.relation as relation
          on relation.subject = container.id and relation.predicate = 'located-in' and relation.object = inside.id and relation.withdrawn_at is null
        where inside.step < ${STEPS_OF_PLACE}
      )
      select id from inside
    ))
  )`;
}

const ORDERS = {
  name: sql`thing.name, thing.id`,
  changed: sql`thing.changed_at desc, thing.id`,
  due: sql`thing.due_at, thing.id`,
} as const;

export async function findThingLines(db: Db, filter: ThingFilter): Promise<ThingLine[]> {
  const rows = await db.rows<Dated<ThingLine>>(sql`
    with chosen as materialized (
      select thing.* from cluster.thing as thing where ${termsOf(filter)}
      order by ${ORDERS[filter.order ?? 'name']} limit ${filter.limit} offset ${filter.offset ?? 0}
    )
    select ${NAME}, thing.changed_at as "changedAt", thing.due_at as "dueAt",
      (
        select json_build_object('id', place.id, 'name', place.name, 'nameZh', place.name_zh)
        from cluster.relation as relation join cluster.thing as place on place.id = relation.object
        where relation.subject = thing.id and relation.predicate = 'located-in' and relation.withdrawn_at is null
        order by place.kind <> 'place', relation.said_at desc, relation.id limit 1
      ) as place,
      coalesce((
        select json_agg(distinct said.value #>> '{}') from cluster.statement as said
        where said.thing = thing.id and said.property = 'sector' and said.withdrawn_at is null
      ), '[]') as sectors,
      (select count(*)::int from cluster.statement as said where said.thing = thing.id and said.withdrawn_at is null) as statements
    from chosen as thing
    order by ${ORDERS[filter.order ?? 'name']}
  `);
  return rows.map(asText);
}

export async function countThings(db: Db, filter: Omit<ThingFilter, 'limit'>): Promise<number> {
  const { n } = await db.one<{ n: number }>(
    sql`select count(*)::int as n from cluster.thing as thing where ${termsOf({ ...filter, limit: 0 })}`,
  );
  return n;
}

const REPRESENTATION = sql`
  thing, id, party, party_name as "partyName", state, words, claimed_by_name as "claimedByName", claimed_at as "claimedAt",
  decided_by_name as "decidedByName", decided_at as "decidedAt", reason, ended_at as "endedAt"`;

export async function findRepresentations(db: Db, things: readonly string[]): Promise<Representation[]> {
  const rows = await db.rows<Dated<Representation>>(sql`
    select ${REPRESENTATION} from cluster.representation where thing = any(${[...things]}::text[])
    order by claimed_at desc, id limit 200
  `);
  return rows.map(asText);
}

/** Whether the party speaks for the thing, or for one that was merged into it. */
export async function speaksFor(db: Db, parties: readonly string[], thing: string): Promise<boolean> {
  const found = await db.maybe(sql`
    select 1 from cluster.representation as spoken join cluster.thing as asked on asked.id = ${thing}
    where spoken.thing in (asked.id, coalesce(asked.merged_into, asked.id)) and spoken.party = any(${[...parties]}::text[])
      and spoken.state = 'confirmed'
    limit 1
  `);
  return found !== undefined;
}

/** Properties, statements and relations of one thing at the most; what is more is left out of a page. */
const MOST_READ = 2000;
