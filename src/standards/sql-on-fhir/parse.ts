import { decimalText, isResourceType } from '#standards/fhir';
import { parseFhirPath } from '#standards/fhirpath';
import type { ColumnSource, Constant, Path, Select, View, ViewIssue } from './model.ts';
import { planOf } from './plan.ts';
import { childrenOf } from './types.ts';

/** What a view says of itself by `meta.profile`, and must then keep. */
const PROFILE =
  /^https?:\/\/(?:sql-on-fhir\.org\/ig|hl7\.org\/fhir\/uv\/sql-on-fhir)\/StructureDefinition\/(\w+)(?:\||$)/;

/** More is refused: each would make a statement that no engine plans in reasonable time. */
const MOST_COLUMNS = 1000;
const MOST_SELECTS = 500;
const MOST_DEPTH = 20;
const MOST_CONSTANTS = 500;
const MOST_ISSUES = 100;

/**
 * Reads a ViewDefinition and finds all that can be known to be wrong with it: its structure, names, constants, expressions and
 * their types. Warnings, such as an element that R4 does not have and that is therefore always empty, do not hinder a view.
 *
 * @param json  as `JSON.parse` makes it; decimals of constants keep their digits when `parseFhirJson` read it
 */
export function parseView(
  json: unknown,
): { view: View; issues: ViewIssue[] } | { view?: undefined; issues: ViewIssue[] } {
  const issues: ViewIssue[] = [];
  const reading: Reading = { issues, columns: 0, selects: 0 };
  const view = readView(reading, json);
  if (view !== undefined && !issues.some(isError)) planOf(view, (issue) => report(reading, issue));
  return view === undefined || issues.some(isError) ? { issues } : { view, issues };
}

interface Reading {
  issues: ViewIssue[];
  columns: number;
  selects: number;
}

type Json = Record<string, unknown>;

const SQL_NAME = /^[A-Za-z][A-Za-z0-9_]{0,254}$/;

function isError({ severity }: ViewIssue): boolean {
  return severity === 'error';
}

function report(reading: Reading, issue: ViewIssue): void {
  if (reading.issues.length < MOST_ISSUES) reading.issues.push(issue);
}

function error(reading: Reading, code: string, message: string, expression: string): void {
  report(reading, { severity: 'error', code, message, expression });
}

function readView(reading: Reading, json: unknown): View | undefined {
  const at = 'ViewDefinition';
  if (!isObject(json)) {
    error(reading, 'structure', 'a ViewDefinition is a JSON object', at);
    return undefined;
  }
  if (json.resourceType !== undefined && json.resourceType !== 'ViewDefinition')
    error(reading, 'structure', 'resourceType must be ViewDefinition', `${at}.resourceType`);
  checkKeys(reading, json, at, 'ViewDefinition');
  if (json.name !== undefined && !(typeof json.name === 'string' && SQL_NAME.test(json.name)))
    error(reading, 'value', NAME_RULE, `${at}.name`);
  if (json.resource === undefined) error(reading, 'required', 'resource is missing', `${at}.resource`);
  else if (!isResourceType(json.resource))
    error(reading, 'value', 'resource must name a resource type of R4', `${at}.resource`);
  const constants = objects(reading, json.constant, `${at}.constant`, MOST_CONSTANTS).flatMap(({ item, at }) =>
    readConstant(reading, item, at),
  );
  const names = new Set<string>();
  for (const [index, { name }] of constants.entries()) {
    if (names.has(name))
      error(reading, 'duplicate', `the constant ${name} is defined twice`, `${at}.constant[${index}]`);
    names.add(name);
  }
  const select = objects(reading, json.select, `${at}.select`, MOST_SELECTS).map(({ item, at }) =>
    readSelect(reading, item, at, 1),
  );
  if (json.select === undefined || (Array.isArray(json.select) && json.select.length === 0))
    error(reading, 'required', 'select is missing', `${at}.select`);
  const where = objects(reading, json.where, `${at}.where`, MOST_SELECTS).flatMap(({ item, at }) => {
    checkKeys(reading, item, at, 'ViewDefinition.where');
    return readPath(reading, item.path, `${at}.path`);
  });
  checkColumns(reading, select, at);
  checkVersion(reading, json, at);
  checkProfiles(reading, json, select, at);
  return {
    ...(typeof json.name === 'string' && { name: json.name }),
    resource: String(json.resource),
    constants,
    select,
    where,
  };
}

