/** How a built-in function is told: its parameters with their types, then what it does with arguments that are of them. */
import { isNum } from '../decimal.ts';
import { atMidnight, DaysDuration, FeelDate, FeelDateTime, FeelTime, MonthsDuration, UTC } from '../temporal.ts';
import { type Act, type Call, FeelFunction, isContext, isList, note, Range, typeOf, type Value } from '../values.ts';

const KINDS = {
  any: (_: Value) => true,
  string: (value: Value) => typeof value === 'string',
  number: isNum,
  boolean: (value: Value) => typeof value === 'boolean',
  list: isList,
  context: isContext,
  range: (value: Value) => value instanceof Range,
  date: (value: Value) => value instanceof FeelDate,
  time: (value: Value) => value instanceof FeelTime,
  moment: (value: Value) => value instanceof FeelDateTime,
  days: (value: Value) => value instanceof DaysDuration,
  months: (value: Value) => value instanceof MonthsDuration,
  function: (value: Value) => value instanceof FeelFunction,
} as const;

type Kind = keyof typeof KINDS;

interface Parameter {
  readonly name: string;
  readonly kinds: readonly Kind[];
  readonly optional: boolean;
  /** May be null; else null as argument is null as result. */
  readonly nullable: boolean;
  /** Takes all arguments from here on. */
  readonly rest: boolean;
}

// biome-ignore lint/suspicious/noExplicitAny: the signature's text has told the arguments' types, and they are checked against it.
type Body = (args: any[], act: Act) => Value | undefined;

interface Overload {
  readonly parameters: readonly Parameter[];
  readonly body: Body;
}

/** "string, start position: number, length?: number", "...list: any", "value: any~" (~: may be null, ?: may be left out). */
function parseSignature(text: string): Parameter[] {
  if (text === '') return [];
  return text.split(', ').map((part) => {
    const [, rest, name = '', optional, kinds = '', nullable] =
      /^(\.\.\.)?([^:?]+)(\?)?: ([a-z|]+)(~)?$/.exec(part) ?? [];
    return {
      name,
      kinds: kinds.split('|') as Kind[],
      optional: optional !== undefined,
      nullable: nullable !== undefined,
      rest: rest !== undefined,
    };
  });
}

/**
 * @param overloads signature and body; the first that the arguments fit is taken. A body that answers undefined could not: its
 *                  arguments are out of what the function is defined for
 */
export function define(name: string, ...overloads: readonly (readonly [string, Body])[]): [string, FeelFunction] {
  const ways: Overload[] = overloads.map(([signature, body]) => ({ parameters: parseSignature(signature), body }));
  const call: Call = (args, act) => callOne(name, ways, args, act);
  const named = (args: ReadonlyMap<string, Value>, act: Act): Value => {
    const fitting = ways.filter(({ parameters }) => positions(parameters, args) !== undefined);
    // Overloads of the same names differ in types only.
    const given = positions(fitting[0]?.parameters ?? [], args);
    if (given === undefined) return note(act, 'wrong-arguments', undefined, { function: name });
    return callOne(name, fitting, given, act);
  };
  const first = ways[0]?.parameters ?? [];
  return [
    name,
    new FeelFunction(
      name,
      first.map((parameter) => parameter.name),
      call,
      named,
    ),
  ];
}

/** Named arguments in the parameters' order; undefined unless they fit. */
function positions(
  parameters: readonly Parameter[],
  args: ReadonlyMap<string, Value>,
): (Value | undefined)[] | undefined {
  const given = parameters.map((parameter) => args.get(parameter.name));
  if (parameters.some((parameter, index) => given[index] === undefined && !parameter.optional)) return undefined;
  if (given.filter((value) => value !== undefined).length !== args.size) return undefined;
  return given;
}

function callOne(name: string, ways: readonly Overload[], args: readonly (Value | undefined)[], act: Act): Value {
  let fits = false;
  for (const { parameters, body } of ways) {
    const rest = parameters.at(-1)?.rest === true;
    const least = parameters.filter((parameter) => !parameter.optional && !parameter.rest).length;
    if (args.length < least || (!rest && args.length > parameters.length)) continue;
    fits = true;
    const values = fitAll(parameters, args);
    if (values === undefined) continue;
    return body(values, act) ?? note(act, 'out-of-range', undefined, { function: name });
  }
  const types = args.map((value) => typeOf(value ?? null)).join(', ');
  return note(act, fits ? 'wrong-type' : 'wrong-arguments', undefined, { function: name, arguments: types });
}

/** The arguments as the parameters want them; undefined when one does not fit. */
function fitAll(parameters: readonly Parameter[], args: readonly (Value | undefined)[]): unknown[] | undefined {
  const values: unknown[] = [];
  for (const [index, parameter] of parameters.entries()) {
    if (parameter.rest) {
      values.push(args.slice(index));
      return values;
    }
    const value = args[index];
    if (value === undefined) {
      values.push(undefined);
      continue;
    }
    const fitted = fitOne(parameter, value);
    if (fitted === undefined) return undefined;
    values.push(fitted);
  }
  return values;
}

function fitOne({ kinds, nullable }: Parameter, value: Value): Value | undefined {
  if (value === null) return nullable ? null : undefined;
  if (kinds.some((kind) => KINDS[kind](value))) return value;
  // The conversions that happen unasked: one item for its list, a list for its one item, a date for its midnight.
  if (kinds.includes('list')) return [value];
  if (isList(value) && value.length === 1 && value[0] !== undefined)
    return fitOne({ kinds, nullable } as Parameter, value[0]);
  if (kinds.includes('moment') && value instanceof FeelDate) return atMidnight(value, UTC);
  return undefined;
}
