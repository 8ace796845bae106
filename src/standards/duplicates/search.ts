import type { CaseRecord } from './model.ts';
import type { HitMissModel, MatchScore } from './weights.ts';

/** Two reports that are likely of one case. */
export interface DuplicatePair extends MatchScore {
  /** Places in the list of reports, the first before the second. */
  one: number;
  other: number;
  /** That they are of one case, by the share of duplicates expected. */
  probability: number;
}

export interface DuplicateSearch {
  /** The share of reports that are expected to have a duplicate among the others. */
  expectedShare?: number;
  leastProbability?: number;
  /** Only pairs with one of these reports are looked for, e.g. the new ones. */
  among?: ReadonlySet<number>;
}

/** What more reports than this share is no reason to compare two of them. */
const MOST_SHARING = 2000;

/**
 * Looks for duplicates: reports that share two terms, or a term and a number, are compared, and those that are likely of one case are told, the likeliest first.
 *
 * @throws RangeError for shares outside 0 to 1
 */
export function findDuplicates(
  model: HitMissModel,
  records: readonly CaseRecord[],
  { expectedShare = 0.05, leastProbability = 0.5, among }: DuplicateSearch = {},
): DuplicatePair[] {
  if (!(expectedShare > 0 && expectedShare < 1)) throw new RangeError('the expected share must be between 0 and 1');
  if (!(leastProbability > 0 && leastProbability < 1))
    throw new RangeError('the least probability must be between 0 and 1');
  // A report's duplicate is one of all others.
  const priorBits = Math.log2(expectedShare / Math.max(records.length - 1, 1));
  const pairs: DuplicatePair[] = [];
  for (const [one, other] of candidates(records, among)) {
    const score = model.score(records[one]!, records[other]!);
    const probability = 1 / (1 + 2 ** -(score.total + priorBits));
    if (probability >= leastProbability) pairs.push({ one, other, ...score, probability });
  }
  return pairs.sort((a, b) => b.total - a.total || a.one - b.one || a.other - b.other);
}

/** Reports that are likely of one case, directly or through others: each group ascending. */
export function duplicateGroups(pairs: readonly DuplicatePair[]): number[][] {
  const groupOf = new Map<number, number[]>();
  for (const { one, other } of pairs) {
    const [a, b] = [groupOf.get(one) ?? [one], groupOf.get(other) ?? [other]];
    if (a === b) continue;
    const joined = [...a, ...b];
    for (const member of joined) groupOf.set(member, joined);
  }
  return [...new Set(groupOf.values())].map((group) => group.sort((a, b) => a - b)).sort((a, b) => a[0]! - b[0]!);
}

/** Pairs that share two terms, or a term and a number: less could hardly outweigh the odds against two reports being one case. */
function* candidates(
  records: readonly CaseRecord[],
  among: ReadonlySet<number> | undefined,
): Generator<[number, number]> {
  const postings = new Map<string, number[]>();
  for (const [at, record] of records.entries())
    for (const key of keysOf(record)) {
      const list = postings.get(key);
      if (list === undefined) postings.set(key, [at]);
      else list.push(at);
    }
  const shared = new Uint8Array(records.length);
  const seen: number[] = [];
  for (const [at, record] of records.entries()) {
    if (among !== undefined && !among.has(at)) continue;
    for (const key of keysOf(record)) {
      const list = postings.get(key)!;
      if (list.length > MOST_SHARING) continue;
      for (const other of list) {
        if (other === at || (other < at && (among === undefined || among.has(other)))) continue;
        if (shared[other] === 0) seen.push(other);
        shared[other] = 1;
      }
    }
    for (const other of seen) {
      shared[other] = 0;
      yield at < other ? [at, other] : [other, at];
    }
    seen.length = 0;
  }
}

/** What two reports of one case are likely to share: a term with a number, or two terms. */
function keysOf(record: CaseRecord): Set<string> {
  const terms = record.flatMap((value, field) =>
    Array.isArray(value) ? (value as readonly string[]).map((term) => `${field}:${term}`) : [],
  );
  const numbers = record.flatMap((value, field) =>
    typeof value === 'number' ? [`${field}=${Math.round(value)}`] : [],
  );
  const keys = new Set<string>();
  for (const [at, term] of terms.entries()) {
    for (const number of numbers) keys.add(`${term}|${number}`);
    for (const other of terms.slice(at + 1)) keys.add(term < other ? `${term}|${other}` : `${other}|${term}`);
  }
  return keys;
}
