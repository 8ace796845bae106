import { argv, cpuUsage, resourceUsage, stdout } from 'node:process';
import { WORKLOADS } from './workloads.ts';

/** One workload in a process of its own, so that neither compiled code nor memory of another is met: `node run.ts <name> <runs>`. */
const [name = '', runs = '5'] = argv.slice(2);
const run = WORKLOADS[name]!.prepare();
const times: number[] = [];
const work: number[] = [];
let answer: () => ArrayLike<number> = () => [];
// The first run, before the code is compiled, is told apart.
for (let turn = 0; turn <= Number(runs); turn += 1) {
  const start = performance.now();
  const before = cpuUsage();
  answer = run();
  times.push(performance.now() - start);
  const { user, system } = cpuUsage(before);
  work.push((user + system) / 1000);
}
const [firstMs, ...warm] = times;
const median = (values: number[]): number => values.sort((a, b) => a - b)[values.length >> 1]!;
const peakMb = resourceUsage().maxRSS / 1024;
stdout.write(
  `${JSON.stringify({ ms: median(warm), cpuMs: median(work.slice(1)), firstMs, peakMb, answer: Array.from(answer()) })}\n`,
);
