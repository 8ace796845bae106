import {
  type BinomialPlan,
  binomialCriticalValue,
  binomialLimits,
  conditionalCriticalValue,
  type GroupPlan,
  type Inference,
  type PoissonPlan,
  poissonCriticalValue,
  poissonGroupCriticalValue,
  poissonGroupPerformance,
  poissonPath,
  poissonPerformance,
  poissonPerformanceAsInR,
  rateExceedance,
  rateLimits,
  riskAdjustedCusum,
  type StoppingRule,
  shareCharacteristics,
  shareExceedance,
  shareLimits,
} from '#standards/sequential';
import type { Input } from './input.ts';

/** R: Sequential::CV.Poisson, one row a call; groups as R's GroupSizes. */
export function poissonCv(input: Input): object {
  const solved = rows(input).map((row) => {
    row.only([...PLAN, 'alpha']);
    const alpha = alphaOf(row);
    if (groupsOf(row) === undefined) return poissonCriticalValue(planOf(row), alpha);
    return poissonGroupCriticalValue(groupPlanOf(row), alpha);
  });
  return { cv: solved.map((row) => row.criticalValue), typeI: solved.map((row) => row.level) };
}

/** `raw` is what R returns, a list of one number each; `limits` the count at each look from which on it signals. */
export function poissonGroupCv(input: Input): object {
  const solved = rows(input).map((row) =>
    poissonGroupCriticalValue(groupPlanOf(row.only([...PLAN, 'alpha'])), alphaOf(row)),
  );
  return {
    raw: solved.map((row) => [row.criticalValue]),
    cv: solved.map((row) => row.criticalValue),
    typeI: solved.map((row) => row.level),
    limits: solved.map((row) => row.limits),
  };
}

/** R: Sequential::Performance.Poisson. With D above 0 R times the first signals by formulas of its own; `rCompat` false gives the true times. */
export function poissonPower(input: Input): object {
  const solved = rows(input).map((row) => {
    row.only([...PLAN, 'cv', 'RR', 'rCompat']);
    const perform = row.field('rCompat').or(true, (value) => value.flag())
      ? poissonPerformanceAsInR
      : poissonPerformance;
    const criticalValue = row.field('cv').number({ above: 0 });
    const relativeRisk = row.field('RR').or(2, (value) => value.number({ least: 1 }));
    if (groupsOf(row) === undefined) return perform(planOf(row), criticalValue, relativeRisk);
    return poissonGroupPerformance(groupPlanOf(row), criticalValue, relativeRisk);
  });
  return {
    power: solved.map((row) => row.power),
    eSignalTime: solved.map((row) => row.signalTime),
    eSampleSize: solved.map((row) => row.length),
  };
}

/** R: Sequential::CV.Binomial. */
export function binomialCv(input: Input): object {
  const plans = rows(input).map((row) => ({ plan: binomialPlanOf(row), alpha: alphaOf(row) }));
  const solved = plans.map(({ plan, alpha }) => binomialCriticalValue(plan, alpha));
  return {
    cv: solved.map((row) => row.criticalValue),
    typeI: solved.map((row) => row.level),
    limits: solved.map((row, at) => binomialLimits(plans[at]!.plan, row.criticalValue).map(({ exposed }) => exposed)),
  };
}

/** R: Sequential::CV.CondPoisson; without `Inference` it is the fixtures' liberal, not R's exact. */
export function conditionalCv(input: Input): object {
  const solved = rows(input).map((row) => {
    row.only(['K', 'T', 'cc', 'M', 'D', 'alpha', 'Inference', 'StopType', 'Tailed']);
    upperOnly(row);
    const byTime = row.field('StopType').or(row.has('K') ? 'Cases' : 'Tal', (value) => value.choice(['Cases', 'Tal']));
    const plan = {
      historic: row.field('cc').whole({ least: 1 }),
      inference: row.field('Inference').or<Inference, Inference>('liberal', (value) => value.choice(INFERENCES)),
      end:
        byTime === 'Tal'
          ? { time: row.field('T').number({ above: 0 }) }
          : { events: row.field('K').whole({ least: 1 }) },
      leastEvents: leastEventsOf(row),
      firstLook: row.field('D').or(0, (value) => value.number({ least: 0 })),
    };
    return conditionalCriticalValue(plan, alphaOf(row));
  });
  return { cv: solved.map((row) => row.criticalValue), typeI: solved.map((row) => row.level) };
}

