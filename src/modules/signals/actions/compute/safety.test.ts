import { describe, expect, test } from 'vitest';
import { compare, type Fixture, findFixtures } from '../../../../../tests/support/fixtures.ts';
import { Input } from './input.ts';
import { findMethod } from './methods.ts';
import { printable } from './output.ts';

async function answer({ method, input }: Pick<Fixture, 'method' | 'input'>): Promise<Record<string, unknown>> {
  return printable((await findMethod(method))(new Input(input))) as Record<string, unknown>;
}

/**
 * Goal: counts, squashing, prior, posterior and closed forms are R's (openEBGM 0.9.1, PhViD 1.0.8, base R).
 * Method: every reference result of these methods, in its tolerance. Lists that the reference samples are read at its `pairIndex1`; a prior is judged by its likelihood, which may not be worse.
 */
describe('safety methods against R', () => {
  test.each(findFixtures(['pv-counts']))('$name', async (fixture) => {
    const { pairIndex1 } = fixture.expected as { pairIndex1: number[] };
    const all = await answer(fixture);
    const sampled = await answer({ ...fixture, input: { ...(fixture.input as object), pairIndex1 } });
    const { differences, numbers } = compare(fixture, sampled);
    expect(differences).toEqual([]);
    expect(numbers).toBeGreaterThan(1000);
    expect(pairIndex1.map((index) => (all['N'] as number[])[index - 1])).toEqual(sampled['N']);
  });

  test.each(findFixtures(['pv-squash', 'disproportionality']))('$name', async (fixture) => {
    expect(compare(fixture, await answer(fixture)).differences).toEqual([]);
  });

  test.each(findFixtures(['ebgm']))('$name', async (fixture) => {
    expect(compare(fixture, await answer(fixture), ['nPairsAll']).differences).toEqual([]);
  });

  test.each(findFixtures(['ebgm-prior']))('$name', async (fixture) => {
    const expected = fixture.expected as { theta: number[]; negLogLik: number };
    const found = await answer({ ...fixture, input: { ...(fixture.input as object), refTheta: expected.theta } });
    expect((found['nllAtRefTheta'] as number) / expected.negLogLik).toBeCloseTo(1, 10);
    expect(found['negLogLik']).toBeLessThanOrEqual(expected.negLogLik + 1e-6);
    for (const [at, value] of expected.theta.entries())
      expect(Math.abs((found['theta'] as number[])[at]! / value - 1)).toBeLessThan(1e-4);
    // Without R's starts too.
    const { thetaInit: _, ...input } = fixture.input as Record<string, unknown>;
    expect((await answer({ ...fixture, input }))['negLogLik']).toBeLessThanOrEqual(expected.negLogLik + 1e-6);
  });

  test('reports may name products and events, and be stratified, with zeroes', async () => {
    const input = {
      report: ['r1', 'r1', 'r2', 'r3', 'r4', 'r4'],
      product: ['x', 'x', 'x', 'y', 'y', 'y'],
      event: ['rash', 'fever', 'rash', 'rash', 'fever', 'fever'],
      strat_sex: ['f', 'f', 'm', 'f', 'm', 'm'],
      zeroes: true,
    };
    // Women: r1 (x: rash, fever), r3 (y: rash); men: r2 (x: rash), r4 (y: fever).
    expect(await answer({ method: 'pv-counts', input })).toMatchObject({
      nPairs: 4,
      nReports: 4,
      product: ['x', 'x', 'y', 'y'],
      event: ['fever', 'rash', 'fever', 'rash'],
      N: [1, 2, 1, 1],
      E: [1, 1.5, 1, 1.5],
      PRR: [1, 2, 1, 0.5],
    });
    const flat = await answer({ method: 'pv-counts', input: { ...input, stratify: false } });
    expect(flat['E']).toEqual([1, 1.5, 1, 1.5]);
  });

  test.each([
    ['pv-counts', { report: [1], product1: [1, 2], event1: [1] }, '/product1'],
    ['pv-counts', { report: [1], product1: [null], event1: [1] }, '/product1/0'],
    ['pv-counts', { report: [1], product1: [1], event1: [1], stratify: true }, '/stratify'],
    ['pv-counts', { report: [1], product1: [1], event1: [1], list_ids: true }, '/list_ids'],
    ['ebgm-prior', { N: [1], E: [1], zeroes: true, nStar: 1 }, '/nStar'],
    ['ebgm', { theta: [1, 1, 1, 1, 1], N: [1], E: [1] }, '/theta/4'],
    ['disproportionality', { a: [1], n1: [2], n2: [2, 3], N: 10 }, '/n2'],
  ])('%s refuses %j', async (method, input, at) => {
    await expect(answer({ method, input })).rejects.toMatchObject({ kind: 'invalid', facts: { at } });
  });

  test.each([
    ['pv-squash', { N: [1, 1, 1], E: [1, 2, 3], step1: {} }],
    ['ebgm-prior', { N: [2, 3], E: [1, 1] }],
    ['disproportionality', { a: [5], n1: [2], n2: [9], N: [10] }],
  ])('%s says why it has no answer for %j', async (method, input) => {
    await expect(answer({ method, input })).rejects.toMatchObject({ kind: 'unprocessable' });
  });
});

