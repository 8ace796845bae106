import { describe, expect, test } from 'vitest';
import { openSolver } from '../../modules/exchange/actions/gate/solver.ts';
import { Random } from '../statistics/index.ts';
import {
  Attacker,
  determined,
  differenceLayer,
  exposed,
  type Frame,
  flatDimension,
  type Layer,
  makeFrame,
  type Protection,
  primary,
  type Solver,
  type SuppressionProblem,
  suppress,
} from './index.ts';

const solve = await openSolver();

/**
 * Goal: the rules and patterns are those of sdcTable's own tests.
 * Method: its data set microdata1 (100 rows), its tables with margins; cells are numbered from 1 as there.
 */
describe('sdcTable', () => {
  const { frame, counts, sums, largest } = microdata1();
  const found = (rule: Parameters<typeof primary>[0]) =>
    Array.from({ length: frame.size }, (_, cell) => cell).flatMap((cell) =>
      primary(rule, { count: counts[cell]!, sum: sums[cell]!, largest: largest[cell]! }) === undefined
        ? []
        : [cell + 1],
    );

  test('counts and sums of the table', () => {
    expect(frame.size).toBe(15);
    expect(counts[0]).toBe(100);
    expect(counts[5]).toBe(2);
    expect(frame.codesOf(5)).toEqual(['A', 'female']);
  });

  test.each([
    [{ rule: 'frequency', least: 3 }, [6]],
    [{ rule: 'dominance', n: 2, percent: 75 }, [6, 14]],
    [{ rule: 'p-percent', percent: 70 }, [6, 14]],
    [{ rule: 'pq', percent: 60, prior: 80 }, [6, 14]],
  ] as const)('%o finds cells %o', (rule, cells) => {
    expect(found(rule)).toEqual(cells);
  });

  test('one sensitive cell is hidden with {5, 6, 11, 12}, as by OPT, HITAS, HYPERCUBE and SIMPLEHEURISTIC', () => {
    const needs = new Map([[5, { lower: 0, upper: 0, width: 1 }]]);
    const problem = problemOf(frame, [layerOf(counts, needs)]);
    for (const mostOptimal of [0, 100]) {
      const pattern = suppress(problem, { solve, mostOptimal })!;
      expect([...pattern.hidden].sort((a, b) => a - b).map((cell) => cell + 1)).toEqual([5, 6, 11, 12]);
      expect(pattern.optimal).toBe(mostOptimal > 0);
    }
  });

  test('nothing is hidden where nothing is sensitive', () => {
    expect(suppress(problemOf(frame, [layerOf(counts, new Map())]), { solve })?.hidden.size).toBe(0);
  });

  test('two single persons that only hide each other are not enough: an attacker could be one of them', () => {
    // Cells a 1, b 2, c 1 of 4: each of the two lone persons knows the own cell and with it the other's, unless a third is hidden.
    const small = makeFrame([flatDimension('region', ['a', 'b', 'c', 'd'])]);
    const values = Float64Array.from([4, 1, 2, 1, 0]);
    const need = primary({ rule: 'frequency', least: 3 }, { count: 1, sum: 0, largest: [] })!;
    const pattern = suppress(problemOf(small, [layerOf(values, new Map([1, 3].map((cell) => [cell, need])))]), {
      solve,
    });
    expect(pattern?.hidden.has(2)).toBe(true);
  });
});

/**
 * Goal: no pattern costs more than need be, and none leaves a sensitive cell open.
 * Method: small random tables; all patterns are tried for the cheapest that keeps every interval (intervals by a separate, full program for each cell).
 */
describe('random tables', () => {
  const seed = 20261122;
  test(`the optimum is that of trying all patterns (seed ${seed})`, () => {
    const random = new Random(seed);
    for (let round = 0; round < 12; round += 1) {
      const { problem, frame } = randomProblem(random, [2, 3], 4);
      const pattern = suppress(problem, { solve });
      const best = cheapestByTrying(frame, problem);
      expect(pattern?.cost, `round ${round}`).toBe(best);
      if (pattern !== undefined) expect(pattern.optimal).toBe(true);
    }
  });

  test(`what is published leaves every interval wide enough, whether optimal or sound (seed ${seed})`, () => {
    const random = new Random(seed + 1);
    for (let round = 0; round < 12; round += 1) {
      const { problem, frame } = randomProblem(random, [4, 3, 3], 5, round % 2 === 0);
      const pattern = suppress(problem, { solve, mostOptimal: round % 3 === 0 ? 90 : 0 });
      if (pattern === undefined) continue;
      expect(exposed(problem, pattern.hidden, solve)).toEqual([]);
      const [layer] = problem.layers as [Layer];
      for (const [cell, need] of layer.needs) {
        const [low, high] = boundsByFullProgram(frame, layer, pattern.hidden, cell);
        const value = layer.values[cell]!;
        expect(value - low).toBeGreaterThanOrEqual(need.lower - 1e-5);
        expect(high - value).toBeGreaterThanOrEqual(need.upper - 1e-5);
        expect(high - low).toBeGreaterThanOrEqual(need.width - 1e-5);
        const interval = new Attacker({ ...layer, whole: false }, problem.relations, pattern.hidden, solve).interval(
          cell,
        );
        expect(interval.low).toBeCloseTo(low, 4);
        expect(Math.min(interval.high, 1e9)).toBeCloseTo(Math.min(high, 1e9), 4);
      }
    }
  });

  test(`hiding only the sensitive cells would have been broken (seed ${seed}): the attack is a real one`, () => {
    const random = new Random(seed + 2);
    let broken = 0;
    for (let round = 0; round < 10; round += 1) {
      const { problem } = randomProblem(random, [4, 4], 5);
      const [layer] = problem.layers as [Layer];
      const open = exposed(problem, new Set(layer.needs.keys()), solve);
      if (open.length > 0) broken += 1;
    }
    expect(broken).toBeGreaterThan(5);
  });
});

