import { exposureOf, meanKineticTemperature, type TemperatureSpan } from '#standards/kinetics';
import type { Reading, TemperatureState, TransportClass, TransportRule } from '../model.ts';
import { CLOCK_AHEAD_MINUTES, MAX_GAP_MINUTES, SILENT_AFTER_MINUTES } from './identity.ts';

const MINUTE_MS = 60_000;

/** How long a sensor has been outside its limits so far: all that the next reading needs. Times in milliseconds. */
export interface ExposureState {
  at: number;
  temperatureC: number;
  /** What the sensor measures the condition of. */
  part: string;
  open?: { kind: 'above' | 'below'; beganAt: number; minutes: number; extremeC: number };
  rules: Record<string, { run: number; total: number; beganAt: number; raised: boolean }>;
}

export type ExposureChange =
  | {
      what: 'excursion';
      kind: 'above' | 'below';
      beganAt: number;
      endedAt?: number;
      minutes: number;
      extremeC: number;
      began: boolean;
    }
  | { what: 'alarm'; rule: TransportRule; beganAt: number; at: number; minutes: number; temperatureC: number };

/**
 * One more reading. Between two readings the earlier temperature holds, for ten minutes at the most; what is beyond
 * counts as unmeasured. Readings come in the order of time.
 */
export function advanceExposure(
  state: ExposureState | undefined,
  reading: { at: number; temperatureC: number },
  { part, limits }: { part: string; limits: TransportClass },
): { state: ExposureState; changes: ExposureChange[] } {
  const changes: ExposureChange[] = [];
  const before = state?.part === part ? state : undefined;
  if (state?.open !== undefined && before === undefined) changes.push(ended(state.open, state.at));
  const next: ExposureState = { ...reading, part, rules: {} };

  const elapsed = before === undefined ? 0 : (reading.at - before.at) / MINUTE_MS;
  const minutes = Math.min(elapsed, MAX_GAP_MINUTES);
  const silence = elapsed > MAX_GAP_MINUTES;
  const kind = sideOf(reading.temperatureC, limits);

  if (before?.open !== undefined) {
    const open = { ...before.open, minutes: before.open.minutes + minutes };
    if (silence) changes.push(ended(open, before.at + MAX_GAP_MINUTES * MINUTE_MS));
    else if (open.kind !== kind) changes.push(ended(open, reading.at));
    else next.open = { ...open, extremeC: further(kind, open.extremeC, reading.temperatureC) };
  }
  if (next.open === undefined && kind !== 'within') {
    next.open = { kind, beganAt: reading.at, minutes: 0, extremeC: reading.temperatureC };
    changes.push({ what: 'excursion', ...next.open, began: true });
  } else if (next.open !== undefined) changes.push({ what: 'excursion', ...next.open, began: false });

  for (const rule of limits.rules) {
    const was = before?.rules[rule.id];
    const held = before !== undefined && breaks(before.temperatureC, rule);
    const total = (was?.total ?? 0) + (held ? minutes : 0);
    const going = breaks(reading.temperatureC, rule);
    const run = held && !silence ? (was?.run ?? 0) + minutes : 0;
    const goesOn = rule.cumulative || (held && !silence);
    const beganAt = goesOn && was !== undefined && was.beganAt > 0 ? was.beganAt : going || held ? reading.at : 0;
    const raised = goesOn && was !== undefined ? was.raised : false;
    const reached = rule.cumulative ? total >= rule.minutes : held && run >= rule.minutes;
    if (reached && !raised) {
      changes.push({
        what: 'alarm',
        rule,
        beganAt,
        at: reading.at,
        minutes: rule.cumulative ? total : run,
        temperatureC: before?.temperatureC ?? reading.temperatureC,
      });
    }
    next.rules[rule.id] = {
      run: going ? run : 0,
      total,
      beganAt: going || rule.cumulative ? beganAt : 0,
      raised: (going || rule.cumulative) && (raised || reached),
    };
  }
  return { state: next, changes };
}

function ended(open: NonNullable<ExposureState['open']>, endedAt: number): ExposureChange {
  return { what: 'excursion', ...open, endedAt, began: false };
}

function sideOf(temperatureC: number, { lowC, highC }: TransportClass): 'above' | 'below' | 'within' {
  return temperatureC > highC ? 'above' : temperatureC < lowC ? 'below' : 'within';
}

