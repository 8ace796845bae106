import { describe, expect, test } from 'vitest';
import { hasChromium, until } from './browser.ts';
import { oneVisitor } from './one-visitor.ts';

/**
 * Goal: a guest finds an instrument, books a time and gives it back; its holder answers; whoever comes second is told so and waits.
 * Method: true browsers on the true server with the example enterprise and park of the demo; each page clean for axe-core.
 */
describe.skipIf(!hasChromium)('booking', () => {
  const { come, go } = oneVisitor();
  const purpose = `Sorting of edited cells ${Date.now().toString(36)}`;
  const SORTER = 'example-cell-sorter';
  /** A Tuesday three to four weeks ahead: nothing else of the demo lies there. */
  const day = (() => {
    const at = new Date(Date.now() + 8 * 3_600_000 + 21 * 86_400_000);
    return new Date(at.getTime() + ((9 - at.getUTCDay()) % 7) * 86_400_000).toISOString().slice(0, 10);
  })();

  test('a guest finds an instrument, books two hours from the keyboard, and sees it asked for', async () => {
    const page = await come('enterprise');
    await until(
      'the example is there',
      async () => (await page.request.get(`/api/cluster/bookables/${SORTER}`)).ok(),
      200_000,
    );
    await go(`/cluster/booking?text=cytometry&free=${day}`);
    await page.getByRole('link', { name: 'Cell sorter, four lasers (example)' }).click();
    const slot = page.getByRole('button', { name: /10:00 – 11:00, free$/ }).first();
    await slot.focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog');
    await dialog.getByText(/^Book .* 11:00$/).waitFor();
    await dialog.getByLabel('How long *').click();
    await page.getByTitle('120 min').click();
    await dialog.getByLabel('Purpose *').fill(purpose);
    await dialog.getByRole('button', { name: 'Book', exact: true }).click();
    await page.getByRole('button', { name: /11:00 – 12:00, yours$/ }).waitFor();
    await page.getByRole('button', { name: /12:00 – 13:00, yours$/ }).waitFor();
    await go('/cluster/booking?tab=mine');
    const row = page.getByRole('row').filter({ hasText: purpose });
    await row.getByText('asked for', { exact: true }).waitFor();
  }, 300_000);

  test('the holder approves from a hand in Chinese; the second is refused politely and waits', async () => {
    const page = await come('park-operator', { language: 'zh', width: 390, height: 844 });
    await go('/cluster/booking?tab=desk');
    const card = page.getByRole('row').filter({ hasText: purpose });
    await card.getByRole('button', { name: /批\s*准/ }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('已完成培训').click();
    await page.getByTitle('是', { exact: true }).click();
    await dialog.getByRole('button', { name: /批\s*准/ }).click();
    await card.getByText('已批准', { exact: true }).waitFor();
    const times = { from: `${day}T11:00:00+08:00`, to: `${day}T12:00:00+08:00` };
    const late = await page.request.post(`/api/cluster/bookables/${SORTER}/bookings`, {
      data: { ...times, purpose: 'too late', guest: null },
      headers: { 'accept-language': 'zh', 'x-banyan': 'app' },
    });
    expect([late.status(), await late.text()]).toEqual([409, expect.stringContaining('该时间已被占用')]);
    await go(`/cluster/booking/${SORTER}?from=${day}`);
    await page.getByRole('button', { name: /11:00 – 12:00, 已占用$/ }).click();
    await page.getByRole('dialog').getByLabel('用途').fill(`${purpose} waits`);
    await page.getByRole('dialog').getByRole('button', { name: '加入候补' }).click();
    await page.getByText('已加入候补').waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  });

  test('what the guest gives back goes to who waits', async () => {
    const page = await come('enterprise');
    await go('/cluster/booking?tab=mine');
    const row = page.getByRole('row').filter({ hasText: purpose });
    await row.getByText('approved', { exact: true }).waitFor();
    await row.getByRole('button', { name: 'Cancel the booking' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel the booking' }).click();
    await row.getByText('cancelled', { exact: true }).waitFor();
    await go(`/cluster/booking/${SORTER}?from=${day}`);
    await page.getByRole('button', { name: /11:00 – 12:00, taken$/ }).waitFor();
    await page
      .getByRole('button', { name: /12:00 – 13:00, free$/ })
      .first()
      .waitFor();
  });
});
