import { createHash } from 'node:crypto';
import { record, recordRead } from '#kernel/access';
import { inThread } from '#kernel/child';
import { type Context, onDb, type Tx } from '#kernel/context';
import { tell } from '#kernel/outbox';
import { Problem } from '#kernel/problem';
import { writeWorkbook } from '../intake/index.ts';
import type {
  NoteKind,
  PipelineForecast,
  PipelineFunnel,
  ProjectFields,
  ProjectLine,
  ProjectPage,
  ProjectStage,
  ThingName,
} from '../model.ts';
import { PROJECT_STAGES } from '../model.ts';
import {
  conversionsOf,
  daysBetween,
  type ForecastQuestion,
  incidenceOf,
  needsReason,
  nextStages,
  rankOf,
  signingChances,
  spellsOf,
  stallsOf,
  todayOf,
} from '../rules/index.ts';
import {
  findAllMoves,
  findFiles,
  findMoves,
  findNotes,
  findProjects,
  findSpoken,
  findStatedCounts,
  findThingKind,
  getFile,
  getProject,
  holdProject,
  insertFile,
  insertMove,
  insertNote,
  insertProject,
  moveProjectRow,
  type Reach,
  type StoredProject,
  saveProject,
  solveNote,
} from '../store/index.ts';
import { enterThing, partiesOf, relate, stateAll } from './record.ts';
import { reaches, spokenFor } from './spoken.ts';

const PROJECT = 'cluster.project';
const MOST_PROJECTS = 2_000;
const MOST_MOVES = 50_000;
const MOST_FILES = 50;
const MOST_NOTES = 300;
const DRAWS = 2_000;
const LEVEL = 0.8;
const SIGNED = rankOf('signed');

export interface ProjectFilter {
  park?: string;
  /** Examples too; unless said, for who has parks of their own, and not for who oversees all. */
  examples?: boolean | undefined;
}

function completed({ park, examples }: ProjectFilter, reach: Reach): { park?: string; examples: boolean } {
  return { ...(park !== undefined && { park }), examples: examples ?? reach !== undefined };
}

const reachFor = (ctx: Context) => spokenFor(ctx, PROJECT, ['park']);

/** Parks in which the actor may have projects, to choose from. */
async function parksOf(ctx: Context, reach: Reach): Promise<ThingName[]> {
  return reach === undefined ? [] : findSpoken(ctx.db, partiesOf(ctx.actor), ['park']);
}

export async function listProjects(
  ctx: Context,
  asked: ProjectFilter,
): Promise<{ projects: ProjectLine[]; parks: ThingName[]; examples: boolean }> {
  const reach = await reachFor(ctx);
  const filter = completed(asked, reach);
  const stored = await findProjects(ctx.db, reach, { ...filter, limit: MOST_PROJECTS });
  const usual = await usualDays(ctx, reach, filter.examples);
  return {
    projects: stored.map((project) => lineOf(project, usual, todayOf(ctx.now()))),
    parks: await parksOf(ctx, reach),
    examples: filter.examples,
  };
}

async function spellsFor(ctx: Context, reach: Reach, filter: { park?: string; examples: boolean }) {
  return spellsOf(await findAllMoves(ctx.db, reach, { ...filter, limit: MOST_MOVES }), todayOf(ctx.now()));
}

/** Days by which four of five had left a stage. */
async function usualDays(ctx: Context, reach: Reach, examples: boolean): Promise<Map<ProjectStage, number | null>> {
  const conversions = conversionsOf(await spellsFor(ctx, reach, { examples }));
  return new Map(conversions.map(({ stage, usualDays: days }) => [stage, days]));
}

function lineOf(
  { isPublic: _, updatedAt, ...project }: StoredProject,
  usual: ReadonlyMap<ProjectStage, number | null>,
  today: string,
): ProjectLine {
  const line = { ...project, days: daysBetween(project.since, today), updatedAt: updatedAt.toISOString() };
  return { ...line, stalled: stallsOf(line, usual.get(line.stage) ?? null, today) };
}

