/**
 * Makes a model ready: every expression read, every name and type found, every table's tests compiled. It can then be evaluated
 * as often as is wanted.
 */
import {
  type Act,
  ANY,
  builtInType,
  compileUnaryTests,
  convert,
  type FeelDateTime,
  type FeelFunction,
  FeelSyntaxError,
  makeFunction,
  note,
  parseDateTime,
  type Type,
  type Value,
} from '#standards/feel';
import { compileLogic, type Ready, type Scope } from './logic.ts';
import type { InputData, ItemDefinition, Knowledge, Logic, Model, ModelElement, Service, Variable } from './model.ts';
import type { Evaluation } from './trace.ts';
import { DmnError } from './xml.ts';

/** What does not prevent reading a model, but makes one of its expressions null whenever it is evaluated. */
export interface Fault {
  readonly element: string;
  readonly line: number;
  readonly kind: 'syntax' | 'unknown-name' | 'unknown-type' | 'missing-element';
  readonly text: string;
  /** Characters from the expression's beginning. */
  readonly at?: number;
  readonly message: string;
}

export interface Node {
  readonly key: string;
  readonly model: Model;
  readonly element: ModelElement;
  readonly type: Type;
  /** What it needs, at once. */
  readonly needs: Node[];
  /** Its value, from the values of what it needs; knows nothing of those that were told from outside. */
  run: (evaluation: Evaluation) => Value;
}

export interface Graph {
  readonly main: Model;
  readonly nodes: ReadonlyMap<string, Node>;
  readonly faults: readonly Fault[];
}

const MOST_FAULTS = 200;

/**
 * @param models the model that is asked first, then those that it imports
 * @throws DmnError when elements need each other in a circle, or types are made of themselves
 */
export function compileGraph(models: readonly Model[]): Graph {
  const main = models[0];
  if (main === undefined) throw new DmnError('there is no model');
  const builder = new Builder(models);
  builder.build();
  return { main, nodes: builder.nodes, faults: builder.faults };
}

function keyOf(model: Model, id: string): string {
  return `${model.namespace}#${id}`;
}

class Builder {
  readonly nodes = new Map<string, Node>();
  readonly faults: Fault[] = [];
  readonly #models: readonly Model[];
  readonly #properties: readonly string[];
  readonly #types = new Map<Model, ReadonlyMap<string, Type>>();

  constructor(models: readonly Model[]) {
    this.#models = models;
    const repeated = models.find(
      (model, index) => models.findIndex((other) => other.namespace === model.namespace) !== index,
    );
    if (repeated !== undefined) throw new DmnError(`two models have the namespace "${repeated.namespace}"`);
    this.#properties = [...new Set(models.flatMap(namesIn))];
  }

