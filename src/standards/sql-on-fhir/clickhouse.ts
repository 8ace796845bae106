import {
  type Expr,
  isByValue,
  isDecided,
  isRaw,
  type Kind,
  type Part,
  type Scalar,
  type Second,
  type Shape,
  TRUE,
} from './algebra.ts';
import { bind } from './binding.ts';
import { mentions } from './meaning.ts';
import { type Shift, shiftOf, shiftSaid } from './moments.ts';
import {
  type AnsiType,
  ansiTypeOf,
  DATE_DIGITS,
  MOMENT_DIGITS,
  MOMENT_PATTERN,
  referencePattern,
  TIME_DIGITS,
} from './patterns.ts';
import type { Level, Rows, Slot } from './plan.ts';
import type { Target } from './target.ts';
import { surePropertiesOf } from './types.ts';

/**
 * The algebra in ClickHouse's SQL. Absent single values are NULL, absent elements the empty text or a tuple of nothing but NULL;
 * lists are arrays walked with lambdas. The parts of a resource that a view reads are extracted from its JSON at once, into one
 * typed tuple; where an element is needed as a whole it stays JSON text and its parts are extracted from that.
 */
export const clickhouse: Target = {
  statement(plan, { from, content, carry, rowNumber }) {
    const { root, slots } = plan;
    const cells = root.cells.map(({ slot, value }) => ({
      slot,
      sql: convert(value, slots[slot] as Slot, sqlType(slots[slot] as Slot)),
    }));
    const listed = root.lists.flatMap(({ slots }) => slots);
    const carried = carry.map((name) => `${quote(name)}, `).join('');
    const kept = cells.map(({ slot, sql }) => `${sql} AS __c${slot}, `).join('');
    const rows = root.lists.length === 0 ? '0' : product({ cells: [], lists: root.lists }, listed, slots);
    const places = new Map(listed.map((slot, index) => [slot, `tupleElement(__r, ${index + 1})`]));
    const outer = slots.map((slot, index) => `${places.get(index) ?? `__c${index}`} AS ${quote(slot.source.name)}`);
    const joined =
      root.lists.length === 0 ? '' : ` ARRAY JOIN __rows AS __r${rowNumber ? ', range(length(__rows)) AS __n' : ''}`;
    if (rowNumber) outer.push(`${joined === '' ? 'toUInt64(0)' : '__n'} AS ${quote(rowNumber)}`);
    const json = quote(content);
    const doc = isWhole(plan.doc.shape) ? json : `JSONExtract(${json}, ${text(tupleType(plan.doc.shape))})`;
    const conditions = [plan.resourceType, ...plan.where].map((one, index) =>
      index === 0 ? `${say(one)} = ${text(plan.doc.type)}` : `ifNull(${say(one)}, false)`,
    );
    return (
      `SELECT ${carried}${outer.join(', ')} FROM (SELECT ${carried}${kept}${rows} AS __rows ` +
      `FROM (SELECT ${carried}${doc} AS __doc FROM ${from}) WHERE ${conditions.join(' AND ')})${joined}`
    );
  },
  sqlType,
};

// ---- columns

const OF_ANSI: Record<Exclude<AnsiType, 'decimal'>, string> = {
  text: 'String',
  boolean: 'Bool',
  integer: 'Int32',
  bigint: 'Int64',
  double: 'Float64',
  date: 'Date32',
  timestamp: "DateTime64(3, 'UTC')",
};

/** @param written  `DECIMAL`, `DECIMAL(10)` or `DECIMAL(10, 2)`; undefined for anything else */
function decimalType(written: string): string | undefined {
  const found = /^\w+(?:\((\d{1,2})(?:, ?(\d{1,2}))?\))?$/.exec(written);
  if (found === null) return undefined;
  const [, size, scale = '0'] = found;
  if (size === undefined) return 'Decimal(38, 10)';
  const digits = Math.min(Math.max(Number(size), 1), 76);
  return `Decimal(${digits}, ${Math.min(Number(scale), digits)})`;
}

function sqlType({ source, type, held }: Slot): string {
  const asked = ansiTypeOf(source);
  const askedType = asked && (asked.name === 'decimal' ? decimalType(asked.written) : OF_ANSI[asked.name]);
  const plain = {
    boolean: 'Bool',
    integer: type === 'integer64' ? 'Int64' : 'Int32',
    decimal: 'Float64',
    text: 'String',
    json: 'String',
  };
  return wrapped(askedType ?? plain[held], source.collection);
}

