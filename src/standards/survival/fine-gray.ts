import type { CompetingRisks } from './cumulative-incidence.ts';
import { survivalCurves } from './kaplan-meier.ts';
import type { Groups } from './model.ts';
import { oneGroup } from './model.ts';
import { ascending } from './order.ts';
import { positiveDefinite } from './semidefinite.ts';

export interface FineGrayData extends CompetingRisks {
  /** A column per covariate. */
  covariates: readonly Float64Array[];
  /** Which rows share a distribution of the censoring; all of them where absent. */
  censoring?: Groups;
}

export interface FineGrayOptions {
  initial?: readonly number[];
  /** Of Newton, 10. */
  mostIterations?: number;
  /** The score, each times the larger of 1 and its coefficient, is to be below this share of the log likelihood; 1e-6. */
  tolerance?: number;
  /** As R's crr: what the censoring of a group adds to the variance is taken over the events of that group only. It makes a difference with several groups. */
  rCompat?: boolean;
}

export interface FineGrayFit {
  coefficients: Float64Array;
  /** Of the sandwich, with what is lost by estimating the censoring. */
  covariance: Float64Array[];
  /** At 0 and at the coefficients. */
  logLikelihood: [number, number];
  /** False also where the tolerance asks for more than the likelihood's own precision can tell. */
  converged: boolean;
  iterations: number;
  /** The subdistribution hazard where all covariates are 0: its steps, at each time of an event of interest. */
  baseline: { time: Float64Array; step: Float64Array };
}

/**
 * Proportional hazards of the subdistribution: how covariates change the cumulative incidence of one kind of event. Who had another event stays at risk, with the
 * chance of not yet being censored; ties as Breslow.
 *
 * @throws RangeError when there is no event of interest or no covariate, and when the information is singular
 *
 * Source: Fine & Gray, JASA 1999;94:496. In time proportional to the rows, by running sums.
 */
export function fitFineGray(data: FineGrayData, interest: number, options: FineGrayOptions = {}): FineGrayFit {
  const { initial, mostIterations = 10, tolerance = 1e-6, rCompat = false } = options;
  if (data.covariates.length === 0) throw new RangeError('a model needs a covariate');
  const model = new Subdistribution(data, interest);
  const p = data.covariates.length;
  let at: Float64Array = Float64Array.from({ length: p }, (_, i) => initial?.[i] ?? 0);
  let here = model.derivatives(at);
  let [converged, iterations] = [false, 0];
  for (; ; iterations += 1) {
    const { score, information, logLikelihood } = here;
    const worst = score.reduce((most, value, i) => Math.max(most, Math.abs(value) * Math.max(Math.abs(at[i]!), 1)), 0);
    converged = worst < Math.max(Math.abs(logLikelihood), 1) * tolerance;
    if (converged || iterations === mostIterations) break;
    const step = positiveDefinite(information)?.solve(score);
    if (step === undefined) throw new RangeError('the information is singular: a covariate adds nothing to the others');
    const slope = step.reduce((sum, value, i) => sum + value * score[i]!, 0);
    // A rise below the likelihood's precision is taken on trust, but told.
    const isBlind = slope < Number.EPSILON * Math.abs(logLikelihood);
    const next = isBlind ? at.map((value, i) => value + step[i]!) : climb(model, at, step, slope, logLikelihood);
    if (next === undefined) break;
    at = next;
    here = model.derivatives(at);
    if (isBlind) break;
  }
  return {
    coefficients: at,
    covariance: sandwich(here.information, model.influences(at, rCompat)),
    logLikelihood: [model.logLikelihood(new Float64Array(p)), here.logLikelihood],
    converged,
    iterations,
    baseline: model.baseline(at),
  };
}

/** The step, halved until the likelihood rises enough; undefined where it does not. */
function climb(
  model: Subdistribution,
  at: Float64Array,
  step: Float64Array,
  slope: number,
  logLikelihood: number,
): Float64Array | undefined {
  for (let halving = 0, share = 1; halving <= 20; halving += 1, share /= 2) {
    const next = at.map((value, i) => value + share * step[i]!);
    if (model.logLikelihood(next) >= logLikelihood + 1e-4 * share * slope) return next;
  }
  return undefined;
}

