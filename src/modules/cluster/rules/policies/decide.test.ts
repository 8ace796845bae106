import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Problem } from '#kernel/problem';
import type { Answers, AnswerValue, Clause, ClauseModel, PolicyVersion } from '../../model/policies.ts';
import {
  assess,
  clausesAt,
  nextQuestions,
  POLICIES,
  readyClause,
  readyClauses,
  type StandingClause,
  VOCABULARY,
  waysToQualify,
} from './index.ts';

const FACTS = new URL('../../../../../facts/cluster/decisions/nansha-permit-and-base.dmn', import.meta.url);
const both = { en: '', zh: '' };

function version(content: string): PolicyVersion {
  const model: ClauseModel = { name: 'm', hash: content, content };
  return { version: 1, from: '2024-04-29', models: { 'm@1': model }, clauses: [] };
}

function ready(content: string, clause: Partial<Clause>): StandingClause {
  const of = version(content);
  const whole: Clause = { id: 'c', title: both, amount: { kind: 'none' }, evidence: [], ...clause };
  return { ...readyClause('p', of, whole, VOCABULARY), standing: 'in-force', caps: [] };
}

const model = (inputs: readonly [string, string][], decisions: string) =>
  `<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/" name="m" namespace="https://example.org/m" id="m">
    ${inputs.map(([name, type]) => `<inputData id="${name}" name="${name}"><variable name="${name}" typeRef="${type}"/></inputData>`).join('')}${decisions}</definitions>`;
const literal = (name: string, text: string, ...inputs: string[]) =>
  `<decision id="${name}" name="${name}"><variable name="${name}"/>${inputs
    .map((input) => `<informationRequirement><requiredInput href="#${input}"/></informationRequirement>`)
    .join('')}<literalExpression><text>${text}</text></literalExpression></decision>`;

/**
 * Goal: a clause says the same whether its conditions and amount are FEEL of the facts or the tables of a decision model.
 * Method: two real clauses written as tables, held against their FEEL form over random answers, some of them missing.
 */
describe('a real clause as a decision table', () => {
  const content = readFileSync(FACTS, 'utf8');
  const feel = (id: string) =>
    clausesAt(POLICIES, '2026-06-01', readyClauses).find(({ key }) => key === `nansha-nine/${id}`)!;
  const options = (name: string) => VOCABULARY.get(name)!.options!.map(({ value }) => value);
  const some = (...values: AnswerValue[]) => fc.option(fc.constantFrom(...values), { nil: undefined, freq: 3 });
  const answers = fc.record({
    district: some(...options('district')),
    trialPermitClass: some(...options('trialPermitClass')),
    leading: some(true, false),
    newBase: some(true, false),
    fixedInvestment: fc.option(
      fc.oneof(fc.integer({ min: 0, max: 3e11 }), fc.constantFrom(2e10, 2e10 - 1, 1e11, 1e11 + 7, 99_999_999_999)),
      { nil: undefined, freq: 3 },
    ),
  }) as fc.Arbitrary<Answers>;

  test.each([
    ['trial-permit', 'permit rewarded', 'permit yuan', undefined],
    ['new-base', 'base rewarded', 'base yuan', 100_000_000],
  ])('%s says what its FEEL says', (id, eligible, amount, ceilingYuan) => {
    const written = feel(id);
    const { when: _, ...rest } = written.clause;
    const table = ready(content, {
      ...rest,
      decision: { model: 'm', version: 1, eligible },
      amount: { kind: 'decision', decision: amount, ...(ceilingYuan !== undefined && { ceilingYuan }) },
    });
    fc.assert(
      fc.property(answers, (given) => {
        const [one, other] = [assess(written, given), assess(table, given)];
        expect([other.verdict, other.missing.toSorted()]).toEqual([one.verdict, one.missing.toSorted()]);
        const isTold = id === 'new-base' || given['trialPermitClass'] !== undefined;
        // Tiers leave out the class that earns nothing; a table tries it, too.
        expect([isTold ? other.amount.least : 0, other.amount.most]).toEqual([
          isTold ? one.amount.least : 0,
          one.amount.most,
        ]);
      }),
      { numRuns: 1_000 },
    );
  });

  test('the rules that matched stand in the working, and what was asked is asked for', () => {
    const table = ready(content, {
      decision: { model: 'm', version: 1, eligible: 'permit rewarded' },
      amount: { kind: 'decision', decision: 'permit yuan' },
    });
    expect(assess(table, { district: 'nansha', trialPermitClass: '2' })).toMatchObject({
      verdict: 'yes',
      amount: {
        least: 100_000_000,
        most: 100_000_000,
        steps: [{ key: 'decision', facts: { decision: 'permit yuan' } }],
      },
      tables: [
        { model: 'm', version: 1, table: 'permit rewarded', inputs: ['nansha', '2'], matched: [0] },
        { table: 'permit yuan', matched: [1] },
      ],
    });
    expect(assess(table, { district: 'nansha' })).toMatchObject({
      verdict: 'unknown',
      missing: ['trialPermitClass'],
      tables: [],
      amount: { least: 0, most: 200_000_000, needs: ['trialPermitClass'] },
    });
    expect(nextQuestions([table], { district: 'nansha' }, VOCABULARY, 3)[0]).toMatchObject({
      name: 'trialPermitClass',
    });
    const base = ready(content, { decision: { model: 'm', version: 1, eligible: 'base rewarded' } });
    const ways = waysToQualify(
      base,
      { district: 'nansha', leading: true, newBase: false, fixedInvestment: 3e10 },
      VOCABULARY,
    );
    expect(ways.map(({ changes }) => changes.map(({ name }) => name))).toContainEqual(['newBase']);
  });
});

