import { spawnSync } from 'node:child_process';
import { execPath } from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, test } from 'vitest';
import { openPool, sql } from '#kernel/sql';
import { oruOfTen } from '../../region/load.ts';
import { MllpLine } from '../../region/mllp-line.ts';
import { makePlatform } from '../support/platform.ts';

const KILLS = 12;
const LINES = 4;
const SEED = Number(process.env.BANYAN_SEED ?? Date.now() % 100_000);

const platform = await makePlatform();
afterAll(() => platform.end());

/** Chance with a number that is printed, so that a failing run can be had again. */
function makeChance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** What `banyan lake check` says beside the running platform. */
function check(): { status: number | null; differences: unknown[]; rows: number } {
  const { status, stdout, stderr } = spawnSync(execPath, ['src/cli.ts', 'lake', 'check'], {
    env: platform.env,
    encoding: 'utf8',
  });
  const lines = stdout
    .trim()
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
  const last = lines.pop();
  expect(last, stderr).toBeDefined();
  return { status, differences: lines, rows: last.rows };
}

/** A specimen changes hands: the same event again is no other one. @throws while it is not acknowledged */
async function handOver(number: number): Promise<void> {
  const digits = String(number).padStart(12, '0');
  const party = (code: string) => `https://id.gs1.org/414/${code}`;
  const answer = await fetch(`${platform.url}/epcis/capture`, {
    method: 'POST',
    headers: { authorization: `Bearer ${platform.adminToken}`, 'content-type': 'application/ld+json' },
    body: JSON.stringify({
      '@context': ['https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld'],
      type: 'EPCISDocument',
      schemaVersion: '2.0',
      creationDate: '2026-05-01T11:00:00Z',
      epcisBody: {
        eventList: [
          {
            type: 'ObjectEvent',
            eventID: `urn:uuid:5b5bbd9e-3a3c-4b71-9d9a-${digits}`,
            action: 'OBSERVE',
            bizStep: 'receiving',
            eventTime: '2026-05-01T10:00:00.000Z',
            eventTimeZoneOffset: '+08:00',
            epcList: [1, 2].map((nth) => `https://id.gs1.org/8004/6900001L${number}${nth}`),
            bizLocation: { id: party('6900001000025') },
            sourceList: [{ type: 'possessing_party', source: party('6900001000018') }],
            destinationList: [{ type: 'possessing_party', destination: party('6900001000025') }],
          },
        ],
      },
    }),
    signal: AbortSignal.timeout(15_000),
  });
  if (!answer.ok) throw new Error(`the event was not captured: ${answer.status} ${await answer.text()}`);
}

/**
 * Goal: whatever is killed at whatever instant, the lake ends equal to PostgreSQL, row for row, and nobody has to repair anything.
 * Method: senders that resend until acknowledged; kill -9 of the server, of the lake's engine or of PostgreSQL at random
 * instants; then every view is worked out anew in PostgreSQL and compared.
 */
describe(`the lake under kill -9, seed ${SEED}`, () => {
  const acknowledged = new Set<number>();
  let sending = true;
  let next = 0;

  async function sendUntilEnd(): Promise<void> {
    const line = new MllpLine({ host: '127.0.0.1', port: platform.mllpPort, timeoutMs: 15_000 });
    while (sending) {
      const number = next;
      next += 1;
      const { controlId, text } = oruOfTen(number);
      while (!acknowledged.has(number)) {
        try {
          await line.send(text, controlId);
          if (number % 4 === 0) await handOver(number);
          acknowledged.add(number);
        } catch {
          // No answer, no connection: a real sender keeps the message and tries again.
          await sleep(50);
        }
      }
      await sleep(20);
    }
    line.close();
  }

  test('is equal to PostgreSQL afterwards', async () => {
    const chance = makeChance(SEED);
    await platform.start();
    const senders = Array.from({ length: LINES }, sendUntilEnd);
    const kills = { server: 0, database: 0, engine: 0 };
    for (let kill = 0; kill < KILLS; kill += 1) {
      await sleep(500 + chance() * 2_500);
      const which = (['server', 'database', 'engine'] as const)[Math.floor(chance() * 3)]!;
      kills[which] += 1;
      if (which === 'server') {
        await platform.killServer();
        await platform.start();
      } else if (which === 'database') await platform.killDatabase();
      else await platform.killLake();
    }
    await sleep(500);
    sending = false;
    await Promise.all(senders);
    expect(kills.engine).toBeGreaterThan(0);

    const pool = openPool(platform.databaseUrl);
    const until = Date.now() + 240_000;
    const waiting = async () => (await pool.one<{ n: number }>(sql`select count(*) as n from kernel.delivery`)).n;
    while ((await waiting()) > 0 && Date.now() < until) await sleep(200);
    expect(await waiting()).toBe(0);
    const dead = await pool.rows(sql`select hearer, reason, facts from kernel.dead_letter limit 5`);
    expect(dead).toEqual([]);
    const moves = await pool.one<{ n: number }>(sql`select count(*) as n from custody.trace`);
    expect(moves.n).toBe(2 * [...acknowledged].filter((number) => number % 4 === 0).length);
    await pool.end();

    const { status, differences, rows } = check();
    expect(differences).toEqual([]);
    expect(status).toBe(0);
    // Ten results and the person, the report, the order and the specimen at least, raw and as rows of views.
    expect(rows).toBeGreaterThan(next * 20);
  });
});
