import type { Context } from '#kernel/context';
import type { Lake } from '#kernel/lake';
import { Problem } from '#kernel/problem';
import type { Candidate, OfferingDefinition } from '../model.ts';

/** Rows of a candidate at the most. */
export const MOST_CANDIDATE_ROWS = 1_000_000;

/**
 * What the lake gives for a definition: its SQL over the rows that the actor may see, cut to the columns that it names.
 *
 * @throws Problem `forbidden`, `invalid`, `unprocessable` where a column is missing, `too-costly` over so many rows
 */
export async function produce(
  _ctx: Context,
  _lake: Lake,
  _definition: Pick<OfferingDefinition, 'query' | 'columns'>,
  _options: { signal?: AbortSignal; mostRows?: number } = {},
): Promise<Candidate> {
  throw new Problem('unavailable', 'the lake is not asked yet');
}
