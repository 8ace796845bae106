import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';

/** Goal: a stranger holds our reckoning against another's by one command. Method: the very command, on published examples and on input that cannot be used. */
function banyan(args: readonly string[], input: unknown = '') {
  const given = typeof input === 'string' ? input : JSON.stringify(input);
  const { status, stdout, stderr } = spawnSync(process.execPath, ['src/cli.ts', 'cluster', ...args], {
    input: given,
    encoding: 'utf8',
  });
  const lines = stdout.split('\n').filter((line) => line !== '');
  return { status, lines: lines.map((line) => JSON.parse(line)), stderr };
}
const flows = ['2008-01-01,-10000', '2008-03-01,2750', '2008-10-30,4250', '2009-02-15,3250', '2009-04-01,2750'].map(
  (text) => ({ date: text.split(',')[0]!, amount: Number(text.split(',')[1]) }),
);

describe('banyan cluster', () => {
  test('says of each code whether it holds', () => {
    const { status, lines } = banyan(['uscc'], '91350100m000100y43\n91350100M000100Y44\n');
    expect(status).toBe(1);
    expect(lines.map(({ isSound }) => isSound)).toEqual([true, false]);
    expect(lines[1].faults).toEqual([{ part: 'check', at: 18, found: '4', expected: '3' }]);
  });

  test("reckons Microsoft's examples of XIRR and XNPV", () => {
    expect(banyan(['xirr'], flows).lines[0].rate).toBeCloseTo(0.373362535, 8);
    expect(banyan(['npv'], { rate: 0.09, flows }).lines[0].npv).toBeCloseTo(2086.647602, 6);
  });

  test('says what the rules give an enterprise of which nothing is known: nothing is sure', () => {
    const { lines } = banyan(['policies', '--day', '2026-07-01'], {});
    expect(lines[0].total.certain).toBe(0);
    expect(lines[0].findings.length).toBeGreaterThan(40);
    expect(lines[0].questions).toHaveLength(10);
  });

  test.each([
    ['xirr', { date: '2020-01-01' }],
    ['xirr', [{ date: '2020-02-30', amount: 1 }]],
    ['npv', { rate: -1, flows }],
    ['multiples', { paidIn: 0, distributed: 1, value: 1 }],
    ['policies', { nothing: 1 }],
    ['match', [{ one: 1, other: 'x' }]],
    ['xirr', 'no JSON'],
  ])('%s of %j is refused with words', (what, input) => {
    const { status, stderr, lines } = banyan([what], input);
    expect(lines).toEqual([]);
    expect(stderr).toMatch(/^invalid: /);
    expect(status).toBe(1);
  });
});
