import type { FundEntry, IlpaLine, IlpaReport } from '../model.ts';
import { fundValue, parseQuarter, standing, sumsOf } from './funds.ts';

/**
 * Lines of the quarterly form, in its order: capital account, commitment, fees and expenses. A line without a rule needs what these books do
 * not keep, and is told as unknown.
 *
 * ILPA's workbooks themselves were not at hand. Read: ILPA's own overview of the Performance Template and the news of 22 January 2025; what
 * Alston & Bird (2025-02), Gen II (2025-02-13), Suntera and Burgiss (2019-01-15, lines of the 2016 form) say of the lines.
 */
type Sums = ReturnType<typeof sumsOf>;
interface Period {
  /** Standing before the period, and at its end. */
  before: readonly FundEntry[];
  after: readonly FundEntry[];
  /** What happened in it. */
  within: Sums;
}
const worth = (entries: readonly FundEntry[]): number | null => {
  const value = fundValue(entries);
  if (value !== null) return value.fen + value.movedFen;
  return entries.length === 0 ? 0 : null;
};
const gain = ({ before, after, within }: Period): number | null => {
  const [from, to] = [worth(before), worth(after)];
  if (from === null || to === null) return null;
  return to - from - within.called + within.distributed + within.managementFees + within.expenses + within.carry;
};
const unfunded = (entries: readonly FundEntry[]): number => sumsOf(entries).unfunded;

const LINES: readonly (readonly [code: string, rule: ((period: Period) => number | null) | undefined])[] = [
  ['opening-value', ({ before }) => worth(before)],
  ['contributions', ({ within }) => within.called],
  ['distributions', ({ within }) => -within.distributed],
  ['syndication-costs', undefined],
  ['placement-fees', undefined],
  ['partner-transfers', undefined],
  ['management-fees-gross', ({ within }) => -within.managementFees],
  ['fee-offsets', undefined],
  ['partnership-expenses', ({ within }) => -within.expenses],
  ['internal-chargebacks', undefined],
  ['carried-interest-paid', ({ within }) => -within.carry],
  ['gain', gain],
  ['closing-value', ({ after }) => worth(after)],
  ['carried-interest-accrued', undefined],
  ['commitment', ({ after }) => sumsOf(after).committed],
  ['unfunded-opening', ({ before }) => unfunded(before)],
  ['recallable', ({ within }) => within.recallable],
  ['unfunded-closing', ({ after }) => unfunded(after)],
  ['portfolio-company-fees', undefined],
];

/** Of a quarter, the year to its end, and since the beginning. */
export function ilpaLines(all: readonly FundEntry[], quarter: string): IlpaLine[] {
  const { year, from, to } = parseQuarter(quarter);
  const periods = [from, `${year}-01-01`, ''].map((first): Period => {
    const after = standing(all, to);
    const before = after.filter(({ day }) => day < first);
    return { before, after, within: sumsOf(after.filter(({ day }) => day >= first)) };
  }) as [Period, Period, Period];
  return LINES.map(([code, rule]) => {
    const [one, two, three] = periods.map((period) => rule?.(period) ?? null) as [
      number | null,
      number | null,
      number | null,
    ];
    return { code, quarter: one, year: two, inception: three };
  });
}

/** Flows between fund and investors, itemised by what they were for, and between fund and holdings; to the investor positive. */
export function ilpaTransactions(all: readonly FundEntry[], to: string): IlpaReport['transactions'] {
  return standing(all, to).flatMap(({ kind, day, fen, purpose, recallable }) => {
    const type = [kind, purpose, recallable ? 'recallable' : null].filter((part) => part !== null).join(':');
    if (kind === 'call' || kind === 'investment') return [{ day, type, fen: -fen }];
    return kind === 'distribution' || kind === 'proceeds' ? [{ day, type, fen }] : [];
  });
}
