import { reachOf, record } from '#kernel/access';
import type { Context } from '#kernel/context';
import ladder from '../../../../facts/cluster/ladder.json' with { type: 'json' };
import type { Answer, LadderLine, LadderPage, LadderSetting, Rung, ThingName } from '../model.ts';
import {
  answerRung,
  checkSetting,
  LADDER_PROPERTIES,
  ladderFacts,
  rungsOn,
  sortSaid,
  todayOf,
} from '../rules/index.ts';
import {
  countThings,
  findMostSaid,
  findSettings,
  findStatements,
  findThingLines,
  insertSetting,
} from '../store/index.ts';

const [READ, SET] = ['cluster.read', 'cluster.target.write'];
const RUNGS = ladder.rungs as Rung[];
/** Judged at once; of more those of which most is said, and the others are told as unknown. */
const MOST_JUDGED = 2_000;
const MOST_STATEMENTS = 80_000;
const SHOWN = 200;

/** Every enterprise against every rung: met, not met, or unknown. Who is next comes first. */
export async function readLadder(ctx: Context, { examples }: { examples: boolean }): Promise<LadderPage> {
  ctx.require(READ);
  const settings = await findSettings(ctx.db);
  const today = todayOf(ctx.now());
  const rungs = rungsOn(RUNGS, settings, today);
  const filter = { kinds: ['enterprise'], examples } as const;
  const enterprises = await countThings(ctx.db, filter);
  const ids = enterprises > MOST_JUDGED ? await findMostSaid(ctx.db, LADDER_PROPERTIES, MOST_JUDGED) : undefined;
  const things = await findThingLines(ctx.db, { ...filter, ...(ids !== undefined && { ids }), limit: MOST_JUDGED });
  const statements = Map.groupBy(
    await findStatements(
      ctx.db,
      things.map(({ id }) => id),
      { properties: LADDER_PROPERTIES, most: MOST_STATEMENTS },
    ),
    ({ thing }) => thing,
  );
  const inside = await whereTheyLie(
    ctx,
    rungs,
    things.map(({ id }) => id),
  );
  const lines = things.map(({ id, kind, name, nameZh, example, place }): LadderLine => {
    const facts = ladderFacts(sortSaid(statements.get(id) ?? []), today);
    const answers = rungs.map((rung) => {
      const lies = inside.get(rung.place ?? '')?.has(id);
      return answerRung(rung, facts, lies === true ? true : place === null ? undefined : lies);
    });
    const thing: ThingName = { id, kind, name, nameZh, example };
    return { thing, answers, top: answers.findLast(({ answer }) => answer === 'yes')?.rung ?? null };
  });
  const counts = Object.fromEntries(
    rungs.map(({ id }, at) => {
      const of = (answer: Answer): number => lines.filter(({ answers }) => answers[at]?.answer === answer).length;
      return [id, { yes: of('yes'), no: of('no'), unknown: of('unknown') + enterprises - things.length }];
    }),
  );
  const sorted = lines.toSorted((one, two) => weight(two) - weight(one));
  return {
    rungs,
    settings,
    counts,
    enterprises,
    judged: things.length,
    lines: sorted.slice(0, SHOWN),
    more: sorted.length > SHOWN,
    maySet: reachOf(ctx.actor, SET) !== undefined,
  };
}

/** Near to a rung before all, then by how much is known. */
function weight({ answers }: LadderLine): number {
  return answers.reduce((sum, { isNear, answer }) => sum + (isNear ? 100 : 0) + (answer === 'unknown' ? 0 : 1), 0);
}

async function whereTheyLie(
  ctx: Context,
  rungs: readonly Rung[],
  ids: readonly string[],
): Promise<Map<string, Set<string>>> {
  const places = new Set(rungs.flatMap(({ place }) => place ?? []));
  const inside = new Map<string, Set<string>>();
  for (const place of places) {
    const found = await findThingLines(ctx.db, { ids, place, examples: true, limit: MOST_JUDGED });
    inside.set(place, new Set(found.map(({ id }) => id)));
  }
  return inside;
}

/** An authority sets what no published rule fixes, from a day on. */
export async function setLadder(
  ctx: Context,
  setting: Pick<LadderSetting, 'rung' | 'criterion' | 'value' | 'source' | 'validFrom'>,
): Promise<void> {
  ctx.require(SET);
  checkSetting(RUNGS, setting);
  await ctx.db.transaction(async (tx) => {
    await insertSetting(ctx, tx, setting);
    await record(ctx, tx, { act: 'cluster.ladder-set', subject: `ladder/${setting.rung}`, detail: { ...setting } });
  });
}
