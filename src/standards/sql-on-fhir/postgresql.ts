import { type Expr, isByValue, type Kind, type Scalar, type Second, TRUE } from './algebra.ts';
import { bind } from './binding.ts';
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

/**
 * The algebra in PostgreSQL's SQL. Elements are jsonb, absent ones NULL; lists are arrays, walked with `array(select ... from
 * unnest(...))`; rows come from lateral joins, each with the numbers of the items it came from, which give rows their order.
 */
export const postgresql: Target = {
  statement(plan, { from, content, carry, rowNumber }) {
    const { root, slots } = plan;
    const saying: Saying = { names: new Map([['doc', 'doc.v']]), aliases: 0 };
    const listed = root.lists.flatMap(({ slots }) => slots);
    const places = new Map<number, string>(listed.map((slot) => [slot, `r.s${slot}`]));
    for (const { slot, value } of root.cells) places.set(slot, convert(saying, value, slots[slot] as Slot));
    const out = [
      ...carry.map((name) => `src.${quote(name)}`),
      ...slots.map((slot, index) => `${places.get(index)} as ${quote(slot.source.name)}`),
    ];
    let rows = '';
    if (root.lists.length > 0) {
      const numbered = rowNumber ? ', row_number() over (order by p._o) - 1 as _n' : '';
      rows = ` cross join lateral (select p.*${numbered} from (${level(saying, { cells: [], lists: root.lists }, listed, slots, '', '')}) as p) as r`;
    }
    if (rowNumber) out.push(`${rows === '' ? '0::bigint' : 'r._n'} as ${quote(rowNumber)}`);
    const conditions = [
      `${say(saying, plan.resourceType)} = ${text(plan.doc.type)}`,
      ...plan.where.map((one) => say(saying, one)),
    ];
    return (
      `select ${out.join(', ')} from ${from} as src cross join lateral (select src.${quote(content)}::jsonb as v offset 0) as doc` +
      `${rows} where ${conditions.join(' and ')}`
    );
  },
  sqlType,
};

/** Where variables are found while a statement is said. */
interface Saying {
  names: Map<string, string>;
  aliases: number;
}

/** Digits behind the point, without zeros at the end. */
function placesOf(decimal: string | undefined): string {
  return `scale(trim_scale(${decimal}))`;
}

function alias(saying: Saying): string {
  return `t${++saying.aliases}`;
}

// ---- columns

const OF_ANSI: Record<AnsiType, string> = {
  text: 'text',
  boolean: 'boolean',
  integer: 'integer',
  bigint: 'bigint',
  decimal: 'numeric',
  double: 'double precision',
  date: 'date',
  timestamp: 'timestamp with time zone',
};

const HELD = { boolean: 'boolean', integer: 'integer', decimal: 'numeric', text: 'text', json: 'jsonb' };

function plainType({ source, type, held }: Slot): string {
  const asked = ansiTypeOf(source);
  if (asked) return OF_ANSI[asked.name];
  return type === 'integer64' ? 'bigint' : HELD[held];
}

function sqlType(slot: Slot): string {
  return slot.source.collection ? `${plainType(slot)}[]` : plainType(slot);
}

function convert(saying: Saying, value: Expr, slot: Slot): string {
  const type = plainType(slot);
  const sql = say(saying, value);
  if (!slot.source.collection) return fitted(sql, value.kind, type);
  const name = alias(saying);
  const item = fitted(`${name}.v`, value.kind, type);
  return `array(select ${item} from unnest(${sql}) with ordinality as ${name}(v, o) where ${item} is not null order by ${name}.o)`;
}

function fitted(sql: string, kind: Kind, type: string): string {
  return named([sql], ([x]) => asType(x as string, kind, type));
}

