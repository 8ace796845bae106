import { reachOf, record } from '#kernel/access';
import type { Context, Tx } from '#kernel/context';
import { Problem } from '#kernel/problem';
import { readSheet, writeWorkbook } from '../intake/index.ts';
import {
  type FundEntry,
  type FundHolding,
  type FundLine,
  type FundPage,
  ILPA_PARTS,
  type IlpaReport,
  type ImportRow,
  type NewFundEntry,
  type Profile,
  propertyOf,
  type StatedFigure,
  type ThingName,
} from '../model.ts';
import {
  checkFundEntry,
  curveOf,
  derivedShares,
  figuresOf,
  holdingOf,
  holdingsNamed,
  ilpaLines,
  ilpaTransactions,
  parseQuarter,
  readEntries,
  standing,
  todayOf,
} from '../rules/index.ts';
import {
  type Books,
  countEntries,
  findBooks,
  findDigests,
  findEntries,
  findEntry,
  findFundLinks,
  findIndices,
  findKinds,
  findLevels,
  findNamed,
  findThingLines,
  holdBooks,
  insertEntries,
  insertReversal,
  namesOf,
  putBooks,
  putIndex,
} from '../store/index.ts';
import { enterThing, knownValues, partiesOf, profileOf, relate } from './record.ts';

const [READ, WRITE, SUPERVISE] = ['cluster.fund.read', 'cluster.fund.write', 'cluster.fund.supervise'];
const FEN = 100;
const MOST_FUNDS = 500;
const MOST_ENTRIES = 20_000;
const MOST_ROWS = 5_000;
const SHOWN_ENTRIES = 500;
/** What documents say of funds, as far as it is a number. */
const STATED = ['fund-size', 'paid-in', 'sub-funds', 'project-count', 'reinvested-projects', 'reinvested-amount'];

/** @throws Problem `forbidden` */
function mayRead(ctx: Context): (books: Books | undefined) => boolean {
  const scope = reachOf(ctx.actor, READ);
  if (scope !== 'all' && scope !== 'organization') ctx.require(READ);
  const parties = partiesOf(ctx.actor);
  return (books) => books !== undefined && (scope === 'all' || parties.includes(books.keeper));
}

function mayWrite(ctx: Context, books: Books | undefined): boolean {
  const scope = reachOf(ctx.actor, WRITE);
  if (books === undefined || scope === undefined) return false;
  return scope === 'all' || partiesOf(ctx.actor).includes(books.keeper);
}

export async function listFunds(
  ctx: Context,
  { examples }: { examples: boolean },
): Promise<{ funds: FundLine[]; mayCreate: boolean }> {
  const opens = mayRead(ctx);
  const things = await findThingLines(ctx.db, { kinds: ['fund'], examples, limit: MOST_FUNDS });
  const ids = things.map(({ id }) => id);
  const books = new Map((await findBooks(ctx.db, ids)).map((each) => [each.fund, each]));
  const open = ids.filter((id) => opens(books.get(id)));
  const entries = Map.groupBy(await readBooks(ctx, open), ({ fund }) => fund);
  const sizes = await knownValues(ctx.db, ids, ['fund-size']);
  const links = await findFundLinks(ctx.db);
  const names = await namesOf(
    ctx.db,
    links.map(({ mother }) => mother),
  );
  const at = todayOf(ctx.now());
  const funds = things.map(({ id, kind, name, nameZh, example }): FundLine => {
    const { pic, dpi, tvpi, netRate } = figuresOf(entries.get(id) ?? [], { at }).ratios;
    const size = sizes.get(id)?.get('fund-size')?.value;
    const up = links.find(({ fund }) => fund === id)?.mother;
    return {
      id,
      kind,
      name,
      nameZh,
      example,
      keeperName: books.get(id)?.keeperName ?? null,
      open: open.includes(id),
      mayWrite: mayWrite(ctx, books.get(id)),
      mother: (up !== undefined && names.get(up)) || null,
      subFunds: links.filter(({ mother }) => mother === id).length,
      size: typeof size === 'number' ? size : null,
      ratios: { pic, dpi, tvpi, netRate },
    };
  });
  return { funds, mayCreate: reachOf(ctx.actor, WRITE) !== undefined };
}

async function readBooks(ctx: Context, funds: readonly string[]): Promise<(FundEntry & { fund: string })[]> {
  const entries = await findEntries(ctx.db, funds, MOST_ENTRIES * 5 + 1);
  if (entries.length > MOST_ENTRIES * 5)
    throw new Problem('too-costly', 'the books of these funds are too long to be read at once');
  return entries;
}

