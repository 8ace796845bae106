import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import { startMetrics } from '#kernel/metrics';
import { Problem } from '#kernel/problem';
import { identifier, sql, trusted } from '#kernel/sql';
import { testLake } from '../../../tests/support/lake.ts';
import { DURABLE_TABLE, requireReadOnly } from './index.ts';

const lake = await testLake();

beforeAll(async () => {
  await lake.run(sql`
    create table kept (a UInt64, b String, at DateTime64(3, 'UTC') default 0)
    engine = MergeTree order by a settings ${trusted(DURABLE_TABLE)}`);
});

async function problemFrom(work: Promise<unknown>): Promise<Problem> {
  const problem = await work.then(
    () => undefined,
    (error) => error,
  );
  expect(problem).toBeInstanceOf(Problem);
  return problem as Problem;
}

/**
 * Goal: what goes in as a value comes out as the same value, whatever it holds.
 * Method: each value is sent as a parameter and read back by the engine, alone and in a list.
 */
describe('values', () => {
  const hard = "it's \\ \t \n \r \0 \b 漢 😀 {p1:String} $1 -- */";
  test.each([
    ['text', hard, 'String', hard],
    ['empty text', '', 'String', ''],
    ['the text \\N', '\\N', 'String', '\\N'],
    ['whole number', -42, 'Int64', -42],
    ['largest safe number', Number.MAX_SAFE_INTEGER, 'Int64', Number.MAX_SAFE_INTEGER],
    ['fraction', 0.1, 'Float64', 0.1],
    ['minus zero', -0, 'Float64', -0],
    ['large fraction', 1e300, 'Float64', 1e300],
    ['truth', true, 'Bool', true],
    ['falsehood', false, 'Bool', false],
    ['bigint', 18_446_744_073_709_551_615n, 'UInt64', '18446744073709551615'],
    ['negative bigint', -5n, 'Int64', -5],
    ['date', new Date('2024-02-29T12:34:56.789Z'), "DateTime64(3, 'UTC')", '2024-02-29 12:34:56.789'],
    ['date before 1970', new Date('1931-05-06T07:08:09.010Z'), "DateTime64(3, 'UTC')", '1931-05-06 07:08:09.010'],
    ['nothing', null, 'Nullable(Nothing)', null],
    ['texts', [hard, '', "'"], 'Array(String)', [hard, '', "'"]],
    ['numbers', [1, 2.5], 'Array(Float64)', [1, 2.5]],
    ['texts with nothing', ['a', null], 'Array(Nullable(String))', ['a', null]],
    ['no list', [], 'Array(Nothing)', []],
    ['lists', [[1], [2, 3]], 'Array(Array(Int64))', [[1], [2, 3]]],
    ['dates', [new Date(0)], "Array(DateTime64(3, 'UTC'))", ['1970-01-01 00:00:00.000']],
    ['bools', [true, false], 'Array(Bool)', [true, false]],
  ])('%s', async (_name, value, type, expected) => {
    const [row] = await lake.rows<{ value: unknown; type: string }>(
      sql`select ${value} as value, toTypeName(value) as type`,
    );
    expect(row).toEqual({ value: expected, type });
  });

  test('a place of a value within text, names and comments is left alone', async () => {
    const rows = await lake.rows(sql`select '$1' as "$1", ${'x'} as b -- $1`);
    expect(rows).toEqual([{ $1: '$1', b: 'x' }]);
  });

  test('an empty list holds nothing', async () => {
    expect(await lake.rows(sql`select 1 in ${[]} as a, 'x' in ${[]} as b`)).toEqual([{ a: 0, b: 0 }]);
  });

  test.each([[undefined], [Symbol('s')], [new Date('no')], [['a', 1]]])('%s is refused', async (value) => {
    expect((await problemFrom(lake.rows(sql`select ${value}`))).kind).toBe('invalid');
  });

  test('too many values are refused, many are not', async () => {
    const many = Array.from({ length: 10_000 }, (_, index) => `patient-${index}-0123456789`);
    expect(await lake.rows(sql`select length(${many}) as n`)).toEqual([{ n: 10_000 }]);
    expect((await problemFrom(lake.rows(sql`select length(${[...many, ...many, ...many, ...many]}) as n`))).kind).toBe(
      'too-large',
    );
  });

  test('whole numbers are numbers where that is exact, else text', async () => {
    const rows = await lake.rows(
      sql`select toUInt64(7) a, toInt64('9007199254740993') b, [toUInt64('18446744073709551615')] c, 1e17 d, 'x 12345678901234567890' e`,
    );
    expect(rows).toEqual([
      { a: 7, b: '9007199254740993', c: ['18446744073709551615'], d: 1e17, e: 'x 12345678901234567890' },
    ]);
  });
});

