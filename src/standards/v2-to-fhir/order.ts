import type {
  Annotation,
  CodeableConcept,
  DiagnosticReport,
  Encounter,
  Identifier,
  Patient,
  Reference,
  ServiceRequest,
  Specimen,
  Timing,
} from '@medplum/fhirtypes';
import type { Segment, Value } from '#standards/hl7v2';
import {
  coded,
  concept,
  cxIdentifier,
  dateTime,
  each,
  eiIdentifier,
  filled,
  instant,
  made,
  organization,
  practitioner,
  quantity,
  V2,
} from './data-types.ts';
import type { Draft, Drafts } from './draft.ts';
import { ORDER_CONTROL, ORDER_STATUS, PRIORITY, REPORT_STATUS } from './tables.ts';

/** What belongs together in ORU, ORM and OML: an order with its notes, timing, specimens and observations. */
export interface OrderGroup {
  orc?: Segment;
  obr?: Segment;
  notes: Segment[];
  timings: Segment[];
  diagnoses: Segment[];
  observations: ObservationGroup[];
  specimens: SpecimenGroup[];
}

export interface ObservationGroup {
  obx: Segment;
  notes: Segment[];
  participations: Segment[];
}

export interface SpecimenGroup {
  spm: Segment;
  containers: Segment[];
  observations: ObservationGroup[];
}

export interface Subject {
  patient: Draft<Patient>;
  encounter: Draft<Encounter> | undefined;
  /** MSH-3 and MSH-4: numbers without authority are unique for them only. */
  sender: string;
  /** The organization of MSH-4. */
  facility: { reference: string } | { display: string } | undefined;
  /** True in ORU: the sender fills the order; in OML and ORM it places it. */
  isResult: boolean;
}

export function mapOrder(group: OrderGroup, subject: Subject, drafts: Drafts): Draft<ServiceRequest> {
  const { orc, obr } = group;
  const { around } = drafts;
  const { placer, filler } = orderNumbers(group, subject, drafts);
  const groupNumber = orc && eiPart(orc.value(4), 'PGN', drafts);
  const others = [
    ...(obr ? each(obr, 53, (value) => cxIdentifier(value, around)) : []),
    ...(orc && obr?.fields[53] === undefined ? each(orc, 33, (value) => cxIdentifier(value, around)) : []),
  ];
  const requester = partyOf(orc, 12, obr, 16, drafts);
  const facility = orc && drafts.parties(orc, 21, organization)[0];
  const timing = group.timings.map((tq1) => timingOf(tq1, drafts)).find((found) => found !== undefined);
  const urgency = priorityOf(obr, group.timings);
  const numbers = [placer, filler].filter((number) => number !== undefined);
  const authored = dateTime(orc?.text(9), around);
  const requested = dateTime(obr?.text(6), around);

  const order = made<ServiceRequest>({
    resourceType: 'ServiceRequest',
    identifier: [...numbers, ...others],
    requisition: groupNumber,
    status: orderStatus(group, subject.isResult),
    intent: obr?.text(11) === 'G' ? 'reflex-order' : 'order',
    category: [LABORATORY_PROCEDURE],
    code: obr && concept(obr.value(4), around),
    priority: urgency as ServiceRequest['priority'],
    subject: subject.patient.reference,
    encounter: subject.encounter?.reference,
    authoredOn: authored,
    occurrenceDateTime: timing === undefined ? requested : undefined,
    occurrenceTiming: timing,
    requester: (requester ?? facility ?? (subject.isResult ? undefined : subject.facility)) as
      | Reference
      | undefined as never,
    reasonCode: [
      ...(obr ? each(obr, 31, (value) => concept(value, around)) : []),
      ...group.diagnoses
        .map((dg1) => concept(dg1.value(3), around) ?? textConcept(dg1.text(4)))
        .filter((each) => each !== undefined),
    ],
    note: annotations(group.notes, drafts),
  });
  const relevant = obr && concept(obr.value(13), around);
  if (relevant !== undefined)
    order.note = [...(order.note ?? []), { text: `Clinical information: ${textOf(relevant)}` }];
  const control = orc?.text(1);
  if (control !== undefined && ORDER_CONTROL[control] === undefined && control !== 'RE' && control !== 'SC')
    drafts.warn('value', 'the order control has no counterpart in FHIR: the status was read from the message', orc, 1);

  return drafts.add<ServiceRequest>(order, {
    identifiers: numbers,
    slot: `order|${codeKey(order.code)}|${numbers.length === 0 ? drafts.all.length : ''}`,
    onExisting: subject.isResult ? 'fill' : 'override',
  });
}

