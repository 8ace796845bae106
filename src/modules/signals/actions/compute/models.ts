import {
  type FamilyName,
  glm as fitGlm,
  type Glm,
  type GlmOptions,
  glmNegativeBinomial,
  type LinkName,
  normal,
  student,
} from '#standards/statistics';
import type { Input } from './input.ts';
import { either, only } from './options.ts';
import { readKept, readModelRows } from './study-input.ts';

/** R's names, and ours. */
const FAMILIES: Readonly<Record<string, FamilyName>> = {
  gaussian: 'gaussian',
  binomial: 'binomial',
  quasibinomial: 'quasibinomial',
  poisson: 'poisson',
  quasipoisson: 'quasipoisson',
  Gamma: 'gamma',
  'inverse.gaussian': 'inverse-gaussian',
};
const LINK_NAMES: readonly LinkName[] = [
  'logit',
  'probit',
  'cauchit',
  'cloglog',
  'log',
  'identity',
  'inverse',
  'sqrt',
  '1/mu^2',
];

/** R's glm(family, weights, offset, control); its precision is that of the reference results, epsilon 1e-14, if not said. */
export function glm(input: Input): object {
  only(input, [...DESIGN, 'family', 'link', 'control']);
  const design = readDesign(input);
  const model = fitGlm({
    ...design,
    family: FAMILIES[input.field('family').choice(Object.keys(FAMILIES))]!,
    ...input.field('link').or({}, (link) => ({ link: link.choice(LINK_NAMES) })),
    ...readControl(input.field('control'), 1e-14, 100),
  });
  refuseSeparation(model, design.x);
  const { coefficients, standardErrors, dispersion, deviance, nullDeviance, aic, df } = model;
  const statistics = Array.from(coefficients, (value, at) => value / standardErrors[at]!);
  return {
    coef: coefficients,
    se: standardErrors,
    stat: statistics,
    p: statistics.map((value) => twoSided(value, model)),
    dispersion: df > 0 || model.hasKnownDispersion ? dispersion : Number.NaN,
    deviance,
    nullDeviance,
    aic,
    dfResidual: df,
    dfNull: model.nullDf,
    fitted: model.fitted,
    hat: model.hat,
    pearson: model.pearsonResiduals,
    iterations: model.iterations,
    converged: model.converged,
  };
}

/** MASS::glm.nb with its own default control. */
export function glmNb(input: Input): object {
  only(input, [...DESIGN, 'link', 'initTheta', 'control']);
  const design = readDesign(input);
  const { model, theta, thetaError, twiceLogLikelihood, iterations, converged } = glmNegativeBinomial({
    ...design,
    ...input.field('link').or({}, (link) => ({ link: link.choice(['log', 'identity', 'sqrt']) })),
    ...input.field('initTheta').or({}, (given) => ({ firstTheta: given.number({ above: 0 }) })),
    ...readControl(input.field('control'), 1e-8, 25),
  });
  const statistics = Array.from(model.coefficients, (value, at) => value / model.standardErrors[at]!);
  return {
    coef: model.coefficients,
    se: model.standardErrors,
    stat: statistics,
    p: statistics.map((value) => twoSided(value, model)),
    theta,
    seTheta: thetaError,
    twoLogLik: twiceLogLikelihood,
    aic: 2 * model.rank + 2 - twiceLogLikelihood,
    deviance: model.deviance,
    nullDeviance: model.nullDeviance,
    dfResidual: model.df,
    fitted: model.fitted,
    iterations,
    converged,
  };
}

function readControl(
  control: Input,
  epsilon: number,
  mostIterations: number,
): Required<Pick<GlmOptions, 'epsilon' | 'mostIterations'>> {
  if (control.isAbsent) return { epsilon, mostIterations };
  only(control, ['epsilon', 'maxit', 'trace']);
  return {
    epsilon: control.field('epsilon').or(epsilon, (value) => value.number({ above: 0 })),
    mostIterations: control.field('maxit').or(mostIterations, (value) => value.whole({ least: 1 })),
  };
}

function twoSided(statistic: number, { hasKnownDispersion, df }: Glm): number {
  if (hasKnownDispersion) return 2 * normal.cdf(-Math.abs(statistic));
  return df > 0 ? 2 * student.cdf(-Math.abs(statistic), df) : Number.NaN;
}

const DESIGN = ['y', 'X', 'colnames', 'priorWeights', 'weights', 'offset'];

interface Design {
  x: Float64Array[];
  y: Float64Array;
  weights?: Float64Array;
  offset?: Float64Array;
  intercept: boolean;
}

/** Rows of the design, responses, prior weights and offset; rows that lack a number are left out. */
function readDesign(input: Input): Design {
  const { x, y, kept, columnNames } = readModelRows(input);
  const length = input.field('y').items().length;
  const weights = readKept(either(input, 'priorWeights', 'weights'), kept, length);
  const offset = readKept(input.field('offset'), kept, length);
  const isNamed = input.has('colnames');
  return {
    x,
    y,
    ...(weights === undefined ? {} : { weights }),
    ...(offset === undefined ? {} : { offset }),
    intercept: isNamed ? columnNames.includes('(Intercept)') : x.some((column) => column.every((value) => value === 1)),
  };
}

/** Beyond this a standard error, on the scale of the linear predictor, tells nothing. */
const MOST_ERROR = 1000;

/** Where a combination of columns tells the responses apart, estimates run to infinity; R stops somewhere on the way. */
function refuseSeparation({ atEdge, standardErrors }: Glm, x: readonly Float64Array[]): void {
  if (!atEdge) return;
  const isSenseless = x.some((column, at) => {
    const length = Math.sqrt(column.reduce((sum, value) => sum + value * value, 0) / column.length);
    return standardErrors[at]! * length > MOST_ERROR;
  });
  if (isSenseless)
    throw new RangeError(
      'the columns separate the responses, so no finite estimate exists: leave out or merge columns',
    );
}
