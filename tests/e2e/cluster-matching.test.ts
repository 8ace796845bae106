import { describe, expect, test } from 'vitest';
import { hasChromium } from './browser.ts';
import { oneVisitor } from './one-visitor.ts';

const CSV = `企业名称,统一社会信用代码,所在区,员工数
广州澜岳细胞治疗有限公司,91440300708461136T,广州市,45
KingMed Diagnostics,,,
坏码有限公司,91350100M000100Y44,,
`;

/**
 * Goal: a department brings a file in, finds what it brought by pinyin, and takes it back; whoever looks for something finds it in either language, by hand.
 * Method: a true browser on the true server with the facts; each page clean for axe-core.
 */
describe.skipIf(!hasChromium)('matching', () => {
  const { come, go } = oneVisitor();

  test('the department imports a file, each row told why, finds it by pinyin, and undoes it', async () => {
    const page = await come('regulator');
    await go('/cluster/import');
    await page
      .getByLabel('Choose a file')
      .last()
      .setInputFiles({ name: 'firms.csv', mimeType: 'text/csv', buffer: Buffer.from(CSV) });
    await page.getByRole('heading', { name: 'firms.csv' }).waitFor();
    await page.getByText('the last character would be 3').waitFor();
    await page.getByText('KingMed Diagnostics').first().waitFor();
    await page.getByText('Working').or(page.locator('summary')).first().click();
    await page.getByText('Whole name').first().waitFor();
    await page.getByRole('button', { name: 'Write 2 rows' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Write 2 rows' }).click();
    await page.getByRole('link', { name: 'went to' }).first().waitFor();

    await go('/cluster/search');
    await page.getByRole('textbox', { name: 'What are you looking for?' }).fill('lanyue xibao');
    await page.getByRole('link', { name: '广州澜岳细胞治疗有限公司' }).waitFor();
    await page.getByText('(pinyin)').first().waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: /澜岳/ }).first().waitFor();

    await go('/cluster/import');
    await page.getByRole('link', { name: 'firms.csv' }).click();
    await page.getByRole('button', { name: 'Undo the import' }).click();
    await page.getByRole('dialog').getByRole('textbox').fill('only a trial');
    await page.getByRole('dialog').getByRole('button', { name: 'Undo the import' }).click();
    await page.getByText('only a trial').waitFor();
    await page.getByText('undone', { exact: true }).first().waitFor();
  });

  test('in a hand and in Chinese, a word of one language finds the other', async () => {
    const page = await come('enterprise', { language: 'zh', width: 390, height: 844 });
    await go(`/cluster/search?q=${encodeURIComponent('间充质干细胞')}`);
    await page.getByText('(同义)').first().waitFor();
    expect(await page.locator('.found-name').count()).toBeGreaterThan(3);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
    expect((await page.request.get('/api/cluster/imports')).status()).toBe(403);
  });

  test('the department sees what may be one thing, with the working', async () => {
    const page = await come('regulator');
    await go('/cluster/duplicates');
    await page.getByRole('heading', { name: 'Duplicates' }).waitFor();
    await page.getByText('Human Cell Lineage Big Science Facility').first().waitFor();
    await page.getByText('Human Cell Atlas Project').first().waitFor();
  });
});
