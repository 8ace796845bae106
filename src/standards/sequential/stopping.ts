import { beta, gamma } from '../statistics/index.ts';

/** Stop as soon as it is as probable as `certainty` that the rate is above `limit`. */
export interface StoppingRule {
  /** What is held beforehand: of patients, as if so many events and so many others had been seen; of exposure, as if so many events in so much of it. */
  prior: { events: number; rest: number };
  limit: number;
  certainty: number;
}

/**
 * The posterior probability that the share of patients with the event is above the limit.
 *
 * @throws RangeError for a prior that is not above 0, a limit or certainty outside 0 to 1, or more events than patients
 *
 * Source: Thall and Simon, Biometrics 1994;50:337-349: binomial outcomes with a beta prior, conjugate, so exact.
 */
export function shareExceedance(rule: StoppingRule, events: number, patients: number): number {
  checkRule(rule);
  if (!(rule.limit < 1)) throw new RangeError('the limit of a share must be below 1');
  if (!(events >= 0 && events <= patients)) throw new RangeError('the events must be from 0 to the patients');
  return beta.cdf(rule.limit, rule.prior.events + events, rule.prior.rest + patients - events, { upper: true });
}

/**
 * The posterior probability that the rate per unit of exposure is above the limit: Poisson counts with a gamma prior.
 *
 * @param exposure in the unit of the limit, e.g. patient years, 0 or more
 */
export function rateExceedance(rule: StoppingRule, events: number, exposure: number): number {
  checkRule(rule);
  if (!(events >= 0 && exposure >= 0)) throw new RangeError('events and exposure must be 0 or more');
  return gamma.cdf(rule.limit, rule.prior.events + events, rule.prior.rest + exposure, { upper: true });
}

/** The fewest events after 1, 2, ... patients with which the surveillance stops; one more than the patients where it cannot. */
export function shareLimits(rule: StoppingRule, patients: number): number[] {
  const limits: number[] = [];
  let events = 0;
  for (let seen = 1; seen <= patients; seen += 1) {
    // The limit ascends with the patients, so the search goes on from the last one.
    while (events <= seen && shareExceedance(rule, events, seen) < rule.certainty) events += 1;
    limits.push(events);
  }
  return limits;
}

/** The longest exposure within which 1, 2, ... events stop the surveillance; 0 where so few never do. */
export function rateLimits(rule: StoppingRule, events: number): number[] {
  return Array.from({ length: events }, (_, at) => {
    const shape = rule.prior.events + at + 1;
    checkRule(rule);
    // P(rate > limit) falls with the exposure: it is `certainty` where the upper quantile is the limit.
    return Math.max(0, gamma.quantile(rule.certainty, shape, 1, { upper: true }) / rule.limit - rule.prior.rest);
  });
}

/** How a rule behaves under a true share: the chance that it stops by the last patient, and the patients treated until then. */
export function shareCharacteristics(
  rule: StoppingRule,
  patients: number,
  trueShare: number,
): { stops: number; expectedPatients: number; expectedEvents: number } {
  const limits = shareLimits(rule, patients);
  let chances = Float64Array.of(1);
  let [stops, expectedPatients] = [0, 0];
  for (const [at, limit] of limits.entries()) {
    const next = new Float64Array(chances.length + 1);
    for (const [events, chance] of chances.entries()) {
      next[events] = next[events]! + chance * (1 - trueShare);
      next[events + 1] = next[events + 1]! + chance * trueShare;
      expectedPatients += chance;
    }
    for (let events = limit; events < next.length; events += 1) stops += next[events]!;
    chances = next.subarray(0, Math.min(limit, at + 2));
  }
  return { stops, expectedPatients, expectedEvents: expectedPatients * trueShare };
}

function checkRule({ prior, limit, certainty }: StoppingRule): void {
  if (!(prior.events > 0 && prior.rest > 0)) throw new RangeError('the prior must be above 0');
  if (!(limit > 0)) throw new RangeError('the limit must be above 0');
  if (!(certainty > 0 && certainty < 1)) throw new RangeError('the certainty must be between 0 and 1');
}
