import { CODE_LISTS } from './code-lists.ts';
import { ELEMENTS } from './elements.ts';
import { issueOf } from './issue.ts';
import type { IssueCode } from './messages.ts';
import {
  type CaseReport,
  type Drug,
  type Flag,
  type Issue,
  isMissing,
  known,
  type Reaction,
  type Text,
} from './model.ts';
import { isBefore, parseStamp } from './times.ts';
import type { Visited } from './visit.ts';

export interface ValidationContext {
  /** the receiver's date, `YYYY-MM-DD`: nothing may lie after it, save by the zone of who wrote it */
  today: string;
  /** `CN` asks for what China's region adds */
  region?: 'CN';
  /** the version of the case before this one, as far as known; null when it is known that there is none */
  previous?: CaseReport | null;
  /** which message of its batch, from 0, for the XPath */
  message?: number;
}

/** What one rule looks at and says. */
interface Court {
  report: CaseReport;
  values: Visited[];
  context: ValidationContext;
  /** finds the value at a path of the report */
  at: (path: string) => Visited | undefined;
  tell: (
    where: Visited | { path: string; element: string },
    code: IssueCode,
    severity?: Issue['severity'],
    facts?: Record<string, string | { en: string; zh: string }>,
  ) => void;
}

/** What the elements of a report ask of each other. */
export function caseRules(report: CaseReport, values: Visited[], context: ValidationContext): Issue[] {
  const issues: Issue[] = [];
  const byPath = new Map(values.map((value) => [value.path, value]));
  const root = values[0]?.xpath.match(/^\/[^/]+\/[^/]+/)?.[0] ?? '';
  const court: Court = {
    report,
    values,
    context,
    at: (path) => byPath.get(path),
    tell: (where, code, severity = 'rejecting', facts = {}) => {
      const place = 'number' in where ? where : { number: where.element, path: where.path, xpath: root, at: [] };
      issues.push(issueOf(place, code, facts, severity));
    },
  };
  for (const rule of RULES) rule(court);
  return issues;
}

const RULES: ((court: Court) => void)[] = [
  pairs,
  envelope,
  documents,
  revision,
  reporters,
  sender,
  patient,
  histories,
  death,
  parent,
  meddraVersions,
  reactions,
  tests,
  drugs,
  matrix,
  dateOrder,
  china,
];

const has = (value: unknown): boolean => value !== undefined && value !== '';
const hasAny = (object: object | undefined): boolean =>
  object !== undefined &&
  Object.values(object).some((value) => (typeof value === 'object' && !isMissing(value) ? hasAny(value) : has(value)));
const isTrue = (flag: Flag | undefined): boolean => known(flag) === true;

/**
 * Elements that ask for each other: of `[a, b]` a asks for b, and with `true` b for a as well. Each pair stands in one object, or the
 * one in the object of the other's list.
 */
const PAIRS: [string, string, boolean][] = [
  ['D.2.2a', 'D.2.2b', true],
  ['D.2.2.1a', 'D.2.2.1b', true],
  ['D.7.1.r.1b', 'D.7.1.r.1a', true],
  ['D.8.r.6b', 'D.8.r.6a', true],
  ['D.8.r.7b', 'D.8.r.7a', true],
  ['D.9.2.r.1b', 'D.9.2.r.1a', true],
  ['D.9.4.r.1b', 'D.9.4.r.1a', true],
  ['D.10.2.2a', 'D.10.2.2b', true],
  ['D.10.7.1.r.1b', 'D.10.7.1.r.1a', true],
  ['D.10.8.r.6b', 'D.10.8.r.6a', true],
  ['D.10.8.r.7b', 'D.10.8.r.7a', true],
  ['E.i.1.1a', 'E.i.1.1b', false],
  ['E.i.6a', 'E.i.6b', true],
  ['F.r.2.2b', 'F.r.2.2a', true],
  ['F.r.3.2', 'F.r.3.3', false],
  ['G.k.2.3.r.3a', 'G.k.2.3.r.3b', false],
  ['G.k.3.1', 'G.k.3.2', false],
  ['G.k.4.r.1a', 'G.k.4.r.1b', false],
  ['G.k.4.r.2', 'G.k.4.r.3', false],
  ['G.k.4.r.6a', 'G.k.4.r.6b', true],
  ['G.k.5a', 'G.k.5b', true],
  ['G.k.6a', 'G.k.6b', true],
  ['G.k.7.r.2b', 'G.k.7.r.2a', true],
  ['G.k.9.i.3.1a', 'G.k.9.i.3.1b', true],
  ['G.k.9.i.3.2a', 'G.k.9.i.3.2b', true],
  ['H.3.r.1b', 'H.3.r.1a', true],
  ['H.5.r.1a', 'H.5.r.1b', false],
];

