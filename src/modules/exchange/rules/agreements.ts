import { Problem } from '#kernel/problem';
import {
  type Ask,
  compilePolicy,
  type Decide,
  type Decision,
  evaluate,
  OdrlError,
  type Performance,
  type Policy,
  type Premise,
  parsePolicy,
  type World,
} from '#standards/odrl';
import {
  type Agreement,
  type DutyLine,
  type PolicyJson,
  PURPOSE_TREE,
  PURPOSES_AT,
  type UseAsked,
  type UseReason,
} from '../model.ts';

/** How often rules were made use of, and what became of duties. */
export interface UseState {
  uses: { rule: string; uses: number; lastAt: Date }[];
  duties: { rule: string; performance: Performance }[];
}

/**
 * Duties that by their nature come before the use. Paying is one too, but money is watched over by the order: nothing is
 * delivered that is not funded.
 */
const BEFORE_USE = new Set(['obtainConsent', 'acceptTracking', 'reviewPolicy']);

/** Policies name purposes by code or by IRI. */
const WIDER = new Map(
  Object.entries(PURPOSE_TREE).flatMap(([purpose, wider]) => [
    [purpose, wider],
    [purposeIri(purpose), wider.map(purposeIri)],
  ]),
);

/**
 * An agreement made of an offer: its rules as they are, each with an id under which its uses are counted, and who agreed on what.
 *
 * @throws Problem `invalid` where the offer is no policy that can be judged
 */
export function agreementOf(
  offer: PolicyJson,
  parts: { id: string; target: string; assigner: string; assignee: string; at: Date },
): PolicyJson {
  const { id, target, assigner, assignee, at } = parts;
  const policy: Record<string, unknown> = {
    ...offer,
    '@id': id,
    '@type': 'Agreement',
    target,
    assigner,
    assignee,
    timestamp: at.toISOString(),
  };
  for (const name of ['permission', 'prohibition', 'obligation']) {
    const rules = offer[name];
    if (rules !== undefined) policy[name] = identified(rules, `${id}#${name}`);
  }
  readPolicy(policy);
  return policy;
}

/** Ids of rules are made of their places, so that the same agreement always names them the same. */
function identified(rules: unknown, prefix: string): unknown[] {
  return (Array.isArray(rules) ? rules : [rules]).map((rule: Record<string, unknown>, at) => {
    const id = `${prefix}-${at + 1}`;
    const { target: _target, assigner: _assigner, assignee: _assignee, ...rest } = rule;
    const nested = ['duty', 'remedy', 'consequence'].filter((name) => rest[name] !== undefined);
    return {
      ...rest,
      '@id': id,
      ...Object.fromEntries(nested.map((name) => [name, identified(rest[name], `${id}-${name}`)])),
    };
  });
}

/** @throws Problem `invalid` */
export function readPolicy(policy: PolicyJson): Policy {
  try {
    return parsePolicy(policy);
  } catch (error) {
    if (!(error instanceof OdrlError)) throw error;
    throw new Problem('invalid', 'the terms are no policy that can be judged', { said: error.message });
  }
}

/** Agreements never change: each is made ready once. */
const prepared = new Map<string, { policy: Policy; decide: Decide }>();
const MOST_PREPARED = 2_000;

function prepare({ id, policy }: Pick<Agreement, 'id' | 'policy'>): { policy: Policy; decide: Decide } {
  const known = prepared.get(id);
  if (known !== undefined) return known;
  const read = readPolicy(policy);
  const made = { policy: read, decide: compilePolicy(read) };
  const [oldest] = prepared.keys();
  if (prepared.size >= MOST_PREPARED && oldest !== undefined) prepared.delete(oldest);
  prepared.set(id, made);
  return made;
}

/** Whether the use is permitted, by which rules, and what is owed. Who permits it raises these rules' counts by the uses asked. */
export function judgeUse(
  agreement: Agreement,
  state: UseState,
  asked: UseAsked & { at: Date },
): { rules: string[]; reasons: UseReason[]; duties: DutyLine[] } {
  const { policy, decide } = prepare(agreement);
  const ask = askOf(agreement, asked);
  const world = worldOf(agreement, policy, state, asked);
  const decision = decide(ask, world);
  const duties = decision.duties.map(({ rule, deontic }) => ({
    rule: rule.uid,
    action: rule.actions[0]?.id ?? '',
    state: dutyState(deontic),
  }));
  if (agreement.ended !== null) return { rules: [], reasons: [{ why: 'ended' }], duties };
  const open = duties.filter(({ action, state: now }) => now === 'open' && BEFORE_USE.has(action));
  if (decision.permitted && open.length === 0)
    return { rules: decision.permissions.map(({ uid }) => uid), reasons: [], duties };
  const reasons = decision.permitted
    ? open.map(({ rule }) => ({ why: 'duty-open' as const, rule }))
    : reasonsOf(decision, policy, ask, world);
  return { rules: [], reasons, duties };
}

