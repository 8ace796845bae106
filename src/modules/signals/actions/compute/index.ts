export { type Computing, startComputing } from './computing.ts';
export { methodNames } from './methods.ts';
