import { createHash } from 'node:crypto';
import type { CodeableConcept, HumanName, Identifier, Observation, Patient, ServiceRequest } from '@medplum/fhirtypes';
import type { Resource } from '#kernel/fhir';
import type { Draft } from '#standards/v2-to-fhir';
import type { Person, TimelineEntry, Trend } from './model.ts';

/** Types whose resources other systems know by numbers, so that they are looked for before they are made. */
const KNOWN_BY_NUMBER: ReadonlySet<string> = new Set([
  'Patient',
  'Practitioner',
  'Organization',
  'Location',
  'Encounter',
  'ServiceRequest',
  'Specimen',
]);

/** Those whose numbers mean little without their patient: a number without authority is compared within one patient only. */
const OF_ONE_PATIENT: ReadonlySet<string> = new Set(['Encounter', 'ServiceRequest', 'Specimen']);

export function isKnownByNumber(type: string): boolean {
  return KNOWN_BY_NUMBER.has(type);
}

/** Keys under which anybody may know the resource, the most telling first. */
export function keysOf(draft: Pick<Draft, 'resource' | 'identifiers' | 'slot'>): string[] {
  const type = draft.resource.resourceType;
  if (draft.slot.startsWith('global|')) return [`${type}|${draft.slot}`];
  if (!isKnownByNumber(type)) return [];
  const numbers = draft.identifiers.filter(({ system, value }) => system !== undefined && value !== undefined);
  return withCode(
    draft,
    numbers.map(({ system, value }) => `${type}|${system}|${value}`),
  );
}

/** Keys that count within one patient: numbers whose authority the message does not name, and all others as well. */
export function keysWithin(draft: Pick<Draft, 'resource' | 'identifiers' | 'slot'>, patient: string): string[] {
  const type = draft.resource.resourceType;
  if (!OF_ONE_PATIENT.has(type)) return [];
  const numbers = draft.identifiers.filter(({ value }) => value !== undefined);
  return withCode(
    draft,
    numbers.map(({ value }) => `${type}|of ${patient}|${value}`),
  );
}

/** One order number may stand for several tests: an order is first looked for under its number and code. */
function withCode({ resource }: Pick<Draft, 'resource'>, keys: readonly string[]): string[] {
  if (resource.resourceType !== 'ServiceRequest') return [...keys];
  const code = firstCode(resource);
  return code === undefined ? [...keys] : keys.map((key) => `${key}#${code}`);
}

export function firstCode({ code }: Pick<ServiceRequest, 'code'>): string | undefined {
  const coding = code?.coding?.[0];
  return coding?.code ?? coding?.display ?? code?.text;
}

/** 25 letters and digits that follow from the text alone: whoever makes the same thing gives it the same id. */
export function idFrom(text: string): string {
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 32);
  return BigInt(`0x${hash}`).toString(36).padStart(25, '0');
}

/** The id of what belongs to a patient: the store finds it by the id alone. FHIR allows 64 characters. */
export function idWithin(patient: string, own: string): string {
  const whole = `${patient}.${own}`;
  return whole.length <= 64 ? whole : own;
}

/** The patient that this one was merged into, by its id. */
export function replacementOf(patient: Resource): string | undefined {
  const links = (patient as unknown as Patient).link ?? [];
  const [type, id] = links.find((link) => link.type === 'replaced-by')?.other.reference?.split('/') ?? [];
  return type === 'Patient' ? id : undefined;
}

/**
 * What the record says after a message has spoken of a resource that is there already.
 *
 * `fill`: only what was not known. `override`: what the message says; what it is silent about stays. Identifiers, links
 * and results of both are kept.
 */
export function mergeInto(before: Resource, draft: Pick<Draft, 'resource' | 'onExisting'>): Resource {
  const said = draft.resource as unknown as Resource;
  // Elements keep their places, so that a message that says nothing new changes nothing.
  const merged: Resource = { ...before };
  for (const [element, value] of Object.entries(said))
    if (draft.onExisting === 'override' || before[element] === undefined) merged[element] = value;
  for (const element of ['identifier', 'link', 'result', 'specimen', 'performer'] as const) {
    const all = union(before[element], said[element]);
    if (all.length > 0) merged[element] = all;
  }
  if (merged.resourceType === 'ServiceRequest')
    merged.status = orderStatusAfter(before.status, said.status, draft.onExisting);
  if (merged.resourceType === 'DiagnosticReport' && isVague(said.status)) merged.status = before.status;
  return merged;
}

