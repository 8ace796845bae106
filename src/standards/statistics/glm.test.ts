import { describe, expect, test } from 'vitest';
import { type FamilyName, glm, type LinkName, leastSquares, Random } from './index.ts';

const SEED = 20240607;

function sample(n: number, p: number, seed = SEED): { x: Float64Array[]; eta: Float64Array; random: Random } {
  const random = new Random(seed);
  const x = Array.from({ length: p }, (_, at) =>
    Float64Array.from({ length: n }, () => (at === 0 ? 1 : random.normal())),
  );
  const eta = Float64Array.from({ length: n }, (_, row) =>
    x.reduce((sum, column, at) => sum + (column[row]! * (at + 1)) / 10, 0),
  );
  return { x, eta, random };
}

const MODELS: [FamilyName, LinkName, (eta: number, random: Random) => number][] = [
  ['gaussian', 'identity', (eta, random) => eta + random.normal()],
  ['gaussian', 'log', (eta, random) => Math.exp(eta) * (1 + 0.1 * random.normal()) + 1],
  ['binomial', 'logit', (eta, random) => (random.next() < 1 / (1 + Math.exp(-eta)) ? 1 : 0)],
  ['binomial', 'probit', (eta, random) => (random.normal() < eta ? 1 : 0)],
  ['binomial', 'cauchit', (eta, random) => (random.normal() < eta ? 1 : 0)],
  ['quasibinomial', 'cloglog', (eta, random) => (random.next() < -Math.expm1(-Math.exp(eta)) ? 1 : 0)],
  ['poisson', 'log', (eta, random) => random.poisson(Math.exp(eta))],
  ['quasipoisson', 'sqrt', (eta, random) => random.poisson((3 + eta) ** 2)],
  ['gamma', 'inverse', (eta, random) => random.gamma(3, 3 * (4 + eta))],
  ['gamma', 'log', (eta, random) => random.gamma(3, 3 * Math.exp(-eta))],
  ['inverse-gaussian', 'log', (eta, random) => random.gamma(9, 9 * Math.exp(-eta))],
];

/**
 * Goal: each family and link is fitted to its likelihood's top.
 * Method: at the top the score X'(y - mu) (dmu/deta) / V is zero, which no wrong iteration can fake; the deviance of any neighbour is larger.
 */
describe.each(MODELS)('%s with link %s', (family, link, draw) => {
  const { x, eta, random } = sample(300, 4);
  const y = eta.map((value) => draw(value, random));
  const fit = glm({ x, y, family, link, epsilon: 1e-14, mostIterations: 100 });

  test('the score vanishes', () => {
    for (const column of x) {
      let [score, size] = [0, 0];
      for (let row = 0; row < y.length; row += 1) {
        const part = column[row]! * fit.workingWeights[row]! * fit.workingResiduals[row]!;
        score += part;
        size += Math.abs(part);
      }
      expect(Math.abs(score / size)).toBeLessThan(1e-7);
    }
  });

  test('no neighbour has a smaller deviance', () => {
    for (const [at, error] of fit.standardErrors.entries())
      for (const way of [-1, 1]) {
        const offset = x[at]!.map((value) => value * way * error);
        const moved = glm({
          x: x.filter((_, other) => other !== at),
          y,
          family,
          link,
          offset: offset.map((value, row) => value + x[at]![row]! * fit.coefficients[at]!),
        });
        expect(moved.deviance).toBeGreaterThan(fit.deviance);
      }
  });

  test('the order of rows and the unit of a column change nothing', () => {
    const order = random.shuffle(Array.from(y.keys()));
    const mixed = x.map((column, at) => order.map((row) => column[row]! * (at === 1 ? 1000 : 1)));
    const again = glm({ x: mixed, y: order.map((row) => y[row]!), family, link, epsilon: 1e-14, mostIterations: 100 });
    expect(again.coefficients[1]! * 1000).toBeCloseTo(fit.coefficients[1]!, 8);
    expect(again.deviance).toBeCloseTo(fit.deviance, 8);
  });

  test('hat values sum to the rank', () => {
    expect(fit.hat.reduce((sum, value) => sum + value, 0)).toBeCloseTo(4, 9);
  });
});

