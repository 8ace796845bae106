import { createHash } from 'node:crypto';
import { record } from '#kernel/access';
import type { Context, Db, Tx } from '#kernel/context';
import { Problem } from '#kernel/problem';
import { compareAll, readRows, readSheet } from '../intake/index.ts';
import {
  IMPORT_KINDS,
  type ImportedRow,
  type ImportKind,
  type ImportLine,
  type ImportPage,
  type Mapping,
  MOST_IMPORT_BYTES,
  MOST_IMPORT_ROWS,
  type RowDecision,
  type RowMatch,
  type RowVerdict,
  type ThingKind,
} from '../model.ts';
import { guessMapping, isMeaning, type ReadRow, todayOf } from '../rules/index.ts';
import {
  countRows,
  decideRows,
  findByKeys,
  findDecided,
  findImportOf,
  findImports,
  findKinds,
  findKnown,
  findPlaces,
  findRelations,
  findRows,
  findSame,
  findStatements,
  getImport,
  insertImport,
  type JudgedRow,
  noteApplied,
  putJudged,
  type RowFilter,
  remap,
  removeUnused,
  setImportState,
  withdrawSource,
} from '../store/index.ts';
import { relateWorks } from './publications.ts';
import { addSource, enterThings, noteChanged, relateAll, stateAll } from './record.ts';

const IMPORT = 'cluster.import';
const MOST_COLUMNS = 200;
const JUDGED_AT_ONCE = 5_000;
const APPLIED_AT_ONCE = 500;
/** Candidates of a row that are compared, and those that are shown. */
const MOST_CANDIDATES = 20;
const MOST_SHOWN = 5;
/** Bits by which one match stands before the next so that nobody is asked. */
const CLEARLY = 3;

/** Takes a file in, guesses what its columns mean and judges the first rows. A file that is here already is the import that it was. */
export async function startImport(
  ctx: Context,
  { kind, fileName, file }: { kind: ImportKind; fileName: string; file: Uint8Array },
): Promise<{ id: string; isKnown: boolean }> {
  ctx.require(IMPORT);
  if (!IMPORT_KINDS.includes(kind)) throw new Problem('invalid', 'things of this kind cannot be imported', { kind });
  if (file.length === 0 || file.length > MOST_IMPORT_BYTES)
    throw new Problem('too-large', 'a file to import has at most 20 MB', { most: MOST_IMPORT_BYTES });
  const hash = createHash('sha256').update(file).digest('hex');
  const known = await findImportOf(ctx.db, { kind, hash });
  if (known !== undefined) return { id: known, isKnown: true };
  const [head = [], ...rows] = await readSheet(file, { mostRows: MOST_IMPORT_ROWS + 1, kind });
  if (head.length > MOST_COLUMNS) throw new Problem('invalid', 'the file has too many columns', { most: MOST_COLUMNS });
  const full = rows.filter((row) => row.some((cell) => cell.trim() !== ''));
  if (full.length === 0) throw new Problem('invalid', 'the file has a row of heads and at least one row of content');
  const id = ctx.newId();
  const columns = head.map((cell) => cell.trim());
  return ctx.db.transaction(async (tx) => {
    const given = {
      id,
      kind,
      fileName: fileName.slice(0, 200),
      hash,
      columns,
      mapping: guessMapping(columns, kind),
      rows: full,
    };
    if (!(await insertImport(ctx, tx, given))) return { id: (await findImportOf(tx, { kind, hash }))!, isKnown: true };
    await record(ctx, tx, {
      act: 'cluster.import-read',
      subject: `import/${id}`,
      detail: { kind, fileName, hash, rows: full.length },
    });
    return { id, isKnown: false };
  });
}

export async function listImports(ctx: Context): Promise<{ imports: ImportLine[] }> {
  ctx.require(IMPORT);
  return { imports: await findImports(ctx.db, 100) };
}

export async function readImport(ctx: Context, id: string): Promise<ImportPage> {
  ctx.require(IMPORT);
  const found = await getImport(ctx.db, id);
  return { ...found, ...(await countRows(ctx.db, found.id)) };
}

