import { describe, expect, test } from 'vitest';
import type { FundEntry, NewFundEntry } from '../model.ts';
import { curveOf, derivedShares, figuresOf, ilpaLines, readEntries } from './index.ts';

let ids = 0;
const entry = (kind: FundEntry['kind'], day: string, yuan: number, parts: Partial<FundEntry> = {}): FundEntry => ({
  id: `e${ids++}`,
  kind,
  day,
  fen: yuan * 100,
  holding: null,
  investor: null,
  purpose: null,
  recallable: false,
  stakePpm: null,
  method: kind === 'net-value' || kind === 'holding-value' ? 'multiples' : null,
  source: 'ledger',
  note: null,
  reverses: null,
  enteredByName: 'x',
  enteredAt: `2026-01-01T00:00:${String(ids % 60).padStart(2, '0')}Z`,
  ...parts,
});

/** Excel's own example as a fund: 10,000 in, four amounts back. */
const EXCEL = [
  entry('commitment', '2008-01-01', 12_000),
  entry('call', '2008-01-01', 10_000),
  entry('distribution', '2008-03-01', 2_750, { recallable: true }),
  entry('distribution', '2008-10-30', 4_250),
  entry('distribution', '2009-02-15', 3_250),
  entry('distribution', '2009-04-01', 2_750),
  entry('net-value', '2009-04-01', 0),
];

/** Goal: a figure is right, or refused with what it lacks. Method: books worked out by hand, then the seed's fund, which has none. */
describe('figures of a fund', () => {
  test('by hand', () => {
    const { sums, ratios } = figuresOf(EXCEL, { at: '2009-04-01' });
    expect(sums).toMatchObject({ committed: 1_200_000, called: 1_000_000, distributed: 1_300_000, unfunded: 475_000 });
    expect(ratios.netRate).toMatchObject({ value: expect.closeTo(0.3733625335, 9) });
    expect(ratios.dpi).toEqual({ value: 1.3, working: '13,000 / 10,000' });
    expect(ratios.tvpi).toMatchObject({ value: 1.3 });
    expect(ratios.pic).toMatchObject({ value: expect.closeTo(0.8333, 4) });
    expect(ratios.grossRate).toEqual({ lacks: ['holdings'] });
    expect(ratios.ksPme).toEqual({ lacks: ['index'] });
  });

  test('of a fund without books nothing is told, and nothing is nought', () => {
    const { sums, value, ratios } = figuresOf([], { at: '2026-01-01' });
    expect([sums, value]).toEqual([null, null]);
    expect(new Set(Object.values(ratios).map((each) => JSON.stringify(each)))).toEqual(
      new Set(['{"lacks":["books"]}']),
    );
  });

  test.each([
    ['no value was set', [entry('call', '2020-01-01', 5)], 'tvpi', ['value']],
    ['nothing was called', [entry('commitment', '2020-01-01', 5)], 'dpi', ['calls']],
    ['no commitment is known', [entry('call', '2020-01-01', 5)], 'pic', ['commitments']],
    [
      'a holding has no value',
      [entry('investment', '2020-01-01', 5, { holding: 'a' }), entry('net-value', '2020-01-01', 5)],
      'grossRate',
      ['holding-values'],
    ],
  ] as const)('where %s it is said', (_, entries, ratio, lacks) => {
    expect(figuresOf(entries, { at: '2021-01-01' }).ratios[ratio]).toEqual({ lacks });
  });

  test('a reversed entry counts no more, a later one not yet', () => {
    const wrong = entry('distribution', '2008-05-01', 999);
    const books = [...EXCEL, wrong, entry('reversal', '2008-05-01', 999, { reverses: wrong.id })];
    expect(figuresOf(books, { at: '2009-04-01' })).toEqual(figuresOf(EXCEL, { at: '2009-04-01' }));
    expect(figuresOf(EXCEL, { at: '2008-12-31' }).sums?.distributed).toBe(700_000);
  });

  test('a value is carried on by what was called and paid out since', () => {
    const books = [
      entry('call', '2020-01-01', 100),
      entry('net-value', '2020-12-31', 110),
      entry('call', '2021-02-01', 20),
      entry('distribution', '2021-03-01', 5),
    ];
    const { value, ratios } = figuresOf(books, { at: '2021-06-30' });
    expect(value).toMatchObject({ fen: 11_000, movedFen: 1_500, day: '2020-12-31' });
    expect(ratios.rvpi).toMatchObject({ value: 125 / 120 });
    expect(curveOf(books, '2021-03-15').map(({ net, value: worth }) => [net, worth])).toEqual([
      [-10_000, null],
      [-10_000, null],
      [-10_000, null],
      [-10_000, 11_000],
      [-11_500, 12_500],
    ]);
  });

  test('several rates are told as several', () => {
    const books = [
      entry('call', '2021-01-01', 100),
      entry('distribution', '2022-01-01', 230),
      entry('call', '2023-01-01', 132),
      entry('net-value', '2023-01-01', 0),
    ];
    expect(figuresOf(books, { at: '2023-01-01' }).ratios.netRate).toMatchObject({
      several: [expect.closeTo(0.1, 9), expect.closeTo(0.2, 9)],
    });
  });

  test("the seed's fund: three shares, by division of what is stated", () => {
    const stated = Object.entries({
      'fund-size': 479_800_000_000,
      'paid-in': 353_300_000_000,
      'project-count': 69,
      'reinvested-projects': 22,
      'reinvested-amount': 55_700_000_000,
    }).map(([property, value]) => ({ property, value, unit: null, asOf: null, quote: null, source: 's' }));
    expect(derivedShares(stated).map(({ value }) => value.toFixed(4))).toEqual(['0.7363', '0.3188', '0.1577']);
    expect(derivedShares(stated.slice(2, 3))).toEqual([]);
  });
});

