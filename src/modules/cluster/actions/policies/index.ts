export {
  actOn,
  addFile,
  beginApplication,
  listApplications,
  parseAct,
  readApplication,
  readFile,
} from './applications.ts';
export { answerQuestion, navigate } from './navigate.ts';
export {
  amendPolicy,
  listEligible,
  matchJob,
  matchNow,
  publishGuide,
  readPolicy,
  readReach,
  simulateDraft,
} from './rules-desk.ts';
