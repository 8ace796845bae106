import { crossProduct } from '../statistics/index.ts';
import { ones } from './model.ts';
import type { RiskSets } from './risk-sets.ts';

/** Covariates and weights at the places of the risk sets. */
export interface Arranged {
  sets: RiskSets;
  /** Centred, and scaled to a mean distance of 1 from the mean. */
  columns: Float64Array[];
  weights?: Float64Array;
  offset?: Float64Array;
  /** Of the sum of weight * covariate over the events of each segment, by column. */
  events: { count: Float64Array; weight: Float64Array; sums: Float64Array[] };
}

/** What one pass over the risk sets leaves behind, for each segment. */
export interface Pass {
  logLikelihood: number;
  /** At each place: weight * relative risk. */
  risk: Float64Array;
  /** What the relative risks were divided by, as a logarithm, lest they overflow. */
  shift: number;
  /** The step of the baseline hazard for who is at risk, and for who has the event: less with Efron's ties. */
  hazard: Float64Array;
  eventHazard: Float64Array;
  /** Sums of risk and of risk * covariate over the risk set, and over the events in it. */
  total: Float64Array;
  dying: Float64Array;
  totals: Float64Array[];
  dyings: Float64Array[];
  /** Of the squared mean covariate in the information: for totals * totals, totals * dyings and dyings * dyings. */
  squares: [Float64Array, Float64Array, Float64Array];
}

export type Ties = 'efron' | 'breslow';

/**
 * The partial likelihood of Cox at any coefficients, with its first two derivatives.
 *
 * The information is the sum over rows of risk * cumulative hazard * x x', less that over event times of hazard * mean mean', so that no matrix is carried along the
 * rows: each pass is a few runs over columns. Buffers are made once.
 *
 * Source: Cox 1972; Breslow 1974; Efron 1977.
 */
export class PartialLikelihood {
  readonly arranged: Arranged;
  readonly #ties: Ties;
  readonly #pass: Pass;
  readonly #emptied: Uint8Array;
  /** The segments with more than one event. */
  readonly #tied: Uint32Array;
  readonly #work: Float64Array;

