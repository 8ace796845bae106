import { isWhole, type Num, toNumber } from '../decimal.ts';
import { compilePattern, type Pattern, PatternCostError, PatternError } from '../pattern.ts';
import { type Act, bounded, note, spend, type Value } from '../values.ts';
import { define } from './define.ts';

export const TEXTS = [
  define('substring', [
    'string: string, start position: number, length?: number',
    ([string, start, length]) => substring(string, start, length),
  ]),
  define('string length', ['string: string', ([string]) => [...string].length]),
  define('upper case', ['string: string', ([string]) => string.toUpperCase()]),
  define('lower case', ['string: string', ([string]) => string.toLowerCase()]),
  define('substring before', [
    'string: string, match: string',
    ([string, match]) => string.slice(0, Math.max(0, string.indexOf(match))),
  ]),
  define('substring after', [
    'string: string, match: string',
    ([string, match]) => (string.includes(match) ? string.slice(string.indexOf(match) + match.length) : ''),
  ]),
  define('contains', ['string: string, match: string', ([string, match]) => string.includes(match)]),
  define('starts with', ['string: string, match: string', ([string, match]) => string.startsWith(match)]),
  define('ends with', ['string: string, match: string', ([string, match]) => string.endsWith(match)]),
  define('matches', [
    'input: string, pattern: string, flags?: string~',
    ([input, pattern, flags], act) =>
      withPattern(pattern, flags, act, (compiled) => compiled.find(pointsOf(input, act), 0) !== undefined),
  ]),
  define('replace', [
    'input: string, pattern: string, replacement: string, flags?: string~',
    ([input, pattern, replacement, flags], act) =>
      withPattern(pattern, flags, act, (compiled) => replace(pointsOf(input, act), compiled, replacement, flags, act)),
  ]),
  define('split', [
    'string: string, delimiter: string',
    ([string, delimiter], act) => withPattern(delimiter, '', act, (compiled) => split(pointsOf(string, act), compiled)),
  ]),
  define('string join', [
    'list: list, delimiter?: string~',
    ([list, delimiter], act) => join(list, delimiter ?? '', act),
  ]),
];

function substring(string: string, start: Num, length: Num | undefined): string | undefined {
  const points = [...string];
  const from = toNumber(start);
  if (!isWhole(start) || from === 0 || Math.abs(from) > points.length) return undefined;
  const begin = from > 0 ? from - 1 : points.length + from;
  if (length === undefined) return points.slice(begin).join('');
  if (!(toNumber(length) >= 1)) return undefined;
  return points.slice(begin, begin + Math.floor(toNumber(length))).join('');
}

function pointsOf(text: string, act: Act): string[] {
  spend(act, text.length >> 3);
  return [...text];
}

/** Most patterns of a model come again with every evaluation. */
const KNOWN = new Map<string, Pattern>();
const MOST_KNOWN = 500;

function withPattern(
  pattern: string,
  flags: string | null | undefined,
  act: Act,
  use: (pattern: Pattern) => Value,
): Value {
  try {
    const key = `${flags ?? ''}/${pattern}`;
    let compiled = KNOWN.get(key);
    if (compiled === undefined) {
      compiled = compilePattern(pattern, flags ?? '');
      if (KNOWN.size >= MOST_KNOWN) KNOWN.clear();
      KNOWN.set(key, compiled);
    }
    return use(compiled);
  } catch (error) {
    if (error instanceof PatternError) return note(act, 'malformed-pattern', undefined, { because: error.message });
    if (error instanceof PatternCostError) {
      // It has cost what many steps cost: a loop of such patterns ends soon.
      spend(act, 100_000);
      return note(act, 'pattern-too-costly');
    }
    throw error;
  }
}

function replace(
  points: readonly string[],
  pattern: Pattern,
  replacement: string,
  flags: string | null | undefined,
  act: Act,
): Value {
  if (pattern.find([], 0) !== undefined)
    return note(act, 'malformed-pattern', undefined, { because: 'it matches nothing' });
  const parts = flags?.includes('q') === true ? [replacement] : replacementParts(replacement, pattern.groups);
  if (parts === undefined) return note(act, 'malformed-pattern', undefined, { because: 'the replacement' });
  const out: string[] = [];
  let length = 0;
  let at = 0;
  for (let match = pattern.find(points, 0); match !== undefined && match.end > match.start; ) {
    const { start, end, groups } = match;
    const put = parts.map((part) =>
      typeof part === 'string' ? part : part === 0 ? points.slice(start, end).join('') : (groups[part] ?? ''),
    );
    out.push(points.slice(at, start).join(''), ...put);
    length += start - at + put.join('').length;
    bounded(length);
    spend(act, 1);
    at = end;
    match = pattern.find(points, at);
  }
  out.push(points.slice(at).join(''));
  return out.join('');
}

/** Texts, and numbers of groups; undefined when a "$" or "\" stands alone. */
function replacementParts(replacement: string, groups: number): (string | number)[] | undefined {
  const parts: (string | number)[] = [];
  let at = 0;
  while (at < replacement.length) {
    const sign = replacement[at] as string;
    if (sign === '\\') {
      const next = replacement[at + 1];
      if (next !== '\\' && next !== '$') return undefined;
      parts.push(next);
      at += 2;
    } else if (sign === '$') {
      const digits = /^\d+/.exec(replacement.slice(at + 1, at + 6))?.[0];
      if (digits === undefined) return undefined;
      let taken = digits;
      // "$12" with fewer than 12 groups is group 1 and a 2.
      while (taken.length > 1 && Number(taken) > groups) taken = taken.slice(0, -1);
      parts.push(Number(taken) > groups ? '' : Number(taken));
      at += 1 + taken.length;
    } else {
      const next = replacement.slice(at).search(/[\\$]/);
      const end = next < 0 ? replacement.length : at + next;
      parts.push(replacement.slice(at, end));
      at = end;
    }
  }
  return parts;
}

function split(points: readonly string[], pattern: Pattern): string[] {
  const parts: string[] = [];
  let at = 0;
  for (let match = pattern.find(points, 0); match !== undefined; match = pattern.find(points, at)) {
    if (match.end === match.start) {
      // A delimiter that is nothing stands between all characters.
      if (match.start >= points.length) break;
      const next = Math.max(match.start, at + 1);
      if (next >= points.length) break;
      parts.push(points.slice(at, next).join(''));
      at = next;
      continue;
    }
    parts.push(points.slice(at, match.start).join(''));
    at = match.end;
  }
  parts.push(points.slice(at).join(''));
  return parts;
}

function join(list: readonly Value[], delimiter: string, act: Act): Value {
  spend(act, list.length);
  const texts: string[] = [];
  let length = 0;
  for (const item of list) {
    if (item === null) continue;
    if (typeof item !== 'string') return note(act, 'wrong-type');
    texts.push(item);
    length += item.length + delimiter.length;
    bounded(length);
  }
  return texts.join(delimiter);
}
