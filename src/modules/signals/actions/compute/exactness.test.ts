import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { compare, type Fixture, findFixtures } from '../../../../../tests/support/fixtures.ts';
import { expectScore } from '../../../../../tests/support/scores.ts';
import { Input } from './input.ts';
import { findMethod, methodNames } from './methods.ts';
import { printable } from './output.ts';

const DOCUMENT = new URL('../../../../../docs/signals-methods.md', import.meta.url);
const fixtures = findFixtures();

/**
 * Fields that one number cannot judge here; each group's own test does: random ones, sets in any order, likelihoods that only must not be worse, what the reference
 * shows at places that its input does not name.
 */
const ELSEWHERE: Readonly<Record<string, readonly string[]>> = {
  composite: ['pca'],
  'ebgm-prior': ['negLogLik'],
  ebgm: ['nPairsAll', 'nSignalsEB05ge2All'],
  finegray: ['p'],
  iptw: ['overlap'],
  km: ['at'],
  lmm: ['criterion', 't', 'ranefHead'],
  mmrm: ['logLik', 't', 'p'],
  nowcast: ['nSamples'],
  'scan-ebnegbin': ['score', 'mcP'],
  'scan-ebpoisson': ['score', 'mcP'],
  'scan-kulldorff': ['secondary', 'p', 'simLLRq50', 'simLLRq95'],
  'scan-pbpoisson': ['score', 'mcP'],
  'scan-permutation': ['score', 'mcP'],
  'scan-stp': ['mcP199'],
};

async function judged(fixture: Fixture) {
  const method = await findMethod(fixture.method);
  const { pairIndex1 } = fixture.expected as { pairIndex1?: number[] };
  // The reference shows some of the pairs: the same ones are asked for.
  const input = pairIndex1 === undefined ? fixture.input : { ...(fixture.input as object), pairIndex1 };
  return compare(fixture, printable(method(new Input(input))), ELSEWHERE[fixture.method]);
}

/**
 * Goal: every method gives what R gives, within what each reference result states; the table of errors in the guide is what was found.
 * Method: all reference results that are here; how many hold is recorded and may only rise.
 */
describe.skipIf(fixtures.length === 0)('every reference result', async () => {
  const results = new Map<Fixture, Awaited<ReturnType<typeof judged>>>();

  test.each(fixtures.map((fixture) => [fixture.name, fixture] as const))('%s', async (_, fixture) => {
    const result = await judged(fixture);
    results.set(fixture, result);
    expect(result.differences).toEqual([]);
  });

  test('how many hold', () => {
    expectScore('signals-fixtures', [...results.values()].filter(({ differences }) => differences.length === 0).length);
  });

  test('the guide names every method with its largest error', () => {
    const lines = methodNames().map((name) => lineOf(name, results));
    const made = `${ABOVE}\n${lines.join('\n')}\n\n${BELOW}\n`;
    if (process.env.UPDATE_DOCS === '1') writeFileSync(DOCUMENT, made);
    // Errors differ in the last digit between machines: the guide is held to the methods, not to these.
    expect(names(readFileSync(DOCUMENT, 'utf8'))).toEqual(names(made));
  });
});

function names(text: string): string[] {
  return [...text.matchAll(/^\| `([\w-]+)` \|/gm)].map(([, name]) => name!);
}

function lineOf(name: string, results: ReadonlyMap<Fixture, Awaited<ReturnType<typeof judged>>>): string {
  const own = [...results].filter(([{ method }]) => method === name);
  const [first] = own;
  const fields = (value: unknown): string => {
    const one = Array.isArray(value) ? value[0] : value;
    return one === null || typeof one !== 'object' ? '' : Object.keys(one).join(', ');
  };
  if (first === undefined) return `| \`${name}\` |  |  |  |  |`;
  const worst = Math.max(...own.map(([, { worst: each }]) => each.error));
  const shown = worst === 0 ? '0' : worst.toExponential(1);
  return `| \`${name}\` | ${fields(first[0].input)} | ${fields(first[0].expected)} | ${own.length} | ${shown} |`;
}

const ABOVE = `# Statistical methods

    npm run -s banyan -- compute <method> < input.json
    POST /api/signals/compute/<method>

JSON in, JSON out; null is a missing number, "Inf" and "-Inf" are infinities. What a method cannot use is refused by its place; options that it does not know are refused. Fields that end in 1 count from 1. What is random takes a
\`seed\`. Each method is the R function of the same rule (shared brief on signals), with R's option names; where R departs from its paper the command follows R, and \`rCompat: false\` follows the paper where the
method has both. The pure code is in \`src/standards\`: statistics, comparison, outbreak-detection, epidemic-dynamics, space-time, disproportionality, sequential, survival, mixed-models, propensity.

This table is written by the test that holds all methods against R (\`UPDATE_DOCS=1 npm test -- compute/exactness\`): fields of the first reference result's input and answer, number of reference results, largest relative error
of a number in them (0: every difference is below the absolute tolerance, mostly 1e-9 to 1e-12). Methods without a reference result are our own, for the pages; each has tests of its own.

| method | takes | gives | reference results | largest error |
|---|---|---|---|---|`;

const BELOW = `Judged apart, because one number cannot: Monte Carlo p-values (within the stated Monte Carlo error), sets of members in any order, likelihoods that must not be worse than R's (mixed models, the prior of EBGM), the sign of a
principal component, and lists that the reference shows at places which its input does not name (\`at\` of \`km\`, \`pairIndex1\` of \`pv-counts\`: give them to get the same).`;