function wrapped(type: string, isCollection: boolean): string {
  return isCollection ? `Array(${type})` : `Nullable(${type})`;
}

/** A value as its column holds it; what does not fit is NULL, in lists left out. */
function convert(value: Expr, { source }: Slot, type: string): string {
  if (!source.collection) return `CAST(${fitted(say(value), value.kind, type.slice(9, -1))}, ${text(type)})`;
  const inner = type.slice(6, -1);
  const all = `arrayMap(__x -> ${fitted('__x', value.kind, inner)}, ${say(value)})`;
  return `CAST(arrayFilter(__x -> isNotNull(__x), ${all}), ${text(type)})`;
}

function fitted(sql: string, kind: Kind, type: string): string {
  return named([sql], ([x]) => asType(x as string, kind, type));
}

function asType(sql: string, kind: Kind, type: string): string {
  if (kind === 'element') return type === 'String' ? `nullIf(${sql}, '')` : 'NULL';
  if (type === 'String')
    return kind === 'boolean' ? booleanText(sql) : kind === 'integer' || kind === 'decimal' ? `toString(${sql})` : sql;
  if (type === 'Bool') return kind === 'boolean' ? sql : 'NULL';
  if (type === 'Date32') return `toDate32OrNull(substring(toString(${sql}), 1, 10))`;
  if (type.startsWith('DateTime')) return `parseDateTime64BestEffortOrNull(toString(${sql}), 3, 'UTC')`;
  // By its text: made from the digits, the double may be the one beside it.
  if (type === 'Float64' && kind === 'decimal') return `toFloat64OrNull(toString(${sql}))`;
  if (type === 'Float64' && kind === 'written') return `toFloat64OrNull(${sql})`;
  if (kind === 'boolean') return `toInt32(${sql})`;
  return `accurateCastOrNull(${kind === 'string' || kind === 'written' ? `toDecimal256OrNull(${sql}, 20)` : sql}, ${text(type)})`;
}

// ---- rows

/** Array of tuples of the cells of `wanted`: every row of one list with every row of the others. */
function product(level: Level, wanted: readonly number[], slots: readonly Slot[]): string {
  const [list] = level.lists;
  if (list && level.lists.length === 1 && level.cells.length === 0 && wanted.join() === list.slots.join())
    return rowsOf(list, slots);
  const places = new Map<number, string>();
  for (const { slot, value } of level.cells)
    places.set(slot, convert(value, slots[slot] as Slot, sqlType(slots[slot] as Slot)));
  const lists = level.lists.map((list) => {
    const name = `r${list.slots[0] ?? 0}_${depthOf(list)}`;
    for (const [index, slot] of list.slots.entries()) places.set(slot, `tupleElement(${name}, ${index + 1})`);
    return { name, sql: rowsOf(list, slots) };
  });
  const row = tuple(wanted.map((slot) => places.get(slot) as string));
  return lists.reduceRight<{ sql: string; isRow: boolean }>(
    (inner, { name, sql }) => ({
      sql: inner.isRow
        ? `arrayMap(${name} -> ${inner.sql}, ${sql})`
        : `arrayFlatten(arrayMap(${name} -> ${inner.sql}, ${sql}))`,
      isRow: false,
    }),
    { sql: lists.length === 0 ? `[${row}]` : row, isRow: lists.length > 0 },
  ).sql;
}

function depthOf(list: Rows): number {
  const levels = list.kind === 'each' ? [list.level] : list.branches;
  return 1 + Math.max(0, ...levels.flatMap(({ lists }) => lists.map(depthOf)));
}

function tuple(parts: readonly string[]): string {
  return parts.length === 0 ? 'tuple(0)' : `tuple(${parts.join(', ')})`;
}

function rowsOf(list: Rows, slots: readonly Slot[]): string {
  if (list.kind === 'union') {
    const branches = list.branches.map((branch) => product(branch, list.slots, slots));
    return branches.length === 1 ? (branches[0] as string) : `arrayConcat(${branches.join(', ')})`;
  }
  const types = list.slots.map((slot) => sqlType(slots[slot] as Slot));
  const none = `[${tuple(types.map((type, at) => emptyCell(type, list.zeros.includes(list.slots[at] as number))))}]`;
  if (list.foci === undefined) return list.orNull ? none : `arraySlice(${none}, 1, 0)`;
  const body = product(list.level, list.slots, slots);
  const beside = list.beside && say(list.beside.list);
  const isNumbered = mentions(list.level, list.index.name);
  return named([say(list.foci)], ([foci = '']) => {
    const over: [string, string][] = [[list.item.name, foci]];
    if (list.beside) over.push([list.beside.variable.name, beside as string]);
    if (isNumbered) over.push([list.index.name, `range(length(${foci}))`]);
    const names = over.map(([name]) => name).join(', ');
    const arrays = over.map(([, sql]) => sql).join(', ');
    const isFlat = list.level.lists.length === 0;
    const rows = isFlat
      ? `arrayMap((${names}) -> ${body.slice(1, -1)}, ${arrays})`
      : `arrayFlatten(arrayMap((${names}) -> ${body}, ${arrays}))`;
    return list.orNull ? `if(empty(${foci}), ${none}, ${rows})` : rows;
  });
}

