/** Numbers of 8, 16 or 32 bits: the smaller, the more rows fit in memory. */
export type Codes = Uint8Array | Uint16Array | Uint32Array;

/** A column of microdata: each row is a code into the dictionary. */
export interface Column {
  name: string;
  /** `quasi`: known to others and so generalised; `sensitive`: what must not be learnt; `plain`: neither. Identifiers are left out before. */
  role: 'quasi' | 'sensitive' | 'plain';
  dictionary: readonly string[];
  codes: Codes;
  /** Of a quasi-identifier; none means: as it is, or wholly suppressed. */
  hierarchy?: Hierarchy;
}

export interface Table {
  columns: readonly Column[];
  rowCount: number;
}

/** For each value its generalisations, the finest first: `paths.get('34')` is `['34', '30-39', '*']`. All have one length. */
export interface Hierarchy {
  paths: ReadonlyMap<string, readonly string[]>;
  /** The number of levels, that of the values themselves among them. */
  height: number;
}

/** Rows that are released, where the table is the population they are drawn from: row numbers in ascending order. */
export type Subset = Uint32Array;

/** The distinct people of whom the table is a sample. */
export interface Population {
  size: number;
}

/** What every class of equal quasi-identifiers, or the table as a whole, must keep. The names are those of the literature and of ARX. */
export type PrivacyModel =
  | { model: 'k-anonymity'; k: number }
  | { model: 'distinct-l-diversity'; attribute: string; l: number }
  | { model: 'entropy-l-diversity'; attribute: string; l: number; estimator?: 'shannon' | 'grassberger' }
  | { model: 'recursive-c-l-diversity'; attribute: string; c: number; l: number }
  | { model: 't-closeness'; attribute: string; t: number; distance: 'equal' | 'ordered' }
  | { model: 't-closeness'; attribute: string; t: number; distance: 'hierarchical'; hierarchy: Hierarchy }
  | { model: 'd-disclosure-privacy'; attribute: string; d: number }
  | { model: 'basic-beta-likeness' | 'enhanced-beta-likeness'; attribute: string; beta: number }
  | {
      model: 'delta-presence';
      dMin: number;
      dMax: number;
      subset: Subset;
      /** Classes none of whose records is released are passed over, as ARX does when a smallest class size is asked as well. */
      releasedOnly?: boolean;
    }
  | { model: 'inclusion'; subset: Subset }
  | { model: 'k-map'; k: number; subset: Subset }
  | {
      model: 'k-map';
      k: number;
      significanceLevel: number;
      population: Population;
      cellSizeEstimator: 'poisson' | 'zero-truncated-poisson';
    }
  /** `threshold` is of the average; at most a share `recordsAtRisk` may have a risk above `highest`. */
  | { model: 'average-reidentification-risk'; threshold: number; highest?: number; recordsAtRisk?: number }
  | { model: 'sample-uniqueness'; threshold: number }
  | {
      model: 'population-uniqueness';
      threshold: number;
      statisticalModel: PopulationModel;
      population: Population;
    }
  | { model: 'profitability-prosecutor' | 'profitability-prosecutor-no-attack'; costs: Costs }
  | { model: 'profitability-journalist' | 'profitability-journalist-no-attack'; costs: Costs; subset: Subset };

export type PopulationModel = 'PITMAN' | 'ZAYATZ' | 'SNB' | 'DANKAR';

/** What an attack costs and brings, and what a publication brings and an attack takes from it, a record. */
export interface Costs {
  adversaryCost: number;
  adversaryGain: number;
  publisherLoss: number;
  publisherBenefit: number;
}

export type Aggregate = 'sum' | 'maximum' | 'arithmetic-mean' | 'geometric-mean';

