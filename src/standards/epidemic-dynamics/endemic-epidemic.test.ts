import { describe, expect, test } from 'vitest';
import { glm, Random } from '#standards/statistics';
import { type Covariate, type EndemicEpidemicModel, endemicEpidemic } from './endemic-epidemic.ts';

const ONE: Covariate = { name: '1', at: () => 1 };
const TREND: Covariate = { name: 't', at: (time) => time / 50 };
const SINE: Covariate = { name: 'sin', at: (time) => Math.sin((2 * Math.PI * time) / 26) };

/** Four units in a row, each near the next. */
const NEAR = [
  [0, 1, 0, 0],
  [1, 0, 1, 0],
  [0, 1, 0, 1],
  [0, 0, 1, 0],
];
const ORDERS = [
  [0, 1, 2, 3],
  [1, 0, 1, 2],
  [2, 1, 0, 1],
  [3, 2, 1, 0],
];
const TRUTH = { own: 0.4, near: 0.15, endemic: 3, overdispersion: 0.2 };

function simulate(times: number, random: Random): number[][] {
  const counts = [[3, 3, 3, 3]];
  for (let time = 1; time < times; time += 1) {
    const before = counts[time - 1]!;
    counts.push(
      before.map((own, unit) => {
        const near = before.reduce((sum, each, from) => sum + each * NEAR[from]![unit]!, 0);
        const mean = TRUTH.own * own + TRUTH.near * near + TRUTH.endemic * Math.exp(0.5 * SINE.at(time, unit));
        return random.negativeBinomial(1 / TRUTH.overdispersion, mean);
      }),
    );
  }
  return counts;
}

const counts = simulate(150, new Random(9));
const full: EndemicEpidemicModel = {
  counts,
  own: { covariates: [ONE] },
  neighbours: { covariates: [ONE], weights: NEAR },
  endemic: { covariates: [ONE, SINE] },
  overdispersion: [0, 0, 0, 0],
};

describe('the endemic-epidemic model', () => {
  test('without epidemic parts is a Poisson regression', () => {
    const offset = [2, 1, 3, 0.5];
    const { coefficients, standardErrors, logLikelihood } = endemicEpidemic({
      counts,
      endemic: { covariates: [ONE, TREND, SINE], offset: (_, unit) => offset[unit]! },
    });
    const cells = counts.slice(1).flatMap((row, at) => row.map((count, unit) => ({ count, unit, time: at + 1 })));
    const model = glm({
      x: [ONE, TREND, SINE].map(({ at }) => cells.map(({ time, unit }) => at(time, unit))),
      y: cells.map(({ count }) => count),
      offset: cells.map(({ unit }) => Math.log(offset[unit]!)),
      family: 'poisson',
      epsilon: 1e-14,
    });
    for (const [at, each] of coefficients.entries()) {
      expect(each).toBeCloseTo(model.coefficients[at]!, 8);
      expect(standardErrors[at]! / model.standardErrors[at]!).toBeCloseTo(1, 6);
    }
    expect(logLikelihood).toBeCloseTo(model.logLikelihood, 7);
  });

  test('finds the parts from which the counts were drawn', () => {
    const { coefficients, standardErrors, unbounded } = endemicEpidemic(full);
    const truth = [Math.log(TRUTH.own), Math.log(TRUTH.near), Math.log(TRUTH.endemic), 0.5, TRUTH.overdispersion];
    for (const [at, each] of truth.entries())
      expect(Math.abs(coefficients[at]! - each)).toBeLessThan(4 * standardErrors[at]!);
    expect(unbounded).toEqual([]);
  });

  test('does not depend on the order of the units', () => {
    const order = [2, 0, 3, 1];
    const { coefficients } = endemicEpidemic({
      ...full,
      counts: counts.map((row) => order.map((unit) => row[unit]!)),
      neighbours: { covariates: [ONE], weights: order.map((from) => order.map((to) => NEAR[from]![to]!)) },
    });
    for (const [at, each] of endemicEpidemic(full).coefficients.entries())
      expect(coefficients[at]).toBeCloseTo(each, 7);
  });

  test('expects in all as many cases as there were, where only the intercept is found', () => {
    const { coefficients } = endemicEpidemic({ counts, endemic: { covariates: [ONE] } });
    const all = counts.slice(1).flat();
    expect(Math.exp(coefficients[0]!)).toBeCloseTo(all.reduce((sum, count) => sum + count, 0) / all.length, 9);
  });

  test('with decaying weights is at its maximum: no other power does better', () => {
    const decaying = { orders: ORDERS, most: 3, normalised: true };
    const best = endemicEpidemic({ ...full, neighbours: { covariates: [ONE], weights: decaying } });
    const power = best.coefficients[4]!;
    for (const [logarithmic, normalised] of [
      [true, true],
      [false, false],
    ] as const) {
      const other = endemicEpidemic({
        ...full,
        neighbours: { covariates: [ONE], weights: { ...decaying, logarithmic, normalised } },
      });
      if (normalised) {
        expect(Math.exp(other.coefficients[4]!)).toBeCloseTo(power, 4);
        expect(other.logLikelihood).toBeCloseTo(best.logLikelihood, 7);
      } else expect(other.coefficients[4]).toBeGreaterThan(1);
    }
    for (const shift of [-0.2, 0.2]) {
      const fixed = ORDERS.map((row) => {
        const raw = row.map((order) => (order === 0 ? 0 : order ** -(power + shift)));
        const sum = raw.reduce((total, each) => total + each, 0);
        return raw.map((each) => each / sum);
      });
      const { logLikelihood } = endemicEpidemic({ ...full, neighbours: { covariates: [ONE], weights: fixed } });
      expect(logLikelihood).toBeLessThan(best.logLikelihood);
    }
  });

  /** Method: 100 data sets; the intervals of all five figures cover 95 % each, within four standard errors. */
  test('has standard errors that cover', () => {
    const random = new Random(4);
    const truth = [Math.log(TRUTH.own), Math.log(TRUTH.near), Math.log(TRUTH.endemic), 0.5];
    const covered = truth.map(() => 0);
    const runs = 100;
    for (let run = 0; run < runs; run += 1) {
      const { coefficients, standardErrors } = endemicEpidemic({ ...full, counts: simulate(60, random) });
      for (const [at, each] of truth.entries())
        if (Math.abs(coefficients[at]! - each) < 1.96 * standardErrors[at]!) covered[at]! += 1;
    }
    for (const each of covered) expect(Math.abs(each / runs - 0.95)).toBeLessThan(4 * Math.sqrt((0.95 * 0.05) / runs));
  });

  test('leaves out missing counts and those after them', () => {
    const holes = counts.map((row, time) => (time === 40 ? [Number.NaN, ...row.slice(1)] : row));
    const { observations } = endemicEpidemic({ ...full, counts: holes });
    expect(endemicEpidemic(full).observations - observations).toBeGreaterThanOrEqual(3);
  });

  test.each([
    ['no part', { counts }],
    ['a time that is not there', { ...full, times: [1, 150] }],
    ['weights of another size', { ...full, neighbours: { covariates: [ONE], weights: [[0]] } }],
    ['an effect that is not known', { ...full, endemic: { covariates: [{ name: 'x', at: () => Number.NaN }] } }],
    ['rows of other lengths', { ...full, counts: [[1, 2], [3]] }],
  ] as [string, EndemicEpidemicModel][])('refuses %s', (_, model) => {
    expect(() => endemicEpidemic(model)).toThrow(RangeError);
  });
});
