import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, test } from 'vitest';
import { sql, trusted } from '#kernel/sql';
import { cpuOf } from '../../../tests/support/cpu.ts';
import { connectLake, DURABLE_TABLE } from './client.ts';
import { startLakeEngine } from './engine.ts';
import { openLake } from './index.ts';

const data = await mkdtemp(join(tmpdir(), 'banyan-engine-'));
const folder = join(data, 'lake');
const told: string[] = [];
const revive = { onRevived: () => told.push('revived'), onLost: (problem: Error) => told.push(problem.message) };
const engine = startLakeEngine({ folder, memoryBytes: 2_000_000_000, revive });
const lake = connectLake({ url: 'http://lake', engine });
afterAll(async () => {
  await lake.close();
  await rm(data, { recursive: true, force: true });
});
await lake.ready();

/**
 * Goal: what is given up costs nothing any more.
 * Method: a question of many minutes is given up; the engine's own list and the processor time it takes afterwards are looked at.
 */
describe('giving up', () => {
  test.each([
    ['a long sum', 'select sum(sipHash64(number)) from numbers(1000000000000)'],
    ['a part that is worked out first', 'select (select sum(sipHash64(number)) from numbers(1000000000000)) as x'],
    ['a sort', 'select number from numbers(3000000000) order by sipHash64(number) limit 3'],
  ])('%s stops in the engine', async (_name, text) => {
    const giveUp = new AbortController();
    const asked = lake.rows(sql`${trusted(text)}`, { signal: giveUp.signal });
    const told = expect(asked).rejects.toMatchObject({ name: 'AbortError' });
    const running = () =>
      lake.rows(
        sql`select count() n from system.processes where query like '%sipHash64%' and query not like '%system%'`,
      );
    await expect.poll(running).toEqual([{ n: 1 }]);
    giveUp.abort();
    await told;
    // Well before its own time would be over.
    await expect.poll(running, { timeout: 15_000 }).toEqual([{ n: 0 }]);
    const before = cpuOf(engine.pid() ?? 0);
    expect(before).toBeGreaterThan(0);
    await sleep(1_000);
    expect(cpuOf(engine.pid() ?? 0) - before).toBeLessThan(0.2);
  });
});

/**
 * Goal: a dead engine comes back by itself and has lost nothing that it acknowledged.
 * Method: kill -9 while rows are inserted and asked for.
 */
describe('a killed engine', () => {
  test('comes back with every acknowledged row', async () => {
    await lake.run(sql`create table kept (a UInt64) engine = MergeTree order by a settings ${trusted(DURABLE_TABLE)}`);
    const acknowledged: number[] = [];
    let next = 0;
    let isOver = false;
    const inserting = (async () => {
      while (!isOver) {
        const a = next++;
        await lake.insert('kept', `{"a":${a}}\n`).then(
          () => acknowledged.push(a),
          (problem) => expect(problem).toMatchObject({ kind: 'unavailable' }),
        );
      }
    })();
    const asking = (async () => {
      // Reading is harmless, so it is done again and never fails.
      while (!isOver) expect(await lake.rows(sql`select 1 as one`)).toEqual([{ one: 1 }]);
    })();
    for (let round = 0; round < 3; round += 1) {
      const kept = acknowledged.length;
      await expect.poll(() => acknowledged.length, { timeout: 10_000 }).toBeGreaterThan(kept + 3);
      const before = engine.pid() ?? 0;
      process.kill(before, 'SIGKILL');
      await expect.poll(() => engine.pid() !== undefined && engine.pid() !== before, { timeout: 10_000 }).toBe(true);
      await lake.ready();
    }
    isOver = true;
    await Promise.all([inserting, asking]);
    const kept = await lake.rows<{ a: number }>(sql`select distinct a from kept order by a`);
    expect(acknowledged.length).toBeGreaterThan(10);
    expect(acknowledged.filter((a) => !kept.some((row) => row.a === a))).toEqual([]);
    expect(told.filter((line) => line === 'revived')).toHaveLength(3);
  });
});

