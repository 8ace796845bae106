import { record } from '#kernel/access';
import type { Context, Tx } from '#kernel/context';
import { tell } from '#kernel/outbox';
import { Problem } from '#kernel/problem';
import type { Agreement, Party, PolicyJson, UseAsked, UseDecision } from '../model.ts';
import { agreementOf, dutiesFor, judgeUse } from '../rules/agreements.ts';
import {
  countUses,
  endAgreementRow,
  findAgreement,
  findUseState,
  holdAgreement,
  insertAgreement,
  noteDuty,
} from '../store/agreements.ts';
import { tradable } from './offerings.ts';

const MOST_USES_AT_ONCE = 1_000_000;

/**
 * Makes an agreement of an offer, in the transaction of the act that agreed. Its caller has made sure that both sides agreed.
 *
 * @throws Problem `conflict` unless this version of the offering may be traded; `invalid` where the offer is no policy
 */
export async function makeAgreement(
  ctx: Context,
  tx: Tx,
  asked: { offeringId: string; version: number; assigner: Party; assignee: Party; policy: PolicyJson },
): Promise<Agreement> {
  const { offeringId, version, assigner, assignee } = asked;
  const offered = await tradable(ctx, tx, offeringId);
  if (offered.version !== version)
    throw new Problem('conflict', 'the offering has another version now: look at its terms again', {
      version: offered.version,
    });
  const at = ctx.now();
  const id = `urn:uuid:${ctx.newId()}`;
  const parts = { id, target: offeringId, assigner: assigner.id, assignee: assignee.id, at };
  const policy = agreementOf(asked.policy, parts);
  const agreement = { id, offeringId, version, assigner, assignee, policy, madeAt: at.toISOString(), ended: null };
  await insertAgreement(tx, agreement);
  await record(ctx, tx, {
    act: 'exchange.agreement-made',
    subject: id,
    detail: { offering: offeringId, version, assigner: assigner.id, assignee: assignee.id, policy },
  });
  await tell(tx, {
    type: 'exchange.agreement-made',
    subject: id,
    data: { offeringId, version, assignee: assignee.id },
  });
  return agreement;
}

/** @throws Problem `not-found` */
export async function getAgreement(db: Context['db'], id: string): Promise<Agreement> {
  const found = await findAgreement(db, id);
  if (found === undefined) throw new Problem('not-found', 'there is no such agreement');
  return found;
}

/** Ends an agreement before or at its time, for ever: nothing is permitted by it any more. Ended twice is ended once. */
export async function endAgreement(ctx: Context, tx: Tx, id: string, why: string): Promise<void> {
  const agreement = await holdAgreement(tx, id);
  if (agreement === undefined) throw new Problem('not-found', 'there is no such agreement');
  if (agreement.ended !== null) return;
  await endAgreementRow(tx, id, ctx.now(), why);
  await record(ctx, tx, { act: 'exchange.agreement-ended', subject: id, detail: { why } });
  await tell(tx, { type: 'exchange.agreement-ended', subject: id, data: { why } });
}

/**
 * Decides on a use before it happens, and counts it where it is permitted, both under the agreement's lock: of concurrent uses none
 * is permitted that another has used up. A use that does not happen after all must be rolled back with its transaction.
 *
 * @throws Problem `not-found`, `invalid` where the number of uses is not a whole one from 1
 */
export async function decideUse(ctx: Context, tx: Tx, agreementId: string, asked: UseAsked): Promise<UseDecision> {
  const { count = 1, at = ctx.now() } = asked;
  if (!(Number.isInteger(count) && count >= 1 && count <= MOST_USES_AT_ONCE))
    throw new Problem('invalid', 'the number of uses is a whole number from 1', { most: MOST_USES_AT_ONCE });
  const agreement = await holdAgreement(tx, agreementId);
  if (agreement === undefined) throw new Problem('not-found', 'there is no such agreement');
  const { rules, reasons, duties } = judgeUse(agreement, await findUseState(tx, agreement.id), {
    ...asked,
    at,
  });
  if (rules.length > 0) await countUses(tx, { agreement: agreement.id, rules, count, at });
  return { permitted: reasons.length === 0, reasons, duties };
}

/**
 * Notes what became of the duties of an agreement that carry this action, e.g. `compensate` or `delete`. Its caller has made sure that
 * the actor may say so.
 *
 * @returns how many duties there are of that kind
 */
export async function noteDuties(
  ctx: Context,
  tx: Tx,
  agreementId: string,
  { action, performance, note }: { action: string; performance: 'performed' | 'unperformed'; note: string },
): Promise<number> {
  const agreement = await holdAgreement(tx, agreementId);
  if (agreement === undefined) throw new Problem('not-found', 'there is no such agreement');
  const rules = dutiesFor(agreement, action);
  for (const rule of rules)
    await noteDuty(tx, { agreement: agreement.id, rule, performance, at: ctx.now(), byName: ctx.actor.name, note });
  if (rules.length > 0)
    await record(ctx, tx, { act: 'exchange.duty-noted', subject: agreement.id, detail: { action, performance, note } });
  return rules.length;
}
