import { historyTransaction, type Transaction } from './fhir.ts';
import { random } from './random.ts';
import { DAY, dayOf, HOUR, startOfDay } from './time.ts';
import { type Laboratory, makePerson, type Person, type World } from './world.ts';

/** A stool culture of the years before: what it found, and, of some, which serotype. */
export interface PastResult {
  id: string;
  person: Person;
  laboratory: Laboratory;
  at: number;
  found: boolean;
  serotype?: string;
}

/** As long as the longest past that a detector looks at, and two years of it on the screen. */
const WEEKS = 5 * 52 + 8;
/** Persons a week with scale 1, at the mean of the year. */
const POSITIVE = 4.5;
const NEGATIVE = 2;
const TYPED = 0.5;
const MOST_IN_TRANSACTION = 60;
/** Persons of the past have numbers from here on: nobody else tells of them. */
const FIRST_PERSON = 500_000;
const SEROTYPES = [
  { name: 'Salmonella Typhimurium', share: 0.45 },
  { name: 'Salmonella Enteritidis', share: 0.3 },
  { name: 'Salmonella Derby', share: 0.15 },
  { name: 'Salmonella London', share: 0.1 },
] as const;

/**
 * Five years of salmonella as a warm region has it, more in summer, so that detectors that compare with past years have them. Constructed, and marked as an example in every result;
 * the region has none of its own, so that history and present are of one kind.
 *
 * @param before all lie before this day
 */
export function caseHistory(world: World, before: string): (() => Transaction)[] {
  const results = Array.from({ length: WEEKS }, (_, week) => resultsOf(world, before, WEEKS - week)).flat();
  return Array.from({ length: Math.ceil(results.length / MOST_IN_TRANSACTION) }, (_, part) => {
    const own = results.slice(part * MOST_IN_TRANSACTION, (part + 1) * MOST_IN_TRANSACTION);
    return () => historyTransaction(own);
  });
}

function resultsOf({ seed, scale, laboratories }: World, before: string, weeksBack: number): PastResult[] {
  const monday = startOfDay(before) - weeksBack * 7 * DAY;
  const draw = random(seed, 'history', dayOf(monday));
  // The most cases in the middle of July.
  const season = Math.exp(0.8 * Math.cos(((monday / DAY - 195) / 365.2425) * 2 * Math.PI) - 0.15);
  const [positive, negative] = [draw.poisson(POSITIVE * scale * season), draw.poisson(NEGATIVE * scale)];
  return Array.from({ length: positive + negative }, (_, nth): PastResult => {
    const at = startOfDay(dayOf(monday + draw.below(7) * DAY)) + Math.round((8 + draw.fraction() * 8) * HOUR);
    const found = nth < positive;
    const serotype = draw.weighted(SEROTYPES, ({ share }) => share).name;
    return {
      id: `SAL-${dayOf(monday)}-${nth}`,
      person: makePerson(seed, FIRST_PERSON + 1_000 * weeksBack + nth),
      laboratory: draw.pick(laboratories),
      at,
      found,
      ...(found && draw.chance(TYPED) && { serotype }),
    };
  });
}
