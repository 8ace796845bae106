import {
  type Family,
  gee as fitGee,
  lmm as fitLmm,
  mmrm as fitMmrm,
  type Link,
  type LmmFit,
  type RandomTerm,
  type VisitCorrelation,
  type WorkingCorrelation,
} from '#standards/mixed-models';
import { student } from '#standards/statistics';
import type { Input } from './input.ts';
import { either, only } from './options.ts';
import { type ModelRows, readKept, readLabels, readModelRows, readRestricted } from './study-input.ts';

/** `lmer` with Satterthwaite's degrees of freedom (lmerTest). */
export function lmm(input: Input): object {
  only(input, [
    'y',
    'X',
    'colnames',
    'group',
    'groupName',
    'groups',
    'Z',
    'reml',
    'REML',
    'method',
    'correlated',
    'weights',
    'offset',
  ]);
  const rows = readModelRows(input);
  const length = input.field('y').items().length;
  const weights = readKept(input.field('weights'), rows.kept, length);
  const offset = readKept(input.field('offset'), rows.kept, length);
  const fit = fitLmm({
    x: rows.x,
    y: rows.y,
    terms: readTerms(input, rows, length),
    reml: readRestricted(input),
    ...(weights === undefined ? {} : { weights }),
    ...(offset === undefined ? {} : { offset }),
  });
  const [first] = fit.effects;
  return {
    beta: fit.coefficients,
    se: fit.standardErrors,
    df: fit.df,
    t: fit.t,
    p: fit.pValues,
    varcomp: describeComponents(fit),
    criterion: fit.criterion,
    logLik: fit.logLikelihood,
    aic: fit.aic,
    bic: fit.bic,
    ranefHead: first!.values.slice(0, 6),
    ranef: Object.fromEntries(fit.effects.map(({ name, labels, values }) => [name, { labels, values }])),
    singular: fit.isSingular,
    converged: fit.converged,
  };
}

/** As lme4 lists them: per term its variances, then its covariances, and the residual last. */
function describeComponents({ components, sigmaSquared }: LmmFit): object {
  const lines = components.flatMap(({ name, columnNames, covariance, correlated }, term) => {
    const named = (at: number): string => {
      const before = components.slice(0, term).filter((other) => other.name === name).length + (correlated ? 0 : at);
      return before === 0 ? name : `${name}.${before}`;
    };
    const variances = columnNames.map((v1, at) => ({ grp: named(at), v1, v2: null, vcov: covariance[at]![at]! }));
    if (!correlated) return variances;
    const pairs = columnNames.flatMap((v1, one) =>
      columnNames
        .slice(one + 1)
        .map((v2, after) => ({ grp: named(one), v1, v2, vcov: covariance[one + 1 + after]![one]! })),
    );
    return [...variances, ...pairs.map((pair) => ({ ...pair, grp: named(0) }))];
  });
  const all = [...lines, { grp: 'Residual', v1: null, v2: null, vcov: sigmaSquared }];
  return {
    grp: all.map(({ grp }) => grp),
    v1: all.map(({ v1 }) => v1),
    v2: all.map(({ v2 }) => v2),
    vcov: all.map(({ vcov }) => vcov),
  };
}

/** One grouping factor in `group`, or several by name in `groups` (or in `group`); `Z` names the effects of each, or of all. */
function readTerms(input: Input, rows: ModelRows, length: number): RandomTerm[] {
  const groups = either(input, 'groups', 'group');
  const correlated = input.field('correlated').or(true, (flag) => flag.flag());
  const effects = input.field('Z');
  const term = (name: string, labels: Input, z: Input): RandomTerm => {
    const group = readLabels(labels, length);
    return { name, group: rows.kept.map((row) => group[row]!), ...readEffects(z, rows, length, correlated) };
  };
  if (Array.isArray(groups.value))
    return [
      term(
        input.field('groupName').or('Subject', (name) => name.text()),
        groups,
        effects,
      ),
    ];
  const isCommon = typeof effects.value === 'string' || effects.isAbsent;
  return groups.names().map((name) => term(name, groups.field(name), isCommon ? effects : effects.field(name)));
}

