import erfcx from '@stdlib/math-base-special-erfcx';
import { HALF_LOG_TWO_PI } from './special.ts';
import { certain, fromLog, type Tail, type Target, targetOf } from './tail.ts';

/** The normal distribution; NaN where `sd` is below 0. */
export const normal = {
  density(x: number, mean = 0, sd = 1, log = false): number {
    if (!(sd > 0)) return pointDensity(x, mean, sd, log);
    const z = (x - mean) / sd;
    if (!(Math.abs(z) < 5) && !log) {
      if (Number.isNaN(z)) return z;
      // The square is split so that its rounding is not multiplied by the exponential.
      const high = Math.round(z * 65536) / 65536;
      return (Math.exp(-0.5 * high * high) * Math.exp(-0.5 * (z - high) * (z + high)) * INVERSE_ROOT) / sd;
    }
    return fromLog(-0.5 * z * z - HALF_LOG_TWO_PI - Math.log(sd), log);
  },

  cdf(x: number, mean = 0, sd = 1, tail: Tail = {}): number {
    if (!(sd > 0)) return sd === 0 ? certain(x < mean, tail) : Number.NaN;
    const z = tail.upper ? (mean - x) / sd : (x - mean) / sd;
    return tail.log ? logLower(z) : lower(z);
  },

  quantile(p: number, mean = 0, sd = 1, tail: Tail = {}): number {
    if (!(sd >= 0)) return Number.NaN;
    return mean + sd * standardQuantile(targetOf(p, tail), tail.log === true ? undefined : p, tail.upper === true);
  },
};

const INVERSE_ROOT = 0.3989422804014327;

function pointDensity(x: number, mean: number, sd: number, log: boolean): number {
  if (sd !== 0) return Number.NaN;
  return fromLog(x === mean ? Infinity : -Infinity, log);
}

function lower(z: number): number {
  if (z > 0) return 1 - lower(-z);
  if (z < -40) return 0;
  const high = Math.round(z * 16) / 16;
  const tail = Math.exp(-0.5 * high * high) * Math.exp(-0.5 * (z - high) * (z + high));
  return 0.5 * tail * erfcx(-z * Math.SQRT1_2);
}

function logLower(z: number): number {
  if (z > 0) return Math.log1p(-lower(-z));
  if (z === -Infinity) return z;
  return -0.5 * z * z + Math.log(0.5 * erfcx(-z * Math.SQRT1_2));
}

/** The quantile of the standard normal; `p` is the probability itself where it was given so. */
function standardQuantile({ lower: low, upper: high }: Target, p: number | undefined, isUpper: boolean): number {
  if (Number.isNaN(low)) return Number.NaN;
  if (low === -Infinity) return -Infinity;
  if (high === -Infinity) return Infinity;
  const sign = low < high ? 1 : -1;
  const own = Math.min(low, high);
  const q = p === undefined ? (low < high ? Math.exp(low) - 0.5 : 0.5 - Math.exp(high)) : isUpper ? 0.5 - p : p - 0.5;
  if (Math.abs(q) <= 0.425) return polished(centre(q), q);
  return sign * tailPolished(-tailStart(Math.sqrt(-own)), own);
}

function polished(z: number, q: number): number {
  // erf-like difference from one half keeps its digits near the median, where lower(z) - p would lose them.
  if (Math.abs(q) < 0.05) return z;
  const difference = q < 0 ? lower(z) - (q + 0.5) : 0.5 - q - lower(-z);
  return z - difference / (INVERSE_ROOT * Math.exp(-0.5 * z * z));
}

/** Newton's steps on the logarithm of the tail, for z below 0. */
function tailPolished(start: number, own: number): number {
  let z = start;
  for (let step = 0; step < 20; step += 1) {
    const inverseHazard = 0.5 * erfcx(-z * Math.SQRT1_2) * Math.sqrt(2 * Math.PI);
    const change = (logLower(z) - own) * inverseHazard;
    z -= change;
    if (Math.abs(change) < 1e-8 * Math.abs(z)) break;
  }
  return z;
}

/** Source: Wichura, Algorithm AS 241, Applied Statistics 1988;37:477. */
function centre(q: number): number {
  const r = 0.180625 - q * q;
  return (q * horner(CENTRE_UPPER, r)) / horner(CENTRE_LOWER, r);
}

/** |z| from the root of minus the logarithm of the tail's probability; beyond AS 241's reach from the tail's asymptotic form. */
function tailStart(root: number): number {
  if (root <= 5) return horner(NEAR_UPPER, root - 1.6) / horner(NEAR_LOWER, root - 1.6);
  if (root <= 27) return horner(FAR_UPPER, root - 5) / horner(FAR_LOWER, root - 5);
  const twice = 2 * root * root;
  return Math.sqrt(twice - Math.log(2 * Math.PI * twice));
}

function horner(coefficients: readonly number[], x: number): number {
  let sum = 0;
  for (let at = coefficients.length - 1; at >= 0; at -= 1) sum = sum * x + coefficients[at]!;
  return sum;
}

const CENTRE_UPPER = [
  3.3871328727963665, 133.14166789178438, 1971.5909503065513, 13731.69376550946, 45921.95393154987, 67265.7709270087,
  33430.57558358813, 2509.0809287301227,
];
const CENTRE_LOWER = [
  1, 42.31333070160091, 687.1870074920579, 5394.196021424751, 21213.794301586597, 39307.89580009271, 28729.085735721943,
  5226.495278852854,
];
const NEAR_UPPER = [
  1.4234371107496835, 4.630337846156546, 5.769497221460691, 3.6478483247632045, 1.2704582524523684, 0.2417807251774506,
  0.022723844989269184, 0.0007745450142783414,
];
const NEAR_LOWER = [
  1, 2.053191626637759, 1.6763848301838038, 0.6897673349851, 0.14810397642748008, 0.015198666563616457,
  0.0005475938084995345, 1.0507500716444169e-9,
];
const FAR_UPPER = [
  6.657904643501103, 5.463784911164114, 1.7848265399172913, 0.29656057182850487, 0.026532189526576124,
  0.0012426609473880784, 2.7115555687434876e-5, 2.0103343992922881e-7,
];
const FAR_LOWER = [
  1, 0.599832206555888, 0.1369298809227358, 0.014875361290850615, 0.0007868691311456133, 1.8463183175100548e-5,
  1.421511758316446e-7, 2.0442631033899397e-15,
];
