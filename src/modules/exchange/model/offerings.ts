import type { CandidateColumn, Cell } from './content.ts';
import type { Party, Words } from './parties.ts';
import type { PriceModel } from './prices.ts';

export const OFFERING_KINDS = ['dataset', 'report', 'api', 'index', 'model', 'visualisation'] as const;
export type OfferingKind = (typeof OFFERING_KINDS)[number];

export const DELIVERY_WAYS = ['download', 'push', 'api', 'query'] as const;
export type DeliveryWay = (typeof DELIVERY_WAYS)[number];

/** Where a version is on its way to the market. */
export const VERSION_STATES = [
  'draft',
  'in-review',
  'returned',
  'registered',
  'in-notice',
  'objected',
  'certified',
  'listing',
  'listed',
  'suspended',
  'delisted',
  'superseded',
] as const;
export type VersionState = (typeof VERSION_STATES)[number];

/** Topics of the catalogue. */
export const TOPICS = [
  'oncology',
  'infection',
  'chronic-disease',
  'maternal-child',
  'genetics',
  'pathology',
  'medicines',
  'health-services',
  'population',
  'other',
] as const;
export type Topic = (typeof TOPICS)[number];

/** Everything about a version that its holder says; frozen when it is submitted. */
export interface OfferingDefinition {
  /** The form of this data; a later form has a higher number. */
  form: 1;
  kind: OfferingKind;
  title: Words;
  summary: Words;
  topic: Topic;
  keywords: string[];
  query: OfferingQuery;
  columns: DefinedColumn[];
  quality: QualityPlan;
  /** The settings of the release gate (model/gate.ts); empty: the gate's own. */
  gate: Record<string, unknown>;
  prices: PriceModel[];
  pricingBasis: Words;
  sources: SourceShare[];
  terms: PolicyTerms;
  ways: DeliveryWay[];
  refresh: 'never' | 'daily' | 'weekly' | 'monthly' | 'quarterly';
}

/** SQL that reads views of the lake only, with the rows that the holder may see. */
export interface OfferingQuery {
  sql: string;
  parameters: QueryParameter[];
}
interface QueryParameter {
  name: string;
  type: 'string' | 'integer' | 'decimal' | 'date' | 'boolean';
  value: string | number | boolean;
}

/** A column of the content with its line in the dictionary. */
export interface DefinedColumn extends CandidateColumn {
  meaning: Words;
  /** Of type code: what the values mean. */
  codes?: { code: string; label: Words }[];
}

/** What of the content's quality can be measured. */
export interface QualityPlan {
  /** The column that says of when a row is. */
  time?: string;
  /** Rows should not be older than so many days. */
  freshDays?: number;
  /** Values should lie in these, both ends included. */
  ranges: { column: string; low?: number; high?: number }[];
}

/** A source of the data and its part of the revenue, in basis points; they sum to 10,000. */
export interface SourceShare {
  party: Party;
  share: number;
}

/** What a buyer may and must do, as a form; `offerPolicy` says it in ODRL. */
export interface PolicyTerms {
  /** Of PURPOSES. */
  purposes: string[];
  /** Days from the agreement; absent: without end. */
  days?: number;
  /** Uses in all; absent: any number. */
  mostUses?: number;
  attribution: boolean;
  mayPassOn: boolean;
  deleteAfter: boolean;
}

/** Purposes that a holder may name; narrower ones lie under them (PURPOSE_TREE). */
export const PURPOSES = ['research', 'public-health', 'insurance', 'product-development', 'education', 'any'] as const;

/** What may be traded of a listed offering. */
export interface Tradable {
  offeringId: string;
  version: number;
  kind: OfferingKind;
  holder: Party;
  title: Words;
  /** An ODRL offer as JSON-LD; without a target. */
  policy: Record<string, unknown>;
  prices: PriceModel[];
  sources: SourceShare[];
  ways: DeliveryWay[];
  /** The newest content that has passed the gate. */
  releaseId: string | null;
}

