import { judgeColumn } from '#standards/identifier-scan';
import type { GateCheck } from '../../model.ts';
import { type EncodedCandidate, type EncodedColumn, textOf } from './encoded.ts';
import { check, LIKELY_SHARE, UNIQUE_SHARE } from './settings.ts';

/** Distinct values of a column that are looked at: a bound for what one column may cost. */
const MOST_VALUES = 200_000;
/** A column of fewer rows says nothing about how unique its values are. */
const FEWEST_ROWS = 50;

/** Columns that may leave as far as their role goes: identifiers never do. */
export function leaving({ columns }: EncodedCandidate, contributions: readonly string[]): EncodedColumn[] {
  return columns.filter(({ name, role }) => role !== 'identifier' && !contributions.includes(name));
}

/** Looks for persons in names of columns and in every cell that would leave. */
export function scanChecks(columns: readonly EncodedColumn[]): GateCheck[] {
  const judged = columns
    .filter(({ role }) => role !== 'count')
    .map((column) => {
      const isText =
        column.type === 'text' || column.type === 'code' || column.dictionary.some((cell) => typeof cell === 'string');
      const values = isText ? column.dictionary.slice(0, MOST_VALUES).map(textOf) : [];
      return { name: column.name, ...judgeColumn({ name: column.name, values }, { leastShare: LIKELY_SHARE }) };
    });
  const sum = (which: readonly (typeof judged)[number][]): number =>
    which.reduce(
      (total, { kinds }) =>
        total + kinds.reduce((found, { kind, sure, likely }) => found + (kind === 'uscc' ? 0 : sure + likely), 0),
      0,
    );
  const named = judged.filter(({ verdict }) => verdict === 'identifier');
  const mentioning = judged.filter(({ verdict }) => verdict === 'text');
  return [
    check('identifiers', {
      verdict: named.length > 0 ? 'failed' : 'passed',
      numbers: [
        { name: 'columnsLookedAt', value: judged.length },
        { name: 'identifierCells', value: sum(named), limit: 0 },
      ],
      where: named.map(({ name }) => name),
    }),
    check('free-text', {
      verdict: mentioning.length > 0 ? 'failed' : 'passed',
      numbers: [{ name: 'mentions', value: sum(mentioning), limit: 0 }],
      where: mentioning.map(({ name }) => name),
    }),
  ];
}

/** A column that is said to be plain, or sensitive, but has nearly as many values as rows, points at persons. */
export function roleCheck(columns: readonly EncodedColumn[], rowCount: number): GateCheck {
  const shares = columns
    .filter(({ role }) => role === 'plain' || role === 'measure' || role === 'weight')
    .map((column) => ({ name: column.name, share: uniqueShare(column, rowCount) }));
  const unique = rowCount < FEWEST_ROWS ? [] : shares.filter(({ share }) => share > UNIQUE_SHARE);
  return check('columns', {
    verdict: unique.length > 0 ? 'failed' : 'passed',
    numbers: [
      {
        name: 'largestUniqueShare',
        value: shares.reduce((most, { share }) => Math.max(most, share), 0),
        limit: UNIQUE_SHARE,
      },
    ],
    where: unique.map(({ name }) => name),
  });
}

function uniqueShare({ dictionary, codes }: EncodedColumn, rowCount: number): number {
  const counts = new Uint32Array(dictionary.length);
  for (const code of codes) counts[code]! += 1;
  let alone = 0;
  for (const count of counts) if (count === 1) alone += 1;
  return rowCount === 0 ? 0 : alone / rowCount;
}
