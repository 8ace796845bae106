import { describe, expect, test } from 'vitest';
import { compare, type Fixture, findFixtures } from '../../../../../tests/support/fixtures.ts';
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

async function answer(name: string, input: object): Promise<Record<string, unknown>> {
  const method = await findMethod(name);
  return printable(method(new Input(input))) as Record<string, unknown>;
}

const ROWS = { time: [1, 2, 3, 4, 5, 6], status: [1, 0, 1, 1, 0, 1] };
const GROUPS = { ...ROWS, group: ['b', 'a', 'b', 'a', 'b', 'a'] };
const MODEL = { ...ROWS, X: [[1], [3], [2], [5], [4], [1]] };
const RISKS = { time: ROWS.time, event: [1, 0, 2, 1, 0, 2] };

/**
 * Goal: rows are read as R reads them, and nothing is passed over.
 * Method: the same rows said in other ways; each wrong input with the place that is told.
 */
describe('survival rows', () => {
  test('a row with a missing value is no row, and 1 and 2 are 0 and 1', async () => {
    const missing = { time: [...ROWS.time, 7, null], status: [...ROWS.status, null, 1] };
    expect(await answer('km', missing)).toEqual(await answer('km', ROWS));
    expect(await answer('km', { ...ROWS, status: [2, 1, 2, 2, 1, 2] })).toEqual(await answer('km', ROWS));
    const X = [...MODEL.X, [null], [1]];
    expect(await answer('cox', { ...missing, X })).toEqual(await answer('cox', MODEL));
    expect(await answer('cox', { ...MODEL, X: MODEL.X.flat() })).toEqual(await answer('cox', MODEL));
  });

  test('groups are shown as numbers by value, others as they first appear, or as told', async () => {
    expect((await answer('km', GROUPS))['strata']).toEqual(['b', 'b', 'b', 'a', 'a', 'a']);
    expect((await answer('km', { ...GROUPS, levels: ['a', 'b'] }))['strata']).toEqual(['a', 'a', 'a', 'b', 'b', 'b']);
    const numbers = { ...ROWS, group: [10, 9, 10, 9, 10, 9] };
    expect((await answer('km', numbers))['strata']).toEqual(['9', '9', '9', '10', '10', '10']);
  });

  test('weights that are no counts make the variance of Cox a robust one, unless told otherwise', async () => {
    const weights = [1, 0.5, 2, 1, 1, 1.5];
    expect((await answer('cox', { ...MODEL, weights }))['naiveSe']).not.toBeNull();
    expect((await answer('cox', { ...MODEL, weights, robust: false }))['naiveSe']).toBeNull();
    expect((await answer('cox', { ...MODEL, weights: [1, 2, 1, 1, 3, 1] }))['naiveSe']).toBeNull();
    expect((await answer('km', { ...ROWS, weights }))['stdErrRobustDefault']).not.toEqual(
      (await answer('km', { ...ROWS, weights }))['stdErr'],
    );
  });

  test('one group has no strata, no test, and its curves at the times that are reached', async () => {
    const found = await answer('cif', { ...RISKS, at: [3, 1, 9] });
    expect(found['names']).toEqual(['1 1', '1 2']);
    expect(found['gray']).toBeNull();
    expect((found['est'] as number[][])[0]!.at(-1)).toBeNull();
    expect((found['aalenJohansen'] as { times: number[] }).times).toEqual([1, 3]);
  });

  test.each([
    ['km', { ...ROWS, censor: 1 }, '/censor'],
    ['km', { ...ROWS, status: [1, 0] }, '/status'],
    ['km', { ...ROWS, status: [0, 1, 2, 0, 1, 2] }, '/status'],
    ['km', { ...ROWS, start: [0, 0, 3, 0, 0, 0] }, '/start'],
    ['km', { ...ROWS, weights: [1, 1, -1, 1, 1, 1] }, '/weights'],
    ['km', { ...ROWS, confInt: 95 }, '/confInt'],
    ['km', { time: [null], status: [1] }, '/'],
    ['logrank', ROWS, '/group'],
    ['logrank', { ...GROUPS, start: [0, 0, 0, 0, 0, 0] }, '/start'],
    ['cox', { ...ROWS, X: [[1], [2]] }, '/X'],
    ['cox', { ...MODEL, X: [[1], [2], [3], [4, 5], [6], [7]] }, '/X'],
    ['cox', { ...MODEL, X: [['Inf'], [2], [3], [4], [5], [6]] }, '/X/0'],
    ['cox', { ...MODEL, ties: 'late' }, '/ties'],
    ['cox', { ...MODEL, frailty: true }, '/frailty'],
    ['cox', { ...MODEL, start: [0, 0, 0, 0, 0, 0], robust: true }, '/cluster'],
    ['cox-predict', { ...MODEL, newX: [[1, 2]], at: [1] }, '/newX/0'],
    ['causespecific', { ...RISKS, X: MODEL.X, event: [0, 0, 0, 0, 0, 0] }, '/event'],
    ['cif', { ...RISKS, event: [0, 0, 0, 0, 0, 0] }, '/event'],
    ['finegray', { ...RISKS, X: MODEL.X, cause: 0 }, '/cause'],
    ['finegray', { ...RISKS, X: MODEL.X, cov2: MODEL.X }, '/cov2'],
    ['rmst', { ...ROWS, arm: [0, 1, 2, 0, 1, 1] }, '/arm'],
    ['winratio', { A: { t1: [1], e1: [1] }, B: { t1: [1], e1: [1] }, rule: 'the younger wins' }, '/rule'],
    ['winratio', { A: { t1: [1], e1: [1], t3: [1] }, B: { t1: [1], e1: [1] } }, '/A/e3'],
  ])('%s refuses %j', async (name, input, at) => {
    await expect(answer(name, input)).rejects.toMatchObject({ kind: 'invalid', facts: { at } });
  });

  test.each([
    ['cox', { ...MODEL, status: [0, 0, 0, 0, 0, 0] }, 'no event'],
    ['cox', { ...MODEL, X: [[1], [0], [1], [1], [0], [1]], time: [1, 9, 1, 1, 9, 1] }, 'no maximum'],
    ['logrank', { ...ROWS, group: [1, 1, 1, 1, 1, 1] }, 'two groups'],
    ['rmst', { ...ROWS, arm: [0, 1, 0, 1, 0, 1], tau: 20 }, 'tau must not be later'],
    ['finegray', { ...RISKS, X: MODEL.X, cause: 7 }, 'no event of interest'],
  ])('%s cannot answer from %j', async (name, input, because) => {
    await expect(answer(name, input)).rejects.toMatchObject({ kind: 'unprocessable' });
    await expect(answer(name, input)).rejects.toThrow(because);
  });
});
