import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmod, mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { get } from 'node:http';
import { tmpdir, totalmem } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { collect, ended, hasEnded, keepAlive, lastLine, type Revive, release } from '#kernel/child';
import { Problem } from '#kernel/problem';

/** ClickHouse's engine in a child process, behind ClickHouse's HTTP protocol on a private Unix socket. */
export interface LakeEngine {
  socketPath: string;
  /** The process number; undefined while it is not running, and when it was found running. */
  pid(): number | undefined;
  /**
   * Waits until it answers; a bounded time, because it may be coming up again.
   *
   * @throws Problem `unavailable` or `conflict`: why it does not
   */
  ready(): Promise<void>;
  /** Ends it in order; one that was found running is left alone. */
  stop(): Promise<void>;
}

export interface EngineOptions {
  /** Where the columns are kept; made when absent. */
  folder: string;
  /** What it may take for all questions together; see `lakeMemory`. */
  memoryBytes?: number;
  /**
   * Whether it is started again when it ends without being asked to, and who is told. Who passes it owns the folder;
   * others, e.g. a verb beside a running platform, use an engine that they find there.
   */
  revive?: Revive;
}

const CHILD = fileURLToPath(new URL('engine-process.ts', import.meta.url));
/** A line of its last words that tells why it does not start. */
const WHY = /Error|Exception/;
const START_MS = 30_000;
const READY_MS = 20_000;
const STOP_MS = 15_000;
/** So long an engine whose owner was killed may take to notice. */
const ORPHAN_MS = 5_000;

/** Memory of the machine, or of the container when it is told less. */
export function machineMemory(): number {
  const told = process.constrainedMemory();
  return told > 0 && told < totalmem() ? told : totalmem();
}

/** A part of the machine that leaves room for PostgreSQL and the platform: 3.2 of 8 GB. */
export function lakeMemory(): number {
  return Math.floor(machineMemory() * 0.4);
}

/** Starts the engine; it answers after `ready()`. */
export function startLakeEngine({ folder: place, memoryBytes = lakeMemory(), revive }: EngineOptions): LakeEngine {
  const folder = resolve(place);
  const home = homeOf(folder);
  let stopping = false;
  let child: ChildProcess | undefined;
  let isFound = false;
  let isUp = false;
  let coming: Promise<void>;
  /** Why it did not come up, until it does. */
  let failure: Problem | undefined;

  const launch = async (): Promise<void> => {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await makeHome(home);
    if (await waitForFolder(home, revive !== undefined)) {
      isFound = true;
      return;
    }
    await writeFile(join(home, 'engine.xml'), configOf(memoryBytes), { mode: 0o600 });
    child = await launchChild(folder, home);
    if (stopping) await endChild(child);
  };
  const begin = (): Promise<void> => {
    isUp = false;
    coming = launch().then(
      () => {
        isUp = true;
        failure = undefined;
      },
      (error) => {
        failure = error;
        throw error;
      },
    );
    // Who waits for it is told; nobody has to.
    coming.catch(() => {});
    return coming;
  };

  coming = begin();
  if (revive !== undefined)
    void keepAlive({ coming, ended: () => ended(child!), launch: begin, isStopping: () => stopping }, revive);

  return {
    socketPath: join(home, 'lake.sock'),
    pid: () => (child === undefined || hasEnded(child) ? undefined : child.pid),
    async ready() {
      if (isUp && (isFound || (child !== undefined && !hasEnded(child)))) return;
      const until = Date.now() + READY_MS;
      for (;;) {
        try {
          await within(coming, until - Date.now());
          if (isFound || (child !== undefined && !hasEnded(child))) return;
          if (revive === undefined || stopping) throw gone();
        } catch (error) {
          if (revive === undefined || stopping) throw error;
        }
        if (Date.now() >= until || failure?.kind === 'conflict') throw failure ?? gone();
        await sleep(20);
      }
    },
    async stop() {
      stopping = true;
      await coming.catch(() => {});
      if (child === undefined) return;
      await endChild(child);
      await rm(home, { recursive: true, force: true });
    },
  };
}

/** Socket names may have 107 bytes at the most; a deep data folder gets its socket in the temporary folder. */
function homeOf(folder: string): string {
  const near = `${folder}-socket`;
  if (near.length < 90) return near;
  return join(tmpdir(), `banyan-lake-${createHash('sha256').update(folder).digest('hex').slice(0, 16)}`);
}

