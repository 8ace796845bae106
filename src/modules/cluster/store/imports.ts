import type { Context, Db, Tx } from '#kernel/context';
import { Problem } from '#kernel/problem';
import { all, isId, sql } from '#kernel/sql';
import type { ImportedRow, ImportKind, ImportLine, ImportPage, Mapping, RowDecision, RowVerdict } from '../model.ts';
import { asText } from './dated.ts';

const LINE = sql`
  id, kind, file_name as "fileName", rows, judged, state, made_by_name as "madeByName", made_at as "madeAt", done_at as "doneAt",
  undone_by_name as "undoneByName", undone_at as "undoneAt", undone_why as "undoneWhy"`;

export async function findImports(db: Db, limit: number): Promise<ImportLine[]> {
  return (
    await db.rows<ImportLine>(sql`select ${LINE} from cluster.import order by made_at desc, id limit ${limit}`)
  ).map(asText);
}

/** An import of this very file that was not undone. */
export async function findImportOf(
  db: Db,
  { kind, hash }: { kind: ImportKind; hash: string },
): Promise<string | undefined> {
  const found = await db.maybe<{ id: string }>(
    sql`select id from cluster.import where kind = ${kind} and file_hash = ${hash} and state <> 'undone'`,
  );
  return found?.id;
}

/** @throws Problem `not-found` */
export async function getImport(
  db: Db,
  id: string,
  { hold = false } = {},
): Promise<Omit<ImportPage, 'counts' | 'decided'>> {
  const found = await db.maybe<Omit<ImportPage, 'counts' | 'decided'>>(
    sql`select ${LINE}, columns, mapping from cluster.import where ${isId(sql`id`, id)} ${hold ? sql`for update` : sql``}`,
  );
  if (found === undefined) throw new Problem('not-found', 'there is no such import');
  return asText(found);
}

export async function countRows(db: Db, id: string): Promise<Pick<ImportPage, 'counts' | 'decided'>> {
  const rows = await db.rows<{
    verdict: RowVerdict | null;
    decision: RowDecision | null;
    applied: number;
    n: number;
  }>(sql`
    select verdict, decision, count(thing)::int as applied, count(*)::int as n from cluster.import_row
    where import = ${id} group by verdict, decision
  `);
  const counts = { new: 0, match: 0, ambiguous: 0, repeated: 0, invalid: 0 };
  const decided = { new: 0, match: 0, skip: 0, none: 0, applied: 0 };
  for (const { verdict, decision, applied, n } of rows) {
    if (verdict !== null) counts[verdict] += n;
    decided[decision ?? 'none'] += n;
    decided.applied += applied;
  }
  return { counts, decided };
}

/** Keeps a file; false where another one did so just now. */
export async function insertImport(
  { actor, now }: Context,
  tx: Tx,
  given: {
    id: string;
    kind: ImportKind;
    fileName: string;
    hash: string;
    columns: readonly string[];
    mapping: Mapping;
    rows: readonly (readonly string[])[];
  },
): Promise<boolean> {
  const { id, kind, fileName, hash, columns, mapping, rows } = given;
  const made = await tx.run(sql`
    insert into cluster.import (id, kind, file_name, file_hash, columns, mapping, rows, state, made_by, made_by_name, made_at)
    values (${id}, ${kind}, ${fileName}, ${hash}, ${[...columns]}::text[], ${JSON.stringify(mapping)}, ${rows.length}, 'open',
      ${actor.id}, ${actor.name}, ${now()})
    on conflict (file_hash, kind) where state <> 'undone' do nothing
  `);
  if (made === 0) return false;
  await tx.copy(
    'cluster.import_row',
    ['import', 'row', 'cells'],
    rows.map((cells, at) => [id, at + 1, cells]),
  );
  return true;
}

/** Another meaning of the columns: every row is judged anew. */
export async function remap(tx: Tx, id: string, mapping: Mapping): Promise<void> {
  await tx.run(sql`update cluster.import set mapping = ${JSON.stringify(mapping)}, judged = 0 where id = ${id}`);
  await tx.run(sql`
    update cluster.import_row set verdict = null, problems = '[]', matches = '[]', same = null, decision = null, target = null
    where import = ${id} and verdict is not null
  `);
}

export interface RowFilter {
  verdict?: RowVerdict;
  /** Rows that somebody must decide. */
  isOpen?: boolean;
  after?: number;
  limit: number;
}

export function findRows(db: Db, id: string, { verdict, isOpen, after = 0, limit }: RowFilter): Promise<ImportedRow[]> {
  const terms = [sql`import = ${id}`, sql`row > ${after}`];
  if (verdict !== undefined) terms.push(sql`verdict = ${verdict}`);
  if (isOpen === true) terms.push(sql`decision is null and verdict = 'ambiguous'`);
  return db.rows(sql`
    select row, cells, verdict, problems, matches, decision, target, thing from cluster.import_row where ${all(terms)} order by row limit ${limit}
  `);
}

export interface JudgedRow {
  row: number;
  verdict: RowVerdict;
  problems: unknown;
  matches: unknown;
  same: string | null;
  decision: RowDecision | null;
  target: string | null;
}

