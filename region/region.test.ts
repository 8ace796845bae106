import { mkdtempSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Socket, type Server as TcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Aedes } from 'aedes';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { acknowledge, parseBatch, writeAcknowledgement } from '#standards/e2b';
import { parseMessage } from '#standards/hl7v2';
import { encodeFrame, FrameDecoder } from '#standards/mllp';
import { oruOfTen, runLoad } from './load.ts';
import { type Region, type RegionOptions, startRegion } from './region.ts';
import { DAY, HOUR, startOfDay, utcTime } from './time.ts';

/** The other end: takes what it is sent by MLLP, HTTP and MQTT, and can be out of order. */
class Listener {
  readonly messages: { sender: string; controlId: string }[] = [];
  readonly transactions: { url: string; ifNoneExist: string }[] = [];
  readonly events: string[] = [];
  /** Numbers of the case reports of each batch. */
  readonly batches: string[][] = [];
  /** Products whose listed reactions were told. */
  readonly listed: string[] = [];
  /** Sites whose stocks were counted, and notes of movements. */
  readonly counted: string[] = [];
  readonly moved: string[] = [];
  /** Knows no case reports, as a server of before. */
  oldServer = false;
  readonly readings: { device: string; seq: number; count: number; first: string; last: string }[] = [];
  /** Highest temperature told by each device. */
  readonly warmest = new Map<string, number>();
  readonly sockets = new Set<Socket>();
  down = false;
  #jobs = 0;
  readonly #asked = new Set<string>();
  readonly #http: Server;
  readonly #mllp: TcpServer;
  readonly #mqtt: TcpServer;
  readonly #broker: Aedes;