function emptyCell(type: string, isZero: boolean): string {
  if (isZero) return `CAST(0, ${text(type)})`;
  return type.startsWith('Array') ? `CAST([], ${text(type)})` : `CAST(NULL, ${text(type)})`;
}

// ---- elements

/** Kept as JSON: asked for, or nothing of it is read. */
function isWhole(shape: Shape): boolean {
  return isRaw(shape) || shape.parts.size === 0;
}

function tupleType(shape: Shape, sure: readonly string[] = [], isCounted = false): string {
  const parts = [...shape.parts].map(([key, part]) => `${quote(key)} ${partType(part, isCounted)}`);
  return `Tuple(${[...parts, ...sure.map((key) => `${quote(key)} String`)].join(', ')})`;
}

/**
 * ClickHouse takes an element for no element, and a list of only such for empty, when none of the parts of the tuple is found in
 * it. Where elements are counted, others of which one must be there are extracted too.
 */
function partType({ type, kind, many, shape, counted }: Part, isCounted: boolean): string {
  if (shape === undefined) return many ? `Array(Nullable(${PRIMITIVE[kind]}))` : `Nullable(${PRIMITIVE[kind]})`;
  const isSure = (many && counted) || isCounted;
  const inner = isWhole(shape) ? 'String' : tupleType(shape, isSure ? surePropertiesOf(type, shape.parts) : [], isSure);
  return many ? `Array(${inner})` : inner;
}

const PRIMITIVE: Record<Kind, string> = {
  boolean: 'Bool',
  integer: 'Int64',
  written: 'String',
  decimal: 'String',
  string: 'String',
  date: 'String',
  dateTime: 'String',
  time: 'String',
  element: 'String',
};

function childSql(of: Expr, key: string, type: string): string {
  if (of.shape && !isRaw(of.shape)) return `tupleElement(${say(of)}, ${text(key)})`;
  return `JSONExtract(${say(of)}, ${text(key)}, ${text(type)})`;
}

// ---- expressions

