import { Problem } from '#kernel/problem';
import { type CaseReport, type Drug, type Flag, formFields, type Issue, isMissing, known } from '#standards/e2b';
import { type AgeBand, CRITERIA, type Criterion, type DueRule, type ReportKind } from '../model.ts';
import { daysAfter } from './calendar.ts';

/** What lists, searches, counts and limits need of a report. */
export interface Summary {
  kind: ReportKind;
  firstReceived: string | null;
  recent: string | null;
  onset: string | null;
  sex: string | null;
  birthDate: string | null;
  ageYears: number | null;
  ageBand: AgeBand;
  country: string | null;
  serious: boolean;
  criteria: Criterion[];
  outcome: string | null;
  products: ProductLine[];
  reactions: ReactionLine[];
  /** Something asks for more: an open outcome, or a suspect product without a lot. */
  isOpen: boolean;
  words: string;
}
interface ProductLine {
  key: string;
  name: string;
  role: string;
  lots: string[];
  approval: string | null;
}
interface ReactionLine {
  key: string;
  name: string;
  code: string | null;
  serious: boolean;
  onset: string | null;
  outcome: string | null;
}

/** G.k.1: suspect, interacting, or not administered; a concomitant product is not suspected of anything. */
const SUSPECTED = new Set(['1', '3', '4']);
/** E.i.7: not yet over, or not known. */
const OPEN_OUTCOMES = new Set(['0', '2', '3']);
const OUTCOME_WORST = ['5', '4', '3', '2', '0', '1'];

export function summarise(report: CaseReport, chosenKind?: ReportKind): Summary {
  const { identification, patient, drugs, reactions } = report;
  const products = drugs.map(productOf);
  const suspects = products.filter(({ role }) => SUSPECTED.has(role));
  const lines = reactions.map(reactionOf);
  const criteria = CRITERIA.filter((each) => reactions.some(({ seriousness }) => isTrue(seriousness?.[each])));
  const onset =
    lines
      .map((line) => line.onset)
      .filter((day) => day !== null)
      .sort()[0] ?? null;
  const birthDate = dayOfStamp(known(patient.birthDate));
  const ageYears = yearsOf(patient.age) ?? yearsBetween(birthDate, onset);
  const outcomes = lines.map(({ outcome }) => outcome ?? '0');
  return {
    kind: chosenKind ?? kindOf(suspects.length > 0 ? suspects : products),
    firstReceived: dayOfStamp(known(identification.firstReceived)),
    recent: dayOfStamp(known(identification.mostRecentInformation)),
    onset,
    sex: known(patient.sex) ?? null,
    birthDate,
    ageYears,
    ageBand: bandOf(ageYears),
    country: lines.length === 0 ? null : (known(reactions[0]?.country) ?? known(report.reporters[0]?.country) ?? null),
    serious: criteria.length > 0,
    criteria,
    outcome: OUTCOME_WORST.find((code) => outcomes.includes(code)) ?? null,
    products,
    reactions: lines,
    isOpen: outcomes.some((code) => OPEN_OUTCOMES.has(code)) || suspects.some(({ lots }) => lots.length === 0),
    words: wordsOf(report, products, lines),
  };
}

function isTrue(flag: Flag | undefined): boolean {
  return flag !== undefined && known(flag) === true;
}

function productOf(drug: Drug): ProductLine {
  const name = known(drug.name) ?? known(drug.china?.genericName) ?? known(drug.substances?.[0]?.name) ?? '';
  const lots = (drug.dosages ?? []).map(({ lot }) => known(lot)?.trim() ?? '').filter((lot) => lot !== '');
  return {
    key: productKey(name),
    name,
    role: known(drug.role) ?? '',
    lots: [...new Set(lots)],
    approval: known(drug.china?.approvalNumber) ?? known(drug.authorisation?.number) ?? null,
  };
}

