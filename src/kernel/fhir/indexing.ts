import { extract, type IndexEntry, type IndexValue, LEAST, MOST, normaliseText, patientsOf } from '#standards/fhir';
import { hashName, hashText } from './hash.ts';
import { type Parameter, parametersOf } from './parameters.ts';
import {
  byExactText,
  byReference,
  byShape,
  bySystem,
  bySystemAndValue,
  byText,
  byTypedIdentifier,
  byUrl,
  byValue,
  byValueAlone,
  identifierOf,
  inCompartment,
} from './tokens.ts';

/** What a resource is found by, in the shape of the tables. */
export interface Index {
  patients: string[];
  tokens: bigint[];
  dates: RangeRow[];
  numbers: RangeRow[];
  texts: { param: number; value: string }[];
  pairs: { param: number; tokens: bigint[]; ranges: number[] }[];
  phrases: { param: number; text: string }[];
  /** The parameters there are values for, and the token that says so. */
  shape?: { token: bigint; params: number[] };
}

interface RangeRow {
  param: number;
  lo: number;
  hi: number;
  unit?: number;
  code?: number;
  label?: number;
  base?: number;
  baseLo?: number;
  baseHi?: number;
}

/** Characters of a text that `:text` looks at. */
const PHRASE_LENGTH = 200;

/** What the resource is found by, without what follows from something else (see parameters.ts). */
export function indexOf(resource: object): Index {
  const { resourceType } = resource as { resourceType: string };
  const parameters = indexedOf(resourceType);
  const patients = patientsOf(resource);
  const texts = new Set<string>(patients.map(inCompartment));
  const index: Index = { patients, tokens: [], dates: [], numbers: [], texts: [], pairs: [], phrases: [] };
  const present = new Set<number>();
  for (const entry of extract(resource, parameters)) {
    const parameter = parameters.get(entry.parameter)!;
    present.add(paramNumber(resourceType, parameter.code));
    if (parameter.plan.how === 'stored') add(resourceType, parameter, entry, texts, index);
  }
  addTypedIdentifiers(resource, texts);
  if (present.size > 0) {
    const params = [...present].sort((one, other) => one - other);
    const text = byShape(params);
    texts.add(text);
    index.shape = { token: hashText(text), params };
  }
  index.tokens = Array.from(texts, hashText);
  return index;
}

/** Answered from the row's own columns. */
const OWN_COLUMN: ReadonlySet<string> = new Set(['_id', '_lastUpdated']);

const indexedByType = new Map<string, ReadonlyMap<string, Parameter>>();

/** The parameters whose values, or whether there are any, are kept in the index. */
function indexedOf(type: string): ReadonlyMap<string, Parameter> {
  let indexed = indexedByType.get(type);
  if (indexed === undefined) {
    const kept = [...parametersOf(type)].filter(
      ([code, { plan }]) =>
        !OWN_COLUMN.has(code) && (plan.how === 'stored' || (plan.how === 'other' && plan.target !== undefined)),
    );
    indexed = new Map(kept);
    indexedByType.set(type, indexed);
  }
  return indexed;
}

/** The number of a search parameter in the index tables. */
export function paramNumber(type: string, code: string): number {
  const name = `${type}.${code}`;
  let number = paramNumbers.get(name);
  if (number === undefined) {
    number = hashName(name);
    paramNumbers.set(name, number);
  }
  return number;
}
const paramNumbers = new Map<string, number>();

export function unitNumber(text: string): number {
  return hashName(text);
}

function add(type: string, { code }: Parameter, entry: IndexEntry, texts: Set<string>, index: Index): void {
  switch (entry.kind) {
    case 'token':
      for (const form of tokenForms(code, entry)) texts.add(form);
      if (entry.text !== undefined) {
        const text = phraseOf(entry.text);
        texts.add(byText(code, text));
        index.phrases.push({ param: paramNumber(type, code), text });
      }
      break;
    case 'reference':
      for (const form of referenceForms(code, entry)) texts.add(form);
      break;
    case 'uri':
      texts.add(byUrl(code, entry.value));
      index.texts.push({ param: paramNumber(type, code), value: entry.value });
      break;
    case 'string':
      texts.add(byExactText(code, entry.raw));
      index.texts.push({ param: paramNumber(type, code), value: entry.normalised });
      break;
    case 'date':
    case 'number':
    case 'quantity':
      (entry.kind === 'date' ? index.dates : index.numbers).push({
        param: paramNumber(type, code),
        ...rangeRow(entry),
      });
      break;
    case 'composite':
      index.pairs.push({ param: paramNumber(type, code), ...pairOf(entry.parts) });
      break;
    case 'position':
      break;
  }
}

