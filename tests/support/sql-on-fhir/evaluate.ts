/**
 * A slow, direct reading of SQL-on-FHIR v2: the rows of a ViewDefinition by walking its structures as the specification's "Processing
 * Algorithm" says, one resource after the other, each path evaluated by HL7's fhirpath.js. It shares nothing with the compiler that
 * it judges.
 *
 * Read so, where the specification leaves a choice:
 * - A collection column is always an array, also when it has no value or one (as the official tests have it, against step 2.2.1 of the
 *   algorithm); elements without a value (only an id or extensions) are left out.
 * - The row of an empty `forEachOrNull` has null in every column, whatever its path, but 0 where the path is `%rowIndex` (step 3), and
 *   no value in a collection.
 * - Constants are put into the expressions as FHIRPath literals ("Using Constants"), so that a date stays a date.
 * - fhirpath.js is corrected in four places: positions in texts and their lengths count characters, of which one is not two beyond the
 *   first 65,536; `where` and `exists` keep an item only when their criterion is true, not when it is an
 *   element that holds false (FHIRPath, "where"); `join` of nothing is '' (official tests, "string join"), and a boundary of a dateTime without
 *   a time zone gets the widest one, +14:00 or -12:00 (FHIRPath, "lowBoundary" and "highBoundary"; official tests, fn_boundary).
 * - `getReferenceKey`: the id of `Type/id` and `Type/id/_history/v`, relative or absolute; nothing for anything else.
 */
import { createRequire } from 'node:module';
import fhirpath from 'fhirpath';
import r4 from 'fhirpath/fhir-context/r4/index.js';

/** The parts of fhirpath.js behind its door that are corrected here; they carry no types. */
const load = createRequire(import.meta.url);
const BOUNDARIES = load('fhirpath/src/math.js') as Record<'lowBoundary' | 'highBoundary', Boundary>;
const { FP_DateTime } = load('fhirpath/src/types.js') as { FP_DateTime: DateTimeClass };

type Boundary = (this: unknown, items: unknown, precision?: unknown) => unknown;
interface DateTimeClass {
  new (context: unknown, text: string): { toJSON(): string };
}

type Model = NonNullable<Parameters<typeof fhirpath.compile>[1]>;

/** Says what is wrong with a view, or with a resource under it. */
export class ViewError extends Error {
  override name = 'ViewError';
}

export interface Column {
  name: string;
  path: string;
  collection?: boolean;
  type?: string;
}

export interface Selection {
  column?: readonly Column[];
  select?: readonly Selection[];
  unionAll?: readonly Selection[];
  forEach?: string;
  forEachOrNull?: string;
  repeat?: readonly string[];
}

export interface ViewDefinition {
  resourceType?: string;
  resource: string;
  status?: string;
  constant?: readonly ({ name: string } & Record<string, unknown>)[];
  select: readonly Selection[];
  where?: readonly { path: string }[];
}

export type Value = string | number | boolean | null | Value[] | { [key: string]: Value };
export type Row = Record<string, Value>;

/**
 * @param view      the JSON of a ViewDefinition, sound or not
 * @param resources the text of one resource each: numbers are read with the digits they are written with
 * @throws ViewError when the view is not sound, or yields several values where it promises one
 */
export function evaluateView(view: unknown, resources: readonly string[]): Row[] {
  return resources.flatMap(evaluatorOf(view));
}

/** What gives the rows of one resource after the other; the view's paths are parsed once. */
export function evaluatorOf(view: unknown): (resource: string) => Row[] {
  requireSound(view);
  const literals = literalsOf(view.constant ?? []);
  for (const path of pathsOf(view)) withConstants(path, literals);
  const reader = new Reader(literals);
  return (text) => {
    const resource = parseLossless(text);
    if (resource.resourceType !== view.resource) return [];
    const root: Node = { resource, focus: undefined };
    return isCandidate(reader, view, root) ? process(reader, { select: view.select }, root, 0) : [];
  };
}

