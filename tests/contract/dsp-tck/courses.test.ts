import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ValidateFunction } from 'ajv';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sql } from '#kernel/sql';
import {
  DSP_CONTEXT,
  type NegotiationState,
  nextNegotiation,
  nextTransfer,
  type Side,
  type TransferState,
} from '#standards/dataspace';
import { addCounterparty } from '../../../src/modules/exchange/actions/connectors.ts';
import { testContext } from '../../support/context.ts';
import { type Connector, startConnector } from '../../support/dsp.ts';
import { type Peer, startPeer } from '../../support/dsp-peer.ts';
import { loadSchemas, schemasPresent } from '../../support/dsp-schemas.ts';
import { testDatabase } from '../../support/postgres.ts';
import { CONFORMANCE, expectScore } from '../../support/scores.ts';
import { COURSES } from './courses.ts';
import { idOfCase, SCRIPTS } from './scripts.ts';

const db = await testDatabase();
const schemas: Map<string, ValidateFunction> = schemasPresent ? loadSchemas() : new Map();
type Body = Record<string, unknown>;

let connector: Connector;
let peer: Peer;
let token: string;

beforeAll(async () => {
  connector = await startConnector(db);
  // A process that we begin is told apart by what it is about.
  peer = await startPeer((first) => `peer-${(first['offer'] as Body | undefined)?.['target'] ?? first['agreementId']}`);
  ({ token } = await addCounterparty(testContext(db), {
    name: 'peer',
    address: peer.url,
    authorization: 'Bearer ours',
    scripts: SCRIPTS,
  }));
});
afterAll(async () => {
  await connector.stop();
  await peer.stop();
});

