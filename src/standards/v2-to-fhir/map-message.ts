import type {
  Bundle,
  DiagnosticReport,
  Encounter,
  MessageHeader,
  Observation,
  Patient,
  Provenance,
  ServiceRequest,
  Specimen,
} from '@medplum/fhirtypes';
import { type Message, parseDateTime, type Segment, unreadFields } from '#standards/hl7v2';
import {
  dateTime,
  hdOrganization,
  hdSystem,
  instant,
  listed,
  made,
  namespaceSystem,
  practitioner,
  type Surroundings,
  V2,
} from './data-types.ts';
import { type Draft, Drafts, type MappingIssue } from './draft.ts';
import { mapEncounter } from './encounter.ts';
import { mapObservation, type ObservationContext } from './observation.ts';
import {
  annotations,
  mapOrder,
  mapReport,
  mapSpecimen,
  mapSpecimenSource,
  type ObservationGroup,
  type OrderGroup,
  type SpecimenGroup,
  type Subject,
} from './order.ts';
import { mapMergedPatient, mapMother, mapPatient, mapRelatedPerson } from './patient.ts';
import type { Table } from './tables.ts';

export type { Draft, MappingIssue } from './draft.ts';

export interface MappingOptions {
  now: Date;
  newId(): string;
  /** Zone of times that carry none, where MSH-7 carries none either; `+08:00` by default. */
  zone?: string;
  /** URIs of assigning authorities that senders name by a namespace alone. */
  namespaces?: Table;
  /** Called for each decimal with its digits as sent. */
  exact?(holder: object, key: string, text: string): void;
}

type MessageKind = 'result' | 'order' | 'admission' | 'merge';

export interface Mapping {
  kind: MessageKind;
  drafts: readonly Draft[];
  patient: Draft<Patient>;
  /** A40: the patient that was merged into `patient`. */
  merged: Draft<Patient> | undefined;
  /** The organization of MSH-4, which answers for what the message says. */
  facility: Draft | undefined;
  encounter: Draft<Encounter> | undefined;
  orders: readonly Draft<ServiceRequest>[];
  specimens: readonly Draft<Specimen>[];
  reports: readonly Draft<DiagnosticReport>[];
  observations: readonly Draft<Observation>[];
  /** Who sent it, as `application|facility`; '' when MSH-3 and MSH-4 are both empty. */
  sender: string;
  sentAt: string | undefined;
  /** Fields and components that hold something and have no place in the resources: `PID-18`, `OBX-3.7`. */
  unmapped: readonly string[];
  issues: readonly MappingIssue[];
}

const KINDS: Readonly<Record<string, MessageKind>> = {
  'ORU^R01': 'result',
  'ORM^O01': 'order',
  'OML^O21': 'order',
  'ADT^A01': 'admission',
  'ADT^A04': 'admission',
  'ADT^A08': 'admission',
  'ADT^A40': 'merge',
};

/** Whether messages of the type, or with the event of the type, are mapped. */
export function isMapped(type: string, event?: string): boolean {
  if (event !== undefined) return KINDS[`${type}^${event}`] !== undefined;
  return Object.keys(KINDS).some((known) => known.startsWith(`${type}^`));
}

