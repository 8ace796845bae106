import { describe, expect, test } from 'vitest';
import { Random } from '../statistics/index.ts';
import { fitLifetime, type Knowledge, LIFETIMES, type Lifetime, summariseOnset, weibullLimits } from './index.ts';

const SEED = 9_112;

function weibullTimes(random: Random, n: number, shape: number, scale: number): number[] {
  return Array.from({ length: n }, () => scale * (-Math.log(random.next())) ** (1 / shape));
}

/**
 * Goal: the maximum of the likelihood of each law, with what censoring leaves known.
 * Method: laws with closed forms; changes of units and of what is called what; agreement of censored with exact knowledge in the limit; coverage on simulated times.
 */
describe('fitLifetime', () => {
  const random = new Random(SEED);
  const times = weibullTimes(random, 60, 1.4, 20);
  const censored = times.map((time, at): Knowledge => (at % 3 === 0 && time > 5 ? 'right' : 'event'));

  test('the exponential: events over time at risk', () => {
    const { coefficients, standardErrors, logLikelihood } = fitLifetime({
      times,
      known: censored,
      distribution: 'exponential',
    });
    const events = censored.filter((kind) => kind === 'event').length;
    const risk = times.reduce((sum, time) => sum + time, 0);
    expect(coefficients[0]).toBeCloseTo(Math.log(risk / events), 10);
    expect(standardErrors[0]).toBeCloseTo(1 / Math.sqrt(events), 8);
    expect(logLikelihood).toBeCloseTo(events * Math.log(events / risk) - events, 8);
  });

  test('the log-normal without censoring: moments of the logarithm', () => {
    const { coefficients, scale, logScaleError } = fitLifetime({ times, known: 'event', distribution: 'lognormal' });
    const logs = times.map(Math.log);
    const mean = logs.reduce((sum, log) => sum + log, 0) / 60;
    expect(coefficients[0]).toBeCloseTo(mean, 9);
    expect(scale).toBeCloseTo(Math.sqrt(logs.reduce((sum, log) => sum + (log - mean) ** 2, 0) / 60), 8);
    expect(logScaleError).toBeCloseTo(1 / Math.sqrt(120), 7);
  });

  test.each(Object.keys(LIFETIMES) as Lifetime[])(
    '%s: other units move the intercept only; a covariate is found',
    (distribution) => {
      const covariates = [times.map((_, at) => at % 2)];
      const longer = times.map((time, at) => time * (at % 2 === 1 ? 3 : 1));
      const fit = fitLifetime({ times: longer, known: censored, covariates, distribution });
      const weeks = fitLifetime({ times: longer.map((time) => time / 7), known: censored, covariates, distribution });
      if (LIFETIMES[distribution].logTime) {
        expect(fit.coefficients[0]! - weeks.coefficients[0]!).toBeCloseTo(Math.log(7), 6);
        expect(fit.coefficients[1]).toBeCloseTo(weeks.coefficients[1]!, 6);
        expect(fit.scale).toBeCloseTo(weeks.scale, 6);
      } else expect(fit.coefficients[1]! / weeks.coefficients[1]!).toBeCloseTo(7, 5);
      expect(fit.coefficients[1]!).toBeGreaterThan(2 * fit.standardErrors[1]!);
      expect(fit.logLikelihood).toBeGreaterThan(fit.nullLogLikelihood + 3);
    },
  );

  test.each(['weibull', 'lognormal', 'loglogistic', 'gaussian'] as const)(
    '%s: a short interval is an event, and one without end is censored',
    (distribution) => {
      const known = times.map((): Knowledge => 'interval');
      const short = fitLifetime({
        times: times.map((time) => time - 1e-4),
        until: times.map((time) => time + 1e-4),
        known,
        distribution,
      });
      const exact = fitLifetime({ times, known: 'event', distribution });
      expect(short.coefficients[0]).toBeCloseTo(exact.coefficients[0]!, 5);
      expect(short.standardErrors[0]).toBeCloseTo(exact.standardErrors[0]!, 4);
      const open = fitLifetime({
        times,
        until: times.map(() => 1e9),
        known: censored.map((kind): Knowledge => (kind === 'right' ? 'interval' : kind)),
        distribution,
      });
      const right = fitLifetime({ times, known: censored, distribution });
      expect(open.scale).toBeCloseTo(right.scale, 6);
    },
  );

  test('what is left-censored on one side is right-censored on the mirrored line', () => {
    const known = censored.map((kind): Knowledge => (kind === 'right' ? 'left' : kind));
    const left = fitLifetime({ times, known, distribution: 'gaussian' });
    const mirrored = fitLifetime({ times: times.map((time) => -time), known: censored, distribution: 'gaussian' });
    expect(left.coefficients[0]).toBeCloseTo(-mirrored.coefficients[0]!, 7);
    expect(left.logLikelihood).toBeCloseTo(mirrored.logLikelihood, 8);
  });

  test('a weight of two is a row twice', () => {
    const one = fitLifetime({ times, known: censored, weights: times.map(() => 2) });
    const other = fitLifetime({ times: [...times, ...times], known: [...censored, ...censored] });
    expect(one.coefficients[0]).toBeCloseTo(other.coefficients[0]!, 9);
    expect(one.logScaleError).toBeCloseTo(other.logScaleError, 9);
  });

  test('95 % limits of the shape hold what they promise', () => {
    const runs = 400;
    let covered = 0;
    for (let run = 0; run < runs; run += 1) {
      const fit = fitLifetime({ times: weibullTimes(random, 100, 0.8, 30), known: 'event' });
      const { shapeLow, shapeHigh } = weibullLimits(fit);
      if (shapeLow <= 0.8 && 0.8 <= shapeHigh) covered += 1;
    }
    const spread = Math.sqrt((0.95 * 0.05) / runs);
    expect(Math.abs(covered / runs - 0.95), `seed ${SEED}`).toBeLessThan(4 * spread);
  });
});

describe('summariseOnset', () => {
  const quantiles = (shape: number) =>
    Array.from({ length: 99 }, (_, at) => 30 * (-Math.log(1 - (at + 1) / 100)) ** (1 / shape));

  test('a falling hazard is early, a steady one constant, a rising one late', () => {
    expect(summariseOnset(quantiles(0.5)).pattern).toBe('early');
    expect(summariseOnset(quantiles(1)).pattern).toBe('constant');
    expect(summariseOnset(quantiles(2)).pattern).toBe('late');
    expect(summariseOnset([1, 5, 9]).pattern).toBe('unclear');
  });

  test('quartiles by hand, and the same day is half a day', () => {
    const found = summariseOnset([0, 1, 2, 3, 10]);
    expect(found).toMatchObject({ n: 5, least: 0, lowerQuartile: 1, median: 2, upperQuartile: 3, most: 10, mean: 3.2 });
    expect(found.weibull!.shape).toBeGreaterThan(0);
    expect(summariseOnset([4, 4]).weibull).toBeUndefined();
    expect(() => summariseOnset([])).toThrow(RangeError);
  });
});
