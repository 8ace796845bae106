import { setTimeout as sleep } from 'node:timers/promises';
import mqtt, { type MqttClient } from 'mqtt';
import { afterAll, describe, expect, test } from 'vitest';
import { systemContext } from '#kernel/context';
import { silentLog } from '#kernel/log';
import { listensTo, startDeliveries } from '#kernel/outbox';
import { Problem } from '#kernel/problem';
import { sql } from '#kernel/sql';
import { testActor } from '../../../../tests/support/context.ts';
import { testDatabase } from '../../../../tests/support/postgres.ts';
import { unreadMessages } from '../hears.ts';
import { deviceName } from '../rules/index.ts';
import { makeGroupCommit, startMqtt } from './index.ts';

const db = await testDatabase();
const ctx = systemContext({ db, log: silentLog }, 'mqtt');
const courier = testActor('courier', { permissions: new Set(['custody.capture']) });
const server = await startMqtt(ctx, db, {
  host: '127.0.0.1',
  port: 0,
  authenticate: async (token) => {
    if (token === 'good') return courier;
    if (token === 'weak') return testActor('patient');
    throw new Problem('unauthenticated', 'the token is unknown, expired or revoked');
  },
});
const clients: MqttClient[] = [];
afterAll(async () => {
  for (const client of clients) client.end(true);
  await server.stop();
});

async function connect(device: string, password = 'good', more: object = {}): Promise<MqttClient> {
  const client = mqtt.connect({
    host: '127.0.0.1',
    port: server.port,
    username: device,
    password,
    reconnectPeriod: 0,
    connectTimeout: 5000,
    ...more,
  });
  clients.push(client);
  await new Promise<void>((resolve, reject) =>
    client
      .once('connect', () => resolve())
      .once('error', reject)
      .once('close', () => reject(new Error('closed'))),
  );
  client.on('error', () => {});
  return client;
}
const topic = (device: string) => `banyan/v1/devices/${device}/readings`;
const message = (seq: number, temperatureC = 4) =>
  JSON.stringify({
    seq,
    readings: [{ at: new Date(Date.UTC(2026, 0, 1) + seq * 30_000).toISOString(), temperatureC }],
  });
const countOf = async (device: string) =>
  (
    await db.one<{ kept: number }>(
      sql`select count(*) as kept from custody.reading where device = ${deviceName(device)}`,
    )
  ).kept;