function isCandidate(reader: Reader, { where = [] }: ViewDefinition, root: Node): boolean {
  return where.every(({ path }) => {
    const values = reader.values(path, root, 0).filter((value) => value !== null);
    if (values.length > 1 || (values.length === 1 && typeof values[0] !== 'boolean')) {
      throw new ViewError(`where is not a boolean: ${path}`);
    }
    return values[0] === true;
  });
}

/** The names of the columns in the order of the rows' columns ("Column Ordering"). */
export function columnsOf(selection: Selection): Column[] {
  const { column = [], select = [], unionAll = [] } = selection;
  const first = unionAll[0];
  return [...column, ...select.flatMap(columnsOf), ...(first === undefined ? [] : columnsOf(first))];
}

function pathsOf({ where = [], select }: ViewDefinition): string[] {
  return [...where.map(({ path }) => path), ...select.flatMap(pathsUnder)];
}

function pathsUnder({
  column = [],
  select = [],
  unionAll = [],
  forEach,
  forEachOrNull,
  repeat = [],
}: Selection): string[] {
  const each = [forEach, forEachOrNull, ...repeat].filter((path) => path !== undefined);
  return [...each, ...column.map(({ path }) => path), ...[...select, ...unionAll].flatMap(pathsUnder)];
}

/** `Process(S, N)`. */
function process(reader: Reader, selection: Selection, node: Node, rowIndex: number): Row[] {
  const { column = [], select = [], unionAll, forEach, forEachOrNull, repeat } = selection;
  const each = forEach ?? forEachOrNull;
  const iterates = each !== undefined || repeat !== undefined;
  const foci =
    repeat !== undefined
      ? descend(reader, repeat, node, rowIndex)
      : each !== undefined
        ? reader.nodes(each, node, rowIndex)
        : [node];

  if (foci.length === 0 && forEachOrNull !== undefined) {
    return [Object.fromEntries(columnsOf(selection).map((one) => [one.name, missing(one)]))];
  }
  return foci.flatMap((focus, index) => {
    const own = iterates ? index : rowIndex;
    const parts: Row[][] = column.map((col) => [{ [col.name]: cellOf(reader, col, focus, own) }]);
    for (const nested of select) parts.push(process(reader, nested, focus, own));
    if (unionAll !== undefined) parts.push(unionAll.flatMap((branch) => process(reader, branch, focus, own)));
    return parts.reduce<Row[]>((rows, part) => rows.flatMap((row) => part.map((more) => ({ ...row, ...more }))), [{}]);
  });
}

/** What a column holds where its `forEachOrNull` finds nothing. */
function missing({ path, collection }: Column): Value {
  if (path.trim() === '%rowIndex') return 0;
  return collection === true ? [] : null;
}

function descend(reader: Reader, paths: readonly string[], node: Node, rowIndex: number): Node[] {
  return paths.flatMap((path) =>
    reader.nodes(path, node, rowIndex).flatMap((child) => [child, ...descend(reader, paths, child, rowIndex)]),
  );
}

function cellOf(reader: Reader, { path, collection }: Column, focus: Node, rowIndex: number): Value {
  const values = reader.values(path, focus, rowIndex);
  if (collection === true) return values.filter((value) => value !== null);
  if (values.length > 1) throw new ViewError(`several values where one was promised: ${path}`);
  return values[0] ?? null;
}

/** A node of a resource; without a focus it is the resource itself. */
interface Node {
  resource: Resource;
  focus: unknown;
}

type Resource = Record<string, unknown>;

/**
 * Evaluates the paths of one view. fhirpath.js gives away plain values only, and would forget where they stood; so every path is
 * wrapped between two functions of ours, one that brings the focus in and one that keeps the nodes that come out.
 */
