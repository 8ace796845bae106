import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decimalText, FhirJsonError, faultOf, MOST_DEPTH, parseFhirJson, stringifyFhirJson } from './json.ts';

/**
 * Goal: what is read is written back with every decimal as its author wrote it, and text that two readers could understand
 * differently is refused.
 * Method: source texts compared with what comes back, by table and at random; then what must never be accepted.
 */
describe('FHIR JSON', () => {
  test.each([
    '{"a":1.00}',
    '{"a":[1.0,2,{"b":1e3}],"c":-0}',
    '{"a":12345678901234567890}',
    '{"a":0.1234567890123456789}',
    '{"a":1E-7,"b":[[1.10]]}',
    '{"value":1e999}',
    '[2.50]',
    '{"a":5.00 }',
    '{"a":0.0000001,"b":[-0.00000012]}',
  ])('%s comes back', (text) => {
    expect(stringifyFhirJson(parseFhirJson(text))).toBe(text.replace(' ', ''));
  });

  test('a decimal inside a resource that was copied is still exact, a changed one is written as changed', () => {
    const read = parseFhirJson('{"meta":{},"valueQuantity":{"value":4.20},"other":{"value":7.00}}') as {
      valueQuantity: { value: number };
      other: { value: number };
    };
    read.other.value = 8;
    expect(stringifyFhirJson({ ...read, meta: { versionId: '2' } })).toBe(
      '{"meta":{"versionId":"2"},"valueQuantity":{"value":4.20},"other":{"value":8}}',
    );
    expect(decimalText(read.valueQuantity, 'value')).toBe('4.20');
    expect(decimalText(read.other, 'value')).toBe('8');
  });

  test.each([
    ['', 0],
    ['  {"a": oops}', 8],
    ['{"a":1,}', 7],
    ['{"a":1 "b":2}', 7],
    ['[1,2', 4],
    ['[1,2}', 4],
    ['{"a":"x\ny"}', 5],
    ['{"a":"\u0085\u2028","b":01}', 15],
    ['{} {}', 3],
    ["{'a':1}", 1],
  ])('%j stops being JSON at %d', (text, at) => {
    expect(() => parseFhirJson(text)).toThrow(expect.objectContaining({ message: 'the text is not JSON', at }));
  });

  test('a fault is found at the end of JSON exactly where there is none, and never after the sign that made it', () => {
    const torn = fc.tuple(fc.json(), fc.nat(), fc.constantFrom('}', ']', ',', ':', 'x', '1', '-', ' '));
    fc.assert(
      fc.property(torn, ([json, place, sign]) => {
        expect(faultOf(json)).toBe(json.length);
        const at = place % (json.length + 1);
        const text = json.slice(0, at) + sign + json.slice(at);
        expect(faultOf(text) < text.length || canParse(text) || json.length === at).toBe(true);
        if (canParse(text)) expect(faultOf(text)).toBe(text.length);
      }),
      { numRuns: 2_000 },
    );
  });

  test('any JSON with any decimals comes back, with and without a byte order mark', () => {
    const digits = fc.stringMatching(/^\d{1,22}$/);
    const decimal = fc
      .tuple(
        fc.boolean(),
        fc.stringMatching(/^(0|[1-9]\d{0,21})$/),
        fc.option(digits),
        fc.option(fc.integer({ min: -20, max: 20 })),
      )
      .map(([minus, whole, fraction, power]) =>
        [minus ? '-' : '', whole, fraction === null ? '' : `.${fraction}`, power === null ? '' : `e${power}`].join(''),
      );
    const leaf = fc.oneof(
      decimal,
      fc.string().map((text) => JSON.stringify(text)),
      fc.constantFrom('null', 'true', '"1.00,"'),
    );
    const { document } = fc.letrec<{ document: string }>((tie) => ({
      document: fc.oneof(
        { depthSize: 'small' },
        fc.array(fc.oneof(leaf, tie('document'))).map((items) => `[${items.join(',')}]`),
        fc
          .uniqueArray(fc.tuple(fc.stringMatching(/^[a-z:,{[]{0,5}$/), fc.oneof(leaf, tie('document'))), {
            selector: ([key]) => key,
          })
          .map((pairs) => `{${pairs.map(([key, value]) => `${JSON.stringify(key)}:${value}`).join(',')}}`),
      ),
    }));
    fc.assert(
      fc.property(document, (text) => {
        expect(stringifyFhirJson(parseFhirJson(text))).toBe(text);
        expect(stringifyFhirJson(parseFhirJson(`\uFEFF${text}`))).toBe(text);
      }),
      { numRuns: 500 },
    );
  });

  test.each([
    ['a property named twice', '{"a":1,"a":1}'],
    ['a name written with an escape', '{"a":{"x":1,"\\u0079":2}}'],
    ['__proto__', '{"a":{"__proto__":{"b":1}}}'],
    ['__proto__ by way of an escape', '{"\\u005f_proto__":1}'],
    ['a document nested too deeply', `${'['.repeat(MOST_DEPTH + 1)}${']'.repeat(MOST_DEPTH + 1)}`],
    ['an open string', '{"a":"\\"}'],
    ['something after the end', '{"a":1}}'],
    ['nothing', ''],
    ['a number written as JSON does not allow', '{"a":01.00}'],
  ])('refuses %s', (_name, text) => {
    expect(() => parseFhirJson(text)).toThrow(FhirJsonError);
  });

  test('accepts the deepest nesting allowed', () => {
    const text = `${'['.repeat(MOST_DEPTH)}${']'.repeat(MOST_DEPTH)}`;
    expect(stringifyFhirJson(parseFhirJson(text))).toBe(text);
  });
});

function canParse(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