describe('the folder', () => {
  test('a second owner is told so, a guest uses what runs there', async () => {
    const second = startLakeEngine({ folder, revive: { onRevived() {}, onLost() {} } });
    const guest = startLakeEngine({ folder });
    const guestLake = connectLake({ url: 'http://lake', engine: guest });
    expect(await guestLake.rows(sql`select 1 as one`)).toEqual([{ one: 1 }]);
    await guestLake.close();
    await expect(second.ready()).rejects.toMatchObject({ kind: 'conflict' });
    await second.stop();
    expect(await lake.rows(sql`select 1 as one`)).toEqual([{ one: 1 }]);
  });

  test('an engine whose owner is killed ends, and the next owner finds the folder free', async () => {
    const other = join(data, 'orphaned');
    const code = `
      const { startLakeEngine } = await import(${JSON.stringify(new URL('engine.ts', import.meta.url).href)});
      const engine = startLakeEngine({ folder: ${JSON.stringify(other)} });
      await engine.ready();
      console.log(engine.pid());
      setInterval(() => {}, 1000);`;
    const owner = spawn(process.execPath, ['--input-type=module', '-e', code], {
      stdio: ['ignore', 'pipe', 'inherit'],
      cwd: process.cwd(),
    });
    const [pid] = (await once(owner.stdout, 'data')) as [Buffer];
    owner.kill('SIGKILL');
    const next = startLakeEngine({ folder: other, revive });
    await next.ready();
    expect(isAlive(Number(pid))).toBe(false);
    await next.stop();
  });

  test('a deep folder is no hindrance', async () => {
    const deep = startLakeEngine({ folder: join(data, 'd'.repeat(60), 'e'.repeat(60), 'lake') });
    await deep.ready();
    await deep.stop();
  });
});

/** Goal: whatever speaks ClickHouse's protocol is understood. Method: requests by hand, as other clients make them. */
describe('the protocol', () => {
  test('answers a ping', async () => {
    expect(await post('/ping', '')).toMatchObject({ status: 200, text: 'Ok.\n' });
  });

  test('takes parameters, settings, a database and the format of the answer', async () => {
    const address = '/?database=system&default_format=JSONEachRow&param_x=a%5Ctb&max_threads=1';
    const answer = await post(
      address,
      "select {x:String} as x, getSetting('max_threads') as t, currentDatabase() as d",
    );
    expect(answer.text).toBe('{"x":"a\\tb","t":1,"d":"system"}\n');
  });

  test('tells errors by code, type and status', async () => {
    const answer = await post('/', 'select * from nowhere');
    expect(answer).toMatchObject({ status: 500, code: '60' });
    expect(answer.text).toMatch(/^Code: 60\. DB::Exception: .*\(UNKNOWN_TABLE\)/);
  });

  test.each(['JSONEachRow', 'Native', 'Parquet', 'ArrowStream', 'CSVWithNames', 'RowBinary'])(
    'takes rows as %s',
    async (format) => {
      await post(
        '/?database=banyan',
        'create table if not exists taken (a UInt64, b String) engine = MergeTree order by a',
      );
      await post('/?database=banyan', 'truncate table taken');
      const rows = await post('/', `select number as a, toString(number) as b from numbers(100000) format ${format}`);
      const query = encodeURIComponent(`INSERT INTO taken (a, b) FORMAT ${format}`);
      expect(await post(`/?database=banyan&query=${query}`, rows.bytes)).toMatchObject({ status: 200, text: '' });
      expect((await post('/?database=banyan', 'select count(), sum(a), max(length(b)) from taken')).text).toBe(
        '100000\t4999950000\t5\n',
      );
    },
  );
});

/**
 * Goal: clients that come and go at any moment cost the engine nothing that stays.
 * Method: questions and inserts given up at random moments; afterwards it is the same process, idle, and all of its places are free.
 */
