export { compute, listMethods } from './compute.ts';
export { decideAlarm, linkCase, listAlarmCases, listAlarms, noteOnAlarm, readAlarm } from './desk.ts';
export {
  type CurveQuestion,
  listDiseases,
  readCurve,
  readOutlook,
  type Watching,
  watchJob,
  watchNow,
} from './watch.ts';