describe('determined', () => {
  const statement = (...terms: [number, number][]) => ({ terms: new Map(terms.map(([at, by]) => [at, BigInt(by)])) });
  const all = statement([0, 1], [1, 1], [2, 1]);
  test.each([
    { told: [all], asked: statement([0, 1]), fixed: false },
    { told: [all, statement([1, 1], [2, 1])], asked: statement([0, 1]), fixed: true },
    { told: [all, statement([0, 1], [1, -1])], asked: statement([2, 1], [0, 2]), fixed: true },
    { told: [all, statement([0, 1], [1, -1])], asked: statement([2, 1]), fixed: false },
    // Three halves known: each is known, though none was told.
    {
      told: [statement([0, 1], [1, 1]), statement([1, 1], [2, 1]), statement([0, 1], [2, 1])],
      asked: statement([0, 1]),
      fixed: true,
    },
  ])('case %#', ({ told, asked, fixed }) => {
    expect(determined(told, [asked])).toEqual([fixed]);
  });
});

/** Goal: one more person between two releases is as hidden as a lone person in one. */
test('a difference by few persons between two releases is hidden in the later', () => {
  const frame = makeFrame([flatDimension('region', ['a', 'b', 'c']), flatDimension('type', ['x', 'y'])]);
  const rule = (count: number) => primary({ rule: 'frequency', least: 5 }, { count, sum: 0, largest: [] });
  const before = filled(frame, [40, 30, 20, 50, 60, 70]);
  const after = filled(frame, [41, 30, 29, 50, 60, 79]);
  const layer = layerOf(after, new Map());
  expect(suppress(problemOf(frame, [layer]), { solve })?.hidden.size).toBe(0);
  const difference = differenceLayer(layer, { values: before, hidden: new Set() }, rule);
  expect([...difference.needs.keys()].map((cell) => frame.codesOf(cell))).toContainEqual(['a', 'x']);
  const pattern = suppress(problemOf(frame, [layer, difference]), { solve })!;
  expect(pattern.hidden.has(frame.cellOf(['a', 'x'])!)).toBe(true);
  const interval = new Attacker(difference, frame.relations, pattern.hidden, solve).interval(frame.cellOf(['a', 'x'])!);
  expect(interval.high - interval.low).toBeGreaterThanOrEqual(5);
});

function problemOf(frame: Frame, layers: Layer[]): SuppressionProblem {
  const costs = layers[0]!.values.map((value) => (value === 0 ? Number.POSITIVE_INFINITY : value));
  return { relations: frame.relations, layers, costs };
}

function layerOf(values: Float64Array, needs: Map<number, Protection>): Layer {
  const { length } = values;
  return {
    values,
    low: new Float64Array(length),
    high: new Float64Array(length).fill(Number.POSITIVE_INFINITY),
    whole: true,
    needs,
  };
}

/** The finest cells in order, then summed up. */
function filled(frame: Frame, finest: readonly number[]): Float64Array {
  const values = new Float64Array(frame.size);
  const leaves = leavesOf(frame);
  for (const [at, cell] of leaves.entries()) values[cell] = finest[at] ?? 0;
  frame.sumUp(values);
  return values;
}

function leavesOf(frame: Frame): number[] {
  const totals = new Set(frame.relations.map(({ total }) => total));
  return Array.from({ length: frame.size }, (_, cell) => cell).filter((cell) => !totals.has(cell));
}

function randomProblem(
  random: Random,
  sizes: readonly number[],
  least: number,
  isHierarchical = false,
): { frame: Frame; problem: SuppressionProblem } {
  const dimensions = sizes.map((size, at) =>
    flatDimension(
      `d${at}`,
      Array.from({ length: size }, (_, code) => `${at}${code}`),
    ),
  );
  if (isHierarchical)
    dimensions[0] = {
      name: 'd0',
      codes: [
        { code: 'total' },
        { code: 'p', parent: 'total' },
        { code: 'q', parent: 'total' },
        ...['a', 'b'].map((code) => ({ code, parent: 'p' })),
        ...['c', 'd'].map((code) => ({ code, parent: 'q' })),
      ],
    };
  const frame = makeFrame(dimensions);
  const values = filled(
    frame,
    leavesOf(frame).map(() => random.poisson(random.next() < 0.3 ? 2 : 15)),
  );
  const needs = new Map<number, Protection>();
  for (const [cell, count] of values.entries()) {
    const need = primary({ rule: 'frequency', least }, { count, sum: 0, largest: [] });
    if (need !== undefined) needs.set(cell, need);
  }
  return { frame, problem: problemOf(frame, [layerOf(values, needs)]) };
}

