/**
 * How a model uses its inputs, read from its expressions alone: which numbers an input is compared with. Between two of those numbers that are
 * next to each other every value decides alike, so that an answer that is not there can be tried with one value of each kind.
 */
import { FeelSyntaxError, isNum, type Node, readExpression, readUnaryTests, toNumber } from '#standards/feel';
import type { Logic, Model, Table } from './model.ts';

export interface Uses {
  /** By the variable's name of each input: the numbers that it is compared with; undefined where it is used in another way, too. */
  readonly comparedWith: ReadonlyMap<string, readonly number[] | undefined>;
  readonly asksClock: boolean;
}

const CLOCK = ['now', 'today'];

/**
 * What cannot be read, or is a name's use that is not understood, counts as used in another way.
 *
 * @param within ids of the elements whose expressions are asked
 */
export function usesOf(model: Model, within: ReadonlySet<string>): Uses {
  const inputs = model.elements.filter(({ kind }) => kind === 'input');
  const reading = new Reading(model);
  for (const element of model.elements) {
    if (!within.has(element.id)) continue;
    if (element.kind === 'decision' || element.kind === 'knowledge') reading.logic(element.logic);
  }
  // Allowed values decide, too: only a plain number has none.
  for (const { variable } of inputs) if (variable.typeRef !== 'number') reading.otherwise(variable.name);
  return {
    comparedWith: new Map(inputs.map(({ variable: { name } }) => [name, reading.comparedWith(name)])),
    asksClock: reading.asksClock,
  };
}

class Reading {
  asksClock = false;
  readonly #literals = new Map<string, Set<number>>();
  readonly #otherwise = new Set<string>();
  readonly #names: readonly string[];

  constructor(model: Model) {
    this.#names = model.elements.map(({ variable }) => variable.name);
  }

  comparedWith(name: string): readonly number[] | undefined {
    return this.#otherwise.has(name) ? undefined : [...(this.#literals.get(name) ?? [])];
  }

  otherwise(name: string): void {
    this.#otherwise.add(name);
  }

  logic(logic: Logic | undefined): void {
    if (logic?.kind === 'literal') this.#text(logic.text);
    else if (logic?.kind === 'table') this.#table(logic);
    else if (logic !== undefined) for (const part of partsOf(logic)) this.logic(part);
  }

  #table({ inputs, outputs, rules }: Table): void {
    inputs.forEach(({ text, values }, column) => {
      const subject = this.#parsed(text);
      const name = subject?.kind === 'name' ? subject.name : undefined;
      if (subject !== undefined && name === undefined) this.#walk(subject);
      const cells = [...(values === undefined ? [] : [values]), ...rules.map((rule) => rule.inputs[column] ?? '')];
      for (const cell of cells) this.#cell(name, cell);
    });
    for (const { otherwise } of outputs) if (otherwise !== undefined) this.#text(otherwise);
    for (const cell of rules.flatMap((rule) => rule.outputs)) this.#text(cell);
  }

  #cell(subject: string | undefined, text: string): void {
    if (text.trim() === '') return;
    try {
      const { tests = [] } = readUnaryTests(text, { names: this.#names });
      for (const { value, asks } of tests) {
        if (subject !== undefined && (asks || !this.#compare(subject, value))) this.otherwise(subject);
        this.#walk(value);
      }
    } catch (error) {
      this.#unread(error);
    }
  }

  #text(text: string): void {
    const node = this.#parsed(text);
    if (node !== undefined) this.#walk(node);
  }

  #parsed(text: string): Node | undefined {
    if (text.trim() === '') return undefined;
    try {
      return readExpression(text, { names: this.#names });
    } catch (error) {
      this.#unread(error);
      return undefined;
    }
  }

  /** A text that this reading cannot read may speak of anything. */
  #unread(error: unknown): void {
    if (!(error instanceof FeelSyntaxError)) throw error;
    for (const name of this.#names) this.otherwise(name);
  }

  /** Whether all that the name is compared with are literals; they are noted. */
  #compare(name: string, with_: Node): boolean {
    switch (with_.kind) {
      case 'literal':
        if (isNum(with_.value))
          this.#literals.set(name, (this.#literals.get(name) ?? new Set()).add(toNumber(with_.value)));
        return true;
      case 'negation':
        return with_.of.kind === 'literal';
      case 'list':
        return with_.items.every((item) => this.#compare(name, item));
      case 'range':
        return [with_.start, with_.end].every((end) => end === undefined || this.#compare(name, end));
      default:
        return false;
    }
  }

  #walk(node: Node): void {
    if (node.kind === 'comparison') {
      const [subject, other] = node.left.kind === 'name' ? [node.left, node.right] : [node.right, node.left];
      this.#compared(subject, [other]);
    } else if (node.kind === 'between') this.#compared(node.value, [node.low, node.high]);
    else if (node.kind === 'in' && node.tests.every(({ asks }) => !asks))
      this.#compared(
        node.value,
        node.tests.map(({ value }) => value),
      );
    else if (node.kind === 'name') {
      if (CLOCK.includes(node.name)) this.asksClock = true;
      this.otherwise(node.name);
    } else this.#inside(node);
  }

  #compared(subject: Node, others: readonly Node[]): void {
    const isPlain = subject.kind === 'name' && others.map((other) => this.#compare(subject.name, other)).every(Boolean);
    if (!isPlain) this.#walk(subject);
    for (const other of others) this.#walk(other);
  }

  /** Every part of a node that is a node itself, whatever the node is. */
  #inside(node: unknown): void {
    if (Array.isArray(node)) {
      for (const part of node) this.#part(part);
    } else if (typeof node === 'object' && node !== null) for (const part of Object.values(node)) this.#part(part);
  }

  #part(part: unknown): void {
    if (typeof part !== 'object' || part === null) return;
    if ('kind' in part && 'at' in part) this.#walk(part as Node);
    else this.#inside(part);
  }
}

/** The boxed expressions directly within one that is neither text nor table. */
function partsOf(logic: Exclude<Logic, { kind: 'literal' | 'table' }>): readonly (Logic | undefined)[] {
  switch (logic.kind) {
    case 'context':
      return logic.entries.map((entry) => entry.logic);
    case 'list':
      return logic.items;
    case 'relation':
      return logic.rows.flat();
    case 'invocation':
      return [logic.callee, ...logic.bindings.map((binding) => binding.logic)];
    case 'function':
      return [logic.logic];
    case 'conditional':
      return [logic.condition, logic.whenTrue, logic.whenFalse];
    case 'filter':
      return [logic.list, logic.match];
    default:
      return [logic.list, logic.body];
  }
}
