import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { env, execPath, exit, getuid, stdout } from 'node:process';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { findChromium } from './support/chromium.ts';

/**
 * `npm test`: type check, lint, dead code, then the tests of every kind. A word after `npm test --` picks the files whose path holds it.
 * The last line is `N passed, N failed[, N skipped]`.
 */
const ROOT = fileURLToPath(new URL('..', import.meta.url));
const REPORTS = join(ROOT, 'tests/.artifacts');
const only = process.argv.slice(2);
const count = { passed: 0, failed: 0, skipped: 0 };
// Said again at the end, because whoever keeps a run keeps its last lines.
const failures: string[] = [];

rmSync(REPORTS, { recursive: true, force: true });
mkdirSync(REPORTS, { recursive: true });
// What starts the whole platform waits much, the rest reckons: each has the processors while the other has no use for them.
await Promise.all([check(), drive()]);
const skipped = count.skipped === 0 ? '' : `, ${count.skipped} skipped`;
if (failures.length > 0) stdout.write(`\nFailed:\n${failures.join('\n')}\n`);
stdout.write(`\n${count.passed} passed, ${count.failed} failed${skipped}\n`);
exit(count.failed === 0 ? 0 : 1);

async function check(): Promise<void> {
  if (only.length === 0) {
    await step('type check', ['node_modules/typescript/bin/tsc', '--noEmit']);
    await step('lint', ['node_modules/@biomejs/biome/bin/biome', 'check', '--error-on-warnings', '.']);
    await step('dead code', ['node_modules/knip/bin/knip.js']);
  }
  await suite('unit');
}

async function drive(): Promise<void> {
  if (findChromium() === undefined) await installChromium();
  await suite('platform');
  await suite('screen');
}

async function step(title: string, words: readonly string[]): Promise<void> {
  stdout.write(`\n${title}\n`);
  if ((await run(execPath, words)) === 0) count.passed += 1;
  else {
    count.failed += 1;
    failures.push(title);
  }
}

/** Runs a program, and writes what it says by whole lines, because another one speaks too. @returns its exit code */
async function run(program: string, words: readonly string[], more: NodeJS.ProcessEnv = {}): Promise<number | null> {
  const colour = stdout.isTTY ? { FORCE_COLOR: '1' } : {};
  const child = spawn(program, words, {
    cwd: ROOT,
    env: { ...colour, ...env, ...more },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  for (const input of [child.stdout, child.stderr])
    createInterface({ input }).on('line', (line) => stdout.write(`${line}\n`));
  const said = once(child, 'close');
  const [status] = (await once(child, 'exit')) as [number | null];
  // What it left behind may hold its output open.
  await Promise.race([said, sleep(2_000)]);
  return status;
}

/** One vitest project; a suite that breaks before it counts anything is one failure. */
async function suite(project: string): Promise<void> {
  stdout.write(`\n${project} tests\n`);
  const report = join(REPORTS, `${project}.json`);
  const words = [
    'run',
    '--project',
    project,
    '--reporter=default',
    '--reporter=json',
    `--outputFile=${report}`,
    '--passWithNoTests',
  ];
  const status = await run(execPath, ['node_modules/vitest/vitest.mjs', ...words, ...only]);
  const told = existsSync(report) ? (JSON.parse(readFileSync(report, 'utf8')) as VitestReport) : undefined;
  const failed = told?.numFailedTests ?? 0;
  count.passed += told?.numPassedTests ?? 0;
  count.skipped += (told?.numPendingTests ?? 0) + (told?.numTodoTests ?? 0);
  // A file that cannot even be loaded fails without a test in it, and a set-up that ends early says nothing at all.
  const silent = told === undefined || (only.length === 0 && told.numTotalTests === 0);
  if (failed > 0) count.failed += failed;
  else if (status !== 0 || silent) {
    count.failed += 1;
    failures.push(`${project} tests broke off`);
  }
  for (const file of told?.testResults ?? []) {
    if (file.status === 'failed' && file.message !== '') failures.push(`${file.name}: ${file.message}`);
    for (const test of file.assertionResults) {
      if (test.status === 'failed')
        failures.push(`${file.name}: ${test.fullName}\n  ${test.failureMessages.join('\n  ').slice(0, 2000)}`);
    }
  }
}

interface VitestReport {
  numTotalTests: number;
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  numTodoTests: number;
  testResults: {
    name: string;
    status: string;
    message: string;
    assertionResults: { status: string; fullName: string; failureMessages: string[] }[];
  }[];
}

async function installChromium(): Promise<void> {
  const debian = existsSync('/etc/debian_version') && getuid?.() === 0;
  if (!debian) {
    stdout.write(
      '\nNo Chromium was found: the browser tests are skipped. Install one (Debian: apt-get install chromium) or set CHROMIUM_PATH.\n',
    );
    return;
  }
  stdout.write('\nInstalling Chromium and a Chinese font for the browser tests\n');
  const silent = { DEBIAN_FRONTEND: 'noninteractive' };
  await run('apt-get', ['update', '-qq'], silent);
  await run('apt-get', ['install', '-y', '-qq', 'chromium', 'fonts-noto-cjk'], silent);
  if (findChromium() === undefined)
    stdout.write(
      '\nChromium cannot be installed (is this machine offline?): the browser tests are skipped. Install chromium and fonts-noto-cjk, or set CHROMIUM_PATH.\n',
    );
}
