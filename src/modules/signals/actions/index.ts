export { compute, listMethods } from './compute.ts';
export { decideAlarm, linkCase, listAlarmCases, listAlarms, noteOnAlarm, readAlarm } from './desk.ts';
export {
  askAnalysis,
  bundleRun,
  changeStudy,
  createExample,
  createStudy,
  listStudies,
  makeData,
  readRun,
  readStudy,
  uploadData,
} from './studies.ts';
export { startStudies } from './study-runs.ts';
export { listDiseases, readCurve, type Watching, watchJob, watchNow } from './watch.ts';
