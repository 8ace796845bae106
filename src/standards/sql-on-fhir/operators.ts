import { isSameOrBase } from '#standards/fhir';
import type { Ast } from '#standards/fhirpath';
import {
  both,
  type Expr,
  FALSE,
  keepRaw,
  literal,
  MOMENTS,
  NUMBERS,
  only,
  presence,
  type Scalar,
  scalar,
  settled,
  test,
  typed,
  valuesOf,
} from './algebra.ts';
import {
  condition,
  exists,
  listOf,
  mapped,
  meaningOf,
  number,
  one,
  PathError,
  type Scope,
  text,
  type Value,
} from './meaning.ts';
import { momentText } from './moments.ts';
import { amountOf, quantityPart } from './quantity.ts';

type Operator = (left: Ast, right: Ast, scope: Scope) => Value;

export const OPERATORS: Record<string, Operator> = {
  and: logical('and'),
  or: logical('or'),
  xor: logical('xor'),
  implies: logical('implies'),
  '=': (left, right, scope) => equality(meaningOf(left, scope), meaningOf(right, scope)),
  '!=': (left, right, scope) =>
    equality(meaningOf(left, scope), meaningOf(right, scope)).map((same) => test('not', same)),
  '~': (left, right, scope) => [equivalence(meaningOf(left, scope), meaningOf(right, scope))],
  '!~': (left, right, scope) => [test('not', equivalence(meaningOf(left, scope), meaningOf(right, scope)))],
  '<': ordered('<'),
  '<=': ordered('<='),
  '>': ordered('>'),
  '>=': ordered('>='),
  '|': (left, right, scope) => union([...meaningOf(left, scope), ...meaningOf(right, scope)]),
  '&': (left, right, scope) => {
    const [a, b] = [one(meaningOf(left, scope)), one(meaningOf(right, scope))];
    return [scalar('join2', 'string', [a ? text(a) : EMPTY_TEXT, b ? text(b) : EMPTY_TEXT])];
  },
  '+': arithmetic('add'),
  '-': arithmetic('subtract'),
  '*': arithmetic('multiply'),
  '/': (left, right, scope) =>
    withBoth(left, right, scope, (a, b) => scalar('divide', 'decimal', [number(a), number(b)])),
  div: (left, right, scope) =>
    withBoth(left, right, scope, (a, b) => scalar('wholeDivide', 'integer', sameNumbers(a, b))),
  mod: arithmetic('modulo'),
  in: (left, right, scope) => membership(meaningOf(left, scope), meaningOf(right, scope)),
  contains: (left, right, scope) => membership(meaningOf(right, scope), meaningOf(left, scope)),
};

const EMPTY_TEXT = literal('string', undefined);

function logical(name: 'and' | 'or' | 'xor' | 'implies'): Operator {
  return (left, right, scope) => [test(name, condition(meaningOf(left, scope)), condition(meaningOf(right, scope)))];
}

function withBoth(left: Ast, right: Ast, scope: Scope, apply: (a: Expr, b: Expr) => Expr): Value {
  const [a, b] = [one(meaningOf(left, scope)), one(meaningOf(right, scope))];
  return a && b ? [apply(a, b)] : [];
}

/** Whole numbers stay whole where both are. */
function sameNumbers(a: Expr, b: Expr): [Expr, Expr] {
  return a.kind === 'integer' && b.kind === 'integer' ? [a, b] : [number(a), number(b)];
}

function arithmetic(name: 'add' | 'subtract' | 'multiply' | 'modulo'): Operator {
  return (left, right, scope) =>
    withBoth(left, right, scope, (a, b) => {
      if (name === 'add' && a.kind === 'string') return scalar('append', 'string', [a, text(b)]);
      if (MOMENTS.has(a.kind) && (name === 'add' || name === 'subtract')) return shifted(a, b, name);
      const pair = sameNumbers(a, b);
      return scalar(name, pair[0].kind, pair);
    });
}

const DURATIONS: ReadonlySet<string> = new Set(['year', 'month', 'week', 'day', 'hour', 'minute', 'second']);

