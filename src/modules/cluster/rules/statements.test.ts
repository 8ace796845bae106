import { describe, expect, test } from 'vitest';
import type { Confidence, Op, Statement, Value } from '../model.ts';
import { agree, isDisputed, reckon } from './statements.ts';

/**
 * Goal: a contradiction is found where there is one and nowhere else, and the value to reckon with is the newest, then the best trusted.
 * Method: tables worked out by hand; order never matters.
 */
const said = (
  value: Value,
  parts: { op?: Op; asOf?: string; confidence?: Confidence; saidAt?: string } = {},
): Statement =>
  ({
    id: JSON.stringify([value, parts]),
    thing: 't',
    property: 'p',
    unit: null,
    source: 's',
    value,
    op: parts.op ?? null,
    asOf: parts.asOf ?? null,
    confidence: parts.confidence ?? null,
    saidAt: parts.saidAt ?? '2026-01-01T00:00:00.000Z',
  }) as Statement;

describe('two values', () => {
  test.each([
    [40, undefined, 40, undefined, true],
    [40, undefined, 41, undefined, false],
    [40, '>', 43, undefined, true],
    [40, '>', 40, undefined, false],
    [40, '>', 39, undefined, false],
    [40, '<', 39, undefined, true],
    [40, '>', 500, '>', true],
    [40, '>', 40, '~', false],
    [40, '~', 40, '~', true],
    [40, '~', 40, undefined, true],
    [40, '>', 50, '<', true],
    [50, '>', 40, '<', false],
    ['operating', undefined, 'being built', undefined, false],
    ['a', undefined, 'a', undefined, true],
    [true, undefined, false, undefined, false],
  ] as const)('%j (%s) and %j (%s) agree: %s', (one, oneOp, two, twoOp, expected) => {
    const [a, b] = [
      { value: one, op: oneOp ?? null },
      { value: two, op: twoOp ?? null },
    ];
    expect(agree(a, b)).toBe(expected);
    expect(agree(b, a)).toBe(expected);
  });
});

describe('a property', () => {
  test.each([
    ['one date', [said(1, { asOf: '2025' }), said(2, { asOf: '2025' })], true],
    ['a year and a day in it', [said(1, { asOf: '2025' }), said(2, { asOf: '2025-03-01' })], true],
    ['another year', [said(1, { asOf: '2024' }), said(2, { asOf: '2025' })], false],
    ['no date', [said(1), said(2, { asOf: '2025' })], true],
    ['agreement', [said(1), said(1)], false],
    ['nothing', [], false],
  ])('is disputed by %s: %s', (_, statements, expected) => {
    expect(isDisputed(statements)).toBe(expected);
    expect(isDisputed(statements.toReversed())).toBe(expected);
  });

  test.each([
    ['the newest date', [said(1, { asOf: '2024' }), said(2, { asOf: '2025', confidence: 'guess' })], 2],
    ['a date before none', [said(1), said(2, { asOf: '2020' })], 2],
    ['the better confidence', [said(1, { confidence: 'low' }), said(2), said(3, { confidence: 'derived' })], 2],
    ['the later entry', [said(1, { saidAt: '2026-01-01T00:00:00Z' }), said(2, { saidAt: '2026-02-01T00:00:00Z' })], 2],
  ])('is reckoned with by %s', (_, statements, expected) => {
    expect(reckon(statements)?.value).toBe(expected);
    expect(reckon(statements.toReversed())?.value).toBe(expected);
  });

  test('of which nothing is said is unknown, and one that may have many is never disputed', () => {
    expect(reckon([])).toBeUndefined();
    expect(reckon([said('a'), said('b')], { many: true })?.disputed).toBe(false);
    expect(reckon([said('a'), said('b')])?.disputed).toBe(true);
  });
});
