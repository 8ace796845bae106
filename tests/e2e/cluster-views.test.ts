import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { hasChromium } from './browser.ts';
import { oneVisitor } from './one-visitor.ts';

/**
 * Goal: map and list say the same, and no more than the sources do; the wall goes on and back; a gap of a chain is seen, and closed by who may.
 * Method: a true browser on the true server with the facts that it comes with; each page clean for axe-core.
 */
describe.skipIf(!hasChromium)('the record as a map and as chains', () => {
  const { come, go } = oneVisitor();

  test('a district chosen on the map is the list beside it, and what is saved', async () => {
    const page = await come('investor');
    await go('/cluster/map');
    const bubble = page.getByRole('button', { name: /^\d+ Nansha/ });
    await bubble.click();
    const list = page.getByRole('region', { name: 'Things on the map' });
    await list.getByRole('button', { name: /^KingMed/ }).waitFor({ state: 'detached' });
    const rows = await list.getByRole('button').count();
    expect(await bubble.textContent()).toMatch(new RegExp(`^${rows}\\s`));
    await list.getByRole('button', { name: /Hengli Biomedical/ }).click();
    await page.getByRole('region', { name: 'The chosen thing' }).getByText('no source gives one').waitFor();
    const saved = page.waitForEvent('download');
    await page.getByRole('button', { name: 'GeoJSON' }).click();
    const { features } = JSON.parse(await readFile(await (await saved).path(), 'utf8'));
    expect(features).toHaveLength(rows);
    expect(features.every(({ geometry }: { geometry: unknown }) => geometry === null)).toBe(true);
    await page.getByText('Managed by', { exact: true }).first().click();
    await page.getByRole('button', { name: /^1 Foshan/ }).waitFor();
  });

  test('in a hand, in Chinese, the list is drawn up over the map', async () => {
    const page = await come('enterprise', { language: 'zh', width: 390, height: 844 });
    await go('/cluster/map?kind=park');
    await page.getByRole('button', { name: /^\d+ 南沙区/ }).waitFor();
    await page.getByRole('button', { name: '25 个条目' }).click();
    await page
      .getByRole('region', { name: '地图上的条目' })
      .getByRole('button', { name: /广州国际生物岛/ })
      .click();
    await page.getByRole('region', { name: '所选条目' }).getByRole('link', { name: '档案' }).waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  });

  test('on a wall it goes from place to place', async () => {
    const page = await come('regulator', { width: 3840, height: 2160 });
    await go('/cluster/map/wall');
    await page.getByRole('heading', { name: 'The whole record' }).waitFor();
    await page.getByRole('button', { name: 'Next' }).click();
    await page.getByRole('heading', { name: 'Nansha' }).waitFor();
    await page.getByText('Guangdong Canyou Zongbao').waitFor();
    await page.getByRole('button', { name: 'Before' }).click();
    await page.getByRole('heading', { name: 'The whole record' }).waitFor();
  });

  test('a gap of a chain is closed by who keeps the record', async () => {
    const page = await come('regulator');
    await go('/cluster/chain?chain=cgt');
    await page.getByRole('link', { name: /Collection of cells\s*gap/ }).click();
    await page.getByRole('combobox', { name: 'Who stands on Collection of cells' }).fill('Seed Cell Bank');
    await page.locator('.ant-select-item-option', { hasText: 'Clinical-Grade Seed Cell Bank' }).first().click();
    await page.getByRole('button', { name: 'Place on this link' }).click();
    await page.getByRole('link', { name: /Collection of cells\s*one only/ }).waitFor();
  });
});
