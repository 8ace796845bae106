import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Problem } from '#kernel/problem';
import type { Answers, AnswerValue, Clause, PolicyVersion, WrittenAmount } from '../../model/policies.ts';
import {
  assess,
  bestTotal,
  certainOf,
  clausesAt,
  nextQuestions,
  POLICIES,
  possibleOf,
  readyClause,
  readyClauses,
  type StandingClause,
  standingOf,
  VARIABLES,
  VOCABULARY,
  versionAt,
  waysToQualify,
  windowOf,
} from './index.ts';

const DAY = '2026-06-01';
const M = 100_000_000;
const CLAUSES = clausesAt(POLICIES, DAY, readyClauses);

function find(key: string): StandingClause {
  const found = CLAUSES.find((each) => each.key === key);
  if (found === undefined) throw new Error(`no clause ${key}`);
  return found;
}

/**
 * Goal: every written clause says what its source says.
 * Method: the amounts are worked out by hand from the quoted sentence, in million yuan: least, most, and what each payer pays at the most.
 */
describe('the real clauses', () => {
  const GZ = 'guangzhou-guide/';
  test.each([
    [`${GZ}clinical-trial`, { trialPhase: 'I', trialLocal: false, district: 'huadu' }, 'yes', 0, 6, [3, 3]],
    [`${GZ}clinical-trial`, { trialPhase: 'I', trialLocal: true, district: 'huadu' }, 'yes', 0, 9, [4.5, 4.5]],
    [`${GZ}clinical-trial`, { trialPhase: 'II', trialLocal: true, district: 'nansha' }, 'yes', 0, 15, [7.5, 7.5]],
    [`${GZ}clinical-trial`, { trialPhase: 'III', trialLocal: true, district: 'huangpu' }, 'yes', 0, 30, [15, 15]],
    [`${GZ}clinical-trial`, { trialPhase: 'III', district: 'huangpu' }, 'yes', 0, 30, [15, 15]],
    [`${GZ}clinical-trial`, { district: 'huangpu' }, 'unknown', 0, 30, [15, 15]],
    [`${GZ}clinical-trial`, { trialPhase: 'none', district: 'huangpu' }, 'no', 0, 0, [0, 0]],
    [`${GZ}clinical-trial`, { trialPhase: 'II', district: 'outside' }, 'no', 0, 15, [7.5, 7.5]],
    [`${GZ}device-certificate`, { deviceClass: 'II', district: 'huadu' }, 'yes', 0, 5, [5]],
    [`${GZ}device-certificate`, { deviceClass: 'III', district: 'huadu' }, 'yes', 0, 8, [8]],
    [`${GZ}fda`, { fdaPassed: true, district: 'huadu' }, 'yes', 0, 2, [2]],
    [`${GZ}overseas`, { listedOverseas: true, district: 'huadu' }, 'yes', 0, 5, [5]],
    [`${GZ}registration`, { drugApproved: true, district: 'huadu' }, 'yes', 0, 2, [2]],
    [`${GZ}industrialisation`, { drugApproved: true, drugMadeHere: true, district: 'huadu' }, 'yes', 0, 74, [74]],
    [
      'guangzhou-2024-1/national-results',
      { nationalResult: true, totalInvestment: 200 * M, district: 'nansha' },
      'yes',
      0,
      60,
      [30, 30],
    ],
    [
      'guangzhou-2024-1/national-results',
      { nationalResult: true, totalInvestment: 900 * M, district: 'nansha' },
      'yes',
      0,
      100,
      [50, 50],
    ],
    [
      'nansha-nine/new-base',
      { leading: true, newBase: true, fixedInvestment: 200 * M, district: 'nansha' },
      'yes',
      20,
      20,
      [20],
    ],
    [
      'nansha-nine/new-base',
      { leading: true, newBase: true, fixedInvestment: 1_500 * M, district: 'nansha' },
      'yes',
      100,
      100,
      [100],
    ],
    [
      'nansha-nine/new-base',
      { leading: true, newBase: true, fixedInvestment: 200 * M - 1, district: 'nansha' },
      'no',
      19.99999999,
      19.99999999,
      [19.99999999],
    ],
    [
      'nansha-nine/foreign-capital',
      { foreignEnterprise: true, geneTherapyWork: true, foreignPaidIn: 50 * M, district: 'nansha' },
      'yes',
      1,
      1,
      [1],
    ],
    [
      'nansha-nine/clean-workshop',
      { cleanroomRented: true, cleanroomArea: 1200, cleanroomInvestment: 10 * M, district: 'nansha' },
      'yes',
      0,
      1.5,
      [1.5],
    ],
    [
      'nansha-nine/clean-workshop',
      { cleanroomRented: true, cleanroomArea: 1000, cleanroomInvestment: 10 * M, district: 'nansha' },
      'no',
      0,
      1.5,
      [1.5],
    ],
    ['nansha-nine/trial-permit', { trialPermitClass: '1', district: 'nansha' }, 'yes', 2, 2, [2]],
    ['nansha-nine/trial-permit', { trialPermitClass: '2', district: 'nansha' }, 'yes', 1, 1, [1]],
    ['nansha-nine/trial-permit', { district: 'nansha' }, 'unknown', 1, 2, [2]],
    [
      'huangpu-2025-9/device-trial',
      { district: 'huangpu', deviceTrack: 'national', deviceTrialDone: true, deviceTrialCost: 4 * M },
      'yes',
      0,
      1.2,
      [1.2],
    ],
    [
      'huangpu-2025-9/device-trial',
      { district: 'huangpu', deviceTrack: 'national', deviceTrialDone: true, deviceTrialCost: 40 * M },
      'yes',
      0,
      3,
      [3],
    ],
    [
      'huangpu-2025-9/device-trial',
      { district: 'huangpu', deviceTrack: 'provincial', deviceTrialDone: true, deviceTrialCost: 40 * M },
      'yes',
      0,
      1,
      [1],
    ],
    [
      'huangpu-2025-9/device-trial',
      { district: 'huangpu', deviceTrack: 'national', deviceTrialDone: true, deviceTrialCost: 1.99 * M },
      'no',
      0,
      0.597,
      [0.597],
    ],
    [
      'huangpu-2025-9/device-approval',
      { district: 'huangpu', deviceTrack: 'national', deviceSpecial: true, deviceCertificateNew: true },
      'yes',
      0,
      1,
      [1],
    ],
  ] as const)('%s of %j is %s, %d to %d million yuan', (key, answers, verdict, least, most, payers) => {
    const found = assess(find(key), answers as Answers);
    expect(found.verdict).toBe(verdict);
    expect([found.amount.least, found.amount.most]).toEqual([Math.round(least * M), Math.round(most * M)]);
    expect(found.amount.payers.map((each) => each.most)).toEqual(payers.map((each) => Math.round(each * M)));
  });

  test('what is decided case by case, was not read or pays nothing is never a number', () => {
    const top = assess(find('guangzhou-2024-1/top-project'), { topProject: true, district: 'nansha' });
    expect(top).toMatchObject({
      verdict: 'yes',
      amount: { kind: 'case-by-case', least: 0, most: null, steps: [], ceiling: 5_000 * M },
    });
    expect(certainOf(top)).toBe(0);
    expect(assess(find('huadu-2025-7/measures'), { district: 'huadu' })).toMatchObject({
      verdict: 'unknown',
      amount: { kind: 'unknown', most: null },
    });
    expect(assess(find('huadu-2025-7/measures'), { district: 'nansha' }).verdict).toBe('no');
    expect(assess(find('order-818/filing'), { newTherapy: true }).amount).toMatchObject({
      kind: 'none',
      least: 0,
      most: 0,
    });
  });

  test('all 35 policies of the seed facts are here, and none of their conditions grants by itself', () => {
    const things = new Set(POLICIES.map(({ thing }) => thing));
    expect(things.size - 1).toBe(35);
    for (const { clause, condition } of CLAUSES.filter(({ clause }) => clause.id === 'all'))
      expect(clause.whenPartial === true || condition === undefined, clause.title.en).toBe(true);
    expect(assess(find('nansha-opinions/all'), { district: 'nansha' })).toMatchObject({
      verdict: 'unknown',
      amount: { most: 100 * M },
    });
  });

  test.each([
    ['huangpu-2025-9', '2025-07-22', 'not-yet'],
    ['huangpu-2025-9', '2025-07-23', 'in-force'],
    ['huangpu-2025-9', '2028-07-23', 'in-force'],
    ['huangpu-2025-9', '2028-07-24', 'ended'],
    ['order-818', '2026-04-30', 'not-yet'],
    ['order-818', '2026-05-01', 'in-force'],
    ['guangzhou-guide', '2026-05-01', 'unstated'],
    ['huadu-2025-7', '2025-04-22', 'not-yet'],
  ])('%s on %s is %s', (id, day, standing) => {
    const { versions } = POLICIES.find((policy) => policy.id === id)!;
    expect(standingOf(versionAt(versions, day), day)).toBe(standing);
  });

  test('every clause names its source, its caveat and who holds its evidence', () => {
    for (const { sources, caveats, versions, id } of POLICIES) {
      expect(sources.length, id).toBeGreaterThan(0);
      expect(caveats.length, id).toBeGreaterThan(0);
      for (const { quote } of versions.flatMap(({ clauses }) => clauses)) expect(quote?.text, id).toBeTruthy();
    }
  });
});

