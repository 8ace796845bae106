import { CODE_LISTS, COUNTRIES } from './code-lists.ts';
import { ELEMENTS, type ElementRule } from './elements.ts';
import { issueOf } from './issue.ts';
import { pathInReport, scatter } from './matrix.ts';
import { batchRoot, messageParts } from './message.ts';
import type { IssueCode } from './messages.ts';
import { type BatchHeader, type CaseReport, type Issue, isMissing } from './model.ts';
import { caseRules, type ValidationContext } from './rules.ts';
import { isBefore, isPreciseTo, parseStamp, type Stamp } from './times.ts';
import { type Visited, visitParts } from './visit.ts';
import type { WireBatch } from './wire.ts';

/**
 * Holds a report against the business rules of the ICH E2B(R3) implementation guide: what must be there, lengths, code lists, dates,
 * null flavours, and what elements ask of each other.
 *
 * `rejecting` is what the guide makes mandatory or impossible; `warning` is what it advises, what regions differ in, and what is likely
 * a slip. MedDRA terms are judged by their shape only, because the terminology is licensed.
 */
export function validateReport(report: CaseReport, context: ValidationContext): Issue[] {
  const values: Visited[] = [];
  const xpath = `/MCCI_IN200100UV01/PORR_IN049016UV[${(context.message ?? 0) + 1}]`;
  visitParts(messageParts, scatter(report), { path: '', xpath, at: [] }, (value) =>
    values.push({ ...value, path: pathInReport(value.path) }),
  );
  const issues = values.flatMap((value) => judge(value, context.today));
  return [...issues, ...caseRules(report, values, context)];
}

/** Holds the header of a batch against N.1. */
export function validateBatch(batch: BatchHeader, context: Pick<ValidationContext, 'today'>): Issue[] {
  const issues: Issue[] = [];
  const wire: WireBatch = { type: '1', ...batch };
  visitParts([batchRoot], wire, { path: '', xpath: '', at: [] }, (value) =>
    issues.push(...judge(value, context.today)),
  );
  return issues;
}

/** What is wrong with one value by itself. */
function judge(visited: Visited, today: string): Issue[] {
  const rule = ELEMENTS.get(visited.number);
  if (rule === undefined) return [];
  const { value } = visited;
  if (value === undefined || value === '') {
    // Only the first of an element's values can be missing by itself: a unit is asked for by its number.
    return rule.conformance === 'mandatory' ? [issueOf(visited, 'missing')] : [];
  }
  if (isMissing(value)) {
    const isAllowed = rule.nullFlavors.includes(value.nullFlavor);
    return isAllowed ? [] : [issueOf(visited, 'null-flavor', { value: value.nullFlavor })];
  }
  if (rule.type === 'flag' || rule.type === 'true') {
    if (typeof value !== 'boolean') return [issueOf(visited, 'not-a-flag')];
    return rule.type === 'true' && !value ? [issueOf(visited, 'only-true')] : [];
  }
  const text = String(value);
  const length = [...text].length;
  const tooLong =
    rule.length !== undefined && length > rule.length
      ? [issueOf(visited, 'too-long', { length: String(length), most: String(rule.length) })]
      : [];
  return [...tooLong, ...judgeText(visited, rule, text, today)];
}

const SHAPES: Partial<Record<ElementRule['type'], [RegExp, IssueCode]>> = {
  number: [/^[+-]?\d+(\.\d+)?$/, 'not-a-number'],
  integer: [/^\d+$/, 'not-whole'],
  language: [/^[a-z]{3}$/, 'language'],
  version: [/^\d{1,2}\.\d$/, 'version'],
  meddra: [/^\d{8}$/, 'meddra'],
  uid: [/^([0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}|[0-2](\.(0|[1-9]\d*))*|[A-Za-z][\w-]*)$/, 'uid'],
};

function judgeText(visited: Visited, rule: ElementRule, text: string, today: string): Issue[] {
  const short = text.length > 60 ? `${text.slice(0, 60)}…` : text;
  const wrong = (code: IssueCode): Issue[] => [issueOf(visited, code, { value: short })];
  const shape = SHAPES[rule.type];
  if (shape !== undefined) return shape[0].test(text) ? [] : wrong(shape[1]);
  switch (rule.type) {
    case 'code':
      // The codes of terms and systems share the number of the text they code; only the value itself is from the list.
      return isListed(rule, text) ? [] : wrong('not-in-list');
    case 'unit':
      if (/\s/.test(text)) return wrong('unit');
      return rule.list === undefined || isListed(rule, text) ? [] : wrong('not-in-list');
    case 'country':
      return COUNTRIES.has(text) ? [] : wrong('country');
    case 'case-id':
      return isCaseId(text) ? [] : wrong('case-id');
    case 'date':
      return judgeDate(visited, rule, text, today);
    default:
      return [];
  }
}

const isListed = (rule: ElementRule, code: string): boolean =>
  rule.list !== undefined && CODE_LISTS[rule.list].some((entry) => entry.code === code);

/** Country, company or regulator, number: the first two without a hyphen of their own. */
function isCaseId(text: string): boolean {
  const [, country = ''] = /^([A-Z]{2})-[^-]+-.+$/s.exec(text) ?? [];
  return COUNTRIES.has(country);
}

const PRECISION = {
  year: { en: 'year', zh: '年' },
  day: { en: 'day', zh: '日' },
  second: { en: 'second', zh: '秒' },
} as const;

function judgeDate(visited: Visited, rule: ElementRule, text: string, today: string): Issue[] {
  const stamp = parseStamp(text);
  if (stamp === undefined) return [issueOf(visited, 'not-a-date', { value: text })];
  const least = rule.precision ?? 'year';
  const vague = isPreciseTo(stamp, least)
    ? []
    : [issueOf(visited, 'not-precise', { value: text, precision: PRECISION[least] })];
  // A medicine may well expire after today.
  const mayBeFuture = rule.number === 'G.k.4.r.CN.1';
  const future = !mayBeFuture && isAfter(stamp, today) ? [issueOf(visited, 'future', { value: text })] : [];
  return [...vague, ...future];
}

function isAfter(stamp: Stamp, today: string): boolean {
  const now = parseStamp(today.slice(0, 10).replaceAll('-', ''));
  if (now === undefined) throw new RangeError(`today must be YYYY-MM-DD, not ${today}`);
  return isBefore(now, stamp);
}
