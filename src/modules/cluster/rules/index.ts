export { type FactGraph, type Reading, readFacts, type Seed } from './facts.ts';
export { holdingsNamed, readEntries } from './fund-import.ts';
export {
  checkFundEntry,
  curveOf,
  derivedShares,
  figuresOf,
  holdingOf,
  parseQuarter,
  quarterDays,
  quarterOf,
  standing,
} from './funds.ts';
export { ilpaLines, ilpaTransactions } from './ilpa.ts';
export { answerRung, checkSetting, LADDER_PROPERTIES, ladderFacts, rungsOn } from './ladder.ts';
export { checkId, checkRelation, checkStatement, type NewRelation, type NewStatement } from './sound.ts';
export { agree, isDisputed, reckon, sortSaid } from './statements.ts';
export { checkTargetValue, forecastOf, targetStanding } from './targets.ts';
