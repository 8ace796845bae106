export * from './events.ts';
export * from './readings.ts';
export * from './things.ts';