/** Answers of every kind, some missing. */
const someAnswers: fc.Arbitrary<Answers> = fc.record(
  Object.fromEntries(
    VARIABLES.map(({ name, type, options }) => {
      const values: fc.Arbitrary<AnswerValue> =
        type === 'flag'
          ? fc.boolean()
          : type === 'code'
            ? fc.constantFrom(...options!.map(({ value }) => value))
            : fc.integer({ min: 0, max: 2_000 }).map((each) => each * (type === 'money' ? M + 1 : 1));
      return [name, fc.option(values, { nil: undefined, freq: 2 })];
    }),
  ),
);

const rule: fc.Arbitrary<WrittenAmount> = fc.oneof(
  fc.record({ kind: fc.constant('fixed' as const), yuan: fc.integer({ min: 0, max: 1e7 }) }),
  fc.record({ kind: fc.constant('up-to' as const), ceilingYuan: fc.integer({ min: 1, max: 1e7 }) }),
  fc.record(
    {
      kind: fc.constant('rate' as const),
      of: fc.constant('fixedInvestment'),
      percent: fc.integer({ min: 1, max: 10_000 }).map((each) => each / 100),
      upTo: fc.constant(true as const),
      ceilingYuan: fc.integer({ min: 1, max: 1e7 }),
    },
    { requiredKeys: ['kind', 'of', 'percent'] },
  ),
  fc.record(
    {
      kind: fc.constant('each' as const),
      of: fc.constant('cleanroomArea'),
      yuan: fc.integer({ min: 1, max: 1e5 }),
      ceilingYuan: fc.integer({ min: 1, max: 1e7 }),
    },
    { requiredKeys: ['kind', 'of', 'yuan'] },
  ),
);
const madeClause: fc.Arbitrary<Clause> = fc.record({
  id: fc.constant('made'),
  title: fc.constant({ en: '', zh: '' }),
  when: fc.constantFrom('leading', 'fixedInvestment >= 1000', 'newBase or leading'),
  amount: fc.oneof(
    rule,
    rule.chain((one) => rule.map((two) => ({ kind: 'tiers' as const, by: 'trialPhase', tiers: { I: one, II: two } }))),
  ),
  extras: fc.array(
    fc.record({
      id: fc.constant('x'),
      when: fc.constantFrom('trialLocal', 'highTech'),
      percent: fc.integer({ min: 1, max: 100 }),
      title: fc.constant({ en: '', zh: '' }),
    }),
    { maxLength: 2 },
  ),
  payers: fc.array(
    fc.record({
      payer: fc.constantFrom('city' as const, 'district' as const),
      percent: fc.integer({ min: 1, max: 150 }),
    }),
    { minLength: 1, maxLength: 3 },
  ),
  evidence: fc.constant([]),
});

