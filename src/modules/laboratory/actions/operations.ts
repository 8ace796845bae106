import type { Context, Db } from '#kernel/context';
import type { Log } from '#kernel/log';
import { countDeadLetters } from '#kernel/outbox';
import { type Alarm, findAlarms, findSites, findVehicles, kindOf, type Site, type VehicleLine } from '#modules/custody';
import type { AlarmOnMap, HourCounts, PlaceOnMap, Today } from '../model.ts';
import { percentiles, startOfDay } from '../rules.ts';
import { countByHour, countBySite, countInTransit, countTurnarounds } from '../store.ts';

const MOST_VEHICLES = 5000;
const MOST_SITES = 20_000;
const MOST_ALARMS = 200;
const DAY_MS = 86_400_000;
/** A tube that left more than three days ago is lost, not on the way. */
const TRANSIT_MS = 3 * DAY_MS;

type Vehicle = Omit<VehicleLine, 'at' | 'device'> & { at: string };

/** The headquarters' screen, whole. */
export interface Operations {
  at: string;
  coverage: PlaceOnMap[];
  vehicles: Vehicle[];
  today: Today;
  hourly: HourCounts[];
  alarms: AlarmOnMap[];
}

/**
 * Everything the screen shows, now. "Now" is the latest time anything was measured, or the clock: a region that is played faster
 * than time runs ahead of it.
 */
export async function readOperations(db: Db, clock: Date): Promise<Operations> {
  const lines = await findVehicles(db, { now: clock, limit: MOST_VEHICLES });
  const at = new Date(Math.max(clock.getTime(), ...lines.map((line) => line.at.getTime())));
  const since = startOfDay(at);
  const [sites, packed, hours, turnarounds, inTransit, alarms, deadLetters] = await Promise.all([
    findSites(db, { located: true, limit: MOST_SITES }),
    countBySite(db, since),
    countByHour(db, since),
    countTurnarounds(db, since),
    countInTransit(db, new Date(at.getTime() - TRANSIT_MS)),
    findAlarms(db, { limit: MOST_ALARMS }),
    countDeadLetters(db),
  ]);
  const [median, p90] = percentiles(turnarounds, [0.5, 0.9]);
  const sum = (kind: string): number =>
    hours.filter((row) => row.kind === kind).reduce((total, { count }) => total + count, 0);
  const open = alarms.filter(({ state }) => state !== 'closed');
  return {
    at: at.toISOString(),
    coverage: sites.flatMap((site) => placeOnMap(site, packed)),
    vehicles: lines.map(({ device: _, ...line }) => ({ ...line, at: line.at.toISOString() })),
    today: {
      orders: sum('order'),
      samples: sum('sample'),
      results: sum('result'),
      inTransit,
      turnaroundMedianMin: median ?? null,
      turnaroundP90Min: p90 ?? null,
      alarms: open.length,
      deadLetters,
    },
    hourly: hourlyOf(hours, since, at),
    alarms: open.map(alarmOnMap),
  };
}

function placeOnMap(site: Site, packed: ReadonlyMap<string, number>): PlaceOnMap[] {
  if (site.latitude === undefined || site.longitude === undefined) return [];
  const kind = site.kind === 'hospital' || site.kind === 'laboratory' ? site.kind : 'clinic';
  const samplesToday = packed.get(`https://id.gs1.org/414/${site.gln}`) ?? 0;
  return [
    { id: site.gln, name: site.name, lon: site.longitude, lat: site.latitude, kind, key: site.key, samplesToday },
  ];
}

function hourlyOf(
  rows: readonly { hour: Date; kind: string; count: number }[],
  since: Date,
  until: Date,
): HourCounts[] {
  const hours: HourCounts[] = [];
  for (let hour = since.getTime(); hour <= until.getTime(); hour += 3_600_000) {
    const of = (kind: string): number =>
      rows.find((row) => row.hour.getTime() === hour && row.kind === kind)?.count ?? 0;
    hours.push({
      hour: new Date(hour).toISOString(),
      orders: of('order'),
      samples: of('sample'),
      results: of('result'),
    });
  }
  return hours;
}

function alarmOnMap(alarm: Alarm): AlarmOnMap {
  const { kind, code } = kindOf(alarm.part);
  return {
    id: alarm.id,
    at: alarm.raisedAt.toISOString(),
    deviceId: kindOf(alarm.device).code,
    kind: alarm.rule,
    temperatureC: alarm.temperatureC,
    minutes: Math.round(alarm.minutes),
    state: alarm.state,
    ...(kind === 'box' && { boxId: code }),
    ...(kind === 'vehicle' && { vehicleId: alarm.part }),
  };
}

