import { recordAll, requireWrite } from '#kernel/access';
import type { Context, Tx } from '#kernel/context';
import { tellAll } from '#kernel/outbox';
import { type Issue, Problem } from '#kernel/problem';
import { carryDecimals, isResourceType, patientsOf, stringifyFhirJson, validate } from '#standards/fhir';

import { furtherIssues, requireViewManager } from './further.ts';
import { ID, makeId } from './ids.ts';
import { type Index, indexOf } from './indexing.ts';
import { findRows, type IndexedRow, insertRows, type Row, replaceRows, type Stored } from './store.ts';

export type Op = 'created' | 'updated' | 'unchanged' | 'deleted';

export interface Written extends Stored {
  op: Op;
}

/** A resource as JSON. */
export interface Resource {
  resourceType: string;
  id?: string;
  meta?: Record<string, unknown>;
  [element: string]: unknown;
}

export interface Change {
  type: string;
  /** Made here when absent. */
  id?: string;
  /** Absent: delete. */
  resource?: Resource;
  /** The version that the caller has seen; another one is refused. `*`: any, as long as there is one (RFC 9110, 13.1.1). */
  ifMatch?: number | '*';
  /** The organization it belongs to; the actor's own unless said. */
  tenant?: string;
  /** Where the resource stood in what came in, for findings: `Bundle.entry[3].resource`. */
  place?: string;
}

/** What others hear of: one fact for each part of each transaction. */
export interface Changed {
  type: string;
  id: string;
  version: number;
  op: Exclude<Op, 'unchanged'>;
}

export interface WriteOptions {
  /** The organization that each resource belongs to, where it is not the actor's own: for those who carry what others say. */
  tenants?: readonly string[];
  /** True when the caller records the act that these writes are part of: they are then no acts of their own. */
  recorded?: boolean;
}

const NOTHING: Index = { patients: [], tokens: [], dates: [], numbers: [], texts: [], pairs: [], phrases: [] };
const MOST_NAMED = 1000;

/**
 * Writes any number of resources of any types in few statements: each becomes a new resource or, where its id is known, a new
 * version; one that says nothing new stays as it is. Validated, indexed, announced and recorded, or none of it.
 *
 * @throws Problem `invalid`, `unprocessable`, `forbidden`
 */
export function writeAll(
  ctx: Context,
  tx: Tx,
  resources: readonly object[],
  { tenants, recorded = false }: WriteOptions = {},
): Promise<Written[]> {
  const changes = resources.map((resource, index) => {
    const tenant = tenants?.[index];
    return { ...changeOf(resource), ...(tenant === undefined ? {} : { tenant }) };
  });
  return applyAll(ctx, tx, changes, recorded);
}

/** The change that puts a resource under its own id, or under a new one. @throws Problem `invalid` when it is no resource */
export function changeOf(resource: unknown): Change & { resource: Resource } {
  const { resourceType: type, id } = (resource ?? {}) as Resource;
  if (!isResourceType(type)) throw new Problem('invalid', 'this is no resource of FHIR R4', { resourceType: type });
  if (id === undefined) return { type, resource: resource as Resource };
  requireId(id);
  return { type, id, resource: resource as Resource };
}

export function requireId(id: unknown): void {
  if (typeof id === 'string' && ID.test(id)) return;
  throw new Problem('invalid', 'an id has 1 to 64 letters, digits, hyphens and dots');
}

/** Applies changes in their order, within the caller's transaction. */
export async function applyAll(ctx: Context, tx: Tx, changes: readonly Change[], recorded = false): Promise<Written[]> {
  for (const { resource, place } of changes) if (resource !== undefined) requireValid(resource, place);
  const written: Written[] = [];
  for (const wave of wavesOf(changes)) written.push(...(await applyWave(ctx, tx, wave, recorded)));
  return written;
}

