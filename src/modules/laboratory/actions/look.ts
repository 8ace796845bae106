import { recordRead } from '#kernel/access';
import type { Context } from '#kernel/context';
import { load } from '#kernel/fhir';
import { Problem } from '#kernel/problem';
import { type CustodyChain, findChain, type Names, namesOf } from '#modules/custody';
import type { Flag, Interval, ResultLine, SpecimenFact, Work } from '../model.ts';
import { accessionOf, ageAt, flagOf, idsOf, nameOfAnalyte, publishedInterval } from '../rules.ts';
import {
  findKeys,
  findKnown,
  findObservations,
  findPatientNames,
  findResources,
  findTube,
  findWorks,
  findWorksByKey,
  type RecordRow,
  type WorkFilter,
} from '../store.ts';
import { keyOf } from './apply.ts';

const MOST_RESULTS = 500;
const MOST_PREVIOUS = 2000;

/** An order with the name of the person it is for. */
export type WorkLine = Work & { patient: string; patientName?: string };

/** Orders the actor may see, newest first. */
export async function listOrders(ctx: Context, filter: WorkFilter): Promise<{ orders: WorkLine[]; names: Names }> {
  ctx.require('laboratory.order.read');
  const works = await findWorks(ctx, filter);
  const orders = await withNames(ctx, works);
  await recordRead(ctx, {
    act: 'laboratory.orders-read',
    patients: patientsOf(works),
    detail: { orders: works.length },
  });
  return {
    orders,
    names: await namesOf(
      ctx.db,
      works.map(({ site }) => site),
    ),
  };
}

async function withNames(ctx: Context, works: readonly Work[]): Promise<WorkLine[]> {
  const names = await findPatientNames(ctx.db, patientsOf(works));
  return works.map((work) => {
    const patientName = names.get(work.part);
    return { ...work, patient: work.part, ...(patientName !== undefined && { patientName }) };
  });
}

function patientsOf(works: readonly Work[]): string[] {
  return [...new Set(works.map(({ part }) => part))];
}

/** One order, the orders of the same requisition, and its reports. */
export async function readOrder(
  ctx: Context,
  id: string,
): Promise<{
  order: WorkLine;
  together: WorkLine[];
  reports: { id: string; status: string; issuedAt?: string }[];
  names: Names;
}> {
  ctx.require('laboratory.order.read');
  const [work] = await findWorksByKey(ctx, await findKeys(ctx.db, id));
  if (work === undefined) throw new Problem('not-found', 'there is no such order');
  const [order] = await withNames(ctx, [work]);
  const all = work.requisition === undefined ? [] : await findWorks(ctx, { text: work.requisition, limit: 50 });
  const reports = await reportsOf(ctx, [work]);
  await recordRead(ctx, { act: 'laboratory.order-read', subject: `ServiceRequest/${work.id}`, patients: [work.part] });
  return {
    order: order!,
    together: await withNames(
      ctx,
      all.filter(({ part, id }) => part === work.part && id !== work.id),
    ),
    reports,
    names: await namesOf(ctx.db, [work.site]),
  };
}

async function reportsOf(
  ctx: Context,
  works: readonly Work[],
): Promise<{ id: string; status: string; issuedAt?: string; part: string }[]> {
  const known = await findKnown(ctx.db, works);
  return known.flatMap(({ part, known: { reports } }) =>
    Object.entries(reports).map(([id, { status, issuedAt }]) => ({
      id,
      part,
      status,
      ...(issuedAt !== undefined && { issuedAt }),
    })),
  );
}

export interface SpecimenLife {
  accession: string;
  specimens: SpecimenFact[];
  orders: WorkLine[];
  reports: { id: string; part: string; status: string; issuedAt?: string }[];
  chain?: CustodyChain;
}