export async function readProject(ctx: Context, id: string): Promise<ProjectPage> {
  const reach = await reachFor(ctx);
  const stored = await getProject(ctx.db, reach, id);
  await recordRead(ctx, { act: 'cluster.project-read', subject: `project/${id}` });
  // What is real is not judged by examples.
  const spells = await spellsFor(ctx, reach, { examples: stored.example });
  const usual = new Map(conversionsOf(spells).map(({ stage, usualDays: days }) => [stage, days]));
  const chance = signingChances(spells).get(stored.stage);
  return {
    project: lineOf(stored, usual, todayOf(ctx.now())),
    moves: await findMoves(ctx.db, id),
    notes: await findNotes(ctx.db, id),
    files: await findFiles(ctx.db, id),
    isPublic: stored.isPublic,
    mayWrite: true,
    next: nextStages(stored.stage),
    probability:
      stored.probability !== null
        ? { value: stored.probability, from: 'own' }
        : chance === undefined
          ? null
          : { value: chance, from: 'history' },
  };
}

export interface ProjectWish {
  /** Chosen by who sends it, so that sent twice it is one; or a thing of the record of kind project. */
  id?: string;
  fields: ProjectFields;
  stage: ProjectStage;
  /** ISO date; today unless said. */
  since?: string;
  example?: boolean;
}

export async function createProject(ctx: Context, wish: ProjectWish): Promise<string> {
  const reach = await reachFor(ctx);
  const { fields, stage, since = todayOf(ctx.now()), id = ctx.newId() } = wish;
  requirePast(ctx, since);
  return ctx.db.transaction(async (tx) => {
    const isExample = await checkPark(tx, reach, fields.park);
    const thing = await findThingKind(tx, id);
    if (thing !== undefined && (thing.kind !== 'project' || reach !== undefined))
      throw new Problem('conflict', 'there is a thing of this id already', { id });
    const example = wish.example === true || isExample || thing?.example === true;
    const isNew = await insertProject(ctx, tx, { ...fields, id, stage, since, example });
    if (!isNew) return (await getProject(tx, reach, id)).id;
    await insertMove(ctx, tx, id, { from: null, to: stage, on: since, reason: null });
    const isPublic =
      thing !== undefined || (await publish(ctx, tx, { ...fields, id, example }, { to: stage, on: since }));
    if (isPublic) await moveProjectRow(ctx, tx, { id, to: stage, on: since, isPublic });
    await record(ctx, tx, { act: 'cluster.project-entered', subject: `project/${id}`, detail: { stage, since } });
    return id;
  });
}

/** What settles in a park of the examples is one. */
async function checkPark(tx: Tx, reach: Reach, park: string | null): Promise<boolean> {
  if (park === null) {
    if (reach !== undefined) throw new Problem('invalid', 'name the park of the project');
    return false;
  }
  if (!reaches(reach, park)) throw new Problem('forbidden', 'this account does not speak for that park', { park });
  const found = await findThingKind(tx, park);
  if (found?.kind !== 'park') throw new Problem('invalid', 'there is no such park', { park });
  return found.example;
}

function requirePast(ctx: Context, on: string): void {
  if (on > todayOf(ctx.now())) throw new Problem('invalid', 'this day has not come yet', { day: on });
}

export async function changeProject(
  ctx: Context,
  id: string,
  { fields, revision }: { fields: ProjectFields; revision: number },
): Promise<void> {
  const reach = await reachFor(ctx);
  await ctx.db.transaction(async (tx) => {
    const project = await holdProject(tx, reach, id);
    requireSeen(project, revision);
    await checkPark(tx, reach, fields.park);
    await saveProject(ctx, tx, id, fields);
    const changed = Object.entries(fields).filter(([key, value]) => project[key as keyof ProjectFields] !== value);
    await record(ctx, tx, {
      act: 'cluster.project-changed',
      subject: `project/${id}`,
      detail: { fields: changed.map(([key]) => key) },
    });
    await tellMoved(tx, id);
  });
}

function requireSeen({ revision }: { revision: number }, seen: number): void {
  if (revision !== seen)
    throw new Problem('conflict', 'the project has changed since you looked at it: read it again', { revision });
}

function tellMoved(tx: Tx, id: string): Promise<void> {
  return tell(tx, { type: 'cluster.project-changed', subject: id });
}

export interface ProjectMoveWish {
  to: ProjectStage;
  /** ISO date; today unless said. */
  on?: string;
  reason?: string;
  revision: number;
}

