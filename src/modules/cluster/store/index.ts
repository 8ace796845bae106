export * from './policies.ts';
export * from './record.ts';
