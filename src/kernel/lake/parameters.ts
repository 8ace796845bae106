import type { Sql } from '#kernel/context';
import { Problem } from '#kernel/problem';

/** A question as ClickHouse takes it: `{p1:Type}` in the text, and the values by name. */
export interface Bound {
  text: string;
  values: Record<string, unknown>;
}

/** ClickHouse takes addresses of 1 MiB, and the parameters travel there. */
const MOST_BYTES = 700_000;

/** Strings, quoted names and comments, which are passed over; what else remains are the places of values. */
const TOKEN =
  /'(?:[^'\\]|\\[\s\S]|'')*'|"(?:[^"\\]|\\[\s\S])*"|`(?:[^`\\]|\\[\s\S])*`|--[^\n]*|\/\*[\s\S]*?\*\/|\$(\d+)/g;

/**
 * Turns `$1` into `{p1:String}`, by the type of the value: string String, whole number Int64, other number Float64, boolean Bool,
 * Date DateTime64(3, 'UTC'), bigint UInt64 (Int64 below zero), array Array(of these), null Nullable(Nothing).
 *
 * @throws Problem `invalid` for values without such a type, `too-large` for more than 700 kB of them
 */
export function bind(ask: Sql): Bound {
  const types = ask.values.map(typeOf);
  const text = ask.text.replace(TOKEN, (token, place?: string) => {
    const type = place === undefined ? undefined : types[Number(place) - 1];
    return type === undefined ? token : `{p${place}:${type}}`;
  });
  const values = Object.fromEntries(ask.values.map((value, index) => [`p${index + 1}`, wireOf(value)]));
  const bytes = encodeURIComponent(JSON.stringify(Object.values(values), bigintAsText)).length;
  if (bytes > MOST_BYTES)
    throw new Problem('too-large', 'too many values in one question', { bytes, most: MOST_BYTES });
  return { text, values };
}

function typeOf(value: unknown): string {
  if (value === null) return 'Nullable(Nothing)';
  if (Array.isArray(value)) return `Array(${elementTypeOf(value)})`;
  if (value instanceof Date && !Number.isNaN(value.getTime())) return "DateTime64(3,'UTC')";
  switch (typeof value) {
    case 'string':
      return 'String';
    case 'boolean':
      return 'Bool';
    case 'bigint':
      return value < 0n ? 'Int64' : 'UInt64';
    case 'number':
      return Number.isSafeInteger(value) && !Object.is(value, -0) ? 'Int64' : 'Float64';
    default:
      throw new Problem('invalid', 'the lake has no type for a value', { type: typeof value });
  }
}

/** Whole numbers among others are others; null makes the rest nullable. */
function elementTypeOf(values: readonly unknown[]): string {
  const types = new Set(values.filter((value) => value !== null).map(typeOf));
  if (types.has('Float64')) types.delete('Int64');
  const [type = 'Nothing', ...others] = types;
  if (others.length > 0)
    throw new Problem('invalid', 'the values of a list must be of one type', { types: [...types] });
  return values.includes(null) && !type.startsWith('Array') ? `Nullable(${type})` : type;
}

/** As the client writes it rightly: dates as text, because it counts wrongly before 1970. */
function wireOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(wireOf);
  if (value instanceof Date) return value.toISOString().replace('T', ' ').replace('Z', '');
  return Object.is(value, -0) ? '-0' : value;
}

function bigintAsText(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value;
}