/** A specimen's whole life: orders, collection, custody with its temperature, arrival, reports. */
export async function readSpecimen(ctx: Context, accession: string): Promise<SpecimenLife> {
  if (!ctx.actor.permissions.has('laboratory.report.read')) ctx.require('laboratory.order.read');
  const tube = await findTube(ctx.db, accession);
  const works = tube === undefined || tube.works.length === 0 ? [] : await findWorksByKey(ctx, tube.works.map(keyOf));
  if (tube === undefined || works.length === 0) throw new Problem('not-found', 'there is no such specimen');
  const parts = new Set(patientsOf(works));
  const chain = await findChain(ctx.db, accession);
  await recordRead(ctx, { act: 'laboratory.specimen-read', subject: `specimen/${accession}`, patients: [...parts] });
  return {
    accession,
    specimens: Object.entries(tube.known.specimens)
      .filter(([key]) => parts.has(keyOf(key).part))
      .map(([, fact]) => fact),
    orders: await withNames(ctx, works),
    reports: await reportsOf(ctx, works),
    ...(chain !== undefined && { chain }),
  };
}

export interface ReportView {
  id: string;
  status: string;
  name: string;
  issuedAt?: string;
  performer?: string;
  patient: { id: string; name?: string; sex?: string; birthDate?: string; ageYears?: number };
  accessions: string[];
  orders: string[];
  conclusion?: string;
  results: ResultLine[];
}

/** A report with its results, each with its interval, the interval's source, and the value before. */
export async function readReport(ctx: Context, id: string): Promise<ReportView> {
  ctx.require('laboratory.report.read');
  // The record's own door decides who may see the report, and writes the reading into the trail.
  const report = await load<Json>(ctx, 'DiagnosticReport', id);
  const [part = ''] = idsOf(report['subject'], 'Patient');
  const ids = idsOf(report['result'], 'Observation').slice(0, MOST_RESULTS);
  const [observations, specimens, patients] = await Promise.all([
    findResources(
      ctx.db,
      'Observation',
      ids.map((each) => ({ part, id: each })),
    ),
    findResources(
      ctx.db,
      'Specimen',
      idsOf(report['specimen'], 'Specimen').map((each) => ({ part, id: each })),
    ),
    findResources(ctx.db, 'Patient', [{ part, id: part }]),
  ]);
  const person = patients[0]?.content ?? {};
  const names = await findPatientNames(ctx.db, [part]);
  const at = new Date(String(report['effectiveDateTime'] ?? report['issued'] ?? ctx.now().toISOString()));
  const who = definedOnly({
    sex: person['gender'] as string | undefined,
    birthDate: person['birthDate'] as string | undefined,
  });
  const ageYears = ageAt(who.birthDate, at);
  const codes = observations.flatMap(({ content }) => codeOf(content) ?? []);
  const earlier = codes.length === 0 ? [] : await findObservations(ctx.db, part, [...new Set(codes)], MOST_PREVIOUS);
  const inOrder = ids.flatMap((each) => observations.find((row) => row.id === each) ?? []);
  const code = report['code'] as Coded | undefined;
  const performer = (report['performer'] as { display?: string }[] | undefined)?.[0]?.display;
  return {
    id,
    status: String(report['status']),
    name: code?.coding?.[0]?.display ?? code?.text ?? '',
    patient: {
      id: part,
      ...who,
      ...(names.has(part) && { name: names.get(part)! }),
      ...(ageYears !== undefined && { ageYears }),
    },
    accessions: specimens.flatMap(({ content }) => (content === null ? [] : (accessionOf(content) ?? []))),
    orders: idsOf(report['basedOn'], 'ServiceRequest'),
    results: inOrder.flatMap((row) =>
      row.content === null ? [] : resultLine(row, { ...who, ...(ageYears !== undefined && { ageYears }) }, earlier),
    ),
    ...definedOnly({
      issuedAt: report['issued'] as string | undefined,
      conclusion: report['conclusion'] as string | undefined,
      performer,
    }),
  };
}

