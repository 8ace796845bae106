export * from './compliance.ts';
export * from './delivery.ts';
export * from './gate.ts';
export * from './money.ts';
export * from './offerings.ts';
export * from './orders.ts';
export { notePartySeen } from './parties.ts';
export * from './venues.ts';
