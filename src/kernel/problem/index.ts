/** How each kind of failure is told to the outside: HTTP status and FHIR issue type (value set issue-type). */
const TOLD_AS = {
  invalid: [400, 'invalid'],
  unauthenticated: [401, 'login'],
  forbidden: [403, 'forbidden'],
  'not-found': [404, 'not-found'],
  'not-acceptable': [406, 'not-supported'],
  unsupported: [415, 'not-supported'],
  conflict: [409, 'conflict'],
  gone: [410, 'deleted'],
  'precondition-failed': [412, 'conflict'],
  'too-large': [413, 'too-long'],
  unprocessable: [422, 'processing'],
  'too-costly': [422, 'too-costly'],
  'too-many': [429, 'throttled'],
  'not-implemented': [501, 'not-supported'],
  unavailable: [503, 'transient'],
} as const;

export type ProblemKind = keyof typeof TOLD_AS;

/** One finding about an input: what is wrong, where, and how to mend it. `code` is a FHIR issue type. */
export interface Issue {
  severity: 'fatal' | 'error' | 'warning' | 'information';
  code: string;
  message: string;
  /** FHIRPath of the place, e.g. `Patient.name[0].given[1]`. */
  expression?: string;
}

/**
 * A failure the caller can act on. Anything else that is thrown is a bug: 500.
 *
 * `message` is constant text, so it can be searched for and counted; what varies
 * goes in `facts`, which must never hold patient data, because facts are logged.
 * `issues` go to the caller only and may quote the input.
 */
export class Problem extends Error {
  readonly kind: ProblemKind;
  readonly facts: Readonly<Record<string, unknown>>;
  readonly issues: readonly Issue[];

  constructor(
    kind: ProblemKind,
    message: string,
    facts: Record<string, unknown> = {},
    options: { cause?: unknown; issues?: readonly Issue[] } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'Problem';
    this.kind = kind;
    this.facts = facts;
    this.issues = options.issues ?? [];
  }

  get status(): number {
    return TOLD_AS[this.kind][0];
  }

  get issueCode(): string {
    return TOLD_AS[this.kind][1];
  }
}
