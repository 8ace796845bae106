import { describe, expect, test } from 'vitest';
import { sql } from '#kernel/sql';
import { testContext } from '../../../tests/support/context.ts';
import { fhirServer } from '../../../tests/support/fhir.ts';
import { testDatabase } from '../../../tests/support/postgres.ts';

const db = await testDatabase();
const { ask } = await fhirServer(testContext(db));

interface Entry {
  resource?: Record<string, unknown> & { id: string };
  response: { status: string; location?: string; outcome?: { issue: { expression?: string[] }[] } };
}

async function send(
  type: 'batch' | 'transaction',
  entry: object[],
): Promise<{ status: number; entries: Entry[]; text: string }> {
  const answer = await ask('POST', '', { resourceType: 'Bundle', type, entry }, { prefer: 'return=representation' });
  return { status: answer.status, entries: answer.json().entry ?? [], text: answer.text };
}

const post = (resource: { resourceType: string }, fullUrl?: string, more: object = {}) => ({
  ...(fullUrl !== undefined && { fullUrl }),
  resource,
  request: { method: 'POST', url: resource.resourceType, ...more },
});
const observation = (subject: string) => ({
  resourceType: 'Observation',
  status: 'final',
  code: { text: 'x' },
  subject: { reference: subject },
});

/** Goal: FHIR R4 http.html#transaction. Method: bundles through the real route, each with what may go wrong beside it. */
describe('a transaction', () => {
  test('links its entries, whatever their order, and keeps a patient’s things with the patient', async () => {
    const { status, entries } = await send('transaction', [
      post(observation('urn:uuid:0b1c2d3e-0000-4000-8000-000000000001')),
      post(
        {
          resourceType: 'Patient',
          identifier: [{ system: 'urn:t', value: 'urn:uuid:0b1c2d3e-0000-4000-8000-000000000001' }],
        } as never,
        'urn:uuid:0b1c2d3e-0000-4000-8000-000000000001',
      ),
      { request: { method: 'GET', url: 'Patient?identifier=urn:t|urn:uuid:0b1c2d3e-0000-4000-8000-000000000001' } },
    ]);
    expect(status).toBe(200);
    const [seen, patient, found] = entries;
    expect(seen?.resource).toMatchObject({ subject: { reference: `Patient/${patient?.resource?.id}` } });
    expect(seen?.resource?.id.startsWith(`${patient?.resource?.id}.`)).toBe(true);
    expect(patient?.resource).toMatchObject({
      identifier: [{ value: 'urn:uuid:0b1c2d3e-0000-4000-8000-000000000001' }],
    });
    expect(found?.resource).toMatchObject({ type: 'searchset', entry: [{ resource: { id: patient?.resource?.id } }] });
  });

  test('is kept as a whole or not at all, and says where it fails', async () => {
    const before = await count();
    const { status, text } = await send('transaction', [
      post({ resourceType: 'Patient' }),
      post({ resourceType: 'Patient', gender: 'bogus' } as never),
    ]);
    expect(status).toBe(422);
    expect(text).toContain('Bundle.entry[1].resource.gender');
    expect(await count()).toBe(before);
    expect(
      (await send('transaction', [post({ resourceType: 'Patient' }), { request: { method: 'PUT', url: 'Patient/x' } }]))
        .status,
    ).toBe(400);
    expect(await count()).toBe(before);
  });

  test('deletes first, then creates, then updates', async () => {
    const put = (id: string, active: boolean) => ({
      resource: { resourceType: 'Patient', id, active },
      request: { method: 'PUT', url: `Patient/${id}` },
    });
    await send('transaction', [put('order-1', true), put('order-2', true)]);
    const { entries } = await send('transaction', [
      { request: { method: 'GET', url: 'Patient/order-2' } },
      put('order-2', false),
      { request: { method: 'DELETE', url: 'Patient/order-1' } },
    ]);
    expect(entries.map(({ response }) => response.status)).toEqual(['200 OK', '200 OK', '204 No Content']);
    expect(entries[0]?.resource).toMatchObject({ active: false });
    expect((await send('transaction', [put('order-2', true), put('order-2', false)])).status).toBe(400);
    expect(
      (
        await send('transaction', [
          { ...put('order-2', true), request: { method: 'PUT', url: 'Patient/order-2', ifMatch: 'W/"1"' } },
        ])
      ).status,
    ).toBe(412);
  });

  test('meets conditions: a create that finds its resource, an update by search, a reference by search', async () => {
    const identifier = [{ system: 'urn:t', value: 'cond' }];
    const patient = post(
      { resourceType: 'Patient', identifier } as never,
      'urn:uuid:0b1c2d3e-0000-4000-8000-000000000002',
      { ifNoneExist: 'identifier=urn:t|cond' },
    );
    const bundle = [patient, post(observation('urn:uuid:0b1c2d3e-0000-4000-8000-000000000002'))];
    const once = await send('transaction', bundle);
    const twice = await send('transaction', bundle);
    expect(twice.entries.map(({ response }) => response.status)).toEqual(['200 OK', '201 Created']);
    expect(twice.entries[1]?.resource).toMatchObject({
      subject: { reference: `Patient/${once.entries[0]?.resource?.id}` },
    });
    const { entries } = await send('transaction', [
      {
        resource: { resourceType: 'Patient', identifier, active: true },
        request: { method: 'PUT', url: 'Patient?identifier=urn:t|cond' },
      },
      post(observation('Patient?identifier=urn:t|cond')),
    ]);
    expect(entries[0]?.resource?.id).toBe(once.entries[0]?.resource?.id);
    expect(entries[1]?.resource).toMatchObject({ subject: { reference: `Patient/${once.entries[0]?.resource?.id}` } });
    expect((await send('transaction', [post(observation('Patient?identifier=urn:t|nobody'))])).status).toBe(412);
  });
});

describe('a batch', () => {
  test('does each entry by itself', async () => {
    const patch = Buffer.from(JSON.stringify([{ op: 'add', path: '/active', value: true }])).toString('base64');
    await send('batch', [
      { resource: { resourceType: 'Patient', id: 'b-1' }, request: { method: 'PUT', url: 'Patient/b-1' } },
    ]);
    const { status, entries } = await send('batch', [
      { request: { method: 'GET', url: 'Patient/none' } },
      post({ resourceType: 'Patient', gender: 'bogus' } as never),
      {
        resource: { resourceType: 'Binary', contentType: 'application/json-patch+json', data: patch },
        request: { method: 'PATCH', url: 'Patient/b-1' },
      },
      { request: { method: 'GET', url: 'Patient/b-1/_history/1' } },
      { request: { method: 'GET', url: 'Nothing/1' } },
    ]);
    expect(status).toBe(200);
    expect(entries.map(({ response }) => response.status.slice(0, 3))).toEqual(['404', '422', '200', '200', '400']);
    expect(entries[2]?.resource).toMatchObject({ active: true });
    expect(entries[1]?.response.outcome?.issue[0]?.expression).toEqual(['Patient.gender']);
  });
});

async function count(): Promise<number> {
  const { count } = await db.one<{ count: number }>(sql`select count(*) from fhir.patient`);
  return count;
}
