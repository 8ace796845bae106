import { createHash } from 'node:crypto';
import type { Context, Sql } from '#kernel/context';
import { all, join, sql, trusted } from '#kernel/sql';
import { enough, type Reach, smallestOf } from './access.ts';
import type { AskOptions, Lake } from './client.ts';

/** What a person chooses from: the tests, codes, places that really occur in a view. */
export interface Choice {
  /** The view's rows within the actor's reach, of `lakeRelation`. */
  relation: Sql;
  reach: Reach;
  /** Only rows like this. */
  where?: Sql;
  /** What tells them apart, by its name in the answer; the first should be the first column of the view's order. Texts, never null. */
  by: Readonly<Record<string, Sql>>;
  /** Any one of what comes with them, by its name. */
  any?: Readonly<Record<string, Sql>>;
  most: number;
}

/** With the number of rows as `results`, the most frequent first. */
export type Occurring<Key extends string> = Record<Key, string> & { results: number };

/** Answers are kept a hundred times as long as they took: a small lake's are fresh, a large lake is not read for every visit of a page. */
const KEPT_TIMES = 100;
const SHORTEST_MS = 15_000;
const LONGEST_MS = 3_600_000;
const MOST_KEPT = 100;

interface Kept {
  until: number;
  answer: Promise<Occurring<string>[]>;
}

const keptOf = new WeakMap<Lake, Map<string, Kept>>();

/**
 * What occurs within the actor's reach; of the population only what at least `SMALLEST` persons have. Those who reach the same rows share an answer for a while.
 */
export async function findOccurring<Key extends string>(
  { actor, now }: Pick<Context, 'actor' | 'now'>,
  lake: Lake,
  choice: Choice,
): Promise<Occurring<Key>[]> {
  const kept = keptOf.get(lake) ?? new Map<string, Kept>();
  keptOf.set(lake, kept);
  // The question itself is the key: equal questions have equal answers, whoever asks.
  const question = countsOf(choice);
  const key = createHash('sha256')
    .update(JSON.stringify([choice.reach, question]))
    .digest('base64');
  const began = performance.now();
  for (const [each, { until }] of kept) if (began > until || kept.size >= MOST_KEPT) kept.delete(each);
  const same = kept.get(key);
  if (same !== undefined) return same.answer as Promise<Occurring<Key>[]>;
  const mine: Kept = {
    until: Number.POSITIVE_INFINITY,
    answer: ask(lake, choice, { question, now: now() }, { actor: actor.id }),
  };
  kept.set(key, mine);
  mine.answer.then(
    () => {
      const ended = performance.now();
      mine.until = ended + Math.min(Math.max(KEPT_TIMES * (ended - began), SHORTEST_MS), LONGEST_MS);
    },
    // A failure is not kept.
    () => kept.delete(key),
  );
  return mine.answer as Promise<Occurring<Key>[]>;
}

function countsOf({ relation, where, by, any = {}, most }: Choice): Sql {
  const columns = [
    ...Object.entries(by).map(([name, column]) => sql`${column} as ${named(name)}`),
    ...Object.entries(any).map(([name, column]) => sql`ifNull(any(${column}), '') as ${named(name)}`),
  ];
  const keys = join(Object.keys(by).map(named));
  return sql`
    select ${join(columns)}, count() as results from ${relation} where ${where ?? sql`true`}
    group by ${keys} order by results desc, ${keys} limit ${most}`;
}

/** What is new enough for nearly everything that occurs to occur in it, and little enough to count persons in. */
const RECENT_MS = 31 * 86_400_000;
/** Everything is read, and the answer kept. */
const TIMEOUT_MS = 120_000;
const MOST_GROUPS = 100_000;

/**
 * Counting persons costs several times as much as counting rows. So they are counted in the last month, and only of what few persons had then in all
 * there is: what enough persons have there, enough persons have.
 */
async function ask(
  lake: Lake,
  choice: Choice,
  { question, now }: { question: Sql; now: Date },
  options: Pick<AskOptions, 'actor'>,
): Promise<Occurring<string>[]> {
  const { relation, reach, where = sql`true`, by } = choice;
  const limits: AskOptions = { ...options, timeoutMs: TIMEOUT_MS, mostRows: MOST_GROUPS };
  const found = await lake.rows<Row>(question, { ...limits, smallGroups: 'left-out' });
  if (smallestOf(reach) > 1 && found.length > 0) return (await largeOnes()).map(renamed);
  return found.map(renamed);

  async function largeOnes(): Promise<Row[]> {
    const columns = Object.keys(by).map(named);
    const keyOf = (row: Row) => JSON.stringify(columns.map(({ text }) => row[text]));
    const large = new Set<string>();
    const look = async (term: Sql): Promise<void> => {
      const rows = await lake.rows<Row>(
        sql`
          select ${join(Object.entries(by).map(([name, column]) => sql`${column} as ${named(name)}`))}
          from ${relation} where ${all([where, term])} group by ${join(columns)} having ${enough(sql`_patient`, reach)}`,
        limits,
      );
      for (const row of rows) large.add(keyOf(row));
    };
    await look(sql`time >= ${new Date(now.getTime() - RECENT_MS)}`);
    const others = found.filter((row) => !large.has(keyOf(row)));
    const [[name, column]] = Object.entries(by) as [[string, Sql]];
    if (others.length > 0)
      await look(sql`${column} in ${[...new Set(others.map((row) => String(row[named(name).text])))]}`);
    return found.filter((row) => large.has(keyOf(row)));
  }
}

type Row = Record<string, string | number>;

/** No name that a column has, which ClickHouse would take for the column. */
const ALIAS = 'of_';

function named(name: string): Sql {
  return trusted(`${ALIAS}${name}`);
}

function renamed({ results, ...row }: Row): Occurring<string> {
  const keys = Object.entries(row).map(([name, value]) => [name.slice(ALIAS.length), value]);
  return { ...Object.fromEntries(keys), results } as Occurring<string>;
}