function reactionOf(reaction: CaseReport['reactions'][number]): ReactionLine {
  const code = known(reaction.term?.code) ?? null;
  const name = known(reaction.text) ?? known(reaction.translation) ?? code ?? '';
  return {
    key: reactionKey({ name: known(reaction.translation) ?? name, code }),
    name,
    code,
    serious: CRITERIA.some((each) => isTrue(reaction.seriousness?.[each])),
    onset: dayOfStamp(known(reaction.start)),
    outcome: known(reaction.outcome) ?? null,
  };
}

/** By what a product is told from others: its name. */
export function productKey(name: string): string {
  return keyOf(name);
}

/** By what a reaction is told from others: its code, else its words. */
export function reactionKey({ name, code }: { name: string; code?: string | null | undefined }): string {
  return code == null || code === '' ? keyOf(name) : `meddra:${code}`;
}

/** The same words, however they were typed. */
function keyOf(name: string): string {
  return name.normalize('NFKC').trim().replace(/\s+/g, ' ').toLowerCase();
}

/** What a name says of the product; a person may say otherwise. */
const KIND_WORDS: readonly [ReportKind, RegExp][] = [
  ['vaccine', /vaccin|疫苗/i],
  ['cell-therapy', /leucel|car-?t\b|cell (therapy|injection)|细胞/i],
  ['device', /\b(device|catheter|stent|pump|implant|valve)\b|器械|导管|支架|植入|瓣膜/i],
];
function kindOf(products: readonly ProductLine[]): ReportKind {
  for (const { name } of products) {
    const found = KIND_WORDS.find(([, words]) => words.test(name));
    if (found !== undefined) return found[0];
  }
  return 'medicine';
}

/** The day of an HL7 time stamp, of a vague one its first. */
function dayOfStamp(stamp: string | undefined): string | null {
  const [, year, month = '01', day = '01'] = /^(\d{4})(\d{2})?(\d{2})?/.exec(stamp ?? '') ?? [];
  if (year === undefined) return null;
  const text = `${year}-${month}-${day}`;
  return Number.isNaN(Date.parse(text)) || new Date(text).toISOString().slice(0, 10) !== text ? null : text;
}

const YEARS: Readonly<Record<string, number>> = {
  '10.a': 10,
  '{decade}': 10,
  a: 1,
  mo: 1 / 12,
  wk: 7 / 365.25,
  d: 1 / 365.25,
  h: 1 / 8766,
};
function yearsOf(age: CaseReport['patient']['age']): number | null {
  const value = known(age?.value);
  const factor = YEARS[age?.unit ?? ''];
  if (value === undefined || factor === undefined || !/^\d+(\.\d+)?$/.test(value)) return null;
  return Number(value) * factor;
}

function yearsBetween(birth: string | null, at: string | null): number | null {
  if (birth === null || at === null || at < birth) return null;
  return (Date.parse(at) - Date.parse(birth)) / (365.25 * 86_400_000);
}

function bandOf(years: number | null): AgeBand {
  if (years === null) return 'unknown';
  if (years < 2) return '0-1';
  if (years < 12) return '2-11';
  if (years < 18) return '12-17';
  if (years < 45) return '18-44';
  if (years < 65) return '45-64';
  return years < 75 ? '65-74' : '75+';
}

const MOST_WORDS = 20_000;
function wordsOf(report: CaseReport, products: readonly ProductLine[], reactions: readonly ReactionLine[]): string {
  const { identification, narrative } = report;
  return [
    identification.safetyReportId,
    identification.worldwideId,
    ...products.flatMap(({ name, lots }) => [name, ...lots]),
    ...reactions.flatMap(({ name, code }) => [name, code ?? '']),
    known(narrative.text),
  ]
    .filter(Boolean)
    .join(' ')
    .toLowerCase()
    .slice(0, MOST_WORDS);
}

// ---- limits ----------------------------------------------------------------------------------------------------------

