import { pinyin } from 'pinyin-pro';
import { simplify } from './traditional.ts';

/** One thing that can be searched for in a text. */
export interface Word {
  text: string;
  kind: 'latin' | 'number' | 'han';
  /** In the folded text, in UTF-16 units. */
  start: number;
  end: number;
}

/** Letters without case, accents and width, characters simplified: what is typed without care finds what was written with care. */
export function fold(text: string): string {
  return simplify(
    text
      .normalize('NFKD')
      .replace(/[\u0300-\u036f’']/g, '')
      .normalize('NFC')
      .toLowerCase(),
  );
}

const WORD = /[\u3400-\u4dbf\u4e00-\u9fff]+|\d+(?:\.\d+)*|[\p{L}\p{M}]+/gu;
const HAN = /^[\u3400-\u4dbf\u4e00-\u9fff]/;

/** Latin words, numbers, and runs of Chinese characters of a folded text. */
export function splitWords(folded: string): Word[] {
  const words: Word[] = [];
  for (const { 0: text, index } of folded.matchAll(WORD))
    words.push({
      text,
      kind: HAN.test(text) ? 'han' : /^\d/.test(text) ? 'number' : 'latin',
      start: index,
      end: index + text.length,
    });
  return words;
}

/** Two neighbours at a time, and the last character, so that a single one is found as a beginning. */
export function pairsOf(run: string): string[] {
  const pairs: string[] = [];
  for (let at = 0; at < run.length; at += 1) pairs.push(run.slice(at, at + 2));
  return pairs;
}

/** Plural to singular, no more: stronger stemming makes strangers of names alike. Source: Harman, How effective is suffixing?, JASIS 42 (1991) 7. */
export function stem(word: string): string {
  if (word.length < 4 || !word.endsWith('s')) return word;
  if (word.endsWith('ies')) return /[ea]ies$/.test(word) ? word : `${word.slice(0, -3)}y`;
  if (word.endsWith('es')) return /[aeo]es$/.test(word) ? word : word.slice(0, -1);
  return /[us]s$/.test(word) ? word : word.slice(0, -1);
}

const readings = new Map<string, readonly string[]>();

/** How a character may be read, most usual first, without tones; ü is v. */
export function readingsOf(character: string): readonly string[] {
  let known = readings.get(character);
  if (known === undefined) {
    const all = pinyin(character, { toneType: 'none', type: 'array', multiple: true, v: true });
    known = [...new Set(all)].filter((reading) => /^[a-zv]+$/.test(reading)).slice(0, 3);
    readings.set(character, known);
  }
  return known;
}

/** How the characters of a word are read in it, without tones, e.g. for a key of names. */
export function spell(text: string): string[] {
  return pinyin(text, { toneType: 'none', type: 'array', v: true, nonZh: 'consecutive' }).filter(
    (part) => part !== ' ',
  );
}

const INITIAL = 'zh ch sh b p m f d t n l g k h j q x r z c s y w'.split(' ');
const FINAL =
  'iang iong uang ang eng ing ong ian iao uai uan ai an ao ei en er ia ie in iu ou ua ue ui un uo ve a e i o u v'.split(
    ' ',
  );
let syllables: Set<string> | undefined;

/** All syllables that some common character has. */
function knownSyllables(): Set<string> {
  if (syllables !== undefined) return syllables;
  const all = new Set<string>();
  for (let code = 0x4e00; code < 0x9fa6; code += 1)
    for (const reading of readingsOf(String.fromCharCode(code))) all.add(reading);
  const shaped = new Set(['', ...INITIAL].flatMap((initial) => FINAL.map((final) => initial + final)));
  syllables = new Set([...all].filter((syllable) => shaped.has(syllable)));
  return syllables;
}

const LONGEST_SYLLABLE = 6;

/**
 * Pinyin taken apart into syllables, fewest first; the last may be a beginning only where `open`.
 * Undefined where the letters are not pinyin.
 */
export function splitPinyin(letters: string, open: boolean): { syllables: string[]; isOpen: boolean } | undefined {
  const known = knownSyllables();
  /** For each place the fewest syllables that reach it, and where the last of them begins. */
  const fewest = new Array<number>(letters.length + 1).fill(Number.POSITIVE_INFINITY);
  const from = new Array<number>(letters.length + 1).fill(-1);
  fewest[0] = 0;
  for (let end = 1; end <= letters.length; end += 1)
    // The longer last syllable is looked at last and wins where counts are equal.
    for (let start = end - 1; start >= Math.max(0, end - LONGEST_SYLLABLE); start -= 1)
      if (fewest[start]! + 1 <= fewest[end]! && known.has(letters.slice(start, end))) {
        fewest[end] = fewest[start]! + 1;
        from[end] = start;
      }
  const walk = (end: number): string[] => (end === 0 ? [] : [...walk(from[end]!), letters.slice(from[end]!, end)]);
  if (Number.isFinite(fewest[letters.length]!)) return { syllables: walk(letters.length), isOpen: false };
  if (!open) return undefined;
  for (let end = letters.length - 1; end >= Math.max(1, letters.length - LONGEST_SYLLABLE + 1); end -= 1) {
    const rest = letters.slice(end);
    if (Number.isFinite(fewest[end]!) && [...known].some((syllable) => syllable.startsWith(rest)))
      return { syllables: [...walk(end), rest], isOpen: true };
  }
  return undefined;
}
