import type { Ask, AtomicConstraint, Constraint, Premise, Rule, Subject, Value, World } from './model.ts';
import { COMPARE, type Ready, ready } from './values.ts';
import { actionOf, widerActions } from './vocabulary.ts';

/** Where a constraint is judged: an ask in a world, for a rule, about something. */
export interface Scene {
  ask: Ask;
  world: World;
  rule: string;
  /** The asset or party whose refinement this is. */
  about?: string;
}

/** Premises made ready to be judged often. */
interface Compiled<What> {
  what: What;
  holds(scene: Scene): boolean;
}

interface CompiledConstraint extends Compiled<Constraint> {
  explain(scene: Scene): Premise;
}

export interface CompiledRule {
  rule: Rule;
  target?: (scene: Scene) => boolean;
  party?: (scene: Scene) => boolean;
  action?: (scene: Scene) => boolean;
  constraints: CompiledConstraint[];
  duties: CompiledRule[];
  remedies: CompiledRule[];
  consequences: CompiledRule[];
}

export function compileRule(rule: Rule): CompiledRule {
  const { targets, assignees, actions } = rule;
  return {
    rule,
    ...(targets.length > 0 && { target: compileSubjects(targets, ({ target }) => target) }),
    ...(assignees.length > 0 && { party: compileSubjects(assignees, ({ assignee }) => assignee) }),
    ...(actions.length > 0 && { action: compileActions(rule) }),
    constraints: rule.constraints.map(compileConstraint),
    duties: rule.duties.map(compileRule),
    remedies: rule.remedies.map(compileRule),
    consequences: rule.consequences.map(compileRule),
  };
}

/** All premises hold; the cheap ones are asked first. */
export function allHold(compiled: CompiledRule, scene: Scene): boolean {
  const { target, party, action, constraints } = compiled;
  return (
    (action?.(scene) ?? true) &&
    (target?.(scene) ?? true) &&
    (party?.(scene) ?? true) &&
    constraints.every((constraint) => constraint.holds(scene))
  );
}

function compileSubjects(
  subjects: readonly Subject[],
  pick: (ask: Ask) => string | undefined,
): (scene: Scene) => boolean {
  const compiled = subjects.map((subject) => ({ subject, refinements: subject.refinements.map(compileConstraint) }));
  return (scene) => {
    const asked = pick(scene.ask);
    if (asked === undefined) return false;
    const collections = scene.world.memberOf?.get(asked);
    return compiled.some(({ subject: { uid, source }, refinements }) => {
      const isIt =
        uid === asked ||
        (collections?.has(uid) ?? false) ||
        (source !== undefined && (collections?.has(source) ?? false));
      return isIt && refinements.every((refinement) => refinement.holds({ ...scene, about: asked }));
    });
  };
}

function compileActions({ actions }: Rule): (scene: Scene) => boolean {
  const compiled = actions.map(({ id, refinements }) => ({ id, refinements: refinements.map(compileConstraint) }));
  return (scene) => {
    const wider = widerOf(scene);
    return compiled.some(
      ({ id, refinements }) => wider.has(id) && refinements.every((refinement) => refinement.holds(scene)),
    );
  };
}

const known = new Map<string, ReadonlySet<string>>();
const MOST_KNOWN = 1000;

/** The vocabulary's own hierarchy is the same for every ask: worked out once. */
function widerOf({ ask: { action }, world: { widerThan } }: Scene): ReadonlySet<string> {
  if (widerThan?.has(action) === true) return widerActions(action, widerThan);
  const found = known.get(action);
  if (found !== undefined) return found;
  const wider = widerActions(actionOf(action));
  if (known.size < MOST_KNOWN) known.set(action, wider);
  return wider;
}

function compileConstraint(constraint: Constraint): CompiledConstraint {
  return 'logic' in constraint ? compileLogic(constraint) : compileAtom(constraint);
}

function compileLogic(constraint: Extract<Constraint, { logic: unknown }>): CompiledConstraint {
  const { uid, logic } = constraint;
  const operands = constraint.operands.map(compileConstraint);
  const holds = (scene: Scene): boolean => {
    if (logic === 'or') return operands.some((operand) => operand.holds(scene));
    if (logic === 'xone') return operands.filter((operand) => operand.holds(scene)).length === 1;
    return operands.every((operand) => operand.holds(scene));
  };
  return {
    what: constraint,
    holds,
    explain: (scene) => ({
      about: 'constraint',
      satisfied: holds(scene),
      constraint: uid,
      logic,
      premises: operands.map((operand) => operand.explain(scene)),
    }),
  };
}

function compileAtom(atom: AtomicConstraint): CompiledConstraint {
  const right = atom.right.map(ready);
  const compare = COMPARE[atom.operator];
  const usesPeriod = right.some(({ text }) => text === 'policyUsage');
  const rightIn = (scene: Scene): readonly Ready[] =>
    usesPeriod ? right.map((one) => (one.text === 'policyUsage' ? ready(instant(scene.world.now)) : one)) : right;
  const holds = (scene: Scene): boolean => {
    const left = leftOf(atom, scene);
    return left.length > 0 && compare(left.map(ready), rightIn(scene), scene.world);
  };
  return {
    what: atom,
    holds,
    explain: (scene) => ({
      about: 'constraint',
      satisfied: holds(scene),
      constraint: atom.uid,
      left: leftOf(atom, scene),
      atom,
    }),
  };
}

const NOTHING: readonly Value[] = [];

/**
 * What is, for a left operand: of whom a refinement speaks, else told by the asker, else known of the world. Time, counts and
 * periods are never taken from the asker.
 */
function leftOf({ left, status }: AtomicConstraint, { ask, world, rule, about }: Scene): readonly Value[] {
  if (about !== undefined) return world.attributes?.get(about)?.[left] ?? NOTHING;
  switch (left) {
    case 'dateTime':
    case 'date':
      return [instant(world.now)];
    case 'count': {
      // The use that is asked for is counted too: at most 10 means that the tenth is the last.
      const uses = world.uses?.get(rule) ?? 0;
      return [{ text: String(uses + 1), type: 'integer' }];
    }
    case 'elapsedTime':
    case 'delayPeriod':
      return periodSince(world.since?.get(rule), world.now);
    case 'timeInterval':
      return periodSince(world.lastUse?.get(rule), world.now);
    default: {
      const found = world.values?.[left] ?? ask.told?.[left];
      if (found !== undefined) return found;
      return status === undefined ? NOTHING : [status];
    }
  }
}

function periodSince(since: Date | undefined, now: Date): readonly Value[] {
  return since === undefined ? NOTHING : [{ text: String(now.getTime() - since.getTime()), type: 'integer' }];
}

function instant(at: Date): Value {
  return { text: at.toISOString(), type: 'dateTime' };
}
