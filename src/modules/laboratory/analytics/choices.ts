import type { Context } from '#kernel/context';
import { type Choice, findOccurring, type Lake } from '#kernel/lake';
import { sql, trusted } from '#kernel/sql';
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

/** The tests and places there are, from all results within reach. */
export async function findChoices(ctx: Context, lake: Lake, { reach }: Pick<ResultFilter, 'reach'>): Promise<Choices> {
  const relation = await rowsOf(ctx, { reach });
  const find = <Key extends string>(choice: Omit<Choice, 'relation' | 'reach'>) =>
    findOccurring<Key>(ctx, lake, { relation, reach, ...choice });
  const places = async (place: 'district' | 'organization'): Promise<string[]> => {
    const by = sql`ifNull(${trusted(place)}, '')`;
    const found = await find<'place'>({ by: { place: by }, where: sql`${by} != ''`, most: MOST_PLACES });
    return found.map((each) => each.place);
  };
  const tests = await find<'code' | 'unit' | 'text'>({
    by: { code: sql`code`, unit: sql`ifNull(unit, '')` },
    any: { text: sql`code_text` },
    where: sql`isNotNull(value) and code != ''`,
    most: MOST_TESTS,
  });
  return {
    tests: tests.map(({ code, unit, text, results }) => ({ code, unit, name: nameOfTest(code, text), results })),
    districts: await places('district'),
    organizations: await places('organization'),
  };
}
