import { beforeAll, describe, expect, test } from 'vitest';
import { sql, trusted } from '#kernel/sql';
import { testLake } from '../../../tests/support/lake.ts';
import { requireReadOnly } from './index.ts';

const lake = await testLake();
const ALLOWED = ['patient', 'result', 'open.seen'];

beforeAll(async () => {
  await lake.run(sql`create table patient (id String, sex String, born Date) engine = MergeTree order by id`);
  await lake.run(
    sql`create table result (patient String, code String, value Float64, at DateTime64(3, 'UTC')) engine = MergeTree order by code`,
  );
  await lake.run(sql`create table secret (id String, value Float64) engine = MergeTree order by id`);
  await lake.run(sql`create database open`);
  await lake.run(sql`create view open.seen as select id from patient`);
  await lake.insert('secret', '{"id":"s","value":42}\n');
  await lake.insert('patient', '{"id":"p","sex":"female","born":"1980-01-01"}\n');
});

const ask = (text: string) => requireReadOnly(lake, sql`${trusted(text)}`, ALLOWED);

/**
 * Goal: people may ask what they like of what they are given.
 * Method: questions of many shapes are let through, and what comes back runs in the engine.
 */
describe('questions', () => {
  test.each([
    'select 1',
    "select $tag$it's text$tag$ as a",
    'select * from patient',
    "select sex, count() as n, uniqExact(id), quantile(0.5)(value), countIf(value > 1), avgIf(value, code = 'x') from patient join result on result.patient = patient.id group by sex order by n desc limit 10",
    'with p as (select id from patient where born < today()), q as (select id from p) select count() from q where id in (select id from p)',
    'with recursive up as (select 1 as n union all select n + 1 from up where n < 3) select * from up',
    'select id from patient where id in p2 union all select id from open.seen'.replace('in p2', "in ('a', 'b')"),
    'select p.id, row_number() over (partition by p.sex order by p.born desc) as k, lag(p.born) over w from patient as p window w as (partition by p.sex order by p.born) qualify k = 1',
    "select case sex when 'male' then 1 else 0 end, sex like 'f%', id is not null, [1, 2][1], (1, 'x').2, map('a', 1), x -> x + 1, interval 1 day + born from patient".replace(
      'x -> x + 1',
      'arrayMap(x -> x + 1, [1])',
    ),
    'select number from numbers(10)',
    'select * except (id) from patient',
    "select columns('^v') from result",
    "select toStartOfMonth(at) as month, code, sum(value) from result where at >= '2024-01-01' group by grouping sets ((month, code), (month)) with totals order by month with fill".replace(
      ' with totals',
      '',
    ),
    'select distinct on (patient) * from result order by at desc',
    'select * from patient as a asof left join result as b on a.id = b.patient and a.born <= toDate(b.at)',
    'select id as "HbA1c (%) — 糖化血红蛋白" from patient -- a comment; with a semicolon',
    "select 'it''s; drop table x -- ' as text, count(distinct id) from patient /* ; */",
    'select exists(select 1 from patient), (select max(value) from result), not (1 in (2, 3))',
    'select * from patient intersect select * from patient',
    "select groupArrayIf(id, sex = 'x'), argMax(id, born), median(value), corr(value, value), countDistinct(id) from patient, result",
    "select * from values('a Int8', 1, 2)",
    "select COUNT(*), Sum(value), date_trunc('month', at) m, coalesce(null, 1) from result group by m",
  ])('%s', async (text) => {
    await lake.rows(await ask(text));
  });

  test('values stay values', async () => {
    const checked = await requireReadOnly(
      lake,
      sql`select id from patient where id in ${['p', "o'neill"]} and sex = ${'female'}`,
      ALLOWED,
    );
    expect(await lake.rows(checked)).toEqual([{ id: 'p' }]);
  });
});

/**
 * Goal: there is no place in a question where something can hide.
 * Method: in each place that takes an expression, a harmless one is let through, and what reads elsewhere is refused.
 */
