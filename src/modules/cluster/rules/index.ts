export { type FactGraph, type Reading, readFacts, type Seed } from './facts.ts';
export { catalogueOf, csvOf, LICENCE, schemaOrgOf } from './open-data.ts';
export { checkId, checkRelation, checkStatement, type NewRelation, type NewStatement } from './sound.ts';
export { agree, isDisputed, reckon, sortSaid } from './statements.ts';
export { meet, spread, type Walk } from './walk.ts';
