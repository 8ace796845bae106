import type { Context, Db, Tx } from '#kernel/context';
import { Problem } from '#kernel/problem';
import { all, any, isId, sql } from '#kernel/sql';
import type {
  ContentLine,
  Facets,
  OfferingCard,
  OfferingDefinition,
  OfferingLine,
  OfferingSearch,
  Party,
  Quality,
  Sample,
  VersionLine,
  VersionMove,
  VersionState,
} from '../model.ts';

/** An offering with one of its versions. */
export interface StoredVersion {
  id: string;
  holder: Party;
  asksAs: string;
  newest: number;
  demonstration: boolean;
  version: number;
  state: VersionState;
  revision: number;
  definition: OfferingDefinition;
  digest: string;
  since: Date;
  listedAt: Date | null;
}

const STORED = sql`
  offering.id, json_build_object('id', party.id, 'name', party.name, 'nameZh', party.name_zh) as holder, offering.asks_as as "asksAs",
  offering.version as newest, offering.demonstration, version.version, version.state, version.revision, version.definition, version.digest,
  version.since, version.listed_at as "listedAt"`;
const FROM = sql`
  exchange.offering join exchange.party on party.id = offering.holder
  join exchange.offering_version as version on version.offering = offering.id`;

/** @throws Problem `not-found` */
export async function getVersion(db: Db, id: string, version?: number): Promise<StoredVersion> {
  const wanted = version === undefined ? sql`offering.version` : sql`${version}::int`;
  const found = await db.maybe<StoredVersion>(
    sql`select ${STORED} from ${FROM} where ${isId(sql`offering.id`, id)} and version.version = ${wanted}`,
  );
  if (found === undefined) throw new Problem('not-found', 'there is no such offering');
  return plain(found);
}

/** The version that is on the market, or was the last to be. */
export async function getListed(db: Db, id: string): Promise<StoredVersion> {
  const found = await db.maybe<StoredVersion>(sql`
    select ${STORED} from ${FROM} where ${isId(sql`offering.id`, id)} and version.listed_at is not null
    order by version.version desc limit 1
  `);
  if (found === undefined) throw new Problem('not-found', 'there is no such offering');
  return plain(found);
}

/** The version on the market; undefined where there is none. */
export async function findOnMarket(db: Db, id: string): Promise<StoredVersion | undefined> {
  const found = await db.maybe<StoredVersion>(
    sql`select ${STORED} from ${FROM} where ${isId(sql`offering.id`, id)} and version.state in ('listed', 'suspended')`,
  );
  return found && plain(found);
}

function plain(stored: StoredVersion): StoredVersion {
  const { id, name, nameZh } = stored.holder;
  return { ...stored, holder: { id, name, ...(nameZh != null && { nameZh }) } };
}

/** The offering, held until the transaction ends: its versions move one at a time. */
export async function holdOffering(tx: Tx, id: string): Promise<void> {
  await tx.rows(sql`select id from exchange.offering where ${isId(sql`id`, id)} for update`);
}

export async function insertOffering(
  ctx: Context,
  tx: Tx,
  { id, holder, demonstration }: { id: string; holder: string; demonstration: boolean },
): Promise<void> {
  await tx.run(sql`
    insert into exchange.offering (id, holder, asks_as, version, demonstration, created_at, updated_at)
    values (${id}, ${holder}, ${ctx.actor.id}, 0, ${demonstration}, ${ctx.now()}, ${ctx.now()})
  `);
}

export async function insertVersion(
  ctx: Context,
  tx: Tx,
  { id, version, definition, digest }: Pick<StoredVersion, 'id' | 'version' | 'definition' | 'digest'>,
): Promise<void> {
  const { actor } = ctx;
  await tx.run(sql`
    insert into exchange.offering_version (offering, version, state, definition, digest, made_by, made_by_name, made_at, since)
    values (${id}, ${version}, 'draft', ${JSON.stringify(definition)}::json, ${digest}, ${actor.id}, ${actor.name}, ${ctx.now()}, ${ctx.now()})
  `);
  await tx.run(sql`update exchange.offering set version = ${version}, updated_at = ${ctx.now()} where id = ${id}`);
}

