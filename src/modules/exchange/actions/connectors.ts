import { hashSecret, makeSecret, record, recordRead } from '#kernel/access';
import type { Context, Db, Tx } from '#kernel/context';
import { Problem } from '#kernel/problem';
import { type CatalogMessage, DspError, parseCatalog, writeMessage } from '#standards/dataspace';
import type { CatalogueElsewhere, ConnectorTrial, Counterparty, NegotiationPage, Scripts } from '../model.ts';
import { isOnOrigin, sideOf } from '../rules/negotiations.ts';
import { notePartySeen } from '../store/index.ts';
import {
  changeAuthorization,
  disableCounterparty,
  findCounterparties,
  findCounterparty,
  holdNegotiation,
  holdTransfer,
  insertCounterparty,
  type StoredCounterparty,
} from '../store/negotiations.ts';
import { askConnector, reasonOf } from './connector-calls.ts';
import { OPERATE } from './moves.ts';
import { askForTransfer, NEGOTIATE, readNegotiation, requireReach } from './negotiations.ts';
import { partyIdOf } from './parties.ts';
import { moveTransfer } from './protocol.ts';

/** Datasets of another's catalogue that are shown at once. */
const MOST_SHOWN = 200;
/** The one in which a person can fetch: a push needs an address of one's own. */
const PULL = 'HttpData-PULL';

export async function listCounterparties(ctx: Context): Promise<Counterparty[]> {
  ctx.require(OPERATE);
  return findCounterparties(ctx.db);
}

export interface NewCounterparty {
  name: string;
  address: string;
  /** For whom it trades here; a party of its own unless said. */
  party?: string;
  authorization?: string;
  scripts?: Scripts;
}

/** Enters another connector. @returns its token, shown this once */
export async function addCounterparty(ctx: Context, given: NewCounterparty): Promise<{ id: string; token: string }> {
  ctx.require(OPERATE);
  const { name, address, authorization = null, scripts = null } = given;
  if (!isOnOrigin(address, address)) throw new Problem('invalid', 'the address begins with https:// or http://');
  const id = ctx.newId();
  const party = given.party ?? `account/connector-${id}`;
  const token = makeSecret();
  await ctx.db.transaction(async (tx) => {
    await notePartySeen(tx, { id: party, name }, ctx.now());
    const row = { id, party, name, address, authorization, scripts };
    await insertCounterparty(tx, { ...row, tokenHash: hashSecret(token), createdAt: ctx.now() });
    await record(ctx, tx, {
      act: 'exchange.connector-entered',
      subject: id,
      detail: { name, address, party, scripted: scripts !== null },
    });
  });
  return { id, token };
}

/** What it wants to hear from us: known only once both sides have entered each other. */
export async function authorizeCounterparty(ctx: Context, id: string, authorization: string | null): Promise<void> {
  ctx.require(OPERATE);
  await ctx.db.transaction(async (tx) => {
    if ((await changeAuthorization(tx, id, authorization)) === 0) throw unknown();
    await record(ctx, tx, { act: 'exchange.connector-authorized', subject: id });
  });
}

/** From now on nobody comes in by its token, and nothing is sent to it. */
export async function stopCounterparty(ctx: Context, id: string): Promise<void> {
  ctx.require(OPERATE);
  await ctx.db.transaction(async (tx) => {
    if ((await disableCounterparty(tx, id, ctx.now())) === 0) throw unknown();
    await record(ctx, tx, { act: 'exchange.connector-stopped', subject: id });
  });
}

/** Asks a connector what it speaks and what it offers, and says what came of it. */
export async function testCounterparty(ctx: Context, id: string): Promise<{ trials: ConnectorTrial[] }> {
  ctx.require(OPERATE);
  const other = await getCounterparty(ctx.db, id);
  const versions = await tryOut('versions', async () => {
    const { status, body } = await askConnector(other, {
      method: 'GET',
      url: new URL('/.well-known/dspace-version', other.address).href,
    });
    const told = (body as { protocolVersions?: { version?: unknown }[] } | undefined)?.protocolVersions;
    if (status !== 200 || !Array.isArray(told)) throw new DspError(`${status}: ${reasonOf(body)}`);
    return told.map(({ version }) => String(version)).join(', ');
  });
  const catalogue = await tryOut('catalogue', async () => String((await fetchCatalogue(other, [])).datasets.length));
  const trials = [versions, catalogue];
  await record(ctx, ctx.db, {
    act: 'exchange.connector-tested',
    subject: id,
    detail: Object.fromEntries(trials.map(({ what, isWell }) => [what, isWell])),
  });
  return { trials };
}

