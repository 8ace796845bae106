import type { Extension, Identifier, Patient, RelatedPerson } from '@medplum/fhirtypes';
import { parseDateTime, type Segment } from '#standards/hl7v2';
import {
  address,
  coded,
  concept,
  contactPoint,
  cxIdentifier,
  date,
  dateTime,
  each,
  filled,
  humanName,
  identifierType,
  made,
  organization,
  practitioner,
} from './data-types.ts';
import type { Draft, Drafts } from './draft.ts';
import { GENDER, MARITAL_STATUS } from './tables.ts';

const EXTENSION = 'http://hl7.org/fhir/StructureDefinition/';

/** PID and PD1 as a patient. `authority`: whether the message's word about the person counts (ADT) or only fills gaps. */
export function mapPatient(
  pid: Segment,
  pd1: Segment | undefined,
  authority: Draft['onExisting'],
  drafts: Drafts,
): Draft<Patient> {
  const { around } = drafts;
  const cx = (segment: Segment, field: number) => each(segment, field, (value) => cxIdentifier(value, around));
  const identifier = [...cx(pid, 3), ...cx(pid, 2), ...cx(pid, 4), ...listedIdentifiers(pid)];
  const birth = parseDateTime(pid.text(7));
  const birthDate = date(pid.text(7));
  const district = pid.text(12);
  const addresses = each(pid, 11, (value) => address(value, around));
  if (district !== undefined) {
    if (addresses.length === 1 && addresses[0]!.district === undefined) addresses[0]!.district = district;
    else if (!addresses.some((known) => known.district === district)) addresses.push({ district });
  }
  const death = dateTime(pid.text(29), around);
  const dead = pid.text(30);
  const order = pid.text(25);
  const twin = pid.text(24);

  const patient = made<Patient>({
    resourceType: 'Patient',
    identifier: unique(identifier),
    name: [...each(pid, 5, (value) => humanName(value, around)), ...each(pid, 9, (value) => humanName(value, around))],
    telecom: [
      ...each(pid, 13, (value) => contactPoint(value, 'home')),
      ...each(pid, 14, (value) => contactPoint(value, 'work')),
      ...each(pid, 40, (value) => contactPoint(value)),
    ],
    gender: coded(GENDER, pid.text(8)) as Patient['gender'],
    birthDate,
    address: addresses,
    communication: each(pid, 15, (value) => {
      const language = concept(value, around);
      return language && { language };
    }),
    maritalStatus: maritalStatus(pid, drafts),
    extension: patientExtensions(pid, pd1, drafts),
    generalPractitioner:
      pd1 === undefined
        ? undefined
        : [...drafts.parties(pd1, 3, organization), ...drafts.parties(pd1, 4, practitioner)],
  });
  if (birth?.hour !== undefined && birthDate !== undefined)
    Object.assign(patient, {
      _birthDate: {
        extension: [{ url: `${EXTENSION}patient-birthTime`, valueDateTime: dateTime(pid.text(7), around) }],
      },
    });
  if (death !== undefined) patient.deceasedDateTime = death;
  else if (dead === 'Y' || dead === 'N') patient.deceasedBoolean = dead === 'Y';
  if (order !== undefined && /^\d{1,3}$/.test(order)) patient.multipleBirthInteger = Number(order);
  else if (twin === 'Y' || twin === 'N') patient.multipleBirthBoolean = twin === 'Y';

  const known = identifier.filter((each) => each.system !== undefined);
  if (known.length === 0)
    drafts.warn('required', 'the message names no patient: it is kept under a patient of its own', pid, 3);
  return drafts.add<Patient>(patient, { identifiers: known, slot: 'patient', onExisting: authority });
}

/** NK1 as a related person; undefined when the segment names nobody and nothing. */
export function mapRelatedPerson(
  nk1: Segment,
  patient: Draft<Patient>,
  drafts: Drafts,
): Draft<RelatedPerson> | undefined {
  const { around } = drafts;
  const ssn = nk1.text(37);
  const parts = filled<Omit<RelatedPerson, 'patient' | 'resourceType'>>({
    identifier: [
      ...each(nk1, 12, (value) => cxIdentifier(value, around)),
      ...each(nk1, 33, (value) => cxIdentifier(value, around)),
      ...(ssn === undefined
        ? []
        : [{ type: identifierType('SS')!, system: 'http://hl7.org/fhir/sid/us-ssn', value: ssn }]),
    ],
    relationship: [
      ...each(nk1, 3, (value) => concept(value, around, '0063')),
      ...each(nk1, 7, (value) => concept(value, around, '0131')),
    ],
    name: [2, 30].flatMap((field) => each(nk1, field, (value) => humanName(value, around))),
    telecom: [
      ...each(nk1, 5, (value) => contactPoint(value)),
      ...each(nk1, 6, (value) => contactPoint(value, 'work')),
      ...[31, 40, 41].flatMap((field) => each(nk1, field, (value) => contactPoint(value))),
    ],
    gender: coded(GENDER, nk1.text(15)) as RelatedPerson['gender'],
    birthDate: date(nk1.text(16)),
    address: [4, 32].flatMap((field) => each(nk1, field, (value) => address(value, around))),
    period: filled({ start: dateTime(nk1.text(8), around), end: dateTime(nk1.text(9), around) }),
    communication: each(nk1, 20, (value) => {
      const language = concept(value, around);
      return language && { language };
    }),
  });
  if (parts === undefined) return undefined;
  const person: RelatedPerson = { resourceType: 'RelatedPerson', patient: patient.reference, ...parts };
  return drafts.add<RelatedPerson>(person, {
    of: patient as Draft,
    slot: `related/${nk1.sequence}`,
    onExisting: 'override',
  });
}

