import { describe, expect, test } from 'vitest';
import { Random } from '../statistics/index.ts';
import {
  type Curve,
  curveMedian,
  curveQuantiles,
  LIMIT_SCALES,
  type LimitScale,
  lowerWidening,
  type Observations,
  survivalCurves,
  survivalLimits,
} from './index.ts';

const rowsOf = (time: readonly number[], event: readonly number[]): Observations => ({
  time: Float64Array.from(time),
  event: Uint8Array.from(event),
});

function draw(random: Random, n: number, censoring: number, round = 0): Observations {
  const [time, event] = [new Float64Array(n), new Uint8Array(n)];
  for (let row = 0; row < n; row += 1) {
    const [death, end] = [random.exponential(), censoring > 0 ? random.exponential(censoring) : Infinity];
    const exact = Math.min(death, end);
    time[row] = round > 0 ? Math.ceil(exact / round) * round : exact;
    event[row] = death <= end ? 1 : 0;
  }
  return { time, event };
}

const only = (rows: Observations): Curve => survivalCurves(rows)[0]!;

/**
 * Goal: the curve, its error and its limits are those of the definitions.
 * Method: a table worked by hand; then what any right estimate keeps when rows are shuffled, cut, repeated or measured in another unit.
 */
describe('survival curves', () => {
  const hand = rowsOf([1, 2, 2, 3, 5, 5], [1, 1, 0, 1, 0, 1]);

  test('of six rows, by hand', () => {
    const { time, atRisk, events, censored, survival, survivalError, cumulativeHazard } = only(hand);
    expect([...time]).toEqual([1, 2, 3, 5]);
    expect([...atRisk]).toEqual([6, 5, 3, 2]);
    expect([...events]).toEqual([1, 1, 1, 1]);
    expect([...censored]).toEqual([0, 1, 0, 1]);
    const s = [5 / 6, 4 / 6, 4 / 9, 2 / 9];
    for (const [k, value] of s.entries()) expect(survival[k]).toBeCloseTo(value, 14);
    expect(survivalError[1]).toBeCloseTo((4 / 6) * Math.sqrt(1 / 30 + 1 / 20), 14);
    expect(cumulativeHazard[3]).toBeCloseTo(1 / 6 + 1 / 5 + 1 / 3 + 1 / 2, 14);
  });

  test('quantiles are the middle of a stretch on their level', () => {
    const { time, survival } = only(rowsOf([1, 2, 3, 4], [1, 1, 1, 1]));
    expect(curveQuantiles(time, survival, [0, 0.25, 0.3, 0.5, 1])).toEqual([0, 1.5, 2, 2.5, 4]);
    expect(curveMedian(time, survival)).toBe(2.5);
    expect(
      curveMedian(
        time,
        survival.map(() => 0.6),
      ),
    ).toBeNaN();
  });

  test.each(LIMIT_SCALES)('limits on the scale %s hold the estimate between them, and within 0 and 1', (scale) => {
    const curve = only(draw(new Random(1), 60, 0.5));
    const { lower, upper } = survivalLimits(curve.survival, curve.logError, { scale });
    for (const [k, value] of curve.survival.entries()) {
      if (Number.isNaN(lower[k]!)) continue;
      expect(lower[k]).toBeLessThanOrEqual(value);
      expect(upper[k]).toBeGreaterThanOrEqual(value);
      expect(lower[k]).toBeGreaterThanOrEqual(0);
      expect(upper[k]).toBeLessThanOrEqual(1);
    }
    const wide = survivalLimits(curve.survival, curve.logError, { scale, widening: lowerWidening('modified', curve) });
    expect([...wide.upper]).toEqual([...upper]);
    expect(wide.lower.every((value, k) => !(value > lower[k]! + 1e-15))).toBe(true);
  });

  test('the order of the rows changes nothing, and another unit of time only the times', () => {
    const random = new Random(2);
    const rows = draw(random, 80, 0.6, 0.05);
    const order = random.shuffle(Array.from(rows.time.keys()));
    const shuffled = rowsOf(
      order.map((row) => rows.time[row]!),
      order.map((row) => rows.event[row]!),
    );
    expect(only(shuffled)).toEqual(only(rows));
    const inDays = only({ ...rows, time: rows.time.map((time) => time * 365.25) });
    expect(inDays.survival).toEqual(only(rows).survival);
    expect(inDays.logError).toEqual(only(rows).logError);
  });

  test('times that differ by rounding are one time', () => {
    const rows = rowsOf([0.1 + 0.2, 0.3, 0.7, 0.7 + 1e-12], [1, 1, 1, 0]);
    expect([...only(rows).events]).toEqual([2, 1]);
  });

  test('a row cut in two, and one counted twice, are what they were', () => {
    const rows = draw(new Random(3), 40, 0.5, 0.1);
    const whole = only(rows);
    const cut = Array.from(rows.time.keys()).filter((row) => rows.time[row]! > 0.25);
    const start = Float64Array.from([...rows.time.map(() => 0), ...cut.map(() => 0.25)]);
    const time = Float64Array.from([
      ...rows.time.map((value) => Math.min(value, 0.25)),
      ...cut.map((row) => rows.time[row]!),
    ]);
    const event = Uint8Array.from([
      ...rows.event.map((value, row) => (rows.time[row]! > 0.25 ? 0 : value)),
      ...cut.map((row) => rows.event[row]!),
    ]);
    const pieces = only({ start, time, event });
    for (const [k, at] of whole.time.entries()) {
      const place = pieces.time.indexOf(at);
      expect(pieces.survival[place]).toBeCloseTo(whole.survival[k]!, 13);
      expect(pieces.logError[place]).toBeCloseTo(whole.logError[k]!, 13);
    }
    const twice = only(rowsOf([...rows.time, ...rows.time], [...rows.event, ...rows.event]));
    const weighted = only({ ...rows, weights: new Float64Array(40).fill(2) });
    expect([...weighted.atRisk]).toEqual([...twice.atRisk]);
    expect([...weighted.logError]).toEqual([...twice.logError]);
  });

  test('the cluster variance is the sum of squared influences, found by changing each weight a little', () => {
    const random = new Random(4);
    const rows = draw(random, 50, 0.4, 0.1);
    const start = rows.time.map((time) => Math.floor(time * 5) / 10 - 0.05);
    const weights = rows.time.map(() => 0.5 + random.next());
    const clusters = { codes: Uint32Array.from(rows.time, (_, row) => row % 13), count: 13 };
    const data = { ...rows, start, weights };
    const [curve] = survivalCurves(data, undefined, { clusters });
    const squares = new Float64Array(curve!.time.length);
    for (let cluster = 0; cluster < 13; cluster += 1) {
      const changed = (by: number): Float64Array =>
        only({ ...data, weights: weights.map((w, row) => (row % 13 === cluster ? w * (1 + by) : w)) }).survival;
      const [up, down] = [changed(1e-5), changed(-1e-5)];
      for (let k = 0; k < squares.length; k += 1) squares[k]! += ((up[k]! - down[k]!) / 2e-5) ** 2;
    }
    for (const [k, square] of squares.entries()) expect(curve!.survivalError[k]).toBeCloseTo(Math.sqrt(square), 8);
  });

  test('an estimate from the hazard is above the product, and both agree without ties in large samples', () => {
    const rows = draw(new Random(5), 3000, 0.3);
    const [product] = survivalCurves(rows);
    const [hazard] = survivalCurves(rows, undefined, { survival: 'hazard', hazard: 'fleming-harrington' });
    for (let k = 0; k < 2500; k += 50) {
      expect(hazard!.survival[k]).toBeGreaterThanOrEqual(product!.survival[k]!);
      expect(hazard!.survival[k]).toBeCloseTo(product!.survival[k]!, 2);
    }
  });

  test('refuses an empty group, an interval that rounding empties, and the cluster variance of another estimate', () => {
    expect(() => survivalCurves(hand, { codes: new Uint32Array(6), count: 2 })).toThrow('group 2 has no rows');
    const start = Float64Array.from([0, 0, 0, 3 - 1e-12, 0, 0]);
    expect(() => survivalCurves({ ...hand, start })).toThrow('row 4');
    const clusters = { codes: new Uint32Array(6), count: 1 };
    expect(() => survivalCurves(hand, undefined, { survival: 'hazard', clusters })).toThrow(RangeError);
  });
});

