import { describe, expect, test } from 'vitest';
import { parseAcknowledgement } from './acknowledgement.ts';
import { parseBatch } from './batch.ts';
import { instance } from './samples.ts';
import { LIMITS } from './xml.ts';

const text = (): string => new TextDecoder().decode(instance('minimal'));

/**
 * Goal: a file that is not what it should be is answered with a sentence and a place, never with an exception and never half read.
 * Method: bad files with the place that a person would point at, and the same minimal batch with one thing broken.
 */
describe('a bad file', () => {
  test.each([
    ['empty', '', 'malformed', 1, 1],
    ['no XML', 'MSH|^~\\&|', 'malformed', 1, 9],
    ['a tag closed by another', '<a>\n  <b>\n  </c>\n</a>', 'malformed', 3, 6],
    ['cut off', '<a>\n<b>', 'malformed', 2, 4],
    ['a document type', '<!DOCTYPE a>\n<a/>', 'doctype', 1, 13],
    ['an entity of its own', '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>', 'doctype', 1, 55],
    ['an undefined entity', '<a>\n&b;</a>', 'malformed', 2, 4],
    ['an unbound prefix', '<a>\n <h:b/></a>', 'malformed', 2, 8],
    ['another document', '<a/>', 'not-a-batch', 1, 1],
    ['no namespace', '<MCCI_IN200100UV01/>', 'not-a-batch', 1, 1],
  ])('%s', (_, source, code, line, column) => {
    const { reports, issues } = parseBatch(source);
    expect(reports).toEqual([]);
    expect(issues).toMatchObject([{ code, severity: 'rejecting' }]);
    const [issue] = issues;
    expect([issue?.line, Math.abs((issue?.column ?? 0) - column) <= 2]).toEqual([line, true]);
    expect(issue?.message.en).not.toBe('');
    expect(issue?.message.zh).toMatch(/[\u4e00-\u9fff]/);
  });

  test('says line and column in its words', () => {
    const [issue] = parseBatch('<a>\n  <b>\n  </c>\n</a>').issues;
    expect(issue?.message.en).toMatch(/^the XML is not well-formed: .* \(line 3, column \d+\)$/);
    expect(issue?.message.zh).toMatch(/^XML 格式错误：结束标签与开始标签不匹配（第 3 行第 \d+ 列）$/);
  });

  test('that breaks off still says whom to answer', () => {
    const whole = text();
    const { batch, reports, issues } = parseBatch(whole.slice(0, whole.indexOf('<investigationEvent')));
    expect(batch).toMatchObject({ number: 'MIN-1', transmittedAt: '20260301120000+0800' });
    expect(reports).toEqual([]);
    expect(issues).toMatchObject([{ code: 'malformed' }]);
  });

  test('is bounded in size, depth and number', () => {
    const code = (source: string, limits: Partial<typeof LIMITS>): string | undefined =>
      parseBatch(source, { ...LIMITS, ...limits }).issues[0]?.code;
    expect(code(text(), { mostCharacters: 100 })).toBe('too-large');
    expect(code(text(), { mostElements: 50 })).toBe('too-large');
    expect(code(text(), { mostDepth: 10 })).toBe('too-deep');
    expect(code('<a>'.repeat(200_000), {})).toBe('too-deep');
  });

  test('in another encoding than it says', () => {
    const bytes = new TextEncoder().encode('<?xml version="1.0" encoding="UTF-8"?><a>').slice();
    expect(parseBatch(new Uint8Array([...bytes, 0xff, 0xfe])).issues).toMatchObject([{ code: 'encoding' }]);
    expect(parseBatch(new TextEncoder().encode('<?xml version="1.0" encoding="nonsense"?><a/>')).issues).toMatchObject([
      { code: 'encoding' },
    ]);
  });

  test('is no acknowledgement either', () => {
    expect(parseAcknowledgement('<a').issues).toMatchObject([{ code: 'malformed' }]);
    expect(parseAcknowledgement(text()).issues).toMatchObject([{ code: 'not-an-acknowledgement' }]);
  });
});

describe('encodings', () => {
  test('UTF-16 with its mark, and UTF-8 with one', () => {
    const whole = text();
    const wide = new Uint8Array(Buffer.from(`\ufeff${whole}`, 'utf16le'));
    expect(parseBatch(wide)).toEqual(parseBatch(whole));
    expect(parseBatch(`\ufeff${whole}`)).toEqual(parseBatch(whole));
  });
});

/** Goal: what is not understood is told, with its place, and what a region adds is kept. */
describe('what the standard has no place for', () => {
  const with_ = (mark: string, more: string): string => text().replace(mark, `${more}${mark}`);

  test('an element is told', () => {
    const { issues, reports } = parseBatch(with_('<statusCode', '<strange value="7"/>'));
    expect(reports).toHaveLength(1);
    expect(issues).toMatchObject([{ code: 'not-understood', severity: 'warning', report: 0, line: 36 }]);
    expect(issues[0]?.xpath).toMatch(/investigationEvent\[1\]\/strange\[1\]$/);
  });

  test('a weight in grams is not taken for kilograms', () => {
    const grams =
      '<subjectOf2 typeCode="SBJ"><observation classCode="OBS" moodCode="EVN"><code code="7" codeSystem="2.16.840.1.113883.3.989.2.1.1.19"/><value xsi:type="PQ" value="66500" unit="g"/></observation></subjectOf2>';
    const { issues, reports } = parseBatch(text().replace('</player1>', `</player1>${grams}`));
    expect(reports[0]?.patient.weightKg).toBeUndefined();
    expect(issues).toMatchObject([{ code: 'not-understood' }]);
  });

  test('a truth that is none is told with its element', () => {
    const { issues } = parseBatch(text().replace('value="false"', 'value="no"'));
    expect(issues).toMatchObject([{ code: 'not-boolean', element: 'C.1.6.1', severity: 'rejecting' }]);
  });

  test("a region's observation is kept", () => {
    const race =
      '<subjectOf2 typeCode="SBJ"><observation classCode="OBS" moodCode="EVN"><code code="C17049" codeSystem="2.16.840.1.113883.3.26.1.1"/><value xsi:type="CE" code="C41260" codeSystem="2.16.840.1.113883.3.26.1.1"/></observation></subjectOf2>';
    const { issues, reports } = parseBatch(text().replace('</player1>', `</player1>${race}`));
    expect(issues).toEqual([]);
    expect(reports[0]?.patient.regional).toMatchObject([{ code: 'C17049', type: 'CE', value: 'C41260' }]);
  });

  test('a role of a drug that is not there is told', () => {
    const other = text().replace(/(<productUseReference[^>]*>\s*<id root=")[^"]+/, '$1nobody');
    const { issues, reports } = parseBatch(other);
    expect(reports[0]?.drugs[0]?.role).toBeUndefined();
    expect(issues).toMatchObject([{ code: 'stray', element: 'G.k.1', report: 0 }]);
  });
});
