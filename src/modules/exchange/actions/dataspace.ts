import { hashSecret } from '#kernel/access';
import { type Actor, type Context, type Db, makeContext } from '#kernel/context';
import type { Log } from '#kernel/log';
import { Problem } from '#kernel/problem';
import {
  type CatalogMessage,
  type Dataset,
  type NegotiationMessage,
  type Offer,
  type Side,
  stepOfNegotiation,
  stepOfTransfer,
  type TransferMessage,
} from '#standards/dataspace';
import type { Negotiation, Party, Tradable, Transfer } from '../model.ts';
import { readPolicy } from '../rules/agreements.ts';
import { type CatalogueFilter, FORMATS, isOnOrigin, wirePolicy } from '../rules/negotiations.ts';
import { findAgreement } from '../store/agreements.ts';
import {
  findCounterpartyByToken,
  findNegotiation,
  findTransfer,
  holdNegotiation,
  holdNegotiationOf,
  holdTransfer,
  holdTransferOf,
  insertNegotiation,
  insertTransfer,
  type StoredCounterparty,
} from '../store/negotiations.ts';
import { searchOfferings, tradable } from './offerings.ts';
import { follow, moveNegotiation, moveTransfer, note, tellTransfer } from './protocol.ts';

/** Where the protocol is spoken, below the address of the platform. */
export const DSP_PATH = '/dsp/2025-1';
const MOST_DATASETS = 200;
const OFFER_ID = 'urn:banyan:offer:';

/** A connector that has shown its token, and the context of what it does. */
export interface Caller {
  ctx: Context;
  counterparty: StoredCounterparty;
}

/** @throws Problem `unauthenticated` */
export async function identifyConnector(
  parts: { db: Db; log: Log; address: string; requestId: string },
  header: string | undefined,
): Promise<Caller> {
  const token = /^Bearer +([^ ]+) *$/i.exec(header ?? '')?.[1];
  const found = token === undefined ? undefined : await findCounterpartyByToken(parts.db, hashSecret(token));
  if (found === undefined) throw new Problem('unauthenticated', 'the token is unknown, expired or revoked');
  return { counterparty: found, ctx: makeContext({ ...parts, actor: actorOf(found) }) };
}

/** It acts for its party and holds no permission of its own: what it may see is chosen by its id in every query. */
function actorOf({ id, name }: StoredCounterparty): Actor {
  return {
    id: `connector/${id}`,
    name,
    roles: ['system'],
    organizations: [],
    permissions: new Set(),
    purpose: 'HOPERAT',
  };
}

/** What is offered, to whoever may trade here. */
export async function listDatasets({ ctx, counterparty }: Caller, wanted: CatalogueFilter = {}): Promise<Dataset[]> {
  const { offerings } = await searchOfferings(ctx, { ...wanted, limit: MOST_DATASETS, offset: 0 });
  const found: Dataset[] = [];
  for (const { id } of offerings) {
    const dataset = await listedDataset(ctx, id);
    if (dataset !== undefined) found.push(dataset);
  }
  // What only a script knows has nothing to be found by.
  const scripted = Object.keys(wanted).length > 0 ? [] : Object.keys(counterparty.scripts ?? {});
  return [...found, ...scripted.map(scriptedDataset)];
}

/** @throws Problem `not-found` */
export async function readDataset(
  { ctx, counterparty }: Caller,
  { dataset }: Extract<CatalogMessage, { '@type': 'DatasetRequestMessage' }>,
): Promise<Dataset> {
  if (counterparty.scripts?.[dataset] !== undefined) return scriptedDataset(dataset);
  const found = await listedDataset(ctx, dataset);
  if (found === undefined) throw new Problem('not-found', 'there is no such dataset');
  return found;
}

async function listedDataset(ctx: Context, id: string): Promise<Dataset | undefined> {
  try {
    return datasetOf(await ctx.db.transaction((tx) => tradable(ctx, tx, id)));
  } catch (error) {
    if (error instanceof Problem) return undefined;
    throw error;
  }
}

function datasetOf({ offeringId, version, title, policy, ways }: Tradable): Dataset {
  const { target: _target, ...rules } = wirePolicy(policy);
  const offer: Offer = { ...rules, '@id': offerId(offeringId, version), '@type': 'Offer' };
  const formats = ways.includes('push') ? FORMATS : FORMATS.slice(0, 1);
  return { id: offeringId, title: title.en, offers: [offer], formats };
}

function offerId(offering: string, version: number): string {
  return `${OFFER_ID}${offering}:${version}`;
}

function scriptedDataset(id: string): Dataset {
  const offer: Offer = { '@id': `${OFFER_ID}${id}:1`, '@type': 'Offer', permission: [{ action: 'use' }] };
  return { id, offers: [offer], formats: [FORMATS[0]] };
}