function sandwich(information: readonly Float64Array[], influences: readonly Float64Array[]): Float64Array[] {
  const inverse = positiveDefinite(information)?.inverse();
  if (inverse === undefined)
    throw new RangeError('the information is singular: a covariate adds nothing to the others');
  const rows = influences[0]!.length;
  const changes = inverse.map((row) => {
    const change = new Float64Array(rows);
    for (const [j, influence] of influences.entries())
      for (let k = 0; k < rows; k += 1) change[k]! += row[j]! * influence[k]!;
    return change;
  });
  return changes.map((x) => Float64Array.from(changes, (y) => x.reduce((sum, value, k) => sum + value * y[k]!, 0)));
}

interface Derivatives {
  logLikelihood: number;
  score: Float64Array;
  information: Float64Array[];
}

/** The rows by ascending time, with the chance of being uncensored. */
class Subdistribution {
  readonly #columns: Float64Array[];
  /** At each place: 1 the event of interest, 2 another one, 0 censored; and the group of its censoring. */
  readonly #kind: Uint8Array;
  readonly #group: Uint32Array;
  readonly #groups: number;
  readonly #time: Float64Array;
  /** Distinct times of the event of interest, how many then, and the first place at or after. */
  readonly #events: Float64Array;
  readonly #count: Float64Array;
  readonly #from: Uint32Array;
  /** By group, at the events: the chance of being uncensored just before; and that of each place at its own time. */
  readonly #free: Float64Array[];
  readonly #ownFree: Float64Array;

