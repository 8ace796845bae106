import { afterEach, describe, expect, test } from 'vitest';
import { Problem } from '#kernel/problem';
import { type Sample, sampleOf } from '#standards/reference-intervals';
import type { IntervalAnswer } from '../model.ts';
import { estimateAll } from './estimate.ts';
import { type Intervals, makeIntervals } from './intervals.ts';

/** Values spread as a bell, without chance. */
function sample(n: number, { centre = 100, spread = 10 } = {}): Sample {
  return sampleOf(
    Array.from({ length: n }, (_, at) => {
      const share = (((at * 7919) % n) + 0.5) / n;
      return Number((centre + (spread * Math.log(share / (1 - share))) / 1.7).toFixed(1));
    }),
  );
}

const about = { results: 1, persons: 1 };
let intervals: Intervals | undefined;
afterEach(() => intervals?.stop());

async function until(look: () => IntervalAnswer, ready: (answer: IntervalAnswer) => boolean): Promise<IntervalAnswer> {
  for (;;) {
    const answer = look();
    if (ready(answer)) return answer;
    await new Promise((done) => setTimeout(done, 50));
  }
}

/**
 * Goal: estimates never stand in the way of anything: one at a time, few waiting, given up when nobody looks.
 * Method: real threads; the clock is in the test's hand.
 */
describe('estimates', () => {
  test('the limits come first, then their intervals; the same sample is not worked out twice', async () => {
    intervals = makeIntervals();
    const made = intervals;
    const { id } = made.begin('one', { all: sample(600) }, { results: 600, persons: 300 });
    const early = await until(
      () => made.look('one', id),
      ({ estimates }) => estimates.length > 0,
    );
    const limit = (answer: IntervalAnswer) => answer.estimates.find(({ method }) => method === 'inverse')?.lower;
    const end = await until(
      () => made.look('one', id),
      ({ state }) => state === 'done',
    );
    expect(limit(end)?.value).toBe(limit(early)?.value);
    expect(limit(end)?.low).toBeLessThanOrEqual(limit(end)!.value);
    expect(end).toMatchObject({ results: 600, persons: 300, enough: true });
    expect(made.begin('one', { all: sample(600) }, about)).toBe(made.look('one', id));
    expect(() => made.look('two', id)).toThrow(Problem);
  });

  test('an actor with three waiting is told to wait, another is not', () => {
    intervals = makeIntervals();
    const made = intervals;
    for (let at = 0; at < 4; at += 1) made.begin('one', { all: sample(2000, { centre: 100 + at }) }, about);
    expect(() => made.begin('one', { all: sample(2000, { centre: 109 }) }, about)).toThrow(
      expect.objectContaining({ kind: 'too-many' }),
    );
    expect(made.begin('two', { all: sample(2000, { centre: 109 }) }, about).state).toBe('waiting');
  });

  test('what nobody asks for any more is forgotten, and the next one begins', { timeout: 20_000 }, async () => {
    let now = 0;
    intervals = makeIntervals({ now: () => now });
    const made = intervals;
    const first = made.begin('one', { all: sample(2000) }, about);
    expect(first.state).toBe('running');
    now = 10_000;
    const second = made.begin('two', { all: sample(2000, { centre: 102 }) }, about);
    expect(second.state).toBe('waiting');
    now = 16_000;
    await until(
      () => made.look('two', second.id),
      ({ state }) => state !== 'waiting',
    );
    expect(() => made.look('one', first.id)).toThrow(expect.objectContaining({ kind: 'not-found' }));
  });
});

describe('what is estimated', () => {
  test('men and women who differ are told apart, those who do not are not', () => {
    const [men, women] = [sample(600, { centre: 150 }), sample(600, { centre: 132 })];
    const both = sampleOf([...each(men), ...each(women)]);
    const apart = estimateAll({ all: both, male: men, female: women }, { resamples: 0 });
    expect(apart.partition).toMatchObject({ apart: true, verdict: 'apart' });
    expect(apart.estimates.map(({ sex }) => sex)).toContain('female');
    const same = sampleOf([...each(men), ...each(men)]);
    const together = estimateAll({ all: same, male: men, female: men }, { resamples: 0 });
    expect(together.partition).toMatchObject({ apart: false, z: 0, verdict: 'together' });
  });

  test('the curve of the model holds its share of the results', () => {
    const { estimates } = estimateAll({ all: sample(2000) }, { resamples: 0 });
    const { curve = [], sharePercent = 0 } = estimates.find(({ method }) => method === 'inverse') ?? {};
    let area = 0;
    for (let at = 1; at < curve.length; at += 1) {
      const [[x0, y0], [x1, y1]] = [curve[at - 1]!, curve[at]!];
      area += ((y0 + y1) / 2) * (x1 - x0);
    }
    expect(100 * area).toBeCloseTo(sharePercent, -1);
  });
});

function each({ values, counts }: Sample): number[] {
  return [...values].flatMap((value, at) => Array.from({ length: counts[at]! }, () => value));
}
