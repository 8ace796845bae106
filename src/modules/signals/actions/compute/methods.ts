import { Problem } from '#kernel/problem';
import type { Input } from './input.ts';

/** Reads what it is given and computes; `undefined`, NaN and infinities in its answer are the printer's concern. */
export type Method = (input: Input) => unknown;

/** Each is loaded when it is asked for. */
const METHODS: Readonly<Record<string, () => Promise<Method>>> = {
  ancova: async () => (await import('./efficacy.ts')).ancova,
  backproj: async () => (await import('./epidemic.ts')).backproj,
  bayes: async () => (await import('./series.ts')).bayes,
  binomcusum: async () => (await import('./series.ts')).binomcusum,
  causespecific: async () => (await import('./survival-cox.ts')).causeSpecific,
  cdc: async () => (await import('./series.ts')).cdc,
  cif: async () => (await import('./survival-competing.ts')).cif,
  'cmaxsprt-condpoisson-cv': async () => (await import('./sequential.ts')).conditionalCv,
  cmh: async () => (await import('./rates.ts')).cmh,
  composite: async () => (await import('./efficacy.ts')).composite,
  cox: async () => (await import('./survival-cox.ts')).cox,
  'cox-predict': async () => (await import('./survival-cox.ts')).coxPredict,
  cusum: async () => (await import('./series.ts')).cusum,
  'discrete-serial-interval': async () => (await import('./epidemic.ts')).discreteSerialIntervals,
  disproportionality: async () => (await import('./safety.ts')).disproportionality,
  distributions: async () => (await import('./distributions.ts')).distributions,
  duplicates: async () => (await import('./duplicates.ts')).duplicates,
  ears: async () => (await import('./series.ts')).ears,
  ebgm: async () => (await import('./safety.ts')).ebgm,
  'ebgm-prior': async () => (await import('./safety.ts')).ebgmPrior,
  'epidemic-curve': async () => (await import('./epidemic.ts')).epidemicCurve,
  'essence-ewma': async () => (await import('./series-essence.ts')).essenceEwma,
  'essence-nbinom': async () => (await import('./series-essence.ts')).essenceNbinom,
  'essence-regression': async () => (await import('./series-essence.ts')).essenceRegression,
  'essence-serfling': async () => (await import('./series-essence.ts')).essenceSerfling,
  'essence-switch': async () => (await import('./series-essence.ts')).essenceSwitch,
  farrington: async () => (await import('./series-farrington.ts')).farrington,
  'farrington-classic': async () => (await import('./series-farrington.ts')).farringtonOriginal,
  finegray: async () => (await import('./survival-competing.ts')).fineGray,
  gee: async () => (await import('./repeated-measures.ts')).gee,
  glm: async () => (await import('./models.ts')).glm,
  'glm-nb': async () => (await import('./models.ts')).glmNb,
  glrnb: async () => (await import('./series-ratio.ts')).glrnb,
  glrpois: async () => (await import('./series-ratio.ts')).glrpois,
  'growth-rate': async () => (await import('./epidemic.ts')).growthRate,
  hhh4: async () => (await import('./endemic-epidemic.ts')).hhh4,
  dimensions: async () => (await import('./study-effects.ts')).dimensions,
  'missing-outcome': async () => (await import('./study-effects.ts')).missingOutcome,
  responders: async () => (await import('./study-effects.ts')).responders,
  subgroups: async () => (await import('./study-effects.ts')).subgroups,
  'iptw-cox': async () => (await import('./propensity.ts')).iptwCox,
  iptw: async () => (await import('./propensity.ts')).iptw,
  km: async () => (await import('./survival.ts')).km,
  knox: async () => (await import('./clusters.ts')).knox,
  lmm: async () => (await import('./repeated-measures.ts')).lmm,
  logrank: async () => (await import('./survival.ts')).logrank,
  lrnb: async () => (await import('./series-ratio.ts')).glrnb,
  lrpois: async () => (await import('./series-ratio.ts')).glrpois,
  match: async () => (await import('./propensity.ts')).match,
  'maxsprt-binomial-cv': async () => (await import('./sequential.ts')).binomialCv,
  'maxsprt-poisson-cv': async () => (await import('./sequential.ts')).poissonCv,
  'maxsprt-poisson-group-cv': async () => (await import('./sequential.ts')).poissonGroupCv,
  'maxsprt-poisson-performance': async () => (await import('./sequential.ts')).poissonPower,
  mmrm: async () => (await import('./repeated-measures.ts')).mmrm,
  'monitor-poisson-path': async () => (await import('./sequential.ts')).monitorPath,
  multiplicity: async () => (await import('./rates.ts')).multiplicity,
  nowcast: async () => (await import('./epidemic.ts')).nowcast,
  'onset-summary': async () => (await import('./onset.ts')).onsetSummary,
  'outbreak-p': async () => (await import('./series.ts')).outbreakP,
  'pv-counts': async () => (await import('./safety.ts')).pvCounts,
  'pv-masking': async () => (await import('./safety-screen.ts')).pvMasking,
  'pv-over-time': async () => (await import('./safety-screen.ts')).pvOverTime,
  'pv-screen': async () => (await import('./safety-screen.ts')).pvScreen,
  'pv-squash': async () => (await import('./safety.ts')).pvSquash,
  'rates-direct-standardised': async () => (await import('./rates.ts')).standardisedRate,
  'rates-mcnemar': async () => (await import('./rates.ts')).mcnemar,
  'rates-single-ci': async () => (await import('./rates.ts')).singleRates,
  'rates-two-sample': async () => (await import('./rates.ts')).twoRates,
  'risk-adjusted-cusum': async () => (await import('./sequential.ts')).riskAdjusted,
  rki: async () => (await import('./series.ts')).rki,
  rmst: async () => (await import('./survival-effects.ts')).rmst,
  rt: async () => (await import('./epidemic.ts')).rt,
  'safety-lots': async () => (await import('./safety-desk.ts')).safetyLots,
  'safety-pairs': async () => (await import('./safety-desk.ts')).safetyPairs,
  'scan-bernoulli': async () => (await import('./scans.ts')).scanCasesAndControls,
  'scan-besagnewell': async () => (await import('./scans.ts')).scanBesagNewellAreas,
  'scan-ebnegbin': async () => (await import('./scans.ts')).scanExpectedNegativeBinomial,
  'scan-ebpoisson': async () => (await import('./scans.ts')).scanExpectedPoisson,
  'scan-kulldorff': async () => (await import('./scans.ts')).scanKulldorff,
  'scan-pbpoisson': async () => (await import('./scans.ts')).scanPopulationPoisson,
  'scan-permutation': async () => (await import('./scans.ts')).scanZonesByPermutation,
  'scan-stp': async () => (await import('./scans.ts')).scanSpaceTimePermutation,
  'scan-stpoisson': async () => (await import('./scans.ts')).scanSpaceTimeExpected,
  stcd: async () => (await import('./clusters.ts')).stcd,
  'stopping-beta-binomial': async () => (await import('./sequential.ts')).betaBinomialStopping,
  'stopping-gamma-poisson': async () => (await import('./sequential.ts')).gammaPoissonStopping,
  'stratified-odds': async () => (await import('./safety-screen.ts')).stratifiedReporting,
  twosample: async () => (await import('./rates.ts')).twoSample,
  'wallinga-teunis': async () => (await import('./epidemic.ts')).wallingaTeunis,
  'watch-scan': async () => (await import('./watch.ts')).watchScan,
  'watch-series': async () => (await import('./watch.ts')).watchSeries,
  weibull: async () => (await import('./onset.ts')).weibull,
  winratio: async () => (await import('./survival-effects.ts')).winratio,
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
