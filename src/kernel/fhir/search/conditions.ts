import { grantsFor, visible } from '#kernel/access';
import type { Context, Sql } from '#kernel/context';
import { all, any, identifier, sql, trusted } from '#kernel/sql';
import { definitions, extract, normaliseText, parseFhirJson, parseReference, RESOURCE_TYPES } from '#standards/fhir';
import { hashText } from '../hash.ts';
import { paramNumber, phraseOf } from '../indexing.ts';
import { type Parameter, parametersOf } from '../parameters.ts';
import { isOneOf } from '../store.ts';
import { tableOf } from '../tables.ts';
import {
  byExactText,
  byReference,
  bySystem,
  bySystemAndValue,
  byText,
  byTypedIdentifier,
  byUrl,
  byValue,
  byValueAlone,
  identifierOf,
  inCompartment,
} from '../tokens.ts';
import {
  type Chained,
  type Criterion,
  type Plain,
  parameterNamed,
  type Reverse,
  refuse,
  splitUnescaped,
  targetsOf,
  withoutEscapes,
} from './ask.ts';
import { dateTerm, numberTerm, quantityAmountTerm, quantityTerm, readQuantity, updatedTerm } from './ranges.ts';

/** Where conditions apply: a resource type under an alias of its table. */
export interface Place {
  ctx: Context;
  type: string;
  alias: string;
  /** The address of this store, to know references to itself. */
  base?: string;
}

/** Resources that a step of a chain may lead over. */
const MOST_STEPS = 1000;
/** Texts of codes that `:text` may lead over. */
const MOST_PHRASES = 1000;

/** All criteria as SQL over `place.alias`. Chains ask the database first, each step bounded. */
export async function conditionsOf(place: Place, criteria: readonly Criterion[]): Promise<Sql[]> {
  const { together, single } = groupSpans(place.type, criteria);
  const conditions = together.map((group) => spanCondition(place, group));
  for (const criterion of single) conditions.push(await conditionOf(place, criterion));
  return conditions;
}

function conditionOf(place: Place, criterion: Criterion): Promise<Sql> {
  switch (criterion.kind) {
    case 'plain':
      return plainCondition(place, criterion);
    case 'chain':
      return chainCondition(place, criterion);
    case 'has':
      return reverseCondition(place, criterion);
  }
}

/**
 * `date=ge2025&date=lt2026` is one range for a parameter that has one value at the most, and one look into the index instead of
 * two wide ones.
 */
function groupSpans(type: string, criteria: readonly Criterion[]): { together: Plain[][]; single: Criterion[] } {
  const groups = new Map<string, Plain[]>();
  const single: Criterion[] = [];
  for (const criterion of criteria) {
    const joins =
      criterion.kind === 'plain' &&
      (criterion.parameter.type === 'date' || criterion.parameter.type === 'number') &&
      criterion.parameter.plan.how === 'stored' &&
      criterion.parameter.code !== '_lastUpdated' &&
      criterion.modifier === undefined &&
      hasOneValue(type, criterion.parameter);
    if (!joins) single.push(criterion);
    else groups.set(criterion.parameter.code, [...(groups.get(criterion.parameter.code) ?? []), criterion]);
  }
  return { together: [...groups.values()], single };
}

/** `Observation.effective`: a single element directly in the resource. */
export function hasOneValue(type: string, { expression = '' }: Parameter): boolean {
  const element = /^(\w+)\.(\w+)$/.exec(expression);
  if (element?.[1] !== type) return false;
  const found = definitions.types[type]?.elements.find(
    ({ name }) => name === element[2] || name === `${element[2]}[x]`,
  );
  return found !== undefined && (found.max ?? 1) === 1;
}

/** Apart, because dates are so much larger that the planner would take every date for a great number. */
export function rangeTable(type: 'date' | 'number' | 'quantity'): Sql {
  return trusted(type === 'date' ? 'fhir.date_index' : 'fhir.number_index');
}

