export { type FactGraph, type Reading, readFacts, type Seed } from './facts.ts';
export { checkId, checkRelation, checkStatement, type NewRelation, type NewStatement } from './sound.ts';
export { agree, isDisputed, reckon, sortSaid } from './statements.ts';
