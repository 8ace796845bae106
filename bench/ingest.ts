import { cpuUsage } from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { openPool, sql, trusted } from '#kernel/sql';
import { runLoad } from '../region/load.ts';
import { cpuOf, cpuOfFamily } from '../tests/support/cpu.ts';
import { makePlatform } from '../tests/support/platform.ts';
import type { Bench } from './bench.ts';

const CONNECTIONS = 128;
const OBSERVATIONS = 10;
const AIM = 300;

/**
 * ORU^R01 messages of ten observations over MLLP into an empty platform: acknowledged when durable, counted when searchable.
 * The limit beside it is a bare COPY of the same observations' JSON into a table without any index.
 */
export const bench: Bench = {
  name: 'ingest',
  summary: 'ORU^R01 of ten observations over MLLP, until searchable, beside a bare COPY',
  options: '[--seconds 30]',
  async run(args, say) {
    const seconds = Number(args[args.indexOf('--seconds') + 1] ?? 30) || 30;
    const platform = await makePlatform();
    say('starting an empty platform');
    await platform.start();
    const pool = openPool(platform.databaseUrl, { size: 2 });
    const load = (first: number, time: number) =>
      runLoad({
        host: '127.0.0.1',
        port: platform.mllpPort,
        connections: CONNECTIONS,
        ratePerSecond: 'max',
        seconds: time,
        first,
      });
    const open = async () =>
      (await pool.one<{ n: number }>(sql`select count(*) as n from kernel.delivery where hearer <> 'lake'`)).n;
    const inLake = async () => {
      while ((await pool.maybe(sql`select 1 from kernel.delivery limit 1`)) !== undefined) await sleep(50);
    };
    const drained = async () => {
      while ((await open()) > 0) await sleep(50);
    };

    say('warming up for 5 s');
    const warm = await load(0, 5);
    await drained();

    say(`sending for ${seconds} s over ${CONNECTIONS} connections`);
    const { server, database } = await platform.pids();
    const before = { server: cpuOf(server), database: cpuOfFamily(database), load: cpuUsage() };
    const began = performance.now();
    const result = await load(warm.sent, seconds);
    const behind = await open();
    await drained();
    const took = (performance.now() - began) / 1000;
    const loadUsed = cpuUsage(before.load);
    const cpu = {
      server: cpuOf(server) - before.server,
      database: cpuOfFamily(database) - before.database,
      load: (loadUsed.user + loadUsed.system) / 1e6,
    };
    await inLake();
    const lakeBehind = (performance.now() - began) / 1000 - took;
    const after = {
      server: cpuOf(server) - before.server - cpu.server,
      database: cpuOfFamily(database) - before.database - cpu.database,
    };

    say('copying the same observations into a bare table');
    const searchable = await countObservations(platform.url, platform.adminToken);
    const ceiling = await copyCeiling(pool);
    const bytes = await pool.one<{ n: number }>(sql`
      select (pg_total_relation_size('fhir.observation') + pg_total_relation_size('fhir.date_index') + pg_total_relation_size('fhir.number_index'))::float8 / greatest(1, (select count(*) from fhir.observation)) as n
    `);
    await pool.end();
    await platform.end();

    const perSecond = result.acked / took;
    const each = (value: number) => `${((value / result.acked) * 1e6).toFixed(0)} µs`;
    return {
      rows: [
        {
          what: 'acknowledged (durable)',
          'messages/s': result.ackedPerSecond.toFixed(0),
          'observations/s': (result.ackedPerSecond * OBSERVATIONS).toFixed(0),
        },
        {
          what: 'until searchable',
          'messages/s': perSecond.toFixed(0),
          'observations/s': (perSecond * OBSERVATIONS).toFixed(0),
        },
        {
          what: 'bare COPY of the JSON, no index',
          'messages/s': (ceiling / OBSERVATIONS).toFixed(0),
          'observations/s': ceiling.toFixed(0),
        },
        {
          what: 'ratio to bare COPY',
          'messages/s': ((perSecond * OBSERVATIONS) / ceiling).toFixed(3),
          'observations/s': '',
        },
        { what: `ratio to the aim of ${AIM}`, 'messages/s': (perSecond / AIM).toFixed(2), 'observations/s': '' },
      ],
      notes: [
        `acknowledgement p50 ${result.p50.toFixed(0)} ms, p99 ${result.p99.toFixed(0)} ms; ${result.failed} failed, ${result.refused} refused; ${behind} messages behind when sending ended`,
        `CPU per message: Node ${each(cpu.server)}, PostgreSQL ${each(cpu.database)}, load generator ${each(cpu.load)}; together ${((cpu.server + cpu.database + cpu.load) / took).toFixed(2)} cores`,
        `in the lake ${lakeBehind.toFixed(1)} s after everything was searchable; meanwhile Node ${each(after.server)}, PostgreSQL ${each(after.database)} a message; the engine is not counted`,
        `${searchable} observations found by search; ${bytes.n.toFixed(0)} bytes each with all indexes`,
      ],
    };
  },
};

async function countObservations(url: string, token: string): Promise<number> {
  const answer = await fetch(`${url}/fhir/Observation?_summary=count`, {
    headers: { authorization: `Bearer ${token}` },
  });
  if (!answer.ok) throw new Error(`the search answered ${answer.status}`);
  return ((await answer.json()) as { total: number }).total;
}

/** Observations a second by COPY from one connection, of the JSON alone. */
async function copyCeiling(pool: ReturnType<typeof openPool>): Promise<number> {
  const contents = await pool.rows<{ content: string }>(
    sql`select content::text as content from fhir.observation limit 20000`,
  );
  await pool.run(trusted('create table public.bare (content json)'));
  const rows = contents.map(({ content }) => [content]);
  const began = performance.now();
  for (let at = 0; at < rows.length; at += 1000) await pool.copy('public.bare', ['content'], rows.slice(at, at + 1000));
  return rows.length / ((performance.now() - began) / 1000);
}
