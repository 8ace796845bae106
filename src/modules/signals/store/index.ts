export { type AlarmFilter, countOpen, type Finding, findAlarms, getAlarm, raiseAlarm } from './alarms.ts';
export { findEvents, holdAlarm, insertEvent, moveAlarm } from './desk.ts';
export * from './reports.ts';
export * from './studies.ts';
export { findRuns, noteRun } from './watch.ts';
