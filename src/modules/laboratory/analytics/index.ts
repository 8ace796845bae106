export { type Intervals, makeIntervals } from './intervals.ts';
export { smallestOf } from './results.ts';
export { chosenResults, findPlaces, findTests, grouped, groupedByAge, sampleOfResults, summarize } from './test.ts';
export { type PeriodFilter, repeatsOf, turnaroundsOf, useOf } from './use.ts';
