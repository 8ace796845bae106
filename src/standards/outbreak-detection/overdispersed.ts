import { type Glm, glm, glmNegativeBinomial } from '#standards/statistics';

/** A negative binomial regression; counts that scatter no more than Poisson's have no size, theirs is infinite. */
export function overdispersed(x: Float64Array[], y: Float64Array): { model: Glm; theta: number } {
  try {
    return glmNegativeBinomial({ x, y });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return { model: glm({ x, y, family: 'poisson' }), theta: Infinity };
  }
}
