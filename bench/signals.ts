import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type Bench, type BenchResult, optionOf } from './bench.ts';
import { load } from './lake/machine.ts';
import { type Peer, runPeer, writeTables } from './signals/peers.ts';
import { WORKLOADS, type Workload } from './signals/workloads.ts';

const FOLDER = fileURLToPath(new URL('signals', import.meta.url));
const RUNS = 5;
/** Answers are compared to so much, relative, where a workload does not say more. */
const WITHIN = 1e-9;

/** Statistics of the signals, each beside the R function of the same name where R is here, else beside R's recorded figure. */
export const bench: Bench = {
  name: 'signals',
  summary: 'methods of outbreaks, adverse reactions and efficacy, beside R on the same data',
  options: '[--only NAME,...] [--recorded]',
  async run(args, say) {
    const only = optionOf(args, '--only')?.split(',');
    const names = Object.keys(WORKLOADS).filter((name) => only?.some((part) => name.includes(part)) ?? true);
    const folder = await mkdtemp(join(tmpdir(), 'banyan-signals-bench-'));
    try {
      const before = load();
      if (!args.includes('--recorded')) await writeTables(folder);
      const measured: Measured[] = [];
      for (const name of names) {
        say(name);
        measured.push(await measure(name, args.includes('--recorded') ? undefined : folder));
      }
      return told(measured, await readRecorded(), `${before.toFixed(1)} before and ${load().toFixed(1)} after`);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};

interface Own {
  ms: number;
  /** Of the processor: on a busy machine it says more. */
  cpuMs: number;
  firstMs: number;
  peakMb: number;
  answer: number[];
}

interface Measured {
  name: string;
  own: Own;
  peer: Peer | undefined;
}

/** Ours and then R's, so that both meet the same hour. */
async function measure(name: string, folder: string | undefined): Promise<Measured> {
  const { runs = RUNS } = WORKLOADS[name]!;
  const { stdout } = await promisify(execFile)(process.execPath, [join(FOLDER, 'run.ts'), name, String(runs)]);
  const peer = folder === undefined ? undefined : await runPeer(name, folder, runs);
  return { name, own: JSON.parse(stdout) as Own, peer };
}

interface Recorded {
  about: string;
  workloads: Record<string, { ms?: number; answer: number[] }>;
}

async function readRecorded(): Promise<Recorded> {
  return JSON.parse(await readFile(join(FOLDER, 'recorded.json'), 'utf8')) as Recorded;
}

function told(measured: readonly Measured[], recorded: Recorded, loads: string): BenchResult {
  const rows = measured.map(({ name, own, peer }) => {
    const workload = WORKLOADS[name]!;
    const past = recorded.workloads[name];
    const peerMs = peer?.ms ?? past?.ms;
    return {
      workload: workload.what,
      ms: show(own.ms),
      'first run': show(own.firstMs),
      'R ms': peerMs === undefined ? '' : `${show(peerMs)}${peer === undefined ? ' recorded' : ''}`,
      'times faster': peerMs === undefined ? '' : show(peerMs / own.ms),
      'by processor time': peer === undefined ? '' : show(peer.cpuMs / own.cpuMs),
      'largest error': judge(workload, own.answer, peer?.answer ?? past?.answer ?? []),
      MB: Math.round(own.peakMb),
      'R MB': peer === undefined ? '' : peer.peakMb,
    };
  });
  const packages = [...new Set(measured.flatMap(({ peer }) => peer?.package ?? []))];
  const isPast = measured.some(({ name, peer }) => peer === undefined && recorded.workloads[name] !== undefined);
  const notes = [
    `medians of ${RUNS} runs (3 or 1 where one takes seconds) after a first one, which is told apart, and a second of others, in R too; functions are timed, not processes; MB is the peak of a process of its own, data included`,
    ...(packages.length > 0 ? [`R on the same data and in the same run: ${packages.join(', ')}`] : []),
    ...(isPast ? [`recorded, not measured now: ${recorded.about}`] : []),
    `load of the machine ${loads}`,
  ];
  return { rows, notes };
}

/** The largest relative error against R's answer. Where it is too large the time means nothing. */
function judge({ within = WITHIN }: Workload, answer: readonly number[], wanted: readonly (number | null)[]): string {
  if (wanted.length === 0) return '';
  const errors = wanted.map((want, at) =>
    want === null || want === answer[at] ? 0 : Math.abs(answer[at]! / want - 1),
  );
  const largest = Math.max(...errors);
  const shown = largest === 0 ? '0' : largest.toExponential(0);
  return largest <= within ? shown : `WRONG ${shown}`;
}

function show(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}
