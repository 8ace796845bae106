export { askCodes, askCohort, downloadCohort, reachesOf, showHistory } from './cohorts.ts';
export * from './look.ts';
export {
  keepQuestion,
  listQuestions,
  listRuns,
  listVersions,
  removeQuestion,
  restoreQuestion,
  runQuestion,
  shareQuestion,
  showQuestion,
} from './questions.ts';
