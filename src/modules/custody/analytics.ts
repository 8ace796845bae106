import type { Db } from '#kernel/context';
import type { LakeTable } from '#kernel/lake';
import { sql } from '#kernel/sql';

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
  columns: [
    { name: 'device', type: 'LowCardinality(String)' },
    { name: 'at', type: TIME, codec: 'DoubleDelta, ZSTD(1)' },
    { name: 'seq', type: 'UInt64', codec: 'Delta, ZSTD(1)' },
    { name: 'nth', type: 'UInt16' },
    { name: 'received_at', type: TIME, codec: 'DoubleDelta, ZSTD(1)' },
    { name: 'temperature', type: 'Nullable(Float32)', description: 'Degrees Celsius' },
    { name: 'humidity', type: 'Nullable(Float32)', description: 'Percent' },
    { name: 'latitude', type: 'Nullable(Float64)', description: 'Degrees, WGS 84' },
    { name: 'longitude', type: 'Nullable(Float64)', description: 'Degrees, WGS 84' },
    { name: 'speed', type: 'Nullable(Float32)', description: 'Kilometres an hour' },
  ],
  order: ['device', 'at', 'seq', 'nth'],
  partition: 'at',
  fact: 'custody.readings-kept',
  rows: (data) => (data as ToldReading[]).map(rowOf),
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

const ISO = 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"';