test('clients that leave at any moment leave nothing behind', async () => {
  const seed = Date.now() % 100_000;
  let state = seed;
  const random = (below: number) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state % below;
  };
  const pid = engine.pid();
  await lake.run(sql`create table if not exists left_behind (a UInt64) engine = MergeTree order by a`);
  async function* rows() {
    for (let a = 0; a < 1_000; a += 1) {
      yield `{"a":${a}}\n`.repeat(100);
      await sleep(1);
    }
  }
  const calls = Array.from({ length: 120 }, async () => {
    const signal = AbortSignal.timeout(1 + random(400));
    const actor = `actor-${random(8)}`;
    const kind = random(3);
    if (kind === 0) await lake.insert('left_behind', rows(), { signal });
    else if (kind === 1)
      await lake.rows(sql`select sum(sipHash64(number)) from numbers(10000000000)`, {
        signal,
        actor,
      });
    else
      for await (const _piece of await lake.stream(sql`select number from numbers(10000000000)`, 'JSONEachRow', {
        signal,
        actor,
      }))
        await sleep(5);
  });
  const ends = await Promise.allSettled(calls);
  expect(
    ends.filter(({ status }) => status === 'fulfilled'),
    `seed ${seed}`,
  ).toEqual([]);
  await expect
    .poll(
      () => lake.rows(sql`select query, is_cancelled from system.processes where query not like '%system.processes%'`),
      {
        timeout: 10_000,
      },
    )
    .toEqual([]);
  const direct = Array.from({ length: 13 }, () => post('/', 'select sleep(0.2) format Null'));
  expect(
    (await Promise.all(direct)).map(({ status }) => status),
    `seed ${seed}`,
  ).toEqual(Array(13).fill(200));
  expect(engine.pid()).toBe(pid);
  expect(await lake.rows(sql`select count() n from left_behind`), `seed ${seed}`).toEqual([{ n: 0 }]);
});

/** Goal: LAKE_URL means the same lake. Method: the engine's socket behind a TCP port, as a server would be. */
test('a server by its address is asked like the engine inside', async () => {
  const asked: string[] = [];
  const server = createServer((client) => {
    const behind = connect(engine.socketPath);
    client.on('data', (bytes) => asked.push(bytes.toString('latin1')));
    for (const end of [client, behind]) end.on('error', () => {});
    client.pipe(behind).pipe(client);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const lakeUrl = `http://reader:p%40ss@127.0.0.1:${port}?database=elsewhere`;
  const far = openLake({ lakeUrl, lakeMemory: undefined, data });
  await far.ready();
  await far.run(sql`create table there (a UInt8) engine = MergeTree order by a`);
  await far.insert('there', '{"a":7}\n');
  expect(await far.rows(sql`select a, currentDatabase() d from there where a = ${7}`)).toEqual([
    { a: 7, d: 'elsewhere' },
  ]);
  expect(asked.join('')).toContain(`Basic ${Buffer.from('reader:p@ss').toString('base64')}`);
  await far.close();
  server.close();
  expect(await lake.rows(sql`select count() n from elsewhere.there`)).toEqual([{ n: 1 }]);
});

test('a server that is not there is told as such', async () => {
  const far = openLake({ lakeUrl: 'http://127.0.0.1:9', lakeMemory: undefined, data });
  await expect(far.rows(sql`select 1`)).rejects.toMatchObject({ kind: 'unavailable' });
  expect(await far.trouble()).toBe('the engine does not answer');
  await far.close();
});

test('the socket is for its owner only', () => {
  expect(execFileSync('stat', ['-c', '%a', join(engine.socketPath, '..')], { encoding: 'utf8' }).trim()).toBe('700');
});

/** A process that ended counts, also where nobody has asked for its exit code yet. */
function isAlive(pid: number): boolean {
  try {
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

function post(
  path: string,
  body: string | Buffer,
): Promise<{ status: number; code: unknown; text: string; bytes: Buffer }> {
  return new Promise((resolve, reject) => {
    const ask = request({ socketPath: engine.socketPath, path, method: 'POST' }, async (answer) => {
      const pieces: Buffer[] = [];
      for await (const piece of answer) pieces.push(piece);
      const bytes = Buffer.concat(pieces);
      resolve({
        status: answer.statusCode ?? 0,
        code: answer.headers['x-clickhouse-exception-code'],
        text: bytes.toString(),
        bytes,
      });
    });
    ask.once('error', reject);
    ask.end(body);
  });
}
