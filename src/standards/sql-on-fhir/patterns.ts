/** What both targets know: the types a column may ask for, and the texts of moments and references as regular expressions that both read alike. */

import type { ColumnSource } from './model.ts';

const MONTH = '(0[1-9]|1[0-2])';
const DAY = '((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8]))';
const LEAP_DAY = '([0-9]{2}(0[48]|[2468][048]|[13579][26])|([02468][048]|[13579][26])00)-02-29';
const FULL_DATE = `([0-9]{4}-${DAY}|${LEAP_DAY})`;
const MINUTE = '([01][0-9]|2[0-3]):[0-5][0-9]';
const SECOND = '([0-5][0-9]|60)([.][0-9]+)?';

/** Of days that the calendar has; an hour may stand alone. */
export const MOMENT_PATTERN: Record<string, string> = {
  date: `^([0-9]{4}(-${MONTH})?|${FULL_DATE})$`,
  dateTime:
    `^([0-9]{4}(-${MONTH})?|${FULL_DATE}(T(([01][0-9]|2[0-3])|${MINUTE}` +
    `|${MINUTE}:${SECOND}(Z|[+-][0-9]{2}:[0-9]{2})?))?)$`,
  time: `^(([01][0-9]|2[0-3])|${MINUTE}(:${SECOND})?)$`,
};

/** The types of SQL that a column may ask for by its tag `ansi/type`. */
const ANSI = {
  text: /^(?:CHARACTER VARYING|VARCHAR|CHARACTER|CHAR|TEXT)\b/,
  boolean: /^BOOLEAN$/,
  integer: /^(?:INT|INTEGER|SMALLINT)$/,
  bigint: /^BIGINT$/,
  decimal: /^(?:DECIMAL|NUMERIC|DEC)\b/,
  double: /^(?:DOUBLE PRECISION|FLOAT|REAL)\b/,
  date: /^DATE$/,
  timestamp: /^TIMESTAMP\b/,
};
export type AnsiType = keyof typeof ANSI;

/** @returns undefined when the column asks for none that is known; `written` is the tag in capitals, with the digits of a decimal */
export function ansiTypeOf({ tags }: ColumnSource): { name: AnsiType; written: string } | undefined {
  const written = tags
    .find(({ name }) => name === 'ansi/type')
    ?.value.trim()
    .toUpperCase();
  if (written === undefined) return undefined;
  const name = (Object.keys(ANSI) as AnsiType[]).find((one) => ANSI[one].test(written));
  return name && { name, written };
}

/** How much of the text is kept for each number of digits that FHIRPath's precision may name. */
export const DATE_DIGITS: Record<string, number> = { 4: 4, 6: 7, 8: 10 };
export const TIME_DIGITS: Record<string, number> = { 2: 2, 4: 5, 6: 8, 9: 12 };
export const MOMENT_DIGITS: Record<string, number> = { 4: 4, 6: 7, 8: 10, 10: 13, 12: 16, 14: 19, 17: 23 };

/** `Type/id`, at the end of whatever base, with or without a version; the id is the first group. */
export function referencePattern({ text }: { text?: string }): string {
  return `(?:^|/)${text ? text : '[A-Z][A-Za-z]+'}/([A-Za-z0-9.-]{1,64})(?:/_history/[A-Za-z0-9.-]{1,64})?$`;
}
