export { type Choices, findChoices } from './choices.ts';
export { type Intervals, makeIntervals } from './intervals.ts';
export { chosenResults, grouped, groupedByAge, sampleOfResults, summarize } from './test.ts';
export { type PeriodFilter, repeatsOf, turnaroundsOf, useOf } from './use.ts';
