import type { ThingName } from './record.ts';

/** As a source says it; a term that has run out by the calendar is no state. */
export const PATENT_STATES = ['pending', 'valid', 'lapsed', 'expired', 'refused', 'withdrawn', 'invalidated'] as const;
export type PatentState = (typeof PATENT_STATES)[number];

export interface Publication extends ThingName {
  /** How it hangs together with the thing that was asked about. */
  role: 'authored-by' | 'applied-by' | 'affiliated-with' | 'protects' | null;
  year: string | null;
  authors: readonly string[];
  journal: string | null;
  doi: string | null;
  number: string | null;
  filed: string | null;
  state: PatentState | null;
  /** The last day that the law gives it, by its number's form and the day of filing. */
  termEnds: string | null;
}

export interface PublicationsPage {
  works: readonly Publication[];
  /** Of all, not of the page. */
  total: number;
  years: readonly { year: string; papers: number; patents: number }[];
  undated: number;
  states: readonly { state: PatentState | 'unknown'; patents: number }[];
  next: string | null;
  /** More than are read at once. */
  isCut: boolean;
}

export const PUBLICATION_FORMS = ['bib', 'ris', 'csv'] as const;
export type PublicationForm = (typeof PUBLICATION_FORMS)[number];