  constructor({ time, kind, covariates, censoring = oneGroup(time.length) }: FineGrayData, interest: number) {
    const order = ascending(time);
    this.#columns = covariates.map((column) => Float64Array.from(order, (row) => column[row]!));
    this.#kind = Uint8Array.from(order, (row) => (kind[row] === interest ? 1 : kind[row] === 0 ? 0 : 2));
    this.#group = order.map((row) => censoring.codes[row]!);
    this.#groups = censoring.count;
    this.#time = Float64Array.from(order, (row) => time[row]!);
    const [events, count, from]: [number[], number[], number[]] = [[], [], []];
    for (let k = 0; k < order.length; ) {
      const first = k;
      let here = 0;
      for (; k < order.length && this.#time[k] === this.#time[first]; k += 1) here += Number(this.#kind[k] === 1);
      if (here === 0) continue;
      events.push(this.#time[first]!);
      count.push(here);
      from.push(first);
    }
    if (events.length === 0) throw new RangeError('there is no event of interest');
    this.#events = Float64Array.from(events);
    this.#count = Float64Array.from(count);
    this.#from = Uint32Array.from(from);
    this.#free = [];
    this.#ownFree = new Float64Array(order.length);
    this.#findCensoring();
  }

  /** By group the Kaplan-Meier curve of the censoring, just before a time; 0 after its last time. */
  #findCensoring(): void {
    const event = Uint8Array.from(this.#kind, (kind) => Number(kind === 0));
    const curves = survivalCurves({ time: this.#time, event }, { codes: this.#group, count: this.#groups });
    for (const [group, { time, survival }] of curves.entries()) {
      const before = (k: number, now: number): number => {
        if (k === time.length && now > time[k - 1]!) return 0;
        return k === 0 ? 1 : survival[k - 1]!;
      };
      let k = 0;
      this.#free.push(
        this.#events.map((now) => {
          while (k < time.length && time[k]! < now) k += 1;
          return before(k, now);
        }),
      );
      k = 0;
      for (let place = 0; place < this.#time.length; place += 1) {
        if (this.#group[place] !== group) continue;
        while (k < time.length && time[k]! < this.#time[place]!) k += 1;
        this.#ownFree[place] = before(k, this.#time[place]!);
      }
    }
  }

  #risks(at: Float64Array): Float64Array {
    const risks = new Float64Array(this.#time.length);
    for (const [i, column] of this.#columns.entries())
      for (let k = 0; k < risks.length; k += 1) risks[k]! += at[i]! * column[k]!;
    for (let k = 0; k < risks.length; k += 1) risks[k] = Math.exp(risks[k]!);
    return risks;
  }

  /** At each event time the sum of the values over who is at risk: who is still observed, and who had another event, with the chance of being uncensored. */
  #sums(values: Float64Array): Float64Array {
    const sums = new Float64Array(this.#events.length);
    const past = new Float64Array(this.#groups);
    for (let e = 0, k = 0; e < sums.length; e += 1) {
      for (; k < this.#from[e]!; k += 1)
        if (this.#kind[k] === 2) past[this.#group[k]!]! += values[k]! / this.#ownFree[k]!;
      for (let group = 0; group < past.length; group += 1) sums[e]! += past[group]! * this.#free[group]![e]!;
    }
    let still = 0;
    for (let e = sums.length - 1, k = values.length - 1; e >= 0; e -= 1) {
      for (; k >= this.#from[e]!; k -= 1) still += values[k]!;
      sums[e]! += still;
    }
    return sums;
  }

  #eventLinear(at: Float64Array): number {
    let sum = 0;
    for (const [i, column] of this.#columns.entries())
      for (let k = 0; k < column.length; k += 1) if (this.#kind[k] === 1) sum += at[i]! * column[k]!;
    return sum;
  }

  logLikelihood(at: Float64Array): number {
    const totals = this.#sums(this.#risks(at));
    let sum = this.#eventLinear(at);
    for (let e = 0; e < totals.length; e += 1) sum -= this.#count[e]! * Math.log(totals[e]!);
    return sum;
  }

  derivatives(at: Float64Array): Derivatives {
    const risks = this.#risks(at);
    const totals = this.#sums(risks);
    const count = this.#count;
    let logLikelihood = this.#eventLinear(at);
    for (let e = 0; e < totals.length; e += 1) logLikelihood -= count[e]! * Math.log(totals[e]!);
    const p = this.#columns.length;
    const score = new Float64Array(p);
    const information = Array.from({ length: p }, () => new Float64Array(p));
    const weighted = this.#columns.map((column) => risks.map((risk, k) => risk * column[k]!));
    const means = weighted.map((values) => this.#sums(values).map((sum, e) => sum / totals[e]!));
    for (let i = 0; i < p; i += 1) {
      for (let k = 0; k < risks.length; k += 1) if (this.#kind[k] === 1) score[i]! += this.#columns[i]![k]!;
      for (let e = 0; e < totals.length; e += 1) score[i]! -= count[e]! * means[i]![e]!;
      for (let j = 0; j <= i; j += 1) {
        const squares = this.#sums(weighted[i]!.map((value, k) => value * this.#columns[j]![k]!));
        let sum = 0;
        for (let e = 0; e < totals.length; e += 1)
          sum += count[e]! * (squares[e]! / totals[e]! - means[i]![e]! * means[j]![e]!);
        information[i]![j] = sum;
        information[j]![i] = sum;
      }
    }
    return { logLikelihood, score, information };
  }

  baseline(at: Float64Array): FineGrayFit['baseline'] {
    return { time: this.#events, step: this.#sums(this.#risks(at)).map((sum, e) => this.#count[e]! / sum) };
  }

  /** What each place adds to the score, by covariate: by its own event and risk (eta), and by its part in the censoring (psi). */
  influences(at: Float64Array, ownGroupOnly: boolean): Float64Array[] {
    const risks = this.#risks(at);
    const totals = this.#sums(risks);
    const hazards = totals.map((total, e) => this.#count[e]! / total);
    const eventOf = this.#eventsUpTo();
    return this.#columns.map((column) => {
      const means = this.#sums(risks.map((risk, k) => risk * column[k]!)).map((sum, e) => sum / totals[e]!);
      const influence = this.#ownInfluence(column, risks, means, hazards, eventOf);
      const censored = this.#censoringInfluence(column, risks, means, ownGroupOnly, totals);
      return influence.map((value, k) => value + censored[k]!);
    });
  }

  /** At each place how many event times there are up to its time. */
  #eventsUpTo(): Uint32Array {
    let e = 0;
    return Uint32Array.from(this.#time, (now) => {
      while (e < this.#events.length && this.#events[e]! <= now) e += 1;
      return e;
    });
  }

  #ownInfluence(
    column: Float64Array,
    risks: Float64Array,
    means: Float64Array,
    hazards: Float64Array,
    eventOf: Uint32Array,
  ): Float64Array {
    const [past, pastMeans] = [runningSums(hazards), runningSums(means.map((mean, e) => mean * hazards[e]!))];
    const later = this.#free.map((free) => {
      const weighted = hazards.map((hazard, e) => hazard * free[e]!);
      return { steps: runningSums(weighted), means: runningSums(weighted.map((hazard, e) => hazard * means[e]!)) };
    });
    return risks.map((risk, k) => {
      const [x, e] = [column[k]!, eventOf[k]!];
      let expected = x * past[e]! - pastMeans[e]!;
      if (this.#kind[k] === 2) {
        const { steps, means: sums } = later[this.#group[k]!]!;
        expected += (x * (steps.at(-1)! - steps[e]!) - (sums.at(-1)! - sums[e]!)) / this.#ownFree[k]!;
      }
      const own = this.#kind[k] === 1 ? x - means[e - 1]! : 0;
      return own - risk * expected;
    });
  }

  #censoringInfluence(
    column: Float64Array,
    risks: Float64Array,
    means: Float64Array,
    ownGroupOnly: boolean,
    totals: Float64Array,
  ): Float64Array {
    const influence = new Float64Array(column.length);
    const counts = this.#countsByGroup(ownGroupOnly);
    const later = this.#free.map((free, group) => {
      const steps = totals.map((total, e) => (counts[group]![e]! * free[e]!) / total);
      return { steps: runningSums(steps), means: runningSums(steps.map((step, e) => step * means[e]!)) };
    });
    const atRisk = new Float64Array(this.#groups);
    for (const group of this.#group) atRisk[group]! += 1;
    // Of who had another event before, by group: risk / G, and that times the covariate.
    const [past, pastX] = [new Float64Array(this.#groups), new Float64Array(this.#groups)];
    const [passed, q] = [new Float64Array(this.#groups), new Float64Array(this.#groups)];
    let e = 0;
    for (let from = 0, to = 0; from < column.length; from = to) {
      const now = this.#time[from]!;
      while (e < this.#events.length && this.#events[e]! < now) e += 1;
      for (to = from; to < column.length && this.#time[to] === now; to += 1) {
        if (this.#kind[to] !== 0) continue;
        const group = this.#group[to]!;
        const { steps, means: sums } = later[group]!;
        q[group] = pastX[group]! * (steps.at(-1)! - steps[e]!) - past[group]! * (sums.at(-1)! - sums[e]!);
        passed[group]! -= q[group]! / atRisk[group]! ** 2;
      }
      for (let k = from; k < to; k += 1) {
        const group = this.#group[k]!;
        influence[k] = passed[group]! + (this.#kind[k] === 0 ? q[group]! / atRisk[group]! : 0);
      }
      for (let k = from; k < to; k += 1) {
        const group = this.#group[k]!;
        atRisk[group]! -= 1;
        if (this.#kind[k] !== 2) continue;
        past[group]! += risks[k]! / this.#ownFree[k]!;
        pastX[group]! += (risks[k]! * column[k]!) / this.#ownFree[k]!;
      }
    }
    return influence;
  }

  /** How many events of interest at each event time, of all groups or of each alone. */
  #countsByGroup(ownGroupOnly: boolean): Float64Array[] {
    if (!ownGroupOnly) return this.#free.map(() => this.#count);
    const counts = this.#free.map(() => new Float64Array(this.#events.length));
    for (const [e, from] of this.#from.entries())
      for (let k = from; k < this.#time.length && this.#time[k] === this.#events[e]; k += 1)
        if (this.#kind[k] === 1) counts[this.#group[k]!]![e]! += 1;
    return counts;
  }
}

/** Of the first 0, 1, 2, ... values. */
function runningSums(values: Float64Array): Float64Array {
  const sums = new Float64Array(values.length + 1);
  for (let k = 0; k < values.length; k += 1) sums[k + 1] = sums[k]! + values[k]!;
  return sums;
}