/**
 * An order that has ended is not opened again by a message that comes late or is repeated; a result completes it.
 */
export function orderStatusAfter(
  before: unknown,
  said: unknown,
  onExisting: Draft['onExisting'],
): ServiceRequest['status'] {
  const was = before as ServiceRequest['status'];
  const is = said as ServiceRequest['status'];
  if (isVague(is)) return was;
  if (ENDED.has(String(was)) && !ENDED.has(String(is))) return was;
  if (onExisting === 'fill' && was === 'on-hold' && is === 'active') return was;
  return is;
}

const ENDED: ReadonlySet<string> = new Set(['completed', 'revoked', 'entered-in-error']);

function isVague(status: unknown): boolean {
  return status === undefined || status === 'unknown';
}

function union(before: unknown, said: unknown): unknown[] {
  const all = Array.isArray(before) ? [...before] : [];
  const known = new Set(all.map(sameness));
  for (const each of Array.isArray(said) ? said : []) {
    const key = sameness(each);
    if (known.has(key)) continue;
    known.add(key);
    all.push(each);
  }
  return all;
}

/** References and identifiers are the same when they point to the same; anything else when it is equal. */
function sameness(each: unknown): string {
  const { reference, system, value, other, type } = each as {
    reference?: string;
    other?: { reference?: string };
    type?: unknown;
  } & Identifier;
  if (reference !== undefined) return reference;
  if (other?.reference !== undefined) return `${type as string} ${other.reference}`;
  if (value !== undefined) return `${system ?? ''}|${value}`;
  return JSON.stringify(each);
}

/** A person as lists and the banner show one. */
export function showPerson(patient: Patient): Person {
  const links = patient.link ?? [];
  const names = patient.name ?? [];
  const name = names.find(({ use }) => use === 'official') ?? names.find(({ use }) => use === 'usual') ?? names[0];
  const shown = textOfName(name);
  const latin = names.map(textOfName).find((text) => /^[\p{Script=Latin}\p{P}\s]+$/u.test(text));
  const replaced = links
    .filter(({ type }) => type === 'replaces')
    .flatMap(({ other }) => idOfReference(other.reference));
  const into = links
    .filter(({ type }) => type === 'replaced-by')
    .flatMap(({ other }) => idOfReference(other.reference));
  return {
    id: patient.id!,
    name: shown,
    ...(latin === undefined || latin === shown ? {} : { nameLatin: latin }),
    ...(patient.gender === undefined ? {} : { sex: patient.gender }),
    ...(patient.birthDate === undefined ? {} : { birthDate: patient.birthDate }),
    ...(patient.deceasedBoolean === true || patient.deceasedDateTime !== undefined ? { deceased: true } : {}),
    identifiers: (patient.identifier ?? []).flatMap(({ type, system, value }) =>
      value === undefined
        ? []
        : [{ label: type?.coding?.[0]?.code ?? type?.text ?? system?.split('/').at(-1) ?? '', value }],
    ),
    merged: replaced,
    ...(into[0] === undefined ? {} : { mergedInto: into[0] }),
  };
}

function textOfName(name: HumanName | undefined): string {
  if (name === undefined) return '';
  return name.text ?? [...(name.given ?? []), name.family].filter(Boolean).join(' ');
}

const KINDS: Readonly<Record<string, TimelineEntry['kind']>> = {
  ServiceRequest: 'order',
  Specimen: 'specimen',
  DiagnosticReport: 'report',
  Encounter: 'encounter',
  Condition: 'condition',
  MedicationRequest: 'medication',
  Immunization: 'immunization',
  Procedure: 'procedure',
  DocumentReference: 'document',
};
/** The resource types whose entries are of these kinds, or of any. */
export function timelineTypes(kinds?: readonly TimelineEntry['kind'][]): string[] {
  return Object.keys(KINDS).filter((type) => kinds === undefined || kinds.includes(KINDS[type]!));
}

