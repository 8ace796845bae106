export { ask, produce } from './offerings.ts';
