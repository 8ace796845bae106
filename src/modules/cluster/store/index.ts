export * from './facts.ts';
export * from './funds.ts';
export * from './imports.ts';
export * from './matching.ts';
export * from './record.ts';
export * from './search.ts';
