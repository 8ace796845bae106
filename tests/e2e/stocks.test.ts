import { beforeAll, describe, expect, test } from 'vitest';
import { findBarriers, hasChromium } from './browser.ts';
import { oneVisitor } from './one-visitor.ts';

/**
 * Goal: the regulator sees how long stocks last and takes a count in; others do not get in.
 * Method: counts and issues through the public door, then a true browser on the true server, each page clean for axe-core.
 */
describe.skipIf(!hasChromium)('emergency stocks', () => {
  const { come, go, visit } = oneVisitor();

  beforeAll(async () => {
    const page = await come('regulator');
    const send = async (method: 'put' | 'post', path: string, data: object) => {
      const address = `/api/signals/stocks/${path}`;
      const answer = await page.context().request[method](address, { headers: { 'x-banyan': 'app' }, data });
      if (!answer.ok()) throw new Error(`${path}: ${answer.status()} ${await answer.text()}`);
    };
    const lot = { item: 'measles-igm-test', lot: 'E2E-1', day: dayBefore(40), expires: dayBefore(-300) };
    await send('put', 'counts', {
      organization: 'e2e-stocks',
      counts: [
        { ...lot, site: 'gz', name: 'Guangzhou store', district: '440106', quantity: 3_000 },
        { ...lot, site: 'sz', name: 'Shenzhen store', district: '440304', quantity: 500 },
      ],
    });
    for (const site of ['gz', 'sz'])
      await send('post', 'movements', {
        organization: 'e2e-stocks',
        kind: 'issued',
        site,
        item: lot.item,
        lot: lot.lot,
        quantity: 280,
        day: dayBefore(10),
      });
    await visit().close();
  });

  test('the regulator sees cover, a scenario shortens it, and the address holds it', async () => {
    const page = await come('regulator');
    await go('/signals/stocks?group=test');
    const row = page.getByRole('row').filter({ hasText: 'Measles IgM test' }).filter({ hasText: 'Shenzhen' });
    await row.first().getByText('22', { exact: true }).waitFor();

    await page.getByRole('radiogroup', { name: 'Use' }).getByText('Peak').click();
    await page.getByRole('spinbutton', { name: 'Duration, days' }).fill('30');
    await page.keyboard.press('Enter');
    await row.first().getByText('22', { exact: true }).waitFor({ state: 'detached' });
    const address = page.url();
    expect(new URL(address).searchParams.get('kind')).toBe('peak');
    await page.goto(address);
    await page.getByRole('spinbutton', { name: 'Duration, days' }).waitFor();
    expect(await page.getByRole('spinbutton', { name: 'Duration, days' }).inputValue()).toBe('30');

    await page.getByRole('button', { name: 'Show Measles IgM test, Shenzhen' }).first().click();
    await page.locator('.plot svg path').first().waitFor();
    await page.getByText('Shenzhen store').first().waitFor();
  });

  test('a count is looked at first: its faults are told, then it is taken in', async () => {
    const page = await come('regulator');
    await go('/signals/stocks');
    const csv = page.getByRole('textbox', { name: 'Count as CSV' });
    const header = 'site,name,district,item,lot,expires,day,quantity';
    await csv.fill(`${header}\npage,Page store,440106,saline-500,P1,,${dayBefore(1)},many`);
    await page.getByRole('button', { name: 'Look at it first' }).click();
    await page.getByText('is no whole number from 0').waitFor();
    expect(await page.getByRole('button', { name: 'Take it in' }).isDisabled()).toBe(true);

    await csv.fill(`${header}\npage,Page store,440106,saline-500,P1,,${dayBefore(1)},70`);
    await page.getByRole('button', { name: 'Look at it first' }).click();
    await page.getByText('1 lines to take in').waitFor();
    await page.getByRole('button', { name: 'Take it in' }).click();
    await page.getByRole('row').filter({ hasText: 'Sodium chloride' }).first().waitFor();
  });

  test('it fits into a hand in Chinese, and the clinician does not get in', async () => {
    let page = await come('laboratory-director', { language: 'zh', width: 390, height: 844 });
    await go('/signals/stocks');
    await page.getByRole('heading', { level: 1, name: '应急物资储备' }).waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
    expect(await findBarriers(visit())).toEqual([]);
    await visit().close();
    page = await come('clinician');
    await go('/');
    expect(await page.getByRole('link', { name: 'Emergency stocks' }).count()).toBe(0);
    expect((await page.request.get('/api/signals/stocks')).status()).toBe(403);
  });
});

/** The day of the region so many days ago. */
function dayBefore(days: number): string {
  return new Date(Date.now() + 8 * 3_600_000 - days * 86_400_000).toISOString().slice(0, 10);
}
