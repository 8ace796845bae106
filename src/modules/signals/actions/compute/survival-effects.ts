import {
  type Arms,
  adjustRestrictedMeans,
  type Contrast,
  compareRestrictedMeans,
  type Endpoints,
  type Estimate,
  latestRestriction,
  type RestrictedModel,
  type RestrictedScale,
  winRatio,
} from '#standards/survival';
import type { Input } from './input.ts';
import { Rows } from './survival-rows.ts';

/** R's survRM2::rmst2(time, status, arm, tau, covariates, alpha), adjusted where there are covariates. */
export function rmst(input: Input): object {
  input.only(['time', 'status', 'arm', 'tau', 'covariates', 'alpha']);
  const rows = Rows.of(input);
  const [time, event, arm] = [rows.must('time'), rows.events('status'), rows.codes('arm')];
  const covariates = rows.columns('covariates')?.();
  const arms: Arms = { time: time(), event: event(), arm: Uint8Array.from(readArm(arm(), input)) };
  if (arms.time.some((now) => !(now > 0))) throw input.field('time').wrong('times must be above 0');
  const tau = input.field('tau').or(undefined, (value) => value.number({ above: 0 })) ?? latestRestriction(arms);
  const confidence = 1 - input.field('alpha').or(0.05, (alpha) => alpha.number({ above: 0, below: 1 }));
  const { arms: means, difference, ratio, lostRatio } = compareRestrictedMeans(arms, tau, confidence);
  const [zero, one] = means;
  return {
    arm1: { rmst: listed(one.mean), rmtl: listed(one.lost) },
    arm0: { rmst: listed(zero.mean), rmtl: listed(zero.lost) },
    contrast: describeContrasts([difference, ratio, lostRatio]),
    ...(input.has('tau') ? {} : { tau }),
    ...(covariates === undefined ? {} : { adjusted: describeAdjusted(arms, covariates, tau, confidence) }),
  };
}

function readArm(arm: Uint32Array, input: Input): Uint32Array {
  if (arm.some((code) => code > 1)) throw input.field('arm').wrong('an arm is 1 or 0');
  return arm;
}

function listed({ value, standardError, lower, upper }: Estimate): number[] {
  return [value, standardError, lower, upper];
}

function describeContrasts(contrasts: readonly Contrast[]): object {
  return {
    rows: ['RMST (arm=1)-(arm=0)', 'RMST (arm=1)/(arm=0)', 'RMTL (arm=1)/(arm=0)'],
    est: contrasts.map(({ value }) => value),
    lo: contrasts.map(({ lower }) => lower),
    hi: contrasts.map(({ upper }) => upper),
    p: contrasts.map(({ p }) => p),
  };
}

function describeAdjusted(arms: Arms, covariates: readonly Float64Array[], tau: number, confidence: number): object {
  const model = (scale: RestrictedScale): RestrictedModel =>
    adjustRestrictedMeans(arms, covariates, tau, scale, confidence);
  const [difference, ratio, lostRatio] = [model('difference'), model('ratio'), model('lost-ratio')];
  const described = ({ coefficients, standardErrors }: RestrictedModel): object => ({
    coef: coefficients,
    se: standardErrors,
  });
  return {
    ...describeContrasts([difference.contrast, ratio.contrast, lostRatio.contrast]),
    differenceModel: described(difference),
    ratioModel: described(ratio),
  };
}

const RULE =
  'endpoint1 then endpoint2; later event wins if the other had its event earlier (strictly before, or at same time while own is censored); otherwise tie';

/** Win ratio of arm A over arm B: endpoints t1, e1, t2, e2, ... in order of importance. */
export function winratio(input: Input): object {
  input.only(['A', 'B', 'rule', 'alpha']);
  if (input.has('rule') && input.field('rule').text() !== RULE)
    throw input.field('rule').wrong('this rule is not known', { known: RULE });
  const confidence = 1 - input.field('alpha').or(0.05, (alpha) => alpha.number({ above: 0, below: 1 }));
  const found = winRatio(readEndpoints(input.field('A')), readEndpoints(input.field('B')), confidence);
  return {
    wins: found.wins,
    losses: found.losses,
    ties: found.ties,
    winsBy: found.winsBy,
    lossesBy: found.lossesBy,
    winRatio: found.ratio,
    winRatioCi: [found.lower, found.upper],
    seLogWinRatio: found.standardError,
    p: found.p,
    netBenefit: found.netBenefit,
    netBenefitSe: found.netBenefitError,
    winOdds: found.winOdds,
  };
}

function readEndpoints(arm: Input): Endpoints {
  const numbers = Array.from({ length: arm.names().length }, (_, at) => at + 1).filter((at) => arm.has(`t${at}`));
  arm.only(numbers.flatMap((at) => [`t${at}`, `e${at}`]));
  const rows = Rows.of(arm, 't1');
  const columns = numbers.map((at) => ({ times: rows.must(`t${at}`), events: rows.events(`e${at}`) }));
  return { times: columns.map(({ times }) => times()), events: columns.map(({ events }) => events()) };
}
