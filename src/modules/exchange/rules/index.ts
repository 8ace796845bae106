export {
  addWorkingDays,
  exportDuty,
  itemsFor,
  measureItems,
  needsFourEyes,
  refusalsOf,
  unanswered,
  unjudged,
} from './compliance.ts';
export { mayMove, measureQuality, missingOf, nextRefresh, offerPolicy, sampleOf } from './offerings.ts';
export { fieldsFor, getVenue, isSettled, marketOf, nextLook, VENUES } from './venues.ts';
