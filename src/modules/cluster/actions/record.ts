import { findIdentity, findTenants, reachOf, recordAll } from '#kernel/access';
import type { Actor, Context, Db, Tx } from '#kernel/context';
import { tellAll } from '#kernel/outbox';
import { Problem } from '#kernel/problem';
import {
  KINDS,
  PROPERTIES,
  type Profile,
  propertyOf,
  type Reckoned,
  type Said,
  type Statement,
  type ThingKind,
  type ThingPage,
} from '../model.ts';
import {
  checkId,
  checkRelation,
  isDisputed,
  type NewRelation,
  type NewStatement,
  reckon,
  sortSaid,
  soundStatement,
} from '../rules/index.ts';
import {
  countThings,
  findCautions,
  findIdsOf,
  findKinds,
  findLive,
  findRelations,
  findRepresentations,
  findSources,
  findStatement,
  findStatements,
  findThingLines,
  findTogether,
  findWithdrawn,
  getThing,
  insertRelations,
  insertStatements,
  insertThings,
  type NewSource,
  namesOf,
  putConflicts,
  putSource,
  speaksFor,
  type ThingFilter,
  touchThings,
  withdrawRow,
} from '../store/index.ts';

export const [READ, EDIT] = ['cluster.read', 'cluster.edit'] as const;

interface NewThing {
  /** Made up when it is left out. */
  id?: string;
  kind: ThingKind;
  name: string;
  nameZh?: string;
  example?: boolean;
  /** `Organization/<id>`, `account/<id>` or `role/<role>`; the actor's own party unless said, the regulator for what a regulator enters. */
  owner?: string;
  reviewEveryDays?: number;
}

const REVIEW_DAYS = 180;
const LONGEST_NAME = 400;

/** Enters a thing, and answers with its id. @throws Problem `forbidden`, `invalid`, `conflict` where the id is taken */
export async function enterThing(ctx: Context, tx: Tx, thing: NewThing): Promise<string> {
  const [id] = await enterThings(ctx, tx, [thing]);
  if (id === undefined) throw new Problem('conflict', 'there is a thing of this id already', { id: thing.id });
  return id;
}

/** As `enterThing`, for many; the ids of those that were new. */
export async function enterThings(ctx: Context, tx: Tx, things: readonly NewThing[]): Promise<string[]> {
  const reach = reachOf(ctx.actor, EDIT);
  if (reach === undefined) ctx.require(EDIT);
  const rows = things.map(
    ({ id = ctx.newId(), kind, name, nameZh, example = false, owner, reviewEveryDays = REVIEW_DAYS }) => {
      checkId(id);
      for (const each of [name, nameZh ?? name])
        if (each.trim() === '' || each.length > LONGEST_NAME)
          throw new Problem('invalid', 'a name has 1 to 400 characters', { id });
      if (!Object.hasOwn(KINDS, kind)) throw new Problem('invalid', 'there is no such kind of thing', { kind });
      if (reach !== 'all' && KINDS[kind].enteredBy !== 'anybody')
        throw new Problem('forbidden', 'only the regulator enters things of this kind', { kind });
      const own = reach === 'all' ? (owner ?? 'role/regulator') : partiesOf(ctx.actor)[0]!;
      return { id, kind, name: name.trim(), nameZh: nameZh?.trim() ?? null, example, owner: own, reviewEveryDays };
    },
  );
  const entered = await insertThings(ctx, tx, rows);
  const fresh = rows.filter(({ id }) => entered.has(id));
  await recordAll(
    ctx,
    tx,
    fresh.map(({ id, kind, name }) => ({
      act: 'cluster.thing-entered',
      subject: `thing/${id}`,
      detail: { kind, name },
    })),
  );
  await noteChanged(ctx, tx, [...entered]);
  return fresh.map(({ id }) => id);
}

/** Keeps a document that statements come from; said again it is described anew. */
export async function addSource(
  ctx: Context,
  tx: Tx,
  source: Omit<NewSource, 'account' | 'organization'>,
): Promise<string> {
  ctx.require(EDIT);
  if (!/^[a-z0-9][a-z0-9./-]{0,99}$/.test(source.id) || source.kind === 'entry')
    throw new Problem('invalid', 'a source has an id of small letters, digits, points and hyphens', { id: source.id });
  await putSource(ctx, tx, source);
  return source.id;
}

