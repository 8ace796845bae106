import { DataIntegrityProof } from '@digitalbazaar/data-integrity';
import * as Ed25519Multikey from '@digitalbazaar/ed25519-multikey';
import { cryptosuite } from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite';
import * as vc from '@digitalbazaar/vc';
import { describe, expect, test } from 'vitest';
import { loadHeld } from './contexts.ts';
import {
  checkProof,
  decodeBase58,
  encodeBase58,
  type IntegrityProof,
  readMultikey,
  signDocument,
  withBothProofs,
} from './index.ts';

/**
 * Goal: proofs are those of the W3C cryptosuite, to the byte.
 * Method: the key pair, credential and proof value of W3C's own test vectors for eddsa-rdfc-2022; then what must be refused.
 */
const SECRET = 'z3u2en7t5LR2WtQH5PfFqMqwVHBeXouLzo6haApm8XHqvjxq';
const SEED = decodeBase58(SECRET)!.slice(2);
const KEY = 'z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2';
const METHOD = `https://vc.example/issuers/5678#${KEY}`;
const CREDENTIAL = {
  '@context': ['https://www.w3.org/ns/credentials/v2', 'https://www.w3.org/ns/credentials/examples/v2'],
  id: 'urn:uuid:58172aac-d8ba-11ed-83dd-0b3aef56cc33',
  type: ['VerifiableCredential', 'AlumniCredential'],
  name: 'Alumni Credential',
  description: 'A minimum viable example of an Alumni Credential.',
  issuer: 'https://vc.example/issuers/5678',
  validFrom: '2023-01-01T00:00:00Z',
  credentialSubject: { id: 'did:example:abcdefgh', alumniOf: 'The School of Examples' },
};
const CREATED = new Date('2023-02-24T23:36:38Z');
const NOW = new Date('2026-01-01T00:00:00Z');

const findKey = (method: string) =>
  method === METHOD ? { controller: CREDENTIAL.issuer, publicKey: readMultikey(KEY)! } : undefined;