describe('inserting', () => {
  test('takes lines, as text or as they come', async () => {
    await lake.run(sql`truncate table kept`);
    await lake.insert('kept', '{"a":1,"b":"x\\ty"}\n{"a":2,"b":"😀","at":"2024-01-02T03:04:05.678Z"}\n');
    async function* lines() {
      for (let index = 3; index <= 50_000; index += 1) yield `{"a":${index},"b":"${'z'.repeat(100)}"}\n`;
    }
    await lake.insert('kept', lines());
    await lake.insert('kept', '');
    expect(await lake.rows(sql`select count() n, max(a) most from kept`)).toEqual([{ n: 50_000, most: 50_000 }]);
    expect(await lake.rows(sql`select * from kept where a <= 2 order by a`)).toEqual([
      { a: 1, b: 'x\ty', at: '1970-01-01 00:00:00.000' },
      { a: 2, b: '😀', at: '2024-01-02 03:04:05.678' },
    ]);
  });

  test('a wrong line or an unknown column is told, and nothing of it is kept', async () => {
    await lake.run(sql`truncate table kept`);
    await expect(lake.insert('kept', '{"a":1}\n{"a":"no"}\n')).rejects.toThrow();
    expect((await problemFrom(lake.insert('kept', '{"a":1,"nope":2}\n'))).kind).toBe('invalid');
    expect((await problemFrom(lake.insert('nowhere', '{"a":1}\n'))).kind).toBe('invalid');
    expect(await lake.rows(sql`select count() n from kept`)).toEqual([{ n: 0 }]);
  });

  test('a wrong line at the beginning of very many is told at once', async () => {
    async function* lines() {
      yield '{"a":"no"}\n';
      for (let index = 0; index < 300; index += 1) yield `{"a":1,"b":"${'z'.repeat(100_000)}"}\n`;
    }
    expect((await problemFrom(lake.insert('kept', lines()))).kind).toBe('invalid');
  });

  test('of what is given up half way nothing is kept', async () => {
    await lake.run(sql`truncate table kept`);
    const giveUp = new AbortController();
    async function* lines() {
      for (let index = 0; index < 1_000; index += 1) yield `{"a":${index}}\n`;
      await sleep(200);
      giveUp.abort();
      await sleep(100);
    }
    await expect(lake.insert('kept', lines(), { signal: giveUp.signal })).rejects.toThrow();
    await expect
      .poll(() => lake.rows(sql`select count() n from system.processes where query like 'INSERT%'`))
      .toEqual([{ n: 0 }]);
    expect(await lake.rows(sql`select count() n from kept`)).toEqual([{ n: 0 }]);
  });
});

describe('streaming', () => {
  test.each([
    ['CSVWithNames', /^"n","s"\n0,"0"\n/, /\n299999,"299999"\n$/],
    ['JSONEachRow', /^\{"n":0,"s":"0"\}\n/, /\n\{"n":299999,"s":"299999"\}\n$/],
    ['Parquet', /^PAR1/, /PAR1$/],
    ['ArrowStream', /^\xff{4}/, /\0{4}$/],
  ] as const)('%s is one whole file', async (format, first, last) => {
    const pieces: Buffer[] = [];
    for await (const piece of await lake.stream(sql`select number n, toString(number) s from numbers(300000)`, format))
      pieces.push(piece);
    const text = Buffer.concat(pieces).toString('latin1');
    expect(text).toMatch(first);
    expect(text.slice(-100)).toMatch(last);
  });

  test('a failure in the middle is told with its reason', async () => {
    const stream = await lake.stream(
      sql`select number, throwIf(number = 3000000) from numbers(4000000)`,
      'CSVWithNames',
    );
    let bytes = 0;
    const reading = (async () => {
      for await (const piece of stream) bytes += piece.length;
    })();
    const problem = await problemFrom(reading);
    expect(problem).toMatchObject({ kind: 'invalid', facts: { code: 395 } });
    expect(bytes).toBeGreaterThan(1_000_000);
  });

  test('who stops reading gives the turn back', async () => {
    for (let round = 0; round < 6; round += 1) {
      const stream = await lake.stream(sql`select number from numbers(1000000000)`, 'CSVWithNames', { actor: 'one' });
      for await (const _piece of stream) break;
      stream.destroy();
    }
    await expect
      .poll(() =>
        lake.rows(
          sql`select count() n from system.processes where query like '%1000000000%' and query not like '%system%'`,
        ),
      )
      .toEqual([{ n: 0 }]);
  });
});

