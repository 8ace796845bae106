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
export * from './portal.ts';
export * from './projects.ts';

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
export * from './relay.ts';
export * from './space.ts';
