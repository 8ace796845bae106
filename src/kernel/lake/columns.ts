import { Problem } from '#kernel/problem';
import type { Column } from '#standards/sql-on-fhir';

/** A column of a table of the lake. */
export interface LakeColumn {
  name: string;
  /** ClickHouse's type. */
  type: string;
  codec?: string;
  description?: string;
  /** A column of texts with which, and a dot, most values begin: ids of what belongs to a patient. It is not kept twice. */
  prefix?: string;
}

const PLAIN = String.raw`String|Bool|U?Int(?:8|16|32|64)|Float(?:32|64)|Date|Date32|DateTime\('UTC'\)|DateTime64\([0-6], 'UTC'\)|Decimal\((?:[1-9]|[12]\d|3[0-8]), ?(?:\d|1\d)\)`;
/** What a tag may ask for: text that goes into definitions as it stands. */
const TYPE = new RegExp(`^(?:LowCardinality\\()?(?:Nullable\\()?(?:${PLAIN})\\){0,2}$`);
const CODEC =
  /^(?:(?:Delta|DoubleDelta|GCD|Gorilla|T64|LZ4|LZ4HC\((?:[1-9]|1[0-2])\)|ZSTD\((?:[1-9]|1\d|2[0-2])\))(?:, ?|$)){1,3}$/;

/**
 * The column as it is kept: as the tag `clickhouse/type` says, else as the compiled view gives it.
 *
 * @throws Problem `invalid` for a type or codec that is none of those allowed
 */
export function keptAs({ name, sqlType, tags, description }: Column): LakeColumn {
  const tag = (key: string) => tags.find((each) => each.name === key)?.value;
  const type = tag('clickhouse/type') ?? sqlType;
  const codec = tag('clickhouse/codec');
  const prefix = tag('clickhouse/prefix');
  if (tag('clickhouse/type') !== undefined && !isBalanced(type))
    throw new Problem('invalid', 'the lake keeps no column of this type', { column: name, type });
  if (codec !== undefined && !CODEC.test(codec))
    throw new Problem('invalid', 'the lake knows no such codec', { column: name, codec });
  return {
    name,
    type,
    ...(codec === undefined ? {} : { codec }),
    ...(prefix === undefined ? {} : { prefix }),
    ...(description === undefined ? {} : { description }),
  };
}

function isBalanced(type: string): boolean {
  return TYPE.test(type) && type.split('(').length === type.split(')').length;
}

/**
 * The value of a compiled column in the type it is kept in. A partial date or time stands for its first moment, in UTC where no
 * zone is said; what the type cannot hold is null, or the type's default where it knows no null.
 *
 * @param column SQL of the compiled column
 */
export function converted(column: string, from: string, to: string): string {
  if (from === to) return column;
  const base = to.replace(/^LowCardinality\((.*)\)$/, '$1').replace(/^Nullable\((.*)\)$/, '$1');
  const isText = /String/.test(from);
  const value =
    isText && /^Date/.test(base)
      ? momentOf(column, base)
      : base === 'String'
        ? textOf(column, from)
        : `accurateCastOrNull(${column}, ${quoted(base)})`;
  const whole = to.includes('Nullable(') ? value : `ifNull(${value}, defaultValueOfTypeName(${quoted(base)}))`;
  return `cast(${whole}, ${quoted(to)})`;
}

function textOf(column: string, from: string): string {
  return /String/.test(from) ? column : `toString(${column})`;
}

function momentOf(column: string, base: string): string {
  const whole = `multiIf(length(${column}) = 4, concat(${column}, '-01-01T00:00:00Z'), length(${column}) = 7, concat(${column}, '-01T00:00:00Z'), length(${column}) = 10, concat(${column}, 'T00:00:00Z'), ${column})`;
  const moment = `parseDateTime64BestEffortOrNull(${whole}, 3, 'UTC')`;
  if (base === 'Date' || base === 'Date32')
    return `accurateCastOrNull(parseDateTime64BestEffortOrNull(concat(left(${whole}, 10), 'T00:00:00Z'), 3, 'UTC'), ${quoted(base)})`;
  return base.startsWith('DateTime64')
    ? `cast(${moment}, 'Nullable(${base.replaceAll("'", "\\'")})')`
    : `accurateCastOrNull(${moment}, ${quoted(base)})`;
}

/** What is kept of a column with a prefix, and under what name. */
export function restName(name: string): string {
  return `_rest_${name}`;
}

/** `.rest` where the value begins with the prefix and a dot, else the value; a dot that it begins with itself is told apart by a slash. */
export function restOf({ name, prefix = '' }: LakeColumn): string {
  const [value, before] = [named(name), `ifNull(${named(prefix)}, '')`];
  return `multiIf(${before} != '' and startsWith(${value}, concat(${before}, '.')), substring(${value}, length(${before}) + 1), match(${value}, '^[./]'), concat('/', ${value}), ${value})`;
}

/** The value again. */
export function wholeOf({ name, prefix = '' }: LakeColumn): string {
  const rest = named(restName(name));
  return `multiIf(startsWith(${rest}, '.'), concat(ifNull(${named(prefix)}, ''), ${rest}), startsWith(${rest}, '/'), substring(${rest}, 2), ${rest})`;
}

/** A text as ClickHouse's SQL. */
export function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}

/** A name as ClickHouse's SQL. */
export function named(name: string): string {
  return `\`${name.replaceAll('\\', '\\\\').replaceAll('`', '\\`')}\``;
}
