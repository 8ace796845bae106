import { Problem } from '#kernel/problem';
import { CERTIFICATE_CONTEXTS, type CertificateCore } from '#standards/credentials';
import type { CertificateKind, CertificateRequest, CertificateState } from '../model.ts';

/** Ids of what is certified are paths below this address. */
const IDS = 'https://banyan.health/id/';

const TYPES: Record<CertificateKind, string> = {
  registration: 'RegistrationCertificate',
  listing: 'ListingCertificate',
  transaction: 'TransactionCertificate',
};

const PATH = /^[A-Za-z0-9._~-]+(\/[A-Za-z0-9._~-]+)*$/;

/** @throws Problem `invalid` when subject or holder have no proper id, or the end is before the beginning */
export function coreOf(id: string, at: Date, request: CertificateRequest): CertificateCore {
  const { kind, subject, holder, claims, validUntil } = request;
  if (!PATH.test(subject.id)) throw new Problem('invalid', 'the subject of a certificate is a path');
  if (!PATH.test(holder.id)) throw new Problem('invalid', 'the holder of a certificate is a party');
  if (validUntil !== undefined && !(validUntil > at))
    throw new Problem('invalid', 'a certificate ends after it begins');
  return {
    '@context': [...CERTIFICATE_CONTEXTS],
    id: `urn:uuid:${id}`,
    type: ['VerifiableCredential', TYPES[kind]],
    validFrom: at.toISOString(),
    ...(validUntil !== undefined && { validUntil: validUntil.toISOString() }),
    credentialSubject: {
      id: `${IDS}${subject.id}`,
      title: subject.title,
      holder: {
        id: `${IDS}${holder.id}`,
        name: holder.name,
        ...(holder.nameZh !== undefined && { nameZh: holder.nameZh }),
      },
      claims,
    },
  };
}

const MOVES: Record<CertificateState, readonly CertificateState[]> = {
  'in-force': ['suspended', 'revoked'],
  suspended: ['in-force', 'revoked'],
  revoked: [],
};

/** @throws Problem `conflict`: what is revoked stays so */
export function requireMove(from: CertificateState, to: CertificateState): void {
  if (!MOVES[from].includes(to)) throw new Problem('conflict', 'the certificate cannot change so', { from, to });
}
