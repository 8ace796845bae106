import { describe, expect, test } from 'vitest';
import {
  type Answer,
  assessWhoUmc,
  type CaseFacts,
  NARANJO_QUESTIONS,
  scoreNaranjo,
  WHO_UMC_CATEGORIES,
} from './index.ts';

/**
 * Goal: the published questions give the published scores.
 * Method: two published case reports with their tables; the ends of the scale; every single answer changed.
 */
describe('scoreNaranjo', () => {
  test.each<{ because: string; answers: Record<string, Answer>; score: number; category: string }>([
    {
      because: 'Ther Clin Risk Manag 2018;14:1657, table 1',
      answers: { 'after-drug': 'yes', dechallenge: 'yes', 'other-causes': 'no', 'objective-evidence': 'yes' },
      score: 6,
      category: 'probable',
    },
    {
      because: 'World J Clin Cases 2024;12:1371, table 1',
      answers: { 'previous-reports': 'yes', 'after-drug': 'yes', 'other-causes': 'yes', 'objective-evidence': 'yes' },
      score: 3,
      category: 'possible',
    },
    { because: 'nothing is known', answers: {}, score: 0, category: 'doubtful' },
  ])('$because: $score, $category', ({ answers, score, category }) => {
    expect(scoreNaranjo(answers)).toMatchObject({ score, category });
  });

  test('the scale runs from -4 to 13', () => {
    const scores = (pick: (points: number[]) => number) =>
      NARANJO_QUESTIONS.reduce((sum, { yes, no, unknown }) => sum + pick([yes, no, unknown]), 0);
    expect(scores((points) => Math.max(...points))).toBe(13);
    expect(scores((points) => Math.min(...points))).toBe(-4);
  });

  test('every answer adds its own points and no others', () => {
    for (const question of NARANJO_QUESTIONS)
      for (const answer of ['yes', 'no', 'unknown'] as const)
        expect(scoreNaranjo({ [question.id]: answer }).score).toBe(question[answer]);
    expect(() => scoreNaranjo({ colour: 'yes' })).toThrow(RangeError);
  });
});

const CLEAR: CaseFacts = {
  time: 'plausible',
  otherCauses: 'excluded',
  withdrawal: 'plausible',
  isDefinitive: true,
  rechallenge: 'satisfactory',
  information: 'enough',
};

describe('assessWhoUmc', () => {
  test.each<{ because: string; facts: Partial<CaseFacts>; category: string }>([
    { because: 'everything holds', facts: {}, category: 'certain' },
    // The centre's own comment: penicillin anaphylaxis needs no rechallenge.
    { because: 'anaphylaxis, rechallenge not necessary', facts: { rechallenge: 'not-necessary' }, category: 'certain' },
    { because: 'not definitive', facts: { isDefinitive: false }, category: 'probable' },
    { because: 'no rechallenge', facts: { rechallenge: 'not-done' }, category: 'probable' },
    { because: 'withdrawal unclear', facts: { withdrawal: 'unknown' }, category: 'possible' },
    { because: 'disease could also explain it', facts: { otherCauses: 'possible' }, category: 'possible' },
    {
      because: 'improbable time, another explanation',
      facts: { time: 'improbable', otherCauses: 'plausible' },
      category: 'unlikely',
    },
    { because: 'time unknown', facts: { time: 'unknown' }, category: 'conditional' },
    { because: 'more data being examined', facts: { information: 'more-needed' }, category: 'conditional' },
    { because: 'contradictory for good', facts: { information: 'unverifiable' }, category: 'unassessable' },
  ])('$because: $category', ({ facts, category }) => {
    expect(assessWhoUmc({ ...CLEAR, ...facts }).category).toBe(category);
  });

  test('tells what the next stronger category lacks', () => {
    const { missing } = assessWhoUmc({ ...CLEAR, withdrawal: 'reasonable', rechallenge: 'not-done' });
    expect(missing.map(({ id }) => id)).toEqual(['plausible-withdrawal', 'rechallenge']);
    expect(missing.every(({ text }) => text.en.length > 0 && text.zh.length > 0)).toBe(true);
    expect(assessWhoUmc(CLEAR).missing).toEqual([]);
  });

  test('a stronger fact never weakens the category', () => {
    const times = ['improbable', 'reasonable', 'plausible'] as const;
    const causes = ['plausible', 'possible', 'unlikely', 'excluded'] as const;
    const withdrawals = ['against', 'unknown', 'reasonable', 'plausible'] as const;
    const rechallenges = ['against', 'not-done', 'not-necessary', 'satisfactory'] as const;
    const rank = (facts: CaseFacts) =>
      -WHO_UMC_CATEGORIES.findIndex(({ category }) => category === assessWhoUmc(facts).category);
    for (const [t, time] of times.entries())
      for (const [c, otherCauses] of causes.entries())
        for (const [w, withdrawal] of withdrawals.entries())
          for (const [r, rechallenge] of rechallenges.entries())
            for (const isDefinitive of [false, true]) {
              const facts: CaseFacts = {
                time,
                otherCauses,
                withdrawal,
                rechallenge,
                isDefinitive,
                information: 'enough',
              };
              const own = rank(facts);
              if (t < 2) expect(rank({ ...facts, time: times[t + 1]! })).toBeGreaterThanOrEqual(own);
              if (c < 3) expect(rank({ ...facts, otherCauses: causes[c + 1]! })).toBeGreaterThanOrEqual(own);
              if (w < 3) expect(rank({ ...facts, withdrawal: withdrawals[w + 1]! })).toBeGreaterThanOrEqual(own);
              if (r < 3) expect(rank({ ...facts, rechallenge: rechallenges[r + 1]! })).toBeGreaterThanOrEqual(own);
              expect(rank({ ...facts, isDefinitive: true })).toBeGreaterThanOrEqual(own);
            }
  });
});