const NAME_RULE = 'a name must begin with a letter and hold letters, digits and underscores only, 255 at most';

// ---- keys and profiles

/**
 * A key that the structure does not have is refused: a view with `forEeach` would otherwise give other rows than its author means.
 *
 * @param judged keys that are judged elsewhere
 */
function checkKeys(reading: Reading, json: Json, at: string, type: string, judged?: RegExp): void {
  for (const key of Object.keys(json)) {
    const name = key.replace(/^_/, '');
    const isKnown = childrenOf(type, name).some((child) => child.key === name);
    if (key === 'modifierExtension')
      error(
        reading,
        'not-supported',
        'an extension changes what the view means, and is not understood',
        `${at}.${key}`,
      );
    else if (!isKnown && !judged?.test(name) && !(key === 'resourceType' && type === 'ViewDefinition'))
      error(reading, 'structure', `${key} is no element of a ${type}`, `${at}.${key}`);
  }
}

function checkVersion(reading: Reading, { fhirVersion }: Json, at: string): void {
  if (!Array.isArray(fhirVersion) || fhirVersion.length === 0) return;
  if (fhirVersion.some((version) => /^4\.0/.test(String(version)))) return;
  const message = 'the view is meant for other versions of FHIR than R4, by which it is run here';
  report(reading, { severity: 'warning', code: 'not-supported', message, expression: `${at}.fhirVersion` });
}

/** Source: SQL-on-FHIR v2, profiles ShareableViewDefinition and TabularViewDefinition, May 2026. */
function checkProfiles(reading: Reading, json: Json, select: readonly Select[], at: string): void {
  const named = isObject(json.meta) && Array.isArray(json.meta.profile) ? json.meta.profile : [];
  const profiles = new Set(named.map((profile) => PROFILE.exec(String(profile))?.[1]));
  const isShareable = profiles.has('ShareableViewDefinition');
  const isTabular = profiles.has('TabularViewDefinition');
  if (isShareable) {
    for (const key of ['url', 'name', 'fhirVersion'])
      if (json[key] === undefined) error(reading, 'required', `a shareable view has ${key}`, `${at}.${key}`);
  }
  if (!isShareable && !isTabular) return;
  for (const { at: place, collection, type } of select.flatMap(columnsOf)) {
    const column = place.replace(/\.path$/, '');
    if (type === undefined)
      error(reading, 'required', 'each column of a shareable or tabular view says its type', `${column}.type`);
    if (isTabular && collection)
      error(reading, 'invalid', 'a column of a tabular view is no collection', `${column}.collection`);
    if (isTabular && type !== undefined && !/^[a-z]/.test(type))
      error(reading, 'invalid', 'a column of a tabular view has a primitive type', `${column}.type`);
  }
}

function columnsOf({ columns, selects, unionAll }: Select): ColumnSource[] {
  return [...columns, ...[...selects, ...unionAll].flatMap(columnsOf)];
}

// ---- constants

const TEXTS = ['base64Binary', 'canonical', 'code', 'id', 'oid', 'string', 'uri', 'url', 'uuid', 'markdown'];
const WHOLE = ['integer', 'integer64', 'positiveInt', 'unsignedInt'];
const DATE = String.raw`\d{4}(?:-\d\d(?:-\d\d)?)?`;
const CLOCK = String.raw`\d\d:\d\d:\d\d(?:\.\d+)?`;
const MOMENT: Record<string, RegExp> = {
  date: new RegExp(`^${DATE}$`),
  dateTime: new RegExp(`^${DATE}(?:T${CLOCK}(?:Z|[+-]\\d\\d:\\d\\d)?)?$`),
  instant: new RegExp(`^\\d{4}-\\d\\d-\\d\\dT${CLOCK}(?:Z|[+-]\\d\\d:\\d\\d)$`),
  time: new RegExp(`^${CLOCK}$`),
};

