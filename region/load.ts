import { panelByKey } from './catalogue.ts';
import { reportMessage } from './hl7.ts';
import type { Report } from './journey.ts';
import { MllpLine } from './mllp-line.ts';
import type { Order, Request } from './orders.ts';
import { measure } from './physiology.ts';
import { MINUTE } from './time.ts';
import { makeWorld, type World } from './world.ts';

/** Nine observations and one: what is asked for a fever. */
const PANELS = ['cbc', 'crp'] as const;
const PEOPLE = 2000;
const EPOCH = Date.UTC(2026, 0, 5);

let world: World | undefined;

/** The i-th of a row of ORU^R01 messages with ten observations each, about a bounded number of people; always the same for the same i. */
export function oruOfTen(i: number): { controlId: string; text: string } {
  world ??= makeWorld({ seed: 42, scale: 0.5 });
  const person = world.people[i % PEOPLE]!;
  // A person goes to one site, as most do: the messages about them say nothing new of them.
  const site = world.sites[(i % PEOPLE) % world.sites.length]!;
  const number = `L${String(i).padStart(9, '0')}`;
  const collectedAt = EPOCH + i * 2000;
  const requests = PANELS.map((key, index): Request => {
    const panel = panelByKey(key);
    return { number: `${number}-${index + 1}`, panel, accession: `${number}S` };
  });
  const order: Order = {
    number,
    site,
    person,
    stat: false,
    orderedAt: collectedAt - 20 * MINUTE,
    collectedAt,
    physician: i % 4,
    requests,
    findings: {},
  };
  const report: Report = {
    id: number,
    order,
    accession: `${number}S`,
    section: requests[0]!.panel.section,
    requests,
    receivedAt: collectedAt + 60 * MINUTE,
    measuredAt: collectedAt + 90 * MINUTE,
    reportedAt: collectedAt + 100 * MINUTE,
  };
  const readings = measure(
    { seed: world.seed, person, at: collectedAt, tube: number },
    requests.flatMap((request) => request.panel.analytes),
  );
  const { text, controlId } = reportMessage({
    report,
    laboratory: site.laboratory,
    readings: new Map(readings.map((each) => [each.analyte.key, each])),
  });
  return { controlId, text };
}

export interface LoadOptions {
  host: string;
  port: number;
  connections: number;
  /** Messages a second over all connections, or as many as are acknowledged. */
  ratePerSecond: number | 'max';
  seconds: number;
  /** Number of the first message, so that a second run sends new ones. */
  first?: number;
}

export interface LoadResult {
  sent: number;
  acked: number;
  refused: number;
  failed: number;
  seconds: number;
  ackedPerSecond: number;
  /** Milliseconds from writing a message to its acknowledgement. */
  p50: number;
  p90: number;
  p99: number;
  max: number;
}

/** Sends for a time on several connections, one message under way on each, and counts what was acknowledged. */
export async function runLoad(options: LoadOptions): Promise<LoadResult> {
  const { host, port, connections, ratePerSecond, seconds, first = 0 } = options;
  const latencies: number[] = [];
  let next = first;
  let refused = 0;
  let failed = 0;
  const start = performance.now();
  const end = start + seconds * 1000;
  const client = async (): Promise<void> => {
    const line = new MllpLine({ host, port });
    while (performance.now() < end) {
      const i = next++;
      if (ratePerSecond !== 'max') await untilDue(start + ((i - first) / ratePerSecond) * 1000);
      if (performance.now() >= end) {
        next--;
        break;
      }
      const { controlId, text } = oruOfTen(i);
      const written = performance.now();
      try {
        const answer = await line.send(text, controlId);
        if (/^[AC]A$/.test(answer.code)) latencies.push(performance.now() - written);
        else refused += 1;
      } catch {
        // Counted: a load run reports what failed, and goes on with the next message.
        failed += 1;
      }
    }
    line.close();
  };
  await Promise.all(Array.from({ length: connections }, client));
  const took = (performance.now() - start) / 1000;
  latencies.sort((a, b) => a - b);
  const quantile = (share: number): number =>
    latencies[Math.min(latencies.length - 1, Math.floor(share * latencies.length))] ?? Number.NaN;
  return {
    sent: latencies.length + refused + failed,
    acked: latencies.length,
    refused,
    failed,
    seconds: took,
    ackedPerSecond: latencies.length / took,
    p50: quantile(0.5),
    p90: quantile(0.9),
    p99: quantile(0.99),
    max: latencies.at(-1) ?? Number.NaN,
  };
}

async function untilDue(at: number): Promise<void> {
  const left = at - performance.now();
  if (left > 1) await new Promise((resolve) => setTimeout(resolve, left));
}
