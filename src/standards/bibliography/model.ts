export interface Work {
  kind: 'paper' | 'patent';
  /** What a BibTeX file calls it. */
  key: string;
  title: string;
  /** `Family, Given`, or a name as it stands where it has no such parts. */
  authors: string[];
  /** Of a patent: who applied for it or holds it. */
  applicants: string[];
  /** YYYY, YYYY-MM or YYYY-MM-DD. */
  date?: string;
  journal?: string;
  volume?: string;
  issue?: string;
  pages?: string;
  publisher?: string;
  doi?: string;
  /** Of a patent, as the file writes it. */
  number?: string;
  /** Of a patent: the day on which it was applied for. */
  filed?: string;
  url?: string;
  abstract?: string;
  keywords: string[];
}

/** What could not be read, and where. */
export interface Fault {
  line: number;
  what: 'not-closed' | 'no-equals' | 'unknown-string' | 'no-title' | 'no-type' | 'crossref-missing';
  found: string;
}

export interface Read {
  works: Work[];
  faults: Fault[];
}

export function emptyWork(kind: Work['kind'], key: string): Work {
  return { kind, key, title: '', authors: [], applicants: [], keywords: [] };
}
