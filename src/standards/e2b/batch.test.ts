import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseBatch, writeBatch } from './batch.ts';
import { formFields } from './form.ts';
import type { BatchHeader, CaseReport, RegionalItem } from './model.ts';
import { fullReport, instance, reportOf, setAt } from './samples.ts';
import { validateBatch, validateReport } from './validate.ts';
import { trimXml, unwritable } from './xml.ts';

const INSTANCES = [
  { name: 'minimal', reports: 1, about: 'written by hand, with nothing that could be left out' },
  {
    name: 'car-t',
    reports: 1,
    about: 'a cell product with CRS and ICANS, in Chinese, all sections but death and parent',
  },
  { name: 'lot-cluster', reports: 3, about: 'a prefix on every element, versions on every code, comments' },
  { name: 'nullification', reports: 1, about: 'in GB18030' },
  { name: 'amendment', reports: 1, about: 'the second version of the CAR-T case' },
];
const TODAY = '2026-11-22';

/**
 * Goal: a message is read whole, and written so that another reads the same.
 * Method: synthetic batches that a schema validator has accepted, in several dresses, judged by what they must say; the same after
 * writing and reading again.
 */
describe.each(INSTANCES)('$name: $about', ({ name, reports: count }) => {
  const { batch, reports, issues } = parseBatch(instance(name));

  test('is read whole', () => {
    expect(issues).toEqual([]);
    expect(reports).toHaveLength(count);
  });

  test('breaks no rule', () => {
    const found = reports.flatMap((report, message) => validateReport(report, { today: TODAY, message }));
    expect([...validateBatch(batch, { today: TODAY }), ...found]).toEqual([]);
  });

  test('is the same after writing and reading', () => {
    const again = parseBatch(writeBatch(reports, batch));
    expect(again).toEqual({ batch, reports, issues: [] });
  });
});

describe('what the instances say', () => {
  test('the CAR-T case', () => {
    const { patient, reactions, drugs, tests = [], narrative, study } = reportOf('car-t');
    expect(reactions.map(({ text, outcome }) => [text, outcome])).toEqual([
      ['细胞因子释放综合征（3 级）', '1'],
      ['免疫效应细胞相关神经毒性综合征（2 级），ICE 6 分', '1'],
    ]);
    expect(reactions[0]).toMatchObject({ start: '20260404', end: '20260409', duration: { value: '6', unit: 'd' } });
    expect(reactions[0]?.seriousness).toMatchObject({ lifeThreatening: true, death: { nullFlavor: 'NI' } });
    expect(drugs.map(({ role, name }) => [role, name])).toEqual([
      ['1', 'BY-CAR19 注射液'],
      ['2', '氟达拉滨'],
      ['2', '托珠单抗'],
    ]);
    expect(drugs[0]?.dosages?.[0]).toMatchObject({
      lot: 'BYC19-260318-07',
      interval: { unit: '{total}' },
      start: '202604011030+0800',
      end: '202604011055+0800',
      duration: { value: '25', unit: 'min' },
      route: { text: '静脉输注', id: '20045000' },
      expiry: '20260918',
    });
    const [crs, icans] = drugs[0]?.matrix ?? [];
    expect(crs?.reactionId).toBe(reactions[0]?.id);
    expect(crs?.assessments?.map(({ result, china }) => result ?? china?.result)).toEqual(['肯定', '1', '很可能']);
    expect(crs?.recurrence).toBe('4');
    expect(icans?.sinceLastDose).toEqual({ value: '6', unit: 'd' });
    expect(tests[1]?.result).toEqual({ qualifier: '>', value: '200', unit: 'mg/L' });
    expect(tests[3]?.text).toContain('6/10');
    expect(patient.recordNumbers).toEqual({ hospital: 'ZY0041207', investigation: { nullFlavor: 'MSK' } });
    expect(patient.history?.[1]).toMatchObject({ family: true, continuing: { nullFlavor: 'UNK' } });
    expect(narrative.text).toContain('<not markup> & "quoted"');
    expect(study?.registrations).toEqual([
      { number: 'ChiCTR0000000000', country: 'CN' },
      { number: { nullFlavor: 'ASKU' } },
    ]);
  });

  test('the cluster is of one lot, and its reports name each other', () => {
    const { reports } = parseBatch(instance('lot-cluster'));
    const lots = reports.flatMap(({ drugs }) => drugs.flatMap(({ dosages = [] }) => dosages.map(({ lot }) => lot)));
    expect(new Set(lots)).toEqual(new Set(['RLG-2605B']));
    const own = reports.map(({ identification }) => identification.worldwideId);
    const named = reports.flatMap(({ identification }) => identification.linkedReports?.map(({ id }) => id) ?? []);
    expect(new Set(named)).toEqual(new Set(own));
  });

  test('nullification and amendment are versions of the case', () => {
    const [first, amended, nullified] = ['car-t', 'amendment', 'nullification'].map(reportOf);
    expect(amended?.identification).toMatchObject({ revision: '2', worldwideId: first?.identification.worldwideId });
    expect(nullified?.identification.revision).toBe('1');
    expect(nullified?.identification.revisionReason).toBe('重复报告：与 CN-BANYANCELL-77 为同一病例');
  });
});

