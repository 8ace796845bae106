export { isOutside, parseAddress } from './addresses.ts';
export { csvLine, parseCsv } from './csv.ts';
export { daysAfterTime, monthsAfter, movesOf, nextState, periodEnd, periodsBegun, requireInForce } from './orders.ts';
export { noticesOf } from './payments.ts';
export {
  chargeOf,
  depositOf,
  divide,
  divideLike,
  goesByTime,
  MOST_CALLS,
  MOST_FEN,
  partOf,
  type Wanted,
} from './prices.ts';
export { parseTableQuestion, selectRows, type TableQuestion } from './tables.ts';
export { agreementEnd } from './terms.ts';
export { readMarks, type Suspicion, suspect, thresholdFor } from './trace.ts';
export { beginTurn, endOf, noteMove, type Turn, take } from './turn.ts';
export { type MarkedRow, type MarkKeys, markRow, planMarks } from './watermark.ts';