describe.each([
  'select @ from patient',
  'select 1 as a, @ as b from patient',
  'select distinct on (@) id from patient',
  'select top 3 @ from patient',
  'select * replace (@ as id) from patient',
  'select arrayMap(x -> @, [1]) from patient',
  'select sum(toInt64(@)) over (partition by id) from patient',
  'select count() over (partition by @) from patient',
  'select count() over (order by @) from patient',
  'select count() over w from patient window w as (partition by @)',
  'select count() over (order by id rows between @ preceding and current row) from patient',
  'select count(*) filter (where @) from patient',
  'select quantile(0.5)(@) from patient',
  'select case when @ then 1 else 2 end from patient',
  'select case id when @ then 1 end from patient',
  'select [1, @], (1, @), map(1, @), [1, 2][@] from patient',
  'select @ between 0 and 1 from patient',
  'select cast(@ as String), @::String from patient',
  'select interval @ day from patient',
  'select not @ from patient',
  'select 1 in (@, 2) from patient',
  'select (1, 2) in ((@, 2)) from patient',
  'with @ as x select x from patient',
  'with x as (select @ as n) select n from x',
  'with recursive x as (select 1 as n union all select @ from x where n < 1) select n from x',
  'select * from (select @ as n) as t',
  'select * from patient array join [@] as n',
  'select * from patient left array join [@] as n',
  'select * from patient join result on result.patient = patient.id and @',
  'select * from patient prewhere @',
  'select * from patient where @',
  'select count() from patient group by @',
  'select count() from patient group by rollup(@)',
  'select count() from patient group by grouping sets ((@), (id))',
  'select count() from patient having @',
  'select id from patient qualify @',
  'select id from patient order by @',
  'select number from numbers(1) order by number with fill from toUInt64(@) to 3',
  'select number from numbers(1) order by number with fill from 1 to 3 step toUInt64(@)',
  'select number, number as m from numbers(1) order by number with fill to 3 interpolate (m as @)',
  'select id from patient limit 1 by @',
  'select id from patient limit toUInt64(@)',
  'select id from patient limit 1 offset toUInt64(@)',
  'select number from numbers(toUInt64(@))',
  "select * from values('a Int64', toInt64(@))",
  'select 1 union all select @ from patient',
  'select 1 except select @ from patient',
  'select exists(select @ from patient)',
])('in %s', (place) => {
  const put = (what: string) => place.replaceAll('@', what);

  test.each([
    '(select toInt64(max(value)) from secret)',
    "length(file('/etc/passwd'))",
    "('s', 42) in secret",
    "in(('s', 42.), banyan.secret)",
    '(select count() from system.tables)',
    "(select count() from url('http://127.0.0.1:1/', 'LineAsString'))",
  ])('%s is refused', async (what) => {
    await expect(ask(put(what))).rejects.toMatchObject({ kind: expect.stringMatching(/^(forbidden|invalid)$/) });
  });

  test('a harmless one is let through', async () => {
    expect((await ask(put('(1 + 0)'))).text).toContain('1 + 0');
  });
});

/**
 * Goal: nothing else can be read, and nothing be written, by any way round.
 * Method: each attack is refused by the check; then those that are questions go to the engine without it, to show that it is needed.
 */
