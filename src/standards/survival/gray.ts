import { chiSquare } from '../statistics/index.ts';
import type { CompetingRisks } from './cumulative-incidence.ts';
import type { Groups } from './model.ts';
import { oneGroup } from './model.ts';
import { ascending, byGroup } from './order.ts';
import { positiveDefinite } from './semidefinite.ts';

export interface GrayTest {
  chiSquare: number;
  df: number;
  p: number;
}

/**
 * Is the cumulative incidence of a kind of event the same in all groups? For each kind from 1; NaN where the groups cannot be told apart.
 *
 * @param rho the events at each time are weighted by (1 - F(t-))^rho, F over all groups
 * @throws RangeError when there is one group
 *
 * Source: Gray, Ann Stat 1988;16:1141, section 3, with the ties of R's cmprsk.
 */
export function grayTests(
  { time, kind }: CompetingRisks,
  kinds: number,
  groups: Groups,
  { strata = oneGroup(time.length), rho = 0 }: { strata?: Groups; rho?: number } = {},
): GrayTest[] {
  if (groups.count < 2) throw new RangeError('a test needs two groups');
  const df = groups.count - 1;
  const { order, ends } = byGroup(ascending(time), strata.codes, strata.count);
  return Array.from({ length: kinds }, (_, interest) => {
    const score = new Float64Array(df);
    const variance = Array.from({ length: df }, () => new Float64Array(df));
    for (const [stratum, end] of ends.entries()) {
      const rows = order.subarray(stratum === 0 ? 0 : ends[stratum - 1]!, end);
      const own = new StratumScore(groups, rows, rho);
      for (let at = 0; at < rows.length; ) at = own.step(at, time, kind, interest + 1);
      own.addTo(score, variance);
    }
    const solved = positiveDefinite(variance)?.solve(score);
    const statistic = solved?.reduce((sum, value, at) => sum + value * score[at]!, 0) ?? Number.NaN;
    return { chiSquare: statistic, df, p: chiSquare.cdf(statistic, df, { upper: true }) };
  });
}

/** Score and variance of the groups' incidences in one stratum, gathered over ascending times. */
class StratumScore {
  readonly #groups: Groups;
  readonly #rows: Uint32Array;
  readonly #rho: number;
  readonly #atRisk: Float64Array;
  /** Of each group: survival of all events, and incidence, before the time. */
  readonly #survival: Float64Array;
  readonly #incidence: Float64Array;
  /** Of all groups together. */
  #pooled = 0;
  readonly #score: Float64Array;
  /** The paper's a at the time and its sums c, and the parts of the variance: of the score, with the end's weights c, and their square. */
  readonly #a: Float64Array[];
  readonly #c: Float64Array[];
  readonly #plain: Float64Array[];
  readonly #once: Float64Array[];
  readonly #twice: Float64Array;
  readonly #own: Float64Array;
  readonly #other: Float64Array;

  constructor(groups: Groups, rows: Uint32Array, rho: number) {
    const { count } = groups;
    const square = (): Float64Array[] => Array.from({ length: count }, () => new Float64Array(count));
    this.#groups = groups;
    this.#rows = rows;
    this.#rho = rho;
    this.#atRisk = new Float64Array(count);
    for (const row of rows) this.#atRisk[groups.codes[row]!]! += 1;
    this.#survival = new Float64Array(count).fill(1);
    this.#incidence = new Float64Array(count);
    this.#score = new Float64Array(count);
    this.#a = square();
    this.#c = square();
    this.#plain = square();
    this.#once = square();
    this.#twice = new Float64Array(count);
    this.#own = new Float64Array(count);
    this.#other = new Float64Array(count);
  }