/** Goal: what was acknowledged is durable, once. Method: real broker, real client, real PostgreSQL. */
describe('readings over MQTT', () => {
  test('when the acknowledgement comes, the reading is committed', async () => {
    const client = await connect('00001');
    for (let seq = 1; seq <= 20; seq += 1) {
      await client.publishAsync(topic('00001'), message(seq), { qos: 1 });
      expect(await countOf('00001')).toBe(seq);
    }
    expect(
      await db.one(sql`select seq, temperature, online from custody.device where part = ${deviceName('00001')}`),
    ).toEqual({ seq: 20, temperature: 4, online: true });
  });

  test('there is no acknowledgement while the transaction is open', async () => {
    const client = await connect('00002');
    let acknowledged = false;
    let publishing: Promise<unknown> = Promise.resolve();
    await db.transaction(async (tx) => {
      await tx.run(sql`lock table custody.reading in exclusive mode`);
      publishing = client.publishAsync(topic('00002'), message(1), { qos: 1 }).then(() => {
        acknowledged = true;
      });
      await sleep(300);
      expect(acknowledged).toBe(false);
    });
    await publishing;
    expect(await countOf('00002')).toBe(1);
  });

  test('when it cannot be kept it is not acknowledged: the connection ends and the device sends again', async () => {
    const client = await connect('00003');
    await db.run(sql`alter table custody.reading rename to gone`);
    const closed = new Promise<void>((resolve) => client.once('close', () => resolve()));
    let acknowledged = false;
    client.publish(topic('00003'), message(1), { qos: 1 }, (error) => {
      acknowledged = error === undefined || error === null;
    });
    await closed;
    expect(acknowledged).toBe(false);
    await db.run(sql`alter table custody.gone rename to reading`);
    const again = await connect('00003');
    await again.publishAsync(topic('00003'), message(1), { qos: 1 });
    await again.publishAsync(topic('00003'), message(1), { qos: 1 });
    expect(await countOf('00003')).toBe(1);
  });

  test('a message that cannot be read is acknowledged, kept as it came, and a dead letter with its reason', async () => {
    listensTo([unreadMessages]);
    const deliveries = await startDeliveries(ctx, db, [unreadMessages]);
    const client = await connect('00004');
    await client.publishAsync(topic('00004'), '{"seq":', { qos: 1 });
    await deliveries.idle();
    await deliveries.stop();
    const letter = await db.one<{ reason: string; facts: object; data: { payload: string } }>(
      sql`select reason, facts, data from kernel.dead_letter`,
    );
    expect(letter.reason).toBe('the readings cannot be understood');
    expect(letter.facts).toMatchObject({ device: '00004', reason: 'no JSON in UTF-8' });
    expect(Buffer.from(letter.data.payload, 'base64').toString()).toBe('{"seq":');
  });

  test.each([
    ['a wrong token', 'bad'],
    ['a token that may not capture', 'weak'],
  ])('%s does not sign in', async (_, password) => {
    await expect(connect('00005', password)).rejects.toThrow();
  });

  test("another device's topic is refused", async () => {
    const client = await connect('00006');
    const closed = new Promise<void>((resolve) => client.once('close', () => resolve()));
    client.publish(topic('00001'), message(999), { qos: 1 }, () => {});
    await closed;
    expect(await countOf('00001')).toBe(20);
  });

  test('nobody listens in', async () => {
    const client = await connect('00007');
    const [grant] = await client.subscribeAsync('banyan/#', { qos: 1 }).catch(() => [{ qos: 128 }]);
    expect(grant?.qos).toBe(128);
  });

  test('the last will says that a device is gone', async () => {
    const client = await connect('00008', 'good', {
      will: { topic: 'banyan/v1/devices/00008/status', payload: Buffer.from('offline'), qos: 1, retain: false },
    });
    await client.publishAsync(topic('00008'), message(1), { qos: 1 });
    client.stream.destroy();
    await expect
      .poll(async () => db.one(sql`select online from custody.device where part = ${deviceName('00008')}`))
      .toEqual({ online: false });
  });

  test('a thousand messages from fifty devices in a burst are all there once', async () => {
    await Promise.all(
      Array.from({ length: 50 }, async (_, index) => {
        const device = `1${String(index).padStart(4, '0')}`;
        const client = await connect(device);
        await Promise.all(
          Array.from({ length: 20 }, (_, seq) => client.publishAsync(topic(device), message(seq), { qos: 1 })),
        );
      }),
    );
    const { kept } = await db.one<{ kept: number }>(
      sql`select count(*) as kept from custody.reading where device like ${`${deviceName('1')}%`}`,
    );
    expect(kept).toBe(1000);
  });
});

describe('group commit', () => {
  test('a bad item fails alone', async () => {
    const commits = makeGroupCommit<number>({
      commit: async (batch) => {
        if (batch.includes(3)) throw new Error('three');
      },
      batch: 10,
      waiting: 100,
      lingerMs: 1,
    });
    const settled = await Promise.allSettled([1, 2, 3, 4].map((item) => commits.add(item)));
    expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
    await commits.stop();
    await expect(commits.add(5)).rejects.toMatchObject({ kind: 'unavailable' });
  });

  test('what waits is bounded', async () => {
    let release = (): void => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const commits = makeGroupCommit<number>({ commit: () => held, batch: 1, waiting: 2, lingerMs: 0 });
    const taken = commits.add(0);
    await sleep(20);
    const waiting = [commits.add(1), commits.add(2)];
    await expect(commits.add(3)).rejects.toMatchObject({ kind: 'unavailable' });
    release();
    await Promise.all([taken, ...waiting]);
  });
});
