/**
 * What a resource is found by: one entry for each value of each search parameter, and how elements turn into them.
 *
 * Source: FHIR R4 search.html, the tables of each parameter type.
 */

import { definitions, type ElementDefinition, type SearchParameterType } from './definitions.ts';
import { type Instants, instantsOf } from './instants.ts';
import { decimalText } from './json.ts';
import { parseReference } from './reference.ts';
import { baseUnitOf } from './units.ts';

/** One value a resource is found by. `parameter` is the search parameter's code. */
export type IndexEntry =
  | ({ kind: 'token'; parameter: string } & Token)
  | ({ kind: 'reference'; parameter: string } & ReferenceTarget)
  | ({ kind: 'date'; parameter: string } & Instants)
  | ({ kind: 'number'; parameter: string } & Range)
  | ({ kind: 'quantity'; parameter: string } & Quantity)
  | ({ kind: 'string'; parameter: string } & Text)
  | { kind: 'uri'; parameter: string; value: string }
  | { kind: 'position'; parameter: string; latitude: number; longitude: number }
  | { kind: 'composite'; parameter: string; parts: IndexValue[] };

/** A value by itself, as the parts of a composite hold it. */
export type IndexValue =
  | ({ kind: 'token' } & Token)
  | ({ kind: 'reference' } & ReferenceTarget)
  | ({ kind: 'date' } & Instants)
  | ({ kind: 'number' } & Range)
  | ({ kind: 'quantity' } & Quantity)
  | ({ kind: 'string' } & Text)
  | { kind: 'uri'; value: string }
  | { kind: 'position'; latitude: number; longitude: number };

/** `value` is the code or identifier, `text` what people read, for `:text`. Either may be missing, never both. */
export interface Token {
  system?: string;
  value?: string;
  text?: string;
}

/**
 * `type` and `id` of a literal reference; `url` when it is absolute or canonical (without the version), then `type` and `id`
 * are given too where the url ends in them; `identifier` of a logical reference.
 */
export interface ReferenceTarget {
  type?: string;
  id?: string;
  version?: string;
  url?: string;
  identifier?: { system?: string; value?: string };
}

/** `lo` and `hi` are the bounds that the written digits allow: 5.40 is 5.395 to 5.405. */
export interface Range {
  value: number;
  lo: number;
  hi: number;
}

/** `canonical` is the same amount in base units, for comparing over units; only where the UCUM code is understood. */
export interface Quantity extends Range {
  system?: string;
  code?: string;
  unit?: string;
  canonical?: Range & { code: string };
}

/** `normalised` is what is compared without regard to case, width and accents. */
export interface Text {
  raw: string;
  normalised: string;
}

/** What stands for an open end of a period: the first millisecond of year 1 and the last of year 9999. */
export const OPEN_START = -62_135_596_800_000;
export const OPEN_END = 253_402_300_799_999;

/** What stands for "less than" and "more than" without a bound in numbers and quantities. */
export const LEAST = -Number.MAX_VALUE;
export const MOST = Number.MAX_VALUE;

const UCUM = 'http://unitsofmeasure.org';
const SPECIAL_VALUES = 'http://terminology.hl7.org/CodeSystem/special-values';
const CURRENCIES = 'urn:iso:std:iso:4217';

type Json = Record<string, unknown>;

/** Turns one value found in a resource into index values. */
export type Converter = (value: unknown, add: (entry: IndexValue) => void) => void;

/** The converter for elements of a data type under a parameter of a type; nothing when the two do not go together. */
export function converterFor(
  parameter: SearchParameterType,
  type: string,
  element: ElementDefinition | undefined,
): Converter | undefined {
  if (parameter === 'token' && type === 'code' && element?.binding) return codeConverter(element.binding);
  return CONVERTERS[parameter]?.[type];
}

