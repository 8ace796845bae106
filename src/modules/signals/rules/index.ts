export { alarmDocument, cardDocument } from './alarm-print.ts';
export { assess } from './assess.ts';
export { datesOf, dayNumber, dayOf, daysAfter } from './calendar.ts';
export { currentDefinitions, parseDefinition } from './definitions.ts';
export { incubationOf } from './incubation.ts';
export { centreOf, isWithin, levelOf, placeAt } from './places.ts';
export {
  asTyped,
  DUE_RULES,
  dueOf,
  productKey,
  reactionKey,
  readReport,
  type Summary,
  stampOf,
  summarise,
} from './reports.ts';
export {
  changesOf,
  countedEntries,
  crossedBy,
  lotGround,
  pairGrounds,
  RECENT_DAYS,
  raisesLot,
  raisesPair,
} from './safety.ts';
export {
  demandOf,
  evenOut,
  isDay,
  judgeCounts,
  linesOf,
  observedDays,
  orderBy,
  project,
  reorderOf,
  STOCK_ITEMS,
  stockItemOf,
  stockKeyOf,
  useOf,
} from './stocks.ts';
export { exampleProtocol, exampleRows } from './study-example.ts';
export { checkColumns } from './study-frame.ts';
export { parseProtocol } from './study-protocol.ts';
export { reportOf } from './study-report.ts';
export { type Outputs, stepsOf } from './study-steps.ts';
export { describe, hashOf, tableOf } from './study-table.ts';
export {
  corrected,
  judgeFixed,
  mergeGrounds,
  type Raised,
  type Series,
  type SeriesSet,
  seriesOf,
  trialOf,
} from './watch.ts';
