/**
 * PostgreSQL's `hashtextextended(text, 0)`, worked out here, so that the tokens that a resource is found by can be made on either
 * side: by the million in this program, one by one in SQL (`tokens @> array[hashtextextended('code=http://loinc.org|718-7', 0)]`).
 *
 * Source: PostgreSQL, src/common/hashfn.c, hash_bytes_extended (Bob Jenkins, lookup3), for little-endian machines and seed 0.
 */

const words = new Int32Array(2);
const result = new BigInt64Array(words.buffer);
let bytes = new Uint8Array(512);
const encoder = new TextEncoder();

export function hashText(text: string): bigint {
  const length = encode(text);
  let a = (0x9e3779b9 + length + 3_923_095) | 0;
  let b = a;
  let c = a;
  let at = 0;
  for (let left = length; left >= 12; left -= 12, at += 12) {
    a = (a + word(at)) | 0;
    b = (b + word(at + 4)) | 0;
    c = (c + word(at + 8)) | 0;
    a = (a - c) ^ rotate(c, 4);
    c = (c + b) | 0;
    b = (b - a) ^ rotate(a, 6);
    a = (a + c) | 0;
    c = (c - b) ^ rotate(b, 8);
    b = (b + a) | 0;
    a = (a - c) ^ rotate(c, 16);
    c = (c + b) | 0;
    b = (b - a) ^ rotate(a, 19);
    a = (a + c) | 0;
    c = (c - b) ^ rotate(b, 4);
    b = (b + a) | 0;
  }
  // The lowest byte of c belongs to the length.
  for (let place = 0; at < length; place += 1, at += 1) {
    const byte = bytes[at]!;
    if (place < 4) a = (a + (byte << (8 * place))) | 0;
    else if (place < 8) b = (b + (byte << (8 * (place - 4)))) | 0;
    else c = (c + (byte << (8 * (place - 7)))) | 0;
  }
  c = ((c ^ b) - rotate(b, 14)) | 0;
  a = ((a ^ c) - rotate(c, 11)) | 0;
  b = ((b ^ a) - rotate(a, 25)) | 0;
  c = ((c ^ b) - rotate(b, 16)) | 0;
  a = ((a ^ c) - rotate(c, 4)) | 0;
  b = ((b ^ a) - rotate(a, 14)) | 0;
  c = ((c ^ b) - rotate(b, 24)) | 0;
  words[0] = c;
  words[1] = b;
  return result[0]!;
}

/** The lower half: a number for a short closed list of names, such as search parameters and units. */
export function hashName(text: string): number {
  hashText(text);
  return words[0]!;
}

function encode(text: string): number {
  const { length } = text;
  if (length * 3 > bytes.length) bytes = new Uint8Array(length * 6);
  for (let at = 0; at < length; at += 1) {
    const code = text.charCodeAt(at);
    if (code > 0x7f) return encoder.encodeInto(text, bytes).written;
    bytes[at] = code;
  }
  return length;
}

function word(at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
}

function rotate(value: number, by: number): number {
  return (value << by) | (value >>> (32 - by));
}