/** Lower case, without accents, in compatibility form (full width becomes half width), white space single. */
export function normaliseText(raw: string): string {
  if (/^[\x20-\x7e]*$/.test(raw)) return raw.toLowerCase().replace(/ {2,}/g, ' ').trim();
  return raw
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]/g, '')
    .normalize('NFC')
    .toLowerCase()
    .replace(/\s+/g, ' ')
    .trim();
}

/**
 * The amount and what its written digits allow, half a unit of the last digit each way.
 *
 * @param text  a JSON number as it was written
 */
export function rangeOf(text: string): Range {
  const [digits = '', exponent = '0'] = text.toLowerCase().split('e');
  const decimals = digits.includes('.') ? digits.length - digits.indexOf('.') - 1 : 0;
  const value = Number(text);
  // Adding in decimal text keeps 5.4 - 0.05 at 5.35 where binary arithmetic gives 5.3500000000000005.
  const half = `5e${Number(exponent) - decimals - 1}`;
  const places = Math.min(Math.max(decimals + 1 - Number(exponent), 0), 100);
  const exact = (bound: number) => (Math.abs(value) < 1e15 ? Number(bound.toFixed(places)) : bound);
  return { value, lo: exact(value - Number(half)), hi: exact(value + Number(half)) };
}

/** The range in base units; nothing when the UCUM code is not understood. */
export function canonicalRange(range: Range, code: string): (Range & { code: string }) | undefined {
  const base = baseUnitOf(code);
  if (!base) return undefined;
  const scale = (amount: number) => {
    if (amount === LEAST || amount === MOST) return amount;
    // Twelve digits: two ways of writing one amount must meet.
    return Number((amount * base.factor).toPrecision(12));
  };
  return { value: scale(range.value), lo: scale(range.lo), hi: scale(range.hi), code: base.code };
}

// ---- token

const coding: Converter = (value, add) => {
  if (!isObject(value)) return;
  addToken(add, value.system, value.code, value.display);
};

const codeableConcept: Converter = (value, add) => {
  if (!isObject(value)) return;
  for (const item of listOf(value.coding)) coding(item, add);
  addToken(add, undefined, undefined, value.text);
};

const identifier: Converter = (value, add) => {
  if (!isObject(value)) return;
  addToken(add, value.system, value.value, isObject(value.type) ? value.type.text : undefined);
};

const contactPoint: Converter = (value, add) => {
  if (isObject(value)) addToken(add, value.system, value.value, undefined);
};

const plainToken: Converter = (value, add) => addToken(add, undefined, value, undefined);

const booleanToken: Converter = (value, add) => {
  if (typeof value === 'boolean') add({ kind: 'token', system: SPECIAL_VALUES, value: String(value) });
};

/** A code's system is the one that its required value set draws it from. */
function codeConverter(binding: string): Converter {
  const systems = new Map<string, string>();
  for (const [system, codes] of Object.entries(definitions.valueSets[binding] ?? {})) {
    for (const code of codes) systems.set(code, system);
  }
  return (value, add) => addToken(add, systems.get(value as string), value, undefined);
}

function addToken(add: (entry: IndexValue) => void, system: unknown, value: unknown, text: unknown): void {
  const entry: { kind: 'token' } & Token = { kind: 'token' };
  if (isText(system)) entry.system = system;
  if (isText(value)) entry.value = value;
  if (isText(text)) entry.text = text;
  if (entry.value !== undefined || entry.text !== undefined || entry.system !== undefined) add(entry);
}

// ---- reference and uri

const reference: Converter = (value, add) => {
  if (!isObject(value)) return;
  const entry: { kind: 'reference' } & ReferenceTarget = { kind: 'reference' };
  const literal = isText(value.reference) ? parseReference(value.reference) : undefined;
  if (literal && (literal.form === 'relative' || literal.form === 'absolute')) {
    if (literal.type !== undefined) entry.type = literal.type;
    if (literal.id !== undefined) entry.id = literal.id;
    if (literal.version !== undefined) entry.version = literal.version;
    if (literal.form === 'absolute') entry.url = value.reference as string;
  }
  if (isObject(value.identifier)) {
    const { system, value: number } = value.identifier;
    const named = { ...(isText(system) && { system }), ...(isText(number) && { value: number }) };
    if (Object.keys(named).length > 0) entry.identifier = named;
    if (entry.type === undefined && isText(value.type)) entry.type = value.type;
  }
  if (entry.id !== undefined || entry.url !== undefined || entry.identifier !== undefined) add(entry);
};

