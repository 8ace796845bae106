import type { Ast } from '#standards/fhirpath';
import {
  both,
  child,
  type Expr,
  either,
  FALSE,
  integer,
  type Kind,
  keepRaw,
  literal,
  MOMENTS,
  NUMBERS,
  newShape,
  type Scalar,
  scalar,
  settled,
  TRUE,
  test,
  typed,
  valuesOf,
  variable,
} from './algebra.ts';
import {
  at,
  condition,
  countOf,
  exists,
  isOf,
  listOf,
  mapped,
  meaningOf,
  number,
  ofType,
  one,
  overItems,
  PathError,
  type Scope,
  stepInto,
  text,
  type Value,
} from './meaning.ts';
import { distinct, isQuantity, membership, union } from './operators.ts';
import { amountOf } from './quantity.ts';
import { isResource } from './types.ts';

/** Of one `coalesce`. */
const MOST_CHOICES = 50;

interface Known {
  least: number;
  most: number;
  apply(on: Value, given: readonly Ast[], scope: Scope): Value;
}

/** Every function of FHIRPath that is understood, by name. */
export const FUNCTIONS: Record<string, Known> = {
  // ---- existence
  exists: known(0, 1, (on, [criteria], scope) => [exists(criteria ? filtered(on, criteria, scope) : on)]),
  empty: known(0, 0, (on) => [test('not', exists(on))]),
  not: known(0, 0, (on) => (on.length === 0 ? [] : [test('not', condition(on))])),
  all: known(1, 1, (on, [criteria], scope) => [test('not', exists(filtered(on, criteria as Ast, scope, false)))]),
  allTrue: known(0, 0, (on) => [everyIs(on, false)]),
  allFalse: known(0, 0, (on) => [everyIs(on, true)]),
  anyTrue: known(0, 0, (on) => [someIs(on, false)]),
  anyFalse: known(0, 0, (on) => [someIs(on, true)]),
  count: known(0, 0, (on) => [countOf(on)]),
  hasValue: known(0, 0, (on) => [hasValue(on)]),
  getValue: known(0, 0, (on) => on.filter(({ kind }) => kind !== 'element')),
  distinct: known(0, 0, (on) => on.map(distinct)),
  isDistinct: known(0, 0, (on) => [test('equal', countOf(on), countOf(on.map(distinct)))]),

  // ---- choosing
  where: known(1, 1, (on, [criteria], scope) => filtered(on, criteria as Ast, scope)),
  select: known(1, 1, (on, [projection], scope) => on.flatMap((part) => selected(part, projection as Ast, scope))),
  repeat: known(1, 1, (on, [projection], scope) => on.flatMap((part) => repeated(part, [projection as Ast], scope))),
  ofType: known(1, 1, (on, [type]) => ofType(on, typeName(type))),
  as: known(1, 1, (on, [type]) => ofType(on, typeName(type))),
  is: known(1, 1, (on, [type]) => isOf(on, typeName(type))),
  first: known(0, 0, (on) => (on.every(({ many }) => !many) ? on : at(on, integer(0)))),
  last: known(0, 0, (on) =>
    on.map((part) => (part.many ? { op: 'last', list: settled(part), ...typed(part, false) } : part)),
  ),
  single: known(0, 0, (on) => (on.length === 0 ? [] : [one(on) as Expr])),
  tail: known(0, 0, (on) => sliced(on, integer(1), undefined)),
  skip: known(1, 1, (on, [number], scope) => sliced(on, whole(number as Ast, scope), undefined)),
  take: known(1, 1, (on, [number], scope) => sliced(on, integer(0), whole(number as Ast, scope))),
  union: known(1, 1, (on, [other], scope) => union([...on, ...meaningOf(other as Ast, scope)])),
  combine: known(1, 1, (on, [other], scope) => [...on, ...meaningOf(other as Ast, scope)]),
  intersect: known(1, 1, (on, [other], scope) => withIn(on, meaningOf(other as Ast, scope), true).map(distinct)),
  exclude: known(1, 1, (on, [other], scope) => withIn(on, meaningOf(other as Ast, scope), false)),
  subsetOf: known(1, 1, (on, [other], scope) => [isWithin(on, meaningOf(other as Ast, scope))]),
  supersetOf: known(1, 1, (on, [other], scope) => [isWithin(meaningOf(other as Ast, scope), on)]),
  iif: known(2, 3, (_on, [criterion, then, otherwise], scope) => {
    const yes = meaningOf(then as Ast, scope);
    const no = otherwise ? meaningOf(otherwise, scope) : [];
    const when = condition(meaningOf(criterion as Ast, scope));
    return alternative(when, yes, no);
  }),
  coalesce: known(1, MOST_CHOICES, (_on, given, scope) =>
    given
      .map((part) => meaningOf(part, scope))
      .reduceRight((otherwise, first) =>
        first.length === 0 ? otherwise : alternative(exists(first), first, otherwise),
      ),
  ),
  trace: known(1, 2, (on) => on),

  // ---- FHIR's own
  extension: known(1, 1, (on, [url], scope) => {
    const wanted = one(meaningOf(url as Ast, scope));
    if (wanted === undefined) return [];
    return stepInto(on, 'extension', scope).map((part) => {
      const list = settled(part);
      const item = variable(list);
      const said = child(item, 'url', { type: 'uri', kind: 'string', many: false });
      return { op: 'filter', list, item, condition: test('equal', said, text(wanted)), ...typed(list, true) };
    });
  }),
  getResourceKey: known(0, 0, (on, _given, scope) => stepInto(on, 'id', scope)),
  getReferenceKey: known(0, 1, (on, [type], scope) => {
    const name = type === undefined ? '' : typeName(type).replace(/^FHIR\./, '');
    if (name !== '' && !isResource(name)) scope.warn(`there is no resource type named ${name}`);
    const wanted = literal('string', name);
    return stepInto(
      on.filter((part) => part.type === 'Reference'),
      'reference',
      scope,
    ).map((part) => mapped(part, (reference) => scalar('referenceKey', 'string', [reference, wanted])));
  }),

  // ---- texts
  startsWith: textual('startsWith', 'boolean'),
  endsWith: textual('endsWith', 'boolean'),
  contains: textual('includes', 'boolean'),
  matches: textual('matches', 'boolean'),
  matchesFull: textual('matchesWhole', 'boolean'),
  indexOf: textual('indexOf', 'integer'),
  lastIndexOf: textual('lastIndexOf', 'integer'),
  replace: textual('replace', 'string', 2),
  replaceMatches: textual('replaceMatches', 'string', 2),
  upper: textual('upper', 'string', 0),
  lower: textual('lower', 'string', 0),
  trim: textual('trim', 'string', 0),
  length: textual('length', 'integer', 0),
  toChars: known(0, 0, (on) => split(on)),
  split: known(1, 1, (on, [by], scope) => {
    const separator = one(meaningOf(by as Ast, scope));
    return separator === undefined ? [] : split(on, text(separator));
  }),
  substring: known(1, 2, (on, given, scope) => {
    const subject = one(on);
    const [start, length] = given.map((part) => one(meaningOf(part, scope)));
    if (!subject || !start || (given.length === 2 && !length)) return [];
    return [scalar('substring', 'string', [text(subject), start, ...(length ? [length] : [])])];
  }),
  join: known(0, 1, (on, [separator], scope) => {
    const between = separator ? one(meaningOf(separator, scope)) : literal('string', '');
    const list = listOf(on);
    if (list === undefined) return [literal('string', '')];
    if (between === undefined) return [];
    const texts = valuesOf(list);
    text(texts);
    return [{ op: 'join', list: texts, separator: text(between), type: 'string', kind: 'string', many: false }];
  }),

  // ---- conversions
  toString: converted((value) => {
    if (value.kind !== 'element') return asText(value);
    return isQuantity(value) ? amountText(value) : undefined;
  }),
  toInteger: converted((value) => {
    if (value.kind === 'integer') return value;
    return value.kind === 'string' || value.kind === 'boolean' ? scalar('integerOf', 'integer', [value]) : undefined;
  }),
  toDecimal: converted((value) => {
    if (value.kind === 'string' || value.kind === 'boolean') return scalar('decimalOf', 'decimal', [value]);
    return value.kind === 'element' || MOMENTS.has(value.kind) ? undefined : number(value);
  }),
  toBoolean: converted((value) => {
    if (value.kind === 'boolean') return value;
    return value.kind === 'element' || MOMENTS.has(value.kind)
      ? undefined
      : scalar('booleanOf', 'boolean', [value.kind === 'string' ? value : number(value)]);
  }),
  toDate: converted((value) => moment(value, 'date')),
  toDateTime: converted((value) => moment(value, 'dateTime')),
  toTime: converted((value) => moment(value, 'time')),

  // ---- parts of dates and times
  yearOf: momentPart(['date', 'dateTime'], 0, 4),
  monthOf: momentPart(['date', 'dateTime'], 5, 2),
  dayOf: momentPart(['date', 'dateTime'], 8, 2),
  hourOf: momentPart(['dateTime', 'time'], 11, 2),
  minuteOf: momentPart(['dateTime', 'time'], 14, 2),
  secondOf: momentPart(['dateTime', 'time'], 17, 2),
  dateOf: known(0, 0, (on) => {
    const value = one(on);
    if (value === undefined) return [];
    if (value.kind !== 'date' && value.kind !== 'dateTime') throw new PathError('a date is needed here');
    return [scalar('dateOf', 'date', [value])];
  }),

  // ---- numbers
  abs: numeric('absolute'),
  ceiling: numeric('ceiling'),
  floor: numeric('floor'),
  truncate: numeric('truncate'),
  round: known(0, 1, (on, [digits], scope) => {
    const value = one(on);
    return value ? [scalar('round', 'decimal', [number(value), digits ? whole(digits, scope) : integer(0)])] : [];
  }),
  sqrt: numeric('squareRoot'),
  exp: numeric('exponent'),
  ln: numeric('logarithm'),
  log: known(1, 1, (on, [base], scope) => {
    const [value, by] = [one(on), one(meaningOf(base as Ast, scope))];
    return value && by ? [scalar('logarithm', 'decimal', [number(value), number(by)])] : [];
  }),
  power: known(1, 1, (on, [exponent], scope) => {
    const [value, by] = [one(on), one(meaningOf(exponent as Ast, scope))];
    return value && by ? [scalar('power', 'decimal', [number(value), number(by)])] : [];
  }),
  lowBoundary: boundary('low'),
  highBoundary: boundary('high'),
};

