import type { Db, Tx } from '#kernel/context';
import { all, identifier, sql, trusted } from '#kernel/sql';
import type { Alarm, Device, Excursion, Reading, ReadingMessage } from '../model.ts';
import type { ExposureState } from '../rules/index.ts';
import { withoutNulls } from './rows.ts';

/** Where a reading stands in its message. */
export interface ReadingKey {
  device: string;
  at: Date;
  seq: number;
  nth: number;
}

/** Keeps the readings; the keys of those that were not there before. A message sent twice is kept once. */
export async function insertReadings(
  tx: Tx,
  messages: readonly (ReadingMessage & { part: string })[],
): Promise<ReadingKey[]> {
  const rows = messages.flatMap(({ part, seq, receivedAt, readings }) =>
    readings.map((reading, nth) => ({ part, seq, nth, receivedAt, ...reading })),
  );
  const column = (pick: (row: (typeof rows)[number]) => unknown): unknown[] => rows.map((row) => pick(row) ?? null);
  const kept = await tx.rows<ReadingKey>(sql`
    insert into custody.reading (device, at, seq, nth, received_at, temperature, humidity, latitude, longitude, speed)
    select * from unnest(
      ${column((r) => r.part)}::text[], ${column((r) => r.at)}::timestamptz[], ${column((r) => r.seq)}::bigint[],
      ${column((r) => r.nth)}::smallint[], ${column((r) => r.receivedAt)}::timestamptz[], ${column((r) => r.temperatureC)}::real[],
      ${column((r) => r.humidity)}::real[], ${column((r) => r.latitude)}::double precision[],
      ${column((r) => r.longitude)}::double precision[], ${column((r) => r.speedKmh)}::real[]
    )
    on conflict do nothing
    returning device, at, seq, nth
  `);
  return kept;
}

const DEVICE = sql`part, code, seq, at, received_at as "receivedAt", temperature as "temperatureC", humidity, latitude, longitude,
  speed as "speedKmh", heading, online, ahead_seconds as "aheadSeconds"`;

export interface DeviceRow extends Device {
  exposure?: ExposureState;
  recountFrom?: Date;
}

export async function lockDevices(tx: Tx, parts: readonly string[]): Promise<Map<string, DeviceRow>> {
  const rows = await tx.rows<DeviceRow>(sql`
    select ${DEVICE}, exposure, recount_from as "recountFrom" from custody.device where part = any(${parts}::text[]) order by part for update
  `);
  return new Map(rows.map((row) => [row.part, withoutNulls(row)]));
}

export async function upsertDevices(tx: Tx, devices: readonly DeviceRow[]): Promise<void> {
  const sorted = [...devices].sort((a, b) => (a.part < b.part ? -1 : 1));
  const column = (pick: (device: DeviceRow) => unknown): unknown[] => sorted.map((device) => pick(device) ?? null);
  await tx.run(sql`
    insert into custody.device as device (part, code, seq, at, received_at, temperature, humidity, latitude, longitude, speed, heading, online,
      ahead_seconds, exposure, recount_from)
    select part, code, seq, at, received_at, temperature, humidity, latitude, longitude, speed, heading, online, ahead, exposure::json, recount
    from unnest(
      ${column((d) => d.part)}::text[], ${column((d) => d.code)}::text[], ${column((d) => d.seq)}::bigint[],
      ${column((d) => d.at)}::timestamptz[], ${column((d) => d.receivedAt)}::timestamptz[], ${column((d) => d.temperatureC)}::real[],
      ${column((d) => d.humidity)}::real[], ${column((d) => d.latitude)}::double precision[],
      ${column((d) => d.longitude)}::double precision[], ${column((d) => d.speedKmh)}::real[], ${column((d) => d.heading)}::real[],
      ${column((d) => d.aheadSeconds)}::int[], ${column((d) => d.exposure && JSON.stringify(d.exposure))}::text[],
      ${column((d) => d.recountFrom)}::timestamptz[], ${column((d) => d.online)}::boolean[]
    ) as new (part, code, seq, at, received_at, temperature, humidity, latitude, longitude, speed, heading, ahead, exposure, recount, online)
    on conflict (part) do update set seq = excluded.seq, at = excluded.at, received_at = excluded.received_at,
      temperature = excluded.temperature, humidity = excluded.humidity, latitude = excluded.latitude, longitude = excluded.longitude,
      speed = excluded.speed, heading = excluded.heading, online = excluded.online, ahead_seconds = excluded.ahead_seconds,
      exposure = excluded.exposure, recount_from = excluded.recount_from
  `);
}

export async function setOnline(db: Db, part: string, online: boolean): Promise<void> {
  await db.run(sql`update custody.device set online = ${online} where part = ${part} and online <> ${online}`);
}

/** What each device is fixed to now. */
export async function findCarriers(db: Db, devices: readonly string[]): Promise<Map<string, string>> {
  const rows = await db.rows<{ part: string; parent: string }>(sql`
    select part, parent from custody.thing where part = any(${devices}::text[]) and parent is not null
  `);
  return new Map(rows.map(({ part, parent }) => [part, parent]));
}

