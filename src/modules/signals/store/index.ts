export { type AlarmFilter, countOpen, type Finding, findAlarms, getAlarm, raiseAlarm } from './alarms.ts';
export { findRuns, noteRun } from './watch.ts';
