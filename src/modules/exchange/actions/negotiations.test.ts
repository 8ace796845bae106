import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Context, Role } from '#kernel/context';
import { sql } from '#kernel/sql';
import { DSP_CONTEXT } from '#standards/dataspace';
import { testActor, testContext } from '../../../../tests/support/context.ts';
import { type Connector, startConnector } from '../../../../tests/support/dsp.ts';
import { type Peer, startPeer } from '../../../../tests/support/dsp-peer.ts';
import { plantOffering, SELLER, TABLE_COLUMNS } from '../../../../tests/support/exchange.ts';
import { testDatabase } from '../../../../tests/support/postgres.ts';
import type { NegotiationPage, PolicyJson } from '../model.ts';
import { addCounterparty, listCounterparties, stopCounterparty } from './connectors.ts';
import { listNegotiations, openNegotiation, readNegotiation, stepNegotiation } from './negotiations.ts';
import { openOrder } from './orders.ts';

const db = await testDatabase();
const operator = testContext(db);
const actor = (role: Role, organization: string, ...permissions: string[]): Context =>
  testContext(db, {
    actor: testActor(role, {
      id: `account/${role}-${organization}`,
      organizations: [organization],
      permissions: new Set(permissions),
    }),
  });
const BOTH = ['exchange.negotiation.read@organization', 'exchange.negotiate@organization'];
const seller = actor('laboratory-director', SELLER.replace('Organization/', ''), ...BOTH);
const buyer = actor('data-buyer', 'insurer', ...BOTH);
const stranger = actor('enterprise', 'other', ...BOTH);
const OTHER_TERMS: PolicyJson = {
  permission: [{ action: 'use', constraint: [{ leftOperand: 'count', operator: 'lteq', rightOperand: 5 }] }],
};

let connector: Connector;
let peer: Peer;
let offering: string;
beforeAll(async () => {
  connector = await startConnector(db);
  peer = await startPeer();
});
afterAll(async () => {
  await connector.stop();
  await peer.stop();
});
beforeEach(async () => {
  offering = await plantOffering(db, { prices: [{ kind: 'flat', fen: 100 }] });
});

/** What follows by itself has followed. */
async function rested(ctx: Context, id: string): Promise<NegotiationPage> {
  await connector.deliveries.idle();
  return readNegotiation(ctx, id);
}

/**
 * Goal: two parties here come to an agreement by the protocol's own steps, in turns, and nobody else sees or moves it.
 * Method: a planted offering; the steps through the doors that pages use; real deliveries for what follows by itself.
 */