/** States one property of a thing, and answers with the statement's id. @throws Problem `forbidden`, `invalid`, `not-found` */
export async function state(ctx: Context, tx: Tx, statement: NewStatement): Promise<string> {
  const [id] = await stateAll(ctx, tx, [statement]);
  return id!;
}

/** As `state`, for many, with an entry of the audit trail for each thing. */
export async function stateAll(ctx: Context, tx: Tx, statements: readonly NewStatement[]): Promise<string[]> {
  if (statements.length === 0) return [];
  const things = [...new Set(statements.map(({ thing }) => thing))];
  const kinds = await mayStateOf(ctx, tx, things, things);
  const sound = statements.map((statement) => soundStatement(statement, kinds.get(statement.thing)!));
  const own = await ownSource(ctx, tx, sound);
  const rows = sound.map((statement) => ({ ...statement, id: ctx.newId(), source: statement.source ?? own }));
  await insertStatements(ctx, tx, rows);
  await recordAll(
    ctx,
    tx,
    things.flatMap((thing) =>
      inParts(rows.filter((row) => row.thing === thing)).map((part) => ({
        act: 'cluster.stated',
        subject: `thing/${thing}`,
        detail: { statements: part.map(({ id, property, value }) => ({ id, property, value })) },
      })),
    ),
  );
  await noteChanged(ctx, tx, things);
  return rows.map(({ id }) => id);
}

/** Joins two things, and answers with the relation's id. @throws Problem `forbidden`, `invalid`, `not-found` */
export async function relate(ctx: Context, tx: Tx, relation: NewRelation): Promise<string> {
  const [id] = await relateAll(ctx, tx, [relation]);
  return id!;
}

export async function relateAll(ctx: Context, tx: Tx, relations: readonly NewRelation[]): Promise<string[]> {
  if (relations.length === 0) return [];
  const subjects = [...new Set(relations.map(({ subject }) => subject))];
  const ends = [...new Set(relations.flatMap(({ subject, object }) => [subject, object]))];
  const kinds = await mayStateOf(ctx, tx, subjects, ends);
  for (const relation of relations)
    checkRelation(relation, { subject: kinds.get(relation.subject)!, object: kinds.get(relation.object)! });
  const own = await ownSource(ctx, tx, relations);
  const rows = relations.map((relation) => ({ ...relation, id: ctx.newId(), source: relation.source ?? own }));
  await insertRelations(ctx, tx, rows);
  await recordAll(
    ctx,
    tx,
    subjects.flatMap((subject) =>
      inParts(rows.filter((row) => row.subject === subject)).map((part) => ({
        act: 'cluster.related',
        subject: `thing/${subject}`,
        detail: { relations: part.map(({ id, predicate, object }) => ({ id, predicate, object })) },
      })),
    ),
  );
  await noteChanged(ctx, tx, ends);
  return rows.map(({ id }) => id);
}

/** Withdraws a statement or a relation, which stays in the thing's history. Again it changes nothing. @returns whether it was this act that did it. @throws Problem `not-found`, `forbidden` */
export async function withdraw(
  ctx: Context,
  tx: Tx,
  { statement, relation, reason }: { statement?: string; relation?: string; reason: string },
): Promise<boolean> {
  if (reason.trim() === '' || reason.length > 1000) throw new Problem('invalid', 'say why, in at most 1000 characters');
  const found = await findLive(tx, {
    ...(statement !== undefined && { statement }),
    ...(relation !== undefined && { relation }),
  });
  if (found === undefined) throw new Problem('not-found', 'there is no such statement, or it was withdrawn already');
  const { thing, other } = found;
  await requireSpeaker({ ...ctx, db: tx }, thing);
  const row = { thing, reason: reason.trim(), ...(statement !== undefined ? { statement } : { relation: relation! }) };
  if (!(await withdrawRow(ctx, tx, row))) return false;
  const ends = other === null ? [thing] : [thing, other];
  await recordAll(ctx, tx, [
    {
      act: 'cluster.withdrawn',
      subject: `thing/${thing}`,
      detail: { ...(statement !== undefined ? { statement } : { relation }), reason: row.reason },
    },
  ]);
  await noteChanged(ctx, tx, ends);
  return true;
}

