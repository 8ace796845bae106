import { describe, expect, test } from 'vitest';
import { Random } from '#standards/statistics';
import { type Flow, netPresentValue, ratesOfReturn } from './index.ts';

const flows = (text: string): Flow[] =>
  text.split(' ').map((each) => {
    const [date, amount] = each.split(',');
    return { date: date!, amount: Number(amount) };
  });

/**
 * Goal: the published rates come out, and no root stays untold.
 * Method: answers of spreadsheets and of other libraries' public tests, each with its source; then what must hold for any flows.
 */
describe('ratesOfReturn', () => {
  test.each([
    [
      'Microsoft, XIRR function, example',
      '2008-01-01,-10000 2008-03-01,2750 2008-10-30,4250 2009-02-15,3250 2009-04-01,2750',
      0.3733625335,
    ],
    [
      'pyxirr, samples/unordered.csv',
      '2015-06-11,-1000 2015-07-21,-9000 2018-06-10,20000 2015-10-17,-3000',
      0.16353715844,
    ],
    ['pyxirr, samples/minus_0_99.csv', '2021-06-09,-134.09 2021-08-11,40.86', -0.9989769231734277],
    ['pyxirr, samples/minus_0_99999.csv', '2020-03-05,-18480 2020-03-16,13120', -0.9999884228170087],
    ['scripbox/ex-xirr, bad investment', '1985-01-01,1000 1990-01-01,-600 1995-01-01,-200', -0.034592],
    ['scripbox/ex-xirr, ok investment', '1985-01-01,1000 1990-01-01,-600 1995-01-01,-6000', 0.225683],
    [
      'scripbox/ex-xirr, repeated cashflow',
      '2011-12-07,1000 2011-12-07,2000 2013-05-21,-2000 2013-05-21,-4000',
      0.610359,
    ],
    ['klippero/xirr-bug', '2019-09-10,-400 2020-01-21,-400 2020-02-24,-400 2020-03-16,895.24', -0.742],
    ['intgr/pg_financial', '2013-01-01,-100 2014-01-01,20', -0.8],
    ['xlcalculator, test_xirr', '2010-12-29,-10000 2012-01-25,20 2012-03-08,10100', 0.01006126516492058],
  ])('%s', (_, text, expected) => {
    const { rate, roots, refusal } = ratesOfReturn(flows(text));
    expect(rate).toBeCloseTo(expected, 4);
    expect(Math.abs(rate! - expected)).toBeLessThan(String(expected).length > 9 ? 1e-9 : 5e-5);
    expect(roots).toHaveLength(1);
    expect(refusal).toBeUndefined();
  });

  test('several roots are all told, and none is picked', () => {
    // pyxirr, samples/30-13.csv: its test names both.
    const pyxirr = ratesOfReturn(
      flows(
        '2020-10-08,-320.409336468929 2034-02-11,-1168.0309461329 2035-02-23,-116.435806487608 2032-05-22,1082.82589946232 2025-09-23,1021.31187983928 2033-08-11,330.693013409593 2037-01-01,357.608023904653 2022-06-10,4019.47530700281 2035-08-11,-636.194921783809 2030-03-06,1797.12740657937 2033-02-12,-1363.62400631159 2020-10-09,1643.85326162288 2039-02-12,380.183155427822 2028-07-23,86.989799456888 2030-12-23,-1655.5145291891 2028-11-25,282.738535669003 2025-09-19,1503.78463596763 2036-01-10,-1641.59028688468 2038-10-31,-318.274660250744 2030-02-20,257.569362953608 2023-06-30,-1413.67502554896 2033-01-25,255.335845901369 2021-10-26,-1576.27975587903 2021-03-24,318.335920888297 2033-06-01,-3433.96218604721 2027-03-09,-114.644608755237 2038-04-26,-224.006933326095 2031-05-06,275.321216777982 2021-03-16,1327.43942336165 2024-10-19,1401.88316736762',
      ),
    );
    expect(pyxirr).toMatchObject({ refusal: 'many-roots', signChanges: 15 });
    expect(pyxirr.roots.map(({ rate }) => rate)).toEqual([
      expect.closeTo(-0.6590570693637554, 9),
      expect.closeTo(-0.02910731236366771, 9),
    ]);
    // The textbook's: -1 + 2.3 - 1.32 by years is (1.1 - q)(1.2 - q).
    const two = ratesOfReturn(flows('2021-01-01,-100 2022-01-01,230 2023-01-01,-132'));
    expect(two).toMatchObject({ refusal: 'many-roots', signChanges: 2 });
    expect(two.rate).toBeUndefined();
    expect(two.roots.map(({ rate }) => rate)).toEqual([expect.closeTo(0.1, 10), expect.closeTo(0.2, 10)]);
  });

  test('a root that only touches is told as double', () => {
    const { roots } = ratesOfReturn(flows('2021-01-01,-100 2022-01-01,220 2023-01-01,-121'));
    expect(roots).toEqual([{ rate: expect.closeTo(0.1, 6), isDouble: true, residual: expect.closeTo(0, 10) }]);
  });

  test.each([
    ['2021-01-01,-100 2022-01-01,-5', 'one-sign'],
    ['2014-04-15,-10000 2014-04-15,10000 2014-10-19,500', 'one-sign'],
    ['2021-01-01,-100 2021-01-01,100', 'no-flows'],
    ['2021-01-01,-100 2022-01-01,100 2023-01-01,-100', 'no-root'],
  ])('%s has no rate: %s', (text, refusal) => {
    expect(ratesOfReturn(flows(text))).toMatchObject({ roots: [], refusal });
  });

  test('flows that turn more than a thousand times are not searched, and that is told', () => {
    const turning = Array.from({ length: 1003 }, (_, at) => ({
      date: new Date(Date.UTC(2015, 0, 1 + at)).toISOString().slice(0, 10),
      amount: at % 2 === 0 ? -1 : 1,
    }));
    expect(ratesOfReturn(turning)).toEqual({ roots: [], signChanges: 1002, refusal: 'too-many-changes' });
  });

  test.each([
    [[{ date: '2021-02-30', amount: 1 }]],
    [[{ date: '2021-01', amount: 1 }]],
    [[{ date: '2021-01-01', amount: Number.NaN }]],
  ])('refuses %j', (wrong) => {
    expect(() => ratesOfReturn(wrong)).toThrow(RangeError);
  });

  test('of any flows: scale and shift of time change nothing, present values at the roots are nothing, the count keeps within Descartes', () => {
    const seed = 20261122;
    const random = new Random(seed);
    for (let round = 0; round < 200; round += 1) {
      const made = Array.from({ length: 2 + Math.floor(random.next() * 20) }, (_, at) => ({
        date: new Date(Date.UTC(2015, 0, 1 + Math.floor(at * 90 + random.next() * 80))).toISOString().slice(0, 10),
        amount: Math.round((random.next() - 0.5) * 1e6),
      }));
      const found = ratesOfReturn(made);
      expect(found.roots.length, `seed ${seed}`).toBeLessThanOrEqual(found.signChanges);
      const rates = found.roots.map(({ rate }) => expect.closeTo(rate, 7));
      const shifted = made.map(({ date, amount }) => ({
        date: new Date(Date.parse(date) + 1000 * 86_400_000).toISOString().slice(0, 10),
        amount: amount * -3.5,
      }));
      expect(
        ratesOfReturn(shifted).roots.map(({ rate }) => rate),
        `seed ${seed}`,
      ).toEqual(rates);
      for (const { rate } of found.roots) {
        const size = netPresentValue(
          rate,
          made.map(({ date, amount }) => ({ date, amount: Math.abs(amount) })),
        );
        expect(Math.abs(netPresentValue(rate, made)) / size, `seed ${seed}`).toBeLessThan(1e-9);
      }
    }
  });

  test('more paid out at the end is a higher rate', () => {
    const rateOf = (last: number) => ratesOfReturn(flows(`2020-01-01,-100 2021-06-30,-50 2024-01-01,${last}`)).rate!;
    const rates = [40, 100, 150, 200, 400].map(rateOf);
    expect(rates).toEqual(rates.toSorted((a, b) => a - b));
  });
});

describe('netPresentValue', () => {
  test('is XNPV', () => {
    // Microsoft, XNPV function, example.
    const example = flows('2008-01-01,-10000 2008-03-01,2750 2008-10-30,4250 2009-02-15,3250 2009-04-01,2750');
    expect(netPresentValue(0.09, example)).toBeCloseTo(2086.647602, 6);
    // PHPOffice/PhpSpreadsheet, tests/data/Calculation/Financial/XNPV.php.
    const dates = ['2018-06-30', ...Array.from({ length: 10 }, (_, at) => `${2018 + at}-12-31`)];
    const yearly = dates.map((date, at) => ({ date, amount: at === 0 ? 0 : 120_000 }));
    expect(netPresentValue(0.1, yearly)).toBeCloseTo(772830.734, 3);
    expect(() => netPresentValue(-1, example)).toThrow(RangeError);
  });
});
