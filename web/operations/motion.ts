import type { Vehicle } from './model.ts';

type Position = readonly [lon: number, lat: number];

/** One vehicle's movement on the screen: gliding from where it was shown to where it was told to be. */
export interface Track {
  from: Position;
  to: Position;
  startMs: number;
  durationMs: number;
  toldMs: number;
  /** Places it was told at, oldest first, a step apart: slow or often told, a vehicle's trail shows the same length of road. */
  trail: readonly Position[];
}

const TRAIL_POINTS = 24;
/** Some 400 m: 24 of them are 10 km of road. */
const TRAIL_STEP_DEGREES = 0.004;
const LEAST_GLIDE_MS = 400;
const MOST_GLIDE_MS = 12_000;
/** A vehicle that is told further away than this was not followed: it is set there, for a glide would be a lie. */
const JUMP_DEGREES = 0.15;
/** Below this, some 5 m, it stands: noise of the receiver makes no trail. */
const STANDS_DEGREES = 0.000_05;

/** The track after a vehicle was told at a place; `nowMs` is the screen's clock. */
export function follow(track: Track | undefined, vehicle: Vehicle, nowMs: number): Track {
  const to: Position = [vehicle.lon, vehicle.lat];
  if (track === undefined) return { from: to, to, startMs: nowMs, durationMs: 0, toldMs: nowMs, trail: [to] };

  const shown = positionAt(track, nowMs);
  const away = Math.hypot(to[0] - track.to[0], to[1] - track.to[1]);
  if (away < STANDS_DEGREES) return { ...track, toldMs: nowMs };
  if (away > JUMP_DEGREES) return { from: to, to, startMs: nowMs, durationMs: 0, toldMs: nowMs, trail: [to] };
  const [lastLon, lastLat] = track.trail.at(-1) ?? to;
  const stepped = Math.hypot(to[0] - lastLon, to[1] - lastLat) >= TRAIL_STEP_DEGREES;
  return {
    from: shown,
    to,
    startMs: nowMs,
    // The next word will come about as late as this one did: arriving just then keeps the movement even.
    durationMs: Math.min(MOST_GLIDE_MS, Math.max(LEAST_GLIDE_MS, nowMs - track.toldMs)),
    toldMs: nowMs,
    trail: stepped ? [...track.trail, to].slice(-TRAIL_POINTS) : track.trail,
  };
}

export function positionAt({ from, to, startMs, durationMs }: Track, nowMs: number): Position {
  const share = durationMs === 0 ? 1 : Math.min(1, Math.max(0, (nowMs - startMs) / durationMs));
  return [from[0] + (to[0] - from[0]) * share, from[1] + (to[1] - from[1]) * share];
}

export function isMoving({ startMs, durationMs }: Track, nowMs: number): boolean {
  return nowMs < startMs + durationMs;
}

/** The points of the trail that have been passed, ending where the vehicle is shown. */
export function trailAt(track: Track, nowMs: number): readonly Position[] {
  const ahead = isMoving(track, nowMs) && track.trail.at(-1)?.join() === track.to.join();
  const passed = ahead ? track.trail.slice(0, -1) : track.trail;
  return [...passed, positionAt(track, nowMs)];
}
