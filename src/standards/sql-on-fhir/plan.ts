import {
  companionOf,
  type Expr,
  FALSE,
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
  sizeOf,
  test,
  typed,
  type Variable,
  valuesOf,
  variable,
} from './algebra.ts';
import { repeated } from './functions.ts';
import {
  condition,
  exists,
  listOf,
  meaningOf,
  mentions,
  ofType,
  one,
  PathError,
  type Scope,
  type Value,
} from './meaning.ts';
import type { ColumnSource, Path, Select, View, ViewIssue } from './model.ts';
import { noteReading } from './reading.ts';
import { isType, kindOf, readType } from './types.ts';

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
      /** Whether there is a row when there are no items: of nothing, but 0 in `zeros`, whose path is `%rowIndex` itself. */
      orNull: boolean;
      zeros: number[];
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
  const planning: Planning = { tell, slots: [], operations: 0 };
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
  if (planning.operations > MOST_OPERATIONS_OF_VIEW)
    tell({ severity: 'error', code: 'too-costly', message: 'the view is too large', expression: 'ViewDefinition' });
  noteReading([said, where, root.level]);
  return { doc, resourceType: said, where, root: root.level, slots: planning.slots };
}

/** Operations of one expression, and of all expressions of a view. */
const MOST_OPERATIONS = 2000;
const MOST_OPERATIONS_OF_VIEW = 10_000;

interface Planning {
  operations: number;
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
    const made = read({ ...scope, warn }, path);
    if (!(sizeOf(made) <= MOST_OPERATIONS)) throw new PathError('the expression is too large');
    planning.operations += sizeOf(made);
    return made;
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
  const parts = foci.length === 0 ? [undefined] : sameKind(foci);
  const first = planning.slots.length;
  const made = parts.map((part, index) => {
    const rows = rowsOf(planning, select, part, scope);
    return index === 0 ? rows : sameSlots(planning, rows, first);
  });
  const [rows] = made as [Rows & { kind: 'each' }];
  if (made.length === 1) level.lists.push(rows);
  else {
    const all: Rows[] = made.map((one) => ({ ...one, orNull: false }));
    if (rows.orNull) all.push(emptyRow(planning, rows, foci));
    level.lists.push({ kind: 'union', branches: all.map((one) => ({ cells: [], lists: [one] })), slots: rows.slots });
  }
  return rows.slots;
}

/** Where items may be of several types: the one row when there are none of any. */
function emptyRow(planning: Planning, { slots, zeros }: Rows & { kind: 'each' }, foci: Value): Rows {
  const item = literal('boolean', 'true');
  const none: Expr = { op: 'list', item, present: test('not', exists(foci)), ...typed(item, true) };
  const cells = slots.map((slot) => {
    const { source, held } = planning.slots[slot] as Slot;
    if (zeros.includes(slot)) return { slot, value: integer(0) };
    const nothing = literal(KIND_OF[held], undefined);
    return { slot, value: source.collection ? emptyList(nothing) : nothing };
  });
  const index = variable({ type: 'integer', kind: 'integer', many: false });
  const level = { cells, lists: [] };
  return { kind: 'each', foci: none, item: variable(none), index, orNull: false, zeros, level, slots };
}

const KIND_OF: Record<Held, Kind> = {
  boolean: 'boolean',
  integer: 'integer',
  decimal: 'decimal',
  text: 'string',
  json: 'element',
};

function emptyList(nothing: Expr): Expr {
  return { op: 'list', item: nothing, present: FALSE, ...typed(nothing, true) };
}

/** Values of one kind are one list. */
function sameKind(foci: Value): Value {
  const [first, ...rest] = foci;
  const isOne = first !== undefined && first.kind !== 'element' && rest.every(({ kind }) => kind === first.kind);
  return isOne ? [listOf(foci) as Expr] : foci;
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
    zeros: slots.filter((slot) => isRowIndex(planning.slots[slot] as Slot)),
    level,
    slots,
  };
}

function isRowIndex({ source: { ast, collection } }: Slot): boolean {
  return ast.kind === 'variable' && ast.name === 'rowIndex' && !collection;
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
    else if (known.type === '') planning.slots[first + index] = slot;
    else planning.slots[first + index] = { ...known, held };
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
  if (rows.kind === 'each') return { ...rows, level: level(rows.level), slots, zeros: rows.zeros.map(slot) };
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
  const slot = planning.slots.push({ source, type, held }) - 1;
  return { slot, value };
}

function cellMeaning(
  planning: Planning,
  source: ColumnSource,
  scope: Scope,
): { value: Expr; type: string; held: Held } {
  const said = source.type !== undefined && isType(source.type) ? source.type : undefined;
  // A type may also be told by its address.
  if (source.type !== undefined && !source.type.includes(':') && readType(source.type) === undefined)
    planning.tell({
      severity: 'warning',
      code: 'value',
      message: `there is no type named ${source.type}`,
      expression: source.at.replace(/path$/, 'type'),
    });
  let found = meaningOf(source.ast, scope);
  if (found.length > 1 && said !== undefined) {
    const chosen = ofType(found, said);
    if (chosen.length > 0) found = chosen;
  }
  const value = source.collection ? listOf(found) : one(found);
  if (value === undefined) {
    const kind = said === undefined ? 'string' : kindOf(said);
    const nothing = literal(kind, undefined, said ?? '');
    return { value: source.collection ? emptyList(nothing) : nothing, type: said ?? '', held: heldAs(kind) };
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
  // Of an element, what it is says more than BackboneElement.
  const isSaid = said !== undefined && value.kind !== 'element' && heldAs(kindOf(said)) === heldAs(value.kind);
  const type = isSaid ? said : value.type;
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
