export * from './model/watch.ts';
