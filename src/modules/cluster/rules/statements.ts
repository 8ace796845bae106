import { CONFIDENCES, type Reckoned, type Statement, type Value } from '../model.ts';

type Point = Pick<Statement, 'value' | 'op' | 'asOf' | 'confidence' | 'saidAt'>;

/** The value to reckon with: of the newest date, then the best trusted, then the latest said. Undefined where nothing is known. */
export function reckon(statements: readonly Statement[], { many = false } = {}): Reckoned | undefined {
  const [first] = sortSaid(statements);
  if (first === undefined) return undefined;
  const { value, op, unit, asOf, confidence, source, id } = first;
  return {
    value,
    op,
    unit,
    asOf,
    confidence,
    source,
    statement: id,
    disputed: !many && isDisputed(statements),
  };
}

/** The one to reckon with first. */
export function sortSaid<T extends Point>(statements: readonly T[]): T[] {
  return statements.toSorted(
    (one, two) =>
      (two.asOf ?? '').localeCompare(one.asOf ?? '') ||
      trustOf(one) - trustOf(two) ||
      two.saidAt.localeCompare(one.saidAt),
  );
}

function trustOf({ confidence }: Point): number {
  return confidence === null ? -1 : CONFIDENCES.indexOf(confidence);
}

/** Whether sources contradict each other on one date. A value of a later date contradicts none of an earlier one; without a date it speaks of any. */
export function isDisputed(statements: readonly Point[]): boolean {
  return statements.some((one, at) => statements.slice(at + 1).some((two) => sameTime(one, two) && !agree(one, two)));
}

/** A year and a day within it overlap. */
function sameTime({ asOf: one }: Point, { asOf: two }: Point): boolean {
  return one === null || two === null || one.startsWith(two) || two.startsWith(one);
}

/** Whether both can be true: equal, or numbers whose bounds leave room. About 40 and over 40 are two claims. */
export function agree(one: Pick<Point, 'value' | 'op'>, two: Pick<Point, 'value' | 'op'>): boolean {
  if (typeof one.value !== 'number' || typeof two.value !== 'number') return sameValue(one.value, two.value);
  const [a, b] = [one.op ?? '=', two.op ?? '='];
  if (a === b && (a === '>' || a === '<')) return true;
  if (a === '>') return two.value > one.value;
  if (b === '>') return one.value > two.value;
  if (a === '<') return two.value < one.value;
  if (b === '<') return one.value < two.value;
  return one.value === two.value;
}

function sameValue(one: Value, two: Value): boolean {
  return JSON.stringify(one) === JSON.stringify(two);
}
