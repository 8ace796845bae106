import { describe, expect, test } from 'vitest';
import { glm, logGamma, Random } from '#standards/statistics';
import { ancova } from './ancova.ts';
import { compareRankSums, composite } from './composite.ts';
import { compareDimensions, type Dimension } from './dimensions.ts';
import { imputeChained } from './imputation.ts';
import { poolEstimates, tippingGrid, tippingPoint } from './missing-outcomes.ts';
import { compareResponders } from './responders.ts';
import { forest } from './subgroups.ts';
import { tTest } from './two-sample.ts';

const SEED = 808;

/** A share of rounds within three standard errors of 95 %. */
function expectCoverage(covered: number, rounds: number): void {
  expect(Math.abs(covered / rounds - 0.95)).toBeLessThan(3 * Math.sqrt((0.95 * 0.05) / rounds));
}

/**
 * Goal: an adjusted difference is that of least squares.
 * Method: a case by hand; without covariates it is the t test.
 */
describe('analysis of covariance', () => {
  test('without covariates it is the t test with one variance', () => {
    const [x, y] = [
      [5, 7, 6, 9],
      [3, 4, 6],
    ];
    const fit = ancova([new Array(7).fill(1), [1, 1, 1, 1, 0, 0, 0]], [...x, ...y]);
    const t = tTest(x, y, { pooled: true });
    expect(fit.t[1]).toBeCloseTo(t.t, 12);
    expect(fit.pValues[1]).toBeCloseTo(t.pValue, 12);
    expect(fit.intervals[1]![0]).toBeCloseTo(t.interval[0], 12);
    expect(fit.f.value).toBeCloseTo(t.t ** 2, 10);
    expect(fit.f.pValue).toBeCloseTo(t.pValue, 12);
  });

  test('a line by hand', () => {
    // Sxx = 10, Sxy = 9, Syy = 8.8: slope 0.9, residual squares 0.7 on 3 degrees of freedom.
    const fit = ancova([new Array(5).fill(1), [1, 2, 3, 4, 5]], [1, 2, 3, 3, 5]);
    expect(fit.coefficients[1]).toBeCloseTo(0.9, 12);
    expect(fit.sigma ** 2).toBeCloseTo(0.7 / 3, 12);
    expect(fit.rSquared).toBeCloseTo(8.1 / 8.8, 12);
    expect(fit.adjustedRSquared).toBeCloseTo(1 - 0.7 / 3 / (8.8 / 4), 12);
  });
});

/**
 * Goal: composite scores mean what they say.
 * Method: what may not change them, and their limits.
 */
describe('composite scores', () => {
  const random = new Random(SEED);
  const endpoints = [0, 1, 2].map(() => Array.from({ length: 30 }, () => random.normal()));
  const request = { endpoints, directions: [1, -1, 1] as const, weights: [1, 2, 1] };

  test('units of measurement and their turning round change no score', () => {
    const plain = composite(request);
    const turned = composite({
      ...request,
      endpoints: [endpoints[0]!.map((v) => 37 + 1.8 * v), endpoints[1]!.map((v) => -v), endpoints[2]!],
      directions: [1, 1, 1],
    });
    for (const field of ['zMean', 'weightedZ', 'rankSum', 'desirability'] as const)
      for (const [unit, value] of plain[field].entries()) expect(turned[field][unit]).toBeCloseTo(value, 9);
    expect(turned.cronbachAlpha).toBeCloseTo(plain.cronbachAlpha, 10);
  });

  test('ranks survive any monotone change; the same endpoint twice is perfectly consistent', () => {
    const changed = composite({ ...request, endpoints: endpoints.map((values) => values.map((v) => Math.exp(3 * v))) });
    expect(changed.rankSum).toEqual(composite(request).rankSum);
    const twice = composite({ endpoints: [endpoints[0]!, endpoints[0]!], directions: [1, 1], weights: [1, 1] });
    expect(twice.cronbachAlpha).toBeCloseTo(1, 12);
    expect(twice.component.variance).toBeCloseTo(2, 12);
  });

  test('the best in everything has desirability 1, and groups exchanged have the opposite test', () => {
    const scores = composite({
      endpoints: [
        [1, 5, 3, 2],
        [2, 9, 4, 8],
      ],
      directions: [1, 1],
      weights: [1, 3],
    });
    expect(scores.desirability[1]).toBeCloseTo(1, 12);
    const groups = [true, true, false, false];
    expect(compareRankSums(scores.rankSum, groups).t).toBeCloseTo(
      -compareRankSums(
        scores.rankSum,
        groups.map((flag) => !flag),
      ).t,
      12,
    );
  });
});

