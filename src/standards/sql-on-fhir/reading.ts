import { type Expr, newShape, type Part, type Scalar } from './algebra.ts';
import type { Rows } from './plan.ts';

/** Notes every part that is read in `tree` in the shape it is read from. */
export function noteReading(tree: unknown): void {
  visit(tree, true, { counted: new WeakSet(), others: new WeakSet() });
}

/** What was visited is not visited again: expressions share their parts. */
type Seen = Record<'counted' | 'others', WeakSet<object>>;

function visit(tree: unknown, isCounted: boolean, seen: Seen): void {
  if (typeof tree !== 'object' || tree === null) return;
  const before = seen[isCounted ? 'counted' : 'others'];
  if (before.has(tree)) return;
  before.add(tree);
  if (Array.isArray(tree)) {
    for (const part of tree) visit(part, true, seen);
    return;
  }
  const expr = tree as Expr;
  if (expr.op === 'child') note(expr, isCounted);
  const walked = isRows(tree) ? fociThatMayShrink(tree) : listThatMayShrink(expr);
  for (const [key, part] of Object.entries(tree)) {
    if (key === 'shape' || (key === 'beside' && expr.op === 'variable')) continue;
    visit(part, part !== walked, seen);
  }
}

function note(expr: Expr & { op: 'child' }, isCounted: boolean): void {
  const parts = expr.of.shape?.parts;
  const { key, type, kind, many, shape, beside } = expr;
  const known = parts?.get(key);
  const part: Part = { type, kind, many, ...(shape && { shape }), counted: isCounted || known?.counted === true };
  parts?.set(key, part);
  if (beside === undefined || parts === undefined || parts.has(beside)) return;
  const isCompanion = beside.startsWith('_');
  const companions = isCompanion ? { shape: { ...newShape(expr.of.shape), raw: true } } : {};
  parts.set(beside, {
    type: 'Element',
    kind: isCompanion ? 'element' : 'string',
    many: true,
    counted: false,
    ...companions,
  });
}

/** The list that is walked when an item without any of the parts that are read leaves nothing behind anyway. */
function listThatMayShrink(expr: Expr): Expr | undefined {
  if ((expr.op !== 'each' && expr.op !== 'flat' && expr.op !== 'filter') || expr.second) return undefined;
  const { name } = expr.item;
  const isNothing = expr.op === 'filter' ? isFalseOfNothing(expr.condition, name) : comesFrom(expr.body, name);
  return isNothing ? expr.list : undefined;
}

function isRows(tree: object): tree is EachRows {
  return 'foci' in tree;
}

type EachRows = Extract<Rows, { kind: 'each' }>;

/** Of rows that are multiplied with those of a list below the item, which has no rows where the item has nothing. */
function fociThatMayShrink({ foci, item, orNull, level }: EachRows): Expr | undefined {
  const isNothing = (rows: Rows): boolean =>
    rows.kind === 'each'
      ? !rows.orNull && (rows.foci === undefined || comesFrom(rows.foci, item.name))
      : rows.branches.every((branch) => branch.lists.some(isNothing));
  return !orNull && level.lists.some(isNothing) ? foci : undefined;
}

/** Whether all of an expression lies below a variable, so that it is nothing where the variable has nothing. */
function comesFrom(expr: Expr, name: string): boolean {
  switch (expr.op) {
    case 'child':
      return expr.of.op === 'variable' ? expr.of.name === name : comesFrom(expr.of, name);
    case 'scalar':
      return expr.name === 'choice' && expr.given.every((one) => comesFrom(one, name));
    case 'list':
      return comesFrom(expr.item, name);
    case 'each':
    case 'flat':
    case 'filter':
    case 'values':
      return comesFrom(expr.list, name);
    default:
      return false;
  }
}

const STRICT: ReadonlySet<Scalar> = new Set([
  'isTrue',
  'equal',
  'less',
  'lessEqual',
  'sameKey',
  'beforeKey',
  'present',
  'number',
]);

function isFalseOfNothing(condition: Expr, name: string): boolean {
  if (condition.op !== 'scalar') return !condition.many && comesFrom(condition, name);
  if (condition.name === 'and') return condition.given.some((part) => isFalseOfNothing(part, name));
  return STRICT.has(condition.name) && condition.given.some((part) => isFalseOfNothing(part, name));
}
