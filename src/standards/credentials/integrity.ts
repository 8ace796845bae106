import { publicKeyOf, sha256, signEd25519, signSm2, sm2PublicKeyOf, verifyEd25519, verifySm2 } from '#crypto';
import { canonicalJson } from '#standards/canonical-json';
import { isDateTimeStamp, isObject } from './data-model.ts';
import { digestOfQuads } from './linked-data.ts';
import { decodeBase58, encodeBase58, keyOfMethod, methodOfKey } from './multibase.ts';

/**
 * The ways to sign. The W3C has none for SM2: ours does with SM2 and SM3 what `eddsa-rdfc-2022` does with Ed25519, over the same bytes.
 */
const SUITES = {
  'eddsa-rdfc-2022': { publicKeyOf, sign: signEd25519, verify: verifyEd25519 },
  'banyan-sm2-rdfc-2026': { publicKeyOf: sm2PublicKeyOf, sign: signSm2, verify: verifySm2 },
} as const;
export type Cryptosuite = keyof typeof SUITES;

/** A Data Integrity proof of a kind that is written and accepted. */
export interface IntegrityProof {
  type: 'DataIntegrityProof';
  cryptosuite: Cryptosuite;
  created: string;
  verificationMethod: string;
  proofPurpose: 'assertionMethod';
  proofValue: string;
}

type Document = Readonly<Record<string, unknown>>;

/**
 * The document with its proof, signed by the key of this seed.
 *
 * @param created the second is what is kept of it
 * @param method  how the key is told to others; as its own did:key unless said
 *
 * Source: W3C Data Integrity EdDSA Cryptosuites v1.0, section 3.2 (eddsa-rdfc-2022).
 */
export async function signDocument<T extends object>(
  document: T,
  {
    seed,
    created,
    suite = 'eddsa-rdfc-2022',
    method = methodOfKey(SUITES[suite].publicKeyOf(seed)),
  }: { seed: Uint8Array; created: Date; suite?: Cryptosuite; method?: string },
): Promise<T & { proof: IntegrityProof }> {
  const options = {
    type: 'DataIntegrityProof',
    cryptosuite: suite,
    created: created.toISOString().replace(/\.\d+Z$/, 'Z'),
    verificationMethod: method,
    proofPurpose: 'assertionMethod',
  } as const;
  const signature = SUITES[suite].sign(seed, await hashToSign(document as Document, options));
  return { ...document, proof: { ...options, proofValue: encodeBase58(signature) } };
}

/** Whose signature is on a document, or why there is none that counts. */
export type ProofVerdict = { ok: true; controller: string; created: Date | null } | { ok: false; reason: ProofFlaw };
export type ProofFlaw = 'no-proof' | 'other-kind' | 'unknown-key' | 'malformed' | 'expired' | 'wrong';

/** Whose key a verification method is; undefined where it is not known. */
export type KeyFinder = (method: string) => { controller: string; publicKey: Uint8Array } | undefined;

/** Checks the one proof of a document. Whether its key's controller is to be believed is not looked at. */
export async function checkProof(
  document: Document,
  now: Date,
  findKey: KeyFinder = keyOfMethod,
): Promise<ProofVerdict> {
  const { proof, ...unsigned } = document;
  const flaw = (reason: ProofFlaw): ProofVerdict => ({ ok: false, reason });
  if (proof === undefined) return flaw('no-proof');
  if (!isObject(proof)) return flaw('malformed');
  const { proofValue, ...options } = proof;
  const { type, cryptosuite, proofPurpose, verificationMethod, created, expires } = options;
  if (type !== 'DataIntegrityProof' || !isSuite(cryptosuite) || proofPurpose !== 'assertionMethod') {
    return flaw('other-kind');
  }
  if (![created, expires].every((time) => time === undefined || isDateTimeStamp(time))) return flaw('malformed');
  const signature = typeof proofValue === 'string' ? decodeBase58(proofValue) : undefined;
  if (signature?.length !== 64) return flaw('malformed');
  const key = typeof verificationMethod === 'string' ? findKey(verificationMethod) : undefined;
  if (key === undefined) return flaw('unknown-key');
  if (typeof expires === 'string' && Date.parse(expires) < now.getTime()) return flaw('expired');
  const context = contextOf(unsigned['@context'], options['@context']);
  if (context === undefined) return flaw('malformed');
  try {
    const hash = await hashToSign({ ...unsigned, '@context': context }, options);
    if (!SUITES[cryptosuite].verify(key.publicKey, hash, signature)) return flaw('wrong');
  } catch {
    // What cannot be understood cannot have been signed.
    return flaw('malformed');
  }
  return { ok: true, controller: key.controller, created: typeof created === 'string' ? new Date(created) : null };
}

const isSuite = (name: unknown): name is Cryptosuite => typeof name === 'string' && Object.hasOwn(SUITES, name);

/** Section 3.3.5: what is signed is the digest of the proof's options, then that of the document. */
async function hashToSign(document: Document, options: Document): Promise<Uint8Array> {
  const told = await digestOfQuads({ ...options, '@context': document['@context'] });
  const body = await digestOfQuads(document);
  const both = new Uint8Array(told.length + body.length);
  both.set(told);
  both.set(body, told.length);
  return both;
}

/** Section 3.2.2: contexts of the proof, where it has its own, are those with which those of the document begin. */
function contextOf(document: unknown, proof: unknown): unknown {
  if (proof === undefined) return document;
  const [whole, first] = [document, proof].map((given) => (Array.isArray(given) ? given : [given]));
  return canonicalJson(whole!.slice(0, first!.length)) === canonicalJson(first) ? proof : undefined;
}

/** What a platform publishes of its keys at /.well-known/did.json: those that signed and those that sign. */
export function controllerDocument(did: string, multikeys: readonly string[]): object {
  const methods = multikeys.map((multikey) => ({
    id: `${did}#${multikey}`,
    type: 'Multikey',
    controller: did,
    publicKeyMultibase: multikey,
  }));
  return {
    '@context': ['https://www.w3.org/ns/did/v1', 'https://w3id.org/security/multikey/v1'],
    id: did,
    alsoKnownAs: multikeys.map((multikey) => `did:key:${multikey}`),
    verificationMethod: methods,
    assertionMethod: methods.map(({ id }) => id),
  };
}

/** The did:web of whoever answers at this address. */
export function didOfUrl(url: string): string {
  const { host, pathname } = new URL(url);
  const path = pathname.split('/').filter((part) => part !== '');
  return ['did', 'web', host.replace(':', '%3A'), ...path].join(':');
}

/** SHA-256 of a JSON value's one spelling, base64url. */
export function digestOfJson(value: unknown): string {
  const bytes = sha256(new TextEncoder().encode(canonicalJson(value)));
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '');
}