describe('a negotiation between two parties here', () => {
  test('whoever asks for what is listed gets it, by steps that follow by themselves', async () => {
    const opened = await openNegotiation(buyer, { offering });
    const { negotiation, steps, agreement } = await rested(buyer, opened.negotiation.id);
    expect(negotiation).toMatchObject({ state: 'FINALIZED', trouble: null });
    expect(steps.map(({ message }) => message)).toEqual(['request', 'agree', 'verify', 'finalize']);
    expect(agreement?.agreement).toMatchObject({ offeringId: offering, assignee: { id: 'Organization/insurer' } });
    const leaves = await db.rows(sql`select 1 from access.audit where act = 'exchange.agreement-made'`);
    expect(leaves.length).toBeGreaterThan(0);
  });

  test('other terms wait for the other side, who takes them or answers with others', async () => {
    const { negotiation } = await openNegotiation(buyer, { offering, offer: OTHER_TERMS });
    const asked = await rested(seller, negotiation.id);
    expect(asked).toMatchObject({ side: 'provider', may: ['offer', 'agree', 'terminate'] });
    expect(asked.negotiation.state).toBe('REQUESTED');
    await expect(stepNegotiation(buyer, negotiation.id, { step: 'accept', revision: 1 })).rejects.toThrow(
      'this step is not possible now',
    );

    const answer: PolicyJson = {
      permission: [{ action: 'read', duty: [{ action: 'attribute' }] }],
      prohibition: [{ action: 'sell' }],
    };
    await stepNegotiation(seller, negotiation.id, { step: 'offer', revision: 1, offer: answer });
    const late = stepNegotiation(buyer, negotiation.id, { step: 'accept', revision: 1 });
    await expect(late).rejects.toThrow('the negotiation has moved on since you looked at it');
    await stepNegotiation(buyer, negotiation.id, { step: 'accept', revision: 2 });
    const done = await rested(buyer, negotiation.id);
    expect(done.negotiation.state).toBe('FINALIZED');
    expect(done.agreement?.agreement.policy['prohibition']).toMatchObject([{ action: 'sell' }]);
    expect(done.agreement?.duties).toMatchObject([{ action: 'attribute', state: 'open' }]);
  });

  test('it ends with a reason, and then for ever', async () => {
    const { negotiation } = await openNegotiation(buyer, { offering, offer: OTHER_TERMS });
    const { steps, may } = await stepNegotiation(seller, negotiation.id, {
      step: 'terminate',
      revision: 1,
      reason: 'too few uses',
    });
    expect(steps.at(-1)).toMatchObject({ message: 'terminate', side: 'provider', detail: { reason: 'too few uses' } });
    expect(may).toEqual([]);
    await expect(stepNegotiation(buyer, negotiation.id, { step: 'terminate', revision: 2 })).rejects.toThrow(
      'not possible now',
    );
  });

  test('what was suspended meanwhile is not agreed on: the reason is kept, and it waits', async () => {
    const { negotiation } = await openNegotiation(buyer, { offering, offer: OTHER_TERMS });
    await db.run(sql`update exchange.offering_version set state = 'suspended' where offering = ${offering}`);
    const agreeing = stepNegotiation(seller, negotiation.id, { step: 'agree', revision: 1 });
    await expect(agreeing).rejects.toMatchObject({ kind: 'conflict' });
    expect((await rested(seller, negotiation.id)).negotiation.state).toBe('REQUESTED');
  });

  test.each([
    ['no rule', {}],
    ['an action that is no text', { permission: [{ action: { id: 'use' } }] }],
    [
      'an operator of nobody',
      { permission: [{ action: 'use', constraint: [{ leftOperand: 'count', operator: 'about', rightOperand: '1' }] }] },
    ],
  ])('terms with %s are refused', async (_, offer) => {
    await expect(openNegotiation(buyer, { offering, offer })).rejects.toMatchObject({ kind: 'invalid' });
  });

  test('nobody trades with themselves', async () => {
    await expect(openNegotiation(seller, { offering })).rejects.toThrow('nobody trades with themselves');
  });

  test('others neither see nor move it; the supervision sees it and moves nothing', async () => {
    const { negotiation } = await openNegotiation(buyer, { offering, offer: OTHER_TERMS });
    await expect(readNegotiation(stranger, negotiation.id)).rejects.toThrow('there is no such negotiation');
    await expect(stepNegotiation(stranger, negotiation.id, { step: 'terminate', revision: 1 })).rejects.toThrow(
      'there is no such negotiation',
    );
    expect((await listNegotiations(stranger, {})).map(({ id }) => id)).not.toContain(negotiation.id);
    expect((await listNegotiations(buyer, { state: 'REQUESTED' })).map(({ id }) => id)).toContain(negotiation.id);
    const regulator = actor('regulator', 'authority', 'exchange.negotiation.read');
    expect(await readNegotiation(regulator, negotiation.id)).toMatchObject({ side: null, may: [] });
    await expect(stepNegotiation(regulator, negotiation.id, { step: 'terminate', revision: 1 })).rejects.toMatchObject({
      kind: 'forbidden',
    });
  });

  test.each(['patient', 'courier', 'clinician'] as const)('a %s may not', async (role) => {
    const nobody = actor(role, 'org');
    await expect(listNegotiations(nobody, {})).rejects.toMatchObject({ kind: 'forbidden' });
    await expect(openNegotiation(nobody, { offering })).rejects.toMatchObject({ kind: 'forbidden' });
    await expect(addCounterparty(nobody, { name: 'x', address: 'https://x.example' })).rejects.toMatchObject({
      kind: 'forbidden',
    });
    await expect(listCounterparties(nobody)).rejects.toMatchObject({ kind: 'forbidden' });
  });
});

/**
 * Goal: another connector gets in by its own token only, is answered at its own address only, and no message is lost or taken twice.
 * Method: a peer that fails as told; the server's true doors.
 */
