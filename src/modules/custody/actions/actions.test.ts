import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { findPermissions } from '#kernel/access';
import type { Role } from '#kernel/context';
import { runJob } from '#kernel/jobs';
import { listensTo } from '#kernel/outbox';
import { sql } from '#kernel/sql';
import { type EpcisEvent, findCaptureFaults, openDocument } from '#standards/epcis';
import { testActor, testContext } from '../../../../tests/support/context.ts';
import { testDatabase } from '../../../../tests/support/postgres.ts';
import { CONFORMANCE } from '../../../../tests/support/scores.ts';
import { boxName, deviceName, specimenName } from '../rules/index.ts';
import {
  captureDocument,
  captureEvent,
  findVehicles,
  handOver,
  keepReadings,
  listAlarms,
  listAnomalies,
  listBoxes,
  partitionJob,
  queryEvents,
  readBox,
  readChain,
  readEvent,
  recountJob,
  settle,
} from './index.ts';

const db = await testDatabase();
const clock = { now: new Date('2026-01-01T04:00:00Z') };
const ctx = testContext(db, { now: () => clock.now });
const BOX = boxName('00001');
const VEHICLE = 'https://id.gs1.org/8004/69000020001';
const SITE = 'https://id.gs1.org/414/6900001000018';
const LABORATORY = 'https://id.gs1.org/414/6900001000025';
const CONTEXT = 'https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld';
let serial = 0;
const accession = (): string => {
  serial += 1;
  return `T${String(serial).padStart(6, '0')}`;
};
const minute = (count: number): string => new Date(Date.UTC(2026, 0, 1, 0, count)).toISOString();

const documentOf = (events: unknown[]) => ({
  '@context': [CONTEXT, { ex: 'https://ex.example/' }],
  type: 'EPCISDocument',
  schemaVersion: '2.0',
  creationDate: '2026-01-01T00:00:00Z',
  epcisBody: { eventList: events },
});
const made = (fields: Partial<EpcisEvent>, at: number): EpcisEvent =>
  ({
    type: 'ObjectEvent',
    action: 'OBSERVE',
    eventTime: minute(at),
    eventTimeZoneOffset: '+08:00',
    ...fields,
  }) as EpcisEvent;
const packing = (children: string[], at: number, parentID = BOX) =>
  made(
    {
      type: 'AggregationEvent',
      action: 'ADD',
      parentID,
      childEPCs: children.map(specimenName),
      bizStep: 'packing',
      readPoint: { id: SITE },
      bizLocation: { id: SITE },
    },
    at,
  );
const eventsIn = (document: object) =>
  (document as { epcisBody: { queryResults: { resultsBody: { eventList: EpcisEvent[] } } } }).epcisBody.queryResults
    .resultsBody.eventList;
const query = async (text: string) => eventsIn((await queryEvents(ctx, new URLSearchParams(text))).document);
const count = async (table: string) => (await db.rows(sql`select 1 from custody.trace`)).length + table.length * 0;

beforeAll(() =>
  listensTo([
    {
      name: 'probe',
      hears: ['custody.moved', 'custody.excursion-began', 'custody.excursion-ended', 'custody.alarm-raised'],
      hear: async () => {},
    },
  ]),
);
const told = async (type: string) =>
  (
    await db.rows<{ data: { specimens: string[]; step: string } }>(
      sql`select data from kernel.delivery where type = ${type} order by id`,
    )
  ).map(({ data }) => data);

