import { glob, writeFile } from 'node:fs/promises';
import { cpus, totalmem } from 'node:os';
import { argv, exit, stderr, stdout, version } from 'node:process';
import { fileURLToPath } from 'node:url';
import { type Bench, type BenchResult, mistakeIn } from './bench.ts';

const FOLDER = fileURLToPath(new URL('.', import.meta.url));

const [name, ...args] = argv.slice(2);
const benches = await findBenches();
const bench = benches.find((known) => known.name === name);
if (bench === undefined) {
  const lines = benches.map((known) => `  ${known.name.padEnd(14)} ${known.summary} ${known.options ?? ''}`);
  stderr.write(`npm run bench -- <name> [--json FILE]\n\n${lines.join('\n')}\n`);
  exit(name === undefined || name === '--help' ? 0 : 2);
}
const at = args.indexOf('--json');
const [, file] = at < 0 ? [] : args.splice(at, 2);
const mistake = mistakeIn(args, bench.options);
if (args.includes('--help') || mistake !== undefined || (at >= 0 && file === undefined)) {
  const isAsked = args.includes('--help');
  if (!isAsked) stderr.write(`${mistake ?? '--json needs a file'}\n`);
  (isAsked ? stdout : stderr).write(
    `npm run bench -- ${bench.name} ${bench.options ?? ''} [--json FILE]\n${bench.summary}\n`,
  );
  exit(isAsked ? 0 : 2);
}
const result = await bench.run(args, (line) => stderr.write(`${line}\n`));
stdout.write(`${table(result)}\n`);
if (file !== undefined)
  await writeFile(file, `${JSON.stringify({ bench: bench.name, machine: machine(), ...result }, null, 2)}\n`);
exit(0);

async function findBenches(): Promise<Bench[]> {
  const found: Bench[] = [];
  for await (const path of glob('*.ts', { cwd: FOLDER })) {
    if (path === 'main.ts' || path === 'bench.ts' || path.endsWith('.test.ts')) continue;
    const { bench } = (await import(`./${path}`)) as { bench: Bench };
    found.push(bench);
  }
  return found.sort((a, b) => a.name.localeCompare(b.name));
}

function table({ rows, notes }: BenchResult): string {
  const keys = Object.keys(rows[0] ?? {});
  const lines = rows.map((row) => `| ${keys.map((key) => row[key]).join(' | ')} |`);
  return [
    `| ${keys.join(' | ')} |`,
    `|${'---|'.repeat(keys.length)}`,
    ...lines,
    '',
    ...notes.map((note) => `- ${note}`),
  ].join('\n');
}

function machine(): object {
  return {
    cores: cpus().length,
    processor: cpus()[0]?.model,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    node: version,
  };
}
