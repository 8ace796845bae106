import { evaluatorOf, type Row, type Value, type ViewDefinition } from './evaluate.ts';
import { canonicalRows, sameRows } from './rows.ts';
import { type Case, shrink } from './shrink.ts';

/** What runs views over tables of resources, each numbered by its place. */
export interface Engine {
  load(table: string, resources: readonly string[]): Promise<void>;
  /** @returns the rows, with the number of the resource of each */
  run(view: ViewDefinition, table: string, from: number, to: number): Promise<{ n: number; row: Row }[]>;
}

/** The rows of each resource; undefined where the evaluator refuses one of them. */
export function answers(view: ViewDefinition, resources: readonly string[]): Row[][] | undefined {
  try {
    return resources.map(evaluatorOf(view));
  } catch {
    return undefined;
  }
}

/** @returns the resource whose rows differ first */
export async function firstDifference(
  engine: Engine,
  view: ViewDefinition,
  { expected, resources, from }: { expected: Row[][]; resources: readonly string[]; from: number },
): Promise<string | undefined> {
  const found = await attempt(() => engine.run(view, view.resource, from, from + expected.length));
  if ('error' in found) {
    for (const [index, text] of resources.slice(from, from + expected.length).entries()) {
      const alone = await attempt(() => engine.run(view, view.resource, from + index, from + index + 1));
      if ('error' in alone) return text;
    }
    return resources[from];
  }
  const byResource = Map.groupBy(found.value, ({ n }) => n);
  for (const [index, rows] of expected.entries()) {
    const got = (byResource.get(from + index) ?? []).map(({ row }) => row);
    if (!sameRows(got, rows)) return resources[from + index];
  }
  return undefined;
}

export async function report(engine: Engine, start: Case, seed: number): Promise<string> {
  const whole = await differs(engine, start);
  const least = await shrink(start, async (one) => {
    const difference = await differs(engine, one);
    return difference !== undefined && kindOf(difference) === kindOf(whole);
  });
  const difference = await differs(engine, least);
  return [
    `seed ${seed}`,
    `view      ${JSON.stringify(least.view)}`,
    `resource  ${least.resource}`,
    `expected  ${JSON.stringify(difference?.expected)}`,
    'found     ' +
      (difference !== undefined && 'error' in difference ? difference.error : JSON.stringify(difference?.found)),
  ].join('\n');
}

/** Other rows, or the beginning of an error: a case that shrinks stays of its kind. */
function kindOf(difference: Difference | undefined): string {
  return difference !== undefined && 'error' in difference
    ? (/"message":"[^"]*/.exec(difference.error)?.[0] ?? difference.error.replace(/\d+/g, '').slice(0, 60))
    : 'rows';
}

type Difference = { expected: string[] } & ({ found: string[] } | { error: string });

async function differs(engine: Engine, { view, resource }: Case): Promise<Difference | undefined> {
  const expected = answers(view, [resource])?.flat();
  if (expected === undefined || expected.some((row) => Object.values(row).some(isComplex))) return undefined;
  await engine.load('probe', [resource]);
  const found = await attempt(() => engine.run(view, 'probe', 0, 1));
  if ('error' in found) return { expected: canonicalRows(expected), error: found.error };
  const rows = found.value.map(({ row }) => row);
  return sameRows(rows, expected) ? undefined : { expected: canonicalRows(expected), found: canonicalRows(rows) };
}

/** Columns are of primitives: what others look like is up to the engine. */
function isComplex(value: Value): boolean {
  return Array.isArray(value) ? value.some(isComplex) : typeof value === 'object' && value !== null;
}

async function attempt<T>(run: () => Promise<T>): Promise<{ value: T } | { error: string }> {
  try {
    return { value: await run() };
  } catch (error) {
    return { error: String(error) };
  }
}