/** "1", "1+Days", "0+Days", "1||Days": the intercept and named columns of X, R's way; or the rows of a matrix of their own. */
function readEffects(
  z: Input,
  { x, y, columnNames, kept }: ModelRows,
  length: number,
  correlated: boolean,
): Pick<RandomTerm, 'columns' | 'columnNames' | 'correlated'> {
  const ones = new Float64Array(y.length).fill(1);
  if (z.isAbsent) return { columns: [ones], columnNames: ['(Intercept)'], correlated };
  if (typeof z.value !== 'string') {
    const values = z.matrix();
    if (values.length !== length) throw z.wrong('a row for each observation is expected', { length });
    const columns = values[0]!.map((_, column) => Float64Array.from(kept, (row) => values[row]![column]!));
    return { columns, columnNames: columns.map((_, at) => `z${at + 1}`), correlated };
  }
  const formula = z.text().replace(/\s|\|\|?$/g, '');
  const names = formula.split(/\+|\|\|/);
  const slopes = names.filter((name) => name !== '1' && name !== '0');
  const found = slopes.map((name) => {
    const column = x[columnNames.indexOf(name)];
    if (column === undefined) throw z.wrong('no column of X has that name', { name, columns: columnNames });
    return column;
  });
  const isCorrelated = correlated && !z.text().includes('||');
  if (names.includes('0')) return { columns: found, columnNames: slopes, correlated: isCorrelated };
  return { columns: [ones, ...found], columnNames: ['(Intercept)', ...slopes], correlated: isCorrelated };
}

/** `gls` with a correlation of visits within subjects and, or not, a variance for each visit. */
export function mmrm(input: Input): object {
  only(input, [
    ...[
      'y',
      'X',
      'colnames',
      'id',
      'subject',
      'visit',
      'time',
      'correlation',
      'structure',
      'corstr',
      'weights',
      'varIdent',
      'reml',
      'REML',
      'method',
    ],
  ]);
  const rows = readModelRows(input);
  const length = input.field('y').items().length;
  const subject = readLabels(either(input, 'id', 'subject'), length);
  const visit = readLabels(either(input, 'visit', 'time'), length);
  const fit = fitMmrm({
    x: rows.x,
    y: rows.y,
    subject: rows.kept.map((row) => subject[row]!),
    visit: rows.kept.map((row) => visit[row]!),
    reml: readRestricted(input),
    ...readVisitCovariance(input),
  });
  const { residualDf } = fit;
  return {
    beta: fit.coefficients,
    se: fit.standardErrors,
    t: fit.t,
    p: fit.t.map((value) => 2 * student.cdf(Math.abs(value), residualDf, { upper: true })),
    sigma: fit.sigma,
    logLik: fit.logLikelihood,
    aic: -2 * fit.logLikelihood + 2 * fit.parameters,
    visits: fit.visits,
    dfSatterthwaite: fit.df,
    pSatterthwaite: fit.pValues,
    converged: fit.converged,
  };
}

const VISIT_CORRELATIONS: readonly (readonly [RegExp, VisitCorrelation])[] = [
  [/^(cor)?(compsymm|cs$|compound|exch)/i, 'compound-symmetry'],
  [/^(cor)?(car1|car\(1\)|continuous)/i, 'continuous-ar1'],
  [/^(cor)?ar(1|\(1\))/i, 'ar1'],
  [/^(cor)?(symm|un|us$)/i, 'unstructured'],
  [/^(cor)?toep/i, 'toeplitz'],
  [/^(none|independen)/i, 'independent'],
];

/** R's names: `correlation` "corSymm(~visit|id)", `weights` "varIdent(~1|visit)". Neither said: an unstructured matrix; null: none of it. */
function readVisitCovariance(input: Input): { correlation: VisitCorrelation; unequalVariances: boolean } {
  const isSaid = (name: string): boolean => input.names().includes(name);
  const name = ['correlation', 'structure', 'corstr'].find(isSaid);
  const varianceName = ['weights', 'varIdent'].find(isSaid);
  const unequalVariances = varianceName === undefined ? name === undefined : readUnequal(input.field(varianceName));
  if (name === undefined) return { correlation: 'unstructured', unequalVariances };
  const said = input.field(name);
  if (said.isAbsent) return { correlation: 'independent', unequalVariances };
  const found = VISIT_CORRELATIONS.find(([pattern]) => pattern.test(said.text()));
  if (found === undefined)
    throw said.wrong('none of the choices', {
      choices: ['corSymm', 'corCompSymm', 'corAR1', 'corCAR1', 'toeplitz', 'none'],
    });
  return { correlation: found[1], unequalVariances };
}

