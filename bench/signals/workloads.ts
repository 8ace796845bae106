import {
  informationComponent,
  posterior,
  proportionalReportingRatio,
  reportingOddsRatio,
} from '../../src/standards/disproportionality/index.ts';
import {
  discreteSerialInterval,
  incidenceOf,
  reproductionNumber,
  slidingWindows,
} from '../../src/standards/epidemic-dynamics/index.ts';
import {
  ears,
  earsLead,
  Farrington,
  IMPROVED_FARRINGTON,
  judgeLatest,
} from '../../src/standards/outbreak-detection/index.ts';
import { matchNearest, propensityScores } from '../../src/standards/propensity/index.ts';
import { poissonCriticalValue } from '../../src/standards/sequential/index.ts';
import { listedZones, scanExpectation, scanPermutation, scanPoisson } from '../../src/standards/space-time/index.ts';
import { glm } from '../../src/standards/statistics/index.ts';
import {
  compareRestrictedMeans,
  concordance,
  coxConcordance,
  cumulativeIncidences,
  fitCox,
  fitFineGray,
  grayTests,
  incidenceAt,
  logRank,
  martingaleResiduals,
  oneGroup,
  survivalCurves,
  survivalLimits,
} from '../../src/standards/survival/index.ts';
import {
  makeDistricts,
  makeIncidence,
  makePairs,
  makePersons,
  makePlaces,
  makeRing,
  makeSeries,
  type Persons,
} from './data.ts';

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
    what: 'Cox, Efron, 100,000 rows, 5 covariates, with residuals and concordance',
    prepare() {
      const { time, status, x } = makePersons();
      return () => {
        const fit = fitCox({ time, event: status, covariates: x });
        const residuals = martingaleResiduals(fit);
        const { concordance: share, standardError } = coxConcordance(fit);
        return () => [
          ...fit.coefficients,
          ...fit.covariance.map((row, at) => Math.sqrt(row[at]!)),
          ...fit.logLikelihood,
          share,
          standardError,
          ...residuals.subarray(0, 5),
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
  bench_rmst2_20k: {
    what: 'restricted means of two arms, 20,000 rows',
    prepare() {
      const { time, status, group } = first(makePersons(), 20_000);
      return () => {
        const { difference, ratio, lostRatio } = compareRestrictedMeans({ time, event: status, arm: group }, 8);
        return () => [difference, ratio, lostRatio].flatMap(({ value, lower, upper, p }) => [value, lower, upper, p]);
      };
    },
  },
  bench_cuminc_20k: {
    what: "cumulative incidence of two causes in two groups, with Gray's test, 20,000 rows",
    prepare() {
      const persons = first(makePersons(), 20_000);
      const whole = competing(persons);
      const groups = { codes: Uint32Array.from(persons.group), count: 2 };
      return () => {
        const curves = cumulativeIncidences(whole, 2, groups).flat();
        const tests = grayTests(whole, 2, groups);
        const at = curves.flatMap((curve) => [incidenceAt(curve, 2), incidenceAt(curve, 6)]);
        return () => [
          ...at.map(({ incidence }) => incidence),
          ...at.map(({ variance }) => variance),
          ...tests.map(({ chiSquare }) => chiSquare),
        ];
      };
    },
  },
  bench_crr_2k_p3: {
    what: 'Fine-Gray, 2,000 rows, 3 covariates',
    within: 1e-7,
    prepare() {
      const persons = first(makePersons(), 2000);
      const data = { ...competing(persons), covariates: persons.x.slice(0, 3) };
      return () => {
        const { coefficients, covariance } = fitFineGray(data, 1);
        return () => [...coefficients, ...covariance.map((row, at) => Math.sqrt(row[at]!))];
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
  bench_farringtonFlexible_50x52: {
    what: 'Farrington, improved, 50 series x 52 weeks',
    prepare() {
      const series = makeSeries(50);
      return () => {
        const found = judgeWeeks(series, 52);
        return () => [...sumOf(found), ...found.slice(6 * 52, 7 * 52).map(({ bound }) => bound)];
      };
    },
  },
  bench_farrington_1000x1: {
    what: 'Farrington, improved, 1,000 series x 1 week',
    prepare() {
      const series = makeSeries(1000);
      return () => {
        const found = judgeWeeks(series, 1);
        return () => sumOf(found);
      };
    },
  },
  bench_earsC2_50x406: {
    what: 'EARS C2, 50 series x 407 weeks',
    prepare() {
      const series = makeSeries(50);
      return () => {
        const weeks = Array.from(
          { length: 416 - earsLead({ method: 'C2' }) },
          (_, at) => at + earsLead({ method: 'C2' }),
        );
        const found = series.map((counts) => ears(counts, weeks, { method: 'C2' }));
        return () => [
          found.flatMap(({ alarm }) => alarm).filter(Boolean).length,
          found.flatMap(({ bound }) => Array.from(bound)).reduce((a, b) => a + b),
        ];
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
  bench_ebgm_eb05_eb95_100k: {
    what: 'EBGM, EB05 and EB95, 100,000 pairs',
    ...shrinkage(100_000),
  },
  bench_ebgm_eb05_eb95_10k: {
    what: 'EBGM, EB05 and EB95, 10,000 pairs',
    ...shrinkage(10_000),
  },
  bench_prr_ror_ic_gammaCI_100k: {
    what: 'PRR, ROR and IC with limits, 100,000 pairs',
    prepare() {
      const { count, product, event, expected, all } = makePairs(100_000);
      const tables = { both: count, product, event, all: new Float64Array(count.length).fill(all) };
      return () => {
        proportionalReportingRatio(tables);
        reportingOddsRatio(tables);
        const { ic, low } = informationComponent(count, expected);
        return () => [ic, low].map((column) => column.reduce((a, b) => a + b));
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
      const { x, y, ...counts } = makePlaces();
      return () => {
        const { clusters } = scanPoisson({ places: { x, y }, ...counts }, { ties: 'one-by-one' });
        return () => [clusters[0]!.score];
      };
    },
  },
  scan_ebpoisson_415: {
    what: 'expectation-based scan, 32 places, 4 times, 415 zones, 999 replicates',
    prepare() {
      const { counts, baseline, zones: lists } = makeRing();
      const data = { counts, baselines: counts.map((row) => row.map(() => baseline)), zones: listedZones(lists, 32) };
      return () => {
        const { windows } = scanExpectation(data);
        return () => [windows[0]!.score];
      };
    },
  },
  scan_province: {
    what: 'space-time permutation scan, 125 districts, 28 days, clusters of up to 14 days, 999 replicates',
    prepare() {
      const { counts, ...places } = makeDistricts();
      return () => {
        const { clusters } = scanPermutation({ places, counts }, { mostTimes: 14 });
        return () => [clusters[0]!.score];
      };
    },
  },
  province_day: {
    what: 'a day of a province on one core: 125 districts x 60 diseases by Farrington and by EARS, 60 scans of 28 days',
    runs: 3,
    prepare() {
      const weekly = makeSeries(125 * 60);
      const calendar = { length: weekly[0]!.length, frequency: 52 };
      const daily = Array.from({ length: 60 }, (_, disease) => makeDistricts(28, 0.02 * (1 + disease)));
      return () => {
        const alarms = [IMPROVED_FARRINGTON, { name: 'ears', method: 'C2' } as const].flatMap((detector) =>
          judgeLatest(weekly, calendar, detector).judgements.filter((judgement) => judgement?.alarm),
        );
        // Where ten replicates are as high, nothing is there.
        const clusters = daily.map(({ counts, ...places }) =>
          scanPermutation({ places, counts }, { mostTimes: 14, stopAfter: 10 }),
        );
        return () => [alarms.length, clusters.length];
      };
    },
  },
};

/** R rounds to two digits, and bisects for its quantiles until they are known to as many. */
function shrinkage(pairs: number): Omit<Workload, 'what'> {
  return {
    within: 1e-3,
    prepare() {
      const { count, expected } = makePairs(100_000);
      const [observed, awaited] = [count.subarray(0, pairs), expected.subarray(0, pairs)];
      const prior = { alpha1: 3.25, beta1: 0.4, alpha2: 2.03, beta2: 1.91, share: 0.065 };
      return () => {
        const { ebgm, quantiles } = posterior(prior, observed, awaited);
        const rounded = (column: Float64Array): number =>
          column.reduce((sum, each) => sum + Math.round(each * 100) / 100, 0);
        return () => [rounded(ebgm), rounded(quantiles[0]!)];
      };
    },
  };
}

/** As `farringtonFlexible` with the options of Salmon et al. 2016: what is said of the last weeks of each series. */
function judgeWeeks(series: readonly Float64Array[], weeks: number): { bound: number; alarm: boolean }[] {
  const detector = new Farrington({
    years: 5,
    halfWidth: 3,
    periods: 10,
    left: 26,
    pThresholdTrend: 1,
    threshold: 'nbPlugin',
    alpha: 0.005,
    rCompat: true,
  });
  const length = series[0]!.length;
  const calendar = { length, frequency: 52 };
  const positions = Array.from({ length: weeks }, (_, at) => length - weeks + at);
  const baselines = positions.map((at) => detector.baselineOf(calendar, at));
  return series.flatMap((counts) =>
    positions.map((at, which) => {
      const found = detector.judge({ counts, calendar }, at, baselines[which]!);
      return { bound: found?.enough ? found.bound : Number.NaN, alarm: found?.alarm === true };
    }),
  );
}

function sumOf(found: readonly { bound: number; alarm: boolean }[]): number[] {
  const bounds = found.map(({ bound }) => bound).filter((bound) => !Number.isNaN(bound));
  return [found.filter(({ alarm }) => alarm).length, bounds.reduce((a, b) => a + b, 0)];
}

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

function competing({ time, status, cause }: Persons): { time: Float64Array; kind: Uint32Array } {
  return { time, kind: Uint32Array.from(status, (each, row) => each * cause[row]!) };
}

function deviation(values: Float64Array): number {
  const mean = values.reduce((a, b) => a + b) / values.length;
  return Math.sqrt(values.reduce((sum, each) => sum + (each - mean) ** 2, 0) / (values.length - 1));
}
