import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { hasChromium } from './browser.ts';
import { oneVisitor } from './one-visitor.ts';

/**
 * Goal: a researcher gets from nothing to a report that says what it stands on, and a clinician elsewhere sees none of it.
 * Method: a true browser on the true server, which analyses the worked example by itself; each page clean for axe-core.
 */
describe.skipIf(!hasChromium)('efficacy studies', () => {
  const { come, go } = oneVisitor();

  test('the researcher loads the example, has it analysed, and reads the survival that was planted', async () => {
    const page = await come('researcher');
    await go('/signals/studies');
    await page.getByRole('button', { name: 'Load the worked example' }).click();
    await page.getByText('It is no evidence of anything').waitFor();
    await page.getByRole('tab', { name: 'Rows' }).click();
    await page.getByText('110 (synthetic example)').waitFor();
    await page.getByRole('button', { name: 'Analyse' }).click();
    await page.getByRole('heading', { name: 'What this cannot show' }).waitFor({ timeout: 90_000 });
    await page.getByRole('heading', { name: /^Survival by Kaplan and Meier: Survival/ }).waitFor();
    await page.locator('.plot svg path').first().waitFor();
    const figure = page.locator('figure', { hasText: 'Survival by Kaplan and Meier: Survival' });
    await figure.getByRole('button', { name: 'Table' }).click();
    const last = figure.getByRole('row').filter({ hasText: 'stem cells' }).last();
    expect(await last.textContent()).toContain('0.73');
    await page.getByText('Hazard ratio, adjusted').first().waitFor();

    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Reproducible bundle (JSON)' }).click(),
    ]);
    const { steps } = JSON.parse(await readFile(await download.path(), 'utf8')) as { steps: { method: string }[] };
    expect(steps.map(({ method }) => method)).toEqual(
      expect.arrayContaining(['iptw', 'km', 'cox', 'finegray', 'mmrm']),
    );
  });

  test('own rows are uploaded by hand, and what the protocol lacks is said', async () => {
    const page = await come('researcher');
    await go('/signals/studies');
    await page.getByRole('button', { name: 'New study' }).click();
    await page.getByRole('tab', { name: 'Rows' }).click();
    await page
      .getByLabel('Upload CSV')
      .first()
      .setInputFiles({
        name: 'own.csv',
        mimeType: 'text/csv',
        buffer: Buffer.from('group,days\na,3\nb,4\n'),
      });
    await page.getByText('2 (uploaded)').waitFor();
    // What is not signed off is not analysed, and what it lacks for that is said.
    expect(await page.getByRole('button', { name: 'Analyse' }).isDisabled()).toBe(true);
    await page.getByRole('tab', { name: 'Protocol' }).click();
    await page.getByText('It does not say yet: question, population').waitFor();
  });

  test('the signed protocol of the example is amended in the form, with its reason, and signed again', async () => {
    const page = await come('researcher');
    await go('/signals/studies');
    await page
      .getByRole('link', { name: /^Stem cells in acute-on-chronic/ })
      .first()
      .click();
    await page.getByText('Version 1 signed off by').waitFor();
    await page.getByLabel('Comparator', { exact: true }).fill('Standard care alone, as the ward gives it (invented)');
    const save = page.getByRole('button', { name: 'Save as version 2' });
    expect(await save.isDisabled()).toBe(true);
    await page.getByLabel('Why is the signed protocol amended?').first().fill('The ward has a standard of its own');
    await save.click();
    await page.getByText('This version is not signed off').waitFor();
    await page.getByRole('button', { name: 'Sign off version 2' }).click();
    await page.getByText('Version 2 signed off by').waitFor();
    await page.getByRole('row').filter({ hasText: 'The ward has a standard of its own' }).waitFor();
  });

  test('the regulator reads the report in Chinese in a hand', async () => {
    const page = await come('regulator', { language: 'zh', width: 390, height: 844 });
    await go('/signals/studies');
    await page.getByRole('link', { name: '已完成' }).first().click();
    await page.getByRole('heading', { name: '本研究不能说明什么' }).waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  });

  test.each(['patient', 'courier'])('the %s finds no such page, and gets no answer', async (role) => {
    const page = await come(role);
    await go('/');
    expect((await page.request.get('/api/signals/studies')).status()).toBe(403);
  });
});