function readConstant(reading: Reading, json: Json, at: string): Constant[] {
  const { name } = json;
  checkKeys(reading, json, at, 'ViewDefinition.constant', /^value[A-Z]/);
  if (!(typeof name === 'string' && SQL_NAME.test(name))) {
    error(reading, name === undefined ? 'required' : 'value', NAME_RULE, `${at}.name`);
    return [];
  }
  const keys = Object.keys(json).filter((key) => /^value[A-Z]/.test(key));
  const [key] = keys;
  if (key === undefined || keys.length > 1) {
    error(reading, 'required', `the constant ${name} must have one value`, at);
    return [];
  }
  const type = key.charAt(5).toLowerCase() + key.slice(6);
  const text = constantText(json, key, type);
  if (text === undefined) {
    error(reading, 'value', `${key} is not a value that a constant can have`, `${at}.${key}`);
    return [];
  }
  return [{ name, type, text }];
}

function constantText(json: Json, key: string, type: string): string | undefined {
  const value = json[key];
  if (type === 'boolean') return typeof value === 'boolean' ? String(value) : undefined;
  if (WHOLE.includes(type)) {
    // FHIR writes integer64 as a text.
    const isLong = typeof value === 'string' && type === 'integer64' && /^[+-]?\d{1,19}$/.test(value);
    if (isLong) return BigInt.asIntN(64, BigInt(value)) === BigInt(value) ? String(BigInt(value)) : undefined;
    return Number.isSafeInteger(value) ? String(value) : undefined;
  }
  if (type === 'decimal') return typeof value === 'number' ? decimalText(json, key) : undefined;
  if (typeof value !== 'string') return undefined;
  const isMoment = Object.hasOwn(MOMENT, type) && MOMENT[type]?.test(value);
  return TEXTS.includes(type) || isMoment ? value : undefined;
}

// ---- selects

function readSelect(reading: Reading, json: Json, at: string, depth: number): Select {
  const empty: Select = { at, columns: [], selects: [], unionAll: [] };
  if (depth > MOST_DEPTH) {
    error(reading, 'too-costly', `selects are nested more than ${MOST_DEPTH} deep`, at);
    return empty;
  }
  if (++reading.selects > MOST_SELECTS) {
    if (reading.selects === MOST_SELECTS + 1)
      error(reading, 'too-costly', `the view has more than ${MOST_SELECTS} selects`, at);
    return empty;
  }
  checkKeys(reading, json, at, 'ViewDefinition.select');
  const columns = objects(reading, json.column, `${at}.column`, MOST_COLUMNS).flatMap(({ item, at }) =>
    readColumn(reading, item, at),
  );
  const inner = (key: 'select' | 'unionAll'): Select[] =>
    objects(reading, json[key], `${at}.${key}`, MOST_SELECTS).map(({ item, at }) =>
      readSelect(reading, item, at, depth + 1),
    );
  const unrolled = readUnrolled(reading, json, at);
  const selects = inner('select');
  const unionAll = inner('unionAll');
  return { at, columns, ...(unrolled && { unrolled }), selects, unionAll };
}

const WAYS = ['forEach', 'forEachOrNull', 'repeat'] as const;

function readUnrolled(reading: Reading, json: Json, at: string): Select['unrolled'] {
  const ways = WAYS.filter((way) => json[way] !== undefined);
  const [how] = ways;
  if (how === undefined) return undefined;
  if (ways.length > 1) {
    error(reading, 'invalid', `a select can have one of ${WAYS.join(', ')} only`, at);
    return undefined;
  }
  if (how !== 'repeat') return { how, paths: readPath(reading, json[how], `${at}.${how}`) };
  const given = json.repeat;
  if (!Array.isArray(given) || given.length === 0 || given.length > MOST_DEPTH) {
    error(reading, 'structure', `repeat must be a list of 1 to ${MOST_DEPTH} paths`, `${at}.repeat`);
    return undefined;
  }
  return { how, paths: given.flatMap((path, index) => readPath(reading, path, `${at}.repeat[${index}]`)) };
}

