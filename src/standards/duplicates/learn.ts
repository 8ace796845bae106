import type { CaseRecord, FieldModel } from './model.ts';

/**
 * Learns the rates of errors from reports that a person has confirmed to be of one case.
 *
 * For a category or a term the share of disagreements is that of misses times the chance that a random value is another one; for a number the three kinds of error are told apart by expectation and maximisation.
 * Half a disagreement is added, so that no rate is 0.
 *
 * @param pairs   confirmed duplicates
 * @param records all reports, for what is common
 * @throws RangeError for no pairs
 *
 * Source: Noren, Orre and Bate, KDD 2005:459-468, section 4.
 */
export function learnRates(
  fields: readonly FieldModel[],
  pairs: readonly (readonly [CaseRecord, CaseRecord])[],
  records: readonly CaseRecord[],
): FieldModel[] {
  if (pairs.length === 0) throw new RangeError('there must be confirmed duplicates to learn from');
  return fields.map((field, at) => {
    const filled = pairs
      .map(([one, other]) => [one[at], other[at]] as const)
      .filter(([one, other]) => isFilled(one) && isFilled(other));
    if (filled.length === 0) return field;
    const values = records.map((record) => record[at]);
    if (field.kind === 'category') return { ...field, miss: missOfCategory(filled, values) };
    if (field.kind === 'terms') return { ...field, miss: missOfTerms(filled) };
    return { ...field, ...errorsOfNumber(field, filled, values) };
  });
}

type Value = CaseRecord[number];
type Pairs = readonly (readonly [Value, Value])[];

function isFilled(value: Value): boolean {
  return Array.isArray(value) ? value.length > 0 : value !== undefined;
}

/** The rate of each from that of at least one of two. */
function single(either: number): number {
  return 1 - Math.sqrt(1 - Math.min(either, 0.99));
}

function missOfCategory(pairs: Pairs, values: readonly Value[]): number {
  const counts = new Map<Value, number>();
  for (const value of values) if (value !== undefined) counts.set(value, (counts.get(value) ?? 0) + 1);
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  const alike = [...counts.values()].reduce((sum, count) => sum + (count / total) ** 2, 0);
  const unlike = pairs.filter(([one, other]) => one !== other).length;
  return single((unlike + 0.5) / (pairs.length + 1) / Math.max(1 - alike, 0.05));
}

/** Lone terms over all terms named: a term that one report has and the other lacks is one miss of one of them. */
function missOfTerms(pairs: Pairs): number {
  let [lone, all] = [0, 0];
  for (const [one, other] of pairs) {
    const [these, those] = [new Set(one as readonly string[]), new Set(other as readonly string[])];
    const shared = [...these].filter((term) => those.has(term)).length;
    lone += these.size + those.size - 2 * shared;
    all += these.size + those.size - shared;
  }
  return single((lone + 0.5) / (all + 1));
}

const ROUNDS = 200;

function errorsOfNumber(
  field: Extract<FieldModel, { kind: 'number' }>,
  pairs: Pairs,
  values: readonly Value[],
): { miss: number; deviation: number; spread: number } {
  const numbers = values.filter((value) => typeof value === 'number');
  const range = Math.max(...numbers) - Math.min(...numbers) + 1;
  const apart = pairs.map(([one, other]) => Math.abs(Math.round(one as number) - Math.round(other as number)));
  let { miss, deviation, spread } = field;
  for (let round = 0; round < ROUNDS; round += 1) {
    const hit = 1 - miss - deviation;
    let [hits, oneOff, bothOff, missed, squares] = [0, 0, 0, 0, 0];
    for (const distance of apart) {
      const exact = distance === 0 ? hit * hit : 0;
      const one = 2 * hit * deviation * density(distance, spread);
      const both = deviation * deviation * density(distance, spread * Math.SQRT2);
      const random = (1 - (1 - miss) ** 2) / range;
      const sum = exact + one + both + random;
      hits += exact / sum;
      oneOff += one / sum;
      bothOff += both / sum;
      missed += random / sum;
      squares += ((one + both / 2) / sum) * distance * distance;
    }
    // Half a pair of each kind, and one of the prior spread, so that few pairs make nothing certain.
    miss = single((missed + 0.5) / (apart.length + 1.5));
    const off = (oneOff + 2 * bothOff + 0.5) / (2 * (hits + oneOff + bothOff) + 1);
    deviation = (1 - miss) * off;
    spread = Math.max(Math.sqrt((squares + field.spread ** 2) / (oneOff + bothOff + 1)), 0.5);
  }
  return { miss, deviation, spread };
}

function density(distance: number, spread: number): number {
  return Math.exp(-0.5 * (distance / spread) ** 2) / (spread * Math.sqrt(2 * Math.PI));
}
