export { compute, listMethods } from './compute.ts';
export { decideAlarm, linkCase, listAlarmCases, listAlarms, noteOnAlarm, readAlarm } from './desk.ts';
export { listDiseases, readCurve, type Watching, watchJob, watchNow } from './watch.ts';