export function mapReport(
  group: OrderGroup,
  order: Draft<ServiceRequest>,
  subject: Subject,
  drafts: Drafts,
): Draft<DiagnosticReport> {
  const { around } = drafts;
  const obr = group.obr!;
  const { placer, filler } = orderNumbers(group, subject, drafts);
  const code = concept(obr.value(4), around);
  const start = dateTime(obr.text(7), around);
  const end = dateTime(obr.text(8), around);
  const state = obr.text(25);
  const status = coded(REPORT_STATUS, state);
  if (status === undefined)
    drafts.warn(
      state === undefined ? 'required' : 'value',
      'the result status is not known: the report is of unknown status',
      obr,
      25,
    );
  const section = obr.text(24);
  const report = made<DiagnosticReport>({
    resourceType: 'DiagnosticReport',
    identifier: [placer, filler].filter((number) => number !== undefined),
    basedOn: [order.reference as Reference<ServiceRequest>],
    status: (status ?? 'unknown') as DiagnosticReport['status'],
    category: [
      { coding: [{ system: `${V2}0074`, code: 'LAB' }] },
      ...(section === undefined || section === 'LAB' ? [] : [{ coding: [{ system: `${V2}0074`, code: section }] }]),
    ],
    code: code ?? { text: 'not stated' },
    subject: subject.patient.reference as Reference<Patient>,
    encounter: subject.encounter?.reference as Reference<Encounter> | undefined,
    effectiveDateTime: end === undefined ? start : undefined,
    effectivePeriod: end === undefined ? undefined : filled({ start, end }),
    issued: instant(obr.text(22), around),
    performer: subject.facility === undefined ? undefined : ([subject.facility] as never),
    resultsInterpreter: interpreters(obr, drafts) as never,
  });
  const number = filler ?? placer;
  const slot =
    number === undefined
      ? `report|${drafts.all.length}`
      : `report|${subject.sender}|${number.system ?? ''}|${number.value}|${codeKey(code)}`;
  const isGlobal = number !== undefined && subject.sender !== '';
  return drafts.add<DiagnosticReport>(report, {
    slot: isGlobal ? `global|${slot}` : slot,
    onExisting: 'override',
  });
}

