import { createHash } from 'node:crypto';
import type { Sql } from '#kernel/context';
import { all, any, identifier, join, sql, trusted } from '#kernel/sql';
import { definitions } from '#standards/fhir';
import { paramNumber } from '../indexing.ts';
import type { Parameter } from '../parameters.ts';
import { parameterNamed, refuse, type SortKey } from './ask.ts';
import { hasOneValue, type Place, rangeTable } from './conditions.ts';

/** A key of the order as SQL, with the type its values have in a cursor. */
export interface Key {
  value: Sql;
  type: 'timestamptz' | 'float8' | 'text';
  descending: boolean;
  /** It is a column that always has a value, so that an index on it can be walked. */
  column?: true;
}

/** What is asked for first, each by its own rule; what has no value comes last either way. */
export function keysOf(place: Place, sort: readonly SortKey[]): Key[] {
  return sort.map(({ parameter, descending }) => ({ ...keyOf(place, parameter, descending), descending }));
}

/** The index table that holds the one value by which the result is sorted first; then its order is walked, not worked out. */
export function leaderOf(
  place: Place,
  [first]: readonly SortKey[],
): { table: Sql; param: number; code: string } | undefined {
  if (first === undefined) return undefined;
  const { parameter } = first;
  const { type, plan, code } = parameter;
  if (plan.how !== 'stored' || code === '_lastUpdated' || !hasOneValue(place.type, parameter)) return undefined;
  if (type !== 'date' && type !== 'number' && type !== 'quantity') return undefined;
  return { table: rangeTable(type), param: paramNumber(place.type, code), code };
}

function keyOf(place: Place, parameter: Parameter, descending: boolean): Omit<Key, 'descending'> {
  const { code, type, plan } = parameter;
  const row = identifier(place.alias);
  if (code === '_id') return { value: sql`${row}.id`, type: 'text', column: true };
  if (code === '_lastUpdated') return { value: sql`${row}.updated`, type: 'timestamptz', column: true };
  if (plan.how === 'other') return keyOf(place, parameterNamed(place.type, plan.code), descending);
  const best = trusted(descending ? 'max' : 'min');
  const here = sql`i.id = ${row}.id and i.part = ${row}.part and i.param = ${paramNumber(place.type, code)}`;
  if (plan.how === 'stored' && (type === 'date' || type === 'number' || type === 'quantity')) {
    return { value: sql`(select ${best}(i.lo) from ${rangeTable(type)} i where ${here})`, type: 'float8' };
  }
  if (plan.how === 'stored' && (type === 'string' || type === 'uri')) {
    return { value: sql`(select ${best}(left(i.value, 100)) from fhir.text_index i where ${here})`, type: 'text' };
  }
  const path = pathOf(place.type, parameter);
  if (path === undefined) throw refuse('not-supported', 'the result cannot be sorted by this parameter', code);
  return { value: sql`(${row}.content #>> ${path}::text[])`, type: 'text' };
}

/** The path to the first code or reference that the parameter finds; undefined where it is no plain path. */
function pathOf(type: string, { expression = '' }: Parameter): string[] | undefined {
  const [root, ...names] = expression.replace(/^\((.*)\)$/, '$1').split('.');
  if (root !== type || names.length === 0) return undefined;
  const path: string[] = [];
  let at = type;
  for (const [place, name] of names.entries()) {
    const element = definitions.types[at]?.elements.find((one) => one.name === name);
    if (element === undefined) return undefined;
    path.push(name, ...(element.max === '*' ? ['0'] : []));
    const nested = `${at}.${name}`;
    at = definitions.types[nested] === undefined ? (element.types[0] ?? '') : nested;
    if (place === names.length - 1) path.push(...(WHERE_THE_CODE_IS[at] ?? []));
  }
  return path;
}

const WHERE_THE_CODE_IS: Readonly<Record<string, readonly string[]>> = {
  CodeableConcept: ['coding', '0', 'code'],
  Coding: ['code'],
  Identifier: ['value'],
  ContactPoint: ['value'],
  Reference: ['reference'],
};

/** Where a page ended: the values of its last row's keys, then its part and id. */
export interface Cursor {
  /** Where several types are searched: the one that the last row is of. */
  type: string;
  keys: (string | number | null)[];
  part: string;
  id: string;
}

export function writeCursor(cursor: Cursor, question: string): string {
  const text = JSON.stringify([cursor.type, cursor.keys, cursor.part, cursor.id, fingerprint(question)]);
  return Buffer.from(text).toString('base64url');
}

/** @throws Problem `invalid` when it was not made by `writeCursor` for the same question */
export function readCursor(text: string, question: string): Cursor {
  const refusal = refuse('invalid', 'this is no page of this search', text);
  let read: unknown;
  try {
    read = JSON.parse(Buffer.from(text, 'base64url').toString());
  } catch {
    throw refusal;
  }
  if (!Array.isArray(read) || read.length !== 5 || read[4] !== fingerprint(question)) throw refusal;
  const [type, keys, part, id] = read as [unknown, unknown, unknown, unknown];
  if (typeof type !== 'string' || !Array.isArray(keys) || typeof part !== 'string' || typeof id !== 'string')
    throw refusal;
  if (!keys.every((key) => key === null || typeof key === 'string' || typeof key === 'number')) throw refusal;
  return { type, keys, part, id };
}

function fingerprint(question: string): string {
  return createHash('sha256').update(question).digest('base64url').slice(0, 12);
}

/** Rows after the cursor. `values` are the names under which the keys are at hand. */
export function beyond(alias: string, keys: readonly Key[], values: readonly Sql[], cursor: Cursor): Sql {
  const row = identifier(alias);
  const steps: Sql[] = [];
  const same: Sql[] = [];
  const bounds: Sql[] = [];
  keys.forEach(({ type, descending, column }, at) => {
    const value = values[at]!;
    const last = cursor.keys[at] ?? null;
    if (last === null) {
      same.push(sql`${value} is null`);
      return;
    }
    if (!fits(type, last)) throw refuse('invalid', 'this is no page of this search', String(last));
    const bound = sql`${last}::${trusted(type)}`;
    const later = sql`${value} ${trusted(descending ? '<' : '>')} ${bound}`;
    steps.push(all([...same, column ? later : sql`(${later} or ${value} is null)`]));
    same.push(sql`${value} = ${bound}`);
    // Follows from the steps, and lets an index begin where the page before ended.
    if (at === 0 && column) bounds.push(sql`${value} ${trusted(descending ? '<=' : '>=')} ${bound}`);
  });
  const tie = sql`(${row}.part, ${row}.id) > (${cursor.part}, ${cursor.id})`;
  return all([...bounds, any([...steps, all([...same, tie])])]);
}

/** A cursor comes back from outside: its values need not be those that were given out. */
function fits(type: Key['type'], value: string | number): boolean {
  if (type === 'float8') return typeof value === 'number';
  return typeof value === 'string' && (type === 'text' || !Number.isNaN(Date.parse(value)));
}

export function orderOf(alias: string, keys: readonly Key[], values: readonly Sql[]): Sql {
  const row = identifier(alias);
  const terms = keys.map(
    ({ descending, column }, at) =>
      sql`${values[at]!} ${trusted(descending ? 'desc' : 'asc')} ${trusted(column ? '' : 'nulls last')}`,
  );
  return join([...terms, sql`${row}.part`, sql`${row}.id`]);
}