/** Earlier rows of the file that mean the same, by what makes them so. */
export async function findSame(
  db: Db,
  id: string,
  { same, before }: { same: readonly string[]; before: number },
): Promise<Map<string, number>> {
  const rows = await db.rows<{ same: string; row: number }>(sql`
    select same, min(row)::int as row from cluster.import_row
    where import = ${id} and same = any(${[...new Set(same)]}::text[]) and row < ${before} group by same
  `);
  return new Map(rows.map(({ same: key, row }) => [key, row]));
}

export async function putJudged(tx: Tx, id: string, rows: readonly JudgedRow[], judged: number): Promise<void> {
  await tx.run(sql`
    update cluster.import_row as row
    set verdict = given.verdict, problems = given.problems, matches = given.matches, same = given.same, decision = given.decision, target = given.target
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
      as given (row int, verdict text, problems jsonb, matches jsonb, same text, decision text, target text)
    where row.import = ${id} and row.row = given.row
  `);
  await tx.run(sql`update cluster.import set judged = ${judged} where id = ${id}`);
}

/** Decides rows that were not applied, and may be imported at all. @returns how many */
export function decideRows(
  tx: Tx,
  id: string,
  {
    rows,
    verdict,
    decision,
    target,
  }: { rows?: readonly number[]; verdict?: RowVerdict; decision: RowDecision; target: string | null },
): Promise<number> {
  const terms = [sql`import = ${id}`, sql`thing is null`];
  if (decision !== 'skip') terms.push(sql`verdict <> 'invalid'`);
  if (rows !== undefined) terms.push(sql`row = any(${[...rows]}::int[])`);
  if (verdict !== undefined) terms.push(sql`verdict = ${verdict}`);
  return tx.run(sql`update cluster.import_row set decision = ${decision}, target = ${target} where ${all(terms)}`);
}

/** Rows to apply, or those that were applied, in their order. */
export function findDecided(
  tx: Tx,
  id: string,
  { isApplied, limit }: { isApplied: boolean; limit: number },
): Promise<ImportedRow[]> {
  const which = isApplied ? sql`thing is not null` : sql`thing is null and decision in ('new', 'match')`;
  return tx.rows(sql`
    select row, cells, verdict, problems, matches, decision, target, thing from cluster.import_row
    where import = ${id} and ${which} order by row limit ${limit}
  `);
}

export async function noteApplied(
  tx: Tx,
  id: string,
  rows: readonly { row: number; thing: string | null }[],
): Promise<void> {
  await tx.run(sql`
    update cluster.import_row as row set thing = given.thing
    from unnest(${rows.map(({ row }) => row)}::int[], ${rows.map(({ thing }) => thing)}::text[]) as given (row, thing)
    where row.import = ${id} and row.row = given.row
  `);
}

export async function setImportState(
  { actor, now }: Context,
  tx: Tx,
  id: string,
  change: { state: ImportLine['state']; reason?: string },
): Promise<void> {
  const { state, reason } = change;
  const sets = [sql`state = ${state}`];
  if (state === 'done') sets.push(sql`done_at = ${now()}`);
  if (state === 'undoing') sets.push(sql`undone_why = ${reason ?? ''}, undone_by_name = ${actor.name}`);
  if (state === 'undone') sets.push(sql`undone_at = ${now()}`);
  const [first, second = sql``] = sets;
  await tx.run(sql`update cluster.import set ${first!}${sets.length > 1 ? sql`, ` : sql``}${second} where id = ${id}`);
}

/** Withdraws what the source said of these things. */
export async function withdrawSource(
  { actor, now }: Context,
  tx: Tx,
  { source, things, reason }: { source: string; things: readonly string[]; reason: string },
): Promise<void> {
  const set = sql`set withdrawn_at = ${now()}, withdrawn_by = ${actor.id}, withdrawn_by_name = ${actor.name}, withdrawn_why = ${reason}`;
  const ids = [...things];
  await tx.run(
    sql`update cluster.statement ${set} where thing = any(${ids}::text[]) and source = ${source} and withdrawn_at is null`,
  );
  await tx.run(
    sql`update cluster.relation ${set} where subject = any(${ids}::text[]) and source = ${source} and withdrawn_at is null`,
  );
}

/** Takes back things of which nobody else has said or done anything. @returns those that went */
export async function removeUnused({ now }: Context, tx: Tx, things: readonly string[]): Promise<string[]> {
  const rows = await tx.rows<{ id: string }>(sql`
    delete from cluster.thing
    where id = any(${[...things]}::text[]) and merged_into is null
      and not exists (select from cluster.statement as said where said.thing = thing.id and said.withdrawn_at is null)
      and not exists (select from cluster.relation where subject = thing.id and withdrawn_at is null)
      and not exists (select from cluster.relation where object = thing.id and withdrawn_at is null)
      and not exists (select from cluster.representation as spoken where spoken.thing = thing.id)
      and not exists (select from cluster.merge where merge.thing = thing.id)
      and not exists (select from cluster.merge where into_thing = thing.id)
    returning id
  `);
  const ids = rows.map(({ id }) => id);
  await tx.run(sql`delete from cluster.match_key where thing = any(${ids}::text[])`);
  await tx.run(sql`
    insert into cluster.gone (thing, at) select unnest(${ids}::text[]), ${now()} on conflict (thing) do update set at = excluded.at
  `);
  return ids;
}

export function findPlaces(db: Db): Promise<{ id: string; names: string[] }[]> {
  return db.rows(sql`
    select id, array_remove(array[name, name_zh], null) as names from cluster.thing where kind = 'place' and merged_into is null order by id limit 5000
  `);
}
