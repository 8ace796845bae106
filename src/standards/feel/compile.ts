/**
 * Turns the tree of an expression into functions. Variables are looked up by place, not by name; a name in a filter is first asked of
 * the item, as the standard says.
 */
import { BUILT_INS } from './builtins/index.ts';
import { coefficientOf, isNum, isWhole, negate, signOf, toNumber } from './decimal.ts';
import { Names } from './names.ts';
import { areEqual, calculate, compareBy, compareValues, rangeHolds } from './operate.ts';
import { type Known, parseExpression, parseUnaryTests } from './parse.ts';
import { propertyOf } from './properties.ts';
import type { Loop, Node, Parameter, Test, UnaryTests } from './syntax.ts';
import { addDays, DaysDuration, FeelDate, MonthsDuration } from './temporal.ts';
import { ANY, conforms, convert, type Type } from './types.ts';
import {
  type Act,
  bounded,
  FeelFunction,
  FeelLimitError,
  isContext,
  isList,
  note,
  Range,
  spend,
  typeOf,
  type Value,
} from './values.ts';

export interface Variables {
  readonly names: readonly string[];
  readonly properties?: readonly string[];
  readonly types?: ReadonlyMap<string, Type>;
  /** Whether the last name is a filter's item, of whose properties the expression may speak as of names. */
  readonly item?: boolean;
}

export interface Expression {
  /** Names that neither a variable nor a function has. */
  readonly unknown: readonly string[];
  /** @param values of the variables, in the order of their names */
  run(values: readonly Value[], act: Act): Value;
}

export interface Tests {
  readonly unknown: readonly string[];
  /** @param values of the variables; the first is `?`, the value that is tested */
  run(values: readonly Value[], act: Act): boolean;
  /** Which of the tests is passed first, from 0; undefined when none is. */
  place(values: readonly Value[], act: Act): number | undefined;
}

/** @throws FeelSyntaxError with the place */
export function compileExpression(text: string, variables: Variables): Expression {
  const compiler = new Compiler();
  const { names, item = false } = variables;
  const scope = scopeOf(item ? names.slice(0, -1) : names, undefined);
  const run = compiler.compile(
    parseExpression(text, knownTo(variables)),
    item ? scopeOf(names.slice(-1), scope, true) : scope,
  );
  return {
    unknown: compiler.unknown,
    run: (values, act) => {
      const frame = { values, parent: undefined };
      return guarded(() => run(item ? { values: values.slice(-1), parent: frame } : frame, act));
    },
  };
}

/**
 * Unary tests of a value: "< 5, [10..20]", "not(1, 2)", "-".
 *
 * @param variables their first name is `?`
 */
export function compileUnaryTests(text: string, variables: Variables): Tests {
  const { negated, tests } = parseUnaryTests(text, knownTo(variables));
  if (tests === undefined) return { unknown: [], run: () => true, place: () => 0 };
  const compiler = new Compiler();
  const scope = scopeOf(variables.names, undefined);
  const runs = tests.map((test) => compiler.compileTest(test, scope));
  return {
    unknown: compiler.unknown,
    run: (values, act) =>
      guarded(() => {
        const frame = { values, parent: undefined };
        const value = values[0] ?? null;
        // Three values of truth: not(unknown) is no reason for a rule to match.
        if (negated) return runs.every((run) => run(value, frame, act) === false);
        return runs.some((run) => run(value, frame, act) === true);
      }),
    place: (values, act) =>
      guarded(() => {
        const frame = { values, parent: undefined };
        const found = runs.findIndex((run) => run(values[0] ?? null, frame, act) === true);
        return found < 0 ? undefined : found;
      }),
  };
}

/** The tree of an expression, nothing of it compiled. @throws FeelSyntaxError with the place */
export function readExpression(text: string, variables: Variables): Node {
  return parseExpression(text, knownTo(variables));
}

export function readUnaryTests(text: string, variables: Variables): UnaryTests {
  return parseUnaryTests(text, knownTo(variables));
}

function knownTo({ names, properties, types }: Variables): Known {
  return {
    names: [BUILT_IN_NAMES, new Names(names)],
    ...(properties === undefined ? {} : { properties: keptNames(properties) }),
    ...(types === undefined ? {} : { types }),
  };
}