export const DUE_RULES: Readonly<Record<DueRule['id'], DueRule>> = {
  'expedited-7': {
    id: 'expedited-7',
    days: 7,
    about: { en: 'fatal or life-threatening: report within 7 days', zh: '致死或危及生命：7 日内报告' },
    source:
      'ICH E2A, III.B.1: fatal or life-threatening unexpected reactions within 7 calendar days; 《药品不良反应报告和监测管理办法》(卫生部令第81号) 第二十一条: 死亡病例须立即报告',
  },
  'expedited-15': {
    id: 'expedited-15',
    days: 15,
    about: { en: 'serious: report within 15 days', zh: '严重：15 日内报告' },
    source:
      'ICH E2D, 4.2: 15 calendar days from first receipt; 卫生部令第81号 第二十一条: 新的、严重的药品不良反应应当在15日内报告',
  },
  'other-30': {
    id: 'other-30',
    days: 30,
    about: { en: 'not serious: report within 30 days', zh: '非严重：30 日内报告' },
    source: '卫生部令第81号 第二十一条: 其他药品不良反应应当在30日内报告',
  },
  'serious-complete': {
    id: 'serious-complete',
    days: 15,
    about: {
      en: 'fatal or life-threatening: complete it within 8 more days',
      zh: '致死或危及生命：再 8 日内补齐',
    },
    source: 'ICH E2A, III.B.1: as complete a report as possible within 8 additional calendar days',
  },
  'follow-up-15': {
    id: 'follow-up-15',
    days: 15,
    about: {
      en: 'serious, outcome or lot still open: ask again within 15 days',
      zh: '严重且转归或批号未明：15 日内随访',
    },
    source:
      'ICH E2D, 4.2 and 5.2: what is new of a serious case has 15 days of its own, counted from the last information',
  },
};

/** What is due, and until when. A report that was submitted owes only what is still open. */
export function dueOf(
  { serious, criteria, firstReceived, recent, isOpen }: Summary,
  { isSubmitted, today }: { isSubmitted: boolean; today: string },
): { rule: DueRule['id']; dueOn: string }[] {
  const first = firstReceived ?? today;
  const isGrave = criteria.includes('death') || criteria.includes('lifeThreatening');
  const until = (rule: DueRule['id'], from: string) => [{ rule, dueOn: daysAfter(from, DUE_RULES[rule].days) }];
  if (!isSubmitted) return until(isGrave ? 'expedited-7' : serious ? 'expedited-15' : 'other-30', first);
  if (!serious || !isOpen) return [];
  return isGrave ? until('serious-complete', first) : until('follow-up-15', recent ?? first);
}

/** HL7 time stamp to the second, in UTC. */
export function stampOf(at: Date): string {
  return `${at.toISOString().slice(0, 19).replace(/[-:T]/g, '')}+0000`;
}

// ---- what was typed --------------------------------------------------------------------------------------------------

/** MedDRA is licensed and not shipped: who has no licence reports in words, and somebody codes them later. */
const CODED_LATER = new Set(['E.i.2.1a', 'E.i.2.1b']);

/** What keeps a typed report from being submitted, and what only asks. */
export function asTyped(issues: readonly Issue[]): Issue[] {
  return issues.map((issue) =>
    issue.code === 'missing' && CODED_LATER.has(issue.element ?? '') ? { ...issue, severity: 'warning' } : issue,
  );
}