function asType(sql: string, kind: Kind, type: string): string {
  if (type === 'jsonb') return kind === 'element' ? sql : `to_jsonb(${sql})`;
  if (kind === 'decimal' && type === 'text') return `trim_scale(${sql})::text`;
  if (type === 'integer') {
    const number = kind === 'boolean' ? `(${sql})::integer` : `(${sql})::numeric`;
    return `case when ${number} between -2147483648 and 2147483647 then ${number}::integer end`;
  }
  if (type === 'date')
    return `case when (${sql})::text ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}' then left((${sql})::text, 10)::date end`;
  if (type.startsWith('timestamp'))
    return `case when (${sql})::text ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}' then (case when (${sql})::text ~ '(Z|[+-][0-9]{2}:[0-9]{2})$' then (${sql})::text else (${sql})::text || ' UTC' end)::timestamptz end`;
  return `(${sql})::${type}`;
}

// ---- rows

/** A query of `s<slot>` for every slot wanted, and `_o`, the numbers of the items in order; `head` is what comes before those of the lists. */
function level(
  saying: Saying,
  { cells, lists }: Level,
  wanted: readonly number[],
  slots: readonly Slot[],
  from: string,
  head: string,
): string {
  const places = new Map<number, string>();
  for (const { slot, value } of cells) places.set(slot, convert(saying, value, slots[slot] as Slot));
  const joined = lists.map((list) => {
    const name = alias(saying);
    for (const slot of list.slots) places.set(slot, `${name}.s${slot}`);
    return { name, sql: `lateral (${rowsOf(saying, list, slots)}) as ${name}` };
  });
  const columns = wanted.map((slot) => `${places.get(slot)} as s${slot}, `).join('');
  const order = [head, ...joined.map(({ name }) => `${name}._o`)].filter((part) => part !== '').join(' || ');
  const sources = [from, ...joined.map(({ sql }) => sql)].filter((part) => part !== '');
  return `select ${columns}${order === '' ? "'{}'::bigint[]" : order} as _o${sources.length === 0 ? '' : ` from ${sources.join(' cross join ')}`}`;
}

function rowsOf(saying: Saying, list: Rows, slots: readonly Slot[]): string {
  if (list.kind === 'union')
    return list.branches
      .map((branch, index) => level(saying, branch, list.slots, slots, '', `array[${index}]::bigint[]`))
      .join(' union all ');
  const nothing = list.slots
    .map((slot) => `${emptyCell(slots[slot] as Slot, list.zeros.includes(slot))} as s${slot}, `)
    .join('');
  const none = `select ${nothing}'{0}'::bigint[] as _o where`;
  if (list.foci === undefined) return `${none} ${list.orNull}`;
  const foci = say(saying, list.foci);
  const name = alias(saying);
  saying.names.set(list.item.name, `${name}.v`);
  saying.names.set(list.index.name, `(${name}.o - 1)`);
  if (list.beside) saying.names.set(list.beside.variable.name, `${name}.b`);
  const bound = list.orNull ? alias(saying) : undefined;
  const items = bound === undefined ? foci : `${bound}.f`;
  const lists = list.beside ? `${items}, ${say(saying, list.beside.list)}` : items;
  const from = `unnest(${lists}) with ordinality as ${name}(v, ${list.beside ? 'b, ' : ''}o)`;
  const rows = level(saying, list.level, list.slots, slots, from, `array[${name}.o]`);
  if (bound === undefined) return rows;
  const all = alias(saying);
  const either = `${rows} union all ${none} cardinality(${items}) = 0`;
  return `select ${all}.* from (select ${foci} as f offset 0) as ${bound} cross join lateral (${either}) as ${all}`;
}

function emptyCell(slot: Slot, isZero: boolean): string {
  if (isZero) return `0::${sqlType(slot)}`;
  return slot.source.collection ? `'{}'::${sqlType(slot)}` : `null::${sqlType(slot)}`;
}

// ---- expressions

const TYPES: Record<Kind, string> = {
  boolean: 'boolean',
  integer: 'bigint',
  written: 'text',
  decimal: 'numeric',
  string: 'text',
  date: 'text',
  dateTime: 'text',
  time: 'text',
  element: 'jsonb',
};