  /** Takes the rows of one time, and gives the place of the next. */
  step(from: number, time: Float64Array, kind: Uint32Array, interest: number): number {
    const now = time[this.#rows[from]!]!;
    this.#own.fill(0);
    this.#other.fill(0);
    let [at, own, other] = [from, 0, 0];
    for (; at < this.#rows.length && time[this.#rows[at]!]! === now; at += 1) {
      const row = this.#rows[at]!;
      const group = this.#groups.codes[row]!;
      if (kind[row] === interest) {
        this.#own[group]! += 1;
        own += 1;
      } else if (kind[row] !== 0) {
        this.#other[group]! += 1;
        other += 1;
      }
    }
    if (own + other > 0) this.#addEvents(own, other);
    for (let k = from; k < at; k += 1) this.#atRisk[this.#groups.codes[this.#rows[k]!]!]! -= 1;
    return at;
  }

  #addEvents(own: number, other: number): void {
    const { count } = this.#groups;
    const [n, before] = [this.#atRisk, this.#survival];
    const after = before.slice();
    // R of the paper: n / S, the number at risk had nobody had another event or been censored.
    const risk = new Float64Array(count);
    let [total, free] = [0, 0];
    for (let i = 0; i < count; i += 1) {
      if (n[i]! <= 0) continue;
      after[i] = (before[i]! * (n[i]! - this.#own[i]! - this.#other[i]!)) / n[i]!;
      risk[i] = n[i]! / before[i]!;
      total += risk[i]!;
      free += risk[i]! * (1 - this.#incidence[i]!);
    }
    const next = this.#pooled + own / total;
    if (own > 0) this.#addScore(own, risk, total, free);
    for (let k = 0; k < count; k += 1) {
      if (n[k]! <= 0) continue;
      if (own > 0) this.#addOwn(k, own, total, next, after[k]!);
      if (other > 0 && this.#other[k]! > 0 && after[k]! > 0) this.#addOther(k, next, after[k]!);
    }
    for (let i = 0; i < count; i += 1) {
      if (n[i]! > 0) this.#incidence[i]! += (before[i]! * this.#own[i]!) / n[i]!;
      this.#survival[i] = after[i]!;
    }
    this.#pooled = next;
  }

  #addScore(own: number, risk: Float64Array, total: number, free: number): void {
    const left = 1 - this.#pooled;
    const weight = left ** this.#rho;
    for (let i = 0; i < risk.length; i += 1) {
      const ri = risk[i]!;
      for (let j = 0; j < risk.length; j += 1) {
        const a = i === j ? weight * ri * (1 - ri / total) : (-weight * ri * risk[j]!) / total;
        this.#a[i]![j] = a;
        this.#c[i]![j]! += (a * own) / (total * left);
      }
      this.#score[i]! += weight * (this.#own[i]! - (own * ri * (1 - this.#incidence[i]!)) / free);
    }
  }

  #addOwn(k: number, own: number, total: number, next: number, after: number): void {
    const before = this.#survival[k]!;
    const out = after > 0 ? 1 - (1 - next) / after : 1;
    const ties = own > 1 ? 1 - (own - 1) / (total * before - 1) : 1;
    const variance = (ties * before * own) / (total * this.#atRisk[k]!);
    this.#addVariance(k, (i) => this.#a[i]![k]! - out * this.#c[i]![k]!, out, variance);
  }

  #addOther(k: number, next: number, after: number): void {
    const [before, other, n] = [this.#survival[k]!, this.#other[k]!, this.#atRisk[k]!];
    const out = (1 - next) / after;
    const ties = other > 1 ? 1 - (other - 1) / (n - 1) : 1;
    this.#addVariance(k, (i) => out * this.#c[i]![k]!, -out, (ties * before * before * other) / (n * n));
  }

  /** A martingale of this variance moves the score of group i by `part(i)`, and by `out` times what c of its group still becomes. */
  #addVariance(k: number, part: (i: number) => number, out: number, variance: number): void {
    this.#twice[k]! += out * out * variance;
    for (let i = 0; i < this.#groups.count; i += 1) {
      const own = part(i);
      this.#once[i]![k]! += own * out * variance;
      for (let j = 0; j <= i; j += 1) this.#plain[i]![j]! += own * part(j) * variance;
    }
  }

  addTo(score: Float64Array, variance: Float64Array[]): void {
    const [c, once] = [this.#c, this.#once];
    for (let i = 0; i < score.length; i += 1) {
      score[i]! += this.#score[i]!;
      for (let j = 0; j <= i; j += 1) {
        let sum = this.#plain[i]![j]!;
        for (let k = 0; k < this.#groups.count; k += 1)
          sum += c[i]![k]! * c[j]![k]! * this.#twice[k]! + c[i]![k]! * once[j]![k]! + c[j]![k]! * once[i]![k]!;
        variance[i]![j]! += sum;
        variance[j]![i] = variance[i]![j]!;
      }
    }
  }
}
