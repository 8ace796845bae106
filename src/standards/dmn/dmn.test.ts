import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type FeelDateTime, FeelLimitError, parseDateTime, toHost } from '#standards/feel';
import { compileModels, type Decisions, DmnError, readModel, usesOf } from './index.ts';

const NOW = parseDateTime('2026-07-01T12:00:00Z') as FeelDateTime;
const NAMESPACE = 'https://www.omg.org/spec/DMN/20230324/MODEL/';

const model = (inner: string) =>
  `<definitions xmlns="${NAMESPACE}" name="m" namespace="https://example.org/m" id="m">${inner}</definitions>`;
const literal = (text: string) => `<literalExpression><text>${text}</text></literalExpression>`;
const needs = (...hrefs: string[]) =>
  hrefs.map((href) => `<informationRequirement><requiredDecision href="${href}"/></informationRequirement>`).join('');

function asked(decisions: Decisions, inputs: Record<string, unknown> = {}) {
  const outcome = decisions.evaluate({ inputs, now: NOW });
  return { ...outcome, values: Object.fromEntries([...outcome.results].map(([name, value]) => [name, toHost(value)])) };
}

/** A subsidy: 30 % of the cost, at most a ceiling by size, doubled for trials with local institutions. */
const SUBSIDY = model(`
  <itemDefinition name="tSize"><typeRef>string</typeRef><allowedValues><text>"small","large"</text></allowedValues></itemDefinition>
  <inputData id="size" name="size"><variable name="size" typeRef="tSize"/></inputData>
  <inputData id="cost" name="trial cost"><variable name="trial cost" typeRef="number"/></inputData>
  <inputData id="since" name="founded"><variable name="founded" typeRef="date"/></inputData>
  <decision id="ceiling" name="ceiling"><variable name="ceiling" typeRef="number"/>
    <informationRequirement><requiredInput href="#size"/></informationRequirement>
    <informationRequirement><requiredInput href="#since"/></informationRequirement>
    <decisionTable hitPolicy="FIRST">
      <input label="size"><inputExpression typeRef="string"><text>size</text></inputExpression></input>
      <input label="founded"><inputExpression typeRef="date"><text>founded</text></inputExpression></input>
      <output name="ceiling" typeRef="number"><defaultOutputEntry><text>0</text></defaultOutputEntry></output>
      <annotation name="why"/>
      <rule><inputEntry><text>"small"</text></inputEntry><inputEntry><text>-</text></inputEntry>
        <outputEntry><text>3000000</text></outputEntry><annotationEntry><text>phase I</text></annotationEntry></rule>
      <rule><inputEntry><text>-</text></inputEntry><inputEntry><text>&lt; date("2020-01-01")</text></inputEntry>
        <outputEntry><text>10000000</text></outputEntry><annotationEntry><text></text></annotationEntry></rule>
    </decisionTable></decision>
  <decision id="grant" name="grant"><variable name="grant" typeRef="number"/>
    <informationRequirement><requiredInput href="#cost"/></informationRequirement>${needs('#ceiling')}
    ${literal('min(0.3 * trial cost, ceiling)')}</decision>`);

