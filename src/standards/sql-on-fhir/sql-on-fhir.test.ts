import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Session } from 'chdb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sql, trusted } from '#kernel/sql';
import { testDatabase } from '../../../tests/support/postgres.ts';
import { FUNCTIONS, REFUSED } from './functions.ts';
import { type CompileOptions, compileView, losslessJson, parseView } from './index.ts';

type Json = Record<string, unknown>;

/**
 * Goal: what the official tests do not ask: faults found without data, texts that would break out of a literal, primitives without a
 * value, elements of which no read part is there, numbers of rows. Method: each question on both engines, on ClickHouse by both roads.
 */

function view(json: Json) {
  const { view, issues } = parseView({ resource: 'Patient', ...json });
  if (view === undefined) throw new Error(JSON.stringify(issues));
  return view;
}

/** A view of one column for each path: c0, c1, ... */
function ofPaths(...paths: string[]): Json {
  return { select: [{ column: paths.map((path, index) => ({ name: `c${index}`, path })) }] };
}

function shareable(more: Json): Json {
  return {
    meta: { profile: ['https://sql-on-fhir.org/ig/StructureDefinition/ShareableViewDefinition'] },
    url: 'https://example.org/view',
    name: 'view',
    status: 'active',
    fhirVersion: ['4.0.1'],
    select: [{ column: [id('a')] }],
    ...more,
  };
}