/** Brings a project to another stage. Where it is there already, nothing changes. */
export async function moveProject(ctx: Context, id: string, wish: ProjectMoveWish): Promise<void> {
  const reach = await reachFor(ctx);
  const { to, on = todayOf(ctx.now()), reason = '', revision } = wish;
  requirePast(ctx, on);
  await ctx.db.transaction(async (tx) => {
    const project = await holdProject(tx, reach, id);
    const { stage: from } = project;
    if (from === to) return;
    requireSeen(project, revision);
    if (!nextStages(from).includes(to))
      throw new Problem('conflict', 'the project cannot go there from where it is', { from, to });
    if (needsReason(from, to) && reason.trim() === '') throw new Problem('invalid', 'say why');
    if (on < project.since)
      throw new Problem('invalid', 'it came to its stage on a later day', { since: project.since });
    await insertMove(ctx, tx, id, { from, to, on, reason: reason.trim() === '' ? null : reason.trim() });
    const isPublic = await publish(ctx, tx, project, { to, on });
    await moveProjectRow(ctx, tx, { id, to, on, isPublic });
    await record(ctx, tx, { act: 'cluster.project-moved', subject: `project/${id}`, detail: { from, to, on } });
    await tellMoved(tx, id);
  });
}

/** From its signing on a project is in the record, with what may be known of it. @returns whether it is there */
async function publish(
  ctx: Context,
  tx: Tx,
  project: ProjectFields & { id: string; example: boolean; isPublic?: boolean },
  { to, on }: { to: ProjectStage; on: string },
): Promise<boolean> {
  const { id, name, nameZh, example, park, isPublic = false } = project;
  if (!isPublic && rankOf(to) < SIGNED) return false;
  if (!isPublic && (await findThingKind(tx, id)) === undefined)
    await enterThing(onDb(ctx, tx), tx, { id, kind: 'project', name, example, ...(nameZh !== null && { nameZh }) });
  const told: [string, number | string | null][] = [['stage', to]];
  if (to === 'signed') told.push(['signed', on]);
  if (!isPublic)
    told.push(['investment', project.investmentFen], ['annual-output', project.outputFen], ['jobs', project.jobs]);
  await stateAll(
    onDb(ctx, tx),
    tx,
    told.flatMap(([property, value]) => (value === null ? [] : [{ thing: id, property, value, asOf: on }])),
  );
  if (!isPublic && park !== null)
    await relate(onDb(ctx, tx), tx, { subject: id, predicate: 'located-in', object: park, asOf: on });
  return true;
}

export async function addNote(
  ctx: Context,
  id: string,
  { kind, words, who }: { kind: NoteKind; words: string; who: string },
): Promise<void> {
  const reach = await reachFor(ctx);
  await ctx.db.transaction(async (tx) => {
    const { stage } = await holdProject(tx, reach, id);
    if ((await findNotes(tx, id)).length >= MOST_NOTES)
      throw new Problem('too-many', 'there are too many already', { most: MOST_NOTES });
    const note = await insertNote(ctx, tx, id, { kind, stage, words, who });
    await record(ctx, tx, { act: `cluster.project-${kind}-noted`, subject: `project/${id}`, detail: { note } });
  });
}

export async function solveProblem(
  ctx: Context,
  id: string,
  { note, solution }: { note: string; solution: string },
): Promise<void> {
  const reach = await reachFor(ctx);
  await ctx.db.transaction(async (tx) => {
    await holdProject(tx, reach, id);
    if (!(await solveNote(ctx, tx, { project: id, note, solution })))
      throw new Problem('not-found', 'there is no such open problem');
    await record(ctx, tx, { act: 'cluster.project-problem-solved', subject: `project/${id}`, detail: { note } });
  });
}

export async function addFile(
  ctx: Context,
  id: string,
  { name, media, content }: { name: string; media: string; content: Buffer },
): Promise<void> {
  const reach = await reachFor(ctx);
  const sha256 = createHash('sha256').update(content).digest('hex');
  await ctx.db.transaction(async (tx) => {
    await holdProject(tx, reach, id);
    const files = await findFiles(tx, id);
    if (files.some((file) => file.sha256 === sha256 && file.name === name)) return;
    if (files.length >= MOST_FILES) throw new Problem('too-many', 'there are too many already', { most: MOST_FILES });
    const file = await insertFile(ctx, tx, id, { name, media, content, sha256 });
    await record(ctx, tx, {
      act: 'cluster.project-file-added',
      subject: `project/${id}`,
      detail: { file, sha256, bytes: content.length },
    });
  });
}

