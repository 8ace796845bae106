import { describe, expect, test } from 'vitest';
import { Random } from '../statistics/index.ts';
import {
  baselineHazards,
  type CoxData,
  type CoxFit,
  type CoxOptions,
  devianceResiduals,
  fitCox,
  influences,
  logRank,
  martingaleResiduals,
  oneGroup,
  predictedCurves,
  proportionalityTests,
  robustCovariance,
  schoenfeldResiduals,
  scoreResiduals,
  TIME_SCALES,
} from './index.ts';

interface Drawn {
  n?: number;
  round?: number;
  censoring?: number;
  coefficients?: readonly number[];
}

/** Exponential times of hazard exp(x b), x normal but for the last, which is 0 or 1. */
function draw(random: Random, { n = 80, round = 0, censoring = 0.4, coefficients = [0.7, -0.5] }: Drawn = {}): CoxData {
  const covariates = coefficients.map((_, at) =>
    Float64Array.from({ length: n }, () => (at < coefficients.length - 1 ? random.normal() : random.whole(2))),
  );
  const [time, event] = [new Float64Array(n), new Uint8Array(n)];
  for (let row = 0; row < n; row += 1) {
    const linear = coefficients.reduce((sum, value, at) => sum + value * covariates[at]![row]!, 0);
    const [death, end] = [random.exponential(Math.exp(linear)), random.exponential(censoring)];
    const exact = Math.min(death, end);
    time[row] = round > 0 ? Math.ceil(exact / round) * round : exact;
    event[row] = death <= end ? 1 : 0;
  }
  return { time, event, covariates };
}

function pick(data: CoxData, rows: readonly number[]): CoxData {
  const of = (values: Float64Array): Float64Array => Float64Array.from(rows, (row) => values[row]!);
  const { time, event, covariates, weights, start, offset } = data;
  return {
    time: of(time),
    event: Uint8Array.from(rows, (row) => event[row]!),
    covariates: covariates.map(of),
    ...(weights === undefined ? {} : { weights: of(weights) }),
    ...(start === undefined ? {} : { start: of(start) }),
    ...(offset === undefined ? {} : { offset: of(offset) }),
  };
}

function expectSameFit(found: CoxFit, expected: CoxFit): void {
  for (const [at, value] of expected.coefficients.entries()) {
    expect(found.coefficients[at]).toBeCloseTo(value, 9);
    expect(found.covariance[at]![at]).toBeCloseTo(expected.covariance[at]![at]!, 9);
  }
  for (const at of [0, 1] as const) expect(found.logLikelihood[at]).toBeCloseTo(expected.logLikelihood[at], 8);
}

const sumOf = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0);

/**
 * Goal: the fit is the maximum of the partial likelihood, for every kind of ties and data.
 * Method: likelihoods that are the same by definition, and the definition itself counted out.
 */