function say(saying: Saying, expr: Expr): string {
  const inner = (of: Expr): string => say(saying, of);
  switch (expr.op) {
    case 'variable':
      return saying.names.get(expr.name) as string;
    case 'literal':
      return expr.text === undefined || expr.kind === 'element'
        ? `null::${TYPES[expr.kind]}`
        : `${text(expr.text)}::${TYPES[expr.kind]}`;
    case 'child':
      return child(saying, expr);
    case 'scalar':
      return `(${named(expr.given.map(inner), (given) => SCALARS[expr.name](given, expr.given))})`;
    case 'each': {
      const { from, order } = begin(saying, expr);
      return `array(select ${inner(expr.body)} from ${from} order by ${order})`;
    }
    case 'flat': {
      const { from, order } = begin(saying, expr);
      const name = alias(saying);
      const body = inner(expr.body);
      return `array(select ${name}.v from ${from}, unnest(${body}) with ordinality as ${name}(v, o) order by ${order}, ${name}.o)`;
    }
    case 'filter': {
      const { from, order, item } = begin(saying, expr);
      return `array(select ${item} from ${from} where ${inner(expr.condition)} order by ${order})`;
    }
    case 'values':
      return `array_remove(${inner(expr.list)}, null)`;
    case 'list':
      if (isByValue(expr)) return `array_remove(array[${inner(expr.item)}], null)`;
      return expr.present === TRUE
        ? `array[${inner(expr.item)}]`
        : `array(select ${inner(expr.item)} where ${inner(expr.present)})`;
    case 'concat':
      return `(${expr.lists.map(inner).join(' || ')})`;
    case 'distinct': {
      const name = alias(saying);
      return `array(select ${name}.v from unnest(${inner(expr.list)}) with ordinality as ${name}(v, o) group by ${name}.v order by min(${name}.o))`;
    }
    case 'sorted': {
      const name = alias(saying);
      return `array(select ${name}.v from unnest(${inner(expr.list)}) as ${name}(v) order by ${name}.v)`;
    }
    case 'slice': {
      const from = `(greatest(coalesce(${inner(expr.from)}, 0), 0) + 1)::integer`;
      const to = expr.most
        ? `(greatest(coalesce(${inner(expr.from)}, 0), 0) + greatest(coalesce(${inner(expr.most)}, 0), 0))::integer`
        : '';
      return `(${inner(expr.list)})[${from}:${to}]`;
    }
    case 'at':
      return `(${inner(expr.list)})[(${inner(expr.index)} + 1)::integer]`;
    case 'last':
      return `(select ${lastOf(alias(saying), inner(expr.list))})`;
    case 'only': {
      const name = alias(saying);
      return `(select ${name}.v from unnest(${inner(expr.list)}) as ${name}(v))`;
    }
    case 'count':
      return `cardinality(${inner(expr.list)})::bigint`;
    case 'join':
      return `array_to_string(${inner(expr.list)}, ${inner(expr.separator)})`;
    case 'split': {
      const whole = inner(expr.text);
      if (expr.by === undefined) return `coalesce(string_to_array(${whole}, null), '{}')`;
      return named([whole, inner(expr.by)], ([all, by]) => {
        const parts = `case when ${by} = '' then string_to_array(${all}, null) when ${all} = '' then array[''] when ${by} is not null then string_to_array(${all}, ${by}) end`;
        return `coalesce(${parts}, '{}')`;
      });
    }
    case 'sameLists':
      return named([inner(expr.left), inner(expr.right)], ([left, right]) => {
        const same = expr.areMoments
          ? sameMoments(alias(saying), left as string, right as string)
          : `${left} = ${right}`;
        return `(case when cardinality(${left}) > 0 and cardinality(${right}) > 0 then ${same} end)`;
      });
    case 'holds': {
      return named(
        [inner(expr.value), inner(expr.list)],
        ([value, list]) => `(case when ${value} is not null then coalesce(${value} = any(${list}), false) end)`,
      );
    }
    case 'repeat': {
      const [found, start, next] = [alias(saying), alias(saying), alias(saying)];
      const begins = inner(expr.start);
      saying.names.set(expr.item.name, `${found}.v`);
      return (
        `array(with recursive ${found}(v, p) as (select ${start}.v, array[${start}.o] from unnest(${begins}) with ordinality as ${start}(v, o) ` +
        `union all select ${next}.v, ${found}.p || ${next}.o from ${found}, unnest(${inner(expr.body)}) with ordinality as ${next}(v, o)) ` +
        `select ${found}.v from ${found} order by ${found}.p)`
      );
    }
  }
}