const BUILT_IN_NAMES = new Names(BUILT_INS.keys());

/** A model's cells have the same properties, thousands of times. */
const KEPT = new WeakMap<object, Names>();

function keptNames(properties: readonly string[]): Names {
  const kept = KEPT.get(properties) ?? new Names(properties);
  KEPT.set(properties, kept);
  return kept;
}

/** A stack that is too small for the model is the model's limit, not the program's failure. */
function guarded<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (error instanceof RangeError && error.message.includes('call stack')) throw new FeelLimitError('depth');
    throw error;
  }
}

interface Frame {
  readonly values: readonly Value[];
  readonly parent: Frame | undefined;
}

interface Scope {
  readonly slots: ReadonlyMap<string, number>;
  /** Of a filter: any name may be a property of the item in slot 0. */
  readonly item: boolean;
  readonly parent: Scope | undefined;
}

function scopeOf(names: readonly string[], parent: Scope | undefined, item = false): Scope {
  return { slots: new Map(names.map((name, index) => [name, index])), item, parent };
}

type Run = (frame: Frame, act: Act) => Value;
type RunTest = (value: Value, frame: Frame, act: Act) => boolean | null;

const MOST_CALLS = 400;

class Compiler {
  readonly unknown: string[] = [];
  /** How often a loop's results so far are asked for: most loops need not keep them apart. */
  #partials = 0;

  compile(node: Node, scope: Scope): Run {
    switch (node.kind) {
      case 'literal':
        return () => node.value;
      case 'name':
        return this.#name(node.name, node.at, scope);
      case 'path':
        return this.#path(node, scope);
      case 'filter':
        return this.#filter(node, scope);
      case 'call':
        return this.#call(node, scope);
      case 'arithmetic':
        return this.#arithmetic(node, scope);
      case 'comparison':
        return this.#comparison(node, scope);
      case 'and':
      case 'or':
        return this.#logic(node, scope);
      case 'negation':
        return this.#negation(node, scope);
      case 'between':
        return this.#between(node, scope);
      case 'in':
        return this.#in(node, scope);
      case 'instance': {
        const value = this.compile(node.value, scope);
        const { type } = node;
        return (frame, act) => isInstance(value(frame, act), type, act, node.at);
      }
      case 'if':
        return this.#if(node, scope);
      case 'for':
        return this.#for(node, scope);
      case 'some':
      case 'every':
        return this.#quantified(node, scope);
      case 'function':
        return this.#function(node, scope);
      case 'list': {
        const items = node.items.map((item) => this.compile(item, scope));
        return (frame, act) => {
          spend(act, items.length);
          return items.map((item) => item(frame, act));
        };
      }
      case 'context':
        return this.#context(node, scope);
      case 'range':
        return this.#range(node, scope);
    }
  }

