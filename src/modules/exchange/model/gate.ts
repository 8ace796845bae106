import type { CandidateColumn, Cell } from './content.ts';
import type { Words } from './parties.ts';

/** Generalisation hierarchies by name; a column without one is shown or not shown, numbers and dates have one by their type. */
export const GATE_HIERARCHIES = ['age', 'number', 'date', 'place', 'code', 'mask', 'flat'] as const;
export type GateHierarchy = (typeof GATE_HIERARCHIES)[number];

/** In place of a code: the total over all codes. */
export const TOTAL = 'total';

/** Rows of persons are generalised until each is one of many; tables of counts and sums have small cells taken out. */
export const GATE_METHODS = ['microdata', 'table'] as const;
export type GateMethod = (typeof GATE_METHODS)[number];

/** What a release must keep. Each limit has its source in facts/exchange/release-gate.json; a seller may only ask for more. */
export interface GateSettings {
  /** By itself: a table where a column counts persons or sums them up, else microdata. */
  method: GateMethod | 'auto';
  /** The smallest group of persons that may be told. */
  k: number;
  /** The largest share of rows, or of a table's cells, that may be left out before the release is worth nothing. */
  suppressionLimit: number;
  /** Of each sensitive column: distinct values in every group. */
  l: number;
  /** Of each sensitive column: how far a group's values may be from everybody's. */
  t: number;
  /** A cell of sums is dominated when its `n` largest make more than `percent` of it. */
  dominance: { n: number; percent: number };
  /** A cell of sums is unsafe when the second largest could estimate the largest to within so many percent. */
  pPercent: number;
  /** Columns that hold the largest contributions to the sum, the largest first; they never leave. */
  contributions: string[];
  /** Totals over each column of a table, told as rows of their own. They are taken to be known to everybody either way. */
  margins: boolean;
  /** Suppressed rows are generalised again by themselves. */
  localRecoding: boolean;
  /** Whose persons these are: the budget of each is shared by all products of one population. */
  population: string;
  /** Rows of one person at the most, for noisy answers: more are not counted. */
  rowsPerPerson: number;
  /** Between which a sum's values are cut, by column, for noisy answers. */
  bounds: Record<string, { low: number; high: number }>;
}

const CHECKS = [
  'columns',
  'identifiers',
  'free-text',
  'k-anonymity',
  'l-diversity',
  't-closeness',
  'risk',
  'cell-size',
  'dominance',
  'p-percent',
  'attack',
  'differencing',
  'loss',
] as const;
export type CheckKey = (typeof CHECKS)[number];

const CHECK_VERDICTS = ['passed', 'mended', 'failed', 'not-applicable'] as const;
type CheckVerdict = (typeof CHECK_VERDICTS)[number];

export interface GateCheck {
  key: CheckKey;
  /** `mended`: the gate took out or made coarser what was unsafe, and the rest is safe. */
  verdict: CheckVerdict;
  /** Names of numbers are keys of the catalogue, e.g. `smallestGroup`. */
  numbers: { name: string; value: number; limit?: number }[];
  /** Columns, or cells by their codes. Never a value of a person. */
  where: string[];
  /** What is checked, and what the seller can do; from the facts. */
  what: Words;
  mend: Words;
  method: Words;
  source: string;
}

export interface GateReport {
  id: string;
  offeringId: string;
  version: number;
  title: Words;
  verdict: 'passed' | 'refused';
  method: GateMethod;
  settings: GateSettings;
  checks: GateCheck[];
  rows: { before: number; after: number };
  columns: string[];
  /** Columns that do not leave, and why. */
  removed: { name: string; why: 'identifier' | 'contribution' }[];
  microdata: MicrodataReport | null;
  table: TableReport | null;
  /** Of the released content; none when refused. */
  digest: string | null;
  releaseId: string | null;
  askedBy: string;
  askedByName: string;
  madeAt: string;
  tookMs: number;
}

/** What the gate would say. */
export type GateTrial = Pick<GateReport, 'verdict' | 'method' | 'checks' | 'removed' | 'rows'>;

export interface RiskFigures {
  highest: number;
  average: number;
  /** Share of records above 1/k. */
  aboveLimit: number;
  marketer: number;
  uniques: number;
  records: number;
  classSizes: { size: number; classes: number }[];
}

export interface MicrodataReport {
  risk: { before: RiskFigures; after: RiskFigures | null };
  levels: { column: string; level: number; height: number }[];
  loss: { column: string; before: number; after: number }[];
  suppressedRows: number;
  checkedNodes: number;
  latticeNodes: number;
  /** False where the time ran out before the best was known. */
  complete: boolean;
}

const CELL_STATES = ['published', 'primary', 'secondary'] as const;
type CellState = (typeof CELL_STATES)[number];

export interface TableReport {
  dimensions: { column: string; codes: number }[];
  cells: number;
  primary: number;
  secondary: number;
  /** By the rule that took them out. */
  reasons: { reason: 'cell-size' | 'dominance' | 'p-percent' | 'differencing'; cells: number }[];
  /** Published counts, of all persons: 1 is nothing lost. */
  keptShare: number;
  /** Best over all patterns, or a sound one. */
  optimal: boolean;
  /** What an attacker learns of each suppressed cell from everything published: never what it was. */
  suppressed: { codes: string[]; state: CellState; low: number; high: number | null }[];
  /** Suppressed cells that are not listed any more. */
  more: number;
}

/** One line of the list of reports. */
export interface GateLine {
  id: string;
  offeringId: string;
  version: number;
  title: Words;
  verdict: GateReport['verdict'];
  method: GateMethod;
  failed: CheckKey[];
  rows: number;
  madeAt: string;
  askedByName: string;
  releaseId: string | null;
}

/** A candidate on its way through the gate. */
export interface GatePassage {
  id: string;
  offeringId: string;
  version: number;
  stage: GateStage;
  /** 0 to 1. */
  done: number;
  startedAt: string;
}
const GATE_STAGES = ['scanning', 'searching', 'suppressing', 'attacking', 'keeping'] as const;
export type GateStage = (typeof GATE_STAGES)[number];

/** Content that has passed; the only content that ever leaves. */
export interface ReleasedContent {
  columns: CandidateColumn[];
  rows: AsyncIterable<Cell[]>;
  /** SHA-256, hexadecimal. */
  digest: string;
  rowCount: number;
}

/** Asked of persons whose rows never leave; answered with noise. */
export interface GateQuestion {
  /** How many, or the sum of a column of role measure. */
  measure: { kind: 'count' } | { kind: 'sum'; column: string };
  /** One line for each combination of the codes of these columns. */
  by: string[];
  where: { column: string; values: string[] }[];
  /** Of the budget, in thousandths of rho; the gate's own unless said. */
  milliRho?: number;
}

export interface GatedAnswer {
  columns: string[];
  rows: (string | number)[][];
  noise: { mechanism: 'discrete-gaussian'; sigma: number; margin95: number };
  spent: BudgetFigures;
  left: { product: number; population: number };
  /** Somebody asked the same before: the same answer, nothing spent. */
  remembered: boolean;
}

/** rho of zero-concentrated differential privacy, and what it means as (epsilon, delta). */
export interface BudgetFigures {
  rho: number;
  epsilon: number;
  delta: number;
}

export interface GateBudget {
  product: { account: string; limit: BudgetFigures; spent: BudgetFigures };
  population: { account: string; limit: BudgetFigures; spent: BudgetFigures };
  answers: number;
}