/** Puts another value in the place of a statement, which stays in the history. @throws Problem `not-found`, `forbidden`, `invalid`, `conflict` where somebody was quicker */
export async function correct(
  ctx: Context,
  tx: Tx,
  {
    statement,
    reason,
    ...value
  }: Pick<NewStatement, 'value' | 'op' | 'asOf' | 'note'> & { statement: string; reason: string },
): Promise<string> {
  const was = await findStatement(tx, statement);
  if (was === undefined) throw new Problem('not-found', 'there is no such statement, or it was withdrawn already');
  if (!(await withdraw(ctx, tx, { statement, reason })))
    throw new Problem('conflict', 'somebody else corrected or withdrew it meanwhile: look at it again');
  return state(ctx, tx, {
    thing: was.thing,
    property: was.property,
    ...(was.unit !== null && { unit: was.unit }),
    ...value,
  });
}

/** @throws Problem `forbidden` unless the actor may edit the thing: the regulator any, others what they own or speak for */
export async function requireSpeaker(ctx: Context, thing: string): Promise<void> {
  if (!(await mayEdit(ctx, thing)))
    throw new Problem('forbidden', 'only who speaks for the thing may change what is said of it', { thing });
}

async function mayEdit({ actor, db }: Context, thing: string): Promise<boolean> {
  const reach = reachOf(actor, EDIT);
  if (reach === undefined) return false;
  if (reach === 'all') return true;
  const parties = partiesOf(actor);
  const { owner, mergedInto } = await getThing(db, thing);
  if (parties.includes(owner)) return true;
  return speaksFor(db, parties, mergedInto ?? thing);
}

/** For whom the actor speaks, the first being what entries are filed under. */
export function partiesOf({ id, organizations }: Pick<Actor, 'id' | 'organizations'>): string[] {
  return [...organizations.map((organization) => `Organization/${organization}`), `account/${id}`];
}

/** The kinds of `ends`. @throws Problem `not-found` where one is not there, `forbidden` where the actor may not speak for one of `subjects` */
async function mayStateOf(
  ctx: Context,
  tx: Tx,
  subjects: readonly string[],
  ends: readonly string[],
): Promise<Map<string, ThingKind>> {
  const kinds = await findKinds(tx, ends);
  const missing = ends.find((id) => !kinds.has(id));
  if (missing !== undefined) throw new Problem('not-found', 'there is no such thing', { id: missing });
  if (reachOf(ctx.actor, EDIT) !== 'all')
    for (const subject of subjects) await requireSpeaker({ ...ctx, db: tx }, subject);
  return kinds;
}

/** The source of what the actor enters by hand. */
async function ownSource(ctx: Context, tx: Tx, given: readonly { source?: string }[]): Promise<string> {
  const { actor } = ctx;
  const [organization] = actor.organizations;
  const id = `entry/${actor.id}${organization === undefined ? '' : `/${organization}`}`;
  if (given.every(({ source }) => source !== undefined)) return id;
  const names =
    organization === undefined
      ? undefined
      : await Promise.all(
          (['en', 'zh'] as const).map(async (language) => (await findTenants(tx, [organization], language))[0]?.name),
        );
  const [en, zh] = names ?? [actor.roles[0], null];
  await putSource(ctx, tx, {
    id,
    kind: 'entry',
    title: en ?? organization ?? actor.id,
    titleZh: zh ?? null,
    account: actor.id,
    organization: organization ?? null,
  });
  return id;
}

/** What is said of these things has changed: their conflicts are found anew, and who hears of changes is told. */
export async function noteChanged(ctx: Context, tx: Tx, things: readonly string[]): Promise<void> {
  if (things.length === 0) return;
  const together = await findTogether(tx, things);
  const mainOf = new Map(together.map(({ id, main }) => [id, main]));
  const statements = await findStatements(tx, [...mainOf.keys()], { most: MOST_VALUES });
  const conflicts = [...Map.groupBy(statements, ({ thing }) => mainOf.get(thing) ?? thing)].flatMap(([thing, own]) =>
    byProperty(own)
      .filter(({ disputed }) => disputed)
      .map(({ property }) => ({ thing, property })),
  );
  await putConflicts(ctx, tx, [...new Set(mainOf.values()), ...things], conflicts);
  await touchThings(ctx, tx, things);
  await tellAll(
    tx,
    things.map((thing) => ({ type: 'cluster.thing-changed', subject: thing, data: { thing } })),
  );
}

/** One entry of the trail names so many. */
const NAMED_AT_ONCE = 100;

function inParts<T>(rows: readonly T[]): T[][] {
  return Array.from({ length: Math.ceil(rows.length / NAMED_AT_ONCE) }, (_, part) =>
    rows.slice(part * NAMED_AT_ONCE, (part + 1) * NAMED_AT_ONCE),
  );
}