test("R's NULL for nStar cuts nothing off, as zeroes do", async () => {
  const N = Array.from({ length: 60 }, (_, at) => (at % 7) + (at % 11 === 0 ? 9 : 0));
  const input = { N, E: N.map((_, at) => 0.5 + (at % 5)), thetaInit: [1, 1, 2, 2, 0.3], bounded: true };
  const [byNull, byZeroes] = await Promise.all([
    answer({ method: 'ebgm-prior', input: { ...input, nStar: null } }),
    answer({ method: 'ebgm-prior', input: { ...input, zeroes: true } }),
  ]);
  expect(byNull).toEqual(byZeroes);
});

/**
 * Goal: what the desk asks of reports in one question is what the single methods say.
 * Method: a small set of reports with one planted association, one masking product and two quarters.
 */
describe('screening reports', () => {
  const rows: [number, string, string, string][] = [];
  const add = (times: number, product: string, event: string, period: string) => {
    for (let k = 0; k < times; k += 1) rows.push([rows.length, product, event, period]);
  };
  add(60, 'masker', 'rash', '2026-Q1');
  add(20, 'masker', 'nausea', '2026-Q1');
  add(2, 'suspect', 'rash', '2026-Q1');
  add(6, 'suspect', 'rash', '2026-Q2');
  add(12, 'suspect', 'nausea', '2026-Q2');
  for (const other of ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']) {
    add(1, other, 'rash', '2026-Q1');
    add(25, other, 'nausea', '2026-Q1');
    add(9, other, 'fever', '2026-Q2');
  }
  const input = {
    report: rows.map(([report]) => report),
    product: rows.map(([, product]) => product),
    event: rows.map(([, , event]) => event),
  };

  test('the screen has every pair with the measures that the single methods give', async () => {
    const screen = await answer({ method: 'pv-screen', input: { ...input, theta: [2, 0.5, 2, 2, 0.1], least: 2 } });
    const { N, E, n1, n2, ebgm, eb05, ror } = screen as Record<string, number[]>;
    const single = await answer({ method: 'ebgm', input: { theta: [2, 0.5, 2, 2, 0.1], N, E } });
    expect([ebgm, eb05]).toEqual([single['ebgm'], single['eb05']]);
    const tables = await answer({ method: 'disproportionality', input: { a: N, n1, n2, N: rows.length } });
    expect(ror).toEqual(tables['ror']);
    expect(Math.min(...N!)).toBe(8);
  });

  test('the masking product is named first, and without it the association is seen', async () => {
    const found = (await answer({ method: 'pv-masking', input: { ...input, of: 'rash', unmask: 'masker' } })) as {
      masking: { product: string; ratio: number }[];
      before: { product: string[]; icLo: number[] };
      after: { product: string[]; icLo: number[] };
    };
    expect(found.masking[0]).toMatchObject({ product: 'masker' });
    expect(found.masking[0]!.ratio).toBeGreaterThan(3);
    const limit = ({ product, icLo }: typeof found.before) => icLo[product.indexOf('suspect')]!;
    expect(limit(found.before)).toBeLessThan(0);
    expect(limit(found.after)).toBeGreaterThan(0);
  });

  test('over time the last quarter is the whole', async () => {
    const period = rows.map(([, , , quarter]) => quarter);
    const found = (await answer({
      method: 'pv-over-time',
      input: { ...input, period, pairs: [['suspect', 'rash']] },
    })) as { periods: string[]; pairs: { N: number[]; all: number[] }[] };
    expect(found.periods).toEqual(['2026-Q1', '2026-Q2']);
    expect(found.pairs[0]).toMatchObject({ N: [2, 8], all: [60 + 20 + 2 + 8 * 26, rows.length] });
  });

  test('odds by subgroup', async () => {
    const found = await answer({
      method: 'stratified-odds',
      input: { a: [6, 12], n1: [8, 16], n2: [9, 14], N: [17, 22] },
    });
    expect((found['each'] as { ratio: number }[]).map(({ ratio }) => ratio)).toEqual([6, 6]);
  });

  test('asking for what no report names is told', async () => {
    await expect(answer({ method: 'pv-masking', input: { ...input, of: 'hives' } })).rejects.toMatchObject({
      kind: 'invalid',
      facts: { at: '/of' },
    });
  });
});
