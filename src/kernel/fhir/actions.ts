import { type Context, onDb, type Tx } from '#kernel/context';
import { Problem } from '#kernel/problem';
import { sql } from '#kernel/sql';
import { parseFhirJson } from '#standards/fhir';
import { patchJson } from './patch.ts';
import { find } from './read.ts';
import { search } from './search/search.ts';
import { applyAll, type Change, changeOf, type Resource, requireId, type Written } from './write.ts';

export interface Precondition {
  /** The version that the caller has seen; `*` any that is there. */
  ifMatch?: number | '*';
}

/**
 * Makes a new resource under a new id, whatever id it came with.
 *
 * @param ifNoneExist a search; where it finds exactly one resource, that one is the answer and nothing is written
 * @throws Problem `precondition-failed` when it finds several
 */
export function create(
  ctx: Context,
  resource: unknown,
  { ifNoneExist }: { ifNoneExist?: string } = {},
): Promise<Written> {
  const { type, resource: given } = changeOf(resource);
  return ctx.db.transaction(async (tx) => {
    const known = ifNoneExist === undefined ? undefined : await findOne(onDb(ctx, tx), type, ifNoneExist);
    return known ?? applyOne(ctx, tx, { type, resource: given });
  });
}

/**
 * Makes the resource the newest version under its own id, or the first one.
 *
 * @throws Problem `precondition-failed` when `ifMatch` is another version than the newest
 */
export async function update(ctx: Context, resource: unknown, precondition: Precondition = {}): Promise<Written> {
  const change = changeOf(resource);
  if (change.id === undefined) throw new Problem('invalid', 'the resource needs the id under which it is kept');
  return ctx.db.transaction((tx) => applyOne(ctx, tx, { ...change, ...precondition }));
}

/** Updates the one resource that the search finds, or makes a new one where it finds none. */
export function updateWhere(
  ctx: Context,
  resource: unknown,
  where: string,
  precondition: Precondition = {},
): Promise<Written> {
  const change = changeOf(resource);
  return ctx.db.transaction(async (tx) => {
    const known = await findOne(onDb(ctx, tx), change.type, where);
    if (known !== undefined && change.id !== undefined && change.id !== known.id) {
      throw new Problem('invalid', 'the resource carries another id than the one that was found', { found: known.id });
    }
    return applyOne(ctx, tx, { ...change, ...(known && { id: known.id }), ...precondition });
  });
}

/** Deletes; what is not there, or no more, stays as it is. */
export async function remove(
  ctx: Context,
  type: string,
  id: string,
  precondition: Precondition = {},
): Promise<Written> {
  requireId(id);
  return ctx.db.transaction((tx) => applyOne(ctx, tx, { type, id, ...precondition }));
}

/** Deletes the one resource that the search finds; nothing where it finds none. */
export function removeWhere(ctx: Context, type: string, where: string): Promise<Written | undefined> {
  return ctx.db.transaction(async (tx) => {
    const known = await findOne(onDb(ctx, tx), type, where);
    return known && applyOne(ctx, tx, { type, id: known.id });
  });
}

/**
 * Changes a resource by the operations of a JSON Patch (RFC 6902).
 *
 * @throws Problem `not-found`, `unprocessable` when an operation does not fit
 */
export function patch(
  ctx: Context,
  type: string,
  id: string,
  operations: unknown,
  precondition: Precondition = {},
): Promise<Written> {
  return ctx.db.transaction(async (tx) =>
    applyOne(ctx, tx, { ...(await patched(onDb(ctx, tx), type, id, operations)), ...precondition }),
  );
}

/** Patches the one resource that the search finds. */
export function patchWhere(ctx: Context, type: string, where: string, operations: unknown): Promise<Written> {
  return ctx.db.transaction(async (tx) => {
    const known = await findOne(onDb(ctx, tx), type, where);
    if (known === undefined) throw new Problem('not-found', 'there is no such resource', { type });
    return applyOne(ctx, tx, await patched(onDb(ctx, tx), type, known.id, operations));
  });
}

/** The change that a patch is; it holds for the version that was read only. */
export async function patched(ctx: Context, type: string, id: string, operations: unknown): Promise<Change> {
  await ctx.db.run(sql`select pg_advisory_xact_lock(hashtextextended(${`patch ${type}/${id}`}, 0))`);
  const row = await find(ctx, type, id);
  if (row === undefined) throw new Problem('not-found', 'there is no such resource', { type, id });
  if (row.content === null) throw new Problem('gone', 'the resource was deleted', { type, id, version: row.version });
  const resource = patchJson(parseFhirJson(row.content), operations) as Resource;
  if (resource?.resourceType !== type || resource.id !== id) {
    throw new Problem('unprocessable', 'a patch may change neither the type nor the id of a resource', { type, id });
  }
  return { type, id, resource };
}

/**
 * The one resource that the search finds, or none. Who asks the same takes turns until the end of the transaction, so that two
 * conditional creates at once make one resource.
 *
 * @throws Problem `precondition-failed` when it finds several
 */
export async function findOne(ctx: Context, type: string, where: string): Promise<Written | undefined> {
  const asked = new URLSearchParams(where.slice(where.indexOf('?') + 1));
  // What only says how an answer is to look would hide a match here.
  const params = new URLSearchParams([...asked].filter(([name]) => !ABOUT_THE_ANSWER.test(name)));
  // A parameter without a value is passed over, and what is left would then meet more than was meant.
  const empty = [...params].some(([, value]) => value.trim() === '');
  if (params.size === 0 || empty)
    throw new Problem('invalid', 'a condition needs at least one search parameter, each with a value', { type });
  params.set('_count', '2');
  await ctx.db.run(sql`select pg_advisory_xact_lock(hashtextextended(${`one ${type}?${params}`}, 0))`);
  const { matches } = await search(ctx, type, params);
  const [match] = matches;
  if (matches.length > 1) throw new Problem('precondition-failed', 'several resources meet the condition', { type });
  return (
    match && {
      op: 'unchanged',
      type,
      id: match.id,
      version: match.version,
      updated: match.updated,
      content: match.content,
    }
  );
}

const ABOUT_THE_ANSWER = /^_(count|cursor|elements|format|include|pretty|revinclude|sort|summary|total)(:|$)/;

async function applyOne(ctx: Context, tx: Tx, change: Change): Promise<Written> {
  const [written] = await applyAll(ctx, tx, [change]);
  return written!;
}
