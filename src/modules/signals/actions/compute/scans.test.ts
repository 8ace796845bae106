import { describe, expect, test } from 'vitest';
import { compare, type Fixture, findFixtures } from '../../../../../tests/support/fixtures.ts';
import { Input } from './input.ts';
import { findMethod } from './methods.ts';
import { printable } from './output.ts';

const METHODS = [
  'scan-besagnewell',
  'scan-bernoulli',
  'scan-ebnegbin',
  'scan-ebpoisson',
  'scan-kulldorff',
  'scan-pbpoisson',
  'scan-permutation',
  'scan-stp',
  'scan-stpoisson',
];

type Answer = { [name: string]: number | number[] | Answer | Answer[] | undefined };

async function compute(method: string, input: unknown): Promise<Answer> {
  return printable((await findMethod(method))(new Input(input))) as Answer;
}

/**
 * Goal: the scans find what R's packages find, with the same scores.
 * Method: reference results of SpatialEpi, scanstatistics and of loops written in R. Sets of places are compared as sets; what is random in the reference too, within
 * the Monte Carlo error of both.
 */
describe('the scans give what R gives', () => {
  const RANDOM = ['p', 'mcP', 'mcP199', 'simLLRq50', 'simLLRq95', 'members1', 'locations1'];

  test.each(findFixtures(METHODS).map((fixture) => [fixture.name, fixture] as const))('%s', async (_, fixture) => {
    const found = await compute(fixture.method, fixture.input);
    // `mlc` names how its set is compared, not its numbers.
    const { mlc, ...tolerance } = fixture.tolerance;
    expect(compare({ ...fixture, tolerance }, found, RANDOM).differences).toEqual([]);
    judgeRandom(fixture.expected as Answer, found, tolerance);
  });

  function judgeRandom(wanted: Answer, found: Answer, tolerance: Fixture['tolerance']): void {
    for (const [name, value] of Object.entries(wanted)) {
      const own = found[name];
      if (name === 'members1' || name === 'locations1')
        expect(new Set(own as number[]), name).toEqual(new Set(value as number[]));
      else if (name.startsWith('simLLR')) expect(Math.abs((own as number) / (value as number) - 1)).toBeLessThan(0.08);
      else if (typeof value === 'number' && RANDOM.includes(name)) {
        const stated = /\+-([\d.]+)/.exec(String(tolerance[name] ?? tolerance['p']))?.[1];
        const margin = name === 'mcP199' ? Number(stated) : 4 * Math.sqrt((value * (1 - value)) / 999) + 0.004;
        expect(Math.abs((own as number) - value), name).toBeLessThanOrEqual(margin);
      } else if (Array.isArray(value))
        for (const [at, each] of value.entries())
          if (typeof each === 'object') judgeRandom(each, (own as Answer[])[at]!, tolerance);
          else break;
      else if (typeof value === 'object') judgeRandom(value, own as Answer, tolerance);
    }
  }
});

/** Five places in a row, of which the second and the third have too many cases. */
const ROW = {
  x: [0, 1, 2, 4, 8],
  y: [0, 0, 0, 0, 0],
  cases: [1, 12, 9, 2, 1],
  population: [100, 100, 100, 100, 100],
};