async function call(method: 'GET' | 'POST', path: string, body?: object): Promise<{ status: number; body: Body }> {
  const headers = { authorization: `Bearer ${token}`, ...(body && { 'content-type': 'application/json' }) };
  const response = await fetch(`${connector.url}${path}`, {
    method,
    headers,
    ...(body && { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as Body };
}

/** Every message that is said or heard is as the protocol's own schema of its type says. */
function judge(message: Body): Body {
  const validate = schemas.get(String(message['@type']));
  if (schemasPresent && validate !== undefined)
    expect(validate(message), JSON.stringify([message, validate.errors])).toBe(true);
  return message;
}

const TYPES: Readonly<Record<string, string>> = {
  'CN request': 'ContractRequestMessage',
  'CN offer': 'ContractOfferMessage',
  'CN agree': 'ContractAgreementMessage',
  'CN verify': 'ContractAgreementVerificationMessage',
  'CN accept': 'ContractNegotiationEventMessage',
  'CN finalize': 'ContractNegotiationEventMessage',
  'CN terminate': 'ContractNegotiationTerminationMessage',
  'TP request': 'TransferRequestMessage',
  'TP start': 'TransferStartMessage',
  'TP suspend': 'TransferSuspensionMessage',
  'TP complete': 'TransferCompletionMessage',
  'TP terminate': 'TransferTerminationMessage',
};
const ENDS: Readonly<Record<string, string>> = {
  request: 'request',
  offer: 'offers',
  agree: 'agreement',
  verify: 'agreement/verification',
  accept: 'events',
  finalize: 'events',
  terminate: 'termination',
  start: 'start',
  suspend: 'suspension',
  complete: 'completion',
};

/**
 * Goal: every case of the compatibility kit holds without the kit, on every machine.
 * Method: a connector of our own plays the kit's part of each recorded course over HTTP; each message of either side is judged by the
 * protocol's schemas, the state after each step is asked for and is the state machine's, and what is illegal changes nothing.
 */
describe('courses of the Dataspace Protocol', () => {
  let held = 0;

  test.concurrent.each(Object.entries(COURSES))('%s: %s', async (name, course) => {
    await follow(name, course);
    held += 1;
  });

  test('versions are told without a token', async () => {
    const answer = await fetch(`${connector.url}/.well-known/dspace-version`);
    expect(await answer.json()).toEqual({
      protocolVersions: [{ version: '2025-1', path: '/dsp/2025-1', binding: 'HTTPS' }],
    });
    held += 1;
  });

  test('the catalogue and a dataset are told, an unknown dataset is not found', async () => {
    const catalog = await call('POST', '/dsp/2025-1/catalog/request', {
      '@context': [DSP_CONTEXT],
      '@type': 'CatalogRequestMessage',
    });
    expect(catalog.status).toBe(200);
    judge(catalog.body);
    expect((catalog.body['dataset'] as Body[]).map((dataset) => dataset['@id'])).toContain('CAT0101');
    const dataset = await call('GET', '/dsp/2025-1/catalog/datasets/CAT0102');
    expect(judge(dataset.body)).toMatchObject({ '@id': 'CAT0102', '@type': 'Dataset' });
    const unknown = await call('GET', '/dsp/2025-1/catalog/datasets/CAT0103');
    expect([unknown.status, judge(unknown.body)['@type']]).toEqual([404, 'CatalogError']);
    held += 3;
  });

  test('as many as the kit has', () => expectScore('dsp.courses', held));

  const cases = join(CONFORMANCE, 'dsp/tck-cases.json');
  test.skipIf(!existsSync(cases))('every case that the kit has is here', () => {
    const { cases: all } = JSON.parse(readFileSync(cases, 'utf8')) as { cases: { id: string }[] };
    const own = [...Object.keys(COURSES), 'MET:01-01', 'CAT:01-01', 'CAT:01-02', 'CAT:01-03'];
    expect(all.map(({ id }) => id).sort()).toEqual(own.sort());
  });
});

async function follow(name: string, course: string): Promise<void> {
  const kind = name.slice(0, 2) as 'CN' | 'TP';
  const isConsumer = name.includes('_C');
  const subject = idOfCase(name);
  const theirs = `peer-${subject}`;
  const root = `/dsp/2025-1/${kind === 'CN' ? 'negotiations' : 'transfers'}`;
  let ours = '';
  let state: string = 'none';
  const pids = () =>
    isConsumer ? { providerPid: theirs, consumerPid: ours } : { providerPid: ours, consumerPid: theirs };

  if (isConsumer) ours = `urn:uuid:${await trigger(kind, subject)}`;
  for (const token of course.split(' ')) {
    const [, direction, step = '', illegal] = /^([<>])([a-z]+)(!?)$/.exec(token) ?? [];
    const by: Side = (direction === '>') === isConsumer ? 'provider' : 'consumer';
    const after =
      kind === 'CN'
        ? nextNegotiation(state as NegotiationState | 'none', step as never, by)
        : nextTransfer(state as TransferState | 'none', step as never, by);
    if (direction === '<') {
      const message = judge(await peer.next(theirs));
      expect([message['@type'], message['eventType']]).toEqual([TYPES[`${kind} ${step}`], eventOf(step)]);
    } else {
      const message = judge(messageOf(kind, step, { ...pids(), subject, isFirst: ours === '' }));
      const path = ours === '' ? `${root}/request` : `${root}/${encodeURIComponent(ours)}/${ENDS[step]}`;
      const answer = await call('POST', path, message);
      judge(answer.body);
      expect(answer.status, JSON.stringify(answer.body)).toBe(illegal === '!' ? 400 : ours === '' ? 201 : 200);
      if (illegal !== '!')
        ours = String(answer.body['providerPid' in pids() && !isConsumer ? 'providerPid' : 'consumerPid']);
    }
    expect(after === undefined, `${step} from ${state}`).toBe(illegal === '!');
    state = after ?? state;
    // Ours may have gone on by itself meanwhile: what it was is in its course.
    const { body } = await call('GET', `${root}/${encodeURIComponent(ours)}`);
    judge(body);
    const steps = await db.rows<{ state: string }>(
      sql`select state from exchange.protocol_step where process::text = ${ours.replace('urn:uuid:', '')} order by place`,
    );
    expect([body['state'], ...steps.map((one) => one.state)]).toContain(state);
  }
  const { body } = await call('GET', `${root}/${encodeURIComponent(ours)}`);
  expect(body['state']).toBe(state);
}

async function trigger(kind: 'CN' | 'TP', subject: string): Promise<string> {
  const { status, body } =
    kind === 'CN'
      ? await call('POST', '/dsp/2025-1/triggers/negotiations', {
          datasetId: subject,
          offerId: `urn:offer:${subject}`,
          connectorAddress: peer.url,
        })
      : await call('POST', '/dsp/2025-1/triggers/transfers', {
          agreementId: subject,
          format: 'HttpData-PULL',
          connectorAddress: peer.url,
        });
  expect(status, JSON.stringify(body)).toBe(200);
  return String(body['id']);
}

function eventOf(step: string): string | undefined {
  return step === 'accept' ? 'ACCEPTED' : step === 'finalize' ? 'FINALIZED' : undefined;
}

function messageOf(
  kind: 'CN' | 'TP',
  step: string,
  { subject, isFirst, ...pids }: { subject: string; isFirst: boolean; providerPid: string; consumerPid: string },
): Body {
  const offer = { '@id': `urn:offer:${subject}`, '@type': 'Offer', target: subject, permission: [{ action: 'use' }] };
  const parties = { assigner: 'urn:peer', assignee: 'urn:banyan' };
  const where = isFirst ? { consumerPid: pids.consumerPid, callbackAddress: peer.url } : pids;
  const parts: Body =
    kind === 'TP' && step === 'request'
      ? { consumerPid: pids.consumerPid, callbackAddress: peer.url, agreementId: subject, format: 'HttpData-PULL' }
      : {
          ...where,
          ...((step === 'request' || step === 'offer') && { offer }),
          ...(step === 'agree' && { agreement: { ...offer, ...parties, '@type': 'Agreement' } }),
          ...(eventOf(step) !== undefined && { eventType: eventOf(step) }),
        };
  return { '@context': [DSP_CONTEXT], '@type': TYPES[`${kind} ${step}`], ...parts };
}
