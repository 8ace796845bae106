import { fastify } from 'fastify';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findPermissions, openCare } from '#kernel/access';
import { onDb, type Role } from '#kernel/context';
import { writeAll } from '#kernel/fhir';
import { type Door, sendProblem } from '#kernel/http';
import { silentLog } from '#kernel/log';
import { type Deliveries, listensTo, startDeliveries } from '#kernel/outbox';
import { sql } from '#kernel/sql';
import { captureDocument, places, specimenName } from '#modules/custody';
import { testActor, testContext } from '../../../tests/support/context.ts';
import { testDatabase } from '../../../tests/support/postgres.ts';
import {
  listOrders,
  makeOperations,
  type Operations,
  readOperations,
  readOrder,
  readReport,
  readSpecimen,
} from './actions/index.ts';
import { changesBetween, type OperationsEvent } from './actions/operations.ts';
import { custodyMoves, laboratoryRoutes, recordChanges } from './index.ts';

/**
 * Goal: an order's life is put together from the record and from custody, in whatever order they tell it.
 * Method: real FHIR store, real custody, real outbox, real PostgreSQL.
 */
const db = await testDatabase();
const clock = new Date('2026-01-01T12:00:00Z');
const ctx = testContext(db, { now: () => clock });
const hearers = [recordChanges, custodyMoves, places];
let deliveries: Deliveries;
beforeAll(async () => {
  listensTo(hearers);
  deliveries = await startDeliveries(ctx, db, hearers);
});
afterAll(() => deliveries.stop());

const SITE = 'https://id.gs1.org/414/6900001000018';
const at = (minute: number): string => new Date(Date.UTC(2026, 0, 1, 1, minute)).toISOString();
const write = (resources: object[]) => db.transaction((tx) => writeAll(onDb(ctx, tx), tx, resources));

const patient = (id: string) => ({
  resourceType: 'Patient',
  id,
  name: [{ text: `Person ${id}` }],
  gender: 'male',
  birthDate: '1980-05-20',
});
const order = (person: string, id: string, specimen: string) => ({
  resourceType: 'ServiceRequest',
  id,
  status: 'active',
  intent: 'order',
  priority: 'stat',
  identifier: [{ system: 'https://banyan.health/id/order', value: `N-${id}` }],
  requisition: { system: 'https://banyan.health/id/order', value: `G-${person}` },
  code: { coding: [{ system: 'http://loinc.org', code: '24321-2', display: 'Basic metabolic panel' }] },
  subject: { reference: `Patient/${person}` },
  authoredOn: at(0),
  specimen: [{ reference: `Specimen/${specimen}` }],
});
const specimen = (person: string, id: string, accession: string) => ({
  resourceType: 'Specimen',
  id,
  accessionIdentifier: { system: 'https://banyan.health/id/specimen', value: accession },
  subject: { reference: `Patient/${person}` },
  collection: { collectedDateTime: at(5) },
});
const potassium = (person: string, id: string, value: number, minute: number, more: object = {}) => ({
  resourceType: 'Observation',
  id,
  status: 'final',
  code: { coding: [{ system: 'http://loinc.org', code: '2823-3', display: 'Potassium' }] },
  subject: { reference: `Patient/${person}` },
  effectiveDateTime: at(minute),
  valueQuantity: { value, unit: 'mmol/L', system: 'http://unitsofmeasure.org', code: 'mmol/L' },
  ...more,
});
const report = (person: string, id: string, order: string, specimen: string, results: string[], minute = 60) => ({
  resourceType: 'DiagnosticReport',
  id,
  status: 'final',
  basedOn: [{ reference: `ServiceRequest/${order}` }],
  code: { coding: [{ system: 'http://loinc.org', code: '24321-2', display: 'Basic metabolic panel' }] },
  subject: { reference: `Patient/${person}` },
  specimen: [{ reference: `Specimen/${specimen}` }],
  issued: at(minute),
  result: results.map((result) => ({ reference: `Observation/${result}` })),
});
const custody = (accession: string, step: string, minute: number, more: object = {}) => ({
  type: 'ObjectEvent',
  action: 'OBSERVE',
  eventTime: at(minute),
  eventTimeZoneOffset: '+08:00',
  epcList: [specimenName(accession)],
  bizStep: step,
  readPoint: { id: SITE },
  ...more,
});
const capture = (events: object[]) =>
  captureDocument(ctx, {
    '@context': ['https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld'],
    type: 'EPCISDocument',
    schemaVersion: '2.0',
    creationDate: at(0),
    epcisBody: { eventList: events },
  });
