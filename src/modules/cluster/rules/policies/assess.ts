import { Problem } from '#kernel/problem';
import type {
  AmountRule,
  AnswerChange,
  Answers,
  AnswerValue,
  Cap,
  Clause,
  ClauseFinding,
  Eligibility,
  NextQuestion,
  Policy,
  PolicyTotal,
  PolicyVersion,
  Standing,
  Variable,
} from '../../model/policies.ts';
import { reckon } from './amounts.ts';
import { type CompiledDecision, compileDecision } from './decide.ts';
import { type Condition, compileCondition, representatives } from './feel.ts';

export type Vocabulary = ReadonlyMap<string, Variable>;

/** A clause of a version of a policy, ready to be asked. */
export interface ReadyClause {
  /** `policy/clause`. */
  key: string;
  policy: string;
  version: number;
  clause: Clause;
  condition: Condition | undefined;
  extras: readonly Condition[];
  decision: CompiledDecision | undefined;
  /** What its verdict and its amount hang on. */
  names: readonly string[];
}

export interface StandingClause extends ReadyClause {
  standing: Standing;
  caps: readonly Cap[];
}

/** @throws Problem `invalid` where a clause cannot be asked: unknown names, more than one cap, a condition that is none */
export function readyClause(
  policy: string,
  version: PolicyVersion,
  clause: Clause,
  vocabulary: Vocabulary,
): ReadyClause {
  const amountBy = clause.amount.kind === 'decision' ? clause.amount.decision : undefined;
  if (amountBy !== undefined && clause.decision === undefined)
    throw new Problem('invalid', 'a clause says which decision of the model it takes');
  const decision = clause.decision && compileDecision(clause.decision, amountBy, version.models, vocabulary);
  const condition = conditionOf(clause, decision, vocabulary);
  const extras = (clause.extras ?? []).map(({ when }) => compileCondition(when, vocabulary));
  const amounts = namesOfAmount(clause.amount);
  for (const name of [...amounts, ...clause.evidence])
    if (!vocabulary.has(name)) throw new Problem('invalid', 'the vocabulary has no such name', { name });
  // With one cap each the best total is found group by group, see bestTotal.
  if ((clause.caps?.length ?? 0) > 1)
    throw new Problem('invalid', 'a clause has at most one cap', { clause: clause.id });
  for (const cap of clause.caps ?? [])
    if (!version.caps?.some(({ id }) => id === cap))
      throw new Problem('invalid', 'the version has no such cap', { cap });
  const names = [...new Set([...(condition?.names ?? []), ...extras.flatMap((each) => each.names), ...amounts])];
  return {
    key: `${policy}/${clause.id}`,
    policy,
    version: version.version,
    clause,
    condition,
    extras,
    decision,
    names: decision === undefined ? names : [...new Set([...names, ...decision.names])],
  };
}

/** The clause's FEEL, its model's decision, or both at once. */
function conditionOf(
  { when, decision: named }: Clause,
  decision: CompiledDecision | undefined,
  vocabulary: Vocabulary,
): Condition | undefined {
  const written = when === undefined ? undefined : compileCondition(when, vocabulary);
  if (decision === undefined || named?.eligible === undefined) return written;
  const names = [...new Set([...(written?.names ?? []), ...decision.names])];
  return {
    text: when ?? '',
    names,
    literals: new Map(
      names.map((name) => [name, [...(written?.literals.get(name) ?? []), ...(decision.literals.get(name) ?? [])]]),
    ),
    test(answers) {
      const one = written?.test(answers) ?? 'yes';
      if (one === 'no') return 'no';
      const { eligible } = decision.decide(answers);
      return one === 'yes' || eligible === 'no' ? eligible : 'unknown';
    },
  };
}

function namesOfAmount(rule: AmountRule): string[] {
  if (rule.kind === 'rate' || rule.kind === 'each') return [rule.of];
  return rule.kind === 'tiers' ? [rule.by, ...Object.values(rule.tiers).flatMap(namesOfAmount)] : [];
}

/** The version that holds on a day, else the one that comes next, else the last that held. */
export function versionAt(versions: readonly PolicyVersion[], day: string): PolicyVersion {
  const order = [...versions].sort((a, b) => (a.from ?? '').localeCompare(b.from ?? '') || a.version - b.version);
  return order.findLast(({ from }) => from === undefined || from <= day) ?? order[0]!;
}

/** Whether it holds that day; an end that was not read does not end it, a beginning that was not read does not begin it. */
export function standingOf({ from, to }: Pick<PolicyVersion, 'from' | 'to'>, day: string): Standing {
  if (to !== undefined && to < day) return 'ended';
  if (from === undefined) return 'unstated';
  return from <= day ? 'in-force' : 'not-yet';
}

