export * from './model/agreements.ts';
export * from './model/certificates.ts';
export * from './model/content.ts';
export * from './model/gate.ts';
export * from './model/negotiations.ts';
export * from './model/offerings.ts';
export * from './model/parties.ts';
export * from './model/prices.ts';
