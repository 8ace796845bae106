export { datesOf, dayNumber, dayOf, daysAfter, dayText, mondayOf } from './calendar.ts';
export { DEFINITIONS, getDefinition } from './definitions.ts';
export { centreOf, isWithin, levelOf, placeAt } from './places.ts';
export {
  corrected,
  FALSE_DISCOVERY_RATE,
  judgeFixed,
  mergeGrounds,
  type Raised,
  type Series,
  type SeriesSet,
  seriesOf,
} from './watch.ts';
