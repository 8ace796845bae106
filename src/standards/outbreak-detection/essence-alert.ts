import { weekdayOf } from './calendar.ts';

/** Red below p = 0.01, yellow below 0.05, blue otherwise, grey where nothing is known. */
export type Alert = 'red' | 'yellow' | 'blue' | 'grey';

export function alertOf(pValue: number): Alert {
  if (pValue < 0.01) return 'red';
  if (pValue < 0.05) return 'yellow';
  return pValue >= 0.05 ? 'blue' : 'grey';
}

const WEEK = 7;

/**
 * Takes back alerts on counts that are no more than usual: below the mean of the last seven, and at weekends also below that of the last seven such days.
 *
 * As in R Rnssp 0.3.1, a grey day of that kind becomes blue too.
 */
export function withoutLowAlerts(days: Int32Array, counts: Float64Array, alerts: readonly Alert[]): Alert[] {
  const isLow = lowest(counts);
  const isLowWeekend = lowWeekends(days, counts);
  return alerts.map((alert, at) => {
    if (alert === 'blue' || !isLow[at]) return alert;
    return isWeekend(days[at]!) && !isLowWeekend.has(at) ? alert : 'blue';
  });
}

/** Below the mean of the seven that end with it; false while there are fewer. */
function lowest(counts: Float64Array): boolean[] {
  return Array.from(counts, (count, at) => {
    if (at + 1 < WEEK) return false;
    let sum = 0;
    for (let back = 0; back < WEEK; back += 1) sum += counts[at - back]!;
    return count < sum / WEEK;
  });
}

function lowWeekends(days: Int32Array, counts: Float64Array): Set<number> {
  const low = new Set<number>();
  for (const weekday of [6, 0]) {
    const places = Array.from(days.keys()).filter((at) => weekdayOf(days[at]!) === weekday);
    const isLow = lowest(Float64Array.from(places, (at) => counts[at]!));
    for (const [order, at] of places.entries()) if (isLow[order]) low.add(at);
  }
  return low;
}

function isWeekend(day: number): boolean {
  return weekdayOf(day) % 6 === 0;
}
