import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CONFORMANCE } from './scores.ts';

/** Relative error allowed in fields of which a fixture says nothing. */
const UNSAID = 1e-9;

/** One reference result computed in R. */
export interface Fixture {
  name: string;
  method: string;
  input: unknown;
  expected: unknown;
  /** `rel` and `abs` for all numbers; a named field overrides. */
  tolerance: Record<string, string | number>;
}

const FOLDER = join(CONFORMANCE, '../fixtures/signals');

/** The reference results of these methods; none where the folder is absent. */
export function findFixtures(methods?: readonly string[]): Fixture[] {
  if (!existsSync(FOLDER)) {
    process.stderr.write('reference results of R are not here: skipped\n');
    return [];
  }
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith('.json'))
    .sort()
    .map((file) => readFixture(file))
    .filter(({ method }) => methods === undefined || methods.includes(method));
}

function readFixture(file: string): Fixture {
  const fixture = JSON.parse(readFileSync(join(FOLDER, file), 'utf8')) as Fixture;
  const same = (fixture.input as { sameRowsAs?: string } | null)?.sameRowsAs;
  if (same === undefined) return fixture;
  const other = readFixture(`${same.split('/').at(-1)}.json`);
  return { ...fixture, input: { ...(other.input as object), ...(fixture.input as object) } };
}

export interface Difference {
  /** A JSON pointer. */
  at: string;
  expected: unknown;
  found: unknown;
}

export interface Comparison {
  /** Numbers beyond their tolerance, and whatever else is unlike. */
  differences: Difference[];
  /** The largest relative error of a number, and where. */
  worst: { error: number; at: string };
  numbers: number;
}

/**
 * Holds an answer against a reference result: every field that the reference has, in the tolerance that it states.
 *
 * @param free names of fields that are judged elsewhere: random ones, or likelihoods that only must not be worse
 */
export function compare({ expected, tolerance }: Fixture, found: unknown, free: readonly string[] = []): Comparison {
  const comparison: Comparison = { differences: [], worst: { error: 0, at: '' }, numbers: 0 };
  const limits = (name: string | undefined): Tolerance | undefined => {
    const own = name === undefined ? undefined : tolerance[name];
    return own === undefined || typeof own === 'number' ? undefined : parseTolerance(own);
  };
  const says = tolerance['rel'] !== undefined || tolerance['abs'] !== undefined;
  const base: Tolerance = { rel: Number(tolerance['rel'] ?? (says ? 0 : UNSAID)), abs: Number(tolerance['abs'] ?? 0) };
  const visit = (want: unknown, have: unknown, at: string, within: Tolerance): void => {
    if (Array.isArray(want) && Array.isArray(have) && want.length === have.length)
      for (const [index, item] of want.entries()) visit(item, have[index], `${at}/${index}`, within);
    else if (isRecord(want) && isRecord(have))
      for (const [name, each] of Object.entries(want)) {
        if (!free.includes(name)) visit(each, have[name], `${at}/${name}`, limits(name) ?? within);
      }
    else if (typeof want === 'number' && typeof have === 'number') {
      comparison.numbers += 1;
      const difference = Math.abs(want - have);
      const error = difference === 0 ? 0 : difference / Math.abs(want);
      if (difference > within.abs && error > comparison.worst.error) comparison.worst = { error, at };
      if (!(difference <= Math.max(within.abs, within.rel * Math.abs(want))))
        comparison.differences.push({ at, expected: want, found: have });
    } else if (want !== have && !(want === null && have === undefined))
      comparison.differences.push({ at, expected: want, found: have });
  };
  visit(expected, found, '', base);
  return comparison;
}

interface Tolerance {
  rel: number;
  abs: number;
}

function parseTolerance(text: string): Tolerance {
  const read = (word: string): number => Number(new RegExp(`${word} ([0-9.e+-]+)`).exec(text)?.[1] ?? 0);
  return { rel: read('rel'), abs: read('abs') };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