const INFERENCES = ['liberal', 'exact', 'conservative'] as const;

export function monitorPath(input: Input): object {
  input.only(['count', 'expected', 'cv', 'R', 'alpha', 'beta', 'confidence']);
  const count = input.field('count').wholes({ least: 0 });
  const share = { above: 0, below: 1 };
  const path = poissonPath(count, input.field('expected').numbers({ least: 0, length: count.length }), {
    criticalValue: input.field('cv').number({ above: 0 }),
    relativeRisk: input.field('R').or(2, (value) => value.number({ above: 0 })),
    alpha: input.field('alpha').or(0.05, (value) => value.number(share)),
    beta: input.field('beta').or(0.1, (value) => value.number(share)),
    confidence: input.field('confidence').or(0.95, (value) => value.number(share)),
  });
  return {
    llr: path.ratio,
    firstSignal1: oneBased(path.firstSignal),
    cusum: path.cusum,
    sprt: path.sprt,
    sprtUpper: path.sprtUpper,
    sprtLower: path.sprtLower,
    oe: path.observedOverExpected,
    oeLo: path.low,
    oeHi: path.high,
  };
}

export function riskAdjusted(input: Input): object {
  input.only(['y', 'p', 'R', 'R0', 'h']);
  const p = input.field('p').numbers({ above: 0, below: 1 });
  const y = input
    .field('y')
    .items({ least: p.length, most: p.length })
    .map((value) => (value.flag() ? 1 : 0));
  const path = riskAdjustedCusum(y, p, {
    oddsRatio: input.field('R').or(2, (value) => value.number({ above: 0 })),
    nullOddsRatio: input.field('R0').or(1, (value) => value.number({ above: 0 })),
    limit: input.field('h').number({ above: 0 }),
  });
  return { cusum: path.cusum, firstSignal1: oneBased(path.firstSignal), vlad: path.vlad, z: path.z };
}

/** Patients in their order, 1 for the event: the posterior probability after each that the share is above the limit, and how the rule behaves. */
export function betaBinomialStopping(input: Input): object {
  input.only(['y', 'prior', 'limit', 'certainty', 'patients', 'trueShare']);
  const rule = ruleOf(input, { below: 1 });
  const y = input.field('y').or([], (value) => value.items().map((each) => (each.flag() ? 1 : 0)));
  const patients = input.field('patients').or(y.length, (value) => value.whole({ least: 1, most: 2000 }));
  let events = 0;
  const probability = y.map((outcome, at) => {
    events += outcome;
    return shareExceedance(rule, events, at + 1);
  });
  const first = probability.findIndex((each) => each >= rule.certainty);
  const shares = input.field('trueShare').or([], (value) => value.numbers({ above: 0, below: 1 }));
  return {
    probability,
    firstStop1: oneBased(first < 0 ? undefined : first),
    limits: patients === 0 ? [] : shareLimits(rule, patients),
    characteristics: shares.map((trueShare) => ({ trueShare, ...shareCharacteristics(rule, patients, trueShare) })),
  };
}

/** Events and exposure of each period: the posterior probability after each that the rate is above the limit. */
export function gammaPoissonStopping(input: Input): object {
  input.only(['count', 'exposure', 'prior', 'limit', 'certainty', 'events']);
  const rule = ruleOf(input, {});
  const count = input.field('count').wholes({ least: 0 });
  const exposure = input.field('exposure').numbers({ least: 0, length: count.length });
  let [events, total] = [0, 0];
  const probability = count.map((each, at) => {
    events += each;
    total += exposure[at]!;
    return rateExceedance(rule, events, total);
  });
  const first = probability.findIndex((each) => each >= rule.certainty);
  const most = input.field('events').or(Math.max(10, events), (value) => value.whole({ least: 1, most: 10_000 }));
  return { probability, firstStop1: oneBased(first < 0 ? undefined : first), exposureLimits: rateLimits(rule, most) };
}

