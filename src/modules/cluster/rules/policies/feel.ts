import { Problem } from '#kernel/problem';
import {
  type Comparison,
  FeelSyntaxError,
  isNum,
  type Node,
  parseExpression,
  toNumber,
  type Test as UnaryTest,
} from '#standards/feel';
import type { Answers, AnswerValue, Eligibility, Variable } from '../../model/policies.ts';

/**
 * Conditions are FEEL, read as such and evaluated by Kleene's three values. FEEL itself takes null for a value: `a = 3` is false and
 * `a != 3` true where a is null, so that "not answered" would pass for "no". Here what has no answer is unknown, and it stays so until
 * every answer that could be given decides alike.
 */
export interface Condition {
  text: string;
  names: readonly string[];
  /** The literals that each name is compared with. */
  literals: ReadonlyMap<string, readonly AnswerValue[]>;
  test(answers: Answers): Eligibility;
}

type Value = AnswerValue | undefined;
type Test = (answers: Answers) => boolean | undefined;
type Term = (answers: Answers) => Value;
interface Reading {
  text: string;
  vocabulary: ReadonlyMap<string, Variable>;
  /** Every place at which a name stands. */
  uses: Map<string, Use[]>;
}
/** Compared with these literals, or used in another way. */
type Use = readonly AnswerValue[] | 'otherwise';

const LONGEST = 2_000;
const MOST_SPLITS = 256;
const FEN = 100;

/** @throws Problem `invalid` where it is no FEEL, beyond what conditions may use, or speaks of what the vocabulary has not */
export function compileCondition(text: string, vocabulary: ReadonlyMap<string, Variable>): Condition {
  const reading: Reading = { text, vocabulary, uses: new Map() };
  const test = logic(tree(text), reading);
  const repeated = [...reading.uses].filter(([, uses]) => uses.length > 1 && uses.every((use) => use !== 'otherwise'));
  const splits = repeated.map(([name, uses]) => ({
    name,
    values: representatives(vocabulary.get(name)!, uses.flat() as AnswerValue[]),
  }));
  return {
    text,
    names: [...reading.uses.keys()],
    literals: new Map(
      [...reading.uses].map(([name, uses]) => [
        name,
        uses.filter((use) => use !== 'otherwise').flat() as AnswerValue[],
      ]),
    ),
    test: (answers) => told(test(answers) ?? decideByCases(test, answers, splits)),
  };
}

function told(value: boolean | undefined): Eligibility {
  return value === undefined ? 'unknown' : value ? 'yes' : 'no';
}

/** `a or not(a)` holds whatever a is: names that stand more than once are tried with a value of each kind. */
function decideByCases(
  test: Test,
  answers: Answers,
  splits: readonly { name: string; values: AnswerValue[] }[],
): boolean | undefined {
  const open = splits.filter(({ name }) => answers[name] === undefined);
  if (open.length === 0 || open.reduce((product, { values }) => product * values.length, 1) > MOST_SPLITS)
    return undefined;
  const tried: Record<string, Value> = { ...answers };
  const go = (at: number): boolean | undefined => {
    const split = open[at];
    if (split === undefined) return test(tried);
    const found = new Set<boolean | undefined>();
    for (const value of split.values) {
      tried[split.name] = value;
      found.add(go(at + 1));
      if (found.size > 1 || found.has(undefined)) return undefined;
    }
    return [...found][0];
  };
  return go(0);
}

/** A value of each kind that comparisons with these literals can tell apart, in the units of the answers. */
export function representatives(variable: Variable, literals: readonly AnswerValue[]): AnswerValue[] {
  if (variable.type === 'flag') return [true, false];
  if (variable.type === 'code') return (variable.options ?? []).map(({ value }) => value);
  const scale = variable.type === 'money' ? FEN : 1;
  const points = [...new Set(literals as number[])].map((point) => point * scale).sort((a, b) => a - b);
  const found = new Set<number>();
  points.forEach((point, at) => {
    const before = points[at - 1];
    const below = before === undefined ? point - 1 : (before + point) / 2;
    found.add(variable.type === 'money' ? Math.floor(below) : below);
    found.add(point);
  });
  found.add((points.at(-1) ?? 0) + 1);
  return [...found].filter((value) => value >= 0);
}

function tree(text: string): Node {
  if (text.length > LONGEST) throw new Problem('invalid', 'a condition is too long', { most: LONGEST });
  try {
    return parseExpression(text, { names: [] });
  } catch (error) {
    if (!(error instanceof FeelSyntaxError)) throw error;
    throw new Problem('invalid', 'a condition is no FEEL', { at: error.at, text }, { cause: error });
  }
}

function refuse({ at }: Node, { text }: Reading): never {
  throw new Problem('invalid', 'a condition uses what conditions may not: names, literals, comparisons, and, or, not', {
    at,
    text,
  });
}