/** `url|version`, or a literal reference written as a uri. */
const canonical: Converter = (value, add) => {
  if (!isText(value) || value.startsWith('#')) return;
  const [url = '', version] = value.split('|');
  const literal = parseReference(url);
  const entry: { kind: 'reference' } & ReferenceTarget = { kind: 'reference' };
  if (literal?.type !== undefined) entry.type = literal.type;
  if (literal?.id !== undefined) entry.id = literal.id;
  if (version !== undefined) entry.version = version;
  if (literal?.form !== 'relative') entry.url = url;
  add(entry);
};

const resourceReference: Converter = (value, add) => {
  if (!isObject(value) || !isText(value.resourceType) || !isText(value.id)) return;
  add({ kind: 'reference', type: value.resourceType, id: value.id });
};

/** Consent.source as an attachment: where it can be fetched. */
const attachmentReference: Converter = (value, add) => {
  if (isObject(value)) canonical(value.url, add);
};

const uri: Converter = (value, add) => {
  if (isText(value)) add({ kind: 'uri', value });
};

// ---- date

const date: Converter = (value, add) => {
  const instants = isText(value) ? instantsOf(value) : undefined;
  if (instants) add({ kind: 'date', ...instants });
};

const period: Converter = (value, add) => {
  const span = periodOf(value);
  if (span) add({ kind: 'date', ...span });
};

function periodOf(value: unknown): Instants | undefined {
  if (!isObject(value)) return undefined;
  const start = isText(value.start) ? instantsOf(value.start) : undefined;
  const end = isText(value.end) ? instantsOf(value.end) : undefined;
  if (!start && !end) return undefined;
  return { lo: start?.lo ?? OPEN_START, hi: end?.hi ?? OPEN_END };
}

/** From the first to the last of the events and the bounds of the repetition. */
const timing: Converter = (value, add) => {
  if (!isObject(value)) return;
  const spans = listOf(value.event).flatMap((event) => (isText(event) ? (instantsOf(event) ?? []) : []));
  const bounds = isObject(value.repeat) ? periodOf(value.repeat.boundsPeriod) : undefined;
  if (bounds) spans.push(bounds);
  if (spans.length === 0) return;
  add({ kind: 'date', lo: Math.min(...spans.map(({ lo }) => lo)), hi: Math.max(...spans.map(({ hi }) => hi)) });
};

// ---- number and quantity

const integer: Converter = (value, add) => {
  if (typeof value === 'number') add({ kind: 'number', value, lo: value, hi: value });
};

/** Takes the object that holds the decimal, which knows how it was written. */
export function decimalAt(key: string): Converter {
  return (holder, add) => {
    if (isObject(holder) && typeof holder[key] === 'number')
      add({ kind: 'number', ...rangeOf(decimalText(holder, key)) });
  };
}

const numberRange: Converter = (value, add) => {
  const span = rangeBetween(value);
  if (span) add({ kind: 'number', value: span.value, lo: span.lo, hi: span.hi });
};

const quantity: Converter = (value, add) => {
  if (!isObject(value) || typeof value.value !== 'number') return;
  const range = withComparator(rangeOf(decimalText(value, 'value')), value.comparator);
  addQuantity(add, range, value);
};

function withComparator(range: Range, comparator: unknown): Range {
  if (comparator === '<' || comparator === '<=') return { ...range, lo: LEAST };
  if (comparator === '>' || comparator === '>=') return { ...range, hi: MOST };
  return range;
}

const quantityRange: Converter = (value, add) => {
  const span = rangeBetween(value);
  if (span) addQuantity(add, span, span.unit);
};

