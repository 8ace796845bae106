import { normal } from '#standards/statistics';
import {
  baselineHazards,
  type CoxData,
  type CoxFit,
  type CoxOptions,
  coxConcordance,
  fitCox,
  LIMIT_SCALES,
  martingaleResiduals,
  predictedCurves,
  proportionalityTests,
  robustCovariance,
  survivalLimits,
  TIME_SCALES,
  type TimeScale,
  waldP,
  waldTest,
} from '#standards/survival';
import type { Input } from './input.ts';
import { type Levels, Rows, readObservations } from './survival-rows.ts';

const MODEL_INPUT = [
  'start',
  'time',
  'status',
  'X',
  'colnames',
  'strata',
  'weights',
  'offset',
  'cluster',
  'robust',
  'ties',
  'init',
  'iterMax',
  'eps',
];

/** R's coxph(Surv(start, time, status) ~ X + strata + offset, weights, cluster, ties) with its summary, residuals, basehaz, cox.zph and concordance. */
export function cox(input: Input): object {
  input.only([...MODEL_INPUT, 'confInt', 'zph']);
  const model = readModel(input);
  const { fit, strata, covariance, naive } = model;
  const { coefficients, logLikelihood, df } = fit;
  const se = covariance.map((row, at) => Math.sqrt(row[at]!));
  const z = Array.from(coefficients, (value, at) => value / se[at]!);
  const reach = normal.quantile(
    (1 + input.field('confInt').or(0.95, (level) => level.number({ above: 0, below: 1 }))) / 2,
  );
  const initial = input.field('init').or(undefined, (list) => list.numbers());
  return {
    coef: coefficients,
    expCoef: coefficients.map(Math.exp),
    se,
    naiveSe: naive === undefined ? null : naive.map((row, at) => Math.sqrt(row[at]!)),
    z,
    p: z.map(waldP),
    ciLo: coefficients.map((value, at) => Math.exp(value - reach * se[at]!)),
    ciHi: coefficients.map((value, at) => Math.exp(value + reach * se[at]!)),
    loglik: logLikelihood,
    lrTest: -2 * (logLikelihood[0] - logLikelihood[1]),
    scoreTest: fit.scoreTest,
    // As R's summary shows it.
    waldTest: Math.round(100 * waldTest(coefficients, covariance, initial)) / 100,
    df,
    ...describeConcordance(model),
    var: covariance,
    martingaleHead: martingaleResiduals(fit).slice(0, 25),
    ...describeProportionality(model, input),
    ...(fit.ties === 'exact' ? {} : { basehaz: describeBaseline(fit, strata) }),
  };
}

interface Model {
  fit: CoxFit;
  strata: Levels | undefined;
  cluster: Levels | undefined;
  covariance: readonly Float64Array[];
  /** Where the covariance is a robust one, that of the likelihood. */
  naive: readonly Float64Array[] | undefined;
}

function readModel(input: Input): Model {
  const rows = Rows.of(input);
  const [readRows, columns, offset] = [readObservations(rows, input), rows.columns('X'), rows.numbers('offset')];
  const [readStrata, readCluster] = [rows.levels('strata'), rows.levels('cluster')];
  if (columns === undefined) throw input.field('X').wrong('a list is expected');
  const strata = readStrata?.();
  const cluster = readCluster?.();
  const data: CoxData = {
    ...readRows(),
    covariates: columns(),
    ...(strata === undefined ? {} : { strata }),
    ...(offset === undefined ? {} : { offset: offset() }),
  };
  const width = data.covariates.length;
  const fit = fitCox(data, readOptions(input, width));
  const hasParts = data.weights?.some((weight) => weight !== Math.floor(weight)) === true;
  const isRobust = input.field('robust').or(cluster !== undefined || hasParts, (flag) => flag.flag());
  if (!isRobust) return { fit, strata, cluster, covariance: fit.covariance, naive: undefined };
  if (input.has('robust') && cluster === undefined && data.start !== undefined)
    throw input.field('cluster').wrong('which rows are of one subject must be told');
  const each = { codes: Uint32Array.from(data.time.keys()), count: data.time.length };
  return { fit, strata, cluster, covariance: robustCovariance(fit, cluster ?? each), naive: fit.covariance };
}

function readOptions(input: Input, width: number): CoxOptions {
  return {
    ties: input.field('ties').or('efron' as const, (ties) => ties.choice(TIES)),
    ...input.field('init').or({}, (list) => ({ initial: list.numbers({ length: width }) })),
    ...input.field('iterMax').or({}, (most) => ({ mostIterations: most.whole({ least: 0 }) })),
    ...input.field('eps').or({}, (eps) => ({ tolerance: eps.number({ above: 0 }) })),
  };
}

function describeConcordance({ fit, cluster }: Model): object {
  const found = coxConcordance(fit, cluster);
  return { concordance: found.concordance, concordanceSe: found.standardError };
}

const TIES = ['efron', 'breslow', 'exact'] as const;

const SHOWN_AS: Record<TimeScale, string> = {
  km: 'zphKm',
  identity: 'zphIdentity',
  rank: 'zphRank',
  log: 'zphLog',
};

