import type { Issue } from '#kernel/problem';

/**
 * The profile SQLQuery of Library: SQL over the tables of ViewDefinitions, with parameters. Pure.
 *
 * Source: SQL-on-FHIR v2, https://sql-on-fhir.org/ig/StructureDefinition/SQLQuery, with its notes, May 2026.
 */
export interface QueryLibrary {
  /** For its name in the trail and of files. */
  name: string;
  /** With `:name` where a value is to stand. */
  text: string;
  /** By the name of the table in the text: the canonical address of a ViewDefinition. */
  tables: ReadonlyMap<string, string>;
  parameters: ReadonlyMap<string, ParameterType>;
}

const PARAMETER_TYPES = ['string', 'code', 'id', 'uri', 'integer', 'date', 'dateTime', 'boolean', 'decimal'] as const;
export type ParameterType = (typeof PARAMETER_TYPES)[number];

/** SQL is read from the first of these that is there. */
const DIALECTS = [/;\s*dialect\s*=\s*"?clickhouse"?\s*$/i, /^application\/sql\s*$/i];
const NAME = /^[A-Za-z][A-Za-z0-9_]*$/;
/** Characters of SQL. */
const MOST_TEXT = 100_000;
const MOST_TABLES = 50;
const MOST_PARAMETERS = 100;

/** Strings, quoted names, comments and casts are passed over; what else begins with a colon is the place of a value. */
export const PLACE =
  /'(?:[^'\\]|\\[\s\S]|'')*'|"(?:[^"\\]|\\[\s\S])*"|`(?:[^`\\]|\\[\s\S])*`|--[^\n]*|\/\*[\s\S]*?\*\/|::|:([A-Za-z_]\w*)/g;

type Json = Record<string, unknown>;

/** Whether a Library says that it holds SQL. */
export function isQueryLibrary({ type, meta, content }: Json): boolean {
  const codings = ((type as Json | undefined)?.['coding'] as Json[] | undefined) ?? [];
  const profiles = ((meta as Json | undefined)?.['profile'] as string[] | undefined) ?? [];
  const contents = (content as Json[] | undefined) ?? [];
  return (
    codings.some(({ code }) => code === 'sql-query') ||
    profiles.some((profile) => /\/SQLQuery(\||$)/.test(profile)) ||
    contents.some(({ contentType }) => String(contentType).startsWith('application/sql'))
  );
}

/** Reads a Library that is valid R4. With issues there is no query. */
export function readQueryLibrary(library: Json): { query?: QueryLibrary; issues: Issue[] } {
  const issues: Issue[] = [];
  const tell = (code: string, message: string, place: string) =>
    void issues.push({ severity: 'error', code, message, expression: `Library.${place}` });
  const text = readText((library['content'] as Json[] | undefined) ?? [], tell);
  const tables = readTables((library['relatedArtifact'] as Json[] | undefined) ?? [], tell);
  const parameters = readParameters((library['parameter'] as Json[] | undefined) ?? [], tell);
  for (const [, name] of (text ?? '').matchAll(PLACE)) {
    if (name !== undefined && !parameters.has(name))
      tell('not-found', `the SQL has a place for the parameter ${name}, which is not declared`, 'content');
  }
  if (text === undefined || issues.length > 0) return { issues };
  const name = typeof library['name'] === 'string' && NAME.test(library['name']) ? library['name'] : 'query';
  return { query: { name, text, tables, parameters }, issues };
}

type Tell = (code: string, message: string, place: string) => void;

function readText(contents: readonly Json[], tell: Tell): string | undefined {
  for (const [at, { contentType, data }] of contents.entries()) {
    if (!/^application\/sql(\s*;|\s*$)/i.test(String(contentType)))
      tell(
        'value',
        'sql-must-be-sql-expressions: the content of such a Library is application/sql',
        `content[${at}].contentType`,
      );
    if (typeof data !== 'string') tell('required', 'the SQL stands in data, as base64', `content[${at}].data`);
  }
  for (const dialect of DIALECTS) {
    const chosen = contents.find(({ contentType }) => dialect.test(String(contentType)));
    if (typeof chosen?.['data'] !== 'string') continue;
    const place = `content[${contents.indexOf(chosen)}].data`;
    try {
      const text = new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(chosen['data'], 'base64'));
      if (text.length <= MOST_TEXT) return text;
      tell('too-long', `the SQL has more than ${MOST_TEXT} characters`, place);
    } catch {
      tell('value', 'the SQL is not UTF-8', place);
    }
    return undefined;
  }
  tell(
    'required',
    'there is no SQL for this server: give application/sql, or application/sql;dialect=clickhouse',
    'content',
  );
  return undefined;
}

function readTables(artifacts: readonly Json[], tell: Tell): Map<string, string> {
  const tables = new Map<string, string>();
  for (const [at, { type, resource, label }] of artifacts.entries()) {
    const place = `relatedArtifact[${at}]`;
    if (type !== 'depends-on') continue;
    if (typeof resource !== 'string')
      tell('required', 'the address of a ViewDefinition is needed', `${place}.resource`);
    else if (typeof label !== 'string' || !NAME.test(label))
      tell('invariant', 'sql-name: a table is named by letters, digits, low lines, a letter first', `${place}.label`);
    else if (tables.has(label)) tell('duplicate', 'two tables have the same name', `${place}.label`);
    else tables.set(label, resource);
  }
  if (tables.size > MOST_TABLES) tell('too-costly', 'the query needs too many tables', 'relatedArtifact');
  return tables;
}

function readParameters(declared: readonly Json[], tell: Tell): Map<string, ParameterType> {
  const parameters = new Map<string, ParameterType>();
  for (const [at, { name, type, use }] of declared.entries()) {
    const place = `parameter[${at}]`;
    if (use !== 'in') tell('value', 'a query only takes parameters in', `${place}.use`);
    const known = PARAMETER_TYPES.find((each) => each === type);
    if (typeof name !== 'string' || !NAME.test(name))
      tell('invariant', 'a parameter is named by letters, digits, low lines, a letter first', `${place}.name`);
    else if (parameters.has(name)) tell('duplicate', 'two parameters have the same name', `${place}.name`);
    else if (known === undefined)
      tell('not-supported', `a parameter is one of ${PARAMETER_TYPES.join(', ')}`, `${place}.type`);
    else parameters.set(name, known);
  }
  if (parameters.size > MOST_PARAMETERS) tell('too-costly', 'the query needs too many parameters', 'parameter');
  return parameters;
}
