import { random } from './random.ts';
import type { Round } from './rounds.ts';
import { DAY, hourOf, MINUTE, SECOND } from './time.ts';

/** Time between two readings of a sensor. */
export const TICK = 30 * SECOND;

/**
 * Temperature in an insulated box with ice packs over one round, one value per tick from departure on, °C.
 *
 * The air in the box is drawn towards the packs (4.2 °C, 12 min) and, weakly, towards the air in the vehicle (10 h). While
 * the lid is open at a stop outside air mixes in. From `warmFrom` on the packs are spent: only the vehicle's air is left, and
 * the damaged seal lets it in ten times as fast.
 *
 * The time constants are ours, set so that a sound box stays within 2-8 °C and a spent one leaves it within the hour.
 */
export function boxTemperatures(round: Round, seed: number, warm?: { from: number; until: number }): Float32Array {
  const ticks = Math.ceil((round.returnAt - round.departAt) / TICK) + 1;
  const draw = random(seed, 'box', round.id);
  const series = new Float32Array(ticks);
  const packs = 4.2 + draw.between(-0.4, 0.4);
  let inside = packs + draw.between(-0.3, 0.5);
  let wander = 0;
  for (let tick = 0; tick < ticks; tick++) {
    const at = round.departAt + tick * TICK;
    const spent = warm !== undefined && at >= warm.from && at < warm.until;
    const outside = vehicleAir(at);
    const minutes = TICK / MINUTE;
    inside += spent
      ? ((outside - inside) * minutes) / 60
      : ((packs - inside) * minutes) / 12 + ((outside - inside) * minutes) / 600;
    if (isLidOpen(round, at)) inside += ((outside - inside) * minutes) / (spent ? 25 : 45);
    wander = wander * 0.9 + draw.normal() * 0.05;
    series[tick] = inside + wander;
  }
  return series;
}

/** The lid is open for the last two minutes of a stop, while the tubes go in. */
function isLidOpen(round: Round, at: number): boolean {
  return round.stops.some((stop) => at >= stop.leaveAt - 2 * MINUTE && at < stop.leaveAt);
}

/** A box waiting in the laboratory's cold room. */
export function restingTemperature(seed: number, box: number, at: number): number {
  const slow = Math.sin(at / (47 * MINUTE) + box);
  return 4.4 + 0.3 * slow + 0.08 * random(seed, 'rest', box, Math.floor(at / TICK)).normal();
}

/** The cooled cabin: above the weather's mean in Guangzhou by less than the sun would have it. */
function vehicleAir(at: number): number {
  return 0.6 * weather(at) + 0.4 * 24;
}

/** Monthly mean of Guangzhou (13.9 in January, 28.9 in July; general knowledge) and 4 °C to each side over the day, warmest at 15:00. */
function weather(at: number): number {
  const year = ((at / DAY - 196) / 365.2425) * 2 * Math.PI;
  return 21.8 + 7.4 * Math.cos(year) + 4 * Math.cos(((hourOf(at) - 15) / 24) * 2 * Math.PI);
}
