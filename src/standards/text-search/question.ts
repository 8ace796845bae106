import type { How } from './model.ts';
import type { Postings } from './postings.ts';
import type { Synonyms, Thesaurus } from './thesaurus.ts';
import { fold, pairsOf, readingsOf, splitPinyin, splitWords, stem, type Word } from './words.ts';

/** A term that may stand for what was typed, and how much it then counts. */
interface Alternative {
  term: number;
  weight: number;
  how: How;
  found: string;
}

/** One piece of the question: a document counts for its best alternative. */
export interface Piece {
  typed: string;
  start: number;
  end: number;
  alternatives: Alternative[];
}

export interface Question {
  folded: string;
  pieces: Piece[];
  /** Letters taken for the initials of Chinese names. */
  initials: string[];
}

const WEIGHTS: Record<How, number> = {
  word: 1,
  synonym: 0.9,
  pinyin: 0.75,
  beginning: 0.7,
  spelling: 0.55,
  sound: 0.5,
  initials: 0.4,
};
const MOST_WORDS = 24;
const MOST_ALTERNATIVES = 64;
const MOST_LOOKED_AT = 4_000;
const ACRONYM = '\u0002';
const CONCEPT = '\u0001';

export function conceptTerm(concept: number): string {
  return CONCEPT + concept;
}

export function acronymTerm(letters: string): string {
  return ACRONYM + letters;
}

/** Takes a question apart into pieces, each with what it may stand for in this vocabulary. */
export function readQuestion(
  text: string,
  postings: Postings,
  { thesaurus, synonyms }: { thesaurus: Thesaurus; synonyms: readonly Synonyms[] },
): Question {
  const folded = fold(text);
  const words = splitWords(folded).slice(0, MOST_WORDS);
  const question: Question = { folded, pieces: [], initials: [] };
  const reader = { postings, question, isTyping: !/\s$/.test(text) };
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at]!;
    const isLast = reader.isTyping && at === words.length - 1;
    if (word.kind === 'han') readHan(reader, word);
    else if (word.kind === 'number') addPiece(question, word, alternativesOf(reader, word.text, isLast));
    else at += readLatin(reader, words.slice(at), isLast);
  }
  const addMeaning = (concept: number, how: How, start: number, end: number) => {
    const term = postings.numberOf(conceptTerm(concept));
    if (term === undefined) return;
    const found = synonyms[concept]!.slice(0, 3).join(' = ');
    addPiece(question, { start, end, text: folded.slice(start, end) }, [make(term, how, found)]);
  };
  for (const { concept, start, end } of thesaurus.find(folded)) addMeaning(concept, 'synonym', start, end);
  for (const { letters, start, end } of lettersOf(words))
    for (const concept of thesaurus.findSound(letters)) addMeaning(concept, 'pinyin', start, end);
  return question;
}

const MOST_SYLLABLES = 6;

/** Latin words and neighbours of them written together: `gan xi bao` may be one name. */
function lettersOf(words: readonly Word[]): { letters: string; start: number; end: number }[] {
  const found: { letters: string; start: number; end: number }[] = [];
  for (const [at, { start }] of words.entries()) {
    let letters = '';
    for (const word of words.slice(at, at + MOST_SYLLABLES)) {
      if (word.kind !== 'latin') break;
      letters += word.text;
      found.push({ letters, start, end: word.end });
    }
  }
  return found;
}

interface Reader {
  postings: Postings;
  question: Question;
  /** The last word may go on. */
  isTyping: boolean;
}

type Place = Pick<Word, 'start' | 'end' | 'text'>;

function make(term: number, how: How, found: string, factor = 1): Alternative {
  return { term, how, found, weight: WEIGHTS[how] * factor };
}

function addPiece(question: Question, { start, end, text }: Place, alternatives: readonly Alternative[]): void {
  if (alternatives.length === 0) return;
  question.pieces.push({ typed: text, start, end, alternatives: alternatives.slice(0, MOST_ALTERNATIVES) });
}

/** The most frequent first: of many beginnings they are what is meant. */
function frequent({ postings }: Reader, terms: readonly number[], how: How): Alternative[] {
  return [...terms]
    .sort((a, b) => postings.countOf(b) - postings.countOf(a) || a - b)
    .slice(0, MOST_ALTERNATIVES)
    .map((term) => make(term, how, postings.terms[term]!));
}

function alternativesOf(reader: Reader, text: string, isOpen: boolean): Alternative[] {
  const { postings } = reader;
  const found: Alternative[] = [];
  const exact = postings.numberOf(text);
  if (exact !== undefined) found.push(make(exact, 'word', text));
  if (isOpen && text.length > 1) {
    const longer = postings.beginningWith(text, MOST_LOOKED_AT).filter((term) => term !== exact);
    found.push(...frequent(reader, longer, 'beginning'));
  }
  return found;
}

