import type { LakeTable } from '#kernel/lake';

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
  rows: (data) =>
    (data as ToldReading[]).map(
      ([device, at, seq, nth, receivedAt, temperatureC, humidity, latitude, longitude, speedKmh]) => ({
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
      }),
    ),
};
