import { type Act, recordAll } from '#kernel/access';
import type { Context, Tx } from '#kernel/context';
import { type Fact, tell, tellAll } from '#kernel/outbox';
import { type Issue, Problem } from '#kernel/problem';
import {
  bareForm,
  type EpcisEvent,
  type Finding,
  findCaptureFaults,
  findEventFaults,
  findFaults,
  hashEvent,
  openDocument,
  type ReadDocument,
} from '#standards/epcis';
import type { ToldEvents } from '../analytics.ts';
import type { Trace } from '../model.ts';
import {
  advance,
  facetsOf,
  historyOf,
  inTime,
  isMove,
  kindOf,
  nameOf,
  partiesOf,
  sensorOf,
  thingOf,
  traceOf,
  unknownThing,
} from '../rules/index.ts';
import {
  type CaptureJob,
  declareWrong,
  type EventRow,
  findContentsAt,
  findJob,
  findJobs,
  findTraces,
  findTracesOfEvents,
  insertEvents,
  insertJob,
  insertTraces,
  lockEvents,
  lockThings,
  replaceAnomalies,
  updateThings,
} from '../store/index.ts';

/** Events of one capture at the most; told to clients as GS1-EPCIS-Capture-Limit. */
export const MOST_EVENTS = 5000;
/** Specimens named by one fact at the most. */
const MOST_CONTENTS = 5000;
/** How far back a thing's history is read when an event comes late. */
const MOST_TRACES = 1000;

export type ErrorBehaviour = 'rollback' | 'proceed';

/**
 * Captures a document's events: all or none of them (`rollback`), or those that are sound (`proceed`). An event that is here
 * already is not captured again. The job is kept with what became of it.
 *
 * @throws Problem `invalid` with an issue for each fault, when nothing is captured; `conflict` when an event id is taken by another event
 */
export async function captureDocument(
  ctx: Context,
  input: unknown,
  behaviour: ErrorBehaviour = 'rollback',
): Promise<CaptureJob> {
  ctx.require('custody.capture');
  const document = openDocument(input);
  if (document === undefined)
    throw new Problem('invalid', 'this is no EPCIS 2.0 document or event', {}, { issues: issuesOf(findFaults(input)) });
  if (document.events.length > MOST_EVENTS)
    throw new Problem('too-large', 'a capture holds too many events', { most: MOST_EVENTS });
  const envelope = document.kind === 'event' ? [] : findFaults(withoutEvents(input));
  const { sound, faults } = sift(document);
  if (envelope.length > 0 || (behaviour === 'rollback' && faults.length > 0)) {
    throw new Problem(
      'invalid',
      'the capture is refused: its events are not valid',
      { faults: faults.length },
      { issues: issuesOf([...envelope, ...faults]) },
    );
  }
  return ctx.db.transaction(async (tx) => {
    const { captured, duplicates, conflicts } = await captureEvents(ctx, tx, sound, document);
    if (behaviour === 'rollback' && conflicts.length > 0) {
      throw new Problem('conflict', 'an event id is taken by another event', {}, { issues: issuesOf(conflicts) });
    }
    const errors = [...faults, ...conflicts];
    const now = ctx.now();
    const job: CaptureJob = {
      id: ctx.newId(),
      createdAt: now,
      finishedAt: now,
      success: errors.length === 0,
      behaviour,
      events: document.events.length,
      captured: captured.length,
      duplicates,
      errors,
      createdBy: ctx.actor.id,
    };
    await insertJob(tx, job);
    return job;
  });
}

/** Captures a single event and gives its id. @throws Problem `conflict` when it is here already */
export async function captureEvent(ctx: Context, input: unknown): Promise<string> {
  ctx.require('custody.capture');
  const document = openDocument(input);
  if (document?.kind !== 'event')
    throw new Problem('invalid', 'this is no EPCIS 2.0 document or event', {}, { issues: issuesOf(findFaults(input)) });
  const faults = [...findFaults(input), ...sift(document).faults];
  if (faults.length > 0)
    throw new Problem(
      'invalid',
      'the capture is refused: its events are not valid',
      { faults: faults.length },
      { issues: issuesOf(faults) },
    );
  return ctx.db.transaction(async (tx) => {
    const { captured, conflicts } = await captureEvents(
      ctx,
      tx,
      document.events.map((event) => ({ event, place: '' })),
      document,
    );
    const [id] = captured;
    if (id === undefined)
      throw new Problem('conflict', 'this event is here already', {}, { issues: issuesOf(conflicts) });
    return id;
  });
}

