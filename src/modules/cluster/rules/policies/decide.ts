import { Problem } from '#kernel/problem';
import {
  compileModels,
  type Decisions,
  DmnError,
  type Model,
  readModel,
  type TableTrace,
  usesOf,
} from '#standards/dmn';
import {
  type FeelDateTime,
  FeelLimitError,
  formatNum,
  formatValue,
  isNum,
  parseDateTime,
  parseNum,
  type Value,
} from '#standards/feel';
import type {
  Answers,
  AnswerValue,
  ClauseDecision,
  ClauseModel,
  DecisionTrace,
  Eligibility,
  MoneySpan,
  Variable,
} from '../../model/policies.ts';
import { representatives } from './feel.ts';

/**
 * What a decision model says of answers. What has no answer is tried with a value of each kind that the model can tell apart; where that is not
 * known, because a number is reckoned with or there are too many ways, the model says nothing yet.
 */
interface Decided {
  /** Of a clause whose model decides who is eligible. */
  eligible: Eligibility;
  /** Fen; undefined where the model names no amount, or none that money can be. */
  amount: MoneySpan | undefined;
  /** Tables that were asked, with the rules that matched; where everything is answered. */
  tables: DecisionTrace[];
}
export interface CompiledDecision {
  /** Names of the vocabulary that it asks for. */
  names: readonly string[];
  /** Numbers, in yuan or in their unit, with which each name is compared. */
  literals: ReadonlyMap<string, readonly number[]>;
  decide(answers: Answers): Decided;
}

const MOST_WAYS = 256;
const STEPS = 20_000;
/** Of all ways of one question together. */
const MOST_STEPS = 200_000;
const MOST_KEPT = 2_000;
/** A model that asks the clock is refused: what it would say there does not matter. */
const NO_TIME = parseDateTime('1970-01-01T00:00:00Z') as FeelDateTime;

export function modelKey({ model, version }: Pick<ClauseDecision, 'model' | 'version'>): string {
  return `${model}@${version}`;
}

/**
 * @param amount the decision that names the amount
 * @throws Problem `invalid` where the model cannot be asked: it is not there, has faults, asks the clock, or names what the vocabulary has not
 */
export function compileDecision(
  decision: ClauseDecision,
  amount: string | undefined,
  models: Readonly<Record<string, ClauseModel>> | undefined,
  vocabulary: ReadonlyMap<string, Variable>,
): CompiledDecision {
  const model = models?.[modelKey(decision)];
  if (model === undefined)
    throw new Problem('invalid', 'there is no such version of the decision model', { ...decision });
  if (decision.eligible === undefined && amount === undefined)
    throw new Problem('invalid', 'a clause says which decision of the model it takes');
  const ready = compiled(model);
  const [who, what] = [decision.eligible, amount].map((name) =>
    name === undefined ? undefined : partOf(ready, name, vocabulary),
  );
  const parts = [who, what].filter((part) => part !== undefined);
  const names = [...new Set(parts.flatMap((part) => part.variables.map(({ name }) => name)))];
  const found = new Map<string, Decided>();
  return {
    names,
    literals: new Map(names.map((name) => [name, parts.flatMap((part) => part.literals.get(name) ?? [])])),
    decide(answers) {
      const key = JSON.stringify(names.map((name) => answers[name] ?? null));
      const known = found.get(key);
      if (known !== undefined) return known;
      const asked = { who: who && ask(who, answers), what: what && ask(what, answers) };
      const decided: Decided = {
        eligible: verdictOf(asked.who?.values),
        amount: what === undefined ? undefined : spanOf(asked.what?.values),
        tables: tracesOf(decision, [...(asked.who?.tables ?? []), ...(asked.what?.tables ?? [])]),
      };
      if (found.size >= MOST_KEPT) found.clear();
      found.set(key, decided);
      return decided;
    },
  };
}

interface Compiled {
  model: Model;
  decisions: Decisions;
}

const kept = new Map<string, Compiled>();
const MOST_MODELS = 50;

/** Read and compiled once for each content. */
function compiled({ content, hash, name }: ClauseModel): Compiled {
  const known = kept.get(hash);
  if (known !== undefined) return known;
  try {
    const model = readModel(content);
    const made = { model, decisions: compileModels([model]) };
    const [fault] = made.decisions.faults;
    if (fault !== undefined)
      throw new Problem('invalid', 'the decision model has an expression that cannot be read', { ...fault });
    if (kept.size >= MOST_MODELS) kept.clear();
    kept.set(hash, made);
    return made;
  } catch (error) {
    if (!(error instanceof DmnError)) throw error;
    throw new Problem('invalid', 'the decision model cannot be used', { name, because: error.message });
  }
}

/** One decision of a model, with what it hangs on. */
interface Part {
  decision: string;
  decisions: Decisions;
  variables: readonly Variable[];
  literals: ReadonlyMap<string, readonly number[]>;
  /** A value of each kind; undefined where kinds are not known. */
  kinds: ReadonlyMap<string, readonly AnswerValue[] | undefined>;
}