describe('capture', () => {
  test('the same document twice is captured once', async () => {
    const document = documentOf([packing([accession()], 1)]);
    expect(await captureDocument(ctx, document)).toMatchObject({ success: true, captured: 1, duplicates: 0 });
    const before = await count('trace');
    expect(await captureDocument(ctx, document)).toMatchObject({ success: true, captured: 0, duplicates: 1 });
    expect(await count('trace')).toBe(before);
  });

  test('an event that comes twice in one document, or in two captures at once, is there once', async () => {
    const event = packing([accession()], 2);
    const jobs = await Promise.all([1, 2, 3].map(() => captureDocument(ctx, documentOf([event, event]))));
    expect(jobs.reduce((sum, job) => sum + job.captured, 0)).toBe(1);
  });

  test('rollback takes nothing of a document with a fault and names the place', async () => {
    const good = packing([accession()], 3);
    const bad = { ...packing([accession()], 3), action: 'MOVE' };
    await expect(captureDocument(ctx, documentOf([good, bad]))).rejects.toMatchObject({
      kind: 'invalid',
      issues: [expect.objectContaining({ expression: 'epcisBody.eventList[1].action' })],
    });
    expect(await query(`MATCH_epc=${encodeURIComponent(good.childEPCs![0]!)}`)).toEqual([]);
  });

  test('proceed takes what is sound and tells the rest', async () => {
    const good = packing([accession()], 4);
    const job = await captureDocument(ctx, documentOf([good, { ...good, action: 'MOVE' }]), 'proceed');
    expect(job).toMatchObject({
      success: false,
      captured: 1,
      errors: [expect.objectContaining({ place: 'epcisBody.eventList[1].action' })],
    });
    expect(await query(`MATCH_epc=${encodeURIComponent(good.childEPCs![0]!)}`)).toHaveLength(1);
  });

  test('an id that belongs to another event is a conflict', async () => {
    const eventID = 'urn:uuid:00000000-0000-4000-8000-000000000001';
    await captureDocument(ctx, documentOf([{ ...packing([accession()], 5), eventID }]));
    await expect(captureDocument(ctx, documentOf([{ ...packing([accession()], 6), eventID }]))).rejects.toMatchObject({
      kind: 'conflict',
    });
  });

  test('a single event gets an id; a second time it is a conflict', async () => {
    const event = {
      '@context': [CONTEXT, { ex: 'https://ex.example/' }],
      ...packing([accession()], 7),
      'ex:note': { 'ex:a': [1, 'x', true] },
    };
    const id = await captureEvent(ctx, event);
    expect(id).toMatch(/^ni:\/\/\/sha-256;[0-9a-f]{64}\?ver=CBV2\.0$/);
    expect(await readEvent(ctx, id)).toEqual({
      ...event,
      '@context': [CONTEXT, { ex: 'https://ex.example/' }],
      eventID: id,
      recordTime: clock.now.toISOString(),
    });
    await expect(captureEvent(ctx, event)).rejects.toMatchObject({ kind: 'conflict' });
  });

  const folder = join(CONFORMANCE, 'epcis/gs1/JSON');
  test.skipIf(!existsSync(folder))("GS1's examples are captured and read back with nothing lost", async () => {
    const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.jsonld'));
    let events = 0;
    const refused: string[] = [];
    for (const name of names) {
      const input = JSON.parse(readFileSync(join(folder, name), 'utf8'));
      const document = openDocument(input)!;
      const kept = document.events.filter((event) => findCaptureFaults(event).length === 0);
      if (kept.length < document.events.length) refused.push(name.split('/').at(-1)!);
      const job = await captureDocument(ctx, input, 'proceed');
      // GS1's examples use some ids for several events: those are conflicts, and told as such.
      expect(
        job.captured +
          job.duplicates +
          job.errors.filter(({ message }) => message === 'has the id of another event').length,
        name,
      ).toBe(kept.length);
      events += job.captured;
      for (const event of kept) {
        const { '@context': _, recordTime: __, ...content } = event;
        if (content.eventID === undefined || job.captured < kept.length) continue;
        const { '@context': ___, recordTime: ____, ...back } = (await readEvent(ctx, content.eventID)) as EpcisEvent;
        expect(back, name).toEqual(content);
      }
    }
    expect(events).toBeGreaterThan(30);
    expect(refused.length).toBeLessThanOrEqual(8);
  });

  test('an error declaration withdraws what the event said, and both stay', async () => {
    const specimen = accession();
    const eventID = 'urn:uuid:00000000-0000-4000-8000-000000000002';
    const event = { ...packing([specimen], 8), eventID };
    await captureDocument(ctx, documentOf([event]));
    const errorDeclaration = { declarationTime: minute(30), reason: 'did_not_occur' };
    expect(await captureDocument(ctx, documentOf([{ ...event, errorDeclaration }]))).toMatchObject({ captured: 1 });
    expect(await captureDocument(ctx, documentOf([{ ...event, errorDeclaration }]))).toMatchObject({
      captured: 0,
      duplicates: 1,
    });
    const [thing] = await db.rows<{ parent: string | null; state: string }>(
      sql`select parent, state from custody.thing where part = ${specimenName(specimen)}`,
    );
    expect(thing).toEqual({ parent: null, state: 'known' });
    expect(
      await query(`EXISTS_errorDeclaration=true&MATCH_epc=${encodeURIComponent(specimenName(specimen))}`),
    ).toHaveLength(1);
  });

  test.each([
    ['no document', 5],
    ['no events', { type: 'EPCISDocument' }],
    ['another type', { type: 'Patient' }],
  ])('%s is refused', async (_, input) => {
    await expect(captureDocument(ctx, input)).rejects.toMatchObject({ kind: 'invalid' });
  });
});