function readHan(reader: Reader, word: Word): void {
  const { postings, question } = reader;
  const place = (from: number, length: number): Place => ({
    text: word.text.slice(from, from + length),
    start: word.start + from,
    end: word.start + from + length,
  });
  if (word.text.length === 1) {
    const terms = postings.beginningWith(word.text, MOST_LOOKED_AT);
    addPiece(question, word, frequent(reader, terms, 'word'));
    return;
  }
  for (const [from, pair] of pairsOf(word.text).slice(0, -1).entries()) {
    const found: Alternative[] = [];
    const exact = postings.numberOf(pair);
    const sounds = soundsOf(pair);
    if (exact !== undefined) found.push(make(exact, 'word', pair));
    else {
      const alike = sounds.flatMap((sound) => postings.sounding(sound.join(' '), false, MOST_LOOKED_AT));
      found.push(...frequent(reader, alike, 'sound'));
    }
    found.push(...writtenIn(postings, sounds));
    addPiece(question, place(from, 2), found);
  }
  // Names of three and four characters written in pinyin are one Latin word: 云东海, Yundonghai.
  for (const length of [3, 4])
    for (let from = 0; from + length <= word.text.length; from += 1)
      addPiece(question, place(from, length), writtenIn(postings, soundsOf(word.text.slice(from, from + length))));
}

/** Every way to read the characters, of each its two most usual. */
function soundsOf(text: string): string[][] {
  return [...text].reduce<string[][]>(
    (all, character) =>
      readingsOf(character)
        .slice(0, 2)
        .flatMap((reading) => all.map((sounds) => [...sounds, reading])),
    [[]],
  );
}

/** Latin words that are Chinese ones written as they sound. */
function writtenIn(postings: Postings, sounds: readonly (readonly string[])[]): Alternative[] {
  return sounds.flatMap((sound) => {
    const term = postings.numberOf(stem(sound.join('')));
    return term === undefined ? [] : [make(term, 'pinyin', sound.join(''))];
  });
}

/** @returns how many of the following words were read with the first */
function readLatin(reader: Reader, words: readonly Word[], isLast: boolean): number {
  const { postings, question } = reader;
  const [word] = words;
  const text = stem(word!.text);
  const found = alternativesOf(reader, text, isLast);
  const acronym = postings.numberOf(acronymTerm(word!.text));
  if (acronym !== undefined) found.push(make(acronym, 'initials', word!.text, 2));
  const isKnown = found.some(({ how }) => how !== 'beginning');

  const joined = joinSyllables(words);
  const letters = words
    .slice(0, joined)
    .map((other) => other.text)
    .join('');
  const isOpen = reader.isTyping && (isLast || joined === words.length);
  const spelt = soundPieces(reader, letters, isOpen, {
    text: letters,
    start: word!.start,
    end: words[joined - 1]!.end,
  });
  if (spelt.length === 0 && found.length === 0 && /^[a-hj-tw-z]{2,8}$/.test(word!.text)) readInitials(reader, word!);
  if (spelt.length === 0 && !isKnown && found.length === 0 && text.length >= 4) {
    const near = postings.near(text, text.length >= 8 ? 2 : 1);
    const nearest = near.sort((a, b) => a.changes - b.changes || postings.countOf(b.term) - postings.countOf(a.term));
    found.push(
      ...nearest.map(({ term, changes }) => make(term, 'spelling', postings.terms[term]!, changes === 1 ? 1 : 0.7)),
    );
  }
  addPiece(question, word!, found);
  question.pieces.push(...spelt);
  // Words read as syllables of one name still count as words where they are some.
  for (const other of words.slice(1, joined))
    addPiece(question, other, alternativesOf(reader, stem(other.text), false));
  return joined - 1;
}

/** How many words from here on are one syllable each: `sheng wu ke ji`. */
function joinSyllables(words: readonly Word[]): number {
  let joined = 0;
  while (joined < words.length && words[joined]!.kind === 'latin') {
    const split = splitPinyin(words[joined]!.text, false);
    if (split?.syllables.length !== 1) break;
    joined += 1;
  }
  return Math.max(joined, 1);
}

function soundPieces(reader: Reader, letters: string, isOpen: boolean, place: Place): Piece[] {
  const split = splitPinyin(letters, isOpen);
  if (split === undefined || split.syllables.length < 2) return [];
  const pieces: Piece[] = [];
  for (let at = 0; at + 1 < split.syllables.length; at += 1) {
    const isEnd = at + 2 === split.syllables.length;
    const key = `${split.syllables[at]} ${split.syllables[at + 1]}`;
    const terms = reader.postings.sounding(key, isEnd && isOpen, MOST_LOOKED_AT);
    if (terms.length === 0) continue;
    pieces.push({ ...place, typed: place.text, alternatives: frequent(reader, terms, 'pinyin') });
  }
  // A name is all of its syllables, or at least most of them.
  return 2 * pieces.length >= split.syllables.length - 1 ? pieces : [];
}

function readInitials(reader: Reader, word: Word): void {
  const { postings, question } = reader;
  const pairs = pairsOf(word.text).slice(0, -1);
  const terms = pairs.map((pair) => postings.initialled(pair));
  if (terms.some((all) => all.length === 0)) return;
  question.initials.push(word.text);
  for (const all of terms)
    question.pieces.push({
      typed: word.text,
      start: word.start,
      end: word.end,
      alternatives: all.map((term) => make(term, 'initials', postings.terms[term]!)),
    });
}
