import type { Context, Db, Tx } from '#kernel/context';
import { Problem } from '#kernel/problem';
import { all, isId, sql } from '#kernel/sql';
import type {
  NoteKind,
  ProjectFields,
  ProjectFile,
  ProjectMove,
  ProjectNote,
  ProjectStage,
  StatedCount,
} from '../model.ts';
import { type Reach, within } from './spoken.ts';

export interface StoredProject extends ProjectFields {
  id: string;
  example: boolean;
  parkName: string | null;
  parkNameZh: string | null;
  stage: ProjectStage;
  since: string;
  isPublic: boolean;
  openProblems: number;
  revision: number;
  updatedAt: Date;
}

const PROJECT = sql`
  project.id, project.name, project.name_zh as "nameZh", project.sector, project.park, park.name as "parkName", park.name_zh as "parkNameZh", project.stage, project.since,
  project.investment_fen as "investmentFen", project.output_fen as "outputFen", project.land_m2 as "landM2", project.power_kw as "powerKw",
  project.energy_mwh as "energyMwh", project.jobs, project.probability, project.next_step as "nextStep", project.next_owner as "nextOwner",
  project.next_due as "nextDue", project.example, project.is_public as "isPublic", project.revision, project.updated_at as "updatedAt",
  (
    select count(*)::int from cluster.project_note as note where note.project = project.id and note.kind = 'problem' and note.solved_at is null
  ) as "openProblems"`;

/** The longest in their stage first. */
export function findProjects(
  db: Db,
  reach: Reach,
  { park, examples = true, limit }: { park?: string; examples?: boolean; limit: number },
): Promise<StoredProject[]> {
  const terms = [within(sql`project.park`, reach)];
  if (park !== undefined) terms.push(sql`project.park = ${park}`);
  if (!examples) terms.push(sql`not project.example`);
  return db.rows<StoredProject>(sql`
    select ${PROJECT} from cluster.project as project left join cluster.thing as park on park.id = project.park
    where ${all(terms)} order by project.since, project.id limit ${limit}
  `);
}

/** @throws Problem `not-found`, also where it is another's */
export async function getProject(db: Db, reach: Reach, id: string): Promise<StoredProject> {
  const found = await db.maybe<StoredProject>(sql`
    select ${PROJECT} from cluster.project as project left join cluster.thing as park on park.id = project.park
    where project.id = ${id} and ${within(sql`project.park`, reach)}
  `);
  if (found === undefined) throw new Problem('not-found', 'there is no such project');
  return found;
}

/** The project, held until the transaction ends. */
export async function holdProject(tx: Tx, reach: Reach, id: string): Promise<StoredProject> {
  await tx.rows(sql`select id from cluster.project where id = ${id} for update`);
  return getProject(tx, reach, id);
}

export interface NewProject extends ProjectFields {
  id: string;
  example: boolean;
  stage: ProjectStage;
  since: string;
}

/** @returns whether it is new */
export async function insertProject(ctx: Context, tx: Tx, project: NewProject): Promise<boolean> {
  const { id, name, nameZh, sector, park, stage, since, example } = project;
  const added = await tx.run(sql`
    insert into cluster.project (id, name, name_zh, sector, park, stage, since, example, made_at, updated_at)
    values (${id}, ${name}, ${nameZh}, ${sector}, ${park}, ${stage}, ${since}, ${example}, ${ctx.now()}, ${ctx.now()})
    on conflict (id) do nothing
  `);
  if (added > 0) await saveProject(ctx, tx, id, project, { isFirst: true });
  return added > 0;
}

export async function saveProject(
  ctx: Context,
  tx: Tx,
  id: string,
  fields: ProjectFields,
  { isFirst = false }: { isFirst?: boolean } = {},
): Promise<void> {
  await tx.run(sql`
    update cluster.project
    set name = ${fields.name}, name_zh = ${fields.nameZh}, sector = ${fields.sector}, park = ${fields.park}, investment_fen = ${fields.investmentFen},
      output_fen = ${fields.outputFen}, land_m2 = ${fields.landM2}, power_kw = ${fields.powerKw}, energy_mwh = ${fields.energyMwh}, jobs = ${fields.jobs},
      probability = ${fields.probability}, next_step = ${fields.nextStep}, next_owner = ${fields.nextOwner}, next_due = ${fields.nextDue},
      revision = revision + ${isFirst ? 0 : 1}, updated_at = ${ctx.now()}
    where id = ${id}
  `);
}

export async function moveProjectRow(
  ctx: Context,
  tx: Tx,
  { id, to, on, isPublic }: { id: string; to: ProjectStage; on: string; isPublic: boolean },
): Promise<void> {
  await tx.run(sql`
    update cluster.project set stage = ${to}, since = ${on}, is_public = ${isPublic}, revision = revision + 1, updated_at = ${ctx.now()} where id = ${id}
  `);
}

export async function insertMove(
  ctx: Context,
  tx: Tx,
  project: string,
  { from, to, on, reason }: { from: ProjectStage | null; to: ProjectStage; on: string; reason: string | null },
): Promise<void> {
  await tx.run(sql`
    insert into cluster.project_move (project, n, stage_from, stage_to, on_day, reason, by_account, by_name, at)
    select ${project}, coalesce(max(n), 0) + 1, ${from}, ${to}, ${on}, ${reason}, ${ctx.actor.id}, ${ctx.actor.name}, ${ctx.now()}
    from cluster.project_move where project = ${project}
  `);
}

