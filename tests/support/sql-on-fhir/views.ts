/**
 * Random ViewDefinitions over the random resources: every structure of the specification, and FHIRPath from a typed grammar, so that
 * nearly every path means something on some resource.
 *
 * The grammar keeps away from what the specification leaves open, or fhirpath.js 4.11 reads in another way:
 * - strings are compared for order only when no engine's collation could matter, which is never: `<` is for numbers and times;
 * - values of type Quantity are compared in one unit only, and not computed with;
 * - dates are compared with dates and dateTimes with dateTimes ("Comparison": mixing them needs an implicit conversion);
 * - `|` and `distinct()` are only counted, for they promise no order;
 * - an element without a value is not tested for equality, nor told apart from another: by R4 ("Using FHIR types in expressions") it
 *   converts to nothing, and equality then is empty; fhirpath.js takes it for a value that equals no other;
 * - for the same reason `distinct()` and `|` are of computed texts, and one side of `=` is computed: fhirpath.js tells elements apart by
 *   their extensions;
 * - no boundary is asked of a negative literal, whose last zeros fhirpath.js forgets ("lowBoundary": by the digits written), nor of a
 *   constant, whose digits JSON may not have kept;
 * - boundaries are not asked of fractions of a second with less than three digits (whether .7 is a tenth is not said);
 * - criteria are always boolean, and what stands where one item is needed is always one.
 */
import { definitions, type ElementDefinition } from '#standards/fhir';
import { quote, type Selection, type ViewDefinition } from './evaluate.ts';
import type { Random } from './random.ts';
import {
  CHOICES,
  CODES,
  DATES,
  DECIMALS,
  EXTENSIONS,
  elementsOf,
  INTEGERS,
  TEXTS,
  TIMES,
  TYPES,
  URIS,
  ZONED,
} from './resources.ts';

/** A path and what it yields. */
interface Path {
  text: string;
  type: string;
  /** Whether it may yield several. */
  many: boolean;
}

type Kind = 'boolean' | 'string' | 'integer' | 'decimal' | 'date' | 'dateTime' | 'time';

const KINDS: Readonly<Record<Kind, readonly string[]>> = {
  boolean: ['boolean'],
  string: ['string', 'code', 'uri', 'id', 'markdown', 'url', 'canonical', 'oid', 'uuid', 'base64Binary'],
  integer: ['integer', 'positiveInt', 'unsignedInt'],
  decimal: ['decimal'],
  date: ['date'],
  dateTime: ['dateTime', 'instant'],
  time: ['time'],
};

const KIND_FROM_TEXT = { date: 'toDate', dateTime: 'toDateTime', time: 'toTime' } as const;

const MOST_DEPTH = 3;

export function randomView(random: Random): ViewDefinition {
  const resource = random.pick(TYPES);
  const maker = new ViewMaker(random);
  const select = Array.from({ length: random.pick([1, 1, 2, 3]) }, () =>
    maker.selection({ type: resource, root: true }, 0),
  );
  const where = random.chance(0.25)
    ? Array.from({ length: random.int(1, 2) }, () => ({ path: maker.condition({ type: resource, root: true }, 2) }))
    : undefined;
  return {
    resourceType: 'ViewDefinition',
    status: 'active',
    resource,
    ...(maker.constants.length === 0 ? {} : { constant: maker.constants }),
    select,
    ...(where === undefined ? {} : { where }),
  };
}

/** What the columns of all branches of a union have in common. */
interface Shape {
  name: string;
  kind: Kind;
  collection: boolean;
}

/** What the paths start from. */
interface Focus {
  type: string;
  root: boolean;
}

