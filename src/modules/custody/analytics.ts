import type { Db } from '#kernel/context';
import { type LakeTable, rowsByAct, type TableRow } from '#kernel/lake';
import type { DeliveredFact } from '#kernel/outbox';
import { sql } from '#kernel/sql';
import { kindOf } from './rules/index.ts';

/** What `custody.readings-kept` carries of each reading that was not known before: compact, because there are thousands a second. */
export type ToldReading = readonly [
  device: string,
  at: string,
  seq: number,
  nth: number,
  receivedAt: string,
  temperatureC: number | null,
  humidity: number | null,
  latitude: number | null,
  longitude: number | null,
  speedKmh: number | null,
];

const TIME = "DateTime64(3, 'UTC')";

/** Every reading ever kept: PostgreSQL keeps the last month of them, the lake all. A late one finds its place by its key. */
export const readingTable: LakeTable = {
  name: 'custody_reading',
  title: 'Readings of sensors',
  description: 'One row for each reading that a device sent, however old.',
  columns: [
    { name: 'device', type: 'LowCardinality(String)', description: 'The sensor, as a GS1 Digital Link' },
    { name: 'at', type: TIME, codec: 'DoubleDelta, ZSTD(1)', description: 'When it was measured' },
    { name: 'seq', type: 'UInt64', codec: 'Delta, ZSTD(1)', description: 'Number of the message of the device' },
    { name: 'nth', type: 'UInt16', description: 'Place in its message, from 0' },
    { name: 'received_at', type: TIME, codec: 'DoubleDelta, ZSTD(1)', description: 'When it came here' },
    { name: 'temperature', type: 'Nullable(Float32)', description: 'Degrees Celsius' },
    { name: 'humidity', type: 'Nullable(Float32)', description: 'Percent' },
    { name: 'latitude', type: 'Nullable(Float64)', description: 'Degrees, WGS 84' },
    { name: 'longitude', type: 'Nullable(Float64)', description: 'Degrees, WGS 84' },
    { name: 'speed', type: 'Nullable(Float32)', description: 'Kilometres an hour' },
  ],
  order: ['device', 'at', 'seq', 'nth'],
  partition: 'at',
  isWhole: false,
  facts: ['custody.readings-kept'],
  seen: (ctx) => rowsByAct(ctx, 'custody.read'),
  async *rows(_, facts) {
    yield facts.flatMap(({ data }) => (data as ToldReading[]).map(rowOf));
  },
  async page(db, after) {
    const told = await findToldReadings(db, after === undefined ? undefined : (JSON.parse(after) as ReadingPlace));
    const last = told.length < PAGE ? undefined : told.at(-1)!.slice(0, 4);
    return { rows: told.map(rowOf), next: last && JSON.stringify(last) };
  },
};

function rowOf([device, at, seq, nth, receivedAt, temperatureC, humidity, latitude, longitude, speedKmh]: ToldReading) {
  return {
    device,
    at,
    seq,
    nth,
    received_at: receivedAt,
    temperature: temperatureC,
    humidity,
    latitude,
    longitude,
    speed: speedKmh,
  };
}

type ReadingPlace = readonly [device: string, at: string, seq: number, nth: number];

const PAGE = 10_000;

/** Readings as they were told, in the order of their keys, after that place. */
async function findToldReadings(db: Db, after: ReadingPlace = ['', '-infinity', 0, 0]): Promise<ToldReading[]> {
  const [device, at, seq, nth] = after;
  const rows = await db.rows<{ told: ToldReading }>(sql`
    select json_build_array(
      device, to_char(at at time zone 'UTC', ${ISO}), seq, nth, to_char(received_at at time zone 'UTC', ${ISO}),
      temperature, humidity, latitude, longitude, speed
    ) as told
    from custody.reading
    where (device, at, seq, nth) > (${device}, ${at}::timestamptz, ${seq}::bigint, ${nth}::smallint)
    order by device, at, seq, nth
    limit ${PAGE}
  `);
  return rows.map(({ told }) => told);
}

const WORD = 'LowCardinality(Nullable(String))';

/** What `custody.events-captured` carries: ids of events that were captured, or withdrawn by a declaration. */
export type ToldEvents = readonly string[];

