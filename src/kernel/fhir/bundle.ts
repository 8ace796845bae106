import { type Context, onDb, type Tx } from '#kernel/context';
import { Problem } from '#kernel/problem';
import { isResourceType } from '#standards/fhir';
import { create, findOne, patch, patched, patchWhere, remove, removeWhere, update, updateWhere } from './actions.ts';
import { read, readVersion } from './read.ts';
import { type SearchPage, search } from './search/search.ts';
import type { Stored } from './store.ts';
import { versionOf } from './tags.ts';
import { applyAll, type Change, changeOf, newIdFor, type Resource, requireId, type Written } from './write.ts';

/** What became of one entry of a batch or transaction. */
export type EntryResult =
  | { kind: 'written'; written: Written }
  | { kind: 'read'; stored: Stored }
  | { kind: 'found'; page: SearchPage; path: string; params: URLSearchParams }
  /** Deleted where nothing was. */
  | { kind: 'nothing' }
  | { kind: 'failed'; problem: Problem };

export interface BundleOptions {
  /** The address of this store, to know references to itself. */
  base?: string;
}

type Method = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

interface Entry {
  at: number;
  fullUrl: string | undefined;
  resource: Resource | undefined;
  method: Method;
  /** Of the request's url: the path's words, and what follows the question mark. */
  type: string;
  id: string | undefined;
  version: string | undefined;
  query: string | undefined;
  ifNoneExist: string | undefined;
  ifMatch: number | '*' | undefined;
  /** The id made for it; kept when the transaction is tried again, because references carry it by then. */
  madeId?: string;
}

const MOST_ENTRIES = 20_000;
const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']);

/**
 * Processes a batch, each entry by itself, or a transaction, all entries or none. References among the entries of a transaction
 * (urn:uuid) and by condition (`Patient?identifier=...`) become real ones, in the bundle itself.
 *
 * @throws Problem when the bundle is none, and for anything that fails in a transaction
 */
export async function processBundle(
  ctx: Context,
  bundle: unknown,
  options: BundleOptions = {},
): Promise<EntryResult[]> {
  const {
    resourceType,
    type,
    entry = [],
  } = (bundle ?? {}) as { resourceType?: unknown; type?: unknown; entry?: unknown[] };
  if (resourceType !== 'Bundle' || (type !== 'batch' && type !== 'transaction') || !Array.isArray(entry)) {
    throw new Problem('invalid', 'only bundles of type batch or transaction can be processed', { resourceType, type });
  }
  if (entry.length > MOST_ENTRIES)
    throw new Problem('too-costly', 'the bundle has too many entries', { most: MOST_ENTRIES });
  if (type === 'batch') return processBatch(ctx, entry, options);
  const entries = entry.map((one, at) => readEntry(one, at, options));
  requireOwnNames(entries);
  return ctx.db.transaction((tx) => processTransaction(onDb(ctx, tx), tx, entries, options));
}

function readEntry(entry: unknown, at: number, { base }: BundleOptions): Entry {
  const { fullUrl, resource, request } = (entry ?? {}) as {
    fullUrl?: unknown;
    resource?: Resource;
    request?: Record<string, unknown>;
  };
  const place = `Bundle.entry[${at}].request`;
  const method = request?.['method'];
  if (typeof method !== 'string' || !METHODS.has(method)) throw misfit('the request names no method', place);
  const url = request?.['url'];
  if (typeof url !== 'string') throw misfit('the request has no url', place);
  const local = base !== undefined && url.startsWith(`${base}/`) ? url.slice(base.length + 1) : url;
  const [path = '', query] = local.split(/\?(.*)/s);
  const [type = '', id, history, version, ...more] = path.split('/').filter((word) => word !== '');
  if (!isResourceType(type) || more.length > 0 || (history !== undefined && history !== '_history')) {
    throw misfit('the url leads to nothing that a bundle can ask for', place);
  }
  if (history !== undefined && version === undefined) throw misfit('a history cannot be asked for in a bundle', place);
  const tag = request?.['ifMatch'];
  const ifMatch = typeof tag === 'string' ? versionOf(tag) : undefined;
  if (ifMatch === undefined && tag !== undefined) throw misfit('If-Match names a version: W/"3"', `${place}.ifMatch`);
  const ifNoneExist = request?.['ifNoneExist'];
  return {
    at,
    fullUrl: typeof fullUrl === 'string' ? fullUrl : undefined,
    resource,
    method: method as Method,
    type,
    id,
    version,
    query,
    ifNoneExist: typeof ifNoneExist === 'string' ? ifNoneExist : undefined,
    ifMatch,
  };
}

