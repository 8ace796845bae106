import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { builtInViews, generationTables, type Lake, makeViewTables, questionViews, readViews } from '#kernel/lake';
import { trusted } from '#kernel/sql';
import { HBA1C, planOf } from '../../bench/lake/results.ts';
import { BY_PATIENT, BY_TEST, insertResults } from '../../bench/lake/tables.ts';
import { connectLake } from '../../src/kernel/lake/client.ts';
import { type LakeEngine, startLakeEngine } from '../../src/kernel/lake/engine.ts';
import { pour } from '../../src/kernel/lake/pour.ts';
import { exampleVersions } from '../support/example-versions.ts';

/**
 * Goal: the lake can outgrow one machine: rows that are spread over several engines by patient give the answers of one engine, out of
 * the same definitions and the same questions.
 * Method: three embedded engines as shards, each behind a door of its own on a loopback port that asks for a secret; a fourth holds
 * everything, and answers each question twice: from its own rows, and by merging (`...Merge`) what the shards have worked out so far
 * (`...State`), which it reads from their doors. Tables are made by the platform's code. What no test here has is a real cluster: replication,
 * Keeper and the network between machines.
 */
const SHARDS = 3;
const ROWS = 40_000;
const SECRET = 'f3a1c8d2';
const PLACE = { database: 'lab' };
const { views } = readViews(builtInViews());

interface Shard {
  engine: LakeEngine;
  lake: Lake;
}

let folder: string;
let whole: Shard;
const shards: Shard[] = [];
const doors: Server[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'banyan-shards-'));
  whole = await startShard('whole');
  for (let shard = 0; shard < SHARDS; shard += 1) shards.push(await startShard(`shard${shard}`));
  for (const { engine } of shards) doors.push(await openDoor(engine));

  const plan = planOf(ROWS);
  const results = insertResults(plan, { from: 0, until: plan.visits });
  const { versions, persons } = exampleVersions();
  const target = {
    database: PLACE.database,
    views: views.map(({ name, resource }) => ({ name, resource, state: 'current' as const })),
  };
  const numbers = await whole.lake.rows<{ part: string; shard: number }>(
    trusted(
      `select part, cityHash64(part) % ${SHARDS} as shard from (select arrayJoin(${JSON.stringify([...new Set(versions.map(({ part }) => part))]).replaceAll('"', "'")}) as part)`,
    ),
  );
  const shardOf = new Map(numbers.map(({ part, shard }) => [part, shard]));
  await fill(whole.lake, results, versions);
  for (const [at, { lake }] of shards.entries()) {
    const own = versions.filter(({ part }) => shardOf.get(part) === at);
    await fill(lake, `${results} where cityHash64(patient) % ${SHARDS} = ${at}`, own);
  }

  async function fill(lake: Lake, insert: string, own: typeof versions): Promise<void> {
    await lake.run(trusted(insert), { settings: { max_partitions_per_insert_block: 0 } });
    expect(await pour(lake, target, own, persons)).toEqual([]);
  }
}, 300_000);

afterAll(async () => {
  for (const door of doors) door.close();
  for (const { lake, engine } of [...shards, ...(whole === undefined ? [] : [whole])]) {
    await lake.close();
    await engine.stop();
  }
  await rm(folder, { recursive: true, force: true });
});

async function startShard(name: string): Promise<Shard> {
  const engine = startLakeEngine({ folder: join(folder, name), memoryBytes: 1_500_000_000 });
  const lake = connectLake({ url: 'http://lake', engine });
  await lake.ready();
  const statements = [
    ...generationTables(PLACE),
    ...views.flatMap((view) => [...makeViewTables(PLACE, view), ...questionViews(PLACE, view)]),
  ];
  for (const statement of statements) await lake.run(trusted(statement));
  return { engine, lake };
}

/** An engine's HTTP on a loopback port, for those who know the secret. */
async function openDoor({ socketPath }: LakeEngine): Promise<Server> {
  const door = createServer((ask, told) => {
    const url = new URL(ask.url ?? '/', 'http://door');
    if (url.pathname !== `/${SECRET}`) {
      told.writeHead(403).end();
      return;
    }
    const inside = request({ socketPath, path: `/${url.search}`, method: ask.method }, (answer) => {
      told.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(told);
    });
    inside.on('error', () => told.destroy());
    ask.pipe(inside);
  });
  await new Promise<void>((open) => door.listen(0, '127.0.0.1', open));
  return door;
}