  #name(name: string, at: number, scope: Scope): Run {
    const tries: { up: number }[] = [];
    if (name === 'partial') this.#partials += 1;
    let up = 0;
    for (let here: Scope | undefined = scope; here !== undefined; here = here.parent, up += 1) {
      // An item may have a property that is itself called "item".
      if (here.item) tries.push({ up });
      const slot = here.slots.get(name);
      if (slot !== undefined) {
        const last = up;
        return this.#lookUp(name, tries, (frame) => frameUp(frame, last).values[slot] ?? null);
      }
    }
    const builtIn = BUILT_INS.get(name);
    if (builtIn !== undefined) return this.#lookUp(name, tries, () => builtIn);
    if (tries.length === 0) this.unknown.push(name);
    return this.#lookUp(name, tries, (_, act) => note(act, 'unknown-name', at, { name }));
  }

  #lookUp(name: string, tries: readonly { up: number }[], last: Run): Run {
    if (tries.length === 0) return last;
    return (frame, act) => {
      for (const { up } of tries) {
        const item = frameUp(frame, up).values[0] ?? null;
        const found = isContext(item) ? item.get(name) : undefined;
        if (found !== undefined) return found;
      }
      return last(frame, act);
    };
  }

  #path(node: Node & { kind: 'path' }, scope: Scope): Run {
    const from = this.compile(node.from, scope);
    const { name, at } = node;
    const read = (value: Value, act: Act): Value => {
      if (isList(value)) {
        spend(act, value.length);
        return value.map((item) => read(item, act));
      }
      const found = propertyOf(value, name);
      return found === undefined ? note(act, 'unknown-property', at, { name, type: typeOf(value) }) : found;
    };
    return (frame, act) => read(from(frame, act), act);
  }

  #filter(node: Node & { kind: 'filter' }, scope: Scope): Run {
    const list = this.compile(node.list, scope);
    const by = this.compile(node.by, scopeOf(['item'], scope, true));
    // A filter by a number picks one: whether it is one is seen with the first item, or without any.
    return (frame, act) =>
      filterValue(list(frame, act), (item) => by({ values: [item], parent: frame }, act), act, node.at);
  }

  #call(node: Node & { kind: 'call' }, scope: Scope): Run {
    const callee = this.compile(node.callee, scope);
    const args = node.args.map((arg) => this.compile(arg, scope));
    const { names, at } = node;
    return (frame, act) => {
      const called = callee(frame, act);
      const values = args.map((arg) => arg(frame, act));
      if (!(called instanceof FeelFunction)) return note(act, 'not-a-function', at, { type: typeOf(called) });
      return callFunction(called, values, act, at, names);
    };
  }

  #arithmetic(node: Node & { kind: 'arithmetic' }, scope: Scope): Run {
    const left = this.compile(node.left, scope);
    const right = this.compile(node.right, scope);
    const { op, at } = node;
    return (frame, act) => {
      const a = left(frame, act);
      const b = right(frame, act);
      spend(act, 1);
      const result = calculate(op, a, b);
      if (typeof result === 'string') {
        bounded(result.length);
        spend(act, result.length >> 6);
      }
      if (result !== undefined) return result;
      if (!isNum(a) || !isNum(b))
        return note(act, 'wrong-type', at, { operator: op, left: typeOf(a), right: typeOf(b) });
      return note(act, op === '/' && signOf(b) === 0 ? 'division-by-zero' : 'out-of-range', at, { operator: op });
    };
  }

  #comparison(node: Node & { kind: 'comparison' }, scope: Scope): Run {
    const left = this.compile(node.left, scope);
    const right = this.compile(node.right, scope);
    const { op, at } = node;
    return (frame, act) => {
      const a = left(frame, act);
      const b = right(frame, act);
      spend(act, 1);
      return compareBy(op, a, b) ?? note(act, 'not-comparable', at, { left: typeOf(a), right: typeOf(b) });
    };
  }

  /** False decides "and", true decides "or", whatever the other is; else what is no boolean makes it null. */
  #logic(node: Node & { kind: 'and' | 'or' }, scope: Scope): Run {
    const left = this.compile(node.left, scope);
    const right = this.compile(node.right, scope);
    const decides = node.kind === 'or';
    return (frame, act) => {
      const a = left(frame, act);
      if (a === decides) return decides;
      const b = right(frame, act);
      if (b === decides) return decides;
      if (typeof a === 'boolean' && typeof b === 'boolean') return !decides;
      return note(act, 'not-a-boolean', node.at, { left: typeOf(a), right: typeOf(b) });
    };
  }

  #negation(node: Node & { kind: 'negation' }, scope: Scope): Run {
    const of = this.compile(node.of, scope);
    return (frame, act) => {
      const value = of(frame, act);
      if (isNum(value)) return negate(value);
      if (value instanceof DaysDuration) return new DaysDuration(-value.nanos);
      if (value instanceof MonthsDuration) return new MonthsDuration(-value.months);
      return note(act, 'wrong-type', node.at, { operator: '-', right: typeOf(value) });
    };
  }

  #between(node: Node & { kind: 'between' }, scope: Scope): Run {
    const [value, low, high] = [node.value, node.low, node.high].map((part) => this.compile(part, scope)) as [
      Run,
      Run,
      Run,
    ];
    return (frame, act) => {
      const here = value(frame, act);
      const above = compareBy('>=', here, low(frame, act));
      const below = compareBy('<=', here, high(frame, act));
      if (above === undefined || below === undefined)
        return note(act, 'not-comparable', node.at, { left: typeOf(here) });
      return above && below;
    };
  }

  #in(node: Node & { kind: 'in' }, scope: Scope): Run {
    const value = this.compile(node.value, scope);
    const tests = node.tests.map((test) => this.compileTest(test, scope));
    return (frame, act) => {
      const here = value(frame, act);
      let unknown = false;
      for (const test of tests) {
        const passes = test(here, frame, act);
        if (passes === true) return true;
        unknown ||= passes === null;
      }
      return unknown ? note(act, 'not-comparable', node.at, { left: typeOf(here) }) : false;
    };
  }

  compileTest({ op, value: node, asks }: Test, scope: Scope): RunTest {
    const run = this.compile(node, scope);
    if (op !== undefined) return (value, frame, act) => compareBy(op, value, run(frame, act)) ?? null;
    if (asks) {
      return (_, frame, act) => {
        const found = run(frame, act);
        return typeof found === 'boolean' ? found : null;
      };
    }
    return (value, frame, act) => passes(value, run(frame, act), act);
  }

  #if(node: Node & { kind: 'if' }, scope: Scope): Run {
    const [condition, yes, no] = [node.condition, node.yes, node.no].map((part) => this.compile(part, scope)) as [
      Run,
      Run,
      Run,
    ];
    return (frame, act) => {
      const decided = condition(frame, act);
      if (typeof decided !== 'boolean') note(act, 'not-a-boolean', node.at, { type: typeOf(decided) });
      return decided === true ? yes(frame, act) : no(frame, act);
    };
  }

  #for(node: Node & { kind: 'for' | 'some' | 'every' }, scope: Scope): Run {
    const names = [...node.loops.map(({ name }) => name), 'partial'];
    const loops = this.#loops(node.loops, names, scope);
    const before = this.#partials;
    const body = this.compile(node.body, scopeOf(names, scope));
    const asksForPartial = this.#partials > before;
    const last = names.length - 1;
    return (frame, act) => {
      const made: Value[] = [];
      const values: Value[] = new Array(names.length).fill(null);
      const done = eachRound(loops, { values, parent: frame }, act, node.at, () => {
        bounded(made.length + 1);
        if (asksForPartial) {
          spend(act, made.length >> 4);
          values[last] = made.slice();
        }
        made.push(body({ values: values.slice(), parent: frame }, act));
        return true;
      });
      return done === undefined ? null : made;
    };
  }

  #loops(loops: readonly Loop[], names: readonly string[], scope: Scope): RunLoop[] {
    return loops.map((loop, index) => {
      // A loop sees the variables of those before it.
      const inside = scopeOf(names.slice(0, index), scope);
      const to = loop.to === undefined ? undefined : this.compile(loop.to, inside);
      return { from: this.compile(loop.in, inside), to };
    });
  }

  #quantified(node: Node & { kind: 'for' | 'some' | 'every' }, scope: Scope): Run {
    const names = node.loops.map(({ name }) => name);
    const loops = this.#loops(node.loops, names, scope);
    const body = this.compile(node.body, scopeOf(names, scope));
    const decides = node.kind === 'some';
    return (frame, act) => {
      const values: Value[] = new Array(names.length).fill(null);
      let unknown = false;
      let decided = false;
      const done = eachRound(loops, { values, parent: frame }, act, node.at, () => {
        const found = body({ values: values.slice(), parent: frame }, act);
        if (found === decides) decided = true;
        else if (typeof found !== 'boolean') unknown = true;
        return !decided;
      });
      if (done === undefined) return null;
      if (decided) return decides;
      return unknown ? note(act, 'not-a-boolean', node.at) : !decides;
    };
  }

  #function(node: Node & { kind: 'function' }, scope: Scope): Run {
    const { parameters, body, at } = node;
    if (body === 'external') return (_, act) => note(act, 'external-function', at);
    const run = this.compile(
      body,
      scopeOf(
        parameters.map(({ name }) => name),
        scope,
      ),
    );
    return (frame) => makeFunction('', parameters, ANY, (values, act) => run({ values, parent: frame }, act));
  }

  #context(node: Node & { kind: 'context' }, scope: Scope): Run {
    const keys = node.entries.map(({ key }) => key);
    const entries = node.entries.map(({ key, value }, index) => ({
      key,
      run: this.compile(value, scopeOf(keys.slice(0, index), scope)),
    }));
    const repeated = keys.some((key, index) => keys.indexOf(key) !== index);
    return (frame, act) => {
      if (repeated) return note(act, 'malformed', node.at);
      spend(act, entries.length);
      const values: Value[] = [];
      const context = new Map<string, Value>();
      for (const { key, run } of entries) {
        const value = run({ values, parent: frame }, act);
        values.push(value);
        context.set(key, value);
      }
      return context;
    };
  }

  #range(node: Node & { kind: 'range' }, scope: Scope): Run {
    const start = node.start === undefined ? undefined : this.compile(node.start, scope);
    const end = node.end === undefined ? undefined : this.compile(node.end, scope);
    const { startIncluded, endIncluded, op, at } = node;
    return (frame, act) => {
      const from = start?.(frame, act);
      const to = end?.(frame, act);
      if (op === undefined && start !== undefined && end !== undefined && !makesRange(from ?? null, to ?? null)) {
        return note(act, 'not-comparable', at, { left: typeOf(from ?? null), right: typeOf(to ?? null) });
      }
      return new Range(from, startIncluded, to, endIncluded, op);
    };
  }
}

