import { Problem } from '#kernel/problem';
import type { Input } from './input.ts';

/** Reads what it is given and computes; `undefined`, NaN and infinities in its answer are the printer's concern. */
export type Method = (input: Input) => unknown;

/** Each is loaded when it is asked for. */
const METHODS: Readonly<Record<string, () => Promise<Method>>> = {
  'cmaxsprt-condpoisson-cv': async () => (await import('./sequential.ts')).conditionalCv,
  'cox-predict': async () => (await import('./survival-cox.ts')).coxPredict,
  distributions: async () => (await import('./distributions.ts')).distributions,
  'glm-nb': async () => (await import('./models.ts')).glmNb,
  glm: async () => (await import('./models.ts')).glm,
  'maxsprt-binomial-cv': async () => (await import('./sequential.ts')).binomialCv,
  'maxsprt-poisson-cv': async () => (await import('./sequential.ts')).poissonCv,
  'maxsprt-poisson-group-cv': async () => (await import('./sequential.ts')).poissonGroupCv,
  'maxsprt-poisson-performance': async () => (await import('./sequential.ts')).poissonPower,
  'monitor-poisson-path': async () => (await import('./sequential.ts')).monitorPath,
  'risk-adjusted-cusum': async () => (await import('./sequential.ts')).riskAdjusted,
  'scan-bernoulli': async () => (await import('./scans.ts')).scanCasesAndControls,
  'scan-besagnewell': async () => (await import('./scans.ts')).scanBesagNewellAreas,
  'scan-ebnegbin': async () => (await import('./scans.ts')).scanExpectedNegativeBinomial,
  'scan-ebpoisson': async () => (await import('./scans.ts')).scanExpectedPoisson,
  'scan-kulldorff': async () => (await import('./scans.ts')).scanKulldorff,
  'scan-pbpoisson': async () => (await import('./scans.ts')).scanPopulationPoisson,
  'scan-permutation': async () => (await import('./scans.ts')).scanZonesByPermutation,
  'scan-stp': async () => (await import('./scans.ts')).scanSpaceTimePermutation,
  'scan-stpoisson': async () => (await import('./scans.ts')).scanSpaceTimeExpected,
  'stopping-beta-binomial': async () => (await import('./sequential.ts')).betaBinomialStopping,
  'stopping-gamma-poisson': async () => (await import('./sequential.ts')).gammaPoissonStopping,
  cif: async () => (await import('./survival-competing.ts')).cif,
  finegray: async () => (await import('./survival-competing.ts')).fineGray,
  rmst: async () => (await import('./survival-effects.ts')).rmst,
  winratio: async () => (await import('./survival-effects.ts')).winratio,
  causespecific: async () => (await import('./survival-cox.ts')).causeSpecific,
  cox: async () => (await import('./survival-cox.ts')).cox,
  km: async () => (await import('./survival.ts')).km,
  logrank: async () => (await import('./survival.ts')).logrank,
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
