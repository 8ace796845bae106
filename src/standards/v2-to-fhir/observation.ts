import type {
  CodeableConcept,
  Device,
  DiagnosticReport,
  Observation,
  ObservationComponent,
  ObservationReferenceRange,
  Patient,
  Quantity,
  Reference,
  Specimen,
} from '@medplum/fhirtypes';
import type { Segment, Value } from '#standards/hl7v2';
import {
  coded,
  concept,
  date,
  dateTime,
  decimal,
  each,
  eiIdentifier,
  filled,
  made,
  namespaceSystem,
  organization,
  practitioner,
  quantity,
  type Surroundings,
  timeOfDay,
  unitParts,
  V2,
} from './data-types.ts';
import type { Draft, Drafts } from './draft.ts';
import { annotations, codeKey, type ObservationGroup, type Subject } from './order.ts';
import { INTERPRETATIONS, OBSERVATION_STATUS } from './tables.ts';

/** What the observations of one order have in common. */
export interface ObservationContext {
  subject: Subject;
  /** The report that the observation is a part of; absent in an order, where it is a supporting fact. */
  report: Draft<DiagnosticReport> | undefined;
  specimen: Draft<Specimen> | undefined;
  /** OBR-7, for observations without a time of their own. */
  collected: string | undefined;
  issued: string | undefined;
  /** Slots already taken, with how often: two results of one code and sub-id are two observations. */
  taken: Map<string, number>;
}

export function mapObservation(
  group: ObservationGroup,
  context: ObservationContext,
  drafts: Drafts,
): Draft<Observation> {
  const { obx } = group;
  const { around } = drafts;
  const { subject, report, specimen } = context;
  const code = concept(obx.value(3), around);
  if (code === undefined)
    drafts.warn('required', 'OBX-3 is empty: the observation does not say what was observed', obx, 3);
  const state = obx.text(11)?.toUpperCase();
  const status = coded(OBSERVATION_STATUS, state);
  if (status === undefined)
    drafts.warn(state === undefined ? 'required' : 'value', 'the result status is not known', obx, 11);
  const value = readValue(obx, drafts);
  const equipment = equipmentOf(group, drafts);
  const producer = obx.value(15);
  const performer = [
    ...drafts.parties(obx, 16, practitioner),
    ...performingOrganization(obx, drafts),
    ...drafts.parties(obx, 25, practitioner),
    ...(producer === undefined
      ? []
      : [drafts.party(producerOf(producer, around))].filter((each) => each !== undefined)),
  ];
  const own = each(obx, 21, (each) => eiIdentifier(each, 'FILL', around, around.senderSystem));

  const observation = made<Observation>({
    resourceType: 'Observation',
    identifier: own,
    status: (status ?? 'unknown') as Observation['status'],
    category: LABORATORY,
    code: code ?? { text: 'not stated' },
    subject: subject.patient.reference as Reference<Patient>,
    encounter: subject.encounter?.reference as never,
    effectiveDateTime: dateTime(obx.text(14), around) ?? context.collected,
    issued: context.issued,
    performer: performer as never,
    interpretation: each(obx, 8, (each) => interpretation(each, around)),
    note: annotations(group.notes, drafts),
    bodySite: concept(obx.value(20), around),
    method: concept(obx.value(17), around),
    specimen: specimen?.reference as Reference<Specimen> | undefined,
    device: equipment,
    referenceRange: referenceRange(obx, around),
    dataAbsentReason: value === undefined ? absentReason(state) : undefined,
    ...value,
  });
  const subId = obx.text(4) ?? '';
  const slot = `${codeKey(code)}|${subId}`;
  const nth = (context.taken.get(slot) ?? 0) + 1;
  context.taken.set(slot, nth);
  return drafts.add<Observation>(observation, {
    slot: nth === 1 ? slot : `${slot}#${nth}`,
    onExisting: 'override',
    ...(report === undefined ? {} : { of: report as Draft }),
  });
}

const LABORATORY: CodeableConcept[] = [
  { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: 'laboratory' }] },
];

/** One of FHIR's value[x], by the type of OBX-2; further repetitions become components. */
type ObservationValue = Partial<Observation> | undefined;

function readValue(obx: Segment, drafts: Drafts): ObservationValue {
  const type = obx.text(2)?.toUpperCase();
  const values = obx.repetitions(5).filter((value) => !value.isEmpty);
  const [first, ...more] = values;
  const unit = obx.value(6);
  if (first === undefined) return undefined;
  if (type === undefined || TEXTS.has(type)) {
    const text = values.map((value) => value.whole() ?? '').join('\n');
    return text.trim() === '' ? undefined : { valueString: text };
  }
  const value = readOne(type, first, unit, drafts, obx);
  if (value === undefined) return undefined;
  const component = more.flatMap((each): ObservationComponent[] => {
    const further = readOne(type, each, unit, drafts, obx);
    const code = concept(obx.value(3), drafts.around);
    return further === undefined || code === undefined ? [] : [{ code, ...(further as Partial<ObservationComponent>) }];
  });
  return component.length === 0 ? value : { ...value, component };
}

