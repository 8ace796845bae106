export {
  type BookingSides,
  bookingSteps,
  checkTerms,
  checkTime,
  dayOfMinute,
  dayStart,
  isLateCancel,
  isOpen,
  minuteOf,
  momentOf,
  readDay,
  statedFen,
  usageOf,
  weekOf,
  wholeDay,
} from './booking.ts';
export { CATALOGUED, catalogueLine } from './catalogues.ts';
export { DAY_MS, dayAfter, daysBetween, todayOf } from './days.ts';
export { type FactGraph, type Reading, readFacts, type Seed } from './facts.ts';
export type { ForecastQuestion } from './forecast.ts';
export { holdingsNamed, readEntries } from './fund-import.ts';
export {
  checkFundEntry,
  curveOf,
  derivedShares,
  figuresOf,
  holdingOf,
  parseQuarter,
  quarterOf,
  standing,
} from './funds.ts';
export { ilpaLines, ilpaTransactions } from './ilpa.ts';
export { guessMapping, isMeaning, type KnownPlace, knownCode, knownWork, type ReadRow } from './import.ts';
export { answerRung, checkSetting, LADDER_PROPERTIES, ladderFacts, rungsOn } from './ladder.ts';
export { type Known, keysOf } from './matching.ts';
export { INTRODUCTION_DAYS, introductionDue, introductionSteps, kindFit, type Standing } from './meeting.ts';
export type { MeetingFit, MeetingQuestion } from './meeting-match.ts';
export { catalogueOf, csvLines, csvOf, LICENCE, schemaOrgOf } from './open-data.ts';
export { openSpaceCsv } from './open-space.ts';
export { answerDue, quartersAsked } from './portal.ts';
export {
  conversionsOf,
  incidenceOf,
  needsReason,
  nextStages,
  rankOf,
  signingChances,
  spellsOf,
  stallsOf,
} from './projects.ts';
export { countStates, countYears, publicationsOf, SAID_OF_WORKS, workOfThing } from './publications.ts';
export { type Candidate, gatesOf, matchResources, stageAfter } from './relay.ts';
export { reportDocument, reportSections, reportSheets } from './report.ts';
export { documentOf } from './search.ts';
export { checkId, checkRelation, type NewRelation, type NewStatement, soundStatement } from './sound.ts';
export { ENDING_DAYS, findFits, lastDay, lineOf, parkFigures, quarterEnd } from './space.ts';
export { readSpaceNeed } from './space-text.ts';
export { isDisputed, reckon, sortSaid } from './statements.ts';
export { checkTargetValue, forecastOf, targetStanding } from './targets.ts';
export { chainCsv, countInAreas, divisionsOf, drawMap, geoJsonOf, sharesOf } from './views.ts';
export { meet, spread, type Walk } from './walk.ts';