/** Two entries of one name: a reference to it could mean either. Source: FHIR R4 bundle.html, rule bdl-7. */
function requireOwnNames(entries: readonly Entry[]): void {
  const seen = new Set<string>();
  for (const { at, fullUrl } of entries) {
    if (fullUrl === undefined) continue;
    if (seen.has(fullUrl)) throw misfit('two entries have the same fullUrl', `Bundle.entry[${at}].fullUrl`);
    seen.add(fullUrl);
  }
}

function misfit(message: string, expression: string): Problem {
  return new Problem('invalid', message, {}, { issues: [{ severity: 'error', code: 'invalid', message, expression }] });
}

/** The resource of an entry that has to have one of the type it names. */
function resourceOf({ resource, type, at }: Entry): Resource {
  const { resource: given } = changeOf(resource);
  if (given.resourceType !== type)
    throw misfit('the resource is of another type than the url', `Bundle.entry[${at}].resource`);
  return given;
}

async function processBatch(ctx: Context, entries: readonly unknown[], options: BundleOptions): Promise<EntryResult[]> {
  const results: EntryResult[] = [];
  for (const [at, one] of entries.entries()) {
    try {
      results.push(await interact(ctx, readEntry(one, at, options), options));
    } catch (error) {
      if (!(error instanceof Problem) || error.kind === 'unavailable') throw error;
      results.push({ kind: 'failed', problem: error });
    }
  }
  return results;
}

/** One entry as if it had come alone. */
async function interact(ctx: Context, entry: Entry, options: BundleOptions): Promise<EntryResult> {
  const { method, type, id, query, ifNoneExist, ifMatch } = entry;
  const precondition = ifMatch === undefined ? {} : { ifMatch };
  const written = (one: Written | undefined): EntryResult =>
    one === undefined ? { kind: 'nothing' } : { kind: 'written', written: one };
  switch (method) {
    case 'GET':
    case 'HEAD':
      return get(ctx, entry, options);
    case 'POST':
      return written(await create(ctx, resourceOf(entry), ifNoneExist === undefined ? {} : { ifNoneExist }));
    case 'PUT': {
      const resource = resourceOf(entry);
      if (id === undefined) return written(await updateWhere(ctx, resource, `?${query ?? ''}`, precondition));
      return written(await update(ctx, withId(entry, resource, id), precondition));
    }
    case 'PATCH': {
      const operations = patchIn(entry);
      return written(
        await (id === undefined
          ? patchWhere(ctx, type, `?${query ?? ''}`, operations)
          : patch(ctx, type, id, operations, precondition)),
      );
    }
    case 'DELETE':
      return written(
        await (id === undefined ? removeWhere(ctx, type, `?${query ?? ''}`) : remove(ctx, type, id, precondition)),
      );
  }
}

async function get(ctx: Context, { type, id, version, query }: Entry, { base }: BundleOptions): Promise<EntryResult> {
  if (id === undefined) {
    const params = new URLSearchParams(query);
    return {
      kind: 'found',
      path: type,
      params,
      page: await search(ctx, type, params, base === undefined ? {} : { base }),
    };
  }
  return {
    kind: 'read',
    stored: await (version === undefined ? read(ctx, type, id) : readVersion(ctx, type, id, Number(version))),
  };
}

