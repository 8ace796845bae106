/** ODRL 2.2 policies as the evaluator takes them: terms of ODRL by their local name, everything else by its IRI as it came. */
export interface Policy {
  uid: string;
  kind: PolicyKind;
  profiles: string[];
  conflict: ConflictStrategy;
  inheritsFrom: string[];
  rules: Rule[];
}

export const POLICY_KINDS = [
  'Set',
  'Offer',
  'Agreement',
  'Request',
  'Assertion',
  'Privacy',
  'Ticket',
  'Policy',
] as const;
export type PolicyKind = (typeof POLICY_KINDS)[number];

/** Who wins where a permission and a prohibition meet; `invalid` makes the policy void. */
export const CONFLICT_STRATEGIES = ['perm', 'prohibit', 'invalid'] as const;
export type ConflictStrategy = (typeof CONFLICT_STRATEGIES)[number];

export type RuleKind = 'permission' | 'prohibition' | 'duty';

export interface Rule {
  uid: string;
  kind: RuleKind;
  /** Any of them; none: any action. */
  actions: Action[];
  /** Any of them; none: any asset. */
  targets: Subject[];
  assigners: Subject[];
  /** Any of them; none: anybody. */
  assignees: Subject[];
  /** All of them. */
  constraints: Constraint[];
  /** Of a permission: what is owed for it. */
  duties: Rule[];
  /** Of a prohibition: what heals its breach. */
  remedies: Rule[];
  /** Of a duty: what is owed besides when it was not done. */
  consequences: Rule[];
}

export interface Action {
  id: string;
  refinements: Constraint[];
}

/** An asset or a party, one or a collection, narrowed by what is known of it. */
export interface Subject {
  uid: string;
  /** Of a collection: what its members belong to. */
  source?: string;
  refinements: Constraint[];
}

export type Constraint = AtomicConstraint | LogicalConstraint;

export interface AtomicConstraint {
  uid: string;
  left: string;
  operator: Operator;
  right: Value[];
  unit?: string;
  /** What the value was at the last look, where nobody else knows it. */
  status?: Value;
}

export interface LogicalConstraint {
  uid: string;
  logic: Logic;
  operands: Constraint[];
}

export const OPERATORS = [
  'eq',
  'neq',
  'lt',
  'lteq',
  'gt',
  'gteq',
  'isA',
  'hasPart',
  'isPartOf',
  'isAllOf',
  'isAnyOf',
  'isNoneOf',
] as const;
export type Operator = (typeof OPERATORS)[number];

/** `andSequence` holds when all do: one look at the world cannot tell an order. */
export const LOGICS = ['and', 'or', 'xone', 'andSequence'] as const;
export type Logic = (typeof LOGICS)[number];

/** A literal with its type (local name of XML Schema), or an IRI. */
export interface Value {
  text: string;
  type: 'iri' | string;
}

/** What somebody asks to do. */
export interface Ask {
  uid?: string;
  action: string;
  target?: string;
  assignee?: string;
  /** What the asker tells of the use: purpose, recipient, spatial ... by left operand. */
  told?: Readonly<Record<string, readonly Value[]>>;
}

/** What is known when a policy is judged. Nothing is read from anywhere else, the clock neither. */
export interface World {
  now: Date;
  /** Of a member: the collections it is part of. */
  memberOf?: ReadonlyMap<string, ReadonlySet<string>>;
  /** Of a narrower thing (purpose, place, kind): the wider ones right above it. */
  widerThan?: ReadonlyMap<string, readonly string[]>;
  /** Values by left operand that hold for every rule. */
  values?: Readonly<Record<string, readonly Value[]>>;
  /** What is known of assets and parties, for refinements. */
  attributes?: ReadonlyMap<string, Readonly<Record<string, readonly Value[]>>>;
  /** How often a rule was made use of so far. */
  uses?: ReadonlyMap<string, number>;
  /** When a rule was first made use of, or what its periods count from. */
  since?: ReadonlyMap<string, Date>;
  /** When a rule was last made use of. */
  lastUse?: ReadonlyMap<string, Date>;
  /** What became of rules, by an earlier report. */
  performance?: ReadonlyMap<string, Performance>;
}

export type Performance = 'performed' | 'unperformed' | 'unknown';
export type Deontic = 'fulfilled' | 'violated' | 'non-set';

/** One premise of a rule and whether it holds. */
export type Premise =
  | { about: 'target' | 'party' | 'action'; satisfied: boolean }
  | { about: 'constraint'; satisfied: boolean; constraint: string; left: readonly Value[]; atom: AtomicConstraint }
  | { about: 'constraint'; satisfied: boolean; constraint: string; logic: Logic; premises: Premise[] };

/** What a rule comes to for an ask in a world. */
export interface RuleReport {
  rule: string;
  kind: RuleKind;
  ask?: string;
  attempted: boolean;
  active: boolean;
  performance: Performance;
  deontic: Deontic;
  premises: Premise[];
  /** Duties of a permission, remedies of a prohibition, consequences of a duty. */
  conditions: RuleReport[];
}

export class OdrlError extends Error {}
