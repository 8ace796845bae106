import { describe, expect, test } from 'vitest';
import {
  type Awakening,
  type CrsFindings,
  gradeCrs,
  gradeIcans,
  type IcansFindings,
  iceScore,
  isHypotensive,
  type OxygenDevice,
} from './index.ts';

const FEVER = { temperatureCelsius: 39.5 };

/**
 * Goal: the consensus's own examples, every cell of its tables, and that worse findings never lower a grade.
 * Method: examples and cells as printed; every pair of neighbouring severities in every combination of the other findings.
 */
describe('gradeCrs', () => {
  test.each<{ because: string; findings: CrsFindings; grade: number }>([
    // The example in the consensus's footnotes, as adapted in PMC8021214, table 1.
    {
      because: '39.5 °C, one vasopressor and low-flow oxygen',
      findings: { ...FEVER, vasopressors: ['norepinephrine'], oxygen: 'nasal-cannula', oxygenLitresPerMinute: 4 },
      grade: 3,
    },
    { because: 'fever alone', findings: { temperatureCelsius: 38, hypotension: false, oxygen: 'none' }, grade: 1 },
    {
      because: 'a little below fever',
      findings: { temperatureCelsius: 37.9, hypotension: false, oxygen: 'none' },
      grade: 0,
    },
    { because: 'fluids suffice', findings: { ...FEVER, hypotension: true }, grade: 2 },
    { because: 'systolic 84 in an adult', findings: { ...FEVER, systolicMmHg: 84 }, grade: 2 },
    { because: 'blow-by oxygen in a child', findings: { ...FEVER, oxygen: 'blow-by' }, grade: 2 },
    {
      because: 'cannula at 6 L/min',
      findings: { ...FEVER, oxygen: 'nasal-cannula', oxygenLitresPerMinute: 6 },
      grade: 2,
    },
    {
      because: 'cannula at 8 L/min',
      findings: { ...FEVER, oxygen: 'nasal-cannula', oxygenLitresPerMinute: 8 },
      grade: 3,
    },
    { because: 'Venturi mask', findings: { ...FEVER, oxygen: 'venturi' }, grade: 3 },
    {
      because: 'vasopressin beside one other',
      findings: { ...FEVER, vasopressors: ['norepinephrine', 'Vasopressin'] },
      grade: 3,
    },
    { because: 'vasopressin alone', findings: { ...FEVER, vasopressors: ['vasopressin'] }, grade: 3 },
    { because: 'two others', findings: { ...FEVER, vasopressors: ['norepinephrine', 'epinephrine'] }, grade: 4 },
    { because: 'CPAP', findings: { ...FEVER, oxygen: 'cpap' }, grade: 4 },
    {
      because: 'intubated for a seizure only',
      findings: { ...FEVER, oxygen: 'ventilator', ventilatedForAirwayOnly: true },
      grade: 1,
    },
    {
      because: 'no fever, and none masked',
      findings: { temperatureCelsius: 36.8, vasopressors: ['norepinephrine'] },
      grade: 0,
    },
    {
      because: 'no fever after tocilizumab',
      findings: { temperatureCelsius: 36.8, feverMasked: true, hypotension: true },
      grade: 2,
    },
    {
      because: 'all over after tocilizumab',
      findings: { temperatureCelsius: 36.8, feverMasked: true, hypotension: false, oxygen: 'none' },
      grade: 0,
    },
    { because: 'hypoxia of pneumonia', findings: { ...FEVER, oxygen: 'facemask', otherCause: ['hypoxia'] }, grade: 1 },
    { because: 'death of it', findings: { ...FEVER, oxygen: 'ventilator', died: true }, grade: 5 },
  ])('$because: grade $grade', ({ findings, grade }) => {
    expect(gradeCrs(findings).grade).toBe(grade);
  });

  test('tells what decides and what was not observed', () => {
    expect(gradeCrs({ ...FEVER, oxygen: 'facemask', hypotension: true })).toMatchObject({
      decisive: ['hypoxia'],
      unknown: [],
    });
    expect(gradeCrs(FEVER)).toMatchObject({ grade: 1, decisive: ['fever'], unknown: ['hypotension', 'hypoxia'] });
  });

  test('worse oxygen or more vasopressors never lower the grade', () => {
    const oxygen: OxygenDevice[] = ['none', 'nasal-cannula', 'high-flow-nasal-cannula', 'cpap'];
    const pressure: CrsFindings[] = [
      { hypotension: false },
      { hypotension: true },
      { vasopressors: ['a'] },
      { vasopressors: ['a', 'b'] },
    ];
    const grade = (o: number, p: number) => gradeCrs({ ...FEVER, oxygen: oxygen[o]!, ...pressure[p] }).grade;
    for (let o = 0; o < 4; o += 1)
      for (let p = 0; p < 4; p += 1) {
        if (o > 0) expect(grade(o, p)).toBeGreaterThanOrEqual(grade(o - 1, p));
        if (p > 0) expect(grade(o, p)).toBeGreaterThanOrEqual(grade(o, p - 1));
        expect(grade(o, p)).toBe(Math.max(1, o === 0 ? 0 : o + 1, p === 0 ? 0 : p + 1));
      }
  });

  test.each([
    [0.5, 69, true],
    [0.5, 70, false],
    [4, 77, true],
    [4, 78, false],
    [12, 89, true],
    [50, 90, false],
  ])('at %d years %d mmHg is too low: %s', (age, systolic, expected) => {
    expect(isHypotensive(systolic, age)).toBe(expected);
  });

  test('refuses what cannot be', () => {
    expect(() => gradeCrs({ temperatureCelsius: 101 })).toThrow(RangeError);
    expect(() => gradeCrs({ systolicMmHg: Number.NaN })).toThrow(RangeError);
  });
});

