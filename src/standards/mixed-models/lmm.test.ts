import { describe, expect, test } from 'vitest';
import { leastSquares, Random } from '#standards/statistics';
import { type LmmFit, type LmmRequest, lmm } from './lmm.ts';

const SEED = 1311;

/** Groups of `size` observations with a random intercept and slope on time. */
function grow(seed: number, groups: number, size: number, spread = [2, 0.6]): LmmRequest & { time: Float64Array } {
  const random = new Random(seed);
  const effects = Array.from({ length: groups }, () => [random.normal(0, spread[0]!), random.normal(0, spread[1]!)]);
  const n = groups * size;
  const time = Float64Array.from({ length: n }, (_, row) => row % size);
  const arm = Float64Array.from({ length: n }, (_, row) => Math.floor(row / size) % 2);
  const y = Float64Array.from(time, (t, row) => {
    const [intercept, slope] = effects[Math.floor(row / size)]!;
    return 10 + intercept! + (1 + slope!) * t + 0.5 * arm[row]! * t + random.normal();
  });
  const ones = new Float64Array(n).fill(1);
  const group = Array.from({ length: n }, (_, row) => `g${Math.floor(row / size)}`);
  return {
    x: [ones, time, arm],
    y,
    terms: [{ name: 'group', group, columns: [ones, time], columnNames: ['1', 'time'], correlated: true }],
    reml: true,
    time,
  };
}

function intercepts(group: readonly (string | number)[], name = 'group'): LmmRequest['terms'][number] {
  return { name, group, columns: [new Float64Array(group.length).fill(1)], columnNames: ['1'], correlated: true };
}

function expectClose(found: ArrayLike<number>, expected: ArrayLike<number>, digits = 7): void {
  expect(found.length).toBe(expected.length);
  for (let at = 0; at < expected.length; at += 1) expect(found[at]! / expected[at]!).toBeCloseTo(1, digits);
}

/**
 * Goal: the maximum is the true one, and what is told of it is right.
 * Method: balanced designs, whose answers are closed forms of the analysis of variance; limits in which the model becomes a simpler one; changes of rows, labels
 * and units that must not matter.
 */
