import {
  type FeelDateTime,
  FeelFunction,
  FeelLimitError,
  fromHost,
  isList,
  type Note,
  parseDate,
  parseDateTime,
  parseDuration,
  parseTime,
  type Type,
  type Value,
} from '#standards/feel';
import { compileGraph, type Fault, type Node } from './compile.ts';
import { type Field, fieldOf } from './fields.ts';
import type { Model } from './model.ts';
import { Evaluation, type TableTrace } from './trace.ts';
import { DmnError } from './xml.ts';

export interface Ask {
  /** By the inputs' names; also decisions whose value is told rather than found. Plain data or FEEL values. */
  readonly inputs: Readonly<Record<string, unknown>> | ReadonlyMap<string, unknown>;
  /** Names of decisions, services or knowledge models; left out: all decisions of the model. */
  readonly results?: readonly string[];
  /** What now() and today() say. */
  readonly now: FeelDateTime;
  /** Steps that the evaluation may take: a loop's round, a call, an operation. */
  readonly steps?: number;
}

export interface Outcome {
  readonly results: ReadonlyMap<string, Value>;
  /** Why something is null, or was not as its type asks. */
  readonly notes: readonly Note[];
  /** Every decision table that was asked, in order. */
  readonly tables: readonly TableTrace[];
  readonly steps: number;
}

export interface Decisions {
  readonly model: Model;
  /** Expressions that cannot be read and names that nothing has: they are null when evaluated. */
  readonly faults: readonly Fault[];
  describe(): Description;
  /** @throws DmnError for a name that the model does not have, FeelLimitError when the steps do not suffice */
  evaluate(ask: Ask): Outcome;
}

/** What may be told and asked, and what needs what. */
export interface Description {
  readonly inputs: readonly Field[];
  readonly nodes: readonly {
    readonly key: string;
    readonly name: string;
    readonly kind: 'input' | 'decision' | 'knowledge' | 'service';
    readonly needs: readonly string[];
  }[];
}

const STEPS = 2_000_000;

/** @param models the model that is asked, then those that it imports */
export function compileModels(models: readonly Model[]): Decisions {
  const graph = compileGraph(models);
  const nodes = [...graph.nodes.values()];
  const find = (name: string, kinds: readonly string[]): Node | undefined => {
    const fitting = nodes.filter(({ element }) => kinds.includes(element.kind) && element.name === name);
    return fitting.find(({ model }) => model === graph.main) ?? fitting[0];
  };
  const tell = (inputs: Ask['inputs']): Map<string, Value> => {
    const told = new Map<string, Value>();
    for (const [name, value] of inputs instanceof Map ? inputs : Object.entries(inputs)) {
      const node = find(name, ['input', 'decision']);
      if (node === undefined) throw new DmnError(`the model has no input "${name}"`);
      told.set(node.key, read(value, node.type));
    }
    return told;
  };
  return {
    model: graph.main,
    faults: graph.faults,
    describe: () => describe(nodes, graph.main),
    evaluate({ inputs, results, now, steps = STEPS }) {
      const spent = { fuel: steps, depth: 0 };
      const told = tell(inputs);
      const evaluation = new Evaluation(told, now, spent);
      const names = results ?? graph.main.elements.filter(({ kind }) => kind === 'decision').map(({ name }) => name);
      const found = new Map<string, Value>();
      for (const name of names) {
        const node = find(name, ['decision', 'service', 'knowledge']);
        if (node === undefined) throw new DmnError(`the model has no decision or service "${name}"`);
        const value = guarded(() => evaluation.valueOf(node));
        const calls = node.element.kind !== 'decision' && value instanceof FeelFunction;
        found.set(name, calls ? guarded(() => callByName(value, inputs, evaluation)) : value);
      }
      return { results: found, notes: evaluation.notes, tables: evaluation.tables, steps: steps - spent.fuel };
    },
  };
}

/** A service or knowledge model that is asked directly: its parameters are inputs; one that is not told is null. */
function callByName(called: FeelFunction, inputs: Ask['inputs'], evaluation: Evaluation): Value {
  const told = new Map(inputs instanceof Map ? inputs : Object.entries(inputs));
  return called.call(
    called.parameters.map((name) => fromHost(told.get(name))),
    evaluation,
  );
}

function guarded<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (error instanceof RangeError && error.message.includes('call stack')) throw new FeelLimitError('depth');
    throw error;
  }
}

/**
 * JSON has no dates: where the model asks for one, its text is read; what is none is left as it is, and does not conform. A member of an
 * object that is absent is not told, so it is null; FEEL's own contexts are taken as they are.
 */
function read(told: unknown, type: Type): Value {
  return retype(fromHost(told), type, !(told instanceof Map));
}

function retype(value: Value, type: Type, fill: boolean): Value {
  if (type.kind === 'named') return retype(value, type.get(), fill);
  if (type.kind === 'allowed') return retype(value, type.of, fill);
  if (type.kind === 'list' && isList(value)) return value.map((item) => retype(item, type.of, fill));
  if (type.kind === 'context' && value instanceof Map) {
    const typed = [...value].map(([key, entry]): [string, Value] => {
      const field = type.fields.get(key);
      return [key, field === undefined ? entry : retype(entry, field, fill)];
    });
    const absent = fill ? [...type.fields.keys()].filter((key) => !value.has(key)) : [];
    return new Map([...typed, ...absent.map((key): [string, Value] => [key, null])]);
  }
  if (type.kind !== 'simple' || typeof value !== 'string') return value;
  return READERS[type.name]?.(value) ?? value;
}

const READERS: Readonly<Record<string, (text: string) => Value | undefined>> = Object.assign(Object.create(null), {
  date: parseDate,
  time: parseTime,
  'date and time': parseDateTime,
  'days and time duration': parseDuration,
  'years and months duration': parseDuration,
});

function describe(nodes: readonly Node[], main: Model): Description {
  return {
    inputs: nodes.flatMap(({ element, model }) =>
      element.kind === 'input' ? [fieldOf(model, element.name, element.variable.typeRef)] : [],
    ),
    nodes: nodes.map(({ key, element, needs, model }) => ({
      key,
      name: model === main ? element.name : `${element.name} (${model.name})`,
      kind: element.kind,
      needs: needs.map((needed) => needed.key),
    })),
  };
}