export async function readImportRows(ctx: Context, id: string, filter: RowFilter): Promise<{ rows: ImportedRow[] }> {
  ctx.require(IMPORT);
  const { id: known } = await getImport(ctx.db, id);
  return { rows: await findRows(ctx.db, known, filter) };
}

/** Says what the columns mean; every row is judged anew. */
export async function mapImport(ctx: Context, id: string, mapping: Mapping): Promise<void> {
  ctx.require(IMPORT);
  await ctx.db.transaction(async (tx) => {
    const { kind, columns, state } = await getImport(tx, id, { hold: true });
    if (state !== 'open') throw new Problem('conflict', 'an import that was begun keeps the meaning of its columns');
    const meanings = mapping.filter((meaning) => meaning !== null);
    if (mapping.length !== columns.length || new Set(meanings).size !== meanings.length)
      throw new Problem('invalid', 'every column has one meaning or none, and no two the same');
    const wrong = meanings.find((meaning) => !isMeaning(meaning, kind));
    if (wrong !== undefined)
      throw new Problem('invalid', 'a thing of this kind does not have this property', { property: wrong, kind });
    await remap(tx, id, mapping);
  });
}

/** Decides single rows, or all of a verdict. */
export async function decideImport(
  ctx: Context,
  id: string,
  choice: { rows?: readonly number[]; verdict?: RowVerdict; decision: RowDecision; target?: string },
): Promise<{ decided: number }> {
  ctx.require(IMPORT);
  const { rows, verdict, decision, target } = choice;
  if ((rows === undefined) === (verdict === undefined))
    throw new Problem('invalid', 'rows are decided one by one, or all of a verdict');
  if ((decision === 'match') !== (target !== undefined) || (decision === 'match' && rows?.length !== 1))
    throw new Problem('invalid', 'a row that matches names the thing that it matches');
  return ctx.db.transaction(async (tx) => {
    const { kind, state, id: known } = await getImport(tx, id, { hold: true });
    if (state !== 'open') throw new Problem('conflict', 'the rows of an import that was begun are decided');
    if (target !== undefined && (await findKinds(tx, [target])).get(target) !== kind)
      throw new Problem('not-found', 'there is no such thing of this kind', { id: target });
    return { decided: await decideRows(tx, known, { ...choice, target: target ?? null }) };
  });
}

/** Rows are applied from now on. */
export async function applyImport(ctx: Context, id: string): Promise<void> {
  ctx.require(IMPORT);
  await ctx.db.transaction(async (tx) => {
    const page = await getImport(tx, id, { hold: true });
    if (page.state !== 'open') throw new Problem('conflict', 'this import was begun already');
    if (page.judged < page.rows) throw new Problem('conflict', 'not all rows are judged yet');
    await addSource(ctx, tx, {
      id: sourceOf(page.id),
      kind: 'import',
      title: page.fileName,
      date: todayOf(ctx.now()),
    });
    await setImportState(ctx, tx, page.id, { state: 'applying' });
    await record(ctx, tx, {
      act: 'cluster.import-begun',
      subject: `import/${page.id}`,
      detail: { ...(await countRows(tx, page.id)).decided },
    });
  });
}

export async function undoImport(ctx: Context, id: string, reason: string): Promise<void> {
  ctx.require(IMPORT);
  if (reason.trim() === '' || reason.length > 1000) throw new Problem('invalid', 'say why, in at most 1000 characters');
  await ctx.db.transaction(async (tx) => {
    const { state, id: known } = await getImport(tx, id, { hold: true });
    if (state === 'undone' || state === 'undoing') throw new Problem('conflict', 'this import was undone already');
    await setImportState(ctx, tx, known, { state: 'undoing', reason: reason.trim() });
    await record(ctx, tx, {
      act: 'cluster.import-undone',
      subject: `import/${known}`,
      detail: { reason: reason.trim() },
    });
  });
}

/**
 * Does the next part of what is due: judging, applying or undoing, in one transaction. Called again until it is done, by whoever waits for it:
 * what was done stays done, wherever it is interrupted.
 */
