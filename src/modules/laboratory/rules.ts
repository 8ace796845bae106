import type { ObservationDefinition, Range } from '@medplum/fhirtypes';
import intervals from '../../../facts/reference-intervals.json' with { type: 'json' };
import type {
  Flag,
  Interval,
  OrderFact,
  Priority,
  PublishedInterval,
  ReportFact,
  SpecimenFact,
  StepFacts,
  TestFilter,
  TubeKnown,
  Work,
  WorkKnown,
  WorkState,
} from './model.ts';
import { PRIORITIES } from './model.ts';

/* What is known is merged by union: of two words on one thing the newer version, of two times of one step the earlier. So it
   does not matter in which order, or how often, facts arrive. */

export function mergeTube(one: TubeKnown, other: TubeKnown): TubeKnown {
  return { specimens: mergeBy(one.specimens, other.specimens, newer), steps: mergeSteps(one.steps, other.steps) };
}

export function mergeWork(one: WorkKnown, other: WorkKnown): WorkKnown {
  const order =
    one.order === undefined ? other.order : other.order === undefined ? one.order : newer(one.order, other.order);
  return {
    ...(order !== undefined && { order }),
    tubes: mergeBy(one.tubes, other.tubes, mergeTube),
    reports: mergeBy(one.reports, other.reports, newer),
  };
}

function mergeSteps(one: StepFacts, other: StepFacts): StepFacts {
  return mergeBy(one, other, (a, b) =>
    a.at < b.at ? a : a.at > b.at ? b : (a.place ?? '') <= (b.place ?? '') ? a : b,
  );
}

export const NOTHING_KNOWN: WorkKnown = { tubes: {}, reports: {} };
export const EMPTY_TUBE: TubeKnown = { specimens: {}, steps: {} };

function newer<T extends { version: number }>(one: T, other: T): T {
  if (one.version !== other.version) return one.version > other.version ? one : other;
  // The same version says the same; should two differ, the choice must not hang on who comes first.
  return JSON.stringify(one) >= JSON.stringify(other) ? one : other;
}

function mergeBy<T>(one: Record<string, T>, other: Record<string, T>, merge: (a: T, b: T) => T): Record<string, T> {
  const merged = { ...one };
  for (const [key, value] of Object.entries(other))
    merged[key] = merged[key] === undefined ? value : merge(merged[key], value);
  return Object.fromEntries(Object.entries(merged).sort(([a], [b]) => (a < b ? -1 : 1)));
}

const PICKED_UP = ['accepting', 'departing', 'shipping'];
const ARRIVED = ['arriving', 'receiving'];
const FINAL = new Set(['final', 'amended', 'corrected', 'appended']);
const CANCELLED = new Set(['revoked', 'entered-in-error']);

/** What a tube's facts say: when it was taken, picked up and arrived, and whether it is on the way. */
export interface TubeState {
  site?: string;
  collectedAt?: Date;
  pickedUpAt?: Date;
  arrivedAt?: Date;
  inTransit: boolean;
}

export function stateOfTube({ specimens, steps }: TubeKnown): TubeState {
  const all = Object.values(specimens);
  const collectedAt = earliest([
    ...all.map(({ collectedAt }) => collectedAt),
    steps['collecting']?.at,
    steps['commissioning']?.at,
  ]);
  const pickedUpAt = earliest(PICKED_UP.map((step) => steps[step]?.at));
  const arrivedAt = earliest([...all.map(({ receivedAt }) => receivedAt), ...ARRIVED.map((step) => steps[step]?.at)]);
  const site = steps['packing']?.place ?? steps['accepting']?.place;
  return {
    ...(site !== undefined && { site }),
    ...(collectedAt !== undefined && { collectedAt }),
    ...(pickedUpAt !== undefined && { pickedUpAt }),
    ...(arrivedAt !== undefined && { arrivedAt }),
    inTransit: pickedUpAt !== undefined && arrivedAt === undefined,
  };
}

