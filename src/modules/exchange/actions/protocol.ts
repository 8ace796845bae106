import { setTimeout as sleep } from 'node:timers/promises';
import { record } from '#kernel/access';
import type { Context, Tx } from '#kernel/context';
import { tell } from '#kernel/outbox';
import { Problem } from '#kernel/problem';
import {
  type DataAddress,
  type NegotiationStep,
  nextNegotiation,
  nextTransfer,
  type Side,
  type TransferStep,
} from '#standards/dataspace';
import type { Negotiation, PolicyJson, ProtocolStep, Transfer } from '../model.ts';
import { agreementOf, readPolicy } from '../rules/agreements.ts';
import { reaction, scripted, wirePolicy } from '../rules/negotiations.ts';
import {
  countVisits,
  findCounterparty,
  findNegotiation,
  holdNegotiation,
  holdTransfer,
  insertStep,
  updateNegotiation,
  updateTransfer,
} from '../store/negotiations.ts';
import { endAgreement, makeAgreement } from './agreements.ts';
import { tradable } from './offerings.ts';

/** A step of a negotiation, by us or by the other side. */
export interface NegotiationMove {
  by: Side;
  step: NegotiationStep;
  /** Of a request or offer. */
  offer?: PolicyJson;
  /** Of an agreement that the other side made. */
  agreement?: PolicyJson;
  /** Of a termination. */
  reason?: string;
  /** How the other side calls the negotiation. */
  pid?: string;
}

export interface TransferMove {
  by: Side;
  step: TransferStep;
  dataAddress?: DataAddress;
  reason?: string;
  /** How the other side calls the transfer. */
  pid?: string;
}

/** What is to be sent, kept until the other side has it; ids and addresses are put in when it is sent. */
export interface MessageDue {
  kind: 'negotiation' | 'transfer';
  id: string;
  step: NegotiationStep | TransferStep;
  offer?: PolicyJson;
  agreement?: PolicyJson;
  dataAddress?: DataAddress;
  reason?: string;
  /** Where it leads: what the other side's state is when it has it already. */
  to: string;
}

/** Before a step that follows by itself: the other side first takes in what it was answered, and may look at the state. */
const BREATH_MS = 300;

/**
 * Moves a negotiation one step, in the transaction that holds its row: the step is written down, told, sent to the other side where
 * it is ours, and what follows by itself follows.
 *
 * @throws Problem `conflict` where the state machine has no such step
 */
export async function moveNegotiation(
  ctx: Context,
  tx: Tx,
  held: Negotiation,
  move: NegotiationMove,
): Promise<Negotiation> {
  const { by, step, reason } = move;
  const state = nextNegotiation(held.state, step, by);
  if (state === undefined) throw new Problem('conflict', 'this step is not possible now', { state: held.state, step });
  const isOurs = held.role === 'both' || held.role === by;
  const moved: Negotiation = {
    ...held,
    state,
    revision: held.revision + 1,
    trouble: null,
    updatedAt: ctx.now().toISOString(),
    ...(held.role === 'consumer' && { providerPid: held.providerPid ?? move.pid ?? null }),
    ...(held.role === 'provider' && { consumerPid: held.consumerPid ?? move.pid ?? null }),
    ...(move.offer !== undefined && { offer: wirePolicy(move.offer) }),
    ...(step === 'agree' && isOurs && (await agree(ctx, tx, held))),
    ...(step === 'agree' && !isOurs && { agreement: move.agreement ?? null }),
  };
  if (move.offer !== undefined) readPolicy(moved.offer);
  await updateNegotiation(tx, moved);
  const policy = step === 'agree' ? moved.agreement : move.offer === undefined ? null : moved.offer;
  await note(ctx, tx, held.id, { side: by, message: step, state, detail: detailOf(policy, reason) });
  await record(ctx, tx, {
    act: 'exchange.negotiation-moved',
    subject: held.id,
    detail: { step, by, state, agreement: moved.agreementId },
  });
  if (step === 'terminate' && held.agreementId !== null)
    await endAgreement(ctx, tx, held.agreementId, 'the negotiation was ended');
  await tellMoved(tx, moved);
  if (isOurs && held.counterparty !== null)
    await due(tx, {
      kind: 'negotiation',
      id: held.id,
      step,
      to: state,
      ...(move.offer !== undefined && { offer: moved.offer }),
      ...(step === 'agree' && moved.agreement !== null && { agreement: moved.agreement }),
      ...(reason !== undefined && { reason }),
    });
  await follow(tx, 'negotiation', moved);
  return moved;
}

