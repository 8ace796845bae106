import { glob } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { type Bench, optionOf } from './bench.ts';

const FOLDER = fileURLToPath(new URL('cluster', import.meta.url));

/** The benches of the cluster's parts, each a file in bench/cluster that exports one of the same shape. */
export const bench: Bench = {
  name: 'cluster',
  summary: 'the graph, search, policies and decisions of the cluster',
  options: '[--only PART,...] [--things 1000000] [--no-peer]',
  async run(args, say) {
    const only = optionOf(args, '--only')?.split(',');
    const rows: Record<string, string | number>[] = [];
    const notes: string[] = [];
    for (const path of (await Array.fromAsync(glob('*.ts', { cwd: FOLDER }))).sort()) {
      const part = path.replace('.ts', '');
      if (only?.includes(part) === false) continue;
      say(part);
      const { bench: own } = (await import(`./cluster/${path}`)) as { bench: Bench };
      const result = await own.run(args, say);
      rows.push(...result.rows.map((row) => ({ part, ...row })));
      notes.push(...result.notes);
    }
    // Parts measure different things: every line has every column.
    const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
    return { rows: rows.map((row) => Object.fromEntries(columns.map((column) => [column, row[column] ?? '']))), notes };
  },
};
