import { type CohortCounts, type Count, membersOf } from '../../src/modules/records/model.ts';

/* Two cohorts side by side. Pure. */

export interface Compared {
  part: 'sex' | 'age' | 'place';
  /** The sex, the youngest age of the ten years (`unknown` where none is known), or the place's code. */
  key: string;
  one: Share;
  other: Share;
  /** Standardised difference of the two shares; absent where there is no spread to measure it by, or either group is not told. */
  standardised?: number;
}

export interface Share {
  /** Absent: the group is not told, or is a sum of which too much is not told. */
  persons?: number;
  /** Of all persons of the cohort. */
  share?: number;
}

/** From here on a difference is worth a look: Austin 2009, section 3. */
export const NOTABLE = 0.1;
const MOST_PLACES = 8;
/** Sexes and ages are sums of groups by both: with less of the cohort in the told ones a sum says little. */
const LEAST_TOLD = 0.95;

interface Groups {
  persons: ReadonlyMap<string, number>;
  /** Of the whole cohort; `few` of a cohort too small to be told. */
  all: Count;
  /** A group that is not listed has nobody; else it may be too small to be told. */
  isExact: boolean;
}

/** What differs between two cohorts, part by part; places with the greatest share in either first, ages and sexes in their order. */
export function compare(one: CohortCounts, other: CohortCounts): Compared[] {
  const places = rowsOf('place', placesOf(one), placesOf(other)).sort((a, b) => largest(b) - largest(a));
  return [
    ...rowsOf('sex', summed(one, 'sex'), summed(other, 'sex')),
    ...rowsOf('age', summed(one, 'from'), summed(other, 'from')).sort((a, b) => ageOf(a) - ageOf(b)),
    ...places.slice(0, MOST_PLACES),
  ];
}

function rowsOf(part: Compared['part'], one: Groups, other: Groups): Compared[] {
  return [...new Set([...one.persons.keys(), ...other.persons.keys()])].map((key) => {
    const [mine, theirs] = [shareOf(one, key), shareOf(other, key)];
    const standardised = standardisedDifference(mine.share, theirs.share);
    return { part, key, one: mine, other: theirs, ...(standardised !== undefined && { standardised }) };
  });
}

/**
 * How far two shares lie apart, in units of their common spread.
 *
 * Source: Austin, Using the standardized difference to compare the prevalence of a binary variable between two groups in observational research,
 * Commun Stat Simul Comput 2009;38:1228, equation 2.
 */
export function standardisedDifference(one: number | undefined, other: number | undefined): number | undefined {
  if (one === undefined || other === undefined) return undefined;
  const spread = Math.sqrt((one * (1 - one) + other * (1 - other)) / 2);
  if (spread > 0) return (one - other) / spread;
  return one === other ? 0 : undefined;
}

function shareOf({ persons, all, isExact }: Groups, key: string): Share {
  const found = persons.get(key) ?? (isExact ? 0 : undefined);
  if (found === undefined || all === 'few' || all === 0) return {};
  // Both are rounded: a part may look larger than the whole.
  return { persons: found, share: Math.min(1, found / all) };
}

function summed(counts: CohortCounts, by: 'sex' | 'from'): Groups {
  const persons = new Map<string, number>();
  let told = 0;
  for (const group of counts.ages) {
    const key = String(group[by] ?? 'unknown');
    persons.set(key, (persons.get(key) ?? 0) + group.persons);
    told += group.persons;
  }
  const groups = groupsOf(counts, persons);
  return groups.all !== 'few' && told < LEAST_TOLD * groups.all ? { ...groups, persons: new Map() } : groups;
}

function placesOf(counts: CohortCounts): Groups {
  return groupsOf(counts, new Map(counts.places.map(({ code, persons }) => [code, persons])));
}

function groupsOf(counts: CohortCounts, persons: ReadonlyMap<string, number>): Groups {
  return { persons, all: membersOf(counts), isExact: counts.smallest === undefined };
}

function largest({ one, other }: Compared): number {
  return Math.max(one.share ?? 0, other.share ?? 0);
}

/** The unknown come last. */
function ageOf({ key }: Compared): number {
  return key === 'unknown' ? Number.POSITIVE_INFINITY : Number(key);
}