/** A device, what it is fixed to, and what that is in. */
export interface CarriedDevice extends Device {
  carrier?: string;
  vehicle?: string;
  alarmed: boolean;
}

/** Sensors with their last word, latest first. */
export async function findDevices(
  db: Db,
  { parts, limit }: { parts?: readonly string[]; limit: number },
): Promise<CarriedDevice[]> {
  const which =
    parts === undefined
      ? sql`true`
      : sql`device.part = any(${parts}::text[]) or fixed.parent = any(${parts}::text[]) or carrier.parent = any(${parts}::text[])`;
  const rows = await db.rows<CarriedDevice>(sql`
    select device.part, device.code, device.seq, device.at, device.received_at as "receivedAt", device.temperature as "temperatureC",
      device.humidity, device.latitude, device.longitude, device.speed as "speedKmh", device.heading, device.online,
      device.ahead_seconds as "aheadSeconds", fixed.parent as carrier,
      case when carrier.kind = 'vehicle' then carrier.part else carrier.parent end as vehicle,
      exists (select 1 from custody.alarm where alarm.part = coalesce(fixed.parent, device.part) and alarm.state <> 'closed'
        and alarm.raised_at > device.at - interval '1 day') as alarmed
    from custody.device
    left join custody.thing fixed on fixed.part = device.part
    left join custody.thing carrier on carrier.part = fixed.parent
    where ${which} order by device.received_at desc, device.part limit ${limit}
  `);
  return rows.map(withoutNulls);
}

/** The devices that were fixed to a thing within a time, each with its own. */
export function findSensorsOf(
  db: Db,
  carrier: string,
  until: Date,
): Promise<{ device: string; since: Date; until: Date | null }[]> {
  return db.rows(sql`
    select part as device, at as since,
      (select min(later.at) from custody.trace later
        where later.part = trace.part and later.at > trace.at and later.act is not null and not later.wrong
          and (later.act = 'out' or later.other <> trace.other)) as until
    from custody.trace
    where other = ${carrier} and act = 'in' and at <= ${until} and not wrong and part in (select part from custody.device)
    order by at desc limit 50
  `);
}

interface ReadingRow {
  at: Date;
  temperatureC: number | null;
  humidity: number | null;
  latitude: number | null;
  longitude: number | null;
  speedKmh: number | null;
}

/** The readings of a device between two times, in their order; of more than `limit` the latest. */
export async function findReadings(
  db: Db,
  device: string,
  { since, until, limit }: { since: Date; until: Date; limit: number },
): Promise<Reading[]> {
  const rows = await db.rows<ReadingRow>(sql`
    select at, temperature as "temperatureC", humidity, latitude, longitude, speed as "speedKmh"
    from custody.reading where device = ${device} and at between ${since} and ${until} order by at desc, seq desc, nth desc limit ${limit}
  `);
  return rows.reverse().map((row) => withoutNulls(row) as Reading);
}

/** Stretches outside the limits: new, grown or ended. */
export async function upsertExcursions(tx: Tx, excursions: readonly Excursion[]): Promise<void> {
  const latest = new Map(excursions.map((each) => [`${each.part} ${each.beganAt.getTime()} ${each.kind}`, each]));
  const rows = [...latest.values()];
  if (rows.length === 0) return;
  const column = (pick: (excursion: Excursion) => unknown): unknown[] => rows.map((row) => pick(row) ?? null);
  await tx.run(sql`
    insert into custody.excursion (part, began_at, kind, ended_at, minutes, extreme, device, class)
    select * from unnest(
      ${column((e) => e.part)}::text[], ${column((e) => e.beganAt)}::timestamptz[], ${column((e) => e.kind)}::text[],
      ${column((e) => e.endedAt)}::timestamptz[], ${column((e) => e.minutes)}::real[], ${column((e) => e.extremeC)}::real[],
      ${column((e) => e.device)}::text[], ${column((e) => e.class)}::text[]
    )
    on conflict (part, began_at, kind) do update set ended_at = excluded.ended_at, minutes = excluded.minutes, extreme = excluded.extreme
  `);
}

/** When the stretch outside the limits began that goes on at, or after, a time. */
export async function findExcursionStart(db: Db, device: string, at: Date): Promise<Date | undefined> {
  const { began } = await db.one<{ began: Date | null }>(sql`
    select min(began_at) as began from custody.excursion where device = ${device} and began_at < ${at} and (ended_at is null or ended_at >= ${at})
  `);
  return began ?? undefined;
}

export async function deleteExcursions(tx: Tx, device: string, since: Date): Promise<void> {
  await tx.run(sql`delete from custody.excursion where device = ${device} and began_at >= ${since}`);
}

const EXCURSION = sql`part, kind, began_at as "beganAt", ended_at as "endedAt", minutes, extreme as "extremeC", device, class`;

export async function findExcursions(db: Db, part: string, limit: number): Promise<Excursion[]> {
  const rows = await db.rows<Excursion>(
    sql`select ${EXCURSION} from custody.excursion where part = ${part} order by began_at desc, kind limit ${limit}`,
  );
  return rows.map(withoutNulls);
}

