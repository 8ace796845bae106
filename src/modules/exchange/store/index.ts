export * from './delivery.ts';
export * from './money.ts';
export * from './orders.ts';
export { notePartySeen } from './parties.ts';
