export {
  assess,
  bestTotal,
  certainOf,
  clausesAt,
  nextQuestions,
  possibleOf,
  readyClause,
  type StandingClause,
  standingOf,
  versionAt,
  waysToQualify,
} from './assess.ts';
export { DESK, getPolicy, POLICIES, readyClauses, shownPolicy, VARIABLES, VOCABULARY, withAmendments } from './book.ts';
export { inForce, type Match, matchAll, type Subject, simulate } from './cost.ts';
export { modelKey } from './decide.ts';
export {
  accountsOf,
  actsFor,
  balancesOf,
  checkAmount,
  checkEntry,
  checkSubmission,
  type Granted,
  missingEvidence,
  parseAmendment,
  parseClause,
  type Side,
  sideOf,
  splitAmount,
  stateAfter,
  windowOf,
} from './desk.ts';
export { isAnswer } from './feel.ts';
export { answersOf, type Recorded, valuesByName } from './known.ts';
