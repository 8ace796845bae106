import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Db } from '#kernel/context';
import { MIGRATIONS, migrate, openPool, sql, startEmbedded } from '#kernel/sql';
import { meet, spread } from '../../src/modules/cluster/rules/index.ts';
import { findEdges } from '../../src/modules/cluster/store/index.ts';
import { type Bench, optionOf } from '../bench.ts';

const RELATIONS_A_THING = 3;
const ASKED = 200;
/** The recursive peer visits every way, not every thing: it is asked less often, and stopped. */
const PEER_ASKED = 20;
const PEER_MS = 3_000;
const MOST_STEPS = 6;

/** Graph questions over generated things: ours step by step, beside one recursive query for the same answer. */
export const bench: Bench = {
  name: 'graph',
  summary: 'neighbours, two steps and shortest ways over 1 M things and 3 M relations',
  options: '[--things N]',
  async run(args, say) {
    const things = Number(optionOf(args, '--things') ?? 1_000_000);
    const folder = await mkdtemp(join(tmpdir(), 'banyan-graph-bench-'));
    const server = await startEmbedded({ folder: join(folder, 'pg'), settings: { shared_buffers: '512MB' } });
    const db = openPool(server.url, { size: 2, statementTimeoutMs: 0 });
    try {
      await migrate(db, MIGRATIONS);
      const from = performance.now();
      await generate(db, things);
      say(
        `${things} things, ${things * RELATIONS_A_THING} relations in ${((performance.now() - from) / 1000).toFixed(0)} s`,
      );
      const rows = [];
      for (const { question, limitMs, own, peer } of QUESTIONS) {
        say(question);
        // Both meet warm pages: what is measured is the question, not the disk.
        await times(ASKED, (at) => own(db, pick(things, at), pick(things, at + ASKED)));
        const ours = await times(ASKED, (at) => own(db, pick(things, at), pick(things, at + ASKED)));
        const theirs = await times(PEER_ASKED, (at) => peer(db, pick(things, at), pick(things, at + ASKED)));
        rows.push({
          question,
          'p50 ms': ours.p50,
          'p99 ms': ours.p99,
          'limit ms (p99)': limitMs,
          'recursive query p50 ms': theirs.p50,
          'recursive query p99 ms': theirs.p99,
          'unanswered, ours and the query’s': `${ours.stopped} of ${ASKED}, ${theirs.stopped} of ${PEER_ASKED}`,
          'ratio p50': Number((theirs.p50 / ours.p50).toFixed(1)),
        });
      }
      return {
        rows,
        notes: [
          `${things} things; each relation joins a thing to one drawn with a preference for few (the square of a uniform number), so that some have very many`,
          `the peer is one recursive query with its steps counted; it is stopped after ${PEER_MS / 1000} s and then counts as so long`,
          'a shortest way is looked for from both ends and gives up with "too-costly" after 200,000 things; ways have at most six steps',
        ],
      };
    } finally {
      await db.end();
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    }
  },
};

async function generate(db: Db, things: number): Promise<void> {
  await db.run(sql`
    insert into cluster.thing (id, kind, name, owner, review_every_days, reviewed_at, due_at, made_by, made_at, changed_at)
    select 't' || n, 'enterprise', 'Thing ' || n, 'role/regulator', 180, now(), now(), 'bench', now(), now() from generate_series(1, ${things}::int) as n
  `);
  // The same pseudo-random pairs at every run.
  await db.run(sql`select setseed(0.4711)`);
  await db.run(sql`
    insert into cluster.relation (subject, id, predicate, object, source, said_by, said_by_name, said_at)
    select 't' || (1 + n % ${things}::int), gen_random_uuid(), 'supplies',
      't' || (1 + floor(power(mod(n::bigint * 2654435761, 4294967296) / 4294967296.0, 2) * ${things}::int))::int, 'bench', 'bench', 'bench', now()
    from generate_series(1, ${things * RELATIONS_A_THING}::int) as n
  `);
  await db.run(sql`analyze cluster.relation`);
  await db.run(sql`analyze cluster.thing`);
}

/** Spread over all, the same at every run. */
function pick(things: number, at: number): string {
  return `t${1 + ((at * 7_919 + 104_729) % things)}`;
}

const look = (db: Db, most: number) => (ids: readonly string[]) => findEdges(db, ids, most);

interface Question {
  question: string;
  limitMs: number;
  own: (db: Db, one: string, two: string) => Promise<unknown>;
  peer: (db: Db, one: string, two: string) => Promise<unknown>;
}

const QUESTIONS: readonly Question[] = [
  {
    question: 'neighbours',
    limitMs: 10,
    own: (db, one) => spread(one, { steps: 1, mostNodes: 250 }, look(db, 2_000)),
    peer: (db, one) => around(db, one, 1),
  },
  {
    question: 'two steps',
    limitMs: 50,
    own: (db, one) => spread(one, { steps: 2, mostNodes: 250 }, look(db, 2_000)),
    peer: (db, one) => around(db, one, 2),
  },
  {
    question: 'shortest way, 6 steps at most',
    limitMs: 1_000,
    own: (db, one, two) => meet(one, two, { steps: MOST_STEPS, mostSeen: 200_000 }, look(db, 200_000)),
    peer: async (db, one, two) => {
      for (let steps = 1; steps <= MOST_STEPS; steps += 1)
        if ((await around(db, one, steps)).some(({ id }) => id === two)) return steps;
      return undefined;
    },
  },
];

function around(db: Db, one: string, steps: number): Promise<{ id: string }[]> {
  return db.transaction(async (tx) => {
    await tx.run(sql`select set_config('statement_timeout', ${String(PEER_MS)}, true)`);
    return tx.rows<{ id: string }>(sql`
      with recursive seen (id, step) as (
        select ${one}::text, 0
        union
        select case when relation.subject = seen.id then relation.object else relation.subject end, seen.step + 1
        from seen join cluster.relation as relation on (relation.subject = seen.id or relation.object = seen.id) and relation.withdrawn_at is null
        where seen.step < ${steps}
      )
      select distinct id from seen limit 200000
    `);
  });
}

async function times(
  count: number,
  ask: (at: number) => Promise<unknown>,
): Promise<{ p50: number; p99: number; stopped: number }> {
  const taken: number[] = [];
  let stopped = 0;
  for (let at = 0; at < count; at += 1) {
    const from = performance.now();
    await ask(at).catch(() => {
      stopped += 1;
    });
    taken.push(performance.now() - from);
  }
  taken.sort((one, two) => one - two);
  const at = (share: number) => Number(taken[Math.min(count - 1, Math.floor(share * count))]!.toFixed(1));
  return { p50: at(0.5), p99: at(0.99), stopped };
}