/** Changes a draft; what is no draft any more stays as it is. */
export async function updateDraft(
  ctx: Context,
  tx: Tx,
  { id, version, definition, digest }: Pick<StoredVersion, 'id' | 'version' | 'definition' | 'digest'>,
): Promise<void> {
  const touched = await tx.run(sql`
    update exchange.offering_version set definition = ${JSON.stringify(definition)}::json, digest = ${digest}, revision = revision + 1
    where offering = ${id} and version = ${version} and state = 'draft'
  `);
  if (touched === 0) throw new Problem('conflict', 'a version does not change any more once it is submitted');
  await tx.run(sql`update exchange.offering set updated_at = ${ctx.now()}, asks_as = ${ctx.actor.id} where id = ${id}`);
}

export async function moveVersion(
  ctx: Context,
  tx: Tx,
  { id, version, state: was, revision }: Pick<StoredVersion, 'id' | 'version' | 'state' | 'revision'>,
  { state, words, refreshAt }: { state: VersionState; words?: string; refreshAt?: Date | null },
): Promise<void> {
  const { actor } = ctx;
  await tx.run(sql`
    update exchange.offering_version
    set state = ${state}, revision = ${revision + 1}, since = ${ctx.now()},
      listed_at = case when ${state === 'listed'} then coalesce(listed_at, ${ctx.now()}) else listed_at end,
      refresh_at = case when ${refreshAt !== undefined} then ${refreshAt ?? null}::timestamptz else refresh_at end
    where offering = ${id} and version = ${version}
  `);
  await tx.run(sql`
    insert into exchange.offering_move (offering, version, place, was, state, by_actor, by_name, words, at)
    values (${id}, ${version}, ${revision + 1}, ${was}, ${state}, ${actor.id}, ${actor.name}, ${words ?? null}, ${ctx.now()})
  `);
  await tx.run(sql`update exchange.offering set updated_at = ${ctx.now()} where id = ${id}`);
}

export function findVersions(db: Db, id: string): Promise<VersionLine[]> {
  return db.rows(sql`
    select version, state, made_by_name as "madeByName", made_at as "madeAt", since from exchange.offering_version
    where offering = ${id} order by version desc limit 200
  `);
}

export function findMoves(db: Db, id: string): Promise<VersionMove[]> {
  return db.rows(sql`
    select version, was, state, by_name as "byName", words, at from exchange.offering_move
    where offering = ${id} order by at desc, version desc, place desc limit 500
  `);
}

/** @param holder undefined: everybody's */
export function findOfferings(db: Db, holder: string | undefined, limit: number): Promise<OfferingLine[]> {
  return db.rows(sql`
    select offering.id, version.definition -> 'title' as title, version.definition ->> 'kind' as kind, version.version, version.state,
      listed.version as listed, offering.updated_at as "updatedAt", content.release as "releaseId"
    from exchange.offering join exchange.offering_version as version on version.offering = offering.id and version.version = offering.version
    left join exchange.offering_version as listed on listed.offering = offering.id and listed.state in ('listed', 'suspended')
    left join lateral (
      select release from exchange.offering_content as made
      where made.offering = offering.id and made.version = version.version and made.state = 'released' order by number desc limit 1
    ) as content on true
    where ${holder === undefined ? sql`true` : sql`offering.holder = ${holder}`}
    order by offering.updated_at desc, offering.id limit ${limit}
  `);
}

const CONTENT = sql`
  version, number, digest, state, why, asked_at as "askedAt", finished_at as "finishedAt", took_ms as "tookMs", views,
  candidate_rows as "candidateRows", report as "reportId", release as "releaseId", rows, trouble`;

export function findContents(db: Db, id: string): Promise<ContentLine[]> {
  return db.rows(sql`
    select ${CONTENT} from exchange.offering_content where offering = ${id} order by version desc, number desc limit 200
  `);
}

/** The newest content of a version that has passed the gate. */
export function findReleased(
  db: Db,
  id: string,
  version: number,
): Promise<(ContentLine & { quality: Quality; sample: Sample }) | undefined> {
  return db.maybe(sql`
    select ${CONTENT}, quality, sample from exchange.offering_content
    where offering = ${id} and version = ${version} and state = 'released' order by number desc limit 1
  `);
}

