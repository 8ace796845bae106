import { deserialize, serialize } from 'node:v8';
import type { Answer, Design, Hit, SearchDocument, Why, Wish } from './model.ts';
import { Growing, Postings, type PostingsState } from './postings.ts';
import { acronymTerm, conceptTerm, type Piece, type Question, readQuestion } from './question.ts';
import { gather } from './ranking.ts';
import { makeThesaurus, type Thesaurus } from './thesaurus.ts';
import { fold, pairsOf, readingsOf, splitWords, stem } from './words.ts';

/** BM25's saturation and BM25F's share of the length. Source: Robertson & Zaragoza, The Probabilistic Relevance Framework (2009), section 3. */
const SATURATION = 1.2;
const LENGTH_SHARE = 0.5;
/** So many of the best are looked at again by their titles, and counted for the facets. */
const COUNTED = 300;
/** Sealed anew when what came later is more than this, or a tenth of the whole. */
const LEAST_LATE = 200_000;
const GONE = 0xffff_ffff;

interface State {
  ids: (string | null)[];
  titles: Uint8Array;
  titleEnds: Uint32Array;
  codes: Uint16Array[];
  values: string[][];
  postings: PostingsState;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Texts that can be found by their words in Chinese, pinyin and English, best first. Grown, changed and kept as bytes. */
export class SearchIndex {
  readonly #design: Design;
  readonly #thesaurus: Thesaurus;
  #postings: Postings;
  readonly #numbers = new Map<string, number>();
  #ids: (string | undefined)[] = [];
  #gone: number[] = [];
  #titles = new Growing(new Uint8Array(4_096));
  #titleEnds = new Growing(new Uint32Array(256));
  #codes: Growing<Uint16Array>[];
  readonly #values: { list: string[]; codes: Map<string, number> }[];

