import {
  discreteSerialInterval,
  incidenceOf,
  reproductionNumber,
  slidingWindows,
} from '../../src/standards/epidemic-dynamics/index.ts';
import { matchNearest, propensityScores } from '../../src/standards/propensity/index.ts';
import { poissonCriticalValue } from '../../src/standards/sequential/index.ts';
import { listedZones, scanExpectation, scanPermutation, scanPoisson } from '../../src/standards/space-time/index.ts';
import { glm, Random } from '../../src/standards/statistics/index.ts';
import {
  concordance,
  fitCox,
  logRank,
  oneGroup,
  survivalCurves,
  survivalLimits,
} from '../../src/standards/survival/index.ts';
import { makeIncidence, makePersons, type Persons } from './data.ts';

/** Something that is timed, beside R where R has it. */
export interface Workload {
  /** For the table. */
  what: string;
  /** Relative; of each number of the answer. */
  within?: number;
  runs?: number;
  /** Makes the data, which is not timed, and gives what is timed; that gives what makes numbers of its answer, which is not timed either. */
  prepare(): () => () => ArrayLike<number>;
}

/** By the names of the recorded figures. */
export const WORKLOADS: Readonly<Record<string, Workload>> = {
  bench_coxph_efron_100k_p5: {
    what: 'Cox, Efron, 100,000 rows, 5 covariates',
    prepare() {
      const { time, status, x } = makePersons();
      return () => {
        const fit = fitCox({ time, event: status, covariates: x });
        return () => [
          ...fit.coefficients,
          ...fit.covariance.map((row, at) => Math.sqrt(row[at]!)),
          ...fit.logLikelihood,
        ];
      };
    },
  },
  bench_survfit_100k_2groups: {
    what: 'Kaplan-Meier with limits, 100,000 rows, 2 groups',
    prepare() {
      const { time, status, group } = makePersons();
      const groups = { codes: Uint32Array.from(group), count: 2 };
      return () => {
        const curves = survivalCurves({ time, event: status }, groups);
        const limits = curves.map(({ survival, logError }) => survivalLimits(survival, logError, { scale: 'log' }));
        const at = (values: (curve: number) => Float64Array): number[] =>
          curves.flatMap((curve, which) =>
            [1, 5, 10].map((when) => values(which)[curve.time.findLastIndex((time) => time <= when)]!),
          );
        return () => [
          ...at((which) => curves[which]!.survival),
          ...at((which) => limits[which]!.lower),
          ...at((which) => limits[which]!.upper),
        ];
      };
    },
  },
  bench_survdiff_100k: {
    what: 'log-rank test, 100,000 rows, 2 groups',
    prepare() {
      const { time, status, group, n } = makePersons();
      const groups = { codes: Uint32Array.from(group), count: 2 };
      const strata = oneGroup(n);
      return () => {
        const test = logRank({ time, event: status }, groups, strata);
        return () => [test.chiSquare];
      };
    },
  },
  bench_concordance_20k: {
    what: 'concordance, 20,000 rows',
    prepare() {
      const { time, status, x } = first(makePersons(), 20_000);
      return () => {
        const found = concordance({ time, event: status }, x[0]!);
        return () => [found.concordance];
      };
    },
  },
  bench_glm_logit_100k_p5: {
    what: 'logistic regression, 100,000 rows, 5 covariates',
    prepare() {
      const { x, outcome, n } = makePersons();
      const design = [new Float64Array(n).fill(1), ...x];
      return () => {
        const fit = glm({ x: design, y: outcome, family: 'binomial', epsilon: 1e-14 });
        return () => [...fit.coefficients, ...fit.standardErrors];
      };
    },
  },
  bench_matchit_nn_5k: {
    what: 'propensity score and nearest match, 5,000 rows',
    prepare() {
      const { x, treated } = first(makePersons(), 5000);
      const focal = Array.from(treated, (each) => each === 1);
      return () => {
        const { linear: distance } = propensityScores(x, focal);
        const caliper = 0.2 * deviation(distance);
        const found = matchNearest({
          focal,
          distance,
          order: 'largest',
          ratio: 1,
          mostUses: 1,
          caliper,
          rCompat: true,
        });
        return () => [found.focalRows.length, found.partners.filter((each) => each.length > 0).length];
      };
    },
  },
  bench_estimateR_1000d: {
    what: 'reproduction number, 1,000 days, weekly windows',
    prepare() {
      const cases = makeIncidence();
      return () => {
        const interval = discreteSerialInterval({ mean: 4.7, sd: 2.9 }, cases.length - 1);
        const found = reproductionNumber(incidenceOf(cases), interval, slidingWindows(cases.length));
        const rows = [0, 99, 499, 989];
        return () =>
          [found.mean, found.quantiles[0]!, found.quantiles.at(-1)!].flatMap((each) => rows.map((row) => each[row]!));
      };
    },
  },
  bench_cvpoisson_T100_alpha01: {
    what: 'critical value of the Poisson MaxSPRT, T = 100',
    within: 1e-6,
    prepare: () => () => {
      const { criticalValue } = poissonCriticalValue({ length: 100 }, 0.01);
      return () => [criticalValue];
    },
  },
  scan_kulldorff_67: {
    what: 'circular scan, 67 places, 999 replicates',
    prepare() {
      const random = new Random(67);
      const places = { x: uniforms(67, random), y: uniforms(67, random) };
      const expected = uniforms(67, random).map((each) => 300 * each ** 3 + 5);
      const cases = expected.map((mean) => random.poisson(mean));
      return () => {
        const { clusters } = scanPoisson({ places, cases, expected }, { ties: 'one-by-one' });
        return () => [clusters[0]!.score];
      };
    },
  },
  scan_ebpoisson_415: {
    what: 'expectation-based scan, 32 places, 4 times, 415 zones, 999 replicates',
    prepare() {
      const random = new Random(32);
      const counts = table(4, 32, () => random.poisson(2));
      const baselines = table(4, 32, () => 2);
      const zones = listedZones(
        Array.from({ length: 415 }, (_, at) => neighbours(at, 32)),
        32,
      );
      return () => {
        const { windows } = scanExpectation({ zones, counts, baselines });
        return () => [windows[0]!.score];
      };
    },
  },
  scan_province: {
    what: 'space-time permutation scan, 125 districts, 28 days, clusters of up to 14 days, 999 replicates',
    prepare() {
      const random = new Random(125);
      const places = {
        latitude: uniforms(125, random).map((u) => 20.2 + 5 * u),
        longitude: uniforms(125, random).map((u) => 109.7 + 7 * u),
      };
      const counts = table(28, 125, () => random.poisson(0.5));
      return () => {
        const { clusters } = scanPermutation({ places, counts }, { mostTimes: 14 });
        return () => [clusters[0]!.score];
      };
    },
  },
};

function first(persons: Persons, n: number): Persons {
  const cut = <T extends Float64Array | Uint8Array>(column: T): T => column.slice(0, n) as T;
  const { x, time, status, group, cause, outcome, treated } = persons;
  return {
    n,
    x: x.map(cut),
    time: cut(time),
    status: cut(status),
    group: cut(group),
    cause: cut(cause),
    outcome: cut(outcome),
    treated: cut(treated),
  };
}

function deviation(values: Float64Array): number {
  const mean = values.reduce((a, b) => a + b) / values.length;
  return Math.sqrt(values.reduce((sum, each) => sum + (each - mean) ** 2, 0) / (values.length - 1));
}

function uniforms(n: number, random: Random): number[] {
  return Array.from({ length: n }, () => random.next());
}

function table(times: number, places: number, cell: () => number): number[][] {
  return Array.from({ length: times }, () => Array.from({ length: places }, cell));
}

/** Place by place the sets that grow on a ring of `n`. */
function neighbours(at: number, n: number): number[] {
  const size = 1 + Math.floor(at / n);
  return Array.from({ length: size }, (_, next) => (at + next) % n);
}
