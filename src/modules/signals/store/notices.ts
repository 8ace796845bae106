import type { Context, Db, Tx } from '#kernel/context';
import { isId, sql } from '#kernel/sql';
import type { AlarmNotice } from '../model.ts';

const COLUMNS = sql`notice.id, alarm, alarm.kind, alarm.key, alarm.subject, account_name as "accountName", actor_name as "actorName", at, text,
  acknowledged_at as "acknowledgedAt"`;
const MOST = 200;

/** Those told of an alarm, the newest first. */
export function findNotices(db: Db, alarm: string): Promise<AlarmNotice[]> {
  return db.rows<AlarmNotice>(sql`
    select ${COLUMNS} from signals.notice join signals.alarm on alarm.id = notice.alarm
    where ${isId(sql`notice.alarm`, alarm)} order by at desc, notice.id limit ${MOST}
  `);
}

/** What an account was told and has not yet acknowledged, the newest first. */
export function findWaiting(db: Db, account: string): Promise<AlarmNotice[]> {
  return db.rows<AlarmNotice>(sql`
    select ${COLUMNS} from signals.notice join signals.alarm on alarm.id = notice.alarm
    where account = ${account} and acknowledged_at is null order by at desc, notice.id limit ${MOST}
  `);
}

export async function insertNotices(
  ctx: Context,
  tx: Tx,
  { alarm, persons, text }: { alarm: string; persons: readonly { id: string; name: string }[]; text: string },
): Promise<void> {
  for (const { id, name } of persons)
    await tx.run(sql`
      insert into signals.notice (id, alarm, account, account_name, at, actor, actor_name, text)
      values (${ctx.newId()}, ${alarm}, ${id}, ${name}, ${ctx.now()}, ${ctx.actor.id}, ${ctx.actor.name}, ${text})
    `);
}

/** The alarm of the notice, or undefined where it was acknowledged before. @throws Problem `not-found` where it is not this account's */
export async function acknowledge(ctx: Context, tx: Tx, id: string): Promise<string | undefined> {
  const { alarm, done } = await tx.one<{ alarm: string; done: boolean }>(sql`
    select alarm, acknowledged_at is not null as done from signals.notice
    where ${isId(sql`id`, id)} and account = ${ctx.actor.id} for update
  `);
  if (done) return undefined;
  await tx.run(sql`update signals.notice set acknowledged_at = ${ctx.now()} where ${isId(sql`id`, id)}`);
  return alarm;
}