describe('queries', () => {
  beforeAll(async () => {
    const sensor = (value: number, uom: string) => ({
      sensorElementList: [
        {
          sensorMetadata: { time: minute(60), deviceID: 'urn:epc:id:giai:6900003.77' },
          sensorReport: [{ type: 'Temperature', value, uom }],
        },
      ],
    });
    await captureDocument(
      ctx,
      documentOf([
        made(
          {
            epcList: [specimenName('Q1')],
            bizStep: 'storing',
            bizLocation: { id: `${LABORATORY}/254/fridge` },
            ...sensor(25, 'CEL'),
          },
          100,
        ),
        made(
          { epcList: [specimenName('Q2')], bizStep: 'storing', bizLocation: { id: LABORATORY }, ...sensor(5, 'CEL') },
          101,
        ),
        made(
          {
            epcList: [specimenName('Q3')],
            bizStep: 'inspecting',
            action: 'ADD',
            bizTransactionList: [{ type: 'po', bizTransaction: 'urn:example:po:7' }],
          },
          102,
        ),
      ]),
    );
  });
  const codes = (events: EpcisEvent[]) =>
    events.flatMap(({ epcList = [] }) => epcList.map((epc) => epc.slice(-2))).sort();

  test.each([
    ['eventType=ObjectEvent&EQ_bizStep=storing', ['Q1', 'Q2']],
    ['EQ_bizStep=storing&EQ_bizStep=inspecting', ['Q1', 'Q2', 'Q3']],
    ['EQ_bizStep=urn:epcglobal:cbv:bizstep:inspecting', ['Q3']],
    [`EQ_bizLocation=${LABORATORY}`, ['Q2']],
    [`WD_bizLocation=${LABORATORY}`, ['Q1', 'Q2']],
    ['MATCH_anyEPC=urn:epc:id:giai:6900001.Q2', ['Q2']],
    ['EQ_type=gs1:Temperature&GE_value_KEL=290', ['Q1']],
    ['EQ_type=gs1:Temperature&LT_value_FAH=50', ['Q2']],
    ['EXISTS_sensorElement=true&EQ_deviceID=https://id.gs1.org/8004/690000377', ['Q1', 'Q2']],
    [`EXISTS_sensorElement=true&GE_time=${minute(60)}&LT_time=${minute(61)}&EQ_bizStep=storing`, ['Q1', 'Q2']],
    ['EQ_bizTransaction_po=urn:example:po:7', ['Q3']],
    [`GE_eventTime=${minute(101)}&LT_eventTime=${minute(102)}&EQ_bizStep=storing`, ['Q2']],
    ['EQ_action=ADD&EQ_bizStep=inspecting', ['Q3']],
  ])('%s', async (text, expected) => {
    const since = /GE_eventTime/.test(text) ? '' : `&GE_eventTime=${minute(100)}`;
    expect(codes(await query(text + since))).toEqual(expected);
  });

  test('pages never overlap and never leave out', async () => {
    const seen: string[] = [];
    let parameters = 'perPage=7&orderBy=eventTime&orderDirection=ASC';
    for (let page = 0; page < 100; page += 1) {
      const { document, next } = await queryEvents(ctx, new URLSearchParams(parameters));
      seen.push(
        ...eventsIn(document).map((event) => `${event.eventID}${event.errorDeclaration?.declarationTime ?? ''}`),
      );
      if (next === undefined) break;
      parameters = `perPage=7&orderBy=eventTime&orderDirection=ASC&nextPageToken=${next}`;
    }
    const { all } = await db.one<{ all: number }>(sql`select count(*) as all from custody.event`);
    expect(seen).toHaveLength(all);
    expect(new Set(seen).size).toBe(all);
  });

  test('eventCountLimit takes the first, maxEventCount refuses more', async () => {
    const { document, next } = await queryEvents(ctx, new URLSearchParams('eventCountLimit=3&perPage=2'));
    expect(eventsIn(document)).toHaveLength(2);
    const second = await queryEvents(ctx, new URLSearchParams(`eventCountLimit=3&perPage=2&nextPageToken=${next}`));
    expect(eventsIn(second.document)).toHaveLength(1);
    expect(second.next).toBeUndefined();
    await expect(query('maxEventCount=3')).rejects.toMatchObject({ kind: 'too-costly' });
  });
});

