import { reachOf, record, recordRead } from '#kernel/access';
import type { Context, Db, Tx } from '#kernel/context';
import { Problem } from '#kernel/problem';
import { DspError, type NegotiationStep, negotiationSteps, parseOffer } from '#standards/dataspace';
import type {
  Negotiation,
  NegotiationLine,
  NegotiationPage,
  Party,
  PolicyJson,
  Scripts,
  Transfer,
  Words,
} from '../model.ts';
import { dutiesOf, readPolicy } from '../rules/agreements.ts';
import { isOnOrigin, sideOf, wirePolicy } from '../rules/negotiations.ts';
import { findAgreement, findUseState } from '../store/agreements.ts';
import {
  findCounterparty,
  findNegotiation,
  findNegotiations,
  findSteps,
  findTransfersUnder,
  holdNegotiation,
  insertNegotiation,
  insertTransfer,
  type NegotiationFilter,
} from '../store/negotiations.ts';
import { type Caller, HOUSE, pidOf } from './dataspace.ts';
import { tradable } from './offerings.ts';
import { partyIdOf, partyOf } from './parties.ts';
import { due, follow, listedPolicy, moveNegotiation, note } from './protocol.ts';

const READ = 'exchange.negotiation.read';
export const NEGOTIATE = 'exchange.negotiate';
const MOST_LINES = 200;

/** Negotiations of the actor's own party; all of them for whoever supervises. */
export async function listNegotiations(
  ctx: Context,
  filter: Pick<NegotiationFilter, 'state'>,
): Promise<NegotiationLine[]> {
  const party = partyIdOf(ctx.actor);
  const isAll = requireReach(ctx, READ) === 'all';
  const found = await findNegotiations(ctx.db, { ...filter, limit: MOST_LINES, ...(!isAll && { party }) });
  return found.map((line) => {
    const side = sideOf(line as Negotiation, party) ?? null;
    return { ...line, side, mayAct: side !== null && waitsFor(line.state, side) };
  });
}

/** Whether it is this side's turn: it may do more than end it. */
function waitsFor(state: Negotiation['state'], side: 'provider' | 'consumer'): boolean {
  return negotiationSteps(state, side).some((step) => step !== 'terminate');
}

/** @throws Problem `not-found`, also where it is between others */
export async function readNegotiation(ctx: Context, id: string): Promise<NegotiationPage> {
  const negotiation = await visibleNegotiation(ctx, id);
  await recordRead(ctx, { act: 'exchange.negotiation-read', subject: negotiation.id });
  return pageOf(ctx, negotiation);
}

async function visibleNegotiation(ctx: Context, id: string): Promise<Negotiation> {
  const isAll = requireReach(ctx, READ) === 'all';
  const found = await findNegotiation(ctx.db, id);
  if (found === undefined || (!isAll && sideOf(found, partyIdOf(ctx.actor)) === undefined))
    throw new Problem('not-found', 'there is no such negotiation');
  return found;
}

async function pageOf(ctx: Context, negotiation: Negotiation): Promise<NegotiationPage> {
  const side = sideOf(negotiation, partyIdOf(ctx.actor)) ?? null;
  const mayAct = side !== null && reachOf(ctx.actor, NEGOTIATE) !== undefined;
  const listed =
    negotiation.role === 'consumer' ? null : await ctx.db.transaction((tx) => listedPolicy(ctx, tx, negotiation));
  return {
    negotiation,
    steps: await findSteps(ctx.db, negotiation.id),
    side,
    may: mayAct ? negotiationSteps(negotiation.state, side).filter(isForPeople) : [],
    listed,
    agreement: negotiation.agreementId === null ? null : await agreementLine(ctx, negotiation.agreementId),
    transfers: await transfersOf(ctx.db, negotiation),
  };
}

/** What was fetched from another connector under the agreement with it. */
async function transfersOf(
  db: Db,
  { role, counterparty, agreement }: Negotiation,
): Promise<NegotiationPage['transfers']> {
  if (role !== 'consumer' || counterparty === null || agreement === null) return [];
  return findTransfersUnder(db, { counterparty, agreement: String(agreement['@id']) });
}

/** These follow by themselves. */
function isForPeople(step: NegotiationStep): boolean {
  return step !== 'verify' && step !== 'finalize';
}

