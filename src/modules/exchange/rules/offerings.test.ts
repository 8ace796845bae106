import { describe, expect, test } from 'vitest';
import { exampleDefinition } from '../../../../tests/support/exchange.ts';
import { VERSION_STATES, type VersionState } from '../model.ts';
import { mayMove, measureQuality, missingOf, nextRefresh, offerPolicy, sampleOf } from './offerings.ts';
import { fieldsFor, getVenue, marketOf, nextLook } from './venues.ts';

describe('the way of a version', () => {
  /** Goal: no way around review and notice. Method: every path from the draft is walked; none comes to the market without all of them. */
  test('leads to the market through review, registration, notice and certificate only', () => {
    const walk = (path: VersionState[]): VersionState[][] => {
      const last = path.at(-1)!;
      if (last === 'listed') return [path];
      return VERSION_STATES.filter((next) => mayMove(last, next) && !path.includes(next)).flatMap((next) =>
        walk([...path, next]),
      );
    };
    const ways = walk(['draft']);
    expect(ways.length).toBeGreaterThan(0);
    for (const way of ways)
      expect(way).toEqual(expect.arrayContaining(['in-review', 'registered', 'in-notice', 'certified', 'listing']));
  });

  test('what is returned, superseded or delisted stays so', () => {
    for (const end of ['returned', 'superseded', 'delisted'] as const)
      expect(VERSION_STATES.filter((next) => mayMove(end, next))).toEqual([]);
  });
});

describe('a definition', () => {
  test('that is whole lacks nothing', () => {
    expect(missingOf(exampleDefinition())).toEqual([]);
  });

  test.each([
    [{ title: { en: 'x', zh: ' ' } }, 'title'],
    [{ columns: [] }, 'columns'],
    [{ prices: [] }, 'prices'],
    [{ ways: [] }, 'ways'],
    [{ sources: [{ party: { id: 'account/a', name: 'A' }, share: 9_999 }] }, 'shares'],
    [{ terms: { purposes: [], attribution: true, mayPassOn: false, deleteAfter: false } }, 'purposes'],
  ])('with %o lacks it', (parts, key) => {
    expect(missingOf(exampleDefinition(parts)).map((missing) => missing.key)).toEqual([key]);
  });
});

test('the terms as an offer: what is permitted under which limits, and that nobody is identified', () => {
  const { terms } = exampleDefinition();
  const policy = offerPolicy(terms, { id: 'urn:x', assigner: 'account/a' });
  expect(policy).toMatchObject({ '@type': 'Offer', '@id': 'urn:x', assigner: 'account/a' });
  expect(policy['permission']).toEqual([
    expect.objectContaining({
      action: 'use',
      constraint: [
        expect.objectContaining({ leftOperand: 'purpose', operator: 'isAnyOf' }),
        { leftOperand: 'elapsedTime', operator: 'lteq', rightOperand: 'P365D' },
      ],
    }),
  ]);
  expect(JSON.stringify(policy['prohibition'])).toContain('reidentify');
  expect(JSON.stringify(policy['prohibition'])).toContain('distribute');
  const open = offerPolicy({ ...terms, mayPassOn: true }, { id: 'urn:x', assigner: 'account/a' });
  expect(JSON.stringify(open['prohibition'])).not.toContain('distribute');
});