type Json = Record<string, unknown>;
interface Coded {
  coding?: { code?: string; display?: string }[];
  text?: string;
}
interface Quantity {
  value?: number;
  unit?: string;
  code?: string;
}

function codeOf(content: Json | null): string | undefined {
  return (content?.['code'] as Coded | undefined)?.coding?.[0]?.code;
}

function resultLine(
  { id, content }: RecordRow,
  person: { sex?: string; ageYears?: number },
  earlier: readonly RecordRow[],
): ResultLine {
  const observation = content as Json;
  const code = codeOf(observation);
  const label = observation['code'] as Coded | undefined;
  const quantity = observation['valueQuantity'] as Quantity | undefined;
  const unit = quantity?.code ?? quantity?.unit;
  const said = label?.coding?.[0]?.display ?? label?.text ?? code ?? '';
  const at = timeOf(observation);
  const { interval, flag, derived } = judged(observation, { code, unit, value: quantity?.value, person });
  const before = earlier.find(
    (row) =>
      row.id !== id && codeOf(row.content) === code && timeOf(row.content ?? {}) < at && sameUnit(row.content, unit),
  );
  return {
    id,
    name: nameOfAnalyte(code) ?? { en: said, zh: label?.text ?? said },
    status: String(observation['status']),
    flagDerived: derived,
    ...definedOnly({
      code,
      value: quantity?.value,
      text: textOf(observation),
      unit: quantity?.unit ?? quantity?.code,
      at: at === '' ? undefined : at,
      flag,
      interval,
    }),
    ...(before?.content && {
      previous: definedOnly({
        value: (before.content['valueQuantity'] as Quantity | undefined)?.value,
        text: textOf(before.content),
        at: timeOf(before.content),
      }),
    }),
  };
}

function sameUnit(content: Json | null, unit: string | undefined): boolean {
  const quantity = content?.['valueQuantity'] as Quantity | undefined;
  return (quantity?.code ?? quantity?.unit) === unit;
}

function timeOf(content: Json): string {
  const text = (content['effectiveDateTime'] ?? content['issued'] ?? '') as string;
  const at = new Date(text);
  return Number.isNaN(at.getTime()) ? '' : at.toISOString();
}

function textOf(content: Json): string | undefined {
  const concept = content['valueCodeableConcept'] as Coded | undefined;
  return (
    (content['valueString'] as string | undefined) ??
    concept?.text ??
    concept?.coding?.[0]?.display ??
    concept?.coding?.[0]?.code
  );
}

interface Judged {
  interval: Interval | undefined;
  flag: Flag | undefined;
  derived: boolean;
}

/** The laboratory's own interval and flag come first; only a result that came without a flag gets one, from a named source. */
function judged(
  observation: Json,
  {
    code,
    unit,
    value,
    person,
  }: {
    code: string | undefined;
    unit: string | undefined;
    value: number | undefined;
    person: { sex?: string; ageYears?: number };
  },
): Judged {
  const range = (
    observation['referenceRange'] as { low?: Quantity; high?: Quantity; text?: string }[] | undefined
  )?.[0];
  const own: Interval | undefined =
    range === undefined
      ? undefined
      : { source: 'report', ...definedOnly({ low: range.low?.value, high: range.high?.value, text: range.text }) };
  const interval = own ?? publishedInterval(code, unit, person);
  const said = (observation['interpretation'] as Coded[] | undefined)?.[0]?.coding?.[0]?.code;
  const flag = said === undefined ? undefined : FLAGS[said];
  if (flag !== undefined || said !== undefined) return { interval, flag, derived: false };
  const judgeable =
    value !== undefined && interval !== undefined && (interval.low !== undefined || interval.high !== undefined);
  return { interval, flag: judgeable ? flagOf(value, interval, code) : undefined, derived: judgeable };
}

const FLAGS: Record<string, Flag> = { L: 'L', LL: 'LL', N: 'N', H: 'H', HH: 'HH', A: 'A', AA: 'A', POS: 'A', NEG: 'N' };

function definedOnly<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
