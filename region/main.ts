import { parseArgs } from 'node:util';
import { isFaultKind } from './control.ts';
import { FAULT_KINDS } from './faults.ts';
import { startRegion } from './region.ts';

const USAGE = `Plays a synthetic region against a Banyan server, through public protocols only.

  node region/main.ts --url http://127.0.0.1:8080 --mllp 2575 --mqtt 1883 --token TOKEN [options]

  --seed N        another seed is another region (1)
  --scale X       size: 1 is some 400 sites, 9,000 people, 60 vehicles (1)
  --speed N       simulated seconds per second (1: keeps to the wall clock; more runs ahead of it)
  --history N     days before today to tell at first start (2)
  --fault LIST    ${FAULT_KINDS.join(',')}
  --state FILE    where it remembers how far it is (./data/region.json); the truth log lies beside it
  --control PORT  GET /status, POST /faults, DELETE /faults/ID on loopback; 0 for any free port
`;

const { values } = parseArgs({
  options: {
    url: { type: 'string', default: 'http://127.0.0.1:8080' },
    mllp: { type: 'string', default: '2575' },
    mqtt: { type: 'string', default: '1883' },
    token: { type: 'string', default: process.env.BANYAN_ADMIN_TOKEN ?? '' },
    seed: { type: 'string', default: '1' },
    scale: { type: 'string', default: '1' },
    speed: { type: 'string', default: '1' },
    history: { type: 'string', default: '2' },
    fault: { type: 'string', default: '' },
    state: { type: 'string', default: './data/region.json' },
    control: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) process.stdout.write(USAGE);
else await run();

async function run(): Promise<void> {
  const mistakes: string[] = [];
  const number = (
    name: 'mllp' | 'mqtt' | 'seed' | 'scale' | 'speed' | 'history' | 'control',
    least: number,
    most: number,
  ): number => {
    const value = Number(values[name]);
    if (!(value >= least && value <= most)) mistakes.push(`--${name} must be a number from ${least} to ${most}`);
    return value;
  };
  const faults = values.fault.split(',').filter((kind) => kind !== '');
  for (const kind of faults)
    if (!isFaultKind(kind)) mistakes.push(`--fault ${kind} is unknown; known: ${FAULT_KINDS.join(', ')}`);
  if (values.token === '') mistakes.push('--token is missing');
  const options = {
    url: values.url,
    mllpPort: number('mllp', 1, 65_535),
    mqttPort: number('mqtt', 1, 65_535),
    token: values.token,
    seed: number('seed', 0, 999),
    scale: number('scale', 0.01, 10),
    speed: number('speed', 0.1, 3600),
    historyDays: number('history', 0, 60),
    faults: faults.filter(isFaultKind),
    stateFile: values.state,
    ...(values.control === undefined ? {} : { controlPort: number('control', 0, 65_535) }),
  };
  if (mistakes.length > 0) {
    process.stderr.write(`${mistakes.join('\n')}\n\n${USAGE}`);
    process.exitCode = 2;
    return;
  }
  const log = (line: Record<string, unknown>): void =>
    void process.stdout.write(`${JSON.stringify({ at: new Date().toISOString(), ...line })}\n`);
  const region = await startRegion({ ...options, log });
  log({ event: 'started', control: region.controlPort ?? null, ...region.status() });
  void region.caughtUp.then(() => log({ event: 'caught-up', ...region.status() }));
  const heartbeat = setInterval(() => log({ event: 'status', ...region.status() }), 60_000);
  const stop = (): void => {
    clearInterval(heartbeat);
    void region.stop().then(() => {
      log({ event: 'stopped', ...region.status() });
      process.exit(0);
    });
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, stop);
  // A parent that started this with an IPC channel and died takes its region with it.
  process.once('disconnect', stop);
}
