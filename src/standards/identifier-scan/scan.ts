import { isHongKongId, isLuhn, isOldResidentId, isResidentId, isUscc } from './check-digits.ts';
import type { Certainty, Finding, IdentifierKind } from './model.ts';
import { findEnglishNames } from './names-en.ts';
import { findChineseNames } from './names-zh.ts';

/** Of a longer text only so much is read: nobody writes more into a cell by hand. */
const LONGEST = 20_000;

interface Rule {
  kind: IdentifierKind;
  pattern: RegExp;
  /** None: what has the shape is none. */
  judge?(match: RegExpExecArray, text: string): Certainty | undefined;
}

const ID_WORDS = /身份证|身分證|证件号|證件號|identity|\bID\s*(?:card|no|number)|HKID|BIR|澳门居民|澳門居民/i;
const PASSPORT_WORDS = /passport|护照|護照|通行证|通行證|回乡证|回鄉證|travel document/i;
const PHONE_WORDS = /电话|電話|手机|手機|联系|聯絡|\btel\b|phone|mobile|contact|call|致电|致電|fax|传真/i;

const RULES: readonly Rule[] = [
  { kind: 'email', pattern: /[\w.%+-]+@[a-z\d](?:[a-z\d-]*[a-z\d])?(?:\.[a-z\d](?:[a-z\d-]*[a-z\d])?)+/gi },
  {
    kind: 'cn-resident-id',
    pattern: /(?<![\dA-Za-z])(\d{6}[ -]?\d{8}[ -]?\d{3}[\dXx]|\d{15})(?![\dA-Za-z])/g,
    judge(match, text) {
      const bare = match[1]!.replaceAll(/[ -]/g, '');
      if (isResidentId(bare)) return 'sure';
      if (isOldResidentId(bare)) return near(text, match, ID_WORDS) ? 'sure' : 'likely';
      // A mistyped one is as telling, where the words say what it is.
      return bare.length === 18 && near(text, match, ID_WORDS) ? 'likely' : undefined;
    },
  },
  {
    kind: 'uscc',
    pattern: /(?<![\dA-Za-z])([0-9A-HJ-NPQRTUWXY]{18})(?![\dA-Za-z])/g,
    judge: (match) => (isUscc(match[1]!) && !isResidentId(match[1]!) ? 'sure' : undefined),
  },
  {
    kind: 'hk-id',
    pattern: /(?<![\dA-Za-z])([A-Za-z]{1,2}\d{6}\s?(?:\([\dAa]\)|[\dAa]))(?![\dA-Za-z])/g,
    judge(match, text) {
      const bare = match[1]!.replaceAll(/\s/g, '');
      if (!isHongKongId(bare)) return undefined;
      // One in eleven codes of a letter and seven digits passes by chance: brackets or words make it sure.
      return bare.endsWith(')') || near(text, match, ID_WORDS) ? 'sure' : 'likely';
    },
  },
  {
    kind: 'macao-id',
    pattern: /(?<![\dA-Za-z/])([157]\/\d{6}\/\d|[157]\d{6}\(\d\)|[157]\d{7})(?![\dA-Za-z/])/g,
    judge: (match, text) =>
      /[/(]/.test(match[1]!)
        ? 'likely'
        : near(text, match, /澳门居民|澳門居民|BIR|Macao (?:resident )?ID/i)
          ? 'likely'
          : undefined,
  },
  {
    kind: 'passport',
    pattern: /(?<![\dA-Za-z])((?:E[A-HJ-NP-Z]?|G|D|S|P|K|H|M[AB]?|C|[A-Z]{1,2})\d{7,9})(?![\dA-Za-z])/g,
    judge(match, text) {
      if (near(text, match, PASSPORT_WORDS)) return 'sure';
      return /^(?:E\d{8}|E[A-HJ-NP-Z]\d{7}|G\d{8}|M[AB]\d{7})$/.test(match[1]!) ? 'likely' : undefined;
    },
  },
  {
    kind: 'phone',
    pattern: /(?<![\d.])(?:\+?86[- ]?)?(1[3-9]\d[- ]?\d{4}[- ]?\d{4})(?![\d.]\d|\d)/g,
    judge: () => 'sure',
  },
  { kind: 'phone', pattern: /(?<![\d.])\+?85[23][- ]?[2-9]\d{3}[- ]?\d{4}(?!\d)/g, judge: () => 'sure' },
  { kind: 'phone', pattern: /(?<![\d.-])\(?0\d{2,3}\)?[- ]\d{7,8}(?!\d)/g, judge: () => 'sure' },
  {
    kind: 'phone',
    pattern: /(?<![\d.A-Za-z-])[2-9]\d{3}[ -]?\d{4}(?![\d.-]\d|\d)/g,
    judge: (match, text) => (near(text, match, PHONE_WORDS) ? 'likely' : undefined),
  },
  {
    kind: 'medical-record',
    pattern:
      /(?:住院号|病历号|病案号|门诊号|就诊卡号|就诊号|登记号|患者编号|病人编号|住院號|病歷號|診症編號|MRN|[Mm]edical [Rr]ecord(?: [Nn]o\.?| [Nn]umber)?|[Hh]ospital [Nn](?:o\.?|umber)|[Pp]atient (?:ID|[Nn]o\.?|[Nn]umber)|[Ee]pisode [Nn]o\.?|HN)\s*(?:[:：#]|为|是|is)?\s*([A-Z]{0,4}-?\d{5,14}[A-Z]?)(?!\d)/g,
    judge: () => 'sure',
  },
  {
    kind: 'bank-card',
    pattern:
      /(?<![\dA-Za-z])((?:62|4\d|5[1-5]|3[457]|60)\d{2}[ -]?\d{4}[ -]?\d{4}[ -]?\d{4}(?:[ -]?\d{1,3})?)(?![\dA-Za-z])/g,
    judge(match) {
      const bare = match[1]!.replaceAll(/[ -]/g, '');
      return bare.length >= 16 && isLuhn(bare) && !isResidentId(bare) ? 'sure' : undefined;
    },
  },
  {
    kind: 'address',
    pattern:
      /[\p{Script=Han}]{1,24}?(?:路|街|大道|巷|弄|胡同|道|村|里|苑|花园|小区|屋苑|大厦|大廈|邨)[\p{Script=Han}\d-]{0,12}?\d+\s*(?:号|號|弄|栋|棟|座|楼|樓|单元|室|房)(?:[\p{Script=Han}\d\s-]{0,16}?\d+\s*(?:号|號|栋|棟|座|楼|樓|单元|室|房))*/gu,
    judge: () => 'likely',
  },
  {
    kind: 'address',
    pattern:
      /\b(?:(?:Flat|Room|Rm|Unit|Apt|Apartment)\s+[A-Z]?\d{0,4}[A-Z]?,?\s+)?(?:\d{1,3}\/F,?\s+)?(?:(?:Block|Tower)\s+[A-Z\d]{1,3},?\s+)?\d{1,5}[A-Z]?(?:-\d{1,5})?,?\s+(?:[A-Z][A-Za-z'.]+\s+){1,4}(?:Street|St|Road|Rd|Avenue|Ave|Lane|Drive|Path|Terrace|Court|Estate|Garden|Gardens|Rua|Avenida|Boulevard|Blvd|Crescent|Square)\b/g,
    judge: () => 'likely',
  },
  {
    kind: 'address',
    pattern:
      /\b(?:Flat|Room|Rm|Unit)\s+[A-Z]?\d{0,4}[A-Z]?,\s*(?:\d{1,3}\/F,\s*)(?:(?:Block|Tower)\s+[A-Z\d]{1,3},\s*)?[A-Z][A-Za-z]+(?:\s[A-Z][A-Za-z]+){0,3}/g,
    judge: () => 'likely',
  },
  {
    kind: 'address',
    pattern:
      /\b(?:Rua|Avenida|Travessa|Estrada)\s+(?:d[aeo]s?\s+)?(?:[A-Z][A-Za-zÀ-ÿ'.]+\s*){1,4},?\s*(?:n\.?º?\s*)?\d{1,5}/g,
    judge: () => 'likely',
  },
];

/** Everything in a text that may point at a person, in the order of the text; where two rules meet, the surer one stands. */
export function scanText(text: string): Finding[] {
  const read = text.slice(0, LONGEST);
  const found: Finding[] = [];
  for (const { kind, pattern, judge } of RULES)
    for (const match of read.matchAll(pattern)) {
      const certainty = judge === undefined ? 'sure' : judge(match, read);
      if (certainty !== undefined)
        found.push({ kind, certainty, start: match.index, end: match.index + match[0].length });
    }
  found.push(...findChineseNames(read), ...findEnglishNames(read));
  const kept: Finding[] = [];
  for (const finding of found.sort((a, b) => rank(a) - rank(b) || a.start - b.start || b.end - a.end))
    if (!kept.some(({ start, end }) => finding.start < end && start < finding.end)) kept.push(finding);
  return kept.sort((a, b) => a.start - b.start);
}

function rank({ kind, certainty }: Finding): number {
  return (certainty === 'sure' ? 0 : 100) + RULES.findIndex((rule) => rule.kind === kind) + (kind === 'name' ? 50 : 0);
}

/** The words just before, or anywhere in a short text. */
function near(text: string, match: RegExpExecArray, words: RegExp): boolean {
  return words.test(text.slice(Math.max(0, match.index - 24), match.index + match[0].length + 12));
}
