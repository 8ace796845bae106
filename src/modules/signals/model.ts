export * from './model/desk.ts';
export * from './model/watch.ts';
