import { chiSquare } from '#standards/statistics';
import { exactBinomialTest } from './proportion.ts';
import type { ChiSquareTest } from './two-proportions.ts';

/**
 * McNemar's test of equal margins in a square table of pairs (Bowker's for more than two categories); NaN where two categories never disagree.
 *
 * @param corrected Edwards' correction by 1, for two categories only, as in R
 * @throws RangeError where the table is not square, smaller than 2, or has a negative count
 */
export function mcnemarTest(table: readonly (readonly number[])[], corrected: boolean): ChiSquareTest & { df: number } {
  checkSquare(table);
  const size = table.length;
  let statistic = 0;
  for (let i = 0; i < size; i += 1)
    for (let j = 0; j < i; j += 1) {
      const [one, two] = [table[i]![j]!, table[j]![i]!];
      const correction = corrected && size === 2 && one !== two ? 1 : 0;
      statistic += (Math.abs(one - two) - correction) ** 2 / (one + two);
    }
  const df = (size * (size - 1)) / 2;
  return { statistic, df, pValue: chiSquare.cdf(statistic, df, { upper: true }) };
}

/** The exact test of the same for two categories: the pairs that disagree are as often of the one kind as of the other. */
export function mcnemarExact(table: readonly (readonly number[])[]): number {
  checkSquare(table);
  if (table.length !== 2) throw new RangeError('the exact test is for two categories');
  const [b, c] = [table[0]![1]!, table[1]![0]!];
  return b + c === 0 ? 1 : exactBinomialTest({ x: b, n: b + c });
}

function checkSquare(table: readonly (readonly number[])[]): void {
  const isSound = table.every((row) => row.length === table.length && row.every((count) => count >= 0));
  if (table.length < 2 || !isSound) throw new RangeError('a square table of counts, two by two or larger, is expected');
}
