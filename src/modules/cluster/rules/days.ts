/** Days are written YYYY-MM-DD, and are the region's. */
export const DAY_MS = 86_400_000;
/** The region's clocks are eight hours ahead of UTC, all year. */
const AHEAD_MS = 8 * 3_600_000;

/** The day in the region. */
export function todayOf(now: Date): string {
  return new Date(now.getTime() + AHEAD_MS).toISOString().slice(0, 10);
}

export function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(to) - Date.parse(from)) / DAY_MS);
}

export function dayAfter(day: string, days = 1): string {
  return new Date(Date.parse(day) + days * DAY_MS).toISOString().slice(0, 10);
}