function withId({ at }: Entry, resource: Resource, id: string): Resource {
  requireId(id);
  if (resource.id !== id)
    throw misfit('the resource carries another id than the url', `Bundle.entry[${at}].resource.id`);
  return resource;
}

/** A JSON Patch comes as a Binary, base64. Source: FHIR R4 http.html#patch. */
function patchIn({ resource, at }: Entry): unknown {
  const { contentType, data } = (resource ?? {}) as { contentType?: unknown; data?: unknown };
  if (
    resource?.resourceType !== 'Binary' ||
    contentType !== 'application/json-patch+json' ||
    typeof data !== 'string'
  ) {
    throw misfit('a patch is a Binary that holds application/json-patch+json', `Bundle.entry[${at}].resource`);
  }
  try {
    return JSON.parse(Buffer.from(data, 'base64').toString());
  } catch {
    throw misfit('the patch is not JSON', `Bundle.entry[${at}].resource.data`);
  }
}

/** Deletes, then creates, then updates, then reads, in the order FHIR R4 http.html#trules lays down. */
async function processTransaction(
  ctx: Context,
  tx: Tx,
  entries: readonly Entry[],
  options: BundleOptions,
): Promise<EntryResult[]> {
  const results = new Array<EntryResult>(entries.length);
  const planned: { entry: Entry; change: Change & { resource?: Resource } }[] = [];
  for (const entry of entries) {
    const planning = await plan(ctx, entry);
    if (planning.result !== undefined) results[entry.at] = planning.result;
    if (planning.change !== undefined) planned.push({ entry, change: planning.change });
  }
  await settleReferences(ctx, entries, planned, results);
  for (const { entry, change } of planned) {
    if (entry.method === 'PATCH') Object.assign(change, await patched(ctx, change.type, change.id!, patchIn(entry)));
  }
  requireOnce(planned);

  const ordered = [...planned].sort((a, b) => ORDER[a.entry.method] - ORDER[b.entry.method]);
  const written = await applyAll(
    ctx,
    tx,
    ordered.map(({ change }) => change),
  );
  written.forEach((one, at) => {
    results[ordered[at]!.entry.at] = { kind: 'written', written: one };
  });
  for (const entry of entries) {
    if (entry.method === 'GET' || entry.method === 'HEAD') results[entry.at] = await get(ctx, entry, options);
  }
  return results;
}

const ORDER: Readonly<Record<Method, number>> = { DELETE: 0, POST: 1, PUT: 2, PATCH: 2, GET: 3, HEAD: 3 };

/** What an entry will change; or its result where that is known by now. Ids of new resources come later. */
async function plan(
  ctx: Context,
  entry: Entry,
): Promise<{ change?: Change & { resource?: Resource }; result?: EntryResult }> {
  const { at, method, type, query, ifNoneExist, ifMatch } = entry;
  const rest = { ...(ifMatch !== undefined && { ifMatch }), place: `Bundle.entry[${at}].resource` };
  if (method === 'GET' || method === 'HEAD') return {};
  if (method === 'POST') {
    const resource = resourceOf(entry);
    const known = ifNoneExist === undefined ? undefined : await findOne(ctx, type, ifNoneExist);
    return known === undefined
      ? { change: { type, resource, ...rest } }
      : { result: { kind: 'written', written: known } };
  }
  const id = entry.id ?? (await findOne(ctx, type, `?${query ?? ''}`))?.id;
  if (id !== undefined) requireId(id);
  if (method === 'PUT') {
    const resource = resourceOf(entry);
    if (entry.id !== undefined) withId(entry, resource, entry.id);
    const own = id ?? resource.id;
    return { change: { type, resource, ...(own !== undefined && { id: own }), ...rest } };
  }
  if (method === 'DELETE')
    return id === undefined ? { result: { kind: 'nothing' } } : { change: { type, id, ...rest } };
  if (id === undefined) throw new Problem('not-found', 'there is no such resource', { type });
  return { change: { type, id, ...rest } };
}

