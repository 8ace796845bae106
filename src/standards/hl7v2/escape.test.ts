import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  buildMessage,
  buildSegment,
  escapeText,
  parseMessage,
  repeat,
  STANDARD_DELIMITERS,
  unescapeText,
} from './index.ts';

/**
 * Goal: any text survives a message, whatever its delimiters.
 * Method: random text over the awkward characters, through escape, builder and parser; then sequences by hand.
 */
const awkward = fc.string({
  unit: fc.constantFrom(...'|^~\\&#@\n\r\t\u000b\u001cEXF.br0A 张é'.split('')),
  maxLength: 30,
});
const delimiters = fc
  .shuffledSubarray([...'|^~\\&#@$*!'], { minLength: 5, maxLength: 5 })
  .map(([field, component, repetition, mark, subcomponent]) => ({
    field: field!,
    component: component!,
    repetition: repetition!,
    escape: mark!,
    subcomponent: subcomponent!,
  }));

describe('escaping', () => {
  test('gives every text back', () => {
    fc.assert(
      fc.property(awkward, delimiters, (text, chosen) => {
        expect(unescapeText(escapeText(text, chosen), chosen)).toBe(text);
        expect(unescapeText(escapeText(text), STANDARD_DELIMITERS)).toBe(text);
      }),
    );
  });

  test('carries texts through every place of a message', () => {
    const filled = awkward.filter((text) => text !== '' && text !== '""');
    fc.assert(
      fc.property(filled, filled, filled, filled, delimiters, (a, b, c, d, chosen) => {
        const built = buildMessage([
          buildSegment('MSH', ['sender'], chosen),
          buildSegment('OBX', [a, [b, [c, d]], repeat(d, [undefined, a])], chosen),
        ]);
        const segment = parseMessage(built).segment('OBX')!;
        expect([segment.text(1), segment.text(2, 1), segment.text(2, 2), segment.text(2, 2, 2)]).toEqual([a, b, c, d]);
        expect(segment.repetitions(3).map((each) => each.text(1) ?? each.text(2))).toEqual([d, a]);
      }),
    );
  });

  test.each([
    ['\\F\\ \\S\\ \\T\\ \\R\\ \\E\\', '| ^ & ~ \\'],
    ['a\\.br\\b', 'a\nb'],
    ['a\\.sp2\\b', 'a\n\nb'],
    ['\\H\\high\\N\\ low', 'high low'],
    ['\\X0D0A\\', '\r\n'],
    ['\\XE5BCA0\\', '张'],
    ['\\XFFFE\\', '\\XFFFE\\'],
    ['C:\\temp\\new', 'C:\\temp\\new'],
    ['\\', '\\'],
    ['5\\T\\6\\', '5&6\\'],
    ['\\Zlocal\\', '\\Zlocal\\'],
  ])('%s means %j', (escaped, meant) => {
    expect(unescapeText(escaped, STANDARD_DELIMITERS)).toBe(meant);
  });
});
