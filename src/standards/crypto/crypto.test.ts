import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as browser from './browser.ts';
import * as node from './node.ts';

/**
 * Goal: a page computes what the server computes.
 * Method: RFC 8032's own vector, then random keys and messages in both, each other's signatures, and single bits turned.
 */
describe('the two ways to the same cryptography', () => {
  const hex = (text: string) => Uint8Array.from(Buffer.from(text, 'hex'));

  test('RFC 8032, section 7.1, test 2', () => {
    const seed = hex('4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb');
    const key = hex('3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c');
    const signature = hex(
      '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
    );
    for (const way of [browser, node]) {
      expect(way.publicKeyOf(seed)).toEqual(key);
      expect(new Uint8Array(way.signEd25519(seed, hex('72')))).toEqual(signature);
      expect(way.verifyEd25519(key, hex('72'), signature)).toBe(true);
      expect(way.verifyEd25519(key, hex('73'), signature)).toBe(false);
      expect(way.verifyEd25519(key.subarray(1), hex('72'), signature)).toBe(false);
      expect(way.verifyEd25519(key, hex('72'), signature.subarray(1))).toBe(false);
    }
  });

  test('they agree on every digest, signature and forgery', () => {
    const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
    fc.assert(
      fc.property(bytes(32), fc.uint8Array(), fc.nat(511), (seed, message, bit) => {
        expect(browser.sha256(message)).toEqual(new Uint8Array(node.sha256(message)));
        const key = node.publicKeyOf(seed);
        const signature = Uint8Array.from(node.signEd25519(seed, message));
        expect(browser.signEd25519(seed, message)).toEqual(signature);
        expect(browser.verifyEd25519(key, message, signature)).toBe(true);
        signature[bit >> 3]! ^= 1 << (bit & 7);
        expect(browser.verifyEd25519(key, message, signature)).toBe(false);
        expect(node.verifyEd25519(key, message, signature)).toBe(false);
      }),
      { numRuns: 50 },
    );
  });
});