/** The agreement on the last offer. Of a scripted dataset nothing is bound: only the message is made. */
async function agree(
  ctx: Context,
  tx: Tx,
  { counterparty, offering, version, provider, consumer, offer }: Negotiation,
): Promise<Pick<Negotiation, 'agreement' | 'agreementId'>> {
  if (await isScripted(tx, counterparty, offering)) {
    const parts = { target: offering, assigner: provider.id, assignee: consumer.id, at: ctx.now() };
    return {
      agreement: wirePolicy(agreementOf(offer, { ...parts, id: `urn:uuid:${ctx.newId()}` })),
      agreementId: null,
    };
  }
  const asked = { offeringId: offering, version: version ?? 0, assigner: provider, assignee: consumer, policy: offer };
  const { id, policy } = await makeAgreement(ctx, tx, asked);
  return { agreement: wirePolicy(policy), agreementId: id };
}

async function isScripted(tx: Tx, counterparty: string | null, id: string): Promise<boolean> {
  if (counterparty === null) return false;
  const scripts = (await findCounterparty(tx, counterparty))?.scripts;
  return scripts !== null && scripts?.[id] !== undefined;
}

async function tellMoved(tx: Tx, moved: Negotiation): Promise<void> {
  const { id, state, role, offering, version, provider, consumer, agreementId, agreement } = moved;
  const data = { state, role, offering, version, provider, consumer, agreementId };
  await tell(tx, { type: 'exchange.negotiation-moved', subject: id, data });
  if (state === 'FINALIZED')
    await tell(tx, {
      type: 'exchange.agreement-finalized',
      subject: id,
      data: { ...data, agreementId: agreementId ?? (agreement?.['@id'] as string | undefined) ?? null },
    });
}

/** Moves a transfer one step. @throws Problem `conflict` where the state machine has no such step */
export async function moveTransfer(ctx: Context, tx: Tx, held: Transfer, move: TransferMove): Promise<Transfer> {
  const { by, step, dataAddress, reason } = move;
  const state = nextTransfer(held.state, step, by);
  if (state === undefined) throw new Problem('conflict', 'this step is not possible now', { state: held.state, step });
  const moved: Transfer = {
    ...held,
    state,
    revision: held.revision + 1,
    trouble: null,
    updatedAt: ctx.now().toISOString(),
    ...(held.role === 'consumer' && { providerPid: held.providerPid ?? move.pid ?? null }),
    ...(dataAddress !== undefined && { dataAddress }),
  };
  await updateTransfer(tx, moved);
  await note(ctx, tx, held.id, { side: by, message: step, state, detail: detailOf(null, reason) });
  await record(ctx, tx, {
    act: 'exchange.transfer-moved',
    subject: held.id,
    detail: { step, by, state, agreement: held.agreement },
  });
  await tellTransfer(tx, moved);
  if (held.role === by)
    await due(tx, {
      kind: 'transfer',
      id: held.id,
      step,
      to: state,
      ...(dataAddress !== undefined && { dataAddress }),
      ...(reason !== undefined && { reason }),
    });
  await follow(tx, 'transfer', moved);
  return moved;
}

export async function tellTransfer(tx: Tx, { id, state, role, agreement, format }: Transfer): Promise<void> {
  await tell(tx, {
    type: `exchange.transfer-${state.toLowerCase()}`,
    subject: id,
    data: { role, agreementId: agreement, format },
  });
}

function detailOf(policy: PolicyJson | null, reason: string | undefined): ProtocolStep['detail'] {
  if (policy === null && reason === undefined) return null;
  return { ...(policy !== null && { policy }), ...(reason !== undefined && { reason }) };
}

export function note(
  ctx: Context,
  tx: Tx,
  process: string,
  step: Omit<ProtocolStep, 'place' | 'at' | 'actorName'>,
): Promise<void> {
  return insertStep(tx, process, { ...step, at: ctx.now().toISOString(), actorName: ctx.actor.name });
}

