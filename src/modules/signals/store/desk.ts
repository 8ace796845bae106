import type { Context, Db, Tx } from '#kernel/context';
import { Problem } from '#kernel/problem';
import { isId, sql } from '#kernel/sql';
import type { Alarm, AlarmEvent, AlarmState } from '../model.ts';
import { getAlarm } from './alarms.ts';

/** The oldest first; an alarm that needs more is a file of its own. */
const MOST_EVENTS = 2_000;

export function findEvents(db: Db, alarm: string): Promise<AlarmEvent[]> {
  return db.rows<AlarmEvent>(sql`
    select id, at, actor_name as "actorName", kind, text, detail from signals.alarm_event
    where ${isId(sql`alarm`, alarm)} order by at, id limit ${MOST_EVENTS}
  `);
}

/** @throws Problem `too-large` when there are too many already */
export async function insertEvent(
  ctx: Context,
  tx: Tx,
  alarm: string,
  { kind, text, detail }: Pick<AlarmEvent, 'kind' | 'text' | 'detail'>,
): Promise<void> {
  const { n } = await tx.one<{ n: number }>(
    sql`select count(*)::int as n from signals.alarm_event where ${isId(sql`alarm`, alarm)}`,
  );
  if (n >= MOST_EVENTS)
    throw new Problem('too-large', 'so much was written to this alarm that no more fits', { most: MOST_EVENTS });
  await tx.run(sql`
    insert into signals.alarm_event (alarm, id, at, actor, actor_name, kind, text, detail)
    values (${alarm}, ${ctx.newId()}, ${ctx.now()}, ${ctx.actor.id}, ${ctx.actor.name}, ${kind}, ${text}, ${JSON.stringify(detail)}::jsonb)
  `);
}

/** The alarm, held until the transaction ends. @throws Problem `not-found` */
export async function holdAlarm(tx: Tx, id: string): Promise<Alarm> {
  await tx.one(sql`select id from signals.alarm where ${isId(sql`id`, id)} for update`);
  return getAlarm(tx, id);
}

export async function moveAlarm(ctx: Context, tx: Tx, id: string, to: AlarmState): Promise<void> {
  await tx.run(sql`
    update signals.alarm set state = ${to}, revision = revision + 1, updated_at = ${ctx.now()}, closed_at = ${to === 'closed' ? ctx.now() : null}
    where ${isId(sql`id`, id)}
  `);
}
