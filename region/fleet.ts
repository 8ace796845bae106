import { connect, type MqttClient } from 'mqtt';
import { boxTemperatures, restingTemperature, TICK } from './boxes.ts';
import { type Fault, warmFault } from './faults.ts';
import { planRounds, positionAt, type Round } from './rounds.ts';
import { dayOf, MINUTE } from './time.ts';
import type { Vehicle, World } from './world.ts';

/** What a sensor measured at one time, as it is sent. */
export interface SensorReading {
  at: string;
  temperatureC: number;
  latitude: number;
  longitude: number;
  speedKmh: number;
}

/** A sensor's memory: a day at full rate; then it forgets the oldest, as real ones do. */
const MOST_KEPT = (24 * 60 * MINUTE) / TICK;
const MOST_PER_MESSAGE = 60;
/** Standing still it measures every two minutes. */
const RESTING_TICKS = 4;
const EPOCH = Date.UTC(2026, 0, 1);

export const tickOf = (at: number): number => Math.floor((at - EPOCH) / TICK);
const timeOf = (tick: number): number => EPOCH + tick * TICK;

/** Pure: what the sensor of a vehicle reads at a tick; undefined while it rests. */
export function readSensor(
  world: World,
  faults: readonly Fault[],
  vehicle: Vehicle,
  tick: number,
): SensorReading | undefined {
  const at = timeOf(tick);
  const rounds = planRounds(world.seed, vehicle, dayOf(at));
  const round = rounds.find((each) => at >= each.departAt && at < each.returnAt);
  if (!round && tick % RESTING_TICKS !== vehicle.number % RESTING_TICKS) return undefined;
  const position = positionAt(rounds, vehicle, at);
  const warm = round && warmFault(faults, round);
  const celsius = round
    ? seriesOf(round, world.seed, warm).at(Math.floor((at - round.departAt) / TICK))!
    : restingTemperature(world.seed, vehicle.box, at);
  return {
    at: new Date(at).toISOString(),
    temperatureC: Math.round(celsius * 10) / 10,
    latitude: Math.round(position.lat * 1e5) / 1e5,
    longitude: Math.round(position.lon * 1e5) / 1e5,
    speedKmh: position.speedKmh,
  };
}

const series = new WeakMap<Round, { of: string; celsius: Float32Array }>();

function seriesOf(round: Round, seed: number, warm: Fault | undefined): Float32Array {
  const of = `${seed}/${warm?.from}/${warm?.until}`;
  const known = series.get(round);
  if (known?.of === of) return known.celsius;
  const celsius = boxTemperatures(round, seed, warm);
  series.set(round, { of, celsius });
  return celsius;
}

interface FleetOptions {
  world: World;
  host: string;
  port: number;
  token: string;
  /** Last tick each device has delivered before. */
  delivered: ReadonlyMap<string, number>;
  faults(): readonly Fault[];
}

/** All sensors, each with its own MQTT connection, memory and sequence. */
export class Fleet {
  readonly #options: FleetOptions;
  readonly #sensors: Sensor[];

  constructor(options: FleetOptions) {
    this.#options = options;
    this.#sensors = options.world.vehicles.map((vehicle) => new Sensor(vehicle, options));
  }

  /** Last tick delivered by device, to go on from after a restart. */
  get delivered(): Record<string, number> {
    return Object.fromEntries(this.#sensors.map((sensor) => [sensor.vehicle.device, sensor.delivered]));
  }

  get counts(): { published: number; forgotten: number; connected: number; kept: number } {
    const sum = (of: (sensor: Sensor) => number): number =>
      this.#sensors.reduce((total, sensor) => total + of(sensor), 0);
    return {
      published: sum((s) => s.published),
      forgotten: sum((s) => s.forgotten),
      connected: sum((s) => (s.connected ? 1 : 0)),
      kept: sum((s) => s.kept),
    };
  }

  /** Lets every sensor measure up to this time, at most a day back and with fewer readings the more it has to catch up. */
  advance(now: number, from: number): void {
    const last = tickOf(now);
    for (const sensor of this.#sensors) {
      const first = Math.max(sensor.measured + 1, tickOf(from), last - MOST_KEPT);
      const step = last - first > 240 ? RESTING_TICKS : 1;
      for (let tick = first; tick <= last; tick++) {
        if (step > 1 && tick < last - 20 && tick % step !== sensor.vehicle.number % step) continue;
        const reading = readSensor(this.#options.world, this.#options.faults(), sensor.vehicle, tick);
        if (reading) sensor.keep(tick, reading);
      }
      sensor.measured = Math.max(sensor.measured, last);
      sensor.deliver();
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#sensors.map((sensor) => sensor.close()));
  }
}

class Sensor {
  readonly vehicle: Vehicle;
  measured: number;
  delivered: number;
  published = 0;
  forgotten = 0;
  readonly #client: MqttClient;
  readonly #memory: { tick: number; reading: SensorReading }[] = [];
  #busy = false;

  constructor(vehicle: Vehicle, { host, port, token, delivered }: FleetOptions) {
    this.vehicle = vehicle;
    this.delivered = delivered.get(vehicle.device) ?? 0;
    this.measured = this.delivered;
    const status = `banyan/v1/devices/${vehicle.device}/status`;
    this.#client = connect({
      host,
      port,
      protocol: 'mqtt',
      clientId: vehicle.device,
      username: vehicle.device,
      password: token,
      keepalive: 60,
      reconnectPeriod: 1000 + (vehicle.number % 40) * 100,
      queueQoSZero: false,
      will: { topic: status, payload: Buffer.from('offline'), qos: 1, retain: true },
    });
    this.#client.on('connect', () => {
      this.#client.publish(status, 'online', { qos: 1, retain: true });
      this.deliver();
    });
    // A sensor out of reach is no failure of the region: it keeps its readings and the client tries again.
    this.#client.on('error', () => undefined);
  }

  get connected(): boolean {
    return this.#client.connected;
  }

  get kept(): number {
    return this.#memory.length;
  }

  keep(tick: number, reading: SensorReading): void {
    if (this.#memory.length >= MOST_KEPT) {
      this.#memory.shift();
      this.forgotten += 1;
    }
    this.#memory.push({ tick, reading });
  }

  /** One message at a time; the sequence is the number of its first tick, so it always grows and is never used twice. */
  deliver(): void {
    if (this.#busy || !this.connected || this.#memory.length === 0) return;
    this.#busy = true;
    const batch = this.#memory.slice(0, MOST_PER_MESSAGE);
    const payload = JSON.stringify({ seq: batch[0]!.tick, readings: batch.map((each) => each.reading) });
    this.#client.publish(`banyan/v1/devices/${this.vehicle.device}/readings`, payload, { qos: 1 }, (error) => {
      this.#busy = false;
      if (error) return;
      const last = batch.at(-1)!.tick;
      while (this.#memory[0] && this.#memory[0].tick <= last) this.#memory.shift();
      this.delivered = last;
      this.published += batch.length;
      if (this.#memory.length > 0) setImmediate(() => this.deliver());
    });
  }

  async close(): Promise<void> {
    await new Promise<void>((resolve) => {
      if (this.connected)
        this.#client.publish(
          `banyan/v1/devices/${this.vehicle.device}/status`,
          'offline',
          { qos: 1, retain: true },
          () => this.#client.end(false, {}, () => resolve()),
        );
      else this.#client.end(true, {}, () => resolve());
      setTimeout(resolve, 2000).unref();
    });
  }
}