/** Reads what a message says into resources. Undefined when messages of its type are not mapped. */
export function mapMessage(message: Message, options: MappingOptions): Mapping | undefined {
  const kind = KINDS[`${message.type}^${message.event}`];
  if (kind === undefined) return undefined;
  const { header } = message;
  const around = surroundingsOf(message, options);
  const drafts = new Drafts(around, options.newId);
  const groups = groupSegments(message, drafts);
  const sender = listed(header.text(3), header.text(4)).join('|');

  const facilityReference = drafts.party(hdOrganization(header.value(4), around));
  const isAdmission = kind === 'admission' || kind === 'merge';
  const authority = isAdmission ? 'override' : 'fill';
  const patient = mapPatient(groups.pid ?? header, groups.pd1, authority, drafts);
  if (groups.pid === undefined) {
    patient.resource = { resourceType: 'Patient' };
    patient.identifiers = [];
  }
  if (groups.pid !== undefined) mapMother(groups.pid, patient, drafts);
  for (const nk1 of groups.relatives) mapRelatedPerson(nk1, patient, drafts);
  const encounter = groups.pv1 && mapEncounter(groups.pv1, groups.pv2, patient, authority, drafts);
  const merged = kind === 'merge' ? mergePatients(message, patient, drafts) : undefined;
  const subject: Subject = { patient, encounter, sender, facility: facilityReference, isResult: kind === 'result' };

  const orders: Draft<ServiceRequest>[] = [];
  const specimens: Draft<Specimen>[] = [];
  const reports: Draft<DiagnosticReport>[] = [];
  const observations: Draft<Observation>[] = [];
  const lone = loneSpecimen(groups.orders);
  const loneDraft = lone && mapSpecimen(lone.specimen, lone.order.obr, subject, drafts);
  for (const group of groups.orders) {
    const order = mapOrder(group, subject, drafts);
    orders.push(order);
    const own = group.specimens.map(
      (each) => [each, each === lone?.specimen ? loneDraft! : mapSpecimen(each, group.obr, subject, drafts)] as const,
    );
    const elsewhere = own.length > 0 ? undefined : (loneDraft ?? sourceOf(group, subject, drafts));
    const taken = [...own.map(([, draft]) => draft), ...(elsewhere === undefined ? [] : [elsewhere])];
    for (const draft of taken) if (!specimens.includes(draft)) specimens.push(draft);
    if (taken.length > 0) order.resource.specimen = taken.map((draft) => draft.reference);

    const report = kind === 'result' && group.obr !== undefined ? mapReport(group, order, subject, drafts) : undefined;
    const [only] = taken;
    const context: ObservationContext = {
      subject,
      report,
      specimen: taken.length === 1 ? only : undefined,
      collected: dateTime(group.obr?.text(7), around),
      issued: instant(group.obr?.text(22), around),
      taken: new Map(),
    };
    const found = group.observations.map((each) => mapObservation(each, context, drafts));
    for (const [{ observations: ofSpecimen }, draft] of own)
      found.push(...ofSpecimen.map((each) => mapObservation(each, { ...context, specimen: draft }, drafts)));
    observations.push(...found);
    if (report !== undefined) {
      reports.push(report);
      if (taken.length > 0) report.resource.specimen = taken.map((draft) => draft.reference) as never;
      if (found.length > 0) report.resource.result = found.map((draft) => draft.reference) as never;
      const notes = annotations(group.notes, drafts);
      if (notes.length > 0) report.resource.conclusion = notes.map((note) => note.text).join('\n');
    } else if (found.length > 0) order.resource.supportingInfo = found.map((draft) => draft.reference);
  }

  // The reading of MSH belongs to no resource of the record, but counts as read.
  for (let field = 1; field <= 19; field++) for (const value of header.repetitions(field)) value.whole();
  for (const segment of message.segments) if (segment.name !== 'MSH') segment.value(1)?.whole();
  return {
    kind,
    drafts: drafts.all,
    patient,
    merged,
    facility: drafts.behind(facilityReference),
    encounter,
    orders,
    specimens,
    reports,
    observations,
    sender,
    sentAt: instant(header.text(7), around),
    unmapped: unreadFields(message),
    issues: drafts.issues,
  };
}

/** The mapping as the guide's bundle: message header first, then what the message says, then its provenance. */
export function toBundle(message: Message, mapping: Mapping, options: MappingOptions): Bundle {
  const around = surroundingsOf(message, options);
  const drafts = new Drafts(around, options.newId);
  const header = drafts.add<MessageHeader>(messageHeader(message, mapping, drafts));
  const provenance = drafts.add<Provenance>(provenanceOf(message, mapping, drafts, options));
  const parties = drafts.all.filter((draft) => draft !== (header as Draft) && draft !== (provenance as Draft));
  const all: Draft[] = [header as Draft, ...mapping.drafts, ...parties, provenance as Draft];
  return {
    resourceType: 'Bundle',
    type: 'message',
    timestamp: mapping.sentAt ?? options.now.toISOString(),
    entry: all.map(({ resource, reference }) => ({ fullUrl: reference.reference, resource: resource as never })),
  };
}

function surroundingsOf({ header }: Message, options: MappingOptions): Surroundings {
  const facility = header.text(4) ?? header.text(3);
  return {
    zone: parseDateTime(header.text(7))?.zone ?? options.zone ?? '+08:00',
    senderSystem: facility === undefined ? undefined : namespaceSystem(facility),
    namespaces: options.namespaces ?? {},
    exact: options.exact ?? (() => undefined),
  };
}

interface Groups {
  pid?: Segment;
  pd1?: Segment;
  pv1?: Segment;
  pv2?: Segment;
  relatives: Segment[];
  orders: OrderGroup[];
}

/**
 * Puts segments together by their order in the message, as the message structures of chapters 3, 4 and 7 have it, and
 * tolerant beyond them: a missing ORC, an OBX before any OBR, a second PID are senders' habits.
 */