function spanCondition(place: Place, group: readonly Plain[]): Sql {
  const terms = group.map(({ parameter, values }) =>
    any(values.map((value) => (parameter.type === 'date' ? dateTerm(value, place.ctx.now()) : numberTerm(value)))),
  );
  const { code, type } = group[0]!.parameter;
  return inIndex(place, type === 'date' ? 'date_index' : 'number_index', code, all(terms));
}

async function plainCondition(place: Place, criterion: Plain): Promise<Sql> {
  const { parameter, modifier, values } = criterion;
  const { plan, code } = parameter;
  if (code === '_id') return idCondition(place, values, modifier);
  if (code === '_lastUpdated') {
    const updated = identifier(`${place.alias}.updated`);
    return any(values.map((value) => updatedTerm(value, place.ctx.now(), updated)));
  }
  if (modifier === 'missing') return missingCondition(place, parameter, values);
  if (modifier === 'not') return sql`not ${await plainCondition(place, { kind: 'plain', parameter, values })}`;
  if (plan.how === 'other') return plainCondition(place, otherCriterion(place.type, criterion, plan));
  if (plan.how === 'any') {
    const others = plan.codes.map((other) => ({ ...criterion, parameter: parameterNamed(place.type, other) }));
    return any(await inTurn(others, (other) => plainCondition(place, other)));
  }
  if (plan.how === 'each')
    return any(await inTurn(values, (value) => eachCondition(place, parameter, plan.codes, value)));
  return storedCondition(place, criterion);
}

function otherCriterion(type: string, criterion: Plain, plan: { code: string; target?: string }): Plain {
  const other = parameterNamed(type, plan.code);
  if (plan.target === undefined) return { ...criterion, parameter: other };
  return { ...criterion, parameter: { ...other, targets: [plan.target] } };
}

/** A composite whose parts belong to the resource as a whole. */
async function eachCondition(place: Place, { code }: Parameter, codes: readonly string[], value: string): Promise<Sql> {
  const parts = splitParts(code, value, codes.length);
  const terms = await inTurn(codes, (part, at) =>
    plainCondition(place, { kind: 'plain', parameter: parameterNamed(place.type, part), values: [parts[at]!] }),
  );
  return all(terms);
}

/** One after the other: the database may be a transaction, which has one connection. */
async function inTurn<T, R>(items: readonly T[], work: (item: T, at: number) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (const [at, item] of items.entries()) results.push(await work(item, at));
  return results;
}

function splitParts(code: string, value: string, count: number): string[] {
  const parts = splitUnescaped(value, '$');
  if (parts.length !== count || parts.includes(''))
    throw refuse('invalid', 'the parts of a composite are separated by $', `${code}=${value}`);
  return parts;
}

async function storedCondition(place: Place, { parameter, modifier, values }: Plain): Promise<Sql> {
  const { code, type } = parameter;
  switch (type) {
    case 'token':
      return tokens(
        place,
        modifier === 'text'
          ? await textForms(place, code, values)
          : values.map((value) => tokenForm(code, value, modifier)),
      );
    case 'reference':
      return tokens(
        place,
        values.flatMap((value) => referenceForms(place, parameter, value, modifier)),
      );
    case 'uri':
      return uriCondition(place, code, values, modifier);
    case 'string':
      if (modifier === 'exact')
        return tokens(
          place,
          values.map((value) => byExactText(code, withoutEscapes(value))),
        );
      return inIndex(
        place,
        'text_index',
        code,
        any(values.map((value) => textTerm(normaliseText(withoutEscapes(value)), modifier === 'contains'))),
      );
    case 'date':
      return inIndex(place, 'date_index', code, any(values.map((value) => dateTerm(value, place.ctx.now()))));
    case 'number':
      return inIndex(place, 'number_index', code, any(values.map((value) => numberTerm(value))));
    case 'quantity':
      return inIndex(place, 'number_index', code, any(values.map(quantityTerm)));
    case 'composite':
      return all([
        hasValue(place, code),
        inIndex(place, 'pair_index', code, any(values.map((value) => pairTerm(place, parameter, value)))),
      ]);
    default:
      throw refuse('not-supported', 'this search parameter is not supported here', `${place.type}.${code}`);
  }
}

