/** Of ranked answers to labelled questions. Grades are 0 for what is no answer. */
export interface Judged {
  /** Grades of the answers in their order. */
  grades: readonly number[];
  /** Grades of all that would have been answers. */
  possible: readonly number[];
}

const AT = 10;

/** Source: Järvelin & Kekäläinen, Cumulated gain-based evaluation, ACM TOIS 20 (2002) 422, with gains of 2^grade - 1. */
export function gain({ grades, possible }: Judged): number {
  const sum = (all: readonly number[]) =>
    all.slice(0, AT).reduce((total, grade, at) => total + (2 ** grade - 1) / Math.log2(at + 2), 0);
  return sum(grades) / sum([...possible].sort((a, b) => b - a));
}

export function reciprocalRank({ grades }: Judged): number {
  const at = grades.findIndex((grade) => grade > 0);
  return at < 0 ? 0 : 1 / (at + 1);
}

/** Among the first ten, of as many as there could be. */
export function precision({ grades, possible }: Judged): number {
  return grades.slice(0, AT).filter((grade) => grade > 0).length / Math.min(AT, possible.length);
}

export function recall({ grades, possible }: Judged): number {
  return grades.filter((grade) => grade > 0).length / possible.length;
}

/** The mean with the middle 95 % of means of samples drawn with replacement. Source: Efron & Tibshirani (1993), section 13.3. */
export function meanWithin(values: readonly number[], seed = 20261122): { mean: number; low: number; high: number } {
  const mean = (all: readonly number[]) => all.reduce((sum, value) => sum + value, 0) / all.length;
  let state = seed;
  const next = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  const means = Array.from({ length: 2_000 }, () =>
    mean(values.map(() => values[Math.floor(next() * values.length)]!)),
  ).sort((a, b) => a - b);
  return { mean: mean(values), low: means[50]!, high: means[1_949]! };
}