function makesRange(from: Value, to: Value): boolean {
  if (from === null || to === null) return from !== to;
  return (compareValues(from, to) ?? 1) <= 0;
}

function frameUp(frame: Frame, up: number): Frame {
  let here = frame;
  for (let left = up; left > 0; left -= 1) here = here.parent as Frame;
  return here;
}

/** Whether a value passes a test that is a value itself. */
function passes(value: Value, test: Value, act: Act): boolean | null {
  if (test instanceof Range && !(value instanceof Range)) return rangeHolds(test, value) ?? null;
  if (isList(test)) {
    if (isList(value) && areEqual(value, test) === true) return true;
    spend(act, test.length);
    return test.some((item) => (item instanceof Range ? rangeHolds(item, value) : areEqual(value, item)) === true);
  }
  if (test === true && typeof value !== 'boolean') return true;
  return areEqual(value, test) ?? null;
}

function isInstance(value: Value, type: Type, act: Act, at: number): Value {
  if (type.kind === 'unknown') return note(act, 'unknown-name', at, { name: type.name });
  if (value === null) return type.kind === 'simple' && type.name === 'null';
  return conforms(value, withoutLimits(type));
}

/** A type's allowed values do not make another type. */
function withoutLimits(type: Type): Type {
  if (type.kind === 'named') return withoutLimits(type.get());
  if (type.kind === 'allowed') return withoutLimits(type.of);
  return type.kind === 'list' ? { kind: 'list', of: withoutLimits(type.of) } : type;
}