function addressOf(door: Server, secret = SECRET): string {
  return `http://127.0.0.1:${(door.address() as AddressInfo).port}/${secret}`;
}

/** A question that can be answered in one go or in parts: groups and what is worked out of each. */
interface Ask {
  view: string;
  where?: string;
  /** Expression by name. */
  keys: Record<string, string>;
  /** Aggregate function with its parameters, and its argument, by name. */
  values: Record<string, readonly [aggregate: string, argument: string]>;
  /** What is asked of the groups, which stand where R stands. */
  outer?: string;
}

const AGE = 'intDiv(toYear(time) - toYear(birth_date), 10)';
const GROUPS = { sex: 'sex', born: 'toYear(birth_date)', district: 'district', organization: 'organization' };
const SIZES = 'select size, count() as groups from R group by size order by size';
const COUNT = { size: ['count', ''] } as const;

/** The questions of bench/lake/questions.ts. */
const ASKED: Record<string, Ask> = {
  'q1 results by test': { view: BY_TEST.asked, keys: { code: 'code' }, values: COUNT },
  'q2 surveillance matrix': {
    view: BY_TEST.asked,
    where: "time >= '2023-01-01' and time < '2026-01-01'",
    keys: { week: 'toMonday(time)', district: 'district', code: 'code' },
    values: COUNT,
  },
  'q3 percentiles, approximate': {
    view: BY_TEST.asked,
    keys: { code: 'code', sex: 'sex', age: AGE },
    values: { limits: ['quantiles(0.025, 0.975)', 'value'] },
  },
  'q3x percentiles, exact': {
    view: BY_TEST.asked,
    keys: { code: 'code', sex: 'sex', age: AGE },
    values: { limits: ['quantilesExactInclusive(0.025, 0.975)', 'value'] },
  },
  "q4 one patient's history": {
    view: BY_PATIENT.asked,
    where: "patient = 'THE PATIENT'",
    keys: { time: 'time', id: 'id', code: 'code', unit: 'unit', flag: 'flag' },
    values: { value: ['any', 'value'] },
    outer: 'select * from R order by time desc, id',
  },
  'q5 cohort': {
    view: BY_TEST.asked,
    where: `code = '${HBA1C}' and value >= 6`,
    keys: { patient: '_patient' },
    values: { first: ['min', 'time'], last: ['max', 'time'] },
    outer: "select count() as n from R where dateDiff('day', first, last) >= 90",
  },
  'q6 distinct patients': { view: BY_PATIENT.asked, keys: {}, values: { n: ['uniqExact', '_patient'] } },
  'q6a distinct patients, approximate': { view: BY_PATIENT.asked, keys: {}, values: { n: ['uniq', '_patient'] } },
  'q7 top organisations': {
    view: BY_TEST.asked,
    keys: { organization: 'organization' },
    values: COUNT,
    outer: 'select * from R order by size desc, organization limit 20',
  },
  'q8 group sizes': { view: BY_TEST.asked, keys: { ...GROUPS, year: 'toYear(time)' }, values: COUNT, outer: SIZES },
  'q8p group sizes in patients': {
    view: BY_PATIENT.asked,
    where: "time >= '2024-01-01' and time < '2025-01-01'",
    keys: GROUPS,
    values: { size: ['uniqExact', '_patient'] },
    outer: SIZES,
  },
};

/** The one with the most results. */
let thePatient = '';

function groupsOf({ view, where, keys, values }: Ask, state: '' | 'State'): string {
  const named = Object.entries(keys).map(([name, expression]) => `${expression} as \`${name}\``);
  const worked = Object.entries(values).map(
    ([name, [aggregate, argument]]) => `${suffixed(aggregate, state)}(${argument}) as \`${name}\``,
  );
  return `select ${[...named, ...worked].join(', ')} from ${view} as v${where === undefined ? '' : ` where ${where.replace('THE PATIENT', thePatient)}`}${groupBy(keys)}`;
}

function inOneGo(ask: Ask): string {
  return asks(ask, groupsOf(ask, ''));
}