/** SPM, or what OBR-15 says of the specimen in messages older than 2.5. */
export function mapSpecimen(
  group: SpecimenGroup,
  obr: Segment | undefined,
  subject: Subject,
  drafts: Drafts,
): Draft<Specimen> {
  const { spm } = group;
  const { around } = drafts;
  const own = each(spm, 2, (value) => value);
  const identifiers = own.flatMap((value) => [eiPartOf(value, 1, 'PGN', drafts), eiPartOf(value, 2, 'FGN', drafts)]);
  const accession = each(spm, 30, (value) => cxIdentifier(value, around));
  const shipment = each(spm, 32, (value) => eiIdentifier(value, 'SHIP', around));
  const collected = spm.value(17);
  const start = dateTime(collected?.text(1), around);
  const end = dateTime(collected?.text(2), around);
  const parents = each(spm, 3, (value) => value).flatMap((value) => {
    const number = eiPartOf(value, 2, undefined, drafts) ?? eiPartOf(value, 1, undefined, drafts);
    return number === undefined ? [] : [{ type: 'Specimen', identifier: number }];
  });
  const rejected = each(spm, 21, (value) => concept(value, around, '0490'));
  const available = spm.text(20);
  const container = group.containers[0];
  const numbers = unique([
    ...identifiers.filter((number) => number !== undefined),
    ...accession,
    ...each(spm, 31, (value) => cxIdentifier(value, around)),
  ]);

  const specimen = made<Specimen>({
    resourceType: 'Specimen',
    identifier: [...numbers.filter((number) => !accession.includes(number)), ...shipment],
    accessionIdentifier: accession[0],
    status:
      rejected.length > 0
        ? 'unsatisfactory'
        : available === 'N'
          ? 'unavailable'
          : available === 'Y'
            ? 'available'
            : undefined,
    type: concept(spm.value(4), around, '0487'),
    subject: subject.patient.reference as Reference<Patient>,
    receivedTime: dateTime(spm.text(18), around) ?? dateTime(obr?.text(14), around),
    parent: parents as never,
    collection: filled<NonNullable<Specimen['collection']>>({
      collector: (obr && drafts.parties(obr, 10, practitioner)[0]) as never,
      collectedDateTime:
        end === undefined
          ? (start ?? (obr?.text(8) === undefined ? dateTime(obr?.text(7), around) : undefined))
          : undefined,
      collectedPeriod: end === undefined ? undefined : filled({ start, end }),
      quantity: spm.value(12) && quantity(spm.text(12), spm.value(12)?.part(2), around),
      method: concept(spm.value(7), around, '0488'),
      bodySite: concept(spm.value(8), around),
    }),
    container: containers(spm, container, drafts),
    condition: [...each(spm, 24, (value) => concept(value, around, '0493')), ...rejected],
    note: each(spm, 14, (value) => {
      const text = value.whole();
      return text === undefined ? undefined : { text };
    }),
  });
  const known = numbers.filter(({ value }) => value !== undefined);
  return drafts.add<Specimen>(specimen, {
    identifiers: known,
    slot: `specimen|${known.length === 0 ? `${spm.sequence}|${codeKey(specimen.type)}` : ''}`,
    onExisting: 'fill',
  });
}

/** OBR-15 (SPS) of old messages; undefined when it is empty. */
export function mapSpecimenSource(obr: Segment, subject: Subject, drafts: Drafts): Draft<Specimen> | undefined {
  const { around } = drafts;
  const source = obr.value(15);
  if (source === undefined || source.isEmpty) return undefined;
  const specimen = made<Specimen>({
    resourceType: 'Specimen',
    type: concept(source.part(1), around, '0070'),
    subject: subject.patient.reference as Reference<Patient>,
    receivedTime: dateTime(obr.text(14), around),
    collection: filled<NonNullable<Specimen['collection']>>({
      collector: drafts.parties(obr, 10, practitioner)[0] as never,
      collectedDateTime: obr.text(8) === undefined ? dateTime(obr.text(7), around) : undefined,
      bodySite: concept(source.part(4), around, '0163'),
    }),
  });
  return drafts.add<Specimen>(specimen, { slot: `specimen-of-order|${obr.sequence}` });
}

export function annotations(notes: readonly Segment[], drafts: Drafts): Annotation[] {
  return notes.flatMap((nte) => {
    const text = nte
      .repetitions(3)
      .map((value) => value.whole() ?? '')
      .join('\n');
    if (text.trim() === '') return [];
    const author = drafts.parties(nte, 5, practitioner)[0];
    const time = dateTime(nte.text(6), drafts.around);
    return [made<Annotation>({ text, time, ...authored(author) })];
  });
}

/** How an order or test is told from another: its first code, else its text. */
export function codeKey(code: CodeableConcept | undefined): string {
  const coding = code?.coding?.[0];
  return coding?.code ?? coding?.display ?? code?.text ?? '';
}

const LABORATORY_PROCEDURE: CodeableConcept = {
  coding: [{ system: 'http://snomed.info/sct', code: '108252007', display: 'Laboratory procedure' }],
};

function orderNumbers(
  group: OrderGroup,
  subject: Subject,
  drafts: Drafts,
): { placer: Identifier | undefined; filler: Identifier | undefined } {
  const { orc, obr } = group;
  const { around } = drafts;
  // A number without authority is the sender's own where the sender gave it, and nobody's where it is only repeated.
  const ownPlacer = subject.isResult ? undefined : around.senderSystem;
  const ownFiller = subject.isResult ? around.senderSystem : undefined;
  const placer =
    eiIdentifier(obr?.value(2), 'PLAC', around, ownPlacer) ?? eiIdentifier(orc?.value(2), 'PLAC', around, ownPlacer);
  const filler =
    eiIdentifier(obr?.value(3), 'FILL', around, ownFiller) ?? eiIdentifier(orc?.value(3), 'FILL', around, ownFiller);
  return { placer, filler };
}

