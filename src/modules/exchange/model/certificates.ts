import type { Party, Words } from './parties.ts';

export type CertificateKind = 'registration' | 'listing' | 'transaction';

export const CERTIFICATE_STATES = ['in-force', 'suspended', 'revoked'] as const;
export type CertificateState = (typeof CERTIFICATE_STATES)[number];

/** Facts that a certificate states beside its subject; everybody who has the certificate can read them. */
type CertificateClaims = { readonly [name: string]: ClaimValue };
type ClaimValue = string | number | boolean | null | readonly ClaimValue[] | { readonly [name: string]: ClaimValue };

export interface CertificateRequest {
  kind: CertificateKind;
  /** `id`: what is certified as a path, e.g. `offering/<id>/1`. */
  subject: { id: string; title: Words };
  holder: Party;
  claims: CertificateClaims;
  validUntil?: Date;
}

/** A certificate in a list. */
export interface CertificateLine {
  id: string;
  kind: CertificateKind;
  title: Words;
  subject: string;
  holder: Party;
  state: CertificateState;
  /** False while its leaf waits to be sealed: seconds. */
  signed: boolean;
  issuedAt: string;
  validUntil: string | null;
}

export interface CertificateEvent {
  at: string;
  state: CertificateState;
  reason: string;
  actorName: string;
}
