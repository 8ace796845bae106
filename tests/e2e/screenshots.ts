/**
 * Takes every page that a role's navigation leads to, the start page of each role, and the first thing that its lists lead to, at 1440 and 390 px in both
 * languages (pages made for a wall at 3840 and 1920 px too), for people to look at:
 *
 *     node tests/e2e/screenshots.ts [--url http://127.0.0.1:8080] [--out docs/images] [--only /custody] [--role patient] [--wait 120]
 *
 * Without --url it starts a platform of its own with the synthetic region and lets it live for --wait seconds first. JPEG, because a hundred pictures
 * of whole pages would weigh more than the program.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { makePlatform } from '../support/platform.ts';
import { type Account, findPages, type Language, open, openBrowser, signIn, type Visit, visit } from './browser.ts';

const { values } = parseArgs({
  options: {
    url: { type: 'string' },
    out: { type: 'string', default: 'docs/images' },
    only: { type: 'string', default: '' },
    role: { type: 'string', default: '' },
    wait: { type: 'string', default: '120' },
  },
});

const SIZES = [
  { width: 1440, height: 900 },
  { width: 390, height: 844 },
] as const;
const WALLS = [
  { width: 3840, height: 2160 },
  { width: 1920, height: 1080 },
] as const;
/** Pages made for a wall; the industry map's is reached from the map, not from the navigation. */
const WALL_PAGES = ['/operations', '/cluster/map/wall'];
const LANGUAGES: readonly Language[] = ['en', 'zh'];
const QUALITY = 78;
/** The map needs this long to be drawn in software and to have seen something move. */
const MAP_MS = 8_000;
const SETTLE_MS = 500;
/** Only these have a start page of their own kind. */
const START_OF = ['clinician', 'laboratory-technician', 'courier', 'patient', 'regulator', 'administrator'];

interface Way {
  path: string;
  name: string;
}

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

async function takeAll(url: string): Promise<void> {
  const { accounts } = (await (await fetch(`${url}/api/session/demo`)).json()) as { accounts: Account[] };
  if (accounts.length === 0) throw new Error('this server has no demo accounts: start it with the synthetic region');
  if (values.only === '' && values.role === '') await takeEach(url, undefined, [{ path: '/', name: 'sign-in' }]);
  const taken = new Set<string>();
  const asked = accounts.filter(({ roles }) => values.role === '' || roles.includes(values.role));
  for (const account of asked) await takeEach(url, account, await findWays(url, account, taken));
}

/** What this account can open and nobody before it could: the navigation, and behind each list its first entry. */
async function findWays(url: string, account: Account, taken: Set<string>): Promise<Way[]> {
  const one = await visit(browser, { url });
  await signIn(one, account);
  const role = account.roles[0] as string;
  const ways: Way[] = START_OF.includes(role) && values.only === '' ? [{ path: '/', name: `start-${role}` }] : [];
  for (const path of await findPages(one)) {
    if (path === '/' || taken.has(path) || !path.startsWith(values.only)) continue;
    taken.add(path);
    ways.push({ path, name: nameOf(path) });
    if (path === '/operations') continue;
    await open(one, path);
    if (path === '/cluster') ways.push(...findWall(taken));
    if (path === '/laboratory/explore') ways.push(...(await findTest(one)));
    const first = one.page.locator('main table.table tbody a[href^="/"]').first();
    const further = (await first.count()) > 0 ? await first.getAttribute('href') : null;
    if (further === null) continue;
    ways.push({ path: further, name: nameOf(further) });
    ways.push(...(await findFurther(one, further)));
  }
  if (role === 'patient') ways.push({ path: '/records/mine?tab=trends', name: 'records-mine-trends' });
  await one.close();
  return ways;
}

function findWall(taken: Set<string>): Way[] {
  const path = '/cluster/map/wall';
  if (taken.has(path)) return [];
  taken.add(path);
  return [{ path, name: nameOf(path) }];
}

/** The page of the test with the most results. */
async function findTest(one: Visit): Promise<Way[]> {
  const link = one.page.locator('main a[href*="test="]').first();
  const found = (await link.count()) > 0 ? await link.getAttribute('href') : null;
  return found === null ? [] : [{ path: found, name: 'laboratory-explore-one' }];
}

/** Pages that no list leads to at once: of an order its specimen and its report. */
async function findFurther(one: Visit, path: string): Promise<Way[]> {
  if (!path.startsWith('/laboratory/orders/')) return [];
  await open(one, path);
  const ways: Way[] = [];
  for (const kind of ['specimens', 'reports']) {
    const link = one.page.locator(`main a[href^="/laboratory/${kind}/"]`).first();
    const found = (await link.count()) > 0 ? await link.getAttribute('href') : null;
    if (found !== null) ways.push({ path: found, name: nameOf(found) });
  }
  return ways;
}

async function takeEach(url: string, account: Account | undefined, ways: readonly Way[]): Promise<void> {
  if (ways.length === 0) return;
  for (const language of LANGUAGES) {
    for (const size of SIZES) await takeInTurn(url, account, ways, { ...size, language });
    const wall = ways.filter(({ path }) => WALL_PAGES.includes(path));
    for (const size of WALLS) if (wall.length > 0) await takeInTurn(url, account, wall, { ...size, language });
  }
}

async function takeInTurn(
  url: string,
  account: Account | undefined,
  ways: readonly Way[],
  { width, height, language }: { width: number; height: number; language: Language },
): Promise<void> {
  const one = await visit(browser, { url, language, width, height });
  if (account !== undefined) await signIn(one, account);
  for (const { path, name } of ways) {
    if (account === undefined) await one.page.goto(path);
    else await open(one, path);
    if (account === undefined) await one.page.locator('.demo').waitFor();
    await one.page.waitForTimeout(WALL_PAGES.includes(path) ? MAP_MS : SETTLE_MS);
    const file = `${name}.${width}.${language}.jpg`;
    await one.page.screenshot({ path: join(values.out, file), type: 'jpeg', quality: QUALITY });
    process.stderr.write(`${file}\n`);
    for (const trouble of one.troubles.splice(0)) process.stderr.write(`${path}: ${trouble}\n`);
  }
  await one.close();
}

/** `/custody/boxes/123` is `custody-boxes-one`: the name must not change with the data. */
function nameOf(path: string): string {
  const parts =
    path
      .split('?')[0]
      ?.split('/')
      .filter((part) => part !== '') ?? [];
  return parts.map((part) => (/\d/.test(part) || part.length > 24 ? 'one' : part)).join('-');
}