/** Goal: a model gives what its author means, and says how. Method: models small enough to work out by hand. */
describe('decision models', () => {
  test('tells results, the rules that matched, and reads dates where the model asks for them', () => {
    const decisions = compileModels([readModel(SUBSIDY)]);
    expect(decisions.faults).toEqual([]);
    const { values, tables } = asked(decisions, { size: 'large', 'trial cost': 20_000_000.1, founded: '2019-05-04' });
    expect(values).toEqual({ ceiling: 10_000_000, grant: 6_000_000.03 });
    expect(tables).toEqual([expect.objectContaining({ element: 'ceiling', matched: [1], result: 10_000_000 })]);
  });

  test('what is not told is unknown, never zero, and said', () => {
    const { values, notes } = asked(compileModels([readModel(SUBSIDY)]), { size: 'small' });
    expect(values).toEqual({ ceiling: 3_000_000, grant: null });
    expect(notes).toContainEqual({ reason: 'missing-input', where: 'grant', facts: { name: 'trial cost' } });
  });

  test('what a type does not allow is refused', () => {
    const { values, notes } = asked(compileModels([readModel(SUBSIDY)]), { size: 'tiny', founded: '2024-01-01' });
    expect(values.ceiling).toBe(0);
    expect(notes).toContainEqual({ reason: 'does-not-conform', where: 'ceiling', facts: { name: 'size' } });
  });

  test('a decision can be told instead of found', () => {
    const { values } = asked(compileModels([readModel(SUBSIDY)]), { 'trial cost': 100, ceiling: 7 });
    expect(values.grant).toBe(7);
  });

  test('namespaces of DMN 1.1 to 1.5 are read', () => {
    for (const namespace of [
      'http://www.omg.org/spec/DMN/20151101/dmn.xsd',
      'http://www.omg.org/spec/DMN/20180521/MODEL/',
    ]) {
      expect(readModel(SUBSIDY.replace(NAMESPACE, namespace)).elements).toHaveLength(5);
    }
  });

  test('an expression that cannot be read is a fault with its place; the others live on', () => {
    const decisions = compileModels([
      readModel(
        model(
          `<decision id="a" name="a">${literal('1 +')}</decision>\n<decision id="b" name="b">${literal('2')}</decision>`,
        ),
      ),
    ]);
    expect(decisions.faults).toEqual([
      { element: 'a', line: 1, kind: 'syntax', text: '1 +', at: 3, message: 'the expression ends too early' },
    ]);
    expect(asked(decisions).values).toEqual({ a: null, b: 2 });
  });

  test('a knowledge model may call itself, within bounds', () => {
    const knowledge = (
      body: string,
    ) => `<businessKnowledgeModel id="f" name="fact"><encapsulatedLogic><formalParameter name="n"/>${literal(body)}</encapsulatedLogic></businessKnowledgeModel>
      <decision id="d" name="d"><knowledgeRequirement><requiredKnowledge href="#f"/></knowledgeRequirement>${literal('fact(20)')}</decision>`;
    expect(asked(compileModels([readModel(model(knowledge('if n = 0 then 1 else n * fact(n - 1)')))])).values).toEqual({
      d: 2432902008176640000,
    });
    expect(() => asked(compileModels([readModel(model(knowledge('fact(n + 1)')))]))).toThrow(FeelLimitError);
  });
});

/** Goal: each hit policy does what chapter 8.2.10 says of it. Method: one table of overlapping rules, worked out by hand for several inputs. */
describe('hit policies', () => {
  const RULES: readonly [string, string][] = [
    ['&lt; 10', '20'],
    ['&lt; 20', '10'],
    ['&lt; 5', '20'],
    ['[50..60]', '30'],
  ];
  const table = (attributes: string, { values = '30, 20, 10', otherwise = '' } = {}) =>
    compileModels([
      readModel(
        model(`<inputData id="n" name="n"><variable name="n" typeRef="number"/></inputData>
        <decision id="d" name="d"><variable name="d"/><informationRequirement><requiredInput href="#n"/></informationRequirement>
          <decisionTable ${attributes}><input><inputExpression typeRef="number"><text>n</text></inputExpression></input>
          <output typeRef="number"><outputValues><text>${values}</text></outputValues>${otherwise}</output>
          ${RULES.map(([test, output]) => `<rule><inputEntry><text>${test}</text></inputEntry><outputEntry><text>${output}</text></outputEntry></rule>`).join('')}
          </decisionTable></decision>`),
      ),
    ]);

  test.each([
    ['hitPolicy="UNIQUE"', [null, null, 10, 30, null]],
    ['hitPolicy="FIRST"', [20, 20, 10, 30, null]],
    ['hitPolicy="PRIORITY"', [20, 20, 10, 30, null]],
    ['hitPolicy="ANY"', [null, null, 10, 30, null]],
    ['hitPolicy="RULE ORDER"', [[20, 10, 20], [20, 10], [10], [30], []]],
    ['hitPolicy="OUTPUT ORDER"', [[20, 20, 10], [20, 10], [10], [30], []]],
    ['hitPolicy="COLLECT"', [[20, 10, 20], [20, 10], [10], [30], []]],
    ['hitPolicy="COLLECT" aggregation="SUM"', [50, 30, 10, 30, null]],
    ['hitPolicy="COLLECT" aggregation="MIN"', [10, 10, 10, 30, null]],
    ['hitPolicy="COLLECT" aggregation="MAX"', [20, 20, 10, 30, null]],
    ['hitPolicy="COLLECT" aggregation="COUNT"', [3, 2, 1, 1, 0]],
  ])('%s', (attributes, expected) => {
    const decisions = table(attributes);
    expect([4, 9, 15, 55, 40].map((n) => asked(decisions, { n }).values['d'])).toEqual(expected);
  });

  test('the order of priority is that of the output values, not of the numbers', () => {
    const decisions = table('hitPolicy="PRIORITY"', { values: '10, 20, 30' });
    expect(asked(decisions, { n: 4 }).values['d']).toBe(10);
  });

  test('a default output answers where no rule matches, and nowhere else', () => {
    const decisions = table('hitPolicy="FIRST"', {
      otherwise: '<defaultOutputEntry><text>1</text></defaultOutputEntry>',
    });
    expect([4, 40].map((n) => asked(decisions, { n }).values['d'])).toEqual([20, 1]);
  });

  test('an input that is not told, or is of another type, matches no comparison', () => {
    const decisions = table('hitPolicy="FIRST"');
    expect(asked(decisions).values['d']).toBe(null);
    expect(asked(decisions, { n: 'four' }).values['d']).toBe(null);
  });
});

