/** One entry of facts/cluster, and where it went. */
export interface FactLine {
  id: string;
  list: string;
  title: string;
  quote: string | null;
  source: string;
  /** What it speaks of first. */
  thing: string | null;
  thingName: string | null;
  thingNameZh: string | null;
  /** Statements and relations that were read from it and still hold. */
  said: number;
}

/** What a reader is to be warned of. */
export interface Caution {
  about: string;
  id: string;
  property: string | null;
  text: string;
  textZh: string;
}