  private constructor(broker: Aedes) {
    this.#broker = broker;
    broker.on('publish', (packet, client) => {
      if (!client || !packet.topic.endsWith('/readings')) return;
      const { seq, readings } = JSON.parse(packet.payload.toString()) as {
        seq: number;
        readings: { at: string; temperatureC: number }[];
      };
      const device = packet.topic.split('/')[3]!;
      this.warmest.set(device, Math.max(this.warmest.get(device) ?? -99, ...readings.map((each) => each.temperatureC)));
      this.readings.push({
        device: packet.topic.split('/')[3]!,
        seq,
        count: readings.length,
        first: readings[0]!.at,
        last: readings.at(-1)!.at,
      });
    });
    this.#mqtt = createTcpServer((socket) => broker.handle(socket));
    this.#mllp = createTcpServer((socket) => this.#serveMllp(socket));
    this.#http = createServer((request, response) => {
      let text = '';
      request.on('data', (chunk) => (text += chunk));
      request.on('end', () => {
        if (this.down) response.writeHead(503).end();
        else if (request.url === '/api/signals/stocks/counts') {
          this.counted.push(...(JSON.parse(text) as { counts: { site: string }[] }).counts.map(({ site }) => site));
          response.writeHead(200).end('{}');
        } else if (request.url!.startsWith('/api/signals/stocks/movements')) {
          if (request.method === 'POST') this.moved.push((JSON.parse(text) as { note: string }).note);
          const movements = this.moved.map((note) => ({ note }));
          response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ movements }));
        } else if (request.method === 'GET') {
          // A job is running when first asked for, then done, with a complaint about an event that it had before.
          const asked = this.#asked.has(request.url!);
          this.#asked.add(request.url!);
          const errors = [{ type: 'epcisException:DuplicateEvent', title: 'duplicate', status: 409 }];
          response
            .writeHead(200, { 'content-type': 'application/json' })
            .end(JSON.stringify({ running: !asked, success: asked, errors }));
        } else if (request.url === '/fhir') {
          const bundle = JSON.parse(text) as { entry: { request: { url: string; ifNoneExist: string } }[] };
          this.transactions.push(...bundle.entry.map((entry) => entry.request));
          response.writeHead(200, { 'content-type': 'application/fhir+json' }).end('{"resourceType":"Bundle"}');
        } else if (request.url === '/api/signals/safety/listed') {
          if (this.oldServer) return void response.writeHead(404).end();
          this.listed.push((JSON.parse(text) as { product: string }).product);
          response.writeHead(200).end('{}');
        } else if (request.url === '/api/signals/reports/e2b') {
          if (this.oldServer) return void response.writeHead(404).end();
          const { batch, reports } = parseBatch(text);
          this.batches.push(reports.map(({ identification }) => identification.safetyReportId ?? ''));
          const results = reports.map((report) => ({ report, issues: [], localNumber: 'known' }));
          const answer = acknowledge(batch, results, {
            number: 'A1',
            at: '20261118120000+0800',
            batchIssues: [],
            language: 'en',
          });
          response.writeHead(200, { 'content-type': 'application/xml' }).end(writeAcknowledgement(answer));
        } else {
          const document = JSON.parse(text) as { epcisBody: { eventList: { eventID: string }[] } };
          this.events.push(...document.epcisBody.eventList.map((event) => event.eventID));
          this.#jobs += 1;
          response.writeHead(202, { location: `/epcis/capture/${this.#jobs}` }).end('{}');
        }
      });
    });
  }

  static async start(): Promise<Listener> {
    const listener = new Listener(await Aedes.createBroker());
    for (const server of [listener.#http, listener.#mllp, listener.#mqtt])
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return listener;
  }

  get address(): Pick<RegionOptions, 'url' | 'mllpPort' | 'mqttPort' | 'token'> {
    const port = (server: Server | TcpServer): number => (server.address() as AddressInfo).port;
    return {
      url: `http://127.0.0.1:${port(this.#http)}`,
      mllpPort: port(this.#mllp),
      mqttPort: port(this.#mqtt),
      token: 'secret',
    };
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    this.#http.closeAllConnections();
    await new Promise<void>((resolve) => this.#broker.close(() => resolve()));
    for (const server of [this.#http, this.#mllp, this.#mqtt]) server.close();
  }

  #serveMllp(socket: Socket): void {
    this.sockets.add(socket);
    const decoder = new FrameDecoder();
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk) => {
      for (const arrival of decoder.push(chunk)) {
        if (arrival.kind !== 'message') continue;
        if (this.down) {
          socket.destroy();
          return;
        }
        const { header, controlId } = parseMessage(arrival.bytes);
        this.messages.push({ sender: `${header.text(3)}|${header.text(4)}`, controlId });
        socket.write(encodeFrame(`MSH|^~\\&|BANYAN|REGION|||20260101||ACK|1|P|2.5.1\rMSA|AA|${controlId}\r`));
      }
    });
  }
}

let listener: Listener;
let region: Region | undefined;
let stateFile: string;
const noon = startOfDay('2026-11-18') + 10 * HOUR;

beforeEach(async () => {
  listener = await Listener.start();
  stateFile = join(mkdtempSync(join(tmpdir(), 'banyan-region-')), 'region.json');
});

afterEach(async () => {
  await region?.stop();
  region = undefined;
  await listener.close();
});

async function start(more: Partial<RegionOptions> = {}): Promise<Region> {
  const begun = Date.now();
  region = await startRegion({
    ...listener.address,
    stateFile,
    scale: 0.05,
    historyDays: 1,
    now: () => noon + Date.now() - begun,
    ...more,
  });
  return region;
}

async function until(condition: () => boolean, seconds = 50): Promise<void> {
  const end = Date.now() + seconds * 1000;
  while (!condition()) {
    if (Date.now() > end) throw new Error('it did not happen in time');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const names = (messages: readonly { sender: string; controlId: string }[]): string[] =>
  messages.map((each) => `${each.sender} ${each.controlId}`);

/**
 * Goal: clients as they should be: nothing lost, nothing made up twice, whatever happens to either side.
 * Method: the real clients against a listener that speaks the same protocols and can fail.
 */
describe('the region', () => {
  test('registers, tells the day so far, and its sensors report with growing sequences', async () => {
    const running = await start();
    expect(listener.transactions.some((each) => each.url === 'Organization')).toBe(true);
    expect(listener.transactions.every((each) => each.ifNoneExist.startsWith('identifier='))).toBe(true);
    await running.caughtUp;
    await until(
      () =>
        (running.status().post as { pending: number }).pending === 0 &&
        listener.readings.length >= running.world.vehicles.length,
    );
    expect(new Set(names(listener.messages)).size).toBe(listener.messages.length);
    expect(listener.messages.some((each) => each.controlId.startsWith('OML'))).toBe(true);
    expect(listener.messages.some((each) => each.controlId.startsWith('ORU'))).toBe(true);
    expect(listener.events.length).toBeGreaterThan(20);
    expect(new Set(listener.events).size).toBe(listener.events.length);
    expect(running.status().post).toMatchObject({ refused: 0, retries: 0 });
    await until(() => listener.moved.length > 20);
    expect(new Set(listener.counted).size).toBe(4);
    for (const of of Map.groupBy(listener.readings, (each) => each.device).values()) {
      expect(of.map((each) => each.seq)).toEqual([...new Set(of.map((each) => each.seq))].sort((a, b) => a - b));
      expect(of.every((each) => each.count <= 60)).toBe(true);
    }
  });

  test('stopped and started again, it goes on and tells nothing anew', async () => {
    const first = await start();
    await first.caughtUp;
    await until(
      () => (first.status().post as { pending: number }).pending === 0 && first.status().pastUntil === null,
      60,
    );
    await first.stop();
    const told = names(listener.messages);
    const reported = listener.batches.flat();
    expect(reported.length).toBeGreaterThan(5);
    expect(new Set(reported).size).toBe(reported.length);
    const sequences = listener.readings.map((each) => `${each.device} ${each.seq}`);
    const second = await start({ now: () => noon + 5 * 60_000 });
    await second.caughtUp;
    await until(() => (second.status().post as { pending: number }).pending === 0);
    const anew = names(listener.messages).slice(told.length);
    expect(anew.filter((name) => told.includes(name))).toEqual([]);
    expect(
      listener.batches
        .flat()
        .slice(reported.length)
        .filter((id) => reported.includes(id)),
    ).toEqual([]);
    await until(() => listener.readings.length > sequences.length);
    expect(new Set(listener.moved).size).toBe(listener.moved.length);
    expect(
      listener.readings.slice(sequences.length).filter((each) => sequences.includes(`${each.device} ${each.seq}`)),
    ).toEqual([]);
  });

  test('waits while the server is away, then tells everything', async () => {
    const running = await start();
    await running.caughtUp;
    await running.stop();
    const complete = new Set(names(listener.messages.filter((each) => !each.controlId.includes('P0'))));
    await listener.close();
    listener = await Listener.start();
    stateFile = join(mkdtempSync(join(tmpdir(), 'banyan-region-')), 'region.json');
    const again = start();
    await until(() => listener.messages.length > 20);
    listener.down = true;
    for (const socket of listener.sockets) socket.destroy();
    await new Promise((resolve) => setTimeout(resolve, 1200));
    listener.down = false;
    await (await again).caughtUp;
    await until(() => [...complete].every((name) => names(listener.messages).includes(name)), 40);
  });

  test('loses answers and repeats messages when told to, and owns up to it in the truth log', async () => {
    const running = await start({ speed: 1200 });
    running.fault('lost-message', { share: 0.5, minutes: 600 });
    running.fault('duplicate', { share: 0.5, minutes: 600 });
    await until(() => {
      const counted = Map.groupBy(names(listener.messages), (name) => name);
      return [...counted.values()].filter((each) => each.length > 1).length >= 2;
    }, 40);
    await running.stop();
    const truths = readFileSync(`${stateFile}.truth.ndjson`, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { id: string; controlId?: string });
    const owned = new Set(truths.flatMap((truth) => truth.controlId ?? []));
    const repeated = [...Map.groupBy(listener.messages, (each) => each.controlId)]
      .filter(([, each]) => each.length > 1)
      .map(([id]) => id);
    expect(repeated.filter((id) => !owned.has(id))).toEqual([]);
  });

  test('a box that is warm from the start is warm on the first screen, by its own sensor', async () => {
    const running = await start({ faults: ['warm-box'] });
    const [fault] = running.status().faults as { vehicle: number }[];
    const device = running.world.vehicles.find((vehicle) => vehicle.number === fault?.vehicle)?.device;
    await until(() => (listener.warmest.get(device ?? '') ?? 0) > 10);
    for (const [other, celsius] of listener.warmest) if (other !== device) expect(celsius).toBeLessThan(8);
  });

  test('what a cluster brought about before is told before the ordinary past, and a bad lot in batches', async () => {
    const running = await start({ faults: ['bad-lot', 'measles'], scale: 0.15 });
    const truths = (): string => readFileSync(`${stateFile}.truth.ndjson`, 'utf8');
    await until(() => truths().includes('"case-') && truths().includes('"lot-'));
    expect(running.status().pastUntil).toBe(utcTime(startOfDay('2026-11-18') - DAY));
    await until(() => listener.batches.flat().length > 10);
    // Before the first report each product's listed reactions are told.
    expect(listener.listed).toHaveLength(11);
    expect(running.status().post).toMatchObject({ refused: 0 });
  });

  test('says once that a server takes no case reports, and tells all else', async () => {
    listener.oldServer = true;
    const lines: Record<string, unknown>[] = [];
    const running = await start({ faults: ['bad-lot'], log: (line) => lines.push(line) });
    await until(() => (running.status().post as { refused: number }).refused > 1);
    await running.caughtUp;
    await until(() => listener.messages.length > 0 && (running.status().post as { pending: number }).pending === 0);
    expect(lines.filter(({ event }) => event === 'refused')).toHaveLength(1);
  });

  test('takes and ends faults over its control', async () => {
    const running = await start({ controlPort: 0 });
    const url = `http://127.0.0.1:${running.controlPort}`;
    const made = await fetch(`${url}/faults`, {
      method: 'POST',
      body: JSON.stringify({ kind: 'warm-box', minutes: 30 }),
    });
    expect(made.status).toBe(201);
    const { id } = (await made.json()) as { id: string };
    expect(JSON.stringify(await (await fetch(`${url}/status`)).json())).toContain(id);
    expect((await fetch(`${url}/faults/${encodeURIComponent(id)}`, { method: 'DELETE' })).status).toBe(200);
    expect((await fetch(`${url}/faults/${encodeURIComponent(id)}`, { method: 'DELETE' })).status).toBe(404);
    const begin = (wish: object): Promise<Response> =>
      fetch(`${url}/faults`, { method: 'POST', body: JSON.stringify(wish) });
    const statuses = [
      { kind: 'flood' },
      { kind: 'measles' },
      { kind: 'measles' },
      { kind: 'measles', place: 'tianhe' },
    ];
    const answers: number[] = [];
    for (const wish of statuses) answers.push((await begin(wish)).status);
    expect(answers).toEqual([400, 201, 400, 201]);
    expect(readFileSync(`${stateFile}.truth.ndjson`, 'utf8')).toContain(id);
  });
});

describe('the load generator', () => {
  test('its messages hold ten observations, each its own, about a bounded number of people', () => {
    const messages = [0, 1, 2000, 4001].map(oruOfTen);
    for (const { text, controlId } of messages) {
      const message = parseMessage(text);
      expect(message.all('OBX')).toHaveLength(10);
      expect(message.controlId).toBe(controlId);
    }
    const card = (index: number): string | undefined => parseMessage(messages[index]!.text).segment('PID')?.text(3);
    expect(card(0)).toBe(card(2));
    expect(new Set(messages.map((each) => each.controlId)).size).toBe(4);
  });

  test('counts what was acknowledged and keeps to its rate', async () => {
    const { mllpPort: port } = listener.address;
    const paced = await runLoad({ host: '127.0.0.1', port, connections: 3, ratePerSecond: 50, seconds: 1 });
    expect(paced).toMatchObject({ acked: listener.messages.length, failed: 0, refused: 0 });
    expect(paced.acked).toBeGreaterThan(35);
    expect(paced.acked).toBeLessThanOrEqual(51);
    expect(paced.p99).toBeGreaterThanOrEqual(paced.p50);
    listener.down = true;
    const broken = await runLoad({
      host: '127.0.0.1',
      port,
      connections: 1,
      ratePerSecond: 20,
      seconds: 0.3,
      first: 1000,
    });
    expect(broken.acked).toBe(0);
    expect(broken.failed).toBeGreaterThan(0);
  });
});
