import { SearchIndex } from '#standards/text-search';
import thesaurus from '../../../../facts/cluster/thesaurus.json' with { type: 'json' };
import type { FitLine, FitReason, WishFields } from '../model.ts';
import { kindFit } from './meeting.ts';

/** A wish with the places it belongs to: its own first, then those around it. */
export interface Meeting extends WishFields {
  id: string;
  places: readonly string[];
}
export interface MeetingFit {
  id: string;
  score: number;
  reasons: FitReason[];
}
export interface MeetingQuestion {
  wish: Meeting;
  others: readonly Meeting[];
}

/** House weights; they add up to 1. */
const WEIGHTS: Readonly<Record<FitLine, number>> = {
  words: 0.45,
  kind: 0.2,
  sector: 0.15,
  place: 0.1,
  dates: 0.05,
  quantity: 0.05,
};
const MOST_MATCHES = 20;
/** Of what the wish's words would score against themselves: so much counts in full. */
const FULL_WORDS = 0.5;
/** With less in common two wishes have nothing to say to each other, whatever else fits. */
const LEAST_WORDS = 0.08;

/** The wishes that meet one, the best first, each with its reasons. */
export function matchWishes({ wish, others }: MeetingQuestion): MeetingFit[] {
  const possible = others.filter((other) => kindFit(wish, other) > 0);
  const words = compareWords(wish, possible);
  return possible
    .flatMap((other): MeetingFit[] => {
      const { fit, found } = words.get(other.id) ?? { fit: 0, found: [] };
      if (fit < LEAST_WORDS) return [];
      const reasons: FitReason[] = [
        reason('words', fit, found),
        reason('kind', kindFit(wish, other), [other.kind]),
        reason('sector', sectorFit(wish, other)),
        placeReason(wish, other),
        reason('dates', datesFit(wish, other)),
        reason('quantity', quantityFit(wish, other)),
      ];
      const known = reasons.filter((each) => each.fit !== null);
      const score =
        known.reduce((sum, each) => sum + each.weight * each.fit!, 0) /
        known.reduce((sum, { weight }) => sum + weight, 0);
      return [{ id: other.id, score, reasons }];
    })
    .sort((a, b) => b.score - a.score || a.id.localeCompare(b.id))
    .slice(0, MOST_MATCHES);
}

function reason(line: FitLine, fit: number | null, found: string[] = []): FitReason {
  return { line, weight: WEIGHTS[line], fit, found };
}

/** By the search's words, pairs of characters, synonyms and spellings: the score beside the one that the wish's own text has. */
function compareWords(wish: Meeting, others: readonly Meeting[]): Map<string, { fit: number; found: string[] }> {
  const index = new SearchIndex({
    fields: [
      { name: 'title', weight: 1, usualWords: 12 },
      { name: 'words', weight: 1, usualWords: 25 },
    ],
    facets: [],
    synonyms: thesaurus.groups,
  });
  for (const { id, words, wordsZh } of [wish, ...others])
    index.put({ id, texts: { title: [], words: wordsZh === null ? [words] : [words, wordsZh] }, facets: {} });
  const best = new Map<string, { fit: number; found: string[] }>();
  for (const text of wish.wordsZh === null ? [wish.words] : [wish.words, wish.wordsZh]) {
    const { hits } = index.search(text, { most: MOST_HITS });
    const own = hits.find(({ id }) => id === wish.id)?.score ?? 0;
    if (own <= 0) continue;
    for (const { id, score, why } of hits) {
      const fit = Math.min(1, score / (own * FULL_WORDS));
      if (fit > (best.get(id)?.fit ?? 0))
        best.set(id, { fit, found: [...new Set(why.map(({ found }) => found))].slice(0, 8) });
    }
  }
  return best;
}
const MOST_HITS = 300;

function sectorFit(one: Meeting, other: Meeting): number | null {
  if (one.sector === null || other.sector === null) return null;
  return one.sector === other.sector ? 1 : 0;
}

/** The same place in full, a place around both by half. */
function placeReason(one: Meeting, other: Meeting): FitReason {
  const [here, there] = [one.places[0], other.places[0]];
  if (here === undefined || there === undefined) return reason('place', null);
  if (here === there) return reason('place', 1, [here]);
  const around = one.places.find((place) => other.places.includes(place));
  return around === undefined ? reason('place', 0) : reason('place', 0.5, [around]);
}

function datesFit(one: Meeting, other: Meeting): number | null {
  const isOpen = ({ from, to }: Meeting) => from === null && to === null;
  if (isOpen(one) || isOpen(other)) return null;
  const last = (wish: Meeting) => wish.to ?? '9999-12-31';
  const first = (wish: Meeting) => wish.from ?? '0000-01-01';
  return first(one) <= last(other) && first(other) <= last(one) ? 1 : 0;
}

/** How much of the need the offer covers, in one unit. */
function quantityFit(one: Meeting, other: Meeting): number | null {
  if (one.side === other.side || one.quantity === null || other.quantity === null || one.unit !== other.unit)
    return null;
  const [need, offer] = one.side === 'need' ? [one.quantity, other.quantity] : [other.quantity, one.quantity];
  return Math.min(1, offer / need);
}
