import { type Context, makeContext } from '#kernel/context';
import type { Candidate, OfferingDefinition } from '../../src/modules/exchange/model.ts';
import { testActor } from './context.ts';

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