class Reader {
  readonly #constants: ReadonlyMap<string, string>;
  readonly #compiled = new Map<string, (resource: Resource, variables: Record<string, unknown>) => unknown>();
  #focus: unknown;
  #kept: unknown[] = [];

  constructor(constants: ReadonlyMap<string, string>) {
    this.#constants = constants;
  }

  nodes(path: string, node: Node, rowIndex: number): Node[] {
    return this.#evaluate(path, node, rowIndex).map((focus) => ({ resource: node.resource, focus }));
  }

  values(path: string, node: Node, rowIndex: number): Value[] {
    return this.#evaluate(path, node, rowIndex).map(plain);
  }

  #evaluate(path: string, { resource, focus }: Node, rowIndex: number): readonly unknown[] {
    const wrapped = focus === undefined ? `(${path}\n).judgeKeeps()` : `judgeFocus().select(${path}\n).judgeKeeps()`;
    let run = this.#compiled.get(wrapped);
    if (run === undefined) {
      run = this.#compile(wrapped);
      this.#compiled.set(wrapped, run);
    }
    this.#focus = focus;
    this.#kept = [];
    run(resource, { rowIndex, resource });
    return this.#kept;
  }

  #compile(expression: string): (resource: Resource, variables: Record<string, unknown>) => unknown {
    return fhirpath.compile(withConstants(expression, this.#constants), r4 as Model, {
      preciseMath: true,
      resolveInternalTypes: false,
      userInvocationTable: {
        judgeFocus: { fn: () => [this.#focus], arity: { 0: [] }, internalStructures: true },
        judgeKeeps: {
          fn: (nodes: unknown[]) => {
            this.#kept = nodes;
            return [];
          },
          arity: { 0: [] },
          internalStructures: true,
        },
        where: { fn: filter, arity: { 1: ['Expr'] }, internalStructures: true },
        exists: { fn: exists, arity: { 0: [], 1: ['Expr'] }, internalStructures: true },
        length: { fn: length, arity: { 0: [] } },
        substring: { fn: substring, arity: { 1: ['Integer'], 2: ['Integer', 'Integer'] } },
        indexOf: { fn: indexOf, arity: { 1: ['String'] } },
        lastIndexOf: { fn: lastIndexOf, arity: { 1: ['String'] } },
        toChars: { fn: toChars, arity: { 0: [] } },
        split: { fn: split, arity: { 1: ['String'] } },
        join: { fn: join, arity: { 0: [], 1: ['String'] } },
        lowBoundary: { fn: zonedBoundary('lowBoundary', '+14:00'), arity: BOUNDED, internalStructures: true },
        highBoundary: { fn: zonedBoundary('highBoundary', '-12:00'), arity: BOUNDED, internalStructures: true },
        getResourceKey: { fn: resourceKeys, arity: { 0: [] } },
        getReferenceKey: { fn: referenceKeys, arity: { 0: [], 1: ['TypeSpecifier'] } },
      },
    });
  }
}

const BOUNDED: Record<number, 'Integer'[]> = { 0: [], 1: ['Integer'] };

type Criterion = (item: unknown) => readonly unknown[];

function filter(items: readonly unknown[], criterion: Criterion): unknown[] {
  return items.filter((item) => {
    const found = criterion(item);
    return found.length === 1 && (isNode(found[0]) ? found[0].data : found[0]) === true;
  });
}

function exists(items: readonly unknown[], criterion?: Criterion): boolean {
  return (criterion === undefined ? items : filter(items, criterion)).length > 0;
}

function join(texts: readonly unknown[], separator = ''): string {
  return texts.filter((text) => text !== null && text !== undefined).join(separator);
}

function length([text]: readonly string[]): number[] {
  return text === undefined ? [] : [[...text].length];
}

/** Numbers come as objects that keep their digits. */
function substring([text]: readonly string[], from: unknown, most?: unknown): string[] {
  const signs = [...(text ?? '')];
  const start = Number(from);
  if (text === undefined || !(start >= 0 && start < signs.length)) return [];
  return [signs.slice(start, most === undefined ? undefined : start + Math.max(Number(most), 0)).join('')];
}