describe('attacks', () => {
  test.each([
    "select * from file('/etc/passwd', 'LineAsString')",
    "select file('/etc/passwd')",
    "select FILE('/etc/passwd')",
    "select `file`('/etc/passwd')",
    "select * from (select * from url('http://127.0.0.1:1/', 'LineAsString'))",
    "select * from remote('127.0.0.1', 'system.one')",
    "select * from s3('http://127.0.0.1:1/b/x', 'CSV', 'a Int8')",
    "select * from postgresql('127.0.0.1:1', 'a', 'b', 'c', 'd')",
    "select * from executable('x.sh', 'TSV', 'a String')",
    "select * from sqlite('/tmp/x.db', 't')",
    "select * from merge('banyan', '.*')",
    "select * from cluster('default', system.one)",
    'select * from view(select * from secret)',
    "select * from viewExplain('EXPLAIN', '', (select * from secret))",
    "select * from input('a Int8')",
    'select * from loop(secret)',
    "select * from dictionary('x')",
    "select * from '/etc/passwd'",
    'select * from `/etc/passwd`',
    "select * from mergeTreeIndex('banyan', 'secret')",
    'select * from secret',
    'select * from banyan.secret',
    'select * from `secret`',
    'select * from patient, secret',
    'select * from patient join secret using (id)',
    'with x as (select * from secret) select * from x',
    'select (select max(value) from secret)',
    'select 1 where exists(select 1 from secret)',
    "select 1 where 's' in secret",
    "select 1 where in('s', secret)",
    "select 1 where 's' global not in banyan.secret",
    "select 1 where ('s', 42) in (secret)",
    'select 1 from secret where 1 in (with secret as (select 1 as n) select n from secret)',
    'select * from patient union all select id, id, born from secret, patient',
    'select * from (select * from (select * from secret))',
    'select sum(1) over (partition by (select max(value) from secret)) from patient',
    'select sum(1) over (partition by id in secret) from patient',
    "select sum(1) over (order by file('/etc/passwd')) from patient",
    'select * apply (x -> file(x)) from patient',
    'select * apply(file) from patient',
    'select * from patient order by (select value from secret limit 1)',
    'select * from patient limit (select toUInt64(value) from secret)',
    'select * from system.processes',
    'select * from system.tables',
    'select * from information_schema.tables',
    'select * from "system"."one_more"',
    "select dictGet('a', 'b', 1)",
    "select joinGet('banyan.secret', 'value', 's')",
    "select hasColumnInTable('banyan', 'secret', 'id')",
    'select currentUser(), hostName()',
    "select getSetting('max_threads'), version()",
    'select filesystemAvailable()',
    'select sleep(3)',
    'select sleepEachRow(1) from patient',
    "select getServerSetting('x')",
    "select catboostEvaluate('/etc/passwd', 1)",
    'select 1 settings readonly = 0',
    'select * from (select 1 settings max_threads = 1)',
    "select 1 into outfile '/tmp/banyan-lake-stolen'",
    "select 1 into outfile '/tmp/banyan-lake-stolen' truncate format CSV",
    'select 1 format Null',
    'select 1; drop table secret',
    'select 1;\n\ndrop table secret',
    'select 1 /* ; */; drop table secret',
    'select 1 --\n; insert into patient values (1)',
    'insert into patient (id) values (1)',
    'insert into patient select * from patient',
    "insert into function file('/tmp/banyan-lake-stolen') select 1",
    'create table x (a Int8) engine = Memory',
    'create temporary table x (a Int8)',
    'create view v as select * from secret',
    'create function f as x -> x',
    'drop table secret',
    'alter table patient delete where 1',
    'truncate table patient',
    'optimize table patient',
    'rename table patient to p',
    "attach table x from '/etc' (a Int8) engine = MergeTree order by a",
    "backup table secret to File('/tmp/banyan-lake-stolen')",
    'set readonly = 0',
    'use system',
    'kill query where 1',
    'system flush logs',
    'grant all on *.* to default',
    'show tables',
    'show create table secret',
    'describe table secret',
    "desc file('/etc/passwd')",
    'exists table secret',
    'explain select * from secret',
    'select * from (explain select * from secret)',
    'check table secret',
    'select * from {t:Identifier}',
    'select {x:String}',
    'select `a\\n  TableIdentifier patient` from secret',
    'select 1 as `x)\\n Literal y (alias z` from secret',
    'select * from patient final sample 1/2 as s, secret',
    'parallel with',
    '',
    'hello you there',
  ])('%s', async (text) => {
    await expect(ask(text)).rejects.toMatchObject({
      name: 'Problem',
      kind: expect.stringMatching(/^(forbidden|invalid)$/),
    });
  });

  test('nothing was changed by them', async () => {
    expect(await lake.rows(sql`select name from system.tables where database = 'banyan' order by name`)).toEqual([
      { name: 'patient' },
      { name: 'result' },
      { name: 'secret' },
    ]);
    expect(await lake.rows(sql`select count() n from patient`)).toEqual([{ n: 1 }]);
  });

  test('the reason says what is not allowed', async () => {
    await expect(ask("select * from (select * from url('http://x', 'CSV'))")).rejects.toMatchObject({
      kind: 'forbidden',
      issues: [{ message: 'this may not be used here: the table function url' }],
    });
  });
});
