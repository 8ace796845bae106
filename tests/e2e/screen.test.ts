import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest';
import {
  type Account,
  findBarriers,
  findPages,
  hasChromium,
  open,
  openBrowser,
  signIn,
  type Visit,
  visit,
} from './browser.ts';

/**
 * Goal: a person of every role reaches every page meant for the role, in both languages, on a desk and in a hand, and nothing breaks, leaves for
 * another server or shuts anybody out.
 * Method: the true program with its synthetic region, a true browser; the pages are those that the navigation shows; axe-core judges each.
 */
let browser: Browser;
let accounts: Account[];
let url: string;
let visits: Visit[] = [];

const person = async (role: string, visitor: Partial<Parameters<typeof visit>[1]> = {}): Promise<Visit> => {
  const one = await stranger(visitor);
  const account = accounts.find(({ roles }) => roles.includes(role));
  if (account === undefined) throw new Error(`there is no demo account for ${role}`);
  await signIn(one, account);
  return one;
};
const stranger = async (visitor: Partial<Parameters<typeof visit>[1]> = {}): Promise<Visit> => {
  const one = await visit(browser, { url, ...visitor });
  visits.push(one);
  return one;
};

describe.skipIf(!hasChromium)('the screen', () => {
  beforeAll(async () => {
    ({ url, accounts } = inject('screen'));
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser?.close();
  });
  afterEach(async () => {
    for (const one of visits) await one.close();
    visits = [];
  });

  describe('sign-in', () => {
    test.each([
      ['en', 'light', 1440, 'Sign in'],
      ['zh', 'dark', 390, '登录'],
    ] as const)('is clean in %s, %s, at %d px', async (language, look, width, word) => {
      const one = await stranger({ language, look, width });
      await one.page.goto('/');
      await one.page.getByRole('button', { name: word, exact: true }).waitFor();
      expect(await findBarriers(one)).toEqual([]);
      expect(one.troubles).toEqual([]);
      expect(await overflow(one)).toBe(0);
    });

    test('a wrong password is refused in words, and the address that was asked for opens after the right one', async () => {
      const account = accounts.find(({ roles }) => roles.includes('administrator')) as Account;
      const one = await stranger();
      await one.page.goto('/settings');
      await one.page.locator('input[autocomplete="username"]').fill(account.username);
      await one.page.locator('input[autocomplete="current-password"]').fill('not the password');
      await one.page.locator('button[type="submit"]').click();
      await one.page.getByRole('alert').waitFor();
      await one.page.locator('input[autocomplete="current-password"]').fill(account.password);
      await one.page.locator('button[type="submit"]').click();
      await one.page.getByRole('heading', { level: 1, name: 'Settings' }).waitFor();
      expect(new URL(one.page.url()).pathname).toBe('/settings');
      expect(one.troubles).toEqual([]);
    });

    test('one press on a demo account signs in, and signing out leads back', async () => {
      const one = await stranger({ width: 390 });
      await one.page.goto('/');
      await one.page.locator('.demo button').first().click();
      await one.page.locator('.tiles').waitFor();
      await one.page.getByRole('button', { name: /^Account of/ }).click();
      await one.page.getByRole('menuitem', { name: 'Sign out' }).click();
      await one.page.locator('.demo').waitFor();
      expect(one.troubles).toEqual([]);
    });
  });

  test('every page of every role opens on a desk and in a hand, in both languages, clean', async () => {
    const seen = new Set<string>();
    const wrong: string[] = [];
    for (const { roles } of accounts) {
      const desk = await person(roles[0] as string, { language: 'en', look: 'light', width: 1440 });
      const paths = (await findPages(desk)).filter((path) => !seen.has(path));
      const hand =
        paths.length === 0
          ? undefined
          : await person(roles[0] as string, { language: 'zh', look: 'dark', width: 390, height: 844 });
      for (const path of paths) {
        seen.add(path);
        for (const one of [desk, hand as Visit]) {
          await open(one, path);
          const width = one.page.viewportSize()?.width;
          for (const barrier of await findBarriers(one)) wrong.push(`${path} at ${width} px: ${barrier}`);
          if (one.page.url().includes('/operations')) continue; // takes the whole window and scrolls inside
          if ((await overflow(one)) > 0) wrong.push(`${path} at ${width} px is wider than the window`);
        }
      }
      for (const one of [desk, hand]) {
        if (one === undefined) continue;
        wrong.push(...one.troubles.map((trouble) => `${roles[0]}: ${trouble}`));
        await one.close();
      }
    }
    expect(wrong).toEqual([]);
    expect(seen.size).toBeGreaterThan(4);
  });

  describe('roles', () => {
    test('an administrator sees the dead letters and the accounts, a patient neither', async () => {
      const administrator = await person('administrator');
      expect(await findPages(administrator)).toEqual(expect.arrayContaining(['/dead-letters', '/accounts']));
      const patient = await person('patient');
      const paths = await findPages(patient);
      expect(paths).toContain('/settings');
      expect(paths).not.toContain('/accounts');
      expect(paths).not.toContain('/dead-letters');
    });

    test('an address that the role may not open says so', async () => {
      const one = await person('patient');
      await one.page.goto('/accounts');
      await one.page.getByRole('heading', { level: 1, name: 'This page is not open to you' }).waitFor();
      expect(one.troubles).toEqual([]);
    });
  });

  describe('keyboard', () => {
    test('the first stop skips to the content', async () => {
      const one = await person('administrator');
      await open(one, '/');
      await one.page.keyboard.press('Tab');
      expect(await one.page.evaluate(() => document.activeElement?.className)).toBe('skip');
      await one.page.keyboard.press('Enter');
      expect(await one.page.evaluate(() => document.activeElement?.id)).toBe('content');
    });

    test('/ searches, g and a letter goes, ? shows the keys, Esc closes', async () => {
      const one = await person('administrator');
      await open(one, '/');
      await one.page.keyboard.press('/');
      await one.page.waitForFunction(() => document.activeElement?.getAttribute('role') === 'combobox');
      await one.page.keyboard.press('Escape');
      await one.page.evaluate(() => (document.activeElement as HTMLElement).blur());
      await one.page.keyboard.press('g');
      await one.page.keyboard.press('d');
      await one.page.getByRole('heading', { level: 1, name: 'Dead letters' }).waitFor();
      await one.page.keyboard.press('?');
      await one.page.getByRole('dialog').waitFor();
      expect(await findBarriers(one)).toEqual([]);
      await one.page.keyboard.press('Escape');
      await one.page.getByRole('dialog').waitFor({ state: 'hidden' });
      expect(one.troubles).toEqual([]);
    });
  });

  test('the language changes at once and is kept', async () => {
    const one = await person('administrator');
    await open(one, '/');
    await one.page.getByRole('button', { name: '中文' }).click();
    await one.page.getByRole('link', { name: '设置' }).first().waitFor();
    expect(
      await one.page.evaluate(() => [document.documentElement.lang, localStorage.getItem('banyan.language')]),
    ).toEqual(['zh-Hans', 'zh']);
  });

  test('an address that does not exist says so', async () => {
    const one = await person('administrator');
    await one.page.goto('/there/is/nothing');
    await one.page.getByRole('heading', { level: 1, name: 'This page does not exist' }).waitFor();
    expect(await findBarriers(one)).toEqual([]);
    expect(one.troubles).toEqual([]);
  });

  test('a token is made, shown once, works, and is refused after it is revoked', async () => {
    const one = await person('administrator');
    await open(one, '/settings');
    await one.page.getByPlaceholder('What is it for?').fill('a script');
    await one.page.getByRole('button', { name: 'Make token' }).click();
    const secret = (await one.page.locator('.ant-alert code').textContent()) ?? '';
    const status = async () =>
      (await fetch(`${url}/api/session`, { headers: { authorization: `Bearer ${secret}` } })).status;
    expect(await status()).toBe(200);
    await one.page.getByRole('button', { name: 'Revoke' }).click();
    await one.page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
    await one.page.getByText('Token revoked').waitFor();
    expect(await status()).toBe(401);
    expect(one.troubles).toEqual([]);
  });
});

/** How many pixels the page is wider than the window. */
function overflow({ page }: Visit): Promise<number> {
  return page.evaluate(() => Math.max(0, document.documentElement.scrollWidth - window.innerWidth));
}
