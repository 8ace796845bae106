import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CONFORMANCE, expectScore } from '../../../tests/support/scores.ts';
import {
  canonicalLink,
  checkDigit,
  type EpcisEvent,
  findCaptureFaults,
  findFaults,
  hashEvent,
  openDocument,
  preHash,
  spreadToBaseUnit,
  toBaseUnit,
  toCelsius,
  urnOfLink,
  utcMilliseconds,
} from './index.ts';

const SUITE = join(CONFORMANCE, 'epcis');
const suite = test.skipIf(!existsSync(SUITE));
const read = (path: string) => JSON.parse(readFileSync(path, 'utf8'));

/** Goal: GS1's own documents decide what is valid, and the published hashes decide the event hash. */
describe('the public suites (skipped where BANYAN_CONFORMANCE is absent)', () => {
  suite("GS1's example documents are valid", () => {
    const files = readdirSync(join(SUITE, 'gs1/JSON'), { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('.jsonld'),
    );
    const faults = files.flatMap((name) =>
      findFaults(read(join(SUITE, 'gs1/JSON', name))).map((fault) => ({ name, ...fault })),
    );
    expect(faults).toEqual([]);
    expectScore('epcis.documents', files.length);
  });

  suite('event hashes agree with the reference', () => {
    const folder = join(SUITE, 'event-hash');
    const names = readdirSync(folder).filter((name) => name.endsWith('.jsonld'));
    let equal = 0;
    for (const name of names) {
      const expected = readFileSync(join(folder, name.replace('.jsonld', '.hashes')), 'utf8')
        .trim()
        .split(/\s+/);
      const document = openDocument(read(join(folder, name)))!;
      const made = document.events.map((event) => hashEvent(event, document.context, document.ignoredFields));
      equal += made.filter((hash, index) => hash === expected[index]).length;
      expect(made, name).toEqual(expected);
    }
    expectScore('epcis.event-hashes', equal);
  });
});

const association: EpcisEvent = {
  type: 'AssociationEvent',
  eventTime: '2026-01-01T08:00:00Z',
  eventTimeZoneOffset: '+08:00',
  action: 'ADD',
  parentID: 'https://id.gs1.org/8003/0690000100012701',
  childEPCs: ['https://id.gs1.org/8004/69000030001'],
};
const inDocument = (event: unknown) => ({
  '@context': ['https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld', { ex: 'https://ex.example/' }],
  type: 'EPCISDocument',
  schemaVersion: '2.0',
  creationDate: '2026-01-01T08:00:00Z',
  epcisBody: { eventList: [event] },
});
const allFaults = (event: EpcisEvent) => [...findFaults(inDocument(event)), ...findCaptureFaults(event)];
const observed: EpcisEvent = {
  type: 'ObjectEvent',
  eventTime: '2026-01-01T08:00:00Z',
  eventTimeZoneOffset: '+08:00',
  action: 'OBSERVE',
  epcList: ['https://id.gs1.org/8004/6900001A1'],
};

describe('what a capture refuses', () => {
  test('a sound event has no faults', () => {
    expect(allFaults(association)).toEqual([]);
    expect(allFaults(observed)).toEqual([]);
  });

  test('the parent of an association may be a place (TCR-54 step 2)', () => {
    expect(allFaults({ ...association, parentID: 'urn:epc:id:sgln:6900001.00001.0' })).toEqual([]);
  });

  test.each(['ADD', 'DELETE'] as const)('an association that does %s needs its parent (TCR-54 step 3)', (action) => {
    const { parentID: _, ...orphan } = { ...association, action };
    expect(allFaults(orphan)).not.toEqual([]);
    expect(findCaptureFaults(orphan)).not.toEqual([]);
  });

  test.each(['ADD', 'OBSERVE'] as const)('an association that does %s needs children (TCR-54 step 4)', (action) => {
    const { childEPCs: _, ...barren } = { ...association, action };
    expect(allFaults(barren).map(({ place }) => place)).toContain('epcisBody.eventList[0].childEPCs');
  });

  test.each(['time', 'deviceID', 'deviceMetadata', 'rawData', 'dataProcessingMethod'])(
    '%s in the metadata and in a report is refused though the form is valid (TCR-53 step 29)',
    (name) => {
      const content = name === 'time' ? '2026-01-01T08:00:00Z' : 'https://example.com/1';
      const twice = {
        sensorMetadata: { [name]: content },
        sensorReport: [{ type: 'Temperature', value: 5, uom: 'CEL', [name]: content }],
      };
      const event = { ...observed, sensorElementList: [twice] };
      expect(findFaults(inDocument(event))).toEqual([]);
      expect(findCaptureFaults(event)).toEqual([
        { place: `sensorElementList[0].sensorReport[0].${name}`, message: 'is stated in the metadata already' },
      ]);
    },
  );

  test.each([
    ['a zone that does not exist', { eventTimeZoneOffset: '+25:00' }],
    ['a day that does not exist', { eventTime: '2026-02-30T00:00:00Z' }],
    ['a time without a zone', { eventTime: '2026-02-03T00:00:00' }],
    ['an unknown action', { action: 'MOVE' }],
    ['a business step nobody knows', { bizStep: 'shiping' }],
    ['a misspelt word under the name of the vocabulary', { bizStep: 'urn:epcglobal:cbv:bizstep:shiping' }],
    ['an extension without a prefix', { weather: 'fair' }],
    ['a thing that is no URI', { epcList: ['A1'] }],
    ['the same thing twice', { epcList: [...observed.epcList!, ...observed.epcList!] }],
    ['a sensor element without reports', { sensorElementList: [{ sensorReport: [] }] }],
    ['a report without a type', { sensorElementList: [{ sensorReport: [{ value: 5 }] }] }],
    ['master data on an observation', { ilmd: { 'ex:lot': '1' } }],
    ['a place without id', { readPoint: {} }],
    ['a source of unknown type', { sourceList: [{ type: 'holder', source: 'https://id.gs1.org/417/6900001000018' }] }],
    ['a persistent disposition that says nothing', { persistentDisposition: {} }],
  ])('%s', (_, change) => {
    expect(findFaults(inDocument({ ...observed, ...change }))).not.toEqual([]);
  });

  test('anything may be thrown at it: findings, never an exception', () => {
    fc.assert(
      fc.property(
        fc.jsonValue({ maxDepth: 6 }),
        fc.constantFrom('ObjectEvent', 'AggregationEvent', 'TransformationEvent'),
        (junk, type) => {
          expect(Array.isArray(findFaults(junk))).toBe(true);
          const event =
            typeof junk === 'object' && junk !== null && !Array.isArray(junk)
              ? { type, ...junk }
              : { type, epcList: junk };
          expect(findFaults(inDocument(event)).length).toBeGreaterThan(0);
        },
      ),
    );
  });

  test.each(['a\0b', 'a\ud800b', '\ude00\ud83d'])('a text that is none is refused: %j', (text) => {
    expect(findFaults(inDocument({ ...observed, 'ex:a': { 'ex:b': [text] } }))).toEqual([
      { place: '', message: 'holds a text with NUL or half of a surrogate pair' },
    ]);
  });

  test('depth is bounded', () => {
    let deep: unknown = 1;
    for (let level = 0; level < 10_000; level += 1) deep = { 'ex:a': deep };
    expect(findFaults(inDocument({ ...observed, 'ex:a': deep }))).toEqual([
      { place: '', message: 'is nested deeper than 40 levels' },
    ]);
  });
});

describe('GS1 keys as links', () => {
  test.each([
    ['urn:epc:id:sgtin:4012345.011111.9876', 'https://id.gs1.org/01/04012345111118/21/9876'],
    ['urn:epc:id:sscc:4012345.0111111111', 'https://id.gs1.org/00/040123451111111110'],
    ['urn:epc:id:sgln:4012345.00012.0', 'https://id.gs1.org/414/4012345000122'],
    ['urn:epc:id:sgln:0614141.07346.1234', 'https://id.gs1.org/414/0614141073467/254/1234'],
    ['urn:epc:id:pgln:4000001.98765', 'https://id.gs1.org/417/4000001987658'],
    ['urn:epc:id:gdti:4012345.55555.1234', 'https://id.gs1.org/253/40123455555541234'],
    ['urn:epc:id:giai:4000001.111', 'https://id.gs1.org/8004/4000001111'],
    ['urn:epc:class:lgtin:4054739.099914.20160711', 'https://id.gs1.org/01/04054739999148/10/20160711'],
    ['urn:epc:idpat:sgtin:4012345.066666.*', 'https://id.gs1.org/01/04012345666663'],
    ['https://id.gs1.de/01/04012345999990/21/XYZ-1234', 'https://id.gs1.org/01/04012345999990/21/XYZ-1234'],
    ['https://shop.example/path/gtin/4012345999990/lot/L1/ser/S1?x=1#y', 'https://id.gs1.org/01/04012345999990/21/S1'],
    ['https://id.gs1.org/01/04012345999990/22/V1/10/L1', 'https://id.gs1.org/01/04012345999990/10/L1'],
  ])('%s', (uri, link) => {
    expect(canonicalLink(uri)).toBe(link);
    expect(canonicalLink(link)).toBe(link);
  });

  test.each([
    'urn:epc:id:sgtin:4012345.0111.9876',
    'urn:uuid:1',
    'https://example.com/a/b',
    'geo:47.5,11.1',
    'https://id.gs1.org/414/12',
  ])('%s is no key', (uri) => expect(canonicalLink(uri)).toBeUndefined());

  test('a URN survives the way to a link and back', () => {
    const digits = (length: number) => fc.stringMatching(new RegExp(`^[0-9]{${length}}$`));
    const serial = fc.stringMatching(/^[A-Za-z0-9!()*+,:;=_.'-]{1,12}$/).filter((text) => text !== '0');
    const urn = fc.integer({ min: 6, max: 11 }).chain((length) =>
      fc
        .tuple(digits(length), digits(12 - length), digits(17 - length), digits(13 - length), serial)
        .map(([prefix, twelve, sscc, sgtin, tail]) => ({
          length,
          urns: [
            `urn:epc:id:sgln:${prefix}.${twelve}.${tail}`,
            `urn:epc:id:pgln:${prefix}.${twelve}`,
            `urn:epc:id:grai:${prefix}.${twelve}.${tail}`,
            `urn:epc:id:gdti:${prefix}.${twelve}.${tail}`,
            `urn:epc:id:sscc:${prefix}.${sscc}`,
            `urn:epc:id:sgtin:${prefix}.${sgtin}.${tail}`,
            `urn:epc:id:giai:${prefix}.${tail}`,
          ],
        })),
    );
    fc.assert(
      fc.property(urn, ({ length, urns }) => {
        for (const each of urns) expect(urnOfLink(canonicalLink(each)!, length)).toBe(each);
      }),
    );
  });

  test('the check digit of the standard is right', () => {
    // GS1 General Specifications 7.9.1 works out 629104150021 -> 3.
    expect(checkDigit('629104150021')).toBe('3');
  });
});

describe('the event hash', () => {
  test('neither order, nor spelling, nor identity changes it; any value does', () => {
    const context = [{ ex: 'https://ex.example/' }];
    const event: EpcisEvent = {
      ...observed,
      epcList: ['urn:epc:id:giai:6900001.A1', 'urn:epc:id:giai:6900001.A2'],
      bizStep: 'departing',
      'ex:weight': 2.5,
    };
    const same: EpcisEvent = {
      'ex:weight': '2.50',
      bizStep: 'https://ref.gs1.org/cbv/BizStep-departing',
      eventID: 'urn:uuid:1',
      recordTime: '2026-02-01T00:00:00Z',
      errorDeclaration: { declarationTime: '2026-02-01T00:00:00Z' },
      epcList: ['https://id.gs1.org/8004/6900001A2', 'https://labels.example/8004/6900001A1'],
      action: 'OBSERVE',
      eventTimeZoneOffset: '+08:00',
      eventTime: '2026-01-01T16:00:00.0000+08:00',
      type: 'ObjectEvent',
    };
    expect(preHash(same, context)).toBe(preHash(event, context));
    expect(hashEvent(same, context)).toBe(hashEvent(event, context));
    expect(hashEvent({ ...event, action: 'ADD' }, context)).not.toBe(hashEvent(event, context));
  });

  test.each([
    ['2023-01-18T11:04:03.1415Z', '2023-01-18T11:04:03.142Z'],
    ['2023-01-18T11:04:03.1414Z', '2023-01-18T11:04:03.141Z'],
    ['2023-01-18T11:04:03.9999Z', '2023-01-18T11:04:04.000Z'],
    ['2023-01-18T19:04:03+08:00', '2023-01-18T11:04:03.000Z'],
  ])('%s is written %s', (time, expected) => expect(utcMilliseconds(time)).toBe(expected));
});

describe('units', () => {
  test('25 CEL, 298.15 KEL and 77 FAH are one temperature', () => {
    expect(toBaseUnit(25, 'CEL')).toEqual({ value: 298.15, unit: 'KEL' });
    expect(toBaseUnit(77, 'FAH')).toEqual({ value: 298.15, unit: 'KEL' });
    expect(toCelsius(298.15, 'KEL')).toBe(25);
    expect(toCelsius(1, 'MTR')).toBeUndefined();
  });
  test('a standard deviation scales and does not shift', () => {
    expect(spreadToBaseUnit(1.8, 'FAH')).toEqual({ value: 1, unit: 'KEL' });
    expect(spreadToBaseUnit(1, 'CEL')).toEqual({ value: 1, unit: 'KEL' });
  });
});
