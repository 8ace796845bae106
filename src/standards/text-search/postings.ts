import { readingsOf } from './words.ts';

/** A typed array that grows. */
export class Growing<T extends Uint32Array | Uint16Array | Uint8Array> {
  length = 0;
  at: T;

  constructor(at: T) {
    this.at = at;
  }

  push(value: number): void {
    this.reserve(1);
    this.at[this.length] = value;
    this.length += 1;
  }

  reserve(more: number): void {
    if (this.length + more <= this.at.length) return;
    const next = new (this.at.constructor as new (length: number) => T)(
      Math.max(2 * this.at.length, this.length + more),
    );
    next.set(this.at as never);
    this.at = next;
  }

  whole(): T {
    return this.at.slice(0, this.length) as T;
  }
}

/** What of the vocabulary is looked up by other keys than the term. */
interface Sorted {
  /** Terms by their letters. */
  order: Uint32Array;
  /** Pairs of Chinese characters by their pinyin, e.g. `sheng wu`. */
  sounds: { keys: string[]; terms: Uint32Array };
  /** Pairs of Chinese characters by their initials, e.g. `sw`. */
  initials: Map<string, number[]>;
}

export interface PostingsState {
  terms: string[];
  starts: Uint32Array;
  documents: Uint32Array;
  impacts: Uint8Array;
  tops: Uint8Array;
}

const HAN_PAIR = /^[\u3400-\u9fff]{2}$/u;
const NONE = 0xffff_ffff;

/**
 * Which documents hold a term, and how much it weighs there (1 to 255).
 *
 * What is sealed stands term by term in one row; what came later hangs on chains through typed arrays until it is sealed too.
 */
export class Postings {
  readonly terms: string[];
  readonly #numbers = new Map<string, number>();
  #starts: Uint32Array;
  #documents: Uint32Array;
  #impacts: Uint8Array;
  readonly #tops: Growing<Uint8Array>;
  readonly #counts: Growing<Uint32Array>;
  readonly #heads: Growing<Uint32Array>;
  #next = new Growing(new Uint32Array(1_024));
  #lateDocuments = new Growing(new Uint32Array(1_024));
  #lateImpacts = new Growing(new Uint8Array(1_024));
  #sorted: Sorted | undefined;

  constructor(state?: PostingsState) {
    this.terms = state?.terms ?? [];
    this.#starts = state?.starts ?? new Uint32Array(1);
    this.#documents = state?.documents ?? new Uint32Array(0);
    this.#impacts = state?.impacts ?? new Uint8Array(0);
    this.#tops = new Growing(new Uint8Array(Math.max(1_024, this.terms.length)));
    this.#counts = new Growing(new Uint32Array(Math.max(1_024, this.terms.length)));
    this.#heads = new Growing(new Uint32Array(Math.max(1_024, this.terms.length)));
    for (const [term, text] of this.terms.entries()) {
      this.#numbers.set(text, term);
      this.#tops.push(state!.tops[term]!);
      this.#counts.push(this.#starts[term + 1]! - this.#starts[term]!);
      this.#heads.push(NONE);
    }
  }

  /** Not sealed yet. */
  get late(): number {
    return this.#next.length;
  }

