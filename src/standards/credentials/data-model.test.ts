import { describe, expect, test } from 'vitest';
import { BASE_CONTEXT, findCredentialFaults, findPresentationFaults, findTermFaults } from './index.ts';

/**
 * Goal: each "must" of the data model's sections 4 and 5 is looked at.
 * Method: a sound credential, changed in one place; the fault names the place.
 */
const SOUND = {
  '@context': [BASE_CONTEXT],
  type: 'VerifiableCredential',
  issuer: 'did:example:issuer',
  credentialSubject: { id: 'did:example:subject' },
};
const DIGEST = 'sha384-lHKDHh0msc6pRx8PhDOMkNtSI8bOfsp4giNbUrw71nXXLf13nTqNJoRp3Nx+ArVK';

describe('a credential', () => {
  test.each<[string, object]>([
    ['24:00', { validFrom: '2024-02-29T24:00:00Z' }],
    ['the same end and beginning', { validFrom: '2024-01-01T01:00:00+01:00', validUntil: '2024-01-01T00:00:00Z' }],
    ['a name with direction', { name: { '@value': 'x', '@language': 'ar', '@direction': 'rtl' } }],
    ['resources with digests', { relatedResource: [{ id: 'https://a.example/', digestSRI: DIGEST }] }],
  ])('may have %s', (_, change) => {
    expect(findCredentialFaults({ ...SOUND, ...change })).toEqual([]);
  });

  test.each<[object, string]>([
    [{ '@context': BASE_CONTEXT }, '@context'],
    [{ '@context': [BASE_CONTEXT, 'not a url'] }, '@context[1]'],
    [{ '@context': [BASE_CONTEXT, 7] }, '@context[1]'],
    [{ '@context': ['https://www.w3.org/ns/credentials/examples/v2', BASE_CONTEXT] }, '@context'],
    [{ type: ['AlumniCredential'] }, 'type'],
    [{ type: ['VerifiableCredential', 7] }, 'type'],
    [{ id: ['urn:uuid:1', 'urn:uuid:2'] }, 'id'],
    [{ id: 'no url' }, 'id'],
    [{ issuer: 'no url' }, 'issuer'],
    [{ issuer: ['did:example:a', 'did:example:b'] }, 'issuer'],
    [{ issuer: {} }, 'issuer.id'],
    [{ issuer: { id: 'did:example:a', name: 7 } }, 'issuer.name'],
    [{ credentialSubject: [] }, 'credentialSubject'],
    [{ credentialSubject: 'did:example:subject' }, 'credentialSubject'],
    [{ validFrom: '2024-02-30T00:00:00Z' }, 'validFrom'],
    [{ validFrom: '2024-01-01T00:00:00' }, 'validFrom'],
    [{ validFrom: '2024-01-01' }, 'validFrom'],
    [{ validFrom: 1_700_000_000 }, 'validFrom'],
    [{ validFrom: '2024-01-02T00:00:00Z', validUntil: '2024-01-01T23:59:59Z' }, 'validUntil'],
    [{ credentialStatus: [{ type: 'A' }, { id: 'urn:x' }] }, 'credentialStatus[1].type'],
    [{ credentialSchema: { type: 'JsonSchema' } }, 'credentialSchema.id'],
    [{ credentialSchema: 'https://a.example/' }, 'credentialSchema'],
    [{ termsOfUse: [{ type: [] }] }, 'termsOfUse[0].type'],
    [{ evidence: { type: 'A', id: 'no url' } }, 'evidence.id'],
    [{ refreshService: { id: 'urn:x' } }, 'refreshService.type'],
    [{ proof: { proofValue: 'z1' } }, 'proof.type'],
    [{ name: { '@value': 'x', '@language': 'not a language' } }, 'name'],
    [{ description: { '@language': 'en' } }, 'description'],
    [{ description: { '@value': 'x', '@direction': 'up' } }, 'description'],
    [{ relatedResource: { id: 'https://a.example/' } }, 'relatedResource'],
    [{ relatedResource: { digestSRI: DIGEST } }, 'relatedResource.id'],
    [{ relatedResource: [1, 2].map(() => ({ id: 'https://a.example/', digestSRI: DIGEST })) }, 'relatedResource[1].id'],
  ])('may not have %j', (change, path) => {
    expect(findCredentialFaults({ ...SOUND, ...change }).map((fault) => fault.path)).toEqual([path]);
  });

  test.each([null, 7, 'text', [SOUND]])('%j is none', (value) => {
    expect(findCredentialFaults(value)).toHaveLength(1);
  });
});

describe('the terms', () => {
  test.each<[string, object]>([
    ['a claim without a meaning', { credentialSubject: { id: 'did:example:subject', shoeSize: 42 } }],
    ['a type without a meaning', { type: ['VerifiableCredential', 'ShoeCredential'] }],
    ['a context that is not held', { '@context': [BASE_CONTEXT, 'https://a.example/context'] }],
    ['a base term that is defined anew', { '@context': [BASE_CONTEXT, { name: 'https://a.example/#name' }] }],
    ['a type that is no URL', { '@context': [BASE_CONTEXT, { A: 'urn:a b' }], type: ['VerifiableCredential', 'A'] }],
  ])('%s is refused', async (_, change) => {
    expect(await findTermFaults({ ...SOUND, ...change })).toHaveLength(1);
  });

  test('a direction of text has a meaning', async () => {
    const name = { '@value': 'x', '@language': 'ar', '@direction': 'rtl' };
    expect(await findTermFaults({ ...SOUND, name })).toEqual([]);
  });
});

describe('a presentation', () => {
  const base = { '@context': [BASE_CONTEXT], type: ['VerifiablePresentation'] };
  const enveloped = {
    '@context': BASE_CONTEXT,
    type: 'EnvelopedVerifiableCredential',
    id: 'data:application/vc+jwt,eyJhbGci',
  };

  test.each<[string, object]>([
    ['a credential', { ...base, verifiableCredential: SOUND }],
    ['an enveloped one beside it', { ...base, verifiableCredential: [SOUND, enveloped] }],
    ['an envelope', { ...enveloped, type: 'EnvelopedVerifiablePresentation' }],
  ])('with %s is sound', (_, value) => {
    expect(findPresentationFaults(value)).toEqual([]);
  });

  test.each<[object, string]>([
    [{ ...base, verifiableCredential: ['https://a.example/'] }, 'verifiableCredential[0]'],
    [{ ...base, verifiableCredential: [{ ...SOUND, issuer: 7 }] }, 'verifiableCredential[0].issuer'],
    [{ ...base, verifiableCredential: { ...enveloped, id: 'urn:uuid:1' } }, 'verifiableCredential.id'],
    [{ ...base, verifiableCredential: { ...enveloped, '@context': [] } }, 'verifiableCredential.@context'],
    [{ ...base, holder: [] }, 'holder'],
    [{ ...base, type: 'Presentation' }, 'type'],
    [{ ...base, id: null }, 'id'],
  ])('%j is not', (value, path) => {
    expect(findPresentationFaults(value).map((fault) => fault.path)).toEqual([path]);
  });
});