async function agreementLine(ctx: Context, id: string): Promise<NegotiationPage['agreement']> {
  const agreement = await findAgreement(ctx.db, id);
  if (agreement === undefined) return null;
  const state = await findUseState(ctx.db, id);
  const duties = dutiesOf(agreement, state, ctx.now());
  return { agreement, duties, uses: Math.max(0, ...state.uses.map(({ uses }) => uses)) };
}

interface Opening {
  offering: string;
  /** The terms asked for; what is listed unless said. */
  offer?: PolicyJson;
  /** Of a dataset that another connector offers. */
  counterparty?: string;
  title?: Words;
}

/** Asks for an offering, on the listed terms or on others. Whoever asks for what is listed gets it. */
export async function openNegotiation(
  ctx: Context,
  { offering, offer, counterparty, title }: Opening,
): Promise<NegotiationPage> {
  requireReach(ctx, NEGOTIATE);
  const consumer = await partyOf(ctx);
  const id = await ctx.db.transaction(async (tx) => {
    if (counterparty !== undefined) {
      if (offer === undefined) throw new Problem('invalid', 'say which terms you ask for');
      return askElsewhere(ctx, tx, { counterparty, dataset: offering, offer, consumer, ...(title && { title }) });
    }
    const offered = await tradable(ctx, tx, offering);
    if (offered.holder.id === consumer.id) throw new Problem('conflict', 'nobody trades with themselves');
    const terms = termsOf(ctx, offer ?? offered.policy);
    const { version, holder } = offered;
    const parts = { provider: holder, consumer, offering, version, title: offered.title, offer: terms };
    return begin(ctx, tx, { ...parts, role: 'both', counterparty: null });
  });
  const found = await findNegotiation(ctx.db, id);
  return pageOf(ctx, found!);
}

/** Asks another connector for a dataset of its own. */
async function askElsewhere(
  ctx: Context,
  tx: Tx,
  asked: { counterparty: string; dataset: string; offer: PolicyJson; consumer: Party; title?: Words; address?: string },
): Promise<string> {
  const { dataset, consumer, title = { en: dataset, zh: dataset } } = asked;
  const other = await findCounterparty(tx, asked.counterparty);
  if (other === undefined) throw new Problem('not-found', 'there is no such connector');
  const offer = termsOf(ctx, asked.offer);
  return begin(ctx, tx, {
    role: 'consumer',
    counterparty: other.id,
    provider: { id: other.party, name: other.name },
    consumer,
    offering: dataset,
    version: null,
    title,
    offer,
    callback: asked.address ?? other.address,
  });
}

/** Terms as a person has written them: whatever they are, they are an offer that can be sent and judged. @throws Problem `invalid` */
function termsOf(ctx: Context, offer: PolicyJson): PolicyJson {
  const terms = wirePolicy({ '@id': `urn:uuid:${ctx.newId()}`, ...offer, '@type': 'Offer' });
  try {
    parseOffer(terms, 'maybe');
  } catch (error) {
    if (!(error instanceof DspError)) throw error;
    throw new Problem('invalid', 'the terms are no policy that can be judged', { said: error.message });
  }
  readPolicy(terms);
  return terms;
}

type Beginning = Pick<
  Negotiation,
  'role' | 'counterparty' | 'provider' | 'consumer' | 'offering' | 'version' | 'title' | 'offer'
> & { callback?: string };

async function begin(ctx: Context, tx: Tx, parts: Beginning): Promise<string> {
  const id = ctx.newId();
  const at = ctx.now().toISOString();
  const negotiation: Negotiation = {
    callback: null,
    ...parts,
    id,
    providerPid: parts.role === 'consumer' ? null : pidOf(id),
    consumerPid: pidOf(id),
    agreement: null,
    agreementId: null,
    state: 'REQUESTED',
    revision: 1,
    trouble: null,
    createdAt: at,
    updatedAt: at,
  };
  await insertNegotiation(tx, negotiation);
  await note(ctx, tx, id, {
    side: 'consumer',
    message: 'request',
    state: 'REQUESTED',
    detail: { policy: parts.offer },
  });
  await record(ctx, tx, {
    act: 'exchange.negotiation-opened',
    subject: id,
    detail: { offering: parts.offering, provider: parts.provider.id, consumer: parts.consumer.id },
  });
  if (parts.role === 'consumer')
    await due(tx, { kind: 'negotiation', id, step: 'request', to: 'REQUESTED', offer: parts.offer });
  await follow(tx, 'negotiation', negotiation);
  return id;
}

