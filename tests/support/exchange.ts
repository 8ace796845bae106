import { randomUUID } from 'node:crypto';
import type { Db } from '#kernel/context';
import { sql } from '#kernel/sql';
import { release } from '../../src/modules/exchange/actions/index.ts';
import type {
  DefinedColumn,
  DeliveryWay,
  OfferingDefinition,
  PolicyTerms,
  PriceModel,
  VersionState,
} from '../../src/modules/exchange/model.ts';
import { testContext } from './context.ts';

const column = (name: string, parts: Partial<DefinedColumn>): DefinedColumn => ({
  ...{ name, label: { en: name, zh: name }, type: 'text', role: 'quasi', meaning: { en: name, zh: name } },
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
    ...{ form: 1, kind: 'dataset', topic: 'oncology', keywords: [], gate: {}, refresh: 'never' },
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