/** Everything that is known of a thing. What was merged answers with the thing that it was merged into. @throws Problem `not-found` */
export async function getProfile(ctx: Context, asked: string): Promise<Profile> {
  ctx.require(READ);
  return { ...(await profileOf(ctx.db, asked)), mayEdit: await mayEdit(ctx, asked) };
}

/** As anybody may see it. */
export async function profileOf(db: Db, asked: string): Promise<Profile> {
  const first = await getThing(db, asked);
  const thing = first.mergedInto === null ? first : await getThing(db, first.mergedInto);
  const aliases = await findIdsOf(db, thing.id);
  const ids = aliases.map(({ id }) => id);
  const statements = await findStatements(db, ids);
  const relations = await findRelations(db, ids);
  const history = await findWithdrawn(db, ids);
  const names = await namesOf(
    db,
    relations.flatMap(({ subject, object }) => [subject, object]),
  );
  const sources = await findSources(
    db,
    [...statements, ...relations, ...history].map(({ source }) => source),
  );
  return {
    thing,
    merged: aliases.filter(({ id }) => id !== thing.id),
    said: byProperty(statements),
    links: relations.flatMap((relation) => {
      const way = ids.includes(relation.subject) ? 'out' : 'in';
      const other = names.get(way === 'out' ? relation.object : relation.subject);
      return other === undefined ? [] : [{ ...relation, way, other } as const];
    }),
    history,
    sources: Object.fromEntries(sources),
    representations: await findRepresentations(db, ids),
    ownerName: await nameOwner(db, thing.owner),
    cautions: await findCautions(db, [
      ...ids.map((id) => `thing/${id}`),
      ...[...sources.keys()].map((id) => `source/${id}`),
    ]),
    mayEdit: false,
  };
}

const PLACE_OF = new Map(Object.keys(PROPERTIES).map((property, place) => [property, place]));

/** In the order in which the properties stand in their table. */
function byProperty(statements: readonly Statement[]): Said[] {
  const groups = [...Map.groupBy(statements, ({ property }) => property)].map(([property, group]) => ({
    property,
    statements: sortSaid(group),
    disputed: propertyOf(property)?.many !== true && isDisputed(group),
  }));
  return groups.toSorted((one, two) => (PLACE_OF.get(one.property) ?? 0) - (PLACE_OF.get(two.property) ?? 0));
}

export async function nameOwner(db: Db, owner: string): Promise<{ en: string; zh: string }> {
  const [kind, id = ''] = [owner.slice(0, owner.indexOf('/')), owner.slice(owner.indexOf('/') + 1)];
  if (kind !== 'Organization') {
    const name = kind === 'account' ? ((await findIdentity(db, id))?.actor.name ?? id) : id;
    return { en: name, zh: name };
  }
  const [en] = await findTenants(db, [id], 'en');
  const [zh] = await findTenants(db, [id], 'zh');
  return { en: en?.name ?? id, zh: zh?.name ?? id };
}

/** Things by kind, text, place and sector; examples only when asked for. */
export async function findThings(ctx: Context, filter: ThingFilter): Promise<ThingPage> {
  ctx.require(READ);
  const [things, total] = [await findThingLines(ctx.db, filter), await countThings(ctx.db, filter)];
  return { things, total };
}

/** The value to reckon with: of the newest date, then the best trusted; undefined where nothing is known. */
export async function knownValue(db: Db, thing: string, property: string): Promise<Reckoned | undefined> {
  return (await knownValues(db, [thing], [property])).get(thing)?.get(property);
}

/** As `knownValue`, for many things and properties at once: by thing, then by property. */
export async function knownValues(
  db: Db,
  things: readonly string[],
  properties: readonly string[],
): Promise<Map<string, Map<string, Reckoned>>> {
  const statements = await findStatements(db, things, { properties, most: MOST_VALUES });
  if (statements.length === MOST_VALUES)
    throw new Problem('too-costly', 'so many values are not read at once: ask for fewer things', { most: MOST_VALUES });
  const values = new Map<string, Map<string, Reckoned>>();
  for (const [thing, own] of Map.groupBy(statements, (statement) => statement.thing)) {
    const found = new Map<string, Reckoned>();
    for (const [property, group] of Map.groupBy(own, (statement) => statement.property)) {
      const value = reckon(group, { many: propertyOf(property)?.many === true });
      if (value !== undefined) found.set(property, value);
    }
    values.set(thing, found);
  }
  return values;
}

const MOST_VALUES = 500_000;
