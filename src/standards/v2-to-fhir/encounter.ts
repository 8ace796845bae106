import type { Encounter, EncounterParticipant, Location, Patient } from '@medplum/fhirtypes';
import type { Segment, Value } from '#standards/hl7v2';
import {
  concept,
  cxIdentifier,
  dateTime,
  decimal,
  each,
  filled,
  hdSystem,
  identifierType,
  made,
  namespaceSystem,
  practitioner,
  UCUM,
  V2,
} from './data-types.ts';
import type { Draft, Drafts } from './draft.ts';
import { ENCOUNTER_CLASS } from './tables.ts';

const ROLES = [
  [7, 'ATND', 'attender'],
  [8, 'REF', 'referrer'],
  [9, 'CON', 'consultant'],
  [17, 'ADM', 'admitter'],
  [52, 'PART', 'Participation'],
] as const;

/** PV1 and PV2 as an encounter; undefined when they say nothing but their set id. */
export function mapEncounter(
  pv1: Segment,
  pv2: Segment | undefined,
  patient: Draft<Patient>,
  authority: Draft['onExisting'],
  drafts: Drafts,
): Draft<Encounter> | undefined {
  const { around } = drafts;
  if (!hasContent(pv1) && !hasContent(pv2)) return undefined;
  const visit = each(pv1, 19, (value) => cxIdentifier(value, around)).map((identifier) => ({
    ...identifier,
    type: { ...identifierType('VN')!, text: 'visit number' },
  }));
  const other = each(pv1, 50, (value) => cxIdentifier(value, around));
  const days = decimal(pv2?.text(11));
  const patientClass = pv1.text(2)?.toUpperCase();
  const end = dateTime(pv1.text(45), around);

  const encounter = made<Encounter>({
    resourceType: 'Encounter',
    identifier: [...visit, ...other],
    status: end !== undefined ? 'finished' : patientClass === 'P' ? 'planned' : statusOf(patientClass),
    class: classOf(pv1.value(2), drafts),
    type: each(pv1, 4, (value) => concept(value, around, '0007')),
    serviceType: concept(pv1.value(10), around, '0069'),
    priority: concept(pv2?.value(25), around, '0217'),
    subject: patient.reference,
    participant: [
      ...participants(pv1, ROLES, drafts),
      ...(pv2 ? participants(pv2, [[13, 'REF', 'referrer']], drafts) : []),
    ],
    period: filled({ start: dateTime(pv1.text(44), around), end }),
    length: days === undefined ? undefined : { value: days, unit: 'days', system: UCUM, code: 'd' },
    reasonCode: pv2 === undefined ? undefined : each(pv2, 3, (value) => concept(value, around)),
    location: locations(pv1, pv2, patientClass, drafts),
    hospitalization: filled<NonNullable<Encounter['hospitalization']>>({
      preAdmissionIdentifier: each(pv1, 5, (value) => cxIdentifier(value, around))[0],
      reAdmission: concept(pv1.value(13), around, '0092'),
      admitSource: concept(pv1.value(14), around, '0023'),
      specialArrangement: each(pv1, 15, (value) => concept(value, around, '0009')),
      specialCourtesy: each(pv1, 16, (value) => concept(value, around, '0099')),
      dischargeDisposition: concept(pv1.value(36), around, '0112'),
      destination: destination(pv1.value(37)),
      dietPreference: each(pv1, 38, (value) => concept(value, around, '0114')),
    }),
    meta: pv2?.text(22) === 'Y' ? { security: [{ system: `${V2}0136`, code: 'Y' }] } : undefined,
  });
  const known = [...visit, ...other].filter(({ system }) => system !== undefined);
  return drafts.add<Encounter>(encounter, {
    identifiers: known,
    of: patient as Draft,
    slot: 'encounter',
    onExisting: authority,
  });
}

