import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { execPath } from 'node:process';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Config } from '#kernel/config';
import type { Log } from '#kernel/log';
import { Problem } from '#kernel/problem';

const PROGRAM = fileURLToPath(new URL('../region/main.ts', import.meta.url));
const STOP_MS = 10_000;

export interface RegionProcess {
  /** Resolves when what has happened up to now has been told. */
  caughtUp: Promise<void>;
  stop(): Promise<void>;
}

/** Starts the synthetic region as a process of its own: it knows the platform by its public doors only. */
export async function startRegionProcess(
  config: Config,
  { url, token, log }: { url: string; token: string; log: Log },
): Promise<RegionProcess> {
  const { mllpPort, mqttPort, speed, seed, faults, data } = config;
  const words = {
    url,
    mllp: mllpPort,
    mqtt: mqttPort,
    speed,
    seed,
    fault: faults.join(','),
    state: join(data, 'region.json'),
  };
  const child = spawn(execPath, [PROGRAM, ...Object.entries(words).map(([name, value]) => `--${name}=${value}`)], {
    // It reads the token from its surroundings: a command line can be read by everybody on the machine.
    env: { ...process.env, BANYAN_ADMIN_TOKEN: token },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    detached: true,
  });
  let errors = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    errors = (errors + text).slice(-2_000);
  });
  let stopping = false;
  const ended = once(child, 'exit').then(() => {
    if (!stopping) log.error({ said: errors.trim().split('\n').at(-1) }, 'the synthetic region ended by itself');
  });
  let tellCaughtUp = (): void => {};
  const caughtUp = new Promise<void>((resolve) => {
    tellCaughtUp = resolve;
  });
  const started = new Promise<void>((resolve) => {
    createInterface({ input: child.stdout! }).on('line', (line) => {
      const { event } = JSON.parse(line) as { event?: string };
      if (event === 'started') resolve();
      else if (event === 'caught-up') tellCaughtUp();
      else if (event !== 'status') log.info({ line }, 'the synthetic region speaks');
    });
  });
  if ((await Promise.race([started, ended.then(() => 'ended')])) === 'ended') {
    throw new Problem('unavailable', 'the synthetic region does not start', { said: errors.trim().split('\n').at(-1) });
  }
  return {
    caughtUp,
    async stop() {
      stopping = true;
      child.kill('SIGINT');
      if ((await Promise.race([ended, sleep(STOP_MS, 'late', { ref: false })])) === 'late') child.kill('SIGKILL');
    },
  };
}