  build(): void {
    for (const model of this.#models) this.#types.set(model, new Map());
    // Those that others import first, so that their types are there.
    for (const model of [...this.#models].reverse()) this.#readTypes(model);
    for (const model of this.#models) this.#readTypes(model);
    // Types are made when they are needed; made now, their faults are known before anything is evaluated.
    for (const type of [...this.#types.values()].flatMap((types) => [...types.values()]))
      if (type.kind === 'named') type.get();
    for (const model of this.#models) {
      for (const element of model.elements) {
        const key = keyOf(model, element.id);
        const type = this.#typeOf(model, element.variable.typeRef, element);
        this.nodes.set(key, { key, model, element, type, needs: [], run: () => null });
      }
    }
    for (const node of this.nodes.values()) this.#link(node);
    this.#refuseCircles();
    for (const node of this.nodes.values()) node.run = this.#compile(node);
  }

  fault(fault: Fault): void {
    if (this.faults.length < MOST_FAULTS) this.faults.push(fault);
  }

  // Types ---------------------------------------------------------------------------------------------------------

  #readTypes(model: Model): void {
    const types = new Map<string, Type>();
    for (const { name, namespace } of model.imports) {
      const from = this.#models.find((other) => other.namespace === namespace);
      for (const [own, type] of from === undefined ? [] : (this.#types.get(from) ?? [])) {
        types.set(name === '' ? own : `${name}.${own}`, type);
      }
    }
    for (const item of model.types) {
      let made: Type | undefined;
      const get = () => {
        made ??= this.#itemType(model, item);
        return made;
      };
      types.set(item.name, { kind: 'named', name: item.name, get });
    }
    this.#types.set(model, types);
    for (const item of model.types) this.#refuseOwnKind(model, item);
  }

  /** A type that is only another name for itself would never end. */
  #refuseOwnKind(model: Model, item: ItemDefinition): void {
    const seen = new Set<string>();
    let here: ItemDefinition | undefined = item;
    while (here?.typeRef !== undefined && here.components.length === 0) {
      if (seen.has(here.name)) throw new DmnError(`the type "${item.name}" is defined by itself`, item.line);
      seen.add(here.name);
      const next: string = here.typeRef;
      here = model.types.find((other) => other.name === next);
    }
  }

  #itemType(model: Model, item: ItemDefinition): Type {
    const base = this.#baseType(model, item);
    const one = this.#allowed(model, base, item.allowedValues, item);
    return this.#allowed(model, item.isCollection ? { kind: 'list', of: one } : one, item.typeConstraint, item);
  }

  #baseType(model: Model, item: ItemDefinition): Type {
    const { functionItem } = item;
    if (functionItem !== undefined) {
      return {
        kind: 'function',
        parameters: functionItem.parameters.map((parameter) => this.#typeOf(model, parameter.typeRef, item)),
        result: this.#typeOf(model, functionItem.typeRef, item),
      };
    }
    if (item.components.length === 0) return this.#typeOf(model, item.typeRef, item);
    const fields = item.components.map((component): [string, Type] => [
      component.name,
      { kind: 'named', name: `${item.name}.${component.name}`, get: memo(() => this.#itemType(model, component)) },
    ]);
    return { kind: 'context', fields: new Map(fields) };
  }

  #allowed(model: Model, of: Type, text: string | undefined, { name, line }: { name: string; line: number }): Type {
    if (text === undefined || text === '') return of;
    try {
      const tests = compileUnaryTests(text, {
        names: ['?'],
        properties: this.#properties,
        types: this.#typesOf(model),
      });
      const quiet = (): Act => ({ now: NEVER, fuel: 100_000, depth: 0, notes: [] });
      return { kind: 'allowed', of, allows: (value) => tests.run([value], quiet()) };
    } catch (error) {
      if (!(error instanceof FeelSyntaxError)) throw error;
      this.fault({ element: name, line, kind: 'syntax', text, at: error.at, message: error.message });
      return of;
    }
  }

  #typesOf(model: Model): ReadonlyMap<string, Type> {
    return this.#types.get(model) ?? new Map();
  }

  #typeOf(model: Model, name: string | undefined, { name: element, line }: { name: string; line: number }): Type {
    if (name === undefined) return ANY;
    const found = this.#typesOf(model).get(name) ?? builtInType(name);
    if (found !== undefined) return found;
    this.fault({ element, line, kind: 'unknown-type', text: name, message: `there is no type "${name}"` });
    return ANY;
  }

  // The graph -----------------------------------------------------------------------------------------------------

  #link(node: Node): void {
    const { element, model } = node;
    if (element.kind === 'input') return;
    const references =
      element.kind === 'service'
        ? [...element.outputs, ...element.encapsulated, ...element.inputDecisions, ...element.inputs]
        : element.needs;
    for (const href of references) {
      const needed = this.#find(model, href, node);
      // A function may call itself: it knows itself by its own name.
      const itself = needed === node && element.kind === 'knowledge';
      if (needed !== undefined && !itself && !node.needs.includes(needed)) node.needs.push(needed);
    }
  }

  #find(model: Model, href: string, from: Node): Node | undefined {
    const found = this.nodes.get(href.startsWith('#') ? `${model.namespace}${href}` : href);
    if (found === undefined) {
      const { name: element, line } = from.element;
      const message = `"${href}" is needed but not there; if it is imported, add the model it is in`;
      this.fault({ element, line, kind: 'missing-element', text: href, message });
    }
    return found;
  }

  #refuseCircles(): void {
    const done = new Set<Node>();
    const visit = (node: Node, above: readonly Node[]): void => {
      if (done.has(node)) return;
      if (above.includes(node)) {
        const circle = [...above.slice(above.indexOf(node)), node].map(({ element }) => element.name).join(' -> ');
        throw new DmnError(`elements need each other in a circle: ${circle}`, node.element.line);
      }
      if (above.length > MOST_GRAPH_DEPTH) throw new DmnError('decisions need each other too deep', node.element.line);
      for (const next of node.needs) visit(next, [...above, node]);
      done.add(node);
    };
    for (const node of this.nodes.values()) visit(node, []);
  }

