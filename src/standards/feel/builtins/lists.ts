import { add, divide, isNum, isWhole, multiply, type Num, sqrt, subtract, toNumber } from '../decimal.ts';
import { areEqual, calculate, compareValues } from '../operate.ts';
import {
  type Act,
  bounded,
  type FeelFunction,
  FeelFunction as Func,
  isList,
  note,
  spend,
  typeOf,
  type Value,
} from '../values.ts';
import { define } from './define.ts';

type List = readonly Value[];

export const LISTS = [
  define('list contains', [
    'list: list, element: any~',
    ([list, element], act) => paid(act, list as List).some((item) => areEqual(item, element) === true),
  ]),
  define('count', ['list: list', ([list]) => list.length]),
  overAll('min', (list, act) => extreme(list, act, -1)),
  overAll('max', (list, act) => extreme(list, act, 1)),
  overAll('sum', (list, act) => total(list, act)),
  overAll('product', (list, act) => folded(list, act, multiply)),
  overAll('mean', (list, act) => mean(list, act)),
  overAll('median', (list, act) => median(list, act)),
  overAll('stddev', (list, act) => deviation(list, act)),
  overAll('mode', (list, act) => modes(list, act)),
  overAll('all', (list, act) => every(list, act, false)),
  overAll('any', (list, act) => every(list, act, true)),
  define('sublist', [
    'list: list, start position: number, length?: number',
    ([list, start, length]) => sublist(list, start, length),
  ]),
  define('append', ['list: list, ...item: any', ([list, items], act) => paid(act, [...list, ...items])]),
  define('concatenate', [
    '...list: any',
    ([lists], act) => (lists.length === 0 ? undefined : concatenated(lists, act)),
  ]),
  define('insert before', [
    'list: list, position: number, newItem: any~',
    ([list, position, newItem], act) => {
      const at = placeIn(list, position);
      return at === undefined ? undefined : paid(act, [...list.slice(0, at), newItem, ...list.slice(at)]);
    },
  ]),
  define('remove', [
    'list: list, position: number',
    ([list, position], act) => {
      const at = placeIn(list, position);
      return at === undefined ? undefined : paid(act, [...list.slice(0, at), ...list.slice(at + 1)]);
    },
  ]),
  define(
    'list replace',
    [
      'list: list, position: number, newItem: any~',
      ([list, position, newItem], act) => {
        const at = placeIn(list, position);
        return at === undefined ? undefined : paid(act, [...list.slice(0, at), newItem, ...list.slice(at + 1)]);
      },
    ],
    [
      'list: list, match: function, newItem: any~',
      ([list, match, newItem], act) => replaced(list, match, newItem, act),
    ],
  ),
  define('reverse', ['list: list', ([list], act) => paid(act, [...list].reverse())]),
  define('index of', [
    'list: list, match: any~',
    ([list, match], act) =>
      paid(act, list as List).flatMap((item, index) => (areEqual(item, match) === true ? [index + 1] : [])),
  ]),
  define('union', ['...list: any', ([lists], act) => distinct(concatenated(lists, act), act)]),
  define('distinct values', ['list: list', ([list], act) => distinct(list, act)]),
  define('flatten', ['list: list', ([list], act) => flattened(list, act)]),
  define(
    'sort',
    ['list: list, precedes: function', ([list, precedes], act) => sorted(list, precedes, act)],
    ['list: list', ([list], act) => sorted(list, undefined, act)],
  ),
];

/** Of a list, or of as many arguments. */
function overAll(name: string, body: (list: List, act: Act) => Value | undefined): [string, FeelFunction] {
  const [, byList] = define(name, ['list: list', ([list], act) => body(list, act)]);
  const call = (args: List, act: Act): Value => {
    if (args.length === 0) return note(act, 'wrong-arguments', undefined, { function: name });
    if (args.length === 1) return byList.call(args, act);
    return (
      body(args, act) ?? note(act, 'wrong-type', undefined, { function: name, arguments: args.map(typeOf).join(', ') })
    );
  };
  return [name, new Func(name, byList.parameters, call, byList.named)];
}

function paid<T extends List>(act: Act, list: T): T {
  bounded(list.length);
  spend(act, list.length);
  return list;
}

function extreme(list: List, act: Act, sign: 1 | -1): Value | undefined {
  paid(act, list);
  let best: Value | undefined;
  for (const item of list) {
    const order = compareValues(item, best ?? item);
    if (order === undefined) return undefined;
    if (best === undefined || order * sign > 0) best = item;
  }
  return best ?? null;
}

function total(list: List, act: Act): Value | undefined {
  paid(act, list);
  let sum: Value | undefined;
  for (const item of list) {
    if (typeof item === 'string' || item === null || typeof item === 'boolean') return undefined;
    if (sum === undefined && !isNum(item) && calculate('+', item, item) === undefined) return undefined;
    sum = sum === undefined ? item : calculate('+', sum, item);
    if (sum === undefined) return undefined;
  }
  return sum ?? null;
}

function folded(list: List, act: Act, operation: (a: Num, b: Num) => Num | undefined): Num | null | undefined {
  paid(act, list);
  let result: Num | undefined;
  for (const item of list) {
    if (!isNum(item)) return undefined;
    result = result === undefined ? item : operation(result, item);
    if (result === undefined) return undefined;
  }
  return result ?? null;
}

function mean(list: List, act: Act): Value | undefined {
  if (list.length === 0) return null;
  const sum = total(list, act);
  return sum === undefined || sum === null ? undefined : calculate('/', sum, list.length);
}

function numbersOf(list: List, act: Act): Num[] | undefined {
  paid(act, list);
  return list.every(isNum) ? (list as Num[]) : undefined;
}

