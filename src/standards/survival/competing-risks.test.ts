import { describe, expect, test } from 'vitest';
import { Random } from '../statistics/index.ts';
import {
  aalenJohansen,
  type CompetingRisks,
  cumulativeIncidences,
  fitCox,
  fitFineGray,
  grayTests,
  incidenceAt,
  logRank,
  oneGroup,
  survivalCurves,
} from './index.ts';
import type { Groups } from './model.ts';

/** Two kinds of event of equal hazard, each 1 where `faster` is not more than that for the first. */
function draw(
  random: Random,
  n: number,
  round = 0,
  censoring = 0.5,
  faster: (row: number) => number = () => 1,
): CompetingRisks {
  const [time, kind] = [new Float64Array(n), new Uint32Array(n)];
  for (let row = 0; row < n; row += 1) {
    const times = [
      censoring > 0 ? random.exponential(censoring) : Infinity,
      random.exponential(faster(row)),
      random.exponential(),
    ];
    const exact = Math.min(...times);
    time[row] = round > 0 ? Math.ceil(exact / round) * round : exact;
    kind[row] = times.indexOf(exact);
  }
  return { time, kind };
}

const drawGroups = (random: Random, n: number, count: number): Groups => ({
  codes: Uint32Array.from({ length: n }, () => random.whole(count)),
  count,
});

const anyEvent = ({ kind }: CompetingRisks): Uint8Array => Uint8Array.from(kind, (which) => Number(which > 0));

/**
 * Goal: incidences, their errors and their comparison are those of competing risks.
 * Method: by hand; what they add up to; what they are where there is no competition; and simulation.
 */
