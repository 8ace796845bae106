import {
  type Alternative,
  chiSquareTest,
  differenceInterval,
  directlyStandardised,
  exactBinomialTest,
  fisherTest,
  mantelHaenszel,
  mcnemarExact,
  mcnemarTest,
  midPOddsRatio,
  oddsRatio,
  poissonInterval,
  proportionInterval,
  rankSumTest,
  riskRatio,
  tTest,
} from '#standards/comparison';
import { adjusted } from '#standards/statistics';
import type { Input } from './input.ts';
import { either, only } from './options.ts';

function readLevel(input: Input): number {
  return either(input, 'confLevel', 'conf.level').or(0.95, (level) => level.number({ above: 0, below: 1 }));
}

const LEVEL = ['confLevel', 'conf.level'];
const PROBABILITY = { least: 0, most: 1 };

/** Exact methods go through counts one by one. */
const MOST_COUNTED = 1e9;

/** binom.test, prop.test without and with correction, and intervals by formula, for each `{ x, n }`. */
export function singleRates(input: Input): object[] {
  return input.items().map((item) => {
    only(item, ['x', 'n', ...LEVEL]);
    const proportion = {
      x: item.field('x').whole({ least: 0, most: MOST_COUNTED }),
      n: item.field('n').whole({ least: 1, most: MOST_COUNTED }),
    };
    const level = readLevel(item);
    return {
      p: proportion.x / proportion.n,
      clopperPearson: proportionInterval.clopperPearson(proportion, level),
      wilson: proportionInterval.wilson(proportion, level),
      wilsonCc: proportionInterval.wilsonCorrected(proportion, level),
      agrestiCoull: proportionInterval.agrestiCoull(proportion, level),
      jeffreys: proportionInterval.jeffreys(proportion, level),
      wald: proportionInterval.wald(proportion, level),
      binomTestP05: exactBinomialTest(proportion),
    };
  });
}

/** prop.test, fisher.test, epitools' mid-p odds ratio and intervals by formula, for each `{ x1, n1, x0, n0 }`. */
export function twoRates(input: Input): object[] {
  return input.items().map((item) => {
    only(item, ['x1', 'n1', 'x0', 'n0', ...LEVEL]);
    const read = (x: string, n: string) => ({
      x: item.field(x).whole({ least: 0, most: MOST_COUNTED }),
      n: item.field(n).whole({ least: 1, most: MOST_COUNTED }),
    });
    const groups = { one: read('x1', 'n1'), zero: read('x0', 'n0') };
    const level = readLevel(item);
    const [plain, yates] = [chiSquareTest(groups, false), chiSquareTest(groups, true)];
    const fisher = fisherTest(groups, { level, rCompat: true });
    const [rr, or] = [riskRatio(groups, level), oddsRatio(groups, level)];
    const midP = midPOddsRatio(groups, { level, rCompat: true });
    return {
      diff: groups.one.x / groups.one.n - groups.zero.x / groups.zero.n,
      waldDiff: differenceInterval.wald(groups, level),
      waldDiffCc: differenceInterval.waldCorrected(groups, level),
      newcombe: differenceInterval.newcombe(groups, level),
      miettinenNurminen: differenceInterval.miettinenNurminen(groups, level),
      chisq: plain.statistic,
      chisqP: plain.pValue,
      chisqYates: yates.statistic,
      chisqYatesP: yates.pValue,
      fisherP: fisher.pValue,
      fisherCondOR: fisher.oddsRatio,
      fisherOrCi: fisher.interval,
      rr: rr.estimate,
      rrCi: rr.interval,
      or: or.estimate,
      orCi: or.interval,
      orMidP: [midP.estimate, ...midP.interval],
    };
  });
}

