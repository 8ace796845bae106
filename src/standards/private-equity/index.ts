/**
 * The arithmetic of private funds: rates of return of dated flows, multiples, and comparison with a public market.
 *
 * Pure functions on plain numbers. Amounts are in one currency and any one unit (fen in our tables): rates and multiples do not depend on it.
 * Wrong input throws RangeError; a question that has no answer is a value that says so.
 */
export { type Flow, netPresentValue } from './flows.ts';
export { type IndexLevel, type MarketFlow, type MarketFlows, marketEquivalent } from './market-equivalent.ts';
export { type Multiples, multiples } from './multiples.ts';
export { type RateRoot, type RatesOfReturn, ratesOfReturn } from './rates-of-return.ts';