const row = (id: string) =>
  db.one<Record<string, unknown>>(
    sql`select state, turnaround_min as turnaround, accessions, site, arrived_at as arrived from laboratory.work where id = ${id}`,
  );

describe('the life of an order', () => {
  const tell = (person: string, accession: string): Record<string, () => Promise<unknown>> => ({
    order: () => write([order(person, `${person}-o`, `${person}-s`), specimen(person, `${person}-s`, accession)]),
    custody: () => capture([custody(accession, 'accepting', 10), custody(accession, 'receiving', 30)]),
    report: () =>
      write([
        potassium(person, `${person}-k`, 5.6, 5),
        report(person, `${person}-r`, `${person}-o`, `${person}-s`, [`${person}-k`]),
      ]),
  });
  const done = { state: 'reported', turnaround: 30, site: SITE, arrived: new Date(at(30)) };

  test.each([
    ['a', ['order', 'custody', 'report']],
    ['b', ['order', 'report', 'custody']],
    ['c', ['custody', 'order', 'report']],
  ])('%s: told as %j it comes out the same', async (person, sequence) => {
    await write([patient(person)]);
    const steps = tell(person, `ACC-${person}`);
    for (const step of sequence) {
      await steps[step]!();
      await deliveries.idle();
    }
    expect(await row(`${person}-o`)).toEqual({ ...done, accessions: [`ACC-${person}`] });
  });

  test('told at once, by several writers, it comes out the same', async () => {
    await write([patient('d')]);
    const steps = tell('d', 'ACC-d');
    await Promise.all([steps['order']!(), steps['custody']!()]);
    await steps['report']!();
    await deliveries.idle();
    expect(await row('d-o')).toEqual({ ...done, accessions: ['ACC-d'] });
  });

  test('a swapped label shows: the tube stands with both orders', async () => {
    await write([patient('e'), order('e', 'e-o', 'e-s'), specimen('e', 'e-s', 'ACC-a')]);
    await deliveries.idle();
    expect((await readSpecimen(ctx, 'ACC-a')).orders.map(({ id }) => id).sort()).toEqual(['a-o', 'e-o']);
  });

  test('an order that is withdrawn is cancelled', async () => {
    await write([patient('f'), order('f', 'f-o', 'f-s'), specimen('f', 'f-s', 'ACC-f')]);
    await write([{ ...order('f', 'f-o', 'f-s'), status: 'revoked' }]);
    await deliveries.idle();
    expect(await row('f-o')).toMatchObject({ state: 'cancelled' });
  });
});

describe('what is shown', () => {
  test('orders are filtered, named and paged without overlap', async () => {
    expect((await listOrders(ctx, { limit: 10, state: 'reported' })).orders).toHaveLength(4);
    expect((await listOrders(ctx, { limit: 10, text: 'N-a-o' })).orders).toEqual([
      expect.objectContaining({ id: 'a-o', patientName: 'Person a', priority: 'stat' }),
    ]);
    expect((await listOrders(ctx, { limit: 10, text: 'ACC-b' })).orders).toEqual([
      expect.objectContaining({ id: 'b-o' }),
    ]);
    const { orders: first } = await listOrders(ctx, { limit: 2 });
    const { orders: second } = await listOrders(ctx, {
      limit: 50,
      after: { listedAt: first[1]!.listedAt, id: first[1]!.id },
    });
    const ids = [...first, ...second].map(({ id }) => id);
    expect(new Set(ids).size).toBe(6);
  });

  test('an order with its reports', async () => {
    expect(await readOrder(ctx, 'a-o')).toMatchObject({
      order: { number: 'N-a-o', turnaroundMin: 30 },
      reports: [{ id: 'a-r', status: 'final' }],
    });
    await expect(readOrder(ctx, 'nothing')).rejects.toMatchObject({ kind: 'not-found' });
  });

  test("a specimen's whole life", async () => {
    const life = await readSpecimen(ctx, 'ACC-b');
    expect(life).toMatchObject({
      specimens: [{ id: 'b-s' }],
      orders: [{ id: 'b-o' }],
      reports: [{ id: 'b-r' }],
      chain: { thing: { state: 'received' } },
    });
    expect(life.chain!.steps.map(({ step }) => step)).toEqual(['accepting', 'receiving']);
    await expect(readSpecimen(ctx, 'nothing')).rejects.toMatchObject({ kind: 'not-found' });
  });

  test('a report flags what came without a flag, and names the source; the value before stands beside it', async () => {
    await write([
      potassium('a', 'a-k0', 4.1, 1),
      potassium('a', 'a-k2', 4.4, 70, {
        interpretation: [{ coding: [{ code: 'H' }] }],
        referenceRange: [{ low: { value: 3 }, high: { value: 4.2 } }],
      }),
      report('a', 'a-r2', 'a-o', 'a-s', ['a-k2'], 80),
    ]);
    const [line] = (await readReport(ctx, 'a-r')).results;
    expect(line).toMatchObject({
      value: 5.6,
      unit: 'mmol/L',
      flag: 'H',
      flagDerived: true,
      interval: { low: 3.5, high: 5.3, source: expect.stringContaining('WS/T 404') },
      previous: { value: 4.1 },
      name: { zh: '钾' },
    });
    const [own] = (await readReport(ctx, 'a-r2')).results;
    expect(own).toMatchObject({
      flag: 'H',
      flagDerived: false,
      interval: { low: 3, high: 4.2, source: 'report' },
      previous: { value: 5.6 },
    });
  });
});