function median(list: List, act: Act): Value | undefined {
  const sortedNumbers = numbersOf(list, act)
    ?.slice()
    .sort((a, b) => compareValues(a, b) ?? 0);
  if (sortedNumbers === undefined) return undefined;
  if (sortedNumbers.length === 0) return null;
  const middle = sortedNumbers.length >> 1;
  const upper = sortedNumbers[middle] as Num;
  if (sortedNumbers.length % 2 === 1) return upper;
  const sum = add(sortedNumbers[middle - 1] as Num, upper);
  return sum === undefined ? undefined : divide(sum, 2);
}

/** Of a sample: divided by n - 1. */
function deviation(list: List, act: Act): Value | undefined {
  const numbers = numbersOf(list, act);
  if (numbers === undefined || numbers.length < 2) return undefined;
  const centre = mean(numbers, act);
  if (!isNum(centre ?? null)) return undefined;
  let squares: Num | undefined = 0;
  for (const number of numbers) {
    const off = subtract(number, centre as Num);
    const square: Num | undefined = off === undefined ? undefined : multiply(off, off);
    squares = square === undefined || squares === undefined ? undefined : add(squares, square);
  }
  const variance = squares === undefined ? undefined : divide(squares, numbers.length - 1);
  return variance === undefined ? undefined : sqrt(variance);
}

/** Every most frequent number, ascending. */
function modes(list: List, act: Act): Value | undefined {
  const numbers = numbersOf(list, act)
    ?.slice()
    .sort((a, b) => compareValues(a, b) ?? 0);
  if (numbers === undefined) return undefined;
  const runs: { value: Num; times: number }[] = [];
  for (const value of numbers) {
    const last = runs.at(-1);
    if (last !== undefined && compareValues(last.value, value) === 0) last.times += 1;
    else runs.push({ value, times: 1 });
  }
  const most = runs.reduce((times, run) => Math.max(times, run.times), 0);
  return runs.filter((run) => run.times === most).map((run) => run.value);
}

function every(list: List, act: Act, decides: boolean): Value {
  paid(act, list);
  if (list.includes(decides)) return decides;
  return list.every((item) => typeof item === 'boolean') ? !decides : note(act, 'not-a-boolean');
}

/** Counted from 1, or from the end with a minus; undefined when there is no such place. */
function placeIn(list: List, position: Num): number | undefined {
  const at = Math.trunc(toNumber(position));
  if (at === 0 || Math.abs(at) > list.length) return undefined;
  return at > 0 ? at - 1 : list.length + at;
}

function sublist(list: List, start: Num, length: Num | undefined): Value | undefined {
  const from = placeIn(list, start);
  if (from === undefined) return undefined;
  if (length === undefined) return list.slice(from);
  const size = toNumber(length);
  return isWhole(length) && size >= 1 && from + size <= list.length ? list.slice(from, from + size) : undefined;
}

function concatenated(lists: List, act: Act): Value[] {
  const all: Value[] = [];
  for (const list of lists) {
    const items = isList(list) ? list : [list];
    bounded(all.length + items.length);
    spend(act, items.length);
    for (const item of items) all.push(item);
  }
  return all;
}

function distinct(list: List, act: Act): Value[] {
  const seen: Value[] = [];
  const simple = new Set<Value>();
  for (const item of list) {
    // Texts and whole numbers are alike only when they are the same: no need to look at all that came before.
    if (typeof item === 'string' || typeof item === 'number' || typeof item === 'boolean' || item === null) {
      spend(act, 1);
      if (simple.has(item)) continue;
      simple.add(item);
    } else {
      spend(act, seen.length);
      if (seen.some((known) => areEqual(known, item) === true)) continue;
    }
    seen.push(item);
  }
  return seen;
}

function flattened(list: List, act: Act): Value[] {
  const all: Value[] = [];
  const take = (items: List) => {
    spend(act, items.length);
    for (const item of items) {
      if (isList(item)) take(item);
      else {
        bounded(all.length + 1);
        all.push(item);
      }
    }
  };
  take(list);
  return all;
}

function replaced(list: List, match: FeelFunction, newItem: Value, act: Act): Value {
  if (match.parameters.length !== 2) return note(act, 'wrong-arguments');
  const next: Value[] = [];
  for (const item of list) {
    spend(act, 1);
    const found = match.call([item, newItem], act);
    if (typeof found !== 'boolean') return note(act, 'not-a-boolean');
    next.push(found ? newItem : item);
  }
  return next;
}

/** Merged by halves: what neither precedes keeps its order. Without a function, in ascending order. */
function sorted(list: List, precedes: FeelFunction | undefined, act: Act): Value {
  let unknown = false;
  const before = (a: Value, b: Value): boolean => {
    spend(act, 1);
    if (precedes === undefined) {
      const order = compareValues(a, b);
      if (order === undefined) unknown = true;
      return (order ?? 0) < 0;
    }
    const found = precedes.call([a, b], act);
    if (typeof found !== 'boolean') unknown = true;
    return found === true;
  };
  const sort = (items: List): List => {
    if (items.length < 2 || unknown) return items;
    const middle = items.length >> 1;
    const left = sort(items.slice(0, middle));
    const right = sort(items.slice(middle));
    const merged: Value[] = [];
    let l = 0;
    let r = 0;
    while (l < left.length && r < right.length) {
      merged.push(before(right[r] as Value, left[l] as Value) ? (right[r++] as Value) : (left[l++] as Value));
    }
    return [...merged, ...left.slice(l), ...right.slice(r)];
  };
  const result = sort(paid(act, list));
  return unknown ? note(act, 'not-comparable') : result;
}
