import type { Context } from '#kernel/context';
import { Problem } from '#kernel/problem';
import { applyAll, changeOf, requireId, type Written } from './write.ts';

/** Makes a new resource under a new id, whatever id it came with. */
export async function create(ctx: Context, resource: unknown): Promise<Written> {
  const { type, resource: given } = changeOf({ ...(resource as object), id: undefined });
  const [written] = await ctx.db.transaction((tx) => applyAll(ctx, tx, [{ type, resource: given }]));
  return written!;
}

/**
 * Makes the resource the newest version under its own id, or the first one.
 *
 * @throws Problem `precondition-failed` when `ifMatch` is another version than the newest
 */
export async function update(
  ctx: Context,
  resource: unknown,
  { ifMatch }: { ifMatch?: number } = {},
): Promise<Written> {
  const change = changeOf(resource);
  if (change.id === undefined) throw new Problem('invalid', 'the resource needs the id under which it is kept');
  const [written] = await ctx.db.transaction((tx) =>
    applyAll(ctx, tx, [{ ...change, ...(ifMatch !== undefined && { ifMatch }) }]),
  );
  return written!;
}

/** Deletes; what is not there, or no more, stays as it is. */
export async function remove(
  ctx: Context,
  type: string,
  id: string,
  { ifMatch }: { ifMatch?: number } = {},
): Promise<Written> {
  requireId(id);
  const [written] = await ctx.db.transaction((tx) =>
    applyAll(ctx, tx, [{ type, id, ...(ifMatch !== undefined && { ifMatch }) }]),
  );
  return written!;
}
