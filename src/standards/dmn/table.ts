/** Decision tables (DMN 1.5, chapter 8). */
import {
  areEqual,
  calculate,
  compareValues,
  compileUnaryTests,
  convert,
  FeelSyntaxError,
  note,
  type Tests,
  type Type,
  type Value,
} from '#standards/feel';
import { compileText, type Place, type Ready, type Scope } from './logic.ts';
import type { Table, TableInput, TableOutput } from './model.ts';
import type { Evaluation } from './trace.ts';

interface ReadyInput {
  readonly run: Ready;
  readonly type: Type;
  readonly allows: Tests | undefined;
  readonly label: string;
}

interface ReadyOutput {
  readonly name: string;
  readonly type: Type;
  readonly values: Tests | undefined;
  readonly otherwise: Ready | undefined;
}

interface ReadyRule {
  /** Undefined: the dash. */
  readonly tests: readonly (Tests | undefined)[];
  readonly outputs: readonly Ready[];
}

export function compileTable(table: Table, scope: Scope, place: Place, line: number): Ready {
  const inputs = table.inputs.map((input) => compileInput(input, scope, place, line));
  const outputs = table.outputs.map((output) => compileOutput(output, scope, place, line));
  const rules = table.rules.map(
    (rule): ReadyRule => ({
      tests: rule.inputs.map((text) =>
        text === '-' || text === '' ? undefined : compileTests(text, scope, place, rule.line),
      ),
      outputs: rule.outputs.map((text) => compileText(text, scope, place, rule.line)),
    }),
  );
  return (values, evaluation) => {
    const given = inputs.map((input) => inputValue(input, values, evaluation));
    const told = given.map((value) => (value === REFUSED ? null : value));
    const matched = given.includes(REFUSED)
      ? []
      : matching(rules, told, values, evaluation, table.hitPolicy === 'FIRST');
    const result = given.includes(REFUSED) ? null : decide(table, matched, { rules, outputs }, values, evaluation);
    evaluation.addTable({ element: place.element, inputs: told, matched, result });
    return result;
  };
}

const REFUSED = Symbol('refused');

function inputValue(input: ReadyInput, values: readonly Value[], evaluation: Evaluation): Value | typeof REFUSED {
  const value = convert(input.run(values, evaluation), input.type);
  if (value === undefined) {
    note(evaluation, 'does-not-conform', undefined, { name: input.label });
    return REFUSED;
  }
  if (input.allows !== undefined && !input.allows.run([value, ...values], evaluation)) {
    note(evaluation, 'not-allowed', undefined, { name: input.label });
    return REFUSED;
  }
  return value;
}

function compileInput(input: TableInput, scope: Scope, place: Place, line: number): ReadyInput {
  return {
    run: compileText(input.text, scope, place, line),
    type: place.typeOf(input.typeRef, line),
    allows:
      input.values === undefined || input.values === '' ? undefined : compileTests(input.values, scope, place, line),
    label: input.label ?? input.text,
  };
}

function compileOutput(output: TableOutput, scope: Scope, place: Place, line: number): ReadyOutput {
  return {
    name: output.name ?? '',
    type: place.typeOf(output.typeRef, line),
    values:
      output.values === undefined || output.values === '' ? undefined : compileTests(output.values, scope, place, line),
    otherwise:
      output.otherwise === undefined || output.otherwise === ''
        ? undefined
        : compileText(output.otherwise, scope, place, line),
  };
}

function compileTests(text: string, scope: Scope, place: Place, line: number): Tests {
  try {
    const { properties, types } = place;
    const tests = compileUnaryTests(text, { names: ['?', ...scope.names], properties, types });
    for (const name of tests.unknown) {
      place.fault({ line, kind: 'unknown-name', text, message: `nothing is called "${name}" here` });
    }
    return tests;
  } catch (error) {
    if (!(error instanceof FeelSyntaxError)) throw error;
    place.fault({ line, kind: 'syntax', text, at: error.at, message: error.message });
    const never = (_: readonly Value[], evaluation: { notes: unknown }) => {
      note(evaluation as Evaluation, 'invalid-expression', error.at);
      return false;
    };
    return { unknown: [], run: never, place: () => undefined };
  }
}

function matching(
  rules: readonly ReadyRule[],
  given: readonly Value[],
  values: readonly Value[],
  evaluation: Evaluation,
  onlyFirst: boolean,
): number[] {
  const matched: number[] = [];
  // One array for each input, not one for each cell.
  const seen = given.map((value) => [value, ...values]);
  for (const [index, { tests }] of rules.entries()) {
    evaluation.fuel -= tests.length;
    if (!tests.every((test, at) => test === undefined || test.run(seen[at] as Value[], evaluation))) continue;
    matched.push(index);
    if (onlyFirst) break;
  }
  return matched;
}

interface Parts {
  readonly rules: readonly ReadyRule[];
  readonly outputs: readonly ReadyOutput[];
}

