import type { Db } from '#kernel/context';
import { Problem } from '#kernel/problem';
import { all, sql } from '#kernel/sql';
import type { MessageKey } from './messages.ts';

/** `waiting`: kept and not yet read; `failed`: a dead letter says why. */
type MessageState = 'applied' | 'waiting' | 'failed' | 'refused' | 'conflict';

export interface MessageFilter {
  state?: MessageState;
  controlId?: string;
  sender?: string;
  after?: { receivedAt: Date; id: string };
  limit: number;
}

export interface MessageRow extends MessageKey {
  controlId: string;
  receivedAt: Date;
  channel: string;
  origin: string;
  type: string;
  bytes: number;
  state: MessageState;
  reason: string | null;
  patient: string | null;
  /** Of the dead letter, by which it is replayed. */
  letter: number | null;
}

/** Newest first; equal times by id, so that pages never overlap. */
export function findMessages(db: Db, { state, controlId, sender, after, limit }: MessageFilter): Promise<MessageRow[]> {
  const terms = [];
  if (controlId !== undefined) terms.push(sql`message.control_id = ${controlId}`);
  if (sender !== undefined) terms.push(sql`message.part = ${sender}`);
  if (state !== undefined) terms.push(sql`${STATE} = ${state}`);
  if (after !== undefined) terms.push(sql`(message.received_at, message.id) < (${after.receivedAt}, ${after.id})`);
  return db.rows<MessageRow>(sql`
    select ${SUMMARY} from ${JOINED} where ${all(terms)} order by message.received_at desc, message.id desc limit ${limit}
  `);
}

export interface MessageFound extends MessageRow {
  raw: Buffer;
  kind: string | null;
  readAt: Date | null;
  resources: { type: string; id: string; version: number; op: string }[] | null;
  unmapped: string[] | null;
  issues: object[] | null;
}

export async function getMessage(db: Db, { part, id }: MessageKey): Promise<MessageFound> {
  const found = await db.maybe<MessageFound>(sql`
    select ${SUMMARY}, raw, reading.kind, reading.read_at as "readAt", reading.resources, reading.unmapped, reading.issues
    from ${JOINED} where message.part = ${part} and message.id = ${id}
  `);
  if (found === undefined) throw new Problem('not-found', 'there is no such message');
  return found;
}

const JOINED = sql`records.message
  left join records.reading on reading.part = message.part and reading.message = message.id
  left join lateral (
    select id, reason from kernel.dead_letter
    where hearer = 'records.intake' and state = 'open' and reading.message is null and message.outcome = 'accepted'
      and data ->> 'part' = message.part and data ->> 'id' = message.id
    order by id desc limit 1
  ) as letter on true`;

const STATE = sql`case
  when message.outcome <> 'accepted' then message.outcome
  when reading.message is not null then 'applied'
  when letter.id is not null then 'failed'
  else 'waiting' end`;

const SUMMARY = sql`message.part, message.id, control_id as "controlId", received_at as "receivedAt", channel, origin, type,
  length(raw) as bytes, ${STATE} as state, coalesce(message.reason, letter.reason) as reason, reading.patient, letter.id as letter`;