  constructor(arranged: Arranged, ties: Ties) {
    this.arranged = arranged;
    this.#ties = ties;
    const { sets, columns } = arranged;
    const segments = (): Float64Array => new Float64Array(sets.time.length);
    this.#pass = {
      logLikelihood: 0,
      risk: new Float64Array(sets.rows.length),
      shift: 0,
      hazard: segments(),
      eventHazard: segments(),
      total: segments(),
      dying: segments(),
      totals: columns.map(segments),
      dyings: columns.map(segments),
      squares: [segments(), segments(), segments()],
    };
    this.#tied = Uint32Array.from(arranged.events.count.keys()).filter((s) => arranged.events.count[s]! > 1);
    this.#emptied = new Uint8Array(sets.time.length);
    this.#work = new Float64Array(sets.rows.length);
  }

  /** Valid until the next pass. */
  pass(coefficients: Float64Array): Pass {
    const pass = this.#pass;
    const linear = this.#linear(coefficients);
    this.#findRisks(linear);
    this.#sumRisks();
    for (const [at, column] of this.arranged.columns.entries())
      this.#sumColumn(column, pass.totals[at]!, pass.dyings[at]!);
    pass.logLikelihood = this.#findHazards() + this.#eventLinear(coefficients);
    return pass;
  }

  #linear(coefficients: Float64Array): Float64Array | undefined {
    const { columns, offset } = this.arranged;
    if (offset === undefined && coefficients.every((value) => value === 0)) return undefined;
    const linear = this.#work;
    if (offset === undefined) linear.fill(0);
    else linear.set(offset);
    for (const [at, column] of columns.entries()) {
      const coefficient = coefficients[at]!;
      if (coefficient !== 0) for (let k = 0; k < linear.length; k += 1) linear[k]! += coefficient * column[k]!;
    }
    return linear;
  }

  #findRisks(linear: Float64Array | undefined): void {
    const { risk } = this.#pass;
    const { weights } = this.arranged;
    this.#pass.shift = 0;
    if (linear === undefined) {
      if (weights === undefined) risk.fill(1);
      else risk.set(weights);
      return;
    }
    let most = 0;
    for (let k = 0; k < linear.length; k += 1) if (linear[k]! > most) most = linear[k]!;
    const shift = most > MOST_LINEAR ? most : 0;
    this.#pass.shift = shift;
    if (weights === undefined) for (let k = 0; k < risk.length; k += 1) risk[k] = Math.exp(linear[k]! - shift);
    else for (let k = 0; k < risk.length; k += 1) risk[k] = Math.exp(linear[k]! - shift) * weights[k]!;
  }

  #sumRisks(): void {
    const { risk, total, dying } = this.#pass;
    const { rows: _, ends, eventsFrom, strata, leaving } = this.arranged.sets;
    let sum = 0;
    let place = 0;
    let here = 0;
    let stratum = 0;
    for (let s = 0; s < ends.length; s += 1) {
      if (s === strata[stratum]) {
        sum = 0;
        here = 0;
        stratum += 1;
      }
      if (leaving !== undefined) {
        const from = s === 0 ? 0 : leaving.ends[s - 1]!;
        for (let at = from; at < leaving.ends[s]!; at += 1) sum -= risk[leaving.order[at]!]!;
        here -= leaving.ends[s]! - from;
        // What rounding leaves of an emptied risk set must not weigh in the next one.
        this.#emptied[s] = here === 0 ? 1 : 0;
        if (here === 0) sum = 0;
      }
      here += ends[s]! - place;
      for (; place < eventsFrom[s]!; place += 1) sum += risk[place]!;
      let events = 0;
      for (; place < ends[s]!; place += 1) events += risk[place]!;
      sum += events;
      dying[s] = events;
      total[s] = sum;
    }
  }

  #sumColumn(column: Float64Array, totals: Float64Array, dyings: Float64Array): void {
    const { risk } = this.#pass;
    const { ends, eventsFrom, strata, leaving } = this.arranged.sets;
    let sum = 0;
    let place = 0;
    let stratum = 0;
    for (let s = 0; s < ends.length; s += 1) {
      if (s === strata[stratum]) {
        sum = 0;
        stratum += 1;
      }
      if (leaving !== undefined) {
        for (let at = s === 0 ? 0 : leaving.ends[s - 1]!; at < leaving.ends[s]!; at += 1) {
          const gone = leaving.order[at]!;
          sum -= risk[gone]! * column[gone]!;
        }
        if (this.#emptied[s] === 1) sum = 0;
      }
      for (const to = eventsFrom[s]!; place < to; place += 1) sum += risk[place]! * column[place]!;
      let events = 0;
      for (const to = ends[s]!; place < to; place += 1) events += risk[place]! * column[place]!;
      sum += events;
      dyings[s] = events;
      totals[s] = sum;
    }
  }

  /** Gives the part of the log likelihood that comes from the risk sets. */
  #findHazards(): number {
    const { hazard, eventHazard, total, dying, squares, shift } = this.#pass;
    const { count, weight } = this.arranged.events;
    let logs = 0;
    for (let s = 0; s < hazard.length; s += 1) {
      const all = total[s]!;
      const steps = this.#ties === 'efron' ? count[s]! : 1;
      const each = weight[s]! / steps;
      let h = 0;
      let e = 0;
      let c0 = 0;
      let c1 = 0;
      let c2 = 0;
      // A product of denominators costs one logarithm, not one each.
      let product = 1;
      for (let step = 0; step < steps; step += 1) {
        const out = step / steps;
        const denominator = all - out * dying[s]!;
        const inverse = 1 / denominator;
        const part = each * inverse;
        h += part;
        e += part * (1 - out);
        const square = part * inverse;
        c0 += square;
        c1 += out * square;
        c2 += out * out * square;
        product *= denominator;
        if (!(product > 1e-150 && product < 1e150)) {
          logs += each * Math.log(product);
          product = 1;
        }
      }
      logs += each * Math.log(product);
      hazard[s] = h;
      eventHazard[s] = e;
      squares[0][s] = c0;
      squares[1][s] = c1;
      squares[2][s] = c2;
      logs += weight[s]! * shift;
    }
    return -logs;
  }

  #eventLinear(coefficients: Float64Array): number {
    const { events, offset, sets, weights } = this.arranged;
    let sum = 0;
    for (const [at, column] of events.sums.entries())
      for (let s = 0; s < column.length; s += 1) sum += coefficients[at]! * column[s]!;
    if (offset === undefined) return sum;
    for (let s = 0; s < sets.ends.length; s += 1)
      for (let k = sets.eventsFrom[s]!; k < sets.ends[s]!; k += 1) sum += (weights?.[k] ?? 1) * offset[k]!;
    return sum;
  }

  /** The first derivatives at the last pass; each event time counts as often as `times` says, once where it is absent. */
  score(times?: Float64Array): Float64Array {
    const { hazard, eventHazard, totals, dyings } = this.#pass;
    const { sums } = this.arranged.events;
    const each = times ?? ones(hazard.length);
    return Float64Array.from(totals, (total, at) => {
      const events = sums[at]!;
      const dying = dyings[at]!;
      let sum = 0;
      for (let s = 0; s < total.length; s += 1)
        sum += each[s]! * (events[s]! - total[s]! * hazard[s]! + dying[s]! * (hazard[s]! - eventHazard[s]!));
      return sum;
    });
  }

  /** The negative second derivatives at the last pass, likewise. */
  information(times?: Float64Array): Float64Array[] {
    const { columns, sets } = this.arranged;
    const { totals, squares, risk } = this.#pass;
    const hazards = this.#work;
    rowHazards(sets, this.#pass, hazards, times);
    for (let k = 0; k < hazards.length; k += 1) hazards[k]! *= risk[k]!;
    const information = crossProduct(columns, hazards);
    const means = crossProduct(totals, times === undefined ? squares[0] : squares[0].map((c, s) => c * times[s]!));
    for (let i = 0; i < columns.length; i += 1)
      for (let j = 0; j <= i; j += 1) {
        information[i]![j]! -= means[i]![j]! + this.#tiedSquares(i, j, times);
        information[j]![i] = information[i]![j]!;
      }
    return information;
  }

  /** What the squared mean of two covariates has less for Efron's ties, as those with the event count in part. */
  #tiedSquares(i: number, j: number, times: Float64Array | undefined): number {
    if (this.#ties === 'breslow') return 0;
    const { totals, dyings, squares } = this.#pass;
    const [ti, tj, di, dj] = [totals[i]!, totals[j]!, dyings[i]!, dyings[j]!];
    const [, c1, c2] = squares;
    let sum = 0;
    for (const s of this.#tied) {
      const square = c2[s]! * di[s]! * dj[s]! - c1[s]! * (ti[s]! * dj[s]! + di[s]! * tj[s]!);
      sum += times === undefined ? square : times[s]! * square;
    }
    return sum;
  }
}

