import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BUILT_INS } from './builtins/index.ts';
import { exp, formatNum, ln, type Num, parseNum, power, sqrt } from './decimal.ts';
import {
  type Act,
  compileExpression,
  compileUnaryTests,
  type FeelDateTime,
  FeelLimitError,
  FeelSyntaxError,
  formatValue,
  fromHost,
  parseDateTime,
  toHost,
  type Value,
} from './index.ts';
import { compilePattern, PatternCostError, PatternError } from './pattern.ts';

const actOf = (fuel = 1_000_000): Act => ({
  now: parseDateTime('2026-07-01T08:30:00+08:00') as FeelDateTime,
  fuel,
  depth: 0,
  notes: [],
});

function evaluate(text: string, variables: Record<string, unknown> = {}, act = actOf()): Value {
  const values = Object.values(variables).map((value) => fromHost(value));
  return compileExpression(text, { names: Object.keys(variables) }).run(values, act);
}

const shown = (text: string, variables?: Record<string, unknown>) => formatValue(evaluate(text, variables), true);

/**
 * Goal: FEEL as its readers expect it, in what the public suite (tests/contract/dmn-tck) asks little of.
 * Method: expressions with the answers that the standard's text gives; decimals worked out with Python's decimal.
 */
describe('FEEL', () => {
  test.each([
    ['0.1 + 0.2 = 0.3', 'true'],
    ['1 / 3', '0.3333333333333333333333333333333333'],
    ['2 / 3', '0.6666666666666666666666666666666667'],
    ['9007199254740993 + 2', '9007199254740995'],
    ['10 ** 40 + 1', `1${'0'.repeat(40)}`],
    ['decimal(2.675, 2)', '2.68'],
    ['modulo(-10, 3)', '2'],
    ['round half up(-2.5, 0)', '-3'],
    ['date("2024-01-31") + duration("P1M")', '2024-02-29'],
    ['date("2024-02-29") + duration("P1Y")', '2025-02-28'],
    // The clocks of Paris go back at 03:00: 26 hours after noon it is 13:00.
    ['@"2026-10-24T12:00:00@Europe/Paris" + @"PT26H"', '2026-10-25T13:00:00@Europe/Paris'],
    ['today() - date("2026-06-01")', 'P30D'],
    ['string length("药监局🐎")', '4'],
    ['substring("药监局", 2, 1)', '"监"'],
    ['sort([3, 1, 2], function(a, b) a > b)', '[3, 2, 1]'],
    ['for i in 1..4 return if i = 1 then 1 else i * partial[-1]', '[1, 2, 6, 24]'],
    ['{rate: 0.3, cap: 100, grant: min(cap, rate * 1000)}.grant', '100'],
    ['[{a b: 1}, {a b: 5}][a b > 2].a b', '[5]'],
    ['matches("A-12", "[A-Z]-\\\\d{2}")', 'true'],
    ['{"__proto__": 1}.constructor', 'null'],
  ])('%s is %s', (text, expected) => {
    expect(shown(text)).toBe(expected);
  });

  test('names with spaces and signs are found when they are known', () => {
    expect(shown('profit - loss', { profit: 5, loss: 1 })).toBe('4');
    expect(shown('profit-loss + 1', { 'profit-loss': 5, profit: 1, loss: 1 })).toBe('6');
    expect(shown('Annual  Income > 2 and 企业 规模 = "小"', { 'Annual Income': 3, '企业 规模': '小' })).toBe('true');
  });

  test('what fails is null and says why and where', () => {
    const act = actOf();
    expect(evaluate('1 + {a: 2}.b', {}, act)).toBeNull();
    expect(act.notes).toEqual([
      { reason: 'unknown-property', at: 10, facts: { name: 'b', type: 'context' } },
      { reason: 'wrong-type', at: 2, facts: { operator: '+', left: 'number', right: 'null' } },
    ]);
  });

  test.each([
    ['1 +', 3],
    ['[1, 2', 5],
    ['"open', 0],
    ['if a then b', 11],
    ['@"2026-13-01"', 0],
    ['"a" "b"', 4],
  ])('%s is refused at character %d', (text, at) => {
    expect(() => evaluate(text)).toThrow(expect.objectContaining({ constructor: FeelSyntaxError, at }));
  });

  test.each([
    ['-', 1, true],
    ['< 5, [10..20)', 12, true],
    ['< 5, [10..20)', 20, false],
    ['not(1, 2)', 3, true],
    ['not(1, 2)', 2, false],
    ['not(< "a")', 5, false],
    ['starts with(?, "A")', 'Ab', true],
    ['null', null, true],
    ['["a", "b"]', 'b', true],
  ])('%s of %s: %s', (text, value, passes) => {
    expect(compileUnaryTests(text, { names: ['?'] }).run([fromHost(value)], actOf())).toBe(passes);
  });
});

