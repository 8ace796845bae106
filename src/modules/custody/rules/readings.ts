import { Problem } from '#kernel/problem';
import type { Reading, ReadingMessage } from '../model.ts';

const MOST_READINGS = 1000;

/**
 * Reads a device's message: `{"seq":1,"readings":[{"at":"...Z","temperatureC":4.2,"latitude":23.1,"longitude":113.3,"speedKmh":31}]}`.
 *
 * @throws Problem `unprocessable` with the first thing that is wrong
 */
export function parseReadings(payload: Uint8Array, device: string, receivedAt: Date): ReadingMessage {
  const refuse = (reason: string): never => {
    throw new Problem('unprocessable', 'the readings cannot be understood', { device, reason });
  };
  let content: unknown;
  try {
    content = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(payload));
  } catch {
    return refuse('no JSON in UTF-8');
  }
  if (typeof content !== 'object' || content === null) return refuse('no object');
  const { seq, readings } = content as { seq?: unknown; readings?: unknown };
  if (!Number.isSafeInteger(seq) || (seq as number) < 0) return refuse('seq is no whole number of 0 or more');
  if (!Array.isArray(readings) || readings.length === 0) return refuse('readings is no list');
  if (readings.length > MOST_READINGS) return refuse(`more than ${MOST_READINGS} readings`);
  return {
    device,
    seq: seq as number,
    receivedAt,
    readings: readings.map((reading) => parseReading(reading, receivedAt, refuse)),
  };
}

/** A clock that was never set says 1970 or 2099; such readings go to the desk, for sending them again mends nothing. */
const FARTHEST_MS = 10 * 365.25 * 86_400_000;

const RANGES = {
  temperatureC: [-273.15, 200],
  humidity: [0, 100],
  latitude: [-90, 90],
  longitude: [-180, 180],
  speedKmh: [0, 1000],
} as const;

function parseReading(content: unknown, receivedAt: Date, refuse: (reason: string) => never): Reading {
  if (typeof content !== 'object' || content === null) return refuse('a reading is no object');
  const fields = content as Record<string, unknown>;
  const at = typeof fields['at'] === 'string' ? new Date(fields['at']) : new Date(Number.NaN);
  if (!/[Zz]|[+-]\d{2}:?\d{2}$/.test(String(fields['at'])) || Number.isNaN(at.getTime()))
    return refuse('at is no time with a zone');
  if (Math.abs(at.getTime() - receivedAt.getTime()) > FARTHEST_MS) return refuse('at is more than ten years from now');
  const reading: Reading = { at };
  for (const [name, [least, most]] of Object.entries(RANGES)) {
    const value = fields[name];
    if (value === undefined || value === null) continue;
    if (typeof value !== 'number' || !(value >= least && value <= most))
      return refuse(`${name} is no number from ${least} to ${most}`);
    reading[name as keyof typeof RANGES] = value;
  }
  if ((reading.latitude === undefined) !== (reading.longitude === undefined))
    return refuse('a position needs latitude and longitude');
  return reading;
}
