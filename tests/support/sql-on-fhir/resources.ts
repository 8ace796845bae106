/**
 * Random resources, made from the definitions and valid by them, in all the shapes that are easy to forget: elements that are missing,
 * repeated, or have extensions but no value; gaps in arrays of primitives; choices; texts with quotes, backslashes and signs of other
 * languages; decimals with zeros at the end; dates cut short and in other time zones; references of every kind; contained resources.
 * Values come from small pools, so that equal ones meet.
 */
import { definitions, type ElementDefinition, parseFhirJson, validate } from '#standards/fhir';
import type { Random } from './random.ts';
import { written } from './written.ts';

export const TYPES = [
  'Patient',
  'Observation',
  'Encounter',
  'Condition',
  'DiagnosticReport',
  'QuestionnaireResponse',
  'Questionnaire',
  'MedicationRequest',
  'Procedure',
  'Immunization',
] as const;

/** Primitives are what is generated and asked for most; the rest of the types is left to the other tests. */
export const TEXTS = [
  'a',
  'Ann',
  'ann',
  "O'Brien",
  'quote"d',
  'back\\slash',
  'two words',
  '王小明',
  'a😀𠮷',
  'é',
  '{p1:String}',
  '$1',
  '%x',
  'a\nb\tc',
  '\\n',
];
export const CODES = ['a', 'b', 'c-1', 'final', 'x.y'];
export const URIS = [
  'http://example.org/a',
  'http://example.org/b',
  'urn:oid:1.2.3',
  'urn:uuid:53fefa32-fcbb-4ff8-8a92-55ee120877b7',
];
export const DECIMALS = ['0', '1', '1.0', '1.00', '0.5', '-0.50', '2.75', '120.10', '-3', '1000000.25', '0.00012'];
export const INTEGERS = ['0', '1', '2', '-1', '7', '100000'];
export const DATES = ['2020', '2020-02', '2020-02-29', '1999-12-31', '2000-01-01', '2020-03'];
export const TIMES = ['00:00:00', '12:34:56', '12:34:56.700', '23:59:59'];
export const ZONED = [
  '2020-02-29T23:30:00Z',
  '2020-03-01T07:30:00+08:00',
  '2020-02-29T23:30:00.000Z',
  '2020-02-29T23:30:00.500Z',
  '1999-12-31T23:59:59-05:00',
  '2015-02-07T13:28:17.239+02:00',
];
export const EXTENSIONS = ['http://example.org/ext/a', 'http://example.org/ext/b'];

const POOLS: Readonly<Record<string, readonly string[]>> = {
  string: TEXTS,
  markdown: TEXTS,
  code: CODES,
  id: ['p1', 'p2', 'x-1.y'],
  uri: URIS,
  url: URIS,
  canonical: ['http://example.org/a', 'http://example.org/a|1.0'],
  oid: ['urn:oid:1.2.3', 'urn:oid:2.16'],
  uuid: ['urn:uuid:53fefa32-fcbb-4ff8-8a92-55ee120877b7'],
  base64Binary: ['aGVsbG8K', 'YnllCg=='],
  date: DATES,
  dateTime: [...DATES, ...ZONED],
  instant: ZONED,
  time: TIMES,
};

const NUMBERS: Readonly<Record<string, readonly string[]>> = {
  decimal: DECIMALS,
  integer: INTEGERS,
  unsignedInt: ['0', '1', '2', '7'],
  positiveInt: ['1', '2', '7'],
};

/** Choices are generated in these types, as long as the definition allows them. */
export const CHOICES: ReadonlySet<string> = new Set([
  ...Object.keys(POOLS),
  ...Object.keys(NUMBERS),
  'boolean',
  'Quantity',
  'Period',
  'CodeableConcept',
  'Coding',
  'Range',
  'Reference',
]);

/** Not worth their room: the others are as deep and as wide. */
const LEFT_OUT: ReadonlySet<string> = new Set([
  'contained',
  'implicitRules',
  'language',
  'text',
  'photo',
  'presentedForm',
]);

/** The elements of a type that resources are given. */
export function elementsOf(type: string): ElementDefinition[] {
  const definition = definitions.types[type];
  if (definition === undefined) throw new Error(`no definition of ${type}`);
  return definition.elements.filter(
    ({ name }) => name !== 'modifierExtension' && !(definition.kind === 'resource' && LEFT_OUT.has(name)),
  );
}