function pairs({ values, tell }: Court): void {
  const byHolder = new Map<object, Map<string, Visited>>();
  for (const value of values) {
    const there = byHolder.get(value.holder) ?? new Map<string, Visited>();
    // The second value of one number (a unit of F.r.4) is not the element.
    if (!there.has(value.number)) there.set(value.number, value);
    byHolder.set(value.holder, there);
  }
  for (const numbers of byHolder.values()) {
    for (const [first, second, isMutual] of PAIRS) {
      const a = numbers.get(first);
      const b = numbers.get(second);
      if (a === undefined || b === undefined) continue;
      if (has(a.value) && !isMissing(a.value) && !has(b.value))
        tell(b, 'needed-with', 'rejecting', { other: nameOf(first) });
      if (isMutual && has(b.value) && !has(a.value)) tell(a, 'needed-with', 'rejecting', { other: nameOf(second) });
    }
  }
}

function nameOf(number: string): { en: string; zh: string } {
  const rule = ELEMENTS.get(number);
  return { en: `${rule?.en} (${number})`, zh: `${rule?.zh}（${number}）` };
}

// ---- C ---------------------------------------------------------------------------------------------------------------

/** Receivers accept other message numbers, so that a difference is a slip rather than a fault. */
function envelope({ report: { message, identification }, at, tell }: Court): void {
  const id = at('message.id');
  if (id && has(message.id) && has(identification.safetyReportId) && message.id !== identification.safetyReportId) {
    tell(id, 'not-the-same', 'warning', { other: nameOf('C.1.1') });
  }
  const created = at('message.createdAt');
  const [a, b] = [known(message.createdAt), known(identification.createdAt)];
  if (created && a !== undefined && b !== undefined && a !== b)
    tell(created, 'not-the-same', 'warning', { other: nameOf('C.1.2') });
}

function documents({ report, at, tell }: Court): void {
  const { identification } = report;
  const { hasDocuments, documents = [], hasOtherIds, otherIds = [], expedited } = identification;
  const flag = at('identification.hasDocuments');
  if (flag && isTrue(hasDocuments) && documents.length === 0) tell(flag, 'no-documents');
  if (flag && !isTrue(hasDocuments) && documents.length > 0) tell(flag, 'documents-denied', 'warning');
  const literature = report.literature ?? [];
  const contents = [
    ...documents.map(({ content }, index) => [content, `identification.documents.${index}.content.data`] as const),
    ...literature.map(({ content }, index) => [content, `literature.${index}.content.data`] as const),
  ];
  for (const [content, path] of contents) {
    const data = at(path);
    const isBase64 = /^[A-Za-z0-9+/\s]*={0,2}\s*$/.test(content?.data ?? '');
    if (data && content?.representation === 'B64' && !isBase64) tell(data, 'not-base64');
    for (const [key, allowed] of CODINGS) {
      const coding = at(path.replace(/data$/, key));
      const said = content?.[key];
      if (coding && said && !allowed.some((word) => word === said))
        tell(coding, 'not-in-list', 'rejecting', { value: said });
    }
  }
  documents.forEach((document, index) => {
    const title = at(`identification.documents.${index}.title`);
    if (title && !has(document.title)) tell(title, 'missing');
  });
  const others = at('identification.hasOtherIds');
  if (others && !isTrue(hasOtherIds) && otherIds.length > 0) tell(others, 'ids-denied', 'warning');
  if (others && isTrue(hasOtherIds) && otherIds.length === 0) {
    tell({ path: 'identification.otherIds', element: 'C.1.9.1.r.2' }, 'needed-with', 'rejecting', {
      other: nameOf('C.1.9.1'),
    });
  }
  otherIds.forEach((_, index) => {
    for (const key of ['source', 'id']) {
      const value = at(`identification.otherIds.${index}.${key}`);
      if (value && !has(value.value)) tell(value, 'missing');
    }
  });
  const local = at('identification.expedited');
  if (local && isMissing(expedited)) tell(local, 'only-from-r2', 'warning');
}