/** One pair that differs is enough for false, one that nobody knows for null. */
function sameMoments(name: string, left: string, right: string): string {
  const pair = byKeys(`${name}.x`, `${name}.y`, 'true', 'false');
  return (
    `(case when cardinality(${left}) <> cardinality(${right}) then false else (select case when bool_or(not (${pair})) then false ` +
    `when bool_or((${pair}) is null) then null else true end from unnest(${left}, ${right}) as ${name}(x, y)) end)`
  );
}

function lastOf(name: string, list: string): string {
  return `${name}.v from unnest(${list}) with ordinality as ${name}(v, o) order by ${name}.o desc limit 1`;
}

interface Walked {
  list: Expr;
  item: { name: string };
  second?: Second;
}

function begin(saying: Saying, { list, item, second }: Walked): { from: string; order: string; item: string } {
  const items = say(saying, list);
  const other = second?.list ? say(saying, second.list) : undefined;
  const name = alias(saying);
  saying.names.set(item.name, `${name}.v`);
  if (second) saying.names.set(second.variable.name, other === undefined ? `(${name}.o - 1)` : `${name}.b`);
  const from =
    other === undefined
      ? `unnest(${items}) with ordinality as ${name}(v, o)`
      : `unnest(${items}, ${other}) with ordinality as ${name}(v, b, o)`;
  return { from, order: `${name}.o`, item: `${name}.v` };
}

function child(saying: Saying, expr: Expr & { op: 'child' }): string {
  const owner = say(saying, expr.of);
  const key = text(expr.key);
  const { kind } = expr;
  if (!expr.many) {
    if (kind === 'element') return `nullif(${owner} -> ${key}, 'null'::jsonb)`;
    if (kind === 'boolean')
      return `(case when jsonb_typeof(${owner} -> ${key}) = 'boolean' then (${owner} -> ${key})::boolean end)`;
    if (kind === 'integer')
      return `(case when jsonb_typeof(${owner} -> ${key}) = 'number' then (${owner} -> ${key})::bigint end)`;
    return `(${owner} ->> ${key})`;
  }
  const name = alias(saying);
  const list = (key: string): string =>
    `case when jsonb_typeof(${owner} -> ${key}) = 'array' then ${owner} -> ${key} end`;
  const items = kind === 'element' ? 'jsonb_array_elements' : 'jsonb_array_elements_text';
  const value = kind === 'element' ? `nullif(${name}.v, 'null'::jsonb)` : `${name}.v::${TYPES[kind]}`;
  const all = `${items}(${list(key)}) with ordinality as ${name}(v, o)`;
  if (expr.beside === undefined) return `array(select ${value} from ${all} order by ${name}.o)`;
  // In step with what is beside it.
  const step = alias(saying);
  const other = `jsonb_array_elements(${list(text(expr.beside))}) with ordinality as ${step}(v, o)`;
  return `array(select ${value} from ${all} full join ${other} on ${name}.o = ${step}.o order by coalesce(${name}.o, ${step}.o))`;
}

/** Arguments that stand more than once are bound as the columns of a row. */
function named(given: readonly string[], make: (given: string[]) => string): string {
  return bind(given, make, (names, values, body) => {
    const columns = values.map((sql, index) => `${sql} as ${names[index]}`).join(', ');
    return `(select ${body} from (select ${columns} offset 0) as ${names[0]}_)`;
  });
}

