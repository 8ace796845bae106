import type { Context, Db } from '#kernel/context';
import { Problem } from '#kernel/problem';
import type {
  Alarm,
  Device,
  Excursion,
  HandOver,
  Reading,
  Site,
  Stay,
  TemperatureState,
  Thing,
  ThingKind,
  Trace,
  TransportClass,
} from '../model.ts';
import {
  type Condition,
  classOf,
  conditionOf,
  glnOf,
  historyOf,
  KINETIC_SOURCE,
  kindOf,
  specimenName,
  temperatureState,
  thin,
} from '../rules/index.ts';
import {
  type AlarmFilter,
  type CarriedDevice,
  countContents,
  countContentsWithin,
  findAlarms,
  findAnomalies,
  findContents,
  findDevices,
  findExcursions,
  findReadings,
  findSensorsOf,
  findSites,
  findThings,
  findThingsOf,
  findTraces,
  findTracesBetween,
  type NotedAnomaly,
  type ThingFilter,
} from '../store/index.ts';
import { findByLabel } from './hand-over.ts';

const DAY_MS = 86_400_000;
const MOST_TRACES = 500;
const MOST_READINGS = 20_000;
const MOST_POINTS = 2000;
const MOST_SITES = 20_000;

/** Names of the places and parties in an answer, by their identifiers. */
export type Names = Record<string, Site>;

export interface BoxLine extends Thing {
  class: string;
  contents: number;
  temperatureC?: number;
  measuredAt?: Date;
  state: Thing['state'];
  temperatureState: TemperatureState;
}

/** Boxes, last seen first, with what their sensors say. */
export async function listBoxes(
  ctx: Context,
  filter: Omit<ThingFilter, 'kind'>,
): Promise<{ boxes: BoxLine[]; names: Names }> {
  ctx.require('custody.read');
  const boxes = await findThingsOf(ctx.db, { ...filter, kind: 'box' });
  const parts = boxes.map(({ part }) => part);
  const [devices, counts] = await Promise.all([sensorsByCarrier(ctx.db, parts), countContents(ctx.db, parts)]);
  const lines = boxes.map((box) => {
    const device = devices.get(box.part) ?? devices.get(box.parent ?? '');
    return {
      ...box,
      class: classOf(box.part).id,
      contents: counts.get(box.part) ?? 0,
      ...(device?.temperatureC !== undefined && { temperatureC: device.temperatureC, measuredAt: device.at }),
      temperatureState: device === undefined ? ('silent' as const) : stateOf(ctx, device, box.part),
    };
  });
  return {
    boxes: lines,
    names: await namesOf(
      ctx.db,
      boxes.flatMap(({ place, holder }) => [place, holder]),
    ),
  };
}

async function sensorsByCarrier(db: Db, parts: readonly string[]): Promise<Map<string, CarriedDevice>> {
  const devices = parts.length === 0 ? [] : await findDevices(db, { parts, limit: 1000 });
  const found = new Map<string, CarriedDevice>();
  for (const device of devices) {
    for (const carrier of [device.carrier, device.vehicle]) {
      if (carrier !== undefined && !found.has(carrier)) found.set(carrier, device);
    }
  }
  return found;
}

function stateOf(ctx: Context, device: CarriedDevice, carrier: string): TemperatureState {
  return temperatureState(device, { now: ctx.now(), alarmed: device.alarmed, limits: classOf(carrier) });
}

export interface BoxDetail {
  box: Thing;
  class: TransportClass;
  contents: Thing[];
  history: Trace[];
  handOvers: HandOver[];
  sensors: Device[];
  /** Thinned for a plot: of each stretch the lowest and the highest stay. */
  readings: Reading[];
  condition: Condition;
  kineticSource: string;
  excursions: Excursion[];
  alarms: Alarm[];
  anomalies: NotedAnomaly[];
  names: Names;
  since: Date;
  until: Date;
}

/** Everything about a box within a time, the last day unless said. */
export async function readBox(
  ctx: Context,
  label: string,
  window: { since?: Date; until?: Date } = {},
): Promise<BoxDetail> {
  ctx.require('custody.read');
  const { db } = ctx;
  const box = await findByLabel(ctx, label);
  const until = window.until ?? laterDate(box.seenAt, ctx.now());
  const since = window.since ?? new Date(until.getTime() - DAY_MS);
  const [contents, history, measured, excursions, alarms, anomalies] = await Promise.all([
    findContents(db, [box.part], 1000),
    findTracesBetween(db, box.part, { since: new Date(until.getTime() - 31 * DAY_MS), until, limit: MOST_TRACES }),
    courseOf(db, [box.part, ...(box.parent === undefined ? [] : [box.parent])], { since, until }),
    findExcursions(db, box.part, 100),
    findAlarms(db, { part: box.part, limit: 100 }),
    findAnomalies(db, { part: box.part, limit: 100 }),
  ]);
  const limits = classOf(box.part);
  const handOvers = handOversOf(history);
  return {
    box,
    class: limits,
    contents,
    history,
    handOvers,
    sensors: measured.sensors,
    readings: thin(measured.readings, MOST_POINTS),
    condition: conditionOf(measured.readings, limits),
    kineticSource: KINETIC_SOURCE,
    excursions,
    alarms,
    anomalies,
    since,
    until,
    names: await namesOf(db, [
      box.place,
      box.holder,
      ...history.flatMap(({ place, fromParty, toParty }) => [place, fromParty, toParty]),
    ]),
  };
}

