/** The other side says no and would say no again: sending once more helps nobody. */
export class Refused extends Error {}

/** The other side was there and failed: worth a few more tries, but not for ever. Anything else is tried until it works. */
export class Failed extends Error {}

/** Something to be delivered for certain, in its turn. */
export interface Parcel {
  /** Simulated time at which it was posted. */
  at: number;
  /** Which story it belongs to; the oldest one undelivered of each says where to go on after a restart. */
  track: string;
  deliver(): Promise<void>;
}

export interface PostCounts {
  delivered: number;
  refused: number;
  retries: number;
  pending: number;
}

/** Told of every parcel that was refused and of every try that failed. */
export type Trouble = (kind: 'refused' | 'retry', lane: string, error: unknown) => void;

const FIRST_PAUSE_MS = 300;
const LONGEST_PAUSE_MS = 10_000;
const MOST_FAILURES = 8;

/**
 * Store and forward: lanes deliver their parcels one after the other (or a few at once) and try again, ever more slowly,
 * until each is taken or refused. The number of parcels under way is bounded: whoever posts more has to wait.
 */
export class Post {
  readonly #most: number;
  readonly #lanes = new Map<string, Lane>();
  readonly #pending = new Set<Parcel>();
  readonly #trouble: Trouble;
  #waiting: (() => void)[] = [];
  #stopped = false;
  #delivered = 0;
  #refused = 0;
  #retries = 0;

  constructor(options: { most: number; trouble: Trouble }) {
    this.#most = options.most;
    this.#trouble = options.trouble;
  }

  get counts(): PostCounts {
    return { delivered: this.#delivered, refused: this.#refused, retries: this.#retries, pending: this.#pending.size };
  }

  /** Time of the oldest parcel of a track that is not delivered yet. */
  oldest(track: string): number | undefined {
    let oldest: number | undefined;
    for (const parcel of this.#pending) {
      if (parcel.track === track && (oldest === undefined || parcel.at < oldest)) oldest = parcel.at;
    }
    return oldest;
  }

  /** Resolves once the parcel is in its lane. */
  async send(lane: string, workers: number, parcel: Parcel): Promise<void> {
    while (this.#pending.size >= this.#most && !this.#stopped)
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    if (this.#stopped) return;
    this.#pending.add(parcel);
    let found = this.#lanes.get(lane);
    if (!found) {
      found = { queue: [], busy: 0 };
      this.#lanes.set(lane, found);
    }
    found.queue.push(parcel);
    if (found.busy < workers) void this.#work(lane, found);
  }

  /** Resolves when everything is delivered or refused, at the latest after this time. */
  async drained(timeoutMs: number): Promise<void> {
    const end = performance.now() + timeoutMs;
    while (this.#pending.size > 0 && performance.now() < end) await pause(20);
  }

  stop(): void {
    this.#stopped = true;
    this.#wake();
  }

  async #work(name: string, lane: Lane): Promise<void> {
    lane.busy += 1;
    for (;;) {
      const parcel = lane.queue.shift();
      if (!parcel || this.#stopped) break;
      await this.#deliver(name, parcel);
    }
    lane.busy -= 1;
  }

  async #deliver(lane: string, parcel: Parcel): Promise<void> {
    let wait = FIRST_PAUSE_MS;
    for (let failures = 0; ; ) {
      try {
        await parcel.deliver();
        this.#delivered += 1;
        break;
      } catch (error) {
        if (error instanceof Failed) failures += 1;
        if (error instanceof Refused || (error instanceof Failed && failures >= MOST_FAILURES)) {
          this.#refused += 1;
          this.#trouble('refused', lane, error);
          break;
        }
        this.#retries += 1;
        this.#trouble('retry', lane, error);
        await pause(wait);
        wait = Math.min(wait * 2, LONGEST_PAUSE_MS);
        if (this.#stopped) return;
      }
    }
    this.#pending.delete(parcel);
    this.#wake();
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const go of waiting) go();
  }
}

interface Lane {
  queue: Parcel[];
  busy: number;
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