describe("a specimen's way", () => {
  test('is told whole: box, vehicle, hand-overs, temperature', async () => {
    const [first, second] = [accession(), accession()];
    const device = deviceName('00042');
    await captureDocument(
      ctx,
      documentOf([
        made(
          { type: 'AssociationEvent', action: 'ADD', parentID: BOX, childEPCs: [device], bizStep: 'installing' },
          110,
        ),
        made({ type: 'AggregationEvent', action: 'ADD', parentID: VEHICLE, childEPCs: [BOX], bizStep: 'loading' }, 111),
        packing([first, second], 112),
        made(
          {
            epcList: [first, second].map(specimenName),
            bizStep: 'accepting',
            disposition: 'in_transit',
            readPoint: { id: SITE },
            sourceList: [{ type: 'possessing_party', source: 'https://id.gs1.org/417/6900001000018' }],
            destinationList: [{ type: 'possessing_party', destination: 'https://id.gs1.org/417/6900001000032' }],
          },
          113,
        ),
        made({ epcList: [VEHICLE], bizStep: 'departing' }, 114),
        made({ epcList: [VEHICLE, BOX], bizStep: 'arriving', bizLocation: { id: LABORATORY } }, 150),
        made(
          {
            type: 'AggregationEvent',
            action: 'DELETE',
            parentID: BOX,
            bizStep: 'unpacking',
            bizLocation: { id: LABORATORY },
          },
          154,
        ),
      ]),
    );
    const readings = Array.from({ length: 80 }, (_, index) => ({
      at: new Date(Date.UTC(2026, 0, 1, 0, 112) + index * 30_000),
      temperatureC: 4,
      latitude: 23.1,
      longitude: 113.2 + index / 1000,
    }));
    await db.transaction((tx) => keepReadings(ctx, tx, [{ device: '00042', seq: 1, receivedAt: clock.now, readings }]));

    const chain = await readChain(ctx, first);
    expect(chain.steps.map(({ of, step }) => `${of} ${step}`)).toEqual(
      expect.arrayContaining([
        'specimen packing',
        'specimen accepting',
        'vehicle departing',
        'box arriving',
        'specimen unpacking',
      ]),
    );
    expect(chain.stays).toEqual([
      expect.objectContaining({ parent: BOX, kind: 'box', since: new Date(minute(112)), until: new Date(minute(154)) }),
    ]);
    expect(chain.stays[0]!.condition).toMatchObject({ lowestC: 4, highestC: 4, minutesAbove: 0, frozen: false });
    expect(chain.stays[0]!.condition.meanKineticC).toBeCloseTo(4, 3);
    expect(chain.thing).toMatchObject({ state: 'unpacked', holder: 'https://id.gs1.org/417/6900001000032' });
    expect(chain.anomalies).toEqual([]);

    const moved = (await told('custody.moved')).filter(({ specimens }) => specimens.includes(first));
    expect(moved.map(({ step }) => step)).toEqual(['packing', 'accepting', 'departing', 'arriving', 'unpacking']);
    const [trail] = await db.rows<{ act: string }>(
      sql`select act from access.audit where act = 'custody.handed-over' limit 1`,
    );
    expect(trail).toEqual({ act: 'custody.handed-over' });
  });

  test('a vehicle is on the map where its sensor was last', async () => {
    const [vehicle] = (await findVehicles(db, { now: clock.now, limit: 10 })).filter(({ id }) => id === VEHICLE);
    expect(vehicle).toMatchObject({ name: '0001', boxes: 1, state: 'in-range', temperatureC: 4 });
    expect(vehicle!.lon).toBeCloseTo(113.279, 3);
    expect(vehicle!.heading).toBe(90);
  });

  test('two boxes at once: both events stay, the conflict is noted', async () => {
    const specimen = accession();
    await captureDocument(ctx, documentOf([packing([specimen], 160), packing([specimen], 161, boxName('00009'))]));
    expect((await listAnomalies(ctx, 200)).filter(({ part }) => part === specimenName(specimen))).toEqual([
      expect.objectContaining({ kind: 'in-two-containers' }),
    ]);
    expect(await query(`MATCH_epc=${encodeURIComponent(specimenName(specimen))}`)).toHaveLength(2);
  });

  test('events that come late leave the thing as it is now, and mend what looked impossible', async () => {
    const specimen = accession();
    const out = { ...packing([specimen], 171), action: 'DELETE' as const, bizStep: 'unpacking' };
    await captureDocument(ctx, documentOf([out]));
    expect(await listAnomalies(ctx, 200)).toContainEqual(
      expect.objectContaining({ part: specimenName(specimen), kind: 'not-in-container' }),
    );
    await captureDocument(ctx, documentOf([packing([specimen], 170)]));
    expect((await listAnomalies(ctx, 200)).filter(({ part }) => part === specimenName(specimen))).toEqual([]);
    expect((await readChain(ctx, specimen)).thing).toMatchObject({ state: 'unpacked' });
    expect((await readChain(ctx, specimen)).thing.parent).toBeUndefined();
  });
});

