import { describe, expect, inject, test } from 'vitest';
import { hasChromium, until } from './browser.ts';
import { oneVisitor } from './one-visitor.ts';

/**
 * Goal: a laboratory's director makes a product by hand and learns what it lacks; everybody finds the catalogue and the notices, with or without
 * an account, in a hand too.
 * Method: a true browser on the true server, whose lake answers the question; each page clean for axe-core.
 */
describe.skipIf(!hasChromium)('offering data products', () => {
  const { come, drop, go } = oneVisitor();

  test('the director asks the lake, takes the columns over, and is told what is still missing', async () => {
    const page = await come('laboratory-director');
    // A platform that has just begun fills its lake first.
    const question = { sql: 'select count() as n from person' };
    const asked = { data: question, headers: { 'x-banyan': 'app' } };
    await until('the lake is filled', async () =>
      (await page.request.post(`${inject('screen').url}/api/lake/ask`, asked)).ok(),
    );
    await go('/exchange/studio');
    await page.getByRole('button', { name: 'New product' }).click();
    await page.getByRole('heading', { name: /^Still to do before it can be handed in/ }).waitFor();
    await page.getByRole('tab', { name: 'Question' }).click();
    await page.getByLabel('SQL').fill('select sex, count() as persons from person group by sex');
    await page.getByRole('button', { name: 'Try it' }).click();
    await page.getByText(/rows in \d+ ms\./).waitFor({ timeout: 90_000 });
    await page.getByRole('button', { name: 'Take them into the dictionary' }).click();
    await page.getByRole('tab', { name: 'Dictionary' }).click();
    await page.getByRole('region', { name: 'persons' }).getByLabel('Name (English)').fill('Persons');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('names of columns: 2').waitFor();
    expect(await page.getByRole('button', { name: 'Hand in' }).isDisabled()).toBe(true);
  }, 180_000);

  test('a visitor without an account reads the catalogue and the notices', async () => {
    const page = await drop({ width: 390, height: 844 });
    await go('/exchange/notices');
    await page.getByRole('heading', { name: 'Public notices' }).waitFor();
    await go('/exchange/catalogue?kind=api');
    await page.getByRole('heading', { name: 'Data products' }).waitFor();
    await page.getByText(/^Found: /).waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  });

  test('the regulator finds the desk and what is known of each venue', async () => {
    const page = await come('regulator', { language: 'zh' });
    await go('/exchange/assessments');
    await page.getByRole('heading', { name: '合规评估' }).waitFor();
    await go('/exchange/venues?part=profiles');
    await page.getByRole('heading', { name: '深圳数据交易所' }).waitFor();
    await page.getByText('模拟器：速度与拒绝均为虚构').first().waitFor();
  });
});
