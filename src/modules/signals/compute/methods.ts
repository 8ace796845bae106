import { Problem } from '#kernel/problem';
import type { Input } from './input.ts';

/** Reads what it is given and computes; `undefined`, NaN and infinities in its answer are the printer's concern. */
export type Method = (input: Input) => unknown;

/** Each is loaded when it is asked for. */
const METHODS: Readonly<Record<string, () => Promise<Method>>> = {
  bayes: async () => (await import('./series.ts')).bayes,
  binomcusum: async () => (await import('./series.ts')).binomcusum,
  cdc: async () => (await import('./series.ts')).cdc,
  cusum: async () => (await import('./series.ts')).cusum,
  'essence-ewma': async () => (await import('./series-essence.ts')).essenceEwma,
  'essence-nbinom': async () => (await import('./series-essence.ts')).essenceNbinom,
  'essence-regression': async () => (await import('./series-essence.ts')).essenceRegression,
  'essence-serfling': async () => (await import('./series-essence.ts')).essenceSerfling,
  'essence-switch': async () => (await import('./series-essence.ts')).essenceSwitch,
  ears: async () => (await import('./series.ts')).ears,
  farrington: async () => (await import('./series-farrington.ts')).farrington,
  'farrington-classic': async () => (await import('./series-farrington.ts')).farringtonOriginal,
  glrnb: async () => (await import('./series-ratio.ts')).glrnb,
  glrpois: async () => (await import('./series-ratio.ts')).glrpois,
  lrnb: async () => (await import('./series-ratio.ts')).glrnb,
  lrpois: async () => (await import('./series-ratio.ts')).glrpois,
  'outbreak-p': async () => (await import('./series.ts')).outbreakP,
  rki: async () => (await import('./series.ts')).rki,
  glm: async () => (await import('./models.ts')).glm,
  'cmaxsprt-condpoisson-cv': async () => (await import('./sequential.ts')).conditionalCv,
  'maxsprt-binomial-cv': async () => (await import('./sequential.ts')).binomialCv,
  'maxsprt-poisson-cv': async () => (await import('./sequential.ts')).poissonCv,
  'maxsprt-poisson-group-cv': async () => (await import('./sequential.ts')).poissonGroupCv,
  'maxsprt-poisson-performance': async () => (await import('./sequential.ts')).poissonPower,
  'monitor-poisson-path': async () => (await import('./sequential.ts')).monitorPath,
  'stopping-beta-binomial': async () => (await import('./sequential.ts')).betaBinomialStopping,
  'stopping-gamma-poisson': async () => (await import('./sequential.ts')).gammaPoissonStopping,
  'risk-adjusted-cusum': async () => (await import('./sequential.ts')).riskAdjusted,
};

export function methodNames(): string[] {
  return Object.keys(METHODS).sort();
}

/** @throws Problem `not-found`; the method itself throws `invalid` for a wrong input and `unprocessable` for data that it cannot answer from */
export async function findMethod(name: string): Promise<Method> {
  const load = Object.hasOwn(METHODS, name) ? METHODS[name] : undefined;
  if (load === undefined) throw new Problem('not-found', 'there is no such method', { method: name });
  const method = await load();
  return (input) => {
    try {
      return method(input);
    } catch (error) {
      // So the statistics refuse data, which know no Problem.
      if (error instanceof RangeError) throw new Problem('unprocessable', error.message, {}, { cause: error });
      throw error;
    }
  };
}
