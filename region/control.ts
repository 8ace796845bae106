import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { FAULT_KINDS, type FaultKind } from './faults.ts';
import type { Region } from './region.ts';

export interface ControlServer {
  port: number;
  close(): Promise<void>;
}

const MOST_BYTES = 10_000;

/**
 * The region's own switchboard, on loopback only:
 * GET /status, POST /faults {"kind": "warm-box", "minutes"?: 60, ...}, DELETE /faults/ID.
 */
export async function startControl(
  region: Pick<Region, 'status' | 'fault' | 'endFault'>,
  port: number,
): Promise<ControlServer> {
  const server = createServer((request, response) => {
    handle(region, request)
      .catch((error: unknown) => ({
        status: 400,
        body: { error: error instanceof Error ? error.message : String(error) },
      }))
      .then(({ status, body }) =>
        response.writeHead(status, { 'content-type': 'application/json' }).end(`${JSON.stringify(body)}\n`),
      );
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

async function handle(
  region: Pick<Region, 'status' | 'fault' | 'endFault'>,
  request: IncomingMessage,
): Promise<{ status: number; body: unknown }> {
  const path = decodeURIComponent(request.url ?? '/');
  if (request.method === 'GET' && path === '/status') return { status: 200, body: region.status() };
  if (request.method === 'POST' && path === '/faults') {
    const { kind, ...wish } = JSON.parse(await read(request)) as { kind?: string };
    if (!isFaultKind(kind)) return { status: 400, body: { error: 'unknown fault', known: FAULT_KINDS } };
    return { status: 201, body: region.fault(kind, wish) };
  }
  const ended =
    request.method === 'DELETE' && path.startsWith('/faults/') && region.endFault(path.slice('/faults/'.length));
  return ended ? { status: 200, body: { ended: true } } : { status: 404, body: { error: 'not found' } };
}

export function isFaultKind(kind: unknown): kind is FaultKind {
  return FAULT_KINDS.includes(kind as FaultKind);
}

async function read(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) {
    text += chunk;
    if (text.length > MOST_BYTES) throw new Error('the request is too long');
  }
  return text;
}
