import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasChromium, signIn, type Visitor } from './browser.ts';
import { type StandIn, standForTrades } from './certificates-stand-in.ts';
import { oneVisitor } from './one-visitor.ts';

/**
 * Goal: a stranger learns in the own browser whether a certificate is true, from its code, its file or its text, and a forgery or a revoked one
 * is refused there.
 * Method: a true browser without an account on the true pages, ledger and certificates; each page clean for axe-core.
 */
describe.skipIf(!hasChromium)('certificates', () => {
  const { drop, go, visit } = oneVisitor();
  let stand: StandIn;
  let good: string;

  const come = (visitor: Partial<Visitor> = {}) => drop({ url: stand.url, ...visitor });

  beforeAll(async () => {
    stand = await standForTrades();
    good = await stand.issue('registration');
    await stand.work();
  });
  afterAll(() => stand?.close());

  test('the printed code leads to a page that says that it is valid; its file and its text say the same', async () => {
    const page = await come();
    await go(`/verify/${good}`);
    await page.getByText('This certificate is valid.').waitFor();
    expect(await page.locator('.verify-checks li').count()).toBe(9);
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Download (JSON)' }).click(),
    ]);
    const text = await readFile(await download.path(), 'utf8');

    await go('/verify');
    await page.locator('input[type=file]').setInputFiles({
      name: 'certificate.json',
      mimeType: 'application/json',
      buffer: Buffer.from(text),
    });
    await page.getByText('This certificate is valid.').waitFor();
    await page.getByRole('button', { name: 'Check another one' }).click();
    await page.getByLabel('Or its text').fill(text.replace('breast-cancer', 'lung-cancer'));
    await page.getByRole('button', { name: 'Check the text' }).click();
    await page.getByText('This certificate is not valid.').waitFor();
    await page.getByText('The signature does not fit: something was changed.').waitFor();
  });

  test('a regulator revokes one, and whoever scans its code in a hand is told so in Chinese', async () => {
    const id = await stand.issue('listing');
    await stand.work();
    const page = await come();
    await signIn(visit(), { ...stand.regulator, roles: ['regulator'] });
    await go('/exchange/certificates');
    await page
      .getByRole('row', { name: /Listing/ })
      .getByRole('button', { name: 'Change' })
      .click();
    await page.getByText('Revoke for ever').click();
    await page.getByLabel('Reason, which the holder will read').fill('The sources took their consent back.');
    await page.getByRole('button', { name: 'Decide' }).click();
    await page.getByText('revoked', { exact: true }).waitFor();
    await visit().close();

    await stand.work();
    const hand = await come({ language: 'zh', width: 390, height: 844 });
    await go(`/verify/${id}`);
    await hand.getByText('该证书无效。').waitFor();
    await hand.getByText('已被撤销。', { exact: true }).waitFor();
    expect(await hand.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  });

  test('a number that nobody knows is said to be unknown, and every other address asks for the sign-in, which leads back to it', async () => {
    const page = await come();
    await go('/verify');
    await page.getByRole('textbox', { name: 'Number of the certificate' }).fill('00000000-0000-4000-8000-000000000000');
    await page.getByRole('button', { name: 'Check', exact: true }).click();
    await page.getByText('there is no such certificate').waitFor();
    await page.goto('/exchange/certificates');
    await page.getByLabel('User name').fill(stand.regulator.username);
    await page.getByLabel('Password').fill(stand.regulator.password);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: 'Certificates' }).waitFor();
  });
});
