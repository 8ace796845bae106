import { cholesky, solveByCholesky } from './matrix.ts';

/** A function's value with its derivatives at one place. */
export interface Curvature {
  value: number;
  gradient: Float64Array;
  /** Rows of the symmetric matrix. */
  hessian: Float64Array[];
}

export interface NewtonOptions {
  /** No step moves a parameter further. */
  longestStep?: number;
  mostSteps?: number;
  /** Ends when half the square of the gradient in the metric of the Hessian, what a step may still gain, is below this. */
  tolerance?: number;
  /** Asked after each step that was taken: true ends the search there. */
  until?: (at: readonly number[], damping: number) => boolean;
}

export interface NewtonMinimum {
  at: number[];
  curvature: Curvature;
  /** The gradient is flat and the Hessian positive definite. */
  converged: boolean;
  steps: number;
}

/**
 * Minimises a function whose second derivatives are known: Newton's steps, damped as Levenberg and Marquardt do until they better it.
 *
 * Source: Marquardt, J SIAM 1963;11:431-441.
 */
export function minimiseByNewton(
  curvatureAt: (at: readonly number[]) => Curvature,
  start: readonly number[],
  { longestStep = Infinity, mostSteps = 300, tolerance = 1e-13, until = () => false }: NewtonOptions = {},
): NewtonMinimum {
  let at = [...start];
  let curvature = curvatureAt(at);
  let damping = 1e-3;
  for (let steps = 1; steps <= mostSteps; steps += 1) {
    const move = dampedStep(curvature, damping, longestStep);
    const next = move?.map((part, k) => at[k]! - part);
    const better = next === undefined ? undefined : curvatureAt([...next]);
    if (next === undefined || better === undefined || !(better.value <= curvature.value)) {
      if (gainOf(curvature) <= 1e4 * tolerance * scaleOf(curvature)) return { at, curvature, converged: true, steps };
      damping = damping === 0 ? 1e-6 : damping * 8;
      if (damping > 1e14) break;
      continue;
    }
    at = [...next];
    curvature = better;
    damping = damping < 1e-7 ? 0 : damping / 8;
    // So near, the last step's error is the square of what is left: it is taken, for the parameters more than for the value.
    if (gainOf(curvature) <= tolerance * scaleOf(curvature)) {
      const last = dampedStep(curvature, 0, longestStep);
      at = at.map((value, k) => value - (last?.[k] ?? 0));
      return { at, curvature: curvatureAt(at), converged: true, steps };
    }
    if (until(at, damping)) return { at, curvature, converged: false, steps };
  }
  return { at, curvature, converged: false, steps: mostSteps };
}

/** What a whole step would still better the value by; infinite where the Hessian is not positive definite. */
function gainOf({ gradient, hessian }: Curvature): number {
  const factor = cholesky(hessian);
  if (factor === undefined) return Infinity;
  const move = solveByCholesky(factor, gradient);
  return gradient.reduce((sum, slope, k) => sum + slope * move[k]!, 0) / 2;
}

function scaleOf({ value }: Curvature): number {
  return Math.max(1, Math.abs(value));
}

function dampedStep({ gradient, hessian }: Curvature, damping: number, longest: number): Float64Array | undefined {
  const damped = hessian.map((row, k) => {
    const copy = Float64Array.from(row);
    copy[k] = copy[k]! + damping * Math.max(Math.abs(copy[k]!), 1e-3);
    return copy;
  });
  const factor = cholesky(damped);
  if (factor === undefined) return undefined;
  const move = solveByCholesky(factor, gradient);
  const length = move.reduce((most, part) => Math.max(most, Math.abs(part)), 0);
  if (!Number.isFinite(length)) return undefined;
  return length > longest ? move.map((part) => (part * longest) / length) : move;
}