class ViewMaker {
  readonly constants: ({ name: string } & Record<string, unknown>)[] = [];
  readonly #random: Random;
  #columns = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  selection(focus: Focus, depth: number): Selection {
    const random = this.#random;
    const [iteration, inner] = random.chance(0.55) ? this.#iteration(focus) : [{}, focus];
    const column = Array.from({ length: random.pick([0, 1, 2, 3]) }, () => this.#column(inner));
    const deeper = depth < MOST_DEPTH;
    const select =
      deeper && random.chance(0.35)
        ? Array.from({ length: random.int(1, 2) }, () => this.selection(inner, depth + 1))
        : undefined;
    const unionAll = deeper && random.chance(0.2) ? this.#union(inner) : undefined;
    if (column.length === 0 && select === undefined && unionAll === undefined) column.push(this.#column(inner));
    return {
      ...iteration,
      ...(column.length === 0 ? {} : { column }),
      ...(select === undefined ? {} : { select }),
      ...(unionAll === undefined ? {} : { unionAll }),
    };
  }

  /** @returns a boolean of one item or none */
  condition(focus: Focus, depth: number): string {
    const random = this.#random;
    if (depth <= 0) return this.#simpleCondition(focus);
    const one = (): string => this.condition(focus, depth - 1);
    return random.pick<() => string>([
      () => this.#simpleCondition(focus),
      () => this.#simpleCondition(focus),
      () => `(${one()}).not()`,
      () => `(${one()}) and (${one()})`,
      () => `(${one()}) or (${one()})`,
      () => `(${one()}) xor (${one()})`,
      () => `(${one()}) implies (${one()})`,
      () => `iif(${one()}, ${one()}, ${one()})`,
      () => this.#overMany(focus, depth),
    ])();
  }

  #simpleCondition(focus: Focus): string {
    const random = this.#random;
    return random
      .pick<() => string>([
        () => this.value(focus, 'boolean', 0),
        () => this.#equality(focus, 'string'),
        () =>
          this.#equality(focus, random.pick(['string', 'integer', 'decimal', 'boolean', 'date', 'dateTime', 'time'])),
        () => this.#order(focus),
        () => this.#order(focus),
        () => `${this.walk(focus).text}.exists()`,
        () => `${this.walk(focus).text}.empty()`,
        () => `${this.walk(focus).text}.count() ${random.pick(['=', '>', '<='])} ${random.int(0, 2)}`,
        () =>
          `${this.#leaf(focus, 'string')?.text ?? "'a'"}.${random.pick(['startsWith', 'endsWith', 'contains'])}(${this.#literal('string')})`,
        () => `${this.one(this.#leaf(focus, 'string'))}.matches('^[a-z]+$')`,
        () => `${this.#literal('string')} in ${this.#leafOfMany(focus)}`,
        () => `${this.#leafOfMany(focus)} contains ${this.#literal('string')}`,
        () => `${this.one(this.walkTo(focus, ['primitive']))}.hasValue()`,
        () => random.pick(['true', 'false']),
        () => this.#quantities(focus),
        () => this.#choice(focus),
        () =>
          `${this.one(this.#leaf(focus, 'string')) ?? "'1'"}.${random.pick(['convertsToInteger', 'convertsToDecimal', 'convertsToBoolean'])}()`,
        () => `${this.one(this.#leafWithValue(focus, 'string')) ?? "'Ann'"} ~ ${this.#literal('string')}`,
        () => `${this.#textsOf(focus)}.isDistinct()`,
        () => `${this.#textsOf(focus)}.${random.pick(['subsetOf', 'supersetOf'])}(${this.#textsOf(focus)})`,
        () => `(${this.one(this.#leafWithValue(focus, 'string')) ?? "'ab'"} & '').matchesFull('[a-z]+')`,
        () => `(${random.pick(["'true'", "'f'", "'1.0'", "'maybe'"])}).toBoolean()`,
      ])()
      .replace(/^(.*)\.(startsWith|endsWith|contains)\(/, (all, path: string, name: string) =>
        path.startsWith("'") ? all : `${path}.first().${name}(`,
      );
  }

  /** Whether a choice is of a type. */
  #choice({ type }: Focus): string {
    const random = this.#random;
    const choices = isPrimitive(type)
      ? []
      : stepsOf(type).filter(({ name, max }) => name.endsWith('[x]') && max === undefined);
    if (choices.length === 0) return 'true';
    const { name, types } = random.pick(choices);
    return `${name.slice(0, -3)} is ${random.pick(types.filter((one) => CHOICES.has(one)))}`;
  }