/** Asks for a content unless one is asked for already. */
export async function insertContent(
  ctx: Context,
  tx: Tx,
  { id, version, digest }: Pick<StoredVersion, 'id' | 'version' | 'digest'>,
  { why, askedBy }: { why: 'asked' | 'refresh'; askedBy: string },
): Promise<number> {
  const { number } = await tx.one<{ number: number }>(sql`
    select coalesce((
      select number from exchange.offering_content where offering = ${id} and version = ${version} and digest = ${digest} and state = 'waiting' limit 1
    ), (
      select coalesce(max(number), 0) + 1 from exchange.offering_content where offering = ${id} and version = ${version}
    )) as number
  `);
  await tx.run(sql`
    insert into exchange.offering_content (offering, version, number, digest, state, why, asked_by, asked_at)
    values (${id}, ${version}, ${number}, ${digest}, 'waiting', ${why}, ${askedBy}, ${ctx.now()})
    on conflict (offering, version, number) do nothing
  `);
  return number;
}

export interface WaitingContent {
  id: string;
  version: number;
  number: number;
  digest: string;
  askedBy: string;
}

export function nextContent(db: Db): Promise<WaitingContent | undefined> {
  return db.maybe(sql`
    select offering as id, version, number, digest, asked_by as "askedBy" from exchange.offering_content
    where state = 'waiting' order by asked_at, offering, version, number limit 1
  `);
}

/** Until this many are done, no more are asked for. */
export function countWaiting(db: Db, askedBy: string): Promise<{ n: number }> {
  return db.one(
    sql`select count(*)::int as n from exchange.offering_content where state = 'waiting' and asked_by = ${askedBy}`,
  );
}

export interface ContentEnd {
  state: 'released' | 'refused' | 'failed';
  tookMs: number;
  views?: readonly string[];
  candidateRows?: number;
  report?: string;
  release?: string;
  rows?: number;
  quality?: Quality;
  sample?: Sample;
  trouble?: { message: string; facts: Readonly<Record<string, unknown>> };
}

export async function endContent(
  ctx: Context,
  tx: Tx,
  { id, version, number }: Pick<WaitingContent, 'id' | 'version' | 'number'>,
  end: ContentEnd,
): Promise<boolean> {
  const json = (value: unknown): string | null => (value === undefined ? null : JSON.stringify(value));
  const touched = await tx.run(sql`
    update exchange.offering_content
    set state = ${end.state}, finished_at = ${ctx.now()}, took_ms = ${end.tookMs}, views = ${end.views ?? null}::text[],
      candidate_rows = ${end.candidateRows ?? null}, report = ${end.report ?? null}, release = ${end.release ?? null}, rows = ${end.rows ?? null},
      quality = ${json(end.quality)}::json, sample = ${json(end.sample)}::json, trouble = ${json(end.trouble)}::json
    where offering = ${id} and version = ${version} and number = ${number} and state = 'waiting'
  `);
  return touched > 0;
}

/** Versions on the market whose content is due. */
export function findDue(db: Db, now: Date, limit: number): Promise<{ id: string; version: number }[]> {
  return db.rows(sql`
    select offering as id, version from exchange.offering_version where refresh_at <= ${now} and state = 'listed'
    order by refresh_at, offering limit ${limit}
  `);
}

export async function setRefresh(tx: Tx, id: string, version: number, at: Date | null): Promise<void> {
  await tx.run(
    sql`update exchange.offering_version set refresh_at = ${at} where offering = ${id} and version = ${version}`,
  );
}

/** The card of a listed version. */
const CARD = sql`
  offering.id, version.version, version.definition ->> 'kind' as kind, version.definition ->> 'topic' as topic, version.definition -> 'title' as title,
  version.definition -> 'summary' as summary, version.definition -> 'keywords' as keywords,
  json_strip_nulls(json_build_object('id', party.id, 'name', party.name, 'nameZh', party.name_zh)) as holder,
  version.definition -> 'prices' as prices, version.definition -> 'ways' as ways,
  coalesce((
    select json_agg(listing.venue order by listing.venue) from exchange.venue_listing as listing
    where listing.offering = offering.id and listing.version = version.version and listing.state = 'listed'
  ), '[]'::json) as venues,
  content.rows, version.listed_at as "listedAt", content.finished_at as "refreshedAt", offering.demonstration`;
const LISTED = sql`
  ${FROM} left join lateral (
    select rows, finished_at from exchange.offering_content as made
    where made.offering = offering.id and made.version = version.version and made.state = 'released' order by number desc limit 1
  ) as content on true`;

