/** Boxed expressions (DMN 1.5, section 7 and chapter 10.2). */
import {
  ANY,
  callFunction,
  compileExpression,
  convert,
  FeelFunction,
  FeelSyntaxError,
  filterValue,
  itemsOf,
  makeFunction,
  note,
  spend,
  type Type,
  typeOf,
  type Value,
} from '#standards/feel';
import type { Fault } from './compile.ts';
import type { Logic } from './model.ts';
import { compileTable } from './table.ts';
import type { Evaluation } from './trace.ts';

/** Names in scope, in the order of their values; `item`: the last is a filter's item. */
export interface Scope {
  readonly names: readonly string[];
  readonly item?: boolean;
}

export type Ready = (values: readonly Value[], evaluation: Evaluation) => Value;

export interface Place {
  readonly element: string;
  readonly properties: readonly string[];
  readonly types: ReadonlyMap<string, Type>;
  typeOf(name: string | undefined, line: number): Type;
  fault(fault: Omit<Fault, 'element'>): void;
}

export function compileLogic(logic: Logic, scope: Scope, place: Place): Ready {
  const run = compileKind(logic, scope, place);
  // A table's and a function's own type is what they yield; tables do it themselves.
  if (logic.typeRef === undefined || logic.kind === 'function') return run;
  const type = place.typeOf(logic.typeRef, logic.line);
  return (values, evaluation) => {
    const converted = convert(run(values, evaluation), type);
    return converted === undefined
      ? note(evaluation, 'does-not-conform', undefined, { name: place.element })
      : converted;
  };
}

function compileKind(logic: Logic, scope: Scope, place: Place): Ready {
  switch (logic.kind) {
    case 'literal':
      return compileText(logic.text, scope, place, logic.line);
    case 'table':
      return compileTable(logic, scope, place, logic.line);
    case 'context':
      return compileContext(logic, scope, place);
    case 'list': {
      const items = logic.items.map((item) => compilePart(item, scope, place));
      return (values, evaluation) => items.map((item) => item(values, evaluation));
    }
    case 'relation': {
      const { columns } = logic;
      const rows = logic.rows.map((row) => row.map((cell) => compilePart(cell, scope, place)));
      return (values, evaluation) =>
        rows.map(
          (row): Value => new Map(columns.map((name, index) => [name, row[index]?.(values, evaluation) ?? null])),
        );
    }
    case 'invocation':
      return compileInvocation(logic, scope, place);
    case 'function':
      return compileFunction(logic, scope, place);
    case 'conditional': {
      const [condition, whenTrue, whenFalse] = [logic.condition, logic.whenTrue, logic.whenFalse].map((part) =>
        compilePart(part, scope, place),
      ) as [Ready, Ready, Ready];
      return (values, evaluation) => {
        const decided = condition(values, evaluation);
        if (typeof decided !== 'boolean' && decided !== null) {
          return note(evaluation, 'not-a-boolean', undefined, { type: typeOf(decided) });
        }
        return decided === true ? whenTrue(values, evaluation) : whenFalse(values, evaluation);
      };
    }
    case 'filter': {
      const list = compilePart(logic.list, scope, place);
      const match = compilePart(logic.match, { names: [...scope.names, 'item'], item: true }, place);
      return (values, evaluation) =>
        filterValue(list(values, evaluation), (item) => match([...values, item], evaluation), evaluation);
    }
    default:
      return compileLoop(logic, scope, place);
  }
}

function compilePart(logic: Logic | undefined, scope: Scope, place: Place): Ready {
  return logic === undefined ? (_, evaluation) => note(evaluation, 'no-logic') : compileLogic(logic, scope, place);
}

