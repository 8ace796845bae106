import { describe, expect, test } from 'vitest';
import { compare, type Fixture, findFixtures } from '../../../../tests/support/fixtures.ts';
import { Input } from './input.ts';
import { findMethod } from './methods.ts';
import { printable } from './output.ts';

const METHODS = ['km', 'logrank', 'cox', 'cox-predict', 'causespecific', 'cif', 'finegray', 'rmst', 'winratio'];

/** The tolerance of what states none. crr at gtol 1e-12 stops where its step halving happens to, some 1e-8 before the maximum. */
const UNSTATED: Record<string, number> = { finegray: 1e-6 };

/**
 * Goal: survival analysis is R's (survival 3.5-3, cmprsk 2.2, survRM2 1.0-4).
 * Method: every reference result of these methods, in its tolerance, or to a part in 10^9 where it states none; wrong input is told with its place.
 */
describe('survival methods against R', () => {
  test.each(findFixtures(METHODS))('$name', async (fixture) => {
    const method = await findMethod(fixture.method);
    const found = printable(method(new Input(withTimes(fixture))));
    const { differences, numbers, worst } = compare(
      { ...fixture, tolerance: { rel: UNSTATED[fixture.method] ?? 1e-9, ...fixture.tolerance } },
      found,
    );
    if (process.env['SHOW_WORST'] !== undefined) process.stderr.write(`${fixture.name} ${worst.error} ${worst.at}\n`);
    expect(differences).toEqual([]);
    expect(numbers).toBeGreaterThan(0);
  });
});

/** The times at which a curve was read are told in the expected result only. */
function withTimes({ input, expected }: Fixture): unknown {
  const { confTypes } = expected as { confTypes?: Record<string, { at?: { times: number[] } }> };
  const times = confTypes?.['log']?.at?.times;
  return times === undefined ? input : { ...(input as object), at: [...new Set(times)] };
}
