import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execPath } from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import packageJson from '../../package.json' with { type: 'json' };

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** The words after `node` of `npm start`: with room for a batch of messages to die young, which saves a third of the time for garbage. */
const START = packageJson.scripts.start.split(' ').slice(1);

/** A Banyan of its own in a child process, as `npm start` starts it, on free ports and a data folder of its own. */
export interface TestPlatform {
  url: string;
  /** Of its own PostgreSQL, while it runs. */
  databaseUrl: string;
  mllpPort: number;
  mqttPort: number;
  data: string;
  adminToken: string;
  adminPassword: string;
  env: NodeJS.ProcessEnv;
  /** What it has said so far. */
  said(): string;
  start(): Promise<void>;
  /** kill -9 of the server; PostgreSQL lives on as an orphan. */
  killServer(): Promise<void>;
  /** kill -9 of PostgreSQL's first process. */
  killDatabase(): Promise<void>;
  /** kill -9 of the lake's engine. */
  killLake(): Promise<void>;
  /** Ctrl-C. @returns the exit code */
  stop(): Promise<number | null>;
  /** Stops it and deletes its data. */
  end(): Promise<void>;
  /** The process number of the server and of PostgreSQL. */
  pids(): Promise<{ server: number; database: number }>;
}

const START_MS = 240_000;

export async function makePlatform(
  flags: readonly string[] = ['--no-region'],
  more: NodeJS.ProcessEnv = {},
): Promise<TestPlatform> {
  const data = await mkdtemp(join(tmpdir(), 'banyan-platform-'));
  const [port, mllpPort, mqttPort] = [await freePort(), await freePort(), await freePort()];
  const adminToken = 'test-administrator-token-0001';
  const adminPassword = 'test-administrator-password';
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    PORT: String(port),
    MLLP_PORT: String(mllpPort),
    MQTT_PORT: String(mqttPort),
    BANYAN_DATA: data,
    BANYAN_ADMIN_TOKEN: adminToken,
    BANYAN_ADMIN_PASSWORD: adminPassword,
    ...more,
  };
  const url = `http://127.0.0.1:${port}`;
  let child: ChildProcess | undefined;
  let said = '';

  const ended = () => child === undefined || child.exitCode !== null || child.signalCode !== null;
  const exit = async () => {
    if (child !== undefined && !ended()) await new Promise((done) => child?.once('exit', done));
    return child?.exitCode ?? null;
  };
  const databasePid = async () =>
    Number((await readFile(join(data, 'postgres/postmaster.pid'), 'utf8')).split('\n')[0]);

  const platform: TestPlatform = {
    url,
    databaseUrl: `postgres://banyan@/postgres?host=${encodeURIComponent(join(data, 'postgres-socket'))}`,
    mllpPort,
    mqttPort,
    data,
    adminToken,
    adminPassword,
    env,
    said: () => said,
    async start() {
      child = spawn(execPath, [...START, ...flags], { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'pipe'] });
      for (const stream of [child.stdout, child.stderr]) {
        stream?.setEncoding('utf8').on('data', (text: string) => {
          said = (said + text).slice(-200_000);
        });
      }
      const until = Date.now() + START_MS;
      while (!(await isReady(url))) {
        if (ended()) throw new Error(`the platform ended while starting: ${said}`);
        if (Date.now() > until) throw new Error(`the platform is not ready after ${START_MS} ms: ${said}`);
        await sleep(50);
      }
    },
    async killServer() {
      child?.kill('SIGKILL');
      await exit();
    },
    async killDatabase() {
      // It may be on its way up again after the last kill: then the one that comes is meant.
      const until = Date.now() + START_MS;
      while (Date.now() < until) {
        try {
          return void process.kill(await databasePid(), 'SIGKILL');
        } catch {
          await sleep(20);
        }
      }
      throw new Error(`the database does not come back: ${said.slice(-4_000)}`);
    },
    async killLake() {
      const until = Date.now() + START_MS;
      while (Date.now() < until) {
        const [engine] = await childrenOf(child?.pid ?? 0, 'engine-process');
        if (engine !== undefined) return void process.kill(engine, 'SIGKILL');
        await sleep(20);
      }
      throw new Error(`the lake does not come back: ${said.slice(-4_000)}`);
    },
    async stop() {
      child?.kill('SIGINT');
      return exit();
    },
    async end() {
      await platform.stop();
      await rm(data, { recursive: true, force: true });
    },
    pids: async () => ({ server: child?.pid ?? 0, database: await databasePid().catch(() => 0) }),
  };
  return platform;
}

/** Children of a process whose command line has the words. */
async function childrenOf(parent: number, words: string): Promise<number[]> {
  const children = await readFile(`/proc/${parent}/task/${parent}/children`, 'utf8').catch(() => '');
  const found: number[] = [];
  for (const pid of children.trim().split(' ').filter(Boolean).map(Number)) {
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    if (command.includes(words)) found.push(pid);
  }
  return found;
}

async function isReady(url: string): Promise<boolean> {
  const answer = await fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(2_000) }).catch(() => undefined);
  return answer?.status === 200;
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as { port: number };
  await new Promise((done) => server.close(done));
  return port;
}
