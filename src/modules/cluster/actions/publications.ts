import type { Context, Tx } from '#kernel/context';
import { Problem } from '#kernel/problem';
import { writeBibtex, writeRis } from '#standards/bibliography';
import { compareAll } from '../intake/index.ts';
import type { PublicationForm, PublicationsPage, ThingKind } from '../model.ts';
import {
  countStates,
  countYears,
  csvLines,
  keysOf,
  knownCode,
  type NewRelation,
  publicationsOf,
  type ReadRow,
  SAID_OF_WORKS,
  workOfThing,
} from '../rules/index.ts';
import {
  findAllWorks,
  findByKeys,
  findIdsOf,
  findKnown,
  findPublications,
  findRelations,
  getThing,
  type StoredPublication,
} from '../store/index.ts';
import { knownValues, READ, relateAll } from './record.ts';

const MOST_WORKS = 5_000;
const PAGE = 50;

/** Papers and patents of a thing, with their numbers by year. */
export async function readPublications(ctx: Context, asked: string, skip: number): Promise<PublicationsPage> {
  ctx.require(READ);
  const stored = await worksOf(ctx, asked);
  const works = publicationsOf(stored.slice(0, MOST_WORKS), await saidOf(ctx, stored));
  return {
    works: works.slice(skip, skip + PAGE),
    total: works.length,
    years: countYears(works),
    undated: works.filter(({ year }) => year === null).length,
    states: countStates(works),
    next: skip + PAGE < works.length ? String(skip + PAGE) : null,
    isCut: stored.length > MOST_WORKS,
  };
}

async function worksOf(ctx: Context, asked: string | undefined): Promise<StoredPublication[]> {
  if (asked === undefined) return findAllWorks(ctx.db, MOST_WORKS + 1);
  const first = await getThing(ctx.db, asked);
  const ids = await findIdsOf(ctx.db, first.mergedInto ?? first.id);
  return findPublications(
    ctx.db,
    ids.map(({ id }) => id),
    MOST_WORKS + 1,
  );
}

function saidOf(ctx: Context, works: readonly StoredPublication[]) {
  return knownValues(
    ctx.db,
    works.map(({ id }) => id),
    SAID_OF_WORKS,
  );
}

/** The same as a file of references: of a thing, or all of the record. @throws Problem `too-costly` over so many */
export async function exportPublications(
  ctx: Context,
  { thing, form }: { thing?: string; form: PublicationForm },
): Promise<string> {
  ctx.require(READ);
  const stored = await worksOf(ctx, thing);
  if (stored.length > MOST_WORKS)
    throw new Problem('too-costly', 'so many values are not read at once: ask for fewer things', { most: MOST_WORKS });
  const said = await saidOf(ctx, stored);
  const works = stored.map((each) => workOfThing(each, said.get(each.id) ?? new Map()));
  if (form === 'bib') return writeBibtex(works);
  if (form === 'ris') return writeRis(works);
  const columns = [
    ...['kind', 'id', 'title', 'authors', 'applicants', 'published', 'filed', 'journal', 'volume', 'issue', 'pages'],
    ...['doi', 'number', 'url', 'keywords'],
  ];
  return csvLines([
    columns,
    ...works.map(({ keywords, ...work }) => [
      ...[work.kind, work.key, work.title, work.authors.join('; '), work.applicants.join('; ')],
      ...[
        work.date,
        work.filed,
        work.journal,
        work.volume,
        work.issue,
        work.pages,
        work.doi,
        work.number,
        work.url,
      ].map((each) => each ?? null),
      keywords.join('; '),
    ]),
  ]);
}

interface Going {
  row: ReadRow;
  thing: string;
}

/**
 * Joins imported works with whom the file names: an applicant or affiliation that matches one organization of the record and no other; an author who is the one
 * person of that name and works at one of those; a cited work by its code. Whoever is not told so surely stays in words.
 */
