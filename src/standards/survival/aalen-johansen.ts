import type { CompetingRisks } from './cumulative-incidence.ts';
import { tieTimes } from './ties.ts';

/** The shares in each state, a row for each time at which an observation ends: first those without an event, then by kind of event. */
export interface StateCurves {
  time: Float64Array;
  share: Float64Array[];
  standardError: Float64Array[];
}

/**
 * The shares in the states of competing risks, with the variance from each row's influence (infinitesimal jackknife).
 *
 * @param kinds how many kinds of event there are; `kind` is at most this
 *
 * Source: Aalen & Johansen 1978; R's survfit for multi-state data. Times that differ by rounding are tied.
 */
export function aalenJohansen({ time, kind }: CompetingRisks, kinds: number): StateCurves {
  const { times, order } = tieTimes(time);
  const distinct = order.filter((row, at) => at === 0 || times[row] !== times[order[at - 1]!]!);
  const states = (): Float64Array[] => Array.from({ length: kinds + 1 }, () => new Float64Array(distinct.length));
  const curves: StateCurves = {
    time: Float64Array.from(distinct, (row) => times[row]!),
    share: states(),
    standardError: states(),
  };
  const influence = new StateInfluence(kinds);
  for (let k = 0, at = 0; k < distinct.length; k += 1) {
    const from = at;
    while (at < order.length && times[order[at]!]! === curves.time[k]) at += 1;
    influence.step(
      order.length - from,
      order.subarray(from, at).map((row) => kind[row]!),
    );
    const errors = influence.errors(order.length - at);
    for (const [state, share] of influence.shares.entries()) {
      curves.share[state]![k] = share;
      curves.standardError[state]![k] = errors[state]!;
    }
  }
  return curves;
}

/**
 * Who is at risk all have one influence on the shares. After its end a row's influence on the share without event stays in proportion to it, and moves from there
 * with the others: on the share of a kind it is a + b F, F that share, so that sums of a^2, a b and b^2 are enough.
 */
class StateInfluence {
  /** Without event first. */
  readonly shares: Float64Array;
  /** Of a row at risk. */
  readonly #own: Float64Array;
  readonly #aa: Float64Array;
  readonly #ab: Float64Array;
  #bb = 0;

  constructor(kinds: number) {
    this.shares = new Float64Array(kinds + 1);
    this.shares[0] = 1;
    this.#own = new Float64Array(kinds + 1);
    this.#aa = new Float64Array(kinds + 1);
    this.#ab = new Float64Array(kinds + 1);
  }

  /** One time: how many are at risk, and how each of those ends who end then. */
  step(atRisk: number, ending: Uint32Array): void {
    const { shares } = this;
    const before = shares[0]!;
    const events = new Float64Array(shares.length);
    for (const kind of ending) events[kind]! += 1;
    const own = this.#own[0]!;
    const survivors = 1 - (ending.length - events[0]!) / atRisk;
    this.#own[0] = own * survivors + ((1 - survivors) * before) / atRisk;
    for (let k = 1; k < shares.length; k += 1) {
      const hazard = events[k]! / atRisk;
      shares[k]! += before * hazard;
      this.#own[k]! += hazard * (own - before / atRisk);
    }
    shares[0] = before * survivors;
    for (const [kind, count] of events.entries()) if (count > 0) this.#leave(kind, count, before / atRisk);
  }

  /** So many end with the kind of event, 0 for none, which moves what one of them is of the share. */
  #leave(kind: number, count: number, one: number): void {
    const b = this.shares[0]! > 0 ? (this.#own[0]! - (kind === 0 ? 0 : one)) / this.shares[0]! : 0;
    this.#bb += count * b * b;
    for (let k = 1; k < this.shares.length; k += 1) {
      const a = this.#own[k]! + (kind === k ? one : 0) - b * this.shares[k]!;
      this.#aa[k]! += count * a * a;
      this.#ab[k]! += count * a * b;
    }
  }

  /** @param atRisk how many have not ended */
  errors(atRisk: number): Float64Array {
    return this.shares.map((share, state) => {
      const own = atRisk * this.#own[state]! ** 2;
      const ended =
        state === 0
          ? share * share * this.#bb
          : this.#aa[state]! + 2 * this.#ab[state]! * share + this.#bb * share * share;
      return Math.sqrt(Math.max(0, own + ended));
    });
  }
}
