export * from './model/facts.ts';
export * from './model/funds.ts';
export * from './model/kinds.ts';
export * from './model/ladder.ts';
export * from './model/predicates.ts';
export * from './model/properties.ts';
export * from './model/record.ts';
export * from './model/targets.ts';
