import type { Actor, Context, Db } from '#kernel/context';
import { Problem } from '#kernel/problem';
import { sql } from '#kernel/sql';
import type { Format } from './formats.ts';

/** A view to be exported, as it was when asked for. */
export interface ExportView {
  /** Of the output, told apart within the export. */
  name: string;
  /** `ViewDefinition/<id>`; absent where the definition came with the request. */
  subject?: string;
  definition: Record<string, unknown>;
}

export interface ExportFile {
  name: string;
  file: string;
  rows: number;
  bytes: number;
}

export interface Export {
  id: string;
  actor: string;
  asker: Omit<Actor, 'permissions'> & { permissions: string[] };
  views: ExportView[];
  format: Format;
  header: boolean;
  patients: string[] | null;
  since: Date | null;
  tracking: string | null;
  state: 'accepted' | 'running' | 'done' | 'failed' | 'cancelled';
  problem: { kind: string; message: string; issues: { severity: 'error'; code: string; message: string }[] } | null;
  files: ExportFile[];
  askedAt: Date;
  startedAt: Date | null;
  endedAt: Date | null;
  expiresAt: Date | null;
}

export type NewExport = Pick<Export, 'views' | 'format' | 'header' | 'patients' | 'since' | 'tracking'>;

const MOST_OPEN = 100;
const MOST_OPEN_EACH = 3;
/** Of all files that wait to be fetched. */
const MOST_KEPT_BYTES = 20_000_000_000;
/** Whoever was at it and has said nothing for so long is gone. */
const SILENT_SECONDS = 15;

/** @throws Problem `too-many` when too many are open or too much waits to be fetched */
export async function insertExport(ctx: Context, tx: Db, asked: NewExport): Promise<string> {
  const { actor } = ctx;
  await tx.run(sql`select pg_advisory_xact_lock(hashtextextended('lake export', 0))`);
  const { open, own, bytes } = await tx.one<{ open: number; own: number; bytes: number }>(sql`
    select count(*) filter (where state in ('accepted', 'running')) as open,
      count(*) filter (where state in ('accepted', 'running') and actor = ${actor.id}) as own,
      coalesce(sum((select sum((file ->> 'bytes')::float8) from json_array_elements(files) as file)), 0) as bytes
    from lake.export
  `);
  if (open >= MOST_OPEN || own >= MOST_OPEN_EACH)
    throw new Problem('too-many', 'too many exports are under way: wait for one to end', { most: MOST_OPEN_EACH });
  if (bytes >= MOST_KEPT_BYTES)
    throw new Problem('too-many', 'too many exported files wait to be fetched: delete one that is not needed', {
      most: MOST_KEPT_BYTES,
    });
  const id = ctx.newId();
  const asker = { ...actor, permissions: [...actor.permissions] };
  await tx.run(sql`
    insert into lake.export (id, actor, asker, views, format, header, patients, since, tracking, state, asked_at)
    values (${id}, ${actor.id}, ${JSON.stringify(asker)}, ${JSON.stringify(asked.views)}, ${asked.format}, ${asked.header},
      ${asked.patients}, ${asked.since}, ${asked.tracking}, 'accepted', ${ctx.now()})
  `);
  return id;
}

/** The actor's own. @throws Problem `not-found` for others', cancelled and expired ones too */
export async function getExport(ctx: Context, id: string): Promise<Export> {
  const found = await ctx.db.maybe<Export>(sql`
    select ${SELECTED} from lake.export
    where id = ${id} and actor = ${ctx.actor.id} and state <> 'cancelled' and (expires_at is null or expires_at > ${ctx.now()})
  `);
  if (found === undefined) throw new Problem('not-found', 'there is no such export');
  return found;
}

/** The actor's own that are under way or wait to be fetched, the newest first. */
export function findExports(ctx: Context, limit: number): Promise<Export[]> {
  return ctx.db.rows<Export>(sql`
    select ${SELECTED} from lake.export
    where actor = ${ctx.actor.id} and state <> 'cancelled' and (expires_at is null or expires_at > ${ctx.now()})
    order by asked_at desc, id limit ${limit}
  `);
}

/** The oldest that nobody is at, taken; undefined when there is none. */
export function takeExport(db: Db, now: Date): Promise<Export | undefined> {
  const silent = new Date(now.getTime() - SILENT_SECONDS * 1_000);
  return db.maybe<Export>(sql`
    update lake.export set state = 'running', beat_at = ${now}, started_at = coalesce(started_at, ${now})
    where id = (
      select id from lake.export where state = 'accepted' or (state = 'running' and beat_at < ${silent})
      order by asked_at, id limit 1 for update skip locked
    )
    returning ${SELECTED}
  `);
}

/** Says that somebody is still at it; false when it was cancelled meanwhile. */
export async function beat(db: Db, id: string, now: Date): Promise<boolean> {
  return (await db.run(sql`update lake.export set beat_at = ${now} where id = ${id} and state = 'running'`)) === 1;
}

export async function putFiles(db: Db, id: string, files: readonly ExportFile[]): Promise<void> {
  await db.run(sql`update lake.export set files = ${JSON.stringify(files)} where id = ${id} and state = 'running'`);
}

/** Given back to be taken again: the program stops. */
export async function giveBack(db: Db, id: string): Promise<void> {
  await db.run(sql`update lake.export set state = 'accepted' where id = ${id} and state = 'running'`);
}

/** @returns false when it was cancelled meanwhile */
export async function endExport(
  db: Db,
  id: string,
  { now, expiresAt, problem }: { now: Date; expiresAt: Date; problem?: Export['problem'] },
): Promise<boolean> {
  const state = problem == null ? 'done' : 'failed';
  const ended = await db.run(sql`
    update lake.export set state = ${state}, problem = ${problem == null ? null : JSON.stringify(problem)}, ended_at = ${now},
      expires_at = ${expiresAt}
    where id = ${id} and state = 'running'
  `);
  return ended === 1;
}

export async function cancelExport(db: Db, id: string): Promise<void> {
  await db.run(sql`update lake.export set state = 'cancelled' where id = ${id}`);
}

/** Forgets what was cancelled or has expired. @returns ids of those that are left */
export async function forgetExports(db: Db, now: Date): Promise<Set<string>> {
  await db.run(sql`delete from lake.export where state = 'cancelled' or expires_at <= ${now}`);
  const left = await db.rows<{ id: string }>(sql`select id from lake.export`);
  return new Set(left.map(({ id }) => id));
}

/** Whether the account may still sign in; an actor without an account is the program itself. */
export async function isDisabled(db: Db, account: string): Promise<boolean> {
  const row = await db.maybe<{ disabled: boolean }>(
    sql`select disabled_at is not null as disabled from access.account where id = ${account}`,
  );
  return row?.disabled ?? false;
}

const SELECTED = sql`id, actor, asker, views, format, header, patients, since, tracking, state, problem, files, asked_at as "askedAt",
  started_at as "startedAt", ended_at as "endedAt", expires_at as "expiresAt"`;