/** PL: the innermost place that is named, with its facility as the place around it. */
function mapLocation(value: Value, drafts: Drafts): Draft<Location> | undefined {
  const { around } = drafts;
  const facility = hdSystem(value.part(4), around);
  const facilityName = value.part(4)?.text(1) ?? value.part(4)?.text(2);
  const levels = [
    [value.text(1), 'wa'],
    [value.text(7), 'bu'],
    [value.text(8), 'lvl'],
    [value.text(2), 'ro'],
    [value.text(3), 'bd'],
  ] as const;
  const inside = levels.filter(([name]) => name !== undefined);
  const description = value.text(9);
  const number = value.part(10)?.text(1);
  const numberSystem = number === undefined ? undefined : (hdSystem(value.part(11), around) ?? around.senderSystem);
  if (facilityName === undefined && inside.length === 0 && description === undefined && number === undefined)
    return undefined;

  const site =
    facilityName === undefined
      ? undefined
      : place(facilityName, 'si', { system: namespaceSystem('location'), value: facility ?? facilityName }, drafts);
  if (inside.length === 0 && number === undefined && site !== undefined) {
    if (description !== undefined) site.resource.description = description;
    return site;
  }
  const name = inside.map(([each]) => each).join(' / ') || facilityName || number!;
  const path = [facility ?? around.senderSystem ?? '', ...inside.map(([each]) => each)].join('/');
  const identifier =
    number !== undefined && numberSystem !== undefined
      ? { system: numberSystem, value: number }
      : { system: namespaceSystem('location'), value: path };
  const draft = place(name, inside.at(-1)?.[1] ?? 'si', identifier, drafts);
  if (description !== undefined) draft.resource.description = description;
  if (site !== undefined) draft.resource.partOf = site.reference;
  return draft;
}

function place(
  name: string,
  kind: string,
  identifier: { system: string; value: string },
  drafts: Drafts,
): Draft<Location> {
  const slot = `Location|${identifier.system}|${identifier.value}`;
  const known = drafts.all.find((draft) => draft.slot === slot);
  if (known !== undefined) return known as Draft<Location>;
  const physicalType = {
    coding: [{ system: 'http://terminology.hl7.org/CodeSystem/location-physical-type', code: kind }],
  };
  const location: Location = {
    resourceType: 'Location',
    identifier: [identifier],
    name,
    mode: 'instance',
    physicalType,
  };
  return drafts.add<Location>(location, { identifiers: [identifier], slot });
}

function hasContent(segment: Segment | undefined): boolean {
  return segment?.fields.some((field, index) => index > 1 && field !== '' && field !== '""') ?? false;
}

function statusOf(patientClass: string | undefined): Encounter['status'] {
  return patientClass === undefined || patientClass === 'U' ? 'unknown' : 'in-progress';
}

function classOf(value: Value | undefined, drafts: Drafts): Encounter['class'] {
  const code = value?.text(1);
  const known = code === undefined ? undefined : ENCOUNTER_CLASS[code.toUpperCase()];
  if (known !== undefined)
    return { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: known[0], display: known[1] };
  if (code === undefined) {
    // Encounter.class is required: what is not known is said to be unknown.
    return { system: 'http://terminology.hl7.org/CodeSystem/v3-NullFlavor', code: 'UNK', display: 'unknown' };
  }
  return concept(value, drafts.around, '0004')?.coding?.[0] ?? { code };
}

function participants(
  segment: Segment,
  roles: readonly (readonly [number, string, string])[],
  drafts: Drafts,
): EncounterParticipant[] {
  const system = 'http://terminology.hl7.org/CodeSystem/v3-ParticipationType';
  return roles.flatMap(([field, code, display]) =>
    drafts
      .parties(segment, field, practitioner)
      .map((individual) => ({ type: [{ coding: [{ system, code, display }] }], individual })),
  );
}

function locations(
  pv1: Segment,
  pv2: Segment | undefined,
  patientClass: string | undefined,
  drafts: Drafts,
): NonNullable<Encounter['location']> {
  const wanted = [
    [pv1.value(3), patientClass === 'P' ? 'planned' : 'active'],
    [pv1.value(6), 'completed'],
    [pv1.value(11), 'active'],
    [pv1.value(42), 'reserved'],
    [pv1.value(43), 'completed'],
    [pv2?.value(1), 'planned'],
  ] as const;
  return wanted.flatMap(([value, status]) => {
    const location = value && mapLocation(value, drafts);
    return location === undefined ? [] : [{ location: location.reference, status }];
  });
}

/** DLD: the place a patient is discharged to, a code of the hospital's own list. */
function destination(value: Value | undefined): { display: string } | undefined {
  const display = value?.text(1);
  value?.text(2);
  return display === undefined ? undefined : { display };
}
