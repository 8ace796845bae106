import type { Observation, Patient, ServiceRequest, Specimen } from '@medplum/fhirtypes';
import { describe, expect, test } from 'vitest';
import { parseMessage } from '#standards/hl7v2';
import { mapMessage } from './index.ts';

/** Goal: each part of the guide that we rely on is mapped as it says. Method: small messages by hand, one point each. */
const MSH = (type: string): string => `MSH|^~\\&|LIS|HOSP|BANYAN|BANYAN|20260101080000+0800||${type}|1|P|2.5.1\r`;
const PID = 'PID|1||7^^^HOSP&urn:oid:1.2.3&URI^MR||张^伟||19800102|M\r';

function mapped(text: string) {
  let id = 0;
  const digits: string[] = [];
  const mapping = mapMessage(parseMessage(text), {
    now: new Date('2026-01-01T00:00:00Z'),
    newId: () => `${id++}`,
    exact: (_, __, text) => digits.push(text),
  })!;
  return { ...mapping, digits };
}

function observed(obx: string): Observation {
  return mapped(`${MSH('ORU^R01')}${PID}OBR|1|p1|f1|GLU^Glucose^L||||||||||||||||||||||F\r${obx}\r`).observations[0]!
    .resource;
}

describe('a person', () => {
  test('is known by identifiers, names and birth', () => {
    expect(mapped(`${MSH('ADT^A04')}${PID}`).patient.resource).toEqual({
      resourceType: 'Patient',
      identifier: [
        {
          type: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v2-0203', code: 'MR' }] },
          system: 'urn:oid:1.2.3',
          value: '7',
        },
      ],
      name: [{ family: '张', given: ['伟'], text: '张伟' }],
      birthDate: '1980-01-02',
      gender: 'male',
    });
  });

  test('whose number has no authority is known to the sender alone', () => {
    const { patient } = mapped(`${MSH('ADT^A04')}PID|1||7\r`);
    expect(patient.identifiers).toEqual([{ system: 'https://banyan.health/id/v2/HOSP', value: '7' }]);
  });

  test('without any number is told of', () => {
    const { patient, issues } = mapped(`${MSH('ORU^R01')}PID|1\r`);
    expect(patient.identifiers).toEqual([]);
    expect(issues).toMatchObject([{ code: 'required', place: { segment: 'PID', field: 3 } }]);
  });

  test('that was merged points to the survivor, which replaces it', () => {
    const { kind, patient, merged } = mapped(`${MSH('ADT^A40')}${PID}MRG|9^^^HOSP&urn:oid:1.2.3&URI\r`);
    expect(kind).toBe('merge');
    expect(patient.resource.link).toEqual([{ other: merged!.reference, type: 'replaces' }]);
    expect(merged!.resource).toMatchObject({
      active: false,
      link: [{ other: patient.reference, type: 'replaced-by' }],
    });
  });
});

describe('an order', () => {
  const order = mapped(
    `${MSH('OML^O21')}${PID}PV1|1|I|W1^12^2\rORC|NW|p1^HOSP||g1|||||20260101075900|||123^Li^Ming\r` +
      'TQ1|1||||||||S\rOBR|1|p1^HOSP||24323-8^CMP^LN\rNTE|1||fasting\rSPM|1|A77&LAB&https://banyan.health/id/specimen&URI||119297000^Blood^SCT|||||||||||||20260101075500\r',
  );
  const resource = order.orders[0]!.resource as ServiceRequest;

  test('has its numbers, code, priority, time and requester', () => {
    expect(resource).toMatchObject({
      status: 'active',
      intent: 'order',
      priority: 'stat',
      identifier: [{ value: 'p1', system: 'https://banyan.health/id/v2/HOSP' }],
      requisition: { value: 'g1' },
      code: { coding: [{ system: 'http://loinc.org', code: '24323-8' }] },
      authoredOn: '2026-01-01T07:59:00+08:00',
      note: [{ text: 'fasting' }],
    });
    const requester = order.drafts.find(({ resource }) => resource.resourceType === 'Practitioner');
    expect(resource.requester).toBe(requester?.reference);
  });

  test('carries its specimen, subject and encounter', () => {
    const specimen = order.specimens[0]!;
    expect(resource.specimen).toEqual([specimen.reference]);
    expect(resource.subject).toBe(order.patient.reference);
    expect(resource.encounter).toBe(order.encounter!.reference);
    expect(specimen.resource as Specimen).toMatchObject({
      identifier: [{ value: 'A77' }],
      collection: { collectedDateTime: '2026-01-01T07:55:00+08:00' },
    });
  });

  test.each([
    ['ORC|CA|p1\rOBR|1|p1||X', 'revoked'],
    ['ORC|NW|p1|||HD\rOBR|1|p1||X', 'on-hold'],
    ['ORC|XO|p1\rOBR|1|p1||X', 'active'],
  ])('%j is %s', (lines, status) => {
    expect(mapped(`${MSH('ORM^O01')}${PID}${lines}\r`).orders[0]!.resource.status).toBe(status);
  });
});