async function tryOut(what: ConnectorTrial['what'], look: () => Promise<string>): Promise<ConnectorTrial> {
  const began = performance.now();
  const end = (isWell: boolean, said: string) => ({
    what,
    isWell,
    said,
    tookMs: Math.round(performance.now() - began),
  });
  try {
    return end(true, await look());
  } catch (error) {
    if (error instanceof DspError || error instanceof Problem) return end(false, error.message);
    throw error;
  }
}

/** Whom one may ask for a catalogue. */
export async function listElsewhere(ctx: Context): Promise<Pick<Counterparty, 'id' | 'name'>[]> {
  requireReach(ctx, NEGOTIATE);
  const known = await findCounterparties(ctx.db);
  return known
    .filter(({ disabledAt, isScripted }) => disabledAt === null && !isScripted)
    .map(({ id, name }) => ({ id, name }));
}

/** @param filter as the other connector understands it; the protocol leaves that to it */
export async function readElsewhere(ctx: Context, id: string, filter: readonly object[]): Promise<CatalogueElsewhere> {
  requireReach(ctx, NEGOTIATE);
  const other = await getCounterparty(ctx.db, id);
  await recordRead(ctx, { act: 'exchange.catalogue-fetched', subject: id });
  try {
    const { datasets, unreadable } = await fetchCatalogue(other, filter);
    return { datasets: datasets.slice(0, MOST_SHOWN), unreadable, more: Math.max(0, datasets.length - MOST_SHOWN) };
  } catch (error) {
    if (!(error instanceof DspError)) throw error;
    throw new Problem('unprocessable', 'the other connector answers with no catalogue', { said: error.message });
  }
}

async function fetchCatalogue(
  other: StoredCounterparty,
  filter: readonly object[],
): Promise<ReturnType<typeof parseCatalog>> {
  const message: CatalogMessage = {
    '@type': 'CatalogRequestMessage',
    ...(filter.length > 0 && { filter: [...filter] }),
  };
  const { status, body } = await askConnector(other, {
    method: 'POST',
    url: `${other.address.replace(/\/$/, '')}/catalog/request`,
    body: writeMessage(message),
  });
  if (status !== 200) throw new DspError(`${status}: ${reasonOf(body)}`);
  return parseCatalog(body);
}

async function getCounterparty(db: Db, id: string): Promise<StoredCounterparty> {
  const found = await findCounterparty(db, id);
  if (found === undefined) throw unknown();
  return found;
}

const unknown = (): Problem => new Problem('not-found', 'there is no such connector');

/** Asks for the data under an agreement that another connector made with the actor's party. */
export async function openTransfer(ctx: Context, negotiation: string): Promise<NegotiationPage> {
  await ctx.db.transaction(async (tx) => {
    const { counterparty, agreement, callback } = await holdBought(ctx, tx, negotiation);
    const { address } = await getCounterparty(tx, counterparty);
    const asked = { counterparty, agreement, format: PULL, callback: callback ?? address };
    const id = await askForTransfer(ctx, tx, asked);
    await record(ctx, tx, { act: 'exchange.transfer-asked', subject: id, detail: { negotiation } });
  });
  return readNegotiation(ctx, negotiation);
}

/** Says that the data were fetched, or ends a transfer. @throws Problem `conflict` where somebody moved it meanwhile */
export async function stepTransfer(
  ctx: Context,
  negotiation: string,
  { transfer, step, revision }: { transfer: string; step: 'complete' | 'terminate'; revision: number },
): Promise<NegotiationPage> {
  await ctx.db.transaction(async (tx) => {
    const { counterparty, agreement } = await holdBought(ctx, tx, negotiation);
    const held = await holdTransfer(tx, transfer);
    const isIts = held?.role === 'consumer' && held.counterparty === counterparty && held.agreement === agreement;
    if (!isIts) throw new Problem('not-found', 'there is no such transfer');
    if (held.revision !== revision)
      throw new Problem('conflict', 'the transfer has moved on since you looked at it', { revision: held.revision });
    await moveTransfer(ctx, tx, held, { by: 'consumer', step });
  });
  return readNegotiation(ctx, negotiation);
}

/** A negotiation of the actor's party that ended in an agreement with another connector, its row locked. */
async function holdBought(
  ctx: Context,
  tx: Tx,
  id: string,
): Promise<{ counterparty: string; agreement: string; callback: string | null }> {
  requireReach(ctx, NEGOTIATE);
  const held = await holdNegotiation(tx, id);
  if (held === undefined || sideOf(held, partyIdOf(ctx.actor)) !== 'consumer')
    throw new Problem('not-found', 'there is no such negotiation');
  const { role, state, agreement, counterparty, callback } = held;
  if (role !== 'consumer' || state !== 'FINALIZED' || agreement === null || counterparty === null)
    throw new Problem('conflict', 'there is no agreement with another connector to fetch under', { state });
  return { counterparty, agreement: String(agreement['@id']), callback };
}