/** What every event says of every thing: moves, stays and hand-overs. */
export const moveTable: LakeTable = {
  name: 'custody_move',
  title: 'Moves and hand-overs',
  description:
    'One row for each thing that an EPCIS event names: what happened to it, where, and between whom. A hand-over has both parties.',
  columns: [
    { name: 'thing', type: 'String', description: 'Specimen, box, vehicle or device, as a GS1 Digital Link' },
    { name: 'kind', type: 'LowCardinality(String)', description: 'specimen, box, vehicle, device or other' },
    { name: 'code', type: 'String', description: 'What people read on the label: accession number, box number' },
    { name: 'at', type: TIME, codec: 'Delta, ZSTD(1)', description: 'When it happened' },
    { name: 'recorded_at', type: TIME, codec: 'Delta, ZSTD(1)', description: 'When the event was captured' },
    { name: 'event', type: 'String', description: 'Id of the event' },
    { name: 'event_type', type: 'LowCardinality(String)', description: 'EPCIS type of the event' },
    {
      name: 'role',
      type: 'LowCardinality(String)',
      description: 'What the thing is in the event: subject, parent, child',
    },
    { name: 'step', type: WORD, description: 'CBV business step' },
    { name: 'act', type: WORD, description: 'in or out of the container' },
    { name: 'container', type: 'Nullable(String)', description: 'What holds the thing, or what it is fixed to' },
    { name: 'state', type: WORD, description: 'What the thing is afterwards' },
    { name: 'place', type: WORD, description: 'Where it is afterwards; empty on the way' },
    { name: 'disposition', type: WORD, description: 'CBV disposition' },
    { name: 'from_party', type: WORD, description: 'Who gave it' },
    { name: 'to_party', type: WORD, description: 'Who took it' },
    { name: 'withdrawn', type: 'UInt8', description: '1: an error declaration says that it was not so' },
  ],
  order: ['thing', 'at', 'event', 'role'],
  partition: 'at',
  version: 'withdrawn',
  isWhole: true,
  facts: ['custody.events-captured'],
  seen: (ctx) => rowsByAct(ctx, 'custody.read'),
  rows: readToldMoves,
  async page(db, after) {
    const [part, at, event, role] = after === undefined ? ['', '-infinity', '', ''] : (JSON.parse(after) as MovePlace);
    const rows = await db.rows<TableRow>(sql`
      select ${MOVE} from custody.trace t join custody.event e on e.id = t.event
      where (t.part, t.at, t.event, t.role) > (${part}, ${at}::timestamptz, ${event}, ${role})
      order by t.part, t.at, t.event, t.role limit ${PAGE}
    `);
    const last = rows.length < PAGE ? undefined : rows.at(-1)!;
    return {
      rows: rows.map(withLabel),
      next: last && JSON.stringify([last['thing'], last['exactly'], last['event'], last['role']]),
    };
  },
};

type MovePlace = readonly [part: string, at: string, event: string, role: string];

/** Events whose things are read at once. */
const EVENTS = 1_000;

async function* readToldMoves(db: Db, facts: readonly DeliveredFact[]): AsyncGenerator<TableRow[]> {
  const events = [...new Set(facts.flatMap(({ data }) => data as ToldEvents))];
  for (let from = 0; from < events.length; from += EVENTS) {
    const rows = await db.rows<TableRow>(sql`
      select ${MOVE} from custody.trace t join custody.event e on e.id = t.event where t.event = any(${events.slice(from, from + EVENTS)}::text[])
    `);
    yield rows.map(withLabel);
  }
}

function withLabel({ exactly: _, ...row }: TableRow): TableRow {
  return { ...row, ...kindOf(String(row['thing'])) };
}

const ISO = 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"';

const MOVE = sql`
  t.part as thing, to_char(t.at at time zone 'UTC', ${ISO}) as at, t.at::text as exactly, to_char(e.record_time at time zone 'UTC', ${ISO}) as recorded_at,
  t.event, e.type as event_type, t.role, t.step, t.act, t.other as container, t.state, t.place, t.disposition, t.from_party, t.to_party, t.wrong::int as withdrawn`;