export async function readJob(ctx: Context, id: string): Promise<CaptureJob> {
  ctx.require('custody.capture');
  const job = await findJob(ctx.db, id);
  if (job === undefined || (job.createdBy !== ctx.actor.id && !ctx.actor.permissions.has('*')))
    throw new Problem('not-found', 'there is no such capture job');
  return job;
}

export function listJobs(
  ctx: Context,
  page: { before?: { at: Date; id: string }; limit: number },
): Promise<CaptureJob[]> {
  ctx.require('custody.capture');
  return findJobs(ctx.db, page);
}

interface Candidate {
  event: EpcisEvent;
  place: string;
}

function sift({ events, kind }: ReadDocument): { sound: Candidate[]; faults: Finding[] } {
  const sound: Candidate[] = [];
  const faults: Finding[] = [];
  const list = kind === 'query-document' ? 'epcisBody.queryResults.resultsBody.eventList' : 'epcisBody.eventList';
  events.forEach((event, index) => {
    const place = kind === 'event' ? '' : `${list}[${index}]`;
    const formal = findEventFaults(event, place);
    const found = formal.length > 0 ? formal : findCaptureFaults(event, place);
    if (found.length === 0) sound.push({ event, place });
    else faults.push(...found);
  });
  return { sound, faults: faults.slice(0, 1000) };
}

function withoutEvents(input: unknown): unknown {
  const document = input as { type: string; epcisBody: Record<string, unknown> };
  if (document.type === 'EPCISDocument') return { ...document, epcisBody: { ...document.epcisBody, eventList: [] } };
  const results = document.epcisBody['queryResults'] as { resultsBody: object };
  return {
    ...document,
    epcisBody: {
      ...document.epcisBody,
      queryResults: { ...results, resultsBody: { ...results.resultsBody, eventList: [] } },
    },
  };
}

function issuesOf(findings: readonly Finding[]): Issue[] {
  return findings.slice(0, 100).map(({ place, message }) => ({
    severity: 'error',
    code: 'invalid',
    message,
    ...(place !== '' && { expression: place }),
  }));
}

interface Captured {
  captured: string[];
  duplicates: number;
  conflicts: Finding[];
}

/** The one way in for events, whoever sends them. The caller has checked them and holds the transaction. */
export async function captureEvents(
  ctx: Context,
  tx: Tx,
  candidates: readonly Candidate[],
  { context, ignoredFields }: Pick<ReadDocument, 'context' | 'ignoredFields'>,
): Promise<Captured> {
  const named = candidates.map((candidate) => {
    const hash = hashEvent(candidate.event, context, ignoredFields);
    return { ...candidate, hash, id: candidate.event.eventID ?? hash };
  });
  const kept = await lockEvents(tx, [...new Set(named.map(({ id }) => id))]);
  const rows: EventRow[] = [];
  const wrong: string[] = [];
  const conflicts: Finding[] = [];
  let duplicates = 0;
  for (const { event, place, hash, id } of named) {
    const known = kept.get(id);
    const declared = event.errorDeclaration?.declarationTime;
    if (known !== undefined && known !== hash) conflicts.push({ place, message: 'has the id of another event' });
    else if (known !== undefined && declared === undefined) duplicates += 1;
    else {
      // A declaration repeats the event it withdraws, id and all: it is kept beside it.
      const own = known === undefined ? id : `${id}#${declared}`;
      if (known !== undefined && kept.has(own)) {
        duplicates += 1;
        continue;
      }
      if (known !== undefined) wrong.push(id);
      kept.set(own, hash);
      rows.push(rowOf(ctx, { event, id: own, hash, context }));
    }
  }
  const declarations = wrong.length === 0 ? new Set<string>() : await keepNewDeclarations(tx, rows);
  const fresh = rows.filter(({ id }) => !declarations.has(id));
  duplicates += rows.length - fresh.length;
  await insertEvents(tx, fresh);
  if (wrong.length > 0) await declareWrong(tx, wrong, ctx.now());
  const happened = fresh.filter(({ declaredWrongAt }) => declaredWrongAt === undefined);
  const traces = await insertTracesOf(tx, happened);
  const withdrawn = wrong.length === 0 ? [] : await findTracesOfEvents(tx, wrong);
  await moveThings(ctx, tx, traces, withdrawn);
  await announce(ctx, tx, happened, traces);
  const told: ToldEvents = [...happened.map(({ id }) => id), ...wrong];
  if (told.length > 0) await tell(tx, { type: 'custody.events-captured', subject: 'custody.event', data: told });
  return { captured: fresh.map(({ id }) => id), duplicates, conflicts };
}