describe('cumulative incidence', () => {
  test('of five rows, by hand', () => {
    const rows = { time: Float64Array.of(1, 2, 3, 4, 5), kind: Uint32Array.of(1, 2, 0, 1, 0) };
    const [[first], [second]] = cumulativeIncidences(rows, 2) as [[never], [never]];
    const { time, incidence, until } = first as { time: Float64Array; incidence: Float64Array; until: number };
    expect([...time]).toEqual([1, 4]);
    expect(incidence[0]).toBeCloseTo(1 / 5, 14);
    expect(incidence[1]).toBeCloseTo(1 / 5 + (3 / 5) * (1 / 2), 14);
    expect(until).toBe(5);
    expect(incidenceAt(second, 1.5).incidence).toBe(0);
    expect(incidenceAt(second, 2).incidence).toBeCloseTo(1 / 5, 14);
    expect(incidenceAt(second, 5.1).incidence).toBeNaN();
  });

  test('the incidences and survival add up to 1 at every time', () => {
    const rows = draw(new Random(1), 200, 0.05);
    const [survival] = survivalCurves({ time: rows.time, event: anyEvent(rows) });
    const curves = cumulativeIncidences(rows, 2).map(([curve]) => curve!);
    const { time, share } = aalenJohansen(rows, 2);
    for (const [k, now] of time.entries()) {
      const [one, two] = curves.map((curve) => incidenceAt(curve, now).incidence);
      expect(one! + two! + survival!.survival[k]!).toBeCloseTo(1, 12);
      expect(share[1]![k]).toBeCloseTo(one!, 12);
      expect(share[2]![k]).toBeCloseTo(two!, 12);
    }
  });

  test('where nothing competes it is 1 less survival, with the errors of that', () => {
    const both = draw(new Random(2), 100, 0.1);
    const rows = { time: both.time, kind: both.kind.map((kind) => Number(kind > 0)) };
    const data = { time: rows.time, event: anyEvent(rows) };
    const each = { codes: Uint32Array.from(rows.time.keys()), count: 100 };
    const [curve] = survivalCurves(data, undefined, { clusters: each });
    const { share, standardError } = aalenJohansen(rows, 1);
    for (const k of curve!.time.keys()) {
      expect(share[1]![k]).toBeCloseTo(1 - curve!.survival[k]!, 12);
      expect(standardError[0]![k]).toBeCloseTo(curve!.survivalError[k]!, 12);
      expect(standardError[1]![k]).toBeCloseTo(curve!.survivalError[k]!, 12);
    }
  });

  test('the errors of the shares are the squared influences, found by leaving weight to each row', () => {
    const rows = draw(new Random(3), 30, 0.1);
    const { time, share, standardError } = aalenJohansen(rows, 2);
    const k = time.findLastIndex((now) => now <= 0.6);
    // Influence as the limit of counting a row once more among very many copies of all.
    const copies = 300;
    const all = Array.from({ length: copies }, () => Array.from(rows.time.keys())).flat();
    const shareWith = (row: number, state: number): number => {
      const order = [...all, row];
      const moved = aalenJohansen(
        {
          time: Float64Array.from(order, (at) => rows.time[at]!),
          kind: Uint32Array.from(order, (at) => rows.kind[at]!),
        },
        2,
      );
      return moved.share[state]![k]!;
    };
    for (const state of [0, 1, 2]) {
      const influences = Array.from(rows.time.keys(), (row) => copies * (shareWith(row, state) - share[state]![k]!));
      expect(Math.hypot(...influences)).toBeCloseTo(standardError[state]![k]!, 3);
    }
  });

  test.each([0, 1])(
    'Gray rho %d: the order of rows, groups and strata, and the unit of time, change nothing',
    (rho) => {
      const random = new Random(4);
      const rows = draw(random, 120, 0.1);
      const [groups, strata] = [drawGroups(random, 120, 3), drawGroups(random, 120, 2)];
      const found = grayTests(rows, 2, groups, { strata, rho });
      const order = random.shuffle(Array.from(rows.time.keys()));
      const shuffled = grayTests(
        {
          time: Float64Array.from(order, (row) => 12 * rows.time[row]!),
          kind: Uint32Array.from(order, (row) => rows.kind[row]!),
        },
        2,
        { codes: Uint32Array.from(order, (row) => 2 - groups.codes[row]!), count: 3 },
        { strata: { codes: Uint32Array.from(order, (row) => 1 - strata.codes[row]!), count: 2 }, rho },
      );
      for (const at of [0, 1]) expect(shuffled[at]!.chiSquare).toBeCloseTo(found[at]!.chiSquare, 9);
      expect(() => grayTests(rows, 2, oneGroup(120))).toThrow('two groups');
    },
  );

  test('Gray, where nothing competes, is about the log-rank test; equal groups differ in 5 % of samples (seed 5)', () => {
    const random = new Random(5);
    let found = 0;
    for (let sample = 0; sample < 1000; sample += 1) {
      const rows = draw(random, 100);
      const groups = drawGroups(random, 100, 2);
      if (grayTests(rows, 2, groups)[0]!.p < 0.05) found += 1;
      if (sample >= 20) continue;
      const alone = { time: rows.time, kind: rows.kind.map((kind) => Number(kind > 0)) };
      const { chiSquare } = logRank({ time: rows.time, event: anyEvent(rows) }, groups, oneGroup(100));
      expect(Math.sqrt(grayTests(alone, 1, groups)[0]!.chiSquare)).toBeCloseTo(Math.sqrt(chiSquare), 0);
    }
    expect(found / 1000).toBeGreaterThan(0.033);
    expect(found / 1000).toBeLessThan(0.071);
  });

  test('intervals from both variances hold (seed 6)', () => {
    const random = new Random(6);
    const truth = (1 - Math.exp(-1)) / 2;
    let [aalen, jackknife] = [0, 0];
    for (let sample = 0; sample < 800; sample += 1) {
      const rows = draw(random, 100);
      const { incidence, variance } = incidenceAt(cumulativeIncidences(rows, 2)[0]![0]!, 0.5);
      const { time, standardError } = aalenJohansen(rows, 2);
      const error = standardError[1]![time.findLastIndex((now) => now <= 0.5)]!;
      if (Math.abs(incidence - truth) <= 1.96 * Math.sqrt(variance)) aalen += 1;
      if (Math.abs(incidence - truth) <= 1.96 * error) jackknife += 1;
    }
    for (const held of [aalen, jackknife]) {
      expect(held / 800).toBeGreaterThan(0.925);
      expect(held / 800).toBeLessThan(0.97);
    }
  });
});

/**
 * Goal: Fine and Gray's model is what its authors define.
 * Method: Cox's model where nothing competes; the derivatives of the likelihood; the definition of the influence, row by row.
 */