export function filterValue(from: Value, by: (item: Value) => Value, act: Act, at?: number): Value {
  const items = isList(from) ? from : from === null ? [] : [from];
  spend(act, items.length);
  if (items.length === 0) return isNum(by(null)) ? null : [];
  const kept: Value[] = [];
  for (const [index, item] of items.entries()) {
    const found = by(item);
    if (index === 0 && isNum(found)) {
      const place = isWhole(found) ? toNumber(found) : 0;
      const picked = place > 0 ? items[place - 1] : items[items.length + place];
      return place === 0 || picked === undefined ? note(act, 'out-of-range', at, { most: items.length }) : picked;
    }
    if (found === true) kept.push(item);
    else if (found !== false && found !== null) return note(act, 'not-a-boolean', at, { type: typeOf(found) });
  }
  return kept;
}

export function callFunction(
  called: FeelFunction,
  values: readonly Value[],
  act: Act,
  at?: number,
  names?: readonly string[],
): Value {
  spend(act, 1);
  if (act.depth >= MOST_CALLS) throw new FeelLimitError('depth');
  act.depth += 1;
  const before = act.notes.length;
  const result =
    names === undefined
      ? called.call(values, act)
      : called.named(new Map(names.map((name, index) => [name, values[index] as Value])), act);
  act.depth -= 1;
  // What a built-in function has to say is said at the place where it was called.
  for (let index = before; at !== undefined && index < act.notes.length; index += 1) {
    const said = act.notes[index];
    if (said !== undefined && said.at === undefined && said.where === act.where) act.notes[index] = { ...said, at };
  }
  return result;
}