export interface FundQuestion {
  /** The figures' day; today unless said. */
  at?: string;
  index?: string;
  /** Sub-funds' own holdings instead of the shares in them: off unless asked. */
  through: boolean;
}

/** A fund with its figures on a day; of a fund whose books are another's, what documents say. */
export async function readFund(ctx: Context, id: string, question: FundQuestion): Promise<FundPage> {
  const opens = mayRead(ctx);
  const profile = await profileOf(ctx.db, id);
  const { thing } = profile;
  if (thing.kind !== 'fund') throw new Problem('not-found', 'there is no such fund');
  const [books] = await findBooks(ctx.db, [thing.id]);
  const open = opens(books);
  const at = question.at ?? todayOf(ctx.now());
  const all = open ? await readBooks(ctx, [thing.id]) : [];
  const index = question.index === undefined ? undefined : await findLevels(ctx.db, question.index);
  const stated = statedOf(profile);
  const figures = figuresOf(all, { at, ...(index !== undefined && { index }) });
  const holdings = await holdingsOf(ctx, thing.id, all, { at, through: question.through, opens });
  const links = await findFundLinks(ctx.db);
  const related = links.filter(({ fund, mother }) => fund === thing.id || mother === thing.id);
  const names = await namesOf(ctx.db, [
    ...related.flatMap(({ fund, mother }) => [fund, mother]),
    ...all.flatMap(({ holding }) => holding ?? []),
  ]);
  const named = (found: readonly string[]): ThingName[] => found.flatMap((each) => names.get(each) ?? []);
  return {
    ...nameOf(thing),
    keeperName: books?.keeperName ?? null,
    open,
    mayWrite: mayWrite(ctx, books),
    maySupervise: reachOf(ctx.actor, SUPERVISE) === 'all',
    mother: named(related.flatMap(({ fund, mother }) => (fund === thing.id ? [mother] : [])))[0] ?? null,
    figures,
    stated,
    derived: derivedShares(stated),
    curve: curveOf(all, at),
    holdings,
    places: placesOf(holdings, figures.sums?.called ?? 0),
    subFunds: named(related.flatMap(({ fund, mother }) => (mother === thing.id ? [fund] : []))),
    entries: all.slice(-SHOWN_ENTRIES).map(({ fund: _, ...entry }) => entry),
    moreEntries: all.length > SHOWN_ENTRIES,
    indices: await findIndices(ctx.db),
    names: Object.fromEntries(names),
  };
}

function nameOf({ id, kind, name, nameZh, example }: ThingName): ThingName {
  return { id, kind, name, nameZh, example };
}

function statedOf({ said, sources }: Profile): StatedFigure[] {
  return said.flatMap(({ property, statements: [first] }) => {
    if (first === undefined || !STATED.includes(property) || typeof first.value !== 'number') return [];
    const { value, asOf, quote, source } = first;
    const unit = propertyOf(property)?.type === 'money' ? 'fen' : first.unit;
    return [{ property, value, unit, asOf, quote, source: sources[source]?.title ?? source }];
  });
}

async function holdingsOf(
  ctx: Context,
  fund: string,
  all: readonly FundEntry[],
  { at, through, opens }: { at: string; through: boolean; opens: (books: Books | undefined) => boolean },
): Promise<FundHolding[]> {
  const held = groupHoldings(standing(all, at));
  const ids = [...held.keys()];
  const seen = through ? await booksBelow(ctx, ids, opens) : new Map<string, FundEntry[]>();
  const below = [...seen.values()].flatMap((entries) => [...groupHoldings(standing(entries, at)).keys()]);
  const names = await namesOf(ctx.db, [...ids, ...below]);
  const lines = await findThingLines(ctx.db, { ids: [...ids, ...below], examples: true, limit: 1000 });
  const places = new Map(lines.map(({ id, place }) => [id, place]));
  const line = (id: string, entries: readonly FundEntry[], from: FundHolding['through']): FundHolding[] => {
    const thing = names.get(id);
    if (thing === undefined) return [];
    const own = holdingOf(entries, at);
    const share = from?.share ?? 1;
    return [
      {
        thing,
        place: places.get(id) ?? null,
        ...own,
        stakePpm: own.stakePpm === null ? null : Math.round(own.stakePpm * share),
        costFen: Math.round(own.costFen * share),
        proceedsFen: Math.round(own.proceedsFen * share),
        value: own.value && { ...own.value, fen: Math.round(own.value.fen * share) },
        through: from,
      },
    ];
  };
  return ids.flatMap((id) => {
    const inner = seen.get(id);
    const invested = standing(inner ?? [], at);
    const whole = invested.reduce((sum, { kind, fen }) => sum + (kind === 'commitment' ? fen : 0), 0);
    const own = invested.reduce(
      (sum, { kind, fen, investor }) => sum + (kind === 'commitment' && investor === fund ? fen : 0),
      0,
    );
    // Without its commitment in the sub-fund's books nobody knows the share: the holding stays whole.
    if (inner === undefined || whole === 0 || own === 0) return line(id, held.get(id)!, null);
    const from = { fund: names.get(id)!, share: own / whole };
    return [...groupHoldings(invested)].flatMap(([each, entries]) => line(each, entries, from));
  });
}

