import { fold, spell, splitWords } from '../text-search/index.ts';
import { EMPTY, FORMS, PLACES, TRADES } from './words.ts';

/** A name of an organization taken apart. */
export interface OrganizationName {
  /** What is left after places, trades and legal form: in Latin letters, Chinese ones as pinyin. */
  brand: string;
  /** The same in Chinese characters, where the name is Chinese. */
  brandHan: string;
  /** First letters of the words or characters of the brand. */
  initials: string;
  /** First letters of all words of a Latin name but its legal form and what stands in brackets: HKUST. */
  acronym: string;
  trades: readonly string[];
  places: readonly string[];
  forms: readonly string[];
  /** Of numbered bodies, `1` of 第一, First, No. 1. */
  number: string;
  /** Places, brand, number and trades one after the other, without legal form. */
  whole: string;
  /** Letters, characters and digits as they were written, without legal form. */
  letters: string;
}

const ORDINALS: Readonly<Record<string, string>> = {
  第一: '1',
  第二: '2',
  第三: '3',
  第四: '4',
  第五: '5',
  第六: '6',
  第七: '7',
  第八: '8',
  第九: '9',
  第十: '10',
  first: '1',
  second: '2',
  third: '3',
  fourth: '4',
  fifth: '5',
  sixth: '6',
};

/** Takes a name apart. Source of the order place, brand, trade, form: 企业名称登记管理规定 (State Council Order 734), article 6. */
export function readOrganizationName(text: string): OrganizationName {
  const tokens = tokensOf(text);
  const latin = ` ${tokens.filter((word) => !isHan(word)).join(' ')} `;
  const han = tokens.filter(isHan).join(' ');
  const state = { latin, han };

  const forms = take(state, FORM_WORDS, false);
  const letters = (state.han + state.latin).replaceAll(' ', '');
  const number = takeNumber(state);
  const places = take(state, PLACE_WORDS, true);
  const trades = take(state, TRADE_WORDS, false);

  const words = wordsIn(state.latin);
  const brandHan = [...state.han].filter((character) => character !== ' ' && !EMPTY.has(character)).join('');
  const sounds = brandHan === '' ? [] : spell(brandHan);
  const parts = [...sounds, ...words];
  return {
    brand: parts.join(''),
    brandHan,
    initials: parts.map((part) => part[0]).join(''),
    acronym: acronymOf(text),
    trades,
    places,
    forms: forms.filter((form) => form !== 'company'),
    number,
    whole: [...places, ...parts, number, ...trades].join(''),
    letters,
  };
}

function tokensOf(text: string): string[] {
  return splitWords(fold(text).replace(/&/g, ' and ')).map(({ text: word }) => word);
}

function acronymOf(text: string): string {
  // Most names have no Latin words, and there are millions of them.
  if (!/[a-z].*[a-z]/i.test(text)) return '';
  const latin = tokensOf(text.replace(/[(（][^()（）]*[)）]/g, ' ')).filter((word) => !isHan(word));
  const state = { latin: ` ${latin.join(' ')} `, han: '' };
  take(state, FORM_WORDS, false);
  return wordsIn(state.latin)
    .map((word) => word[0])
    .join('');
}

function wordsIn(latin: string): string[] {
  return latin.split(' ').filter((word) => word !== '' && !EMPTY.has(word));
}

interface State {
  latin: string;
  han: string;
}

interface Words {
  meanings: ReadonlyMap<string, string>;
  /** Longest words first. */
  han: RegExp;
  latin: RegExp;
}

/** As pinyin as often a brand (中信, 众信) as a word of its own. */
const UNSPELT = new Set(['中心']);

/** Chinese words are taken in their characters and in pinyin, however that is parted: `shengwu keji`. */
function wordsOf(groups: readonly (readonly string[])[]): Words {
  const meanings = new Map(groups.flatMap(([meaning, ...words]) => words.map((word) => [word, meaning!] as const)));
  const patterns = new Map([...meanings.keys()].map((word) => [word, word]));
  for (const [word, meaning] of [...meanings]) {
    const sounds = isHan(word) && !UNSPELT.has(word) ? spell(word) : [];
    if (sounds.length === 0 || meanings.has(sounds.join(''))) continue;
    meanings.set(sounds.join(''), meaning);
    patterns.set(sounds.join(''), sounds.join(' ?'));
  }
  const sorted = [...patterns.keys()].sort((a, b) => b.length - a.length);
  const either = (words: string[]) => words.map((word) => patterns.get(word)!).join('|');
  return {
    meanings,
    han: new RegExp(either(sorted.filter(isHan)), 'g'),
    latin: new RegExp(`(?<= )(?:${either(sorted.filter((word) => !isHan(word)))})(?= )`, 'g'),
  };
}

const [FORM_WORDS, PLACE_WORDS, TRADE_WORDS] = [wordsOf(FORMS), wordsOf(PLACES), wordsOf(TRADES)];

/** Takes the words out of the name. @param keepsLast leaves them in if they are all there is */
function take(state: State, { meanings, han, latin }: Words, keepsLast: boolean): string[] {
  const found = new Set<string>();
  const out = (word: string): string => {
    found.add((meanings.get(word) ?? meanings.get(word.replaceAll(' ', '')))!);
    return ' ';
  };
  const rest = { han: state.han.replace(han, out), latin: state.latin.replace(latin, out).replace(/ +/g, ' ') };
  const isAll = rest.han.trim() === '' && rest.latin.trim() === '';
  if (keepsLast && isAll) return [];
  Object.assign(state, rest);
  return [...found].sort();
}

function takeNumber(state: State): string {
  for (const [word, number] of Object.entries(ORDINALS)) {
    if (isHan(word) && state.han.includes(word)) {
      state.han = state.han.replace(word, ' ');
      return number;
    }
    if (!isHan(word) && state.latin.includes(` ${word} `)) {
      state.latin = state.latin.replace(` ${word} `, ' ');
      return number;
    }
  }
  const [found, digits] = / (?:no )?(\d{1,3}) /.exec(state.latin) ?? [];
  if (found === undefined) return '';
  state.latin = state.latin.replace(found, ' ');
  return digits!;
}

function isHan(word: string): boolean {
  return /^[\u3400-\u9fff]/.test(word);
}

/** How alike two words are, 0 to 1; a shared beginning counts more. Source: Winkler, String comparator metrics, ASA 1990. */
export function likeness(one: string, other: string): number {
  if (one === other) return 1;
  const reach = Math.max(0, Math.floor(Math.max(one.length, other.length) / 2) - 1);
  const taken = new Array<boolean>(other.length).fill(false);
  const matched: string[] = [];
  for (let at = 0; at < one.length; at += 1)
    for (let to = Math.max(0, at - reach); to <= Math.min(other.length - 1, at + reach); to += 1)
      if (!taken[to] && one[at] === other[to]) {
        taken[to] = true;
        matched.push(one[at]!);
        break;
      }
  if (matched.length === 0) return 0;
  const there = [...other].filter((_, at) => taken[at]);
  const swaps = matched.filter((letter, at) => letter !== there[at]).length / 2;
  const count = matched.length;
  const jaro = (count / one.length + count / other.length + (count - swaps) / count) / 3;
  let shared = 0;
  while (shared < 4 && shared < one.length && one[shared] === other[shared]) shared += 1;
  return jaro + 0.1 * shared * (1 - jaro);
}
