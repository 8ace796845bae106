import {
  companionOf,
  type Expr,
  integer,
  type Kind,
  keepRaw,
  literal,
  newShape,
  presence,
  renumber,
  type Shape,
  scalar,
  settled,
  typed,
  type Variable,
  valuesOf,
  variable,
} from './algebra.ts';
import { repeated } from './functions.ts';
import { condition, listOf, meaningOf, mentions, ofType, one, PathError, type Scope, type Value } from './meaning.ts';
import type { ColumnSource, Path, Select, View, ViewIssue } from './model.ts';
import { noteReading } from './reading.ts';
import { isType, kindOf } from './types.ts';

/** What a view means: one resource in `doc` to rows. */
export interface Plan {
  doc: Expr & { shape: Shape };
  resourceType: Expr;
  where: readonly Expr[];
  root: Level;
  /** In the order of the output. */
  slots: readonly Slot[];
}

/** The part of a row that one place makes, and the lists whose rows it is multiplied with. */
export interface Level {
  cells: { slot: number; value: Expr }[];
  lists: Rows[];
}

export type Rows =
  | {
      kind: 'each';
      /** Always empty when undefined. */
      foci: Expr | undefined;
      item: Variable;
      beside?: { variable: Variable; list: Expr };
      index: Variable;
      /** The row when there are no items, if there is one. */
      orNull: boolean;
      level: Level;
      slots: number[];
    }
  | { kind: 'union'; branches: Level[]; slots: number[] };

/** How a column is held in SQL. */
type Held = 'boolean' | 'integer' | 'decimal' | 'text' | 'json';

/** A column of the output. */
export interface Slot {
  source: ColumnSource;
  type: string;
  held: Held;
  /** Holds `%rowIndex` itself, which is 0 where forEachOrNull finds nothing. */
  isRowIndex: boolean;
}

/** @param tell  hears what is wrong; after an error the plan must not be used */
export function planOf(view: View, tell: (issue: ViewIssue) => void): Plan {
  renumber();
  const doc = {
    op: 'variable' as const,
    name: 'doc',
    type: view.resource,
    kind: 'element' as const,
    many: false,
    shape: newShape(),
  };
  const planning: Planning = { tell, slots: [] };
  const scope: Scope = {
    focus: [doc],
    rowIndex: integer(0),
    resource: doc,
    context: [doc],
    constants: new Map(
      view.constants.map(({ name, type, text }) => [name, literal(kindOf(type), text, type)] as const),
    ),
    warn: () => undefined,
  };
  const where = view.where.map((path) => attempt(planning, path, scope, literal('boolean', undefined), whereMeaning));
  const root = levelOf(planning, { at: '', columns: [], selects: view.select, unionAll: [] }, scope);
  const said: Expr = { op: 'child', of: doc, key: 'resourceType', type: 'code', kind: 'string', many: false };
  noteReading([said, where, root.level]);
  return { doc, resourceType: said, where, root: root.level, slots: planning.slots };
}

interface Planning {
  tell(issue: ViewIssue): void;
  slots: Slot[];
}

/** What a path means; what is wrong with it is told with its place. */
function attempt<T>(
  planning: Planning,
  path: Path,
  scope: Scope,
  otherwise: T,
  read: (scope: Scope, path: Path) => T,
): T {
  const warn = (message: string): void =>
    planning.tell({ severity: 'warning', code: 'not-found', message, expression: path.at });
  try {
    return read({ ...scope, warn }, path);
  } catch (cause) {
    if (!(cause instanceof PathError)) throw cause;
    planning.tell({ severity: 'error', code: 'not-supported', message: cause.message, expression: path.at });
    return otherwise;
  }
}

function whereMeaning(scope: Scope, { ast }: Path): Expr {
  const value = meaningOf(ast, scope);
  if (value.some(({ kind }) => kind !== 'boolean')) throw new PathError('a condition of the view must be a boolean');
  return condition(value);
}

