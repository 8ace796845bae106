import type { Context } from '#kernel/context';
import { type Computing, methodNames } from './index.ts';

const COMPUTE = 'signals.compute';

export function listMethods(ctx: Context): { methods: string[] } {
  ctx.require(COMPUTE);
  return { methods: methodNames() };
}

/** Any method on the asker's own numbers: nothing of the record enters. */
export async function compute(
  ctx: Context,
  computing: Computing,
  { method, input, signal }: { method: string; input: unknown; signal: AbortSignal },
): Promise<unknown> {
  ctx.require(COMPUTE);
  return computing.run(method, input, { actor: ctx.actor.id, signal });
}
