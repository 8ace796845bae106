import { canonicalJson } from '#standards/canonical-json';
import { BASE_CONTEXT, isObject } from './data-model.ts';
import { type Cryptosuite, digestOfJson, type IntegrityProof } from './integrity.ts';

/** What the words of a certificate mean; held in the certificate itself, so that nobody has to be asked for it. */
const VOCABULARY = {
  banyan: 'https://banyan.health/ns/certificate#',
  RegistrationCertificate: 'banyan:RegistrationCertificate',
  ListingCertificate: 'banyan:ListingCertificate',
  TransactionCertificate: 'banyan:TransactionCertificate',
  LedgerEntry: 'banyan:LedgerEntry',
  title: { '@id': 'banyan:title', '@container': '@language' },
  holder: 'banyan:holder',
  nameZh: { '@id': 'banyan:name', '@language': 'zh' },
  claims: { '@id': 'banyan:claims', '@type': '@json' },
  logKey: 'banyan:logKey',
  entry: 'banyan:entry',
  inclusion: 'banyan:inclusion',
} as const;

/** What a certificate says and its entry in the ledger proves; the signed credential holds it word for word. */
export interface CertificateCore {
  '@context': unknown[];
  id: string;
  type: string[];
  validFrom: string;
  validUntil?: string;
  credentialSubject: Record<string, unknown>;
}

/** The act of the ledger's entry. */
export const ISSUED_ACT = 'exchange.certificate-issued';

export const CERTIFICATE_CONTEXTS: readonly unknown[] = [BASE_CONTEXT, VOCABULARY];

/** A certificate's place in the public log: the log's key, the entry's own text, and its proof as C2SP tlog-proof. */
interface LedgerEntry {
  type: 'LedgerEntry';
  logKey: string;
  entry: string;
  inclusion: string;
}

/** What a certificate is made of. */
export interface CertificateParts {
  core: CertificateCore;
  issuer: string;
  /** Addresses of its lists, and its place in both. */
  status: { revocation: string; suspension: string; place: number };
  evidence: LedgerEntry;
}

/** The credential that is signed. */
export function composeCertificate({ core, issuer, status, evidence }: CertificateParts): object {
  const { revocation, suspension, place } = status;
  const { validFrom, validUntil } = core;
  return {
    '@context': core['@context'],
    id: core.id,
    type: core.type,
    issuer,
    validFrom,
    ...(validUntil !== undefined && { validUntil }),
    credentialSubject: core.credentialSubject,
    credentialStatus: [statusEntry('revocation', revocation, place), statusEntry('suspension', suspension, place)],
    evidence,
  };
}

function statusEntry(statusPurpose: string, statusListCredential: string, place: number): object {
  return {
    id: `${statusListCredential}#${place}`,
    type: 'BitstringStatusListEntry',
    statusPurpose,
    statusListIndex: String(place),
    statusListCredential,
  };
}

/** SHA-256 of the core's canonical JSON. The random id in it makes it a digest that nobody can guess at. */
export const digestOfCore = (core: CertificateCore): string => digestOfJson(core);

/**
 * What a certificate is made of, or undefined for anything that is not one to the last member: the graph that is signed does not
 * know the order of a list or a member that says nothing, so the spelling is held to here.
 */