/** A message of a negotiation. @returns the negotiation as this message left it, and whether it began with it */
export async function hearNegotiation(
  { ctx, counterparty }: Caller,
  message: NegotiationMessage,
  pid: string | undefined,
): Promise<{ negotiation: Negotiation; isNew: boolean }> {
  return ctx.db.transaction(async (tx) => {
    if (pid === undefined) return beginNegotiation({ ctx: { ...ctx, db: tx }, counterparty }, message);
    const held = await holdNegotiation(tx, idOf(pid));
    const role = held?.role;
    if (held === undefined || held.counterparty !== counterparty.id || role === 'both' || role === undefined)
      throw new Problem('not-found', 'there is no such negotiation');
    requirePids(held, message);
    requireOrigin(counterparty, message);
    const by: Side = role === 'provider' ? 'consumer' : 'provider';
    const moved = await moveNegotiation(ctx, tx, held, {
      by,
      step: stepOfNegotiation(message),
      ...pidFrom(message, by),
      ...('offer' in message && { offer: message.offer }),
      ...('agreement' in message && { agreement: message.agreement }),
      ...('reason' in message && message.reason !== undefined && { reason: wordsOf(message.reason) }),
    });
    return { negotiation: moved, isNew: false };
  });
}

/** A consumer asks for a dataset of ours, or a provider offers us one of its. The same message again begins nothing again. */
async function beginNegotiation(
  { ctx, counterparty }: Caller,
  message: NegotiationMessage,
): Promise<{ negotiation: Negotiation; isNew: boolean }> {
  const tx = ctx.db;
  if (message['@type'] !== 'ContractRequestMessage' && message['@type'] !== 'ContractOfferMessage')
    throw new Problem('invalid', 'a negotiation begins with a request or an offer');
  requireOrigin(counterparty, message);
  if (message.callbackAddress === undefined) throw new Problem('invalid', 'the message does not say where answers go');
  const isAsked = message['@type'] === 'ContractRequestMessage';
  const role: Side = isAsked ? 'provider' : 'consumer';
  const theirs = isAsked ? message.consumerPid : (message.providerPid ?? '');
  const before = await holdNegotiationOf(tx, { counterparty: counterparty.id, pid: theirs, role });
  if (before !== undefined) return { negotiation: before, isNew: false };

  const target = message.offer.target ?? targetOf(message.offer['@id']);
  if (target === undefined) throw new Problem('invalid', 'the offer does not say what it is about');
  const id = ctx.newId();
  const other: Party = { id: counterparty.party, name: counterparty.name };
  const offered = isAsked ? await findOffered(ctx, counterparty, target) : undefined;
  const us: Party = offered?.holder ?? HOUSE;
  const at = ctx.now().toISOString();
  readPolicy(message.offer);
  const negotiation: Negotiation = {
    id,
    role,
    counterparty: counterparty.id,
    providerPid: isAsked ? pidOf(id) : theirs,
    consumerPid: isAsked ? theirs : pidOf(id),
    provider: isAsked ? us : other,
    consumer: isAsked ? other : us,
    offering: target,
    version: offered?.version ?? null,
    title: offered?.title ?? { en: target, zh: target },
    offer: wirePolicy(message.offer),
    agreement: null,
    agreementId: null,
    revision: 1,
    trouble: null,
    state: isAsked ? 'REQUESTED' : 'OFFERED',
    callback: message.callbackAddress,
    createdAt: at,
    updatedAt: at,
  };
  await insertNegotiation(tx, negotiation);
  const first = { side: isAsked ? 'consumer' : 'provider', message: isAsked ? 'request' : 'offer' } as const;
  await note(ctx, tx, id, { ...first, state: negotiation.state, detail: { policy: negotiation.offer } });
  await follow(tx, 'negotiation', negotiation);
  return { negotiation, isNew: true };
}

/** For offers that came unasked, and where only a script answers: nobody's. */
export const HOUSE: Party = { id: 'account/exchange', name: 'Banyan' };

async function findOffered(
  ctx: Context,
  { scripts }: StoredCounterparty,
  target: string,
): Promise<Pick<Tradable, 'holder' | 'version' | 'title'> | undefined> {
  if (scripts?.[target] !== undefined) return undefined;
  return tradable(ctx, ctx.db, target);
}

/** Our offers' ids name what they are about. */
function targetOf(offer: string): string | undefined {
  if (!offer.startsWith(OFFER_ID)) return undefined;
  const end = offer.lastIndexOf(':');
  return end > OFFER_ID.length ? offer.slice(OFFER_ID.length, end) : undefined;
}

/** @throws Problem `not-found`, also where it is another's */
export async function readNegotiationOf({ ctx, counterparty }: Caller, pid: string): Promise<Negotiation> {
  const found = await findNegotiation(ctx.db, idOf(pid));
  if (found === undefined || found.counterparty !== counterparty.id)
    throw new Problem('not-found', 'there is no such negotiation');
  return found;
}