function standing(clause: Clause, more: Partial<PolicyVersion> = {}, key = 'made'): StandingClause {
  const version: PolicyVersion = { version: 1, from: '2024-01-01', clauses: [clause], ...more };
  return { ...readyClause(key, version, clause, VOCABULARY), standing: 'in-force', caps: version.caps ?? [] };
}

/**
 * Goal: no amount is more than its working, its payers or its ceiling says, and more knowledge never contradicts less.
 * Method: random clauses and answers.
 */
describe('amounts', () => {
  const sum = (spans: readonly { least: number; most: number | null }[], end: 'least' | 'most') =>
    spans.reduce<number | null>((total, each) => (total === null || each[end] === null ? null : total + each[end]), 0);

  test('the working and the payers sum to the amount, at both ends', () => {
    fc.assert(
      fc.property(madeClause, someAnswers, (clause, answers) => {
        const { amount } = assess(standing(clause), answers);
        expect(amount.most === null || amount.least <= amount.most).toBe(true);
        expect(amount.least).toBeGreaterThanOrEqual(0);
        for (const end of ['least', 'most'] as const) {
          expect(sum(amount.steps, end)).toBe(amount[end]);
          expect(sum(amount.payers, end)).toBe(amount[end]);
        }
        for (const { least, most } of amount.payers)
          expect(Number.isInteger(least) && (most === null || Number.isInteger(most))).toBe(true);
      }),
    );
  });

  test('a ceiling is never broken, and more investment never gives less', () => {
    const clause = find('nansha-nine/new-base');
    const given = { leading: true, newBase: true, district: 'nansha' };
    fc.assert(
      fc.property(fc.nat(1e12), fc.nat(1e12), (one, two) => {
        const [less, more] = [Math.min(one, two), Math.max(one, two)].map((fixedInvestment) =>
          assess(clause, { ...given, fixedInvestment }),
        );
        expect(more!.amount.most).toBeLessThanOrEqual(100 * M);
        expect(more!.amount.least).toBeGreaterThanOrEqual(less!.amount.least);
        expect(certainOf(more!)).toBeGreaterThanOrEqual(certainOf(less!));
        expect(more!.amount.least).toBeLessThanOrEqual(more!.amount.steps[0]!.least);
      }),
    );
  });

  test('another answer narrows what was possible and never contradicts what was certain', () => {
    fc.assert(
      fc.property(someAnswers, someAnswers, (known, more) => {
        const later = {
          ...more,
          ...Object.fromEntries(Object.entries(known).filter(([, value]) => value !== undefined)),
        };
        for (const clause of CLAUSES) {
          const [before, after] = [assess(clause, known), assess(clause, later)];
          if (before.verdict !== 'unknown') expect(after.verdict).toBe(before.verdict);
          if (after.verdict !== 'no') expect(certainOf(after)).toBeGreaterThanOrEqual(certainOf(before));
          const [was, is] = [possibleOf(before), possibleOf(after)];
          if (was !== null) expect(is).toBeLessThanOrEqual(was);
        }
      }),
      { numRuns: 60 },
    );
  });

  test('the order of the answers does not matter', () => {
    fc.assert(
      fc.property(someAnswers, (answers) => {
        const turned = Object.fromEntries(Object.entries(answers).reverse());
        expect(CLAUSES.map((clause) => assess(clause, turned))).toEqual(
          CLAUSES.map((clause) => assess(clause, answers)),
        );
      }),
      { numRuns: 20 },
    );
  });
});

