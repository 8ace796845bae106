import { record } from '#kernel/access';
import type { Context } from '#kernel/context';
import { writeAll } from '#kernel/fhir';
import { intervalDefinitions } from '../rules.ts';

/**
 * Puts the published reference intervals into the record, new or changed ones only.
 *
 * @returns how many there are, and how many were written now
 */
export async function loadIntervals(ctx: Context): Promise<{ all: number; written: number }> {
  const definitions = intervalDefinitions();
  return ctx.db.transaction(async (tx) => {
    const results = await writeAll(ctx, tx, definitions, { recorded: true });
    const written = results.filter(({ op }) => op !== 'unchanged').length;
    if (written > 0)
      await record(ctx, tx, { act: 'laboratory.intervals-loaded', detail: { all: definitions.length, written } });
    return { all: definitions.length, written };
  });
}