type Json = Record<string, unknown>;

/** @returns the text of a valid resource of the type */
export function randomResource(random: Random, type: (typeof TYPES)[number], id: string): string {
  for (let tries = 0; tries < 50; tries += 1) {
    const text = mended(random, type, id);
    if (text !== undefined) return text;
  }
  throw new Error(`no valid ${type} found`);
}

/** Undefined where one mistake leads to another. */
function mended(random: Random, type: string, id: string): string | undefined {
  const holder = random.chance(0.15);
  const resource: Json = {
    resourceType: type,
    id,
    ...(holder ? { contained: [{ resourceType: 'Organization', id: 'c1', name: random.pick(TEXTS) }] } : {}),
    ...randomElements(random, type, 0, holder),
  };
  for (let round = 0; round < 50; round += 1) {
    const text = JSON.stringify(resource);
    const issue = validate(parseFhirJson(text)).find(({ severity }) => severity === 'error' || severity === 'fatal');
    if (issue === undefined) return text;
    mend(resource, random, type, issue.expression ?? type, holder);
  }
  return undefined;
}

function randomElements(random: Random, type: string, depth: number, holder: boolean): Json {
  const made: Json = {};
  for (const element of elementsOf(type)) {
    if (element.name === 'id') continue;
    const likely = element.name === 'extension' ? 0.1 : depth === 0 ? 0.5 : 0.75 / depth;
    if ((element.min ?? 0) === 0 && (depth > 4 || !random.chance(likely))) continue;
    addElement(made, random, element, depth, holder);
  }
  if (Object.keys(made).length > 0 && random.chance(0.05)) made.id = random.pick(CODES);
  return made;
}

function addElement(made: Json, random: Random, element: ElementDefinition, depth: number, holder: boolean): void {
  const types = element.types.filter((type) => CHOICES.has(type) || !element.name.endsWith('[x]'));
  if (types.length === 0) return;
  const type = random.pick(types);
  const key = element.name.endsWith('[x]')
    ? `${element.name.slice(0, -3)}${type[0]?.toUpperCase()}${type.slice(1)}`
    : element.name;
  const several = (element.max ?? 1) !== 1;
  const count = several ? random.pick([1, 1, 2, 2, 3]) : 1;
  const primitive = definitions.types[type]?.kind === 'primitive-type';
  if (!primitive) {
    const values = Array.from({ length: count }, () => randomComplex(random, type, element, depth, holder)).filter(
      (value) => Object.keys(value).length > 0,
    );
    if (values.length > 0) made[key] = several ? values : values[0];
    return;
  }
  const values = Array.from({ length: count }, () =>
    random.chance(0.9) ? randomPrimitive(random, type, element) : null,
  );
  const extras = values.map((value) => (value === null || random.chance(0.08) ? randomExtras(random) : null));
  if (values.some((value) => value !== null)) made[key] = several ? values : values[0];
  if (extras.some((extra) => extra !== null)) made[`_${key}`] = several ? extras : extras[0];
}

/** What stands beside a primitive, or in its place. */
function randomExtras(random: Random): Json {
  return { extension: [randomExtension(random, 1)] };
}

function randomExtension(random: Random, depth: number): Json {
  const url = random.pick(EXTENSIONS);
  if (depth < 2 && random.chance(0.2)) return { url, extension: [randomExtension(random, depth + 1)] };
  return random.pick([
    () => ({ url, valueString: random.pick(TEXTS) }),
    () => ({ url, valueCode: random.pick(CODES) }),
    () => ({ url, _valueCode: { id: random.pick(CODES) } }),
    () => ({ url, valueUri: random.pick(URIS) }),
    () => ({ url, valueDecimal: written(random.pick(DECIMALS)) }),
    () => ({ url, valueBoolean: random.chance(0.5) }),
    () => ({ url, valueCoding: { system: random.pick(URIS), code: random.pick(CODES) } }),
  ])();
}