describe('quality', () => {
  const now = new Date('2026-11-22T00:00:00Z');
  const label = { en: 'x', zh: 'x' };

  /** Goal: each share by its definition. Method: four rows in which every kind of flaw stands once, counted by hand. */
  test('is measured cell by cell', () => {
    const quality = measureQuality(
      {
        columns: [
          { name: 'day', label, type: 'date', role: 'quasi' },
          { name: 'kind', label, type: 'code', role: 'plain', codes: [{ code: 'a', label }] },
          { name: 'n', label, type: 'integer', role: 'count' },
        ],
        rows: [
          ['2026-11-01', 'a', 1],
          ['2026-11-01', 'a', 1],
          ['yesterday', 'b', 1.5],
          [null, '', -1],
        ],
      },
      { time: 'day', freshDays: 30, ranges: [{ column: 'n', low: 0 }] },
      now,
    );
    expect(quality.completeness).toBeCloseTo(10 / 12, 12);
    expect(quality.validity).toBeCloseTo(6 / 10, 12);
    expect(quality.uniqueness).toBe(3 / 4);
    expect(quality.timeliness).toEqual({ newest: '2026-11-01', oldest: '2026-11-01', ageDays: 21, freshDays: 30 });
    expect(quality.columns[2]).toEqual({ name: 'n', present: 4, valid: 2, distinct: 3, low: -1, high: 1.5 });
  });

  test.each([
    ['2025', 326],
    ['2026-09', 53],
    ['2026-Q3', 53],
    ['2026-11-21', 1],
    ['2026', 0],
  ])('%s was last true %d days ago', (value, ageDays) => {
    const columns = [{ name: 'when', label, type: 'date', role: 'quasi' } as const];
    const { timeliness } = measureQuality({ columns, rows: [[value]] }, { time: 'when', ranges: [] }, now);
    expect(timeliness?.ageDays).toBe(ageDays);
  });

  test('of nothing is nothing, not a division by zero', () => {
    const quality = measureQuality({ columns: [], rows: [] }, { ranges: [] }, now);
    expect([quality.completeness, quality.validity, quality.uniqueness]).toEqual([0, 0, 0]);
  });

  test('a sample is spread over the content and has no row twice', () => {
    const rows = Array.from({ length: 1_000 }, (_, at) => [at]);
    const { rows: chosen } = sampleOf([{ name: 'n', label, type: 'integer', role: 'plain' }], rows);
    expect(chosen).toHaveLength(20);
    expect(new Set(chosen.map(String)).size).toBe(20);
    expect(Number(chosen.at(-1)?.[0])).toBeGreaterThan(900);
  });
});

test.each([
  ['daily', '2026-01-31T08:00:00Z', '2026-02-01T08:00:00.000Z'],
  ['weekly', '2026-01-31T08:00:00Z', '2026-02-07T08:00:00.000Z'],
  ['monthly', '2026-01-31T08:00:00Z', '2026-02-28T08:00:00.000Z'],
  ['quarterly', '2025-11-30T08:00:00Z', '2026-02-28T08:00:00.000Z'],
] as const)('%s after %s is %s', (refresh, from, next) => {
  expect(nextRefresh(refresh, new Date(from))?.toISOString()).toBe(next);
});

describe('venues', () => {
  const party = { id: 'Organization/a', name: 'A', nameZh: '甲' };
  const title = { en: 'T', zh: '题' };

  test('get what they ask for, and nothing else', () => {
    const shenzhen = getVenue('shenzhen');
    const asked = { 'registration-kind': '首次登记', retention: '是', more: 'x' };
    expect(fieldsFor(shenzhen, { holder: party, title, asked })).toEqual({
      fields: { registrant: '甲', 'product-name': '题', 'registration-kind': '首次登记', retention: '是' },
      missing: [],
    });
    const { missing } = fieldsFor(shenzhen, { holder: party, title, asked: { 'registration-kind': '别的' } });
    expect(missing.map(({ what }) => what)).toEqual(['registration-kind', 'retention']);
  });

  test.each([
    ['listing', [['listed', 'reviewing']], undefined],
    [
      'listing',
      [
        ['listed', 'reviewing'],
        ['listed', 'listed'],
      ],
      'listed',
    ],
    ['listing', [['listed', 'refused']], 'certified'],
    [
      'listed',
      [
        ['withdrawn', 'withdrawn'],
        ['listed', 'listed'],
      ],
      undefined,
    ],
    [
      'listed',
      [
        ['withdrawn', 'withdrawn'],
        ['listed', 'refused'],
      ],
      'delisted',
    ],
    ['suspended', [['suspended', 'listed']], undefined],
  ] as const)('%s with %o becomes %s', (state, pairs, next) => {
    expect(
      marketOf(
        state,
        pairs.map(([wish, said]) => ({ wish, state: said })),
      ),
    ).toBe(next);
  });

  test('are asked ever more seldom while nothing comes of it, and never forgotten', () => {
    const now = new Date(0);
    const waits = [0, 1, 5, 50].map((attempts) =>
      nextLook({ wish: 'listed', state: 'unsent', attempts }, now).getTime(),
    );
    expect(waits).toEqual([5_000, 10_000, 160_000, 600_000]);
    expect(nextLook({ wish: 'listed', state: 'listed', attempts: 0 }, now).getTime()).toBe(60_000);
  });
});
