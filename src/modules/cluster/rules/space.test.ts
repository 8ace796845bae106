import { describe, expect, test } from 'vitest';
import type { Lease, SpaceUnit, UnitLine } from '../model.ts';
import { findFits, lineOf, parkFigures, quarterEnd, quarterOf, quartersFrom, rentOn, walt } from './space.ts';
import { readSpaceNeed } from './space-text.ts';

const TODAY = '2026-11-22';
const unit = (parts: Partial<SpaceUnit> = {}): SpaceUnit => ({
  id: 'u1',
  park: 'p',
  example: false,
  revision: 1,
  building: 'A',
  floor: 1,
  name: 'A101',
  areaM2: 1_200,
  clearHeightM: 6,
  floorLoadKnM2: 10,
  powerKva: 500,
  gmp: 'C',
  bsl: 0,
  craneT: 0,
  provisions: ['water', 'wastewater'],
  priceFenM2: 4_500,
  published: false,
  availableFrom: null,
  ...parts,
});
const lease = (parts: Partial<Lease> = {}): Lease => ({
  id: 'l',
  park: 'p',
  unit: 'u1',
  unitName: 'A101',
  areaM2: 1_200,
  tenant: 't',
  tenantName: 'T',
  tenantNameZh: null,
  example: false,
  starts: '2025-01-01',
  ends: '2027-12-31',
  ended: null,
  endReason: null,
  rent: [{ from: '2025-01-01', fenM2: 4_000 }],
  depositFen: 0,
  noticeDays: 90,
  revision: 1,
  ...parts,
});
const free = (
  parts: Partial<SpaceUnit> = {},
  leases: Lease[] = [],
): UnitLine & { parkName: string; parkNameZh: string | null } => ({
  ...lineOf(unit(parts), { leases, reservation: null, today: TODAY }),
  parkName: 'P',
  parkNameZh: null,
});

describe('what fits', () => {
  const need = { areaM2: 1_000, clearHeightM: 5, floorLoadKnM2: 9.80665, gmp: 'C', by: '2027-03-01' } as const;
  const verdict = (parts: Partial<SpaceUnit>, leases: Lease[] = []) => findFits([free(parts, leases)], need)[0]!;

  test('a clean room of 1,200 m², 6 m, a tonne a square metre, free now, fits', () => {
    expect(verdict({}).verdict).toBe('fits');
    expect(verdict({}).checks).toHaveLength(5);
  });
  test.each([
    ['a lower one by a tenth nearly fits', { clearHeightM: 4.5 }, 'nearly', 0.1],
    ['one half as high does not', { clearHeightM: 2.5 }, 'no', 0.5],
    ['the next grade nearly fits', { gmp: 'D' }, 'nearly', 0.25],
    ['no clean room does not', { gmp: 'none' }, 'no', 1],
    ['a cleaner one fits', { gmp: 'B' }, 'fits', undefined],
    ['one of unknown load may fit', { floorLoadKnM2: null }, 'may-fit', undefined],
  ] as const)('%s', (_, parts, expected, missedBy) => {
    const fit = verdict(parts as Partial<SpaceUnit>);
    expect(fit.verdict).toBe(expected);
    expect(fit.checks.find((check) => check.verdict === 'missed')?.missedBy).toEqual(
      missedBy === undefined ? undefined : expect.closeTo(missedBy, 9),
    );
  });
  test('one that is let until four weeks after nearly fits, by so many days', () => {
    const fit = verdict({}, [lease({ ends: '2027-03-28' })]);
    expect(fit.verdict).toBe('nearly');
    expect(fit.checks.find(({ need: name }) => name === 'by')).toMatchObject({ has: '2027-03-29', missedBy: 28 });
  });
  test('two units of a floor together have the area; of another floor they do not', () => {
    const [first] = findFits([free({ areaM2: 600 }), free({ id: 'u2', areaM2: 500 })], need);
    expect(first).toMatchObject({ verdict: 'fits', areaM2: 1_100 });
    expect(first!.together).toHaveLength(1);
    const apart = findFits([free({ areaM2: 600 }), free({ id: 'u2', areaM2: 500, floor: 2 })], need);
    expect(apart.map((fit) => fit.verdict)).toEqual(['no', 'no']);
  });
});

