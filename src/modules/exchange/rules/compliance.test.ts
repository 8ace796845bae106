import { describe, expect, test } from 'vitest';
import { EXAMPLE_ANSWERS, exampleDefinition } from '../../../../tests/support/exchange.ts';
import type { Findings } from '../model.ts';
import {
  addWorkingDays,
  exportDuty,
  itemsFor,
  measureItems,
  needsFourEyes,
  refusalsOf,
  unanswered,
} from './compliance.ts';

/**
 * Goal: a notice ends when its last working day ends in China, and never earlier.
 * Method: days were counted by hand on the calendar of 2026, over a weekend, over the national holiday with its worked Saturday, and into a
 * year whose days off are not known.
 */
describe('working days', () => {
  test.each([
    // A Friday afternoon: Monday to Wednesday.
    { from: '2026-11-20T08:00:00Z', days: 3, until: '2026-11-25T16:00:00.000Z', calendarKnown: true },
    // Wednesday before the holiday of 1 to 7 October: 8, 9, and Saturday 10, which is worked.
    { from: '2026-09-30T02:00:00Z', days: 3, until: '2026-10-10T16:00:00.000Z', calendarKnown: true },
    // 23:30 in London on a Thursday is Friday in China.
    { from: '2026-11-19T23:30:00Z', days: 1, until: '2026-11-23T16:00:00.000Z', calendarKnown: true },
    { from: '2026-12-31T02:00:00Z', days: 1, until: '2027-01-01T16:00:00.000Z', calendarKnown: false },
  ])('$days from $from end at $until', ({ from, days, until, calendarKnown }) => {
    const found = addWorkingDays(new Date(from), days);
    expect({ until: found.until.toISOString(), calendarKnown: found.calendarKnown }).toEqual({ until, calendarKnown });
  });

  test('none end at once', () => {
    const now = new Date('2026-11-20T08:00:00Z');
    expect(addWorkingDays(now, 0).until).toEqual(now);
  });
});

/** Goal: the thresholds of the provisions of 2024-03-22. Method: each row lies on one side of a threshold of art. 5, 7 or 8. */
describe('what going abroad demands', () => {
  test.each([
    [0, 0, true, 'exempt'],
    [1, 0, true, 'security-assessment'],
    [99_999, 0, false, 'exempt'],
    [100_000, 0, false, 'contract-or-certification'],
    [999_999, 0, false, 'contract-or-certification'],
    [1_000_000, 0, false, 'security-assessment'],
    [1, 1, false, 'contract-or-certification'],
    [9_999, 9_999, false, 'contract-or-certification'],
    [10_000, 10_000, false, 'security-assessment'],
  ] as const)('%d persons, %d of them sensitive, critical %s: %s', (persons, sensitive, critical, duty) => {
    expect(exportDuty({ persons, sensitive, critical })).toBe(duty);
  });
});

describe('the items', () => {
  const definition = exampleDefinition();
  const items = itemsFor(definition);
  const findings: Findings = {
    definition,
    digest: 'd',
    content: { releaseId: 'r', digest: 'd', quality: null, rows: 3 },
    readable: true,
    exported: { persons: 0, sensitive: 0 },
  };
  const found = measureItems(items, EXAMPLE_ANSWERS, findings);

  test('an interface must answer, a download need not', () => {
    expect(items.map(({ id }) => id)).not.toContain('connectivity');
    expect(itemsFor({ ways: ['api'] }).map(({ id }) => id)).toContain('connectivity');
  });

  test('each question has a source, and a way that an assessor can approve', () => {
    for (const { source, choices, measured } of items) {
      expect(source).not.toBe('');
      expect(measured !== undefined || choices?.some(({ refuses }) => refuses !== true)).toBe(true);
    }
  });

  test('an answer is a choice and words, and proof where the choice needs it', () => {
    expect(unanswered(items, {}, [])).toHaveLength(items.filter(({ choices }) => choices !== undefined).length);
    const keys = unanswered(items, EXAMPLE_ANSWERS, []).map(({ key, what }) => `${key} ${what}`);
    expect(keys).toEqual(['evidence identity', 'evidence right-hold']);
    const silent = { ...EXAMPLE_ANSWERS, dispute: { choice: 'none', words: ' ' } };
    expect(unanswered(items, silent, []).map(({ what }) => what)).toContain('dispute');
  });

  test.each([
    ['classification', 'core'],
    ['authorisation', 'missing'],
    ['dispute', 'open'],
    ['personal-basis', 'none'],
    ['right-hold', 'none'],
  ])('%s = %s refuses, whoever assesses', (item, choice) => {
    const answers = { ...EXAMPLE_ANSWERS, [item]: { choice, words: 'so it is' } };
    expect(refusalsOf(items, answers, found)).toContain(item);
    expect(refusalsOf(items, EXAMPLE_ANSWERS, found)).not.toContain(item);
  });

  test('content of another definition, or none, refuses', () => {
    const old = measureItems(items, EXAMPLE_ANSWERS, { ...findings, digest: 'changed' });
    expect(refusalsOf(items, EXAMPLE_ANSWERS, old)).toContain('deidentification');
    const none = measureItems(items, EXAMPLE_ANSWERS, { ...findings, content: null });
    expect(refusalsOf(items, EXAMPLE_ANSWERS, none)).toEqual(['deidentification', 'quality']);
  });

  test('content older than was promised refuses', () => {
    const timeliness = { oldest: '2024-01-01', newest: '2024-12-31', ageDays: 400, freshDays: 365 };
    const quality = { rows: 1, columns: [], completeness: 1, validity: 1, uniqueness: 1, timeliness, measuredAt: '' };
    const late = measureItems(items, EXAMPLE_ANSWERS, {
      ...findings,
      content: { releaseId: 'r', digest: 'd', quality, rows: 1 },
    });
    expect(refusalsOf(items, EXAMPLE_ANSWERS, late)).toEqual(['quality']);
  });

  test('persons counted abroad this year count with those of this version', () => {
    const answers = {
      ...EXAMPLE_ANSWERS,
      export: { choice: 'abroad', words: 'to Macao', export: { persons: 4_000, sensitive: true, critical: false } },
    };
    const abroad = measureItems(items, answers, { ...findings, exported: { persons: 9_000, sensitive: 6_000 } });
    expect(abroad.get('export')?.figures).toEqual({
      persons: 13_000,
      sensitive: 10_000,
      duty: 'security-assessment',
    });
  });

  test('sensitive answers need two assessors', () => {
    expect(needsFourEyes(items, EXAMPLE_ANSWERS)).toBe(false);
    expect(needsFourEyes(items, { ...EXAMPLE_ANSWERS, classification: { choice: 'important', words: 'x' } })).toBe(
      true,
    );
  });
});
