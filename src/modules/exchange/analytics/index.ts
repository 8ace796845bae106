export { ask } from './offerings.ts';