  // Expressions ---------------------------------------------------------------------------------------------------

  #compile(node: Node): (evaluation: Evaluation) => Value {
    const { element } = node;
    switch (element.kind) {
      case 'input':
        return inputValue(node, element);
      case 'service':
        return this.#compileService(node, element);
      case 'knowledge':
        return this.#compileKnowledge(node, element);
      case 'decision': {
        const scope = this.#scopeOf(node);
        const logic = this.#logic(node, element.logic, scope.scope);
        return (evaluation) =>
          inside(evaluation, element.name, () => {
            const told = evaluation.told(node);
            const found = told === undefined ? logic(scope.values(evaluation), evaluation) : told;
            return asType(found, node.type, evaluation, element.name);
          });
      }
    }
  }

  #logic(node: Node, logic: Logic | undefined, scope: Scope): Ready {
    if (logic === undefined) return (_, evaluation) => note(evaluation, 'no-logic');
    return compileLogic(logic, scope, {
      element: node.element.name,
      properties: this.#properties,
      types: this.#typesOf(node.model),
      typeOf: (name, line) => this.#typeOf(node.model, name, { name: node.element.name, line }),
      fault: (fault) => this.fault({ element: node.element.name, ...fault }),
    });
  }

  /** The names that an element's expressions may use: what it needs, and the imports through which it needs it. */
  #scopeOf(node: Node): { scope: Scope; values: (evaluation: Evaluation) => Value[] } {
    const own: Node[] = [];
    const imported = new Map<string, Node[]>();
    for (const needed of node.needs) {
      const prefix =
        needed.model === node.model
          ? ''
          : (node.model.imports.find(({ namespace }) => namespace === needed.model.namespace)?.name ?? '');
      if (prefix === '') own.push(needed);
      else imported.set(prefix, [...(imported.get(prefix) ?? []), needed]);
    }
    const names = [...own.map(({ element }) => element.variable.name), ...imported.keys()];
    const values = (evaluation: Evaluation): Value[] => [
      ...own.map((needed) => evaluation.valueOf(needed)),
      ...[...imported.values()].map(
        (group): Value => new Map(group.map((needed) => [needed.element.variable.name, evaluation.valueOf(needed)])),
      ),
    ];
    return { scope: { names }, values };
  }

  #compileKnowledge(node: Node, element: Knowledge): (evaluation: Evaluation) => Value {
    const { logic } = element;
    if (logic === undefined || logic.external) {
      return (evaluation) => note(evaluation, logic === undefined ? 'no-logic' : 'external-function');
    }
    const scope = this.#scopeOf(node);
    const parameters = this.#parameters(node, logic.parameters);
    const run = this.#logic(node, logic.logic, {
      names: [element.variable.name, ...scope.scope.names, ...parameters.map(({ name }) => name)],
    });
    const body = logic.logic;
    const result = this.#typeOf(node.model, logic.typeRef ?? element.variable.typeRef ?? body?.typeRef, element);
    return (evaluation) => {
      const outer = scope.values(evaluation);
      const self: FeelFunction = makeFunction(element.name, parameters, result, (args) =>
        inside(evaluation, element.name, () => run([self, ...outer, ...args], evaluation)),
      );
      return self;
    };
  }

  #parameters(node: Node, parameters: readonly Variable[]): { name: string; type: Type }[] {
    return parameters.map(({ name, typeRef }) => ({ name, type: this.#typeOf(node.model, typeRef, node.element) }));
  }

  /** As a function of its inputs: its decisions are evaluated anew, with nothing told but those. */
  #compileService(node: Node, element: Service): (evaluation: Evaluation) => Value {
    const nodesOf = (references: readonly string[]) =>
      references.flatMap(
        (href) => this.nodes.get(href.startsWith('#') ? `${node.model.namespace}${href}` : href) ?? [],
      );
    const inputs = [...nodesOf(element.inputs), ...nodesOf(element.inputDecisions)];
    const outputs = nodesOf(element.outputs);
    const parameters = inputs.map(({ element: { variable }, type }) => ({ name: variable.name, type }));
    const { type } = node;
    const result = type.kind === 'function' ? type.result : (resultOf(type) ?? type);
    return (evaluation) =>
      makeFunction(element.name, parameters, result, (args) => {
        const own = evaluation.apart(new Map(inputs.map((input, index) => [input.key, args[index] ?? null])));
        const found = outputs.map((output): [string, Value] => [output.element.variable.name, own.valueOf(output)]);
        return found.length === 1 ? (found[0]?.[1] ?? null) : new Map(found);
      });
  }
}

