import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Ask, evaluate, type Performance, type Premise, parsePolicy, type World } from '#standards/odrl';
import { CONFORMANCE, expectScore } from '../support/scores.ts';
import { type Graph, readTurtle } from '../support/turtle.ts';

const SUITE = join(CONFORMANCE, 'odrl');
const present = existsSync(SUITE);
if (!present) process.stderr.write(`odrl suite skipped: ${SUITE} is absent\n`);

const ODRL = 'http://www.w3.org/ns/odrl/2/';
const REPORT = 'https://w3id.org/force/compliance-report#';
const EXAMPLE = 'http://example.org/';
const CREATED = 'http://purl.org/dc/terms/issued';

/**
 * Goal: a policy is judged as the ODRL Test Suite of Ghent University judges it, duties included.
 * Method: every case's policy, request and state of the world; the report must hold the same rules with the same attempt and
 * activation, every premise with its satisfaction, every constraint under its id with its value, and the duties' states.
 */
describe.skipIf(!present)('ODRL Test Suite', () => {
  const { cases } = JSON.parse(present ? readFileSync(join(SUITE, 'cases.json'), 'utf8') : '{"cases":[]}') as {
    cases: { id: number; title: string; testCase: string; policy: string; request: string; sotw: string }[];
  };
  let equal = 0;

  test.each(cases)('case $id', ({ testCase, policy, request, sotw }) => {
    const expected = readTurtle(join(SUITE, testCase));
    const graph = readTurtle(join(SUITE, policy));
    const asked = readTurtle(join(SUITE, request));
    const state = readTurtle(join(SUITE, sotw));
    const [uid = ''] = ['Set', 'Offer', 'Agreement', 'Policy'].flatMap((kind) => graph.ofType(`${ODRL}${kind}`));
    const reports = evaluate(parsePolicy(graph.tree(uid)), asksOf(asked), worldOf(state));
    const told = reports.map(({ kind, rule, ask, attempted, active, premises, conditions }) => ({
      kind,
      rule,
      ask,
      attempted,
      active,
      premises: premises.map(premiseLine).sort(),
      duties: conditions.filter(({ deontic }) => deontic !== 'non-set').map(({ deontic }) => deontic),
    }));
    expect(told).toEqual(expectedOf(expected, state, graph));
    equal += 1;
  });

  test('as many as ever', () => expectScore('odrl.cases', equal));
});

function asksOf(graph: Graph): Ask[] {
  const [request = ''] = graph.ofType(`${ODRL}Request`);
  return parsePolicy(graph.tree(request)).rules.map(({ uid, actions, targets, assignees }) => ({
    uid,
    action: actions[0]?.id ?? '',
    ...(targets[0] !== undefined && { target: targets[0].uid }),
    ...(assignees[0] !== undefined && { assignee: assignees[0].uid }),
  }));
}

function worldOf(graph: Graph): World {
  const memberOf = new Map<string, Set<string>>();
  for (const { subject, predicate, object } of graph.quads) {
    if (predicate.value !== `${ODRL}partOf`) continue;
    memberOf.set(subject.value, new Set([...(memberOf.get(subject.value) ?? []), object.value]));
  }
  const performance = new Map<string, Performance>();
  for (const kind of ['DutyReport', 'PermissionReport', 'ProhibitionReport'])
    for (const report of graph.ofType(`${REPORT}${kind}`)) {
      const rule = graph.one(report, `${REPORT}rule`);
      const state = local(graph.one(report, `${REPORT}performanceState`))?.toLowerCase();
      if (rule !== undefined && state !== undefined) performance.set(rule, state as Performance);
    }
  return { now: new Date(graph.one('http://example.com/request/currentTime', CREATED) ?? ''), memberOf, performance };
}

/** What the suite expects, in the words of ours. A condition that is a report on another rule than the duty says nothing of it. */
function expectedOf(graph: Graph, state: Graph, policy: Graph): object[] {
  const [report = ''] = graph.ofType(`${REPORT}PolicyReport`);
  return graph.all(report, `${REPORT}ruleReport`).map(({ value: id }) => {
    const rule = graph.one(id, `${REPORT}rule`) ?? '';
    const duties = policy.all(rule, `${ODRL}duty`).map(({ value }) => value);
    return {
      kind: local(graph.all(id, 'http://www.w3.org/1999/02/22-rdf-syntax-ns#type')[0]?.value)
        ?.replace('Report', '')
        .toLowerCase(),
      rule,
      ask: graph.one(id, `${REPORT}ruleRequest`),
      attempted: local(graph.one(id, `${REPORT}attemptState`)) === 'Attempted',
      active: local(graph.one(id, `${REPORT}activationState`)) === 'Active',
      premises: graph
        .all(id, `${REPORT}premiseReport`)
        .map(({ value }) => expectedLine(graph, value))
        .sort(),
      duties: graph
        .all(id, `${REPORT}conditionReport`)
        .map(({ value }) => [graph, state].find((from) => from.one(value, `${REPORT}rule`) !== undefined))
        .flatMap((from, at) => {
          const condition = graph.all(id, `${REPORT}conditionReport`)[at]?.value ?? '';
          if (!duties.includes(from?.one(condition, `${REPORT}rule`) ?? '')) return [];
          const deontic = local(from?.one(condition, `${REPORT}deonticState`))?.toLowerCase() ?? '';
          return deontic === 'fulfilled' || deontic === 'violated' ? [deontic] : [];
        }),
    };
  });
}

function expectedLine(graph: Graph, id: string): string {
  const type = local(graph.one(id, 'http://www.w3.org/1999/02/22-rdf-syntax-ns#type'))
    ?.replace('Report', '')
    .toLowerCase();
  const satisfied = local(graph.one(id, `${REPORT}satisfactionState`)) === 'Satisfied';
  const inner = graph.all(id, `${REPORT}premiseReport`).map(({ value }) => expectedLine(graph, value));
  const left = graph.one(id, `${REPORT}constraintLeftOperand`);
  return line({
    about: type ?? '',
    satisfied,
    ...given('constraint', graph.one(id, `${REPORT}constraint`)),
    ...given('left', left),
    ...given('logic', local(graph.one(id, `${REPORT}constraintLogicalOperand`))),
    inner,
  });
}

function premiseLine(premise: Premise): string {
  const { about, satisfied } = premise;
  if (premise.about !== 'constraint') return line({ about, satisfied, inner: [] });
  const { constraint } = premise;
  if ('logic' in premise)
    return line({ about, satisfied, constraint, logic: premise.logic, inner: premise.premises.map(premiseLine) });
  return line({ about, satisfied, constraint, ...given('left', premise.left[0]?.text), inner: [] });
}

interface Line {
  about: string;
  satisfied: boolean;
  constraint?: string;
  left?: string;
  logic?: string;
  inner: string[];
}

function line({ about, satisfied, constraint = '', left = '', logic = '', inner }: Line): string {
  return `${about} ${satisfied} ${constraint} ${left} ${logic} (${inner.sort().join('; ')})`;
}

function given<Key extends string>(key: Key, value: string | undefined): Partial<Record<Key, string>> {
  return value === undefined ? {} : ({ [key]: value } as Partial<Record<Key, string>>);
}

function local(text: string | undefined): string | undefined {
  return text?.replace(REPORT, '').replace(ODRL, '').replace(EXAMPLE, '');
}
