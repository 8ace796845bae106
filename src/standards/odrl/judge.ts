import { allHold, type CompiledRule, compileRule, type Scene } from './compile.ts';
import {
  type Ask,
  type AtomicConstraint,
  type Constraint,
  type Deontic,
  OdrlError,
  type Performance,
  type Policy,
  type Premise,
  type Rule,
  type RuleKind,
  type RuleReport,
  type World,
} from './model.ts';
import { ready } from './values.ts';

/** What becomes of an ask, with the rules that decided. */
export interface Decision {
  permitted: boolean;
  why: 'permitted' | 'no-permission' | 'prohibited' | 'conflict' | 'duty-violated';
  /** Active permissions that it rests on. */
  permissions: Rule[];
  /** Active prohibitions. */
  prohibitions: Rule[];
  /** What is owed for it, and what is owed anyway. */
  duties: { rule: Rule; deontic: Deontic }[];
}

export type Decide = (ask: Ask, world: World) => Decision;

/** A policy as a function: parsed and prepared once, asked often. */
export function compilePolicy(policy: Policy): Decide {
  const rules = policy.rules.map(compileRule);
  const permissions = rules.filter(({ rule }) => rule.kind === 'permission');
  const prohibitions = rules.filter(({ rule }) => rule.kind === 'prohibition');
  const obligations = rules.filter(({ rule }) => rule.kind === 'duty');

  return (ask, world) => {
    const holding = permissions.filter((compiled) => allHold(compiled, sceneOf(compiled, ask, world)));
    const free = holding.filter(({ duties }) => duties.every((duty) => stateOf(duty, ask, world) !== 'violated'));
    const barring = prohibitions.filter((compiled) => allHold(compiled, sceneOf(compiled, ask, world)));
    const owed = [...free.flatMap(({ duties }) => duties), ...obligations];
    const states = owed.map((duty) => ({ rule: duty.rule, deontic: stateOf(duty, ask, world) }));
    const isBroken = obligations.some((duty) => stateOf(duty, ask, world) === 'violated');

    const why = ((): Decision['why'] => {
      if (free.length === 0)
        return holding.length > 0 ? 'duty-violated' : barring.length > 0 ? 'prohibited' : 'no-permission';
      if (barring.length > 0 && policy.conflict !== 'perm')
        return policy.conflict === 'prohibit' ? 'prohibited' : 'conflict';
      return isBroken ? 'duty-violated' : 'permitted';
    })();
    return {
      permitted: why === 'permitted',
      why,
      permissions: free.map(({ rule }) => rule),
      prohibitions: barring.map(({ rule }) => rule),
      duties: states,
    };
  };
}

/** The compliance report: what every rule of the policy comes to for the asks, and why. */
export function evaluate(policy: Policy, asks: readonly Ask[], world: World): RuleReport[] {
  return policy.rules.flatMap((rule) => {
    const compiled = compileRule(rule);
    return asks.map((ask) => reportOf(compiled, ask, world));
  });
}

function reportOf(compiled: CompiledRule, ask: Ask, world: World): RuleReport {
  const { rule } = compiled;
  const scene = sceneOf(compiled, ask, world);
  const premises = premisesOf(compiled, scene);
  const conditions = conditionsOf(compiled, ask, world);
  const active =
    premises.every(({ satisfied }) => satisfied) && !(rule.kind === 'permission' && conditions.some(isBreached));
  const performance = performanceOf(compiled, world);
  return {
    rule: rule.uid,
    kind: rule.kind,
    ...(ask.uid !== undefined && { ask: ask.uid }),
    attempted: rule.kind !== 'duty',
    active,
    performance,
    deontic:
      rule.kind === 'permission'
        ? deonticOf(rule.kind, active, performance)
        : settled(deonticOf(rule.kind, active, performance), conditions),
    premises,
    conditions,
  };
}

function premisesOf({ target, party, action, constraints }: CompiledRule, scene: Scene): Premise[] {
  return [
    ...(target === undefined ? [] : [{ about: 'target' as const, satisfied: target(scene) }]),
    ...(party === undefined ? [] : [{ about: 'party' as const, satisfied: party(scene) }]),
    ...(action === undefined ? [] : [{ about: 'action' as const, satisfied: action(scene) }]),
    ...constraints.map((constraint) => constraint.explain(scene)),
  ];
}