/**
 * Goal: the total is lawful and no lawful one is higher.
 * Method: random small sets of clauses against the enumeration of all subsets.
 */
describe('bestTotal', () => {
  const item = fc.record({
    yuan: fc.integer({ min: 1, max: 50 }),
    group: fc.constantFrom(undefined, 'a', 'b'),
    cap: fc.constantFrom(undefined, 'c', 'd'),
  });

  test('is the highest of all that the groups and the caps allow', () => {
    fc.assert(
      fc.property(fc.array(item, { minLength: 1, maxLength: 7 }), fc.integer({ min: 1, max: 60 }), (items, capYuan) => {
        const caps = ['c', 'd'].map((id) => ({ id, yuan: capYuan, title: { en: '', zh: '' } }));
        const clauses = items.map(({ yuan, group, cap }, at) =>
          standing(
            {
              id: `x${at}`,
              title: { en: '', zh: '' },
              when: 'leading',
              evidence: [],
              amount: { kind: 'fixed', yuan },
              ...(group !== undefined && { exclusive: group }),
              ...(cap !== undefined && { caps: [cap] }),
            },
            { caps },
            'p',
          ),
        );
        const answers = { leading: true };
        const total = bestTotal(
          clauses,
          clauses.map((clause) => assess(clause, answers)),
        );
        let best = 0;
        for (let set = 0; set < 2 ** items.length; set += 1) {
          const chosen = items.filter((_, at) => (set >> at) % 2 === 1);
          if (['a', 'b'].some((group) => chosen.filter((each) => each.group === group).length > 1)) continue;
          const of = (cap: string | undefined) =>
            chosen.reduce((sum, each) => sum + (each.cap === cap ? each.yuan : 0), 0);
          best = Math.max(best, of(undefined) + Math.min(of('c'), capYuan) + Math.min(of('d'), capYuan));
        }
        expect([total.certain, total.possible]).toEqual([best * 100, best * 100]);
        expect(total.taken.length + total.left.length).toBe(items.length);
      }),
    );
  });

  test('the city and the district do not both pay for one certificate', () => {
    const answers = {
      deviceClass: 'III',
      district: 'huangpu',
      deviceTrack: 'national',
      deviceSpecial: true,
      deviceCertificateNew: true,
    };
    const total = bestTotal(
      CLAUSES,
      CLAUSES.map((clause) => assess(clause, answers)),
    );
    expect(total.taken).toContain('guangzhou-guide/device-certificate');
    expect(total.left).toContainEqual({
      key: 'huangpu-2025-9/device-approval',
      for: 'guangzhou-guide/device-certificate',
      why: 'exclusive',
      group: 'device-certificate',
    });
  });
});