describe('another connector', () => {
  const request = (pid: string, parts: object = {}) => ({
    '@context': [DSP_CONTEXT],
    '@type': 'ContractRequestMessage',
    consumerPid: pid,
    callbackAddress: peer.url,
    offer: { '@id': 'urn:offer', '@type': 'Offer', target: offering, ...OTHER_TERMS, permission: [{ action: 'read' }] },
    ...parts,
  });
  const post = async (path: string, token: string, body: object) => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const answer = await fetch(`${connector.url}/dsp/2025-1${path}`, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
    });
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  };
  const enter = (name: string) =>
    addCounterparty(operator, { name, address: `${peer.url}/`, authorization: 'Bearer theirs' });
  const idOf = (pid: unknown) => String(pid).replace('urn:uuid:', '');

  test('knows nothing without its token, and nothing once it is stopped', async () => {
    const { id, token } = await enter('one');
    expect((await post('/catalog/request', 'wrong', {})).status).toBe(401);
    expect(
      (await post('/catalog/request', token, { '@context': [DSP_CONTEXT], '@type': 'CatalogRequestMessage' })).status,
    ).toBe(200);
    await stopCounterparty(operator, id);
    expect((await post('/catalog/request', token, {})).status).toBe(401);
    const kept = await db.rows<{ text: string }>(
      sql`select counterparty::text as text from exchange.counterparty as counterparty`,
    );
    expect(kept.some(({ text }) => text.includes(token))).toBe(false);
  });

  test('sees its own negotiations only', async () => {
    const [one, other] = [await enter('one'), await enter('other')];
    const { body } = await post('/negotiations/request', one.token, request('theirs-1'));
    const at = `${connector.url}/dsp/2025-1/negotiations/${encodeURIComponent(String(body['providerPid']))}`;
    const status = async (token: string) => (await fetch(at, { headers: { authorization: `Bearer ${token}` } })).status;
    expect([await status(one.token), await status(other.token)]).toEqual([200, 404]);
    const end = {
      '@context': [DSP_CONTEXT],
      '@type': 'ContractNegotiationTerminationMessage',
      providerPid: body['providerPid'],
      consumerPid: 'theirs-1',
    };
    expect((await post(`/negotiations/${body['providerPid']}/termination`, other.token, end)).status).toBe(404);
    expect(
      (await post(`/negotiations/${body['providerPid']}/termination`, one.token, { ...end, consumerPid: 'else' }))
        .status,
    ).toBe(400);
    expect((await post(`/negotiations/${body['providerPid']}/termination`, one.token, end)).status).toBe(200);
  });

  test.each([
    'http://169.254.169.254/latest',
    'http://localhost:1/',
    'file:///etc/passwd',
    'http://user:secret@127.0.0.1/',
    'not an address',
  ])('cannot send us to %s', async (callbackAddress) => {
    const { token } = await enter('far');
    const { status, body } = await post('/negotiations/request', token, request('theirs-2', { callbackAddress }));
    expect([status, body['@type']]).toEqual([400, 'ContractNegotiationError']);
  });

  test('begins one negotiation with a message that comes twice', async () => {
    const { token } = await enter('twice');
    const [first, second] = [
      await post('/negotiations/request', token, request('t-1')),
      await post('/negotiations/request', token, request('t-1')),
    ];
    expect([first.status, second.status]).toEqual([201, 200]);
    expect(second.body['providerPid']).toBe(first.body['providerPid']);
  });

  test('that asks for what may not be had is told so', async () => {
    const { token } = await enter('wishful');
    const offer = { '@id': 'urn:o', '@type': 'Offer', target: 'nothing', permission: [{ action: 'use' }] };
    expect((await post('/negotiations/request', token, request('w-1', { offer }))).status).toBe(400);
    const transfer = {
      '@context': [DSP_CONTEXT],
      '@type': 'TransferRequestMessage',
      consumerPid: 'w-2',
      agreementId: 'urn:none',
      format: 'HttpData-PULL',
      callbackAddress: peer.url,
    };
    expect((await post('/transfers/request', token, transfer)).status).toBe(404);
  });

  test('gets our message after its failures have passed, with its own secret, once', async () => {
    const { token } = await enter('flaky');
    const { body } = await post('/negotiations/request', token, request('f-1'));
    peer.answerWith(503, 2);
    await stepNegotiation(seller, idOf(body['providerPid']), {
      step: 'offer',
      revision: 1,
      offer: { permission: [{ action: 'use' }] },
    });
    const offer = await peer.next('f-1');
    expect(offer).toMatchObject({
      '@type': 'ContractOfferMessage',
      consumerPid: 'f-1',
      providerPid: body['providerPid'],
    });
    const tries = peer.heard.filter(({ path }) => path.includes('/f-1/'));
    expect(tries).toHaveLength(3);
    expect(new Set(tries.map(({ authorization }) => authorization))).toEqual(new Set(['Bearer theirs']));
  });

  test('that refuses our message is not asked again, and the negotiation says so', async () => {
    const { token } = await enter('stern');
    const { body } = await post('/negotiations/request', token, request('s-1'));
    peer.answerWith(400, 1);
    await stepNegotiation(seller, idOf(body['providerPid']), {
      step: 'offer',
      revision: 1,
      offer: { permission: [{ action: 'use' }] },
    });
    await connector.deliveries.idle();
    const { negotiation } = await readNegotiation(seller, idOf(body['providerPid']));
    expect(negotiation).toMatchObject({ state: 'OFFERED', trouble: '400: ' });
    expect(peer.heard.filter(({ path }) => path.includes('/s-1/'))).toHaveLength(1);
  });

  test('that accepts what was offered gets an agreement that is kept here, and may ask for its data', async () => {
    const { token } = await enter('happy');
    const { body } = await post('/negotiations/request', token, request('h-1'));
    const providerPid = String(body['providerPid']);
    await stepNegotiation(seller, idOf(providerPid), {
      step: 'offer',
      revision: 1,
      offer: { permission: [{ action: 'use' }] },
    });
    await peer.next('h-1');
    const ids = { '@context': [DSP_CONTEXT], providerPid, consumerPid: 'h-1' };
    await post(`/negotiations/${providerPid}/events`, token, {
      ...ids,
      '@type': 'ContractNegotiationEventMessage',
      eventType: 'ACCEPTED',
    });
    const { agreement } = (await peer.next('h-1')) as { agreement: { '@id': string; target: string } };
    expect(agreement).toMatchObject({ '@type': 'Agreement', target: offering, assigner: SELLER });
    await post(`/negotiations/${providerPid}/agreement/verification`, token, {
      ...ids,
      '@type': 'ContractAgreementVerificationMessage',
    });
    expect(await peer.next('h-1')).toMatchObject({ eventType: 'FINALIZED' });

    const transfer = {
      '@context': [DSP_CONTEXT],
      '@type': 'TransferRequestMessage',
      consumerPid: 'h-2',
      agreementId: agreement['@id'],
      format: 'HttpData-PULL',
      callbackAddress: peer.url,
    };
    const asked = await post('/transfers/request', token, transfer);
    expect([asked.status, asked.body['state']]).toEqual([201, 'REQUESTED']);
    // There is no order yet: nothing is given.
    expect(await peer.next('h-2')).toMatchObject({
      '@type': 'TransferTerminationMessage',
      reason: ['nothing is ordered under this agreement yet'],
    });
    const other = await enter('thief');
    expect((await post('/transfers/request', other.token, { ...transfer, consumerPid: 'h-3' })).status).toBe(404);
  });

  test('fetches what its party has ordered under the agreement, by a link that holds for a while', async () => {
    offering = await plantOffering(db, { prices: [{ kind: 'free-research' }] });
    const party = { name: 'own', address: peer.url, party: 'Organization/insurer' };
    const { token } = await addCounterparty(operator, party);
    const negotiated = await openNegotiation(buyer, { offering, offer: OTHER_TERMS });
    await stepNegotiation(seller, negotiated.negotiation.id, { step: 'agree', revision: 1 });
    const agreement = String((await rested(buyer, negotiated.negotiation.id)).negotiation.agreementId);
    const shopper = actor('data-buyer', 'insurer', 'exchange.buy', 'exchange.research');
    const wish = { offering, price: 0, purpose: 'research', agreement };
    await openOrder(shopper, { ...wish, key: 'a' });
    await expect(openOrder(shopper, { ...wish, key: 'b' })).rejects.toThrow('this agreement has its order already');
    const thief = actor('data-buyer', 'other', 'exchange.buy', 'exchange.research');
    await expect(openOrder(thief, { ...wish, key: 'c' })).rejects.toThrow('there is no such agreement');

    const pull = async (consumerPid: string) => {
      const ids = { consumerPid, agreementId: agreement, format: 'HttpData-PULL', callbackAddress: peer.url };
      await post('/transfers/request', token, { '@context': [DSP_CONTEXT], '@type': 'TransferRequestMessage', ...ids });
      return (await peer.next(consumerPid)) as {
        '@type': string;
        dataAddress: { endpoint: string };
        reason?: string[];
      };
    };
    const started = await pull('p-1');
    expect(started['@type'], JSON.stringify(started)).toBe('TransferStartMessage');
    const answer = await fetch(started.dataAddress.endpoint);
    expect(answer.status).toBe(200);
    expect(await answer.text()).toContain(TABLE_COLUMNS.map(({ name }) => name).join(','));
    // The agreement gives five uses: the fifth is the last.
    for (const place of [2, 3, 4, 5]) expect((await pull(`p-${place}`))['@type']).toBe('TransferStartMessage');
    expect(await pull('p-6')).toMatchObject({
      '@type': 'TransferTerminationMessage',
      reason: ['the terms of the contract do not permit this use'],
    });
  });
});