function groupHoldings(entries: readonly FundEntry[]): Map<string, FundEntry[]> {
  return Map.groupBy(
    entries.filter(({ holding }) => holding !== null),
    ({ holding }) => holding!,
  );
}

/** Books of those of these things that are funds, as far as the actor may read them. */
async function booksBelow(
  ctx: Context,
  ids: readonly string[],
  opens: (books: Books | undefined) => boolean,
): Promise<Map<string, FundEntry[]>> {
  const open = (await findBooks(ctx.db, ids)).filter(opens).map(({ fund }) => fund);
  return Map.groupBy(await readBooks(ctx, open), ({ fund }) => fund);
}

function placesOf(holdings: readonly FundHolding[], called: number): FundPage['places'] {
  const groups = Map.groupBy(holdings, ({ place }) => place?.id ?? '');
  return [...groups.values()]
    .map((group) => {
      const costFen = group.reduce((sum, holding) => sum + holding.costFen, 0);
      const { place } = group[0]!;
      return {
        place: place && ({ ...place, kind: 'place', example: false } as ThingName),
        costFen,
        ofCalled: called === 0 ? null : costFen / called,
      };
    })
    .toSorted((one, two) => two.costFen - one.costFen);
}

/** A fund of the actor's own, with its books. */
export async function createFund(
  ctx: Context,
  {
    name,
    nameZh,
    mother,
    example = false,
    id,
  }: { name: string; nameZh?: string; mother?: string; example?: boolean; id?: string },
): Promise<string> {
  if (reachOf(ctx.actor, WRITE) === undefined) ctx.require(WRITE);
  return ctx.db.transaction(async (tx) => {
    const fund = await enterThing(ctx, tx, {
      ...(id !== undefined && { id }),
      kind: 'fund',
      name,
      ...(nameZh !== undefined && { nameZh }),
      example,
    });
    await openBooks(ctx, tx, { fund, keeper: partiesOf(ctx.actor)[0]!, keeperName: ctx.actor.name });
    if (mother !== undefined) await relate(ctx, tx, { subject: fund, predicate: 'fund-of', object: mother });
    return fund;
  });
}

/** The regulator hands a fund's books to who keeps them, an organization or an account. */
export async function handBooks(ctx: Context, fund: string, keeper: { party: string; name: string }): Promise<void> {
  ctx.require(SUPERVISE);
  if (!/^(Organization|account)\/[A-Za-z0-9.-]{1,64}$/.test(keeper.party))
    throw new Problem('invalid', 'books are kept by an organization or an account');
  if ((await findKinds(ctx.db, [fund])).get(fund) !== 'fund') throw new Problem('not-found', 'there is no such fund');
  await ctx.db.transaction((tx) => openBooks(ctx, tx, { fund, keeper: keeper.party, keeperName: keeper.name }));
}

async function openBooks(ctx: Context, tx: Tx, books: Books): Promise<void> {
  await putBooks(ctx, tx, books);
  await record(ctx, tx, {
    act: 'cluster.fund-books-handed',
    subject: `thing/${books.fund}`,
    detail: { keeper: books.keeper, keeperName: books.keeperName },
  });
}

