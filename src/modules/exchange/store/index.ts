export { notePartySeen } from './parties.ts';