  constructor(design: Design, state?: State) {
    this.#design = design;
    this.#thesaurus = makeThesaurus(design.synonyms);
    this.#postings = new Postings(state?.postings);
    this.#codes = design.facets.map((_, at) => refill(new Growing(new Uint16Array(256)), state?.codes[at]));
    this.#values = design.facets.map((_, at) => {
      const list = state?.values[at] ?? [];
      return { list, codes: new Map(list.map((value, code) => [value, code])) };
    });
    if (state === undefined) return;
    refill(this.#titles, state.titles);
    refill(this.#titleEnds, state.titleEnds);
    this.#ids = state.ids.map((id) => id ?? undefined);
    for (const [number, id] of this.#ids.entries())
      if (id === undefined) this.#gone.push(number);
      else this.#numbers.set(id, number);
  }

  /** @throws RangeError for bytes that another design made */
  static from(bytes: Uint8Array, design: Design): SearchIndex {
    const { key, state } = deserialize(bytes) as { key: string; state: State };
    if (key !== JSON.stringify(design)) throw new RangeError('the bytes were made by another design');
    return new SearchIndex(design, state);
  }

  get size(): number {
    return this.#numbers.size;
  }

  /** Adds it, or puts it in the place of what had its id. */
  put(document: SearchDocument): void {
    this.remove(document.id);
    const number = this.#ids.length;
    this.#ids.push(document.id);
    this.#numbers.set(document.id, number);
    for (const [term, frequency] of this.frequencies(document)) {
      const impact = Math.round((255 * frequency) / (SATURATION + frequency));
      this.#postings.add(term, number, Math.max(1, impact));
    }
    const titles = encoder.encode((document.texts[this.#design.fields[0]!.name] ?? []).map(squeeze).join('\n'));
    this.#titles.reserve(titles.length);
    this.#titles.at.set(titles, this.#titles.length);
    this.#titles.length += titles.length;
    this.#titleEnds.push(this.#titles.length);
    for (const [at, facet] of this.#design.facets.entries())
      this.#codes[at]!.push(this.codeOf(at, document.facets[facet] ?? ''));
    if (this.#postings.late > Math.max(LEAST_LATE, 0.1 * this.size * 20)) this.seal();
  }

  /** @returns whether it was there */
  remove(id: string): boolean {
    const number = this.#numbers.get(id);
    if (number === undefined) return false;
    this.#numbers.delete(id);
    this.#ids[number] = undefined;
    this.#gone.push(number);
    return true;
  }

  /** Forgets what is gone and puts the rest into rows: faster to ask and smaller; done by itself as it grows. */
  seal(): void {
    if (this.#gone.length === 0) {
      this.#postings.seal();
      return;
    }
    const numbers = new Uint32Array(this.#ids.length).fill(GONE);
    const titles = new Growing(new Uint8Array(this.#titles.length));
    const ends = new Growing(new Uint32Array(this.size + 1));
    const codes = this.#codes.map(() => new Growing(new Uint16Array(this.size + 1)));
    const ids: string[] = [];
    for (const [old, id] of this.#ids.entries()) {
      if (id === undefined) continue;
      numbers[old] = ids.length;
      this.#numbers.set(id, ids.length);
      ids.push(id);
      const title = this.titleBytes(old);
      titles.reserve(title.length);
      titles.at.set(title, titles.length);
      titles.length += title.length;
      ends.push(titles.length);
      for (const [at, column] of codes.entries()) column.push(this.#codes[at]!.at[old]!);
    }
    this.#postings.seal(numbers);
    this.#ids = ids;
    this.#gone = [];
    this.#titles = titles;
    this.#titleEnds = ends;
    this.#codes = codes;
  }

  /** @param wish `most` and `skip` together at most 300 */
  search(text: string, { most, skip = 0, filters = {} }: Wish): Answer {
    const question = readQuestion(text, this.#postings, {
      thesaurus: this.#thesaurus,
      synonyms: this.#design.synonyms,
    });
    const documents = this.#ids.length;
    const weigh = (term: number) => {
      const count = this.#postings.countOf(term);
      return Math.log(1 + (documents - count + 0.5) / (count + 0.5));
    };
    const gathered = gather(question.pieces, {
      postings: this.#postings,
      documents,
      weigh,
      allowed: this.allowed(filters),
      most: COUNTED,
    });
    const ranked = this.rerank(question, gathered.best);
    const hits = ranked.slice(skip, skip + most).map(
      ({ document, score }): Hit => ({
        id: this.#ids[document]!,
        score,
        why: this.explain(question.pieces, document, weigh),
      }),
    );
    return {
      hits,
      matches: gathered.matches,
      isMore: gathered.isMore,
      facets: Object.fromEntries(this.#design.facets.map((facet, at) => [facet, this.countValues(at, gathered.best)])),
    };
  }

  snapshot(): Buffer {
    this.seal();
    const state: State = {
      ids: this.#ids.map((id) => id ?? null),
      titles: this.#titles.whole(),
      titleEnds: this.#titleEnds.whole(),
      codes: this.#codes.map((column) => column.whole()),
      values: this.#values.map(({ list }) => list),
      postings: this.#postings.state(),
    };
    return serialize({ key: JSON.stringify(this.#design), state });
  }

  /** The weighted frequency of every term, over all fields. */
  private frequencies({ texts }: SearchDocument): Map<string, number> {
    const total = new Map<string, number>();
    for (const [at, { name, weight, usualWords }] of this.#design.fields.entries()) {
      const counts = new Map<string, number>();
      const count = (term: string, times = 1) => counts.set(term, (counts.get(term) ?? 0) + times);
      let words = 0;
      for (const text of texts[name] ?? []) {
        const folded = fold(text);
        for (const word of splitWords(folded)) {
          const terms =
            word.kind === 'han' ? pairsOf(word.text) : [word.kind === 'latin' ? stem(word.text) : word.text];
          for (const term of terms) count(term);
          words += terms.length;
        }
        for (const { concept } of this.#thesaurus.find(folded)) count(conceptTerm(concept));
        if (at === 0) for (const letters of acronymsOf(text)) count(acronymTerm(letters));
      }
      const normal = 1 - LENGTH_SHARE + (LENGTH_SHARE * words) / usualWords;
      for (const [term, times] of counts) total.set(term, (total.get(term) ?? 0) + (weight * times) / normal);
    }
    return total;
  }

  private codeOf(at: number, value: string): number {
    const { list, codes } = this.#values[at]!;
    let code = codes.get(value);
    if (code === undefined) {
      if (list.length > 0xffff) throw new RangeError(`too many values of ${this.#design.facets[at]}`);
      code = list.length;
      list.push(value);
      codes.set(value, code);
    }
    return code;
  }

  /** Undefined where every document may be found. */
  private allowed(filters: Readonly<Record<string, readonly string[]>>): Uint8Array | undefined {
    const columns = this.#design.facets.flatMap((facet, at) => {
      const wanted = filters[facet];
      if (wanted === undefined) return [];
      const { list, codes } = this.#values[at]!;
      const isWanted = new Uint8Array(list.length);
      for (const value of wanted) {
        const code = codes.get(value);
        if (code !== undefined) isWanted[code] = 1;
      }
      return [{ codes: this.#codes[at]!.at, isWanted }];
    });
    if (columns.length === 0 && this.#gone.length === 0) return undefined;
    const allowed = new Uint8Array(this.#ids.length).fill(1);
    for (const { codes, isWanted } of columns)
      for (let document = 0; document < allowed.length; document += 1)
        allowed[document]! &= isWanted[codes[document]!]!;
    for (const document of this.#gone) allowed[document] = 0;
    return allowed;
  }

  private titleBytes(document: number): Uint8Array {
    return this.#titles.at.subarray(
      document === 0 ? 0 : this.#titleEnds.at[document - 1]!,
      this.#titleEnds.at[document]!,
    );
  }

  /** A title that is what was typed stands above one that begins so, and that above one that has it somewhere. */
  private rerank(question: Question, best: readonly Scored[]): Scored[] {
    const typed = squeeze(question.folded);
    if (typed === '') return [...best];
    return best
      .map(({ document, score }) => {
        const titles = decoder.decode(this.titleBytes(document)).split('\n');
        let factor = 1;
        if (titles.includes(typed)) factor = 3;
        else if (titles.some((title) => title.startsWith(typed))) factor = 1.5;
        else if (titles.some((title) => title.includes(typed))) factor = 1.25;
        for (const letters of question.initials)
          factor *= titles.some((title) => hasInitials(title, letters)) ? 2 : 0.25;
        return { document, score: score * factor };
      })
      .sort((a, b) => b.score - a.score || a.document - b.document);
  }

  private explain(pieces: readonly Piece[], document: number, weigh: (term: number) => number): Why[] {
    const found = pieces.flatMap((piece) => {
      const held = piece.alternatives
        .map((alternative) => ({
          ...alternative,
          worth: alternative.weight * weigh(alternative.term) * this.#postings.impactIn(alternative.term, document),
        }))
        .filter(({ worth }) => worth > 0);
      const best = held.reduce<(typeof held)[number] | undefined>(
        (one, other) => (one === undefined || other.worth > one.worth ? other : one),
        undefined,
      );
      return best === undefined ? [] : [{ ...piece, how: best.how, found: best.found }];
    });
    const told: (Why & { start: number; end: number })[] = [];
    for (const { typed, start, end, how, found: word } of found.sort((a, b) => a.start - b.start || b.end - a.end)) {
      const last = told.at(-1);
      const shared = last === undefined ? 0 : last.end - start;
      if (last !== undefined && last.how === how && how === 'word' && shared > 0 && end > last.end) {
        last.typed += typed.slice(shared);
        last.found += word.slice(shared);
        last.end = end;
      } else if (!told.some((other) => other.typed === typed && other.how === how && other.found === word))
        told.push({ typed, found: word, how, start, end });
    }
    return told.map(({ typed, found: word, how }) => ({ typed, found: word, how }));
  }

  private countValues(at: number, best: readonly Scored[]): { value: string; count: number }[] {
    const counts = new Map<number, number>();
    for (const { document } of best) {
      const code = this.#codes[at]!.at[document]!;
      counts.set(code, (counts.get(code) ?? 0) + 1);
    }
    return [...counts]
      .map(([code, count]) => ({ value: this.#values[at]!.list[code]!, count }))
      .sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1));
  }
}

type Scored = { document: number; score: number };

function refill<T extends Uint32Array | Uint16Array | Uint8Array>(array: Growing<T>, content?: T): Growing<T> {
  if (content === undefined) return array;
  array.reserve(content.length);
  array.at.set(content as never);
  array.length = content.length;
  return array;
}

/** Letters and digits only. */
function squeeze(text: string): string {
  return fold(text).replace(/[^\p{L}\p{N}]/gu, '');
}

const SMALL_WORDS = new Set('a an and at by co for in inc ltd limited of on or the to with'.split(' '));

/** First letters of the words before a bracket, e.g. `gmv` of Guangdong Medical Valley (Nansha). */
function acronymsOf(text: string): string[] {
  return text
    .split(/[()（）,，–—"“”]/)
    .map((part) =>
      splitWords(fold(part))
        .filter(({ kind, text: word }) => kind === 'latin' && !SMALL_WORDS.has(word))
        .map(({ text: word }) => word[0]!)
        .join(''),
    )
    .filter((letters) => letters.length > 1 && letters.length < 9);
}

function hasInitials(title: string, letters: string): boolean {
  const characters = [...title];
  for (let from = 0; from + letters.length <= characters.length; from += 1)
    if ([...letters].every((letter, at) => readingsOf(characters[from + at]!).some((known) => known[0] === letter)))
      return true;
  return false;
}