describe('Cox regression', () => {
  test('without ties all three kinds are one', () => {
    const data = draw(new Random(1));
    const efron = fitCox(data);
    expectSameFit(fitCox(data, { ties: 'breslow' }), efron);
    expectSameFit(fitCox(data, { ties: 'exact' }), efron);
  });

  test('the score test of one indicator is the log-rank test: with ties that of the exact likelihood', () => {
    const data = draw(new Random(2), { round: 0.2, coefficients: [0.5] });
    const test = logRank(data, { codes: Uint32Array.from(data.covariates[0]!), count: 2 }, oneGroup(80));
    expect(fitCox(data, { ties: 'exact' }).scoreTest).toBeCloseTo(test.chiSquare, 9);
  });

  test('without ties the score test of one indicator is the log-rank test', () => {
    const data = draw(new Random(3), { coefficients: [0.5] });
    const test = logRank(data, { codes: Uint32Array.from(data.covariates[0]!), count: 2 }, oneGroup(80));
    expect(fitCox(data).scoreTest).toBeCloseTo(test.chiSquare, 9);
  });

  test('the exact likelihood is the sum over all choices', () => {
    const data = draw(new Random(14), { n: 14, round: 0.8, censoring: 0.1, coefficients: [0.3, 0.2] });
    const fit = fitCox(data, { ties: 'exact' });
    expect(fit.logLikelihood[1]).toBeCloseTo(countedOut(data, fit.coefficients), 9);
    for (const by of [-0.01, 0.01])
      expect(
        countedOut(
          data,
          fit.coefficients.map((value) => value + by),
        ),
      ).toBeLessThan(fit.logLikelihood[1]);
  });

  const kinds: [string, CoxOptions][] = [
    ['efron', { ties: 'efron' }],
    ['breslow', { ties: 'breslow' }],
    ['exact', { ties: 'exact' }],
  ];

  test.each(kinds)('%s: rows in another order, units and covariates moved and scaled', (_, options) => {
    const random = new Random(5);
    const data = draw(random, { round: 0.1 });
    const fit = fitCox(data, options);
    expectSameFit(fitCox(pick(data, random.shuffle(Array.from(data.time.keys()))), options), fit);
    const [x, group] = data.covariates;
    const moved = fitCox(
      { ...data, time: data.time.map((time) => time * 7), covariates: [x!.map((value) => 1000 + 10 * value), group!] },
      options,
    );
    expect(moved.coefficients[0]! * 10).toBeCloseTo(fit.coefficients[0]!, 8);
    expect(moved.coefficients[1]).toBeCloseTo(fit.coefficients[1]!, 8);
    expect(moved.logLikelihood[1]).toBeCloseTo(fit.logLikelihood[1], 8);
  });

  test.each(kinds)('%s: rows cut in two are the same rows', (_, options) => {
    const data = draw(new Random(6), { round: 0.1 });
    const cut = Array.from(data.time.keys()).filter((row) => data.time[row]! > 0.35);
    const pieces = pick(data, [...data.time.keys(), ...cut]);
    pieces.start = new Float64Array(pieces.time.length);
    for (const row of cut) {
      pieces.time[row] = 0.35;
      pieces.event[row] = 0;
    }
    pieces.start.fill(0.35, data.time.length);
    expectSameFit(fitCox(pieces, options), fitCox(data, options));
  });

  test('a weight of two is a row twice, and an offset a known coefficient', () => {
    const data = draw(new Random(7), { round: 0.1 });
    const rows = Array.from(data.time.keys());
    const twice = fitCox(pick(data, [...rows, ...rows]), { ties: 'breslow' });
    expectSameFit(fitCox({ ...data, weights: new Float64Array(80).fill(2) }, { ties: 'breslow' }), twice);
    const fit = fitCox(data);
    const known = fitCox({
      ...data,
      covariates: [data.covariates[1]!],
      offset: data.covariates[0]!.map((x) => 300 + x * fit.coefficients[0]!),
    });
    expect(known.coefficients[0]).toBeCloseTo(fit.coefficients[1]!, 9);
    expect(known.logLikelihood[1]).toBeCloseTo(fit.logLikelihood[1], 8);
  });

  test('strata add up, and one without events changes nothing', () => {
    const random = new Random(8);
    const [one, two] = [draw(random, { round: 0.1 }), draw(random, { round: 0.1 })];
    const joined: CoxData = {
      time: Float64Array.from([...one.time, ...two.time, 1, 2]),
      event: Uint8Array.from([...one.event, ...two.event, 0, 0]),
      covariates: one.covariates.map((x, at) => Float64Array.from([...x, ...two.covariates[at]!, 5, -5])),
      strata: { codes: Uint32Array.from({ length: 162 }, (_, row) => Math.floor(row / 80)), count: 3 },
    };
    const fit = fitCox(joined);
    const alone = [one, two].map((data) => fitCox(data, { initial: [...fit.coefficients], mostIterations: 0 }));
    expect(fit.logLikelihood[1]).toBeCloseTo(alone[0]!.logLikelihood[0] + alone[1]!.logLikelihood[0], 8);
    expect(baselineHazards(fit).map(({ hazard }) => hazard.at(-1)! > 0)).toEqual([true, true, false]);
  });

  test('a redundant covariate has no coefficient, and the others stay', () => {
    const data = draw(new Random(9));
    const [x, group] = data.covariates;
    const fit = fitCox({ ...data, covariates: [x!, x!.map((value, row) => 2 * value - 3 * group![row]!), group!] });
    expect(fit.coefficients[2]).toBeNaN();
    expect(fit.df).toBe(2);
    expect(fit.logLikelihood[1]).toBeCloseTo(fitCox(data).logLikelihood[1], 8);
    expect(proportionalityTests(fit, 'km')).toHaveLength(3);
  });

  test('refuses no events, no covariates, wrong weights and a covariate that separates', () => {
    const data = draw(new Random(10));
    expect(() => fitCox({ ...data, event: new Uint8Array(80) })).toThrow('no event');
    expect(() => fitCox({ ...data, covariates: [] })).toThrow('covariate');
    expect(() => fitCox({ ...data, weights: new Float64Array(80) })).toThrow('above 0');
    expect(() => fitCox({ ...data, weights: new Float64Array(80).fill(2) }, { ties: 'exact' })).toThrow('exact');
    const separating = Float64Array.from(data.event);
    expect(() => fitCox({ ...data, covariates: [data.covariates[0]!, separating] })).toThrow('covariate 2');
  });

  test('very large linear predictors do not overflow', () => {
    const data = draw(new Random(11));
    const fit = fitCox(
      { ...data, offset: data.covariates[0]!.map((x) => 500 * x) },
      { initial: [-499, 0], mostIterations: 40 },
    );
    expect(fit.coefficients[0]! + 500).toBeCloseTo(fitCox(data).coefficients[0]!, 6);
  });
});

