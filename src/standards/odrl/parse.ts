import {
  type Action,
  CONFLICT_STRATEGIES,
  type ConflictStrategy,
  type Constraint,
  LOGICS,
  OdrlError,
  OPERATORS,
  type Operator,
  POLICY_KINDS,
  type Policy,
  type PolicyKind,
  type Rule,
  type RuleKind,
  type Subject,
  type Value,
} from './model.ts';
import { actionOf, iri, termOf, typeOf } from './vocabulary.ts';

/** Deepest nesting of constraints and duties, and most rules and operands of one policy: what is judged must end. */
const MOST = { depth: 16, parts: 5_000 };

type Node = Readonly<Record<string, unknown>>;

/**
 * Reads a policy of JSON-LD in the compact form of the ODRL and DSP contexts, and in the forms near to it: terms bare, prefixed or
 * as IRIs, one or many, nodes inline. No context is looked up.
 *
 * What the policy says for all its rules (target, assigner, assignee, action) is put into each rule that does not say it
 * itself (ODRL Information Model 2.2, 2.7.1).
 *
 * @throws OdrlError where it is no policy
 */
export function parsePolicy(json: unknown): Policy {
  const node = nodeOf(json, 'policy');
  const count = { parts: 0 };
  const shared: Shared = {
    actions: read(node, 'action').map((action) => parseAction(action, count, 0)),
    targets: subjects(node, 'target', count),
    assigners: subjects(node, 'assigner', count),
    assignees: subjects(node, 'assignee', count),
  };
  const rules = (name: string, kind: RuleKind): Rule[] =>
    read(node, name).map((rule) => parseRule(rule, { kind, shared, count, depth: 0 }));
  return {
    uid: uidOf(node) ?? '',
    kind: kindOf(node),
    profiles: texts(node, 'profile'),
    conflict: conflictOf(node),
    inheritsFrom: texts(node, 'inheritFrom'),
    rules: [
      ...rules('permission', 'permission'),
      ...rules('prohibition', 'prohibition'),
      ...rules('obligation', 'duty'),
      ...rules('duty', 'duty'),
    ],
  };
}

interface Shared {
  actions: Action[];
  targets: Subject[];
  assigners: Subject[];
  assignees: Subject[];
}

interface Place {
  kind: RuleKind;
  shared?: Shared;
  count: { parts: number };
  depth: number;
}

function parseRule(json: unknown, { kind, shared, count, depth }: Place): Rule {
  step(count, depth);
  const node = nodeOf(json, kind);
  const own = <T>(found: T[], from: readonly T[] | undefined): T[] => (found.length > 0 ? found : [...(from ?? [])]);
  const nested = (name: string): Rule[] =>
    read(node, name).map((duty) => parseRule(duty, { kind: 'duty', count, depth: depth + 1 }));
  return {
    uid: uidOf(node) ?? `_:${kind}-${count.parts}`,
    kind,
    actions: own(
      read(node, 'action').map((action) => parseAction(action, count, depth)),
      shared?.actions,
    ),
    targets: own(subjects(node, 'target', count), shared?.targets),
    assigners: own(subjects(node, 'assigner', count), shared?.assigners),
    assignees: own(subjects(node, 'assignee', count), shared?.assignees),
    constraints: read(node, 'constraint').map((constraint) => parseConstraint(constraint, count, depth)),
    duties: kind === 'permission' ? nested('duty') : [],
    remedies: kind === 'prohibition' ? nested('remedy') : [],
    consequences: kind === 'duty' ? nested('consequence') : [],
  };
}

function parseAction(json: unknown, count: Place['count'], depth: number): Action {
  if (typeof json === 'string') return { id: actionOf(json), refinements: [] };
  const node = nodeOf(json, 'action');
  const [value] = read(node, 'value');
  const id = uidOf(node) ?? (value === undefined ? undefined : textOf(value));
  if (id === undefined) throw new OdrlError('an action has no name');
  return {
    id: actionOf(id),
    refinements: read(node, 'refinement').map((refinement) => parseConstraint(refinement, count, depth + 1)),
  };
}

function subjects(node: Node, name: string, count: Place['count']): Subject[] {
  return read(node, name).map((json) => {
    if (typeof json === 'string') return { uid: json, refinements: [] };
    const subject = nodeOf(json, name);
    const [source] = texts(subject, 'source');
    const uid = uidOf(subject) ?? source;
    if (uid === undefined) throw new OdrlError(`a ${name} has no id`);
    return {
      uid,
      ...(source !== undefined && { source }),
      refinements: read(subject, 'refinement').map((refinement) => parseConstraint(refinement, count, 1)),
    };
  });
}

