import { negativeBinomial } from './negative-binomial.ts';
import { normal } from './normal.ts';
import { fromLog, type Tail, targetOf } from './tail.ts';
import { weibull } from './weibull.ts';

/** A distribution with its parameters filled in. */
export interface Distribution {
  density(x: number, log?: boolean): number;
  cdf(x: number, tail?: Tail): number;
  quantile(p: number, tail?: Tail): number;
}

export function exponential(rate = 1): Distribution {
  return {
    density: (x, log) => weibull.density(x, 1, 1 / rate, log),
    cdf: (x, tail) => weibull.cdf(x, 1, 1 / rate, tail),
    quantile: (p, tail) => weibull.quantile(p, 1, 1 / rate, tail),
  };
}

export function geometric(prob: number): Distribution {
  return {
    density: (x, log) => negativeBinomial.density(x, 1, prob, log),
    cdf: (x, tail) => negativeBinomial.cdf(x, 1, prob, tail),
    quantile: (p, tail) => negativeBinomial.quantile(p, 1, prob, tail),
  };
}

export function logNormal(meanLog = 0, sdLog = 1): Distribution {
  return {
    density: (x, log = false) =>
      x > 0 ? fromLog(normal.density(Math.log(x), meanLog, sdLog, true) - Math.log(x), log) : fromLog(-Infinity, log),
    cdf: (x, tail) => normal.cdf(x > 0 ? Math.log(x) : -Infinity, meanLog, sdLog, tail),
    quantile: (p, tail) => Math.exp(normal.quantile(p, meanLog, sdLog, tail)),
  };
}

export function uniform(low = 0, high = 1): Distribution {
  const width = high - low;
  return {
    density: (x, log = false) => fromLog(x >= low && x <= high ? -Math.log(width) : -Infinity, log),
    cdf(x, { upper = false, log = false } = {}) {
      const share = Math.min(Math.max((upper ? high - x : x - low) / width, 0), 1);
      return log ? Math.log(share) : share;
    },
    quantile(p, tail = {}) {
      const { lower, upper } = targetOf(p, tail);
      return lower < upper ? low + Math.exp(lower) * width : high - Math.exp(upper) * width;
    },
  };
}

export function logistic(location = 0, scale = 1): Distribution {
  return {
    density(x, log = false) {
      const z = -Math.abs((x - location) / scale);
      return fromLog(z - Math.log(scale) - 2 * Math.log1p(Math.exp(z)), log);
    },
    cdf(x, { upper = false, log = false } = {}) {
      const z = (upper ? location - x : x - location) / scale;
      if (!log) return 1 / (1 + Math.exp(-z));
      return z < 0 ? z - Math.log1p(Math.exp(z)) : -Math.log1p(Math.exp(-z));
    },
    quantile(p, tail = {}) {
      const { lower, upper } = targetOf(p, tail);
      return location + scale * (lower - upper);
    },
  };
}

export function cauchy(location = 0, scale = 1): Distribution {
  return {
    density: (x, log = false) => fromLog(-Math.log(Math.PI * scale * (1 + ((x - location) / scale) ** 2)), log),
    cdf(x, { upper = false, log = false } = {}) {
      const z = (upper ? x - location : location - x) / scale;
      // The share beyond z, through 1/z where z is large.
      const outer = Math.abs(z) > 1 ? Math.atan(1 / Math.abs(z)) / Math.PI : 0.5 - Math.atan(Math.abs(z)) / Math.PI;
      if (log) return z > 0 ? Math.log(outer) : Math.log1p(-outer);
      return z > 0 ? outer : 1 - outer;
    },
    quantile(p, tail = {}) {
      const { lower, upper } = targetOf(p, tail);
      const own = Math.exp(Math.min(lower, upper));
      const z = own === 0.5 ? 0 : 1 / Math.tan(Math.PI * own);
      return location + scale * (lower < upper ? -z : z);
    },
  };
}