describe('what to ask and what to change', () => {
  test('the question that settles most money comes first, and the next follows from its answer', () => {
    const [first] = nextQuestions(CLAUSES, {}, VOCABULARY, 3);
    expect(first).toMatchObject({ name: 'district' });
    expect(first!.settles).toBeGreaterThan(0);
    const names = nextQuestions(CLAUSES, { district: 'outside' }, VOCABULARY, 20).map(({ name }) => name);
    expect(names).not.toContain('fixedInvestment');
    expect(names).not.toContain('district');
  });

  test('answering all that is asked for ends the questions', () => {
    const answers: Record<string, AnswerValue> = {};
    for (let asked = 0; asked <= VARIABLES.length; asked += 1) {
      const [next] = nextQuestions(CLAUSES, answers, VOCABULARY, 1);
      if (next === undefined) break;
      const { type, options } = VOCABULARY.get(next.name)!;
      answers[next.name] = type === 'flag' ? true : type === 'code' ? options![1]!.value : 10 * M;
    }
    expect(nextQuestions(CLAUSES, answers, VOCABULARY, 1)).toEqual([]);
    for (const clause of CLAUSES) {
      const found = assess(clause, answers);
      if (found.verdict === 'unknown') expect(found.missing).toEqual([]);
    }
  });

  test('the smallest change is found: move, or invest to the threshold', () => {
    const clause = find('nansha-nine/new-base');
    const answers = { leading: true, newBase: true, fixedInvestment: 150 * M, district: 'nansha' };
    expect(waysToQualify(clause, answers, VOCABULARY)[0]).toEqual({
      changes: [{ name: 'fixedInvestment', from: 150 * M, to: 200 * M }],
      verdict: 'yes',
    });
    expect(waysToQualify(clause, { ...answers, district: 'huadu' }, VOCABULARY)[0]!.changes).toHaveLength(2);
    // What it cannot change leaves no way.
    expect(waysToQualify(clause, { ...answers, leading: false }, VOCABULARY)).toEqual([]);
    expect(waysToQualify(clause, { ...answers, fixedInvestment: 300 * M }, VOCABULARY)).toEqual([]);
  });

  test('a clause with two caps, or of an unknown name, is refused', () => {
    const clause: Clause = {
      id: 'x',
      title: { en: '', zh: '' },
      when: 'leading',
      amount: { kind: 'rate', of: 'nothing', percent: 1 },
      evidence: [],
    };
    expect(() => standing(clause)).toThrow(Problem);
  });
});

