import type { Context } from '#kernel/context';
import { Problem } from '#kernel/problem';
import type { FoundThing, SearchAnswer, ThingKind } from '../../model.ts';
import { countThings, findThingLines, type ThingFilter } from '../../store/index.ts';
import type { Searching } from './searching.ts';

export interface SearchQuestion {
  text: string;
  kinds: readonly ThingKind[];
  place?: string;
  examples: boolean;
  most: number;
  skip: number;
}

const LONGEST = 100;
/** The index ranks so many; further on nobody reads. */
const MOST_DEEP = 300;

/** Things that are meant by what somebody typed, best first, each with why. */
export async function searchThings(
  ctx: Context,
  searching: Searching | undefined,
  question: SearchQuestion,
): Promise<SearchAnswer> {
  ctx.require('cluster.read');
  const { text, kinds, place, examples, most, skip } = question;
  if (text.trim() === '' || text.length > LONGEST) throw new Problem('invalid', 'a question has 1 to 100 characters');
  if (most + skip > MOST_DEEP) throw new Problem('invalid', 'limit is out of range', { most: MOST_DEEP });
  const answer = await searching?.ask(text, {
    most,
    skip,
    filters: {
      ...(kinds.length > 0 && { kind: kinds }),
      ...(place !== undefined && { place: [place] }),
      ...(!examples && { example: ['false'] }),
    },
  });
  if (answer === undefined) return askDatabase(ctx, question);
  const why = new Map(answer.hits.map(({ id, why: found }) => [id, found]));
  const lines = await findThingLines(ctx.db, { ids: [...why.keys()], examples: true, limit: most });
  const byId = new Map(lines.map((line) => [line.id, line]));
  return {
    // What went since the index heard of it is left out.
    things: answer.hits.flatMap(({ id, why: found }) => {
      const line = byId.get(id);
      return line === undefined ? [] : [toFound(line, found)];
    }),
    matches: answer.matches,
    isMore: answer.isMore,
    facets: answer.facets,
    by: 'index',
  };
}

async function askDatabase(
  ctx: Context,
  { text, kinds, place, examples, most, skip }: SearchQuestion,
): Promise<SearchAnswer> {
  const filter: ThingFilter = {
    text: text.trim(),
    ...(kinds.length > 0 && { kinds }),
    ...(place !== undefined && { place }),
    examples,
    limit: most,
    offset: skip,
  };
  const [lines, matches] = await Promise.all([findThingLines(ctx.db, filter), countThings(ctx.db, filter)]);
  const why = [{ typed: text.trim(), found: text.trim(), how: 'word' as const }];
  return { things: lines.map((line) => toFound(line, why)), matches, isMore: false, facets: {}, by: 'database' };
}

function toFound(
  { id, kind, name, nameZh, example, place }: Omit<FoundThing, 'why'>,
  why: FoundThing['why'],
): FoundThing {
  return { id, kind, name, nameZh, example, place, why };
}