function readUnequal(said: Input): boolean {
  if (said.isAbsent) return false;
  if (typeof said.value !== 'string') return said.flag();
  if (/^(varident|unequal|heter)/i.test(said.value)) return true;
  if (/^(none|equal|homo)/i.test(said.value)) return false;
  throw said.wrong('none of the choices', { choices: ['varIdent', 'none'] });
}

/** `geeglm`. */
export function gee(input: Input): object {
  only(input, [
    ...[
      'y',
      'X',
      'colnames',
      'id',
      'waves',
      'family',
      'link',
      'corstr',
      'weights',
      'offset',
      'zcor',
      'control',
      'epsilon',
      'maxit',
    ],
    ...['scaleFix', 'scale.fix', 'stdErr', 'std.err'],
  ]);
  const rows = readModelRows(input);
  const length = input.field('y').items().length;
  const id = readLabels(input.field('id'), length);
  const waves = readKept(input.field('waves'), rows.kept, length);
  const weights = readKept(input.field('weights'), rows.kept, length);
  const offset = readKept(input.field('offset'), rows.kept, length);
  const fit = fitGee({
    x: rows.x,
    y: rows.y,
    cluster: rows.kept.map((row) => id[row]!),
    ...(waves === undefined ? {} : { occasions: waves }),
    ...(weights === undefined ? {} : { weights }),
    ...(offset === undefined ? {} : { offset }),
    ...readGeeModel(input),
    ...readGeeControl(input),
  });
  return {
    coef: fit.coefficients,
    robustSe: fit.standardErrors,
    naiveSe: fit.naiveCovariance.map((row, at) => Math.sqrt(row[at]!)),
    wald: fit.wald,
    p: fit.pValues,
    alpha: fit.alpha,
    scale: [fit.scale],
    iterations: fit.iterations,
    converged: fit.converged,
    clusters: fit.clusters,
    largestCluster: fit.largestCluster,
  };
}

const FAMILIES = {
  gaussian: 'gaussian',
  binomial: 'binomial',
  poisson: 'poisson',
  Gamma: 'gamma',
  gamma: 'gamma',
} as const;
const CORRELATIONS = ['independence', 'exchangeable', 'ar1', 'unstructured', 'userdefined', 'fixed'] as const;
const LINKS = ['identity', 'logit', 'probit', 'cloglog', 'log', 'inverse'] as const;

function readGeeModel(input: Input): {
  family: Family;
  link?: Link;
  correlation: WorkingCorrelation;
  correlationDesign?: number[][];
} {
  const names = Object.keys(FAMILIES) as (keyof typeof FAMILIES)[];
  const family = FAMILIES[input.field('family').or('gaussian' as const, (name) => name.choice(names))];
  const link = input.field('link').or(undefined, (name) => name.choice(LINKS));
  const correlation = input.field('corstr').or('independence' as const, (name) => name.choice(CORRELATIONS));
  const zcor = input.field('zcor');
  const isDesigned = correlation === 'userdefined' || correlation === 'fixed';
  if (isDesigned === zcor.isAbsent)
    throw zcor.wrong(isDesigned ? 'the design of the correlations is expected' : 'only userdefined and fixed take it');
  const readDesign = (): number[][] =>
    Array.isArray((zcor.value as unknown[])[0]) ? zcor.matrix() : zcor.numbers().map((value) => [value]);
  return {
    family,
    ...(link === undefined ? {} : { link }),
    correlation,
    ...(isDesigned ? { correlationDesign: readDesign() } : {}),
  };
}

const VARIANCES = {
  'san.se': 'robust',
  jack: 'jackknife',
  j1s: 'jackknife-one-step',
  fij: 'jackknife-iterated',
} as const;

function readGeeControl(input: Input): {
  variance: (typeof VARIANCES)[keyof typeof VARIANCES];
  fixedScale: boolean;
  epsilon: number;
  mostIterations: number;
} {
  const control = input.has('control') ? input.field('control') : input;
  if (input.has('control')) only(control, ['epsilon', 'maxit', 'trace']);
  const kind = either(input, 'stdErr', 'std.err');
  return {
    variance:
      VARIANCES[
        kind.or('san.se' as const, (name) => name.choice(Object.keys(VARIANCES) as (keyof typeof VARIANCES)[]))
      ],
    fixedScale: either(input, 'scaleFix', 'scale.fix').or(false, (flag) => flag.flag()),
    epsilon: control.field('epsilon').or(1e-10, (value) => value.number({ above: 0 })),
    mostIterations: control.field('maxit').or(100, (value) => value.whole({ least: 1, most: 10_000 })),
  };
}
