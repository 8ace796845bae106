import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { hasChromium } from './browser.ts';
import { oneVisitor } from './one-visitor.ts';

/**
 * Goal: an investor gets from an empty fund to figures that stand on entries, and sees unknown where nothing stands; a department finds what is
 * behind, asks the lead, enters and corrects a value, and takes the report along.
 * Method: a true browser on the true server; each page clean for axe-core.
 */
describe.skipIf(!hasChromium)('funds and targets', () => {
  const { come, go } = oneVisitor();

  test("the investor reads the seed's fund as unknown, opens a fund, imports its flows, and sees its rate", async () => {
    const page = await come('investor');
    await go('/cluster/funds/ns-mother');
    await page.getByText('73.6%').first().waitFor();
    await page.getByText('unknown: no books on file').first().waitFor();

    await go('/cluster/funds');
    await page.getByRole('button', { name: 'Open a fund' }).click();
    const name = `Walk ${Date.now()}`;
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Name', { exact: true }).fill(name);
    await dialog.getByRole('button', { name: 'Open a fund' }).click();
    await page.getByRole('heading', { name, level: 1 }).waitFor();
    await page.getByRole('tab', { name: 'Books' }).click();
    await page.locator('input[type="file"]').setInputFiles({
      name: 'flows.csv',
      mimeType: 'text/csv',
      // Microsoft's example of XIRR.
      buffer: Buffer.from(
        'date,kind,amount,source,method\n2008-01-01,call,10000,n1,\n2008-03-01,distribution,2750,n2,\n2008-10-30,distribution,4250,n3,\n2009-02-15,distribution,3250,n4,\n2009-04-01,distribution,2750,n5,\n2009-04-01,net-value,0,audit,audited\n',
      ),
    });
    await page.getByText('6 rows can be entered, 0 are wrong').waitFor();
    await page.getByRole('button', { name: 'Enter 6 rows' }).click();
    await page.getByRole('cell', { name: 'Capital call' }).first().waitFor();
    await page.getByLabel('Figures on').fill('2009-04-01');
    await page.getByRole('tab', { name: 'Figures' }).click();
    await page.getByText('37.34%').first().waitFor();
    await page.locator('.plot svg path').first().waitFor();
    await page.getByRole('tab', { name: 'Quarterly form' }).click();
    await page.getByText('Closing net asset value').waitFor();
  });

  test('the department filters what is unknown, asks a lead, enters a value and corrects it', async () => {
    const page = await come('regulator');
    await go('/cluster/targets');
    await page.getByText('15 targets:').waitFor();
    await page
      .getByRole('link', { name: /ational laboratory/ })
      .first()
      .click();
    await page.getByText('No forecast is possible').waitFor();
    await page.getByRole('button', { name: 'Ask the lead' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Ask the lead' }).click();
    await page
      .getByText(/^asked, due/)
      .first()
      .waitFor();
    await page.getByRole('button', { name: 'Enter a value' }).click();
    const entry = page.getByRole('dialog', { name: 'Enter a value' });
    await entry.getByLabel('Value', { exact: true }).fill('0');
    await entry.getByLabel('Source').fill('letter of the lead department (browser test)');
    await entry.getByRole('button', { name: 'Enter a value' }).click();
    await page.getByRole('cell', { name: /letter of the lead/ }).waitFor();
    await page.getByText('answered').first().waitFor();
  });

  test('the report says the same on the page and in the workbook, and fits a hand in Chinese', async () => {
    const page = await come('regulator', { language: 'zh', width: 390, height: 844 });
    await go('/cluster/report');
    await page.getByRole('heading', { name: '企业梯度' }).waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: '工作簿（.xlsx）' }).click(),
    ]);
    const file = await readFile(await download.path());
    expect(file.subarray(0, 2).toString()).toBe('PK');
    await go('/cluster/ladder');
    await page.getByText('规模以上工业企业').first().waitFor();
  });
});
