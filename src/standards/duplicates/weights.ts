import type { CaseRecord, FieldModel } from './model.ts';

/** The evidence that two reports are of one case, in bits: log2 of the chance of what they say if they are, over the chance if they are not. */
export interface MatchScore {
  total: number;
  /** By field, in the model's order; 0 where one of them says nothing. */
  fields: number[];
}

/**
 * The hit-miss model of record linkage, learnt from the reports themselves: what is rare says much when it agrees, what is common little, and what disagrees counts against as much as errors are rare.
 *
 * A report's value is the true one (hit), a random one (miss) or missing (blank); numbers may also lie near the true one. Terms that tend to be named together are not counted twice: each agreeing term's
 * weight is lessened by its information component with that earlier agreeing term with which it is most strongly associated.
 *
 * Source: Copas and Hilton, J R Stat Soc A 1990;153:287-320; hit-miss mixture for numbers and correlated fields: Noren, Orre and Bate, KDD 2005:459-468.
 */
export class HitMissModel {
  readonly fields: readonly FieldModel[];
  readonly #learnt: Learnt[];

  /** @throws RangeError for rates outside 0 to 1, a spread not above 0, or no records */
  constructor(fields: readonly FieldModel[], records: readonly CaseRecord[]) {
    for (const field of fields) checkField(field);
    if (records.length === 0) throw new RangeError('there must be reports to learn from');
    this.fields = fields;
    this.#learnt = fields.map((field, at) =>
      learn(
        field,
        records.map((record) => record[at]),
      ),
    );
  }

  score(one: CaseRecord, other: CaseRecord): MatchScore {
    const fields = this.#learnt.map((learnt, at) => learnt.weight(one[at], other[at]));
    return { total: fields.reduce((sum, weight) => sum + weight, 0), fields };
  }

  /** The share of reports that name a term or have a value; of a number, 0. */
  frequency(field: number, value: string): number {
    return this.#learnt[field]!.frequency(value);
  }
}

type Value = CaseRecord[number];

interface Learnt {
  weight(one: Value, other: Value): number;
  frequency(value: string): number;
}

function learn(field: FieldModel, values: readonly Value[]): Learnt {
  if (field.kind === 'category') return new LearntCategory(field.miss, values);
  if (field.kind === 'number') return new LearntNumber(field, values);
  return new LearntTerms(field.miss, values);
}

/** The chance that at least one of two filled-in values is a miss. */
function eitherMisses(miss: number): number {
  return 1 - (1 - miss) ** 2;
}

/** Bits for agreeing on something that has this frequency, and for disagreeing. */
function agreement(frequency: number, missed: number): number {
  return Math.log2((1 - missed * (1 - frequency)) / frequency);
}

class LearntCategory implements Learnt {
  readonly #missed: number;
  readonly #counts = new Map<string, number>();
  #filled = 0;

  constructor(miss: number, values: readonly Value[]) {
    this.#missed = eitherMisses(miss);
    for (const value of values) {
      if (typeof value !== 'string') continue;
      this.#counts.set(value, (this.#counts.get(value) ?? 0) + 1);
      this.#filled += 1;
    }
  }

