/**
 * Takes every page that a role's navigation leads to, and the first thing that its lists lead to, at 1440 and 390 px in both languages (the live screen
 * at 3840 px too), for people to look at:
 *
 *     node tests/e2e/screenshots.ts [--url http://127.0.0.1:8080] [--out docs/images] [--only /custody] [--wait 120]
 *
 * Without --url it starts a platform of its own with the synthetic region and lets it live for --wait seconds first.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { makePlatform } from '../support/platform.ts';
import { findPages, type Language, open, openBrowser, signIn, type Visit, visit } from './browser.ts';

const { values } = parseArgs({
  options: {
    url: { type: 'string' },
    out: { type: 'string', default: 'docs/images' },
    only: { type: 'string', default: '' },
    wait: { type: 'string', default: '120' },
  },
});

const SIZES = [
  { width: 1440, height: 900 },
  { width: 390, height: 844 },
] as const;
const WALL = { width: 3840, height: 2160 } as const;
const LANGUAGES: readonly Language[] = ['en', 'zh'];
/** The map needs this long to be drawn in software and to have seen something move. */
const MAP_MS = 8_000;

await mkdir(values.out, { recursive: true });
const platform = values.url === undefined ? await makePlatform([]) : undefined;
const browser = await openBrowser();
try {
  await platform?.start();
  if (platform !== undefined) await sleep(Number(values.wait) * 1_000);
  await takeAll(platform?.url ?? (values.url as string));
} finally {
  await browser.close();
  await platform?.end();
}

interface Account {
  username: string;
  password: string;
  roles: string[];
}

async function takeAll(url: string): Promise<void> {
  const { accounts } = (await (await fetch(`${url}/api/session/demo`)).json()) as { accounts: Account[] };
  if (accounts.length === 0) throw new Error('this server has no demo accounts: start it with the synthetic region');
  await takeSignIn(url);
  const taken = new Set<string>();
  for (const account of accounts) {
    for (const path of await findWays(url, account, taken)) {
      for (const size of path === '/operations' ? [...SIZES, WALL] : SIZES) {
        for (const language of LANGUAGES) await take(url, account, path, { ...size, language });
      }
    }
  }
}

async function takeSignIn(url: string): Promise<void> {
  if (values.only !== '') return;
  for (const size of SIZES) {
    for (const language of LANGUAGES) {
      const one = await visit(browser, { url, language, ...size });
      await one.page.goto('/');
      await one.page.locator('.demo').waitFor();
      await keep(one, 'sign-in', size.width, language);
      await one.close();
    }
  }
}

/** The pages that this account can open and nobody before it could: those of the navigation, and behind each list its first entry. */
async function findWays(url: string, account: Account, taken: Set<string>): Promise<string[]> {
  const one = await visit(browser, { url });
  await signIn(one, account);
  const ways: string[] = [];
  for (const path of await findPages(one)) {
    if (taken.has(path) || !path.startsWith(values.only)) continue;
    taken.add(path);
    ways.push(path);
    await open(one, path);
    const first = one.page.locator('main table.table tbody a[href^="/"]').first();
    const further = (await first.count()) > 0 ? await first.getAttribute('href') : null;
    if (further !== null) ways.push(further);
  }
  await one.close();
  return ways;
}

async function take(
  url: string,
  account: Account,
  path: string,
  { width, height, language }: { width: number; height: number; language: Language },
): Promise<void> {
  const one = await visit(browser, { url, language, width, height });
  await signIn(one, account);
  await open(one, path);
  await one.page.waitForTimeout(path === '/operations' ? MAP_MS : 800);
  await keep(one, nameOf(path), width, language);
  for (const trouble of one.troubles) process.stderr.write(`${path}: ${trouble}\n`);
  await one.close();
}

async function keep({ page }: Visit, name: string, width: number, language: Language): Promise<void> {
  const file = `${name}.${width}.${language}.png`;
  await page.screenshot({ path: join(values.out, file) });
  process.stderr.write(`${file}\n`);
}

/** `/custody/boxes/123` is `custody-boxes-one`: the name must not change with the data. */
function nameOf(path: string): string {
  const parts =
    path
      .split('?')[0]
      ?.split('/')
      .filter((part) => part !== '') ?? [];
  if (parts.length === 0) return 'start';
  return parts.map((part) => (/\d/.test(part) || part.length > 24 ? 'one' : part)).join('-');
}
