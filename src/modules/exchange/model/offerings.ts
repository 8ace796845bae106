import type { CandidateColumn } from './content.ts';
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
export interface QueryParameter {
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

/** Purposes of use, from the Data Privacy Vocabulary and of our own, narrower ones name their wider one. */
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