function partOf({ model, decisions }: Compiled, decision: string, vocabulary: ReadonlyMap<string, Variable>): Part {
  const nodes = new Map(decisions.describe().nodes.map((node) => [node.key, node]));
  const asked = [...nodes.values()].find(({ kind, name }) => kind === 'decision' && name === decision);
  if (asked === undefined) throw new Problem('invalid', 'the model has no such decision', { name: decision });
  const seen = new Set<string>();
  const go = (key: string): void => {
    if (seen.has(key)) return;
    seen.add(key);
    nodes.get(key)!.needs.forEach(go);
  };
  go(asked.key);
  const { comparedWith, asksClock } = usesOf(model, new Set([...seen].map((key) => key.slice(key.indexOf('#') + 1))));
  if (asksClock)
    throw new Problem('invalid', 'a clause’s decision does not ask for the time: its days are those of the version');
  const inputs = [...seen].map((key) => nodes.get(key)!).filter(({ kind }) => kind === 'input');
  const variables = inputs.map(({ name }) => {
    const variable = vocabulary.get(name);
    if (variable === undefined) throw new Problem('invalid', 'the vocabulary has no such name', { name });
    return variable;
  });
  return {
    decision,
    decisions,
    variables,
    literals: new Map(variables.map(({ name }) => [name, comparedWith.get(name) ?? []])),
    kinds: new Map(
      variables.map((variable) => {
        const literals = comparedWith.get(variable.name);
        const isCounted = variable.type === 'flag' || variable.type === 'code';
        return [
          variable.name,
          isCounted || literals !== undefined ? representatives(variable, literals ?? []) : undefined,
        ];
      }),
    ),
  };
}

interface Asked {
  /** What the decision comes to for every way to answer what is open. */
  values: readonly Value[];
  tables: readonly TableTrace[];
}

/** Undefined where what is open cannot be tried, or the model takes too many steps. */
function ask({ decision, decisions, variables, kinds }: Part, answers: Answers): Asked | undefined {
  const open = variables.filter(({ name }) => answers[name] === undefined);
  const ways = open.reduce((product, { name }) => product * (kinds.get(name)?.length ?? Number.POSITIVE_INFINITY), 1);
  if (!(ways <= MOST_WAYS)) return undefined;
  const values: Value[] = [];
  let tables: readonly TableTrace[] = [];
  let left = MOST_STEPS;
  const tried: Record<string, AnswerValue | undefined> = { ...answers };
  const go = (at: number): void => {
    const next = open[at];
    if (next !== undefined) {
      for (const value of kinds.get(next.name)!) {
        tried[next.name] = value;
        go(at + 1);
      }
      return;
    }
    const outcome = decisions.evaluate({
      inputs: Object.fromEntries(variables.map((variable) => [variable.name, told(variable, tried[variable.name]!)])),
      results: [decision],
      now: NO_TIME,
      steps: Math.min(STEPS, left),
    });
    left -= outcome.steps;
    values.push(outcome.results.get(decision)!);
    if (open.length === 0) tables = outcome.tables;
  };
  try {
    go(0);
  } catch (error) {
    if (error instanceof FeelLimitError) return undefined;
    throw error;
  }
  return { values, tables };
}

/** Exact: yuan with their fen as a decimal, not as a binary fraction. */
function told({ type }: Variable, value: AnswerValue): unknown {
  if (type !== 'money') return value;
  const fen = BigInt(value as number);
  return parseNum(`${fen / 100n}.${String(fen % 100n).padStart(2, '0')}`);
}

/** What all ways say alike; a result that is no boolean decides nothing. */
function verdictOf(values: readonly Value[] = []): Eligibility {
  const [first] = values;
  if (typeof first !== 'boolean' || values.some((value) => value !== first)) return 'unknown';
  return first ? 'yes' : 'no';
}

function spanOf(values: readonly Value[] = []): MoneySpan {
  const amounts = values.map(fenOf);
  const known = amounts.filter((fen) => fen !== undefined);
  if (known.length === 0 || known.length < amounts.length) return { least: 0, most: null };
  return { least: Math.min(...known), most: Math.max(...known) };
}

/** Yuan in fen, parts of a fen dropped; undefined for what no amount can be. */
function fenOf(value: Value): number | undefined {
  if (!isNum(value)) return undefined;
  const [whole = '', parts = ''] = formatNum(value).split('.');
  const fen = Number(`${whole}${parts.slice(0, 2).padEnd(2, '0')}`);
  return Number.isSafeInteger(fen) && !whole.startsWith('-') ? fen : undefined;
}

/** Each table once, though both decisions ask it. */
function tracesOf({ model, version }: ClauseDecision, tables: readonly TableTrace[]): DecisionTrace[] {
  const traces = tables.map(({ element, inputs, matched }) => ({
    model,
    version,
    table: element,
    matched: [...matched],
    inputs: inputs.map((value) => formatValue(value)),
  }));
  return [...new Map(traces.map((trace) => [JSON.stringify(trace), trace])).values()];
}
