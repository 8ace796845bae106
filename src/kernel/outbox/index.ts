export {
  buryPart,
  countDeadLetters,
  type DeadLetter,
  dismissDeadLetter,
  findDeadLetters,
  replayDeadLetter,
} from './dead-letters.ts';
export { type DeliveredFact, type Fact, type Hearer, type Listener, listensTo, tell, tellAll } from './tell.ts';
export { type Deliveries, startDeliveries } from './worker.ts';
