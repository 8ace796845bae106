import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { record } from '#kernel/access';
import type { Context, Tx } from '#kernel/context';
import type { Caution, FactLine, Source, ThingKind } from '../model.ts';
import { checkRelation, type FactGraph, type Reading, readFacts, type Seed, soundStatement } from '../rules/index.ts';
import {
  findCautions,
  findFacts,
  findFactVersion,
  findKinds,
  findLoaded,
  findSources,
  holdFacts,
  insertRelations,
  insertStatements,
  insertThings,
  noteFactVersion,
  putFacts,
  putSource,
  renameThings,
  withdrawRow,
} from '../store/index.ts';
import { noteChanged, READ } from './record.ts';

const FOLDER = new URL('../../../../facts/cluster/', import.meta.url);
/** Raised when the same files are read differently. */
const READER = 1;
/** What these files say is told from all else that the program says. */
const READER_ACTOR = { id: 'system/cluster-facts', name: 'facts' } as const;
const OWNER = 'role/regulator';
const REVIEW_DAYS = 180;

/**
 * Loads the facts that the platform comes with, once for each version of their files. A newer version adds what is new and withdraws
 * what its files no longer say; what people entered, corrected or withdrew stays as they left it.
 */
export async function loadFacts(platform: Context): Promise<void> {
  const ctx = { ...platform, actor: { ...platform.actor, ...READER_ACTOR } };
  const texts = await Promise.all(
    ['seed-facts.json', 'reading.json'].map((name) => readFile(new URL(name, FOLDER), 'utf8')),
  );
  const [seed, reading] = texts.map((text) => JSON.parse(text)) as [Seed, Reading];
  const hash = createHash('sha256').update(texts.join('\n')).update(String(READER)).digest('hex');
  await ctx.db.transaction(async (tx) => {
    await holdFacts(tx);
    if ((await findFactVersion(tx)) === hash) return;
    await load(ctx, tx, readFacts(seed, reading), hash);
  });
}

async function load(ctx: Context, tx: Tx, graph: FactGraph, hash: string): Promise<void> {
  for (const source of graph.sources) await putSource(ctx, tx, source);
  const rest = { example: false, owner: OWNER, reviewEveryDays: REVIEW_DAYS };
  const entered = await insertThings(
    ctx,
    tx,
    graph.things.map((thing) => ({ ...thing, ...rest })),
  );
  await renameThings(ctx, tx, graph.things);
  await checkAll(tx, graph);
  const changed = new Set(entered);
  const counts = { added: 0, withdrawn: 0 };
  for (const what of ['statement', 'relation'] as const) {
    const { fresh, gone } = compare(await findLoaded(tx, ctx.actor.id, what), graph, what, ctx.actor.id);
    if (what === 'statement') await insertStatements(ctx, tx, fresh as never);
    else await insertRelations(ctx, tx, fresh as never);
    for (const { id, thing } of gone)
      await withdrawRow(ctx, tx, { thing, [what]: id, reason: 'a newer version of the facts no longer says so' });
    for (const row of [...fresh, ...gone]) changed.add('thing' in row ? row.thing : row.subject);
    counts.added += fresh.length;
    counts.withdrawn += gone.length;
  }
  await putFacts(tx, graph.facts, graph.cautions);
  await noteFactVersion(ctx, tx, { hash, facts: graph.facts.length, ...counts });
  await record(ctx, tx, { act: 'cluster.facts-loaded', subject: 'facts/cluster', detail: { hash, ...counts } });
  await noteChanged(ctx, tx, [...changed]);
}

async function checkAll(tx: Tx, { statements, relations }: FactGraph): Promise<void> {
  const kinds = await findKinds(tx, [
    ...statements.map(({ thing }) => thing),
    ...relations.flatMap(({ subject, object }) => [subject, object]),
  ]);
  const kindOf = (id: string): ThingKind => kinds.get(id) ?? missing(id);
  for (const statement of statements) soundStatement(statement, kindOf(statement.thing));
  for (const relation of relations)
    checkRelation(relation, { subject: kindOf(relation.subject), object: kindOf(relation.object) });
}

function missing(id: string): never {
  throw new Error(`facts/cluster: no thing ${id}`);
}

type Row = (FactGraph['statements'][number] | FactGraph['relations'][number]) & { id: string };

/** What the files say anew, and what they say no longer. What a person withdrew is said no second time. */
function compare(
  loaded: readonly { id: string; thing: string; withdrawnBy: string | null }[],
  graph: FactGraph,
  what: 'statement' | 'relation',
  self: string,
): { fresh: Row[]; gone: { id: string; thing: string }[] } {
  const known = new Map(loaded.map((row) => [row.id, row]));
  const wanted = new Map<string, Row>();
  for (const said of what === 'statement' ? graph.statements : graph.relations) {
    // What was withdrawn by an earlier version and is said again gets an id of its own.
    let turn = 0;
    let id = idOf(said, turn);
    while (known.get(id)?.withdrawnBy === self) id = idOf(said, ++turn);
    wanted.set(id, { ...said, id });
  }
  return {
    fresh: [...wanted.values()].filter(({ id }) => !known.has(id)),
    gone: loaded.filter(({ id, withdrawnBy }) => withdrawnBy === null && !wanted.has(id)),
  };
}

/** The same words have the same id at every start. */
function idOf(said: object, turn: number): string {
  const hash = createHash('sha256')
    .update(JSON.stringify([Object.entries(said).toSorted(([one], [two]) => one.localeCompare(two)), turn]))
    .digest('hex');
  return `${hash.slice(0, 8)}-${hash.slice(8, 12)}-8${hash.slice(13, 16)}-8${hash.slice(17, 20)}-${hash.slice(20, 32)}`;
}

export interface FactsPage {
  facts: readonly FactLine[];
  sources: Readonly<Record<string, Source>>;
  cautions: readonly Caution[];
}

/** Every fact that was loaded, with its quote and source. */
export async function listFacts(ctx: Context): Promise<FactsPage> {
  ctx.require(READ);
  const facts = await findFacts(ctx.db);
  const sources = await findSources(
    ctx.db,
    facts.map(({ source }) => source),
  );
  return { facts, sources: Object.fromEntries(sources), cautions: await findCautions(ctx.db) };
}
