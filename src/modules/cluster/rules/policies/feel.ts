import { parser } from 'lezer-feel';
import { Problem } from '#kernel/problem';
import type { Answers, AnswerValue, Eligibility, Variable } from '../../model/policies.ts';

/**
 * Conditions are FEEL, read by its own grammar, evaluated by Kleene's three values. FEEL itself takes null for a value: `a = 3` is false and
 * `a != 3` true where a is null, so that "not answered" would pass for "no". Here what has no answer is unknown, and it stays so until
 * every answer that could be given decides alike.
 */
export interface Condition {
  text: string;
  names: readonly string[];
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

interface Node {
  name: string;
  from: number;
  to: number;
  children: Node[];
}

const EXPRESSION = parser.configure({ top: 'Expression' });
const LONGEST = 2_000;
const DEEPEST = 40;
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

/** The literals that a name is compared with in a text that compiles. */
export function literalsOf(text: string, vocabulary: ReadonlyMap<string, Variable>): Map<string, AnswerValue[]> {
  const reading: Reading = { text, vocabulary, uses: new Map() };
  logic(tree(text), reading);
  return new Map(
    [...reading.uses].map(([name, uses]) => [name, uses.filter((use) => use !== 'otherwise').flat() as AnswerValue[]]),
  );
}

function tree(text: string): Node {
  if (text.length > LONGEST) throw new Problem('invalid', 'a condition is too long', { most: LONGEST });
  const stack: Node[] = [];
  let root: Node | undefined;
  let depth = 0;
  EXPRESSION.parse(text).iterate({
    enter({ name, from, to, type }) {
      if (type.isError) throw new Problem('invalid', 'a condition is no FEEL', { at: from, text });
      depth += 1;
      if (depth > DEEPEST) throw new Problem('invalid', 'a condition is nested too deeply', { most: DEEPEST });
      const node = { name, from, to, children: [] };
      stack.at(-1)?.children.push(node);
      root ??= node;
      stack.push(node);
    },
    leave() {
      stack.pop();
      depth -= 1;
    },
  });
  const [only, ...more] = meaning(root!.children);
  if (only === undefined || more.length > 0) throw new Problem('invalid', 'a condition is no FEEL', { at: 0, text });
  return only;
}

/** Without brackets, commas and keywords. */
function meaning(children: readonly Node[]): Node[] {
  return children.filter(({ name }) => /^[A-Z]|^null$/.test(name));
}

function words({ from, to }: Node, { text }: Reading): string {
  return text.slice(from, to);
}

function refuse(node: Node, reading: Reading): never {
  throw new Problem('invalid', 'a condition uses what conditions may not: names, literals, comparisons, and, or, not', {
    at: node.from,
    text: words(node, reading),
  });
}

function logic(node: Node, reading: Reading): Test {
  const parts = meaning(node.children);
  const [first, second] = parts;
  if (node.name === 'ParenthesizedExpression' && first !== undefined) return logic(first, reading);
  if (node.name === 'BooleanLiteral') {
    const value = words(node, reading) === 'true';
    return () => value;
  }
  if ((node.name === 'Conjunction' || node.name === 'Disjunction') && first !== undefined && second !== undefined) {
    const [left, right] = [logic(first, reading), logic(second, reading)];
    const ends = node.name === 'Disjunction';
    return (answers) => {
      const one = left(answers);
      if (one === ends) return ends;
      const other = right(answers);
      if (other === ends) return ends;
      return one === undefined || other === undefined ? undefined : !ends;
    };
  }
  if (node.name === 'FunctionInvocation') return negation(node, reading);
  if (node.name === 'Comparison') return comparison(node, parts, reading);
  if (node.name === 'VariableName') {
    const variable = known(node, reading);
    if (variable.type !== 'flag') refuse(node, reading);
    use(variable.name, [true], reading);
    return (answers) => answers[variable.name] as boolean | undefined;
  }
  return refuse(node, reading);
}

function negation(node: Node, reading: Reading): Test {
  const [name, given] = meaning(node.children);
  const inner = given === undefined ? [] : meaning(given.children);
  if (name === undefined || words(name, reading) !== 'not' || inner.length !== 1) return refuse(node, reading);
  const test = logic(inner[0]!, reading);
  return (answers) => {
    const value = test(answers);
    return value === undefined ? undefined : !value;
  };
}

function comparison(node: Node, parts: readonly Node[], reading: Reading): Test {
  const [subject, ...rest] = parts;
  if (subject === undefined) return refuse(node, reading);
  const keyword = node.children.find(({ name }) => name === 'in' || name === 'between')?.name;
  if (keyword === 'between' && rest.length === 2) return within(subject, { from: rest[0]!, to: rest[1]! }, reading);
  if (keyword === 'in') return membership(subject, rest, reading);
  const [sign, object] = rest;
  if (sign?.name !== 'CompareOp' || object === undefined) return refuse(node, reading);
  const compare = COMPARES[words(sign, reading)];
  if (compare === undefined) return refuse(sign, reading);
  const [left, right] = pair(subject, object, reading, !/^!?=$/.test(words(sign, reading)));
  return (answers) => {
    const one = left(answers);
    const other = right(answers);
    return one === undefined || other === undefined ? undefined : compare(one, other);
  };
}

const COMPARES: Readonly<Record<string, (a: AnswerValue, b: AnswerValue) => boolean>> = {
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
  const name = words(subject, reading);
  if (typeof high !== 'number' || typeof low !== 'number') return refuse(range.to, reading);
  if (reading.uses.has(name)) use(name, [high], reading);
  const [fromOpen, toOpen] = range.open ?? [false, false];
  return (answers) => {
    const one = value(answers) as number | undefined;
    if (one === undefined) return undefined;
    return (fromOpen ? one > low : one >= low) && (toOpen ? one < high : one <= high);
  };
}

/** `in ("a", "b")`, `in ["a", "b"]`, `in [1..5)`, `in < 5` is not. */
function membership(subject: Node, rest: readonly Node[], reading: Reading): Test {
  const found: Node[] = [];
  const gather = (node: Node): void => {
    if (node.name === 'Interval' || isLiteral(node)) found.push(node);
    else if (/^(Positive|Simple|List|Parenthesized)/.test(node.name)) meaning(node.children).forEach(gather);
    else refuse(node, reading);
  };
  rest.forEach(gather);
  const [range] = found;
  if (range?.name === 'Interval' && found.length === 1) {
    const [from, to] = meaning(range.children);
    if (from === undefined || to === undefined) return refuse(range, reading);
    const text = words(range, reading);
    return within(subject, { from, to, open: [!text.startsWith('['), !text.endsWith(']')] }, reading);
  }
  if (found.length === 0 || found.some(({ name }) => name === 'Interval')) return refuse(rest[0] ?? subject, reading);
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
  if (isLiteral(left) && !isLiteral(right)) {
    const [one, other] = pair(right, left, reading, isOrdered);
    return [other, one];
  }
  const variable = known(left, reading);
  if (isOrdered && variable.type !== 'number' && variable.type !== 'money') refuse(left, reading);
  if (isLiteral(right)) {
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
  const name = words(node, reading);
  const found = node.name === 'VariableName' ? reading.vocabulary.get(name) : refuse(node, reading);
  if (found === undefined) throw new Problem('invalid', 'the vocabulary has no such name', { name });
  return found;
}

function isLiteral({ name }: Node): boolean {
  return name === 'NumericLiteral' || name === 'StringLiteral' || name === 'BooleanLiteral';
}

function literal(node: Node, reading: Reading): AnswerValue {
  const text = words(node, reading);
  if (node.name === 'NumericLiteral') return Number(text);
  if (node.name === 'BooleanLiteral') return text === 'true';
  // Codes need no escapes.
  if (node.name === 'StringLiteral' && !text.includes('\\')) return text.slice(1, -1);
  return refuse(node, reading);
}

/** A typing error in a code would make a clause that nobody can meet. */
function mustFit(variable: Variable, value: AnswerValue, node: Node, reading: Reading): void {
  if (isAnswer(variable, value)) return;
  throw new Problem('invalid', 'a condition compares a name with what it can never be', {
    name: variable.name,
    value,
    at: node.from,
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