function dutyState(deontic: Decision['duties'][number]['deontic']): DutyLine['state'] {
  return deontic === 'non-set' ? 'open' : deontic === 'fulfilled' ? 'done' : 'violated';
}

function askOf(agreement: Agreement, { action, purpose, recipient, told }: UseAsked): Ask {
  const of = (text: string) => [{ text, type: 'iri' }];
  return {
    action,
    target: agreement.offeringId,
    assignee: agreement.assignee.id,
    told: {
      ...Object.fromEntries(Object.entries(told ?? {}).map(([left, text]) => [left, of(text)])),
      ...(purpose !== undefined && { purpose: [...of(purpose), ...of(purposeIri(purpose))] }),
      recipient: of(recipient ?? agreement.assignee.id),
    },
  };
}

function purposeIri(purpose: string): string {
  return purpose in PURPOSE_TREE || purpose === 'any' ? `${PURPOSES_AT}${purpose}` : purpose;
}

/** All periods count from the agreement; a use of many at once is judged by its last. */
function worldOf(
  agreement: Agreement,
  policy: Policy,
  { uses, duties }: UseState,
  { at, count = 1 }: UseAsked & { at: Date },
): World {
  const made = new Date(agreement.madeAt);
  const counts = new Map(policy.rules.map(({ uid }) => [uid, count - 1]));
  for (const { rule, uses: so } of uses) counts.set(rule, so + count - 1);
  return {
    now: at,
    widerThan: WIDER,
    uses: counts,
    since: new Map(allRules(policy).map(({ uid }) => [uid, made])),
    lastUse: new Map(uses.map(({ rule, lastAt }) => [rule, lastAt])),
    performance: new Map(duties.map(({ rule, performance }) => [rule, performance])),
  };
}

function allRules(policy: Policy): Policy['rules'] {
  const under = (rules: Policy['rules']): Policy['rules'] =>
    rules.flatMap((rule) => [rule, ...under([...rule.duties, ...rule.remedies, ...rule.consequences])]);
  return under(policy.rules);
}

/** Of permissions that would allow the act, what does not hold; else why nothing allows it. */
function reasonsOf({ why, prohibitions }: Decision, policy: Policy, ask: Ask, world: World): UseReason[] {
  if (why === 'prohibited' || why === 'conflict') return [{ why, ...named(prohibitions[0]?.uid) }];
  if (why !== 'no-permission') return [{ why: 'duty-violated' }];
  const near = evaluate(policy, [ask], world).filter(
    ({ kind, premises }) =>
      kind === 'permission' && premises.every((one) => one.about === 'constraint' || one.satisfied),
  );
  const reasons = near.flatMap(({ rule, premises }) =>
    unheld(premises).map((left) => ({ why: 'not-satisfied' as const, rule, left })),
  );
  return reasons.length > 0 ? reasons : [{ why: 'no-permission' }];
}

function unheld(premises: readonly Premise[]): string[] {
  const found = premises.flatMap((premise) => {
    if (premise.satisfied || premise.about !== 'constraint') return [];
    return 'logic' in premise ? unheld(premise.premises) : [premise.atom.left];
  });
  return [...new Set(found)];
}

function named(rule: string | undefined): { rule?: string } {
  return rule === undefined ? {} : { rule };
}

/** Everything that is owed under an agreement, whatever it is used for, done or not. */
export function dutiesOf(agreement: Agreement, state: UseState, at: Date): DutyLine[] {
  const { policy } = prepare(agreement);
  const asked = { action: 'use', at };
  const actions = new Map(allRules(policy).map(({ uid, actions: [owed] }) => [uid, owed?.id ?? '']));
  return evaluate(policy, [askOf(agreement, asked)], worldOf(agreement, policy, state, asked))
    .flatMap((report) => (report.kind === 'duty' ? [report] : report.kind === 'permission' ? report.conditions : []))
    .map(({ rule, deontic }) => ({ rule, action: actions.get(rule) ?? '', state: dutyState(deontic) }));
}

/** The duties of an agreement that carry this action. */
export function dutiesFor(agreement: Agreement, action: string): string[] {
  return allRules(prepare(agreement).policy)
    .filter(({ kind, actions }) => kind === 'duty' && actions.some(({ id }) => id === action))
    .map(({ uid }) => uid);
}