/** Of the rows, those whose id (an event's with its declaration time) is here already. */
async function keepNewDeclarations(tx: Tx, rows: readonly EventRow[]): Promise<Set<string>> {
  return new Set(
    (
      await lockEvents(
        tx,
        rows.map(({ id }) => id),
      )
    ).keys(),
  );
}

function rowOf(
  ctx: Context,
  { event, id, hash, context }: { event: EpcisEvent; id: string; hash: string; context: unknown },
): EventRow {
  const { fromParty, toParty } = partiesOf(event);
  const sensor = sensorOf(event);
  const prefixes = prefixesOf([context, event['@context']]);
  const { '@context': _, ...content } = event;
  const row: EventRow = {
    id,
    hash,
    eventTime: new Date(event.eventTime),
    recordTime: ctx.now(),
    facets: facetsOf(event),
    content: content as EpcisEvent,
    capturedBy: ctx.actor.id,
  };
  if (event.action !== undefined) row.action = event.action;
  if (event.bizStep !== undefined) row.bizStep = bareForm('bizStep', event.bizStep);
  if (event.disposition !== undefined) row.disposition = bareForm('disposition', event.disposition);
  if (event.readPoint !== undefined) row.readPoint = nameOf(event.readPoint.id);
  if (event.bizLocation !== undefined) row.bizLocation = nameOf(event.bizLocation.id);
  if (fromParty !== undefined) row.fromParty = fromParty;
  if (toParty !== undefined) row.toParty = toParty;
  if (event.errorDeclaration !== undefined) row.declaredWrongAt = new Date(event.errorDeclaration.declarationTime);
  if (sensor !== undefined) row.sensor = sensor;
  if (prefixes.length > 0) row.context = prefixes;
  return row;
}

/** What a context says beside the standard's own: prefixes of extensions. */
function prefixesOf(contexts: readonly unknown[]): unknown[] {
  const own = contexts
    .flat()
    .filter((part) => typeof part === 'object' && part !== null && Object.keys(part).length > 0);
  return [...new Map(own.map((part) => [JSON.stringify(part), part])).values()];
}

/** A DELETE that names no children takes all that are in at its time, so it is resolved after the others are in place. */
async function insertTracesOf(tx: Tx, rows: readonly EventRow[]): Promise<Trace[]> {
  const takesAll = ({ content }: EventRow): boolean =>
    content.action === 'DELETE' &&
    content.parentID !== undefined &&
    content.childEPCs === undefined &&
    content.childQuantityList === undefined;
  const traces = unique(rows.filter((row) => !takesAll(row)).flatMap(({ content, id }) => traceOf(content, id)));
  await insertTraces(tx, traces);
  const later = rows.filter(takesAll).sort((a, b) => a.eventTime.getTime() - b.eventTime.getTime());
  for (const { content, id, eventTime } of later) {
    const taken = await findContentsAt(tx, nameOf(content.parentID!), {
      at: eventTime,
      fixed: content.type === 'AssociationEvent',
      limit: MOST_CONTENTS,
    });
    const more = unique(traceOf(content, id, taken));
    await insertTraces(tx, more);
    traces.push(...more);
  }
  return traces;
}

function unique(traces: readonly Trace[]): Trace[] {
  return [...new Map(traces.map((trace) => [`${trace.part} ${trace.event} ${trace.role}`, trace])).values()];
}

