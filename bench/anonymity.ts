import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { env } from 'node:process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { K, LIMIT, type Measured } from './anonymity/measured.ts';
import { type Bench, optionOf, parseRows } from './bench.ts';
import { load } from './lake/machine.ts';

const FOLDER = fileURLToPath(new URL('anonymity', import.meta.url));
/** Seconds that ARX 3.9.2 took for 1.2 million such rows on two cores of this kind, from the quietest hour to the busiest. */
const ARX_KNOWN_S = [70, 148] as const;

/** The optimal generalisation of many rows of the Adult data, beside ARX. */
export const bench: Bench = {
  name: 'anonymity',
  summary: 'the optimal generalisation of nine quasi-identifiers, k = 5, 4 % suppressed, beside ARX',
  options: '[--rows 1.2m] [--data FOLDER] [--arx CLASSPATH]',
  async run(args, say) {
    const rows = parseRows(optionOf(args, '--rows') ?? '1.2m');
    const data = optionOf(args, '--data') ?? join(conformance(), 'arx/data');
    if (!existsSync(join(data, 'adult.csv')))
      throw new Error('--data is a folder with adult.csv and its hierarchies, as in the repository of ARX');
    const before = load();
    say(`${rows} rows`);
    const ours = await runOurs(data, rows);
    const classpath = optionOf(args, '--arx');
    const arx = classpath === undefined ? undefined : await runArx(classpath, { data, rows, say });
    const same = arx === undefined || Math.abs(arx.score - ours.score) <= 1e-9 * ours.score;
    return {
      rows: [lineOf('Banyan', ours, arx), ...(arx === undefined ? [] : [lineOf('ARX', arx, arx)])],
      notes: [
        `${rows} rows, ${ours.tuples} distinct; ${ours.checked} of ${ours.lattice} nodes looked at; k = ${K}, limit ${LIMIT}, loss ${ours.score}`,
        'all: from rows in memory to the optimum; reading files is left out of both',
        ...(arx === undefined
          ? [
              `ARX was not run (--arx); known of it at 1.2 m rows: ${ARX_KNOWN_S.join(' to ')} s, node [0,3,0,0,1,0,0,1,0]`,
            ]
          : [same ? 'both found the same loss' : 'THE LOSSES DIFFER']),
        `load of the machine ${before.toFixed(1)} before and ${load().toFixed(1)} after; by itself this run makes 1 to 2`,
      ],
    };
  },
};

type Line = Omit<Measured, 'tuples' | 'countMs' | 'checked' | 'lattice'> & { countMs?: number };

function lineOf(system: string, found: Line, arx: Line | undefined): Record<string, string | number> {
  return {
    system,
    'count s': found.countMs === undefined ? '' : seconds(found.countMs),
    'search s': seconds(found.searchMs),
    'all s': seconds(found.searchMs + (found.countMs ?? 0)),
    'CPU s': seconds(found.cpuMs),
    'peak MB': Math.round(found.peakMb),
    node: found.levels.join(','),
    suppressed: found.suppressed,
    'CPU of ARX / own': arx === undefined ? '' : (arx.cpuMs / found.cpuMs).toFixed(1),
  };
}

async function runOurs(data: string, rows: number): Promise<Measured> {
  const { stdout } = await promisify(execFile)(process.execPath, [join(FOLDER, 'run.ts'), data, String(rows)]);
  return JSON.parse(stdout) as Measured;
}

async function runArx(
  classpath: string,
  { data, rows, say }: { data: string; rows: number; say: (line: string) => void },
): Promise<Line> {
  const folder = await mkdtemp(join(tmpdir(), 'banyan-anonymity-bench-'));
  try {
    const file = join(folder, 'rows.csv');
    await promisify(execFile)(process.execPath, [join(FOLDER, 'run.ts'), data, String(rows), file]);
    say('ARX');
    const driver = ['-cp', classpath, join(FOLDER, 'ArxRun.java'), file, data, String(K), String(LIMIT)];
    const { stdout } = await promisify(execFile)('java', driver);
    return JSON.parse(stdout) as Line;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function conformance(): string {
  return resolve(env['BANYAN_CONFORMANCE'] ?? fileURLToPath(new URL('../../shared/conformance', import.meta.url)));
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(2);
}
