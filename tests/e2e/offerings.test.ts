import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest';
import { findBarriers, hasChromium, open, openBrowser, type Visit, type Visitor, visit, visitAs } from './browser.ts';

/**
 * Goal: a laboratory's director makes a product by hand and learns what it lacks; everybody finds the catalogue and the notices, with or without
 * an account, in a hand too.
 * Method: a true browser on the true server, whose lake answers the question; each page clean for axe-core.
 */
describe.skipIf(!hasChromium)('offering data products', () => {
  let browser: Browser;
  let one: Visit;

  const come = async (role: string, visitor: Partial<Visitor> = {}) => {
    one = await visitAs(browser, role, { ...inject('screen'), ...visitor });
    return one.page;
  };

  beforeAll(async () => {
    browser = await openBrowser();
  });
  afterAll(() => browser?.close());
  afterEach(async () => {
    expect(await findBarriers(one)).toEqual([]);
    expect(one.troubles).toEqual([]);
    await one.close();
  });

  test('the director asks the lake, takes the columns over, and is told what is still missing', async () => {
    const page = await come('laboratory-director');
    await open(one, '/exchange/studio');
    await page.getByRole('button', { name: 'New product' }).click();
    await page.getByRole('heading', { name: /^Still to do before it can be handed in/ }).waitFor();
    await page.getByRole('tab', { name: 'Question' }).click();
    await page.getByLabel('SQL').fill('select sex, count() as persons from person group by sex');
    await page.getByRole('button', { name: 'Try it' }).click();
    await page.getByRole('button', { name: /^Take them into the dictionary/ }).click();
    await page.getByRole('tab', { name: 'Dictionary' }).click();
    await page.getByRole('region', { name: 'persons' }).getByLabel('Name (English)').fill('Persons');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('names of columns: 2').waitFor();
    expect(await page.getByRole('button', { name: 'Hand in' }).isDisabled()).toBe(true);
  }, 90_000);

  test('a visitor without an account reads the catalogue and the notices', async () => {
    one = await visit(browser, { ...inject('screen'), width: 390, height: 844 });
    await open(one, '/exchange/notices');
    await one.page.getByRole('heading', { name: 'Public notices' }).waitFor();
    await open(one, '/exchange/catalogue?kind=api');
    await one.page.getByRole('heading', { name: 'Data products' }).waitFor();
    await one.page.getByText(/^Found: /).waitFor();
    expect(await one.page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  }, 60_000);

  test('the regulator finds the desk and what is known of each venue', async () => {
    const page = await come('regulator', { language: 'zh' });
    await open(one, '/exchange/assessments');
    await page.getByRole('heading', { name: '合规评估' }).waitFor();
    await open(one, '/exchange/venues?part=profiles');
    await page.getByRole('heading', { name: '深圳数据交易所' }).waitFor();
    await page.getByText('模拟器：速度与拒绝均为虚构').first().waitFor();
  }, 60_000);
});
