import { randomUUID } from 'node:crypto';
import type { Context, Db, Tx } from '#kernel/context';
import { Problem } from '#kernel/problem';
import { isId, sql } from '#kernel/sql';
import type { DecisionLine, DecisionVersion } from '../model.ts';

const DECISION = sql`id, name, version, example, changed_at as "changedAt"`;

export function findDecisions(db: Db, limit: number): Promise<DecisionLine[]> {
  return db.rows<DecisionLine>(
    sql`select ${DECISION} from cluster.decision order by changed_at desc, id limit ${limit}`,
  );
}

/** @throws Problem `not-found` */
export async function getDecision(db: Db, id: string): Promise<DecisionLine> {
  const found = await db.maybe<DecisionLine>(sql`select ${DECISION} from cluster.decision where ${isId(sql`id`, id)}`);
  if (found === undefined) throw new Problem('not-found', 'there is no such decision model');
  return found;
}

/** The decision, held until the transaction ends. */
export async function holdDecision(tx: Tx, id: string): Promise<DecisionLine> {
  await tx.rows(sql`select id from cluster.decision where ${isId(sql`id`, id)} for update`);
  return getDecision(tx, id);
}

export function findDecisionVersions(db: Db, decision: string, limit: number): Promise<DecisionVersion[]> {
  return db.rows<DecisionVersion>(sql`
    select version, hash, words, made_by_name as "madeByName", made_at as "madeAt"
    from cluster.decision_version where decision = ${decision} order by version desc limit ${limit}
  `);
}

/** @throws Problem `not-found` */
export async function getDecisionContent(db: Db, decision: string, version: number): Promise<string> {
  const found = await db.maybe<{ content: string }>(
    sql`select content from cluster.decision_version where decision = ${decision} and version = ${version}`,
  );
  if (found === undefined) throw new Problem('not-found', 'the decision model has no such version');
  return found.content;
}

export interface NewContent {
  name: string;
  content: string;
  hash: string;
  words: string;
}

export async function insertDecision(ctx: Context, tx: Tx, made: NewContent & { example: boolean }): Promise<string> {
  const id = randomUUID();
  await tx.run(sql`
    insert into cluster.decision (id, name, version, example, changed_at) values (${id}, ${made.name}, 0, ${made.example}, ${ctx.now()})
  `);
  await insertDecisionVersion(ctx, tx, { decision: id, version: 1 }, made);
  return id;
}

export async function insertDecisionVersion(
  ctx: Context,
  tx: Tx,
  { decision, version }: { decision: string; version: number },
  { name, content, hash, words }: NewContent,
): Promise<void> {
  await tx.run(sql`
    insert into cluster.decision_version (decision, version, content, hash, words, made_by, made_by_name, made_at)
    values (${decision}, ${version}, ${content}, ${hash}, ${words}, ${ctx.actor.id}, ${ctx.actor.name}, ${ctx.now()})
  `);
  await tx.run(sql`
    update cluster.decision set name = ${name}, version = ${version}, changed_at = ${ctx.now()} where id = ${decision}
  `);
}