export async function continueImport(ctx: Context, id: string): Promise<ImportPage> {
  ctx.require(IMPORT);
  const page = await getImport(ctx.db, id);
  if (page.state === 'open' && page.judged < page.rows) await judgeNext(ctx, page);
  else if (page.state === 'applying' || page.state === 'undoing')
    await ctx.db.transaction(async (tx) => {
      const held = await getImport(tx, page.id, { hold: true });
      if (held.state === 'applying') await applyNext(ctx, tx, held);
      else if (held.state === 'undoing') await undoNext(ctx, tx, held);
    });
  return readImport(ctx, page.id);
}

type Page = Awaited<ReturnType<typeof getImport>>;

/** Reads and compares outside of the transaction; what was judged meanwhile by somebody else is left as it is. */
async function judgeNext(ctx: Context, { id, kind, columns, mapping, judged }: Page): Promise<void> {
  const rows = await findRows(ctx.db, id, { after: judged, limit: JUDGED_AT_ONCE });
  const read = await readRows({
    kind,
    columns,
    mapping,
    places: await findPlaces(ctx.db),
    rows: rows.map(({ row, cells }) => ({ row, cells })),
  });
  const matches = await findMatches(ctx, kind, read);
  const earlier = await findSame(ctx.db, id, { same: read.flatMap(({ same }) => same ?? []), before: judged + 1 });
  const results = read.map((row, at): JudgedRow => {
    const first = row.same === undefined ? undefined : earlier.get(row.same);
    if (row.same !== undefined && first === undefined) earlier.set(row.same, row.row);
    return judge(row, matches[at]!, first);
  });
  await ctx.db.transaction(async (tx) => {
    const now = await getImport(tx, id, { hold: true });
    if (now.judged !== judged || now.state !== 'open' || JSON.stringify(now.mapping) !== JSON.stringify(mapping))
      return;
    await putJudged(tx, id, results, judged + rows.length);
  });
}

/** What each row may be, likeliest first. */
export async function findMatches(
  { db }: { db: Db },
  kind: ThingKind,
  read: readonly ReadRow[],
): Promise<RowMatch[][]> {
  const byKey = await findByKeys(db, { kind, keys: read.flatMap(({ keys }) => keys) });
  const candidates = read.map(({ keys }) => sharingMost(keys.map((key) => byKey.get(key) ?? [])));
  const known = await findKnown(db, candidates.flat());
  const there = candidates.map((ids) => ids.flatMap((id) => known.get(id) ?? []));
  const compared = await compareAll(read.map(({ known: one }, at) => ({ one, others: there[at]! })));
  return compared.map((found, at) =>
    found
      .map(
        (match, place): RowMatch => ({
          ...match,
          thing: there[at]![place]!.id,
          name: there[at]![place]!.nameZh ?? there[at]![place]!.name,
        }),
      )
      .filter(({ verdict }) => verdict !== 'different')
      .sort((a, b) => b.weight - a.weight || (a.thing < b.thing ? -1 : 1))
      .slice(0, MOST_SHOWN),
  );
}

/** Of the things under the keys those that share the most keys. */
function sharingMost(found: readonly (readonly string[])[]): string[] {
  const counts = new Map<string, number>();
  for (const id of found.flat()) counts.set(id, (counts.get(id) ?? 0) + 1);
  return [...counts]
    .sort(([, a], [, b]) => b - a)
    .slice(0, MOST_CANDIDATES)
    .map(([id]) => id);
}

/** The verdict on a row, and what is done with it unless somebody decides otherwise. */
export function judge(row: ReadRow, matches: readonly RowMatch[], first: number | undefined): JudgedRow {
  const { problems, same = null } = row;
  const judged = (verdict: RowVerdict, decision: RowDecision | null, target: string | null = null): JudgedRow => ({
    row: row.row,
    verdict,
    problems,
    matches,
    same,
    decision,
    target,
  });
  if (problems.some(({ isCaution }) => !isCaution)) return judged('invalid', 'skip');
  if (first !== undefined)
    return {
      ...judged('repeated', 'skip'),
      problems: [
        ...problems,
        { column: 0, what: 'repeats-row', found: row.name, expected: String(first), isCaution: true },
      ],
    };
  const [best, next] = matches.filter(({ verdict }) => verdict === 'same');
  if (best !== undefined && (next === undefined || best.weight - next.weight >= CLEARLY))
    return judged('match', 'match', best.thing);
  if (matches.length > 0) return judged('ambiguous', null);
  return judged('new', 'new');
}

