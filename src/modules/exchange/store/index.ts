export * from './compliance.ts';
export * from './offerings.ts';
export { notePartySeen } from './parties.ts';
export * from './venues.ts';