/**
 * Gives new resources their ids and writes real references in place of the entries' own addresses. Patients come first, because
 * the id of what belongs to a patient holds the patient's id.
 */
async function settleReferences(
  ctx: Context,
  entries: readonly Entry[],
  planned: readonly { entry: Entry; change: Change & { resource?: Resource } }[],
  results: readonly (EntryResult | undefined)[],
): Promise<void> {
  const names = new Map<string, string>();
  const name = (entry: Entry, id: string) => {
    if (entry.madeId !== undefined && entry.madeId !== id)
      names.set(`${entry.type}/${entry.madeId}`, `${entry.type}/${id}`);
    if (entry.fullUrl === undefined) return;
    names.set(entry.fullUrl, `${entry.type}/${id}`);
    const tail = /^https?:.*\/([A-Za-z]+\/[A-Za-z0-9\-.]{1,64})$/.exec(entry.fullUrl)?.[1];
    if (tail !== undefined && entry.method === 'POST') names.set(tail, `${entry.type}/${id}`);
  };
  for (const entry of entries) {
    const result = results[entry.at];
    if (result?.kind === 'written') name(entry, result.written.id);
  }
  const makeId = (entry: Entry, resource: Resource): string => {
    entry.madeId ??= newIdFor(ctx, resource);
    return entry.madeId;
  };
  const open: (typeof planned)[number][] = [];
  for (const one of planned) {
    const { entry, change } = one;
    if (change.resource === undefined) continue;
    if (change.id === undefined && change.type === 'Patient') change.id = makeId(entry, change.resource);
    if (change.id === undefined) open.push(one);
    else name(entry, change.id);
  }
  const conditional = new Map<string, string>();
  for (const { change } of planned) {
    if (change.resource !== undefined) await findConditional(ctx, change.resource, conditional);
  }
  for (const [asked, found] of conditional) names.set(asked, found);
  for (const { entry, change } of open) {
    rewrite(change.resource, names);
    change.id = makeId(entry, change.resource!);
    name(entry, change.id);
  }
  for (const { change } of planned) rewrite(change.resource, names);
}

/** References by condition, each looked up once. @throws Problem `precondition-failed` unless exactly one resource meets it */
async function findConditional(ctx: Context, value: unknown, found: Map<string, string>): Promise<void> {
  for (const asked of conditionalReferences(value)) {
    if (found.has(asked)) continue;
    const type = asked.slice(0, asked.indexOf('?'));
    const one = await findOne(ctx, type, asked);
    if (one === undefined)
      throw new Problem('precondition-failed', 'no resource meets the condition of a reference', { type });
    found.set(asked, `${type}/${one.id}`);
  }
}

function* conditionalReferences(value: unknown): Generator<string> {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    if (key === 'reference' && typeof inner === 'string' && isResourceType(/^(\w+)\?/.exec(inner)?.[1])) yield inner;
    else yield* conditionalReferences(inner);
  }
}

/** Writes real references in place: into `reference` whatever is known, elsewhere only whole urns. */
function rewrite(value: unknown, names: ReadonlyMap<string, string>): void {
  if (names.size === 0 || typeof value !== 'object' || value === null) return;
  const holder = value as Record<string, unknown>;
  for (const key in holder) {
    const inner = holder[key];
    if (typeof inner === 'object') rewrite(inner, names);
    // `value` is an identifier's: what names a thing elsewhere stays as it is.
    else if (typeof inner === 'string' && (key === 'reference' || (key !== 'value' && inner.startsWith('urn:')))) {
      const real = names.get(inner);
      if (real !== undefined) holder[key] = real;
    }
  }
}

/** A transaction may touch a resource once only. */
function requireOnce(planned: readonly { change: Change }[]): void {
  const seen = new Set<string>();
  for (const { change } of planned) {
    const key = `${change.type}/${change.id}`;
    if (seen.has(key)) throw new Problem('invalid', 'a transaction may touch a resource once only', { resource: key });
    seen.add(key);
  }
}
