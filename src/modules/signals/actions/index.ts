export { printAlarm, printCard } from './alarm-print.ts';
export { compute, listMethods } from './compute/ask.ts';
export { listDefinitions, previewDefinition, readDefinition, saveDefinition } from './definitions.ts';
export { decideAlarm, linkCase, listAlarmCases, listAlarms, noteOnAlarm, readAlarm } from './desk.ts';
export { readLayer } from './layers.ts';
export { listListed, markListed, setListed } from './listed.ts';
export {
  endPlan,
  enterExposure,
  listPlans,
  readPlan,
  startPlan,
  strikeExposure,
} from './monitoring.ts';
export { acknowledgeNotice, listNotices, listPersons } from './notices.ts';
export {
  assessReport,
  decideDuplicate,
  findPossibleDuplicates,
  listDue,
  listReports,
  nullifyReport,
  readRawBatch,
  readReportPage,
  saveReport,
  settleDue,
  startReport,
  type Typed,
  voidReport,
  writeReport,
} from './reports.ts';
export {
  judgeSafety,
  listSafetyLots,
  readSafetyPair,
  readSafetyScreen,
  safetyJob,
} from './safety.ts';
export {
  listHoldings,
  listMovements,
  moveStock,
  readProjection,
  readStocks,
  takeCounts,
  undoMovement,
} from './stocks.ts';
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
  signStudy,
  uploadData,
} from './studies.ts';
export { startStudies } from './study-runs.ts';
export {
  type CurveQuestion,
  judgeCurve,
  listDiseases,
  readCurve,
  readOutlook,
  watchJob,
  watchNow,
} from './watch.ts';