/** When it happened, as the resource says; undefined for what has no time, which no timeline can show. */
export function showEntry(resource: Resource): TimelineEntry | undefined {
  const kind = KINDS[resource.resourceType];
  const {
    collection,
    period,
    performedPeriod,
    effectivePeriod,
    class: visit,
  } = resource as Record<string, { collectedDateTime?: string; start?: string; display?: string } | undefined>;
  const times = [
    resource.effectiveDateTime,
    effectivePeriod?.start,
    collection?.collectedDateTime,
    period?.start,
    resource.performedDateTime,
    performedPeriod?.start,
    resource.occurrenceDateTime,
    resource.onsetDateTime,
    resource.authoredOn,
    resource.receivedTime,
    resource.issued,
    resource.recordedDate,
    resource.date,
  ];
  const at = times.find((time): time is string => typeof time === 'string' && !Number.isNaN(Date.parse(time)));
  if (kind === undefined || at === undefined) return undefined;
  const code = (resource.code ??
    resource.medicationCodeableConcept ??
    resource.vaccineCode ??
    (Array.isArray(resource.type) ? resource.type[0] : resource.type)) as CodeableConcept | undefined;
  const { title = visit?.display ?? resource.resourceType, titleZh } = wordsOf(code);
  return {
    id: `${resource.resourceType}/${resource.id}`,
    kind,
    at,
    title,
    ...(titleZh === undefined ? {} : { titleZh }),
    ...(typeof resource.status === 'string' ? { status: resource.status } : {}),
  };
}

const CHINESE = /[\u3400-\u9fff]/;

/** What a concept is called, and in Chinese where one of its texts is: senders put each language into a coding of its own. */
function wordsOf(concept: CodeableConcept | undefined): { title?: string; titleZh?: string } {
  const texts = [concept?.text, ...(concept?.coding ?? []).map(({ display }) => display)].flatMap((text) => text ?? []);
  const titleZh = texts.find((text) => CHINESE.test(text));
  const title = texts.find((text) => !CHINESE.test(text)) ?? titleZh ?? concept?.coding?.[0]?.code;
  return { ...(title === undefined ? {} : { title }), ...(titleZh === undefined ? {} : { titleZh }) };
}

/** Newest first; what happened at one instant by id, so that pages never overlap. */
export function inTimeOrder(entries: readonly TimelineEntry[]): TimelineEntry[] {
  return [...entries].sort((one, other) => Date.parse(other.at) - Date.parse(one.at) || (one.id < other.id ? -1 : 1));
}

/** Values of one code and unit belong to one series, oldest first; withdrawn ones are left out. */
export function trendsOf(observations: readonly Observation[]): Trend[] {
  const series = new Map<string, Trend>();
  for (const observation of observations) {
    const { valueQuantity, effectiveDateTime: at, status, code } = observation;
    const coding = code.coding?.[0];
    if (
      valueQuantity?.value === undefined ||
      at === undefined ||
      status === 'entered-in-error' ||
      status === 'cancelled'
    )
      continue;
    const key = `${coding?.system ?? ''}|${coding?.code ?? code.text}|${valueQuantity.code ?? valueQuantity.unit ?? ''}`;
    let trend = series.get(key);
    if (trend === undefined) {
      const { title: name = '', titleZh: nameZh } = wordsOf(code);
      const unit = valueQuantity.unit ?? valueQuantity.code;
      trend = {
        code: coding?.code ?? name,
        name,
        points: [],
        ...(nameZh === undefined ? {} : { nameZh }),
        ...(coding?.system === undefined ? {} : { system: coding.system }),
        ...(unit === undefined ? {} : { unit }),
      };
      series.set(key, trend);
    }
    const range = observation.referenceRange?.[0];
    const flag = observation.interpretation?.[0]?.coding?.[0]?.code;
    trend.points.push({
      id: observation.id!,
      at,
      value: valueQuantity.value,
      status,
      ...(range?.low?.value === undefined ? {} : { low: range.low.value }),
      ...(range?.high?.value === undefined ? {} : { high: range.high.value }),
      ...(flag === undefined ? {} : { flag }),
    });
  }
  for (const { points } of series.values())
    points.sort((one, other) => Date.parse(one.at) - Date.parse(other.at) || (one.id < other.id ? -1 : 1));
  return [...series.values()].sort(
    (one, other) => other.points.length - one.points.length || (one.name < other.name ? -1 : 1),
  );
}

function idOfReference(reference: string | undefined): string[] {
  const id = reference?.split('/')[1];
  return id === undefined ? [] : [id];
}
