export * from './model/assessments.ts';
export * from './model/desk.ts';
export * from './model/reports.ts';
export * from './model/safety.ts';
export * from './model/stocks.ts';
export * from './model/studies.ts';
export * from './model/watch.ts';
