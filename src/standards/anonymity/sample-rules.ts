import type { PrivacyModel } from './model.ts';
import { populationUniques } from './population.ts';

/** A rule that the table keeps as a whole, by the sizes of its classes; the smallest are suppressed until it does. */
export type SampleRule = (sizes: Sizes) => boolean;

/** Ascending sizes of the classes shown, of which the first `from` are suppressed. */
interface Sizes {
  sorted: Uint32Array;
  from: number;
  records: number;
}

export function sampleRuleOf(model: PrivacyModel): SampleRule | undefined {
  switch (model.model) {
    case 'average-reidentification-risk':
      return ({ sorted, from, records }) => {
        if (records === 0) return true;
        if (!((sorted.length - from) / records <= model.threshold)) return false;
        if (model.highest === undefined) return true;
        // A hundredth of the threshold is taken for rounding: 0.33 asks for 3, not for 4.
        const safe = Math.ceil(1 / model.highest - 0.01 / model.highest);
        let atRisk = 0;
        for (let index = from; index < sorted.length && sorted[index]! < safe; index += 1) atRisk += sorted[index]!;
        return atRisk / records <= (model.recordsAtRisk ?? 0);
      };
    case 'sample-uniqueness':
      return (sizes) => sizes.records === 0 || uniquesOf(sizes) / sizes.records <= model.threshold;
    case 'population-uniqueness':
      return (sizes) => {
        if (sizes.records === 0 || uniquesOf(sizes) === 0) return true;
        const share = populationUniques(
          sizes.sorted.subarray(sizes.from),
          model.population.size,
          model.statisticalModel,
        );
        return share !== undefined && share <= model.threshold;
      };
    default:
      return undefined;
  }
}

function uniquesOf({ sorted, from }: Sizes): number {
  let until = from;
  while (until < sorted.length && sorted[until] === 1) until += 1;
  return until - from;
}