const WANTS_CLOCK = 'a row that is kept would grow old: compare with a time in the SQL over the view';
const WANTS_OTHERS = 'a view reads one resource: join views in SQL, by getReferenceKey()';
const WANTS_TERMS = 'a view knows no terminology: join a table of codes in SQL';
const WANTS_PROFILES = 'a view knows no profiles';
const WANTS_SQL = 'aggregate in the SQL over the view, with a row for each item';
const WITHOUT_TYPE = 'what it finds has no type that is known beforehand: name the elements, or use repeat()';

/** Functions of FHIRPath that are refused, each with what to do instead or why. */
export const REFUSED: Readonly<Record<string, string>> = {
  now: WANTS_CLOCK,
  today: WANTS_CLOCK,
  timeOfDay: WANTS_CLOCK,
  resolve: WANTS_OTHERS,
  memberOf: WANTS_TERMS,
  subsumes: WANTS_TERMS,
  subsumedBy: WANTS_TERMS,
  conformsTo: WANTS_PROFILES,
  elementDefinition: WANTS_PROFILES,
  slice: WANTS_PROFILES,
  checkModifiers: WANTS_PROFILES,
  htmlChecks: WANTS_PROFILES,
  children: WITHOUT_TYPE,
  descendants: WITHOUT_TYPE,
  aggregate: WANTS_SQL,
  sum: WANTS_SQL,
  min: WANTS_SQL,
  max: WANTS_SQL,
  avg: WANTS_SQL,
  sort: 'sort in the SQL over the view, with a row for each item',
  toQuantity: 'read the value and the unit as columns of their own',
  convertsToQuantity: 'read the value and the unit as columns of their own',
};

