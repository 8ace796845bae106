import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findPermissions } from '#kernel/access';
import { type Context, makeContext, ROLES } from '#kernel/context';
import { silentLog } from '#kernel/log';
import { Problem } from '#kernel/problem';
import { sql } from '#kernel/sql';
import { testActor, testContext } from '../../../../tests/support/context.ts';
import { type Connector, startConnector } from '../../../../tests/support/dsp.ts';
import { plantOffering, TABLE_COLUMNS } from '../../../../tests/support/exchange.ts';
import { testDatabase } from '../../../../tests/support/postgres.ts';
import { openOrder } from '../actions/orders.ts';
import type { CatalogueElsewhere, ConnectorTrial, NegotiationPage } from '../model.ts';

/**
 * Goal: a buyer here finds, contracts and fetches what another platform offers, by the protocol alone; the operator enters, tries and ends connectors; nobody else does.
 * Method: two platforms with a database each, listening for true, entered at each other; the doors that pages use.
 */
type Platform = Awaited<ReturnType<typeof startPlatform>>;
let near: Platform;
let far: Platform;

async function startPlatform() {
  const db = await testDatabase();
  const who = new Map<string, Context>();
  for (const role of ROLES.filter((each) => each !== 'system'))
    who.set(
      role,
      makeContext({
        actor: testActor(role, { organizations: [`${role}s`], permissions: await findPermissions(db, [role]) }),
        db,
        log: silentLog,
      }),
    );
  const connector: Connector = await startConnector(db, async ({ headers }) => {
    const found = who.get(String(headers['x-who']));
    if (found === undefined) throw new Problem('unauthenticated', 'nobody is signed in');
    return found;
  });
  const send = async <T>(role: string, method: string, path: string, body?: object) => {
    const answer = await fetch(`${connector.url}/api/exchange/${path}`, {
      method,
      headers: { 'x-who': role, 'x-banyan': 'app', ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    return { status: answer.status, body: (text === '' ? undefined : JSON.parse(text)) as T };
  };
  return { db, connector, send };
}

const [OPERATOR, BUYER] = ['administrator', 'data-buyer'] as const;
type Entered = { id: string; token: string };
const enter = async (at: Platform, other: Platform, parts: object = {}): Promise<Entered> => {
  const given = { name: 'The other one', address: `${other.connector.url}/dsp/2025-1`, ...parts };
  const { status, body } = await at.send<Entered>(OPERATOR, 'POST', 'connectors', given);
  expect(status).toBe(201);
  return body;
};

/** Each has the other's token. @returns how each knows the other */
async function introduce(party?: string): Promise<{ there: Entered; here: Entered }> {
  const there = await enter(far, near, party === undefined ? {} : { party });
  const here = await enter(near, far, { authorization: `Bearer ${there.token}` });
  const path = `connectors/${there.id}/authorization`;
  expect((await far.send(OPERATOR, 'PUT', path, { authorization: `Bearer ${here.token}` })).status).toBe(204);
  return { there, here };
}

const rested = async (): Promise<void> => {
  // A message of the one begins another of the other.
  for (let round = 0; round < 6; round += 1) for (const { connector } of [near, far]) await connector.deliveries.idle();
};

beforeAll(async () => {
  [near, far] = [await startPlatform(), await startPlatform()];
});
afterAll(async () => {
  for (const platform of [near, far]) await platform?.connector.stop();
});

test('who may what', async () => {
  const { here } = await introduce();
  for (const role of ROLES.filter((each) => each !== 'system')) {
    const [isOperator, mayAsk] = [
      role === OPERATOR,
      ['laboratory-director', 'enterprise', 'data-buyer', 'researcher'].includes(role),
    ];
    const status = async (method: string, path: string, body?: object) =>
      (await near.send(role, method, path, body)).status;
    expect({
      role,
      list: await status('GET', 'connectors'),
      enter: await status('POST', 'connectors', { name: role, address: 'https://connector.example/' }),
      test: await status('POST', `connectors/${here.id}/test`),
      change: await status('PUT', `connectors/${here.id}/authorization`, { authorization: 'Bearer else' }),
      end: await status('DELETE', 'connectors/00000000-0000-0000-0000-000000000000'),
      known: await status('GET', 'elsewhere'),
      unknown: await status('GET', 'elsewhere/00000000-0000-0000-0000-000000000000'),
      fetch: await status('POST', 'negotiations/00000000-0000-0000-0000-000000000000/transfers'),
    }).toEqual({
      role,
      ...(isOperator
        ? { list: 200, enter: 201, test: 200, change: 204, end: 404 }
        : { list: 403, enter: 403, test: 403, change: 403, end: 403 }),
      ...(mayAsk ? { known: 200, unknown: 404, fetch: 404 } : { known: 403, unknown: 403, fetch: 403 }),
    });
  }
  expect((await near.send('nobody', 'GET', 'elsewhere')).status).toBe(401);
});

test('the operator enters, tries and ends a connector; what it wants to hear is told to nobody', async () => {
  const { here } = await introduce();
  const trials = async () =>
    (await near.send<{ trials: ConnectorTrial[] }>(OPERATOR, 'POST', `connectors/${here.id}/test`)).body.trials;
  expect(await trials()).toMatchObject([
    { what: 'versions', isWell: true, said: '2025-1' },
    { what: 'catalogue', isWell: true, said: expect.stringMatching(/^\d+$/) },
  ]);
  await near.send(OPERATOR, 'PUT', `connectors/${here.id}/authorization`, { authorization: 'Bearer wrong' });
  expect(await trials()).toMatchObject([{ isWell: true }, { isWell: false, said: expect.stringMatching(/^401: /) }]);
  const { body } = await near.send<{ connectors: object[] }>(OPERATOR, 'GET', 'connectors');
  expect(JSON.stringify(body)).not.toContain('Bearer');
  expect((await near.send(OPERATOR, 'DELETE', `connectors/${here.id}`)).status).toBe(204);
  expect((await near.send(BUYER, 'GET', `elsewhere/${here.id}`)).status).toBe(404);
  const acts = await near.db.rows<{ act: string }>(
    sql`select act from access.audit where subject = ${here.id} order by at, act`,
  );
  expect(new Set(acts.map(({ act }) => act))).toEqual(
    new Set([
      'exchange.connector-entered',
      'exchange.connector-tested',
      'exchange.connector-authorized',
      'exchange.connector-stopped',
    ]),
  );
});

describe('a buyer', () => {
  const look = async (id: string, text = '') =>
    (await near.send<CatalogueElsewhere>(BUYER, 'GET', `elsewhere/${id}?text=${encodeURIComponent(text)}`)).body;
  const page = async (id: string) => {
    await rested();
    return (await near.send<NegotiationPage>(BUYER, 'GET', `negotiations/${id}`)).body;
  };

  test('finds, contracts and fetches what another platform offers', async () => {
    const offering = await plantOffering(far.db, { prices: [{ kind: 'free-research' }] });
    const { here } = await introduce('Organization/university');
    const { datasets } = await look(here.id, 'molecular');
    const dataset = datasets.find(({ id }) => id === offering)!;
    expect(dataset).toMatchObject({ title: 'Molecular subtypes', formats: ['HttpData-PULL', 'HttpData-PUSH'] });
    expect(await look(here.id, 'nothing of the kind')).toEqual({ datasets: [], unreadable: 0, more: 0 });

    const title = { en: 'Molecular subtypes', zh: '分子分型' };
    const asked = { offering, offer: dataset.offers[0], counterparty: here.id, title };
    const opened = await near.send<NegotiationPage>(BUYER, 'POST', 'negotiations', asked);
    expect(opened.status).toBe(201);
    const { id } = opened.body.negotiation;
    const agreed = await page(id);
    expect(agreed).toMatchObject({ negotiation: { state: 'FINALIZED', trouble: null, title }, transfers: [] });
    const others = (await near.send('researcher', 'POST', `negotiations/${id}/transfers`)).status;
    expect(others).toBe(404);

    // Nothing is ordered there yet, and the page says so.
    await near.send(BUYER, 'POST', `negotiations/${id}/transfers`);
    expect((await page(id)).transfers).toMatchObject([
      { state: 'TERMINATED', dataAddress: null, reason: 'nothing is ordered under this agreement yet' },
    ]);

    const agreement = String(agreed.negotiation.agreement!['@id']);
    const theirs = testContext(far.db, {
      actor: testActor('data-buyer', {
        organizations: ['university'],
        permissions: new Set(['exchange.buy', 'exchange.research']),
      }),
    });
    await openOrder(theirs, { offering, price: 0, purpose: 'research', agreement, key: 'one' });
    await near.send(BUYER, 'POST', `negotiations/${id}/transfers`);
    const [started] = (await page(id)).transfers;
    expect(started).toMatchObject({ state: 'STARTED', format: 'HttpData-PULL' });
    const answer = await fetch(String(started!.dataAddress!.endpoint));
    expect(await answer.text()).toContain(TABLE_COLUMNS.map(({ name }) => name).join(','));

    const step = `negotiations/${id}/transfers/${started!.id}/steps`;
    const done = { step: 'complete', revision: started!.revision };
    expect((await near.send('researcher', 'POST', step, done)).status).toBe(404);
    expect((await near.send(BUYER, 'POST', step, { ...done, revision: 99 })).status).toBe(409);
    expect((await near.send(BUYER, 'POST', step, done)).status).toBe(200);
    await rested();
    const known = await far.db.rows(sql`select state from exchange.transfer where state = 'COMPLETED'`);
    expect(known).toEqual([{ state: 'COMPLETED' }]);
  });

  test('asks for other terms, and fetches nothing before they are agreed', async () => {
    const offering = await plantOffering(far.db, { prices: [{ kind: 'flat', fen: 100 }] });
    const { here } = await introduce();
    const offer = { permission: [{ action: 'read' }] };
    const { body } = await near.send<NegotiationPage>(BUYER, 'POST', 'negotiations', {
      offering,
      offer,
      counterparty: here.id,
    });
    expect((await page(body.negotiation.id)).negotiation.state).toBe('REQUESTED');
    expect((await near.send(BUYER, 'POST', `negotiations/${body.negotiation.id}/transfers`)).status).toBe(409);
  });
});

test.each([
  [[{ kind: 'dataset' }], 200],
  [[{ text: 'molecular' }, { topic: 'oncology' }], 200],
  [[{ kind: 'thing' }], 400],
  [[{ text: 'a' }, { text: 'b' }], 400],
  [[{ price: 0 }], 400],
  [['dataset'], 400],
])('a catalogue request with the filter %o is answered by %d', async (filter, status) => {
  const { there } = await introduce();
  const answer = await fetch(`${far.connector.url}/dsp/2025-1/catalog/request`, {
    method: 'POST',
    headers: { authorization: `Bearer ${there.token}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      '@context': ['https://w3id.org/dspace/2025/1/context.jsonld'],
      '@type': 'CatalogRequestMessage',
      filter,
    }),
  });
  expect(answer.status).toBe(status);
});
