import type { Context, Db, Sql, Tx } from '#kernel/context';
import { Problem } from '#kernel/problem';
import { all, any, isId, sql } from '#kernel/sql';
import type { IntroductionMove, IntroductionState, ThingName, WishFields, WishKind, WishSide } from '../model.ts';
import type { Reach } from './spoken.ts';

export interface StoredWish extends WishFields {
  id: string;
  thing: ThingName;
  place: string | null;
  placeName: string | null;
  /** Its own place first, then those around it. */
  places: string[];
  confidential: boolean;
  contact: string;
  expiresOn: string;
  withdrawnAt: Date | null;
  example: boolean;
  madeAt: Date;
}

const day = (column: Sql) => sql`to_char(${column}, 'YYYY-MM-DD')`;
const WISH = sql`
  wish.id, wish.side, wish.kind, wish.words, wish.words_zh as "wordsZh", wish.sector, wish.place, wish.quantity, wish.unit, wish.confidential,
  wish.contact, wish.example, wish.withdrawn_at as "withdrawnAt", wish.made_at as "madeAt",
  ${day(sql`wish.from_day`)} as "from", ${day(sql`wish.to_day`)} as "to", ${day(sql`wish.expires_on`)} as "expiresOn",
  json_build_object('id', thing.id, 'kind', thing.kind, 'name', thing.name, 'nameZh', thing.name_zh, 'example', thing.example) as thing,
  (select name from cluster.thing as place where place.id = wish.place) as "placeName",
  coalesce((
    with recursive around (id, step) as (
      select coalesce(wish.place, (
        select lies.object from cluster.relation as lies join cluster.thing as place on place.id = lies.object and place.kind = 'place'
        where lies.subject = wish.thing and lies.predicate = 'located-in' and lies.withdrawn_at is null order by lies.said_at desc, lies.id limit 1
      )), 0
      union
      select above.object, around.step + 1 from around join cluster.relation as above on above.subject = around.id
        and above.predicate in ('located-in', 'part-of') and above.withdrawn_at is null
      where around.step < 3
    )
    select json_agg(id order by step, id) from around where id is not null
  ), '[]') as places`;
const FROM = sql`cluster.wish as wish join cluster.thing as thing on thing.id = wish.thing`;

export interface WishFilter {
  /** Live on this day. */
  liveOn?: string;
  side?: WishSide;
  example?: boolean;
  things?: readonly string[];
  ids?: readonly string[];
  except?: string;
  kind?: WishKind;
  /** In its words; of confidential ones only of these things, or of all without them. */
  text?: string;
  textOf?: readonly string[] | undefined;
  /** The last of the page before. */
  after?: { madeAt: Date; id: string };
  limit: number;
}

/** The newest first. */
export function findWishes(db: Db, filter: WishFilter): Promise<StoredWish[]> {
  const { liveOn, side, example, things, ids, except, kind, text, textOf, after, limit } = filter;
  const terms = [sql`true`];
  if (liveOn !== undefined) terms.push(sql`wish.withdrawn_at is null and wish.expires_on >= ${liveOn}::date`);
  if (side !== undefined) terms.push(sql`wish.side = ${side}`);
  if (example !== undefined) terms.push(sql`wish.example = ${example}`);
  if (things !== undefined) terms.push(sql`wish.thing = any(${[...things]}::text[])`);
  if (ids !== undefined) terms.push(sql`wish.id = any(${[...ids]}::uuid[])`);
  if (except !== undefined) terms.push(sql`wish.thing <> ${except}`);
  if (kind !== undefined) terms.push(sql`wish.kind = ${kind}`);
  if (text !== undefined) {
    const like = `%${text.replace(/[\\%_]/g, '\\$&')}%`;
    terms.push(any([sql`wish.words ilike ${like}`, sql`wish.words_zh ilike ${like}`]));
    // Who may not read the words may not try them either.
    if (textOf !== undefined) terms.push(sql`(not wish.confidential or wish.thing = any(${[...textOf]}::text[]))`);
  }
  if (after !== undefined)
    terms.push(
      sql`(wish.made_at < ${after.madeAt} or (wish.made_at = ${after.madeAt} and wish.id > ${after.id}::uuid))`,
    );
  return db.rows<StoredWish>(
    sql`select ${WISH} from ${FROM} where ${all(terms)} order by wish.made_at desc, wish.id limit ${limit}`,
  );
}