describe('hand-over by hand', () => {
  const key = '00000000-0000-4000-8000-0000000000aa';
  const request = {
    thing: '00001',
    from: '6900001000018',
    to: '6900001000032',
    condition: 'conformant',
    step: 'accepting',
    key,
  } as const;

  test('is an event; a retry with the same key is the same hand-over', async () => {
    clock.now = new Date('2026-01-01T05:00:00Z');
    expect(await handOver(ctx, request)).toMatchObject({
      repeated: false,
      thing: { part: BOX, state: 'accepted', holder: 'https://id.gs1.org/417/6900001000032' },
    });
    const again = await handOver(ctx, { ...request, at: clock.now });
    expect(again.repeated).toBe(true);
    const events = await query(`EQ_eventID=urn:uuid:${key}`);
    expect(events).toEqual([
      expect.objectContaining({ bizStep: 'accepting', 'banyan:statedBy': 'test/administrator' }),
    ]);
    expect((await readBox(ctx, '00001')).handOvers).toContainEqual(
      expect.objectContaining({ from: 'https://id.gs1.org/417/6900001000018', condition: 'conformant' }),
    );
  });

  test('the holder need not be said when known', async () => {
    const { from: _, ...unsaid } = request;
    const next = await handOver(ctx, {
      ...unsaid,
      to: '6900001000025',
      step: 'receiving',
      condition: 'damaged',
      key: '00000000-0000-4000-8000-0000000000ab',
    });
    expect(next.thing).toMatchObject({ state: 'received', holder: 'https://id.gs1.org/417/6900001000025' });
    expect(next.thing.damagedAt).toEqual(clock.now);
  });

  test.each([
    ['a key that is none', { key: '1' }],
    ['a party that is no number', { to: 'me' }],
    ['to oneself', { to: '6900001000018' }],
    ['an unknown condition', { condition: 'fine' as 'damaged' }],
    ['the future', { at: new Date('2026-01-01T06:00:00Z') }],
    ['ten days ago', { at: new Date('2025-12-22T05:00:00Z') }],
  ])('%s is refused', async (_, change) => {
    await expect(handOver(ctx, { ...request, ...change })).rejects.toMatchObject({ kind: 'invalid' });
  });

  test('a box nobody has heard of is not found', async () => {
    await expect(handOver(ctx, { ...request, thing: 'nowhere' })).rejects.toMatchObject({ kind: 'not-found' });
  });
});