for (const name of ['Integer', 'Decimal', 'Boolean', 'String', 'Date', 'DateTime', 'Time']) {
  const to = FUNCTIONS[`to${name}`] as Known;
  FUNCTIONS[`convertsTo${name}`] = known(0, 0, (on, given, scope) => {
    if (on.length === 0) return [];
    const made = to.apply(on, given, scope);
    return [test('if', exists(on), exists(made), literal('boolean', undefined))];
  });
}

function known(least: number, most: number, apply: Known['apply']): Known {
  return { least, most, apply };
}

// ---- over items

/** The items for which the criterion is true, or those for which it is not. */
function filtered(on: Value, criteria: Ast, scope: Scope, isWanted = true): Value {
  return on.map((part) => {
    const list = settled(part);
    const { item, second, made } = overItems(list, scope, (inner) => condition(meaningOf(criteria, inner)));
    const isTrue = test('isTrue', made);
    return {
      op: 'filter',
      list,
      item,
      condition: isWanted ? isTrue : test('not', isTrue),
      ...(second && { second }),
      ...typed(list, true),
    };
  });
}

/** The items that are in another collection, or those that are not. */
function withIn(on: Value, other: Value, isWanted: boolean): Value {
  return on.map((part) => {
    const list = settled(part);
    const item = variable(list);
    const [found = FALSE] = membership([item], other);
    const isIn = test('isTrue', found);
    return { op: 'filter', list, item, condition: isWanted ? isIn : test('not', isIn), ...typed(list, true) };
  });
}