/** The row has a value for the parameter. */
export function hasValue({ type, alias }: Pick<Place, 'type' | 'alias'>, code: string): Sql {
  return sql`${identifier(`${alias}.tokens`)} && array(select token from fhir.shape where params @> array[${paramNumber(type, code)}::int])`;
}

/** At least one of the texts is among the row's tokens. */
export function tokens({ alias }: Pick<Place, 'alias'>, texts: readonly string[]): Sql {
  const column = identifier(`${alias}.tokens`);
  const hashes = [...new Set(texts)].map((text) => String(hashText(text)));
  if (hashes.length === 0) return sql`false`;
  return hashes.length === 1 ? sql`${column} @> ${hashes}::bigint[]` : sql`${column} && ${hashes}::bigint[]`;
}

/** One of the row's values in an index table, aliased i, meets the term. */
function inIndex(
  { type, alias }: Place,
  table: 'date_index' | 'number_index' | 'text_index' | 'pair_index',
  code: string,
  term: Sql,
): Sql {
  const row = identifier(alias);
  return sql`exists (
    select from ${identifier(`fhir.${table}`)} as i
    where i.id = ${row}.id and i.part = ${row}.part and i.param = ${paramNumber(type, code)} and ${term}
  )`;
}

function idCondition(place: Place, values: readonly string[], modifier: string | undefined): Sql {
  const condition = isOneOf(
    place.type,
    place.alias,
    values.map((value) => withoutEscapes(value)),
  );
  return modifier === 'not' ? sql`not ${condition}` : condition;
}

function missingCondition(place: Place, parameter: Parameter, values: readonly string[]): Sql {
  const [value] = values;
  if (values.length !== 1 || (value !== 'true' && value !== 'false'))
    throw refuse('invalid', ':missing is true or false', parameter.code);
  const present = isPresent(place, parameter);
  return value === 'true' ? sql`not ${present}` : present;
}

function isPresent(place: Place, parameter: Parameter): Sql {
  const { plan, code } = parameter;
  const named = (other: string) => isPresent(place, parameterNamed(place.type, other));
  switch (plan.how) {
    case 'other':
      return plan.target === undefined ? named(plan.code) : hasValue(place, code);
    case 'any':
      return any(plan.codes.map(named));
    case 'each':
      return all(plan.codes.map(named));
    default:
      return hasValue(place, code);
  }
}

/** `code`, `system|code`, `|code` or `system|`. */
function tokenForm(code: string, value: string, modifier?: string): string {
  const parts = splitUnescaped(value, '|').map(withoutEscapes);
  if (modifier === 'of-type') {
    const [system = '', type = '', number = ''] = parts;
    if (parts.length !== 3 || type === '' || number === '')
      throw refuse('invalid', ':of-type is <system>|<code>|<value>', value);
    return byTypedIdentifier(code, system, type, number);
  }
  if (parts.length === 1) return byValue(code, parts[0]!);
  const [system = '', ...rest] = parts;
  const wanted = rest.join('|');
  if (system === '') return byValueAlone(code, wanted);
  return wanted === '' ? bySystem(code, system) : bySystemAndValue(code, system, wanted);
}

/** The known texts of codes that contain what is asked. */
async function textForms({ ctx, type }: Place, code: string, values: readonly string[]): Promise<string[]> {
  const likes = values.map((value) => `%${escapeLike(phraseOf(withoutEscapes(value)))}%`);
  const rows = await ctx.db.rows<{ text: string }>(sql`
    select text from fhir.phrase where param = ${paramNumber(type, code)} and text like any(${likes}::text[]) limit ${MOST_PHRASES + 1}
  `);
  if (rows.length > MOST_PHRASES)
    throw refuse('too-costly', 'too many texts contain that: say more of it', `${code}:text`);
  return rows.map(({ text }) => byText(code, text));
}