/** Keeps the alarms that were not raised before; they come back. */
export async function insertAlarms(tx: Tx, alarms: readonly Omit<Alarm, 'state'>[]): Promise<Alarm[]> {
  if (alarms.length === 0) return [];
  const column = (pick: (alarm: Omit<Alarm, 'state'>) => unknown): unknown[] => alarms.map(pick);
  const rows = await tx.rows<Alarm>(sql`
    insert into custody.alarm (part, id, rule, kind, raised_at, began_at, temperature, minutes, device, class)
    select * from unnest(
      ${column((a) => a.part)}::text[], ${column((a) => a.id)}::text[], ${column((a) => a.rule)}::text[], ${column((a) => a.kind)}::text[],
      ${column((a) => a.raisedAt)}::timestamptz[], ${column((a) => a.beganAt)}::timestamptz[], ${column((a) => a.temperatureC)}::real[],
      ${column((a) => a.minutes)}::real[], ${column((a) => a.device)}::text[], ${column((a) => a.class)}::text[]
    )
    on conflict (part, rule, began_at) do nothing
    returning ${ALARM}
  `);
  return rows.map(withoutNulls);
}

const ALARM = sql`part, id, rule, kind, raised_at as "raisedAt", began_at as "beganAt", temperature as "temperatureC", minutes, device, class,
  state, acknowledged_by as "acknowledgedBy", acknowledged_at as "acknowledgedAt", closed_by as "closedBy", closed_at as "closedAt",
  closed_why as "closedWhy"`;

export interface AlarmFilter {
  part?: string;
  state?: Alarm['state'];
  before?: { at: Date; id: string };
  limit: number;
}

export async function findAlarms(db: Db, filter: AlarmFilter): Promise<Alarm[]> {
  const terms = [];
  if (filter.part !== undefined) terms.push(sql`part = ${filter.part}`);
  if (filter.state !== undefined) terms.push(sql`state = ${filter.state}`);
  if (filter.before !== undefined) terms.push(sql`(raised_at, id) < (${filter.before.at}, ${filter.before.id})`);
  const rows = await db.rows<Alarm>(
    sql`select ${ALARM} from custody.alarm where ${all(terms)} order by raised_at desc, id desc limit ${filter.limit}`,
  );
  return rows.map(withoutNulls);
}

export async function lockAlarm(tx: Tx, id: string): Promise<Alarm | undefined> {
  const row = await tx.maybe<Alarm>(sql`select ${ALARM} from custody.alarm where id = ${id} for update`);
  return row && withoutNulls(row);
}

export async function settleAlarm(tx: Tx, alarm: Alarm): Promise<void> {
  await tx.run(sql`
    update custody.alarm set state = ${alarm.state}, acknowledged_by = ${alarm.acknowledgedBy ?? null},
      acknowledged_at = ${alarm.acknowledgedAt ?? null}, closed_by = ${alarm.closedBy ?? null}, closed_at = ${alarm.closedAt ?? null},
      closed_why = ${alarm.closedWhy ?? null}
    where part = ${alarm.part} and id = ${alarm.id}
  `);
}

/** Devices whose readings came out of order, to be counted again. */
export async function lockRecounts(tx: Tx, limit: number): Promise<DeviceRow[]> {
  const rows = await tx.rows<DeviceRow>(sql`
    select ${DEVICE}, exposure, recount_from as "recountFrom" from custody.device
    where recount_from is not null order by recount_from limit ${limit} for update skip locked
  `);
  return rows.map(withoutNulls);
}

/** Makes the partitions of the days named, moving what the default partition caught of them; drops those before `keepFrom`. */
export async function keepPartitions(tx: Tx, days: readonly string[], keepFrom: string): Promise<void> {
  const names = await tx.rows<{ name: string }>(sql`
    select child.relname as name from pg_inherits join pg_class child on child.oid = inhrelid
    where inhparent = 'custody.reading'::regclass and child.relname ~ '^reading_[0-9]{8}$'
  `);
  const known = new Set(names.map(({ name }) => name));
  for (const day of days) {
    const name = `reading_${day.replaceAll('-', '')}`;
    if (known.has(name)) continue;
    const table = identifier(`custody.${name}`);
    const [from, to] = [`${day}T00:00:00Z`, new Date(Date.parse(`${day}T00:00:00Z`) + 86_400_000).toISOString()];
    const caught = sql`at >= ${from}::timestamptz and at < ${to}::timestamptz`;
    await tx.run(sql`create table ${table} (like custody.reading including defaults including constraints)`);
    await tx.run(
      sql`with moved as (delete from custody.reading_default where ${caught} returning *) insert into ${table} select * from moved`,
    );
    await tx.run(
      sql`alter table custody.reading attach partition ${table} for values from (${trusted(`'${from}'`)}) to (${trusted(`'${to}'`)})`,
    );
  }
  for (const name of known) {
    if (name >= `reading_${keepFrom.replaceAll('-', '')}`) continue;
    await tx.run(sql`drop table ${identifier(`custody.${name}`)}`);
  }
}
