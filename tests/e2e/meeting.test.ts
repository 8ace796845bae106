import { describe, expect, inject, test } from 'vitest';
import { hasChromium, until } from './browser.ts';
import { oneVisitor } from './one-visitor.ts';

/**
 * Goal: an enterprise states a need, sees what it meets and why, and asks for an introduction; the other side accepts from a hand and only then reads the contact.
 * Method: true browsers on the true server with the example enterprise and park of the demo; each page clean for axe-core.
 */
describe.skipIf(!hasChromium)('needs and offers', () => {
  const { come, go } = oneVisitor();
  const contact = `Ring desk ${Date.now().toString(36)}`;

  test('an enterprise states a need and asks for what it meets', async () => {
    const page = await come('enterprise');
    const isThere = async () => {
      const answer = await page.request.get('/api/cluster/introductions');
      return answer.ok() && ((await answer.json()) as { introductions: unknown[] }).introductions.length > 0;
    };
    await until('the example is there', isThere, 200_000);
    await go('/cluster/needs');
    await page.getByRole('link', { name: 'Pilot fermentation workshop, tanks of 10 m³' }).waitFor();
    await page.getByRole('button', { name: 'State a need or an offer' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Kind *').click();
    await page.getByTitle('Instrument time').click();
    await dialog.getByLabel('In words *').fill('Hours on a shared flow cytometry platform');
    await dialog.getByLabel('Contact *').fill(contact);
    await dialog.getByRole('button', { name: 'State', exact: true }).click();
    const match = page.getByRole('listitem').filter({ hasText: 'Shared flow cytometry platform with cell sorting' });
    await match.getByText(/^Fits by/).click();
    await match.getByText(/^Words \(weight 45 %\)/).waitFor();
    await match.getByRole('button', { name: 'Ask for an introduction' }).click();
    await page.getByRole('dialog').getByLabel('What you say *').fill('Two evenings a week?');
    await page.getByRole('dialog').getByRole('button', { name: 'Ask', exact: true }).click();
    await page.getByRole('heading', { name: 'Introductions', level: 1 }).waitFor();
    await page.getByText('Two evenings a week?').waitFor();
    await go('/cluster/catalogues?examples=yes&gap=insurance-list');
    await page.getByRole('link', { name: 'Cartilage cell sheet (example)' }).waitFor();
    await page.getByText('not stated').first().waitFor();
  }, 300_000);

  test('who is signed out while typing finds the words again after signing in', async () => {
    const page = await come('enterprise');
    await go('/cluster/needs');
    const open = () => page.getByRole('button', { name: 'State a need or an offer' }).click();
    const dialog = page.getByRole('dialog');
    await open();
    await dialog.getByLabel('Kind *').click();
    await page.getByTitle('Instrument time').click();
    await dialog.getByLabel('In words *').fill('Words that took long');
    await dialog.getByLabel('Contact *').fill('me');
    await page.context().clearCookies();
    await dialog.getByRole('button', { name: 'State', exact: true }).click();
    const { username, password } = inject('screen').accounts.find(({ roles }) => roles.includes('enterprise'))!;
    await page.locator('input[autocomplete=username]').fill(username);
    await page.locator('input[type=password]').fill(password);
    await page.locator('button[type=submit]').click();
    await open();
    expect(await dialog.getByLabel('In words *').inputValue()).toBe('Words that took long');
    await dialog.getByRole('button', { name: 'Cancel' }).click();
  }, 90_000);

  test('the park accepts from a hand in Chinese and reads the contact then', async () => {
    const page = await come('park-operator', { language: 'zh', width: 390, height: 844 });
    await go('/cluster/needs/introductions');
    const one = page.getByRole('region').filter({ hasText: 'Two evenings a week?' });
    await one.waitFor();
    expect(await one.getByText(contact).count()).toBe(0);
    await one.getByRole('button', { name: /同\s*意/ }).click();
    await page
      .getByRole('dialog')
      .getByRole('button', { name: /同\s*意/ })
      .click();
    await one.getByText(contact).waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  });
});