describe('readings', () => {
  const device = '00100';
  const from = Date.UTC(2026, 0, 1, 5);
  const course = (first: number, temperatures: number[]) =>
    temperatures.map((temperatureC, index) => ({ at: new Date(from + (first + index) * 60_000), temperatureC }));
  const send = (seq: number, readings: ReturnType<typeof course>) =>
    db.transaction((tx) => keepReadings(ctx, tx, [{ device, seq, receivedAt: clock.now, readings }]));

  test('a message that comes twice is kept once', async () => {
    const readings = course(0, [5, 5]);
    expect(await send(1, readings)).toEqual({ kept: 2 });
    expect(await send(1, readings)).toEqual({ kept: 0 });
    const { kept } = await db.one<{ kept: number }>(
      sql`select count(*) as kept from custody.reading where device = ${deviceName(device)}`,
    );
    expect(kept).toBe(2);
  });

  test('ten minutes of heat raise one alarm, which is told once, acknowledged and closed with a reason', async () => {
    await send(
      2,
      course(
        2,
        Array.from({ length: 13 }, () => 12),
      ),
    );
    await send(3, course(15, [12, 12, 5]));
    const alarms = (await listAlarms(ctx, { limit: 50 })).filter(({ part }) => part === deviceName(device));
    expect(alarms).toEqual([
      expect.objectContaining({ rule: 'above', state: 'open', temperatureC: 12, label: device }),
    ]);
    expect(await told('custody.alarm-raised')).toHaveLength(1);
    const { id } = alarms[0]!;
    await expect(settle(ctx, id, { why: ' ' })).rejects.toMatchObject({ kind: 'invalid' });
    expect(await settle(ctx, id)).toMatchObject({ state: 'acknowledged', acknowledgedBy: 'test/administrator' });
    expect(await settle(ctx, id, { why: 'box was opened for loading' })).toMatchObject({
      state: 'closed',
      closedWhy: 'box was opened for loading',
    });
    await expect(settle(ctx, id)).rejects.toMatchObject({ kind: 'conflict' });
    const rows = await db.rows(
      sql`select 1 from custody.excursion where part = ${deviceName(device)} and ended_at = ${new Date(from + 17 * 60_000)} and minutes = 15`,
    );
    expect(rows).toHaveLength(1);
  });

  test('readings that come late are counted again in their place', async () => {
    const late = '00101';
    const put = (seq: number, readings: ReturnType<typeof course>) =>
      db.transaction((tx) => keepReadings(ctx, tx, [{ device: late, seq, receivedAt: clock.now, readings }]));
    await put(1, course(0, [5, 5]));
    await put(3, course(20, [5, 5]));
    await put(
      2,
      course(
        2,
        Array.from({ length: 15 }, () => 11),
      ),
    );
    expect(await db.rows(sql`select 1 from custody.excursion where part = ${deviceName(late)}`)).toEqual([]);
    await runJob(ctx, db, recountJob);
    const rows = await db.rows(sql`select minutes from custody.excursion where part = ${deviceName(late)}`);
    expect(rows).toEqual([{ minutes: 18 }]);
    expect((await listAlarms(ctx, { limit: 50 })).filter(({ part }) => part === deviceName(late))).toHaveLength(1);
    await runJob(ctx, db, recountJob);
    expect(await db.rows(sql`select 1 from custody.excursion where part = ${deviceName(late)}`)).toHaveLength(1);
  });

  test('a clock that is ahead is flagged', async () => {
    await db.transaction((tx) =>
      keepReadings(ctx, tx, [
        {
          device: '00102',
          seq: 1,
          receivedAt: clock.now,
          readings: [{ at: new Date(clock.now.getTime() + 600_000), temperatureC: 5 }],
        },
      ]),
    );
    expect(
      await db.one(sql`select ahead_seconds as ahead from custody.device where part = ${deviceName('00102')}`),
    ).toEqual({ ahead: 600 });
  });

  test('days get partitions, what the default caught moves in, old days go', async () => {
    const before = await db.one<{ kept: number }>(sql`select count(*) as kept from custody.reading`);
    await runJob(ctx, db, partitionJob);
    await runJob(ctx, db, partitionJob);
    const parts = await db.rows<{ name: string }>(
      sql`select relname as name from pg_inherits join pg_class on oid = inhrelid where inhparent = 'custody.reading'::regclass order by 1`,
    );
    expect(parts).toHaveLength(13);
    expect(await db.one(sql`select count(*) as kept from custody.reading_20260101`)).toEqual(before);
    clock.now = new Date('2026-02-05T00:00:00Z');
    await runJob(ctx, db, partitionJob);
    expect(await db.one(sql`select count(*) as kept from custody.reading`)).toEqual({ kept: 0 });
    clock.now = new Date('2026-01-01T05:00:00Z');
  });
});

