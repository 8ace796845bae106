export { receiveBatch, reportsJob } from './reports.ts';