/** A function of an expression or a model: its arguments and result are converted to their types, or become null. */
export function makeFunction(
  name: string,
  parameters: readonly Parameter[],
  result: Type,
  run: (values: readonly Value[], act: Act) => Value,
): FeelFunction {
  const names = parameters.map((parameter) => parameter.name);
  const call = (args: readonly Value[], act: Act) => {
    if (args.length !== parameters.length)
      return note(act, 'wrong-arguments', undefined, { expected: parameters.length });
    const values: Value[] = [];
    for (const [index, { type }] of parameters.entries()) {
      const value = convert(args[index] as Value, type);
      if (value === undefined) return note(act, 'does-not-conform', undefined, { name: names[index] as string });
      values.push(value);
    }
    const found = run(values, act);
    const converted = convert(found, result);
    return converted === undefined ? note(act, 'does-not-conform', undefined, { name: 'result' }) : converted;
  };
  const named = (args: ReadonlyMap<string, Value>, act: Act) => {
    if (args.size !== names.length || !names.every((parameter) => args.has(parameter))) {
      return note(act, 'wrong-arguments', undefined, { expected: names.join(', ') });
    }
    return call(
      names.map((parameter) => args.get(parameter) as Value),
      act,
    );
  };
  return new FeelFunction(name, names, call, named, { parameters: parameters.map(({ type }) => type), result });
}

// Loops -------------------------------------------------------------------------------------------------------------

interface RunLoop {
  readonly from: Run;
  readonly to: Run | undefined;
}

/** Every combination, the last loop's variable running fastest. Undefined when something is no list; ends when `round` says false. */
function eachRound(
  loops: readonly RunLoop[],
  frame: { values: Value[]; parent: Frame },
  act: Act,
  at: number,
  round: () => boolean,
): boolean | undefined {
  const run = (index: number): boolean | undefined => {
    const loop = loops[index];
    if (loop === undefined) {
      spend(act, 1);
      return round();
    }
    const inside = { values: frame.values.slice(0, index), parent: frame.parent };
    const items = itemsOf(loop.from(inside, act), loop.to?.(inside, act), act);
    if (items === undefined) {
      note(act, 'wrong-type', at);
      return undefined;
    }
    for (const item of items) {
      frame.values[index] = item;
      const goesOn = run(index + 1);
      if (goesOn !== true) return goesOn;
    }
    return true;
  };
  const done = run(0);
  return done === undefined ? undefined : true;
}

/** What a loop runs over: a list, the whole numbers or days of a range, or the one value that is no list. */
export function itemsOf(from: Value, to: Value | undefined, act: Act): Iterable<Value> | undefined {
  if (to !== undefined) return series(from, to, true, true, act);
  if (from instanceof Range) {
    if (from.start === undefined || from.end === undefined) return undefined;
    return series(from.start, from.end, from.startIncluded, from.endIncluded, act);
  }
  if (from === null) return undefined;
  return isList(from) ? from : [from];
}

/** Upwards or downwards, as the ends lie. */
function series(from: Value, to: Value, first: boolean, last: boolean, act: Act): Iterable<Value> | undefined {
  if (isNum(from) && isNum(to) && isWhole(from) && isWhole(to)) {
    const [start, end] = [Number(coefficientOf(from)), Number(coefficientOf(to))];
    if (typeof from !== 'number' || typeof to !== 'number') return undefined;
    return stepping(start, end, first, last, act, (value) => value);
  }
  if (!(from instanceof FeelDate && to instanceof FeelDate)) return undefined;
  const days = compareValues(to, from) ?? 0;
  return stepping(0, days, first, last, act, (value) => addDays(from, value) ?? null);
}

function* stepping(from: number, to: number, first: boolean, last: boolean, act: Act, value: (at: number) => Value) {
  const step = from <= to ? 1 : -1;
  for (let at = from; step > 0 ? at <= to : at >= to; at += step) {
    spend(act, 1);
    if ((at !== from || first) && (at !== to || last)) yield value(at);
  }
}
