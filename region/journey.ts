import type { Analyte, Panel, Section } from './catalogue.ts';
import { type Order, planOrders, type Request } from './orders.ts';
import { type Random, random } from './random.ts';
import { planRounds, type Round, type Stop } from './rounds.ts';
import { DAY, dayAfter, dayOf, HOUR, MINUTE } from './time.ts';
import type { Site, Vehicle, World } from './world.ts';

/** An order's way: which round takes its tubes, when they arrive, what is reported when. */
export interface Journey {
  order: Order;
  round: Round;
  stop: Stop;
  receivedAt: number;
  reports: readonly Report[];
}

/** What one analyzer tells about one tube at one time. */
export interface Report {
  /** Names the report for ever: control ids and faults are told by it. */
  id: string;
  order: Order;
  accession: string;
  section: Section;
  requests: readonly Request[];
  receivedAt: number;
  measuredAt: number;
  reportedAt: number;
  /** This one puts an earlier report right: the value that was wrong. */
  correction?: { of: string; analyte: Analyte };
}

const PACKING = 10 * MINUTE;
const CORRECTION_SHARE = 0.004;

/** The journeys of all orders collected on a day; `extra` are the orders that faults add. */
export function planJourneys(world: World, day: string, extra: readonly Order[] = []): Journey[] {
  const vehicles = vehicleOfSites(world);
  return [...planOrders(world, day), ...extra].flatMap((order) => {
    const vehicle = vehicles.get(order.site);
    const pickUp = vehicle && findPickUp(world.seed, vehicle, order);
    return pickUp ? [followOrder(world, order, pickUp)] : [];
  });
}

const fleets = new WeakMap<World, Map<Site, Vehicle>>();

function vehicleOfSites(world: World): Map<Site, Vehicle> {
  const known = fleets.get(world);
  if (known) return known;
  const made = new Map(world.vehicles.flatMap((vehicle) => vehicle.sites.map((site) => [site, vehicle] as const)));
  fleets.set(world, made);
  return made;
}

/** The first round that leaves the site after the tubes are ready, within the next two days. */
function findPickUp(seed: number, vehicle: Vehicle, order: Order): { round: Round; stop: Stop } | undefined {
  for (let later = 0; later <= 2; later++) {
    const day = dayAfter(dayOf(order.collectedAt), later);
    for (const round of planRounds(seed, vehicle, day)) {
      const stop = round.stops.find((each) => each.site === order.site);
      if (stop && stop.leaveAt >= order.collectedAt + PACKING) return { round, stop };
    }
  }
  return undefined;
}

function followOrder(world: World, order: Order, { round, stop }: { round: Round; stop: Stop }): Journey {
  const draw = random(world.seed, 'laboratory', order.number);
  const receivedAt = round.returnAt + Math.round(draw.between(6, 15) * MINUTE);
  const groups = Map.groupBy(order.requests, ({ accession, panel }) => `${accession}/${panel.section.key}`);
  const reports = [...groups.values()].flatMap((requests) =>
    reportsOf(draw, { order, requests, from: receivedAt, receivedAt }),
  );
  if (order.addOn) {
    const { request, afterMinutes } = order.addOn;
    const from = receivedAt + afterMinutes * MINUTE;
    reports.push(...reportsOf(draw, { order, requests: [request], from, receivedAt }));
  }
  return { order, round, stop, receivedAt, reports };
}

interface Work {
  order: Order;
  requests: readonly Request[];
  /** When the laboratory could begin. */
  from: number;
  receivedAt: number;
}

function reportsOf(draw: Random, { order, requests, from, receivedAt }: Work): Report[] {
  const minutes = Math.max(...requests.map(({ panel }) => turnaround(draw, panel, order.stat)));
  const reportedAt = from + Math.round(minutes * MINUTE);
  const { accession, panel } = requests[0]!;
  const report: Report = {
    id: `${accession}-${requests.map((request) => request.panel.key).join('-')}`,
    order,
    accession,
    section: panel.section,
    requests,
    receivedAt,
    measuredAt: from + Math.round((reportedAt - from) * 0.7),
    reportedAt,
  };
  const analytes = requests
    .flatMap((request) => request.panel.analytes)
    .filter((each) => each.shape !== 'presence' && each.shape !== 'derived');
  if (analytes.length === 0 || !draw.chance(CORRECTION_SHARE)) return [report];
  const correctedAt = reportedAt + Math.round(draw.between(1, 8) * HOUR);
  const correction = { of: report.id, analyte: draw.pick(analytes) };
  return [
    report,
    { ...report, id: `${report.id}-c`, measuredAt: correctedAt - 20 * MINUTE, reportedAt: correctedAt, correction },
  ];
}

/** Minutes, log-normal on each side of the median so that both published percentiles are met; never more than two days. */
function turnaround(draw: Random, panel: Panel, stat: boolean): number {
  const { p10, median, p90, statMedian, statP90 } = panel.turnaround;
  const z = draw.normal();
  const centre = stat ? statMedian : median;
  const upper = Math.log((stat ? statP90 : p90) / centre) / 1.281552;
  const lower = stat ? upper : Math.log(centre / p10) / 1.281552;
  return Math.min(centre * Math.exp(z * (z > 0 ? upper : lower)), (2 * DAY) / MINUTE);
}