function referenceForms(place: Place, parameter: Parameter, asked: string, modifier: string | undefined): string[] {
  const { code } = parameter;
  if (modifier === 'identifier') return [tokenForm(identifierOf(code), asked)];
  const value = withoutEscapes(asked);
  if (modifier !== undefined) return [byReference(code, modifier, value.replace(`${modifier}/`, ''))];
  const own =
    place.base !== undefined && value.startsWith(`${place.base}/`) ? value.slice(place.base.length + 1) : value;
  const literal = parseReference(own);
  const targets = targetsOf(parameter);
  if (literal?.form === 'relative') return [byReference(code, literal.type!, literal.id!)];
  if (literal?.form === 'absolute' || value.includes('|')) return [byUrl(code, value)];
  return (targets.length === 0 ? RESOURCE_TYPES : targets).map((target) => byReference(code, target, value));
}

function uriCondition(place: Place, code: string, values: readonly string[], modifier: string | undefined): Sql {
  const uris = values.map(withoutEscapes);
  if (modifier === 'above')
    return tokens(
      place,
      uris.flatMap((uri) => partsOf(uri).map((part) => byUrl(code, part))),
    );
  const exact = tokens(
    place,
    uris.map((uri) => byUrl(code, uri)),
  );
  if (modifier !== 'below') return exact;
  const folders = uris.map((uri) => (uri.endsWith('/') ? uri : `${uri}/`));
  return any([exact, inIndex(place, 'text_index', code, any(folders.map((folder) => textTerm(folder, false))))]);
}

/** A uri and the folders it lies in, with and without a slash at the end. */
function partsOf(uri: string): string[] {
  const parts = [uri];
  for (let at = uri.lastIndexOf('/'); at > 0; at = uri.lastIndexOf('/', at - 1))
    parts.push(uri.slice(0, at), uri.slice(0, at + 1));
  return parts;
}

/** Length of the part of a text that is in the index; longer questions look at the whole text as well. */
const INDEXED_LENGTH = 100;

function textTerm(text: string, anywhere: boolean): Sql {
  if (anywhere) return sql`i.value like ${`%${escapeLike(text)}%`}`;
  const [head] = [[...text].slice(0, INDEXED_LENGTH).join('')];
  const begins = sql`left(i.value, 100) like ${`${escapeLike(head)}%`}`;
  return head === text ? begins : all([begins, sql`i.value like ${`${escapeLike(text)}%`}`]);
}

function escapeLike(text: string): string {
  return text.replace(/[\\%_]/g, '\\$&');
}

/** The parts of a composite that must be found in one place. */
function pairTerm(place: Place, { code, components = [] }: Parameter, value: string): Sql {
  const parts = splitParts(code, value, components.length);
  const terms: Sql[] = [];
  let range = 0;
  const ends = (at: number) => ({ lo: sql`i.ranges[${2 * at + 1}::int]`, hi: sql`i.ranges[${2 * at + 2}::int]` });
  components.forEach((component, at) => {
    const part = parts[at]!;
    const own = String(at);
    const holds = (texts: readonly string[]) =>
      sql`i.tokens && ${texts.map((text) => String(hashText(text)))}::bigint[]`;
    if (component.type === 'token') terms.push(holds([tokenForm(own, part)]));
    else if (component.type === 'reference') {
      const { targets } = parametersOf(place.type).get(component.code) ?? {};
      terms.push(
        holds(
          referenceForms(
            place,
            { ...component, plan: { how: 'stored' }, ...(targets && { targets }) } as Parameter,
            part,
            undefined,
          ).map((text) => text.replace(`${component.code}=`, `${own}=`)),
        ),
      );
    } else if (component.type === 'quantity') {
      const { prefix, amount, system, code: unit, base } = readQuantity(part);
      if (base !== undefined) {
        terms.push(holds([byValue(`${own}:base`, base.code)]), quantityAmountTerm(prefix, base, ends(range + 1)));
      } else {
        if (unit !== '') terms.push(holds([system === '' ? byValue(own, unit) : bySystemAndValue(own, system, unit)]));
        terms.push(quantityAmountTerm(prefix, amount, ends(range)));
      }
      range += 2;
    } else if (component.type === 'number') {
      terms.push(numberTerm(part, ends(range)));
      range += 1;
    } else if (component.type === 'date') {
      terms.push(dateTerm(part, place.ctx.now(), ends(range)));
      range += 1;
    } else throw refuse('not-supported', 'this search parameter is not supported here', `${place.type}.${code}`);
  });
  return all(terms);
}

