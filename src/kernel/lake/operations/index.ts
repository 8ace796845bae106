export { exportRoutes } from './export-routes.ts';
export { type Exports, startExports } from './export-runner.ts';
export { type LakeDoor, operationRoutes } from './routes.ts';
export { lakeTokenRoutes } from './token-routes.ts';
