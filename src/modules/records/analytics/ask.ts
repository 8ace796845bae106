import type { Context, Sql } from '#kernel/context';
import { type AskOptions, type Lake, lakeRelation } from '#kernel/lake';
import { identifier, join, sql } from '#kernel/sql';
import type { Day, Reach } from '../model.ts';
import type { Relations } from './compile.ts';
import { REGION_ZONE } from './views.ts';

/** Who asks the lake, how far, and until when. */
export interface Asking {
  lake: Lake;
  reach: Reach;
  /** The person has gone away: the engine stops too. */
  signal?: AbortSignal;
}

/**
 * The question over the rows that the actor may ask. Each view is written down once, however often the question names it: the rows of
 * persons in care make a long text.
 *
 * @param views by their names, or that of another order, as `laboratory_result_by_patient`
 * @param by another order of all views' rows, for questions about named persons or whole rows
 * @throws Problem `forbidden`, `too-costly`
 */
export async function withRows(
  ctx: Context,
  { reach }: Pick<Asking, 'reach'>,
  views: readonly string[],
  ask: (relations: Relations) => Sql,
  { by }: { by?: string } = {},
): Promise<Sql> {
  const parts: Sql[] = [];
  for (const view of views) {
    const [, name = view, order = by] = /^(.+?)(?:_by_(patient))?$/.exec(view) ?? [];
    const relation = await lakeRelation(ctx, name, { reach, ...(order !== undefined && { by: order }) });
    parts.push(sql`${nameOf(view)} as ${relation}`);
  }
  return sql`with ${join(parts)} ${ask(nameOf)}`;
}

/** Whose turn it is, and until when. */
export function optionsOf({ actor }: Context, { signal }: Pick<Asking, 'signal'>): AskOptions {
  return { actor: actor.id, ...(signal !== undefined && { signal }) };
}

function nameOf(view: string): Sql {
  return identifier(`seen_${view}`);
}

const clock = new Intl.DateTimeFormat('en-CA', { timeZone: REGION_ZONE, dateStyle: 'short' });

/** The day on the region's clock. */
export function dayAt(moment: Date): Day {
  return clock.format(moment);
}
