import type { AttackerRisk, PopulationModel, Risks } from './model.ts';
import { populationUniques } from './population.ts';

/** The classes of a table as an attacker sees them. */
export interface Seen {
  /** Records of each class that is shown. */
  released: Uint32Array;
  /** Records of each class in the population, where that is known: the released ones among them. */
  population?: Uint32Array;
  suppressed: number;
}

interface RiskOptions {
  /** A risk above this counts as too high. */
  threshold: number;
  population?: { size: number; model?: PopulationModel };
}

/**
 * The risks of re-identification: one over the class size, in the table (prosecutor) or in the population (journalist);
 * over all records on average (marketer). Source: El Emam, Guide to the De-Identification of Personal Health Information, 2013.
 */
export function risksOf(
  { released, population, suppressed }: Seen,
  { threshold, population: people }: RiskOptions,
): Risks {
  const shown = [...released.keys()].filter((index) => released[index]! > 0);
  const records = shown.reduce((sum, index) => sum + released[index]!, 0);
  const sizes = Uint32Array.from(shown, (index) => released[index]!);
  const prosecutor = attackerRisk(sizes, sizes, threshold);
  const counts = new Map<number, number>();
  for (const size of sizes.toSorted()) counts.set(size, (counts.get(size) ?? 0) + 1);
  const unique =
    people === undefined ? undefined : populationUniques(sizes.toSorted(), people.size, people.model ?? 'DANKAR');
  const journalist =
    population === undefined
      ? prosecutor
      : attackerRisk(
          sizes,
          Uint32Array.from(shown, (index) => population[index]!),
          threshold,
        );
  return {
    prosecutor,
    journalist,
    marketer: journalist.average,
    sampleUniques: records === 0 ? 0 : (counts.get(1) ?? 0) / records,
    ...(unique === undefined ? {} : { populationUniques: unique }),
    classSizes: Array.from(counts, ([size, classes]) => ({ size, classes })),
    records,
    suppressed,
  };
}

/** @param known how many people each class could be, from the attacker's side */
function attackerRisk(sizes: Uint32Array, known: Uint32Array, threshold: number): AttackerRisk {
  let [records, found, above] = [0, 0, 0];
  let [highest, lowest, atHighest] = [0, 1, 0];
  for (const [index, size] of sizes.entries()) {
    const risk = 1 / known[index]!;
    records += size;
    found += size * risk;
    if (risk > threshold) above += size;
    if (risk > highest) [highest, atHighest] = [risk, 0];
    if (risk === highest) atHighest += size;
    lowest = Math.min(lowest, risk);
  }
  if (records === 0) return { highest: 0, average: 0, lowest: 0, aboveThreshold: 0, atHighest: 0 };
  return { highest, average: found / records, lowest, aboveThreshold: above / records, atHighest: atHighest / records };
}
