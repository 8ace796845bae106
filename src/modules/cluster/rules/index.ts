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
export { guessMapping, isMeaning, type KnownPlace, type ReadRow } from './import.ts';
export { compare, type Known, keysOf } from './matching.ts';
export { documentOf, searchDesign } from './search.ts';
export { checkId, checkRelation, checkStatement, type NewRelation, type NewStatement } from './sound.ts';
export { agree, isDisputed, reckon, sortSaid } from './statements.ts';