/** Enters what happened, all or nothing. @throws Problem `forbidden`, `not-found`, `invalid` */
export async function enterFundEntries(
  ctx: Context,
  fund: string,
  entries: readonly (NewFundEntry & { digest?: string })[],
): Promise<string[]> {
  const today = todayOf(ctx.now());
  for (const entry of entries) checkFundEntry(entry, today);
  return ctx.db.transaction(async (tx) => {
    await holdOwn(ctx, tx, fund);
    const holdings = [...new Set(entries.flatMap(({ holding }) => holding ?? []))];
    const kinds = await findKinds(tx, holdings);
    const missing = holdings.find((id) => !kinds.has(id) || id === fund);
    if (missing !== undefined) throw new Problem('not-found', 'there is no such holding', { id: missing });
    if ((await countEntries(tx, fund)) + entries.length > MOST_ENTRIES)
      throw new Problem('too-large', 'the books of a fund hold no more entries', { most: MOST_ENTRIES });
    const rows = entries.map((entry) => ({ ...entry, id: ctx.newId() }));
    const fresh = new Set(await insertEntries(ctx, tx, fund, rows));
    const kept = rows.filter(({ id }) => fresh.has(id));
    if (kept.length > 0)
      await record(ctx, tx, {
        act: 'cluster.fund-entered',
        subject: `thing/${fund}`,
        detail: {
          entries: kept.slice(0, NAMED).map(({ id, kind, day, fen }) => ({ id, kind, day, fen })),
          count: kept.length,
        },
      });
    return kept.map(({ id }) => id);
  });
}
const NAMED = 100;

/** The books, held, where they are the actor's to write. @throws Problem `not-found` also where they are another's */
async function holdOwn(ctx: Context, tx: Tx, fund: string): Promise<Books> {
  if (reachOf(ctx.actor, WRITE) === undefined) ctx.require(WRITE);
  const books = await holdBooks(tx, fund);
  if (books === undefined || !mayWrite(ctx, books)) throw new Problem('not-found', 'these are no books of yours');
  return books;
}

/** Takes an entry back by another one. Again it changes nothing. */
export async function reverseFundEntry(
  ctx: Context,
  fund: string,
  { entry, reason }: { entry: string; reason: string },
): Promise<void> {
  if (reason.trim() === '' || reason.length > 1000) throw new Problem('invalid', 'say why, in at most 1000 characters');
  await ctx.db.transaction(async (tx) => {
    await holdOwn(ctx, tx, fund);
    const found = await findEntry(tx, fund, entry);
    if (found === undefined || found.kind === 'reversal') throw new Problem('not-found', 'there is no such entry');
    if (!(await insertReversal(ctx, tx, { fund, entry: found, reason: reason.trim() }))) return;
    await record(ctx, tx, {
      act: 'cluster.fund-entry-reversed',
      subject: `thing/${fund}`,
      detail: { entry: found.id, kind: found.kind, day: found.day, fen: found.fen, reason: reason.trim() },
    });
  });
}

/** What a file of entries would enter, row by row; entered only when asked for and when no row is wrong. */
export async function importFundEntries(
  ctx: Context,
  fund: string,
  { file, commit }: { file: Uint8Array; commit: boolean },
): Promise<{ rows: ImportRow[]; entered: number }> {
  await ctx.db.transaction((tx) => holdOwn(ctx, tx, fund));
  const cells = await readSheet(file, { mostRows: MOST_ROWS });
  const named = await findNamed(ctx.db, holdingsNamed(cells));
  const holdings = new Map([...named].map(([name, found]) => [name, found.length === 1 ? found[0]!.id : null]));
  const read = readEntries(cells, { holdings, today: todayOf(ctx.now()) });
  const known = await findDigests(
    ctx.db,
    fund,
    read.map(({ digest }) => digest),
  );
  const rows = read.map(({ digest, ...row }) => ({ ...row, known: known.has(digest) }));
  if (!commit) return { rows, entered: 0 };
  if (rows.some(({ entry }) => entry === null))
    throw new Problem('unprocessable', 'some rows are wrong, so none was entered', {
      rows: rows.flatMap(({ row, entry }) => (entry === null ? [row] : [])).slice(0, 20),
    });
  const entered = await enterFundEntries(
    ctx,
    fund,
    read.map(({ entry, digest }) => ({ ...entry!, digest })),
  );
  return { rows, entered: entered.length };
}