/** Every clause as it stands on a day, of policies for enterprises or for persons. */
export function clausesAt(
  policies: readonly Policy[],
  day: string,
  ready: (policy: string, version: PolicyVersion) => readonly ReadyClause[],
  applicant: Policy['applicant'] | 'all' = undefined,
): StandingClause[] {
  const asked = applicant === 'all' ? policies : policies.filter((policy) => policy.applicant === applicant);
  return asked.flatMap(({ id, versions }) => {
    const version = versionAt(versions, day);
    const standing = standingOf(version, day);
    return ready(id, version).map((each) => ({ ...each, standing, caps: version.caps ?? [] }));
  });
}

export function assess(ready: StandingClause, answers: Answers, verdict = verdictOf(ready, answers)): ClauseFinding {
  const { policy, version, clause, standing } = ready;
  const asked = verdict === 'unknown' ? (ready.condition?.names ?? []) : [];
  const missing = asked.filter((name) => answers[name] === undefined);
  return {
    policy,
    version,
    clause: clause.id,
    standing,
    verdict,
    missing,
    amount: reckon(clause, answers, ready.extras, ready.decision),
    ...(ready.decision !== undefined && { tables: ready.decision.decide(answers).tables }),
  };
}

export function verdictOf({ condition, clause }: ReadyClause, answers: Answers): Eligibility {
  const verdict = condition?.test(answers) ?? 'unknown';
  return verdict === 'yes' && clause.whenPartial === true ? 'unknown' : verdict;
}

/** Money that is sure: the conditions hold, the version holds, the least of the amount. */
export function certainOf({ verdict, standing, amount }: ClauseFinding): number {
  return verdict === 'yes' && standing === 'in-force' ? amount.least : 0;
}

/** Money that is not excluded; null where nothing bounds it. */
export function possibleOf({ verdict, standing, amount }: ClauseFinding): number | null {
  if (verdict === 'no' || standing === 'ended' || standing === 'not-yet') return 0;
  return amount.most;
}

interface Item {
  key: string;
  cap: string | undefined;
  certain: number;
  possible: number;
}

const MOST_WAYS = 20_000;

/**
 * The most that may lawfully be had of several clauses: one of each exclusive group, and no more than a cap for what it covers.
 * Every choice is tried; groups whose clauses share no cap do not depend on each other.
 */
export function bestTotal(clauses: readonly StandingClause[], findings: readonly ClauseFinding[]): PolicyTotal {
  const groups = new Map<string, Item[]>();
  const caps = new Map<string, number>();
  let isOpen = false;
  findings.forEach((finding, at) => {
    const { key, policy, clause, caps: all } = clauses[at]!;
    const possible = possibleOf(finding);
    if (possible === null && finding.verdict !== 'no') isOpen = true;
    const certain = certainOf(finding);
    if (certain === 0 && (possible ?? 0) === 0) return;
    const cap = clause.caps?.[0] === undefined ? undefined : `${policy}/${clause.caps[0]}`;
    if (cap !== undefined) caps.set(cap, all.find(({ id }) => id === clause.caps![0])!.yuan * 100);
    const group = clause.exclusive ?? `only ${key}`;
    groups.set(group, [
      ...(groups.get(group) ?? []),
      { key, cap, certain, possible: Math.max(possible ?? 0, certain) },
    ]);
  });
  const free = [...groups.values()];
  const ways = free.reduce((product, items) => Math.min(product * items.length, MOST_WAYS + 1), 1);
  const isGreedy = ways > MOST_WAYS;
  const options = isGreedy ? free.map((items) => [highest(items)]) : free;
  let best: { chosen: Item[]; certain: number; possible: number } | undefined;
  let possible = 0;
  const go = (at: number, chosen: Item[]): void => {
    const items = options[at];
    if (items !== undefined) {
      for (const item of items) go(at + 1, [...chosen, item]);
      return;
    }
    const sums = { certain: held(chosen, caps, 'certain'), possible: held(chosen, caps, 'possible') };
    possible = Math.max(possible, sums.possible);
    if (
      best === undefined ||
      sums.certain > best.certain ||
      (sums.certain === best.certain && sums.possible > best.possible)
    )
      best = { chosen, ...sums };
  };
  go(0, []);
  const { chosen, certain } = best!;
  return {
    certain,
    possible,
    isOpen,
    isGreedy,
    taken: chosen.map(({ key }) => key),
    left: [...groups].flatMap(([group, items], at) =>
      items
        .filter((item) => !chosen.includes(item))
        .map(({ key }) => ({ key, for: chosen[at]!.key, why: 'exclusive' as const, group })),
    ),
    capped: [...caps].flatMap(([cap, most]) => {
      const by = chosen.reduce((total, item) => total + (item.cap === cap ? item.possible : 0), 0) - most;
      return by > 0 ? [{ cap, by }] : [];
    }),
  };
}

function highest(items: readonly Item[]): Item {
  return items.reduce((best, item) =>
    item.certain > best.certain || (item.certain === best.certain && item.possible > best.possible) ? item : best,
  );
}

function held(chosen: readonly Item[], caps: ReadonlyMap<string, number>, what: 'certain' | 'possible'): number {
  const sums = new Map<string | undefined, number>();
  for (const item of chosen) sums.set(item.cap, (sums.get(item.cap) ?? 0) + item[what]);
  let total = 0;
  for (const [cap, sum] of sums) total += cap === undefined ? sum : Math.min(sum, caps.get(cap)!);
  return total;
}