/** Goal: three values through any model, exact money, bounded work. Method: small models whose answers are known by hand. */
describe('what a model says of what is not answered', () => {
  const decided = (content: string, clause: Partial<Clause>, answers: Answers) =>
    assess(ready(content, clause), answers);
  const who = { decision: { model: 'm', version: 1, eligible: 'who' } };
  const area: [string, string] = ['cleanroomArea', 'number'];

  test.each([
    ['cleanroomArea &gt; 1000 or cleanroomArea &lt;= 1000', {}, 'yes'],
    ['cleanroomArea &gt; 1000 and cleanroomArea &lt; 500', {}, 'no'],
    ['cleanroomArea &gt; 1000', {}, 'unknown'],
    ['cleanroomArea in [10..20]', { cleanroomArea: 20 }, 'yes'],
    // Reckoned with: no value stands for the others.
    ['cleanroomArea * 2 &gt; 0 or cleanroomArea * 2 &lt;= 0', {}, 'unknown'],
    ['cleanroomArea * 2 &gt; 10', { cleanroomArea: 6 }, 'yes'],
    ['if cleanroomArea = null then false else true', {}, 'yes'],
    ['null', { cleanroomArea: 1 }, 'unknown'],
    ['"yes"', { cleanroomArea: 1 }, 'unknown'],
    ['leading or leading = false', {}, 'yes'],
  ])('%s of %j is %s', (text, answers, expected) => {
    const content = model([area, ['leading', 'boolean']], literal('who', text, 'cleanroomArea', 'leading'));
    expect(decided(content, who, answers as Answers).verdict).toBe(expected);
  });

  test('beside FEEL both have to hold', () => {
    const content = model([area], literal('who', 'cleanroomArea &gt; 1000', 'cleanroomArea'));
    const clause = { ...who, when: 'leading' };
    expect(decided(content, clause, { cleanroomArea: 2000, leading: true }).verdict).toBe('yes');
    expect(decided(content, clause, { cleanroomArea: 2000 })).toMatchObject({
      verdict: 'unknown',
      missing: ['leading'],
    });
    expect(decided(content, clause, { cleanroomArea: 900 }).verdict).toBe('no');
    expect(decided(content, clause, { leading: false }).verdict).toBe('no');
    expect(decided(content, clause, { leading: true })).toMatchObject({
      verdict: 'unknown',
      missing: ['cleanroomArea'],
    });
  });

  test.each([
    ['0.29', 29],
    ['0.1 + 0.2', 30],
    ['1.999', 199],
    ['fixedInvestment', 1_234_567_890_123],
    ['fixedInvestment * 0.3', 370_370_367_036],
    ['-1', null],
    ['"much"', null],
    ['10 ** 30', null],
    ['null', null],
  ])('%s yuan are %d fen', (text, fen) => {
    const content = model([['fixedInvestment', 'number']], literal('sum', text, 'fixedInvestment'));
    const { amount } = decided(
      content,
      { decision: { model: 'm', version: 1 }, amount: { kind: 'decision', decision: 'sum' } },
      { fixedInvestment: 1_234_567_890_123 },
    );
    expect([amount.least, amount.most]).toEqual(fen === null ? [0, null] : [fen, fen]);
  });

  test('the ceiling holds, exactly at it and above', () => {
    const content = model([['fixedInvestment', 'number']], literal('sum', 'fixedInvestment', 'fixedInvestment'));
    const of = (fen: number) =>
      decided(
        content,
        { decision: { model: 'm', version: 1 }, amount: { kind: 'decision', decision: 'sum', ceilingYuan: 100 } },
        { fixedInvestment: fen },
      ).amount;
    expect([9_999, 10_000, 10_001].map((fen) => [of(fen).most, of(fen).steps.length])).toEqual([
      [9_999, 1],
      [10_000, 1],
      [10_000, 2],
    ]);
    expect(of(10_001).steps.reduce((sum, step) => sum + step.least, 0)).toBe(10_000);
  });

  test('a model that takes too long says nothing yet', () => {
    const content = model(
      [area],
      literal('who', 'count(for i in 1..100000 return i) &gt; cleanroomArea', 'cleanroomArea'),
    );
    const began = performance.now();
    expect(decided(content, who, { cleanroomArea: 3 }).verdict).toBe('unknown');
    expect(performance.now() - began).toBeLessThan(2_000);
  });

  test.each([
    ['no such decision', literal('other', 'true')],
    ['a name that the vocabulary lacks', literal('who', 'weather', 'weather')],
    ['the clock', literal('who', 'today() &gt; date("2026-01-01")')],
    ['what cannot be read', literal('who', 'cleanroomArea &gt; &gt;', 'cleanroomArea')],
    ['no model', '<decision'],
  ])('refuses %s', (_, decisions) => {
    const content = model([area, ['weather', 'number']], decisions);
    expect(() => ready(content, who)).toThrow(Problem);
  });

  test('refuses a version that is not there, and a clause that names no decision', () => {
    const content = model([area], literal('who', 'true'));
    expect(() => ready(content, { decision: { model: 'm', version: 2, eligible: 'who' } })).toThrow(Problem);
    expect(() => ready(content, { decision: { model: 'm', version: 1 } })).toThrow(Problem);
    expect(() => ready(content, { amount: { kind: 'decision', decision: 'who' } })).toThrow(Problem);
  });
});
