export { loadIntervals } from './actions/index.ts';
export { custodyMoves, recordChanges } from './hears.ts';
export { laboratoryRoutes } from './routes/index.ts';
