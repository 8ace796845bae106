import type { Cohort, EventPattern } from '../../src/modules/records/model.ts';
import { HBA1C } from '../lake/results.ts';

const OTHER = '1173-1';

const high: EventPattern = {
  source: 'result',
  codes: [{ system: 'http://loinc.org', code: HBA1C }],
  unit: 'g/L',
  value: { least: 6.5 },
};
export const COHORTS: Record<string, Cohort> = {
  everybody: { form: 1, include: [], exclude: [] },
  'high twice, 90 days apart': {
    form: 1,
    include: [{ kind: 'event', event: high, times: { atLeast: 2, apartDays: 90 } }],
    exclude: [],
  },
  'the same of women of 40 to 70, not of one city': {
    form: 1,
    include: [
      { kind: 'person', sexes: ['female'], age: { from: 40, to: 70 } },
      { kind: 'event', event: high, times: { atLeast: 2, apartDays: 90 } },
    ],
    exclude: [{ kind: 'person', places: ['4403'] }],
  },
  'first value high, at 30 to 60 years': {
    form: 1,
    include: [{ kind: 'event', event: high, pick: 'first', age: { from: 30, to: 60 } }],
    exclude: [],
  },
  'high, then another test above within a year, no normal one between': {
    form: 1,
    include: [
      {
        kind: 'event',
        event: high,
        steps: [
          { event: { source: 'result', codes: high.codes!, flag: 'within' }, fromDays: 1, toDays: 90, absent: true },
          { event: { source: 'result', codes: [{ code: OTHER }], flag: 'above' }, fromDays: 0, toDays: 365 },
        ],
      },
    ],
    exclude: [],
  },
  'high, then any result within 30 days': {
    form: 1,
    include: [{ kind: 'event', event: high, steps: [{ event: { source: 'result' }, fromDays: 1, toDays: 30 }] }],
    exclude: [],
  },
};