type Say = (given: string[], exprs: Expr[]) => string;

const BINARY_ORDER = 'collate "C"';

const SCALARS: Record<Scalar, Say> = {
  present: ([x]) => `${x} is not null`,
  and: infix('and'),
  or: infix('or'),
  xor: infix('<>'),
  implies: ([a, b]) => `not ${a} or ${b}`,
  not: ([x]) => `not ${x}`,
  isTrue: ([x]) => `coalesce(${x}, false)`,
  if: ([when, then, otherwise]) => `case when ${when} then ${then} else ${otherwise} end`,
  coalesce: (given) => `coalesce(${given.join(', ')})`,
  choice: (given) => `coalesce(${given.join(', ')})`,
  equal: infix('='),
  less: ordered('<'),
  lessEqual: ordered('<='),
  sameKey: ([a, b]) => byKeys(a, b, 'true', 'false'),
  beforeKey: ([a, b]) => byKeys(a, b, 'false', `${a} ${BINARY_ORDER} < ${b}`),
  beforeEqualKey: ([a, b]) => byKeys(a, b, 'true', `${a} ${BINARY_ORDER} < ${b}`),
  momentKey: ([x]) =>
    `case when length(${x}) < 19 then ${x} when ${x} ~ '[+-][0-9]{2}:[0-9]{2}$' then to_char((left(${x}, 19) || right(${x}, 6))::timestamptz ` +
    `at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS') || ${fraction(x)} else left(${x}, 19) || ${fraction(x)} end`,
  clockKey: ([x]) => `case when length(${x}) < 8 then ${x} else left(${x}, 8) || ${fraction(x)} end`,
  add: infix('+'),
  subtract: infix('-'),
  multiply: infix('*'),
  divide: ([a, b]) => `${a} / nullif(${b}, 0)`,
  wholeDivide: ([a, b]) => `trunc(${a} / nullif(${b}, 0))::bigint`,
  modulo: ([a, b]) => `${a} % nullif(${b}, 0)`,
  negate: ([x]) => `- ${x}`,
  absolute: ([x]) => `abs(${x})`,
  ceiling: ([x]) => `ceil(${x})::bigint`,
  floor: ([x]) => `floor(${x})::bigint`,
  truncate: ([x]) => `trunc(${x})::bigint`,
  alike: ([a, b]) => {
    const places = `least(${placesOf(a)}, ${placesOf(b)})`;
    return `round(${a}, ${places}) = round(${b}, ${places})`;
  },
  round: ([x, digits]) => `round(${x}, (${digits})::integer)`,
  squareRoot: ([x]) => `case when ${x} >= 0 then sqrt(${x}) end`,
  exponent: ([x]) => `exp(${x})`,
  logarithm: ([x, by]) =>
    by === undefined
      ? `case when ${x} > 0 then ln(${x}) end`
      : `case when ${x} > 0 and ${by} > 0 and ${by} <> 1 then log(${by}, ${x}) end`,
  power: ([x, by]) =>
    `case when ${x} > 0 or (${by} = trunc(${by}) and (${x} <> 0 or ${by} >= 0)) then power(${x}, ${by}) end`,
  number: ([x]) => `${x}::numeric`,
  text: ([x], [expr]) => (expr?.kind === 'decimal' ? `trim_scale(${x})::text` : `${x}::text`),
  integerOf: ([x], [expr]) =>
    expr?.kind === 'boolean' ? `${x}::integer::bigint` : `case when ${x} ~ '^[+-]?[0-9]{1,10}$' then ${x}::bigint end`,
  decimalOf: ([x], [expr]) =>
    expr?.kind === 'boolean'
      ? `${x}::integer::numeric`
      : `case when ${x} ~ '^[+-]?[0-9]+([.][0-9]+)?$' then ${x}::numeric end`,
  booleanOf: ([x], [expr]) =>
    expr?.kind === 'string'
      ? `case when lower(${x}) in ('true', 't', 'yes', 'y', '1', '1.0') then true when lower(${x}) in ('false', 'f', 'no', 'n', '0', '0.0') then false end`
      : `case ${x} when 1 then true when 0 then false end`,
  dateOf: ([x]) => `left(${x}, 10)`,
  shifted: ([x], [, count, unit]) => shifted(x, shiftOf(...shiftSaid(count, unit))),
  fits: ([x], [, kind]) =>
    `case when ${x} ~ ${text(MOMENT_PATTERN[(kind as { text: string }).text] as string)} then ${x} end`,
  append: infix('||'),
  join2: ([a, b]) => `coalesce(${a}, '') || coalesce(${b}, '')`,
  includes: ([a, b]) => `strpos(${a}, ${b}) > 0`,
  startsWith: ([a, b]) => `starts_with(${a}, ${b})`,
  endsWith: ([a, b]) => `right(${a}, length(${b})) = ${b}`,
  matches: ([a, b]) => `${a} ~ ${b}`,
  matchesWhole: ([a, b]) => `${a} ~ ('^(?:' || ${b} || ')$')`,
  replace: ([a, b, c]) =>
    `case when ${b} = '' then regexp_replace(${a}, '', ${escaped(c)}, 'g') else replace(${a}, ${b}, ${c}) end`,
  replaceMatches: ([a, b, c]) =>
    `regexp_replace(${a}, ${b}, regexp_replace(${escaped(c)}, '[$]([0-9])', '\\\\\\1', 'g'), 'g')`,
  indexOf: ([a, b]) => `(strpos(${a}, ${b}) - 1)::bigint`,
  lastIndexOf: ([a, b]) =>
    `case when ${b} = '' then 0 when strpos(${a}, ${b}) = 0 then -1 ` +
    `else length(${a}) - length(${b}) - strpos(reverse(${a}), reverse(${b})) + 1 end::bigint`,
  substring: ([a, from, length]) =>
    `case when ${from} >= 0 and ${from} < length(${a}) then substring(${a} from (${from} + 1)::integer${length === undefined ? '' : ` for greatest(${length}, 0)::integer`}) end`,
  length: ([x]) => `length(${x})::bigint`,
  upper: ([x]) => `upper(${x})`,
  lower: ([x]) => `lower(${x})`,
  trim: ([x]) => `regexp_replace(${x}, '^\\s+|\\s+$', '', 'g')`,
  canonicalText: ([x]) => `${x}::text`,
  referenceKey: ([x], [, type]) => `substring(${x} from ${text(referencePattern(type as { text?: string }))})`,
  lowDecimal: ([x, digits]) => boundary(x, digits, '-', 'floor'),
  highDecimal: ([x, digits]) => boundary(x, digits, '+', 'ceil'),
  lowDate: ([x, digits]) => cut(lowDay(x), digits, DATE_DIGITS, ''),
  highDate: ([x, digits]) => cut(highDay(x), digits, DATE_DIGITS, ''),
  lowMoment: ([x, digits]) => moment(x, digits, lowDay(`left(${x}, 10)`), '00:00:00.000', '+14:00'),
  highMoment: ([x, digits]) => moment(x, digits, highDay(`left(${x}, 10)`), '23:59:59.999', '-12:00'),
  lowTime: ([x, digits]) => cut(filled(x, '00:00:00.000'), digits, TIME_DIGITS, ''),
  highTime: ([x, digits]) => cut(filled(x, '23:59:59.999'), digits, TIME_DIGITS, ''),
};

