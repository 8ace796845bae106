import { compareRankSums, ancova as fitAncova, composite as scoreComposite } from '#standards/comparison';
import type { Input } from './input.ts';
import { only } from './options.ts';
import { readKept, readModelRows } from './study-input.ts';

/** `lm` and its summary. */
export function ancova(input: Input): object {
  only(input, ['y', 'X', 'colnames', 'level', 'weights']);
  const { x, y, kept } = readModelRows(input);
  const weights = readKept(input.field('weights'), kept, input.field('y').items().length);
  const fit = fitAncova(x, y, {
    level: input.field('level').or(0.95, (level) => level.number({ above: 0, below: 1 })),
    ...(weights === undefined ? {} : { weights }),
  });
  return {
    coef: fit.coefficients,
    se: fit.standardErrors,
    t: fit.t,
    p: fit.pValues,
    sigma: fit.sigma,
    df: fit.df,
    r2: fit.rSquared,
    adjR2: fit.adjustedRSquared,
    f: fit.f.value,
    fP: fit.f.pValue,
    ci: fit.intervals,
  };
}

/** Scores that put several endpoints into one number, and O'Brien's test where there are two groups. */
export function composite(input: Input): object {
  only(input, ['X', 'colnames', 'names', 'direction', 'weights', 'group']);
  const rows = input.field('X').matrix();
  const endpoints = (rows[0] ?? []).map((_, column) => rows.map((row) => row[column]!));
  const directions = input.field('direction').or(
    endpoints.map(() => 1 as const),
    (list) => list.items().map((item) => readDirection(item)),
  );
  const weights = input.field('weights').or(
    endpoints.map(() => 1),
    (list) => list.numbers({ least: 0 }),
  );
  if (directions.length !== endpoints.length || weights.length !== endpoints.length)
    throw input.wrong('a direction and a weight for each endpoint are expected', { endpoints: endpoints.length });
  const scores = scoreComposite({ endpoints, directions, weights });
  return {
    zMean: scores.zMean,
    weightedZ: scores.weightedZ,
    rankSum: scores.rankSum,
    desirability: scores.desirability,
    pc1Loadings: scores.component.loadings,
    pc1Scores: scores.component.scores,
    pc1Variance: scores.component.variance,
    cor: scores.correlations,
    cronbachAlpha: scores.cronbachAlpha,
    ...readComparison(input.field('group'), scores.rankSum),
  };
}

function readDirection(item: Input): 1 | -1 {
  const direction = item.number();
  if (direction !== 1 && direction !== -1) throw item.wrong('1 (more is better) or -1 is expected');
  return direction;
}

function readComparison(group: Input, rankSum: Float64Array): object {
  if (group.isAbsent) return {};
  const treated = group.items({ least: rankSum.length, most: rankSum.length }).map((item) => item.flag());
  const { t, df, pValue } = compareRankSums(rankSum, treated);
  return { obrienT: t, obrienDf: df, obrienP: pValue };
}