const TEXTS: ReadonlySet<string> = new Set([
  'ST',
  'TX',
  'FT',
  'ID',
  'TN',
  'EI',
  'XPN',
  'XAD',
  'XTN',
  'XCN',
  'XON',
  'CX',
  'VR',
]);

function readOne(type: string, value: Value, unit: Value | undefined, drafts: Drafts, obx: Segment): ObservationValue {
  const { around } = drafts;
  switch (type) {
    case 'NM': {
      const valueQuantity = quantity(value.text(1), unit, around) ?? comparison(value.text(1), unit, around);
      if (valueQuantity !== undefined) return { valueQuantity };
      drafts.warn('value', 'OBX-5 is no number: it is kept as text', obx, 5);
      break;
    }
    case 'SN': {
      const numeric = structuredNumeric(value, unit, around);
      if (numeric !== undefined) return numeric;
      break;
    }
    case 'CWE':
    case 'CE':
    case 'CNE':
    case 'CF':
    case 'IS': {
      const valueCodeableConcept = concept(value, around);
      return valueCodeableConcept && { valueCodeableConcept };
    }
    case 'DT':
    case 'DTM':
    case 'TS': {
      const valueDateTime = type === 'DT' ? date(value.text(1)) : dateTime(value.text(1), around);
      if (valueDateTime !== undefined) return { valueDateTime };
      break;
    }
    case 'TM': {
      const valueTime = timeOfDay(value.text(1));
      if (valueTime !== undefined) return { valueTime };
      break;
    }
    case 'DR': {
      const period = filled({ start: dateTime(value.text(1), around), end: dateTime(value.text(2), around) });
      if (period !== undefined) return { valuePeriod: period };
      break;
    }
    case 'NR': {
      const low = quantity(value.text(1), unit, around);
      const high = quantity(value.text(2), unit, around);
      const range = filled({ low, high });
      if (range !== undefined) return { valueRange: range };
      break;
    }
    case 'CQ': {
      const valueQuantity = quantity(value.text(1), value.part(2) ?? unit, around);
      if (valueQuantity !== undefined) return { valueQuantity };
      break;
    }
    case 'ED': {
      const data = value.text(5)?.replace(/\s+/g, '');
      if (
        value.text(4)?.toUpperCase() === 'BASE64' &&
        data !== undefined &&
        /^[A-Za-z0-9+/]+={0,2}$/.test(data) &&
        data.length % 4 === 0
      )
        return attachment({ contentType: mediaType(value.text(2), value.text(3)), data });
      break;
    }
    case 'RP': {
      const url = value.text(1);
      const type = mediaType(value.text(3), value.text(4));
      if (url !== undefined && !/\s/.test(url)) return attachment({ url, contentType: type, title: value.text(2) });
      break;
    }
  }
  const text = value.whole();
  return text === undefined ? undefined : { valueString: text };
}

/** R4 knows no attachment as a value; the guide uses the extension of R5. */
function attachment(parts: {
  contentType?: string | undefined;
  data?: string;
  url?: string;
  title?: string | undefined;
}): ObservationValue {
  const url = 'http://hl7.org/fhir/5.0/StructureDefinition/extension-Observation.value';
  return { extension: [{ url, valueAttachment: made(parts as never) }] };
}

function mediaType(type: string | undefined, subtype: string | undefined): string | undefined {
  const kinds: Record<string, string> = {
    PDF: 'application/pdf',
    RTF: 'application/rtf',
    HTML: 'text/html',
    JPEG: 'image/jpeg',
    PNG: 'image/png',
    TIFF: 'image/tiff',
    XML: 'text/xml',
  };
  const known = kinds[(subtype ?? type ?? '').toUpperCase()];
  if (known !== undefined) return known;
  return type !== undefined && subtype !== undefined ? `${type.toLowerCase()}/${subtype.toLowerCase()}` : undefined;
}

/** "<5" or ">=100" in an NM field: no number by the standard, common in life, and its meaning is plain. */
function comparison(text: string | undefined, unit: Value | undefined, around: Surroundings): Quantity | undefined {
  const match = /^\s*(<=|>=|<|>)\s*(\S+)\s*$/.exec(text ?? '');
  const found = match && quantity(match[2], unit, around);
  return found ? Object.assign(found, { comparator: match![1] as NonNullable<Quantity['comparator']> }) : undefined;
}