/**
 * Questions by what their answer settles on average: open money is what is possible and not certain, summed over the clauses as if each
 * stood alone; every kind of answer that the conditions can tell apart counts alike. Equal ones by the clauses decided.
 */
export function nextQuestions(
  clauses: readonly StandingClause[],
  answers: Answers,
  vocabulary: Vocabulary,
  most: number,
): NextQuestion[] {
  const asking = new Map<string, { ready: StandingClause; before: ClauseFinding }[]>();
  for (const ready of clauses) {
    if (ready.standing === 'ended') continue;
    const before = assess(ready, answers);
    for (const name of new Set([...before.missing, ...(before.verdict === 'no' ? [] : before.amount.needs)]))
      asking.set(name, [...(asking.get(name) ?? []), { ready, before }]);
  }
  const found = [...asking].map(([name, hanging]) => {
    const values = valuesOf(
      name,
      hanging.map(({ ready }) => ready),
      vocabulary,
    );
    let settles = 0;
    let decides = 0;
    for (const value of values)
      for (const { ready, before } of hanging) {
        const after = assess(ready, { ...answers, [name]: value });
        settles += openOf(before) - openOf(after);
        if (after.verdict !== 'unknown' && before.verdict === 'unknown') decides += 1;
      }
    return { name, settles: Math.round(settles / values.length), decides: decides / values.length };
  });
  return found
    .sort((a, b) => b.settles - a.settles || b.decides - a.decides || a.name.localeCompare(b.name))
    .slice(0, most);
}

function openOf(finding: ClauseFinding): number {
  const possible = possibleOf(finding);
  return possible === null ? 0 : possible - certainOf(finding);
}

/** A value of each kind that these clauses can tell apart. */
function valuesOf(name: string, clauses: readonly ReadyClause[], vocabulary: Vocabulary): AnswerValue[] {
  const literals = clauses.flatMap(({ clause, condition, extras, decision }) => [
    ...landmarksOf(clause.amount, name),
    ...[condition, decision, ...extras].flatMap((each) => each?.literals.get(name) ?? []),
  ]);
  return representatives(vocabulary.get(name)!, literals);
}

/** Where an amount that grows with the answer reaches its ceiling, and half of that; in yuan or items. */
function landmarksOf(rule: AmountRule, name: string): number[] {
  if (rule.kind === 'tiers') return Object.values(rule.tiers).flatMap((tier) => landmarksOf(tier, name));
  if ((rule.kind !== 'rate' && rule.kind !== 'each') || rule.of !== name || rule.ceilingYuan === undefined) return [];
  const full = Math.ceil(rule.kind === 'rate' ? (rule.ceilingYuan * 100) / rule.percent : rule.ceilingYuan / rule.yuan);
  return [Math.ceil(full / 2), full];
}

const MOST_CHANGED = 3;
const MOST_TRIED = 5_000;

/** The smallest sets of changes, of what the enterprise can change, after which the clause no longer refuses: of each set the nearest, at most three sets. */
export function waysToQualify(
  ready: ReadyClause,
  answers: Answers,
  vocabulary: Vocabulary,
): { changes: AnswerChange[]; verdict: Eligibility }[] {
  if (verdictOf(ready, answers) !== 'no') return [];
  const names = ready.condition!.names.filter(
    (name) => answers[name] !== undefined && vocabulary.get(name)!.changeable === true,
  );
  const values = new Map(names.map((name) => [name, nearest(valuesOf(name, [ready], vocabulary), answers[name])]));
  let tried = 0;
  for (let size = 1; size <= Math.min(MOST_CHANGED, names.length); size += 1) {
    const found: { changes: AnswerChange[]; verdict: Eligibility }[] = [];
    const go = (from: number, changes: AnswerChange[]): void => {
      if (found.length >= 3 || tried > MOST_TRIED) return;
      if (changes.length === size) {
        tried += 1;
        const verdict = verdictOf(ready, {
          ...answers,
          ...Object.fromEntries(changes.map(({ name, to }) => [name, to])),
        });
        const isNew = !found.some((way) => way.changes.every(({ name }, at) => name === changes[at]!.name));
        if (verdict !== 'no' && isNew) found.push({ changes, verdict });
        return;
      }
      for (let at = from; at < names.length; at += 1) {
        const name = names[at]!;
        for (const to of values.get(name)!)
          if (to !== answers[name]) go(at + 1, [...changes, { name, from: answers[name], to }]);
      }
    };
    go(0, []);
    if (found.length > 0) return found;
  }
  return [];
}

/** Numbers by how far they are from what is. */
function nearest(values: AnswerValue[], from: AnswerValue | undefined): AnswerValue[] {
  if (typeof from !== 'number') return values;
  return values.toSorted((one, two) => Math.abs(Number(one) - from) - Math.abs(Number(two) - from));
}