function isWithin(on: Value, other: Value): Expr {
  return test('not', exists(withIn(on, other, false)));
}

function selected(part: Expr, projection: Ast, scope: Scope): Value {
  if (!part.many && part.op === 'variable')
    return meaningOf(projection, { ...scope, focus: [part], index: integer(0) });
  const list = settled(part);
  // One meaning for each type the projection ends in, each over the list anew: items of other types keep no common order.
  const { item, second, made } = overItems(list, scope, (inner) => meaningOf(projection, inner));
  return made.map((body) => ({
    op: body.many ? 'flat' : 'each',
    list,
    item,
    body,
    ...(second && { second }),
    ...typed(body, true),
  }));
}

/** What the paths find in an item, in what they found, and so on, each item before what is found in it. */
export function repeated(part: Expr, paths: readonly Ast[], scope: Scope): Value {
  if (!paths.every(descends)) throw new PathError('a path that is repeated must lead to a part of the element');
  const begin = (focus: Expr): Value => paths.flatMap((path) => meaningOf(path, { ...scope, focus: [focus] }));
  const over = part.many ? variable(settled(part)) : part;
  const start = oneList(begin(over));
  if (start === undefined) return [];
  if (start.kind !== 'element') return [start];
  const item = variable({ ...typed(start, false), shape: { ...newShape(), raw: true } });
  const inner = oneList(begin(item));
  keepRaw(start);
  if (inner === undefined) return [start];
  if (inner.kind !== 'element') throw new PathError('what is repeated must lead to elements');
  keepRaw(inner);
  const shape = { ...newShape(), raw: true };
  const all: Expr = { op: 'repeat', start, item, body: inner, ...typed(start, true), shape };
  if (!part.many) return [all];
  return [{ op: 'flat', list: settled(part), item: over as typeof item, body: all, ...typed(all, true) }];
}

function oneList(on: Value): Expr | undefined {
  return on.length === 0 ? undefined : listOf(on);
}

/** Whether a path leads from its focus to a part of it, so that following it again and again comes to an end. */
function descends(path: Ast): boolean {
  switch (path.kind) {
    case 'member':
      return true;
    case 'call':
      return path.on !== undefined
        ? descends(path.on)
        : path.given.length > 0 && path.name === 'select' && path.given.every(descends);
    case 'index':
    case 'type':
      return descends(path.on);
    case 'binary':
      return path.sign === '|' && descends(path.left) && descends(path.right);
    default:
      return false;
  }
}

