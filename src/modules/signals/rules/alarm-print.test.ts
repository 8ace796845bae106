import { describe, expect, test } from 'vitest';
import type { Alarm, AlarmEvent, LineListRow } from '../model.ts';
import { alarmDocument } from './alarm-print.ts';
import { PRINT_WORDS } from './print-words.ts';

/**
 * Goal: nothing that tells who somebody is gets onto paper unless it was asked for, and everything else does.
 * Method: a person with telling marks in each field; the whole document is searched for them, in both languages.
 */
const MARKS = ['Zhang Wei', '13800000000', '2019-03-04', '2611190001', 'his sister Li', '13911111111', 'p-secret'];

const alarm: Alarm = {
  id: 'a1',
  kind: 'outbreak',
  key: 'measles/440111',
  episode: 1,
  subject: { disease: 'measles', place: '440111' },
  state: 'closed',
  grounds: [
    {
      method: 'ears',
      rule: { type: 'C1', alpha: 0.001, minSigma: 0.5, leastCases: 3 },
      first: '2026-11-18',
      last: '2026-11-20',
      cases: 5,
      expected: 0.3,
      bound: 2,
      p: 0.00001,
      q: 0.0004,
    },
  ],
  first: '2026-11-18',
  last: '2026-11-20',
  cases: 5,
  revision: 3,
  raisedAt: '2026-11-20T03:00:00Z',
  updatedAt: '2026-11-20T03:00:00Z',
};
const events: AlarmEvent[] = [
  {
    id: 'e1',
    at: '2026-11-20T04:00:00Z',
    actorName: 'R. Egulator',
    kind: 'contact',
    text: 'his sister Li',
    detail: { day: '2026-11-19', reach: '13911111111' },
  },
  {
    id: 'e2',
    at: '2026-11-20T04:30:00Z',
    actorName: 'R. Egulator',
    kind: 'linked',
    text: '',
    detail: { reference: 'p-secret' },
  },
  {
    id: 'e3',
    at: '2026-11-21T04:00:00Z',
    actorName: 'R. Egulator',
    kind: 'moved',
    text: 'Vaccinated around them.',
    detail: { from: 'verified', to: 'closed', finding: 'outbreak' },
  },
];
const row: LineListRow = {
  patient: 'p-secret',
  name: 'Zhang Wei',
  day: '2026-11-19',
  district: '440111',
  sex: 'male',
  birthDate: '2019-03-04',
  phone: '13800000000',
  linked: true,
  types: ['D8'],
  results: [{ id: 'o1', code: '35276-5', day: '2026-11-19', accession: '2611190001', order: 's1' }],
};
const textOf = (language: 'en' | 'zh', isNamed: boolean | undefined): string =>
  JSON.stringify(
    alarmDocument({
      alarm,
      events,
      ...(isNamed !== undefined && { cases: { rows: [row], more: false, isNamed } }),
      by: 'R. Egulator',
      at: new Date('2026-11-22T04:00:00Z'),
      language,
    }),
  );

describe.each(['en', 'zh'] as const)('the report in %s', (language) => {
  test('without names tells of nobody, but who was old how, where, when, and that notes were left out', () => {
    const text = textOf(language, false);
    for (const mark of MARKS) expect(text).not.toContain(mark);
    // 7 years on the day: the birthday was in March.
    expect(text).toContain('"7"');
    expect(text).toContain('D8');
    expect(text).toContain(PRINT_WORDS[language].withheld.replace('{{count}}', '2'));
  });

  test('with names has them, but no internal number of a person who has a name', () => {
    const text = textOf(language, true);
    for (const mark of MARKS.slice(0, -1)) expect(text).toContain(mark);
    expect(text).not.toContain('p-secret');
  });

  test('for who may not see the line list has none', () => {
    expect(textOf(language, undefined)).not.toContain(PRINT_WORDS[language].lineList);
  });

  test('names finding, act, rule and its source', () => {
    const text = textOf(language, false);
    expect(text).toContain('Vaccinated around them.');
    expect(text).toContain('EARS C1');
    expect(text).toContain('J Urban Health 2003');
    expect(text).not.toContain('{{');
  });
});