/** The order as it stands, from all that is known. */
export function workOf(part: string, id: string, known: WorkKnown): Work {
  const { order } = known;
  const tubes = Object.values(known.tubes).map(stateOfTube);
  const reports = Object.values(known.reports);
  const first = (pick: (tube: TubeState) => Date | undefined): Date | undefined => soonest(tubes.map(pick));
  const collectedAt = first((tube) => tube.collectedAt);
  const pickedUpAt = first((tube) => tube.pickedUpAt);
  const arrivedAt = first((tube) => tube.arrivedAt);
  const orderedAt = order?.orderedAt === undefined ? undefined : new Date(order.orderedAt);
  const resultedAt = earliest(reports.filter(({ results }) => results > 0).map(({ issuedAt }) => issuedAt));
  const reportedAt = earliest(reports.filter(({ status }) => FINAL.has(status)).map(({ issuedAt }) => issuedAt));
  const from = arrivedAt ?? collectedAt;
  const turnaroundMin =
    from === undefined || reportedAt === undefined
      ? undefined
      : Math.round((reportedAt.getTime() - from.getTime()) / 60_000);
  const site = tubes.map((tube) => tube.site).find((each) => each !== undefined) ?? order?.site;
  const listedAt = orderedAt ?? soonest([collectedAt, pickedUpAt, arrivedAt, resultedAt, reportedAt]) ?? new Date(0);
  return {
    part,
    id,
    priority: order?.priority ?? 'routine',
    state: stateOf(known, {
      collected: collectedAt !== undefined,
      pickedUp: pickedUpAt !== undefined,
      arrived: arrivedAt !== undefined,
    }),
    accessions: Object.keys(known.tubes),
    listedAt,
    ...definedOnly({
      number: order?.number,
      requisition: order?.requisition,
      code: order?.code,
      name: order?.name,
      site,
      orderedAt,
      collectedAt,
      pickedUpAt,
      arrivedAt,
      resultedAt,
      reportedAt,
    }),
    // A report from before the arrival is a clock that is wrong, not a turnaround.
    ...(turnaroundMin !== undefined && turnaroundMin >= 0 && { turnaroundMin }),
  };
}

function stateOf(
  { order, reports }: WorkKnown,
  done: { collected: boolean; pickedUp: boolean; arrived: boolean },
): WorkState {
  const told = Object.values(reports).map(({ status }) => status);
  if (told.some((status) => FINAL.has(status))) return 'reported';
  if (order !== undefined && CANCELLED.has(order.status)) return 'cancelled';
  if (told.some((status) => status === 'partial' || status === 'preliminary')) return 'preliminary';
  if (done.arrived) return 'received';
  if (done.pickedUp) return 'in-transit';
  return done.collected ? 'collected' : 'ordered';
}

function earliest(times: readonly (string | undefined)[]): Date | undefined {
  return soonest(times.map((time) => (time === undefined ? undefined : new Date(time))));
}

function soonest(times: readonly (Date | undefined)[]): Date | undefined {
  const known = times.filter((time) => time !== undefined && !Number.isNaN(time.getTime())) as Date[];
  return known.length === 0 ? undefined : new Date(Math.min(...known.map((time) => time.getTime())));
}

function definedOnly<T extends object>(fields: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };
}

/* Counting: what a change of an order adds to, or takes from, the hours. */

export interface Count {
  hour: Date;
  kind: 'order' | 'sample' | 'result' | 'packed';
  site: string;
  by: number;
}

export interface TurnaroundCount {
  hour: Date;
  minutes: number;
  by: number;
}

export function countsOfWork(before: Work | undefined, after: Work): Count[] {
  return [...countsOf(before, -1), ...countsOf(after, 1)];
}

function countsOf(work: Work | undefined, by: number): Count[] {
  if (work === undefined) return [];
  const of = (kind: Count['kind'], at: Date | undefined): Count[] =>
    at === undefined ? [] : [{ hour: hourOf(at), kind, site: '', by }];
  return [...of('order', work.orderedAt), ...of('result', work.resultedAt)];
}

export function countsOfTube(before: TubeState | undefined, after: TubeState): Count[] {
  const of = (tube: TubeState | undefined, by: number): Count[] => [
    ...(tube?.collectedAt === undefined
      ? []
      : [{ hour: hourOf(tube.collectedAt), kind: 'sample' as const, site: '', by }]),
    ...(tube?.pickedUpAt === undefined || tube.site === undefined
      ? []
      : [{ hour: hourOf(tube.pickedUpAt), kind: 'packed' as const, site: tube.site, by }]),
  ];
  return [...of(before, -1), ...of(after, 1)];
}

export function turnaroundsOf(before: Work | undefined, after: Work): TurnaroundCount[] {
  const of = (work: Work | undefined, by: number): TurnaroundCount[] =>
    work?.turnaroundMin === undefined || work.reportedAt === undefined
      ? []
      : [{ hour: hourOf(work.reportedAt), minutes: Math.min(work.turnaroundMin, MOST_MINUTES), by }];
  return [...of(before, -1), ...of(after, 1)];
}
/** Two weeks: what is longer is counted there. */
const MOST_MINUTES = 20_160;

function hourOf(at: Date): Date {
  return new Date(Math.floor(at.getTime() / 3_600_000) * 3_600_000);
}

/** Nearest-rank percentiles of a histogram in ascending order; null when it is empty. */
export function percentiles(
  histogram: readonly { minutes: number; count: number }[],
  shares: readonly number[],
): (number | null)[] {
  const total = histogram.reduce((sum, { count }) => sum + count, 0);
  return shares.map((share) => {
    if (total <= 0) return null;
    let left = Math.max(1, Math.ceil(share * total));
    for (const { minutes, count } of histogram) {
      left -= count;
      if (left <= 0) return minutes;
    }
    return null;
  });
}

