export { addTube, addWork, applyNews, keyOf, type News, noNews } from './apply.ts';
export { loadIntervals } from './facts.ts';
export {
  listOrders,
  type ReportView,
  readOrder,
  readReport,
  readSpecimen,
  type SpecimenLife,
  type WorkLine,
} from './look.ts';
export { makeOperations, type Operations, type OperationsFeed, readOperations } from './operations.ts';