/** What HL7 knows of how a document may be written into a message. */
const CODINGS = [
  ['representation', ['B64', 'TXT']],
  ['compression', ['DF', 'GZ', 'Z', 'ZL']],
] as const;

function revision({ report: { identification }, context, at, tell }: Court): void {
  const { revision: kind, revisionReason, worldwideId, mostRecentInformation } = identification;
  const revised = at('identification.revision');
  const reason = at('identification.revisionReason');
  if (revised === undefined || reason === undefined) return;
  if (has(kind) && !has(revisionReason)) tell(reason, 'needed-with', 'rejecting', { other: nameOf('C.1.11.1') });
  if (!has(kind) && has(revisionReason)) tell(reason, 'reason-without-revision', 'warning');

  const { previous } = context;
  if (previous === null && has(kind)) tell(revised, 'nothing-to-revise', 'warning');
  if (previous === undefined || previous === null) return;
  const before = previous.identification;
  const id = at('identification.worldwideId');
  if (id && has(before.worldwideId) && before.worldwideId !== worldwideId) {
    tell(id, 'other-case', 'rejecting', { value: before.worldwideId ?? '' });
  }
  if (known(before.revision) === '1') tell(revised, 'after-nullification', 'warning');
  const recent = at('identification.mostRecentInformation');
  const [a, b] = [known(mostRecentInformation), known(before.mostRecentInformation)];
  if (recent === undefined || a === undefined || b === undefined) return;
  if (comesBefore(a, b)) tell(recent, 'older-version', 'rejecting', { value: a });
  else if (known(kind) === '2' && comesBefore(b, a)) tell(recent, 'amended-date', 'warning', { value: b });
}

function reporters({ report: { reporters: all }, at, tell }: Court): void {
  if (all.length === 0) {
    tell({ path: 'reporters', element: 'C.2.r' }, 'no-reporter');
    return;
  }
  const primaries = all.filter(({ primary }) => primary === '1').length;
  if (primaries !== 1)
    tell({ path: 'reporters', element: 'C.2.r.5' }, 'no-primary', 'rejecting', { count: String(primaries) });
  all.forEach((reporter, index) => {
    if (reporter.primary !== '1') return;
    for (const key of ['country', 'qualification'] as const) {
      const value = at(`reporters.${index}.${key}`);
      if (value && !has(reporter[key])) tell(value, 'needed-with', 'rejecting', { other: nameOf('C.2.r.5') });
    }
  });
  const isSomebody = all.some(({ primary: _, ...who }) => Object.values(who).some((value) => isKnownOrMasked(value)));
  if (!isSomebody) tell({ path: 'reporters', element: 'C.2.r' }, 'no-reporter-identity');
}

/** What is masked is known to the sender; what is unknown identifies nobody. */
const isKnownOrMasked = (value: unknown): boolean => (isMissing(value) ? value.nullFlavor === 'MSK' : has(value));

