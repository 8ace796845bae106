import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { DuckDBInstance } from '@duckdb/node-api';
import { tableFromIPC } from 'apache-arrow';
import { afterAll, describe, expect, test } from 'vitest';

const CLI = resolve(import.meta.dirname, '../../cli.ts');
const folder = mkdtempSync(join(tmpdir(), 'banyan-view-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Outcome {
  code: number | null;
  out: string;
  error: string;
}

/** Goal: what a person or a program at a terminal gets. Method: the command itself, as they would call it. */
describe('banyan view run', () => {
  const names = file('names.json', {
    resourceType: 'ViewDefinition',
    status: 'active',
    resource: 'Patient',
    select: [
      {
        column: [
          { name: 'id', path: 'getResourceKey()' },
          { name: 'active', path: 'active' },
        ],
      },
      {
        forEachOrNull: 'name',
        column: [
          { name: 'family', path: 'family' },
          { name: 'given', path: 'given', collection: true },
        ],
      },
    ],
  });
  const quantities = file('quantities.json', {
    resource: 'Observation',
    select: [
      {
        column: [
          { name: 'value', path: 'value.ofType(Quantity).value' },
          { name: 'low', path: 'value.ofType(Quantity).value.lowBoundary()' },
        ],
      },
    ],
  });
  const anna = {
    resourceType: 'Patient',
    id: 'a',
    active: true,
    name: [{ family: "O'Neil \\ 王", given: ['Anna', 'B'] }],
  };
  const noName = { resourceType: 'Patient', id: 'b' };
  const observation = { resourceType: 'Observation', id: 'o', status: 'final', code: { text: 'x' } };
  const rows = [
    { id: 'a', active: true, family: "O'Neil \\ 王", given: ['Anna', 'B'] },
    { id: 'b', active: null, family: null, given: [] },
  ];
  const ndjson = file('mixed.ndjson', [anna, observation, noName].map((one) => JSON.stringify(one)).join('\n'));

  test('prints rows as ndjson: columns in order, null for what is missing, and nothing else', async () => {
    const { code, out, error } = await banyan('--view', names, '--resources', ndjson);
    expect({ code, error }).toEqual({ code: 0, error: '' });
    expect(out).toBe(`${rows.map((row) => JSON.stringify(row)).join('\n')}\n`);
  });

  test.each([
    ['an array', 'array.json', JSON.stringify([anna, observation, noName], undefined, 2)],
    ['a Bundle', 'bundle.json', JSON.stringify(bundleOf(anna, observation, noName), undefined, 1)],
    ['a Bundle on one line', 'line.json', JSON.stringify(bundleOf(anna, noName))],
    [
      'ndjson of Windows with a mark at its start',
      'windows.ndjson',
      `\uFEFF${JSON.stringify(anna)}\r\n\r\n${JSON.stringify(noName)}\r\n`,
    ],
  ])('reads %s', async (_what, name, content) => {
    const { out } = await banyan('--view', names, '--resources', file(name, content));
    expect(parsed(out)).toEqual(rows);
  });

  test('reads a folder, several places, and stdin', async () => {
    const inside = mkdtempSync(join(folder, 'in-'));
    writeFileSync(join(inside, '2.ndjson'), JSON.stringify(noName));
    writeFileSync(join(inside, '1.json'), JSON.stringify(anna, undefined, 2));
    writeFileSync(join(inside, 'notes.txt'), 'not to be read');
    expect(parsed((await banyan('--view', names, '--resources', inside)).out)).toEqual(rows);

    const one = join(inside, '1.json');
    const two = await banyanWith(JSON.stringify(noName), '--view', names, '--resources', one, '--resources', '-');
    expect(parsed(two.out)).toEqual(rows);
  });

  test('reads gzip from a file, a folder and stdin, and texts with any sign in them', async () => {
    const odd = { ...anna, name: [{ family: 'a\u2028b\u0085c\rd' }] };
    const lines = gzipSync(`\ufeff${JSON.stringify(odd)}\n\n${JSON.stringify(noName)}\n`);
    const inside = mkdtempSync(join(folder, 'gz-'));
    writeFileSync(join(inside, 'all.ndjson.gz'), lines);
    const expected = [{ id: 'a', active: true, family: 'a\u2028b\u0085c\rd', given: [] }, rows[1]];
    for (const [input, place] of [
      ['', join(inside, 'all.ndjson.gz')],
      ['', inside],
      [lines, '-'],
    ] as const) {
      expect(parsed((await banyanWith(input, '--view', names, '--resources', place)).out)).toEqual(expected);
    }
  });

  test('says that nothing was found, of an empty file too, and that a type is unknown', async () => {
    for (const nothing of ['', '\n\n', JSON.stringify({ resourceType: 'Group' })]) {
      const { code, out, error } = await banyan('--view', names, '--resources', file('nothing.ndjson', nothing));
      expect({ code, out }).toEqual({ code: 0, out: '' });
      expect(error).toContain('no Patient in');
    }
    const typed = { resource: 'Patient', select: [{ column: [{ name: 'id', path: 'id', type: 'varchar' }] }] };
    const { code, error } = await banyan('--view', file('typed.json', typed), '--check');
    expect(code).toBe(0);
    expect(error).toContain('there is no type named varchar (at ViewDefinition.select[0].column[0].type)');
  });

  test('takes nothing from a stdin that was not asked for', async () => {
    const anything = JSON.stringify({ content: JSON.stringify(noName) });
    const { out, code } = await banyanWith(anything, '--view', names, '--resources', file('a.json', anna));
    expect(code).toBe(0);
    expect(parsed(out)).toEqual(rows.slice(0, 1));
  });

  test('tells decimals to the digit, long numbers whole, and elements as JSON', async () => {
    const view = file('elements.json', {
      resource: 'Observation',
      constant: [{ name: 'long', valueInteger64: '9223372036854775807' }],
      select: [
        {
          column: [
            { name: 'low', path: 'value.ofType(Quantity).value.lowBoundary(4)' },
            { name: 'long', path: '%long' },
            { name: 'amount', path: 'value.ofType(Quantity)', type: 'Quantity' },
            { name: 'parts', path: 'component', type: 'BackboneElement', collection: true },
            { name: 'period', path: 'effective.ofType(Period)', type: 'Period' },
          ],
        },
      ],
    });
    const amount = '{"value":12.500,"unit":"1.0"}';
    const parts = '[{"code":{"text":"2.0"},"valueQuantity":{"value":1.10}},{"code":{},"valueInteger":7}]';
    const resource = `{"resourceType":"Observation","status":"final","code":{},"valueQuantity":${amount},"component":${parts}}`;
    const { out } = await banyan('--view', view, '--resources', file('elements.ndjson', resource));
    expect(out).toBe(`{"low":12.4995,"long":9223372036854775807,"amount":${amount},"parts":${parts},"period":null}\n`);
  });

  test('keeps the digits that decimals are written with', async () => {
    const written = file(
      'written.ndjson',
      `{"resourceType":"Observation","valueQuantity":{"value":1.0}}\n{"resourceType":"Observation"}\n`,
    );
    expect(parsed((await banyan('--view', quantities, '--resources', written)).out)).toEqual([
      { value: 1, low: 0.95 },
      { value: null, low: null },
    ]);
    const bundled = file(
      'written.json',
      `{"resourceType":"Bundle",\n"entry":[{"resource":{"resourceType":"Observation","valueQuantity":{"value":1.00}}}]}`,
    );
    expect(parsed((await banyan('--view', quantities, '--resources', bundled)).out)).toEqual([
      { value: 1, low: 0.995 },
    ]);
    const constant = file(
      'constant.json',
      `{"resource":"Patient","constant":[{"name":"k","valueDecimal":1.00}],"select":[{"column":[{"name":"low","path":"%k.lowBoundary()"}]}]}`,
    );
    expect(parsed((await banyan('--view', constant, '--resources', file('a.json', anna))).out)).toEqual([
      { low: 0.995 },
    ]);
  });

  test('writes csv', async () => {
    const { out } = await banyan('--view', quantities, '--resources', ndjson, '--format', 'csv');
    expect(out).toBe('value,low\n,\n');
  });

  test('writes Parquet and Arrow that others can read', async () => {
    const parquet = join(folder, "o'ut.parquet");
    expect(await banyan('--view', names, '--resources', ndjson, '--format', 'parquet', '--out', parquet)).toMatchObject(
      { code: 0, out: '' },
    );
    const duck = await (await DuckDBInstance.create(':memory:')).connect();
    const read = await duck.runAndReadAll(
      `select id, active, family, len(given) as given from '${parquet.replaceAll("'", "''")}' order by id`,
    );
    expect(read.getRowObjects().map(({ given, ...row }) => ({ ...row, given: Number(given) }))).toEqual([
      { id: 'a', active: true, family: "O'Neil \\ 王", given: 2 },
      { id: 'b', active: null, family: null, given: 0 },
    ]);

    const arrow = join(folder, 'out.arrow');
    await banyan('--view', names, '--resources', ndjson, '--format', 'arrow', '--out', arrow);
    expect(tableFromIPC(readFileSync(arrow)).schema.fields.map(({ name }) => name)).toEqual([
      'id',
      'active',
      'family',
      'given',
    ]);
  });

  test('says of a view whether it is sound, and the SQL it becomes', async () => {
    const checked = await banyan('--view', names, '--check');
    expect(checked.code).toBe(0);
    expect(JSON.parse(checked.out)).toMatchObject({
      sound: true,
      columns: [{ name: 'id' }, { name: 'active', type: 'boolean' }, {}, { collection: true }],
    });
    expect((await banyan('--view', names, '--sql', 'postgresql')).out).toMatch(/select/i);
  });

  test.each([
    ['no view at all', {}, 'resource'],
    ['a path that is none', view({ name: 'x', path: '@@' }), 'path'],
    ['an unknown function', view({ name: 'x', path: 'name.frobnicate()' }), 'frobnicate'],
    ['an unknown constant', view({ name: 'x', path: '%nothing' }), 'nothing'],
    ['a name that is none', view({ name: 'x y', path: 'id' }), 'name'],
    ['a column twice', view({ name: 'x', path: 'id' }, { name: 'x', path: 'id' }), 'x'],
    ['several values where one was promised', view({ name: 'x', path: 'name.given' }), 'x'],
  ])('refuses %s with its reason', async (what, wrong, word) => {
    const { code, out, error } = await banyan('--view', file(`${what}.json`, wrong), '--resources', ndjson);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(error).toContain(word);
    expect(error).not.toContain('    at ');
  });

  test.each([
    ['a view that is not there', ['--view', join(folder, 'none.json'), '--resources', ndjson], 1, 'none.json'],
    ['a view that is no JSON', ['--view', ndjson, '--resources', ndjson], 1, 'mixed.ndjson'],
    ['resources that are not there', ['--view', names, '--resources', join(folder, 'none')], 1, 'none'],
    [
      'a line that is no JSON, by its column',
      ['--view', names, '--resources', file('oops.ndjson', `${JSON.stringify(anna)}\r\n{"a": oops}`)],
      1,
      'oops.ndjson:2:7',
    ],
    [
      'a document that is no JSON',
      ['--view', names, '--resources', file('oops.json', '\n{\n "resourceType": "Patient",\n "id": }\n')],
      1,
      'oops.json:4:8',
    ],
    ['a view that is torn', ['--view', file('bad-view.json', '{"resource":\n]'), '--check'], 1, 'bad-view.json:2:1'],
    [
      'another encoding than UTF-8',
      [
        '--view',
        names,
        '--resources',
        file('latin.ndjson', Buffer.from('{"resourceType":"Patient","id":"\xe9"}', 'latin1')),
      ],
      1,
      'UTF-8',
    ],
    [
      'gzip that is damaged',
      ['--view', names, '--resources', file('torn.ndjson.gz', gzipSync(JSON.stringify(anna)).subarray(0, 30))],
      1,
      'torn.ndjson.gz',
    ],
    [
      'a line that is no JSON',
      ['--view', names, '--resources', file('torn.ndjson', `${JSON.stringify(anna)}\n{"resourceT`)],
      1,
      'torn.ndjson:2',
    ],
    ['what is no resource', ['--view', names, '--resources', file('other.ndjson', '{"a":1}')], 1, 'other.ndjson:1'],
    ['a mistyped flag', ['--veiw', names], 2, 'veiw'],
    ['an unknown format', ['--view', names, '--resources', ndjson, '--format', 'xlsx'], 2, 'ndjson'],
    ['Parquet to the terminal', ['--view', names, '--resources', ndjson, '--format', 'parquet'], 2, '--out'],
    ['nothing to read', ['--view', names], 2, '--resources'],
  ])('refuses %s', async (_what, args, expected, word) => {
    const { code, out, error } = await banyan(...args);
    expect(code).toBe(expected);
    expect(error).toContain(word);
    expect(error).not.toContain('    at ');
    expect(out.split('\n').length).toBeLessThan(3);
  });

  test('takes 200,000 patients in their order, in the memory that a few take', { timeout: 120_000 }, async () => {
    const many = join(folder, 'many.ndjson');
    const line = (n: number): string =>
      JSON.stringify({ ...anna, id: `p${n}`, text: { status: 'empty', div: 'x'.repeat(900) } });
    for (let start = 0; start < 200_000; start += 10_000) {
      writeFileSync(many, `${Array.from({ length: 10_000 }, (_, index) => line(start + index)).join('\n')}\n`, {
        flag: 'a',
      });
    }
    const child = spawn(process.execPath, [CLI, 'view', 'run', '--view', names, '--resources', many]);
    let peak = 0;
    const watch = setInterval(() => {
      peak = Math.max(peak, residentMb(child.pid!));
    }, 50);
    let count = 0;
    let inOrder = 0;
    for await (const row of createInterface({ input: child.stdout })) {
      if (row.startsWith(`{"id":"p${count}",`)) inOrder += 1;
      count += 1;
    }
    clearInterval(watch);
    expect(count).toBe(200_000);
    expect(inOrder).toBe(200_000);
    expect(peak).toBeGreaterThan(50);
    expect(peak).toBeLessThan(900);
  });
});

function view(...column: { name: string; path: string }[]) {
  return { resource: 'Patient', select: [{ column }] };
}

function bundleOf(...resources: object[]) {
  return {
    resourceType: 'Bundle',
    type: 'collection',
    entry: [...resources.map((resource) => ({ resource })), { fullUrl: 'urn:x' }],
  };
}

function file(name: string, content: unknown): string {
  const path = join(folder, name);
  writeFileSync(path, typeof content === 'string' || Buffer.isBuffer(content) ? content : JSON.stringify(content));
  return path;
}

function banyan(...args: string[]): Promise<Outcome> {
  return banyanWith('', ...args);
}

async function banyanWith(input: string | Buffer, ...args: string[]): Promise<Outcome> {
  const child = execFile(process.execPath, [CLI, 'view', 'run', ...args]);
  child.stdin?.end(input);
  const ended = new Promise<number | null>((done) => child.once('close', done));
  const [out, error] = await Promise.all([text(child.stdout!), text(child.stderr!)]);
  return { code: await ended, out, error };
}

function parsed(out: string): unknown[] {
  return out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}

/** Source: proc(5), status, VmRSS in kB. */
function residentMb(pid: number): number {
  const found = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Number(found?.[1] ?? 0) / 1024;
}