export async function readFile(
  ctx: Context,
  id: string,
  file: string,
): Promise<{ name: string; media: string; content: Buffer }> {
  const { id: project } = await getProject(ctx.db, await reachFor(ctx), id);
  await recordRead(ctx, { act: 'cluster.project-file-read', subject: `project/${id}`, detail: { file } });
  return getFile(ctx.db, project, file);
}

/** How projects go through the stages, with what sources state of pipelines beside it. */
export async function readFunnel(ctx: Context, asked: ProjectFilter): Promise<PipelineFunnel> {
  const reach = await reachFor(ctx);
  const filter = completed(asked, reach);
  const projects = await findProjects(ctx.db, reach, { ...filter, limit: MOST_PROJECTS });
  const spells = await spellsFor(ctx, reach, filter);
  return {
    counts: ([...PROJECT_STAGES, 'lost'] as const).map((stage) => {
      const own = projects.filter((project) => project.stage === stage);
      return {
        stage,
        projects: own.length,
        examples: own.filter(({ example }) => example).length,
        investmentFen: own.reduce((sum, { investmentFen }) => sum + (investmentFen ?? 0), 0),
        unknown: own.filter(({ investmentFen }) => investmentFen === null).length,
      };
    }),
    conversions: conversionsOf(spells),
    incidence: incidenceOf(spells),
    projects: projects.length,
    examples: projects.filter(({ example }) => example).length,
    stated: await findStatedCounts(ctx.db),
  };
}

export async function readForecast(
  ctx: Context,
  asked: ProjectFilter,
  { date, seed }: { date: string; seed: number },
): Promise<PipelineForecast> {
  const reach = await reachFor(ctx);
  const filter = completed(asked, reach);
  const today = todayOf(ctx.now());
  if (!(date > today && daysBetween(today, date) <= 3_653))
    throw new Problem('invalid', 'the day of a forecast is within the next ten years');
  const projects = await findProjects(ctx.db, reach, { ...filter, limit: MOST_PROJECTS });
  const question: ForecastQuestion = {
    spells: await spellsFor(ctx, reach, filter),
    projects: projects.map(({ stage, probability, investmentFen, outputFen, jobs }) => ({
      stage,
      probability,
      investmentFen,
      outputFen,
      jobs,
    })),
    today,
    date,
    draws: DRAWS,
    seed,
    level: LEVEL,
  };
  return inThread<PipelineForecast>(new URL('./forecast-thread.ts', import.meta.url), question, { mostMs: 30_000 });
}

const BOOK_HEAD = {
  en: [
    'Name',
    'Chinese name',
    'Example',
    'Stage',
    'Since',
    'Days',
    'Field',
    'Park',
    'Investment (yuan)',
    'Output a year (yuan)',
    'Land (m2)',
  ],
  zh: [
    '名称',
    '中文名称',
    '示例',
    '阶段',
    '进入日期',
    '天数',
    '领域',
    '园区',
    '投资额（元）',
    '年产值（元）',
    '用地（m2）',
  ],
} as const;
const BOOK_TAIL = {
  en: ['Power (kW)', 'Energy a year (MWh)', 'Jobs', 'Own probability', 'Next step', 'Who', 'Until', 'Stalled'],
  zh: ['负荷（kW）', '年用能（MWh）', '就业', '自评概率', '下一步', '负责人', '期限', '停滞'],
} as const;

/** The list as a workbook; what is unknown is an empty cell. */
export async function bookProjects(ctx: Context, filter: ProjectFilter): Promise<Buffer> {
  const { projects } = await listProjects(ctx, filter);
  await recordRead(ctx, { act: 'cluster.projects-exported', detail: { projects: projects.length } });
  const yuan = (fen: number | null) => (fen === null ? null : fen / 100);
  const rows = projects.map((each) => [
    ...[
      each.name,
      each.nameZh,
      each.example ? 'x' : null,
      each.stage,
      each.since,
      each.days,
      each.sector,
      each.parkName,
    ],
    ...[yuan(each.investmentFen), yuan(each.outputFen), each.landM2, each.powerKw, each.energyMwh, each.jobs],
    ...[each.probability, each.nextStep, each.nextOwner, each.nextDue, each.stalled.join(' ') || null],
  ]);
  const head = [...BOOK_HEAD[ctx.language], ...BOOK_TAIL[ctx.language]];
  return writeWorkbook([{ name: 'projects', rows: [head, ...rows], widths: [36, 24] }]);
}
