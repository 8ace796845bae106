import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Session } from 'chdb';
import { afterAll, describe, expect, test } from 'vitest';
import { exampleVersions } from '../../../tests/support/example-versions.ts';
import { clusterOf } from './client.ts';
import { askModuleTable, type LakeTable, MODULES, makeModuleTable } from './module-tables.ts';
import { linesOf } from './source.ts';
import { dropQuestions, generationTables, inboxOf, makeViewTables, questionViews, resourceQuestion } from './tables.ts';
import { builtInViews, readViews } from './views.ts';

/**
 * Goal: the definitions for a cluster are sound SQL, keep every row replicated, spread rows by patient and answer as one engine does.
 * Method: the engine parses each as it is. Then a cluster of one shard, which is the engine itself, runs them; only what takes Keeper is left
 * out: ON CLUSTER and replication. Those two were not tried on real machines.
 */
const { views } = readViews(builtInViews());
const READING: LakeTable = {
  name: 'reading',
  title: 'Readings',
  description: 'One row for each reading.',
  columns: [
    { name: 'box', type: 'String' },
    { name: 'at', type: "DateTime64(3, 'UTC')" },
    { name: 'celsius', type: 'Float64' },
  ],
  order: ['box', 'at'],
  partition: 'at',
  isWhole: false,
  facts: ['x'],
  async *rows() {},
  page: async () => ({ rows: [], next: undefined }),
  seen: () => undefined,
};
const ALARM: LakeTable = {
  ...READING,
  name: 'alarm',
  columns: [...READING.columns, { name: 'revision', type: 'UInt32' }],
  version: 'revision',
  isWhole: true,
};

function definitions(cluster?: string): string[] {
  const place = { database: 'lab', ...(cluster === undefined ? {} : { cluster }) };
  return [
    ...generationTables(place),
    ...resourceQuestion(place),
    ...views.flatMap((view) => [...makeViewTables(place, view), ...questionViews(place, view)]),
    ...[{ ...place, database: MODULES }].flatMap((modules) => [
      ...makeModuleTable(modules, READING),
      ...askModuleTable(modules, READING),
    ]),
    ...makeModuleTable(place, ALARM),
    ...askModuleTable(place, ALARM),
  ];
}

const folder = mkdtempSync(join(tmpdir(), 'banyan-cluster-'));
writeFileSync(
  join(folder, 'engine.xml'),
  `<clickhouse><timezone>UTC</timezone><tcp_port>9000</tcp_port><remote_servers><region><shard><replica><host>localhost</host><port>9000</port></replica></shard></region></remote_servers></clickhouse>`,
);
const session = new Session(join(folder, 'data'), { connectionArgs: [`--config-file=${join(folder, 'engine.xml')}`] });
afterAll(() => {
  session.close();
  rmSync(folder, { recursive: true, force: true });
});

function makeAll(cluster?: string): void {
  for (const database of ['banyan', 'lab', 'banyan_modules']) session.query(`drop database if exists ${database} sync`);
  session.query('create database banyan');
  for (const statement of definitions(cluster)) session.query(withoutKeeper(statement));
}

function rowsOf(text: string): unknown[][] {
  const lines = session.query(text, 'JSONCompactEachRow').split('\n').filter(Boolean);
  return lines.map((line) => JSON.parse(line) as unknown[]);
}