describe('gradeIcans', () => {
  test.each<{ because: string; findings: IcansFindings; grade: number }>([
    // The examples in the consensus's footnotes.
    { because: 'ICE 3 and a generalised seizure', findings: { ice: 3, seizure: 'resolving' }, grade: 3 },
    { because: 'ICE 0, awake with global aphasia', findings: { ice: 0, awakening: 'alert' }, grade: 3 },
    { because: 'ICE 0, cannot be woken', findings: { ice: 0, awakening: 'vigorous' }, grade: 4 },
    { because: 'well', findings: { ice: 10, awakening: 'alert' }, grade: 0 },
    { because: 'ICE 9', findings: { ice: 9 }, grade: 1 },
    { because: 'ICE 7', findings: { ice: 7 }, grade: 1 },
    { because: 'ICE 6', findings: { ice: 6 }, grade: 2 },
    { because: 'ICE 2', findings: { ice: 2 }, grade: 3 },
    { because: 'wakes to voice', findings: { ice: 8, awakening: 'voice' }, grade: 2 },
    { because: 'wakes to touch only', findings: { awakening: 'tactile' }, grade: 3 },
    { because: 'a seizure of more than 5 minutes', findings: { ice: 10, seizure: 'prolonged' }, grade: 4 },
    { because: 'hemiparesis', findings: { ice: 10, focalWeakness: true }, grade: 4 },
    { because: 'focal oedema', findings: { ice: 10, oedema: 'focal' }, grade: 3 },
    { because: 'diffuse oedema', findings: { ice: 10, oedema: 'diffuse' }, grade: 4 },
    { because: "Cushing's triad", findings: { raisedPressureSigns: true }, grade: 4 },
    { because: 'a child with CAPD 5 who wakes to voice', findings: { capd: 5, awakening: 'voice' }, grade: 2 },
    { because: 'a child with CAPD 8', findings: { capd: 8, awakening: 'spontaneous' }, grade: 1 },
    { because: 'a child with CAPD 9', findings: { capd: 9, awakening: 'alert' }, grade: 3 },
    { because: 'death of it', findings: { died: true }, grade: 5 },
  ])('$because: grade $grade', ({ findings, grade }) => {
    expect(gradeIcans(findings).grade).toBe(grade);
  });

  test('a worse finding never lowers the grade', () => {
    const awakening: Awakening[] = ['alert', 'spontaneous', 'voice', 'tactile', 'vigorous'];
    const seizure = ['none', 'resolving', 'prolonged'] as const;
    for (let ice = 0; ice <= 10; ice += 1)
      for (let a = 0; a < 5; a += 1)
        for (let s = 0; s < 3; s += 1) {
          const grade = (i: number, w: number, z: number) =>
            gradeIcans({ ice: i, awakening: awakening[w]!, seizure: seizure[z]! }).grade;
          if (ice < 10) expect(grade(ice, a, s)).toBeGreaterThanOrEqual(grade(ice + 1, a, s));
          if (a > 0) expect(grade(ice, a, s)).toBeGreaterThanOrEqual(grade(ice, a - 1, s));
          if (s > 0) expect(grade(ice, a, s)).toBeGreaterThanOrEqual(grade(ice, a, s - 1));
        }
  });

  test('tells what was not observed; who cannot be woken need not be tested', () => {
    expect(gradeIcans({ awakening: 'vigorous' }).unknown).toEqual(['seizure', 'motor', 'pressure']);
    expect(gradeIcans({ ice: 9 }).unknown).toEqual(['consciousness', 'seizure', 'motor', 'pressure']);
  });

  test('the ICE score adds up to ten', () => {
    const all = { orientation: 4, naming: 3, followsCommands: true, writesSentence: true, countsBackwards: true };
    expect(iceScore(all)).toBe(10);
    expect(iceScore({ ...all, orientation: 2, writesSentence: false })).toBe(7);
    expect(() => iceScore({ ...all, naming: 4 })).toThrow(RangeError);
    expect(() => gradeIcans({ ice: 11 })).toThrow(RangeError);
  });
});
