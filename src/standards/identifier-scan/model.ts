/** What may point at a person; `uscc` names an organization. */
export const IDENTIFIER_KINDS = [
  'cn-resident-id',
  'hk-id',
  'macao-id',
  'passport',
  'phone',
  'email',
  'address',
  'medical-record',
  'bank-card',
  'name',
  'uscc',
] as const;
export type IdentifierKind = (typeof IDENTIFIER_KINDS)[number];

/** `sure`: by a check digit, or a shape that nothing else has; `likely`: by shape and the words around it. */
export type Certainty = 'sure' | 'likely';

export interface Finding {
  kind: IdentifierKind;
  certainty: Certainty;
  /** Place in the text, the end not included. */
  start: number;
  end: number;
}
