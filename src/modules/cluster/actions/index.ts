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
export { readLadder, setLadder } from './ladder.ts';
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
export { askLead, enterTargetValue, listTargets, readTarget, remindOfDueAsks } from './targets.ts';