function everyIs(on: Value, negated: boolean): Expr {
  return test(
    'not',
    someOf(on, (value) => test('not', test('isTrue', negated ? test('not', value) : value))),
  );
}

function someIs(on: Value, negated: boolean): Expr {
  return someOf(on, (value) => test('isTrue', negated ? test('not', value) : value));
}

function someOf(on: Value, holds: (value: Expr) => Expr): Expr {
  const found = on.map((part): Expr => {
    const list = valuesOf(part);
    const item = variable(list);
    if (item.kind !== 'boolean') throw new PathError('booleans are needed here');
    return { op: 'filter', list, item, condition: holds(item), ...typed(list, true) };
  });
  return exists(found);
}

function hasValue(on: Value): Expr {
  const primitives = on.filter(({ kind }) => kind !== 'element');
  if (primitives.length === 0) return FALSE;
  const exactlyOne = on.some(({ many }) => many) ? test('equal', countOf(on), integer(1)) : TRUE;
  const some = primitives.map((part) =>
    part.many ? test('less', integer(0), countOf([valuesOf(part)])) : test('present', part),
  );
  return both(exactlyOne, some.reduce<Expr>(either, FALSE));
}

function sliced(on: Value, from: Expr, most: Expr | undefined): Value {
  const list = listOf(on);
  return list ? [{ op: 'slice', list, from, ...(most && { most }), ...typed(list, true) }] : [];
}

function whole(given: Ast, scope: Scope): Expr {
  const value = one(meaningOf(given, scope));
  if (value?.kind !== 'integer') throw new PathError('an integer is needed here');
  return value;
}

function alternative(when: Expr, yes: Value, no: Value): Value {
  if ([...yes, ...no].some(({ many }) => many)) return [...keptIf(when, yes, true), ...keptIf(when, no, false)];
  return chosen(when, one(yes), one(no));
}

/** Lists where the criterion is true, or where it is not; else none of their items. */
function keptIf(criterion: Expr, on: Value, isWanted: boolean): Value {
  const sizes = isWanted ? [integer(MOST_ITEMS), integer(0)] : [integer(0), integer(MOST_ITEMS)];
  return on.flatMap((part) => sliced([part], integer(0), scalar('if', 'integer', [criterion, ...sizes])));
}

/** More than any list in a resource has. */
const MOST_ITEMS = 1_000_000_000;

function chosen(criterion: Expr, yes: Expr | undefined, no: Expr | undefined): Value {
  const some = yes ?? no;
  if (some === undefined) return [];
  const none = literal(some.kind, undefined, some.type);
  const [a, b] = [yes ?? none, no ?? none];
  if (a.kind === b.kind) {
    if (a.kind !== 'element') return [{ ...scalar('if', a.kind, [criterion, a, b]), type: a.type }];
    keepRaw(a);
    keepRaw(b);
    return [{ ...scalar('if', 'element', [criterion, a, b]), type: a.type, shape: { ...newShape(), raw: true } }];
  }
  if (NUMBERS.has(a.kind) && NUMBERS.has(b.kind)) return [scalar('if', 'decimal', [criterion, number(a), number(b)])];
  // Of two types: each where it is chosen.
  return [
    scalar('if', a.kind, [criterion, a, literal(a.kind, undefined)], a.type),
    scalar('if', b.kind, [criterion, literal(b.kind, undefined), b], b.type),
  ];
}

// ---- of one value

function split(on: Value, by?: Expr): Value {
  const subject = one(on);
  if (subject === undefined) return [];
  return [{ op: 'split', text: text(subject), ...(by && { by }), type: 'string', kind: 'string', many: true }];
}

/** @param from place in a dateTime; a time begins where a dateTime has its hour */
function momentPart(kinds: readonly Kind[], from: number, length: number): Known {
  return known(0, 0, (on) => {
    const value = one(on);
    if (value === undefined) return [];
    if (!kinds.includes(value.kind)) throw new PathError(`a ${kinds.join(' or ')} is needed here, not ${value.type}`);
    const begin = value.kind === 'time' ? from - HOUR_AT : from;
    return [scalar('integerOf', 'integer', [scalar('substring', 'string', [value, integer(begin), integer(length)])])];
  });
}