describe('parseView', () => {
  test.each([
    ['a column named twice', { select: [{ column: [id('a'), id('a')] }] }, 'ViewDefinition.select[0].column[1].name'],
    ['a name that is no SQL name', { select: [{ column: [id('a-b')] }] }, 'ViewDefinition.select[0].column[0].name'],
    ['no column', { select: [{ select: [{}] }] }, 'ViewDefinition'],
    ['no select', {}, 'ViewDefinition.select'],
    ['an unknown resource', { resource: 'Person2', select: [{ column: [id('a')] }] }, 'ViewDefinition.resource'],
    [
      'two ways to unroll',
      { select: [{ forEach: 'name', forEachOrNull: 'name', column: [id('a')] }] },
      'ViewDefinition.select[0]',
    ],
    [
      'a repeat that leads nowhere',
      { select: [{ repeat: ['$this'], column: [id('a')] }] },
      'ViewDefinition.select[0].repeat[0]',
    ],
    ['an unknown function', ofPaths('name.children()'), 'ViewDefinition.select[0].column[0].path'],
    ['a function of JavaScript', ofPaths('name.constructor()'), 'ViewDefinition.select[0].column[0].path'],
    ['a type of JavaScript', ofPaths('deceased.ofType(valueOf)'), 'ViewDefinition.select[0].column[0].path'],
    [
      'a constant of a type of JavaScript',
      { constant: [{ name: 'a', valueConstructor: 'x' }], ...ofPaths('id') },
      'ViewDefinition.constant[0].valueConstructor',
    ],
    ['an unknown constant', ofPaths('%nothing'), 'ViewDefinition.select[0].column[0].path'],
    ['an unknown type', ofPaths('deceased.ofType(truth)'), 'ViewDefinition.select[0].column[0].path'],
    ['an index that is no number', ofPaths("name['a']"), 'ViewDefinition.select[0].column[0].path'],
    ['values of several types in a column', ofPaths('deceased'), 'ViewDefinition.select[0].column[0].path'],
    [
      'a duration that is none of the calendar',
      ofPaths("birthDate + 3 'kg'"),
      'ViewDefinition.select[0].column[0].path',
    ],
    ['a part that the value does not have', ofPaths('birthDate.hourOf()'), 'ViewDefinition.select[0].column[0].path'],
    ['a misspelt key', { select: [{ foreach: 'name', column: [id('a')] }] }, 'ViewDefinition.select[0].foreach'],
    [
      'a key of a column that is none',
      { select: [{ column: [{ ...id('a'), as: 'b' }] }] },
      'ViewDefinition.select[0].column[0].as',
    ],
    [
      'an extension that changes the meaning',
      { select: [{ modifierExtension: [{ url: 'https://example.org/x' }], column: [id('a')] }] },
      'ViewDefinition.select[0].modifierExtension',
    ],
    ['a shareable view without a version of FHIR', shareable({ fhirVersion: undefined }), 'ViewDefinition.fhirVersion'],
    ['a shareable view without a type', shareable({}), 'ViewDefinition.select[0].column[0].type'],
    [
      'a tabular view with a collection',
      {
        meta: { profile: ['https://sql-on-fhir.org/ig/StructureDefinition/TabularViewDefinition'] },
        select: [{ column: [{ ...id('a'), type: 'id', collection: true }] }],
      },
      'ViewDefinition.select[0].column[0].collection',
    ],
    ['types without an order', ofPaths("birthDate < 'a'"), 'ViewDefinition.select[0].column[0].path'],
    [
      'a constant of two values',
      { constant: [{ name: 'a', valueCode: 'x', valueString: 'x' }], ...ofPaths('id') },
      'ViewDefinition.constant[0]',
    ],
    [
      'a constant of the wrong JSON',
      { constant: [{ name: 'a', valueInteger: 'x' }], ...ofPaths('id') },
      'ViewDefinition.constant[0].valueInteger',
    ],
    [
      'a constant that is no date',
      { constant: [{ name: 'a', valueDate: '1.1.2020' }], ...ofPaths('id') },
      'ViewDefinition.constant[0].valueDate',
    ],
    [
      'a condition that is no boolean',
      { where: [{ path: 'gender' }], ...ofPaths('id') },
      'ViewDefinition.where[0].path',
    ],
    [
      'branches of other types',
      {
        select: [{ unionAll: [{ column: [{ name: 'a', path: 'id' }] }, { column: [{ name: 'a', path: 'active' }] }] }],
      },
      'ViewDefinition.select[0].unionAll[1].column[0].path',
    ],
  ])('refuses %s and says where', (_fault, json, expression) => {
    const { view, issues } = parseView({ resource: 'Patient', ...json });
    expect(view).toBeUndefined();
    expect(issues).toContainEqual(expect.objectContaining({ severity: 'error', expression }));
  });

  test.each(Object.entries(REFUSED))('refuses the function %s() with what to do instead', (name, why) => {
    const { view, issues } = parseView({ resource: 'Patient', ...ofPaths(`name.${name}('a', 'b')`) });
    expect(view).toBeUndefined();
    expect(issues[0]?.message).toContain(why);
    expect(FUNCTIONS).not.toHaveProperty(name);
  });

  /** Source: FHIRPath N1 (2.0.0), chapters 5 and 7, and FHIR R4, fhirpath.html ("Additional functions"). */
  test('knows or refuses by name every function of the specification', () => {
    const names =
      'empty exists all allTrue anyTrue allFalse anyFalse subsetOf supersetOf count distinct isDistinct where select repeat ofType single first last tail skip take ' +
      'intersect exclude union combine iif toBoolean convertsToBoolean toInteger convertsToInteger toDate convertsToDate toDateTime convertsToDateTime toDecimal ' +
      'convertsToDecimal toQuantity convertsToQuantity toString convertsToString toTime convertsToTime indexOf substring startsWith endsWith contains upper lower replace ' +
      'matches replaceMatches length toChars abs ceiling exp floor ln log power round sqrt truncate children descendants trace now timeOfDay today not aggregate is as ' +
      'extension hasValue getValue resolve elementDefinition slice checkModifiers conformsTo memberOf subsumes subsumedBy htmlChecks';
    const known = { ...FUNCTIONS, ...REFUSED };
    expect(names.split(' ').filter((name) => !Object.hasOwn(known, name))).toEqual([]);
  });

  test('takes every key of the structure, extensions and what stands beside a primitive', () => {
    const extension = [{ url: 'https://example.org/x', valueBoolean: true }];
    const { view, issues } = parseView({
      ...shareable({}),
      resource: 'Patient',
      extension,
      _status: { extension },
      versionAlgorithmString: 'semver',
      select: [{ extension, column: [{ ...id('a'), type: 'id', description: 'x', tag: [{ name: 'a', value: 'b' }] }] }],
      where: [{ path: 'active', description: 'x' }],
    });
    expect(issues).toEqual([]);
    expect(view).toBeDefined();
  });

  test('warns where a view is meant for another version of FHIR', () => {
    const { view, issues } = parseView({ resource: 'Patient', fhirVersion: ['5.0.0'], ...ofPaths('id') });
    expect(view).toBeDefined();
    expect(issues).toMatchObject([{ severity: 'warning', expression: 'ViewDefinition.fhirVersion' }]);
  });

  test('bounds what a view may cost', () => {
    const deep = (depth: number): Json => (depth === 0 ? { column: [id('a')] } : { select: [deep(depth - 1)] });
    const long = Array.from({ length: 300 }, () => "'a'").join(' & ');
    const nested = `${'('.repeat(500)}1${')'.repeat(500)}`;
    const doubling = Array.from({ length: 40 }, () => '.convertsToInteger()').join('');
    for (const json of [
      { select: [deep(30)] },
      { select: [{ column: Array.from({ length: 1001 }, (_, n) => id(`a${n}`)) }] },
      ofPaths(long),
      ofPaths(nested),
      ofPaths(`id${doubling}`),
      ofPaths(`'${'x'.repeat(20_000)}'`),
    ])
      expect(parseView({ resource: 'Patient', ...json }).view).toBeUndefined();
  });

  test('warns of an element that R4 does not have, which is always empty', () => {
    const { view, issues } = parseView({ resource: 'Patient', ...ofPaths('name.nickname') });
    expect(view).toBeDefined();
    expect(issues).toEqual([
      expect.objectContaining({ severity: 'warning', expression: 'ViewDefinition.select[0].column[0].path' }),
    ]);
  });
});

