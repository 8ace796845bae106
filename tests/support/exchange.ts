import { randomUUID } from 'node:crypto';
import { type Context, type Db, makeContext } from '#kernel/context';
import { sql } from '#kernel/sql';
import {
  addEvidence,
  answerItems,
  approveOffering,
  createOffering,
  finishContent,
  judgeItems,
  placeContent,
  readCompliance,
  readStudio,
  release,
  requestListing,
  settleNotices,
  submitOffering,
} from '../../src/modules/exchange/actions/index.ts';
import type {
  Candidate,
  DefinedColumn,
  DeliveryWay,
  OfferingDefinition,
  PolicyTerms,
  PriceModel,
  VersionState,
} from '../../src/modules/exchange/model.ts';
import { testActor, testContext } from './context.ts';

const said = (text: string) => ({ en: text, zh: `${text}（中文）` });

/** A small table of counts, as a definition and as the lake would give it. */
export function exampleDefinition(parts: Partial<OfferingDefinition> = {}): OfferingDefinition {
  return {
    form: 1,
    kind: 'dataset',
    title: said('Subtypes by district and year'),
    summary: said('How many persons of each subtype there were'),
    topic: 'oncology',
    keywords: ['subtype'],
    query: { sql: 'select district, year, subtype, persons from counts', parameters: [] },
    columns: [
      { name: 'district', label: said('District'), meaning: said('GB/T 2260'), type: 'text', role: 'quasi' },
      { name: 'year', label: said('Year'), meaning: said('Of the result'), type: 'integer', role: 'quasi' },
      { name: 'subtype', label: said('Subtype'), meaning: said('By the markers'), type: 'text', role: 'sensitive' },
      { name: 'persons', label: said('Persons'), meaning: said('Counted once'), type: 'integer', role: 'count' },
    ],
    quality: { ranges: [{ column: 'persons', low: 0 }] },
    gate: {},
    prices: [{ kind: 'flat', fen: 100_000 }],
    pricingBasis: said('Cost of making'),
    sources: [{ party: { id: 'account/seller', name: 'Seller' }, share: 10_000 }],
    terms: { purposes: ['research'], days: 365, attribution: true, mayPassOn: false, deleteAfter: true },
    ways: ['download'],
    refresh: 'never',
    ...parts,
  };
}

export function exampleCandidate(): Candidate {
  const { columns } = exampleDefinition();
  const rows = ['440103', '440106', '440305'].flatMap((district, one) =>
    [2024, 2025].flatMap((year, two) =>
      ['luminal A', 'luminal B', 'HER2', 'triple negative'].map((subtype, three) => [
        ...[district, year, subtype],
        40 + 17 * one + 5 * two + 11 * three,
      ]),
    ),
  );
  return { columns: columns.map(({ name, label, type, role }) => ({ name, label, type, role })), rows };
}

/** Who does what on the way to the market, each an actor of its own. */
export function exchangeActors(ctx: Context): { seller: Context; assessor: Context; operator: Context } {
  const { db, log, now, newId } = ctx;
  const as = (actor: Parameters<typeof makeContext>[0]['actor']): Context =>
    makeContext({ actor, db, log, now, newId });
  return {
    seller: as(
      testActor('laboratory-director', {
        organizations: ['seller'],
        permissions: new Set(['exchange.offer@organization']),
      }),
    ),
    assessor: as(testActor('regulator', { permissions: new Set(['exchange.assess']) })),
    operator: as(testActor('administrator', { permissions: new Set(['exchange.operate']) })),
  };
}

/** An answer to every question that nothing speaks against. */
export const EXAMPLE_ANSWERS = Object.fromEntries(
  Object.entries({
    identity: 'organization',
    'right-hold': 'contract',
    'right-use': 'own',
    'right-operate': 'holder',
    authorisation: 'own',
    dispute: 'none',
    classification: 'general',
    'personal-basis': 'anonymised',
    ethics: 'not-needed',
    genetic: 'none',
    export: 'domestic',
    retention: 'thirty',
  }).map(([item, choice]) => [item, { choice, words: 'as the papers show' }]),
);

/** Answered and proved; each step here and below is an act of its own actor, through the module's actions. */
export async function draftOffering(ctx: Context, definition = exampleDefinition()): Promise<string> {
  const { seller } = exchangeActors(ctx);
  const { id, revision } = await createOffering(seller, definition);
  await answerItems(seller, id, { answers: EXAMPLE_ANSWERS, revision });
  await proveItems(seller, id);
  return id;
}

/** A file wherever an answer needs one. */
async function proveItems(seller: Context, id: string): Promise<void> {
  const { items } = await readCompliance(seller, id);
  for (const { id: item, file = [], answer } of items) {
    if (answer?.choice === undefined || !file.includes(answer.choice)) continue;
    const content = Buffer.from(`proof of ${item}`);
    await addEvidence(seller, id, { item, name: `${item}.txt`, media: 'text/plain', content });
  }
}

/** A draft with content that passed the gate. */
export async function filledOffering(
  ctx: Context,
  { definition = exampleDefinition(), candidate = exampleCandidate() } = {},
): Promise<string> {
  const { seller } = exchangeActors(ctx);
  const id = await draftOffering(ctx, definition);
  const waiting = await placeContent(seller, id);
  await finishContent(seller, waiting, { definition, candidate, views: ['laboratory_result'], took: () => 1 });
  return id;
}

/** In review. */
export async function submittedOffering(ctx: Context, content?: Parameters<typeof filledOffering>[1]): Promise<string> {
  const { seller } = exchangeActors(ctx);
  const id = await filledOffering(ctx, content);
  await submitOffering(seller, id, (await readStudio(seller, id)).revision);
  return id;
}

