/** A text in both languages. */
export interface Bilingual {
  en: string;
  zh: string;
}

/** An organization or person by a stable address. */
export interface AgentDescription {
  iri: string;
  name: Bilingual;
  /** A page where it can be reached. */
  page: string;
}

export type ProductWay = 'download' | 'push' | 'api' | 'query';
export type Refresh = 'never' | 'daily' | 'weekly' | 'monthly' | 'quarterly';

export interface ColumnDescription {
  name: string;
  label: Bilingual;
  meaning: Bilingual;
  type: 'text' | 'integer' | 'decimal' | 'date' | 'code';
  /** UCUM. */
  unit?: string;
  codes?: readonly { code: string; label: Bilingual }[];
}

/** What a product was made from. */
export interface SourceDescription {
  iri: string;
  title: Bilingual;
  about: Bilingual;
}

/** One content that was released. */
export interface ReleaseDescription {
  id: string;
  at: string;
  rows: number;
  bytes?: number;
  /** SHA-256 of the content, hexadecimal. */
  sha256?: string;
}

export interface QualityMeasurement {
  metric: { id: string; label: Bilingual };
  value: number;
}

/** Everything public about a data product in one version; each document below is made from it alone. */
export interface ProductDescription {
  /** Its address without a version, without a slash at the end. */
  iri: string;
  /** The page for people. */
  page: string;
  id: string;
  kind: 'dataset' | 'report' | 'api' | 'index' | 'model' | 'visualisation';
  version: number;
  title: Bilingual;
  summary: Bilingual;
  topic: { id: string; label: Bilingual };
  keywords: readonly string[];
  holder: AgentDescription;
  operator: AgentDescription;
  issued: string;
  modified: string;
  refresh: Refresh;
  access: 'public' | 'restricted' | 'non-public';
  /** What a user may and must do, in words. */
  terms: Bilingual;
  /** An ODRL policy by its address. */
  policy?: string;
  /** How it came to be, in words. */
  provenance: Bilingual;
  columns: readonly ColumnDescription[];
  sources: readonly SourceDescription[];
  /** The newest last. */
  releases: readonly ReleaseDescription[];
  quality: readonly QualityMeasurement[];
  ways: readonly ProductWay[];
  /** Months or years that the content is of. */
  period?: { from: string; to: string };
  /** Amount in fen for what one buys once; absent where the price has another form. */
  priceFen?: number;
  /** Earlier versions, the oldest first. */
  earlier: readonly { version: number; issued: string }[];
}
