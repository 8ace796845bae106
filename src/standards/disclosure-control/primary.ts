/** What must not be told of a cell, and why. */
export type PrimaryRule =
  /** Fewer persons than `least`, and at least one. */
  | { rule: 'frequency'; least: number }
  /** The `n` largest make more than `percent` of the sum. */
  | { rule: 'dominance'; n: number; percent: number }
  /** What the two largest leave is less than `percent` of the largest: the second knows the first too well. */
  | { rule: 'p-percent'; percent: number }
  /** As p-percent, where everybody knows everybody else to within `prior` percent beforehand. */
  | { rule: 'pq'; percent: number; prior: number };

/** How far an attacker's interval must reach below and above the true value, and how wide it must be. */
export interface Protection {
  lower: number;
  upper: number;
  width: number;
}

export interface Contributions {
  count: number;
  /** Of the sum of a magnitude table. */
  sum: number;
  /** The largest, in descending order; as many as the rule needs, or all there are. */
  largest: readonly number[];
}

/**
 * Whether a rule forbids to tell a cell, and how well the cell must then be hidden; undefined where it may be told.
 *
 * Source: Hundepool et al., Statistical Disclosure Control, Wiley 2012, tables 4.2 (rules) and 4.4 (upper protection levels). For frequencies, where the book asks
 * for any choice that is wide enough: the interval reaches `least` and is as wide, so that nobody can tell that the cell is small.
 *
 * @throws RangeError for contributions below 0, of which the rules on magnitudes say nothing
 */
export function primary(rule: PrimaryRule, cell: Contributions): Protection | undefined {
  if (cell.count === 0) return undefined;
  if (rule.rule === 'frequency') {
    if (cell.count >= rule.least) return undefined;
    return { lower: 1, upper: rule.least - cell.count, width: rule.least };
  }
  if (cell.sum < 0 || cell.largest.some((value) => value < 0))
    throw new RangeError('a contribution is below 0: sums of such values cannot be judged');
  const [first = 0, second = 0] = cell.largest;
  const rest = cell.sum - first - second;
  switch (rule.rule) {
    case 'dominance': {
      const top = cell.largest.slice(0, rule.n).reduce((sum, value) => sum + value, 0);
      if (!(top > (rule.percent / 100) * cell.sum)) return undefined;
      return upTo((100 / rule.percent) * top - cell.sum);
    }
    case 'p-percent':
      if (!(rest < (rule.percent / 100) * first)) return undefined;
      return upTo((rule.percent / 100) * first - rest);
    case 'pq':
      if (!((rule.prior / 100) * rest < (rule.percent / 100) * first)) return undefined;
      return upTo((rule.percent / rule.prior) * first - rest);
  }
}

/** The book asks for the upper level alone; that much below too, so that nobody learns the cell from underneath. */
function upTo(upper: number): Protection {
  return { lower: 0, upper, width: upper };
}