/** SN: comparator, number, separator or suffix, number. */
function structuredNumeric(value: Value, unit: Value | undefined, around: Surroundings): ObservationValue {
  const [comparator, first, separator, second] = [1, 2, 3, 4].map((component) => value.text(component));
  const low = quantity(first, unit, around);
  const high = quantity(second, unit, around);
  if (comparator === '<>') return undefined;
  if (low !== undefined && high !== undefined && separator === '-') return { valueRange: { low, high } };
  if (low !== undefined && high !== undefined && (separator === ':' || separator === '/'))
    return { valueRatio: { numerator: low, denominator: high } };
  if (low === undefined || second !== undefined || (separator !== undefined && separator !== '+')) return undefined;
  if (separator === '+') return undefined;
  if (comparator !== undefined && comparator !== '=' && !['<', '<=', '>', '>='].includes(comparator)) return undefined;
  return {
    valueQuantity:
      comparator === undefined || comparator === '='
        ? low
        : Object.assign(low, { comparator: comparator as NonNullable<Quantity['comparator']> }),
  };
}

/** OBX-7 as text, and as limits where the text is plainly two numbers or one with a sign. */
function referenceRange(obx: Segment, around: Surroundings): ObservationReferenceRange[] {
  const text = obx.value(7)?.whole();
  if (text === undefined) return [];
  const unit = unitParts(obx.value(6), around);
  const limit = (number: string | undefined): Quantity | undefined => {
    const value = decimal(number);
    if (value === undefined) return undefined;
    const quantityOf: Quantity = { value, ...unit };
    around.exact(quantityOf, 'value', number!);
    return quantityOf;
  };
  const between = /^\s*(\d+(?:\.\d+)?)\s*(?:-|–|~|--|to)\s*(\d+(?:\.\d+)?)\s*$/.exec(text);
  const oneSided = /^\s*(<=?|>=?|≤|≥)\s*(\d+(?:\.\d+)?)\s*$/.exec(text);
  const isUpper = oneSided !== null && /[<≤]/.test(oneSided[1]!);
  return [
    made<ObservationReferenceRange>({
      low: between ? limit(between[1]) : oneSided && !isUpper ? limit(oneSided[2]) : undefined,
      high: between ? limit(between[2]) : isUpper ? limit(oneSided![2]) : undefined,
      text,
    }),
  ];
}

function interpretation(value: Value, around: Surroundings): CodeableConcept | undefined {
  const found = concept(value, around, '0078');
  const code = value.text(1)?.toUpperCase();
  if (found?.coding?.[0] === undefined || code === undefined || !INTERPRETATIONS.has(code)) return found;
  const system = 'http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation';
  const [first, ...rest] = found.coding;
  return { ...found, coding: first!.system === `${V2}0078` ? [{ ...first, system, code }, ...rest] : found.coding };
}

function absentReason(state: string | undefined): CodeableConcept | undefined {
  const code = state === 'N' ? 'not-asked' : state === 'X' ? 'error' : undefined;
  const system = 'http://terminology.hl7.org/CodeSystem/data-absent-reason';
  return code === undefined ? undefined : { coding: [{ system, code }] };
}

/** OBX-18, or PRT-10 and PRT-22: the device that measured. By identifier and name, not as a resource: it is no more known. */
function equipmentOf(group: ObservationGroup, drafts: Drafts): Reference<Device> | undefined {
  const { around } = drafts;
  const numbers = [
    ...each(group.obx, 18, (value) => eiIdentifier(value, undefined, around, around.senderSystem)),
    ...group.participations.flatMap((prt) =>
      each(prt, 10, (value) => eiIdentifier(value, undefined, around, around.senderSystem)),
    ),
  ];
  const [identifier] = numbers;
  return identifier && ({ type: 'Device', identifier } as Reference<Device>);
}

function performingOrganization(obx: Segment, drafts: Drafts): ({ reference: string } | { display: string })[] {
  return drafts.parties(obx, 23, organization);
}

/** OBX-15 (CWE): the laboratory by its code. */
function producerOf(value: Value, around: Surroundings) {
  const code = value.text(1);
  const name = value.text(2) ?? value.text(9);
  // A code without a system names a facility, as MSH-4 does.
  const system = concept(value, around)?.coding?.[0]?.system ?? namespaceSystem('facility');
  if (code === undefined && name === undefined) return undefined;
  return {
    resourceType: 'Organization' as const,
    ...(code === undefined ? {} : { identifier: [made<{ system?: string; value: string }>({ system, value: code })] }),
    name: name ?? code!,
  };
}