describe('proportional subdistribution hazards', () => {
  function drawModel(random: Random, n: number, round = 0): CompetingRisks & { covariates: Float64Array[] } {
    const covariates = [
      Float64Array.from({ length: n }, () => random.normal()),
      Float64Array.from({ length: n }, () => random.whole(2)),
    ];
    const rows = draw(random, n, round, 0.5, (row) =>
      Math.exp(0.6 * covariates[0]![row]! - 0.4 * covariates[1]![row]!),
    );
    return { ...rows, covariates };
  }

  test('where nothing competes it is the Cox model with Breslow ties', () => {
    const both = drawModel(new Random(7), 100, 0.1);
    const data = { ...both, kind: both.kind.map((kind) => Number(kind > 0)) };
    const cox = fitCox({ time: data.time, event: anyEvent(data), covariates: data.covariates }, { ties: 'breslow' });
    const fit = fitFineGray(data, 1);
    for (const at of [0, 1]) expect(fit.coefficients[at]).toBeCloseTo(cox.coefficients[at]!, 6);
    expect(fit.logLikelihood[1]).toBeCloseTo(cox.logLikelihood[1], 8);
    expect(fit.converged).toBe(true);
  });

  test('rows in another order, another unit of time, covariates moved', () => {
    const random = new Random(8);
    const data = drawModel(random, 100, 0.1);
    const fit = fitFineGray(data, 1);
    const order = random.shuffle(Array.from(data.time.keys()));
    const moved = fitFineGray(
      {
        time: Float64Array.from(order, (row) => 52 * data.time[row]!),
        kind: Uint32Array.from(order, (row) => data.kind[row]!),
        covariates: [
          Float64Array.from(order, (row) => data.covariates[0]![row]! + 3),
          Float64Array.from(order, (row) => data.covariates[1]![row]!),
        ],
      },
      1,
    );
    for (const at of [0, 1]) {
      expect(moved.coefficients[at]).toBeCloseTo(fit.coefficients[at]!, 8);
      expect(moved.covariance[at]![at]).toBeCloseTo(fit.covariance[at]![at]!, 8);
    }
  });

  test('groups of one censoring are one group, and with several the terms of all events count, or of their own', () => {
    const random = new Random(9);
    const data = drawModel(random, 120, 0.1);
    const one = fitFineGray({ ...data, censoring: oneGroup(120) }, 1);
    expect(one.covariance).toEqual(fitFineGray(data, 1, { rCompat: true }).covariance);
    const censoring = drawGroups(random, 120, 2);
    const [all, own] = [false, true].map((rCompat) => fitFineGray({ ...data, censoring }, 1, { rCompat }));
    expect(own!.coefficients).toEqual(all!.coefficients);
    expect(own!.covariance[0]![0]).not.toBe(all!.covariance[0]![0]);
    expect(own!.covariance[0]![0]).toBeCloseTo(all!.covariance[0]![0]!, 2);
  });

  test('refuses no event, no covariate and a redundant one; tells where it has not converged', () => {
    const data = drawModel(new Random(10), 60);
    expect(() => fitFineGray(data, 3)).toThrow('no event of interest');
    expect(() => fitFineGray({ ...data, covariates: [] }, 1)).toThrow('covariate');
    const [x] = data.covariates;
    expect(() => fitFineGray({ ...data, covariates: [x!, x!] }, 1)).toThrow('adds nothing');
    expect(fitFineGray(data, 1, { mostIterations: 1 }).converged).toBe(false);
  });

  test('95 % intervals hold the coefficient of a true model (seed 11)', () => {
    const random = new Random(11);
    const [samples, p] = [300, 0.6];
    let held = 0;
    for (let sample = 0; sample < samples; sample += 1) {
      const n = 150;
      const [time, kind] = [new Float64Array(n), new Uint32Array(n)];
      const x = Float64Array.from({ length: n }, () => random.whole(2));
      for (let row = 0; row < n; row += 1) {
        // F1(t) = 1 - (1 - p(1 - exp(-t)))^exp(x b), b = 0.5: Fine and Gray's own simulation.
        const power = Math.exp(0.5 * x[row]!);
        const isFirst = random.next() < 1 - (1 - p) ** power;
        const u = random.next() * (1 - (1 - p) ** power);
        const event = isFirst ? -Math.log(1 - (1 - (1 - u) ** (1 / power)) / p) : random.exponential(power);
        const end = random.exponential(0.3);
        time[row] = Math.min(event, end);
        kind[row] = event <= end ? (isFirst ? 1 : 2) : 0;
      }
      const { coefficients, covariance } = fitFineGray({ time, kind, covariates: [x] }, 1);
      if (Math.abs(coefficients[0]! - 0.5) <= 1.96 * Math.sqrt(covariance[0]![0]!)) held += 1;
    }
    expect(held / samples).toBeGreaterThan(0.915);
    expect(held / samples).toBeLessThan(0.985);
  });
});