function groupSegments(message: Message, drafts: Drafts): Groups {
  const groups: Groups = { relatives: [], orders: [] };
  let order: OrderGroup | undefined;
  let specimen: SpecimenGroup | undefined;
  let observation: ObservationGroup | undefined;
  const startOrder = (): OrderGroup => {
    order = { notes: [], timings: [], diagnoses: [], observations: [], specimens: [] };
    specimen = undefined;
    observation = undefined;
    groups.orders.push(order);
    return order;
  };

  for (const segment of message.segments) {
    switch (segment.name) {
      case 'PID':
        if (groups.pid === undefined) groups.pid = segment;
        else drafts.warn('not-supported', 'a second patient in one message is not mapped', segment);
        break;
      case 'PD1':
        groups.pd1 ??= segment;
        break;
      case 'NK1':
        groups.relatives.push(segment);
        break;
      case 'PV1':
        groups.pv1 ??= segment;
        break;
      case 'PV2':
        groups.pv2 ??= segment;
        break;
      case 'ORC':
        startOrder().orc = segment;
        break;
      case 'OBR':
        if (order === undefined || order.obr !== undefined) startOrder();
        order!.obr = segment;
        break;
      case 'TQ1':
        order?.timings.push(segment);
        break;
      case 'DG1':
        order?.diagnoses.push(segment);
        break;
      case 'OBX':
        if (order === undefined) {
          drafts.warn('structure', 'an observation belongs to no order', segment);
          startOrder();
        }
        observation = { obx: segment, notes: [], participations: [] };
        (specimen ?? order!).observations.push(observation);
        break;
      case 'SPM':
        if (order === undefined) startOrder();
        specimen = { spm: segment, containers: [], observations: [] };
        observation = undefined;
        order!.specimens.push(specimen);
        break;
      case 'SAC':
        specimen?.containers.push(segment);
        break;
      case 'NTE':
        (observation ?? order)?.notes.push(segment);
        break;
      case 'PRT':
        observation?.participations.push(segment);
        break;
    }
  }
  return groups;
}

/** OBR-15, where older messages name the specimen. */
function sourceOf({ obr }: OrderGroup, subject: Subject, drafts: Drafts): Draft<Specimen> | undefined {
  return obr === undefined ? undefined : mapSpecimenSource(obr, subject, drafts);
}

/**
 * The one specimen of a message that names a single one: it stands for all its orders, though by the letter of chapter 7 SPM
 * belongs to the order before it. Senders who draw one tube for several panels write it once.
 */
function loneSpecimen(orders: readonly OrderGroup[]): { specimen: SpecimenGroup; order: OrderGroup } | undefined {
  const all = orders.flatMap((order) => order.specimens.map((specimen) => ({ specimen, order })));
  return all.length === 1 ? all[0] : undefined;
}

/** A40: the survivor replaces the merged patient, which points to it and is active no more. */
function mergePatients(message: Message, survivor: Draft<Patient>, drafts: Drafts): Draft<Patient> | undefined {
  const mrg = message.segment('MRG');
  const merged = mrg && mapMergedPatient(mrg, drafts);
  if (merged === undefined) {
    drafts.warn('required', 'a merge needs MRG-1');
    return undefined;
  }
  merged.resource.link = [{ other: survivor.reference, type: 'replaced-by' }];
  survivor.resource.link = [...(survivor.resource.link ?? []), { other: merged.reference, type: 'replaces' }];
  return merged;
}

function messageHeader({ header, type, event }: Message, mapping: Mapping, drafts: Drafts): MessageHeader {
  const { around } = drafts;
  const endpoint = hdSystem(header.value(3), around) ?? namespaceSystem('unknown');
  const structure = header.text(9, 3);
  return made<MessageHeader>({
    resourceType: 'MessageHeader',
    eventCoding: { system: `${V2}0003`, code: event, display: listed(type, event, structure).join('^') },
    source: made<MessageHeader['source']>({ name: header.text(3), endpoint }),
    sender: drafts.party(hdOrganization(header.value(4), around)) as never,
    destination: destinationOf(header, drafts),
    focus: [mapping.patient, ...mapping.reports, ...mapping.orders].map((draft) => draft.reference),
  });
}

function destinationOf(header: Segment, drafts: Drafts): MessageHeader['destination'] {
  const endpoint = hdSystem(header.value(5), drafts.around);
  if (endpoint === undefined) return undefined;
  const receiver = drafts.party(hdOrganization(header.value(6), drafts.around));
  return [made({ name: header.text(5), endpoint, receiver: receiver as never })];
}

function provenanceOf(message: Message, mapping: Mapping, drafts: Drafts, options: MappingOptions): Provenance {
  const { header } = message;
  const { around } = drafts;
  const targets = [
    ...mapping.reports,
    ...(mapping.reports.length > 0 ? [] : mapping.orders),
    ...(mapping.orders.length > 0 ? [] : [mapping.patient]),
  ];
  const who = drafts.party(hdOrganization(header.value(4), around)) ?? {
    display: mapping.sender === '' ? 'unknown sender' : mapping.sender,
  };
  const system = 'http://terminology.hl7.org/CodeSystem/provenance-participant-type';
  const operator = message.segment('EVN');
  const person = operator && drafts.parties(operator, 5, practitioner)[0];
  return made<Provenance>({
    resourceType: 'Provenance',
    target: targets.map((draft) => draft.reference) as never,
    recorded: mapping.sentAt ?? options.now.toISOString(),
    policy: ['http://hl7.org/fhir/uv/v2mappings'],
    activity: { coding: [{ display: listed(message.type, message.event, header.text(9, 3)).join('^') }] },
    agent: [
      { type: { coding: [{ system, code: 'author' }] }, who: who as never },
      ...(person === undefined ? [] : [{ type: { coding: [{ system, code: 'enterer' }] }, who: person as never }]),
    ],
  });
}