const HOUR_AT = 11;

function textual(name: Scalar, kind: 'boolean' | 'string' | 'integer', count = 1): Known {
  return known(count, count, (on, given, scope) => {
    const subject = one(on);
    const others = given.map((part) => one(meaningOf(part, scope)));
    if (subject === undefined || others.includes(undefined)) return [];
    return [scalar(name, kind, [text(subject), ...(others as Expr[]).map(text)])];
  });
}

function converted(convert: (value: Expr) => Expr | undefined): Known {
  return known(0, 0, (on) => {
    const singles = on.length > 1 && on.every(({ many }) => !many) ? on : [one(on)];
    return singles.flatMap((value) => (value && convert(value)) ?? []);
  });
}

function asText(value: Expr): Expr {
  if (value.kind === 'string' || value.kind === 'written' || MOMENTS.has(value.kind))
    return scalar('coalesce', 'string', [value]);
  return scalar('text', 'string', [value]);
}

/** `4 'mg'` */
function amountText(quantity: Expr): Expr {
  const { value, unit } = amountOf(quantity);
  const parts = [asText(value), literal('string', " '"), unit, literal('string', "'")];
  return parts.reduce((text, part) => scalar('append', 'string', [text, part]));
}

function moment(value: Expr, kind: 'date' | 'dateTime' | 'time'): Expr | undefined {
  if (value.kind === kind) return value;
  if (value.kind === 'string') return scalar('fits', kind, [value, literal('string', kind)]);
  if (kind === 'date' && value.kind === 'dateTime') return scalar('dateOf', 'date', [value]);
  if (kind === 'dateTime' && value.kind === 'date') return scalar('coalesce', 'dateTime', [value]);
  return undefined;
}

function numeric(name: Scalar): Known {
  return known(0, 0, (on) => {
    const value = one(on);
    if (value === undefined) return [];
    const isWhole = name === 'ceiling' || name === 'floor' || name === 'truncate';
    if (name === 'absolute' && value.kind === 'integer') return [scalar(name, 'integer', [value])];
    return [scalar(name, isWhole ? 'integer' : 'decimal', [number(value)])];
  });
}

/** The least or greatest value that what is written may stand for; `precision` counts as in FHIRPath's draft. */
function boundary(side: 'low' | 'high'): Known {
  return known(0, 1, (on, [precision], scope) => {
    const given = precision && one(meaningOf(precision, scope));
    if (precision && given === undefined) return [];
    return on.flatMap((part) => {
      const value = one([part]) as Expr;
      const more = given ? [given] : [];
      switch (value.kind) {
        case 'integer':
        case 'written':
        case 'decimal':
          return [
            scalar(`${side}Decimal`, 'decimal', [
              value.kind === 'written' ? value : scalar('text', 'string', [value]),
              ...more,
            ]),
          ];
        case 'date':
          return [scalar(`${side}Date`, 'date', [value, ...more])];
        case 'dateTime':
          return [scalar(`${side}Moment`, 'dateTime', [value, ...more])];
        case 'time':
          return [scalar(`${side}Time`, 'time', [value, ...more])];
        default:
          return value.type === 'Period' ? periodBoundary(side, value, given, scope) : [];
      }
    });
  });
}

/** Of a period: that of its start or end, which are told to the second or less. */
function periodBoundary(side: 'low' | 'high', period: Expr, given: Expr | undefined, scope: Scope): Value {
  const name = side === 'low' ? 'start' : 'end';
  return stepInto([period], name, scope).map((part) =>
    scalar(`${side}Moment`, 'dateTime', [part, ...(given ? [given] : [])]),
  );
}

function typeName(given: Ast | undefined): string {
  if (given?.kind !== 'member') throw new PathError('the name of a type is needed here');
  return given.on === undefined ? given.name : `${typeName(given.on)}.${given.name}`;
}
