import type { Db, Tx } from '#kernel/context';
import { sql } from '#kernel/sql';
import type { Agreement } from '../model.ts';
import type { UseState } from '../rules/agreements.ts';

const AGREEMENT = sql`
  id, offering as "offeringId", version, json_build_object('id', assigner, 'name', assigner_name) as assigner,
  json_build_object('id', assignee, 'name', assignee_name) as assignee, policy, made_at as "madeAt",
  case when ended_at is not null then json_build_object('at', ended_at, 'why', ended_why) end as ended`;

export async function insertAgreement(tx: Tx, agreement: Agreement): Promise<void> {
  const { id, offeringId, version, assigner, assignee, policy, madeAt } = agreement;
  await tx.run(sql`
    insert into exchange.agreement (id, offering, version, assigner, assigner_name, assignee, assignee_name, policy, made_at)
    values (${id}, ${offeringId}, ${version}, ${assigner.id}, ${assigner.name}, ${assignee.id}, ${assignee.name}, ${JSON.stringify(policy)}::json, ${madeAt})
  `);
}

export function findAgreement(db: Db, id: string): Promise<Agreement | undefined> {
  return db.maybe<Agreement>(sql`select ${AGREEMENT} from exchange.agreement where id = ${id}`);
}

/** The agreement, its row locked until the transaction ends. */
export function holdAgreement(tx: Tx, id: string): Promise<Agreement | undefined> {
  return tx.maybe<Agreement>(sql`select ${AGREEMENT} from exchange.agreement where id = ${id} for update`);
}

export async function endAgreementRow(tx: Tx, id: string, at: Date, why: string): Promise<void> {
  await tx.run(sql`update exchange.agreement set ended_at = ${at}, ended_why = ${why} where id = ${id}`);
}

export async function findUseState(db: Db, agreement: string): Promise<UseState> {
  const uses = await db.rows<UseState['uses'][number]>(
    sql`select rule, uses, last_at as "lastAt" from exchange.use where agreement = ${agreement} order by rule limit 5000`,
  );
  const duties = await db.rows<UseState['duties'][number]>(
    sql`select rule, performance from exchange.duty where agreement = ${agreement} order by rule limit 5000`,
  );
  return { uses, duties };
}

/** Counts uses under the agreement's lock, so that no limit is overdrawn. */
export async function countUses(
  tx: Tx,
  { agreement, rules, count, at }: { agreement: string; rules: readonly string[]; count: number; at: Date },
): Promise<void> {
  await tx.run(sql`
    insert into exchange.use as known (agreement, rule, uses, first_at, last_at)
    select ${agreement}, rule, ${count}, ${at}, ${at} from unnest(${[...rules]}::text[]) as rule
    on conflict (agreement, rule) do update set uses = known.uses + excluded.uses, last_at = greatest(known.last_at, excluded.last_at)
  `);
}

export async function noteDuty(
  tx: Tx,
  duty: { agreement: string; rule: string; performance: string; at: Date; byName: string; note: string },
): Promise<void> {
  const { agreement, rule, performance, at, byName, note } = duty;
  await tx.run(sql`
    insert into exchange.duty (agreement, rule, performance, at, by_name, note)
    values (${agreement}, ${rule}, ${performance}, ${at}, ${byName}, ${note})
    on conflict (agreement, rule) do update
    set performance = excluded.performance, at = excluded.at, by_name = excluded.by_name, note = excluded.note
  `);
}
