import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { ask, hasChromium, until } from './browser.ts';
import { oneVisitor } from './one-visitor.ts';

interface Listed {
  offerings: { id: string; title: { en: string } }[];
}
interface Ordered {
  orders: { id: string; state: string }[];
}

/**
 * Goal: a stranger finds a product, understands it, makes a contract, pays, receives, accepts and can prove it; seller and operator see their side.
 * Method: a true browser on the true server with the product that the region makes by itself; each page clean for axe-core.
 */
describe.skipIf(!hasChromium)('a trade', () => {
  const { come, go } = oneVisitor();

  test('the buyer finds, understands, contracts, receives, accepts and verifies', async () => {
    const page = await come('data-buyer');
    const path = '/api/exchange/catalogue';
    await until('the example is listed', async () => (await ask<Listed>(page, path)).offerings.length > 0, 400_000);
    await go('/exchange/wallet');
    await page.getByLabel('Amount (yuan)').first().fill('20000');
    await page.getByRole('button', { name: 'Top up' }).click();
    await page.getByText('done').first().waitFor();

    await go('/exchange/catalogue');
    await page.getByRole('searchbox').fill('subtypes');
    await page
      .getByRole('link', { name: /molecular subtypes/ })
      .first()
      .click();
    await page.getByRole('heading', { name: 'Dictionary' }).waitFor();
    await page.getByRole('heading', { name: 'Sample' }).first().waitFor();
    await page.getByRole('button', { name: /order/i }).first().click();
    await page.getByRole('button', { name: 'Order and make the contract' }).click();

    await page.getByRole('button', { name: 'Fund' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Fund' }).click();
    await page.getByText('The contract is in force').waitFor();
    await page.getByRole('button', { name: 'Prepare a download' }).click();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: /Download$/ }).click(),
    ]);
    const file = await readFile(await download.path());
    expect(file.toString('utf8').split('\r\n')[0]).toBe('city,year,subtype,persons');
    await page.getByText(createHash('sha256').update(file).digest('hex')).waitFor();

    await page.getByRole('button', { name: 'Accept' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Accept' }).click();
    await page.getByText('Paid, and certified').waitFor();
    const { orders } = await ask<Ordered>(page, '/api/exchange/orders');
    const { order } = await ask<{ order: { certificate: string } }>(page, `/api/exchange/orders/${orders[0]?.id}`);
    await until('the certificate is signed', async () =>
      (await page.request.get(`/api/exchange/certificates/${order.certificate}`)).ok(),
    );
    await page.getByRole('link', { name: 'Check the certificate' }).click();
    await page.getByRole('heading', { level: 1 }).waitFor();
  }, 600_000);

  test('the seller sees in Chinese, in a hand, what was earned', async () => {
    const page = await come('laboratory-director', { language: 'zh', width: 390, height: 844 });
    await go('/exchange/revenue');
    await page.getByRole('heading', { name: '按月收入' }).waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
    await go('/exchange/orders?side=seller');
    await page.getByText('已结算并发证').first().waitFor();
  });

  test('the operator finds the books in balance', async () => {
    const page = await come('administrator');
    await go('/exchange/desk?part=books');
    await page.getByText('The books balance').waitFor();
  });

  test.each(['patient', 'courier'])('the %s has no wallet', async (role) => {
    const page = await come(role);
    await go('/');
    expect((await page.request.get('/api/exchange/wallet')).status()).toBe(403);
  });
});