function readColumn(reading: Reading, json: Json, at: string): ColumnSource[] {
  if (++reading.columns > MOST_COLUMNS) {
    if (reading.columns === MOST_COLUMNS + 1)
      error(reading, 'too-costly', `the view has more than ${MOST_COLUMNS} columns`, at);
    return [];
  }
  const { name, collection, type, description } = json;
  checkKeys(reading, json, at, 'ViewDefinition.select.column');
  const [path] = readPath(reading, json.path, `${at}.path`);
  if (!(typeof name === 'string' && SQL_NAME.test(name))) {
    error(reading, name === undefined ? 'required' : 'value', NAME_RULE, `${at}.name`);
    return [];
  }
  if (collection !== undefined && typeof collection !== 'boolean')
    error(reading, 'structure', 'collection must be true or false', `${at}.collection`);
  if (type !== undefined && typeof type !== 'string') error(reading, 'structure', 'type must be a text', `${at}.type`);
  const tags = objects(reading, json.tag, `${at}.tag`, MOST_SELECTS).flatMap(({ item, at }) => {
    const { name, value } = item;
    checkKeys(reading, item, at, 'ViewDefinition.select.column.tag');
    if (typeof name === 'string' && typeof value === 'string') return [{ name, value }];
    error(reading, 'required', 'a tag needs a name and a value', at);
    return [];
  });
  if (path === undefined) return [];
  return [
    {
      ...path,
      name,
      collection: collection === true,
      ...(typeof type === 'string' && { type: type.replace(/^http:\/\/hl7\.org\/fhir\/StructureDefinition\//, '') }),
      ...(typeof description === 'string' && { description }),
      tags,
    },
  ];
}

function readPath(reading: Reading, given: unknown, at: string): Path[] {
  if (typeof given !== 'string') {
    error(reading, given === undefined ? 'required' : 'structure', 'a FHIRPath expression is needed here', at);
    return [];
  }
  try {
    return [{ ast: parseFhirPath(given), at }];
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    error(reading, 'value', `not FHIRPath: ${cause.message}`, at);
    return [];
  }
}

function objects(reading: Reading, given: unknown, at: string, most: number): { item: Json; at: string }[] {
  if (given === undefined) return [];
  if (!Array.isArray(given)) {
    error(reading, 'structure', 'a list is expected', at);
    return [];
  }
  if (given.length > most) {
    error(reading, 'too-costly', `the list is longer than ${most}`, at);
    return [];
  }
  return given.flatMap((item, index) => {
    if (isObject(item)) return [{ item, at: `${at}[${index}]` }];
    error(reading, 'structure', 'an object is expected', `${at}[${index}]`);
    return [];
  });
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

// ---- columns

/** As the specification's ValidateColumns: names are unique over the view, and the branches of a union have the same ones. */
function checkColumns(reading: Reading, select: readonly Select[], at: string): void {
  const names = new Set<string>();
  for (const one of select) namesOf(reading, one, names);
  if (names.size === 0 && reading.issues.length === 0) error(reading, 'required', 'the view has no column', at);
}

/** The names that a select adds to those before it, in order. */
function namesOf(reading: Reading, select: Select, before: Set<string>): string[] {
  const added: string[] = [];
  const add = (name: string, at: string): void => {
    if (before.has(name)) error(reading, 'duplicate', `there are two columns named ${name}`, at);
    before.add(name);
    added.push(name);
  };
  for (const { name, at } of select.columns) add(name, at.replace(/\.path$/, '.name'));
  for (const inner of select.selects) added.push(...namesOf(reading, inner, before));
  const branches = select.unionAll.map((branch) => namesOf(reading, branch, new Set(before)));
  const [first] = branches;
  if (first === undefined) return added;
  for (const [index, names] of branches.entries()) {
    if (names.join() !== first.join())
      error(
        reading,
        'invalid',
        `unionAll: all branches must have the columns ${first.join(', ')}`,
        `${select.at}.unionAll[${index}]`,
      );
  }
  for (const name of first) before.add(name);
  return [...added, ...first];
}
