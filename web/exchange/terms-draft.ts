import { type Constraint, durationMs, type Policy, parsePolicy, type Rule } from '#standards/odrl';
import { type PolicyJson, PURPOSE_TREE, PURPOSES_AT } from '../../src/modules/exchange/model.ts';

const DAY_MS = 86_400_000;

export const DRAFT_ACTIONS = ['use', 'aggregate', 'derive', 'distribute', 'present', 'sell'] as const;
/** `delete-after`: once the days of the rule have passed. */
export const DRAFT_DUTIES = ['attribute', 'delete-after', 'delete', 'inform', 'obtainConsent'] as const;
export const DRAFT_PURPOSES = [...Object.keys(PURPOSE_TREE)];
export const CONDITIONS = ['purpose', 'until', 'days', 'count', 'recipient', 'spatial'] as const;

/** Terms as a person edits them: what may and may not be done, under which conditions, and what is owed for it. */
export interface TermsDraft {
  may: DraftRule[];
  mayNot: DraftRule[];
  /** Rules that the form has no fields for: they stay as they are. */
  kept: { kind: 'permission' | 'prohibition' | 'obligation'; rule: PolicyJson }[];
}

export interface DraftRule {
  key: string;
  action: string;
  conditions: DraftConditions;
  duties: string[];
}

export interface DraftConditions {
  purpose?: string[];
  /** A day, e.g. 2026-12-31. */
  until?: string;
  days?: number;
  count?: number;
  recipient?: string;
  spatial?: string;
}

/** A policy as a draft. A rule that says more than the form can is kept whole. */
export function draftOf(policy: PolicyJson): TermsDraft {
  const draft: TermsDraft = { may: [], mayNot: [], kept: [] };
  const read: Policy = parsePolicy(policy);
  const raw = ['permission', 'prohibition', 'obligation'].flatMap((kind) =>
    [policy[kind] ?? []].flat().map((rule) => ({ kind: kind as 'permission', rule: rule as PolicyJson })),
  );
  read.rules.forEach((rule, at) => {
    const found = ruleOf(rule, `rule-${at}`);
    if (found !== undefined && rule.kind === 'permission') draft.may.push(found);
    else if (found !== undefined && rule.kind === 'prohibition' && found.duties.length === 0) draft.mayNot.push(found);
    else if (raw[at] !== undefined) draft.kept.push(raw[at]);
  });
  return draft;
}

function ruleOf(rule: Rule, key: string): DraftRule | undefined {
  const { actions, constraints, duties, remedies } = rule;
  const [action] = actions;
  if (actions.length !== 1 || action === undefined || action.refinements.length > 0 || remedies.length > 0)
    return undefined;
  const conditions: DraftConditions = {};
  for (const constraint of constraints) {
    const found = conditionOf(constraint);
    if (found === undefined || Object.keys(found).some((name) => name in conditions)) return undefined;
    Object.assign(conditions, found);
  }
  const owed = duties.map((duty) => dutyOf(duty, conditions));
  return owed.includes(undefined) ? undefined : { key, action: action.id, conditions, duties: owed as string[] };
}

function dutyOf({ actions, constraints, consequences }: Rule, { days }: DraftConditions): string | undefined {
  const [owed] = actions;
  const [constraint] = constraints;
  if (owed === undefined || actions.length > 1 || consequences.length > 0 || constraints.length > 1) return undefined;
  if (constraint === undefined) return owed.id;
  const isAfter =
    !('logic' in constraint) &&
    constraint.left === 'elapsedTime' &&
    constraint.operator === 'gteq' &&
    constraint.right[0]?.text === `P${days}D`;
  return owed.id === 'delete' && isAfter ? 'delete-after' : undefined;
}

function conditionOf(constraint: Constraint): DraftConditions | undefined {
  if ('logic' in constraint) return undefined;
  const { left, operator, right } = constraint;
  const [first] = right;
  if (first === undefined) return undefined;
  const isAny = operator === 'isAnyOf' || operator === 'eq' || operator === 'isA';
  if (left === 'purpose' && isAny) return { purpose: right.map(({ text }) => text.replace(PURPOSES_AT, '')) };
  if (left === 'recipient' && operator === 'eq') return { recipient: first.text };
  if (left === 'spatial' && operator === 'eq') return { spatial: first.text };
  if (operator !== 'lteq' || right.length > 1) return undefined;
  if (left === 'dateTime' && !Number.isNaN(Date.parse(first.text))) return { until: first.text.slice(0, 10) };
  const days = left === 'elapsedTime' ? (durationMs(first.text) ?? 0) / DAY_MS : 0;
  if (Number.isInteger(days) && days > 0) return { days };
  const count = left === 'count' ? Number(first.text) : 0;
  return Number.isInteger(count) && count > 0 ? { count } : undefined;
}

/** The draft as an ODRL offer, in the form that the Dataspace Protocol sends. */
export function policyOf({ may, mayNot, kept }: TermsDraft): PolicyJson {
  const keptOf = (kind: string) => kept.filter((one) => one.kind === kind).map(({ rule }) => rule);
  const groups = {
    permission: [...may.map(ruleJson), ...keptOf('permission')],
    prohibition: [...mayNot.map(ruleJson), ...keptOf('prohibition')],
    obligation: keptOf('obligation'),
  };
  return { '@type': 'Offer', ...Object.fromEntries(Object.entries(groups).filter(([, rules]) => rules.length > 0)) };
}

function ruleJson({ action, conditions, duties }: DraftRule): PolicyJson {
  const { purpose = [], until, days, count, recipient, spatial } = conditions;
  const atom = (leftOperand: string, operator: string, rightOperand: unknown) => ({
    leftOperand,
    operator,
    rightOperand,
  });
  const constraint = [
    ...(purpose.length > 0 ? [atom('purpose', 'isAnyOf', purpose.map(purposeIri))] : []),
    // To the end of the day in China, where the agreement is at home.
    ...(until ? [atom('dateTime', 'lteq', `${until}T23:59:59+08:00`)] : []),
    ...(days ? [atom('elapsedTime', 'lteq', `P${days}D`)] : []),
    ...(count ? [atom('count', 'lteq', String(count))] : []),
    ...(recipient ? [atom('recipient', 'eq', recipient)] : []),
    ...(spatial ? [atom('spatial', 'eq', spatial)] : []),
  ];
  return {
    action,
    ...(constraint.length > 0 && { constraint }),
    ...(duties.length > 0 && { duty: duties.map((owed) => dutyJson(owed, days)) }),
  };
}

function dutyJson(owed: string, days: number | undefined): PolicyJson {
  if (owed !== 'delete-after') return { action: owed };
  const after = { leftOperand: 'elapsedTime', operator: 'gteq', rightOperand: `P${days}D` };
  return { action: 'delete', ...(days !== undefined && { constraint: [after] }) };
}

function purposeIri(purpose: string): string {
  return purpose in PURPOSE_TREE ? `${PURPOSES_AT}${purpose}` : purpose;
}
