import type { Context } from '#kernel/context';
import { findOccurring, lakeRelation, type Occurring, smallestOf } from '#kernel/lake';
import { sql } from '#kernel/sql';
import intervals from '../../../../facts/reference-intervals.json' with { type: 'json' };
import type { CodeOffer, EventSource } from '../model.ts';
import type { Asking } from './ask.ts';
import { EVENTS } from './views.ts';

const MOST_OFFERS = 30;
/** Different codes of a source with their units; a region uses some thousands. */
const MOST_CODES = 20_000;

/** What the tests are called whose intervals we know. */
const KNOWN = new Map<string, { en: string; zh: string; key?: string }>(
  intervals.analytes.map(({ loinc, key, name }) => [`http://loinc.org|${loinc}`, { ...name, key }]),
);

/** What the classes of encounters are called, HL7 v3 ActEncounterCode. */
const ENCOUNTERS = {
  AMB: { en: 'ambulatory', zh: '门诊' },
  EMER: { en: 'emergency', zh: '急诊' },
  IMP: { en: 'inpatient', zh: '住院' },
  ACUTE: { en: 'acute inpatient', zh: '急性住院' },
  NONAC: { en: 'non-acute inpatient', zh: '非急性住院' },
  OBSENC: { en: 'observation', zh: '留观' },
  PRENC: { en: 'pre-admission', zh: '入院前' },
  SS: { en: 'short stay', zh: '短期住院' },
  HH: { en: 'home health', zh: '居家医疗' },
  VR: { en: 'virtual', zh: '线上' },
  FLD: { en: 'field', zh: '现场' },
} as const;
for (const [code, name] of Object.entries(ENCOUNTERS)) KNOWN.set(`|${code}`, name);

/**
 * Codes that really occur, the most frequent first, by the beginning of the code or a part of the name in either language. Of the population only
 * those of enough persons, with rounded counts.
 */
export async function findCodes(
  ctx: Context,
  { source, text }: { source: EventSource; text: string },
  { lake, reach }: Pick<Asking, 'lake' | 'reach'>,
): Promise<CodeOffer[]> {
  const { view, code, system = sql`''`, text: name, counts } = EVENTS[source];
  const rows = await findOccurring<'code' | 'system' | 'unit' | 'name'>(ctx, lake, {
    relation: await lakeRelation(ctx, view, { reach }),
    reach,
    by: { code, system: sql`ifNull(${system}, '')`, unit: source === 'result' ? sql`ifNull(unit, '')` : sql`''` },
    any: { name },
    where: sql`${counts} and ${code} != ''`,
    most: MOST_CODES,
  });
  return offersOf(rows, text, smallestOf(reach));
}

function offersOf(
  rows: readonly Occurring<'code' | 'system' | 'unit' | 'name'>[],
  text: string,
  roundTo: number,
): CodeOffer[] {
  const offers = new Map<string, CodeOffer & { called: string }>();
  for (const { code, system, name, unit, results: events } of rows) {
    const key = `${system}|${code}`;
    const offer = offers.get(key);
    if (offer !== undefined) {
      offer.events += events;
      offer.units.push(unit);
      continue;
    }
    const known = KNOWN.get(key);
    offers.set(key, {
      code,
      ...(system ? { system } : {}),
      name: known?.en ?? (name || code),
      ...(known === undefined ? {} : { nameZh: known.zh }),
      events,
      units: [unit],
      called: [name, known?.key, known?.en, known?.zh].join('\n').toLowerCase(),
    });
  }
  const asked = text.toLowerCase();
  return [...offers.values()]
    .filter(({ code, called }) => code.toLowerCase().startsWith(asked) || called.includes(asked))
    .sort((one, other) => other.events - one.events || (one.code < other.code ? -1 : 1))
    .slice(0, MOST_OFFERS)
    .map(({ called: _, ...offer }) => ({ ...offer, events: Math.round(offer.events / roundTo) * roundTo }));
}
