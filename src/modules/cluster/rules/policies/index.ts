export { divide } from './amounts.ts';
export {
  assess,
  bestTotal,
  certainOf,
  clausesAt,
  nextQuestions,
  possibleOf,
  type ReadyClause,
  readyClause,
  type StandingClause,
  standingOf,
  type Vocabulary,
  verdictOf,
  versionAt,
  waysToQualify,
} from './assess.ts';
export { DESK, getPolicy, POLICIES, readyClauses, VARIABLES, VOCABULARY, withAmendments } from './book.ts';
export { compileCondition, isAnswer } from './feel.ts';