function levelOf(planning: Planning, select: Select, scope: Scope): { level: Level; slots: number[] } {
  const cells = select.columns.map((source) => cellOf(planning, source, scope));
  const level: Level = { cells, lists: [] };
  const slots = cells.map(({ slot }) => slot);
  for (const inner of select.selects) slots.push(...addSelect(planning, inner, scope, level));
  if (select.unionAll.length > 0) slots.push(...addUnion(planning, select.unionAll, scope, level));
  return { level, slots };
}

/** A select that unrolls nothing belongs to the level it stands in. */
function addSelect(planning: Planning, select: Select, scope: Scope, level: Level): number[] {
  if (select.unrolled === undefined) {
    const { level: inner, slots } = levelOf(planning, select, scope);
    level.cells.push(...inner.cells);
    level.lists.push(...inner.lists);
    return slots;
  }
  const { how } = select.unrolled;
  const [path = { ast: { kind: 'empty' }, at: select.at } as Path] = select.unrolled.paths;
  const foci = attempt(planning, path, scope, [] as Value, (inner) =>
    how === 'repeat' ? repeatedFoci(select, inner) : meaningOf(path.ast, inner),
  );
  if (how === 'forEachOrNull' && foci.length > 1) {
    planning.tell({
      severity: 'error',
      code: 'not-supported',
      message: 'forEachOrNull over values of several types: choose one with ofType()',
      expression: path.at,
    });
    return [];
  }
  const parts = foci.length === 0 ? [undefined] : foci;
  const first = planning.slots.length;
  const made = parts.map((part, index) => {
    const rows = rowsOf(planning, select, part, scope);
    return index === 0 ? rows : sameSlots(planning, rows, first);
  });
  const [rows] = made as [Rows];
  if (made.length === 1) level.lists.push(rows);
  else
    level.lists.push({ kind: 'union', branches: made.map((one) => ({ cells: [], lists: [one] })), slots: rows.slots });
  return rows.slots;
}

function repeatedFoci(select: Select, scope: Scope): Value {
  const paths = (select.unrolled?.paths ?? []).map(({ ast }) => ast);
  return scope.focus.flatMap((part) => repeated(part, paths, scope));
}

function rowsOf(planning: Planning, select: Select, part: Expr | undefined, scope: Scope): Rows & { kind: 'each' } {
  const foci = part && settled(part);
  const item = variable(foci ?? { type: 'Element', kind: 'element', many: false });
  const found = foci && companionOf(foci);
  if (found) item.beside = variable(found);
  const index = variable({ type: 'integer', kind: 'integer', many: false });
  const focus = foci ? [item] : [];
  const { level, slots } = levelOf(planning, select, { ...scope, focus, context: focus, rowIndex: index });
  const usesBeside = found !== undefined && mentions(level, (item.beside as Variable).name);
  return {
    kind: 'each',
    foci,
    item,
    ...(usesBeside && { beside: { variable: item.beside as Variable, list: found } }),
    index,
    orNull: select.unrolled?.how === 'forEachOrNull',
    level,
    slots,
  };
}

function addUnion(planning: Planning, branches: readonly Select[], scope: Scope, level: Level): number[] {
  const first = planning.slots.length;
  const made = branches.map((branch, index) => {
    const one: Level = { cells: [], lists: [] };
    const slots = addSelect(planning, branch, scope, one);
    const rows: Rows = { kind: 'union', branches: [one], slots };
    return index === 0 ? rows : sameSlots(planning, rows, first);
  });
  const [rows] = made as [Rows];
  level.lists.push({
    kind: 'union',
    branches: made.flatMap((one) => (one.kind === 'union' ? one.branches : [])),
    slots: rows.slots,
  });
  return rows.slots;
}

/** Another branch's columns are those of the first, which begin at `first`: the same names in the same order. */
function sameSlots<T extends Rows>(planning: Planning, rows: T, first: number): T {
  const begin = Math.min(...rows.slots, planning.slots.length);
  const extra = planning.slots.splice(begin);
  for (const [index, slot] of extra.entries()) {
    const known = planning.slots[first + index] as Slot;
    const held = commonHeld(known, slot);
    if (held === undefined || known.source.collection !== slot.source.collection)
      planning.tell({
        severity: 'error',
        code: 'invalid',
        message: `unionAll: the column ${slot.source.name} is of another type in another branch`,
        expression: slot.source.at,
      });
    else if (known.type === '') planning.slots[first + index] = { ...slot, isRowIndex: known.isRowIndex };
    else planning.slots[first + index] = { ...known, held, isRowIndex: known.isRowIndex && slot.isRowIndex };
  }
  return moved(rows, begin, first - begin);
}