/** All tables that look the same, in one program over every cell: told ones are fixed. */
function boundsByFullProgram(frame: Frame, layer: Layer, hidden: ReadonlySet<number>, cell: number): [number, number] {
  const ask = (sense: 'min' | 'max', solver: Solver): number => {
    const { status, objective } = solver({
      sense,
      variables: Array.from(layer.values, (value, at) => ({
        cost: at === cell ? 1 : 0,
        low: hidden.has(at) ? 0 : value,
        high: hidden.has(at) ? Number.POSITIVE_INFINITY : value,
      })),
      rows: frame.relations.map(({ total, parts }) => ({
        variables: [...parts, total],
        coefficients: [...parts.map(() => 1), -1],
        low: 0,
        high: 0,
      })),
    });
    return status === 'unbounded' ? Number.POSITIVE_INFINITY : objective;
  };
  return [ask('min', solve), ask('max', solve)];
}

function cheapestByTrying(frame: Frame, problem: SuppressionProblem): number | undefined {
  const [layer] = problem.layers as [Layer];
  const free = Array.from(problem.costs.keys()).filter(
    (cell) => !layer.needs.has(cell) && Number.isFinite(problem.costs[cell]),
  );
  const patterns = Array.from({ length: 2 ** free.length }, (_, bits) => {
    const cells = free.filter((_, at) => (bits >> at) & 1);
    return { cells, cost: cells.reduce((sum, cell) => sum + problem.costs[cell]!, 0) };
  }).sort((a, b) => a.cost - b.cost);
  for (const { cells, cost } of patterns) {
    const hidden = new Set([...layer.needs.keys(), ...cells]);
    // A lone hidden cell of a sum is known: such patterns need no program.
    const lone = frame.relations.some(
      ({ total, parts }) => [...parts, total].filter((cell) => hidden.has(cell)).length === 1,
    );
    if (lone) continue;
    const keeps = [...layer.needs].every(([cell, need]) => {
      const [low, high] = boundsByFullProgram(frame, layer, hidden, cell);
      const value = layer.values[cell]!;
      return value - low >= need.lower - 1e-6 && high - value >= need.upper - 1e-6 && high - low >= need.width - 1e-6;
    });
    if (keeps) return cost;
  }
  return undefined;
}

/** sdcTable's data set microdata1: region, gender, value. */
function microdata1() {
  const regions =
    'CCAACDDAACABBBCDABCABDACDDABDCCBBBBDCDBCBADBBDBCCBACDBCBBACDBADDAADDDACBBDDBDDABBCABBBCACCCDBDBBDBAB';
  const genders =
    'mmmmmfffmmffmmffmmmmmmmffmmfmmfmfffmfmfmmmfffmfmffmfffmmfmfmmmffmmffmmfmfffffmmfffmmmmmmmfmmfffmmfmm';
  const values = [
    9, 11, 10, 11, 18, 10, 6, 9, 5, 12, 11, 10, 11, 5, 10, 11, 7, 7, 10, 13, 12, 280, 15, 12, 16, 9, 13, 16, 9, 6, 11,
    14, 12, 8, 18, 8, 7, 7, 11, 11, 15, 6, 14, 8, 12, 9, 14, 6, 12, 13, 9, 9, 9, 7, 6, 9, 9, 7, 9, 8, 10, 9, 7, 6, 8, 9,
    14, 10, 7, 10, 19, 10, 14, 11, 9, 5, 11, 8, 10, 13, 8, 9, 18, 7, 10, 8, 11, 6, 6, 8, 12, 11, 10, 18, 9, 8, 10, 7,
    12, 14,
  ];
  const frame = makeFrame([flatDimension('region', ['A', 'B', 'C', 'D']), flatDimension('gender', ['male', 'female'])]);
  const counts = new Float64Array(frame.size);
  const sums = new Float64Array(frame.size);
  const largest: number[][] = Array.from({ length: frame.size }, () => []);
  for (const [at, value] of values.entries()) {
    const cell = frame.cellOf([regions[at]!, genders[at] === 'm' ? 'male' : 'female'])!;
    counts[cell]! += 1;
    sums[cell]! += value;
    largest[cell] = [...largest[cell]!, value].sort((a, b) => b - a).slice(0, 3);
  }
  frame.sumUp(counts);
  frame.sumUp(sums);
  frame.mergeUp(largest, 3);
  return { frame, counts, sums, largest };
}
