import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { glob, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const SOURCES = [
  'web/**/*.{ts,tsx,css,html,svg}',
  'facts/geo/*.json',
  'facts/cluster/chains.json',
  'src/standards/**/*.ts',
  'src/modules/*/model.ts',
  'src/modules/*/model/**/*.ts',
  'package-lock.json',
];

/** The built app. */
export const WEB_DIST = join(ROOT, 'dist/web');

/**
 * Builds the app unless the last build was of the same sources.
 *
 * @returns true when it was built now
 * @throws Error with the bundler's last words
 */
export async function buildWeb(): Promise<boolean> {
  const mark = join(WEB_DIST, '.sources');
  const sources = await hashSources();
  if ((await readFile(mark, 'utf8').catch(() => '')) === sources) return false;
  const vite = join(ROOT, 'node_modules/vite/bin/vite.js');
  const child = spawn(process.execPath, [vite, 'build', 'web', '--logLevel', 'warn'], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-4_000);
    });
  }
  const code = await new Promise((done) => child.once('close', done));
  if (code !== 0) throw new Error(`the app could not be built: ${said.trim()}`);
  await writeFile(mark, sources);
  return true;
}

async function hashSources(): Promise<string> {
  const files = await Array.fromAsync(glob(SOURCES, { cwd: ROOT, exclude: ['**/*.test.ts'] }));
  const hash = createHash('sha256');
  for (const file of files.sort()) {
    hash
      .update(`${file}\0`)
      .update(await readFile(join(ROOT, file)))
      .update('\0');
  }
  return hash.digest('hex');
}