/** Brings what is known of the things named up to date, and notes what cannot have been. */
async function moveThings(ctx: Context, tx: Tx, traces: readonly Trace[], withdrawn: readonly Trace[]): Promise<void> {
  const byPart = Map.groupBy(traces.filter(isMove), ({ part }) => part);
  const undone = new Set(withdrawn.filter(isMove).map(({ part }) => part));
  const parts = [...new Set([...byPart.keys(), ...undone])];
  if (parts.length === 0) return;
  const things = await lockThings(tx, parts.map(unknownThing));
  const late = parts.filter(
    (part) => undone.has(part) || (byPart.get(part) ?? []).some(({ at }) => at < things.get(part)!.seenAt),
  );
  const doubtful = parts.filter((part) =>
    (byPart.get(part) ?? []).some(({ act, fromParty }) => act !== undefined || fromParty !== undefined),
  );
  const histories = Map.groupBy(
    await findTraces(tx, [...new Set([...late, ...doubtful])], MOST_TRACES),
    ({ part }) => part,
  );
  const isLate = new Set(late);
  await updateThings(
    tx,
    parts.map((part) =>
      isLate.has(part)
        ? thingOf(part, histories.get(part) ?? [])
        : byPart.get(part)!.sort(inTime).reduce(advance, things.get(part)!),
    ),
  );
  const judged = [...histories.keys()];
  const anomalies = judged.flatMap((part) => historyOf(part, histories.get(part)!).anomalies);
  await replaceAnomalies(tx, judged, anomalies, ctx.now());
}

const MOVES = new Set([
  'collecting',
  'commissioning',
  'packing',
  'departing',
  'shipping',
  'accepting',
  'arriving',
  'unpacking',
  'receiving',
  'storing',
]);

/** What happened to specimens, whether they were named or were inside of what was named. */
export interface Moved {
  event: string;
  at: string;
  step: string;
  place?: string;
  from?: string;
  to?: string;
  condition?: string;
  /** Accession numbers. */
  specimens: string[];
}

async function announce(ctx: Context, tx: Tx, rows: readonly EventRow[], traces: readonly Trace[]): Promise<void> {
  const byEvent = Map.groupBy(
    traces.filter(({ role }) => role === 'subject' || role === 'child'),
    ({ event }) => event,
  );
  const facts: Fact[] = [];
  const acts: Act[] = [];
  for (const row of rows) {
    const named = (byEvent.get(row.id) ?? []).map(({ part }) => part);
    const [first] = named;
    if (first === undefined) continue;
    if (row.fromParty !== undefined && row.toParty !== undefined) acts.push(handOverAct(row, named));
    if (row.bizStep === undefined || !MOVES.has(row.bizStep)) continue;
    const specimens = await specimensWithin(tx, named, row.eventTime);
    if (specimens.length === 0) continue;
    const moved: Moved = { event: row.id, at: row.eventTime.toISOString(), step: row.bizStep, specimens };
    const place = row.bizLocation ?? row.readPoint;
    if (place !== undefined) moved.place = place;
    if (row.fromParty !== undefined) moved.from = row.fromParty;
    if (row.toParty !== undefined) moved.to = row.toParty;
    if (row.disposition !== undefined) moved.condition = row.disposition;
    facts.push({ type: 'custody.moved', subject: first, data: moved });
  }
  await tellAll(tx, facts);
  await recordAll(ctx, tx, acts);
}

function handOverAct(row: EventRow, named: readonly string[]): Act {
  return {
    act: 'custody.handed-over',
    subject: named[0]!,
    detail: {
      event: row.id,
      at: row.eventTime.toISOString(),
      from: row.fromParty,
      to: row.toParty,
      things: named.length,
      condition: row.disposition ?? null,
      place: row.readPoint ?? row.bizLocation ?? null,
    },
  };
}

/** Accession numbers among the things and inside of them: a box in a vehicle, a specimen in the box. */
async function specimensWithin(tx: Tx, parts: readonly string[], at: Date): Promise<string[]> {
  const specimens = new Set<string>();
  let containers = [...parts];
  for (let level = 0; level < 3 && containers.length > 0; level += 1) {
    const next: string[] = [];
    for (const part of containers) {
      const { kind, code } = kindOf(part);
      if (kind === 'specimen') specimens.add(code);
      else if (kind === 'box' || kind === 'vehicle')
        next.push(...(await findContentsAt(tx, part, { at, limit: MOST_CONTENTS })));
      if (specimens.size >= MOST_CONTENTS) return [...specimens];
    }
    containers = next;
  }
  return [...specimens];
}
