import { describe, expect, test } from 'vitest';
import { hasChromium } from './browser.ts';
import { oneVisitor } from './one-visitor.ts';

/**
 * Goal: an enterprise finds what it may have, learns what is missing, applies with its evidence; the department decides and pays it, and sees what
 * another rule would cost.
 * Method: a true browser on the true server, the example enterprise of the demo, the real clauses; each page clean for axe-core.
 */
describe.skipIf(!hasChromium)('policies', () => {
  const { come, go } = oneVisitor();
  const proof = { name: 'proof.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.4 proof') };

  test('the enterprise answers, sees the amount worked out, and hands in', async () => {
    const page = await come('enterprise');
    // A job of the demo makes the example enterprise.
    await expect
      .poll(async () => (await (await page.request.get('/api/cluster/policies')).json()).enterprise?.id, {
        timeout: 90_000,
        interval: 1_000,
      })
      .toBe('example-enterprise');
    await go('/cluster/policies?ask=foreignEnterprise');
    await page.getByRole('region', { name: 'The next question' }).getByRole('button', { name: 'Yes' }).click();
    await page.getByRole('button', { name: 'Take back: Is it a foreign-invested enterprise?' }).waitFor();
    await go('/cluster/policies?ask=geneTherapyWork');
    await page.getByRole('region', { name: 'The next question' }).getByRole('button', { name: 'Yes' }).click();
    await page.getByRole('button', { name: /^Take back: Does it develop/ }).waitFor();
    await go('/cluster/policies?ask=foreignPaidIn');
    await page.getByLabel('How much foreign capital was paid in?').fill('20000000');
    await page.getByRole('button', { name: 'Answer' }).click();
    const card = page.getByRole('article', { name: 'Foreign capital for gene diagnosis and treatment' });
    await card.getByText('¥400,000').first().waitFor();
    await card.getByText('Why, and from where').click();
    await card.getByText('按其外资入资金额2%的比例给予奖励').waitFor();
    await card.getByText('not checked against the original').waitFor();
    await card.getByRole('button', { name: 'Apply' }).click();
    await page.getByRole('heading', { name: 'Evidence' }).waitFor();
    for (let left = 4; left > 0; left -= 1) {
      await page
        .getByText('missing', { exact: true })
        .nth(left - 1)
        .waitFor();
      await page.locator('dd', { hasText: 'missing' }).first().locator('input[type=file]').setInputFiles(proof);
      await expect.poll(() => page.getByText('missing', { exact: true }).count()).toBe(left - 1);
    }
    await page.getByRole('button', { name: 'Hand in' }).click();
    await page.getByText('The department receives it next.').waitFor();
  }, 180_000);

  test('the department decides and pays, each fen in its entries', async () => {
    const page = await come('regulator');
    await go('/cluster/applications');
    await page.getByRole('link', { name: 'Foreign capital for gene diagnosis and treatment' }).first().click();
    await page.getByRole('button', { name: 'Receive' }).click();
    await page.getByRole('button', { name: 'Accept' }).click();
    await page.getByRole('button', { name: 'Propose an amount' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Propose an amount' }).click();
    await page.getByText('It is paid in one or more parts.').waitFor();
    await page.getByRole('button', { name: 'Record a payment' }).click();
    await dialog.getByLabel('Amount, yuan').fill('400000');
    await dialog.getByLabel('Number or reason').fill('T-2026-1');
    await dialog.getByRole('button', { name: 'Record a payment' }).click();
    await page.getByText('All that was granted is paid.').waitFor();
    await page.getByText('T-2026-1').waitFor();
  });

  test('the enterprise hears of it on its start page, reads it, and takes that back', async () => {
    const page = await come('enterprise');
    await go('/');
    await page
      .getByRole('region', { name: 'What you can get' })
      .getByText('certain', { exact: false })
      .first()
      .waitFor();
    await page.getByRole('button', { name: /^Notices, [1-9]/ }).click();
    const list = page.getByRole('region', { name: 'Newest first' });
    const line = list.getByRole('listitem').filter({
      has: page.getByRole('link', { name: /Foreign capital for gene diagnosis and treatment.*: paid\.$/ }),
    });
    await line.getByRole('button', { name: 'Mark as read' }).click();
    await line.getByRole('button', { name: 'Mark as unread' }).click();
    await line.getByRole('button', { name: 'Mark as read' }).waitFor();
    await page.getByRole('button', { name: 'Mark these as read' }).click();
    await line.getByRole('button', { name: 'Mark as unread' }).waitFor();
    await page.getByRole('button', { name: 'Undo' }).click();
    await line.getByRole('button', { name: 'Mark as read' }).waitFor();
    await page.getByRole('checkbox', { name: 'Steps of applications' }).uncheck();
    await expect.poll(() => line.count()).toBe(0);
  });

  test('the maker of a rule sees what a change costs, examples only when asked for', async () => {
    const page = await come('regulator');
    await go('/cluster/policies/nansha-nine/simulate?clause=foreign-capital');
    await page.getByLabel('Percent').fill('3');
    await page.getByRole('checkbox', { name: 'Count examples too' }).check();
    await page.getByRole('button', { name: 'Reckon' }).click();
    await page.getByText('¥600,000').first().waitFor();
    await page.getByText('¥200,000').first().waitFor();
  });

  test('the enterprise reads it in Chinese in a hand', async () => {
    const page = await come('enterprise', { language: 'zh', width: 390, height: 844 });
    await go('/cluster/policies');
    await page.getByRole('article', { name: '外资开展基因诊断与治疗技术奖励' }).getByText('符合').first().waitFor();
    await page.getByText('下一个问题').waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  });
});
