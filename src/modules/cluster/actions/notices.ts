import { createHash } from 'node:crypto';
import { reachOf } from '#kernel/access';
import type { Context, Tx } from '#kernel/context';
import type { Job } from '#kernel/jobs';
import { MOST_UNREAD, NOTICE_KINDS, type NoticeFacts, type NoticeKind, type NoticePage } from '../model.ts';
import { DAY_MS } from '../rules/index.ts';
import {
  countUnread,
  dropNotices,
  findInbox,
  findQuiet,
  insertNotices,
  markRead,
  markUnread,
  type NoticeReader,
  putQuiet,
} from '../store/index.ts';
import { partiesOf, READ } from './record.ts';

export interface NoticeGiven {
  /** What it comes from: nothing is told twice of one cause. */
  cause: string;
  kind: NoticeKind;
  /** `thing/<id>` reaches whoever owns or speaks for it when reading, else `Organization/<id>`, `account/<id>` or `role/<role>`. */
  to: readonly string[];
  /** The page that it opens. */
  path: string;
  facts: NoticeFacts;
}

/** Tells people inside the app, in the transaction of what they are told of; who acts is not told of the own act. */
export async function notify(ctx: Context, tx: Tx, given: NoticeGiven | readonly NoticeGiven[]): Promise<void> {
  const notices = [given].flat().map(({ cause, ...notice }) => ({ id: idOf(cause), ...notice }));
  if (notices.length > 0) await insertNotices(ctx, tx, notices);
}

function idOf(cause: string): string {
  return createHash('sha256').update(cause).digest('hex').slice(0, 32);
}

const KINDS = Object.keys(NOTICE_KINDS) as NoticeKind[];

/** Kinds that may reach the actor, and the reader of those that are wanted. */
async function readerOf(ctx: Context): Promise<{ reader: NoticeReader; kinds: NoticeKind[]; quiet: NoticeKind[] }> {
  ctx.require(READ);
  const { actor } = ctx;
  const kinds = KINDS.filter((kind) => NOTICE_KINDS[kind].some((act) => reachOf(actor, act) !== undefined));
  const quiet = (await findQuiet(ctx.db, actor.id)).filter((kind) => kinds.includes(kind));
  const wanted = kinds.filter((kind) => !quiet.includes(kind));
  return { reader: { account: actor.id, parties: partiesOf(actor), roles: actor.roles, kinds: wanted }, kinds, quiet };
}

/** What the actor is told, newest first; kinds that the actor silenced are left out. */
export async function listNotices(
  ctx: Context,
  { unread, kind, limit, offset }: { unread: boolean; kind?: NoticeKind; limit: number; offset: number },
): Promise<NoticePage> {
  const { reader, kinds, quiet } = await readerOf(ctx);
  const asked = { unread, offset, limit: limit + 1, ...(kind !== undefined && { kind }) };
  const found = await findInbox(ctx.db, reader, asked);
  return {
    notices: found.slice(0, limit),
    more: found.length > limit,
    kinds,
    quiet,
    unread: await countUnread(ctx.db, reader, MOST_UNREAD),
  };
}

export async function countNotices(ctx: Context): Promise<{ unread: number }> {
  const { reader } = await readerOf(ctx);
  return { unread: await countUnread(ctx.db, reader, MOST_UNREAD) };
}

/** Marks notices as read or takes the mark away, for the actor alone. Again it changes nothing. */
export async function markNotices(
  ctx: Context,
  { ids, read }: { ids: readonly string[]; read: boolean },
): Promise<{ unread: number }> {
  const { reader } = await readerOf(ctx);
  if (read) await markRead(ctx, ctx.db, reader, ids);
  else await markUnread(ctx.db, ctx.actor.id, ids);
  return countNotices(ctx);
}

/** Kinds that the actor hears nothing of from now on. */
export async function quietNotices(ctx: Context, kinds: readonly NoticeKind[]): Promise<{ unread: number }> {
  ctx.require(READ);
  await putQuiet(ctx.db, ctx.actor.id, [...new Set(kinds)]);
  return countNotices(ctx);
}

const KEPT_DAYS = 400;
const DROPPED_AT_ONCE = 10_000;

export const noticeJob: Job = {
  name: 'cluster.notices',
  everySeconds: 3600,
  run: (ctx) => dropNotices(ctx.db, new Date(ctx.now().getTime() - KEPT_DAYS * DAY_MS), DROPPED_AT_ONCE),
};