export async function relateWorks(
  ctx: Context,
  tx: Tx,
  { going, source, isLinked }: { going: readonly Going[]; source: string; isLinked: ReadonlySet<string> },
): Promise<void> {
  const organizations = await matchNames(
    tx,
    ['enterprise', 'institution'],
    namesIn(going, ['applicants', 'affiliations']),
  );
  const people = await matchNames(tx, ['person'], namesIn(going, ['authors']));
  const employers = Map.groupBy(
    (await findRelations(tx, [...people.values()])).filter(({ predicate }) => predicate === 'works-at'),
    ({ subject }) => subject,
  );
  const cited = await findCited(tx, going);
  const relations = going.flatMap(({ row, thing }): NewRelation[] => {
    const provenance = { source, note: `row ${row.row}` };
    const found = (property: string) => valuesIn(row, property).flatMap((name) => organizations.get(name) ?? []);
    const [applicants, affiliations] = [found('applicants'), found('affiliations')];
    const authors = valuesIn(row, 'authors')
      .flatMap((name) => people.get(name) ?? [])
      .filter((person) =>
        employers.get(person)?.some(({ object }) => applicants.includes(object) || affiliations.includes(object)),
      );
    const cites = valuesIn(row, 'cites').flatMap((code) => cited.get(code) ?? []);
    return [
      ...applicants.map((object) => ({ subject: thing, predicate: 'applied-by', object, ...provenance })),
      ...affiliations.map((object) => ({ subject: thing, predicate: 'affiliated-with', object, ...provenance })),
      ...authors.map((object) => ({
        subject: thing,
        predicate: 'authored-by',
        object,
        ...provenance,
        confidence: 'inferred' as const,
      })),
      ...cites
        .filter((object) => object !== thing)
        .map((object) => ({ subject: thing, predicate: 'cites', object, ...provenance })),
    ];
  });
  const fresh = new Map(relations.map((each) => [`${each.subject} ${each.predicate} ${each.object}`, each] as const));
  await relateAll(
    ctx,
    tx,
    [...fresh].filter(([key]) => !isLinked.has(key)).map(([, relation]) => relation),
  );
}

function valuesIn({ said }: ReadRow, property: string): string[] {
  return said
    .filter((each) => each.property === property)
    .flatMap(({ value }) => (Array.isArray(value) ? (value as string[]) : [String(value)]));
}

function namesIn(going: readonly Going[], properties: readonly string[]): string[] {
  return [...new Set(going.flatMap(({ row }) => properties.flatMap((property) => valuesIn(row, property))))];
}

/** The one thing of these kinds that a name surely means. */
async function matchNames(tx: Tx, kinds: readonly ThingKind[], names: readonly string[]): Promise<Map<string, string>> {
  const asked = names.map((name) => ({ name, keys: keysOf({ names: [name] }) }));
  const found = new Map<string, Set<string>>();
  for (const kind of kinds) {
    const byKey = await findByKeys(tx, { kind, keys: asked.flatMap(({ keys }) => keys) });
    const candidates = asked.map(({ keys }) => [...new Set(keys.flatMap((key) => byKey.get(key) ?? []))]);
    const known = await findKnown(tx, candidates.flat());
    const there = candidates.map((ids) => ids.flatMap((id) => known.get(id) ?? []));
    const compared = await compareAll(asked.map(({ name }, at) => ({ one: { names: [name] }, others: there[at]! })));
    for (const [at, matches] of compared.entries())
      for (const [place, { verdict }] of matches.entries())
        if (verdict === 'same') {
          const { name } = asked[at]!;
          found.set(name, (found.get(name) ?? new Set()).add(there[at]![place]!.id));
        }
  }
  return new Map([...found].flatMap(([name, ids]) => (ids.size === 1 ? [[name, [...ids][0]!] as const] : [])));
}

/** Works of the record by the code that a citation gives. */
async function findCited(tx: Tx, going: readonly Going[]): Promise<Map<string, string[]>> {
  const codes = namesIn(going, ['cites']);
  const keys = codes.map((code) => ({ code, key: keyOfCode(code) }));
  const found = new Map<string, string[]>();
  for (const kind of ['paper', 'patent'] as const) {
    const byKey = await findByKeys(tx, { kind, keys: keys.flatMap(({ key }) => key ?? []) });
    for (const { code, key } of keys) {
      const things = key === undefined ? undefined : byKey.get(key);
      if (things?.length === 1) found.set(code, things);
    }
  }
  return found;
}

function keyOfCode(code: string): string | undefined {
  const { doi, patents } = knownCode(code);
  return doi !== undefined ? `d:${doi}` : patents?.[0] === undefined ? undefined : `n:${patents[0]}`;
}
