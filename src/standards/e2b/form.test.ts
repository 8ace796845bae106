import { describe, expect, test } from 'vitest';
import { CODE_LISTS, COUNTRIES, NULL_FLAVORS } from './code-lists.ts';
import { ELEMENTS } from './elements.ts';
import { emptyReport, formFields } from './form.ts';
import { reportOf, setAt } from './samples.ts';
import { isBefore, parseStamp } from './times.ts';
import { validateReport } from './validate.ts';

const IDS = { reaction: '00000000-0000-4000-8000-000000000001', drug: '00000000-0000-4000-8000-000000000002' };

/**
 * Goal: a report can be typed in by the fields alone.
 * Method: every element has a field; an empty report lacks exactly what is mandatory; filling that in makes it valid.
 */
describe('the form', () => {
  const fields = formFields();

  test('has every element but the ids that bind things', () => {
    const shown = new Set(fields.map(({ number }) => number));
    const hidden = [...ELEMENTS.keys()].filter((number) => !shown.has(number) && !number.startsWith('N.1.'));
    expect(hidden).toEqual(['E.i', 'G.k', 'G.k.9.i.1']);
    expect(new Set(fields.map(({ path }) => path)).size).toBe(fields.length);
  });

  test('names the sections of the guide', () => {
    expect([...new Set(fields.map(({ section }) => section))]).toEqual([
      'N.2.r',
      'C.1',
      'C.2.r',
      'C.3',
      'C.4.r',
      'C.5',
      'D',
      'E.i',
      'F.r',
      'G.k',
      'H',
    ]);
  });

  test('an empty report lacks what must be there, and nothing else', () => {
    const issues = validateReport(emptyReport(IDS), { today: '2026-11-22' });
    expect(new Set(issues.map(({ code }) => code))).toEqual(
      new Set(
        [
          'missing',
          'needed-with',
          'needed-when',
          'no-reporter-identity',
          'no-patient',
          'no-history',
          'no-substance',
        ].filter((code) => issues.some((issue) => issue.code === code)),
      ),
    );
    expect(issues.some(({ element }) => element?.startsWith('E.i.3.2'))).toBe(false);
  });

  test('typing in what is asked for makes it valid', () => {
    const report = emptyReport(IDS);
    const from = reportOf('minimal');
    Object.assign(report.message, from.message);
    Object.assign(report.identification, from.identification);
    for (const [path, value] of [
      ['reporters.0.country', 'CN'],
      ['reporters.0.qualification', '5'],
      ['sender.type', '7'],
      ['patient.name', 'W'],
      ['patient.historyText', '无'],
      ['reactions.0.term.version', '27.1'],
      ['reactions.0.term.code', '99000001'],
      ['reactions.0.outcome', '1'],
      ['drugs.0.name', 'Examplin'],
      ['drugs.0.substances.0.name', 'Examplin'],
      ['narrative.text', 'Rash.'],
    ] as const) {
      setAt(report, path, value);
    }
    expect(validateReport(report, { today: '2026-11-22' })).toEqual([]);
  });
});

describe('code lists', () => {
  test('every answer has a name in both languages and a code of its own', () => {
    for (const list of [...Object.values(CODE_LISTS), NULL_FLAVORS]) {
      expect(list.length).toBeGreaterThan(0);
      expect(new Set(list.map(({ code }) => code)).size).toBe(list.length);
      for (const { code, en, zh } of list) expect(code !== '' && en !== '' && /[\u4e00-\u9fff]/.test(zh)).toBe(true);
    }
  });

  test('countries are those of the platform, and the European Union', () => {
    const names = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' });
    expect(COUNTRIES.size).toBe(250);
    for (const code of COUNTRIES) expect([code, names.of(code) !== undefined]).toEqual([code, true]);
  });
});

describe('time stamps', () => {
  test.each([
    ['2026', 'year'],
    ['202602', 'month'],
    ['20240229', 'day'],
    ['202602281230', 'minute'],
    ['20260228123059', 'second'],
    ['20260228123059.125+0800', 'second'],
    ['2026022812-05', 'hour'],
    ['2026022812', 'hour'],
    ['20260229', undefined],
    ['20261301', undefined],
    ['20260228246060', undefined],
    ['20260228+0800', undefined],
    ['20260228123059+1500', undefined],
    ['0000', 'year'],
    ['26', undefined],
    ['2026-02-28', undefined],
  ])('%s is precise to the %s', (text, precision) => {
    expect(parseStamp(text)?.precision).toBe(precision);
  });

  test.each([
    ['2025', '2026', true],
    ['2026', '20260101', false],
    ['20260101', '2026', false],
    ['20260101', '20260102', true],
    ['20260102', '202601021200', false],
  ])('%s is before %s: %s', (a, b, expected) => {
    const [first, second] = [parseStamp(a), parseStamp(b)];
    if (first === undefined || second === undefined) throw new Error('no stamps');
    expect(isBefore(first, second)).toBe(expected);
  });
});