function infix(sign: string): Say {
  return ([a, b]) => `${a} ${sign} ${b}`;
}

function ordered(sign: string): Say {
  return ([a, b], [expr]) => (expr?.kind === 'string' ? `${a} ${BINARY_ORDER} ${sign} ${b}` : `${a} ${sign} ${b}`);
}

function byKeys(a: string | undefined, b: string | undefined, same: string, other: string): string {
  return `case when ${a} = ${b} then ${same} when starts_with(${a}, ${b}) or starts_with(${b}, ${a}) or ${a} is null or ${b} is null then null else ${other} end`;
}

function fraction(x: string | undefined): string {
  return `'.' || rpad(left(coalesce(substring(${x} from '[.]([0-9]+)'), ''), 9), 9, '0')`;
}

function escaped(sql: string | undefined): string {
  return `replace(${sql}, '\\', '\\\\')`;
}

function boundary(x: string | undefined, digits: string | undefined, sign: string, towards: string): string {
  const half = `('0.' || repeat('0', scale((${x})::numeric)) || '5')::numeric`;
  const unit = `power(10::numeric, ${digits ?? 8})`;
  const value = `trim_scale(${towards}(((${x})::numeric ${sign} ${half}) * ${unit}) / ${unit})`;
  return digits === undefined ? value : `case when ${digits} between 0 and 20 then ${value} end`;
}

