export { type LakeDoor, operationRoutes } from './routes.ts';