function tokenForms(code: string, { system, value }: { system?: string; value?: string }): string[] {
  if (value === undefined) return system === undefined ? [] : [bySystem(code, system)];
  if (system === undefined) return [byValue(code, value), byValueAlone(code, value)];
  return [byValue(code, value), bySystemAndValue(code, system, value), bySystem(code, system)];
}

function referenceForms(code: string, entry: IndexValue & { kind: 'reference' }): string[] {
  const forms: string[] = [];
  const { type, id, version, url, identifier } = entry;
  if (url !== undefined)
    forms.push(byUrl(code, url), ...(version === undefined ? [] : [byUrl(code, `${url}|${version}`)]));
  else if (type !== undefined && id !== undefined) forms.push(byReference(code, type, id));
  if (identifier !== undefined) forms.push(...tokenForms(identifierOf(code), identifier));
  return forms;
}

export function phraseOf(text: string): string {
  return normaliseText(text).slice(0, PHRASE_LENGTH);
}

function rangeRow(entry: IndexValue & { kind: 'date' | 'number' | 'quantity' }): Omit<RangeRow, 'param'> {
  if (entry.kind === 'date') return { lo: entry.lo, hi: entry.hi };
  const bounds = boundsOf(entry);
  if (entry.kind === 'number') return bounds;
  const { system, code, unit, canonical } = entry;
  const row: Omit<RangeRow, 'param'> = bounds;
  if (code !== undefined) row.code = unitNumber(code);
  if (code !== undefined && system !== undefined) row.unit = unitNumber(`${system}|${code}`);
  if (unit !== undefined && unit !== code) row.label = unitNumber(unit);
  if (canonical !== undefined) {
    const base = boundsOf(canonical);
    row.base = unitNumber(canonical.code);
    row.baseLo = base.lo;
    row.baseHi = base.hi;
  }
  return row;
}

/**
 * A single number is the point written: its precision counts in the question only (FHIR R4 search.html#number). What is a range of
 * its own keeps its ends, without bound where the resource says so.
 */
function boundsOf({ value, lo, hi }: { value: number; lo: number; hi: number }): { lo: number; hi: number } {
  if (lo === LEAST && hi === MOST) return { lo: -Infinity, hi: Infinity };
  if (lo === LEAST) return { lo: -Infinity, hi: value };
  if (hi === MOST) return { lo: value, hi: Infinity };
  const written = Math.abs(hi - value - (value - lo)) <= Math.max(Math.abs(value), hi - lo) * 1e-9;
  return written ? { lo: value, hi: value } : { lo, hi };
}

/** Tokens carry their place, so that the first part never stands for the second. */
function pairOf(parts: readonly IndexValue[]): { tokens: bigint[]; ranges: number[] } {
  const texts: string[] = [];
  const ranges: number[] = [];
  parts.forEach((part, place) => {
    const code = String(place);
    if (part.kind === 'token') texts.push(...tokenForms(code, part));
    else if (part.kind === 'reference') texts.push(...referenceForms(code, part));
    else if (part.kind === 'uri') texts.push(byUrl(code, part.value));
    else if (part.kind === 'string') texts.push(byValue(code, part.normalised));
    else if (part.kind === 'date' || part.kind === 'number') ranges.push(...ends(rangeRow(part)));
    else if (part.kind === 'quantity') {
      const { system, code: unit, unit: label, canonical } = part;
      ranges.push(...ends(boundsOf(part)));
      if (canonical !== undefined) {
        texts.push(byValue(`${code}:base`, canonical.code));
        ranges.push(...ends(boundsOf(canonical)));
      }
      if (unit !== undefined)
        texts.push(byValue(code, unit), ...(system === undefined ? [] : [bySystemAndValue(code, system, unit)]));
      if (label !== undefined) texts.push(byValue(code, label));
    }
  });
  return { tokens: texts.map(hashText), ranges };
}

function ends({ lo, hi }: { lo: number; hi: number }): [number, number] {
  return [lo, hi];
}

/** `identifier:of-type`: the type of an identifier is no token of its own. */
function addTypedIdentifiers(resource: object, texts: Set<string>): void {
  const { identifier } = resource as { identifier?: unknown };
  for (const one of Array.isArray(identifier) ? identifier : identifier === undefined ? [] : [identifier]) {
    const { type, value } = one as { type?: { coding?: { system?: string; code?: string }[] }; value?: string };
    for (const { system = '', code } of type?.coding ?? []) {
      if (value !== undefined && code !== undefined) texts.add(byTypedIdentifier('identifier', system, code, value));
    }
  }
}
