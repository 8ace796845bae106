export * from './booking.ts';
export { enterProduct, readCatalogue } from './catalogues.ts';
export { listFacts } from './facts.ts';
export {
  createFund,
  enterFundEntries,
  handBooks,
  importFundEntries,
  keepIndex,
  listFunds,
  printIlpa,
  readFund,
  readIlpa,
  reverseFundEntry,
} from './funds.ts';
export {
  applyImport,
  continueImport,
  decideImport,
  listImports,
  mapImport,
  readImport,
  readImportRows,
  startImport,
  undoImport,
} from './imports.ts';
export { readLadder, setLadder } from './ladder.ts';
export * from './meeting.ts';
export { keepApart, listDuplicates, mergeThings, undoMerge } from './merging.ts';
export { countNotices, listNotices, markNotices, notify, quietNotices } from './notices.ts';
export { catalogue, jsonLd, listedThings, readOpenThing, statementRows } from './open-data.ts';
export * from './portal.ts';
export * from './projects.ts';
export { exportPublications, readPublications } from './publications.ts';
export { correct, enterThing, findThings, getProfile, relate, state, withdraw } from './record.ts';
export * from './relay.ts';
export { printReport, readReport } from './report.ts';
export { claimThing, decideClaim, endClaim, listClaims } from './representations.ts';
export { type Searching, searchThings, startSearching } from './search/index.ts';
export * from './space.ts';
export { askLead, enterTargetValue, listTargets, readTarget, remindOfDueAsks } from './targets.ts';
export { giveToOwner, listDueThings, readGraph, readOverview, readPath, reviewThing } from './upkeep.ts';
export { openChains, openMap, readChains, readMap } from './views.ts';