/** How loss is measured; the search finds the least. Without `gsFactor` 0.5: generalisation and suppression weigh alike. */
export interface Metric {
  name:
    | 'loss'
    | 'non-uniform-entropy'
    | 'normalized-non-uniform-entropy'
    | 'precision'
    | 'discernibility'
    | 'average-equivalence-class-size'
    | 'height'
    | 'ambiguity'
    | 'entropy-based-information-loss'
    | 'publisher-payout';
  /** Without regard to what suppression takes away. */
  monotonic?: boolean;
  /** 0: suppression costs nothing; 1: generalisation costs nothing. */
  gsFactor?: number;
  aggregate?: Aggregate;
  /** By attribute, 0 to 1; those not named weigh 0.5. Only their ratios count. */
  weights?: Readonly<Record<string, number>>;
  /** For `publisher-payout`. */
  costs?: Costs;
  journalistAttackerModel?: boolean;
}

export interface Settings {
  models: readonly PrivacyModel[];
  /** The largest share of the records that may be suppressed, 0 to 1. */
  suppressionLimit: number;
  metric: Metric;
  /** Stops after this many ms with the best found so far; `complete` says whether it was needed. Local recoding takes what is left of it. */
  timeLimitMs?: number;
  /** Milliseconds from anywhere, for `timeLimitMs`: time comes in from outside. */
  now?: () => number;
  onProgress?: (progress: { checked: number; lattice: number; best: number | undefined }) => void;
  /** After the optimum, what it suppressed is generalised again by itself, round by round, so that fewer records stay suppressed. */
  localRecoding?: boolean;
}

export interface Outcome {
  /** None when no generalisation keeps the models within the limit. */
  solution?: Solution;
  risks: { before: Risks; after?: Risks };
  utility: { before: Utility; after?: Utility };
  /** Nodes of the lattice that were looked at, of how many. */
  checked: number;
  lattice: number;
  /** False when the time limit ended the search: the solution is sound but may not be the best. */
  complete: boolean;
}

export interface Solution {
  /** The generalisation level by quasi-identifier, in the order of the columns. */
  levels: readonly number[];
  /** The loss by the metric asked, of the optimum. */
  score: number;
  /** The levels and records of the optimum and of each round of local recoding after it. */
  rounds: readonly { levels: readonly number[]; records: number }[];
  /** Rows that show nothing, of those released. */
  suppressedRows: number;
  releasedRows: number;
  /** Quasi-identifiers generalised, `*` where suppressed; other columns as they were. Of the subset only, where there is one. */
  table: Table;
}

/** The risk that a person is found in the table, by who looks: El Emam, Guide to the De-Identification of Personal Health Information, 2013. */
export interface Risks {
  /** Someone who knows that the person is in the table. */
  prosecutor: AttackerRisk;
  /** Someone who does not; the population is the whole table where a subset is released, else as prosecutor. */
  journalist: AttackerRisk;
  /** Someone who wants as many as possible: the share of records found on average. */
  marketer: number;
  /** Share of records that are the only ones of their class. */
  sampleUniques: number;
  /** Share of records estimated unique in the population, when its size is known. */
  populationUniques?: number;
  /** Number of classes by size, ascending. */
  classSizes: readonly { size: number; classes: number }[];
  records: number;
  suppressed: number;
}

export interface AttackerRisk {
  highest: number;
  average: number;
  lowest: number;
  /** Share of records whose risk is above the threshold (1 / the k asked for, else 0.2). */
  aboveThreshold: number;
  /** Share of records at the highest risk. */
  atHighest: number;
}

/** What is lost, from 0 (nothing) to 1 (all); a suppressed record has lost all. */
export interface Utility {
  /** By quasi-identifier: the mean share of the domain that a cell covers (Iyengar 2002), and the share of its entropy that is lost. */
  attributes: readonly { name: string; loss: number; entropy: number }[];
  /** The mean over the attributes. */
  loss: number;
  /** Suppressed records are one class. */
  averageClassSize: number;
  /** The sum of the squares of class sizes; a suppressed record could be any of all. */
  discernibility: number;
}