/** The message goes out by the outbox, after the commit and as often as it takes. */
export function due(tx: Tx, message: MessageDue): Promise<void> {
  return tell(tx, { type: 'exchange.message-due', subject: message.id, data: message });
}

/** What follows by itself follows after the commit, behind the messages that were due before. */
export function follow(
  tx: Tx,
  kind: MessageDue['kind'],
  { id, revision }: Pick<Negotiation | Transfer, 'id' | 'revision'>,
): Promise<void> {
  return tell(tx, { type: 'exchange.reaction-due', subject: id, data: { kind, id, revision } });
}

/** After which move of which process. */
export interface Following {
  kind: MessageDue['kind'];
  id: string;
  revision: number;
}

/**
 * Takes the step that follows by itself, if any. Heard twice it follows once: a process that has moved on is left alone. Where the
 * step is refused, e.g. because the offering was suspended meanwhile, the negotiation keeps the reason and waits for a person.
 *
 * @param serve gives what a transfer asks for
 */
export async function followUp(
  ctx: Context,
  { kind, id, revision }: Following,
  serve: (ctx: Context, held: Transfer) => Promise<void>,
): Promise<void> {
  if (kind === 'transfer') return followTransfer(ctx, { id, revision }, serve);
  if ((await findNegotiation(ctx.db, id))?.counterparty !== null) await sleep(BREATH_MS);
  const held = await holdNegotiation(ctx.db, id);
  if (held === undefined || held.revision !== revision) return;
  const scripts = held.counterparty === null ? null : (await findCounterparty(ctx.db, held.counterparty))?.scripts;
  if (scripts?.[held.offering] !== undefined && held.role !== 'both') {
    const times = await countVisits(ctx.db, id, held.state);
    const step = scripted<NegotiationStep>(scripts, { id: held.offering, state: held.state, times });
    if (step === undefined) return;
    const offer = step === 'offer' || step === 'request' ? { offer: held.offer } : {};
    await moveNegotiation(ctx, ctx.db, held, { by: held.role, step, ...offer });
    return;
  }
  try {
    await ctx.db.transaction(async (tx) => {
      const listed = held.role === 'consumer' || held.state !== 'REQUESTED' ? null : await listedPolicy(ctx, tx, held);
      const next = reaction(held, listed);
      if (next !== undefined) await moveNegotiation(ctx, tx, held, next);
    });
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    await updateNegotiation(ctx.db, { ...held, trouble: error.message });
  }
}

/** What is listed of the negotiation's offering, of the same version; nothing where it may not be traded. */
export async function listedPolicy(
  ctx: Context,
  tx: Tx,
  { offering, version }: Pick<Negotiation, 'offering' | 'version'>,
): Promise<PolicyJson | null> {
  try {
    const found = await tradable(ctx, tx, offering);
    return found.version === version ? found.policy : null;
  } catch (error) {
    if (error instanceof Problem) return null;
    throw error;
  }
}

async function followTransfer(
  ctx: Context,
  { id, revision }: Omit<Following, 'kind'>,
  serve: (ctx: Context, held: Transfer) => Promise<void>,
): Promise<void> {
  await sleep(BREATH_MS);
  const held = await holdTransfer(ctx.db, id);
  if (held === undefined || held.revision !== revision) return;
  const scripts = (await findCounterparty(ctx.db, held.counterparty))?.scripts ?? {};
  if (scripts[held.agreement] === undefined) {
    if (held.role === 'provider' && held.state === 'REQUESTED') await serve(ctx, held);
    return;
  }
  const times = await countVisits(ctx.db, id, held.state);
  const step = scripted<TransferStep>(scripts, { id: held.agreement, state: held.state, times });
  if (step === undefined) return;
  const address = step === 'start' && held.role === 'provider' ? { dataAddress: SCRIPTED_ADDRESS } : {};
  await moveTransfer(ctx, ctx.db, held, { by: held.role, step, ...address });
}

/** Of a transfer that only a script knows there is nothing to fetch. */
const SCRIPTED_ADDRESS: DataAddress = {
  '@type': 'DataAddress',
  endpointType: 'https://w3id.org/idsa/v4.1/HTTP',
  endpoint: 'urn:banyan:nothing',
};