/** Two dimensions that go together, the treated better by `effect` standard deviations in each. */
function dimensionsOf(
  seed: number,
  n: number,
  effect: number,
  together = 0.7,
): { dimensions: Dimension[]; treated: boolean[] } {
  const random = new Random(seed);
  const treated = Array.from({ length: n }, (_, unit) => unit % 2 === 0);
  const common = treated.map(() => random.normal());
  const of = (): Float64Array =>
    Float64Array.from(
      treated,
      (flag, unit) =>
        effect * Number(flag) + Math.sqrt(together) * common[unit]! + Math.sqrt(1 - together) * random.normal(),
    );
  return {
    dimensions: [
      { name: 'walk', kind: 'measured', values: of(), better: 1 },
      { name: 'pain', kind: 'measured', values: of().map((value) => 10 - 2 * value), better: -1 },
    ],
    treated,
  };
}

describe('a score of several dimensions', () => {
  test("Hedges' g and Cohen's h by hand", () => {
    const treated = [true, true, true, false, false, false];
    const found = compareDimensions(
      [
        { name: 'score', kind: 'measured', values: [4, 5, 6, 1, 2, 3], better: 1 },
        { name: 'response', kind: 'yes-no', values: [1, 1, 1, 0, 0, 0], better: 1 },
      ],
      treated,
    );
    // A difference of 3 standard deviations; correction gamma(2) / (sqrt(2) gamma(3/2)).
    const correction = Math.exp(logGamma(2) - logGamma(1.5)) / Math.SQRT2;
    expect(found.dimensions[0]!.estimate).toBeCloseTo(3 * correction, 12);
    expect(found.dimensions[1]!.estimate).toBeCloseTo(Math.PI, 12);
    expect(found.dimensions[1]!.standardError).toBeCloseTo(Math.sqrt(2 / 3), 12);
    expect(found.overall.estimate).toBeCloseTo((3 * correction + Math.PI) / 2, 12);
  });

  test('units, directions, order and groups exchanged', () => {
    const { dimensions, treated } = dimensionsOf(SEED, 40, 0.5);
    const plain = compareDimensions(dimensions, treated);
    const turned = compareDimensions(
      dimensions.map((each) => ({
        ...each,
        values: Array.from(each.values, (value) => -7 * value + 1e4),
        better: -each.better as 1 | -1,
      })),
      treated,
    );
    expect(turned.overall.estimate).toBeCloseTo(plain.overall.estimate, 9);
    expect(turned.overall.standardError).toBeCloseTo(plain.overall.standardError, 9);
    const exchanged = compareDimensions(
      dimensions,
      treated.map((flag) => !flag),
    );
    expect(exchanged.dimensions[1]!.estimate).toBeCloseTo(-plain.dimensions[1]!.estimate, 12);
  });

  test(`intervals cover, also of the whole (seed ${SEED})`, () => {
    let [one, all] = [0, 0];
    for (let round = 0; round < 500; round += 1) {
      const { dimensions, treated } = dimensionsOf(SEED + round, 60, 0.4);
      const found = compareDimensions(dimensions, treated);
      const holds = ([low, high]: [number, number]): number => Number(low < 0.4 && high > 0.4);
      one += holds(found.dimensions[0]!.interval);
      all += holds(found.overall.interval);
    }
    expectCoverage(one, 500);
    expectCoverage(all, 500);
  });

  test('dimensions that go together tell less than those that do not', () => {
    const error = (together: number): number => {
      const { dimensions, treated } = dimensionsOf(SEED, 200, 0, together);
      return compareDimensions(dimensions, treated).overall.standardError;
    };
    expect(error(0.95)).toBeGreaterThan(1.2 * error(0));
  });

  test.each([
    ['nothing', []],
    ['one value', [{ name: 'x', kind: 'measured', values: [1, NaN, 2, 3], better: 1 }]],
    ['no variation', [{ name: 'x', kind: 'measured', values: [1, 1, 2, 2], better: 1 }]],
    ['maybe', [{ name: 'x', kind: 'yes-no', values: [1, 0, 0.5, 0], better: 1 }]],
  ] as const)('%s is refused', (_, dimensions) => {
    expect(() => compareDimensions(dimensions, [true, true, false, false])).toThrow(RangeError);
  });
});

