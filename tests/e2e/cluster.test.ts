import { describe, expect, test } from 'vitest';
import { hasChromium } from './browser.ts';
import { oneVisitor } from './one-visitor.ts';

/**
 * Goal: whoever keeps the record ends a contradiction by saying why; a fact leads from its list to its quote; who speaks for a thing asks
 * first; and everybody may take the data away.
 * Method: a true browser on the true server with the facts that it comes with; each page clean for axe-core.
 */
describe.skipIf(!hasChromium)('the industry map', () => {
  const { come, drop, go } = oneVisitor();

  test('the regulator opens a conflict, reads both quotes, corrects one side, and the conflict is gone', async () => {
    const page = await come('regulator');
    await go('/cluster');
    await page
      .getByRole('region', { name: 'Sources that contradict each other' })
      .getByRole('link', { name: 'GBA CGT Industry Public Service Center' })
      .click();
    const conflict = page.getByRole('region', { name: 'Conflict: Stage' });
    await conflict.getByText('operating (per seed)').waitFor();
    await conflict.getByText('a 2026-03-03 news page reports construction start').first().waitFor();
    await conflict
      .locator('.conflict-side', { hasText: 'operating (per seed)' })
      .getByRole('button', { name: 'Withdraw' })
      .click();
    await page.getByLabel('Reason').fill('the site was visited: it is being built');
    await page.getByRole('dialog').getByRole('button', { name: 'Withdraw' }).click();
    await conflict.waitFor({ state: 'detached' });
    await page.getByRole('region', { name: 'Withdrawn and corrected' }).getByText('the site was visited').waitFor();
    await page
      .getByRole('button', { name: /^Open the source/ })
      .first()
      .click();
    await page.getByRole('dialog').getByText('Confidence').waitFor();
  });

  test('an enterprise finds a fact by its quote, and asks to speak for what it is', async () => {
    const page = await come('enterprise');
    await go('/cluster/facts');
    await page.getByLabel('Search this list').fill('allogeneic bone marrow');
    await page
      .getByRole('link', { name: /acute-on-chronic liver failure/ })
      .first()
      .click();
    await page
      .getByRole('heading', { name: /acute-on-chronic/ })
      .first()
      .waitFor();
    await go('/cluster/things/tencure');
    await page.getByRole('button', { name: 'I speak for it' }).click();
    expect(await page.getByRole('button', { name: 'Add a statement' }).count()).toBe(0);
    await page.getByLabel('Why you may speak for it').fill('We are this enterprise.');
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
    await page.getByRole('region', { name: 'Speaks for it' }).getByText('claimed').waitFor();
  });

  test('the relations around a park are read in Chinese in a hand', async () => {
    const page = await come('investor', { language: 'zh', width: 390, height: 844 });
    await go('/cluster/graph?thing=fs-yundonghai&steps=1');
    await page.locator('.plot svg path').first().waitFor();
    await page.getByRole('link', { name: '佛山建发集团' }).waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  });

  test('who has no account reads and takes away all but examples', async () => {
    const page = await drop();
    await go('/verify');
    const csv = await (await page.request.get('/api/open/cluster/statements.csv')).text();
    expect(csv).toContain('KingMed Diagnostics');
    expect(csv).not.toContain('example-enterprise');
    expect((await page.request.get('/api/cluster/things')).status()).toBe(401);
  });
});
