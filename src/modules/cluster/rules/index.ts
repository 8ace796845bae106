export type { ForecastQuestion } from './forecast.ts';
export * from './portal.ts';
export * from './projects.ts';
export * from './relay.ts';
export { checkId, checkRelation, checkStatement, type NewRelation, type NewStatement } from './sound.ts';
export * from './space.ts';
export { agree, dueAt, isDisputed, reckon, sortSaid } from './statements.ts';