function sender({ report, at, tell }: Court): void {
  const organisation = at('sender.organisation');
  const type = known(report.sender.type);
  if (organisation && type !== '7' && !has(report.sender.organisation)) {
    const when = { en: 'the sender is not a patient or consumer', zh: '发送者不是患者/消费者' };
    tell(organisation, 'needed-when', 'rejecting', { when });
  }
  const study = at('study.type');
  if (study && known(report.identification.reportType) === '2' && !has(report.study?.type)) {
    tell(study, 'needed-when', 'rejecting', { when: { en: 'the report is from a study', zh: '报告来自研究' } });
  }
}

// ---- D ---------------------------------------------------------------------------------------------------------------

function patient({ report: { patient: who }, tell }: Court): void {
  const { name, recordNumbers, birthDate, age, gestation, ageGroup, sex } = who;
  const signs = [name, ...Object.values(recordNumbers ?? {}), birthDate, age?.value, gestation?.value, ageGroup, sex];
  if (!signs.some(isKnownOrMasked)) tell({ path: 'patient', element: 'D' }, 'no-patient');
  const ages = [birthDate, age?.value, gestation?.value, ageGroup].filter((value) => has(value) && !isMissing(value));
  if (ages.length > 1) tell({ path: 'patient', element: 'D.2' }, 'several-ages', 'warning');
}

function histories({ report: { patient: who }, at, tell }: Court): void {
  const text = at('patient.historyText');
  if (text && (who.history ?? []).length === 0 && !has(who.historyText)) tell(text, 'no-history');
  for (const [path, drugs] of [
    ['patient', who.pastDrugs],
    ['patient.parent', who.parent?.pastDrugs],
  ] as const) {
    drugs?.forEach((drug, index) => {
      const name = at(`${path}.pastDrugs.${index}.name`);
      if (name === undefined) return;
      if (path === 'patient' && !has(drug.name)) tell(name, 'missing');
      if (has(drug.mpid?.id) && has(drug.phpid?.id)) tell(name, 'two-product-codes');
    });
  }
}

function death({ report: { patient: who, reactions: all }, at, tell }: Court): void {
  const { date, autopsy, autopsyCauses = [], causes = [] } = who.death ?? {};
  const done = at('patient.death.autopsy');
  if (done && has(date) && !has(autopsy)) tell(done, 'needed-with', 'rejecting', { other: nameOf('D.9.1') });
  if (done && autopsyCauses.length > 0 && !isTrue(autopsy)) tell(done, 'no-autopsy', 'warning');
  for (const [key, list] of [
    ['causes', causes],
    ['autopsyCauses', autopsyCauses],
  ] as const) {
    list.forEach((cause, index) => {
      const text = at(`patient.death.${key}.${index}.text`);
      if (text && has(cause.term?.code) && !has(cause.text)) {
        tell(text, 'needed-with', 'warning', { other: nameOf(key === 'causes' ? 'D.9.2.r.1b' : 'D.9.4.r.1b') });
      }
    });
  }
  const isFatal = all.some(({ outcome, seriousness }) => known(outcome) === '5' || isTrue(seriousness?.death));
  const died = hasAny(who.death);
  if (isFatal && !died) tell({ path: 'patient.death', element: 'D.9' }, 'no-death', 'warning');
  if (died && !isFatal) tell({ path: 'patient.death', element: 'D.9' }, 'death-without-reaction', 'warning');
}

function parent({ report: { patient: who }, at, tell }: Court): void {
  if (!hasAny(who.parent)) return;
  const sex = at('patient.parent.sex');
  if (sex && !has(who.parent?.sex)) {
    tell(sex, 'needed-when', 'rejecting', { when: { en: 'anything is told of a parent', zh: '填写了父母信息' } });
  }
  if (has(who.parent?.birthDate) && has(who.parent?.age?.value) && !isMissing(who.parent?.birthDate)) {
    tell({ path: 'patient.parent', element: 'D.10.2' }, 'several-ages', 'warning');
  }
  const group = known(who.ageGroup);
  if (group !== undefined && Number(group) > 3)
    tell({ path: 'patient.parent', element: 'D.10' }, 'father-or-mother', 'warning');
}