function breaks(temperatureC: number, { kind, limitC }: TransportRule): boolean {
  return kind === 'above' ? temperatureC > limitC : temperatureC < limitC;
}

function further(kind: 'above' | 'below' | 'within', left: number, right: number): number {
  return kind === 'below' ? Math.min(left, right) : Math.max(left, right);
}

/** What a sensor's colour on the map is. `alarmed`: an alarm of its box is not closed. */
export function temperatureState(
  device: { receivedAt: Date; temperatureC?: number },
  { now, alarmed, limits }: { now: Date; alarmed: boolean; limits: TransportClass },
): TemperatureState {
  const silentMinutes = (now.getTime() - device.receivedAt.getTime()) / MINUTE_MS;
  if (!(silentMinutes <= SILENT_AFTER_MINUTES) || device.temperatureC === undefined) return 'silent';
  if (sideOf(device.temperatureC, limits) === 'within') return 'in-range';
  return alarmed ? 'excursion' : 'warning';
}

/** Seconds a device's clock is ahead of ours, when that is more than the network explains. */
export function clockAhead(at: Date, receivedAt: Date): number | undefined {
  const seconds = Math.round((at.getTime() - receivedAt.getTime()) / 1000);
  return seconds > CLOCK_AHEAD_MINUTES * 60 ? seconds : undefined;
}

/** The course of temperature as spans, and how long nothing was measured. */
function spansOf(readings: readonly Reading[]): { spans: TemperatureSpan[]; unmeasuredMinutes: number } {
  const measured = readings.filter((reading) => reading.temperatureC !== undefined);
  const spans: TemperatureSpan[] = [];
  let unmeasuredMinutes = 0;
  for (let index = 0; index + 1 < measured.length; index += 1) {
    const elapsed = (measured[index + 1]!.at.getTime() - measured[index]!.at.getTime()) / MINUTE_MS;
    const minutes = Math.min(elapsed, MAX_GAP_MINUTES);
    unmeasuredMinutes += elapsed - minutes;
    if (minutes > 0) spans.push({ temperatureC: measured[index]!.temperatureC!, minutes });
  }
  return { spans, unmeasuredMinutes };
}

export interface Condition {
  minutesAbove: number;
  minutesBelow: number;
  minutesWithin: number;
  unmeasuredMinutes: number;
  lowestC?: number;
  highestC?: number;
  meanKineticC?: number;
  /** Whether water in it may have frozen: the rule that the mean kinetic temperature needs beside it. */
  frozen: boolean;
}

/** What the readings say of a box over the time they cover. */
export function conditionOf(readings: readonly Reading[], limits: TransportClass): Condition {
  const { spans, unmeasuredMinutes } = spansOf(readings);
  const temperatures = readings.flatMap(({ temperatureC }) => temperatureC ?? []);
  const meanKineticC = meanKineticTemperature(spans);
  const lowestC = temperatures.reduce((low, value) => Math.min(low, value), Number.POSITIVE_INFINITY);
  const highestC = temperatures.reduce((high, value) => Math.max(high, value), Number.NEGATIVE_INFINITY);
  return {
    ...exposureOf(spans, limits),
    unmeasuredMinutes,
    ...(temperatures.length > 0 && { lowestC, highestC }),
    ...(meanKineticC !== undefined && { meanKineticC }),
    frozen: limits.lowC > 0 && lowestC < 0,
  };
}

/** At most about so many readings: of each stretch of time the coldest and the warmest stay, so that no peak is lost. */
export function thin(readings: readonly Reading[], most: number): Reading[] {
  if (readings.length <= most) return [...readings];
  const size = Math.ceil(readings.length / (most / 2));
  const kept: Reading[] = [];
  for (let from = 0; from < readings.length; from += size) {
    const stretch = readings.slice(from, from + size);
    const order = (a: Reading, b: Reading): number => (a.temperatureC ?? 0) - (b.temperatureC ?? 0);
    const [coldest, warmest] = [
      stretch.reduce((a, b) => (order(a, b) <= 0 ? a : b)),
      stretch.reduce((a, b) => (order(a, b) >= 0 ? a : b)),
    ];
    kept.push(
      ...(coldest === warmest ? [coldest] : coldest.at <= warmest.at ? [coldest, warmest] : [warmest, coldest]),
    );
  }
  return kept;
}
