import { boxCox, boxCoxInverse, likeliestLambda } from './box-cox.ts';
import type { Sample } from './model.ts';
import { cumulated, mapped, quantile, within } from './sample.ts';

/** What is kept: from `low` to `high`, both included. */
export interface Fences {
  low: number;
  high: number;
}

const LEAST = 20;

/** Tukey's fences: one and a half interquartile ranges beyond the quartiles. Source: Tukey, Exploratory Data Analysis, 1977; EP28-A3c 8.4. */
export function tukeyFences(sample: Sample): Fences {
  if (sample.n < LEAST) return OPEN;
  const sums = cumulated(sample);
  const [first, third] = [quantile(sample, 0.25, sums), quantile(sample, 0.75, sums)];
  const reach = 1.5 * (third - first);
  return { low: first - reach, high: third + reach };
}

/**
 * Tukey's fences on the scale on which the sample is most nearly normal, so that the long tail of a skewed test is not taken for outliers.
 *
 * Values of 0 or below have no such scale: then the fences are Tukey's own.
 * Source: Horn, Feng, Li and Pesce, Clin Chem 2001;47:2137-2145.
 */
export function hornFences(sample: Sample): Fences {
  if (sample.n < LEAST) return OPEN;
  if (!(sample.values[0]! > 0) || sample.values.length < 3) return tukeyFences(sample);
  const lambda = likeliestLambda(sample);
  const { low, high } = tukeyFences(mapped(sample, (value) => boxCox(value, lambda)));
  // Beyond the end of the transformation's range nothing can lie on that side.
  const atTop = lambda < 0 && lambda * high + 1 <= 0;
  return { low: boxCoxInverse(low, lambda), high: atTop ? Infinity : boxCoxInverse(high, lambda) };
}

/** As many of each side may go. */
const MOST_DIXON = 3;

/**
 * Dixon's rule in Reed's form: an extreme goes when its distance from the next value is more than a third of the whole range.
 *
 * Source: Dixon, Biometrics 1953;9:74-89; Reed, Henry and Mason, Clin Chem 1971;17:275-284; EP28-A3c 8.4.
 */
export function dixonFences(sample: Sample): Fences {
  let rest = sample;
  for (let round = 0; round < 2 * MOST_DIXON && rest.n >= LEAST && rest.values.length > 2; round += 1) {
    const { values } = rest;
    const [least, most] = [values[0]!, values.at(-1)!];
    const third = (most - least) / 3;
    const above = most - values.at(-2)!;
    const below = values[1]! - least;
    // Several alike are no single extreme.
    if (above > third && above >= below && rest.counts.at(-1) === 1) rest = within(rest, least, values.at(-2)!);
    else if (below > third && rest.counts[0] === 1) rest = within(rest, values[1]!, most);
    else break;
  }
  return rest === sample ? OPEN : { low: rest.values[0]!, high: rest.values.at(-1)! };
}

const OPEN: Fences = { low: -Infinity, high: Infinity };
