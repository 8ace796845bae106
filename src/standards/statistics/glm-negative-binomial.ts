import { negativeBinomialFamily } from './family.ts';
import { type Glm, type GlmOptions, glm } from './glm.ts';
import type { LinkName } from './link.ts';
import { digamma, logGamma, trigamma } from './special.ts';

export interface GlmNegativeBinomialOptions extends Omit<GlmOptions, 'family' | 'start'> {
  link?: Extract<LinkName, 'log' | 'identity' | 'sqrt'>;
  /** The size to begin with; without it the first means are Poisson's. */
  firstTheta?: number;
}

export interface GlmNegativeBinomial {
  /** The model at `theta`; its dispersion is 1, and its deviance, as in R, that at the size before the last step. */
  model: Glm;
  theta: number;
  thetaError: number;
  twiceLogLikelihood: number;
  iterations: number;
  converged: boolean;
}

/**
 * A negative binomial model with its size theta by maximum likelihood, as MASS::glm.nb: means and size in turn, with its stopping rules.
 *
 * Source: Venables and Ripley, Modern Applied Statistics with S, 7.4.
 *
 * @throws RangeError as `glm`, and where the counts scatter no more than Poisson's, so that theta runs to infinity
 */
export function glmNegativeBinomial(options: GlmNegativeBinomialOptions): GlmNegativeBinomial {
  const { firstTheta, ...base } = options;
  const { epsilon = 1e-8, mostIterations = 25 } = base;
  const y = Float64Array.from(base.y);
  const weights = base.weights === undefined ? new Float64Array(y.length).fill(1) : Float64Array.from(base.weights);
  let model = glm({ ...base, family: firstTheta === undefined ? 'poisson' : negativeBinomialFamily(firstTheta) });
  let { theta, error } = thetaOf(y, model.fitted, weights, mostIterations);
  let logLikelihood = logLikelihoodAt(theta, y, model.fitted, weights);
  const scale = Math.sqrt(2 * Math.max(1, model.df));
  let [before, change, iterations] = [logLikelihood + 2 * scale, 1, 0];
  const isUnsettled = (): boolean => Math.abs(before - logLikelihood) / scale + Math.abs(change) > epsilon;
  while (iterations < mostIterations && isUnsettled()) {
    iterations += 1;
    const means = model.fitted;
    model = glm({ ...base, family: negativeBinomialFamily(theta), start: model.linear });
    const next = thetaOf(y, means, weights, mostIterations);
    change = theta - next.theta;
    ({ theta, error } = next);
    before = logLikelihood;
    logLikelihood = logLikelihoodAt(theta, y, model.fitted, weights);
  }
  return {
    model,
    theta,
    thetaError: error,
    twiceLogLikelihood: 2 * logLikelihood,
    iterations,
    converged: !isUnsettled(),
  };
}

const NEWTON_STOP = Number.EPSILON ** 0.25;

/** The size that the means make most likely, by Newton's method. */
function thetaOf(
  y: Float64Array,
  means: Float64Array,
  weights: Float64Array,
  most: number,
): { theta: number; error: number } {
  const all = sumOf(weights, (weight) => weight);
  let theta = all / sumOf(weights, (weight, i) => weight * (y[i]! / means[i]! - 1) ** 2);
  let [information, change] = [0, 1];
  // As R, which counts one round more than it makes.
  for (let round = 1; round < most && Math.abs(change) > NEWTON_STOP; round += 1) {
    theta = Math.abs(theta);
    const t = theta;
    const [digammaAt, trigammaAt, logAt] = [digamma(t), trigamma(t), Math.log(t)];
    let score = 0;
    information = 0;
    for (let i = 0; i < y.length; i += 1) {
      const weight = weights[i]!;
      if (!(weight > 0)) continue;
      const [count, mean] = [y[i]!, means[i]!];
      const ratio = (count + t) / (mean + t);
      const isZero = count === 0;
      score += weight * ((isZero ? 0 : digamma(t + count) - digammaAt) + logAt + 1 - Math.log(t + mean) - ratio);
      information += weight * ((isZero ? 0 : trigammaAt - trigamma(t + count)) - 1 / t + (2 - ratio) / (mean + t));
    }
    change = score / information;
    theta += change;
  }
  if (!(theta > 0) || !(theta < MOST_THETA))
    throw new RangeError(
      'the counts scatter no more than Poisson allows, so theta has no estimate: fit a Poisson model',
    );
  return { theta, error: Math.sqrt(1 / information) };
}

/** Beyond it no data can tell the distribution from Poisson's. */
const MOST_THETA = 1e12;

function logLikelihoodAt(theta: number, y: Float64Array, means: Float64Array, weights: Float64Array): number {
  const atTheta = theta * Math.log(theta) - logGamma(theta);
  return sumOf(weights, (weight, i) => {
    const [count, mean] = [y[i]!, means[i]!];
    const logs = (count === 0 ? 0 : count * Math.log(mean)) - (theta + count) * Math.log(theta + mean);
    return weight * (logGamma(theta + count) - logGamma(count + 1) + atTheta + logs);
  });
}

function sumOf(weights: Float64Array, part: (weight: number, i: number) => number): number {
  let sum = 0;
  for (let i = 0; i < weights.length; i += 1) if (weights[i]! > 0) sum += part(weights[i]!, i);
  return sum;
}