function parseConstraint(json: unknown, count: Place['count'], depth: number): Constraint {
  step(count, depth);
  const node = nodeOf(json, 'constraint');
  const uid = uidOf(node) ?? `_:constraint-${count.parts}`;
  const logic = LOGICS.find((name) => read(node, name).length > 0);
  if (logic !== undefined)
    return { uid, logic, operands: read(node, logic).map((operand) => parseConstraint(operand, count, depth + 1)) };

  const [left] = texts(node, 'leftOperand');
  const operator = operatorOf(texts(node, 'operator')[0]);
  const right = [...read(node, 'rightOperand'), ...read(node, 'rightOperandReference')].map(parseValue);
  if (left === undefined) throw new OdrlError('a constraint has no left operand');
  if (right.length === 0) throw new OdrlError('a constraint has no right operand');
  const [unit] = texts(node, 'unit');
  const [dataType] = texts(node, 'dataType');
  const [status] = read(node, 'status').map(parseValue);
  return {
    uid,
    left: termOf(left),
    operator,
    right: dataType === undefined ? right : right.map(({ text }) => ({ text, type: typeOf(dataType) })),
    ...(unit !== undefined && { unit }),
    ...(status !== undefined && { status }),
  };
}

function operatorOf(text: string | undefined): Operator {
  const term = text === undefined ? undefined : termOf(text).replace(/^term-/, '');
  const found = OPERATORS.find((operator) => operator === term);
  if (found === undefined) throw new OdrlError('a constraint has no operator that ODRL knows');
  return found;
}

/** A literal or a thing; lists are opened before. */
export function parseValue(json: unknown): Value {
  if (typeof json === 'number') return { text: String(json), type: Number.isInteger(json) ? 'integer' : 'double' };
  if (typeof json === 'boolean') return { text: String(json), type: 'boolean' };
  if (typeof json === 'string') return { text: termOf(json), type: 'string' };
  const node = nodeOf(json, 'right operand');
  const { '@value': value, '@type': type, '@id': id } = node;
  if (typeof id === 'string') return iri(id);
  if (value === undefined || value === null || typeof value === 'object')
    throw new OdrlError('a right operand is neither a value nor a thing');
  return { text: String(value), type: typeof type === 'string' ? typeOf(type) : parseValue(value).type };
}

function kindOf(node: Node): PolicyKind {
  const types = texts(node, '@type').map(termOf);
  return POLICY_KINDS.find((kind) => types.includes(kind)) ?? 'Set';
}

function conflictOf(node: Node): ConflictStrategy {
  const [text] = texts(node, 'conflict');
  if (text === undefined) return 'invalid';
  const found = CONFLICT_STRATEGIES.find((strategy) => strategy === termOf(text));
  if (found === undefined) throw new OdrlError('the policy names a conflict strategy that ODRL does not know');
  return found;
}

/** A member's values under any of its spellings, lists opened. */
function read(node: Node, name: string): unknown[] {
  const found = node[name] ?? node[`odrl:${name}`] ?? node[`http://www.w3.org/ns/odrl/2/${name}`];
  if (found === undefined || found === null) return [];
  const list = Array.isArray(found) ? found : [found];
  return list.flatMap((item) => {
    const inner = (item as { '@list'?: unknown } | null)?.['@list'];
    return Array.isArray(inner) ? inner : [item];
  });
}

function texts(node: Node, name: string): string[] {
  return read(node, name).map(textOf);
}

function textOf(item: unknown): string {
  if (typeof item === 'string') return item;
  const { '@id': id, '@value': value, uid } = nodeOf(item, 'name');
  const text = id ?? value ?? uid;
  if (typeof text !== 'string') throw new OdrlError('a name is no text');
  return text;
}

function uidOf(node: Node): string | undefined {
  const id = node['@id'] ?? node['uid'] ?? node['odrl:uid'] ?? node['id'];
  if (id === undefined) return undefined;
  return textOf(id);
}

function nodeOf(json: unknown, what: string): Node {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) throw new OdrlError(`a ${what} is no object`);
  return json as Node;
}

function step(count: Place['count'], depth: number): void {
  count.parts += 1;
  if (depth > MOST.depth || count.parts > MOST.parts)
    throw new OdrlError('the policy is too deep or too long to be judged');
}