/** Approved, its notice begun. */
export async function noticedOffering(
  ctx: Context,
  { noticeDays = 0, ...content }: { noticeDays?: number } & Parameters<typeof filledOffering>[1] = {},
): Promise<string> {
  const { assessor } = exchangeActors(ctx);
  const id = await submittedOffering(ctx, content);
  await judgeAll(assessor, id);
  const { assessment } = await readCompliance(assessor, id);
  await approveOffering(assessor, id, { words: 'complete', revision: assessment!.revision, noticeDays });
  return id;
}

/** Every item satisfied. */
export async function judgeAll(assessor: Context, id: string): Promise<void> {
  const { items, assessment } = await readCompliance(assessor, id);
  const verdicts = Object.fromEntries(
    items.map(({ id: item }) => [item, { verdict: 'satisfied', words: '' } as const]),
  );
  await judgeItems(assessor, id, { verdicts, revision: assessment!.revision });
}

/** On the market of this platform: ready to be traded. */
export async function listedOffering(ctx: Context, content?: Parameters<typeof filledOffering>[1]): Promise<string> {
  const { seller } = exchangeActors(ctx);
  const id = await noticedOffering(ctx, content);
  await settleNotices(ctx);
  await requestListing(seller, id, [{ venue: 'banyan', fields: {} }]);
  return id;
}

const column = (name: string, parts: Partial<DefinedColumn>): DefinedColumn => ({
  name,
  label: { en: name, zh: name },
  type: 'text',
  role: 'quasi',
  meaning: { en: name, zh: name },
  ...parts,
});

/** A small table of counts, as it is before the gate. */
export const TABLE_COLUMNS: DefinedColumn[] = [
  column('district', {}),
  column('subtype', {}),
  column('persons', { type: 'integer', role: 'count' }),
  column('mean', { type: 'decimal', role: 'plain' }),
];
export const TABLE_ROWS = Array.from({ length: 40 }, (_, at) => [
  `district ${at % 8}`,
  `subtype ${Math.floor(at / 8)}`,
  20 + ((at * 7) % 50),
  Number((10 + at * 1.7).toFixed(1)),
]);

export interface Planted {
  prices: PriceModel[];
  ways?: DeliveryWay[];
  terms?: Partial<PolicyTerms>;
  /** Of the seller; the one below unless said. */
  holder?: string;
  /** Parties and basis points. */
  sources?: [string, number][];
  state?: VersionState;
  assessed?: boolean;
}

export const SELLER = 'Organization/lab-1';

/** An offering with its one version as it stands after its way to the market, past all that leads there. */
export async function plantOffering(db: Db, planted: Planted): Promise<string> {
  const { prices, ways = ['download', 'push', 'api'], holder = SELLER, state = 'listed', assessed = true } = planted;
  const { sources = [[holder, 10_000]], terms } = planted;
  const id = randomUUID();
  const now = new Date('2026-01-01T00:00:00Z');
  for (const party of new Set([holder, ...sources.map(([each]) => each)]))
    await db.run(sql`
      insert into exchange.party (id, name, first_seen) values (${party}, ${`Name of ${party}`}, ${now}) on conflict do nothing
    `);
  const definition: OfferingDefinition = {
    form: 1,
    kind: 'dataset',
    topic: 'oncology',
    keywords: [],
    gate: {},
    refresh: 'never',
    title: { en: 'Molecular subtypes', zh: '分子分型' },
    summary: { en: 'Planted', zh: '测试' },
    query: { sql: 'select 1', parameters: [] },
    columns: TABLE_COLUMNS,
    quality: { ranges: [] },
    prices,
    pricingBasis: { en: 'Test', zh: '测试' },
    sources: sources.map(([party, share]) => ({ party: { id: party, name: `Name of ${party}` }, share })),
    terms: { purposes: ['any'], attribution: false, mayPassOn: false, deleteAfter: false, ...terms },
    ways,
  };
  await db.run(sql`
    insert into exchange.offering (id, holder, asks_as, version, created_at, updated_at) values (${id}, ${holder}, 'test', 1, ${now}, ${now})
  `);
  await db.run(sql`
    insert into exchange.offering_version (offering, version, state, definition, digest, made_by, made_by_name, made_at, since, listed_at)
    values (${id}, 1, ${state}, ${JSON.stringify(definition)}, 'digest', 'test', 'Test', ${now}, ${now}, ${now})
  `);
  await db.run(sql`
    insert into exchange.assessment (offering, version, state, four_eyes, opened_at, decided_at)
    values (${id}, 1, ${assessed ? 'approved' : 'open'}, false, ${now}, ${now})
  `);
  const releaseId = await releaseOnce(db, id);
  await db.run(sql`
    insert into exchange.offering_content (offering, version, number, digest, state, why, asked_by, asked_at, release, rows)
    values (${id}, 1, 1, 'digest', 'released', 'asked', 'test', ${now}, ${releaseId}, ${TABLE_ROWS.length})
  `);
  return id;
}

const releases = new WeakMap<Db, Promise<string>>();

/** The table has passed the gate, once for all offerings of a database: what is tested here comes after it. */
function releaseOnce(db: Db, offeringId: string): Promise<string> {
  const known = releases.get(db) ?? passGate(db, offeringId);
  releases.set(db, known);
  return known;
}

async function passGate(db: Db, offeringId: string): Promise<string> {
  const candidate = { columns: TABLE_COLUMNS, rows: TABLE_ROWS };
  const { report, releaseId } = await release(testContext(db), { offeringId, version: 1, candidate, settings: {} });
  if (releaseId === undefined) throw new Error(`the planted table was refused: ${JSON.stringify(report.checks)}`);
  return releaseId;
}