describe('the definitions for a cluster', () => {
  test('are understood by the engine, each of them goes to every machine, and what keeps rows is replicated', () => {
    for (const statement of definitions('region')) {
      const tree = rowsOf(`explain ast ${statement}`).flat().join('\n');
      expect(tree, statement).toMatch(/^CreateQuery/);
      expect(statement).toContain(' on cluster `region`');
      expect(statement, 'a table that only one machine keeps').not.toMatch(/engine = (Replacing)?MergeTree/);
    }
    const kept = definitions('region').filter((each) => /engine = Replicated/.test(each));
    expect(kept.length).toBe(definitions().filter((each) => /engine = ReplacingMergeTree/.test(each)).length);
    expect(new Set(kept.map((each) => /engine = (\w+\([^)]*\))/.exec(each)?.[1]))).toEqual(
      new Set([
        "ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/{table}', '{replica}', _version)",
        "ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/{table}', '{replica}')",
        "ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/{table}', '{replica}', `revision`)",
      ]),
    );
  });

  test('what people ask has the same names and columns as on one engine', () => {
    const names = (all: string[]) =>
      all.flatMap((each) => /^create or replace (?:view|table) `banyan`\.`(\w+?)`/.exec(each)?.[1] ?? []);
    const asked = names(definitions('region')).filter((name) => !name.endsWith('_shard'));
    expect(asked.sort()).toEqual(names(definitions()).sort());
    expect(asked.length).toBeGreaterThan(views.length);
  });

  test('a cluster of one shard answers as one engine', () => {
    const { versions, persons } = exampleVersions();
    const types = new Set(views.map(({ resource }) => resource));
    const sums = [
      ...new Set(definitions().flatMap((each) => /^create or replace view `banyan`\.`(\w+)`/.exec(each)?.[1] ?? [])),
    ];

    const answers = [undefined, 'region'].map((cluster) => {
      makeAll(cluster);
      for (const [type, own] of Map.groupBy(versions, (version) => version.type)) {
        const inbox = inboxOf(types.has(type) ? type : undefined);
        session.query(
          `insert into lab.\`${inbox}\` settings distributed_foreground_insert = 1, max_partitions_per_insert_block = 0, input_format_json_read_objects_as_strings = 1 format JSONEachRow ${linesOf(own, persons)}`,
        );
      }
      session.query(
        "insert into banyan_modules.reading settings distributed_foreground_insert = 1 values ('a', '2024-01-01', 4), ('a', '2024-01-01', 4), ('b', '2024-02-01', 5)",
      );
      // Of one key the newest, in whatever order they come.
      session.query(
        "insert into lab.alarm settings distributed_foreground_insert = 1 values ('a', '2024-01-01', 7, 2), ('b', '2024-02-01', 5, 1)",
      );
      session.query(
        "insert into lab.alarm settings distributed_foreground_insert = 1 values ('a', '2024-01-01', 4, 1)",
      );
      return Object.fromEntries(
        sums.map((name) => [
          name,
          rowsOf(`select count(), sum(cityHash64(toJSONString(tuple(*)))) from banyan.\`${name}\``)[0],
        ]),
      );
    });
    expect(answers[1]).toEqual(answers[0]);
    expect(Object.entries(answers[0]!).filter(([, found]) => Number(found?.[0]) === 0)).toEqual([]);
    expect(answers[0]!['reading']?.[0]).toBe(2);
    expect(rowsOf('select box, celsius from banyan.alarm order by box')).toEqual([
      ['a', 7],
      ['b', 5],
    ]);
  });

  test.each([undefined, 'region'])(
    'a view is taken back with all that stands beside it, and no other (%s)',
    (cluster) => {
      makeAll(cluster);
      const place = { database: 'lab', ...(cluster === undefined ? {} : { cluster }) };
      const there = () => rowsOf("select name from system.tables where database = 'banyan'").flat() as string[];
      const all = there();
      for (const { name } of views) expect(dropQuestions(place, name, all, views)).toEqual([]);
      for (const view of views) {
        const others = views.filter((each) => each !== view);
        const gone = dropQuestions(place, view.name, there(), others);
        expect(gone.length).toBe(view.orders.length * (cluster === undefined ? 1 : 2));
        for (const statement of gone) session.query(withoutKeeper(statement));
      }
      expect(there().filter((name) => !/^(resource|reading|alarm)(_shard)?$/.test(name))).toEqual([]);
      const near = { name: `${views[0]!.name}_by_hand`, orders: [[]] };
      expect(dropQuestions(place, views[0]!.name, [near.name], [near])).toEqual([]);
    },
  );
});

function withoutKeeper(statement: string): string {
  return statement
    .replaceAll(' on cluster `region`', '')
    .replaceAll(/Replicated(ReplacingMergeTree)\('[^']*', '[^']*'(?:, (_version|`revision`))?\)/g, '$1($2)');
}

test.each([
  [undefined, undefined],
  ['http://lake:8123', undefined],
  ['https://a:b@lake:8443?database=banyan&cluster=region', 'region'],
])('the cluster of %s is %s', (url, cluster) => {
  expect(clusterOf(url)).toBe(cluster);
});