function say(expr: Expr): string {
  switch (expr.op) {
    case 'variable':
      return expr.name === 'doc'
        ? '__doc'
        : expr.kind === 'integer' && expr.name.startsWith('v')
          ? `toInt64(${expr.name})`
          : expr.name;
    case 'literal':
      return sayLiteral(expr.kind, expr.text);
    case 'child': {
      const inner = expr.kind === 'element' ? 'String' : `Nullable(${PRIMITIVE[expr.kind]})`;
      const found = childSql(expr.of, expr.key, expr.many ? `Array(${inner})` : inner);
      if (expr.beside === undefined) return found;
      const other = childSql(expr.of, expr.beside, 'Array(Nullable(String))');
      return `arrayResize(${found}, greatest(length(${found}), length(${other})))`;
    }
    case 'scalar':
      return named(expr.given.map(say), (given) => SCALARS[expr.name](given, expr.given));
    case 'each':
      return walk('arrayMap', expr, say(expr.body));
    case 'flat':
      return `arrayFlatten(${walk('arrayMap', expr, say(expr.body))})`;
    case 'filter':
      return walk('arrayFilter', expr, decided(expr.condition));
    case 'values':
      return `arrayFilter(__x -> isNotNull(__x), ${say(expr.list)})`;
    case 'list':
      if (expr.present === TRUE) return `[${say(expr.item)}]`;
      if (isByValue(expr)) return `arrayFilter(__x -> isNotNull(__x), [${say(expr.item)}])`;
      return `arrayResize([${say(expr.item)}], toUInt8(${decided(expr.present)}))`;
    case 'concat':
      return `arrayConcat(${expr.lists.map(say).join(', ')})`;
    case 'distinct':
      if (expr.kind === 'element') return `arrayDistinct(${say(expr.list)})`;
      // In tuples, because arrayDistinct leaves out NULL, which stands for a primitive without a value.
      return `arrayMap(__x -> tupleElement(__x, 1), arrayDistinct(arrayMap(__x -> tuple(toNullable(__x)), ${say(expr.list)})))`;
    case 'sorted':
      return `arraySort(${say(expr.list)})`;
    case 'slice': {
      const from = `greatest(ifNull(${say(expr.from)}, 0), 0) + 1`;
      return `arraySlice(${say(expr.list)}, ${from}${expr.most ? `, greatest(ifNull(${say(expr.most)}, 0), 0)` : ''})`;
    }
    case 'at': {
      const { index } = expr;
      const known = index.op === 'literal' && index.text !== undefined && !index.text.startsWith('-');
      const place = known
        ? `${Number(index.text) + 1}`
        : `if(ifNull(${say(index)}, -1) < 0, 4294967295, assumeNotNull(${say(index)}) + 1)`;
      return element(expr, say(expr.list), place);
    }
    case 'last':
      return element(expr, say(expr.list), '-1');
    case 'only': {
      return named([say(expr.list)], ([list]) =>
        element(expr, list as string, `1 + throwIf(length(${list}) > 1, ${text(MORE_THAN_ONE)})`),
      );
    }
    case 'count':
      return `toInt64(length(${say(expr.list)}))`;
    case 'join': {
      const texts = `CAST(${say(expr.list)}, 'Array(String)')`;
      const separator = say(expr.separator);
      if (expr.separator.op === 'literal') return `arrayStringConcat(${texts}, ${separator})`;
      return `substring(arrayStringConcat(arrayMap(__x -> concat(${separator}, __x), ${texts})), length(${separator}) + 1)`;
    }
    case 'split': {
      if (expr.by === undefined) return `extractAll(ifNull(${say(expr.text)}, ''), '(?s).')`;
      return named([say(expr.text), say(expr.by)], ([whole, by]) => {
        const parts = `if(${by} = '', extractAll(assumeNotNull(${whole}), '(?s).'), splitByString(assumeNotNull(${by}), assumeNotNull(${whole})))`;
        return `if(isNull(${whole}) OR isNull(${by}), [], ${parts})`;
      });
    }
    case 'sameLists':
      return named([say(expr.left), say(expr.right)], ([left, right]) => {
        const same = expr.areMoments ? sameMoments(left as string, right as string) : `${left} = ${right}`;
        return `if(empty(${left}) OR empty(${right}), NULL, ${same})`;
      });
    case 'holds': {
      return named(
        [say(expr.value), say(expr.list)],
        ([value, list]) => `if(isNull(${value}), NULL, has(${list}, ${value}))`,
      );
    }
    case 'repeat': {
      const numbered = (list: string, path: string): string =>
        named([list], ([all]) => `arrayMap((__e, __i) -> (${path}, __e), ${all}, arrayEnumerate(${all}))`);
      const path = 'arrayPushBack(tupleElement(__f, 1), toUInt32(__i))';
      const inner = `arrayMap(${expr.item.name} -> ${say(expr.body)}, [tupleElement(__f, 2)])[1]`;
      const next = `arrayFlatten(arrayMap(__f -> ${numbered(inner, path)}, tupleElement(__a, 1)))`;
      return named([say(expr.start)], ([start = '']) => {
        const steps = `range(least(${MOST_STEPS}, arraySum(arrayMap(__e -> countSubstrings(__e, '{'), ${start})) + 1))`;
        const fold =
          `arrayFold((__a, __s) -> CAST((${next}, arrayConcat(tupleElement(__a, 2), tupleElement(__a, 1))), ${text(FOUND)}), ${steps}, ` +
          `CAST((${numbered(start, '[toUInt32(__i)]')}, []), ${text(FOUND)}))`;
        return `arrayMap(__e -> tupleElement(__e, 2), arraySort(__e -> tupleElement(__e, 1), tupleElement(${fold}, 2)))`;
      });
    }
  }
}

/** A condition with absent as false. */
function decided(condition: Expr): string {
  return isDecided(condition) ? say(condition) : `ifNull(${say(condition)}, false)`;
}

/** One pair that differs is enough for false, one that nobody knows for NULL. */
function sameMoments(left: string, right: string): string {
  const pairs = `arrayMap((__x, __y) -> ${byKeys('__x', '__y', 'true', 'false')}, ${left}, arrayResize(${right}, length(${left})))`;
  const of = (pairs: string): string =>
    `multiIf(length(${left}) != length(${right}), false, arrayExists(__s -> ifNull(NOT __s, false), ${pairs}), false, ` +
    `arrayExists(__s -> isNull(__s), ${pairs}), NULL, true)`;
  return named([pairs], ([bound]) => of(bound as string));
}

