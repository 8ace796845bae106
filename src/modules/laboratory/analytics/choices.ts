import type { Context, Sql } from '#kernel/context';
import { type AskOptions, enough, type Lake } from '#kernel/lake';
import { sql } from '#kernel/sql';
import type { ResultFilter, TestKind } from '../model.ts';
import { nameOfTest } from '../rules.ts';
import { rowsOf } from './results.ts';

/** What there is to choose from. */
export interface Choices {
  tests: TestKind[];
  districts: string[];
  organizations: string[];
}

const MOST_TESTS = 5000;
const MOST_PLACES = 2000;
const KEPT_MS = 15_000;
const MOST_KEPT = 50;

/**
 * The tests and places there are, from all results within reach. Those who reach the same rows share an answer for a while: every visit of the page asks it, and it
 * reads more than any other question.
 */
export function makeChoices(lake: Lake, now: () => number = () => performance.now()) {
  const kept = new Map<string, { askedAt: number; answer: Promise<Choices> }>();
  return async (
    ctx: Context,
    filter: Pick<ResultFilter, 'reach'>,
    options: Pick<AskOptions, 'actor'>,
  ): Promise<Choices> => {
    const relation = await rowsOf(ctx, filter);
    // The question itself is the key: equal questions have equal answers, whoever asks.
    const key = JSON.stringify([filter.reach, relation.text, relation.values]);
    for (const [each, { askedAt }] of kept) if (now() - askedAt > KEPT_MS || kept.size >= MOST_KEPT) kept.delete(each);
    const same = kept.get(key);
    if (same !== undefined) return same.answer;
    const answer = findChoices(lake, relation, enough(sql`patient`, filter.reach), options);
    kept.set(key, { askedAt: now(), answer });
    // A failure is not kept.
    answer.catch(() => kept.delete(key));
    return answer;
  };
}

async function findChoices(lake: Lake, relation: Sql, told: Sql, options: AskOptions): Promise<Choices> {
  const places = async (column: Sql): Promise<string[]> => {
    const rows = await lake.rows<{ key: string }>(
      sql`
        select ifNull(${column}, '') as key from ${relation} where key != ''
        group by key having ${told} order by count() desc, key limit ${MOST_PLACES}`,
      options,
    );
    return rows.map(({ key }) => key);
  };
  const tests = await lake.rows<{ code: string; of_unit: string; text: string; results: number }>(
    sql`
      select code, ifNull(unit, '') as of_unit, ifNull(any(code_text), '') as text, count() as results
      from ${relation} where isNotNull(value) and code != ''
      group by code, of_unit having ${told} order by results desc, code, of_unit limit ${MOST_TESTS}`,
    options,
  );
  return {
    tests: tests.map(({ code, of_unit, text, results }) => ({
      code,
      unit: of_unit,
      name: nameOfTest(code, text),
      results,
    })),
    districts: await places(sql`district`),
    organizations: await places(sql`organization`),
  };
}