async function makeHome(home: string): Promise<void> {
  await mkdir(home, { recursive: true, mode: 0o700 });
  // Its name can be guessed where it is in the temporary folder: another user's is not believed.
  if ((await stat(home)).uid !== (process.getuid?.() ?? 0))
    throw new Problem('conflict', "the folder of the lake's socket belongs to another user", { home });
  await chmod(home, 0o700);
}

/**
 * Whether an engine answers there already.
 *
 * @throws Problem `conflict` when it does and the folder is wanted for oneself
 */
async function waitForFolder(home: string, wantsOwn: boolean): Promise<boolean> {
  const until = Date.now() + ORPHAN_MS;
  while (await answers(join(home, 'lake.sock'))) {
    if (!wantsOwn) return true;
    if (Date.now() > until) throw new Problem('conflict', 'another program runs the lake in this folder', { home });
    await sleep(50);
  }
  return false;
}

function answers(socketPath: string): Promise<boolean> {
  return new Promise((tell) => {
    const ask = get({ socketPath, path: '/ping', timeout: 2_000, agent: false }, (told) => {
      told.resume();
      tell(true);
    });
    ask.once('timeout', () => ask.destroy());
    ask.once('error', () => tell(false));
  });
}

async function launchChild(folder: string, home: string): Promise<ChildProcess> {
  const until = Date.now() + ORPHAN_MS;
  for (;;) {
    // A session of its own: Ctrl-C is for us, we then end it in order.
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', CHILD, folder, home], {
      cwd: '/',
      detached: true,
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      env: { PATH: process.env.PATH ?? '', LC_ALL: 'C', TZ: 'UTC', UV_THREADPOOL_SIZE: '16' },
    });
    const said = collect(child);
    const state = await Promise.race([
      new Promise<'ready'>((tell) => child.once('message', () => tell('ready'))),
      ended(child).then(() => 'ended' as const),
      sleep(START_MS, 'late' as const, { ref: false }),
    ]);
    if (state === 'ready') return release(child);
    child.kill('SIGKILL');
    if (state === 'late')
      throw new Problem('unavailable', 'the lake takes too long to start', { folder, said: lastLine(said(), WHY) });
    // The folder of an engine that was killed is held for a moment.
    if (!/already running|lock/i.test(said()))
      throw new Problem('unavailable', 'the lake in the data folder does not start', {
        folder,
        said: lastLine(said(), WHY),
      });
    if (Date.now() > until) throw new Problem('conflict', 'another program runs the lake in this folder', { folder });
    await sleep(250);
  }
}

async function endChild(child: ChildProcess): Promise<void> {
  if (hasEnded(child)) return;
  child.ref();
  if (child.connected) child.send('end');
  await Promise.race([ended(child), sleep(STOP_MS, undefined, { ref: false })]);
  if (!hasEnded(child)) {
    child.kill('SIGKILL');
    await ended(child);
  }
}

async function within<T>(work: Promise<T>, ms: number): Promise<T> {
  const late = sleep(Math.max(ms, 0), undefined, { ref: false }).then(() => {
    throw gone();
  });
  return Promise.race([work, late]);
}

function gone(): Problem {
  return new Problem('unavailable', 'the lake does not answer: it is starting, or it cannot');
}

/** For a laptop: the engine's own caches are made for a server's memory. Names: ClickHouse, "Server Settings". */
function configOf(memoryBytes: number): string {
  const cache = Math.floor(memoryBytes / 32);
  const settings: Record<string, string | number> = {
    timezone: 'UTC',
    max_server_memory_usage: memoryBytes,
    mark_cache_size: cache,
    index_mark_cache_size: Math.floor(cache / 4),
    primary_index_cache_size: cache,
    query_condition_cache_size: Math.floor(cache / 4),
    uncompressed_cache_size: 0,
    background_pool_size: 2,
    background_schedule_pool_size: 4,
    max_thread_pool_size: 1_000,
  };
  const lines = Object.entries(settings).map(([name, value]) => `  <${name}>${value}</${name}>`);
  return ['<clickhouse>', ...lines, '</clickhouse>', ''].join('\n');
}
