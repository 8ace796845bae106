/** Entries of a list that we make: the least that the standard allows, so that a certificate hides among enough others. */
export const LIST_LENGTH = 131_072;

/** Bytes that a list may have when it is unpacked: a small file cannot fill the memory. */
const MOST_BYTES = 4 * 1024 * 1024;

/** What is wrong with a list; the text is constant. */
export class StatusListError extends Error {
  override name = 'StatusListError';
}

/**
 * The bits as text: gzip, then base64url without padding, then the multibase prefix `u`.
 *
 * @param set positions that are 1; the first is the leftmost bit of the first byte
 *
 * Source: W3C Bitstring Status List v1.0, sections 3.3 (bitstring generation) and 2.2 (encodedList).
 */
export async function encodeList(set: Iterable<number>, length = LIST_LENGTH): Promise<string> {
  if (!(Number.isSafeInteger(length) && length >= LIST_LENGTH && length % 8 === 0)) {
    throw new StatusListError('a list has 131,072 entries at least, in whole bytes');
  }
  const bits = new Uint8Array(length / 8);
  for (const place of set) {
    if (!(Number.isSafeInteger(place) && 0 <= place && place < length)) {
      throw new StatusListError('the place is not in the list');
    }
    bits[place >> 3]! |= 0x80 >> (place & 7);
  }
  return `u${toBase64Url(await through(bits, new CompressionStream('gzip'), Infinity))}`;
}

/** @throws StatusListError when the text is no list, shorter than the standard allows, or too large to be read */
export async function decodeList(text: string): Promise<Uint8Array> {
  const packed = text.startsWith('u') ? fromBase64Url(text.slice(1)) : undefined;
  if (packed === undefined) throw new StatusListError('the list is not in base64url');
  let bits: Uint8Array;
  try {
    bits = await through(packed, new DecompressionStream('gzip'), MOST_BYTES);
  } catch (cause) {
    if (cause instanceof StatusListError) throw cause;
    throw new StatusListError('the list is not packed by gzip', { cause });
  }
  if (bits.length * 8 < LIST_LENGTH) throw new StatusListError('the list is shorter than the standard allows');
  return bits;
}

/** @throws StatusListError when the place is not in the list */
export function isSet(bits: Uint8Array, place: number): boolean {
  const byte = Number.isSafeInteger(place) && place >= 0 ? bits[Math.floor(place / 8)] : undefined;
  if (byte === undefined) throw new StatusListError('the place is not in the list');
  return (byte & (0x80 >> (place % 8))) !== 0;
}

async function through(
  bytes: Uint8Array,
  stream: CompressionStream | DecompressionStream,
  most: number,
): Promise<Uint8Array> {
  const packed = new Blob([bytes as Uint8Array<ArrayBuffer>]).stream().pipeThrough(stream);
  const reader = packed.getReader();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (let step = await reader.read(); !step.done; step = await reader.read()) {
    size += step.value.length;
    if (size > most) {
      await reader.cancel();
      throw new StatusListError('the list is too large to be read');
    }
    chunks.push(step.value);
  }
  const whole = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}

function toBase64Url(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

/** Only the one right spelling; undefined for any other. */
function fromBase64Url(text: string): Uint8Array | undefined {
  if (!/^[A-Za-z0-9_-]*$/.test(text)) return undefined;
  const bytes = Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (char) => char.charCodeAt(0));
  return toBase64Url(bytes) === text ? bytes : undefined;
}
