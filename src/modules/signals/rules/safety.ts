import {
  type AlarmGround,
  type CriterionId,
  type MonitorEntry,
  SAFETY_CRITERIA,
  SAFETY_FALSE_DISCOVERY,
  SAFETY_LEAST_REPORTS,
  type SafetyLot,
  type SafetyPair,
} from '../model.ts';

type Measures = Pick<SafetyPair, 'n' | 'prr' | 'prrLow' | 'chi2Yates' | 'ic025' | 'ebgm' | 'eb05'>;

const CROSSES: Readonly<Record<CriterionId, (pair: Measures) => boolean>> = {
  ema: ({ n, prrLow }) => n >= 5 && isAtLeast(prrLow, 1),
  mhra: ({ n, ebgm, eb05 }) => n >= 3 && isAtLeast(eb05, 1.8) && isAtLeast(ebgm, 2.5),
  evans: ({ n, prr, chi2Yates }) => n >= 3 && isAtLeast(prr, 2) && isAtLeast(chi2Yates, 4),
  fda: ({ eb05 }) => isAtLeast(eb05, 2),
  umc: ({ ic025 }) => ic025 !== null && ic025 > 0,
};

function isAtLeast(value: number | null, least: number): boolean {
  return value !== null && value >= least;
}

/** The published thresholds that a pair crosses, each by itself. */
export function crossedBy(pair: Measures, isFitted: boolean): CriterionId[] {
  // A prior that is not of these reports shrinks by nothing they say.
  const known = isFitted ? pair : { ...pair, ebgm: null, eb05: null };
  return SAFETY_CRITERIA.filter(({ id }) => CROSSES[id](known)).map(({ id }) => id);
}

/** Whether a pair raises an alarm: it crosses a threshold, and is not what chance brings among so many pairs. */
export function raisesPair({ n, q, crossed }: Pick<SafetyPair, 'n' | 'q' | 'crossed'>): boolean {
  return crossed.length > 0 && n >= SAFETY_LEAST_REPORTS && q <= SAFETY_FALSE_DISCOVERY;
}

/** Whether a lot stands out from the product's other lots. */
export function raisesLot({ n, q, expected }: Pick<SafetyLot, 'n' | 'q' | 'expected'>): boolean {
  return n >= SAFETY_LEAST_REPORTS && n > expected && q <= SAFETY_FALSE_DISCOVERY;
}

/** What a pair's alarm rests on: each threshold with its source. */
export function pairGrounds(pair: SafetyPair, { first, last }: { first: string; last: string }): AlarmGround[] {
  return SAFETY_CRITERIA.filter(({ id }) => pair.crossed.includes(id)).map(({ id, name, text, source }) => ({
    method: id,
    rule: { name, text, source, falseDiscovery: SAFETY_FALSE_DISCOVERY, least: SAFETY_LEAST_REPORTS },
    first,
    last,
    cases: pair.n,
    expected: pair.expected,
    bound: null,
    p: pair.p,
    q: pair.q,
  }));
}

export function lotGround({ n, expected, p, q, first, last }: SafetyLot): AlarmGround {
  return {
    method: 'lot',
    rule: {
      name: 'Fisher',
      text: `one-sided exact, q ≤ ${SAFETY_FALSE_DISCOVERY}, n ≥ ${SAFETY_LEAST_REPORTS}`,
      source: 'the lot against the product’s other lots; Benjamini and Hochberg, J R Stat Soc B 1995;57:289',
    },
    first,
    last,
    cases: n,
    expected,
    bound: null,
    p,
    q,
  };
}

/** What stands of a plan's entries, with the events of each: those entered, else the reports received since the entry before. */
export function countedEntries(
  entries: readonly MonitorEntry[],
  days: readonly string[],
): { day: string; exposed: number; events: number; risk: number | null }[] {
  let from = 0;
  return entries
    .filter(({ struckWhy }) => struckWhy === null)
    .map(({ day, exposed, events, risk }) => {
      const first = from;
      while (from < days.length && days[from]! <= day) from += 1;
      return { day, exposed, risk, events: events ?? from - first };
    });
}