export interface Stepping {
  step: NegotiationStep;
  revision: number;
  offer?: PolicyJson;
  reason?: string;
}

/** Takes a step for the actor's side. @throws Problem `conflict` where somebody moved it meanwhile */
export async function stepNegotiation(ctx: Context, id: string, asked: Stepping): Promise<NegotiationPage> {
  requireReach(ctx, NEGOTIATE);
  const { step, revision, offer, reason } = asked;
  if (!isForPeople(step)) throw new Problem('invalid', 'this step follows by itself');
  if ((step === 'offer' || step === 'request') !== (offer !== undefined))
    throw new Problem('invalid', 'an offer comes with its terms, and nothing else does');
  await ctx.db.transaction(async (tx) => {
    const held = await holdNegotiation(tx, id);
    const side = held === undefined ? undefined : sideOf(held, partyIdOf(ctx.actor));
    if (held === undefined || side === undefined) throw new Problem('not-found', 'there is no such negotiation');
    if (held.revision !== revision)
      throw new Problem('conflict', 'the negotiation has moved on since you looked at it', { revision: held.revision });
    const move = {
      by: side,
      step,
      ...(offer && { offer: { '@id': `urn:uuid:${ctx.newId()}`, '@type': 'Offer', ...offer } }),
    };
    await moveNegotiation(ctx, tx, held, { ...move, ...(reason !== undefined && { reason }) });
  });
  return pageOf(ctx, await visibleNegotiation(ctx, id));
}

/** A scripted connector asks us to begin a negotiation with it, as conformance tests do. */
export async function triggerNegotiation(
  { ctx, counterparty }: Caller,
  { datasetId, offerId, connectorAddress }: { datasetId: string; offerId: string; connectorAddress: string },
): Promise<{ id: string }> {
  requireScripts(counterparty.scripts, datasetId);
  requireOwn(counterparty.address, connectorAddress);
  const offer = { '@id': offerId, '@type': 'Offer', permission: [{ action: 'use' }] };
  const asked = {
    counterparty: counterparty.id,
    dataset: datasetId,
    offer,
    consumer: HOUSE,
    address: connectorAddress,
  };
  return { id: await ctx.db.transaction((tx) => askElsewhere(ctx, tx, asked)) };
}

/** The same for a transfer under an agreement that only the script knows. */
export async function triggerTransfer(
  { ctx, counterparty }: Caller,
  { agreementId, format, connectorAddress }: { agreementId: string; format: string; connectorAddress: string },
): Promise<{ id: string }> {
  requireScripts(counterparty.scripts, agreementId);
  requireOwn(counterparty.address, connectorAddress);
  const parts = { counterparty: counterparty.id, agreement: agreementId, format, callback: connectorAddress };
  return { id: await ctx.db.transaction((tx) => askForTransfer(ctx, tx, parts)) };
}

/** Asks another connector for data under an agreement. */
export async function askForTransfer(
  ctx: Context,
  tx: Tx,
  given: Pick<Transfer, 'counterparty' | 'agreement' | 'format' | 'callback'>,
): Promise<string> {
  const id = ctx.newId();
  const at = ctx.now().toISOString();
  const transfer: Transfer = {
    ...given,
    id,
    role: 'consumer',
    providerPid: null,
    consumerPid: pidOf(id),
    dataAddress: null,
    state: 'REQUESTED',
    revision: 1,
    trouble: null,
    createdAt: at,
    updatedAt: at,
  };
  await insertTransfer(tx, transfer);
  await note(ctx, tx, id, { side: 'consumer', message: 'request', state: 'REQUESTED', detail: null });
  await due(tx, { kind: 'transfer', id, step: 'request', to: 'REQUESTED' });
  await follow(tx, 'transfer', transfer);
  return id;
}

function requireScripts(scripts: Scripts | null, id: string): void {
  if (scripts?.[id] === undefined) throw new Problem('not-found', 'there is no such dataset');
}

function requireOwn(known: string, address: string): void {
  if (!isOnOrigin(address, known))
    throw new Problem('invalid', "the address is not one of the connector's own", { known });
}

/** @throws Problem `forbidden` */
export function requireReach(ctx: Context, act: string): 'all' | 'organization' {
  const reach = reachOf(ctx.actor, act);
  if (reach !== 'all' && reach !== 'organization') ctx.require(act);
  return reach === 'all' ? 'all' : 'organization';
}
