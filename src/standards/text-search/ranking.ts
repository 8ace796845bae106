import { lowerBound, type Postings } from './postings.ts';
import type { Piece } from './question.ts';

interface Setting {
  postings: Postings;
  /** How many there are, with those that are gone. */
  documents: number;
  /** How rare a term is. */
  weigh(term: number): number;
  /** 1 for what may be found; undefined where all may. */
  allowed: Uint8Array | undefined;
  most: number;
}

interface Scored {
  document: number;
  score: number;
}

/** A row of one term on its way through the documents. */
interface Row {
  documents: Uint32Array;
  impacts: Uint8Array;
  at: number;
  to: number;
  factor: number;
}

interface Weighed {
  rows: Row[];
  /** The most that the piece can give. */
  top: number;
}

/** So many documents at a time: their scores stay in the processor's own memory. */
const STRETCH = 4_096;
/** Sums in 32 bits are off by less. */
const ROUNDING = 1 - 1e-5;

const scores = new Float32Array(STRETCH);
const given = new Float32Array(STRETCH);
const touched = new Uint32Array(STRETCH);

/**
 * The best documents, exactly, best first.
 *
 * Stretch by stretch, pieces are taken from the one that can give most. As soon as what the remaining pieces can give does not reach the last of the best so far,
 * no other document of the stretch can come in, and the remaining rows are only looked into for those that still can.
 * Source: Turtle & Flood, Query evaluation: strategies and optimizations, IPM 31 (1995) 831, max score.
 */
export function gather(
  pieces: readonly Piece[],
  { postings, documents, weigh, allowed, most }: Setting,
): { best: Scored[]; matches: number; isMore: boolean } {
  const weighed = pieces
    .map(({ alternatives }): Weighed => {
      const tops = alternatives.map(({ term, weight }) => (weight * weigh(term) * postings.topOf(term)) / 255);
      const rows = alternatives.flatMap(({ term, weight }) => rowsOf(postings, term, (weight * weigh(term)) / 255));
      return { rows, top: Math.max(0, ...tops) };
    })
    .sort((a, b) => b.top - a.top);
  /** What this piece and those after it can give. */
  const rest = weighed.map((_, at) => weighed.slice(at).reduce((sum, { top }) => sum + top, 0));
  const best = new Best(most);
  let matches = 0;
  let isMore = false;
  for (let low = 0; low < documents; low += STRETCH) {
    const high = low + STRETCH;
    const threshold = best.least * ROUNDING;
    let count = 0;
    let at = 0;
    for (; at < weighed.length && rest[at]! >= threshold; at += 1)
      count = scan(weighed[at]!.rows, { low, high, allowed, count });
    matches += count;
    if (at < weighed.length) {
      isMore = true;
      look(weighed, rest, { at, low, count, threshold });
    }
    for (let number = 0; number < count; number += 1) {
      const place = touched[number]!;
      best.offer(low + place, scores[place]!);
      scores[place] = 0;
    }
  }
  return { best: best.all(), matches, isMore };
}

function rowsOf(postings: Postings, term: number, factor: number): Row[] {
  const { documents, impacts, from, to } = postings.row(term);
  const rows: Row[] = from < to ? [{ documents, impacts, at: from, to, factor }] : [];
  const late: [document: number, impact: number][] = [];
  postings.eachLate(term, (document, impact) => late.push([document, impact]));
  if (late.length > 0)
    // A chain runs from its newest.
    rows.push({
      documents: Uint32Array.from(late, ([document]) => document).reverse(),
      impacts: Uint8Array.from(late, ([, impact]) => impact).reverse(),
      at: 0,
      to: late.length,
      factor,
    });
  return rows;
}

/** Adds what the rows give to the documents of a stretch: of several the one that gives most. @returns how many documents were touched by now */
function scan(
  rows: readonly Row[],
  { low, high, allowed, count }: { low: number; high: number; allowed: Uint8Array | undefined; count: number },
): number {
  let touchedNow = count;
  const isOne = rows.length === 1;
  const changed: number[] = [];
  for (const row of rows) {
    const { documents, impacts, to, factor } = row;
    let at = skipTo(row, low);
    for (; at < to && documents[at]! < high; at += 1) {
      const document = documents[at]!;
      if (allowed !== undefined && allowed[document] === 0) continue;
      const place = document - low;
      let value = factor * impacts[at]!;
      if (!isOne) {
        const more = value - given[place]!;
        if (more <= 0) continue;
        if (given[place] === 0) changed.push(place);
        given[place] = value;
        value = more;
      }
      if (scores[place] === 0) touched[touchedNow++] = place;
      scores[place]! += value;
    }
    row.at = at;
  }
  for (const place of changed) given[place] = 0;
  return touchedNow;
}

/** Looks into the remaining rows for the touched documents that can still be among the best. */
function look(
  weighed: readonly Weighed[],
  rest: readonly number[],
  { at: from, low, count, threshold }: { at: number; low: number; count: number; threshold: number },
): void {
  let candidates = touched.slice(0, count).sort();
  for (let at = from; at < weighed.length; at += 1) {
    candidates = candidates.filter((place) => scores[place]! + rest[at]! >= threshold);
    if (candidates.length === 0) return;
    for (const place of candidates) {
      let most = 0;
      for (const row of weighed[at]!.rows) {
        const found = skipTo(row, low + place);
        row.at = found;
        if (found < row.to && row.documents[found] === low + place)
          most = Math.max(most, row.factor * row.impacts[found]!);
      }
      scores[place]! += most;
    }
  }
}

/** The row's first place at or beyond the document, found in steps that double. */
function skipTo({ documents, at, to }: Row, document: number): number {
  if (at >= to || documents[at]! >= document) return at;
  let step = 1;
  while (at + step < to && documents[at + step]! < document) step *= 2;
  return lowerBound(documents, document, at + (step >> 1), Math.min(to, at + step + 1));
}

/** A heap of the best, its least on top; of equal ones the earlier stay. */
class Best {
  readonly #scores: Float32Array;
  readonly #documents: Uint32Array;
  #size = 0;

  constructor(most: number) {
    this.#scores = new Float32Array(most);
    this.#documents = new Uint32Array(most);
  }

  /** What a document must have to come in. */
  get least(): number {
    return this.#size < this.#scores.length ? 0 : this.#scores[0]!;
  }

  offer(document: number, score: number): void {
    const scored = this.#scores;
    if (this.#size < scored.length) {
      let at = this.#size++;
      for (; at > 0 && scored[(at - 1) >> 1]! > score; at = (at - 1) >> 1) this.move((at - 1) >> 1, at);
      this.put(at, document, score);
    } else if (score > scored[0]!) {
      let at = 0;
      for (let child = 1; child < this.#size; child = 2 * at + 1) {
        if (child + 1 < this.#size && scored[child + 1]! < scored[child]!) child += 1;
        if (scored[child]! >= score) break;
        this.move(child, at);
        at = child;
      }
      this.put(at, document, score);
    }
  }

  all(): Scored[] {
    return Array.from({ length: this.#size }, (_, at) => ({
      document: this.#documents[at]!,
      score: this.#scores[at]!,
    })).sort((a, b) => b.score - a.score || a.document - b.document);
  }

  private move(from: number, to: number): void {
    this.#scores[to] = this.#scores[from]!;
    this.#documents[to] = this.#documents[from]!;
  }

  private put(at: number, document: number, score: number): void {
    this.#scores[at] = score;
    this.#documents[at] = document;
  }
}