/** Goal: nobody does in custody what the role does not allow. Method: every role against every act. */
describe('roles', () => {
  const acts = {
    capture: (c: typeof ctx) => captureDocument(c, documentOf([])),
    query: (c: typeof ctx) => queryEvents(c, new URLSearchParams()),
    boxes: (c: typeof ctx) => listBoxes(c, { limit: 1 }),
    'hand over': (c: typeof ctx) =>
      handOver(c, {
        thing: 'nowhere',
        to: '6900001000025',
        condition: 'conformant',
        step: 'accepting',
        key: '00000000-0000-4000-8000-0000000000ff',
      }),
    acknowledge: (c: typeof ctx) => settle(c, 'nowhere'),
  };
  test.each<[Role, (keyof typeof acts)[]]>([
    ['courier', ['capture', 'query', 'boxes', 'hand over', 'acknowledge']],
    ['laboratory-technician', ['query', 'boxes', 'hand over', 'acknowledge']],
    ['laboratory-director', ['query', 'boxes', 'hand over', 'acknowledge']],
    ['clinician', ['query', 'boxes', 'hand over']],
    ['regulator', ['query', 'boxes']],
    ['administrator', ['query', 'boxes']],
    ['patient', []],
    ['researcher', []],
    ['data-buyer', []],
    ['enterprise', []],
    ['park-operator', []],
    ['investor', []],
  ])('%s may %j', async (role, allowed) => {
    const actor = testActor(role, { permissions: await findPermissions(db, [role]) });
    for (const [name, act] of Object.entries(acts)) {
      const kind = await act(testContext(db, { actor, now: () => clock.now })).then(
        () => 'done',
        (error) => (error as { kind: string }).kind,
      );
      if (allowed.includes(name as keyof typeof acts)) expect(kind, name).not.toBe('forbidden');
      else expect(kind, name).toBe('forbidden');
    }
  });
});
