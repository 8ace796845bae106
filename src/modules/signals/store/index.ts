export { countOpen, type Finding, findAlarms, getAlarm, raiseAlarm } from './alarms.ts';
export {
  findDefinitionVersions,
  findSavedDefinitions,
  holdDefinition,
  insertDefinitionVersion,
  MOST_DEFINITIONS,
} from './definitions.ts';
export { findEvents, holdAlarm, insertEvent, moveAlarm } from './desk.ts';
export { findListed, holdListed, putListed, removeListed } from './listed.ts';
export { acknowledge, findNotices, findWaiting, insertNotices } from './notices.ts';
export * from './reports.ts';
export {
  findEntries,
  findNames,
  findPairDays,
  findPairReports,
  findPlans,
  findReportRows,
  findSafetyRuns,
  fingerprintOf,
  getPlan,
  holdPlan,
  insertEntry,
  insertPlan,
  MOST_ROWS,
  movePlan,
  noteSafetyRun,
  type ReportRow,
  strikeEntry,
} from './safety.ts';
export * from './stocks.ts';
export * from './studies.ts';
export { findRuns, noteRun } from './watch.ts';
