import { createPrivateKey, createPublicKey, hash, type KeyObject, sign, verify } from 'node:crypto';

export { signSm2, sm2PublicKeyOf, verifySm2 } from './sm2.ts';

/** DER around a raw Ed25519 key (RFC 8410). */
const SPKI = Buffer.from('302a300506032b6570032100', 'hex');
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');

/** Imported as `#crypto`: this file by the server, `browser.ts`, which does the same, by pages. */
export function sha256(bytes: Uint8Array): Uint8Array {
  return hash('sha256', bytes, 'buffer');
}

/** The public key, 32 bytes, of an Ed25519 seed of 32 bytes. */
export function publicKeyOf(seed: Uint8Array): Uint8Array {
  const key = createPublicKey(secretOf(seed)).export({ format: 'der', type: 'spki' });
  return new Uint8Array(key.subarray(SPKI.length));
}

export function signEd25519(seed: Uint8Array, message: Uint8Array): Uint8Array {
  return sign(null, message, secretOf(seed));
}

/** False also for what is no key and no signature at all. */
export function verifyEd25519(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  if (publicKey.length !== 32) return false;
  const key = createPublicKey({ key: Buffer.concat([SPKI, publicKey]), format: 'der', type: 'spki' });
  return verify(null, message, key, signature);
}

function secretOf(seed: Uint8Array): KeyObject {
  return createPrivateKey({ key: Buffer.concat([PKCS8, seed]), format: 'der', type: 'pkcs8' });
}