export function openCertificate(document: unknown): (CertificateParts & { proofs: IntegrityProof[] }) | undefined {
  if (!isObject(document)) return undefined;
  const { '@context': context, id, type, validFrom, validUntil, credentialSubject, issuer, proof } = document;
  const { credentialStatus: status, evidence } = document;
  if (!Array.isArray(status) || !isObject(status[0]) || !isObject(status[1]) || !isObject(evidence)) return undefined;
  const proofs = Array.isArray(proof) ? (proof as unknown[]) : [proof];
  if (!proofs.every(isObject) || !isObject(credentialSubject)) return undefined;
  const texts = [id, validFrom, issuer, evidence['logKey'], evidence['entry'], evidence['inclusion']];
  if (!texts.every((text) => typeof text === 'string')) return undefined;
  const core = {
    '@context': context,
    id,
    type,
    validFrom,
    ...(validUntil !== undefined && { validUntil }),
    credentialSubject,
  } as CertificateCore;
  const { logKey, entry, inclusion } = evidence as unknown as LedgerEntry;
  const parts: CertificateParts = {
    core,
    issuer: issuer as string,
    status: {
      revocation: String(status[0]['statusListCredential']),
      suspension: String(status[1]['statusListCredential']),
      place: Number(status[0]['statusListIndex']),
    },
    evidence: { type: 'LedgerEntry', logKey, entry, inclusion },
  };
  const written = proofs.map((one) => ({ ...one, type: 'DataIntegrityProof' }));
  const exact = { ...composeCertificate(parts), proof: Array.isArray(proof) ? written : written[0] };
  const isProof = (one: object, at: number): boolean =>
    Object.keys(one).sort().join() === 'created,cryptosuite,proofPurpose,proofValue,type,verificationMethod' &&
    (one as IntegrityProof).cryptosuite === PROOFS[at];
  const asWeWrite =
    isSame(exact, document) &&
    isSame(context, CERTIFICATE_CONTEXTS) &&
    Array.isArray(type) &&
    type.length === 2 &&
    proofs.length === (Array.isArray(proof) ? PROOFS.length : 1) &&
    proofs.every(isProof);
  return asWeWrite ? { ...parts, proofs: proofs as unknown as IntegrityProof[] } : undefined;
}

/** The first alone, or both in this order. */
const PROOFS: readonly Cryptosuite[] = ['eddsa-rdfc-2022', 'banyan-sm2-rdfc-2026'];

/** The certificate with two signatures, each over the same bytes and good without the other (a proof set of Data Integrity). */
export function withBothProofs<T extends { proof: IntegrityProof }>(
  one: T,
  two: T,
): Omit<T, 'proof'> & { proof: IntegrityProof[] } {
  return { ...one, proof: [one.proof, two.proof] };
}

/** A list of the states of many certificates, to be signed. */
export function composeStatusList(given: {
  id: string;
  issuer: string;
  purpose: 'revocation' | 'suspension';
  encodedList: string;
  validFrom: Date;
  validUntil: Date;
}): object {
  const { id, issuer, purpose, encodedList, validFrom, validUntil } = given;
  return {
    '@context': [BASE_CONTEXT],
    id,
    type: ['VerifiableCredential', 'BitstringStatusListCredential'],
    issuer,
    validFrom: validFrom.toISOString(),
    validUntil: validUntil.toISOString(),
    credentialSubject: { id: `${id}#list`, type: 'BitstringStatusList', statusPurpose: purpose, encodedList },
  };
}

/** A certificate with its lists in one file; nobody signs it, since each of them is signed. */
export function composeBundle(certificate: object, lists: readonly object[]): object {
  return {
    '@context': [BASE_CONTEXT],
    type: ['VerifiablePresentation'],
    verifiableCredential: [certificate, ...lists],
  };
}

/** The certificate of a file and the lists beside it; a file may be the certificate alone. */
export function openBundle(document: unknown): { certificate: unknown; lists: unknown[] } {
  if (!isObject(document) || !Array.isArray(document['verifiableCredential']))
    return { certificate: document, lists: [] };
  const [certificate, ...lists] = document['verifiableCredential'] as unknown[];
  const exact = isSame(composeBundle(certificate as object, lists as object[]), document);
  return exact ? { certificate, lists } : { certificate: document, lists: [] };
}

function isSame(one: unknown, two: unknown): boolean {
  try {
    return canonicalJson(one) === canonicalJson(two);
  } catch {
    // Half a character, which JSON can spell and a text cannot hold.
    return false;
  }
}