/** epitools' ageadjust.direct, and pois.exact of the crude rate. */
export function standardisedRate(input: Input): object {
  only(input, ['count', 'pop', 'std', ...LEVEL]);
  const counts = input.field('count').numbers({ least: 0 });
  const people = input.field('pop').numbers({ above: 0, length: counts.length });
  const standards = input.field('std').numbers({ least: 0, length: counts.length });
  const level = readLevel(input);
  const strata = counts.map((count, at) => ({ count, population: people[at]!, standard: standards[at]! }));
  const { crude, adjusted: rate, interval } = directlyStandardised(strata, level);
  const events = counts.reduce((sum, count) => sum + count, 0);
  const all = people.reduce((sum, count) => sum + count, 0);
  const [low, high] = poissonInterval(events, level, true);
  return { crude, adjusted: rate, lo: interval[0], hi: interval[1], poisLo: low / all, poisHi: high / all };
}

/** mcnemar.test without and with correction; binom.test of the pairs that disagree. */
export function mcnemar(input: Input): object {
  only(input, ['table']);
  const table = input.field('table').matrix({ least: 0 });
  const [plain, corrected] = [mcnemarTest(table, false), mcnemarTest(table, true)];
  return {
    stat: plain.statistic,
    p: plain.pValue,
    df: plain.df,
    statCc: corrected.statistic,
    pCc: corrected.pValue,
    ...(table.length === 2 ? { exactP: mcnemarExact(table) } : {}),
  };
}

/** mantelhaen.test without and with correction. */
export function cmh(input: Input): object {
  only(input, ['tables', ...LEVEL]);
  const tables = input.field('tables').items({ least: 1 });
  const counts = tables.map((table) => table.matrix({ least: 0 }));
  const plain = mantelHaenszel(counts, false, readLevel(input));
  const corrected = mantelHaenszel(counts, true);
  return {
    stat: plain.statistic,
    p: plain.pValue,
    df: plain.df,
    commonOR: plain.commonOddsRatio,
    ci: plain.interval,
    statCc: corrected.statistic,
    pCc: corrected.pValue,
  };
}

/** p.adjust by each of its methods. */
export function multiplicity(input: Input): object {
  const p = input.numbersOrNaN(PROBABILITY);
  return {
    bonferroni: adjusted.bonferroni(p),
    holm: adjusted.holm(p),
    hochberg: adjusted.hochberg(p),
    hommel: adjusted.hommel(p),
    BH: adjusted.benjaminiHochberg(p),
    BY: adjusted.benjaminiYekutieli(p),
    fdr: adjusted.benjaminiHochberg(p),
    none: p,
  };
}

const ALTERNATIVES: Readonly<Record<string, Alternative>> = {
  'two.sided': 'two-sided',
  less: 'less',
  greater: 'greater',
};

/** t.test (Welch, and with one variance) and wilcox.test(exact = FALSE, conf.int = TRUE); null is left out. */
export function twoSample(input: Input): object {
  only(input, ['x', 'y', 'mu', 'alternative', ...LEVEL]);
  const [x, y] = ['x', 'y'].map((name) =>
    Float64Array.from(
      input
        .field(name)
        .numbersOrNaN()
        .filter((value) => !Number.isNaN(value)),
    ),
  ) as [Float64Array, Float64Array];
  // Hodges and Lehmann's estimate looks at every pair.
  input.field('x').within(x.length * y.length);
  const options = {
    level: readLevel(input),
    shift: input.field('mu').or(0, (mu) => mu.number()),
    alternative:
      ALTERNATIVES[input.field('alternative').or('two.sided', (one) => one.choice(Object.keys(ALTERNATIVES)))]!,
  };
  const welch = tTest(x, y, options);
  const pooled = tTest(x, y, { ...options, pooled: true });
  const wilcoxon = rankSumTest(x, y, options);
  return {
    welchT: welch.t,
    welchDf: welch.df,
    welchP: welch.pValue,
    welchCi: welch.interval,
    pooledT: pooled.t,
    pooledDf: pooled.df,
    pooledP: pooled.pValue,
    pooledCi: pooled.interval,
    W: wilcoxon.w,
    wilcoxP: wilcoxon.pValue,
    wilcoxPNoCc: rankSumTest(x, y, { ...options, corrected: false }).pValue,
    hodgesLehmann: wilcoxon.shift,
    hlCi: wilcoxon.interval,
  };
}
