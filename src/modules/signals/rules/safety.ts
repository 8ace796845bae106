import { adjusted, hypergeometric } from '#standards/statistics';
import {
  type AlarmGround,
  type CriterionId,
  type MonitorEntry,
  SAFETY_CRITERIA,
  SAFETY_FALSE_DISCOVERY,
  SAFETY_LEAST_REPORTS,
  type SafetyChange,
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

/**
 * Whether a pair raises an alarm: it crosses a threshold, and is not what chance brings among so many pairs. What is listed is known: it raises
 * one only where it came more often lately than before.
 */
export function raisesPair(pair: Pick<SafetyPair, 'n' | 'q' | 'crossed' | 'isListed' | 'change'>): boolean {
  const { n, q, crossed, isListed, change } = pair;
  if (isListed) return change !== null && change.recent >= SAFETY_LEAST_REPORTS && change.q <= SAFETY_FALSE_DISCOVERY;
  return crossed.length > 0 && n >= SAFETY_LEAST_REPORTS && q <= SAFETY_FALSE_DISCOVERY;
}

/** What is lately: long enough for reports to come, short enough to act. */
export const RECENT_DAYS = 90;

interface Line {
  report: string;
  product: string;
  reaction: string;
  day: string;
}

/**
 * Whether listed reactions make up more of their product's reports lately than before: Fisher's exact test to one side, corrected for all listed pairs.
 *
 * Source: as for lots; Benjamini and Hochberg, J R Stat Soc B 1995;57:289.
 *
 * @param rows  by report: lines of one report stand together
 * @param since the first day of lately
 */
export function changesOf(
  rows: readonly Line[],
  listed: readonly { product: string; reaction: string }[],
  since: string,
): Map<string, SafetyChange> {
  const before = countOf(rows.filter(({ day }) => day < since));
  const recent = countOf(rows.filter(({ day }) => day >= since));
  const found = listed.flatMap(({ product, reaction }) => {
    const key = pairKey(product, reaction);
    const [one, other] = [before.pairs.get(key) ?? 0, recent.pairs.get(key) ?? 0];
    const [beforeAll, recentAll] = [before.products.get(product) ?? 0, recent.products.get(product) ?? 0];
    if (beforeAll === 0 || recentAll === 0) return [];
    const named = one + other;
    const without = beforeAll + recentAll - named;
    const p = other === 0 ? 1 : hypergeometric.cdf(other - 1, named, without, recentAll, { upper: true });
    return [{ key, change: { recent: other, recentAll, before: one, beforeAll, p } }];
  });
  const q = adjusted.benjaminiHochberg(found.map(({ change }) => change.p));
  return new Map(found.map(({ key, change }, at) => [key, { ...change, q: q[at]! }]));
}

/** Reports of each product and of each pair. */
function countOf(rows: readonly Line[]): { products: Map<string, number>; pairs: Map<string, number> } {
  const [products, pairs] = [new Map<string, number>(), new Map<string, number>()];
  const add = (to: Map<string, number>, key: string): void => void to.set(key, (to.get(key) ?? 0) + 1);
  let [report, seen] = ['', new Set<string>()];
  for (const row of rows) {
    if (row.report !== report) [report, seen] = [row.report, new Set()];
    if (!seen.has(row.product)) add(products, row.product);
    seen.add(row.product);
    add(pairs, pairKey(row.product, row.reaction));
  }
  return { products, pairs };
}

function pairKey(product: string, reaction: string): string {
  return `${product}/${reaction}`;
}

/** Whether a lot stands out from the product's other lots. */
export function raisesLot({ n, q, expected }: Pick<SafetyLot, 'n' | 'q' | 'expected'>): boolean {
  return n >= SAFETY_LEAST_REPORTS && n > expected && q <= SAFETY_FALSE_DISCOVERY;
}

/** What a pair's alarm rests on: each threshold with its source. */
export function pairGrounds(pair: SafetyPair, { first, last }: { first: string; last: string }): AlarmGround[] {
  if (pair.change !== null) return [changeGround(pair.change, { first, last })];
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

function changeGround(
  { recent, recentAll, before, beforeAll, p, q }: SafetyChange,
  { first, last }: { first: string; last: string },
): AlarmGround {
  return {
    method: 'listed-change',
    rule: {
      name: 'Listed, but more than before',
      text: `${recent} of ${recentAll} in ${RECENT_DAYS} days against ${before} of ${beforeAll} before, q ≤ ${SAFETY_FALSE_DISCOVERY}`,
      source:
        'one-sided exact test of Fisher among the product’s reports; Benjamini and Hochberg, J R Stat Soc B 1995;57:289',
    },
    first,
    last,
    cases: recent,
    expected: (before / beforeAll) * recentAll,
    bound: null,
    p,
    q,
  };
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
