import { describe, expect, test } from 'vitest';
import { Random } from '../statistics/index.ts';
import { CASE_FIELDS, type CaseRecord, duplicateGroups, findDuplicates, HitMissModel, learnRates } from './index.ts';

const SEED = 77_003;

/** Reports of a synthetic country: products and reactions of very unequal frequency. */
function makeReports(random: Random, n: number): CaseRecord[] {
  const unequal = (most: number) => Math.floor(most * random.next() ** 3);
  return Array.from({ length: n }, () => [
    random.next() < 0.55 ? 'female' : 'male',
    `district ${unequal(60)}`,
    random.next() < 0.2 ? undefined : `outcome ${unequal(5)}`,
    random.next() < 0.1 ? undefined : Math.floor(90 * random.next()),
    random.next() < 0.15 ? undefined : Math.floor(1500 * random.next()),
    Array.from({ length: 1 + random.whole(3) }, () => `product ${unequal(300)}`),
    Array.from({ length: 1 + random.whole(3) }, () => `reaction ${unequal(400)}`),
  ]);
}

/** The same case told by somebody else: some values missing, some wrong, dates some days off, a reaction less or more. */
function retold(random: Random, report: CaseRecord, another: CaseRecord): CaseRecord {
  return report.map((value, at) => {
    if (random.next() < 0.1 && at < 5) return undefined;
    if (random.next() < 0.03) return another[at];
    if (at === 4 && typeof value === 'number' && random.next() < 0.2) return value + Math.round(random.normal() * 10);
    if (at === 6 && Array.isArray(value) && value.length > 1 && random.next() < 0.3) return value.slice(1);
    return value;
  });
}

/**
 * Goal: what is told twice is found, and what is only alike is not.
 * Method: weights by hand; planted duplicates in synthetic reports with their recall and precision; learning gives back the rates that errors were made with.
 */
describe('the hit-miss model', () => {
  const two = (value: CaseRecord[number], other: CaseRecord[number] = value): [CaseRecord, CaseRecord] => [
    [value],
    [other],
  ];

  test('weights of a category by hand', () => {
    const model = new HitMissModel(
      [{ kind: 'category', name: 'sex', miss: 0.1 }],
      [['a'], ['a'], ['a'], ['b'], [undefined]],
    );
    const missed = 1 - 0.9 ** 2;
    expect(model.score(...two('b')).total).toBeCloseTo(Math.log2((1 - missed * 0.75) / 0.25), 12);
    expect(model.score(...two('a')).total).toBeCloseTo(Math.log2((1 - missed * 0.25) / 0.75), 12);
    expect(model.score(...two('a', 'b')).total).toBeCloseTo(Math.log2(missed), 12);
    expect(model.score(['a'], [undefined]).total).toBe(0);
  });

  test('the expected likelihood ratio of unlike reports is one: the weights are those of chances that add up', () => {
    const values = ['a', 'b', 'c', 'd'];
    const counts = [8, 4, 2, 1];
    const records = values.flatMap((value, at) => new Array<CaseRecord>(counts[at]!).fill([value]));
    const model = new HitMissModel([{ kind: 'category', name: 'x', miss: 0.2 }], records);
    let sum = 0;
    for (const [i, one] of values.entries())
      for (const [j, other] of values.entries())
        sum += (counts[i]! / 15) * (counts[j]! / 15) * 2 ** model.score([one], [other]).total;
    expect(sum).toBeCloseTo(1, 12);
  });

  test('a rare value says more when it agrees; nearer numbers say more than farther ones; far ones count against', () => {
    const random = new Random(SEED);
    const model = new HitMissModel(
      [{ kind: 'number', name: 'day', miss: 0.02, deviation: 0.1, spread: 10 }],
      Array.from({ length: 3000 }, () => [random.whole(1000)]),
    );
    const at = (days: number) => model.score(...two(500, 500 + days)).total;
    expect(at(0)).toBeGreaterThan(7);
    expect(at(0)).toBeGreaterThan(at(1));
    expect(at(3)).toBeGreaterThan(at(15));
    expect(at(15)).toBeGreaterThan(at(60));
    expect(at(60)).toBeCloseTo(Math.log2(1 - 0.98 ** 2), 1);
    expect(at(-7)).toBeCloseTo(at(7), 12);
  });

  test('terms that always come together are counted once', () => {
    const records: CaseRecord[] = [
      ...new Array<CaseRecord>(20).fill([['fever', 'chills']]),
      ...new Array<CaseRecord>(200).fill([['nausea']]),
    ];
    const model = new HitMissModel([{ kind: 'terms', name: 'reactions', miss: 0.1 }], records);
    const one = model.score(...two(['fever'])).total;
    const both = model.score(...two(['fever', 'chills'])).total;
    expect(both).toBeGreaterThan(one - 1e-12);
    expect(both).toBeLessThan(one * 1.2);
    expect(model.score(...two(['fever', 'chills'], ['fever'])).total).toBeLessThan(one);
  });

  test('neither order of the two reports nor that of terms matters', () => {
    const random = new Random(SEED);
    const reports = makeReports(random, 300);
    const model = new HitMissModel(CASE_FIELDS, reports);
    for (let at = 0; at < 50; at += 1) {
      const [one, other] = [reports[at]!, reports[at + 100]!];
      const turned = other.map((value) => (Array.isArray(value) ? [...value].reverse() : value)) as CaseRecord;
      expect(model.score(one, turned).total).toBeCloseTo(model.score(other, one).total, 10);
    }
  });
});