export function findCards(db: Db, search: OfferingSearch): Promise<OfferingCard[]> {
  return db.rows(sql`
    select ${CARD} from ${LISTED} where ${listedAs(search)}
    order by version.listed_at desc, offering.id limit ${search.limit} offset ${search.offset}
  `);
}

export function getCard(db: Db, id: string, version: number): Promise<OfferingCard> {
  return db.one(
    sql`select ${CARD} from ${LISTED} where ${isId(sql`offering.id`, id)} and version.version = ${version}`,
  );
}

export async function countCards(db: Db, search: OfferingSearch): Promise<{ total: number; facets: Facets }> {
  const rows = await db.rows<{ facet: keyof Facets | null; value: string; n: number }>(sql`
    with found as (
      select offering.id, version.version, version.definition from ${LISTED} where ${listedAs(search)}
    ), valued as (
      select null as facet, '' as value, id from found
      union all select 'kind', definition ->> 'kind', id from found
      union all select 'topic', definition ->> 'topic', id from found
      union all select 'price', price ->> 'kind', id from found, json_array_elements(definition -> 'prices') as price
      union all select 'venue', listing.venue, found.id from found join exchange.venue_listing as listing
        on listing.offering = found.id and listing.version = found.version and listing.state = 'listed'
    )
    select facet, value, count(distinct id)::int as n from valued group by facet, value order by facet, n desc, value limit 500
  `);
  const facets: Facets = { kind: {}, topic: {}, price: {}, venue: {} };
  for (const { facet, value, n } of rows) if (facet !== null) facets[facet][value] = n;
  return { total: rows.find(({ facet }) => facet === null)?.n ?? 0, facets };
}

function listedAs({ text, kind, topic, venue, price, holder }: OfferingSearch) {
  const terms = [sql`version.state = 'listed'`];
  for (const word of (text ?? '').split(/\s+/).filter(Boolean).slice(0, MOST_WORDS)) {
    const like = `%${word.replace(/[\\%_]/g, '\\$&')}%`;
    terms.push(
      any([
        sql`(version.definition ->> 'title') ilike ${like}`,
        sql`(version.definition ->> 'summary') ilike ${like}`,
        sql`(version.definition ->> 'keywords') ilike ${like}`,
        sql`(version.definition ->> 'columns') ilike ${like}`,
        sql`party.name ilike ${like}`,
        sql`party.name_zh ilike ${like}`,
      ]),
    );
  }
  if (kind !== undefined) terms.push(sql`version.definition ->> 'kind' = ${kind}`);
  if (topic !== undefined) terms.push(sql`version.definition ->> 'topic' = ${topic}`);
  if (holder !== undefined) terms.push(sql`offering.holder = ${holder}`);
  if (venue !== undefined)
    terms.push(sql`exists (
      select from exchange.venue_listing as listing where listing.offering = offering.id and listing.version = version.version
        and listing.venue = ${venue} and listing.state = 'listed')`);
  if (price !== undefined)
    terms.push(
      sql`exists (select from json_array_elements(version.definition -> 'prices') as price where price ->> 'kind' = ${price})`,
    );
  return all(terms);
}

const MOST_WORDS = 10;

/** Shared until the transaction ends: nothing moves meanwhile. */
export async function shareOffering(tx: Tx, id: string): Promise<void> {
  await tx.rows(sql`select id from exchange.offering where ${isId(sql`id`, id)} for share`);
}

/** Certificates of what is named, newest first. */
export function findAllCertificatesOf(
  db: Db,
  subject: string,
): Promise<{ kind: string; id: string; state: 'in-force' | 'suspended' | 'revoked' }[]> {
  return db.rows(sql`
    select kind, id, state from exchange.certificate where subject = ${subject} order by issued_at desc, id limit 50
  `);
}

/** Those of them in force. */
export async function findCertificatesOf(db: Db, subject: string): Promise<{ kind: string; id: string }[]> {
  const found = await findAllCertificatesOf(db, subject);
  return found.filter(({ state }) => state === 'in-force').map(({ kind, id }) => ({ kind, id }));
}

/** The example that was made at the first start. */
export async function findDemonstration(db: Db): Promise<string | undefined> {
  const found = await db.maybe<{ id: string }>(
    sql`select id from exchange.offering where demonstration order by created_at, id limit 1`,
  );
  return found?.id;
}
