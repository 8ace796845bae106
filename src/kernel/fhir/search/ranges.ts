import type { Sql } from '#kernel/context';
import { all, any, sql, trusted } from '#kernel/sql';
import { canonicalRange, instantsOf, rangeOf } from '#standards/fhir';
import { unitNumber } from '../indexing.ts';
import { bad, splitUnescaped, withoutEscapes } from './ask.ts';

/**
 * Conditions on ranges: a value in a resource is a range [lo, hi], a question is one too.
 * Source: FHIR R4 search.html#prefix; for numbers the precision counts only where no prefix is given.
 */

type Prefix = 'eq' | 'ne' | 'gt' | 'lt' | 'ge' | 'le' | 'sa' | 'eb' | 'ap';
const PREFIX = /^(eq|ne|gt|lt|ge|le|sa|eb|ap)(?=[-+.\d])/;
const UCUM = 'http://unitsofmeasure.org';

/** Columns, or expressions, that hold the ends. */
export interface Ends {
  lo: Sql;
  hi: Sql;
}

const OWN: Ends = { lo: trusted('i.lo'), hi: trusted('i.hi') };
const BASE: Ends = { lo: trusted('i.base_lo'), hi: trusted('i.base_hi') };
const DAY_MS = 86_400_000;

function split(value: string): { prefix: Prefix; rest: string } {
  const prefix = PREFIX.exec(value)?.[1] as Prefix | undefined;
  return { prefix: prefix ?? 'eq', rest: prefix === undefined ? value : value.slice(2) };
}

/** On a row `i` of fhir.date_index, or on the given ends in milliseconds. */
export function dateTerm(value: string, now: Date, ends: Ends = OWN): Sql {
  const { prefix, rest } = split(value);
  const asked = instantsOf(rest);
  if (asked === undefined) throw bad('this is no date', value);
  const { lo, hi } = asked;
  const within = sql`(${ends.lo} between ${lo}::float8 and ${hi}::float8 and ${ends.hi} <= ${hi}::float8)`;
  switch (prefix) {
    case 'eq':
      return within;
    case 'ne':
      return sql`not ${within}`;
    case 'gt':
      return endsAfter(ends, hi);
    case 'lt':
      return sql`${ends.lo} < ${lo}::float8`;
    case 'ge':
      return sql`(${endsAfter(ends, hi)} or ${within})`;
    case 'le':
      return sql`(${ends.lo} < ${lo}::float8 or ${within})`;
    case 'sa':
      return sql`${ends.lo} > ${hi}::float8`;
    case 'eb':
      return sql`${ends.hi} < ${lo}::float8`;
    case 'ap': {
      // A tenth of the way from now, as FHIR suggests.
      const slack = Math.abs(now.getTime() - (lo + hi) / 2) / 10;
      return sql`(${endsAfter(ends, lo - slack)} and ${ends.lo} <= ${hi + slack}::float8)`;
    }
  }
}

/** `hi > bound`, said so that the index on lo serves short ranges and the index of the long ones the rest. */
function endsAfter({ lo, hi }: Ends, bound: number): Sql {
  return sql`(
    (${lo} > ${bound - DAY_MS}::float8 and ${hi} > ${bound}::float8)
    or (${hi} - ${lo} > 86400000 and ${hi} > ${bound}::float8)
  )`;
}

/** `_lastUpdated`, which is an instant. */
export function updatedTerm(value: string, now: Date, updated: Sql): Sql {
  const { prefix, rest } = split(value);
  const asked = instantsOf(rest);
  if (asked === undefined) throw bad('this is no date', value);
  const [lo, hi] = [new Date(asked.lo), new Date(asked.hi)];
  switch (prefix) {
    case 'eq':
      return sql`${updated} between ${lo} and ${hi}`;
    case 'ne':
      return sql`${updated} not between ${lo} and ${hi}`;
    case 'gt':
    case 'sa':
      return sql`${updated} > ${hi}`;
    case 'lt':
    case 'eb':
      return sql`${updated} < ${lo}`;
    case 'ge':
      return sql`${updated} >= ${lo}`;
    case 'le':
      return sql`${updated} <= ${hi}`;
    case 'ap': {
      const slack = Math.abs(now.getTime() - asked.lo) / 10;
      return sql`${updated} between ${new Date(asked.lo - slack)} and ${new Date(asked.hi + slack)}`;
    }
  }
}

export function numberTerm(value: string, ends: Ends = OWN): Sql {
  const { prefix, rest } = split(value);
  return amountTerm(prefix, readAmount(rest, value), ends);
}

interface Amount {
  value: number;
  lo: number;
  hi: number;
}

function readAmount(text: string, whole: string): Amount {
  if (!/^[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?$/.test(text)) throw bad('this is no number', whole);
  return rangeOf(text);
}

function amountTerm(prefix: Prefix, { value, lo, hi }: Amount, ends: Ends): Sql {
  const within = sql`(${ends.lo} >= ${lo}::float8 and ${ends.lo} < ${hi}::float8 and ${ends.hi} < ${hi}::float8)`;
  switch (prefix) {
    case 'eq':
      return within;
    case 'ne':
      return sql`not ${within}`;
    case 'gt':
      return sql`${ends.hi} > ${value}::float8`;
    case 'lt':
      return sql`${ends.lo} < ${value}::float8`;
    case 'ge':
      return sql`${ends.hi} >= ${value}::float8`;
    case 'le':
      return sql`${ends.lo} <= ${value}::float8`;
    case 'sa':
      return sql`${ends.lo} > ${value}::float8`;
    case 'eb':
      return sql`${ends.hi} < ${value}::float8`;
    case 'ap': {
      const slack = Math.abs(value) / 10;
      return sql`(${ends.hi} >= ${value - slack}::float8 and ${ends.lo} <= ${value + slack}::float8)`;
    }
  }
}

export interface QuantityAsk {
  prefix: Prefix;
  amount: Amount;
  system: string;
  code: string;
  /** The same in base units, where the unit is understood. */
  base?: Amount & { code: string };
}

/** `<number>`, `<number>|<system>|<code>` or `<number>||<code>`. */
export function readQuantity(value: string): QuantityAsk {
  const [first = '', system = '', code = ''] = splitUnescaped(value, '|').map(withoutEscapes);
  const { prefix, rest } = split(first);
  const amount = readAmount(rest, value);
  const base = system === UCUM && code !== '' ? canonicalRange(amount, code) : undefined;
  return { prefix, amount, system, code, ...(base && { base }) };
}

export function quantityTerm(value: string): Sql {
  const { prefix, amount, system, code, base } = readQuantity(value);
  if (base !== undefined) return all([sql`i.base = ${unitNumber(base.code)}`, amountTerm(prefix, base, BASE)]);
  const range = amountTerm(prefix, amount, OWN);
  if (code === '') return range;
  if (system !== '') return all([sql`i.unit = ${unitNumber(`${system}|${code}`)}`, range]);
  const unit = unitNumber(code);
  return all([any([sql`i.code = ${unit}`, sql`i.label = ${unit}`]), range]);
}

export function quantityAmountTerm(prefix: Prefix, amount: Amount, ends: Ends): Sql {
  return amountTerm(prefix, amount, ends);
}