/** On the survival's scale where nothing else is asked for; then not for exact ties and clusters, which it does not know of. */
function describeProportionality({ fit, cluster }: Model, input: Input): object {
  const usual: TimeScale[] = fit.ties === 'exact' || cluster !== undefined ? [] : ['km'];
  const scales = input.field('zph').or(usual, (list) => list.items().map((item) => item.choice(TIME_SCALES)));
  return Object.fromEntries(
    scales.map((scale) => {
      const tests = proportionalityTests(fit, scale);
      const table = {
        chisq: tests.map((test) => test.chiSquare),
        df: tests.map((test) => test.df),
        p: tests.map((test) => test.p),
      };
      return [SHOWN_AS[scale], table];
    }),
  );
}

/** How many of the times are shown. */
const SHOWN = 25;

function describeBaseline(fit: CoxFit, strata: Levels | undefined): object {
  const all = baselineHazards(fit).flatMap(({ time, hazard }, stratum) =>
    Array.from(time, (now, k) => ({ time: now, hazard: hazard[k]!, stratum })),
  );
  const shown = Array.from({ length: Math.min(SHOWN, all.length) }, (_, k) => {
    const at = all.length <= SHOWN ? k : roundHalfToEven((k * (all.length - 1)) / (SHOWN - 1));
    return all[at]!;
  });
  return {
    time: shown.map(({ time }) => time),
    hazard: shown.map(({ hazard }) => hazard),
    strata: strata === undefined ? null : shown.map(({ stratum }) => strata.names[stratum]!),
  };
}

function roundHalfToEven(place: number): number {
  const [floor, part] = [Math.floor(place), place % 1];
  if (part !== 0.5) return Math.round(place);
  // Places count from 1 in R.
  return (floor + 1) % 2 === 0 ? floor : floor + 1;
}

/** R's survfit(coxph(...), newdata): what the model expects of new subjects, at times that are reached. */
export function coxPredict(input: Input): object {
  input.only([...MODEL_INPUT, 'newX', 'newOffset', 'at', 'confType', 'confInt']);
  const { fit, strata, covariance } = readModel(input);
  const width = fit.coefficients.length;
  const subjects = input
    .field('newX')
    .items({ least: 1 })
    .map((row) => {
      const values = Array.isArray(row.value) ? row.numbers({ length: width }) : [row.number()];
      if (values.length !== width) throw row.wrong('a value for each covariate is expected', { covariates: width });
      return values;
    });
  const columns = Array.from({ length: width }, (_, i) => Float64Array.from(subjects, (values) => values[i]!));
  const offset = input.field('newOffset').or({}, (list) => ({
    offset: Float64Array.from(list.numbers({ length: subjects.length })),
  }));
  const scale = input.field('confType').or('log-log', (type) => type.choice(LIMIT_SCALES));
  const confidence = input.field('confInt').or(0.95, (level) => level.number({ above: 0, below: 1 }));
  const times = [...input.field('at').numbers()].sort((a, b) => a - b);
  const answer = { surv: [] as number[][], stdErr: [] as number[][], lower: [] as number[][], upper: [] as number[][] };
  const shown: { stratum: string; time: number }[] = [];
  for (const [stratum, { time, survival, logError }] of predictedCurves(fit, columns, {
    covariance,
    ...offset,
  }).entries()) {
    const limits = survival.map((curve, subject) => survivalLimits(curve, logError[subject]!, { scale, confidence }));
    for (const now of times) {
      if (now > time.at(-1)!) continue;
      const last = time.findLastIndex((step) => step <= now);
      shown.push({ stratum: strata?.names[stratum] ?? '', time: now });
      answer.surv.push(survival.map((curve) => curve[last] ?? 1));
      answer.stdErr.push(survival.map((curve, subject) => (last < 0 ? 0 : curve[last]! * logError[subject]![last]!)));
      answer.lower.push(limits.map(({ lower }) => lower[last] ?? 1));
      answer.upper.push(limits.map(({ upper }) => upper[last] ?? 1));
    }
  }
  if (strata === undefined) return answer;
  return { ...answer, times: shown.map(({ time }) => time), strata: shown.map(({ stratum }) => stratum) };
}

/** R's coxph(Surv(time, event == k) ~ X) for each kind of event k: other events are censored. */
export function causeSpecific(input: Input): object {
  input.only(['start', 'time', 'event', 'X', 'colnames', 'strata', 'weights', 'ties', 'causes']);
  const rows = Rows.of(input);
  const [time, codes, columns] = [rows.must('time'), rows.codes('event'), rows.columns('X')];
  const [start, weights, strata] = [rows.numbers('start'), rows.numbers('weights'), rows.levels('strata')];
  if (columns === undefined) throw input.field('X').wrong('a list is expected');
  const kinds = codes();
  const causes = input.field('causes').or(
    [...new Set(kinds)].filter((kind) => kind !== 0).sort((a, b) => a - b),
    (list) => list.wholes({ least: 1 }),
  );
  if (causes.length === 0) throw input.field('event').wrong('there is no event');
  const ties = input.field('ties').or('efron' as const, (each) => each.choice(TIES));
  const data = {
    time: time(),
    covariates: columns(),
    ...(start === undefined ? {} : { start: start() }),
    ...(weights === undefined ? {} : { weights: weights() }),
    ...(strata === undefined ? {} : { strata: strata() }),
  };
  return causes.map((cause) => {
    const { coefficients, covariance } = fitCox(
      { ...data, event: Uint8Array.from(kinds, (kind) => Number(kind === cause)) },
      { ties },
    );
    const se = covariance.map((row, at) => Math.sqrt(row[at]!));
    return { coef: coefficients, se, p: Array.from(coefficients, (value, at) => waldP(value / se[at]!)) };
  });
}