/** The readings of the first of the carriers that has a sensor of its own: the box's, else the vehicle's. */
async function courseOf(
  db: Db,
  carriers: readonly string[],
  { since, until }: { since: Date; until: Date },
): Promise<{ sensors: Device[]; readings: Reading[] }> {
  for (const carrier of carriers) {
    const fixed = (await findSensorsOf(db, carrier, until)).filter(
      (sensor) => sensor.until === null || sensor.until > since,
    );
    const devices = [...new Set(fixed.map(({ device }) => device))];
    const [device] = devices;
    if (device === undefined) continue;
    const spans = fixed.filter((sensor) => sensor.device === device);
    const from = spans.reduce((first, span) => earlierDate(span.since, first), until);
    const readings = await findReadings(db, device, {
      since: from > since ? from : since,
      until,
      limit: MOST_READINGS,
    });
    return { sensors: await findDevices(db, { parts: [device], limit: 5 }), readings };
  }
  return { sensors: [], readings: [] };
}

function handOversOf(traces: readonly Trace[]): HandOver[] {
  const found = traces.filter(({ fromParty, toParty }) => fromParty !== undefined && toParty !== undefined);
  return found.map(({ event, at, fromParty, toParty, place, disposition }) => ({
    event,
    at,
    from: fromParty!,
    to: toParty!,
    ...(place && { place }),
    ...(disposition !== undefined && { condition: disposition }),
  }));
}

/** One step of a thing's way: what happened to it, or to what it was in. */
interface ChainStep extends Trace {
  /** The thing itself, its box, or the vehicle. */
  of: ThingKind;
  label: string;
}

export interface CustodyChain {
  thing: Thing;
  steps: ChainStep[];
  stays: (Stay & { label: string; kind: ThingKind; class: string; condition: Condition })[];
  readings: Reading[];
  limits: TransportClass;
  kineticSource: string;
  names: Names;
  anomalies: NotedAnomaly[];
}

/** The custody of a specimen from its collection on. */
export async function readChain(ctx: Context, accession: string): Promise<CustodyChain> {
  ctx.require('custody.read');
  const chain = await findChain(ctx.db, accession);
  if (chain === undefined) throw new Problem('not-found', 'no event has named this thing yet');
  return chain;
}

/** The same for a module that has decided by its own rules that the actor may see the specimen. */
export async function findChain(db: Db, accession: string): Promise<CustodyChain | undefined> {
  const part = specimenName(accession);
  const own = await findTraces(db, [part], MOST_TRACES);
  const [thing] = await findThings(db, [part]);
  if (thing === undefined || own.length === 0) return undefined;
  const { stays } = historyOf(part, own);
  const end = new Date(Math.max(...own.map(({ at }) => at.getTime())));
  const around = await Promise.all(stays.map((stay) => followStay(db, stay, stay.until ?? laterOf(end, stay.since))));
  const steps = [own, ...around.map(({ traces }) => traces)]
    .flat()
    .map(stepOf)
    .sort((a, b) => a.at.getTime() - b.at.getTime() || (a.event < b.event ? -1 : 1));
  const limits = classOf(stays[0]?.parent ?? '');
  const readings = around.flatMap((each) => each.readings).sort((a, b) => a.at.getTime() - b.at.getTime());
  return {
    thing,
    steps,
    limits,
    kineticSource: KINETIC_SOURCE,
    stays: stays.map((stay, index) => ({
      ...stay,
      ...labelOf(stay.parent),
      class: classOf(stay.parent).id,
      condition: conditionOf(around[index]!.readings, classOf(stay.parent)),
    })),
    readings: thin(readings, MOST_POINTS),
    names: await namesOf(
      db,
      steps.flatMap(({ place, fromParty, toParty }) => [place, fromParty, toParty]),
    ),
    anomalies: await findAnomalies(db, { part, limit: 50 }),
  };
}

/** A stay that has not ended lasts to now as far as events tell; a day more lets the sensor's last words in. */
function laterOf(end: Date, since: Date): Date {
  return new Date(Math.max(end.getTime(), since.getTime()) + DAY_MS);
}

