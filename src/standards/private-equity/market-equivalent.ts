import { dayOf } from './flows.ts';
import { type RatesOfReturn, ratesOfReturn } from './rates-of-return.ts';

export interface IndexLevel {
  date: string;
  /** With dividends reinvested, in the funds' currency. */
  level: number;
}

export interface MarketFlow {
  date: string;
  /** Paid by the investor. */
  contributed: number;
  /** Paid to the investor. */
  distributed: number;
}

export interface MarketFlows {
  flows: readonly MarketFlow[];
  /** Net asset value on `date`. */
  value: number;
  date: string;
}

export interface MarketEquivalent {
  /** Kaplan-Schoar: what was paid out and is left, over what was paid in, all carried to the end by the index. Above 1 the fund was better. */
  kaplanSchoar?: number;
  /** Long-Nickels: the rate that the same flows would have earned in the index. */
  longNickels: { value: number; rates: RatesOfReturn };
  /** Capital Dynamics' PME+: distributions scaled so that the index ends with the fund's value; absent without distributions. */
  pmePlus?: { scale: number; rates: RatesOfReturn };
  /** Direct Alpha: the rate of the flows carried to the end by the index, a year above the index. */
  directAlpha: RatesOfReturn;
}

/**
 * A fund against a public market: the same flows put into an index.
 *
 * Sources: Kaplan and Schoar, Journal of Finance 2005;60:1791; Long and Nickels, A Private Investment Benchmark, 1996; Rouvinez, Private Equity
 * Benchmarking with PME+, Venture Capital Journal, August 2003; Gredil, Griffiths and Stucke, Benchmarking Private Equity: The Direct Alpha
 * Method, 2014 (the effective rate a year is told, which is e^α - 1).
 *
 * @throws RangeError where the index is not known on the day of a flow or of the value (its last level before counts), a level is not above 0,
 *   or an amount is negative
 */
export function marketEquivalent({ flows, value, date }: MarketFlows, index: readonly IndexLevel[]): MarketEquivalent {
  const levelOn = reader(index);
  const last = levelOn(date);
  if (!Number.isFinite(value)) throw new RangeError('the residual value must be a finite number');
  if (flows.some((flow) => dayOf(flow.date) > dayOf(date))) throw new RangeError('a flow is later than the value');
  const carried = flows.map((flow) => {
    if (!(flow.contributed >= 0 && flow.distributed >= 0)) throw new RangeError('flows must not be negative');
    const growth = last / levelOn(flow.date);
    return { date: flow.date, paidIn: flow.contributed * growth, paidOut: flow.distributed * growth };
  });
  const paidIn = carried.reduce((sum, flow) => sum + flow.paidIn, 0);
  const paidOut = carried.reduce((sum, flow) => sum + flow.paidOut, 0);
  const end = (amount: number) => ({ date, amount });
  const inIndex = paidIn - paidOut;
  const scale = (paidIn - value) / paidOut;
  return {
    ...(paidIn > 0 && { kaplanSchoar: (paidOut + value) / paidIn }),
    longNickels: { value: inIndex, rates: ratesOfReturn([...scaledFlows(flows, 1), end(inIndex)]) },
    ...(paidOut > 0 && { pmePlus: { scale, rates: ratesOfReturn([...scaledFlows(flows, scale), end(value)]) } }),
    directAlpha: ratesOfReturn([
      ...carried.map((flow) => ({ date: flow.date, amount: flow.paidOut - flow.paidIn })),
      end(value),
    ]),
  };
}

function scaledFlows(flows: readonly MarketFlow[], scale: number) {
  return flows.map(({ date, contributed, distributed }) => ({ date, amount: scale * distributed - contributed }));
}

/** The level on a day: the last one known by then. */
function reader(index: readonly IndexLevel[]): (date: string) => number {
  const levels = index.map(({ date, level }) => ({ day: dayOf(date), level })).toSorted((a, b) => a.day - b.day);
  if (levels.some(({ level }) => !(level > 0 && level < Infinity)))
    throw new RangeError('a level of the index must be above 0');
  return (date) => {
    const day = dayOf(date);
    const found = levels.findLast((each) => each.day <= day);
    if (found === undefined) throw new RangeError('the index is not known on the day of the first flow');
    return found.level;
  };
}
