import type { Context, Tx } from '#kernel/context';
import type { Job } from '#kernel/jobs';
import { type Fact, tellAll } from '#kernel/outbox';
import type { ToldReading } from '../analytics.ts';
import type { Alarm, Excursion, Reading, ReadingMessage } from '../model.ts';
import {
  advanceExposure,
  classOf,
  clockAhead,
  deviceName,
  type ExposureChange,
  type ExposureState,
  headingOf,
} from '../rules/index.ts';
import {
  type DeviceRow,
  deleteExcursions,
  findCarriers,
  findExcursionStart,
  findReadings,
  insertAlarms,
  insertReadings,
  keepPartitions,
  lockDevices,
  lockRecounts,
  upsertDevices,
  upsertExcursions,
} from '../store/index.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** Days of readings kept here; older ones live in the lake. */
const KEEP_DAYS = 30;

interface Step {
  part: string;
  device: string;
  class: string;
  change: ExposureChange;
}

/**
 * Keeps the messages of devices, each once, and brings their last state and their alarms up to date: one transaction, few
 * statements however many messages. When it resolves, they are durable.
 */
export async function keepReadings(
  ctx: Context,
  tx: Tx,
  messages: readonly ReadingMessage[],
): Promise<{ kept: number }> {
  const named = messages.map((message) => ({ ...message, part: deviceName(message.device) }));
  const codes = new Map(named.map(({ part, device }) => [part, device]));
  const parts = [...codes.keys()].sort();
  const devices = await lockDevices(tx, parts);
  const carriers = await findCarriers(tx, parts);
  const keys = new Set(
    (await insertReadings(tx, named)).map(({ device, at, seq, nth }) => `${device} ${at.getTime()} ${seq} ${nth}`),
  );
  const steps: Step[] = [];
  const changed: DeviceRow[] = [];
  const told: ToldReading[] = [];
  for (const [part, sent] of Map.groupBy(named, (message) => message.part)) {
    const fresh = sent.flatMap(({ seq, receivedAt, readings }) =>
      readings
        .map((reading, nth) => ({ ...reading, seq, receivedAt, nth }))
        .filter(({ at, nth }) => keys.has(`${part} ${at.getTime()} ${seq} ${nth}`)),
    );
    if (fresh.length === 0) continue;
    for (const reading of fresh) told.push(toldReading(part, reading));
    fresh.sort((a, b) => a.at.getTime() - b.at.getTime() || a.seq - b.seq || a.nth - b.nth);
    const carrier = carriers.get(part) ?? part;
    const { device, found } = follow(devices.get(part), fresh, { part, code: codes.get(part)!, carrier });
    changed.push(device);
    steps.push(...found);
  }
  if (changed.length > 0) await upsertDevices(tx, changed);
  await applySteps(ctx, tx, steps);
  if (told.length > 0) await tellAll(tx, [{ type: 'custody.readings-kept', subject: 'custody.reading', data: told }]);
  return { kept: keys.size };
}

function toldReading(
  part: string,
  { at, seq, nth, receivedAt, temperatureC, humidity, latitude, longitude, speedKmh }: Sent & { nth: number },
): ToldReading {
  const numbers = [
    temperatureC ?? null,
    humidity ?? null,
    latitude ?? null,
    longitude ?? null,
    speedKmh ?? null,
  ] as const;
  return [part, at.toISOString(), seq, nth, receivedAt.toISOString(), ...numbers];
}

type Sent = Reading & { seq: number; receivedAt: Date };

/** A device after its new readings; what is older than its last word waits to be counted again. */
function follow(
  known: DeviceRow | undefined,
  fresh: readonly Sent[],
  { part, code, carrier }: { part: string; code: string; carrier: string },
): { device: DeviceRow; found: Step[] } {
  let device = known;
  const found: Step[] = [];
  for (const reading of fresh) {
    if (device !== undefined && reading.at < device.at) {
      const from = device.recountFrom;
      device = { ...device, recountFrom: from === undefined || reading.at < from ? reading.at : from };
      continue;
    }
    const next = stateAfter(device, reading, { part, code });
    const counted = expose(device?.exposure, reading, carrier);
    if (counted !== undefined) {
      next.exposure = counted.state;
      found.push(
        ...counted.steps.map((change) => ({ part: carrier, device: part, class: classOf(carrier).id, change })),
      );
    }
    device = next;
  }
  return { device: device!, found };
}

function stateAfter(
  before: DeviceRow | undefined,
  reading: Sent,
  { part, code }: { part: string; code: string },
): DeviceRow {
  const { at, seq, receivedAt, temperatureC, humidity, latitude, longitude, speedKmh } = reading;
  const next: DeviceRow = { ...before, part, code, seq, at, receivedAt, online: true };
  const ahead = clockAhead(at, receivedAt);
  if (ahead === undefined) delete next.aheadSeconds;
  else next.aheadSeconds = ahead;
  if (temperatureC !== undefined) next.temperatureC = temperatureC;
  if (humidity !== undefined) next.humidity = humidity;
  if (latitude !== undefined && longitude !== undefined) {
    const from =
      before?.latitude === undefined || before.longitude === undefined
        ? undefined
        : { latitude: before.latitude, longitude: before.longitude };
    const heading = headingOf(from, { latitude, longitude }) ?? before?.heading;
    Object.assign(next, { latitude, longitude, ...(heading !== undefined && { heading }) });
  }
  if (speedKmh !== undefined) next.speedKmh = speedKmh;
  return next;
}

