import type { Context } from '#kernel/context';
import { SMALLEST } from '#kernel/lake';
import { sql } from '#kernel/sql';
import intervals from '../../../../facts/reference-intervals.json' with { type: 'json' };
import type { CodeOffer, EventSource } from '../model.ts';
import { type Asking, withRows } from './ask.ts';
import { EVENTS } from './views.ts';

const MOST_OFFERS = 30;
/** Different codes of a source with their units; a region uses some thousands. */
const MOST_CODES = 20_000;

interface CodeRow {
  code: string;
  system: string | null;
  name: string | null;
  unit: string;
  events: number;
}

/** Names in both languages of the tests whose intervals we know. */
const NAMES = new Map(intervals.analytes.map(({ loinc, name }) => [loinc, name]));

/**
 * Codes that really occur, the most frequent first, by the beginning of the code or a part of the name in either language. Of the population only
 * those of enough persons, with rounded counts.
 */
export async function findCodes(
  ctx: Context,
  { source, text }: { source: EventSource; text: string },
  asking: Asking,
): Promise<CodeOffer[]> {
  const { lake, reach, signal } = asking;
  const { view, code, system = sql`''`, text: name, counts } = EVENTS[source];
  const unit = source === 'result' ? sql`ifNull(unit, '')` : sql`''`;
  const enough = reach === 'population' ? SMALLEST : 1;
  const ask = await withRows(
    ctx,
    asking,
    [view],
    (relations) => sql`
      select ${code} as code, ${system} as system, any(${name}) as name, ${unit} as unit, count() as events
      from ${relations(view)} where ${counts} and ${code} != ''
      group by code, system, unit having uniqUpTo(${enough})(patient) >= ${enough}
      order by events desc, code, system, unit limit ${MOST_CODES}
    `,
  );
  const rows = await lake.rows<CodeRow>(ask, { actor: ctx.actor.id, ...(signal === undefined ? {} : { signal }) });
  return offersOf(rows, text, enough);
}

function offersOf(rows: readonly CodeRow[], text: string, roundTo: number): CodeOffer[] {
  const offers = new Map<string, CodeOffer>();
  for (const { code, system, name, unit, events } of rows) {
    const key = `${system ?? ''}|${code}`;
    const known = offers.get(key);
    if (known !== undefined) {
      known.events += events;
      known.units.push(unit);
      continue;
    }
    const ours = system === 'http://loinc.org' ? NAMES.get(code) : undefined;
    offers.set(key, {
      code,
      ...(system ? { system } : {}),
      name: ours?.en ?? (name || code),
      ...(ours === undefined ? {} : { nameZh: ours.zh }),
      events,
      units: [unit],
    });
  }
  const asked = text.toLowerCase();
  const isMeant = ({ code, name = '', nameZh = '' }: CodeOffer) =>
    code.toLowerCase().startsWith(asked) || name.toLowerCase().includes(asked) || nameZh.includes(text);
  return [...offers.values()]
    .filter(isMeant)
    .sort((one, other) => other.events - one.events || (one.code < other.code ? -1 : 1))
    .slice(0, MOST_OFFERS)
    .map((offer) => ({ ...offer, events: Math.round(offer.events / roundTo) * roundTo }));
}
