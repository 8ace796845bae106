import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest';
import {
  ask,
  findBarriers,
  hasChromium,
  open,
  openBrowser,
  until,
  type Visit,
  type Visitor,
  visitAs,
} from './browser.ts';

const LAKE_MS = 200_000;
const SLOWLY = { timeout: 60_000 };

/**
 * Goal: whoever may ask builds a cohort by hand and by keyboard, understands what it says, keeps it and finds it again; whoever may not is not led
 * there.
 * Method: the true program with what its region has told so far, a true browser; every page on the way must be clean for axe-core.
 */
describe.skipIf(!hasChromium)('cohorts', () => {
  let browser: Browser;
  let one: Visit;
  let barriers: string[];

  const come = async (role: string, visitor: Partial<Visitor> = {}) => {
    barriers = [];
    one = await visitAs(browser, role, { ...inject('screen'), ...visitor });
    return one.page;
  };
  const judge = async () => {
    barriers.push(...(await findBarriers(one)));
  };

  beforeAll(async () => {
    browser = await openBrowser();
    await waitForTheLake(browser);
  }, 240_000);
  afterAll(() => browser?.close());
  afterEach(async () => {
    expect(barriers).toEqual([]);
    expect(one.troubles).toEqual([]);
    await one.close();
  });

  test('the regulator starts from an example, takes a step back and forth, and reads the flow', async () => {
    const page = await come('regulator');
    await open(one, '/records/cohorts');
    await judge();
    await page.getByRole('button', { name: /^Diabetes by HbA1c/ }).click();
    await page.getByText('Haemoglobin A1c ≥ 6.5 % at least 2 times, each at least 90 days after').first().waitFor();
    const flow = page.locator('.cohort-flow li');
    await expect.poll(() => flow.count(), SLOWLY).toBe(4);
    // Nothing of the population is exact: multiples of ten, or fewer than ten.
    const shown = await page.locator('.cohort-box strong').allTextContents();
    for (const count of shown) expect(count).toMatch(/^(<10|[\d,]*0)$/);
    await page.getByText('Groups under 10 persons').waitFor();
    await judge();

    const cards = page.locator('.cohort-card');
    expect(await cards.count()).toBe(3);
    await page.locator('h1').click();
    await page.keyboard.press('Control+z');
    await expect.poll(() => cards.count(), SLOWLY).toBe(0);
    await page.keyboard.press('Control+Shift+z');
    await expect.poll(() => cards.count(), SLOWLY).toBe(3);
    await page.waitForURL(/ask=/);
    await page.reload();
    await expect.poll(() => cards.count(), SLOWLY).toBe(3);
  });

  test('the regulator sets women of 30 and more beside everybody, and the link shows it again', async () => {
    const page = await come('regulator');
    // Of few persons most groups are too small to be told, and there is nothing to compare.
    await until('there are persons enough', async () => {
      const answer = await page.context().request.post('/api/records/cohorts/count', {
        headers: { 'x-banyan': 'app' },
        data: { cohort: { form: 1, include: [], exclude: [] }, reach: 'population' },
      });
      return answer.ok() && Number(((await answer.json()) as { everybody: unknown }).everybody) > 2_000;
    });
    const women = { form: 1, include: [{ kind: 'person', sexes: ['female'], age: { from: 30 } }], exclude: [] };
    const ask = Buffer.from(JSON.stringify(women)).toString('base64url');
    await open(one, `/records/cohorts?ask=${ask}`);
    await page.getByRole('combobox', { name: 'Compare with' }).click();
    await page.getByTitle('Everybody within reach').click();
    await page.waitForURL(/with=everybody/);
    const row = page.getByRole('row').filter({ hasText: 'Sex: female' });
    await row.waitFor(SLOWLY);
    const [, mine, theirs] = await row.locator('td').allTextContents();
    expect(mine).toMatch(/^[\d,]+0 \((9[5-9](\.\d)?|100)%\)$/);
    expect(theirs).toMatch(/^[\d,]+0 \(\d\d(\.\d)?%\)$/);
    await judge();
    await page.reload();
    await row.waitFor(SLOWLY);
  });

  test('the researcher asks for a test by its name, keeps the question, counts it again and takes it away', async () => {
    const name = `HbA1c ${Date.now()}`;
    const page = await come('researcher');
    await open(one, '/records/cohorts');
    await page.getByRole('button', { name: /Included.*: Add: Result/ }).click();
    await page.getByRole('combobox', { name: 'Which', exact: true }).fill('hba1c');
    await page.locator('.cohort-offer').filter({ hasText: 'Haemoglobin A1c' }).first().click();
    await page.locator('.cohort-sentence').getByText('Haemoglobin A1c').waitFor();
    // The list opens again when its new content comes: it is judged shut.
    await expect
      .poll(async () => {
        await page.keyboard.press('Escape');
        return page.locator('.ant-select-dropdown:visible').count();
      }, SLOWLY)
      .toBe(0);
    await page.locator('summary').first().click();
    await judge();
    await page.getByRole('button', { name: 'Save as new' }).click();
    await page.getByLabel('Name').fill(name);
    await page.getByRole('dialog').getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByRole('heading', { level: 1, name }).waitFor();

    await open(one, '/records/questions');
    await page.getByRole('button', { name: `Count again: ${name}` }).click();
    const row = page.getByRole('row').filter({ hasText: name });
    await row.locator('strong.numbers').waitFor();
    await judge();
    await page.getByRole('button', { name: `Delete: ${name}` }).click();
    await expect.poll(() => row.count(), SLOWLY).toBe(0);
    await page.getByRole('button', { name: 'Undo' }).click();
    await row.waitFor();
  });

  test('the clinician sees whose records the count is of, in Chinese in a hand, and rows want a purpose', async () => {
    const page = await come('clinician', { language: 'zh', width: 390, height: 844 });
    await open(one, '/records/cohorts');
    await page.getByText('我可查看的人员').click();
    await page.getByRole('button', { name: /^肾脏风险/ }).click();
    await page.locator('.cohort-flow li').nth(2).waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBe(0);
    await judge();
    await page.getByRole('button', { name: '下载明细' }).click();
    await page
      .getByRole('dialog')
      .getByRole('button', { name: /下\s*载/ })
      .click();
    await page.getByRole('dialog').getByText('10 至 500 个字符').first().waitFor();
  });

  test('the clinician sees all results of a person at once', async () => {
    const page = await come('clinician');
    const { people } = await ask<{ people: { id: string }[] }>(page, '/api/records/people?limit=50');
    let measured: string | undefined;
    for (const { id } of people) {
      const { results } = await ask<{ results: number }>(page, `/api/records/people/${id}/history`);
      if (results > 0) measured = id;
      if (measured !== undefined) break;
    }
    await open(one, `/records/people/${measured}?tab=results`);
    await page.locator('.history-card svg').first().waitFor();
    await page.locator('.history-card summary').first().click();
    await page.locator('.history-card tbody tr').first().waitFor();
    await judge();
  });

  test.each(['patient', 'courier', 'administrator', 'laboratory-technician'])(
    'the %s is not led there',
    async (role) => {
      const page = await come(role);
      await page.goto('/records/cohorts');
      await page.getByRole('heading', { level: 1, name: 'This page is not open to you' }).waitFor();
      const answer = await page.context().request.get('/api/records/cohorts/reach');
      expect(answer.status()).toBe(403);
    },
  );
});

/** The lake is filled while the platform already works; a count of nobody would prove nothing. */
async function waitForTheLake(browser: Browser): Promise<void> {
  const one = await visitAs(browser, 'researcher', inject('screen'));
  const path = '/api/records/cohorts/codes?source=result&reach=population&q=hba1c';
  const isOffered = async () => {
    const answer = await one.page.context().request.get(path);
    return answer.ok() && ((await answer.json()) as { codes: unknown[] }).codes.length > 0;
  };
  await until('the lake holds results', isOffered, LAKE_MS);
  await one.close();
}