describe('how a unit stands', () => {
  test.each([
    ['let for long', [lease()], 'let', '2028-01-01'],
    ['about to end', [lease({ ends: '2027-03-31' })], 'ending', '2027-04-01'],
    [
      'let again without a day between',
      [lease({ ends: '2027-03-31' }), lease({ starts: '2027-04-01', ends: '2029-03-31' })],
      'ending',
      '2029-04-01',
    ],
    [
      'let again later',
      [lease({ ends: '2027-03-31' }), lease({ starts: '2027-06-01', ends: '2029-03-31' })],
      'ending',
      '2027-04-01',
    ],
    ['given back early', [lease({ ended: '2026-10-31' })], 'free', TODAY],
  ] as const)('%s', (_, leases, state, freeFrom) => {
    expect(free({}, [...leases])).toMatchObject({ state, freeFrom });
  });
});

/** Method: occupancy, WALT and expiries of two leases worked out by hand. */
test('a park’s figures are those of today’s leases', () => {
  const first = lease({ unit: 'u1', areaM2: 1_000, ends: '2027-11-22' });
  const second = lease({
    id: 'l2',
    unit: 'u2',
    areaM2: 3_000,
    ends: '2028-11-22',
    rent: [
      { from: '2025-01-01', fenM2: 3_000 },
      { from: '2026-01-01', fenM2: 5_000 },
    ],
  });
  const gone = lease({ id: 'l3', unit: 'u3', starts: '2020-01-01', ends: '2021-01-01' });
  const units = [
    free({ areaM2: 1_000 }, [first]),
    free({ id: 'u2', areaM2: 3_000 }, [second]),
    free({ id: 'u3', areaM2: 1_000 }, [gone]),
  ];
  const figures = parkFigures(units, { leases: [first, second, gone], marks: [5, 4], today: TODAY });
  expect(figures).toMatchObject({
    areaM2: 5_000,
    letM2: 4_000,
    freeM2: 1_000,
    occupancy: 0.8,
    rentFen: 4_000_000 + 15_000_000,
  });
  expect(figures.waltAreaYears).toBeCloseTo((1_000 * 365 + 3_000 * 731) / 4_000 / 365.25, 9);
  expect(figures.waltRentYears).toBeCloseTo((4 * 365 + 15 * 731) / 19 / 365.25, 9);
  expect(figures.expiries.filter(({ leases }) => leases > 0)).toEqual([
    { quarter: '2027Q4', leases: 1, areaM2: 1_000, rentFen: 4_000_000 },
    { quarter: '2028Q4', leases: 1, areaM2: 3_000, rentFen: 15_000_000 },
  ]);
  expect(figures.satisfaction).toEqual({ mean: 4.5, marks: 2 });
  expect(walt([], TODAY, () => 1)).toBeNull();
});

test('rent goes by its steps', () => {
  const rent = [
    { from: '2026-01-01', fenM2: 3_000 },
    { from: '2027-01-01', fenM2: 3_300 },
  ];
  expect([rentOn(rent, '2025-06-01'), rentOn(rent, '2026-12-31'), rentOn(rent, '2027-01-01')]).toEqual([
    3_000, 3_000, 3_300,
  ]);
});

test('quarters have their names and last days', () => {
  expect(quarterOf('2026-11-22')).toBe('2026Q4');
  expect(quartersFrom('2026-11-22', -3)).toEqual(['2026Q1', '2026Q2', '2026Q3']);
  expect(quartersFrom('2026-11-22', 2)).toEqual(['2026Q4', '2027Q1']);
  expect(quarterEnd('2024Q1')).toBe('2024-03-31');
});

describe('a need in one line', () => {
  test.each([
    ['2000 m² GMP C', { areaM2: 2_000, gmp: 'C' }],
    ['GMP class b, 1,500-2,500 sqm', { gmp: 'B', areaM2: 1_500, mostAreaM2: 2_500 }],
    ['800至1200平方米 D级 层高6米', { areaM2: 800, mostAreaM2: 1_200, gmp: 'D', clearHeightM: 6 }],
    ['10 kN/m2 500 kVA', { floorLoadKnM2: 10, powerKva: 500 }],
    ['荷载 1吨/㎡ 不高于40元', { floorLoadKnM2: 9.81, mostFenM2: 4_000 }],
    ['BSL-2 laboratory', { bsl: 2 }],
    ['CAR-T 2025', {}],
    ['Guangzhou Development District', {}],
  ])('%s', (text, need) => {
    expect(readSpaceNeed(text)).toEqual(need);
  });
});

test('a unit larger than the most is missed by how much it is too large', () => {
  const line = lineOf(unit(), { leases: [], reservation: null, today: TODAY });
  const [fit] = findFits([{ ...line, parkName: 'P', parkNameZh: null }], { mostAreaM2: 1_000 });
  expect(fit!.checks).toEqual([{ need: 'mostAreaM2', verdict: 'missed', has: 1_200, asked: 1_000, missedBy: 0.2 }]);
  expect(fit!.verdict).toBe('nearly');
});