describe('findDuplicates', () => {
  test('planted duplicates are found, and hardly anything else', () => {
    const random = new Random(SEED);
    const originals = makeReports(random, 2500);
    const planted = originals.slice(0, 120).map((report, at) => retold(random, report, originals[at + 1200]!));
    const reports = [...originals, ...planted];
    const model = new HitMissModel(CASE_FIELDS, reports);
    const found = findDuplicates(model, reports);
    const right = found.filter(({ one, other }) => other - 2500 === one);
    expect(right.length / 120, `seed ${SEED}: recall`).toBeGreaterThan(0.8);
    expect(right.length / found.length, `seed ${SEED}: precision`).toBeGreaterThan(0.95);
    expect(right[0]!.fields.length).toBe(CASE_FIELDS.length);

    // Looking only for what the new reports repeat finds the same.
    const fresh = new Set(planted.map((_, at) => 2500 + at));
    expect(findDuplicates(model, reports, { among: fresh })).toEqual(found.filter(({ other }) => other >= 2500));
  });

  test('three tellings of one case are one group', () => {
    const pair = (one: number, other: number) => ({ one, other, total: 30, fields: [], probability: 1 });
    expect(duplicateGroups([pair(3, 9), pair(1, 2), pair(9, 20)])).toEqual([
      [1, 2],
      [3, 9, 20],
    ]);
  });

  test('refuses a share that cannot be', () => {
    const model = new HitMissModel(CASE_FIELDS, [[]]);
    expect(() => findDuplicates(model, [], { expectedShare: 0 })).toThrow(RangeError);
    expect(() => new HitMissModel([{ kind: 'category', name: 'x', miss: 0 }], [[]])).toThrow(RangeError);
  });
});

test('rates are learnt back from confirmed duplicates', () => {
  const random = new Random(SEED);
  const reports = makeReports(random, 3000);
  const truth = { category: 0.08, miss: 0.05, deviation: 0.2, spread: 12 };
  const pairs = reports.slice(0, 1500).map((report): [CaseRecord, CaseRecord] => {
    const tell = (): CaseRecord => {
      const other = reports[1500 + random.whole(1500)]!;
      const draw = random.next();
      const day = report[4] as number | undefined;
      return [
        random.next() < truth.category ? other[0] : report[0],
        random.next() < truth.category ? other[1] : report[1],
        report[2],
        report[3],
        day === undefined
          ? undefined
          : draw < truth.miss
            ? other[4]
            : draw < truth.miss + truth.deviation
              ? day + Math.round(random.normal() * truth.spread)
              : day,
        report[5],
        report[6],
      ];
    };
    return [tell(), tell()];
  });
  const learnt = learnRates(CASE_FIELDS, pairs, reports);
  expect(learnt[1]).toMatchObject({ miss: expect.closeTo(truth.category, 1) });
  const day = learnt[4] as { miss: number; deviation: number; spread: number };
  expect(Math.abs(day.miss - truth.miss)).toBeLessThan(0.02);
  expect(Math.abs(day.deviation - truth.deviation)).toBeLessThan(0.05);
  expect(Math.abs(day.spread / truth.spread - 1)).toBeLessThan(0.2);
  expect(learnt[6]).toMatchObject({ miss: expect.closeTo(0, 2) });
});
