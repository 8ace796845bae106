import { randomInt } from 'node:crypto';
import { env } from 'node:process';
import { expect, test } from 'vitest';
import { parseView } from '#standards/sql-on-fhir';
import { Random } from '../support/sql-on-fhir/random.ts';
import { randomView } from '../support/sql-on-fhir/views.ts';

/**
 * Goal: a view that is wrong is refused, and what is said names the place.
 * Method: random sound views, each broken at a random place in every way that breaks it for sure; an error must be about that place or
 * what holds it. Seeds are printed; BANYAN_VIEW_SEED runs one again.
 */
const VIEWS = 300;

type Json = Record<string, unknown>;

/** An object in the view: a column, a select, a constant. */
interface Place {
  at: string;
  json: Json;
}

/** Breaks the object and says where, below it. */
type Break = (json: Json, random: Random) => string | undefined;

const OF_COLUMN: Record<string, Break> = {
  'no path': (json) => drop(json, 'path'),
  'no name': (json) => drop(json, 'name'),
  'a path that is no text': (json, random) => put(json, 'path', random.pick([1, true, null, ['id'], {}])),
  'a path that ends too early': (json) => put(json, 'path', `(${json.path}`),
  'a path that goes on too long': (json) => put(json, 'path', `${json.path})`),
  'a path with an unknown function': (json) => put(json, 'path', `(${json.path}).frobnicate()`),
  'a path with an unknown constant': (json) => put(json, 'path', `iif(%nobody = 'x', ${json.path}, ${json.path})`),
  'a path with an unknown type': (json) => put(json, 'path', `(${json.path}).ofType(Wombat)`),
  'too many arguments': (json) => put(json, 'path', `(${json.path}).first(1)`),
  'a name that is none': (json, random) => put(json, 'name', random.pick(['1a', 'a-b', 'a b', '', '_a', 'é', 7])),
  'a collection that is no boolean': (json, random) => put(json, 'collection', random.pick(['true', 1, []])),
  'a type that is no text': (json) => put(json, 'type', 5),
};

const OF_SELECT: Record<string, Break> = {
  'columns that are no list': (json) => put(json, 'column', { name: 'a', path: 'id' }),
  'selects that are no list': (json) => put(json, 'select', 'id'),
  'a union that is no list': (json) => put(json, 'unionAll', { column: [] }),
  'a select that is no object': (json) => put(json, 'select', ['id']) && 'select[0]',
  'a forEach that is no text': (json, random) => put(unrolledNot(json), 'forEach', random.pick([1, null, ['name']])),
  'a forEach that is no path': (json, random) =>
    put(unrolledNot(json), 'forEach', random.pick(['@@', 'name.', '', 'a b'])),
  'a forEachOrNull that is no path': (json) => put(unrolledNot(json), 'forEachOrNull', "name.where('x)"),
  'a repeat that is no list': (json) => put(unrolledNot(json), 'repeat', 'item'),
  'a repeat without paths': (json) => put(unrolledNot(json), 'repeat', []),
  'a repeat that leads nowhere': (json) => put(unrolledNot(json), 'repeat', ['$this']) && 'repeat[0]',
  'two ways to unroll': (json) => {
    Object.assign(unrolledNot(json), { forEach: 'id', repeat: ['id'] });
    return '';
  },
};

const OF_VIEW: Record<string, Break> = {
  'a key that is none': (json, random) => put(json, random.pick(['forEach', 'columns', 'Select', '_selects']), 'name'),
  'a modifier extension': (json) =>
    put(json, 'modifierExtension', [{ url: 'https://example.org/x', valueBoolean: true }]),
  'a condition with a key that is none': (json) =>
    put(json, 'where', [{ path: 'true', expression: 'x' }]) && 'where[0].expression',
  'no resource': (json) => drop(json, 'resource'),
  'a resource that is none': (json, random) =>
    put(json, 'resource', random.pick(['Pacient', '', 'patient', 'HumanName', 3])),
  'another kind of resource': (json) => put(json, 'resourceType', 'Patient'),
  'no select': (json) => drop(json, 'select'),
  'an empty select': (json) => put(json, 'select', []),
  'a name that is no SQL name': (json) => put(json, 'name', 'my view'),
  'a condition without a path': (json) => put(json, 'where', [{}]) && 'where[0].path',
  'a condition that is a text': (json) => put(json, 'where', [{ path: "'x'" }]) && 'where[0].path',
  'a condition that is an element': (json) => put(json, 'where', [{ path: 'meta' }]) && 'where[0].path',
  'a constant without a value': (json) =>
    put(json, 'constant', [{ name: 'broken' }, ...all(json.constant)]) && 'constant[0]',
  'a constant without a name': (json) =>
    put(json, 'constant', [{ valueCode: 'x' }, ...all(json.constant)]) && 'constant[0].name',
  'a constant of two values': (json) =>
    put(json, 'constant', [{ name: 'broken', valueCode: 'x', valueId: 'x' }, ...all(json.constant)]) && 'constant[0]',
  'a constant of a complex type': (json) =>
    put(json, 'constant', [{ name: 'broken', valueCoding: { code: 'x' } }, ...all(json.constant)]) &&
    'constant[0].valueCoding',
};