/** A message of a transfer, as `hearNegotiation`. */
export async function hearTransfer(
  { ctx, counterparty }: Caller,
  message: TransferMessage,
  pid: string | undefined,
): Promise<{ transfer: Transfer; isNew: boolean }> {
  return ctx.db.transaction(async (tx) => {
    if (message['@type'] === 'TransferRequestMessage')
      return beginTransfer({ ctx: { ...ctx, db: tx }, counterparty }, message);
    const held = pid === undefined ? undefined : await holdTransfer(tx, idOf(pid));
    if (held === undefined || held.counterparty !== counterparty.id)
      throw new Problem('not-found', 'there is no such transfer');
    requirePids(held, message);
    const by: Side = held.role === 'provider' ? 'consumer' : 'provider';
    const moved = await moveTransfer(ctx, tx, held, {
      by,
      step: stepOfTransfer(message),
      ...pidFrom(message, by),
      ...('dataAddress' in message && message.dataAddress !== undefined && { dataAddress: message.dataAddress }),
      ...('reason' in message && message.reason !== undefined && { reason: wordsOf(message.reason) }),
    });
    return { transfer: moved, isNew: false };
  });
}

async function beginTransfer(
  { ctx, counterparty }: Caller,
  message: Extract<TransferMessage, { '@type': 'TransferRequestMessage' }>,
): Promise<{ transfer: Transfer; isNew: boolean }> {
  const tx = ctx.db;
  const { consumerPid, agreementId, format, callbackAddress, dataAddress } = message;
  requireOrigin(counterparty, message);
  const before = await holdTransferOf(tx, { counterparty: counterparty.id, pid: consumerPid });
  if (before !== undefined) return { transfer: before, isNew: false };
  if (counterparty.scripts?.[agreementId] === undefined) {
    const agreement = await findAgreement(tx, agreementId);
    if (agreement === undefined || agreement.assignee.id !== counterparty.party)
      throw new Problem('not-found', 'there is no such agreement');
    if (agreement.ended !== null)
      throw new Problem('conflict', 'the agreement has ended', { why: agreement.ended.why });
    requireFormat(counterparty, format, dataAddress?.endpoint);
  }
  const at = ctx.now().toISOString();
  const id = ctx.newId();
  const transfer: Transfer = {
    id,
    role: 'provider',
    counterparty: counterparty.id,
    providerPid: pidOf(id),
    consumerPid,
    agreement: agreementId,
    format,
    dataAddress: dataAddress ?? null,
    state: 'REQUESTED',
    revision: 1,
    callback: callbackAddress,
    trouble: null,
    createdAt: at,
    updatedAt: at,
  };
  await insertTransfer(tx, transfer);
  await note(ctx, tx, id, { side: 'consumer', message: 'request', state: 'REQUESTED', detail: null });
  await tellTransfer(tx, transfer);
  await follow(tx, 'transfer', transfer);
  return { transfer, isNew: true };
}

function requireFormat(counterparty: StoredCounterparty, format: string, endpoint: string | undefined): void {
  if (!FORMATS.some((known) => known === format))
    throw new Problem('invalid', 'the data are not given in this format', { formats: FORMATS });
  if (format !== 'HttpData-PUSH') return;
  if (endpoint === undefined || !isOnOrigin(endpoint, counterparty.address))
    throw new Problem('invalid', "the address is not one of the connector's own", { known: counterparty.address });
}

/** @throws Problem `not-found`, also where it is another's */
export async function readTransferOf({ ctx, counterparty }: Caller, pid: string): Promise<Transfer> {
  const found = await findTransfer(ctx.db, idOf(pid));
  if (found === undefined || found.counterparty !== counterparty.id)
    throw new Problem('not-found', 'there is no such transfer');
  return found;
}

/** Answers go to the connector's own origin, as the operator entered it, and nowhere else. */
function requireOrigin({ address }: StoredCounterparty, message: NegotiationMessage | TransferMessage): void {
  if (!('callbackAddress' in message) || message.callbackAddress === undefined) return;
  if (!isOnOrigin(message.callbackAddress, address))
    throw new Problem('invalid', "the address is not one of the connector's own", { known: address });
}

/** A message names the process as it is known to both, where it names it at all. */
function requirePids(
  { providerPid, consumerPid }: Pick<Negotiation | Transfer, 'providerPid' | 'consumerPid'>,
  message: NegotiationMessage | TransferMessage,
): void {
  const told = message as { providerPid?: string; consumerPid?: string };
  const differs =
    (told.providerPid !== undefined && providerPid !== null && told.providerPid !== providerPid) ||
    (told.consumerPid !== undefined && consumerPid !== null && told.consumerPid !== consumerPid);
  if (differs) throw new Problem('invalid', 'the message names another process than its address');
}

/** How the sender calls the process. */
function pidFrom(message: NegotiationMessage | TransferMessage, by: Side): { pid?: string } {
  const { providerPid, consumerPid } = message as { providerPid?: string; consumerPid?: string };
  const pid = by === 'provider' ? providerPid : consumerPid;
  return pid === undefined ? {} : { pid };
}

export function pidOf(id: string): string {
  return `urn:uuid:${id}`;
}

function idOf(pid: string): string {
  return pid.replace(/^urn:uuid:/, '');
}

const LONGEST_REASON = 2_000;

function wordsOf(reason: readonly unknown[]): string {
  const texts = reason.map((one) => (typeof one === 'string' ? one : JSON.stringify(one)));
  return texts.join('; ').slice(0, LONGEST_REASON);
}