/** Keeps the levels of an index that funds are compared with; who keeps books of a fund may, and the regulator. */
export async function keepIndex(
  ctx: Context,
  index: {
    id: string;
    name: string;
    nameZh?: string;
    source: string;
    example?: boolean;
    levels: { date: string; level: number }[];
  },
): Promise<void> {
  if (reachOf(ctx.actor, WRITE) === undefined) ctx.require(SUPERVISE);
  const { id, name, nameZh, source, example = false, levels } = index;
  if (!/^[a-z0-9][a-z0-9-]{0,39}$/.test(id) || name.trim() === '' || source.trim() === '')
    throw new Problem('invalid', 'an index has an id of small letters, digits and hyphens, a name and a source');
  const dates = new Set(levels.map(({ date }) => date));
  if (levels.length === 0 || levels.length > MOST_ROWS || dates.size < levels.length)
    throw new Problem('invalid', 'an index has 1 to 5000 levels, one a day');
  if (levels.some(({ date, level }) => !/^\d{4}-\d{2}-\d{2}$/.test(date) || !(level > 0 && level < 1e12)))
    throw new Problem('invalid', 'a level has a day and a number above 0');
  await ctx.db.transaction(async (tx) => {
    await putIndex(ctx, tx, { id, name, nameZh: nameZh ?? null, source, example, levels });
    await record(ctx, tx, {
      act: 'cluster.fund-index-kept',
      subject: `index/${id}`,
      detail: { name, source, levels: levels.length },
    });
  });
}

/** The quarterly form of a fund's books. */
export async function readIlpa(ctx: Context, id: string, quarter: string): Promise<IlpaReport> {
  const opens = mayRead(ctx);
  const { from, to } = parseQuarter(quarter);
  const thing = (await namesOf(ctx.db, [id])).get(id);
  const [books] = await findBooks(ctx.db, [id]);
  if (thing === undefined || !opens(books)) throw new Problem('not-found', 'these are no books of yours');
  const all = await readBooks(ctx, [id]);
  return {
    fund: thing,
    quarter,
    from,
    to,
    reporting: ilpaLines(all, quarter),
    transactions: ilpaTransactions(all, to),
    figures: figuresOf(all, { at: to }),
  };
}

/** The quarterly form as a workbook; amounts in yuan. */
export async function printIlpa(ctx: Context, id: string, quarter: string): Promise<Buffer> {
  const report = await readIlpa(ctx, id, quarter);
  const yuan = (fen: number | null): number | string => (fen === null ? 'unknown 未知' : fen / FEN);
  const figure = (name: keyof typeof report.figures.ratios): number | string => {
    const found = report.figures.ratios[name];
    return 'value' in found
      ? found.value
      : 'several' in found
        ? found.several.join('; ')
        : `unknown 未知: ${found.lacks.join(', ')}`;
  };
  const metrics = ['grossRate', 'netRate', 'tvpi', 'dpi', 'rvpi', 'pic', 'moic'] as const;
  const flows = (between: 'investors' | 'holdings') =>
    report.transactions.filter((flow) => flow.between === between).map(({ day, type, fen }) => [day, type, fen / FEN]);
  return writeWorkbook([
    {
      name: 'Reporting',
      widths: [34, 18, 18, 18],
      rows: [
        [`${report.fund.name} ${quarter} (CNY)`, 'Quarter', 'Year to date', 'Since inception'],
        ...ILPA_PARTS.flatMap((part) => [
          [part],
          ...report.reporting
            .filter((line) => line.part === part)
            .map(({ code, quarter: one, year, inception }) => [code, yuan(one), yuan(year), yuan(inception)]),
        ]),
      ],
    },
    {
      name: 'Performance (granular)',
      widths: [34, 36, 18],
      rows: [
        ['Performance of the fund', report.to],
        ...metrics.map((name) => [name, figure(name)]),
        ...WITHOUT_FACILITY.map((name) => [name, 'unknown 未知: facility']),
        ['Flows between fund and investors', 'Transaction type', 'CNY'],
        ...flows('investors'),
        ['Flows between fund and investments', 'Transaction type', 'CNY'],
        ...flows('holdings'),
      ],
    },
    {
      name: 'Coverage',
      widths: [24, 12, 12, 60],
      rows: [
        ['Part of the form', 'Lines', 'Filled', 'Not kept in these books'],
        ...ILPA_PARTS.map((part) => {
          const lines = report.reporting.filter((line) => line.part === part);
          const missing = lines.filter(({ isKept }) => !isKept).map(({ code }) => code);
          return [part, lines.length, lines.length - missing.length, missing.join('; ')];
        }),
      ],
    },
  ]);
}

/** What the form wants with and without a subscription facility: the books know of no facility. */
const WITHOUT_FACILITY = ['netRateWithoutFacility', 'tvpiWithoutFacility'] as const;
