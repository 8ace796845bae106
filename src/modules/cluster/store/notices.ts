import type { Context, Db, Sql, Tx } from '#kernel/context';
import { all, sql } from '#kernel/sql';
import type { Notice, NoticeFacts, NoticeKind } from '../model.ts';

export interface NewNotice {
  id: string;
  kind: NoticeKind;
  to: readonly string[];
  path: string;
  facts: NoticeFacts;
}

/** How many were new. */
export async function insertNotices({ actor, now }: Context, tx: Tx, notices: readonly NewNotice[]): Promise<number> {
  const made = await tx.rows<{ id: string }>(sql`
    insert into cluster.notice (id, kind, path, facts, by_account, at)
    select id, kind, path, facts::json, ${actor.id}, ${now()} from unnest(
      ${notices.map(({ id }) => id)}::text[], ${notices.map(({ kind }) => kind)}::text[], ${notices.map(({ path }) => path)}::text[],
      ${notices.map(({ facts }) => JSON.stringify(facts))}::text[]) as told (id, kind, path, facts)
    on conflict (id) do nothing returning id
  `);
  const fresh = new Set(made.map(({ id }) => id));
  const ends = notices
    .filter(({ id }) => fresh.has(id))
    .flatMap(({ id, to }) => to.map((recipient) => ({ id, recipient })));
  await tx.run(sql`
    insert into cluster.notice_to (recipient, at, notice)
    select recipient, ${now()}, notice
    from unnest(${ends.map(({ recipient }) => recipient)}::text[], ${ends.map(({ id }) => id)}::text[]) as told (recipient, notice)
    on conflict do nothing
  `);
  return made.length;
}

/** Whose notices somebody reads: those of parties, of what they own or speak for, and of roles. */
export interface NoticeReader {
  account: string;
  parties: readonly string[];
  roles: readonly string[];
  kinds: readonly NoticeKind[];
}

/** What reaches a reader, each once; what they did themselves is no news to them. */
function reaching({ account, parties, roles, kinds }: NoticeReader): Sql {
  return sql`
    with mine as (
      select unnest(${[...parties, ...roles.map((role) => `role/${role}`)]}::text[]) as recipient
      union select 'thing/' || id from cluster.thing where owner = any(${[...parties]}::text[])
      union select 'thing/' || thing from cluster.representation where party = any(${[...parties]}::text[]) and state = 'confirmed'
    ), told as (select distinct notice from cluster.notice_to where recipient in (select recipient from mine)),
    shown as (
      select notice.*, read.at as read_at from told join cluster.notice as notice on notice.id = told.notice
      left join cluster.notice_read as read on read.account = ${account} and read.notice = notice.id
      where notice.kind = any(${[...kinds]}::text[]) and notice.by_account <> ${account}
    )`;
}

/** Newest first. */
export async function findInbox(
  db: Db,
  reader: NoticeReader,
  { unread, kind, limit, offset }: { unread: boolean; kind?: NoticeKind; limit: number; offset: number },
): Promise<Notice[]> {
  const terms = [sql`true`];
  if (unread) terms.push(sql`read_at is null`);
  if (kind !== undefined) terms.push(sql`kind = ${kind}`);
  const rows = await db.rows<Omit<Notice, 'at' | 'readAt'> & { at: Date; readAt: Date | null }>(sql`
    ${reaching(reader)}
    select id, kind, path, facts, at, read_at as "readAt" from shown where ${all(terms)}
    order by at desc, id limit ${limit} offset ${offset}
  `);
  return rows.map(({ at, readAt, ...row }) => ({
    ...row,
    at: at.toISOString(),
    readAt: readAt?.toISOString() ?? null,
  }));
}

export async function countUnread(db: Db, reader: NoticeReader, most: number): Promise<number> {
  const { n } = await db.one<{ n: number }>(sql`
    ${reaching(reader)}
    select count(*)::int as n from (select 1 from shown where read_at is null limit ${most}) as unread
  `);
  return n;
}

/** Marks those of these that reach the reader. */
export async function markRead({ now }: Context, db: Db, reader: NoticeReader, ids: readonly string[]): Promise<void> {
  await db.run(sql`
    insert into cluster.notice_read (account, notice, at)
    select ${reader.account}, id, ${now()} from (${reaching(reader)} select id from shown) as reached where id = any(${[...ids]}::text[])
    on conflict do nothing
  `);
}

export async function markUnread(db: Db, account: string, ids: readonly string[]): Promise<void> {
  await db.run(sql`delete from cluster.notice_read where account = ${account} and notice = any(${[...ids]}::text[])`);
}

export async function findQuiet(db: Db, account: string): Promise<NoticeKind[]> {
  const row = await db.maybe<{ kinds: NoticeKind[] }>(
    sql`select kinds from cluster.notice_quiet where account = ${account}`,
  );
  return row?.kinds ?? [];
}

export async function putQuiet(db: Db, account: string, kinds: readonly NoticeKind[]): Promise<void> {
  await db.run(sql`
    insert into cluster.notice_quiet (account, kinds) values (${account}, ${[...kinds]}::text[])
    on conflict (account) do update set kinds = excluded.kinds
  `);
}

/** Forgets what is older, a part at a time. */
export async function dropNotices(tx: Tx, before: Date, most: number): Promise<void> {
  await tx.run(sql`
    with old as (delete from cluster.notice where id in (select id from cluster.notice where at < ${before} order by at limit ${most}) returning id),
    ends as (delete from cluster.notice_to where at < ${before} and notice in (select id from old))
    delete from cluster.notice_read where notice in (select id from old)
  `);
}
