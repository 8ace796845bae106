/** What `GET /api/laboratory/operations` and its stream tell. */

export type TemperatureState = 'in-range' | 'warning' | 'excursion' | 'silent';

export interface Place {
  id: string;
  name: { en: string; zh: string };
  lon: number;
  lat: number;
  kind: 'clinic' | 'hospital' | 'laboratory';
  /** A key hospital. */
  key: boolean;
  samplesToday: number;
}

export interface Vehicle {
  id: string;
  name: string;
  lon: number;
  lat: number;
  /** Degrees clockwise from north. */
  heading: number;
  speedKmh: number;
  temperatureC: number | null;
  state: TemperatureState;
  boxes: number;
  samples: number;
  at: string;
  /** Id of a place, or its name. */
  destination?: string | null;
}

export interface Today {
  orders: number;
  samples: number;
  results: number;
  inTransit: number;
  turnaroundMedianMin: number | null;
  turnaroundP90Min: number | null;
  alarms: number;
  deadLetters: number;
}

interface Hour {
  hour: string;
  orders: number;
  samples: number;
  results: number;
}

export interface Alarm {
  id: string;
  at: string;
  deviceId: string;
  vehicleId?: string | null;
  boxId?: string | null;
  kind: string;
  temperatureC: number | null;
  minutes: number | null;
  state: string;
}

export interface Operations {
  at: string;
  coverage: readonly Place[];
  vehicles: readonly Vehicle[];
  today: Today;
  hourly: readonly Hour[];
  alarms: readonly Alarm[];
}

/** The screen shows no more alarms than this; the list of all is a page of its own. */
export const MOST_ALARMS = 200;

/** Puts the changed vehicles in the place of their old selves; one not seen before joins. */
export function withVehicles(before: Operations, changed: readonly Vehicle[]): Operations {
  const fresh = new Map(changed.map((vehicle) => [vehicle.id, vehicle]));
  const kept = before.vehicles.map((vehicle) => {
    const now = fresh.get(vehicle.id);
    fresh.delete(vehicle.id);
    return now === undefined || now.at < vehicle.at ? vehicle : now;
  });
  return { ...before, vehicles: [...kept, ...fresh.values()] };
}

export function withToday(before: Operations, today: Today): Operations {
  return { ...before, today };
}

/** An alarm told again replaces itself: its state or its minutes changed. Newest first, bounded. */
export function withAlarm(before: Operations, alarm: Alarm): Operations {
  const others = before.alarms.filter(({ id }) => id !== alarm.id);
  const alarms = [alarm, ...others].sort((one, two) =>
    one.at < two.at ? 1 : one.at > two.at ? -1 : one.id < two.id ? -1 : 1,
  );
  return { ...before, alarms: alarms.slice(0, MOST_ALARMS) };
}

/** The latest moment that the region has told of. */
export function timeOf({ at, vehicles }: Operations): Date {
  return new Date(Math.max(Date.parse(at), ...vehicles.map((vehicle) => Date.parse(vehicle.at))));
}
