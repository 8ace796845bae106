import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';

/**
 * The true server with a stream of operations that the test directs: it stands before the platform, hands everything on, and answers for the live
 * screen's two addresses itself.
 */
export interface StandIn {
  url: string;
  /** How often the snapshot was asked for. */
  asked(): number;
  listening(): number;
  say(event: 'snapshot' | 'vehicles' | 'today' | 'alarm', data: unknown): void;
  /** Cuts every stream, as a lost line does, and refuses new ones until `mend`. */
  cut(): void;
  mend(): void;
  close(): Promise<void>;
}

const PLACE = '/api/laboratory/operations';

export async function standBefore(platformUrl: string, snapshot: () => object): Promise<StandIn> {
  const streams = new Set<ServerResponse>();
  let asked = 0;
  let down = false;

  const server = createServer((asking, answer) => {
    if (asking.url === PLACE && down)
      return void answer.writeHead(503).end('{"error":{"kind":"unavailable","message":"down"}}');
    if (asking.url === PLACE) {
      asked += 1;
      return void answer.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(snapshot()));
    }
    if (asking.url === `${PLACE}/stream`) {
      answer.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
      answer.write(`event: snapshot\ndata: ${JSON.stringify(snapshot())}\n\n`);
      streams.add(answer);
      return void answer.on('close', () => streams.delete(answer));
    }
    handOn(platformUrl, asking, answer);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as { port: number };

  return {
    url: `http://127.0.0.1:${port}`,
    asked: () => asked,
    listening: () => streams.size,
    say(event, data) {
      for (const stream of streams) stream.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
    },
    cut() {
      down = true;
      for (const stream of streams) stream.destroy();
    },
    mend() {
      down = false;
    },
    async close() {
      for (const stream of streams) stream.destroy();
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

function handOn(platformUrl: string, asking: IncomingMessage, answer: ServerResponse): void {
  const further = request(platformUrl + asking.url, { method: asking.method, headers: asking.headers }, (answered) => {
    answer.writeHead(answered.statusCode ?? 502, answered.headers);
    answered.pipe(answer);
  });
  further.on('error', () => answer.destroy());
  asking.pipe(further);
}
