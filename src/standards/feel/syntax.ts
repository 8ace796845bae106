/** The tree of a FEEL expression. `at` counts characters from the expression's beginning. */
import type { Type } from './types.ts';
import type { Value } from './values.ts';

export type Arithmetic = '+' | '-' | '*' | '/' | '**';
export type Comparison = '=' | '!=' | '<' | '<=' | '>' | '>=';

export type Node = { readonly at: number } & (
  | { readonly kind: 'literal'; readonly value: Value }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'path'; readonly from: Node; readonly name: string }
  | { readonly kind: 'filter'; readonly list: Node; readonly by: Node }
  | { readonly kind: 'call'; readonly callee: Node; readonly args: readonly Node[]; readonly names?: readonly string[] }
  | { readonly kind: 'arithmetic'; readonly op: Arithmetic; readonly left: Node; readonly right: Node }
  | { readonly kind: 'comparison'; readonly op: Comparison; readonly left: Node; readonly right: Node }
  | { readonly kind: 'and' | 'or'; readonly left: Node; readonly right: Node }
  | { readonly kind: 'negation'; readonly of: Node }
  | { readonly kind: 'between'; readonly value: Node; readonly low: Node; readonly high: Node }
  | { readonly kind: 'in'; readonly value: Node; readonly tests: readonly Test[] }
  | { readonly kind: 'instance'; readonly value: Node; readonly type: Type }
  | { readonly kind: 'if'; readonly condition: Node; readonly yes: Node; readonly no: Node }
  | { readonly kind: 'for' | 'some' | 'every'; readonly loops: readonly Loop[]; readonly body: Node }
  | { readonly kind: 'function'; readonly parameters: readonly Parameter[]; readonly body: Node | 'external' }
  | { readonly kind: 'list'; readonly items: readonly Node[] }
  | { readonly kind: 'context'; readonly entries: readonly Entry[] }
  | {
      readonly kind: 'range';
      readonly start: Node | undefined;
      readonly startIncluded: boolean;
      readonly end: Node | undefined;
      readonly endIncluded: boolean;
      readonly op?: '=' | '!=';
    }
);

/** A unary test: an operator before a value, or an expression that may ask about `?`. */
export interface Test {
  readonly op: Comparison | undefined;
  readonly value: Node;
  readonly asks: boolean;
}

export interface UnaryTests {
  readonly negated: boolean;
  /** None: the dash, which everything passes. */
  readonly tests: readonly Test[] | undefined;
}

export interface Loop {
  readonly name: string;
  readonly in: Node;
  /** Of `from .. to` without brackets. */
  readonly to?: Node;
}

export interface Parameter {
  readonly name: string;
  readonly type: Type;
}

export interface Entry {
  readonly key: string;
  readonly value: Node;
}

export class FeelSyntaxError extends Error {
  readonly at: number;

  constructor(message: string, at: number) {
    super(message);
    this.at = at;
  }
}
