import { expect, test } from 'vitest';
import { Random } from '../statistics/index.ts';
import { ascending, byGroup } from './order.ts';
import { tieTimes } from './ties.ts';

/**
 * Goal: sorting by digits is sorting.
 * Method: held against the sort of the language, over signs, infinities, ties and sizes around the change of method; equal values keep their order.
 */
test.each([1, 2, 500, 1023, 1024, 5000])('%d values of all kinds', (n) => {
  const random = new Random(n);
  const odd = [0, -0, Infinity, -Infinity, 1e-320, -1e-320, 1e300, -1e300, 1];
  const values = Float64Array.from({ length: n }, (_, at) =>
    at % 5 === 0 ? odd[random.whole(odd.length)]! : random.normal() * 10 ** random.whole(9),
  );
  const expected = Array.from(values.keys()).sort((a, b) =>
    values[a]! < values[b]! ? -1 : values[a]! > values[b]! ? 1 : a - b,
  );
  expect([...ascending(values)]).toEqual(expected);
});

test.each([2000, 3_000_000])('values that only the last digits tell apart, %d kinds of them', (kinds) => {
  const random = new Random(kinds);
  const values = Float64Array.from({ length: 3000 }, () => 1 + random.whole(kinds) * 2 ** -50);
  const expected = Array.from(values.keys()).sort((a, b) => values[a]! - values[b]! || a - b);
  expect([...ascending(values)]).toEqual(expected);
});

test('groups keep the order within them', () => {
  const { order, ends } = byGroup(Uint32Array.of(4, 2, 0, 3, 1), Uint32Array.of(1, 0, 1, 0, 1), 3);
  expect([...order]).toEqual([3, 1, 4, 2, 0]);
  expect([...ends]).toEqual([2, 5, 5]);
});

test('a chain of times each near the one before becomes its first', () => {
  const { times } = tieTimes(Float64Array.of(3, 1 + 2e-9, 1, 1 + 1e-9, 2));
  expect([...times]).toEqual([3, 1, 1, 1, 2]);
  const same = Float64Array.of(3, 1, 2);
  expect(tieTimes(same).times).toBe(same);
});
