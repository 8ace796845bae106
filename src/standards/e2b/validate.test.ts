import { describe, expect, test } from 'vitest';
import { parseBatch, writeBatch } from './batch.ts';
import { ELEMENTS } from './elements.ts';
import { formFields } from './form.ts';
import { MESSAGES } from './messages.ts';
import type { CaseReport, Issue } from './model.ts';
import { fullReport, instance, reportOf, setAt } from './samples.ts';
import { validateBatch, validateReport } from './validate.ts';

const TODAY = '2026-11-22';
const judge = (report: CaseReport): Issue[] => validateReport(report, { today: TODAY });

/** The report with one thing changed, and what is then said of that path. */
function changed(path: string, value: unknown, report = fullReport()): Issue[] {
  setAt(report, path, value);
  return judge(report).filter((issue) => issue.path === path);
}

const fields = formFields().map((field) => ({ ...field, here: field.path.replaceAll('#', '0') }));
// The schema has one place for these and for what the full report has instead.
const inFull = fields.filter(({ path }) => !/phpid|assessments\.#\.china\.result/.test(path));

/** Which of the fields are told a code when all of them are given a value at once, in their order. */
function told(all: typeof inFull, value: (field: (typeof inFull)[number]) => unknown, code: string): string[] {
  const report = fullReport();
  for (const field of all) setAt(report, field.here, value(field));
  const paths = new Set(judge(report).flatMap((issue) => (issue.code === code ? [issue.path] : [])));
  return all.map(({ here }) => here).filter((path) => paths.has(path));
}

/**
 * Goal: every element is held against its row of the guide.
 * Method: a report with every element, valid but for advice; then elements are taken away, made too long, given a code that is not in
 * their list, a date of tomorrow, a wrong null flavour: exactly those, by their paths, must be refused.
 */
describe('each element', () => {
  test('a report with every element is not refused', () => {
    expect(judge(fullReport()).filter(({ severity }) => severity === 'rejecting')).toEqual([]);
  });

  test.each(inFull.filter(({ conformance }) => conformance === 'mandatory'))(
    '$number is mandatory',
    ({ here, number }) => {
      expect(changed(here, undefined)).toContainEqual(
        expect.objectContaining({ code: 'missing', element: number, severity: 'rejecting' }),
      );
    },
  );

  test('has no more characters than it may', () => {
    const texts = inFull.filter(({ length, type }) => length !== undefined && type !== 'data');
    const refused = told(texts, ({ length = 0 }) => '字'.repeat(length + 1), 'too-long');
    expect(refused).toEqual(texts.map(({ here }) => here));
    expect(told(texts, ({ length = 0 }) => '1'.repeat(length), 'too-long')).toEqual([]);
  });

  test('is answered from its list', () => {
    const lists = inFull.filter(({ answers }) => answers !== undefined);
    expect(lists.length).toBeGreaterThan(25);
    expect(told(lists, () => 'x', 'not-in-list')).toEqual(lists.map(({ here }) => here));
    for (let i = 0; i < 11; i++) {
      expect(told(lists, ({ answers = [] }) => answers[i % answers.length]?.code, 'not-in-list')).toEqual([]);
    }
  });

  test('is a date of the calendar, precise enough, and not of the future', () => {
    const dates = inFull.filter(({ type }) => type === 'date');
    const all = dates.map(({ here }) => here);
    const of = (...precisions: string[]): string[] =>
      dates.filter(({ precision }) => precisions.includes(precision ?? '')).map(({ here }) => here);
    expect(told(dates, () => '20260229', 'not-a-date')).toEqual(all);
    expect(told(dates, () => '2026-01-01', 'not-a-date')).toEqual(all);
    expect(told(dates, () => '2026', 'not-precise')).toEqual(of('day', 'second'));
    expect(told(dates, () => '20260101', 'not-precise')).toEqual(of('second'));
    expect(told(dates, () => '20260101000000', 'not-precise')).toEqual([]);
    // Only a medicine may expire after today.
    expect(told(dates, () => '20261123000000', 'future')).toEqual(all.filter((path) => !path.endsWith('expiry')));
    expect(told(dates, () => '20261122235959', 'future')).toEqual([]);
  });

  test.each(['NI', 'MSK', 'UNK', 'NA', 'ASKU', 'NASK', 'NINF', 'XX'])(
    'may be missing as %s where the guide says so',
    (nullFlavor) => {
      const sayable = inFull.filter(({ type }) => type !== 'data');
      expect(told(sayable, () => ({ nullFlavor }), 'null-flavor')).toEqual(
        sayable.filter((field) => !field.nullFlavors.includes(nullFlavor)).map(({ here }) => here),
      );
    },
  );

  test.each([
    ['integer', '1.5', 'not-whole'],
    ['number', '1,000', 'not-a-number'],
    ['country', 'cn', 'country'],
    ['country', 'XX', 'country'],
    ['language', 'zh', 'language'],
    ['version', '27', 'version'],
    ['meddra', '1234567', 'meddra'],
    ['unit', 'mg / L', 'unit'],
    ['uid', 'two words', 'uid'],
    ['case-id', 'CN-A-B', undefined],
    ['case-id', 'CN-A-B-2026', undefined],
    ['case-id', 'EU-EMA-1', undefined],
    ['case-id', 'cn-A-1', 'case-id'],
    ['case-id', 'XX-A-1', 'case-id'],
    ['case-id', 'CN--1', 'case-id'],
    ['case-id', 'CN-A', 'case-id'],
    ['true', false, 'only-true'],
    ['flag', 'yes', 'not-a-flag'],
  ] as const)('a %s is not %j: %s', (type, value, code) => {
    const all = inFull.filter((field) => field.type === type && (type !== 'unit' || field.list === undefined));
    if (type !== 'uid') expect(all.length).toBeGreaterThan(0);
    for (const { here } of all) {
      const codes = changed(here, value).map((issue) => issue.code);
      if (code === undefined) expect(codes).toEqual([]);
      else expect(codes).toContain(code);
    }
  });
});

/**
 * Goal: what elements ask of each other.
 * Method: the CAR-T case, which breaks no rule, with one thing changed that breaks one.
 */
describe('rules between elements', () => {
  const cases: [string, (report: CaseReport) => void, string, string, Issue['severity']][] = [
    ['no reporter', (r) => r.reporters.splice(0), 'no-reporter', 'reporters', 'rejecting'],
    ['two primary sources', (r) => setAt(r, 'reporters.1.primary', '1'), 'no-primary', 'reporters', 'rejecting'],
    [
      'a primary source from nowhere',
      (r) => setAt(r, 'reporters.0.country', undefined),
      'needed-with',
      'reporters.0.country',
      'rejecting',
    ],
    [
      'a reporter of whom nothing is known',
      (r) => {
        r.reporters = [{ primary: '1', country: { nullFlavor: 'UNK' }, qualification: { nullFlavor: 'UNK' } }];
      },
      'no-reporter-identity',
      'reporters',
      'rejecting',
    ],
    [
      'a sender without organisation',
      (r) => setAt(r, 'sender.organisation', undefined),
      'needed-when',
      'sender.organisation',
      'rejecting',
    ],
    ['a study of no type', (r) => setAt(r, 'study.type', undefined), 'needed-when', 'study.type', 'rejecting'],
    [
      'a patient of whom nothing is known',
      (r) => {
        r.patient = { name: { nullFlavor: 'UNK' }, historyText: '无' };
      },
      'no-patient',
      'patient',
      'rejecting',
    ],
    ['age and birth date', (r) => setAt(r, 'patient.birthDate', '19680101'), 'several-ages', 'patient', 'warning'],
    [
      'no word of history',
      (r) => {
        setAt(r, 'patient.history', undefined);
        setAt(r, 'patient.historyText', undefined);
      },
      'no-history',
      'patient.historyText',
      'rejecting',
    ],
    [
      'a past drug without name',
      (r) => setAt(r, 'patient.pastDrugs.0.name', undefined),
      'missing',
      'patient.pastDrugs.0.name',
      'rejecting',
    ],
    [
      'an age without unit',
      (r) => setAt(r, 'patient.age.unit', undefined),
      'needed-with',
      'patient.age.unit',
      'rejecting',
    ],
    [
      'a unit without age',
      (r) => setAt(r, 'patient.age.value', undefined),
      'needed-with',
      'patient.age.value',
      'rejecting',
    ],
    [
      'a death of unknown autopsy',
      (r) => setAt(r, 'patient.death.date', '20260420'),
      'needed-with',
      'patient.death.autopsy',
      'rejecting',
    ],
    [
      'a death of no reaction',
      (r) => setAt(r, 'patient.death.autopsy', false),
      'death-without-reaction',
      'patient.death',
      'warning',
    ],
    [
      'causes from no autopsy',
      (r) => setAt(r, 'patient.death.autopsyCauses', [{ text: '肺炎' }]),
      'no-autopsy',
      'patient.death.autopsy',
      'warning',
    ],
    [
      'a parent of no sex',
      (r) => setAt(r, 'patient.parent.name', 'W'),
      'needed-when',
      'patient.parent.sex',
      'rejecting',
    ],
    [
      'two MedDRA versions',
      (r) => setAt(r, 'reactions.1.term.version', '26.0'),
      'several-versions',
      'reactions.1.term.version',
      'rejecting',
    ],
    [
      'a MedDRA code of no version',
      (r) => setAt(r, 'reactions.1.term.version', undefined),
      'missing',
      'reactions.1.term.version',
      'rejecting',
    ],
    ['no reaction', (r) => r.reactions.splice(0), 'no-reaction', 'reactions', 'rejecting'],
    [
      'words of no language',
      (r) => setAt(r, 'reactions.0.language', undefined),
      'needed-with',
      'reactions.0.language',
      'rejecting',
    ],
    [
      'called not serious',
      (r) => setAt(r, 'reactions.0.highlighted', '1'),
      'says-not-serious',
      'reactions.0.highlighted',
      'warning',
    ],
    [
      'called serious',
      (r) =>
        setAt(r, 'reactions.0.seriousness', {
          ...r.reactions[0]?.seriousness,
          lifeThreatening: { nullFlavor: 'NI' },
          hospitalisation: { nullFlavor: 'NI' },
        }),
      'says-serious',
      'reactions.0.highlighted',
      'warning',
    ],
    [
      'fatal, but no death',
      (r) => setAt(r, 'reactions.0.outcome', '5'),
      'fatal-not-death',
      'reactions.0.outcome',
      'warning',
    ],
    ['fatal, and nothing of it', (r) => setAt(r, 'reactions.0.outcome', '5'), 'no-death', 'patient.death', 'warning'],
    [
      'death, and recovered',
      (r) => setAt(r, 'reactions.0.seriousness.death', true),
      'death-not-fatal',
      'reactions.0.outcome',
      'warning',
    ],
    [
      'two reactions of one id',
      (r) => setAt(r, 'reactions.1.id', r.reactions[0]?.id),
      'same-id',
      'reactions.1.id',
      'rejecting',
    ],
    [
      'an end before its start',
      (r) => setAt(r, 'reactions.0.end', '20260403'),
      'not-before',
      'reactions.0.end',
      'warning',
    ],
    [
      'confirmed by a physician again',
      (r) => setAt(r, 'reactions.0.medicallyConfirmed', true),
      'healthcare-reporter',
      'reactions.0.medicallyConfirmed',
      'warning',
    ],
    ['a test of no date', (r) => setAt(r, 'tests.0.date', undefined), 'needed-with', 'tests.0.date', 'rejecting'],
    [
      'a test of no name',
      (r) => {
        setAt(r, 'tests.0.name', undefined);
        setAt(r, 'tests.0.term', undefined);
      },
      'no-test-name',
      'tests.0.name',
      'rejecting',
    ],
    ['a test of no result', (r) => setAt(r, 'tests.2.code', undefined), 'no-result', 'tests.2.code', 'rejecting'],
    [
      'a value of no unit',
      (r) => setAt(r, 'tests.1.result.unit', undefined),
      'needed-with',
      'tests.1.result.unit',
      'rejecting',
    ],
    ['no drug', (r) => r.drugs.splice(0), 'no-drug', 'drugs', 'rejecting'],
    ['no suspect', (r) => setAt(r, 'drugs.0.role', '2'), 'no-suspect', 'drugs', 'rejecting'],
    ['a drug of no role', (r) => setAt(r, 'drugs.1.role', undefined), 'missing', 'drugs.1.role', 'rejecting'],
    [
      'a drug of no substance',
      (r) => setAt(r, 'drugs.1.substances', undefined),
      'no-substance',
      'drugs.1.name',
      'warning',
    ],
    [
      'an authorisation of no country',
      (r) => setAt(r, 'drugs.0.authorisation.country', undefined),
      'needed-with',
      'drugs.0.authorisation.country',
      'rejecting',
    ],
    [
      'an MPID and a PhPID',
      (r) => {
        setAt(r, 'drugs.0.mpid.id', '1');
        setAt(r, 'drugs.0.phpid.id', '2');
      },
      'two-product-codes',
      'drugs.0.name',
      'rejecting',
    ],
    [
      'a dose of no unit',
      (r) => setAt(r, 'drugs.0.dosages.0.dose.unit', undefined),
      'needed-with',
      'drugs.0.dosages.0.dose.unit',
      'rejecting',
    ],
    [
      'an assessment of no reaction',
      (r) => setAt(r, 'drugs.0.matrix.0.reactionId', 'x'),
      'unknown-reaction',
      'drugs.0.matrix.0',
      'warning',
    ],
    [
      'a result in words and code',
      (r) => setAt(r, 'drugs.0.matrix.0.assessments.1.result', '肯定'),
      'two-results',
      'drugs.0.matrix.0.assessments.1.result',
      'rejecting',
    ],
    [
      'documents not listed',
      (r) => setAt(r, 'identification.documents', undefined),
      'no-documents',
      'identification.hasDocuments',
      'rejecting',
    ],
    [
      'documents denied',
      (r) => setAt(r, 'identification.hasDocuments', false),
      'documents-denied',
      'identification.hasDocuments',
      'warning',
    ],
    [
      'no base64',
      (r) => setAt(r, 'identification.documents.0.content.data', '%'),
      'not-base64',
      'identification.documents.0.content.data',
      'rejecting',
    ],
    [
      'other ids denied',
      (r) => setAt(r, 'identification.hasOtherIds', { nullFlavor: 'NI' }),
      'ids-denied',
      'identification.hasOtherIds',
      'warning',
    ],
    [
      'other ids not listed',
      (r) => setAt(r, 'identification.otherIds', undefined),
      'needed-with',
      'identification.otherIds',
      'rejecting',
    ],
    ['another message number', (r) => setAt(r, 'message.id', 'x'), 'not-the-same', 'message.id', 'warning'],
    [
      'revised for no reason',
      (r) => setAt(r, 'identification.revision', '1'),
      'needed-with',
      'identification.revisionReason',
      'rejecting',
    ],
    [
      'a reason for no revision',
      (r) => setAt(r, 'identification.revisionReason', 'x'),
      'reason-without-revision',
      'identification.revisionReason',
      'warning',
    ],
    [
      'reported before it was known',
      (r) => setAt(r, 'identification.createdAt', '20260416000000'),
      'not-before',
      'identification.createdAt',
      'warning',
    ],
    [
      'ill before birth',
      (r) => setAt(r, 'patient.birthDate', '20260405'),
      'not-before',
      'reactions.0.start',
      'warning',
    ],
  ];

  test.each(cases)('%s', (_, change, code, path, severity) => {
    const report = reportOf('car-t');
    expect(judge(report)).toEqual([]);
    change(report);
    expect(judge(report)).toContainEqual(expect.objectContaining({ code, path, severity }));
  });
});

describe('versions of a case', () => {
  const previous = reportOf('car-t');
  const codes = (report: CaseReport, before: CaseReport | null): string[] =>
    validateReport(report, { today: TODAY, previous: before }).map(({ code }) => code);

  test('an amendment and a nullification of a known case', () => {
    expect(codes(reportOf('amendment'), previous)).toEqual([]);
    expect(codes(reportOf('nullification'), previous)).toEqual([]);
  });

  test('of a case that is not known', () => {
    expect(codes(reportOf('nullification'), null)).toEqual(['nothing-to-revise']);
  });

  test('after the case was nullified', () => {
    expect(codes(reportOf('amendment'), reportOf('nullification'))).toEqual(['after-nullification', 'older-version']);
  });

  test('of another case', () => {
    const report = reportOf('amendment');
    report.identification.worldwideId = 'CN-OTHER-1';
    expect(codes(report, previous)).toEqual(['other-case']);
  });

  test('an amendment with new information is a follow-up', () => {
    const report = reportOf('amendment');
    report.identification.mostRecentInformation = '20260419';
    expect(codes(report, previous)).toEqual(['amended-date']);
  });
});

describe('what an issue says', () => {
  test('where: the path, the repetition, the XPath of the message', () => {
    const report = reportOf('car-t');
    setAt(report, 'drugs.1.dosages.0.lot', 'x'.repeat(36));
    const [issue] = validateReport(report, { today: TODAY, message: 2 });
    expect(issue).toMatchObject({ element: 'G.k.4.r.7', at: [2, 1], path: 'drugs.1.dosages.0.lot' });
    expect(issue?.xpath).toMatch(/^\/MCCI_IN200100UV01\/PORR_IN049016UV\[3\]\/.*lotNumberText\/text\(\)$/);
    expect(issue?.message).toEqual({
      en: 'Batch / lot number (G.k.4.r.7) has 36 characters, at most 35 are allowed',
      zh: '批号（G.k.4.r.7）共 36 个字符，最多允许 35 个',
    });
  });

  test('of an assessment, which the XML keeps apart from its drug', () => {
    const report = reportOf('car-t');
    setAt(report, 'drugs.0.matrix.1.assessments.0.method', 'x'.repeat(61));
    expect(judge(report)).toMatchObject([
      { element: 'G.k.9.i.2.r.2', at: [1, 2, 1], path: 'drugs.0.matrix.1.assessments.0.method' },
    ]);
  });

  test('nothing is left unfilled, in either language', () => {
    for (const [en, zh] of Object.values(MESSAGES)) {
      expect(en.match(/\{\w+\}/g)?.sort() ?? []).toEqual(zh.match(/\{\w+\}/g)?.sort() ?? []);
    }
    for (const { en, zh } of ELEMENTS.values()) expect(en !== '' && /[\u4e00-\u9fff]|D/.test(zh)).toBe(true);
  });

  test('China asks for more, as advice', () => {
    const report = reportOf('minimal');
    const asked = validateReport(report, { today: TODAY, region: 'CN' });
    expect(asked.map(({ element, severity }) => `${element} ${severity}`)).toEqual([
      'C.1.CN.2 warning',
      'C.1.CN.3 warning',
      'G.k.CN.1 warning',
      'G.k.CN.4 warning',
    ]);
    report.identification.china = { category: '12' };
    expect(validateReport(report, { today: TODAY, region: 'CN' }).map(({ element }) => element)).toContain('C.1.CN.1');
  });

  test('a header needs its numbers', () => {
    const codes = validateBatch({}, { today: TODAY }).map(({ element, code }) => `${element} ${code}`);
    expect(codes).toEqual(['N.1.2 missing', 'N.1.5 missing', 'N.1.4 missing', 'N.1.3 missing']);
  });

  test('today must be a date', () => {
    expect(() => validateReport(reportOf('minimal'), { today: 'now' })).toThrow(RangeError);
  });
});

test('judging changes nothing', () => {
  const { reports, batch } = parseBatch(instance('car-t'));
  const before = structuredClone(reports);
  for (const report of reports) judge(report);
  writeBatch(reports, batch);
  expect(reports).toEqual(before);
});