/** Arguments that stand more than once are bound as the variables of a lambda that is applied to one item. */
function named(given: readonly string[], make: (given: string[]) => string): string {
  return bind(
    given,
    make,
    (names, values, body) =>
      `arrayMap((${names.join(', ')}) -> ${body}, ${values.map((sql) => `[${sql}]`).join(', ')})[1]`,
  );
}

/** What is not there is NULL, or the empty text or a tuple of nothing for an element. */
function element({ kind }: Expr, list: string, place: string): string {
  return `${kind === 'element' ? 'arrayElement' : 'arrayElementOrNull'}(${list}, ${place})`;
}

const MORE_THAN_ONE = 'a path found more than one value where one is expected; use collection or first()';
/** ClickHouse's reader of JSON goes no deeper than 1,000 levels, and each step down takes two. */
const MOST_STEPS = 512;
const FOUND = 'Tuple(Array(Tuple(Array(UInt32), String)), Array(Tuple(Array(UInt32), String)))';

function walk(
  how: string,
  { list, item, second }: { list: Expr; item: { name: string }; second?: Second },
  body: string,
): string {
  if (second === undefined) return `${how}(${item.name} -> ${body}, ${say(list)})`;
  const other = second.list && say(second.list);
  return named(
    [say(list)],
    ([items]) =>
      `${how}((${item.name}, ${second.variable.name}) -> ${body}, ${items}, ${other ?? `range(length(${items}))`})`,
  );
}

function sayLiteral(kind: Kind, value: string | undefined): string {
  if (kind === 'element') return "''";
  if (value === undefined) return `CAST(NULL, 'Nullable(${kind === 'decimal' ? DECIMAL : PRIMITIVE[kind]})')`;
  if (kind === 'boolean') return value === 'true' ? 'true' : 'false';
  if (kind === 'integer') return `toInt64(${isLong(value) ? value : 'NULL'})`;
  return text(value);
}

function isLong(text: string): boolean {
  return /^-?\d{1,19}$/.test(text) && BigInt.asIntN(64, BigInt(text)) === BigInt(text);
}

const DECIMAL = 'Decimal(76, 20)';
const REGEX = "'(?s)'";

type Say = (given: string[], exprs: Expr[]) => string;