function randomComplex(random: Random, type: string, element: ElementDefinition, depth: number, holder: boolean): Json {
  if (type === 'Extension') return randomExtension(random, 0);
  if (type === 'Reference') return randomReference(random, element, holder);
  if (type === 'Period') return randomPeriod(random);
  if (definitions.types[type]?.base === 'Quantity' || type === 'Quantity') return randomQuantity(random, type);
  const made = randomElements(random, type, depth + 1, holder);
  if (type === 'CodeableConcept' && element.binding !== undefined) return randomCode(random, element.binding);
  if (type === 'ContactPoint' && made.value !== undefined) made.system = 'phone';
  if (type === 'QuestionnaireResponse.item' && made.answer !== undefined) delete made.item;
  return made;
}

function randomCode(random: Random, binding: string): Json {
  const [system, codes = []] = random.pick(Object.entries(definitions.valueSets[binding] ?? {}));
  return {
    coding: [{ system, code: random.pick(codes) }],
    ...(random.chance(0.3) ? { text: random.pick(TEXTS) } : {}),
  };
}

function randomPeriod(random: Random): Json {
  const shape = random.int(0, 3);
  if (shape === 0) return { start: random.pick(['1999', ...ZONED]) };
  if (shape === 1) return { end: random.pick(['2021-05', ...ZONED]) };
  return {
    start: random.pick(['1999', '1999-12-31', '1999-12-31T23:59:59-05:00']),
    end: random.pick(['2020', '2020-02-29']),
  };
}

/** The kinds of quantity that are times are in a unit of time. */
function randomQuantity(random: Random, type: string): Json {
  const value = written(random.pick(type === 'Age' || type === 'Duration' ? ['1', '2.0', '30.50'] : DECIMALS));
  const unit = type === 'Age' || type === 'Duration' ? 'a' : random.pick(['mg', 'mmol/L', '%']);
  const coded = { system: 'http://unitsofmeasure.org', code: unit };
  return random.pick<() => Json>([
    () => ({ value, unit, ...coded }),
    () => ({ value, ...coded }),
    () => (type === 'Quantity' ? { value, comparator: random.pick(['<', '>=']) } : { value, ...coded }),
    () => (type === 'Quantity' ? { value } : { value, unit, ...coded }),
    () => ({ ...coded, _value: randomExtras(random) }),
  ])();
}

function randomReference(random: Random, { targets = ['Patient'] }: ElementDefinition, holder: boolean): Json {
  const target = random.pick(targets.filter((name) => name !== 'Resource').length > 0 ? targets : ['Patient']);
  const literal = `${target}/${random.pick(['p1', 'p2', 'x-1.y'])}`;
  return random.pick<() => Json>([
    () => ({ reference: literal }),
    () => ({ reference: literal, display: random.pick(TEXTS) }),
    () => ({ reference: `${literal}/_history/2` }),
    () => ({ reference: `http://example.org/fhir/${literal}` }),
    () => ({ reference: `https://example.org/fhir/${literal}/_history/1` }),
    () => ({ reference: 'urn:uuid:53fefa32-fcbb-4ff8-8a92-55ee120877b7' }),
    () => ({ identifier: { system: random.pick(URIS), value: random.pick(TEXTS) } }),
    () => (holder && targets.includes('Organization') ? { reference: '#c1' } : { display: random.pick(TEXTS) }),
  ])();
}

function randomPrimitive(random: Random, type: string, { binding }: ElementDefinition): unknown {
  const systems = binding === undefined ? undefined : definitions.valueSets[binding];
  if (type === 'code' && systems !== undefined) return random.pick(Object.values(systems).flat());
  if (type === 'boolean') return random.chance(0.5);
  const numbers = NUMBERS[type];
  if (numbers !== undefined) return written(random.pick(numbers));
  const pool = POOLS[type];
  if (pool === undefined) throw new Error(`no values of ${type}`);
  return random.pick(pool);
}

/** Makes the element anew in which an issue is; invariants of the whole resource are about those that it can do without. */
function mend(resource: Json, random: Random, type: string, expression: string, holder: boolean): void {
  const place = /^\w+\.(\w+)/.exec(expression)?.[1];
  const broken = place === undefined ? ['abatement', 'clinicalStatus', 'component', 'dataAbsentReason'] : [place];
  for (const key of Object.keys(resource)) {
    const name = key.replace('_', '');
    if (broken.some((one) => name.startsWith(one) && !/^[a-z]/.test(name.slice(one.length)))) delete resource[key];
  }
  const element = definitions.types[type]?.elements.find(({ name }) => name === place);
  if (element !== undefined && (element.min ?? 0) > 0) addElement(resource, random, element, 0, holder);
}