  /** Amounts in one unit, which both sides say in the same system. */
  #quantities(focus: Focus): string {
    const random = this.#random;
    const path = this.walkTo(focus, ['Quantity']);
    if (path.type !== 'Quantity') return 'true';
    const amount = `${path.text}.where(code = 'mg' and system = 'http://unitsofmeasure.org' and value.hasValue()).first()`;
    return `(${amount}) ${random.pick(['<', '<=', '>', '>=', '='])} ${random.pick(['0.5', '1', '2.75', '120.1'])} 'mg'`;
  }

  #overMany(focus: Focus, depth: number): string {
    const random = this.#random;
    const path = this.walk(focus);
    const inner = { type: path.type, root: false };
    return random.pick<() => string>([
      () => `${path.text}.exists(${this.condition(inner, depth - 1)})`,
      () => `${path.text}.all(${this.condition(inner, depth - 1)})`,
      () => `${path.text}.where(${this.condition(inner, depth - 1)}).exists()`,
      () => `${path.text}.where(${this.condition(inner, depth - 1)}).empty()`,
      () => `${path.text}.select(${this.walk(inner).text}).count() > 1`,
      () =>
        `${path.text}.select(${this.condition(inner, depth - 1)}).${random.pick(['allTrue', 'anyTrue', 'allFalse', 'anyFalse'])}()`,
    ])();
  }

  #equality(focus: Focus, kind: Kind): string {
    const random = this.#random;
    const side = (): string => this.one(this.#leafWithValue(focus, kind)) ?? this.#literal(kind);
    const other = random.chance(0.6) || kind !== 'string' ? this.#literal(kind) : `(${side()}) & ''`;
    return `(${side()}) ${random.pick(['=', '=', '!='])} (${other})`;
  }

  #order(focus: Focus): string {
    const random = this.#random;
    const kind = random.pick<Kind>(['integer', 'decimal', 'decimal', 'date', 'dateTime', 'time']);
    const other = random.chance(0.6) ? this.#literal(kind) : this.value(focus, kind, 0);
    return `(${this.value(focus, kind, 1)}) ${random.pick(['<', '<=', '>', '>='])} (${other})`;
  }

  /** @returns an expression of one item of the kind, or none */
  value(focus: Focus, kind: Kind, depth: number): string {
    const random = this.#random;
    const leaf = (): string => this.one(this.#leaf(focus, kind)) ?? this.#literal(kind);
    const bounded = (of: Kind = kind): string => this.one(this.#leaf(focus, of)) ?? literalOf(random, of)[2];
    if (depth <= 0 || random.chance(0.5)) return leaf();
    const again = (of: Kind = kind): string => `(${this.value(focus, of, depth - 1)})`;
    const choose = (yes: () => string): string => `iif(${this.condition(focus, 1)}, ${yes()}, ${yes()})`;
    switch (kind) {
      case 'boolean':
        return this.condition(focus, depth);
      case 'string':
        return random.pick<() => string>([
          () => `${again()} + ${again()}`,
          () => `${again()} & ${again()}`,
          () => `${again()}.${random.pick(['upper', 'lower'])}()`,
          () => `${again()}.replace('a', ${this.#literal('string')})`,
          () => `${again()}.replaceMatches('[a-c]', 'x')`,
          () => `(' ' & ${again()} & ' ').trim()`,
          () => `${again()}.substring(${random.int(0, 3)}${random.chance(0.5) ? `, ${random.int(0, 3)}` : ''})`,
          () => `${this.#textsOf(focus)}.combine(${this.#textsOf(focus)}).join('+')`,
          () => `${this.#leafOfMany(focus)}.join(${random.pick(['', "','", "' | '"])})`,
          () => `${again(random.pick(['integer', 'boolean']))}.toString()`,
          () => `${again()}.single()`,
          () => `${again()}.split(${this.#literal('string')}).join('+')`,
          () => `${again()}.toChars().${random.pick(['first', 'last'])}()`,
          () => `coalesce(${again()}, ${again()}, ${this.#literal('string')})`,
          () => choose(again),
          () => (focus.root ? 'getResourceKey()' : '%resource.id'),
          () => this.#referenceKey(focus),
        ])();
      case 'integer':
        return random.pick<() => string>([
          () => `${this.walk(focus).text}.count()`,
          () => `${this.#textsOf(focus)}.distinct().count()`,
          () => `${this.#textsOf(focus)}.${random.pick(['intersect', 'exclude'])}(${this.#textsOf(focus)}).count()`,
          () => `(${this.#textsOf(focus)} | ${this.#textsOf(focus)}).count()`,
          () => `${this.#textsOf(focus)}.combine(${this.#textsOf(focus)}).count()`,
          () => `${again('string')}.length()`,
          () => `${again('string')}.${random.pick(['indexOf', 'lastIndexOf'])}(${this.#literal('string')})`,
          () => `${again('string')}.toChars().count()`,
          () => `${bounded('date')}.${random.pick(['yearOf', 'monthOf', 'dayOf'])}()`,
          () => `${bounded('time')}.${random.pick(['hourOf', 'minuteOf', 'secondOf'])}()`,
          () => `(${again()} ${random.pick(['+', '-'])} ${this.#literal('integer')})`,
          () => `${again()} ${random.pick(['div', 'mod'])} ${random.pick(['2', '3', '0'])}`,
          () => `${again('string')}.toInteger()`,
          () => `${again('boolean')}.toInteger()`,
          () => `${again()}.abs()`,
          () => `${again('decimal')}.${random.pick(['ceiling', 'floor', 'truncate'])}()`,
          () => '%rowIndex',
          () => choose(again),
        ])();
      case 'decimal':
        return random.pick<() => string>([
          () => `${again()} ${random.pick(['+', '-', '*'])} ${this.#literal('decimal')}`,
          () => `${again()} / ${random.pick(['2', '4.0', '0', '3'])}`,
          () => `${again('integer')} / 4`,
          () => `${again('string')}.toDecimal()`,
          () => `${again()}.abs()`,
          () => `${again()}.round(1)`,
          () => `${leaf()}.${random.pick(['sqrt()', 'abs().ln()', 'power(2)', 'abs().log(2)'])}.round(3)`,
          () => `${bounded().replace('(-', '(')}.${random.pick(['lowBoundary', 'highBoundary'])}()`,
          () => choose(again),
        ])();
      default:
        return random.pick<() => string>([
          () => `${bounded()}.${random.pick(['lowBoundary', 'highBoundary'])}()`,
          () => (kind === 'date' ? `${bounded()} ${this.#shift()}` : choose(again)),
          () => `${bounded()}.toString().${KIND_FROM_TEXT[kind]}()`,
          () => choose(again),
        ])();
    }
  }

  /** A duration of the calendar, added or taken away. fhirpath.js tells times of another zone in its own: only dates are shifted. */
  #shift(): string {
    const random = this.#random;
    const unit = random.pick(['years', 'months', 'weeks', 'days', 'hours', 'minutes', 'seconds']);
    return `${random.pick(['+', '-'])} ${random.int(1, 40)} ${unit}`;
  }

  #referenceKey(focus: Focus): string {
    const path = this.walkTo(focus, ['Reference']);
    const random = this.#random;
    if (path.type !== 'Reference') return this.#literal('string');
    return `${this.one(path)}.getReferenceKey(${random.pick(['', '', 'Patient', 'Organization', 'Encounter'])})`;
  }

  /** One item of a path. */
  one(path: Path): string;
  one(path: Path | undefined): string | undefined;
  one(path: Path | undefined): string | undefined {
    if (path === undefined) return undefined;
    if (!path.many) return path.text;
    return `${path.text}${this.#random.pick(['.first()', '.first()', '.last()', '[0]', '[1]'])}`;
  }

  #leafOfMany(focus: Focus): string {
    for (let tries = 0; tries < 12; tries += 1) {
      const path = this.#leaf(focus, 'string');
      if (path?.many === true) return path.text;
    }
    return this.#leaf(focus, 'string')?.text ?? "('a' | 'b')";
  }

  /** A path to a primitive of the kind; none where the focus has none. */
  #leaf(focus: Focus, kind: Kind): Path | undefined {
    for (let tries = 0; tries < 25; tries += 1) {
      const path = this.walk(focus);
      if (KINDS[kind].includes(path.type)) return path;
    }
    return undefined;
  }

  #textsOf(focus: Focus): string {
    return `${this.#leafOfMany(focus)}.where($this.hasValue()).select($this & '')`;
  }

  #leafWithValue(focus: Focus, kind: Kind): Path | undefined {
    const path = this.#leaf(focus, kind);
    return path && { ...path, text: `${path.text}.where($this.hasValue())` };
  }

  /** A path to one of the types wanted, or to any when none is met. */
  walkTo(focus: Focus, wanted: readonly string[]): Path {
    let path = this.walk(focus);
    for (let tries = 0; tries < 25; tries += 1) {
      if (wanted.includes(path.type) || (wanted.includes('primitive') && isPrimitive(path.type))) return path;
      path = this.walk(focus);
    }
    return isPrimitive(path.type) || !wanted.includes('primitive') ? path : { text: 'id', type: 'id', many: false };
  }

  /** A path of one to three steps. */
  walk(focus: Focus): Path {
    const random = this.#random;
    if (isPrimitive(focus.type)) {
      return random.chance(0.85)
        ? { text: '$this', type: focus.type, many: false }
        : { text: `${this.#extension()}.value.ofType(string)`, type: 'string', many: true };
    }
    let path = this.#step(focus.type);
    while (!isPrimitive(path.type) && random.chance(path.text.split('.').length < 4 ? 0.8 : 0)) {
      const holder = this.#narrowed(path);
      const next = this.#step(holder.type);
      path = { text: `${holder.text}.${next.text}`, type: next.type, many: holder.many || next.many };
    }
    return path;
  }

  #narrowed(path: Path): Path {
    const random = this.#random;
    if (!path.many || random.chance(0.75)) return path;
    return random.pick<() => Path>([
      () => ({ ...path, text: `${path.text}.where(${this.#simpleCondition({ type: path.type, root: false })})` }),
      () => ({ ...path, text: `${path.text}.first()`, many: false }),
      () => ({ ...path, text: `${path.text}.${random.pick(['skip(1)', 'take(1)', 'tail()', 'take(2)'])}` }),
      () => ({ ...path, text: `${path.text}[${random.int(0, 1)}]`, many: false }),
    ])();
  }

  #step(type: string): Path {
    const random = this.#random;
    if (random.chance(0.06)) {
      return random.pick<() => Path>([
        () => ({ text: this.#extension(), type: 'Extension', many: true }),
        () => ({ text: `${this.#extension()}.value.ofType(string)`, type: 'string', many: true }),
        () => ({ text: `${this.#extension()}.value.ofType(decimal)`, type: 'decimal', many: true }),
      ])();
    }
    const element = random.pick(stepsOf(type));
    const many = (element.max ?? 1) !== 1;
    if (!element.name.endsWith('[x]')) return { text: element.name, type: element.types[0] ?? 'string', many };
    const name = element.name.slice(0, -3);
    const chosen = random.pick(element.types.filter((one) => CHOICES.has(one)));
    const how = !many && random.chance(0.2) ? 'as' : 'ofType';
    return { text: `${name}.${how}(${chosen})`, type: chosen, many };
  }

  #extension(): string {
    return `extension(${quote(this.#random.pick(EXTENSIONS))})`;
  }

  #literal(kind: Kind): string {
    const random = this.#random;
    const [suffix, value, literal] = literalOf(random, kind);
    if (!random.chance(0.2)) return literal;
    const name = `k${this.constants.length}`;
    this.constants.push({ name, [`value${suffix}`]: value });
    return `%${name}`;
  }

  #column(
    focus: Focus,
    as?: { name: string; kind: Kind; collection: boolean },
  ): NonNullable<Selection['column']>[number] & { kind: Kind } {
    const random = this.#random;
    const name = as?.name ?? `c${this.#columns++}`;
    const kind =
      as?.kind ??
      random.pick<Kind>(['boolean', 'string', 'string', 'string', 'integer', 'decimal', 'date', 'dateTime', 'time']);
    if (as?.collection ?? random.chance(0.2)) {
      const path = this.#leaf(focus, kind)?.text ?? this.#literal(kind);
      return hidden({ name, path, collection: true }, kind);
    }
    return hidden({ name, path: this.value(focus, kind, 2) }, kind);
  }

  #union(focus: Focus): Selection[] | undefined {
    const random = this.#random;
    const first = Array.from({ length: random.int(1, 3) }, () => this.#column(focus)).filter(isNoIndex);
    if (first.length === 0) return undefined;
    const shape = first.map(({ name, kind, collection = false }) => ({ name, kind, collection }));
    const others = Array.from({ length: random.int(1, 2) }, (): Selection => {
      const [iteration, inner] = random.chance(0.5) ? this.#iteration(focus) : [{}, focus];
      return this.#wrapped(inner, iteration, shape);
    });
    return [{ column: first }, ...others];
  }

  /** A branch whose columns stand in itself, in selects of it, in further iterations, or in a union of its own. */
  #wrapped(focus: Focus, iteration: Selection, shape: readonly Shape[], depth = 0): Selection {
    const random = this.#random;
    const column = (): Selection => ({ column: shape.map((as) => this.#column(focus, as)) });
    if (depth > 1 || random.chance(0.5)) return { ...iteration, ...column() };
    const deeper = (): Selection => {
      const [again, inner] = random.chance(0.5) ? this.#iteration(focus) : [{}, focus];
      return this.#wrapped(inner, again, shape, depth + 1);
    };
    if (random.chance(0.5)) return { ...iteration, unionAll: [deeper(), column()] };
    const cut = random.int(1, shape.length);
    const part = (of: readonly Shape[]): Selection => ({ column: of.map((as) => this.#column(focus, as)) });
    if (cut === shape.length) return { ...iteration, select: [deeper()] };
    return { ...iteration, select: [part(shape.slice(0, cut)), part(shape.slice(cut))] };
  }

  #iteration(focus: Focus): [Selection, Focus] {
    const random = this.#random;
    const recursive = RECURSIVE[focus.type];
    if (recursive !== undefined && random.chance(0.5)) {
      const { type, paths } = recursive;
      return [{ repeat: random.pick(paths) }, { type, root: false }];
    }
    const path = this.#narrowed(random.chance(0.8) ? this.walkTo(focus, COMPLEX) : this.walk(focus));
    const each = random.chance(0.1) ? `${path.text}.first()` : path.text;
    return [random.chance(0.5) ? { forEach: each } : { forEachOrNull: each }, { type: path.type, root: false }];
  }
}

const RECURSIVE: Readonly<Record<string, { type: string; paths: readonly (readonly string[])[] }>> = {
  QuestionnaireResponse: { type: 'QuestionnaireResponse.item', paths: [['item'], ['item', 'answer.item']] },
  'QuestionnaireResponse.item': { type: 'QuestionnaireResponse.item', paths: [['item'], ['answer.item', 'item']] },
  Questionnaire: { type: 'Questionnaire.item', paths: [['item']] },
  'Questionnaire.item': { type: 'Questionnaire.item', paths: [['item']] },
  Patient: { type: 'Extension', paths: [['extension']] },
};

const COMPLEX = [
  'HumanName',
  'Address',
  'ContactPoint',
  'Identifier',
  'CodeableConcept',
  'Coding',
  'Reference',
  'Quantity',
  'Patient.contact',
  'Observation.component',
  'Observation.referenceRange',
  'Encounter.participant',
  'Encounter.location',
  'Encounter.diagnosis',
  'Condition.stage',
  'Condition.evidence',
  'DiagnosticReport.media',
  'QuestionnaireResponse.item',
  'QuestionnaireResponse.item.answer',
  'Questionnaire.item',
];

/** Of the row of an empty forEachOrNull it is not said what `%rowIndex` is where other branches have another path. */
function isNoIndex({ path }: { path: string }): boolean {
  return path !== '%rowIndex';
}

/** The kind is for the maker of unions only, and no part of the view. */
function hidden<T extends object>(column: T, kind: Kind): T & { kind: Kind } {
  return Object.defineProperty(column, 'kind', { value: kind, enumerable: false }) as T & { kind: Kind };
}

function literalOf(random: Random, kind: Kind): [suffix: string, value: unknown, literal: string] {
  switch (kind) {
    case 'boolean': {
      const value = random.chance(0.5);
      return ['Boolean', value, String(value)];
    }
    case 'string': {
      const [suffix, pool] = random.pick<[string, readonly string[]]>([
        ['String', TEXTS],
        ['Code', CODES],
        ['Uri', URIS],
        ['Url', URIS],
        ['Canonical', URIS],
        ['Markdown', TEXTS],
        ['Id', CODES],
        ['Oid', ['urn:oid:1.2.3']],
        ['Uuid', ['urn:uuid:53fefa32-fcbb-4ff8-8a92-55ee120877b7']],
        ['Base64Binary', ['aGVsbG8K']],
      ]);
      const value = random.pick(pool);
      return [suffix, value, quote(value)];
    }
    case 'integer': {
      const text = random.pick(INTEGERS);
      const suffix = random.pick(
        Number(text) > 0 ? ['Integer', 'PositiveInt', 'UnsignedInt', 'Integer64'] : ['Integer'],
      );
      return [suffix, Number(text), `(${text})`];
    }
    case 'decimal': {
      const text = random.pick(DECIMALS);
      return ['Decimal', Number(text), `(${text.includes('.') ? text : `${text}.0`})`];
    }
    case 'date': {
      const text = random.pick(DATES);
      return ['Date', text, `@${text}`];
    }
    case 'dateTime': {
      const text = random.pick([...DATES, ...ZONED]);
      const isZoned = text.includes('T');
      return [isZoned && random.chance(0.5) ? 'Instant' : 'DateTime', text, `@${text}${isZoned ? '' : 'T'}`];
    }
    case 'time': {
      const text = random.pick(TIMES);
      return ['Time', text, `@T${text}`];
    }
  }
}

function isPrimitive(type: string): boolean {
  return definitions.types[type]?.kind === 'primitive-type';
}

const known = new Map<string, ElementDefinition[]>();

/** The elements of a type that paths go through. */
function stepsOf(type: string): ElementDefinition[] {
  const found = known.get(type);
  if (found !== undefined) return found;
  const steps = elementsOf(type).filter(
    ({ name, types }) =>
      name !== 'extension' &&
      types[0] !== 'xhtml' &&
      types[0] !== 'Resource' &&
      (!name.endsWith('[x]') || types.some((one) => CHOICES.has(one))),
  );
  known.set(type, steps);
  return steps;
}