describe('glm', () => {
  const { x, eta, random } = sample(200, 3);
  const y = eta.map((value) => random.poisson(Math.exp(value)));

  test('a weight of 2 is a row twice, a weight of 0 is no row', () => {
    const weights = y.map((_, row) => row % 3);
    const rows = Array.from(y.keys()).flatMap((row) => Array.from({ length: row % 3 }, () => row));
    const one = glm({ x, y, family: 'poisson', weights });
    const two = glm({
      x: x.map((column) => rows.map((row) => column[row]!)),
      y: rows.map((row) => y[row]!),
      family: 'poisson',
    });
    for (const [at, value] of two.coefficients.entries()) expect(one.coefficients[at]).toBeCloseTo(value, 8);
    expect(one.logLikelihood).toBeCloseTo(two.logLikelihood, 8);
    expect(one.nullDeviance).toBeCloseTo(two.nullDeviance, 8);
    expect(one.df).toBe(rows.filter((row, at) => rows.indexOf(row) === at).length - 3);
  });

  test('Gaussian with identity is least squares', () => {
    const one = glm({ x, y, family: 'gaussian' });
    const two = leastSquares(x, y);
    expect(one.deviance).toBeCloseTo(two.sumOfSquares, 8);
    for (const [at, value] of two.coefficients.entries()) expect(one.coefficients[at]).toBeCloseTo(value, 11);
  });

  test('a column that others explain is set aside; the rest stays as it was', () => {
    const twice = [...x.slice(0, 2), x[0]!.map((value, row) => 2 * value - x[1]![row]!), ...x.slice(2)];
    const [one, two] = [glm({ x, y, family: 'poisson' }), glm({ x: twice, y, family: 'poisson' })];
    expect(two.rank).toBe(3);
    expect(two.coefficients[2]).toBeNaN();
    expect(two.coefficients[3]).toBeCloseTo(one.coefficients[2]!, 9);
    expect(two.deviance).toBeCloseTo(one.deviance, 8);
  });

  test('nearly dependent columns keep their digits', () => {
    const base = Array.from({ length: 60 }, (_, row) => 19000 + row);
    const design = [base.map(() => 1), base, base.map((value) => value ** 2)];
    const truth = base.map((value) => 3 + (value - 19030) * 0.25 + (value - 19030) ** 2 * 0.125);
    const { fitted } = glm({ x: design, y: truth, family: 'gaussian' });
    for (const [row, value] of fitted.entries()) expect(value).toBeCloseTo(truth[row]!, 5);
  });

  test('refuses what the family cannot have', () => {
    expect(() => glm({ x, y: y.map((value) => -1 - value), family: 'poisson' })).toThrow(RangeError);
    expect(() => glm({ x, y, family: 'gamma' })).toThrow('above 0');
    expect(() => glm({ x, y, family: 'poisson', link: 'logit' })).toThrow('log, identity, sqrt');
    expect(() => glm({ x: [[1, 2]], y, family: 'poisson' })).toThrow('differ in length');
  });

  test('separated responses are seen: probabilities at the edge and errors beyond sense', () => {
    const column = Array.from({ length: 40 }, (_, row) => row);
    const fit = glm({
      x: [column.map(() => 1), column],
      y: column.map((value) => (value < 20 ? 0 : 1)),
      family: 'binomial',
    });
    expect(fit.atEdge).toBe(true);
    expect(fit.standardErrors[1]).toBeGreaterThan(100);
  });
});

/**
 * Goal: the published examples come out with R's own figures, iterations included.
 * Method: the printed output of example(glm) in R: Dobson 1990, page 93; McCullagh and Nelder 1989, page 300.
 */
describe('published examples', () => {
  test('a randomised trial of Dobson, by Poisson', () => {
    const y = [18, 17, 15, 20, 10, 20, 25, 13, 12];
    const outcome = (level: number): number[] => y.map((_, row) => (row % 3 === level ? 1 : 0));
    const treatment = (level: number): number[] => y.map((_, row) => (Math.floor(row / 3) === level ? 1 : 0));
    const x = [y.map(() => 1), outcome(1), outcome(2), treatment(1), treatment(2)];
    const fit = glm({ x, y, family: 'poisson' });
    const printed = [3.045, -0.4543, -0.293, 0, 0];
    for (const [at, value] of printed.entries()) expect(Math.abs(fit.coefficients[at]! - value)).toBeLessThan(6e-4);
    expect(fit.standardErrors[0]).toBeCloseTo(0.1709, 4);
    expect(fit.standardErrors[4]).toBeCloseTo(0.2, 4);
    expect(fit.deviance).toBeCloseTo(5.1291, 4);
    expect(fit.nullDeviance).toBeCloseTo(10.5814, 4);
    expect(fit.aic).toBeCloseTo(56.76, 2);
    expect(fit.iterations).toBe(4);
  });

  test('blood clotting of McCullagh and Nelder, by gamma', () => {
    const u = [5, 10, 15, 20, 30, 40, 60, 80, 100];
    const y = [118, 58, 42, 35, 27, 25, 21, 19, 18];
    const fit = glm({ x: [u.map(() => 1), u.map(Math.log)], y, family: 'gamma' });
    expect(fit.coefficients[0]).toBeCloseTo(-0.01655438, 8);
    expect(fit.coefficients[1]).toBeCloseTo(0.01534311, 8);
    expect(fit.standardErrors[1]).toBeCloseTo(0.00041496, 8);
    expect(fit.dispersion).toBeCloseTo(0.002446059, 9);
    expect(fit.deviance).toBeCloseTo(0.01673, 5);
    expect(fit.nullDeviance).toBeCloseTo(3.51283, 5);
    expect(fit.aic).toBeCloseTo(37.99, 2);
    expect(fit.iterations).toBe(3);
  });
});
