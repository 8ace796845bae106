import { describe, expect, test } from 'vitest';
import { hasChromium } from './browser.ts';
import { oneVisitor } from './one-visitor.ts';

/**
 * Goal: the department brings a decision model, and a park manager sees in a hand which rules decide.
 * Method: a true browser on the true server, with the worked example; each page clean for axe-core.
 */
describe.skipIf(!hasChromium)('decision models', () => {
  const { come, go } = oneVisitor();

  test('the department loads the example, tries it, and sees the rules that matched', async () => {
    const page = await come('regulator');
    await go('/cluster/decisions');
    await page.getByRole('button', { name: 'Load the worked example' }).click();
    await page.getByText('no policy of any place').waitFor();
    await page.getByLabel('founded').fill('2019-05-04');
    await page.getByLabel('employees').fill('80');
    await page.getByLabel('trial cost').fill('5000000');
    await page.getByLabel('phase').click();
    await page.getByTitle('II', { exact: true }).click();
    await page.getByRole('button', { name: 'Decide' }).click();
    await page.getByRole('heading', { name: 'Results' }).waitFor();
    const ceiling = page.getByRole('region', { name: 'Decision table ceiling' });
    expect(await ceiling.locator('tr.matched').allTextContents()).toEqual([expect.stringContaining('3000000')]);
    await page.getByText('the input was not told: local hospital').waitFor();

    await page.getByRole('tab', { name: 'What needs what' }).click();
    await page.getByText('decision ceiling needs: phase, size').waitFor();
  });

  test('a file that is no model is refused in words, and read in Chinese in a hand', async () => {
    const page = await come('regulator', { language: 'zh', width: 390, height: 844 });
    await go('/cluster/decisions');
    await page
      .getByLabel('导入 DMN 文件')
      .first()
      .setInputFiles({ name: 'x.dmn', mimeType: 'application/xml', buffer: Buffer.from('<x/>') });
    await page.getByText('该决策模型无法使用').waitFor();
    await page.getByRole('link', { name: 'Example: subsidy for a clinical trial' }).first().click();
    await page.getByRole('button', { name: '试算' }).click();
    await page.getByRole('heading', { name: '结果' }).waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)).toBe(true);
  });
});