/** Midnight of the region's civil day, UTC+8 without summer time. */
export function startOfDay(at: Date): Date {
  const offset = 8 * 3_600_000;
  return new Date(Math.floor((at.getTime() + offset) / 86_400_000) * 86_400_000 - offset);
}

/* Reading resources. */

interface Coded {
  coding?: { system?: string; code?: string; display?: string }[];
  text?: string;
}
interface Numbered {
  identifier?: { system?: string; value?: string }[];
}
type Json = Record<string, unknown>;

const ORDER_SYSTEM = 'https://banyan.health/id/order';
const SPECIMEN_SYSTEM = 'https://banyan.health/id/specimen';
const GLN_SYSTEM = 'https://id.gs1.org/414';

export function orderFact(
  resource: Json,
  { version, tenant, patients }: { version: number; tenant: string; patients: string[] },
): OrderFact {
  const code = resource['code'] as Coded | undefined;
  const requester = resource['requester'] as
    | { identifier?: { system?: string; value?: string }; display?: string }
    | undefined;
  const requisition = resource['requisition'] as { value?: string } | undefined;
  const priority = resource['priority'] as Priority | undefined;
  const site = requester?.identifier?.system === GLN_SYSTEM ? requester.identifier.value : undefined;
  return {
    version,
    tenant,
    patients,
    status: String(resource['status'] ?? 'unknown'),
    priority: priority !== undefined && PRIORITIES.includes(priority) ? priority : 'routine',
    ...definedOnly({
      number: numberOf(resource as Numbered, ORDER_SYSTEM),
      requisition: requisition?.value,
      code: code?.coding?.[0]?.code,
      name: code?.coding?.[0]?.display ?? code?.text,
      site: site === undefined ? undefined : `https://id.gs1.org/414/${site}`,
      requester: requester?.display,
      orderedAt: instantOf(resource['authoredOn'] ?? resource['occurrenceDateTime']),
    }),
  };
}

export function accessionOf(resource: Json): string | undefined {
  const own = resource['accessionIdentifier'] as { value?: string } | undefined;
  return own?.value ?? numberOf(resource as Numbered, SPECIMEN_SYSTEM);
}

export function specimenFact(resource: Json, version: number): SpecimenFact {
  const collection = resource['collection'] as
    | { collectedDateTime?: string; collectedPeriod?: { start?: string } }
    | undefined;
  const type = resource['type'] as Coded | undefined;
  return {
    id: String(resource['id']),
    version,
    ...definedOnly({
      type: type?.text ?? type?.coding?.[0]?.display,
      collectedAt: instantOf(collection?.collectedDateTime ?? collection?.collectedPeriod?.start),
      receivedAt: instantOf(resource['receivedTime']),
    }),
  };
}

export function reportFact(resource: Json, version: number): ReportFact {
  return {
    version,
    status: String(resource['status'] ?? 'unknown'),
    results: Array.isArray(resource['result']) ? resource['result'].length : 0,
    ...definedOnly({ issuedAt: instantOf(resource['issued'] ?? resource['effectiveDateTime']) }),
  };
}

/** Ids of one type among references: `Specimen/1` and `https://…/Specimen/1/_history/2` name the same. */
export function idsOf(references: unknown, type: string): string[] {
  const list = Array.isArray(references) ? references : references === undefined ? [] : [references];
  return list.flatMap((item) => {
    const { reference = '' } = (item ?? {}) as { reference?: string };
    return new RegExp(`(?:^|/)${type}/([A-Za-z0-9\\-.]{1,64})(?:/_history/.*)?$`).exec(reference)?.[1] ?? [];
  });
}

function numberOf({ identifier }: Numbered, system: string): string | undefined {
  const list = Array.isArray(identifier) ? identifier : [];
  return (list.find((each) => each.system === system) ?? list[0])?.value;
}

