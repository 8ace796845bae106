import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Arrival, encodeFrame, FrameDecoder } from './index.ts';

/**
 * Goal: what was framed comes out again, whatever the network does to the stream, in bounded memory.
 * Method: random messages, random cuts; then each kind of damage by hand.
 */
const message = fc
  .uint8Array({ maxLength: 60 })
  .map((bytes) => Buffer.from(bytes.filter((byte) => byte !== 0x0b && byte !== 0x1c)));

function decode(stream: Buffer, cuts: number[], options = {}): Arrival[] {
  const decoder = new FrameDecoder(options);
  const places = [...new Set(cuts.map((cut) => cut % (stream.length + 1)))].sort((a, b) => a - b);
  const pieces = [0, ...places].map((from, index) => stream.subarray(from, places[index] ?? stream.length));
  return [...pieces.flatMap((piece) => decoder.push(piece)), ...decoder.end()];
}

describe('frames', () => {
  test('come out as they went in, split anywhere, with line breaks between them', () => {
    fc.assert(
      fc.property(fc.array(message, { maxLength: 6 }), fc.array(fc.nat(), { maxLength: 20 }), (messages, cuts) => {
        const stream = Buffer.concat(messages.flatMap((each) => [encodeFrame(each), Buffer.from('\r\n')]));
        expect(decode(stream, cuts)).toEqual(messages.map((bytes) => ({ kind: 'message', bytes })));
      }),
    );
  });

  test('never yield more than the limit, nor lose the frame after a long one', () => {
    fc.assert(
      fc.property(fc.integer({ min: 33, max: 200 }), fc.array(fc.nat(), { maxLength: 20 }), (length, cuts) => {
        const stream = Buffer.concat([encodeFrame(Buffer.alloc(length, 65)), encodeFrame('MSH')]);
        expect(decode(stream, cuts, { maxBytes: 32, keptBytes: 8 })).toEqual([
          { kind: 'too-long', bytes: Buffer.alloc(8, 65), length },
          { kind: 'message', bytes: Buffer.from('MSH') },
        ]);
      }),
    );
  });

  test('a message of exactly the limit is taken', () => {
    expect(decode(encodeFrame('x'.repeat(32)), [], { maxBytes: 32 })).toMatchObject([{ kind: 'message' }]);
  });

  test('bytes between frames are told and do not hurt the next frame', () => {
    const stream = Buffer.concat([Buffer.from('GET / HTTP/1.1\r\n'), encodeFrame('MSH')]);
    expect(decode(stream, [3, 9])).toEqual([
      { kind: 'garbage', bytes: Buffer.from('GET / HTTP/1.1\r\n'), length: 16 },
      { kind: 'message', bytes: Buffer.from('MSH') },
    ]);
  });

  test('a frame that begins inside another tells of the broken one', () => {
    const stream = Buffer.concat([Buffer.from('\x0bMSH|half'), encodeFrame('MSH|whole')]);
    expect(decode(stream, [])).toEqual([
      { kind: 'broken-off', bytes: Buffer.from('MSH|half') },
      { kind: 'message', bytes: Buffer.from('MSH|whole') },
    ]);
  });

  test('a lone 0x1C is part of the message', () => {
    expect(decode(encodeFrame('a\x1cb'), [2, 3])).toEqual([{ kind: 'message', bytes: Buffer.from('a\x1cb') }]);
  });

  test('a line that closes inside a frame tells what was there', () => {
    expect(decode(Buffer.from('\x0bMSH|\x1c'), [5])).toEqual([{ kind: 'broken-off', bytes: Buffer.from('MSH|\x1c') }]);
  });
});