/** @throws Problem `not-found` */
export async function getWish(db: Db, id: string): Promise<StoredWish> {
  const found = await db.maybe<StoredWish>(sql`select ${WISH} from ${FROM} where ${isId(sql`wish.id`, id)}`);
  if (found === undefined) throw new Problem('not-found', 'there is no such need or offer');
  return found;
}

export async function holdWish(tx: Tx, id: string): Promise<StoredWish> {
  await tx.rows(sql`select id from cluster.wish where ${isId(sql`id`, id)} for update`);
  return getWish(tx, id);
}

export type NewWish = WishFields &
  Pick<StoredWish, 'id' | 'place' | 'confidential' | 'contact' | 'expiresOn' | 'example'> & { thing: string };

/** @returns whether it is new */
export async function insertWish(ctx: Context, tx: Tx, wish: NewWish): Promise<boolean> {
  const { id, side, thing, kind, words, wordsZh, sector, place, quantity, unit, from, to } = wish;
  const { confidential, contact, expiresOn, example } = wish;
  const added = await tx.run(sql`
    insert into cluster.wish (
      id, side, thing, kind, words, words_zh, sector, place, quantity, unit, from_day, to_day, confidential, contact, expires_on, example, made_by, made_at
    ) values (
      ${id}, ${side}, ${thing}, ${kind}, ${words}, ${wordsZh}, ${sector}, ${place}, ${quantity}, ${unit}, ${from}::date, ${to}::date,
      ${confidential}, ${contact}, ${expiresOn}::date, ${example}, ${ctx.actor.id}, ${ctx.now()}
    ) on conflict (id) do nothing
  `);
  return added > 0;
}

export async function withdrawWishRow(ctx: Context, tx: Tx, id: string): Promise<void> {
  await tx.run(sql`update cluster.wish set withdrawn_at = ${ctx.now()} where id = ${id}`);
}

/** Whether a thing lies in, or is a tenant of, one of these. */
export async function liesIn(db: Db, things: readonly string[], parks: readonly string[]): Promise<boolean> {
  const found = await db.maybe(sql`
    select 1 from cluster.relation where subject = any(${[...things]}::text[]) and object = any(${[...parks]}::text[])
      and predicate in ('located-in', 'tenant-of') and withdrawn_at is null
    limit 1
  `);
  return found !== undefined;
}

export interface StoredIntroduction {
  id: string;
  one: string;
  other: string;
  state: IntroductionState;
  oneYes: boolean;
  otherYes: boolean;
  mediated: boolean;
  askedAccount: string;
  words: string;
  since: Date;
  revision: number;
}

const INTRODUCTION = sql`
  introduction.id, introduction.one, introduction.other, introduction.state, introduction.one_yes as "oneYes", introduction.other_yes as "otherYes",
  introduction.mediated, introduction.asked_account as "askedAccount", introduction.words, introduction.since, introduction.revision`;

/** All, or those of an account and of the things that it speaks for. */
export interface IntroductionReach {
  things: Reach;
  account: string;
}

function seenBy({ things, account }: IntroductionReach): Sql {
  if (things === undefined) return sql`true`;
  return any([
    sql`introduction.asked_account = ${account}`,
    sql`exists (
      select from cluster.wish as own where own.id in (introduction.one, introduction.other) and own.thing = any(${[...things]}::text[])
    )`,
  ]);
}

const LIVE = sql`introduction.state in ('asked', 'accepted', 'met')`;

export interface IntroductionFilter {
  /** Those that are over, too. */
  over: boolean;
  ids?: readonly string[];
  /** The last of the page before. */
  after?: { isOver: boolean; since: Date; id: string };
  limit: number;
}

/** Those under way first, the longest unmoved before the others. */
export function findIntroductions(
  db: Db,
  reach: IntroductionReach,
  { over, ids, after, limit }: IntroductionFilter,
): Promise<StoredIntroduction[]> {
  const terms = [seenBy(reach)];
  if (!over) terms.push(LIVE);
  if (ids !== undefined) terms.push(any([...ids.map((id) => isId(sql`introduction.id`, id)), sql`false`]));
  if (after !== undefined)
    terms.push(
      sql`(not ${LIVE}, introduction.since, introduction.id) > (${after.isOver}::boolean, ${after.since}::timestamptz, ${after.id}::uuid)`,
    );
  return db.rows<StoredIntroduction>(sql`
    select ${INTRODUCTION} from cluster.introduction as introduction where ${all(terms)}
    order by not ${LIVE}, introduction.since, introduction.id limit ${limit}
  `);
}