describe('eddsa-rdfc-2022', () => {
  test.each([
    // The Recommendation of May 2025, and the draft before it, whose key is told by its owner.
    [
      `did:key:${KEY}#${KEY}`,
      'z2YwC8z3ap7yx1nZYCg4L3j3ApHsF8kgPdSb5xoS1VR7vPG3F561B52hYnQF9iseabecm3ijx4K1FBTQsCZahKZme',
    ],
    [METHOD, 'z21EVs3eXERqTn4acNHT9viboqgzUaQ3kTmhPT3eA8qrVPE7CrQq78WkzctnMX5W4CrzcKnHw8V6dvy5pgWYCU5e9'],
  ])('the proof of %s has the value of the specification', async (method, proofValue) => {
    const signed = await signDocument(CREDENTIAL, { seed: SEED, created: CREATED, method });
    expect(signed.proof.proofValue).toBe(proofValue);
    const verdict = await checkProof(signed, NOW, method === METHOD ? findKey : undefined);
    const controller = method === METHOD ? CREDENTIAL.issuer : `did:key:${KEY}`;
    expect(verdict).toEqual({ ok: true, controller, created: CREATED });
  });

  test('another program verifies what we sign, and we what it signs', async () => {
    const own = { ...CREDENTIAL, issuer: `did:key:${KEY}` };
    const signed = await signDocument(own, { seed: SEED, created: CREATED });
    const judged = await vc.verifyCredential({
      credential: structuredClone(signed),
      suite: new DataIntegrityProof({ cryptosuite }),
      documentLoader: loadForOthers,
    });
    expect(judged.error).toBeUndefined();
    expect(judged.verified).toBe(true);
    // Of a certificate signed with SM2 too, it reads the signature that it knows.
    const second = await signDocument(own, { seed: SEED, created: CREATED, suite: 'banyan-sm2-rdfc-2026' });
    const ofBoth = await vc.verifyCredential({
      credential: structuredClone(withBothProofs(signed, second)),
      suite: new DataIntegrityProof({ cryptosuite }),
      documentLoader: loadForOthers,
    });
    expect(ofBoth.error).toBeUndefined();
    expect(ofBoth.verified).toBe(true);

    const [id, controller] = [`did:key:${KEY}#${KEY}`, `did:key:${KEY}`];
    const pair = await Ed25519Multikey.from({ ...MULTIKEY, id, controller, secretKeyMultibase: SECRET });
    const theirs = await vc.issue({
      credential: structuredClone(own),
      suite: new DataIntegrityProof({ signer: pair.signer(), cryptosuite, date: CREATED }),
      documentLoader: loadForOthers,
    });
    expect(await checkProof(theirs, NOW)).toMatchObject({ ok: true, controller });
    expect(theirs['proof']).toMatchObject({ proofValue: signed.proof.proofValue });
  });

  const broken: [string, (signed: Signed) => object, string][] = [
    ['no proof', ({ proof: _, ...rest }) => rest, 'no-proof'],
    ['another claim', (signed) => ({ ...signed, name: 'Alumna Credential' }), 'wrong'],
    ['one claim more', (signed) => ({ ...signed, validUntil: '2030-01-01T00:00:00Z' }), 'wrong'],
    ['a term that means nothing', (signed) => ({ ...signed, '@context': signed['@context'].slice(0, 1) }), 'malformed'],
    [
      'a context that is not held',
      (signed) => ({ ...signed, '@context': [...signed['@context'], 'https://a.example/'] }),
      'malformed',
    ],
    ['another time of signing', withProof({ created: '2023-02-24T23:36:39Z' }), 'wrong'],
    ['no time', withProof({ created: 'yesterday' }), 'malformed'],
    ['an end that is past', withProof({ expires: '2025-01-01T00:00:00Z' }), 'expired'],
    ['another purpose', withProof({ proofPurpose: 'authentication' }), 'other-kind'],
    ['another suite', withProof({ cryptosuite: 'eddsa-jcs-2022' }), 'other-kind'],
    ['a key that nobody knows', withProof({ verificationMethod: METHOD }), 'unknown-key'],
    [
      'a key that does not match its name',
      withProof({ verificationMethod: `did:key:${KEY.slice(0, -1)}3#${KEY}` }),
      'unknown-key',
    ],
    ['a short value', withProof({ proofValue: 'z21EVs3' }), 'malformed'],
    ['two proofs', (signed) => ({ ...signed, proof: [signed.proof, signed.proof] }), 'malformed'],
  ];
  test.each(broken)('%s is refused', async (_, breakIt, reason) => {
    const signed = await signDocument(CREDENTIAL, { seed: SEED, created: CREATED });
    expect(await checkProof(breakIt(signed) as Record<string, unknown>, NOW)).toEqual({ ok: false, reason });
  });

  test('contexts of the proof may be a beginning of those of the document, nothing else', async () => {
    const signed = await signDocument(CREDENTIAL, { seed: SEED, created: CREATED });
    const context = CREDENTIAL['@context'];
    expect(await checkProof(withProof({ '@context': context })(signed), NOW)).toMatchObject({ ok: true });
    for (const other of [context.slice(1), [...context].reverse()])
      expect(await checkProof(withProof({ '@context': other })(signed), NOW)).toEqual({
        ok: false,
        reason: 'malformed',
      });
  });
});

const MULTIKEY = { '@context': 'https://w3id.org/security/multikey/v1', type: 'Multikey', publicKeyMultibase: KEY };

/** Contexts as we hold them, and the owner of the key, whom others ask by its address. */
async function loadForOthers(url: string): Promise<object> {
  if (!url.startsWith('did:key:')) return loadHeld(url);
  const [id, controller] = [`did:key:${KEY}#${KEY}`, `did:key:${KEY}`];
  const key = { ...MULTIKEY, id, controller };
  const owner = { '@context': 'https://www.w3.org/ns/did/v1', id: controller, assertionMethod: [key] };
  return { documentUrl: url, document: url.includes('#') ? key : owner };
}

type Signed = typeof CREDENTIAL & { proof: IntegrityProof };

function withProof(change: object): (signed: Signed) => Record<string, unknown> {
  return (signed) => ({ ...signed, proof: { ...signed.proof, ...change } });
}

describe('keys as text', () => {
  test.each(['z', 'z11', 'zQ', `z${'1'.repeat(20)}Q`])('%s is read and written the same', (text) => {
    expect(encodeBase58(decodeBase58(text)!)).toBe(text);
  });

  test.each(['', 'Q', 'z0', 'zI', 'zé', `z${'1'.repeat(300)}`])('%s is no base58', (text) => {
    expect(decodeBase58(text)).toBeUndefined();
  });
});
