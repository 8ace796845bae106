import type { FundEntry, IlpaLine, IlpaPart, IlpaReport } from '../model.ts';
import { fundValue, parseQuarter, standing, sumsOf } from './funds.ts';

/**
 * Lines of the quarterly form in the parts and the order of ILPA's Reporting Template v2.0 (January 2025), as far as public texts tell them. A line
 * without a rule needs what these books do not keep, and is told as unknown; the twenty-two kinds of external expenses stand as one line, for the
 * books do not tell them apart.
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

type Rule = (period: Period) => number | null;

/** The parts of the form with their lines, in the template's order. */
const PARTS: Readonly<Record<IlpaPart, readonly (readonly [code: string, rule: Rule | undefined])[]>> = {
  flows: [
    ['opening-value', ({ before }) => worth(before)],
    ['contributions', ({ within }) => within.called],
    ['distributions', ({ within }) => -within.distributed],
    ['syndication-costs', undefined],
    ['placement-fees', undefined],
    ['partner-transfers', undefined],
  ],
  'management-fees': [
    ['management-fees-gross', ({ within }) => -within.managementFees],
    ['fee-rebates', undefined],
    ['fee-waivers', undefined],
    ['fee-offsets', undefined],
    ['management-fees-net', undefined],
  ],
  expenses: [
    ['partnership-expenses', ({ within }) => -within.expenses],
    ['external-expenses', undefined],
    ['internal-chargebacks', undefined],
    ['capitalised-expenses', undefined],
  ],
  results: [
    ['gain', gain],
    ['income', undefined],
    ['realised-gain', undefined],
    ['unrealised-gain', undefined],
  ],
  incentive: [
    ['carried-interest-paid', ({ within }) => -within.carry],
    ['carried-interest-accrued', undefined],
    ['closing-value', ({ after }) => worth(after)],
  ],
  commitment: [
    ['commitment', ({ after }) => sumsOf(after).committed],
    ['unfunded-opening', ({ before }) => unfunded(before)],
    ['recallable', ({ within }) => within.recallable],
    ['commitment-released', undefined],
    ['unfunded-closing', ({ after }) => unfunded(after)],
  ],
  related: [
    ['portfolio-company-fees', undefined],
    ['related-reimbursements', undefined],
  ],
};
const LINES = Object.entries(PARTS).flatMap(([part, lines]) =>
  lines.map(([code, rule]) => ({ part: part as IlpaPart, code, rule })),
);

/** Of a quarter, the year to its end, and since the beginning. */
export function ilpaLines(all: readonly FundEntry[], quarter: string): IlpaLine[] {
  const { year, from, to } = parseQuarter(quarter);
  const periods = [from, `${year}-01-01`, ''].map((first): Period => {
    const after = standing(all, to);
    const before = after.filter(({ day }) => day < first);
    return { before, after, within: sumsOf(after.filter(({ day }) => day >= first)) };
  }) as [Period, Period, Period];
  return LINES.map(({ part, code, rule }) => {
    const [one, two, three] = periods.map((period) => rule?.(period) ?? null) as [
      number | null,
      number | null,
      number | null,
    ];
    return { part, code, isKept: rule !== undefined, quarter: one, year: two, inception: three };
  });
}

/** Flows between fund and investors, itemised by what they were for, and apart from them those between fund and holdings; to the investor positive. */
export function ilpaTransactions(all: readonly FundEntry[], to: string): IlpaReport['transactions'] {
  return standing(all, to).flatMap(({ kind, day, fen, purpose, recallable }) => {
    const type = [kind, purpose, recallable ? 'recallable' : null].filter((part) => part !== null).join(':');
    const between = kind === 'call' || kind === 'distribution' ? 'investors' : 'holdings';
    if (kind === 'call' || kind === 'investment') return [{ day, between, type, fen: -fen }];
    return kind === 'distribution' || kind === 'proceeds' ? [{ day, between, type, fen }] : [];
  });
}
