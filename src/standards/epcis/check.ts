import type { Finding } from './model.ts';

/** Looks at a value and adds what is wrong with it. */
export type Check = (value: unknown, place: string, findings: Finding[]) => void;

/** Deeper input is refused: everything that walks an event may recurse. */
export const MOST_DEPTH = 40;
/** Findings at the most; more help nobody. */
const MOST_FINDINGS = 100;

const URI = /^[A-Za-z][A-Za-z0-9+.-]*:(?:[^\s<>"{}|\\^`%]|%[0-9A-Fa-f]{2})*$/;
const TIME = /^(\d{4})-(\d{2})-(\d{2})[Tt ](\d{2}):(\d{2}):(\d{2})(?:\.\d+)?(?:[Zz]|[+-](\d{2}):?(\d{2}))$/;

export const isUri = (value: unknown): value is string => typeof value === 'string' && URI.test(value);

export function isTime(value: unknown): value is string {
  const match = typeof value === 'string' ? TIME.exec(value) : null;
  if (match === null) return false;
  const [year, month, day, hour, minute, second, zoneHour, zoneMinute] = match
    .slice(1)
    .map((part) => Number(part ?? 0));
  const days = new Date(Date.UTC(year!, month!, 0)).getUTCDate();
  const leap = second === 60 && minute === 59;
  return (
    month! >= 1 &&
    month! <= 12 &&
    day! >= 1 &&
    day! <= days &&
    hour! <= 23 &&
    minute! <= 59 &&
    (second! <= 59 || leap) &&
    (zoneHour ?? 0) <= 23 &&
    (zoneMinute ?? 0) <= 59
  );
}

const must =
  (holds: (value: unknown) => boolean, message: string): Check =>
  (value, place, findings) => {
    if (!holds(value)) add(findings, place, message);
  };

export const text = must((value) => typeof value === 'string', 'must be text');
export const number = must((value) => typeof value === 'number' && Number.isFinite(value), 'must be a number');
export const flag = must((value) => typeof value === 'boolean', 'must be true or false');
export const uri = must(isUri, 'must be a URI');
export const time = must(isTime, 'must be a date and time with seconds and a zone (RFC 3339)');
export const pattern = (form: RegExp, message: string): Check =>
  must((value) => typeof value === 'string' && form.test(value), message);
export const oneOf = (known: ReadonlySet<string> | readonly string[]): Check => {
  const set = new Set(known);
  return must(
    (value) => typeof value === 'string' && set.has(value),
    `must be one of ${[...set].slice(0, 12).join(', ')}`,
  );
};

/** A bare word of the list, or a URI that is not a misspelt member of the list's own namespace. */
export const wordOrUri = (known: ReadonlySet<string>, own: RegExp): Check =>
  must(
    (value) => typeof value === 'string' && (known.has(value) || (isUri(value) && !own.test(value))),
    'must be a word of the vocabulary or a URI of another one',
  );

export const listOf =
  (check: Check, options: { least?: number; unique?: boolean } = {}): Check =>
  (value, place, findings) => {
    if (!Array.isArray(value)) return add(findings, place, 'must be a list');
    if (value.length < (options.least ?? 0)) add(findings, place, 'must not be empty');
    if (options.unique === true && new Set(value.map((item) => JSON.stringify(item))).size < value.length) {
      add(findings, place, 'must not name the same twice');
    }
    for (const [index, item] of value.entries()) check(item, `${place}[${index}]`, findings);
  };

export const either =
  (...checks: readonly Check[]): Check =>
  (value, place, findings) => {
    const tries = checks.map((check) => {
      const found: Finding[] = [];
      check(value, place, found);
      return found;
    });
    if (!tries.some((found) => found.length === 0)) findings.push(...tries[0]!.slice(0, MOST_FINDINGS));
  };

interface Shape {
  fields: Record<string, Check>;
  needs?: readonly string[];
  /** Names beside the fields: none, extensions (names that are URIs or prefixed), or any. Extensions unless said. */
  others?: 'none' | 'extensions' | 'any';
}

export const shape =
  ({ fields, needs = [], others = 'extensions' }: Shape): Check =>
  (value, place, findings) => {
    if (!isObject(value)) return add(findings, place, 'must be an object');
    for (const name of needs) if (value[name] === undefined) add(findings, join(place, name), 'is missing');
    for (const [name, item] of Object.entries(value)) {
      const check = Object.hasOwn(fields, name) ? fields[name] : undefined;
      if (check !== undefined) check(item, join(place, name), findings);
      else if (others === 'none' || (others === 'extensions' && !isUri(name))) {
        add(findings, join(place, name), 'is not a field of this element; an extension needs a prefix');
      }
    }
  };

export const all =
  (...checks: readonly Check[]): Check =>
  (value, place, findings) => {
    for (const check of checks) check(value, place, findings);
  };

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function add(findings: Finding[], place: string, message: string): void {
  if (findings.length < MOST_FINDINGS) findings.push({ place, message });
}

export function join(place: string, name: string): string {
  return place === '' ? name : `${place}.${name}`;
}

export function isDeeperThan(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (depth === 0) return true;
  return Object.values(value).some((item) => isDeeperThan(item, depth - 1));
}

/** Whether some text in it is none: NUL, or half of a surrogate pair, which no UTF-8 can carry. */
export function holdsNoText(value: unknown): boolean {
  if (typeof value === 'string') return value.includes('\0') || !value.isWellFormed();
  return typeof value === 'object' && value !== null && Object.values(value).some(holdsNoText);
}