describe('a result', () => {
  test.each([
    [
      'OBX|1|NM|GLU||5.60|mmol/L|3.9-6.1|H|||F',
      { value: 5.6, unit: 'mmol/L', code: 'mmol/L', system: 'http://unitsofmeasure.org' },
    ],
    ['OBX|1|NM|GLU||<0.1|lots|||||F', { value: 0.1, comparator: '<', unit: 'lots' }],
    ['OBX|1|SN|GLU||>=^100|mg/dL^^UCUM|||||F', { value: 100, comparator: '>=', code: 'mg/dL' }],
  ])('%s is a quantity', (obx, expected) => {
    expect(observed(obx).valueQuantity).toMatchObject(expected);
  });

  test.each([
    ['OBX|1|SN|T||^1^:^128|||||F', { valueRatio: { numerator: { value: 1 }, denominator: { value: 128 } } }],
    ['OBX|1|SN|T||^2^-^4|||||F', { valueRange: { low: { value: 2 }, high: { value: 4 } } }],
    ['OBX|1|SN|T||^2^+|||||F', { valueString: '^2^+' }],
    ['OBX|1|CWE|T||260373001^Detected^SCT|||||F', { valueCodeableConcept: { coding: [{ code: '260373001' }] } }],
    ['OBX|1|DT|T||20260203|||||F', { valueDateTime: '2026-02-03' }],
    ['OBX|1|TM|T||0830|||||F', { valueTime: '08:30:00' }],
    ['OBX|1|FT|T||a\\.br\\b~c & d|||||F', { valueString: 'a\nb\nc & d' }],
    ['OBX|1|NM|T||high|||||F', { valueString: 'high' }],
    ['OBX|1|ZZ|T||as it is|||||F', { valueString: 'as it is' }],
    ['OBX|1|NM|T||||||||X', { status: 'cancelled', dataAbsentReason: { coding: [{ code: 'error' }] } }],
    ['OBX|1|NM|T||5||||||C', { status: 'corrected' }],
  ])('%s', (obx, expected) => {
    expect(observed(obx)).toMatchObject(expected);
  });

  test('keeps its digits, flags and limits', () => {
    const { observations, digits } = mapped(
      `${MSH('ORU^R01')}${PID}OBR|1||f1|GLU\rOBX|1|NM|GLU||5.60|mmol/L|3.90 - 6.10|H|||F\r`,
    );
    const observation = observations[0]!.resource as Observation;
    expect(digits).toEqual(['5.60', '3.90', '6.10']);
    expect(observation.referenceRange).toMatchObject([
      { low: { value: 3.9 }, high: { value: 6.1 }, text: '3.90 - 6.10' },
    ]);
    expect(observation.interpretation?.[0]?.coding?.[0]).toMatchObject({
      system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation',
      code: 'H',
    });
  });

  test('is found again by report, code and sub-id, so that a correction meets it', () => {
    const first = mapped(
      `${MSH('ORU^R01')}${PID}OBR|1||f1|GLU\rOBX|1|NM|GLU|a|5\rOBX|2|NM|GLU|b|6\rOBX|3|NM|GLU|b|7\r`,
    );
    const second = mapped(`${MSH('ORU^R01')}${PID}OBR|1||f1|GLU\rOBX|1|NM|GLU|b|6.5||||||C\r`);
    expect(first.observations.map((draft) => draft.slot)).toEqual(['GLU|a', 'GLU|b', 'GLU|b#2']);
    expect(second.observations[0]!.slot).toBe('GLU|b');
    expect(second.reports[0]!.slot).toBe(first.reports[0]!.slot);
  });

  test('belongs to its report, patient and specimen', () => {
    const result = mapped(
      `${MSH('ORU^R01')}${PID}OBR|1|p1|f1|GLU|||202601010700|||||||||||||||20260101080000|||F\rOBX|1|NM|GLU||5\rNTE|1||lipaemic\rSPM|1|A1\r`,
    );
    const [report] = result.reports;
    expect(report!.resource).toMatchObject({ status: 'final', effectiveDateTime: '2026-01-01T07:00:00+08:00' });
    expect(report!.resource.result).toEqual([result.observations[0]!.reference]);
    expect(report!.resource.basedOn).toEqual([result.orders[0]!.reference]);
    expect(result.observations[0]!.resource).toMatchObject({
      specimen: result.specimens[0]!.reference,
      subject: result.patient.reference,
      effectiveDateTime: '2026-01-01T07:00:00+08:00',
      note: [{ text: 'lipaemic' }],
    });
  });
});

