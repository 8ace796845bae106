export * from './facts.ts';
export * from './funds.ts';
export * from './record.ts';
export * from './targets.ts';
