import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Browser, chromium, type Page } from 'playwright-core';
import { findChromium } from '../support/chromium.ts';

export type Language = 'en' | 'zh';

/** A page and everything that went wrong on it so far. */
export interface Visit {
  page: Page;
  /** Errors in the console, uncaught exceptions, answers of 500 and more, and requests that left for another server. */
  troubles: string[];
  close(): Promise<void>;
}

export interface Visitor {
  url: string;
  language?: Language;
  look?: 'light' | 'dark';
  width?: number;
  height?: number;
}

export const hasChromium = findChromium() !== undefined;

/** The system's Chromium with a software renderer, so that the map is drawn where there is no graphics card. */
export function openBrowser(): Promise<Browser> {
  const executablePath = findChromium();
  if (executablePath === undefined) throw new Error('no Chromium: install one or set CHROMIUM_PATH');
  return chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--use-gl=angle',
      '--use-angle=swiftshader',
      '--enable-unsafe-swiftshader',
      '--ignore-gpu-blocklist',
      // Maps are drawn by the renderer, pages are not: composing them there too costs ten times as much.
      '--disable-gpu-compositing',
      '--disable-background-networking',
      '--disable-component-update',
      '--no-first-run',
    ],
  });
}

/** A new person at a new machine, with this language and look. */
export async function visit(browser: Browser, visitor: Visitor): Promise<Visit> {
  const { url, language = 'en', look = 'light', width = 1440, height = 900 } = visitor;
  const context = await browser.newContext({
    baseURL: url,
    viewport: { width, height },
    hasTouch: width < 720,
    // What is half come or half gone can neither be judged nor clicked where it will be.
    reducedMotion: 'reduce',
  });
  await context.addInitScript(
    ([spoken, shown]) => {
      localStorage.setItem('banyan.language', spoken as string);
      localStorage.setItem('banyan.look', shown as string);
    },
    [language, look],
  );
  context.setDefaultTimeout(60_000);
  const page = await context.newPage();
  const troubles: string[] = [];
  page.on('console', (message) => {
    // The browser reports a refused request by itself; whether a refusal is right is for the test to say.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
      troubles.push(message.text());
  });
  page.on('pageerror', (error) => troubles.push(`${error.name}: ${error.message}`));
  page.on('response', (response) => {
    if (response.status() >= 500) troubles.push(`${response.status()} ${response.url()}`);
  });
  page.on('request', (request) => {
    const { origin, protocol } = new URL(request.url());
    if (origin !== url && protocol.startsWith('http')) troubles.push(`a request left for ${origin}`);
  });
  return { page, troubles, close: () => context.close() };
}

export interface Account {
  username: string;
  password: string;
  roles: string[];
}

/** Signs in at the door that the form uses, without drawing the form; the form has tests of its own. */
export async function signIn({ page }: Visit, { username, password }: Account): Promise<void> {
  const answer = await page
    .context()
    .request.post('/api/session', { headers: { 'x-banyan': 'app' }, data: { username, password } });
  if (!answer.ok()) throw new Error(`${username} is not let in: ${answer.status()} ${await answer.text()}`);
}

/** Somebody of this role at a new machine, signed in. */
export async function visitAs(
  browser: Browser,
  role: string,
  { accounts, ...visitor }: Visitor & { accounts: readonly Account[] },
): Promise<Visit> {
  const account = accounts.find(({ roles }) => roles.includes(role));
  if (account === undefined) throw new Error(`there is no demo account for ${role}`);
  const one = await visit(browser, visitor);
  await signIn(one, account);
  return one;
}

/** Asked as the person at the screen, with the cookie of the page. */
export async function ask<T>(page: Page, path: string): Promise<T> {
  const answer = await page.context().request.get(path);
  if (!answer.ok()) throw new Error(`${path}: ${answer.status()} ${await answer.text()}`);
  return (await answer.json()) as T;
}

/** Looks until it has come about: the lake follows the record by seconds, and the region goes on telling. */
export async function until(what: string, hasComeAbout: () => Promise<boolean>, mostMs = 120_000): Promise<void> {
  for (const end = Date.now() + mostMs; !(await hasComeAbout()); await sleep(250))
    if (Date.now() > end) throw new Error(`${what}: not after ${mostMs / 1_000} s`);
}

/** The pages that this person's navigation leads to. */
export async function findPages({ page }: Visit): Promise<string[]> {
  await page.goto('/');
  await page.locator('.tiles').waitFor();
  const found = await page
    .locator('nav.side a')
    .evaluateAll((links) => links.map((link) => link.getAttribute('href') ?? ''));
  return found.filter((path) => path !== '');
}

/** Opens a page and waits until it has said what it has to say: no bones and no spinner are left. */
export async function open({ page }: Visit, path: string): Promise<void> {
  await page.goto(path);
  await page.locator('h1').first().waitFor();
  await page.waitForFunction(() => document.querySelector('.bones, .ant-spin-spinning') === null, undefined, {
    timeout: 60_000,
  });
}

/** Ends when nothing moves any more, or after three seconds; what moves for ever is not waited for. */
const SETTLED = `Promise.race([
  Promise.all(document.getAnimations().filter((each) => each.effect?.getComputedTiming().endTime !== Infinity).map((each) => each.finished.catch(() => {}))),
  new Promise((done) => setTimeout(done, 3000)),
]).then(() => undefined)`;

let axe: string | undefined;

/** What axe-core finds wrong on the page as it is, one line each with the page's path; nothing is excepted. */
export async function findBarriers({ page }: Visit): Promise<string[]> {
  // What comes or goes is half seen-through while it moves, and what the mouse is on has another colour.
  await page.mouse.move(0, 0);
  await page.evaluate(SETTLED);
  axe ??= await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  // Evaluated, not added as a script: the page's content policy stays in force.
  await page.evaluate(axe);
  return page.evaluate(async () => {
    const { axe: engine } = window as unknown as { axe: { run(): Promise<AxeAnswer> } };
    const { violations } = await engine.run();
    return violations.map(
      ({ id, help, nodes }) =>
        `${location.pathname}: ${id}: ${help}: ${nodes.map((node) => node.html.slice(0, 160)).join(' | ')}`,
    );
  });
}

interface AxeAnswer {
  violations: { id: string; help: string; nodes: { html: string }[] }[];
}
