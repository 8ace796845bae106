import { weierstrassN } from '@noble/curves/abstract/weierstrass.js';
import { hmac } from '@noble/hashes/hmac.js';
import { sha512 } from '@noble/hashes/sha2.js';
import { sm3 } from './sm3.ts';

/** The recommended curve, GB/T 32918.5-2017. */
const CURVE = {
  p: 0xfffffffeffffffffffffffffffffffffffffffff00000000ffffffffffffffffn,
  a: 0xfffffffeffffffffffffffffffffffffffffffff00000000fffffffffffffffcn,
  b: 0x28e9fa9e9d9f5e344d5a9e4bcf6509a7f39789f515ab8f92ddbcbd414d940e93n,
  n: 0xfffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54123n,
  h: 1n,
  Gx: 0x32c4ae2c1f1981195f9904466a39c9948fe30bbff2660be1715a4589334c74c7n,
  Gy: 0xbc3736a2f4f6779c59bdcee36b692153d0a9877cc62a474002df32e52139f0a0n,
};
const { n } = CURVE;
const Point = weierstrassN(CURVE);
type Key = InstanceType<typeof Point>;

/** Who signs where nobody is named: what Chinese systems expect (GB/T 35276). */
const USUAL_ID = new TextEncoder().encode('1234567812345678');

/** The public key, compressed to 33 bytes, of a seed of 32 bytes. */
export function sm2PublicKeyOf(seed: Uint8Array): Uint8Array {
  return Point.BASE.multiply(secretOf(seed)).toBytes(true);
}

/**
 * r and s, 32 bytes each. The number used once comes from the secret and the message, as in RFC 6979, so that no source of randomness can give the key away.
 *
 * Source: GB/T 32918.2-2016, section 6.1.
 */
export function signSm2(seed: Uint8Array, message: Uint8Array, id: Uint8Array = USUAL_ID): Uint8Array {
  const secret = secretOf(seed);
  const e = digestOf(Point.BASE.multiply(secret), message, id);
  for (let round = 0; ; round += 1) {
    const once = 1n + (numberOf(hmac(sha512, bytesOf(secret), concat(bytesOf(e), Uint8Array.of(round)))) % (n - 1n));
    const signature = signWith(secret, e, once);
    if (signature !== undefined) return signature;
  }
}

/** With everything given, as the standard's example is; undefined for a number that must not be used. */
export function signWith(secret: bigint, e: bigint, once: bigint): Uint8Array | undefined {
  const r = mod(e + Point.BASE.multiply(once).toAffine().x);
  const s = mod(inverse(1n + secret) * (once - r * secret));
  return r === 0n || r + once === n || s === 0n ? undefined : concat(bytesOf(r), bytesOf(s));
}

/**
 * False also for what is no key and no signature at all.
 *
 * Source: GB/T 32918.2-2016, section 7.1.
 */
export function verifySm2(
  publicKey: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
  id: Uint8Array = USUAL_ID,
): boolean {
  if (signature.length !== 64 || publicKey.length !== 33) return false;
  let key: Key;
  try {
    key = Point.fromBytes(publicKey);
  } catch {
    return false;
  }
  const [r, s] = [numberOf(signature.subarray(0, 32)), numberOf(signature.subarray(32))];
  if (!(r > 0n && r < n && s > 0n && s < n)) return false;
  const t = mod(r + s);
  if (t === 0n) return false;
  const sum = Point.BASE.multiplyUnsafe(s).add(key.multiplyUnsafe(t));
  return !sum.is0() && mod(digestOf(key, message, id) + sum.toAffine().x) === r;
}

/** Who signs and with which key is hashed before the message (section 5.5). */
function digestOf(key: Key, message: Uint8Array, id: Uint8Array): bigint {
  const bits = 8 * id.length;
  const { x, y } = key.toAffine();
  const { a, b, Gx, Gy } = CURVE;
  const whose = sm3(concat(Uint8Array.of(bits >> 8, bits & 255), id, ...[a, b, Gx, Gy, x, y].map(bytesOf)));
  return numberOf(sm3(concat(whose, message)));
}

/** From 1 to n - 2. */
function secretOf(seed: Uint8Array): bigint {
  return 1n + (numberOf(seed) % (n - 2n));
}

function mod(value: bigint): bigint {
  const rest = value % n;
  return rest < 0n ? rest + n : rest;
}

function inverse(value: bigint): bigint {
  return Point.Fn.inv(mod(value));
}

function numberOf(bytes: Uint8Array): bigint {
  let value = 0n;
  for (const byte of bytes) value = (value << 8n) | BigInt(byte);
  return value;
}

function bytesOf(value: bigint): Uint8Array {
  const bytes = new Uint8Array(32);
  for (let at = 31, rest = value; at >= 0; at -= 1, rest >>= 8n) bytes[at] = Number(rest & 255n);
  return bytes;
}

function concat(...parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((size, { length }) => size + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
