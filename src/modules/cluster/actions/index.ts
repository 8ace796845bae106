export { listFacts, loadFacts } from './facts.ts';
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
