import { fold, spell, splitWords, stem } from './words.ts';

/** Words of one meaning, e.g. lentivirus, 慢病毒, LV. */
export type Synonyms = readonly string[];

export interface Thesaurus {
  /** The meanings that a folded text names, each with the place of its longest name. */
  find(folded: string): { concept: number; start: number; end: number }[];
  /** The meanings whose Chinese name is written so in pinyin without blanks. */
  findSound(letters: string): readonly number[];
}

/** @param groups each a meaning; a name may stand in several */
export function makeThesaurus(groups: readonly Synonyms[]): Thesaurus {
  const han = new Map<string, number[]>();
  const latin = new Map<string, number[]>();
  const sounds = new Map<string, number[]>();
  let longestHan = 0;
  let longestLatin = 0;
  for (const [concept, names] of groups.entries())
    for (const name of names) {
      const words = splitWords(fold(name));
      const isHan = words.length === 1 && words[0]!.kind === 'han';
      const key = isHan ? words[0]!.text : words.map(({ text }) => stem(text)).join(' ');
      const known = isHan ? han : latin;
      known.set(key, [...(known.get(key) ?? []), concept]);
      if (isHan) {
        longestHan = Math.max(longestHan, key.length);
        const sound = spell(key).join('');
        if (key.length > 1) sounds.set(sound, [...(sounds.get(sound) ?? []), concept]);
      } else longestLatin = Math.max(longestLatin, words.length);
    }
  const begins = new Set([...han.keys()].map((name) => name[0]!));

  return {
    findSound: (letters) => sounds.get(letters) ?? [],
    find(folded) {
      const found: { concept: number; start: number; end: number }[] = [];
      const words = splitWords(folded);
      for (let at = 0; at < words.length; at += 1) {
        const { kind, text, start } = words[at]!;
        if (kind === 'han')
          for (let from = 0; from < text.length; from += 1) {
            if (!begins.has(text[from]!)) continue;
            for (let length = Math.min(longestHan, text.length - from); length > 0; length -= 1) {
              const concepts = han.get(text.slice(from, from + length));
              if (concepts === undefined) continue;
              for (const concept of concepts) found.push({ concept, start: start + from, end: start + from + length });
              from += length - 1;
              break;
            }
          }
        let key = '';
        for (let last = at; last < Math.min(words.length, at + longestLatin); last += 1) {
          key += `${last > at ? ' ' : ''}${stem(words[last]!.text)}`;
          for (const concept of latin.get(key) ?? []) found.push({ concept, start, end: words[last]!.end });
        }
      }
      return found;
    },
  };
}