describe('responders', () => {
  test('test and interval agree, and a margin moves the test', () => {
    const groups = { one: { x: 41, n: 60 }, zero: { x: 28, n: 58 } };
    const plain = compareResponders(groups);
    expect(plain.interval[0] > 0).toBe(plain.pValue < 0.05);
    const [low] = compareResponders(groups, { level: 1 - plain.pValue }).interval;
    expect(low).toBeCloseTo(0, 8);
    // The lower limit of the 95 % interval is the margin at which the one-sided test gives 2.5 %.
    expect(compareResponders(groups, { margin: -plain.interval[0] }).nonInferiorityP).toBeCloseTo(0.025, 8);
    expect(compareResponders(groups, { margin: 0.1 }).nonInferiorityP).toBeLessThan(0.025);
  });
});

describe('subgroups', () => {
  const random = new Random(SEED);
  const n = 400;
  const treated = Array.from({ length: n }, () => random.next() < 0.5);
  const sex = Array.from({ length: n }, () => (random.next() < 0.5 ? 'f' : 'm'));
  const labels = [{ name: 'sex', labels: sex }];
  const answer = treated.map((flag, unit) =>
    Number(random.next() < 0.3 + 0.1 * Number(flag) + (flag && sex[unit] === 'f' ? 0.2 : 0)),
  );

  test('the interaction of odds ratios is that of the logistic model', () => {
    const found = forest({ kind: 'yes-no', values: answer, measure: 'odds-ratio' }, treated, labels);
    const [t, f] = [treated.map(Number), sex.map((label) => Number(label === 'f'))];
    const fit = glm({
      x: [t.map(() => 1), t, f, t.map((value, unit) => value * f[unit]!)],
      y: answer,
      family: 'binomial',
      epsilon: 1e-14,
    });
    const { interaction, lines } = found.factors[0]!;
    expect(interaction.statistic).toBeCloseTo((fit.coefficients[3]! / fit.standardErrors[3]!) ** 2, 8);
    expect(lines.map(({ level }) => level)).toEqual(['f', 'm']);
    expect(lines[1]!.estimate).toBeCloseTo(fit.coefficients[1]!, 8);
    expect(lines[0]!.n1 + lines[1]!.n1).toBe(found.overall.n1);
  });

  test('every measure: overall, levels and what the levels have in common', () => {
    const values = treated.map((flag) => 2 * Number(flag) + random.normal());
    const baseline = values.map((value) => value + random.normal());
    const time = treated.map((flag) => random.exponential(flag ? 0.5 : 1));
    const event = time.map(() => Number(random.next() < 0.8));
    const outcomes = [
      { kind: 'measured', values },
      { kind: 'measured', values, covariates: [baseline] },
      { kind: 'yes-no', values: answer, measure: 'difference' },
      { kind: 'yes-no', values: answer, measure: 'risk-ratio' },
      { kind: 'time', time, event },
    ] as const;
    for (const outcome of outcomes) {
      const { overall, factors } = forest(outcome, treated, labels);
      const estimates = factors[0]!.lines.map(({ estimate }) => estimate);
      expect(overall.interval[0]).toBeLessThan(overall.estimate);
      expect(Math.min(...estimates) - 0.1).toBeLessThan(overall.estimate);
      expect(Math.max(...estimates) + 0.1).toBeGreaterThan(overall.estimate);
      expect(factors[0]!.interaction.df).toBe(1);
    }
    const { overall } = forest(outcomes[0], treated, []);
    expect(overall.estimate).toBeCloseTo(2, 0);
    expect(overall.standardError).toBeCloseTo(Math.abs(overall.estimate) / tTestOf(values, treated), 10);
  });

  test(`without interaction its test is right as often as it says (seed ${SEED})`, () => {
    let kept = 0;
    for (let round = 0; round < 400; round += 1) {
      const own = new Random(SEED + round);
      const values = treated.map((flag) => Number(flag) + own.normal());
      const site = treated.map(() => own.whole(3));
      const { interaction } = forest({ kind: 'measured', values }, treated, [{ name: 'site', labels: site }])
        .factors[0]!;
      kept += Number(interaction.pValue > 0.05);
    }
    expectCoverage(kept, 400);
  });

  test('a level with too few has no estimate, and takes no part in the test', () => {
    const rare = sex.map((label, unit) => (unit === 0 ? 'x' : unit === 1 ? undefined : label));
    const { lines, interaction } = forest({ kind: 'measured', values: answer }, treated, [
      { name: 'sex', labels: rare },
    ]).factors[0]!;
    expect(lines.map(({ level }) => level)).toEqual(['f', 'm', 'x']);
    expect(lines[2]!.estimate).toBeNaN();
    expect(interaction.df).toBe(1);
  });
});