/** Goal: 34 digits hold. Method: values of Python's decimal module, all digits; sums and products of cents held against whole numbers. */
describe('decimals', () => {
  const num = (text: string) => parseNum(text) as Num;

  test.each([
    [sqrt, '2', '1.414213562373095048801688724209698'],
    [exp, '1', '2.718281828459045235360287471352662'],
    [exp, '-20.5', '0.000000001250152866386742628937553119231222'],
    [ln, '10', '2.302585092994045684017991454684364'],
    [ln, '1.000001', '0.0000009999995000003333330833335333331667'],
  ] as const)('%o of %s is %s', (operation, of, expected) => {
    expect(formatNum(operation(num(of)) as Num)).toBe(expected);
  });

  test('a power need not be whole', () => {
    expect(formatNum(power(num('1.0001'), num('12345.678')) as Num)).toBe('3.436680641433237995328116346023276');
  });

  test('sums, differences and products of cents are exact', () => {
    const cents = fc.bigInt({ min: -(10n ** 15n), max: 10n ** 15n });
    fc.assert(
      fc.property(cents, cents, (a, b) => {
        const text = (n: bigint) =>
          `${n < 0n ? '-' : ''}${String(n < 0n ? -n : n).padStart(3, '0')}`.replace(/(..)$/, '.$1');
        expect(shown(`${text(a)} - (${text(b)}) = ${text(a - b)}`)).toBe('true');
        expect(shown(`(${text(a)}) * 100 + (${text(b)}) * 100 = ${a + b}`)).toBe('true');
      }),
    );
  });
});

/**
 * Goal: no expression, whoever wrote it, costs more than it may or ends in a failure of the program.
 * Method: the known ways to exhaust an evaluator; then random text made of FEEL's own words, held to end soon, in a value or in one of
 * the three errors that say so.
 */
describe('bounds', () => {
  test.each([
    ['a loop', 'count(for i in 1..100000000 return i)'],
    ['loops in loops', 'for a in 1..1000, b in 1..1000, c in 1..1000 return a'],
    ['a text that doubles', 'for i in 1..100 return if i = 1 then "ab" else partial[-1] + partial[-1]'],
    ['a recursion', '{f: function(g, n) g(g, n + 1), r: f(f, 1)}.r'],
    ['lists in lists', 'for i in 1..60 return if i = 1 then [1] else concatenate(partial[-1], partial[-1])'],
    [
      'sorting with a slow order',
      'sort(for i in 1..50000 return i, function(a, b) count(for j in 1..1000 return j) > 0)',
    ],
  ])('%s ends', (_, text) => {
    expect(() => evaluate(text)).toThrow(FeelLimitError);
  });

  test.each([
    ['(a+)+$', `${'a'.repeat(40)}!`],
    ['(a|aa)+$', `${'a'.repeat(60)}!`],
    ['(.*)*x', 'y'.repeat(50)],
    ['((a?){20}){20}a{30}b', 'a'.repeat(30)],
  ])('the pattern %s ends', (pattern, text) => {
    expect(() => compilePattern(pattern).find([...text], 0)).toThrow(PatternCostError);
  });

  test('deep brackets and long chains are refused, not run into', () => {
    expect(() => evaluate(`${'('.repeat(5_000)}1${')'.repeat(5_000)}`)).toThrow(FeelSyntaxError);
    expect(() => evaluate('1'.concat('+1'.repeat(5_000)))).toThrow(FeelSyntaxError);
    expect(() => evaluate('-'.repeat(5_000).concat('1'))).toThrow(FeelSyntaxError);
    expect(() => compilePattern('('.repeat(500))).toThrow(PatternError);
  });

  const WORDS = [
    ...[
      '1',
      '0',
      '-1',
      '2.5',
      '"a"',
      '"a+"',
      'null',
      'true',
      'x',
      'item',
      '[',
      ']',
      '(',
      ')',
      '{',
      '}',
      ',',
      ':',
      '..',
      '.',
      '?',
    ],
    ...['+', '-', '*', '/', '**', '=', '<', '>=', 'and', 'or', 'in', 'between', 'if', 'then', 'else', 'for', 'return'],
    ...[
      'some',
      'every',
      'satisfies',
      'instance of',
      'number',
      'list<',
      '>',
      'function(',
      'partial',
      '@"P1D"',
      '@"2026-01-01"',
    ],
    ...[
      'date(',
      'replace(',
      'matches(',
      'sort(',
      'string(',
      'context put(',
      'range(',
      'list replace(',
      'union(',
      'split(',
    ],
  ];

  test('random text ends in a value or in an error that says so', () => {
    const texts = fc.array(fc.constantFrom(...WORDS), { maxLength: 14 }).map((words) => words.join(' '));
    fc.assert(
      fc.property(texts, (text) => {
        try {
          const value = evaluate(text, { x: [1, { a: 'b' }] }, actOf(20_000));
          expect(() => JSON.stringify(toHost(value))).not.toThrow();
        } catch (error) {
          if (!(error instanceof FeelSyntaxError || error instanceof FeelLimitError)) throw error;
        }
      }),
      { numRuns: 5_000 },
    );
  });

  test('random arguments to every built-in function end in a value', () => {
    const argument = fc.constantFrom(
      ...['null', '-1', '0', '3', '1e30', '0.5', '""', '"é🐎a"', '[]', '[1,null]', '{a: 1}', '[1..3]'],
    );
    const more = fc.constantFrom(
      '(< 5)',
      '@"P1Y"',
      '@"PT1S"',
      '@"-0001-01-01"',
      '@"10:00:00@Europe/Paris"',
      'function(a,b) a<b',
      '"(a*)*"',
    );
    const names = [...BUILT_INS.keys()];
    fc.assert(
      fc.property(fc.constantFrom(...names), fc.array(fc.oneof(argument, more), { maxLength: 4 }), (name, args) => {
        try {
          formatValue(evaluate(`${name}(${args.join(', ')})`, {}, actOf(200_000)));
        } catch (error) {
          if (!(error instanceof FeelLimitError)) throw error;
        }
      }),
      { numRuns: 5_000 },
    );
  });
});