/** @throws Problem `unprocessable` with every finding and its place */
export function requireValid(resource: object, place?: string): void {
  const rules = validate(resource);
  // What breaks the rules has no shape that more could be said about.
  const issues = rules.some(isError) ? rules : [...rules, ...furtherIssues(resource)];
  if (!issues.some(isError)) return;
  const { resourceType } = resource as Resource;
  throw new Problem(
    'unprocessable',
    'the resource breaks the rules of FHIR R4',
    { resourceType },
    { issues: issues.map((issue) => placed(issue, place)) },
  );
}

function isError({ severity }: Issue): boolean {
  return severity === 'error' || severity === 'fatal';
}

function placed(issue: Issue, place: string | undefined): Issue {
  return place === undefined || issue.expression === undefined
    ? issue
    : { ...issue, expression: issue.expression.replace(/^\w+/, place) };
}

/** Splits where an id comes again, so that the second change meets the first one's result. */
function wavesOf(changes: readonly Change[]): Change[][] {
  const waves: Change[][] = [[]];
  let seen = new Set<string>();
  for (const change of changes) {
    const key = change.id === undefined ? undefined : `${change.type}/${change.id}`;
    if (key !== undefined && seen.has(key)) {
      waves.push([]);
      seen = new Set();
    }
    if (key !== undefined) seen.add(key);
    waves.at(-1)!.push(change);
  }
  return waves;
}

async function applyWave(ctx: Context, tx: Tx, changes: readonly Change[], recorded: boolean): Promise<Written[]> {
  const known = await lockKnown(tx, changes);
  const updated = ctx.now();
  const outcomes = changes.map((change) => outcomeOf(ctx, change, known.get(`${change.type}/${change.id}`), updated));

  requireViewManager(
    ctx,
    changes.map(({ type }) => type),
  );
  await requireGrants(ctx, tx, outcomes);
  // After the grants: who may not write a resource does not learn its version, nor that it is there.
  for (const [at, { ifMatch }] of changes.entries()) requireVersion(outcomes[at]!.before, ifMatch);
  await insertRows(
    tx,
    outcomes.flatMap(({ op, before, row }) => (op !== 'unchanged' && before === undefined ? [row] : [])),
  );
  await replaceRows(
    tx,
    outcomes.flatMap(({ op, before, row }) => (op !== 'unchanged' && before !== undefined ? [row] : [])),
  );
  const changed = outcomes.filter(({ op }) => op !== 'unchanged');
  await announce(tx, changed);
  if (!recorded) await recordWrites(ctx, tx, changed);
  return outcomes.map(({ op, row: { type, id, version, updated, content } }) => ({
    op,
    type,
    id,
    version,
    updated,
    content,
  }));
}

async function lockKnown(tx: Tx, changes: readonly Change[]): Promise<Map<string, Row>> {
  const known = new Map<string, Row>();
  const named = changes.filter((change) => change.id !== undefined);
  const byType = [...Map.groupBy(named, (change) => change.type)].sort(([a], [b]) => (a < b ? -1 : 1));
  for (const [type, ofType] of byType) {
    const ids = ofType.map((change) => change.id!);
    for (const row of await findRows(tx, type, ids, { lock: true })) known.set(`${type}/${row.id}`, row);
  }
  return known;
}

interface Outcome {
  op: Op;
  before: Row | undefined;
  row: IndexedRow;
  /** The resource with its new id and meta; absent when it is deleted. */
  resource?: Resource;
}