const MOST_DEPTH = 12;
const MOST_TEXT = 200_000;
const MOST_ENTRIES = 500;
/** Beside the fields of the form: what binds parts to each other, and what a region has added. */
const MORE_PATHS = [
  'reactions.#.id',
  'drugs.#.id',
  'drugs.#.matrix.#.reactionId',
  ...['code', 'codeSystem', 'name', 'type', 'value', 'unit', 'valueSystem', 'valueName'].flatMap((key) =>
    ['', 'patient.', 'reactions.#.', 'drugs.#.'].map((holder) => `${holder}regional.#.${key}`),
  ),
  ...['form', 'route', 'parentRoute'].flatMap((key) =>
    ['id', 'system'].map((each) => `drugs.#.dosages.#.${key}.${each}`),
  ),
  ...['drugs.#', 'patient.pastDrugs.#', 'patient.parent.pastDrugs.#'].flatMap((drug) =>
    ['mpid.id', 'mpid.system', 'phpid.id', 'mpid.version', 'phpid.version'].map((key) => `${drug}.${key}`),
  ),
  'drugs.#.substances.#.term.id',
  'drugs.#.substances.#.term.system',
  'study.registrations.#.system',
  'drugs.#.matrix.#.assessments.#.china.sourceSystem',
  'drugs.#.matrix.#.assessments.#.china.resultSystem',
  'tests.#.result.qualifier',
];
type Shape = Map<string, Shape> | 'value';
let theShape: Shape | undefined;

function shape(): Shape {
  if (theShape !== undefined) return theShape;
  const root: Shape = new Map();
  for (const path of [...formFields().map((field) => field.path), ...MORE_PATHS]) {
    let node: Map<string, Shape> = root;
    const keys = path.split('.');
    keys.forEach((key, index) => {
      if (index === keys.length - 1) {
        if (!node.has(key)) node.set(key, 'value');
        return;
      }
      let next = node.get(key);
      if (next === undefined || next === 'value') {
        next = new Map();
        node.set(key, next);
      }
      node = next;
    });
  }
  theShape = root;
  return root;
}

/**
 * A report as somebody sent it, held against the fields that a report has; what is empty goes.
 *
 * @throws Problem `invalid` with the path of what no report has
 */
export function readReport(sent: unknown): CaseReport {
  const read = readPart(sent, shape(), '', 0) as Partial<CaseReport> | undefined;
  const { message = {}, identification = {}, reporters = [], sender = {}, patient = {} } = read ?? {};
  const { reactions = [], drugs = [], narrative = {} } = read ?? {};
  for (const { id } of [...reactions, ...drugs]) {
    if (typeof id !== 'string' || !/^[0-9a-f-]{36}$/i.test(id))
      throw new Problem('invalid', 'every reaction and drug of a report has a UUID of its own');
  }
  return { ...read, message, identification, reporters, sender, patient, reactions, drugs, narrative };
}

function readPart(sent: unknown, want: Shape, path: string, depth: number): unknown {
  const refuse = (message: string): never => {
    throw new Problem('invalid', message, { path: path || '(root)' });
  };
  if (sent === undefined || sent === null || sent === '') return undefined;
  if (depth > MOST_DEPTH) return refuse('a report is not nested so deep');
  if (want === 'value') {
    if (typeof sent === 'boolean') return sent;
    if (typeof sent === 'string') {
      if (sent.length > MOST_TEXT) return refuse('a text of a report is too long');
      return sent;
    }
    if (isMissing(sent) && typeof sent.nullFlavor === 'string' && Object.keys(sent).length === 1) return sent;
    return refuse('a value of a report is a text, true or false, or a null flavour');
  }
  const each = want.get('#');
  if (each !== undefined) {
    if (!Array.isArray(sent)) return refuse('this member of a report is a list');
    if (sent.length > MOST_ENTRIES) return refuse('a list of a report is too long');
    return sent.map((entry, index) => readPart(entry, each, `${path}.${index}`, depth + 1) ?? {});
  }
  if (typeof sent !== 'object' || Array.isArray(sent)) return refuse('this member of a report is an object');
  const kept: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(sent)) {
    const inner = want.get(key);
    const place = path === '' ? key : `${path}.${key}`;
    if (inner === undefined) throw new Problem('invalid', 'a report has no such member', { path: place });
    const read = readPart(value, inner, place, depth + 1);
    if (read !== undefined) kept[key] = read;
  }
  return Object.keys(kept).length === 0 ? undefined : kept;
}
