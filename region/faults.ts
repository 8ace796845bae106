import { productOf } from './adverse.ts';
import type { Journey, Report } from './journey.ts';
import { extraOrder, type Order } from './orders.ts';
import { PLACES } from './places.ts';
import { random } from './random.ts';
import { planRounds, type Round } from './rounds.ts';
import { DAY, dayAfter, dayOf, HOUR, startOfDay } from './time.ts';
import { ageOn, type World } from './world.ts';

export const FAULT_KINDS = [
  'warm-box',
  'swapped-label',
  'lost-message',
  'duplicate',
  'dead-analyzer',
  'measles',
  'bad-lot',
] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

/** Something that goes wrong in the region from one time to another. What it does follows from these fields alone. */
export interface Fault {
  id: string;
  kind: FaultKind;
  from: number;
  until: number;
  /** warm-box */
  vehicle?: number;
  /** dead-analyzer: index of the laboratory and key of its section */
  laboratory?: number;
  section?: string;
  /** lost-message, duplicate: share of messages concerned */
  share?: number;
  /** bad-lot: what is bad, reports expected on the first day, days it goes on; `place` is the city or a district of it */
  product?: string;
  lot?: string;
  perDay?: number;
  days?: number;
  /** measles: the place, cases expected on the first day, days in which they double */
  place?: string;
  firstDay?: number;
  doublingDays?: number;
  /** swapped-label: the two tubes, of orders collected on this day */
  swap?: { day: string; one: string; other: string };
}

const LOT_DAYS = 14;
const DURATION: Readonly<Record<FaultKind, number>> = {
  'warm-box': 3 * HOUR,
  'swapped-label': 12 * HOUR,
  'lost-message': HOUR,
  duplicate: HOUR,
  'dead-analyzer': 2 * HOUR,
  measles: 14 * DAY,
  'bad-lot': LOT_DAYS * DAY,
};

export type FaultWish = Partial<Omit<Fault, 'id' | 'kind' | 'from' | 'until'>> & { minutes?: number };

/** A fault that begins now, its open choices made: the same world, time and wish give the same fault. */
export function makeFault(world: World, kind: FaultKind, from: number, wish: FaultWish = {}): Fault {
  const { minutes, ...chosen } = wish;
  const until = from + (minutes === undefined ? DURATION[kind] : minutes * 60_000);
  const fault = { id: `${kind}-${new Date(from).toISOString()}`, kind, from, until };
  switch (kind) {
    case 'warm-box':
      return { ...fault, vehicle: busyVehicle(world, from), ...chosen };
    case 'dead-analyzer':
      return { ...fault, laboratory: 0, section: 'chemistry', ...chosen };
    case 'lost-message':
    case 'duplicate':
      return { ...fault, share: 0.08, ...chosen };
    case 'measles':
      return { ...fault, place: 'baiyun', firstDay: 4, doublingDays: 2.5, ...chosen };
    case 'bad-lot': {
      const { product = 'dtap-vaccine', days = LOT_DAYS } = chosen;
      const lot = productOf(product).lots.at(-1)!;
      const ends = minutes === undefined ? from + days * DAY : until;
      return { ...fault, until: ends, place: 'foshan', lot, perDay: 3, ...chosen, product, days };
    }
    case 'swapped-label':
      return { ...fault, ...chosen };
  }
}

/** The vehicle with the longest way still before it, or the first. */
function busyVehicle(world: World, at: number): number {
  const left = (number: number): number => {
    const vehicle = world.vehicles[number]!;
    const round = planRounds(world.seed, vehicle, dayOf(at)).find((each) => at >= each.departAt && at < each.returnAt);
    return round ? round.returnAt - at : 0;
  };
  const numbers = world.vehicles.map((_, index) => index);
  return world.vehicles[numbers.reduce((best, each) => (left(each) > left(best) ? each : best), 0)]!.number;
}

/**
 * Two orders picked up at one stop after this time with a panel in common in equal tubes: a courier could well mix
 * them up. Undefined when the coming day offers none.
 */