/** What was measured of a content; shares from 0 to 1. */
export interface Quality {
  rows: number;
  columns: ColumnQuality[];
  /** Cells that hold a value, of all. */
  completeness: number;
  /** Cells that hold a value of their column's type, codes and range, of those with a value. */
  validity: number;
  /** Rows that are unlike every other, of all. */
  uniqueness: number;
  timeliness: { newest: string; oldest: string; ageDays: number; freshDays: number | null } | null;
  measuredAt: string;
}
export interface ColumnQuality {
  name: string;
  present: number;
  valid: number;
  distinct: number;
  /** Of numbers and dates. */
  low?: string | number;
  high?: string | number;
}

/** Rows of a content for those who have not bought it. */
export interface Sample {
  columns: string[];
  rows: Cell[][];
}

/** A content of a version as its page shows it. */
export interface ContentLine {
  version: number;
  number: number;
  digest: string;
  state: 'waiting' | 'released' | 'refused' | 'failed';
  why: 'asked' | 'refresh';
  askedAt: string;
  finishedAt: string | null;
  tookMs: number | null;
  views: string[] | null;
  candidateRows: number | null;
  reportId: string | null;
  releaseId: string | null;
  rows: number | null;
  trouble: { message: string; facts: Record<string, unknown> } | null;
}

export interface VersionMove {
  version: number;
  was: VersionState;
  state: VersionState;
  byName: string;
  words: string | null;
  at: string;
}

export interface VersionLine {
  version: number;
  state: VersionState;
  madeByName: string;
  madeAt: string;
  since: string;
}

/** A line of the studio. */
export interface OfferingLine {
  id: string;
  title: Words;
  kind: OfferingKind;
  version: number;
  state: VersionState;
  listed: number | null;
  updatedAt: string;
  releaseId: string | null;
}

/** Everything of an offering, for its holder and those who assess it. */
export interface StudioPage {
  id: string;
  holder: Party;
  demonstration: boolean;
  version: number;
  state: VersionState;
  revision: number;
  definition: OfferingDefinition;
  digest: string;
  since: string;
  versions: VersionLine[];
  moves: VersionMove[];
  contents: ContentLine[];
  quality: Quality | null;
  sample: Sample | null;
  /** What still stands between the version and its submission. */
  missing: Missing[];
  mayWrite: boolean;
}

/** A thing that a definition lacks, by its key in the catalogue of words. */
export interface Missing {
  key: string;
  /** A column, an item. */
  what?: string;
}

/** What the lake gives for a definition now, for its holder only. */
export interface CandidatePreview {
  columns: { name: string; type: string }[];
  rows: Cell[][];
  total: number;
  more: boolean;
  views: string[];
  ms: number;
  quality: Quality | null;
}

/** An offering in the catalogue. */
export interface OfferingCard {
  id: string;
  version: number;
  kind: OfferingKind;
  topic: Topic;
  title: Words;
  summary: Words;
  keywords: string[];
  holder: Party;
  prices: PriceModel[];
  ways: DeliveryWay[];
  venues: string[];
  rows: number | null;
  listedAt: string;
  refreshedAt: string | null;
  demonstration: boolean;
}

/** What everybody may know of a listed offering. */
export interface OfferingDetail extends OfferingCard {
  state: VersionState;
  columns: DefinedColumn[];
  qualityPlan: QualityPlan;
  quality: Quality | null;
  sample: Sample | null;
  policy: Record<string, unknown>;
  terms: PolicyTerms;
  pricingBasis: Words;
  sources: SourceShare[];
  refresh: OfferingDefinition['refresh'];
  /** Views of the lake that it is made from. */
  views: string[];
  /** Contents that were released, newest first. */
  releases: { version: number; number: number; releaseId: string; rows: number; at: string }[];
  versions: VersionLine[];
  /** Of registration and listing. */
  certificates: { kind: string; id: string }[];
}

export interface OfferingSearch {
  text?: string;
  kind?: OfferingKind;
  topic?: Topic;
  venue?: string;
  price?: PriceModel['kind'];
  holder?: string;
  limit: number;
  offset: number;
}

/** How many of what is found there are by each answer to a question of the catalogue. */
export interface Facets {
  kind: Record<string, number>;
  topic: Record<string, number>;
  price: Record<string, number>;
  venue: Record<string, number>;
}
