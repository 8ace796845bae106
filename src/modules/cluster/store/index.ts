export * from './facts.ts';
export * from './record.ts';