function indexOf([text]: readonly string[], part: string): number[] {
  if (text === undefined) return [];
  const at = text.indexOf(part);
  return [at < 0 ? at : [...text.slice(0, at)].length];
}

/** Of an empty part it is 0, as FHIRPath says. */
function lastIndexOf([text]: readonly string[], part: string): number[] {
  if (text === undefined) return [];
  const at = part === '' ? 0 : text.lastIndexOf(part);
  return [at < 0 ? at : [...text.slice(0, at)].length];
}

function toChars([text]: readonly string[]): string[] {
  return text === undefined ? [] : [...text];
}

function split([text]: readonly string[], by: string): string[] {
  if (text === undefined) return [];
  return by === '' ? [...text] : text.split(by);
}

function zonedBoundary(name: 'lowBoundary' | 'highBoundary', zone: string): Boundary {
  return function bound(items, ...precision) {
    const found = BOUNDARIES[name].call(this, items, ...precision);
    if (Object.getPrototypeOf(found ?? {}) !== FP_DateTime.prototype) return found;
    const text = (found as { toJSON(): string }).toJSON();
    return /T\d\d(:\d\d(:\d\d(\.\d+)?)?)?$/.test(text) ? new FP_DateTime(this, `${text}${zone}`) : found;
  };
}

function resourceKeys(resources: readonly { id?: string }[]): string[] {
  return resources.flatMap(({ id }) => (id === undefined ? [] : [id]));
}

function referenceKeys(references: readonly { reference?: string }[], type?: { name: string }): string[] {
  return references.flatMap(({ reference }) => {
    const found = /^(?:https?:\/\/.+\/)?([A-Z][A-Za-z]+)\/([A-Za-z0-9.-]{1,64})(?:\/_history\/[A-Za-z0-9.-]+)?$/.exec(
      reference ?? '',
    );
    if (found === null || (type !== undefined && type.name !== found[1])) return [];
    return [found[2]!];
  });
}

/** The value of a node or of a computed item, as it goes into a row. */
function plain(item: unknown): Value {
  const data = isNode(item) ? item.data : item;
  if (data === undefined || data === null) return null;
  const value = JSON.parse(JSON.stringify(data)) as Value;
  return data instanceof FP_DateTime && typeof value === 'string' ? value.replace(/T$/, '') : value;
}

function isNode(item: unknown): item is { data: unknown } {
  return typeof item === 'object' && item !== null && 'fhirNodeDataType' in item;
}

/** Decimals keep the digits they are written with. */
function parseLossless(text: string): Resource {
  return JSON.parse(text, (_key, value, context?: { source?: string }) =>
    typeof value === 'number' && context?.source !== undefined && String(value) !== context.source
      ? fhirpath.FP_Decimal.getDecimal(context.source)
      : value,
  );
}

/** Puts the constants into an expression, token by token: a % inside a text, a quoted name or a comment is none. */
function withConstants(expression: string, literals: ReadonlyMap<string, string>): string {
  const tokens =
    /'(?:\\.|[^'\\])*'|\/\*[\s\S]*?\*\/|\/\/[^\n]*|%(?:`((?:\\.|[^`\\])*)`|([A-Za-z_]\w*))|`(?:\\.|[^`\\])*`/g;
  return expression.replace(tokens, (token, quoted?: string, bare?: string) => {
    const name = quoted ?? bare;
    if (name === undefined || BUILT_IN.has(name)) return token;
    const literal = literals.get(name);
    if (literal === undefined) throw new ViewError(`there is no constant %${name}`);
    return literal;
  });
}

const BUILT_IN = new Set(['rowIndex', 'resource', 'rootResource', 'context', 'ucum', 'sct', 'loinc']);