/** Goal: the corners of days, ceilings and stacking. Method: versions and clauses made for each corner, worked out by hand. */
describe('corners', () => {
  const none = { en: '', zh: '' };
  const clause = (parts: Partial<Clause>): Clause => ({
    id: 'c',
    title: none,
    evidence: [],
    amount: { kind: 'none' },
    ...parts,
  });
  const standing = (parts: Partial<Clause>, caps: NonNullable<PolicyVersion['caps']> = []): StandingClause => {
    const version: PolicyVersion = { version: 1, from: '2024-01-01', caps, clauses: [] };
    return { ...readyClause('p', version, clause(parts), VOCABULARY), standing: 'in-force', caps };
  };

  test('a version that ends on a leap day holds on it and not after it', () => {
    const version = { from: '2024-02-29', to: '2028-02-29' };
    expect(['2024-02-28', '2024-02-29', '2028-02-29', '2028-03-01'].map((day) => standingOf(version, day))).toEqual([
      ...['not-yet', 'in-force', 'in-force', 'ended'],
    ]);
    expect(windowOf({ window: { from: '2024-02-29' } }, { from: '2024-01-01', to: '2024-02-29' })).toEqual({
      from: '2024-02-29',
      to: '2024-02-29',
    });
  });

  test('of two versions of one day the later one holds; of a day before all the first', () => {
    const versions = [2, 3, 1].map((version) => ({ version, from: '2024-05-01', clauses: [] }));
    expect(versionAt(versions, '2024-05-01').version).toBe(3);
    expect(versionAt(versions, '2024-04-30').version).toBe(1);
    expect(versionAt([...versions, { version: 4, from: '2026-01-01', clauses: [] }], '2025-12-31').version).toBe(3);
  });

  test.each([
    [99_999_999, 9_999_999],
    [100_000_000, 10_000_000],
    [100_000_001, 10_000_000],
    [1, 0],
    [Number.MAX_SAFE_INTEGER, 10_000_000],
  ])('ten per cent of %d fen, at most 100,000 yuan, is %d fen', (base, fen) => {
    const of = standing({ amount: { kind: 'rate', of: 'fixedInvestment', percent: 10, ceilingYuan: 100_000 } });
    const { amount } = assess(of, { fixedInvestment: base });
    expect([amount.least, amount.most]).toEqual([fen, fen]);
    expect(amount.steps.reduce((sum, { least }) => sum + least, 0)).toBe(fen);
  });

  test('twelve clauses in three groups under one cap: the best lawful total, in bounded time', () => {
    const caps = [{ id: 'year', yuan: 1_000, title: none }];
    const clauses = Array.from({ length: 12 }, (_, at) =>
      standing(
        {
          id: `c${at}`,
          exclusive: `g${at % 3}`,
          amount: { kind: 'fixed', yuan: 100 * (at + 1) },
          when: 'leading',
          ...(at % 2 === 0 && { caps: ['year'] }),
        },
        caps,
      ),
    ).map((each, at) => ({ ...each, key: `p/c${at}` }));
    const total = bestTotal(
      clauses,
      clauses.map((each) => assess(each, { leading: true })),
    );
    // Of each group the most: 1000 free, 1100 held to the cap of 1000, 1200 free.
    expect(total).toMatchObject({ certain: 320_000, possible: 320_000, isGreedy: false });
    expect(total.left).toHaveLength(9);
    const many = Array.from({ length: 40 }, (_, at) => ({
      ...clauses[at % 12]!,
      key: `p/m${at}`,
      clause: { ...clauses[at % 12]!.clause, exclusive: `g${at % 13}` },
    }));
    const began = performance.now();
    expect(
      bestTotal(
        many,
        many.map((each) => assess(each, { leading: true })),
      ).isGreedy,
    ).toBe(true);
    expect(performance.now() - began).toBeLessThan(1_000);
  });
});