  add(text: string, document: number, impact: number): void {
    let term = this.#numbers.get(text);
    if (term === undefined) {
      term = this.terms.length;
      this.terms.push(text);
      this.#numbers.set(text, term);
      this.#tops.push(0);
      this.#counts.push(0);
      this.#heads.push(NONE);
    }
    const at = this.#next.length;
    this.#next.push(this.#heads.at[term]!);
    this.#heads.at[term] = at;
    this.#lateDocuments.push(document);
    this.#lateImpacts.push(impact);
    this.#counts.at[term]! += 1;
    if (impact > this.#tops.at[term]!) this.#tops.at[term] = impact;
  }

  numberOf(text: string): number | undefined {
    return this.#numbers.get(text);
  }

  /** How many documents hold it, with those that are gone since the last sealing. */
  countOf(term: number): number {
    return this.#counts.at[term]!;
  }

  topOf(term: number): number {
    return this.#tops.at[term]!;
  }

  each(term: number, take: (document: number, impact: number) => void): void {
    const end = this.#starts[term + 1] ?? 0;
    for (let at = this.#starts[term] ?? end; at < end; at += 1) take(this.#documents[at]!, this.#impacts[at]!);
    this.eachLate(term, take);
  }

  eachLate(term: number, take: (document: number, impact: number) => void): void {
    for (let at = this.#heads.at[term]!; at !== NONE; at = this.#next.at[at]!)
      take(this.#lateDocuments.at[at]!, this.#lateImpacts.at[at]!);
  }

  /** The sealed row of a term, for those who walk it themselves. */
  row(term: number): { documents: Uint32Array; impacts: Uint8Array; from: number; to: number } {
    const to = this.#starts[term + 1] ?? 0;
    return { documents: this.#documents, impacts: this.#impacts, from: this.#starts[term] ?? to, to };
  }

  /** What it weighs in a document, 0 where it does not stand there. */
  impactIn(term: number, document: number): number {
    const { documents, impacts, from, to } = this.row(term);
    const at = lowerBound(documents, document, from, to);
    if (at < to && documents[at] === document) return impacts[at]!;
    let late = 0;
    this.eachLate(term, (other, impact) => {
      if (other === document) late = impact;
    });
    return late;
  }

  /**
   * Puts everything into rows.
   *
   * @param numbers the new number of each document, NONE-like (0xffffffff) for one that is gone; they keep their order
   */
  seal(numbers?: Uint32Array): void {
    const kept: number[] = [];
    const total = this.#documents.length + this.late;
    const documents = new Uint32Array(total);
    const impacts = new Uint8Array(total);
    const starts = new Growing(new Uint32Array(this.terms.length + 1));
    let end = 0;
    const take = (document: number, impact: number) => {
      const number = numbers === undefined ? document : numbers[document]!;
      if (number === NONE) return;
      documents[end] = number;
      impacts[end] = impact;
      end += 1;
    };
    starts.push(0);
    for (let term = 0; term < this.terms.length; term += 1) {
      const start = end;
      const row = this.row(term);
      for (let at = row.from; at < row.to; at += 1) take(row.documents[at]!, row.impacts[at]!);
      const middle = end;
      this.eachLate(term, take);
      // A chain runs from its newest.
      documents.subarray(middle, end).reverse();
      impacts.subarray(middle, end).reverse();
      if (end === start) continue;
      kept.push(term);
      starts.push(end);
    }
    const texts = kept.map((term) => this.terms[term]!);
    this.terms.length = 0;
    this.#numbers.clear();
    this.#tops.length = 0;
    this.#counts.length = 0;
    this.#heads.length = 0;
    for (const [term, text] of texts.entries()) {
      this.terms.push(text);
      this.#numbers.set(text, term);
      let top = 0;
      for (let at = starts.at[term]!; at < starts.at[term + 1]!; at += 1) top = Math.max(top, impacts[at]!);
      this.#tops.push(top);
      this.#counts.push(starts.at[term + 1]! - starts.at[term]!);
      this.#heads.push(NONE);
    }
    this.#starts = starts.whole();
    this.#documents = end === total ? documents : documents.slice(0, end);
    this.#impacts = end === total ? impacts : impacts.slice(0, end);
    this.#next = new Growing(new Uint32Array(1_024));
    this.#lateDocuments = new Growing(new Uint32Array(1_024));
    this.#lateImpacts = new Growing(new Uint8Array(1_024));
    this.#sorted = undefined;
    this.sort();
  }

  /** Terms that begin so; those newer than the last sealing among them. */
  beginningWith(beginning: string, most: number): number[] {
    const { order } = this.sort();
    const found: number[] = [];
    const from = firstOf(order.length, (at) => this.terms[order[at]!]! >= beginning);
    for (let at = from; at < order.length && found.length < most; at += 1) {
      if (!this.terms[order[at]!]!.startsWith(beginning)) break;
      found.push(order[at]!);
    }
    for (let term = order.length; term < this.terms.length; term += 1)
      if (this.terms[term]!.startsWith(beginning)) found.push(term);
    return found;
  }

  /** Latin words so few changes away. */
  near(word: string, mostChanges: number): { term: number; changes: number }[] {
    const { order } = this.sort();
    const found: { term: number; changes: number }[] = [];
    const rows = [Array.from({ length: word.length + 1 }, (_, at) => at)];
    let former = '';
    let reached = 0;
    const from = firstOf(order.length, (at) => this.terms[order[at]!]! >= 'a');
    for (let at = from; at < order.length; ) {
      const text = this.terms[order[at]!]!;
      if (text > 'z\uffff') break;
      let depth = 0;
      while (depth < reached && depth < text.length && text[depth] === former[depth]) depth += 1;
      let dead = false;
      for (; depth < text.length && !dead; depth += 1) {
        rows[depth + 1] = nextRow(rows, depth, text, word);
        dead = Math.min(...rows[depth + 1]!) > mostChanges;
      }
      former = text;
      reached = depth;
      if (!dead) {
        const changes = rows[text.length]![word.length]!;
        if (changes <= mostChanges) found.push({ term: order[at]!, changes });
        at += 1;
      } else {
        // All that begin with the same letters are too far away as well.
        const beyond = `${text.slice(0, depth)}\uffff`;
        at = firstOf(order.length, (other) => this.terms[order[other]!]! > beyond, at + 1);
      }
    }
    for (let term = order.length; term < this.terms.length; term += 1) {
      const text = this.terms[term]!;
      if (!/^[a-z]/.test(text) || Math.abs(text.length - word.length) > mostChanges) continue;
      const table = [Array.from({ length: word.length + 1 }, (_, at) => at)];
      for (let depth = 0; depth < text.length; depth += 1) table[depth + 1] = nextRow(table, depth, text, word);
      const changes = table[text.length]![word.length]!;
      if (changes <= mostChanges) found.push({ term, changes });
    }
    return found;
  }

  /** Pairs of Chinese characters that sound so; `sheng w` with `isOpen` finds all that begin so. */
  sounding(key: string, isOpen: boolean, most: number): number[] {
    const { order, sounds } = this.sort();
    const found: number[] = [];
    const from = firstOf(sounds.keys.length, (at) => sounds.keys[at]! >= key);
    for (let at = from; at < sounds.keys.length && found.length < most; at += 1) {
      const known = sounds.keys[at]!;
      if (isOpen ? !known.startsWith(key) : known !== key) break;
      found.push(sounds.terms[at]!);
    }
    for (let term = order.length; term < this.terms.length; term += 1)
      if (soundsOf(this.terms[term]!).some((known) => (isOpen ? known.startsWith(key) : known === key)))
        found.push(term);
    return found;
  }

  /** Pairs of Chinese characters whose pinyin begins with these two letters. */
  initialled(letters: string): number[] {
    const { order, initials } = this.sort();
    const found = [...(initials.get(letters) ?? [])];
    for (let term = order.length; term < this.terms.length; term += 1)
      if (soundsOf(this.terms[term]!).some((known) => initialsOf(known) === letters)) found.push(term);
    return found;
  }

  state(): PostingsState {
    if (this.late > 0) this.seal();
    return {
      terms: this.terms,
      starts: this.#starts,
      documents: this.#documents,
      impacts: this.#impacts,
      tops: this.#tops.whole(),
    };
  }

  private sort(): Sorted {
    if (this.#sorted !== undefined) return this.#sorted;
    const sealed = this.#starts.length - 1;
    const { terms } = this;
    const order = Uint32Array.from({ length: sealed }, (_, term) => term).sort((a, b) =>
      terms[a]! < terms[b]! ? -1 : 1,
    );
    const sounds: { key: string; term: number }[] = [];
    const initials = new Map<string, number[]>();
    for (let term = 0; term < sealed; term += 1)
      for (const key of soundsOf(terms[term]!)) {
        sounds.push({ key, term });
        const letters = initialsOf(key);
        const known = initials.get(letters);
        if (known === undefined) initials.set(letters, [term]);
        else if (known.at(-1) !== term) known.push(term);
      }
    sounds.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : a.term - b.term));
    this.#sorted = {
      order,
      sounds: { keys: sounds.map(({ key }) => key), terms: Uint32Array.from(sounds, ({ term }) => term) },
      initials,
    };
    return this.#sorted;
  }
}

function soundsOf(term: string): string[] {
  if (!HAN_PAIR.test(term)) return [];
  return readingsOf(term[0]!).flatMap((first) => readingsOf(term[1]!).map((second) => `${first} ${second}`));
}

function initialsOf(sound: string): string {
  return sound[0]! + sound[sound.indexOf(' ') + 1]!;
}

/** A row of the table of changes, neighbours swapped being one. Source: Damerau, CACM 7 (1964) 171, in its restricted form. */
function nextRow(rows: readonly (readonly number[])[], depth: number, text: string, word: string): number[] {
  const above = rows[depth]!;
  const row = [depth + 1];
  for (let at = 1; at <= word.length; at += 1) {
    const isSame = text[depth] === word[at - 1];
    let least = Math.min(above[at]! + 1, row[at - 1]! + 1, above[at - 1]! + (isSame ? 0 : 1));
    if (depth > 0 && at > 1 && text[depth] === word[at - 2] && text[depth - 1] === word[at - 1])
      least = Math.min(least, rows[depth - 1]![at - 2]! + 1);
    row.push(least);
  }
  return row;
}

/** The first place from which on it is so. */
function firstOf(length: number, isSo: (at: number) => boolean, from = 0): number {
  let [low, high] = [from, length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isSo(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

export function lowerBound(sorted: Uint32Array, value: number, from: number, to: number): number {
  let [low, high] = [from, to];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