/** Low to high; an open end is unbounded. `unit` is the quantity that names the unit. */
function rangeBetween(value: unknown): (Range & { unit: Json }) | undefined {
  if (!isObject(value)) return undefined;
  const { low, high } = value;
  const from = isObject(low) && typeof low.value === 'number' ? rangeOf(decimalText(low, 'value')) : undefined;
  const to = isObject(high) && typeof high.value === 'number' ? rangeOf(decimalText(high, 'value')) : undefined;
  if (!from && !to) return undefined;
  return { value: (from ?? to)!.value, lo: from?.lo ?? LEAST, hi: to?.hi ?? MOST, unit: (from ? low : high) as Json };
}

const money: Converter = (value, add) => {
  if (!isObject(value) || typeof value.value !== 'number') return;
  addQuantity(add, rangeOf(decimalText(value, 'value')), { system: CURRENCIES, code: value.currency });
};

/** The limits between which the samples lie, where both are stated. */
const sampledData: Converter = (value, add) => {
  if (!isObject(value) || typeof value.lowerLimit !== 'number' || typeof value.upperLimit !== 'number') return;
  const { lowerLimit: lo, upperLimit: hi, origin } = value;
  addQuantity(add, { value: lo, lo, hi }, isObject(origin) ? origin : {});
};

function addQuantity(add: (entry: IndexValue) => void, range: Range, unit: Json): void {
  const entry: { kind: 'quantity' } & Quantity = { kind: 'quantity', value: range.value, lo: range.lo, hi: range.hi };
  if (isText(unit.system)) entry.system = unit.system;
  if (isText(unit.code)) entry.code = unit.code;
  if (isText(unit.unit)) entry.unit = unit.unit;
  if (entry.system === UCUM && entry.code !== undefined) {
    const canonicalAmount = canonicalRange(range, entry.code);
    if (canonicalAmount) entry.canonical = canonicalAmount;
  }
  add(entry);
}

// ---- string and position

const text: Converter = (value, add) => {
  if (isText(value)) add({ kind: 'string', raw: value, normalised: normaliseText(value) });
};

function partsOf(names: readonly string[]): Converter {
  return (value, add) => {
    if (!isObject(value)) return;
    for (const name of names) for (const part of listOf(value[name])) text(part, add);
  };
}

const position: Converter = (value, add) => {
  if (!isObject(value)) return;
  const { latitude, longitude } = value;
  if (typeof latitude === 'number' && typeof longitude === 'number') add({ kind: 'position', latitude, longitude });
};

const CONVERTERS: Partial<Record<SearchParameterType, Record<string, Converter>>> = {
  token: {
    Coding: coding,
    CodeableConcept: codeableConcept,
    Identifier: identifier,
    ContactPoint: contactPoint,
    boolean: booleanToken,
    code: plainToken,
    id: plainToken,
    string: plainToken,
    uri: plainToken,
    canonical: plainToken,
  },
  reference: {
    Reference: reference,
    canonical,
    uri: canonical,
    Resource: resourceReference,
    Attachment: attachmentReference,
  },
  date: { date, dateTime: date, instant: date, Period: period, Timing: timing },
  number: { integer, positiveInt: integer, unsignedInt: integer, Range: numberRange },
  quantity: {
    Quantity: quantity,
    SimpleQuantity: quantity,
    Age: quantity,
    Duration: quantity,
    Count: quantity,
    Distance: quantity,
    Money: money,
    Range: quantityRange,
    SampledData: sampledData,
  },
  string: {
    string: text,
    markdown: text,
    code: text,
    HumanName: partsOf(['text', 'family', 'given', 'prefix', 'suffix']),
    Address: partsOf(['text', 'line', 'city', 'district', 'state', 'postalCode', 'country']),
  },
  uri: { uri, url: uri, canonical: uri, oid: uri, uuid: uri },
  special: { 'Location.position': position },
};

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : value === undefined || value === null ? [] : [value];
}