describe('linear mixed models', () => {
  // Three groups of four: between means 3, 6, 12; the values within differ from their mean by -1, 1, -2, 2.
  const WAYS = {
    y: [3, 6, 12].flatMap((mean) => [-1, 1, -2, 2].map((off) => mean + off)),
    group: [0, 1, 2].flatMap((g) => [g, g, g, g]),
  };
  const BETWEEN = (4 * (16 + 1 + 25)) / 2;
  const WITHIN = (3 * 10) / 9;

  test('a balanced one-way layout by REML is its analysis of variance', () => {
    const fit = lmm({ x: [new Float64Array(12).fill(1)], y: WAYS.y, terms: [intercepts(WAYS.group)], reml: true });
    expect(fit.sigmaSquared).toBeCloseTo(WITHIN, 8);
    expect(fit.components[0]!.covariance[0]![0]).toBeCloseTo((BETWEEN - WITHIN) / 4, 7);
    expect(fit.coefficients[0]).toBeCloseTo(7, 12);
    expect(fit.standardErrors[0]).toBeCloseTo(Math.sqrt(BETWEEN / 12), 8);
    expect(fit.df[0]).toBeCloseTo(2, 4);
    // Predicted effects are the groups' means drawn towards the common one.
    const shrinkage = 1 - WITHIN / BETWEEN;
    expectClose(
      fit.effects[0]!.values.map(([value]) => value!),
      [-4, -1, 5].map((off) => off * shrinkage),
    );
  });

  test('and by maximum likelihood', () => {
    const fit = lmm({ x: [new Float64Array(12).fill(1)], y: WAYS.y, terms: [intercepts(WAYS.group)], reml: false });
    expect(fit.sigmaSquared).toBeCloseTo(WITHIN, 8);
    expect(fit.components[0]!.covariance[0]![0]).toBeCloseTo(((2 / 3) * BETWEEN - WITHIN) / 4, 7);
    const total = (2 / 3) * BETWEEN;
    const deviance = 12 * Math.log(2 * Math.PI) + 9 * Math.log(WITHIN) + 3 * Math.log(total) + 12;
    expect(fit.criterion).toBeCloseTo(deviance, 9);
    expect(fit.aic).toBeCloseTo(deviance + 6, 9);
  });

  test('two crossed factors, balanced', () => {
    const random = new Random(SEED);
    const [rows, columns] = [6, 5];
    const a = Array.from({ length: rows }, () => random.normal(0, 3));
    const b = Array.from({ length: columns }, () => random.normal(0, 2));
    const cells = Array.from({ length: rows * columns }, (_, at) => [Math.floor(at / columns), at % columns] as const);
    const y = cells.map(([row, column]) => a[row]! + b[column]! + random.normal());
    const fit = lmm({
      x: [new Float64Array(cells.length).fill(1)],
      y,
      terms: [
        intercepts(
          cells.map(([, column]) => column),
          'b',
        ),
        intercepts(
          cells.map(([row]) => row),
          'a',
        ),
      ],
      reml: true,
    });
    const mean = y.reduce((sum, value) => sum + value, 0) / y.length;
    const rowMeans = a.map(
      (_, row) => y.filter((__, at) => cells[at]![0] === row).reduce((sum, value) => sum + value, 0) / columns,
    );
    const columnMeans = b.map(
      (_, column) => y.filter((__, at) => cells[at]![1] === column).reduce((sum, value) => sum + value, 0) / rows,
    );
    const ofRows = (columns * rowMeans.reduce((sum, value) => sum + (value - mean) ** 2, 0)) / (rows - 1);
    const ofColumns = (rows * columnMeans.reduce((sum, value) => sum + (value - mean) ** 2, 0)) / (columns - 1);
    const rest =
      y.reduce(
        (sum, value, at) => sum + (value - rowMeans[cells[at]![0]]! - columnMeans[cells[at]![1]]! + mean) ** 2,
        0,
      ) /
      ((rows - 1) * (columns - 1));
    expect(fit.components.map(({ name }) => name)).toEqual(['a', 'b']);
    expectClose(
      [fit.sigmaSquared, ...fit.components.map(({ covariance }) => covariance[0]![0]!)],
      [rest, (ofRows - rest) / columns, (ofColumns - rest) / rows],
      6,
    );
    expect(fit.effects[0]!.values).toHaveLength(rows);
    expectClose(
      fit.effects[1]!.values.map(([value]) => value!),
      columnMeans.map((value) => (value - mean) * (1 - rest / ofColumns)),
      5,
    );
  });

  test('without variance between groups it is least squares', () => {
    // Every group has the same mean, which is less alike than chance.
    const y = [1, 5, 3, 2, 4, 3, 0, 6, 3];
    const time = [0, 1, 2, 0, 1, 2, 0, 1, 2];
    const x = [new Float64Array(9).fill(1), time];
    const fit = lmm({ x, y, terms: [intercepts([0, 0, 0, 1, 1, 1, 2, 2, 2])], reml: true });
    const ols = leastSquares(x, y);
    expect(fit.components[0]!.covariance[0]![0]).toBe(0);
    expect(fit.isSingular).toBe(true);
    expectClose(fit.coefficients, ols.coefficients, 10);
    expect(fit.sigmaSquared).toBeCloseTo(ols.sumOfSquares / ols.df, 10);
    expectClose(
      fit.standardErrors,
      ols.covarianceUnscaled.map((row, at) => Math.sqrt((row[at]! * ols.sumOfSquares) / ols.df)),
      8,
    );
    expectClose(fit.fitted, ols.fitted, 8);
  });

  test('order of rows, labels and units change nothing but units', () => {
    const plain = grow(SEED, 12, 5);
    const fit = lmm(plain);
    const order = new Random(SEED).shuffle(Array.from({ length: 60 }, (_, at) => at));
    const pick = (values: ArrayLike<number>): Float64Array => Float64Array.from(order, (row) => values[row]!);
    const [term] = plain.terms;
    const shuffled = lmm({
      ...plain,
      x: plain.x.map(pick),
      y: pick(plain.y),
      terms: [{ ...term!, group: order.map((row) => `other ${term!.group[row]}`), columns: term!.columns.map(pick) }],
    });
    expectSame(shuffled, fit);
    const days = plain.time.map((t) => 365.25 * t);
    const scaled = lmm({
      ...plain,
      x: [plain.x[0]!, days, plain.x[2]!],
      y: Float64Array.from(plain.y as Float64Array, (value) => 1000 * value),
      terms: [{ ...term!, columns: [term!.columns[0]!, days] }],
    });
    expectClose(
      scaled.coefficients,
      [1000, 1000 / 365.25, 1000].map((unit, at) => unit * fit.coefficients[at]!),
      6,
    );
    expectClose(
      scaled.components[0]!.covariance[1]!,
      fit.components[0]!.covariance[1]!.map((value, at) => (value * 1e6) / 365.25 ** (1 + at)),
      4,
    );
    expectClose(scaled.df, fit.df, 3);
  });

  test('more parameters fit no worse, and a later start of time changes no fit', () => {
    const plain = grow(SEED + 1, 15, 4);
    const [term] = plain.terms;
    const [only, apart, whole] = [
      { ...plain, terms: [intercepts(term!.group)] },
      { ...plain, terms: [{ ...term!, correlated: false }] },
      plain,
    ].map((request) => lmm(request).criterion);
    expect(apart).toBeLessThanOrEqual(only! + 1e-8);
    expect(whole).toBeLessThanOrEqual(apart! + 1e-8);
    const later = plain.time.map((t) => t + 7);
    const shifted = lmm({
      ...plain,
      x: [plain.x[0]!, later, plain.x[2]!],
      terms: [{ ...term!, columns: [term!.columns[0]!, later] }],
    });
    expect(shifted.criterion).toBeCloseTo(whole!, 6);
    expect(shifted.coefficients[1]).toBeCloseTo(lmm(plain).coefficients[1]!, 6);
  });

  test('weights are measured against each other only', () => {
    const plain = grow(SEED + 2, 10, 4);
    const weights = plain.time.map((t) => 1 + t);
    const [one, ten] = [1, 10].map((factor) => lmm({ ...plain, weights: weights.map((weight) => factor * weight) }));
    expectClose(ten!.coefficients, one!.coefficients, 7);
    expect(ten!.sigmaSquared / one!.sigmaSquared).toBeCloseTo(10, 4);
    expect(ten!.criterion).toBeCloseTo(one!.criterion, 7);
  });

  test(`intervals by Satterthwaite's degrees of freedom cover (seed ${SEED})`, () => {
    let covered = 0;
    const rounds = 300;
    for (let round = 0; round < rounds; round += 1) {
      const { pValues } = lmm(withoutEffect(SEED + round));
      if (pValues[1]! > 0.05) covered += 1;
    }
    // 95 %, within three standard errors of 300 rounds; normal limits on 8 groups would cover about 91 %.
    expect(Math.abs(covered / rounds - 0.95)).toBeLessThan(3 * Math.sqrt((0.95 * 0.05) / rounds));
  });

  test.each([
    ['one group', { terms: [intercepts(['a', 'a', 'a', 'a'])] }, /fewer than two groups/],
    ['as many effects as observations', { terms: [intercepts([1, 2, 3, 4])] }, /as many random effects/],
    [
      'a column twice',
      {
        x: [
          [1, 1, 1, 1],
          [2, 2, 2, 2],
        ],
      },
      /depends on those before it/,
    ],
    ['an exact fit', { y: [5, 5, 5, 5] }, /exactly/],
    ['a weight of 0', { weights: [0, 1, 1, 1] }, /weights/],
  ])('%s is refused', (_, change, message) => {
    const sound = { x: [[1, 1, 1, 1]], y: [1, 2, 3, 5], terms: [intercepts([1, 1, 2, 2])], reml: true };
    expect(() => lmm({ ...sound, ...change })).toThrow(message);
  });
});

function expectSame(found: LmmFit, expected: LmmFit): void {
  expect(found.criterion).toBeCloseTo(expected.criterion, 8);
  expectClose(found.coefficients, expected.coefficients, 8);
  expectClose(found.standardErrors, expected.standardErrors, 5);
  expectClose(found.df, expected.df, 3);
}

/** Eight groups, half of them treated without effect. */
function withoutEffect(seed: number): LmmRequest {
  const random = new Random(seed);
  const effects = Array.from({ length: 8 }, () => random.normal(0, 1.5));
  const group = Array.from({ length: 40 }, (_, row) => Math.floor(row / 5));
  return {
    x: [new Float64Array(40).fill(1), Float64Array.from(group, (g) => g % 2)],
    y: Float64Array.from(group, (g) => effects[g]! + random.normal()),
    terms: [intercepts(group)],
    reml: true,
  };
}
