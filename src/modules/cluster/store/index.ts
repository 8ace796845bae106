export * from './facts.ts';
export * from './funds.ts';
export * from './graph.ts';
export * from './open-data.ts';
export * from './record.ts';
export * from './representations.ts';
export * from './upkeep.ts';