type Result = readonly Value[];

function decide(
  table: Table,
  matched: readonly number[],
  parts: Parts,
  values: readonly Value[],
  evaluation: Evaluation,
): Value {
  const { outputs, rules } = parts;
  if (matched.length === 0) return withoutMatch(table, outputs, values, evaluation);
  const results = matched.map(
    (index): Result =>
      (rules[index]?.outputs ?? []).map((output, at) =>
        checked(outputs[at] as ReadyOutput, output(values, evaluation), evaluation),
      ),
  );
  const one = (result: Result | undefined): Value => (result === undefined ? null : boxed(outputs, result));
  switch (table.hitPolicy) {
    case 'UNIQUE':
      return results.length === 1 ? one(results[0]) : violated(evaluation, table, matched);
    case 'ANY':
      return results.every((result) => areEqual(result, results[0] as Result) === true)
        ? one(results[0])
        : violated(evaluation, table, matched);
    case 'FIRST':
      return one(results[0]);
    case 'PRIORITY':
      return one(byPriority(results, outputs, evaluation)[0]);
    case 'OUTPUT ORDER':
      return byPriority(results, outputs, evaluation).map((result) => boxed(outputs, result));
    case 'RULE ORDER':
      return results.map((result) => boxed(outputs, result));
    case 'COLLECT':
      return aggregated(table, results, outputs, evaluation);
  }
}

function violated(evaluation: Evaluation, { hitPolicy }: Table, matched: readonly number[]): null {
  return note(evaluation, 'hit-policy-violated', undefined, {
    policy: hitPolicy,
    rules: matched.map((index) => index + 1).join(', '),
  });
}

function withoutMatch(
  table: Table,
  outputs: readonly ReadyOutput[],
  values: readonly Value[],
  evaluation: Evaluation,
): Value {
  if (!outputs.some((output) => output.otherwise !== undefined)) {
    // All rules that match are none of them: nothing is unknown about that.
    if (yieldsList(table)) return [];
    return table.aggregation === 'COUNT' ? 0 : note(evaluation, 'no-rule-matches');
  }
  const result = outputs.map((output) => output.otherwise?.(values, evaluation) ?? null);
  const value = boxed(outputs, result);
  return yieldsList(table) ? [value] : value;
}

function yieldsList({ hitPolicy, aggregation }: Table): boolean {
  return (
    hitPolicy === 'RULE ORDER' || hitPolicy === 'OUTPUT ORDER' || (hitPolicy === 'COLLECT' && aggregation === undefined)
  );
}

function checked(output: ReadyOutput, found: Value, evaluation: Evaluation): Value {
  const value = convert(found, output.type);
  if (value === undefined) return note(evaluation, 'does-not-conform', undefined, { name: output.name });
  if (output.values !== undefined && value !== null && !output.values.run([value], evaluation)) {
    return note(evaluation, 'not-allowed', undefined, { name: output.name });
  }
  return value;
}

function boxed(outputs: readonly ReadyOutput[], result: Result): Value {
  if (outputs.length === 1) return result[0] ?? null;
  return new Map(outputs.map(({ name }, index) => [name, result[index] ?? null]));
}

/** The earlier an output's allowed values name a value, the higher it is; the first output counts most. */
function byPriority(results: readonly Result[], outputs: readonly ReadyOutput[], evaluation: Evaluation): Result[] {
  const ranked = results.map((result) => ({
    result,
    ranks: outputs.map(
      ({ values }, index) => values?.place([result[index] ?? null], evaluation) ?? Number.MAX_SAFE_INTEGER,
    ),
  }));
  ranked.sort((a, b) => {
    const at = a.ranks.findIndex((rank, index) => rank !== b.ranks[index]);
    return at < 0 ? 0 : (a.ranks[at] as number) - (b.ranks[at] as number);
  });
  return ranked.map(({ result }) => result);
}

function aggregated(
  table: Table,
  results: readonly Result[],
  outputs: readonly ReadyOutput[],
  evaluation: Evaluation,
): Value {
  const { aggregation } = table;
  if (aggregation === undefined) return results.map((result) => boxed(outputs, result));
  if (aggregation === 'COUNT') return results.length;
  const sums = outputs.map((_, index) =>
    folded(
      results.map((result) => result[index] ?? null),
      aggregation,
    ),
  );
  if (sums.some((sum) => sum === undefined)) return note(evaluation, 'not-comparable');
  return boxed(outputs, sums as Value[]);
}

function folded(values: readonly Value[], aggregation: 'SUM' | 'MIN' | 'MAX'): Value | undefined {
  return values.reduce<Value | undefined>((sum, value, index) => {
    if (index === 0) return value;
    if (sum === undefined) return undefined;
    if (aggregation === 'SUM') return calculate('+', sum, value);
    const order = compareValues(value, sum);
    if (order === undefined) return undefined;
    return (aggregation === 'MIN') === order < 0 ? value : sum;
  }, undefined);
}