/** PID-21: the mother, known by her identifiers alone. */
export function mapMother(pid: Segment, patient: Draft<Patient>, drafts: Drafts): Draft<RelatedPerson> | undefined {
  const identifier = each(pid, 21, (value) => cxIdentifier(value, drafts.around));
  if (identifier.length === 0) return undefined;
  const system = 'http://terminology.hl7.org/CodeSystem/v3-RoleCode';
  const relationship = [{ coding: [{ system, code: 'MTH', display: 'mother' }] }];
  const person: RelatedPerson = { resourceType: 'RelatedPerson', identifier, patient: patient.reference, relationship };
  const mother = drafts.add<RelatedPerson>(person, {
    of: patient as Draft,
    slot: 'related/mother',
    onExisting: 'override',
  });
  patient.resource.link = [...(patient.resource.link ?? []), { other: mother.reference, type: 'seealso' }];
  return mother;
}

/** MRG: the patient that is merged away, known by its identifiers alone. */
export function mapMergedPatient(mrg: Segment, drafts: Drafts): Draft<Patient> | undefined {
  const identifier = unique(
    [1, 4].flatMap((field) => each(mrg, field, (value) => cxIdentifier(value, drafts.around))),
  ).filter((each) => each.system !== undefined);
  if (identifier.length === 0) {
    drafts.warn('required', 'MRG-1 names nobody to merge', mrg, 1);
    return undefined;
  }
  const name = each(mrg, 7, (value) => humanName(value, drafts.around));
  const patient = made<Patient>({ resourceType: 'Patient', identifier, active: false, name });
  return drafts.add<Patient>(patient, { identifiers: identifier, slot: 'merged-patient', onExisting: 'override' });
}

/** PID-19 and PID-20: identifiers that are no CX. */
function listedIdentifiers(pid: Segment): Identifier[] {
  const ssn = pid.text(19);
  const licence = pid.text(20, 1);
  const issuer = pid.text(20, 2);
  const system = 'http://hl7.org/fhir/sid/us-ssn';
  return [
    ...(ssn === undefined ? [] : [{ type: identifierType('SS')!, system, value: ssn }]),
    ...(licence === undefined
      ? []
      : [
          made<Identifier>({
            type: identifierType('DL'),
            value: licence,
            assigner: issuer === undefined ? undefined : { display: issuer },
          }),
        ]),
  ];
}

function maritalStatus(pid: Segment, drafts: Drafts): Patient['maritalStatus'] {
  const status = concept(pid.value(16), drafts.around, '0002');
  const code = coded(MARITAL_STATUS, pid.text(16));
  if (status?.coding === undefined || code === undefined) return status;
  const system = 'http://terminology.hl7.org/CodeSystem/v3-MaritalStatus';
  return { ...status, coding: [{ system, code }, ...status.coding] };
}

function patientExtensions(pid: Segment, pd1: Segment | undefined, drafts: Drafts): Extension[] {
  const { around } = drafts;
  const extensions: Extension[] = [];
  const add = (url: string, value: Omit<Extension, 'url'> | undefined): void => {
    if (value !== undefined) extensions.push({ url: EXTENSION + url, ...value });
  };
  const mother = each(pid, 6, (value) => humanName(value, around))[0]?.family;
  add('patient-mothersMaidenName', mother === undefined ? undefined : { valueString: mother });
  const religion = concept(pid.value(17), around, '0006');
  add('patient-religion', religion && { valueCodeableConcept: religion });
  const birthPlace = pid.text(23);
  add('patient-birthPlace', birthPlace === undefined ? undefined : { valueAddress: { text: birthPlace } });
  for (const [field, table, url] of [
    [26, '0171', 'patient-citizenship'],
    [39, '0171', 'patient-citizenship'],
    [28, '0212', 'patient-nationality'],
  ] as const)
    for (const code of each(pid, field, (value) => concept(value, around, table)))
      add(url, { extension: [{ url: 'code', valueCodeableConcept: code }] });
  const animal = [
    ['species', concept(pid.value(35), around, '0446')],
    ['breed', concept(pid.value(36), around, '0447')],
  ] as const;
  const known = animal.flatMap(([url, code]) => (code === undefined ? [] : [{ url, valueCodeableConcept: code }]));
  if (known.some(({ url }) => url === 'species')) add('patient-animal', { extension: known });
  const disability = concept(pd1?.value(6), around, '0295');
  add('patient-disability', disability && { valueCodeableConcept: disability });
  const congregation = pd1?.text(14, 1);
  add('patient-congregation', congregation === undefined ? undefined : { valueString: congregation });
  // Race and ethnic group have no international home in FHIR; the guide leaves them to the realm. Kept as coded.
  for (const [field, table, url] of [
    [10, '0005', 'race'],
    [22, '0189', 'ethnic-group'],
  ] as const)
    for (const code of each(pid, field, (value) => concept(value, around, table)))
      extensions.push({
        url: `https://banyan.health/fhir/StructureDefinition/patient-${url}`,
        valueCodeableConcept: code,
      });
  return extensions;
}

function unique(identifiers: readonly Identifier[]): Identifier[] {
  const seen = new Set<string>();
  return identifiers.filter(({ system, value }) => {
    const key = `${system}|${value}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}
