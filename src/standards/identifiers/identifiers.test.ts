import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CONFORMANCE, expectScore } from '../../../tests/support/scores.ts';
import { readLei, readOrganizationCode, readUscc } from './index.ts';
import { checkOfOrganizationCode } from './uscc.ts';

const USCC = '0123456789ABCDEFGHJKLMNPQRTUWXY';
const LEI = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const RUNS = { numRuns: 2_000 };

const characters = (alphabet: string, length: number) =>
  fc.array(fc.constantFrom(...alphabet), { minLength: length, maxLength: length }).map((all) => all.join(''));

/** Codes whose check characters are those that the reading itself asks for. */
const usccs = fc
  .tuple(fc.constantFrom('91', '51', '12', '93'), fc.constantFrom('440115', '110108', '350100'), characters(USCC, 8))
  .map(([kind, district, organization]) => {
    const body = `${kind}${district}${organization}${checkOfOrganizationCode(organization)}`;
    return `${body}${readUscc(`${body}0`).faults[0]?.expected ?? '0'}`;
  });
const leis = characters(LEI, 18).map((body) => {
  const [fault] = readLei(`${body}00`).faults;
  return `${body}${fault?.expected ?? '00'}`;
});

/**
 * Goal: a wrong code is found, and what is said of it is right.
 * Method: the public suite, published codes, then every change of one character and every swap of neighbours as far as the formula can tell them.
 */
describe('unified social credit codes', () => {
  test('the public suite', ({ skip }) => {
    const suite = readSuite(join(CONFORMANCE, 'identifiers', 'uscc.json'));
    if (suite === undefined) return skip();
    const cases = [...suite.published, ...suite.generated];
    const right = cases.filter(({ code, valid }) => (readUscc(code).faults.length === 0) === valid);
    expectScore('identifiers.uscc-parts', right.length);
    return undefined;
  });

  test('is taken apart, whatever keyboard it came from', () => {
    expect(readUscc('９１３５０１００-m000100y43')).toEqual({
      code: '91350100M000100Y43',
      faults: [],
      parts: { registrar: '9', category: '1', district: '350100', organizationCode: 'M000100Y4' },
    });
  });

  test.each([
    "'91350100M000100Y43",
    '91350100\u2014M000100Y43',
    '9135\u20110100\u2011M000100Y43',
    '\u200b91350100M000100Y43\u200b',
    '\ufeff91350100 M000100Y43\u3000',
  ])('%j is what spreadsheets and web pages make of it', (text) => {
    expect(readUscc(text)).toMatchObject({ code: '91350100M000100Y43', faults: [] });
  });

  test.each([
    ['91350100M000100Y4Z', [{ part: 'characters', at: 18, found: 'Z' }]],
    ['91350100M000100Y44', [{ part: 'check', at: 18, found: '4', expected: '3' }]],
    ['9135010', [{ part: 'length', found: '7', expected: '18' }]],
    ['9135A100M000100Y43', [{ part: 'characters', at: 5, found: 'A' }]],
    [
      '91350100M000101Y43',
      [
        { part: 'organization-check', at: 17, found: '4', expected: '0' },
        { part: 'check', at: 18, found: '3', expected: 'Q' },
      ],
    ],
  ])('%s', (code, faults) => {
    expect(readUscc(code).faults).toEqual(faults);
  });

  test('every change of one character and every swap of neighbours is found', () => {
    fc.assert(
      fc.property(usccs, fc.nat(17), fc.constantFrom(...USCC), (code, at, other) => {
        expect(readUscc(code).faults).toEqual([]);
        if (code[at] !== other) expect(readUscc(code.slice(0, at) + other + code.slice(at + 1)).faults).not.toEqual([]);
        const swapped = swap(code, at % 17);
        if (swapped !== code) expect(readUscc(swapped).faults).not.toEqual([]);
      }),
      RUNS,
    );
  });
});

describe('organization codes that stand alone', () => {
  test.each(['D2143569-X', 'ZIOSV000-9', '000000000', '12345678-8'])('%s', (text) => {
    // The first is the standard's own example; the others were worked out by hand from its formula.
    expect(readOrganizationCode(text).faults).toEqual([]);
  });

  test.each([
    ['12345678-5', { part: 'organization-check', at: 9, found: '5', expected: '8' }],
    ['1234567A-A', { part: 'characters', at: 9, found: 'A' }],
    ['1234567', { part: 'length', found: '7', expected: '9' }],
  ])('%s', (text, fault) => {
    expect(readOrganizationCode(text).faults).toEqual([fault]);
  });
});

describe('legal entity identifiers', () => {
  test.each(['5493001KJTIIGC8Y1R12', '529900T8BM49AURSDO55', '506700GE1G29325QX363'])('%s is published', (code) => {
    expect(readLei(code).faults).toEqual([]);
  });

  test('the right check digits are told', () => {
    expect(readLei('5493001KJTIIGC8Y1R17').faults).toEqual([{ part: 'check', at: 19, found: '17', expected: '12' }]);
    expect(readLei('5493001KJTIIGC8Y1R1O').faults).toEqual([{ part: 'characters', at: 20, found: 'O' }]);
  });

  test('a digit for a digit, a letter for a letter, and neighbours swapped are found, but for 1B, 2M and 3X, which are one number either way', () => {
    fc.assert(
      fc.property(leis, fc.nat(17), fc.constantFrom(...LEI), (code, at, other) => {
        expect(readLei(code).faults).toEqual([]);
        const isSameKind = /\d/.test(other) === /\d/.test(code[at]!);
        if (code[at] !== other && isSameKind)
          expect(readLei(code.slice(0, at) + other + code.slice(at + 1)).faults).not.toEqual([]);
        const pair = code.slice(at, at + 2);
        const isBlind = (at < 17 && /^(1B|B1|2M|M2|3X|X3)$/.test(pair)) || pair[0] === pair[1];
        expect(readLei(swap(code, at)).faults.length === 0, `${code} at ${at}`).toBe(isBlind);
      }),
      RUNS,
    );
  });
});

function swap(code: string, at: number): string {
  return code.slice(0, at) + code[at + 1] + code[at] + code.slice(at + 2);
}

type Case = { code: string; valid: boolean };

function readSuite(path: string): Record<'published' | 'generated', Case[]> | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