export interface OperationsEvent {
  event: 'snapshot' | 'vehicles' | 'today' | 'alarm';
  data: unknown;
}

export interface OperationsFeed {
  /** The screen as it was a second ago at the most. */
  snapshot(): Promise<Operations>;
  /** Hears a snapshot first, then what changes. Undefined when too many listen already. */
  listen(heard: (event: OperationsEvent) => void): (() => void) | undefined;
  stop(): void;
}

const EVERY_MS = 1000;
/** Places and hours change with every tube: the whole screen is told again only so often. */
const WHOLE_MS = 10_000;
const MOST_LISTENERS = 500;

/** One look a second for all listeners together, none when nobody listens; told is only what changed. */
export function makeOperations(ctx: Pick<Context, 'db' | 'now'> & { log: Log }): OperationsFeed {
  const listeners = new Set<(event: OperationsEvent) => void>();
  let last: { operations: Operations; taken: number } | undefined;
  let whole: { operations?: Operations; toldAt: number } = { toldAt: Number.NEGATIVE_INFINITY };
  let looking: Promise<Operations> | undefined;
  let timer: NodeJS.Timeout | undefined;

  const look = (): Promise<Operations> => {
    looking ??= readOperations(ctx.db, ctx.now())
      .then((operations) => {
        const before = last?.operations;
        last = { operations, taken: performance.now() };
        if (before === undefined || listeners.size === 0) return operations;
        const due = performance.now() - whole.toldAt >= WHOLE_MS;
        const events = changesBetween(before, operations, due ? whole.operations : undefined);
        if (due || events[0]?.event === 'snapshot') whole = { operations, toldAt: performance.now() };
        for (const event of events) for (const heard of listeners) heard(event);
        return operations;
      })
      .finally(() => {
        looking = undefined;
      });
    return looking;
  };
  const snapshot = (): Promise<Operations> =>
    last !== undefined && performance.now() - last.taken < EVERY_MS ? Promise.resolve(last.operations) : look();
  const stopLooking = (): void => {
    clearInterval(timer);
    timer = undefined;
  };

  return {
    snapshot,
    listen(heard) {
      if (listeners.size >= MOST_LISTENERS) return undefined;
      let left = false;
      snapshot().then(
        (operations) => {
          if (left) return;
          whole.operations ??= operations;
          heard({ event: 'snapshot', data: operations });
          listeners.add(heard);
        },
        (error) => ctx.log.warn({ error }, 'the operations could not be read'),
      );
      timer ??= setInterval(() => {
        look().catch((error) => ctx.log.warn({ error }, 'the operations could not be read'));
      }, EVERY_MS).unref();
      return () => {
        left = true;
        listeners.delete(heard);
        if (listeners.size === 0) stopLooking();
      };
    },
    stop: stopLooking,
  };
}

/**
 * What changed from one look to the next. A vehicle that is gone or an alarm that is closed needs the whole screen anew.
 *
 * @param told the last whole screen, when it is time to compare places and hours with it
 */
export function changesBetween(before: Operations, after: Operations, told?: Operations): OperationsEvent[] {
  const ids = new Set(after.vehicles.map(({ id }) => id));
  const gone = before.vehicles.some(({ id }) => !ids.has(id));
  const settled = before.alarms.some(({ id }) => !after.alarms.some((alarm) => alarm.id === id));
  const grown = told !== undefined && !(same(told.coverage, after.coverage) && same(told.hourly, after.hourly));
  if (gone || settled || grown) return [{ event: 'snapshot', data: after }];
  const known = new Map(before.vehicles.map((vehicle) => [vehicle.id, vehicle]));
  const moved = after.vehicles.filter((vehicle) => !same(vehicle, known.get(vehicle.id)));
  const alarms = new Map(before.alarms.map((alarm) => [alarm.id, alarm]));
  const raised = after.alarms.filter((alarm) => !same(alarm, alarms.get(alarm.id)));
  return [
    ...(moved.length > 0 ? [{ event: 'vehicles' as const, data: moved }] : []),
    ...(same(before.today, after.today) ? [] : [{ event: 'today' as const, data: after.today }]),
    ...raised.map((alarm) => ({ event: 'alarm' as const, data: alarm })),
  ];
}

function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