function sourceOf(id: string): string {
  return `import/${id}`;
}

async function applyNext(ctx: Context, tx: Tx, page: Page): Promise<void> {
  const { id, kind, columns, mapping } = page;
  const rows = await findDecided(tx, id, { isApplied: false, limit: APPLIED_AT_ONCE });
  if (rows.length === 0) {
    await setImportState(ctx, tx, id, { state: 'done' });
    return;
  }
  const read = await readRows({
    kind,
    columns,
    mapping,
    places: await findPlaces(tx),
    rows: rows.map(({ row, cells }) => ({ row, cells })),
  });
  const going = read.map((row, at) => ({
    row,
    thing: rows[at]!.decision === 'match' ? rows[at]!.target! : ctx.newId(),
  }));
  await enterThings(
    ctx,
    tx,
    going.flatMap(({ row: { name, nameZh }, thing }, at) =>
      rows[at]!.decision === 'new' ? [{ id: thing, kind, name, ...(nameZh !== undefined && { nameZh }) }] : [],
    ),
  );
  const source = sourceOf(id);
  const things = going.map(({ thing }) => thing);
  const live = await findStatements(tx, things, { most: 100_000 });
  const links = await findRelations(tx, things);
  const known = await findKnown(tx, things);
  const isSaid = new Set(live.map(({ thing, property, value }) => `${thing} ${property} ${JSON.stringify(value)}`));
  const isLinked = new Set(links.map(({ subject, predicate, object }) => `${subject} ${predicate} ${object}`));
  const statements = going.flatMap(({ row, thing }) => {
    const names = known.get(thing)?.names ?? [];
    const aliases = row.known.names.filter((name) => !names.includes(name));
    const said = [
      ...row.said.filter(({ property, value }) => property !== 'alias' || !names.includes(String(value))),
      ...aliases
        .filter((name) => !row.said.some(({ property, value }) => property === 'alias' && value === name))
        .map((value) => ({ property: 'alias', value })),
    ];
    return said.map(({ property, value }) => ({ thing, property, value, source, note: `row ${row.row}` }));
  });
  await stateAll(
    ctx,
    tx,
    statements.filter(({ thing, property, value }) => !isSaid.has(`${thing} ${property} ${JSON.stringify(value)}`)),
  );
  await relateAll(
    ctx,
    tx,
    going
      .flatMap(({ row, thing }) =>
        row.place === undefined || row.place === thing
          ? []
          : [{ subject: thing, predicate: 'located-in', object: row.place, source, note: `row ${row.row}` }],
      )
      .filter(({ subject, predicate, object }) => !isLinked.has(`${subject} ${predicate} ${object}`)),
  );
  if (kind === 'paper' || kind === 'patent') await relateWorks(ctx, tx, { going, source, isLinked });
  await noteApplied(
    tx,
    id,
    going.map(({ row: { row }, thing }) => ({ row, thing })),
  );
}

async function undoNext(ctx: Context, tx: Tx, { id, undoneWhy }: Page): Promise<void> {
  const rows = await findDecided(tx, id, { isApplied: true, limit: APPLIED_AT_ONCE });
  if (rows.length === 0) {
    await setImportState(ctx, tx, id, { state: 'undone' });
    return;
  }
  const things = rows.map(({ thing }) => thing!);
  await withdrawSource(ctx, tx, { source: sourceOf(id), things, reason: undoneWhy ?? '' });
  const gone = await removeUnused(
    ctx,
    tx,
    rows.filter(({ decision }) => decision === 'new').map(({ thing }) => thing!),
  );
  await noteApplied(
    tx,
    id,
    rows.map(({ row }) => ({ row, thing: null })),
  );
  await record(ctx, tx, {
    act: 'cluster.import-rows-undone',
    subject: `import/${id}`,
    detail: { rows: rows.length, removed: gone.length },
  });
  await noteChanged(ctx, tx, things);
}
