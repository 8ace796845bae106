import { createHash, createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { signSm2, signWith, sm2PublicKeyOf, verifySm2 } from './sm2.ts';
import { sm3 } from './sm3.ts';

const hex = (text: string) => Uint8Array.from(Buffer.from(text, 'hex'));
const toHex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const utf8 = (text: string) => new TextEncoder().encode(text);
const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });

/**
 * Goal: SM3 is transcribed without error.
 * Method: the two examples of GM/T 0004-2012, annex A; then OpenSSL's own on messages of every length around a block.
 */
describe('SM3', () => {
  test.each([
    ['abc', '66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0'],
    ['abcd'.repeat(16), 'debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732'],
  ])('of %s', (text, digest) => {
    expect(toHex(sm3(utf8(text)))).toBe(digest);
  });

  test('is that of OpenSSL', () => {
    for (let length = 0; length < 200; length += 1) {
      const message = Uint8Array.from({ length }, (_, at) => (at * 37 + length) & 255);
      expect(toHex(sm3(message))).toBe(createHash('sm3').update(message).digest('hex'));
    }
  });
});

/** OpenSSL writes r and s as a sequence of whole numbers. */
function derOf(raw: Uint8Array): Uint8Array {
  const whole = (bytes: Uint8Array): number[] => {
    const from = bytes.findIndex((byte) => byte !== 0);
    const body = [...(bytes[from]! > 127 ? [0] : []), ...bytes.subarray(from)];
    return [2, body.length, ...body];
  };
  const body = [...whole(raw.subarray(0, 32)), ...whole(raw.subarray(32))];
  return Uint8Array.from([0x30, body.length, ...body]);
}

function rawOf(der: Uint8Array): Uint8Array {
  const raw = new Uint8Array(64);
  let at = 2;
  for (const end of [32, 64]) {
    const whole = der.subarray(at + 2, at + 2 + der[at + 1]!);
    const digits = whole.subarray(Math.max(0, whole.length - 32));
    raw.set(digits, end - digits.length);
    at += 2 + whole.length;
  }
  return raw;
}

/**
 * Goal: SM2 is transcribed without error, and nothing but the true signature is taken.
 * Method: the example of GB/T 32918.5-2017, A.2, with its number used once; then OpenSSL, which signs without a name, both ways; then single bits turned.
 */
describe('SM2', () => {
  const SECRET = 0x3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8n;
  const seedOf = (secret: bigint) => hex((secret - 1n).toString(16).padStart(64, '0'));
  const KEY = hex('0309f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020');
  const EXAMPLE = hex(
    'f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa',
  );

  test('the example of the standard', () => {
    expect(sm2PublicKeyOf(seedOf(SECRET))).toEqual(KEY);
    const e = 0xf0b43e94ba45accaace692ed534382eb17e6ab5a19ce7b31f4486fdfc0d28640n;
    const once = 0x59276e27d506861a16680f3ad9c02dccef3cc1fa3cdbe4ce6d54b80deac1bc21n;
    expect(signWith(SECRET, e, once)).toEqual(EXAMPLE);
    expect(verifySm2(KEY, utf8('message digest'), EXAMPLE)).toBe(true);
    expect(verifySm2(KEY, utf8('message digesT'), EXAMPLE)).toBe(false);
    expect(verifySm2(KEY, utf8('message digest'), EXAMPLE, utf8('ALICE123@YAHOO.COM'))).toBe(false);
  });

  test('OpenSSL takes ours and we take its, without a name', () => {
    const der = (scalar: Uint8Array) =>
      createPrivateKey({
        key: Buffer.concat([hex('3041020100301306072a8648ce3d020106082a811ccf5501822d042730250201010420'), scalar]),
        format: 'der',
        type: 'pkcs8',
      });
    const scalar = hex(SECRET.toString(16));
    const message = utf8('分子分型');
    const [ours, nobody] = [signSm2(seedOf(SECRET), message, new Uint8Array()), new Uint8Array()];
    const key = der(scalar);
    expect(verify('sm3', message, createPublicKey(key), derOf(ours))).toBe(true);
    const its = rawOf(sign('sm3', message, key));
    expect(verifySm2(KEY, message, its, nobody)).toBe(true);
    expect(verifySm2(KEY, message, its)).toBe(false);
  });

  test('its own signatures hold, and no other', () => {
    fc.assert(
      fc.property(bytes(32), fc.uint8Array(), fc.nat(511), (seed, message, bit) => {
        const key = sm2PublicKeyOf(seed);
        const signature = signSm2(seed, message);
        expect(signSm2(seed, message)).toEqual(signature);
        expect(verifySm2(key, message, signature)).toBe(true);
        signature[bit >> 3]! ^= 1 << (bit & 7);
        expect(verifySm2(key, message, signature)).toBe(false);
      }),
      { numRuns: 10 },
    );
  });

  test('what is no key or no signature is false', () => {
    const message = utf8('message digest');
    expect(verifySm2(KEY.subarray(1), message, EXAMPLE)).toBe(false);
    expect(verifySm2(KEY, message, EXAMPLE.subarray(1))).toBe(false);
    expect(verifySm2(KEY, message, new Uint8Array(64))).toBe(false);
    expect(
      verifySm2(
        Uint8Array.from({ length: 33 }, () => 255),
        message,
        EXAMPLE,
      ),
    ).toBe(false);
  });
});