function outcomeOf(ctx: Context, change: Change, before: Row | undefined, now: Date): Outcome {
  const { type, id, resource, tenant = ctx.actor.organizations[0] ?? '' } = change;
  const version = (before?.version ?? 0) + 1;
  // Two versions never carry one instant, nor does a later one an earlier instant, whatever the clock does.
  const updated = before !== undefined && now <= before.updated ? new Date(before.updated.getTime() + 1) : now;
  if (resource === undefined) {
    const gone = before ?? { part: id!, type, id: id!, version: 0, updated, tenant, patients: [], content: null };
    if (gone.content === null) return { op: 'unchanged', before, row: { ...gone, index: NOTHING } };
    return { op: 'deleted', before, row: { ...gone, version, updated, tenant, content: null, index: NOTHING } };
  }
  const given = id ?? newIdFor(ctx, resource);
  if (before?.content != null && stamp(resource, given, before.version, before.updated).text === before.content) {
    return { op: 'unchanged', before, row: { ...before, index: NOTHING }, resource };
  }
  const { stamped, text } = stamp(resource, given, version, updated);
  const index = indexOf(stamped);
  const { patients } = index;
  const row = {
    type,
    part: before?.part ?? patients[0] ?? given,
    id: given,
    version,
    updated,
    tenant,
    patients,
    content: text,
    index,
  };
  return { op: before?.content == null ? 'created' : 'updated', before, row, resource: stamped };
}

function requireVersion(before: Row | undefined, ifMatch: number | '*' | undefined): void {
  if (ifMatch === undefined || before?.version === ifMatch) return;
  if (ifMatch === '*' && before?.content != null) return;
  throw new Problem('precondition-failed', 'the resource has another version than the one you have seen', {
    asked: ifMatch,
    current: before?.version,
  });
}

/** A new id that says, for what belongs to a patient, where it is kept. */
export function newIdFor(ctx: Context, resource: Resource): string {
  return makeId(ctx, resource.resourceType === 'Patient' ? undefined : patientsOf(resource)[0]);
}

/** The resource with its id, version and time in front, and its text. */
function stamp(resource: Resource, id: string, version: number, updated: Date): { stamped: Resource; text: string } {
  const { resourceType, id: _, meta, ...rest } = resource;
  const newMeta = { ...meta, versionId: String(version), lastUpdated: updated.toISOString() };
  const stamped: Resource = { resourceType, id, meta: newMeta, ...rest };
  carryDecimals(resource, stamped);
  return { stamped, text: stringifyFhirJson(stamped) };
}

type Verb = 'c' | 'u' | 'd';

async function requireGrants(ctx: Context, tx: Tx, outcomes: readonly Outcome[]): Promise<void> {
  const asked = outcomes.flatMap(({ op, before, row, resource }) => {
    const verb: Verb = resource === undefined ? 'd' : op === 'created' ? 'c' : 'u';
    const after = { type: row.type, verb, tenant: row.tenant, patients: row.patients, content: resource };
    return before === undefined ? [after] : [after, { ...after, tenant: before.tenant, patients: before.patients }];
  });
  for (const [, rows] of Map.groupBy(asked, ({ type, verb }) => `${verb} ${type}`)) {
    const { verb, type } = rows[0]!;
    await requireWrite(ctx, tx, verb, type, rows);
  }
}

async function announce(tx: Tx, outcomes: readonly Outcome[]): Promise<void> {
  const parts = Map.groupBy(outcomes, ({ row }) => row.part);
  const facts = [...parts].map(([part, changes]) => ({
    type: 'fhir.changed',
    subject: part,
    data: changes.map(changedOf),
  }));
  await tellAll(tx, facts);
}

async function recordWrites(ctx: Context, tx: Tx, outcomes: readonly Outcome[]): Promise<void> {
  if (outcomes.length === 0) return;
  const patients = [...new Set(outcomes.flatMap(({ row }) => row.patients))];
  const [first] = outcomes;
  if (outcomes.length === 1 && first !== undefined) {
    const { type, id, version } = first.row;
    await recordAll(ctx, tx, [{ act: `fhir.${first.op}`, subject: `${type}/${id}`, patients, detail: { version } }]);
    return;
  }
  const named = outcomes
    .slice(0, MOST_NAMED)
    .map(({ op, row: { type, id, version } }) => `${op} ${type}/${id}/_history/${version}`);
  await recordAll(ctx, tx, [{ act: 'fhir.written', patients, detail: { count: outcomes.length, resources: named } }]);
}

function changedOf({ op, row: { type, id, version } }: Outcome): Changed {
  return { type, id, version, op: op as Changed['op'] };
}