export function findSwap(journeys: readonly Journey[], from: number): Fault['swap'] {
  const coming = journeys.filter((journey) => journey.stop.leaveAt >= from);
  const byStop = Map.groupBy(coming, (journey) => `${journey.round.id}/${journey.order.site.index}`);
  for (const together of [...byStop.values()].sort((a, b) => a[0]!.stop.leaveAt - b[0]!.stop.leaveAt)) {
    for (const [index, { order }] of together.entries()) {
      for (const { order: next } of together.slice(index + 1)) {
        const pair = commonTubes(order, next);
        if (pair && order.person !== next.person) return { day: dayOf(order.orderedAt), ...pair };
      }
    }
  }
  return undefined;
}

function commonTubes(order: Order, next: Order): { one: string; other: string } | undefined {
  for (const { panel, accession } of order.requests) {
    const equal = next.requests.find((request) => request.panel === panel);
    if (equal && dayOf(order.orderedAt) === dayOf(next.orderedAt) && panel.key !== 'measles')
      return { one: accession, other: equal.accession };
  }
  return undefined;
}

/** When the report really goes out: what a dead analyzer held back follows afterwards, at six times the usual pace. */
export function delayed(faults: readonly Fault[], report: Report, laboratory: number): { at: number; fault?: Fault } {
  const fault = faults.find(
    (each) =>
      each.kind === 'dead-analyzer' &&
      each.laboratory === laboratory &&
      each.section === report.section.key &&
      report.reportedAt >= each.from &&
      report.reportedAt < each.until,
  );
  if (!fault) return { at: report.reportedAt };
  return { at: fault.until + Math.round((report.reportedAt - fault.from) / 6), fault };
}

export function warmFault(faults: readonly Fault[], round: Round): Fault | undefined {
  return faults.find(
    (each) =>
      each.kind === 'warm-box' &&
      each.vehicle === round.vehicle.number &&
      each.from < round.returnAt &&
      each.until > round.departAt,
  );
}

/** The people a measles cluster brings to the doctor on a day: mostly small children, more every day. */
export function measlesOrders(world: World, faults: readonly Fault[], day: string): Order[] {
  return faults.filter((fault) => fault.kind === 'measles').flatMap((fault) => clusterOrders(world, fault, day));
}

function clusterOrders(world: World, fault: Fault, day: string): Order[] {
  const opens = startOfDay(day) + 8 * HOUR;
  const closes = startOfDay(day) + 20 * HOUR;
  if (closes <= fault.from || opens >= fault.until) return [];
  const draw = random(world.seed, fault.id, day);
  const place = PLACES.find((each) => each.id === fault.place) ?? PLACES[0]!;
  const sites = world.sites.filter((site) => site.place === place);
  if (sites.length === 0) return [];
  const days = (opens - fault.from) / DAY;
  const mean = (fault.firstDay ?? 4) * 2 ** (Math.max(0, days) / (fault.doublingDays ?? 2.5));
  const count = Math.min(draw.poisson(Math.min(mean, 300)), 90);
  const seen = new Set<number>();
  return Array.from({ length: count }, (_, nth) => ({
    nth,
    at: draw.between(Math.max(opens, fault.from), Math.min(closes, fault.until)),
  })).flatMap(({ nth, at }) => {
    const site = draw.pick(sites);
    const people = site.people.filter((person) => draw.chance(ageOn(person, day) < 10 ? 0.9 : 0.03));
    if (people.length === 0) return [];
    const person = draw.pick(people);
    if (seen.has(person.index)) return [];
    seen.add(person.index);
    const findings: Order['findings'] = draw.chance(0.9) ? { 'MEASLES-IGM': 'detected' } : {};
    return [
      extraOrder(draw, {
        day,
        site,
        person,
        orderedAt: Math.round(at),
        nth,
        panels: ['measles', 'cbc'],
        findings,
        cause: fault.id,
      }),
    ];
  });
}

/** Days whose orders can still be on their way at a time. */
export function daysBehind(at: number, days: number): string[] {
  return Array.from({ length: days + 1 }, (_, back) => dayAfter(dayOf(at), back - days));
}