/** A date or dateTime some calendar durations later, or earlier; what is said of it stays as precise as it was. */
function shifted(moment: Expr, by: Expr, name: 'add' | 'subtract'): Expr {
  const amount = quantityPart(by, 'value');
  const unit = quantityPart(by, 'unit');
  if (amount?.op !== 'literal' || unit?.op !== 'literal' || !DURATIONS.has(unit.text ?? ''))
    throw new PathError('only a duration of the calendar can be added to a date, such as 3 months');
  if (moment.kind === 'time') throw new PathError('adding to a time of day is not supported');
  const whole = Math.trunc(Number(amount.text));
  if (!(Math.abs(whole) <= MOST_SHIFTED)) throw new PathError('the duration is too long');
  const count = literal('integer', String(name === 'add' ? whole : -whole));
  return { ...scalar('shifted', moment.kind, [moment, count, unit]), type: moment.type };
}

const MOST_SHIFTED = 10_000_000;

// ---- equality

/** The family in which two values can be equal. */
function familyOf(of: Expr): string {
  if (NUMBERS.has(of.kind)) return 'number';
  if (of.kind === 'dateTime') return 'date';
  if (of.kind === 'element') return isQuantity(of) ? 'quantity' : 'element';
  return of.kind;
}

export function isQuantity(of: Expr): boolean {
  return isSameOrBase('Quantity', of.type);
}

/** Empty when a side is empty. Lists are equal when they have equal items in the same order. */
function equality(left: Value, right: Value): Value {
  if (left.length === 0 || right.length === 0) return [];
  if (left.length === 1 && right.length === 1) return [equalParts(left[0] as Expr, right[0] as Expr)];
  return [overTypes(left, right, equalParts, FALSE)];
}

/** Where a value may be of several types: the pair of those that can be compared, and `other` where present ones cannot. */
function overTypes(left: Value, right: Value, apply: (a: Expr, b: Expr) => Expr, other: Expr | undefined): Expr {
  const pairs = left.flatMap((a) => right.filter((b) => familyOf(a) === familyOf(b)).map((b) => apply(a, b)));
  if (pairs.length === 0 && other === undefined) throw new PathError('values of these types have no order');
  const rest = test(
    'if',
    both(exists(left), exists(right)),
    other ?? literal('boolean', undefined),
    literal('boolean', undefined),
  );
  return test('coalesce', ...pairs, rest);
}

function equalParts(a: Expr, b: Expr): Expr {
  if (familyOf(a) !== familyOf(b))
    return test('if', both(exists([a]), exists([b])), FALSE, literal('boolean', undefined));
  if (!a.many && !b.many) return equalSingles(a, b);
  const keys = [a, b].map((side) => valuesOf(mapped(valuesOf(side), keyOf))) as [Expr, Expr];
  const areMoments = MOMENTS.has(a.kind);
  return { op: 'sameLists', left: keys[0], right: keys[1], areMoments, type: 'boolean', kind: 'boolean', many: false };
}

function equalSingles(a: Expr, b: Expr): Expr {
  if (MOMENTS.has(a.kind)) return test('sameKey', keyOf(a), keyOf(b));
  if (isQuantity(a) && isQuantity(b)) return quantities(a, b, 'equal');
  return test('equal', keyOf(a), keyOf(b));
}

/** A value whose equality in SQL is FHIRPath's. */
function keyOf(of: Expr): Expr {
  if (of.kind === 'written' || of.kind === 'integer') return number(of);
  if (MOMENTS.has(of.kind)) return momentKey(of);
  if (of.kind !== 'element') return of;
  keepRaw(of);
  return scalar('canonicalText', 'string', [of]);
}

/** Text that sorts as the moment does and is as long as the moment is precise; times of day and moments in UTC. */
function momentKey(of: Expr): Expr {
  if (of.op === 'literal') return literal('string', of.text && momentText(of.text, of.kind === 'time'));
  return scalar(of.kind === 'time' ? 'clockKey' : 'momentKey', 'string', [of]);
}

/** Amounts in the same unit; amounts in others are not converted, and the answer is empty. */
function quantities(a: Expr, b: Expr, name: Scalar): Expr {
  const [x, y] = [amountOf(a), amountOf(b)];
  const sameUnit = test(
    'coalesce',
    test('equal', x.unit, y.unit),
    test('not', test('or', test('present', x.unit), test('present', y.unit))),
  );
  return test('if', sameUnit, test(name, number(x.value), number(y.value)), literal('boolean', undefined));
}

