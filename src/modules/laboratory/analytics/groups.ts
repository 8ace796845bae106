import type { HistogramBin } from '../model.ts';

/**
 * The groups that may be told, and how many may not: those of fewer persons than `smallest`. Where the hidden ones together are fewer than that, the
 * smallest told one is hidden too, so that nobody finds them by subtracting the others from the whole.
 *
 * Source: primary and complementary suppression, Statistics Netherlands, Handbook on Statistical Disclosure Control, 2010, 4.
 */
export function tellable<Group extends { persons: number }>(
  groups: readonly Group[],
  smallest: number,
): { groups: Group[]; hidden: number } {
  const told = groups.filter(({ persons }) => persons >= smallest);
  const small = groups.filter(({ persons }) => persons < smallest);
  const persons = small.reduce((sum, group) => sum + group.persons, 0);
  if (persons === 0 || persons >= smallest || told.length === 0) return { groups: told, hidden: small.length };
  const least = told.reduce((one, two) => (two.persons < one.persons ? two : one));
  return { groups: told.filter((group) => group !== least), hidden: small.length + 1 };
}

/** As `tellable`, for groups whose hidden ones have no name that could be guessed: tests that hardly anybody had. */
export function largeEnough<Group extends { persons: number }>(groups: readonly Group[], smallest: number): Group[] {
  return groups.filter(({ persons }) => persons >= smallest);
}

export interface CountedBin {
  bin: number;
  results: number;
  persons: number;
}

/**
 * Bars in their order, narrow ones joined until each holds enough persons. One person may be in several bars, so that of joined bars only as many persons
 * are certain as the largest has.
 */
export function binsOf(
  counted: readonly CountedBin[],
  { from, step, smallest }: { from: number; step: number; smallest: number },
): HistogramBin[] {
  const bins: (HistogramBin & { persons: number })[] = [];
  for (const { bin, results, persons } of counted) {
    const low = clean(from + bin * step);
    const high = clean(from + (bin + 1) * step);
    const last = bins.at(-1);
    if (last !== undefined && (last.persons < smallest || persons < smallest)) {
      last.high = high;
      last.results += results;
      last.persons = Math.max(last.persons, persons);
    } else bins.push({ low, high, results, persons });
  }
  return bins.filter(({ persons }) => persons >= smallest).map(({ low, high, results }) => ({ low, high, results }));
}

function clean(value: number): number {
  return Number(value.toPrecision(12));
}

const BARS = 48;

/** The width of the bars between two values: 1, 2 or 5 of some power of ten, and no finer than the results are. */
export function barStep(low: number, high: number, rounding: number): number {
  const raw = (high - low) / BARS;
  if (!(raw > 0)) return rounding > 0 ? rounding : 1;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((each) => each >= raw) ?? raw;
  if (!(rounding > 0)) return clean(step);
  // Bars that hold a different number of possible values would look like a comb.
  return clean(Math.max(1, Math.round(step / rounding)) * rounding);
}

/** The step to which values were rounded: the smallest usual gap between those that occur. 0: none. */
export function roundingOf(values: readonly number[]): number {
  if (values.length < 2 || values.length > 20_000) return 0;
  const gaps = new Map<number, number>();
  for (let at = 1; at < values.length; at += 1) {
    const gap = Number((values[at]! - values[at - 1]!).toPrecision(6));
    gaps.set(gap, (gaps.get(gap) ?? 0) + 1);
  }
  const usual = [...gaps].filter(([, count]) => count >= 0.1 * values.length).map(([gap]) => gap);
  return usual.length === 0 ? 0 : Math.min(...usual);
}

/** Where bands of age begin, in years; wide ones where narrow ones would be too small to be told. */
export const WIDE_AGE_BANDS = [0, 2, 6, 13, 18, 30, 40, 50, 60, 70, 80] as const;
export const AGE_BANDS = [0, 1, 2, 6, 13, 18, 25, 30, 35, 40, 45, 50, 55, 60, 65, 70, 75, 80, 85, 90] as const;
