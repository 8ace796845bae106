import type { Arranged } from './partial-likelihood.ts';

export interface Derivatives {
  logLikelihood: number;
  score: Float64Array;
  information: Float64Array[];
}

/**
 * The partial likelihood for times that are truly discrete: which d of the n at risk had the event, all at once (conditional logistic regression).
 *
 * The sum over all choices of d of n is an elementary symmetric polynomial of the relative risks; it grows by one subject at a time, and its derivatives
 * with it.
 *
 * Source: Gail, Lubin & Rubinstein, Biometrika 1981;68:703. Rows have no weights.
 */
export function exactDerivatives({ sets, columns, offset, events }: Arranged, coefficients: Float64Array): Derivatives {
  const p = columns.length;
  const { ends, eventsFrom, strata, leaving } = sets;
  const score = Float64Array.from(events.sums, (sums) => sums.reduce((sum, value) => sum + value, 0));
  const information = Array.from({ length: p }, () => new Float64Array(p));
  const linear = new Float64Array(sets.rows.length);
  for (let k = 0; k < linear.length; k += 1) {
    linear[k] = offset?.[k] ?? 0;
    for (let i = 0; i < p; i += 1) linear[k]! += coefficients[i]! * columns[i]![k]!;
  }
  let logLikelihood = 0;
  for (let stratum = 0; stratum + 1 < strata.length; stratum += 1) {
    const [first, last] = [strata[stratum]!, strata[stratum + 1]!];
    let most = 0;
    for (let s = first; s < last; s += 1) most = Math.max(most, events.count[s]!);
    const from = first === 0 ? 0 : ends[first - 1]!;
    // The largest sum of choices is about 1 at this scale.
    const scale = Math.log(most / (Math.E * (ends[last - 1]! - from)));
    const choices = new Choices(p, most);
    let place = from;
    for (let s = first; s < last; s += 1) {
      const deaths = events.count[s]!;
      // Who has left cannot be taken out of the sums without loss, so they are made anew.
      if (leaving !== undefined) {
        choices.clear();
        for (let k = from; k < ends[s]!; k += 1)
          if (leaving.at[k]! > s) choices.add(Math.exp(linear[k]! + scale), columns, k, deaths);
      } else for (; place < ends[s]!; place += 1) choices.add(Math.exp(linear[place]! + scale), columns, place, most);
      for (let k = eventsFrom[s]!; k < ends[s]!; k += 1) logLikelihood += linear[k]!;
      logLikelihood -= Math.log(choices.sum[deaths]!) - deaths * scale;
      choices.subtract(deaths, score, information);
    }
  }
  return { logLikelihood, score, information };
}

/** For d = 0, 1, ...: the sum over all choices of d subjects of the product of their risks, and its derivatives. */
class Choices {
  readonly sum: Float64Array;
  readonly #first: Float64Array[];
  readonly #second: Float64Array[][];

  constructor(p: number, most: number) {
    const sums = (): Float64Array => new Float64Array(most + 1);
    this.sum = sums();
    this.sum[0] = 1;
    this.#first = Array.from({ length: p }, sums);
    this.#second = Array.from({ length: p }, (_, i) => Array.from({ length: i + 1 }, sums));
  }

  clear(): void {
    this.sum.fill(0)[0] = 1;
    for (const sums of this.#first) sums.fill(0);
    for (const sums of this.#second.flat()) sums.fill(0);
  }

  add(risk: number, columns: readonly Float64Array[], place: number, most: number): void {
    const { sum } = this;
    for (let d = most; d >= 1; d -= 1) {
      for (let i = 0; i < columns.length; i += 1) {
        const [x, first] = [columns[i]![place]!, this.#first[i]!];
        for (let j = 0; j <= i; j += 1) {
          const y = columns[j]![place]!;
          this.#second[i]![j]![d]! +=
            risk *
            (this.#second[i]![j]![d - 1]! + x * this.#first[j]![d - 1]! + y * first[d - 1]! + x * y * sum[d - 1]!);
        }
      }
      for (let i = 0; i < columns.length; i += 1)
        this.#first[i]![d]! += risk * (this.#first[i]![d - 1]! + columns[i]![place]! * sum[d - 1]!);
      sum[d]! += risk * sum[d - 1]!;
    }
  }

  /** Takes the mean over the choices of d off the score, and adds their variance to the information. */
  subtract(d: number, score: Float64Array, information: Float64Array[]): void {
    const all = this.sum[d]!;
    const means = this.#first.map((first) => first[d]! / all);
    for (const [i, mean] of means.entries()) {
      score[i]! -= mean;
      for (let j = 0; j <= i; j += 1) {
        information[i]![j]! += this.#second[i]![j]![d]! / all - mean * means[j]!;
        information[j]![i] = information[i]![j]!;
      }
    }
  }
}
