import type { Context } from '#kernel/context';
import type { DeliveredFact, Hearer } from '#kernel/outbox';
import {
  type AgreementPolicy,
  type NegotiationMessage,
  type NegotiationStep,
  negotiationPath,
  type Offer,
  type Side,
  type TransferMessage,
  type TransferStep,
  transferPath,
  writeMessage,
} from '#standards/dataspace';
import type { Negotiation, Transfer } from '../model.ts';
import { isOnOrigin, pidsOf } from '../rules/negotiations.ts';
import {
  findCounterparty,
  findNegotiation,
  findTransfer,
  notePid,
  noteTrouble,
  type StoredCounterparty,
} from '../store/negotiations.ts';
import { askConnector, reasonOf } from './connector-calls.ts';
import { DSP_PATH } from './dataspace.ts';
import { type Following, followUp, type MessageDue } from './protocol.ts';
import { serveTransfer } from './transfers.ts';

/** Who hears what is to be said to other connectors: beside the others, so that a slow one holds up nobody else. */
export const PROTOCOL_LISTENER = {
  name: 'exchange-protocol',
  hears: ['exchange.message-due', 'exchange.reaction-due'],
};

/** Brings messages to other connectors and takes the steps that follow by themselves, each process in its order. */
export function protocolHearer({ publicUrl }: { publicUrl(): string }): Hearer {
  return {
    ...PROTOCOL_LISTENER,
    async hear(ctx, facts) {
      for (const fact of facts) {
        if (fact.type === 'exchange.reaction-due')
          await followUp(ctx, fact.data as Following, (inner, held) => serveTransfer(inner, held, publicUrl()));
        else await bring(ctx, fact, `${publicUrl()}${DSP_PATH}`);
      }
    },
  };
}

/**
 * Brings a message. What the other side refuses is written down and not tried again; what could not be brought is tried again by the outbox,
 * for half an hour. A message that is brought again, because its answer was lost, may be refused as a step that is done
 * already: then the other side's state tells.
 */
async function bring(ctx: Context, { data, attempts }: DeliveredFact, callbackAddress: string): Promise<void> {
  const due = data as MessageDue;
  const { kind, id } = due;
  const process = kind === 'negotiation' ? await findNegotiation(ctx.db, id) : await findTransfer(ctx.db, id);
  if (process?.counterparty === null || process === undefined) return;
  const counterparty = await findCounterparty(ctx.db, process.counterparty);
  const base = (process.callback ?? counterparty?.address ?? '').replace(/\/$/, '');
  if (counterparty === undefined || !isOnOrigin(base, counterparty.address))
    return noteTrouble(ctx.db, kind, id, 'the other connector is not talked to any more');

  const pid = (process.role === 'provider' ? process.consumerPid : process.providerPid) ?? undefined;
  const message = messageOf(due, process, callbackAddress);
  const path =
    kind === 'negotiation'
      ? negotiationPath(message as NegotiationMessage, pid)
      : transferPath(message as TransferMessage, pid);
  const answer = await askConnector(counterparty, {
    method: 'POST',
    url: `${base}/${path}`,
    body: writeMessage(message),
  });
  if (answer.status < 300) {
    const { providerPid } = (answer.body ?? {}) as { providerPid?: unknown };
    if (process.role === 'consumer' && typeof providerPid === 'string' && providerPid !== '')
      await notePid(ctx.db, kind, id, providerPid);
    return;
  }
  if (attempts > 1 && (await hasItAlready(counterparty, { base, kind, pid, to: due.to }))) return;
  await noteTrouble(ctx.db, kind, id, `${answer.status}: ${reasonOf(answer.body)}`);
}

async function hasItAlready(
  counterparty: StoredCounterparty,
  { base, kind, pid, to }: { base: string; kind: MessageDue['kind']; pid: string | undefined; to: string },
): Promise<boolean> {
  if (pid === undefined) return false;
  const url = `${base}/${kind === 'negotiation' ? 'negotiations' : 'transfers'}/${encodeURIComponent(pid)}`;
  const { status, body } = await askConnector(counterparty, { method: 'GET', url });
  return status === 200 && (body as { state?: unknown } | undefined)?.state === to;
}

/** A due step as the message that the protocol has for it. */
function messageOf(
  due: MessageDue,
  process: Negotiation | Transfer,
  callbackAddress: string,
): NegotiationMessage | TransferMessage {
  const isFirst = due.step === 'request' || due.step === 'offer';
  const pid: Side = process.role === 'provider' ? 'consumer' : 'provider';
  const other = pid === 'consumer' ? process.consumerPid : process.providerPid;
  return due.kind === 'negotiation'
    ? negotiationMessage(due, process as Negotiation, isFirst && other === null ? callbackAddress : undefined)
    : transferMessage(due, process as Transfer, callbackAddress);
}

function negotiationMessage(due: MessageDue, process: Negotiation, callback: string | undefined): NegotiationMessage {
  const pids = pidsOf(process);
  const step = due.step as NegotiationStep;
  switch (step) {
    case 'request':
    case 'offer': {
      const offer = { ...due.offer, '@type': 'Offer', target: process.offering } as Offer;
      const own = step === 'request' ? { consumerPid: pids.consumerPid } : { providerPid: pids.providerPid };
      const other = step === 'request' ? { providerPid: pids.providerPid } : { consumerPid: pids.consumerPid };
      const where = callback === undefined ? other : { callbackAddress: callback };
      const type = step === 'request' ? 'ContractRequestMessage' : 'ContractOfferMessage';
      return { '@type': type, ...own, ...where, offer } as NegotiationMessage;
    }
    case 'agree':
      return { '@type': 'ContractAgreementMessage', ...pids, agreement: due.agreement as AgreementPolicy };
    case 'verify':
      return { '@type': 'ContractAgreementVerificationMessage', ...pids };
    case 'accept':
      return { '@type': 'ContractNegotiationEventMessage', ...pids, eventType: 'ACCEPTED' };
    case 'finalize':
      return { '@type': 'ContractNegotiationEventMessage', ...pids, eventType: 'FINALIZED' };
    case 'terminate':
      return { '@type': 'ContractNegotiationTerminationMessage', ...pids, ...whyOf(due) };
  }
}

function transferMessage(due: MessageDue, process: Transfer, callbackAddress: string): TransferMessage {
  const pids = pidsOf(process);
  const step = due.step as TransferStep;
  const address = due.dataAddress === undefined ? {} : { dataAddress: due.dataAddress };
  switch (step) {
    case 'request':
      return {
        '@type': 'TransferRequestMessage',
        consumerPid: pids.consumerPid,
        agreementId: process.agreement,
        format: process.format,
        callbackAddress,
        ...address,
      };
    case 'start':
      return { '@type': 'TransferStartMessage', ...pids, ...address };
    case 'suspend':
      return { '@type': 'TransferSuspensionMessage', ...pids, ...whyOf(due) };
    case 'complete':
      return { '@type': 'TransferCompletionMessage', ...pids };
    case 'terminate':
      return { '@type': 'TransferTerminationMessage', ...pids, ...whyOf(due) };
  }
}

function whyOf({ reason }: MessageDue): { code: string; reason: string[] } {
  return { code: 'ended', reason: [reason ?? 'ended by a person'] };
}