describe('who sees what', () => {
  const as = async (role: Role, parts: object = {}) =>
    testContext(db, {
      now: () => clock,
      actor: testActor(role, { permissions: await findPermissions(db, [role]), ...parts }),
    });

  test('a clinician sees the persons in care of the own organization only', async () => {
    await db.transaction((tx) =>
      openCare(tx, [{ patient: 'a', organization: 'org-1', ground: 'order', since: new Date('2025-12-01T00:00:00Z') }]),
    );
    const clinician = await as('clinician', { organizations: ['org-1'] });
    expect((await listOrders(clinician, { limit: 50 })).orders.map(({ id }) => id)).toEqual(['a-o']);
    await expect(readOrder(clinician, 'b-o')).rejects.toMatchObject({ kind: 'not-found' });
    await expect(readReport(clinician, 'b-r')).rejects.toMatchObject({ kind: 'not-found' });
    // The swapped tube is theirs by one of its orders; the other stays hidden.
    expect((await readSpecimen(clinician, 'ACC-a')).orders.map(({ id }) => id)).toEqual(['a-o']);
  });

  test('a patient sees the own specimen and report', async () => {
    const person = await as('patient', { patient: 'b' });
    expect((await readSpecimen(person, 'ACC-b')).orders).toHaveLength(1);
    await expect(readSpecimen(person, 'ACC-a')).rejects.toMatchObject({ kind: 'not-found' });
    await expect(listOrders(person, { limit: 1 })).rejects.toMatchObject({ kind: 'forbidden' });
  });

  test.each<[Role, boolean]>([
    ['courier', false],
    ['regulator', false],
    ['researcher', false],
    ['data-buyer', false],
    ['administrator', false],
    ['laboratory-technician', true],
    ['laboratory-director', true],
  ])('%s may list orders: %s', async (role, allowed) => {
    const kind = await listOrders(await as(role), { limit: 1 }).then(
      () => 'done',
      (error) => (error as { kind: string }).kind,
    );
    expect(kind).toBe(allowed ? 'done' : 'forbidden');
  });

  test('reading is written into the trail with the persons seen', async () => {
    const before = await db.one<{ count: number }>(
      sql`select count(*) as count from access.audit where act = 'laboratory.specimen-read' and part = 'b'`,
    );
    await readSpecimen(ctx, 'ACC-b');
    const after = await db.one<{ count: number }>(
      sql`select count(*) as count from access.audit where act = 'laboratory.specimen-read' and part = 'b'`,
    );
    expect(after.count).toBe(before.count + 1);
  });
});