/** Goal: how a model uses its inputs is never told more kindly than it is. Method: expressions of which each use is plain to see. */
describe('usesOf', () => {
  const uses = (text: string, type = 'number') => {
    const read = readModel(
      model(`<inputData id="a" name="a"><variable name="a" typeRef="${type}"/></inputData>
      <inputData id="b c" name="b c"><variable name="b c" typeRef="number"/></inputData>
      <decision id="d" name="d"><variable name="d"/>${literal(text)}</decision>`),
    );
    return usesOf(read, new Set(['d']));
  };

  test.each([
    ['a &gt; 5 and 7 &gt;= a', [5, 7]],
    ['a in [1..3]', [1, 3]],
    ['a in (1, 2)', [1, 2]],
    ['a between 4 and 9', [4, 9]],
    ['b c &gt; 3', []],
    ['if a = 2 then "a" else "b"', [2]],
    ['some x in [1, 2] satisfies a = 2 and x = 1', [2]],
    ['a + 1 &gt; 5', undefined],
    ['a &gt; b c', undefined],
    ['[a]', undefined],
    ['min(a, 3)', undefined],
    ['{x: a}.x', undefined],
    ['(a) &gt; 5 or -a &lt; 3', undefined],
    ['(', undefined],
  ])('%s', (text, expected) => {
    expect(uses(text).comparedWith.get('a')).toEqual(expected);
  });

  test('a type with values of its own compares, too; the clock is seen wherever it is asked', () => {
    expect(uses('a &gt; 5', 'tSize').comparedWith.get('a')).toBe(undefined);
    expect(uses('a &gt; 5').asksClock).toBe(false);
    expect(uses('[1][item &gt; today().year]').asksClock).toBe(true);
  });
});

/** Goal: what nobody can evaluate is refused with the place and what to mend, never a stack trace. */
describe('refusals', () => {
  test.each([
    ['<!DOCTYPE x [<!ENTITY a "b">]><x/>', 'document type'],
    ['<definitions', 'no well-formed XML'],
    ['<x/>', 'no DMN model'],
    [model('<decision id="a"/>'), 'needs the attribute "name"'],
    [model('<decision id="a" name="a"/><decision id="a" name="b"/>'), 'used twice'],
    [
      model('<decision id="a" name="a"><decisionTable hitPolicy="BEST"><output/></decisionTable></decision>'),
      'none of UNIQUE',
    ],
    [
      model('<decision id="a" name="a"><decisionTable><output/><rule/></decisionTable></decision>'),
      'needs 0 input and 1 output',
    ],
    [`${'<a>'.repeat(500)}`, 'nested too deep'],
  ])('%s', (text, message) => {
    expect(() => readModel(text)).toThrow(
      expect.objectContaining({ constructor: DmnError, message: expect.stringContaining(message) }),
    );
  });

  test('circles of decisions and of types', () => {
    const circle = model(
      `<decision id="a" name="a">${needs('#b')}</decision><decision id="b" name="b">${needs('#a')}</decision>`,
    );
    expect(() => compileModels([readModel(circle)])).toThrow('in a circle: a -> b -> a');
    const types = model(
      '<itemDefinition name="t"><typeRef>u</typeRef></itemDefinition><itemDefinition name="u"><typeRef>t</typeRef></itemDefinition>',
    );
    expect(() => compileModels([readModel(types)])).toThrow('is defined by itself');
  });

  test('a model that was damaged anywhere is read or refused', () => {
    fc.assert(
      fc.property(
        fc.nat(SUBSIDY.length - 1),
        fc.nat(40),
        fc.constantFrom('', '<', '"', 'x', '</decision>'),
        (at, length, put) => {
          try {
            asked(compileModels([readModel(SUBSIDY.slice(0, at) + put + SUBSIDY.slice(at + length))]));
          } catch (error) {
            if (!(error instanceof DmnError || error instanceof FeelLimitError)) throw error;
          }
        },
      ),
      { numRuns: 1_000 },
    );
  });
});
