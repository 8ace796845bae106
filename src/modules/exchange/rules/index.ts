export { isOutside, parseAddress } from './addresses.ts';
export {
  addWorkingDays,
  itemsFor,
  measureItems,
  needsFourEyes,
  publicHoliday,
  refusalsOf,
  unanswered,
  unjudged,
} from './compliance.ts';
export { csvLine, parseCsv } from './csv.ts';
export { mayMove, measureQuality, missingOf, nextRefresh, offerPolicy, sampleOf } from './offerings.ts';
export { daysAfterTime, movesOf, periodsBegun, requireInForce } from './orders.ts';
export { noticesOf } from './payments.ts';
export {
  chargeOf,
  depositOf,
  goesByTime,
  MOST_CALLS,
  MOST_FEN,
  type Wanted,
} from './prices.ts';
export { freeze, giveBack, owe, payOff, payPeriod, refund, thaw } from './settlement.ts';
export { parseTableQuestion, selectRows, type TableQuestion } from './tables.ts';
export { agreementEnd, purposeOf } from './terms.ts';
export { readMarks, suspect, thresholdFor } from './trace.ts';
export { beginTurn, endOf, noteMove, type Turn, take } from './turn.ts';
export { fieldsFor, getVenue, isSettled, marketOf, nextLook, VENUES } from './venues.ts';
export { type MarkedRow, type MarkKeys, markRow, planMarks } from './watermark.ts';