function commonHeld(one: Slot, other: Slot): Held | undefined {
  if (one.held === other.held || other.type === '') return one.held;
  if (one.type === '') return other.held;
  return new Set([one.held, other.held, 'integer', 'decimal']).size === 2 ? 'decimal' : undefined;
}

/** The same rows with the slots from `begin` on counted otherwise. */
function moved<T extends Rows>(rows: T, begin: number, by: number): T {
  const slot = (at: number): number => (at >= begin ? at + by : at);
  const level = ({ cells, lists }: Level): Level => ({
    cells: cells.map((cell) => ({ ...cell, slot: slot(cell.slot) })),
    lists: lists.map((inner) => moved(inner, begin, by)),
  });
  const slots = rows.slots.map(slot);
  if (rows.kind === 'each') return { ...rows, level: level(rows.level), slots };
  return { ...rows, branches: rows.branches.map(level), slots };
}

// ---- columns

function cellOf(planning: Planning, source: ColumnSource, scope: Scope): { slot: number; value: Expr } {
  const { value, type, held } = attempt(
    planning,
    source,
    scope,
    { value: literal('string', undefined), type: '', held: 'text' as Held },
    (inner) => cellMeaning(planning, source, inner),
  );
  const isRowIndex = source.ast.kind === 'variable' && source.ast.name === 'rowIndex' && !source.collection;
  const slot = planning.slots.push({ source, type, held, isRowIndex }) - 1;
  return { slot, value };
}

function cellMeaning(
  planning: Planning,
  source: ColumnSource,
  scope: Scope,
): { value: Expr; type: string; held: Held } {
  const said = source.type !== undefined && isType(source.type) ? source.type : undefined;
  let found = meaningOf(source.ast, scope);
  if (found.length > 1 && said !== undefined) {
    const chosen = ofType(found, said);
    if (chosen.length > 0) found = chosen;
  }
  const value = source.collection ? listOf(found) : one(found);
  if (value === undefined) {
    const kind = said === undefined ? 'string' : kindOf(said);
    const nothing = literal(kind, undefined, said ?? '');
    const list: Expr = { op: 'list', item: nothing, present: literal('boolean', 'false'), ...typed(nothing, true) };
    return { value: source.collection ? list : nothing, type: said ?? '', held: heldAs(kind) };
  }
  if (said !== undefined && heldAs(kindOf(said)) !== heldAs(value.kind))
    planning.tell({
      severity: 'warning',
      code: 'value',
      message: `the column is said to be ${said} but is ${value.type}`,
      expression: source.at.replace(/path$/, 'type'),
    });
  if (value.kind === 'element' && said === undefined)
    planning.tell({
      severity: 'warning',
      code: 'required',
      message: `a column that is no primitive should say its type, here ${value.type}`,
      expression: source.at.replace(/path$/, 'type'),
    });
  if (value.kind === 'element') keepRaw(value);
  const type = said !== undefined && heldAs(kindOf(said)) === heldAs(value.kind) ? said : value.type;
  return { value: source.collection ? valuesOf(value) : jsonOrNothing(value), type, held: heldAs(value.kind) };
}

/** An absent element is no empty text. */
function jsonOrNothing(value: Expr): Expr {
  if (value.kind !== 'element') return value;
  const shape = { ...newShape(), raw: true };
  return {
    ...scalar('if', 'element', [presence(value), value, literal('element', undefined)]),
    type: value.type,
    shape,
  };
}

function heldAs(kind: Kind): Held {
  if (kind === 'boolean' || kind === 'integer') return kind;
  if (kind === 'written' || kind === 'decimal') return 'decimal';
  return kind === 'element' ? 'json' : 'text';
}