function meddraVersions({ values, tell }: Court): void {
  const versions = values.filter(({ number, value }) => ELEMENTS.get(number)?.type === 'version' && has(value));
  const different = [...new Set(versions.map(({ value }) => String(value)))];
  const odd = versions.find(({ value }) => value !== versions[0]?.value);
  if (odd !== undefined) tell(odd, 'several-versions', 'rejecting', { value: different.join(', ') });
}

// ---- E, F ------------------------------------------------------------------------------------------------------------

function reactions({ report, at, tell }: Court): void {
  const { reactions: all } = report;
  if (all.length === 0) tell({ path: 'reactions', element: 'E.i' }, 'no-reaction');
  sameIds(all, 'reactions', at, tell);
  const isHealthReport = report.reporters.some(({ qualification }) =>
    ['1', '2', '3'].includes(known(qualification) ?? ''),
  );
  all.forEach((reaction, index) => {
    const path = `reactions.${index}`;
    seriousness(reaction, path, at, tell);
    const confirmed = at(`${path}.medicallyConfirmed`);
    if (confirmed && isHealthReport && has(reaction.medicallyConfirmed))
      tell(confirmed, 'healthcare-reporter', 'warning');
  });
}

function seriousness(reaction: Reaction, path: string, at: Court['at'], tell: Court['tell']): void {
  const isSerious = Object.values(reaction.seriousness ?? {}).some((flag) => isTrue(flag));
  const highlighted = known(reaction.highlighted);
  const term = at(`${path}.highlighted`);
  if (term && isSerious && (highlighted === '1' || highlighted === '2')) tell(term, 'says-not-serious', 'warning');
  if (term && !isSerious && (highlighted === '3' || highlighted === '4')) tell(term, 'says-serious', 'warning');
  const outcome = at(`${path}.outcome`);
  const end = known(reaction.outcome);
  const isDeadly = isTrue(reaction.seriousness?.death);
  if (outcome && end === '5' && !isDeadly) tell(outcome, 'fatal-not-death', 'warning');
  if (outcome && isDeadly && end !== undefined && ['1', '2', '4'].includes(end)) {
    const entry = CODE_LISTS.outcome.find(({ code }) => code === end);
    tell(outcome, 'death-not-fatal', 'warning', { value: { en: entry?.en ?? end, zh: entry?.zh ?? end } });
  }
}

function sameIds(all: { id: string }[], path: string, at: Court['at'], tell: Court['tell']): void {
  all.forEach(({ id }, index) => {
    const value = at(`${path}.${index}.id`);
    if (value && all.findIndex((other) => other.id === id) < index) tell(value, 'same-id', 'rejecting', { value: id });
  });
}

function tests({ report: { tests: all = [] }, at, tell }: Court): void {
  all.forEach((test, index) => {
    const path = `tests.${index}`;
    const date = at(`${path}.date`);
    const name = at(`${path}.name`);
    const code = at(`${path}.code`);
    const isNamed = has(test.name) || has(test.term?.code);
    if (name && !isNamed) tell(name, 'no-test-name');
    if (date && isNamed && !has(test.date)) tell(date, 'needed-with', 'rejecting', { other: nameOf('F.r.2.1') });
    if (code && !has(test.code) && !has(test.result?.value) && !has(test.text)) tell(code, 'no-result');
  });
}

// ---- G ---------------------------------------------------------------------------------------------------------------

