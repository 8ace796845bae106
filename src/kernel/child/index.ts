import type { ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Problem } from '#kernel/problem';

/** Who is told how it goes with a child process that is kept alive. */
export interface Revive {
  onRevived(): void;
  /** It did not come up this time; it is tried again, ever more slowly. */
  onLost(problem: Problem): void;
}

export interface Kept {
  /** The start that is under way, or is done. */
  coming: Promise<void>;
  /** Waits for the end of what runs. */
  ended(): Promise<void>;
  /** Starts it again. @throws Problem when it does not come up */
  launch(): Promise<void>;
  /** Its end was asked for. */
  isStopping(): boolean;
}

const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 10_000;

/** Starts a child process again whenever it ends, until its end is asked for. */
export async function keepAlive({ coming, ended, launch, isStopping }: Kept, revive: Revive): Promise<void> {
  let waitMs = FIRST_WAIT_MS;
  for (let next = coming, isFirst = true; ; next = launch()) {
    try {
      await next;
      if (isStopping()) return;
      if (!isFirst) revive.onRevived();
      isFirst = false;
      waitMs = FIRST_WAIT_MS;
      await ended();
    } catch (error) {
      // It may have died again while it repaired itself, or the disk may be full for a while.
      if (isStopping()) return;
      revive.onLost(error as Problem);
      await sleep(waitMs, undefined, { ref: false });
      waitMs = Math.min(2 * waitMs, LONGEST_WAIT_MS);
    }
    if (isStopping()) return;
  }
}

export function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

/** Waits for its end; one that could not even be started has ended. */
export async function ended(child: ChildProcess): Promise<void> {
  if (hasEnded(child)) return;
  await new Promise((tell) => {
    child.once('exit', tell);
    child.once('error', tell);
  });
}

/** Neither the child nor its pipes may keep this program from ending. */
export function release(child: ChildProcess): ChildProcess {
  (child.stderr as unknown as { unref(): void } | null)?.unref();
  child.channel?.unref();
  child.unref();
  return child;
}

/** What it says on its error output, the last of it. */
export function collect(child: ChildProcess): () => string {
  let text = '';
  child.stderr?.setEncoding('utf8').on('data', (piece: string) => {
    text = (text + piece).slice(-8_192);
  });
  return () => text;
}

/** The last line that tells why, else the last. @param why what such a line has in it */
export function lastLine(text: string, why: RegExp): string {
  const lines = text.trim().split('\n');
  return lines.findLast((line) => why.test(line)) ?? lines.at(-1) ?? '';
}

export { inThread } from './thread.ts';