/** What happened to a container, and to the vehicle around it, while the thing was inside. */
async function followStay(
  db: Db,
  { parent, since }: Stay,
  until: Date,
): Promise<{ traces: Trace[]; readings: Reading[] }> {
  const box = await findTracesBetween(db, parent, { since, until, limit: 100 });
  const before = await findTraces(db, [parent], 200);
  const rides = historyOf(parent, before).stays.filter(
    (ride) => ride.since <= until && (ride.until === undefined || ride.until >= since),
  );
  const around = await Promise.all(
    rides.slice(-5).map((ride) =>
      findTracesBetween(db, ride.parent, {
        since: laterDate(ride.since, since),
        until: ride.until === undefined ? until : earlierDate(ride.until, until),
        limit: 50,
      }),
    ),
  );
  const { readings } = await courseOf(db, [parent, ...rides.slice(-1).map((ride) => ride.parent)], { since, until });
  const moves = [...box, ...around.flat()].filter(({ role, act }) => role === 'subject' || act !== undefined);
  return { traces: moves, readings };
}

function laterDate(a: Date, b: Date): Date {
  return new Date(Math.max(a.getTime(), b.getTime()));
}

function earlierDate(a: Date, b: Date): Date {
  return new Date(Math.min(a.getTime(), b.getTime()));
}

function stepOf(trace: Trace): ChainStep {
  const { kind, label } = labelOf(trace.part);
  return { ...trace, of: kind, label };
}

function labelOf(part: string): { kind: ThingKind; label: string } {
  const { kind, code } = kindOf(part);
  return { kind, label: code };
}

/** A vehicle on the map. */
export interface VehicleLine {
  id: string;
  name: string;
  lon: number;
  lat: number;
  heading: number;
  speedKmh: number;
  temperatureC: number | null;
  state: TemperatureState;
  boxes: number;
  samples: number;
  at: Date;
  destination?: string;
  device: string;
}

/** Vehicles, and boxes on their own that hold something, with a position, as their sensors told last. No permission is asked: callers decide. */
export async function findVehicles(db: Db, { now, limit }: { now: Date; limit: number }): Promise<VehicleLine[]> {
  const devices = (await findDevices(db, { limit })).filter(({ latitude }) => latitude !== undefined);
  const vehicles = [...new Set(devices.flatMap(({ vehicle, carrier }) => vehicle ?? carrier ?? []))];
  const [boxes, samples] = await Promise.all([countContents(db, vehicles), countContentsWithin(db, vehicles)]);
  const seen = new Set<string>();
  return devices.flatMap((device) => {
    const id = device.vehicle ?? device.carrier ?? device.part;
    // An empty box that stands somewhere is no traffic.
    const parked = device.vehicle === undefined && (boxes.get(id) ?? 0) === 0 && device.carrier !== undefined;
    if (seen.has(id) || parked) return [];
    seen.add(id);
    const limits = classOf(device.carrier ?? '');
    return {
      id,
      name: kindOf(id).code,
      lon: device.longitude!,
      lat: device.latitude!,
      heading: Math.round(device.heading ?? 0),
      speedKmh: Math.round(device.speedKmh ?? 0),
      temperatureC: device.temperatureC ?? null,
      state: temperatureState(device, { now, alarmed: device.alarmed, limits }),
      boxes: device.vehicle === undefined ? 1 : (boxes.get(id) ?? 0),
      samples: (device.vehicle === undefined ? boxes : samples).get(id) ?? 0,
      at: device.at,
      device: device.code,
    };
  });
}

export function listVehicles(ctx: Context, limit: number): Promise<VehicleLine[]> {
  ctx.require('custody.read');
  return findVehicles(ctx.db, { now: ctx.now(), limit });
}

export async function listAlarms(ctx: Context, filter: AlarmFilter): Promise<(Alarm & { label: string })[]> {
  ctx.require('custody.read');
  const alarms = await findAlarms(ctx.db, filter);
  return alarms.map((alarm) => ({ ...alarm, label: kindOf(alarm.part).code }));
}

export function listAnomalies(ctx: Context, limit: number): Promise<NotedAnomaly[]> {
  ctx.require('custody.read');
  return findAnomalies(ctx.db, { limit });
}

/** All places and parties, for choices. */
export function listSites(ctx: Context): Promise<Site[]> {
  ctx.require('custody.read');
  return findSites(ctx.db, { limit: MOST_SITES });
}

export async function namesOf(db: Db, identifiers: readonly (string | undefined)[]): Promise<Names> {
  const glns = new Map(
    [...new Set(identifiers)].flatMap((identifier) =>
      identifier === undefined || glnOf(identifier) === undefined ? [] : [[identifier, glnOf(identifier)!]],
    ),
  );
  if (glns.size === 0) return {};
  const sites = new Map(
    (await findSites(db, { glns: [...new Set(glns.values())], limit: 1000 })).map((site) => [site.gln, site]),
  );
  return Object.fromEntries(
    [...glns].flatMap(([identifier, gln]) => (sites.has(gln) ? [[identifier, sites.get(gln)!]] : [])),
  );
}