/** A FHIR dateTime as an instant in UTC; a date without time counts from its midnight in UTC+8. */
function instantOf(text: unknown): string | undefined {
  if (typeof text !== 'string') return undefined;
  const whole = /^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T00:00:00+08:00` : text;
  const at = new Date(whole);
  return Number.isNaN(at.getTime()) || !/T/.test(whole) ? undefined : at.toISOString();
}

/* Flags. */

interface Analyte {
  loinc: string;
  loincName: string;
  name: { en: string; zh: string };
  unit: string;
  critical?: { low?: number; high?: number };
  limits: { sex?: 'male' | 'female'; low?: number; high?: number; from?: number; to?: number }[];
  source: string;
  kind: PublishedInterval['kind'];
}
const ANALYTES = new Map((intervals.analytes as Analyte[]).map((analyte) => [analyte.loinc, analyte]));

/**
 * The published intervals as resources of the record, so that every system that reads it judges by the same ones.
 * Their ids follow from the LOINC code: loaded again, they stay as they are.
 */
export function intervalDefinitions(): ObservationDefinition[] {
  // A test that says positive or negative has no interval.
  const measured = [...ANALYTES.values()].filter(({ limits }) => limits.length > 0);
  return measured.map(({ loinc, loincName, name, unit, limits, critical, source }) => ({
    resourceType: 'ObservationDefinition',
    id: `interval-${loinc}`,
    code: {
      coding: [{ system: 'http://loinc.org', code: loinc, display: loincName }],
      text: `${name.en} / ${name.zh}`,
    },
    permittedDataType: ['Quantity'],
    quantitativeDetails: { unit: { coding: [{ system: UCUM, code: unit }], text: unit } },
    qualifiedInterval: [
      ...limits.map(({ sex, from, to, low, high }) => ({
        category: 'reference' as const,
        range: rangeOf(unit, low, high),
        ...(sex === undefined ? {} : { gender: sex }),
        ...(from === undefined && to === undefined ? {} : { age: rangeOf('a', from, to) }),
        condition: source,
      })),
      ...(critical === undefined
        ? []
        : [{ category: 'critical' as const, range: rangeOf(unit, critical.low, critical.high) }]),
    ],
  }));
}

const UCUM = 'http://unitsofmeasure.org';

function rangeOf(code: string, low: number | undefined, high: number | undefined): Range {
  const quantity = (value: number) => ({ value, unit: code, system: UCUM, code });
  return {
    ...(low === undefined ? {} : { low: quantity(low) }),
    ...(high === undefined ? {} : { high: quantity(high) }),
  };
}

export function nameOfAnalyte(code: string | undefined): { en: string; zh: string } | undefined {
  return ANALYTES.get(code ?? '')?.name;
}

/** What a test is called: as its analyte, else as its results say. */
export function nameOfTest(code: string, said: string): { en: string; zh: string } {
  return nameOfAnalyte(code) ?? { en: said || code, zh: said || code };
}

/** All published intervals of a test in its unit that concern people the filter lets through. */
export function publishedIntervals({
  code,
  unit,
  sex,
  ageFrom = 0,
  ageTo = 200,
}: Pick<TestFilter, 'code' | 'unit' | 'sex' | 'ageFrom' | 'ageTo'>): PublishedInterval[] {
  const analyte = ANALYTES.get(code);
  if (analyte === undefined || unit !== analyte.unit) return [];
  const { limits, source, kind } = analyte;
  return limits
    .filter((each) => sex === undefined || each.sex === undefined || each.sex === sex)
    .filter(({ from = 0, to = Number.POSITIVE_INFINITY }) => from <= ageTo && to > ageFrom)
    .map((each) => ({ ...each, source, kind }));
}

/** The published interval for a test and a person; undefined when there is none for the sex, the age or the unit. */
export function publishedInterval(
  code: string | undefined,
  unit: string | undefined,
  person: { sex?: string; ageYears?: number },
): Interval | undefined {
  const analyte = ANALYTES.get(code ?? '');
  if (analyte === undefined || person.ageYears === undefined || (unit !== undefined && unit !== analyte.unit))
    return undefined;
  const { ageYears } = person;
  const found = analyte.limits.find(
    ({ sex, from = 0, to = Number.POSITIVE_INFINITY }) =>
      (sex === undefined || sex === person.sex) && ageYears >= from && ageYears < to,
  );
  if (found === undefined) return undefined;
  return { ...definedOnly({ low: found.low, high: found.high }), source: analyte.source };
}

/** High, low or normal against an interval, doubled beyond the critical limits of the test. */
export function flagOf(value: number, interval: Interval, code?: string): Flag {
  const critical = ANALYTES.get(code ?? '')?.critical;
  if (critical?.high !== undefined && value >= critical.high) return 'HH';
  if (critical?.low !== undefined && value <= critical.low) return 'LL';
  if (interval.high !== undefined && value > interval.high) return 'H';
  if (interval.low !== undefined && value < interval.low) return 'L';
  return 'N';
}

/** Whole years at a day, from a birth date of any precision. */
export function ageAt(birthDate: string | undefined, at: Date): number | undefined {
  const match = /^(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?/.exec(birthDate ?? '');
  if (match === null) return undefined;
  const [year, month, day] = [Number(match[1]), Number(match[2] ?? 1), Number(match[3] ?? 1)];
  const passed = at.getUTCMonth() + 1 > month || (at.getUTCMonth() + 1 === month && at.getUTCDate() >= day);
  return at.getUTCFullYear() - year - (passed ? 0 : 1);
}
