import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeList, encodeList, isSet, LIST_LENGTH, StatusListError } from './index.ts';

/**
 * Goal: lists are those of Bitstring Status List v1.0.
 * Method: the list of the specification's example; every set of places comes back; what must be refused.
 */
describe('bitstring status lists', () => {
  test('the example of the specification is an empty list of the least length', async () => {
    const bits = await decodeList('uH4sIAAAAAAAAA-3BMQEAAADCoPVPbQwfoAAAAAAAAAAAAAAAAAAAAIC3AYbSVKsAQAAA');
    expect(bits).toEqual(new Uint8Array(16_384));
  });

  test('the first place is the leftmost bit', async () => {
    const bits = await decodeList(await encodeList([0, 15, LIST_LENGTH - 1]));
    expect([bits[0], bits[1], bits.at(-1), bits.length]).toEqual([0x80, 0x01, 0x01, 16_384]);
  });

  test('what is set comes back, and nothing else', async () => {
    const places = fc.uniqueArray(fc.nat(LIST_LENGTH - 1), { maxLength: 300 });
    await fc.assert(
      fc.asyncProperty(places, async (set) => {
        const bits = await decodeList(await encodeList(set));
        const found = Array.from({ length: LIST_LENGTH }, (_, place) => place).filter((place) => isSet(bits, place));
        expect(found).toEqual(set.toSorted((one, two) => one - two));
      }),
      { numRuns: 20 },
    );
  });

  const packed = (bytes: Uint8Array) => gzipSync(bytes).toString('base64url');
  test.each([
    ['another multibase', `z${packed(new Uint8Array(16_384))}`],
    ['padding', `u${packed(new Uint8Array(16_384))}=`],
    ['no gzip', `u${Buffer.from('text').toString('base64url')}`],
    ['one byte too short', `u${packed(new Uint8Array(16_383))}`],
    ['a bomb', `u${packed(new Uint8Array(50_000_000))}`],
    ['cut off', `u${packed(new Uint8Array(16_384)).slice(0, 12)}`],
  ])('%s is refused', async (_, text) => {
    await expect(decodeList(text)).rejects.toThrow(StatusListError);
  });

  test('a place outside is refused', async () => {
    await expect(encodeList([LIST_LENGTH])).rejects.toThrow(StatusListError);
    await expect(encodeList([], 8)).rejects.toThrow(StatusListError);
    const bits = new Uint8Array(16_384);
    for (const place of [-1, 0.5, LIST_LENGTH, Number.NaN]) expect(() => isSet(bits, place)).toThrow(StatusListError);
  });
});
