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
  /** All letters and digits in order, without legal form. */
  whole: string;
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
  };
}

function tokensOf(text: string): string[] {
  return splitWords(fold(text).replace(/&/g, ' and ')).map(({ text: word }) => word);
}

function acronymOf(text: string): string {
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

function wordsOf(groups: readonly (readonly string[])[]): Words {
  const meanings = new Map(groups.flatMap(([meaning, ...words]) => words.map((word) => [word, meaning!] as const)));
  // Chinese names are often written in pinyin: Shengwu Keji is 生物科技.
  for (const [word, meaning] of [...meanings])
    if (isHan(word) && word.length > 1) {
      const spelt = spellings(word);
      for (const text of spelt) if (!meanings.has(text)) meanings.set(text, meaning);
    }
  const sorted = [...meanings.keys()].sort((a, b) => b.length - a.length);
  return {
    meanings,
    han: new RegExp(sorted.filter(isHan).join('|'), 'g'),
    latin: new RegExp(`(?<= )(?:${sorted.filter((word) => !isHan(word)).join('|')})(?= )`, 'g'),
  };
}

/** In pinyin as one word, and as words of two characters. */
function spellings(word: string): string[] {
  const sounds = spell(word);
  const pairs = sounds.flatMap((sound, at) => (at % 2 === 0 ? [sound + (sounds[at + 1] ?? '')] : []));
  return [sounds.join(''), pairs.join(' ')];
}

const [FORM_WORDS, PLACE_WORDS, TRADE_WORDS] = [wordsOf(FORMS), wordsOf(PLACES), wordsOf(TRADES)];

/** Takes the words out of the name. @param keepsLast leaves them in if they are all there is */
function take(state: State, { meanings, han, latin }: Words, keepsLast: boolean): string[] {
  const found = new Set<string>();
  const out = (word: string): string => {
    found.add(meanings.get(word)!);
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
