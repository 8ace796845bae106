export interface Flow {
  /** The calendar day, YYYY-MM-DD. */
  date: string;
  /** Positive to the investor, negative from the investor. */
  amount: number;
}

/** Days in a year of the actual/365 fixed count that XIRR and XNPV of spreadsheets use. */
const DAYS_IN_YEAR = 365;
const DAY_MS = 86_400_000;

/** @throws RangeError where it is no calendar day */
export function dayOf(date: string): number {
  const at = /^\d{4}-\d{2}-\d{2}$/.test(date) ? Date.parse(`${date}T00:00:00Z`) : Number.NaN;
  if (Number.isNaN(at) || !new Date(at).toISOString().startsWith(date))
    throw new RangeError('a flow needs a calendar day, as YYYY-MM-DD');
  return at / DAY_MS;
}

/** Exponential sum: `amounts` at `years` after the first, in order of time, one a day, none zero. */
export interface Series {
  amounts: readonly number[];
  years: readonly number[];
}

/** @throws RangeError where an amount is not finite or a date is no calendar day */
export function seriesOf(flows: readonly Flow[]): Series {
  const byDay = new Map<number, number>();
  for (const { date, amount } of flows) {
    if (!Number.isFinite(amount)) throw new RangeError('the amount of a flow must be a finite number');
    const day = dayOf(date);
    byDay.set(day, (byDay.get(day) ?? 0) + amount);
  }
  const days = [...byDay].filter(([, amount]) => amount !== 0).toSorted(([a], [b]) => a - b);
  const first = days[0]?.[0] ?? 0;
  return { amounts: days.map(([, amount]) => amount), years: days.map(([day]) => (day - first) / DAYS_IN_YEAR) };
}

/**
 * What the flows are worth on the day of the earliest one: Σ amount · (1 + rate)^(−days/365), XNPV of spreadsheets.
 *
 * @param rate a year, above -1
 * @throws RangeError where the rate is not above -1, an amount is not finite or a date is no calendar day
 */
export function netPresentValue(rate: number, flows: readonly Flow[]): number {
  if (!(rate > -1 && rate < Infinity)) throw new RangeError('the rate must be above -1');
  const first = Math.min(...flows.map(({ date }) => dayOf(date)));
  return flows.reduce((sum, { date, amount }) => {
    if (!Number.isFinite(amount)) throw new RangeError('the amount of a flow must be a finite number');
    return sum + amount * (1 + rate) ** ((first - dayOf(date)) / DAYS_IN_YEAR);
  }, 0);
}