// ---- equivalence

/** Never empty: two empty sides are equivalent. Lists in any order; texts without regard to case and kind of white space. */
function equivalence(left: Value, right: Value): Expr {
  if (left.length === 0) return test('not', exists(right));
  if (right.length === 0) return test('not', exists(left));
  const [a, b] = [listSide(left), listSide(right)];
  if (a === undefined || b === undefined || familyOf(a) !== familyOf(b))
    return both(test('not', exists(left)), test('not', exists(right)));
  if (!a.many && !b.many) {
    const areNumbers = familyOf(a) === 'number' && (a.kind !== 'integer' || b.kind !== 'integer');
    const same = test('isTrue', areNumbers ? test('alike', number(a), number(b)) : test('equal', loose(a), loose(b)));
    return test('or', same, both(test('not', presence(a)), test('not', presence(b))));
  }
  const keys = [a, b].map((side) => valuesOf(mapped(valuesOf(side), loose)));
  const sorted = keys.map((list): Expr => ({ op: 'sorted', list, ...typed(list, true) }));
  const [x, y] = sorted as [Expr, Expr];
  const same: Expr = {
    op: 'sameLists',
    left: x,
    right: y,
    areMoments: false,
    type: 'boolean',
    kind: 'boolean',
    many: false,
  };
  return test('or', test('isTrue', same), both(test('not', exists(left)), test('not', exists(right))));
}

function listSide(side: Value): Expr | undefined {
  return side.length === 1 ? side[0] : listOf(side);
}

function loose(of: Expr): Expr {
  if (of.kind !== 'string') return keyOf(of);
  return scalar('lower', 'string', [scalar('trim', 'string', [of])]);
}

// ---- order

function ordered(sign: '<' | '<=' | '>' | '>='): Operator {
  return (left, right, scope) => {
    const [a, b] = sign.startsWith('<') ? [left, right] : [right, left];
    const [x, y] = [meaningOf(a, scope), meaningOf(b, scope)];
    if (x.length === 0 || y.length === 0) return [];
    const name = sign.endsWith('=') ? 'lessEqual' : 'less';
    if (x.length === 1 && y.length === 1) return [orderParts(x[0] as Expr, y[0] as Expr, name)];
    return [overTypes(x, y, (p, q) => orderParts(p, q, name), undefined)];
  };
}

function orderParts(a: Expr, b: Expr, name: 'less' | 'lessEqual'): Expr {
  const [x, y] = [only(a), only(b)];
  const family = familyOf(x);
  if (family !== familyOf(y)) throw new PathError(`${x.type} and ${y.type} have no order`);
  if (family === 'quantity') return quantities(x, y, name);
  if (family === 'number') return test(name, ...sameNumbers(x, y));
  if (family === 'string') return test(name, x, y);
  if (family === 'date' || family === 'time')
    return test(name === 'less' ? 'beforeKey' : 'beforeEqualKey', keyOf(x), keyOf(y));
  throw new PathError(`${x.type} has no order`);
}

// ---- sets

export function union(parts: Value): Value {
  const groups = new Map<string, Expr[]>();
  for (const part of parts) groups.set(familyOf(part), [...(groups.get(familyOf(part)) ?? []), part]);
  return [...groups.values()].map((group) => distinct(listOf(group) as Expr));
}

export function distinct(of: Expr): Expr {
  // `a | b | c` is (a | b) | c: once is enough.
  const inner = (one: Expr): Expr => (one.op === 'distinct' ? one.list : one);
  const list = settled(of.op === 'concat' ? { ...of, lists: of.lists.map(inner) } : of);
  keepRaw(list);
  return { op: 'distinct', list, ...typed(list, true) };
}

export function membership(item: Value, list: Value): Value {
  const value = one(item);
  if (value === undefined) return [];
  const all = listOf(list);
  if (all === undefined || familyOf(all) !== familyOf(value))
    return [test('if', presence(value), FALSE, literal('boolean', undefined))];
  const keys = valuesOf(mapped(valuesOf(all), keyOf));
  return [{ op: 'holds', list: keys, value: keyOf(value), type: 'boolean', kind: 'boolean', many: false }];
}
