import { normal } from '#standards/statistics';
import {
  aalenJohansen,
  type CompetingRisks,
  cumulativeIncidences,
  fitFineGray,
  grayTests,
  incidenceAt,
  oneGroup,
} from '#standards/survival';
import type { Input } from './input.ts';
import { type Levels, Rows } from './survival-rows.ts';

/** R's cmprsk::cuminc(time, event, group, strata, rho, cencode) with its timepoints, and survfit's shares of the states with their other variance. */
export function cif(input: Input): object {
  input.only(['time', 'event', 'group', 'levels', 'strata', 'rho', 'cencode', 'at']);
  const rows = Rows.of(input);
  const [time, codes] = [rows.must('time'), rows.codes('event')];
  const [readGroup, readStrata] = [rows.levels('group'), rows.levels('strata')];
  const { causes, kind } = readKinds(codes(), input);
  const data = { time: time(), kind };
  const group = readGroup?.() ?? { ...oneGroup(data.time.length), names: ['1'] };
  const curves = cumulativeIncidences(data, causes.length, group).flatMap((ofCause, at) =>
    ofCause.map((curve, index) => ({ name: `${group.names[index]} ${causes[at]}`, curve })),
  );
  const times = input.field('at').or([] as number[], (at) => ascendingOnce(at.numbers()));
  const points = curves.map(({ curve }) => times.map((now) => incidenceAt(curve, now)));
  return {
    names: curves.map(({ name }) => name),
    est: points.map((row) => row.map(({ incidence }) => incidence)),
    var: points.map((row) => row.map(({ variance }) => variance)),
    curves: curves.map(({ name, curve }) => ({ name, time: curve.time, est: curve.incidence, var: curve.variance })),
    gray: group.count < 2 ? null : describeTests(data, causes, group, readStrata?.(), input),
    aalenJohansen: describeStates(data, causes.length, group, times),
  };
}

/** The events' codes, and each row's place among them from 1; 0 where it is censored. */
function readKinds(codes: Uint32Array, input: Input): { causes: number[]; kind: Uint32Array } {
  const censored = input.field('cencode').or(0, (code) => code.whole({ least: 0 }));
  const causes = ascendingOnce([...codes].filter((code) => code !== censored));
  if (causes.length === 0) throw input.field('event').wrong('there is no event');
  return { causes, kind: codes.map((code) => causes.indexOf(code) + 1) };
}

function ascendingOnce(values: readonly number[]): number[] {
  return [...new Set(values)].sort((a, b) => a - b);
}

function membersOf({ time, kind }: CompetingRisks, { codes }: Levels, which: number): CompetingRisks {
  return { time: time.filter((_, row) => codes[row] === which), kind: kind.filter((_, row) => codes[row] === which) };
}

function describeTests(
  data: CompetingRisks,
  causes: readonly number[],
  group: Levels,
  strata: Levels | undefined,
  input: Input,
): object {
  const rho = input.field('rho').or(0, (value) => value.number());
  const options = strata === undefined ? { rho } : { rho, strata };
  const tests = grayTests(data, causes.length, group, options);
  return {
    causes: causes.map(String),
    stat: tests.map(({ chiSquare }) => chiSquare),
    p: tests.map(({ p }) => p),
    df: tests.map(({ df }) => df),
  };
}

/** Each group's shares at the times that it reaches. */
function describeStates(data: CompetingRisks, kinds: number, group: Levels, times: readonly number[]): object {
  const shown = group.names.flatMap((name, at) => {
    const { time, share, standardError } = aalenJohansen(membersOf(data, group, at), kinds);
    return times
      .filter((now) => now <= time.at(-1)!)
      .map((now) => {
        const last = time.findLastIndex((step) => step <= now);
        return {
          stratum: `grp=${name}`,
          now,
          shares: share.map((values, state) => values[last] ?? Number(state === 0)),
          errors: standardError.map((values) => values[last] ?? 0),
        };
      });
  });
  return {
    strata: group.count < 2 ? null : shown.map(({ stratum }) => stratum),
    times: shown.map(({ now }) => now),
    pstate: shown.map(({ shares }) => shares),
    stdErr: shown.map(({ errors }) => errors),
  };
}

/** R's cmprsk::crr(time, event, X, cengroup, failcode, cencode, gtol, maxiter, init); its precision is that of the reference results, 1e-12, if not said. */
export function fineGray(input: Input): object {
  input.only(['time', 'event', 'X', 'colnames', 'cause', 'cencode', 'cengroup', 'gtol', 'maxiter', 'init', 'rCompat']);
  const rows = Rows.of(input);
  const [time, codes, columns, cengroup] = [
    rows.must('time'),
    rows.codes('event'),
    rows.columns('X'),
    rows.levels('cengroup'),
  ];
  if (columns === undefined) throw input.field('X').wrong('a list is expected');
  const events = codes();
  const cause = input.field('cause').or(1, (code) => code.whole({ least: 0 }));
  const censored = input.field('cencode').or(0, (code) => code.whole({ least: 0 }));
  if (cause === censored) throw input.field('cause').wrong('the code of the event is that of censoring');
  const kind = events.map((code) => (code === cause ? 1 : code === censored ? 0 : 2));
  const covariates = columns();
  const width = covariates.length;
  const censoring = cengroup?.();
  const { coefficients, covariance, logLikelihood, converged, baseline } = fitFineGray(
    { time: time(), kind, covariates, ...(censoring === undefined ? {} : { censoring }) },
    1,
    {
      tolerance: input.field('gtol').or(1e-12, (value) => value.number({ above: 0 })),
      mostIterations: input.field('maxiter').or(10, (most) => most.whole({ least: 0 })),
      rCompat: input.field('rCompat').or(true, (flag) => flag.flag()),
      ...input.field('init').or({}, (list) => ({ initial: list.numbers({ length: width }) })),
    },
  );
  const se = covariance.map((row, at) => Math.sqrt(row[at]!));
  return {
    coef: coefficients,
    se,
    p: Array.from(coefficients, (value, at) => 2 * normal.cdf(-Math.abs(value) / se[at]!)),
    loglik: logLikelihood[1],
    loglikNull: logLikelihood[0],
    converged,
    baseTime: baseline.time,
    baseJump: baseline.step,
  };
}
