import { describe, expect, test } from 'vitest';
import { Problem } from '#kernel/problem';
import { ORDER_MOVES, ORDER_STATES, type OrderState } from '../model.ts';
import { monthsAfter, movesOf, nextState, periodsBegun, requireInForce } from './orders.ts';

/** Goal: an order goes only the ways that the exchange's process has. Method: the process written out again, by hand, then every other pair. */
describe('an order', () => {
  const WAYS = new Set(
    `requested>negotiating requested>agreed negotiating>agreed requested>cancelled negotiating>cancelled agreed>cancelled
     agreed>funded funded>delivering funded>refunded delivering>delivered delivered>accepted delivered>disputed accepted>settled
     disputed>settled disputed>refunded settled>certified certified>expired certified>revoked certified>refunded expired>revoked expired>refunded`.split(
      /\s+/,
    ),
  );

  test('goes no other way', () => {
    const found = new Set<string>();
    for (const state of ORDER_STATES)
      for (const move of ORDER_MOVES)
        for (const side of ['buyer', 'seller', 'operator', 'clock'] as const)
          try {
            found.add(`${state}>${nextState(state, move, side)}`);
          } catch (error) {
            expect(error).toBeInstanceOf(Problem);
          }
    expect([...found].sort()).toEqual([...WAYS].sort());
  });

  test.each([
    ['accept', 'seller'],
    ['settle', 'buyer'],
    ['settle', 'seller'],
    ['dispute', 'seller'],
    ['fund', 'seller'],
    ['revoke', 'buyer'],
  ] as const)('%s is not for the %s', (move, side) => {
    for (const state of ORDER_STATES) expect(() => nextState(state, move, side)).toThrow(Problem);
  });

  test('a disputed order is decided by the operator alone', () => {
    const order = {
      state: 'disputed' as OrderState,
      price: { kind: 'flat', fen: 1 } as const,
      distributed: 0,
      refunded: 0,
    };
    expect(movesOf(order, 'operator')).toEqual(['settle']);
    expect(movesOf(order, 'buyer')).toEqual([]);
    expect(movesOf(order, 'seller')).toEqual([]);
  });

  test.each(ORDER_STATES)('%s: delivered only between funding and the end', (state) => {
    const now = new Date('2026-11-22T00:00:00Z');
    const may = ['funded', 'delivering', 'delivered', 'accepted', 'settled', 'certified'].includes(state);
    const order = { state, expiresAt: '2026-11-23T00:00:00Z', endedAt: null };
    if (may) expect(() => requireInForce(order, now)).not.toThrow();
    else expect(() => requireInForce(order, now)).toThrow(Problem);
    expect(() => requireInForce({ ...order, expiresAt: '2026-11-22T00:00:00Z' }, now)).toThrow(Problem);
  });
});

test.each([
  ['2026-01-31T10:00:00Z', 1, '2026-02-28T10:00:00.000Z'],
  ['2024-01-31T10:00:00Z', 1, '2024-02-29T10:00:00.000Z'],
  ['2026-11-22T10:00:00Z', 2, '2027-01-22T10:00:00.000Z'],
  ['2024-02-29T00:00:00Z', 12, '2025-02-28T00:00:00.000Z'],
])('%s and %d months are %s', (from, months, to) => {
  expect(monthsAfter(new Date(from), months).toISOString()).toBe(to);
});

test('a period has begun when the one before has ended, and no more begin than were ordered', () => {
  const order = { price: { kind: 'subscription', fen: 1, every: 'month' } as const, periods: 3 };
  const from = new Date('2026-01-15T00:00:00Z');
  const begun = (at: string) => periodsBegun(order, from, new Date(at));
  expect(begun('2026-01-15T00:00:00Z')).toBe(1);
  expect(begun('2026-02-14T23:59:59Z')).toBe(1);
  expect(begun('2026-02-15T00:00:00Z')).toBe(2);
  expect(begun('2030-01-01T00:00:00Z')).toBe(3);
});