function ruleOf(input: Input, range: { below?: number }): StoppingRule {
  const prior = input.field('prior').only(['a', 'b']);
  return {
    prior: { events: prior.field('a').number({ above: 0 }), rest: prior.field('b').number({ above: 0 }) },
    limit: input.field('limit').number({ above: 0, ...range }),
    certainty: input.field('certainty').or(0.95, (value) => value.number({ above: 0, below: 1 })),
  };
}

const PLAN = ['T', 'SampleSize', 'groups', 'GroupSizes', 'D', 'M', 'Tailed'] as const;

function rows(input: Input): Input[] {
  return Array.isArray(input.value) ? input.items({ most: 10_000 }) : [input];
}

function alphaOf(row: Input): number {
  return row.field('alpha').or(0.05, (value) => value.number({ least: 1e-7, most: 0.5 }));
}

function leastEventsOf(row: Input): number {
  return row.field('M').or(1, (value) => value.whole({ least: 1, most: 100 }));
}

function planOf(row: Input): PoissonPlan {
  upperOnly(row);
  return {
    length: eitherOf(row, 'T', 'SampleSize').number({ above: 0 }),
    leastEvents: leastEventsOf(row),
    firstLook: row.field('D').or(0, (value) => value.number({ least: 0 })),
  };
}

function groupPlanOf(row: Input): GroupPlan {
  upperOnly(row);
  if (row.field('D').or(0, (value) => value.number()) !== 0)
    throw row.field('D').wrong('the groups say when the first look is: leave D out');
  const groups = eitherOf(row, 'groups', 'GroupSizes').numbers({ above: 0 });
  const length = eitherOf(row, 'T', 'SampleSize');
  const sum = groups.reduce((all, group) => all + group, 0);
  if (!length.isAbsent && Math.abs(length.number() - sum) > 1e-9 * sum)
    throw length.wrong('the groups must add up to it', { sum });
  return { groups, leastEvents: leastEventsOf(row) };
}

function groupsOf(row: Input): Input | undefined {
  const groups = eitherOf(row, 'groups', 'GroupSizes');
  return groups.isAbsent || groups.value === 'n' ? undefined : groups;
}

function binomialPlanOf(row: Input): BinomialPlan {
  row.only(['N', 'alpha', 'M', 'z', 'p', 'GroupSizes', 'groups', 'Tailed']);
  upperOnly(row);
  const z = row.field('z').or(undefined, (value) => value.number({ above: 0 }));
  const p = row.field('p').or(undefined, (value) => value.number({ above: 0, below: 1 }));
  if (z === undefined && p === undefined) throw row.field('z').wrong('z or p is needed');
  if (z !== undefined && p !== undefined && Math.abs(p - 1 / (1 + z)) > 1e-9)
    throw row.field('p').wrong('p must be 1 / (1 + z): leave one of them out');
  const events = row.field('N').whole({ least: 1 });
  const groups = binomialGroups(eitherOf(row, 'GroupSizes', 'groups'), events);
  const plan = { events, ratio: z ?? 1 / p! - 1, leastExposed: leastEventsOf(row) };
  return groups === undefined ? plan : { ...plan, groups };
}

/** One number is the size of every group, as R has it. */
function binomialGroups(given: Input, events: number): number[] | undefined {
  if (given.isAbsent) return undefined;
  if (Array.isArray(given.value) && given.value.length > 1) return given.wholes({ least: 1 });
  const size = Array.isArray(given.value) ? given.wholes({ least: 1 })[0]! : given.whole({ least: 1 });
  if (events % size !== 0) throw given.wrong('N must be a multiple of the group size', { N: events });
  return Array.from({ length: events / size }, () => size);
}

function upperOnly(row: Input): void {
  row.field('Tailed').or('upper', (value) => value.choice(['upper']));
}

function eitherOf(row: Input, one: string, other: string): Input {
  return row.has(one) ? row.field(one) : row.field(other);
}

function oneBased(at: number | undefined): number | undefined {
  return at === undefined ? undefined : at + 1;
}