describe('what the scans are asked in other ways', () => {
  test('without expected cases, the binomial likelihood is taken', async () => {
    const found = await compute('scan-kulldorff', { ...ROW, nSim: 99 });
    const [inside, outside, all] = [21, 4, 25];
    const part = (cases: number, of: number): number =>
      cases * Math.log(cases / of) + (of - cases) * Math.log(1 - cases / of);
    expect(found['mlc']).toMatchObject({ members1: [2, 3], cases: 21, expected: 10, smr: 2.1 });
    expect((found['mlc'] as Answer)['llr']).toBeCloseTo(part(inside, 200) + part(outside, 300) - part(all, 500), 10);
  });

  test('where k cases are nowhere, Besag and Newell need one place more than there are', async () => {
    const found = await compute('scan-besagnewell', { ...ROW, k: 26 });
    expect(found).toMatchObject({ m: [6, 6, 6, 6, 6], E: [0, 0, 0, 0, 0] });
  });

  test('a zone scan makes its baselines from the margins, or from the population', async () => {
    const counts = [
      [3, 1, 2],
      [2, 2, 2],
      [9, 1, 2],
    ];
    const zones1 = [[1], [2], [3], [1, 2]];
    const shared = { countsRowsOldestFirst: counts, zones1, nSim: 99, maxDuration: 2 };
    const ofMargins = await compute('scan-ebpoisson', shared);
    expect((ofMargins['top'] as Answer)['duration']).toHaveLength(8);
    expect((ofMargins['mlc'] as Answer)['relrisk']).toBeCloseTo(9 / ((12 * 14) / 24), 12);
    const even = await compute('scan-pbpoisson', { ...shared, population: [10, 10, 20] });
    expect((even['mlc'] as Answer)['relriskIn']).toBeCloseTo(9 / 2, 12);
    const one = await compute('scan-permutation', { ...shared, population: counts.map(() => [10, 10, 20]) });
    expect(one['mlc']).toMatchObject({ locations1: [1], duration: 1, score: (even['mlc'] as Answer)['score'] });
  });

  test("an emerging outbreak's score is R's unless the paper's is asked for", async () => {
    const input = {
      countsRowsOldestFirst: [
        [1, 2],
        [3, 2],
        [6, 1],
      ],
      baselines: [
        [2, 2],
        [2, 2],
        [2, 2],
      ],
      thetas: [4, 4],
      zones1: [[1], [2]],
      type: 'emerging',
      nSim: 9,
    };
    const dispersion = 1 + 2 / 4;
    const sum = ((1 - 2) * 1 + (3 - 2) * 2 + (6 - 2) * 3) / dispersion;
    const variance = (2 * (1 + 4 + 9)) / dispersion;
    const scoreOf = async (more: object): Promise<number> => {
      const { top } = await compute('scan-ebnegbin', { ...input, ...more });
      const { zone1, duration, score } = top as { [name: string]: number[] };
      return score![duration!.findIndex((each, at) => each === 3 && zone1![at] === 1)]!;
    };
    expect(await scoreOf({})).toBeCloseTo(sum / variance, 12);
    expect(await scoreOf({ rCompat: false })).toBeCloseTo(sum / Math.sqrt(variance), 12);
  });

  test.each([
    ['scan-kulldorff', { ...ROW, cases: [0, 0, 0, 0, 0] }, 'unprocessable'],
    ['scan-kulldorff', { ...ROW, population: [1, 1, 1, 1] }, 'invalid'],
    ['scan-kulldorff', { ...ROW, popUpperBound: 0.1 }, 'unprocessable'],
    ['scan-kulldorff', { ...ROW, model: 'poisson' }, 'invalid'],
    ['scan-kulldorff', { ...ROW, nStrata: 3 }, 'invalid'],
    ['scan-bernoulli', { ...ROW, controls: [1, 1, 1, 1] }, 'invalid'],
    ['scan-ebpoisson', { countsRowsOldestFirst: [[1, 2]], zones1: [[1]] }, 'unprocessable'],
    ['scan-permutation', { countsRowsOldestFirst: [[1e9], [1]], zones1: [[1]] }, 'unprocessable'],
    ['scan-ebpoisson', { countsRowsOldestFirst: [[1, 2]], zones1: [[3]], baselines: [[1, 1]] }, 'unprocessable'],
    ['scan-ebpoisson', { countsRowsOldestFirst: [[1, 2]], zones1: [[1]], baselines: [[1, 0]] }, 'invalid'],
    ['scan-ebpoisson', { countsRowsOldestFirst: [[1, 2], [1]], zones1: [[1]] }, 'invalid'],
    ['scan-ebnegbin', { countsRowsOldestFirst: [[1, 2]], zones1: [[1]], theta: 1 }, 'invalid'],
    ['scan-stp', { lat: [1], long: [1], id: [7], caseId: [8], caseDay: [1], days: 3 }, 'invalid'],
    ['scan-stp', { lat: [1], long: [1], id: [7], caseId: [7], caseDay: [4], days: 3 }, 'invalid'],
    ['scan-stpoisson', { x: [1], y: [1], counts: [[1.5]], mu: [[1]] }, 'unprocessable'],
    ['scan-stpoisson', { x: [1], y: [1], counts: [[1], [2]], mu: [[1], [2], [3]] }, 'unprocessable'],
  ])('%s refuses %j', async (method, input, kind) => {
    await expect(compute(method, input)).rejects.toMatchObject({ kind });
  });
});
