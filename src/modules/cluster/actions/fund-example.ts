import { actAsDemo } from '#kernel/access';
import { type Context, onDb } from '#kernel/context';
import type { Job } from '#kernel/jobs';
import type { Pool } from '#kernel/sql';
import example from '../../../../facts/cluster/fund-example.json' with { type: 'json' };
import type { NewFundEntry } from '../model.ts';
import { countEntries, findKinds, findTargetValues } from '../store/index.ts';
import { createFund, enterFundEntries, keepIndex } from './funds.ts';
import { enterThings, relate, stateAll } from './record.ts';
import { enterTargetValue } from './targets.ts';

/** Keeps the example fund of funds and the example target of the demo, by the acts of its investor and its regulator, each step once. */
export function fundExampleJob(pool: Pool): Job {
  return {
    name: 'cluster.fund-example',
    everySeconds: 60,
    async run(job) {
      const ctx = onDb(job, pool);
      const [investor, regulator] = [await actAsDemo(ctx, 'investor'), await actAsDemo(ctx, 'regulator')];
      if (investor !== undefined) await enterFunds(investor);
      if (regulator !== undefined) await enterTarget(regulator);
    },
  };
}

export async function enterFunds(investor: Context): Promise<void> {
  const { enterprises, funds, index, source } = example;
  const known = await findKinds(
    investor.db,
    [...enterprises, ...funds].map(({ id }) => id),
  );
  const fresh = enterprises.filter(({ id }) => !known.has(id));
  if (fresh.length > 0)
    await investor.db.transaction(async (tx) => {
      const things = fresh.map(({ id, name, nameZh }) => ({
        id,
        kind: 'enterprise' as const,
        name,
        nameZh,
        example: true,
      }));
      await enterThings(investor, tx, things);
      await stateAll(
        investor,
        tx,
        fresh.flatMap(({ id, statements }) =>
          statements.map(([property, value, asOf]) => ({
            thing: id,
            property: property as string,
            value: value as string | number | boolean,
            ...(asOf !== undefined && { asOf: asOf as string }),
          })),
        ),
      );
    });
  const missing = funds.filter(({ id }) => !known.has(id));
  if (missing.length > 0) await keepIndex(investor, { ...index, source, example: true, levels: levelsOf(index) });
  for (const { id, name, nameZh, mother } of missing)
    await createFund(investor, { id, name, nameZh, example: true, ...(mother !== undefined && { mother }) });
  for (const { id, entries } of funds)
    if ((await countEntries(investor.db, id)) === 0)
      await enterFundEntries(
        investor,
        id,
        entries.map(([day, kind, yuan, rest]) => ({
          ...(rest as Partial<NewFundEntry>),
          day: day as string,
          kind: kind as NewFundEntry['kind'],
          fen: (yuan as number) * 100,
          source,
        })),
      );
}

/** Quarter by quarter, in per cent. */
function levelsOf({ from, level, quarters }: typeof example.index): { date: string; level: number }[] {
  const start = new Date(`${from}T00:00:00Z`);
  let now = level;
  const levels = [{ date: from, level }];
  for (const [at, percent] of quarters.entries()) {
    now *= 1 + percent / 100;
    const end = new Date(Date.UTC(start.getUTCFullYear(), start.getUTCMonth() + 3 * (at + 1) + 1, 0));
    levels.push({ date: end.toISOString().slice(0, 10), level: Math.round(now * 100) / 100 });
  }
  return levels;
}

export async function enterTarget(regulator: Context): Promise<void> {
  const { target, source } = example;
  const { id, name, nameZh, value, unit, year, baseline, department, values } = target;
  const [from, first] = baseline as [number, number];
  if ((await findKinds(regulator.db, [id])).size === 0)
    await regulator.db.transaction(async (tx) => {
      await enterThings(regulator, tx, [
        { id, kind: 'target', name, nameZh, example: true },
        { ...department, kind: 'department', example: true },
      ]);
      await stateAll(regulator, tx, [
        { thing: id, property: 'target-value', value, unit },
        { thing: id, property: 'target-year', value: year },
        { thing: id, property: 'baseline-value', value: first, unit, asOf: String(from) },
      ]);
      await relate(regulator, tx, { subject: department.id, predicate: 'leads', object: id });
    });
  const known = new Set((await findTargetValues(regulator.db, [id])).map((each) => each.year));
  for (const [at, amount] of values as [number, number][])
    if (!known.has(at))
      await enterTargetValue(regulator, id, { year: at, value: amount, source, department: department.id });
}