/** To as many digits as FHIRPath counts; empty for a number of digits that ends nowhere. */
function cut(sql: string, digits: string | undefined, places: Record<string, number>, rest: string): string {
  if (digits === undefined) return rest === '' ? sql : `${sql} || ${rest}`;
  const cases = Object.entries(places).map(([count, length]) => {
    const kept = `left(${sql}, ${length})`;
    return `when ${count} then ${rest === '' || Number(count) < 10 ? kept : `${kept} || ${rest}`}`;
  });
  return `case ${digits} ${cases.join(' ')} end`;
}

/** To what is written: year, month, day or more. */
function shifted(x: string | undefined, { years, months, days, full }: Shift): string {
  const interval = `interval '${months === full.months ? `${months} months` : `${days} days`}'`;
  const moment = `(replace(left(${x}, 19), 'T', ' ') || case when length(${x}) < 17 then ':00' else '' end)::timestamp`;
  const later = `interval '${full.months === undefined ? `${full.seconds} seconds` : `${full.months} months`}'`;
  return (
    `case length(${x}) when 4 then to_char(${x}::integer + ${years}, 'FM0000') ` +
    `when 7 then to_char((${x} || '-01')::date + interval '${months} months', 'YYYY-MM') ` +
    `when 10 then to_char(${x}::date + ${interval}, 'YYYY-MM-DD') ` +
    `else to_char(${moment} + ${later}, 'YYYY-MM-DD"T"HH24:MI:SS') || substring(${x} from 20) end`
  );
}

function lowDay(x: string | undefined): string {
  return `(case length(${x}) when 4 then ${x} || '-01-01' when 7 then ${x} || '-01' else ${x} end)`;
}

function highDay(x: string | undefined): string {
  const last = `to_char((${x} || '-01')::date + interval '1 month' - interval '1 day', '-DD')`;
  return `(case length(${x}) when 4 then ${x} || '-12-31' when 7 then ${x} || ${last} else ${x} end)`;
}

function filled(x: string | undefined, template: string): string {
  return `(${x} || substring('${template}' from length(${x}) + 1))`;
}

function moment(
  x: string | undefined,
  digits: string | undefined,
  day: string,
  template: string,
  zone: string,
): string {
  const said = `substring(substring(${x} from 12) from '(Z|[+-][0-9]{2}:[0-9]{2})$')`;
  const clock = `regexp_replace(substring(${x} from 12), '(Z|[+-][0-9]{2}:[0-9]{2})$', '')`;
  return cut(`(${day} || 'T' || ${filled(clock, template)})`, digits, MOMENT_DIGITS, `coalesce(${said}, '${zone}')`);
}

// ---- quoting

/**
 * A literal of text, right whatever `standard_conforming_strings` says. `$` is escaped so that nobody who splices parameters takes
 * it for one. PostgreSQL's texts hold no NUL; no text in FHIR does either.
 */
function text(value: string): string {
  const plain = value.replaceAll('\0', '').replaceAll("'", "''");
  return /[\\$]/.test(plain) ? `E'${plain.replaceAll('\\', '\\\\').replaceAll('$', '\\x24')}'` : `'${plain}'`;
}

function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