const SCALARS: Record<Scalar, Say> = {
  present: ([x], [expr]) => (expr?.kind === 'element' ? `(${x} != '')` : `isNotNull(${x})`),
  and: infix('AND'),
  or: infix('OR'),
  xor: ([a, b]) => `xor(${a}, ${b})`,
  implies: ([a, b]) => `(NOT ${a} OR ${b})`,
  not: ([x]) => `NOT (${x})`,
  isTrue: ([x], [expr]) => (expr && isDecided(expr) ? (x as string) : `ifNull(${x}, false)`),
  // With a constant condition the engine takes the type of one branch, and a comparison's is not a literal's.
  if: ([when, ...branches], [, then]) =>
    `if(${[when, ...(then?.kind === 'boolean' ? branches.map((branch) => `CAST(${branch}, 'Nullable(Bool)')`) : branches)].join(', ')})`,
  coalesce: (given) => (given.length === 1 ? (given[0] as string) : `coalesce(${given.join(', ')})`),
  choice: (given, [first]) =>
    first?.kind === 'element' ? `concat(${given.join(', ')})` : `coalesce(${given.join(', ')})`,
  equal: infix('='),
  less: infix('<'),
  lessEqual: infix('<='),
  sameKey: ([a, b]) => byKeys(a, b, 'true', 'false'),
  beforeKey: ([a, b]) => byKeys(a, b, 'false', `${a} < ${b}`),
  beforeEqualKey: ([a, b]) => byKeys(a, b, 'true', `${a} < ${b}`),
  momentKey: ([x]) =>
    `multiIf(length(${x}) < 19, ${x}, match(${x}, '[+-][0-9]{2}:[0-9]{2}$'), concat(replaceOne(substring(toString(` +
    `parseDateTime64BestEffortOrNull(concat(substring(${x}, 1, 19), right(${x}, 6)), 3, 'UTC')), 1, 19), ' ', 'T'), ${fraction(x)}), ` +
    `concat(substring(${x}, 1, 19), ${fraction(x)}))`,
  clockKey: ([x]) => `if(length(${x}) < 8, ${x}, concat(substring(${x}, 1, 8), ${fraction(x)}))`,
  add: infix('+'),
  subtract: infix('-'),
  multiply: ([a, b], [expr]) => (expr?.kind === 'integer' ? `(${a} * ${b})` : `toDecimal256(${a} * ${b}, 20)`),
  divide: ([a, b]) => unlessZero(b, (by) => `${a} / ${by}`),
  wholeDivide: ([a, b], [expr]) =>
    unlessZero(b, (by) => (expr?.kind === 'integer' ? `intDiv(${a}, ${by})` : `toInt64(trunc(${a} / ${by}))`)),
  modulo: ([a, b], [expr]) =>
    unlessZero(b, (by) =>
      expr?.kind === 'integer' ? `toInt64(${a} % ${by})` : `${a} - toDecimal256(${by} * trunc(${a} / ${by}), 20)`,
    ),
  negate: ([x]) => `negate(${x})`,
  absolute: ([x], [expr]) => (expr?.kind === 'integer' ? `toInt64(abs(${x}))` : `abs(${x})`),
  ceiling: ([x]) => `toInt64(ceil(${x}))`,
  floor: ([x]) => `toInt64(floor(${x}))`,
  truncate: ([x]) => `toInt64(trunc(${x}))`,
  alike: ([a, b]) => {
    const places = `toUInt8(least(${placesOf(a)}, ${placesOf(b)}))`;
    return `round(${a}, ${places}) = round(${b}, ${places})`;
  },
  round: ([x, digits]) => `round(${x}, ${digits})`,
  squareRoot: ([x]) => ofFloat(`sqrt(toFloat64(${x}))`),
  exponent: ([x]) => ofFloat(`exp(toFloat64(${x}))`),
  logarithm: ([x, by]) => ofFloat(`log(toFloat64(${x}))${by === undefined ? '' : ` / log(toFloat64(${by}))`}`),
  power: ([x, by]) => ofFloat(`pow(toFloat64(${x}), toFloat64(${by}))`),
  number: ([x], [expr]) => (expr?.kind === 'integer' ? `toDecimal256(${x}, 20)` : `toDecimal256OrNull(${x}, 20)`),
  text: ([x], [expr]) => (expr?.kind === 'boolean' ? booleanText(x) : `toString(${x})`),
  integerOf: ([x], [expr]) =>
    expr?.kind === 'boolean'
      ? `toInt64(${x})`
      : `if(match(${x}, '^[+-]?[0-9]{1,10}$'), toInt64OrNull(replaceOne(${x}, '+', '')), NULL)`,
  decimalOf: ([x], [expr]) =>
    expr?.kind === 'boolean'
      ? `toDecimal256(${x}, 20)`
      : `if(match(${x}, '^[+-]?[0-9]+([.][0-9]+)?$'), toDecimal256OrNull(replaceOne(${x}, '+', ''), 20), NULL)`,
  booleanOf: ([x], [expr]) =>
    expr?.kind === 'string'
      ? `multiIf(lower(${x}) IN ('true', 't', 'yes', 'y', '1', '1.0'), true, lower(${x}) IN ('false', 'f', 'no', 'n', '0', '0.0'), false, NULL)`
      : `multiIf(${x} = 1, true, ${x} = 0, false, NULL)`,
  dateOf: ([x]) => `substring(${x}, 1, 10)`,
  shifted: ([x], [, count, unit]) => shifted(x, shiftOf(...shiftSaid(count, unit))),
  fits: ([x], [, kind]) =>
    `if(match(${x}, ${text(MOMENT_PATTERN[(kind as { text: string }).text] as string)}), ${x}, NULL)`,
  append: ([a, b]) => `concat(${a}, ${b})`,
  join2: ([a, b]) => `concat(ifNull(${a}, ''), ifNull(${b}, ''))`,
  includes: ([a, b]) => `(position(${a}, ${b}) > 0)`,
  startsWith: ([a, b]) => `startsWith(${a}, ${b})`,
  endsWith: ([a, b]) => `endsWith(${a}, ${b})`,
  matches: ([a, b]) => `match(${a}, concat(${REGEX}, ${b}))`,
  matchesWhole: ([a, b]) => `match(${a}, concat(${REGEX}, '^(?:', ${b}, ')$'))`,
  replace: ([a, b, c]) =>
    `if(${b} = '', concat(${c}, arrayStringConcat(arrayMap(__x -> concat(__x, ${c}), ` +
    `extractAll(ifNull(${a}, ''), '(?s).')))), replaceAll(${a}, ${b}, ${c}))`,
  replaceMatches: ([a, b, c]) => `replaceRegexpAll(${a}, concat(${REGEX}, ${b}), ${groups(c)})`,
  indexOf: ([a, b]) => `(toInt64(positionUTF8(${a}, ${b})) - 1)`,
  lastIndexOf: ([a, b]) =>
    `multiIf(${b} = '', toInt64(0), positionUTF8(${a}, ${b}) = 0, toInt64(-1), ` +
    `toInt64(lengthUTF8(${a})) - toInt64(lengthUTF8(${b})) - toInt64(positionUTF8(reverseUTF8(${a}), reverseUTF8(${b}))) + 1)`,
  substring: ([a, from, length]) =>
    `if(${from} >= 0 AND ${from} < lengthUTF8(${a}), substringUTF8(${a}, ${from} + 1${length === undefined ? '' : `, greatest(${length}, 0)`}), NULL)`,
  length: ([x]) => `toInt64(lengthUTF8(${x}))`,
  upper: ([x]) => `upperUTF8(${x})`,
  lower: ([x]) => `lowerUTF8(${x})`,
  trim: ([x]) => `replaceRegexpAll(${x}, '^\\\\s+|\\\\s+$', '')`,
  canonicalText: ([x]) => `if(${x} = '', NULL, toString(CAST(if(${x} = '', '{}', ${x}), 'JSON')))`,
  referenceKey: ([x], [, type]) => `nullIf(extract(${x}, ${text(referencePattern(type as { text?: string }))}), '')`,
  lowDecimal: ([x, digits]) => boundary(x, digits, '-', 'floor'),
  highDecimal: ([x, digits]) => boundary(x, digits, '+', 'ceil'),
  lowDate: ([x, digits]) => cut(lowDay(x), digits, DATE_DIGITS, ''),
  highDate: ([x, digits]) => cut(highDay(x), digits, DATE_DIGITS, ''),
  lowMoment: ([x, digits]) => moment(x, digits, lowDay(`substring(${x}, 1, 10)`), '00:00:00.000', '+14:00'),
  highMoment: ([x, digits]) => moment(x, digits, highDay(`substring(${x}, 1, 10)`), '23:59:59.999', '-12:00'),
  lowTime: ([x, digits]) => cut(filled(x, '00:00:00.000'), digits, TIME_DIGITS, ''),
  highTime: ([x, digits]) => cut(filled(x, '23:59:59.999'), digits, TIME_DIGITS, ''),
};