describe('the quarterly form', () => {
  test('opening, flows, costs and gain come to the closing value, and what is not kept is unknown', () => {
    const books = [
      entry('commitment', '2025-01-01', 1000),
      entry('call', '2025-02-01', 400),
      entry('net-value', '2025-12-31', 420),
      entry('call', '2026-01-10', 100),
      entry('management-fee', '2026-02-01', 8),
      entry('distribution', '2026-03-01', 50, { recallable: true }),
      entry('net-value', '2026-03-31', 500),
    ];
    const lines = new Map(ilpaLines(books, '2026-Q1').map((line) => [line.code, line]));
    const of = (code: string) => lines.get(code)?.quarter;
    expect(of('opening-value')).toBe(42_000);
    expect(of('gain')).toBe(50_000 - 42_000 - 10_000 + 5_000 + 800);
    expect(
      of('opening-value')! + of('contributions')! + of('distributions')! + of('management-fees-gross')! + of('gain')!,
    ).toBe(of('closing-value'));
    expect([of('unfunded-opening'), of('unfunded-closing')]).toEqual([60_000, 55_000]);
    expect(of('fee-offsets')).toBeNull();
    expect(lines.get('contributions')).toMatchObject({ year: 10_000, inception: 50_000 });
    expect(() => ilpaLines(books, '2026-5')).toThrow('2026-Q3');
  });
});

describe('a file of entries', () => {
  const read = (rows: string[][]) =>
    readEntries(rows, {
      holdings: new Map([
        ['Alpha', 'alpha'],
        ['Twice', null],
      ]),
      today: '2026-06-01',
    });
  const head = ['日期', '类型', '金额（元）', '标的', '来源', 'method', 'stake'];

  test('is read in either language, a yuan being 100 fen', () => {
    const [one, two] = read([
      head,
      ['2026-01-02', '缴款', '1,234.5', '', 'notice 7'],
      ['2026-01-03', 'investment', '10', 'Alpha', 'deed', '', '12.5%'],
    ]);
    expect(one?.entry).toMatchObject<Partial<NewFundEntry>>({ kind: 'call', fen: 123_450, source: 'notice 7' });
    expect(two?.entry).toMatchObject<Partial<NewFundEntry>>({
      kind: 'investment',
      holding: 'alpha',
      stakePpm: 125_000,
    });
  });

  test.each([
    [['2026-02-30', 'call', '1', '', 's'], 'date'],
    [['2026-02-01', 'gift', '1', '', 's'], 'kind'],
    [['2026-02-01', 'call', '-1', '', 's'], 'amount'],
    [['2026-02-01', 'call', '1.005', '', 's'], 'amount'],
    [['2026-02-01', 'investment', '1', 'Beta', 's'], 'holding'],
    [['2026-02-01', 'investment', '1', 'Twice', 's'], 'holding'],
    [['2027-02-01', 'call', '1', '', 's'], ''],
    [['2026-02-01', 'net-value', '1', '', 's'], ''],
  ])('%j is wrong at %j', (row, column) => {
    expect(read([head, row])[0]).toMatchObject({ entry: null, faults: [{ column }] });
  });

  test('the same row twice is two entries, and another time the same two', () => {
    const row = ['2026-01-02', 'call', '5', '', 's'];
    const digests = read([head, row, row]).map(({ digest }) => digest);
    expect(new Set(digests).size).toBe(2);
    expect(read([head, row, row]).map(({ digest }) => digest)).toEqual(digests);
  });

  test('without a column that every entry needs it is refused', () => {
    expect(() => read([['date', 'kind']])).toThrow('lacks a column');
  });
});