/**
 * Goal: reading undoes writing for every report that can be typed in.
 * Method: a report with every field filled, then random reports: any of the fields, of several repetitions, with any text that XML can
 * hold, missing in any way that the guide allows.
 */
describe('writing and reading', () => {
  const HEADER: BatchHeader = {
    type: '1',
    number: 'B1',
    senderId: 'S',
    receiverId: 'R',
    transmittedAt: '20260102030405',
  };
  const again = (reports: CaseReport[]): CaseReport[] => parseBatch(writeBatch(reports, HEADER)).reports;

  test('a report with every field', () => {
    const report = fullReport();
    const { batch, reports, issues } = parseBatch(writeBatch([report], HEADER));
    expect(issues).toEqual([]);
    expect(reports).toEqual([report]);
    expect(batch).toEqual(HEADER);
  });

  test('any reports', () => {
    fc.assert(
      fc.property(fc.array(anyReport(), { maxLength: 2 }), (reports) => {
        expect(again(reports)).toEqual(reports);
      }),
      { numRuns: 60 },
    );
  });

  test('a middle name without a given name keeps its place', () => {
    const report = fullReport();
    report.reporters = [{ middleName: '中', familyName: '王', primary: '1' }];
    expect(again([report])[0]?.reporters).toEqual(report.reporters);
  });

  test('a street of several lines is several elements', () => {
    const report = fullReport();
    report.sender.street = '滨江路 1 号\n7 层';
    expect(writeBatch([report], HEADER).match(/<streetAddressLine>(滨江路 1 号|7 层)</g)).toHaveLength(2);
    expect(again([report])[0]?.sender.street).toBe('滨江路 1 号\n7 层');
  });

  test('a substance without a name has the empty name that the schema asks for', () => {
    const report = fullReport();
    for (const drug of report.drugs) drug.substances = [{ strength: { value: '1', unit: 'mg' } }];
    const xml = writeBatch([report], HEADER);
    expect(xml).toMatch(/<ingredientSubstance[^>]*>\s*<name\s*\/>\s*<\/ingredientSubstance>/);
    expect(parseBatch(xml).reports).toEqual([report]);
  });

  test('a character that XML cannot hold is refused by name', () => {
    const report = fullReport();
    report.narrative.text = 'a\u0000b';
    expect(() => writeBatch([report], HEADER)).toThrow('H.1 (text) holds the character U+0000');
  });

  test('two values for one place of the schema are refused', () => {
    const report = fullReport();
    Object.assign(report.drugs[0] ?? {}, { mpid: { id: '1' }, phpid: { id: '2' } });
    expect(() => writeBatch([report], HEADER)).toThrow(RangeError);
    const other = fullReport();
    setAt(other, 'drugs.0.matrix.0.assessments.0.china.result', '1');
    expect(() => writeBatch([other], HEADER)).toThrow(RangeError);
  });
});