function logic(node: Node, reading: Reading): Test {
  switch (node.kind) {
    case 'literal': {
      const { value } = node;
      return typeof value === 'boolean' ? () => value : refuse(node, reading);
    }
    case 'and':
    case 'or': {
      const [left, right] = [logic(node.left, reading), logic(node.right, reading)];
      const ends = node.kind === 'or';
      return (answers) => {
        const one = left(answers);
        if (one === ends) return ends;
        const other = right(answers);
        if (other === ends) return ends;
        return one === undefined || other === undefined ? undefined : !ends;
      };
    }
    case 'call': {
      const [inner, ...more] = node.args;
      if (node.callee.kind !== 'name' || node.callee.name !== 'not' || inner === undefined || more.length > 0)
        return refuse(node, reading);
      const test = logic(inner, reading);
      return (answers) => {
        const value = test(answers);
        return value === undefined ? undefined : !value;
      };
    }
    case 'comparison': {
      const compare = COMPARES[node.op];
      const [left, right] = pair(node.left, node.right, reading, node.op !== '=' && node.op !== '!=');
      return (answers) => {
        const one = left(answers);
        const other = right(answers);
        return one === undefined || other === undefined ? undefined : compare(one, other);
      };
    }
    case 'between':
      return within(node.value, { from: node.low, to: node.high }, reading);
    case 'in':
      return membership(node.value, node.tests, reading);
    case 'name': {
      const variable = known(node, reading);
      if (variable.type !== 'flag') refuse(node, reading);
      use(variable.name, [true], reading);
      return (answers) => answers[variable.name] as boolean | undefined;
    }
    default:
      return refuse(node, reading);
  }
}

const COMPARES: Readonly<Record<Comparison, (a: AnswerValue, b: AnswerValue) => boolean>> = {
  '=': (a, b) => a === b,
  '!=': (a, b) => a !== b,
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
};

function within(subject: Node, range: { from: Node; to: Node; open?: [boolean, boolean] }, reading: Reading): Test {
  const [value] = pair(subject, range.from, reading, true);
  const low = literal(range.from, reading);
  const high = literal(range.to, reading);
  if (typeof high !== 'number' || typeof low !== 'number') return refuse(range.to, reading);
  if (subject.kind === 'name') use(subject.name, [high], reading);
  const [fromOpen, toOpen] = range.open ?? [false, false];
  return (answers) => {
    const one = value(answers) as number | undefined;
    if (one === undefined) return undefined;
    return (fromOpen ? one > low : one >= low) && (toOpen ? one < high : one <= high);
  };
}

/** `in ("a", "b")`, `in ["a", "b"]`, `in [1..5)`, `in < 5` is not. */
function membership(subject: Node, tests: readonly UnaryTest[], reading: Reading): Test {
  const found: Node[] = [];
  const gather = (node: Node): void => {
    if (node.kind === 'range' || node.kind === 'literal') found.push(node);
    else if (node.kind === 'list') node.items.forEach(gather);
    else refuse(node, reading);
  };
  for (const { op, value } of tests) {
    if (op !== undefined) refuse(value, reading);
    gather(value);
  }
  const [range] = found;
  if (range?.kind === 'range' && found.length === 1) {
    const { start, end, startIncluded, endIncluded, op } = range;
    if (start === undefined || end === undefined || op !== undefined) return refuse(range, reading);
    return within(subject, { from: start, to: end, open: [!startIncluded, !endIncluded] }, reading);
  }
  if (found.length === 0 || found.some(({ kind }) => kind === 'range')) return refuse(subject, reading);
  const values = new Set(found.map((node) => literal(node, reading)));
  const variable = known(subject, reading);
  for (const value of values) mustFit(variable, value, subject, reading);
  use(variable.name, [...values], reading);
  const read = term(variable);
  return (answers) => {
    const value = read(answers);
    return value === undefined ? undefined : values.has(value);
  };
}

/** Two sides of a comparison: a name with a literal or with another name of the same type. */
function pair(left: Node, right: Node, reading: Reading, isOrdered: boolean): [Term, Term] {
  if (left.kind === 'literal' && right.kind !== 'literal') {
    const [one, other] = pair(right, left, reading, isOrdered);
    return [other, one];
  }
  const variable = known(left, reading);
  if (isOrdered && variable.type !== 'number' && variable.type !== 'money') refuse(left, reading);
  if (right.kind === 'literal') {
    const value = literal(right, reading);
    mustFit(variable, value, right, reading);
    use(variable.name, [value], reading);
    return [term(variable), () => value];
  }
  const other = known(right, reading);
  if (other.type !== variable.type) refuse(right, reading);
  use(variable.name, 'otherwise', reading);
  use(other.name, 'otherwise', reading);
  return [term(variable), term(other)];
}

function term({ name, type }: Variable): Term {
  if (type !== 'money') return (answers) => answers[name];
  return (answers) => {
    const fen = answers[name];
    return fen === undefined ? undefined : (fen as number) / FEN;
  };
}

function use(name: string, how: Use, { uses }: Reading): void {
  uses.set(name, [...(uses.get(name) ?? []), how]);
}

function known(node: Node, reading: Reading): Variable {
  if (node.kind !== 'name') return refuse(node, reading);
  const found = reading.vocabulary.get(node.name);
  if (found === undefined) throw new Problem('invalid', 'the vocabulary has no such name', { name: node.name });
  return found;
}

function literal(node: Node, reading: Reading): AnswerValue {
  const value = node.kind === 'literal' ? node.value : undefined;
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  return isNum(value) ? toNumber(value) : refuse(node, reading);
}

/** A typing error in a code would make a clause that nobody can meet. */
function mustFit(variable: Variable, value: AnswerValue, node: Node, reading: Reading): void {
  if (isAnswer(variable, value)) return;
  throw new Problem('invalid', 'a condition compares a name with what it can never be', {
    name: variable.name,
    value,
    at: node.at,
    text: reading.text,
  });
}

/** Whether the value can be an answer; amounts and measures are not negative. */
export function isAnswer({ type, options }: Variable, value: unknown): value is AnswerValue {
  if (type === 'flag') return typeof value === 'boolean';
  if (type === 'code') return options?.some((option) => option.value === value) === true;
  if (typeof value !== 'number' || !(value >= 0 && value <= Number.MAX_SAFE_INTEGER)) return false;
  return type === 'number' || Number.isInteger(value);
}
