export { listFacts, loadFacts } from './facts.ts';
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
export { keepApart, listDuplicates, mergeThings, undoMerge } from './merging.ts';
export {
  addSource,
  enterThing,
  enterThings,
  findThings,
  getProfile,
  knownValue,
  knownValues,
  type NewThing,
  relate,
  relateAll,
  requireSpeaker,
  state,
  stateAll,
  withdraw,
} from './record.ts';
export { type Searching, searchThings, startSearching } from './search/index.ts';
