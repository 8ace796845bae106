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

interface Gathered {
  best: { document: number; score: number }[];
  matches: number;
  isMore: boolean;
}

interface Weighed {
  terms: { term: number; factor: number }[];
  /** The most that the piece can give. */
  top: number;
}

/** Sums in 32 bits are off by less. */
const ROUNDING = 1 - 1e-5;

/**
 * The best documents, exactly, best first.
 *
 * Pieces are taken from the one that can give most. As soon as what the remaining pieces can give does not reach the score of the last of the best,
 * no other document can come in, and the remaining rows are only looked into for those that still can.
 * Source: Turtle & Flood, Query evaluation: strategies and optimizations, IPM 31 (1995) 831, term at a time with max score.
 */
export function gather(pieces: readonly Piece[], { postings, documents, weigh, allowed, most }: Setting): Gathered {
  const weighed = pieces
    .map(({ alternatives }): Weighed => {
      const terms = alternatives
        .map(({ term, weight }) => ({ term, factor: (weight * weigh(term)) / 255 }))
        .sort((a, b) => b.factor * postings.topOf(b.term) - a.factor * postings.topOf(a.term));
      return { terms, top: Math.max(0, ...terms.map(({ term, factor }) => factor * postings.topOf(term))) };
    })
    .sort((a, b) => b.top - a.top);
  const { scores, given, touched } = roomFor(documents);
  let count = 0;
  const total = weighed.reduce((sum, { top }) => sum + top, 0);
  let rest = total;
  let candidates: Uint32Array | undefined;

  for (const [at, { terms, top }] of weighed.entries()) {
    // Nobody has more yet than the pieces so far can give: no need to look before that is more than the rest.
    if (candidates === undefined && at > 0 && count >= most && rest < total - rest) {
      const threshold = largest(scores, touched, count, most) * ROUNDING;
      if (rest < threshold) {
        let kept = 0;
        candidates = new Uint32Array(count);
        for (let number = 0; number < count; number += 1)
          if (scores[touched[number]!]! + rest >= threshold) candidates[kept++] = touched[number]!;
        candidates = candidates.slice(0, kept).sort();
      }
    }
    const isOne = terms.length === 1;
    const changed: number[] = [];
    const take = (document: number, value: number) => {
      if (isOne) scores[document]! += value;
      else {
        const more = value - given[document]!;
        if (more <= 0) return;
        if (given[document] === 0) changed.push(document);
        given[document] = value;
        scores[document]! += more;
      }
    };
    for (const { term, factor } of terms) {
      const { documents: row, impacts, from, to } = postings.row(term);
      if (candidates !== undefined) {
        // The shorter of the two leads.
        if (candidates.length * 8 < to - from) {
          let place = from;
          for (const document of candidates) {
            place = lowerBound(row, document, place, Math.min(to, gallop(row, document, place, to)));
            if (place < to && row[place] === document) take(document, factor * impacts[place]!);
          }
        } else {
          let other = 0;
          for (let place = from; place < to && other < candidates.length; place += 1) {
            const document = row[place]!;
            while (other < candidates.length && candidates[other]! < document) other += 1;
            if (candidates[other] === document) take(document, factor * impacts[place]!);
          }
        }
        const known = candidates;
        postings.eachLate(term, (document, impact) => {
          const place = lowerBound(known, document, 0, known.length);
          if (known[place] === document) take(document, factor * impact);
        });
        continue;
      }
      if (isOne && allowed === undefined)
        for (let place = from; place < to; place += 1) {
          const document = row[place]!;
          if (scores[document] === 0) touched[count++] = document;
          scores[document]! += factor * impacts[place]!;
        }
      else
        for (let place = from; place < to; place += 1) {
          const document = row[place]!;
          if (allowed !== undefined && allowed[document] === 0) continue;
          if (scores[document] === 0) touched[count++] = document;
          take(document, factor * impacts[place]!);
        }
      postings.eachLate(term, (document, impact) => {
        if (allowed !== undefined && allowed[document] === 0) return;
        if (scores[document] === 0) touched[count++] = document;
        take(document, factor * impact);
      });
    }
    for (const document of changed) given[document] = 0;
    rest -= top;
  }

  const threshold = count > most ? largest(scores, touched, count, most) : 0;
  const best: Gathered['best'] = [];
  let atThreshold = 0;
  for (let number = 0; number < count; number += 1) {
    const document = touched[number]!;
    const score = scores[document]!;
    if (score > threshold || (score === threshold && atThreshold++ < most)) best.push({ document, score });
  }
  for (let number = 0; number < count; number += 1) scores[touched[number]!] = 0;
  best.sort((a, b) => b.score - a.score || a.document - b.document);
  return { best: best.slice(0, most), matches: count, isMore: candidates !== undefined };
}

let room = { scores: new Float32Array(0), given: new Float32Array(0), touched: new Uint32Array(0) };

/** Room that stays, since clearing what was touched is cheaper than taking it anew. */
function roomFor(documents: number): typeof room {
  if (room.scores.length < documents) {
    const length = Math.ceil(1.2 * documents);
    room = { scores: new Float32Array(length), given: new Float32Array(length), touched: new Uint32Array(length) };
  }
  return room;
}

/** The score that so many reach: a heap of the best, its least on top. */
function largest(scores: Float32Array, touched: Uint32Array, count: number, most: number): number {
  const heap = new Float32Array(most);
  let size = 0;
  for (let number = 0; number < count; number += 1) {
    const score = scores[touched[number]!]!;
    if (size < most) {
      let at = size++;
      heap[at] = score;
      while (at > 0) {
        const parent = (at - 1) >> 1;
        if (heap[parent]! <= heap[at]!) break;
        [heap[parent], heap[at]] = [heap[at]!, heap[parent]!];
        at = parent;
      }
    } else if (score > heap[0]!) {
      let at = 0;
      for (;;) {
        let child = 2 * at + 1;
        if (child >= size) break;
        if (child + 1 < size && heap[child + 1]! < heap[child]!) child += 1;
        if (heap[child]! >= score) break;
        heap[at] = heap[child]!;
        at = child;
      }
      heap[at] = score;
    }
  }
  return size < most ? 0 : heap[0]!;
}

/** A place at or beyond the document, found in steps that double. */
function gallop(row: Uint32Array, document: number, from: number, to: number): number {
  let step = 1;
  while (from + step < to && row[from + step]! < document) step *= 2;
  return Math.min(to, from + step + 1);
}
