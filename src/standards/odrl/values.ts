import type { Operator, Value, World } from './model.ts';
import { closure } from './vocabulary.ts';

/** A value made ready to be compared often. */
export interface Ready {
  text: string;
  /** Instant in ms, length of time in ms, or number; NaN where it has no order. */
  order: number;
}

const ZONED = /(?:Z|[+-]\d{2}:\d{2})$/;
const DATE = /^\d{4}-\d{2}-\d{2}/;
const DURATION = /^(-?)P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/;

export function ready({ text }: Value): Ready {
  return { text, order: orderOf(text) };
}

function orderOf(text: string): number {
  if (text === '') return Number.NaN;
  const number = Number(text);
  if (!Number.isNaN(number)) return number;
  // A time without zone is read in UTC; a date begins at its midnight.
  if (DATE.test(text)) return Date.parse(text.includes('T') && !ZONED.test(text) ? `${text}Z` : text);
  return durationMs(text) ?? Number.NaN;
}

/** The length of an XML Schema duration; years and months as 365 and 30 days, which is how long they are at the least. */
export function durationMs(text: string): number | undefined {
  const found = DURATION.exec(text);
  if (found === null || text.endsWith('P') || text.endsWith('T')) return undefined;
  const [, sign, years = 0, months = 0, weeks = 0, days = 0, hours = 0, minutes = 0, seconds = 0] = found;
  const allDays = Number(years) * 365 + Number(months) * 30 + Number(weeks) * 7 + Number(days);
  const ms = (((allDays * 24 + Number(hours)) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000;
  return sign === '-' ? -ms : ms;
}

type Compare = (left: readonly Ready[], right: readonly Ready[], world: World) => boolean;

const ordered =
  (holds: (left: number, right: number) => boolean): Compare =>
  (left, right) =>
    left.some((one) => right.some((other) => holds(one.order, other.order)));

const same = (one: Ready, other: Ready): boolean => one.text === other.text || one.order === other.order;

/** The narrow thing is the wide one or lies under it. */
function isUnder(narrow: Ready, wide: Ready, { widerThan, memberOf }: World): boolean {
  if (same(narrow, wide)) return true;
  return closure(narrow.text, (next) => [...(widerThan?.get(next) ?? []), ...(memberOf?.get(next) ?? [])]).has(
    wide.text,
  );
}

/**
 * What an operator means between what is (left) and what is asked for (right). Whoever knows no left value never gets here:
 * what is unknown satisfies nothing, a `neq` neither.
 *
 * Sets count a narrower thing under a wider one: a use for `research` is one of [`research`, `education`], and so is
 * one for a purpose under research.
 */
export const COMPARE: Readonly<Record<Operator, Compare>> = {
  eq: (left, right) => left.some((one) => right.some((other) => same(one, other))),
  neq: (left, right) => left.every((one) => right.every((other) => !same(one, other))),
  lt: ordered((left, right) => left < right),
  lteq: ordered((left, right) => left <= right),
  gt: ordered((left, right) => left > right),
  gteq: ordered((left, right) => left >= right),
  isA: (left, right, world) => left.some((one) => right.some((other) => isUnder(one, other, world))),
  isPartOf: (left, right, world) => left.some((one) => right.some((other) => isUnder(one, other, world))),
  hasPart: (left, right, world) => right.every((other) => left.some((one) => isUnder(other, one, world))),
  isAllOf: (left, right, world) => right.every((other) => left.some((one) => isUnder(one, other, world))),
  isAnyOf: (left, right, world) => left.some((one) => right.some((other) => isUnder(one, other, world))),
  isNoneOf: (left, right, world) => left.every((one) => right.every((other) => !isUnder(one, other, world))),
};
