import type { Context, Db } from '#kernel/context';
import { Problem } from '#kernel/problem';
import { all, sql } from '#kernel/sql';
import { CHANNEL, type DeliveredFact, laneOf } from './tell.ts';

/** A fact that could not be heard, kept with its reason until a person replays or dismisses it. */
export interface DeadLetter {
  id: number;
  hearer: string;
  type: string;
  subject: string;
  data: unknown;
  toldAt: Date;
  diedAt: Date;
  attempts: number;
  kind: string;
  reason: string;
  facts: Record<string, unknown>;
  state: 'open' | 'replayed' | 'dismissed';
  settledBy: string | null;
  settledAt: Date | null;
  settledWhy: string | null;
}

export interface DeadLetterFilter {
  state?: DeadLetter['state'];
  /** Only those older than this id: the key of the next page. */
  before?: number;
  limit: number;
}

/** Newest first. */
export function findDeadLetters(db: Db, { state, before, limit }: DeadLetterFilter): Promise<DeadLetter[]> {
  const terms = [];
  if (state !== undefined) terms.push(sql`state = ${state}`);
  if (before !== undefined) terms.push(sql`id < ${before}`);
  return db.rows<DeadLetter>(sql`
    select id, hearer, type, subject, data, told_at as "toldAt", died_at as "diedAt", attempts, kind, reason, facts, state,
      settled_by as "settledBy", settled_at as "settledAt", settled_why as "settledWhy"
    from kernel.dead_letter where ${all(terms)} order by id desc limit ${limit}
  `);
}

export async function countDeadLetters(db: Db): Promise<number> {
  const { count } = await db.one<{ count: number }>(sql`select count(*) from kernel.dead_letter where state = 'open'`);
  return count;
}

/** A letter about a part of a fact that was heard otherwise; replayed, it is a fact of that part alone. */
export async function buryPart(
  ctx: Context,
  hearer: string,
  fact: DeliveredFact,
  { reason, facts }: { reason: string; facts: Record<string, unknown> },
): Promise<void> {
  await ctx.db.run(sql`
    insert into kernel.dead_letter (hearer, type, subject, data, told_at, died_at, attempts, kind, reason, facts)
    values (${hearer}, ${fact.type}, ${fact.subject}, ${JSON.stringify(fact.data ?? null)}::json, ${fact.toldAt}, ${ctx.now()}, ${fact.attempts + 1},
      'unprocessable', ${reason}, ${JSON.stringify(facts)}::json)
  `);
}

/** Puts the fact back among the deliveries, once. @throws Problem `conflict` when somebody settled it before */
export async function replayDeadLetter(ctx: Context, id: number): Promise<void> {
  ctx.require('kernel.dead-letter.settle');
  await ctx.db.transaction(async (tx) => {
    const letter = await settle(ctx, tx, { id, state: 'replayed', why: null });
    await tx.run(sql`
      insert into kernel.delivery (hearer, lane, type, subject, data, told_at)
      select hearer, ${laneOf(letter.subject)}, type, subject, data, told_at from kernel.dead_letter where id = ${id}
    `);
    await tx.run(sql`select pg_notify(${CHANNEL}, '')`);
  });
}

/** Settles the letter without effect; the reason is kept. */
export async function dismissDeadLetter(ctx: Context, id: number, why: string): Promise<void> {
  ctx.require('kernel.dead-letter.settle');
  if (why.trim() === '') throw new Problem('invalid', 'say why the dead letter needs no replay');
  await ctx.db.transaction(async (tx) => {
    await settle(ctx, tx, { id, state: 'dismissed', why });
  });
}

async function settle(
  ctx: Context,
  tx: Db,
  { id, state, why }: { id: number; state: 'replayed' | 'dismissed'; why: string | null },
): Promise<{ subject: string }> {
  const letter = await tx.one<{ subject: string; state: string }>(
    sql`select subject, state from kernel.dead_letter where id = ${id} for update`,
  );
  if (letter.state !== 'open')
    throw new Problem('conflict', 'somebody settled this dead letter already', { state: letter.state });
  await tx.run(sql`
    update kernel.dead_letter
    set state = ${state}, settled_by = ${ctx.actor.id}, settled_at = ${ctx.now()}, settled_why = ${why}
    where id = ${id}
  `);
  return letter;
}