describe('what is not mapped', () => {
  test('is listed by field and component', () => {
    const { unmapped } = mapped(`${MSH('ADT^A08')}PID|1||7^12^M10||||||||||||||||||||||x^y\rZXX|1|mine\rIN1|1|plan\r`);
    expect(unmapped).toEqual(['PID-3.2', 'PID-3.3', 'PID-25.2', 'ZXX-2', 'IN1-2']);
  });

  test('is the whole message, when its type is another', () => {
    expect(mapMessage(parseMessage(MSH('SIU^S12')), { now: new Date(), newId: () => '' })).toBeUndefined();
  });
});

describe('the patient of a message', () => {
  test('is one resource, however many refer to it', () => {
    const { drafts, patient } = mapped(`${MSH('ORU^R01')}${PID}OBR|1||f1|GLU\rOBX|1|NM|GLU||5\r`);
    const drafted = JSON.stringify(patient.reference.reference);
    patient.reference.reference = 'Patient/final';
    expect(JSON.stringify(drafts.map((draft) => draft.resource))).not.toContain(drafted);
    expect(drafts.filter((draft) => (draft.resource as Patient).resourceType === 'Patient')).toHaveLength(1);
  });
});

describe('one tube for several panels', () => {
  const panels =
    'OBR|1|p1|f1|A^A^L||||||||||||||||||||||F\rOBX|1|NM|1^X^L||1\rOBR|2|p2|f2|B^B^L||||||||||||||||||||||F\rOBX|1|NM|2^Y^L||2\r';

  test('is the specimen of all of them where it is the only one', () => {
    const { specimens, orders, reports, observations } = mapped(`${MSH('ORU^R01')}${PID}${panels}SPM|1|S1||BLD\r`);
    const [specimen] = specimens;
    expect(specimens).toHaveLength(1);
    for (const { resource } of [...orders, ...reports]) expect(resource.specimen).toEqual([specimen!.reference]);
    for (const { resource } of observations) expect(resource.specimen).toEqual(specimen!.reference);
  });

  test('belongs to its own order where there are several', () => {
    const { orders } = mapped(
      `${MSH('ORU^R01')}${PID}OBR|1|p1|f1|A^A^L\rSPM|1|S1||BLD\rOBR|2|p2|f2|B^B^L\rSPM|2|S2||UR\rOBR|3|p3|f3|C^C^L\r`,
    );
    expect(orders.map(({ resource }) => resource.specimen?.length)).toEqual([1, 1, undefined]);
  });
});