function id(name: string): Json {
  return { name, path: 'id' };
}

describe('rows', async () => {
  const pool = await testDatabase();
  const folder = mkdtempSync(join(tmpdir(), 'banyan-view-'));
  const session = new Session(folder);
  beforeAll(async () => {
    session.query('create table lake (n UInt32, content String) engine = Memory');
    await pool.run(sql`create table lake (n int, content json)`);
  });
  afterAll(() => {
    session.cleanup();
    rmSync(folder, { recursive: true, force: true });
  });

  /** The rows on each engine and road, which must be the same. */
  async function rows(json: Json, resources: string[], options: Partial<CompileOptions> = {}): Promise<Json[]> {
    const read = view(json);
    session.query('truncate table lake');
    await pool.run(sql`truncate lake`);
    for (const [n, content] of resources.entries()) {
      session.query(`insert into lake format JSONEachRow ${JSON.stringify({ n, content: losslessJson(content) })}`);
      await pool.run(sql`insert into lake values (${n}, ${content})`);
    }
    const onClickhouse = [false, true].map((generic) => {
      const compiled = compileView(read, { target: 'clickhouse', from: 'lake', generic, ...options });
      const answer = session.query(compiled.sql, 'JSONEachRow').trim();
      return answer === '' ? [] : answer.split('\n').map((line) => JSON.parse(line) as Json);
    });
    const compiled = compileView(read, { target: 'postgresql', from: 'lake', ...options });
    const found = await pool.rows<{ row: Json }>(sql`select to_json(r) as row from (${trusted(compiled.sql)}) r`);
    expect(onClickhouse[0]).toEqual(onClickhouse[1]);
    expect(found.map(({ row }) => row)).toEqual(onClickhouse[0]);
    return onClickhouse[0] as Json[];
  }

  const patient = (more: Json = {}): string => JSON.stringify({ resourceType: 'Patient', id: 'p', ...more });

  test.each(["it's", 'a\\', "\\' or 1=1 --", '$1 $2', '{p:String}', '😀 王小明', '`"', '?', '%s', '/* */ ;'])(
    'the text %s stays a text',
    async (text) => {
      const literal = `'${text.replace(/[\\']/g, '\\$&')}'`;
      const json = { constant: [{ name: 'k', valueString: text }], ...ofPaths('%k', literal, 'name.family = %k') };
      const made = await rows(json, [patient({ name: [{ family: text }] })]);
      expect(made).toEqual([{ c0: text, c1: text, c2: true }]);
    },
  );

  test('an element is there although no part that is read is', async () => {
    const made = await rows({ select: [{ forEach: 'contact', column: [{ name: 'family', path: 'name.family' }] }] }, [
      patient({ contact: [{ gender: 'male' }, { name: { text: 'x' } }] }),
    ]);
    expect(made).toEqual([{ family: null }, { family: null }]);
  });

  test('a primitive is there although it has no value', async () => {
    const gaps = { name: [{ given: ['a', null], _given: [null, { extension: [{ url: 'u', valueCode: 'v' }] }] }] };
    const birth = { _birthDate: { extension: [{ url: 'u', valueCode: 'w' }] } };
    const paths = [
      'name.given.count()',
      'name.given[1]',
      "name.given[1].extension('u').value.ofType(code)",
      "name.given.where(extension('u').exists()).count()",
      'birthDate.exists()',
      'birthDate.hasValue()',
      "birthDate.extension('u').value.ofType(code)",
      'name.given.join()',
    ];
    const made = await rows(ofPaths(...paths), [patient({ ...gaps, ...birth })]);
    expect(made).toEqual([{ c0: 2, c1: null, c2: 'v', c3: 1, c4: true, c5: false, c6: 'w', c7: 'a' }]);
  });

  test.each([
    ['@2020-01-01 = @2020', null],
    ['@2020-01-01 < @2021', true],
    ['@2020-01-01T10:00:00+02:00 = @2020-01-01T08:00:00Z', true],
    ['@2020-01-01T10:00:00.0Z = @2020-01-01T10:00:00Z', true],
    ['@T10:00 < @T10:00:30', null],
    ['1.0 = 1', true],
    ['0.1 + 0.2 = 0.3', true],
    ['1 / 0', null],
    ['7 div 2', 3],
    ['-7 mod 3', -1],
    ['{} or true', true],
    ['{} and true', null],
    ['false implies {}', true],
    ["'a' & {}", 'a'],
    ["'a' + {}", null],
    ["4 'mg' = 4.0 'mg'", true],
    ["4 'mg' < 5 'g'", null],
    ["'abc'.substring(1, 1)", 'b'],
    ["'abc'.substring(3)", null],
    ["'a.c'.matches('^a\\\\.c$')", true],
    ["'abc'.replaceMatches('(b)', '[$1]')", 'a[b]c'],
    ['iif(1 = 1, (1 | 2 | 3), 4).count()', 3],
    ['(1 | 2 | 2).count()', 2],
    ['2 in (1 | 2)', true],
    ["'1.50'.toDecimal() = 1.5", true],
    ['(@2020 | @2021) = (@2020-02 | @2021)', null],
    ['(@2020 | @2021) = (@2020-02 | @2022)', false],
    ["'x'.toInteger()", null],
    ['1.587.lowBoundary(2)', 1.58],
    ['@2020-02.highBoundary()', '2020-02-29'],
    ['@2018.lowBoundary(6)', '2018-01'],
    ['@T12:30.highBoundary()', '12:30:59.999'],
    ["'a,b,,c'.split(',').count()", 4],
    ["'a😀b'.toChars().join('-')", 'a-😀-b'],
    ["''.toChars().count()", 0],
    ["'abcabc'.lastIndexOf('bc')", 4],
    ["'abc'.lastIndexOf('x')", -1],
    ["'😀b'.lastIndexOf('b')", 1],
    ["coalesce({}, name.family, 'none')", 'none'],
    ["coalesce({}, ('a' | 'b'), 'c').count()", 2],
    ['8.log(2)', 3],
    ['0.log(2)', null],
    ['@2020-03-04.monthOf()', 3],
    ['@2020.monthOf()', null],
    ['@2020-03-04T10:11:12.345+08:00.hourOf()', 10],
    ['@2020-03-04T10:11:12.345+08:00.secondOf()', 12],
    ['@2020-03-04T10:11:12.345+08:00.dateOf()', '2020-03-04'],
    ['@T10:11:12.minuteOf()', 11],
    ['@2020-01-31 + 1 month', '2020-02-29'],
    ['@2020-02-29 - 1 year', '2019-02-28'],
    ['@2020-12 + 2 months', '2021-02'],
    ['@2014 + 24 months', '2016'],
    ['@2014 + 23 months', '2015'],
    ['@2014 - 400 days', '2013'],
    ['@2020-03-01 - 25 hours', '2020-02-29'],
    ['@2020-01-31T23:30:00.123+08:00 + 1 month', '2020-02-29T23:30:00.123+08:00'],
    ['@2019-12-31T23:59:59Z + 1 second', '2020-01-01T00:00:00Z'],
    ['@2020-03-01T00:00:00-05:00 - 2 weeks', '2020-02-16T00:00:00-05:00'],
    ['@2020-01-15 + 1 month > @2020-02-14', true],
  ])('%s is %j', async (path, expected) => {
    expect(await rows(ofPaths(path), [patient()])).toEqual([{ c0: expected }]);
  });

  test.each([
    ['Patient/p', 'p'],
    ['Patient/p/_history/3', 'p'],
    ['https://example.org/fhir/Patient/p', 'p'],
    ['Group/p', null],
    ['#p', null],
    ['urn:uuid:53fefa32-fcbb-4ff8-8a92-55ee120877b7', null],
  ])('a reference to %s has the key %s', async (reference, key) => {
    const json = ofPaths('link.other.getReferenceKey(Patient)');
    expect(await rows(json, [patient({ link: [{ other: { reference }, type: 'refer' }] })])).toEqual([{ c0: key }]);
  });

  test('rows are numbered within their resource and carry columns along', async () => {
    const json = {
      select: [{ column: [id('id')], select: [{ forEach: 'name', column: [{ name: 'family', path: 'family' }] }] }],
    };
    const made = await rows(
      json,
      [patient({ name: [{ family: 'a' }, { family: 'b' }] }), patient({ name: [{ family: 'c' }] }), patient()],
      { carry: ['n'], rowNumber: '_row' },
    );
    // The engine gives rows in any order.
    expect(made.map((row) => Object.values(row))).toHaveLength(3);
    expect(made.map((row) => Object.values(row))).toEqual(
      expect.arrayContaining([
        [0, 'p', 'a', 0],
        [0, 'p', 'b', 1],
        [1, 'p', 'c', 0],
      ]),
    );
  });

  test('more than one value for one is an error while running', async () => {
    await expect(rows(ofPaths('name.family'), [patient({ name: [{ family: 'a' }, { family: 'b' }] })])).rejects.toThrow(
      'more than one value',
    );
  });

  test('a column is of the SQL type its tag names', async () => {
    const tag = (value: string): Json[] => [{ name: 'ansi/type', value }];
    const json = {
      select: [
        {
          column: [
            { name: 'day', path: 'birthDate', tag: tag('DATE') },
            { name: 'many', path: 'multipleBirth.ofType(integer)', tag: tag('CHARACTER VARYING') },
          ],
        },
      ],
    };
    const { columns } = compileView(view(json), { target: 'clickhouse', from: 'lake' });
    expect(columns.map(({ sqlType }) => sqlType)).toEqual(['Nullable(Date32)', 'Nullable(String)']);
    expect(await rows(json, [patient({ birthDate: '1970-01-02', multipleBirthInteger: 2 })])).toEqual([
      { day: '1970-01-02', many: '2' },
    ]);
  });
});

test.each([
  ['{"a":1.0}', '{"a":"1.0"}'],
  ['{"a":[1.50,1.5,2],"b":"1.0 \\" 2.0"}', '{"a":["1.50",1.5,2],"b":"1.0 \\" 2.0"}'],
  ['{"a":-0.10,"b":1e3,"c":12345678901234567890}', '{"a":"-0.10","b":"1e3","c":"12345678901234567890"}'],
  ['{"a":"\\\\","b":1.00}', '{"a":"\\\\","b":"1.00"}'],
])('losslessJson of %s', (text, expected) => {
  expect(losslessJson(text)).toBe(expected);
});

test.each(['clickhouse', 'postgresql'] as const)(
  'a statement for %s grows with its path, not with its nesting',
  (target) => {
    const lengthOf = (steps: number): number => {
      const path = `name.given${".select($this & 'x')".repeat(steps)}.first()`;
      return compileView(view(ofPaths(path)), { target, from: 'lake' }).sql.length;
    };
    expect(lengthOf(16)).toBeLessThan(3 * lengthOf(8));
  },
);
