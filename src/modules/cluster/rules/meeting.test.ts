import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { WishFields } from '../model.ts';
import { introductionSteps, kindFit } from './meeting.ts';
import { type Meeting, matchWishes } from './meeting-match.ts';

const { wishes, meets } = JSON.parse(
  readFileSync(new URL('../../../../facts/cluster/meeting-pairs.json', import.meta.url), 'utf8'),
) as { wishes: (WishFields & { id: string })[]; meets: Record<string, string[]> };
const all = wishes.map((wish): Meeting => ({ ...wish, quantity: null, unit: null, from: null, to: null, places: [] }));

/**
 * Goal: say how well needs and offers meet, beside plain word overlap, and never get worse.
 * Method: made-up wishes in Chinese, English or both, labelled before any matching was run. Precision is of the first five, out of as many as there could be.
 */
test('needs and offers meet better than by plain word overlap', () => {
  const ways: Record<string, (wish: Meeting) => string[]> = {
    banyan: (wish) => matchWishes({ wish, others: all.filter(({ id }) => id !== wish.id) }).map(({ id }) => id),
    'word overlap': overlapping,
  };
  const measured = Object.entries(ways).map(([way, ask]) => {
    const judged = Object.entries(meets).map(([id, right]) => {
      const found = ask(all.find((wish) => wish.id === id)!).slice(0, 5);
      const hits = right.filter((each) => found.includes(each)).length;
      return {
        first: right.includes(found[0] ?? '') ? 1 : 0,
        precision: hits / Math.max(1, found.length),
        recall: hits / right.length,
      };
    });
    const mean = (name: 'first' | 'precision' | 'recall') =>
      judged.reduce((sum, each) => sum + each[name], 0) / judged.length;
    const result = { first: mean('first'), precision: mean('precision'), recall: mean('recall') };
    console.info(
      `${way}: right first ${result.first.toFixed(2)}, precision@5 ${result.precision.toFixed(2)}, recall@5 ${result.recall.toFixed(2)}`,
    );
    return result;
  });
  const [own, plain] = measured;
  expect(own!.recall).toBeGreaterThan(plain!.recall);
  expect(own!.precision).toBeGreaterThan(plain!.precision);
  expect(own!.recall).toBeGreaterThanOrEqual(LEAST.recall);
  expect(own!.precision).toBeGreaterThanOrEqual(LEAST.precision);
});
const LEAST = { recall: 0.8, precision: 0.5 };

function overlapping(wish: Meeting): string[] {
  const split = ({ words, wordsZh }: Meeting) =>
    `${words} ${wordsZh ?? ''}`
      .toLowerCase()
      .split(/[^\p{L}\p{N}]+/u)
      .filter((word) => word !== '');
  const own = new Set(split(wish));
  return all
    .filter(({ id, side }) => id !== wish.id && side === 'offer')
    .map((other) => ({ id: other.id, shared: new Set(split(other).filter((word) => own.has(word))).size }))
    .filter(({ shared }) => shared > 0)
    .sort((a, b) => b.shared - a.shared || a.id.localeCompare(b.id))
    .map(({ id }) => id);
}

describe('the lines of a match', () => {
  const wish = (parts: Partial<Meeting>): Meeting => ({
    id: 'a',
    side: 'need',
    kind: 'space',
    words: 'clean room for assembly',
    wordsZh: null,
    sector: null,
    quantity: null,
    unit: null,
    from: null,
    to: null,
    places: [],
    ...parts,
  });
  const linesOf = (one: Partial<Meeting>, other: Partial<Meeting>) => {
    const [found] = matchWishes({ wish: wish(one), others: [wish({ id: 'b', side: 'offer', ...other })] });
    return Object.fromEntries(found!.reasons.map(({ line, fit }) => [line, fit]));
  };

  test('what is unknown counts neither for nor against', () => {
    const [found] = matchWishes({ wish: wish({}), others: [wish({ id: 'b', side: 'offer' })] });
    expect(found).toMatchObject({ score: 1 });
    expect(linesOf({}, {})).toEqual({ words: 1, kind: 1, sector: null, place: null, dates: null, quantity: null });
  });

  test.each([
    [{ sector: 'ivd' }, { sector: 'drug' }, { sector: 0 }],
    [{ places: ['nansha', 'guangzhou'] }, { places: ['huangpu', 'guangzhou'] }, { place: 0.5 }],
    [{ places: ['nansha'] }, { places: ['nansha'] }, { place: 1 }],
    [{ from: '2026-03-01' }, { to: '2026-02-28' }, { dates: 0 }],
    [{ from: '2026-03-01' }, { to: '2026-03-01' }, { dates: 1 }],
    [{ quantity: 800, unit: 'm²' }, { quantity: 600, unit: 'm²' }, { quantity: 0.75 }],
    [{ quantity: 800, unit: 'm²' }, { quantity: 600, unit: 'h' }, { quantity: null }],
  ])('%j beside %j is %j', (one, other, fits) => {
    expect(linesOf(one, other)).toMatchObject(fits);
  });

  test('needs never meet needs; capacity and technology on offer complete each other', () => {
    expect(kindFit({ side: 'need', kind: 'money' }, { side: 'need', kind: 'money' })).toBe(0);
    expect(kindFit({ side: 'offer', kind: 'money' }, { side: 'offer', kind: 'money' })).toBe(0);
    expect(kindFit({ side: 'offer', kind: 'technology' }, { side: 'offer', kind: 'capacity' })).toBe(0.7);
    expect(kindFit({ side: 'offer', kind: 'instrument-time' }, { side: 'need', kind: 'capacity' })).toBe(0.6);
  });
});

test('only the side that was not heard answers, only who asked withdraws', () => {
  const asked = { state: 'asked', oneYes: true, otherYes: false } as const;
  expect(introductionSteps(asked, { one: true, other: false, asker: true })).toEqual(['withdrawn']);
  expect(introductionSteps(asked, { one: false, other: true, asker: false })).toEqual(['accepted', 'declined']);
  expect(introductionSteps({ ...asked, state: 'met' }, { one: false, other: false, asker: true })).toEqual([]);
  expect(introductionSteps({ ...asked, state: 'agreed' }, { one: true, other: true, asker: true })).toEqual([]);
});