function booleanText(x: string | undefined): string {
  return `multiIf(isNull(${x}), NULL, ${x}, 'true', 'false')`;
}

function infix(sign: string): Say {
  return ([a, b]) => `(${a} ${sign} ${b})`;
}

/** Keys where one begins with the other are equal as far as both are known. */
function byKeys(a: string | undefined, b: string | undefined, same: string, other: string): string {
  return `if(${a} = ${b}, ${same}, if(startsWith(${a}, ${b}) OR startsWith(${b}, ${a}), NULL, if(isNull(${a}) OR isNull(${b}), NULL, ${other})))`;
}

function fraction(x: string | undefined): string {
  return `concat('.', rightPad(substring(extract(${x}, '[.]([0-9]+)'), 1, 9), 9, '0'))`;
}

function unlessZero(by: string | undefined, apply: (by: string) => string): string {
  return `if(ifNull(${by}, 0) = 0, NULL, ${apply(`if(ifNull(${by}, 0) = 0, 1, assumeNotNull(${by}))`)})`;
}

function ofFloat(sql: string): string {
  return `toDecimal256OrNull(toString(${sql}), 20)`;
}

/** A replacement as RE2 takes it: backslashes are themselves. */
function escaped(sql: string | undefined): string {
  return `replaceAll(${sql}, '\\\\', '\\\\\\\\')`;
}

/** `$1` is `\1` to RE2. */
function groups(sql: string | undefined): string {
  return `replaceRegexpAll(${escaped(sql)}, '[$]([0-9])', '\\\\\\\\\\\\1')`;
}

/** Digits behind the point, without zeros at the end. */
function placesOf(decimal: string | undefined): string {
  return `length(extract(toString(${decimal}), '[.]([0-9]*[1-9])'))`;
}