function conditionsOf({ duties, remedies, consequences }: CompiledRule, ask: Ask, world: World): RuleReport[] {
  return [...duties, ...remedies, ...consequences].map((duty) => dutyReport(duty, ask, world));
}

/** A duty is owed by its rule's party: the premises that count are its own constraints. */
function dutyReport(compiled: CompiledRule, ask: Ask, world: World): RuleReport {
  const scene = sceneOf(compiled, ask, world);
  const premises = compiled.constraints.filter(({ what }) => !isDeadline(what)).map((one) => one.explain(scene));
  const active = premises.every(({ satisfied }) => satisfied);
  const performance = performanceOf(compiled, world);
  const conditions = compiled.consequences.map((duty) => dutyReport(duty, ask, world));
  return {
    rule: compiled.rule.uid,
    kind: 'duty',
    ...(ask.uid !== undefined && { ask: ask.uid }),
    attempted: performance === 'performed',
    active,
    performance,
    deontic: settled(deonticOf('duty', active, performance), conditions),
    premises,
    conditions,
  };
}

function stateOf(compiled: CompiledRule, ask: Ask, world: World): Deontic {
  return dutyReport(compiled, ask, world).deontic;
}

/** As told by an earlier report; a duty that nobody has seen done by its deadline was not done. */
function performanceOf({ rule, constraints }: CompiledRule, world: World): Performance {
  const told = world.performance?.get(rule.uid);
  if (told !== undefined && told !== 'unknown') return told;
  const isLate = constraints.some(({ what }) => isDeadline(what) && isPast(what, rule.uid, world));
  return rule.kind === 'duty' && isLate ? 'unperformed' : 'unknown';
}

/** Of a duty: by when it must be done. */
function isDeadline(constraint: Constraint): constraint is AtomicConstraint {
  return (
    !('logic' in constraint) &&
    (constraint.left === 'dateTime' || constraint.left === 'elapsedTime') &&
    (constraint.operator === 'lt' || constraint.operator === 'lteq')
  );
}

function isPast(constraint: Constraint, rule: string, { now, since }: World): boolean {
  if (!isDeadline(constraint)) return false;
  const [until] = constraint.right.map(ready);
  if (until === undefined) return false;
  const from = constraint.left === 'dateTime' ? 0 : since?.get(rule)?.getTime();
  if (from === undefined) return false;
  const passed = now.getTime() - from;
  return constraint.operator === 'lt' ? passed >= until.order : passed > until.order;
}

/**
 * Source: ODRL Compliance Report Model, table of activation, performance and deontic states.
 */
function deonticOf(kind: RuleKind, active: boolean, performance: Performance): Deontic {
  if (performance === 'unknown') return 'non-set';
  const done = performance === 'performed';
  if (kind === 'permission') {
    if (active) return done ? 'fulfilled' : 'non-set';
    return done ? 'violated' : 'fulfilled';
  }
  if (!active) return 'non-set';
  if (kind === 'prohibition') return done ? 'violated' : 'fulfilled';
  return done ? 'fulfilled' : 'violated';
}

/** A breach is healed when all its remedies or consequences, of which there must be some, are fulfilled. */
function settled(deontic: Deontic, conditions: readonly RuleReport[]): Deontic {
  const isHealed = conditions.length > 0 && conditions.every((condition) => condition.deontic === 'fulfilled');
  return deontic === 'violated' && isHealed ? 'fulfilled' : deontic;
}

function isBreached({ deontic }: RuleReport): boolean {
  return deontic === 'violated';
}

function sceneOf({ rule }: CompiledRule, ask: Ask, world: World): Scene {
  return { ask, world, rule: rule.uid };
}

/**
 * The policy with the rules of those it inherits from, the nearest first.
 *
 * @param find gives a policy by its uid
 * @throws OdrlError where one is unknown or inherits from itself
 */
export function inherit(policy: Policy, find: (uid: string) => Policy | undefined): Policy {
  const gather = (from: Policy, line: readonly string[]): Rule[] => [
    ...from.rules,
    ...from.inheritsFrom.flatMap((uid) => {
      if (line.includes(uid)) throw new OdrlError('a policy inherits from itself');
      const parent = find(uid);
      if (parent === undefined) throw new OdrlError('a policy inherits from one that is not known');
      return gather(parent, [...line, uid]);
    }),
  ];
  return { ...policy, rules: gather(policy, [policy.uid]) };
}
