/** How points and ranges lie to each other (DMN 1.5, table 78; after J. F. Allen's interval algebra). */
import { compareValues } from '../operate.ts';
import { type FeelFunction, Range, type Value } from '../values.ts';
import { define } from './define.ts';

interface End {
  readonly value: Value;
  readonly included: boolean;
}

/** Undefined when ends cannot be compared, or there is none. */
type Relation = (a: Range, b: Range) => boolean | undefined;

const point = (value: Value) => new Range(value, true, value, true);
const startOf = (range: Range): End => ({ value: range.start ?? null, included: range.startIncluded });
const endOf = (range: Range): End => ({ value: range.end ?? null, included: range.endIncluded });

class NoOrder extends Error {}

function order(a: Value, b: Value): number {
  const found = compareValues(a, b);
  if (found === undefined) throw new NoOrder();
  return found;
}

/** Whether all of what ends at `end` lies before what starts at `start`. */
function precedes(end: End, start: End): boolean {
  const found = order(end.value, start.value);
  return found < 0 || (found === 0 && !(end.included && start.included));
}

function startsNotAfter(a: Range, b: Range): boolean {
  const found = order(startOf(a).value, startOf(b).value);
  return found < 0 || (found === 0 && (a.startIncluded || !b.startIncluded));
}

function endsNotBefore(a: Range, b: Range): boolean {
  const found = order(endOf(a).value, endOf(b).value);
  return found > 0 || (found === 0 && (a.endIncluded || !b.endIncluded));
}

function sameStart(a: Range, b: Range): boolean {
  return order(startOf(a).value, startOf(b).value) === 0 && a.startIncluded === b.startIncluded;
}

function sameEnd(a: Range, b: Range): boolean {
  return order(endOf(a).value, endOf(b).value) === 0 && a.endIncluded === b.endIncluded;
}

const before: Relation = (a, b) => precedes(endOf(a), startOf(b));
const includes: Relation = (a, b) => startsNotAfter(a, b) && endsNotBefore(a, b);
const overlaps: Relation = (a, b) => !precedes(endOf(a), startOf(b)) && !precedes(endOf(b), startOf(a));
const overlapsBefore: Relation = (a, b) =>
  overlaps(a, b) === true && !startsNotAfter(b, a) && (!endsNotBefore(a, b) || sameEnd(a, b));
const meets: Relation = (a, b) => a.endIncluded && b.startIncluded && order(endOf(a).value, startOf(b).value) === 0;
const starts: Relation = (a, b) => sameStart(a, b) && endsNotBefore(b, a);
const finishes: Relation = (a, b) => sameEnd(a, b) && startsNotAfter(b, a);
const coincides: Relation = (a, b) => sameStart(a, b) && sameEnd(a, b);
const swapped =
  (relation: Relation): Relation =>
  (a, b) =>
    relation(b, a);

const SCALAR = 'number|string|date|time|moment|days|months';

export const RANGES: [string, FeelFunction][] = [
  relation('before', before, ['point point', 'point range', 'range point', 'range range']),
  relation('after', swapped(before), ['point point', 'point range', 'range point', 'range range']),
  relation('meets', meets, ['range range']),
  relation('met by', swapped(meets), ['range range']),
  relation('overlaps', overlaps, ['range range']),
  relation('overlaps before', overlapsBefore, ['range range']),
  relation('overlaps after', swapped(overlapsBefore), ['range range']),
  relation('finishes', finishes, ['point range', 'range range']),
  relation('finished by', swapped(finishes), ['range point', 'range range']),
  relation('includes', includes, ['range point', 'range range']),
  relation('during', swapped(includes), ['point range', 'range range']),
  relation('starts', starts, ['point range', 'range range']),
  relation('started by', swapped(starts), ['range point', 'range range']),
  relation('coincides', coincides, ['point point', 'range range']),
];

function relation(name: string, holds: Relation, shapes: readonly string[]): [string, FeelFunction] {
  const run = ([a, b]: Value[]): Value | undefined => {
    try {
      return holds(a instanceof Range ? a : point(a as Value), b instanceof Range ? b : point(b as Value));
    } catch (error) {
      if (error instanceof NoOrder) return undefined;
      throw error;
    }
  };
  return define(
    name,
    ...shapes.map((shape): [string, typeof run] => {
      const [first = '', second = ''] = shape.split(' ');
      const names = first === second ? [`${first}1`, `${second}2`] : [first, second];
      const kinds = [first, second].map((kind) => (kind === 'range' ? 'range' : SCALAR));
      return [`${names[0]}: ${kinds[0]}, ${names[1]}: ${kinds[1]}`, run];
    }),
  );
}