export function findMoves(db: Db, project: string): Promise<ProjectMove[]> {
  return db.rows<ProjectMove>(sql`
    select n, stage_from as "from", stage_to as "to", on_day as "on", reason, by_name as by, at from cluster.project_move
    where project = ${project} order by n limit 500
  `);
}

/** The moves of many projects, each project's in its order. */
export function findAllMoves(
  db: Db,
  reach: Reach,
  { park, examples, limit }: { park?: string; examples: boolean; limit: number },
): Promise<{ project: string; to: ProjectStage; on: string }[]> {
  const terms = [within(sql`project.park`, reach)];
  if (park !== undefined) terms.push(sql`project.park = ${park}`);
  if (!examples) terms.push(sql`not project.example`);
  return db.rows(sql`
    select move.project, move.stage_to as "to", move.on_day as "on"
    from cluster.project_move as move join cluster.project as project on project.id = move.project
    where ${all(terms)} order by move.project, move.n limit ${limit}
  `);
}

const NOTE = sql`id, kind, stage, words, who, by_name as by, at, solved_at as "solvedAt", solution`;

export function findNotes(db: Db, project: string): Promise<ProjectNote[]> {
  return db.rows<ProjectNote>(sql`
    select ${NOTE} from cluster.project_note where project = ${project} order by at desc, id limit 300
  `);
}

export async function insertNote(
  ctx: Context,
  tx: Tx,
  project: string,
  { kind, stage, words, who }: { kind: NoteKind; stage: ProjectStage; words: string; who: string },
): Promise<string> {
  const id = ctx.newId();
  await tx.run(sql`
    insert into cluster.project_note (project, id, kind, stage, words, who, by_name, at)
    values (${project}, ${id}, ${kind}, ${stage}, ${words}, ${who}, ${ctx.actor.name}, ${ctx.now()})
  `);
  return id;
}

/** @returns whether there was such a problem, unsolved */
export async function solveNote(
  ctx: Context,
  tx: Tx,
  { project, note, solution }: { project: string; note: string; solution: string },
): Promise<boolean> {
  const touched = await tx.run(sql`
    update cluster.project_note set solved_at = ${ctx.now()}, solution = ${solution}
    where project = ${project} and ${isId(sql`id`, note)} and kind = 'problem' and solved_at is null
  `);
  return touched > 0;
}

export function findFiles(db: Db, project: string): Promise<ProjectFile[]> {
  return db.rows<ProjectFile>(sql`
    select id, name, media, octet_length(content) as bytes, sha256, by_name as by, at from cluster.project_file
    where project = ${project} order by at desc, id limit 100
  `);
}

export async function insertFile(
  ctx: Context,
  tx: Tx,
  project: string,
  { name, media, content, sha256 }: { name: string; media: string; content: Buffer; sha256: string },
): Promise<string> {
  const id = ctx.newId();
  await tx.run(sql`
    insert into cluster.project_file (project, id, name, media, content, sha256, by_name, at)
    values (${project}, ${id}, ${name}, ${media}, ${content}, ${sha256}, ${ctx.actor.name}, ${ctx.now()})
  `);
  return id;
}

export async function getFile(
  db: Db,
  project: string,
  id: string,
): Promise<{ name: string; media: string; content: Buffer }> {
  const found = await db.maybe<{ name: string; media: string; content: Buffer }>(sql`
    select name, media, content from cluster.project_file where project = ${project} and ${isId(sql`id`, id)}
  `);
  if (found === undefined) throw new Problem('not-found', 'there is no such file');
  return found;
}

/** What sources state of many projects at once: counts and sums of a pipeline, never a single project. */
export function findStatedCounts(db: Db): Promise<StatedCount[]> {
  return db.rows<StatedCount>(sql`
    select thing.id, thing.name, thing.name_zh as "nameZh", (said.value #>> '{}')::double precision as value, said.op, said.unit, said.as_of as "asOf",
      said.confidence, said.quote, coalesce(source.title, said.source) as source
    from cluster.statement as said join cluster.thing as thing on thing.id = said.thing
      left join cluster.source as source on source.id = said.source
    where thing.kind = 'project' and thing.merged_into is null and not thing.example and said.withdrawn_at is null
      and said.property in ('project-count', 'annual-output', 'project-value') and jsonb_typeof(said.value) = 'number'
      and exists (
        select from cluster.statement as other
        where other.thing = thing.id and other.property = 'project-count' and other.withdrawn_at is null
      )
    order by said.as_of nulls last, thing.id, said.property limit 50
  `);
}

/** Whether the thing is there, as the kind it is. */
export function findThingKind(
  db: Db,
  id: string,
): Promise<{ kind: string; name: string; nameZh: string | null; example: boolean } | undefined> {
  return db.maybe(sql`
    select kind, name, name_zh as "nameZh", example from cluster.thing where id = ${id} and merged_into is null
  `);
}
