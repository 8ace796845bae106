export * from './funds.ts';
export * from './record.ts';
