/** A decision model as it is written (DMN 1.1 to 1.5): elements by their ids, boxed expressions as a tree, texts not yet read. */

export interface Model {
  readonly name: string;
  readonly namespace: string;
  readonly imports: readonly Import[];
  readonly types: readonly ItemDefinition[];
  readonly elements: readonly ModelElement[];
}

interface Import {
  /** Before the names of what is imported; empty: they stand without. */
  readonly name: string;
  readonly namespace: string;
}

export interface ItemDefinition {
  readonly name: string;
  readonly typeRef: string | undefined;
  readonly isCollection: boolean;
  readonly allowedValues: string | undefined;
  readonly typeConstraint: string | undefined;
  readonly components: readonly ItemDefinition[];
  readonly functionItem: { readonly parameters: readonly Variable[]; readonly typeRef: string | undefined } | undefined;
  readonly line: number;
}

export interface Variable {
  readonly name: string;
  readonly typeRef: string | undefined;
}

interface Named {
  readonly id: string;
  readonly name: string;
  readonly label?: string;
  /** What other expressions call it, and its type. */
  readonly variable: Variable;
  readonly line: number;
}

export type ModelElement = InputData | Decision | Knowledge | Service;

export interface InputData extends Named {
  readonly kind: 'input';
}

export interface Decision extends Named {
  readonly kind: 'decision';
  readonly question?: string;
  /** References of inputs, decisions, knowledge models and services that it needs: "#id" or "namespace#id". */
  readonly needs: readonly string[];
  readonly logic: Logic | undefined;
}

/** A business knowledge model: a function. */
export interface Knowledge extends Named {
  readonly kind: 'knowledge';
  readonly needs: readonly string[];
  readonly logic: (Logic & { readonly kind: 'function' }) | undefined;
}

export interface Service extends Named {
  readonly kind: 'service';
  readonly outputs: readonly string[];
  readonly encapsulated: readonly string[];
  readonly inputDecisions: readonly string[];
  readonly inputs: readonly string[];
}

export type Logic = { readonly typeRef?: string; readonly line: number } & (
  | { readonly kind: 'literal'; readonly text: string }
  | Table
  | { readonly kind: 'context'; readonly entries: readonly ContextEntry[] }
  | { readonly kind: 'list'; readonly items: readonly (Logic | undefined)[] }
  | {
      readonly kind: 'relation';
      readonly columns: readonly string[];
      readonly rows: readonly (readonly (Logic | undefined)[])[];
    }
  | { readonly kind: 'invocation'; readonly callee: Logic | undefined; readonly bindings: readonly Binding[] }
  | {
      readonly kind: 'function';
      readonly parameters: readonly Variable[];
      readonly logic: Logic | undefined;
      /** Of Java or PMML: told, never run. */
      readonly external: boolean;
    }
  | {
      readonly kind: 'conditional';
      readonly condition: Logic | undefined;
      readonly whenTrue: Logic | undefined;
      readonly whenFalse: Logic | undefined;
    }
  | { readonly kind: 'filter'; readonly list: Logic | undefined; readonly match: Logic | undefined }
  | {
      readonly kind: 'for' | 'some' | 'every';
      readonly variable: string;
      readonly list: Logic | undefined;
      readonly body: Logic | undefined;
    }
);

export interface ContextEntry {
  /** None: the context's result. */
  readonly variable: Variable | undefined;
  readonly logic: Logic | undefined;
}

export interface Binding {
  readonly parameter: string;
  readonly logic: Logic | undefined;
}

export const HIT_POLICIES = ['UNIQUE', 'ANY', 'PRIORITY', 'FIRST', 'RULE ORDER', 'OUTPUT ORDER', 'COLLECT'] as const;
export type HitPolicy = (typeof HIT_POLICIES)[number];
export const AGGREGATIONS = ['SUM', 'COUNT', 'MIN', 'MAX'] as const;
export type Aggregation = (typeof AGGREGATIONS)[number];

export interface Table {
  readonly kind: 'table';
  readonly hitPolicy: HitPolicy;
  readonly aggregation: Aggregation | undefined;
  readonly inputs: readonly TableInput[];
  readonly outputs: readonly TableOutput[];
  readonly annotations: readonly string[];
  readonly rules: readonly Rule[];
}

export interface TableInput {
  readonly label?: string;
  readonly text: string;
  readonly typeRef: string | undefined;
  readonly values: string | undefined;
}

export interface TableOutput {
  readonly name: string | undefined;
  readonly label?: string;
  readonly typeRef: string | undefined;
  readonly values: string | undefined;
  readonly otherwise: string | undefined;
}

export interface Rule {
  readonly id?: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly annotations: readonly string[];
  readonly line: number;
}
