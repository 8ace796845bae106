export { describe, goneSignal, note } from './answer.ts';
export { exportRoutes } from './export-routes.ts';
export { type Exports, startExports } from './export-runner.ts';
export { type LakeDoor, operationRoutes } from './routes.ts';
export { questionOfText } from './sql-select.ts';
export { lakeTokenRoutes } from './token-routes.ts';
