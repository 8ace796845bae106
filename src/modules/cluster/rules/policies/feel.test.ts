import fc from 'fast-check';
import { evaluate } from 'feelin';
import { describe, expect, test } from 'vitest';
import { Problem } from '#kernel/problem';
import type { Answers, AnswerValue, Variable } from '../../model/policies.ts';
import { compileCondition, representatives } from './feel.ts';

const both = { en: '', zh: '' };
const rest = { question: both, evidence: both, holder: both };
const VARIABLES: Variable[] = [
  { name: 'a', type: 'flag', ...rest },
  { name: 'b', type: 'flag', ...rest },
  { name: 'phase', type: 'code', options: ['none', 'I', 'II'].map((value) => ({ value, ...both })), ...rest },
  { name: 'area', type: 'number', ...rest },
  { name: 'cost', type: 'money', ...rest },
];
const VOCABULARY = new Map(VARIABLES.map((each) => [each.name, each]));

/** Texts of the language of conditions. */
const condition = fc.letrec<{ logic: string }>((tie) => ({
  logic: fc.oneof(
    { maxDepth: 4, depthIdentifier: 'logic' },
    fc.constantFrom(
      ...['a', 'b', 'not(a)', 'phase = "I"', 'phase != "II"', 'phase in ("I", "II")', 'area > 1000', 'area <= 500'],
      ...[
        '(area in [500..1000))',
        'area between 500 and 1000',
        'cost >= 200',
        '300 > cost',
        '(phase in ["none"])',
        'a = true',
      ],
    ),
    fc.tuple(tie('logic'), fc.constantFrom('and', 'or'), tie('logic')).map(([x, op, y]) => `(${x} ${op} ${y})`),
    tie('logic').map((x) => `not(${x})`),
  ),
})).logic;
const KINDS: Record<string, AnswerValue[]> = {
  a: [true, false],
  b: [true, false],
  phase: ['none', 'I', 'II'],
  area: [0, 499, 500, 750, 1000, 1001],
  cost: [0, 19_999, 20_000, 25_000, 30_000, 30_001],
};
const answers = fc.record(
  Object.fromEntries(
    Object.entries(KINDS).map(([name, values]) => [name, fc.option(fc.constantFrom(...values), { nil: undefined })]),
  ),
) as fc.Arbitrary<Answers>;

/** Every way to answer what is open, over values of every kind that the conditions can tell apart. */
function completions(given: Answers, names: readonly string[]): Answers[] {
  const [name, ...others] = names.filter((each) => given[each] === undefined);
  if (name === undefined) return [given];
  return KINDS[name]!.flatMap((value) => completions({ ...given, [name]: value }, others));
}

/**
 * Goal: what is not known never passes for yes or for no, and what every completion decides alike is decided.
 * Method: random conditions and answers held against the enumeration of all completions; each completion against feelin, which is
 * another reader of the same language and has no unknowns to mistake there.
 */
describe('compileCondition', () => {
  test('decides exactly what all completions decide alike', () => {
    fc.assert(
      fc.property(condition, answers, (text, given) => {
        const { test: ask, names } = compileCondition(text, VOCABULARY);
        const all = new Set(completions(given, names).map((each) => ask(each)));
        expect(all.has('unknown')).toBe(false);
        const said = ask(given);
        if (said === 'unknown') expect(all.size).toBe(2);
        else expect([...all]).toEqual([said]);
      }),
      { numRuns: 300 },
    );
  });

  test('agrees with feelin where everything is answered', () => {
    fc.assert(
      fc.property(condition, answers, (text, given) => {
        const { test: ask, names } = compileCondition(text, VOCABULARY);
        const [full] = completions(given, names);
        const yuan = { ...full, cost: full!['cost'] === undefined ? null : (full!['cost'] as number) / 100 };
        expect(ask(full!)).toBe(evaluate(text, yuan).value === true ? 'yes' : 'no');
      }),
      { numRuns: 300 },
    );
  });

  test('no answer is not another answer, which FEEL itself takes it for', () => {
    expect(evaluate('phase != "II"', { phase: null }).value).toBe(true);
    expect(compileCondition('phase != "II"', VOCABULARY).test({})).toBe('unknown');
    expect(compileCondition('phase = "II"', VOCABULARY).test({})).toBe('unknown');
    expect(compileCondition('phase in ("I", "II")', VOCABULARY).test({})).toBe('unknown');
  });

  test('what holds whatever the answer is needs none', () => {
    expect(compileCondition('a or not(a)', VOCABULARY).test({})).toBe('yes');
    expect(compileCondition('area > 1000 and area <= 500', VOCABULARY).test({})).toBe('no');
    expect(compileCondition('phase = "I" or phase in ("II", "none")', VOCABULARY).test({})).toBe('yes');
  });

  test.each([
    'a and',
    'unknownName',
    'phase = "IV"',
    'area = "much"',
    'phase > "I"',
    'count(a) > 1',
    'if a then b else a',
    'a.b',
    'area + 1 > 2',
    'phase',
    '"I"',
    'a; b',
    '{a: 1}',
    `${'not('.repeat(200)}a${')'.repeat(200)}`,
    'a or '.repeat(1_000).concat('b'),
  ])('refuses %s', (text) => {
    expect(() => compileCondition(text, VOCABULARY)).toThrow(Problem);
  });

  test('any text compiles or is refused in words', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 60 }), (text) => {
        try {
          compileCondition(text, VOCABULARY);
        } catch (error) {
          expect(error).toBeInstanceOf(Problem);
        }
      }),
      { numRuns: 500 },
    );
  });

  test('representatives lie on every side of every literal', () => {
    expect(representatives(VOCABULARY.get('area')!, [500, 1000])).toEqual([499, 500, 750, 1000, 1001]);
    expect(representatives(VOCABULARY.get('cost')!, [200])).toEqual([19_999, 20_000, 20_001]);
  });
});
