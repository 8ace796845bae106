import { record, recordRead } from '#kernel/access';
import type { Context, Db } from '#kernel/context';
import { tell } from '#kernel/outbox';
import { Problem } from '#kernel/problem';
import { countCells } from '../analytics/index.ts';
import type { CaseDefinition, DefinitionChange, DefinitionPage, DefinitionPreview, DefinitionState } from '../model.ts';
import { currentDefinitions, datesOf, dayOf, daysAfter, parseDefinition, seriesOf, trialOf } from '../rules/index.ts';
import {
  findDefinitionVersions,
  findSavedDefinitions,
  holdDefinition,
  insertDefinitionVersion,
  MOST_DEFINITIONS,
} from '../store/index.ts';
import { WATCH } from './permissions.ts';
import { checkedReason } from './reason.ts';
import { tryRules, type Watching } from './watch.ts';

const WRITE = 'signals.definition.write';
const PREVIEW_DAYS = 90;

/** What is counted and judged now. */
export async function findDefinitions(db: Db): Promise<CaseDefinition[]> {
  const states = currentDefinitions(await findSavedDefinitions(db));
  return states.filter(({ retired }) => !retired).map(({ definition }) => definition);
}

/** Of a retired one too: its alarms stay. @throws Problem `not-found` */
export async function getDefinition(db: Db, id: string): Promise<CaseDefinition> {
  return (await getState(db, id)).definition;
}

async function getState(db: Db, id: string): Promise<DefinitionState> {
  const states = currentDefinitions(await findSavedDefinitions(db));
  const found = states.find(({ definition }) => definition.id === id);
  if (found === undefined) throw new Problem('not-found', 'no such disease is watched', { disease: id });
  return found;
}

export async function listDefinitions(ctx: Context): Promise<{ definitions: DefinitionState[] }> {
  ctx.require(WATCH);
  return { definitions: currentDefinitions(await findSavedDefinitions(ctx.db)) };
}

export async function readDefinition(ctx: Context, id: string): Promise<DefinitionPage> {
  ctx.require(WATCH);
  return { ...(await getState(ctx.db, id)), versions: await findDefinitionVersions(ctx.db, id) };
}

/** Saves a further version; from the next run of the watch on it is what is counted. */
export async function saveDefinition(
  ctx: Context,
  id: string,
  { definition: given, retired, why, version }: Omit<DefinitionChange, 'definition'> & { definition: unknown },
): Promise<DefinitionPage> {
  ctx.require(WRITE);
  const definition = parseDefinition(given);
  if (definition.id !== id) throw new Problem('invalid', 'the id of a case definition does not change', { id });
  const reason = checkedReason(why);
  await ctx.db.transaction(async (tx) => {
    await holdDefinition(tx, id);
    const states = currentDefinitions(await findSavedDefinitions(tx));
    const now = states.find((state) => state.definition.id === id)?.version ?? 0;
    if (now !== version)
      throw new Problem('conflict', 'the case definition has changed since you looked at it: read it again', {
        version: now,
      });
    if (states.length >= MOST_DEFINITIONS && !states.some((state) => state.definition.id === id))
      throw new Problem('too-many', 'so many diseases are watched that no more fits', { most: MOST_DEFINITIONS });
    await insertDefinitionVersion(ctx, tx, { definition, version: now + 1, retired, why: reason });
    await record(ctx, tx, {
      act: 'signals.definition-changed',
      subject: id,
      detail: { version: now + 1, retired, why: reason, definition },
    });
    await tell(tx, { type: 'signals.definition-changed', subject: id, data: { version: now + 1 } });
  });
  return readDefinition(ctx, id);
}

/** What the last 90 days would give by a definition that nobody has saved yet, beside the one that stands. */
export async function previewDefinition(ctx: Context, watching: Watching, given: unknown): Promise<DefinitionPreview> {
  ctx.require(WRITE);
  const { lake, signal } = watching;
  const definition = parseDefinition(given);
  const until = dayOf(ctx.now());
  const since = daysAfter(until, 1 - PREVIEW_DAYS);
  const dates = datesOf('day', since, until);
  const count = async (asked: CaseDefinition) => {
    const options = { actor: ctx.actor.id, ...(signal !== undefined && { signal }) };
    const cells = await countCells(ctx, lake, asked, { since, until }, options);
    const { dates: begun, series } = seriesOf(cells, { unit: 'day', level: 'region', since, until });
    const cases = new Map(begun.map((date, at) => [date, series[0]?.cases[at] ?? 0]));
    return {
      cases: dates.map((date) => cases.get(date) ?? 0),
      tested: cells.reduce((sum, { tested }) => sum + tested, 0),
    };
  };
  const standing = currentDefinitions(await findSavedDefinitions(ctx.db)).find(
    (state) => state.definition.id === definition.id && !state.retired,
  );
  const after = await count(definition);
  const before = standing === undefined ? dates.map(() => 0) : (await count(standing.definition)).cases;
  const trial = trialOf(definition.rules, await tryRules(ctx, watching, definition, { until, days: PREVIEW_DAYS }));
  await recordRead(ctx, { act: 'signals.definition-previewed', subject: definition.id });
  return { since, until, dates, standing: before, proposed: after.cases, tested: after.tested, trial };
}
