import { createHash } from 'node:crypto';
import { Problem } from '#kernel/problem';
import {
  FUND_KINDS,
  type FundKind,
  type NewFundEntry,
  PURPOSES,
  type Purpose,
  VALUATIONS,
  type Valuation,
} from '../model.ts';
import { checkFundEntry } from './funds.ts';

/** Heads of a file of entries, in English and Chinese. */
const COLUMNS = {
  day: ['date', 'day', '日期'],
  kind: ['kind', 'type', '类型'],
  yuan: ['amount', 'amount_yuan', 'yuan', '金额', '金额（元）', '金额(元)'],
  holding: ['holding', '被投企业', '标的'],
  investor: ['investor', '出资人'],
  purpose: ['purpose', '用途'],
  recallable: ['recallable', '可收回'],
  stake: ['stake_percent', 'stake', '持股比例', '持股比例（%）'],
  method: ['method', '估值方法'],
  source: ['source', '来源'],
  note: ['note', '备注'],
} as const;
type Column = keyof typeof COLUMNS;
const NEEDED: readonly Column[] = ['day', 'kind', 'yuan', 'source'];

const KINDS_ZH: Readonly<Record<string, FundKind>> = {
  认缴: 'commitment',
  缴款: 'call',
  分配: 'distribution',
  投资: 'investment',
  回款: 'proceeds',
  管理费: 'management-fee',
  费用: 'expense',
  业绩报酬: 'carry',
  净值: 'net-value',
  项目估值: 'holding-value',
};

export interface ReadRow {
  row: number;
  entry: NewFundEntry | null;
  digest: string;
  faults: { column: string; message: string }[];
}

/**
 * Entries of a file, a row each, with what is wrong with a row told at its column.
 *
 * @param holdings ids by the name or id that a row gives; null where several things have the name
 * @throws Problem `invalid` where a column that every entry needs is missing
 */
export function readEntries(
  rows: readonly (readonly string[])[],
  { holdings, today }: { holdings: ReadonlyMap<string, string | null>; today: string },
): ReadRow[] {
  const at = placesOf(rows[0] ?? []);
  const seen = new Map<string, number>();
  return rows.slice(1).flatMap((cells, index) => {
    if (cells.every((cell) => cell.trim() === '')) return [];
    const text = (column: Column): string => cells[at.get(column) ?? -1]?.trim() ?? '';
    const faults: ReadRow['faults'] = [];
    const entry = entryOf(text, holdings, faults);
    if (faults.length === 0) checked(entry, today, faults);
    // Two equal rows of a file are two entries; the same row of another file of the same fund is the same entry.
    const content = JSON.stringify(Object.keys(COLUMNS).map((column) => text(column as Column)));
    const times = (seen.get(content) ?? 0) + 1;
    seen.set(content, times);
    const digest = createHash('sha256').update(`${times} ${content}`).digest('hex');
    return [{ row: index + 2, entry: faults.length === 0 ? entry : null, digest, faults }];
  });
}

/** Names of holdings that a file gives. */
export function holdingsNamed(rows: readonly (readonly string[])[]): string[] {
  const place = placesOf(rows[0] ?? []).get('holding');
  if (place === undefined) return [];
  return [...new Set(rows.slice(1).map((cells) => cells[place]?.trim() ?? ''))].filter((name) => name !== '');
}

function placesOf(head: readonly string[]): Map<Column, number> {
  const places = new Map<Column, number>();
  for (const [column, names] of Object.entries(COLUMNS) as [Column, readonly string[]][]) {
    const place = head.findIndex((name) => names.includes(name.trim().toLowerCase()));
    if (place >= 0) places.set(column, place);
  }
  const missing = NEEDED.filter((column) => !places.has(column));
  if (missing.length > 0)
    throw new Problem('invalid', 'the file lacks a column that every entry needs', {
      missing: missing.map((column) => COLUMNS[column][0]),
    });
  return places;
}

function entryOf(
  text: (column: Column) => string,
  holdings: ReadonlyMap<string, string | null>,
  faults: ReadRow['faults'],
): NewFundEntry {
  const wrong = (column: Column, message: string): void => {
    faults.push({ column: COLUMNS[column][0], message });
  };
  const optional = <T extends string>(column: Column, values: readonly T[]): T | null => {
    if (text(column) === '') return null;
    const found = values.find((value) => value === text(column).toLowerCase());
    if (found === undefined) wrong(column, 'none of its values');
    return found ?? null;
  };
  const kind = KINDS_ZH[text('kind')] ?? FUND_KINDS.find((each) => each === text('kind').toLowerCase());
  if (kind === undefined) wrong('kind', 'none of its values');
  if (!isDay(text('day'))) wrong('day', 'no day');
  const fen = fenOf(text('yuan'));
  if (fen === undefined) wrong('yuan', 'no amount');
  const named = text('holding');
  const holding = named === '' ? undefined : holdings.get(named);
  if (named !== '' && holding === undefined) wrong('holding', 'nothing of this name is on file');
  if (holding === null) wrong('holding', 'several things have this name: give the id');
  const stake = text('stake').replace(/%$/, '');
  if (!/^\d{0,3}(\.\d{1,4})?$/.test(stake)) wrong('stake', 'no share');
  return {
    kind: kind ?? 'call',
    day: text('day'),
    fen: fen ?? 0,
    source: text('source'),
    holding: holding ?? null,
    investor: text('investor') || null,
    purpose: optional<Purpose>('purpose', [...PURPOSES.call, ...PURPOSES.distribution]),
    recallable: /^(yes|true|1|是)$/i.test(text('recallable')),
    stakePpm: stake === '' ? null : Math.round(Number(stake) * 10_000),
    method: optional<Valuation>('method', VALUATIONS),
    note: text('note') || null,
  };
}

function isDay(text: string): boolean {
  const at = /^\d{4}-\d{2}-\d{2}$/.test(text) ? new Date(`${text}T00:00:00Z`) : undefined;
  return at !== undefined && !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text);
}

/** Yuan with at most two places, as integer fen. */
function fenOf(text: string): number | undefined {
  const found = /^(\d{1,13})(?:\.(\d{1,2})0*)?$/.exec(text.replaceAll(',', ''));
  return found === null ? undefined : Number(found[1]) * 100 + Number((found[2] ?? '').padEnd(2, '0'));
}

function checked(entry: NewFundEntry, today: string, faults: ReadRow['faults']): void {
  try {
    checkFundEntry(entry, today);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    faults.push({ column: '', message: error.message });
  }
}
