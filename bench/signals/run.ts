import { argv, cpuUsage, resourceUsage, stdout } from 'node:process';
import { WORKLOADS } from './workloads.ts';

/** As R has it too, in peers.R. */
const WARM_UP_MS = 1000;

/** One workload in a process of its own, so that neither compiled code nor memory of another is met: `node run.ts <name> <runs>`. */
const [name = '', runs = '5'] = argv.slice(2);
const run = WORKLOADS[name]!.prepare();
let answer: () => ArrayLike<number> = () => [];
const timed = (): { ms: number; cpuMs: number } => {
  const start = performance.now();
  const before = cpuUsage();
  answer = run();
  const ms = performance.now() - start;
  const { user, system } = cpuUsage(before);
  return { ms, cpuMs: (user + system) / 1000 };
};
// The first run, before the code is compiled, is told apart.
const firstMs = timed().ms;
for (const end = performance.now() + WARM_UP_MS; performance.now() < end; ) run();
const found = Array.from({ length: Number(runs) }, timed);
const median = (values: number[]): number => values.sort((a, b) => a - b)[values.length >> 1]!;
const ms = median(found.map((each) => each.ms));
const cpuMs = median(found.map((each) => each.cpuMs));
const peakMb = resourceUsage().maxRSS / 1024;
stdout.write(`${JSON.stringify({ ms, cpuMs, firstMs, peakMb, answer: Array.from(answer()) })}\n`);