/** Any report: each field is there or not, each list has none, one or two entries. */
function anyReport(): fc.Arbitrary<CaseReport> {
  const fields = formFields().filter(({ path }) => !/phpid|assessments\.#\.china\.result/.test(path));
  const values = fields.map((field) => fc.option(anyValue(field), { nil: undefined, freq: 2 }));
  return fc
    .record({
      chosen: fc.tuple(fc.tuple(...values), fc.tuple(...values)),
      measured: fc.array(anyMeasured(), { maxLength: 2 }),
      regional: fc.array(fc.array(anyRegional(), { minLength: 1, maxLength: 2 }), { maxLength: 3 }),
      reactions: fc.integer({ min: 0, max: 2 }),
    })
    .map(({ chosen, measured, regional, reactions }) => {
      const report = {
        message: {},
        identification: {},
        reporters: [],
        sender: {},
        patient: {},
        reactions: [] as object[],
        drugs: [] as object[],
        narrative: {},
      };
      chosen.forEach((set, round) => {
        set.forEach((value, index) => {
          const path = fields[index]?.path ?? '';
          // What is in no list is set in the first round only.
          if (value === undefined || (round === 1 && !path.includes('#'))) return;
          if (/^tests\.#\.result/.test(path)) return;
          if (path.startsWith('reactions') && round >= reactions) return;
          setAt(report, path.replaceAll('#', String(round)), value);
        });
      });
      return tidy(report as unknown as CaseReport, measured, regional);
    });
}

/** Fills what random lists leave open: ids, references, and the first entry where only a second was drawn. */
function tidy(report: CaseReport, measured: object[], regional: RegionalItem[][]): CaseReport {
  const whole = JSON.parse(JSON.stringify(report), (_, value) =>
    Array.isArray(value) ? value.filter((entry) => entry !== null) : value,
  ) as CaseReport;
  whole.reactions.forEach((reaction, index) => {
    reaction.id = `r-${index}`;
  });
  whole.drugs.forEach((drug, index) => {
    drug.id = `d-${index}`;
    // The matrix is in the order of the reactions, and an entry without one is last.
    drug.matrix?.forEach((entry, i) => {
      const id = whole.reactions[i]?.id;
      if (id !== undefined) entry.reactionId = id;
    });
    if (drug.matrix && drug.matrix.length - whole.reactions.length > 1) drug.matrix.length = whole.reactions.length + 1;
  });
  whole.tests?.forEach((entry, index) => {
    const result = measured[index];
    if (result !== undefined) Object.assign(entry, { result });
  });
  if (regional[0] !== undefined) whole.regional = regional[0];
  if (regional[1] !== undefined) whole.patient.regional = regional[1];
  const [drug] = whole.drugs;
  if (regional[2] !== undefined && drug !== undefined) drug.regional = regional[2];
  return whole;
}

/** Text that XML can hold, without outer white space, with all that needs escaping. */
function anyText(): fc.Arbitrary<string> {
  const piece = fc.oneof(
    fc.string({ unit: 'binary', minLength: 1, maxLength: 8 }),
    fc.constantFrom('&', '<b>', ']]>', '"', "'", '\t', '\n', '\r', '&amp;', '发热', '👩‍🔬', '\u0085', '\u2028'),
  );
  return fc
    .array(piece, { minLength: 1, maxLength: 3 })
    .map((pieces) => trimXml([...pieces.join('')].filter((one) => unwritable(one) === undefined).join('')))
    .filter((text) => text !== '');
}

function anyValue({ type, nullFlavors, path }: ReturnType<typeof formFields>[number]): fc.Arbitrary<unknown> {
  const isFlag = type === 'flag' || type === 'true';
  const isLines = /\.street$/.test(path);
  const given = isFlag ? fc.boolean() : isLines ? anyText().map((text) => text.replace(/[\r\n]+/g, ' ')) : anyText();
  if (nullFlavors.length === 0) return given;
  const missing = fc.constantFrom(...nullFlavors).map((nullFlavor) => ({ nullFlavor }));
  return fc.oneof({ weight: 3, arbitrary: given }, { weight: 1, arbitrary: missing });
}

function anyMeasured(): fc.Arbitrary<object> {
  return fc.record(
    {
      qualifier: fc.constantFrom('<', '<=', '>', '>='),
      value: fc.constantFrom('0', '1.50', '-3', '200'),
      unit: fc.constantFrom('mg/L', '1', '10*9/L'),
    },
    { requiredKeys: ['value'] },
  );
}

function anyRegional(): fc.Arbitrary<RegionalItem> {
  const code = fc.record({
    code: fc.constantFrom('C17049', 'X-1'),
    codeSystem: fc.constantFrom('2.16.840.1.113883.3.26.1.1'),
    name: anyText(),
  });
  const value = fc.oneof(
    fc.record({ type: fc.constant('CE'), value: anyText(), valueSystem: fc.constant('1.2.3'), valueName: anyText() }),
    fc.record({ type: fc.constant('BL'), value: fc.constantFrom('true', 'false') }),
    fc.record({ type: fc.constantFrom('ST', 'ED'), value: anyText() }),
    fc.record({ type: fc.constant('PQ'), value: fc.constant('1.0'), unit: fc.constant('kg') }),
    fc.record({ type: fc.constantFrom('CE', 'BL', 'TS'), value: fc.constant({ nullFlavor: 'NI' }) }),
  );
  return fc.tuple(code, value).map(([a, b]) => ({ ...a, ...b }));
}
