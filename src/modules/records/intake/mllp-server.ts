import { createServer, type Server, type Socket } from 'node:net';
import type { Context } from '#kernel/context';
import { meter } from '#kernel/metrics';
import { Hl7Error } from '#standards/hl7v2';
import { type Arrival, encodeFrame, FrameDecoder } from '#standards/mllp';
import type { Receiver } from './receive.ts';

export interface MllpOptions {
  host: string;
  port: number;
  /** Connections at once; a further one is closed at the door. */
  maxConnections?: number;
  /** A connection on which nothing comes is closed after so long. */
  idleMs?: number;
  /** Longest message in bytes. */
  maxBytes?: number;
  /** Messages of one connection that may wait to be kept before no more is read from it. */
  maxWaiting?: number;
}

export interface MllpServer {
  port: number;
  /** Takes no more, answers what was received, closes. */
  stop(): Promise<void>;
}

const received = meter.createCounter('banyan_messages_received', { description: 'HL7 v2 messages answered over MLLP' });

/** Listens for HL7 v2 messages. Answers go out in the order of their messages, each once its message is on disk. */
export function startMllpServer(ctx: Context, receiver: Receiver, options: MllpOptions): Promise<MllpServer> {
  const { host, port, maxConnections = 1_000 } = options;
  const lines = new Set<Line>();
  const server = createServer({ noDelay: true, keepAlive: true }, (socket) => {
    const line = openLine(ctx, receiver, socket, options);
    lines.add(line);
    socket.once('close', () => lines.delete(line));
  });
  server.maxConnections = maxConnections;

  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port }, () => {
      server.off('error', reject);
      server.on('error', (error) => ctx.log.error({ error }, 'the MLLP server has a failure'));
      resolve({ port: portOf(server), stop: () => stopServer(server, lines, receiver) });
    });
  });
}

interface Line {
  /** Reads no more; resolves when everything received is answered and the connection is closed. */
  close(): Promise<void>;
}

function openLine(ctx: Context, receiver: Receiver, socket: Socket, options: MllpOptions): Line {
  const { idleMs = 10 * 60_000, maxBytes, maxWaiting = 32 } = options;
  const origin = socket.remoteAddress ?? 'unknown';
  const decoder = new FrameDecoder(maxBytes === undefined ? {} : { maxBytes });
  let waiting = 0;
  let answered: Promise<void> = Promise.resolve();

  const take = (arrival: Arrival): void => {
    waiting += 1;
    if (waiting >= maxWaiting) socket.pause();
    const receipt = receiver.receive(arrival.bytes, { channel: 'mllp', origin, ...refusalOf(arrival) });
    answered = answered.then(async () => {
      const { answer, outcome } = await receipt;
      received.add(1, { outcome });
      if (answer !== undefined && (arrival.kind === 'message' || arrival.kind === 'too-long') && socket.writable)
        socket.write(encodeFrame(answer));
      waiting -= 1;
      if (waiting < maxWaiting && socket.isPaused()) socket.resume();
    });
  };

  socket.setTimeout(idleMs, () => socket.destroy());
  socket.on('data', (chunk) => decoder.push(chunk).forEach(take));
  socket.on('end', () => decoder.end().forEach(take));
  // A sender that goes away loses its answer, not its message; it will send again and be told the same.
  socket.on('error', (error) => ctx.log.debug({ error }, 'an MLLP connection broke'));
  return {
    async close() {
      socket.pause();
      await answered;
      await new Promise<void>((closed) => {
        socket.once('close', () => closed());
        if (socket.destroyed) closed();
        socket.end(() => socket.destroy());
      });
    },
  };
}

/** What is too long or no whole frame is kept as far as it was read, and refused for what it is. */
function refusalOf({ kind }: Arrival): { refusal?: Hl7Error } {
  return kind === 'message' ? {} : { refusal: new Hl7Error('207', REFUSALS[kind]) };
}

const REFUSALS = {
  'too-long': 'the message is longer than is taken',
  'broken-off': 'the message broke off',
  garbage: 'bytes outside of any MLLP frame',
} as const;

async function stopServer(server: Server, lines: ReadonlySet<Line>, receiver: Receiver): Promise<void> {
  const closed = new Promise<void>((done) => server.close(() => done()));
  await receiver.idle();
  await Promise.all([...lines].map((line) => line.close()));
  await closed;
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}
