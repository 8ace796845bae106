import { IDENTIFIER_KINDS, type IdentifierKind } from './model.ts';
import { scanText } from './scan.ts';

/** What a column's cells and its name give away. */
export interface ColumnFinding {
  /** Cells that were looked at, those without text left out. */
  cells: number;
  kinds: { kind: IdentifierKind; sure: number; likely: number }[];
  /** What the column's name says that it holds. */
  named?: IdentifierKind;
  /**
   * `identifier`: the column as such names persons; `text`: some cells do, among others that do not; none: nothing that points at a person.
   * A single sure finding counts; likely ones only from `leastShare` of the cells, since a few are there by chance.
   */
  verdict: 'identifier' | 'text' | 'none';
}

const NAMES: readonly [IdentifierKind, RegExp][] = [
  ['cn-resident-id', /身份证|身分證|id_?card|identity_?(?:no|number|card)|resident_?id|national_?id/i],
  ['hk-id', /hk_?id/i],
  ['macao-id', /\bbir\b|macao_?id/i],
  ['passport', /passport|护照|護照/i],
  ['phone', /phone|mobile|\btel\b|telephone|电话|電話|手机|手機/i],
  ['email', /e-?mail|邮箱|電郵|邮件/i],
  ['address', /(?:^|_|\b)(?:home_|street_|postal_)?address|住址|地址/i],
  ['medical-record', /\bmrn\b|medical_?record|patient_?(?:id|no|number)|住院号|病历号|病案号|门诊号|就诊卡/i],
  ['bank-card', /bank_?(?:card|account)|银行卡|card_?number/i],
  ['name', /(?:^|_|\b)(?:patient_?|full_?|first_?|last_?|family_?|given_?|sur)name|^name$|姓名/i],
];

/** @param leastShare likely findings below this share of the cells are put down to chance */
export function judgeColumn(
  { name, values }: { name: string; values: Iterable<string> },
  { leastShare = 0.02, mostOfColumn = 0.5 } = {},
): ColumnFinding {
  const counts = new Map<IdentifierKind, { sure: number; likely: number }>();
  let [cells, hit] = [0, 0];
  for (const value of values) {
    if (value.trim() === '') continue;
    cells += 1;
    const inCell = new Map<IdentifierKind, 'sure' | 'likely'>();
    for (const { kind, certainty } of scanText(value)) if (inCell.get(kind) !== 'sure') inCell.set(kind, certainty);
    for (const [kind, certainty] of inCell) {
      const count = counts.get(kind) ?? { sure: 0, likely: 0 };
      count[certainty] += 1;
      counts.set(kind, count);
    }
    if ([...inCell.keys()].some((kind) => kind !== 'uscc')) hit += 1;
  }
  const kinds = IDENTIFIER_KINDS.flatMap((kind) => {
    const count = counts.get(kind);
    return count === undefined ? [] : [{ kind, ...count }];
  });
  const named = NAMES.find(([, pattern]) => pattern.test(name))?.[0];
  const personal = kinds.filter(({ kind }) => kind !== 'uscc');
  const isPersonal = personal.some(({ sure, likely }) => sure > 0 || likely >= leastShare * cells);
  const verdict = named !== undefined || hit > mostOfColumn * cells ? 'identifier' : isPersonal ? 'text' : 'none';
  return { cells, kinds, ...(named !== undefined && { named }), verdict };
}
