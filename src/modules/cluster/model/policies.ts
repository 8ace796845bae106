export interface BothWords {
  en: string;
  zh: string;
}

/** What conditions and amounts speak of; facts/cluster/vocabulary.json. */
export interface Variable {
  name: string;
  /** Of a person: the answer is the person's alone. */
  of?: 'person';
  type: 'flag' | 'code' | 'number' | 'money';
  /** Of a number. */
  unit?: string;
  question: BothWords;
  /** Of a code. */
  options?: ({ value: string } & BothWords)[];
  evidence: BothWords;
  holder: BothWords;
  /** What of an enterprise's record gives the answer. */
  record?: { property: string; prefixes?: [string, string][]; words?: [string, AnswerValue][] };
  /** The enterprise can bring it about. */
  changeable?: boolean;
}

/** Money is fen. */
export type AnswerValue = boolean | number | string;
export type Answers = Readonly<Record<string, AnswerValue | undefined>>;
export type Eligibility = 'yes' | 'no' | 'unknown';

export interface Policy {
  id: string;
  /** The thing of the record that it is. */
  thing?: string;
  title: BothWords;
  number?: string;
  issuer: BothWords;
  level: 'national' | 'province' | 'city' | 'district' | 'park';
  programme: Programme;
  /** For persons; else for enterprises. */
  applicant?: 'person';
  sources: PolicySource[];
  caveats: BothWords[];
  versions: PolicyVersion[];
}

/** What kind of help a policy is. */
export const PROGRAMMES = ['grant', 'talent', 'tax', 'rd', 'land', 'insurance', 'market', 'finance', 'plan'] as const;
export type Programme = (typeof PROGRAMMES)[number];

/** In the place of an enterprise's id: the actor as a person. No thing has this id. */
export const MYSELF = '~me';

export interface PolicySource {
  title: string;
  url?: string;
  /** What was read of it. */
  read: 'original' | 'republished' | 'news' | 'guide' | 'brief' | 'seed' | 'department' | 'recalled';
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
  /** Decision models that its clauses name, by `model@version`: kept with the version, so that they never change under it. */
  models?: Record<string, ClauseModel>;
  clauses: Clause[];
}

export interface ClauseModel {
  name: string;
  hash: string;
  /** DMN; left out where only shown. */
  content: string;
}

/** A version of a decision model whose inputs are names of the vocabulary. */
export interface ClauseDecision {
  model: string;
  version: number;
  /** The decision, true or false, of who is eligible; beside `when` both have to hold. */
  eligible?: string;
}