describe('the operations of the day', () => {
  test('counts agree with the rows they were kept from', async () => {
    await write([
      {
        resourceType: 'Location',
        id: 'site-1',
        identifier: [{ system: 'https://id.gs1.org/414', value: '6900001000018' }],
        name: '海珠社区',
        alias: ['Haizhu clinic'],
        meta: { tag: [{ system: 'https://banyan.health/code/site', code: 'clinic' }] },
        position: { longitude: 113.3, latitude: 23.1 },
      },
    ]);
    await deliveries.idle();
    const { today, coverage, hourly } = await readOperations(db, clock);
    const direct = await db.one<Record<string, number>>(sql`
      select count(ordered_at)::int as orders, count(resulted_at)::int as results, count(turnaround_min)::int as turnarounds from laboratory.work
    `);
    expect(today).toMatchObject({
      orders: direct['orders'],
      results: direct['results'],
      inTransit: 0,
      turnaroundMedianMin: 30,
      turnaroundP90Min: 30,
    });
    expect(hourly.find(({ hour }) => hour === at(0))?.orders).toBe(direct['orders']);
    expect(coverage).toEqual([
      {
        id: '6900001000018',
        name: { en: 'Haizhu clinic', zh: '海珠社区' },
        lon: 113.3,
        lat: 23.1,
        kind: 'clinic',
        key: false,
        samplesToday: 4,
      },
    ]);
  });

  test('only what changed is told', () => {
    const vehicle = {
      id: 'v',
      name: '1',
      lon: 1,
      lat: 1,
      heading: 0,
      speedKmh: 0,
      temperatureC: 4,
      state: 'in-range' as const,
      boxes: 0,
      samples: 0,
      at: at(0),
    };
    const today = {
      orders: 1,
      samples: 1,
      results: 1,
      inTransit: 0,
      turnaroundMedianMin: null,
      turnaroundP90Min: null,
      alarms: 0,
      deadLetters: 0,
    };
    const before: Operations = { at: at(0), coverage: [], vehicles: [vehicle], today, hourly: [], alarms: [] };
    const alarm = { id: 'x', at: at(0), deviceId: 'd', kind: 'above', temperatureC: 9, minutes: 10, state: 'open' };
    expect(changesBetween(before, { ...before, at: at(1) })).toEqual([]);
    expect(changesBetween(before, { ...before, vehicles: [{ ...vehicle, lon: 2 }] })).toEqual([
      { event: 'vehicles', data: [{ ...vehicle, lon: 2 }] },
    ]);
    expect(changesBetween(before, { ...before, today: { ...today, orders: 2 }, alarms: [alarm] })).toEqual([
      { event: 'today', data: { ...today, orders: 2 } },
      { event: 'alarm', data: alarm },
    ]);
    expect(changesBetween({ ...before, alarms: [alarm] }, before)).toEqual([{ event: 'snapshot', data: before }]);
    expect(changesBetween(before, { ...before, vehicles: [] })).toEqual([
      expect.objectContaining({ event: 'snapshot' }),
    ]);
  });

  test('all listeners share one look, and nobody is looked for when nobody listens', async () => {
    let looks = 0;
    const counted = {
      ...db,
      rows: <T>(query: Parameters<typeof db.rows>[0]) => {
        if (query.text.includes('custody.place')) looks += 1;
        return db.rows<T>(query);
      },
    };
    const feed = makeOperations({ db: counted, now: () => clock, log: silentLog });
    const heard: OperationsEvent[][] = [[], [], []];
    const stops = heard.map((events) => feed.listen((event) => events.push(event))!);
    await expect.poll(() => heard.every((events) => events.length > 0)).toBe(true);
    expect(heard.map((events) => events[0]!.event)).toEqual(['snapshot', 'snapshot', 'snapshot']);
    expect(looks).toBe(1);
    for (const stop of stops) stop();
    await new Promise((resolve) => setTimeout(resolve, 1300));
    expect(looks).toBe(1);
  });

  test('over HTTP: the snapshot, and a stream that begins with it', async () => {
    const app = fastify();
    app.setErrorHandler((error, request, reply) => sendProblem(request, reply, error));
    laboratoryRoutes(app, { context: async () => ctx, pool: db, log: silentLog } as unknown as Door);
    const url = await app.listen({ host: '127.0.0.1', port: 0 });
    expect(
      (await fetch(`${url}/api/laboratory/operations`).then((answer) => answer.json() as Promise<Operations>)).today
        .orders,
    ).toBeGreaterThanOrEqual(0);
    const stream = await fetch(`${url}/api/laboratory/operations/stream`);
    expect(stream.headers.get('content-type')).toBe('text/event-stream');
    let text = '';
    const reader = stream.body!.pipeThrough(new TextDecoderStream()).getReader();
    while (!text.includes('\n\n', text.indexOf('event: snapshot'))) text += (await reader.read()).value ?? '';
    expect(text).toMatch(/event: snapshot\ndata: \{"at":/);
    expect((await fetch(`${url}/api/laboratory/orders?limit=0`)).status).toBe(400);
    expect((await fetch(`${url}/api/laboratory/orders?state=odd`)).status).toBe(400);
    expect((await fetch(`${url}/api/laboratory/specimens/ACC-b`)).status).toBe(200);
    await app.close();
  });
});
