import type { Context, Db, Sql, Tx } from '#kernel/context';
import { Problem } from '#kernel/problem';
import { all, sql } from '#kernel/sql';
import type { Count, Question, QuestionRun, Reach, SavedQuestion } from '../model.ts';

export interface QuestionText {
  name: string;
  about: string;
  question: Question;
}

export interface QuestionVersion extends QuestionText {
  version: number;
  madeAt: string;
}

/** Whoever made it sees it, and who belongs to an organization that it is shared with. */
function seen({ actor }: Context): Sql {
  return sql`(made_by = ${actor.id} or shared_with && ${actor.organizations}::text[])`;
}

/** Within whose reach a run counts for the actor, by the reach of the question. */
export type Scopes = Record<Reach, string>;

function selected({ actor }: Context, { rows, population }: Scopes): Sql {
  return sql`
    select id, name, about, question, version, made_by as "madeBy", made_by_name as "madeByName", shared_with as "sharedWith",
      made_by = ${actor.id} as own, created_at as created, updated_at as updated, last.run as "lastRun"
    from records.question as kept
    left join lateral (
      select json_build_object('at', at, 'version', run.version, 'count', count) as run from records.question_run as run
      where run.question = kept.id and scope = case kept.question ->> 'reach' when 'rows' then ${rows} else ${population} end
      order by at desc, run.id limit 1
    ) as last on true
  `;
}

/** Those that changed last first. */
export async function findQuestions(
  ctx: Context,
  { text, scopes, limit }: { text: string; scopes: Scopes; limit: number },
): Promise<SavedQuestion[]> {
  const terms = [sql`deleted_at is null`, seen(ctx)];
  if (text !== '') {
    const pattern = `%${text.replaceAll(/[\\%_]/g, '\\$&')}%`;
    terms.push(sql`(name ilike ${pattern} or about ilike ${pattern} or made_by_name ilike ${pattern})`);
  }
  const rows = await ctx.db.rows<QuestionRow>(
    sql`${selected(ctx, scopes)} where ${all(terms)} order by updated_at desc, id limit ${limit}`,
  );
  return rows.map(shown);
}

/** @throws Problem `not-found` also when the actor may not see it */
export async function getQuestion(ctx: Context, id: string, scopes: Scopes): Promise<SavedQuestion> {
  const row = await ctx.db.maybe<QuestionRow>(
    sql`${selected(ctx, scopes)} where id = ${id} and deleted_at is null and ${seen(ctx)}`,
  );
  if (row === undefined) throw new Problem('not-found', 'there is no such question');
  return shown(row);
}

type QuestionRow = Omit<SavedQuestion, 'created' | 'updated' | 'lastRun'> & {
  created: Date;
  updated: Date;
  lastRun: QuestionRun | null;
};

function shown({ created, updated, lastRun, ...rest }: QuestionRow): SavedQuestion {
  return {
    ...rest,
    created: created.toISOString(),
    updated: updated.toISOString(),
    ...(lastRun !== null && { lastRun }),
  };
}

export function countQuestions({ actor, db }: Context): Promise<{ count: number }> {
  return db.one<{ count: number }>(
    sql`select count(*) from records.question where made_by = ${actor.id} and deleted_at is null`,
  );
}

/** Writes a new question, or the next version of the actor's own. */
export async function putQuestion(
  ctx: Context,
  tx: Tx,
  id: string,
  { name, about, question }: QuestionText,
): Promise<void> {
  const { actor } = ctx;
  const content = JSON.stringify(question);
  const kept = await tx.maybe<{ version: number }>(sql`
    insert into records.question (id, name, about, question, version, made_by, made_by_name, created_at, updated_at)
    values (${id}, ${name}, ${about}, ${content}, 1, ${actor.id}, ${actor.name}, ${ctx.now()}, ${ctx.now()})
    on conflict (id) do update set name = excluded.name, about = excluded.about, question = excluded.question,
      version = question.version + 1, updated_at = excluded.updated_at
    where question.made_by = ${actor.id} and question.deleted_at is null
    returning version
  `);
  if (kept === undefined) throw new Problem('forbidden', 'only who made a question changes it: make a copy');
  await tx.run(sql`
    insert into records.question_version (question, version, name, about, content, made_at)
    values (${id}, ${kept.version}, ${name}, ${about}, ${content}, ${ctx.now()})
  `);
}

export async function setShared(
  { actor }: Context,
  tx: Tx,
  id: string,
  organizations: readonly string[],
): Promise<void> {
  const changed = await tx.run(sql`
    update records.question set shared_with = ${organizations}::text[]
    where id = ${id} and made_by = ${actor.id} and deleted_at is null
  `);
  if (changed === 0) throw new Problem('not-found', 'there is no such question');
}

/** Takes a question away, or brings it back. */
export async function setDeleted({ actor }: Context, tx: Tx, id: string, at: Date | null): Promise<void> {
  const changed = await tx.run(sql`
    update records.question set deleted_at = ${at}
    where id = ${id} and made_by = ${actor.id} and (deleted_at is null) = ${at !== null}
  `);
  if (changed === 0) throw new Problem('not-found', 'there is no such question');
}

/** What the actor took away before the time is gone for good. */
export async function purgeQuestions({ actor }: Context, tx: Tx, before: Date): Promise<void> {
  await tx.run(sql`delete from records.question where made_by = ${actor.id} and deleted_at < ${before}`);
}

/** All versions, newest first. */
export async function findVersions(db: Db, id: string, limit: number): Promise<QuestionVersion[]> {
  const rows = await db.rows<QuestionText & { version: number; madeAt: Date }>(sql`
    select version, name, about, content as question, made_at as "madeAt" from records.question_version
    where question = ${id} order by version desc limit ${limit}
  `);
  return rows.map(({ madeAt, ...rest }) => ({ ...rest, madeAt: madeAt.toISOString() }));
}

/** Notes what a question came to; of each scope the newest `most` are kept. */
export async function insertRun(
  ctx: Context,
  tx: Tx,
  run: { question: string; version: number; scope: string; count: Count; most: number },
): Promise<void> {
  const { question, version, scope, count, most } = run;
  await tx.run(sql`
    insert into records.question_run (question, id, at, version, scope, count)
    values (${question}, ${ctx.newId()}, ${ctx.now()}, ${version}, ${scope}, ${JSON.stringify(count)})
  `);
  await tx.run(sql`
    delete from records.question_run where question = ${question} and scope = ${scope} and id in (
      select id from records.question_run where question = ${question} and scope = ${scope} order by at desc, id offset ${most}
    )
  `);
}

/** What it came to within the scope, oldest first. */
export async function findRuns(db: Db, question: string, scope: string, limit: number): Promise<QuestionRun[]> {
  const rows = await db.rows<{ at: Date; version: number; count: Count }>(sql`
    select at, version, count from records.question_run where question = ${question} and scope = ${scope}
    order by at desc, id limit ${limit}
  `);
  return rows.reverse().map(({ at, ...rest }) => ({ ...rest, at: at.toISOString() }));
}