function orderStatus({ orc, obr }: OrderGroup, isResult: boolean): ServiceRequest['status'] {
  const told = coded(ORDER_STATUS, orc?.text(5)) ?? coded(ORDER_CONTROL, orc?.text(1));
  if (told !== undefined) return told as ServiceRequest['status'];
  if (!isResult) return 'active';
  const state = obr?.text(25);
  if (state === 'F' || state === 'C') return 'completed';
  return state === 'X' ? 'revoked' : state === undefined ? 'unknown' : 'active';
}

function priorityOf(obr: Segment | undefined, timings: readonly Segment[]): string | undefined {
  const codes = [...timings.map((tq1) => tq1.text(9)), obr?.text(5), obr?.text(27, 6)];
  for (const code of codes) {
    const priority = coded(PRIORITY, code);
    if (priority !== undefined) return priority;
  }
  return undefined;
}

function timingOf(tq1: Segment, drafts: Drafts): Timing | undefined {
  const { around } = drafts;
  const bounds = filled({ start: dateTime(tq1.text(7), around), end: dateTime(tq1.text(8), around) });
  return bounds && { repeat: { boundsPeriod: bounds } };
}

function partyOf(
  first: Segment | undefined,
  firstField: number,
  second: Segment | undefined,
  secondField: number,
  drafts: Drafts,
) {
  const [a] = first ? drafts.parties(first, firstField, practitioner) : [];
  const [b] = second ? drafts.parties(second, secondField, practitioner) : [];
  return a !== undefined && 'reference' in a ? a : b !== undefined && 'reference' in b ? b : (a ?? b);
}

/** NDL: the name of OBR-32 as subcomponents of its first component. */
function interpreters(obr: Segment, drafts: Drafts) {
  return obr
    .repetitions(32)
    .map((value) => {
      const name = value.part(1);
      return name && drafts.party(practitioner(name, drafts.around));
    })
    .filter((each) => each !== undefined);
}

function containers(spm: Segment, sac: Segment | undefined, drafts: Drafts): Specimen['container'] {
  const { around } = drafts;
  const container = filled<NonNullable<Specimen['container']>[number]>({
    identifier:
      sac === undefined
        ? undefined
        : [eiIdentifier(sac.value(3), undefined, around)].filter((each) => each !== undefined),
    type: concept(spm.value(27), around),
    additiveCodeableConcept: concept(spm.value(6), around, '0371'),
  });
  return container && [container];
}

/** EIP part: its subcomponents are an EI. */
function eiPartOf(value: Value, component: number, type: string | undefined, drafts: Drafts): Identifier | undefined {
  return eiIdentifier(
    value.part(component),
    type,
    drafts.around,
    component === 2 ? drafts.around.senderSystem : undefined,
  );
}

/** ORC-4 is an EI, or an EIP in newer versions. */
function eiPart(value: Value | undefined, type: string, drafts: Drafts): Identifier | undefined {
  return value?.components[0]?.includes('&')
    ? eiPartOf(value, 1, type, drafts)
    : eiIdentifier(value, type, drafts.around);
}

function authored(author: { reference: string } | { display: string } | undefined): {
  authorReference: { reference: string } | undefined;
  authorString: string | undefined;
} {
  return {
    authorReference: author !== undefined && 'reference' in author ? author : undefined,
    authorString: author !== undefined && 'display' in author ? author.display : undefined,
  };
}

function textConcept(text: string | undefined): CodeableConcept | undefined {
  return text === undefined ? undefined : { text };
}

function textOf(code: CodeableConcept): string {
  return code.text ?? code.coding?.map((coding) => coding.display ?? coding.code).join(', ') ?? '';
}

function unique(identifiers: readonly Identifier[]): Identifier[] {
  const seen = new Set<string>();
  return identifiers.filter(({ system, value, type }) => {
    const key = `${system}|${value}|${type?.coding?.[0]?.code}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}
