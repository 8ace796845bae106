import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

type Body = Record<string, unknown>;

/** Another connector in a few lines: it says what a test wants, and keeps what it is told. */
export interface Peer {
  url: string;
  /** The next message to a process of the peer's; it waits for one. */
  next(pid: string): Promise<Body>;
  /** Everything that came, in the order in which it came. */
  heard: { path: string; authorization: string | undefined; body: Body }[];
  /** How the next messages are answered; 200 unless set. */
  answerWith(status: number, times: number): void;
  stop(): Promise<void>;
}

const PATIENCE_MS = 20_000;

/** @param nameOf the peer's id for a process that the other side begins, by its first message */
export async function startPeer(nameOf: (first: Body) => string = () => 'peer'): Promise<Peer> {
  const inboxes = new Map<string, Body[]>();
  const waiting = new Map<string, (body: Body) => void>();
  const heard: Peer['heard'] = [];
  let refusing = { status: 200, times: 0 };

  const server = createServer(async (request, response) => {
    const body = JSON.parse((await textOf(request)) || '{}') as Body;
    const [, kind = '', pid = ''] = (request.url ?? '').split('/');
    heard.push({ path: request.url ?? '', authorization: request.headers.authorization, body });
    if (refusing.times > 0) {
      refusing.times -= 1;
      return response.writeHead(refusing.status, { 'content-type': 'application/json' }).end('{}');
    }
    const isFirst = pid === 'request' || pid === 'offers';
    const name = isFirst ? nameOf(body) : decodeURIComponent(pid);
    const told = { providerPid: name, consumerPid: body['consumerPid'], state: 'REQUESTED' };
    const type = kind === 'transfers' ? 'TransferProcess' : 'ContractNegotiation';
    response.writeHead(isFirst ? 201 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ '@context': [CONTEXT], '@type': type, ...told }));
    const wakes = waiting.get(name);
    if (wakes === undefined) inboxes.set(name, [...(inboxes.get(name) ?? []), body]);
    else {
      waiting.delete(name);
      wakes(body);
    }
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    heard,
    answerWith: (status, times) => {
      refusing = { status, times };
    },
    next(pid) {
      const [first, ...rest] = inboxes.get(pid) ?? [];
      if (first !== undefined) {
        inboxes.set(pid, rest);
        return Promise.resolve(first);
      }
      return new Promise((done, fail) => {
        const timer = setTimeout(() => fail(new Error(`no message came for ${pid}`)), PATIENCE_MS);
        waiting.set(pid, (body) => {
          clearTimeout(timer);
          done(body);
        });
      });
    },
    stop: () =>
      new Promise((done) => {
        server.closeAllConnections();
        server.close(() => done());
      }),
  };
}

const CONTEXT = 'https://w3id.org/dspace/2025/1/context.jsonld';

async function textOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString('utf8');
}
