import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { Aedes, type AuthErrorCode, type AuthenticateError, type Client } from 'aedes';
import type { Actor, Context } from '#kernel/context';
import { tell } from '#kernel/outbox';
import { Problem } from '#kernel/problem';
import type { Pool } from '#kernel/sql';
import { keepReadings } from '../actions/index.ts';
import type { ReadingMessage } from '../model.ts';
import { deviceName, parseReadings } from '../rules/index.ts';
import { setOnline } from '../store/index.ts';
import { makeGroupCommit } from './group-commit.ts';

export interface MqttOptions {
  host: string;
  port: number;
  /** Whose token it is. @throws Problem `unauthenticated` when it is nobody's */
  authenticate(token: string): Promise<Actor>;
  /** Connections at the most. */
  connections?: number;
}

export interface MqttServer {
  port: number;
  stop(): Promise<void>;
}

const TOPIC = /^banyan\/v1\/devices\/([A-Za-z0-9._-]{1,64})\/(readings|status)$/;
const MOST_PAYLOAD = 256 * 1024;
const BAD_LOGIN = 4 as AuthErrorCode;

/**
 * The MQTT broker of devices. A device signs in with its id and an access token that holds `custody.capture`, and publishes to
 * its own topics. QoS 1 is answered (PUBACK) only when the readings are committed: what a device may forget is here for good.
 * Nobody subscribes.
 *
 * @param ctx the program's own context; its `db` is the pool
 */
export async function startMqtt(
  ctx: Context,
  pool: Pool,
  { host, port, authenticate, connections = 20_000 }: MqttOptions,
): Promise<MqttServer> {
  const commits = makeGroupCommit<ReadingMessage>({
    commit: async (batch) => {
      await pool.transaction((tx) => keepReadings(ctx, tx, batch));
    },
    batch: 500,
    waiting: 20_000,
    lingerMs: 4,
  });
  const broker = new Aedes({ concurrency: 1000, maxClientsIdLength: 256, maxTopicLevels: 5 });
  broker.authenticate = (client, username, password, done) => {
    const refuse = (): void =>
      done(Object.assign(new Error('bad username or password'), { returnCode: BAD_LOGIN }) as AuthenticateError, false);
    authenticate(password?.toString() ?? '').then(
      (actor) => {
        if (!(actor.permissions.has('*') || actor.permissions.has('custody.capture')) || !username) return refuse();
        devices.set(client, username);
        done(null, true);
      },
      (error) => {
        if (!(error instanceof Problem && error.kind === 'unauthenticated'))
          ctx.log.warn({ error }, 'a device could not be signed in');
        refuse();
      },
    );
  };
  broker.authorizeSubscribe = (_client, _subscription, done) => done(null, null);
  broker.authorizePublish = (client, packet, done) => {
    const [, device = '', channel] = TOPIC.exec(packet.topic) ?? [];
    const owner = client === null ? device : devices.get(client);
    if (channel === undefined || owner !== device) return done(new Error('a device publishes to its own topics only'));
    // The broker would keep it for subscribers, of whom there are none.
    packet.retain = false;
    receive({ device, channel, payload: toBytes(packet.payload) }).then(
      () => done(null),
      (error) => {
        ctx.log.warn({ error, device }, 'a message was not kept and is not acknowledged');
        done(error instanceof Error ? error : new Error('not kept'));
      },
    );
  };
  broker.on('clientError', (client, error) =>
    ctx.log.debug({ error, device: devices.get(client) }, 'a device was disconnected'),
  );
  broker.on('connectionError', (_, error) => ctx.log.debug({ error }, 'a connection failed before it was one'));
  const devices = new WeakMap<Client, string>();

  const receive = async ({
    device,
    channel,
    payload,
  }: {
    device: string;
    channel: string;
    payload: Uint8Array;
  }): Promise<void> => {
    if (channel === 'status')
      return setOnline(pool, deviceName(device), new TextDecoder().decode(payload) === 'online');
    const receivedAt = ctx.now();
    try {
      if (payload.byteLength > MOST_PAYLOAD)
        throw new Problem('unprocessable', 'the readings cannot be understood', {
          device,
          reason: 'larger than 256 kB',
        });
      await commits.add(parseReadings(payload, device, receivedAt));
    } catch (error) {
      if (!(error instanceof Problem) || error.kind !== 'unprocessable') throw error;
      await keepUnread(pool, { device, payload, receivedAt });
    }
  };

  await broker.listen();
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    broker.handle(socket);
  });
  server.maxConnections = connections;
  server.listen(port, host);
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async stop() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      await commits.stop();
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => broker.close(() => resolve()));
      await closed;
    },
  };
}

/** A message nobody can read is kept as it came, and becomes a dead letter with its reason. */
function keepUnread(
  pool: Pool,
  { device, payload, receivedAt }: { device: string; payload: Uint8Array; receivedAt: Date },
): Promise<void> {
  const data = {
    device,
    receivedAt: receivedAt.toISOString(),
    payload: Buffer.from(payload.subarray(0, MOST_PAYLOAD)).toString('base64'),
    bytes: payload.byteLength,
  };
  return pool.transaction((tx) => tell(tx, { type: 'custody.message-unread', subject: deviceName(device), data }));
}

function toBytes(payload: string | Buffer): Uint8Array {
  return typeof payload === 'string' ? Buffer.from(payload) : payload;
}
