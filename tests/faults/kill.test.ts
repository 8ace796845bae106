import { spawnSync } from 'node:child_process';
import { execPath } from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, test } from 'vitest';
import { openPool, sql } from '#kernel/sql';
import { oruOfTen } from '../../region/load.ts';
import { MllpLine } from '../../region/mllp-line.ts';
import { makePlatform } from '../support/platform.ts';

const KILLS = 20;
const LINES = 6;
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

/**
 * Goal: whatever is killed at whatever instant, every acknowledged message is in the record exactly once, the log of acts
 * verifies, and nobody has to repair anything.
 * Method: senders that behave like real ones (resend until acknowledged) under load; kill -9 of the server or of PostgreSQL at
 * random instants, 20 times; then every message, every observation and the whole ledger are counted.
 */
describe(`kill -9, seed ${SEED}`, () => {
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
          const { code } = await line.send(text, controlId);
          expect(code).toBe('AA');
          acknowledged.add(number);
        } catch {
          // No answer, no connection: a real sender keeps the message and tries again.
          await sleep(50);
        }
      }
    }
    line.close();
  }

  test('twenty times under load, and nothing acknowledged is lost or doubled', async () => {
    const chance = makeChance(SEED);
    await platform.start();
    const senders = Array.from({ length: LINES }, sendUntilEnd);
    const kills = { server: 0, database: 0 };
    for (let kill = 0; kill < KILLS; kill += 1) {
      await sleep(200 + chance() * 1_300);
      if (chance() < 0.5) {
        kills.server += 1;
        await platform.killServer();
        await platform.start();
      } else {
        kills.database += 1;
        await platform.killDatabase();
      }
    }
    await sleep(500);
    sending = false;
    const patience = new AbortController();
    const late = sleep(60_000, undefined, patience).then(() => {
      throw new Error(`senders still wait for an answer: ${platform.said().slice(-4_000)}`);
    });
    await Promise.race([Promise.all(senders), late]).finally(() => patience.abort());
    expect(kills.server + kills.database).toBe(KILLS);
    expect(acknowledged.size).toBe(next);
    expect(next).toBeGreaterThan(KILLS);

    const pool = openPool(platform.databaseUrl);
    const until = Date.now() + 240_000;
    const waiting = async () => (await pool.one<{ n: number }>(sql`select count(*) as n from kernel.delivery`)).n;
    while ((await waiting()) > 0 && Date.now() < until) await sleep(200);
    expect(await waiting()).toBe(0);

    const messages = await pool.rows<{ control: string; n: number }>(
      sql`select control_id as control, count(*) as n from records.message where outcome = 'accepted' group by control_id`,
    );
    const sent = Array.from({ length: next }, (_, number) => oruOfTen(number).controlId);
    expect(new Map(messages.map(({ control, n }) => [control, n]))).toEqual(
      new Map(sent.map((control) => [control, 1])),
    );
    const counts = await pool.one<{ observations: number; readings: number; acts: number; dead: number }>(sql`
      select (select count(*) from fhir.observation where content is not null) as observations, (select count(*) from records.reading) as readings,
        (select count(*) from access.audit where act = 'records.message-applied') as acts, (select count(*) from kernel.dead_letter) as dead
    `);
    expect(counts).toEqual({ observations: next * 10, readings: next, acts: next, dead: 0 });
    await pool.end();

    const { status, stdout } = spawnSync(execPath, ['src/cli.ts', 'verify-ledger'], {
      env: platform.env,
      encoding: 'utf8',
    });
    expect(stdout).toContain('"');
    expect(status).toBe(0);
  }, 900_000);
});