function tTestOf(values: readonly number[], treated: readonly boolean[]): number {
  const of = (group: boolean): number[] => values.filter((_, unit) => treated[unit] === group);
  return Math.abs(tTest(of(true), of(false)).t);
}

/** A trial whose outcome is missing the more often the worse a covariate is. */
function trial(seed: number, n = 120): { treated: number[]; baseline: number[]; y: number[]; whole: number[] } {
  const random = new Random(seed);
  const treated = Array.from({ length: n }, (_, unit) => unit % 2);
  const baseline = treated.map(() => random.normal());
  const whole = treated.map((flag, unit) => flag + 1.5 * baseline[unit]! + random.normal());
  const y = whole.map((value, unit) =>
    random.next() < 1 / (1 + Math.exp(1 - 2 * baseline[unit]! * (2 * treated[unit]! - 1))) ? Number.NaN : value,
  );
  return { treated, baseline, y, whole };
}

function differenceOf(
  y: ArrayLike<number>,
  treated: readonly number[],
): { estimate: number; standardError: number; df: number } {
  const fit = ancova([treated.map(() => 1), treated], y);
  return { estimate: fit.coefficients[1]!, standardError: fit.standardErrors[1]!, df: fit.df };
}

describe('missing outcomes', () => {
  test("Rubin's rules by hand", () => {
    const pooled = poolEstimates([1, 2, 3].map((estimate) => ({ estimate, standardError: 0.5, df: 30 })));
    // Within 0.25, between 1 with factor 4/3.
    const total = 0.25 + 4 / 3;
    expect(pooled.estimate).toBe(2);
    expect(pooled.standardError).toBeCloseTo(Math.sqrt(total), 12);
    expect(pooled.fractionMissing).toBeCloseTo(4 / 3 / total, 12);
    const [old, observed] = [2 / pooled.fractionMissing ** 2, (31 / 33) * 30 * (1 - pooled.fractionMissing)];
    expect(pooled.df).toBeCloseTo((old * observed) / (old + observed), 10);
  });

  test('what is known stays, and the seed decides the rest', () => {
    const { treated, baseline, y } = trial(SEED);
    const request = {
      variables: [{ kind: 'measured', values: y }],
      known: [treated, baseline],
      imputations: 3,
      seed: 5,
    } as const;
    const completed = imputeChained(request);
    expect(imputeChained(request)).toEqual(completed);
    expect(completed[0]).not.toEqual(completed[1]);
    for (const [outcome] of completed)
      for (const [unit, value] of y.entries()) expect(Number.isNaN(value) || outcome![unit] === value).toBe(true);
    expect(completed.flat(1).every((column) => column.every(Number.isFinite))).toBe(true);
  });

  test(`imputed with what explains the gaps, intervals cover; complete cases do not (seed ${SEED})`, () => {
    const rounds = 100;
    let [imputed, complete] = [0, 0];
    const holds = ([low, high]: readonly [number, number]): number => Number(low < 1 && high > 1);
    for (let round = 0; round < rounds; round += 1) {
      const { treated, baseline, y } = trial(SEED + round);
      const data = imputeChained({
        variables: [{ kind: 'measured', values: y }],
        known: [treated, baseline],
        imputations: 10,
        seed: round,
      });
      imputed += holds(poolEstimates(data.map(([outcome]) => differenceOf(outcome!, treated))).interval);
      const seen = y.flatMap((value, unit) => (Number.isNaN(value) ? [] : [unit]));
      const { estimate, standardError } = differenceOf(
        seen.map((unit) => y[unit]!),
        seen.map((unit) => treated[unit]!),
      );
      complete += holds([estimate - 2 * standardError, estimate + 2 * standardError]);
    }
    expectCoverage(imputed, rounds);
    expect(complete / rounds).toBeLessThan(0.6);
  });

  test('several incomplete variables, yes-no ones among them, keep how they go together', () => {
    const random = new Random(SEED);
    const n = 3000;
    const severity = Array.from({ length: n }, () => random.normal());
    const response = severity.map((value) => Number(random.next() < 1 / (1 + Math.exp(2 * value))));
    const gappy = (values: readonly number[]): number[] =>
      values.map((value) => (random.next() < 0.3 ? Number.NaN : value));
    const [first] = imputeChained({
      variables: [
        { kind: 'measured', values: gappy(severity) },
        { kind: 'yes-no', values: gappy(response) },
      ],
      imputations: 2,
      seed: 1,
    });
    const slope = glm({ x: [severity.map(() => 1), first![0]!], y: first![1]!, family: 'binomial' }).coefficients[1]!;
    expect(slope).toBeCloseTo(-2, 0);
    expect(Math.abs(slope + 2)).toBeLessThan(0.3);
  });

  test('separated answers and columns that depend on each other do no harm', () => {
    const x = Array.from({ length: 30 }, (_, unit) => unit);
    const answer = x.map((value) => (value % 5 === 0 ? Number.NaN : Number(value > 15)));
    const data = imputeChained({
      variables: [{ kind: 'yes-no', values: answer }],
      known: [x, x.map((value) => 2 * value)],
      imputations: 20,
      seed: 3,
    });
    const first = data.map(([values]) => values![0]!);
    expect(first.reduce((sum, value) => sum + value, 0)).toBeLessThan(10);
  });

  test('within groups, an arm is imputed from itself alone', () => {
    const treated = Array.from({ length: 60 }, (_, unit) => unit % 2);
    const y = treated.map((flag, unit) => (unit < 10 ? Number.NaN : flag === 1 ? 100 + (unit % 7) : unit % 5));
    const [[outcome]] = imputeChained({
      variables: [{ kind: 'measured', values: y }],
      by: treated,
      imputations: 2,
      seed: 9,
    }) as [Float64Array[]];
    for (let unit = 0; unit < 10; unit += 1) expect(outcome![unit]! > 80).toBe(treated[unit] === 1);
    expect(() =>
      imputeChained({ variables: [{ kind: 'measured', values: [1, 2, NaN] }], imputations: 2, seed: 1 }),
    ).toThrow(RangeError);
  });

  test('the tipping point is where the interval meets 0, and worse assumptions only lower the effect', () => {
    const { treated, baseline, y } = trial(SEED + 1, 200);
    const data = imputeChained({
      variables: [{ kind: 'measured', values: y }],
      known: [treated, baseline],
      imputations: 8,
      seed: 2,
    });
    const completed = data.map(([outcome]) => outcome!);
    const shifted = y.flatMap((value, unit) => (Number.isNaN(value) && treated[unit] === 1 ? [unit] : []));
    const analyse = (outcome: Float64Array): ReturnType<typeof differenceOf> => differenceOf(outcome, treated);
    const found = tippingPoint({ completed, shifted, analyse, shifts: [-4, -3, -2, -1, 0] });
    const estimates = found.points.map(({ estimate }) => estimate);
    expect([...estimates].sort((a, b) => a - b)).toEqual(estimates);
    expect(found.tips).toBeLessThan(0);
    const there = tippingPoint({ completed, shifted, analyse, shifts: [found.tips!] }).points[0]!;
    expect(Math.min(...there.interval.map(Math.abs))).toBeCloseTo(0, 6);
    expect(tippingPoint({ completed, shifted, analyse, shifts: [-0.01, 0] }).tips).toBeUndefined();
  });

  test('every way in which the missing might have responded', () => {
    const grid = tippingGrid({ one: { x: 30, n: 40, missing: 6 }, zero: { x: 15, n: 40, missing: 4 } });
    expect(grid).toHaveLength(7);
    expect(grid[3]![2]).toBeCloseTo(compareResponders({ one: { x: 33, n: 46 }, zero: { x: 17, n: 44 } }).pValue, 12);
    // The worst case for the treatment has the largest p value.
    expect(Math.max(...grid.flatMap((row) => [...row]))).toBe(grid[0]![4]);
    expect(() => tippingGrid({ one: { x: 0, n: 1, missing: 1000 }, zero: { x: 0, n: 1, missing: 1000 } })).toThrow(
      RangeError,
    );
  });
});
