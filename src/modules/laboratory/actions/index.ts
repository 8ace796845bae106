export { addTube, addWork, applyNews, type News, noNews } from './apply.ts';
export {
  beginIntervals,
  chosenReach,
  listTests,
  type Question,
  readRepeats,
  readTestByAge,
  readTestGroups,
  readTestSummary,
  readTurnarounds,
  readUse,
} from './explore.ts';
export { loadIntervals } from './facts.ts';
export {
  listOrders,
  readOrder,
  readReport,
  readSpecimen,
} from './look.ts';
export { makeOperations, type Operations, type OperationsFeed, readOperations } from './operations.ts';
