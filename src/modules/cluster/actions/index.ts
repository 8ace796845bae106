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
export { catalogue, jsonLd, listedThings, readOpenThing, statementRows } from './open-data.ts';
export {
  addSource,
  correct,
  enterThing,
  enterThings,
  findThings,
  getProfile,
  knownValue,
  knownValues,
  type NewThing,
  noteChanged,
  partiesOf,
  relate,
  relateAll,
  requireSpeaker,
  state,
  stateAll,
  withdraw,
} from './record.ts';
export { claimThing, decideClaim, endClaim, listClaims, listSpokenFor } from './representations.ts';
export { giveToOwner, listDueThings, readGraph, readOverview, readPath, reviewThing } from './upkeep.ts';