/** A text that cannot be read is null, and says so, each time it is asked; the model's other decisions do not suffer. */
export function compileText(text: string, scope: Scope, place: Place, line: number): Ready {
  if (text === '') return (_, evaluation) => note(evaluation, 'no-logic');
  try {
    const { properties, types } = place;
    const compiled = compileExpression(text, { ...scope, properties, types });
    for (const name of compiled.unknown) {
      place.fault({ line, kind: 'unknown-name', text, message: `nothing is called "${name}" here` });
    }
    return (values, evaluation) => compiled.run(values, evaluation);
  } catch (error) {
    if (!(error instanceof FeelSyntaxError)) throw error;
    place.fault({ line, kind: 'syntax', text, at: error.at, message: error.message });
    return (_, evaluation) => note(evaluation, 'invalid-expression', error.at);
  }
}

/** Each entry sees those before it. An entry without a name is the context's result. */
function compileContext(logic: Logic & { kind: 'context' }, scope: Scope, place: Place): Ready {
  let names = [...scope.names];
  const entries = logic.entries.map(({ variable, logic: own }) => {
    const type = variable === undefined ? ANY : place.typeOf(variable.typeRef, logic.line);
    const run = compilePart(own, { names }, place);
    if (variable !== undefined) names = [...names, variable.name];
    return { name: variable?.name, type, run };
  });
  return (outer, evaluation) => {
    const values = [...outer];
    const context = new Map<string, Value>();
    for (const { name, type, run } of entries) {
      const found = run(values, evaluation);
      if (name === undefined) return found;
      const converted = convert(found, type);
      const value = converted === undefined ? note(evaluation, 'does-not-conform', undefined, { name }) : converted;
      values.push(value);
      context.set(name, value);
    }
    return context;
  };
}

function compileInvocation(logic: Logic & { kind: 'invocation' }, scope: Scope, place: Place): Ready {
  const callee = compilePart(logic.callee, scope, place);
  const names = logic.bindings.map(({ parameter }) => parameter);
  const args = logic.bindings.map((binding) => compilePart(binding.logic, scope, place));
  return (values, evaluation) => {
    const called = callee(values, evaluation);
    if (!(called instanceof FeelFunction))
      return note(evaluation, 'not-a-function', undefined, { type: typeOf(called) });
    const given = args.map((arg) => arg(values, evaluation));
    return callFunction(called, given, evaluation, undefined, names);
  };
}

function compileFunction(logic: Logic & { kind: 'function' }, scope: Scope, place: Place): Ready {
  if (logic.external) return (_, evaluation) => note(evaluation, 'external-function');
  const parameters = logic.parameters.map(({ name, typeRef }) => ({ name, type: place.typeOf(typeRef, logic.line) }));
  const result = place.typeOf(logic.typeRef, logic.line);
  const run = compilePart(logic.logic, { names: [...scope.names, ...parameters.map(({ name }) => name)] }, place);
  return (values, evaluation) => {
    // A context's values grow after the function is made.
    const outer = values.slice();
    return makeFunction(place.element, parameters, result, (args) => run([...outer, ...args], evaluation));
  };
}

function compileLoop(logic: Logic & { kind: 'for' | 'some' | 'every' }, scope: Scope, place: Place): Ready {
  const list = compilePart(logic.list, scope, place);
  const names = [...scope.names, logic.variable, ...(logic.kind === 'for' ? ['partial'] : [])];
  const body = compilePart(logic.body, { names }, place);
  return (values, evaluation) => {
    const items = itemsOf(list(values, evaluation), undefined, evaluation);
    if (items === undefined) return note(evaluation, 'wrong-type');
    const made: Value[] = [];
    for (const item of items) {
      spend(evaluation, 1 + (logic.kind === 'for' ? made.length >> 4 : 0));
      made.push(body([...values, item, ...(logic.kind === 'for' ? [made.slice()] : [])], evaluation));
    }
    if (logic.kind === 'for') return made;
    if (!made.every((found) => typeof found === 'boolean')) return note(evaluation, 'not-a-boolean');
    return logic.kind === 'some' ? made.includes(true) : !made.includes(false);
  };
}