  frequency(value: string): number {
    // A value never seen before is as rare as one report of one more.
    return Math.max(this.#counts.get(value) ?? 0, 1) / Math.max(this.#filled, 1);
  }

  weight(one: Value, other: Value): number {
    if (typeof one !== 'string' || typeof other !== 'string') return 0;
    return one === other ? agreement(this.frequency(one), this.#missed) : Math.log2(this.#missed);
  }
}

class LearntNumber implements Learnt {
  readonly #hits: number;
  readonly #oneOff: number;
  readonly #bothOff: number;
  readonly #missed: number;
  readonly #spread: number;
  readonly #counts = new Map<number, number>();
  readonly #random = new Map<number, number>();
  #filled = 0;

  constructor(
    { miss, deviation, spread }: { miss: number; deviation: number; spread: number },
    values: readonly Value[],
  ) {
    const hit = 1 - miss - deviation;
    this.#hits = hit * hit;
    this.#oneOff = 2 * deviation * hit;
    this.#bothOff = deviation * deviation;
    this.#missed = eitherMisses(miss);
    this.#spread = spread;
    for (const value of values) {
      if (typeof value !== 'number') continue;
      const whole = Math.round(value);
      this.#counts.set(whole, (this.#counts.get(whole) ?? 0) + 1);
      this.#filled += 1;
    }
  }

  frequency(): number {
    return 0;
  }

  weight(one: Value, other: Value): number {
    if (typeof one !== 'number' || typeof other !== 'number') return 0;
    const apart = Math.abs(Math.round(one) - Math.round(other));
    const near =
      (apart === 0 ? this.#hits : 0) +
      this.#oneOff * massAt(apart, this.#spread) +
      this.#bothOff * massAt(apart, this.#spread * Math.SQRT2);
    return Math.log2(near / this.#chanceApart(apart) + this.#missed);
  }

  /** The chance that two unlike reports are just so far apart, in one direction. */
  #chanceApart(apart: number): number {
    const known = this.#random.get(apart);
    if (known !== undefined) return known;
    let pairs = 0;
    for (const [value, count] of this.#counts) pairs += count * (this.#counts.get(value + apart) ?? 0);
    // Half a pair more, so that what nobody had yet is rare and not impossible.
    const chance = (pairs + 0.5) / Math.max(this.#filled, 1) ** 2;
    this.#random.set(apart, chance);
    return chance;
  }
}

/** The normal distribution's mass within half a unit. */
function massAt(apart: number, spread: number): number {
  // Simpson's rule is exact enough: the spread is at least about a unit.
  const density = (x: number) => Math.exp(-0.5 * (x / spread) ** 2) / (spread * Math.sqrt(2 * Math.PI));
  return (density(apart - 0.5) + 4 * density(apart) + density(apart + 0.5)) / 6;
}

class LearntTerms implements Learnt {
  readonly #missed: number;
  readonly #counts = new Map<string, number>();
  readonly #together = new Map<string, Map<string, number>>();
  #filled = 0;

  constructor(miss: number, values: readonly Value[]) {
    this.#missed = eitherMisses(miss);
    for (const value of values) {
      const terms = termsOf(value);
      if (terms.length === 0) continue;
      this.#filled += 1;
      for (const term of terms) {
        this.#counts.set(term, (this.#counts.get(term) ?? 0) + 1);
        for (const other of terms) if (other < term) this.#count(other, term);
      }
    }
  }

  #count(one: string, other: string): void {
    const row = this.#together.get(one) ?? new Map<string, number>();
    this.#together.set(one, row);
    row.set(other, (row.get(other) ?? 0) + 1);
  }

  frequency(term: string): number {
    return Math.max(this.#counts.get(term) ?? 0, 1) / Math.max(this.#filled, 1);
  }

  weight(one: Value, other: Value): number {
    const [these, those] = [termsOf(one), new Set(termsOf(other))];
    if (these.length === 0 || those.size === 0) return 0;
    const shared = these.filter((term) => those.has(term));
    const lone = these.length + those.size - 2 * shared.length;
    // The rarest says most, so it is counted whole and the others against it.
    shared.sort((a, b) => this.frequency(a) - this.frequency(b) || (a < b ? -1 : 1));
    let bits = lone * Math.log2(this.#missed);
    for (const [at, term] of shared.entries()) {
      const own = agreement(this.frequency(term), this.#missed);
      const known = shared.slice(0, at).reduce((most, earlier) => Math.max(most, this.#association(earlier, term)), 0);
      bits += own - Math.min(known, Math.max(own, 0));
    }
    return bits;
  }

  /** The information component of two terms, shrunk towards none. */
  #association(one: string, other: string): number {
    const [low, high] = one < other ? [one, other] : [other, one];
    const together = this.#together.get(low)?.get(high) ?? 0;
    const expected = this.frequency(one) * this.frequency(other) * this.#filled;
    return Math.log2((together + 0.5) / (expected + 0.5));
  }
}

function termsOf(value: Value): readonly string[] {
  return Array.isArray(value) ? [...new Set(value as readonly string[])] : [];
}

function checkField(field: FieldModel): void {
  const isRate = (rate: number) => rate > 0 && rate < 1;
  const others = field.kind === 'number' ? field.deviation : 0;
  if (!isRate(field.miss) || !(others >= 0 && field.miss + others < 1))
    throw new RangeError(`the rates of ${field.name} must be above 0 and below 1 together`);
  if (field.kind === 'number' && !(field.spread >= 0.5))
    throw new RangeError(`the spread of ${field.name} must be half a unit or more`);
}