/** Each shard works out the state of its groups; the one who asks merges them. */
async function inParts(ask: Ask): Promise<string> {
  const part = groupsOf(ask, 'State');
  const structure = await structureOf(part, [...Object.keys(ask.keys), ...Object.keys(ask.values)]);
  const parts = doors.map(
    (door) =>
      `select * from url('${addressOf(door)}?query=${encodeURIComponent(`${part} format Native`).replaceAll("'", '%27')}', 'Native', '${structure}')`,
  );
  const merged = Object.entries(ask.values).map(
    ([name, [aggregate]]) => `${suffixed(aggregate, 'Merge')}(\`${name}\`) as \`${name}\``,
  );
  const keys = Object.keys(ask.keys).map((name) => `\`${name}\``);
  return asks(ask, `select ${[...keys, ...merged].join(', ')} from (${parts.join(' union all ')})${groupBy(ask.keys)}`);
}

/** Names and types, which a shard without a single row does not tell. */
async function structureOf(part: string, names: readonly string[]): Promise<string> {
  const types = names.map((name) => `any(toTypeName(\`${name}\`)) as \`${name}\``);
  const [row] = await whole.lake.rows<Record<string, string>>(trusted(`select ${types.join(', ')} from (${part})`));
  return names.map((name) => `\`${name}\` ${row![name]}`.replaceAll("'", "\\'")).join(', ');
}

function asks({ outer = 'select * from R order by all' }: Ask, groups: string): string {
  return outer.replace('from R', `from (${groups})`);
}

function groupBy(keys: Ask['keys']): string {
  const names = Object.keys(keys).map((name) => `\`${name}\``);
  return names.length === 0 ? '' : ` group by ${names.join(', ')}`;
}

/** `quantiles(0.5)` becomes `quantilesState(0.5)`. */
function suffixed(aggregate: string, suffix: string): string {
  return aggregate.replace(/^\w+/, (name) => name + suffix);
}

/** To read from other machines is no question that people may ask. */
const AS_COORDINATOR = { settings: { readonly: 0 } };

describe('three shards and one engine', () => {
  beforeAll(async () => {
    const [most] = await whole.lake.rows<{ patient: string }>(
      trusted(`select patient from ${BY_PATIENT.asked} group by patient order by count() desc, patient limit 1`),
    );
    thePatient = most!.patient;
  });

  test.each(Object.entries(ASKED))('answer the same: %s', async (_name, ask) => {
    const [one, parts] = [
      await whole.lake.rows(trusted(inOneGo(ask))),
      await whole.lake.rows(trusted(await inParts(ask)), AS_COORDINATOR),
    ];
    expect(one.length).toBeGreaterThan(0);
    expect(parts).toEqual(one);
  });

  test('hold every row of every built-in view once, each patient on one shard', async () => {
    const names = views.map(({ name }) => name);
    const counts = names
      .map((name) => `select '${name}' as view, count() as rows from banyan.${name}`)
      .join(' union all ');
    const all = await countsOf(whole.lake);
    const each = await Promise.all(shards.map(({ lake }) => countsOf(lake)));
    for (const name of names) expect([name, each.reduce((sum, own) => sum + own[name]!, 0)]).toEqual([name, all[name]]);
    // Otherwise the test would prove nothing.
    expect(names.filter((name) => all[name] === 0)).toEqual([]);
    expect(each.map((own) => own['laboratory_result']! > ROWS / 10)).toEqual([true, true, true]);

    const patients = await Promise.all(
      shards.map(({ lake }) =>
        lake.rows<{ p: string }>(trusted('select distinct patient as p from banyan.laboratory_result')),
      ),
    );
    const flat = patients.flat().map(({ p }) => p);
    expect(new Set(flat).size).toBe(flat.length);

    async function countsOf(lake: Lake): Promise<Record<string, number>> {
      const rows = await lake.rows<{ view: string; rows: number }>(trusted(counts));
      return Object.fromEntries(rows.map(({ view, rows: n }) => [view, n]));
    }
  });

  test('a shard answers nobody without its secret', async () => {
    expect((await fetch(`${addressOf(doors[0]!, 'guess')}?query=select%201`)).status).toBe(403);
    expect((await fetch(`${addressOf(doors[0]!)}?query=select%201`)).status).toBe(200);
  });

  test('when a shard is away, the question fails: it is not answered from the others', async () => {
    const ask = ASKED['q1 results by test']!;
    const text = (await inParts(ask)).replace(addressOf(doors[0]!), addressOf(doors[0]!, 'guess'));
    await expect(whole.lake.rows(trusted(text), AS_COORDINATOR)).rejects.toThrow();
  });
});