/** A decision table that was asked. */
export interface DecisionTrace {
  model: string;
  version: number;
  table: string;
  inputs: string[];
  /** From 0. */
  matched: number[];
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
  decision?: ClauseDecision;
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

/** Yuan, by a decision of the clause's model or as the sources tell them. */
export type AmountRule = { kind: 'decision'; decision: string; ceilingYuan?: number } | WrittenAmount;
export type WrittenAmount =
  | { kind: 'fixed'; yuan: number }
  /** `upTo`: the rate is itself the most. */
  | { kind: 'rate'; of: string; percent: number; upTo?: boolean; ceilingYuan?: number }
  | { kind: 'each'; of: string; yuan: number; ceilingYuan?: number }
  /** Only the most is told. */
  | { kind: 'up-to'; ceilingYuan: number }
  | { kind: 'tiers'; by: string; tiers: Record<string, WrittenAmount> }
  /** Never a number. */
  | { kind: 'case-by-case'; ceilingYuan?: number }
  | { kind: 'unknown' }
  /** It pays no money. */
  | { kind: 'none' }
  /** Less is taken, of a tax or a contribution; nothing is paid out. */
  | { kind: 'relief' };

/** Adds percent of the base where its condition holds. */
interface Extra {
  id: string;
  when: string;
  percent: number;
  title: BothWords;
}

/** Fen. `most` is null where nothing bounds it. */
export interface MoneySpan {
  least: number;
  most: number | null;
}

export interface AmountStep extends MoneySpan {
  key: 'fixed' | 'decision' | 'rate' | 'upTo' | 'each' | 'ceiling' | 'extra' | 'match' | 'share' | 'range';
  /** What the words of the step name. */
  facts: Record<string, string | number>;
}

export interface Reckoning extends MoneySpan {
  kind: 'money' | 'case-by-case' | 'unknown' | 'none' | 'relief';
  /** They sum to the amount, at both ends. */
  steps: AmountStep[];
  /** They sum to the amount, at both ends. */
  payers: ({ payer: Payer } & MoneySpan)[];
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
  verdict: Eligibility;
  /** Names without an answer on which the verdict hangs. */
  missing: string[];
  amount: Reckoning;
  /** How the clause's decision model came to it. */
  tables?: DecisionTrace[];
}

export interface AnswerChange {
  name: string;
  from: AnswerValue | undefined;
  to: AnswerValue;
}

export interface PolicyTotal {
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

/** An answer with where it comes from; the enterprise's own word goes before the record. */
export interface KnownAnswer {
  name: string;
  value: AnswerValue;
  from: 'own' | 'record';
  /** Who said it, or the title of the record's source. */
  by: string;
  at: string | null;
}

export interface EnterpriseLine {
  id: string;
  name: string;
  nameZh: string | null;
  example: boolean;
}

/** Everything the navigator shows of an enterprise on a day. Without one, what is so for anybody. */
export interface Navigator {
  day: string;
  enterprise: EnterpriseLine | null;
  /** Enterprises the actor may answer for; of a regulator the first by name. */
  own: EnterpriseLine[];
  mayAnswer: boolean;
  variables: Variable[];
  policies: Policy[];
  answers: KnownAnswer[];
  findings: (ClauseFinding & { ways: { changes: AnswerChange[]; verdict: Eligibility }[] })[];
  total: PolicyTotal;
  questions: NextQuestion[];
  /** Open applications by `policy/clause`. */
  applications: Record<string, string>;
}

export interface PolicyReach {
  ranAt: string;
  day: string;
  enterprises: number;
  tookMs: number;
  clauses: Record<string, { yes: number; unknown: number; no: number; certain: number; possible: number }>;
}

export interface PolicyPage {
  policy: Policy;
  day: string;
  version: number;
  standing: Standing;
  variables: Variable[];
  /** Of the newest matching; null before the first, and to those who may not see it. */
  reach: PolicyReach | null;
  amendments: {
    version: number;
    words: string;
    madeByName: string;
    madeAt: string;
    guideDueAt: string;
    guideAt: string | null;
  }[];
  mayWrite: boolean;
}

export interface EligibleLine extends EnterpriseLine {
  verdict: Eligibility;
  certain: number;
  possible: number | null;
  missing: string[];
}

/** What a draft of a clause costs, beside the one in force. Money is fen, summed over enterprises as if each stood alone. */
export interface Simulation {
  day: string;
  enterprises: number;
  examples: boolean;
  tookMs: number;
  now: SimulatedSum;
  draft: SimulatedSum;
  by: Record<'district' | 'field', { value: string; now: SimulatedSum; draft: SimulatedSum }[]>;
  /** How many enterprises lack which answer that the draft asks for. */
  missing: { name: string; enterprises: number }[];
}
export interface SimulatedSum {
  yes: number;
  unknown: number;
  /** What is sure, and what is not excluded; enterprises whose amount nothing bounds are counted in `unbounded`. */
  certain: number;
  possible: number;
  unbounded: number;
}

export const APPLICATION_STATES = [
  'draft',
  'offered',
  'submitted',
  'received',
  'returned',
  'accepted',
  'proposed',
  'decided',
  'paid',
  'refused',
  'withdrawn',
] as const;
export type ApplicationState = (typeof APPLICATION_STATES)[number];

export const APPLICATION_ACTS = [
  'submit',
  'confirm',
  'receive',
  'return',
  'accept',
  'propose',
  'decide',
  'refuse',
  'withdraw',
  'pay',
  'claim',
  'repay',
] as const;
export type ApplicationAct = (typeof APPLICATION_ACTS)[number];

export interface ApplicationLine {
  id: string;
  enterprise: EnterpriseLine;
  policy: string;
  clause: string;
  version: number;
  matter: string;
  state: ApplicationState;
  isOffer: boolean;
  /** Decided, fen. */
  amount: number | null;
  paid: number;
  claimed: number;
  returned: number;
  dueAt: string | null;
  dueWhat: 'mend' | 'pay' | null;
  isOverdue: boolean;
  changedAt: string;
}

export interface PolicyEntry {
  id: number;
  kind: 'granted' | 'paid' | 'claimed' | 'returned';
  debit: string;
  credit: string;
  payer: Payer;
  fen: number;
  reference: string;
  byName: string;
  at: string;
}

export interface EvidenceFile {
  id: string;
  /** A name of the vocabulary. */
  name: string;
  fileName: string;
  media: string;
  bytes: number;
  hash: string;
  addedByName: string;
  addedAt: string;
}

export interface ApplicationPage extends ApplicationLine {
  revision: number;
  clauseNow: Clause;
  policyTitle: BothWords;
  policyNumber: string | null;
  sources: PolicySource[];
  caveats: BothWords[];
  variables: Variable[];
  answers: KnownAnswer[];
  finding: ClauseFinding;
  payers: { payer: Payer; fen: number }[];
  proposal: { amount: number; by: string; byName: string } | null;
  instalments: { afterMonths: number; percent: number }[];
  files: EvidenceFile[];
  missingEvidence: string[];
  entries: PolicyEntry[];
  moves: {
    act: ApplicationAct | 'make';
    state: ApplicationState;
    byName: string;
    at: string;
    words: string;
    amount: number | null;
  }[];
  /** What the actor may do now. */
  may: ApplicationAct[];
  fourEyesFrom: number;
  calendarKnown: boolean;
}
