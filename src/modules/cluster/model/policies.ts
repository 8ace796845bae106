export interface BothWords {
  en: string;
  zh: string;
}

/** What conditions and amounts speak of; facts/cluster/vocabulary.json. */
export interface Variable {
  name: string;
  type: 'flag' | 'code' | 'number' | 'money';
  /** Of a number. */
  unit?: string;
  question: BothWords;
  /** Of a code. */
  options?: ({ value: string } & BothWords)[];
  evidence: BothWords;
  holder: BothWords;
  /** What of an enterprise's record gives the answer. */
  property?: string;
  /** The enterprise can bring it about. */
  changeable?: boolean;
}

/** Money is fen. */
export type AnswerValue = boolean | number | string;
export type Answers = Readonly<Record<string, AnswerValue | undefined>>;
export type Verdict = 'yes' | 'no' | 'unknown';

export interface Policy {
  id: string;
  /** The thing of the record that it is. */
  thing?: string;
  title: BothWords;
  number?: string;
  issuer: BothWords;
  level: 'national' | 'province' | 'city' | 'district' | 'park';
  sources: PolicySource[];
  caveats: BothWords[];
  versions: PolicyVersion[];
}

export const READINGS = ['original', 'republished', 'news', 'guide', 'brief', 'seed', 'department'] as const;
export interface PolicySource {
  title: string;
  url?: string;
  /** What was read of it. */
  read: (typeof READINGS)[number];
  date?: string;
  quote?: string;
}

/** The rules from a day on; days are ISO dates in Chinese time, both included. */
export interface PolicyVersion {
  version: number;
  /** Unknown where absent. */
  from?: string;
  to?: string;
  /** False: an end may be set that was not read. */
  toKnown?: boolean;
  note?: string;
  caps?: Cap[];
  clauses: Clause[];
}

/** What several clauses pay together at the most in a year. */
export interface Cap {
  id: string;
  yuan: number;
  title: BothWords;
}

export interface Clause {
  id: string;
  title: BothWords;
  quote?: { text: string; where: BothWords };
  /** FEEL; absent where nobody read the conditions. */
  when?: string;
  /** Known in part: it can refuse, it cannot grant. */
  whenPartial?: boolean;
  amount: AmountRule;
  extras?: Extra[];
  /** Percent of the reckoned base. Absent: who pays was not read. */
  payers?: { payer: Payer; percent: number }[];
  /** Of the clauses of a group one is paid, the higher. */
  exclusive?: string;
  caps?: string[];
  /** Names of the vocabulary whose evidence is asked for. */
  evidence: string[];
  window?: { from?: string; to?: string };
  /** Working days. */
  clocks?: { guideDays?: number; paymentDays?: number };
  noApplication?: boolean;
  instalments?: { afterMonths: number; percent: number }[];
  caveats?: BothWords[];
}

export const PAYERS = ['state', 'province', 'city', 'district', 'city-district', 'unstated'] as const;
export type Payer = (typeof PAYERS)[number];

/** Yuan, as the sources tell them. */
export type AmountRule =
  | { kind: 'fixed'; yuan: number }
  /** `upTo`: the rate is itself the most. */
  | { kind: 'rate'; of: string; percent: number; upTo?: boolean; ceilingYuan?: number }
  | { kind: 'each'; of: string; yuan: number; ceilingYuan?: number }
  /** Only the most is told. */
  | { kind: 'up-to'; ceilingYuan: number }
  | { kind: 'tiers'; by: string; tiers: Record<string, AmountRule> }
  /** Never a number. */
  | { kind: 'case-by-case'; ceilingYuan?: number }
  | { kind: 'unknown' }
  /** It pays no money. */
  | { kind: 'none' };

/** Adds percent of the base where its condition holds. */
export interface Extra {
  id: string;
  when: string;
  percent: number;
  title: BothWords;
}

/** Fen. `most` is null where nothing bounds it. */
export interface Span {
  least: number;
  most: number | null;
}

export interface Step extends Span {
  key: 'fixed' | 'rate' | 'upTo' | 'each' | 'ceiling' | 'extra' | 'match' | 'share' | 'range';
  /** What the words of the step name. */
  facts: Record<string, string | number>;
}

export interface Reckoned extends Span {
  kind: 'money' | 'case-by-case' | 'unknown' | 'none';
  /** They sum to the amount, at both ends. */
  steps: Step[];
  /** They sum to the amount, at both ends. */
  payers: ({ payer: Payer } & Span)[];
  /** Names that would narrow it. */
  needs: string[];
  /** Of what is decided case by case; information only. */
  ceiling?: number;
}

export type Standing = 'in-force' | 'not-yet' | 'ended' | 'unstated';

/** What a clause says to one enterprise on a day. */
export interface ClauseFinding {
  policy: string;
  version: number;
  clause: string;
  standing: Standing;
  verdict: Verdict;
  /** Names without an answer on which the verdict hangs. */
  missing: string[];
  amount: Reckoned;
}

export interface Change {
  name: string;
  from: AnswerValue | undefined;
  to: AnswerValue;
}

export interface Total {
  certain: number;
  possible: number;
  /** Something that bounds nothing is among them. */
  isOpen: boolean;
  taken: string[];
  left: { key: string; for: string; why: 'exclusive'; group: string }[];
  capped: { cap: string; by: number }[];
  /** Too many ways to try them all: the total is lawful, perhaps not the best. */
  isGreedy: boolean;
}

export interface NextQuestion {
  name: string;
  /** Fen of open money that the answer settles on average, see nextQuestions. */
  settles: number;
  /** Clauses decided on average. */
  decides: number;
}