/** The exact log likelihood by listing every choice of as many as had the event at a time. */
function countedOut({ time, event, covariates }: CoxData, coefficients: Float64Array): number {
  const risk = time.map((_, row) => Math.exp(covariates.reduce((sum, x, at) => sum + x[row]! * coefficients[at]!, 0)));
  const choices = (rows: readonly number[], count: number): number => {
    if (count === 0) return 1;
    const [first, ...rest] = rows;
    return first === undefined ? 0 : risk[first]! * choices(rest, count - 1) + choices(rest, count);
  };
  return [...new Set(time)].reduce((sum, now) => {
    const dead = Array.from(time.keys()).filter((row) => time[row] === now && event[row] === 1);
    const atRisk = Array.from(time.keys()).filter((row) => time[row]! >= now);
    return sum + dead.reduce((all, row) => all + Math.log(risk[row]!), 0) - Math.log(choices(atRisk, dead.length));
  }, 0);
}

/**
 * Goal: residuals, curves and tests follow from the fit.
 * Method: what they add up to, what they are the derivative of, and how tests behave where the truth is known.
 */
describe('what a Cox fit tells', () => {
  const random = new Random(12);
  const base = draw(random, { round: 0.1 });
  const data: CoxData = {
    ...base,
    start: base.time.map((time) => Math.max(0, time - 1) / 2),
    weights: base.time.map(() => 0.5 + random.next()),
    strata: { codes: Uint32Array.from(base.time, (_, row) => row % 2), count: 2 },
  };

  test.each(['efron', 'breslow'] as const)('%s: residuals add up to nothing', (ties) => {
    const fit = fitCox(data, { ties });
    const martingale = martingaleResiduals(fit);
    expect(sumOf(martingale.map((value, row) => value * data.weights![row]!))).toBeCloseTo(0, 10);
    for (const residuals of scoreResiduals(fit))
      expect(sumOf(residuals.map((value, row) => value * data.weights![row]!))).toBeCloseTo(0, 9);
    const { rows, values } = schoenfeldResiduals(fitCox({ ...base }, { ties }));
    for (const residuals of values) expect(sumOf(residuals)).toBeCloseTo(0, 9);
    expect(rows).toHaveLength(sumOf(Float64Array.from(base.event)));
    const deviance = devianceResiduals(fit);
    expect(deviance.every((value, row) => Math.sign(value) === Math.sign(martingale[row]!))).toBe(true);
  });

  test('influences are how coefficients move with a weight', () => {
    const fit = fitCox(data, { ties: 'breslow' });
    const found = influences(fit);
    for (const row of [0, 7, 33, 79]) {
      const moved = (by: number): Float64Array =>
        fitCox({ ...data, weights: data.weights!.map((w, at) => (at === row ? w * (1 + by) : w)) }, { ties: 'breslow' })
          .coefficients;
      const [up, down] = [moved(1e-4), moved(-1e-4)];
      for (const at of [0, 1]) expect(found[at]![row]).toBeCloseTo((up[at]! - down[at]!) / 2e-4, 6);
    }
  });

  test('the robust variance of rows counted twice is that of the rows', () => {
    const rows = Array.from(base.time.keys());
    const own = { codes: Uint32Array.from(rows), count: 80 };
    const twice = { codes: Uint32Array.from([...rows, ...rows]), count: 80 };
    const once = robustCovariance(fitCox(base, { ties: 'breslow' }), own);
    const doubled = robustCovariance(fitCox(pick(base, [...rows, ...rows]), { ties: 'breslow' }), twice);
    expect(doubled[0]![1]).toBeCloseTo(once[0]![1]!, 12);
    expect(doubled[1]![1]).toBeCloseTo(once[1]![1]!, 12);
  });

  test('the survival expected at covariates of 0 is that of the baseline hazard', () => {
    const fit = fitCox(data);
    const curves = predictedCurves(fit, [Float64Array.of(0, 1), Float64Array.of(0, 1)]);
    for (const [stratum, { hazard }] of baselineHazards(fit).entries()) {
      const [zero, one] = curves[stratum]!.survival;
      const ratio = Math.exp(fit.coefficients[0]! + fit.coefficients[1]!);
      for (const [k, value] of hazard.entries()) {
        expect(zero![k]).toBeCloseTo(Math.exp(-value), 12);
        expect(one![k]).toBeCloseTo(Math.exp(-value * ratio), 12);
      }
    }
  });

  test.each(TIME_SCALES)('proportionality on %s: the test sees only the order of what does not matter', (scale) => {
    const tests = proportionalityTests(fitCox(data), scale);
    expect(tests).toHaveLength(3);
    expect(tests[2]!.df).toBe(2);
    const scaled = proportionalityTests(
      fitCox({ ...data, covariates: [data.covariates[0]!.map((x) => 50 * x + 7), data.covariates[1]!] }),
      scale,
    );
    for (const [at, { chiSquare }] of tests.entries()) expect(scaled[at]!.chiSquare).toBeCloseTo(chiSquare, 7);
  });

  test('95 % intervals hold, and proportional hazards are doubted in 5 % of samples (seed 13)', () => {
    const source = new Random(13);
    let [held, robust, doubted] = [0, 0, 0];
    const samples = 400;
    for (let sample = 0; sample < samples; sample += 1) {
      const fit = fitCox(draw(source, { n: 100, censoring: 1 }));
      const own = { codes: Uint32Array.from({ length: 100 }, (_, row) => row), count: 100 };
      const away = Math.abs(fit.coefficients[0]! - 0.7);
      if (away <= 1.96 * Math.sqrt(fit.covariance[0]![0]!)) held += 1;
      if (away <= 1.96 * Math.sqrt(robustCovariance(fit, own)[0]![0]!)) robust += 1;
      if (proportionalityTests(fit, 'km')[2]!.p < 0.05) doubted += 1;
    }
    expect(held / samples).toBeGreaterThan(0.92);
    expect(held / samples).toBeLessThan(0.98);
    // The sandwich is known to be short in samples of this size.
    expect(robust / samples).toBeGreaterThan(0.89);
    expect(doubted / samples).toBeLessThan(0.085);
  });
});
