export { computeVerb } from './compute/verb.ts';
