import { Problem } from '#kernel/problem';

export interface QueueOptions {
  /** Turns held at the same time, in all. */
  atOnce: number;
  /** Turns that one actor holds at the same time. */
  perActor: number;
  /** Actors' calls that may wait, in all. */
  mostWaiting: number;
  /** Calls of one actor that may wait. */
  mostWaitingPerActor: number;
  /** Who has waited so long is sent away. */
  longestWaitMs: number;
}

export interface Queue {
  /**
   * Waits for a turn. Who holds fewer turns goes first; among equals, whose last turn is longest ago.
   *
   * @returns gives the turn back; to be called once, in any case
   * @throws Problem `too-many` when too many wait already or it took too long; the signal's reason when it is given up
   */
  enter(actor: string, signal?: AbortSignal): Promise<() => void>;
  readonly waiting: number;
  readonly running: number;
}

interface Line {
  running: number;
  /** When it had its last turn, in turns of the queue; who comes new, comes before whoever has just been served. */
  served: number;
  waiting: (() => void)[];
}

/** A queue in which an actor's second question waits behind another actor's first. */
export function fairQueue(options: QueueOptions): Queue {
  const { atOnce, perActor, mostWaiting, mostWaitingPerActor, longestWaitMs } = options;
  const lines = new Map<string, Line>();
  let waiting = 0;
  let running = 0;
  let turns = 0;

  const next = (): Line | undefined => {
    let best: Line | undefined;
    for (const line of lines.values()) {
      if (line.waiting.length === 0 || line.running >= perActor) continue;
      if (best === undefined || isBefore(line, best)) best = line;
    }
    return best;
  };
  const callNext = (): void => {
    while (running < atOnce) {
      const line = next();
      if (line === undefined) return;
      waiting -= 1;
      running += 1;
      line.running += 1;
      turns += 1;
      line.served = turns;
      line.waiting.shift()?.();
    }
  };
  const forget = (actor: string, line: Line): void => {
    if (line.running === 0 && line.waiting.length === 0) lines.delete(actor);
  };

  return {
    get waiting() {
      return waiting;
    },
    get running() {
      return running;
    },
    enter(actor, signal) {
      return new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        const line = lines.get(actor) ?? { running: 0, served: turns - 0.5, waiting: [] };
        if (waiting >= mostWaiting || line.waiting.length >= mostWaitingPerActor)
          return reject(new Problem('too-many', 'too many questions are waiting for the lake', { waiting }));
        lines.set(actor, line);

        const leave = (reason: unknown): void => {
          line.waiting.splice(line.waiting.indexOf(begin), 1);
          waiting -= 1;
          stopWaiting();
          forget(actor, line);
          reject(reason);
        };
        const giveUp = () => leave(signal?.reason);
        const timer = setTimeout(
          () => leave(new Problem('too-many', 'the question waited too long for the lake', { longestWaitMs })),
          longestWaitMs,
        );
        const stopWaiting = (): void => {
          clearTimeout(timer);
          signal?.removeEventListener('abort', giveUp);
        };
        const begin = (): void => {
          stopWaiting();
          let isHeld = true;
          resolve(() => {
            if (!isHeld) return;
            isHeld = false;
            running -= 1;
            line.running -= 1;
            forget(actor, line);
            callNext();
          });
        };
        signal?.addEventListener('abort', giveUp, { once: true });
        line.waiting.push(begin);
        waiting += 1;
        callNext();
      });
    },
  };
}

function isBefore(one: Line, other: Line): boolean {
  return one.running === other.running ? one.served < other.served : one.running < other.running;
}