function expose(
  state: ExposureState | undefined,
  { at, temperatureC }: Reading,
  carrier: string,
): { state: ExposureState; steps: ExposureChange[] } | undefined {
  if (temperatureC === undefined) return undefined;
  const after = advanceExposure(state, { at: at.getTime(), temperatureC }, { part: carrier, limits: classOf(carrier) });
  return { state: after.state, steps: after.changes };
}

async function applySteps(ctx: Context, tx: Tx, steps: readonly Step[]): Promise<void> {
  const excursions: Excursion[] = [];
  const alarms: Omit<Alarm, 'state'>[] = [];
  const facts: Fact[] = [];
  for (const { part, device, class: id, change } of steps) {
    if (change.what === 'alarm') {
      const { rule, beganAt, at, minutes, temperatureC } = change;
      alarms.push({
        part,
        id: ctx.newId(),
        rule: rule.id,
        kind: rule.kind,
        raisedAt: new Date(at),
        beganAt: new Date(beganAt),
        temperatureC,
        minutes,
        device,
        class: id,
      });
      continue;
    }
    const { kind, beganAt, endedAt, minutes, extremeC, began } = change;
    excursions.push({
      part,
      kind,
      beganAt: new Date(beganAt),
      minutes,
      extremeC,
      device,
      class: id,
      ...(endedAt !== undefined && { endedAt: new Date(endedAt) }),
    });
    const data = { kind, beganAt: new Date(beganAt).toISOString(), minutes, extremeC };
    if (began) facts.push({ type: 'custody.excursion-began', subject: part, data });
    if (endedAt !== undefined)
      facts.push({
        type: 'custody.excursion-ended',
        subject: part,
        data: { ...data, endedAt: new Date(endedAt).toISOString() },
      });
  }
  await upsertExcursions(tx, excursions);
  for (const alarm of await insertAlarms(tx, alarms)) {
    facts.push({
      type: 'custody.alarm-raised',
      subject: alarm.part,
      data: {
        id: alarm.id,
        rule: alarm.rule,
        kind: alarm.kind,
        temperatureC: alarm.temperatureC,
        minutes: alarm.minutes,
      },
    });
  }
  await tellAll(tx, facts);
}

const RECOUNTS = 20;
/** Longest stretch counted again: readings that come later than this change plots and sums, not alarms. */
const RECOUNT_MS = 2 * DAY_MS;
const MOST_RECOUNTED = 50_000;

/** Readings that came in behind newer ones are put in their place and the time outside the limits is counted again. */
export const recountJob: Job = {
  name: 'custody.recount',
  everySeconds: 15,
  async run(ctx) {
    for (const device of await lockRecounts(ctx.db, RECOUNTS)) {
      const oldest = device.at.getTime() - RECOUNT_MS;
      const from = new Date(Math.max(device.recountFrom!.getTime() - 60 * MINUTE_MS, oldest));
      const since = (await findExcursionStart(ctx.db, device.part, from)) ?? from;
      const readings = await findReadings(ctx.db, device.part, { since, until: device.at, limit: MOST_RECOUNTED });
      const carrier = device.exposure?.part ?? device.part;
      const steps: Step[] = [];
      let state: ExposureState | undefined;
      for (const reading of readings) {
        const counted = expose(state, reading, carrier);
        if (counted === undefined) continue;
        state = counted.state;
        steps.push(
          ...counted.steps.map((change) => ({
            part: carrier,
            device: device.part,
            class: classOf(carrier).id,
            change,
          })),
        );
      }
      await deleteExcursions(ctx.db, device.part, since);
      const { recountFrom: _, ...counted } = device;
      if (state !== undefined) counted.exposure = keepTotals(state, device.exposure);
      await upsertDevices(ctx.db, [counted]);
      await applySteps(ctx, ctx.db, steps);
    }
  },
};

/** What added up before the stretch that was counted again is not lost. */
function keepTotals(state: ExposureState, before: ExposureState | undefined): ExposureState {
  const rules = Object.entries(state.rules).map(([id, rule]) => [
    id,
    { ...rule, total: Math.max(rule.total, before?.rules[id]?.total ?? 0) },
  ]);
  return { ...state, rules: Object.fromEntries(rules) };
}

/** Days of readings: made ahead, dropped when they are older than what is kept. */
export const partitionJob: Job = {
  name: 'custody.partitions',
  everySeconds: 3600,
  async run(ctx) {
    const day = (offset: number): string => new Date(ctx.now().getTime() + offset * DAY_MS).toISOString().slice(0, 10);
    const days = Array.from({ length: 12 }, (_, index) => day(index - 7));
    await keepPartitions(ctx.db, days, day(-KEEP_DAYS));
  },
};