function literalsOf(constants: NonNullable<ViewDefinition['constant']>): ReadonlyMap<string, string> {
  return new Map(constants.map((constant) => [constant.name, literalOf(constant)]));
}

function literalOf(constant: { name: string } & Record<string, unknown>): string {
  const values = Object.entries(constant).filter(([key]) => key.startsWith('value'));
  const [key, value] = values[0] ?? [];
  if (key === undefined || values.length !== 1) throw new ViewError(`%${constant.name} needs one value`);
  switch (key.slice('value'.length)) {
    case 'Boolean':
      if (typeof value === 'boolean') return String(value);
      break;
    case 'Integer':
    case 'Integer64':
    case 'PositiveInt':
    case 'UnsignedInt':
      if (Number.isSafeInteger(value)) return `(${value})`;
      break;
    case 'Decimal':
      if (typeof value === 'number') return `(${Number.isInteger(value) ? value.toFixed(1) : value})`;
      break;
    case 'Date':
      if (typeof value === 'string') return `@${value}`;
      break;
    case 'DateTime':
    case 'Instant':
      if (typeof value === 'string') return `@${value.includes('T') ? value : `${value}T`}`;
      break;
    case 'Time':
      if (typeof value === 'string') return `@T${value}`;
      break;
    default:
      if (typeof value === 'string') return quote(value);
  }
  throw new ViewError(`%${constant.name} has a value of the wrong type`);
}

/** A FHIRPath string literal. */
export function quote(text: string): string {
  const escaped = JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'");
  return `'${escaped.replaceAll('\\b', '\\u0008')}'`;
}

/** Structure, names, and what `ValidateColumns` asks for. */
function requireSound(view: unknown): asserts view is ViewDefinition {
  require(isObject(view), 'a view is an object');
  require(typeof view.resource === 'string' && view.resource !== '', 'resource is missing');
  require(Array.isArray(view.select) && view.select.length > 0, 'select is missing');
  for (const constant of listOf(view.constant, 'constant')) {
    require(isObject(constant) && isName(constant.name), 'a constant needs a name');
  }
  for (const where of listOf(view.where, 'where')) {
    require(isObject(where), 'where is a list of objects');
    requireExpression(where.path);
  }
  const names = listOf(view.select, 'select').flatMap(requireSelection);
  require(new Set(names).size === names.length, 'a column is defined twice');
}

/** @returns the names of its columns */
function requireSelection(selection: unknown): string[] {
  require(isObject(selection), 'a select is an object');
  const { column, select, unionAll, forEach, forEachOrNull, repeat } = selection;
  const iterations = [forEach, forEachOrNull, repeat].filter((one) => one !== undefined);
  require(iterations.length <= 1, 'only one of forEach, forEachOrNull and repeat');
  for (const path of repeat === undefined ? iterations : listOf(repeat, 'repeat')) requireExpression(path);

  const own = listOf(column, 'column').map((one) => {
    require(isObject(one) && isName(one.name), 'a column needs a name');
    requireExpression(one.path);
    return one.name;
  });
  const branches = listOf(unionAll, 'unionAll').map(requireSelection);
  const [first = [], ...others] = branches;
  require(others.every((other) => other.join() === first.join()), 'the branches of a unionAll have other columns');
  return [...own, ...listOf(select, 'select').flatMap(requireSelection), ...first];
}

function requireExpression(path: unknown): void {
  require(typeof path === 'string' && path.trim() !== '', 'a path is a text');
  fhirpath.parse(path);
}

function listOf(value: unknown, name: string): readonly unknown[] {
  require(value === undefined || Array.isArray(value), `${name} is a list`);
  return value ?? [];
}

/** The invariant `sql-name`. */
function isName(value: unknown): value is string {
  return typeof value === 'string' && /^[A-Za-z][A-Za-z0-9_]*$/.test(value);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function require(condition: boolean, message: string): asserts condition {
  if (!condition) throw new ViewError(message);
}