/** How many are in each state, and how many of them were due before these moments. */
export function countIntroductions(
  db: Db,
  reach: IntroductionReach,
  due: Readonly<Partial<Record<IntroductionState, Date>>>,
): Promise<{ state: IntroductionState; n: number; late: number }[]> {
  const [states, moments] = [Object.keys(due), Object.values(due)];
  return db.rows(sql`
    select introduction.state, count(*)::int as n, count(*) filter (where introduction.since < due.before)::int as late
    from cluster.introduction as introduction
      left join unnest(${states}::text[], ${moments}::timestamptz[]) as due (state, before) on due.state = introduction.state
    where ${seenBy(reach)} group by introduction.state order by introduction.state
  `);
}

/** Of one wish, that are under way. */
export function findLiveOf(db: Db, wish: string): Promise<StoredIntroduction[]> {
  return db.rows<StoredIntroduction>(sql`
    select ${INTRODUCTION} from cluster.introduction as introduction
    where ${LIVE} and (introduction.one = ${wish} or introduction.other = ${wish}) order by introduction.id limit 500
  `);
}

/** @throws Problem `not-found`, also where it is another's */
async function getIntroduction(db: Db, reach: IntroductionReach, id: string): Promise<StoredIntroduction> {
  const found = await db.maybe<StoredIntroduction>(sql`
    select ${INTRODUCTION} from cluster.introduction as introduction where ${isId(sql`introduction.id`, id)} and ${seenBy(reach)}
  `);
  if (found === undefined) throw new Problem('not-found', 'there is no such introduction');
  return found;
}

export async function holdIntroduction(tx: Tx, reach: IntroductionReach, id: string): Promise<StoredIntroduction> {
  await tx.rows(sql`select id from cluster.introduction where ${isId(sql`id`, id)} for update`);
  return getIntroduction(tx, reach, id);
}

/** @returns its id; undefined where the two are being introduced already */
export async function insertIntroduction(
  ctx: Context,
  tx: Tx,
  given: Pick<StoredIntroduction, 'one' | 'other' | 'oneYes' | 'otherYes' | 'mediated' | 'words'>,
): Promise<string | undefined> {
  const { one, other, oneYes, otherYes, mediated, words } = given;
  const row = await tx.maybe<{ id: string }>(sql`
    insert into cluster.introduction (id, one, other, state, one_yes, other_yes, mediated, asked_account, words, since)
    values (${ctx.newId()}, ${one}, ${other}, 'asked', ${oneYes}, ${otherYes}, ${mediated}, ${ctx.actor.id}, ${words}, ${ctx.now()})
    on conflict (least(one, other), greatest(one, other)) where state in ('asked', 'accepted', 'met') do nothing returning id
  `);
  return row?.id;
}

export async function moveIntroductionRow(
  ctx: Context,
  tx: Tx,
  { id, state, oneYes, otherYes }: Pick<StoredIntroduction, 'id' | 'state' | 'oneYes' | 'otherYes'>,
): Promise<void> {
  await tx.run(sql`
    update cluster.introduction set since = case when state = ${state} then since else ${ctx.now()} end, state = ${state}, one_yes = ${oneYes},
      other_yes = ${otherYes}, revision = revision + 1
    where id = ${id}
  `);
}

export async function insertIntroductionMove(
  ctx: Context,
  tx: Tx,
  introduction: string,
  { state, reason }: Pick<IntroductionMove, 'state' | 'reason'>,
): Promise<number> {
  const { n } = await tx.one<{ n: number }>(sql`
    insert into cluster.introduction_move (introduction, n, state, reason, by_name, at)
    select ${introduction}, coalesce(max(n), 0) + 1, ${state}, ${reason}, ${ctx.actor.name}, ${ctx.now()}
    from cluster.introduction_move where introduction = ${introduction} returning n
  `);
  return n;
}

export function findIntroductionMoves(
  db: Db,
  introductions: readonly string[],
): Promise<(IntroductionMove & { introduction: string })[]> {
  return db.rows(sql`
    select introduction, n, state, reason, by_name as by, at from cluster.introduction_move
    where introduction = any(${[...introductions]}::uuid[]) order by introduction, n limit 5000
  `);
}