/** Above this exp() is taken of differences. */
const MOST_LINEAR = 300;

/** Into `to`, at each place: the cumulative hazard that it lived through, each event time's step multiplied by `times` where given. */
export function rowHazards(
  { ends, eventsFrom, strata, leaving }: RiskSets,
  { hazard, eventHazard }: Pick<Pass, 'hazard' | 'eventHazard'>,
  to: Float64Array,
  times?: Float64Array,
): void {
  const left = leaving === undefined ? undefined : new Float64Array(ends.length + 1);
  for (let stratum = strata.length - 2; stratum >= 0; stratum -= 1) {
    let sum = 0;
    for (let s = strata[stratum + 1]! - 1; s >= strata[stratum]!; s -= 1) {
      const times1 = times === undefined ? 1 : times[s]!;
      const own = sum + times1 * eventHazard[s]!;
      sum += times1 * hazard[s]!;
      if (left !== undefined) left[s] = sum;
      let k = s === 0 ? 0 : ends[s - 1]!;
      for (; k < eventsFrom[s]!; k += 1) to[k] = sum;
      for (; k < ends[s]!; k += 1) to[k] = own;
    }
  }
  // What had passed before a row entered: nothing where it never leaves.
  if (left !== undefined && leaving !== undefined)
    for (let k = 0; k < to.length; k += 1) to[k]! -= left[leaving.at[k]!]!;
}
