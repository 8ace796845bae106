/** ODRL 2.2: policies read from JSON-LD, judged for an ask in a state of the world, with the reasons. */
export { compilePolicy, type Decide, type Decision, evaluate, inherit } from './judge.ts';
export * from './model.ts';
export { parsePolicy, parseValue } from './parse.ts';
export { durationMs } from './values.ts';
export { actionOf, termOf } from './vocabulary.ts';