async function chainCondition(place: Place, { parameter, targets }: Chained): Promise<Sql> {
  const found = await inTurn(targets, async ({ type, criterion }) => {
    const ids = await findIds({ ...place, type, alias: 'r' }, criterion, parameter.code);
    return ids.map((id) => `${type}/${id}`);
  });
  const values = found.flat();
  if (values.length === 0) return sql`false`;
  return plainCondition(place, { kind: 'plain', parameter, values });
}

async function findIds(place: Place, criterion: Criterion, code: string): Promise<string[]> {
  const rows = await place.ctx.db.rows<{ id: string }>(sql`
    select r.id from ${tableOf(place.type)} as r
    where ${all([...(await conditionsOf(place, [criterion])), ...shown(place)])} limit ${MOST_STEPS + 1}
  `);
  if (rows.length > MOST_STEPS)
    throw refuse('too-costly', 'too many resources meet the condition of a chain: narrow it', code);
  return rows.map(({ id }) => id);
}

/** Neither deleted nor hidden. */
export function shown(place: Place): Sql[] {
  const { ctx, type, alias } = place;
  const terms = [sql`${identifier(`${alias}.content`)} is not null`, visible(ctx, type, alias, 's')];
  const own = onlyPatients(ctx, type);
  if (own !== undefined) terms.push(tokens(place, own.map(inCompartment)));
  return terms;
}

/**
 * The patients whose compartments hold all that the actor may see of the type, where that is so: it follows from `visible`, and
 * said once more as tokens it can be looked up.
 */
function onlyPatients({ actor }: Context, type: string): string[] | undefined {
  const patients = grantsFor(actor, 's', type).map(({ scope, patient }) => {
    if (scope === 'catalogue') return undefined;
    return patient ?? (scope === 'self' ? (actor.patient ?? '') : undefined);
  });
  return patients.length === 0 || patients.includes(undefined) ? undefined : (patients as string[]);
}

/** Few that refer: their references are read. Many: each candidate is asked whether one refers to it. */
async function reverseCondition(place: Place, { type, parameter, criterion }: Reverse): Promise<Sql> {
  const inner: Place = { ...place, type, alias: `${place.alias}h` };
  const alias = identifier(inner.alias);
  const conditions = all([...(await conditionsOf(inner, [criterion])), ...shown(inner)]);
  const rows = await place.ctx.db.rows<{ content: string }>(sql`
    select ${alias}.content::text as content from ${tableOf(type)} as ${alias} where ${conditions} limit ${MOST_STEPS + 1}
  `);
  if (rows.length <= MOST_STEPS) {
    const ids = new Set<string>();
    for (const { content } of rows) {
      for (const entry of extract(parseFhirJson(content) as object)) {
        if (
          entry.kind === 'reference' &&
          entry.parameter === parameter.code &&
          entry.type === place.type &&
          entry.url === undefined
        )
          ids.add(entry.id!);
      }
    }
    return isOneOf(place.type, place.alias, [...ids]);
  }
  const { plan } = parameter;
  const codes = plan.how === 'other' ? [plan.code] : plan.how === 'any' ? plan.codes : [parameter.code];
  const refers = codes.map(
    (code) =>
      sql`${alias}.tokens @> array[hashtextextended(${`${code}=${place.type}/`} || ${identifier(`${place.alias}.id`)}, 0)]`,
  );
  return sql`exists (select from ${tableOf(type)} as ${alias} where ${any(refers)} and ${conditions})`;
}