const MOST_GRAPH_DEPTH = 500;

/** Allowed values do not depend on the time. */
const NEVER = parseDateTime('1970-01-01T00:00:00Z') as FeelDateTime;

function resultOf(type: Type): Type | undefined {
  if (type.kind !== 'named') return undefined;
  const found = type.get();
  return found.kind === 'function' ? found.result : undefined;
}

function memo<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

function inputValue(node: Node, element: InputData): (evaluation: Evaluation) => Value {
  return (evaluation) => {
    const told = evaluation.told(node);
    if (told === undefined) return note(evaluation, 'missing-input', undefined, { name: element.name });
    return asType(told, node.type, evaluation, element.name);
  };
}

function asType(value: Value, type: Type, evaluation: Evaluation, name: string): Value {
  const converted = convert(value, type);
  return converted === undefined ? note(evaluation, 'does-not-conform', undefined, { name }) : converted;
}

function inside<T>(evaluation: Evaluation, name: string, run: () => T): T {
  const before = evaluation.where;
  evaluation.where = name;
  const found = run();
  if (before === undefined) delete evaluation.where;
  else evaluation.where = before;
  return found;
}

/** Everything in a model that may stand after a dot. */
function namesIn(model: Model): string[] {
  const names: string[] = [];
  const ofItem = (item: ItemDefinition): void => {
    names.push(item.name);
    for (const component of item.components) ofItem(component);
  };
  const ofLogic = (logic: Logic | undefined): void => {
    if (logic === undefined) return;
    switch (logic.kind) {
      case 'table':
        for (const { name } of logic.outputs) if (name !== undefined) names.push(name);
        break;
      case 'context':
        for (const { variable, logic: entry } of logic.entries) {
          if (variable !== undefined) names.push(variable.name);
          ofLogic(entry);
        }
        break;
      case 'relation':
        names.push(...logic.columns);
        for (const cell of logic.rows.flat()) ofLogic(cell);
        break;
      case 'list':
        for (const item of logic.items) ofLogic(item);
        break;
      case 'invocation':
        for (const { logic: entry } of logic.bindings) ofLogic(entry);
        break;
      case 'function':
        ofLogic(logic.logic);
        break;
      case 'conditional':
        for (const part of [logic.condition, logic.whenTrue, logic.whenFalse]) ofLogic(part);
        break;
      case 'filter':
        for (const part of [logic.list, logic.match]) ofLogic(part);
        break;
      case 'for':
      case 'some':
      case 'every':
        for (const part of [logic.list, logic.body]) ofLogic(part);
        break;
      default:
    }
  };
  for (const item of model.types) for (const component of item.components) ofItem(component);
  for (const element of model.elements) {
    names.push(element.variable.name);
    if (element.kind === 'decision' || element.kind === 'knowledge') ofLogic(element.logic);
  }
  for (const { name } of model.imports) names.push(name);
  return names.filter((name) => name !== '');
}