function boundary(x: string | undefined, digits: string | undefined, sign: string, towards: string): string {
  const exponent = `toInt32OrZero(extract(${x}, '[eE](.*)'))`;
  const scale = `greatest(length(extract(${x}, '[.]([0-9]+)')) - ${exponent}, 0)`;
  const half = `toDecimal256OrNull(concat('0.', repeat('0', ${scale}), '5'), 20)`;
  const places = digits === undefined ? '8' : `toUInt8(least(greatest(ifNull(${digits}, 0), 0), 20))`;
  const value = `${towards}(toDecimal256OrNull(${x}, 20) ${sign} ${half}, ${places})`;
  return digits === undefined ? value : `if(${digits} BETWEEN 0 AND 20, ${value}, NULL)`;
}

/** To as many digits as FHIRPath counts; empty for a number of digits that ends nowhere. */
function cut(sql: string, digits: string | undefined, places: Record<string, number>, rest: string): string {
  if (digits === undefined) return rest === '' ? sql : `concat(${sql}, ${rest})`;
  const cases = Object.entries(places).map(([count, length]) => {
    const kept = `substring(${sql}, 1, ${length})`;
    return `${digits} = ${count}, ${rest === '' || Number(count) < 10 ? kept : `concat(${kept}, ${rest})`}`;
  });
  return `multiIf(${cases.join(', ')}, NULL)`;
}

/** To what is written, year, month, day or more, as far as the engine's calendar goes: 1900 to 2299; else NULL. */
function shifted(x: string | undefined, { years, months, days, full }: Shift): string {
  const day = `toDate32OrNull(${x})`;
  const moved = months === full.months ? `addMonths(${day}, ${months})` : `addDays(${day}, ${days})`;
  const moment = `toDateTime64OrNull(replaceOne(concat(substring(${x}, 1, 19), if(length(${x}) < 17, ':00', '')), 'T', ' '), 0, 'UTC')`;
  const later =
    full.months === undefined ? `addSeconds(${moment}, ${full.seconds})` : `addMonths(${moment}, ${full.months})`;
  return (
    `multiIf(length(${x}) = 4, leftPad(toString(toInt32OrNull(${x}) + ${years}), 4, '0'), ` +
    `length(${x}) = 7, substring(toString(addMonths(toDate32OrNull(concat(${x}, '-01')), ${months})), 1, 7), ` +
    `length(${x}) = 10, toString(${moved}), concat(replaceOne(toString(${later}), ' ', 'T'), substring(${x}, 20)))`
  );
}

function lowDay(x: string | undefined): string {
  return `multiIf(length(${x}) = 4, concat(${x}, '-01-01'), length(${x}) = 7, concat(${x}, '-01'), ${x})`;
}

function highDay(x: string | undefined): string {
  const year = `toUInt16OrZero(substring(assumeNotNull(${x}), 1, 4))`;
  const leap = `(${year} % 4 = 0 AND (${year} % 100 != 0 OR ${year} % 400 = 0))`;
  const month = `toUInt8OrZero(substring(assumeNotNull(${x}), 6, 2))`;
  const days = `multiIf(${month} = 2, if(${leap}, '-29', '-28'), ${month} IN (4, 6, 9, 11), '-30', '-31')`;
  return `multiIf(length(${x}) = 4, concat(${x}, '-12-31'), length(${x}) = 7, concat(${x}, ${days}), ${x})`;
}

function filled(x: string | undefined, template: string): string {
  return `concat(${x}, substring('${template}', length(assumeNotNull(${x})) + 1))`;
}

function moment(
  x: string | undefined,
  digits: string | undefined,
  day: string,
  template: string,
  zone: string,
): string {
  const said = `extract(substring(${x}, 12), '(Z|[+-][0-9]{2}:[0-9]{2})$')`;
  const clock = `replaceRegexpOne(substring(${x}, 12), '(Z|[+-][0-9]{2}:[0-9]{2})$', '')`;
  const all = `concat(${day}, 'T', ${filled(clock, template)})`;
  return cut(all, digits, MOMENT_DIGITS, `if(${said} = '', '${zone}', ${said})`);
}

// ---- quoting

/** A literal of text. `$` and `{` are escaped so that nobody who splices parameters takes them for one. */
function text(value: string): string {
  return `'${value.replace(/[\\'\0${]/g, (sign) => `\\x${sign.charCodeAt(0).toString(16).padStart(2, '0')}`)}'`;
}

function quote(name: string): string {
  return `\`${name.replaceAll('\\', '\\\\').replaceAll('`', '\\`')}\``;
}