test('a stream that nobody reads gives the turn back when it is destroyed', async () => {
  for (let round = 0; round < 5; round += 1) {
    const stream = await lake.stream(sql`select number from numbers(1000000000)`, 'CSVWithNames', { actor: 'two' });
    stream.destroy();
  }
  expect(await lake.rows(sql`select 1 as one`, { actor: 'two' })).toEqual([{ one: 1 }]);
});

test("one actor's many questions do not hold up another's", async () => {
  const ended: string[] = [];
  const ask = (actor: string) => lake.rows(sql`select sleep(0.3)`, { actor }).then(() => ended.push(actor));
  const many = Array.from({ length: 10 }, () => ask('many'));
  await Promise.all([ask('one'), ask('other')]);
  expect(ended.filter((actor) => actor === 'many').length).toBeLessThanOrEqual(4);
  await Promise.all(many);
});

test('rows go in while people ask all they may', async () => {
  const enough = new AbortController();
  const options = { signal: enough.signal, settings: { max_block_size: 1 } };
  const answered: string[] = [];
  const asking = ['a', 'a', 'b', 'b', 'c', 'c', 'd', 'd'].map((actor) =>
    lake.rows(sql`select sleepEachRow(1) from numbers(50)`, { actor, ...options }).then(
      () => answered.push(actor),
      () => {},
    ),
  );
  await lake.insert('kept', '{"a":1}\n');
  expect(answered).toEqual([]);
  enough.abort();
  await Promise.all(asking);
});

test('what is asked is counted', async () => {
  await lake.rows(sql`select 1`);
  const text = await startMetrics().render();
  expect(text).toMatch(/^banyan_lake_seconds_count\{kind="rows",outcome="ok",[^}]*\} [1-9]/m);
  expect(text).toMatch(/^banyan_lake_waiting\{lane="questions",[^}]*\} 0/m);
});

describe('limits', () => {
  test('time', async () => {
    const problem = await problemFrom(
      lake.rows(sql`select sum(sipHash64(number)) from numbers(100000000000)`, { timeoutMs: 300 }),
    );
    expect(problem.kind).toBe('too-costly');
  });

  test('memory', async () => {
    const problem = await problemFrom(
      lake.rows(sql`select length(groupArray(number)) from numbers(100000000)`, { memoryBytes: 50_000_000 }),
    );
    expect(problem.kind).toBe('too-costly');
  });

  test('rows', async () => {
    expect((await problemFrom(lake.rows(sql`select number from numbers(100)`, { mostRows: 10 }))).kind).toBe(
      'too-costly',
    );
    expect(await lake.rows(sql`select number from numbers(10)`, { mostRows: 10 })).toHaveLength(10);
  });

  test('bytes', async () => {
    expect((await problemFrom(lake.rows(sql`select repeat(toString(number), 1000000) from numbers(100)`))).kind).toBe(
      'too-costly',
    );
    expect((await problemFrom(lake.rows(sql`select repeat('x', 1000000) from numbers(200)`))).kind).toBe('too-costly');
  });

  test('a question cannot write', async () => {
    expect((await problemFrom(lake.rows(sql`insert into kept (a) values (1)`))).kind).toBe('forbidden');
  });

  test('depth', async () => {
    const deep = `${'('.repeat(5_000)}1${')'.repeat(5_000)}`;
    expect((await problemFrom(lake.rows(sql`select ${trusted(deep)}`))).kind).toBe('too-costly');
    expect((await problemFrom(requireReadOnly(lake, sql`select ${trusted(deep)}`, []))).kind).toBe('too-costly');
  });

  test('a wrong question is told in the words of the engine, without its insides', async () => {
    const problem = await problemFrom(lake.rows(sql`select nope from kept`));
    expect(problem.kind).toBe('invalid');
    expect(problem.issues[0]?.message).toMatch(/^Unknown expression( or function)? identifier `nope`/);
    expect(problem.issues[0]?.message).not.toMatch(/DB::|version|Stack/);
  });

  test('a view of the platform that is not there yet is no wrong question', async () => {
    await expect(lake.rows(sql`select 1 from banyan.not_yet`)).rejects.toMatchObject({ kind: 'unavailable' });
    await expect(lake.rows(sql`select 1 from not_there`)).rejects.toMatchObject({ kind: 'invalid' });
  });

  test('no setting outlives its question', async () => {
    await lake.rows(sql`select 1`, { settings: { max_block_size: 7 } });
    expect(await lake.rows(sql`select getSetting('max_block_size') != 7 as clean`)).toEqual([{ clean: 1 }]);
  });
});

test('names are quoted as everywhere', async () => {
  expect(await lake.rows(sql`select count() n from ${identifier('banyan.kept')} where a < ${0}`)).toEqual([{ n: 0 }]);
});
