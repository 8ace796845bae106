export interface Event {
  /** Any plane of equal units. */
  x: number;
  y: number;
  /** Any unit. */
  time: number;
}

export interface SequentialCluster {
  /** The statistic after each event. */
  statistic: Float64Array;
  /** The first event after which the statistic is above the threshold, and the event that its cluster is about; both counted from 0. */
  alarm?: { event: number; centre: number };
}

export interface SequentialClusterOptions {
  /** A cluster is what lies nearer than this. */
  radius: number;
  /** By what share the events of a cluster exceed what is usual. */
  excess: number;
  /** The wanted mean number of events until a false alarm. */
  threshold: number;
  /** The likeliest cluster alone (cumulative sum), instead of the sum over all (Shiryaev-Roberts). */
  likeliest?: boolean | undefined;
  /** With `likeliest`: the statistic never falls again, as in surveillance 1.20. The first alarm is the same either way. */
  rCompat?: boolean | undefined;
}

/**
 * Watches events one by one for a cluster in space and time that is still alive: a circle around an earlier event, from that event on.
 *
 * @param events in the order of their times
 * @throws RangeError when times fall, coordinates are no numbers, the radius is not above 0, or the excess not above -1
 *
 * Source: Assuncao and Correa, Comput Stat Data Anal 2009;53:2817.
 */
export function sequentialCluster(events: readonly Event[], options: SequentialClusterOptions): SequentialCluster {
  const { threshold, likeliest = false, rCompat = false } = options;
  check(events, options);
  const statistic = new Float64Array(events.length);
  const ratios = ratiosOf(events, options);
  let alarm: SequentialCluster['alarm'];
  let highest = 0;
  for (let event = 0; event < events.length; event += 1) {
    const { sum, most, centre } = ratios(event);
    highest = Math.max(most, rCompat ? highest : 0);
    statistic[event] = likeliest ? highest : sum;
    if (alarm === undefined && statistic[event]! > threshold) alarm = { event, centre };
  }
  return alarm === undefined ? { statistic } : { statistic, alarm };
}

function check(events: readonly Event[], { radius, excess }: SequentialClusterOptions): void {
  if (!(radius > 0)) throw new RangeError('the radius must be above 0');
  if (!(excess > -1)) throw new RangeError('the excess must be above -1');
  for (const [at, { x, y, time }] of events.entries()) {
    if (!Number.isFinite(x) || !Number.isFinite(y) || !Number.isFinite(time))
      throw new RangeError('place and time of each event must be known');
    if (at > 0 && time < events[at - 1]!.time) throw new RangeError('events must be in the order of their times');
  }
}

interface Ratios {
  sum: number;
  most: number;
  centre: number;
}

/**
 * Gives the likelihood ratios of all clusters alive after an event, when asked for one event after the other.
 *
 * For a cluster about event k, of n so far: (1 + excess)^c exp(-excess m), with c the events in it and m those to be expected, from how many of all n lie
 * within the radius and what share of all came from k on.
 */
function ratiosOf(events: readonly Event[], { radius, excess }: SequentialClusterOptions): (event: number) => Ratios {
  const within = new Float64Array(events.length);
  const since = new Float64Array(events.length);
  const growth = Math.log1p(excess);
  return (event) => {
    const { x, y } = events[event]!;
    const found: Ratios = { sum: 0, most: 0, centre: 0 };
    for (let k = 0; k <= event; k += 1) {
      const near = k === event || isNear(events[k]!, x, y, radius);
      if (near) {
        within[k]! += 1;
        since[k]! += 1;
        // The new event is about to become a centre of its own: those before it count within its circle.
        if (k < event) within[event]! += 1;
      }
    }
    for (let k = 0; k <= event; k += 1) {
      const expected = ((event - k + 1) * within[k]!) / (event + 1);
      const ratio = Math.exp(growth * since[k]! - excess * expected);
      found.sum += ratio;
      if (ratio > found.most) {
        found.most = ratio;
        found.centre = k;
      }
    }
    return found;
  };
}

function isNear(from: Event, x: number, y: number, radius: number): boolean {
  const [dx, dy] = [from.x - x, from.y - y];
  return Math.sqrt(dx * dx + dy * dy) < radius;
}
