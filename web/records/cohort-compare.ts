import type { CohortCounts } from '../../src/modules/records/model.ts';

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
  /** Absent: the group is not told, because it is too small or nobody is in it. */
  persons?: number;
  /** Of the persons in the told groups of this part. */
  share?: number;
}

/** From here on a difference is worth a look: Austin 2009, section 3. */
export const NOTABLE = 0.1;
const MOST_PLACES = 12;

type Groups = ReadonlyMap<string, number>;

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
  return [...new Set([...one.keys(), ...other.keys()])].map((key) => {
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

function shareOf(groups: Groups, key: string): Share {
  const persons = groups.get(key);
  if (persons === undefined) return {};
  const all = [...groups.values()].reduce((sum, each) => sum + each, 0);
  return { persons, share: persons / all };
}

function summed({ ages }: CohortCounts, by: 'sex' | 'from'): Groups {
  const groups = new Map<string, number>();
  for (const group of ages) {
    const key = String(group[by] ?? 'unknown');
    groups.set(key, (groups.get(key) ?? 0) + group.persons);
  }
  return groups;
}

function placesOf({ places }: CohortCounts): Groups {
  return new Map(places.map(({ code, persons }) => [code, persons]));
}

function largest({ one, other }: Compared): number {
  return Math.max(one.share ?? 0, other.share ?? 0);
}

/** The unknown come last. */
function ageOf({ key }: Compared): number {
  return key === 'unknown' ? Number.POSITIVE_INFINITY : Number(key);
}
