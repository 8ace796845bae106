import {
  beta,
  binomial,
  cauchy,
  chiSquare,
  choose,
  type Distribution,
  digamma,
  exponential,
  fisherF,
  gamma,
  gammaFunction,
  geometric,
  hypergeometric,
  logBeta,
  logChoose,
  logGamma,
  logistic,
  logNormal,
  negativeBinomial,
  negativeBinomialOfMean,
  normal,
  poisson,
  student,
  trigamma,
  uniform,
  weibull,
} from '#standards/statistics';
import type { Input } from './input.ts';

/** R's d-, p- and q-functions with their own argument names, and its special functions: one answer for each `{ fn, args }`. */
export function distributions(input: Input): number[] {
  return input.items().map((call) => answer(call.field('fn'), call.field('args')));
}

function answer(fn: Input, args: Input): number {
  const name = fn.choice([
    ...Object.keys(FUNCTIONS),
    ...Object.keys(READERS).flatMap((each) => [`d${each}`, `p${each}`, `q${each}`]),
  ]);
  const used = new Set<string>();
  const read: Read = (argument, fallback) => {
    used.add(argument);
    return args.field(argument).or(fallback, (value) => value.number()) ?? args.field(argument).number();
  };
  const flag = (argument: string, fallback: boolean): boolean => {
    used.add(argument);
    return args.field(argument).or(fallback, (value) => value.flag());
  };
  const value = Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name]!(read) : evaluated(name, args, read, flag);
  const unknown = args.names().find((each) => !used.has(each));
  if (unknown !== undefined) throw args.field(unknown).wrong('the function has no such argument', { function: name });
  return value;
}

type Read = (argument: string, fallback?: number) => number;

function evaluated(
  name: string,
  args: Input,
  read: Read,
  flag: (argument: string, fallback: boolean) => boolean,
): number {
  const distribution = READERS[name.slice(1)]!(read, args);
  if (name.startsWith('d')) return distribution.density(read('x'), flag('log', false));
  const tail = { upper: !flag('lower.tail', true), log: flag('log.p', false) };
  return name.startsWith('p') ? distribution.cdf(read('q'), tail) : distribution.quantile(read('p'), tail);
}

interface Parametric<P extends number[]> {
  density(x: number, ...parameters: [...P, boolean]): number;
  cdf(x: number, ...parameters: [...P, { upper: boolean; log: boolean }]): number;
  quantile(p: number, ...parameters: [...P, { upper: boolean; log: boolean }]): number;
}

function filled<P extends number[]>(distribution: Parametric<P>, ...parameters: P): Distribution {
  return {
    density: (x, log = false) => distribution.density(x, ...parameters, log),
    cdf: (x, { upper = false, log = false } = {}) => distribution.cdf(x, ...parameters, { upper, log }),
    quantile: (p, { upper = false, log = false } = {}) => distribution.quantile(p, ...parameters, { upper, log }),
  };
}

const READERS: Readonly<Record<string, (read: Read, args: Input) => Distribution>> = {
  norm: (read) => filled<[number, number]>(normal, read('mean', 0), read('sd', 1)),
  t: (read) => filled(student, read('df')),
  chisq: (read) => filled(chiSquare, read('df')),
  f: (read) => filled(fisherF, read('df1'), read('df2')),
  gamma: (read, args) =>
    filled<[number, number]>(gamma, read('shape'), args.has('scale') ? 1 / read('scale') : read('rate', 1)),
  beta: (read) => filled(beta, read('shape1'), read('shape2')),
  binom: (read) => filled(binomial, read('size'), read('prob')),
  nbinom: (read, args) =>
    args.has('mu')
      ? filled(negativeBinomialOfMean, read('size'), read('mu'))
      : filled(negativeBinomial, read('size'), read('prob')),
  pois: (read) => filled(poisson, read('lambda')),
  hyper: (read) => filled(hypergeometric, read('m'), read('n'), read('k')),
  weibull: (read) => filled<[number, number]>(weibull, read('shape'), read('scale', 1)),
  exp: (read) => exponential(read('rate', 1)),
  geom: (read) => geometric(read('prob')),
  lnorm: (read) => logNormal(read('meanlog', 0), read('sdlog', 1)),
  unif: (read) => uniform(read('min', 0), read('max', 1)),
  logis: (read) => logistic(read('location', 0), read('scale', 1)),
  cauchy: (read) => cauchy(read('location', 0), read('scale', 1)),
};

const FUNCTIONS: Readonly<Record<string, (read: Read) => number>> = {
  lgamma: (read) => logGamma(read('x')),
  gamma: (read) => gammaFunction(read('x')),
  digamma: (read) => digamma(read('x')),
  trigamma: (read) => trigamma(read('x')),
  lbeta: (read) => logBeta(read('a'), read('b')),
  beta: (read) => Math.exp(logBeta(read('a'), read('b'))),
  lchoose: (read) => logChoose(read('n'), read('k')),
  choose: (read) => choose(read('n'), read('k')),
  lfactorial: (read) => logGamma(read('x') + 1),
  factorial: (read) => gammaFunction(read('x') + 1),
};
