export { checkId, checkRelation, checkStatement, type NewRelation, type NewStatement } from './sound.ts';
export { agree, dueAt, isDisputed, reckon, sortSaid } from './statements.ts';
