export { viewVerb } from './verb.ts';
