import type { Sample } from './model.ts';

const NEARLY_ZERO = 1e-9;

/** Box and Cox, J R Stat Soc B 1964;26:211-252: the power by which a skewed distribution becomes a normal one; 0 means the logarithm, 1 none. */
export function boxCox(x: number, lambda: number): number {
  return Math.abs(lambda) < NEARLY_ZERO ? Math.log(x) : (x ** lambda - 1) / lambda;
}

/** The way back; what lies below the transformation's own range is 0. */
export function boxCoxInverse(y: number, lambda: number): number {
  if (Math.abs(lambda) < NEARLY_ZERO) return Math.exp(y);
  const base = lambda * y + 1;
  return base <= 0 ? 0 : base ** (1 / lambda);
}

const STEPS = 60;
const GOLDEN = (Math.sqrt(5) - 1) / 2;

/** The power, from -2 to 2, under which the sample is most likely normal. Every value must be above 0. */
export function likeliestLambda(sample: Sample): number {
  let [low, high] = [-2, 2];
  let [left, right] = [high - GOLDEN * (high - low), low + GOLDEN * (high - low)];
  let [atLeft, atRight] = [likelihood(sample, left), likelihood(sample, right)];
  for (let step = 0; step < STEPS && high - low > 1e-4; step += 1) {
    if (atLeft > atRight) {
      [high, right, atRight] = [right, left, atLeft];
      left = high - GOLDEN * (high - low);
      atLeft = likelihood(sample, left);
    } else {
      [low, left, atLeft] = [left, right, atRight];
      right = low + GOLDEN * (high - low);
      atRight = likelihood(sample, right);
    }
  }
  return (low + high) / 2;
}

/** Profile log-likelihood of the power, up to a constant. */
function likelihood({ values, counts, n }: Sample, lambda: number): number {
  let logs = 0;
  let sum = 0;
  for (let at = 0; at < values.length; at += 1) {
    logs += counts[at]! * Math.log(values[at]!);
    sum += counts[at]! * boxCox(values[at]!, lambda);
  }
  const centre = sum / n;
  let squares = 0;
  for (let at = 0; at < values.length; at += 1) squares += counts[at]! * (boxCox(values[at]!, lambda) - centre) ** 2;
  return (-n / 2) * Math.log(squares / n) + (lambda - 1) * logs;
}