test('a view that is broken is refused at its place', () => {
  const seed = env.BANYAN_VIEW_SEED === undefined ? randomInt(2 ** 31) : Number(env.BANYAN_VIEW_SEED);
  const random = new Random(seed);
  let refused = 0;
  for (let index = 0; index < VIEWS; index += 1) {
    const sound = JSON.stringify(randomView(random));
    expect(parseView(JSON.parse(sound)).view, `seed ${seed}: ${sound}`).toBeDefined();
    for (const [of, breaks] of [
      ['view', OF_VIEW],
      ['select', OF_SELECT],
      ['column', OF_COLUMN],
    ] as const) {
      const view = JSON.parse(sound) as Json;
      const places = placesOf(view)[of];
      if (places.length === 0) continue;
      const { at, json } = random.pick(places);
      const [what, apply] = random.pick(Object.entries(breaks));
      const below = apply(json, random);
      const where = `${at}${below ? '.' : ''}${below ?? ''}`;
      const { view: read, issues } = parseView(view);
      const errors = issues.filter(({ severity }) => severity === 'error');
      const told = `seed ${seed}, ${what} at ${where}: ${JSON.stringify(errors)}\n${JSON.stringify(view)}`;
      expect(read, told).toBeUndefined();
      expect(
        errors.map(({ expression }) => expression),
        told,
      ).toContain(where);
      for (const { message } of errors) expect(message.length, told).toBeGreaterThan(10);
      refused += 1;
    }
  }
  console.info(`seed ${seed}: ${refused} broken views`);
  expect(refused).toBeGreaterThan(VIEWS * 2);
});

test('two columns of one name are refused wherever they stand', () => {
  const random = new Random(5);
  let refused = 0;
  for (let index = 0; index < VIEWS; index += 1) {
    const view = JSON.parse(JSON.stringify(randomView(random))) as Json;
    // Branches of a union share their names.
    const columns = placesOf(view).column.filter(({ at }) => !at.includes('unionAll'));
    if (columns.length < 2) continue;
    const [one, other] = [random.pick(columns), random.pick(columns)];
    if (one === other) continue;
    other.json.name = one.json.name;
    const errors = parseView(view).issues.filter(({ code }) => code === 'duplicate');
    expect(errors.map(({ expression }) => expression).join()).toMatch(/column\[\d+\]\.name/);
    refused += 1;
  }
  expect(refused).toBeGreaterThan(VIEWS / 4);
});

function placesOf(view: Json): Record<'view' | 'select' | 'column', Place[]> {
  const found = { view: [{ at: 'ViewDefinition', json: view }], select: [] as Place[], column: [] as Place[] };
  const visit = (json: Json, at: string): void => {
    found.select.push({ at, json });
    for (const [index, column] of all(json.column).entries())
      found.column.push({ at: `${at}.column[${index}]`, json: column });
    for (const key of ['select', 'unionAll'])
      for (const [index, inner] of all(json[key]).entries()) visit(inner, `${at}.${key}[${index}]`);
  };
  for (const [index, select] of all(view.select).entries()) visit(select, `ViewDefinition.select[${index}]`);
  return found;
}

function all(list: unknown): Json[] {
  return Array.isArray(list) ? (list as Json[]) : [];
}

function drop(json: Json, key: string): string {
  delete json[key];
  return key;
}

function put(json: Json, key: string, value: unknown): string {
  json[key] = value;
  return key;
}

function unrolledNot(json: Json): Json {
  for (const key of ['forEach', 'forEachOrNull', 'repeat']) delete json[key];
  return json;
}