function drugs({ report: { drugs: all }, at, tell }: Court): void {
  if (all.length === 0) {
    tell({ path: 'drugs', element: 'G.k' }, 'no-drug');
    return;
  }
  sameIds(all, 'drugs', at, tell);
  if (!all.some(({ role }) => ['1', '3', '4'].includes(known(role) ?? '')))
    tell({ path: 'drugs', element: 'G.k.1' }, 'no-suspect');
  all.forEach((drug, index) => {
    const path = `drugs.${index}`;
    const name = at(`${path}.name`);
    // The role stands apart from the drug in the XML, and is not there at all when it is not said.
    if (!has(drug.role)) tell({ path: `${path}.role`, element: 'G.k.1' }, 'missing');
    if (name && has(drug.mpid?.id) && has(drug.phpid?.id)) tell(name, 'two-product-codes');
    if (name && !has(drug.mpid?.id) && !has(drug.phpid?.id) && !hasSubstance(drug))
      tell(name, 'no-substance', 'warning');
  });
}

const hasSubstance = ({ substances = [] }: Drug): boolean =>
  substances.some(({ name, term }) => has(name) || has(term?.id));

function matrix({ report, tell }: Court): void {
  const ids = new Set(report.reactions.map(({ id }) => id));
  report.drugs.forEach(({ matrix: entries = [] }, k) => {
    entries.forEach(({ reactionId, assessments }, i) => {
      assessments?.forEach(({ result, china: code }, r) => {
        const path = `drugs.${k}.matrix.${i}.assessments.${r}.result`;
        if (has(result) && has(code?.result)) tell({ path, element: 'G.k.9.i.2.r.3' }, 'two-results');
      });
      if (reactionId !== undefined && ids.has(reactionId)) return;
      tell({ path: `drugs.${k}.matrix.${i}`, element: 'G.k.9.i.1' }, 'unknown-reaction', 'warning', {
        value: reactionId ?? '',
      });
    });
  });
}

// ---- dates -----------------------------------------------------------------------------------------------------------

const comesBefore = (a: Text | undefined, b: Text | undefined): boolean => {
  const [first, second] = [parseStamp(known(a) ?? ''), parseStamp(known(b) ?? '')];
  return first !== undefined && second !== undefined && isBefore(first, second);
};

/** Pairs of dates by the keys of one object: the first should not lie before the second. */
const ORDER: [string, string][] = [
  ['end', 'start'],
  ['mostRecentInformation', 'firstReceived'],
  ['createdAt', 'mostRecentInformation'],
];

function dateOrder({ report, values, at, tell }: Court): void {
  for (const value of values) {
    const [, earlier] = ORDER.find(([key]) => key === value.key) ?? [];
    if (earlier === undefined || !comesBefore(value.value as Text, value.holder[earlier] as Text)) continue;
    const other = at(value.path.replace(/[^.]+$/, earlier));
    if (other !== undefined) tell(value, 'not-before', 'warning', { other: nameOf(other.number) });
  }
  const birth = report.patient.birthDate;
  const later = values.filter(({ number }) => ['D.9.1', 'E.i.4', 'G.k.4.r.4'].includes(number));
  for (const value of later) {
    if (comesBefore(value.value as Text, birth)) tell(value, 'not-before', 'warning', { other: nameOf('D.2.1') });
  }
}

// ---- regions ---------------------------------------------------------------------------------------------------------

/** What China's region asks for, as far as public sources say; warnings, because its guide was not at hand. */
function china({ report, context, at, tell }: Court): void {
  if (context.region !== 'CN') return;
  const ask = (path: string, element: string, value: unknown): void => {
    if (!has(value)) tell(at(path) ?? { path, element }, 'needed-in-china', 'warning');
  };
  const { china: said } = report.identification;
  ask('identification.china.category', 'C.1.CN.2', said?.category);
  ask('identification.china.holderId', 'C.1.CN.3', said?.holderId);
  const category = known(said?.category);
  if (category === '12' || category === '22') ask('identification.china.source', 'C.1.CN.1', said?.source);
  report.drugs.forEach((drug, index) => {
    if (!['1', '3'].includes(known(drug.role) ?? '')) return;
    ask(`drugs.${index}.china.genericName`, 'G.k.CN.1', drug.china?.genericName);
    ask(`drugs.${index}.china.approvalNumber`, 'G.k.CN.4', drug.china?.approvalNumber);
  });
}