/**
 * Goal: 95 % limits hold the truth in 95 % of samples, also small and heavily censored ones.
 * Method: exponential times, of which a share is censored; how often exp(-1/2) at time 1/2 lies within. With 20 rows of which 80 % are censored there is no event yet in one
 * of twenty samples: those have no limits, and do not count.
 */
describe('coverage of the log-log limits', () => {
  test.each([
    [20, 0, 3000],
    [20, 0.5, 3000],
    [20, 0.8, 3000],
    [100, 0.3, 1500],
    [100, 0.8, 1500],
    [1000, 0.5, 300],
  ])('%d rows, a share of %d censored, %d samples', (n, share, samples) => {
    const random = new Random(6);
    const scale: LimitScale = 'log-log';
    let [held, judged] = [0, 0];
    for (let sample = 0; sample < samples; sample += 1) {
      const curve = only(draw(random, n, share / (1 - share)));
      const { lower, upper } = survivalLimits(curve.survival, curve.logError, { scale });
      const last = curve.time.findLastIndex((time) => time <= 0.5);
      if (last < 0 || Number.isNaN(lower[last]!)) continue;
      judged += 1;
      if (lower[last]! <= Math.exp(-0.5) && Math.exp(-0.5) <= upper[last]!) held += 1;
    }
    const noise = 2.6 * Math.sqrt((0.05 * 0.95) / judged);
    expect(held / judged).toBeGreaterThan(0.935 - noise);
    expect(held / judged).toBeLessThan(0.965 + noise);
  });
});
